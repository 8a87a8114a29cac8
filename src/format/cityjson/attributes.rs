//! Attributes of any JSON type to flat names and values.

use serde_json::Value;

use crate::format::city::{
    Attribute, Attributes, MAX_ATTRIBUTE_BYTES, MAX_ATTRIBUTE_NAME_BYTES, MAX_ATTRIBUTES, Report, cut,
};

/// Adds `value` under `name`; what is nested gets names with dots, entries of lists their numbers. `null` is nothing.
pub fn flatten(name: &str, value: Value, out: &mut Attributes, report: &mut Report, path: &dyn Fn() -> String) {
    // Checked before the name is handed on, so that a long one is not copied for each value below it.
    if name.len() > MAX_ATTRIBUTE_NAME_BYTES {
        report.warning("an attribute's name is longer than 512 bytes; it is left out", path);
        return;
    }
    let joined = |key: &str| if name.is_empty() { key.to_string() } else { format!("{name}.{key}") };
    let attribute = match value {
        Value::Null => return,
        Value::Object(members) => {
            for (key, value) in members {
                flatten(&joined(&key), value, out, report, path);
            }
            return;
        }
        Value::Array(items) => {
            for (index, value) in items.into_iter().enumerate() {
                flatten(&joined(&index.to_string()), value, out, report, path);
            }
            return;
        }
        Value::Bool(flag) => Attribute::Flag(flag),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => Attribute::Integer(integer),
            None => Attribute::Number(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) if text.len() > MAX_ATTRIBUTE_BYTES => {
            report.warning("an attribute's text is longer than 64 KiB; it is cut off", path);
            Attribute::Text(cut(&text, MAX_ATTRIBUTE_BYTES).to_string())
        }
        Value::String(text) => Attribute::Text(text),
    };
    if out.len() >= MAX_ATTRIBUTES {
        report.warning("there are more than 2000 attributes; the rest is left out", path);
        return;
    }
    out.insert(name.to_string(), attribute);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(json: &str) -> Attributes {
        let mut out = Attributes::new();
        let value = serde_json::from_str(json).expect("json");
        flatten("", value, &mut out, &mut Report::default(), &String::new);
        out
    }

    #[test]
    fn types_are_kept() {
        let out = flat(r#"{"h": 22.0, "n": 3, "big": 18446744073709551615, "ok": true, "code": "007", "none": null}"#);
        let expected = [
            ("big", Attribute::Number(18446744073709551615.0)),
            ("code", Attribute::Text("007".to_string())),
            ("h", Attribute::Number(22.0)),
            ("n", Attribute::Integer(3)),
            ("ok", Attribute::Flag(true)),
        ];
        assert_eq!(out, expected.into_iter().map(|(name, value)| (name.to_string(), value)).collect());
    }

    #[test]
    fn nested_values_get_names_with_dots() {
        let out = flat(r#"{"a": {"b": {"c": 1}}, "list": [{"x": 2}, 3]}"#);
        assert_eq!(out.keys().collect::<Vec<_>>(), ["a.b.c", "list.0.x", "list.1"]);
    }

    #[test]
    fn their_number_is_bounded() {
        let list: Vec<usize> = (0..MAX_ATTRIBUTES + 50).collect();
        let out = flat(&serde_json::to_string(&list).expect("json"));
        assert_eq!(out.len(), MAX_ATTRIBUTES);
    }
}
