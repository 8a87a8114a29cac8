//! The ground of a tile as triangles, with the error that it really has.
//!
//! A grid of posts over the rectangle is thinned to a right-triangulated network ([`super::rtin`]) with a border that
//! neighbours of the same level share ([`super::border`]). Errors are distances in space along the plumb line (from the
//! Earth's centre), the Earth's curvature included: a flat plain of 20 km is not two triangles. What the mesh errs is then measured against posts as fine as the sources
//! have them (or, for great rectangles, as fine as [`MEASURED`] allows, plus the measured residual of that level).
//!
//! Skirts hang from the border so that a neighbour of another level leaves no gap to look through.

use glam::{DVec2, DVec3, Vec3};
use std::ops::RangeInclusive;

use super::patch::Patch;
use super::rtin::Grid;
use super::{GeoRect, Terrain, TerrainError, border};
use crate::bake::det::sin_cos;
use crate::geo::wgs84;

/// At most this many places are measured a tile.
const MEASURED: u32 = 1 << 18;

/// Of the error that is allowed, how much the border may take.
const BORDER_SHARE: f64 = 0.5;
/// How often a mesh is made anew to meet its limit.
const TRIES: usize = 8;

/// How the ground of a tile is made. Tiles of one level must have the same options to meet without a crack.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeshOptions {
    /// The grid has `2^grid_exponent` steps a side.
    pub grid_exponent: u8,
    /// Triangles are left out as long as the mesh stays this near to the grid's posts, metres; what the data has between
    /// them comes on top of it, in [`TerrainMesh::error_m`].
    pub max_error_m: f64,
    /// Distance of the grid's posts, metres; the same for all tiles of a level, since it decides how coarse the data is
    /// that is used.
    pub spacing_m: f64,
    /// How deep skirts hang. `None`: as deep as this level and the next coarser one (twice the error) can gape.
    pub skirt_m: Option<f64>,
}

impl MeshOptions {
    /// For tiles that are this high, degrees of latitude.
    pub fn for_tiles(lat_span_deg: f64, grid_exponent: u8, max_error_m: f64) -> Self {
        // A degree of latitude has 110.6 to 111.7 km.
        let spacing_m = lat_span_deg * 111_000.0 / f64::from(1u32 << grid_exponent.min(10));
        Self { grid_exponent, max_error_m, spacing_m, skirt_m: None }
    }
}

/// The ground of a tile.
#[derive(Debug, Clone, PartialEq)]
pub struct TerrainMesh {
    /// Longitude, latitude (degrees), ellipsoidal height (metres).
    pub vertices: Vec<DVec3>,
    /// East, north, up at each vertex; of the ground itself, so that neighbours shade alike.
    pub normals: Vec<Vec3>,
    /// From the north-west corner: u to the east, v to the south, as pictures lie.
    pub uv: Vec<[f32; 2]>,
    /// Counter-clockwise seen from above (skirts: from outside).
    pub triangles: Vec<[u32; 3]>,
    /// How many triangles are ground; those after it are skirts.
    pub ground_triangles: usize,
    /// How many vertices are ground; those after it are the skirts' feet.
    pub ground_vertices: usize,
    /// The largest measured distance of the ground from the mesh, metres.
    pub error_m: f64,
    /// Between these ellipsoidal heights (metres) lies all of the mesh, its skirts, and the ground: for volumes.
    pub low_m: f64,
    pub high_m: f64,
    /// Posts of the grid outside of all data; the mesh has holes there.
    pub missing_posts: usize,
}

pub(super) fn mesh(terrain: &Terrain, rect: GeoRect, options: &MeshOptions) -> Result<TerrainMesh, TerrainError> {
    if !rect.is_valid() {
        return Err(TerrainError::Rect(rect));
    }
    if !(1..=10).contains(&options.grid_exponent) {
        return Err(TerrainError::Grid(options.grid_exponent));
    }
    let grid = Grid { steps: 1 << options.grid_exponent };
    let patch = terrain.patch(rect, options.spacing_m)?;
    let ground = Ground::sample(&patch, rect, grid.steps);
    let triangles = ground.thinned(grid, options.max_error_m);
    if triangles.is_empty() {
        return Err(TerrainError::NoData(rect));
    }
    let measured = measure(terrain, &ground, grid, &triangles, options.spacing_m)?;
    let mut mesh = ground.indexed(grid, &triangles, &patch, options.spacing_m);
    (mesh.error_m, mesh.low_m, mesh.high_m) = measured;
    let skirt_m = options.skirt_m.unwrap_or_else(|| 3.0 * options.max_error_m.max(mesh.error_m));
    hang_skirts(&mut mesh, skirt_m);
    // Between its vertices a triangle lies below the curved Earth.
    mesh.low_m -= mesh.error_m + skirt_m.max(0.0);
    Ok(mesh)
}

/// A grid of places with their ground.
struct Ground {
    rect: GeoRect,
    steps: u32,
    /// ECEF; `None` outside of the data.
    points: Vec<Option<DVec3>>,
    heights_m: Vec<f64>,
}

impl Ground {
    fn sample(patch: &Patch, rect: GeoRect, steps: u32) -> Self {
        let side = steps + 1;
        let part = |i: u32| f64::from(i) / f64::from(steps);
        let lons: Vec<(f64, f64)> = (0..side).map(|i| sin_cos(rect.at(part(i), 0.0).x.to_radians())).collect();
        let (mut points, mut heights_m) = (Vec::new(), Vec::new());
        for row in 0..side {
            let lat = sin_cos(rect.at(0.0, part(row)).y.to_radians());
            for col in 0..side {
                let height_m = patch.height_m(rect.at(part(col), part(row)));
                points.push(height_m.map(|h| ecef(lons[col as usize], lat, h)));
                heights_m.push(height_m.unwrap_or(f64::NAN));
            }
        }
        Self { rect, steps, points, heights_m }
    }

    fn place(&self, index: u32) -> DVec2 {
        let (col, row) = (index % (self.steps + 1), index / (self.steps + 1));
        self.rect.at(f64::from(col) / f64::from(self.steps), f64::from(row) / f64::from(self.steps))
    }

    /// How far a post is above or below the middle between two others. Where data ends everything is kept.
    fn error(&self, middle: u32, a: u32, b: u32) -> f64 {
        match [middle, a, b].map(|post| self.points[post as usize]) {
            [Some(middle), Some(a), Some(b)] => (middle - (a + b) / 2.0).dot(middle.normalize()).abs(),
            [None, None, None] => 0.0,
            _ => f64::INFINITY,
        }
    }

    /// The grid's triangles without those that the limit allows to leave out.
    fn thinned(&self, grid: Grid, max_error_m: f64) -> Vec<[u32; 3]> {
        let error = |middle: u32, a: u32, b: u32| self.error(middle, a, b);
        let kept = border::kept(grid, max_error_m * BORDER_SHARE, error);
        let mut floor = vec![0.0; grid.posts()];
        for &post in &kept {
            floor[post as usize] = f64::INFINITY;
        }
        let mut triangles = Vec::new();
        for _ in 0..TRIES {
            triangles = grid.triangles(&grid.errors(floor.clone(), error), max_error_m);
            // Errors are those of sides; within a triangle the ground may stray further, which halving it mends.
            let strays = |t: &&[u32; 3]| triangle_error(self, self, grid, 1, t) > max_error_m;
            let halved: Vec<u32> = triangles.iter().filter(strays).filter_map(|t| grid.middle_of(t)).collect();
            if halved.is_empty() {
                break;
            }
            for post in halved {
                floor[post as usize] = f64::INFINITY;
            }
        }
        let mut triangles = border::reduce(grid, triangles, &kept);
        triangles.retain(|t| t.iter().all(|&post| self.points[post as usize].is_some()));
        triangles
    }

    /// Rows and columns of this grid that may lie over a triangle of a grid `times` as coarse, whose sides are `side_m` long
    /// at most. Straight sides stray from lines of equal latitude.
    fn around(&self, corners: [(u32, u32); 3], times: u32, side_m: f64) -> (RangeInclusive<u32>, RangeInclusive<u32>) {
        let lat_rad = self.rect.at(0.0, 0.0).y.abs().max(self.rect.at(0.0, 1.0).y.abs()).to_radians();
        let (sin_lat, cos_lat) = sin_cos(lat_rad);
        let stray_m = side_m * side_m / (8.0 * wgs84::B) * sin_lat / cos_lat.max(1e-3);
        let step_m = (self.rect.north_deg - self.rect.south_deg).to_radians() * wgs84::B / f64::from(self.steps);
        let margin = (2.0 * stray_m / step_m.max(1e-6)).ceil().min(f64::from(self.steps)) as u32 + 1;
        let range = |of: [u32; 3]| {
            let (low, high) = (of.iter().min().unwrap_or(&0) * times, of.iter().max().unwrap_or(&0) * times);
            low.saturating_sub(margin)..=(high + margin).min(self.steps)
        };
        (range(corners.map(|c| c.1)), range(corners.map(|c| c.0)))
    }

    /// The vertices that triangles use, in the grid's order.
    fn indexed(&self, grid: Grid, triangles: &[[u32; 3]], patch: &Patch, spacing_m: f64) -> TerrainMesh {
        let mut number = vec![u32::MAX; grid.posts()];
        for &post in triangles.iter().flatten() {
            number[post as usize] = 0;
        }
        let (mut vertices, mut normals, mut uv) = (Vec::new(), Vec::new(), Vec::new());
        for post in 0..grid.posts() as u32 {
            if number[post as usize] == u32::MAX {
                continue;
            }
            number[post as usize] = vertices.len() as u32;
            let place = self.place(post);
            let (col, row) = grid.corner(post);
            vertices.push(place.extend(self.heights_m[post as usize]));
            normals.push(normal(patch, place, self.heights_m[post as usize], spacing_m));
            uv.push([col, row].map(|i| (f64::from(i) / f64::from(grid.steps)) as f32));
        }
        let triangles: Vec<[u32; 3]> = triangles.iter().map(|t| t.map(|post| number[post as usize])).collect();
        TerrainMesh {
            ground_triangles: triangles.len(),
            ground_vertices: vertices.len(),
            vertices,
            normals,
            uv,
            triangles,
            error_m: 0.0,
            low_m: 0.0,
            high_m: 0.0,
            missing_posts: self.points.iter().filter(|point| point.is_none()).count(),
        }
    }
}

/// ECEF from sine and cosine of longitude and latitude.
fn ecef((sin_lon, cos_lon): (f64, f64), (sin_lat, cos_lat): (f64, f64), height_m: f64) -> DVec3 {
    let normal_m = wgs84::A / (1.0 - wgs84::E2 * sin_lat * sin_lat).sqrt();
    let r = (normal_m + height_m) * cos_lat;
    DVec3::new(r * cos_lon, r * sin_lon, (normal_m * (1.0 - wgs84::E2) + height_m) * sin_lat)
}

/// The ground's normal in east, north, up, from heights one grid step away to each side.
fn normal(patch: &Patch, place: DVec2, height_m: f64, spacing_m: f64) -> Vec3 {
    let (sin_lat, cos_lat) = sin_cos(place.y.to_radians());
    let w2 = 1.0 - wgs84::E2 * sin_lat * sin_lat;
    let north_m_per_rad = wgs84::A * (1.0 - wgs84::E2) / (w2 * w2.sqrt());
    let east_m_per_rad = (wgs84::A / w2.sqrt() * cos_lat).max(1.0);
    let slope = |step: DVec2| {
        let at = |p: DVec2| patch.height_m(p).unwrap_or(height_m);
        (at(place + step) - at(place - step)) / (2.0 * spacing_m)
    };
    let east = slope(DVec2::new((spacing_m / east_m_per_rad).to_degrees(), 0.0));
    let north = slope(DVec2::new(0.0, (spacing_m / north_m_per_rad).to_degrees()));
    DVec3::new(-east, -north, 1.0).normalize().as_vec3()
}

/// The largest distance of the ground from the mesh, and the least and greatest height.
fn measure(
    terrain: &Terrain,
    coarse: &Ground,
    grid: Grid,
    triangles: &[[u32; 3]],
    spacing_m: f64,
) -> Result<(f64, f64, f64), TerrainError> {
    let finest_m = terrain.finest_spacing_m().unwrap_or(spacing_m);
    let mut times = 1;
    while spacing_m / f64::from(times) > finest_m * 1.0001 && (grid.steps * times * 2 + 1).pow(2) <= MEASURED {
        times *= 2;
    }
    let patch = terrain.patch(coarse.rect, spacing_m / f64::from(times))?;
    let fine = Ground::sample(&patch, coarse.rect, grid.steps * times);
    let mut error_m: f64 = 0.0;
    for triangle in triangles {
        error_m = error_m.max(triangle_error(coarse, &fine, grid, times, triangle));
    }
    let heights = fine.heights_m.iter().filter(|h| !h.is_nan());
    let (low, high) = heights.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &x| (l.min(x), h.max(x)));
    let residual_m = patch.residual_m();
    Ok((error_m + residual_m, low - residual_m, high + residual_m))
}

/// The largest distance along the plumb line of fine places from the triangle that is above or below them.
fn triangle_error(coarse: &Ground, fine: &Ground, grid: Grid, times: u32, triangle: &[u32; 3]) -> f64 {
    let corners = triangle.map(|post| coarse.points[post as usize]);
    let [Some(a), Some(b), Some(c)] = corners else { return 0.0 };
    let (rows, cols) = fine.around(triangle.map(|post| grid.corner(post)), times, a.distance(b).max(a.distance(c)));
    // Through the centre of the Earth and a side each, and of the triangle itself.
    let planes = [a.cross(b), b.cross(c), c.cross(a)];
    let normal = (b - a).cross(c - a);
    let height = normal.dot(a);
    let mut worst: f64 = 0.0;
    for row in rows {
        for col in cols.clone() {
            let Some(point) = fine.points[(row * (fine.steps + 1) + col) as usize] else { continue };
            if planes.iter().all(|plane| plane.dot(point) >= 0.0) {
                worst = worst.max(point.length() * (1.0 - height / normal.dot(point)).abs());
            }
        }
    }
    worst
}

/// Walls below the outer sides of the mesh.
fn hang_skirts(mesh: &mut TerrainMesh, skirt_m: f64) {
    if skirt_m.is_nan() || skirt_m <= 0.0 {
        return;
    }
    let on_side = |a: usize, b: usize| {
        let (p, q) = (mesh.uv[a], mesh.uv[b]);
        (0..2).any(|axis| p[axis] == q[axis] && (p[axis] == 0.0 || p[axis] == 1.0))
    };
    let sides: Vec<(u32, u32)> = mesh
        .triangles
        .iter()
        .flat_map(|&[a, b, c]| [(a, b), (b, c), (c, a)])
        .filter(|&(a, b)| on_side(a as usize, b as usize))
        .collect();
    let mut feet = std::collections::BTreeMap::new();
    for (a, b) in sides {
        let [foot_a, foot_b] = [a, b].map(|top| {
            *feet.entry(top).or_insert_with(|| {
                let top = top as usize;
                mesh.vertices.push(mesh.vertices[top] - DVec3::Z * skirt_m);
                mesh.normals.push(mesh.normals[top]);
                mesh.uv.push(mesh.uv[top]);
                mesh.vertices.len() as u32 - 1
            })
        });
        mesh.triangles.push([foot_a, foot_b, b]);
        mesh.triangles.push([foot_a, b, a]);
    }
}
