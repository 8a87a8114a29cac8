//! Trees, lamps, towers and what else stands at a point.

use glam::DVec2;

use super::Notes;
use super::building::MAX_HEIGHT_M;
use super::measure::{direction_deg, length_m};
use crate::bake::model::{Height, Point, PointKind};
use crate::format::osm::Tags;

/// The widest trees have crowns of 60 m, the widest tanks are 110 m across.
const MAX_WIDTH_M: f64 = 200.0;

pub fn point(tags: &Tags<'_>, kind: PointKind, at: DVec2, notes: &mut Notes<'_>) -> Point {
    let mut length = |keys: &[&str], max: f64| {
        let (key, text) = keys.iter().find_map(|key| tags.get(key).map(|text| (*key, text)))?;
        let metres = length_m(text).filter(|m| *m > 0.0 && *m <= max);
        if metres.is_none() {
            notes.unusable(key, format_args!("a length above 0 and up to {max} m"), text);
        }
        metres
    };
    let is_tree = kind == PointKind::BroadleavedTree;
    Point {
        kind: if is_tree { tree(tags) } else { kind },
        at,
        base: Height::AboveGround(0.0),
        height_m: length(&["height"], if is_tree { 130.0 } else { MAX_HEIGHT_M }),
        width_m: length(if is_tree { &["diameter_crown"] } else { &["diameter", "width"] }, MAX_WIDTH_M),
        heading_deg: ["direction", "light:direction", "camera:direction"]
            .iter()
            .find_map(|key| direction_deg(tags.get(key)?)),
    }
}

/// By the leaves where they are told, else by the genus.
fn tree(tags: &Tags<'_>) -> PointKind {
    const PALMS: &[&str] =
        &["palm", "phoenix", "washingtonia", "trachycarpus", "chamaerops", "cocos", "arecaceae", "syagrus"];
    const NEEDLES: &[&str] = &[
        "needleleaved",
        "conifer",
        "pinus",
        "picea",
        "abies",
        "cedrus",
        "cupressus",
        "larix",
        "taxus",
        "juniperus",
        "sequoia",
        "pseudotsuga",
        "thuja",
        "tsuga",
        "araucaria",
    ];
    let keys =
        ["leaf_type", "type", "tree:type", "genus", "species", "taxon", "genus:en", "species:en", "taxon:family"];
    let says = |words: &[&str]| {
        keys.iter().filter_map(|key| tags.get(key)).any(|value| {
            let value = value.to_ascii_lowercase();
            words.iter().any(|word| value.starts_with(word) || value.contains(&format!(" {word}")))
        })
    };
    if says(PALMS) {
        PointKind::Palm
    } else if tags.get("leaf_type") != Some("broadleaved") && says(NEEDLES) {
        PointKind::NeedleleavedTree
    } else {
        PointKind::BroadleavedTree
    }
}
