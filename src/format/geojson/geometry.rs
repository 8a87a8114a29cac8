//! Geometries: all kinds down to points, lines and polygons.

use glam::DVec3;
use serde_json::Value;

use super::{kind_of, shortened};
use crate::format::issue::{Issue, Issues};

/// One point, line or polygon; z is 0 where the file has none.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    Point(DVec3),
    Line(Vec<DVec3>),
    /// The outer ring first; closed as in the file (the last position is the first one).
    Polygon(Vec<Vec<DVec3>>),
}

impl Part {
    pub fn positions(&self) -> impl Iterator<Item = DVec3> + '_ {
        let (points, rings): (&[DVec3], &[Vec<DVec3>]) = match self {
            Self::Point(point) => (std::slice::from_ref(point), &[]),
            Self::Line(line) => (line, &[]),
            Self::Polygon(rings) => (&[], rings),
        };
        points.iter().chain(rings.iter().flatten()).copied()
    }
}

/// What a geometry is made of; several parts of Multi… kinds and collections.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Geometry {
    pub parts: Vec<Part>,
    /// Whether every position has a z.
    pub has_z: bool,
}

/// Collections in collections: the standard advises against one level.
const MAX_DEPTH: u32 = 8;

pub(super) fn is_geometry(kind: &str) -> bool {
    matches!(
        kind,
        "Point" | "MultiPoint" | "LineString" | "MultiLineString" | "Polygon" | "MultiPolygon" | "GeometryCollection"
    )
}

impl Geometry {
    /// Parts that make no sense are left out with an issue (paths below the geometry).
    pub(super) fn of(value: &Value, issues: &mut Issues) -> Self {
        let mut geometry = Self { parts: Vec::new(), has_z: true };
        geometry.add(value, 0, issues);
        geometry.has_z &= !geometry.parts.is_empty();
        geometry
    }

    fn add(&mut self, value: &Value, depth: u32, issues: &mut Issues) {
        let kind = value.get("type").and_then(Value::as_str).unwrap_or_default();
        if kind == "GeometryCollection" && depth < MAX_DEPTH {
            let members = value.get("geometries").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            return members.iter().for_each(|member| self.add(member, depth + 1, issues));
        }
        let coordinates = value.get("coordinates").unwrap_or(&Value::Null);
        let mut one = |value: &Value, issues: &mut Issues| match self.part(kind, value) {
            Ok(part) => self.parts.push(part),
            Err(got) => issues
                .push(Issue::warning("", "a geometry is not usable; it is left out").expected_got(expected(kind), got)),
        };
        match (kind, coordinates) {
            ("MultiPoint" | "MultiLineString" | "MultiPolygon", Value::Array(many)) => {
                many.iter().for_each(|value| one(value, issues));
            }
            _ => one(coordinates, issues),
        }
    }

    fn part(&mut self, kind: &str, value: &Value) -> Result<Part, String> {
        let part = match kind.trim_start_matches("Multi") {
            "Point" => Part::Point(self.position(value)?),
            "LineString" => Part::Line(self.line(value, 2)?),
            "Polygon" => {
                let rings = list(value)?.iter().map(|ring| self.line(ring, 4)).collect::<Result<Vec<_>, _>>()?;
                if rings.is_empty() {
                    return Err("no ring".to_string());
                }
                Part::Polygon(rings)
            }
            _ => return Err(format!("the type {:?}", shortened(kind))),
        };
        Ok(part)
    }

    fn line(&mut self, value: &Value, least: usize) -> Result<Vec<DVec3>, String> {
        let positions = list(value)?;
        if positions.len() < least {
            return Err(format!("{} positions", positions.len()));
        }
        positions.iter().map(|position| self.position(position)).collect()
    }

    fn position(&mut self, value: &Value) -> Result<DVec3, String> {
        let numbers = list(value)?;
        let number = |index: usize| numbers.get(index).and_then(Value::as_f64).filter(|v| v.is_finite());
        let (Some(x), Some(y)) = (number(0), number(1)) else {
            return Err(format!("the position {}", shortened(&value.to_string())));
        };
        let z = number(2);
        self.has_z &= z.is_some();
        Ok(DVec3::new(x, y, z.unwrap_or(0.0)))
    }
}

fn list(value: &Value) -> Result<&[Value], String> {
    value.as_array().map(Vec::as_slice).ok_or_else(|| kind_of(value).to_string())
}

fn expected(kind: &str) -> &'static str {
    match kind.trim_start_matches("Multi") {
        "Point" => "a position [x, y] or [x, y, z]",
        "LineString" => "at least 2 positions [x, y] or [x, y, z]",
        "Polygon" => "rings of at least 4 positions [x, y] or [x, y, z]",
        _ => "one of the geometry types of GeoJSON",
    }
}
