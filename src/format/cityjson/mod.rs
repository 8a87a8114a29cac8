//! Reads CityJSON 1.0, 1.1 and 2.0 ([`CityJson`]) and CityJSONSeq ([`CityJsonSeq`]).
//!
//! Specifications: CityJSON 2.0.1 (OGC 20-072r5), 1.1.3 and 1.0.3; CityJSON Text Sequences. Every geometry type is read,
//! with semantics, materials, textures (of the default theme, or the first by name), templates and attributes. What is
//! not read: places of addresses (geometries of points), `geographicalExtent` of single objects, extension schemas
//! (what extensions add is kept as it stands).
//!
//! # Memory
//! A CityJSON file has to lie in memory, since its vertices may come last; besides the bytes it takes 24 bytes a vertex and
//! one family of objects at a time. A sequence takes one line.
//!
//! # Frames
//! Positions are those of the file's reference system in the file's order of axes; heights too. See [`Header`].

mod appearance;
mod attributes;
mod document;
mod families;
mod geometry;
mod header;
mod nested;
mod object;
mod paint;
mod sequence;
mod templates;

use appearance::Appearance;
use document::{Members, text};
use geometry::Vertices;
use object::{Shared, read_object};
use templates::Templates;

use super::city::{Family, Report};

pub use header::{Header, Transform, Version};
pub use sequence::CityJsonSeq;

/// The largest file that is read, bytes; larger ones come as sequences.
pub const MAX_FILE_BYTES: u64 = u32::MAX as u64;

/// CityJSON that can't be read (further).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CityJsonError {
    #[error("byte {byte}: not UTF-8 text")]
    Utf8 { byte: usize },
    /// `ended`: the text ends before its objects do.
    #[error("not well-formed CityJSON: {reason}")]
    Json { reason: String, ended: bool },
    #[error("expected a file whose type is {expected}, got {got}")]
    Type { expected: &'static str, got: String },
    #[error("{what} has more than the {limit} bytes that are allowed")]
    TooLarge { what: &'static str, limit: u64 },
    #[error("line {line}: the source could not be read: {reason}")]
    Source { line: u64, reason: String },
}

/// A CityJSON file.
pub struct CityJson<'a> {
    members: Members<'a>,
    setting: Setting,
}

/// What a file says once for all of its objects.
pub(crate) struct Setting {
    header: Header,
    appearance: Appearance,
    templates: Templates,
}

impl Setting {
    fn read(members: &Members<'_>, report: &mut Report) -> Self {
        let header = Header::read(members, report);
        let appearance = Appearance::read(members.appearance, report);
        let templates = Templates::read(members.templates, &appearance, report);
        Self { header, appearance, templates }
    }
}

impl<'a> CityJson<'a> {
    /// Reads the bytes of a file as far as its objects, which [`CityJson::for_each_family`] reads one after another.
    ///
    /// # Errors
    /// When the bytes are no JSON text, or their `type` is not `CityJSON`.
    pub fn from_bytes(bytes: &'a [u8], report: &mut Report) -> Result<Self, CityJsonError> {
        if bytes.len() as u64 > MAX_FILE_BYTES {
            return Err(CityJsonError::TooLarge { what: "the file", limit: MAX_FILE_BYTES });
        }
        let members = Members::parse(utf8(bytes)?, report)?;
        expect_type(&members, &["CityJSON"])?;
        for (there, path) in [(members.has_objects, "/CityObjects"), (members.has_vertices, "/vertices")] {
            if !there {
                report.error("a member that every file needs is not there", || path.to_string());
            }
        }
        let setting = Setting::read(&members, report);
        Ok(Self { members, setting })
    }

    pub fn header(&self) -> &Header {
        &self.setting.header
    }

    /// How many objects there are, parts included.
    pub fn object_count(&self) -> usize {
        self.members.objects.len()
    }

    /// Some positions of the file, spread over all of its vertices.
    pub fn sample_positions(&self) -> Vec<glam::DVec3> {
        sample(&self.members, &self.setting.header.transform)
    }

    /// Calls back with each object of the first level and its parts, in the file's order.
    pub fn for_each_family(&mut self, report: &mut Report, each: &mut dyn FnMut(Family, &mut Report)) {
        let Self { members, setting } = self;
        let Setting { header, appearance, templates } = setting;
        each_family(members, header.transform, appearance, templates, report, each);
    }
}

/// Positions of about every hundredth of the vertices.
fn sample(members: &Members<'_>, transform: &Transform) -> Vec<glam::DVec3> {
    let step = (members.vertices.len() / 100).max(1);
    members.vertices.iter().step_by(step).map(|raw| transform.apply(*raw)).filter(|p| p.is_finite()).collect()
}

fn each_family(
    members: &Members<'_>,
    transform: Transform,
    appearance: &Appearance,
    templates: &mut Templates,
    report: &mut Report,
    each: &mut dyn FnMut(Family, &mut Report),
) {
    let vertices = Vertices { list: &members.vertices, transform };
    let mut shared = Shared { vertices, appearance, templates };
    for indices in families::families(&members.objects, report) {
        let mut family = Family::default();
        shared.templates.begin_family();
        // Objects that can't be read leave their place, and their parts go to the first.
        let mut place = vec![None; indices.len()];
        for (at, (index, parent)) in indices.into_iter().enumerate() {
            let (id, raw) = &members.objects[index];
            let Some(mut object) = read_object(id, raw, &mut shared, report) else { continue };
            object.parent = if family.objects.is_empty() {
                None
            } else {
                parent.and_then(|parent: usize| place[parent]).or(Some(0))
            };
            place[at] = Some(family.objects.len());
            family.objects.push(object);
        }
        if !family.objects.is_empty() {
            each(family, report);
        }
    }
}

/// The text of a file, without the byte order mark that some editors put before it.
fn utf8(bytes: &[u8]) -> Result<&str, CityJsonError> {
    let text = std::str::from_utf8(bytes).map_err(|e| CityJsonError::Utf8 { byte: e.valid_up_to() })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn expect_type(members: &Members<'_>, expected: &[&'static str]) -> Result<(), CityJsonError> {
    let kind = text(members.kind);
    if kind.as_deref().is_some_and(|kind| expected.contains(&kind)) {
        return Ok(());
    }
    let got = members.kind.map_or("none".to_string(), document::excerpt);
    Err(CityJsonError::Type { expected: expected[0], got })
}
