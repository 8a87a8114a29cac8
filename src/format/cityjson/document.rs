//! The members of a CityJSON object or a CityJSONFeature, found in one pass; city objects stay as text.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::CityJsonError;
use crate::format::city::Report;

/// Members of the document, as text where they are read later.
#[derive(Default)]
pub struct Members<'a> {
    pub kind: Option<&'a RawValue>,
    pub version: Option<&'a RawValue>,
    /// Of a CityJSONFeature: the key of its main object.
    pub id: Option<&'a RawValue>,
    pub transform: Option<&'a RawValue>,
    pub metadata: Option<&'a RawValue>,
    pub appearance: Option<&'a RawValue>,
    pub templates: Option<&'a RawValue>,
    pub extensions: Option<&'a RawValue>,
    /// In the file's order, each key once.
    pub objects: Vec<(Cow<'a, str>, &'a RawValue)>,
    pub has_objects: bool,
    /// As they stand in the file; what is no position has NaN in it.
    pub vertices: Vec<[f64; 3]>,
    pub has_vertices: bool,
}

impl<'a> Members<'a> {
    /// Parses a whole document.
    ///
    /// # Errors
    /// When the text is no JSON, or no object, or city objects or vertices are of another type than they must be.
    pub fn parse(text: &'a str, report: &mut Report) -> Result<Self, CityJsonError> {
        let mut members = Members::default();
        let mut deserializer = serde_json::Deserializer::from_str(text);
        deserializer
            .deserialize_any(Document { members: &mut members, report })
            .and_then(|()| deserializer.end())
            .map_err(|e| CityJsonError::Json { reason: e.to_string(), ended: e.is_eof() })?;
        Ok(members)
    }
}

struct Document<'m, 'a> {
    members: &'m mut Members<'a>,
    report: &'m mut Report,
}

impl<'de> Visitor<'de> for Document<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a CityJSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { members, report } = self;
        let mut seen = BTreeSet::new();
        while let Some(Key(key)) = map.next_key::<Key<'de>>()? {
            match key.as_ref() {
                "type" => members.kind = Some(map.next_value()?),
                "version" => members.version = Some(map.next_value()?),
                "id" => members.id = Some(map.next_value()?),
                "transform" => members.transform = Some(map.next_value()?),
                "metadata" => members.metadata = Some(map.next_value()?),
                "appearance" => members.appearance = Some(map.next_value()?),
                "geometry-templates" => members.templates = Some(map.next_value()?),
                "extensions" => members.extensions = Some(map.next_value()?),
                "CityObjects" => {
                    members.objects = map.next_value_seed(CityObjects { report })?;
                    members.has_objects = true;
                }
                "vertices" => {
                    members.vertices = map.next_value::<Positions>()?.0;
                    members.has_vertices = true;
                }
                // Properties of extensions (`+census`) and of whoever wrote the file.
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            }
            if !seen.insert(key.to_string()) {
                report.error("the key stands twice; the last one is used", || format!("/{key}"));
            }
        }
        Ok(())
    }
}

struct CityObjects<'m> {
    report: &'m mut Report,
}

impl<'de> DeserializeSeed<'de> for CityObjects<'_> {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

/// A key that borrows from the text if it has no escapes.
#[derive(Deserialize)]
#[serde(transparent)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Visitor<'de> for CityObjects<'_> {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of city objects")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut objects = Vec::new();
        let mut seen: BTreeSet<Cow<'de, str>> = BTreeSet::new();
        while let Some(Key(id)) = map.next_key::<Key<'de>>()? {
            let object = map.next_value()?;
            if seen.insert(id.clone()) {
                objects.push((id, object));
            } else {
                self.report.error("the id stands twice; the first object is used", || pointer(&["CityObjects", &id]));
            }
        }
        Ok(objects)
    }
}

/// Positions: a list of lists of three numbers. One that is something else becomes NaN.
#[derive(Default)]
pub struct Positions(pub Vec<[f64; 3]>);

impl<'de> Deserialize<'de> for Positions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<Numbers<3>>::deserialize(deserializer).map(|list| Self(list.into_iter().map(|p| p.0).collect()))
    }
}

/// A list of `N` numbers (one alone if `N` is 1); if it is anything else, `N` times NaN.
#[derive(Clone, Copy)]
pub struct Numbers<const N: usize>(pub [f64; N]);

impl<'de, const N: usize> Deserialize<'de> for Numbers<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumbersVisitor)
    }
}

struct NumbersVisitor<const N: usize>;

impl<const N: usize> NumbersVisitor<N> {
    const NONE: Numbers<N> = Numbers([f64::NAN; N]);
}

impl<'de, const N: usize> Visitor<'de> for NumbersVisitor<N> {
    type Value = Numbers<N>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of {N} numbers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Numbers<N>, A::Error> {
        let mut numbers = [f64::NAN; N];
        let mut count = 0;
        while let Some(Numbers([number])) = list.next_element::<Numbers<1>>()? {
            if let Some(slot) = numbers.get_mut(count) {
                *slot = number;
            }
            count += 1;
        }
        Ok(if count == N && N > 1 { Numbers(numbers) } else { Self::NONE })
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Numbers<N>, E> {
        Ok(if N == 1 { Numbers([number; N]) } else { Self::NONE })
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Numbers<N>, E> {
        self.visit_f64(number as f64)
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Numbers<N>, E> {
        self.visit_f64(number as f64)
    }

    fn visit_unit<E>(self) -> Result<Numbers<N>, E> {
        Ok(Self::NONE)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Numbers<N>, E> {
        Ok(Self::NONE)
    }

    fn visit_str<E>(self, _: &str) -> Result<Numbers<N>, E> {
        Ok(Self::NONE)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Numbers<N>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::NONE)
    }
}

/// A JSON pointer (RFC 6901) of keys.
pub fn pointer(keys: &[&str]) -> String {
    let mut out = String::new();
    for key in keys {
        out.push('/');
        for c in key.chars() {
            match c {
                '~' => out.push_str("~0"),
                '/' => out.push_str("~1"),
                c => out.push(c),
            }
        }
    }
    out
}

/// A string, or `None` for anything else.
pub fn text(raw: Option<&RawValue>) -> Option<String> {
    serde_json::from_str(raw?.get()).ok()
}

/// Why a value could not be read, without serde's line and column, which count from the value's own start.
pub fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_string()
}

/// For messages: the text of a value, cut short.
pub fn excerpt(raw: &RawValue) -> String {
    const MAX_BYTES: usize = 60;
    let text = raw.get();
    let short = crate::format::city::cut(text, MAX_BYTES);
    if short.len() < text.len() { format!("{short}…") } else { short.to_string() }
}
