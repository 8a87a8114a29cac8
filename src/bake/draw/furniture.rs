//! Street furniture: what stands on pavements and squares, along kerbs and fences.
//!
//! Each thing stands at a foot point and faces a direction (`along`). Drawn whole at level 4 and, where it is large enough
//! to be seen from farther, plainly at 3; not at all below. Plan frame, metres.

mod seats;
mod signals;
mod walls;

use crate::bake::det::Rng;
use crate::bake::mesh::{Matter, Mesh, Rect, Rgb, Surface, hex, scale};
use glam::{DVec2, DVec3};
pub use walls::{Barrier, barrier};

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// A mast with an arm over the road, 8 to 10 m.
    RoadLamp,
    /// A mast with two arms, for the middle of avenues.
    DoubleLamp,
    /// An old lantern on a post, 4 m.
    Lantern,
    /// A slim modern post with a light on top, 4.5 m.
    PathLamp,
    /// A post with heads for cars and for walkers; it faces the traffic.
    Signal,
    /// A mast with an arm over the lanes, this long.
    SignalArm(f64),
    Sign(SignShape),
    Bench,
    Bin,
    BusStop,
    Bollard,
    Hydrant,
    AdvertisingColumn,
    /// A table with chairs, with or without a parasol.
    CafeTable(bool),
    Planter,
    Kiosk,
    /// A pool of this length and width.
    Pool(f64, f64),
    Swing,
    Slide,
    ClimbingFrame,
    /// A wooden pole with a crossarm.
    PowerPole,
    CycleRack,
    PostBox,
    Fountain,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignShape {
    Round,
    Triangle,
    Square,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thing {
    pub kind: Kind,
    pub at: DVec3,
    /// Unit vector: where it faces; where a lamp's arm points.
    pub along: DVec2,
    pub seed: u64,
}

pub fn draw(mesh: &mut Mesh, thing: &Thing, level: usize) {
    if level < least_level(thing.kind) {
        return;
    }
    let before = (mesh.surface, mesh.lit);
    mesh.surface = Surface::Metal;
    mesh.lit = 0;
    let rng = Rng::new(thing.seed);
    let mut spot = Spot { mesh, at: thing.at, along: thing.along.normalize_or(DVec2::X), near: level >= 4, rng };
    match thing.kind {
        Kind::RoadLamp => spot.road_lamp(&[1.0]),
        Kind::DoubleLamp => spot.road_lamp(&[1.0, -1.0]),
        Kind::Lantern => spot.lantern(),
        Kind::PathLamp => spot.path_lamp(),
        Kind::Signal => spot.signal(),
        Kind::SignalArm(reach_m) => spot.signal_arm(reach_m.clamp(1.0, 14.0)),
        Kind::Sign(shape) => spot.sign(shape),
        Kind::Bench => spot.bench(),
        Kind::Bin => spot.bin(),
        Kind::BusStop => spot.bus_stop(),
        Kind::Bollard => spot.bollard(),
        Kind::Hydrant => spot.hydrant(),
        Kind::AdvertisingColumn => spot.column(),
        Kind::CafeTable(parasol) => spot.cafe_table(parasol),
        Kind::Planter => spot.planter(),
        Kind::Kiosk => spot.kiosk(),
        Kind::Pool(length_m, width_m) => spot.pool(length_m, width_m),
        Kind::Swing => spot.swing(),
        Kind::Slide => spot.slide(),
        Kind::ClimbingFrame => spot.climbing_frame(),
        Kind::PowerPole => spot.power_pole(),
        Kind::CycleRack => spot.cycle_rack(),
        Kind::PostBox => spot.post_box(),
        Kind::Fountain => spot.fountain(),
    }
    (mesh.surface, mesh.lit) = before;
}

/// The coarsest level that shows it.
pub fn least_level(kind: Kind) -> usize {
    match kind {
        Kind::Pool(..) => 2,
        Kind::RoadLamp
        | Kind::DoubleLamp
        | Kind::BusStop
        | Kind::Kiosk
        | Kind::SignalArm(_)
        | Kind::PowerPole
        | Kind::Fountain => 3,
        _ => 4,
    }
}

/// Where a thing stands: x forward, y to the left, z up.
pub(super) struct Spot<'a> {
    mesh: &'a mut Mesh,
    at: DVec3,
    along: DVec2,
    near: bool,
    rng: Rng,
}

const STEEL: Rgb = hex(0x6d7272);
const IRON: Rgb = hex(0x2a2e30);

impl Spot<'_> {
    fn p(&self, x: f64, y: f64, z: f64) -> DVec3 {
        (self.at.truncate() + self.along * x + self.along.perp() * y).extend(self.at.z + z)
    }

    fn rect(&self, x: f64, y: f64, length: f64, width: f64) -> Rect {
        Rect::new(self.p(x, y, 0.0).truncate(), self.along, length, width)
    }

    /// A box between two heights.
    fn boxed(&mut self, (x, y): (f64, f64), (length, width): (f64, f64), (low, high): (f64, f64), c: Rgb) {
        let rect = self.rect(x, y, length, width);
        let z = self.at.z;
        if low > 0.25 {
            self.mesh.slab(&rect, z + low, z + high, c);
        } else {
            self.mesh.boxed(&rect, z + low, z + high, c);
        }
    }

    fn post(&mut self, (x, y): (f64, f64), r: (f64, f64), (low, high): (f64, f64), sides: usize, c: Rgb) {
        let foot = self.p(x, y, 0.0);
        self.mesh.drum(foot.truncate(), r, (foot.z + low, foot.z + high), sides, scale(c, 0.72), c);
    }

    fn beam(&mut self, a: [f64; 3], b: [f64; 3], thick: f64, c: Rgb) {
        let (a, b) = (self.p(a[0], a[1], a[2]), self.p(b[0], b[1], b[2]));
        self.mesh.beam(a, b, thick, c);
    }

    fn on(&mut self, surface: Surface, draw: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.mesh.surface, surface);
        draw(self);
        self.mesh.surface = before;
    }

    /// A glowing plate that looks down.
    fn luminaire(&mut self, rect: &Rect, z: f64) {
        let mut under = rect.corners();
        under.reverse();
        self.mesh.lit = 6;
        self.mesh.flat(Matter::Glass, &under, z, hex(0xb9b8ae));
        self.mesh.lit = 0;
    }

    fn road_lamp(&mut self, arms: &[f64]) {
        let high = self.rng.range(7.6, 8.6);
        let sides = if self.near { 5 } else { 3 };
        self.post((0.0, 0.0), (0.11, 0.06), (-0.1, high), sides, STEEL);
        if self.near {
            self.post((0.0, 0.0), (0.15, 0.13), (0.0, 0.9), 5, scale(STEEL, 0.9));
        }
        for &way in arms {
            if self.near {
                self.beam([0.0, 0.0, high - 0.05], [way * 0.9, 0.0, high + 0.22], 0.08, STEEL);
                self.beam([way * 0.9, 0.0, high + 0.22], [way * 1.7, 0.0, high + 0.26], 0.07, STEEL);
            } else {
                self.beam([0.0, 0.0, high - 0.05], [way * 1.7, 0.0, high + 0.24], 0.09, STEEL);
            }
            let head = self.rect(way * 1.95, 0.0, 0.8, 0.3);
            let z = self.at.z + high + 0.2;
            self.mesh.prism(&head.corners(), z, z + 0.12, scale(STEEL, 0.9), scale(STEEL, 1.1), scale(STEEL, 1.15));
            self.luminaire(&head.part(0.0, 0.0, 0.72, 0.24), z - 0.005);
        }
    }

    fn lantern(&mut self) {
        self.post((0.0, 0.0), (0.16, 0.12), (0.0, 0.5), 6, IRON);
        self.post((0.0, 0.0), (0.07, 0.05), (0.5, 3.5), 5, IRON);
        self.post((0.0, 0.0), (0.05, 0.16), (3.5, 3.62), 6, IRON);
        self.glow_box((0.13, 0.2), (3.62, 4.1));
        self.post((0.0, 0.0), (0.27, 0.03), (4.1, 4.4), 4, IRON);
    }

    /// Four panes around a lamp, radii at foot and top.
    fn glow_box(&mut self, r: (f64, f64), z: (f64, f64)) {
        self.mesh.lit = 6;
        for k in 0..4 {
            let d = |k: usize| [(1.0, -1.0), (1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0)][k % 4];
            let (a, b) = (d(k), d(k + 1));
            let q = [
                self.p(a.0 * r.0, a.1 * r.0, z.0),
                self.p(b.0 * r.0, b.1 * r.0, z.0),
                self.p(b.0 * r.1, b.1 * r.1, z.1),
                self.p(a.0 * r.1, a.1 * r.1, z.1),
            ];
            self.mesh.quad(Matter::Glass, q, hex(0xc9c6b8));
        }
        self.mesh.lit = 0;
    }

    fn path_lamp(&mut self) {
        self.post((0.0, 0.0), (0.07, 0.06), (0.0, 4.0), 5, hex(0x4a4f52));
        self.glow_box((0.09, 0.09), (4.0, 4.4));
        self.post((0.0, 0.0), (0.3, 0.28), (4.4, 4.46), 7, hex(0x4a4f52));
    }

    fn bollard(&mut self) {
        self.post((0.0, 0.0), (0.085, 0.075), (0.0, 0.86), 6, IRON);
        self.post((0.0, 0.0), (0.09, 0.09), (0.66, 0.74), 6, hex(0xd8d6cf));
        self.post((0.0, 0.0), (0.075, 0.02), (0.86, 0.93), 6, IRON);
    }

    fn hydrant(&mut self) {
        let red = hex(0xa82c24);
        self.post((0.0, 0.0), (0.15, 0.14), (0.0, 0.08), 6, red);
        self.post((0.0, 0.0), (0.1, 0.1), (0.08, 0.6), 6, red);
        self.post((0.0, 0.0), (0.12, 0.03), (0.6, 0.76), 6, red);
        self.beam([0.0, -0.2, 0.45], [0.0, 0.2, 0.45], 0.1, scale(red, 0.9));
    }

    fn bin(&mut self) {
        let c = hex(self.rng.pick(&[0x3c4a44, 0x4a4f52, 0x8a8d8c]));
        self.post((0.0, 0.0), (0.22, 0.24), (0.08, 0.85), 7, c);
        self.post((0.0, 0.0), (0.26, 0.2), (0.85, 0.95), 7, scale(c, 0.8));
        self.post((0.0, 0.0), (0.2, 0.04), (0.95, 1.0), 7, scale(c, 0.5));
    }

    /// A column for posters: coloured sheets around it.
    fn column(&mut self) {
        let sides = 10;
        self.post((0.0, 0.0), (0.68, 0.68), (0.0, 0.35), sides, hex(0x4a5a50));
        self.on(Surface::Plain, |s| {
            let at = s.at.truncate();
            for k in 0..sides {
                let d = |k: usize| {
                    crate::bake::det::unit_vector(std::f64::consts::TAU * (k % sides) as f64 / sides as f64) * 0.62
                };
                let split = s.rng.range(1.2, 1.9);
                for (low, high) in [(0.35, split), (split, 2.7)] {
                    let c = hex(s.rng.pick(&[0xb8a888, 0x8c3b2e, 0x31506b, 0xd8d2c2, 0x6a7a5c, 0xc79a4a, 0x4a3f52]));
                    s.mesh.wall(at + d(k), at + d(k + 1), s.at.z + low, s.at.z + high, scale(c, 0.85), c);
                }
            }
        });
        self.post((0.0, 0.0), (0.78, 0.7), (2.7, 2.95), sides, hex(0x4a5a50));
        self.post((0.0, 0.0), (0.7, 0.06), (2.95, 3.4), sides, hex(0x55665c));
    }

    fn planter(&mut self) {
        let c = hex(self.rng.pick(&[0x8f8c86, 0x6a5a4a, 0xa9653f]));
        self.on(Surface::Concrete, |s| s.boxed((0.0, 0.0), (1.2, 0.6), (0.0, 0.55), c));
        let plant = super::plants::Plant {
            species: super::plants::Species::Shrub,
            at: self.p(0.0, 0.0, 0.4),
            height_m: 0.8,
            seed: self.rng.next_u64(),
        };
        super::plants::draw(self.mesh, &plant, 3);
    }

    fn kiosk(&mut self) {
        let c = hex(self.rng.pick(&[0x3f5a50, 0x7a3b30, 0x31506b, 0xc9b99a]));
        self.boxed((0.0, 0.0), (2.4, 3.0), (0.0, 0.95), c);
        self.boxed((-0.2, 0.0), (2.0, 3.0), (0.95, 2.4), scale(c, 0.9));
        self.mesh.lit = 3;
        let q = [self.p(0.81, -1.3, 1.0), self.p(0.81, 1.3, 1.0), self.p(0.81, 1.3, 2.2), self.p(0.81, -1.3, 2.2)];
        self.mesh.quad(Matter::Glass, q, hex(0x4a4540));
        self.mesh.lit = 0;
        self.boxed((0.35, 0.0), (3.4, 3.5), (2.4, 2.62), scale(c, 0.8));
        self.on(Surface::Plain, |s| s.boxed((1.25, 0.0), (0.1, 3.0), (2.62, 3.0), hex(0xe6e0d2)));
    }

    fn pool(&mut self, length: f64, width: f64) {
        let (length, width) = (length.clamp(2.0, 60.0), width.clamp(1.5, 30.0));
        let stone = hex(0xd6cfc0);
        let z = self.at.z;
        self.on(Surface::Paving, |s| {
            let rim = s.rect(0.0, 0.0, length + 1.4, width + 1.4);
            s.mesh.prism(&rim.corners(), z - 0.6, z + 0.12, scale(stone, 0.7), scale(stone, 0.9), stone);
        });
        let water = self.rect(0.0, 0.0, length, width);
        self.mesh.flat(Matter::Water, &water.corners(), z + 0.14, hex(0x5fb3bd));
    }

    fn power_pole(&mut self) {
        self.on(Surface::Wood, |s| {
            s.post((0.0, 0.0), (0.15, 0.1), (-0.3, 9.0), if s.near { 6 } else { 3 }, hex(0x6a5846));
            s.beam([0.0, -1.1, 8.4], [0.0, 1.1, 8.4], 0.12, hex(0x5c4c3c));
        });
        if self.near {
            for y in [-1.0, -0.5, 0.5, 1.0] {
                self.post((0.0, y), (0.04, 0.05), (8.46, 8.64), 5, hex(0xd8d4ca));
            }
        }
    }

    fn cycle_rack(&mut self) {
        for k in 0..4 {
            let x = k as f64 * 0.8 - 1.2;
            self.beam([x, -0.35, 0.0], [x, -0.35, 0.8], 0.05, STEEL);
            self.beam([x, 0.35, 0.0], [x, 0.35, 0.8], 0.05, STEEL);
            self.beam([x, -0.37, 0.8], [x, 0.37, 0.8], 0.05, STEEL);
        }
    }

    fn post_box(&mut self) {
        let c = hex(0xb0902c);
        self.boxed((0.0, 0.0), (0.3, 0.1), (0.0, 0.6), scale(c, 0.5));
        self.boxed((0.0, 0.0), (0.4, 0.5), (0.6, 1.4), c);
    }

    fn fountain(&mut self) {
        let stone = hex(0xb8b0a2);
        let sides = if self.near { 12 } else { 8 };
        self.on(Surface::Concrete, |s| {
            s.post((0.0, 0.0), (3.0, 3.0), (-0.2, 0.55), sides, stone);
            s.post((0.0, 0.0), (0.4, 0.25), (0.3, 1.6), 6, stone);
            s.post((0.0, 0.0), (0.2, 1.1), (1.5, 1.8), sides, stone);
        });
        let ring = |r: f64| -> Vec<DVec2> {
            (0..sides)
                .map(|k| {
                    crate::bake::det::unit_vector(std::f64::consts::TAU * k as f64 / sides as f64) * r
                        + self.at.truncate()
                })
                .collect()
        };
        let (low, rim, high) = (ring(2.7), ring(3.0), ring(1.1));
        let z = self.at.z;
        for k in 0..sides {
            let n = (k + 1) % sides;
            let q =
                [rim[k].extend(z + 0.55), rim[n].extend(z + 0.55), low[n].extend(z + 0.55), low[k].extend(z + 0.55)];
            self.mesh.quad(Matter::Solid, q, stone);
        }
        self.mesh.flat(Matter::Water, &low, z + 0.46, hex(0x4f8f94));
        self.mesh.flat(Matter::Water, &high, z + 1.79, hex(0x5f9fa4));
    }
}
