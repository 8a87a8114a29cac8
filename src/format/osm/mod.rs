//! Reads OpenStreetMap: `.osm.pbf` ([`pbf`]) and `.osm` XML, plain or gzip ([`xml`]), entity by entity.
//!
//! Formats: the OSM wiki's pages *PBF Format* (blobs raw, zlib or zstd) and *OSM XML* (0.6).
//!
//! # Frames and units
//! A [`Place`] is longitude and latitude on WGS84 in units of 1e-7 degree (at most 11 mm), which is what OSM itself
//! stores; files with another granularity are rounded to it.
//!
//! Nothing is collected here but by [`nodes::NodeStore`] (16 bytes a node) and [`rings`]; what an entity's tags mean is
//! not known here. Change files, histories and Overpass JSON are not read.

pub mod nodes;
pub mod pbf;
pub mod rings;
mod wire;
pub mod xml;

#[cfg(test)]
mod tests;

use std::fmt;
use std::io::BufRead;

use crate::format::issue::{Issue, Issues};
use crate::format::xml::XmlError;

/// Longitude and latitude, 1e-7 degrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    pub lon_e7: i32,
    pub lat_e7: i32,
}

impl Place {
    /// `None` outside of ±180 and ±90 degrees.
    pub fn from_e7(lon_e7: i64, lat_e7: i64) -> Option<Self> {
        let lon_e7 = i32::try_from(lon_e7).ok().filter(|v| v.unsigned_abs() <= 1_800_000_000)?;
        let lat_e7 = i32::try_from(lat_e7).ok().filter(|v| v.unsigned_abs() <= 900_000_000)?;
        Some(Self { lon_e7, lat_e7 })
    }

    /// From degrees; `None` for what is not on Earth.
    pub fn from_degrees(lon_deg: f64, lat_deg: f64) -> Option<Self> {
        let on_earth = lon_deg.abs() <= 180.0 && lat_deg.abs() <= 90.0;
        on_earth.then(|| Self { lon_e7: (lon_deg * 1e7).round() as i32, lat_e7: (lat_deg * 1e7).round() as i32 })
    }

    pub fn lon_deg(self) -> f64 {
        f64::from(self.lon_e7) / 1e7
    }

    pub fn lat_deg(self) -> f64 {
        f64::from(self.lat_e7) / 1e7
    }
}

/// As people write it: `43.7370125, 7.4220280` is latitude, longitude.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "longitude {}, latitude {}", self.lon_deg(), self.lat_deg())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Node,
    Way,
    Relation,
}

impl Kind {
    pub fn word(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Way => "way",
            Self::Relation => "relation",
        }
    }
}

/// Keys and values in the order of the file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tags<'a>(pub &'a [(&'a str, &'a str)]);

impl<'a> Tags<'a> {
    pub fn get(&self, key: &str) -> Option<&'a str> {
        self.0.iter().find(|(k, _)| *k == key).map(|(_, value)| *value)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member<'a> {
    pub kind: Kind,
    pub id: i64,
    pub role: &'a str,
}

/// One entity, lent for the time of the call. Negative ids are those of editors that have not uploaded yet.
#[derive(Debug, Clone, Copy)]
pub enum Entity<'a> {
    Node { id: i64, place: Place, tags: Tags<'a> },
    Way { id: i64, nodes: &'a [i64], tags: Tags<'a> },
    Relation { id: i64, members: &'a [Member<'a>], tags: Tags<'a> },
}

/// Which entities a pass wants; others are passed over as cheaply as the format allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Want {
    pub nodes: bool,
    pub ways: bool,
    pub relations: bool,
}

impl Want {
    pub const ALL: Self = Self { nodes: true, ways: true, relations: true };
    pub const WAYS: Self = Self { nodes: false, ways: true, relations: false };
}

/// What a file says of itself, and what was wrong in it.
#[derive(Debug, Clone, Default)]
pub struct Read {
    /// West, south, east, north in degrees, where the file has it.
    pub bounds_deg: Option<[f64; 4]>,
    /// How many nodes, ways and relations were lent.
    pub entities: u64,
    pub issues: Issues,
}

/// A file of OSM data that can't be read (further). Byte offsets count in the (unpacked XML or PBF) file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OsmError {
    #[error("the source could not be read at byte {byte}: {reason}")]
    Source { byte: u64, reason: String },
    #[error("byte {byte}: expected {expected} more bytes, but the file ends after {got}")]
    Truncated { byte: u64, expected: u64, got: u64 },
    #[error("byte {byte}: {what} is larger than the limit of {limit}")]
    TooLarge { byte: u64, what: &'static str, limit: u64 },
    #[error("byte {byte}: the block is damaged: {reason}")]
    Damaged { byte: u64, reason: String },
    #[error(
        "byte {byte}: a block is packed with {method}, which is not read here; write it with zlib (osmium's default)"
    )]
    Packing { byte: u64, method: &'static str },
    #[error("the file asks for the feature {feature:?}, which is not read here")]
    Feature { feature: String },
    #[error("expected the root element <osm>, got <{got}>")]
    Root { got: String },
    #[error("expected OSM data (.osm.pbf, .osm or .osm.gz), got {got}")]
    NotOsm { got: &'static str },
    #[error(transparent)]
    Xml(#[from] XmlError),
}

/// What limits a single entity, far above what OSM's own server allows (2,000 nodes a way, 32,000 members).
pub(crate) const MAX_REFS: usize = 1 << 20;

/// Reads either format, told apart by the first bytes, and lends every wanted entity to `visit` in the file's order.
///
/// After an error, what was lent before it is sound. Nodes that are not on Earth are left out with an issue.
pub fn read(
    mut source: impl BufRead,
    want: Want,
    visit: &mut dyn FnMut(Entity<'_>),
) -> Result<(Read, Option<OsmError>), OsmError> {
    let head = source.fill_buf().map_err(|e| OsmError::Source { byte: 0, reason: e.to_string() })?;
    let is_xml = head.starts_with(&[0x1f, 0x8b]) || head.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'<');
    // A UTF-8 byte order mark may stand before the XML.
    let is_xml = is_xml || head.starts_with(&[0xef, 0xbb, 0xbf]);
    if head.is_empty() {
        return Err(OsmError::NotOsm { got: "an empty file" });
    }
    let mut read = Read::default();
    let end =
        if is_xml { xml::read(source, want, visit, &mut read) } else { pbf::read(source, want, visit, &mut read) };
    match end {
        Ok(()) => Ok((read, None)),
        Err(error) if read.entities == 0 => Err(error),
        Err(error) => Ok((read, Some(error))),
    }
}

/// What is said of a node whose coordinates make no sense.
pub(crate) fn not_on_earth(id: i64, lon: impl fmt::Display, lat: impl fmt::Display) -> Issue {
    Issue::warning(format!("node/{id}"), "the node is not on Earth; it is left out")
        .expected_got("a longitude within ±180° and a latitude within ±90°", format!("{lon}, {lat}"))
}
