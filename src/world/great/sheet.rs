//! Land and water of a tile: a grid of the terrain with skirts, the sea, the river.
//!
//! Plan frame metres. Below what streets and blocks cover, the land is sunk a little more than the level's error, so that it
//! never pierces them and closes what slits there are between levels.

use glam::{DVec2, DVec3, Vec3};

use crate::bake::det::{fractal, smoothstep};
use crate::bake::mesh::{Matter, Mesh, Rgb, Surface, Vertex, blend, hex, scale};
use crate::world::city::geom::Bounds;
use crate::world::city::terrain::Terrain;

/// What lies on the land at a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ground {
    pub surface: Surface,
    pub color: Rgb,
    /// Whether streets, blocks or pads lie on it.
    pub covered: bool,
}

/// How a tile's land is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Sheet {
    pub rect: Bounds,
    /// Cells along each side.
    pub cells: usize,
    /// How deep the land lies below what covers it.
    pub sunk_m: f64,
    /// How far down the skirts go.
    pub skirt_m: f64,
}

/// Below this depth the sea's floor is not drawn.
const FLOOR_U: f64 = -1.5;

impl Sheet {
    fn at(&self, i: usize, j: usize) -> DVec2 {
        let t = DVec2::new(i as f64, j as f64) / self.cells as f64;
        self.rect.low + (self.rect.high - self.rect.low) * t
    }

    /// Draws the land as coloured vertices. `hidden` says which cells (middle, half side) need not be drawn at all.
    pub fn land(
        &self,
        mesh: &mut Mesh,
        terrain: &Terrain,
        ground: impl Fn(DVec2) -> Ground,
        hidden: impl Fn(DVec2, f64) -> bool,
    ) {
        let corners = self.corners(terrain, ground);
        let row = self.cells + 1;
        let half_m = self.rect.size().x * 0.5 / self.cells as f64;
        for j in 0..self.cells {
            for i in 0..self.cells {
                let quad = [j * row + i, j * row + i + 1, (j + 1) * row + i + 1, (j + 1) * row + i].map(|k| corners[k]);
                if quad.iter().all(|v| v.at.z < FLOOR_U) || hidden(self.at(i, j) + half_m, half_m) {
                    continue;
                }
                for triangle in split(&quad) {
                    mesh.push(Matter::Solid, level_surface(triangle));
                }
            }
        }
        self.skirts(mesh, &corners);
    }

    /// The same grid as vertices with texture coordinates over the rectangle, for a picture to lie on; sunk where it is
    /// `covered`.
    pub fn pictured(&self, terrain: &Terrain, covered: impl Fn(DVec2) -> bool) -> (Vec<Vertex>, Vec<[f32; 2]>) {
        let plain = |p: DVec2| Ground { surface: Surface::Plain, color: [1.0; 3], covered: covered(p) };
        let corners = self.corners(terrain, plain);
        let row = self.cells + 1;
        let mut vertices = Vec::new();
        for j in 0..self.cells {
            for i in 0..self.cells {
                let quad = [j * row + i, j * row + i + 1, (j + 1) * row + i + 1, (j + 1) * row + i].map(|k| corners[k]);
                if quad.iter().any(|v| v.at.z >= FLOOR_U) {
                    split(&quad).into_iter().for_each(|triangle| vertices.extend(triangle));
                }
            }
        }
        let mut mesh = Mesh::default();
        self.skirts(&mut mesh, &corners);
        vertices.append(&mut mesh.triangles[Matter::Solid as usize]);
        let size = self.rect.size();
        let uv = vertices
            .iter()
            .map(|v| {
                let t = (v.at.truncate() - self.rect.low) / size;
                [t.x as f32, 1.0 - t.y as f32]
            })
            .collect();
        (vertices, uv)
    }

    fn corners(&self, terrain: &Terrain, ground: impl Fn(DVec2) -> Ground) -> Vec<Vertex> {
        let step = self.rect.size() / self.cells as f64;
        // One more on each side for the slopes.
        let row = self.cells + 3;
        let place = |k: usize| {
            let (i, j) = ((k % row) as f64 - 1.0, (k / row) as f64 - 1.0);
            self.rect.low + step * DVec2::new(i, j)
        };
        let heights: Vec<f64> = (0..row * row).map(|k| terrain.height(place(k))).collect();
        let mut corners = Vec::with_capacity((self.cells + 1) * (self.cells + 1));
        for j in 1..=self.cells + 1 {
            for i in 1..=self.cells + 1 {
                let k = j * row + i;
                let slope =
                    DVec2::new(heights[k + 1] - heights[k - 1], heights[k + row] - heights[k - row]) / (step * 2.0);
                let normal = DVec3::new(-slope.x, -slope.y, 1.0).normalize().as_vec3();
                let p = place(k);
                let ground = ground(p);
                let sunk = if ground.covered { self.sunk_m } else { 0.0 };
                let mut vertex = Mesh::default().vertex(p.extend(heights[k] - sunk), normal, ground.color);
                vertex.surface = ground.surface;
                corners.push(vertex);
            }
        }
        corners
    }

    fn skirts(&self, mesh: &mut Mesh, corners: &[Vertex]) {
        let row = self.cells + 1;
        let n = self.cells;
        let rim = |side: usize, k: usize| match side {
            0 => k,
            1 => k * row + n,
            2 => n * row + n - k,
            _ => (n - k) * row,
        };
        for side in 0..4 {
            for k in 0..n {
                let (a, b) = (corners[rim(side, k)], corners[rim(side, k + 1)]);
                if a.at.z < FLOOR_U && b.at.z < FLOOR_U {
                    continue;
                }
                let down = |v: Vertex| Vertex { at: v.at - DVec3::Z * self.skirt_m, ..v };
                // Lit like the ground above, a skirt that shows in a slit goes unseen.
                mesh.push(Matter::Solid, level_surface([down(a), down(b), b]));
                mesh.push(Matter::Solid, level_surface([down(a), b, a]));
            }
        }
    }

    /// The sea where the tile has any.
    pub fn sea(&self, mesh: &mut Mesh, terrain: &Terrain, cells: usize) {
        let size = self.rect.size() / cells as f64;
        let row = cells + 1;
        let place = |k: usize| self.rect.low + size * DVec2::new((k % row) as f64, (k / row) as f64);
        let depths: Vec<f64> = (0..row * row).map(|k| terrain.height(place(k))).collect();
        let vertex = |mesh: &Mesh, k: usize| {
            mesh.vertex(place(k).extend(0.0), Vec3::Z, sea_color(terrain.seed, place(k), depths[k]))
        };
        for j in 0..cells {
            for i in 0..cells {
                let quad = [j * row + i, j * row + i + 1, (j + 1) * row + i + 1, (j + 1) * row + i];
                // Shores run between the corners too.
                let middle = place(quad[0]) + size * 0.5;
                let near_sea = quad.iter().any(|&k| depths[k] < 0.4) || terrain.inland(middle) < size.x;
                if !near_sea {
                    continue;
                }
                let v = quad.map(|k| vertex(mesh, k));
                mesh.push(Matter::Water, [v[0], v[1], v[2]]);
                mesh.push(Matter::Water, [v[0], v[2], v[3]]);
            }
        }
    }
}

/// The two triangles of a quad along the diagonal that follows the ground better.
fn split(v: &[Vertex; 4]) -> [[Vertex; 3]; 2] {
    if (v[0].at.z - v[2].at.z).abs() <= (v[1].at.z - v[3].at.z).abs() {
        [[v[0], v[1], v[2]], [v[0], v[2], v[3]]]
    } else {
        [[v[1], v[2], v[3]], [v[1], v[3], v[0]]]
    }
}

/// A triangle has one surface, as classes can't be blended: that of two of its corners, else of the first.
fn level_surface(mut triangle: [Vertex; 3]) -> [Vertex; 3] {
    let [a, b, c] = triangle.map(|v| v.surface);
    let common = if b == c { b } else { a };
    triangle.iter_mut().for_each(|v| v.surface = common);
    triangle
}

/// The colour of the sea over a floor at this height: sand shows through near the shore.
pub fn sea_color(seed: u64, p: DVec2, floor_u: f64) -> Rgb {
    let depth = -floor_u;
    let shallow = 1.0 - smoothstep(-0.6, 9.0, depth) as f32;
    let middle = 1.0 - smoothstep(4.0, 34.0, depth) as f32;
    let calm = (1.0 + 0.07 * fractal(seed ^ 41, p / 640.0, 3)) as f32;
    let open = blend(hex(0x14384c), hex(0x24627a), middle);
    scale(blend(open, hex(0x6fb1a8), shallow * shallow * 0.75), calm)
}

/// The river's water between two distances along its line.
pub fn river(mesh: &mut Mesh, terrain: &Terrain, rect: &Bounds, step_m: f64) {
    let line = terrain.river_line();
    let count = (line.length() / step_m).ceil() as usize;
    let station = |k: usize| {
        let m = line.length() * k as f64 / count as f64;
        let (p, d) = line.at(m);
        let half = terrain.river_half_m(m) + 1.5;
        let u = terrain.river_level_u(m);
        (p + d.perp() * half, p - d.perp() * half, u, p)
    };
    for k in 0..count {
        let (a, b) = (station(k), station(k + 1));
        let middle = (a.3 + b.3) * 0.5;
        // Each piece belongs to the tile that its middle lies in.
        if !(middle.cmpge(rect.low).all() && middle.cmplt(rect.high).all()) || b.2 < 0.02 && a.2 < 0.02 {
            continue;
        }
        let edge = hex(0x41605c);
        let core = hex(0x24505a);
        for (left, right) in [((a.0, b.0), (a.3, b.3)), ((a.3, b.3), (a.1, b.1))] {
            let tone = |outer: bool| if outer { edge } else { core };
            let first = left.0 != a.3;
            let quad = [right.0.extend(a.2), right.1.extend(b.2), left.1.extend(b.2), left.0.extend(a.2)];
            let tones = [tone(!first), tone(!first), tone(first), tone(first)];
            mesh.quad_normals(Matter::Water, quad, [Vec3::Z; 4], tones);
        }
    }
}
