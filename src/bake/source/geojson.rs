//! GeoJSON files to features. Which property is the height, the name and so on is told by a [`Mapping`].
//!
//! Properties that bear OSM's keys (or are mapped to them) are understood as OSM's tags ([`super::tags`]); polygons with a
//! height or levels are buildings. What is none of these is an area, a line or a point of unknown kind, with its
//! properties. Positions go through the file's coordinate system, whose heights count as they are.
//!
//! A feature's id is its member `id`, else a mapped property, else `feature/N` (N counts from 0); its second building or
//! line is `…#2`. Memory: one feature.

mod mapping;

#[cfg(test)]
mod tests;

use glam::{DVec2, DVec3};
use serde_json::Value as Json;

pub use self::mapping::{Mapping, Z};
use super::open::Open;
use super::polygons::{self, unwrap_longitudes};
use super::region::Region;
use super::tags::classes;
use super::tags::feature::Thing;
use super::{Crs, CrsFactory, Wgs84};
use crate::bake::model::{Cover, Feature, Height, LineHeights, PointKind, Polygon, Properties, Shape, Value, WayKind};
use crate::bake::source::tags::way;
use crate::format::geojson::{self, GeoJsonError, Part, RawFeature};
use crate::format::issue::{Issue, Issues};
use crate::format::osm::Tags;

/// A GeoJSON source that can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GeoJsonSourceError {
    #[error(transparent)]
    Format(#[from] GeoJsonError),
    #[error("the file's coordinate system {name:?} can't be used: {reason}")]
    Crs { name: String, reason: String },
}

pub struct GeoJsonOptions<'a> {
    pub mapping: Mapping,
    /// Instead of the one that the file names.
    pub crs: Option<&'a dyn Crs>,
    /// Makes the one that the file names.
    pub make_crs: &'a CrsFactory<'a>,
    /// Whole features that touch it; `None`: all.
    pub region: Option<Region>,
}

/// Reads a file and gives its features to `sink` in their order. A file that ends too early is read up to there.
pub fn read_geojson(
    open: &Open<'_>,
    options: &GeoJsonOptions<'_>,
    sink: &mut dyn FnMut(Feature),
) -> Result<Issues, GeoJsonSourceError> {
    let own_crs = if options.crs.is_some() { None } else { crs_of_file(open, options.make_crs)? };
    let crs = options.crs.or(own_crs.as_deref()).unwrap_or(&Wgs84);
    let mut issues = Issues::default();
    let mut reader = Reader { options, crs, issues: &mut issues, sink };
    let read = geojson::read(opened(open)?, &mut |raw| reader.feature(raw))?;
    let mut all = read.issues;
    all.extend(issues);
    if let Some(error) = read.end {
        all.push(Issue::error("", format!("the file can be read only in part: {error}")));
    }
    Ok(all)
}

fn opened<'a>(open: &Open<'a>) -> Result<Box<dyn std::io::BufRead + 'a>, GeoJsonError> {
    open().map_err(|e| GeoJsonError::Source { reason: e.to_string() })
}

/// `None` for longitude and latitude, whatever axis order its authority has: GeoJSON always has longitude first.
fn crs_of_file(open: &Open<'_>, make: &CrsFactory<'_>) -> Result<Option<Box<dyn Crs>>, GeoJsonSourceError> {
    // A file that is broken later on is told when its features are read.
    let Ok(Some(name)) = geojson::crs_of(opened(open)?) else { return Ok(None) };
    let upper = name.to_ascii_uppercase();
    let is_degrees = upper.contains("CRS84") || matches!(upper.rsplit([':', '/']).next(), Some("4326" | "4979"));
    if is_degrees {
        return Ok(None);
    }
    make(&name).map(Some).map_err(|reason| GeoJsonSourceError::Crs { name, reason })
}

struct Reader<'a> {
    options: &'a GeoJsonOptions<'a>,
    crs: &'a dyn Crs,
    issues: &'a mut Issues,
    sink: &'a mut dyn FnMut(Feature),
}

impl Reader<'_> {
    fn feature(&mut self, raw: RawFeature) {
        let mapping = &self.options.mapping;
        let id = raw
            .id
            .clone()
            .or_else(|| mapping.id_of(&raw.properties))
            .unwrap_or_else(|| format!("feature/{}", raw.index));
        if raw.geometry.parts.is_empty() {
            return;
        }
        let Some(parts) = self.on_earth(&id, &raw) else { return };
        let pairs = mapping.tags_of(&raw.properties);
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let tags = Tags(&pairs);
        let heights = self.heights(&raw, &parts);
        let mut features = Vec::new();
        {
            let mut shaped =
                Shaped { thing: Thing::new(&id, tags, self.issues), tags, heights, features: &mut features };
            shaped.polygons(&parts);
            shaped.lines(&parts);
            shaped.points(&parts);
        }
        let properties = properties_of(&raw.properties);
        let (name, class) = (mapping.name_of(&raw.properties), mapping.class_of(&raw.properties));
        for (index, mut feature) in features.into_iter().enumerate() {
            feature.id = if index == 0 { id.clone() } else { format!("{id}#{}", index + 1) };
            feature.properties = properties.clone();
            feature.name = name.clone().unwrap_or(feature.name);
            feature.class = class.clone().unwrap_or(feature.class);
            if self.options.region.is_none_or(|region| region.touches(&feature.shape)) {
                (self.sink)(feature);
            }
        }
    }

    /// Longitude, latitude and ellipsoidal height of all positions; `None` with an issue if one is nowhere.
    fn on_earth(&mut self, id: &str, raw: &RawFeature) -> Option<Vec<Part>> {
        let place = |p: &DVec3| self.crs.geodetic(*p).ok_or(*p);
        let line = |line: &Vec<DVec3>| line.iter().map(place).collect::<Result<Vec<_>, _>>();
        let parts: Result<Vec<Part>, DVec3> = raw
            .geometry
            .parts
            .iter()
            .map(|part| {
                Ok(match part {
                    Part::Point(p) => Part::Point(place(p)?),
                    Part::Line(points) => Part::Line(line(points)?),
                    Part::Polygon(rings) => Part::Polygon(rings.iter().map(line).collect::<Result<_, _>>()?),
                })
            })
            .collect();
        parts
            .map_err(|p| {
                let swapped = p.x.abs() <= 90.0 && p.y.abs() > 90.0 && p.y.abs() <= 180.0;
                let hint = if swapped { "; longitude and latitude may be swapped" } else { "" };
                let message = format!(
                    "a position is not on Earth in the file's coordinate system{hint}; the feature is left out"
                );
                self.issues.push(
                    Issue::warning(id, message).expected_got("a position on Earth", format_args!("{}, {}", p.x, p.y)),
                );
            })
            .ok()
    }

    /// Which heights the feature's positions have. Files that write 0 everywhere have none.
    fn heights(&self, raw: &RawFeature, parts: &[Part]) -> Heights {
        let mapping = &self.options.mapping;
        let told = raw.geometry.has_z && raw.geometry.parts.iter().flat_map(Part::positions).any(|p| p.z != 0.0);
        match mapping.z {
            Z::Base if told => Heights::OfPositions,
            Z::Base | Z::Ignored => {
                let first = raw.geometry.parts.iter().flat_map(Part::positions).next();
                let ground = mapping.ground_of(&raw.properties).zip(first);
                let height = ground.and_then(|(z, at)| self.crs.geodetic(DVec3::new(at.x, at.y, z)));
                match height {
                    Some(at) if !parts.is_empty() => Heights::Base(at.z),
                    _ => Heights::None,
                }
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Heights {
    None,
    /// Those of the positions themselves, ellipsoidal metres.
    OfPositions,
    /// One for the whole feature, ellipsoidal metres.
    Base(f64),
}

/// The features that one feature of the file becomes.
struct Shaped<'a, 'b> {
    thing: Thing<'a>,
    tags: Tags<'a>,
    heights: Heights,
    features: &'b mut Vec<Feature>,
}

impl Shaped<'_, '_> {
    fn polygons(&mut self, parts: &[Part]) {
        let (mut all, mut lowest) = (Vec::new(), f64::INFINITY);
        for part in parts {
            let Part::Polygon(rings) = part else { continue };
            lowest = part.positions().fold(lowest, |lowest, p| lowest.min(p.z));
            all.extend(self.sound(rings));
        }
        if all.is_empty() {
            return;
        }
        let base = match self.heights {
            Heights::None => None,
            Heights::OfPositions => Some(lowest),
            Heights::Base(base) => Some(base),
        };
        let has_height = ["height", "building:levels"].iter().any(|key| self.tags.get(key).is_some());
        let from = self.features.len();
        match classes::building(&self.tags).or(has_height.then_some("building")) {
            Some(class) => {
                let features = &mut *self.features;
                self.thing.buildings(class, all, &mut |feature| features.push(feature));
            }
            None => {
                let (class, cover) = classes::cover(&self.tags, true).unwrap_or(("area", Cover::Unknown));
                self.features.push(self.thing.area(class, cover, all));
            }
        }
        if let Some(base) = base {
            self.features[from..].iter_mut().for_each(|feature| stand_on(feature, base));
        }
    }

    fn sound(&mut self, rings: &[Vec<DVec3>]) -> Vec<Polygon> {
        let rings: Vec<Vec<DVec2>> = rings.iter().map(|ring| flat(ring)).collect();
        let slices: Vec<&[DVec2]> = rings.iter().map(Vec::as_slice).collect();
        let Some((outer, holes)) = slices.split_first() else { return Vec::new() };
        let made = polygons::from_roles(&[outer], holes);
        made.tell(self.thing.id, self.thing.issues);
        made.polygons
    }

    fn lines(&mut self, parts: &[Part]) {
        for part in parts {
            let Part::Line(line) = part else { continue };
            let (from, points) = (self.features.len(), flat(line));
            let features = &mut *self.features;
            if !self.thing.ways(&points, &mut |feature| features.push(feature)) {
                let feature = self.thing.unknown_way(&points);
                self.features.push(feature);
            }
            for feature in &mut self.features[from..] {
                if let Shape::Way(way) = &mut feature.shape {
                    lift(way, line, self.heights);
                }
            }
        }
    }

    fn points(&mut self, parts: &[Part]) {
        for part in parts {
            let Part::Point(at) = part else { continue };
            let (class, kind) = classes::point(&self.tags).unwrap_or(("point", PointKind::Unknown));
            let mut feature = self.thing.point_of(class, kind, at.truncate());
            match self.heights {
                Heights::None => {}
                Heights::OfPositions => stand_on(&mut feature, at.z),
                Heights::Base(base) => stand_on(&mut feature, base),
            }
            self.features.push(feature);
        }
    }
}

/// Puts a feature on an ellipsoidal height; a part that begins above the ground stays that far above.
fn stand_on(feature: &mut Feature, base_m: f64) {
    match &mut feature.shape {
        Shape::Building(building) => {
            let above = match building.base {
                Height::AboveGround(above) => above,
                Height::Ellipsoidal(_) => 0.0,
            };
            building.base = Height::Ellipsoidal(base_m + above);
        }
        Shape::Area(area) if area.cover == Cover::Water => area.height = Some(Height::Ellipsoidal(base_m)),
        Shape::Point(point) => point.base = Height::Ellipsoidal(base_m),
        _ => {}
    }
}

/// Gives a way the heights of its positions (`line`, in the file's direction; the way may have been turned).
fn lift(way: &mut crate::bake::model::Way, line: &[DVec3], heights: Heights) {
    let turned = way.line.first().map(|p| p.truncate()) != line.first().map(|p| p.truncate());
    let count = line.len();
    for (index, p) in way.line.iter_mut().enumerate() {
        p.z = match heights {
            Heights::None => return,
            Heights::OfPositions => line.get(if turned { count - 1 - index } else { index }).map_or(0.0, |p| p.z),
            Heights::Base(base) => base,
        };
    }
    way.heights = LineHeights::Ellipsoidal;
}

fn flat(line: &[DVec3]) -> Vec<DVec2> {
    let mut points: Vec<DVec2> = line.iter().map(|p| p.truncate()).collect();
    unwrap_longitudes(&mut points);
    points
}

/// With the types that JSON gives them; lists and objects as JSON text.
fn properties_of(properties: &serde_json::Map<String, Json>) -> Properties {
    let value_of = |value: &Json| match value {
        Json::Null => None,
        Json::Bool(flag) => Some(Value::Flag(*flag)),
        Json::Number(number) => number.as_i64().map(Value::Integer).or_else(|| number.as_f64().map(Value::Number)),
        Json::String(text) => Some(Value::Text(text.clone())),
        other => Some(Value::Text(other.to_string())),
    };
    properties.iter().filter_map(|(key, value)| Some((key.clone(), value_of(value)?))).collect()
}

impl Thing<'_> {
    /// A line that no tag explains.
    fn unknown_way(&mut self, line: &[DVec2]) -> Feature {
        let tags = self.tags;
        let way = way::way(&tags, WayKind::Unknown, line, &mut self.notes());
        self.feature("line", Shape::Way(way))
    }
}
