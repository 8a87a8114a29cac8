//! Which objects become one feature, and which of their geometries make up each level of detail.
//!
//! A feature has every level that any of its members has. At a level, the object itself gives its own geometry of that
//! level and nothing else: a coarser one would stand for the whole and hide the parts. A part that lacks the level gives
//! the finest coarser one (not an outline of level 0), or else the coarsest finer one, unless the object itself has that
//! level and so stands for all of it. At level 0 nobody stands in for anybody.

use std::collections::BTreeSet;

use crate::format::city::{CityObject, Family, Footing};

/// Kinds of objects that are a part of their parent's body.
const PARTS: &[&str] = &[
    "BridgeConstructionElement",
    "BridgeConstructiveElement",
    "BridgeInstallation",
    "BridgePart",
    "BuildingConstructiveElement",
    "BuildingInstallation",
    "BuildingPart",
    "TunnelConstructiveElement",
    "TunnelInstallation",
    "TunnelPart",
];

/// Indices of the objects of each feature, the object itself first.
pub(super) fn groups(family: &Family) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    // Parents come before their children, so that the group of a parent is known.
    let mut group_of: Vec<usize> = Vec::with_capacity(family.objects.len());
    for (index, object) in family.objects.iter().enumerate() {
        let parent = object.parent.filter(|_| PARTS.contains(&object.kind.as_str()));
        match parent.and_then(|parent| group_of.get(parent).copied()) {
            Some(group) => {
                group_of.push(group);
                groups[group].push(index);
            }
            None => {
                group_of.push(groups.len());
                groups.push(vec![index]);
            }
        }
    }
    groups
}

/// A level of detail and what makes it up.
pub(super) struct Level {
    pub lod: f64,
    /// Object and geometry, by index.
    pub geometries: Vec<(usize, usize)>,
}

/// A level as an integer, so that 1.2 is 1.2 however it was computed.
fn key(lod: f64) -> i32 {
    (lod * 100.0).round() as i32
}

/// The levels of a feature, coarsest first.
pub(super) fn levels(family: &Family, group: &[usize]) -> Vec<Level> {
    let lods_of =
        |member: usize| -> BTreeSet<i32> { with_surfaces(&family.objects[member]).map(|(_, lod)| lod).collect() };
    let lods: Vec<BTreeSet<i32>> = group.iter().map(|&member| lods_of(member)).collect();
    let all: BTreeSet<i32> = lods.iter().flatten().copied().collect();
    let level = |&lod: &i32| {
        let mut geometries = Vec::new();
        for (at, (&member, own)) in group.iter().zip(&lods).enumerate() {
            let stands_for_all = lods[0].contains(&lod);
            let shown = if own.contains(&lod) {
                Some(lod)
            } else if at == 0 || stands_for_all || lod < 100 {
                None
            } else {
                own.range(100..lod).next_back().or_else(|| own.range(lod..).next()).copied()
            };
            let Some(shown) = shown else { continue };
            let of_level = with_surfaces(&family.objects[member]).filter(|(_, lod)| *lod == shown);
            geometries.extend(of_level.map(|(geometry, _)| (member, geometry)));
        }
        Level { lod: f64::from(lod) / 100.0, geometries }
    };
    all.iter().map(level).collect()
}

/// An object's geometries that have surfaces, with their levels. A roof's outline does not count beside a footprint.
fn with_surfaces(object: &CityObject) -> impl Iterator<Item = (usize, i32)> + '_ {
    let has_footprint =
        object.geometries.iter().any(|g| key(g.lod) < 100 && g.footing == Footing::Ground && !g.surfaces.is_empty());
    let geometries = object.geometries.iter().enumerate().filter(move |(_, geometry)| {
        let is_spare = geometry.footing == Footing::RoofEdge && has_footprint;
        !geometry.surfaces.is_empty() && !is_spare
    });
    geometries.map(|(index, geometry)| (index, key(geometry.lod)))
}
