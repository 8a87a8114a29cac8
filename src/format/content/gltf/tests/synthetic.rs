//! Small documents written here, one question each.

use super::super::super::{AlphaMode, FeatureIds};
use super::*;
use crate::format::issue::Severity;
use glam::Vec3;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Builds a document with one buffer, view by view.
#[derive(Default)]
struct Builder {
    bytes: Vec<u8>,
    views: Vec<Value>,
    accessors: Vec<Value>,
}

impl Builder {
    fn view(&mut self, bytes: &[u8]) -> usize {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
        self.views.push(json!({"buffer": 0, "byteOffset": self.bytes.len(), "byteLength": bytes.len()}));
        self.bytes.extend(bytes);
        self.views.len() - 1
    }

    fn accessor(&mut self, component: u32, kind: &str, count: usize, bytes: &[u8]) -> usize {
        let view = self.view(bytes);
        self.accessors.push(json!({"bufferView": view, "componentType": component, "type": kind, "count": count}));
        self.accessors.len() - 1
    }

    fn f32s(&mut self, kind: &str, lanes: usize, values: &[f32]) -> usize {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.accessor(5126, kind, values.len() / lanes, &bytes)
    }

    fn u16s(&mut self, values: &[u16]) -> usize {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.accessor(5123, "SCALAR", values.len(), &bytes)
    }

    /// The document with `extra` laid over it.
    fn json(&self, extra: Value) -> Value {
        use base64::Engine;
        let uri = format!(
            "data:application/octet-stream;base64,{}",
            base64::engine::general_purpose::STANDARD.encode(&self.bytes)
        );
        let mut document = json!({
            "asset": {"version": "2.0"},
            "scene": 0, "scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0}],
            "buffers": [{"byteLength": self.bytes.len(), "uri": uri}],
            "bufferViews": self.views, "accessors": self.accessors,
        });
        for (key, value) in extra.as_object().expect("an object") {
            document[key] = value.clone();
        }
        document
    }

    fn read(&self, extra: Value) -> Content {
        let content = read(self.json(extra).to_string().as_bytes());
        assert_sound(&content, "synthetic");
        content
    }
}

/// A 2 x 1 x 0 quad of two triangles.
const QUAD: [f32; 12] = [0., 0., 0., 2., 0., 0., 2., 1., 0., 0., 1., 0.];

fn quad() -> (Builder, usize, usize) {
    let mut builder = Builder::default();
    let positions = builder.f32s("VEC3", 3, &QUAD);
    let indices = builder.u16s(&[0, 1, 2, 0, 2, 3]);
    (builder, positions, indices)
}

fn has_error(content: &Content, words: &str) -> bool {
    content.issues.iter().any(|issue| issue.severity == Severity::Error && issue.message.contains(words))
}

#[test]
fn primitives_that_share_a_vertex_buffer_keep_only_their_own_vertices() {
    let (mut builder, positions, _) = quad();
    let (first, second) = (builder.u16s(&[0, 1, 2]), builder.u16s(&[3, 0, 2]));
    let content = builder.read(json!({"meshes": [{"primitives": [
        {"attributes": {"POSITION": positions}, "indices": first},
        {"attributes": {"POSITION": positions}, "indices": second}]}]}));
    let corners = |part: &Part| -> Vec<DVec3> {
        part.geometry.indices.iter().map(|&index| positions_of(part)[index as usize]).collect()
    };
    assert_eq!(content.parts[0].geometry.positions.len(), 3);
    assert_eq!(corners(&content.parts[0]), [DVec3::ZERO, DVec3::new(2., 0., 0.), DVec3::new(2., 1., 0.)]);
    assert_eq!(corners(&content.parts[1]), [DVec3::new(0., 1., 0.), DVec3::ZERO, DVec3::new(2., 1., 0.)]);
}

fn positions_of(part: &Part) -> Vec<DVec3> {
    super::positions(part)
}

#[test]
fn triangles_with_bad_indices_or_positions_are_dropped_and_told() {
    let mut builder = Builder::default();
    let mut values = QUAD.to_vec();
    values.extend([f32::NAN, 0., 0., 0., f32::INFINITY, 0.]);
    let positions = builder.f32s("VEC3", 3, &values);
    let indices = builder.u16s(&[0, 1, 2, 0, 1, 4, 5, 2, 3, 0, 1, 99, 0, 2, 3]);
    let content = builder
        .read(json!({"meshes": [{"primitives": [{"attributes": {"POSITION": positions}, "indices": indices}]}]}));
    let part = &content.parts[0];
    assert_eq!((part.geometry.positions.len(), part.geometry.indices.len()), (4, 6));
    assert!(has_error(&content, "do not exist"), "{:?}", content.issues);
    assert!(has_error(&content, "not finite"), "{:?}", content.issues);
}

#[test]
fn points_without_indices_lose_those_that_are_not_finite() {
    let mut builder = Builder::default();
    let positions = builder.f32s("VEC3", 3, &[0., 0., 0., f32::NAN, 0., 0., 4., 0., 0.]);
    let content =
        builder.read(json!({"meshes": [{"primitives": [{"attributes": {"POSITION": positions}, "mode": 0}]}]}));
    assert_eq!(content.parts[0].geometry.topology, Topology::Points);
    assert_eq!(super::positions(&content.parts[0]), [DVec3::ZERO, DVec3::new(4., 0., 0.)]);
    assert!(content.parts[0].geometry.indices.is_empty());
}

#[test]
fn a_primitive_without_positions_is_left_out_and_the_next_one_drawn() {
    let (builder, positions, indices) = quad();
    let content = builder.read(json!({"meshes": [{"primitives": [
        {"attributes": {"NORMAL": positions}},
        {"attributes": {"POSITION": positions}, "indices": indices}]}]}));
    assert_eq!(content.parts.len(), 1);
    assert!(has_error(&content, "no POSITION"));
}

#[test]
fn an_unknown_required_extension_is_an_error_but_what_can_be_drawn_is_drawn() {
    let (builder, positions, indices) = quad();
    let content = builder.read(json!({
        "extensionsUsed": ["EXT_the_future", "EXT_decoration"], "extensionsRequired": ["EXT_the_future"],
        "meshes": [{"primitives": [{"attributes": {"POSITION": positions}, "indices": indices}]}]}));
    assert_eq!(content.parts.len(), 1);
    assert!(has_error(&content, "EXT_the_future"));
    assert_eq!(content.issues.len(), 2);
}

#[test]
fn cesium_rtc_moves_the_content_in_the_tiles_own_axes() {
    let (builder, positions, indices) = quad();
    let document = builder.json(json!({
        "extensions": {"CESIUM_RTC": {"center": [4433094.25, 362834.5, 4556211.125]}},
        "meshes": [{"primitives": [{"attributes": {"POSITION": positions}, "indices": indices}]}]}));
    let decoded = super::super::read(
        document.to_string().as_bytes(),
        &GltfFrame::new(UpAxis::Y),
        &DecodeOptions::default(),
        &NoResources,
    );
    let Ok(Decoded::Content(content)) = decoded else { panic!("{decoded:?}") };
    // The quad's y is up: it becomes z.
    assert_eq!(super::positions(&content.parts[0])[2], DVec3::new(4_433_096.25, 362_834.5, 4_556_212.125));
}

/// Files by name; what is not in it failed, unless it still may come.
struct Shelf(BTreeMap<String, Vec<u8>>, bool);

impl Resources for Shelf {
    fn get(&self, uri: &str) -> Option<Arc<[u8]>> {
        self.0.get(uri).map(|bytes| bytes.clone().into())
    }

    fn failed(&self, _uri: &str) -> bool {
        self.1
    }
}

#[test]
fn files_that_a_document_names_are_asked_for_then_used_or_done_without() {
    let (builder, positions, indices) = quad();
    let mut document = builder.json(json!({
        "meshes": [{"primitives": [{"attributes": {"POSITION": positions}, "indices": indices, "material": 0}]}],
        "materials": [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}, {"normalTexture": {"index": 1}}],
        "textures": [{"source": 0}, {"source": 1}],
        "images": [{"uri": "a%20picture.png"}, {"uri": "of-an-unused-material.png"}],
        "samplers": []}));
    document["buffers"][0]["uri"] = "mesh.bin".into();
    let bytes = document.to_string().into_bytes();
    let options = DecodeOptions::default();
    let decode = |shelf: &Shelf, options: &DecodeOptions| {
        super::super::read(&bytes, &GltfFrame::new(UpAxis::Y), options, shelf).expect("readable")
    };

    let mut shelf = Shelf(BTreeMap::new(), false);
    let Decoded::Missing(uris) = decode(&shelf, &options) else { panic!("nothing was asked for") };
    assert_eq!(uris, ["a%20picture.png", "mesh.bin"]);
    let plain = DecodeOptions { textures: false, ..options };
    let Decoded::Missing(uris) = decode(&shelf, &plain) else { panic!("nothing was asked for") };
    assert_eq!(uris, ["mesh.bin"]);

    shelf.0.insert("mesh.bin".into(), builder.bytes.clone());
    shelf.1 = true;
    let Decoded::Content(content) = decode(&shelf, &options) else { panic!("not read") };
    assert_eq!((content.parts.len(), content.textures.len()), (1, 0));
    assert!(has_error(&content, "a%20picture.png"));

    shelf.0.insert("a%20picture.png".into(), std::fs::read(cases().join("colours.png")).expect("readable"));
    let Decoded::Content(content) = decode(&shelf, &options) else { panic!("not read") };
    assert_eq!(content.textures.len(), 1);
    assert!(content.materials[content.parts[0].material].base_color_texture.is_some());
    assert!(content.issues.is_empty(), "{:?}", content.issues);
}

#[test]
fn the_compressed_image_comes_first_and_the_plain_one_if_its_file_fails() {
    let (builder, positions, indices) = quad();
    let document = builder.json(json!({
        "meshes": [{"primitives": [{"attributes": {"POSITION": positions}, "indices": indices, "material": 0}]}],
        "materials": [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}, "alphaMode": "MASK", "alphaCutoff": 0.25}],
        "textures": [{"source": 0, "sampler": 0, "extensions": {"KHR_texture_basisu": {"source": 1}}}],
        "samplers": [{"wrapS": 33071, "wrapT": 33648, "minFilter": 9728, "magFilter": 9728}],
        "images": [{"uri": "colours.png"}, {"uri": "colours_etc1s.ktx2"}]}));
    let bytes = document.to_string().into_bytes();
    let options = DecodeOptions::default();
    let both = read_with(&bytes, &options, &Folder(cases())).expect("readable");
    assert_eq!(both.textures[0].image.mip_count, 5);
    let png = std::fs::read(cases().join("colours.png")).expect("readable");
    let one = read_with(&bytes, &options, &Shelf([("colours.png".to_string(), png)].into(), true)).expect("readable");
    let texture = &one.textures[0];
    assert_eq!(texture.image.mip_count, 1);
    assert!(!texture.mag_linear && !texture.min_linear && !texture.mipmaps);
    assert_eq!(
        (texture.wrap_u, texture.wrap_v),
        (super::super::super::Wrap::ClampToEdge, super::super::super::Wrap::MirroredRepeat)
    );
    assert_eq!(one.materials[0].alpha, AlphaMode::Mask(0.25));
}

#[test]
fn feature_ids_come_from_attributes_the_vertex_number_and_textures() {
    let (mut builder, positions, _) = quad();
    let indices = builder.u16s(&[1, 2, 3]);
    let ids = builder.f32s("SCALAR", 1, &[5., 6., 7., 8.]);
    let uv = builder.f32s("VEC2", 2, &[0., 0., 1., 0., 1., 1., 0., 1.]);
    let png = builder.view(&std::fs::read(cases().join("colours.png")).expect("readable"));
    let content = builder.read(json!({
        "extensions": {"EXT_structural_metadata": {"propertyTables": [{"class": "c", "count": 9}]}},
        "images": [{"bufferView": png}], "textures": [{"source": 0}],
        "meshes": [{"primitives": [{
            "attributes": {"POSITION": positions, "_FEATURE_ID_0": ids, "TEXCOORD_2": uv}, "indices": indices,
            "extensions": {"EXT_mesh_features": {"featureIds": [
                {"featureCount": 9, "attribute": 0, "propertyTable": 0, "nullFeatureId": 8, "label": "parts"},
                {"featureCount": 4},
                {"featureCount": 4, "texture": {"index": 0, "texCoord": 2, "channels": [1, 0]}}]}}}]}]}));
    let part = &content.parts[0];
    let [attribute, implicit, texture] = &part.feature_sets[..] else { panic!("{:?}", part.feature_sets) };
    assert_eq!((&*attribute.label, attribute.table, attribute.null_feature_id), ("parts", Some(0), Some(8)));
    let FeatureIds::Vertex(ids) = &attribute.ids else { panic!("{attribute:?}") };
    assert_eq!(**ids, [6, 7, 8]);
    let FeatureIds::Vertex(numbers) = &implicit.ids else { panic!("vertex 0 is not drawn: {implicit:?}") };
    assert_eq!(**numbers, [1, 2, 3]);
    let FeatureIds::Texture { channels, tex_coord, .. } = &texture.ids else { panic!("{texture:?}") };
    assert_eq!((&**channels, *tex_coord), (&[1u8, 0][..], 0));
    assert_eq!(part.geometry.uv0.len(), 3, "TEXCOORD_2 stands in the slot that the set names");
}

#[test]
fn batch_ids_are_a_set_that_waits_for_its_table() {
    let (mut builder, positions, indices) = quad();
    let ids = builder.u16s(&[0, 0, 3, 3]);
    let content = builder.read(json!({"meshes": [{"primitives": [
        {"attributes": {"POSITION": positions, "_BATCHID": ids}, "indices": indices}]}]}));
    let set = &content.parts[0].feature_sets[0];
    assert_eq!((&*set.label, set.table, set.feature_count), (super::super::BATCH_ID_LABEL, None, 4));
}

#[test]
fn instances_carry_their_own_features_and_mirrored_ones_are_a_part_of_their_own() {
    let (mut builder, positions, indices) = quad();
    let places = builder.f32s("VEC3", 3, &[10., 0., 0., 20., 0., 0., 30., 0., 0.]);
    let scales = builder.f32s("VEC3", 3, &[1., 1., 1., -1., 1., 1., 2., 2., 2.]);
    let ids = builder.u16s(&[7, 8, 9]);
    let content = builder.read(json!({
        "nodes": [{"mesh": 0, "extensions": {
            "EXT_mesh_gpu_instancing": {"attributes": {"TRANSLATION": places, "SCALE": scales, "_FEATURE_ID_0": ids}},
            "EXT_instance_features": {"featureIds": [{"featureCount": 10, "attribute": 0}, {"featureCount": 3}]}}}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": positions}, "indices": indices}]}]}));
    let [upright, mirrored] = &content.parts[..] else { panic!("two parts, got {}", content.parts.len()) };
    assert_eq!(super::positions(upright)[1], DVec3::new(12., 0., 0.));
    assert_eq!(super::positions(upright)[6], DVec3::new(34., 2., 0.));
    assert_eq!(super::positions(mirrored)[1], DVec3::new(18., 0., 0.));
    for part in [upright, mirrored] {
        let [a, b, c] = [0, 1, 2].map(|i| super::positions(part)[part.geometry.indices[i] as usize]);
        assert!((b - a).cross(c - a).z > 0.0 || part.instances.is_empty());
    }
    let ids = |part: &Part, set: usize| match &part.feature_sets[set].ids {
        FeatureIds::Instance(ids) => ids.to_vec(),
        other => panic!("{other:?}"),
    };
    assert_eq!((ids(upright, 0), ids(upright, 1)), (vec![7, 9], vec![0, 2]));
    assert_eq!((ids(mirrored, 0), ids(mirrored, 1)), (vec![8], vec![1]));
}

#[test]
fn morph_targets_move_vertices_by_the_default_weights() {
    let (mut builder, positions, indices) = quad();
    let deltas = builder.f32s("VEC3", 3, &[0., 0., 4., 0., 0., 0., 0., 0., 0., 0., 0., 8.]);
    let content = builder.read(json!({"meshes": [{"weights": [0.5], "primitives": [
        {"attributes": {"POSITION": positions}, "indices": indices, "targets": [{"POSITION": deltas}]}]}]}));
    let z: Vec<f64> = super::positions(&content.parts[0]).iter().map(|p| p.z).collect();
    assert_eq!(z, [2., 0., 0., 4.]);
}

#[test]
fn vertices_of_earth_size_lose_nothing_that_their_floats_hold() {
    let mut builder = Builder::default();
    let far = 4_556_211.5f32;
    let positions = builder.f32s("VEC3", 3, &[far, 0., 0., far + 0.5, 0., 0., far, 1., 0.]);
    let content = builder.read(json!({"meshes": [{"primitives": [{"attributes": {"POSITION": positions}}]}]}));
    let part = &content.parts[0];
    assert!(part.geometry.positions.iter().all(|p| p.abs().max_element() < 1.0));
    assert_eq!(super::positions(part)[1], DVec3::new(f64::from(far) + 0.5, 0., 0.));
}

#[test]
fn colours_are_normalized_whether_the_writer_said_so_or_not_and_alpha_is_filled_up() {
    let (mut builder, positions, indices) = quad();
    let colors = builder.accessor(5121, "VEC3", 4, &[255, 0, 51, 255, 0, 51, 255, 0, 51, 255, 0, 51]);
    let content = builder.read(json!({"meshes": [{"primitives": [
        {"attributes": {"POSITION": positions, "COLOR_0": colors}, "indices": indices}]}]}));
    assert_eq!(content.parts[0].geometry.colors[0], [1.0, 0.0, 0.2, 1.0]);
}

#[test]
fn an_attribute_of_another_length_is_left_out_and_the_mesh_drawn() {
    let (mut builder, positions, indices) = quad();
    let normals = builder.f32s("VEC3", 3, &[0., 0., 1.]);
    let content = builder.read(json!({"meshes": [{"primitives": [
        {"attributes": {"POSITION": positions, "NORMAL": normals}, "indices": indices}]}]}));
    assert!(content.parts[0].geometry.normals.is_empty());
    assert_eq!(content.issues.len(), 1);
}

#[test]
fn merging_joins_parts_only_where_asked() {
    let (builder, positions, indices) = quad();
    let primitive = json!({"attributes": {"POSITION": positions}, "indices": indices});
    let other = {
        let mut other = builder.json(json!({"meshes": [{"primitives": [primitive, primitive]}]}));
        other["nodes"] = json!([{"mesh": 0, "translation": [1e6, 0, 0]}]);
        other.to_string().into_bytes()
    };
    let apart = read(&other);
    assert_eq!(apart.parts.len(), 2);
    let merged = read_with(&other, &DecodeOptions { merge: true, ..DecodeOptions::default() }, &NoResources);
    let merged = merged.expect("readable");
    let [part] = &merged.parts[..] else { panic!("one part, got {}", merged.parts.len()) };
    assert_eq!(part.geometry.indices.len(), 12);
    assert_eq!(super::positions(part)[5], DVec3::new(1_000_002., 0., 0.));
    assert_eq!(part.geometry.positions[0], Vec3::new(-1.0, -0.5, 0.0));
}

#[test]
fn other_versions_and_broken_json_are_typed_errors() {
    for (text, wanted) in [
        (r#"{"asset":{"version":"1.0"}}"#, "glTF version \"1.0\" is not supported"),
        (r#"{"asset":{"version":"2.0","minVersion":"3.0"}}"#, "glTF version \"3.0\" is not supported"),
        (r#"{"asset":{"version":"2.0"},"nodes":7}"#, "the glTF is not valid JSON"),
        ("", "the glTF is not valid JSON"),
    ] {
        let error = read_with(text.as_bytes(), &DecodeOptions::default(), &NoResources).expect_err(text);
        assert!(error.to_string().starts_with(wanted), "{error}");
    }
}

#[test]
fn a_node_scaled_to_nothing_is_not_drawn_and_a_skin_on_it_is() {
    let (mut builder, positions, indices) = quad();
    let joints = builder.accessor(5121, "VEC4", 4, &[0; 16]);
    let weights = builder.f32s("VEC4", 4, &[1., 0., 0., 0.].repeat(4));
    let content = builder.read(json!({
        "scenes": [{"nodes": [0, 1, 2]}],
        "nodes": [{"mesh": 0, "scale": [0, 0, 0]}, {"mesh": 0, "scale": [0, 0, 0], "skin": 0}, {"translation": [5, 0, 0]}],
        "skins": [{"joints": [2]}],
        "meshes": [{"primitives": [{
            "attributes": {"POSITION": positions, "JOINTS_0": joints, "WEIGHTS_0": weights}, "indices": indices}]}]}));
    let [part] = &content.parts[..] else { panic!("one part, got {}", content.parts.len()) };
    assert_eq!(super::positions(part)[1], DVec3::new(7., 0., 0.));
}
