//! Reads GeoJSON (RFC 7946, with the `crs` member of the 2008 draft), feature by feature.
//!
//! A file holds one FeatureCollection, Feature or geometry, or many of them one after the other (newline-delimited, also
//! with the record separators of RFC 8142). Positions are x, y and perhaps z in the file's coordinate system; longitude
//! and latitude in degrees unless `crs` says otherwise. `NaN` and `Infinity`, which some tools write, count as `null`.
//!
//! Memory: one feature. TopoJSON and Esri's JSON are not read.

mod clean;
mod geometry;

#[cfg(test)]
mod tests;

use std::fmt;
use std::io::BufRead;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use self::clean::Clean;
pub use self::geometry::{Geometry, Part};
use crate::format::issue::{Issue, Issues};

/// One feature as it stood in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct RawFeature {
    /// Counts from 0 over the whole file.
    pub index: u64,
    /// The member `id`, a text or a number.
    pub id: Option<String>,
    /// Empty for features without a place (`null`).
    pub geometry: Geometry,
    pub properties: Map<String, Value>,
}

/// A GeoJSON file that can't be read (further).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GeoJsonError {
    #[error("line {line}, column {column}: {reason}")]
    Json { line: usize, column: usize, reason: String },
    #[error("the source could not be read: {reason}")]
    Source { reason: String },
    #[error("expected GeoJSON, got {got}")]
    NotGeoJson { got: String },
}

/// What was read, and what was wrong in it.
#[derive(Debug, Clone, Default)]
pub struct Read {
    pub features: u64,
    pub issues: Issues,
    /// Where reading ended too early; what came before is sound.
    pub end: Option<GeoJsonError>,
}

/// Gives every feature to `visit`. An error before the first one is an error of the whole.
pub fn read(source: impl BufRead, visit: &mut dyn FnMut(RawFeature)) -> Result<Read, GeoJsonError> {
    let mut state = State { visit, read: Read::default(), crs: None, skip_features: false };
    let end = state.roots(source);
    let mut read = state.read;
    match end {
        Err(error) if read.features == 0 => return Err(error),
        Err(error) => read.end = Some(error),
        Ok(()) => {}
    }
    Ok(read)
}

/// The name of the file's coordinate system, `None` for longitude and latitude. It may stand behind all features, and
/// has to be known before them.
pub fn crs_of(source: impl BufRead) -> Result<Option<String>, GeoJsonError> {
    let mut state = State { visit: &mut |_| {}, read: Read::default(), crs: None, skip_features: true };
    match state.roots(source) {
        // Found: the rest was not looked at.
        Err(_) if state.crs.is_some() => Ok(state.crs),
        Err(error) => Err(error),
        Ok(()) => Ok(state.crs),
    }
}

struct State<'a> {
    visit: &'a mut dyn FnMut(RawFeature),
    read: Read,
    crs: Option<String>,
    /// Only the coordinate system is wanted.
    skip_features: bool,
}

impl State<'_> {
    fn roots(&mut self, source: impl BufRead) -> Result<(), GeoJsonError> {
        let mut json = serde_json::Deserializer::from_reader(Clean::new(source));
        let mut is_empty = true;
        while json.end().is_err() {
            is_empty = false;
            Root(self).deserialize(&mut json).map_err(|error| error_of(&error))?;
        }
        if is_empty { Err(GeoJsonError::NotGeoJson { got: "an empty file".to_string() }) } else { Ok(()) }
    }

    fn feature(&mut self, value: Value) {
        let index = self.read.features;
        self.read.features += 1;
        let path = format!("/features/{index}");
        let Value::Object(mut object) = value else {
            let issue = Issue::warning(path, "it is no feature; it is left out");
            return self.read.issues.push(issue.expected_got("an object", kind_of(&value)));
        };
        if object.get("type").is_some_and(|kind| kind != "Feature") {
            let got = object.get("type").map(Value::to_string).unwrap_or_default();
            let issue = Issue::warning(path, "it is no feature; it is left out");
            return self.read.issues.push(issue.expected_got("the type \"Feature\"", got));
        }
        let id = match object.remove("id") {
            Some(Value::String(id)) if !id.is_empty() => Some(id),
            Some(Value::Number(id)) => Some(id.to_string()),
            _ => None,
        };
        let properties = match object.remove("properties") {
            Some(Value::Object(properties)) => properties,
            _ => Map::new(),
        };
        let mut issues = Issues::default();
        let geometry = match object.remove("geometry") {
            None | Some(Value::Null) => Geometry::default(),
            Some(geometry) => Geometry::of(&geometry, &mut issues),
        };
        self.read.issues.extend(issues.under(&format!("{path}/geometry")));
        (self.visit)(RawFeature { index, id, geometry, properties });
    }

    /// A root that is not a collection: a feature, or a geometry alone.
    fn single(&mut self, members: Map<String, Value>) -> Result<(), String> {
        match members.get("type").and_then(Value::as_str) {
            Some("FeatureCollection") => {}
            Some("Feature") => self.feature(Value::Object(members)),
            Some(kind) if geometry::is_geometry(kind) => {
                let mut feature = Map::new();
                feature.insert("geometry".to_string(), Value::Object(members));
                self.feature(Value::Object(feature));
            }
            Some(kind) => return Err(format!("expected GeoJSON, got the type {:?}", shortened(kind))),
            None => return Err("expected GeoJSON, got an object without a type".to_string()),
        }
        Ok(())
    }
}

/// One value at the file's top. The features of a collection are given while it is read.
struct Root<'s, 'a>(&'s mut State<'a>);

impl<'de> DeserializeSeed<'de> for Root<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Root<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a GeoJSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let state = self.0;
        let mut members = Map::new();
        let mut is_collection = false;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "features" => {
                    is_collection = true;
                    map.next_value_seed(Features(state))?;
                }
                "crs" => {
                    state.crs = name_of_crs(&map.next_value()?).or(state.crs.take());
                    if state.skip_features && state.crs.is_some() {
                        return Err(serde::de::Error::custom("found"));
                    }
                }
                "type" | "id" | "geometry" | "properties" | "coordinates" | "geometries" if !state.skip_features => {
                    members.insert(key, map.next_value()?);
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        if is_collection || state.skip_features {
            Ok(())
        } else {
            state.single(members).map_err(serde::de::Error::custom)
        }
    }
}

struct Features<'s, 'a>(&'s mut State<'a>);

impl<'de> DeserializeSeed<'de> for Features<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.0.skip_features {
            return deserializer.deserialize_ignored_any(IgnoredAny).map(drop);
        }
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Features<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of features")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(feature) = seq.next_element::<Value>()? {
            self.0.feature(feature);
        }
        Ok(())
    }
}

/// `{"type": "name", "properties": {"name": …}}`, or the older `{"type": "EPSG", "properties": {"code": …}}`.
fn name_of_crs(crs: &Value) -> Option<String> {
    let properties = crs.get("properties")?;
    match (properties.get("name"), properties.get("code")) {
        (Some(Value::String(name)), _) => Some(name.clone()),
        (_, Some(code)) => Some(format!("EPSG:{}", code.as_u64()?)),
        _ => None,
    }
}

fn error_of(error: &serde_json::Error) -> GeoJsonError {
    if error.is_io() {
        return GeoJsonError::Source { reason: error.to_string() };
    }
    // Its text ends with the place, which is told apart.
    let text = error.to_string();
    let reason = text.rsplit_once(" at line").map_or(text.as_str(), |(reason, _)| reason).to_string();
    GeoJsonError::Json { line: error.line(), column: error.column(), reason }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}
