//! Things that stand many times in a tile, stored once (EXT_mesh_gpu_instancing, EXT_instance_features).
//!
//! All prototypes share their buffer views: what tells them apart are the accessors' offsets, as the JSON of a view of its
//! own for each attribute would be larger than the vertices of a tree.

use glam::{DMat3, DQuat, DVec3};
use serde_json::{Value, json};

use super::document::{BYTE, Document, FLOAT, SHORT, UNSIGNED_BYTE, UNSIGNED_SHORT};
use super::vertices::{Grid, NULL_FEATURE, Stored, weld, y_up};
use crate::bake::frame::LocalFrame;
use crate::bake::mesh::{Copies, MATTERS, Mesh, NO_FEATURE};
use crate::bake::night;

/// What a document needs for the copies: glTF meshes and the nodes that place them.
#[derive(Default)]
pub struct Written {
    pub meshes: Vec<Value>,
    /// Nodes in the tile's frame (y up); their `mesh` counts from the first of `meshes`.
    pub nodes: Vec<Value>,
    /// Triangles of all copies.
    pub triangles: usize,
    pub has_features: bool,
}

/// A prototype's welded part of one matter, in the shared streams.
struct Piece {
    copies: usize,
    matter: usize,
    first_vertex: usize,
    vertices: usize,
    first_index: usize,
    indices: usize,
    low: [u32; 3],
    high: [u32; 3],
}

/// The matters that copies have.
pub fn matters(mesh: &Mesh) -> impl Iterator<Item = usize> + '_ {
    (0..MATTERS).filter(|&m| mesh.copies.iter().any(|c| !c.prototype.triangles[m].is_empty()))
}

/// Writes all copies of a mesh. `material_of` gives the document's material of a matter; `table_rows` is 0 where the
/// document has no table.
pub fn write(
    doc: &mut Document,
    mesh: &Mesh,
    map: &LocalFrame,
    material_of: impl Fn(usize) -> usize,
    table_rows: usize,
) -> Written {
    let mut written = Written::default();
    let mut pieces = Vec::new();
    let mut vertices: Vec<Stored> = Vec::new();
    let mut indices: Vec<u32> = Vec::new();
    let mut grids = Vec::new();
    for (k, copies) in mesh.copies.iter().enumerate() {
        let (low, high) = copies.bounds();
        let (a, b) = (y_up(low), y_up(high));
        let grid = Grid::around(a.min(b), a.max(b));
        grids.push(grid);
        for (matter, list) in copies.prototype.triangles.iter().enumerate() {
            let local: Vec<DVec3> = list.iter().map(|v| v.at).collect();
            let (welded, own) = weld(list, &local, &[], &grid);
            if own.is_empty() {
                continue;
            }
            written.triangles += own.len() / 3 * copies.places.len();
            let range = |pick: fn(u32, u32) -> u32, from: u32| {
                [0, 1, 2].map(|axis| welded.iter().map(|v| v.at[axis]).fold(from, pick))
            };
            pieces.push(Piece {
                copies: k,
                matter,
                first_vertex: vertices.len(),
                vertices: welded.len(),
                first_index: indices.len(),
                indices: own.len(),
                low: range(u32::min, u32::MAX),
                high: range(u32::max, 0),
            });
            vertices.extend(welded);
            indices.extend(own);
        }
    }
    if pieces.is_empty() {
        return written;
    }
    let streams = Streams::new(doc, &vertices, &indices);
    let places = Places::new(doc, mesh, map, &grids, table_rows > 0);
    written.has_features = places.ids.is_some();
    let mut first_place = 0;
    for (k, copies) in mesh.copies.iter().enumerate() {
        let count = copies.places.len();
        let mut primitives = Vec::new();
        for piece in pieces.iter().filter(|p| p.copies == k) {
            primitives.push(streams.primitive(doc, piece, material_of(piece.matter)));
        }
        if !primitives.is_empty() {
            let mut node = places.node(doc, first_place, copies, table_rows);
            node["mesh"] = json!(written.meshes.len());
            written.nodes.push(node);
            written.meshes.push(json!({"primitives": primitives}));
        }
        first_place += count;
    }
    written
}

/// Buffer views that all prototypes share.
struct Streams {
    positions: usize,
    normals: usize,
    colors: usize,
    surfaces: usize,
    lit: usize,
    indices: usize,
}

impl Streams {
    fn new(doc: &mut Document, vertices: &[Stored], indices: &[u32]) -> Self {
        let positions: Vec<[u8; 8]> = vertices
            .iter()
            .map(|v| {
                let [x, y, z] = v.at.map(|x| (x as u16).to_le_bytes());
                [x[0], x[1], y[0], y[1], z[0], z[1], 0, 0]
            })
            .collect();
        let bytes = |of: fn(&Stored) -> [u8; 4]| vertices.iter().map(of).collect::<Vec<_>>();
        let normals = bytes(|v| [v.normal[0] as u8, v.normal[1] as u8, v.normal[2] as u8, 0]);
        let colors = bytes(|v| [v.color[0], v.color[1], v.color[2], 255]);
        let surfaces = bytes(|v| [v.surface, v.light, 0, 0]);
        let lit = bytes(|v| {
            let x = night::u16_of(v.lit).to_le_bytes();
            [x[0], x[1], 0xFF, 0x7F]
        });
        Self {
            positions: doc.attribute_view(&positions),
            normals: doc.attribute_view(&normals),
            colors: doc.attribute_view(&colors),
            surfaces: doc.attribute_view(&surfaces),
            lit: doc.attribute_view(&lit),
            indices: doc.short_index_view(indices),
        }
    }

    fn primitive(&self, doc: &mut Document, piece: &Piece, material: usize) -> Value {
        let (first, count) = (piece.first_vertex, piece.vertices);
        let position = doc.part(self.positions, UNSIGNED_SHORT, "VEC3", (first * 8, count), false);
        doc.set_range(position, json!(piece.low), json!(piece.high));
        let mut attributes = json!({
            "POSITION": position,
            "NORMAL": doc.part(self.normals, BYTE, "VEC3", (first * 4, count), true),
            "COLOR_0": doc.part(self.colors, UNSIGNED_BYTE, "VEC4", (first * 4, count), true),
            "_SURFACE": doc.part(self.surfaces, UNSIGNED_BYTE, "VEC4", (first * 4, count), false),
        });
        if piece.matter == 1 {
            attributes["TEXCOORD_0"] = json!(doc.part(self.lit, UNSIGNED_SHORT, "VEC2", (first * 4, count), true));
        }
        let indices = doc.part(self.indices, UNSIGNED_SHORT, "SCALAR", (piece.first_index * 2, piece.indices), false);
        json!({"attributes": attributes, "indices": indices, "material": material, "mode": 4})
    }
}

/// Where all copies stand, in views that all nodes share.
struct Places {
    translations: usize,
    rotations: usize,
    scales: usize,
    ids: Option<usize>,
}

impl Places {
    fn new(doc: &mut Document, mesh: &Mesh, map: &LocalFrame, grids: &[Grid], with_ids: bool) -> Self {
        let mut translations: Vec<[u8; 12]> = Vec::new();
        let mut rotations: Vec<[u8; 8]> = Vec::new();
        let mut scales: Vec<[u8; 12]> = Vec::new();
        let mut ids: Vec<[u8; 4]> = Vec::new();
        for (copies, grid) in mesh.copies.iter().zip(grids) {
            // The prototype's steps are undone by the copy's own scale and place.
            let (low, step) = match *grid {
                Grid::Steps { low, step } => (low, step),
                Grid::Floats { centre } => (centre, 1.0),
            };
            for place in &copies.places {
                let forward = place.along.normalize_or(glam::DVec2::X);
                let up = place.up.as_dvec3().normalize_or(DVec3::Z);
                let left = up.cross(forward.extend(0.0)).normalize_or(DVec3::Y);
                let turn = DQuat::from_mat3(&DMat3::from_cols(left.cross(up), left, up));
                let axis = y_up(DVec3::new(turn.x, turn.y, turn.z));
                let turn = DQuat::from_xyzw(axis.x, axis.y, axis.z, turn.w).normalize();
                // One of the two quaternions of a turn.
                let sign = if turn.w < 0.0 { -1.0 } else { 1.0 };
                let steps = turn.to_array().map(|x| ((x * sign * 32_767.0 + 32_768.5).floor() - 32_768.0) as i16);
                let scale = place.scale.as_dvec3();
                let scale = DVec3::new(scale.x, scale.z, scale.y);
                let at = y_up(map.local_from_plan(place.at)) + turn * (scale * low);
                let floats = |v: DVec3| {
                    let mut bytes = [0; 12];
                    for (k, x) in v.to_array().into_iter().enumerate() {
                        bytes[k * 4..k * 4 + 4].copy_from_slice(&(x as f32).to_le_bytes());
                    }
                    bytes
                };
                // On a grid of a millimetre: the last bits of the geodesy must not show.
                translations.push(floats((at * 1024.0 + 0.5).floor() / 1024.0));
                scales.push(floats(scale * step));
                let mut turned = [0; 8];
                for (k, x) in steps.into_iter().enumerate() {
                    turned[k * 2..k * 2 + 2].copy_from_slice(&x.to_le_bytes());
                }
                rotations.push(turned);
                let id = u16::try_from(place.feature).unwrap_or(NULL_FEATURE).to_le_bytes();
                ids.push([id[0], id[1], 0, 0]);
            }
        }
        let known = mesh.copies.iter().flat_map(|c| &c.places).any(|p| p.feature != NO_FEATURE);
        Self {
            translations: doc.attribute_view(&translations),
            rotations: doc.attribute_view(&rotations),
            scales: doc.attribute_view(&scales),
            ids: (with_ids && known).then(|| doc.attribute_view(&ids)),
        }
    }

    fn node(&self, doc: &mut Document, first: usize, copies: &Copies, table_rows: usize) -> Value {
        let count = copies.places.len();
        let mut attributes = json!({
            "TRANSLATION": doc.part(self.translations, FLOAT, "VEC3", (first * 12, count), false),
            "ROTATION": doc.part(self.rotations, SHORT, "VEC4", (first * 8, count), true),
            "SCALE": doc.part(self.scales, FLOAT, "VEC3", (first * 12, count), false),
        });
        let mut extensions = json!({});
        if let (Some(ids), true) = (self.ids, copies.places.iter().any(|p| p.feature != NO_FEATURE)) {
            attributes["_FEATURE_ID_0"] = json!(doc.part(ids, UNSIGNED_SHORT, "SCALAR", (first * 4, count), false));
            let mut distinct: Vec<u32> = copies.places.iter().map(|p| p.feature).filter(|&f| f != NO_FEATURE).collect();
            distinct.sort_unstable();
            distinct.dedup();
            extensions["EXT_instance_features"] = json!({"featureIds": [{
                "featureCount": distinct.len().min(table_rows), "attribute": 0, "propertyTable": 0,
                "nullFeatureId": NULL_FEATURE, "label": "objects"}]});
        }
        extensions["EXT_mesh_gpu_instancing"] = json!({"attributes": attributes});
        json!({"extensions": extensions})
    }
}
