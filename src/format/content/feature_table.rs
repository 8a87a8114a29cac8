//! The feature table of b3dm, i3dm and pnts tiles (3D Tiles 1.0, "Feature Table").
//!
//! A JSON object of *semantics*. A global one (`RTC_CENTER`) holds its value or the byte offset of it in the binary
//! part; one value a feature (`POSITION`) is a byte offset, and, as some writers do, an array in the JSON.
//! Every read is checked against the bytes that are there before anything of its size is allocated.

use std::borrow::Cow;

use glam::DVec3;
use serde_json::{Map, Value};

use super::decode::ContentError;
use super::number::{Component, Number};
use super::tile_header::{Sections, TileFormat, invalid, json_object};
use crate::format::issue::Issues;

pub(super) struct FeatureTable<'a> {
    format: &'static str,
    json: Map<String, Value>,
    binary: &'a [u8],
}

impl<'a> FeatureTable<'a> {
    pub fn parse(format: TileFormat, sections: &Sections<'a>, issues: &mut Issues) -> Result<Self, ContentError> {
        let json = json_object("feature table JSON", sections.feature_json, issues)
            .map_err(|message| invalid(format.name(), message))?;
        Ok(Self { format: format.name(), json, binary: sections.feature_binary })
    }

    pub fn binary(&self) -> &'a [u8] {
        self.binary
    }

    /// An extension's object.
    pub fn extension(&self, name: &str) -> Option<&Value> {
        self.json.get("extensions")?.get(name)
    }

    /// A global count (`INSTANCES_LENGTH`); `None` where it is absent.
    pub fn count(&self, semantic: &str) -> Result<Option<u32>, ContentError> {
        let Some(numbers) = self.global(semantic, Component::U32, 1)? else { return Ok(None) };
        let number = numbers.first().map_or(-1.0, |number| number.as_f64());
        if number.fract() != 0.0 || !(0.0..=f64::from(u32::MAX)).contains(&number) {
            return Err(self.wrong(semantic, "a whole number", number));
        }
        Ok(Some(number as u32))
    }

    pub fn flag(&self, semantic: &str) -> bool {
        self.json.get(semantic).and_then(Value::as_bool).unwrap_or(false)
    }

    /// Three finite global numbers (`RTC_CENTER`, f64 in JSON and f32 in the binary part).
    pub fn triple(&self, semantic: &str) -> Result<Option<[f64; 3]>, ContentError> {
        let Some(numbers) = self.global(semantic, Component::F32, 3)? else { return Ok(None) };
        let mut triple = [0.0; 3];
        for (slot, number) in triple.iter_mut().zip(&numbers) {
            *slot = number.as_f64();
        }
        if !triple.iter().all(|x| x.is_finite()) {
            return Err(self.wrong(semantic, "three finite numbers", "others"));
        }
        Ok(Some(triple))
    }

    /// `QUANTIZED_VOLUME_OFFSET` and `QUANTIZED_VOLUME_SCALE`, metres, which quantized positions cannot do without.
    pub fn quantized_volume(&self) -> Result<(DVec3, DVec3), ContentError> {
        let corner = |semantic: &str| {
            let triple = self.triple(semantic)?.map(DVec3::from_array);
            triple.ok_or_else(|| self.wrong(semantic, "three numbers", "nothing"))
        };
        Ok((corner("QUANTIZED_VOLUME_OFFSET")?, corner("QUANTIZED_VOLUME_SCALE")?))
    }

    /// `CONSTANT_RGBA`.
    pub fn constant_rgba(&self) -> Result<Option<[u8; 4]>, ContentError> {
        let Some(numbers) = self.global("CONSTANT_RGBA", Component::U8, 4)? else { return Ok(None) };
        let mut rgba = [0; 4];
        for (slot, number) in rgba.iter_mut().zip(&numbers) {
            *slot = number.as_f64().clamp(0.0, 255.0) as u8;
        }
        Ok(Some(rgba))
    }

    /// `components` f32 for each of `count` features, in one run.
    pub fn floats(&self, semantic: &str, components: usize, count: usize) -> Result<Option<Vec<f32>>, ContentError> {
        let run = self.run(semantic, Component::F32, components, count)?;
        Ok(run.map(|bytes| bytes.as_chunks().0.iter().map(|&chunk| f32::from_le_bytes(chunk)).collect()))
    }

    /// `components` u16 for each of `count` features, in one run.
    pub fn shorts(&self, semantic: &str, components: usize, count: usize) -> Result<Option<Vec<u16>>, ContentError> {
        let run = self.run(semantic, Component::U16, components, count)?;
        Ok(run.map(|bytes| bytes.as_chunks().0.iter().map(|&chunk| u16::from_le_bytes(chunk)).collect()))
    }

    /// `components` bytes for each of `count` features, in one run.
    pub fn bytes(
        &self,
        semantic: &str,
        components: usize,
        count: usize,
    ) -> Result<Option<Cow<'a, [u8]>>, ContentError> {
        self.run(semantic, Component::U8, components, count)
    }

    /// `BATCH_ID`: one id a feature, of the component type that it names (`UNSIGNED_SHORT` if it names none).
    pub fn batch_ids(&self, count: usize) -> Result<Option<Vec<u32>>, ContentError> {
        let Some(value) = self.json.get("BATCH_ID") else { return Ok(None) };
        let component = match value.get("componentType").map(|name| name.as_str().unwrap_or_default()) {
            None => Component::U16,
            Some("UNSIGNED_BYTE") => Component::U8,
            Some("UNSIGNED_SHORT") => Component::U16,
            Some("UNSIGNED_INT") => Component::U32,
            Some(other) => {
                return Err(self.wrong(
                    "BATCH_ID/componentType",
                    "UNSIGNED_BYTE, UNSIGNED_SHORT or UNSIGNED_INT",
                    other,
                ));
            }
        };
        let Some(run) = self.run("BATCH_ID", component, 1, count)? else { return Ok(None) };
        let id = |index| match component.read(&run, index) {
            Some(Number::Uint(id)) => id as u32,
            _ => 0,
        };
        Ok(Some((0..count).map(id).collect()))
    }

    /// The bytes of `components` numbers for each of `count` features.
    fn run(
        &self,
        semantic: &str,
        component: Component,
        components: usize,
        count: usize,
    ) -> Result<Option<Cow<'a, [u8]>>, ContentError> {
        let Some(value) = self.json.get(semantic) else { return Ok(None) };
        let numbers = count.checked_mul(components).ok_or_else(|| self.wrong(semantic, "a smaller count", count))?;
        if let Value::Array(array) = value {
            if array.len() != numbers {
                return Err(self.wrong(semantic, format!("{numbers} numbers"), array.len()));
            }
            return Ok(Some(Cow::Owned(encode(array, component))));
        }
        let offset = self.offset(semantic, value)?;
        let bytes = numbers
            .checked_mul(component.size())
            .and_then(|len| self.binary.get(offset..offset.checked_add(len)?))
            .ok_or_else(|| {
                let left = self.binary.len().saturating_sub(offset);
                let what = format!("{numbers} numbers of {} bytes at byte {offset}", component.size());
                self.wrong(semantic, what, format!("{left} bytes of the binary part"))
            })?;
        Ok(Some(Cow::Borrowed(bytes)))
    }

    fn global(
        &self,
        semantic: &str,
        component: Component,
        components: usize,
    ) -> Result<Option<Vec<Number>>, ContentError> {
        let Some(value) = self.json.get(semantic) else { return Ok(None) };
        let json_number = |value: &Value| value.as_f64().map(Number::Float);
        let numbers: Option<Vec<Number>> = match value {
            Value::Number(_) if components == 1 => json_number(value).map(|number| vec![number]),
            Value::Array(array) if array.len() == components => array.iter().map(json_number).collect(),
            Value::Object(_) => {
                let offset = self.offset(semantic, value)?;
                let bytes = self.binary.get(offset..).unwrap_or_default();
                (0..components).map(|index| component.read(bytes, index)).collect()
            }
            _ => None,
        };
        match numbers {
            Some(numbers) => Ok(Some(numbers)),
            None => Err(self.wrong(semantic, format!("{components} number(s)"), short(value))),
        }
    }

    fn offset(&self, semantic: &str, value: &Value) -> Result<usize, ContentError> {
        let offset = value.get("byteOffset").and_then(Value::as_u64).and_then(|offset| usize::try_from(offset).ok());
        offset.ok_or_else(|| self.wrong(semantic, "a byteOffset or numbers", short(value)))
    }

    fn wrong(&self, semantic: &str, expected: impl std::fmt::Display, got: impl std::fmt::Display) -> ContentError {
        invalid(self.format, format!("feature table /{semantic}: expected {expected}, got {got}"))
    }
}

/// Numbers of a JSON array as the binary part would hold them; what is no number becomes 0.
fn encode(array: &[Value], component: Component) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(array.len() * component.size());
    for value in array {
        let number = value.as_f64().unwrap_or(0.0);
        match component {
            Component::U8 => bytes.push(number as u8),
            Component::U16 => bytes.extend((number as u16).to_le_bytes()),
            Component::U32 => bytes.extend((number as u32).to_le_bytes()),
            _ => bytes.extend((number as f32).to_le_bytes()),
        }
    }
    bytes
}

/// A JSON value for a message, cut where it is long.
pub(super) fn short(value: &Value) -> String {
    let text = match value {
        Value::Array(array) => return format!("an array of {}", array.len()),
        Value::Object(map) => return format!("an object of {} members", map.len()),
        other => other.to_string(),
    };
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table<'a>(json: &str, binary: &'a [u8]) -> FeatureTable<'a> {
        FeatureTable { format: "pnts", json: serde_json::from_str(json).unwrap(), binary }
    }

    #[test]
    fn globals_come_from_json_or_from_the_binary_part() {
        let mut binary = 7u32.to_le_bytes().to_vec();
        for x in [1.0f32, 2.0, 3.5] {
            binary.extend(x.to_le_bytes());
        }
        let table = table(r#"{"A":{"byteOffset":0},"B":9,"C":{"byteOffset":4},"D":[0.1,0.2,0.3]}"#, &binary);
        assert_eq!(table.count("A").unwrap(), Some(7));
        assert_eq!(table.count("B").unwrap(), Some(9));
        assert_eq!(table.count("E").unwrap(), None);
        assert_eq!(table.triple("C").unwrap(), Some([1.0, 2.0, 3.5]));
        assert_eq!(table.triple("D").unwrap(), Some([0.1, 0.2, 0.3]));
    }

    #[test]
    fn counts_that_are_no_counts_are_errors() {
        let table = table(r#"{"A":-1,"B":1.5,"C":4294967296,"D":"7","E":{"byteOffset":1}}"#, &[0; 4]);
        for semantic in ["A", "B", "C", "D", "E"] {
            assert!(table.count(semantic).is_err(), "{semantic}");
        }
    }

    #[test]
    fn runs_that_leave_the_binary_part_are_errors_before_anything_is_allocated() {
        let table = table(r#"{"P":{"byteOffset":4},"Q":{"byteOffset":18446744073709551615}}"#, &[0; 16]);
        assert_eq!(table.floats("P", 3, 1).unwrap(), Some(vec![0.0; 3]));
        assert!(table.floats("P", 3, 2).is_err());
        assert!(table.floats("P", 3, usize::MAX).is_err());
        assert!(table.floats("Q", 3, 1).is_err());
    }

    #[test]
    fn batch_ids_have_the_component_type_they_name() {
        let json = r#"{"BATCH_ID":{"byteOffset":0,"componentType":"UNSIGNED_BYTE"}}"#;
        assert_eq!(table(json, &[3, 1, 2]).batch_ids(3).unwrap(), Some(vec![3, 1, 2]));
        assert_eq!(table(r#"{"BATCH_ID":{"byteOffset":0}}"#, &[3, 1]).batch_ids(1).unwrap(), Some(vec![259]));
        assert_eq!(table(r#"{"BATCH_ID":[5,6]}"#, &[]).batch_ids(2).unwrap(), Some(vec![5, 6]));
        assert!(table(r#"{"BATCH_ID":{"byteOffset":0,"componentType":"FLOAT"}}"#, &[0; 8]).batch_ids(1).is_err());
    }
}
