//! What metadata says of a tile or a content better than its place in the tree: volumes, heights, error.
//!
//! Source: 3D Metadata Semantic Reference (OGC 22-025r4, 3D Tiles 1.1), `TILE_*` and `CONTENT_*`. A volume in metadata
//! replaces the tile's own, also that which implicit tiling computes; heights replace those of a region. Values are in the
//! tile's frame, as the volumes they replace. `TILE_HORIZON_OCCLUSION_POINT` is not used: volumes are tested themselves.

use serde_json::Value;

use super::json::Log;
use super::volume::{box_volume, region_volume, sphere_volume};
use super::{BoundingVolume, Tileset};
use crate::format::issue::Issues;

/// Whose semantics are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    Tile,
    Content,
}

impl Subject {
    fn prefix(self) -> &'static str {
        match self {
            Subject::Tile => "TILE_",
            Subject::Content => "CONTENT_",
        }
    }
}

/// What metadata says; `None` where it says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Overrides {
    pub volume: Option<BoundingVolume>,
    pub min_height_m: Option<f64>,
    pub max_height_m: Option<f64>,
    /// Metres in the tile's frame; finite, not negative.
    pub geometric_error: Option<f64>,
}

impl Overrides {
    /// Collects them from semantics and values; values of the wrong form are issues.
    pub fn collect<'a>(subject: Subject, values: impl Iterator<Item = (&'a str, Value)>, issues: &mut Issues) -> Self {
        let mut found = Self::default();
        for (semantic, value) in values {
            let Some(name) = semantic.strip_prefix(subject.prefix()) else { continue };
            let base = || format!("/metadata {semantic}");
            let mut log = Log { issues: &mut *issues, base: &base };
            let at = format_args!("");
            match name {
                "BOUNDING_BOX" => found.volume = box_volume(&value, at, &mut log).or(found.volume),
                "BOUNDING_REGION" => found.volume = region_volume(&value, at, &mut log).or(found.volume),
                "BOUNDING_SPHERE" => found.volume = sphere_volume(&value, at, &mut log).or(found.volume),
                "MINIMUM_HEIGHT" => found.min_height_m = number(&value),
                "MAXIMUM_HEIGHT" => found.max_height_m = number(&value),
                "GEOMETRIC_ERROR" => found.geometric_error = number(&value).filter(|error| *error >= 0.0),
                _ => {}
            }
        }
        found
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The volume to use in place of this one.
    pub fn volume_or(&self, base: BoundingVolume) -> BoundingVolume {
        let mut volume = self.volume.unwrap_or(base);
        if let BoundingVolume::Region { min_height_m, max_height_m, .. } = &mut volume {
            *min_height_m = self.min_height_m.unwrap_or(*min_height_m);
            *max_height_m = self.max_height_m.unwrap_or(*max_height_m).max(*min_height_m);
        }
        volume
    }
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().filter(|number| number.is_finite())
}

/// Whether any class of a schema has such a semantic: most have none, and then no table need be read.
pub fn schema_has(schema: &Value, subject: Subject) -> bool {
    let classes = schema.get("classes").and_then(Value::as_object);
    classes.into_iter().flatten().any(|(_, class)| {
        let properties = class.get("properties").and_then(Value::as_object);
        properties
            .into_iter()
            .flatten()
            .any(|(_, property)| semantic_of(property).is_some_and(|name| name.starts_with(subject.prefix())))
    })
}

fn semantic_of(property: &Value) -> Option<&str> {
    property.get("semantic").and_then(Value::as_str)
}

/// Semantics and values of a metadata entity (`class`, `properties`) as it is written.
fn of_entity(subject: Subject, entity: &Value, schema: &Value, issues: &mut Issues) -> Overrides {
    let class = entity.get("class").and_then(Value::as_str).unwrap_or_default();
    let described =
        schema.get("classes").and_then(|classes| classes.get(class)).and_then(|class| class.get("properties"));
    let values = entity.get("properties").and_then(Value::as_object).into_iter().flatten().filter_map(|(id, value)| {
        let semantic = semantic_of(described?.get(id)?)?;
        Some((semantic, value.clone()))
    });
    Overrides::collect(subject, values, issues)
}

/// Applies the metadata of explicit tiles and their contents to their definitions. Roots of implicit trees keep their
/// volume: it is what is divided.
pub(super) fn apply(tileset: &mut Tileset, issues: &mut Issues) {
    let Some(schema) = &tileset.schema else { return };
    let (tiles, contents) = (schema_has(schema, Subject::Tile), schema_has(schema, Subject::Content));
    if !tiles && !contents {
        return;
    }
    for tile in tileset.tiles.iter_mut().filter(|tile| tile.implicit.is_none()) {
        if let Some(entity) = &tile.metadata {
            let found = of_entity(Subject::Tile, entity, schema, issues);
            tile.volume = found.volume_or(tile.volume);
            tile.geometric_error = found.geometric_error.unwrap_or(tile.geometric_error);
        }
        for content in &mut tile.contents {
            let Some(entity) = &content.metadata else { continue };
            let found = of_entity(Subject::Content, entity, schema, issues);
            if !found.is_empty() {
                content.volume = Some(found.volume_or(content.volume.unwrap_or(tile.volume)));
            }
        }
    }
}
