//! The city in a tile: ground between the streets, what lies and stands on it, and its lamps.
//!
//! What is drawn belongs to the tile that its middle lies in. Plan frame metres.

use std::sync::Arc;

use glam::{DVec2, DVec3, Vec3};

use super::blocks::{Block, Blocks};
use super::cover;
use super::streets::Streets;
use super::things::Stock;
use crate::bake::det::noise;
use crate::bake::draw::building::{Building, Finish};
use crate::bake::draw::facade;
use crate::bake::feature::Feature;
use crate::bake::mesh::{Mesh, Rgb, Surface as Class, hex, scale};
use crate::bake::model::Value;
use crate::bake::paint::Canvas;
use crate::world::city::City;
use crate::world::city::districts::District;
use crate::world::city::geom::{Bounds, area, contains};
use crate::world::city::open::{Patch, PatchKind};
use crate::world::city::surface::section;
use crate::world::city::things::{self, Kind, Thing};
use crate::world::layout::{CORE, KERB_M};
use crate::world::sites::Lamp;

/// The mask of covered land has pixels of about this size.
const MASK_M: f64 = 0.8;
/// How far the soft shade at the feet of buildings reaches.
const SHADE_M: f64 = 1.1;
/// So far from the middle of the core dense quarters are drawn in full.
const WALKED_M: f64 = 1050.0;
/// Lamps reach no farther than this.
const MOST_REACH_M: f64 = 36.0;

/// The plan around a tile, for drawing it.
pub struct Town<'a> {
    city: &'a City,
    rect: Bounds,
    blocks: Vec<Arc<Block>>,
}

impl<'a> Town<'a> {
    pub fn new(city: &'a City, blocks: &Blocks, rect: Bounds) -> Self {
        Self { city, rect, blocks: blocks.within(city, &rect.grown(24.0)) }
    }

    fn streets(&self) -> Streets<'a> {
        let City { graph, surface, terrain, seed, .. } = self.city;
        Streets { graph, surface, terrain, seed: *seed }
    }

    fn is_here(&self, p: DVec2) -> bool {
        p.cmpge(self.rect.low).all() && p.cmplt(self.rect.high).all()
    }

    /// White where streets and made ground cover the land, and a cell of the land's grid around.
    pub fn mask(&self, cell_m: f64) -> Option<Canvas> {
        let size_m = self.rect.size().x;
        let size_px = (size_m / MASK_M).clamp(64.0, 1024.0) as u32;
        let mut canvas = Canvas::new(self.rect.low, size_m, size_px)?;
        let white = [1.0; 3];
        let margin_m = cell_m * 1.5;
        for block in self.blocks.iter().filter(|b| b.is_made()) {
            let kerb = &self.city.surface.blocks[block.face].kerb;
            canvas.fill([&kerb[..]], white);
            let mut closed = kerb.clone();
            closed.extend(kerb.first());
            canvas.stroke(&closed, 2.0 * margin_m, white);
        }
        for edge in self.city.graph.edges_in(&self.rect.grown(margin_m + 20.0)) {
            let e = &self.city.graph.edges[edge];
            if e.class.is_street() && !e.bridge {
                let section = section(&self.city.graph, e);
                canvas.stroke(&e.line.points, 2.0 * (section.half_m + section.pavement_m + margin_m), white);
            }
        }
        Some(canvas)
    }

    /// Streets, pavements and made ground, with what lies on it.
    pub fn draw_ground(&self, mesh: &mut Mesh, table: &mut Vec<Feature>, detail: usize) {
        let streets = self.streets();
        for edge in self.city.graph.edges_in(&self.rect.grown(60.0)) {
            if self.city.graph.edges[edge].class.is_street() {
                featured(mesh, table, |mesh| streets.street(mesh, &self.rect, edge, detail), || self.street_row(edge));
            }
        }
        streets.junctions(mesh, &self.rect, detail);
        for block in &self.blocks {
            if block.is_made() {
                let draw = |mesh: &mut Mesh| self.block_ground(mesh, &streets, block, detail);
                featured(mesh, table, draw, || block_row(self.city, block.face));
            } else {
                let is_made = |face: usize| self.blocks.iter().any(|b| b.face == face && b.is_made());
                let look = |p: DVec2| {
                    let ground = cover::ground(&self.city.terrain, p);
                    (ground.surface, ground.color)
                };
                streets.verges(mesh, &self.rect, block.face, is_made, detail, look);
            }
        }
    }

    fn street_row(&self, edge: usize) -> Feature {
        let e = &self.city.graph.edges[edge];
        let lanes = section(&self.city.graph, e);
        let name = self.city.graph.name_of(edge);
        Feature::new(format!("street-{edge}"), "street", name, e.class.name(), 0.0)
            .with("speed_kmh", Value::Integer(lanes.speed_kmh as i64))
    }

    /// The tone of made ground at a place.
    fn tone(&self, color: Rgb, p: DVec2) -> Rgb {
        let coarse = 0.09 * noise(self.city.seed ^ 62, p / 31.0) as f32;
        scale(color, 1.0 + coarse + 0.06 * noise(self.city.seed ^ 63, p / 9.0) as f32)
    }

    fn block_ground(&self, mesh: &mut Mesh, streets: &Streets, block: &Block, detail: usize) {
        let (Some(tin), Some((surface, color))) = (block.tin(self.city, detail), block.land.base) else { return };
        streets.pavement(mesh, &self.rect, block.face, block.land.pavement, detail);
        let normal = streets.lie(block.face);
        let keep = |p: DVec2| self.is_here(p);
        mesh.surface = surface;
        tin.draw(mesh, normal, keep, |p| self.tone(color, p));
        let layers = layers(&block.land.patches);
        let least_m2 = if detail >= 4 { 1.5 } else { 14.0 };
        for (patch, layer) in block.land.patches.iter().zip(layers) {
            if area(&patch.outline) < least_m2 || !Bounds::around(&patch.outline).overlaps(&self.rect.grown(20.0)) {
                continue;
            }
            mesh.surface = patch.surface;
            let lift = (0.012 + 0.014 * f64::from(layer)) * if detail >= 4 { 1.0 } else { 3.0 };
            let tone = |p| if is_water(patch.kind) { patch.color } else { self.tone(patch.color, p) };
            tin.lay(mesh, &patch.outline, (lift, normal), keep, tone);
        }
        if detail >= 4 {
            mesh.surface = surface;
            self.shades(mesh, block, normal, color);
        }
        mesh.surface = Class::Plain;
    }

    /// The shade that walls keep at their feet.
    fn shades(&self, mesh: &mut Mesh, block: &Block, normal: Vec3, color: Rgb) {
        let kerb = &self.city.surface.blocks[block.face].kerb;
        let inner = self.streets().inner_line(block.face);
        let ring = inner.as_ref().unwrap_or(kerb);
        let on = |p: DVec2| p.extend(self.city.terrain.height(p) + KERB_M + 0.03);
        for volume in block.buildings.iter().flat_map(|b| &b.volumes).filter(|v| !v.raised) {
            let n = volume.outline.len();
            for k in 0..n {
                let (a, b) = (volume.outline[k], volume.outline[(k + 1) % n]);
                let out = -(b - a).normalize_or_zero().perp() * SHADE_M;
                let middle = (a + b) * 0.5;
                if !self.is_here(middle) || (b - a).length() < 1.5 || !contains(ring, middle + out * 1.5) {
                    continue;
                }
                let (c, d) = (b + out, a + out);
                let dark = scale(color, 0.58);
                mesh.quad_normals(
                    crate::bake::mesh::Matter::Solid,
                    [on(a), on(d), on(c), on(b)],
                    [normal; 4],
                    [dark, self.tone(color, d), self.tone(color, c), dark],
                );
            }
        }
    }

    /// Buildings whose middle lies in the tile.
    fn buildings(&self) -> impl Iterator<Item = (&Block, &Building)> {
        self.blocks
            .iter()
            .flat_map(|block| block.buildings.iter().map(move |b| (&**block, b)))
            .filter(|(_, b)| self.is_here(b.centre()))
    }

    /// Draws buildings that are at least so high, each with a row in the table.
    pub fn draw_buildings(&self, mesh: &mut Mesh, table: &mut Vec<Feature>, detail: usize, least_m: f32) {
        for (block, building) in self.buildings() {
            if building.feature.height_m < least_m {
                continue;
            }
            if detail < 2 {
                // From far only whole blocks can be told apart.
                mesh.feature = Some(self.block_feature(table, block));
                facade::draw(mesh, building, detail);
                continue;
            }
            mesh.feature = Some(table.len() as u32);
            if detail >= 4 && !is_walked(self.city, block.face) {
                let mut plain = building.clone();
                plain.volumes.iter_mut().for_each(|v| v.finish = Finish::Plain);
                facade::draw(mesh, &plain, detail);
            } else {
                facade::draw(mesh, building, detail);
            }
            table.push(building.feature.clone());
        }
        mesh.feature = None;
        mesh.surface = Class::Plain;
    }

    fn block_feature(&self, table: &mut Vec<Feature>, block: &Block) -> u32 {
        let row = block_row(self.city, block.face);
        if table.last().is_none_or(|last| last.id != row.id) {
            table.push(row);
        }
        table.len() as u32 - 1
    }

    /// Calls back with each thing that stands in the tile, its foot and the ground's normal there.
    fn each_thing(&self, mut visit: impl FnMut(&Thing, DVec3, Vec3)) {
        let terrain = &self.city.terrain;
        let up = |p: DVec2| {
            let slope = terrain.hillside(p);
            DVec3::new(-slope.x, -slope.y, 1.0).normalize().as_vec3()
        };
        for edge in self.city.graph.edges_in(&self.rect.grown(20.0)) {
            let e = &self.city.graph.edges[edge];
            for thing in things::along_edge(self.city, edge).iter().filter(|t| self.is_here(t.at)) {
                let ground_u = if e.bridge {
                    let (_, along_m) = e.line.nearest(thing.at);
                    self.city.surface.street_u(&self.city.graph, terrain, edge, along_m)
                } else {
                    terrain.height(thing.at)
                };
                let up = if e.bridge { Vec3::Z } else { up(thing.at) };
                visit(thing, thing.at.extend(ground_u + thing.lift_m), up);
            }
        }
        for block in &self.blocks {
            let lift = if block.is_made() { 0.0 } else { -KERB_M };
            for thing in block.things.iter().filter(|t| self.is_here(t.at)) {
                visit(thing, thing.at.extend(terrain.height(thing.at) + thing.lift_m + lift), up(thing.at));
            }
        }
    }

    pub fn draw_things(&self, mesh: &mut Mesh, table: &mut Vec<Feature>, stock: &mut Stock) {
        self.each_thing(|thing, foot, up| stock.add(mesh, table, thing, foot, up));
    }

    /// Street lamps that shine into the tile.
    pub fn lamps(&self) -> Vec<Lamp> {
        let around = self.rect.grown(MOST_REACH_M);
        let terrain = &self.city.terrain;
        let mut lamps = Vec::new();
        let mut add = |thing: &Thing| {
            if let Kind::Lamp { height_m, reach_m, kelvin } = thing.kind
                && around.contains(thing.at)
            {
                // Over the road, where the arm ends.
                let at = thing.at + thing.along * if height_m >= 7.0 { 1.9 } else { 0.0 };
                let at = at.extend(terrain.height(at) + thing.lift_m + height_m);
                lamps.push(Lamp { at, reach_m, kelvin });
            }
        };
        for edge in self.city.graph.edges_in(&around) {
            things::along_edge(self.city, edge).iter().for_each(&mut add);
        }
        self.blocks.iter().flat_map(|b| &b.things).for_each(&mut add);
        lamps
    }

    /// Whether trees of open country may grow at a place: not in streets nor on made ground.
    pub fn is_open(&self, p: DVec2) -> bool {
        let here = Bounds::new(p, p).grown(22.0);
        let on_street = self.city.graph.edges_in(&here).into_iter().any(|e| {
            let edge = &self.city.graph.edges[e];
            edge.class.is_street() && edge.line.nearest(p).0 < edge.class.half_m() + 5.0
        });
        !on_street
            && self.blocks.iter().any(|b| {
                !b.is_made()
                    && self.city.graph.faces[b.face].bounds.contains(p)
                    && contains(&self.city.surface.blocks[b.face].kerb, p)
            })
    }

    /// Paints what is built over natural cover. `with_bodies`: buildings and trees are drawn on it as well.
    pub fn paint(&self, canvas: &mut Canvas, with_bodies: bool) {
        let near = canvas.pixel_m() < 5.0;
        for block in self.blocks.iter().filter(|b| b.is_made()) {
            let Some((_, color)) = block.land.base else { continue };
            let kerb = &self.city.surface.blocks[block.face].kerb;
            canvas.fill([&kerb[..]], if near { block.land.pavement.1 } else { color });
            let inner = if near { self.streets().inner_line(block.face) } else { None };
            if let Some(inner) = &inner {
                canvas.fill([&inner[..]], color);
            }
            for patch in &block.land.patches {
                if area(&patch.outline) > canvas.pixel_m() * canvas.pixel_m() * 1.5 {
                    canvas.fill([&patch.outline[..]], patch.color);
                }
            }
        }
        paint_streets(self.city, canvas, &self.rect);
        let pixel_m = canvas.pixel_m();
        for (_, building) in self.buildings_around() {
            for volume in &building.volumes {
                if with_bodies {
                    let mut line = volume.outline.clone();
                    line.extend(volume.outline.first());
                    canvas.stroke(&line, 3.4, hex(0x57534c));
                } else {
                    canvas.fill([&volume.outline[..]], scale(volume.roof_color, 0.95));
                }
            }
        }
        if pixel_m < 4.5 {
            self.each_thing(|thing, foot, _| {
                if matches!(thing.kind, Kind::Tree(_)) {
                    let p = foot.truncate();
                    let r = thing.size_m * 0.34;
                    let disc = |r: f64, off: DVec2| -> Vec<DVec2> {
                        let turn = |k: usize| crate::bake::det::unit_vector(std::f64::consts::TAU * k as f64 / 7.0);
                        (0..7).map(|k| p + off + turn(k) * r).collect()
                    };
                    canvas.veil(&disc(r * 1.15, DVec2::new(0.6, -0.9)), hex(0x20261a), 0.55);
                    if !with_bodies {
                        canvas.veil(&disc(r, DVec2::ZERO), hex(0x55683a), 0.95);
                        canvas.veil(&disc(r * 0.55, DVec2::new(-0.5, 0.6)), hex(0x748a4c), 0.8);
                    }
                }
            });
        }
    }

    fn buildings_around(&self) -> impl Iterator<Item = (&Block, &Building)> {
        self.blocks.iter().flat_map(|block| block.buildings.iter().map(move |b| (&**block, b)))
    }
}

/// Paints streets as far as they are wider than a share of a pixel.
pub fn paint_streets(city: &City, canvas: &mut Canvas, rect: &Bounds) {
    let pixel_m = canvas.pixel_m();
    let mut edges: Vec<usize> = city.graph.edges_in(rect);
    // Large streets lie over small ones.
    edges.sort_by_key(|&e| (std::cmp::Reverse(city.graph.edges[e].class), e));
    for edge in edges {
        let e = &city.graph.edges[edge];
        if !e.class.is_street() {
            continue;
        }
        let section = section(&city.graph, e);
        let road = super::streets::plain(e.class).1;
        if section.pavement_m > 0.5 && pixel_m < 4.0 {
            canvas.stroke(&e.line.points, 2.0 * (section.half_m + section.pavement_m), hex(0xa39e95));
        }
        // Small streets stay visible as what they darken.
        canvas.stroke(&e.line.points, (2.0 * section.half_m).max(pixel_m * 0.7), road);
        if pixel_m < 3.0 {
            for band in section.bands {
                let tone = super::streets::look(band.kind, e.class).1;
                for side in [-1.0, 1.0] {
                    let off = side * (band.from_m + band.to_m) * 0.5;
                    canvas.stroke(&e.line.beside(|_| off), band.to_m - band.from_m, tone);
                }
            }
        }
    }
}

/// The land of a block as a feature.
pub fn block_row(city: &City, face: usize) -> Feature {
    let district = city.graph.faces[face].district.name();
    Feature::new(format!("land-{face}"), "land", city.quarter_name(face), district, 0.0)
}

/// Street lamps in a rectangle, without what stands on blocks.
pub fn street_lamps(city: &City, rect: &Bounds) -> Vec<Lamp> {
    let mut lamps = Vec::new();
    for edge in city.graph.edges_in(rect) {
        for thing in things::along_edge(city, edge) {
            if let Kind::Lamp { height_m, reach_m, kelvin } = thing.kind {
                lamps.push(Lamp { at: thing.at.extend(height_m), reach_m, kelvin });
            }
        }
    }
    lamps
}

/// Whether an eye walks in a block's streets: its houses are drawn in full.
fn is_walked(city: &City, face: usize) -> bool {
    let face = &city.graph.faces[face];
    match face.district {
        District::OldTown | District::Core | District::Hotels | District::Waterfront => true,
        District::Grid | District::Blocks => (face.bounds.centre() - CORE).length() < WALKED_M,
        _ => false,
    }
}

fn is_water(kind: PatchKind) -> bool {
    matches!(kind, PatchKind::Pond | PatchKind::Pool)
}

/// How many patches of other kinds each lies over, bounded.
fn layers(patches: &[Patch]) -> Vec<u8> {
    let bounds: Vec<Bounds> = patches.iter().map(|p| Bounds::around(&p.outline)).collect();
    let mut layers: Vec<u8> = Vec::with_capacity(patches.len());
    for k in 0..patches.len() {
        let below = (0..k)
            .filter(|&j| patches[j].kind != patches[k].kind && bounds[j].overlaps(&bounds[k]))
            .map(|j| layers[j] + 1)
            .max();
        layers.push(below.unwrap_or(0).min(5));
    }
    layers
}

/// Draws with a row of the table, which is added only if anything is drawn.
fn featured(mesh: &mut Mesh, table: &mut Vec<Feature>, draw: impl FnOnce(&mut Mesh), row: impl FnOnce() -> Feature) {
    let count = |mesh: &Mesh| mesh.triangles.iter().map(Vec::len).sum::<usize>();
    let before = count(mesh);
    mesh.feature = Some(table.len() as u32);
    draw(mesh);
    mesh.feature = None;
    if count(mesh) > before {
        table.push(row());
    }
}
