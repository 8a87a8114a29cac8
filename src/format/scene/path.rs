//! Paths to properties of an entity, as bindings and label templates name them.
//!
//! A path is a JSON pointer (RFC 6901) into the entity's properties: `/speed`, `/pose/heading`. Its first token is the
//! property's name in the feed, further tokens go into a value that is an object or an array. Where no `/` starts it,
//! the whole text is the property's name.

use std::fmt;

use super::text::text_form;

/// Which property, and where in its value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PropertyPath {
    text: String,
    /// The property's name in the feed.
    name: String,
    /// Unescaped tokens into the value.
    rest: Vec<String>,
}

text_form! {
    PropertyPath {
        format: "mirante-property",
        expected: "a property's name such as \"speed\", or a path such as \"/pose/heading\"",
        pattern: "^([^/].*|/[^/].*)$",
        description: "A property of the entity: its name in the feed (`speed`, or `/speed`), or a path into its value (`/pose/heading`).",
    }
}

impl PropertyPath {
    /// How deep a path may go into a value.
    pub const MAX_TOKENS: usize = 16;

    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > 1024 {
            return Err("it is longer than 1024 bytes".to_string());
        }
        let mut tokens = match text.strip_prefix('/') {
            None => vec![text.to_string()],
            Some(pointer) => pointer.split('/').map(unescape).collect::<Result<Vec<_>, _>>()?,
        };
        if tokens.len() > Self::MAX_TOKENS {
            return Err(format!("it is deeper than {} steps", Self::MAX_TOKENS));
        }
        let name = tokens.remove(0);
        if name.is_empty() {
            return Err("it names no property".to_string());
        }
        Ok(Self { text: text.to_string(), name, rest: tokens })
    }

    /// The property's name in the feed.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The tokens into the property's value, unescaped; often none.
    pub fn rest(&self) -> &[String] {
        &self.rest
    }
}

impl fmt::Display for PropertyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// `~1` is `/` and `~0` is `~` (RFC 6901, section 3).
fn unescape(token: &str) -> Result<String, String> {
    let mut out = String::with_capacity(token.len());
    let mut chars = token.chars();
    while let Some(c) = chars.next() {
        out.push(match c {
            '~' => match chars.next() {
                Some('0') => '~',
                Some('1') => '/',
                _ => return Err("a ~ in it is not followed by 0 or 1".to_string()),
            },
            c => c,
        });
    }
    Ok(out)
}
