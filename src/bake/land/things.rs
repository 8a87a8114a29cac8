//! What stands at points or hangs over the ground: trees and woods, masts, power lines, ropeways, bridges, walls, models.

use std::ops::RangeInclusive;

use glam::{DMat3, DVec2, DVec3};

use super::copies::{Collected, Look};
use super::house::seed_of;
use super::{Context, Drawn, Item, cells, ways};
use crate::bake::det::{Rng, noise, sin_cos, unit_vector};
use crate::bake::draw::furniture::{self, Barrier};
use crate::bake::draw::plants::{self, Plant, Species};
use crate::bake::draw::poly::{self, Region};
use crate::bake::frame::LocalFrame;
use crate::bake::mesh::{Matter, Mesh, NO_FEATURE, Pictured, Rgb, Surface, Vertex, hex, scale};
use crate::bake::model::{Area, Cover, Placed, Point, PointKind, Value, Way, WayKind};
use crate::bake::tiling::land::TileId;

/// Metres between the trees of a wood.
const TREE_SPACING_M: f64 = 7.5;
/// How the trees of woods are drawn: each is one of many, but seen from its foot too.
const WOOD_LEVEL: u32 = 3;
/// At most this many trees of woods in a tile.
const MAX_TREES: usize = 1600;
/// Power towers and masts of which no height is known.
const TOWER_M: f64 = 32.0;
const MAST_M: f64 = 30.0;
const STEEL: u32 = 0x8d9296;
const CABLE: u32 = 0x3a3c3e;

/// Draws a point's thing; gives its height, metres.
pub fn point(mesh: &mut Mesh, copies: &mut Collected, context: &Context, item: &Item, point: &Point) -> f64 {
    let detail = copies.detail();
    let feature = mesh.feature.unwrap_or(NO_FEATURE);
    let p = context.land.plan(point.at);
    let at = p.extend(context.land.base_u(point.base, context.ground_u(p)));
    let seed = seed_of(item);
    let mut rng = Rng::of(seed, 80, 0);
    let along = unit_vector((90.0 - point.heading_deg.unwrap_or_else(|| rng.range(0.0, 360.0))).to_radians());
    let spot = Spot { at, along, feature };
    let height = |usual: f64| point.height_m.filter(|h| (0.3..=1000.0).contains(h)).unwrap_or(usual);
    let mut plant = |species: Species, height_m: f64| {
        copies.tree(mesh, &Plant { species, at, height_m, seed }, detail, feature);
        height_m
    };
    match point.kind {
        PointKind::BroadleavedTree => {
            let species = rng.pick(&[Species::Lime, Species::Lime, Species::Plane, Species::Oak, Species::Birch]);
            plant(species, height(rng.range(7.0, 13.0)))
        }
        PointKind::NeedleleavedTree => plant(Species::Spruce, height(rng.range(9.0, 18.0))),
        PointKind::Palm => plant(Species::Palm, height(rng.range(6.0, 10.0))),
        PointKind::StreetLamp => furnish(copies, &spot, Look::RoadLamp, 9.0),
        PointKind::TrafficSignal => furnish(copies, &spot, Look::Signal, 3.6),
        PointKind::Bench => furnish(copies, &spot, Look::Bench, 0.9),
        PointKind::Hydrant => furnish(copies, &spot, Look::Hydrant, 0.9),
        PointKind::PowerPole => furnish(copies, &spot, Look::PowerPole, 10.0),
        PointKind::PowerTower => stretched(copies, &spot, Look::PowerTower, (height(TOWER_M), TOWER_M), |mesh| {
            lattice(mesh, DVec3::ZERO, TOWER_M, 5.0, detail, Some((DVec2::X, 9.0)));
        }),
        // Those of great height are seen from where the others are not.
        PointKind::Mast if height(MAST_M) >= 60.0 => lattice(mesh, at, height(MAST_M), 2.4, detail, None),
        PointKind::Mast => stretched(copies, &spot, Look::Mast, (height(MAST_M), MAST_M), |mesh| {
            lattice(mesh, DVec3::ZERO, MAST_M, 2.4, detail, None);
        }),
        PointKind::AerialwayPylon => tower(mesh, at, height(11.0), (0.7, 0.4), hex(STEEL), detail),
        PointKind::Chimney => {
            let height_m = height(35.0);
            tower(mesh, at, height_m, (height_m * 0.045, height_m * 0.03), hex(0xb5a293), detail)
        }
        PointKind::Crane => crane(mesh, at, height(45.0), along, detail),
        PointKind::WindTurbine => turbine(mesh, at, height(90.0), along, detail),
        PointKind::Unknown => 0.0,
    }
}

/// Where a copy stands, where it faces and whose it is.
struct Spot {
    at: DVec3,
    along: DVec2,
    feature: u32,
}

fn furnish(copies: &mut Collected, spot: &Spot, look: Look, height_m: f64) -> f64 {
    copies.furniture(look, spot.at, spot.along, spot.feature);
    height_m
}

/// A thing that is drawn `usual_m` high.
fn stretched(
    copies: &mut Collected,
    spot: &Spot,
    look: Look,
    (height_m, usual_m): (f64, f64),
    draw: impl FnOnce(&mut Mesh),
) -> f64 {
    copies.put(look, (spot.at, spot.along), height_m / usual_m, spot.feature, draw);
    height_m
}

fn metal<T>(mesh: &mut Mesh, draw: impl FnOnce(&mut Mesh) -> T) -> T {
    let before = std::mem::replace(&mut mesh.surface, Surface::Metal);
    let result = draw(mesh);
    mesh.surface = before;
    result
}

fn tower(mesh: &mut Mesh, at: DVec3, height_m: f64, r: (f64, f64), color: Rgb, detail: u32) -> f64 {
    if height_m > 8.0 * f64::from(4 - detail.min(4)) {
        let sides = 4 + 2 * detail as usize;
        metal(mesh, |mesh| mesh.drum(at.truncate(), r, (at.z - 1.0, at.z + height_m), sides, scale(color, 0.8), color));
    }
    height_m
}

/// Four legs that meet at the top, braced; crossarms of this half length where there are any.
fn lattice(mesh: &mut Mesh, at: DVec3, height_m: f64, base_m: f64, detail: u32, arms: Option<(DVec2, f64)>) -> f64 {
    if detail < 2 && height_m < 60.0 {
        return height_m;
    }
    let thick = [0.5, 0.45, 0.35, 0.25, 0.18][detail.min(4) as usize];
    let color = hex(STEEL);
    metal(mesh, |mesh| {
        let along = arms.map_or(DVec2::X, |(along, _)| along);
        let leg = |k: usize, t: f64| {
            let (x, y) = ([-1.0, 1.0, 1.0, -1.0][k % 4], [-1.0, -1.0, 1.0, 1.0][k % 4]);
            let half = base_m * 0.5 * (1.0 - 0.86 * t);
            let flat = (along * x + along.perp() * y) * half;
            at + flat.extend(height_m * t - if t == 0.0 { 0.5 } else { 0.0 })
        };
        for k in 0..4 {
            mesh.beam(leg(k, 0.0), leg(k, 1.0), thick, color);
        }
        let braces = if detail >= 3 { 6 } else { 0 };
        for b in 0..braces {
            let (t0, t1) = (f64::from(b) / 6.0, f64::from(b + 1) / 6.0);
            for k in 0..4 {
                mesh.beam(leg(k, t0), leg(k + 1, t1), thick * 0.5, color);
            }
        }
        if let Some((along, half_m)) = arms {
            for (t, share) in [(0.72, 0.8), (0.84, 1.0), (0.95, 0.65)] {
                let middle = at + DVec3::Z * height_m * t;
                let end = (along.perp() * half_m * share).extend(0.0);
                mesh.beam(middle - end, middle + end, thick, color);
            }
        }
    });
    height_m
}

fn crane(mesh: &mut Mesh, at: DVec3, height_m: f64, along: DVec2, detail: u32) -> f64 {
    lattice(mesh, at, height_m, 2.0, detail.max(2), None);
    metal(mesh, |mesh| {
        let top = at + DVec3::Z * height_m * 0.92;
        let jib = (along * height_m * 0.9).extend(0.0);
        mesh.beam(top - jib * 0.3, top + jib, 0.9, hex(0xd6b23c));
        mesh.beam(top - jib * 0.3, top - jib * 0.22, 2.4, hex(0x8c8a86));
    });
    height_m
}

fn turbine(mesh: &mut Mesh, at: DVec3, height_m: f64, along: DVec2, detail: u32) -> f64 {
    let white = hex(0xe6e8e8);
    tower(mesh, at, height_m, (height_m * 0.024, height_m * 0.014), white, detail.max(2));
    metal(mesh, |mesh| {
        let hub = at + DVec3::new(along.x * 3.0, along.y * 3.0, height_m);
        mesh.beam(hub - (along * 8.0).extend(0.0), hub, 3.2, white);
        for k in 0..3 {
            let d = unit_vector(std::f64::consts::TAU * f64::from(k) / 3.0 + 0.4);
            let blade = (along.perp() * d.x).extend(d.y) * height_m * 0.52;
            mesh.beam(hub, hub + blade, 1.3, white);
        }
    });
    height_m
}

/// Trees of a wood, or its canopy from far. `region` is the wood's part in the tile.
pub fn wood(mesh: &mut Mesh, copies: &mut Collected, context: &Context, item: &Item, (area, region): (&Area, &Region)) {
    let (detail, feature) = (copies.detail(), mesh.feature.unwrap_or(NO_FEATURE));
    if !matches!(area.cover, Cover::Forest) || detail == 0 {
        return;
    }
    let seed = seed_of(item);
    let needles = needle_share(item);
    let ground_u = |p: DVec2| context.ground_u(p);
    if detail < 4 {
        let cell_m = [0.0, 28.0, 14.0, 7.0][detail as usize];
        plants::canopy(mesh, region, &ground_u, (10.0, cell_m), needles, seed);
        return;
    }
    let (low, high) = super::drape::bounds(&region.outer);
    let cell = |x: f64| (x / TREE_SPACING_M).floor() as i64;
    let mut count = 0;
    for j in cell(low.y)..=cell(high.y) {
        for i in cell(low.x)..=cell(high.x) {
            // One lot for each cell of the plan, whichever tile or piece it is asked for.
            let mut rng = Rng::of(81, i as u64, j as u64);
            let p = (DVec2::new(i as f64, j as f64) + DVec2::new(rng.unit(), rng.unit())) * TREE_SPACING_M;
            let inside = poly::contains(&region.outer, p) && region.holes.iter().all(|h| !poly::contains(h, p));
            if !inside || count >= MAX_TREES {
                continue;
            }
            count += 1;
            let conifer = f64::from(needles) > 0.5 + 0.5 * noise(82, p / 60.0);
            let species =
                if conifer { Species::Spruce } else { rng.pick(&[Species::Oak, Species::Lime, Species::Birch]) };
            let plant =
                Plant { species, at: p.extend(ground_u(p)), height_m: rng.range(8.0, 15.0), seed: rng.next_u64() };
            copies.tree(mesh, &plant, WOOD_LEVEL, feature);
        }
    }
}

fn needle_share(item: &Item) -> f32 {
    match item.feature.properties.get("leaf_type") {
        Some(Value::Text(text)) if text == "needleleaved" => 1.0,
        Some(Value::Text(text)) if text == "mixed" => 0.5,
        Some(Value::Text(_)) => 0.0,
        _ => 0.35,
    }
}

/// What runs above the ground or along it as a body, as far as it is the tile's own; nothing for ways that are bands on the
/// ground.
pub fn line(mesh: &mut Mesh, context: &Context, item: &Item, way: &Way, (id, detail): (TileId, u32)) {
    if way.line.len() < 2 || way.tunnel {
        return;
    }
    let own = own_segments(context, item, way, id);
    match way.kind {
        WayKind::PowerLine => power_line(mesh, context, item, (way, own), detail),
        WayKind::Aerialway => ropeway(mesh, context, (way, own), detail),
        WayKind::Wall | WayKind::Fence | WayKind::Hedge => {
            runs(&own).for_each(|run| barrier(mesh, context, item, (way, run), detail));
        }
        WayKind::Coastline => {}
        WayKind::Pipeline => runs(&own).for_each(|run| pipeline(mesh, context, (way, run), detail)),
        _ if ways::is_raised(way) => bridge(mesh, context, item, way, detail),
        _ => {}
    }
}

/// The segments of a line, by their first vertices, that this tile draws.
fn own_segments(context: &Context, item: &Item, way: &Way, id: TileId) -> Vec<usize> {
    let last = way.line.len() - 1;
    let (from, to) = item.own_segments.map_or((0, last), |(from, to)| (from as usize, (to as usize).min(last)));
    let is_own = |&k: &usize| {
        let middle = cells::middle_of_segment(context.land, &way.line[k..k + 2]);
        context.land.tree.tile_at(id.level, middle) == id
    };
    (from..to).filter(is_own).collect()
}

/// Segments that follow each other, as ranges of vertices.
fn runs(own: &[usize]) -> impl Iterator<Item = RangeInclusive<usize>> + '_ {
    own.chunk_by(|a, b| a + 1 == *b).map(|run| run[0]..=run[run.len() - 1] + 1)
}

fn power_line(mesh: &mut Mesh, context: &Context, item: &Item, (way, own): (&Way, Vec<usize>), detail: u32) {
    if detail < 3 {
        return;
    }
    let minor = matches!(item.feature.properties.get("power"), Some(Value::Text(text)) if text == "minor_line");
    let (height_m, half_m) = if minor { (9.2, 1.1) } else { (26.0, 7.5) };
    let thick = if detail == 4 { 0.05 } else { 0.16 };
    let line: Vec<DVec2> = way.line.iter().map(|p| context.land.plan(p.truncate())).collect();
    let sides = ways::sides(&line, half_m * 2.0);
    metal(mesh, |mesh| {
        for k in own {
            for lane in [0.0, 0.5, 1.0] {
                let at = |k: usize| {
                    let p = sides[k].0.lerp(sides[k].1, lane);
                    p.extend(context.ground_u(line[k]) + height_m)
                };
                hanging(mesh, at(k), at(k + 1), 0.03, thick);
            }
        }
    });
}

/// A cable that sags by a share of its span.
fn hanging(mesh: &mut Mesh, a: DVec3, b: DVec3, sag: f64, thick: f64) {
    let pieces = ((b - a).length() / 25.0).ceil().clamp(1.0, 24.0) as usize;
    let at = |k: usize| {
        let t = k as f64 / pieces as f64;
        a.lerp(b, t) - DVec3::Z * (4.0 * sag * t * (1.0 - t) * (b - a).length())
    };
    for k in 0..pieces {
        mesh.beam(at(k), at(k + 1), thick, hex(CABLE));
    }
}

fn ropeway(mesh: &mut Mesh, context: &Context, (way, own): (&Way, Vec<usize>), detail: u32) {
    if detail < 2 {
        return;
    }
    let line: Vec<DVec2> = way.line.iter().map(|p| context.land.plan(p.truncate())).collect();
    let sides = ways::sides(&line, 4.5);
    let thick = [0.0, 0.0, 0.3, 0.14, 0.06][detail.min(4) as usize];
    metal(mesh, |mesh| {
        for k in own {
            let top = |k: usize, p: DVec2| p.extend(context.ground_u(line[k]) + 10.0);
            hanging(mesh, top(k, sides[k].0), top(k + 1, sides[k + 1].0), 0.01, thick);
            hanging(mesh, top(k, sides[k].1), top(k + 1, sides[k + 1].1), 0.01, thick);
        }
    });
}

fn barrier(mesh: &mut Mesh, context: &Context, item: &Item, (way, run): (&Way, RangeInclusive<usize>), detail: u32) {
    let flat: Vec<DVec3> = way.line[run].iter().map(|&p| context.land.plan3(p)).collect();
    let line: Vec<DVec3> =
        ways::densified(&flat, 15.0).iter().map(|p| p.truncate().extend(context.ground_u(p.truncate()))).collect();
    let high = |usual: f64| match item.feature.properties.get("height") {
        Some(Value::Number(h)) if (0.2..30.0).contains(h) => *h,
        Some(Value::Text(text)) => text.parse().ok().filter(|h| (0.2..30.0).contains(h)).unwrap_or(usual),
        _ => usual,
    };
    let (seed, level) = (seed_of(item), detail as usize);
    match way.kind {
        WayKind::Hedge => plants::hedge(mesh, &line, way.width_m.unwrap_or(0.9), high(1.6), seed, level),
        WayKind::Wall => furniture::barrier(mesh, Barrier::Wall, &line, high(1.9), seed, level),
        _ => furniture::barrier(mesh, Barrier::WireFence, &line, high(1.6), seed, level),
    }
}

fn pipeline(mesh: &mut Mesh, context: &Context, (way, run): (&Way, RangeInclusive<usize>), detail: u32) {
    if detail < 3 {
        return;
    }
    let flat: Vec<DVec3> = way.line[run].iter().map(|&p| context.land.plan3(p)).collect();
    let thick = ways::width_m(way);
    let line = ways::densified(&flat, 20.0);
    let lifted: Vec<DVec3> =
        line.iter().map(|p| p.truncate().extend(context.ground_u(p.truncate()) + thick * 0.8 + 0.4)).collect();
    metal(mesh, |mesh| {
        for pair in lifted.windows(2) {
            mesh.beam(pair[0], pair[1], thick, hex(0xb9bcbc));
        }
    });
}

/// A deck with sides, an underside, railings and, where it is high, piers.
fn bridge(mesh: &mut Mesh, context: &Context, item: &Item, way: &Way, detail: u32) {
    let line = ways::raised_line(context, way);
    let flat: Vec<DVec2> = line.iter().map(|p| p.truncate()).collect();
    let width_m = ways::width_m(way) + 0.8;
    let deck_m = (width_m * 0.08).clamp(0.5, 1.4);
    let sides = ways::sides(&flat, width_m);
    let concrete = hex(0xa8a49b);
    let top = super::palette::way(way.kind, way.paved).map_or(concrete, |paint| super::house::linear(paint.color));
    let stuff = super::palette::way(way.kind, way.paved).map_or(Surface::Concrete, |paint| paint.surface);
    let before = mesh.surface;
    for k in 0..line.len() - 1 {
        let [l0, r0] = [sides[k].0, sides[k].1].map(|p| p.extend(line[k].z));
        let [l1, r1] = [sides[k + 1].0, sides[k + 1].1].map(|p| p.extend(line[k + 1].z));
        let down = DVec3::Z * deck_m;
        mesh.surface = stuff;
        mesh.quad(Matter::Solid, [r0, r1, l1, l0], top);
        mesh.surface = Surface::Concrete;
        mesh.quad(Matter::Solid, [r0 - down, r1 - down, r1, r0], concrete);
        mesh.quad(Matter::Solid, [l1 - down, l0 - down, l0, l1], concrete);
        if detail >= 2 {
            mesh.quad(Matter::Solid, [l0 - down, l1 - down, r1 - down, r0 - down], scale(concrete, 0.55));
        }
    }
    if detail >= 2 {
        piers(mesh, context, &line, width_m, deck_m, concrete);
    }
    mesh.surface = before;
    if detail >= 3 {
        for side in [0, 1] {
            let rail: Vec<DVec3> = sides
                .iter()
                .zip(&line)
                .map(|(s, p)| (if side == 0 { s.0 } else { s.1 }).lerp(p.truncate(), 0.05).extend(p.z))
                .collect();
            furniture::barrier(mesh, Barrier::Railing, &rail, 1.1, seed_of(item), detail as usize);
        }
    }
}

fn piers(mesh: &mut Mesh, context: &Context, line: &[DVec3], width_m: f64, deck_m: f64, color: Rgb) {
    const SPAN_M: f64 = 28.0;
    let mut since_m = SPAN_M * 0.5;
    for pair in line.windows(2) {
        since_m += (pair[1] - pair[0]).truncate().length();
        if since_m < SPAN_M {
            continue;
        }
        let p = pair[1].truncate();
        let ground_u = context.ground_u(p);
        if pair[1].z - deck_m - ground_u > 3.0 {
            since_m = 0.0;
            let along = (pair[1] - pair[0]).truncate().normalize_or(DVec2::X);
            let rect = crate::bake::mesh::Rect::new(p, along, 1.2, width_m * 0.6);
            mesh.boxed(&rect, ground_u - 1.0, pair[1].z - deck_m, color);
        }
    }
}

/// A model at its place; `None` where its file can't be had.
pub fn model(mesh: &mut Mesh, context: &Context, item: &Item, placed: &Placed, detail: u32) -> Option<Drawn> {
    let model = context.assets.model(item.source, placed, detail)?;
    let stand = Stand::new(context, placed);
    let feature = mesh.feature.unwrap_or(crate::bake::mesh::NO_FEATURE);
    let (mut low_u, mut high_u) = (f64::MAX, f64::MIN);
    let mut place = |v: &Vertex| {
        let at = stand.place(v.at);
        (low_u, high_u) = (low_u.min(at.z), high_u.max(at.z));
        Vertex { at, normal: (stand.turn * v.normal.as_dvec3()).as_vec3(), feature, ..*v }
    };
    for (own, list) in mesh.triangles.iter_mut().zip(&model.mesh.triangles) {
        own.extend(list.iter().map(&mut place));
    }
    for part in &model.mesh.pictured {
        let triangles: Vec<Vertex> = part.triangles.iter().map(&mut place).collect();
        // The same model again, or another one with the same picture: one draw.
        match mesh.pictured.iter_mut().find(|own| own.glow.is_none() && own.picture == part.picture) {
            Some(own) => {
                own.triangles.extend(triangles);
                own.uv.extend(&part.uv);
            }
            None => mesh.pictured.push(Pictured { triangles, ..part.clone() }),
        }
    }
    let height_m = if low_u <= high_u { high_u - low_u } else { 0.0 };
    Some(Drawn { height_m, error_m: model.error_m * placed.scale })
}

/// A model seen from above in the plan: its outline, its lowest and highest point and the mean of its colours.
pub struct Standing {
    pub outline: Vec<DVec2>,
    pub ground_u: f64,
    pub top_u: f64,
    pub color: Rgb,
}

/// `None` for what can't be had or has no extent.
pub fn standing(context: &Context, item: &Item, placed: &Placed) -> Option<Standing> {
    let model = context.assets.model(item.source, placed, 1)?;
    let stand = Stand::new(context, placed);
    let vertices = || model.mesh.triangles.iter().chain(model.mesh.pictured.iter().map(|p| &p.triangles)).flatten();
    let places: Vec<DVec3> = vertices().map(|v| stand.place(v.at)).collect();
    let outline = super::surfaces::hull_of(places.iter().map(|p| p.truncate()).collect())?;
    let (low_u, high_u) = places.iter().fold((f64::MAX, f64::MIN), |(a, b), p| (a.min(p.z), b.max(p.z)));
    let count = places.len() as f32;
    let sum = vertices().fold([0.0; 3], |sum: Rgb, v| [0, 1, 2].map(|k| sum[k] + v.color[k]));
    Some(Standing { outline, ground_u: low_u, top_u: high_u, color: sum.map(|c| c / count) })
}

/// From a model's frame to the plan.
struct Stand {
    /// East-north-up at the model's origin.
    enu: LocalFrame,
    at: DVec3,
    turn: DMat3,
    scale: f64,
}

impl Stand {
    fn new(context: &Context, placed: &Placed) -> Self {
        let p = context.land.plan(placed.at);
        let at = p.extend(context.land.base_u(placed.base, context.ground_u(p)));
        let frame = &context.land.tree.frame;
        let enu = LocalFrame::new(frame, &frame.ecef_from_enu_at(at));
        Self { enu, at, turn: turn(placed), scale: placed.scale }
    }

    /// The plan is bent, a model is straight: the place in the plan whose east-north-up is the model's, by steps that each take
    /// the error by the model's size through the Earth's radius.
    fn place(&self, p: DVec3) -> DVec3 {
        let enu = self.turn * (p * self.scale);
        let mut plan = self.at + enu;
        for _ in 0..3 {
            plan += enu - self.enu.local_from_plan(plan);
        }
        plan
    }
}

/// Heading clockwise, then nose up, then right side down; the nose looks north. Not glam's rotations, whose sines differ
/// between machines.
fn turn(placed: &Placed) -> DMat3 {
    let [(sh, ch), (sp, cp), (sr, cr)] =
        [placed.heading_deg, placed.pitch_deg, placed.roll_deg].map(|deg| sin_cos(deg.to_radians()));
    let heading = DMat3::from_cols(DVec3::new(ch, -sh, 0.0), DVec3::new(sh, ch, 0.0), DVec3::Z);
    let pitch = DMat3::from_cols(DVec3::X, DVec3::new(0.0, cp, sp), DVec3::new(0.0, -sp, cp));
    let roll = DMat3::from_cols(DVec3::new(cr, 0.0, -sr), DVec3::Y, DVec3::new(sr, 0.0, cr));
    heading * pitch * roll
}
