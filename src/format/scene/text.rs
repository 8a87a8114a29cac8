//! Values that are written as one string in a scene file (colours, times, addresses, patterns, templates).
//!
//! Each such type implements [`TextForm`]; the macro [`text_form`] derives serde and schema from it. The schema carries
//! the type's `format`, by which the reader finds the parser again ([`check_format`]) and names the exact place.

use std::fmt::Display;

/// A value with a textual form: `Display` writes what `parse_text` reads.
pub(super) trait TextForm: Sized + Display {
    /// The `format` keyword in the schema.
    const FORMAT: &'static str;
    /// What a user should write, to stand after "expected".
    const EXPECTED: &'static str;

    /// The value, or why the text is none.
    fn parse_text(text: &str) -> Result<Self, String>;
}

/// Implements [`TextForm`], `Serialize`, `Deserialize` and `JsonSchema` for a type with `parse(&str)` and `Display`.
macro_rules! text_form {
    ($name:ident {
        format: $format:literal,
        expected: $expected:literal,
        pattern: $pattern:literal,
        description: $description:literal $(,)?
    }) => {
        impl $crate::format::scene::text::TextForm for $name {
            const FORMAT: &'static str = $format;
            const EXPECTED: &'static str = $expected;

            fn parse_text(text: &str) -> Result<Self, String> {
                Self::parse(text)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                Self::parse(&text)
                    .map_err(|why| serde::de::Error::custom(format!("{why}; expected {}", $expected)))
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "format": $format,
                    "description": $description,
                    "pattern": $pattern,
                })
            }
        }
    };
}
pub(super) use text_form;

/// Why `text` is not of the format, with what was expected; `None` if it is, or if the format is not one of ours.
pub(super) fn check_format(format: &str, text: &str) -> Option<Misfit> {
    fn of<T: TextForm>(format: &str, text: &str) -> Option<Option<Misfit>> {
        (format == T::FORMAT).then(|| T::parse_text(text).err().map(|reason| Misfit { expected: T::EXPECTED, reason }))
    }
    let parsers = [
        of::<super::color::Color>,
        of::<super::time::SceneTime>,
        of::<super::url::SceneUrl>,
        of::<super::feed::FeedUrl>,
        of::<super::glob::Glob>,
        of::<super::path::PropertyPath>,
        of::<super::template::Template>,
        of::<super::entity::EntityModel>,
    ];
    parsers.iter().find_map(|parser| parser(format, text))?
}

/// A text that is not what its format asks for.
pub(super) struct Misfit {
    pub expected: &'static str,
    pub reason: String,
}
