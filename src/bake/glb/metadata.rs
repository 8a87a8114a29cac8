//! Feature tables as EXT_structural_metadata: one class, one property table, a column for what the features tell.
//!
//! Columns of which no feature has anything are left out. What only few features tell (tags of maps, say) goes together
//! into one column of text, so that a tile of 500 houses does not carry 200 nearly empty columns.
//!
//! OGC 3D Tiles 1.1, 3D Metadata Specification, binary table format.

use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

use super::document::Document;
use crate::bake::feature::Feature;
use crate::bake::model::Value;

/// A property of its own needs at least this share of the features to have it.
const COMMON_SHARE: f64 = 0.06;
/// And at most this many get a column, the most common first.
const MAX_COLUMNS: usize = 40;
/// Stands for "unknown" in columns of numbers.
const NO_NUMBER: f64 = -9.0e15;

/// The extension object of the document: schema and table.
pub fn write(doc: &mut Document, table: &[Feature]) -> Json {
    let mut columns = Columns { doc, properties: Map::new(), values: Map::new() };
    columns.text("id", "Unique in the tileset", table.iter().map(|f| f.id.clone()));
    columns.text("kind", "What it is", table.iter().map(|f| f.kind.clone()));
    if table.iter().any(|f| !f.name.is_empty()) {
        columns.text("name", "Address or name", table.iter().map(|f| f.name.clone()));
    }
    if table.iter().any(|f| !f.usage.is_empty()) {
        columns.text("use", "What it is used for", table.iter().map(|f| f.usage.clone()));
    }
    if table.iter().any(|f| f.height_m != 0.0) {
        let bytes = table.iter().flat_map(|f| f.height_m.to_le_bytes()).collect::<Vec<_>>();
        columns.scalar("height_m", "FLOAT32", "Metres above its ground floor", &bytes, json!(0.0));
    }
    if table.iter().any(|f| f.floors != 0) {
        let bytes = table.iter().flat_map(|f| f.floors.to_le_bytes()).collect::<Vec<_>>();
        columns.scalar("floors", "UINT16", "Storeys", &bytes, json!(0));
    }
    if table.iter().any(|f| f.year != 0) {
        let bytes = table.iter().flat_map(|f| f.year.to_le_bytes()).collect::<Vec<_>>();
        columns.scalar("year", "INT16", "Year built", &bytes, json!(0));
    }
    columns.more(table);
    let Columns { properties, values, .. } = columns;
    json!({
        "schema": {"id": "mirante", "classes": {"object": {"name": "Object", "properties": properties}}},
        "propertyTables": [{"name": "objects", "class": "object", "count": table.len(), "properties": values}],
    })
}

struct Columns<'a> {
    doc: &'a mut Document,
    properties: Map<String, Json>,
    values: Map<String, Json>,
}

impl Columns<'_> {
    fn text(&mut self, id: &str, description: &str, values: impl Iterator<Item = String>) {
        let mut bytes = Vec::new();
        let mut offsets: Vec<u8> = 0u32.to_le_bytes().to_vec();
        for value in values {
            bytes.extend_from_slice(value.as_bytes());
            offsets.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        }
        let mut property = json!({"type": "STRING"});
        describe(&mut property, description);
        // An empty buffer view is not allowed; a column of empty texts says nothing anyway.
        if bytes.is_empty() {
            return;
        }
        let values = self.doc.view(&bytes, None, None);
        let offsets = self.doc.view(&offsets, None, None);
        self.properties.insert(id.into(), property);
        self.values
            .insert(id.into(), json!({"values": values, "stringOffsets": offsets, "stringOffsetType": "UINT32"}));
    }

    fn scalar(&mut self, id: &str, component: &str, description: &str, bytes: &[u8], no_data: Json) {
        let mut property = json!({"type": "SCALAR", "componentType": component, "noData": no_data});
        describe(&mut property, description);
        self.properties.insert(id.into(), property);
        let values = self.doc.view(bytes, None, None);
        self.values.insert(id.into(), json!({"values": values}));
    }

    /// Columns for what the features' sources tell.
    fn more(&mut self, table: &[Feature]) {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for feature in table {
            for name in feature.more.keys() {
                *counts.entry(name).or_default() += 1;
            }
        }
        let least = ((table.len() as f64 * COMMON_SHARE).ceil() as usize).max(1);
        let mut common: Vec<(&str, usize)> = counts.into_iter().filter(|&(_, count)| count >= least).collect();
        common.sort_by_key(|&(name, count)| (std::cmp::Reverse(count), name));
        common.truncate(MAX_COLUMNS);
        let mut chosen: Vec<&str> = common.into_iter().map(|(name, _)| name).collect();
        chosen.sort_unstable();
        for &name in &chosen {
            self.column(name, table);
        }
        let chosen: BTreeSet<&str> = chosen.into_iter().collect();
        let rest = |feature: &Feature| {
            let others = feature.more.iter().filter(|(name, _)| !chosen.contains(name.as_str()));
            others.map(|(name, value)| format!("{name}={}", text_of(value))).collect::<Vec<_>>().join("; ")
        };
        let id = self.free_id("other");
        self.text(&id, "What else the source tells", table.iter().map(rest));
    }

    fn column(&mut self, name: &str, table: &[Feature]) {
        let id = self.free_id(name);
        let number = |value: Option<&Value>| match value {
            None => Some(NO_NUMBER),
            Some(Value::Number(x)) => Some(if x.is_finite() { *x } else { NO_NUMBER }),
            Some(Value::Integer(x)) => Some(*x as f64),
            Some(_) => None,
        };
        let numbers: Option<Vec<f64>> = table.iter().map(|f| number(f.more.get(name))).collect();
        match numbers {
            Some(numbers) => {
                let bytes = numbers.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<_>>();
                self.scalar(&id, "FLOAT64", "", &bytes, json!(NO_NUMBER));
            }
            None => self.text(&id, "", table.iter().map(|f| f.more.get(name).map(text_of).unwrap_or_default())),
        }
        if id != name
            && let Some(property) = self.properties.get_mut(&id)
        {
            property["name"] = json!(name);
        }
    }

    /// Property ids are letters, digits and underscores.
    fn free_id(&self, name: &str) -> String {
        let mut id: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).take(64).collect();
        if id.is_empty() || id.starts_with(|c: char| c.is_ascii_digit()) {
            id.insert(0, '_');
        }
        while self.properties.contains_key(&id) {
            id.push('_');
        }
        id
    }
}

fn describe(property: &mut Json, description: &str) {
    if !description.is_empty() {
        property["description"] = json!(description);
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Number(x) => x.to_string(),
        Value::Integer(x) => x.to_string(),
        Value::Flag(flag) => flag.to_string(),
    }
}
