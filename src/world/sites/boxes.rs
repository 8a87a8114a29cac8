//! Shipping containers: single ones, and fields of stacks in yards and on ships.
//!
//! Lines and their colours are invented. From far a field is a mass of steps; nearer single stacks, then single
//! containers of which only faces that show are drawn; from near they have corrugation, corner posts, doors, letters.

use super::font;
use super::pen::{Face, P, Pen};
use crate::bake::det::Rng;
use crate::bake::mesh::{Rgb, Surface, blend, hex, scale};

pub const LONG_M: f64 = 12.192;
pub const SHORT_M: f64 = 6.058;
pub const WIDE_M: f64 = 2.438;
pub const HIGH_M: f64 = 2.591;
pub const CUBE_M: f64 = 2.896;

/// A shipping line: colour of its boxes, of its letters, name (none: leased boxes), how many of hundred are its own.
const LINES: [(u32, u32, &str, u32); 12] = [
    (0x7d4a38, 0xd8cfc2, "", 20),
    (0x8a3b2c, 0xe6dfd2, "NORDAL", 13),
    (0x2b4a68, 0xdfe3e4, "KESTREL", 13),
    (0x6d8392, 0xf0eee8, "VELA", 11),
    (0x33654f, 0xe8e6da, "ORIENTIS", 8),
    (0xa8602f, 0x2b2724, "SOLANO", 7),
    (0xb9b7ae, 0x27486b, "TALVIK", 7),
    (0x67303a, 0xdcc9a0, "MERIDIA", 6),
    (0x2f6f78, 0xe8ecea, "HALCYON", 5),
    (0xb1913f, 0x2b2724, "BRAVA", 4),
    (0x4d5458, 0xd9d4c8, "", 4),
    (0xd6d5ce, 0x2a5d7c, "POLARIS", 2),
];

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Container {
    line: u8,
    /// Bleached or dirty: scales the colour.
    tone: f32,
    high: f32,
    /// Doors at the end towards +x.
    doors_ahead: bool,
}

impl Container {
    pub fn by_lot(rng: &mut Rng) -> Self {
        let mut lot = rng.below(100) as u32;
        let mut line = 0;
        for (k, of) in LINES.iter().enumerate() {
            if lot < of.3 {
                line = k;
                break;
            }
            lot -= of.3;
        }
        let high = if rng.chance(0.6) { CUBE_M } else { HIGH_M } as f32;
        Self { line: line as u8, tone: rng.range(0.82, 1.14) as f32, high, doors_ahead: rng.chance(0.5) }
    }

    /// A refrigerated one: white, high.
    pub fn reefer(rng: &mut Rng) -> Self {
        Self { line: 11, tone: rng.range(0.88, 1.05) as f32, high: CUBE_M as f32, doors_ahead: true }
    }

    pub fn color(&self) -> Rgb {
        let c = hex(LINES[self.line as usize].0);
        // What is bleached loses colour too.
        let grey = (c[0] + c[1] + c[2]) / 3.0;
        scale(blend(c, [grey; 3], 0.12 + (self.tone - 0.95).max(0.0) * 1.4), self.tone * 0.92)
    }

    pub fn high_m(&self) -> f64 {
        f64::from(self.high)
    }
}

/// Which sides of a container show: -y, +x, +y, -x, and its top.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    pub sides: [bool; 4],
    /// Outermost of its field, so worth letters and fine ribs.
    pub outer: [bool; 4],
    pub top: bool,
}

pub const ALL_SIDES: Shown = Shown { sides: [true; 4], outer: [true; 4], top: true };

/// A container by the middle of its foot, its length along x.
pub fn container(pen: &mut Pen, foot: P, length: f64, of: &Container, shown: Shown) {
    let before = pen.mesh.surface;
    pen.of(Surface::Metal);
    let c = of.color();
    let (h, w, high) = (length * 0.5, WIDE_M * 0.5, of.high_m());
    let (low, top) = ([foot[0] - h, foot[1] - w, foot[2]], [foot[0] + h, foot[1] + w, foot[2] + high]);
    for (k, f) in super::pen::faces(low, top).iter().enumerate() {
        if !shown.sides[k] {
            continue;
        }
        if pen.level < 4 {
            pen.paint_shaded(f, [0.0, 0.0, f.width, f.height], 0.0, scale(c, 0.7), c);
        } else if k % 2 == 0 {
            long_side(pen, f, of, shown.outer[k]);
        } else if (k == 1) == of.doors_ahead && shown.outer[k] {
            doors(pen, f, c);
        } else {
            ribs(pen, f, c, if shown.outer[k] { 6 } else { 2 }, shown.outer[k]);
        }
    }
    if shown.top {
        let [x0, y0, _] = low;
        let [x1, y1, z] = top;
        // Roofs gather dust.
        let roof = scale(blend(c, hex(0x8d8a82), 0.16), 1.05);
        pen.quad([[x0, y0, z], [x1, y0, z], [x1, y1, z], [x0, y1, z]], roof);
        if pen.level >= 4 {
            for [x, y] in [[x0, y0], [x1 - 0.18, y0], [x0, y1 - 0.16], [x1 - 0.18, y1 - 0.16]] {
                pen.quad(
                    [
                        [x, y, z + 0.012],
                        [x + 0.18, y, z + 0.012],
                        [x + 0.18, y + 0.16, z + 0.012],
                        [x, y + 0.16, z + 0.012],
                    ],
                    scale(c, 0.45),
                );
            }
        }
    }
    pen.of(before);
}

/// Corrugation: normals lean to and fro over the panel; a frame of posts and rails around what is outermost.
fn ribs(pen: &mut Pen, f: &Face, c: Rgb, waves: usize, framed: bool) {
    let (post, sill, head) = if framed { (0.16, 0.17, 0.12) } else { (0.0, 0.0, 0.0) };
    let (w, h) = (f.width, f.height);
    let foot = scale(c, 0.62);
    if framed {
        let frame = scale(c, 0.86);
        pen.paint_shaded(f, [0.0, 0.0, w, sill], 0.0, scale(c, 0.4), scale(c, 0.6));
        pen.paint(f, [0.0, h - head, w, h], 0.0, frame);
        for x in [0.0, w - post] {
            pen.paint_shaded(f, [x, sill, x + post, h - head], 0.0, scale(c, 0.6), frame);
        }
    }
    let out = f.right.cross(f.up);
    for k in 0..waves {
        let x = |k: usize| post + (w - 2.0 * post) * k as f64 / waves as f64;
        let lean = |k: usize| (out + f.right * if k.is_multiple_of(2) { 0.36 } else { -0.36 }).normalize();
        let (x0, x1, n0, n1) = (x(k), x(k + 1), lean(k), lean(k + 1));
        let p = [f.at(x0, sill, 0.0), f.at(x1, sill, 0.0), f.at(x1, h - head, 0.0), f.at(x0, h - head, 0.0)];
        pen.quad_round(p, [n0, n1, n1, n0], [foot, foot, c, c]);
    }
}

fn long_side(pen: &mut Pen, f: &Face, of: &Container, outer: bool) {
    let c = of.color();
    let waves = if outer { 18.0 } else { 6.0 } * f.width / LONG_M;
    ribs(pen, f, c, waves as usize, outer);
    let (_, ink, name, _) = LINES[of.line as usize];
    let ink = scale(hex(ink), of.tone);
    if outer && !name.is_empty() && f.width > 10.0 {
        font::write(pen, f, (f.width * 0.5, f.height * 0.34), f.height * 0.34, name, ink);
    } else if outer {
        // The number and the marks of measure, too small to read.
        pen.paint(f, [f.width - 1.6, f.height - 0.62, f.width - 0.5, f.height - 0.48], 0.015, ink);
        pen.paint(f, [f.width - 1.2, f.height - 0.84, f.width - 0.5, f.height - 0.72], 0.015, ink);
    }
}

fn doors(pen: &mut Pen, f: &Face, c: Rgb) {
    let (w, h) = (f.width, f.height);
    pen.paint_shaded(f, [0.0, 0.0, w, h], 0.0, scale(c, 0.5), scale(c, 0.8));
    for x in [0.14, w * 0.5 + 0.02] {
        let r = [x, 0.18, x + w * 0.5 - 0.16, h - 0.13];
        pen.paint_shaded(f, r, 0.015, scale(c, 0.72), scale(c, 1.02));
    }
    for x in [0.38, 0.86, w - 0.86, w - 0.38] {
        pen.paint_shaded(f, [x - 0.03, 0.1, x + 0.03, h - 0.07], 0.05, hex(0x6b6d6c), hex(0xa3a5a2));
        pen.paint(f, [x - 0.06, h * 0.42, x + 0.16, h * 0.42 + 0.07], 0.06, hex(0x8b8d8b));
    }
    pen.paint(f, [w * 0.56, h * 0.78, w * 0.9, h * 0.83], 0.03, hex(0xd8d4c8));
    pen.paint(f, [w * 0.56, h * 0.68, w * 0.84, h * 0.73], 0.03, hex(0xd8d4c8));
}

/// One place of a field: boxes from the lowest to the highest.
#[derive(Debug, Clone, Default)]
pub struct Stack {
    pub boxes: Vec<Container>,
    /// Two short ones in each layer instead of a long one.
    pub short: bool,
    /// Of refrigerated ones.
    pub reefer: bool,
}

impl Stack {
    pub fn by_lot(rng: &mut Rng, tiers: i64, short: bool, leading: Option<Container>) -> Self {
        let count = tiers.max(0) as usize;
        let boxes = (0..count)
            .map(|_| match leading {
                Some(lead) if rng.chance(0.45) => Container { tone: rng.range(0.85, 1.12) as f32, ..lead },
                _ => Container::by_lot(rng),
            })
            .collect();
        Self { boxes, short, reefer: false }
    }

    fn high_m(&self) -> f64 {
        self.boxes.iter().map(Container::high_m).sum()
    }
}

/// Stacks in bays along x and rows along y, both from low to high, about the frame's origin.
pub struct Field {
    pub bays: usize,
    pub rows: usize,
    pub bay_m: f64,
    pub row_m: f64,
    /// `stacks[bay * rows + row]`.
    pub stacks: Vec<Stack>,
    /// Whether the field's ends (-x, +x) are open to the eye, not close before something else.
    pub open_ends: [bool; 2],
}

impl Field {
    fn x(&self, bay: usize) -> f64 {
        (bay as f64 - (self.bays as f64 - 1.0) * 0.5) * self.bay_m
    }

    fn y(&self, row: usize) -> f64 {
        (row as f64 - (self.rows as f64 - 1.0) * 0.5) * self.row_m
    }

    fn stack(&self, bay: usize, row: usize) -> &Stack {
        &self.stacks[bay * self.rows + row]
    }

    pub fn high_m(&self) -> f64 {
        self.stacks.iter().map(Stack::high_m).fold(0.0, f64::max)
    }

    pub fn boxes(&self) -> usize {
        self.stacks.iter().map(|s| s.boxes.len() * if s.short { 2 } else { 1 }).sum()
    }

    /// Height of the neighbour's top, 0 outside of the field.
    fn beside(&self, bay: isize, row: isize) -> Option<f64> {
        let inside = bay >= 0 && row >= 0 && (bay as usize) < self.bays && (row as usize) < self.rows;
        inside.then(|| self.stack(bay as usize, row as usize).high_m())
    }

    pub fn draw(&self, pen: &mut Pen) {
        let before = pen.mesh.surface;
        pen.of(Surface::Metal);
        match pen.level {
            0 => self.mass(pen, (6, self.rows)),
            1 => self.mass(pen, (2, 2)),
            2 => self.columns(pen),
            _ => self.single(pen),
        }
        pen.of(before);
    }

    /// Groups of bays and rows as one box each, of their mean height and mixed colour.
    fn mass(&self, pen: &mut Pen, (bays, rows): (usize, usize)) {
        for b in (0..self.bays).step_by(bays) {
            for r in (0..self.rows).step_by(rows) {
                let (b1, r1) = ((b + bays).min(self.bays), (r + rows).min(self.rows));
                let of: Vec<_> = (b..b1).flat_map(|b| (r..r1).map(move |r| self.stack(b, r))).collect();
                let high = of.iter().map(|s| s.high_m()).sum::<f64>() / of.len() as f64;
                if high < 0.9 {
                    continue;
                }
                let tops: Vec<Rgb> = of.iter().filter_map(|s| s.boxes.last()).map(Container::color).collect();
                let mixed = tops.iter().fold([0.0; 3], |a, c| [a[0] + c[0], a[1] + c[1], a[2] + c[2]]);
                let c = scale(mixed.map(|x| x / tops.len().max(1) as f32), 0.94);
                let low = [self.x(b) - LONG_M * 0.5, self.y(r) - WIDE_M * 0.5, 0.0];
                let top = [self.x(b1 - 1) + LONG_M * 0.5, self.y(r1 - 1) + WIDE_M * 0.5, high];
                pen.walls(low, top, scale(c, 0.62), scale(c, 0.9));
                self.lid(pen, low, top, &of);
            }
        }
    }

    /// The lid of a mass in bands of its boxes' colours, so that from far it has the grain of a yard.
    fn lid(&self, pen: &mut Pen, low: P, top: P, of: &[&Stack]) {
        let bands = if pen.level == 0 { 3 } else { 2 };
        for k in 0..bands {
            let [y0, y1] = [k, k + 1].map(|k| low[1] + (top[1] - low[1]) * k as f64 / bands as f64);
            let here = of.iter().skip(k * of.len() / bands).find_map(|s| s.boxes.last());
            let c = here.map_or(hex(0x77706a), Container::color);
            pen.quad([[low[0], y0, top[2]], [top[0], y0, top[2]], [top[0], y1, top[2]], [low[0], y1, top[2]]], c);
        }
    }

    /// A box for each stack, its sides in the colours of its lowest and highest box.
    fn columns(&self, pen: &mut Pen) {
        for bay in 0..self.bays {
            for row in 0..self.rows {
                let stack = self.stack(bay, row);
                let (Some(first), Some(last)) = (stack.boxes.first(), stack.boxes.last()) else { continue };
                let (x, y, high) = (self.x(bay), self.y(row), stack.high_m());
                let low = [x - LONG_M * 0.5, y - WIDE_M * 0.5, 0.0];
                let top = [x + LONG_M * 0.5, y + WIDE_M * 0.5, high];
                let (b, r) = (bay as isize, row as isize);
                let around =
                    [self.beside(b, r - 1), self.beside(b + 1, r), self.beside(b, r + 1), self.beside(b - 1, r)];
                for (k, f) in super::pen::faces(low, top).iter().enumerate() {
                    let from = around[k].unwrap_or(0.0);
                    if from + 0.6 < high {
                        let f = f.part(0.0, from, f.width, high - from);
                        let foot = if from > 0.0 { last } else { first };
                        pen.paint_shaded(
                            &f,
                            [0.0, 0.0, f.width, f.height],
                            0.0,
                            scale(foot.color(), 0.62),
                            last.color(),
                        );
                    }
                }
                let c = last.color();
                let [x0, y0, _] = low;
                let [x1, y1, z] = top;
                pen.quad([[x0, y0, z], [x1, y0, z], [x1, y1, z], [x0, y1, z]], scale(c, 1.05));
            }
        }
    }

    /// Which sides of a stack with these neighbours are outermost.
    fn outer(&self, around: &[Option<f64>; 4]) -> [bool; 4] {
        let free = around.map(|a| a.is_none());
        [free[0], free[1] && self.open_ends[1], free[2], free[3] && self.open_ends[0]]
    }

    fn single(&self, pen: &mut Pen) {
        for bay in 0..self.bays {
            for row in 0..self.rows {
                let stack = self.stack(bay, row);
                let (b, r) = (bay as isize, row as isize);
                let around =
                    [self.beside(b, r - 1), self.beside(b + 1, r), self.beside(b, r + 1), self.beside(b - 1, r)];
                let (x, y, mut z) = (self.x(bay), self.y(row), 0.0);
                for (tier, of) in stack.boxes.iter().enumerate() {
                    let head = z + of.high_m();
                    let sides = around.map(|beside| beside.unwrap_or(0.0) < head - 0.35);
                    let shown = Shown { sides, outer: self.outer(&around), top: tier + 1 == stack.boxes.len() };
                    if stack.short {
                        for s in [-1.0, 1.0] {
                            let mut shown = shown;
                            shown.sides[if s < 0.0 { 1 } else { 3 }] = false;
                            container(pen, [x + s * (SHORT_M * 0.5 + 0.038), y, z], SHORT_M, of, shown);
                        }
                    } else {
                        container(pen, [x, y, z], LONG_M, of, shown);
                    }
                    z = head;
                }
                self.slit(pen, (x, y, z), (around[1], self.bay_m - LONG_M, true));
                self.slit(pen, (x, y, z), (around[2], self.row_m - WIDE_M, false));
            }
        }
    }

    /// Closes the gap to the next stack a little below the lower top: it is dark down there.
    fn slit(&self, pen: &mut Pen, (x, y, z): (f64, f64, f64), (beside, gap, ahead): (Option<f64>, f64, bool)) {
        let Some(beside) = beside else { return };
        let deep = beside.min(z) - 0.5;
        if deep < 0.5 || gap > 1.0 {
            return;
        }
        let (l, w) = (LONG_M * 0.5, WIDE_M * 0.5);
        let (x0, x1, y0, y1) =
            if ahead { (x + l, x + l + gap, y - w, y + w) } else { (x - l, x + l, y + w, y + w + gap) };
        pen.quad([[x0, y0, deep], [x1, y0, deep], [x1, y1, deep], [x0, y1, deep]], hex(0x191817));
    }
}

/// A container that hangs or lies alone, for models: the corner of its foot frame is its middle.
pub fn alone(pen: &mut Pen, seed: u64, length: f64) {
    let mut rng = Rng::new(seed);
    let of = Container::by_lot(&mut rng);
    container(pen, [0.0; 3], length, &of, ALL_SIDES);
    let (h, w) = (length * 0.5, WIDE_M * 0.5);
    pen.quad([[-h, w, 0.0], [h, w, 0.0], [h, -w, 0.0], [-h, -w, 0.0]], scale(of.color(), 0.3));
}
