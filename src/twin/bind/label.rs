//! Labels: texts with values in them.

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

use super::map::{Lookup, Steps};
use super::source::{Leaf, Properties, Trust, resolve};
use crate::format::scene::{Field, LabelBinding, LabelMap, Piece, PropertyPath, Template};
use crate::twin::Value;

/// The longest label, in bytes.
pub(super) const MAX_LEN: usize = 1024;

/// What stands in a label for a property that the entity does not have.
const MISSING: &str = "–";

#[derive(Debug, Clone)]
pub(super) struct Label {
    /// The property behind `{value}`.
    value: Option<PropertyPath>,
    texts: Texts,
}

#[derive(Debug, Clone)]
enum Texts {
    One(Template),
    Steps(Steps<Template>),
    Lookup(Lookup<Template>),
}

impl Label {
    pub fn compile(binding: &LabelBinding) -> Self {
        match binding {
            LabelBinding::Template(template) => Self { value: None, texts: Texts::One(template.clone()) },
            LabelBinding::Mapped(mapped) => Self {
                value: Some(mapped.property.clone()),
                texts: match &mapped.map {
                    LabelMap::Format(template) => Texts::One(template.clone()),
                    LabelMap::Steps(steps) => Texts::Steps(Steps::compile(steps, Template::clone)),
                    LabelMap::Lookup(entries) => Texts::Lookup(Lookup::compile(entries, Template::clone)),
                },
            },
        }
    }

    /// Appends the label and tells the worst quality of the values in it; `None` if there is no text for the value.
    pub fn write(&self, id: &str, class: Option<&str>, props: &dyn Properties, out: &mut String) -> Option<Trust> {
        let (value, mut trust) = match &self.value {
            Some(path) => resolve(props, path),
            None => (None, Trust::Good),
        };
        let template = match &self.texts {
            Texts::One(template) => template,
            Texts::Steps(steps) => steps.find(value?.number()?)?,
            Texts::Lookup(lookup) => lookup.find(value?)?,
        };
        let end = out.len().saturating_add(MAX_LEN);
        let mut out = Bounded { out, end };
        for piece in template.pieces() {
            // The only failure is that the label is full.
            let written = match piece {
                Piece::Text(text) => out.write_str(text),
                Piece::Field { field: Field::Id, .. } => out.write_str(id),
                Piece::Field { field: Field::Class, .. } => out.write_str(class.unwrap_or(MISSING)),
                Piece::Field { field: Field::Value, decimals } => write_leaf(&mut out, value, *decimals),
                Piece::Field { field: Field::Property(path), decimals } => {
                    let (leaf, own) = resolve(props, path);
                    trust = trust.max(own);
                    write_leaf(&mut out, leaf, *decimals)
                }
            };
            if written.is_err() {
                break;
            }
        }
        Some(trust)
    }

    pub fn properties<'a>(&'a self, names: &mut BTreeSet<&'a str>) {
        names.extend(self.value.iter().map(PropertyPath::name));
        let mut add = |template: &'a Template| names.extend(template.properties().map(PropertyPath::name));
        match &self.texts {
            Texts::One(template) => add(template),
            Texts::Steps(steps) => steps.values().for_each(&mut add),
            Texts::Lookup(lookup) => lookup.values().for_each(&mut add),
        }
    }
}

/// Appends to a text up to an end, at a character's boundary; past it, writing fails.
struct Bounded<'a> {
    out: &'a mut String,
    end: usize,
}

impl fmt::Write for Bounded<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = self.end.saturating_sub(self.out.len());
        if text.len() <= room {
            self.out.push_str(text);
            return Ok(());
        }
        let cut = (0..=room).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        self.out.push_str(&text[..cut]);
        Err(fmt::Error)
    }
}

fn write_leaf(out: &mut Bounded<'_>, leaf: Option<Leaf<'_>>, decimals: Option<u8>) -> fmt::Result {
    match leaf {
        None => out.write_str(MISSING),
        Some(Leaf::Number(number)) => write_number(out, number, decimals),
        Some(Leaf::Value(value)) => write_value(out, value, decimals),
    }
}

fn write_value(out: &mut Bounded<'_>, value: &Value, decimals: Option<u8>) -> fmt::Result {
    match value {
        Value::Null => out.write_str(MISSING),
        Value::Number(number) => write_number(out, *number, decimals),
        Value::Bool(flag) => out.write_str(if *flag { "yes" } else { "no" }),
        Value::Text(text) => out.write_str(text),
        Value::Array(list) => {
            for (i, item) in list.iter().enumerate() {
                out.write_str(if i == 0 { "" } else { ", " })?;
                // An array in an array has no form that one reads in a label.
                match item {
                    Value::Array(_) | Value::Object(_) | Value::Pose(_) => out.write_str("…")?,
                    item => write_value(out, item, decimals)?,
                }
            }
            Ok(())
        }
        Value::Object(_) | Value::Pose(_) => out.write_str("…"),
    }
}

/// With the decimals asked for; else with as many as it needs, at most six.
fn write_number(out: &mut Bounded<'_>, number: f64, decimals: Option<u8>) -> fmt::Result {
    if !number.is_finite() {
        return out.write_str(MISSING);
    }
    if number.abs() >= 1e15 {
        return write!(out, "{number:e}");
    }
    let start = out.out.len();
    write!(out, "{number:.*}", usize::from(decimals.unwrap_or(6)))?;
    let written = &out.out[start..];
    let mut end = written.len();
    if decimals.is_none() {
        end = written.trim_end_matches('0').trim_end_matches('.').len();
    }
    // What rounds to nothing has no sign.
    let negative_zero = written.starts_with('-') && written[..end].bytes().all(|c| matches!(c, b'-' | b'0' | b'.'));
    out.out.truncate(start + end);
    if negative_zero {
        out.out.remove(start);
    }
    Ok(())
}
