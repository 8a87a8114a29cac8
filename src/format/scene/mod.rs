//! Scene files: one JSON file that says what a twin shows. Version 1; `docs/scene.md` teaches the format to users.
//!
//! [`read`] turns bytes into a [`Scene`] and issues, [`schema`] gives the JSON Schema (draft 2020-12) of the same types,
//! [`check`] finds what each value alone does not show (names that lead nowhere, rules that no entity can reach), and
//! [`Scene::references`] lists the files that a scene names.
//!
//! The Rust types are the one truth: their doc comments are the schema's descriptions, their attributes its ranges,
//! and the reader walks that schema (see `read`). Angles are degrees, lengths metres; place and height conventions are
//! in `place`.
//!
//! What this does not do: open the files that a scene names, resolve their addresses, or evaluate bindings
//! (`crate::twin::bind`).

mod binding;
mod check;
mod color;
mod describe;
mod entity;
mod feed;
mod glob;
mod implicit;
mod items;
pub(super) mod parse;
mod path;
mod place;
mod pointer;
mod read;
mod references;
mod schema;
mod sky;
mod suggest;
mod template;
mod text;
mod time;
mod url;
pub(super) mod walk;

#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use binding::{
    Bindings, ColorBinding, ColorMap, Condition, GeoPoseBinding, LabelBinding, LabelMap, Linear, MappedColor,
    MappedLabel, MappedNumber, NumberBinding, NumberMap, PoseBinding, Scalar, SitePoseBinding, Step, VisibleBinding,
};
pub use check::check;
pub use color::{Color, OkLab};
pub use entity::{EntityModel, EntityRule, FixedEntity, QualityLook, QualityLooks, Shape};
pub use feed::{Feed, FeedUrl};
pub use glob::Glob;
pub use implicit::ContentKind;
pub use items::{Direction, Layer, RoadNetwork, StillModel, Style, Tileset, View};
pub use path::PropertyPath;
pub use place::{GeoPlacement, GeoPoint, HeightReference, Orientation, Placement, Position, SitePlacement, SitePoint};
pub use read::{MAX_BYTES, SceneError, read};
pub use references::{Reference, ReferenceKind};
pub use schema::{schema, schema_of};
pub use sky::{Auto, Ground, GroundHeight, GroundStyle, Sky};
pub use template::{Field, Piece, Template};
pub use time::SceneTime;
pub use url::SceneUrl;

/// What a Mirante scene shows: tilesets, models and roads, the sky over them, views, and entities moved by a feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Mirante scene")]
pub struct Scene {
    /// The address of this schema, for editors.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The version of the scene format: 1.
    #[schemars(range(min = 1, max = 1))]
    pub mirante: u32,
    /// The scene's name, shown in the window's title.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// A sentence or two about the scene.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Who made the data, one line each; shown in the corner of the picture.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attribution: Vec<String>,
    /// The zero of the site frame, from which metres east, north and up count. Leave it out where nothing uses them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<GeoPoint>,
    /// What all heights in this file and in its feed mean.
    #[serde(default)]
    pub heights: HeightReference,
    /// The moment that the scene shows. Where it is left out: the present if the scene has a feed address, otherwise a
    /// sunny morning at its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<SceneTime>,
    /// How many seconds of the scene go by in one second; 0 stands still.
    #[serde(default = "place::one")]
    #[schemars(range(min = 0.0, max = 100_000.0))]
    pub time_speed: f64,
    /// Sky and light.
    #[serde(default)]
    pub sky: Sky,
    /// The plain ground that is drawn where no tileset brings terrain.
    #[serde(default)]
    pub ground: Ground,
    /// 3D Tiles tilesets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tilesets: Vec<Tileset>,
    /// Single glTF models that stand still.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<StillModel>,
    /// SUMO road networks, drawn as lanes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roads: Vec<RoadNetwork>,
    /// Groups of things that are shown and hidden together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<Layer>,
    /// Named camera poses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub views: Vec<View>,
    /// Rules that say how entities look; the first that fits an entity counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 4096))]
    pub entities: Vec<EntityRule>,
    /// Entities that exist without a feed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fixed_entities: Vec<FixedEntity>,
    /// Where live state comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feed: Option<Feed>,
    /// Where entries stood in the file, for issues that are found later.
    #[serde(skip)]
    source: pointer::SourceMap,
}

impl Default for Scene {
    /// Nothing but the sky and the bare ground.
    fn default() -> Self {
        Self {
            schema: None,
            mirante: Self::VERSION,
            name: String::new(),
            description: String::new(),
            attribution: Vec::new(),
            origin: None,
            heights: HeightReference::default(),
            time: None,
            time_speed: 1.0,
            sky: Sky::default(),
            ground: Ground::default(),
            tilesets: Vec::new(),
            models: Vec::new(),
            roads: Vec::new(),
            layers: Vec::new(),
            views: Vec::new(),
            entities: Vec::new(),
            fixed_entities: Vec::new(),
            feed: None,
            source: pointer::SourceMap::default(),
        }
    }
}

impl Scene {
    /// The format version that this program reads.
    pub const VERSION: u32 = 1;

    /// The view that the scene opens with: the one marked `home`, else the first.
    pub fn home(&self) -> Option<&View> {
        self.views.iter().find(|view| view.home).or_else(|| self.views.first())
    }

    /// The view with this id, or, where no id fits, with this title; case counts for neither.
    pub fn view(&self, name: &str) -> Option<&View> {
        let same = |text: &str| text.to_lowercase() == name.to_lowercase();
        self.views.iter().find(|view| same(&view.id)).or_else(|| self.views.iter().find(|view| same(&view.title)))
    }

    /// The moment to start from, for content around a place: the scene's `time`; without one the present if the scene
    /// has a feed address, else [`SceneTime::sunny_morning`].
    pub fn start_time(&self, lon_deg: f64, lat_deg: f64) -> SceneTime {
        match (&self.time, &self.feed) {
            (Some(time), _) => *time,
            (None, Some(Feed { url: Some(_), .. })) => SceneTime::Now,
            _ => SceneTime::sunny_morning(lon_deg, lat_deg),
        }
    }

    /// Whether the layer shows when the scene opens; things with no layer, or with one that is not declared, do.
    pub fn layer_visible(&self, layer: Option<&str>) -> bool {
        self.layers.iter().find(|own| Some(own.id.as_str()) == layer).is_none_or(|own| own.visible)
    }
}
