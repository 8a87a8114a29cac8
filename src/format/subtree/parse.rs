//! From bytes to a [`Subtree`].

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::availability::Availability;
use super::{MAX_CONTENTS, MAX_FILE_BYTES, MAX_JSON_BYTES, Subtree, SubtreeError, SubtreeMetadata, SubtreeRead};
use super::{places_above, places_on_level};
use crate::format::gzip;
use crate::format::issue::{Issue, Issues};
use crate::format::tileset::Subdivision;
use crate::format::uri::DataUri;

/// Magic of a binary subtree.
const MAGIC: &[u8; 4] = b"subt";
const HEADER_BYTES: usize = 24;

/// Past this many places the cross-checks between levels are left out; they are advice, not safety.
const MAX_CHECKED_PLACES: u64 = 1 << 22;

/// Reads a subtree file.
///
/// `subtree_levels` is that of the implicit tiling. `external_buffers` gives a buffer by the reference written in the
/// file, if the caller has it already.
///
/// # Errors
/// When the bytes are no subtree, or the availability of tiles or of child subtrees can't be told from them. Missing
/// content availability only makes the contents unavailable (an issue).
pub fn read(
    bytes: &[u8],
    scheme: Subdivision,
    subtree_levels: u32,
    external_buffers: &dyn Fn(&str) -> Option<Arc<[u8]>>,
) -> Result<SubtreeRead, SubtreeError> {
    let max = scheme.max_subtree_levels();
    if subtree_levels == 0 || subtree_levels > max {
        return Err(SubtreeError::Levels { max, got: subtree_levels });
    }
    if bytes.len() > MAX_FILE_BYTES {
        return Err(SubtreeError::TooLarge { max: MAX_FILE_BYTES, got: bytes.len() });
    }
    let unpacked =
        if gzip::is_gzip(bytes) { Cow::from(gzip::gunzip_limited(bytes, MAX_FILE_BYTES)?) } else { Cow::from(bytes) };
    let mut issues = Issues::default();
    let (json, binary) = split(&unpacked, &mut issues)?;
    if json.len() > MAX_JSON_BYTES {
        return Err(SubtreeError::TooLarge { max: MAX_JSON_BYTES, got: json.len() });
    }
    let json: Value = serde_json::from_slice(json).map_err(|e| SubtreeError::Json { message: e.to_string() })?;
    let Value::Object(json) = json else {
        return Err(SubtreeError::Json { message: "expected an object".to_owned() });
    };
    let file = File { buffers: Buffers::read(&json, binary, external_buffers, &mut issues), json };
    file.subtree(scheme, subtree_levels, issues)
}

/// The JSON and the binary chunk; a file that is no binary subtree is all JSON.
fn split<'b>(bytes: &'b [u8], issues: &mut Issues) -> Result<(&'b [u8], &'b [u8]), SubtreeError> {
    if !bytes.starts_with(MAGIC) {
        return Ok((bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes), &[]));
    }
    let got = bytes.len() as u64;
    let truncated = |what, expected| SubtreeError::Truncated { what, expected, got };
    let Some((header, rest)) = bytes.split_at_checked(HEADER_BYTES) else {
        return Err(truncated("the header", HEADER_BYTES as u64));
    };
    let version = u32::from_le_bytes(field(header, 4));
    if version != 1 {
        return Err(SubtreeError::Version { got: version });
    }
    let json_len = u64::from_le_bytes(field(header, 8));
    let binary_len = u64::from_le_bytes(field(header, 16));
    let json = usize::try_from(json_len).ok().and_then(|len| rest.split_at_checked(len));
    let Some((json, rest)) = json else {
        return Err(truncated("the JSON chunk", json_len.saturating_add(HEADER_BYTES as u64)));
    };
    let binary = usize::try_from(binary_len).ok().and_then(|len| rest.get(..len));
    let Some(binary) = binary else {
        let expected = json_len.saturating_add(binary_len).saturating_add(HEADER_BYTES as u64);
        return Err(truncated("the binary chunk", expected));
    };
    if binary.len() < rest.len() {
        let at = format!("byte {}", bytes.len() - (rest.len() - binary.len()));
        issues.push(Issue::warning(at, "bytes after the end of the binary chunk"));
    }
    Ok((json, binary))
}

/// `N` bytes of the header. The header's length is fixed, so a place past its end can't be asked for; zeros then.
fn field<const N: usize>(header: &[u8], at: usize) -> [u8; N] {
    header.get(at..at + N).and_then(|bytes| bytes.try_into().ok()).unwrap_or([0; N])
}

/// A buffer, or where it would have to come from.
enum Buffer {
    Here(Arc<[u8]>),
    Elsewhere(String),
    Unusable,
}

struct Buffers {
    buffers: Vec<Buffer>,
    /// Buffer, offset, length.
    views: Vec<(usize, usize, usize)>,
}

impl Buffers {
    fn read(
        json: &Map<String, Value>,
        binary: &[u8],
        external: &dyn Fn(&str) -> Option<Arc<[u8]>>,
        issues: &mut Issues,
    ) -> Self {
        let mut internal_taken = false;
        let list = |key: &str| json.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let mut buffers = Vec::new();
        for (i, value) in list("buffers").iter().enumerate() {
            let path = format!("/buffers/{i}");
            let expected = size(value, "byteLength");
            let buffer = match value.get("uri").and_then(Value::as_str) {
                Some(uri) if uri.starts_with("data:") => match DataUri::parse(uri) {
                    Ok(data) => Buffer::Here(data.bytes.into()),
                    Err(error) => {
                        issues.push(Issue::error(format!("{path}/uri"), error.to_string()));
                        Buffer::Unusable
                    }
                },
                Some(uri) => external(uri).map_or_else(|| Buffer::Elsewhere(uri.to_owned()), Buffer::Here),
                None if internal_taken => {
                    issues.push(Issue::error(&path, "second buffer without uri; only one can be the binary chunk"));
                    Buffer::Unusable
                }
                None => {
                    internal_taken = true;
                    Buffer::Here(binary.into())
                }
            };
            if let (Buffer::Here(bytes), Some(expected)) = (&buffer, expected)
                && bytes.len() < expected
            {
                let issue = Issue::error(&path, "buffer is shorter than its byteLength");
                issues.push(issue.expected_got(expected, bytes.len()));
            }
            buffers.push(buffer);
        }
        let views = list("bufferViews").iter().map(|view| {
            let offset = if view.get("byteOffset").is_none() { Some(0) } else { size(view, "byteOffset") };
            // A view that lies is given an impossible place, so that its use reports it.
            let place = || Some((size(view, "buffer")?, offset?, size(view, "byteLength")?));
            place().unwrap_or((usize::MAX, usize::MAX, usize::MAX))
        });
        Self { views: views.collect(), buffers }
    }

    /// The bytes of a view, or why there are none.
    fn view(&self, index: usize) -> Result<&[u8], NoBytes> {
        let &(buffer, offset, len) = self.views.get(index).ok_or(NoBytes::Broken("no such buffer view"))?;
        match self.buffers.get(buffer).ok_or(NoBytes::Broken("buffer view names no buffer"))? {
            Buffer::Here(bytes) => {
                let end = offset.checked_add(len);
                end.and_then(|end| bytes.get(offset..end)).ok_or(NoBytes::Broken("buffer view leaves its buffer"))
            }
            Buffer::Elsewhere(uri) => Err(NoBytes::Missing(uri.clone())),
            Buffer::Unusable => Err(NoBytes::Broken("buffer can't be read")),
        }
    }
}

enum NoBytes {
    Missing(String),
    Broken(&'static str),
}

/// A member that is a size or index; `None` if absent or no whole number.
fn size(value: &Value, key: &str) -> Option<usize> {
    value.get(key)?.as_u64().and_then(|n| usize::try_from(n).ok())
}

/// Why an availability can't be had.
enum Trouble {
    Missing(String),
    Broken { path: String, reason: String },
}

struct File {
    json: Map<String, Value>,
    buffers: Buffers,
}

impl File {
    fn subtree(self, scheme: Subdivision, levels: u32, mut issues: Issues) -> Result<SubtreeRead, SubtreeError> {
        let places = places_above(scheme, levels);
        let below = places_on_level(scheme, levels);
        let mut missing = Vec::new();
        let tiles = self.required("tileAvailability", "tile availability", places, &mut missing, &mut issues)?;
        let child_subtrees =
            self.required("childSubtreeAvailability", "child subtree availability", below, &mut missing, &mut issues)?;
        let contents = self.contents(places, &mut missing, &mut issues);
        if !missing.is_empty() {
            missing.sort();
            missing.dedup();
            return Ok(SubtreeRead::Missing(missing));
        }
        // Both are there when nothing is missing.
        let (Some(tiles), Some(child_subtrees)) = (tiles, child_subtrees) else {
            return Ok(SubtreeRead::Missing(missing));
        };
        let metadata = self.metadata(contents.len(), &mut issues);
        let subtree = Subtree { scheme, levels, tiles, contents, child_subtrees, metadata };
        check(&subtree, &mut issues);
        Ok(SubtreeRead::Done(Box::new(subtree), issues))
    }

    /// An availability without which the subtree is of no use.
    fn required(
        &self,
        key: &str,
        what: &'static str,
        places: u64,
        missing: &mut Vec<String>,
        issues: &mut Issues,
    ) -> Result<Option<Availability>, SubtreeError> {
        let Some(value) = self.json.get(key) else {
            return Err(SubtreeError::Availability { what, reason: format!("{key} is missing") });
        };
        match self.availability(value, &format!("/{key}"), places, issues) {
            Ok(availability) => Ok(Some(availability)),
            Err(Trouble::Missing(uri)) => {
                missing.push(uri);
                Ok(None)
            }
            Err(Trouble::Broken { path, reason }) => {
                Err(SubtreeError::Availability { what, reason: format!("{reason} at {path}") })
            }
        }
    }

    /// Content availabilities: a list in 1.1, one object in the 1.0 extension, a list within another 1.0 extension.
    fn contents(&self, places: u64, missing: &mut Vec<String>, issues: &mut Issues) -> Vec<Availability> {
        let old_many = || self.json.get("extensions")?.get("3DTILES_multiple_contents")?.get("contentAvailability");
        let found = self.json.get("contentAvailability").or_else(old_many);
        let list = match found {
            None => return Vec::new(),
            Some(Value::Array(list)) => list.as_slice(),
            Some(single) => std::slice::from_ref(single),
        };
        if list.len() > MAX_CONTENTS {
            let issue = Issue::error("/contentAvailability", "too many contents; the rest is left out");
            issues.push(issue.expected_got(format_args!("at most {MAX_CONTENTS}"), list.len()));
        }
        let mut contents = Vec::new();
        for (i, value) in list.iter().take(MAX_CONTENTS).enumerate() {
            let path = format!("/contentAvailability/{i}");
            let none = Availability::constant(places, false);
            contents.push(match self.availability(value, &path, places, issues) {
                Ok(availability) => availability,
                Err(Trouble::Missing(uri)) => {
                    missing.push(uri);
                    none
                }
                Err(Trouble::Broken { path, reason }) => {
                    issues.push(Issue::error(path, format!("{reason}; the contents are taken as absent")));
                    none
                }
            });
        }
        contents
    }

    fn availability(
        &self,
        value: &Value,
        path: &str,
        places: u64,
        issues: &mut Issues,
    ) -> Result<Availability, Trouble> {
        let broken = |key: &str, reason: String| Trouble::Broken { path: format!("{path}{key}"), reason };
        let view = ["bitstream", "bufferView"].iter().find_map(|key| Some((*key, value.get(*key)?)));
        let Some((key, view)) = view else {
            return match value.get("constant").and_then(|c| c.as_u64().or(c.as_bool().map(u64::from))) {
                Some(constant @ (0 | 1)) => Ok(Availability::constant(places, constant == 1)),
                Some(other) => Err(broken("/constant", format!("constant must be 0 or 1, not {other}"))),
                None => Err(broken("", "neither bitstream nor constant".to_owned())),
            };
        };
        let key = format!("/{key}");
        let Some(index) = view.as_u64().and_then(|n| usize::try_from(n).ok()) else {
            return Err(broken(&key, "not a buffer view's number".to_owned()));
        };
        let bytes = match self.buffers.view(index) {
            Ok(bytes) => bytes,
            Err(NoBytes::Missing(uri)) => return Err(Trouble::Missing(uri)),
            Err(NoBytes::Broken(reason)) => return Err(broken(&key, reason.to_owned())),
        };
        let Some(availability) = Availability::from_bytes(places, bytes) else {
            let reason = format!("bitstream too short: expected {} bytes, got {}", places.div_ceil(8), bytes.len());
            return Err(broken(&key, reason));
        };
        let count = value.get("availableCount").and_then(Value::as_u64);
        if let Some(count) = count.filter(|&count| count != availability.count()) {
            let issue = Issue::warning(format!("{path}/availableCount"), "count differs from the bits set");
            issues.push(issue.expected_got(availability.count(), count));
        }
        Ok(availability)
    }

    fn metadata(&self, content_count: usize, issues: &mut Issues) -> SubtreeMetadata {
        let old = self.json.get("extensions").and_then(|e| e.get("3DTILES_metadata"));
        let get = |key: &str| self.json.get(key).or_else(|| old?.get(key));
        let property_tables = get("propertyTables").and_then(Value::as_array).cloned().unwrap_or_default();
        let index = |value: &Value, path: String, issues: &mut Issues| {
            let index = value.as_u64().and_then(|n| u32::try_from(n).ok());
            let index = index.filter(|&n| (n as usize) < property_tables.len());
            if index.is_none() {
                issues.push(Issue::error(path, "no such property table"));
            }
            index
        };
        let tile_table = get("tileMetadata").and_then(|v| index(v, "/tileMetadata".to_owned(), issues));
        let content_list = get("contentMetadata").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let content_tables = content_list.iter().take(content_count).enumerate();
        let content_tables = content_tables.map(|(i, v)| index(v, format!("/contentMetadata/{i}"), issues)).collect();
        let subtree = get("subtreeMetadata").cloned();
        if property_tables.is_empty() {
            return SubtreeMetadata { subtree, ..SubtreeMetadata::default() };
        }
        let mut missing_buffers = Vec::new();
        let buffers = self.buffers.buffers.iter().map(|buffer| match buffer {
            Buffer::Here(bytes) => Some(bytes.clone()),
            Buffer::Elsewhere(uri) => {
                missing_buffers.push(uri.clone());
                None
            }
            Buffer::Unusable => None,
        });
        let buffers = buffers.collect();
        let buffer_views = self.buffers.views.clone();
        SubtreeMetadata { property_tables, tile_table, content_tables, subtree, buffers, buffer_views, missing_buffers }
    }
}

/// Tells of bits that contradict each other; they stay as written, since a walk from the root does not meet them.
fn check(subtree: &Subtree, issues: &mut Issues) {
    let (scheme, tiles) = (subtree.scheme, &subtree.tiles);
    if tiles.len() > MAX_CHECKED_PLACES || (tiles.is_constant() && tiles.get(0)) {
        return;
    }
    if !tiles.get(0) {
        issues.push(Issue::warning("/tileAvailability", "the subtree's root does not exist, so neither does the rest"));
        return;
    }
    let children = u64::from(scheme.children_per_tile());
    // In level order the children of place p (counted from 0 over all levels) are p * children + 1 and following.
    let orphans = (1..tiles.len()).filter(|&place| tiles.get(place) && !tiles.get((place - 1) / children)).count();
    if orphans > 0 {
        issues.push(Issue::error("/tileAvailability", format!("{orphans} tiles exist without their parent")));
    }
    for (i, content) in subtree.contents.iter().enumerate().filter(|(_, c)| !c.is_constant()) {
        let homeless = (0..content.len()).filter(|&place| content.get(place) && !tiles.get(place)).count();
        if homeless > 0 {
            let message = format!("{homeless} contents exist without their tile");
            issues.push(Issue::error(format!("/contentAvailability/{i}"), message));
        }
    }
    let last_level = places_above(scheme, subtree.levels - 1);
    let below = &subtree.child_subtrees;
    let rootless = (0..below.len()).filter(|&place| below.get(place) && !tiles.get(last_level + place / children));
    let rootless = if below.len() > MAX_CHECKED_PLACES || below.is_constant() { 0 } else { rootless.count() };
    if rootless > 0 {
        let message = format!("{rootless} child subtrees exist without the tile above them");
        issues.push(Issue::error("/childSubtreeAvailability", message));
    }
}
