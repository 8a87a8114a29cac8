//! How things are drawn: the one surface material of tiles, models and live entities, and what each instance of it may
//! differ in.
//!
//! An instance's fade and tint travel in its [`MeshTag`] (32 bits that Bevy hands to the shader), so that a thousand
//! tiles and ten thousand vehicles share materials and draws. `shaders/tile.wgsl` unpacks them.

use bevy::asset::uuid_handle;
use bevy::mesh::{MeshTag, MeshVertexAttribute, MeshVertexBufferLayoutRef, VertexFormat};
use bevy::pbr::{ExtendedMaterial, MaterialExtension, MaterialExtensionKey, MaterialExtensionPipeline};
use bevy::prelude::*;
use bevy::render::render_resource::{AsBindGroup, RenderPipelineDescriptor, SpecializedMeshPipelineError};
use bevy::shader::{Shader, ShaderRef};

const SHADER: Handle<Shader> = uuid_handle!("3f1d5a0e-6a0b-4a57-9f0b-6d0f6c1c2a01");
const GRAIN_SHADER: Handle<Shader> = uuid_handle!("3f1d5a0e-6a0b-4a57-9f0b-6d0f6c1c2a03");
const POINT_SHADER: Handle<Shader> = uuid_handle!("3f1d5a0e-6a0b-4a57-9f0b-6d0f6c1c2a02");

/// A mesh with this attribute is drawn as points that face the eye, four vertices each. Bits 0 and 1: which corner
/// (0 left below, 1 right below, 2 right above, 3 left above); bits 16 to 31: the point's diameter in metres as a half
/// float.
pub const ATTRIBUTE_POINT: MeshVertexAttribute =
    MeshVertexAttribute::new("Point", 0x6d69_7261_0001, VertexFormat::Uint32);
/// A point's colour, sRGB with straight alpha: a quarter of the engine's own attribute, and dark tones keep their steps.
pub const ATTRIBUTE_POINT_COLOR: MeshVertexAttribute =
    MeshVertexAttribute::new("PointColor", 0x6d69_7261_0002, VertexFormat::Unorm8x4);

/// Normals in 8 bytes instead of 12; the shader sees what it sees of the engine's own attribute.
pub const ATTRIBUTE_NORMAL_PACKED: MeshVertexAttribute =
    MeshVertexAttribute::new("NormalPacked", 0x6d69_7261_0003, VertexFormat::Snorm16x4);
/// Linear colours in 4 bytes instead of 16.
pub const ATTRIBUTE_COLOR_PACKED: MeshVertexAttribute =
    MeshVertexAttribute::new("ColorPacked", 0x6d69_7261_0004, VertexFormat::Unorm8x4);
/// Class of the surface and light of street lamps (see [`crate::bake::mesh::Surface`]), each as n / 255, then two zeros.
pub const ATTRIBUTE_SURFACE: MeshVertexAttribute =
    MeshVertexAttribute::new("Surface", 0x6d69_7261_0005, VertexFormat::Unorm8x4);

/// The material of everything that has a surface.
pub type SurfaceMaterial = ExtendedMaterial<StandardMaterial, InstanceLook>;

/// Marks the standard material as one whose instances carry a look in their tag; it has no data of its own.
#[derive(Asset, AsBindGroup, Reflect, Debug, Clone, Default)]
pub struct InstanceLook {}

impl MaterialExtension for InstanceLook {
    fn fragment_shader() -> ShaderRef {
        SHADER.into()
    }

    fn specialize(
        _: &MaterialExtensionPipeline,
        descriptor: &mut RenderPipelineDescriptor,
        layout: &MeshVertexBufferLayoutRef,
        _: MaterialExtensionKey<Self>,
    ) -> Result<(), SpecializedMeshPipelineError> {
        if !layout.0.contains(ATTRIBUTE_POINT) {
            return specialize_packed(descriptor, layout);
        }
        let mut attributes = vec![
            Mesh::ATTRIBUTE_POSITION.at_shader_location(0),
            ATTRIBUTE_POINT_COLOR.at_shader_location(5),
            ATTRIBUTE_POINT.at_shader_location(8),
        ];
        if layout.0.contains(Mesh::ATTRIBUTE_NORMAL) {
            attributes.push(Mesh::ATTRIBUTE_NORMAL.at_shader_location(1));
        }
        descriptor.vertex.buffers = vec![layout.0.get_layout(&attributes)?];
        descriptor.vertex.shader = POINT_SHADER;
        let defs = ["POINTS", "VERTEX_UVS", "VERTEX_UVS_A", "VERTEX_COLORS"];
        descriptor.vertex.shader_defs.extend(defs.map(Into::into));
        if let Some(fragment) = &mut descriptor.fragment {
            fragment.shader_defs.extend(defs.map(Into::into));
        }
        descriptor.primitive.cull_mode = None;
        Ok(())
    }
}

/// Gives packed attributes the places of the engine's own ones. The passes of depth and shadows need positions only, which
/// the engine has set up already.
fn specialize_packed(
    descriptor: &mut RenderPipelineDescriptor,
    layout: &MeshVertexBufferLayoutRef,
) -> Result<(), SpecializedMeshPipelineError> {
    let has = |attribute: MeshVertexAttribute| layout.0.contains(attribute);
    let prepass = descriptor.vertex.shader_defs.contains(&"PREPASS_PIPELINE".into());
    if prepass || !has(ATTRIBUTE_NORMAL_PACKED) {
        return Ok(());
    }
    let mut attributes =
        vec![Mesh::ATTRIBUTE_POSITION.at_shader_location(0), ATTRIBUTE_NORMAL_PACKED.at_shader_location(1)];
    let mut defs = vec!["VERTEX_NORMALS"];
    if has(Mesh::ATTRIBUTE_UV_0) {
        attributes.push(Mesh::ATTRIBUTE_UV_0.at_shader_location(2));
    }
    if has(Mesh::ATTRIBUTE_UV_1) {
        attributes.push(Mesh::ATTRIBUTE_UV_1.at_shader_location(3));
    } else if has(ATTRIBUTE_SURFACE) {
        attributes.push(ATTRIBUTE_SURFACE.at_shader_location(3));
        // Not VERTEX_UVS, which would promise texture coordinates.
        defs.extend(["VERTEX_UVS_B", "SURFACE_CLASS"]);
    }
    if has(ATTRIBUTE_COLOR_PACKED) {
        attributes.push(ATTRIBUTE_COLOR_PACKED.at_shader_location(5));
        defs.push("VERTEX_COLORS");
    }
    descriptor.vertex.buffers = vec![layout.0.get_layout(&attributes)?];
    descriptor.vertex.shader_defs.extend(defs.iter().map(|&def| def.into()));
    if let Some(fragment) = &mut descriptor.fragment {
        fragment.shader_defs.extend(defs.iter().map(|&def| def.into()));
    }
    Ok(())
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
    let mut shaders = app.world_mut().resource_mut::<Assets<Shader>>();
    for (handle, source, path) in [
        (SHADER, include_str!("../../shaders/tile.wgsl"), "shaders/tile.wgsl"),
        (GRAIN_SHADER, include_str!("../../shaders/grain.wgsl"), "shaders/grain.wgsl"),
        (POINT_SHADER, include_str!("../../shaders/point.wgsl"), "shaders/point.wgsl"),
    ] {
        if let Err(error) = shaders.insert(&handle, Shader::from_wgsl(source, path)) {
            error!("{path} can't be installed: {error}");
        }
    }
}
