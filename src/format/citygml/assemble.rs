//! From what was met while reading a member to objects with geometries: references followed, vertices shared.

use std::collections::{BTreeMap, HashMap};

use glam::DVec3;

use super::appearance::Looks;
use super::geometry::Target;
use crate::format::city::{
    CityObject, Corner, Family, Footing, Geometry, NO_SOLID, Place, Report, Semantic, Surface, SurfaceTexture,
};

/// An object in the making.
#[derive(Default)]
pub struct Draft {
    pub object: CityObject,
    pub semantics: Vec<Semantic>,
    pub pending: Vec<Pending>,
    pub references: Vec<Reference>,
    pub lines: Vec<(Target, Vec<DVec3>)>,
    pub points: Vec<(Target, DVec3)>,
    /// How many solids it has so far.
    pub solids: u32,
}

/// A polygon as it was read.
#[derive(Clone)]
pub struct Pending {
    pub id: Option<String>,
    pub rings: Vec<Vec<Corner>>,
    pub image: Option<u32>,
    pub material: Option<u32>,
    pub target: Target,
    pub solid: u32,
    pub byte: u64,
}

/// A polygon that is somewhere else (`xlink:href`).
pub struct Reference {
    pub id: String,
    pub target: Target,
    pub solid: u32,
    pub byte: u64,
}

pub fn assemble(mut drafts: Vec<Draft>, looks: &Looks, report: &mut Report) -> Family {
    follow(&mut drafts, report);
    Family { objects: drafts.into_iter().map(|draft| finish(draft, looks)).collect() }
}

/// Joins polygons with the references to them. In CityGML a solid usually names the polygons of the boundary surfaces,
/// sometimes the other way round; both are one surface. A polygon that another level uses is copied.
fn follow(drafts: &mut [Draft], report: &mut Report) {
    if drafts.iter().all(|draft| draft.references.is_empty()) {
        return;
    }
    let mut by_id: HashMap<String, (usize, usize)> = HashMap::new();
    for (at, draft) in drafts.iter().enumerate() {
        for (index, pending) in draft.pending.iter().enumerate() {
            if let Some(id) = &pending.id {
                by_id.entry(id.clone()).or_insert((at, index));
            }
        }
    }
    let mut copied_corners = 0_usize;
    for at in 0..drafts.len() {
        for reference in std::mem::take(&mut drafts[at].references) {
            let Some(&(owner, index)) = by_id.get(&reference.id) else {
                let message = "a reference leads to no polygon of the same object";
                report.warning(message, || format!("byte {}", reference.byte));
                continue;
            };
            let found = &mut drafts[owner].pending[index];
            if found.target.lod == reference.target.lod {
                if owner == at {
                    found.target.semantic = found.target.semantic.or(reference.target.semantic);
                    if found.solid == NO_SOLID {
                        found.solid = reference.solid;
                    }
                }
                continue;
            }
            copied_corners += found.rings.iter().map(Vec::len).sum::<usize>();
            if copied_corners > MAX_COPIED_CORNERS {
                let message = "references to surfaces of other levels come to too many corners; the rest is left out";
                report.warning(message, || format!("byte {}", reference.byte));
                return;
            }
            let mut copy = Pending { target: reference.target, solid: reference.solid, id: None, ..found.clone() };
            if owner == at {
                copy.target.semantic = copy.target.semantic.or(found.target.semantic);
            }
            drafts[at].pending.push(copy);
        }
    }
}

/// Corners that copies for other levels may have in one member; a reference is short and a polygon may be long.
const MAX_COPIED_CORNERS: usize = 5_000_000;

/// Levels and whether they are a roof's edge, in order.
type Key = (i32, bool);

fn key(target: &Target) -> Key {
    (target.lod as i32, target.footing == Footing::RoofEdge)
}

fn finish(draft: Draft, looks: &Looks) -> CityObject {
    let Draft { mut object, semantics, pending, lines, points, .. } = draft;
    let mut makings: BTreeMap<Key, Making> = BTreeMap::new();
    for pending in pending {
        makings
            .entry(key(&pending.target))
            .or_insert_with(|| Making::new(&pending.target, &object.path))
            .surface(pending);
    }
    for (target, line) in lines {
        makings.entry(key(&target)).or_insert_with(|| Making::new(&target, &object.path)).line(&line);
    }
    for (target, point) in points {
        makings.entry(key(&target)).or_insert_with(|| Making::new(&target, &object.path)).point(point);
    }
    object.geometries = makings.into_values().map(|making| making.finish(&semantics, looks)).collect();
    object
}

/// A geometry in the making.
struct Making {
    geometry: Geometry,
    /// By the bits of a position, so that equal corners are one vertex.
    vertices: HashMap<[u64; 3], u32>,
    images: BTreeMap<u32, u32>,
    materials: BTreeMap<u32, u32>,
}

impl Making {
    fn new(target: &Target, path: &str) -> Self {
        let geometry =
            Geometry { lod: target.lod, footing: target.footing, path: path.to_string(), ..Geometry::default() };
        Self { geometry, vertices: HashMap::new(), images: BTreeMap::new(), materials: BTreeMap::new() }
    }

    fn vertex(&mut self, position: DVec3) -> u32 {
        let vertices = &mut self.geometry.vertices;
        *self.vertices.entry(position.to_array().map(f64::to_bits)).or_insert_with(|| {
            vertices.push(position);
            vertices.len() as u32 - 1
        })
    }

    fn surface(&mut self, pending: Pending) {
        let number = |used: &mut BTreeMap<u32, u32>, global: u32| {
            let next = used.len() as u32;
            *used.entry(global).or_insert(next)
        };
        let texture = pending.image.map(|image| SurfaceTexture {
            image: number(&mut self.images, image),
            uv: pending.rings.iter().map(|ring| ring.iter().map(|c| c.uv).collect()).collect(),
        });
        let material = pending.material.map(|material| number(&mut self.materials, material));
        let rings = pending.rings.iter().map(|ring| ring.iter().map(|c| self.vertex(c.position)).collect()).collect();
        self.geometry.surfaces.push(Surface {
            rings,
            solid: pending.solid,
            semantic: pending.target.semantic,
            material,
            texture,
            place: Place::Byte(pending.byte),
        });
    }

    fn line(&mut self, line: &[DVec3]) {
        let mut indices: Vec<u32> = line.iter().map(|p| self.vertex(*p)).collect();
        indices.dedup();
        if indices.len() > 1 {
            self.geometry.lines.push(indices);
        }
    }

    fn point(&mut self, point: DVec3) {
        let index = self.vertex(point);
        self.geometry.points.push(index);
    }

    fn finish(self, semantics: &[Semantic], looks: &Looks) -> Geometry {
        let in_order = |used: BTreeMap<u32, u32>| {
            let mut pairs: Vec<(u32, u32)> = used.into_iter().collect();
            pairs.sort_by_key(|(_, own)| *own);
            pairs.into_iter().map(|(global, _)| global as usize)
        };
        let mut geometry = self.geometry;
        geometry.textures = in_order(self.images).map(|i| looks.images()[i].clone()).collect();
        geometry.materials = in_order(self.materials).map(|i| looks.materials()[i]).collect();
        // Only those in use: a building has semantics for each level, and thousands of surfaces have one each.
        let mut used: BTreeMap<u32, u32> = BTreeMap::new();
        for surface in &mut geometry.surfaces {
            surface.semantic = surface.semantic.map(|global| {
                let next = used.len() as u32;
                *used.entry(global).or_insert(next)
            });
        }
        geometry.semantics = in_order(used).map(|i| semantics[i].clone()).collect();
        geometry
    }
}
