//! Which objects belong together: each object of the first level with its parts, by `parents` and `children`.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::document::{pointer, text};
use crate::format::city::{MAX_FAMILY, Report};

/// Parents of parents and so on; CityJSON needs three.
const MAX_DEPTH: usize = 32;

/// Indices of objects, the object of the first level first, then its parts in the file's order; each with the place of
/// its parent in the family.
pub type FamilyIndices = Vec<(usize, Option<usize>)>;

#[derive(Deserialize, Default)]
struct RawLinks<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow, default)]
    parents: Option<&'a RawValue>,
    #[serde(borrow, default)]
    children: Option<&'a RawValue>,
}

/// Every object is in one family. Members of a `CityObjectGroup` stay families of their own.
pub fn families(objects: &[(Cow<'_, str>, &RawValue)], report: &mut Report) -> Vec<FamilyIndices> {
    let parents = parents_of(objects, report);
    let mut order: Vec<usize> = Vec::new();
    let mut members: HashMap<usize, FamilyIndices> = HashMap::new();
    let mut place: Vec<Option<usize>> = vec![None; objects.len()];
    // Ancestors go first, so that a parent's place is known.
    let mut by_depth: Vec<(usize, usize, usize)> = (0..objects.len())
        .map(|index| {
            let (root, depth) = root_of(index, &parents).unwrap_or_else(|| {
                let path = || pointer(&["CityObjects", &objects[index].0, "parents"]);
                report.error("parents form a circle, or more than 32 generations; the object stands alone", path);
                (index, 0)
            });
            (depth, index, root)
        })
        .collect();
    by_depth.sort_unstable();
    for (depth, index, root) in by_depth {
        let family = members.entry(root).or_default();
        let alone = depth == 0 || family.len() >= MAX_FAMILY;
        if alone {
            if depth > 0 {
                let path = || pointer(&["CityObjects", &objects[index].0]);
                report.warning("a family has more than 10000 objects; the rest stand alone", path);
            }
            order.push(index);
            place[index] = Some(0);
            members.insert(index, vec![(index, None)]);
        } else {
            let parent = parents[index].and_then(|parent| place[parent]);
            place[index] = Some(family.len());
            family.push((index, parent.or(Some(0))));
        }
    }
    order.sort_unstable();
    order.into_iter().filter_map(|root| members.remove(&root)).collect()
}

/// For each object the one that it is a part of.
fn parents_of(objects: &[(Cow<'_, str>, &RawValue)], report: &mut Report) -> Vec<Option<usize>> {
    let by_id: BTreeMap<&str, usize> = objects.iter().enumerate().map(|(i, (id, _))| (id.as_ref(), i)).collect();
    // An object that is none is told when it is read.
    let links: Vec<RawLinks<'_>> =
        objects.iter().map(|(_, raw)| serde_json::from_str(raw.get()).unwrap_or_default()).collect();
    let groups: Vec<bool> = links.iter().map(|l| text(l.kind).as_deref() == Some("CityObjectGroup")).collect();
    let mut parents = vec![None; objects.len()];
    for (index, link) in links.iter().enumerate() {
        for id in ids(link.parents) {
            match by_id.get(id.as_str()) {
                Some(parent) if groups[*parent] => {}
                Some(parent) => {
                    parents[index] = Some(*parent);
                    break;
                }
                None => report.warning("the object's parent is not there", || {
                    pointer(&["CityObjects", &objects[index].0, "parents"])
                }),
            }
        }
    }
    for (index, link) in links.iter().enumerate().filter(|(index, _)| !groups[*index]) {
        for id in ids(link.children) {
            let path = || pointer(&["CityObjects", &objects[index].0, "children"]);
            match by_id.get(id.as_str()) {
                Some(child) if parents[*child].is_none() && *child != index => {
                    report.info("a child does not name its parent; it is taken as its part", path);
                    parents[*child] = Some(index);
                }
                Some(_) => {}
                None => report.warning("a child of the object is not there", path),
            }
        }
    }
    parents
}

fn ids(raw: Option<&RawValue>) -> Vec<String> {
    raw.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
}

/// The object at the end of the line of parents, and how many generations away it is; `None` for a circle.
fn root_of(index: usize, parents: &[Option<usize>]) -> Option<(usize, usize)> {
    let mut at = index;
    for depth in 0..MAX_DEPTH {
        match parents[at] {
            Some(parent) => at = parent,
            None => return Some((at, depth)),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> (Vec<FamilyIndices>, Report) {
        let objects: BTreeMap<String, &RawValue> = serde_json::from_str(json).expect("json");
        let objects: Vec<_> = objects.into_iter().map(|(id, raw)| (Cow::Owned(id), raw)).collect();
        let mut report = Report::default();
        (families(&objects, &mut report), report)
    }

    #[test]
    fn parts_follow_their_building_over_generations() {
        let (families, report) = read(
            r#"{"a": {"parents": ["b"]}, "b": {"parents": ["z"], "children": ["a"]}, "c": {}, "z": {"children": ["b"]}}"#,
        );
        assert_eq!(families, [vec![(2, None)], vec![(3, None), (1, Some(0)), (0, Some(1))]]);
        assert!(report.finish().is_empty());
    }

    #[test]
    fn a_group_is_no_parent() {
        let (families, _) = read(r#"{"a": {"parents": ["g"]}, "g": {"type": "CityObjectGroup", "children": ["a"]}}"#);
        assert_eq!(families, [vec![(0, None)], vec![(1, None)]]);
    }

    #[test]
    fn one_sided_links_count_and_are_told() {
        let (families, report) = read(r#"{"a": {"children": ["b", "x"]}, "b": {}, "c": {"parents": ["y"]}}"#);
        assert_eq!(families, [vec![(0, None), (1, Some(0))], vec![(2, None)]]);
        assert_eq!(report.finish().len(), 3);
    }

    #[test]
    fn circles_are_cut() {
        let (families, report) = read(r#"{"a": {"parents": ["b"]}, "b": {"parents": ["a"]}, "c": {"parents": ["c"]}}"#);
        assert_eq!(families, [[(0, None)], [(1, None)], [(2, None)]]);
        assert!(report.has_errors());
    }
}
