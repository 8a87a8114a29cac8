//! The city's ground in a tile: which land is covered, what lies in blocks, and how all of it is painted for far levels.
//!
//! Plan frame metres.

use glam::DVec2;

use super::sheet::Ground;
use super::streets::{KERB_M, Streets};
use crate::bake::det::{Rng, noise};
use crate::bake::draw::building::Building;
use crate::bake::draw::facade;
use crate::bake::feature::Feature;
use crate::bake::mesh::{Mesh, Rgb, Surface as Class, blend, hex, scale};
use crate::bake::paint::Canvas;
use crate::world::city::City;
use crate::world::city::districts::District;
use crate::world::city::geom::{Bounds, area};
use crate::world::city::graph::{Class as Rank, Ground as Land};
use crate::world::city::surface::section;

/// Blocks above this size follow the terrain's grid instead of having a surface of their own.
const MOST_BLOCK_M2: f64 = 36_000.0;
/// The mask of covered land has pixels of about this size.
const MASK_M: f64 = 1.0;

/// The plan, for drawing.
pub struct Town<'a> {
    pub city: &'a City,
}

impl Town<'_> {
    fn streets(&self) -> Streets<'_> {
        let City { graph, surface, terrain, seed, .. } = self.city;
        Streets { graph, surface, terrain, seed: *seed }
    }

    /// Whether a face's land has a surface of its own.
    fn is_block(&self, face: usize) -> bool {
        let f = &self.city.graph.faces[face];
        let dense = !matches!(
            f.district,
            District::Fields
                | District::Wild
                | District::Waterfront
                | District::Park
                | District::Cemetery
                | District::Allotments
                | District::Slabs
                | District::Campus
        );
        f.ground == Land::Block && dense && area(&self.city.surface.blocks[face].kerb) < MOST_BLOCK_M2
    }

    /// White where streets and blocks cover the land of a rectangle.
    pub fn mask(&self, rect: &Bounds) -> Option<Canvas> {
        let size_m = rect.size().x;
        let size_px = (size_m / MASK_M).clamp(64.0, 1024.0) as u32;
        let mut canvas = Canvas::new(rect.low, size_m, size_px)?;
        let white = [1.0; 3];
        for face in self.city.graph.faces_in(rect) {
            if self.is_block(face) {
                canvas.fill([&self.city.surface.blocks[face].kerb[..]], white);
            }
        }
        for edge in self.city.graph.edges_in(rect) {
            let e = &self.city.graph.edges[edge];
            if e.class.is_street() && !e.bridge {
                let section = section(&self.city.graph, e);
                canvas.stroke(&e.line.points, 2.0 * (section.half_m + section.pavement_m), white);
            }
        }
        Some(canvas)
    }

    /// What lies on land that has no surface of its own: parks and lawns instead of wild cover. `None` outside of the city.
    pub fn open_ground(&self, p: DVec2) -> Option<Ground> {
        let here = Bounds::new(p - 0.5, p + 0.5);
        let face = self.city.graph.faces_in(&here).into_iter().find(|&f| {
            self.city.graph.faces[f].ground == Land::Block
                && crate::world::city::geom::contains(&self.city.surface.blocks[f].kerb, p)
        })?;
        let (surface, color) = match self.city.graph.faces[face].district {
            District::Fields | District::Wild | District::Waterfront => return None,
            District::Park => (Class::Grass, hex(0x6c8047)),
            District::Cemetery => (Class::Grass, hex(0x76855a)),
            District::Allotments => (Class::Soil, hex(0x86805a)),
            District::Slabs | District::Campus | District::Hospital => (Class::Grass, hex(0x7a8a52)),
            other => block_look(other, self.city.seed, face),
        };
        let tone = 1.0 + 0.12 * noise(self.city.seed ^ 61, p / 45.0) as f32;
        Some(Ground { surface, color: scale(color, tone), covered: false })
    }

    /// Whether trees of open country may grow at a place: not in streets nor on settled land.
    pub fn is_open(&self, p: DVec2) -> bool {
        let here = Bounds::new(p - 12.0, p + 12.0);
        let on_street = self.city.graph.edges_in(&here).into_iter().any(|e| {
            let edge = &self.city.graph.edges[e];
            edge.class.is_street() && edge.line.nearest(p).0 < edge.class.half_m() + 4.0
        });
        let settled = || {
            let face = self
                .city
                .graph
                .faces_in(&here)
                .into_iter()
                .find(|&f| crate::world::city::geom::contains(&self.city.surface.blocks[f].kerb, p));
            face.is_none_or(|f| {
                let f = &self.city.graph.faces[f];
                f.ground != Land::Block || f.district.is_settled() && f.district != District::Park
            })
        };
        !on_street && !settled()
    }

    /// Streets, pavements and blocks of a tile as geometry.
    pub fn draw(&self, mesh: &mut Mesh, rect: &Bounds, detail: usize) {
        let streets = self.streets();
        streets.draw(mesh, rect, detail);
        let near = Bounds::new(rect.low - 20.0, rect.high + 20.0);
        for face in self.city.graph.faces_in(&near) {
            let Some(inner) = streets.pavement(mesh, rect, face, detail) else { continue };
            let middle = self.city.graph.faces[face].bounds.centre();
            let here = middle.cmpge(rect.low).all() && middle.cmplt(rect.high).all();
            if here && self.is_block(face) {
                let (surface, color) = block_look(self.city.graph.faces[face].district, self.city.seed, face);
                mesh.surface = surface;
                let up = if detail >= 3 { KERB_M } else { 0.05 };
                let tone = |p: DVec2| scale(color, 1.0 + 0.1 * noise(self.city.seed ^ 62, p / 9.0) as f32);
                streets.fill(mesh, &inner, (up, streets.lie(face)), detail, tone);
                mesh.surface = Class::Plain;
            }
        }
    }

    /// Buildings whose middle lies in a rectangle.
    pub fn buildings(&self, rect: &Bounds) -> Vec<Building> {
        let inside = |p: DVec2| p.cmpge(rect.low).all() && p.cmplt(rect.high).all();
        let mut out = Vec::new();
        for face in self.city.blocks_in(rect) {
            out.extend(self.city.buildings_of(face).into_iter().filter(|b| inside(b.centre())));
        }
        out
    }

    /// Draws buildings that are at least so high, each with a row in the table.
    pub fn draw_buildings(
        &self,
        mesh: &mut Mesh,
        table: &mut Vec<Feature>,
        rect: &Bounds,
        detail: usize,
        least_m: f32,
    ) {
        for building in self.buildings(rect) {
            if building.feature.height_m < least_m {
                continue;
            }
            mesh.feature = Some(table.len() as u32);
            facade::draw(mesh, &building, detail);
            table.push(building.feature);
        }
        mesh.feature = None;
        mesh.surface = Class::Plain;
    }

    /// Paints blocks and streets over natural cover.
    pub fn paint(&self, canvas: &mut Canvas, rect: &Bounds) {
        let pixel_m = canvas.pixel_m();
        for face in self.city.graph.faces_in(rect) {
            let f = &self.city.graph.faces[face];
            if f.ground != Land::Block || !f.district.is_settled() {
                continue;
            }
            let (_, color) = match f.district {
                District::Park => (Class::Grass, hex(0x66793f)),
                District::Cemetery => (Class::Grass, hex(0x76855a)),
                District::Allotments => (Class::Soil, hex(0x86805a)),
                District::Slabs | District::Campus | District::Hospital => (Class::Grass, hex(0x7a8a52)),
                other => block_look(other, self.city.seed, face),
            };
            canvas.fill([&self.city.surface.blocks[face].kerb[..]], color);
        }
        let mut edges: Vec<usize> = self.city.graph.edges_in(rect);
        // Large streets lie over small ones.
        edges.sort_by_key(|&e| (std::cmp::Reverse(self.city.graph.edges[e].class), e));
        for edge in edges {
            let e = &self.city.graph.edges[edge];
            if !e.class.is_street() {
                continue;
            }
            let section = section(&self.city.graph, e);
            let (road, pavement) = (street_tone(e.class), hex(0xa39e95));
            if section.pavement_m > 0.5 && pixel_m < 4.0 {
                canvas.stroke(&e.line.points, 2.0 * (section.half_m + section.pavement_m), pavement);
            }
            // Small streets stay visible as what they darken.
            canvas.stroke(&e.line.points, (2.0 * section.half_m).max(pixel_m * 0.7), road);
            if e.class == Rank::Boulevard && pixel_m < 3.0 {
                canvas.stroke(&e.line.points, 4.0, hex(0x74854e));
            }
        }
        // Roofs: what is too low to be drawn as a body still gives the city its grain.
        for building in self.buildings(rect) {
            for volume in &building.volumes {
                canvas.fill([&volume.outline[..]], scale(volume.roof_color, 0.95));
            }
        }
    }
}

fn street_tone(class: Rank) -> Rgb {
    match class {
        Rank::Pedestrian | Rank::Promenade => hex(0xbdb29f),
        Rank::Lane => hex(0x8f887d),
        Rank::Track => hex(0xa08c6a),
        _ => hex(0x55555a),
    }
}

/// What the ground of a block without a plan of its own looks like.
fn block_look(district: District, seed: u64, face: usize) -> (Class, Rgb) {
    let mut rng = Rng::of(seed, 63, face as u64);
    let tone = rng.range(0.9, 1.08) as f32;
    let (class, color) = match district {
        District::OldTown => (Class::Paving, hex(0xa1978a)),
        District::Core | District::Hotels | District::Stadium => (Class::Paving, hex(0xa9a49b)),
        District::Grid | District::Blocks => {
            (Class::Paving, blend(hex(0x98938a), hex(0x7a8a52), rng.range(0.0, 0.5) as f32))
        }
        District::Industry | District::Commerce => (Class::Concrete, hex(0x8f8c85)),
        District::Village => (Class::Soil, hex(0x9a8d6c)),
        _ => (Class::Grass, blend(hex(0x7a8a52), hex(0x8d9160), rng.unit() as f32)),
    };
    (class, scale(color, tone))
}
