//! Rules that say how entities of the feed look, and entities that a scene itself brings.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::binding::Bindings;
use super::color::Color;
use super::glob::Glob;
use super::place::{Placement, one};
use super::text::text_form;
use super::url::SceneUrl;

/// How the entities that it selects look. The first rule that fits an entity is the one that counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntityRule {
    /// Selects entities by id. Where both `id` and `class` are given, both must fit; where neither is, every entity fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-mirante-needed" = true))]
    pub id: Option<Glob>,
    /// Selects entities by the class that the feed gives them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 256), extend("x-mirante-needed" = true))]
    pub class: Option<String>,
    /// What people call these entities, in lists and in the search.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The model that is drawn: a built-in shape (box, car, truck, bus, tram, train, bicycle, person, vessel, agv,
    /// crane, drone, marker) or a .glb/.gltf file.
    #[serde(default)]
    pub model: EntityModel,
    /// Length (forward), width and height in metres that the model is stretched to; its own size where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(inner(range(min = 0.001, max = 100_000.0)))]
    pub size_m: Option<[f64; 3]>,
    /// How many metres one unit of the model is; not used where `size_m` is given.
    #[serde(default = "one")]
    #[schemars(extend("exclusiveMinimum" = 0), range(max = 1_000_000.0))]
    pub scale: f64,
    /// Degrees, clockwise seen from above, that turn the model until its front points along the entity's heading.
    /// 0 fits glTF models whose front is +Z, as the glTF standard asks.
    #[serde(default)]
    #[schemars(range(min = -360.0, max = 360.0))]
    pub model_heading_offset_deg: f64,
    /// Whether entities stand on the ground, whatever height the feed gives.
    #[serde(default)]
    pub ground_clamp: bool,
    /// The layer that shows and hides them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<String>,
    /// From how far away, in metres, labels are still drawn.
    #[serde(default = "EntityRule::default_label_distance_m")]
    #[schemars(range(min = 0.0, max = 100_000_000.0))]
    pub label_distance_m: f64,
    /// Which properties move, colour, show and label them.
    #[serde(default)]
    pub bind: Bindings,
    /// How they look while their values can't be trusted.
    #[serde(default, skip_serializing_if = "QualityLooks::is_empty")]
    pub quality: QualityLooks,
}

impl EntityRule {
    fn default_label_distance_m() -> f64 {
        500.0
    }
}

impl Default for EntityRule {
    /// Fits every entity and draws it as a grey box at its pose.
    fn default() -> Self {
        Self {
            id: None,
            class: None,
            title: String::new(),
            model: EntityModel::default(),
            size_m: None,
            scale: 1.0,
            model_heading_offset_deg: 0.0,
            ground_clamp: false,
            layer: None,
            label_distance_m: Self::default_label_distance_m(),
            bind: Bindings::default(),
            quality: QualityLooks::default(),
        }
    }
}

/// The model of a rule's entities.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum EntityModel {
    Shape(Shape),
    /// A .glb or .gltf file.
    File(SceneUrl),
}

impl Default for EntityModel {
    fn default() -> Self {
        Self::Shape(Shape::Box)
    }
}

text_form! {
    EntityModel {
        format: "mirante-model",
        expected: "the path or address of a .glb or .gltf file, or one of box, car, truck, bus, tram, train, bicycle, person, vessel, agv, crane, drone, marker, none",
        pattern: "^(box|car|truck|bus|tram|train|bicycle|person|vessel|agv|crane|drone|marker|none|[^:/\\\\?#][^:\\\\?#]*[./][^:\\\\?#]*([?#].*)?|[hH][tT][tT][pP][sS]?://[^/].*)$",
        description: "A built-in shape (box, car, truck, bus, tram, train, bicycle, person, vessel, agv, crane, drone, marker; none draws nothing but the label), or a .glb/.gltf file: a path relative to the scene file, or an http(s) address.",
    }
}

impl EntityModel {
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(shape) = Shape::ALL.into_iter().find(|shape| shape.name() == text) {
            return Ok(Self::Shape(shape));
        }
        if !text.contains(['.', '/']) {
            let near = super::suggest::nearest(text, Shape::ALL.iter().map(|shape| shape.name()));
            return Err(match near {
                Some(near) => format!("there is no built-in shape {text:?}; did you mean {near:?}"),
                None => format!("there is no built-in shape {text:?}"),
            });
        }
        SceneUrl::parse(text).map(Self::File)
    }
}

impl fmt::Display for EntityModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape(shape) => f.write_str(shape.name()),
            Self::File(url) => url.fmt(f),
        }
    }
}

/// A built-in shape: drawn by the program, no file needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shape {
    Box,
    Car,
    Truck,
    Bus,
    Tram,
    Train,
    Bicycle,
    Person,
    Vessel,
    Agv,
    Crane,
    Drone,
    /// A pin: a thing whose place matters and whose form does not.
    Marker,
    /// Nothing but the label.
    None,
}

impl Shape {
    pub const ALL: [Self; 14] = [
        Self::Box,
        Self::Car,
        Self::Truck,
        Self::Bus,
        Self::Tram,
        Self::Train,
        Self::Bicycle,
        Self::Person,
        Self::Vessel,
        Self::Agv,
        Self::Crane,
        Self::Drone,
        Self::Marker,
        Self::None,
    ];

    /// The word in the scene file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Box => "box",
            Self::Car => "car",
            Self::Truck => "truck",
            Self::Bus => "bus",
            Self::Tram => "tram",
            Self::Train => "train",
            Self::Bicycle => "bicycle",
            Self::Person => "person",
            Self::Vessel => "vessel",
            Self::Agv => "agv",
            Self::Crane => "crane",
            Self::Drone => "drone",
            Self::Marker => "marker",
            Self::None => "none",
        }
    }

    /// Length, width and height in metres where a rule gives no `size_m`.
    pub fn usual_size_m(self) -> [f64; 3] {
        match self {
            Self::Box => [1.0, 1.0, 1.0],
            Self::Car => [4.5, 1.8, 1.5],
            Self::Truck => [12.0, 2.5, 3.8],
            Self::Bus => [12.0, 2.55, 3.1],
            Self::Tram => [30.0, 2.4, 3.5],
            Self::Train => [100.0, 3.0, 4.0],
            Self::Bicycle => [1.8, 0.6, 1.7],
            Self::Person => [0.4, 0.6, 1.75],
            Self::Vessel => [120.0, 18.0, 25.0],
            Self::Agv => [14.8, 3.0, 1.7],
            Self::Crane => [30.0, 60.0, 70.0],
            Self::Drone => [0.6, 0.6, 0.25],
            Self::Marker => [2.0, 2.0, 8.0],
            Self::None => [0.0, 0.0, 0.0],
        }
    }
}

/// How entities look while values that draw them are not good, by the worst of these values.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QualityLooks {
    /// While the source calls a value uncertain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uncertain: Option<QualityLook>,
    /// While nothing was heard of the entity for longer than the feed's `stale_secs`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale: Option<QualityLook>,
    /// While the source calls a value bad.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bad: Option<QualityLook>,
}

impl QualityLooks {
    fn is_empty(&self) -> bool {
        self.uncertain.is_none() && self.stale.is_none() && self.bad.is_none()
    }
}

/// What changes about an entity while its values are not good. What is left out stays as it is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QualityLook {
    /// Takes the place of the bound colour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
    /// Takes the place of the bound visibility.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible: Option<bool>,
    /// Stands behind the label, for example " (no signal)".
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(length(max = 256))]
    pub label_suffix: String,
}

/// An entity that exists without a feed. The entity rules say how it looks, and a feed may update it by its id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FixedEntity {
    /// Its id, as a feed would name it; unique among fixed entities.
    #[schemars(length(min = 1, max = 256))]
    pub id: String,
    /// The name that people see; the id where it is left out.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Its class, by which rules select it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub class: String,
    /// Where it stands and how it is turned; its size is the rule's (`size_m`, `scale`).
    pub pose: Placement,
    /// Its properties, as a feed would set them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, serde_json::Value>,
}
