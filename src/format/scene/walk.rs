//! Compares a JSON value with the scene's schema, tells every misfit with its place, and takes misfits out.
//!
//! This is not a general validator: it knows the keywords that the scene's schema uses (a test holds it to that), and it
//! repairs where a validator only judges. What can't be used goes, as little as possible: an optional key falls back
//! to its default, a list loses one entry, an object that misses a required key goes as a whole.

use serde_json::{Map, Value};

use super::describe::{branches, describe, quoted, required, shown, words};
use super::pointer::{SourceMap, push_index, push_key};
use super::suggest::nearest;
use super::text::check_format;
use crate::format::issue::{Issue, Issues};

/// A keyword of our own in the schema: the key may be missing, but where it stands and can't be used, its object can't
/// either. Without its selector a rule would fit every entity, without its placement a model would stand elsewhere.
pub(in crate::format) const NEEDED: &str = "x-mirante-needed";

/// The walk over one file. `'s`: the schema.
pub(in crate::format) struct Walk<'s> {
    root: &'s Value,
    /// JSON pointer of the value that is looked at.
    at: String,
    issues: Issues,
    source: SourceMap,
}

/// Why a value can't be used; the one who leaves it out adds what that means and keeps the issues.
type Unusable = Vec<Issue>;

impl<'s> Walk<'s> {
    /// `issues`: what was found before, to be added to.
    pub fn new(schema: &'s Value, issues: Issues) -> Self {
        Self { root: schema, at: String::new(), issues, source: SourceMap::default() }
    }

    /// The usable part of a whole file, or why there is none.
    pub fn root(&mut self, value: Value) -> Result<Value, Unusable> {
        self.value(value, self.root)
    }

    pub fn finish(self) -> (Issues, SourceMap) {
        (self.issues, self.source)
    }

    /// The usable part of a value. Depth: the schema's types do not contain themselves, and JSON was parsed with a
    /// limit of its own.
    fn value(&mut self, value: Value, schema: &'s Value) -> Result<Value, Unusable> {
        let schema = self.resolve(schema);
        if let Some(branches) = branches(schema) {
            let branch = self.choose(&value, schema, branches)?;
            return self.value(value, branch);
        }
        if !has_type(schema, &value) {
            return Err(vec![self.misfit("has the wrong type", schema, &value)]);
        }
        match value {
            Value::Object(object) => self.object(object, schema).map(Value::Object),
            Value::Array(list) => self.list(list, schema),
            Value::Number(_) => self.number(value, schema),
            Value::String(ref text) => self.text(text, schema).map(|()| value),
            Value::Bool(_) | Value::Null => Ok(value),
        }
    }

    fn object(&mut self, object: Map<String, Value>, schema: &'s Value) -> Result<Map<String, Value>, Unusable> {
        let properties = schema.get("properties").and_then(Value::as_object);
        let others = schema.get("additionalProperties");
        let required =
            || schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let mut kept = Map::new();
        let mut unusable = Vec::new();
        for (key, value) in object {
            let child = match (properties.and_then(|p| p.get(&key)), others) {
                (Some(child), _) => child,
                (None, None | Some(Value::Bool(true))) => {
                    kept.insert(key, value);
                    continue;
                }
                (None, Some(Value::Bool(false))) => {
                    self.unknown_key(&key, properties);
                    continue;
                }
                (None, Some(child)) => child,
            };
            let result = self.below(|at| push_key(at, &key), |walk| walk.value(value, child));
            match result {
                Ok(value) => {
                    kept.insert(key, value);
                }
                Err(issues) if required().any(|name| name == key) || is_needed(child) => unusable.extend(issues),
                Err(issues) if properties.is_some_and(|p| p.contains_key(&key)) => {
                    let instead = match child.get("default") {
                        Some(default) if default.is_number() || default.is_string() || default.is_boolean() => {
                            format!("; the default {default} is used")
                        }
                        _ => "; it is left out".to_string(),
                    };
                    self.keep(issues, &instead);
                }
                Err(issues) => self.keep(issues, "; it is left out"),
            }
        }
        for name in required().filter(|name| !kept.contains_key(*name)) {
            let reported = |issue: &Issue| {
                let mut own = self.at.clone();
                push_key(&mut own, name);
                issue.path == own || issue.path.strip_prefix(&own).is_some_and(|rest| rest.starts_with('/'))
            };
            if !unusable.iter().any(reported) {
                unusable.push(Issue::error(self.at.clone(), format!("the key {name:?} is missing")));
            }
        }
        if unusable.is_empty() { Ok(kept) } else { Err(unusable) }
    }

    fn unknown_key(&mut self, key: &str, properties: Option<&Map<String, Value>>) {
        let mut at = self.at.clone();
        push_key(&mut at, key);
        let known = properties.into_iter().flat_map(Map::keys).map(String::as_str);
        let near = if self.is_full() { None } else { nearest(key, known.filter(|name| *name != "$schema")) };
        let message = match near {
            Some(near) => format!("unknown key {}, did you mean {near:?}", quoted(key)),
            None => format!("unknown key {}", quoted(key)),
        };
        self.issues.push(Issue::warning(at, format!("{message}; it is ignored")));
    }

    fn list(&mut self, mut list: Vec<Value>, schema: &'s Value) -> Result<Value, Unusable> {
        let bound = |key| schema.get(key).and_then(Value::as_u64);
        let (least, most) = (bound("minItems").unwrap_or(0), bound("maxItems").unwrap_or(u64::MAX));
        let length = list.len() as u64;
        if length < least || (least == most && length != least) {
            let got = Value::Array(list);
            return Err(vec![self.misfit("has the wrong length", schema, &got)]);
        }
        if length > most {
            let issue = Issue::error(self.at.clone(), "is too long; the entries past the limit are left out");
            self.issues.push(issue.expected_got(format!("at most {most} entries"), length));
            list.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        }
        let length = list.len() as u64;
        let fixed = schema.get("prefixItems").and_then(Value::as_array);
        let items = schema.get("items");
        let mut kept = Vec::with_capacity(list.len());
        let mut kept_from = Vec::new();
        for (i, value) in list.into_iter().enumerate() {
            let Some(child) = fixed.and_then(|fixed| fixed.get(i)).or(items) else {
                kept.push(value);
                continue;
            };
            match self.below(|at| push_index(at, i), |walk| walk.value(value, child)) {
                Ok(value) => {
                    kept.push(value);
                    kept_from.push(i);
                }
                // Each place of a list of fixed length has its meaning: none can be missed.
                Err(issues) if least == most => return Err(issues),
                Err(issues) => self.keep(issues, "; this entry is left out"),
            }
        }
        if (kept.len() as u64) < least {
            return Err(vec![Issue::error(self.at.clone(), "has no usable entry")]);
        }
        if kept.len() as u64 != length {
            self.source.shortened(&self.at, kept_from);
        }
        Ok(Value::Array(kept))
    }

    fn number(&mut self, value: Value, schema: &Value) -> Result<Value, Unusable> {
        let Some(number) = value.as_f64() else { return Ok(value) };
        let bound = |key| schema.get(key).and_then(Value::as_f64);
        let fits = bound("minimum").is_none_or(|least| number >= least)
            && bound("exclusiveMinimum").is_none_or(|least| number > least)
            && bound("maximum").is_none_or(|most| number <= most);
        if !fits {
            let swapped = self.at.ends_with("/lat_deg") && number.abs() <= 180.0;
            let what = if swapped { "is out of range (are lon_deg and lat_deg swapped?)" } else { "is out of range" };
            return Err(vec![self.misfit(what, schema, &value)]);
        }
        // JSON Schema calls 3.0 an integer, serde does not.
        if schema.get("type").is_some_and(|name| name == "integer") && !value.is_u64() && !value.is_i64() {
            return Ok(Value::from(number as i64));
        }
        Ok(value)
    }

    fn text(&mut self, text: &str, schema: &Value) -> Result<(), Unusable> {
        let got = || Value::from(text);
        if !is_one_of(schema, text) {
            let near = if self.is_full() { None } else { nearest(text, words(schema).into_iter()) };
            let what = match near {
                Some(near) => format!("is not a known word, did you mean {near:?}"),
                None => "is not a known word".to_string(),
            };
            return Err(vec![self.misfit(&what, schema, &got())]);
        }
        let length = text.chars().count() as u64;
        let bound = |key| schema.get(key).and_then(Value::as_u64);
        if bound("minLength").is_some_and(|least| length < least)
            || bound("maxLength").is_some_and(|most| length > most)
        {
            return Err(vec![self.misfit("has the wrong length", schema, &got())]);
        }
        match schema.get("format").and_then(Value::as_str).and_then(|format| check_format(format, text)) {
            None => Ok(()),
            Some(misfit) => Err(vec![
                Issue::error(self.at.clone(), format!("can't be used: {}", misfit.reason))
                    .expected_got(misfit.expected, shown(&got())),
            ]),
        }
    }

    /// The branch of a union that the author meant.
    fn choose(&mut self, value: &Value, union: &'s Value, branches: &'s [Value]) -> Result<&'s Value, Unusable> {
        let fitting: Vec<&Value> =
            branches.iter().map(|branch| self.resolve(branch)).filter(|branch| has_type(branch, value)).collect();
        match (fitting.as_slice(), value) {
            ([], _) => Err(vec![self.misfit("has the wrong type", union, value)]),
            ([one], _) => Ok(one),
            (several, Value::String(text)) => {
                if let Some(branch) = several.iter().find(|branch| self.clone_at().text(text, branch).is_ok()) {
                    return Ok(branch);
                }
                if self.is_full() {
                    return Err(vec![self.misfit("", union, value)]);
                }
                let what = match nearest(text, several.iter().flat_map(|branch| words(branch))) {
                    Some(near) => format!("is not a known word, did you mean {near:?}"),
                    None => "can't be used".to_string(),
                };
                Err(vec![self.misfit(&what, union, value)])
            }
            (several, Value::Object(object)) => self.choose_object(object, union, several),
            (several, _) => several.first().copied().ok_or_else(Vec::new),
        }
    }

    /// The branch with the most of the object's keys; required ones count double, so that `{"lon", "lat"}` is a place
    /// on Earth whatever else stands beside.
    fn choose_object(
        &self,
        object: &Map<String, Value>,
        union: &Value,
        branches: &[&'s Value],
    ) -> Result<&'s Value, Unusable> {
        let score = |branch: &Value| {
            let known = branch.get("properties").and_then(Value::as_object);
            let hits = object.keys().filter(|key| known.is_some_and(|known| known.contains_key(*key))).count();
            let needed = required(branch).filter(|key| object.contains_key(*key)).count();
            hits + needed
        };
        let best = branches.iter().copied().rev().max_by_key(|branch| score(branch));
        let tags = branches.iter().filter(|branch| is_tagged(branch) && score(branch) > 0);
        if tags.count() > 1 && !self.is_full() {
            let several = "has more than one of the keys of which it needs one";
            return Err(vec![self.misfit(several, union, &Value::Object(object.clone()))]);
        }
        match best {
            Some(best) if score(best) > 0 => Ok(best),
            _ if self.is_full() => Err(vec![self.misfit("", union, &Value::Null)]),
            _ => {
                let known = branches.iter().filter_map(|branch| branch.get("properties")?.as_object());
                let near =
                    object.keys().find_map(|key| nearest(key, known.clone().flat_map(Map::keys).map(String::as_str)));
                let what = match near {
                    Some(near) => format!("has none of the keys that it needs, did you mean {near:?}"),
                    None => "has none of the keys that it needs".to_string(),
                };
                Err(vec![self.misfit(&what, union, &Value::Object(object.clone()))])
            }
        }
    }

    /// A walk at the same place whose findings are thrown away.
    fn clone_at(&self) -> Walk<'s> {
        Walk { at: self.at.clone(), ..Walk::new(self.root, Issues::default()) }
    }

    fn below<T>(&mut self, step: impl FnOnce(&mut String), work: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.at.len();
        step(&mut self.at);
        let result = work(self);
        self.at.truncate(length);
        result
    }

    fn keep(&mut self, issues: Unusable, consequence: &str) {
        for mut issue in issues {
            issue.message.push_str(consequence);
            self.issues.push(issue);
        }
    }

    /// Whether further issues are only counted: they then need no words.
    fn is_full(&self) -> bool {
        self.issues.len() >= Issues::MAX
    }

    fn misfit(&self, message: &str, schema: &Value, value: &Value) -> Issue {
        if self.is_full() {
            return Issue::error(String::new(), String::new());
        }
        Issue::error(self.at.clone(), message).expected_got(describe(self.root, schema), shown(value))
    }

    /// Follows `$ref` (always into `$defs` of the same schema).
    fn resolve(&self, mut schema: &'s Value) -> &'s Value {
        while let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            match target.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer)) {
                Some(found) => schema = found,
                None => return schema,
            }
        }
        schema
    }
}

/// Whether an object is better left out than read without this key (see [`NEEDED`]).
fn is_needed(schema: &Value) -> bool {
    schema.get(NEEDED).is_some_and(|needed| *needed == true)
}

/// Whether a branch is an object whose one key names its kind.
fn is_tagged(branch: &Value) -> bool {
    branch.get("properties").and_then(Value::as_object).is_some_and(|keys| keys.len() == 1)
        && required(branch).count() == 1
}

fn is_one_of(schema: &Value, text: &str) -> bool {
    let words = words(schema);
    words.is_empty() || words.contains(&text)
}

fn has_type(schema: &Value, value: &Value) -> bool {
    let name = match schema.get("type").and_then(Value::as_str) {
        Some(name) => name,
        None if !words(schema).is_empty() => "string",
        // `true`, or a schema without a type: anything goes (free properties).
        None => return true,
    };
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        // Up to 2^53 every f64 without a fraction is that integer.
        "integer" => {
            value.is_i64()
                || value.is_u64()
                || value.as_f64().is_some_and(|number| number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0)
        }
        _ => false,
    }
}
