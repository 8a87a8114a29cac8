//! What stands still in a scene: tilesets, models, road networks; and layers and views over them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::color::Color;
use super::place::{Orientation, Placement, Position};
use super::url::SceneUrl;

/// A 3D Tiles tileset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tileset {
    /// A name for programs, unique among tilesets, models and road networks.
    #[schemars(length(min = 1, max = 256))]
    pub id: String,
    /// The name that people see; the id where it is left out.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The tileset.json or .3tz file: a path relative to the scene file, or an http(s) address.
    pub url: SceneUrl,
    /// The layer that shows and hides it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<String>,
    /// Puts data that knows no place on Earth (metres, x right, y forward, z up) there.
    ///
    /// Leave it out for data that is geo-referenced already. Data that is not, and has no placement, stands at the
    /// scene's origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-mirante-needed" = true))]
    pub placement: Option<Placement>,
    /// Moves geo-referenced data by metres east, north and up, to mend a known offset of the data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset_m: Option<[f64; 3]>,
    /// How many pixels coarser than the truth a tile may look before finer ones are loaded; 16 where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.5, max = 1000.0))]
    pub max_sse_px: Option<f64>,
    /// How the whole tileset is tinted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<Style>,
    /// Whether it shows when the scene opens.
    #[serde(default = "yes")]
    pub visible: bool,
}

/// A tint over a whole tileset or model.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Style {
    /// The data's own colours are multiplied by this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
    /// 0 is invisible, 1 leaves the data as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub opacity: Option<f64>,
}

/// A single glTF model that stands still.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StillModel {
    /// A name for programs, unique among tilesets, models and road networks.
    #[schemars(length(min = 1, max = 256))]
    pub id: String,
    /// The name that people see; the id where it is left out.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The .glb or .gltf file: a path relative to the scene file, or an http(s) address.
    pub url: SceneUrl,
    /// The layer that shows and hides it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<String>,
    /// Where it stands, how it is turned and how large it is.
    pub placement: Placement,
    /// How it is tinted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<Style>,
    /// Facts about it that the inspector shows.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, serde_json::Value>,
    /// Whether it shows when the scene opens.
    #[serde(default = "yes")]
    pub visible: bool,
}

/// A SUMO road network, drawn as lanes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoadNetwork {
    /// A name for programs, unique among tilesets, models and road networks.
    #[schemars(length(min = 1, max = 256))]
    pub id: String,
    /// The name that people see; the id where it is left out.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The .net.xml file, plain or gzipped: a path relative to the scene file, or an http(s) address.
    ///
    /// A network with a projection stands where that says; one without stands with its zero at the scene's origin.
    pub sumo_net: SceneUrl,
    /// The layer that shows and hides it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<String>,
    /// Height of the lanes in metres, for networks that are flat.
    #[serde(default)]
    #[schemars(range(min = -12_000.0, max = 10_000.0))]
    pub height_m: f64,
    /// The colour of the lanes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
    /// Whether it shows when the scene opens.
    #[serde(default = "yes")]
    pub visible: bool,
}

/// A group of things that is shown and hidden together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// The name that `layer` of other entries uses; unique.
    #[schemars(length(min = 1, max = 256))]
    pub id: String,
    /// The name that people see; the id where it is left out.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Whether it shows when the scene opens.
    #[serde(default = "yes")]
    pub visible: bool,
    /// 0 is invisible, 1 leaves the layer's things as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub opacity: Option<f64>,
}

/// A named camera pose.
///
/// It looks at a point (`look`) or along a direction (`heading_deg`, `pitch_deg`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// A name for programs and for `--view`; unique among views.
    #[schemars(length(min = 1, max = 256))]
    pub id: String,
    /// The name that people see; the id where it is left out.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Where the camera is.
    pub eye: Position,
    /// The point in the middle of the picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-mirante-needed" = true))]
    pub look: Option<Position>,
    /// Direction of view in degrees, clockwise from north; 0 where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = -360.0, max = 360.0))]
    pub heading_deg: Option<f64>,
    /// Degrees above (positive) or below (negative) the horizon; 0 where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = -90.0, max = 90.0))]
    pub pitch_deg: Option<f64>,
    /// Tilt of the camera in degrees, right side down is positive; 0 where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = -180.0, max = 180.0))]
    pub roll_deg: Option<f64>,
    /// The number key that flies there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 9))]
    pub key: Option<u8>,
    /// Whether the scene opens with this view and Home flies there; without one, the whole content is framed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub home: bool,
}

/// Where a [`View`] looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Direction {
    /// At a point, with this roll.
    At { point: Position, roll_deg: f64 },
    /// Along a direction.
    Along(Orientation),
}

impl View {
    /// Where it looks; `look` wins over angles (`check` tells when both are given).
    pub fn direction(&self) -> Direction {
        let roll_deg = self.roll_deg.unwrap_or(0.0);
        match self.look {
            Some(point) => Direction::At { point, roll_deg },
            None => Direction::Along(Orientation {
                heading_deg: self.heading_deg.unwrap_or(0.0),
                pitch_deg: self.pitch_deg.unwrap_or(0.0),
                roll_deg,
            }),
        }
    }

    /// The title, or the id where there is none.
    pub fn name(&self) -> &str {
        if self.title.is_empty() { &self.id } else { &self.title }
    }
}

pub(super) fn yes() -> bool {
    true
}
