//! Label texts with places for values: `{id}`, `{class}`, `{value:.1}`, `{battery}`, `{/pose/heading:.0}`.
//!
//! `{value}` is the property that the label is bound to. Any other name is a property of the entity (a property named
//! `id`, `class` or `value` is reached as `{/id}`). `:.N` after the name writes a number with N decimals. `{{` and `}}`
//! are braces.

use std::fmt;

use super::path::PropertyPath;
use super::text::text_form;

/// A parsed label text.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    text: String,
    pieces: Vec<Piece>,
}

/// One piece of a [`Template`].
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    Text(String),
    Field {
        field: Field,
        /// Decimals of a number, at most 9; `None`: as many as it needs.
        decimals: Option<u8>,
    },
}

/// What a place in a template is filled with.
#[derive(Debug, Clone, PartialEq)]
pub enum Field {
    Id,
    Class,
    /// The property that the label is bound to.
    Value,
    Property(PropertyPath),
}

text_form! {
    Template {
        format: "mirante-template",
        expected: "a text such as \"{id}: {speed:.1} m/s\"",
        pattern: "^([^{}]|\\{\\{|\\}\\}|\\{[^{}]+\\})*$",
        description: "A text with values in braces: `{id}`, `{class}`, `{value}` (the bound property), `{speed}` or `{/pose/heading}` (any property); `{speed:.1}` writes one decimal, `{{` and `}}` are braces.",
    }
}

impl Template {
    /// The longest template, in bytes.
    pub const MAX_LEN: usize = 4096;

    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > Self::MAX_LEN {
            return Err(format!("it is longer than {} bytes", Self::MAX_LEN));
        }
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            literal.push_str(before);
            if let Some(after) = from.strip_prefix("{{") {
                literal.push('{');
                rest = after;
            } else if let Some(after) = from.strip_prefix("}}") {
                literal.push('}');
                rest = after;
            } else if let Some(inside) = from.strip_prefix('{') {
                let (field, after) = inside.split_once('}').ok_or("a { in it is never closed")?;
                if !literal.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut literal)));
                }
                pieces.push(parse_field(field)?);
                rest = after;
            } else {
                return Err("a } in it was never opened (write }} for a brace)".to_string());
            }
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            pieces.push(Piece::Text(literal));
        }
        Ok(Self { text: text.to_string(), pieces })
    }

    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Whether `{value}` occurs.
    pub fn uses_value(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Field { field: Field::Value, .. }))
    }

    /// The properties that it names, other than `{value}`.
    pub fn properties(&self) -> impl Iterator<Item = &PropertyPath> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Field { field: Field::Property(path), .. } => Some(path),
            _ => None,
        })
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The inside of `{…}`.
fn parse_field(inside: &str) -> Result<Piece, String> {
    let (name, decimals) = match inside.rsplit_once(':') {
        None => (inside, None),
        Some((name, spec)) => {
            let decimals = spec
                .strip_prefix('.')
                .and_then(|digits| digits.parse::<u8>().ok())
                .filter(|decimals| *decimals <= 9)
                .ok_or_else(|| format!("after the : in {{{inside}}} should be .0 to .9"))?;
            (name, Some(decimals))
        }
    };
    let field = match name.trim() {
        "" => return Err("a {} in it names nothing".to_string()),
        "id" => Field::Id,
        "class" => Field::Class,
        "value" => Field::Value,
        name if name.contains('{') => return Err(format!("a {{ stands inside {{{inside}}}")),
        name => Field::Property(PropertyPath::parse(name).map_err(|why| format!("{{{inside}}}: {why}"))?),
    };
    Ok(Piece::Field { field, decimals })
}
