//! The city's ground in a tile: which land is covered, what lies in blocks, and how all of it is painted for far levels.
//!
//! Plan frame metres.

use glam::DVec2;

use super::sheet::Ground;
use super::streets::{KERB_M, Streets};
use crate::bake::det::{Rng, noise};
use crate::bake::mesh::{Mesh, Rgb, Surface as Class, blend, hex, scale};
use crate::bake::paint::Canvas;
use crate::world::city::districts::District;
use crate::world::city::geom::{Bounds, area};
use crate::world::city::graph::{Class as Rank, Graph, Ground as Land};
use crate::world::city::surface::{Surface, section};
use crate::world::city::terrain::Terrain;

/// Blocks above this size follow the terrain's grid instead of having a surface of their own.
const MOST_BLOCK_M2: f64 = 36_000.0;
/// The mask of covered land has pixels of about this size.
const MASK_M: f64 = 1.0;

/// The street graph with its surfaces on the land.
pub struct Town {
    pub graph: Graph,
    pub surface: Surface,
    pub seed: u64,
}

impl Town {
    pub fn streets<'a>(&'a self, terrain: &'a Terrain) -> Streets<'a> {
        Streets { graph: &self.graph, surface: &self.surface, terrain, seed: self.seed }
    }

    /// Whether a face's land has a surface of its own.
    fn is_block(&self, face: usize) -> bool {
        let f = &self.graph.faces[face];
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
        f.ground == Land::Block && dense && area(&self.surface.blocks[face].kerb) < MOST_BLOCK_M2
    }

    /// White where streets and blocks cover the land of a rectangle.
    pub fn mask(&self, rect: &Bounds) -> Option<Canvas> {
        let size_m = rect.size().x;
        let size_px = (size_m / MASK_M).clamp(64.0, 1024.0) as u32;
        let mut canvas = Canvas::new(rect.low, size_m, size_px)?;
        let white = [1.0; 3];
        for face in self.graph.faces_in(rect) {
            if self.is_block(face) {
                canvas.fill([&self.surface.blocks[face].kerb[..]], white);
            }
        }
        for edge in self.graph.edges_in(rect) {
            let e = &self.graph.edges[edge];
            if e.class.is_street() && !e.bridge {
                let section = section(&self.graph, e);
                canvas.stroke(&e.line.points, 2.0 * (section.half_m + section.pavement_m), white);
            }
        }
        Some(canvas)
    }

    /// What lies on land that has no surface of its own: parks and lawns instead of wild cover. `None` outside of the city.
    pub fn open_ground(&self, p: DVec2) -> Option<Ground> {
        let here = Bounds::new(p - 0.5, p + 0.5);
        let face = self.graph.faces_in(&here).into_iter().find(|&f| {
            self.graph.faces[f].ground == Land::Block
                && crate::world::city::geom::contains(&self.surface.blocks[f].kerb, p)
        })?;
        let (surface, color) = match self.graph.faces[face].district {
            District::Fields | District::Wild | District::Waterfront => return None,
            District::Park => (Class::Grass, hex(0x6c8047)),
            District::Cemetery => (Class::Grass, hex(0x76855a)),
            District::Allotments => (Class::Soil, hex(0x86805a)),
            District::Slabs | District::Campus | District::Hospital => (Class::Grass, hex(0x7a8a52)),
            other => block_look(other, self.seed, face),
        };
        let tone = 1.0 + 0.12 * noise(self.seed ^ 61, p / 45.0) as f32;
        Some(Ground { surface, color: scale(color, tone), covered: false })
    }

    /// Whether trees of open country may grow at a place: not in streets nor on settled land.
    pub fn is_open(&self, p: DVec2) -> bool {
        let here = Bounds::new(p - 12.0, p + 12.0);
        let on_street = self.graph.edges_in(&here).into_iter().any(|e| {
            let edge = &self.graph.edges[e];
            edge.class.is_street() && edge.line.nearest(p).0 < edge.class.half_m() + 4.0
        });
        let settled = || {
            let face = self
                .graph
                .faces_in(&here)
                .into_iter()
                .find(|&f| crate::world::city::geom::contains(&self.surface.blocks[f].kerb, p));
            face.is_none_or(|f| {
                let f = &self.graph.faces[f];
                f.ground != Land::Block || f.district.is_settled() && f.district != District::Park
            })
        };
        !on_street && !settled()
    }

    /// Streets, pavements and blocks of a tile as geometry.
    pub fn draw(&self, mesh: &mut Mesh, terrain: &Terrain, rect: &Bounds, detail: usize) {
        let streets = self.streets(terrain);
        streets.draw(mesh, rect, detail);
        let near = Bounds::new(rect.low - 20.0, rect.high + 20.0);
        for face in self.graph.faces_in(&near) {
            let Some(inner) = streets.pavement(mesh, rect, face, detail) else { continue };
            let middle = self.graph.faces[face].bounds.centre();
            let here = middle.cmpge(rect.low).all() && middle.cmplt(rect.high).all();
            if here && self.is_block(face) {
                let (surface, color) = block_look(self.graph.faces[face].district, self.seed, face);
                mesh.surface = surface;
                let up = if detail >= 3 { KERB_M } else { 0.05 };
                let tone = |p: DVec2| scale(color, 1.0 + 0.1 * noise(self.seed ^ 62, p / 9.0) as f32);
                streets.fill(mesh, &inner, (up, streets.lie(face)), detail, tone);
                mesh.surface = Class::Plain;
            }
        }
    }

    /// Paints blocks and streets over natural cover.
    pub fn paint(&self, canvas: &mut Canvas, rect: &Bounds) {
        let pixel_m = canvas.pixel_m();
        for face in self.graph.faces_in(rect) {
            let f = &self.graph.faces[face];
            if f.ground != Land::Block || !f.district.is_settled() {
                continue;
            }
            let (_, color) = match f.district {
                District::Park => (Class::Grass, hex(0x66793f)),
                District::Cemetery => (Class::Grass, hex(0x76855a)),
                District::Allotments => (Class::Soil, hex(0x86805a)),
                District::Slabs | District::Campus | District::Hospital => (Class::Grass, hex(0x7a8a52)),
                other => block_look(other, self.seed, face),
            };
            canvas.fill([&self.surface.blocks[face].kerb[..]], color);
        }
        let mut edges: Vec<usize> = self.graph.edges_in(rect);
        // Large streets lie over small ones.
        edges.sort_by_key(|&e| (std::cmp::Reverse(self.graph.edges[e].class), e));
        for edge in edges {
            let e = &self.graph.edges[edge];
            if !e.class.is_street() {
                continue;
            }
            let section = section(&self.graph, e);
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
