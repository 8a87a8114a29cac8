//! Columns of a property table from its binary buffers (3D Metadata, "Binary table format").
//!
//! All rows lie one after the other in `values`. Booleans are one bit each, from the lowest on. Arrays of varying length
//! have `arrayOffsets` (in elements), strings `stringOffsets` (in bytes), each with one entry more than it has rows.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

use super::BufferViews;
use super::schema::{Element, PropertySchema};
use super::value::{Budget, Transform, weight};
use crate::format::content::Column;
use crate::format::content::number::{Component, Number};

/// The buffers of one property.
struct Store<'a> {
    element: &'a Element,
    values: Cow<'a, [u8]>,
    array_offsets: Option<Offsets<'a>>,
    string_offsets: Option<Offsets<'a>>,
}

struct Offsets<'a> {
    bytes: Cow<'a, [u8]>,
    component: Component,
}

impl Offsets<'_> {
    /// From where to where row `index` goes, `None` if that is out of order or out of the buffer.
    fn range(&self, index: usize) -> Option<Range<usize>> {
        let at = |index| match self.component.read(&self.bytes, index) {
            Some(Number::Uint(offset)) => usize::try_from(offset).ok(),
            _ => None,
        };
        let range = at(index)?..at(index.checked_add(1)?)?;
        (range.start <= range.end).then_some(range)
    }
}

/// The column of `count` rows. `stored` is the property in the table (indices of its buffer views, offset, scale).
///
/// # Errors
/// What is wrong with it, for its author.
pub(super) fn read(
    property: &PropertySchema,
    stored: &Value,
    count: usize,
    buffer_view: BufferViews<'_, '_>,
    budget: &mut Budget,
) -> Result<Column, String> {
    let mut view = |key: &str| -> Result<Cow<[u8]>, String> {
        let index = stored.get(key).and_then(Value::as_u64).and_then(|index| usize::try_from(index).ok());
        let index = index.ok_or_else(|| format!("{key} names no buffer view"))?;
        let bytes = buffer_view(index).ok_or_else(|| format!("{key}: buffer view {index} is not there"))?;
        budget.take(bytes.len())?;
        Ok(bytes)
    };
    let mut offsets = |key: &str, type_key: &str| -> Result<Offsets, String> {
        let component = match stored.get(type_key).map(|name| name.as_str().unwrap_or_default()) {
            None => Component::U32,
            Some(name) => Component::from_metadata(name)
                .filter(|c| c.is_integer() && !c.is_signed_integer())
                .ok_or_else(|| format!("{type_key}: expected UINT8 to UINT64, got {name}"))?,
        };
        Ok(Offsets { bytes: view(key)?, component })
    };
    let varying = property.array && property.length.is_none();
    let is_string = property.element == Element::String;
    let array_offsets = varying.then(|| offsets("arrayOffsets", "arrayOffsetType")).transpose()?;
    let string_offsets = is_string.then(|| offsets("stringOffsets", "stringOffsetType")).transpose()?;
    let store = Store { element: &property.element, values: view("values")?, array_offsets, string_offsets };
    let transform = Transform::new(property, Some(stored));
    match (property.array, &property.element) {
        (true, _) => arrays(&store, property, transform, count, budget),
        (false, Element::Numbers { component, components: 1 }) => {
            scalars(&store, property, *component, transform, count, budget)
        }
        (false, Element::Boolean) if property.no_data.is_none() => {
            store.check_elements(count)?;
            budget.take(count)?;
            Ok(Column::Bool((0..count).map(|row| store.bit(row)).collect()))
        }
        (false, Element::String) if property.no_data.is_none() => {
            texts(count, budget, |row| store.text(row).map(Arc::from))
        }
        (false, Element::Enum(schema)) if property.no_data.is_none() => {
            store.check_elements(count)?;
            texts(count, budget, |row| Some(schema.name(schema.component.read(&store.values, row)?)))
        }
        (false, _) => {
            store.check_elements(count)?;
            values(count, budget, property, transform, |row, budget| store.charged(row, budget))
        }
    }
}

/// A column of one value, as a property has it that the table does not store.
pub(super) fn constant(default: &Value, count: usize, budget: &mut Budget) -> Result<Column, String> {
    Ok(match default {
        Value::String(text) => {
            budget.take(count.saturating_mul(size_of::<Arc<str>>()))?;
            Column::Text(vec![Arc::from(text.as_str()); count])
        }
        other => {
            budget.take(count.saturating_mul(weight(other)))?;
            match (other.as_bool(), other.as_i64(), other.as_f64()) {
                (Some(value), ..) => Column::Bool(vec![value; count]),
                (_, Some(value), _) => Column::I64(vec![value; count]),
                (.., Some(value)) => Column::F64(vec![value; count]),
                _ => Column::Json(vec![other.clone(); count]),
            }
        }
    })
}

fn texts(count: usize, budget: &mut Budget, text: impl Fn(usize) -> Option<Arc<str>>) -> Result<Column, String> {
    budget.take(count.saturating_mul(size_of::<Arc<str>>()))?;
    let column: Result<_, String> = (0..count).map(|row| text(row).ok_or_else(|| not_there(row))).collect();
    Ok(Column::Text(column?))
}

fn not_there(row: usize) -> String {
    format!("value {row} is not in the buffers, or the offsets are out of order")
}

fn scalars(
    store: &Store,
    property: &PropertySchema,
    component: Component,
    transform: Transform,
    count: usize,
    budget: &mut Budget,
) -> Result<Column, String> {
    store.check_elements(count)?;
    budget.take(count.saturating_mul(8))?;
    let numbers = || (0..count).filter_map(|row| component.read(&store.values, row));
    if property.no_data.is_some() && numbers().any(|number| property.is_no_data(&number.to_json())) {
        return values(count, budget, property, transform, |row, budget| store.charged(row, budget));
    }
    Ok(if !transform.is_identity() || !component.is_integer() {
        Column::F64(numbers().map(|number| transform.number(number.as_f64())).collect())
    } else if component.is_signed_integer() {
        Column::I64(numbers().map(|number| number.as_integer() as i64).collect())
    } else {
        Column::U64(numbers().map(|number| number.as_integer() as u64).collect())
    })
}

fn arrays(
    store: &Store,
    property: &PropertySchema,
    transform: Transform,
    count: usize,
    budget: &mut Budget,
) -> Result<Column, String> {
    let range = |row: usize| match (&store.array_offsets, property.length) {
        (Some(offsets), _) => offsets.range(row),
        (None, Some(length)) => {
            let start = row.checked_mul(length)?;
            Some(start..start.checked_add(length)?)
        }
        (None, None) => None,
    };
    // The last range ends highest: with it inside, all are.
    let elements = match count.checked_sub(1) {
        Some(last) => range(last).ok_or_else(|| not_there(last))?.end,
        None => 0,
    };
    store.check_elements(elements)?;
    values(count, budget, property, transform, |row, budget| {
        let range = range(row).filter(|range| range.end <= elements).ok_or_else(|| not_there(row))?;
        let mut items = Vec::new();
        for index in range {
            items.push(store.charged(index, budget)?);
        }
        Ok(Value::Array(items))
    })
}

/// A column of JSON values. `raw` gives a row's stored value and charges the budget for it.
fn values(
    count: usize,
    budget: &mut Budget,
    property: &PropertySchema,
    transform: Transform,
    raw: impl Fn(usize, &mut Budget) -> Result<Value, String>,
) -> Result<Column, String> {
    let mut column = Vec::new();
    for row in 0..count {
        budget.take(size_of::<Value>())?;
        let raw = raw(row, budget)?;
        column.push(match (property.is_no_data(&raw), property.default) {
            (false, _) => transform.value(raw),
            (true, None) => Value::Null,
            (true, Some(default)) => {
                budget.take(weight(default))?;
                default.clone()
            }
        });
    }
    Ok(Column::Json(column))
}

impl Store<'_> {
    /// That `values` (for strings: the offsets) has so many elements.
    fn check_elements(&self, elements: usize) -> Result<(), String> {
        let bytes = match self.element {
            Element::Numbers { component, components } => {
                elements.checked_mul(*components).and_then(|n| n.checked_mul(component.size()))
            }
            Element::Enum(schema) => elements.checked_mul(schema.component.size()),
            Element::Boolean => Some(elements.div_ceil(8)),
            // Strings lie between offsets, which are checked one by one.
            Element::String => Some(0),
        };
        match bytes {
            Some(bytes) if bytes <= self.values.len() => Ok(()),
            _ => Err(format!("values: expected {elements} elements, got {} bytes", self.values.len())),
        }
    }

    /// One element with its memory taken from the budget.
    fn charged(&self, index: usize, budget: &mut Budget) -> Result<Value, String> {
        let element = self.element(index).ok_or_else(|| not_there(index))?;
        budget.take(weight(&element))?;
        Ok(element)
    }

    /// One element, before any transform; `None` past the end.
    fn element(&self, index: usize) -> Option<Value> {
        Some(match self.element {
            Element::Numbers { component, components: 1 } => component.read(&self.values, index)?.to_json(),
            Element::Numbers { component, components } => {
                let start = index.checked_mul(*components)?;
                let numbers = (start..start.checked_add(*components)?).map(|at| component.read(&self.values, at));
                Value::Array(numbers.map(|number| number.map(Number::to_json)).collect::<Option<_>>()?)
            }
            Element::String => Value::String(self.text(index)?),
            Element::Boolean => Value::Bool(self.bit(index)),
            Element::Enum(schema) => Value::from(&*schema.name(schema.component.read(&self.values, index)?)),
        })
    }

    fn text(&self, index: usize) -> Option<String> {
        let bytes = self.values.get(self.string_offsets.as_ref()?.range(index)?)?;
        Some(String::from_utf8_lossy(bytes).into_owned())
    }

    fn bit(&self, index: usize) -> bool {
        self.values.get(index / 8).is_some_and(|byte| byte >> (index % 8) & 1 == 1)
    }
}
