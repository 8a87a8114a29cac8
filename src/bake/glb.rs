//! Writes meshes as binary glTF 2.0 with KHR_mesh_quantization, EXT_meshopt_compression,
//! EXT_mesh_features and EXT_structural_metadata.
//!
//! Vertices are welded by their quantised value. Tiles: plan frame in, tile frame (east-north-up at the tile's centre,
//! exact through ECEF) out, glTF's y up. Positions are 16-bit with a step of the tile's extent / 65535 (4 mm for the
//! finest tiles), 32-bit floats for extents above [`FLOAT_EXTENT_M`]. Positions are rounded, so the last bit of the
//! geodesy does not reach the file. Normals are taken as if the tile's up were everywhere up.

use super::feature::Feature;
use super::frame::PlanFrame;
use super::mesh::{MATTERS, Mesh, NO_FEATURE, Vertex};
use super::meshopt;
use super::night;
use glam::{DAffine3, DVec3, Vec3};
use serde_json::{Value, json};
use std::collections::HashMap;

/// Above this extent 16 bits would be coarser than 12 cm.
pub const FLOAT_EXTENT_M: f64 = 8000.0;
const NULL_FEATURE: u16 = u16::MAX;

pub(super) const FLOAT: u32 = 5126;
const BYTE: u32 = 5120;
pub(super) const UNSIGNED_BYTE: u32 = 5121;
pub(super) const UNSIGNED_SHORT: u32 = 5123;
const UNSIGNED_INT: u32 = 5125;

/// A finished tile content.
pub struct Encoded {
    pub bytes: Vec<u8>,
    /// The box around all vertices, tile frame (z up), metres.
    pub low: DVec3,
    pub high: DVec3,
}

/// The document under construction: JSON arrays and the binary chunk.
#[derive(Default)]
pub struct Document {
    /// Whether vertices and indices are stored by EXT_meshopt_compression.
    packed: bool,
    /// Length of the buffer that they unpack to.
    unpacked_len: usize,
    bin: Vec<u8>,
    views: Vec<Value>,
    accessors: Vec<Value>,
}

impl Document {
    /// One whose vertices and indices are stored by EXT_meshopt_compression.
    pub(super) fn compressed() -> Self {
        Self { packed: true, ..Self::default() }
    }

    /// Appends a buffer view, aligned to 8 bytes (which property tables ask for).
    pub(super) fn view(&mut self, bytes: &[u8], stride: Option<usize>, target: Option<u32>) -> usize {
        while !self.bin.len().is_multiple_of(8) {
            self.bin.push(0);
        }
        let mut view = json!({"buffer": 0, "byteOffset": self.bin.len(), "byteLength": bytes.len()});
        if let Some(stride) = stride {
            view["byteStride"] = json!(stride);
        }
        if let Some(target) = target {
            view["target"] = json!(target);
        }
        self.bin.extend_from_slice(bytes);
        self.views.push(view);
        self.views.len() - 1
    }

    fn accessor(&mut self, view: usize, component: u32, kind: &str, count: usize, normalized: bool) -> usize {
        let mut accessor = json!({"bufferView": view, "componentType": component, "type": kind, "count": count});
        if normalized {
            accessor["normalized"] = json!(true);
        }
        self.accessors.push(accessor);
        self.accessors.len() - 1
    }

    /// A buffer view of vertices or indices, packed if the document is.
    fn stream(&mut self, bytes: &[u8], stride: usize, packed: impl Fn() -> Vec<u8>, mode: &str, target: u32) -> usize {
        let vertices = mode == "ATTRIBUTES";
        if !self.packed {
            return self.view(bytes, vertices.then_some(stride), Some(target));
        }
        let view = self.view(&packed(), None, None);
        let stored = self.views[view].take();
        self.unpacked_len = self.unpacked_len.next_multiple_of(8);
        let mut json = json!({"buffer": 1, "byteOffset": self.unpacked_len, "byteLength": bytes.len(), "target": target,
            "extensions": {"EXT_meshopt_compression": {"buffer": 0, "byteOffset": stored["byteOffset"],
                "byteLength": stored["byteLength"], "byteStride": stride, "mode": mode, "count": bytes.len() / stride}}});
        if vertices {
            json["byteStride"] = json!(stride);
        }
        self.unpacked_len += bytes.len();
        self.views[view] = json;
        view
    }

    pub(super) fn attribute<const N: usize>(
        &mut self,
        data: &[[u8; N]],
        component: u32,
        kind: &str,
        normalized: bool,
    ) -> usize {
        let bytes = data.as_flattened();
        let view = self.stream(bytes, N, || meshopt::attributes(bytes, N), "ATTRIBUTES", 34962);
        self.accessor(view, component, kind, data.len(), normalized)
    }

    /// Says in which range an attribute's values lie, as positions must.
    pub(super) fn set_range(&mut self, accessor: usize, min: Value, max: Value) {
        self.accessors[accessor]["min"] = min;
        self.accessors[accessor]["max"] = max;
    }

    /// Says that an attribute's packed values are to be unpacked by a filter of the extension.
    pub(super) fn set_filter(&mut self, accessor: usize, filter: &str) {
        if let Some(view) = self.accessors[accessor]["bufferView"].as_u64() {
            self.views[view as usize]["extensions"]["EXT_meshopt_compression"]["filter"] = json!(filter);
        }
    }

    fn indices(&mut self, indices: &[u32], vertices: usize) -> usize {
        let (component, stride) = if vertices < 65_535 { (UNSIGNED_SHORT, 2) } else { (UNSIGNED_INT, 4) };
        let bytes: Vec<u8> = indices.iter().flat_map(|&i| i.to_le_bytes().into_iter().take(stride)).collect();
        let view = self.stream(&bytes, stride, || meshopt::triangles(indices), "TRIANGLES", 34963);
        self.accessor(view, component, "SCALAR", indices.len(), false)
    }

    /// Joins the JSON and the binary chunk into a GLB.
    pub fn finish(mut self, mut root: Value) -> Vec<u8> {
        while !self.bin.len().is_multiple_of(4) {
            self.bin.push(0);
        }
        if root.get("asset").is_none() {
            root["asset"] = json!({"version": "2.0", "generator": "Mirante world"});
        }
        root["scene"] = json!(0);
        root["buffers"] = json!([{"byteLength": self.bin.len()}]);
        if self.unpacked_len > 0 {
            let fallback = json!({"byteLength": self.unpacked_len,
                "extensions": {"EXT_meshopt_compression": {"fallback": true}}});
            root["buffers"] = json!([{"byteLength": self.bin.len()}, fallback]);
        }
        root["bufferViews"] = Value::Array(self.views);
        root["accessors"] = Value::Array(self.accessors);
        let mut text = root.to_string().into_bytes();
        while !text.len().is_multiple_of(4) {
            text.push(b' ');
        }
        let total = 12 + 8 + text.len() + 8 + self.bin.len();
        let mut out = Vec::with_capacity(total);
        out.extend_from_slice(b"glTF");
        for word in [2, total as u32, text.len() as u32, 0x4E4F_534A] {
            out.extend_from_slice(&word.to_le_bytes());
        }
        out.extend_from_slice(&text);
        for word in [self.bin.len() as u32, 0x004E_4942] {
            out.extend_from_slice(&word.to_le_bytes());
        }
        out.extend_from_slice(&self.bin);
        out
    }
}

/// Everything of a vertex as it is stored, so that equal ones are one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Stored {
    /// 16-bit steps, or the bits of f32 metres.
    at: [u32; 3],
    normal: [i8; 3],
    color: [u8; 3],
    feature: u16,
    lit: u8,
}

/// How positions are stored.
#[derive(Clone, Copy)]
enum Grid {
    Steps { low: DVec3, step: f64 },
    Floats { centre: DVec3 },
}

impl Grid {
    fn around(low: DVec3, high: DVec3) -> Self {
        let extent = (high - low).max_element().max(1e-3);
        if extent > FLOAT_EXTENT_M {
            Self::Floats { centre: ((low + high) * 0.5).round() }
        } else {
            // Rounded up to a number that f32 holds exactly, as readers may keep the node's scale in f32.
            let step = f64::from((extent / 65_530.0) as f32);
            let low = DVec3::from(low.to_array().map(|x| (x * 16.0).floor() / 16.0));
            Self::Steps { low, step: step.max(extent / 65_500.0) }
        }
    }

    fn stored(&self, p: DVec3) -> [u32; 3] {
        match *self {
            Self::Steps { low, step } => {
                ((p - low) / step).to_array().map(|x| (x + 0.5).floor().clamp(0.0, 65_535.0) as u32)
            }
            // A millimetre grid first: the last bits of the geodesy must not show.
            Self::Floats { centre } => {
                (p - centre).to_array().map(|x| ((((x * 1000.0 + 0.5).floor()) / 1000.0) as f32).to_bits())
            }
        }
    }

    fn node(&self) -> Value {
        match *self {
            Self::Steps { low, step } => json!({"translation": low.to_array(), "scale": [step, step, step]}),
            Self::Floats { centre } => json!({"translation": centre.to_array()}),
        }
    }

    fn value(&self, stored: [u32; 3]) -> DVec3 {
        match *self {
            Self::Steps { low, step } => low + DVec3::from(stored.map(f64::from)) * step,
            Self::Floats { centre } => centre + DVec3::from(stored.map(|b| f64::from(f32::from_bits(b)))),
        }
    }
}

fn y_up(p: DVec3) -> DVec3 {
    DVec3::new(p.x, p.z, -p.y)
}

fn stored_normal(n: Vec3) -> [i8; 3] {
    [n.x, n.z, -n.y].map(|x| (x * 127.0).round() as i8)
}

fn stored_color(c: [f32; 3]) -> [u8; 3] {
    c.map(|x| (x.clamp(0.0, 1.0) * 255.0 + 0.5).floor() as u8)
}

/// Encodes a mesh in the plan frame as the content of a tile whose frame is `ecef_from_tile`.
pub fn tile(mesh: &Mesh, table: &[Feature], frame: &PlanFrame, ecef_from_tile: &DAffine3, packed: bool) -> Encoded {
    let tile_from_ecef = ecef_from_tile.inverse();
    let local: Vec<Vec<DVec3>> = mesh
        .triangles
        .iter()
        .map(|list| list.iter().map(|v| tile_from_ecef.transform_point3(frame.ecef_from_plan(v.at))).collect())
        .collect();
    encode(mesh, &local, table, packed)
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
            let (vertices, indices) = weld(list, &local, &grid);
            if !indices.is_empty() {
                primitives.push(primitive(&mut doc, &vertices, &indices, material, &grid, &[], false));
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
        "materials": used.iter().map(|&m| material(m, false)).collect::<Vec<_>>(),
        "extensionsUsed": ["KHR_mesh_quantization"],
        "extensionsRequired": ["KHR_mesh_quantization"],
    });
    doc.finish(root)
}

fn encode(mesh: &Mesh, local: &[Vec<DVec3>], table: &[Feature], packed: bool) -> Encoded {
    let night = true;
    let all = || local.iter().flatten().copied();
    let low = all().fold(DVec3::MAX, DVec3::min);
    let high = all().fold(DVec3::MIN, DVec3::max);
    let (a, b) = (y_up(low), y_up(high));
    let grid = Grid::around(a.min(b), a.max(b));
    let mut doc = Document { packed, ..Document::default() };
    let mut primitives = Vec::new();
    let mut used = Vec::new();
    let (mut stored_low, mut stored_high) = (DVec3::MAX, DVec3::MIN);
    for (matter, local) in local.iter().enumerate() {
        if mesh.triangles[matter].is_empty() {
            continue;
        }
        let (vertices, indices) = weld(&mesh.triangles[matter], local, &grid);
        if indices.is_empty() {
            continue;
        }
        for v in &vertices {
            let p = grid.value(v.at);
            stored_low = stored_low.min(p);
            stored_high = stored_high.max(p);
        }
        primitives.push(primitive(&mut doc, &vertices, &indices, used.len(), &grid, table, matter == 1 && night));
        used.push(matter);
    }
    let root = document_json(&mut doc, primitives, &used, &grid, table, night);
    let bytes = doc.finish(root);
    // Back to z up; half a step of slack so that a reader's own rounding stays inside.
    let slack = DVec3::splat(0.01);
    let z_up = |p: DVec3| DVec3::new(p.x, -p.z, p.y);
    let (a, b) = (z_up(stored_low), z_up(stored_high));
    Encoded { bytes, low: a.min(b) - slack, high: a.max(b) + slack }
}

fn weld(triangles: &[Vertex], local: &[DVec3], grid: &Grid) -> (Vec<Stored>, Vec<u32>) {
    let mut known: HashMap<Stored, u32> = HashMap::with_capacity(triangles.len() / 2);
    let mut vertices = Vec::new();
    let mut indices = Vec::with_capacity(triangles.len());
    for (corner, p) in triangles.chunks_exact(3).zip(local.chunks_exact(3)) {
        let stored = [0, 1, 2].map(|k| {
            let v = &corner[k];
            let feature = if v.feature == NO_FEATURE { NULL_FEATURE } else { v.feature as u16 };
            let (normal, color) = (stored_normal(v.normal), stored_color(v.color));
            Stored { at: grid.stored(y_up(p[k])), normal, color, feature, lit: v.lit }
        });
        // What shrank to a line on the grid, or never was a triangle, is left out.
        let [a, b, c] = stored.map(|s| s.at);
        if a == b || b == c || a == c || stored.iter().any(|s| s.normal == [0; 3]) {
            continue;
        }
        indices.extend(stored.map(|s| {
            *known.entry(s).or_insert_with(|| {
                vertices.push(s);
                vertices.len() as u32 - 1
            })
        }));
    }
    (vertices, indices)
}

fn primitive(
    doc: &mut Document,
    vertices: &[Stored],
    indices: &[u32],
    material: usize,
    grid: &Grid,
    table: &[Feature],
    lights: bool,
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
    if lights {
        let uv: Vec<[u8; 4]> = vertices
            .iter()
            .map(|v| {
                let x = night::u16_of(v.lit).to_le_bytes();
                [x[0], x[1], 0xFF, 0x7F]
            })
            .collect();
        attributes["TEXCOORD_0"] = json!(doc.attribute(&uv, UNSIGNED_SHORT, "VEC2", true));
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

fn document_json(
    doc: &mut Document,
    primitives: Vec<Value>,
    used: &[usize],
    grid: &Grid,
    table: &[Feature],
    night: bool,
) -> Value {
    let mut required = Vec::new();
    let mut extensions_used = Vec::new();
    // Byte normals need it even where positions are floats.
    required.push("KHR_mesh_quantization");
    extensions_used.push("KHR_mesh_quantization");
    if doc.packed {
        required.push("EXT_meshopt_compression");
        extensions_used.push("EXT_meshopt_compression");
    }
    let mut node = grid.node();
    node["mesh"] = json!(0);
    let lights = night && used.contains(&1);
    let mut root = json!({
        "scenes": [{"nodes": [0]}],
        "nodes": [node],
        "meshes": [{"primitives": primitives}],
        "materials": used.iter().map(|&m| material(m, lights)).collect::<Vec<_>>(),
    });
    if lights {
        let picture = doc.view(&night::png(), None, None);
        root["images"] = json!([{"bufferView": picture, "mimeType": "image/png", "name": "night"}]);
        root["samplers"] = json!([{"magFilter": 9728, "minFilter": 9728, "wrapS": 33071, "wrapT": 33071}]);
        root["textures"] = json!([{"source": 0, "sampler": 0}]);
    }
    let with_ids =
        root["meshes"][0]["primitives"].as_array().is_some_and(|p| p.iter().any(|p| p.get("extensions").is_some()));
    if with_ids {
        extensions_used.extend(["EXT_mesh_features", "EXT_structural_metadata"]);
        root["extensions"] = json!({"EXT_structural_metadata": metadata(doc, table)});
    }
    if !extensions_used.is_empty() {
        root["extensionsUsed"] = json!(extensions_used);
    }
    if !required.is_empty() {
        root["extensionsRequired"] = json!(required);
    }
    root
}

fn material(matter: usize, lights: bool) -> Value {
    match matter {
        0 => json!({"name": "solid", "pbrMetallicRoughness": {"metallicFactor": 0.0, "roughnessFactor": 0.88}}),
        1 => {
            let mut glass = json!({"name": "glass",
                "pbrMetallicRoughness": {"metallicFactor": 0.0, "roughnessFactor": 0.12}});
            if lights {
                glass["emissiveTexture"] = json!({"index": 0});
                glass["emissiveFactor"] = json!([0.35, 0.35, 0.35]);
            }
            glass
        }
        _ => json!({"name": "water", "pbrMetallicRoughness": {"metallicFactor": 0.0, "roughnessFactor": 0.1}}),
    }
}

/// The schema of tile features; the tileset names the same.
pub fn schema() -> Value {
    let text = |what: &str| json!({"type": "STRING", "required": true, "description": what});
    json!({"id": "mirante_world", "classes": {"object": {"name": "Object", "properties": {
        "id": text("Unique in the tileset"),
        "kind": text("What it is: building, tower, house, crane, tank, ship, trees"),
        "name": text("Address or name"),
        "use": text("What it is used for"),
        "height_m": {"type": "SCALAR", "componentType": "FLOAT32", "required": true,
            "description": "Metres above its ground floor"},
        "floors": {"type": "SCALAR", "componentType": "UINT16", "required": true, "noData": 0,
            "description": "Storeys; 0 where the notion does not apply"},
        "year": {"type": "SCALAR", "componentType": "INT16", "required": true, "noData": 0,
            "description": "Year built; 0 where unknown"},
    }}}})
}

fn metadata(doc: &mut Document, table: &[Feature]) -> Value {
    let mut text = |of: &dyn Fn(&Feature) -> &str| {
        let mut bytes = Vec::new();
        let mut offsets: Vec<u8> = 0u32.to_le_bytes().to_vec();
        for feature in table {
            bytes.extend_from_slice(of(feature).as_bytes());
            offsets.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        }
        let values = doc.view(&bytes, None, None);
        json!({"values": values, "stringOffsets": doc.view(&offsets, None, None), "stringOffsetType": "UINT32"})
    };
    let mut properties = json!({
        "id": text(&|f| &f.id), "kind": text(&|f| &f.kind), "name": text(&|f| &f.name), "use": text(&|f| &f.usage),
    });
    let heights: Vec<u8> = table.iter().flat_map(|f| f.height_m.to_le_bytes()).collect();
    let floors: Vec<u8> = table.iter().flat_map(|f| f.floors.to_le_bytes()).collect();
    let years: Vec<u8> = table.iter().flat_map(|f| f.year.to_le_bytes()).collect();
    properties["height_m"] = json!({"values": doc.view(&heights, None, None)});
    properties["floors"] = json!({"values": doc.view(&floors, None, None)});
    properties["year"] = json!({"values": doc.view(&years, None, None)});
    json!({"schema": schema(),
        "propertyTables": [{"name": "objects", "class": "object", "count": table.len(), "properties": properties}]})
}
