//! The reader against an independent validator of JSON Schema.
//!
//! `tests/cases/scenes/validate.py` made `validated.json`: how Python's `jsonschema` judges each case, and the complete
//! case after each of several hundred single changes, by the published schema.

use serde::Deserialize;
use serde_json::Value;

use super::*;

#[derive(Deserialize)]
struct Truth {
    cases: std::collections::BTreeMap<String, bool>,
    changes: Vec<Change>,
}

#[derive(Deserialize)]
struct Change {
    at: String,
    /// The new value; missing: the key or entry is taken out.
    #[serde(default, deserialize_with = "present")]
    to: Option<Value>,
    valid: bool,
}

/// Keeps `"to": null` apart from no `to`.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

fn truth() -> Truth {
    serde_json::from_slice(&std::fs::read(cases_dir().join("validated.json")).unwrap()).unwrap()
}

fn is_clean(bytes: &[u8]) -> bool {
    read(bytes).is_ok_and(|(_, issues)| issues.is_empty())
}

#[test]
fn the_reader_complains_about_a_case_where_the_validator_does() {
    for (name, valid) in truth().cases {
        let bytes = std::fs::read(cases_dir().join(&name).join("scene.json")).unwrap();
        assert_eq!(is_clean(&bytes), valid, "{name}");
    }
}

#[test]
fn the_reader_complains_about_a_changed_scene_where_the_validator_does() {
    let base: Value = serde_json::from_slice(&complete()).unwrap();
    let mut wrong = Vec::new();
    for Change { at, to, valid } in truth().changes {
        let mut scene = base.clone();
        let (parent, key) = at.rsplit_once('/').unwrap();
        match (scene.pointer_mut(parent).unwrap(), to.clone()) {
            (Value::Object(object), Some(to)) => drop(object.insert(key.to_string(), to)),
            (Value::Object(object), None) => drop(object.remove(key).unwrap()),
            (Value::Array(list), Some(to)) => list[key.parse::<usize>().unwrap()] = to,
            (Value::Array(list), None) => drop(list.remove(key.parse().unwrap())),
            _ => panic!("{at}"),
        }
        if is_clean(scene.to_string().as_bytes()) != valid {
            let issues = read(scene.to_string().as_bytes()).map(|(_, issues)| issues.into_vec());
            wrong.push(format!("{at} -> {to:?}: the validator says {valid}, the reader {issues:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_schema_uses_only_keywords_that_the_reader_knows() {
    const KNOWN: [&str; 27] = [
        "$schema",
        "$defs",
        "$ref",
        "title",
        "description",
        "default",
        "type",
        "const",
        "enum",
        "anyOf",
        "oneOf",
        "properties",
        "additionalProperties",
        "required",
        "items",
        "prefixItems",
        "minItems",
        "maxItems",
        "minimum",
        "exclusiveMinimum",
        "maximum",
        "minLength",
        "maxLength",
        "format",
        "pattern",
        "$id",
        walk::NEEDED,
    ];
    fn walk(schema: &Value) {
        let Value::Object(object) = schema else { return };
        for (keyword, value) in object {
            assert!(KNOWN.contains(&keyword.as_str()), "the reader does not know the keyword {keyword}");
            match (keyword.as_str(), value) {
                ("properties" | "$defs", Value::Object(children)) => children.values().for_each(walk),
                ("anyOf" | "oneOf" | "prefixItems", Value::Array(children)) => children.iter().for_each(walk),
                ("items" | "additionalProperties", child) => walk(child),
                _ => {}
            }
        }
    }
    walk(&schema());
}

#[test]
fn every_key_of_the_schema_has_a_description() {
    fn walk(at: &str, schema: &Value) {
        for (key, child) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let is_tag = schema.get("required").and_then(|r| r.as_array()).is_some_and(|r| r.len() == 1)
                && schema.get("description").is_some();
            assert!(child.get("description").is_some() || is_tag, "{at}/{key} has no description");
            walk(&format!("{at}/{key}"), child);
        }
        for (name, child) in schema.get("$defs").and_then(Value::as_object).into_iter().flatten() {
            assert!(child.get("description").is_some(), "{name} has no description");
            walk(name, child);
        }
        for child in ["anyOf", "oneOf"].into_iter().filter_map(|key| schema.get(key)?.as_array()).flatten() {
            walk(at, child);
        }
    }
    walk("", &schema());
}
