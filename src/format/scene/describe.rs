//! Schemas and values in words: what a place asks for ("expected") and what stands there ("got").

use std::fmt::Write as _;

use serde_json::Value;

use super::text::check_format;

/// What a schema asks for, to stand after "expected".
pub(super) fn describe(root: &Value, schema: &Value) -> String {
    let target = schema.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix('#'));
    if let Some(found) = target.and_then(|pointer| root.pointer(pointer)) {
        return describe(root, found);
    }
    if let Some(format) = schema.get("format").and_then(Value::as_str)
        && let Some(misfit) = check_format(format, "")
    {
        return misfit.expected.to_string();
    }
    let words = words(schema);
    if !words.is_empty() {
        return words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(" or ");
    }
    if let Some(branches) = branches(schema) {
        return branches.iter().map(|branch| describe(root, branch)).collect::<Vec<_>>().join(", or ");
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("object") => describe_object(schema),
        Some("array") => describe_list(root, schema),
        Some(name @ ("number" | "integer")) => describe_number(name, schema),
        Some("boolean") => "true or false".to_string(),
        Some("string") => describe_text(schema),
        _ => "another value".to_string(),
    }
}

fn describe_list(root: &Value, schema: &Value) -> String {
    if let Some(items) = schema.get("prefixItems").and_then(Value::as_array) {
        let items: Vec<String> = items.iter().map(|item| describe(root, item)).collect();
        return format!("a list of {}", items.join(" and "));
    }
    let items = schema.get("items").map_or("values".to_string(), |item| describe(root, item));
    match (schema.get("minItems").and_then(Value::as_u64), schema.get("maxItems").and_then(Value::as_u64)) {
        (Some(least), Some(most)) if least == most => format!("a list of {least}, each {items}"),
        (Some(least), _) if least > 0 => format!("a list of {least} or more, each {items}"),
        _ => format!("a list, each {items}"),
    }
}

fn describe_object(schema: &Value) -> String {
    let keys: Vec<String> = required(schema).map(|key| format!("{key:?}")).collect();
    if keys.is_empty() { "an object".to_string() } else { format!("an object with {}", keys.join(" and ")) }
}

fn describe_number(name: &str, schema: &Value) -> String {
    let mut text = if name == "integer" { "a whole number".to_string() } else { "a number".to_string() };
    let bound = |key| schema.get(key).and_then(Value::as_f64);
    // Writing into a String cannot fail.
    let _ = match (bound("minimum"), bound("exclusiveMinimum"), bound("maximum")) {
        (Some(least), _, Some(most)) if least == most => write!(text, ": {least}"),
        (Some(least), _, Some(most)) => write!(text, " from {least} to {most}"),
        (_, Some(least), Some(most)) => write!(text, " above {least} and up to {most}"),
        (Some(least), _, None) => write!(text, " of {least} or more"),
        (_, Some(least), None) => write!(text, " above {least}"),
        (None, None, Some(most)) => write!(text, " up to {most}"),
        (None, None, None) => Ok(()),
    };
    text
}

fn describe_text(schema: &Value) -> String {
    let bound = |key| schema.get(key).and_then(Value::as_u64);
    match (bound("minLength"), bound("maxLength")) {
        (Some(least), Some(most)) => format!("a text of {least} to {most} characters"),
        (None, Some(most)) => format!("a text of at most {most} characters"),
        (Some(least), None) => format!("a text of at least {least} characters"),
        (None, None) => "a text".to_string(),
    }
}

pub(super) fn branches(schema: &Value) -> Option<&Vec<Value>> {
    schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Value::as_array).filter(|_| {
        // A union of words is one type to the author: an enumeration.
        words(schema).is_empty()
    })
}

/// The words of an enumeration: of `const`, of `enum`, or of a union of these.
pub(super) fn words(schema: &Value) -> Vec<&str> {
    if let Some(word) = schema.get("const").and_then(Value::as_str) {
        return vec![word];
    }
    if let Some(list) = schema.get("enum").and_then(Value::as_array) {
        return list.iter().filter_map(Value::as_str).collect();
    }
    let Some(union) = schema.get("oneOf").and_then(Value::as_array) else { return Vec::new() };
    let words: Option<Vec<&str>> = union.iter().map(|branch| branch.get("const")?.as_str()).collect();
    words.unwrap_or_default()
}

pub(super) fn required(schema: &Value) -> impl Iterator<Item = &str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// A value as it is told in "got": short, whatever its size.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(list) if list.len() <= 4 && list.iter().all(Value::is_number) => value.to_string(),
        Value::Array(list) => format!("a list of {}", list.len()),
        Value::Object(object) if object.is_empty() => "an empty object".to_string(),
        Value::Object(object) => {
            let mut text = "an object with ".to_string();
            let keys: Vec<String> = object.keys().take(4).map(|key| quoted(key)).collect();
            text.push_str(&keys.join(", "));
            if object.len() > 4 {
                text.push_str(", …");
            }
            text
        }
        Value::Null => "null (leave the key out instead)".to_string(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// A text in quotes, cut where it is long.
pub(super) fn quoted(text: &str) -> String {
    const MAX_CHARS: usize = 60;
    match text.char_indices().nth(MAX_CHARS) {
        None => format!("{text:?}"),
        Some((at, _)) => format!("{:?}…", &text[..at]),
    }
}
