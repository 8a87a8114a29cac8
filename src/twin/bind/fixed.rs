//! Entities that the scene brings, as updates: they come into the twin on the same path as all others.

use std::sync::Arc;

use crate::format::scene::{FixedEntity, Placement, Position, Scene};
use crate::twin::{EntityUpdate, Order, PoseValue, Property, Turn, Update, Value};

/// The source time of the scene's own entities (seconds since 1970): before anything that a feed can say.
pub const FIXED_T_SECS: f64 = -1.0e11;

/// How deep arrays and objects of a scene's properties may lie in one another; deeper ones are left out.
const MAX_DEPTH: usize = 16;

/// One update for each of the scene's fixed entities, to be applied before the feed's.
pub fn fixed_updates(scene: &Scene) -> Vec<Update> {
    scene.fixed_entities.iter().map(update).collect()
}

fn update(entity: &FixedEntity) -> Update {
    let mut set: Vec<(Arc<str>, Property)> = entity
        .properties
        .iter()
        .map(|(name, value)| (Arc::from(name.as_str()), Property::from(value_from_json(value, MAX_DEPTH))))
        .collect();
    set.push(("pose".into(), Value::Pose(pose(&entity.pose)).into()));
    if !entity.title.is_empty() && !entity.properties.contains_key("title") {
        set.push(("title".into(), Value::text(&entity.title).into()));
    }
    Update::Entity(EntityUpdate {
        id: entity.id.as_str().into(),
        order: Order::at(FIXED_T_SECS),
        class: (!entity.class.is_empty()).then(|| entity.class.as_str().into()),
        model: None,
        set,
    })
}

fn pose(placement: &Placement) -> PoseValue {
    let o = placement.orientation();
    let turn = Some(Turn { heading_deg: o.heading_deg, pitch_deg: o.pitch_deg, roll_deg: o.roll_deg });
    match placement.position() {
        Position::Geo(p) => PoseValue::Geo { lon_deg: p.lon_deg, lat_deg: p.lat_deg, height_m: Some(p.height_m), turn },
        Position::Site(p) => PoseValue::Site { e_m: p.e_m, n_m: p.n_m, u_m: p.u_m, turn },
    }
}

fn value_from_json(json: &serde_json::Value, depth: usize) -> Value {
    use serde_json::Value as Json;
    match json {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::Bool(*flag),
        // Without `arbitrary_precision` every JSON number is an f64, an i64 or a u64, and so has this form.
        Json::Number(number) => number.as_f64().map_or(Value::Null, Value::Number),
        Json::String(text) => Value::text(text),
        Json::Array(_) | Json::Object(_) if depth == 0 => Value::Null,
        Json::Array(list) => Value::Array(list.iter().map(|item| value_from_json(item, depth - 1)).collect()),
        Json::Object(object) => Value::Object(
            object.iter().map(|(key, value)| (key.as_str().into(), value_from_json(value, depth - 1))).collect(),
        ),
    }
}
