//! The natural ground and the sea: below the town as a sunken sheet, around it in full, and the far island.
//!
//! [`Maps`] are rasters of the town's rectangle: what is built over, and how much open sky the ground sees.

use super::building::Building;
use super::plan::{BlockUse, Plan, contains};
use super::terrain::{TOWN_HALF_M, Terrain};
use crate::bake::det::{Rng, unit_vector};
use crate::bake::mesh::{Matter, Mesh, Rect, Rgb, blend, hex, scale};
use glam::{DVec2, DVec3, Vec3};

const CELL_M: f64 = 5.0;

/// Rasters over the town with cells of 5 m.
pub struct Maps {
    size: (usize, usize),
    covered: Vec<bool>,
    /// Mean colour of what lies there, where covered.
    colors: Vec<Rgb>,
    /// Share of the cell and its neighbours under buildings.
    built: Vec<f32>,
}

impl Maps {
    pub fn new(plan: &Plan, buildings: &[Building], port: &[Vec<DVec2>]) -> Self {
        let size = ((2.0 * TOWN_HALF_M.x / CELL_M) as usize, (2.0 * TOWN_HALF_M.y / CELL_M) as usize);
        let count = size.0 * size.1;
        let mut maps =
            Self { size, covered: vec![false; count], colors: vec![[0.0; 3]; count], built: vec![0.0; count] };
        for block in &plan.blocks {
            let color = match block.purpose {
                BlockUse::Houses | BlockUse::Slabs | BlockUse::Park => hex(0x868d5d),
                _ => hex(0xa09a8e),
            };
            maps.fill(&block.kerb, |m, k| (m.covered[k], m.colors[k]) = (true, color));
        }
        let streets = plan.streets.iter().map(|s| &s.surface).chain(plan.crossings.iter().map(|(_, q)| q));
        for quad in streets {
            maps.fill(quad, |m, k| (m.covered[k], m.colors[k]) = (true, super::ground::ASPHALT));
        }
        for part in port {
            maps.fill(part, |m, k| (m.covered[k], m.colors[k]) = (true, hex(0x8d8b86)));
        }
        for building in buildings {
            for volume in &building.volumes {
                maps.fill(&volume.outline, |m, k| m.built[k] = 1.0);
            }
        }
        for _ in 0..2 {
            maps.blur();
        }
        maps
    }

    fn fill(&mut self, outline: &[DVec2], mut set: impl FnMut(&mut Self, usize)) {
        let low = outline.iter().fold(DVec2::MAX, |a, &b| a.min(b));
        let high = outline.iter().fold(DVec2::MIN, |a, &b| a.max(b));
        let cell = |p: DVec2| ((p + TOWN_HALF_M) / CELL_M).floor();
        let (a, b) = (cell(low).max(DVec2::ZERO), cell(high));
        for y in a.y as usize..((b.y.max(-1.0) + 1.0) as usize).min(self.size.1) {
            for x in a.x as usize..((b.x.max(-1.0) + 1.0) as usize).min(self.size.0) {
                let p = DVec2::new(x as f64 + 0.5, y as f64 + 0.5) * CELL_M - TOWN_HALF_M;
                if contains(outline, p) {
                    set(self, y * self.size.0 + x);
                }
            }
        }
    }

    fn blur(&mut self) {
        let (w, h) = self.size;
        let source = self.built.clone();
        for y in 1..h - 1 {
            for x in 1..w - 1 {
                let mut sum = 0.0;
                for dy in 0..3 {
                    for dx in 0..3 {
                        sum += source[(y + dy - 1) * w + x + dx - 1];
                    }
                }
                self.built[y * w + x] = sum / 9.0;
            }
        }
    }

    fn index(&self, p: DVec2) -> Option<usize> {
        let c = ((p + TOWN_HALF_M) / CELL_M).floor();
        let inside = c.x >= 0.0 && c.y >= 0.0 && c.x < self.size.0 as f64 && c.y < self.size.1 as f64;
        inside.then(|| c.y as usize * self.size.0 + c.x as usize)
    }

    /// Whether streets, blocks or the quay lie here.
    pub fn is_covered(&self, p: DVec2) -> bool {
        self.index(p).is_some_and(|k| self.covered[k])
    }

    pub fn color(&self, p: DVec2) -> Option<Rgb> {
        self.index(p).filter(|&k| self.covered[k]).map(|k| self.colors[k])
    }

    /// Light on the ground between houses, 1 in the open.
    pub fn light(&self, p: DVec2) -> f32 {
        self.index(p).map_or(1.0, |k| 1.0 - 0.42 * self.built[k])
    }
}

/// Metres between the terrain's supports, by level, for the town.
const STEP_M: [f64; 5] = [50.0, 31.25, 31.25, 20.9, 15.7];
/// How far the terrain is sunk below what covers it, by level.
const SUNK_M: [f64; 5] = [3.0, 2.0, 1.3, 0.9, 0.7];

/// A tile's rectangle of land and sea.
pub fn sheet(mesh: &mut Mesh, terrain: &Terrain, maps: &Maps, low: DVec2, high: DVec2, level: usize) {
    let step = STEP_M[level];
    let count = ((high - low) / step).ceil();
    let cell = (high - low) / count;
    let vertex = |mesh: &Mesh, p: DVec2, matter: Matter| {
        if matter == Matter::Water {
            return mesh.vertex(p.extend(0.0), Vec3::Z, terrain.sea(p));
        }
        let sunk = if maps.is_covered(p) { SUNK_M[level] } else { 0.0 };
        let color = maps.color(p).unwrap_or_else(|| terrain.cover(p));
        mesh.vertex(p.extend(terrain.height(p) - sunk), normal(terrain, p, step * 0.5), color)
    };
    for y in 0..count.y as usize {
        for x in 0..count.x as usize {
            let corners = [(0, 0), (1, 0), (1, 1), (0, 1)]
                .map(|(dx, dy)| low + cell * DVec2::new((x + dx) as f64, (y + dy) as f64));
            let heights = corners.map(|p| terrain.height(p));
            if heights.iter().any(|&h| h > -1.2) {
                // The diagonal that follows the ground better.
                let v = corners.map(|p| vertex(mesh, p, Matter::Solid));
                if (heights[0] - heights[2]).abs() <= (heights[1] - heights[3]).abs() {
                    mesh.push(Matter::Solid, [v[0], v[1], v[2]]);
                    mesh.push(Matter::Solid, [v[0], v[2], v[3]]);
                } else {
                    mesh.push(Matter::Solid, [v[1], v[2], v[3]]);
                    mesh.push(Matter::Solid, [v[1], v[3], v[0]]);
                }
            }
            if heights.iter().any(|&h| h < 0.6) {
                let v = corners.map(|p| vertex(mesh, p, Matter::Water));
                mesh.push(Matter::Water, [v[0], v[1], v[2]]);
                mesh.push(Matter::Water, [v[0], v[2], v[3]]);
            }
        }
    }
    skirts(mesh, terrain, maps, low, high, level);
}

fn normal(terrain: &Terrain, p: DVec2, reach: f64) -> Vec3 {
    let h = |d: DVec2| terrain.height(p + d);
    let slope = DVec2::new(
        h(DVec2::new(reach, 0.0)) - h(DVec2::new(-reach, 0.0)),
        h(DVec2::new(0.0, reach)) - h(DVec2::new(0.0, -reach)),
    ) / (2.0 * reach);
    DVec3::new(-slope.x, -slope.y, 1.0).normalize().as_vec3()
}

/// Aprons around the rectangle, so that a neighbour of another level leaves no slit.
fn skirts(mesh: &mut Mesh, terrain: &Terrain, maps: &Maps, low: DVec2, high: DVec2, level: usize) {
    let deep = [20.0, 10.0, 6.0, 4.0, 2.5][level];
    let corners = [low, DVec2::new(high.x, low.y), high, DVec2::new(low.x, high.y)];
    for k in 0..4 {
        let (a, b) = (corners[k], corners[(k + 1) % 4]);
        let count = ((b - a).length() / STEP_M[level]).ceil() as usize;
        for i in 0..count {
            let [p, q] = [i, i + 1].map(|i| a.lerp(b, i as f64 / count as f64));
            let top = |p: DVec2| {
                let sunk = if maps.is_covered(p) { SUNK_M[level] } else { 0.0 };
                (terrain.height(p) - sunk).max(0.0)
            };
            let color = scale(maps.color(p).unwrap_or_else(|| terrain.cover(p)), 0.9);
            let (u, w) = (top(p), top(q));
            let (matter, color) = if u + w < 0.01 { (Matter::Water, terrain.sea(p)) } else { (Matter::Solid, color) };
            // Lit like the ground above, an apron that shows in a slit goes unseen.
            let corners = [p.extend(u - deep), q.extend(w - deep), q.extend(w), p.extend(u)];
            mesh.quad_normals(matter, corners, [Vec3::Z; 4], [color; 4]);
        }
    }
}

/// Half sizes and steps of the far land's rings. Each half size, and the town's, is a multiple of the next step, so that
/// the hole for the finer ring is cut along cells.
const RINGS: [(f64, f64); 3] = [(5000.0, 62.5), (18_000.0, 250.0), (44_000.0, 2000.0)];

/// The island and the sea around the town, with hamlets.
pub fn backdrop(terrain: &Terrain) -> Mesh {
    let mut mesh = Mesh::default();
    let mut hole = TOWN_HALF_M;
    for (half, step) in RINGS {
        ring(&mut mesh, terrain, half, step, hole);
        hole = DVec2::splat(half);
    }
    hamlets(&mut mesh, terrain);
    mesh
}

fn ring(mesh: &mut Mesh, terrain: &Terrain, half: f64, step: f64, hole: DVec2) {
    let count = (2.0 * half / step).round() as i64;
    for y in 0..count {
        for x in 0..count {
            let low = DVec2::new(x as f64, y as f64) * step - half;
            let high = low + step;
            if low.x >= -hole.x && high.x <= hole.x && low.y >= -hole.y && high.y <= hole.y {
                continue;
            }
            cell(mesh, terrain, low, high, step);
        }
    }
    for edge in [DVec2::splat(half), hole] {
        apron(mesh, terrain, edge, step);
    }
}

/// Aprons seen from both sides along a rectangle around the origin, where rings of different steps meet.
fn apron(mesh: &mut Mesh, terrain: &Terrain, half: DVec2, step: f64) {
    let corners = [-half, DVec2::new(half.x, -half.y), half, DVec2::new(-half.x, half.y)];
    for k in 0..4 {
        let (a, b) = (corners[k], corners[(k + 1) % 4]);
        let count = ((b - a).length() / step).round() as usize;
        for i in 0..count {
            let [p, q] = [i, i + 1].map(|i| a.lerp(b, i as f64 / count as f64));
            let top = |p: DVec2| p.extend(terrain.height(p).max(0.0) + crowns(terrain, p) - 0.1);
            let down = DVec3::Z * (4.0 + step * 0.12);
            let (u, w) = (top(p), top(q));
            if u.z + w.z < 0.1 {
                continue;
            }
            let color = scale(terrain.cover(p), 0.9);
            mesh.quad(Matter::Solid, [u - down, w - down, w, u], color);
            mesh.quad(Matter::Solid, [w - down, u - down, u, w], color);
        }
    }
}

fn cell(mesh: &mut Mesh, terrain: &Terrain, low: DVec2, high: DVec2, step: f64) {
    let corners = [low, DVec2::new(high.x, low.y), high, DVec2::new(low.x, high.y)];
    let heights = corners.map(|p| terrain.height(p));
    // Beyond the horizon the sea's rim bends down to hide its edge.
    let rim = |p: DVec2| if p.abs().max_element() > 43_000.0 { -90.0 } else { 0.0 };
    if heights.iter().any(|&h| h > -1.2) {
        let v = corners.map(|p| {
            let n = normal(terrain, p, step * 0.4);
            mesh.vertex(p.extend(terrain.height(p) + crowns(terrain, p)), n, terrain.cover(p))
        });
        mesh.push(Matter::Solid, [v[0], v[1], v[2]]);
        mesh.push(Matter::Solid, [v[0], v[2], v[3]]);
    }
    if heights.iter().any(|&h| h < 2.0) {
        let v = corners.map(|p| mesh.vertex(p.extend(rim(p)), Vec3::Z, terrain.sea(p)));
        mesh.push(Matter::Water, [v[0], v[1], v[2]]);
        mesh.push(Matter::Water, [v[0], v[2], v[3]]);
    }
}

/// How high the wood's roof lies above the far ground; none beside the town, whose tiles have single trees.
fn crowns(terrain: &Terrain, p: DVec2) -> f64 {
    let beyond = ((p.abs() - TOWN_HALF_M).max_element() / 400.0).clamp(0.0, 1.0);
    5.0 * terrain.forest(p) * beyond
}

/// Small groups of houses in the far land, so that it is inhabited.
fn hamlets(mesh: &mut Mesh, terrain: &Terrain) {
    for k in 0..46 {
        let mut rng = Rng::of(terrain.seed, 70, k);
        let middle = DVec2::new(rng.range(-7000.0, 7000.0), rng.range(-900.0, 9000.0));
        let outside = middle.x.abs() > TOWN_HALF_M.x + 300.0 || middle.y > TOWN_HALF_M.y + 300.0;
        if !outside || terrain.inland(middle) < 120.0 || terrain.height(middle) > 130.0 {
            continue;
        }
        for _ in 0..rng.int(5, 17) {
            let at = middle + unit_vector(rng.range(0.0, std::f64::consts::TAU)) * rng.range(10.0, 130.0);
            let rect = Rect::new(
                at,
                unit_vector(rng.range(0.0, std::f64::consts::PI)),
                rng.range(10.0, 19.0),
                rng.range(8.0, 11.0),
            );
            let u = terrain.height(at) + 3.0 * terrain.forest(at);
            let wall = blend(hex(0xf1ece1), hex(0xe3cfa8), rng.unit() as f32);
            let roof = scale(hex(0xb5694a), rng.range(0.8, 1.1) as f32);
            gabled(mesh, &rect, u - 4.0, u + rng.range(4.0, 7.5), 2.6, wall, roof);
        }
    }
}

/// A plain house with a saddle roof.
pub fn gabled(mesh: &mut Mesh, rect: &Rect, u0: f64, u1: f64, rise: f64, wall: Rgb, roof: Rgb) {
    let c = rect.corners();
    for k in 0..4 {
        mesh.wall(c[k], c[(k + 1) % 4], u0, u1, scale(wall, 0.7), wall);
    }
    let (a, b) = (rect.at(-rect.half.x, 0.0), rect.at(rect.half.x, 0.0));
    let top = u1 + rise;
    mesh.quad(Matter::Solid, [c[0].extend(u1), c[1].extend(u1), b.extend(top), a.extend(top)], roof);
    mesh.quad(Matter::Solid, [c[2].extend(u1), c[3].extend(u1), a.extend(top), b.extend(top)], scale(roof, 0.95));
    mesh.tri(Matter::Solid, [c[1].extend(u1), c[2].extend(u1), b.extend(top)], [wall; 3]);
    mesh.tri(Matter::Solid, [c[3].extend(u1), c[0].extend(u1), a.extend(top)], [wall; 3]);
}
