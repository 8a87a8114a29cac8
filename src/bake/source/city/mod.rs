//! From city objects (CityJSON, CityGML) to features of the neutral model.
//!
//! # One feature for each building
//! People look for, colour and bind a building, not the parts that its modeller cut it into, and some sources (3DBAG) put
//! the attributes on the building and the geometry on its only part. So parts, installations and constructive elements
//! become part of the object that they belong to: their surfaces join its levels of detail (see [`merge`] for what
//! happens where levels differ), and attributes on which all parts agree join its own. Surfaces of objects with more than
//! one part have the property `part` with the part's id. Rooms, storeys, units and furniture stay features of their own,
//! with the property `parent`.
//!
//! # Buildings that are only an outline
//! A building with nothing but a level 0 becomes [`Shape::Building`] with what its attributes tell (height, storeys, type
//! of roof). If its outline has several polygons they are several features, `ID`, `ID#2` and so on.
//!
//! # What is mended
//! Solids that are inside out are turned; ground, water and traffic surfaces that face down are turned; holes run against
//! their outline. Surfaces without area are left out. Bent and self-crossing surfaces are told and stay as they are.

mod axes;
mod checks;
mod merge;
mod outline;
mod surfaces;
#[cfg(test)]
mod tests;
mod words;

use glam::DVec3;

pub use axes::Axes;
pub(super) use axes::Convention;

use super::crs::CrsName;
use super::{Crs, CrsFactory};
use crate::bake::model::{
    Feature, Height, LineHeights, Point, PointKind, Properties, Shape, Surfaces, Value, Way, WayKind,
};
use crate::format::city::{Attribute, Attributes, CityObject, Family, Footing, Geometry, Report};
use crate::format::issue::Issue;

/// How a source of city objects is to be read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'a> {
    /// The reference system, where the file names none or a wrong one.
    pub crs: Option<&'a str>,
    pub axes: Axes,
}

/// A source of city objects that gives nothing at all (or, for a failing stream, nothing more).
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CityError {
    #[error(transparent)]
    CityJson(#[from] crate::format::cityjson::CityJsonError),
    #[error(transparent)]
    CityGml(#[from] crate::format::citygml::CityGmlError),
    #[error("the file does not name its reference system; name it in the job, such as \"EPSG:7415\"")]
    NoReferenceSystem,
    #[error("the reference system {name:?} can't be used: {reason}")]
    ReferenceSystem { name: String, reason: String },
}

/// Whether two names mean one system, as far as names tell.
fn is_same_system(a: &str, b: &str) -> bool {
    a == b || matches!((CrsName::parse(a), CrsName::parse(b)), (Ok(a), Ok(b)) if a.horizontal == b.horizontal)
}

/// Turns families of city objects into features.
pub(super) struct Converter {
    crs: Box<dyn Crs>,
    /// Whether the source's first axis is north or latitude.
    north_first: bool,
    /// Objects without any geometry.
    without_geometry: usize,
}

impl Converter {
    /// `named`: the reference system that the file names; `sample`: some of its positions.
    pub fn new(
        options: &Options<'_>,
        named: Option<&str>,
        convention: Convention,
        sample: &[DVec3],
        factory: &CrsFactory<'_>,
        report: &mut Report,
    ) -> Result<Self, CityError> {
        let name = options.crs.or(named).ok_or(CityError::NoReferenceSystem)?;
        if let Some(named) = named.filter(|named| !is_same_system(named, name)) {
            let message = "the file names another reference system than the job, which is followed";
            report.push(Issue::warning("", message).expected_got(named, name));
        }
        let crs = factory(name)
            .map_err(|reason| CityError::ReferenceSystem { name: name.chars().take(200).collect(), reason })?;
        let north_first = axes::north_first(options.axes, name, convention, sample, report);
        Ok(Self { crs, north_first, without_geometry: 0 })
    }

    /// Longitude, latitude (degrees) and ellipsoidal height of a position in the source's coordinates.
    fn geodetic(&self, p: DVec3) -> Option<DVec3> {
        let east_north = if self.north_first { DVec3::new(p.y, p.x, p.z) } else { p };
        self.crs.geodetic(east_north).filter(|g| g.is_finite())
    }

    /// Gives the family's features to the sink.
    pub fn family(&mut self, family: &Family, report: &mut Report, sink: &mut dyn FnMut(Feature)) {
        for group in merge::groups(family) {
            let shapes = self.shapes(family, &group, report);
            if shapes.is_empty() {
                // These hold others and have no geometry by nature.
                let holds = matches!(family.objects[group[0]].kind.as_str(), "CityObjectGroup" | "ReliefFeature");
                self.without_geometry += usize::from(!holds);
                continue;
            }
            let feature = describe(family, &group);
            let mut feature = Some(feature);
            let count = shapes.len();
            for (i, shape) in shapes.into_iter().enumerate() {
                // The last one takes what the others copy.
                let Some(mut one) = (if i + 1 == count { feature.take() } else { feature.clone() }) else { break };
                if i > 0 {
                    one.id = format!("{}#{}", one.id, i + 1);
                }
                sink(Feature { shape, ..one });
            }
        }
    }

    /// Tells what is known only at the end.
    pub fn finish(self, report: &mut Report) {
        if self.without_geometry > 0 {
            let message = format!("objects without geometry, which are left out: {}", self.without_geometry);
            report.push(Issue::info("", message));
        }
    }

    fn shapes(&self, family: &Family, group: &[usize], report: &mut Report) -> Vec<Shape> {
        let root = &family.objects[group[0]];
        let lods = self.lods(family, group, report);
        let is_outline = words::class(&root.kind) == "building" && lods.iter().all(|lod| lod.lod < 1.0);
        if !lods.is_empty() && is_outline {
            let mut outlines = group.iter().flat_map(|&member| &family.objects[member].geometries);
            let is_roof_edge = outlines.all(|g| g.surfaces.is_empty() || g.footing == Footing::RoofEdge);
            return outline::buildings(root, &lods, is_roof_edge, report);
        }
        if !lods.is_empty() {
            return vec![Shape::Surfaces(Surfaces { lods })];
        }
        let geometries = group.iter().flat_map(|&member| &family.objects[member].geometries);
        self.lines_and_points(root, geometries, report)
    }

    fn lods(&self, family: &Family, group: &[usize], report: &mut Report) -> Vec<crate::bake::model::SurfaceLod> {
        let root = &family.objects[group[0]];
        let plan = merge::levels(family, group);
        let named_parts = group.len() > 2;
        let mut lods = Vec::new();
        for level in plan {
            let mut builder = surfaces::LodBuilder::new(level.lod);
            for (member, geometry) in level.geometries {
                let object = &family.objects[member];
                let part = (named_parts && member != group[0]).then_some(object.id.as_str());
                let to_wgs84 = |p| self.geodetic(p);
                builder.add(&object.geometries[geometry], &root.kind, part, &to_wgs84, report);
            }
            lods.extend(builder.finish());
        }
        lods
    }

    /// Of an object without surfaces, its finest level alone.
    fn lines_and_points<'g>(
        &self,
        object: &CityObject,
        geometries: impl Iterator<Item = &'g Geometry>,
        report: &mut Report,
    ) -> Vec<Shape> {
        let finest =
            geometries.filter(|g| !g.lines.is_empty() || !g.points.is_empty()).max_by(|a, b| a.lod.total_cmp(&b.lod));
        let Some(geometry) = finest else { return Vec::new() };
        let mut at = |index: u32| {
            let place = self.geodetic(geometry.vertices[index as usize]);
            if place.is_none() {
                report.error(surfaces::OFF_EARTH, || geometry.path.clone());
            }
            place
        };
        let mut shapes = Vec::new();
        for line in &geometry.lines {
            if let Some(line) = line.iter().map(|&index| at(index)).collect::<Option<Vec<_>>>() {
                shapes.push(Shape::Way(way(words::way_kind(&object.kind), line)));
            }
        }
        for &index in &geometry.points {
            let Some(place) = at(index) else { continue };
            let is_tree = object.kind == "SolitaryVegetationObject";
            shapes.push(Shape::Point(Point {
                kind: if is_tree { PointKind::BroadleavedTree } else { PointKind::Unknown },
                at: place.truncate(),
                base: Height::Ellipsoidal(place.z),
                height_m: words::number(&object.attributes, &["height", "measuredHeight"]),
                width_m: words::number(&object.attributes, &["crownDiameter"]),
                heading_deg: None,
            }));
        }
        shapes
    }
}

fn way(kind: WayKind, line: Vec<DVec3>) -> Way {
    Way {
        kind,
        line,
        heights: LineHeights::Ellipsoidal,
        width_m: None,
        lanes: None,
        oneway: false,
        layer: 0,
        bridge: false,
        tunnel: false,
        paved: true,
        lit: false,
        pavements: None,
    }
}

/// The feature of a group of objects, still without its shape.
fn describe(family: &Family, group: &[usize]) -> Feature {
    let root = &family.objects[group[0]];
    let mut properties = properties(&root.attributes);
    for (name, value) in agreed(family, &group[1..]) {
        properties.entry(name).or_insert(value);
    }
    if let Some(parent) = root.parent {
        let id = family.objects[parent].id.clone();
        properties.entry("parent".to_string()).or_insert(Value::Text(id));
    }
    Feature {
        id: root.id.clone(),
        class: words::class(&root.kind),
        name: root.name.clone(),
        properties,
        shape: Shape::Surfaces(Surfaces::default()),
    }
}

/// The attributes of parts on which all that have them agree.
fn agreed(family: &Family, parts: &[usize]) -> Properties {
    let mut values = std::collections::BTreeMap::<&String, Option<&Attribute>>::new();
    for &part in parts {
        for (name, value) in &family.objects[part].attributes {
            let known = values.entry(name).or_insert(Some(value));
            if *known != Some(value) {
                *known = None;
            }
        }
    }
    values.into_iter().filter_map(|(name, value)| Some((name.clone(), property(value?)))).collect()
}

fn properties(attributes: &Attributes) -> Properties {
    attributes.iter().map(|(name, value)| (name.clone(), property(value))).collect()
}

fn property(value: &Attribute) -> Value {
    match value {
        Attribute::Text(text) => Value::Text(text.clone()),
        Attribute::Number(number) => Value::Number(*number),
        Attribute::Integer(integer) => Value::Integer(*integer),
        Attribute::Flag(flag) => Value::Flag(*flag),
    }
}
