//! The factory's ground: concrete yards, lawns, roads, AGV lanes, car parks, the test track, the siding.

use super::super::ground::{Area, BASE, FIELD, Ground, MARK, Patch, STAIN};
use super::super::plan_from_pad;
use crate::bake::det::unit_vector;
use crate::bake::mesh::{Rgb, Surface, hex};
use crate::world::layout;
use glam::DVec2;
use std::f64::consts::{FRAC_PI_2, PI};

const ASPHALT: Rgb = hex(0x4c4e51);
const LAWN: Rgb = hex(0x6f7d4c);
const WHITE: Rgb = hex(0xb9b8b0);
const YELLOW: Rgb = hex(0xb8983c);
const BLUE: Rgb = hex(0x345a78);

/// The factory's ground at a level of detail.
pub fn ground(seed: u64, level: usize) -> Vec<Patch> {
    let mut ground = Ground::new(seed ^ 0xFAC, plan_from_pad(&layout::FACTORY), level);
    let g = &mut ground;
    let fields: [(Area, Surface, Rgb, f32); 7] = [
        ([-420.0, -300.0, 420.0, -100.0], Surface::Grass, LAWN, 0.22),
        ([-420.0, -100.0, 420.0, -84.0], Surface::Asphalt, ASPHALT, 0.14),
        ([-420.0, -84.0, 150.0, 168.0], Surface::Concrete, hex(0x77756e), 0.18),
        ([150.0, -84.0, 420.0, 168.0], Surface::Asphalt, hex(0x545658), 0.16),
        ([-420.0, 168.0, 420.0, 184.0], Surface::Asphalt, ASPHALT, 0.14),
        ([-420.0, 184.0, -180.0, 300.0], Surface::Concrete, hex(0x726f67), 0.2),
        ([-180.0, 184.0, 420.0, 300.0], Surface::Grass, LAWN, 0.24),
    ];
    for (area, surface, c, wear) in fields {
        g.field(area, BASE, surface, c, (14.0, wear));
    }
    if level == 0 {
        return ground.patches;
    }
    let parks: [Area; 5] = [
        [140.0, -280.0, 400.0, -108.0],
        [-390.0, -282.0, -205.0, -214.0],
        [-132.0, -300.0, -108.0, -100.0],
        [-100.0, -210.0, 40.0, -185.0],
        [40.0, -205.0, 46.0, -100.0],
    ];
    for area in parks {
        g.field(area, FIELD, Surface::Asphalt, hex(0x515356), (16.0, 0.16));
    }
    g.field([-90.0, -250.0, 110.0, -235.0], FIELD, Surface::Paving, hex(0x8d887c), (12.0, 0.14));
    track(g);
    rails(g);
    if level >= 2 {
        lanes(g);
    }
    ground.patches.sort_by_key(|p| p.layer);
    ground.patches
}

/// The test track: an oval of asphalt on the lawn in the north.
fn track(g: &mut Ground) {
    let (x0, x1, y, r) = (-120.0, 360.0, 243.0, 40.0);
    let steps = if g.level >= 3 { 24 } else { 10 };
    let mut line: Vec<DVec2> = Vec::new();
    for k in 0..=steps {
        line.push(DVec2::new(x1, y) + unit_vector(-FRAC_PI_2 + PI * f64::from(k) / f64::from(steps)) * r);
    }
    for k in 0..=steps {
        line.push(DVec2::new(x0, y) + unit_vector(FRAC_PI_2 + PI * f64::from(k) / f64::from(steps)) * r);
    }
    line.push(line[0]);
    let side = |k: usize, by: f64| {
        let n = line.len() - 1;
        let a = line[(k + n - 1) % n];
        let b = line[(k + 1) % n];
        line[k % n] + (b - a).normalize().perp() * by
    };
    for k in 0..line.len() - 1 {
        let quad = |a: f64, b: f64| [side(k, a), side(k, b), side(k + 1, b), side(k + 1, a)];
        let mut ring = quad(5.0, -5.0);
        if (ring[1] - ring[0]).perp_dot(ring[2] - ring[0]) < 0.0 {
            ring.reverse();
        }
        g.plain(&ring, FIELD, Surface::Asphalt, hex(0x46484b));
        if g.level >= 3 {
            for by in [-4.6, 4.6, 0.0] {
                if by == 0.0 && k % 2 == 0 {
                    continue;
                }
                let mut q = quad(by + 0.08, by - 0.08);
                if (q[1] - q[0]).perp_dot(q[2] - q[0]) < 0.0 {
                    q.reverse();
                }
                g.plain(&q, MARK, Surface::Plain, WHITE);
            }
        }
    }
}

fn rails(g: &mut Ground) {
    let y = 192.0;
    g.band([-420.0, y].into(), [-190.0, y].into(), 3.4, FIELD, Surface::Gravel, hex(0x5b554d));
    if g.level >= 2 {
        for s in [-0.75, 0.75] {
            g.band([-420.0, y + s].into(), [-192.0, y + s].into(), 0.16, MARK, Surface::Metal, hex(0x63594f));
        }
    }
}

/// Road lanes, parking places, and the AGVs' lanes between the halls.
fn lanes(g: &mut Ground) {
    for y in [-92.0, 176.0] {
        g.dashes([-418.0, y], [418.0, y], 0.15, (3.0, 6.0), WHITE);
        for s in [-7.5, 7.5] {
            g.line([-418.0, y + s], [418.0, y + s], 0.15, WHITE);
        }
    }
    g.line([-120.0, -299.0], [-120.0, -100.0], 0.15, YELLOW);
    // AGVs: blue bands with white edges, and crossings where people walk.
    let routes: [([f64; 2], [f64; 2]); 6] = [
        ([120.0, 40.0], [165.0, 40.0]),
        ([-245.0, 118.0], [-212.0, 118.0]),
        ([-212.0, 118.0], [-212.0, -24.0]),
        ([-235.0, -24.0], [-212.0, -24.0]),
        ([-212.0, 40.0], [-200.0, 40.0]),
        ([142.0, 40.0], [142.0, 140.0]),
    ];
    for (a, b) in routes {
        g.band(a.into(), b.into(), 3.6, STAIN, Surface::Plain, BLUE);
        let side = (DVec2::from(b) - DVec2::from(a)).normalize().perp() * 1.9;
        for s in [-1.0, 1.0] {
            let shift = |p: [f64; 2]| (DVec2::from(p) + side * s).to_array();
            g.line(shift(a), shift(b), 0.15, WHITE);
        }
        if g.level >= 3 {
            let (a, b) = (DVec2::from(a), DVec2::from(b));
            g.text(a.midpoint(b).to_array(), (b - a).normalize(), 1.4, "AGV", WHITE);
        }
    }
    if g.level < 3 {
        return;
    }
    for row in 0..5 {
        let y = -262.0 + 34.0 * f64::from(row);
        for k in 0..=92 {
            let x = 270.0 + (f64::from(k) - 46.0) * 2.6;
            g.line([x, y - 5.4], [x, y + 5.4], 0.1, WHITE);
        }
    }
    for k in 0..15 {
        let y = 40.0 - 45.0 + 2.6 + 5.8 * f64::from(k);
        g.line([296.0, y], [316.0, y], 0.15, YELLOW);
    }
    for x in 0..28 {
        let x = -410.0 + 20.0 * f64::from(x);
        g.band([x, -84.0].into(), [x, -61.0].into(), 0.06, STAIN, Surface::Concrete, hex(0x57554f));
    }
    g.band([-200.0, -34.0].into(), [120.0, -34.0].into(), 2.0, STAIN, Surface::Plain, hex(0x6f7a55));
    for k in 0..12 {
        let y = -82.3 + 4.6 * f64::from(k);
        g.line([380.0, y], [398.0, y], 0.15, WHITE);
    }
    for k in 0..9 {
        let x = -116.0 + f64::from(k) - 8.0;
        g.band([x, -96.5].into(), [x, -92.5].into(), 0.5, MARK, Surface::Plain, WHITE);
    }
    for (k, (x, y)) in [(-190.0, -60.0), (60.0, -60.0), (150.0, 120.0), (-230.0, 60.0)].into_iter().enumerate() {
        g.stains([x - 20.0, y - 12.0, x + 20.0, y + 12.0], 14, hex(0x706e67), 40 + k as u64);
    }
}
