//! The ground below a tile: heights on a grid that is as fine as the terrain asks for.
//!
//! Along each border the grid follows what the border alone asks for, so that tiles of one level agree to the last bit
//! where they meet; a skirt hides what differs between levels. Where the land ends inside of a tile the grid ends too.

use glam::{DVec2, DVec3, Vec3};

use super::Context;
use crate::bake::mesh::{NO_FEATURE, Vertex};

/// Cells along a side of the finest grid; a power of two.
const MAX_CELLS: usize = 64;
/// No cell is smaller than this share of the terrain's own spacing: between posts there is nothing to follow but creases.
const LEAST_OF_SPACING: f64 = 1.0 / 12.0;
/// How wide the strips are in which cells are drawn.
const STRIP_CELLS: usize = 4;
/// Mean radius of the Earth, metres, for how far a chord dips below the ground.
const EARTH_M: f64 = 6_371_000.0;

/// The surface of the land.
pub trait Terrain {
    /// Height above the ellipsoid, metres, at longitude and latitude in degrees.
    fn height_m(&self, lon_deg: f64, lat_deg: f64) -> f64;

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

/// Heights on the corners of a grid over the land in a tile, each cell two triangles.
pub struct Ground {
    /// The tile's square.
    tile_low: DVec2,
    tile_m: f64,
    /// The land in it.
    low: DVec2,
    size: DVec2,
    cells: usize,
    /// Row by row from the south-western corner.
    u: Vec<f64>,
    normals: Vec<Vec3>,
}

impl Ground {
    /// `tolerance_m`: how far it may be from the terrain (as far as that is known at [`MAX_CELLS`]).
    /// `None` where a tile has no land.
    pub fn new(context: &Context, (tile_low, tile_m): (DVec2, f64), tolerance_m: f64) -> Option<Self> {
        let (land_low, land_high) = context.land.extent;
        let low = tile_low.max(land_low);
        let size = (tile_low + tile_m).min(land_high) - low;
        if !size.cmpgt(DVec2::ZERO).all() {
            return None;
        }
        let step = size / MAX_CELLS as f64;
        // One more all around, for normals at the border.
        let wide = MAX_CELLS + 3;
        let fine: Vec<f64> = (0..wide * wide)
            .map(|k| context.ground_u(low + (DVec2::new((k % wide) as f64, (k / wide) as f64) - 1.0) * step))
            .collect();
        let at = |x: usize, y: usize| fine[(y + 1) * wide + x + 1];
        let dip_cells = tile_m / (8.0 * EARTH_M * tolerance_m.max(0.01)).sqrt();
        let least = (dip_cells.ceil() as usize).next_power_of_two().min(MAX_CELLS);
        let most = most_cells(tile_m, context.terrain.spacing_m()).max(least);
        let border: [Vec<f64>; 4] = [
            (0..=MAX_CELLS).map(|k| at(k, 0)).collect(),
            (0..=MAX_CELLS).map(|k| at(k, MAX_CELLS)).collect(),
            (0..=MAX_CELLS).map(|k| at(0, k)).collect(),
            (0..=MAX_CELLS).map(|k| at(MAX_CELLS, k)).collect(),
        ];
        let along = border.each_ref().map(|line| cells_of_line(line, tolerance_m).clamp(least, most));
        let inner = cells_of_grid(&at, tolerance_m).min(most);
        let cells = along.into_iter().max().unwrap_or(1).max(inner).max(least);
        let stride = MAX_CELLS / cells;
        let side = cells + 1;
        let mut u: Vec<f64> = (0..side * side).map(|k| at(k % side * stride, k / side * stride)).collect();
        for k in 0..side {
            let place = k * stride;
            u[k] = on_line(&border[0], along[0], place);
            u[cells * side + k] = on_line(&border[1], along[1], place);
        }
        for k in 0..side {
            let place = k * stride;
            u[k * side] = on_line(&border[2], along[2], place);
            u[k * side + cells] = on_line(&border[3], along[3], place);
        }
        let fine_at = |x: usize, y: usize| fine[y * wide + x];
        let normals = (0..side * side)
            .map(|k| {
                let (x, y) = (k % side * stride + 1, k / side * stride + 1);
                let d = DVec2::new(fine_at(x + 1, y) - fine_at(x - 1, y), fine_at(x, y + 1) - fine_at(x, y - 1));
                (-d / (2.0 * step)).extend(1.0).normalize().as_vec3()
            })
            .collect();
        Some(Self { tile_low, tile_m, low, size, cells, u, normals })
    }

    pub fn cells(&self) -> usize {
        self.cells
    }

    /// The sides of a cell, metres.
    pub fn cell(&self) -> DVec2 {
        self.size / self.cells as f64
    }

    pub fn corner(&self, x: usize, y: usize) -> DVec3 {
        let p = self.low + DVec2::new(x as f64, y as f64) * self.cell();
        p.extend(self.u[y * (self.cells + 1) + x])
    }

    pub fn normal(&self, x: usize, y: usize) -> Vec3 {
        self.normals[y * (self.cells + 1) + x]
    }

    /// The two triangles of a cell, counter-clockwise from above.
    pub fn triangles(&self, x: usize, y: usize) -> [[(usize, usize); 3]; 2] {
        let (sw, se, ne, nw) = ((x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1));
        [[sw, se, ne], [sw, ne, nw]]
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

    /// The grid and a skirt that hangs down from its border by `skirt_m`.
    pub fn draw(&self, skirt_m: f64, mut vertex: impl FnMut(DVec3, Vec3, DVec2) -> Vertex, out: &mut Vec<Vertex>) {
        let mut push = |p: DVec3, n: Vec3, at: DVec2| out.push(Vertex { feature: NO_FEATURE, ..vertex(p, n, at) });
        let n = self.cells;
        // In narrow strips, so that meshopt's coder still knows the row below: half the bytes of whole rows.
        let strips = (0..n)
            .step_by(STRIP_CELLS)
            .flat_map(|x0| (0..n).flat_map(move |y| (x0..(x0 + STRIP_CELLS).min(n)).map(move |x| (x, y))));
        for (x, y) in strips {
            for (x, y) in self.triangles(x, y).into_iter().flatten() {
                let p = self.corner(x, y);
                push(p, self.normal(x, y), p.truncate());
            }
        }
        // Counter-clockwise around the tile: the outside lies on the right hand.
        let south = (0..n).map(|k| ((k, 0), (k + 1, 0)));
        let east = (0..n).map(|k| ((n, k), (n, k + 1)));
        let north = (0..n).rev().map(|k| ((k + 1, n), (k, n)));
        let west = (0..n).rev().map(|k| ((0, k + 1), (0, k)));
        for ((x0, y0), (x1, y1)) in south.chain(east).chain(north).chain(west) {
            let (a, b) = (self.corner(x0, y0), self.corner(x1, y1));
            let (c, d) = (b - DVec3::Z * skirt_m, a - DVec3::Z * skirt_m);
            // Lit like the ground beside it, so that it does not show.
            let (na, nb) = (self.normal(x0, y0), self.normal(x1, y1));
            for (p, n) in [(d, na), (c, nb), (b, nb), (d, na), (b, nb), (a, na)] {
                push(p, n, p.truncate());
            }
        }
    }
}

/// The most cells (a power of two) that a tile's side is cut into over posts this far apart.
fn most_cells(tile_m: f64, spacing_m: f64) -> usize {
    let mut cells = MAX_CELLS;
    while cells > 1 && tile_m / (cells as f64) < spacing_m * LEAST_OF_SPACING {
        cells /= 2;
    }
    cells
}

/// The fewest cells (a power of two) that follow a line of heights.
fn cells_of_line(line: &[f64], tolerance_m: f64) -> usize {
    let last = line.len() - 1;
    let mut cells = 1;
    while cells < last {
        let fits = (0..=last).all(|k| (on_line(line, cells, k) - line[k]).abs() <= tolerance_m);
        if fits {
            return cells;
        }
        cells *= 2;
    }
    last
}

/// The height at a place of a line that is kept at `cells + 1` places only.
fn on_line(line: &[f64], cells: usize, place: usize) -> f64 {
    let stride = (line.len() - 1) / cells;
    let before = place / stride * stride;
    if before == place {
        return line[place];
    }
    let t = (place - before) as f64 / stride as f64;
    line[before] + (line[before + stride] - line[before]) * t
}

fn cells_of_grid(at: &dyn Fn(usize, usize) -> f64, tolerance_m: f64) -> usize {
    let mut cells = 1;
    while cells < MAX_CELLS {
        let stride = MAX_CELLS / cells;
        let on = |x: usize, y: usize| {
            let (x0, y0) = ((x / stride).min(cells - 1) * stride, (y / stride).min(cells - 1) * stride);
            let (fx, fy) = ((x - x0) as f64 / stride as f64, (y - y0) as f64 / stride as f64);
            let (sw, ne) = (at(x0, y0), at(x0 + stride, y0 + stride));
            if fy <= fx {
                let se = at(x0 + stride, y0);
                sw + (se - sw) * fx + (ne - se) * fy
            } else {
                let nw = at(x0, y0 + stride);
                sw + (nw - sw) * fy + (ne - nw) * fx
            }
        };
        let side = MAX_CELLS + 1;
        if (0..side * side).all(|k| (on(k % side, k / side) - at(k % side, k / side)).abs() <= tolerance_m) {
            return cells;
        }
        cells *= 2;
    }
    MAX_CELLS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bake::frame::PlanFrame;
    use crate::bake::land::{Land, NoAssets, PictureFormat};
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
        let context =
            Context { land, terrain: &Hills { spacing_m }, imagery: None, assets: &NoAssets, with_ground: true };
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
    fn cells_are_no_finer_than_the_posts_ask_for() {
        let land = land();
        let cells = |spacing_m| ground(&land, spacing_m, DVec2::new(-250.0, -250.0), 0.05).unwrap().cells();
        assert_eq!((cells(0.0), cells(92.0), cells(400.0)), (64, 32, 4));
    }

    #[test]
    fn triangles_come_in_an_order_that_packs_to_a_byte_and_a_half_each() {
        let land = land();
        let vertices = drawn(&ground(&land, 0.0, DVec2::new(-250.0, -250.0), 0.05).unwrap());
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
