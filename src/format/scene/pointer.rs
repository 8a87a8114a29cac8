//! JSON pointers (RFC 6901) into scene files.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Appends a key to a pointer, escaped.
pub(super) fn push_key(pointer: &mut String, key: &str) {
    pointer.push('/');
    for c in key.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
}

/// Appends an index to a pointer.
pub(super) fn push_index(pointer: &mut String, index: usize) {
    // Writing into a String cannot fail.
    let _ = write!(pointer, "/{index}");
}

/// Where the entries of shortened lists stood in the file.
///
/// The reader leaves unusable entries of lists out, so that later entries move up; this leads from a pointer into the
/// scene back to the pointer into the file.
#[derive(Debug, Clone, PartialEq, Default)]
pub(in crate::format) struct SourceMap {
    /// For each shortened list, by its pointer in the file: the index in the file of each entry that was kept.
    kept: BTreeMap<String, Vec<usize>>,
}

impl SourceMap {
    pub fn shortened(&mut self, list_pointer: &str, kept: Vec<usize>) {
        self.kept.insert(list_pointer.to_string(), kept);
    }

    /// The pointer into the file for a pointer into the scene.
    pub fn in_file(&self, pointer: &str) -> String {
        let mut out = String::with_capacity(pointer.len());
        for token in pointer.split('/').skip(1) {
            let moved = self.kept.get(&out).and_then(|kept| kept.get(token.parse::<usize>().ok()?));
            match moved {
                Some(index) => push_index(&mut out, *index),
                None => {
                    out.push('/');
                    out.push_str(token);
                }
            }
        }
        out
    }
}
