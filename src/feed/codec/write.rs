//! Messages to JSON texts.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::feed::message::*;

impl ServerMessage<'_> {
    /// The message as one JSON text.
    pub fn to_json(&self) -> String {
        // Proof: writing to memory cannot fail, every map's key is a text, and what is not finite is written as null.
        serde_json::to_string(self).expect("writing a message to memory")
    }
}

impl ClientMessage<'_> {
    /// The message as one JSON text.
    pub fn to_json(&self) -> String {
        // Proof: as above.
        serde_json::to_string(self).expect("writing a message to memory")
    }
}

/// Writes the key if there is a value.
fn option<M: SerializeMap>(map: &mut M, key: &str, value: Option<impl Serialize>) -> Result<(), M::Error> {
    match value {
        Some(value) => map.serialize_entry(key, &value),
        None => Ok(()),
    }
}

/// Writes the number of a message, 0 being none.
fn seq<M: SerializeMap>(map: &mut M, seq: u64) -> Result<(), M::Error> {
    option(map, "seq", (seq != 0).then_some(seq))
}

impl Serialize for ServerMessage<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Hello(hello) => {
                map.serialize_entry("type", "hello")?;
                map.serialize_entry("feed", &hello.feed)?;
                map.serialize_entry("epoch", &hello.epoch)?;
                option(&mut map, "now", hello.now_secs)?;
                map.serialize_entry("seq", &hello.seq)?;
                option(&mut map, "resume_secs", hello.resume_secs)?;
            }
            Self::Snapshot(snapshot) => {
                map.serialize_entry("type", "snapshot")?;
                seq(&mut map, snapshot.seq)?;
                option(&mut map, "t", snapshot.t_secs)?;
                map.serialize_entry("entities", &snapshot.entities)?;
                map.serialize_entry("last", &snapshot.last)?;
            }
            Self::Update(update) => {
                map.serialize_entry("type", "update")?;
                seq(&mut map, update.seq)?;
                option(&mut map, "t", update.t_secs)?;
                map.serialize_entry("entities", &update.entities)?;
            }
            Self::Columns(columns) => {
                map.serialize_entry("type", "columns")?;
                seq(&mut map, columns.seq)?;
                option(&mut map, "t", columns.t_secs)?;
                map.serialize_entry("ids", &columns.ids)?;
                map.serialize_entry("set", &Entries(&columns.set))?;
            }
            Self::Names(names) => {
                map.serialize_entry("type", "names")?;
                map.serialize_entry("from", &names.from)?;
                map.serialize_entry("ids", &names.ids)?;
            }
            Self::Event(event) => event.write(&mut map)?,
            Self::Missed(missed) => {
                map.serialize_entry("type", "missed")?;
                map.serialize_entry("from", &missed.from)?;
                map.serialize_entry("to", &missed.to)?;
                map.serialize_entry("class", &missed.class)?;
            }
            Self::Error(error) => {
                map.serialize_entry("type", "error")?;
                map.serialize_entry("code", &error.code)?;
                map.serialize_entry("message", &error.message)?;
            }
            Self::Pong(pong) => {
                map.serialize_entry("type", "pong")?;
                option(&mut map, "t", pong.t_secs)?;
                option(&mut map, "now", pong.now_secs)?;
            }
        }
        map.end()
    }
}

impl EventMessage<'_> {
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        map.serialize_entry("type", "event")?;
        seq(map, self.seq)?;
        option(map, "t", self.t_secs)?;
        map.serialize_entry("event", &self.event)?;
        map.serialize_entry("kind", &self.kind)?;
        option(map, "severity", self.severity.as_ref())?;
        option(map, "entity", self.entity.as_ref())?;
        option(map, "text", self.text.as_ref())?;
        option(map, "state", self.state.as_ref())?;
        for (key, value) in &self.more {
            map.serialize_entry(key, &Json(value))?;
        }
        Ok(())
    }
}

impl Serialize for EntityMessage<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        option(&mut map, "class", self.class.as_ref())?;
        option(&mut map, "model", self.model.as_ref())?;
        option(&mut map, "t", self.t_secs)?;
        if self.gone {
            map.serialize_entry("gone", &true)?;
        }
        if !self.set.is_empty() {
            map.serialize_entry("set", &Entries(&self.set))?;
        }
        map.end()
    }
}

/// A list of names and things as an object.
struct Entries<'a, K, V>(&'a [(K, V)]);

impl<K: AsRef<str>, V> Serialize for Entries<'_, K, V>
where
    for<'v> Json<'v, V>: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in self.0 {
            map.serialize_entry(name.as_ref(), &Json(value))?;
        }
        map.end()
    }
}

/// Gives a type of the twin, which knows no JSON, its JSON form.
struct Json<'a, T>(&'a T);

impl Serialize for ColumnId<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Handle(handle) => serializer.serialize_u32(*handle),
            Self::Id(id) => serializer.serialize_str(id),
        }
    }
}

impl Serialize for Json<'_, Column> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            // What is not finite is written as null.
            Column::Numbers(numbers) => numbers.serialize(serializer),
            Column::Values(values) => serializer.collect_seq(values.iter().map(Json)),
        }
    }
}

impl Serialize for Json<'_, Property> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Property { value, quality, unit, t_secs } = self.0;
        if *quality == Quality::Good && unit.is_none() && t_secs.is_none() {
            return Json(value).serialize(serializer);
        }
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("v", &Json(value))?;
        if *quality != Quality::Good {
            map.serialize_entry("q", quality.as_str())?;
        }
        option(&mut map, "unit", unit.as_ref().map(|unit| &**unit))?;
        option(&mut map, "t", *t_secs)?;
        map.end()
    }
}

impl Serialize for Json<'_, Value> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => serializer.serialize_unit(),
            Value::Number(number) => serializer.serialize_f64(*number),
            Value::Bool(flag) => serializer.serialize_bool(*flag),
            Value::Text(text) => serializer.serialize_str(text),
            Value::Array(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                for item in items.iter() {
                    seq.serialize_element(&Json(item))?;
                }
                seq.end()
            }
            Value::Object(entries) => Entries(entries).serialize(serializer),
            Value::Pose(pose) => Json(pose).serialize(serializer),
        }
    }
}

impl Serialize for Json<'_, PoseValue> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let turn = match self.0 {
            PoseValue::Geo { lon_deg, lat_deg, height_m, turn } => {
                map.serialize_entry("lon", lon_deg)?;
                map.serialize_entry("lat", lat_deg)?;
                option(&mut map, "h", *height_m)?;
                turn
            }
            PoseValue::Site { e_m, n_m, u_m, turn } => {
                map.serialize_entry("e", e_m)?;
                map.serialize_entry("n", n_m)?;
                map.serialize_entry("u", u_m)?;
                turn
            }
            PoseValue::On { entity, x_m, y_m, z_m, turn } => {
                map.serialize_entry("on", &**entity)?;
                map.serialize_entry("x", x_m)?;
                map.serialize_entry("y", y_m)?;
                map.serialize_entry("z", z_m)?;
                turn
            }
        };
        if let Some(turn) = turn {
            map.serialize_entry("heading", &turn.heading_deg)?;
            if turn.pitch_deg != 0.0 || turn.roll_deg != 0.0 {
                map.serialize_entry("pitch", &turn.pitch_deg)?;
                map.serialize_entry("roll", &turn.roll_deg)?;
            }
        }
        map.end()
    }
}

impl Serialize for ClientMessage<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Subscribe(subscribe) => {
                map.serialize_entry("type", "subscribe")?;
                let list = |list: &'_ [_]| (!list.is_empty()).then(|| list.to_vec());
                option(&mut map, "entities", list(&subscribe.entities))?;
                option(&mut map, "classes", list(&subscribe.classes))?;
                option(&mut map, "area", subscribe.area_deg)?;
                option(&mut map, "properties", list(&subscribe.properties))?;
                option(&mut map, "max_hz", subscribe.max_hz)?;
            }
            Self::Resume { epoch, seq } => {
                map.serialize_entry("type", "resume")?;
                map.serialize_entry("epoch", epoch)?;
                map.serialize_entry("seq", seq)?;
            }
            Self::Command { id, entity, name, args } => {
                map.serialize_entry("type", "command")?;
                map.serialize_entry("id", id)?;
                option(&mut map, "entity", entity.as_ref())?;
                map.serialize_entry("name", name)?;
                map.serialize_entry("args", &Json(args))?;
            }
            Self::Ack { event, by, note } => {
                map.serialize_entry("type", "ack")?;
                map.serialize_entry("event", event)?;
                option(&mut map, "by", by.as_ref())?;
                option(&mut map, "note", note.as_ref())?;
            }
            Self::Ping { t_secs } => {
                map.serialize_entry("type", "ping")?;
                option(&mut map, "t", *t_secs)?;
            }
            Self::Publish { source } => {
                map.serialize_entry("type", "publish")?;
                map.serialize_entry("source", source)?;
            }
        }
        map.end()
    }
}
