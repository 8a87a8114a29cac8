//! The motorway's bridge: a box girder on piers with a cable-stayed main span under two needle towers.
//!
//! The deck follows a polyline with heights (its roadway); it carries two carriageways of three lanes.

use super::parts::{LIT_LAMP, LIT_RED, railing};
use super::pen::{P, Pen, faces, placed};
use super::{Builder, Extent};
use crate::bake::feature::Feature;
use crate::bake::mesh::{Rgb, Surface, hex, scale};
use glam::{DAffine3, DVec2, DVec3};

/// Width of the deck over all.
pub const DECK_M: f64 = 31.0;
/// The girder's depth below the roadway.
const DEPTH_M: f64 = 3.4;
const PIECE_M: f64 = 50.0;
const CONCRETE: Rgb = hex(0xb3aea3);

/// A polyline in space measured along its plan.
#[derive(Debug, Clone)]
pub struct Route {
    points: Vec<DVec3>,
    along_m: Vec<f64>,
}

impl Route {
    pub fn new(points: &[DVec3]) -> Self {
        let mut along_m = vec![0.0];
        for pair in points.windows(2) {
            along_m.push(along_m[along_m.len() - 1] + pair[0].truncate().distance(pair[1].truncate()));
        }
        Self { points: points.to_vec(), along_m }
    }

    pub fn length_m(&self) -> f64 {
        self.along_m.last().copied().unwrap_or(0.0)
    }

    /// The place at a distance from its start, and the direction there; None for fewer than two points.
    pub fn at(&self, s: f64) -> Option<(DVec3, DVec2)> {
        let k = self.along_m.iter().position(|&a| a >= s).unwrap_or(self.along_m.len() - 1).max(1);
        let (a, b) = (*self.points.get(k - 1)?, *self.points.get(k)?);
        let t = (s - self.along_m[k - 1]) / (self.along_m[k] - self.along_m[k - 1]).max(1e-9);
        Some((a.lerp(b, t.clamp(0.0, 1.0)), (b - a).truncate().normalize_or(DVec2::X)))
    }
}

/// The whole bridge: `route` is the roadway's middle line, `ground_u` the ground or the water's bed, `main` the main span
/// as distances along the route (its towers stand there).
pub fn bridge(id: &str, name: &str, route: &[DVec3], ground_u: &dyn Fn(DVec2) -> f64, main: (f64, f64)) -> Builder {
    let mut site = Builder::new(0, DAffine3::IDENTITY);
    let route = Route::new(route);
    let pieces = (route.length_m() / PIECE_M).ceil() as usize;
    let mut piers = Vec::new();
    let over_ground = |p: DVec3| (p.z - ground_u(p.truncate()).max(0.0)).max(0.0);
    for k in 0..pieces {
        let [s0, s1] = [k, k + 1].map(|k| route.length_m() * k as f64 / pieces as f64);
        let steps = 4;
        let line: Option<Vec<_>> =
            (0..=steps).map(|i| route.at(s0 + (s1 - s0) * f64::from(i) / f64::from(steps))).collect();
        let Some(line) = line else { continue };
        let middle = line[steps as usize / 2].0;
        let inner: Vec<(DVec3, DVec2)> = line.iter().map(|(p, d)| (*p - middle, *d)).collect();
        let feature = Feature::new(
            format!("{id}-deck-{:02}", k + 1),
            "bridge",
            name,
            "motorway",
            middle.z - ground_u(middle.truncate()),
        )
        .year(1998);
        site.add(
            DAffine3::from_translation(middle),
            Extent((s1 - s0) * 0.5 + DECK_M * 0.6, over_ground(middle) + 12.0, 0),
            Some(feature),
            move |pen| deck(pen, &inner),
        );
        for side in [-1.0, 1.0] {
            if let Some((p, d)) = route.at((s0 + s1) * 0.5) {
                let at = p.truncate() + d.perp() * (side * (DECK_M * 0.5 - 1.0));
                site.lamp(at.extend(p.z + 11.0).to_array(), 30.0, 3500.0);
            }
        }
        let near_tower = |s: f64| (s - main.0).abs() < PIECE_M * 0.6 || (s - main.1).abs() < PIECE_M * 0.6;
        if s0 > 1.0 && !(s0 > main.0 - 1.0 && s0 < main.1 + 1.0) && !near_tower(s0) {
            piers.push(s0);
        }
    }
    for (k, s) in piers.into_iter().enumerate() {
        let Some((p, d)) = route.at(s) else { continue };
        let foot = ground_u(p.truncate());
        let high = p.z - DEPTH_M - foot;
        if high < 2.0 {
            continue;
        }
        let feature = Feature::new(
            format!("{id}-pier-{:02}", k + 1),
            "pier",
            format!("Pier {} of {name}", k + 1),
            "motorway",
            high,
        )
        .year(1998);
        site.add(placed(p.truncate().extend(foot), d), Extent(12.0, high, 0), Some(feature), move |pen| {
            pier(pen, high)
        });
    }
    for (k, s) in [main.0, main.1].into_iter().enumerate() {
        let Some((p, d)) = route.at(s) else { continue };
        let foot = ground_u(p.truncate());
        let span = (main.1 - main.0) * 0.5;
        let above = span * 0.5 + 14.0;
        let drop = p.z - foot;
        // Where the cables meet the deck, in the tower's frame.
        let frame = placed(p, d);
        let local_from_plan = frame.inverse();
        let mut anchors = Vec::new();
        for side in [-1.0, 1.0] {
            for i in 1..=12 {
                if let Some((q, _)) = route.at(s + side * (span - 8.0) * f64::from(i) / 12.0) {
                    anchors.push((local_from_plan.transform_point3(q), f64::from(i) / 12.0));
                }
            }
        }
        let feature = Feature::new(
            format!("{id}-tower-{}", k + 1),
            "tower",
            format!("Tower {} of {name}", k + 1),
            "carries the main span",
            above + drop,
        )
        .year(1998);
        site.add(frame, Extent(span + 4.0, over_ground(p) + above + 6.0, 0), Some(feature), move |pen| {
            tower(pen, above, drop, &anchors)
        });
    }
    site
}

/// A piece of the deck through points with directions.
fn deck(pen: &mut Pen, line: &[(DVec3, DVec2)]) {
    let w = DECK_M * 0.5;
    let point =
        |k: usize, y: f64, z: f64| -> P { (line[k].0 + line[k].1.perp().extend(0.0) * y + DVec3::Z * z).to_array() };
    let steps: Vec<usize> = if pen.level >= 2 { (0..line.len()).collect() } else { vec![0, line.len() - 1] };
    for pair in steps.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let strip = |pen: &mut Pen, p: (f64, f64), q: (f64, f64), c: [Rgb; 2]| {
            pen.quad_shaded(
                [point(a, p.0, p.1), point(b, p.0, p.1), point(b, q.0, q.1), point(a, q.0, q.1)],
                [c[0], c[0], c[1], c[1]],
            );
        };
        let (dark, light) = (scale(CONCRETE, 0.45), scale(CONCRETE, 0.9));
        // A trapezoid box with wings, from the right edge below to the left edge.
        pen.of(Surface::Concrete);
        strip(pen, (-7.0, -DEPTH_M), (-w, -0.7), [dark, light]);
        strip(pen, (-w, -0.7), (-w, 0.25), [light, CONCRETE]);
        strip(pen, (w, 0.25), (w, -0.7), [CONCRETE, light]);
        strip(pen, (w, -0.7), (7.0, -DEPTH_M), [light, dark]);
        strip(pen, (7.0, -DEPTH_M), (-7.0, -DEPTH_M), [dark, dark]);
        pen.of(Surface::Asphalt);
        let road = hex(0x4b4d50);
        strip(pen, (-w + 1.0, 0.0), (-1.2, 0.0), [scale(road, 0.95), road]);
        strip(pen, (1.2, 0.0), (w - 1.0, 0.0), [road, scale(road, 0.95)]);
        pen.of(Surface::Concrete);
        strip(pen, (-1.2, 0.0), (1.2, 0.0), [scale(CONCRETE, 0.8); 2]);
        for s in [-1.0, 1.0] {
            let (o, i) = (s * w, s * (w - 1.0));
            let (p, q) = if s < 0.0 { (o, i) } else { (i, o) };
            strip(pen, (p, 0.25), (q, 0.25), [CONCRETE; 2]);
            let kerb = if s < 0.0 { [(i, 0.25), (i, 0.0)] } else { [(i, 0.0), (i, 0.25)] };
            strip(pen, kerb[0], kerb[1], [scale(CONCRETE, 0.7); 2]);
        }
        if pen.level < 2 {
            continue;
        }
        // Parapets, and the barrier between the carriageways.
        for (y, high) in [(-w + 0.35, 1.1), (w - 0.35, 1.1), (0.0, 0.9)] {
            let z = if y == 0.0 { 0.0 } else { 0.25 };
            pen.bar(point(a, y, z + high * 0.5), point(b, y, z + high * 0.5), 0.35, high, scale(CONCRETE, 1.02));
        }
        pen.of(Surface::Plain);
        let white = hex(0xc4c3bb);
        let up = if pen.level >= 4 { 0.02 } else { 0.05 };
        for s in [-1.0, 1.0] {
            for (y, wide) in [(2.0, 0.2), (13.0, 0.2)] {
                let (y0, y1) = (s * y - wide * 0.5, s * y + wide * 0.5);
                strip(pen, (y0, up), (y1, up), [white; 2]);
            }
            if pen.level >= 3 {
                for y in [5.6, 9.3] {
                    let (pa, pb) = (DVec3::from(point(a, s * y, up)), DVec3::from(point(b, s * y, up)));
                    let side = line[a].1.perp().extend(0.0) * 0.08;
                    let half = pa.lerp(pb, 0.35);
                    pen.quad(
                        [
                            (pa - side).to_array(),
                            (half - side).to_array(),
                            (half + side).to_array(),
                            (pa + side).to_array(),
                        ],
                        white,
                    );
                }
            }
        }
    }
    if pen.level < 3 {
        return;
    }
    let last = line.len() - 1;
    for y in [-w + 0.15, w - 0.15] {
        pen.of(Surface::Metal);
        railing(pen, &[point(0, y, 0.6), point(last, y, 0.6)], hex(0x8f9694));
    }
    for (s, k) in [(-1.0, 0), (1.0, last / 2)] {
        let y = s * (w - 0.5);
        let foot = point(k, y, 0.25);
        let top = point(k, y, 10.5);
        let arm = point(k, y - s * 2.2, 10.9);
        pen.of(Surface::Metal).rod(foot, top, 0.1, 6, hex(0x868d8c));
        pen.rod(top, arm, 0.06, 4, hex(0x868d8c));
        let f = DVec3::from(arm);
        let (dx, dy) = (line[k].1.extend(0.0) * 0.35, line[k].1.perp().extend(0.0) * 0.15);
        let z = DVec3::Z * 0.08;
        pen.glass(
            [f - dx + dy - z, f + dx + dy - z, f + dx - dy - z, f - dx - dy - z].map(|p| p.to_array()),
            hex(0xd9d6c8),
            LIT_LAMP,
        );
    }
}

/// Two slender legs that open upwards under the girder.
fn pier(pen: &mut Pen, high: f64) {
    pen.of(Surface::Concrete);
    let c = scale(CONCRETE, 0.95);
    pen.block([-3.2, -8.0, -2.0], [3.2, 8.0, 0.8], scale(c, 0.8));
    if pen.level < 2 {
        pen.block([-1.4, -5.0, 0.8], [1.4, 5.0, high], c);
        return;
    }
    for s in [-1.0, 1.0] {
        let ring = |z: f64, y: f64, w: f64, l: f64| {
            vec![[-l, s * y - w, z], [l, s * y - w, z], [l, s * y + w, z], [-l, s * y + w, z]]
        };
        let rings = [
            ring(0.8, 3.2, 1.5, 1.5),
            ring(high * 0.6, 3.0, 1.3, 1.25),
            ring(high - 2.5, 3.9, 1.6, 1.25),
            ring(high, 5.4, 1.7, 1.4),
        ];
        pen.loft(&rings, |k| scale(c, [0.72, 0.95, 1.0, 0.8][k]), true);
    }
    pen.cube([-1.5, -7.0, high - 1.6], [1.5, 7.0, high], c);
}

/// A needle of two legs that meet above the deck, with a fan of cables on both sides.
fn tower(pen: &mut Pen, above: f64, drop: f64, anchors: &[(DVec3, f64)]) {
    pen.of(Surface::Concrete);
    let c = hex(0xc2beb4);
    let w = DECK_M * 0.5 + 2.2;
    pen.block([-7.0, -w - 5.0, -drop - 4.0], [7.0, w + 5.0, -drop + 2.0], scale(c, 0.75));
    let sizes = |t: f64| (2.6 - 1.0 * t, 2.2 - 0.7 * t);
    let join = above * 0.62;
    for s in [-1.0, 1.0] {
        let ring = |z: f64, y: f64, t: f64| {
            let (l, b) = sizes(t);
            vec![[-l, s * y - b, z], [l, s * y - b, z], [l, s * y + b, z], [-l, s * y + b, z]]
        };
        let rings = [
            ring(-drop + 2.0, w - 3.0, 0.0),
            ring(-DEPTH_M, w, 0.2),
            ring(join, 2.0, 0.7),
            ring(join + 2.0, 1.3, 0.75),
        ];
        pen.loft(&rings, |k| scale(c, [0.78, 0.95, 1.0, 1.0][k]), true);
    }
    pen.cube([-2.0, -w, -DEPTH_M - 3.2], [2.0, w, -DEPTH_M - 0.3], c);
    let ring = |z: f64, l: f64, b: f64| vec![[-l, -b, z], [l, -b, z], [l, b, z], [-l, b, z]];
    let rings = [ring(join - 1.0, 2.0, 3.0), ring(join + 4.0, 1.9, 2.4), ring(above, 1.4, 1.7)];
    pen.loft(&rings, |k| scale(c, [0.95, 1.0, 1.03][k]), true);
    pen.poly(&rings[2], scale(c, 1.05));
    for f in faces([-0.3, -0.3, above], [0.3, 0.3, above + 1.0]) {
        pen.pane(&f, [0.0, 0.0, f.width, f.height], 0.0, hex(0x7a2a24), LIT_RED);
    }
    pen.of(Surface::Metal);
    let (sides, r) = [(3, 0.35), (3, 0.28), (3, 0.2), (4, 0.14), (6, 0.11)][pen.level];
    for (k, (anchor, t)) in anchors.iter().enumerate() {
        if pen.level == 0 && k % 3 != 2 {
            continue;
        }
        let top = [0.0f64.max(1.2) * anchor.x.signum(), 0.0, join + 3.0 + (above - join - 5.0) * t];
        for s in [-1.0, 1.0] {
            pen.rod(top, [anchor.x, anchor.y + s * 1.0, anchor.z + 0.2], r, sides, hex(0xcfccc2));
        }
    }
}
