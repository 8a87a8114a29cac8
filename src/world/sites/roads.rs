//! What stands at the motorway: the toll plaza, sign gantries, noise barriers, guard rails, tunnel portals, the service area.
//!
//! Things are placed by a position on the roadway and the direction of travel of its right-hand carriageway.

use super::buildings::Office;
use super::ground::{Area, BASE, FIELD, Ground, Patch};
use super::parts::{DARK, GALVANISED, GLASS, LIT_COOL, LIT_LAMP, LIT_RED, LIT_WARM, SAFETY, lattice};
use super::pen::{Face, Pen, faces, placed, turned};
use super::vehicles::{self, Load};
use super::{Builder, Extent, Fixture, font, numbered, plan_from_pad, port};
use crate::bake::det::Rng;
use crate::bake::feature::Feature;
use crate::bake::mesh::{Rgb, Surface, hex, scale};
use crate::world::layout;
use glam::{DAffine3, DVec2, DVec3};
use std::f64::consts::{FRAC_PI_2, PI};

/// Lanes of the toll plaza, six in each direction, and their pitch.
pub const TOLL_LANES: usize = 12;
pub const TOLL_PITCH_M: f64 = 5.6;
/// Half the plaza's length along the road, over which it widens and narrows.
pub const TOLL_HALF_M: f64 = 160.0;

/// Whether the barrier of a toll lane is down.
pub fn is_toll_lane_shut(seed: u64, lane: usize) -> bool {
    Rng::of(seed, 0x7011, lane as u64).chance(0.4)
}

/// The toll plaza about a place on the motorway.
pub fn toll_plaza(at: DVec3, along: DVec2, seed: u64) -> Builder {
    let mut site = Builder::new(seed, placed(at, along));
    let half = TOLL_LANES as f64 * TOLL_PITCH_M * 0.5 + 2.0;
    let feature = Feature::new("toll-1", "toll station", "Toll plaza", "twelve lanes", 9.0).year(2005);
    site.add(DAffine3::IDENTITY, Extent(half + 3.0, 10.0, 0), Some(feature), move |pen| toll_canopy(pen, half));
    for lane in 0..TOLL_LANES {
        let y = (lane as f64 - (TOLL_LANES as f64 - 1.0) * 0.5) * TOLL_PITCH_M;
        let angle = if y < 0.0 { 0.0 } else { PI };
        let feature = Feature::new(
            numbered("toll-lane", lane + 1),
            "toll lane",
            format!("Toll lane {}", lane + 1),
            if lane % 3 == 0 { "electronic" } else { "card, cash" },
            5.0,
        )
        .year(2005);
        let shut = is_toll_lane_shut(seed, lane);
        site.add(turned([0.0, y, 0.0], angle), Extent(18.0, 6.0, 2), Some(feature), move |pen| {
            toll_lane(pen, lane, shut)
        });
        site.lamp([0.0, y, 6.0], 18.0, 4500.0);
    }
    let feature = Feature::new("toll-office", "building", "Toll office", "operation", 7.8).year(2005);
    let of = Office { long: 28.0, wide: 12.0, floors: 2, wall: hex(0xbfbab0), glazed: false, seed };
    site.add(turned([-12.0, -half - 9.0, 0.0], 0.0), Extent(18.0, 11.0, 1), Some(feature), move |pen| of.draw(pen));
    for (x, y) in [(-90.0, 26.0), (90.0, 26.0), (-90.0, -26.0), (90.0, -26.0)] {
        port::mast(&mut site, x, y);
    }
    site
}

/// The plaza's ground: asphalt as a hexagon and its lanes, plan frame; `level` as everywhere.
pub fn toll_ground(at: DVec3, along: DVec2, seed: u64, level: usize) -> Vec<Patch> {
    let mut ground = Ground::new(seed, placed(at, along), level);
    let g = &mut ground;
    let (wide, road) = (TOLL_LANES as f64 * TOLL_PITCH_M * 0.5 + 3.0, 15.5);
    let (l, m) = (TOLL_HALF_M, 55.0);
    let c = hex(0x4f5154);
    for (x0, x1, a, b) in [(-l, -m, road, wide), (m, l, wide, road)] {
        g.plain(
            &[DVec2::new(x0, -a), DVec2::new(x1, -b), DVec2::new(x1, b), DVec2::new(x0, a)],
            FIELD,
            Surface::Asphalt,
            c,
        );
    }
    g.field([-m, -wide, m, wide], FIELD, Surface::Concrete, hex(0x7b7871), (14.0, 0.2));
    if level >= 2 {
        for lane in 0..=TOLL_LANES {
            let y = (lane as f64 - TOLL_LANES as f64 * 0.5) * TOLL_PITCH_M;
            for s in [-1.0, 1.0] {
                g.line([s * 18.0, y], [s * m, y], 0.15, hex(0xb9b8b0));
            }
        }
    }
    ground.patches
}

fn toll_canopy(pen: &mut Pen, half: f64) {
    pen.of(Surface::Metal);
    let white = hex(0xd3d3cc);
    // A wing that rises towards the traffic.
    let ring = |z: f64, x: f64| vec![[-x, -half, z], [x, -half, z], [x, half, z], [-x, half, z]];
    let rings = [ring(6.6, 7.0), ring(7.3, 9.0), ring(8.2, 9.4)];
    pen.loft(&rings, |k| scale(white, [0.6, 0.85, 1.0][k]), true);
    pen.poly(&rings[2], scale(white, 1.03));
    let mut under = ring(6.6, 7.0);
    under.reverse();
    pen.poly(&under, scale(white, 0.5));
    if pen.level < 2 {
        return;
    }
    for lane in 0..=TOLL_LANES {
        let y = (lane as f64 - TOLL_LANES as f64 * 0.5) * TOLL_PITCH_M;
        for x in [-4.0, 4.0] {
            pen.rod([x, y, 0.2], [x, y, 6.7], 0.2, if pen.level >= 4 { 10 } else { 5 }, hex(0x7f8684));
        }
    }
    if pen.level < 3 {
        return;
    }
    for lane in 0..TOLL_LANES {
        let y = (lane as f64 - (TOLL_LANES as f64 - 1.0) * 0.5) * TOLL_PITCH_M;
        let (s, electronic) = (if y < 0.0 { -1.0 } else { 1.0 }, lane % 3 == 0);
        let f = if s < 0.0 {
            Face::new([-9.3, y + 1.6, 7.3], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0], 3.2, 0.9)
        } else {
            Face::new([9.3, y - 1.6, 7.3], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], 3.2, 0.9)
        };
        pen.relief(&f, [0.0, 0.0, 3.2, 0.9], 0.1, if electronic { hex(0x2d6a47) } else { hex(0x2f4f68) });
        let out = Face { origin: f.at(0.0, 0.0, 0.1).into(), ..f };
        font::write(pen, &out, (1.6, 0.18), 0.55, if electronic { "VIA V" } else { "CARD" }, hex(0xe0e2de));
        let z = 6.58;
        for x in [-3.0, 3.0] {
            pen.glass(
                [[x - 0.5, y + 0.4, z], [x + 0.5, y + 0.4, z], [x + 0.5, y - 0.4, z], [x - 0.5, y - 0.4, z]],
                hex(0xd9d6c8),
                LIT_LAMP,
            );
        }
    }
}

/// One lane, x in the way of travel; its island lies on the left.
fn toll_lane(pen: &mut Pen, lane: usize, shut: bool) {
    let y = TOLL_PITCH_M * 0.5;
    pen.of(Surface::Concrete);
    pen.block([-15.0, y - 0.9, 0.0], [15.0, y + 0.9, 0.22], hex(0x9a968c));
    let nose = hex(0xb8983c);
    pen.of(Surface::Paint).block([-16.5, y - 0.7, 0.0], [-15.0, y + 0.7, 1.1], nose);
    pen.of(Surface::Metal);
    pen.cube([-1.4, y - 0.8, 0.22], [1.6, y + 0.8, 2.9], hex(0xcdccc4));
    for (k, f) in faces([-1.4, y - 0.8, 0.22], [1.6, y + 0.8, 2.9]).iter().enumerate() {
        pen.pane(f, [0.12, 0.95, f.width - 0.12, 2.2], 0.02, GLASS, if k == 0 { LIT_COOL } else { 0 });
    }
    pen.post([4.5, y, 0.22], [0.35, 0.35, 0.95], SAFETY);
    let tip = if shut { DVec3::new(4.5, y - 4.2, 1.05) } else { DVec3::new(4.5, y - 1.0, 5.1) };
    let from = DVec3::new(4.5, y, 1.05);
    for k in 0..7 {
        let [a, b] = [k, k + 1].map(|k| from.lerp(tip, f64::from(k) / 7.0).to_array());
        pen.bar(a, b, 0.06, 0.1, if k % 2 == 0 { hex(0xd6d3c8) } else { hex(0x9c2f26) });
    }
    if pen.level >= 3 {
        pen.post([-5.0, y, 0.22], [0.5, 0.4, 1.5], hex(0x3f474b));
        pen.post([6.5, y, 0.22], [0.14, 0.14, 2.6], GALVANISED);
        let f = Face::new([6.4, y + 0.25, 2.3], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0], 0.5, 0.9);
        pen.relief(&f, [0.0, 0.0, 0.5, 0.9], 0.15, DARK);
        pen.pane(
            &f,
            [0.1, if shut { 0.5 } else { 0.1 }, 0.4, if shut { 0.8 } else { 0.4 }],
            0.16,
            if shut { hex(0x7a2a24) } else { hex(0x2f6b4a) },
            if shut { LIT_RED } else { 0 },
        );
        font::write(
            pen,
            &Face::new([-16.52, y + 0.7, 0.2], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0], 1.4, 0.8),
            (0.7, 0.1),
            0.6,
            &format!("{}", lane + 1),
            DARK,
        );
    }
}

/// A sign gantry over a carriageway `width` wide whose middle is at `at`; x of its frame is the way of travel.
pub fn sign_gantry(id: &str, at: DVec3, along: DVec2, width: f64, lines: [&'static str; 2]) -> Fixture {
    let mut site = Builder::new(0, placed(at, along));
    let feature = Feature::new(id, "sign", format!("Sign {}", lines[0]), "directions", 8.2);
    site.add(DAffine3::IDENTITY, Extent(width * 0.5 + 2.0, 9.2, 1), Some(feature), move |pen| {
        let h = width * 0.5 + 1.0;
        pen.of(Surface::Metal);
        for y in [-h, h] {
            pen.bar([0.0, y, 0.0], [0.0, y, 7.6], 0.45, 0.45, GALVANISED);
        }
        lattice(pen, [0.0, -h, 7.0], [0.0, h, 7.0], (1.0, 1.0), (width / 1.4) as usize, 0.08, GALVANISED);
        let boards = [(-width * 0.22, hex(0x1f5a45)), (width * 0.24, hex(0x23557f))];
        for (k, (y, c)) in boards.into_iter().enumerate() {
            let (w, z) = (width * 0.4, 5.9);
            let f = Face::new([-0.62, y + w * 0.5, z], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0], w, 3.0);
            pen.of(Surface::Paint).relief(&f, [0.0, 0.0, w, 3.0], 0.08, c);
            pen.quad(
                [
                    [-0.62, y - w * 0.5, z],
                    [-0.62, y + w * 0.5, z],
                    [-0.62, y + w * 0.5, z + 3.0],
                    [-0.62, y - w * 0.5, z + 3.0],
                ]
                .map(|p| [p[0] + 0.02, p[1], p[2]]),
                hex(0x7f8684),
            );
            if pen.level >= 3 {
                let out = Face { origin: f.at(0.0, 0.0, 0.08).into(), ..f };
                let size = (w / (font::width(lines[k]) + 0.6)).min(0.8);
                font::write(pen, &out, (w * 0.5, 1.5), size, lines[k], hex(0xe0e2de));
                pen.paint(&out, [w * 0.5 - 0.08, 0.3, w * 0.5 + 0.08, 1.0], 0.03, hex(0xe0e2de));
                pen.paint(&out, [w * 0.5 - 0.3, 0.3, w * 0.5 + 0.3, 0.42], 0.03, hex(0xe0e2de));
            }
        }
    });
    site.fixtures.remove(0)
}

/// Guard rails along a line on the ground (seen from its right-hand side), and noise barriers.
pub fn guard_rail(pen: &mut Pen, line: &[DVec3]) {
    if pen.level < 3 {
        return;
    }
    pen.of(Surface::Metal);
    for pair in line.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        pen.bar((a + DVec3::Z * 0.62).to_array(), (b + DVec3::Z * 0.62).to_array(), 0.08, 0.31, hex(0x9aa19f));
        let posts = (a.distance(b) / if pen.level >= 4 { 2.0 } else { 8.0 }).ceil() as usize;
        for k in 0..posts {
            let p = a.lerp(b, k as f64 / posts as f64);
            pen.post(p.to_array(), [0.1, 0.1, 0.75], hex(0x868d8b));
        }
    }
}

/// A noise barrier: concrete foot, timber or glass panels between steel posts, 4 m high.
pub fn noise_barrier(pen: &mut Pen, line: &[DVec3]) {
    let high = 4.0;
    for pair in line.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let panels = if pen.level >= 3 { (a.distance(b) / 4.0).ceil().max(1.0) as usize } else { 1 };
        for k in 0..panels {
            let [p, q] = [k, k + 1].map(|k| a.lerp(b, k as f64 / panels as f64));
            let c = [hex(0x6f7a5c), hex(0x77684f), hex(0x7d8077)][(k / 3) % 3];
            pen.of(Surface::Wood);
            let (low, top) = (DVec3::Z * 0.5, DVec3::Z * high);
            pen.sheet(
                [p + low, q + low, q + top, p + top].map(|v| v.to_array()),
                scale(c, 0.95 + 0.05 * (k % 2) as f32),
            );
            pen.of(Surface::Concrete).bar(
                (p + DVec3::Z * 0.25).to_array(),
                (q + DVec3::Z * 0.25).to_array(),
                0.3,
                0.5,
                hex(0x8f8b82),
            );
            if pen.level >= 3 {
                pen.of(Surface::Metal).post(p.to_array(), [0.2, 0.2, high + 0.1], hex(0x6a706f));
            }
        }
    }
}

/// The portal of a tunnel with two tubes; x goes into the hill. The tubes are drawn for 45 m.
pub fn tunnel_portal(id: &str, at: DVec3, into: DVec2, name: &'static str) -> Builder {
    let mut site = Builder::new(0, placed(at, into));
    let feature = Feature::new(id, "tunnel", format!("{name}, portal"), "motorway", 11.0).year(1999);
    site.add(DAffine3::IDENTITY, Extent(52.0, 14.0, 0), Some(feature), move |pen| portal(pen, name));
    for y in [-9.5, 9.5] {
        for k in 0..3 {
            site.lamp([6.0 + 14.0 * f64::from(k), y, 6.5], 16.0, 4000.0);
        }
    }
    site
}

/// Half the width of a tube, and its height.
const TUBE: (f64, f64) = (7.2, 7.6);

fn portal(pen: &mut Pen, name: &str) {
    let c = hex(0xa49f94);
    let (half, top) = (24.0, 11.0);
    let sides = [4, 6, 8, 14, 20][pen.level];
    let arch = |y: f64, k: usize| {
        let (s, co) = crate::bake::det::sin_cos(PI * k as f64 / sides as f64);
        // Upright walls of 2.4 m under a half ellipse.
        [y + TUBE.0 * co, 2.4 + (TUBE.1 - 2.4) * s]
    };
    pen.of(Surface::Concrete);
    // The wall between and around both tubes, in strips from the arches up to its top.
    for y in [-9.5, 9.5] {
        for k in 0..sides {
            let ([a, za], [b, zb]) = (arch(y, k), arch(y, k + 1));
            pen.quad_shaded(
                [[0.0, a, za], [0.0, b, zb], [0.0, b, top], [0.0, a, top]],
                [scale(c, 0.85), scale(c, 0.85), c, c],
            );
            let dark = |x: f64| scale(hex(0x8d8a80), if x < 1.0 { 0.75 } else { 0.16 });
            for (x0, x1) in [(0.0, 12.0), (12.0, 45.0)] {
                pen.quad_shaded(
                    [[x0, a, za], [x1, a, za], [x1, b, zb], [x0, b, zb]],
                    [dark(x0), dark(x1), dark(x1), dark(x0)].map(|c| scale(c, if x0 > 1.0 { 0.6 } else { 1.0 })),
                );
            }
        }
        for s in [-1.0, 1.0] {
            let w = y + s * TUBE.0;
            let p = [[0.0, w, -0.3], [45.0, w, -0.3], [45.0, w, 2.4], [0.0, w, 2.4]];
            let p = if s < 0.0 { [p[1], p[0], p[3], p[2]] } else { p };
            let (near, far) = (hex(0xb8b4a8), hex(0x24231f));
            let tone = if s < 0.0 { [far, near, near, far] } else { [near, far, far, near] };
            pen.quad_shaded(p, tone);
        }
        pen.of(Surface::Asphalt).quad_shaded(
            [[0.0, y - TUBE.0, 0.02], [45.0, y - TUBE.0, 0.02], [45.0, y + TUBE.0, 0.02], [0.0, y + TUBE.0, 0.02]],
            [hex(0x4b4d50), hex(0x121212), hex(0x121212), hex(0x4b4d50)],
        );
        pen.of(Surface::Plain).quad(
            [
                [45.0, y + TUBE.0, -0.3],
                [45.0, y - TUBE.0, -0.3],
                [45.0, y - TUBE.0, TUBE.1],
                [45.0, y + TUBE.0, TUBE.1],
            ],
            hex(0x0a0a0a),
        );
        pen.of(Surface::Concrete);
        if pen.level >= 3 {
            for k in 0..5 {
                let x = 3.0 + 8.0 * f64::from(k);
                for s in [-2.0, 2.0] {
                    pen.glass(
                        [
                            [x, y + s + 0.2, 6.6],
                            [x + 2.0, y + s + 0.2, 6.6],
                            [x + 2.0, y + s - 0.2, 6.6],
                            [x, y + s - 0.2, 6.6],
                        ],
                        hex(0xd9d6c8),
                        LIT_LAMP,
                    );
                }
            }
        }
    }
    let fill = |pen: &mut Pen, y0: f64, y1: f64| {
        pen.quad_shaded(
            [[0.0, y1, -0.5], [0.0, y0, -0.5], [0.0, y0, top], [0.0, y1, top]],
            [scale(c, 0.7), scale(c, 0.7), c, c],
        );
    };
    fill(pen, -9.5 + TUBE.0, 9.5 - TUBE.0);
    fill(pen, -half, -9.5 - TUBE.0);
    fill(pen, 9.5 + TUBE.0, half);
    pen.cube([-0.8, -half - 0.5, top], [1.4, half + 0.5, top + 1.2], scale(c, 1.08));
    // Wing walls that hold the slopes.
    for s in [-1.0, 1.0] {
        let p = [
            [-26.0, s * (half + 5.0), -0.5],
            [0.0, s * half, -0.5],
            [0.0, s * half, top],
            [-26.0, s * (half + 5.0), 2.0],
        ];
        let p = if s > 0.0 { p } else { [p[1], p[0], p[3], p[2]] };
        pen.sheet(p, scale(c, 0.92));
    }
    if pen.level >= 3 {
        let f = Face::new([-0.82, half, top], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0], 2.0 * half, 1.2);
        font::write(pen, &f, (half, 0.2), 0.85, &name.to_uppercase(), hex(0x3a3d3f));
        for y in [-9.5, 9.5] {
            for (k, d) in [-4.0, 0.0, 4.0].into_iter().enumerate() {
                pen.of(Surface::Metal).cube([-0.5, y + d - 0.5, 8.4], [-0.1, y + d + 0.5, 9.4], DARK);
                let f = Face::new([-0.5, y + d + 0.5, 8.4], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0], 1.0, 1.0);
                pen.pane(
                    &f,
                    [0.25, 0.25, 0.75, 0.75],
                    0.02,
                    if k == 2 { hex(0x7a2a24) } else { hex(0x2f6b4a) },
                    if k == 2 { LIT_RED } else { 0 },
                );
            }
        }
    }
}

/// The service area on its pad: x along the motorway, which runs in the north (+y).
pub fn service_area(seed: u64) -> Builder {
    let mut site = Builder::new(seed, plan_from_pad(&layout::SERVICE_AREA));
    let at = |x: f64, y: f64| DAffine3::from_translation(DVec3::new(x, y, 0.0));
    let fuel = Feature::new("fuel-1", "fuel station", "Fuel station", "twelve pumps", 7.0).year(2006);
    site.add(at(-60.0, 30.0), Extent(34.0, 8.0, 0), Some(fuel), fuel_canopy);
    for k in 0..6 {
        site.lamp([-78.0 + 7.0 * f64::from(k), 30.0, 5.4], 18.0, 4500.0);
    }
    let of = Office { long: 26.0, wide: 14.0, floors: 1, wall: hex(0xc2c0b6), glazed: true, seed };
    let shop = Feature::new("service-shop", "building", "Shop", "shop, cash desk", 4.2).year(2006);
    site.add(at(-60.0, -2.0), Extent(16.0, 7.0, 0), Some(shop), move |pen| of.draw(pen));
    let of = Office { long: 52.0, wide: 24.0, floors: 2, wall: hex(0xb5a48c), glazed: true, seed: seed ^ 2 };
    let food = Feature::new("service-restaurant", "building", "Restaurant", "restaurant, toilets", 7.8).year(2006);
    site.add(at(20.0, -10.0), Extent(32.0, 11.0, 0), Some(food), move |pen| of.draw(pen));
    for k in 0..8 {
        let feature = Feature::new(
            numbered("charger", k + 1),
            "charger",
            format!("Charger {} (300 kW)", k + 1),
            "charging of cars",
            2.2,
        )
        .year(2023);
        let x = 76.0 + 5.6 * k as f64;
        let car = Rng::of(seed, 0xC4A, k as u64).chance(0.6);
        let coat = hex(vehicles::COATS[(k * 5 + 1) % vehicles::COATS.len()]);
        site.add(at(x, 40.0), Extent(7.0, 3.0, 2), Some(feature), move |pen| charger(pen, car, coat));
    }
    let canopy = Feature::new("charging-canopy", "canopy", "Charging canopy", "solar roof", 4.6).year(2023);
    site.add(at(95.6, 37.0), Extent(28.0, 5.0, 1), Some(canopy), |pen| {
        pen.glass([[-25.0, -5.0, 4.2], [25.0, -5.0, 4.2], [25.0, 5.0, 4.7], [-25.0, 5.0, 4.7]], hex(0x18222f), 0);
        pen.of(Surface::Metal)
            .quad([[-25.0, 5.0, 4.6], [25.0, 5.0, 4.6], [25.0, -5.0, 4.1], [-25.0, -5.0, 4.1]], hex(0x6d7371));
        for k in 0..5 {
            pen.post([-23.0 + 11.5 * f64::from(k), 4.0, 0.0], [0.25, 0.25, 4.5], GALVANISED);
        }
    });
    let mut rng = Rng::of(seed, 0x5E7, 0);
    for k in 0..22 {
        if rng.chance(0.6) {
            let load = if rng.chance(0.5) {
                Load::Body(hex(rng.pick(&[0xc9c9c3, 0x36566b, 0x7a3a30, 0x4a6a52])))
            } else {
                Load::Container(rng.next_u64())
            };
            let coat = hex(rng.pick(&[0xd4d5d1, 0x8c3b2e, 0x31506b, 0xb8993a]));
            site.add(turned([-60.0 + 9.5 * k as f64 * 0.9, -66.0, 0.0], 1.05), Extent(9.0, 4.2, 2), None, move |pen| {
                vehicles::truck(pen, coat, load)
            });
        }
    }
    for (k, (x, y)) in [(20.0, 18.0), (20.0, 34.0), (-130.0, 6.0)].into_iter().enumerate() {
        let seed = Rng::of(seed, 0xCA2, k as u64).next_u64();
        site.add(at(x, y), Extent(32.0, 2.3, 2), None, move |pen| port::cars_in_row(pen, 22, 0.6, seed));
    }
    for (x, y) in [(-160.0, 40.0), (-20.0, 55.0), (130.0, 0.0), (-40.0, -44.0), (70.0, -44.0), (180.0, -60.0)] {
        port::mast(&mut site, x, y);
    }
    let totem = Feature::new("totem-1", "sign", "Price totem", "prices", 12.0).year(2006);
    site.add(at(-180.0, 62.0), Extent(3.0, 12.5, 1), Some(totem), |pen| {
        pen.of(Surface::Paint).post([0.0, 0.0, 0.0], [0.7, 2.8, 12.0], hex(0x2f4f68));
        if pen.level >= 3 {
            for s in [-1.0, 1.0] {
                let f = if s < 0.0 {
                    Face::new([-0.36, 1.4, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0], 2.8, 12.0)
                } else {
                    Face::new([0.36, -1.4, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], 2.8, 12.0)
                };
                font::write(pen, &f, (1.4, 10.4), 0.62, "MIRA", hex(0xe0e2de));
                for (k, price) in ["1.679", "1.749", "0.49"].into_iter().enumerate() {
                    let y = 8.4 - 1.5 * k as f64;
                    pen.pane(&f, [0.2, y, 2.6, y + 1.1], 0.02, hex(0x202426), LIT_WARM);
                    font::write(pen, &f, (1.4, y + 0.3), 0.5, price, hex(0xd8b050));
                }
            }
        }
    });
    site
}

fn fuel_canopy(pen: &mut Pen) {
    pen.of(Surface::Metal);
    let white = hex(0xd3d3cc);
    pen.cube([-24.0, -12.0, 5.4], [24.0, 12.0, 6.6], white);
    for f in faces([-24.0, -12.0, 5.4], [24.0, 12.0, 6.6]) {
        pen.paint(&f, [0.0, 0.15, f.width, 0.5], 0.04, hex(0x2f4f68));
    }
    if pen.level < 2 {
        return;
    }
    for k in 0..6 {
        let x = -20.0 + 8.0 * f64::from(k);
        for y in [-6.0, 6.0] {
            pen.of(Surface::Concrete).block([x - 0.6, y - 3.0, 0.0], [x + 0.6, y + 3.0, 0.18], hex(0x9a968c));
            pen.of(Surface::Paint).post([x, y, 0.18], [0.6, 1.2, 1.9], hex(0xc9cac5));
            pen.post([x, y + 2.0, 0.18], [0.35, 0.35, 5.3], hex(0x7f8684));
            if pen.level >= 3 {
                for s in [-1.0, 1.0] {
                    let f = if s < 0.0 {
                        Face::new([x - 0.31, y + 0.6, 0.18], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0], 1.2, 1.9)
                    } else {
                        Face::new([x + 0.31, y - 0.6, 0.18], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], 1.2, 1.9)
                    };
                    pen.pane(&f, [0.2, 1.2, 1.0, 1.7], 0.02, hex(0x263038), LIT_COOL);
                    pen.paint(&f, [0.1, 0.3, 0.5, 1.0], 0.03, hex(0x2f4f68));
                    pen.paint(&f, [0.7, 0.3, 1.1, 1.0], 0.03, hex(0x1f5a45));
                }
                let z = 5.38;
                pen.glass(
                    [[x - 0.5, y + 0.5, z], [x + 0.5, y + 0.5, z], [x + 0.5, y - 0.5, z], [x - 0.5, y - 0.5, z]],
                    hex(0xd9d6c8),
                    LIT_LAMP,
                );
            }
        }
    }
}

fn charger(pen: &mut Pen, car: bool, coat: Rgb) {
    pen.of(Surface::Paint).post([0.0, 2.8, 0.1], [0.8, 0.5, 2.0], hex(0xd3d3cc));
    if pen.level >= 3 {
        let f = Face::new([-0.4, 2.54, 0.1], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], 0.8, 2.0);
        pen.pane(&f, [0.2, 1.2, 0.6, 1.7], 0.02, hex(0x263038), LIT_COOL);
        pen.paint(&f, [0.0, 0.0, 0.8, 0.3], 0.01, hex(0x2d6a47));
    }
    if car {
        vehicles::parked(&mut pen.within(turned([0.0, -0.4, 0.0], FRAC_PI_2)), &vehicles::SALOON, coat);
    }
}

/// The service area's ground.
pub fn service_ground(seed: u64, level: usize) -> Vec<Patch> {
    let mut ground = Ground::new(seed ^ 0x5E7, plan_from_pad(&layout::SERVICE_AREA), level);
    let g = &mut ground;
    g.field([-210.0, -90.0, 210.0, 90.0], BASE, Surface::Grass, hex(0x5d6b3e), (14.0, 0.22));
    if level == 0 {
        return ground.patches;
    }
    let roads: [Area; 4] = [
        [-210.0, 62.0, 210.0, 78.0],
        [-190.0, -24.0, -20.0, 61.9],
        [-19.9, 8.0, 150.0, 61.9],
        [-100.0, -82.0, 190.0, -44.0],
    ];
    for area in roads {
        g.field(area, FIELD, Surface::Asphalt, hex(0x515356), (16.0, 0.16));
    }
    g.field([150.0, -44.0, 190.0, 61.9], FIELD, Surface::Asphalt, hex(0x515356), (16.0, 0.16));
    g.field([-120.0, -43.9, -100.0, -24.1], FIELD, Surface::Paving, hex(0x8d887c), (12.0, 0.14));
    if level >= 2 {
        let white = hex(0xb9b8b0);
        for k in 0..=24 {
            let x = -66.0 + 8.55 * f64::from(k);
            g.line([x - 6.0, -78.0], [x + 5.0, -54.0], 0.15, white);
        }
        for (x, y) in [(20.0, 18.0), (20.0, 34.0), (-130.0, 6.0)] {
            for k in 0..=22 {
                let px = x + (f64::from(k) - 11.0) * 2.5;
                g.line([px, y - 2.6], [px, y + 2.6], 0.12, white);
            }
        }
        g.dashes([-208.0, 70.0], [208.0, 70.0], 0.15, (3.0, 6.0), white);
    }
    ground.patches.sort_by_key(|p| p.layer);
    ground.patches
}
