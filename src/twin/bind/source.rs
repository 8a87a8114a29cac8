//! Where bindings find values: an entity's properties by name, and paths into them.

use crate::format::scene::PropertyPath;
use crate::twin::{Entity, PoseValue, Quality, Twin, Value};

/// How far a value can be trusted. Ordered: the later the worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Trust {
    #[default]
    Good,
    /// The source calls it uncertain.
    Uncertain,
    /// Nothing was heard of the entity for too long.
    Stale,
    /// The source calls it bad.
    Bad,
}

impl From<Quality> for Trust {
    fn from(quality: Quality) -> Self {
        match quality {
            Quality::Good => Self::Good,
            Quality::Uncertain => Self::Uncertain,
            Quality::Bad => Self::Bad,
        }
    }
}

/// A property's newest value.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'a> {
    pub value: &'a Value,
    pub trust: Trust,
}

/// The properties of one entity.
pub trait Properties {
    /// The newest value of a property; `None` where the entity never had it.
    fn property(&self, name: &str) -> Option<Sample<'_>>;

    /// How far the entity as a whole can be trusted.
    fn quality(&self) -> Trust {
        Trust::Good
    }
}

/// The properties of an entity of a [`Twin`] at a moment.
#[derive(Debug, Clone, Copy)]
pub struct EntityProperties<'a> {
    twin: &'a Twin,
    entity: &'a Entity,
    trust: Trust,
}

impl<'a> EntityProperties<'a> {
    /// `t_secs`: the shown moment; `stale_secs`: after how long without news the entity is stale. Entities that the
    /// scene brings and of which no feed ever spoke do not get stale.
    pub fn new(twin: &'a Twin, entity: &'a Entity, t_secs: f64, stale_secs: f64) -> Self {
        let heard = entity.newest_t_secs().filter(|t_secs| *t_secs > super::FIXED_T_SECS);
        let trust = if heard.is_some_and(|heard| t_secs - heard > stale_secs) { Trust::Stale } else { Trust::Good };
        Self { twin, entity, trust }
    }
}

impl Properties for EntityProperties<'_> {
    fn property(&self, name: &str) -> Option<Sample<'_>> {
        let held = self.entity.property(self.twin.property_key(name)?)?;
        Some(Sample { value: &held.value, trust: held.quality.into() })
    }

    fn quality(&self) -> Trust {
        self.trust
    }
}

/// What a path leads to: a value, or a number inside a pose.
#[derive(Debug, Clone, Copy)]
pub(super) enum Leaf<'a> {
    Value(&'a Value),
    Number(f64),
}

impl<'a> Leaf<'a> {
    /// The number, 0 or 1 for a boolean; finite.
    pub fn number(self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(number),
            Self::Value(value) => value.as_number(),
        }
        .filter(|number| number.is_finite())
    }

    pub fn is_flag(self) -> bool {
        matches!(self, Self::Value(Value::Bool(_)))
    }

    pub fn is_truthy(self) -> bool {
        match self {
            Self::Value(Value::Null) => false,
            Self::Value(Value::Text(text)) => !text.is_empty(),
            Self::Value(Value::Array(_) | Value::Object(_) | Value::Pose(_)) => true,
            leaf => leaf.number().is_some_and(|number| number != 0.0),
        }
    }
}

/// What a path leads to, and how far it can be trusted; `None` where nothing is there (also for null).
pub(super) fn resolve<'a>(properties: &'a dyn Properties, path: &PropertyPath) -> (Option<Leaf<'a>>, Trust) {
    let Some(sample) = properties.property(path.name()) else { return (None, Trust::Good) };
    let leaf = path.rest().iter().try_fold(Leaf::Value(sample.value), step);
    (leaf.filter(|leaf| !matches!(leaf, Leaf::Value(Value::Null))), sample.trust)
}

fn step<'a>(leaf: Leaf<'a>, token: &String) -> Option<Leaf<'a>> {
    let Leaf::Value(value) = leaf else { return None };
    match value {
        Value::Array(list) => token.parse::<usize>().ok().and_then(|i| list.get(i)).map(Leaf::Value),
        Value::Object(object) => object.iter().find(|(key, _)| **key == **token).map(|(_, value)| Leaf::Value(value)),
        Value::Pose(pose) => in_pose(pose, token).map(Leaf::Number),
        _ => None,
    }
}

/// A coordinate of a pose by its name in the feed.
fn in_pose(pose: &PoseValue, name: &str) -> Option<f64> {
    let turn = match pose {
        PoseValue::Geo { turn, .. } | PoseValue::Site { turn, .. } | PoseValue::On { turn, .. } => turn,
    };
    match (name, pose) {
        ("heading", _) => turn.map(|turn| turn.heading_deg),
        ("pitch", _) => turn.map(|turn| turn.pitch_deg),
        ("roll", _) => turn.map(|turn| turn.roll_deg),
        ("lon", PoseValue::Geo { lon_deg, .. }) => Some(*lon_deg),
        ("lat", PoseValue::Geo { lat_deg, .. }) => Some(*lat_deg),
        ("h", PoseValue::Geo { height_m, .. }) => *height_m,
        ("e", PoseValue::Site { e_m, .. }) => Some(*e_m),
        ("n", PoseValue::Site { n_m, .. }) => Some(*n_m),
        ("u", PoseValue::Site { u_m, .. }) => Some(*u_m),
        ("x", PoseValue::On { x_m, .. }) => Some(*x_m),
        ("y", PoseValue::On { y_m, .. }) => Some(*y_m),
        ("z", PoseValue::On { z_m, .. }) => Some(*z_m),
        _ => None,
    }
}
