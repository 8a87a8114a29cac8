//! `3DTILES_batch_table_hierarchy`, flattened.
//!
//! The extension gives every feature an *instance* of a class (a door, a storey, a building) with the class's own
//! properties, and the instance its parents. Mirante shows a feature as one row, so a feature gets the properties of
//! its own instance and, where it lacks them, those of its nearest ancestor; `class` says its class and `parents` the
//! classes of its ancestors, nearest first. Where a feature has several parents the first listed wins.
//!
//! The flat table can be much larger than the file (every name times every feature), so its cells are bounded.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Column, Property, binary_run, property, run_column};
use crate::format::content::number::{Component, Number};
use crate::format::issue::{Issue, Issues};

/// At most this many cells (features times properties) are made.
const MAX_CELLS: usize = 4 << 20;
/// At most this many ancestors of one feature are looked at; deeper ones and cycles end here.
const MAX_ANCESTORS: usize = 64;
/// A cell's value is copied into the row of each descendant; past this much JSON text in all, copying stops.
const MAX_COPIED_BYTES: usize = 64 << 20;

struct Class {
    name: String,
    /// Property id, one value an instance of the class.
    properties: Vec<(String, Column)>,
}

struct Hierarchy {
    classes: Vec<Class>,
    /// For each instance its class and its index within the class.
    instances: Vec<(usize, usize)>,
    /// For each instance the range of its parents in `parent_ids`.
    parents: Vec<std::ops::Range<usize>>,
    parent_ids: Vec<usize>,
}

/// The flat properties of `count` features; a broken hierarchy gives an issue and no properties.
pub(super) fn flatten(json: &Value, binary: &[u8], count: u32, issues: &mut Issues) -> Vec<Property> {
    match parse(json, binary, issues) {
        Ok(hierarchy) => hierarchy.columns(count as usize, issues),
        Err(message) => {
            issues.push(Issue::error("batch table /extensions/3DTILES_batch_table_hierarchy", message));
            Vec::new()
        }
    }
}

fn parse(json: &Value, binary: &[u8], issues: &mut Issues) -> Result<Hierarchy, String> {
    let length = json.get("instancesLength").and_then(Value::as_u64).and_then(|len| usize::try_from(len).ok());
    let length = length.ok_or("instancesLength is missing or no count")?;
    let class_ids = indices(json.get("classIds"), "classIds", binary, length)?;
    let classes_json = json.get("classes").and_then(Value::as_array).ok_or("classes is not an array")?;
    let mut used = vec![0usize; classes_json.len()];
    let mut instances = Vec::with_capacity(class_ids.len());
    for &class in &class_ids {
        let next =
            used.get_mut(class).ok_or_else(|| format!("classIds names class {class} of {}", classes_json.len()))?;
        instances.push((class, *next));
        *next += 1;
    }
    let classes =
        classes_json.iter().enumerate().map(|(index, class)| read_class(index, class, binary, issues)).collect();

    let no_parents = json.get("parentIds").is_none();
    let counts = match json.get("parentCounts") {
        Some(counts) => indices(Some(counts), "parentCounts", binary, length)?,
        None => vec![usize::from(!no_parents); length],
    };
    let total = counts.iter().try_fold(0usize, |sum, &n| sum.checked_add(n)).ok_or("parentCounts overflow")?;
    let parent_ids = if total == 0 { Vec::new() } else { indices(json.get("parentIds"), "parentIds", binary, total)? };
    let mut at = 0;
    let parents = counts
        .iter()
        .map(|&n| {
            let start = at;
            at += n;
            start..at
        })
        .collect();
    Ok(Hierarchy { classes, instances, parents, parent_ids })
}

/// `count` whole numbers of a JSON array or of the binary part (`UNSIGNED_SHORT` unless it says otherwise).
fn indices(value: Option<&Value>, name: &str, binary: &[u8], count: usize) -> Result<Vec<usize>, String> {
    match value {
        Some(Value::Array(array)) if array.len() == count => array
            .iter()
            .map(|item| item.as_u64().and_then(|id| usize::try_from(id).ok()))
            .collect::<Option<_>>()
            .ok_or_else(|| format!("{name} holds something that is no index")),
        Some(Value::Array(array)) => Err(format!("{name}: expected {count} numbers, got {}", array.len())),
        Some(Value::Object(reference)) => {
            let component = match reference.get("componentType").and_then(Value::as_str) {
                None | Some("UNSIGNED_SHORT") => Component::U16,
                Some("UNSIGNED_BYTE") => Component::U8,
                Some("UNSIGNED_INT") => Component::U32,
                Some(other) => return Err(format!("{name}: expected an unsigned componentType, got {other}")),
            };
            let offset = reference.get("byteOffset").and_then(Value::as_u64).and_then(|at| usize::try_from(at).ok());
            let run = offset.and_then(|at| binary.get(at..at.checked_add(count.checked_mul(component.size())?)?));
            let run = run.ok_or_else(|| format!("{name} does not fit into the binary part"))?;
            let index = |i| match component.read(run, i) {
                Some(Number::Uint(id)) => id as usize,
                _ => usize::MAX,
            };
            Ok((0..count).map(index).collect())
        }
        _ => Err(format!("{name} is missing")),
    }
}

fn read_class(index: usize, json: &Value, binary: &[u8], issues: &mut Issues) -> Class {
    let name = json.get("name").and_then(Value::as_str).unwrap_or_default().to_string();
    let length = json.get("length").and_then(Value::as_u64).and_then(|len| usize::try_from(len).ok()).unwrap_or(0);
    let mut properties = Vec::new();
    for (id, value) in json.get("instances").and_then(Value::as_object).into_iter().flatten() {
        let column = match value {
            Value::Array(array) => Ok(super::json_column(array)),
            _ => binary_run(value, binary, length).map(|(component, n, run)| run_column(component, n, run)),
        };
        match column {
            Ok(column) => properties.push((id.clone(), column)),
            Err((expected, got)) => {
                let path = format!("batch table hierarchy /classes/{index}/instances/{id}");
                issues.push(Issue::error(path, "the property cannot be read").expected_got(expected, got));
            }
        }
    }
    Class { name, properties }
}

impl Hierarchy {
    fn columns(&self, count: usize, issues: &mut Issues) -> Vec<Property> {
        let features = count.min(self.instances.len());
        if count > self.instances.len() {
            let issue = Issue::warning("batch table hierarchy /instancesLength", "some features have no instance");
            issues.push(issue.expected_got(format!("at least {count}"), self.instances.len()));
        }
        let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
        for (id, _) in self.classes.iter().flat_map(|class| &class.properties) {
            let next = ids.len();
            ids.entry(id).or_insert(next);
        }
        if features.saturating_mul(ids.len().saturating_add(2)) > MAX_CELLS {
            let issue = Issue::error("batch table hierarchy", "it is too large to be shown as a table");
            issues
                .push(issue.expected_got(format!("at most {MAX_CELLS} cells"), format!("{features} x {}", ids.len())));
            return Vec::new();
        }
        let mut cells = vec![vec![Value::Null; features]; ids.len()];
        let (mut classes, mut parents) = (Vec::with_capacity(features), Vec::with_capacity(features));
        let mut copied = 0usize;
        for feature in 0..features {
            let lineage = self.lineage(feature);
            let names: Vec<&str> = lineage.iter().map(|&i| self.classes[self.instances[i].0].name.as_str()).collect();
            let (own, others) = names.split_first().map_or(("", &[][..]), |(own, others)| (*own, others));
            classes.push(Value::from(own));
            parents.push(Value::from(others.join(", ")));
            copied += names.iter().map(|name| name.len() + 2).sum::<usize>();
            copied += self.fill_row(feature, &lineage, &ids, &mut cells);
            if copied >= MAX_COPIED_BYTES {
                let issue =
                    Issue::warning("batch table hierarchy", "its values fill too much memory; the rest is left out");
                issues.push(issue);
                break;
            }
        }
        classes.resize(features, Value::Null);
        parents.resize(features, Value::Null);
        let mut properties = vec![property("class", Column::Json(classes)), property("parents", Column::Json(parents))];
        properties.extend(ids.iter().map(|(id, &at)| property(id, Column::Json(std::mem::take(&mut cells[at])))));
        properties
    }

    /// Fills a feature's cells from its lineage, nearest first; about how many bytes that took.
    fn fill_row(
        &self,
        feature: usize,
        lineage: &[usize],
        ids: &BTreeMap<&str, usize>,
        cells: &mut [Vec<Value>],
    ) -> usize {
        let mut copied = 0;
        for &instance in lineage {
            let (class, row) = self.instances[instance];
            for (id, column) in &self.classes[class].properties {
                let slot = &mut cells[ids[id.as_str()]][feature];
                if slot.is_null() && copied < MAX_COPIED_BYTES {
                    *slot = column.get(row).unwrap_or_default();
                    copied += weight(slot);
                }
            }
        }
        copied
    }

    /// A feature's instance and its ancestors, nearest first, each once.
    fn lineage(&self, feature: usize) -> Vec<usize> {
        let mut line = vec![feature];
        let mut next = 0;
        while let Some(&instance) = line.get(next) {
            next += 1;
            let parents = self.parent_ids.get(self.parents[instance].clone()).unwrap_or_default();
            for &parent in parents.iter().take(MAX_ANCESTORS) {
                // An instance that is its own parent has none (the extension's way to say so).
                if line.len() < MAX_ANCESTORS && parent < self.instances.len() && !line.contains(&parent) {
                    line.push(parent);
                }
            }
        }
        line
    }
}

/// About how many bytes a copy of the value takes.
fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => 32 + text.len(),
        Value::Array(items) => 32 + items.iter().map(weight).sum::<usize>(),
        Value::Object(map) => 32 + map.iter().map(|(key, item)| 64 + key.len() + weight(item)).sum::<usize>(),
        _ => 32,
    }
}
