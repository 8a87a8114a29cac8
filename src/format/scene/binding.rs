//! What ties the look of entities to properties of the feed: bindings and the maps from values to looks.
//!
//! These are the types as the file has them; `twin::bind` compiles and evaluates them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::color::Color;
use super::path::PropertyPath;
use super::template::Template;

/// Which properties drive what. Everything may be left out.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Bindings {
    /// Where the entity is. Where it is left out: its property `pose`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pose: Option<PoseBinding>,
    /// Its colour; the model's own colours where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<ColorBinding>,
    /// Whether it shows; always where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visible: Option<VisibleBinding>,
    /// The text beside it; none where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<LabelBinding>,
}

/// Where a pose comes from: one property that holds a whole pose, or one property for each coordinate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum PoseBinding {
    /// The property that holds a pose (`{"lon", "lat", "h", "heading", …}` or `{"e", "n", "u", …}`).
    Property(PropertyPath),
    Geo(GeoPoseBinding),
    Site(SitePoseBinding),
}

/// A pose out of properties for longitude and latitude.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GeoPoseBinding {
    /// Longitude in degrees.
    pub lon: NumberBinding,
    /// Latitude in degrees.
    pub lat: NumberBinding,
    /// Height in metres; above what, the scene's `heights` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub h: Option<NumberBinding>,
    /// Heading in degrees, clockwise from north; along the motion where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading: Option<NumberBinding>,
    /// Pitch in degrees, nose up is positive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pitch: Option<NumberBinding>,
    /// Roll in degrees, right side down is positive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roll: Option<NumberBinding>,
}

/// A pose out of properties for metres east, north and up of the scene's origin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SitePoseBinding {
    /// Metres east of the origin.
    pub e: NumberBinding,
    /// Metres north of the origin.
    pub n: NumberBinding,
    /// Metres above the origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub u: Option<NumberBinding>,
    /// Heading in degrees, clockwise from north; along the motion where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading: Option<NumberBinding>,
    /// Pitch in degrees, nose up is positive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pitch: Option<NumberBinding>,
    /// Roll in degrees, right side down is positive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roll: Option<NumberBinding>,
}

/// Where a number comes from: a fixed number, a property, or a property through a map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum NumberBinding {
    /// A fixed number.
    Constant(f64),
    /// A property that is used as it is.
    Property(PropertyPath),
    Mapped(MappedNumber),
}

/// A property and the map from its value to a number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MappedNumber {
    /// The property.
    pub property: PropertyPath,
    /// From its value to the number.
    pub map: NumberMap,
}

/// From a value to a number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NumberMap {
    /// A straight line.
    Linear(Linear),
    /// One number for each range of values, by rising `below`; an entry without `below` stands last and is for the rest.
    Steps(#[schemars(length(min = 1))] Vec<Step<f64>>),
    /// One number for each text, number or boolean; `_` is for all others.
    Lookup(BTreeMap<String, f64>),
}

/// A straight line through two points: `from[0]` gives `to[0]`, `from[1]` gives `to[1]`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Linear {
    /// Two different values of the property.
    pub from: [f64; 2],
    /// The numbers that these give.
    pub to: [f64; 2],
    /// Whether values outside `from` give the nearer end of `to` instead of going on along the line.
    #[serde(default = "super::items::yes")]
    pub clamp: bool,
}

/// One range of values and what it gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "StepOf{T}")]
pub struct Step<T> {
    /// Values below this one, and not below that of the step before; left out in the last step only.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-mirante-needed" = true))]
    pub below: Option<f64>,
    /// What they give.
    pub value: T,
}

fn none() -> Option<f64> {
    None
}

/// A colour: fixed, or from a property through a map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ColorBinding {
    /// A fixed colour.
    Constant(Color),
    Mapped(MappedColor),
}

/// A property and the map from its value to a colour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MappedColor {
    /// The property.
    pub property: PropertyPath,
    /// From its value to the colour.
    pub map: ColorMap,
    /// The colour where the property is missing or the map has none for its value; the model's own where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<Color>,
}

/// From a value to a colour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ColorMap {
    /// Pairs of value and colour by rising value; between them colours blend evenly to the eye (in OKLab), outside the
    /// nearer end holds.
    Ramp(#[schemars(length(min = 1))] Vec<(f64, Color)>),
    /// One colour for each range of values, by rising `below`; an entry without `below` stands last and is for the rest.
    Steps(#[schemars(length(min = 1))] Vec<Step<Color>>),
    /// One colour for each text, number or boolean; `_` is for all others.
    Lookup(BTreeMap<String, Color>),
}

/// Whether something shows: always, never, or by a property.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum VisibleBinding {
    /// Always or never.
    Constant(bool),
    When(Condition),
}

/// A test of a property. All of `equals`, `above` and `below` that are given must hold; with none of them the property
/// itself must be true, a number other than 0, or a text that is not empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The property.
    pub property: PropertyPath,
    /// The value that it must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-mirante-needed" = true))]
    pub equals: Option<Scalar>,
    /// The number that it must be above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-mirante-needed" = true))]
    pub above: Option<f64>,
    /// The number that it must be below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-mirante-needed" = true))]
    pub below: Option<f64>,
    /// Turns the test round: show where it does not hold.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[schemars(extend("x-mirante-needed" = true))]
    pub not: bool,
    /// What counts where the property is missing.
    #[serde(default = "super::items::yes")]
    pub otherwise: bool,
}

/// A boolean, a number or a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Scalar {
    Flag(bool),
    Number(f64),
    Text(String),
}

/// A label: a text with values in it, or a property through a map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum LabelBinding {
    /// A text with values in it.
    Template(Template),
    Mapped(MappedLabel),
}

/// A property and the map from its value to a label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MappedLabel {
    /// The property; `{value}` in the texts below.
    pub property: PropertyPath,
    /// From its value to the text.
    pub map: LabelMap,
}

/// From a value to a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LabelMap {
    /// One text for all values, for example "{value:.1} m/s".
    Format(Template),
    /// One text for each range of values, by rising `below`; an entry without `below` stands last and is for the rest.
    Steps(#[schemars(length(min = 1))] Vec<Step<Template>>),
    /// One text for each text, number or boolean; `_` is for all others.
    Lookup(BTreeMap<String, Template>),
}
