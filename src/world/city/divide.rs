//! Dividing land by streets: a face is cut by a chord from rim to rim, and its parts again, until blocks are left.
//!
//! A chord is accepted only if it keeps every bound: the angles at its ends, the distances between junctions, its
//! clearance from the rim, the size of both parts. So nothing has to be repaired afterwards, and land that can't be cut
//! well stays whole. Chords follow the quarter's prevailing direction, in hilly quarters the contours; they run on
//! across streets where another one ends at nearly the same place. Plan frame metres.

use super::arterials::VILLAGES;
use super::districts::{District, Pattern, QUARTERS, SPECIALS, Special, quarter_of};
use super::geom::{area, contains, crossing, extent, longest_side, simplified, to_segment};
use super::graph::{Class, Ground, Use, Way, inner_point};
use super::net::Net;
use super::terrain::Terrain;
use super::words;
use crate::bake::det::{Rng, noise, sin_cos, smoothstep};
use glam::DVec2;

/// Land larger than this is cut by collectors first.
const SUPERBLOCK_M2: f64 = 430_000.0;
/// Steeper than this nobody builds.
pub const STEEPEST: f64 = 0.21;
/// Higher than this the mountain begins.
const HIGHEST_U: f64 = 330.0;
/// How far from its middle a quarter reaches into open land.
const QUARTER_REACH_M: f64 = 1150.0;

/// Divides all blocks of land; `uses` has one entry for each face and grows with them.
pub fn divide(seed: u64, terrain: &Terrain, net: &mut Net, ways: &mut Vec<Way>, uses: &mut Vec<Use>) {
    let mut divider = Divider { seed, terrain, net, ways, uses, cuts: 0 };
    let first = divider.net.faces.len() as u32;
    let mut large: Vec<u32> = (0..first).filter(|&f| divider.uses[f as usize].ground == Ground::Block).collect();
    large.retain(|&f| !divider.is_waterfront(f));
    let mut superblocks = Vec::new();
    while let Some(face) = large.pop() {
        match divider.halve_large(face) {
            Some(other) => large.extend([face, other]),
            None => superblocks.push(face),
        }
    }
    superblocks.sort_unstable();
    for &face in &superblocks {
        divider.characterise(face);
    }
    for face in superblocks {
        divider.fill(face);
    }
}

struct Divider<'a> {
    seed: u64,
    terrain: &'a Terrain,
    net: &'a mut Net,
    ways: &'a mut Vec<Way>,
    uses: &'a mut Vec<Use>,
    cuts: u64,
}

/// The prevailing direction of streets around here.
#[derive(Clone, Copy)]
struct Grain {
    along: DVec2,
    bend: f64,
    contours: bool,
}

/// Where a chord meets the rim.
#[derive(Clone, Copy)]
enum Foot {
    /// At the start of the rim's piece with this number.
    Corner(usize),
    /// On the piece with this number.
    Piece(usize, DVec2),
}

/// How a face is to be cut.
struct Task {
    grain: Grain,
    /// Wanted length along the grain and depth across.
    block: DVec2,
    jitter: f64,
    sharpest: f64,
    class: Class,
    /// Least distance between junctions.
    gap_m: f64,
}

impl Divider<'_> {
    /// Whether this is the beach or a quay: land between the water and the first street.
    fn is_waterfront(&mut self, face: u32) -> bool {
        let around = self.net.around(face);
        let class = |h: u32| self.ways[self.net.way(h) as usize].class;
        let wet = around.iter().any(|&h| matches!(class(h), Class::Shore | Class::Bank));
        let promenade = around.iter().any(|&h| class(h) == Class::Promenade);
        let size = area(&self.net.polygon(face));
        let waterfront = promenade && size < 700_000.0 || wet && size < 260_000.0;
        if waterfront {
            self.uses[face as usize].district = District::Waterfront;
        }
        waterfront
    }

    /// Cuts land that is too large for one quarter; returns the new part.
    fn halve_large(&mut self, face: u32) -> Option<u32> {
        let polygon = self.net.polygon(face);
        if area(&polygon) < SUPERBLOCK_M2 {
            return None;
        }
        if special_on(&polygon).is_some() {
            return None;
        }
        let (steep, high) = self.steepness(&polygon);
        let wild = steep > STEEPEST || high > HIGHEST_U;
        let size = if wild { DVec2::new(1500.0, 1200.0) } else { DVec2::new(640.0, 520.0) };
        if wild && area(&polygon) < 2_500_000.0 {
            return None;
        }
        let grain = Grain { along: prevailing(&polygon), bend: 0.22, contours: true };
        let class = if wild { Class::Border } else { Class::Collector };
        let task = Task { grain, block: size, jitter: 0.14, sharpest: 0.45, class, gap_m: 95.0 };
        self.cut(face, &task)
    }

    /// Mean slope and mean height of some land.
    fn steepness(&self, polygon: &[DVec2]) -> (f64, f64) {
        let middle = inner_point(polygon);
        let mut slope = 0.0;
        let mut height = 0.0;
        let step = (polygon.len() / 12).max(1);
        let mut count = 0.0;
        for p in polygon.iter().step_by(step).map(|p| p.lerp(middle, 0.45)).chain([middle]) {
            slope += self.terrain.hillside(p).length();
            height += self.terrain.relief_at(p);
            count += 1.0;
        }
        (slope / count, height / count)
    }

    /// Gives a superblock its quarter and character.
    fn characterise(&mut self, face: u32) {
        let polygon = self.net.polygon(face);
        let middle = inner_point(&polygon);
        let quarter = quarter_of(middle);
        let own = &QUARTERS[quarter];
        let away = (middle - DVec2::new(own.at.0, own.at.1)).length() - own.weight_m;
        let (steep, high) = self.steepness(&polygon);
        let mut name = "";
        let mut district = own.district;
        if let Some(village) = VILLAGES.iter().find(|v| (middle - DVec2::new(v.0, v.1)).length() < v.2 * 0.6) {
            (district, name) = (District::Village, village.3);
        } else if steep > STEEPEST || high > HIGHEST_U {
            district = District::Wild;
        } else if away > QUARTER_REACH_M || high > 215.0 {
            district = if steep > 0.15 { District::Wild } else { District::Fields };
        } else if let Some(special) = special_on(&polygon) {
            (district, name) = (special.district, special.name);
        } else if steep > 0.13 && !matches!(district, District::OldTown | District::Park) {
            district = if steep > 0.17 { District::Wild } else { District::Villas };
        }
        let wet = self.net.around(face).iter().any(|&h| self.ways[self.net.way(h) as usize].class == Class::Shore);
        if wet && !matches!(district, District::Wild | District::Fields) && steep > 0.09 {
            district = District::Wild;
        }
        self.uses[face as usize] = Use { ground: Ground::Block, district, quarter: quarter as u16, name };
    }

    /// Cuts a superblock into blocks.
    fn fill(&mut self, face: u32) {
        let district = self.uses[face as usize].district;
        let Some(pattern) = district.pattern() else { return };
        let polygon = self.net.polygon(face);
        let along = match district {
            District::Core | District::Grid if self.uses[face as usize].quarter < 13 => DVec2::new(0.9995, -0.03),
            _ => prevailing(&polygon),
        };
        let grain = Grain { along, bend: pattern.bend, contours: pattern.contours };
        let mut stack = vec![face];
        while let Some(face) = stack.pop() {
            if self.becomes_special(face) {
                continue;
            }
            let mut task = self.task(face, &pattern, grain, district);
            let mut other = self.cut(face, &task);
            if other.is_none() {
                // What bends can't divide, straight streets along its longest side may.
                let polygon = self.net.polygon(face);
                task.grain = Grain { along: prevailing(&polygon), bend: 0.0, contours: false };
                other = self.cut(face, &task);
            }
            stack.extend(other.into_iter().flat_map(|new| [face, new]));
        }
    }

    /// A hospital, a stadium, a park takes its land before it gets too small.
    fn becomes_special(&mut self, face: u32) -> bool {
        let found = special_on(&self.net.polygon(face));
        if let Some(special) = found {
            let own = &mut self.uses[face as usize];
            (own.district, own.name) = (special.district, special.name);
        }
        found.is_some()
    }

    fn task(&self, face: u32, pattern: &Pattern, grain: Grain, district: District) -> Task {
        let size = area(&self.net.polygon(face));
        let class = match district {
            District::OldTown => Class::Lane,
            District::Village if size < 30_000.0 => Class::Lane,
            District::Fields => Class::Track,
            District::Industry | District::Commerce if size > 160_000.0 => Class::Collector,
            _ if size > 150_000.0 && !matches!(district, District::Garden | District::Villas) => Class::Collector,
            _ => Class::Local,
        };
        let block = DVec2::new(pattern.block.0, pattern.block.1);
        let gap_m = (0.42 * block.min_element()).clamp(20.0, 60.0);
        Task { grain, block, jitter: pattern.jitter, sharpest: pattern.sharpest, class, gap_m }
    }

    /// Tries chords until one is good; returns the new face, on the chord's left.
    fn cut(&mut self, face: u32, task: &Task) -> Option<u32> {
        let around = self.net.around(face);
        let rim: Vec<DVec2> = around.iter().map(|&h| self.net.from(h)).collect();
        let middle = inner_point(&rim);
        let along = self.direction(&task.grain, middle);
        let (low, high) = extent(&rim, along);
        let ratio = (high - low) / task.block;
        if ratio.max_element() < 1.42 || area(&rim) < 1.25 * task.block.x * task.block.y {
            return None;
        }
        self.cuts += 1;
        let mut rng = Rng::of(self.seed, 40, self.cuts);
        // First across the direction in which there is more to divide.
        let first = usize::from(ratio.y > ratio.x);
        for axis in [first, 1 - first] {
            let parts = (ratio[axis] + 0.35).floor().max(2.0);
            if ratio[axis] < 1.25 {
                continue;
            }
            let k = (parts * 0.5).floor();
            let mut places = vec![k / parts];
            if parts as u64 % 2 == 1 {
                places.push((k + 1.0) / parts);
            }
            for shift in [0.0, 0.05, -0.05, 0.1, -0.1, 0.16, -0.16] {
                for place in places.clone() {
                    let t = place + shift / parts * 2.0 + task.jitter * rng.range(-0.5, 0.5) / parts;
                    if !(0.12..=0.88).contains(&t) {
                        continue;
                    }
                    let at = low[axis] + (high[axis] - low[axis]) * t;
                    if let Some(new) = self.try_chord(face, &around, &rim, task, along, axis, at) {
                        return Some(new);
                    }
                }
            }
        }
        None
    }

    /// The grain's direction at a place.
    fn direction(&self, grain: &Grain, p: DVec2) -> DVec2 {
        let mut d = grain.along;
        if grain.contours {
            let up = self.terrain.hillside(p);
            let steep = up.length();
            if steep > 0.03 {
                let contour = up.perp() / steep;
                let contour = if contour.dot(d) < 0.0 { -contour } else { contour };
                // Either the contour or its normal, whichever is nearer, so that the direction never jumps over.
                let contour = if contour.dot(d) < 0.70 {
                    if contour.perp().dot(d) > 0.0 { contour.perp() } else { -contour.perp() }
                } else {
                    contour
                };
                d = d.lerp(contour, smoothstep(0.03, 0.10, steep)).normalize_or(d);
            }
        }
        if grain.bend > 0.0 {
            let (s, c) = sin_cos(grain.bend * noise(self.seed ^ 401, p / 230.0));
            d = DVec2::new(d.x * c - d.y * s, d.x * s + d.y * c);
        }
        d
    }

    #[allow(clippy::too_many_arguments)]
    fn try_chord(
        &mut self,
        face: u32,
        around: &[u32],
        rim: &[DVec2],
        task: &Task,
        along: DVec2,
        axis: usize,
        at: f64,
    ) -> Option<u32> {
        let start = widest_on_line(rim, along, axis, at)?;
        let back = self.trace(rim, task, axis, start, -1.0)?;
        let ahead = self.trace(rim, task, axis, start, 1.0)?;
        let mut points: Vec<DVec2> = back.0.iter().rev().copied().collect();
        points.extend(&ahead.0[1..]);
        let n = points.len();
        let (a, pa) = self.foot(around, rim, task, back.1, points[0], points[1])?;
        let (b, pb) = self.foot(around, rim, task, ahead.1, points[n - 1], points[n - 2])?;
        points[0] = pa;
        points[n - 1] = pb;
        let points = straightened(&points, 0.8);
        if !self.end_fits(around, rim, task, a, &points, false) || !self.end_fits(around, rim, task, b, &points, true) {
            return None;
        }
        self.parts_fit(around, rim, task, (a, b), &points).then(|| self.connect(face, around, task, (a, b), &points))
    }

    /// Follows the grain from inside to the rim: points, and the piece of the rim that was hit.
    fn trace(&self, rim: &[DVec2], task: &Task, axis: usize, start: DVec2, sign: f64) -> Option<(Vec<DVec2>, usize)> {
        let straight = task.grain.bend == 0.0 && !task.grain.contours;
        let step = if straight { 4000.0 } else { 22.0 };
        let mut points = vec![start];
        let mut p = start;
        for _ in 0..140 {
            let d = self.direction(&task.grain, p);
            // Axis 0 is cut by chords across the grain.
            let d = if axis == 0 { d.perp() } else { d } * sign;
            let q = p + d * step;
            if let Some((t, k)) = first_hit(rim, p, q) {
                points.push(p.lerp(q, t));
                return Some((points, k));
            }
            points.push(q);
            p = q;
        }
        None
    }

    /// Where a chord that hits piece `k` at `hit`, coming from `before`, is to end.
    fn foot(
        &self,
        around: &[u32],
        rim: &[DVec2],
        task: &Task,
        k: usize,
        hit: DVec2,
        before: DVec2,
    ) -> Option<(Foot, DVec2)> {
        let n = rim.len();
        let (p, q) = (rim[k], rim[(k + 1) % n]);
        let side = (q - p).normalize_or_zero();
        let mut hit = hit;
        // A slanting end is turned to meet the street more squarely.
        let slant = (hit - before).normalize_or_zero().dot(side);
        if slant.abs() > 0.25 && (hit - before).length() > 4.0 {
            let (_, t) = to_segment(before, p, q);
            let square = p.lerp(q, t);
            if (square - hit).length() < 40.0 {
                hit = hit.lerp(square, 0.75);
            }
        }
        let gap = task.gap_m.max(match self.ways[self.net.way(around[k]) as usize].class {
            Class::Boulevard | Class::Arterial | Class::PortRoad => 44.0,
            Class::Collector => 32.0,
            _ => 0.0,
        });
        // The nearest corner of the rim that is a junction, else a bend close by.
        let mut best: Option<(bool, f64, usize)> = None;
        for (sign, first, mut length) in [(1, (k + 1) % n, (q - hit).length()), (-1, k, (hit - p).length())] {
            let mut c = first;
            let mut closest = true;
            while length < gap {
                let junction = self.net.degree(self.net.halves[around[c] as usize].from) > 2;
                let candidate = (!junction, length, c);
                if (junction || closest && length < 13.0)
                    && best.is_none_or(|b| (candidate.0, candidate.1) < (b.0, b.1))
                {
                    best = Some(candidate);
                }
                if junction {
                    break;
                }
                closest = false;
                let next = if sign > 0 { (c + 1) % n } else { (c + n - 1) % n };
                length += (rim[next] - rim[c]).length();
                c = next;
            }
        }
        Some(match best {
            Some((_, _, corner)) => (Foot::Corner(corner), rim[corner]),
            None => (Foot::Piece(k, hit), hit),
        })
    }

    /// Whether the angles at a chord's end are wide enough.
    fn end_fits(&self, around: &[u32], rim: &[DVec2], task: &Task, foot: Foot, points: &[DVec2], end: bool) -> bool {
        let n = points.len();
        let leaves = if end { points[n - 2] - points[n - 1] } else { points[1] - points[0] };
        let leaves = leaves.normalize_or_zero();
        match foot {
            Foot::Piece(k, _) => {
                let side = (rim[(k + 1) % rim.len()] - rim[k]).normalize_or_zero();
                leaves.dot(side).abs() <= task.sharpest && side.perp_dot(leaves) > 0.0
            }
            Foot::Corner(k) => {
                let node = self.net.halves[around[k] as usize].from;
                let fan = self.net.leaving(node);
                let open = fan.iter().all(|&h| self.net.direction(h).dot(leaves) <= task.sharpest);
                // It has to leave into this face: between its own two sides.
                let (a, b) = (self.net.direction(around[k]), -self.net.direction(self.net.prev(around[k])));
                let turn = |from: DVec2, to: DVec2| {
                    let angle = crate::bake::det::atan2(from.perp_dot(to), from.dot(to));
                    if angle < 0.0 { angle + std::f64::consts::TAU } else { angle }
                };
                let room = turn(a, b);
                open && fan.len() < 5 && turn(a, leaves) < if room == 0.0 { std::f64::consts::TAU } else { room }
            }
        }
    }

    /// Whether both parts are large and wide enough, and the chord keeps off the rim.
    fn parts_fit(&self, around: &[u32], rim: &[DVec2], task: &Task, feet: (Foot, Foot), points: &[DVec2]) -> bool {
        let n = rim.len();
        let index = |f: Foot| match f {
            Foot::Corner(k) => (k, k),
            Foot::Piece(k, _) => (k, (k + 1) % n),
        };
        let ((a_last, a_first), (b_last, b_first)) = (index(feet.0), index(feet.1));
        if a_last == b_last {
            return false;
        }
        let corners = |from: usize, to: usize| {
            let mut out = vec![rim[from]];
            let mut k = from;
            while k != to {
                k = (k + 1) % n;
                out.push(rim[k]);
            }
            out
        };
        // Left of the chord: along it, then the rim from its end to its start; right of it the other way.
        let mut left = points.to_vec();
        left.extend(corners(b_first, a_last));
        let mut right: Vec<DVec2> = points.iter().rev().copied().collect();
        right.extend(corners(a_first, b_last));
        let least = 0.30 * task.block.x * task.block.y;
        for part in [&left, &right] {
            let frame = longest_side(part);
            let (low, high) = extent(part, frame);
            let size = high - low;
            let wanted = 0.46 * task.block.min_element();
            if area(part) < least || size.min_element() < wanted || area(part) < 0.34 * size.x * size.y {
                return false;
            }
        }
        // Streets have widths: clearance is measured from the kerbs around.
        let half: Vec<f64> = around.iter().map(|&h| self.ways[self.net.way(h) as usize].class.half_m()).collect();
        let at_foot = |f: Foot| match f {
            Foot::Corner(k) => half[k].max(half[(k + n - 1) % n]),
            Foot::Piece(k, _) => half[k],
        };
        let (half_a, half_b) = (at_foot(feet.0), at_foot(feet.1));
        let clear = 0.5 * task.gap_m;
        let total: f64 = points.windows(2).map(|w| (w[1] - w[0]).length()).sum();
        if total < task.gap_m + half_a + half_b {
            return false;
        }
        let to_kerb =
            |p: DVec2| (0..n).map(|k| to_segment(p, rim[k], rim[(k + 1) % n]).0 - half[k]).fold(f64::MAX, f64::min);
        let mut run = 0.0;
        for w in points.windows(2) {
            let length = (w[1] - w[0]).length();
            let count = (length / 18.0).ceil().max(1.0);
            for i in 0..count as usize {
                let m = run + length * (i as f64 + 0.5) / count;
                let room = clear.min((m - half_a - 2.0).min(total - m - half_b - 2.0) * 0.6);
                let p = w[0].lerp(w[1], (i as f64 + 0.5) / count);
                if room > 0.0 && (to_kerb(p) < room || !contains(rim, p)) {
                    return false;
                }
            }
            run += length;
        }
        true
    }

    fn connect(&mut self, face: u32, around: &[u32], task: &Task, feet: (Foot, Foot), points: &[DVec2]) -> u32 {
        let way = self.way_for(task.class, around, feet, points);
        let leaving = |net: &mut Net, foot: Foot| match foot {
            Foot::Corner(k) => around[k],
            Foot::Piece(k, at) => {
                net.split(around[k], at);
                net.next(around[k])
            }
        };
        let a = leaving(self.net, feet.0);
        let b = leaving(self.net, feet.1);
        let new = self.net.connect(a, b, &points[1..points.len() - 1], way);
        let own = self.uses[face as usize];
        self.uses.push(own);
        new
    }

    /// A street that runs on across a junction keeps its name.
    fn way_for(&mut self, class: Class, around: &[u32], feet: (Foot, Foot), points: &[DVec2]) -> u32 {
        let n = points.len();
        let ends = [(feet.0, points[1] - points[0]), (feet.1, points[n - 2] - points[n - 1])];
        for (foot, leaves) in ends {
            if let Foot::Corner(k) = foot {
                let node = self.net.halves[around[k] as usize].from;
                for h in self.net.leaving(node) {
                    let way = self.net.way(h);
                    let on = self.net.direction(h).dot(leaves.normalize_or_zero()) < -0.94;
                    if on && self.ways[way as usize].class == class {
                        return way;
                    }
                }
            }
        }
        if class == Class::Border {
            return 0;
        }
        let mut rng = Rng::of(self.seed, 41, self.ways.len() as u64);
        self.ways.push(Way { class, name: words::street(&mut rng, class) });
        self.ways.len() as u32 - 1
    }
}

/// The great use that this land is right for.
fn special_on(polygon: &[DVec2]) -> Option<&'static Special> {
    let size = area(polygon);
    SPECIALS.iter().find(|s| size < s.area_m2 * 1.9 && size > s.area_m2 * 0.15 && contains(polygon, s.at))
}

/// The direction of the longest nearly straight run of a rim.
fn prevailing(polygon: &[DVec2]) -> DVec2 {
    let mut coarse = polygon.to_vec();
    // Bends of less than some degrees do not end a run.
    for sine in [0.05, 0.12, 0.2] {
        coarse = loosened(&coarse, sine);
    }
    let d = longest_side(&coarse);
    if d.x < 0.0 { -d } else { d }
}

fn loosened(polygon: &[DVec2], sine: f64) -> Vec<DVec2> {
    let coarse = simplified(polygon, sine, 1.0);
    let n = coarse.len();
    let kept: Vec<DVec2> = (0..n)
        .filter(|&k| {
            let (a, b, c) = (coarse[(k + n - 1) % n], coarse[k], coarse[(k + 1) % n]);
            (b - a).normalize_or_zero().perp_dot((c - b).normalize_or_zero()).abs() > sine || k % 2 == 0
        })
        .map(|k| coarse[k])
        .collect();
    if kept.len() >= 3 { kept } else { coarse }
}

/// The middle of the longest stretch inside of the rim on a line: the points with this coordinate on the axis.
fn widest_on_line(rim: &[DVec2], along: DVec2, axis: usize, at: f64) -> Option<DVec2> {
    let (normal, line) = if axis == 0 { (along, along.perp()) } else { (along.perp(), along) };
    let mut cuts: Vec<f64> = Vec::new();
    for k in 0..rim.len() {
        let (a, b) = (rim[k], rim[(k + 1) % rim.len()]);
        let (sa, sb) = (a.dot(normal) - at, b.dot(normal) - at);
        if (sa > 0.0) != (sb > 0.0) {
            cuts.push(a.lerp(b, sa / (sa - sb)).dot(line));
        }
    }
    cuts.sort_by(f64::total_cmp);
    let widest = cuts.chunks_exact(2).max_by(|x, y| (x[1] - x[0]).total_cmp(&(y[1] - y[0])))?;
    Some(normal * at + line * ((widest[0] + widest[1]) * 0.5))
}

/// Where a segment first crosses the rim: its fraction and the rim's piece.
fn first_hit(rim: &[DVec2], p: DVec2, q: DVec2) -> Option<(f64, usize)> {
    let mut best: Option<(f64, usize)> = None;
    let (low, high) = (p.min(q), p.max(q));
    for k in 0..rim.len() {
        let (a, b) = (rim[k], rim[(k + 1) % rim.len()]);
        if a.max(b).cmplt(low).any() || a.min(b).cmpgt(high).any() {
            continue;
        }
        if let Some((t, _)) = crossing(p, q, a, b)
            && best.is_none_or(|x| t < x.0)
        {
            best = Some((t, k));
        }
    }
    best
}

/// A line without the points that hardly matter, its ends kept (Douglas and Peucker).
fn straightened(points: &[DVec2], tolerance_m: f64) -> Vec<DVec2> {
    let mut keep = vec![false; points.len()];
    let last = points.len() - 1;
    (keep[0], keep[last]) = (true, true);
    let mut stack = vec![(0, last)];
    while let Some((a, b)) = stack.pop() {
        let far =
            (a + 1..b).map(|k| (to_segment(points[k], points[a], points[b]).0, k)).max_by(|x, y| x.0.total_cmp(&y.0));
        if let Some((distance, k)) = far
            && distance > tolerance_m
        {
            keep[k] = true;
            stack.extend([(a, k), (k, b)]);
        }
    }
    points.iter().zip(keep).filter(|(_, k)| *k).map(|(p, _)| *p).collect()
}
