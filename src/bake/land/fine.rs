//! Tiles that are drawn from features: ground with a painted picture, what lies on it, what stands on it.

use std::collections::BTreeMap;

use glam::{DVec2, DVec3, Vec3};

use super::copies::Collected;
use super::ground::Ground;
use super::paint::{self, Roofs};
use super::surfaces::{self, Textured};
use super::{Context, Item, Tile, drape, house, measure, palette, things, ways};
use crate::bake::draw::building::Building as House;
use crate::bake::draw::facade;
use crate::bake::draw::poly::Region;
use crate::bake::feature::Feature;
use crate::bake::glb::{self, Placement};
use crate::bake::mesh::{Matter, Mesh, NO_FEATURE, Pictured, Surface, Vertex};
use crate::bake::model::{Cover, Polygon, Properties, Shape, Value};
use crate::bake::tiling::land::{Made, TileId};
use crate::format::issue::{Issue, Issues};

/// How far the ground of each detail may be from the terrain, metres, by detail 0 to 4.
const GROUND_M: [f64; 5] = [4.0, 2.0, 1.0, 0.5, 0.2];
/// What is narrower than this many texels of the tile's picture is only painted.
const LEAST_TEXELS: f64 = 0.6;
/// A picture's texel may be seen this many times as large as the error that is allowed.
pub const TEXELS_OF_ERROR: f64 = 4.0;
/// Features of one tile; ids have 16 bits and one stands for none.
const MAX_FEATURES: usize = 65_000;
/// From this detail on tables hold all properties of the source.
const PROPERTIES_FROM: u32 = 2;

/// A feature with what is needed of it for each of its tiles.
pub struct Entry {
    pub item: Item,
    low: DVec2,
    high: DVec2,
    /// Where the tile lies that draws it whole; `None` for what is cut.
    owner: Option<DVec2>,
    house: Option<House>,
}

/// Makes entries of the items of an area, sorted.
pub fn prepare(context: &Context, mut items: Vec<Item>, issues: &mut Issues) -> Vec<Entry> {
    items.sort_by(|a, b| a.key().cmp(&b.key()));
    let houses = house::build(context, &items, issues);
    items
        .into_iter()
        .zip(houses)
        .filter_map(|(item, house)| {
            let (low, high) = super::cells::plan_bounds(context.land, &item.feature.shape)?;
            let owner = super::cells::owner(context.land, &item.feature.shape);
            Some(Entry { item, low, high, owner, house })
        })
        .collect()
}

/// Whether there is something that finer tiles show better: areas alone are painted well enough by coarser ones.
pub fn refines(entries: &[Entry]) -> bool {
    entries.iter().any(Entry::is_thing)
}

impl Entry {
    fn is_thing(&self) -> bool {
        !matches!(self.item.feature.shape, Shape::Area(_))
    }

    /// The same for one tile.
    pub fn refines_in(&self, context: &Context, id: TileId) -> bool {
        self.is_thing() && self.is_in(context, id)
    }

    pub fn house(&self) -> Option<&House> {
        self.house.as_ref()
    }

    fn is_in(&self, context: &Context, id: TileId) -> bool {
        match self.owner {
            Some(at) => context.land.tree.tile_at(id.level, at) == id,
            None => {
                let (low, high) = context.land.tree.rect(id);
                self.low.cmple(high).all() && self.high.cmpge(low).all()
            }
        }
    }
}

/// Draws a tile of detail 1 to 4. `below`: samples of its children.
pub fn make(context: &Context, id: TileId, entries: &[Entry], below: &[&[[f32; 3]]], issues: &mut Issues) -> Tile {
    let detail = context.land.detail(id.level);
    let (low, _) = context.land.tree.rect(id);
    let size_m = context.land.tree.tile_size_m(id.level);
    let ground = Ground::new(context, (low, size_m), GROUND_M[detail as usize]);
    let mut drawing = Drawing {
        context,
        id,
        detail,
        size_m,
        ground: ground.filter(|_| context.with_ground),
        mesh: Mesh::default(),
        copies: Collected::new(id, detail),
        overlay: Vec::new(),
        table: Vec::new(),
        rows: BTreeMap::new(),
        textured: Textured::default(),
        error_m: 0.0,
    };
    let own: Vec<&Entry> = entries.iter().filter(|entry| entry.is_in(context, id)).collect();
    for entry in &own {
        drawing.entry(entry, issues);
    }
    drawing.textured.take().finish(&mut drawing.mesh, context, detail, issues);
    if let Some(ground) = drawing.ground.take() {
        // Also what only reaches in is painted: roads of neighbours, casings.
        let items: Vec<&Item> = own.iter().map(|entry| &entry.item).collect();
        let painted = paint::ground(context, &items, (low, size_m), context.land.picture_px, Roofs::None);
        drawing.lay_ground(&ground, painted.encoded(context.land.picture));
    }
    let Drawing { mut mesh, copies, table, error_m, .. } = drawing;
    copies.finish(&mut mesh);
    finish(context, id, (&mesh, error_m), &table, below)
}

/// Encodes what was drawn and measures it. `known_error_m`: by how much something in it was simplified.
pub fn finish(
    context: &Context,
    id: TileId,
    (mesh, known_error_m): (&Mesh, f64),
    table: &[Feature],
    below: &[&[[f32; 3]]],
) -> Tile {
    let tree = &context.land.tree;
    let (low, _) = tree.rect(id);
    let size_m = tree.tile_size_m(id.level);
    let placement = Placement {
        frame: &tree.frame,
        ecef_from_tile: tree.ecef_from_tile(id),
        root_from_tile: tree.root_from_tile(id),
        packed: true,
        least_step_m: 0.0,
    };
    let content = (!mesh.is_empty()).then(|| glb::tile(mesh, table, &placement));
    let points: Vec<[f32; 3]> = below.iter().flat_map(|points| points.iter().copied()).collect();
    let mut error_m = 0.0;
    if !points.is_empty() {
        error_m = measure::distance_m(&points, mesh, (low, size_m), size_m / 8.0).max(known_error_m);
        if context.with_ground {
            error_m = f64::max(error_m, context.land.texel_m(id.level) * TEXELS_OF_ERROR);
        }
        // A round number: the last bits of a measure say nothing.
        error_m = (error_m * 100.0).ceil() / 100.0;
    }
    let made = Made { content_box: content.as_ref().map(|c| (c.low, c.high)), error_m };
    Tile { id, made, sample: measure::sample(mesh), content }
}

struct Drawing<'a> {
    context: &'a Context<'a>,
    id: TileId,
    detail: u32,
    /// Along the tile's side.
    size_m: f64,
    /// Where features lie on it; `None` where there is none.
    ground: Option<Ground>,
    mesh: Mesh,
    /// What stands often; part of the mesh at last.
    copies: Collected,
    /// What lies on the ground with the ground's picture.
    overlay: Vec<Vertex>,
    table: Vec<Feature>,
    /// Pieces of one feature share a row.
    rows: BTreeMap<(u32, u64), u32>,
    textured: Textured,
    /// The largest measured error of what was simplified.
    error_m: f64,
}

impl Textured {
    fn take(&mut self) -> Self {
        std::mem::take(self)
    }
}

impl Drawing<'_> {
    fn entry(&mut self, entry: &Entry, issues: &mut Issues) {
        let item = &entry.item;
        let before = self.count();
        let row = self.row(item);
        self.mesh.feature = row;
        let mut facts = Facts::default();
        match &item.feature.shape {
            Shape::Building(_) => {
                if let Some(house) = &entry.house {
                    facade::draw(&mut self.mesh, house, self.detail as usize);
                    facts = Facts {
                        height_m: house.feature.height_m,
                        floors: house.feature.floors,
                        year: house.feature.year,
                        usage: house.feature.usage.clone(),
                    };
                }
            }
            Shape::Surfaces(shape) => {
                let drawn = surfaces::draw(&mut self.mesh, &mut self.textured, self.context, item, shape, self.detail);
                facts.height_m = drawn.height_m as f32;
                self.error_m = self.error_m.max(drawn.error_m);
            }
            Shape::Way(way) => {
                things::line(&mut self.mesh, self.context, item, way, (self.id, self.detail));
                self.band(way);
            }
            Shape::Area(area) => {
                let surface = palette::cover(area.cover).1;
                let rank = palette::rank(area.cover);
                for polygon in &area.polygons {
                    self.area(polygon, area.cover, surface, rank, area.height);
                    if let Some(region) = self.region(polygon) {
                        things::wood(&mut self.mesh, &mut self.copies, self.context, item, (area, &region));
                    }
                }
            }
            Shape::Point(point) => {
                facts.height_m = things::point(&mut self.mesh, &mut self.copies, self.context, item, point) as f32;
            }
            Shape::Model(placed) => match things::model(&mut self.mesh, self.context, item, placed, self.detail) {
                Some(drawn) => {
                    facts.height_m = drawn.height_m as f32;
                    self.error_m = self.error_m.max(drawn.error_m);
                }
                None if self.detail == 4 => issues.push(Issue::error(
                    item.feature.id.clone(),
                    format!("the model {:?} can't be had; it is left out", placed.uri),
                )),
                None => {}
            },
        }
        self.mesh.feature = None;
        self.settle(item, row, facts, self.count() > before);
    }

    fn count(&self) -> usize {
        let solid: usize = self.mesh.triangles.iter().map(Vec::len).sum();
        let pictured: usize = self.mesh.pictured.iter().map(|p| p.triangles.len()).sum();
        solid + pictured + self.overlay.len() + self.textured.len() + self.copies.placed()
    }

    /// The row of the table that a feature has or gets.
    fn row(&mut self, item: &Item) -> Option<u32> {
        let key = (item.source, item.sequence);
        if let Some(&row) = self.rows.get(&key) {
            return Some(row);
        }
        (self.table.len() < MAX_FEATURES).then_some(self.table.len() as u32)
    }

    /// Adds the row of a feature that was drawn.
    fn settle(&mut self, item: &Item, row: Option<u32>, facts: Facts, drawn: bool) {
        let Some(row) = row.filter(|_| drawn) else { return };
        if row as usize == self.table.len() {
            self.rows.insert((item.source, item.sequence), row);
            self.table.push(describe(item, facts, self.detail));
        }
    }

    /// The band that a way covers, on the ground.
    fn band(&mut self, way: &crate::bake::model::Way) {
        let Some(paint) = palette::way(way.kind, way.paved) else { return };
        let width_m = ways::width_m(way);
        let Some(ground) = &self.ground else { return };
        if !ways::is_on_ground(way) || self.is_too_small(width_m) {
            return;
        }
        let line: Vec<DVec2> = way.line.iter().map(|p| self.context.land.plan(p.truncate())).collect();
        let lift_m = 0.06 + 0.006 * f64::from(paint.rank);
        let feature = self.mesh.feature.unwrap_or(NO_FEATURE);
        for quad in ways::band(&line, width_m) {
            for corners in [[quad[0], quad[1], quad[2]], [quad[0], quad[2], quad[3]]] {
                if (corners[1] - corners[0]).perp_dot(corners[2] - corners[0]) <= 0.0 {
                    continue;
                }
                drape::triangle(ground, corners, &mut |t| {
                    push_overlay(&mut self.overlay, t, lift_m, feature, paint.surface);
                });
            }
        }
    }

    fn area(
        &mut self,
        polygon: &Polygon,
        cover: Cover,
        surface: Surface,
        rank: u8,
        height: Option<crate::bake::model::Height>,
    ) {
        let (Some(region), Some(ground)) = (self.region(polygon), &self.ground) else { return };
        if self.is_too_small(region.area().abs().sqrt()) {
            return;
        }
        let feature = self.mesh.feature.unwrap_or(NO_FEATURE);
        let lift_m = 0.015 + 0.005 * f64::from(rank);
        if cover != Cover::Water {
            drape::polygon(ground, &region.outer, &region.holes, &mut |t| {
                push_overlay(&mut self.overlay, t, lift_m, feature, surface);
            });
            return;
        }
        let level_u = height.map(|h| self.context.land.base_u(h, 0.0));
        let color = house::linear(palette::cover(cover).0);
        let mesh = &mut self.mesh;
        drape::polygon(ground, &region.outer, &region.holes, &mut |t| {
            let corners = t.map(|p| {
                let u = level_u.map_or(p.z, |level| level.max(p.z)) + lift_m;
                mesh.vertex(p.truncate().extend(u), Vec3::Z, color)
            });
            mesh.push(Matter::Water, corners);
        });
    }

    /// A polygon's part in the tile's square, plan frame.
    fn region(&self, polygon: &Polygon) -> Option<Region> {
        let plan = |ring: &Vec<DVec2>| -> Vec<DVec2> { ring.iter().map(|&p| self.context.land.plan(p)).collect() };
        let (low, high) = self.context.land.tree.rect(self.id);
        let outer = super::cells::clipped(&plan(&polygon.outer), low, high);
        if outer.len() < 3 {
            return None;
        }
        let holes = polygon.holes.iter().map(|hole| super::cells::clipped(&plan(hole), low, high));
        Some(Region { outer, holes: holes.filter(|ring| ring.len() >= 3).collect() })
    }

    fn is_too_small(&self, size_m: f64) -> bool {
        self.detail < 4 && size_m < LEAST_TEXELS * self.size_m / f64::from(self.context.land.picture_px)
    }

    /// The ground itself under its picture, then what lies on it.
    fn lay_ground(&mut self, ground: &Ground, picture: crate::bake::mesh::Picture) {
        let skirt_m = GROUND_M[self.detail as usize] * 3.0 + self.size_m * 0.01;
        let mut triangles = Vec::new();
        let bare = |at: DVec3, normal: Vec3, _: DVec2| Vertex {
            at,
            normal,
            color: [1.0; 3],
            feature: NO_FEATURE,
            lit: 0,
            surface: Surface::Plain,
            light: 0,
        };
        ground.draw(skirt_m, bare, &mut triangles);
        triangles.append(&mut self.overlay);
        let uv = triangles.iter().map(|v| ground.uv(v.at.truncate())).collect();
        self.mesh.pictured.insert(0, Pictured { picture, glow: None, triangles, uv });
    }
}

fn push_overlay(overlay: &mut Vec<Vertex>, t: [DVec3; 3], lift_m: f64, feature: u32, surface: Surface) {
    let normal = (t[1] - t[0]).cross(t[2] - t[0]).normalize_or_zero().as_vec3();
    if normal == Vec3::ZERO {
        return;
    }
    overlay.extend(t.map(|p| Vertex {
        at: p + DVec3::Z * lift_m,
        normal,
        color: [1.0; 3],
        feature,
        lit: 0,
        surface,
        light: 0,
    }));
}

/// What drawing found out about a feature.
#[derive(Default)]
struct Facts {
    height_m: f32,
    floors: u16,
    year: i16,
    usage: String,
}

fn describe(item: &Item, facts: Facts, detail: u32) -> Feature {
    let source = &item.feature;
    let more: Properties = if detail >= PROPERTIES_FROM { source.properties.clone() } else { Properties::new() };
    let more = more.into_iter().filter(|(name, _)| !is_told(name, source)).collect();
    Feature {
        id: source.id.clone(),
        kind: source.class.clone(),
        name: source.name.clone(),
        usage: facts.usage,
        height_m: (facts.height_m * 100.0).round() / 100.0,
        floors: facts.floors,
        year: facts.year,
        more,
    }
}

/// Whether a property only says again what the feature's own columns say.
fn is_told(name: &str, source: &crate::bake::model::Feature) -> bool {
    match source.properties.get(name) {
        Some(Value::Text(text)) => (name == "name" && *text == source.name) || (name == "id" && *text == source.id),
        _ => false,
    }
}

/// Whether all corners of a ring lie in a square, which then needs no cutting.
pub(super) fn is_within(ring: &[DVec2], low: DVec2, high: DVec2) -> bool {
    ring.iter().all(|p| p.cmpge(low).all() && p.cmple(high).all())
}
