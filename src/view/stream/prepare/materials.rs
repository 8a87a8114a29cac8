//! glTF materials as the engine's, textures with the mip levels that they lack.

use bevy::asset::RenderAssetUsages;
use bevy::image::{Image, ImageAddressMode, ImageFilterMode, ImageSampler, ImageSamplerDescriptor};
use bevy::mesh::UvChannel;
use bevy::prelude::*;
use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat};
use std::collections::BTreeMap;

use super::{EMISSIVE_LUMINANCE, PreparedMaterial};
use crate::format::content::{
    AlphaMode, Content, Material, Texture, TextureFormat as ContentTextureFormat, TextureRef, Wrap,
};

/// One material; its textures go into `images`, each use (texture, whether its values are sRGB) once.
pub fn prepare(
    source: &Material,
    content: &Content,
    images: &mut Vec<Image>,
    uses: &mut BTreeMap<(usize, bool), usize>,
) -> PreparedMaterial {
    let [r, g, b, a] = source.base_color;
    let emissive = Vec3::from(source.emissive) * EMISSIVE_LUMINANCE;
    let first_use = source
        .base_color_texture
        .or(source.metallic_roughness_texture)
        .or(source.emissive_texture)
        .or(source.occlusion_texture)
        .or(source.normal_texture);
    let mut base = StandardMaterial {
        base_color: Color::linear_rgba(r, g, b, a),
        metallic: source.metallic,
        perceptual_roughness: source.roughness.clamp(0.089, 1.0),
        emissive: LinearRgba::rgb(emissive.x, emissive.y, emissive.z),
        emissive_exposure_weight: 1.0,
        unlit: source.unlit,
        double_sided: source.double_sided,
        cull_mode: if source.double_sided { None } else { Some(bevy::render::render_resource::Face::Back) },
        alpha_mode: match source.alpha {
            AlphaMode::Opaque => bevy::prelude::AlphaMode::Opaque,
            AlphaMode::Mask(cutoff) => bevy::prelude::AlphaMode::Mask(cutoff),
            AlphaMode::Blend => bevy::prelude::AlphaMode::Blend,
        },
        ..default()
    };
    if let Some(texture) = first_use {
        base.uv_transform = uv_transform(&texture);
    }
    let channel = |t: Option<TextureRef>| match t.map(|t| t.tex_coord) {
        Some(1) => UvChannel::Uv1,
        _ => UvChannel::Uv0,
    };
    base.base_color_channel = channel(source.base_color_texture);
    base.metallic_roughness_channel = channel(source.metallic_roughness_texture);
    base.emissive_channel = channel(source.emissive_texture);
    base.occlusion_channel = channel(source.occlusion_texture);
    base.normal_map_channel = channel(source.normal_texture);
    let mut index = |texture: Option<TextureRef>, srgb: bool| {
        let texture = texture?.texture;
        if let Some(&known) = uses.get(&(texture, srgb)) {
            return Some(known);
        }
        let image = image(content.textures.get(texture)?, srgb)?;
        images.push(image);
        uses.insert((texture, srgb), images.len() - 1);
        Some(images.len() - 1)
    };
    PreparedMaterial {
        base_color: index(source.base_color_texture, true),
        metallic_roughness: index(source.metallic_roughness_texture, false),
        emissive: index(source.emissive_texture, true),
        occlusion: index(source.occlusion_texture, false),
        // Tangents are made for the first set of texture coordinates.
        normal: index(source.normal_texture.filter(|t| t.tex_coord == 0), false),
        base,
    }
}

fn uv_transform(texture: &TextureRef) -> bevy::math::Affine2 {
    // glTF's rotation turns the other way in an image with v downwards: KHR_texture_transform gives the matrix.
    let (s, c) = texture.rotation_rad.sin_cos();
    let matrix = bevy::math::Mat2::from_cols(
        Vec2::new(c * texture.scale.x, -s * texture.scale.x),
        Vec2::new(s * texture.scale.y, c * texture.scale.y),
    );
    bevy::math::Affine2::from_mat2_translation(matrix, texture.offset)
}

fn image(texture: &Texture, srgb: bool) -> Option<Image> {
    let source = &*texture.image;
    let format = match (source.format, srgb) {
        (ContentTextureFormat::Rgba8, true) => TextureFormat::Rgba8UnormSrgb,
        (ContentTextureFormat::Rgba8, false) => TextureFormat::Rgba8Unorm,
        (ContentTextureFormat::Bc7, true) => TextureFormat::Bc7RgbaUnormSrgb,
        (ContentTextureFormat::Bc7, false) => TextureFormat::Bc7RgbaUnorm,
    };
    let (data, mips) = if texture.mipmaps && source.mip_count == 1 && source.format == ContentTextureFormat::Rgba8 {
        with_mips(&source.data, source.width_px, source.height_px, srgb)
    } else {
        (source.data.clone(), source.mip_count.max(1))
    };
    let mut image = Image::new_uninit(
        Extent3d { width: source.width_px, height: source.height_px, depth_or_array_layers: 1 },
        TextureDimension::D2,
        format,
        RenderAssetUsages::RENDER_WORLD,
    );
    image.texture_descriptor.mip_level_count = mips;
    image.data = Some(data);
    let address = |wrap: Wrap| match wrap {
        Wrap::ClampToEdge => ImageAddressMode::ClampToEdge,
        Wrap::MirroredRepeat => ImageAddressMode::MirrorRepeat,
        Wrap::Repeat => ImageAddressMode::Repeat,
    };
    let filter = |linear: bool| if linear { ImageFilterMode::Linear } else { ImageFilterMode::Nearest };
    let anisotropic = texture.mag_linear && texture.min_linear && mips > 1;
    image.sampler = ImageSampler::Descriptor(ImageSamplerDescriptor {
        address_mode_u: address(texture.wrap_u),
        address_mode_v: address(texture.wrap_v),
        mag_filter: filter(texture.mag_linear),
        min_filter: filter(texture.min_linear),
        mipmap_filter: filter(mips > 1),
        anisotropy_clamp: if anisotropic { 8 } else { 1 },
        ..default()
    });
    Some(image)
}

/// Appends all smaller levels, each the mean of 2 x 2 texels in linear light.
fn with_mips(data: &[u8], width: u32, height: u32, srgb: bool) -> (Vec<u8>, u32) {
    let to_linear: Vec<f32> = (0..256)
        .map(|v| {
            let x = v as f32 / 255.0;
            if !srgb {
                x
            } else if x <= 0.04045 {
                x / 12.92
            } else {
                ((x + 0.055) / 1.055).powf(2.4)
            }
        })
        .collect();
    // Back by table: 4,096 steps keep dark tones within one 8-bit step.
    let from_linear: Vec<u8> = (0..=4096)
        .map(|v| {
            let x = v as f32 / 4096.0;
            let y = if !srgb {
                x
            } else if x <= 0.003_130_8 {
                x * 12.92
            } else {
                1.055 * x.powf(1.0 / 2.4) - 0.055
            };
            (y * 255.0 + 0.5) as u8
        })
        .collect();
    let mut all = data.to_vec();
    let (mut w, mut h, mut start, mut mips) = (width as usize, height as usize, 0, 1);
    while w > 1 || h > 1 {
        let (nw, nh) = ((w / 2).max(1), (h / 2).max(1));
        let mut level = Vec::with_capacity(nw * nh * 4);
        for y in 0..nh {
            for x in 0..nw {
                for channel in 0..4 {
                    let texel = |dx: usize, dy: usize| {
                        let (sx, sy) = ((x * 2 + dx).min(w - 1), (y * 2 + dy).min(h - 1));
                        usize::from(all[start + (sy * w + sx) * 4 + channel])
                    };
                    let four = [texel(0, 0), texel(1, 0), texel(0, 1), texel(1, 1)];
                    if channel == 3 {
                        level.push((four.iter().sum::<usize>() / 4) as u8);
                    } else {
                        let mean = four.iter().map(|&v| to_linear[v]).sum::<f32>() / 4.0;
                        level.push(from_linear[(mean * 4096.0) as usize]);
                    }
                }
            }
        }
        start += w * h * 4;
        all.extend_from_slice(&level);
        (w, h, mips) = (nw, nh, mips + 1);
    }
    (all, mips)
}
