//! Vertices as they are stored, welded by their quantised value.
//!
//! Positions are 16-bit with a step of the tile's extent / 65535 (4 mm for the finest tiles), 32-bit floats for extents
//! above [`FLOAT_EXTENT_M`]. They are rounded, so the last bit of the geodesy does not reach the file.

use glam::{DVec3, Vec3};
use rustc_hash::FxHashMap;
use serde_json::{Value, json};

use crate::bake::mesh::Vertex;

/// Above this extent 16 bits would be coarser than 12 cm.
pub const FLOAT_EXTENT_M: f64 = 8000.0;
/// The stored feature id of what is no feature.
pub const NULL_FEATURE: u16 = u16::MAX;

/// Everything of a vertex as it is stored, so that equal ones are one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stored {
    /// 16-bit steps, or the bits of f32 metres.
    pub at: [u32; 3],
    pub normal: [i8; 3],
    pub color: [u8; 3],
    pub feature: u16,
    pub lit: u8,
    pub surface: u8,
    pub light: u8,
    /// Texture coordinates, the bits of f32; zero where there is no picture.
    pub uv: [u32; 2],
}

/// How positions are stored.
#[derive(Clone, Copy)]
pub enum Grid {
    Steps { low: DVec3, step: f64 },
    Floats { centre: DVec3 },
}

impl Grid {
    /// A grid over a box whose steps are at least `least_m`: what need not be finer takes less room.
    pub fn around(low: DVec3, high: DVec3, least_m: f64) -> Self {
        let extent = (high - low).max_element().max(1e-3);
        if extent > FLOAT_EXTENT_M {
            Self::Floats { centre: ((low + high) * 0.5).round() }
        } else {
            // Rounded up to a number that f32 holds exactly, as readers may keep the node's scale in f32.
            let step = f64::from((extent / 65_530.0).max(least_m) as f32);
            let low = DVec3::from(low.to_array().map(|x| (x * 16.0).floor() / 16.0));
            Self::Steps { low, step: step.max(extent / 65_500.0) }
        }
    }

    pub fn stored(&self, p: DVec3) -> [u32; 3] {
        match *self {
            Self::Steps { low, step } => {
                ((p - low) / step).to_array().map(|x| (x + 0.5).floor().clamp(0.0, 65_535.0) as u32)
            }
            // A millimetre grid first: the last bits of the geodesy must not show.
            Self::Floats { centre } => {
                (p - centre).to_array().map(|x| ((((x * 1000.0 + 0.5).floor()) / 1000.0) as f32).to_bits())
            }
        }
    }

    pub fn node(&self) -> Value {
        match *self {
            Self::Steps { low, step } => json!({"translation": low.to_array(), "scale": [step, step, step]}),
            Self::Floats { centre } => json!({"translation": centre.to_array()}),
        }
    }

    pub fn value(&self, stored: [u32; 3]) -> DVec3 {
        match *self {
            Self::Steps { low, step } => low + DVec3::from(stored.map(f64::from)) * step,
            Self::Floats { centre } => centre + DVec3::from(stored.map(|b| f64::from(f32::from_bits(b)))),
        }
    }
}

pub fn y_up(p: DVec3) -> DVec3 {
    DVec3::new(p.x, p.z, -p.y)
}

fn stored_normal(n: Vec3) -> [i8; 3] {
    [n.x, n.z, -n.y].map(|x| (x * 127.0).round() as i8)
}

fn stored_color(c: [f32; 3]) -> [u8; 3] {
    c.map(|x| (x.clamp(0.0, 1.0) * 255.0 + 0.5).floor() as u8)
}

/// Shares equal vertices. `local` and `uv` are parallel to `triangles`; `uv` may be empty.
pub fn weld(triangles: &[Vertex], local: &[DVec3], uv: &[[f32; 2]], grid: &Grid) -> (Vec<Stored>, Vec<u32>) {
    let mut known: FxHashMap<Stored, u32> =
        FxHashMap::with_capacity_and_hasher(triangles.len() / 2, Default::default());
    let mut vertices = Vec::new();
    let mut indices = Vec::with_capacity(triangles.len());
    for (index, (corner, p)) in triangles.chunks_exact(3).zip(local.chunks_exact(3)).enumerate() {
        let stored = [0, 1, 2].map(|k| {
            let v = &corner[k];
            // Tiles with more features than 16 bits can tell apart keep the geometry of all.
            let feature = u16::try_from(v.feature).unwrap_or(NULL_FEATURE);
            let (normal, color) = (stored_normal(v.normal), stored_color(v.color));
            Stored {
                at: grid.stored(y_up(p[k])),
                normal,
                color,
                feature,
                lit: v.lit,
                surface: v.surface as u8,
                light: v.light,
                uv: uv.get(index * 3 + k).map_or([0; 2], |uv| uv.map(f32::to_bits)),
            }
        });
        // What shrank to a line on the grid, or never was a triangle, is left out.
        let [a, b, c] = stored.map(|s| s.at);
        if a == b || b == c || a == c || stored.iter().any(|s| s.normal == [0; 3]) {
            continue;
        }
        indices.extend(stored.map(|s| {
            *known.entry(s).or_insert_with(|| {
                vertices.push(s);
                vertices.len() as u32 - 1
            })
        }));
    }
    (vertices, indices)
}
