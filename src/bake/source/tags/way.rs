//! Roads, rails, rivers and what else runs along a line.

use glam::{DVec2, DVec3};

use super::measure::{decimal, length_m};
use super::{Notes, is_on};
use crate::bake::model::{LineHeights, Way, WayKind};
use crate::format::osm::Tags;

const MAX_LANES: f64 = 20.0;
const MAX_LAYER: i8 = 20;

/// A way along a line on the ground. `oneway=-1` turns the line (and what is left and right of it), so that one-way
/// traffic always runs along it.
pub fn way(tags: &Tags<'_>, kind: WayKind, line: &[DVec2], notes: &mut Notes<'_>) -> Way {
    let (oneway, against) = if has_traffic(kind) { oneway(tags, kind) } else { (false, false) };
    let mut line: Vec<DVec3> = line.iter().map(|p| p.extend(0.0)).collect();
    let mut lanes = if has_traffic(kind) { lanes(tags, oneway && !against, notes) } else { None };
    let mut pavements = pavements(tags);
    if against {
        line.reverse();
        lanes = lanes.map(|(forward, backward)| (backward, forward));
        pavements = pavements.map(|(right, left)| (left, right));
    }
    let bridge = is_on(tags, "bridge") || tags.get("man_made") == Some("bridge");
    let tunnel = is_tunnel(tags);
    Way {
        kind,
        line,
        heights: LineHeights::OnGround,
        width_m: width_m(tags, kind, notes),
        lanes,
        oneway,
        layer: layer(tags, bridge, tunnel, notes),
        bridge,
        tunnel,
        paved: is_paved(tags, kind),
        lit: tags.get("lit").is_some_and(|lit| !matches!(lit, "no" | "disused")),
        pavements,
    }
}

fn has_traffic(kind: WayKind) -> bool {
    use WayKind::*;
    matches!(
        kind,
        Motorway
            | Trunk
            | Primary
            | Secondary
            | Tertiary
            | Residential
            | Service
            | LivingStreet
            | Track
            | Pedestrian
            | Cycleway
    )
}

/// Whether traffic runs one way, and whether that is against the line.
fn oneway(tags: &Tags<'_>, kind: WayKind) -> (bool, bool) {
    match tags.get("oneway") {
        Some("yes" | "true" | "1") => (true, false),
        Some("-1" | "reverse") => (true, true),
        Some(_) => (false, false),
        None => {
            let round = matches!(tags.get("junction"), Some("roundabout" | "circular"));
            let motorway = kind == WayKind::Motorway && tags.get("highway") == Some("motorway");
            (round || motorway, false)
        }
    }
}

/// In the direction of the line as it was drawn, and against it. The odd lane of a two-way road goes with the line; a
/// single lane for both directions is `(1, 0)`.
fn lanes(tags: &Tags<'_>, oneway: bool, notes: &mut Notes<'_>) -> Option<(u8, u8)> {
    let mut count = |key: &str| {
        let text = tags.get(key)?;
        let lanes = decimal(text).filter(|lanes| (0.0..=MAX_LANES).contains(lanes));
        if lanes.is_none() {
            notes.unusable(key, format_args!("a number from 0 to {MAX_LANES}"), text);
        }
        lanes.map(|lanes| lanes.ceil() as u8)
    };
    let total = count("lanes").filter(|lanes| *lanes > 0);
    let (forward, backward) = (count("lanes:forward"), count("lanes:backward"));
    match (forward, backward, total) {
        (Some(forward), Some(backward), _) => Some((forward, backward)),
        (Some(forward), None, Some(total)) => Some((forward, total.saturating_sub(forward))),
        (None, Some(backward), Some(total)) => Some((total.saturating_sub(backward), backward)),
        (None, None, Some(total)) if oneway => Some((total, 0)),
        (None, None, Some(total)) => match tags.get("oneway") {
            Some("-1" | "reverse") => Some((0, total)),
            _ => Some((total.div_ceil(2), total / 2)),
        },
        (Some(forward), None, None) if oneway => Some((forward, 0)),
        _ => None,
    }
    .filter(|lanes| *lanes != (0, 0))
}

fn width_m(tags: &Tags<'_>, kind: WayKind, notes: &mut Notes<'_>) -> Option<f64> {
    let (key, text) = ["width", "width:carriageway", "est_width"].iter().find_map(|k| tags.get(k).map(|t| (*k, t)))?;
    let max = if matches!(kind, WayKind::River | WayKind::Canal) { 5000.0 } else { 200.0 };
    let metres = length_m(text).filter(|m| *m > 0.0 && *m <= max);
    if metres.is_none() {
        notes.unusable(key, format_args!("a length above 0 and up to {max} m"), text);
    }
    metres
}

/// A passage through a building lies on the ground.
fn is_tunnel(tags: &Tags<'_>) -> bool {
    let below = matches!(tags.get("location"), Some("underground" | "underwater"));
    let cable = tags.get("power") == Some("cable") && tags.get("location") != Some("overground");
    below || cable || (is_on(tags, "tunnel") && tags.get("tunnel") != Some("building_passage"))
}

fn layer(tags: &Tags<'_>, bridge: bool, tunnel: bool, notes: &mut Notes<'_>) -> i8 {
    let by_rule = i8::from(bridge) - i8::from(tunnel && !bridge);
    let Some(text) = tags.get("layer") else { return by_rule };
    match text.trim().parse::<i8>() {
        Ok(layer) if layer.unsigned_abs() <= MAX_LAYER.unsigned_abs() => layer,
        _ => {
            notes.unusable("layer", format_args!("a whole number from -{MAX_LAYER} to {MAX_LAYER}"), text);
            by_rule
        }
    }
}

fn is_paved(tags: &Tags<'_>, kind: WayKind) -> bool {
    if let Some(surface) = tags.get("surface") {
        let first = surface.split([':', ';']).next().unwrap_or_default();
        return !matches!(
            first,
            "unpaved"
                | "gravel"
                | "dirt"
                | "earth"
                | "ground"
                | "grass"
                | "sand"
                | "mud"
                | "compacted"
                | "fine_gravel"
                | "pebblestone"
                | "rock"
                | "woodchips"
                | "clay"
                | "snow"
                | "ice"
                | "grass_paver"
                | "soil"
                | "shells"
        );
    }
    match tags.get("tracktype") {
        Some("grade1") => true,
        Some(_) => false,
        None => kind != WayKind::Track && tags.get("highway") != Some("path"),
    }
}

/// Pavements that belong to the road, on the right and on the left; ones that are mapped as ways of their own
/// (`separate`) do not.
fn pavements(tags: &Tags<'_>) -> Option<(bool, bool)> {
    let side = |value: &str| value == "yes";
    let both = tags.get("sidewalk:both").map(side);
    let right = tags.get("sidewalk:right").map(side).or(both);
    let left = tags.get("sidewalk:left").map(side).or(both);
    if right.is_some() || left.is_some() {
        return Some((right.unwrap_or(false), left.unwrap_or(false)));
    }
    match tags.get("sidewalk")? {
        "both" | "yes" => Some((true, true)),
        "right" => Some((true, false)),
        "left" => Some((false, true)),
        "no" | "none" | "separate" => Some((false, false)),
        _ => None,
    }
}
