//! From decoded content to what the GPU takes: meshes, textures, materials. Runs on a worker.
//!
//! # Frames
//! All vertices of a content end up in one *level frame*: origin at the middle of the content, x east, y up, z south
//! there. All transforms of the file (also scale and shear) are applied here in f64, so that an entity needs a rigid
//! pose only, and parts with the same material become one mesh, that is one draw.

use bevy::asset::RenderAssetUsages;
use bevy::camera::primitives::Aabb;
use bevy::image::{Image, ImageAddressMode, ImageFilterMode, ImageSampler, ImageSamplerDescriptor};
use bevy::mesh::{Indices, Mesh, PrimitiveTopology, UvChannel};
use bevy::prelude::*;
use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat};
use glam::{DAffine3, DMat3, DVec3};
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::format::content::{
    AlphaMode, Content, Geometry, Instance, Material, Part, TextureFormat as ContentTextureFormat, TextureRef,
    Topology, Wrap,
};
use crate::geo::wgs84;
use crate::view::space::EcefPose;

/// A content ready for the GPU.
pub struct Prepared {
    pub pose: EcefPose,
    pub surfaces: Surfaces,
    /// Kept for picking: geometry and property tables, without pixels.
    pub content: Arc<Content>,
    pub ecef_from_content: DAffine3,
    /// What it holds on the GPU and what stays on the CPU, bytes.
    pub bytes: u64,
    pub triangles: u64,
    /// Lowest point, metres above the ellipsoid; infinite without geometry.
    pub lowest_m: f64,
}

/// Meshes with the materials and images that they use.
pub struct Surfaces {
    pub meshes: Vec<PreparedMesh>,
    pub materials: Vec<PreparedMaterial>,
    pub images: Vec<Image>,
}

pub struct PreparedMesh {
    pub mesh: Mesh,
    pub aabb: Aabb,
    /// Index into [`Surfaces::materials`].
    pub material: usize,
    pub topology: Topology,
    pub bytes: u64,
}

/// A standard material whose textures are indices into [`Surfaces::images`].
#[derive(Clone)]
pub struct PreparedMaterial {
    pub base: StandardMaterial,
    pub base_color: Option<usize>,
    pub metallic_roughness: Option<usize>,
    pub emissive: Option<usize>,
    pub occlusion: Option<usize>,
}

impl PreparedMaterial {
    pub fn is_textured(&self) -> bool {
        [self.base_color, self.metallic_roughness, self.emissive, self.occlusion].iter().any(Option::is_some)
    }
}

/// How bright an emissive of 1 shines, cd/m²: a lit window at night.
pub const EMISSIVE_LUMINANCE: f32 = 6.0;

/// Makes meshes, materials and images of a content that stands at `ecef_from_content`.
pub fn prepare(mut content: Content, ecef_from_content: DAffine3) -> Prepared {
    let middle = content.bounds().map_or(DVec3::ZERO, |(lo, hi)| 0.5 * (lo + hi));
    let pose = EcefPose::level(ecef_from_content.transform_point3(middle));
    let surfaces = surfaces(&content, pose.affine().inverse() * ecef_from_content);
    let triangles = surfaces
        .meshes
        .iter()
        .filter(|m| m.topology == Topology::Triangles)
        .map(|m| m.mesh.indices().map_or(0, Indices::len) as u64 / 3)
        .sum();
    let on_gpu: u64 = surfaces.meshes.iter().map(|m| m.bytes).sum::<u64>()
        + surfaces.images.iter().map(|i| i.data.as_ref().map_or(0, Vec::len) as u64).sum::<u64>();
    let height_m = wgs84::geodetic_from_ecef(pose.pos_ecef).height_m;
    let lowest_m = surfaces.meshes.iter().fold(f64::INFINITY, |low, m| low.min(height_m + f64::from(m.aabb.min().y)));
    content.textures.clear();
    let bytes = on_gpu + content.byte_size() as u64;
    Prepared { pose, surfaces, content: Arc::new(content), ecef_from_content, bytes, triangles, lowest_m }
}

/// All surfaces of a content in a local frame of Bevy's axes (y up); `local_from_content` may scale and shear.
pub fn surfaces(content: &Content, local_from_content: DAffine3) -> Surfaces {
    let mut merged: BTreeMap<(usize, u8), Merged> = BTreeMap::new();
    for part in &content.parts {
        let key = (part.material, part.geometry.topology as u8);
        merged.entry(key).or_default().add(part, local_from_content);
    }
    let mut images = Vec::new();
    let mut uses = BTreeMap::new();
    let mut materials: Vec<PreparedMaterial> =
        content.materials.iter().map(|m| material(m, content, &mut images, &mut uses)).collect();
    // For parts whose material is missing.
    let fallback = materials.len();
    materials.push(PreparedMaterial {
        base: StandardMaterial { perceptual_roughness: 0.9, ..default() },
        base_color: None,
        metallic_roughness: None,
        emissive: None,
        occlusion: None,
    });
    let meshes =
        merged.into_iter().filter_map(|((material, _), merged)| merged.into_mesh(material.min(fallback))).collect();
    Surfaces { meshes, materials, images }
}

/// Parts of one material and topology on the way to one mesh.
#[derive(Default)]
struct Merged {
    topology: Topology,
    positions: Vec<[f32; 3]>,
    normals: Vec<[f32; 3]>,
    uv0: Vec<[f32; 2]>,
    uv1: Vec<[f32; 2]>,
    colors: Vec<[f32; 4]>,
    indices: Vec<u32>,
    has: Has,
}

#[derive(Default, Clone, Copy)]
struct Has {
    uv0: bool,
    uv1: bool,
    colors: bool,
}

impl Merged {
    /// More vertices than this in one mesh and a part is left out: nothing real comes near it, hostile counts do.
    const MAX_VERTICES: usize = 16_000_000;

    fn add(&mut self, part: &Part, level_from_content: DAffine3) {
        let geometry = &*part.geometry;
        self.topology = geometry.topology;
        let one = [Instance { part_from_instance: DAffine3::IDENTITY }];
        let copies = if part.instances.is_empty() { &one[..] } else { &part.instances[..] };
        for copy in copies {
            if self.positions.len() + geometry.positions.len().max(geometry.indices.len()) > Self::MAX_VERTICES {
                return;
            }
            self.add_copy(geometry, level_from_content * part.content_from_part * copy.part_from_instance);
        }
    }

    fn add_copy(&mut self, geometry: &Geometry, level_from_part: DAffine3) {
        let flat = geometry.topology == Topology::Triangles && geometry.normals.is_empty();
        let mirrored = level_from_part.matrix3.determinant() < 0.0;
        let first = self.positions.len() as u32;
        let order: Vec<u32> =
            if flat { geometry.indices.clone() } else { (0..geometry.positions.len() as u32).collect() };
        let at = |i: u32| level_from_part.transform_point3(geometry.positions[i as usize].as_dvec3()).as_vec3();
        self.positions.extend(order.iter().map(|&i| at(i).to_array()));
        if flat {
            let start = first as usize;
            for triangle in 0..order.len() / 3 {
                let corner = |k: usize| Vec3::from(self.positions[start + triangle * 3 + k]);
                let sign = if mirrored { -1.0 } else { 1.0 };
                let normal = (corner(1) - corner(0)).cross(corner(2) - corner(0)).normalize_or(Vec3::Y) * sign;
                self.normals.extend([normal.to_array(); 3]);
            }
            self.normals.resize(self.positions.len(), [0.0, 1.0, 0.0]);
            self.indices.extend((0..order.len() as u32).map(|i| first + i));
        } else {
            let normal_matrix = normal_matrix(level_from_part.matrix3);
            if geometry.normals.is_empty() {
                self.normals.extend(order.iter().map(|_| [0.0, 1.0, 0.0]));
            } else {
                self.normals.extend(
                    geometry
                        .normals
                        .iter()
                        .map(|n| (normal_matrix * n.as_dvec3()).normalize_or(DVec3::Y).as_vec3().to_array()),
                );
            }
            if geometry.indices.is_empty() {
                self.indices.extend(order.iter().map(|i| first + i));
            } else {
                self.indices.extend(geometry.indices.iter().map(|i| first + i));
            }
        }
        if mirrored && geometry.topology == Topology::Triangles {
            let start = self.indices.len() - self.indices.len().min(index_count(geometry));
            for triangle in self.indices[start..].as_chunks_mut::<3>().0 {
                triangle.swap(1, 2);
            }
        }
        self.has.uv0 |= extend(&mut self.uv0, &geometry.uv0, &order, self.positions.len(), [0.0; 2], |v| v.to_array());
        self.has.uv1 |= extend(&mut self.uv1, &geometry.uv1, &order, self.positions.len(), [0.0; 2], |v| v.to_array());
        self.has.colors |= extend(&mut self.colors, &geometry.colors, &order, self.positions.len(), [1.0; 4], |c| *c);
    }

    fn into_mesh(self, material: usize) -> Option<PreparedMesh> {
        if self.positions.is_empty() || self.indices.is_empty() {
            return None;
        }
        let (lo, hi) = self.positions.iter().fold((Vec3::INFINITY, Vec3::NEG_INFINITY), |(lo, hi), p| {
            let p = Vec3::from(*p);
            (lo.min(p), hi.max(p))
        });
        let topology = match self.topology {
            Topology::Triangles => PrimitiveTopology::TriangleList,
            Topology::Lines => PrimitiveTopology::LineList,
            Topology::Points => PrimitiveTopology::PointList,
        };
        let vertices = self.positions.len() as u64;
        let mut stride = 24;
        let mut mesh = Mesh::new(topology, RenderAssetUsages::RENDER_WORLD);
        mesh.insert_attribute(Mesh::ATTRIBUTE_POSITION, self.positions);
        mesh.insert_attribute(Mesh::ATTRIBUTE_NORMAL, self.normals);
        if self.has.uv0 {
            stride += 8;
            mesh.insert_attribute(Mesh::ATTRIBUTE_UV_0, self.uv0);
        }
        if self.has.uv1 {
            stride += 8;
            mesh.insert_attribute(Mesh::ATTRIBUTE_UV_1, self.uv1);
        }
        if self.has.colors {
            stride += 16;
            mesh.insert_attribute(Mesh::ATTRIBUTE_COLOR, self.colors);
        }
        let bytes = vertices * stride + self.indices.len() as u64 * 4;
        mesh.insert_indices(Indices::U32(self.indices));
        Some(PreparedMesh { mesh, aabb: Aabb::from_min_max(lo, hi), material, topology: self.topology, bytes })
    }
}

fn index_count(geometry: &Geometry) -> usize {
    if geometry.indices.is_empty() { geometry.positions.len() } else { geometry.indices.len() }
}

/// Inverse transpose; a degenerate matrix leaves normals as they are.
fn normal_matrix(m: DMat3) -> DMat3 {
    if m.determinant().abs() < 1e-30 { DMat3::IDENTITY } else { m.inverse().transpose() }
}

/// Adds one attribute for the vertices of `order`, or the default where the geometry has none. True if it had some.
fn extend<S, T: Copy>(
    into: &mut Vec<T>,
    from: &[S],
    order: &[u32],
    len_after: usize,
    default: T,
    convert: impl Fn(&S) -> T,
) -> bool {
    if from.is_empty() {
        into.resize(len_after, default);
        return false;
    }
    into.resize(len_after - order.len(), default);
    into.extend(order.iter().map(|&i| convert(&from[i as usize])));
    true
}

fn material(
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
        .or(source.occlusion_texture);
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

fn image(texture: &crate::format::content::Texture, srgb: bool) -> Option<Image> {
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
