//! What is in one content: parts, materials, textures, tables with their first rows, extensions.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::format::content::{AlphaMode, Content, FeatureIds, TextureFormat, Topology};

/// Rows of a table that are told.
const ROWS: u32 = 5;

/// One content, taken apart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ContentDetail {
    pub uri: String,
    pub kind: &'static str,
    pub bytes: u64,
    pub extensions: Vec<String>,
    pub parts: Vec<PartDetail>,
    pub materials: Vec<MaterialDetail>,
    pub textures: Vec<TextureDetail>,
    pub tables: Vec<TableDetail>,
    pub copyrights: Vec<String>,
    pub issues: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartDetail {
    pub name: String,
    /// triangles, lines or points.
    pub what: &'static str,
    pub count: usize,
    pub vertices: usize,
    pub instances: usize,
    pub material: usize,
    /// Attributes besides positions.
    pub attributes: Vec<&'static str>,
    /// Labels and counts of the feature id sets.
    pub features: Vec<String>,
    /// Along the part's axes, one copy.
    pub size_m: [f32; 3],
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MaterialDetail {
    pub name: String,
    pub base_color: [f32; 4],
    pub metallic: f32,
    pub roughness: f32,
    pub alpha: &'static str,
    pub double_sided: bool,
    pub unlit: bool,
    /// What it uses textures for, with their numbers.
    pub textures: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TextureDetail {
    pub width_px: u32,
    pub height_px: u32,
    pub mip_count: u32,
    pub format: &'static str,
    pub bytes: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableDetail {
    pub name: String,
    pub class: String,
    pub count: u32,
    pub columns: Vec<String>,
    pub first_rows: Vec<Map<String, Value>>,
}

/// Takes a content apart; `bytes` are those of its file.
pub fn detail(uri: &str, bytes: &[u8], content: &Content) -> ContentDetail {
    ContentDetail {
        uri: uri.to_owned(),
        kind: kind(bytes),
        bytes: bytes.len() as u64,
        extensions: extensions(bytes),
        parts: content.parts.iter().map(part).collect(),
        materials: content.materials.iter().map(material).collect(),
        textures: content
            .textures
            .iter()
            .map(|texture| {
                let image = &texture.image;
                TextureDetail {
                    width_px: image.width_px,
                    height_px: image.height_px,
                    mip_count: image.mip_count,
                    format: match image.format {
                        TextureFormat::Rgba8 => "RGBA8",
                        TextureFormat::Bc7 => "BC7",
                    },
                    bytes: image.data.len(),
                }
            })
            .collect(),
        tables: content
            .tables
            .iter()
            .map(|table| TableDetail {
                name: table.name.clone(),
                class: table.class.clone(),
                count: table.count,
                columns: table.properties.iter().map(|property| property.name.clone()).collect(),
                first_rows: (0..table.count.min(ROWS))
                    .map(|row| table.row(row).into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
                    .collect(),
            })
            .collect(),
        copyrights: content.copyrights.clone(),
        issues: content.issues.iter().map(ToString::to_string).collect(),
    }
}

fn part(part: &crate::format::content::Part) -> PartDetail {
    let geometry = &part.geometry;
    let attributes = [
        ("normals", geometry.normals.is_empty()),
        ("uv0", geometry.uv0.is_empty()),
        ("uv1", geometry.uv1.is_empty()),
        ("colours", geometry.colors.is_empty()),
    ];
    PartDetail {
        name: part.name.clone(),
        what: match geometry.topology {
            Topology::Triangles => "triangles",
            Topology::Lines => "lines",
            Topology::Points => "points",
        },
        count: geometry.primitive_count(),
        vertices: geometry.positions.len(),
        instances: part.instances.len(),
        material: part.material,
        attributes: attributes.iter().filter(|(_, is_empty)| !is_empty).map(|(name, _)| *name).collect(),
        features: part
            .feature_sets
            .iter()
            .map(|set| {
                let by = match &set.ids {
                    FeatureIds::Vertex(_) => "by vertex",
                    FeatureIds::Instance(_) => "by instance",
                    FeatureIds::Implicit => "each vertex",
                    FeatureIds::Texture { .. } => "by texture",
                    FeatureIds::Constant(_) => "one for all",
                };
                let label = if set.label.is_empty() { "features" } else { &set.label };
                format!("{label}: {} {by}", set.feature_count)
            })
            .collect(),
        size_m: geometry.aabb().map_or([0.0; 3], |(low, high)| (high - low).to_array()),
    }
}

fn material(material: &crate::format::content::Material) -> MaterialDetail {
    let uses = [
        ("base colour", material.base_color_texture),
        ("metal and roughness", material.metallic_roughness_texture),
        ("normals", material.normal_texture),
        ("occlusion", material.occlusion_texture),
        ("light", material.emissive_texture),
    ];
    let used = |(what, texture): (&str, Option<crate::format::content::TextureRef>)| {
        texture.map(|texture| format!("{what}: {}", texture.texture))
    };
    MaterialDetail {
        name: material.name.clone(),
        base_color: material.base_color,
        metallic: material.metallic,
        roughness: material.roughness,
        alpha: match material.alpha {
            AlphaMode::Opaque => "opaque",
            AlphaMode::Mask(_) => "mask",
            AlphaMode::Blend => "blend",
        },
        double_sided: material.double_sided,
        unlit: material.unlit,
        textures: uses.into_iter().filter_map(used).collect(),
    }
}

/// By the first bytes; gzip must have been undone.
pub fn kind(bytes: &[u8]) -> &'static str {
    const KINDS: [(&[u8], &str); 5] =
        [(b"glTF", "glb"), (b"b3dm", "b3dm"), (b"i3dm", "i3dm"), (b"pnts", "pnts"), (b"cmpt", "cmpt")];
    KINDS.iter().find(|(magic, _)| bytes.starts_with(magic)).map_or("gltf", |(_, kind)| kind)
}

/// Extensions of the glTF in the bytes: the file's own, or the first one inside of a tile. Empty where that can't be told.
pub fn extensions(bytes: &[u8]) -> Vec<String> {
    let gltf = match kind(bytes) {
        "gltf" => serde_json::from_slice(bytes).ok(),
        "pnts" => None,
        _ => glb_json(bytes),
    };
    let used = gltf.as_ref().and_then(|gltf: &Value| gltf.get("extensionsUsed")?.as_array());
    let mut names: Vec<String> = used.into_iter().flatten().filter_map(|n| Some(n.as_str()?.to_owned())).collect();
    names.sort();
    names.dedup();
    names
}

fn glb_json(bytes: &[u8]) -> Option<Value> {
    let start = bytes.windows(4).position(|window| window == b"glTF")?;
    let glb = &bytes[start..];
    let len = u32::from_le_bytes(glb.get(12..16)?.try_into().ok()?) as usize;
    serde_json::from_slice(glb.get(20..)?.get(..len)?).ok()
}
