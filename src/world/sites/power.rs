//! The substation, and lines of lattice pylons with hanging conductors over any terrain.
//!
//! A conductor hangs as a catenary y = c (cosh(x / c) - 1) with c = horizontal tension / weight ([`CATENARY_M`]); the
//! hyperbolic cosine is its series, exact here to a micrometre, as the platform's own is not the same everywhere.

use super::ground::{Area, BASE, FIELD, Ground, MARK, Patch};
use super::parts::{DARK, GALVANISED, GLASS, LIT_COOL, SAFETY, fence, lattice, railing};
use super::pen::{P, Pen, faces, placed};
use super::{Builder, Extent, Fixture, font, numbered, plan_from_pad, port};
use crate::bake::det::{Rng, unit_vector};
use crate::bake::feature::Feature;
use crate::bake::mesh::{Rgb, Surface, hex, scale};
use crate::world::layout;
use glam::{DAffine3, DVec2, DVec3};

/// Horizontal tension over weight of a metre, for aluminium-steel conductors at 20 degrees.
pub const CATENARY_M: f64 = 1500.0;
/// Spans of the line are about this long.
pub const SPAN_M: f64 = 330.0;

/// What a pylon does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// On a straight: the insulators hang.
    Suspension,
    /// At a bend or an end: stouter, the insulators lie in the line of the conductors.
    Angle,
}

/// Six conductors of two circuits and the earth wire on top: their place across the line and below the pylon's top.
const ARMS: [(f64, f64); 3] = [(5.6, 6.0), (8.2, 12.5), (6.4, 19.0)];
const INSULATOR_M: f64 = 2.8;

/// Where the conductors hang, across the line (to the left) and above the pylon's foot; the last is the earth wire.
pub fn attachments(height: f64, kind: Kind) -> Vec<(f64, f64)> {
    let drop = if kind == Kind::Suspension { INSULATOR_M } else { 0.3 };
    let mut out: Vec<_> =
        ARMS.iter().flat_map(|&(y, down)| [(y, height - down - drop), (-y, height - down - drop)]).collect();
    out.push((0.0, height));
    out
}

/// A pylon of 35 to 72 m; x along the line.
pub fn pylon(pen: &mut Pen, height: f64, kind: Kind) {
    let stout = if kind == Kind::Angle { 1.25 } else { 1.0 };
    let c = hex(0x858c8a);
    pen.of(Surface::Metal);
    let base = height * 0.17 * stout;
    let waist_z = height - ARMS[2].1 - 3.0;
    let waist = 2.3 * stout;
    if pen.level == 0 {
        pen.bar([0.0; 3], [0.0, 0.0, height], 1.2, 1.2, c);
        pen.bar([0.0, -8.0, height - 12.0], [0.0, 8.0, height - 12.0], 0.8, 0.8, c);
        return;
    }
    let r = 0.16 * stout;
    lattice(pen, [0.0; 3], [0.0, 0.0, waist_z], (base, waist), 6, r, c);
    lattice(pen, [0.0, 0.0, waist_z], [0.0, 0.0, height - 3.0], (waist, 1.3 * stout), 7, r * 0.8, c);
    for s in [-1.0, 1.0] {
        for t in [-1.0, 1.0] {
            pen.rod([s * 0.6, t * 0.6, height - 3.0], [0.0, 0.0, height], 0.08, 3, c);
        }
    }
    if pen.level >= 4 {
        for (x, y) in [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)] {
            pen.of(Surface::Concrete).post([x * base * 0.5, y * base * 0.5, -0.3], [1.0, 1.0, 0.7], hex(0x8f8b82));
        }
        pen.of(Surface::Paint);
        for k in 0..2 {
            pen.cube(
                [-base * 0.5, -0.3 + 0.6 * f64::from(k) - 0.25, 3.0],
                [-base * 0.5 + 0.03, -0.3 + 0.6 * f64::from(k) + 0.25, 3.6],
                if k == 0 { SAFETY } else { hex(0xcfd0ca) },
            );
        }
        pen.of(Surface::Metal);
    }
    for (y, down) in ARMS {
        let z = height - down;
        for s in [-1.0, 1.0] {
            let tip = [0.0, s * y, z];
            for x in [-0.75, 0.75] {
                pen.rod([x * stout, s * 0.6, z], tip, 0.09, 3, c);
                pen.rod([x * stout, s * 0.6, z + 2.0], tip, 0.07, 3, c);
                if pen.level >= 3 {
                    for k in 1..4 {
                        let t = f64::from(k) / 4.0;
                        let (a, b) = (0.6 + (y - 0.6) * t, x * stout * (1.0 - t));
                        pen.rod([b, s * a, z], [b, s * a, z + 2.0 * (1.0 - t)], 0.05, 3, c);
                    }
                }
            }
            if pen.level >= 2 {
                insulators(pen, tip, kind);
            }
        }
    }
}

fn insulators(pen: &mut Pen, tip: P, kind: Kind) {
    let glass = hex(0x5c6f68);
    let strings: &[P] = match kind {
        Kind::Suspension => &[[0.0, 0.0, -INSULATOR_M]],
        Kind::Angle => &[[INSULATOR_M, 0.0, -0.3], [-INSULATOR_M, 0.0, -0.3]],
    };
    pen.of(Surface::Paint);
    for d in strings {
        let end = [tip[0] + d[0], tip[1] + d[1], tip[2] + d[2]];
        if pen.level < 4 {
            pen.rod(tip, end, 0.12, 4, glass);
            continue;
        }
        pen.rod(tip, end, 0.03, 3, DARK);
        let (a, b) = (DVec3::from(tip), DVec3::from(end));
        for k in 0..12 {
            let [p, q] = [0.1, 0.16].map(|t| a.lerp(b, t + 0.07 * f64::from(k)).to_array());
            pen.cone(p, q, 0.15, 0.05, 6, glass, glass);
        }
    }
    if kind == Kind::Angle {
        // The jumper from one side to the other.
        let [x, y, z] = tip;
        super::parts::rope(pen, [x + INSULATOR_M, y, z - 0.3], [x - INSULATOR_M, y, z - 0.3], 1.9, 6, 0.03, DARK);
    }
    pen.of(Surface::Metal);
}

/// Height of a catenary over the straight line between its ends is negative: how far it hangs below at `t` (0..=1).
pub fn sag_m(span: f64, t: f64) -> f64 {
    let cosh = |x: f64| {
        let q = x * x;
        1.0 + q / 2.0 * (1.0 + q / 12.0 * (1.0 + q / 30.0 * (1.0 + q / 56.0)))
    };
    let half = span * 0.5;
    CATENARY_M * (cosh(half / CATENARY_M) - cosh((t - 0.5) * span / CATENARY_M))
}

/// A line of pylons along a polyline over a terrain; `id` names it ("line-1"). Conductors of a span are one thing.
pub fn line(id: &str, route: &[DVec2], height_u: &dyn Fn(DVec2) -> f64, seed: u64) -> Vec<Fixture> {
    let mut places: Vec<(DVec2, Kind)> = Vec::new();
    for (leg, pair) in route.windows(2).enumerate() {
        let count = ((pair[1] - pair[0]).length() / SPAN_M).ceil().max(1.0) as usize;
        for k in 0..count {
            let kind = if k == 0 { Kind::Angle } else { Kind::Suspension };
            places.push((pair[0].lerp(pair[1], k as f64 / count as f64), kind));
        }
        if leg + 2 == route.len() {
            places.push((pair[1], Kind::Angle));
        }
    }
    let places: Vec<Place> =
        places.iter().enumerate().map(|(k, &(at, kind))| (format!("{id}-pylon-{}", k + 1), at, kind)).collect();
    strung(id, &places, height_u, seed)
}

/// A pylon: its id, where it stands and what it does.
pub type Place = (String, DVec2, Kind);

/// A line over pylons whose places are given.
pub fn strung(id: &str, places: &[Place], height_u: &dyn Fn(DVec2) -> f64, seed: u64) -> Vec<Fixture> {
    let mut site = Builder::new(seed, DAffine3::IDENTITY);
    let mut rng = Rng::new(seed);
    let mut poles = Vec::new();
    for (k, (name, at, kind)) in places.iter().enumerate() {
        let (at, kind) = (*at, *kind);
        let before = places[k.saturating_sub(1)].1;
        let after = places[(k + 1).min(places.len() - 1)].1;
        // A pylon stands across the bisector of its two spans.
        let sum = (at - before).normalize_or_zero() + (after - at).normalize_or_zero();
        let along = sum.normalize_or(DVec2::X);
        let high = clearing_height(at, before, after, height_u) + rng.range(0.0, 2.0);
        let frame = placed(at.extend(height_u(at)), along);
        let feature =
            Feature::new(name.as_str(), "pylon", format!("Pylon {} of {id}", k + 1), "220 kV, two circuits", high)
                .year(1987);
        site.add(frame, Extent(f64::max(11.0, high * 0.14), high, 0), Some(feature), move |pen| pylon(pen, high, kind));
        poles.push((frame, high, kind));
    }
    for (k, pair) in poles.windows(2).enumerate() {
        let [(fa, ha, ka), (fb, hb, kb)] = [pair[0], pair[1]];
        let middle = fa.translation.midpoint(fb.translation);
        let wires: Vec<(DVec3, DVec3)> = attachments(ha, ka)
            .iter()
            .zip(attachments(hb, kb))
            .map(|(a, b)| {
                let end = |f: DAffine3, (y, z): (f64, f64), kind: Kind, s: f64| {
                    let x = if kind == Kind::Angle && y != 0.0 { s * INSULATOR_M } else { 0.0 };
                    f.transform_point3(DVec3::new(x, y, z)) - middle
                };
                (end(fa, *a, ka, 1.0), end(fb, b, kb, -1.0))
            })
            .collect();
        let length = (fb.translation - fa.translation).length();
        let top = (fa.translation.z + ha).max(fb.translation.z + hb) - height_u(middle.truncate()).max(0.0);
        let feature =
            Feature::new(format!("{id}-span-{}", k + 1), "conductors", format!("Span {} of {id}", k + 1), "220 kV", ha);
        site.add(
            DAffine3::from_translation(middle),
            Extent(length * 0.5 + 10.0, top + 2.0, 1),
            Some(feature),
            move |pen| {
                conductors(pen, &wires);
            },
        );
    }
    site.fixtures
}

/// High enough that the lowest conductor clears the ground by 9 m in both spans, within 36 to 96 m.
fn clearing_height(at: DVec2, before: DVec2, after: DVec2, height_u: &dyn Fn(DVec2) -> f64) -> f64 {
    let own = height_u(at);
    let mut need: f64 = 36.0;
    for other in [before, after] {
        let span = (other - at).length();
        let far = height_u(other);
        for k in 1..24 {
            let t = f64::from(k) / 24.0;
            // The outer conductors hang over the hillside's upper part.
            let side = (other - at).normalize_or_zero().perp() * (ARMS[1].0 + 1.0);
            let p = at.lerp(other, t);
            let highest = [-1.0, 0.0, 1.0].map(|s| height_u(p + side * s)).into_iter().fold(f64::MIN, f64::max);
            let ground = highest - (own + (far - own) * t);
            need = need.max(ground + sag_m(span, t) + 9.0 + ARMS[2].1 + INSULATOR_M);
        }
    }
    need.min(96.0)
}

fn conductors(pen: &mut Pen, wires: &[(DVec3, DVec3)]) {
    pen.of(Surface::Metal);
    let pieces = [2, 4, 8, 16, 32][pen.level];
    let c = hex(0x5d6263);
    for (k, &(a, b)) in wires.iter().enumerate() {
        if pen.level < 2 && k % 2 == 1 {
            continue;
        }
        let span = (b - a).length();
        let earth = k + 1 == wires.len();
        let at = |t: f64| {
            let sag = sag_m(span, t) * if earth { 0.8 } else { 1.0 };
            (a.lerp(b, t) - DVec3::Z * sag).to_array()
        };
        let r = if pen.level >= 4 { 0.02 } else { 0.045 };
        for i in 0..pieces {
            let [t0, t1] = [i, i + 1].map(|i| f64::from(i) / f64::from(pieces));
            pen.rod(at(t0), at(t1), if earth { r * 0.7 } else { r }, 3, c);
        }
    }
}

/// Where lines leave the substation, in its own frame: middles of the line gantries, one for each bay.
pub const LINE_BAYS: [[f64; 2]; 6] =
    [[-100.0, 70.0], [-60.0, 70.0], [-20.0, 70.0], [20.0, 70.0], [60.0, 70.0], [100.0, 70.0]];

pub fn site(seed: u64) -> Builder {
    let mut site = Builder::new(seed, plan_from_pad(&layout::SUBSTATION));
    let at = |x: f64, y: f64| DAffine3::from_translation(DVec3::new(x, y, 0.0));
    for (k, [x, y]) in LINE_BAYS.into_iter().enumerate() {
        let name = format!("Bay {}", k + 1);
        let feature = Feature::new(numbered("bay", k + 1), "switchgear", name, "220 kV line bay", 18.0).year(1987);
        site.add(at(x, y), Extent(60.0, 19.0, 0), Some(feature), bay);
    }
    let bus = Feature::new("busbar-1", "busbar", "Busbars 220 kV", "two systems", 9.0).year(1987);
    site.add(at(0.0, 2.0), Extent(126.0, 14.0, 1), Some(bus), busbars);
    for (k, x) in [-70.0, 0.0, 70.0].into_iter().enumerate() {
        let feature = Feature::new(
            numbered("transformer", k + 1),
            "transformer",
            format!("Transformer {} (170 MVA)", k + 1),
            "220/60 kV",
            9.5,
        )
        .year(2004);
        site.add(at(x, -40.0), Extent(20.0, 10.5, 0), Some(feature), transformer);
    }
    let house = Feature::new("control-house", "building", "Control house", "protection and control", 6.0).year(1987);
    site.add(at(-60.0, -78.0), Extent(26.0, 7.0, 0), Some(house), control_house);
    let (w, d) = (layout::SUBSTATION.half.x - 1.0, layout::SUBSTATION.half.y - 1.0);
    for line in [
        [[-w, -d, 0.0], [-6.0, -d, 0.0]],
        [[6.0, -d, 0.0], [w, -d, 0.0]],
        [[w, -d, 0.0], [w, d, 0.0]],
        [[w, d, 0.0], [-w, d, 0.0]],
        [[-w, d, 0.0], [-w, -d, 0.0]],
    ] {
        let m = DVec3::from(line[0]).midpoint(line[1].into());
        let half = DVec3::from(line[1]) - m;
        site.add(at(m.x, m.y), Extent(half.length() + 1.0, 2.8, 3), None, move |pen| {
            fence(pen, &[(-half).to_array(), half.to_array()], 2.6);
        });
    }
    for x in [-110.0, 0.0, 110.0] {
        port::mast(&mut site, x, -62.0);
    }
    site
}

/// A post insulator with something on it.
fn post(pen: &mut Pen, x: f64, y: f64, foot: f64, high: f64, c: Rgb) {
    pen.of(Surface::Metal);
    pen.bar([x, y, 0.0], [x, y, foot], 0.3, 0.3, GALVANISED);
    pen.of(Surface::Paint);
    if pen.level < 4 {
        pen.rod([x, y, foot], [x, y, foot + high], 0.16, 5, c);
        return;
    }
    pen.rod([x, y, foot], [x, y, foot + high], 0.09, 6, c);
    let sheds = (high / 0.22) as usize;
    for k in 0..sheds {
        let z = foot + high * (k as f64 + 0.5) / sheds as f64;
        pen.cone([x, y, z - 0.05], [x, y, z + 0.05], 0.2, 0.1, 8, c, c);
    }
}

const BROWN: Rgb = hex(0x5c4335);
const GREY: Rgb = hex(0x8d9496);

/// One line bay from the gantry (y = 0) down to the busbars (y = -60): portal, disconnector, transformers, breaker.
fn bay(pen: &mut Pen) {
    pen.of(Surface::Metal);
    let c = GALVANISED;
    for (y, z) in [(0.0, 15.0), (-52.0, 12.0)] {
        for x in [-8.0, 8.0] {
            lattice(pen, [x, y, 0.0], [x, y, z], (1.1, 0.8), 7, 0.08, c);
        }
        lattice(pen, [-8.0, y, z - 0.4], [8.0, y, z - 0.4], (0.9, 0.9), 8, 0.07, c);
        if y == 0.0 {
            for x in [-8.0, 8.0] {
                pen.cone([x, y, z], [x, y, z + 4.0], 0.12, 0.03, 4, c, c);
            }
        }
    }
    if pen.level < 2 {
        return;
    }
    for x in [-5.0, 0.0, 5.0] {
        // From the gantry down the equipment, a wire.
        for (y, foot, high, tone) in [
            (-8.0, 2.6, 2.6, BROWN),
            (-14.0, 2.4, 2.8, GREY),
            (-20.0, 2.4, 2.8, BROWN),
            (-40.0, 2.6, 2.4, BROWN),
            (-43.0, 2.6, 2.4, BROWN),
        ] {
            post(pen, x, y, foot, high, tone);
        }
        // The breaker: a mast with two chambers as a T.
        post(pen, x, -28.0, 2.2, 2.8, GREY);
        pen.of(Surface::Paint).rod([x, -29.6, 5.1], [x, -26.4, 5.1], 0.22, 8, GREY);
        pen.of(Surface::Metal);
        pen.post([x, -28.0, 0.0], [0.9, 0.7, 1.6], hex(0xa4a9a6));
        pen.cone([x, -14.0, 5.2], [x, -14.0, 5.9], 0.35, 0.3, 8, GREY, GREY);
        let wire: [P; 8] = [
            [x, 0.0, 14.0],
            [x, -8.0, 5.3],
            [x, -14.0, 6.0],
            [x, -20.0, 5.3],
            [x, -29.6, 5.2],
            [x, -26.4, 5.2],
            [x, -40.0, 5.1],
            [x, -52.0, 11.6],
        ];
        for pair in wire.windows(2) {
            pen.rod(pair[0], pair[1], 0.03, 3, DARK);
        }
        pen.rod([x, -40.0, 5.1], [x, -43.0, 5.1], 0.05, 4, hex(0xa9aeaa));
    }
    if pen.level >= 3 {
        pen.post([7.0, -30.0, 0.0], [0.8, 1.4, 1.9], hex(0x9da39f));
        pen.of(Surface::Concrete).block([-7.4, -48.0, 0.0], [-6.6, -4.0, 0.12], hex(0x8f8b82));
    }
}

fn busbars(pen: &mut Pen) {
    let h = 122.0;
    for (k, y) in [-10.0, -6.5, -3.0, 5.0, 8.5, 12.0].into_iter().enumerate() {
        pen.of(Surface::Metal).rod([-h, y, 6.6], [h, y, 6.6], 0.11, 6, hex(0xa9aeaa));
        if pen.level >= 2 {
            for i in 0..=16 {
                post(pen, -h + 2.0 * h * f64::from(i) / 16.0, y, 3.6, 2.9, if k < 3 { BROWN } else { GREY });
            }
        }
    }
    if pen.level >= 3 {
        pen.of(Surface::Metal);
        for i in 0..=16 {
            let x = -h + 2.0 * h * f64::from(i) / 16.0;
            for (a, b) in [(-10.6, -2.4), (4.4, 12.6)] {
                pen.bar([x, a, 3.5], [x, b, 3.5], 0.25, 0.25, GALVANISED);
            }
        }
    }
}

/// A transformer in its pit between firewalls: tank, radiators, conservator, bushings.
fn transformer(pen: &mut Pen) {
    pen.of(Surface::Concrete);
    for x in [-12.0, 12.0] {
        pen.block([x - 0.3, -9.0, 0.0], [x + 0.3, 9.0, 8.0], hex(0x98948a));
    }
    pen.block([-9.0, -6.0, 0.0], [9.0, 6.0, 0.3], hex(0x7c786f));
    pen.of(Surface::Paint);
    let c = hex(0x7b8486);
    pen.block([-4.2, -2.0, 0.6], [4.2, 2.0, 4.6], c);
    if pen.level < 2 {
        return;
    }
    for s in [-1.0, 1.0] {
        let count = if pen.level >= 4 { 14 } else { 4 };
        for k in 0..count {
            let x = -4.0 + 8.0 * (f64::from(k) + 0.5) / f64::from(count);
            let t = if pen.level >= 4 { 0.12 } else { 0.8 };
            pen.cube([x - t, (s * 2.5f64).min(s * 4.4), 0.9], [x + t, (s * 2.5f64).max(s * 4.4), 4.3], scale(c, 0.93));
        }
        pen.rod([-4.2, s * 2.9, 4.5], [4.2, s * 2.9, 4.5], 0.18, 6, c);
        for k in 0..3 {
            let x = -3.0 + 3.0 * f64::from(k);
            pen.rod([x, s * 4.45, 2.4], [x, s * 4.6, 2.4], 0.7, 12, hex(0x3d4446));
            pen.disc([x, s * 4.6, 2.4], [0.0, s, 0.0], 0.7, 12, hex(0x3d4446));
        }
    }
    pen.rod([-3.4, 1.0, 6.2], [3.4, 1.0, 6.2], 0.75, 12, c);
    for s in [-1.0, 1.0] {
        pen.disc([s * 3.4, 1.0, 6.2], [s, 0.0, 0.0], 0.75, 12, c);
        pen.post([s * 2.2, 1.0, 4.6], [0.25, 0.25, 1.0], c);
    }
    for x in [-2.6, 0.0, 2.6] {
        for (y, high, lean) in [(-1.2, 3.4, -0.9), (1.7, 1.8, 0.5)] {
            let top = [x * 1.25, y + lean, 4.6 + high];
            pen.rod([x, y, 4.6], top, if pen.level >= 4 { 0.12 } else { 0.2 }, 6, BROWN);
            if pen.level >= 4 {
                for k in 0..10 {
                    let t = 0.1 + 0.085 * f64::from(k);
                    let p = DVec3::new(x, y, 4.6).lerp(top.into(), t);
                    let q = DVec3::new(x, y, 4.6).lerp(top.into(), t + 0.03);
                    pen.cone(p.to_array(), q.to_array(), 0.24, 0.12, 8, BROWN, BROWN);
                }
            }
        }
    }
    if pen.level >= 3 {
        railing(pen, &[[-4.2, -2.0, 4.6], [4.2, -2.0, 4.6]], SAFETY);
        pen.post([5.4, 0.0, 0.3], [0.8, 1.6, 2.0], hex(0xa4a9a6));
    }
}

fn control_house(pen: &mut Pen) {
    pen.of(Surface::Plaster);
    let c = hex(0xbdb6a4);
    pen.block([-22.0, -7.0, 0.0], [22.0, 7.0, 5.0], c);
    pen.cube([-22.6, -7.6, 5.0], [22.6, 7.6, 5.5], hex(0x8b8880));
    if pen.level < 2 {
        return;
    }
    for (k, f) in faces([-22.0, -7.0, 0.0], [22.0, 7.0, 5.0]).iter().enumerate() {
        if k % 2 == 0 {
            for i in 0..8 {
                let x = 3.0 + 5.2 * f64::from(i);
                if i == 4 {
                    pen.relief(f, [x - 0.7, 0.0, x + 0.7, 2.4], 0.08, hex(0x4d5a60));
                } else {
                    pen.pane(f, [x - 0.9, 1.4, x + 0.9, 3.2], 0.03, GLASS, if i % 3 == 0 { LIT_COOL } else { 0 });
                }
            }
        }
    }
    if pen.level >= 3 {
        let f = faces([-22.0, -7.0, 0.0], [22.0, 7.0, 5.0])[0];
        font::write(pen, &f, (22.0, 3.7), 0.7, "SUBESTACAO DO MIRANTE 220/60", hex(0x4d5a60));
    }
    for k in 0..5 {
        let d = unit_vector(f64::from(k)) * 2.0;
        pen.of(Surface::Metal).post([-14.0 + 6.0 * f64::from(k), d.y, 5.5], [1.6, 1.2, 0.9], GALVANISED);
    }
}

/// The substation's ground: gravel, a road around, cable ducts.
pub fn ground(seed: u64, level: usize) -> Vec<Patch> {
    let mut ground = Ground::new(seed ^ 0x50B, plan_from_pad(&layout::SUBSTATION), level);
    let g = &mut ground;
    g.field([-130.0, -95.0, 130.0, 95.0], BASE, Surface::Gravel, hex(0x7f7a70), (14.0, 0.16));
    if level >= 1 {
        let roads: [Area; 3] = [[-126.0, -68.0, 126.0, -60.0], [-6.0, -95.0, 6.0, -68.0], [-126.0, 13.5, 126.0, 19.0]];
        for area in roads {
            g.field(area, FIELD, Surface::Asphalt, hex(0x515356), (20.0, 0.14));
        }
        for x in [-70.0, 0.0, 70.0] {
            g.field([x - 11.5, -50.0, x + 11.5, -30.0], FIELD, Surface::Gravel, hex(0x625d55), (12.0, 0.1));
        }
    }
    if level >= 3 {
        for x in [-90.0, -30.0, 30.0, 90.0] {
            g.band([x, -58.0].into(), [x, 60.0].into(), 0.9, MARK, Surface::Concrete, hex(0x928e85));
        }
    }
    ground.patches.sort_by_key(|p| p.layer);
    ground.patches
}
