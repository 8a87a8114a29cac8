//! Writes meshes as binary glTF 2.0 with KHR_mesh_quantization, EXT_meshopt_compression,
//! EXT_mesh_features and EXT_structural_metadata.
//!
//! Tiles: plan frame in, tile frame (east-north-up at the tile's centre, exact through ECEF) out, glTF's y up. Normals are
//! taken as if the tile's up were everywhere up.

mod copies;
pub(super) mod document;
mod metadata;
mod vertices;

use glam::{DAffine3, DMat4, DVec3, Vec3};
use serde_json::{Value, json};

use super::feature::Feature;
use super::frame::{LocalFrame, PlanFrame};
use super::mesh::{MATTERS, Mesh, Picture};
use super::night;
use document::{BYTE, Document, FLOAT, UNSIGNED_BYTE, UNSIGNED_SHORT};
use vertices::{Grid, NULL_FEATURE, Stored, weld, y_up};

/// A finished tile content.
pub struct Encoded {
    pub bytes: Vec<u8>,
    /// The box around all vertices, tile frame (z up), metres.
    pub low: DVec3,
    pub high: DVec3,
    pub triangles: usize,
}

/// How a tile's content is placed and stored.
#[derive(Clone, Copy)]
pub struct Placement<'a> {
    pub frame: &'a PlanFrame,
    /// East-north-up at the middle of the tile.
    pub ecef_from_tile: DAffine3,
    /// From the tile's frame to the frame that the content's root node is in: the identity if the tileset gives each tile
    /// its transform, else (implicit tiling) that of the tileset's root.
    pub root_from_tile: DAffine3,
    /// Whether vertices are compressed.
    pub packed: bool,
    /// Positions need be no finer than this; 0 for as fine as 16 bits are.
    pub least_step_m: f64,
}

/// Encodes a mesh in the plan frame as the content of a tile.
pub fn tile(mesh: &Mesh, table: &[Feature], placement: &Placement) -> Encoded {
    let map = LocalFrame::new(placement.frame, &placement.ecef_from_tile);
    let to_tile = |list: &[super::mesh::Vertex]| list.iter().map(|v| map.local_from_plan(v.at)).collect::<Vec<_>>();
    let local: Vec<Vec<DVec3>> = mesh.triangles.iter().map(|list| to_tile(list)).collect();
    let pictured: Vec<Vec<DVec3>> = mesh.pictured.iter().map(|p| to_tile(&p.triangles)).collect();
    encode(mesh, &map, (&local, &pictured), table, placement)
}

/// A part of a model; its mesh and place are in the frame of its parent, z up.
pub struct Node {
    pub name: String,
    pub parent: Option<usize>,
    pub at: DVec3,
    pub mesh: Mesh,
}

/// Encodes a model: one glTF node for each part, 32-bit positions, no features.
pub fn model(nodes: &[Node]) -> Vec<u8> {
    let mut doc = Document::default();
    let grid = Grid::Floats { centre: DVec3::ZERO };
    let used: Vec<usize> = (0..MATTERS).filter(|&m| nodes.iter().any(|n| !n.mesh.triangles[m].is_empty())).collect();
    let mut meshes = Vec::new();
    let mut json_nodes = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        let mut primitives = Vec::new();
        for (material, &matter) in used.iter().enumerate() {
            let list = &node.mesh.triangles[matter];
            let local: Vec<DVec3> = list.iter().map(|v| v.at).collect();
            let (vertices, indices) = weld(list, &local, &[], &grid);
            if !indices.is_empty() {
                primitives.push(primitive(&mut doc, &vertices, &indices, material, &grid, &[], Uv::None));
            }
        }
        let children: Vec<usize> = (0..nodes.len()).filter(|&k| nodes[k].parent == Some(index)).collect();
        let mut json = json!({"name": node.name, "mesh": meshes.len(), "translation": y_up(node.at).to_array()});
        if !children.is_empty() {
            json["children"] = json!(children);
        }
        meshes.push(json!({"name": node.name, "primitives": primitives}));
        json_nodes.push(json);
    }
    let roots: Vec<usize> = (0..nodes.len()).filter(|&k| nodes[k].parent.is_none()).collect();
    let root = json!({
        "scenes": [{"nodes": roots}],
        "nodes": json_nodes,
        "meshes": meshes,
        "materials": used.iter().map(|&m| material(m, None)).collect::<Vec<_>>(),
        "extensionsUsed": ["KHR_mesh_quantization"],
        "extensionsRequired": ["KHR_mesh_quantization"],
    });
    doc.finish(root)
}

fn encode(
    mesh: &Mesh,
    map: &LocalFrame,
    (local, pictured): (&[Vec<DVec3>], &[Vec<DVec3>]),
    table: &[Feature],
    placement: &Placement,
) -> Encoded {
    let all = || local.iter().chain(pictured).flatten().copied();
    let low = all().fold(DVec3::MAX, DVec3::min);
    let high = all().fold(DVec3::MIN, DVec3::max);
    let (a, b) = (y_up(low), y_up(high));
    let grid = Grid::around(a.min(b), a.max(b), placement.least_step_m);
    let mut doc = Document::new(placement.packed);
    let mut primitives = Vec::new();
    let mut used = Vec::new();
    let mut triangles = 0;
    let (mut stored_low, mut stored_high) = (DVec3::MAX, DVec3::MIN);
    let sources = (0..MATTERS)
        .map(|matter| (Look::Matter(matter), &mesh.triangles[matter][..], &local[matter][..], &[][..]))
        .chain(
            mesh.pictured
                .iter()
                .zip(pictured)
                .enumerate()
                .map(|(k, (p, local))| (Look::Picture(k), &p.triangles[..], &local[..], &p.uv[..])),
        );
    for (look, list, local, uv) in sources {
        let (vertices, indices) = weld(list, local, uv, &grid);
        if indices.is_empty() {
            continue;
        }
        triangles += indices.len() / 3;
        for v in &vertices {
            let p = grid.value(v.at);
            stored_low = stored_low.min(p);
            stored_high = stored_high.max(p);
        }
        let uv = match look {
            Look::Matter(1) => Uv::Night,
            Look::Matter(_) => Uv::None,
            Look::Picture(_) => Uv::Picture,
        };
        primitives.push(primitive(&mut doc, &vertices, &indices, used.len(), &grid, table, uv));
        used.push(look);
    }
    for matter in copies::matters(mesh) {
        if !used.contains(&Look::Matter(matter)) {
            used.push(Look::Matter(matter));
        }
    }
    let material_of = |matter| used.iter().position(|look| *look == Look::Matter(matter)).unwrap_or(0);
    let written = copies::write(&mut doc, mesh, map, material_of, table.len());
    triangles += written.triangles;
    for copies in &mesh.copies {
        let (low, high) = copies.bounds();
        let around = low.abs().max(high.abs()).truncate().length();
        for place in &copies.places {
            let (at, scale) = (y_up(map.local_from_plan(place.at)), place.scale.as_dvec3());
            // What leans stays within this much more.
            let lean = if place.up == Vec3::Z { 0.0 } else { around * 0.4 };
            let wide = around * scale.x.max(scale.y);
            stored_low = stored_low.min(at - DVec3::new(wide, lean - low.z * scale.z, wide));
            stored_high = stored_high.max(at + DVec3::new(wide, lean + high.z * scale.z, wide));
        }
    }
    let root = document_json(&mut doc, primitives, &used, &grid, (mesh, written), table, placement);
    let bytes = doc.finish(root);
    // Back to z up; a little slack so that a reader's own rounding stays inside.
    let slack = DVec3::splat(0.01);
    let z_up = |p: DVec3| DVec3::new(p.x, -p.z, p.y);
    let (a, b) = (z_up(stored_low), z_up(stored_high));
    Encoded { bytes, low: a.min(b) - slack, high: a.max(b) + slack, triangles }
}

/// What a primitive's material is.
#[derive(Clone, Copy, PartialEq)]
enum Look {
    Matter(usize),
    /// Index into the mesh's pictured parts.
    Picture(usize),
}

/// What its texture coordinates are.
#[derive(Clone, Copy, PartialEq)]
enum Uv {
    None,
    /// Of the night palette.
    Night,
    Picture,
}

fn primitive(
    doc: &mut Document,
    vertices: &[Stored],
    indices: &[u32],
    material: usize,
    grid: &Grid,
    table: &[Feature],
    uv: Uv,
) -> Value {
    let low = [0, 1, 2].map(|k| vertices.iter().map(|v| v.at[k]).min().unwrap_or(0));
    let high = [0, 1, 2].map(|k| vertices.iter().map(|v| v.at[k]).max().unwrap_or(0));
    let position = match grid {
        Grid::Steps { .. } => {
            let data: Vec<[u8; 8]> = vertices
                .iter()
                .map(|v| {
                    let [x, y, z] = v.at.map(|x| (x as u16).to_le_bytes());
                    [x[0], x[1], y[0], y[1], z[0], z[1], 0, 0]
                })
                .collect();
            let accessor = doc.attribute(&data, UNSIGNED_SHORT, "VEC3", false);
            doc.accessors[accessor]["min"] = json!(low);
            doc.accessors[accessor]["max"] = json!(high);
            accessor
        }
        Grid::Floats { .. } => {
            let data: Vec<[u8; 12]> = vertices
                .iter()
                .map(|v| {
                    let mut bytes = [0; 12];
                    for (k, x) in v.at.iter().enumerate() {
                        bytes[k * 4..k * 4 + 4].copy_from_slice(&x.to_le_bytes());
                    }
                    bytes
                })
                .collect();
            let accessor = doc.attribute(&data, FLOAT, "VEC3", false);
            let value = |v: &Stored, k: usize| f32::from_bits(v.at[k]);
            doc.accessors[accessor]["min"] =
                json!([0, 1, 2].map(|k| vertices.iter().map(|v| value(v, k)).fold(f32::MAX, f32::min)));
            doc.accessors[accessor]["max"] =
                json!([0, 1, 2].map(|k| vertices.iter().map(|v| value(v, k)).fold(f32::MIN, f32::max)));
            accessor
        }
    };
    let normals: Vec<[u8; 4]> =
        vertices.iter().map(|v| [v.normal[0] as u8, v.normal[1] as u8, v.normal[2] as u8, 0]).collect();
    let colors: Vec<[u8; 4]> = vertices.iter().map(|v| [v.color[0], v.color[1], v.color[2], 255]).collect();
    let mut attributes = json!({
        "POSITION": position,
        "NORMAL": doc.attribute(&normals, BYTE, "VEC3", true),
        "COLOR_0": doc.attribute(&colors, UNSIGNED_BYTE, "VEC4", true),
    });
    match uv {
        Uv::None => {}
        Uv::Night => {
            let uv: Vec<[u8; 4]> = vertices
                .iter()
                .map(|v| {
                    let x = night::u16_of(v.lit).to_le_bytes();
                    [x[0], x[1], 0xFF, 0x7F]
                })
                .collect();
            attributes["TEXCOORD_0"] = json!(doc.attribute(&uv, UNSIGNED_SHORT, "VEC2", true));
        }
        Uv::Picture => attributes["TEXCOORD_0"] = json!(picture_coordinates(doc, vertices)),
    }
    if vertices.iter().any(|v| v.surface != 0 || v.light != 0) {
        let data: Vec<[u8; 4]> = vertices.iter().map(|v| [v.surface, v.light, 0, 0]).collect();
        attributes["_SURFACE"] = json!(doc.attribute(&data, UNSIGNED_BYTE, "VEC4", false));
    }
    let mut distinct: Vec<u16> = vertices.iter().map(|v| v.feature).filter(|&f| f != NULL_FEATURE).collect();
    distinct.sort_unstable();
    distinct.dedup();
    let mut primitive = json!({"indices": doc.indices(indices, vertices.len()), "material": material, "mode": 4});
    if !distinct.is_empty() && !table.is_empty() {
        let ids: Vec<[u8; 4]> = vertices
            .iter()
            .map(|v| {
                let x = v.feature.to_le_bytes();
                [x[0], x[1], 0, 0]
            })
            .collect();
        attributes["_FEATURE_ID_0"] = json!(doc.attribute(&ids, UNSIGNED_SHORT, "SCALAR", false));
        primitive["extensions"] = json!({"EXT_mesh_features": {"featureIds": [{
            "featureCount": distinct.len(), "attribute": 0, "propertyTable": 0, "nullFeatureId": NULL_FEATURE,
            "label": "objects"}]}});
    }
    primitive["attributes"] = attributes;
    primitive
}

/// Texture coordinates, in 16 bits where they lie within the picture.
fn picture_coordinates(doc: &mut Document, vertices: &[Stored]) -> usize {
    let within = vertices.iter().flat_map(|v| v.uv).all(|x| (0.0..=1.0).contains(&f32::from_bits(x)));
    if within {
        let steps = |x: u32| ((f32::from_bits(x) * 65_535.0 + 0.5) as u16).to_le_bytes();
        let uv: Vec<[u8; 4]> =
            vertices.iter().map(|v| [steps(v.uv[0]), steps(v.uv[1])]).map(|[u, v]| [u[0], u[1], v[0], v[1]]).collect();
        return doc.attribute(&uv, UNSIGNED_SHORT, "VEC2", true);
    }
    let uv: Vec<[u8; 8]> = vertices
        .iter()
        .map(|v| {
            let mut bytes = [0; 8];
            bytes[..4].copy_from_slice(&v.uv[0].to_le_bytes());
            bytes[4..].copy_from_slice(&v.uv[1].to_le_bytes());
            bytes
        })
        .collect();
    doc.attribute(&uv, FLOAT, "VEC2", false)
}

fn document_json(
    doc: &mut Document,
    primitives: Vec<Value>,
    used: &[Look],
    grid: &Grid,
    (mesh, copies): (&Mesh, copies::Written),
    table: &[Feature],
    placement: &Placement,
) -> Value {
    // Byte normals need it even where positions are floats.
    let mut required = vec!["KHR_mesh_quantization"];
    if doc.packed {
        required.push("EXT_meshopt_compression");
    }
    let mut extensions_used = required.clone();
    let mut textures = Textures::default();
    let materials: Vec<Value> = used
        .iter()
        .map(|look| match *look {
            Look::Matter(matter) => {
                let night = (matter == 1).then(|| textures.night(doc));
                material(matter, night)
            }
            Look::Picture(k) => {
                let texture = textures.picture(doc, &mesh.pictured[k].picture);
                let mut pictured = json!({"name": "pictured", "pbrMetallicRoughness": {"metallicFactor": 0.0,
                    "roughnessFactor": 0.95, "baseColorTexture": {"index": texture}}});
                if mesh.pictured[k].picture.is_cut_out() {
                    pictured["alphaMode"] = json!("MASK");
                }
                if let Some(glow) = &mesh.pictured[k].glow {
                    pictured["emissiveTexture"] = json!({"index": textures.picture(doc, glow)});
                    pictured["emissiveFactor"] = json!([1.0, 1.0, 1.0]);
                }
                pictured
            }
        })
        .collect();
    if textures.images.iter().any(|image| image["mimeType"] == "image/webp") {
        extensions_used.push("EXT_texture_webp");
        required.push("EXT_texture_webp");
    }
    if textures.images.iter().any(|image| image["mimeType"] == "image/ktx2") {
        extensions_used.push("KHR_texture_basisu");
        required.push("KHR_texture_basisu");
    }
    let mut nodes = Vec::new();
    let mut meshes = Vec::new();
    if !primitives.is_empty() {
        let mut node = grid.node();
        node["mesh"] = json!(0);
        nodes.push(node);
        meshes.push(json!({"primitives": primitives}));
    }
    if !copies.nodes.is_empty() {
        extensions_used.push("EXT_mesh_gpu_instancing");
        required.push("EXT_mesh_gpu_instancing");
    }
    if copies.has_features {
        extensions_used.push("EXT_instance_features");
    }
    for mut node in copies.nodes {
        node["mesh"] = json!(node["mesh"].as_u64().unwrap_or(0) + meshes.len() as u64);
        nodes.push(node);
    }
    meshes.extend(copies.meshes);
    let mut roots: Vec<usize> = (0..nodes.len()).collect();
    if placement.root_from_tile != DAffine3::IDENTITY {
        // glTF's y up on both sides of the placement.
        let z_from_y = DMat4::from_cols_array_2d(&[
            [1.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, 1.0, 0.0],
            [0.0, -1.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, 1.0],
        ]);
        let matrix = z_from_y.transpose() * DMat4::from(placement.root_from_tile) * z_from_y;
        // A fixed number of digits: the last bits of the geodesy must not show.
        let entries: Vec<f64> = matrix.to_cols_array().iter().map(|x| (x * 1e12 + 0.5).floor() / 1e12).collect();
        let children: Vec<usize> = (1..=nodes.len()).collect();
        nodes.insert(0, json!({"matrix": entries, "children": children}));
        roots = vec![0];
    }
    let mut root = json!({
        "scenes": [{"nodes": roots}],
        "nodes": nodes,
        "meshes": meshes,
        "materials": materials,
    });
    if !textures.images.is_empty() {
        root["images"] = json!(textures.images);
        root["samplers"] = json!(textures.samplers);
        root["textures"] = json!(textures.textures);
    }
    let with_ids =
        root["meshes"][0]["primitives"].as_array().is_some_and(|p| p.iter().any(|p| p.get("extensions").is_some()));
    if with_ids {
        extensions_used.push("EXT_mesh_features");
    }
    if with_ids || copies.has_features {
        extensions_used.push("EXT_structural_metadata");
        root["extensions"] = json!({"EXT_structural_metadata": metadata::write(doc, table)});
    }
    root["extensionsUsed"] = json!(extensions_used);
    root["extensionsRequired"] = json!(required);
    root
}

/// Textures with their images and samplers, as the document lists them.
#[derive(Default)]
struct Textures {
    images: Vec<Value>,
    samplers: Vec<Value>,
    textures: Vec<Value>,
}

impl Textures {
    fn night(&mut self, doc: &mut Document) -> usize {
        let view = doc.view(&night::png(), None, None);
        self.images.push(json!({"bufferView": view, "mimeType": "image/png", "name": "night"}));
        self.samplers.push(json!({"magFilter": 9728, "minFilter": 9728, "wrapS": 33071, "wrapT": 33071}));
        self.textures.push(json!({"source": self.images.len() - 1, "sampler": self.samplers.len() - 1}));
        self.textures.len() - 1
    }

    fn picture(&mut self, doc: &mut Document, picture: &Picture) -> usize {
        let view = doc.view(&picture.bytes, None, None);
        self.images.push(json!({"bufferView": view, "mimeType": picture.mime}));
        let wrap = if picture.repeat { 10497 } else { 33071 };
        self.samplers.push(json!({"magFilter": 9729, "minFilter": 9987, "wrapS": wrap, "wrapT": wrap}));
        let source = self.images.len() - 1;
        let sampler = self.samplers.len() - 1;
        self.textures.push(match picture.mime {
            "image/webp" => json!({"sampler": sampler, "extensions": {"EXT_texture_webp": {"source": source}}}),
            "image/ktx2" => json!({"sampler": sampler, "extensions": {"KHR_texture_basisu": {"source": source}}}),
            _ => json!({"source": source, "sampler": sampler}),
        });
        self.textures.len() - 1
    }
}

fn material(matter: usize, night: Option<usize>) -> Value {
    match matter {
        0 => json!({"name": "solid", "pbrMetallicRoughness": {"metallicFactor": 0.0, "roughnessFactor": 0.88}}),
        1 => {
            let mut glass = json!({"name": "glass",
                "pbrMetallicRoughness": {"metallicFactor": 0.0, "roughnessFactor": 0.12}});
            if let Some(index) = night {
                glass["emissiveTexture"] = json!({"index": index});
                glass["emissiveFactor"] = json!([1.0, 1.0, 1.0]);
            }
            glass
        }
        _ => json!({"name": "water", "pbrMetallicRoughness": {"metallicFactor": 0.0, "roughnessFactor": 0.1}}),
    }
}
