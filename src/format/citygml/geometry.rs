//! GML geometries below a `lodN…` property.

use glam::DVec3;

use super::appearance::{Looks, local_id};
use super::assemble::{Draft, Pending, Reference};
use super::dimension;
use super::xml::{Tag, Xml, XmlFault};
use crate::format::city::{Corner, Footing, NO_SOLID, Report, RingFault, clean_ring};
use crate::format::issue::Severity;

/// The level of detail of a property by its name: `lod2Solid`, `lod0RoofEdge`. `None` for other properties.
pub fn level_of(local: &str) -> Option<(f64, Footing)> {
    let rest = local.strip_prefix("lod")?;
    let digit = rest.chars().next().and_then(|c| c.to_digit(10)).filter(|lod| *lod <= 4)?;
    let footing = if rest.ends_with("RoofEdge") { Footing::RoofEdge } else { Footing::Ground };
    Some((f64::from(digit), footing))
}

/// What the surfaces of a property belong to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    pub lod: f64,
    pub footing: Footing,
    pub semantic: Option<u32>,
}

pub struct GeometryReader<'a, 'r> {
    xml: &'r mut Xml<'a>,
    looks: &'r Looks,
    dimension: usize,
    draft: &'r mut Draft,
    target: Target,
    report: &'r mut Report,
}

/// What elements hand down to those in them.
#[derive(Clone, Copy)]
struct Around {
    solid: u32,
    /// Whether surfaces are to be turned (`OrientableSurface` with `orientation="-"`).
    reversed: bool,
    material: Option<u32>,
    dimension: usize,
}

impl<'a, 'r> GeometryReader<'a, 'r> {
    pub fn new(
        xml: &'r mut Xml<'a>,
        looks: &'r Looks,
        dimension: usize,
        draft: &'r mut Draft,
        target: Target,
        report: &'r mut Report,
    ) -> Self {
        Self { xml, looks, dimension, draft, target, report }
    }

    /// Reads a property whose start was read.
    pub fn property(&mut self, material: Option<u32>) -> Result<(), XmlFault> {
        let around = Around { solid: NO_SOLID, reversed: false, material, dimension: self.dimension };
        while let Some(tag) = self.xml.child()? {
            self.element(&tag, around)?;
        }
        Ok(())
    }

    fn element(&mut self, tag: &Tag<'_>, around: Around) -> Result<(), XmlFault> {
        let mut around = around;
        tag.for_each_attribute(|name, value| match name {
            "srsDimension" => around.dimension = dimension(value),
            "orientation" if value == "-" => around.reversed = !around.reversed,
            "gml:id" | "id" if !self.looks.is_plain() => {
                around.material = self.looks.material_of(value).or(around.material);
            }
            "xlink:href" | "href" => self.draft.references.push(Reference {
                id: local_id(value),
                target: self.target,
                solid: around.solid,
                byte: tag.byte,
            }),
            _ => {}
        });
        match tag.local() {
            "Polygon" | "PolygonPatch" | "Triangle" | "Rectangle" => self.polygon(tag, around),
            "LineString" | "LineStringSegment" => self.line(around),
            "Point" => self.point(around),
            "ImplicitGeometry" => {
                let message = "implicit geometries are not read; citygml-tools converts them to CityJSON, which is";
                self.report.warning(message, || format!("byte {}", tag.byte));
                self.xml.skip()
            }
            name => {
                if name == "Solid" {
                    around.solid = self.draft.solids;
                    self.draft.solids += 1;
                }
                while let Some(child) = self.xml.child()? {
                    self.element(&child, around)?;
                }
                Ok(())
            }
        }
    }

    fn polygon(&mut self, tag: &Tag<'_>, around: Around) -> Result<(), XmlFault> {
        let mut pending = Pending {
            id: tag.attribute("id"),
            rings: Vec::new(),
            image: None,
            material: around.material,
            target: self.target,
            solid: around.solid,
            byte: tag.byte,
        };
        let mut usable = true;
        while let Some(role) = self.xml.child()? {
            if !matches!(role.local(), "exterior" | "interior" | "outerBoundaryIs" | "innerBoundaryIs") {
                self.xml.skip()?;
                continue;
            }
            while let Some(ring) = self.xml.child()? {
                let id = ring.attribute("id");
                let byte = ring.byte;
                let corners = self.positions(around.dimension)?;
                usable &= self.add_ring(&mut pending, corners, id.as_deref(), byte);
            }
        }
        if usable && !pending.rings.is_empty() {
            if around.reversed {
                pending.rings.iter_mut().for_each(|ring| ring.reverse());
            }
            self.draft.pending.push(pending);
        }
        Ok(())
    }

    /// False if the polygon can't be used without this ring.
    fn add_ring(&mut self, pending: &mut Pending, positions: Positions, id: Option<&str>, byte: u64) -> bool {
        let path = || format!("byte {byte}");
        if positions.fault {
            let message = "coordinates are not finite numbers, 2 or 3 for each position; the surface is left out";
            self.report.error(message, path);
            return false;
        }
        let corner = |(index, position): (usize, DVec3)| Corner { index: index as u32, position, uv: [0.0; 2] };
        let mut corners: Vec<Corner> = positions.list.into_iter().enumerate().map(corner).collect();
        let image = self.texture(id, &mut corners, byte);
        let is_first = pending.rings.is_empty();
        match clean_ring(&mut corners, true) {
            Some(RingFault::TooFew) if is_first => {
                self.report.info("the surface has less than three different corners; it is left out", path);
                return false;
            }
            Some(RingFault::TooFew) => {
                self.report.info("a hole has less than three different corners; it is left out", path);
                return true;
            }
            Some(RingFault::Repeated) => self.report.info("a ring repeats a corner; it is read once", path),
            None => {}
        }
        if is_first {
            pending.image = image;
        } else if pending.image.is_some() && pending.image != image {
            let message = "rings of one surface have different textures; the surface has none";
            self.report.warning(message, path);
            pending.image = None;
        }
        pending.rings.push(corners);
        true
    }

    fn texture(&mut self, ring: Option<&str>, corners: &mut [Corner], byte: u64) -> Option<u32> {
        let (image, uv) = self.looks.texture_of_ring(ring?)?;
        if uv.len() != corners.len() {
            self.report.tell(Severity::Warning, "the ring has not one texture coordinate for each corner", |at| {
                at.path(format!("byte {byte}")).expected_got(corners.len(), uv.len())
            });
            return None;
        }
        corners.iter_mut().zip(uv).for_each(|(corner, uv)| corner.uv = *uv);
        Some(image)
    }

    fn line(&mut self, around: Around) -> Result<(), XmlFault> {
        let positions = self.positions(around.dimension)?;
        if !positions.fault && positions.list.len() > 1 {
            self.draft.lines.push((self.target, positions.list));
        }
        Ok(())
    }

    fn point(&mut self, around: Around) -> Result<(), XmlFault> {
        let positions = self.positions(around.dimension)?;
        if !positions.fault && positions.list.len() == 1 {
            self.draft.points.push((self.target, positions.list[0]));
        }
        Ok(())
    }

    /// Of `posList`, or of `pos` one by one, to the end of the element that was opened last.
    fn positions(&mut self, dimension_around: usize) -> Result<Positions, XmlFault> {
        let mut positions = Positions::default();
        while let Some(tag) = self.xml.child()? {
            match tag.local() {
                "posList" | "pos" => {
                    let dimension = tag.attribute("srsDimension").map_or(dimension_around, |d| dimension(&d));
                    positions.extend(&self.xml.text()?, dimension);
                }
                "coordinates" => {
                    // GML 2: tuples by blanks, numbers in them by commas.
                    let text = self.xml.text()?;
                    for tuple in text.split_ascii_whitespace() {
                        let numbers = tuple.replace(',', " ");
                        positions.extend(&numbers, if tuple.matches(',').count() == 1 { 2 } else { 3 });
                    }
                }
                // `curveMember` and the like around segments.
                _ => {
                    let inner = self.positions(dimension_around)?;
                    positions.fault |= inner.fault;
                    positions.list.extend(inner.list);
                }
            }
        }
        Ok(positions)
    }
}

#[derive(Default)]
struct Positions {
    list: Vec<DVec3>,
    /// Something was no number, or numbers were left over.
    fault: bool,
}

impl Positions {
    /// Two numbers are a position at height 0.
    fn extend(&mut self, text: &str, dimension: usize) {
        let mut numbers = [0.0; 3];
        let mut count = 0;
        for word in text.split_ascii_whitespace() {
            match word.parse::<f64>() {
                Ok(number) if number.is_finite() => numbers[count] = number,
                _ => self.fault = true,
            }
            count += 1;
            if count == dimension {
                self.list.push(DVec3::from_array(numbers));
                (count, numbers) = (0, [0.0; 3]);
            }
        }
        self.fault |= count != 0;
    }
}
