//! Surfaces of city objects to a [`SurfaceLod`].

use std::collections::BTreeMap;

use glam::DVec3;

use super::checks::{LocalFrame, MAX_BEND_M, MIN_AREA_M2, area_vector, bend_m, crosses_itself};
use super::{properties, words};
use crate::bake::model::{Properties, Surface, SurfaceKind, SurfaceLod, Texture, Value};
use crate::format::city::{Geometry, Material, NO_SOLID, Report, Surface as SourceSurface, cut};
use crate::format::issue::Severity;

pub(super) const OFF_EARTH: &str =
    "a position is outside of what its reference system covers; what needs it is left out";

/// What the properties of the surfaces of one level may take, bytes.
const MAX_PROPERTY_BYTES: usize = 256 << 20;
/// A part's id is cut off here where its surfaces have it.
const MAX_PART_ID_BYTES: usize = 256;

/// How far from closed the surfaces of a solid may be for its inside to be told, as a share of their area.
const CLOSED: f64 = 1e-3;

/// Gathers the surfaces of one level of detail.
pub(super) struct LodBuilder {
    lod: SurfaceLod,
    textures: BTreeMap<(String, bool), u32>,
    /// What the properties of its surfaces take, bytes.
    property_bytes: usize,
}

/// What the surfaces of one geometry have in common.
struct Common<'g> {
    geometry: &'g Geometry,
    /// By semantic; and of surfaces without one.
    kinds: Vec<SurfaceKind>,
    plain_kind: SurfaceKind,
    part: Option<&'g str>,
    places: Vec<Option<DVec3>>,
}

/// A surface on its way, with its corners in the local frame.
struct Judged<'g> {
    source: &'g SourceSurface,
    /// Of the outer ring less the holes.
    area: DVec3,
    /// Which rings run the wrong way round.
    turned: Vec<bool>,
}

impl LodBuilder {
    pub fn new(lod: f64) -> Self {
        Self { lod: SurfaceLod { lod, ..SurfaceLod::default() }, textures: BTreeMap::new(), property_bytes: 0 }
    }

    /// Adds a geometry of an object (or of its part named `part`) of the kind `object_kind`.
    pub fn add(
        &mut self,
        geometry: &Geometry,
        object_kind: &str,
        part: Option<&str>,
        geodetic: &dyn Fn(DVec3) -> Option<DVec3>,
        report: &mut Report,
    ) {
        let places: Vec<Option<DVec3>> = geometry.vertices.iter().map(|p| geodetic(*p)).collect();
        let Some(origin) = places.iter().flatten().next() else {
            report.error(OFF_EARTH, || geometry.path.clone());
            return;
        };
        let frame = LocalFrame::at(*origin);
        // Surfaces that use a place that is none are left out before its position here matters.
        let local: Vec<DVec3> = places.iter().map(|p| p.map_or(DVec3::ZERO, |p| frame.local(p))).collect();
        let mut surfaces: Vec<Judged<'_>> = Vec::with_capacity(geometry.surfaces.len());
        for source in &geometry.surfaces {
            if source.rings.iter().flatten().any(|&i| places[i as usize].is_none()) {
                report.error(OFF_EARTH, || source.place.under(&geometry.path));
                continue;
            }
            surfaces.extend(judge(source, &local, &geometry.path, report));
        }
        turn_solids(&mut surfaces, &local, &geometry.path, report);
        if words::is_carpet(object_kind) {
            turn_carpets(&mut surfaces, &geometry.path, report);
        }
        let mut own = vec![u32::MAX; places.len()];
        let kinds = geometry.semantics.iter().map(|s| words::surface_kind(Some(&s.kind), object_kind)).collect();
        let plain_kind = words::surface_kind(None, object_kind);
        let common = Common { geometry, kinds, plain_kind, part, places };
        for judged in &surfaces {
            self.push(&common, judged, &mut own, report);
        }
    }

    /// `None` if nothing of it can be drawn.
    pub fn finish(self) -> Option<SurfaceLod> {
        (!self.lod.surfaces.is_empty()).then_some(self.lod)
    }

    /// `own`: the level's number of each vertex of the geometry, as far as it has one.
    fn push(&mut self, common: &Common<'_>, judged: &Judged<'_>, own: &mut [u32], report: &mut Report) {
        let (source, geometry) = (judged.source, common.geometry);
        let mut rings = Vec::with_capacity(source.rings.len());
        for (ring, turned) in source.rings.iter().zip(&judged.turned) {
            let mut indices = Vec::with_capacity(ring.len());
            for &index in ring {
                let index = index as usize;
                if own[index] == u32::MAX {
                    let Some(place) = common.places[index] else { return };
                    own[index] = self.lod.vertices.len() as u32;
                    self.lod.vertices.push(place);
                }
                indices.push(own[index]);
            }
            if *turned {
                indices.reverse();
            }
            rings.push(indices);
        }
        let texture = source.texture.as_ref().map(|texture| {
            let mut uv = texture.uv.clone();
            for (ring, _) in uv.iter_mut().zip(&judged.turned).filter(|(_, turned)| **turned) {
                ring.reverse();
            }
            let image = &geometry.textures[texture.image as usize];
            let outside = || uv.iter().flatten().flatten().any(|v| !(-0.01..=1.01).contains(v));
            (self.texture(&image.uri, image.repeat.unwrap_or_else(outside)), uv)
        });
        let properties = self.properties(common, source, report);
        self.lod.surfaces.push(Surface {
            kind: source.semantic.map_or(common.plain_kind, |index| common.kinds[index as usize]),
            rings,
            color: source.material.and_then(|index| color(geometry.materials[index as usize])),
            texture,
            properties,
        });
    }

    /// Of the surface itself. Many surfaces may share one semantic, so that what a file tells once is copied often.
    fn properties(&mut self, common: &Common<'_>, source: &SourceSurface, report: &mut Report) -> Properties {
        let semantic = source.semantic.map(|index| &common.geometry.semantics[index as usize]);
        let mut own = semantic.map(|s| properties(&s.attributes)).unwrap_or_default();
        if let Some(part) = common.part {
            own.insert("part".to_string(), Value::Text(cut(part, MAX_PART_ID_BYTES).to_string()));
        }
        self.property_bytes += own
            .iter()
            .map(|(name, value)| 64 + name.len() + if let Value::Text(text) = value { text.len() } else { 0 })
            .sum::<usize>();
        if self.property_bytes > MAX_PROPERTY_BYTES {
            let message = "the attributes of an object's surfaces are too large; the rest of them is left out";
            report.warning(message, || source.place.under(&common.geometry.path));
            return Properties::new();
        }
        own
    }

    fn texture(&mut self, uri: &str, repeat: bool) -> u32 {
        let textures = &mut self.lod.textures;
        *self.textures.entry((uri.to_string(), repeat)).or_insert_with(|| {
            textures.push(Texture { uri: uri.to_string(), repeat });
            textures.len() as u32 - 1
        })
    }
}

/// sRGB and opacity; `None` for a material that has neither.
fn color(material: Material) -> Option<[u8; 4]> {
    /// What X3D, from which the format has its materials, takes where no colour is given.
    const PLAIN: [f32; 3] = [0.8; 3];
    if material.diffuse.is_none() && material.transparency == 0.0 {
        return None;
    }
    let [r, g, b] = material.diffuse.unwrap_or(PLAIN);
    Some([r, g, b, 1.0 - material.transparency].map(|v| (v * 255.0).round() as u8))
}

/// Looks at a surface; `None` if it has no area. Holes are turned against their outline.
fn judge<'g>(
    source: &'g SourceSurface,
    local: &[DVec3],
    geometry_path: &str,
    report: &mut Report,
) -> Option<Judged<'g>> {
    let path = || source.place.under(geometry_path);
    let mut turned = vec![false; source.rings.len()];
    let mut area = DVec3::ZERO;
    for (at, ring) in source.rings.iter().enumerate() {
        let ring: Vec<DVec3> = ring.iter().map(|&i| local[i as usize]).collect();
        let of_ring = area_vector(&ring);
        if at > 0 {
            turned[at] = of_ring.dot(area) > 0.0;
            area += if turned[at] { -of_ring } else { of_ring };
            continue;
        }
        if of_ring.length() < MIN_AREA_M2 {
            report.info("the surface has no area; it is left out", path);
            return None;
        }
        area = of_ring;
        let bend_m = if ring.len() > 3 { bend_m(&ring, area) } else { 0.0 };
        if bend_m > MAX_BEND_M {
            report.tell(Severity::Info, "the surface is not flat; it is drawn as it can be", |at| {
                at.path(path())
                    .expected_got(format!("corners within {MAX_BEND_M} m of a plane"), format!("{bend_m:.2} m"))
            });
        }
        if crosses_itself(&ring, area) {
            report.warning("the surface's outline crosses itself; it is drawn as it can be", path);
        }
    }
    Some(Judged { source, area, turned })
}

/// Turns solids whose surfaces face inwards.
fn turn_solids(surfaces: &mut [Judged<'_>], local: &[DVec3], geometry_path: &str, report: &mut Report) {
    // By solid: volume times 3, sum of areas as vectors, sum of areas.
    let mut solids: BTreeMap<u32, (f64, DVec3, f64)> = BTreeMap::new();
    for judged in surfaces.iter().filter(|judged| judged.source.solid != NO_SOLID) {
        let corner = local[judged.source.rings[0][0] as usize];
        let (volume, vector, area) = solids.entry(judged.source.solid).or_default();
        *volume += judged.area.dot(corner);
        *vector += judged.area;
        *area += judged.area.length();
    }
    let inside_out = |solid: u32| {
        solids.get(&solid).is_some_and(|(volume, vector, area)| *volume < 0.0 && vector.length() < CLOSED * area)
    };
    if solids.keys().any(|solid| inside_out(*solid)) {
        report.warning("the solid is inside out; it is turned", || geometry_path.to_string());
        for judged in surfaces.iter_mut().filter(|judged| inside_out(judged.source.solid)) {
            turn(judged);
        }
    }
}

fn turn_carpets(surfaces: &mut [Judged<'_>], geometry_path: &str, report: &mut Report) {
    for judged in surfaces.iter_mut().filter(|j| j.source.solid == NO_SOLID && j.area.z < 0.0) {
        report.info("a surface of the ground faces down; it is turned", || judged.source.place.under(geometry_path));
        turn(judged);
    }
}

fn turn(judged: &mut Judged<'_>) {
    judged.area = -judged.area;
    judged.turned.iter_mut().for_each(|turned| *turned = !*turned);
}
