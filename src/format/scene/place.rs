//! Places in scene files: geographic and site-frame points, orientations, heights.
//!
//! Angles are degrees, lengths metres. Geographic is WGS84; the site frame is east-north-up at the scene's origin.
//! Whether `height_m` is above the ellipsoid or above the geoid is said once, by the scene's `heights`; nothing here
//! converts, because the geoid is not known here.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What heights in a scene mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HeightReference {
    /// Metres above the WGS84 ellipsoid, as GNSS receivers and 3D Tiles give them.
    #[default]
    Ellipsoid,
    /// Metres above mean sea level (the EGM96 geoid), as maps and most city models give them.
    Geoid,
}

/// A place by longitude and latitude.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GeoPoint {
    /// Longitude in degrees, east is positive.
    #[schemars(range(min = -180.0, max = 180.0))]
    pub lon_deg: f64,
    /// Latitude in degrees, north is positive.
    #[schemars(range(min = -90.0, max = 90.0))]
    pub lat_deg: f64,
    /// Height in metres; above what, the scene's `heights` says.
    #[serde(default)]
    #[schemars(range(min = -12_000.0, max = 100_000_000.0))]
    pub height_m: f64,
}

/// A place by metres east, north and up of the scene's origin.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SitePoint {
    /// Metres east of the origin.
    #[schemars(range(min = -10_000_000.0, max = 10_000_000.0))]
    pub e_m: f64,
    /// Metres north of the origin.
    #[schemars(range(min = -10_000_000.0, max = 10_000_000.0))]
    pub n_m: f64,
    /// Metres above the origin's horizontal plane.
    #[serde(default)]
    #[schemars(range(min = -10_000_000.0, max = 100_000_000.0))]
    pub u_m: f64,
}

/// A place: longitude, latitude and height, or metres from the scene's origin.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Position {
    Geo(GeoPoint),
    Site(SitePoint),
}

/// Where a thing stands on the Earth, how it is turned and how large it is.
///
/// The thing's own axes are x to the right (east at heading 0), y forward (north at heading 0) and z up.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GeoPlacement {
    /// Longitude in degrees, east is positive.
    #[schemars(range(min = -180.0, max = 180.0))]
    pub lon_deg: f64,
    /// Latitude in degrees, north is positive.
    #[schemars(range(min = -90.0, max = 90.0))]
    pub lat_deg: f64,
    /// Height in metres; above what, the scene's `heights` says.
    #[serde(default)]
    #[schemars(range(min = -12_000.0, max = 100_000_000.0))]
    pub height_m: f64,
    /// Turn in degrees, clockwise seen from above; 0 leaves forward pointing north.
    #[serde(default)]
    #[schemars(range(min = -360.0, max = 360.0))]
    pub heading_deg: f64,
    /// Tilt in degrees, nose up is positive.
    #[serde(default)]
    #[schemars(range(min = -180.0, max = 180.0))]
    pub pitch_deg: f64,
    /// Roll in degrees, right side down is positive.
    #[serde(default)]
    #[schemars(range(min = -360.0, max = 360.0))]
    pub roll_deg: f64,
    /// How many metres one unit of the data is.
    #[serde(default = "one")]
    #[schemars(extend("exclusiveMinimum" = 0), range(max = 1_000_000.0))]
    pub scale: f64,
}

/// Where a thing stands in the site frame, how it is turned and how large it is.
///
/// The thing's own axes are x to the right (east at heading 0), y forward (north at heading 0) and z up.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SitePlacement {
    /// Metres east of the origin.
    #[schemars(range(min = -10_000_000.0, max = 10_000_000.0))]
    pub e_m: f64,
    /// Metres north of the origin.
    #[schemars(range(min = -10_000_000.0, max = 10_000_000.0))]
    pub n_m: f64,
    /// Metres above the origin's horizontal plane.
    #[serde(default)]
    #[schemars(range(min = -10_000_000.0, max = 100_000_000.0))]
    pub u_m: f64,
    /// Turn in degrees, clockwise seen from above; 0 leaves forward pointing north.
    #[serde(default)]
    #[schemars(range(min = -360.0, max = 360.0))]
    pub heading_deg: f64,
    /// Tilt in degrees, nose up is positive.
    #[serde(default)]
    #[schemars(range(min = -180.0, max = 180.0))]
    pub pitch_deg: f64,
    /// Roll in degrees, right side down is positive.
    #[serde(default)]
    #[schemars(range(min = -360.0, max = 360.0))]
    pub roll_deg: f64,
    /// How many metres one unit of the data is.
    #[serde(default = "one")]
    #[schemars(extend("exclusiveMinimum" = 0), range(max = 1_000_000.0))]
    pub scale: f64,
}

/// Where a thing stands, by longitude and latitude or in the site frame, how it is turned and how large it is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Placement {
    Geo(GeoPlacement),
    Site(SitePlacement),
}

impl Placement {
    /// At a point of the site frame, upright, facing north, in metres.
    pub fn at_site(e_m: f64, n_m: f64, u_m: f64) -> Self {
        Self::Site(SitePlacement { e_m, n_m, u_m, heading_deg: 0.0, pitch_deg: 0.0, roll_deg: 0.0, scale: 1.0 })
    }

    pub fn position(&self) -> Position {
        match *self {
            Self::Geo(GeoPlacement { lon_deg, lat_deg, height_m, .. }) => {
                Position::Geo(GeoPoint { lon_deg, lat_deg, height_m })
            }
            Self::Site(SitePlacement { e_m, n_m, u_m, .. }) => Position::Site(SitePoint { e_m, n_m, u_m }),
        }
    }

    /// Heading (clockwise from north), pitch (nose up) and roll (right side down), degrees.
    pub fn orientation(&self) -> Orientation {
        match *self {
            Self::Geo(GeoPlacement { heading_deg, pitch_deg, roll_deg, .. })
            | Self::Site(SitePlacement { heading_deg, pitch_deg, roll_deg, .. }) => {
                Orientation { heading_deg, pitch_deg, roll_deg }
            }
        }
    }

    /// Metres in one unit of the data, above 0.
    pub fn scale(&self) -> f64 {
        match self {
            Self::Geo(p) => p.scale,
            Self::Site(p) => p.scale,
        }
    }
}

/// How a thing is turned: heading clockwise from north, pitch nose up, roll right side down, applied in this order.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Orientation {
    pub heading_deg: f64,
    pub pitch_deg: f64,
    pub roll_deg: f64,
}

pub(super) fn one() -> f64 {
    1.0
}
