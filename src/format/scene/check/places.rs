//! Places and views: an origin where the site frame is used, swapped coordinates, views that see nothing.

use std::collections::BTreeMap;

use super::Findings;
use crate::format::scene::references::entry;
use crate::format::scene::{GeoPoint, PoseBinding, Position, Scene, View};
use crate::geo::{Geodetic, wgs84};

/// Coordinates are suspected to be swapped where that brings them from farther than this from the scene's place …
const FAR_M: f64 = 500_000.0;
/// … to nearer than this.
const NEAR_M: f64 = 150_000.0;

pub(super) fn check(findings: &mut Findings<'_>) {
    let positions = positions(findings.scene);
    if findings.scene.origin.is_none() {
        needs_origin(findings, &positions);
    }
    swapped(findings, &positions);
    for (i, view) in findings.scene.views.iter().enumerate() {
        directions(findings, i, view);
    }
    keys(findings);
}

/// Every place in the scene with its pointer, the origin first.
fn positions(scene: &Scene) -> Vec<(String, Position)> {
    let mut all = Vec::new();
    all.extend(scene.origin.map(|origin| ("/origin".to_string(), Position::Geo(origin))));
    for (i, tileset) in scene.tilesets.iter().enumerate() {
        all.extend(tileset.placement.map(|p| (entry("tilesets", i, &["placement"]), p.position())));
    }
    for (i, model) in scene.models.iter().enumerate() {
        all.push((entry("models", i, &["placement"]), model.placement.position()));
    }
    for (i, view) in scene.views.iter().enumerate() {
        all.push((entry("views", i, &["eye"]), view.eye));
        all.extend(view.look.map(|look| (entry("views", i, &["look"]), look)));
    }
    for (i, entity) in scene.fixed_entities.iter().enumerate() {
        all.push((entry("fixed_entities", i, &["pose"]), entity.pose.position()));
    }
    all
}

fn needs_origin(findings: &mut Findings<'_>, positions: &[(String, Position)]) {
    const MESSAGE: &str = "is in metres from the scene's origin, but the scene has no origin";
    for (pointer, position) in positions {
        if matches!(position, Position::Site(_)) {
            findings.error(pointer, MESSAGE);
        }
    }
    for (i, rule) in findings.scene.entities.iter().enumerate() {
        if matches!(rule.bind.pose, Some(PoseBinding::Site(_))) {
            findings.error(&entry("entities", i, &["bind", "pose"]), MESSAGE);
        }
    }
}

fn swapped(findings: &mut Findings<'_>, positions: &[(String, Position)]) {
    let mut places = positions.iter().filter_map(|(pointer, position)| match position {
        Position::Geo(point) => Some((pointer, point)),
        Position::Site(_) => None,
    });
    let Some((reference_pointer, reference)) = places.next() else { return };
    for (pointer, point) in places {
        let turned = GeoPoint { lon_deg: point.lat_deg, lat_deg: point.lon_deg, height_m: point.height_m };
        if turned.lat_deg.abs() <= 90.0
            && distance_m(reference, point) > FAR_M
            && distance_m(reference, &turned) < NEAR_M
        {
            let reference = findings.shown(reference_pointer);
            findings.warning(
                pointer,
                format!(
                    "lon_deg and lat_deg look swapped: swapped, it would be near {reference}, as it is, it is far away"
                ),
            );
        }
    }
}

/// Straight through the Earth, which is near enough to tell near from far; heights do not count.
fn distance_m(a: &GeoPoint, b: &GeoPoint) -> f64 {
    let ecef = |p: &GeoPoint| wgs84::ecef_from_geodetic(Geodetic::from_degrees(p.lon_deg, p.lat_deg, 0.0));
    ecef(a).distance(ecef(b))
}

fn directions(findings: &mut Findings<'_>, i: usize, view: &View) {
    if view.look.is_some() && (view.heading_deg.is_some() || view.pitch_deg.is_some()) {
        let pointer = entry("views", i, &[if view.heading_deg.is_some() { "heading_deg" } else { "pitch_deg" }]);
        findings.warning(&pointer, "is not used, because the view looks at a point (look)");
    }
    let same = match (view.eye, view.look) {
        (Position::Geo(eye), Some(Position::Geo(look))) => {
            distance_m(&eye, &look) < 1e-3 && (eye.height_m - look.height_m).abs() < 1e-3
        }
        (Position::Site(eye), Some(Position::Site(look))) => {
            let (e, n, u) = (eye.e_m - look.e_m, eye.n_m - look.n_m, eye.u_m - look.u_m);
            e.hypot(n).hypot(u) < 1e-3
        }
        // Mixed frames, or no point: nothing to compare without the origin's frame.
        _ => false,
    };
    if same {
        findings
            .error(&entry("views", i, &["look"]), "is the same place as the eye, so that the view has no direction");
    }
}

fn keys(findings: &mut Findings<'_>) {
    let views = &findings.scene.views;
    let mut by_key = BTreeMap::new();
    for (i, key) in views.iter().enumerate().filter_map(|(i, view)| Some((i, view.key?))) {
        if let Some(first) = by_key.get(&key) {
            let first = findings.shown(&entry("views", *first, &[]));
            findings.error(&entry("views", i, &["key"]), format!("the key {key} is taken already, by {first}"));
        } else {
            by_key.insert(key, i);
        }
    }
    for (i, _) in views.iter().enumerate().filter(|(_, view)| view.home).skip(1) {
        findings.warning(&entry("views", i, &["home"]), "another view is marked as home already; that one counts");
    }
}
