//! Polylines in the net's plane: offsets, ribbons with mitred joins, pieces by arc length.
//!
//! x, y are net metres; z is carried along and takes no part in directions and lengths.

use glam::{DVec2, DVec3};

/// Points nearer than this are one.
const MIN_STEP_M: f64 = 0.01;
/// A mitre grows to at most this many half widths; past it (a turn of more than 90°) the join is bevelled.
const MIN_COS_OF_MITRE_TURN: f64 = 0.0;

/// A polyline of at least two points, no two in a row at one place, all finite.
#[derive(Debug, Clone)]
pub(super) struct Polyline {
    points: Vec<DVec3>,
    /// Length from the start to each point.
    along_m: Vec<f64>,
}

impl Polyline {
    /// `None` if fewer than two distinct points are left.
    pub fn new(shape: &[DVec3]) -> Option<Self> {
        let mut points: Vec<DVec3> = Vec::with_capacity(shape.len());
        let mut along_m: Vec<f64> = Vec::with_capacity(shape.len());
        for &point in shape {
            let step_m = points.last().map_or(f64::INFINITY, |last| last.truncate().distance(point.truncate()));
            if !point.is_finite() || step_m < MIN_STEP_M {
                continue;
            }
            along_m.push(along_m.last().map_or(0.0, |last| last + step_m));
            points.push(point);
        }
        (points.len() >= 2).then_some(Self { points, along_m })
    }

    pub fn length_m(&self) -> f64 {
        self.along_m.last().copied().unwrap_or(0.0)
    }

    /// The same line moved sideways, left positive, with mitred corners.
    pub fn offset(&self, left_m: f64) -> Option<Self> {
        let moved: Vec<DVec3> = self.ribbon(left_m).into_iter().map(|[left, _right]| left).collect();
        Self::new(&moved)
    }

    /// The piece between two lengths along it.
    pub fn piece(&self, from_m: f64, to_m: f64) -> Option<Self> {
        let mut points = vec![self.point_at(from_m)];
        let first = self.along_m.partition_point(|&s| s <= from_m);
        let last = self.along_m.partition_point(|&s| s < to_m);
        points.extend(self.points.get(first..last).unwrap_or_default());
        points.push(self.point_at(to_m));
        Self::new(&points)
    }

    fn point_at(&self, along_m: f64) -> DVec3 {
        let next = self.along_m.partition_point(|&s| s < along_m).clamp(1, self.points.len() - 1);
        let (s0, s1) = (self.along_m[next - 1], self.along_m[next]);
        let t = ((along_m - s0) / (s1 - s0)).clamp(0.0, 1.0);
        self.points[next - 1].lerp(self.points[next], t)
    }

    /// Pairs (left, right) of a ribbon's border, from start to end; a sharp turn gives two pairs at one point.
    pub fn ribbon(&self, half_width_m: f64) -> Vec<[DVec3; 2]> {
        let mut pairs = Vec::with_capacity(self.points.len());
        let mut pair = |at: DVec3, left: DVec2| {
            let side = (left * half_width_m).extend(0.0);
            pairs.push([at + side, at - side]);
        };
        let normals: Vec<DVec2> = self.points.windows(2).map(|w| left_normal(w[0], w[1])).collect();
        for (i, &at) in self.points.iter().enumerate() {
            let before = i.checked_sub(1).and_then(|k| normals.get(k));
            match (before, normals.get(i)) {
                (Some(&before), Some(&after)) => {
                    let cos_turn = before.dot(after);
                    if cos_turn > MIN_COS_OF_MITRE_TURN {
                        pair(at, (before + after) / (1.0 + cos_turn));
                    } else {
                        pair(at, before);
                        pair(at, after);
                    }
                }
                (Some(&only), None) | (None, Some(&only)) => pair(at, only),
                (None, None) => {}
            }
        }
        pairs
    }
}

/// Unit vector to the left of the way from `a` to `b`, which are apart.
fn left_normal(a: DVec3, b: DVec3) -> DVec2 {
    (b - a).truncate().perp().normalize_or_zero()
}
