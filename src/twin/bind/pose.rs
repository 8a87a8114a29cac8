//! Poses out of bound properties.

use std::collections::BTreeSet;

use super::map::NumberMapping;
use super::source::{Leaf, Properties, resolve};
use crate::format::scene::{NumberBinding, PoseBinding, PropertyPath};
use crate::twin::{PoseValue, Turn, Value};

#[derive(Debug, Clone)]
pub(super) enum PoseSource {
    Property(PropertyPath),
    Geo { lon: Number, lat: Number, h: Option<Number>, turn: TurnSource },
    Site { e: Number, n: Number, u: Option<Number>, turn: TurnSource },
}

#[derive(Debug, Clone)]
pub(super) struct TurnSource {
    heading: Option<Number>,
    pitch: Option<Number>,
    roll: Option<Number>,
}

#[derive(Debug, Clone)]
pub(super) enum Number {
    Constant(f64),
    Property(PropertyPath),
    Mapped(PropertyPath, NumberMapping),
}

impl PoseSource {
    pub fn compile(binding: &PoseBinding) -> Self {
        let opt = |binding: &Option<NumberBinding>| binding.as_ref().map(Number::compile);
        match binding {
            PoseBinding::Property(path) => Self::Property(path.clone()),
            PoseBinding::Geo(geo) => Self::Geo {
                lon: Number::compile(&geo.lon),
                lat: Number::compile(&geo.lat),
                h: opt(&geo.h),
                turn: TurnSource { heading: opt(&geo.heading), pitch: opt(&geo.pitch), roll: opt(&geo.roll) },
            },
            PoseBinding::Site(site) => Self::Site {
                e: Number::compile(&site.e),
                n: Number::compile(&site.n),
                u: opt(&site.u),
                turn: TurnSource { heading: opt(&site.heading), pitch: opt(&site.pitch), roll: opt(&site.roll) },
            },
        }
    }

    pub fn eval(&self, properties: &dyn Properties) -> Option<PoseValue> {
        match self {
            Self::Property(path) => match resolve(properties, path).0? {
                Leaf::Value(Value::Pose(pose)) => Some(pose.clone()),
                _ => None,
            },
            Self::Geo { lon, lat, h, turn } => Some(PoseValue::Geo {
                lon_deg: lon.eval(properties)?,
                lat_deg: lat.eval(properties)?,
                height_m: h.as_ref().and_then(|h| h.eval(properties)),
                turn: turn.eval(properties),
            }),
            Self::Site { e, n, u, turn } => Some(PoseValue::Site {
                e_m: e.eval(properties)?,
                n_m: n.eval(properties)?,
                u_m: u.as_ref().and_then(|u| u.eval(properties)).unwrap_or(0.0),
                turn: turn.eval(properties),
            }),
        }
    }

    pub fn properties<'a>(&'a self, names: &mut BTreeSet<&'a str>) {
        match self {
            Self::Property(path) => {
                names.insert(path.name());
            }
            Self::Geo { lon: a, lat: b, h: c, turn } | Self::Site { e: a, n: b, u: c, turn } => {
                let turn = [&turn.heading, &turn.pitch, &turn.roll].into_iter().flatten();
                names.extend([a, b].into_iter().chain(c).chain(turn).filter_map(Number::property));
            }
        }
    }
}

impl TurnSource {
    /// `None` where none of the angles is known: the body then looks along its motion.
    fn eval(&self, properties: &dyn Properties) -> Option<Turn> {
        let angle = |number: &Option<Number>| number.as_ref().and_then(|number| number.eval(properties));
        let (heading, pitch, roll) = (angle(&self.heading), angle(&self.pitch), angle(&self.roll));
        (heading.is_some() || pitch.is_some() || roll.is_some()).then(|| Turn {
            heading_deg: heading.unwrap_or(0.0),
            pitch_deg: pitch.unwrap_or(0.0),
            roll_deg: roll.unwrap_or(0.0),
        })
    }
}

impl Number {
    fn compile(binding: &NumberBinding) -> Self {
        match binding {
            NumberBinding::Constant(number) => Self::Constant(*number),
            NumberBinding::Property(path) => Self::Property(path.clone()),
            NumberBinding::Mapped(mapped) => Self::Mapped(mapped.property.clone(), NumberMapping::compile(&mapped.map)),
        }
    }

    fn eval(&self, properties: &dyn Properties) -> Option<f64> {
        match self {
            Self::Constant(number) => Some(*number),
            Self::Property(path) => resolve(properties, path).0?.number(),
            Self::Mapped(path, map) => map.eval(resolve(properties, path).0?),
        }
    }

    fn property(&self) -> Option<&str> {
        match self {
            Self::Constant(_) => None,
            Self::Property(path) | Self::Mapped(path, _) => Some(path.name()),
        }
    }
}
