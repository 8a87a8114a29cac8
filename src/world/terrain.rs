//! The land: coast, height and natural cover. Town frame metres; the sea is at 0.
//!
//! An island about 18 km across with the town on a bay of its south coast. Heights are a smooth function, evaluated
//! wherever something stands, so that nothing floats.

use crate::bake::det::{fractal, lerp, noise, smoothstep};
use crate::bake::mesh::{Rgb, blend, hex, scale};
use glam::DVec2;

/// Half size of the town's rectangle, east and north.
pub const TOWN_HALF_M: DVec2 = DVec2::new(2000.0, 1500.0);
/// The flat ground of quay and old town.
pub const QUAY_U: f64 = 3.2;

#[derive(Debug, Clone, Copy)]
pub struct Terrain {
    pub seed: u64,
}

impl Terrain {
    /// Northing of the south coast at this easting.
    pub fn coast_n(&self, e: f64) -> f64 {
        let bay = 150.0 * bump((e + 1150.0) / 560.0);
        let head = -230.0 * bump((e + 2250.0) / 420.0);
        let east = -160.0 * bump((e - 2700.0) / 700.0);
        let far = ((e.abs() - 2300.0) / 3000.0).max(0.0);
        let wild = 500.0 * far.min(1.0) * fractal(self.seed ^ 11, DVec2::new(e / 1500.0, 3.0), 3);
        -470.0 + bay + head + east + wild + 900.0 * far * far.min(2.0)
    }

    /// About how far inland this is, metres; negative at sea.
    pub fn inland(&self, p: DVec2) -> f64 {
        let centre = DVec2::new(400.0, 7600.0);
        let rim = 9200.0 + 900.0 * fractal(self.seed ^ 12, p / 2600.0, 3) - (p - centre).length();
        (p.y - self.coast_n(p.x)).min(rim)
    }

    /// Height of the natural ground above the sea, metres.
    pub fn height(&self, p: DVec2) -> f64 {
        let d = self.inland(p);
        if d < 0.0 {
            return (d * 0.06).max(-9.0) - 0.05;
        }
        let shore = QUAY_U * smoothstep(-6.0, 62.0, d);
        let r = (d - 330.0).max(0.0);
        let rise = 0.115 * r * r / (r + 700.0);
        let rolling = 13.0 * (r / (r + 500.0)) * noise(self.seed ^ 21, p / 430.0);
        let castle = 34.0 * bump((p - DVec2::new(-760.0, 880.0)).length() / 330.0);
        let wild = smoothstep(900.0, 3200.0, r);
        let peaks = 1.0 - fractal(self.seed ^ 22, p / 2100.0, 5).abs() * 2.6;
        let mountains = wild * (150.0 * peaks + 120.0 * fractal(self.seed ^ 23, p / 3900.0, 3) + 50.0);
        // Headlands away from the town are cliffs.
        let cliff = 16.0 * smoothstep(2050.0, 2700.0, p.x.abs()) * smoothstep(0.0, 70.0, d);
        shore + rise + rolling + castle + cliff + mountains.max(-0.55 * rise)
    }

    /// Colour of ground that nobody built on.
    pub fn cover(&self, p: DVec2) -> Rgb {
        let d = self.inland(p);
        let h = self.height(p);
        let grain = (1.0 + 0.16 * fractal(self.seed ^ 31, p / 37.0, 3)) as f32;
        if d < 46.0 && p.x < 2100.0 || d < 18.0 {
            let wet = smoothstep(6.0, 16.0, d) as f32;
            return scale(blend(hex(0x9c8a6a), hex(0xd9c7a0), wet), grain);
        }
        let dry = (0.5 + 0.5 * fractal(self.seed ^ 32, p / 700.0, 3)) as f32;
        let grass = blend(hex(0x7c8452), hex(0xa09a66), dry);
        let forest = self.forest(p) as f32;
        let rock = (0.75 * smoothstep(330.0, 560.0, h + 60.0 * fractal(self.seed ^ 33, p / 300.0, 3))) as f32;
        let field = self.field(p);
        let base = match field {
            Some(color) => blend(grass, color, 0.85),
            None => grass,
        };
        let wooded = blend(base, hex(0x4a5c38), forest * 0.85);
        scale(blend(blend(wooded, hex(0x5f6a45), 0.72 * smoothstep(60.0, 170.0, h) as f32), hex(0x857c68), rock), grain)
    }

    /// How wooded, 0..1.
    pub fn forest(&self, p: DVec2) -> f64 {
        let d = self.inland(p);
        smoothstep(0.05, 0.2, fractal(self.seed ^ 34, p / 620.0, 4)) * smoothstep(150.0, 500.0, d)
    }

    /// The colour of the farm plot here, if this is farmland.
    pub fn field(&self, p: DVec2) -> Option<Rgb> {
        let d = self.inland(p);
        if d < 200.0 || self.forest(p) > 0.25 || self.height(p) > 150.0 {
            return None;
        }
        let bent = p + 40.0 * DVec2::new(noise(self.seed ^ 35, p / 260.0), noise(self.seed ^ 36, p / 260.0));
        let plot = DVec2::new(bent.x / 190.0 + (bent.y / 130.0).floor() * 0.37, bent.y / 130.0).floor();
        let pick = noise(self.seed ^ 37, plot + 0.5) * 0.5 + 0.5;
        if pick < 0.3 {
            return None;
        }
        let tones = [0xb3a36b, 0x8a8f55, 0xc2b27c, 0x6f7d48, 0xa08a5f, 0x93985f];
        let base = hex(tones[((pick * 997.0) as usize) % tones.len()]);
        let edge = DVec2::new(bent.x / 190.0 + (bent.y / 130.0).floor() * 0.37, bent.y / 130.0) - plot;
        let margin = edge.min(1.0 - edge);
        Some(if margin.x * 190.0 < 6.0 || margin.y * 130.0 < 6.0 { hex(0x66703f) } else { base })
    }

    /// The sea's colour by the depth below it.
    pub fn sea(&self, p: DVec2) -> Rgb {
        let depth = -self.inland(p);
        let shallow = 1.0 - smoothstep(-10.0, 330.0, depth) as f32;
        let foam = 1.0 - smoothstep(2.0, 20.0, depth) as f32;
        let calm = (1.0 + 0.07 * fractal(self.seed ^ 41, p / 640.0, 3)) as f32;
        let deep = blend(hex(0x1d3f52), hex(0x4d8d92), shallow * shallow * 0.85);
        scale(blend(deep, hex(0xb9cdc6), foam * 0.55), calm)
    }
}

/// A smooth hill of height 1 and half width about 1, zero from 2 on.
fn bump(x: f64) -> f64 {
    let t = 1.0 - (x * 0.5) * (x * 0.5);
    if t > 0.0 { t * t * lerp(t, 1.0, 0.3) } else { 0.0 }
}
