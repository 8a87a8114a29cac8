//! Halls and offices of sites: origin on the ground in the middle, x along the longer side.

use super::parts::{LIT_COOL, gate, roof_machines, sheet_wall, window_band};
use super::pen::{Face, Pen, faces};
use crate::bake::det::Rng;
use crate::bake::mesh::{Rgb, Surface, hex, scale};

/// A hall of sheet metal on a frame: its measures, colours and what its long sides have.
#[derive(Debug, Clone)]
pub struct Shed {
    pub long: f64,
    pub wide: f64,
    /// Height of the eaves.
    pub eaves: f64,
    /// How far the ridge stands above the eaves; 0 for a flat roof with a parapet.
    pub rise: f64,
    pub wall: Rgb,
    pub roof: Rgb,
    pub gate: Rgb,
    /// Distance between gates on the sides -y and +y; 0 for none.
    pub gates: [f64; 2],
    /// Whether those gates are docks, 1.2 m above the ground, with canopies.
    pub docks: bool,
    pub name: &'static str,
    pub seed: u64,
}

impl Shed {
    pub fn draw(&self, pen: &mut Pen) {
        let (h, w) = (self.long * 0.5, self.wide * 0.5);
        for (k, f) in faces([-h, -w, 0.0], [h, w, self.eaves]).iter().enumerate() {
            sheet_wall(pen, f, self.wall);
            if pen.level >= 2 && k % 2 == 0 {
                self.side(pen, f, self.gates[k / 2]);
            } else if pen.level >= 2 {
                gate(pen, f, f.width * 0.5, (5.0f64.min(self.wide * 0.3), 5.0f64.min(self.eaves - 0.8)), self.gate);
                if pen.level >= 3 {
                    super::font::write(
                        pen,
                        f,
                        (f.width * 0.5, self.eaves - 2.4),
                        1.6,
                        self.name,
                        scale(self.gate, 0.9),
                    );
                }
            }
        }
        self.roof(pen, h, w);
    }

    fn side(&self, pen: &mut Pen, f: &Face, pitch: f64) {
        if pitch <= 0.0 {
            let mut lot = Rng::of(self.seed, 1, 1);
            let band = [2.0, self.eaves - 2.6, f.width - 2.0, self.eaves - 1.2];
            window_band(pen, f, band, 2.4, hex(0x6f7674), &mut lot);
            return;
        }
        let count = (f.width / pitch).floor().max(1.0) as usize;
        for k in 0..count {
            let x = f.width * (k as f64 + 0.5) / count as f64;
            if !self.docks {
                gate(pen, f, x, (4.4, 4.6f64.min(self.eaves - 0.6)), self.gate);
                continue;
            }
            let raised = f.part(0.0, 1.15, f.width, f.height - 1.15);
            gate(pen, &raised, x, (2.8, 3.0), self.gate);
            if pen.level >= 3 {
                // The black pillow that seals a trailer, the bumpers, the number.
                pen.relief(&raised, [x - 1.85, -0.1, x - 1.45, 3.5], 0.5, hex(0x1f2021));
                pen.relief(&raised, [x + 1.45, -0.1, x + 1.85, 3.5], 0.5, hex(0x1f2021));
                pen.relief(&raised, [x - 1.85, 3.3, x + 1.85, 3.75], 0.5, hex(0x1f2021));
                super::font::write(pen, &raised, (x, 3.95), 0.6, &format!("{}", k + 1), scale(self.gate, 0.8));
            }
        }
        if self.docks {
            let y = 5.4f64.min(self.eaves - 0.5);
            pen.relief(f, [1.0, y, f.width - 1.0, y + 0.25], 2.2, scale(self.roof, 0.85));
        }
    }

    fn roof(&self, pen: &mut Pen, h: f64, w: f64) {
        pen.of(Surface::Metal);
        let (z, top) = (self.eaves, self.eaves + self.rise);
        let c = self.roof;
        if self.rise <= 0.0 {
            let strips = if pen.level >= 3 { (self.long / 12.0).ceil() as usize } else { 1 };
            pen.of(Surface::Gravel);
            for k in 0..strips {
                let [x0, x1] = [k, k + 1].map(|k| -h + self.long * k as f64 / strips as f64);
                let tone = 0.95 + 0.1 * ((k * 5) % 7) as f32 / 7.0;
                pen.quad([[x0, -w, z - 0.3], [x1, -w, z - 0.3], [x1, w, z - 0.3], [x0, w, z - 0.3]], scale(c, tone));
            }
            parapet(pen, h, w, z, self.wall);
            let count = (self.long * self.wide / 300.0) as usize;
            let inner = [-h + 4.0, -w + 4.0, h - 4.0, w - 4.0];
            roof_machines(pen, inner, z - 0.3, count.min(24), &mut Rng::of(self.seed, 2, 2));
            return;
        }
        let strips = if pen.level >= 4 { (self.long / 6.0).ceil() as usize } else { 1 };
        let over = 0.5;
        for k in 0..strips {
            let [x0, x1] = [k, k + 1].map(|k| -h - over + (self.long + 2.0 * over) * k as f64 / strips as f64);
            let tone = 0.94 + 0.09 * ((k * 7 + 2) % 5) as f32 / 5.0;
            let (a, b) = (scale(c, tone * 0.9), scale(c, tone));
            pen.quad_shaded([[x0, -w - over, z], [x1, -w - over, z], [x1, 0.0, top], [x0, 0.0, top]], [a, a, b, b]);
            pen.quad_shaded([[x1, w + over, z], [x0, w + over, z], [x0, 0.0, top], [x1, 0.0, top]], [a, a, b, b]);
            if pen.level >= 4 && k % 2 == 1 {
                // Bands of translucent sheets.
                for s in [-1.0, 1.0] {
                    let at = |x: f64, t: f64| [x, s * (w + over) * (1.0 - t), z + (top - z) * t + 0.04];
                    let (xa, xb) = (x0 + 1.5, x1 - 1.5);
                    let q = [at(xa, 0.25), at(xb, 0.25), at(xb, 0.75), at(xa, 0.75)];
                    let q = if s < 0.0 { q } else { [q[1], q[0], q[3], q[2]] };
                    pen.glass(q, hex(0x77827f), if k % 4 == 1 { LIT_COOL } else { 0 });
                }
            }
        }
        for s in [-1.0, 1.0] {
            let x = s * h;
            let p = [[x, -w * s, z], [x, w * s, z], [x, 0.0, top]];
            pen.tri(p, self.wall);
        }
        if pen.level >= 2 {
            pen.cube([-h * 0.9, -0.9, top - 0.1], [h * 0.9, 0.9, top + 0.8], scale(c, 0.92));
        }
    }
}

/// A parapet around a flat roof.
pub fn parapet(pen: &mut Pen, h: f64, w: f64, z: f64, c: Rgb) {
    if pen.level < 2 {
        return;
    }
    let top = z + 0.35;
    for (low, high) in [
        ([-h, -w, z - 0.3], [h, -w + 0.35, top]),
        ([-h, w - 0.35, z - 0.3], [h, w, top]),
        ([-h, -w + 0.35, z - 0.3], [-h + 0.35, w - 0.35, top]),
        ([h - 0.35, -w + 0.35, z - 0.3], [h, w - 0.35, top]),
    ] {
        pen.block(low, high, c);
    }
}

/// An office block: floors with bands of windows, a glazed ground floor, a parapet and machines on the roof.
#[derive(Debug, Clone)]
pub struct Office {
    pub long: f64,
    pub wide: f64,
    pub floors: usize,
    pub wall: Rgb,
    /// Curtain walls instead of bands.
    pub glazed: bool,
    pub seed: u64,
}

pub const FLOOR_M: f64 = 3.6;

impl Office {
    pub fn high_m(&self) -> f64 {
        self.floors as f64 * FLOOR_M + 0.6
    }

    pub fn draw(&self, pen: &mut Pen) {
        let (h, w, top) = (self.long * 0.5, self.wide * 0.5, self.high_m());
        let mut lot = Rng::of(self.seed, 0x0FF1, 0);
        pen.of(Surface::Plaster);
        for f in faces([-h, -w, 0.0], [h, w, top]) {
            pen.paint_shaded(&f, [0.0, 0.0, f.width, top], 0.0, scale(self.wall, 0.72), self.wall);
            if pen.level == 0 {
                continue;
            }
            for floor in 0..self.floors {
                let z = floor as f64 * FLOOR_M;
                let ground = floor == 0;
                if pen.level == 1 {
                    pen.pane(
                        &f,
                        [0.6, z + 1.0, f.width - 0.6, z + 2.7],
                        0.05,
                        super::parts::GLASS,
                        if lot.chance(0.5) { LIT_COOL } else { 0 },
                    );
                    continue;
                }
                let (sill, head) = if ground || self.glazed { (0.35, 3.1) } else { (1.0, 2.75) };
                let pitch = if self.glazed { 1.5 } else { 2.0 };
                window_band(pen, &f, [0.6, z + sill, f.width - 0.6, z + head], pitch, scale(self.wall, 0.7), &mut lot);
            }
        }
        pen.of(Surface::Gravel);
        pen.quad([[-h, -w, top - 0.3], [h, -w, top - 0.3], [h, w, top - 0.3], [-h, w, top - 0.3]], hex(0x8b8880));
        pen.of(Surface::Plaster);
        parapet(pen, h, w, top, self.wall);
        if pen.level >= 2 {
            pen.block([-h * 0.3, -w * 0.4, top - 0.3], [h * 0.2, w * 0.5, top + 2.6], scale(self.wall, 0.9));
            let inner = [h * 0.3, -w * 0.7, h * 0.85, w * 0.7];
            roof_machines(pen, inner, top - 0.3, (self.long * 0.12) as usize, &mut lot);
        }
        if pen.level >= 3 {
            // The entrance's canopy.
            let f = faces([-h, -w, 0.0], [h, w, top])[0];
            pen.of(Surface::Metal).relief(&f, [h - 4.0, 3.1, h + 4.0, 3.4], 3.0, hex(0x4b5357));
            for x in [-3.6, 3.6] {
                pen.rod([x, -w - 2.7, 0.0], [x, -w - 2.7, 3.1], 0.1, 8, hex(0x4b5357));
            }
        }
    }
}
