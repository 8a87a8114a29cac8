//! Bytes to [`Scene`] and issues.
//!
//! A scene file is written by hand, so one mistake must cost one entry, not the scene. The file is parsed to plain JSON,
//! `walk` compares it with the scene's schema, tells every misfit with its place and takes it out, and what is left is
//! deserialised. The schema is made from the same types, so the three can't drift apart.

use serde_json::Value;

use super::parse::parse;
use super::pointer::SourceMap;
use super::walk::Walk;
use super::{Scene, schema};
use crate::format::issue::{Issue, Issues};

/// The largest scene file that is read, in bytes. What is larger belongs into tilesets or a feed.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;

/// Why bytes are no scene at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SceneError {
    #[error("the scene file is too large (expected at most {MAX_BYTES} bytes, got {got})")]
    TooLarge { got: usize },
    #[error("the scene file is not JSON: {reason} at line {line}, column {column}")]
    NotJson { line: usize, column: usize, reason: String },
    #[error("the scene file holds no JSON object (expected {{ \"mirante\": 1, … }}, got {got})")]
    NotAnObject { got: String },
    #[error("this is no scene file but {what} (a scene file has the key \"mirante\")")]
    OtherFormat { what: &'static str },
    #[error("the scene file does not say its version (expected the key \"mirante\" with the value 1)")]
    NoVersion,
    #[error("the scene file has a version that this program does not read (expected \"mirante\": 1, got {got})")]
    Version { got: String },
    /// The file fits the schema and yet can't be used: a fault of this program.
    #[error("the scene file can't be used: {reason}")]
    Unusable { reason: String },
}

/// Reads a scene file: UTF-8 JSON, with or without a byte order mark.
///
/// Everything usable is in the scene; everything else is an issue with its JSON pointer: errors for what could not be
/// used, warnings for keys that mean nothing.
///
/// # Errors
/// Only where there is no scene at all: not JSON, not an object, another format, another version, more than
/// [`MAX_BYTES`].
pub fn read(bytes: &[u8]) -> Result<(Scene, Issues), SceneError> {
    if bytes.len() > MAX_BYTES {
        return Err(SceneError::TooLarge { got: bytes.len() });
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let (value, twice) = parse(bytes).map_err(not_json)?;
    check_version(&value)?;

    let mut walk = Walk::new(schema::shared(), twice);
    let value = match walk.root(value) {
        Ok(value) => value,
        Err(issues) => {
            let reason = issues.first().map(Issue::to_string).unwrap_or_default();
            return Err(SceneError::Unusable { reason });
        }
    };
    let (issues, source): (Issues, SourceMap) = walk.finish();
    let mut scene: Scene =
        serde_json::from_value(value).map_err(|error| SceneError::Unusable { reason: error.to_string() })?;
    scene.source = source;
    Ok((scene, issues))
}

fn not_json(error: serde_json::Error) -> SceneError {
    let text = error.to_string();
    // serde_json ends its message with the place, which is told apart here.
    let reason = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason).to_string();
    SceneError::NotJson { line: error.line(), column: error.column(), reason }
}

fn check_version(value: &Value) -> Result<(), SceneError> {
    let Value::Object(object) = value else {
        return Err(SceneError::NotAnObject { got: super::describe::shown(value) });
    };
    match object.get("mirante") {
        Some(version) if version.as_f64() == Some(f64::from(Scene::VERSION)) => Ok(()),
        Some(version) => Err(SceneError::Version { got: super::describe::shown(version) }),
        None => Err(match other_format(object) {
            Some(what) => SceneError::OtherFormat { what },
            None => SceneError::NoVersion,
        }),
    }
}

/// Files that people open by mistake in place of a scene.
fn other_format(object: &serde_json::Map<String, Value>) -> Option<&'static str> {
    let has = |key| object.contains_key(key);
    if has("asset") && (has("root") || has("geometricError")) {
        Some("a 3D Tiles tileset")
    } else if has("asset") && (has("meshes") || has("nodes") || has("scenes")) {
        Some("a glTF model")
    } else if object.get("type").is_some_and(|t| t == "FeatureCollection" || t == "Feature") {
        Some("GeoJSON")
    } else if object.get("type").is_some_and(|t| t == "CityJSON") {
        Some("CityJSON")
    } else {
        None
    }
}
