//! Geometry objects of every type to [`Geometry`].

use std::collections::{BTreeMap, HashMap};

use glam::DVec3;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::appearance::Appearance;
use super::document::{excerpt, reason, text};
use super::header::Transform;
use super::nested::Nested;
use super::paint::Paint;
use crate::format::city::{Corner, Geometry, NO_SOLID, Place, Report, RingFault, Surface, SurfaceTexture, clean_ring};
use crate::format::issue::{Issue, Severity};

/// Coordinates beyond this, in any unit, are not on Earth.
const MAX_COORDINATE: f64 = 1e9;

/// Vertices that geometries refer to by number.
#[derive(Clone, Copy)]
pub struct Vertices<'c> {
    pub list: &'c [[f64; 3]],
    pub transform: Transform,
}

impl Vertices<'_> {
    /// `Err` for a number beyond the end and for what is no position.
    pub fn position(&self, index: u32) -> Result<DVec3, NoVertex> {
        let raw = self.list.get(index as usize).ok_or(NoVertex::OutOfRange)?;
        let position = self.transform.apply(*raw);
        // False for NaN as well.
        if position.abs().max_element() <= MAX_COORDINATE && position.is_finite() {
            Ok(position)
        } else {
            Err(NoVertex::NoPosition)
        }
    }

    /// Tells why there is no vertex.
    pub fn tell(&self, fault: NoVertex, index: u32, report: &mut Report, path: impl FnOnce() -> String) {
        match fault {
            NoVertex::OutOfRange => {
                report.tell(Severity::Error, "there is no such vertex; what needs it is left out", |at| {
                    at.path(path()).expected_got(format!("a number below {}", self.list.len()), Number(index))
                });
            }
            NoVertex::NoPosition => report.tell(Severity::Error, "the vertex is no position", |at| {
                at.path(path()).expected_got("three numbers, none beyond a billion", format!("vertex {index}"))
            }),
        }
    }
}

/// Why an index leads to no vertex.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoVertex {
    OutOfRange,
    NoPosition,
}

/// A leaf of boundaries in words.
struct Number(u32);

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            super::nested::NULL => write!(f, "null"),
            super::nested::BAD => write!(f, "something that is no such number"),
            index => write!(f, "{index}"),
        }
    }
}

#[derive(Deserialize)]
#[serde(expecting = "a geometry object")]
pub struct RawGeometry<'a> {
    #[serde(borrow, default, rename = "type")]
    pub kind: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub lod: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub boundaries: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub semantics: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub material: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub texture: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub template: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "transformationMatrix")]
    pub matrix: Option<&'a RawValue>,
}

impl<'a> RawGeometry<'a> {
    pub fn parse(raw: &'a RawValue, path: &str, report: &mut Report) -> Option<(Self, String)> {
        let geometry: Self = match serde_json::from_str(raw.get()) {
            Ok(geometry) => geometry,
            Err(e) => {
                report.push(Issue::error(path, format!("the geometry can't be read: {}", reason(&e))));
                return None;
            }
        };
        let Some(kind) = text(geometry.kind) else {
            report.error("the geometry has no type; it is left out", || format!("{path}/type"));
            return None;
        };
        Some((geometry, kind))
    }
}

/// How deep the boundaries of a type are nested; `None` for a type that has none, or that is unknown.
fn depth_of(kind: &str) -> Option<usize> {
    Some(match kind {
        "MultiPoint" => 1,
        "MultiLineString" => 2,
        "MultiSurface" | "CompositeSurface" => 3,
        "Solid" => 4,
        "MultiSolid" | "CompositeSolid" => 5,
        _ => return None,
    })
}

/// Reads a geometry that has boundaries of its own (anything but an instance of a template).
pub fn read_geometry(
    raw: &RawGeometry<'_>,
    kind: &str,
    path: &str,
    vertices: Vertices<'_>,
    appearance: &Appearance,
    report: &mut Report,
) -> Option<Geometry> {
    let Some(depth) = depth_of(kind) else {
        report.tell(Severity::Error, "the geometry's type is not known; it is left out", |at| {
            at.path(format!("{path}/type")).expected_got("a type of CityJSON 2.0", format!("{kind:?}"))
        });
        return None;
    };
    let boundaries = match raw.boundaries.map(|b| Nested::parse(b.get(), depth)) {
        Some(Ok(boundaries)) => boundaries,
        Some(Err(e)) => {
            report.push(Issue::error(
                format!("{path}/boundaries"),
                format!("the boundaries can't be read: {}", reason(&e)),
            ));
            return None;
        }
        None => {
            report.error("the geometry has no boundaries; it is left out", || format!("{path}/boundaries"));
            return None;
        }
    };
    if boundaries.misplaced > 0 {
        report.tell(Severity::Error, "boundaries have something else where a list should be", |at| {
            at.path(format!("{path}/boundaries")).expected_got(
                format!("lists {depth} deep for a {kind}"),
                format!("{} other things", boundaries.misplaced),
            )
        });
    }
    let mut assembly = Assembly {
        geometry: Geometry { lod: read_lod(raw.lod, path, report), path: path.to_string(), ..Geometry::default() },
        path,
        local: HashMap::new(),
        vertices,
        boundaries: &boundaries,
        report,
    };
    match depth {
        1 => assembly.points(),
        2 => assembly.lines(),
        _ => {
            let mut paint = Paint::read(raw, depth, path, appearance, assembly.report);
            assembly.surfaces(&mut paint);
            paint.give(&mut assembly.geometry);
        }
    }
    Some(assembly.geometry)
}

/// `"2.2"`, `"2"`, and the numbers of version 1.0.
pub fn read_lod(raw: Option<&RawValue>, path: &str, report: &mut Report) -> f64 {
    /// What is drawn if the source does not say.
    const UNKNOWN: f64 = 1.0;
    let number = |raw: &RawValue| -> Option<f64> {
        let text = text(Some(raw)).unwrap_or_else(|| raw.get().to_string());
        text.parse().ok().filter(|lod| (0.0..10.0).contains(lod))
    };
    let Some(raw) = raw else {
        report.warning("the geometry has no level of detail; it is taken as 1", || format!("{path}/lod"));
        return UNKNOWN;
    };
    number(raw).unwrap_or_else(|| {
        report.tell(Severity::Warning, "the level of detail is not known; it is taken as 1", |at| {
            at.path(format!("{path}/lod")).expected_got("0 to 3.3", excerpt(raw))
        });
        UNKNOWN
    })
}

struct Assembly<'c> {
    geometry: Geometry,
    path: &'c str,
    /// From the file's vertices to the geometry's own.
    local: HashMap<u32, u32>,
    vertices: Vertices<'c>,
    boundaries: &'c Nested,
    report: &'c mut Report,
}

impl Assembly<'_> {
    /// The vertex's number in the geometry. Vertices are at most as many as the indices in the file, whose number
    /// [`Nested`] bounds.
    fn own(&mut self, index: u32, position: DVec3) -> u32 {
        let vertices = &mut self.geometry.vertices;
        *self.local.entry(index).or_insert_with(|| {
            vertices.push(position);
            vertices.len() as u32 - 1
        })
    }

    fn points(&mut self) {
        let boundaries = self.boundaries;
        for (i, &index) in boundaries.leaves(boundaries.top()).iter().enumerate() {
            match self.vertices.position(index) {
                Ok(position) => {
                    let own = self.own(index, position);
                    self.geometry.points.push(own);
                }
                Err(fault) => {
                    let path = self.path;
                    self.vertices.tell(fault, index, self.report, || format!("{path}/boundaries/{i}"));
                }
            }
        }
    }

    fn lines(&mut self) {
        let boundaries = self.boundaries;
        for i in boundaries.top() {
            let geometry_path = self.path;
            let path = || format!("{geometry_path}/boundaries/{i}");
            let Some(corners) = self.corners(boundaries.leaves(boundaries.children(0, i)), &path) else {
                continue;
            };
            let mut line: Vec<u32> = corners.iter().map(|c| self.own(c.index, c.position)).collect();
            line.dedup();
            if line.len() < 2 {
                self.report.warning("a line has less than two different points; it is left out", path);
            } else {
                self.geometry.lines.push(line);
            }
        }
    }

    fn surfaces(&mut self, paint: &mut Paint<'_>) {
        let boundaries = self.boundaries;
        match boundaries.depth() {
            3 => boundaries.top().for_each(|i| self.surface(&[i], i, NO_SOLID, paint)),
            4 => {
                for (shell_at, shell) in boundaries.top().enumerate() {
                    for (at, surface) in boundaries.children(0, shell).enumerate() {
                        self.surface(&[shell_at, at], surface, 0, paint);
                    }
                }
            }
            _ => {
                for (solid_at, solid) in boundaries.top().enumerate() {
                    for (shell_at, shell) in boundaries.children(0, solid).enumerate() {
                        for (at, surface) in boundaries.children(1, shell).enumerate() {
                            self.surface(&[solid_at, shell_at, at], surface, solid_at as u32, paint);
                        }
                    }
                }
            }
        }
    }

    /// Adds the surface whose place in the boundaries is `place`; `index` is its number among all of the geometry.
    fn surface(&mut self, place: &[usize], index: usize, solid: u32, paint: &mut Paint<'_>) {
        let boundaries = self.boundaries;
        let level = boundaries.depth() - 3;
        let mut indices = [0; 3];
        indices.iter_mut().zip(place).for_each(|(to, from)| *to = *from as u32);
        let place = Place::Boundary { indices, len: place.len() as u8 };
        let steps = &indices[..=level];
        let mut rings: Vec<Vec<Corner>> = Vec::new();
        let mut texture = None;
        for (at, ring) in boundaries.children(level, index).enumerate() {
            let geometry_path = self.path;
            let path = || format!("{}/{at}", place.under(geometry_path));
            let leaves = boundaries.leaves(boundaries.children(level + 1, ring));
            // A surface that lacks a corner would be drawn wrong; it is better left out.
            let Some(mut corners) = self.corners(leaves, &path) else { return };
            let image = paint.texture_of_ring(steps, at, &mut corners, path, self.report);
            match clean_ring(&mut corners, false) {
                Some(RingFault::TooFew) if at == 0 => {
                    let message = "the surface has less than three different corners; it is left out";
                    self.report.info(message, path);
                    return;
                }
                Some(RingFault::TooFew) => {
                    let message = "a hole has less than three different corners; it is left out";
                    self.report.info(message, path);
                    continue;
                }
                Some(RingFault::Repeated) => {
                    self.report.info("a ring repeats a corner; it is read once", path);
                }
                None => {}
            }
            if at == 0 {
                texture = image;
            } else if texture.is_some() && texture != image {
                let message = "rings of one surface have different textures; the surface has none";
                self.report.warning(message, path);
                texture = None;
            }
            rings.push(corners);
        }
        if rings.is_empty() {
            let path = self.path;
            self.report.warning("the surface has no rings; it is left out", || place.under(path));
            return;
        }
        let texture = texture.map(|image| SurfaceTexture {
            image,
            uv: rings.iter().map(|ring| ring.iter().map(|c| c.uv).collect()).collect(),
        });
        let semantic = paint.semantic_of(steps, || place.under(self.path), self.report);
        let material = paint.material_of(steps, || place.under(self.path), self.report);
        let rings = rings.iter().map(|ring| ring.iter().map(|c| self.own(c.index, c.position)).collect()).collect();
        self.geometry.surfaces.push(Surface { rings, solid, semantic, material, texture, place });
    }

    /// The corners of a ring or line; `None` if a vertex is missing, which is told.
    fn corners(&mut self, leaves: &[u32], path: &dyn Fn() -> String) -> Option<Vec<Corner>> {
        let mut corners = Vec::with_capacity(leaves.len());
        for (i, &index) in leaves.iter().enumerate() {
            match self.vertices.position(index) {
                Ok(position) => corners.push(Corner { index, position, uv: [0.0; 2] }),
                Err(fault) => {
                    self.vertices.tell(fault, index, self.report, || format!("{}/{i}", path()));
                    return None;
                }
            }
        }
        Some(corners)
    }
}

/// Themes of materials and textures, by name.
pub type Themes<'a> = BTreeMap<String, RawTheme<'a>>;

#[derive(Deserialize)]
#[serde(expecting = "an object with value or values")]
pub struct RawTheme<'a> {
    /// One material for all surfaces.
    #[serde(borrow, default)]
    pub value: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub values: Option<&'a RawValue>,
}
