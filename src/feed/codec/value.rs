//! Values of properties: plain, with quality, unit and time, or poses.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::node::{Node, TextSeed};
use super::{FeedError, limits};
use crate::twin::value::{PoseValue, Property, Quality, Turn, Value};

/// Why a value is left out; what stands in an issue after "expected".
pub(super) type Reject = &'static str;

/// The keys of poses; a value object's numbers under these names are kept aside until it is clear what it is.
const POSE_KEYS: [&str; 12] = ["lon", "lat", "h", "heading", "pitch", "roll", "e", "n", "u", "x", "y", "z"];

/// Parses the JSON text of one value, as it stands under `set`.
pub fn parse_value(text: &str) -> Result<Value, FeedError> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let parsed = PropertySeed { depth: limits::DEPTH }.deserialize(&mut reader);
    let parsed = parsed.and_then(|parsed| reader.end().map(|()| parsed)).map_err(super::server::json_error)?;
    match parsed {
        Ok(property) => Ok(property.value),
        Err(expected) => Err(FeedError::Shape { path: "/", expected, got: super::shown(text) }),
    }
}

/// Reads whatever stands there; an inner `Err` is a value that can't be used, read to its end.
#[derive(Clone, Copy)]
pub(super) struct PropertySeed {
    pub depth: usize,
}

impl<'de> DeserializeSeed<'de> for PropertySeed {
    type Value = Result<Property, Reject>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for PropertySeed {
    type Value = Result<Property, Reject>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Ok(Value::Null.into()))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(Ok(Value::Bool(flag).into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Ok(Value::Number(number as f64).into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Ok(Value::Number(number as f64).into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(finite(number).map(|number| Value::Number(number).into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(if text.len() > limits::TEXT_BYTES {
            Err("a text of at most 65,536 bytes")
        } else {
            Ok(Value::text(text).into())
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let Some(depth) = self.depth.checked_sub(1) else {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Err("at most 8 arrays and objects within each other"));
        };
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(Self { depth })? {
            let reject = match item {
                Ok(_) if items.len() >= limits::ITEMS => "an array of at most 4,096 items",
                Ok(property) => {
                    items.push(property.value);
                    continue;
                }
                Err(reject) => reject,
            };
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Err(reject));
        }
        Ok(Ok(Value::Array(items.into()).into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let Some(depth) = self.depth.checked_sub(1) else {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(Err("at most 8 arrays and objects within each other"));
        };
        let mut object = ObjectReader::default();
        while let Some(key) = map.next_key_seed(TextSeed)? {
            let value = map.next_value_seed(Self { depth })?;
            if let Err(reject) = object.add(key, value) {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                return Ok(Err(reject));
            }
        }
        Ok(object.finish())
    }
}

fn finite(number: f64) -> Result<f64, Reject> {
    if number.is_finite() { Ok(number) } else { Err("a finite number") }
}

/// Collects the keys of an object until its end tells what it is.
#[derive(Default)]
struct ObjectReader<'a> {
    numbers: [Option<f64>; POSE_KEYS.len()],
    v: Option<Property>,
    on: Option<Property>,
    other: Vec<(Cow<'a, str>, Value)>,
}

impl<'a> ObjectReader<'a> {
    fn add(&mut self, key: Cow<'a, str>, value: Result<Property, Reject>) -> Result<(), Reject> {
        let property = value?;
        if let Value::Number(number) = property.value
            && let Some(at) = POSE_KEYS.iter().position(|name| *name == key)
            && let Some(slot) = self.numbers.get_mut(at)
        {
            *slot = Some(number);
            return Ok(());
        }
        match &*key {
            "v" => self.v = Some(property),
            "on" => self.on = Some(property),
            _ if self.other.len() >= limits::ITEMS => return Err("an object of at most 4,096 keys"),
            _ if key.len() > limits::PROPERTY_NAME_BYTES => return Err("keys of at most 128 bytes"),
            _ => self.other.push((key, property.value)),
        }
        Ok(())
    }

    fn finish(self) -> Result<Property, Reject> {
        if self.v.is_some() {
            return self.finish_wrapped();
        }
        let [lon, lat, h, heading, pitch, roll, e, n, u, x, y, z] = self.numbers;
        let turn = [heading, pitch, roll].iter().any(Option::is_some).then(|| Turn {
            heading_deg: heading.unwrap_or(0.0),
            pitch_deg: pitch.unwrap_or(0.0),
            roll_deg: roll.unwrap_or(0.0),
        });
        let on = self.on.as_ref().and_then(|on| on.value.as_text());
        let pose = match (lon, lat, e, n, on) {
            (_, _, _, _, Some(on)) => {
                if on.is_empty() || on.len() > limits::ID_BYTES {
                    return Err("an id of 1 to 256 bytes under \"on\"");
                }
                let (x_m, y_m, z_m) = (x.unwrap_or(0.0), y.unwrap_or(0.0), z.unwrap_or(0.0));
                PoseValue::On { entity: on.into(), x_m, y_m, z_m, turn }
            }
            (Some(lon_deg), Some(lat_deg), _, _, _) => PoseValue::Geo { lon_deg, lat_deg, height_m: h, turn },
            (_, _, Some(e_m), Some(n_m), _) => PoseValue::Site { e_m, n_m, u_m: u.unwrap_or(0.0), turn },
            _ => return Ok(self.finish_object().into()),
        };
        Ok(Value::Pose(pose).into())
    }

    /// `{"v": …, "q": …, "unit": …, "t": …}`.
    fn finish_wrapped(self) -> Result<Property, Reject> {
        let Some(Property { value, .. }) = self.v else { return Err("a value under \"v\"") };
        let mut property = Property::from(value);
        for (key, value) in self.other {
            match (&*key, value) {
                ("q", Value::Text(quality)) => {
                    property.quality = match &*quality {
                        "good" => Quality::Good,
                        "uncertain" => Quality::Uncertain,
                        // One that is not known here is taken for the worst.
                        _ => Quality::Bad,
                    }
                }
                ("unit", Value::Text(unit)) if unit.len() <= limits::PROPERTY_NAME_BYTES => property.unit = Some(unit),
                ("t", Value::Number(t_secs)) => property.t_secs = Some(check_time(t_secs)?),
                ("t", Value::Text(text)) => property.t_secs = Some(parse_time(&text)?),
                _ => {}
            }
        }
        Ok(property)
    }

    /// An object that is no pose, its keys sorted, each once (the last one counts).
    fn finish_object(self) -> Value {
        let numbers = POSE_KEYS.iter().zip(self.numbers);
        let numbers = numbers.filter_map(|(key, number)| Some((Cow::Borrowed(*key), Value::Number(number?))));
        let on = self.on.map(|on| (Cow::Borrowed("on"), on.value));
        object_of(numbers.chain(on).chain(self.other))
    }
}

/// Sorts by key and keeps the last of each.
fn object_of<'a>(entries: impl Iterator<Item = (Cow<'a, str>, Value)>) -> Value {
    let mut entries: Vec<(Box<str>, Value)> = entries.map(|(key, value)| (key.into(), value)).collect();
    entries.reverse();
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    entries.dedup_by(|later, kept| later.0 == kept.0);
    Value::Object(entries.into())
}

/// A tree as a value, without poses; what is past a limit becomes null.
pub(super) fn value_of(node: Node) -> Value {
    match node {
        Node::Null | Node::TooMuch(_) => Value::Null,
        Node::Bool(flag) => Value::Bool(flag),
        Node::Number(number) if number.is_finite() => Value::Number(number),
        Node::Number(_) => Value::Null,
        Node::Text(text) if text.len() <= limits::TEXT_BYTES => Value::text(&text),
        Node::Text(_) => Value::Null,
        Node::Array(items) => Value::Array(items.into_iter().map(value_of).collect()),
        Node::Object(entries) => object_of(entries.into_iter().map(|(key, node)| (key, value_of(node)))),
    }
}

/// Seconds since 1970: years 0 to 9999 or so.
pub(super) fn check_time(t_secs: f64) -> Result<f64, Reject> {
    const MAX_T_SECS: f64 = 253_402_300_800.0;
    if t_secs.abs() < MAX_T_SECS {
        Ok(t_secs)
    } else if t_secs.is_finite() {
        Err("seconds since 1970, not milliseconds")
    } else {
        Err("a finite time")
    }
}

/// RFC 3339 text to seconds since 1970.
pub(super) fn parse_time(text: &str) -> Result<f64, Reject> {
    let expected = "seconds since 1970 or a time as in \"2026-11-21T08:00:00.5Z\"";
    if text.len() > 64 {
        return Err(expected);
    }
    let time: jiff::Timestamp = text.parse().map_err(|_| expected)?;
    Ok(time.as_second() as f64 + f64::from(time.subsec_nanosecond()) * 1e-9)
}
