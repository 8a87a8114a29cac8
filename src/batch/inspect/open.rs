//! What users name: a folder, a tileset.json, an archive, a single content.

use std::path::Path;

use crate::bake::inspect::findings::Finding;
use crate::format::issue::{Issues, Severity};
use crate::format::uri::{Location, UriError};
use crate::platform::fetch::{FetchError, FetchOptions, Fetcher};

/// Why there is nothing to inspect.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    #[error("{text:?} is no path and no address: {source}")]
    Address { text: String, source: UriError },
    #[error("{folder} has neither a tileset.json nor a .3tz archive nor another tileset")]
    Folder { folder: String },
    #[error("{location} is no tileset: {reason}")]
    NoTileset { location: String, reason: String },
    #[error("{location} can't be read: {reason}")]
    Content { location: String, reason: String },
    #[error("{0}")]
    Fetch(#[from] FetchError),
}

/// What lies at a place that a user named.
#[derive(Debug, Clone, PartialEq)]
pub enum Root {
    Tileset(Location),
    Content(Location),
}

/// Finds the tileset (or the single content) that a user means: of a folder its `tileset.json`, else its only archive or
/// another tileset by name.
///
/// # Errors
/// When there is none.
pub fn root_of(text: &str) -> Result<Root, InspectError> {
    let path = Path::new(text);
    let location = if path.is_dir() {
        Location::File(in_folder(path).ok_or_else(|| InspectError::Folder { folder: path.display().to_string() })?)
    } else {
        Location::parse_user(text).map_err(|source| InspectError::Address { text: text.to_owned(), source })?
    };
    // An archive's own name leads to its tileset.
    let location = match &location {
        Location::File(file) => Location::parse_user(&file.to_string_lossy()).unwrap_or(location),
        _ => location,
    };
    let fetched = Fetcher::new(FetchOptions::default())?.get_blocking(&location);
    let bytes = fetched
        .map_err(|error| InspectError::Content { location: location.to_string(), reason: error.to_string() })?
        .bytes;
    if is_tileset(&bytes) { Ok(Root::Tileset(location)) } else { Ok(Root::Content(location)) }
}

fn in_folder(folder: &Path) -> Option<std::path::PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.is_file());
    files.sort();
    let named = files.iter().find(|path| path.file_name().is_some_and(|name| name == "tileset.json"));
    let ends = |path: &&std::path::PathBuf, with: &str| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(with));
    let archive = || files.iter().find(|path| ends(path, "3tz"));
    let other = || {
        let json = files.iter().filter(|path| ends(path, "json"));
        json.into_iter().find(|path| std::fs::read(path).is_ok_and(|bytes| is_tileset(&bytes)))
    };
    named.or_else(archive).or_else(other).cloned()
}

/// JSON with an asset and a root.
fn is_tileset(bytes: &[u8]) -> bool {
    let json: Option<serde_json::Value> =
        serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)).ok();
    json.is_some_and(|json| json.get("root").is_some() && json.get("asset").is_some())
}

/// What the reader of the tileset found wrong.
pub(super) fn findings_of(issues: &Issues) -> Vec<Finding> {
    let finding = |issue: &crate::format::issue::Issue| Finding {
        severity: issue.severity,
        kind: "tileset-file",
        about: match issue.severity {
            Severity::Info => "remarks on the tileset file",
            _ => "mistakes in the tileset file",
        },
        place: issue.path.clone(),
        message: issue.message.clone(),
    };
    issues.iter().map(finding).collect()
}
