//! What many sites share: railings, stairs, lattices, masts with lamps, fences, windows, sheet-metal walls.

use super::pen::{Face, P, Pen};
use crate::bake::det::{Rng, unit_vector};
use crate::bake::mesh::{Rgb, Surface, blend, hex, scale};
use glam::DVec3;

/// Night palette ([`crate::bake::night`]): a cool office, a warm room, a street lamp, a red warning light.
pub const LIT_COOL: u8 = 5;
pub const LIT_WARM: u8 = 1;
pub const LIT_LAMP: u8 = 6;
pub const LIT_RED: u8 = 7;

/// Dark glass, and dark steel of wheels and ropes.
pub const GLASS: Rgb = hex(0x26323a);
pub const DARK: Rgb = hex(0x2b2e30);
pub const GALVANISED: Rgb = hex(0x8f9694);
pub const SAFETY: Rgb = hex(0xc79a2c);

fn between(a: P, b: P, t: f64) -> P {
    DVec3::from(a).lerp(b.into(), t).to_array()
}

fn up(p: P, z: f64) -> P {
    [p[0], p[1], p[2] + z]
}

fn distance(a: P, b: P) -> f64 {
    DVec3::from(a).distance(b.into())
}

/// A railing of 1.1 m along a line; only seen from near.
pub fn railing(pen: &mut Pen, line: &[P], c: Rgb) {
    if pen.level < 4 {
        return;
    }
    for pair in line.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        pen.rod(up(a, 1.1), up(b, 1.1), 0.028, 3, c);
        pen.rod(up(a, 0.55), up(b, 0.55), 0.018, 3, c);
        let posts = (distance(a, b) / 2.4).ceil().max(1.0) as usize;
        for k in 0..=posts {
            let p = between(a, b, k as f64 / posts as f64);
            pen.rod(p, up(p, 1.1), 0.024, 3, c);
        }
    }
}

/// A flight of stairs from `a` up to `b`, seen from the side as a slab, from near with steps and rails.
pub fn flight(pen: &mut Pen, a: P, b: P, width: f64, c: Rgb) {
    if pen.level < 4 {
        pen.bar(a, b, width, 0.25, c);
        return;
    }
    let (a, b) = (DVec3::from(a), DVec3::from(b));
    let run = (b - a).truncate();
    let side = run.perp().normalize_or_zero().extend(0.0) * (width * 0.5);
    for s in [-1.0, 1.0] {
        let (p, q) = ((a + side * s).to_array(), (b + side * s).to_array());
        pen.bar(p, q, 0.06, 0.26, c);
        pen.rod(up(p, 1.0), up(q, 1.0), 0.026, 3, c);
        for k in 0..3 {
            let m = between(p, q, k as f64 * 0.5);
            pen.rod(m, up(m, 1.0), 0.022, 3, c);
        }
    }
    let steps = ((b.z - a.z) / 0.22).ceil().clamp(2.0, 40.0) as usize;
    let tread = run.extend(0.0) / steps as f64;
    for k in 0..steps {
        let p = a + (b - a) * (k as f64 / steps as f64) + DVec3::Z * 0.1;
        let q = [p - side, p - side + tread, p + side + tread, p + side].map(|v| v.to_array());
        let q = [q[0], q[1], q[2], q[3]];
        pen.sheet(q, scale(c, 0.9));
    }
}

/// A tower of stairs to and fro above a rectangle `long` by 2 m, with landings, up to a height.
pub fn stair_tower(pen: &mut Pen, foot: P, long: f64, height: f64, c: Rgb) {
    let floors = (height / 3.4).round().max(1.0) as usize;
    let rise = height / floors as f64;
    let mut p = pen.shifted(foot[0], foot[1], foot[2]);
    let pen = &mut p;
    if pen.level < 3 {
        pen.cube([-long * 0.5, -1.0, 0.3], [long * 0.5, 1.0, height], scale(c, 0.75));
        return;
    }
    let h = long * 0.5;
    for [x, y] in [[-h, -1.0], [h, -1.0], [-h, 1.0], [h, 1.0]] {
        pen.rod([x, y, 0.0], [x, y, height + 1.0], 0.08, 4, c);
    }
    for k in 0..floors {
        let z = k as f64 * rise;
        let (s, y) = if k % 2 == 0 { (1.0, -0.5) } else { (-1.0, 0.5) };
        flight(pen, [-s * (h - 0.9), y, z], [s * (h - 0.9), y, z + rise], 0.85, c);
        let (x0, x1) = if s > 0.0 { (h - 0.9, h) } else { (-h, -h + 0.9) };
        pen.cube([x0, -1.0, z + rise - 0.06], [x1, 1.0, z + rise], c);
        let x = s * h;
        railing(pen, &[[x - s * 0.9, 1.0, z + rise], [x, 1.0, z + rise], [x, -1.0, z + rise]], c);
    }
}

/// A square lattice girder or mast from `a` to `b`: four chords and a zigzag on each side; `size` are its widths at both
/// ends, `r` is the chords' radius.
pub fn lattice(pen: &mut Pen, a: P, b: P, size: (f64, f64), bays: usize, r: f64, c: Rgb) {
    let (a, b) = (DVec3::from(a), DVec3::from(b));
    let along = (b - a).normalize_or_zero();
    let side = if along.z.abs() > 0.9 { DVec3::Y } else { DVec3::Z };
    let x = along.cross(side).normalize_or_zero();
    let y = along.cross(x);
    let corner = |t: f64, k: usize| {
        let half = (size.0 + (size.1 - size.0) * t) * 0.5;
        let (i, j) = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)][k % 4];
        (a.lerp(b, t) + x * (half * i) + y * (half * j)).to_array()
    };
    let sides = if pen.level >= 4 { 4 } else { 3 };
    for k in 0..4 {
        pen.rod(corner(0.0, k), corner(1.0, k), r, sides, c);
    }
    if pen.level < 3 {
        return;
    }
    for k in 0..4 {
        for bay in 0..bays {
            let [t0, t1] = [bay, bay + 1].map(|n| n as f64 / bays as f64);
            let (from, to) = if bay % 2 == 0 { (k, k + 1) } else { (k + 1, k) };
            pen.rod(corner(t0, from), corner(t1, to), r * 0.55, 3, c);
            if pen.level >= 4 {
                pen.rod(corner(t1, k), corner(t1, k + 1), r * 0.5, 3, c);
            }
        }
    }
}

/// A mast with a ring of floodlights on it.
pub fn high_mast(pen: &mut Pen, height: f64) {
    let steel = hex(0x9aa09f);
    let sides = [3, 4, 5, 6, 10][pen.level];
    pen.of(Surface::Metal).cone([0.0; 3], [0.0, 0.0, height], 0.36, 0.14, sides, scale(steel, 0.8), steel);
    if pen.level >= 2 {
        pen.of(Surface::Concrete).post([0.0; 3], [1.5, 1.5, 0.5], hex(0x8f8b82));
    }
    pen.of(Surface::Metal);
    let heads = if pen.level >= 3 { 8 } else { 4 };
    for k in 0..heads {
        let d = unit_vector(std::f64::consts::TAU * (k as f64 + 0.5) / heads as f64);
        let (x, y, z) = (d.x * 1.25, d.y * 1.25, height - 0.4);
        if pen.level >= 3 {
            pen.rod([d.x * 0.1, d.y * 0.1, height - 0.5], [x, y, z], 0.05, 3, steel);
            pen.post([x, y, z - 0.2], [0.55, 0.5, 0.34], hex(0x3a3d3f));
        }
        let s = if pen.level >= 3 { 0.26 } else { 0.5 };
        let q =
            [[x - s, y + s, z - 0.24], [x + s, y + s, z - 0.24], [x + s, y - s, z - 0.24], [x - s, y - s, z - 0.24]];
        pen.glass(q, hex(0xd9d6c8), LIT_LAMP);
    }
    if pen.level >= 4 {
        pen.drum([0.0, 0.0, height - 0.1], 0.5, 0.35, 10, steel);
        for k in 0..12 {
            let [d, e] = [k, k + 1].map(|k| unit_vector(std::f64::consts::TAU * k as f64 / 12.0) * 1.05);
            pen.rod([d.x, d.y, height - 0.5], [e.x, e.y, height - 0.5], 0.045, 3, steel);
        }
    }
}

/// A street lamp: a pole with an arm along +x.
pub fn street_lamp(pen: &mut Pen, height: f64, arm: f64) {
    let steel = hex(0x868d8c);
    pen.of(Surface::Metal);
    let sides = if pen.level >= 4 { 8 } else { 3 };
    pen.cone([0.0; 3], [0.0, 0.0, height], 0.11, 0.07, sides, scale(steel, 0.8), steel);
    pen.rod([0.0, 0.0, height], [arm, 0.0, height + 0.25], 0.05, 4, steel);
    pen.post([arm + 0.2, 0.0, height + 0.2], [0.8, 0.3, 0.13], hex(0x4b5052));
    let (x, z) = (arm + 0.2, height + 0.19);
    pen.glass(
        [[x - 0.33, 0.11, z], [x + 0.33, 0.11, z], [x + 0.33, -0.11, z], [x - 0.33, -0.11, z]],
        hex(0xd9d6c8),
        LIT_LAMP,
    );
}

/// A fence with posts; from near with rails and wires.
pub fn fence(pen: &mut Pen, line: &[P], height: f64) {
    if pen.level < 3 {
        return;
    }
    let c = hex(0x78807c);
    pen.of(Surface::Metal);
    for pair in line.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let posts = (distance(a, b) / if pen.level >= 4 { 3.0 } else { 9.0 }).ceil().max(1.0) as usize;
        for k in 0..=posts {
            let p = between(a, b, k as f64 / posts as f64);
            pen.rod(p, up(p, height), 0.035, 3, c);
        }
        let wires: &[f64] = if pen.level >= 4 { &[0.1, 0.45, 0.8, 1.0] } else { &[1.0] };
        for &t in wires {
            pen.rod(up(a, height * t), up(b, height * t), 0.014, 3, c);
        }
    }
}

/// A wall of sheet metal: from near with upright ribs that catch the light, below them a plinth.
pub fn sheet_wall(pen: &mut Pen, f: &Face, c: Rgb) {
    let before = pen.mesh.surface;
    pen.of(Surface::Metal);
    let foot = scale(c, 0.74);
    if pen.level < 4 {
        pen.paint_shaded(f, [0.0, 0.0, f.width, f.height], 0.0, foot, c);
        pen.of(before);
        return;
    }
    let plinth = f.height.min(0.6);
    pen.of(Surface::Concrete).paint_shaded(f, [0.0, 0.0, f.width, plinth], 0.0, hex(0x6f6c66), hex(0x8a867e));
    pen.of(Surface::Metal);
    // Ribs as leaning normals; as wide as panels are, not as their ribs, which the grain of the surface shows.
    let panels = (f.width / 3.0).ceil().clamp(1.0, 60.0) as usize;
    let out = f.right.cross(f.up);
    for k in 0..panels {
        let [x0, x1] = [k, k + 1].map(|k| f.width * k as f64 / panels as f64);
        let (n0, n1) = ((out - f.right * 0.1).normalize(), (out + f.right * 0.1).normalize());
        let p = [f.at(x0, plinth, 0.0), f.at(x1, plinth, 0.0), f.at(x1, f.height, 0.0), f.at(x0, f.height, 0.0)];
        let tone = 0.97 + 0.06 * ((k * 7 + 3) % 5) as f32 / 5.0;
        let (a, b) = (scale(foot, tone), scale(c, tone));
        pen.quad_round(p, [n0, n1, n1, n0], [a, a, b, b]);
    }
    // Rain has drawn darker stripes down from the eaves.
    pen.of(before);
}

/// A row of windows with mullions in a band `[x0, y0, x1, y1]` of a face. `lot` decides which are lit at night.
pub fn window_band(pen: &mut Pen, f: &Face, [x0, y0, x1, y1]: [f64; 4], pitch: f64, frame: Rgb, lot: &mut Rng) {
    let out = 0.04;
    let count = ((x1 - x0) / pitch).round().max(1.0) as usize;
    if pen.level < 3 {
        // Lights in longer runs.
        let runs = (count / 4).max(1);
        for k in 0..runs {
            let [a, b] = [k, k + 1].map(|k| x0 + (x1 - x0) * k as f64 / runs as f64);
            let lit = if lot.chance(0.4) { lot.pick(&[LIT_COOL, LIT_WARM, LIT_COOL]) } else { 0 };
            pen.pane(f, [a, y0, b, y1], out, GLASS, lit);
        }
        return;
    }
    let step = (x1 - x0) / count as f64;
    for k in 0..count {
        let a = x0 + step * k as f64;
        let lit = if lot.chance(0.4) { lot.pick(&[LIT_COOL, LIT_WARM, LIT_COOL]) } else { 0 };
        let tone = blend(GLASS, hex(0x3c4d57), lot.unit() as f32);
        pen.pane(f, [a + 0.06, y0, a + step - 0.06, y1], out, tone, lit);
        if pen.level >= 4 {
            pen.relief(f, [a - 0.05, y0, a + 0.05, y1], 0.11, frame);
        } else {
            pen.paint(f, [a - 0.06, y0, a + 0.06, y1], out + 0.03, frame);
        }
    }
    if pen.level >= 4 {
        pen.relief(f, [x0 - 0.05, y1, x1 + 0.05, y1 + 0.1], 0.14, frame);
        pen.relief(f, [x0 - 0.05, y0 - 0.12, x1 + 0.05, y0], 0.16, frame);
    }
}

/// A gate in a wall: a frame and a leaf of sections.
pub fn gate(pen: &mut Pen, f: &Face, x: f64, (width, height): (f64, f64), c: Rgb) {
    let (a, b) = (x - width * 0.5, x + width * 0.5);
    if pen.level < 3 {
        pen.paint_shaded(f, [a, 0.0, b, height], 0.05, scale(c, 0.7), c);
        return;
    }
    let sections = if pen.level >= 4 { (height / 0.9).round().max(2.0) as usize } else { 1 };
    for k in 0..sections {
        let [y0, y1] = [k, k + 1].map(|k| height * k as f64 / sections as f64);
        pen.paint_shaded(f, [a, y0, b, y1], 0.05, scale(c, 0.72), c);
    }
    if pen.level >= 4 {
        let frame = scale(c, 0.55);
        pen.relief(f, [a - 0.18, 0.0, a, height + 0.2], 0.14, frame);
        pen.relief(f, [b, 0.0, b + 0.18, height + 0.2], 0.14, frame);
        pen.relief(f, [a, height, b, height + 0.2], 0.14, frame);
        for y in [0.0, 0.9] {
            pen.paint(f, [a - 0.3, y, a - 0.19, y + 0.45], 0.16, SAFETY);
            pen.paint(f, [b + 0.19, y, b + 0.3, y + 0.45], 0.16, SAFETY);
        }
    }
}

/// A rope or cable hanging between two points by `sag` at its middle, in `pieces` straight pieces.
pub fn rope(pen: &mut Pen, a: P, b: P, sag: f64, pieces: usize, r: f64, c: Rgb) {
    let at = |k: usize| {
        let t = k as f64 / pieces as f64;
        let p = between(a, b, t);
        [p[0], p[1], p[2] - 4.0 * sag * t * (1.0 - t)]
    };
    for k in 0..pieces {
        pen.rod(at(k), at(k + 1), r, 3, c);
    }
}

/// Machines on a flat roof of the pen's frame by lot: air handlers, fans, ducts, skylights.
pub fn roof_machines(pen: &mut Pen, [x0, y0, x1, y1]: [f64; 4], z: f64, count: usize, lot: &mut Rng) {
    if pen.level < 2 {
        return;
    }
    pen.of(Surface::Metal);
    for _ in 0..count {
        let (x, y) = (lot.range(x0, x1), lot.range(y0, y1));
        let (l, w, h) = (lot.range(2.0, 6.5), lot.range(1.8, 3.2), lot.range(1.2, 2.6));
        let c = hex(lot.pick(&[0xa9adab, 0x949a99, 0xb9b9b2]));
        let turn = lot.chance(0.5);
        let (l, w) = if turn { (w, l) } else { (l, w) };
        pen.post([x, y, z + 0.25], [l, w, h], c);
        if pen.level >= 4 {
            pen.post([x, y, z], [l - 0.5, w - 0.5, 0.25], DARK);
            let top = z + 0.25 + h;
            let fans = (l.max(w) / 1.9).floor().max(1.0) as usize;
            for k in 0..fans {
                let t = (k as f64 + 0.5) / fans as f64 - 0.5;
                let at = if turn { [x, y + t * w, top] } else { [x + t * l, y, top] };
                pen.drum(at, 0.7, 0.22, 10, scale(c, 0.8));
                pen.disc(up(at, 0.225), [0.0, 0.0, 1.0], 0.58, 10, hex(0x33383a));
            }
            for f in super::pen::faces([x - l * 0.5, y - w * 0.5, z + 0.25], [x + l * 0.5, y + w * 0.5, top]) {
                pen.paint(&f, [0.3, 0.3, f.width - 0.3, h * 0.62], 0.012, scale(c, 0.55));
            }
        }
    }
}
