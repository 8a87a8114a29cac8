//! The land as it is built upon: height, coast, river, levelled places, cuttings and embankments. Plan frame metres, the
//! sea at 0.
//!
//! [`Terrain::height`] is defined within 40 km of the origin. Within the world's square it costs about 0.2
//! microseconds: the large forms come from a grid of 40 m by a bicubic spline, everything with an edge (shore, river
//! banks, pads, cuttings) from exact rules, asked only in cells where they matter.

use super::geom::{Bounds, Line};
use super::near::{Near, Nearest, nearest_of};
use super::relief;
use crate::bake::det::{fractal, lerp, noise, smoothstep};
use crate::world::layout::{PADS, PORT, Pad, RIVER, RIVER_WIDTH_M, WORLD_HALF_M};
use glam::DVec2;

/// The coast from west to east, land on the left. Between the headlands it is drawn by hand.
const COAST: [(f64, f64); 44] = [
    (-46000.0, -9000.0),
    (-36000.0, -7600.0),
    (-27000.0, -3200.0),
    (-20000.0, -5200.0),
    (-15200.0, -2300.0),
    (-12000.0, -3600.0),
    (-10200.0, -2900.0),
    (-8900.0, -2350.0),
    (-8000.0, -2260.0),
    (-7300.0, -2420.0),
    (-6850.0, -2800.0),
    (-6600.0, -3250.0),
    (-6330.0, -3640.0),
    (-6010.0, -3600.0),
    (-5820.0, -3180.0),
    (-5560.0, -2830.0),
    (-5050.0, -2560.0),
    (-4300.0, -2440.0),
    (-3500.0, -2480.0),
    (-2850.0, -2640.0),
    (-2360.0, -2790.0),
    (-1900.0, -2640.0),
    (-1300.0, -2390.0),
    (-700.0, -2250.0),
    (0.0, -2200.0),
    (700.0, -2260.0),
    (1300.0, -2420.0),
    (1800.0, -2640.0),
    // The port's quays.
    (2400.0, -2700.0),
    (2400.0, -3380.0),
    (4900.0, -3380.0),
    (4900.0, -2680.0),
    (5300.0, -2520.0),
    (5900.0, -2400.0),
    (6450.0, -2480.0),
    (6850.0, -2820.0),
    (7150.0, -3230.0),
    (7500.0, -3220.0),
    (7760.0, -2760.0),
    (8000.0, -2500.0),
    (9300.0, -1900.0),
    (12500.0, -2700.0),
    (17500.0, -1200.0),
    (46000.0, -5200.0),
];
/// The coast's corners (indices of [`COAST`]) that stay sharp.
const QUAY_FIRST: usize = 28;
const QUAY_LAST: usize = 31;

/// Islands: middle, mean radius, height.
const ISLANDS: [(f64, f64, f64, f64); 5] = [
    (-1500.0, -6700.0, 330.0, 46.0),
    (-900.0, -7060.0, 120.0, 14.0),
    (-11800.0, -9800.0, 1500.0, 190.0),
    (13500.0, -12500.0, 2300.0, 310.0),
    (26000.0, -9000.0, 1600.0, 160.0),
];

/// How the land meets the sea.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shore {
    Beach,
    Quay,
    Cliff,
    /// Stones and low scrub.
    Natural,
}

/// Shores along the coast by easting: from here on this kind, with the width over which the land rises.
const SHORES: [(f64, Shore, f64); 11] = [
    (-60_000.0, Shore::Natural, 34.0),
    (-8600.0, Shore::Beach, 60.0),
    (-7150.0, Shore::Cliff, 30.0),
    (-5480.0, Shore::Beach, 85.0),
    (-2620.0, Shore::Quay, 1.2),
    (-820.0, Shore::Beach, 70.0),
    (930.0, Shore::Quay, 1.2),
    (5150.0, Shore::Beach, 60.0),
    (6500.0, Shore::Cliff, 26.0),
    (7900.0, Shore::Natural, 30.0),
    (10_500.0, Shore::Natural, 40.0),
];

const GRID_M: f64 = 40.0;
/// Half the side of the square kept in the grid; the last stretch of it passes over into the function itself.
const GRID_HALF_M: f64 = WORLD_HALF_M + 640.0;
const FLAG_M: f64 = 32.0;
/// Spacing of the grids of the surroundings.
const FAR_GRID_M: f64 = 220.0;

/// Values at the corners of a square lattice around the origin.
#[derive(Debug, Clone)]
struct Lattice {
    step_m: f64,
    half_m: f64,
    side: usize,
    values: Vec<f32>,
}

impl Lattice {
    fn new(step_m: f64, half_m: f64, value: impl Fn(DVec2) -> f64) -> Self {
        let side = (2.0 * half_m / step_m) as usize + 4;
        let origin = DVec2::splat(-half_m - step_m);
        let values = (0..side * side)
            .map(|k| value(origin + DVec2::new((k % side) as f64, (k / side) as f64) * step_m) as f32)
            .collect();
        Self { step_m, half_m, side, values }
    }

    /// Catmull and Rom's bicubic; the point must lie within the half side.
    fn at(&self, p: DVec2) -> f64 {
        let q = (p + (self.half_m + self.step_m)) / self.step_m;
        let cell = q.floor();
        let f = q - cell;
        let weights = |t: f64| {
            let (t2, t3) = (t * t, t * t * t);
            [
                0.5 * (-t + 2.0 * t2 - t3),
                0.5 * (2.0 - 5.0 * t2 + 3.0 * t3),
                0.5 * (t + 4.0 * t2 - 3.0 * t3),
                0.5 * (t3 - t2),
            ]
        };
        let (wx, wy) = (weights(f.x), weights(f.y));
        let (x, y) = (cell.x as usize - 1, cell.y as usize - 1);
        let mut sum = 0.0;
        for (j, w) in wy.iter().enumerate() {
            let row = &self.values[(y + j) * self.side + x..][..4];
            let line: f64 = row.iter().zip(&wx).map(|(v, w)| f64::from(*v) * w).sum();
            sum += w * line;
        }
        sum
    }

    fn holds(&self, p: DVec2) -> bool {
        p.abs().max_element() <= self.half_m
    }
}

/// A road or railway that the ground was cut or filled for.
#[derive(Debug, Clone)]
pub struct Graded {
    near: Near,
    /// Height at each point of the line.
    heights: Vec<f64>,
    /// Half the width of its level bed.
    half_m: f64,
    /// Width of the slope from the bed to the ground as it was.
    slope_m: f64,
    /// Stretches by metres along where the ground is left alone: tunnels and bridges.
    off: Vec<(f64, f64)>,
}

/// The large forms at a place, whatever was built on it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lie {
    pub height_u: f64,
    /// Metres up per metre.
    pub slope: f64,
    /// 1 in a gully, -1 on a rib.
    pub hollow: f64,
}

#[derive(Debug, Clone)]
pub struct Terrain {
    pub seed: u64,
    coast: Near,
    /// Signed distance from the coast, coarse.
    inland: Lattice,
    relief: Lattice,
    /// The same of the surroundings: distance from the coast, height of the dry land.
    far: Option<(Lattice, Lattice)>,
    river: Near,
    graded: Vec<Graded>,
    /// What may matter in a cell of [`FLAG_M`]: bits of [`flags`].
    flags: Vec<u8>,
}

mod flags {
    pub const COAST: u8 = 1;
    pub const RIVER: u8 = 2;
    pub const PAD: u8 = 4;
    pub const GRADED: u8 = 8;
}

const COAST_REACH_M: f64 = 330.0;
const RIVER_REACH_M: f64 = 420.0;
/// Half the width of the river's valley.
const VALE_M: f64 = 1150.0;
const PAD_SLOPE_M: f64 = 70.0;

impl Terrain {
    /// The land with its pads, before roads are graded into it.
    pub fn new(seed: u64) -> Self {
        let world = Bounds::new(DVec2::splat(-GRID_HALF_M), DVec2::splat(GRID_HALF_M));
        let line = coast_line(seed);
        let coast = Near::new(line, COAST_REACH_M, &world);
        let all: Vec<usize> = (0..coast.line.points.len() - 1).collect();
        let inland = Lattice::new(100.0, GRID_HALF_M, |p| inland_of(seed, &coast.line, all.iter().copied(), p));
        let river = Near::new(river_line(), RIVER_REACH_M, &world);
        let vale = Near::new(river_line(), VALE_M, &world);
        let relief = Lattice::new(GRID_M, GRID_HALF_M, |p| {
            let inside = p.clamp(DVec2::splat(-GRID_HALF_M), DVec2::splat(GRID_HALF_M));
            valley(&vale, p, relief::land(seed, p, inland.at(inside)) + island_hill(p))
        });
        let mut terrain = Self { seed, coast, inland, relief, far: None, river, graded: Vec::new(), flags: Vec::new() };
        terrain.mark();
        terrain
    }

    /// Cuts and fills the ground for a line with a height at each of its points.
    pub fn grade(&mut self, line: Line, heights: Vec<f64>, half_m: f64, slope_m: f64, off: Vec<(f64, f64)>) {
        let world = Bounds::new(DVec2::splat(-GRID_HALF_M), DVec2::splat(GRID_HALF_M));
        self.graded.push(Graded { near: Near::new(line, half_m + slope_m, &world), heights, half_m, slope_m, off });
        self.mark();
    }

    /// Keeps the land beyond the world's square in coarse grids too, for asking it often; small forms are lost there.
    pub fn with_surroundings(mut self, half_m: f64) -> Self {
        let inland = Lattice::new(FAR_GRID_M, half_m, |p| self.inland(p));
        let relief = Lattice::new(FAR_GRID_M, half_m, |p| {
            if p.abs().max_element() < GRID_HALF_M {
                return self.relief_at(p);
            }
            let inside = p.clamp(DVec2::splat(-half_m), DVec2::splat(half_m));
            relief::land(self.seed, p, inland.at(inside)) + island_hill(p)
        });
        self.far = Some((inland, relief));
        self
    }

    fn mark(&mut self) {
        let side = (2.0 * GRID_HALF_M / FLAG_M) as usize;
        self.flags = vec![0; side * side];
        for k in 0..side * side {
            let p = DVec2::new((k % side) as f64 + 0.5, (k / side) as f64 + 0.5) * FLAG_M - GRID_HALF_M;
            let mut bits = 0;
            let inland = self.inland.at(p);
            if inland < COAST_REACH_M {
                bits |= flags::COAST;
            }
            if self.river.may_reach(p) {
                bits |= flags::RIVER;
            }
            let ski = (p - SKI_PLACE.0).length() < SKI_PLACE.1 + PAD_SLOPE_M + FLAG_M;
            if ski || PADS.iter().any(|pad| outside_of(pad, p) < PAD_SLOPE_M + FLAG_M) {
                bits |= flags::PAD;
            }
            if self.graded.iter().any(|g| g.near.may_reach(p)) {
                bits |= flags::GRADED;
            }
            self.flags[k] = bits;
        }
    }

    fn flags_at(&self, p: DVec2) -> u8 {
        let side = (2.0 * GRID_HALF_M / FLAG_M) as usize;
        let q = (p + GRID_HALF_M) / FLAG_M;
        if q.x < 0.0 || q.y < 0.0 {
            return flags::COAST;
        }
        let (x, y) = (q.x as usize, q.y as usize);
        if x < side && y < side { self.flags[y * side + x] } else { flags::COAST }
    }

    /// Metres from the coast, positive on land. Exact near the coast, within some metres elsewhere.
    pub fn inland(&self, p: DVec2) -> f64 {
        if !self.inland.holds(p) {
            if let Some((inland, _)) = &self.far
                && inland.holds(p)
            {
                return inland.at(p);
            }
            return inland_of(self.seed, &self.coast.line, 0..self.coast.line.points.len() - 1, p);
        }
        match self.coast.nearest(p) {
            Some(near) => near.left_m.max(island(self.seed, p)),
            None => self.inland.at(p),
        }
    }

    /// Height of the ground above the sea; below 0 it is the sea's floor. The river's bed is in it, bridges are not.
    pub fn height(&self, p: DVec2) -> f64 {
        let bits = self.flags_at(p);
        let mut h = self.relief_at(p);
        if bits == 0 {
            return h;
        }
        if bits & flags::RIVER != 0 {
            h = self.with_river(p, h);
        }
        if bits & flags::PAD != 0 {
            h = with_pads(p, h);
        }
        if bits & flags::GRADED != 0 {
            h = self.with_grades(p, h);
        }
        if bits & flags::COAST != 0 { self.with_shore(p, h) } else { h }
    }

    /// The ground before anybody cut, filled or levelled it, above the sea everywhere.
    pub fn relief_at(&self, p: DVec2) -> f64 {
        let out = p.abs().max_element();
        if out >= GRID_HALF_M {
            if let Some((_, relief)) = &self.far
                && relief.holds(p)
            {
                return relief.at(p);
            }
            return relief::land(self.seed, p, self.inland(p)) + island_hill(p);
        }
        let kept = self.relief.at(p);
        let t = smoothstep(GRID_HALF_M - 320.0, GRID_HALF_M, out);
        if t > 0.0 { lerp(kept, relief::land(self.seed, p, self.inland.at(p)), t) } else { kept }
    }

    /// Gradient of the height: metres up per metre east and north, over 16 m.
    pub fn gradient(&self, p: DVec2) -> DVec2 {
        let at = |x: f64, y: f64| self.height(p + DVec2::new(x, y));
        DVec2::new(at(8.0, 0.0) - at(-8.0, 0.0), at(0.0, 8.0) - at(0.0, -8.0)) / 16.0
    }

    /// Gradient of the large forms, over 60 m: which way a hill faces, whatever was built on it.
    pub fn hillside(&self, p: DVec2) -> DVec2 {
        let at = |x: f64, y: f64| self.relief_at(p + DVec2::new(x, y));
        DVec2::new(at(30.0, 0.0) - at(-30.0, 0.0), at(0.0, 30.0) - at(0.0, -30.0)) / 60.0
    }

    /// How the large forms lie, over 140 m.
    pub fn lie(&self, p: DVec2) -> Lie {
        const STEP_M: f64 = 70.0;
        let at = |x: f64, y: f64| self.relief_at(p + DVec2::new(x, y) * STEP_M);
        let (east, west, north, south, here) =
            (at(1.0, 0.0), at(-1.0, 0.0), at(0.0, 1.0), at(0.0, -1.0), self.relief_at(p));
        let curvature = (east + west + north + south - 4.0 * here) / (STEP_M * STEP_M);
        let gradient = DVec2::new(east - west, north - south) / (2.0 * STEP_M);
        Lie { height_u: here, slope: gradient.length(), hollow: (curvature / 0.007).clamp(-1.0, 1.0) }
    }

    /// How the land meets the sea near here, and over how many metres it rises.
    pub fn shore(&self, p: DVec2) -> (Shore, f64) {
        let k = SHORES.partition_point(|s| s.0 <= p.x).max(1) - 1;
        let here = SHORES[k];
        let mut width = here.2;
        // Widths pass over within 60 m after a change, by their logarithms' cheap cousin, the reciprocal.
        if k > 0 && p.x - here.0 < 60.0 {
            let t = smoothstep(0.0, 60.0, p.x - here.0);
            width = 1.0 / lerp(1.0 / SHORES[k - 1].2, 1.0 / here.2, t);
        }
        (here.1, width)
    }

    /// The coast's line in the world's square and a little beyond, from west to east.
    pub fn coast_line(&self) -> &Line {
        &self.coast.line
    }

    /// The river's middle line from the mountains to the sea.
    pub fn river_line(&self) -> &Line {
        &self.river.line
    }

    /// Where a point is by the river; none farther than some hundred metres from it.
    pub fn by_river(&self, p: DVec2) -> Option<Nearest> {
        self.river.nearest(p)
    }

    /// Half the width of the river's water at a distance along its line.
    pub fn river_half_m(&self, along_m: f64) -> f64 {
        river_half_m(along_m / self.river.line.length())
    }

    /// Height of the river's water.
    pub fn river_level_u(&self, along_m: f64) -> f64 {
        river_level_u(&self.river.line, along_m)
    }

    /// Whether a point lies in the sea or in the river.
    pub fn is_water(&self, p: DVec2) -> bool {
        self.inland(p) < 0.0
            || self.by_river(p).is_some_and(|n| n.left_m.abs() < self.river_half_m(n.along_m) && p.y > -2900.0)
    }

    fn with_river(&self, p: DVec2, h: f64) -> f64 {
        let Some(near) = self.river.nearest(p) else { return h };
        let half = self.river_half_m(near.along_m);
        let level = self.river_level_u(near.along_m);
        let x = near.left_m.abs();
        if x >= half + 60.0 {
            return h;
        }
        let depth = 1.4 + 0.03 * half;
        let bed = level - depth * smoothstep(half + 1.0, half * 0.45, x);
        // In the city the banks are walls, upstream they are slopes.
        let bank = if near.along_m > self.river.line.length() - 3300.0 { 2.0 } else { 11.0 };
        let dry = lerp(h.max(level + 1.2), h, smoothstep(half + 20.0, half + 60.0, x));
        lerp(bed, dry, smoothstep(half - 0.5, half + bank, x))
    }

    fn with_grades(&self, p: DVec2, mut h: f64) -> f64 {
        for graded in &self.graded {
            let Some(near) = graded.near.nearest(p) else { continue };
            if graded.off.iter().any(|o| o.0 <= near.along_m && near.along_m <= o.1) {
                continue;
            }
            let at_m = &graded.near.line.at_m;
            let k = at_m.partition_point(|&m| m <= near.along_m).clamp(1, at_m.len() - 1);
            let t = (near.along_m - at_m[k - 1]) / (at_m[k] - at_m[k - 1]).max(1e-9);
            let bed = lerp(graded.heights[k - 1], graded.heights[k], t.clamp(0.0, 1.0));
            h = lerp(bed, h, smoothstep(graded.half_m, graded.half_m + graded.slope_m, near.left_m.abs()));
        }
        h
    }

    fn with_shore(&self, p: DVec2, land: f64) -> f64 {
        let d = self.inland(p);
        let (kind, width) = self.shore(p);
        if d >= width.max(1.2) {
            return land;
        }
        if d >= 0.0 {
            // A beach rises slowly at first; a cliff stands up.
            let t = d / width;
            let rise = match kind {
                Shore::Cliff => 1.0 - (1.0 - t) * (1.0 - t) * (1.0 - t),
                Shore::Quay => t.min(1.0),
                _ => t * (0.75 + 0.25 * t),
            };
            let ragged = if kind == Shore::Cliff { 5.0 * noise(self.seed ^ 81, p / 23.0) * t * (1.0 - t) } else { 0.0 };
            return (land * rise + ragged).max(0.02);
        }
        let out = -d;
        let steep = smoothstep(40.0, 2.0, width) * smoothstep(420.0, 20.0, out);
        let dredged = 11.0 * smoothstep(900.0, 300.0, outside_of(&PORT, p)) * smoothstep(0.0, 60.0, out);
        let wall = 4.2 * steep * smoothstep(-0.2, 1.5, out);
        let shelf = 9.0 * smoothstep(0.0, 520.0, out)
            + 22.0 * smoothstep(300.0, 2600.0, out)
            + 60.0 * smoothstep(2000.0, 14_000.0, out);
        let swell = 1.5 * smoothstep(60.0, 500.0, out) * fractal(self.seed ^ 82, p / 310.0, 2);
        (-wall - shelf - dredged + swell).min(-0.03 * out.min(4.0) - 0.02)
    }
}

/// How far a point is outside of a pad's rectangle; 0 inside.
pub fn outside_of(pad: &Pad, p: DVec2) -> f64 {
    let d = p - pad.centre;
    let q = DVec2::new(d.dot(pad.along).abs(), d.dot(pad.along.perp()).abs()) - pad.half;
    q.max(DVec2::ZERO).length()
}

/// The level place at the foot of the ski slope: middle, radius, height.
pub const SKI_PLACE: (DVec2, f64, f64) = (DVec2::new(250.0, 4480.0), 150.0, 596.0);

fn with_pads(p: DVec2, mut h: f64) -> f64 {
    let out = (p - SKI_PLACE.0).length() - SKI_PLACE.1;
    if out < PAD_SLOPE_M {
        h = lerp(SKI_PLACE.2, h, smoothstep(0.0, PAD_SLOPE_M, out));
    }
    for pad in &PADS {
        let out = outside_of(pad, p);
        if out < PAD_SLOPE_M {
            h = lerp(pad.ground_u, h, smoothstep(10.0, PAD_SLOPE_M, out));
        }
    }
    h
}

fn inland_of(seed: u64, coast: &Line, segments: impl Iterator<Item = usize>, p: DVec2) -> f64 {
    let main = nearest_of(coast, segments, p).map_or(0.0, |n| n.left_m);
    main.max(island(seed, p))
}

/// Metres inside of the nearest island's shore; far below 0 elsewhere.
fn island(seed: u64, p: DVec2) -> f64 {
    let mut best = f64::MIN;
    for (k, &(x, y, radius, _)) in ISLANDS.iter().enumerate() {
        let d = p - DVec2::new(x, y);
        let r = d.length();
        if r < radius * 2.0 {
            let ragged = 1.0 + 0.42 * fractal(seed ^ (90 + k as u64), p / radius, 4);
            best = best.max((radius * ragged - r) * 0.85);
        } else {
            best = best.max(radius * 1.5 - r);
        }
    }
    best
}

fn island_hill(p: DVec2) -> f64 {
    let hill = |&(x, y, radius, height): &(f64, f64, f64, f64)| {
        height * smoothstep(radius * 1.25, radius * 0.1, (p - DVec2::new(x, y)).length())
    };
    ISLANDS.iter().map(hill).sum()
}

fn coast_line(seed: u64) -> Line {
    let points: Vec<DVec2> = COAST.iter().map(|&(x, y)| DVec2::new(x, y)).collect();
    let west = Line::smooth(&points[..=QUAY_FIRST], 24.0);
    let east = Line::smooth(&points[QUAY_LAST..], 24.0);
    let mut all = west.points;
    all.push(points[QUAY_FIRST + 1]);
    all.push(points[QUAY_LAST - 1]);
    all.extend(east.points);
    // Far from the city the shore is ragged, and the points are sparse.
    let mut kept: Vec<DVec2> = Vec::new();
    for p in all {
        let far = (p.x.abs() - 8000.0).max(0.0);
        let gap = 24.0 + 0.02 * far;
        let quay = p.x > 1700.0 && p.x < 5600.0;
        if kept.last().is_some_and(|q| (p - *q).length() < gap * 0.7) && !quay {
            continue;
        }
        let wild = smoothstep(0.0, 3500.0, far);
        let ragged = 620.0 * wild * fractal(seed ^ 91, DVec2::new(p.x / 2300.0, 7.0), 5);
        let rocky = 26.0 * smoothstep(6100.0, 6300.0, p.x.abs()) * fractal(seed ^ 92, p / 150.0, 3);
        kept.push(p + DVec2::new(0.0, ragged + rocky));
    }
    Line::new(kept)
}

fn river_line() -> Line {
    let mut controls = vec![DVec2::new(-7300.0, 9200.0), DVec2::new(-6500.0, 7700.0), DVec2::new(-5900.0, 6400.0)];
    controls.extend(RIVER);
    Line::smooth(&controls, 30.0)
}

fn river_half_m(part: f64) -> f64 {
    RIVER_WIDTH_M * 0.5 * lerp(0.14, 1.0, smoothstep(0.12, 0.97, part))
}

/// The water's height by metres along: a brook in the mountains, a tidal reach in the city.
fn river_level_u(line: &Line, along_m: f64) -> f64 {
    let from_sea = (line.length() - along_m - 2700.0).max(0.0);
    0.3 + 0.0040 * from_sea + 4.2e-6 * from_sea * from_sea
}

/// The valley that the river made: the land falls to its flood plain.
fn valley(river: &Near, p: DVec2, h: f64) -> f64 {
    let Some(near) = river.nearest(p) else { return h };
    let x = near.left_m.abs();
    let half = river_half_m(near.along_m / river.line.length());
    let floor = river_level_u(&river.line, near.along_m) + 2.6;
    // The valley's sides are no ruled surfaces.
    let x = x * (1.0 + 0.35 * noise(83, p / 620.0) + 0.12 * noise(84, p / 190.0));
    let t = smoothstep(half + 25.0, VALE_M, x);
    let low = floor + (h - floor).max(0.0) * t * (0.25 + 0.75 * t);
    lerp(low, h, smoothstep(VALE_M * 0.6, VALE_M, x)).max(floor.min(h))
}
