//! Around the factory's halls: car parks under solar panels, trucks at the docks, fence, lamps, the company's sign.

use super::super::parts::{GALVANISED, fence, lattice, street_lamp};
use super::super::pen::{Face, Pen, turned};
use super::super::vehicles::{self, Load};
use super::super::{Builder, Extent, font, numbered, port};
use super::at;
use crate::bake::det::Rng;
use crate::bake::feature::Feature;
use crate::bake::mesh::{Surface, hex, scale};
use crate::world::layout;
use glam::DVec2;
use std::f64::consts::{FRAC_PI_2, PI};

/// Car parks, trucks, fence, lamps, the rail siding.
pub fn build(site: &mut Builder) {
    let mut rng = Rng::of(site.seed, 0xFAC, 0);
    for row in 0..5 {
        let (x, y) = (270.0, -262.0 + 34.0 * row as f64);
        let feature = Feature::new(
            numbered("solar-canopy", row + 1),
            "canopy",
            format!("Solar canopy {} (420 kW)", row + 1),
            "car park",
            4.4,
        )
        .year(2021);
        let seed = rng.next_u64();
        site.add(at(x, y), Extent(128.0, 4.8, 1), Some(feature), move |pen| solar_canopy(pen, 240.0, seed));
    }
    for row in 0..3 {
        let seed = rng.next_u64();
        site.add(at(-300.0, -265.0 + 18.0 * row as f64), Extent(82.0, 2.3, 2), None, move |pen| {
            port::cars_in_row(pen, 60, 0.75, seed)
        });
    }
    // New cars wait for their test drive before the hall.
    for row in 0..4 {
        let seed = rng.next_u64();
        let feature = Feature::new(
            numbered("new-cars", row + 1),
            "vehicles",
            format!("New cars, row {}", row + 1),
            "before the test drive",
            1.7,
        );
        site.add(at(-60.0, -74.0 + 9.0 * row as f64), Extent(112.0, 2.3, 1), Some(feature), move |pen| {
            port::cars_in_row(pen, 84, 0.85, seed)
        });
    }
    // Trailers at the docks and in the truck yard.
    for k in 0..14 {
        if rng.chance(0.65) {
            let (seed, body) = (rng.next_u64(), rng.chance(0.6));
            let y = 40.0 - 45.0 + 5.5 + 5.8 * k as f64;
            let load = if body {
                Load::Body(hex(rng.pick(&[0xc9c9c3, 0x36566b, 0x8a8f8e, 0x7a3a30])))
            } else {
                Load::Container(seed)
            };
            let coat = hex(rng.pick(&[0xd4d5d1, 0x8c3b2e, 0x31506b]));
            let alone = rng.chance(0.5);
            site.add(turned([305.0, y, 0.0], 0.0), Extent(10.0, 4.2, 2), None, move |pen| {
                if alone {
                    vehicles::trailer(&mut pen.shifted(-1.6, 0.0, 0.0), load);
                } else {
                    vehicles::truck(pen, coat, load);
                }
            });
        }
    }
    for k in 0..11 {
        if rng.chance(0.7) {
            let load = Load::Body(hex(rng.pick(&[0xc9c9c3, 0x36566b, 0x8a8f8e, 0xb0a890])));
            let (x, y) = (388.0, -80.0 + 4.6 * k as f64);
            site.add(turned([x, y, 0.0], PI), Extent(10.0, 4.2, 2), None, move |pen| vehicles::trailer(pen, load));
        }
    }
    for (x, y, angle) in [(340.0, 92.0, PI), (-120.0, -120.0, FRAC_PI_2), (395.0, 63.0, PI), (150.0, 128.0, 0.0)] {
        let seed = rng.next_u64();
        site.add(turned([x, y, 0.0], angle), Extent(9.0, 4.2, 2), None, move |pen| {
            vehicles::truck(pen, hex(0xd4d5d1), Load::Container(seed))
        });
    }
    let (w, d) = (layout::FACTORY.half.x - 1.5, layout::FACTORY.half.y - 1.5);
    let corners = [[-w, -d], [-140.0, -d], [-100.0, -d], [w, -d], [w, 45.0], [w, 75.0], [w, d], [-w, d], [-w, -d]];
    for (k, pair) in corners.windows(2).enumerate() {
        if k == 1 || k == 4 {
            continue;
        }
        let (a, b) = (DVec2::from(pair[0]), DVec2::from(pair[1]));
        let count = ((b - a).length() / 120.0).ceil();
        for i in 0..count as usize {
            let (p, q) = (a.lerp(b, i as f64 / count), a.lerp(b, (i + 1) as f64 / count));
            let half = (q - p) * 0.5;
            site.add(at((p.x + q.x) * 0.5, (p.y + q.y) * 0.5), Extent(half.length() + 1.0, 2.5, 3), None, move |pen| {
                fence(pen, &[[-half.x, -half.y, 0.0], [half.x, half.y, 0.0]], 2.4);
            });
        }
    }
    for [x, y, angle] in lamp_places() {
        site.lamp([x, y, 9.0], 24.0, 3800.0);
        site.add(turned([x, y, 0.0], angle), Extent(3.0, 9.5, 2), None, |pen| street_lamp(pen, 9.0, 1.8));
    }
    let feature = Feature::new("sign-1", "sign", "Company sign", "sign", 18.0).year(2009);
    site.add(at(-160.0, -270.0), Extent(4.0, 19.0, 1), Some(feature), |pen| {
        pen.of(Surface::Metal);
        lattice(pen, [0.0, 0.0, 0.0], [0.0, 0.0, 14.0], (1.4, 1.0), 8, 0.09, hex(0x6a706f));
        pen.cube([-3.0, -0.4, 14.0], [3.0, 0.4, 18.0], hex(0x36566b));
        if pen.level >= 2 {
            for (o, r) in [([-3.0, -0.42, 14.0], [1.0, 0.0, 0.0]), ([3.0, 0.42, 14.0], [-1.0, 0.0, 0.0])] {
                font::write(
                    pen,
                    &Face::new(o, r, [0.0, 0.0, 1.0], 6.0, 4.0),
                    (3.0, 1.5),
                    0.95,
                    "MIRANTE",
                    hex(0xe0e2de),
                );
            }
        }
    });
}

fn lamp_places() -> Vec<[f64; 3]> {
    let mut out = Vec::new();
    for k in 0..13 {
        let x = -390.0 + 65.0 * f64::from(k);
        out.push([x, -92.0, FRAC_PI_2]);
        out.push([x, 176.0, -FRAC_PI_2]);
    }
    for k in 0..6 {
        out.push([-113.0, -270.0 + 30.0 * f64::from(k), PI]);
        out.push([140.0, -60.0 + 40.0 * f64::from(k), 0.0]);
        out.push([-222.0, 40.0 + 22.0 * f64::from(k), 0.0]);
    }
    out
}

/// Two rows of cars, noses together, under a roof of solar panels that leans south.
fn solar_canopy(pen: &mut Pen, long: f64, seed: u64) {
    let h = long * 0.5;
    let panel = hex(0x18222f);
    let (y0, y1, z0, z1) = (-6.2, 6.2, 2.9, 4.3);
    let pieces = [1, 4, 12, 40, 80][pen.level];
    for k in 0..pieces {
        let [a, b] = [k, k + 1].map(|k| -h + long * f64::from(k) / f64::from(pieces));
        let b = b - if pen.level >= 3 { 0.25 } else { 0.0 };
        pen.glass([[a, y0, z0], [b, y0, z0], [b, y1, z1], [a, y1, z1]], scale(panel, 0.9 + 0.1 * (k % 3) as f32), 0);
        pen.of(Surface::Metal)
            .quad([[a, y1, z1 - 0.08], [b, y1, z1 - 0.08], [b, y0, z0 - 0.08], [a, y0, z0 - 0.08]], hex(0x6d7371));
        if pen.level >= 4 {
            for t in [0.25, 0.5, 0.75] {
                let (y, z) = (y0 + (y1 - y0) * t, z0 + (z1 - z0) * t + 0.012);
                pen.quad([[a, y - 0.03, z], [b, y - 0.03, z], [b, y + 0.03, z], [a, y + 0.03, z]], hex(0x8a9090));
            }
        }
    }
    if pen.level < 2 {
        return;
    }
    let posts = (long / 10.0) as usize;
    for k in 0..=posts {
        let x = -h + long * k as f64 / posts as f64;
        pen.of(Surface::Metal).bar([x, 0.0, 0.0], [x, 0.0, 3.5], 0.25, 0.25, GALVANISED);
        if pen.level >= 3 {
            pen.bar([x, y0 + 0.3, z0 - 0.1], [x, y1 - 0.3, z1 - 0.12], 0.2, 0.25, GALVANISED);
        }
    }
    let mut rng = Rng::new(seed);
    for side in [-1.0, 1.0] {
        let count = (long / 2.6) as usize;
        for k in 0..count {
            let shape = vehicles::shape_by_lot(&mut rng);
            let coat = hex(rng.pick(&vehicles::COATS));
            if rng.chance(0.72) {
                let x = (k as f64 - (count as f64 - 1.0) * 0.5) * 2.6 + rng.range(-0.12, 0.12);
                let angle = if (side < 0.0) != rng.chance(0.2) { FRAC_PI_2 } else { -FRAC_PI_2 };
                vehicles::lean(&mut pen.within(turned([x, side * 2.9, 0.0], angle)), &shape, coat);
            }
        }
    }
}
