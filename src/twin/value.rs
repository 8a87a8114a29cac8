//! Values of properties: numbers, texts, booleans, small arrays and objects, and poses.

use std::sync::Arc;

/// A value as a feed gives it. Numbers are always finite: sources of values drop what is not.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// The source says that it knows no value (any more).
    Null,
    Number(f64),
    Bool(bool),
    Text(Arc<str>),
    Array(Arc<[Value]>),
    /// Small JSON objects that are no pose; the keys in the order of the source or sorted, each once.
    Object(Arc<[(Box<str>, Value)]>),
    Pose(PoseValue),
}

impl Value {
    pub fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// The number, or 0 and 1 for a boolean: what a colour ramp or a chart needs.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Bool(flag) => Some(f64::from(u8::from(*flag))),
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_pose(&self) -> Option<&PoseValue> {
        match self {
            Self::Pose(pose) => Some(pose),
            _ => None,
        }
    }
}

/// What the source thinks of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Quality {
    #[default]
    Good,
    Uncertain,
    Bad,
}

impl Quality {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Uncertain => "uncertain",
            Self::Bad => "bad",
        }
    }
}

/// A value with what the source says about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    pub value: Value,
    pub quality: Quality,
    /// As the source spells it, `"m/s"`.
    pub unit: Option<Arc<str>>,
    /// The value's own time, where it differs from that of the message (seconds since 1970).
    pub t_secs: Option<f64>,
}

impl From<Value> for Property {
    fn from(value: Value) -> Self {
        Self { value, quality: Quality::Good, unit: None, t_secs: None }
    }
}

/// How a body is turned in the frame it stands in, degrees: heading clockwise from north (of the parent's forward axis
/// for [`PoseValue::On`]), then pitch (nose up), then roll (right side down).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Turn {
    pub heading_deg: f64,
    pub pitch_deg: f64,
    pub roll_deg: f64,
}

/// Where a body is, as a feed says it. All numbers are finite.
#[derive(Debug, Clone, PartialEq)]
pub enum PoseValue {
    /// On the Earth. The height is above the WGS84 ellipsoid unless the scene says otherwise ([`super::Placing`]);
    /// none means "on the ground".
    Geo { lon_deg: f64, lat_deg: f64, height_m: Option<f64>, turn: Option<Turn> },
    /// Metres east, north and up in the scene's site frame.
    Site { e_m: f64, n_m: f64, u_m: f64, turn: Option<Turn> },
    /// Metres in the body frame of another entity (x right, y forward, z up).
    On { entity: Arc<str>, x_m: f64, y_m: f64, z_m: f64, turn: Option<Turn> },
}
