//! Cars, vans, trucks, buses and yard machines that stand about, and their parts that the entity models are made of.
//! x forward, y to the left, origin on the ground in the middle.

use super::boxes;
use super::parts::{DARK, GLASS, SAFETY};
use super::pen::{Face, P, Pen, faces};
use crate::bake::det::Rng;
use crate::bake::mesh::{Rgb, Surface, hex, scale};

/// Colours of cars as they are bought.
pub const COATS: [u32; 12] = [
    0xd9dad8, 0xd9dad8, 0x2a2c2e, 0x4d5154, 0x8d9092, 0x8d9092, 0xb3b5b4, 0x2d4058, 0x6d2226, 0x24454b, 0x5a5348,
    0x35506b,
];

const TYRE: Rgb = hex(0x17181a);
const HUB: Rgb = hex(0x8d9092);

/// The shape of a car's side: heights and places of its lines.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    pub half: f64,
    pub wide: f64,
    pub belt: f64,
    pub roof: f64,
    /// Foot of the windscreen, front and rear end of the roof, foot of the rear window.
    pub glass: [f64; 4],
    pub bonnet: f64,
    pub boot: f64,
    pub wheel: f64,
}

pub const HATCH: Shape = Shape {
    half: 2.05,
    wide: 0.88,
    belt: 0.92,
    roof: 1.47,
    glass: [0.98, 0.3, -1.5, -1.92],
    bonnet: 0.82,
    boot: 0.92,
    wheel: 0.31,
};
pub const SALOON: Shape = Shape {
    half: 2.38,
    wide: 0.91,
    belt: 0.9,
    roof: 1.43,
    glass: [1.0, 0.25, -0.95, -1.65],
    bonnet: 0.8,
    boot: 0.9,
    wheel: 0.33,
};
pub const SUV: Shape = Shape {
    half: 2.3,
    wide: 0.95,
    belt: 1.08,
    roof: 1.69,
    glass: [1.1, 0.5, -1.75, -2.15],
    bonnet: 1.0,
    boot: 1.08,
    wheel: 0.37,
};
pub const VAN: Shape = Shape {
    half: 2.75,
    wide: 1.0,
    belt: 1.28,
    roof: 2.3,
    glass: [1.95, 1.3, -2.62, -2.72],
    bonnet: 1.1,
    boot: 1.28,
    wheel: 0.35,
};

pub fn shape_by_lot(rng: &mut Rng) -> Shape {
    rng.pick(&[HATCH, HATCH, SALOON, SALOON, SUV, SUV, VAN])
}

/// A car that stands in a row: a box from far, a body with glass and wheels from near.
pub fn parked(pen: &mut Pen, s: &Shape, coat: Rgb) {
    let (h, w) = (s.half, s.wide);
    pen.of(Surface::Paint);
    if pen.level < 4 {
        pen.block([-h, -w, 0.15], [h, w, s.belt], coat);
        let (a, b) = (s.glass[2], s.glass[0]);
        pen.walls([a, -w * 0.88, s.belt], [b - 0.2, w * 0.88, s.roof], GLASS, GLASS);
        pen.quad(
            [[a, -w * 0.88, s.roof], [b - 0.2, -w * 0.88, s.roof], [b - 0.2, w * 0.88, s.roof], [a, w * 0.88, s.roof]],
            coat,
        );
        return;
    }
    body(pen, s, coat);
    for x in [h * 0.63, -h * 0.6] {
        for y in [-1.0, 1.0] {
            let f = side(y, w);
            let r = s.wheel;
            let m = if y < 0.0 { x } else { -x };
            pen.paint(&f, [m - r, 0.02, m + r, r * 1.9], 0.015, TYRE);
            pen.paint(&f, [m - r * 0.5, r * 0.5, m + r * 0.5, r * 1.5], 0.02, HUB);
        }
    }
}

/// A car among thousands: as few faces as still make a car.
pub fn lean(pen: &mut Pen, s: &Shape, coat: Rgb) {
    if pen.level < 4 {
        return parked(pen, s, coat);
    }
    let (h, w) = (s.half, s.wide);
    pen.of(Surface::Paint);
    let ring = |z: f64, f: f64, w: f64| vec![[-h + 0.05, -w, z], [f, -w * 0.9, z], [f, w * 0.9, z], [-h + 0.05, w, z]];
    let rings = [ring(0.2, h, w), ring(s.bonnet - 0.25, h, w), ring(s.bonnet, h - 0.25, w - 0.06)];
    pen.loft(&rings, |k| scale(coat, [0.35, 0.9, 1.0][k]), true);
    pen.poly(&rings[2], scale(coat, 1.05));
    let [g0, g1, g2, g3] = s.glass;
    let (a, b) = (w - 0.07, w - 0.2);
    let low = [[g3, -a], [g0, -a], [g0, a], [g3, a]].map(|p| [p[0], p[1], s.bonnet]);
    let top = [[g2, -b], [g1, -b], [g1, b], [g2, b]].map(|p| [p[0], p[1], s.roof]);
    for k in 0..4 {
        let n = (k + 1) % 4;
        pen.glass([low[k], low[n], top[n], top[k]], GLASS, 0);
    }
    pen.quad(top, scale(coat, 1.05));
    for y in [-1.0, 1.0] {
        let f = side(y, w);
        for x in [h * 0.63, -h * 0.6] {
            let m = if y < 0.0 { x } else { -x };
            pen.paint(&f, [m - s.wheel, 0.02, m + s.wheel, s.wheel * 1.9], 0.02, TYRE);
        }
    }
    let rear = Face::new([-h + 0.03, w, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0], 2.0 * w, 1.0);
    for x in [0.1, 2.0 * w - 0.45] {
        pen.paint(&rear, [x, s.bonnet - 0.3, x + 0.35, s.bonnet - 0.12], 0.0, hex(0x8a1f1b));
    }
}

/// A face along the vehicle's side, x from its middle.
fn side(y: f64, w: f64) -> Face {
    Face::new([0.0, y * w, 0.0], [-y, 0.0, 0.0], [0.0, 0.0, 1.0], 0.0, 0.0)
}

/// Sills, bonnet, boot, greenhouse, lamps.
pub fn body(pen: &mut Pen, s: &Shape, coat: Rgb) {
    let (h, w) = (s.half, s.wide);
    pen.of(Surface::Paint);
    let ring = |z: f64, f: f64, b: f64, w: f64| -> Vec<P> {
        vec![
            [-b, -w * 0.84, z],
            [-b + 0.25, -w, z],
            [f - 0.5, -w, z],
            [f, -w * 0.72, z],
            [f, w * 0.72, z],
            [f - 0.5, w, z],
            [-b + 0.25, w, z],
            [-b, w * 0.84, z],
        ]
    };
    let rings = [
        ring(0.2, h - 0.12, h - 0.1, w - 0.05),
        ring(0.42, h, h, w),
        ring(s.bonnet - 0.12, h - 0.03, h - 0.02, w),
        ring(s.bonnet, h - 0.22, h - 0.12, w - 0.06),
    ];
    pen.loft(&rings, |k| scale(coat, [0.3, 0.8, 1.0, 1.05][k]), true);
    pen.poly(&rings[3], scale(coat, 1.05));
    // The belt rises from the bonnet to the boot.
    let [g0, g1, g2, g3] = s.glass;
    let (wl, wh) = (w - 0.06, w - 0.2);
    let lid = |x: f64, w: f64, z: f64| [[x, -w, z], [x, w, z]];
    let (a, b, c, d) = (lid(g0, wl, s.bonnet), lid(g1, wh, s.roof), lid(g2, wh, s.roof), lid(g3, wl, s.boot));
    let e = lid(-h + 0.14, wl, s.boot);
    pen.quad([e[0], d[0], d[1], e[1]], scale(coat, 1.04));
    pen.quad([[-h + 0.13, wl, s.bonnet], [-h + 0.13, -wl, s.bonnet], e[0], e[1]], coat);
    for y in [0, 1] {
        let flip = |p: [P; 4]| if y == 0 { p } else { [p[1], p[0], p[3], p[2]] };
        let x = |x: f64, z: f64, t: f64| [x, if y == 0 { -1.0 } else { 1.0 } * (wl + (wh - wl) * t), z];
        pen.quad(
            flip([x(-h + 0.14, s.bonnet, 0.0), x(g0, s.bonnet, 0.0), x(g0, s.belt, 0.0), x(-h + 0.14, s.belt, 0.0)]),
            coat,
        );
        let glass =
            flip([x(g3, s.belt, 0.0), x(g0 - 0.04, s.belt, 0.0), x(g1, s.roof - 0.05, 1.0), x(g2, s.roof - 0.05, 1.0)]);
        pen.glass(glass, GLASS, 0);
        for (p, q) in [(g0, g1), ((g0 + g3) * 0.5 + 0.1, (g0 + g3) * 0.5), (g3, g2)] {
            pen.quad(
                flip([
                    x(p - 0.07, s.belt, -0.08),
                    x(p + 0.07, s.belt, -0.08),
                    x(q + 0.07, s.roof, 0.95),
                    x(q - 0.07, s.roof, 0.95),
                ]),
                scale(coat, 0.85),
            );
        }
    }
    pen.glass([a[0], a[1], b[1], b[0]], GLASS, 0);
    pen.glass([d[1], d[0], c[0], c[1]], GLASS, 0);
    pen.quad([c[0], b[0], b[1], c[1]], scale(coat, 1.06));
    let front = Face::new([h + 0.012, -w, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], 2.0 * w, 1.0);
    let rear = Face::new([-h - 0.012, w, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0], 2.0 * w, 1.0);
    for x in [0.3, 2.0 * w - 0.62] {
        pen.paint(&front, [x, s.bonnet - 0.3, x + 0.32, s.bonnet - 0.15], 0.0, hex(0x98a3a8));
        pen.paint(&rear, [x - 0.08, s.boot - 0.32, x + 0.4, s.boot - 0.14], 0.0, hex(0x8a1f1b));
    }
    pen.paint(&front, [0.5, 0.3, 2.0 * w - 0.5, 0.5], 0.0, hex(0x141516));
    pen.paint(&rear, [w - 0.26, 0.55, w + 0.26, 0.67], 0.0, hex(0xd2d2ca));
}

/// A car without its wheels, for models: with mirrors and dark arches where the wheels go.
pub fn coachwork(pen: &mut Pen, s: &Shape, coat: Rgb) {
    body(pen, s, coat);
    for x in [s.half * 0.63, -s.half * 0.6] {
        for y in [-1.0, 1.0] {
            let m = [x, y * (s.wide + 0.006), s.wheel + 0.02];
            pen.of(Surface::Plain).disc(m, [0.0, y, 0.0], s.wheel + 0.05, 18, hex(0x0d0d0e));
        }
    }
    for y in [-1.0, 1.0] {
        let c = scale(coat, 0.9);
        let x = s.glass[0] - 0.25;
        pen.cube(
            [x - 0.08, (y * s.wide).min(y * (s.wide + 0.18)), s.belt],
            [x + 0.08, (y * s.wide).max(y * (s.wide + 0.18)), s.belt + 0.16],
            c,
        );
    }
}

/// The cab of a road tractor; its front is at x = 0.
fn cab(pen: &mut Pen, coat: Rgb, long: f64) {
    pen.of(Surface::Paint);
    let w = 1.25;
    pen.cube([-long, -w, 0.55], [0.0, w, 1.75], coat);
    let ring = |z: f64, front: f64, w: f64| vec![[-long, -w, z], [front, -w, z], [front, w, z], [-long, w, z]];
    let rings =
        [ring(1.75, 0.0, w), ring(2.75, -0.18, w - 0.03), ring(3.0, -0.26, w - 0.04), ring(3.65, -0.75, w - 0.1)];
    pen.loft(&rings, |_| coat, true);
    pen.poly(&rings[3], scale(coat, 1.05));
    pen.glass(
        [[0.02, -w + 0.12, 1.85], [0.02, w - 0.12, 1.85], [-0.16, w - 0.16, 2.72], [-0.16, -w + 0.16, 2.72]],
        GLASS,
        0,
    );
    for y in [-1.0, 1.0] {
        let f = side(y, w + 0.005);
        let x = |a: f64, b: f64| if y < 0.0 { [a, b] } else { [-b, -a] };
        let [a, b] = x(-1.15, -0.25);
        pen.pane(&f, [a, 1.85, b, 2.6], 0.01, GLASS, 0);
        if pen.level >= 3 {
            let [a, b] = x(-1.6, -0.5);
            pen.paint(&f, [a, 0.55, b, 0.75], 0.015, DARK);
            pen.cube([-0.4, (y * 1.27).min(y * 1.5), 1.9], [-0.15, (y * 1.27).max(y * 1.5), 2.7], DARK);
        }
    }
    let f = Face::new([0.012, -w, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], 2.0 * w, 1.0);
    pen.paint(&f, [0.3, 1.0, 2.2, 1.55], 0.0, hex(0x202224));
    pen.paint(&f, [0.05, 0.45, 2.45, 0.75], 0.06, scale(coat, 0.5));
    for x in [0.12, 2.0] {
        pen.paint(&f, [x, 0.78, x + 0.38, 0.96], 0.07, hex(0xe6e2d4));
    }
}

/// A road tractor of 6 m, its fifth wheel 0.6 m behind the origin.
pub fn tractor(pen: &mut Pen, coat: Rgb) {
    tractor_body(pen, coat);
    for y in [-1.0, 1.0] {
        pen.wheel([2.0, y * 1.05, 0.5], 0.5, 0.34, TYRE, HUB);
        pen.wheel([-1.6, y * 0.95, 0.5], 0.5, 0.56, TYRE, HUB);
    }
}

/// The same without its wheels.
pub fn tractor_body(pen: &mut Pen, coat: Rgb) {
    cab(&mut pen.shifted(3.0, 0.0, 0.0), coat, 2.2);
    pen.of(Surface::Metal);
    pen.cube([-3.0, -0.45, 0.7], [0.9, 0.45, 1.0], DARK);
    pen.cube([-1.4, -0.8, 1.0], [0.1, 0.8, 1.15], hex(0x3a3d3f));
    for y in [-1.0f64, 1.0] {
        pen.cube([-0.6, (y * 0.6).min(y * 1.15), 0.45], [0.7, (y * 0.6).max(y * 1.15), 1.0], hex(0x6d7274));
    }
}

/// What a semi-trailer carries.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Load {
    Empty,
    Container(u64),
    /// A closed body with this colour.
    Body(Rgb),
}

/// A semi-trailer of 13.6 m about its middle.
pub fn trailer(pen: &mut Pen, load: Load) {
    pen.of(Surface::Metal);
    let c = hex(0x33373a);
    for y in [-0.45, 0.45] {
        pen.cube([-6.6, y - 0.08, 0.95], [6.6, y + 0.08, 1.22], c);
    }
    if pen.level >= 3 {
        for k in 0..7 {
            let x = -6.3 + 2.1 * f64::from(k);
            pen.cube([x - 0.06, -1.22, 1.08], [x + 0.06, 1.22, 1.22], c);
        }
    }
    for x in [-5.4, -4.1, -2.8] {
        for y in [-1.0, 1.0] {
            pen.wheel([x, y * 0.98, 0.5], 0.5, 0.42, TYRE, HUB);
        }
    }
    for y in [-1.0, 1.0] {
        pen.post([3.8, y * 0.7, 0.1], [0.14, 0.14, 0.95], c);
        if pen.level >= 4 {
            pen.cube([-1.8, (y * 1.18).min(y * 1.22), 0.55], [3.2, (y * 1.18).max(y * 1.22), 0.95], hex(0x8b8e90));
        }
    }
    let rear = Face::new([-6.62, 1.22, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0], 2.44, 1.0);
    pen.paint(&rear, [0.0, 0.75, 2.44, 1.1], 0.0, hex(0xb0a8a0));
    for x in [0.1, 1.95] {
        pen.paint(&rear, [x, 0.8, x + 0.4, 1.0], 0.01, hex(0x8a1f1b));
    }
    match load {
        Load::Empty => {}
        Load::Container(seed) => boxes::alone(&mut pen.shifted(-0.3, 0.0, 1.24), seed, boxes::LONG_M),
        Load::Body(c) => {
            pen.of(Surface::Paint);
            pen.cube([-6.8, -1.27, 1.24], [6.8, 1.27, 4.0], c);
            let f = side(-1.0, 1.27);
            pen.paint(&f, [-6.7, 1.24, 6.7, 1.5], 0.01, scale(c, 0.6));
        }
    }
}

/// A tractor with its trailer, 16.5 m, about the middle of both.
pub fn truck(pen: &mut Pen, coat: Rgb, load: Load) {
    if pen.level < 3 {
        pen.of(Surface::Paint);
        pen.block([5.6, -1.25, 0.4], [8.0, 1.25, 3.4], coat);
        let c = match load {
            Load::Container(seed) => boxes::Container::by_lot(&mut Rng::new(seed)).color(),
            Load::Body(c) => c,
            Load::Empty => DARK,
        };
        let top = if load == Load::Empty { 1.3 } else { 3.9 };
        pen.block([-8.2, -1.25, 0.6], [5.2, 1.25, top], c);
        return;
    }
    tractor(&mut pen.shifted(5.1, 0.0, 0.0), coat);
    trailer(&mut pen.shifted(-1.5, 0.0, 0.0), load);
}

/// A terminal tractor without its wheels: a narrow cab, a lifting fifth wheel; about its middle, 5.4 m.
pub fn yard_tractor_body(pen: &mut Pen, coat: Rgb) {
    pen.of(Surface::Paint);
    pen.cube([-2.6, -1.1, 0.75], [2.6, 1.1, 1.1], DARK);
    pen.cube([0.9, -1.2, 0.6], [2.7, 1.2, 1.3], coat);
    pen.cube([0.6, 0.05, 1.3], [2.2, 1.2, 3.1], coat);
    for f in faces([0.6, 0.05, 1.3], [2.2, 1.2, 3.1]) {
        pen.pane(&f, [0.08, 0.5, f.width - 0.08, 1.6], 0.02, GLASS, 0);
    }
    pen.cube([0.9, -1.15, 1.3], [2.5, -0.1, 1.8], coat);
    pen.rod([0.5, -0.6, 1.3], [0.5, -0.6, 3.3], 0.1, 6, hex(0x6d7274));
    pen.cube([-1.9, -0.6, 1.1], [-0.6, 0.6, 1.3], hex(0x3a3d3f));
    pen.drum([1.4, 0.6, 3.1], 0.12, 0.22, 6, hex(0xc47a1c));
}

/// A bus of 12 m without its wheels.
pub fn bus_body(pen: &mut Pen, coat: Rgb) {
    pen.of(Surface::Paint);
    let (h, w) = (6.0, 1.275);
    pen.cube([-h, -w, 0.32], [h, w, 1.05], coat);
    for (k, f) in faces([-h, -w, 1.05], [h, w, 2.5]).iter().enumerate() {
        pen.pane(f, [0.0, 0.0, f.width, f.height], 0.0, GLASS, 0);
        let count = if k % 2 == 0 { 8 } else { 1 };
        for i in 0..=count {
            let x = f.width * f64::from(i) / f64::from(count);
            pen.paint(f, [(x - 0.06).max(0.0), 0.0, (x + 0.06).min(f.width), 1.45], 0.012, scale(coat, 0.4));
        }
    }
    pen.cube([-h, -w, 2.5], [h, w, 2.95], coat);
    pen.cube([-h + 0.6, -w + 0.25, 2.95], [h - 1.5, w - 0.25, 3.2], scale(coat, 0.9));
    for x in [3.4, -2.9] {
        for y in [-1.0, 1.0] {
            pen.of(Surface::Plain).disc([x, y * (w + 0.006), 0.52], [0.0, y, 0.0], 0.56, 18, hex(0x0d0d0e));
        }
    }
    // Doors are on the right-hand side.
    let f = side(-1.0, w);
    for x in [4.6, -0.2] {
        pen.paint(&f, [x - 0.65, 0.38, x + 0.65, 2.55], 0.02, hex(0x24292c));
        pen.pane(&f, [x - 0.55, 0.6, x - 0.05, 2.4], 0.03, GLASS, 0);
        pen.pane(&f, [x + 0.05, 0.6, x + 0.55, 2.4], 0.03, GLASS, 0);
    }
    let front = Face::new([h + 0.012, -w, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], 2.0 * w, 1.0);
    let rear = Face::new([-h - 0.012, w, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0], 2.0 * w, 1.0);
    for x in [0.15, 2.0] {
        pen.paint(&front, [x, 0.55, x + 0.4, 0.78], 0.0, hex(0xe6e2d4));
        pen.paint(&rear, [x, 0.6, x + 0.3, 1.0], 0.0, hex(0x8a1f1b));
    }
    pen.paint(&front, [0.5, 2.56, 2.0, 2.86], 0.0, hex(0xb57a26));
}

/// A reach stacker's body without its boom, about its middle.
pub fn reach_stacker_body(pen: &mut Pen, coat: Rgb) {
    pen.of(Surface::Paint);
    pen.cube([-4.2, -1.5, 0.9], [3.2, 1.5, 1.9], coat);
    pen.cube([-4.4, -1.7, 0.9], [-2.4, 1.7, 2.4], coat);
    pen.cube([-0.8, -1.1, 1.9], [0.9, 0.3, 3.7], hex(0xcfcdc4));
    for f in faces([-0.8, -1.1, 2.3], [0.9, 0.3, 3.6]) {
        pen.pane(&f, [0.08, 0.0, f.width - 0.08, 1.2], 0.02, GLASS, 0);
    }
    for y in [-1.0, 1.0] {
        pen.of(Surface::Plain).wheel([2.7, y * 1.55, 0.85], 0.85, 1.0, TYRE, SAFETY);
        pen.wheel([-3.2, y * 1.35, 0.75], 0.75, 0.6, TYRE, SAFETY);
    }
}

/// The boom of a reach stacker along x from its pivot, with the spreader at its end.
pub fn reach_stacker_boom(pen: &mut Pen, coat: Rgb, long: f64) {
    pen.of(Surface::Paint);
    pen.bar([-0.4, 0.0, 0.0], [long * 0.75, 0.0, 0.0], 0.8, 0.9, coat);
    pen.bar([long * 0.6, 0.0, 0.0], [long, 0.0, 0.0], 0.6, 0.65, scale(coat, 0.9));
}
