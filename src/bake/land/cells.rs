//! Which tiles a feature belongs to, and the part of it that is kept for each.
//!
//! What stands (buildings, points, models) belongs to the one tile that holds its anchor, so that it is drawn once. What
//! lies (ways, areas) belongs to all tiles that it touches, cut to their surroundings. What hangs or stands along a line
//! (power lines, walls) is drawn once too, segment by segment: a line may be as long as the country.

use glam::{DVec2, DVec3};

use super::{Item, Land};
use crate::bake::draw::poly;
use crate::bake::model::{Area, Polygon, Shape, Way};
use crate::bake::tiling::land::TileId;

/// What of ways and areas is kept around a tile, metres: casings and pictures reach over borders.
const MARGIN_M: f64 = 40.0;
/// Lines with more vertices are cut into the runs near a tile.
const WHOLE_LINE: usize = 48;

/// The box around a shape, plan frame; `None` for what has no finite place.
pub fn plan_bounds(land: &Land, shape: &Shape) -> Option<(DVec2, DVec2)> {
    let mut bounds = (DVec2::MAX, DVec2::MIN);
    for_each_place(shape, &mut |p| {
        if p.is_finite() {
            let p = land.plan(p);
            bounds = (bounds.0.min(p), bounds.1.max(p));
        }
    });
    (bounds.0.x <= bounds.1.x).then(|| match shape {
        Shape::Way(way) => {
            let half = super::ways::width_m(way) * 0.5 + 3.0;
            (bounds.0 - half, bounds.1 + half)
        }
        Shape::Model(placed) => (bounds.0 - placed.reach_m, bounds.1 + placed.reach_m),
        _ => bounds,
    })
}

/// All positions of a shape: longitude and latitude, degrees.
pub fn for_each_place(shape: &Shape, see: &mut dyn FnMut(DVec2)) {
    match shape {
        Shape::Building(building) => building.footprint.outer.iter().for_each(|&p| see(p)),
        Shape::Surfaces(surfaces) => {
            surfaces.lods.iter().flat_map(|lod| &lod.vertices).for_each(|v| see(v.truncate()));
        }
        Shape::Way(way) => way.line.iter().for_each(|p| see(p.truncate())),
        Shape::Area(area) => area.polygons.iter().flat_map(|p| &p.outer).for_each(|&p| see(p)),
        Shape::Point(point) => see(point.at),
        Shape::Model(placed) => see(placed.at),
    }
}

/// The place whose tile draws the whole feature, plan frame; `None` for what is cut at borders.
pub fn owner(land: &Land, shape: &Shape) -> Option<DVec2> {
    match shape {
        Shape::Building(_) | Shape::Surfaces(_) => {
            let (low, high) = plan_bounds(land, shape)?;
            Some((low + high) * 0.5)
        }
        Shape::Point(point) => Some(land.plan(point.at)),
        Shape::Model(placed) => Some(land.plan(placed.at)),
        // A bridge is one body, drawn once, by the tile of its middle.
        Shape::Way(way) if super::ways::is_raised(way) && !is_hung(way) => {
            let middle = way.line.get(way.line.len() / 2)?;
            Some(land.plan(middle.truncate()))
        }
        Shape::Way(_) | Shape::Area(_) => None,
    }
}

/// Whether a way stands or hangs along its line, each segment by itself.
pub fn is_hung(way: &Way) -> bool {
    use crate::bake::model::WayKind;
    matches!(
        way.kind,
        WayKind::PowerLine | WayKind::Aerialway | WayKind::Wall | WayKind::Fence | WayKind::Hedge | WayKind::Pipeline
    )
}

/// Gives a feature to each tile of a level that it touches.
pub fn distribute(land: &Land, level: u32, item: Item, give: &mut dyn FnMut(TileId, Item)) {
    if let Some(at) = owner(land, &item.feature.shape) {
        give(land.tree.tile_at(level, at), item);
        return;
    }
    if let Shape::Way(way) = &item.feature.shape
        && is_hung(way)
    {
        for (k, run) in hung(land, level, way).into_iter().enumerate() {
            let piece = piece_of(&item, k, Shape::Way(Way { line: run.line, ..way.clone() }));
            give(run.tile, Item { own_segments: Some(run.own), ..piece });
        }
        return;
    }
    let Some((low, high)) = plan_bounds(land, &item.feature.shape) else { return };
    let (a, b) = (land.tree.tile_at(level, low), land.tree.tile_at(level, high));
    match &item.feature.shape {
        Shape::Way(_) if a == b => give(a, item),
        Shape::Way(way) => {
            for y in a.y..=b.y {
                for x in a.x..=b.x {
                    let id = TileId::new(level, x, y);
                    for (piece, line) in runs(land, id, way).into_iter().enumerate() {
                        let shape = Shape::Way(Way { line, ..way.clone() });
                        give(id, piece_of(&item, piece, shape));
                    }
                }
            }
        }
        Shape::Area(area) => {
            let plan = |ring: &Vec<DVec2>| -> Vec<DVec2> { ring.iter().map(|&p| land.plan(p)).collect() };
            let polygons = area
                .polygons
                .iter()
                .map(|p| Polygon { outer: plan(&p.outer), holes: p.holes.iter().map(plan).collect() })
                .collect();
            quarter(land, level, TileId::ROOT, polygons, &mut |id, polygons| {
                let geodetic = |ring: Vec<DVec2>| ring.into_iter().map(|p| land.lon_lat(p)).collect();
                let polygons = polygons
                    .into_iter()
                    .map(|p| Polygon { outer: geodetic(p.outer), holes: p.holes.into_iter().map(geodetic).collect() })
                    .collect();
                give(id, piece_of(&item, 0, Shape::Area(Area { polygons, ..area.clone() })));
            });
        }
        _ => {}
    }
}

fn piece_of(item: &Item, piece: usize, shape: Shape) -> Item {
    let feature = crate::bake::model::Feature {
        id: item.feature.id.clone(),
        class: item.feature.class.clone(),
        name: item.feature.name.clone(),
        properties: item.feature.properties.clone(),
        shape,
    };
    Item { piece: piece as u32, feature, ..*item }
}

/// Where the segment lies that decides whose it is, plan frame.
pub fn middle_of_segment(land: &Land, pair: &[DVec3]) -> DVec2 {
    (land.plan(pair[0].truncate()) + land.plan(pair[1].truncate())) * 0.5
}

/// Segments of a line whose middles lie in one tile.
struct Run {
    tile: TileId,
    /// Their vertices, with one more at both ends where there is one.
    line: Vec<DVec3>,
    own: (u32, u32),
}

/// A line by tiles. What lies outside of the land is left out.
fn hung(land: &Land, level: u32, way: &Way) -> Vec<Run> {
    let (land_low, land_high) = land.extent;
    let tile_of = |pair: &[DVec3]| {
        let middle = middle_of_segment(land, pair);
        let inside = middle.cmpge(land_low).all() && middle.cmple(land_high).all();
        inside.then(|| land.tree.tile_at(level, middle))
    };
    let tiles: Vec<Option<TileId>> = way.line.windows(2).map(tile_of).collect();
    let mut runs = Vec::new();
    let mut from = 0;
    while from < tiles.len() {
        let count = tiles[from..].iter().take_while(|tile| **tile == tiles[from]).count();
        if let Some(tile) = tiles[from] {
            let first = from.saturating_sub(1);
            let line = way.line[first..=(from + count + 1).min(way.line.len() - 1)].to_vec();
            runs.push(Run { tile, line, own: ((from - first) as u32, (from - first + count) as u32) });
        }
        from += count;
    }
    runs
}

/// The runs of a line that come near a tile, each with one vertex more at both ends.
fn runs(land: &Land, id: TileId, way: &Way) -> Vec<Vec<DVec3>> {
    let (low, high) = land.tree.rect(id);
    let margin = MARGIN_M + super::ways::width_m(way);
    let (low, high) = (low - margin, high + margin);
    let near: Vec<bool> = way
        .line
        .windows(2)
        .map(|pair| meets(land.plan(pair[0].truncate()), land.plan(pair[1].truncate()), low, high))
        .collect();
    if !near.contains(&true) {
        return Vec::new();
    }
    if way.line.len() <= WHOLE_LINE {
        return vec![way.line.clone()];
    }
    let mut runs = Vec::new();
    let mut k = 0;
    while k < near.len() {
        if !near[k] {
            k += 1;
            continue;
        }
        let from = k;
        while k < near.len() && near[k] {
            k += 1;
        }
        runs.push(way.line[from.saturating_sub(1)..=(k + 1).min(way.line.len() - 1)].to_vec());
    }
    runs
}

/// Whether a segment meets a box (Liang and Barsky 1984).
fn meets(a: DVec2, b: DVec2, low: DVec2, high: DVec2) -> bool {
    let d = b - a;
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    for (start, step, low, high) in [(a.x, d.x, low.x, high.x), (a.y, d.y, low.y, high.y)] {
        if step == 0.0 {
            if start < low || start > high {
                return false;
            }
            continue;
        }
        let (t0, t1) = ((low - start) / step, (high - start) / step);
        enter = enter.max(t0.min(t1));
        leave = leave.min(t0.max(t1));
    }
    enter <= leave
}

/// Cuts polygons down the quadtree, so that each vertex is looked at once a level.
fn quarter(land: &Land, level: u32, id: TileId, polygons: Vec<Polygon>, give: &mut dyn FnMut(TileId, Vec<Polygon>)) {
    if !land.has_ground(id) {
        return;
    }
    let (low, high) = land.tree.rect(id);
    let (low, high) = (low - MARGIN_M, high + MARGIN_M);
    let cut: Vec<Polygon> = polygons
        .iter()
        .filter_map(|polygon| {
            let outer = clipped(&polygon.outer, low, high);
            if outer.len() < 3 {
                return None;
            }
            let holes = polygon.holes.iter().map(|hole| clipped(hole, low, high));
            Some(Polygon { outer, holes: holes.filter(|hole| hole.len() >= 3).collect() })
        })
        .collect();
    drop(polygons);
    if cut.is_empty() {
        return;
    }
    if id.level == level {
        give(id, cut);
        return;
    }
    for child in id.children() {
        quarter(land, level, child, cut.clone(), give);
    }
}

/// The part of a ring in a box (Sutherland and Hodgman 1974): where it leaves and comes back its pieces stay joined along
/// the box's border.
pub fn clipped(ring: &[DVec2], low: DVec2, high: DVec2) -> Vec<DVec2> {
    if super::fine::is_within(ring, low, high) {
        return ring.to_vec();
    }
    let (own_low, own_high) = super::drape::bounds(ring);
    if own_low.cmpgt(high).any() || own_high.cmplt(low).any() {
        return Vec::new();
    }
    let mut out = ring.to_vec();
    for (at, inward) in [(low, DVec2::X), (high, DVec2::NEG_X), (low, DVec2::Y), (high, DVec2::NEG_Y)] {
        let distance = |p: DVec2| (p - at).dot(inward);
        let mut next = Vec::with_capacity(out.len() + 4);
        for k in 0..out.len() {
            let (p, q) = (out[k], out[(k + 1) % out.len()]);
            let (dp, dq) = (distance(p), distance(q));
            if dp >= 0.0 {
                next.push(p);
            }
            if (dp > 0.0 && dq < 0.0) || (dp < 0.0 && dq > 0.0) {
                next.push(p.lerp(q, dp / (dp - dq)));
            }
        }
        out = next;
    }
    if out.len() < 3 || poly::signed_area(&out).abs() < 1e-6 { Vec::new() } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bake::frame::PlanFrame;
    use crate::bake::land::PictureFormat;
    use crate::bake::model::{Feature, LineHeights, Properties, WayKind};
    use crate::bake::tiling::land::LandTree;

    fn land() -> Land {
        let tree = LandTree { frame: PlanFrame::new(1.5, 42.5, 50.0), low: DVec2::splat(-1000.0), size_m: 2000.0 };
        let extent = (DVec2::new(-1000.0, -500.0), DVec2::new(800.0, 500.0));
        Land { tree, leaf_level: 3, picture_px: 16, picture: PictureFormat::Png, extent }
    }

    fn power_line(land: &Land, plan: &[f64]) -> Item {
        let line = plan.iter().map(|&x| land.lon_lat(DVec2::new(x, 10.0)).extend(0.0)).collect();
        let shape = Shape::Way(Way {
            kind: WayKind::PowerLine,
            line,
            heights: LineHeights::OnGround,
            width_m: None,
            lanes: None,
            oneway: false,
            layer: 0,
            bridge: false,
            tunnel: false,
            paved: false,
            lit: false,
            pavements: None,
        });
        let feature =
            Feature { id: "w".into(), class: "line".into(), name: String::new(), properties: Properties::new(), shape };
        Item { source: 0, sequence: 0, piece: 0, own_segments: None, size_m2: 0.0, color: None, feature }
    }

    #[test]
    fn each_segment_of_a_power_line_is_one_tiles_own_and_those_off_the_land_are_nobodys() {
        let land = land();
        // The last middles lie 870 m east, and 43 km west.
        let item = power_line(&land, &[-85_000.0, -900.0, -700.0, -100.0, 120.0, 180.0, 600.0, 790.0, 950.0]);
        let mut given = Vec::new();
        distribute(&land, 2, item, &mut |id, item| given.push((id, item)));
        let own: Vec<(TileId, usize, (u32, u32))> = given
            .iter()
            .map(|(id, item)| match &item.feature.shape {
                Shape::Way(way) => (*id, way.line.len(), item.own_segments.unwrap()),
                other => panic!("{other:?}"),
            })
            .collect();
        let tile = |x| TileId::new(2, x, 2);
        assert_eq!(own, [(tile(0), 4, (1, 2)), (tile(1), 4, (1, 2)), (tile(2), 6, (1, 4)), (tile(3), 4, (1, 2))]);
    }
}
