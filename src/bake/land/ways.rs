//! Ways in the plan: how wide they are, the band that they cover, how high they run.

use glam::{DVec2, DVec3};

use super::Context;
use crate::bake::model::{LineHeights, Way, WayKind};

/// Clearance between layers of crossing ways, metres.
const LAYER_M: f64 = 5.5;

/// Metres, shoulders of roads included.
pub fn width_m(way: &Way) -> f64 {
    if let Some(width_m) = way.width_m.filter(|w| w.is_finite()) {
        return width_m.clamp(0.2, 150.0);
    }
    let lanes = way.lanes.map(|(forward, back)| f64::from(forward) + f64::from(back)).filter(|&lanes| lanes > 0.0);
    let by_lanes = |usual: f64, lane_m: f64, more_m: f64| lanes.unwrap_or(usual).min(16.0) * lane_m + more_m;
    let two = if way.oneway { 1.0 } else { 2.0 };
    match way.kind {
        WayKind::Motorway => by_lanes(2.0, 3.6, 3.5),
        WayKind::Trunk => by_lanes(two, 3.5, 2.0),
        WayKind::Primary => by_lanes(two.max(1.5), 3.4, 1.0),
        WayKind::Secondary => by_lanes(two.max(1.4), 3.2, 0.8),
        WayKind::Tertiary => by_lanes(two.max(1.4), 3.0, 0.6),
        WayKind::Residential | WayKind::Unknown => by_lanes(two.max(1.5), 2.75, 0.0),
        WayKind::LivingStreet => 5.0,
        WayKind::Service => by_lanes(1.2, 2.8, 0.0),
        WayKind::Track => 2.8,
        WayKind::Pedestrian => 5.0,
        WayKind::Footway | WayKind::Cycleway | WayKind::Steps => 2.0,
        WayKind::Rail => 3.4,
        WayKind::Tram => 3.0,
        WayKind::Runway => 40.0,
        WayKind::Taxiway => 18.0,
        WayKind::River => 14.0,
        WayKind::Canal => 10.0,
        WayKind::Stream => 2.0,
        WayKind::Piste => 22.0,
        WayKind::Pier | WayKind::Quay => 5.0,
        WayKind::Pipeline => 0.8,
        WayKind::Hedge => 0.9,
        WayKind::Wall => 0.35,
        WayKind::Fence | WayKind::PowerLine | WayKind::Aerialway | WayKind::Coastline => 0.1,
    }
}

/// Whether it lies on the ground as a band.
pub fn is_on_ground(way: &Way) -> bool {
    !way.tunnel && !is_raised(way) && way.layer >= 0
}

/// Whether it runs above the ground on a structure of its own.
pub fn is_raised(way: &Way) -> bool {
    way.bridge || (way.layer > 0 && !way.tunnel)
}

/// Quads along a line, left side first: each is two triangles of the band, mitred where the line turns.
pub fn band(line: &[DVec2], width_m: f64) -> Vec<[DVec2; 4]> {
    let sides = sides(line, width_m);
    sides.windows(2).map(|w| [w[0].1, w[1].1, w[1].0, w[0].0]).collect()
}

/// The points left and right of each vertex.
pub fn sides(line: &[DVec2], width_m: f64) -> Vec<(DVec2, DVec2)> {
    let half = width_m * 0.5;
    (0..line.len())
        .map(|k| {
            let before = (k > 0).then(|| (line[k] - line[k - 1]).normalize_or_zero());
            let after = line.get(k + 1).map(|&next| (next - line[k]).normalize_or_zero());
            let (a, b) = (before.or(after).unwrap_or(DVec2::X), after.or(before).unwrap_or(DVec2::X));
            let middle = (a + b).normalize_or(a).perp();
            // As wide as the band also in turns, but no spikes in sharp ones.
            let grow = 1.0 / middle.dot(a.perp()).max(0.5);
            let offset = middle * half * grow;
            (line[k] + offset, line[k] - offset)
        })
        .collect()
}

/// A line with a vertex at least every `step_m`.
pub fn densified(line: &[DVec3], step_m: f64) -> Vec<DVec3> {
    let mut out = Vec::with_capacity(line.len());
    for pair in line.windows(2) {
        let pieces = ((pair[1] - pair[0]).truncate().length() / step_m).ceil().clamp(1.0, 500.0) as usize;
        out.extend((0..pieces).map(|k| pair[0].lerp(pair[1], k as f64 / pieces as f64)));
    }
    out.extend(line.last());
    out
}

/// The line of a way in the plan, as high as it says or as its structure needs.
pub fn raised_line(context: &Context, way: &Way) -> Vec<DVec3> {
    let line: Vec<DVec3> = way.line.iter().map(|&p| context.land.plan3(p)).collect();
    match way.heights {
        LineHeights::Ellipsoidal => line,
        LineHeights::AboveGround => line
            .iter()
            .zip(&way.line)
            .map(|(p, source)| p.truncate().extend(context.ground_u(p.truncate()) + source.z))
            .collect(),
        LineHeights::OnGround => over_ground(context, &line, f64::from(way.layer.max(1)) * LAYER_M),
    }
}

/// A bridge: straight from end to end, but never below the ground; where it passes over ways on level ground it rises to
/// its clearance over a ramp of a seventh.
fn over_ground(context: &Context, line: &[DVec3], clearance_m: f64) -> Vec<DVec3> {
    let dense = densified(line, 12.0);
    let (Some(&first), Some(&last)) = (dense.first(), dense.last()) else { return dense };
    let (u0, u1) = (context.ground_u(first.truncate()), context.ground_u(last.truncate()));
    let mut along = vec![0.0];
    for pair in dense.windows(2) {
        along.push(along[along.len() - 1] + (pair[1] - pair[0]).truncate().length());
    }
    let length = along[along.len() - 1].max(1e-6);
    dense
        .iter()
        .zip(&along)
        .map(|(p, &at)| {
            let ground_u = context.ground_u(p.truncate());
            let straight_u = u0 + (u1 - u0) * at / length;
            let ramp_m = at.min(length - at) / 7.0;
            let u = straight_u.max(ground_u + ramp_m.min(clearance_m));
            p.truncate().extend(u.max(ground_u + 0.05))
        })
        .collect()
}
