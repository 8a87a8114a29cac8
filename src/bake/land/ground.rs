//! The ground below a tile: a right-triangulated network over heights on a grid, as fine as the terrain asks for.
//!
//! Along each border the network keeps what the border alone asks for, so that tiles of one level agree to the last bit
//! where they meet; a skirt hides what differs between levels. Where the land ends inside of a tile the ground ends too.

use glam::{DVec2, DVec3, Vec3};

use super::Context;
use crate::bake::mesh::{NO_FEATURE, Vertex};
use crate::bake::mosaic::Lost;
use crate::bake::terrain::border;
use crate::bake::terrain::rtin::Grid;

/// Steps along a side of the finest grid; a power of two.
const MAX_STEPS: u32 = 64;
/// No step is smaller than this share of the terrain's own spacing: between posts there is nothing to follow but creases.
const LEAST_OF_SPACING: f64 = 1.0 / 12.0;
/// Cells along a side of the lattice that finds triangles.
const CELLS: usize = 16;
/// Mean radius of the Earth, metres, for how far a chord dips below the ground.
const EARTH_M: f64 = 6_371_000.0;

/// The surface of the land.
pub trait Terrain {
    /// Height above the ellipsoid, metres, at longitude and latitude in degrees.
    fn height_m(&self, lon_deg: f64, lat_deg: f64) -> f64;

    /// Parts of its files that could not be read since this was asked last.
    fn take_lost(&self) -> Vec<Lost> {
        Vec::new()
    }

    /// How far apart its posts are, metres; 0 where that is not known.
    fn spacing_m(&self) -> f64 {
        0.0
    }
}

/// The same height everywhere, metres above the ellipsoid.
#[derive(Debug, Clone, Copy)]
pub struct Flat(pub f64);

impl Terrain for Flat {
    fn height_m(&self, _lon_deg: f64, _lat_deg: f64) -> f64 {
        self.0
    }
}

/// The ground over the land in a tile.
pub struct Ground {
    /// The tile's square.
    tile_low: DVec2,
    tile_m: f64,
    /// The land in it.
    low: DVec2,
    size: DVec2,
    grid: Grid,
    /// By post; rows go south.
    posts: Vec<DVec3>,
    normals: Vec<Vec3>,
    /// Counter-clockwise from above.
    triangles: Vec<[u32; 3]>,
    /// Triangles by the cells that their boxes touch, row by row from the south-west.
    cells: Vec<Vec<u32>>,
}

impl Ground {
    /// `tolerance_m`: how far it may be from the terrain (as far as that is known at the finest grid). `None` where a tile
    /// has no land.
    pub fn new(context: &Context, (tile_low, tile_m): (DVec2, f64), tolerance_m: f64) -> Option<Self> {
        let (land_low, land_high) = context.land.extent;
        let low = tile_low.max(land_low);
        let size = (tile_low + tile_m).min(land_high) - low;
        if !size.cmpgt(DVec2::ZERO).all() {
            return None;
        }
        let grid = Grid { steps: most_steps(tile_m, context.terrain.spacing_m()) };
        let step = size / f64::from(grid.steps);
        let high_y = low.y + size.y;
        // One more all around, for normals at the border.
        let wide = grid.side() as usize + 2;
        let place = |col: f64, row: f64| DVec2::new(low.x + col * step.x, high_y - row * step.y);
        let around: Vec<f64> = (0..wide * wide)
            .map(|k| context.ground_u(place((k % wide) as f64 - 1.0, (k / wide) as f64 - 1.0)))
            .collect();
        let post = |index: u32| {
            let (col, row) = grid.corner(index);
            let u = around[(row as usize + 1) * wide + col as usize + 1];
            place(f64::from(col), f64::from(row)).extend(u)
        };
        let normal = |index: u32| {
            let (col, row) = grid.corner(index);
            let at = |dx: usize, dy: usize| around[(row as usize + dy) * wide + col as usize + dx];
            let rise = DVec2::new(at(2, 1) - at(0, 1), at(1, 0) - at(1, 2));
            (-rise / (2.0 * step)).extend(1.0).normalize().as_vec3()
        };
        let all = || 0..grid.posts() as u32;
        let posts: Vec<DVec3> = all().map(post).collect();
        let triangles = thinned(grid, &posts, step, tolerance_m);
        let mut ground = Self {
            tile_low,
            tile_m,
            low,
            size,
            grid,
            normals: all().map(normal).collect(),
            posts,
            triangles,
            cells: vec![Vec::new(); CELLS * CELLS],
        };
        for number in 0..ground.triangles.len() {
            let (a, b) = ground.cells_of(&ground.corners(number));
            for y in a.1..=b.1 {
                for x in a.0..=b.0 {
                    ground.cells[y * CELLS + x].push(number as u32);
                }
            }
        }
        Some(ground)
    }

    fn corners(&self, number: usize) -> [DVec3; 3] {
        self.triangles[number].map(|post| self.posts[post as usize])
    }

    /// The first and the last cell that the box around a triangle touches.
    fn cells_of(&self, corners: &[DVec3; 3]) -> ((usize, usize), (usize, usize)) {
        let [a, b, c] = corners.map(|p| p.truncate());
        let cell = |p: DVec2| {
            let at = ((p - self.low) / self.size * CELLS as f64).floor();
            let at = at.clamp(DVec2::ZERO, DVec2::splat((CELLS - 1) as f64));
            (at.x as usize, at.y as usize)
        };
        (cell(a.min(b).min(c)), cell(a.max(b).max(c)))
    }

    /// All triangles whose boxes may touch that of a triangle, each once.
    pub fn near(&self, corners: &[DVec2; 3], sink: &mut dyn FnMut(&[DVec3; 3])) {
        let corners = corners.map(|p| p.extend(0.0));
        let (from, to) = self.cells_of(&corners);
        for y in from.1..=to.1 {
            for x in from.0..=to.0 {
                for &number in &self.cells[y * CELLS + x] {
                    let own = self.corners(number as usize);
                    let (first, _) = self.cells_of(&own);
                    // It lies in more cells: the first that is asked for gives it.
                    if (first.0.max(from.0), first.1.max(from.1)) == (x, y) {
                        sink(&own);
                    }
                }
            }
        }
    }

    pub fn low(&self) -> DVec2 {
        self.low
    }

    pub fn high(&self) -> DVec2 {
        self.low + self.size
    }

    /// Where a place lies in the tile's picture: u to the east, v to the south.
    pub fn uv(&self, p: DVec2) -> [f32; 2] {
        let at = ((p - self.tile_low) / self.tile_m).clamp(DVec2::ZERO, DVec2::ONE);
        [at.x as f32, (1.0 - at.y) as f32]
    }

    /// The triangles and a skirt that hangs down from their border by `skirt_m`.
    pub fn draw(&self, skirt_m: f64, mut vertex: impl FnMut(DVec3, Vec3, DVec2) -> Vertex, out: &mut Vec<Vertex>) {
        let mut push = |p: DVec3, n: Vec3| out.push(Vertex { feature: NO_FEATURE, ..vertex(p, n, p.truncate()) });
        for &post in self.triangles.iter().flatten() {
            push(self.posts[post as usize], self.normals[post as usize]);
        }
        let (grid, last) = (self.grid, self.grid.steps);
        let mut used = vec![false; grid.posts()];
        self.triangles.iter().flatten().for_each(|&post| used[post as usize] = true);
        // Counter-clockwise around the tile: the outside lies on the right hand.
        let side = |post: &dyn Fn(u32) -> (u32, u32)| -> Vec<u32> {
            (0..=last).map(|k| grid.index(post(k))).filter(|&post| used[post as usize]).collect()
        };
        let (south, east) = (side(&|k| (k, last)), side(&|k| (last, last - k)));
        let (north, west) = (side(&|k| (last - k, 0)), side(&|k| (0, k)));
        for pair in [south, east, north, west].iter().flat_map(|line| line.windows(2)) {
            let [a, b] = [pair[0], pair[1]].map(|post| self.posts[post as usize]);
            let (c, d) = (b - DVec3::Z * skirt_m, a - DVec3::Z * skirt_m);
            // Lit like the ground beside it, so that it does not show.
            let [na, nb] = [pair[0], pair[1]].map(|post| self.normals[post as usize]);
            for (p, n) in [(d, na), (c, nb), (b, nb), (d, na), (b, nb), (a, na)] {
                push(p, n);
            }
        }
    }
}

/// The most steps (a power of two, 2 at least) that a tile's side is cut into over posts this far apart.
fn most_steps(tile_m: f64, spacing_m: f64) -> u32 {
    let mut steps = MAX_STEPS;
    while steps > 2 && tile_m / f64::from(steps) < spacing_m * LEAST_OF_SPACING {
        steps /= 2;
    }
    steps
}

/// Triangles that stay within a tolerance of the posts; `step` is how far these are apart.
fn thinned(grid: Grid, posts: &[DVec3], step: DVec2, tolerance_m: f64) -> Vec<[u32; 3]> {
    let error = |middle: u32, a: u32, b: u32| {
        let ((ax, ay), (bx, by)) = (grid.corner(a), grid.corner(b));
        let long = DVec2::new(f64::from(ax.abs_diff(bx)), f64::from(ay.abs_diff(by))) * step;
        // Neighbours count the same from either end.
        let ends = posts[a.min(b) as usize].z + posts[a.max(b) as usize].z;
        (posts[middle as usize].z - ends * 0.5 + long.length_squared() / (8.0 * EARTH_M)).abs()
    };
    let errors = grid.errors(vec![0.0; grid.posts()], error);
    let kept = border::kept(grid, tolerance_m, error);
    border::reduce(grid, grid.triangles(&errors, tolerance_m), &kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bake::frame::PlanFrame;
    use crate::bake::land::{Land, NoAssets, PictureFormat};
    use crate::bake::lod::Unchanged;
    use crate::bake::mesh::Surface;
    use crate::bake::meshopt;
    use crate::bake::tiling::land::LandTree;

    /// Hills over posts.
    struct Hills {
        spacing_m: f64,
    }

    impl Terrain for Hills {
        fn height_m(&self, lon_deg: f64, lat_deg: f64) -> f64 {
            let (x, y) = ((lon_deg - 1.5) * 82_000.0, (lat_deg - 42.5) * 111_000.0);
            40.0 * (x / 60.0).sin() * (y / 70.0).cos()
        }

        fn spacing_m(&self) -> f64 {
            self.spacing_m
        }
    }

    fn land() -> Land {
        let tree = LandTree { frame: PlanFrame::new(1.5, 42.5, 0.0), low: DVec2::splat(-1000.0), size_m: 2000.0 };
        let extent = (DVec2::new(-900.0, -1000.0), DVec2::new(100.0, 60.0));
        Land { tree, leaf_level: 3, picture_px: 16, picture: PictureFormat::Png, extent }
    }

    fn ground(land: &Land, spacing_m: f64, low: DVec2, tolerance_m: f64) -> Option<Ground> {
        let context = Context {
            land,
            terrain: &Hills { spacing_m },
            imagery: None,
            assets: &NoAssets,
            with_ground: true,
            simplify: &Unchanged,
        };
        Ground::new(&context, (low, 250.0), tolerance_m)
    }

    fn drawn(ground: &Ground) -> Vec<Vertex> {
        let mut out = Vec::new();
        let vertex = |at, normal, _| Vertex {
            at,
            normal,
            color: [1.0; 3],
            feature: NO_FEATURE,
            lit: 0,
            surface: Surface::Plain,
            light: 0,
        };
        ground.draw(5.0, vertex, &mut out);
        out
    }

    #[test]
    fn the_ground_ends_where_the_land_ends() {
        let land = land();
        let ground_at = |x, y| ground(&land, 0.0, DVec2::new(x, y), 0.5);
        assert!(ground_at(250.0, 0.0).is_none());
        let cut = drawn(&ground_at(0.0, 0.0).unwrap());
        let high = cut.iter().fold(DVec2::MIN, |high, v| high.max(v.at.truncate()));
        assert_eq!(high, DVec2::new(100.0, 60.0));
    }

    #[test]
    fn steps_are_no_finer_than_the_posts_ask_for() {
        assert_eq!([0.0, 92.0, 400.0, 9000.0].map(|spacing_m| most_steps(250.0, spacing_m)), [64, 32, 4, 2]);
    }

    #[test]
    fn neighbours_keep_the_same_posts_along_their_border() {
        let land = land();
        let on_border = |low: DVec2| -> std::collections::BTreeSet<[u64; 3]> {
            let drawn = drawn(&ground(&land, 0.0, low, 0.5).unwrap());
            let ground = &drawn[..drawn.len()];
            let border = ground.iter().filter(|v| v.at.x == -250.0 && v.at.z > -45.0);
            border.map(|v| v.at.to_array().map(f64::to_bits)).collect()
        };
        let feet = |posts: std::collections::BTreeSet<[u64; 3]>| {
            let mut highest = std::collections::BTreeMap::new();
            for [_, y, z] in posts {
                let z = f64::from_bits(z);
                let known = highest.entry(y).or_insert(z);
                *known = known.max(z);
            }
            highest
        };
        let (west, east) = (on_border(DVec2::new(-500.0, -250.0)), on_border(DVec2::new(-250.0, -250.0)));
        let (west, east) = (feet(west), feet(east));
        assert!(west.len() > 8 && west.len() < 65, "{}", west.len());
        assert_eq!(west, east);
    }

    #[test]
    fn a_triangle_on_the_ground_is_covered_once() {
        let land = land();
        let ground = ground(&land, 0.0, DVec2::new(-250.0, -250.0), 0.5).unwrap();
        let corners = [DVec2::new(-240.0, -230.0), DVec2::new(-30.0, -200.0), DVec2::new(-120.0, -20.0)];
        let (mut area_m2, mut pieces) = (0.0, 0);
        crate::bake::land::drape::triangle(&ground, corners, &mut |t| {
            area_m2 += (t[1] - t[0]).truncate().perp_dot((t[2] - t[0]).truncate()) * 0.5;
            pieces += 1;
        });
        let expected_m2 = (corners[1] - corners[0]).perp_dot(corners[2] - corners[0]) * 0.5;
        assert!((area_m2 - expected_m2).abs() < 1e-6 && pieces > 100, "{area_m2} {expected_m2} {pieces}");
    }

    #[test]
    fn triangles_come_in_an_order_that_packs_to_a_byte_and_a_half_each() {
        let land = land();
        let vertices = drawn(&ground(&land, 0.0, DVec2::new(-250.0, -250.0), 0.02).unwrap());
        let mut known = std::collections::BTreeMap::new();
        let indices: Vec<u32> = vertices
            .iter()
            .map(|v| {
                let next = known.len() as u32;
                *known.entry(v.at.to_array().map(f64::to_bits)).or_insert(next)
            })
            .collect();
        let (bytes, triangles) = (meshopt::triangles(&indices).len(), indices.len() / 3);
        assert!(bytes * 2 < triangles * 3, "{bytes} bytes for {triangles} triangles");
    }
}
