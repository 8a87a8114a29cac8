//! The great world, tile by tile: drawn from its plan when a tile is asked for.
//!
//! [`World::new`] makes the plan; it decides which tiles there are and bounds them, so that the tileset's files can be written
//! before any tile is drawn. [`World::tile`] draws one; its bytes depend on the plan alone, so tiles may be made in any order,
//! on any number of threads.

pub mod blocks;
pub mod cover;
pub mod far;
pub mod light;
pub mod sheet;
pub mod streets;
pub mod things;
pub mod tin;
pub mod town;
pub mod ways;

use std::collections::BTreeMap;

use glam::{DVec2, DVec3};

use crate::bake::draw::facade;
use crate::bake::draw::plants::Plant;
use crate::bake::feature::Feature;
use crate::bake::frame::PlanFrame;
use crate::bake::glb;
use crate::bake::mesh::{Mesh, Picture, Pictured, Rgb, Surface};
use crate::bake::paint::Canvas;
use crate::bake::tiling::land::{LandTree, Made, TileId};
use crate::world::city::geom::Bounds;
use crate::world::city::terrain::outside_of;
use crate::world::city::{City, open};
use crate::world::layout::{PADS, WORLD_HALF_M};
use crate::world::sites::{self, Fixture, Lamp, ground::Patch};
use crate::world::{GeneratedFile, Options, live};
use blocks::Blocks;
use light::Lamps;
use sheet::{Ground, Sheet};
use things::Stock;
use town::Town;
use ways::Ways;

/// Levels of the quadtree: 16 km down to 250 m.
pub const LEVELS: u32 = 7;
/// Levels down to which everything is drawn; finer ones show what is built.
const WILD_LEVELS: u32 = 6;
/// The level of detail that tiles of a level are drawn at.
const DETAIL: [usize; LEVELS as usize] = [0, 0, 0, 1, 2, 3, 4];
/// The geometric error of a level's tiles, metres: of how far its surfaces are from those of the next one (measured by the
/// tests), how large what it leaves out ([`LEFT_OUT_M`]), and four texels of its ground, the largest.
pub const ERROR_M: [f64; LEVELS as usize] = [64.0, 36.0, 20.0, 10.0, 4.5, 1.5, 0.0];
/// What a level leaves out: lower houses, then trees, lamps and furniture, balconies.
#[cfg(test)]
const LEFT_OUT_M: [f64; LEVELS as usize] = [60.0, 36.0, 20.0, 8.0, 4.0, 1.2, 0.0];
/// Levels whose ground is a picture.
const PICTURED_LEVELS: u32 = 5;
const PICTURE_PX: u32 = 1024;
const GLOW_PX: u32 = 512;
/// From this level on tiles ask for all that stands in a block.
const TOWN_LEVEL: u32 = 3;
/// Lower buildings than this are only painted, by level.
const LEAST_HEIGHT_M: [f32; LEVELS as usize] = [60.0, 36.0, 20.0, 4.0, 0.0, 0.0, 0.0];
/// Positions are not finer than this, by level.
const STEP_M: [f64; LEVELS as usize] = [0.5, 0.4, 0.25, 0.12, 0.06, 0.02, 0.01];
/// Cells of the land's grid along a tile's side, by level.
const CELLS: [usize; LEVELS as usize] = [96, 72, 64, 48, 40, 40, 32];

/// The plan of the world and what it needs for drawing.
pub struct World {
    pub options: Options,
    pub frame: PlanFrame,
    pub tree: LandTree,
    city: City,
    fixtures: Vec<Fixture>,
    /// Made ground of the pads by level of detail.
    patches: [Vec<Patch>; 5],
    lamps: Vec<Lamp>,
    /// What grows on the pads.
    plants: Vec<Plant>,
    blocks: Blocks,
    /// The ground of each face where it is made.
    bases: Vec<Option<(Surface, Rgb)>>,
    ways: Ways,
}

impl World {
    pub fn new(options: &Options, progress: &mut dyn FnMut(f32, &str)) -> Self {
        progress(0.0, "land and streets");
        let frame = PlanFrame::new(options.lon_deg, options.lat_deg, options.sea_h_m);
        let city = City::new(options.seed);
        progress(0.6, "port and factory");
        let bases = (0..city.graph.faces.len())
            .map(|face| {
                use crate::world::city::graph::Ground as Land;
                let dry =
                    !matches!(city.graph.faces[face].ground, Land::Outside | Land::Site(_) | Land::Sea | Land::River);
                if dry { open::base_of(&city, face) } else { None }
            })
            .collect();
        let mut ways = Ways::new(&city, options.seed);
        Self {
            options: *options,
            frame,
            tree: LandTree { frame, low: DVec2::splat(-WORLD_HALF_M), size_m: WORLD_HALF_M * 2.0 },
            city,
            fixtures: sites::fixtures(options.seed).into_iter().chain(ways.fixtures.drain(..)).collect(),
            patches: std::array::from_fn(|level| sites::ground(options.seed, level)),
            lamps: sites::lamps(options.seed).into_iter().chain(ways.lamps.drain(..)).collect(),
            plants: sites::plants(options.seed),
            blocks: Blocks::default(),
            bases,
            ways,
        }
    }

    /// All tiles with what is known of them before they are drawn, coarse ones first.
    pub fn made(&self) -> BTreeMap<TileId, Made> {
        let houses = self.houses();
        let mut made = BTreeMap::new();
        let mut open = vec![TileId::ROOT];
        while let Some(id) = open.pop() {
            let leaf = id.level + 1 >= LEVELS || !self.refines(id);
            let content_box = Some(self.bounds(id, houses.get(&id)));
            made.insert(id, Made { content_box, error_m: if leaf { 0.0 } else { ERROR_M[id.level as usize] } });
            if !leaf {
                open.extend(id.children());
            }
        }
        made
    }

    /// Models and traces of the live feeds.
    pub fn live(&self, secs: u32, progress: &mut dyn FnMut(f32, &str)) -> Vec<GeneratedFile> {
        live::files(&self.city, &self.frame, secs, progress)
    }

    /// The road and walk network as data.
    pub fn network(&self) -> GeneratedFile {
        live::network_file(&self.city)
    }

    /// How many buildings there are.
    pub fn buildings(&self) -> usize {
        (0..self.city.graph.faces.len()).map(|face| self.city.buildings_of(face).len()).sum()
    }

    fn town(&self, rect: Bounds) -> Town<'_> {
        Town::new(&self.city, &self.blocks, rect)
    }

    fn rect(&self, id: TileId) -> Bounds {
        let (low, high) = self.tree.rect(id);
        Bounds::new(low, high)
    }

    /// Whether a finer level shows more: on land down to [`WILD_LEVELS`], farther where something is built.
    fn refines(&self, id: TileId) -> bool {
        let rect = self.rect(id);
        let half = rect.size().x * 0.5;
        let land = id.level < 2 || self.city.terrain.inland(rect.centre()) > -half * 1.5 - 30.0;
        let stands = || self.fixtures.iter().any(|f| touches(&rect, f.at, f.radius_m));
        if id.level + 1 < WILD_LEVELS {
            return land || stands();
        }
        let near = rect.grown(10.0);
        let street = || self.city.graph.edges_in(&near).into_iter().any(|e| self.city.graph.edges[e].class.is_street());
        let made = || self.city.graph.faces_in(&near).into_iter().any(|f| self.bases[f].is_some());
        stands() || PADS.iter().any(|pad| outside_of(pad, rect.centre()) < half) || street() || made()
    }

    /// Around the buildings of each tile: corners on the plan and the highest point.
    fn houses(&self) -> BTreeMap<TileId, (Bounds, f64)> {
        let mut houses: BTreeMap<TileId, (Bounds, f64)> = BTreeMap::new();
        for building in (0..self.city.graph.faces.len()).flat_map(|face| self.city.buildings_of(face)) {
            let finest = self.tree.tile_at(LEVELS - 1, building.centre());
            let outline = Bounds::around(building.volumes.iter().flat_map(|v| &v.outline));
            let top_u = building.top_u();
            for level in 0..LEVELS {
                let entry = houses.entry(finest.ancestor(level)).or_insert((outline, top_u));
                entry.0.low = entry.0.low.min(outline.low);
                entry.0.high = entry.0.high.max(outline.high);
                entry.1 = entry.1.max(top_u);
            }
        }
        houses
    }

    /// A box around all that a tile draws, tile frame.
    fn bounds(&self, id: TileId, houses: Option<&(Bounds, f64)>) -> (DVec3, DVec3) {
        let rect = self.rect(id);
        let (mut low, mut high) = (f64::MAX, f64::MIN);
        let count = 8 << (2 - id.level.min(2)) as usize;
        for k in 0..(count + 1) * (count + 1) {
            let t = DVec2::new((k % (count + 1)) as f64, (k / (count + 1)) as f64) / count as f64;
            let h = self.city.terrain.height(rect.low + rect.size() * t).max(-2.0);
            (low, high) = (low.min(h), high.max(h));
        }
        // Between the samples land is steep at most like a cliff; trees and houses stand on it.
        let step = rect.size().x / count as f64;
        let margin = (step * 0.6).min(60.0) + 4.0;
        // Pieces of streets and junctions belong to the tile that their middle lies in, and so do those of the river.
        let mut out = [2.0, 2.0, 2.0, 2.0, 16.0, 46.0, 36.0][id.level.min(LEVELS - 1) as usize];
        if self.city.terrain.river_line().nearest(rect.centre()).0 < rect.size().x * 0.71 + 110.0 {
            out = f64::max(out, 100.0);
        }
        for fixture in self.fixtures.iter().filter(|f| inside(&rect, f.at)) {
            out = f64::max(out, fixture.radius_m);
            high = high.max(self.city.terrain.height(fixture.at).max(0.0) + fixture.height_m);
        }
        if let Some((around, top_u)) = houses {
            let beyond = (rect.low - around.low).max(around.high - rect.high);
            // Masts on roofs reach up to 30 m higher.
            out = out.max(beyond.max_element());
            high = high.max(top_u + 30.0 - margin);
        }
        let half = rect.size() * 0.5 + out + 2.0;
        // The Earth falls away from the tile's level plane.
        let sag = half.length_squared() / 12.7e6;
        (
            DVec3::new(-half.x, -half.y, low - margin - sag - skirt_m(id.level)),
            DVec3::new(half.x, half.y, high + margin + 24.0),
        )
    }

    /// Draws a tile: its content as GLB.
    pub fn tile(&self, id: TileId) -> glb::Encoded {
        let (mesh, table) = self.draw(id);
        let placement = glb::Placement {
            frame: &self.frame,
            ecef_from_tile: self.tree.ecef_from_tile(id),
            root_from_tile: self.tree.root_from_tile(id),
            packed: self.options.packed,
            least_step_m: STEP_M[id.level.min(LEVELS - 1) as usize],
        };
        glb::tile(&mesh, &table, &placement)
    }

    /// A tile's geometry, plan frame, and its features.
    fn draw(&self, id: TileId) -> (Mesh, Vec<Feature>) {
        let level = id.level.min(LEVELS - 1) as usize;
        let rect = self.rect(id);
        let detail = DETAIL[level];
        let mut mesh = Mesh::default();
        let mut table: Vec<Feature> = Vec::new();
        let sheet = Sheet { rect, cells: CELLS[level], sunk_m: sunk_m(id.level), skirt_m: skirt_m(id.level) };
        let town = (id.level >= TOWN_LEVEL).then(|| self.town(rect));
        if id.level < PICTURED_LEVELS {
            mesh.pictured.extend(self.pictured(&sheet, town.as_ref(), id.level));
        } else if let Some(town) = &town {
            let mask = town.mask(rect.size().x / sheet.cells as f64);
            let covered = |p: DVec2| mask.as_ref().is_some_and(|m| m.brightness(p) > 40);
            let ground = |p: DVec2| {
                let ground = self.ground(p);
                Ground { covered: ground.covered || covered(p), ..ground }
            };
            sheet.land(&mut mesh, &self.city.terrain, ground, |p, half_m| self.ways.hides(p, half_m));
            town.draw_ground(&mut mesh, &mut table, detail);
        }
        let sea_cells = if id.level < 3 { 96 } else { 32 };
        sheet.sea(&mut mesh, &self.city.terrain, sea_cells);
        sheet::river(&mut mesh, &self.city.terrain, &rect, if id.level < 4 { 60.0 } else { 20.0 });
        for patch in self.patches[detail].iter().filter(|patch| inside(&rect, middle(patch))) {
            patch.draw(&mut mesh);
        }
        if id.level < PICTURED_LEVELS {
            // Corners of yards lie far apart: each gets the light of a wide part around it.
            let wide = self.lamps.iter().map(|lamp| Lamp { reach_m: lamp.reach_m * 1.6, ..*lamp });
            Lamps::new(&grown(&rect, 40.0), wide).shine(&mut mesh);
        }
        self.draw_fixtures(&mut mesh, &mut table, &rect, detail);
        match &town {
            Some(town) => {
                town.draw_buildings(&mut mesh, &mut table, detail.max(1), LEAST_HEIGHT_M[level]);
                let salt = u64::from(id.level) << 40 | u64::from(id.x) << 20 | u64::from(id.y);
                let mut stock = Stock::new(detail, self.options.seed ^ salt.wrapping_mul(0x9E37_79B9_7F4A_7C15));
                town.draw_things(&mut mesh, &mut table, &mut stock);
                self.draw_trees(&mut table, town, &rect, &mut stock);
                stock.finish(&mut mesh);
            }
            None => self.draw_high(&mut mesh, &mut table, &rect, LEAST_HEIGHT_M[level]),
        }
        mesh.feature = None;
        if let (Some(town), true) = (&town, id.level >= PICTURED_LEVELS) {
            let lamps = self.lamps.iter().copied().chain(town.lamps());
            Lamps::new(&grown(&rect, 40.0), lamps).shine(&mut mesh);
        }
        (mesh, table)
    }

    fn ground(&self, p: DVec2) -> Ground {
        if let Some(ground) = self.ways.ground(p) {
            return ground;
        }
        let covered = PADS.iter().any(|pad| outside_of(pad, p) <= 0.0);
        Ground { covered, ..cover::ground(&self.city.terrain, p) }
    }

    fn pictured(&self, sheet: &Sheet, town: Option<&Town>, level: u32) -> Option<Pictured> {
        let size_m = sheet.rect.size().x;
        let mut canvas = Canvas::new(sheet.rect.low, size_m, PICTURE_PX)?;
        canvas.wash(4, 0.10, |p| self.ground(p).color);
        match town {
            Some(town) => town.paint(&mut canvas, level + 1 >= PICTURED_LEVELS),
            None => self.paint_far(&mut canvas, &sheet.rect),
        }
        for pad in &PADS {
            let corner =
                |x: f64, y: f64| pad.centre + pad.along * (pad.half.x * x) + pad.along.perp() * (pad.half.y * y);
            let rect = [corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)];
            canvas.fill([&rect[..]], crate::bake::mesh::hex(0x918e86));
        }
        self.ways.paint(&mut canvas, &sheet.rect);
        let picture = canvas.jpeg(62)?;
        let (triangles, uv) = sheet.pictured(&self.city.terrain, |p| PADS.iter().any(|pad| outside_of(pad, p) <= 0.0));
        let glow = self.glow(sheet, town);
        (!triangles.is_empty()).then_some(Pictured { picture, glow, triangles, uv })
    }

    /// The light of lamps on the ground, as it is seen from above at night.
    fn glow(&self, sheet: &Sheet, town: Option<&Town>) -> Option<Picture> {
        let mut canvas = Canvas::new(sheet.rect.low, sheet.rect.size().x, GLOW_PX)?;
        canvas.wash(64, 0.0, |_| [0.0; 3]);
        let lamps = match town {
            Some(town) => town.lamps(),
            None => town::street_lamps(&self.city, &sheet.rect),
        };
        let pixel_m = canvas.pixel_m();
        for lamp in lamps.iter().chain(&self.lamps).filter(|l| touches(&sheet.rect, l.at.truncate(), l.reach_m)) {
            let warm = ((4600.0 - lamp.kelvin) / 2600.0).clamp(0.0, 1.0) as f32;
            let color = [0.40, 0.315 - 0.10 * warm, 0.23 - 0.135 * warm];
            let p = lamp.at.truncate();
            // What is smaller than a pixel shines with its share of it.
            let disc = |r: f64| (r.max(pixel_m * 0.8), (r / (pixel_m * 0.8)).min(1.0).powi(2) as f32);
            let (wide, narrow) = (disc(lamp.reach_m * 0.62), disc(lamp.reach_m * 0.28));
            canvas.shine(p, wide.0, color, 0.28 * wide.1);
            canvas.shine(p, narrow.0, color, 0.45 * narrow.1);
        }
        canvas.jpeg(60)
    }

    /// The city from far: the colour of each block, streets, roofs.
    fn paint_far(&self, canvas: &mut Canvas, rect: &Bounds) {
        for (face, base) in self.bases.iter().enumerate() {
            if let (Some((_, color)), true) = (base, self.city.graph.faces[face].bounds.overlaps(rect)) {
                canvas.fill([&self.city.surface.blocks[face].kerb[..]], *color);
            }
        }
        town::paint_streets(&self.city, canvas, rect);
        for face in self.city.blocks_in(rect) {
            for volume in self.city.buildings_of(face).iter().flat_map(|b| &b.volumes) {
                canvas.fill([&volume.outline[..]], crate::bake::mesh::scale(volume.roof_color, 0.92));
            }
        }
    }

    /// What stands out from far: the highest buildings.
    fn draw_high(&self, mesh: &mut Mesh, table: &mut Vec<Feature>, rect: &Bounds, least_m: f32) {
        for face in self.city.blocks_in(rect) {
            for building in self.city.buildings_of(face) {
                if building.feature.height_m >= least_m && inside(rect, building.centre()) {
                    mesh.feature = Some(table.len() as u32);
                    facade::draw(mesh, &building, 1);
                    table.push(building.feature);
                }
            }
        }
        mesh.feature = None;
    }

    fn draw_fixtures(&self, mesh: &mut Mesh, table: &mut Vec<Feature>, rect: &Bounds, detail: usize) {
        for fixture in self.fixtures.iter().filter(|f| f.from_level <= detail && inside(rect, f.at)) {
            mesh.feature = fixture.feature.as_ref().map(|feature| {
                table.push(feature.clone());
                table.len() as u32 - 1
            });
            (fixture.draw)(mesh, detail);
        }
        mesh.feature = None;
    }

    fn draw_trees(&self, table: &mut Vec<Feature>, town: &Town, rect: &Bounds, stock: &mut Stock) {
        if stock.detail() < 2 {
            return;
        }
        let free =
            |p: DVec2| !PADS.iter().any(|pad| outside_of(pad, p) < 12.0) && town.is_open(p) && !self.ways.clears(p);
        for plant in cover::trees(&self.city.terrain, rect, free) {
            stock.plant(table, &plant, 1.0, false);
        }
        for plant in self.plants.iter().filter(|plant| inside(rect, plant.at.truncate())) {
            stock.plant(table, plant, 1.0, true);
        }
    }
}

fn sunk_m(level: u32) -> f64 {
    [12.0, 8.0, 5.0, 2.5, 1.3, 0.9, 0.7][level.min(6) as usize]
}

fn skirt_m(level: u32) -> f64 {
    [160.0, 90.0, 50.0, 25.0, 12.0, 6.0, 3.0][level.min(6) as usize]
}

fn inside(rect: &Bounds, p: DVec2) -> bool {
    p.cmpge(rect.low).all() && p.cmplt(rect.high).all()
}

fn grown(rect: &Bounds, by_m: f64) -> Bounds {
    Bounds::new(rect.low - by_m, rect.high + by_m)
}

fn touches(rect: &Bounds, p: DVec2, radius_m: f64) -> bool {
    let grown = grown(rect, radius_m);
    inside(&grown, p)
}

fn middle(patch: &Patch) -> DVec2 {
    patch.corners.iter().map(|c| c.0).sum::<DVec2>() / patch.corners.len().max(1) as f64
}

#[cfg(test)]
mod tests;
