//! What grows and lies on land that nobody built on: beach, grass, scrub, woods, fields in plots, vineyards on terraces,
//! rock, snow. Plan frame metres; colours are linear RGB.

use super::districts::District;
use super::geom::Line;
use super::terrain::{Lie, Shore, Terrain};
use crate::bake::det::{fractal, noise, sin_cos, smoothstep};
use crate::bake::mesh::{Rgb, Surface, blend, hex, scale};
use crate::world::layout::PISTE;
use glam::DVec2;

/// The natural ground at a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cover {
    pub surface: Surface,
    pub color: Rgb,
    /// How many trees stand here, 0..=1; 1 is a closed wood.
    pub trees: f32,
}

/// From here on snow lies.
const SNOW_U: f64 = 1045.0;
/// Half the width of the ski slope.
pub const PISTE_HALF_M: f64 = 26.0;

/// The land's cover. `farmed` is for land between fields' tracks, where plots are certain.
pub fn cover(terrain: &Terrain, p: DVec2, farmed: bool) -> Cover {
    let seed = terrain.seed;
    let inland = terrain.inland(p);
    let lie = terrain.lie(p);
    let h = lie.height_u;
    let grain = (1.0 + 0.10 * fractal(seed ^ 601, p / 31.0, 2)) as f32;
    let flat = |surface, color: Rgb| Cover { surface, color: scale(color, grain), trees: 0.0 };
    if inland < 120.0 {
        let (shore, width) = terrain.shore(p);
        if shore == Shore::Beach && inland < width * 0.96 {
            let wet = smoothstep(4.0, 15.0, inland) as f32;
            return flat(Surface::Sand, blend(hex(0x9c8a6a), hex(0xdcc9a2), wet));
        }
        if inland < 9.0 {
            return flat(Surface::Rock, hex(0x8f8674));
        }
    }
    if terrain.by_river(p).is_some_and(|n| n.left_m.abs() < terrain.river_half_m(n.along_m) + 5.0) {
        return flat(Surface::Rock, hex(0x9a9482));
    }
    let slope = lie.slope;
    let rough = fractal(seed ^ 602, p / 260.0, 3);
    // Snow stays longest in gullies and slides off what is steep.
    let snow = h + 70.0 * rough + 85.0 * lie.hollow - 160.0 * (slope - 0.45).max(0.0);
    if snow > SNOW_U || on_piste(p) {
        return flat(Surface::Snow, hex(0xeef2f6));
    }
    if slope + 0.14 * rough - 0.10 * lie.hollow + 0.00022 * (h - 500.0).max(0.0) > 0.60 {
        return flat(Surface::Rock, blend(hex(0x877f70), hex(0x6f6a62), (0.5 + 0.5 * rough) as f32));
    }
    let dry = (0.5 + 0.5 * fractal(seed ^ 603, p / 700.0, 2)) as f32;
    let grass = blend(hex(0x77824c), hex(0xa39d68), dry);
    let high = smoothstep(520.0, 900.0, h) as f32;
    let stony = smoothstep(0.1, 0.9, -lie.hollow + rough) * smoothstep(120.0, 420.0, h);
    let meadow = blend(blend(grass, hex(0x84845e), high), hex(0x8e8672), 0.75 * stony as f32);
    // Capes are left to pines and scrub.
    let cape = inland < 1500.0 && terrain.shore(p).0 == Shore::Cliff;
    if (farmed || h < 260.0 && slope < 0.17 && !cape)
        && let Some(field) = field(terrain, p, slope, farmed)
    {
        return Cover { color: scale(field.color, grain), ..field };
    }
    let wood = woods(terrain, p, &lie);
    if wood > 0.5 {
        // Stands of different trees and ages.
        let stand = (0.5 + 0.9 * fractal(seed ^ 611, p / 170.0, 2)).clamp(0.0, 1.0) as f32;
        let young = smoothstep(0.75, 0.5, wood) as f32;
        let deep = blend(blend(hex(0x3a4a30), hex(0x4d5c31), stand), hex(0x66713f), 0.6 * young);
        return Cover { surface: Surface::Woods, color: scale(deep, grain), trees: wood as f32 };
    }
    if rough > 0.12 && h > 25.0 {
        return Cover {
            surface: Surface::Foliage,
            color: scale(blend(hex(0x6c7447), meadow, 0.4), grain),
            trees: 0.18,
        };
    }
    Cover { surface: Surface::Grass, color: scale(meadow, grain), trees: (wood * 0.3) as f32 }
}

/// How wooded, 0..=1. Woods keep to gullies and leave stony ribs; their edges are ragged.
pub fn woods(terrain: &Terrain, p: DVec2, lie: &Lie) -> f64 {
    let n = 0.8 * fractal(terrain.seed ^ 604, p / 760.0, 3) + 0.17 * fractal(terrain.seed ^ 610, p / 120.0, 3);
    let line_u = lie.height_u - 110.0 * lie.hollow + 90.0 * n;
    let line = smoothstep(930.0, 760.0, line_u) * smoothstep(60.0, 260.0, terrain.inland(p));
    let hills = smoothstep(150.0, 500.0, lie.height_u);
    smoothstep(-0.20, 0.16, n + 0.08 * hills + 0.26 * hills * lie.hollow) * line
}

fn on_piste(p: DVec2) -> bool {
    if p.x < -1000.0 || p.x > 300.0 || p.y < 4500.0 || p.y > 6450.0 {
        return false;
    }
    Line::new(PISTE.to_vec()).nearest(p).0 < PISTE_HALF_M * (1.0 + 0.3 * noise(604, p / 60.0))
}

/// The plot of farmland here: rows of plots turned by region, following the contours where the land slopes.
fn field(terrain: &Terrain, p: DVec2, slope: f64, farmed: bool) -> Option<Cover> {
    let seed = terrain.seed;
    let region = (p / 900.0).floor();
    let (s, c) = sin_cos(1.3 * noise(seed ^ 605, region * 1.7 + 0.5));
    let bent = p + 34.0 * DVec2::new(noise(seed ^ 606, p / 300.0), noise(seed ^ 607, p / 300.0));
    let q = DVec2::new(bent.x * c - bent.y * s, bent.x * s + bent.y * c);
    let row = (q.y / 118.0).floor();
    let wide = 130.0 + 90.0 * (0.5 + 0.5 * noise(seed ^ 608, DVec2::new(row * 7.3 + 0.5, 0.5)));
    let x = q.x / wide + 0.41 * row;
    let plot = DVec2::new(x.floor(), row);
    let pick = 0.5 + 0.5 * noise(seed ^ 609, plot + 0.5);
    if !farmed && pick < 0.36 {
        return None;
    }
    let margin_x = (x - x.floor()).min(1.0 - (x - x.floor())) * wide;
    let margin_y = (q.y / 118.0 - row).min(1.0 - (q.y / 118.0 - row)) * 118.0;
    if margin_x.min(margin_y) < 2.6 {
        // Hedges and ditches between plots.
        return Some(Cover { surface: Surface::Foliage, color: hex(0x5b6a3a), trees: 0.35 });
    }
    let plain = |surface, code, trees| Cover { surface, color: hex(code), trees };
    if slope > 0.085 {
        // Vineyards on terraces: a wall every few metres of height.
        let step = (terrain.relief_at(p) / 3.2).fract();
        let wall = step < 0.12;
        let vine = plain(Surface::Crop, if pick > 0.7 { 0x76803f } else { 0x6a7a3c }, 0.0);
        return Some(if wall { plain(Surface::Rock, 0xa3967c, 0.0) } else { vine });
    }
    Some(match (pick * 971.0) as u64 % 9 {
        0 | 1 => plain(Surface::Crop, 0xc6b478, 0.0),
        2 => plain(Surface::Crop, 0x7f8f4a, 0.0),
        3 => plain(Surface::Soil, 0x9c7f5c, 0.0),
        4 => plain(Surface::Grass, 0x8b9654, 0.02),
        5 => plain(Surface::Crop, 0x95a055, 0.0),
        6 => plain(Surface::Grass, 0x7c8a4e, 0.55),
        7 => plain(Surface::Crop, 0xb0a463, 0.0),
        _ => plain(Surface::Crop, 0x6f8344, 0.0),
    })
}

/// The ground of gardens and lawns by quarter, so that quarters differ in green too.
pub fn lawn(district: District, salt: u64) -> Rgb {
    let tone = (salt % 7) as f32 / 7.0;
    match district {
        District::Villas => blend(hex(0x6f8644), hex(0x84955a), tone),
        District::Slabs => blend(hex(0x7d8c52), hex(0x8f9660), tone),
        District::Rows => blend(hex(0x7b8850), hex(0x93935f), tone),
        _ => blend(hex(0x7a8850), hex(0x989a64), tone),
    }
}
