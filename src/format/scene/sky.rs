//! Sky, light and the bare ground of a scene.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::color::Color;

/// Sky and light. The sun stands where it stands over the scene's place at the scene's time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Sky {
    /// How much haze lies between the eye and far things: 0 none, 1 as much as air of this visibility has.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub haze: f64,
    /// How far one sees through the haze, in kilometres (meteorological visibility: contrast falls to 2 %).
    #[schemars(range(min = 0.05, max = 1000.0))]
    pub visibility_km: f64,
    /// Whether stars show at night.
    pub stars: bool,
    /// Brightens (above 0) or darkens (below 0) the picture, in photographic stops beside the automatic exposure.
    #[schemars(range(min = -10.0, max = 10.0))]
    pub exposure_ev: f64,
    /// Whether the sun casts shadows.
    pub sun_shadows: bool,
}

impl Default for Sky {
    fn default() -> Self {
        Self { haze: 1.0, visibility_km: 60.0, stars: true, exposure_ev: 0.0, sun_shadows: true }
    }
}

/// The plain ground that is drawn where no tileset brings terrain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Ground {
    /// What the ground looks like.
    pub style: GroundStyle,
    /// Its height in metres, or "auto": just below the lowest content near the origin, so that nothing is buried.
    pub height_m: GroundHeight,
    /// Its colour.
    pub color: Color,
}

impl Default for Ground {
    fn default() -> Self {
        Self { style: GroundStyle::Graticule, height_m: GroundHeight::default(), color: Color::rgb(0x84, 0x89, 0x86) }
    }
}

/// What the bare ground looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GroundStyle {
    /// One colour with lines of longitude and latitude.
    #[default]
    Graticule,
    /// One colour.
    Plain,
    /// No ground is drawn: a tileset brings its own.
    None,
}

/// The height of the bare ground.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum GroundHeight {
    /// Metres; above what, the scene's `heights` says.
    Metres(#[schemars(range(min = -12_000.0, max = 10_000.0))] f64),
    /// Just below the lowest content near the origin.
    Auto(Auto),
}

impl Default for GroundHeight {
    fn default() -> Self {
        Self::Auto(Auto::Auto)
    }
}

/// The word "auto".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Auto {
    Auto,
}
