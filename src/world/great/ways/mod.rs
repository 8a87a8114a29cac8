//! What runs through the land or stands along it: motorway, railway, waterfront, lines of masts.
//!
//! Everything is a [`Fixture`] with a row in the property table; long surfaces are cut into pieces of about 100 m, each belonging
//! to the tile that its middle lies in. Pieces share their cross-cuts, which depend on the distance along alone, so that they
//! meet whatever the levels of detail on both sides. Plan frame metres.

pub mod lines;
pub mod marks;
pub mod rail;
pub mod ramp;
pub mod road;
pub mod shore;
pub mod structures;
pub mod tunnel;

use std::sync::Arc;

use glam::{DVec2, DVec3};

use super::sheet::Ground;
use crate::bake::det::noise;
use crate::bake::mesh::{Mesh, Rgb, Surface, blend, hex};
use crate::bake::paint::Canvas;
use crate::world::city::City;
use crate::world::city::geom::{Bounds, Line};
use crate::world::city::motorway::{Motorway, STRIP_HALF_M};
use crate::world::city::near::{Near, Nearest};
use crate::world::city::railway::Railway;
use crate::world::city::terrain::Terrain;
use crate::world::layout::{BRIDGE_M, PISTE, TOLL_M, WORLD_HALF_M};
use crate::world::sites::{Builder, Fixture, Lamp};

/// Long surfaces are cut into pieces of about this length.
pub const PIECE_M: f64 = 100.0;
/// Half the width of the ski slope.
pub const PISTE_HALF_M: f64 = 21.0;
/// Half the width of the strip that the motorway's widest place takes, and a margin.
const REACH_M: f64 = 116.0;

/// The land that drawings are laid on; they keep it, as they outlive the plan's borrow.
pub struct Land {
    pub seed: u64,
    pub terrain: Terrain,
    pub motorway: Motorway,
    pub railway: Railway,
    /// For asking what is near.
    pub road: Near,
    pub ramps: Vec<Near>,
    pub rails: Near,
    pub piste: Near,
    pub quays: Vec<Near>,
}

/// Drawings, lamps, and what they do to the ground under them.
pub struct Ways {
    pub fixtures: Vec<Fixture>,
    pub lamps: Vec<Lamp>,
    land: Arc<Land>,
}

impl Ways {
    pub fn new(city: &City, seed: u64) -> Self {
        let land = Arc::new(Land::new(city, seed));
        let mut ways = Self { fixtures: Vec::new(), lamps: Vec::new(), land };
        let land = ways.land.clone();
        ways.fixtures.extend(road::pieces(&land));
        ways.fixtures.extend(ramp::pieces(&land));
        ways.fixtures.extend(rail::pieces(&land));
        ways.take(structures::all(&land, city));
        ways.take(tunnel::all(&land));
        ways.take(shore::all(&land));
        ways.take(lines::all(&land, city));
        // Banks reach farther at coarse levels, where they have to cover larger cells of the land.
        for fixture in ways.fixtures.iter_mut().filter(|f| f.radius_m > 40.0) {
            fixture.radius_m += 30.0;
            fixture.height_m += 3.0;
        }
        ways
    }

    fn take(&mut self, built: Builder) {
        self.fixtures.extend(built.fixtures);
        self.lamps.extend(built.lamps);
    }

    /// What lies on the ground instead of natural cover. Covered ground has a surface of its own among the fixtures.
    pub fn ground(&self, p: DVec2) -> Option<Ground> {
        self.land.ground(p)
    }

    /// Whether nothing may grow or be put at a place.
    pub fn clears(&self, p: DVec2) -> bool {
        let land = &self.land;
        let on_road = |n: Nearest| {
            let below_bridge = (BRIDGE_M.0..BRIDGE_M.1).contains(&n.along_m).then_some(24.0);
            land.strip_half_m(n.along_m).or(below_bridge).is_some_and(|half| n.left_m.abs() < half + 2.0)
        };
        land.road.nearest(p).is_some_and(on_road)
            || land.rails.nearest(p).is_some_and(|n| n.left_m.abs() < 15.0 && !land.railway.in_tunnel(n.along_m))
            || land.piste.nearest(p).is_some_and(|n| n.left_m.abs() < PISTE_HALF_M + 3.0)
            || land.quays.iter().any(|q| q.nearest(p).is_some_and(|n| n.left_m.abs() < shore::APRON_M))
    }

    /// Whether a cell of the land's grid (its middle and half its side) has to be left out, as it would run across an edge
    /// that it can't show: a cutting, a portal's mouth, a quay's wall. Fixtures cover it.
    pub fn hides(&self, middle: DVec2, half_m: f64) -> bool {
        let reach = half_m * std::f64::consts::SQRT_2;
        let land = &self.land;
        road::hides(land, middle, reach)
            || rail::hides(land, middle, reach)
            || shore::hides(land, middle, reach)
            || tunnel::hides(land, middle, reach)
    }

    /// Paints ways over a picture of the ground, for levels that do not draw them as geometry.
    pub fn paint(&self, canvas: &mut Canvas, rect: &Bounds) {
        let rect = rect.grown(60.0);
        shore::paint(&self.land, canvas, &rect);
        rail::paint(&self.land, canvas, &rect);
        road::paint(&self.land, canvas, &rect);
    }
}

impl Land {
    fn new(city: &City, seed: u64) -> Self {
        let world = Bounds::new(DVec2::splat(-WORLD_HALF_M - 200.0), DVec2::splat(WORLD_HALF_M + 200.0));
        let near = |line: &Line, reach: f64| Near::new(line.clone(), reach, &world);
        let railway = city.railway.clone();
        Self {
            seed,
            terrain: city.terrain.clone(),
            motorway: city.motorway.clone(),
            road: near(&city.motorway.line, REACH_M),
            ramps: city.motorway.ramps.iter().map(|r| near(&r.line, 40.0)).collect(),
            rails: near(&railway.line, 84.0),
            railway,
            piste: near(&Line::smooth(&PISTE, 25.0), 40.0),
            quays: shore::quay_lines(&city.terrain).iter().map(|q| near(q, 70.0)).collect(),
        }
    }

    /// Half the strip of the motorway that has a surface of its own; none in the tunnel and under the bridge.
    pub fn strip_half_m(&self, along_m: f64) -> Option<f64> {
        self.motorway.strip_half_m(along_m)
    }

    fn ground(&self, p: DVec2) -> Option<Ground> {
        if let Some(near) = self.road.nearest(p)
            && self.strip_half_m(near.along_m).is_some_and(|half| near.left_m.abs() <= half)
            && (1.0..self.motorway.line.length() - 1.0).contains(&near.along_m)
        {
            return Some(Ground { surface: Surface::Grass, color: verge(self.seed, p), covered: true });
        }
        if let Some(near) = self.rails.nearest(p)
            && near.left_m.abs() <= self.railway.half_m(near.along_m)
            && !self.railway.in_tunnel(near.along_m)
        {
            return Some(Ground { surface: Surface::Grass, color: verge(self.seed, p), covered: true });
        }
        if self.quays.iter().any(|q| q.nearest(p).is_some_and(|n| (0.0..shore::APRON_M).contains(&n.left_m))) {
            return Some(Ground { surface: Surface::Paving, color: shore::PAVING, covered: true });
        }
        if self.piste.nearest(p).is_some_and(|n| n.left_m.abs() < PISTE_HALF_M + 3.0) {
            return Some(Ground { surface: Surface::Snow, color: hex(0xeef1f5), covered: false });
        }
        None
    }
}

/// Grass beside roads: mown, dry in places.
pub fn verge(seed: u64, p: DVec2) -> Rgb {
    let dry = (0.5 + 0.5 * noise(seed ^ 0x7e1, p / 37.0)) as f32;
    blend(hex(0x5f6c40), hex(0x7f7c55), dry * 0.8)
}

/// The side of a cell of the land's grid at a level of detail, metres.
pub fn cell_m(detail: usize) -> f64 {
    let level = (detail + 2).min(super::CELLS.len() - 1);
    2.0 * WORLD_HALF_M / f64::from(1u32 << level) / super::CELLS[level] as f64
}

/// How far a fixture that closes hidden cells has to reach beyond the edge: two half diagonals of the cells of the next
/// coarser level, which a neighbouring tile may have.
pub fn hidden_reach_m(detail: usize) -> f64 {
    cell_m(detail.saturating_sub(1)) * std::f64::consts::SQRT_2 + 1.0
}

/// Equal parts of a stretch of about [`PIECE_M`].
pub fn cut(from_m: f64, to_m: f64) -> Vec<(f64, f64)> {
    let count = ((to_m - from_m) / PIECE_M).round().max(1.0);
    let at = |k: f64| from_m + (to_m - from_m) * k / count;
    (0..count as usize).map(|k| (at(k as f64), at(k as f64 + 1.0))).collect()
}

/// Measures a drawing that follows the land: radius about a place and height above the ground there.
pub fn extent(terrain: &Terrain, at: DVec2, points: impl IntoIterator<Item = DVec3>, above_m: f64) -> (f64, f64) {
    let foot = terrain.height(at).max(0.0);
    points.into_iter().fold((0.0, 0.0), |(radius, high), p| {
        (f64::max(radius, p.truncate().distance(at)), f64::max(high, p.z + above_m - foot))
    })
}

/// A drawing that leaves the mesh's surface as it was.
pub fn drawing(draw: impl Fn(&mut Mesh, usize) + Send + Sync + 'static) -> crate::world::sites::Drawing {
    Box::new(move |mesh, detail| {
        let before = mesh.surface;
        draw(mesh, detail);
        mesh.surface = before;
    })
}

/// Whether a place of the motorway lies at the toll plaza, whose ground is drawn on its own.
pub fn at_toll(along_m: f64, margin_m: f64) -> bool {
    (along_m - TOLL_M).abs() < crate::world::sites::roads::TOLL_HALF_M + margin_m
}

/// Parts of a line that lie in a rectangle, for painting.
pub fn parts_in(line: &[DVec2], rect: &Bounds) -> Vec<Vec<DVec2>> {
    let mut out: Vec<Vec<DVec2>> = Vec::new();
    let mut open = false;
    for pair in line.windows(2) {
        if !Bounds::around(pair).overlaps(rect) {
            open = false;
            continue;
        }
        match out.last_mut() {
            Some(part) if open => part.push(pair[1]),
            _ => out.push(pair.to_vec()),
        }
        open = true;
    }
    out
}

/// The strip's usual half width, for what is painted coarsely.
pub const PAINTED_STRIP_M: f64 = 2.0 * STRIP_HALF_M;

#[cfg(test)]
mod tests;
