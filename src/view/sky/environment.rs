//! The light that comes from the whole sky and the ground, as two small cube maps made on the CPU.
//!
//! Shaded sides are lit by the blue of the sky above and the colour of the ground below, and glass and water mirror the
//! sky that is there. Luminance in cd/m². Making them costs a few milliseconds, so a worker does it, and only when the
//! sun or the eye's height has changed enough to be seen.

use bevy::asset::RenderAssetUsages;
use bevy::image::Image;
use bevy::prelude::*;
use bevy::render::render_resource::{
    Extent3d, TextureDimension, TextureFormat, TextureViewDescriptor, TextureViewDimension,
};
use glam::DVec3;

use crate::optics::atmosphere::{Atmosphere, SUN_ILLUMINANCE_LUX};

/// Texels along an edge of a face.
const DIFFUSE_SIZE: u32 = 4;
const SPECULAR_SIZE: u32 = 16;
const SPECULAR_MIPS: u32 = 5;
/// Reflectance of ground that lies in the sun, linear RGB: grass, earth and stone from afar.
const GROUND_ALBEDO: DVec3 = DVec3::new(0.16, 0.16, 0.13);

/// What the light depends on. Directions in render space (y up).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SkyState {
    pub height_km: f64,
    pub sun: DVec3,
    /// Light of the night sky, cd/m².
    pub night: DVec3,
}

impl SkyState {
    /// Whether two states look the same in reflections: sun within 0.3 degrees, height within a tenth.
    pub fn looks_like(&self, other: &Self) -> bool {
        let heights = (self.height_km.max(0.2), other.height_km.max(0.2));
        self.sun.dot(other.sun) > 0.999_986 && (heights.0 / heights.1).ln().abs() < 0.1 && self.night == other.night
    }
}

/// The two maps as pixels, half floats, ready for the GPU.
pub struct EnvironmentMaps {
    pub diffuse: Image,
    pub specular: Image,
}

/// Makes both maps.
pub fn make(atmosphere: &Atmosphere, state: &SkyState) -> EnvironmentMaps {
    let around = Around::new(atmosphere, state);
    let mut diffuse = Vec::new();
    for_each_texel(DIFFUSE_SIZE, |dir| push(&mut diffuse, around.blurred(dir, 1.0)));
    // Layers outermost, mips within a layer: the order in which wgpu takes the bytes of a texture.
    let mut specular = Vec::new();
    for face in 0..6 {
        for mip in 0..SPECULAR_MIPS {
            let size = SPECULAR_SIZE >> mip;
            let roughness = f64::from(mip) / f64::from(SPECULAR_MIPS - 1);
            for y in 0..size {
                for x in 0..size {
                    let dir = direction(face, x, y, size);
                    let light = if mip == 0 {
                        around.radiance(dir)
                    } else {
                        // A Phong lobe about as wide as the GGX lobe of that roughness.
                        around.blurred(dir, (2.0 / roughness.powi(4) - 2.0).max(1.0))
                    };
                    push(&mut specular, light);
                }
            }
        }
    }
    EnvironmentMaps { diffuse: cube(DIFFUSE_SIZE, 1, diffuse), specular: cube(SPECULAR_SIZE, SPECULAR_MIPS, specular) }
}

struct Around<'a> {
    atmosphere: &'a Atmosphere,
    state: &'a SkyState,
    ground: DVec3,
    /// Directions spread evenly over the sphere, with the light from there.
    samples: Vec<(DVec3, DVec3)>,
}

impl<'a> Around<'a> {
    const SAMPLES: usize = 256;

    fn new(atmosphere: &'a Atmosphere, state: &'a SkyState) -> Self {
        let cos_sun = state.sun.y;
        let direct = atmosphere.transmittance_to_space(crate::optics::atmosphere::GROUND_RADIUS_KM, cos_sun);
        let sky = atmosphere.sky_illuminance(0.0, cos_sun);
        let on_ground = (direct * cos_sun.max(0.0) + sky) * SUN_ILLUMINANCE_LUX + state.night * std::f64::consts::PI;
        let ground = on_ground * GROUND_ALBEDO / std::f64::consts::PI;
        let mut this = Self { atmosphere, state, ground, samples: Vec::with_capacity(Self::SAMPLES) };
        for i in 0..Self::SAMPLES {
            let y = 1.0 - (2.0 * i as f64 + 1.0) / Self::SAMPLES as f64;
            let phi = i as f64 * std::f64::consts::PI * (3.0 - 5f64.sqrt());
            let s = (1.0 - y * y).sqrt();
            let dir = DVec3::new(s * phi.cos(), y, s * phi.sin());
            this.samples.push((dir, this.radiance(dir)));
        }
        this
    }

    fn radiance(&self, dir: DVec3) -> DVec3 {
        if dir.y < 0.0 {
            return self.ground;
        }
        let sky = self.atmosphere.sky(self.state.height_km, dir.y, self.state.sun.y, dir.dot(self.state.sun));
        sky * SUN_ILLUMINANCE_LUX + self.state.night
    }

    /// Mean of the light around a direction, weighed by a power of the cosine.
    fn blurred(&self, dir: DVec3, power: f64) -> DVec3 {
        let (mut sum, mut weights) = (DVec3::ZERO, 0.0);
        for (towards, light) in &self.samples {
            let cos = dir.dot(*towards);
            if cos > 0.0 {
                let weight = cos.powf(power);
                sum += *light * weight;
                weights += weight;
            }
        }
        if weights > 1e-9 { sum / weights } else { self.radiance(dir) }
    }
}

fn for_each_texel(size: u32, mut visit: impl FnMut(DVec3)) {
    for face in 0..6 {
        for y in 0..size {
            for x in 0..size {
                visit(direction(face, x, y, size));
            }
        }
    }
}

/// Direction of a texel's middle in render space. Cube maps are left-handed: z is mirrored, as Bevy does on reading.
fn direction(face: u32, x: u32, y: u32, size: u32) -> DVec3 {
    let u = (f64::from(x) + 0.5) / f64::from(size) * 2.0 - 1.0;
    let v = (f64::from(y) + 0.5) / f64::from(size) * 2.0 - 1.0;
    let d = match face {
        0 => DVec3::new(1.0, -v, -u),
        1 => DVec3::new(-1.0, -v, u),
        2 => DVec3::new(u, 1.0, v),
        3 => DVec3::new(u, -1.0, -v),
        4 => DVec3::new(u, -v, 1.0),
        _ => DVec3::new(-u, -v, -1.0),
    };
    DVec3::new(d.x, d.y, -d.z).normalize()
}

fn push(bytes: &mut Vec<u8>, light: DVec3) {
    for value in [light.x, light.y, light.z, 1.0] {
        bytes.extend_from_slice(&half::f16::from_f64(value.clamp(0.0, 60_000.0)).to_le_bytes());
    }
}

fn cube(size: u32, mips: u32, bytes: Vec<u8>) -> Image {
    let mut image = Image::new_uninit(
        Extent3d { width: size, height: size, depth_or_array_layers: 6 },
        TextureDimension::D2,
        TextureFormat::Rgba16Float,
        RenderAssetUsages::RENDER_WORLD,
    );
    image.texture_descriptor.mip_level_count = mips;
    image.data = Some(bytes);
    image.texture_view_descriptor =
        Some(TextureViewDescriptor { dimension: Some(TextureViewDimension::Cube), ..default() });
    image
}

/// A table of the air as a texture of half floats.
pub fn table_image(table: &crate::optics::atmosphere::Table) -> Image {
    let mut bytes = Vec::with_capacity(table.texels.len() * 8);
    for [r, g, b] in &table.texels {
        for value in [*r, *g, *b, 1.0] {
            bytes.extend_from_slice(&half::f16::from_f32(value).to_le_bytes());
        }
    }
    Image::new(
        Extent3d { width: table.width as u32, height: table.height as u32, depth_or_array_layers: 1 },
        TextureDimension::D2,
        bytes,
        TextureFormat::Rgba16Float,
        RenderAssetUsages::RENDER_WORLD,
    )
}
