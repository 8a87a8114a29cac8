//! Ways of machines, trains and ships: lines with round corners, and how they are driven with stops.

use super::trace::{Course, Motion, Pose, STEP_SECS, Values};
use glam::{DVec2, DVec3};

/// A line in space; closed where its last point is its first.
#[derive(Debug, Clone)]
pub struct Way {
    points: Vec<DVec3>,
    at_m: Vec<f64>,
    closed: bool,
}

impl Way {
    pub fn new(points: Vec<DVec3>) -> Self {
        let mut at_m = vec![0.0];
        for pair in points.windows(2) {
            at_m.push(at_m[at_m.len() - 1] + pair[0].distance(pair[1]));
        }
        let closed = points.len() > 2 && points[0].distance(points[points.len() - 1]) < 1e-6;
        Self { points, at_m, closed }
    }

    /// Through corners that are rounded with this radius, as far as there is room, on a plane.
    pub fn rounded(corners: &[DVec2], radius_m: f64, closed: bool, u: f64) -> Self {
        let n = corners.len();
        let mut points: Vec<DVec3> = Vec::new();
        for k in 0..n {
            let p = corners[k];
            if !closed && (k == 0 || k + 1 == n) {
                points.push(p.extend(u));
                continue;
            }
            let (a, b) = (corners[(k + n - 1) % n], corners[(k + 1) % n]);
            let cut = radius_m.min(p.distance(a) * 0.45).min(p.distance(b) * 0.45);
            let (from, to) = (p + (a - p).normalize_or_zero() * cut, p + (b - p).normalize_or_zero() * cut);
            for i in 0..=8 {
                let t = f64::from(i) / 8.0;
                let q = from.lerp(p, t).lerp(p.lerp(to, t), t);
                points.push(q.extend(u));
            }
        }
        if closed {
            points.push(points[0]);
        }
        Self::new(points)
    }

    pub fn length(&self) -> f64 {
        self.at_m[self.at_m.len() - 1]
    }

    pub fn at(&self, m: f64) -> DVec3 {
        let m = if self.closed { m.rem_euclid(self.length()) } else { m };
        let k = self.at_m.partition_point(|&x| x <= m).clamp(1, self.points.len() - 1);
        let (a, b) = (self.at_m[k - 1], self.at_m[k]);
        let t = if b > a { (m - a) / (b - a) } else { 0.0 };
        self.points[k - 1].lerp(self.points[k], t)
    }

    /// The metres along that are nearest to a place.
    pub fn nearest(&self, p: DVec2) -> f64 {
        let count = (self.length() / 0.25) as usize;
        let at = |k: usize| k as f64 * 0.25;
        let away = |k: usize| self.at(at(k)).truncate().distance_squared(p);
        (0..=count).min_by(|&a, &b| away(a).total_cmp(&away(b))).map_or(0.0, at)
    }

    /// A body whose front and rear run on the way so far before and behind `m`, which is its origin.
    pub fn pose(&self, m: f64, front: f64, rear: f64) -> Pose {
        let (a, b) = (self.at(m + front), self.at(m - rear));
        let at = b.lerp(a, rear / (front + rear).max(1e-9));
        Pose::along(at, a - b)
    }
}

/// Metres along and speed at each step of a drive with stops: metres along and seconds of each. Ends at `length`.
pub fn drive(length: f64, stops: &[(f64, f64)], top_mps: f64, accelerate: f64) -> Vec<(f64, f64)> {
    let mut out = Vec::new();
    let (mut s, mut v, mut next, mut wait) = (0.0, 0.0, 0, 0.0);
    // Longer than any drive here takes.
    for _ in 0..20_000 {
        out.push((s, v));
        if let Some(&(at, secs)) = stops.get(next)
            && s >= at - 1e-6
        {
            wait += STEP_SECS;
            v = 0.0;
            if wait >= secs {
                (next, wait) = (next + 1, 0.0);
            }
            continue;
        }
        if s >= length - 1e-6 {
            break;
        }
        let to = stops.get(next).map_or(length, |s| s.0);
        let left = to - s;
        let wanted = top_mps.min((2.0 * accelerate * left).sqrt());
        v = (v + accelerate * STEP_SECS).min(wanted).max(0.15);
        s = (s + v * STEP_SECS).min(to);
        if to - s < 0.08 {
            s = to;
        }
    }
    out
}

/// The same, with the top speed at which it takes a whole period, so that it begins again at once.
pub fn drive_in(period: usize, length: f64, stops: &[(f64, f64)], accelerate: f64) -> Vec<(f64, f64)> {
    let (mut low, mut high) = (0.3, 45.0);
    for _ in 0..30 {
        let middle = 0.5 * (low + high);
        if drive(length, stops, middle, accelerate).len() > period + 1 {
            low = middle;
        } else {
            high = middle;
        }
    }
    let mut steps = drive(length, stops, high, accelerate);
    // The last one is where the next round begins.
    steps.pop();
    let last = steps.last().copied().unwrap_or((0.0, 0.0));
    steps.resize(period, (last.0, 0.0));
    steps
}

/// A course that is given for each moment of the period.
pub fn moving(
    id: impl Into<String>,
    class: &'static str,
    steps: usize,
    at: impl Fn(f64) -> Pose,
    values: Vec<(&'static str, Values)>,
) -> Course {
    let poses = (0..steps).map(|k| Some(at(k as f64 * STEP_SECS))).collect();
    Course { id: id.into(), class, motion: Motion::Moving(poses), values }
}

/// Goes softly from `a` to `b` while `t` goes from 0 to 1.
pub fn soft(a: f64, b: f64, t: f64) -> f64 {
    let t = t.clamp(0.0, 1.0);
    a + (b - a) * t * t * (3.0 - 2.0 * t)
}
