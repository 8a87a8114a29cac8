//! The JSON of a glTF 2.0 (glTF 2.0, chapter 5: properties reference), as far as this reader uses it.
//!
//! Own structures rather than the `gltf` crate's: that one keeps node matrices as f32, which moves what stands at
//! 6.4e6 m by half a metre, refuses files with a required extension that it does not know, and without validation panics
//! on indices that point nowhere. Here every index is a plain number that is looked up with `get`.
//! Unknown keys are ignored; extensions stay JSON until someone asks for them by name.

use serde::de::{DeserializeOwned, Error, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

use crate::format::issue::{Issue, Issues};

pub type Extensions = serde_json::Map<String, Value>;

/// A count, offset, index or enum number. Some writers write `1.0` for `1`; glTF lets readers take it (section 2.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Uint(pub usize);

impl<'de> Deserialize<'de> for Uint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;
        impl Visitor<'_> for Number {
            type Value = Uint;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an integer from 0 up")
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Uint, E> {
                usize::try_from(value).map(Uint).map_err(|_| E::custom("number too large"))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Uint, E> {
                usize::try_from(value)
                    .map(Uint)
                    .map_err(|_| E::custom("negative number, expected an integer from 0 up"))
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Uint, E> {
                if value.fract() == 0.0 && (0.0..=u32::MAX as f64).contains(&value) {
                    Ok(Uint(value as usize))
                } else {
                    Err(E::custom("fractional or negative number, expected an integer from 0 up"))
                }
            }
        }
        deserializer.deserialize_any(Number)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Document {
    pub asset: Asset,
    pub scene: Option<Uint>,
    pub scenes: Vec<Scene>,
    pub nodes: Vec<Node>,
    pub meshes: Vec<Mesh>,
    pub skins: Vec<Skin>,
    pub accessors: Vec<Accessor>,
    pub buffer_views: Vec<BufferView>,
    pub buffers: Vec<Buffer>,
    pub materials: Vec<Material>,
    pub textures: Vec<Texture>,
    pub images: Vec<Image>,
    pub samplers: Vec<Sampler>,
    pub extensions_used: Vec<String>,
    pub extensions_required: Vec<String>,
    pub extensions: Extensions,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Asset {
    pub version: String,
    pub min_version: Option<String>,
    pub copyright: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Scene {
    pub nodes: Vec<Uint>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Node {
    pub name: String,
    pub children: Vec<Uint>,
    pub mesh: Option<Uint>,
    pub skin: Option<Uint>,
    /// Column-major, f64 as the text has it.
    pub matrix: Option<[f64; 16]>,
    pub translation: Option<[f64; 3]>,
    pub rotation: Option<[f64; 4]>,
    pub scale: Option<[f64; 3]>,
    pub weights: Vec<f64>,
    pub extensions: Extensions,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Mesh {
    pub name: String,
    pub primitives: Vec<Primitive>,
    pub weights: Vec<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Primitive {
    pub attributes: BTreeMap<String, Uint>,
    pub indices: Option<Uint>,
    pub material: Option<Uint>,
    pub mode: Option<Uint>,
    pub targets: Vec<BTreeMap<String, Uint>>,
    pub extensions: Extensions,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Skin {
    pub inverse_bind_matrices: Option<Uint>,
    pub joints: Vec<Uint>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Accessor {
    pub buffer_view: Option<Uint>,
    pub byte_offset: Uint,
    pub component_type: Uint,
    pub normalized: bool,
    pub count: Uint,
    #[serde(rename = "type")]
    pub kind: String,
    pub sparse: Option<Sparse>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Sparse {
    pub count: Uint,
    pub indices: SparseIndices,
    pub values: SparseValues,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SparseIndices {
    pub buffer_view: Uint,
    pub byte_offset: Uint,
    pub component_type: Uint,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SparseValues {
    pub buffer_view: Uint,
    pub byte_offset: Uint,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct BufferView {
    pub buffer: Uint,
    pub byte_offset: Uint,
    pub byte_length: Uint,
    pub byte_stride: Option<Uint>,
    pub extensions: Extensions,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Buffer {
    pub uri: Option<String>,
    pub byte_length: Uint,
    pub extensions: Extensions,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Material {
    pub name: String,
    pub pbr_metallic_roughness: PbrMetallicRoughness,
    pub normal_texture: Option<TextureInfo>,
    pub occlusion_texture: Option<TextureInfo>,
    pub emissive_texture: Option<TextureInfo>,
    pub emissive_factor: [f32; 3],
    pub alpha_mode: Option<String>,
    pub alpha_cutoff: Option<f32>,
    pub double_sided: bool,
    pub extensions: Extensions,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PbrMetallicRoughness {
    pub base_color_factor: Option<[f32; 4]>,
    pub base_color_texture: Option<TextureInfo>,
    pub metallic_factor: Option<f32>,
    pub roughness_factor: Option<f32>,
    pub metallic_roughness_texture: Option<TextureInfo>,
}

/// textureInfo, normalTextureInfo and occlusionTextureInfo in one.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct TextureInfo {
    pub index: Uint,
    pub tex_coord: Uint,
    /// Of a normal texture.
    pub scale: Option<f32>,
    pub extensions: Extensions,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Texture {
    pub sampler: Option<Uint>,
    pub source: Option<Uint>,
    pub extensions: Extensions,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Image {
    pub uri: Option<String>,
    pub buffer_view: Option<Uint>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Sampler {
    pub mag_filter: Option<Uint>,
    pub min_filter: Option<Uint>,
    pub wrap_s: Option<Uint>,
    pub wrap_t: Option<Uint>,
}

/// The extension `name` as a `T`; what does not fit becomes an issue and counts as absent.
///
/// `path` is the JSON pointer of the object that has the `extensions`.
pub fn extension<T: DeserializeOwned>(
    extensions: &Extensions,
    name: &str,
    path: &str,
    issues: &mut Issues,
) -> Option<T> {
    match T::deserialize(extensions.get(name)?) {
        Ok(value) => Some(value),
        Err(error) => {
            issues.push(Issue::error(format!("{path}/extensions/{name}"), format!("malformed extension: {error}")));
            None
        }
    }
}
