//! Reads CityGML 2.0 and 1.0 (OGC 12-019, 08-007r1), PLATEAU's files among them.
//!
//! Read are buildings, bridges and tunnels with their parts, installations, rooms and bounded surfaces; relief (TIN);
//! roads, railways, land use, water, vegetation, furniture and generic objects as far as their geometry is explicit
//! (`lodN…` of polygons, solids, curves and points). Attributes of any schema (generic ones, `uro:`) become flat names.
//! Appearances: textures with coordinates for each ring, and X3D materials. Local `xlink:href` are followed.
//!
//! Not read, but told: implicit geometries, georeferenced textures, other modules, and CityGML 3.0. For these there are
//! converters: citygml-tools (to CityJSON) and PLATEAU GIS Converter.
//!
//! # Memory
//! The bytes have to lie in memory (or be mapped), since appearances may come last: the first pass reads those, the second
//! gives one member at a time.
//!
//! # Frames
//! Positions are those of `srsName` in its own order of axes, which is latitude first for geographic systems.

mod appearance;
mod assemble;
mod attributes;
mod geometry;
mod object;
mod xml;

use glam::DVec3;

use super::city::{Family, Report};
use super::issue::Severity;
use appearance::Looks;
use xml::{Node, Tag, Xml, XmlFault};

/// CityGML of which nothing can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CityGmlError {
    #[error("byte {byte}: not UTF-8 text; convert the file to UTF-8")]
    Utf8 { byte: usize },
    #[error("byte {byte}: not well-formed XML: {reason}")]
    Xml { byte: u64, reason: String },
    #[error("expected the root element <CityModel>, got {got}")]
    Root { got: String },
    #[error("CityGML 3.0 is not read; convert it to CityJSON with citygml-tools, which Mirante reads")]
    Version3,
}

/// A CityGML file.
pub struct CityGml<'a> {
    text: &'a str,
    looks: Looks,
    place: Place,
}

/// What the file says of its coordinates.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    reference_system: Option<String>,
    /// Numbers for each position, 2 or 3.
    dimension: usize,
    /// The corners of the envelope, or the first position of the file.
    sample: Vec<DVec3>,
}

impl<'a> CityGml<'a> {
    /// Reads what has to be known before the objects: reference system and appearances.
    ///
    /// # Errors
    /// When the bytes are no UTF-8 text, or the root is no `CityModel` of CityGML 1.0 or 2.0.
    pub fn from_bytes(bytes: &'a [u8], report: &mut Report) -> Result<Self, CityGmlError> {
        let text = std::str::from_utf8(bytes).map_err(|e| CityGmlError::Utf8 { byte: e.valid_up_to() })?;
        let mut place = Place { reference_system: None, dimension: 3, sample: Vec::new() };
        let mut looks = Looks::default();
        let mut xml = Xml::new(text);
        let root = xml.root().map_err(|fault| CityGmlError::Xml { byte: fault.byte, reason: fault.reason })?;
        expect_city_model(root)?;
        // A fault further on ends the second pass as well, which tells it.
        let _ = first_pass(&mut xml, &mut place, &mut looks, report);
        looks.choose_theme(report);
        Ok(Self { text, looks, place })
    }

    /// As the file names it, `http://www.opengis.net/def/crs/EPSG/0/6697`.
    pub fn reference_system(&self) -> Option<&str> {
        self.place.reference_system.as_deref()
    }

    /// Some positions of the file.
    pub fn sample_positions(&self) -> &[DVec3] {
        &self.place.sample
    }

    /// Calls back with each member of the model, in the file's order. Where the XML is broken the rest is left out, which
    /// is told.
    pub fn for_each_family(&self, report: &mut Report, each: &mut dyn FnMut(Family, &mut Report)) {
        let mut xml = Xml::new(self.text);
        let result = xml.root().and_then(|_| {
            while let Some(tag) = xml.child()? {
                match tag.local() {
                    "cityObjectMember" | "featureMember" => {
                        object::read_member(&mut xml, &self.looks, &self.place, report, each)?;
                    }
                    _ => xml.skip()?,
                }
            }
            Ok(())
        });
        if let Err(XmlFault { byte, reason }) = result {
            report.tell(Severity::Error, "the file is broken here; what follows is left out", |at| {
                at.path(format!("byte {byte}")).expected_got("well-formed XML", reason)
            });
        }
    }
}

fn expect_city_model(root: Option<Tag<'_>>) -> Result<(), CityGmlError> {
    let Some(root) = root else { return Err(CityGmlError::Root { got: "no element".to_string() }) };
    if root.local() != "CityModel" {
        return Err(CityGmlError::Root { got: format!("<{}>", super::city::cut(root.local(), 40)) });
    }
    let mut is_3 = false;
    root.for_each_attribute(|name, value| {
        is_3 |= name.starts_with("xmlns") && value.starts_with("http://www.opengis.net/citygml/3.0");
    });
    if is_3 { Err(CityGmlError::Version3) } else { Ok(()) }
}

/// Looks for appearances anywhere, and for the first reference system.
fn first_pass(xml: &mut Xml<'_>, place: &mut Place, looks: &mut Looks, report: &mut Report) -> Result<(), XmlFault> {
    loop {
        match xml.next()? {
            Node::Start(tag) => {
                if place.reference_system.is_none() {
                    place.reference_system = tag.attribute("srsName").filter(|name| !name.is_empty());
                    place.dimension = tag.attribute("srsDimension").map_or(place.dimension, |d| dimension(&d));
                }
                match tag.local() {
                    "Appearance" => looks.read(xml, report)?,
                    "lowerCorner" | "upperCorner" | "posList" | "pos" if place.sample.len() < 2 => {
                        let text = xml.text()?;
                        let mut numbers = text.split_ascii_whitespace().map_while(|n| n.parse().ok());
                        if let (Some(x), Some(y)) = (numbers.next(), numbers.next()) {
                            place.sample.push(DVec3::new(x, y, 0.0));
                        }
                    }
                    _ => {}
                }
            }
            Node::Eof => return Ok(()),
            Node::End | Node::Text(_) => {}
        }
    }
}

/// Of `srsDimension`: 2 or 3.
fn dimension(text: &str) -> usize {
    if text.trim() == "2" { 2 } else { 3 }
}
