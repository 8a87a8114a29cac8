//! Stand-in until the reader of property tables is merged.

use super::PropertyTable;
use crate::format::issue::Issues;
use std::borrow::Cow;

pub type BufferViews<'f, 'a> = &'f dyn Fn(usize) -> Option<Cow<'a, [u8]>>;

pub fn read_structural<'a>(
    ext: &serde_json::Value,
    _schema_override: Option<&serde_json::Value>,
    _buffer_view: BufferViews<'_, 'a>,
    _issues: &mut Issues,
) -> Vec<PropertyTable> {
    let tables = ext.get("propertyTables").and_then(|tables| tables.as_array()).map_or(0, Vec::len);
    vec![PropertyTable::default(); tables]
}
