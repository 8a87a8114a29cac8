//! How things are drawn: the one surface material of tiles, models and live entities, and what each instance of it may
//! differ in.
//!
//! An instance's fade and tint travel in its [`MeshTag`] (32 bits that Bevy hands to the shader), so that a thousand
//! tiles and ten thousand vehicles share materials and draws. `shaders/tile.wgsl` unpacks them.

use bevy::asset::uuid_handle;
use bevy::mesh::MeshTag;
use bevy::pbr::{ExtendedMaterial, MaterialExtension};
use bevy::prelude::*;
use bevy::render::render_resource::AsBindGroup;
use bevy::shader::{Shader, ShaderRef};

const SHADER: Handle<Shader> = uuid_handle!("3f1d5a0e-6a0b-4a57-9f0b-6d0f6c1c2a01");

/// The material of everything that has a surface.
pub type SurfaceMaterial = ExtendedMaterial<StandardMaterial, InstanceLook>;

/// Marks the standard material as one whose instances carry a look in their tag; it has no data of its own.
#[derive(Asset, AsBindGroup, Reflect, Debug, Clone, Default)]
pub struct InstanceLook {}

impl MaterialExtension for InstanceLook {
    fn fragment_shader() -> ShaderRef {
        SHADER.into()
    }
}

/// A surface material without textures.
pub fn plain(base: StandardMaterial) -> SurfaceMaterial {
    ExtendedMaterial { base, extension: InstanceLook {} }
}

/// What one instance differs in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// 1 is solid, 0 is gone; between, pixels are left out in an even pattern.
    pub opacity: f32,
    /// Whether this is the going one of two that cross-fade: it keeps the pixels that the coming one leaves.
    pub going: bool,
    /// Linear RGB, 0..=1, multiplied with the base colour.
    pub tint: [f32; 3],
}

impl Default for Look {
    fn default() -> Self {
        Self { opacity: 1.0, going: false, tint: [1.0; 3] }
    }
}

impl Look {
    /// The tag of a look. The default look is 0, as in an entity without a tag.
    pub fn tag(self) -> MeshTag {
        let inverted = |value: f32, most: f32| ((1.0 - value.clamp(0.0, 1.0)) * most).round() as u32;
        let faded = inverted(self.opacity, 255.0);
        let [r, g, b] = self.tint;
        MeshTag(
            faded
                | (u32::from(self.going) << 8)
                | (inverted(b, 255.0) << 9)
                | (inverted(g, 255.0) << 17)
                | (inverted(r, 127.0) << 25),
        )
    }
}

pub fn plugin(app: &mut App) {
    app.add_plugins(MaterialPlugin::<SurfaceMaterial>::default());
    let shader = Shader::from_wgsl(include_str!("../../shaders/tile.wgsl"), "shaders/tile.wgsl");
    if let Err(error) = app.world_mut().resource_mut::<Assets<Shader>>().insert(&SHADER, shader) {
        error!("the surface shader can't be installed: {error}");
    }
}
