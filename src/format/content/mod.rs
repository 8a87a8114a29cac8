//! What a tile or a model holds once its bytes are read: engine-free geometry, materials, textures and features.
//!
//! All readers (glTF, b3dm, i3dm, pnts, cmpt) give the same [`Content`], so that the view, picking and `check` know
//! one form only.
//!
//! # Frames
//! Vertex positions are f32 metres in the *part frame*. `content_from_part` (f64) takes them to the *content frame*,
//! which is the tile's frame as 3D Tiles means it: z up for tiles (the y-up to z-up rotation of glTF, CESIUM_RTC,
//! RTC_CENTER and all node transforms are already inside `content_from_part`). Readers choose the part frame's origin
//! near the middle of the part's vertices, so that f32 is exact to well below a millimetre wherever the tile lies.

use glam::{DAffine3, DMat3, DVec3, Vec2, Vec3};
use std::sync::Arc;

use super::issue::Issues;

pub mod b3dm;
mod batch_table;
pub mod cmpt;
pub mod data_uri;
pub mod decode;
mod feature_table;
pub mod gltf;
pub mod i3dm;
pub mod image;
pub mod metadata;
mod number;
mod oct;
pub mod pnts;
mod tile_header;

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod real_tiles_tests;
#[cfg(test)]
mod test_tiles;

/// Which axis of a model's own frame points up. 3D Tiles say it for their glTF in `asset.gltfUpAxis`; glTF itself is y up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum UpAxis {
    X,
    #[default]
    Y,
    Z,
}

impl UpAxis {
    /// The rotation that turns this axis to +z (3D Tiles 1.1, section "glTF transforms": y up becomes z up by +90° about x;
    /// x up by -90° about y).
    pub fn z_up_from_model(self) -> DMat3 {
        match self {
            UpAxis::X => DMat3::from_cols(DVec3::Z, DVec3::Y, DVec3::NEG_X),
            UpAxis::Y => DMat3::from_cols(DVec3::X, DVec3::Z, DVec3::NEG_Y),
            UpAxis::Z => DMat3::IDENTITY,
        }
    }
}

/// A decoded tile content or model.
#[derive(Debug, Clone, Default)]
pub struct Content {
    pub parts: Vec<Part>,
    pub materials: Vec<Material>,
    pub textures: Vec<Texture>,
    /// Property tables: EXT_structural_metadata tables, or the batch table of a 1.0 tile (then exactly one).
    pub tables: Vec<PropertyTable>,
    /// `asset.copyright` of the glTF, entries split at `;`, to be shown as attribution.
    pub copyrights: Vec<String>,
    pub issues: Issues,
}

/// One draw: a geometry with one material, once or many times.
///
/// Triangles wind counter-clockwise seen from their front once `content_from_part * part_from_instance` is applied:
/// readers bake mirroring and shear into the vertices, so that this product keeps handedness. Its columns are orthogonal
/// where the part has no instances (a translation, rotation and scale say it all).
#[derive(Debug, Clone)]
pub struct Part {
    /// The glTF node's name (or its mesh's), empty if it has none.
    pub name: String,
    pub content_from_part: DAffine3,
    pub geometry: Arc<Geometry>,
    /// Index into [`Content::materials`].
    pub material: usize,
    /// Many copies (i3dm, EXT_mesh_gpu_instancing). A copy's transform is
    /// `content_from_part * part_from_instance`. Empty: one copy, as it is.
    pub instances: Vec<Instance>,
    /// The feature id sets of EXT_mesh_features / EXT_instance_features / `_BATCHID`, at most [`Part::MAX_FEATURE_SETS`].
    pub feature_sets: Vec<FeatureIdSet>,
}

impl Part {
    pub const MAX_FEATURE_SETS: usize = 8;
}

/// One copy of a part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Instance {
    pub part_from_instance: DAffine3,
}

/// Which feature of which table a vertex, texel or instance belongs to.
#[derive(Debug, Clone)]
pub struct FeatureIdSet {
    /// EXT_mesh_features `label`; empty if it has none.
    pub label: String,
    pub feature_count: u32,
    /// The id that means "no feature".
    pub null_feature_id: Option<u32>,
    /// Index into [`Content::tables`].
    pub table: Option<usize>,
    pub ids: FeatureIds,
}

#[derive(Debug, Clone)]
pub enum FeatureIds {
    /// One id a vertex.
    Vertex(Arc<[u32]>),
    /// One id an instance (of [`Part::instances`]).
    Instance(Arc<[u32]>),
    /// The vertex's index is its feature id (EXT_mesh_features "implicit").
    Implicit,
    /// Ids in a texture's channels (index into [`Content::textures`], which channels make the id, little end first).
    Texture { texture: usize, channels: Vec<u8>, tex_coord: usize },
    /// The whole part is this one feature.
    Constant(u32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Topology {
    #[default]
    Triangles,
    Lines,
    Points,
}

/// Vertices and indices. All attribute vectors are empty or as long as `positions`; readers guarantee it, and that
/// every index is below `positions.len()`, that all positions are finite, and that triangles have 3 indices, lines 2.
#[derive(Debug, Clone, Default)]
pub struct Geometry {
    pub topology: Topology,
    /// Metres, part frame.
    pub positions: Vec<Vec3>,
    /// Unit length, part frame; readers leave it empty where the source has none (the view then makes flat normals).
    pub normals: Vec<Vec3>,
    pub uv0: Vec<Vec2>,
    pub uv1: Vec<Vec2>,
    /// Linear RGBA, 0..=1.
    pub colors: Vec<[f32; 4]>,
    /// The attribute `_SURFACE` of tiles that Mirante baked: class of the surface (`crate::bake::mesh::Surface`) and light of
    /// street lamps, 0..=255.
    pub surfaces: Vec<[u8; 2]>,
    /// Empty for `Points` without indices: every vertex once.
    pub indices: Vec<u32>,
    /// Pixels; only for points (`3DTILES` point size hints are kept at 0 = the view's choice).
    pub point_size_px: f32,
}

impl Geometry {
    /// The box around all positions in the part frame; `None` without vertices.
    pub fn aabb(&self) -> Option<(Vec3, Vec3)> {
        let first = *self.positions.first()?;
        Some(self.positions.iter().fold((first, first), |(lo, hi), &p| (lo.min(p), hi.max(p))))
    }

    /// How much memory the vectors hold, in bytes.
    pub fn byte_size(&self) -> usize {
        self.positions.len() * 12
            + self.normals.len() * 12
            + (self.uv0.len() + self.uv1.len()) * 8
            + self.surfaces.len() * 2
            + self.colors.len() * 16
            + self.indices.len() * 4
    }

    /// Triangles, lines or points in one copy.
    pub fn primitive_count(&self) -> usize {
        match self.topology {
            Topology::Triangles => self.indices.len() / 3,
            Topology::Lines => self.indices.len() / 2,
            Topology::Points if self.indices.is_empty() => self.positions.len(),
            Topology::Points => self.indices.len(),
        }
    }
}

/// Metallic-roughness material as glTF 2.0 (section 3.9) defines it.
#[derive(Debug, Clone, PartialEq)]
pub struct Material {
    pub name: String,
    /// Linear RGBA.
    pub base_color: [f32; 4],
    pub base_color_texture: Option<TextureRef>,
    pub metallic: f32,
    pub roughness: f32,
    pub metallic_roughness_texture: Option<TextureRef>,
    pub normal_texture: Option<TextureRef>,
    pub normal_scale: f32,
    pub occlusion_texture: Option<TextureRef>,
    /// Linear RGB.
    pub emissive: [f32; 3],
    pub emissive_texture: Option<TextureRef>,
    pub alpha: AlphaMode,
    pub double_sided: bool,
    /// KHR_materials_unlit.
    pub unlit: bool,
}

impl Default for Material {
    fn default() -> Self {
        Self {
            name: String::new(),
            base_color: [1.0; 4],
            base_color_texture: None,
            metallic: 1.0,
            roughness: 1.0,
            metallic_roughness_texture: None,
            normal_texture: None,
            normal_scale: 1.0,
            occlusion_texture: None,
            emissive: [0.0; 3],
            emissive_texture: None,
            alpha: AlphaMode::Opaque,
            double_sided: false,
            unlit: false,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AlphaMode {
    Opaque,
    /// Drawn where alpha is at least the cutoff.
    Mask(f32),
    Blend,
}

/// A use of a texture by a material.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TextureRef {
    /// Index into [`Content::textures`].
    pub texture: usize,
    /// 0 or 1: which of the geometry's UV sets.
    pub tex_coord: usize,
    /// KHR_texture_transform: `uv' = offset + R(rotation) * (scale * uv)`, rotation in radians.
    pub offset: Vec2,
    pub rotation_rad: f32,
    pub scale: Vec2,
}

/// An image with its sampler, decoded.
#[derive(Debug, Clone)]
pub struct Texture {
    pub image: Arc<TextureImage>,
    pub wrap_u: Wrap,
    pub wrap_v: Wrap,
    pub mag_linear: bool,
    pub min_linear: bool,
    /// Whether the sampler asks for mipmaps (the view makes them where the image has none).
    pub mipmaps: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wrap {
    ClampToEdge,
    MirroredRepeat,
    Repeat,
}

/// Pixels of all mip levels, level 0 first, tightly packed, top row first.
///
/// Colour space is the use's, not the image's: base colour and emissive are sRGB, the others linear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextureImage {
    pub width_px: u32,
    pub height_px: u32,
    pub mip_count: u32,
    pub format: TextureFormat,
    pub data: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextureFormat {
    Rgba8,
    /// BC7, from KTX2/UASTC where the transcoder gives it; the view needs the GPU's `TEXTURE_COMPRESSION_BC`.
    Bc7,
}

/// Named columns of values, one row a feature.
#[derive(Debug, Clone, Default)]
pub struct PropertyTable {
    pub name: String,
    /// EXT_structural_metadata class id, empty for batch tables.
    pub class: String,
    pub count: u32,
    pub properties: Vec<Property>,
}

impl PropertyTable {
    /// Name and value of every property of one feature; out of range gives nothing.
    pub fn row(&self, feature: u32) -> Vec<(&str, serde_json::Value)> {
        if feature >= self.count {
            return Vec::new();
        }
        self.properties.iter().filter_map(|p| Some((p.name.as_str(), p.values.get(feature as usize)?))).collect()
    }
}

#[derive(Debug, Clone)]
pub struct Property {
    /// The schema's human name if it has one, else its id.
    pub name: String,
    /// The id in the class or the batch table.
    pub id: String,
    /// EXT_structural_metadata `semantic`, or empty.
    pub semantic: String,
    pub values: Column,
}

/// A column's values. Small forms for the common cases; everything else (arrays, matrices, objects) as JSON.
/// `noData` is `Null` in JSON columns and gives `None` from [`Column::get`] where a default is absent.
#[derive(Debug, Clone)]
pub enum Column {
    I64(Vec<i64>),
    U64(Vec<u64>),
    F64(Vec<f64>),
    Bool(Vec<bool>),
    Text(Vec<Arc<str>>),
    Json(Vec<serde_json::Value>),
}

impl Column {
    pub fn get(&self, row: usize) -> Option<serde_json::Value> {
        use serde_json::Value;
        match self {
            Column::I64(v) => v.get(row).map(|&x| Value::from(x)),
            Column::U64(v) => v.get(row).map(|&x| Value::from(x)),
            Column::F64(v) => v.get(row).map(|&x| Value::from(x)),
            Column::Bool(v) => v.get(row).map(|&x| Value::from(x)),
            Column::Text(v) => v.get(row).map(|x| Value::from(&**x)),
            Column::Json(v) => v.get(row).filter(|x| !x.is_null()).cloned(),
        }
    }
}

impl Content {
    /// How much memory the content holds on the CPU, in bytes: geometry and texture pixels, each shared one once.
    pub fn byte_size(&self) -> usize {
        let mut seen = std::collections::HashSet::new();
        let geometry: usize = self
            .parts
            .iter()
            .filter(|p| seen.insert(Arc::as_ptr(&p.geometry) as usize))
            .map(|p| p.geometry.byte_size())
            .sum();
        let instances: usize = self.parts.iter().map(|p| p.instances.len() * std::mem::size_of::<Instance>()).sum();
        let images: usize = self
            .textures
            .iter()
            .filter(|t| seen.insert(Arc::as_ptr(&t.image) as usize))
            .map(|t| t.image.data.len())
            .sum();
        geometry + instances + images
    }

    /// The least and greatest corner of the box around everything, content frame, metres; `None` if it is empty.
    pub fn bounds(&self) -> Option<(DVec3, DVec3)> {
        let mut lo = DVec3::INFINITY;
        let mut hi = DVec3::NEG_INFINITY;
        for part in &self.parts {
            let Some((part_lo, part_hi)) = part.geometry.aabb() else { continue };
            let one = [Instance { part_from_instance: DAffine3::IDENTITY }];
            let copies = if part.instances.is_empty() { &one[..] } else { &part.instances };
            for copy in copies {
                let content_from_copy = part.content_from_part * copy.part_from_instance;
                for corner in 0..8 {
                    let pick = |bit: u32, a: f32, b: f32| if corner & bit == 0 { a } else { b };
                    let p = Vec3::new(
                        pick(1, part_lo.x, part_hi.x),
                        pick(2, part_lo.y, part_hi.y),
                        pick(4, part_lo.z, part_hi.z),
                    );
                    let q = content_from_copy.transform_point3(p.as_dvec3());
                    lo = lo.min(q);
                    hi = hi.max(q);
                }
            }
        }
        (lo.x <= hi.x).then_some((lo, hi))
    }
}
