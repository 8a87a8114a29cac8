//! What a subtree's metadata says of its tiles better than their places in the tree.

use serde_json::Value;
use std::borrow::Cow;

use crate::format::content::PropertyTable;
use crate::format::content::metadata::read_property_table;
use crate::format::issue::Issues;
use crate::format::subtree::Subtree;
use crate::format::tileset::semantics::{Overrides, Subject, schema_has};

/// By row of the subtree's tables; empty for nearly all subtrees there are.
#[derive(Debug, Default)]
pub struct SubtreeOverrides {
    tiles: Vec<Overrides>,
    /// Of the content, where a tile has just one: volumes of several would have to be joined.
    contents: Vec<Overrides>,
}

impl SubtreeOverrides {
    /// Reads the tables whose class has semantics of tiles or contents.
    pub fn read(subtree: &Subtree, schema: Option<&Value>) -> Self {
        let Some(schema) = schema else { return Self::default() };
        let metadata = subtree.metadata();
        let rows = |table: Option<u32>, subject: Subject| -> Vec<Overrides> {
            let table = table.and_then(|index| metadata.property_tables.get(index as usize));
            let Some(table) = table.filter(|_| schema_has(schema, subject)) else { return Vec::new() };
            // What is wrong with the table was said when the file was read.
            let mut issues = Issues::default();
            let views = |index: usize| metadata.buffer_view(index).map(Cow::Borrowed);
            let table = read_property_table(table, schema, &views, &mut issues);
            table.map_or_else(Vec::new, |table| by_row(&table, subject, subtree.tile_count(), &mut issues))
        };
        let content =
            if subtree.content_count() == 1 { metadata.content_tables.first().copied().flatten() } else { None };
        Self { tiles: rows(metadata.tile_table, Subject::Tile), contents: rows(content, Subject::Content) }
    }

    pub fn is_empty(&self) -> bool {
        self.tiles.is_empty() && self.contents.is_empty()
    }

    pub fn tile(&self, subtree: &Subtree, level: u32, morton: u64) -> Overrides {
        let row = (!self.tiles.is_empty()).then(|| subtree.tile_row(level, morton)).flatten();
        row.and_then(|row| self.tiles.get(row as usize)).copied().unwrap_or_default()
    }

    pub fn content(&self, subtree: &Subtree, level: u32, morton: u64) -> Overrides {
        let has = !self.contents.is_empty() && subtree.content_available(0, level, morton);
        let row = has.then(|| subtree.content_row(0, level, morton)).flatten();
        row.and_then(|row| self.contents.get(row as usize)).copied().unwrap_or_default()
    }
}

/// There are no more rows than tiles, whatever the table says of itself.
fn by_row(table: &PropertyTable, subject: Subject, tiles: u64, issues: &mut Issues) -> Vec<Overrides> {
    let columns: Vec<_> = table.properties.iter().filter(|property| !property.semantic.is_empty()).collect();
    let row = |row: usize| {
        let values = columns.iter().filter_map(|column| Some((column.semantic.as_str(), column.values.get(row)?)));
        Overrides::collect(subject, values, issues)
    };
    (0..u64::from(table.count).min(tiles) as usize).map(row).collect()
}
