//! The surroundings of the world: land and sea from its border to 40 km, in rings whose cells grow with the distance, with two
//! pictures of the ground. Always shown; the world's tiles lie in the square that the rings leave out.
//!
//! Plan frame metres. Towards the rim land sinks and everything takes the colour of the viewer's plain globe.

use glam::{DVec2, DVec3, Vec3};

use super::World;
use super::sheet::sea_color;
use crate::bake::det::{Rng, fractal, lerp, smoothstep, unit_vector};
use crate::bake::glb;
use crate::bake::mesh::{Matter, Mesh, Pictured, Rgb, Vertex, blend, hex, scale};
use crate::bake::paint::Canvas;
use crate::bake::tiling::land::{Backdrop, TileId};
use crate::world::city::geom::{Bounds, Line};
use crate::world::city::terrain::Terrain;
use crate::world::layout::WORLD_HALF_M;

/// How far the surroundings reach.
pub const REACH_M: f64 = 40_000.0;
/// The plain globe's colour in the scenes.
pub const RIM: Rgb = hex(0x21435a);
/// Stored beside the tiles.
pub const URI: &str = "tiles/far.glb";
/// From here on everything turns into the rim.
const FADES_M: f64 = 27_500.0;
/// Below this depth the sea's floor is not drawn.
const FLOOR_U: f64 = -1.5;
const PICTURE_PX: u32 = 2048;

/// Cells between two squares around the middle.
struct Ring {
    inner_m: f64,
    outer_m: f64,
    cell_m: f64,
    /// Cells of the sea.
    sea_m: f64,
    skirt_m: f64,
}

const RINGS: [Ring; 3] = [
    Ring { inner_m: WORLD_HALF_M, outer_m: 12_000.0, cell_m: 125.0, sea_m: 250.0, skirt_m: 70.0 },
    Ring { inner_m: 12_000.0, outer_m: 16_000.0, cell_m: 250.0, sea_m: 500.0, skirt_m: 90.0 },
    Ring { inner_m: 16_000.0, outer_m: REACH_M, cell_m: 500.0, sea_m: 1000.0, skirt_m: 160.0 },
];
/// Pictures: half the side, and the rings that they lie on.
const PICTURES: [(f64, std::ops::Range<usize>); 2] = [(16_000.0, 0..2), (REACH_M, 2..3)];

/// Roads that go on beyond the border: motorway and coast road.
const ROADS: [(f64, &[(f64, f64)]); 4] = [
    (
        32.0,
        &[
            (7990.0, 1748.0),
            (10_500.0, 2250.0),
            (14_500.0, 2100.0),
            (20_000.0, 3300.0),
            (29_000.0, 2500.0),
            (40_000.0, 3600.0),
        ],
    ),
    (
        32.0,
        &[
            (-7990.0, 501.0),
            (-10_300.0, 900.0),
            (-14_000.0, 1700.0),
            (-19_500.0, 500.0),
            (-28_000.0, 2400.0),
            (-40_000.0, 1500.0),
        ],
    ),
    (11.0, &[(7990.0, -1500.0), (10_200.0, -700.0), (13_500.0, -900.0), (18_500.0, 300.0), (26_000.0, -600.0)]),
    (11.0, &[(-7990.0, -1400.0), (-10_600.0, -1200.0), (-14_800.0, -700.0), (-19_500.0, -1900.0), (-27_500.0, -900.0)]),
];
/// Hamlets are strewn by lot, one to a square of this side at most.
const HAMLETS_M: f64 = 1900.0;

/// The surroundings as a content, and what the tileset says of it.
pub fn backdrop(world: &World) -> (Backdrop, Vec<u8>) {
    let terrain = world.city.terrain.clone().with_surroundings(REACH_M + 2000.0);
    let mut mesh = Mesh::default();
    for (half_m, rings) in PICTURES {
        let Some(picture) = picture(&terrain, half_m) else { continue };
        let mut triangles: Vec<Vertex> = Vec::new();
        for ring in &RINGS[rings] {
            land(&terrain, ring, &mut triangles);
            sea(&terrain, ring, &mut mesh);
        }
        let uv = triangles
            .iter()
            .map(|v| {
                let t = v.at.truncate() / (2.0 * half_m) + 0.5;
                [t.x as f32, 1.0 - t.y as f32]
            })
            .collect();
        mesh.pictured.push(Pictured { picture, glow: None, triangles, uv });
    }
    let placement = glb::Placement {
        frame: &world.frame,
        ecef_from_tile: world.tree.ecef_from_tile(TileId::ROOT),
        root_from_tile: world.tree.root_from_tile(TileId::ROOT),
        packed: world.options.packed,
        least_step_m: 0.0,
    };
    let encoded = glb::tile(&mesh, &[], &placement);
    (Backdrop { uri: URI.into(), low: encoded.low - 1.0, high: encoded.high + 1.0 }, encoded.bytes)
}

/// How far towards the rim, 0 to 1; ragged, as shores are.
fn fading(p: DVec2) -> f64 {
    let out = p.length() + 5200.0 * fractal(0xfade, p / 9000.0, 4);
    smoothstep(FADES_M, REACH_M - 1500.0, out.max(p.length() - 1500.0))
}

/// Height of what is drawn: the land, sunk into the sea towards the rim.
fn height(terrain: &Terrain, p: DVec2) -> f64 {
    let h = terrain.height(p);
    if h > 0.0 { lerp(h, -30.0, smoothstep(0.2, 0.8, fading(p))) } else { h }
}

impl Ring {
    /// South-western corners of its cells.
    fn cells(&self, cell_m: f64) -> Vec<DVec2> {
        let count = (2.0 * self.outer_m / cell_m).round() as i64;
        let place = |k: i64| -self.outer_m + k as f64 * cell_m;
        let mut out = Vec::new();
        for j in 0..count {
            for i in 0..count {
                let low = DVec2::new(place(i), place(j));
                if self.holds(low + cell_m * 0.5) {
                    out.push(low);
                }
            }
        }
        out
    }

    fn holds(&self, middle: DVec2) -> bool {
        let out = middle.abs().max_element();
        out > self.inner_m && out < self.outer_m && middle.length() < REACH_M
    }
}

const CORNERS: [DVec2; 4] = [DVec2::ZERO, DVec2::X, DVec2::ONE, DVec2::Y];

fn land(terrain: &Terrain, ring: &Ring, out: &mut Vec<Vertex>) {
    let c = ring.cell_m;
    let blank = Mesh::default();
    let vertex = |p: DVec2| {
        let h = |x: f64, y: f64| height(terrain, p + DVec2::new(x, y));
        let slope = DVec2::new(h(c, 0.0) - h(-c, 0.0), h(0.0, c) - h(0.0, -c)) / (2.0 * c);
        let normal = DVec3::new(-slope.x, -slope.y, 1.0).normalize().as_vec3();
        blank.vertex(p.extend(height(terrain, p)), normal, [1.0; 3])
    };
    for low in ring.cells(c) {
        let corners = CORNERS.map(|k| low + k * c);
        if corners.iter().all(|&p| height(terrain, p) < FLOOR_U) {
            continue;
        }
        let v = corners.map(vertex);
        out.extend([v[0], v[1], v[2], v[0], v[2], v[3]]);
        // Where the ring ends an upright rim closes what slits there are to the next.
        for side in 0..4 {
            let (a, b) = (v[side], v[(side + 1) % 4]);
            let across = (b.at - a.at).truncate().perp() * -1.0;
            if ring.holds(low + c * 0.5 + across.normalize() * c) {
                continue;
            }
            let down = |v: Vertex| Vertex { at: v.at - DVec3::Z * ring.skirt_m, ..v };
            out.extend([down(a), down(b), b, down(a), b, a]);
            out.extend([b, down(b), down(a), a, b, down(a)]);
        }
    }
}

fn sea(terrain: &Terrain, ring: &Ring, mesh: &mut Mesh) {
    let c = ring.sea_m;
    for low in ring.cells(c) {
        let corners = CORNERS.map(|k| low + k * c);
        let depths = corners.map(|p| height(terrain, p));
        let middle = low + c * 0.5;
        if depths.iter().all(|&h| h > 0.4) && terrain.inland(middle) > c {
            continue;
        }
        let v = [0, 1, 2, 3].map(|k| {
            let p = corners[k];
            let color = blend(sea_color(terrain.seed, p, depths[k]), RIM, fading(p) as f32);
            mesh.vertex(p.extend(0.0), Vec3::Z, color)
        });
        mesh.push(Matter::Water, [v[0], v[1], v[2]]);
        mesh.push(Matter::Water, [v[0], v[2], v[3]]);
    }
}

fn picture(terrain: &Terrain, half_m: f64) -> Option<crate::bake::mesh::Picture> {
    let mut canvas = Canvas::new(DVec2::splat(-half_m), 2.0 * half_m, PICTURE_PX)?;
    let inner = if half_m > 20_000.0 { 15_000.0 } else { WORLD_HALF_M - 300.0 };
    canvas.wash(3, 0.08, |p| {
        let fade = fading(p) as f32;
        if p.abs().max_element() < inner || fade >= 1.0 {
            return RIM;
        }
        blend(super::cover::ground(terrain, p).color, RIM, fade * 0.6)
    });
    settle(terrain, &mut canvas, inner, half_m);
    canvas.jpeg(80)
}

/// Hamlets, the lanes between them and the great roads.
fn settle(terrain: &Terrain, canvas: &mut Canvas, inner_m: f64, outer_m: f64) {
    let count = (outer_m.min(30_000.0) / HAMLETS_M) as i64;
    let lane = hex(0x8f887a);
    let least_m = canvas.pixel_m() * 0.4;
    for j in -count..count {
        for i in -count..count {
            let Some(at) = hamlet(terrain, i, j) else { continue };
            if at.abs().max_element() < inner_m {
                continue;
            }
            for (di, dj) in [(1, 0), (0, 1)] {
                if let Some(next) = hamlet(terrain, i + di, j + dj) {
                    let bend = (next - at).perp() * 0.12;
                    let line = Line::smooth(&[at, at.lerp(next, 0.4) + bend, next], 150.0);
                    let dry = line.points.iter().all(|&p| terrain.inland(p) > 40.0);
                    if dry {
                        canvas.stroke(&line.points, 7.0_f64.max(least_m), lane);
                    }
                }
            }
            houses(terrain, canvas, at, (i, j));
        }
    }
    for (width_m, points) in ROADS {
        let points: Vec<DVec2> = points.iter().map(|&p| DVec2::from(p)).collect();
        let line = Line::smooth(&points, 200.0);
        canvas.stroke(&line.points, width_m.max(least_m), hex(0x5e5e60));
    }
}

fn lot(terrain: &Terrain, (i, j): (i64, i64)) -> Rng {
    Rng::of(terrain.seed, 0xfa4, (i as u64).wrapping_mul(0x1_0000_0001) ^ (j as u64))
}

/// The middle of a square's hamlet, where the land allows one.
fn hamlet(terrain: &Terrain, i: i64, j: i64) -> Option<DVec2> {
    let mut rng = lot(terrain, (i, j));
    let at = (DVec2::new(i as f64, j as f64) + DVec2::new(rng.range(0.15, 0.85), rng.range(0.15, 0.85))) * HAMLETS_M;
    let chance = 0.75 - 0.4 * smoothstep(0.0, 9000.0, terrain.inland(at));
    let good = rng.chance(chance)
        && at.abs().max_element() > WORLD_HALF_M + 500.0
        && terrain.inland(at) > 260.0
        && terrain.height(at) < 420.0
        && terrain.hillside(at).length() < 0.16;
    good.then_some(at)
}

fn houses(terrain: &Terrain, canvas: &mut Canvas, at: DVec2, square: (i64, i64)) {
    let mut rng = Rng::of(lot(terrain, square).next_u64(), 0xfa5, 0);
    let size = rng.range(70.0, 330.0);
    let count = 8 + (size / 6.0) as usize;
    let garden: Vec<DVec2> = (0..14)
        .map(|k| at + unit_vector(std::f64::consts::TAU * f64::from(k) / 14.0) * (size * rng.range(0.75, 1.2)))
        .collect();
    canvas.fill([&garden[..]], hex(0x84845c));
    for _ in 0..count {
        let p = at + unit_vector(rng.range(0.0, std::f64::consts::TAU)) * (size * rng.unit().sqrt());
        let along = unit_vector(rng.range(0.0, std::f64::consts::PI));
        let (l, w) = (rng.range(9.0, 17.0), rng.range(6.0, 10.0));
        let (x, y) = (along * l, along.perp() * w);
        let tile = rng.pick(&[0xa5624a, 0xb0715a, 0x9a5b44, 0xc3b9a6, 0x8f8880]);
        canvas.fill([&[p - x - y, p + x - y, p + x + y, p - x + y][..]], scale(hex(tile), 1.0));
    }
    let cross = Bounds::new(at - size, at + size);
    canvas.stroke(&[cross.low, at, cross.high], 6.0_f64.max(canvas.pixel_m() * 0.35), hex(0x8f887a));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rings_meet_and_leave_the_world_out() {
        for pair in RINGS.windows(2) {
            assert_eq!(pair[0].outer_m, pair[1].inner_m);
        }
        let area: f64 = RINGS.iter().map(|r| r.cells(r.cell_m).len() as f64 * r.cell_m * r.cell_m).sum();
        let disc = std::f64::consts::PI * REACH_M * REACH_M - 4.0 * WORLD_HALF_M * WORLD_HALF_M;
        assert!((area / disc - 1.0).abs() < 0.01, "{area} {disc}");
        for ring in &RINGS {
            assert!(ring.cells(ring.sea_m).iter().all(|low| {
                let middle = *low + ring.sea_m * 0.5;
                middle.abs().max_element() > WORLD_HALF_M
            }));
        }
    }

    #[test]
    fn the_surroundings_meet_the_borders_heights() {
        let terrain = Terrain::new(7);
        let far = terrain.clone().with_surroundings(REACH_M + 2000.0);
        for k in -64..=64 {
            for p in [DVec2::new(f64::from(k) * 125.0, 8000.0), DVec2::new(-8000.0, f64::from(k) * 125.0)] {
                assert_eq!(far.height(p), terrain.height(p), "{p}");
                assert_eq!(height(&far, p), terrain.height(p), "{p}");
            }
        }
    }
}
