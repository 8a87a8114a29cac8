//! The JSON Schema of scene files, made from the Rust types.

use std::sync::OnceLock;

use schemars::generate::SchemaSettings;
use schemars::transform::transform_subschemas;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use super::Scene;

/// The JSON Schema (draft 2020-12) of scene files, as `mirante schema scene` prints it.
///
/// Formats that start with `mirante-` are ours; validators that do not know them take them as notes, and the `pattern`
/// beside them says most of it. `x-mirante-needed` marks keys without which an object is left out (see `walk`).
pub fn schema() -> Value {
    shared().clone()
}

/// The same, made once.
pub(super) fn shared() -> &'static Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    SCHEMA.get_or_init(schema_of::<Scene>)
}

/// The JSON Schema (draft 2020-12) of any type that people write as a file.
pub fn schema_of<T: JsonSchema>() -> Value {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>();
    refuse_null(&mut schema);
    drop_number_formats(&mut schema);
    join_lines(&mut schema);
    Value::from(schema)
}

/// A key is left out or has a value; `null` as a third way to say "nothing" would only be one more thing to explain.
fn refuse_null(schema: &mut Schema) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [one] = types.as_slice() {
            let one = one.clone();
            schema.insert("type".to_string(), one);
        }
    }
    if let Some(Value::Array(branches)) = schema.get_mut("anyOf") {
        branches.retain(|branch| branch.get("type").is_none_or(|name| name != "null"));
        if let [Value::Object(one)] = branches.as_slice() {
            let one = one.clone();
            schema.remove("anyOf");
            for (key, value) in one {
                // The description of the place says more than that of the type.
                if schema.get(&key).is_none() {
                    schema.insert(key, value);
                }
            }
        }
    }
    if schema.get("default").is_some_and(Value::is_null) {
        schema.remove("default");
    }
    transform_subschemas(&mut refuse_null, schema);
}

/// `format: double` and the like are notes of the generator and say nothing to an author.
fn drop_number_formats(schema: &mut Schema) {
    if schema.get("type").is_some_and(|name| name == "number" || name == "integer") {
        schema.remove("format");
    }
    transform_subschemas(&mut drop_number_formats, schema);
}

/// Doc comments are wrapped for the source; a description is one line a paragraph.
fn join_lines(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.split("\n\n").map(|paragraph| paragraph.replace('\n', " ")).collect::<Vec<_>>().join("\n\n");
    }
    transform_subschemas(&mut join_lines, schema);
}
