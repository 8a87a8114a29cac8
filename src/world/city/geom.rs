//! Plane geometry of plans: polygons, polylines, boxes. Plan frame metres; polygons are counter-clockwise and open (the
//! last corner is not the first again).

use glam::DVec2;

/// An upright rectangle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    pub low: DVec2,
    pub high: DVec2,
}

impl Bounds {
    pub const EMPTY: Self = Self { low: DVec2::MAX, high: DVec2::MIN };

    pub fn new(low: DVec2, high: DVec2) -> Self {
        Self { low, high }
    }

    pub fn around<'a>(points: impl IntoIterator<Item = &'a DVec2>) -> Self {
        points.into_iter().fold(Self::EMPTY, |b, &p| Self { low: b.low.min(p), high: b.high.max(p) })
    }

    pub fn grown(self, by: f64) -> Self {
        Self { low: self.low - by, high: self.high + by }
    }

    pub fn overlaps(&self, other: &Self) -> bool {
        self.low.cmple(other.high).all() && other.low.cmple(self.high).all()
    }

    pub fn contains(&self, p: DVec2) -> bool {
        self.low.cmple(p).all() && p.cmple(self.high).all()
    }

    pub fn centre(&self) -> DVec2 {
        (self.low + self.high) * 0.5
    }

    pub fn size(&self) -> DVec2 {
        self.high - self.low
    }
}

/// Signed area, positive for counter-clockwise polygons.
pub fn area(p: &[DVec2]) -> f64 {
    let Some(&o) = p.first() else { return 0.0 };
    (1..p.len().saturating_sub(1)).map(|k| (p[k] - o).perp_dot(p[k + 1] - o)).sum::<f64>() * 0.5
}

/// Centre of area; the mean of the corners where the area is nil.
pub fn centroid(p: &[DVec2]) -> DVec2 {
    let Some(&o) = p.first() else { return DVec2::ZERO };
    let (mut sum, mut weight) = (DVec2::ZERO, 0.0);
    for k in 1..p.len().saturating_sub(1) {
        let (a, b) = (p[k] - o, p[k + 1] - o);
        let w = a.perp_dot(b);
        sum += (a + b) * (w / 3.0);
        weight += w;
    }
    if weight.abs() > 1e-9 { o + sum / weight } else { p.iter().copied().sum::<DVec2>() / p.len() as f64 }
}

pub fn perimeter(p: &[DVec2]) -> f64 {
    (0..p.len()).map(|k| (p[(k + 1) % p.len()] - p[k]).length()).sum()
}

/// Whether a point lies in a simple polygon.
pub fn contains(p: &[DVec2], at: DVec2) -> bool {
    let mut inside = false;
    for k in 0..p.len() {
        let (a, b) = (p[k], p[(k + 1) % p.len()]);
        if (a.y > at.y) != (b.y > at.y) && at.x < a.x + (b.x - a.x) * ((at.y - a.y) / (b.y - a.y)) {
            inside = !inside;
        }
    }
    inside
}

/// Whether a point lies in a convex polygon.
pub fn contains_convex(p: &[DVec2], at: DVec2) -> bool {
    (0..p.len()).all(|k| (p[(k + 1) % p.len()] - p[k]).perp_dot(at - p[k]) >= 0.0)
}

/// Distance of a point from a segment, and where on it the nearest point is, 0..=1.
pub fn to_segment(p: DVec2, a: DVec2, b: DVec2) -> (f64, f64) {
    let d = b - a;
    let t = ((p - a).dot(d) / d.length_squared().max(1e-12)).clamp(0.0, 1.0);
    ((a + d * t - p).length(), t)
}

/// Distance of a point from the rim of a polygon.
pub fn to_rim(p: &[DVec2], at: DVec2) -> f64 {
    (0..p.len()).map(|k| to_segment(at, p[k], p[(k + 1) % p.len()]).0).fold(f64::MAX, f64::min)
}

/// Where two segments cross, as fractions of each.
pub fn crossing(a: DVec2, b: DVec2, c: DVec2, d: DVec2) -> Option<(f64, f64)> {
    let (r, s) = (b - a, d - c);
    let cross = r.perp_dot(s);
    if cross.abs() < 1e-12 {
        return None;
    }
    let t = (c - a).perp_dot(s) / cross;
    let u = (c - a).perp_dot(r) / cross;
    ((0.0..=1.0).contains(&t) && (0.0..=1.0).contains(&u)).then_some((t, u))
}

/// Whether no two sides of a polygon cross. Quadratic; for polygons of some hundred corners.
pub fn is_simple(p: &[DVec2]) -> bool {
    let n = p.len();
    for i in 0..n {
        let (a, b) = (p[i], p[(i + 1) % n]);
        let box_ab = Bounds::around([&a, &b]);
        for j in i + 2..n {
            if i == 0 && j == n - 1 {
                continue;
            }
            let (c, d) = (p[j], p[(j + 1) % n]);
            if box_ab.overlaps(&Bounds::around([&c, &d])) && crossing(a, b, c, d).is_some() {
                return false;
            }
        }
    }
    n >= 3
}

/// The extent of points in a turned frame: low and high along `along` and along its left normal.
pub fn extent(points: &[DVec2], along: DVec2) -> (DVec2, DVec2) {
    points.iter().fold((DVec2::MAX, DVec2::MIN), |(low, high), &p| {
        let q = DVec2::new(p.dot(along), p.dot(along.perp()));
        (low.min(q), high.max(q))
    })
}

/// The direction of the longest side.
pub fn longest_side(p: &[DVec2]) -> DVec2 {
    let mut best = DVec2::X;
    let mut length = 0.0;
    for k in 0..p.len() {
        let side = p[(k + 1) % p.len()] - p[k];
        if side.length_squared() > length {
            (best, length) = (side, side.length_squared());
        }
    }
    best.normalize_or(DVec2::X)
}

/// The convex hull, counter-clockwise (Andrew's monotone chain).
pub fn hull(points: &[DVec2]) -> Vec<DVec2> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    let mut out: Vec<DVec2> = Vec::new();
    for pass in 0..2 {
        let start = out.len();
        let chain: Box<dyn Iterator<Item = &DVec2>> =
            if pass == 0 { Box::new(sorted.iter()) } else { Box::new(sorted.iter().rev()) };
        for &p in chain {
            while out.len() >= start + 2
                && (out[out.len() - 1] - out[out.len() - 2]).perp_dot(p - out[out.len() - 1]) <= 1e-9
            {
                out.pop();
            }
            out.push(p);
        }
        out.pop();
    }
    out
}

/// A polygon with each side moved inward by its own distance; side k goes from corner k to k + 1. None where a side
/// turns over or the result is no simple polygon, so that what is returned has one corner for each corner given.
pub fn inset(p: &[DVec2], by: impl Fn(usize) -> f64) -> Option<Vec<DVec2>> {
    let n = p.len();
    let out: Vec<DVec2> = (0..n)
        .map(|k| {
            let before = (k + n - 1) % n;
            let d0 = (p[k] - p[before]).normalize_or_zero();
            let d1 = (p[(k + 1) % n] - p[k]).normalize_or_zero();
            mitre(p[k], d0, d1, by(before), by(k))
        })
        .collect();
    let same = (0..n).all(|k| (out[(k + 1) % n] - out[k]).dot(p[(k + 1) % n] - p[k]) > 0.0);
    (same && area(&out) > 0.0 && is_simple(&out)).then_some(out)
}

/// Where the lines at `w0` left of direction `d0` and `w1` left of `d1` through `at` meet; nearly parallel lines meet
/// beside the point.
pub fn mitre(at: DVec2, d0: DVec2, d1: DVec2, w0: f64, w1: f64) -> DVec2 {
    let cross = d0.perp_dot(d1);
    if cross.abs() < 0.08 && d0.dot(d1) > 0.0 {
        let normal = (d0.perp() + d1.perp()).normalize_or_zero();
        return at + normal * ((w0 + w1) * 0.5);
    }
    let (a, b) = (at + d0.perp() * w0, at + d1.perp() * w1);
    a + d0 * ((b - a).perp_dot(d1) / cross)
}

/// Corners with hardly a turn left out, and sides shorter than `least_m` replaced by where their neighbours meet.
pub fn simplified(p: &[DVec2], turn_sine: f64, least_m: f64) -> Vec<DVec2> {
    let mut out = p.to_vec();
    let mut k = 0;
    while k < out.len() && out.len() > 3 {
        let n = out.len();
        let (a, b, c) = (out[(k + n - 1) % n], out[k], out[(k + 1) % n]);
        let (d0, d1) = ((b - a).normalize_or_zero(), (c - b).normalize_or_zero());
        let flat = d0.perp_dot(d1).abs() < turn_sine && d0.dot(d1) > 0.0;
        if flat && to_segment(b, a, c).0 < 0.6 || (c - b).length() < 0.05 {
            out.remove(k);
            k = k.saturating_sub(1);
        } else {
            k += 1;
        }
    }
    let mut k = 0;
    while k < out.len() && out.len() > 4 {
        let n = out.len();
        let (z, a, b, c) = (out[(k + n - 1) % n], out[k], out[(k + 1) % n], out[(k + 2) % n]);
        if (b - a).length() < least_m {
            let (d0, d1) = ((a - z).normalize_or_zero(), (c - b).normalize_or_zero());
            let cross = d0.perp_dot(d1);
            let met = if cross.abs() > 0.3 { a + d0 * ((b - a).perp_dot(d1) / cross) } else { (a + b) * 0.5 };
            let near = (met - a).length() < 2.5 * least_m && (met - a).dot(d0) > -0.5 * least_m;
            out[k] = if near { met } else { (a + b) * 0.5 };
            out.remove((k + 1) % n);
            k = k.saturating_sub(1);
        } else {
            k += 1;
        }
    }
    out
}

/// The parts of a convex polygon left and right of a line through `at`.
pub fn halves(p: &[DVec2], at: DVec2, along: DVec2) -> (Vec<DVec2>, Vec<DVec2>) {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for k in 0..p.len() {
        let (a, b) = (p[k], p[(k + 1) % p.len()]);
        let (sa, sb) = (along.perp_dot(a - at), along.perp_dot(b - at));
        if sa >= 0.0 {
            left.push(a);
        }
        if sa <= 0.0 {
            right.push(a);
        }
        if sa * sb < 0.0 {
            let cut = a + (b - a) * (sa / (sa - sb));
            left.push(cut);
            right.push(cut);
        }
    }
    (left, right)
}

/// A polyline with its lengths.
#[derive(Debug, Clone, Default)]
pub struct Line {
    pub points: Vec<DVec2>,
    /// Length along the line up to each point.
    pub at_m: Vec<f64>,
}

impl Line {
    pub fn new(points: Vec<DVec2>) -> Self {
        let mut at_m = Vec::with_capacity(points.len());
        let mut sum = 0.0;
        for (k, p) in points.iter().enumerate() {
            if k > 0 {
                sum += (*p - points[k - 1]).length();
            }
            at_m.push(sum);
        }
        Self { points, at_m }
    }

    /// A smooth line through control points (Catmull and Rom's spline), with points about every `step` metres.
    pub fn smooth(controls: &[DVec2], step: f64) -> Self {
        let last = controls.len() - 1;
        let mut points = vec![controls[0]];
        for k in 0..last {
            let (b, c) = (controls[k], controls[k + 1]);
            let a = if k == 0 { b * 2.0 - c } else { controls[k - 1] };
            let d = if k + 1 == last { c * 2.0 - b } else { controls[k + 2] };
            let length = (c - b).length();
            // Tangents scaled by the neighbours' spacing, so that uneven controls make no loops.
            let m0 = (c - a) * (length / ((c - b).length() + (b - a).length()).max(1e-9));
            let m1 = (d - b) * (length / ((d - c).length() + (c - b).length()).max(1e-9));
            let count = (length / step).ceil().max(1.0) as usize;
            for i in 1..=count {
                let t = i as f64 / count as f64;
                let (t2, t3) = (t * t, t * t * t);
                points.push(
                    b * (2.0 * t3 - 3.0 * t2 + 1.0)
                        + m0 * (t3 - 2.0 * t2 + t)
                        + c * (3.0 * t2 - 2.0 * t3)
                        + m1 * (t3 - t2),
                );
            }
        }
        Self::new(points)
    }

    pub fn length(&self) -> f64 {
        self.at_m.last().copied().unwrap_or(0.0)
    }

    /// The point and unit direction `m` metres along; the ends beyond.
    pub fn at(&self, m: f64) -> (DVec2, DVec2) {
        if self.points.len() < 2 {
            return (self.points.first().copied().unwrap_or_default(), DVec2::X);
        }
        let k = self.at_m.partition_point(|&x| x <= m).clamp(1, self.points.len() - 1);
        let (a, b) = (self.at_m[k - 1], self.at_m[k]);
        let t = if b > a { ((m - a) / (b - a)).clamp(0.0, 1.0) } else { 0.0 };
        (self.points[k - 1].lerp(self.points[k], t), (self.points[k] - self.points[k - 1]).normalize_or(DVec2::X))
    }

    /// The nearest point: its distance and metres along. Linear in the line's points.
    pub fn nearest(&self, p: DVec2) -> (f64, f64) {
        let mut best = (f64::MAX, 0.0);
        for k in 1..self.points.len() {
            let (distance, t) = to_segment(p, self.points[k - 1], self.points[k]);
            if distance < best.0 {
                best = (distance, self.at_m[k - 1] + (self.at_m[k] - self.at_m[k - 1]) * t);
            }
        }
        best
    }

    /// The part between two lengths along.
    pub fn part(&self, from_m: f64, to_m: f64) -> Self {
        let mut points = vec![self.at(from_m).0];
        let inner = self.points.iter().zip(&self.at_m);
        points.extend(inner.filter(|(_, m)| **m > from_m + 0.5 && **m < to_m - 0.5).map(|(p, _)| *p));
        points.push(self.at(to_m).0);
        Self::new(points)
    }

    /// The line moved to the left by a distance that depends on the metres along; sharp inner bends may fold.
    pub fn beside(&self, by: impl Fn(f64) -> f64) -> Vec<DVec2> {
        let n = self.points.len();
        (0..n)
            .map(|k| {
                let d0 = (self.points[k] - self.points[k.saturating_sub(1)]).normalize_or_zero();
                let d1 = (self.points[(k + 1).min(n - 1)] - self.points[k]).normalize_or_zero();
                let (d0, d1) = (if k == 0 { d1 } else { d0 }, if k + 1 == n { d0 } else { d1 });
                let w = by(self.at_m[k]);
                mitre(self.points[k], d0, d1, w, w)
            })
            .collect()
    }
}

/// What lies where: things by the cells that their boxes touch.
#[derive(Debug, Clone)]
pub struct BoxIndex {
    low: DVec2,
    cell_m: f64,
    size: (usize, usize),
    starts: Vec<u32>,
    items: Vec<u32>,
    boxes: Vec<Bounds>,
}

impl BoxIndex {
    pub fn new(boxes: Vec<Bounds>, cell_m: f64) -> Self {
        let all = boxes.iter().fold(Bounds::EMPTY, |b, x| Bounds { low: b.low.min(x.low), high: b.high.max(x.high) });
        let low = if boxes.is_empty() { DVec2::ZERO } else { all.low };
        let span = if boxes.is_empty() { DVec2::ONE } else { all.size() };
        let size = ((span.x / cell_m) as usize + 1, (span.y / cell_m) as usize + 1);
        let mut index =
            Self { low, cell_m, size, starts: vec![0; size.0 * size.1 + 1], items: Vec::new(), boxes: Vec::new() };
        for b in &boxes {
            for cell in index.cells(b) {
                index.starts[cell + 1] += 1;
            }
        }
        for k in 1..index.starts.len() {
            index.starts[k] += index.starts[k - 1];
        }
        let mut fill = index.starts.clone();
        index.items = vec![0; fill[fill.len() - 1] as usize];
        for (k, b) in boxes.iter().enumerate() {
            for cell in index.cells(b) {
                index.items[fill[cell] as usize] = k as u32;
                fill[cell] += 1;
            }
        }
        index.boxes = boxes;
        index
    }

    fn cells(&self, b: &Bounds) -> Vec<usize> {
        let (a, z) = ((b.low - self.low) / self.cell_m, (b.high - self.low) / self.cell_m);
        let clamp = |x: f64, n: usize| (x.max(0.0) as usize).min(n - 1);
        let (x0, x1) = (clamp(a.x, self.size.0), clamp(z.x, self.size.0));
        let (y0, y1) = (clamp(a.y, self.size.1), clamp(z.y, self.size.1));
        (y0..=y1).flat_map(|y| (x0..=x1).map(move |x| y * self.size.0 + x)).collect()
    }

    /// The numbers of all whose boxes touch this one, ascending.
    pub fn within(&self, rect: &Bounds) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        for cell in self.cells(rect) {
            let list = &self.items[self.starts[cell] as usize..self.starts[cell + 1] as usize];
            found.extend(list.iter().map(|&k| k as usize).filter(|&k| self.boxes[k].overlaps(rect)));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    pub fn bounds(&self, item: usize) -> Bounds {
        self.boxes[item]
    }
}
