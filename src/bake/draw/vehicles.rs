//! Parked cars, vans, trucks and buses: bodies lofted through their side view, glass, wheels, lights.
//!
//! About 300 triangles at level 4, 40 at 3, 12 at 2; none farther away. Local frame: x forward, y to the left, z up, metres.

mod car;

use crate::bake::det::Rng;
use crate::bake::mesh::{Mesh, Rgb, Surface, hex, scale};
use car::Car;
use glam::{DVec2, DVec3};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Hatchback,
    Saloon,
    Estate,
    Suv,
    Van,
    SmallTruck,
    Taxi,
    Bus,
}

impl Kind {
    /// What stands at a kerb, in realistic shares.
    pub fn parked(rng: &mut Rng) -> Self {
        match rng.below(100) {
            0..=35 => Self::Hatchback,
            36..=52 => Self::Saloon,
            53..=67 => Self::Estate,
            68..=90 => Self::Suv,
            91..=97 => Self::Van,
            _ => Self::SmallTruck,
        }
    }

    /// Length, width and height, metres.
    pub fn size_m(self) -> DVec3 {
        let b = self.body();
        DVec3::new(b.length, b.width, b.roof)
    }

    fn body(self) -> Body {
        let car = Body {
            length: 4.15,
            width: 1.76,
            roof: 1.46,
            belt: 0.92,
            bonnet: 0.84,
            tail: 0.96,
            nose: 0.95,
            screen: 0.62,
            back: -1.55,
            rear_rake: 0.42,
            wheel: 0.31,
            axles: (1.28, -1.3),
            cab_only: false,
        };
        match self {
            Self::Hatchback => car,
            Self::Saloon | Self::Taxi => Body {
                length: 4.65,
                width: 1.81,
                roof: 1.44,
                tail: 0.94,
                nose: 1.12,
                screen: 0.72,
                back: -1.32,
                rear_rake: 0.72,
                axles: (1.42, -1.4),
                ..car
            },
            Self::Estate => Body {
                length: 4.68,
                width: 1.82,
                roof: 1.47,
                nose: 1.1,
                screen: 0.7,
                back: -2.02,
                rear_rake: 0.34,
                axles: (1.42, -1.4),
                ..car
            },
            Self::Suv => Body {
                length: 4.5,
                width: 1.87,
                roof: 1.66,
                belt: 1.06,
                bonnet: 1.0,
                tail: 1.1,
                nose: 1.0,
                screen: 0.6,
                back: -1.86,
                rear_rake: 0.36,
                wheel: 0.35,
                axles: (1.36, -1.34),
                ..car
            },
            Self::Van => Body {
                length: 5.2,
                width: 1.96,
                roof: 2.15,
                belt: 1.22,
                bonnet: 1.08,
                tail: 1.22,
                nose: 0.72,
                screen: 0.82,
                back: -2.52,
                rear_rake: 0.06,
                wheel: 0.34,
                axles: (1.68, -1.55),
                ..car
            },
            Self::SmallTruck => Body {
                length: 6.6,
                width: 2.1,
                roof: 2.2,
                belt: 1.3,
                bonnet: 1.16,
                tail: 1.3,
                nose: 0.5,
                screen: 0.5,
                back: 1.2,
                rear_rake: 0.02,
                wheel: 0.38,
                axles: (2.45, -1.7),
                cab_only: true,
            },
            Self::Bus => Body {
                length: 12.0,
                width: 2.55,
                roof: 3.1,
                belt: 1.18,
                bonnet: 1.18,
                tail: 1.18,
                nose: 0.04,
                screen: 0.22,
                back: -5.95,
                rear_rake: 0.08,
                wheel: 0.48,
                axles: (3.3, -2.7),
                cab_only: false,
            },
        }
    }
}

/// A car's side view.
#[derive(Clone, Copy)]
struct Body {
    length: f64,
    width: f64,
    roof: f64,
    /// Height of the windows' lower edge, of the bonnet's front and of the boot.
    belt: f64,
    bonnet: f64,
    tail: f64,
    /// From the front to the foot of the windscreen, and how far that leans back.
    nose: f64,
    screen: f64,
    /// Where the roof's rear edge lies (x), and how far the rear window leans.
    back: f64,
    rear_rake: f64,
    wheel: f64,
    axles: (f64, f64),
    /// A truck: the body behind the cab is a box.
    cab_only: bool,
}

impl Body {
    /// Height of the body's upper edge along the side.
    fn deck(self, x: f64) -> f64 {
        let b = self;
        let (front, rear) = (b.length * 0.5, -b.length * 0.5);
        let foot = front - b.nose;
        if x > foot {
            let t = (front - x) / b.nose.max(0.05);
            b.bonnet - 0.1 + 0.1 * (t * 3.0).min(1.0) + (b.belt - b.bonnet) * t
        } else {
            let t = ((foot - x) / (foot - rear)).clamp(0.0, 1.0);
            b.belt + (b.tail - b.belt) * t
        }
    }

    fn half_width(self, x: f64) -> f64 {
        // Rounded ends in the plan.
        let end = (x.abs() / (self.length * 0.5)).clamp(0.0, 1.0);
        let t = ((end - 0.72) / 0.28).max(0.0);
        self.width * 0.5 * (1.0 - 0.13 * t * t)
    }
}

/// Where a vehicle stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Vehicle {
    pub kind: Kind,
    pub at: DVec3,
    /// Unit vector forward.
    pub along: DVec2,
    pub color: Rgb,
}

/// A coat in realistic frequency: mostly white, grey and black, some colours.
pub fn paint(kind: Kind, rng: &mut Rng) -> Rgb {
    const COATS: [(u32, u32); 13] = [
        (20, 0xe9e8e4),
        (18, 0x2a2c2e),
        (17, 0x8d9092),
        (12, 0xc3c5c6),
        (8, 0x4b4f52),
        (7, 0x27405f),
        (5, 0x7b1f22),
        (4, 0x3d5a78),
        (3, 0x9c2a26),
        (2, 0x4a5a4c),
        (2, 0xb7a88c),
        (1, 0xc07a2c),
        (1, 0x6a8a9a),
    ];
    match kind {
        Kind::Taxi => return hex(0xe2d3a4),
        Kind::Bus => return hex(rng.pick(&[0xb03a30, 0x2f5f7a, 0xd8d4c8])),
        Kind::Van | Kind::SmallTruck if rng.chance(0.65) => return hex(0xe6e5e0),
        _ => {}
    }
    let mut lot = rng.below(100) as u32;
    for (share, code) in COATS {
        if lot < share {
            return scale(hex(code), rng.range(0.9, 1.08) as f32);
        }
        lot -= share;
    }
    hex(COATS[0].1)
}

pub fn draw(mesh: &mut Mesh, vehicle: &Vehicle, level: usize) {
    if level < 2 {
        return;
    }
    let before = (mesh.surface, mesh.lit);
    let mut car = Car { mesh, v: vehicle, b: vehicle.kind.body() };
    car.mesh.surface = Surface::Paint;
    match level {
        2 => car.block(),
        3 => car.plain(),
        _ => car.full(),
    }
    (mesh.surface, mesh.lit) = before;
}
