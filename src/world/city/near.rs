//! How far a point is from a line, quickly: a grid of cells, each with the segments that are near it. Plan frame metres.

use super::geom::{Bounds, Line, to_segment};
use glam::DVec2;

/// The nearest point of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearest {
    /// Metres from the line, positive on its left.
    pub left_m: f64,
    /// Metres along the line.
    pub along_m: f64,
}

/// A line that is asked for distances up to `reach_m` millions of times.
#[derive(Debug, Clone)]
pub struct Near {
    pub line: Line,
    pub reach_m: f64,
    low: DVec2,
    size: (usize, usize),
    starts: Vec<u32>,
    segments: Vec<u32>,
}

const CELL_M: f64 = 64.0;

impl Near {
    /// Indexed within `area` only.
    pub fn new(line: Line, reach_m: f64, area: &Bounds) -> Self {
        let own = Bounds::around(&line.points).grown(reach_m + CELL_M);
        let low = own.low.max(area.low);
        let high = own.high.min(area.high).max(low + 1.0);
        let size = (((high.x - low.x) / CELL_M) as usize + 1, ((high.y - low.y) / CELL_M) as usize + 1);
        let mut cells: Vec<Vec<u32>> = vec![Vec::new(); size.0 * size.1];
        // A cell's middle is at most 0.71 cells from any of its points.
        let far = reach_m + CELL_M * 0.71;
        for k in 1..line.points.len() {
            let (a, b) = (line.points[k - 1], line.points[k]);
            let (lo, hi) = ((a.min(b) - far - low) / CELL_M, (a.max(b) + far - low) / CELL_M);
            if hi.x < 0.0 || hi.y < 0.0 {
                continue;
            }
            for y in lo.y.max(0.0) as usize..(hi.y as usize + 1).min(size.1) {
                for x in lo.x.max(0.0) as usize..(hi.x as usize + 1).min(size.0) {
                    let middle = low + DVec2::new(x as f64 + 0.5, y as f64 + 0.5) * CELL_M;
                    if to_segment(middle, a, b).0 <= far {
                        cells[y * size.0 + x].push(k as u32 - 1);
                    }
                }
            }
        }
        let mut near = Self { line, reach_m, low, size, starts: vec![0], segments: Vec::new() };
        near.prune(&mut cells);
        for list in cells {
            near.segments.extend(list);
            near.starts.push(near.segments.len() as u32);
        }
        near
    }

    /// Drops from each cell the segments that can't be nearest to any of its points.
    fn prune(&self, cells: &mut [Vec<u32>]) {
        for (index, list) in cells.iter_mut().enumerate().filter(|(_, list)| list.len() > 2) {
            let cell = DVec2::new((index % self.size.0) as f64 + 0.5, (index / self.size.0) as f64 + 0.5);
            let middle = self.low + cell * CELL_M;
            let distance =
                |k: u32| to_segment(middle, self.line.points[k as usize], self.line.points[k as usize + 1]).0;
            let least = list.iter().map(|&k| distance(k)).fold(f64::MAX, f64::min);
            list.retain(|&k| distance(k) <= least + CELL_M * 1.42);
        }
    }

    fn cell(&self, p: DVec2) -> Option<usize> {
        let q = (p - self.low) / CELL_M;
        if q.x < 0.0 || q.y < 0.0 {
            return None;
        }
        let (x, y) = (q.x as usize, q.y as usize);
        (x < self.size.0 && y < self.size.1).then(|| y * self.size.0 + x)
    }

    /// Whether the line may be within reach; cheap.
    pub fn may_reach(&self, p: DVec2) -> bool {
        self.cell(p).is_some_and(|c| self.starts[c + 1] > self.starts[c])
    }

    /// The nearest point if it is within reach.
    pub fn nearest(&self, p: DVec2) -> Option<Nearest> {
        let c = self.cell(p)?;
        let list = &self.segments[self.starts[c] as usize..self.starts[c + 1] as usize];
        let found = nearest_of(&self.line, list.iter().map(|&k| k as usize), p)?;
        (found.left_m.abs() <= self.reach_m).then_some(found)
    }
}

/// The nearest point of some segments of a line. The side at a corner is that of the corner's mean direction.
pub fn nearest_of(line: &Line, segments: impl Iterator<Item = usize>, p: DVec2) -> Option<Nearest> {
    let mut best: Option<(f64, f64, usize)> = None;
    for k in segments {
        let (a, d) = (line.points[k], line.points[k + 1] - line.points[k]);
        let t = ((p - a).dot(d) / d.length_squared().max(1e-12)).clamp(0.0, 1.0);
        let square = (a + d * t - p).length_squared();
        if best.is_none_or(|b| square < b.0) {
            best = Some((square, t, k));
        }
    }
    let (square, t, k) = best?;
    let points = &line.points;
    let direction = if t <= 0.0 && k > 0 {
        (points[k] - points[k - 1]).normalize_or_zero() + (points[k + 1] - points[k]).normalize_or_zero()
    } else if t >= 1.0 && k + 2 < points.len() {
        (points[k + 1] - points[k]).normalize_or_zero() + (points[k + 2] - points[k + 1]).normalize_or_zero()
    } else {
        points[k + 1] - points[k]
    };
    let foot = points[k].lerp(points[k + 1], t);
    let sign = if direction.perp_dot(p - foot) >= 0.0 { 1.0 } else { -1.0 };
    let along_m = line.at_m[k] + (line.at_m[k + 1] - line.at_m[k]) * t;
    Some(Nearest { left_m: sign * square.sqrt(), along_m })
}
