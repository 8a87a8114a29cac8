//! From stored values to the values that they mean (3D Metadata, "Property values transforms", "No data values").
//!
//! Order: `noData` is compared with what is stored; then normalized, times `scale`, plus `offset`. A `default` is given
//! in its final form.

use serde_json::Value;

use super::schema::{Element, PropertySchema};
use crate::format::content::number::Component;

/// What all columns of one read may take, about.
pub(super) const MAX_BYTES: usize = 256 << 20;

/// Memory that is still free for columns.
pub(super) struct Budget {
    left: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { left: MAX_BYTES }
    }
}

impl Budget {
    /// # Errors
    /// A message if so much is not left.
    pub fn take(&mut self, bytes: usize) -> Result<(), String> {
        self.left = self
            .left
            .checked_sub(bytes)
            .ok_or_else(|| format!("the properties are too large: expected at most {MAX_BYTES} bytes in all"))?;
        Ok(())
    }
}

/// About how many bytes a JSON value takes in memory.
pub(super) fn weight(value: &Value) -> usize {
    const ONE: usize = size_of::<Value>();
    match value {
        Value::String(text) => ONE + text.len(),
        Value::Array(items) => ONE + items.iter().map(weight).sum::<usize>(),
        Value::Object(map) => ONE + map.iter().map(|(key, item)| ONE + key.len() + weight(item)).sum::<usize>(),
        _ => ONE,
    }
}

/// `normalized`, `offset` and `scale` of a property in a table, which may have its own offset and scale.
#[derive(Clone, Copy)]
pub(super) struct Transform<'a> {
    normalized: Option<Component>,
    offset: Option<&'a Value>,
    scale: Option<&'a Value>,
}

impl<'a> Transform<'a> {
    pub fn new(schema: &'a PropertySchema, stored: Option<&'a Value>) -> Self {
        let Element::Numbers { component, .. } = schema.element else {
            return Self { normalized: None, offset: None, scale: None };
        };
        let own = |key: &str| stored.and_then(|stored| stored.get(key));
        Self {
            normalized: (schema.normalized && component.is_integer()).then_some(component),
            offset: own("offset").or(schema.offset),
            scale: own("scale").or(schema.scale),
        }
    }

    pub fn is_identity(&self) -> bool {
        self.normalized.is_none() && self.offset.is_none() && self.scale.is_none()
    }

    /// Of a scalar.
    pub fn number(&self, raw: f64) -> f64 {
        apply(raw, self.normalized, self.offset, self.scale)
    }

    /// Of any value; arrays element by element, with their elements of `offset` and `scale`.
    pub fn value(&self, raw: Value) -> Value {
        if self.is_identity() { raw } else { transform(raw, self.normalized, self.offset, self.scale) }
    }
}

fn apply(raw: f64, normalized: Option<Component>, offset: Option<&Value>, scale: Option<&Value>) -> f64 {
    let normal = normalized.map_or(raw, |component| component.normalize(raw));
    let number = |value: Option<&Value>, neutral: f64| value.and_then(Value::as_f64).unwrap_or(neutral);
    normal * number(scale, 1.0) + number(offset, 0.0)
}

fn transform(raw: Value, normalized: Option<Component>, offset: Option<&Value>, scale: Option<&Value>) -> Value {
    match raw {
        Value::Array(items) => {
            let nested = items.iter().any(Value::is_array);
            let element = |value: Option<&'_ Value>, index: usize| -> Option<Value> {
                match value? {
                    // One offset for every vector of an array, or one for each of them.
                    Value::Array(list) if !nested || list.iter().any(Value::is_array) => list.get(index).cloned(),
                    other => Some(other.clone()),
                }
            };
            let each = |(index, item)| {
                let (offset, scale) = (element(offset, index), element(scale, index));
                transform(item, normalized, offset.as_ref(), scale.as_ref())
            };
            Value::Array(items.into_iter().enumerate().map(each).collect())
        }
        Value::Number(number) => match number.as_f64() {
            Some(number) => Value::from(apply(number, normalized, offset, scale)),
            None => Value::Number(number),
        },
        other => other,
    }
}

impl PropertySchema<'_> {
    /// Whether a stored value is the one that means "no data".
    pub fn is_no_data(&self, raw: &Value) -> bool {
        let single = matches!(self.element, Element::Numbers { component: Component::F32, .. });
        self.no_data.is_some_and(|no_data| same(raw, no_data, single))
    }

    /// What a stored JSON value means; `None` for no data without a default.
    pub fn finish(&self, raw: Value) -> Option<Value> {
        if self.is_no_data(&raw) {
            return self.default.cloned();
        }
        Some(Transform::new(self, None).value(raw))
    }
}

/// Equal, where numbers are equal by value; `single`: as f32, since `noData` is decimal text and the value was stored
/// as f32.
fn same(a: &Value, b: &Value, single: bool) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b, single)),
        (Value::Number(a), Value::Number(b)) => match (a.as_f64(), b.as_f64()) {
            _ if a == b => true,
            (Some(a), Some(b)) if single => a as f32 == b as f32,
            (Some(x), Some(y)) => x == y && !(a.is_u64() || a.is_i64()),
            _ => false,
        },
        _ => a == b,
    }
}
