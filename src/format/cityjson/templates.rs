//! Geometry templates and their instances.

use glam::{DMat4, DVec3};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::appearance::Appearance;
use super::document::{Numbers, Positions, excerpt, reason};
use super::geometry::{RawGeometry, Vertices, read_geometry};
use super::header::Transform;
use crate::format::city::{Attribute, Geometry, Report};
use crate::format::issue::{Issue, Severity};

/// What the instances of one family, and of one file, may weigh (see [`weight`]): a small file can name millions of copies
/// of a large template.
const MAX_FAMILY_WEIGHT: usize = 20_000_000;
const MAX_FILE_WEIGHT: usize = 1_000_000_000;

/// The member `geometry-templates`.
#[derive(Debug, Clone, Default)]
pub struct Templates {
    /// In template coordinates, metres; `None` for one that can't be read.
    list: Vec<Option<Geometry>>,
    /// Weight of the instances so far: of the family that is being read, and of all.
    of_family: usize,
    of_file: usize,
}

#[derive(Deserialize)]
#[serde(expecting = "an object of templates")]
struct RawTemplates<'a> {
    #[serde(borrow, default)]
    templates: Option<Vec<&'a RawValue>>,
    #[serde(default, rename = "vertices-templates")]
    vertices: Positions,
}

impl Templates {
    pub(super) fn read(raw: Option<&RawValue>, appearance: &Appearance, report: &mut Report) -> Self {
        let Some(raw) = raw else { return Self::default() };
        let raw: RawTemplates<'_> = match serde_json::from_str(raw.get()) {
            Ok(templates) => templates,
            Err(e) => {
                report
                    .push(Issue::error("/geometry-templates", format!("the templates can't be read: {}", reason(&e))));
                return Self::default();
            }
        };
        let vertices = Vertices { list: &raw.vertices.0, transform: Transform::IDENTITY };
        let read = |(i, raw): (usize, &&RawValue)| {
            let path = format!("/geometry-templates/templates/{i}");
            let (geometry, kind) = RawGeometry::parse(raw, &path, report)?;
            read_geometry(&geometry, &kind, &path, vertices, appearance, report)
        };
        Self {
            list: raw.templates.unwrap_or_default().iter().enumerate().map(read).collect(),
            of_family: 0,
            of_file: 0,
        }
    }

    /// Says that what follows is not held in memory together with what came before.
    pub(super) fn begin_family(&mut self) {
        self.of_family = 0;
    }

    /// The copy that a `GeometryInstance` asks for, in the file's coordinates.
    pub(super) fn instance(
        &mut self,
        raw: &RawGeometry<'_>,
        path: &str,
        vertices: Vertices<'_>,
        report: &mut Report,
    ) -> Option<Geometry> {
        let number = raw.template.and_then(|raw| serde_json::from_str::<usize>(raw.get()).ok());
        let Some(template) = number.and_then(|n| self.list.get(n)) else {
            report.tell(Severity::Error, "there is no such template; the instance is left out", |at| {
                let got = raw.template.map_or("nothing".to_string(), excerpt);
                at.path(format!("{path}/template")).expected_got(format!("a number below {}", self.list.len()), got)
            });
            return None;
        };
        // What is wrong with the template was told when it was read.
        let template = template.as_ref()?;
        let origin = read_origin(raw.boundaries, path, vertices, report)?;
        let matrix = read_matrix(raw.matrix, path, report)?;
        let weight = weight(template);
        if self.of_family.saturating_add(weight) > MAX_FAMILY_WEIGHT
            || self.of_file.saturating_add(weight) > MAX_FILE_WEIGHT
        {
            report.error("instances of templates are too many or too large; this one is left out", || path.to_string());
            return None;
        }
        self.of_family += weight;
        self.of_file += weight;
        Some(placed(template, matrix, origin, path))
    }
}

/// About how much memory a copy takes, in units of 8 bytes.
fn weight(template: &Geometry) -> usize {
    let surfaces = template.surfaces.iter().map(|s| 16 + s.rings.iter().map(|ring| 4 + 2 * ring.len()).sum::<usize>());
    let lines = template.lines.iter().map(|line| 4 + line.len());
    let texts = template.semantics.iter().flat_map(|s| &s.attributes).map(|(name, value)| match value {
        Attribute::Text(text) => 16 + (name.len() + text.len()) / 8,
        _ => 16 + name.len() / 8,
    });
    let lists = 3 * template.vertices.len() + template.points.len() + 8 * template.textures.len();
    50 + lists + surfaces.sum::<usize>() + lines.sum::<usize>() + texts.sum::<usize>()
}

fn read_origin(raw: Option<&RawValue>, path: &str, vertices: Vertices<'_>, report: &mut Report) -> Option<DVec3> {
    let path = || format!("{path}/boundaries/0");
    let Some(index) = raw.and_then(|raw| serde_json::from_str::<[u32; 1]>(raw.get()).ok()) else {
        report.error("the instance does not name its place; it is left out", path);
        return None;
    };
    vertices.position(index[0]).map_err(|fault| vertices.tell(fault, index[0], report, path)).ok()
}

/// Row by row in the file.
fn read_matrix(raw: Option<&RawValue>, path: &str, report: &mut Report) -> Option<DMat4> {
    let path = || format!("{path}/transformationMatrix");
    let Some(raw) = raw else {
        report.warning("the instance has no matrix; its template is neither turned nor scaled", path);
        return Some(DMat4::IDENTITY);
    };
    let matrix = serde_json::from_str(raw.get()).ok().map(|Numbers::<16>(m)| DMat4::from_cols_array(&m).transpose());
    let usable = matrix.filter(|m| m.is_finite() && m.determinant() != 0.0);
    if usable.is_none() {
        report.error("the instance's matrix is not sixteen numbers that can be inverted; it is left out", path);
    }
    usable
}

fn placed(template: &Geometry, matrix: DMat4, origin: DVec3, path: &str) -> Geometry {
    let mut geometry = Geometry { path: path.to_string(), ..template.clone() };
    for vertex in &mut geometry.vertices {
        *vertex = matrix.transform_point3(*vertex) + origin;
    }
    // A mirror turns surfaces inside out; turning their rings back keeps the outside outside.
    if matrix.determinant() < 0.0 {
        for surface in &mut geometry.surfaces {
            surface.rings.iter_mut().for_each(|ring| ring.reverse());
            if let Some(texture) = &mut surface.texture {
                texture.uv.iter_mut().for_each(|ring| ring.reverse());
            }
        }
    }
    geometry
}
