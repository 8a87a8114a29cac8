//! What an edge is: groups of lanes with the same traffic, kinds of ways from OSM's words or from speed.

use std::collections::BTreeSet;

use crate::bake::model::{Properties, Value, WayKind};
use crate::bake::source::tags::classes;
use crate::format::sumo::SumoNet;
use crate::format::sumo::net::{Edge, EdgeFunction, Lane, LaneKind};

/// What has to be known of the whole net to tell an edge.
pub(super) struct Traits {
    /// Pavements are lanes or edges of their own somewhere, so that none has to be guessed.
    has_footways: bool,
    /// From and to junctions of normal edges.
    runs: BTreeSet<(String, String)>,
    left_hand: bool,
}

impl Traits {
    pub fn of(net: &SumoNet) -> Self {
        let normal = || net.edges.iter().filter(|edge| edge.function == EdgeFunction::Normal);
        Self {
            has_footways: normal().flat_map(|edge| &edge.lanes).any(|lane| lane.kind == LaneKind::Footway),
            runs: normal().map(|edge| (edge.from.clone(), edge.to.clone())).collect(),
            left_hand: net.left_hand,
        }
    }

    /// On the right and on the left of an edge. Of a road with two directions each edge has the outer one.
    fn pavements(&self, edge: &Edge, kind: WayKind) -> (bool, bool) {
        use WayKind::*;
        let is_street = matches!(kind, Primary | Secondary | Tertiary | Residential | LivingStreet);
        if self.has_footways || !is_street {
            return (false, false);
        }
        let has_other_side = self.runs.contains(&(edge.to.clone(), edge.from.clone()));
        match (has_other_side, self.left_hand) {
            (false, _) => (true, true),
            (true, false) => (true, false),
            (true, true) => (false, true),
        }
    }
}

/// Lanes side by side with the same kind of traffic; cars and buses share a carriageway.
pub(super) fn groups(lanes: &[Lane]) -> Vec<&[Lane]> {
    let kind = |lane: &Lane| if lane.kind == LaneKind::Bus { LaneKind::Road } else { lane.kind };
    let mut groups: Vec<&[Lane]> = lanes.chunk_by(|a, b| kind(a) == kind(b)).collect();
    // The carriageway first: it gets the edge's plain id.
    let is_main = |group: &&[Lane]| group.iter().any(|lane| matches!(lane.kind, LaneKind::Road | LaneKind::Bus));
    groups.sort_by_key(|group| !is_main(group));
    groups
}

pub(super) struct Class {
    pub word: &'static str,
    pub kind: WayKind,
    pub pavements: (bool, bool),
}

/// `None` for lanes that nobody may enter.
pub(super) fn class_of(edge: &Edge, group: &[Lane], traits: &Traits) -> Option<Class> {
    let lane = group.first()?;
    let (word, kind) = match lane.kind {
        LaneKind::Closed => return None,
        LaneKind::Waterway => ("fairway", WayKind::Unknown),
        LaneKind::Rail if edge.kind.contains("railway.tram") => ("tram", WayKind::Tram),
        LaneKind::Rail => ("rail", WayKind::Rail),
        LaneKind::Footway if edge.kind.contains("highway.steps") => ("path", WayKind::Steps),
        LaneKind::Footway => ("path", WayKind::Footway),
        LaneKind::Cycleway => ("path", WayKind::Cycleway),
        LaneKind::Road | LaneKind::Bus => road(edge, lane),
    };
    Some(Class { word, kind, pavements: traits.pavements(edge, kind) })
}

/// By OSM's word in the edge's type (`highway.residential|railway.tram`), else by its speed limit.
fn road(edge: &Edge, lane: &Lane) -> (&'static str, WayKind) {
    let told = edge.kind.split('|').find_map(|kind| classes::highway(kind.strip_prefix("highway.")?));
    told.unwrap_or(match lane.speed_mps * 3.6 {
        kmh if kmh > 95.0 => ("road", WayKind::Motorway),
        kmh if kmh > 65.0 => ("road", WayKind::Primary),
        kmh if kmh > 45.0 => ("road", WayKind::Tertiary),
        kmh if kmh > 15.0 => ("road", WayKind::Residential),
        _ => ("road", WayKind::LivingStreet),
    })
}

pub(super) fn properties(edge: &Edge, group: &[Lane]) -> Properties {
    let speed = group.iter().map(|lane| lane.speed_mps).fold(0.0, f64::max);
    let mut properties = Properties::from([
        ("lanes".to_string(), Value::Integer(i64::try_from(group.len()).unwrap_or(i64::MAX))),
        ("speed_mps".to_string(), Value::Number(speed)),
        ("allows".to_string(), Value::Text(group.first().map_or("", |lane| lane.kind.label()).to_string())),
    ]);
    for (key, text) in [("type", &edge.kind), ("from", &edge.from), ("to", &edge.to)] {
        if !text.is_empty() {
            properties.insert(key.to_string(), Value::Text(text.clone()));
        }
    }
    properties
}
