//! The camera entity: how the picture that the eye sees is made.

use bevy::core_pipeline::tonemapping::Tonemapping;
use bevy::prelude::*;
use bevy::render::render_resource::TextureUsages;

use super::space::{EyeCamera, NEAR_M};

/// The camera that shows what the eye sees.
pub fn camera_bundle() -> impl Bundle {
    (
        EyeCamera,
        Camera3d {
            depth_texture_usages: (TextureUsages::RENDER_ATTACHMENT | TextureUsages::TEXTURE_BINDING).into(),
            ..default()
        },
        Camera { clear_color: ClearColorConfig::Custom(Color::BLACK), ..default() },
        bevy::camera::Hdr,
        Msaa::Off,
        Tonemapping::AcesFitted,
        bevy::anti_alias::smaa::Smaa::default(),
        Projection::Perspective(PerspectiveProjection { near: NEAR_M, ..default() }),
        super::sky::camera_bundle(),
    )
}
