//! The batch table of b3dm, i3dm and pnts tiles (3D Tiles 1.0, "Batch Table") as a [`PropertyTable`].
//!
//! A property is a JSON array with one value a feature, or a run of numbers in the binary part. Wrong properties are
//! left out with an issue; the others stay. `3DTILES_batch_table_hierarchy` is flattened: see [`hierarchy`].

mod hierarchy;

use std::sync::Arc;

use serde_json::{Map, Value};

use super::feature_table::short;
use super::number::{Component, Number};
use super::tile_header::{Sections, json_object};
use super::{Column, Property, PropertyTable};
use crate::format::issue::{Issue, Issues};

/// Names in the JSON that are no properties.
const RESERVED: [&str; 3] = ["extensions", "extras", "HIERARCHY"];

/// The name under which the table is shown.
const TABLE_NAME: &str = "batch table";

/// An attribute of compressed points: `components` (not 0) numbers a point.
pub(super) struct AttributeRun {
    pub numbers: Vec<Number>,
    pub components: usize,
}

/// Reads the table. `count` is how many features there are, `None` where the tile does not say: then the longest
/// property says. `attribute` gives the values that the points have under an id of `3DTILES_draco_point_compression`.
pub(super) fn read(
    sections: &Sections,
    count: Option<u32>,
    attribute: &dyn Fn(u64) -> Option<AttributeRun>,
    issues: &mut Issues,
) -> PropertyTable {
    let json = match json_object("batch table JSON", sections.batch_json, issues) {
        Ok(json) => json,
        Err(message) => {
            issues.push(Issue::error("batch table JSON", message));
            Map::new()
        }
    };
    let count = count.unwrap_or_else(|| longest_array(&json));
    let extension = |name: &str| json.get("extensions")?.get(name);
    let compressed = extension("3DTILES_draco_point_compression").and_then(|draco| draco.get("properties"));
    let mut properties = Vec::new();
    for (id, value) in &json {
        if RESERVED.contains(&id.as_str()) {
            continue;
        }
        let column = match compressed.and_then(|ids| ids.get(id)) {
            Some(unique_id) => compressed_column(unique_id, attribute, count),
            None => column(value, sections.batch_binary, count),
        };
        match column {
            Ok(values) => properties.push(property(id, values)),
            Err((expected, got)) => issues.push(
                Issue::error(format!("batch table /{id}"), "the property cannot be read").expected_got(expected, got),
            ),
        }
    }
    if let Some(hierarchy) = extension("3DTILES_batch_table_hierarchy").or_else(|| json.get("HIERARCHY")) {
        for flat in hierarchy::flatten(hierarchy, sections.batch_binary, count, issues) {
            if !properties.iter().any(|known| known.id == flat.id) {
                properties.push(flat);
            }
        }
    }
    PropertyTable { name: TABLE_NAME.to_string(), class: String::new(), count, properties }
}

fn property(id: &str, values: Column) -> Property {
    Property { name: id.to_string(), id: id.to_string(), semantic: String::new(), values }
}

/// How many features a table has that does not say it.
fn longest_array(json: &Map<String, Value>) -> u32 {
    let lengths = json.iter().filter(|(id, _)| !RESERVED.contains(&id.as_str())).filter_map(|(_, value)| {
        let len = value.as_array()?.len();
        u32::try_from(len).ok()
    });
    lengths.max().unwrap_or(0)
}

/// What a property should have been and what it was.
type Mismatch = (String, String);

fn column(value: &Value, binary: &[u8], count: u32) -> Result<Column, Mismatch> {
    match value {
        Value::Array(array) if array.len() == count as usize => Ok(json_column(array)),
        Value::Array(array) => Err((format!("{count} values, one a feature"), array.len().to_string())),
        Value::Object(_) => {
            let (component, components, run) = binary_run(value, binary, count as usize)?;
            Ok(run_column(component, components, run))
        }
        other => Err(("an array or a binary reference".to_string(), short(other))),
    }
}

fn compressed_column(
    unique_id: &Value,
    attribute: &dyn Fn(u64) -> Option<AttributeRun>,
    count: u32,
) -> Result<Column, Mismatch> {
    let run = unique_id.as_u64().and_then(attribute);
    let run = run.ok_or_else(|| ("an attribute of the compressed points".to_string(), short(unique_id)))?;
    let got = run.numbers.len() / run.components;
    if got != count as usize {
        return Err((format!("{count} values, one a feature"), got.to_string()));
    }
    Ok(numbers_column(&run.numbers, run.components))
}

/// The component type, components a value and bytes of a `{byteOffset, componentType, type}`.
fn binary_run<'a>(value: &Value, binary: &'a [u8], count: usize) -> Result<(Component, usize, &'a [u8]), Mismatch> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
    let component = Component::from_tiles_1_0(text("componentType"))
        .ok_or_else(|| ("a componentType from BYTE to DOUBLE".to_string(), text("componentType").to_string()))?;
    let components = match text("type") {
        "SCALAR" => 1,
        "VEC2" => 2,
        "VEC3" => 3,
        "VEC4" => 4,
        other => return Err(("type SCALAR, VEC2, VEC3 or VEC4".to_string(), other.to_string())),
    };
    let offset = value.get("byteOffset").and_then(Value::as_u64).and_then(|offset| usize::try_from(offset).ok());
    let run = offset.and_then(|offset| {
        let len = count.checked_mul(components)?.checked_mul(component.size())?;
        binary.get(offset..offset.checked_add(len)?)
    });
    let run = run.ok_or_else(|| {
        let expected = format!("{count} times {components} numbers of {} bytes", component.size());
        (expected, format!("byteOffset {} in {} bytes", short(&value["byteOffset"]), binary.len()))
    })?;
    Ok((component, components, run))
}

fn run_column(component: Component, components: usize, run: &[u8]) -> Column {
    let count = run.len() / component.size();
    let numbers: Vec<Number> = (0..count).filter_map(|index| component.read(run, index)).collect();
    numbers_column(&numbers, components)
}

/// Numbers of one component type as a column; tuples become JSON arrays.
fn numbers_column(numbers: &[Number], components: usize) -> Column {
    if components > 1 {
        let tuple = |chunk: &[Number]| Value::Array(chunk.iter().map(|number| number.to_json()).collect());
        return Column::Json(numbers.chunks_exact(components).map(tuple).collect());
    }
    match numbers.first() {
        Some(Number::Int(_)) => {
            Column::I64(numbers.iter().map(|n| if let Number::Int(x) = n { *x } else { 0 }).collect())
        }
        Some(Number::Uint(_)) => {
            Column::U64(numbers.iter().map(|n| if let Number::Uint(x) = n { *x } else { 0 }).collect())
        }
        _ => Column::F64(numbers.iter().map(|number| number.as_f64()).collect()),
    }
}

/// The smallest form that holds all values of a JSON array.
fn json_column(array: &[Value]) -> Column {
    if let Some(column) = all(array, Value::as_i64).map(Column::I64) {
        return column;
    }
    if let Some(column) = all(array, Value::as_u64).map(Column::U64) {
        return column;
    }
    if let Some(column) = all(array, Value::as_f64).map(Column::F64) {
        return column;
    }
    if let Some(column) = all(array, Value::as_bool).map(Column::Bool) {
        return column;
    }
    if let Some(column) = all(array, |value| value.as_str().map(Arc::from)).map(Column::Text) {
        return column;
    }
    Column::Json(array.to_vec())
}

fn all<T>(array: &[Value], get: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    array.iter().map(get).collect()
}

#[cfg(test)]
mod tests;
