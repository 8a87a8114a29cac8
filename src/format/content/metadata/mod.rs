//! 3D Metadata (3D Tiles 1.1, "3D Metadata Specification"): property tables of glTF contents (EXT_structural_metadata)
//! and of subtrees, and the metadata entities that tilesets carry as JSON.
//!
//! A *schema* has classes of typed properties; a *property table* holds their values column by column in binary
//! buffers; an *entity* holds one value each as JSON. Values come out as a user reads them: enums by name, normalized
//! numbers, offset and scale applied, `noData` as the default or as nothing.
//!
//! Property textures and property attributes are not read. What is broken costs its own property only and gives an
//! issue. All tables of one schema together may take [`value::MAX_BYTES`]: a small file can name one buffer many times.

mod column;
mod schema;
mod value;

use std::borrow::Cow;

use serde_json::Value;

use self::schema::{PropertySchema, Schema};
use self::value::Budget;
use super::feature_table::short;
use super::{Column, Property, PropertyTable};
use crate::format::issue::{Issue, Issues};

/// Further tables of one extension are not read; a hostile file could have every table name one large class.
const MAX_TABLES: usize = 1000;

/// The bytes of a buffer view by its index, `None` where it is absent.
pub type BufferViews<'f, 'a> = &'f dyn Fn(usize) -> Option<Cow<'a, [u8]>>;

/// Reads the property tables of an EXT_structural_metadata object (of the glTF's root).
///
/// `schema_override` is the schema that `schemaUri` names, once fetched. There is one table for each that the file
/// lists, in its order, so that indices stay right; what cannot be read is empty.
pub fn read_structural<'a>(
    ext: &Value,
    schema_override: Option<&Value>,
    buffer_view: BufferViews<'_, 'a>,
    issues: &mut Issues,
) -> Vec<PropertyTable> {
    let list = |key: &str| ext.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    for (key, what) in [("propertyTextures", "property textures"), ("propertyAttributes", "property attributes")] {
        if !list(key).is_empty() {
            issues.push(Issue::info(pointer(key), format!("{what} are not read; their values are not shown")));
        }
    }
    let tables = list("propertyTables");
    if tables.is_empty() {
        return Vec::new();
    }
    let Some(schema) = schema_override.or_else(|| ext.get("schema")) else {
        let what = if ext.get("schemaUri").is_some() { "the schema's file is not there" } else { "there is no schema" };
        issues.push(Issue::error(pointer("schema"), format!("{what}: property tables cannot be read")));
        return tables.iter().map(empty).collect();
    };
    let schema = Schema::parse(schema);
    let mut budget = Budget::default();
    if tables.len() > MAX_TABLES {
        let issue = Issue::error(pointer("propertyTables"), "too many property tables; the last ones are not read");
        issues.push(issue.expected_got(format!("at most {MAX_TABLES}"), tables.len()));
    }
    let read = |(index, table): (usize, &Value)| {
        let path = pointer(&format!("propertyTables/{index}"));
        let known = index < MAX_TABLES;
        known
            .then(|| table_columns(table, &schema, buffer_view, &path, &mut budget, issues))
            .flatten()
            .unwrap_or_else(|| empty(table))
    };
    tables.iter().enumerate().map(read).collect()
}

/// Reads one property table whose values lie in buffer views, as subtrees have them (their `bufferView` indices are
/// those of the subtree). `schema` is the tileset's. `None` if its class is not in the schema.
pub fn read_property_table<'a>(
    table: &Value,
    schema: &Value,
    buffer_view: BufferViews<'_, 'a>,
    issues: &mut Issues,
) -> Option<PropertyTable> {
    table_columns(table, &Schema::parse(schema), buffer_view, "/propertyTables", &mut Budget::default(), issues)
}

/// Reads a metadata entity (`class` and `properties` as JSON: of a tileset, tile, group or content), name and value of
/// each property in the schema's order. Properties without a value are left out.
pub fn read_entity(entity: &Value, schema: &Value, issues: &mut Issues) -> Vec<(String, Value)> {
    let schema = Schema::parse(schema);
    let Some(properties) = class_of(entity, &schema, "", issues) else { return Vec::new() };
    let given = entity.get("properties").and_then(Value::as_object);
    for id in given.into_iter().flatten().map(|(id, _)| id) {
        if !properties.iter().any(|property| property.id == id) {
            issues.push(Issue::warning(format!("/properties/{id}"), "the class has no such property"));
        }
    }
    let mut values = Vec::new();
    for property in &properties {
        let raw = given.and_then(|given| given.get(property.id)).filter(|raw| !raw.is_null());
        let value = match raw {
            Some(raw) if !property.fits(raw) => {
                let issue =
                    Issue::warning(format!("/properties/{}", property.id), "the value is not of the class's type");
                issues.push(issue.expected_got(property.type_name(), short(raw)));
                None
            }
            Some(raw) => property.finish(raw.clone()),
            None => property.default.cloned(),
        };
        match value {
            Some(value) => values.push((property.name.to_string(), value)),
            None if raw.is_none() && property.required => {
                let path = format!("/properties/{}", property.id);
                issues.push(Issue::warning(path, "a required property is missing"));
            }
            None => {}
        }
    }
    values
}

fn pointer(key: &str) -> String {
    format!("/extensions/EXT_structural_metadata/{key}")
}

/// A table of which only the frame can be read.
fn empty(table: &Value) -> PropertyTable {
    let text = |key: &str| table.get(key).and_then(Value::as_str).unwrap_or_default().to_string();
    PropertyTable { name: text("name"), class: text("class"), count: count(table).unwrap_or(0), properties: Vec::new() }
}

fn count(table: &Value) -> Option<u32> {
    table.get("count").and_then(Value::as_u64).and_then(|count| u32::try_from(count).ok())
}

/// The properties of an object's class.
fn class_of<'s>(
    object: &Value,
    schema: &Schema<'s>,
    path: &str,
    issues: &mut Issues,
) -> Option<Vec<PropertySchema<'s>>> {
    let id = object.get("class").and_then(Value::as_str).unwrap_or_default();
    let Some((id, class)) = schema.class(id) else {
        issues.push(
            Issue::error(format!("{path}/class"), "the class is not in the schema").expected_got("a class id", id),
        );
        return None;
    };
    Some(schema.properties(id, class, issues))
}

fn table_columns(
    table: &Value,
    schema: &Schema,
    buffer_view: BufferViews<'_, '_>,
    path: &str,
    budget: &mut Budget,
    issues: &mut Issues,
) -> Option<PropertyTable> {
    let properties = class_of(table, schema, path, issues)?;
    let Some(count) = count(table) else {
        issues.push(Issue::error(format!("{path}/count"), "the count of rows is missing or no count"));
        return Some(empty(table));
    };
    let mut read = empty(table);
    for property in &properties {
        let stored =
            table.get("properties").and_then(|stored| stored.get(property.id)).filter(|stored| !stored.is_null());
        let path = format!("{path}/properties/{}", property.id);
        let values = match stored {
            Some(stored) => column::read(property, stored, count as usize, buffer_view, budget),
            None => match property.default {
                Some(default) => column::constant(default, count as usize, budget),
                None if property.required => Err("a required property is missing".to_string()),
                None => continue,
            },
        };
        match values {
            Ok(values) => read.properties.push(as_property(property, values)),
            Err(message) => issues.push(Issue::error(path, message)),
        }
    }
    Some(read)
}

fn as_property(schema: &PropertySchema, values: Column) -> Property {
    Property { name: schema.name.to_string(), id: schema.id.to_string(), semantic: schema.semantic.to_string(), values }
}

#[cfg(test)]
mod tests;
