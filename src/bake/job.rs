//! Bake jobs: one JSON file that says which sources become a tileset, and how. Version 1.
//!
//! [`read`] turns bytes into a [`Job`] and issues by JSON pointer, [`schema`] gives the JSON Schema of the same types, as
//! `mirante schema bake` prints it. The types are the one truth: their doc comments are the schema's descriptions.
//! Paths are relative to the job file; opening them is `batch`'s.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::format::authored::{self, AuthoredError};
use crate::format::issue::{Issue, Issues};

mod kind;
#[cfg(test)]
mod tests;

pub use kind::{Kind, kind_of};

/// The version that this program reads.
pub const VERSION: u32 = 1;
const MAX_BYTES: usize = 4 << 20;

/// What `mirante bake` makes: one tileset of some sources.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Mirante bake job")]
pub struct Job {
    /// The address of this schema, for editors.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The version of the job format: 1.
    #[schemars(range(min = 1, max = 1))]
    pub mirante_bake: u32,
    /// The tileset's name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Who made the data, one line each; shown by viewers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attribution: Vec<String>,
    /// What is baked. Later sources lie above earlier ones where it matters.
    #[schemars(length(min = 1, max = 10_000))]
    pub sources: Vec<Source>,
    /// Only features that touch this part of the Earth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<JobRegion>,
    /// What lies below everything where no source brings terrain.
    #[serde(default)]
    pub ground: Ground,
    /// How the land is cut into tiles.
    #[serde(default)]
    pub tiles: Tiles,
}

/// Degrees on WGS84. West may be greater than east: the region then goes over the antimeridian.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JobRegion {
    #[schemars(range(min = -180.0, max = 180.0))]
    pub west_deg: f64,
    #[schemars(range(min = -90.0, max = 90.0))]
    pub south_deg: f64,
    #[schemars(range(min = -180.0, max = 180.0))]
    pub east_deg: f64,
    #[schemars(range(min = -90.0, max = 90.0))]
    pub north_deg: f64,
}

/// Level ground for places without terrain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// At the height that the features tell, else at the sea's.
    #[default]
    Auto,
    /// No ground at all: only what stands on it.
    None,
}

/// A set of files of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// What the files are. Left out: by their names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Paths relative to the job file; `*` and `?` stand for parts of the names of files and folders.
    #[schemars(length(min = 1, max = 100_000))]
    pub files: Vec<String>,
    /// The reference system by name, such as EPSG:25832 or EPSG:7415, where the files do not name it or name a wrong one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crs: Option<String>,
    /// What heights are measured from, where the reference system does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heights: Option<HeightsFrom>,
    /// The name of the layer that the features go into; it becomes their property `layer`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub layer: String,
    /// How features look that do not say so themselves, and which of their properties means what.
    #[serde(default, skip_serializing_if = "Style::is_default")]
    pub style: Style,
    /// Where a model stands. A model needs one, or a `crs` in which its coordinates are meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placement: Option<Placement>,
    /// Further places of the same model.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 100_000))]
    pub more_placements: Vec<Placement>,
    /// Which axis of a model points up. Left out: y of models with a placement, z of those in map coordinates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up: Option<Up>,
}

/// The axis of a model that points up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Up {
    /// As glTF has it, and most OBJ files: x is east and -z north at a heading of 0.
    Y,
    /// As maps have it: x is east and y north at a heading of 0.
    Z,
}

impl Source {
    /// All places where its models stand.
    pub fn placements(&self) -> impl Iterator<Item = &Placement> {
        self.placement.iter().chain(&self.more_placements)
    }
}

/// What heights are measured from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HeightsFrom {
    /// The ellipsoid of WGS84, as satellite positioning gives them.
    Ellipsoidal,
    /// The sea (geoid), as maps give them.
    Orthometric,
}

/// How features look and what their properties mean.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Style {
    /// Colours by class, such as {"forest": "#4f6b3f", "building": "#d8d0c0"}.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub colors: BTreeMap<String, Color>,
    /// The property whose values pick a colour out of `by_value`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color_by: Option<String>,
    /// Colours by the value of the property `color_by`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by_value: BTreeMap<String, Color>,
    /// Of buildings that do not say their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wall_color: Option<Color>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roof_color: Option<Color>,
    /// The shape of roofs of buildings that do not say their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roof: Option<RoofStyle>,
    /// Metres from floor to floor, for buildings that tell only their storeys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1.5, max = 30.0))]
    pub floor_height_m: Option<f64>,
    /// Of buildings that tell neither height nor storeys. Left out: by what they are and how large.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1.0, max = 1000.0))]
    pub default_height_m: Option<f64>,
    /// The property that is the feature's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The property that is the feature's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The property that is a building's height in metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<String>,
    /// The property that is a building's number of storeys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub levels: Option<String>,
    /// Features of these classes are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leave_out: Vec<String>,
    /// OSM tags that every feature of a GeoJSON source gets, such as {"building": "yes"} or {"highway": "residential"}.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub add_tags: BTreeMap<String, String>,
}

impl Style {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// sRGB as #rrggbb.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Color(#[schemars(regex(pattern = "^#[0-9a-fA-F]{6}$"), length(min = 7, max = 7))] pub String);

impl Color {
    /// `None` for what is no colour.
    pub fn srgb(&self) -> Option<[u8; 3]> {
        let digits = self.0.strip_prefix('#').filter(|d| d.len() == 6 && d.bytes().all(|b| b.is_ascii_hexdigit()))?;
        let code = u32::from_str_radix(digits, 16).ok()?;
        Some([(code >> 16) as u8, (code >> 8) as u8, code as u8])
    }
}

/// The shape of a roof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoofStyle {
    Flat,
    Gabled,
    Hipped,
    Pyramidal,
    Mansard,
}

/// Where a model stands.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Placement {
    #[schemars(range(min = -180.0, max = 180.0))]
    pub lon_deg: f64,
    #[schemars(range(min = -90.0, max = 90.0))]
    pub lat_deg: f64,
    /// Of its origin, as `heights` of the source says. Left out: on the ground.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = -12_000.0, max = 12_000.0))]
    pub height_m: Option<f64>,
    /// Where the model's north looks; degrees from north, clockwise.
    #[serde(default)]
    #[schemars(range(min = -360.0, max = 360.0))]
    pub heading_deg: f64,
    /// Nose up, degrees.
    #[serde(default)]
    #[schemars(range(min = -180.0, max = 180.0))]
    pub pitch_deg: f64,
    /// Right side down, degrees.
    #[serde(default)]
    #[schemars(range(min = -180.0, max = 180.0))]
    pub roll_deg: f64,
    #[serde(default = "one")]
    #[schemars(range(min = 0.000_001, max = 1_000_000.0))]
    pub scale: f64,
}

impl Default for Placement {
    /// On the ground of 0, 0, as it is.
    fn default() -> Self {
        Self { lon_deg: 0.0, lat_deg: 0.0, height_m: None, heading_deg: 0.0, pitch_deg: 0.0, roll_deg: 0.0, scale: 1.0 }
    }
}

fn one() -> f64 {
    1.0
}

/// How the land is cut into tiles.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tiles {
    /// Metres along a side of the finest tiles.
    #[serde(default = "leaf_m")]
    #[schemars(range(min = 25.0, max = 4000.0))]
    pub leaf_m: f64,
    /// Pixels along a side of a tile's ground picture; 64, 128, 256, 512, 1024 or 2048.
    #[serde(default = "picture_px")]
    #[schemars(range(min = 64, max = 2048))]
    pub picture_px: u32,
    /// How ground pictures are stored.
    #[serde(default)]
    pub picture: PictureFormat,
    /// Of JPEG pictures.
    #[serde(default = "quality")]
    #[schemars(range(min = 1, max = 100))]
    pub quality: u8,
}

impl Default for Tiles {
    fn default() -> Self {
        Self { leaf_m: leaf_m(), picture_px: picture_px(), picture: PictureFormat::default(), quality: quality() }
    }
}

fn leaf_m() -> f64 {
    250.0
}

fn picture_px() -> u32 {
    512
}

fn quality() -> u8 {
    82
}

/// How ground pictures are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PictureFormat {
    #[default]
    Jpeg,
    /// Lossless.
    Webp,
    /// Lossless.
    Png,
}

/// Why a file is no job.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    #[error(transparent)]
    File(#[from] AuthoredError),
    #[error("this is no bake job (a job has the key \"mirante_bake\": {VERSION}); {0}")]
    OtherFormat(&'static str),
}

/// The JSON Schema (draft 2020-12) of job files.
pub fn schema() -> &'static Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    SCHEMA.get_or_init(authored::schema_of::<Job>)
}

/// Reads a job: UTF-8 JSON. What can't be used is told by its JSON pointer and left out.
///
/// # Errors
/// Where there is no job at all, or none of its sources can be used.
pub fn read(bytes: &[u8]) -> Result<(Job, Issues), JobError> {
    if let Some(hint) = other_format(bytes) {
        return Err(JobError::OtherFormat(hint));
    }
    let (job, mut issues) = authored::read::<Job>(bytes, schema(), MAX_BYTES)?;
    check(&job, &mut issues);
    Ok((job, issues))
}

/// Files that people hand over by mistake.
fn other_format(bytes: &[u8]) -> Option<&'static str> {
    let value: serde_json::Map<String, Value> = serde_json::from_slice(bytes).ok()?;
    if value.contains_key("mirante_bake") {
        return None;
    }
    let kind = value.get("type").and_then(Value::as_str);
    Some(match kind {
        Some("CityJSON" | "FeatureCollection" | "Feature") => "write a job that names this file among its sources",
        _ if value.contains_key("mirante") => "this is a scene; `mirante run` opens it",
        _ if value.contains_key("asset") => "this is a tileset or a model, which needs no baking",
        _ => "`mirante schema bake` prints what it looks like",
    })
}

/// What a schema can't say.
fn check(job: &Job, issues: &mut Issues) {
    for (k, source) in job.sources.iter().enumerate() {
        let at = |key: &str| format!("/sources/{k}/{key}");
        let kind = source.kind.or_else(|| source.files.iter().find_map(|file| kind_of(file)));
        match kind {
            // What such files are is seen when they are opened.
            None if source.files.iter().all(|file| kind::is_told_by_content(file)) => {}
            None => issues.push(
                Issue::error(at("files"), "what the files are can't be told by their names; say it with \"kind\"")
                    .expected_got("a known extension, or \"kind\"", source.files.join(", ")),
            ),
            Some(Kind::Model) if source.placements().next().is_none() && source.crs.is_none() => {
                let message = "a model needs a placement, or a crs in which its coordinates are meant";
                issues.push(Issue::error(at("placement"), message));
            }
            Some(kind) if kind != Kind::Model && source.placements().next().is_some() => {
                issues.push(Issue::warning(at("placement"), "only models have a placement; it is ignored"));
            }
            Some(_) => {}
        }
        if !job.tiles.picture_px.is_power_of_two() {
            let issue = Issue::error("/tiles/picture_px", "is no power of two; the next one is used");
            issues.push(issue.expected_got("64, 128, 256, 512, 1024 or 2048", job.tiles.picture_px));
            return;
        }
    }
}
