//! A tile's points as GLB: positions, colours, classes as features, what the scanner measured as attributes.
//!
//! Positions are exact in the cloud's steps: 16 bits where the tile is small enough (KHR_mesh_quantization), else floats
//! whose lower bits are whole steps (the exponential filter of EXT_meshopt_compression packs those as well as integers).
//! Only tiles of more than 2^24 steps (16 km at 1 mm) are rounded coarser.
//!
//! Colours are linear light with 16 bits: 8 bits would show steps in shadows. Points have no normals, so the material is
//! unlit: what light there was is in the colours.
//!
//! Classes are feature ids (EXT_mesh_features, `_FEATURE_ID_0` = ASPRS class) with a property table that names them:
//! viewers pick and style by it, our own and CesiumJS alike. Intensity and returns are numbers of each point and no
//! features; they are property attributes (EXT_structural_metadata), which CesiumJS can style by and others skip.
//!
//! Frame: the tile frame (east-north-up) turned to glTF's y up.

use serde_json::{Value, json};

use super::color::{class_name, linear_16};
use super::frame::CloudFrame;
use super::point::CloudPoint;
use crate::bake::glb::document::{Document, FLOAT, UNSIGNED_BYTE, UNSIGNED_SHORT};

/// What all tiles of a cloud have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attributes {
    pub classes: bool,
    pub intensity: bool,
    pub returns: bool,
}

/// Encodes the points of a tile, at least one.
pub fn encode(points: &[CloudPoint], frame: &CloudFrame, has: Attributes) -> Vec<u8> {
    let mut doc = Document::new(true);
    let (position, node, quantized) = positions(&mut doc, points, frame);
    let colors: Vec<[u8; 8]> =
        points.iter().map(|point| padded_8(point.rgb.map(|c| linear_16((c >> 8) as u8)))).collect();
    let mut attributes = json!({
        "POSITION": position,
        "COLOR_0": doc.attribute(&colors, UNSIGNED_SHORT, "VEC3", true),
    });
    let mut extensions = json!({});
    let mut metadata = json!({});
    if has.classes {
        let ids: Vec<[u8; 4]> = points.iter().map(|point| [point.class, 0, 0, 0]).collect();
        attributes["_FEATURE_ID_0"] = json!(doc.attribute(&ids, UNSIGNED_BYTE, "SCALAR", false));
        let mut distinct: Vec<u8> = points.iter().map(|point| point.class).collect();
        distinct.sort_unstable();
        distinct.dedup();
        extensions["EXT_mesh_features"] = json!({"featureIds": [
            {"featureCount": distinct.len(), "attribute": 0, "propertyTable": 0, "label": "classification"}]});
        metadata["propertyTables"] = json!([class_table(&mut doc, distinct.last().copied().unwrap_or(0))]);
    }
    let properties = measured(&mut doc, points, has, &mut attributes);
    if properties.as_object().is_some_and(|map| !map.is_empty()) {
        metadata["propertyAttributes"] = json!([{"class": "point", "properties": properties}]);
        extensions["EXT_structural_metadata"] = json!({"propertyAttributes": [0]});
    }
    let mut used = vec!["EXT_meshopt_compression", "KHR_materials_unlit"];
    let mut required = vec!["EXT_meshopt_compression"];
    if quantized {
        used.push("KHR_mesh_quantization");
        required.push("KHR_mesh_quantization");
    }
    let mut primitive = json!({"mode": 0, "attributes": attributes, "material": 0});
    let mut root = json!({
        "asset": {"version": "2.0", "generator": "Mirante"},
        "scenes": [{"nodes": [0]}],
        "nodes": [node],
        "materials": [{"name": "points", "extensions": {"KHR_materials_unlit": {}},
            "pbrMetallicRoughness": {"metallicFactor": 0.0, "roughnessFactor": 1.0}}],
        "extensionsRequired": required,
    });
    if metadata.as_object().is_some_and(|map| !map.is_empty()) {
        if extensions.get("EXT_mesh_features").is_some() {
            used.push("EXT_mesh_features");
        }
        used.push("EXT_structural_metadata");
        metadata["schema"] = schema(has);
        primitive["extensions"] = extensions;
        root["extensions"] = json!({"EXT_structural_metadata": metadata});
    }
    root["meshes"] = json!([{"name": "points", "primitives": [primitive]}]);
    root["extensionsUsed"] = json!(used);
    doc.finish(root)
}

/// Whole steps in glTF's axes.
fn y_up([x, y, z]: [i32; 3]) -> [i64; 3] {
    [x.into(), z.into(), -i64::from(y)]
}

fn bounds(points: &[CloudPoint]) -> ([i64; 3], [i64; 3]) {
    points.iter().map(|point| y_up(point.at)).fold(([i64::MAX; 3], [i64::MIN; 3]), |(low, high), at| {
        ([0, 1, 2].map(|k| low[k].min(at[k])), [0, 1, 2].map(|k| high[k].max(at[k])))
    })
}

/// The accessor of the positions, the node that puts them into the tile's frame, and whether they are quantised.
fn positions(doc: &mut Document, points: &[CloudPoint], frame: &CloudFrame) -> (usize, Value, bool) {
    let (low, high) = bounds(points);
    let extent = (0..3).map(|k| high[k] - low[k]).max().unwrap_or(0);
    let metres = |steps: [i64; 3]| steps.map(|s| s as f64 * frame.step_m());
    if extent <= i64::from(u16::MAX) {
        let at = |point: &CloudPoint| {
            let at = y_up(point.at);
            [0, 1, 2].map(|k| (at[k] - low[k]) as u16)
        };
        let data: Vec<[u8; 8]> = points.iter().map(|point| padded_8(at(point))).collect();
        let accessor = doc.attribute(&data, UNSIGNED_SHORT, "VEC3", false);
        doc.set_range(accessor, json!([0, 0, 0]), json!([0, 1, 2].map(|k| high[k] - low[k])));
        let step_m = frame.step_m();
        let node = json!({"mesh": 0, "translation": metres(low), "scale": [step_m, step_m, step_m]});
        return (accessor, node, true);
    }
    let middle = [0, 1, 2].map(|k| low[k] + (high[k] - low[k]) / 2);
    // The filter has 24 bits with sign.
    let shift = (64 - ((extent / 2) as u64).leading_zeros()).saturating_sub(23);
    let exponent = frame.log2_step + shift as i32;
    let mantissa = |steps: i64| (steps + (1_i64 << shift >> 1)) >> shift;
    let word = |value: i64| ((value as i32 as u32 & 0x00FF_FFFF) | (exponent as u8 as u32) << 24).to_le_bytes();
    let at = |point: &CloudPoint| {
        let at = y_up(point.at);
        [0, 1, 2].map(|k| mantissa(at[k] - middle[k]))
    };
    let data: Vec<[u8; 12]> = points
        .iter()
        .map(|point| {
            let [x, y, z] = at(point).map(word);
            [x[0], x[1], x[2], x[3], y[0], y[1], y[2], y[3], z[0], z[1], z[2], z[3]]
        })
        .collect();
    let accessor = doc.attribute(&data, FLOAT, "VEC3", false);
    doc.set_filter(accessor, "EXPONENTIAL");
    let value = |steps: i64| mantissa(steps) as f64 * (1_u64 << shift) as f64 * frame.step_m();
    let range = |corner: [i64; 3]| json!([0, 1, 2].map(|k| value(corner[k] - middle[k])));
    doc.set_range(accessor, range(low), range(high));
    (accessor, json!({"mesh": 0, "translation": metres(middle)}), false)
}

/// Three 16-bit numbers, padded as vertex strides must be.
fn padded_8(values: [u16; 3]) -> [u8; 8] {
    let [x, y, z] = values.map(u16::to_le_bytes);
    [x[0], x[1], y[0], y[1], z[0], z[1], 0, 0]
}

/// Attributes of single points; gives the properties that they are.
fn measured(doc: &mut Document, points: &[CloudPoint], has: Attributes, attributes: &mut Value) -> Value {
    let mut properties = json!({});
    if has.intensity {
        let data: Vec<[u8; 4]> = points
            .iter()
            .map(|point| {
                let [low, high] = point.intensity.to_le_bytes();
                [low, high, 0, 0]
            })
            .collect();
        attributes["_INTENSITY"] = json!(doc.attribute(&data, UNSIGNED_SHORT, "SCALAR", false));
        properties["intensity"] = json!({"attribute": "_INTENSITY"});
    }
    if has.returns {
        let mut bytes = |name: &str, id: &str, of: &dyn Fn(&CloudPoint) -> u8| {
            let data: Vec<[u8; 4]> = points.iter().map(|point| [of(point), 0, 0, 0]).collect();
            attributes[name] = json!(doc.attribute(&data, UNSIGNED_BYTE, "SCALAR", false));
            properties[id] = json!({"attribute": name});
        };
        bytes("_RETURN_NUMBER", "return_number", &|point| point.return_number);
        bytes("_RETURN_COUNT", "return_count", &|point| point.return_count);
    }
    properties
}

/// A row for each class up to the highest one, so that the class is the row.
fn class_table(doc: &mut Document, highest: u8) -> Value {
    let (mut names, mut codes) = (Vec::new(), Vec::new());
    let mut offsets = 0_u32.to_le_bytes().to_vec();
    for class in 0..=highest {
        names.extend_from_slice(class_name(class).as_bytes());
        offsets.extend_from_slice(&(names.len() as u32).to_le_bytes());
        codes.push(class);
    }
    let name = json!({"values": doc.view(&names, None, None), "stringOffsets": doc.view(&offsets, None, None),
        "stringOffsetType": "UINT32"});
    json!({"name": "classification", "class": "classification", "count": codes.len(),
        "properties": {"name": name, "code": {"values": doc.view(&codes, None, None)}}})
}

fn schema(has: Attributes) -> Value {
    let number = |kind: &str, text: &str| json!({"type": "SCALAR", "componentType": kind, "description": text});
    let mut classes = json!({});
    if has.classes {
        classes["classification"] = json!({"name": "Classification", "properties": {
            "name": {"name": "Class", "type": "STRING", "required": true,
                "description": "What the point belongs to, as ASPRS names it"},
            "code": {"name": "Code", "type": "SCALAR", "componentType": "UINT8", "required": true,
                "description": "ASPRS class number"},
        }});
    }
    if has.intensity || has.returns {
        let mut properties = json!({});
        if has.intensity {
            properties["intensity"] = number("UINT16", "Strength of the return, in the scanner's own scale");
        }
        if has.returns {
            properties["return_number"] = number("UINT8", "Which return of its pulse, from 1");
            properties["return_count"] = number("UINT8", "How many returns the pulse has");
        }
        classes["point"] = json!({"name": "Point", "properties": properties});
    }
    json!({"id": "mirante_cloud", "classes": classes})
}
