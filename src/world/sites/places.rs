//! Things of the city and the hills: entrances of the underground, masts of the mobile network, the chair lift, snow guns,
//! the ski station, a water tower, wind turbines, a lighthouse.

use super::buildings::Shed;
use super::parts::{
    DARK, GALVANISED, GLASS, LIT_COOL, LIT_LAMP, LIT_RED, LIT_WARM, SAFETY, fence, flight, lattice, railing,
    window_band,
};
use super::pen::{Face, Pen, faces, placed, raised, turned};
use super::{Builder, Extent, Fixture, font, numbered};
use crate::bake::det::{Rng, unit_vector};
use crate::bake::feature::Feature;
use crate::bake::mesh::{Surface, hex, scale};
use glam::{DAffine3, DVec2, DVec3};
use std::f64::consts::TAU;

/// Length and width of the opening of an underground entrance.
const STAIRS: (f64, f64) = (11.0, 4.6);
/// How deep its stairs go.
const DEEP_M: f64 = 6.0;

/// The hole that the ground has to have for an entrance, plan frame, counter-clockwise.
pub fn entrance_hole(at: DVec2, along: DVec2) -> [DVec2; 4] {
    let (x, y) = (along * (STAIRS.0 * 0.5), along.perp() * (STAIRS.1 * 0.5));
    [at - x - y, at + x - y, at + x + y, at - x + y]
}

/// An entrance of the underground: stairs going down along +x under a roof of glass, a lift beside it.
pub fn station_entrance(id: &str, at: DVec3, along: DVec2, name: &'static str) -> Builder {
    let mut site = Builder::new(0, placed(at, along));
    let feature = Feature::new(id, "entrance", format!("{name}, entrance"), "underground station", 4.4).year(2002);
    site.add(DAffine3::IDENTITY, Extent(9.0, 5.0, 1), Some(feature), move |pen| entrance(pen, name));
    let lift =
        Feature::new(format!("{id}-lift"), "lift", format!("{name}, lift"), "underground station", 4.0).year(2011);
    site.add(turned([-2.0, 6.5, 0.0], 0.0), Extent(3.0, 4.4, 2), Some(lift), lift_house);
    site.lamp([-3.0, 0.0, 3.6], 14.0, 4000.0);
    site
}

fn entrance(pen: &mut Pen, name: &str) {
    let (h, w) = (STAIRS.0 * 0.5, STAIRS.1 * 0.5);
    let stone = hex(0xa29c90);
    if pen.level < 2 {
        pen.glass([[-h, -w, 3.6], [h, -w, 2.9], [h, w, 2.9], [-h, w, 3.6]], GLASS, LIT_COOL);
        return;
    }
    // The walls of the opening, seen from inside, tiled below.
    pen.of(Surface::Concrete);
    let (tile, deep) = (hex(0x9fb0b5), hex(0x2c3235));
    for s in [-1.0, 1.0] {
        let y = s * w;
        let p = [[-h, y, -DEEP_M], [h, y, -DEEP_M], [h, y, 0.0], [-h, y, 0.0]];
        let p = if s < 0.0 { [p[1], p[0], p[3], p[2]] } else { p };
        pen.quad_shaded(p, [deep, deep, tile, tile]);
        let (a, b) = ((y - 0.12 + 0.12 * s).min(y + 0.12 + 0.12 * s), (y - 0.12 + 0.12 * s).max(y + 0.12 + 0.12 * s));
        pen.block([-h, a, 0.0], [h + 0.25, b, 0.95], stone);
    }
    pen.block([h, -w - 0.25, 0.0], [h + 0.25, w + 0.25, 0.95], stone);
    pen.quad_shaded(
        [[h, w, -DEEP_M + 2.8], [h, -w, -DEEP_M + 2.8], [h, -w, 0.0], [h, w, 0.0]],
        [deep, deep, tile, tile],
    );
    // Steps go down towards +x; escalators on one side.
    let steps = if pen.level >= 4 { 34 } else { 10 };
    let run = STAIRS.0 - 1.0;
    for k in 0..steps {
        let [x0, x1] = [k, k + 1].map(|k| -h + 0.4 + run * f64::from(k) / f64::from(steps));
        let [z0, z1] = [k, k + 1].map(|k| -DEEP_M * f64::from(k) / f64::from(steps));
        let shade = 1.0 - 0.75 * k as f32 / steps as f32;
        let c = scale(hex(0x8f8a7e), shade);
        pen.quad([[x0, -w, z0], [x1, -w, z0], [x1, w, z0], [x0, w, z0]], c);
        pen.quad([[x1, -w, z1], [x1, w, z1], [x1, w, z0], [x1, -w, z0]], scale(c, 0.6));
    }
    for y in [-w + 1.5, w - 1.5] {
        pen.of(Surface::Metal).bar([-h + 0.2, y, 0.9], [h - 0.6, y, -DEEP_M + 0.9], 0.12, 0.5, hex(0x4c5153));
    }
    // A roof of glass on steel frames.
    for k in 0..=5 {
        let x = -h + STAIRS.0 * f64::from(k) / 5.0;
        let z = 3.6 - 0.14 * f64::from(k);
        for s in [-1.0, 1.0] {
            pen.of(Surface::Metal).bar([x, s * (w + 0.12), 0.9], [x, s * (w + 0.12), z], 0.1, 0.1, hex(0x5a6164));
        }
        pen.bar([x, -w - 0.5, z], [x, w + 0.5, z], 0.1, 0.16, hex(0x5a6164));
        if k < 5 {
            let (x1, z1) = (x + STAIRS.0 / 5.0, z - 0.14);
            pen.glass(
                [[x, -w - 0.5, z + 0.1], [x1, -w - 0.5, z1 + 0.1], [x1, w + 0.5, z1 + 0.1], [x, w + 0.5, z + 0.1]],
                hex(0x5f7278),
                0,
            );
            pen.glass(
                [[x, w + 0.5, z + 0.07], [x1, w + 0.5, z1 + 0.07], [x1, -w - 0.5, z1 + 0.07], [x, -w - 0.5, z + 0.07]],
                hex(0x5f7278),
                LIT_COOL,
            );
        }
    }
    // The sign over the way in.
    let f = Face::new([-h - 0.06, w, 3.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0], 2.0 * w, 0.9);
    pen.of(Surface::Paint).relief(&f, [0.3, 0.0, 2.0 * w - 0.3, 0.8], 0.08, hex(0x24446a));
    if pen.level >= 3 {
        let out = Face { origin: f.at(0.0, 0.0, 0.08).into(), ..f };
        font::write(pen, &out, (w + 0.35, 0.22), 0.36, &name.to_uppercase(), hex(0xe0e2de));
        pen.paint(&out, [0.4, 0.1, 1.0, 0.7], 0.02, hex(0xe0e2de));
        font::write(pen, &Face { origin: out.at(0.0, 0.0, 0.03).into(), ..out }, (0.7, 0.2), 0.4, "M", hex(0x24446a));
    }
    pen.of(Surface::Metal).rod([-h - 1.2, -w - 0.8, 0.0], [-h - 1.2, -w - 0.8, 4.6], 0.08, 6, hex(0x5a6164));
    pen.of(Surface::Paint).cube([-h - 1.7, -w - 0.95, 3.6], [-h - 0.7, -w - 0.65, 4.6], hex(0x24446a));
}

fn lift_house(pen: &mut Pen) {
    pen.of(Surface::Metal);
    for f in faces([-1.2, -1.2, 0.0], [1.2, 1.2, 3.6]) {
        pen.pane(&f, [0.0, 0.1, f.width, 3.4], 0.0, hex(0x4d6068), LIT_COOL);
        if pen.level >= 3 {
            for x in [0.0, f.width - 0.1] {
                pen.relief(&f, [x, 0.0, x + 0.1, 3.6], 0.04, hex(0x5a6164));
            }
        }
    }
    pen.cube([-1.5, -1.5, 3.5], [1.5, 1.5, 3.8], hex(0x8f9694));
    let f = faces([-1.2, -1.2, 0.0], [1.2, 1.2, 3.6])[3];
    pen.relief(&f, [0.6, 0.0, 1.8, 2.2], 0.06, hex(0x9aa19f));
}

/// A lattice mast of the mobile network with sectors of antennas and its cabinet.
pub fn cell_mast(id: &str, at: DVec3, height: f64) -> Fixture {
    let mut site = Builder::new(0, placed(at, DVec2::X));
    let feature =
        Feature::new(id, "cell site", format!("Cell mast {id}"), "mobile network, three sectors", height).year(2015);
    site.add(DAffine3::IDENTITY, Extent(7.0, height + 3.0, 0), Some(feature), move |pen| {
        pen.of(Surface::Metal);
        if pen.level < 1 {
            pen.bar([0.0; 3], [0.0, 0.0, height], 1.0, 1.0, GALVANISED);
            return;
        }
        lattice(pen, [0.0; 3], [0.0, 0.0, height], (3.4, 0.9), (height / 2.6) as usize, 0.09, GALVANISED);
        antennas(pen, height - 1.8);
        antennas(&mut pen.within(turned([0.0; 3], 0.5)), height - 5.0);
        pen.rod([0.0, 0.0, height], [0.0, 0.0, height + 2.6], 0.04, 3, GALVANISED);
        if pen.level >= 2 {
            for (z, a) in [(height - 9.0, 0.4), (height - 12.0, 2.9)] {
                let d = unit_vector(a) * 1.1;
                pen.of(Surface::Paint).rod([d.x, d.y, z], [d.x * 1.4, d.y * 1.4, z], 0.6, 14, hex(0xcfd0ca));
                pen.disc([d.x * 1.4, d.y * 1.4, z], [d.x / 1.1, d.y / 1.1, 0.0], 0.6, 14, hex(0xb9bbb6));
            }
            pen.of(Surface::Metal).post([3.4, 1.5, 0.0], [1.8, 0.9, 2.0], hex(0xa4a9a6));
            pen.post([3.4, -0.5, 0.0], [1.0, 0.8, 1.7], hex(0xb3b7b3));
            for f in faces([-0.15, -0.15, height + 0.2], [0.15, 0.15, height + 0.6]) {
                pen.pane(&f, [0.0, 0.0, f.width, f.height], 0.0, hex(0x7a2a24), LIT_RED);
            }
        }
        if pen.level >= 4 {
            pen.bar([0.25, 0.0, 0.0], [0.25, 0.0, height], 0.35, 0.06, hex(0x6a706f));
        }
        let s = 4.8;
        fence(pen, &[[-s, -s, 0.0], [s, -s, 0.0], [s, s, 0.0], [-s, s, 0.0], [-s, -s, 0.0]], 2.2);
    });
    site.fixtures.remove(0)
}

/// Three sectors of two panels.
fn antennas(pen: &mut Pen, z: f64) {
    for k in 0..3 {
        let mut p = pen.within(turned([0.0, 0.0, z], TAU * f64::from(k) / 3.0));
        p.of(Surface::Metal).rod([0.3, 0.0, 0.0], [1.1, 0.0, 0.0], 0.05, 4, GALVANISED);
        for y in [-0.55, 0.55] {
            p.of(Surface::Metal).rod([1.1, y, -1.2], [1.1, y, 1.2], 0.04, 4, GALVANISED);
            p.of(Surface::Paint).cube([1.18, y - 0.16, -1.0], [1.34, y + 0.16, 1.1], hex(0xcfd0ca));
            if p.level >= 3 {
                p.cube([0.8, y - 0.18, -0.7], [1.05, y + 0.18, -0.1], hex(0x9da39f));
            }
        }
        p.of(Surface::Metal).rod([1.1, -0.6, 0.0], [1.1, 0.6, 0.0], 0.04, 4, GALVANISED);
    }
}

/// Poles with antennas for a roof.
pub fn roof_cell(id: &str, at: DVec3) -> Fixture {
    let mut site = Builder::new(0, placed(at, DVec2::X));
    let feature =
        Feature::new(id, "cell site", format!("Roof antennas {id}"), "mobile network, three sectors", 5.0).year(2019);
    site.add(DAffine3::IDENTITY, Extent(4.0, 6.0, 2), Some(feature), |pen| {
        for k in 0..3 {
            let d = unit_vector(TAU * f64::from(k) / 3.0) * 2.4;
            let mut p = pen.within(turned([d.x, d.y, 0.0], TAU * f64::from(k) / 3.0));
            p.of(Surface::Metal).rod([0.0; 3], [0.0, 0.0, 5.0], 0.05, 5, GALVANISED);
            p.of(Surface::Paint).cube([0.1, -0.16, 2.8], [0.26, 0.16, 4.8], hex(0xcfd0ca));
            p.of(Surface::Concrete).post([0.0, 0.0, 0.0], [0.9, 0.9, 0.3], hex(0x8f8b82));
        }
        pen.of(Surface::Metal).post([0.0, 0.0, 0.0], [1.0, 0.8, 1.6], hex(0xa4a9a6));
    });
    site.fixtures.remove(0)
}

/// Distance between the two ropes of the lift.
pub const LIFT_GAUGE_M: f64 = 5.2;

/// Height of a tower of the lift.
fn tower_m(k: usize) -> f64 {
    11.0 + 3.0 * (k % 3) as f64
}

fn lift_spans(bottom: DVec2, top: DVec2) -> usize {
    ((top - bottom).length() / 110.0).ceil().max(2.0) as usize
}

/// The middle between the ropes at the stations and at each tower, from the bottom to the top.
pub fn lift_heads(bottom: DVec2, top: DVec2, height_u: &dyn Fn(DVec2) -> f64) -> Vec<DVec3> {
    let count = lift_spans(bottom, top);
    (0..=count)
        .map(|k| {
            let p = bottom.lerp(top, k as f64 / count as f64);
            p.extend(height_u(p) + if k == 0 || k == count { 5.0 } else { tower_m(k) })
        })
        .collect()
}

/// A chair lift from the bottom to the top station over a terrain: stations, towers, ropes. Its chairs are live.
pub fn chair_lift(id: &str, bottom: DVec2, top: DVec2, height_u: &dyn Fn(DVec2) -> f64) -> Vec<Fixture> {
    let along = (top - bottom).normalize_or(DVec2::X);
    let mut site = Builder::new(0, DAffine3::IDENTITY);
    for (name, at, dir) in [("bottom", bottom, along), ("top", top, -along)] {
        let feature = Feature::new(
            format!("{id}-{name}"),
            "lift station",
            format!("Chair lift, {name} station"),
            "ski lift",
            7.5,
        )
        .year(2014);
        site.add(placed(at.extend(height_u(at)), dir), Extent(16.0, 8.5, 0), Some(feature), lift_station);
    }
    let count = lift_spans(bottom, top);
    for k in 1..count {
        let p = bottom.lerp(top, k as f64 / count as f64);
        let high = tower_m(k);
        let u = height_u(p);
        let feature =
            Feature::new(format!("{id}-tower-{k}"), "lift tower", format!("Lift tower {k}"), "ski lift", high)
                .year(2014);
        site.add(placed(p.extend(u), along), Extent(5.0, high + 1.5, 0), Some(feature), move |pen| {
            lift_tower(pen, high)
        });
    }
    for (k, pair) in lift_heads(bottom, top, height_u).windows(2).enumerate() {
        let (a, b) = (pair[0], pair[1]);
        let m = a.midpoint(b);
        let high = a.z.max(b.z) - height_u(m.truncate()) + 4.0;
        let (a, b) = (a - m, b - m);
        let feature =
            Feature::new(format!("{id}-rope-{}", k + 1), "rope", format!("Lift span {}", k + 1), "ropes", 12.0);
        let side = along.perp().extend(0.0) * (LIFT_GAUGE_M * 0.5);
        site.add(DAffine3::from_translation(m), Extent(a.length() + 5.0, high, 1), Some(feature), move |pen| {
            for s in [-1.0, 1.0] {
                let (p, q) = (a + side * s, b + side * s);
                let pieces = if pen.level >= 3 { 8 } else { 2 };
                let sag = 1.6;
                let r = if pen.level >= 3 { 0.03 } else { 0.06 };
                super::parts::rope(pen.of(Surface::Metal), p.to_array(), q.to_array(), sag, pieces, r, DARK);
            }
        });
    }
    site.fixtures
}

/// A chair for four under its rope: it goes along x.
pub fn chair(pen: &mut Pen) {
    pen.of(Surface::Metal);
    let c = hex(0x3f474b);
    pen.rod([0.0, 0.0, 0.1], [-0.2, 0.0, -2.2], 0.05, 4, c);
    pen.of(Surface::Plain);
    pen.cube([-0.3, -1.0, -2.9], [0.25, 1.0, -2.78], hex(0x2f4a66));
    pen.cube([-0.4, -1.0, -2.8], [-0.3, 1.0, -2.2], hex(0x2f4a66));
    if pen.level >= 3 {
        for y in [-1.0, 1.0] {
            pen.rod([-0.35, y, -2.2], [-0.35, y, -2.9], 0.04, 4, c);
            pen.rod([-0.3, y, -2.45], [0.35, y, -2.45], 0.03, 4, c);
        }
        pen.rod([0.35, -1.0, -2.45], [0.35, 1.0, -2.45], 0.03, 4, c);
        pen.rod([-0.2, -1.0, -2.2], [-0.2, 1.0, -2.2], 0.04, 4, c);
        pen.rod([0.4, -0.9, -3.3], [0.4, 0.9, -3.3], 0.03, 4, c);
    }
}

fn lift_tower(pen: &mut Pen, high: f64) {
    pen.of(Surface::Metal);
    let c = hex(0x7d8684);
    let sides = if pen.level >= 3 { 10 } else { 4 };
    pen.cone([0.0, 0.0, -1.0], [0.0, 0.0, high + 0.6], 0.5, 0.32, sides, scale(c, 0.85), c);
    pen.cube([-0.25, -LIFT_GAUGE_M * 0.5 - 0.5, high + 0.4], [0.25, LIFT_GAUGE_M * 0.5 + 0.5, high + 0.9], c);
    if pen.level < 2 {
        return;
    }
    for y in [-LIFT_GAUGE_M * 0.5, LIFT_GAUGE_M * 0.5] {
        pen.cube([-2.0, y - 0.25, high + 0.1], [2.0, y - 0.12, high + 0.4], c);
        if pen.level >= 3 {
            for k in 0..8 {
                let x = -1.8 + 0.51 * f64::from(k);
                pen.rod([x, y - 0.1, high - 0.15], [x, y + 0.08, high - 0.15], 0.2, 8, DARK);
            }
            railing(pen, &[[-2.0, y - 0.8, high + 0.3], [2.0, y - 0.8, high + 0.3]], SAFETY);
        }
    }
    if pen.level >= 3 {
        for k in 0..(high / 0.4) as usize {
            let z = 0.4 * k as f64;
            pen.rod([-0.6, -0.2, z], [-0.6, 0.2, z], 0.02, 3, GALVANISED);
        }
        let f = Face::new([0.0 - 0.5, -0.6, 2.4], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], 1.0, 0.8);
        pen.of(Surface::Paint).relief(&f, [0.0, 0.0, 1.0, 0.8], 0.03, SAFETY);
    }
}

/// A station with its bull wheel under a hood; chairs leave along +x.
fn lift_station(pen: &mut Pen) {
    pen.of(Surface::Paint);
    let white = hex(0xcfd0ca);
    let ring = |z: f64, x0: f64, x1: f64, w: f64| {
        vec![[x0, -w, z], [x1, -w * 0.6, z], [x1 + 0.8, 0.0, z], [x1, w * 0.6, z], [x0, w, z]]
    };
    let rings = [ring(4.4, -9.0, 6.0, 3.6), ring(5.6, -9.4, 6.6, 4.0), ring(7.0, -7.0, 4.0, 2.8)];
    pen.loft(&rings, |k| scale(white, [0.7, 0.95, 1.04][k]), true);
    pen.poly(&rings[2], white);
    let mut under = rings[0].clone();
    under.reverse();
    pen.poly(&under, hex(0x3a3f42));
    for x in [-6.0, 2.0] {
        pen.of(Surface::Concrete).post([x, 0.0, -1.0], [1.4, 1.4, 5.4], hex(0x9a968c));
    }
    let sides = if pen.level >= 3 { 24 } else { 8 };
    pen.of(Surface::Metal).rod([-4.5, 0.0, 4.0], [-4.5, 0.0, 4.4], LIFT_GAUGE_M * 0.5, sides, hex(0x9c8a3a));
    if pen.level >= 2 {
        pen.of(Surface::Metal).block([-3.0, 4.2, 0.0], [1.0, 6.6, 2.7], hex(0x9b8b6c));
        for f in faces([-3.0, 4.2, 0.0], [1.0, 6.6, 2.7]) {
            pen.pane(&f, [0.2, 1.0, f.width - 0.2, 2.1], 0.03, GLASS, LIT_WARM);
        }
        railing(pen, &[[6.0, 3.6, 0.0], [14.0, 3.6, 0.0]], SAFETY);
        railing(pen, &[[6.0, -3.6, 0.0], [14.0, -3.6, 0.0]], SAFETY);
    }
}

/// A snow gun: a fan on a pole.
pub fn snow_gun(id: &str, at: DVec3, along: DVec2) -> Fixture {
    let mut site = Builder::new(0, placed(at, along));
    let feature = Feature::new(id, "snow gun", format!("Snow gun {id}"), "snow making", 4.6).year(2014);
    site.add(DAffine3::IDENTITY, Extent(2.5, 5.0, 2), Some(feature), |pen| {
        pen.of(Surface::Metal).rod([0.0; 3], [0.0, 0.0, 3.6], 0.14, 6, GALVANISED);
        let mut fan = pen.within(raised([0.0, 0.0, 3.8], 0.5));
        fan.of(Surface::Paint).cone([-0.9, 0.0, 0.0], [0.9, 0.0, 0.0], 0.45, 0.55, 14, SAFETY, SAFETY);
        fan.disc([0.9, 0.0, 0.0], [1.0, 0.0, 0.0], 0.5, 14, DARK);
        fan.disc([-0.9, 0.0, 0.0], [-1.0, 0.0, 0.0], 0.45, 14, DARK);
        pen.post([0.0, 0.5, 0.0], [0.6, 0.4, 1.5], hex(0x4f6a7c));
    });
    site.fixtures.remove(0)
}

/// The building at the foot of the slope: timber and stone under a wide roof.
pub fn ski_station(id: &str, at: DVec3, along: DVec2, seed: u64) -> Fixture {
    let mut site = Builder::new(seed, placed(at, along));
    let feature = Feature::new(id, "building", "Ski station", "tickets, rental, restaurant", 13.0).year(2014);
    site.add(DAffine3::IDENTITY, Extent(28.0, 14.0, 0), Some(feature), move |pen| {
        let mut lot = Rng::new(seed);
        pen.of(Surface::Rock).block([-22.0, -9.0, -2.0], [22.0, 9.0, 3.4], hex(0x8a8277));
        pen.of(Surface::Wood).block([-21.0, -8.4, 3.4], [21.0, 8.4, 7.4], hex(0x7a5a3e));
        let top = 12.6;
        pen.of(Surface::RoofTiles);
        let c = hex(0x4f4a47);
        pen.quad([[-24.0, -11.5, 6.6], [24.0, -11.5, 6.6], [24.0, 0.0, top], [-24.0, 0.0, top]], c);
        pen.quad([[24.0, 11.5, 6.6], [-24.0, 11.5, 6.6], [-24.0, 0.0, top], [24.0, 0.0, top]], scale(c, 0.95));
        pen.quad(
            [[-24.0, 11.5, 6.5], [24.0, 11.5, 6.5], [24.0, 0.0, top - 0.15], [-24.0, 0.0, top - 0.15]],
            scale(c, 0.5),
        );
        pen.quad(
            [[24.0, -11.5, 6.5], [-24.0, -11.5, 6.5], [-24.0, 0.0, top - 0.15], [24.0, 0.0, top - 0.15]],
            scale(c, 0.5),
        );
        pen.of(Surface::Wood);
        for s in [-1.0, 1.0] {
            let x = s * 21.0;
            pen.tri([[x, -8.4 * s, 7.4], [x, 8.4 * s, 7.4], [x, 0.0, top - 0.9]], hex(0x7a5a3e));
        }
        if pen.level < 2 {
            return;
        }
        for (z, low, high) in [(0.6, [-22.0, -9.0], [22.0, 9.0]), (4.3, [-21.0, -8.4], [21.0, 8.4])] {
            for f in faces([low[0], low[1], z], [high[0], high[1], z + 2.2]) {
                window_band(pen, &f, [1.5, 0.0, f.width - 1.5, 2.0], 2.6, hex(0x5a4330), &mut lot);
            }
        }
        pen.of(Surface::Wood).cube([-21.0, -12.6, 3.1], [21.0, -8.4, 3.4], hex(0x8a6a4a));
        railing(pen, &[[-21.0, -12.5, 3.4], [21.0, -12.5, 3.4]], hex(0x6a4c34));
        pen.of(Surface::Rock).post([10.0, 2.5, 8.0], [1.6, 1.6, 6.0], hex(0x8a8277));
    });
    site.fixtures.remove(0)
}

/// A water tower of concrete.
pub fn water_tower(id: &str, at: DVec3) -> Fixture {
    let mut site = Builder::new(0, placed(at, DVec2::X));
    let feature = Feature::new(id, "tower", "Water tower", "1500 m3", 42.0).year(1968);
    site.add(DAffine3::IDENTITY, Extent(12.0, 43.0, 0), Some(feature), |pen| {
        let sides = [8, 10, 14, 24, 36][pen.level];
        pen.of(Surface::Concrete);
        let c = hex(0xb5b0a5);
        let shape = [(0.0, 4.2), (4.0, 3.4), (26.0, 3.0), (30.0, 5.0), (36.0, 11.0), (37.0, 11.2), (40.0, 11.2)];
        for pair in shape.windows(2) {
            let ((z0, r0), (z1, r1)) = (pair[0], pair[1]);
            let under = if r1 > r0 + 1.0 { 0.6 } else { 0.95 };
            pen.cone([0.0, 0.0, z0], [0.0, 0.0, z1], r0, r1, sides, scale(c, under), c);
        }
        pen.cone([0.0, 0.0, 40.0], [0.0, 0.0, 42.0], 11.2, 1.0, sides, c, scale(c, 1.05));
        if pen.level >= 3 {
            for k in 0..12 {
                let d = unit_vector(TAU * f64::from(k) / 12.0);
                pen.bar([d.x * 3.1, d.y * 3.1, 27.0], [d.x * 11.0, d.y * 11.0, 36.2], 0.4, 0.5, scale(c, 0.85));
            }
            let ring: Vec<_> =
                (0..=24).map(|k| unit_vector(TAU * f64::from(k) / 24.0) * 11.1).map(|d| [d.x, d.y, 40.0]).collect();
            railing(pen, &ring, GALVANISED);
        }
    });
    site.fixtures.remove(0)
}

/// Hub height and blade length of a wind turbine.
pub const TURBINE: (f64, f64) = (92.0, 54.0);

/// The tower and the nacelle; the rotor's shaft comes out along +x.
pub fn turbine_tower(pen: &mut Pen) {
    let white = hex(0xcfd0cc);
    let sides = [6, 8, 10, 16, 28][pen.level];
    pen.of(Surface::Paint).cone([0.0; 3], [0.0, 0.0, TURBINE.0 - 2.0], 2.3, 1.4, sides, scale(white, 0.85), white);
    pen.cone([0.0, 0.0, 0.0], [0.0, 0.0, 0.6], 4.0, 3.8, sides, hex(0x8f8b82), hex(0x8f8b82));
}

pub fn turbine_nacelle(pen: &mut Pen) {
    let white = hex(0xcfd0cc);
    pen.of(Surface::Paint);
    let ring = |x: f64, w: f64, h: f64| vec![[x, -w, -h], [x, w, -h], [x, w, h], [x, -w, h]];
    let rings = [ring(-8.5, 1.3, 1.4), ring(-4.0, 1.9, 2.0), ring(2.6, 1.8, 1.9)];
    pen.loft(&rings, |_| white, true);
    pen.poly(&rings[2], scale(white, 0.9));
    let mut rear = rings[0].clone();
    rear.reverse();
    pen.poly(&rear, scale(white, 0.9));
    for f in faces([-7.5, -0.3, 1.6], [-6.9, 0.3, 2.6]) {
        pen.pane(&f, [0.0, 0.0, f.width, f.height], 0.0, hex(0x7a2a24), LIT_RED);
    }
}

/// Three blades about the x axis.
pub fn turbine_rotor(pen: &mut Pen) {
    let white = hex(0xd6d7d3);
    let sides = if pen.level >= 3 { 18 } else { 8 };
    pen.of(Surface::Paint).cone([-0.2, 0.0, 0.0], [2.6, 0.0, 0.0], 1.7, 0.5, sides, white, white);
    pen.disc([2.6, 0.0, 0.0], [1.0, 0.0, 0.0], 0.5, 8, white);
    let steps = [1, 2, 3, 8, 14][pen.level];
    for k in 0..3 {
        let dir = unit_vector(TAU * f64::from(k) / 3.0 + 0.4);
        let at = |t: f64, chord: f64, lift: f64| {
            let r = 1.2 + TURBINE.1 * t;
            // Wide near the root, thin at the tip, twisted a little.
            [1.0 + lift, dir.x * r - dir.y * chord, dir.y * r + dir.x * chord]
        };
        let chord = |t: f64| if t < 0.05 { 0.9 } else { 2.1 * (1.0 - t * 0.85) };
        for i in 0..steps {
            let [t0, t1] = [i, i + 1].map(|i| f64::from(i) / f64::from(steps));
            let (c0, c1) = (chord(t0), chord(t1));
            let twist = |t: f64| 0.8 * (1.0 - t);
            let q = [
                at(t0, -c0 * 0.4, twist(t0)),
                at(t0, c0 * 0.6, -twist(t0)),
                at(t1, c1 * 0.6, -twist(t1)),
                at(t1, -c1 * 0.4, twist(t1)),
            ];
            pen.quad(q, white);
            pen.quad([q[3], q[2], q[1], q[0]], scale(white, 0.92));
        }
    }
}

/// A turbine that stands still, as a tile shows it; the model has its rotor as a node.
pub fn wind_turbine(id: &str, at: DVec3, facing: DVec2) -> Fixture {
    let mut site = Builder::new(0, placed(at, facing));
    let feature =
        Feature::new(id, "wind turbine", format!("Wind turbine {id} (2.5 MW)"), "power", TURBINE.0 + TURBINE.1)
            .year(2017);
    site.add(DAffine3::IDENTITY, Extent(58.0, TURBINE.0 + TURBINE.1 + 1.0, 0), Some(feature), |pen| {
        turbine_tower(pen);
        turbine_nacelle(&mut pen.shifted(0.0, 0.0, TURBINE.0));
        turbine_rotor(&mut pen.shifted(3.0, 0.0, TURBINE.0));
    });
    site.fixtures.remove(0)
}

/// A lighthouse of 30 m with its keeper's house.
pub fn lighthouse(id: &str, at: DVec3) -> Fixture {
    let mut site = Builder::new(0, placed(at, DVec2::X));
    let feature = Feature::new(id, "lighthouse", "Lighthouse", "navigation", 31.0).year(1871);
    site.add(DAffine3::IDENTITY, Extent(20.0, 32.0, 0), Some(feature), |pen| {
        let sides = [6, 8, 12, 20, 32][pen.level];
        let (white, red) = (hex(0xd9d6cc), hex(0x94382c));
        pen.of(Surface::Plaster);
        for k in 0..5 {
            let [a, b] = [k, k + 1].map(|k| f64::from(k) / 5.0);
            let c = if k % 2 == 0 { white } else { red };
            pen.cone(
                [0.0, 0.0, 24.0 * a],
                [0.0, 0.0, 24.0 * b],
                3.6 - 1.3 * a,
                3.6 - 1.3 * b,
                sides,
                scale(c, if k == 0 { 0.75 } else { 0.95 }),
                c,
            );
        }
        pen.of(Surface::Concrete).drum([0.0, 0.0, 24.0], 3.3, 0.4, sides, hex(0xb9b6ac));
        for k in 0..sides {
            let [a, b] = [k, (k + 1) % sides].map(|k| unit_vector(TAU * k as f64 / sides as f64) * 1.7);
            pen.glass(
                [[a.x, a.y, 24.6], [b.x, b.y, 24.6], [b.x, b.y, 27.4], [a.x, a.y, 27.4]],
                hex(0x53636a),
                LIT_LAMP,
            );
        }
        pen.of(Surface::Metal).cone([0.0, 0.0, 27.4], [0.0, 0.0, 29.6], 2.1, 0.2, sides, red, scale(red, 1.1));
        pen.rod([0.0, 0.0, 29.6], [0.0, 0.0, 31.0], 0.06, 4, DARK);
        let ring: Vec<_> =
            (0..=16).map(|k| unit_vector(TAU * f64::from(k) / 16.0) * 3.2).map(|d| [d.x, d.y, 24.4]).collect();
        railing(pen, &ring, hex(0x3a3d3f));
        let mut house = pen.shifted(10.0, 0.0, 0.0);
        Shed {
            long: 14.0,
            wide: 8.0,
            eaves: 3.6,
            rise: 2.4,
            wall: white,
            roof: hex(0x9a5b44),
            gate: hex(0x3f5f78),
            gates: [0.0, 0.0],
            docks: false,
            name: "",
            seed: 1,
        }
        .draw(&mut house);
        if pen.level >= 3 {
            for (k, z) in [4.0, 9.0, 14.0, 19.0].into_iter().enumerate() {
                let r = 3.62 - 1.3 * z / 24.0;
                let f = Face::new([-0.35, -r - 0.02, z], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], 0.7, 1.2);
                pen.pane(&f, [0.0, 0.0, 0.7, 1.2], 0.05, GLASS, LIT_WARM * u8::from(k == 1));
            }
            flight(pen, [0.0, -6.0, 0.0], [0.0, -3.6, 1.2], 1.2, hex(0xa29c90));
        }
    });
    site.fixtures.remove(0)
}

/// Wind turbines in a row along a ridge.
pub fn wind_farm(id: &str, from: DVec2, to: DVec2, count: usize, height_u: &dyn Fn(DVec2) -> f64) -> Vec<Fixture> {
    let facing = (to - from).normalize_or(DVec2::X).perp();
    (0..count)
        .map(|k| {
            let p = from.lerp(to, if count > 1 { k as f64 / (count - 1) as f64 } else { 0.0 });
            wind_turbine(&numbered(id, k + 1), p.extend(height_u(p)), facing)
        })
        .collect()
}
