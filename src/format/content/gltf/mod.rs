//! glTF 2.0 and GLB to [`Content`].
//!
//! Source: glTF 2.0.1 specification and the extensions named in [`EXTENSIONS`]. Frames: glTF scene frame (metres, y up unless
//! the tileset says otherwise) to content frame (metres, z up); node transforms and CESIUM_RTC are composed in f64 and end
//! in `Part::content_from_part`. Vertices are recentred on their own middle, so that f32 holds them.
//!
//! The steps: container, JSON, scene walk, what other files are needed (then back to the caller if they are missing),
//! buffers, textures, materials, parts, tables, merge. What is broken costs its own piece only and gives an issue.
//!
//! Not done: animations (rest pose only), cameras, lights, material variants, tangents (the view makes them), morphing
//! of texture coordinates and colours, property textures.

mod accessor;
mod budget;
mod buffers;
mod container;
mod document;
mod draco;
mod features;
mod instancing;
mod material;
mod merge;
mod parts;
mod pose;
mod primitive;
mod scene;
mod texture;
mod topology;
mod vertices;

#[cfg(test)]
mod tests;

use self::budget::Budget;
use self::buffers::{Buffers, fetch};
use self::document::Document;
use self::scene::{Draw, FlatScene};
use self::texture::TexturePlan;
use super::data_uri::{decode_data_uri, is_data_uri};
use super::decode::{ContentError, DecodeOptions, Decoded, Resources};
use super::{Content, PropertyTable, UpAxis, metadata};
use crate::format::issue::{Issue, Issues};
use glam::{DAffine3, DVec3};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

pub use self::features::BATCH_ID_LABEL;

/// Where a glTF stands in its content.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GltfFrame {
    /// From the glTF's scene frame (metres, its own up axis) to the content frame (metres, z up): the up-axis rotation and,
    /// for b3dm and i3dm, RTC_CENTER.
    pub content_from_gltf_scene: DAffine3,
}

impl GltfFrame {
    /// The frame of a glTF that is a content by itself.
    pub fn new(up_axis: UpAxis) -> Self {
        Self { content_from_gltf_scene: DAffine3::from_mat3(up_axis.z_up_from_model()) }
    }

    /// The same, moved by RTC_CENTER (metres, content frame).
    pub fn with_center(mut self, center_content_m: DVec3) -> Self {
        self.content_from_gltf_scene.translation += center_content_m;
        self
    }
}

/// Extensions that are read, or whose absence changes nothing that is drawn.
pub const EXTENSIONS: &[&str] = &[
    "CESIUM_RTC",
    "CESIUM_primitive_outline",
    "EXT_instance_features",
    "EXT_mesh_features",
    "EXT_mesh_gpu_instancing",
    "EXT_meshopt_compression",
    "EXT_structural_metadata",
    "EXT_texture_webp",
    "KHR_draco_mesh_compression",
    "KHR_lights_punctual",
    "KHR_materials_emissive_strength",
    "KHR_materials_pbrSpecularGlossiness",
    "KHR_materials_unlit",
    "KHR_materials_variants",
    "KHR_mesh_quantization",
    "KHR_meshopt_compression",
    "KHR_techniques_webgl",
    "KHR_texture_basisu",
    "KHR_texture_transform",
    "KHR_xmp",
    "KHR_xmp_json_ld",
];

/// Reads a GLB or a .gltf text.
///
/// # Errors
/// [`ContentError`] if the container or the JSON cannot be read at all, or the version is not 2.
pub fn read(
    bytes: &[u8],
    frame: &GltfFrame,
    options: &DecodeOptions,
    resources: &dyn Resources,
) -> Result<Decoded, ContentError> {
    let mut issues = Issues::default();
    let container = container::open(bytes, &mut issues)?;
    let document: Document = serde_json::from_slice(container.json)
        .map_err(|error| ContentError::Json { what: "the glTF", message: error.to_string() })?;
    check_version(&document)?;
    check_extensions(&document, &mut issues);

    let scene = scene::flatten(&document, &mut issues);
    let drafts = parts::drafts(&document, &scene.draws, &mut issues);
    let exact = if options.textures { feature_textures(&document, &scene.draws) } else { BTreeSet::new() };
    let mut used = exact.clone();
    if options.textures {
        used.extend(drafts.values().flat_map(|draft| draft.textures()));
    }

    let mut missing = BTreeSet::new();
    let mut buffers = Buffers::gather(&document, container.bin, resources, &mut missing, &mut issues);
    let plan = TexturePlan::new(&document, &used, resources, &mut missing, &mut issues);
    let schema = external_schema(&document, resources, &mut missing, &mut issues);
    if !missing.is_empty() {
        return Ok(Decoded::Missing(missing.into_iter().collect()));
    }

    let mut budget = Budget::new(&options.limits);
    buffers.unpack(&mut budget, &mut issues);
    let (textures, content_texture) = plan.decode(&document, &buffers, &exact, options.bc7, &mut budget, &mut issues);
    let content_from_scene = content_from_scene(&document, frame, &mut issues);
    let source = Source { document: &document, buffers: &buffers, scene: &scene, content_texture: &content_texture };
    let (mut parts, materials) = parts::read(&source, &drafts, content_from_scene, &mut budget, &mut issues);
    let tables = tables(&document, &buffers, schema.as_ref(), &mut issues);
    check_tables(&mut parts, tables.len(), &mut issues);
    if options.merge {
        parts = merge::merge(parts);
    }
    Ok(Decoded::Content(Content { parts, materials, textures, tables, copyrights: copyrights(&document), issues }))
}

/// What the readers of parts look things up in.
struct Source<'a> {
    document: &'a Document,
    buffers: &'a Buffers<'a>,
    scene: &'a FlatScene,
    /// Texture of the file to texture of the content.
    content_texture: &'a BTreeMap<usize, usize>,
}

/// JSON text without a byte order mark, leading white space and the padding that writers put behind it.
pub(crate) fn json_text(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let start = bytes.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(bytes.len());
    let end = bytes.iter().rposition(|&byte| byte != 0 && !byte.is_ascii_whitespace()).map_or(start, |last| last + 1);
    bytes.get(start..end).unwrap_or_default()
}

fn check_version(document: &Document) -> Result<(), ContentError> {
    let version = document.asset.min_version.as_deref().unwrap_or(&document.asset.version);
    if version.split('.').next() == Some("2") {
        return Ok(());
    }
    Err(ContentError::Version { what: "glTF", expected: "2.x", got: format!("{version:?}") })
}

fn check_extensions(document: &Document, issues: &mut Issues) {
    let known = |name: &&String| !EXTENSIONS.contains(&name.as_str());
    for name in document.extensions_required.iter().filter(known) {
        issues.push(Issue::error(
            "/extensionsRequired",
            format!("{name} is required but not known here: what can be drawn without it is drawn"),
        ));
    }
    for name in
        document.extensions_used.iter().filter(known).filter(|name| !document.extensions_required.contains(name))
    {
        issues.push(Issue::info("/extensionsUsed", format!("{name} is not read")));
    }
}

fn feature_textures(document: &Document, draws: &[Draw]) -> BTreeSet<usize> {
    let meshes: BTreeSet<usize> = draws.iter().map(|draw| draw.mesh).collect();
    let primitives = meshes.iter().filter_map(|&mesh| document.meshes.get(mesh)).flat_map(|mesh| &mesh.primitives);
    primitives.flat_map(|primitive| features::feature_textures(&primitive.extensions)).collect()
}

/// The up-axis rotation, then CESIUM_RTC: its centre is meant in the tile's own axes, as CesiumJS and cesium-native have it.
fn content_from_scene(document: &Document, frame: &GltfFrame, issues: &mut Issues) -> DAffine3 {
    #[derive(serde::Deserialize)]
    struct Rtc {
        center: [f64; 3],
    }
    match document::extension::<Rtc>(&document.extensions, "CESIUM_RTC", "", issues) {
        Some(rtc) => frame.with_center(DVec3::from_array(rtc.center)).content_from_gltf_scene,
        None => frame.content_from_gltf_scene,
    }
}

const STRUCTURAL_METADATA: &str = "EXT_structural_metadata";

/// The schema that `schemaUri` names, where the file has none of its own.
fn external_schema(
    document: &Document,
    resources: &dyn Resources,
    missing: &mut BTreeSet<String>,
    issues: &mut Issues,
) -> Option<Value> {
    let metadata = document.extensions.get(STRUCTURAL_METADATA)?;
    let uri = metadata.get("schemaUri").filter(|_| metadata.get("schema").is_none())?.as_str()?;
    let path = format!("/extensions/{STRUCTURAL_METADATA}/schemaUri");
    let bytes: Cow<[u8]> = if is_data_uri(uri) {
        decode_data_uri(uri)?.into()
    } else {
        fetch(uri, &path, resources, missing, issues)?.to_vec().into()
    };
    serde_json::from_slice(json_text(&bytes))
        .map_err(|error| issues.push(Issue::error(path, format!("the schema is not valid JSON: {error}"))))
        .ok()
}

fn tables(document: &Document, buffers: &Buffers, schema: Option<&Value>, issues: &mut Issues) -> Vec<PropertyTable> {
    let Some(metadata) = document.extensions.get(STRUCTURAL_METADATA) else { return Vec::new() };
    let view = |index: usize| buffers.view(index).ok().map(|view| Cow::Borrowed(view.bytes));
    metadata::read_structural(metadata, schema, &view, issues)
}

/// Lets go of tables that do not exist.
fn check_tables(parts: &mut [super::Part], count: usize, issues: &mut Issues) {
    let mut wrong = BTreeSet::new();
    for set in parts.iter_mut().flat_map(|part| &mut part.feature_sets) {
        if let Some(table) = set.table.filter(|&table| table >= count) {
            set.table = None;
            wrong.insert(table);
        }
    }
    for table in wrong {
        issues.push(
            Issue::error("", "feature ids name a property table that is not there")
                .expected_got(format!("below {count}"), table),
        );
    }
}

fn copyrights(document: &Document) -> Vec<String> {
    document.asset.copyright.split(';').map(str::trim).filter(|entry| !entry.is_empty()).map(String::from).collect()
}
