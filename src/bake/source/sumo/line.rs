//! Centre lines of groups of lanes, in net metres.

use glam::{DVec2, DVec3};

use crate::format::sumo::net::Lane;

/// The line in the middle between the outer borders of the first and the last lane.
pub(super) fn middle(group: &[Lane]) -> Vec<DVec3> {
    let (Some(first), Some(last)) = (group.first(), group.last()) else { return Vec::new() };
    if group.len() == 1 {
        return first.shape.clone();
    }
    // From the middle of the two centre lines to the middle of the borders.
    let shift_m = (last.width_m - first.width_m) / 4.0;
    let between = |a: DVec3, b: DVec3| (a + b) / 2.0 + (b - a).normalize_or_zero() * shift_m;
    if first.shape.len() == last.shape.len() {
        return first.shape.iter().zip(&last.shape).map(|(a, b)| between(*a, *b)).collect();
    }
    let (a, b) = (fractions(&first.shape), fractions(&last.shape));
    let mut all: Vec<f64> = a.iter().chain(&b).copied().collect();
    all.sort_by(f64::total_cmp);
    // Corners of both lanes at nearly the same place are one corner.
    all.dedup_by(|next, kept| *next - *kept < 1e-3);
    if let Some(end) = all.last_mut() {
        *end = 1.0;
    }
    all.into_iter().map(|t| between(at(&first.shape, &a, t), at(&last.shape, &b, t))).collect()
}

/// How far along the line each point is, 0 to 1.
fn fractions(line: &[DVec3]) -> Vec<f64> {
    let mut along = 0.0;
    let mut lengths = vec![0.0];
    for w in line.windows(2) {
        along += w[0].distance(w[1]);
        lengths.push(along);
    }
    lengths.iter().map(|length| if along > 0.0 { length / along } else { 0.0 }).collect()
}

fn at(line: &[DVec3], fractions: &[f64], t: f64) -> DVec3 {
    let after = fractions.partition_point(|f| *f < t).clamp(1, line.len().max(2) - 1);
    let (from, to) = (fractions[after - 1], fractions[after]);
    let share = if to > from { ((t - from) / (to - from)).clamp(0.0, 1.0) } else { 0.0 };
    line[after - 1].lerp(line[after], share)
}

/// The end of a line and the direction in which it gets there.
pub(super) fn end_of(line: &[DVec3]) -> Option<(DVec3, DVec2)> {
    let end = *line.last()?;
    let before = line.iter().rev().find(|p| p.truncate() != end.truncate())?;
    Some((end, (end - *before).truncate().normalize_or_zero()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::sumo::net::LaneKind;

    fn lane(width_m: f64, shape: &[(f64, f64)]) -> Lane {
        let shape = shape.iter().map(|&(x, y)| DVec3::new(x, y, 0.0)).collect();
        Lane { id: String::new(), index: 0, speed_mps: 10.0, length_m: 1.0, width_m, kind: LaneKind::Road, shape }
    }

    #[test]
    fn the_middle_lies_between_the_outer_borders() {
        // Borders at y = -1 and y = 7.
        let line = middle(&[lane(2.0, &[(0.0, 0.0), (10.0, 0.0)]), lane(6.0, &[(0.0, 4.0), (10.0, 4.0)])]);
        assert_eq!(line, [DVec3::new(0.0, 3.0, 0.0), DVec3::new(10.0, 3.0, 0.0)]);
    }

    #[test]
    fn lanes_with_different_corners_have_a_middle_too() {
        let line = middle(&[
            lane(3.0, &[(0.0, 0.0), (10.0, 0.0)]),
            lane(3.0, &[(0.0, 3.0), (4.0, 3.0), (5.0, 3.0), (10.0, 3.0)]),
        ]);
        assert!(line.iter().all(|p| (p.y - 1.5).abs() < 1e-9));
        assert_eq!(line.len(), 4);
    }

    #[test]
    fn a_point_without_direction_has_no_end() {
        assert_eq!(end_of(&[DVec3::ONE, DVec3::ONE]), None);
    }
}
