//! Where vehicles may drive: lanes of the plan's streets, turns at crossings, and ways over them.
//!
//! Right-hand traffic, one lane each way. Ways lead from one rim of the town to another, straight on and by right
//! turns only, so that nobody crosses oncoming traffic. Town frame metres.

use super::ground::Ribbon;
use super::plan::Plan;
use crate::bake::det::Rng;
use glam::{DVec2, DVec3};
use std::collections::HashMap;

type Crossing = (usize, usize);

/// From, over, to: crossings that name a stretch; for a lane the last two are equal.
pub type Key = (Crossing, Crossing, Crossing);

/// A stretch of a route: a lane between two crossings, or the way over a crossing.
#[derive(Debug, Clone)]
pub struct Piece {
    /// Stretches with equal keys are the same asphalt: vehicles on them follow each other.
    pub key: Key,
    pub points: Vec<DVec3>,
    /// Length along the points up to each.
    pub at_m: Vec<f64>,
    /// Highest speed, m/s.
    pub speed: f64,
    /// The signal at the end of a lane: its crossing, and whether this lane comes from east or west.
    pub signal: Option<(Crossing, bool)>,
}

impl Piece {
    fn new(key: Key, points: Vec<DVec3>, speed: f64, signal: Option<(Crossing, bool)>) -> Self {
        let mut at_m = vec![0.0];
        for pair in points.windows(2) {
            at_m.push(at_m[at_m.len() - 1] + (pair[1] - pair[0]).length());
        }
        Self { key, points, at_m, speed, signal }
    }

    pub fn length(&self) -> f64 {
        self.at_m[self.at_m.len() - 1]
    }

    /// The point and direction `at` metres along.
    pub fn at(&self, at: f64) -> (DVec3, DVec3) {
        let last = self.points.len() - 1;
        let k = self.at_m.partition_point(|&m| m <= at).clamp(1, last);
        let (a, b) = (self.at_m[k - 1], self.at_m[k]);
        let f = if b > a { ((at - a) / (b - a)).clamp(0.0, 1.0) } else { 0.0 };
        (self.points[k - 1].lerp(self.points[k], f), (self.points[k] - self.points[k - 1]).normalize_or_zero())
    }
}

/// A way: pieces one after the other, lane and crossing in turn.
#[derive(Debug, Clone)]
pub struct Route {
    pub pieces: Vec<Piece>,
    /// Where each piece begins, and at the end the whole length.
    pub starts_m: Vec<f64>,
}

impl Route {
    pub fn length(&self) -> f64 {
        self.starts_m[self.starts_m.len() - 1]
    }

    /// The piece at a distance, and the distance within the piece.
    pub fn piece_at(&self, s: f64) -> (usize, f64) {
        let k = self.starts_m.partition_point(|&m| m <= s).clamp(1, self.pieces.len()) - 1;
        (k, s - self.starts_m[k])
    }

    /// The point and direction at a distance; before the start the first direction goes on backwards.
    pub fn at(&self, s: f64) -> (DVec3, DVec3) {
        let (k, offset) = self.piece_at(s);
        let (point, direction) = self.pieces[k].at(offset);
        (if s < 0.0 { point + direction * s } else { point }, direction)
    }
}

/// The street net as lanes.
pub struct Net<'a> {
    plan: &'a Plan,
    streets: HashMap<(Crossing, Crossing), usize>,
}

impl<'a> Net<'a> {
    pub fn new(plan: &'a Plan) -> Self {
        let mut streets = HashMap::new();
        for (k, street) in plan.streets.iter().enumerate() {
            streets.insert((street.from, street.to), k);
            streets.insert((street.to, street.from), k);
        }
        Self { plan, streets }
    }

    /// The lane's points from one crossing to the next.
    fn lane(&self, from: Crossing, to: Crossing) -> Option<(Vec<DVec3>, bool)> {
        let street = &self.plan.streets[*self.streets.get(&(from, to))?];
        let ribbon = Ribbon::new(self.plan, street.surface, 15.0);
        let forward = street.from == from;
        let off = if street.avenue { 2.95 } else { 1.75 } / ribbon.width();
        let count = (ribbon.length() / 6.0).ceil() as usize;
        let points = (0..=count)
            .map(|k| {
                let x = k as f64 / count as f64;
                if forward { ribbon.point(x, 0.5 - off, 0.0) } else { ribbon.point(1.0 - x, 0.5 + off, 0.0) }
            })
            .collect();
        Some((points, street.avenue))
    }

    /// The crossing next to this one in a direction (columns, rows), if a street leads there.
    fn next(&self, at: Crossing, (east, north): (i64, i64)) -> Option<Crossing> {
        let to = (at.0.checked_add_signed(east as isize)?, at.1.checked_add_signed(north as isize)?);
        self.streets.contains_key(&(at, to)).then_some(to)
    }

    /// The lanes by which vehicles come into town: their first crossing has no street behind it.
    pub fn entries(&self) -> Vec<(Crossing, (i64, i64))> {
        let mut out = Vec::new();
        for column in 0..self.plan.column_count() {
            for row in 0..self.plan.row_count() {
                for way in [(0, 1), (1, 0), (0, -1), (-1, 0)] {
                    let behind = self.next((column, row), (-way.0, -way.1));
                    if behind.is_none() && self.next((column, row), way).is_some() {
                        out.push(((column, row), way));
                    }
                }
            }
        }
        out
    }

    /// A way from an entry to another rim of the town, by lot; `None` if it ends where one can only turn left, or if
    /// its length is not within the range.
    pub fn through(&self, entry: (Crossing, (i64, i64)), length_m: (f64, f64), rng: &mut Rng) -> Option<Route> {
        let (mut at, mut way) = entry;
        let mut crossings = vec![at];
        let mut rights = 0;
        for _ in 0..40 {
            let (ahead, right) = (self.next(at, way), self.next(at, (way.1, -way.0)));
            let turn = crossings.len() > 1 && right.is_some() && rights < 3 && (ahead.is_none() || rng.chance(0.17));
            if turn {
                way = (way.1, -way.0);
                rights += 1;
            }
            let Some(to) = (if turn { right } else { ahead }) else {
                let left = self.next(at, (-way.1, way.0)).is_some();
                return if left && right.is_none() { None } else { self.path(&crossings, length_m) };
            };
            crossings.push(to);
            at = to;
        }
        None
    }

    fn path(&self, crossings: &[Crossing], length_m: (f64, f64)) -> Option<Route> {
        let lanes: Option<Vec<_>> = crossings.windows(2).map(|w| Some((w[0], w[1], self.lane(w[0], w[1])?))).collect();
        let lanes = lanes?;
        let mut pieces = Vec::new();
        for (k, (from, to, (points, avenue))) in lanes.iter().enumerate() {
            let speed = if *avenue { 13.2 } else { 10.2 };
            let onward = lanes.get(k + 1);
            let signal = onward.map(|_| (*to, from.1 == to.1));
            pieces.push(Piece::new((*from, *to, *to), points.clone(), speed, signal));
            if let Some((_, next, (onward, _))) = onward {
                let (curve, straight) = connect(points, onward);
                let speed = if straight { speed } else { 4.4 };
                pieces.push(Piece::new((*from, *to, *next), curve, speed, None));
            }
        }
        let mut starts_m = vec![0.0];
        for piece in &pieces {
            starts_m.push(starts_m[starts_m.len() - 1] + piece.length());
        }
        let length = *starts_m.last()?;
        (length > length_m.0 && length < length_m.1).then_some(Route { pieces, starts_m })
    }
}

/// A smooth way over a crossing between two lanes, and whether it goes straight on.
fn connect(from: &[DVec3], to: &[DVec3]) -> (Vec<DVec3>, bool) {
    let (a, b) = (from[from.len() - 1], to[0]);
    let da = (a - from[from.len() - 2]).truncate().normalize();
    let db = (to[1] - b).truncate().normalize();
    let gap = (b - a).truncate();
    let straight = da.dot(db) > 0.8;
    let cross = da.perp_dot(db);
    // The control point is where the two directions meet; for straight ways the middle.
    let control = if straight || cross.abs() < 0.1 {
        a.truncate() + gap * 0.5
    } else {
        a.truncate() + da * (gap.perp_dot(db) / cross)
    };
    let count = if straight { 4 } else { 10 };
    let at = |t: f64| -> DVec2 {
        let (p, q) = (a.truncate().lerp(control, t), control.lerp(b.truncate(), t));
        p.lerp(q, t)
    };
    ((0..=count).map(|k| k as f64 / count as f64).map(|t| at(t).extend(a.z + (b.z - a.z) * t)).collect(), straight)
}
