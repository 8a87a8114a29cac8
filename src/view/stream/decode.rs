//! The work on one tile's bytes, on a worker thread: parse, decode, make ready for the GPU.

use glam::DAffine3;
use std::sync::Arc;

use super::prepare::{Prepared, prepare};
use crate::format::content::decode::{DecodeOptions, Decoded, ResourceMap, Resources, decode};
use crate::format::issue::Issues;
use crate::format::subtree::{self, Subtree, SubtreeRead};
use crate::format::tileset::{self, Tileset};
use crate::format::uri::Location;
use crate::tiles::JobKind;

/// Everything that a worker needs for one tile.
pub struct Work {
    pub kind: JobKind,
    /// The files of the job, in its order.
    pub files: Vec<(Location, Arc<[u8]>)>,
    pub resources: Vec<Arc<ResourceMap>>,
    pub ecef_from_tile: DAffine3,
    pub options: DecodeOptions,
}

/// What came out.
pub enum Outcome {
    Tileset(Box<Tileset>),
    Subtree(Box<Subtree>),
    Content {
        prepared: Vec<Prepared>,
        tilesets: Vec<(Location, Tileset)>,
    },
    /// More files are needed: (index of the job's file, URI as written there).
    Missing(Vec<(usize, String)>),
    Failed(String),
}

/// Runs the work; never panics past this point, whatever the bytes are.
pub fn run(work: Work) -> (Outcome, Vec<(String, Issues)>) {
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run_unguarded(work)));
    result.unwrap_or_else(|_| (Outcome::Failed("reading it met an error of the program".into()), Vec::new()))
}

fn run_unguarded(work: Work) -> (Outcome, Vec<(String, Issues)>) {
    let mut issues = Vec::new();
    let first = match work.files.first() {
        Some((location, bytes)) => (location.to_string(), bytes.clone()),
        None => return (Outcome::Failed("there is no file to read".into()), issues),
    };
    let outcome = match work.kind {
        JobKind::Tileset => match tileset::read(&first.1) {
            Ok((tileset, found)) => {
                issues.push((first.0, found));
                Outcome::Tileset(Box::new(tileset))
            }
            Err(error) => Outcome::Failed(error.to_string()),
        },
        JobKind::Subtree { scheme, levels } => {
            let resources = work.resources.first().cloned().unwrap_or_default();
            let external = |uri: &str| resources.get(uri);
            match subtree::read(&first.1, scheme, levels, &external) {
                Ok(SubtreeRead::Done(subtree, found)) => {
                    issues.push((first.0, found));
                    Outcome::Subtree(subtree)
                }
                Ok(SubtreeRead::Missing(uris)) => match uris.iter().find(|uri| resources.failed(uri)) {
                    Some(uri) => Outcome::Failed(format!("its buffer {uri:?} could not be had")),
                    None => Outcome::Missing(uris.into_iter().map(|uri| (0, uri)).collect()),
                },
                Err(error) => Outcome::Failed(error.to_string()),
            }
        }
        JobKind::Content => contents(&work, &mut issues),
    };
    (outcome, issues)
}

fn contents(work: &Work, issues: &mut Vec<(String, Issues)>) -> Outcome {
    let mut prepared = Vec::new();
    let mut tilesets = Vec::new();
    let mut missing = Vec::new();
    let empty = Arc::new(ResourceMap::default());
    let mut failures = Vec::new();
    for (index, (location, bytes)) in work.files.iter().enumerate() {
        let resources = work.resources.get(index).unwrap_or(&empty);
        match decode(bytes, &work.options, &**resources) {
            Ok(Decoded::Content(mut content)) => {
                issues.push((location.to_string(), std::mem::take(&mut content.issues)));
                prepared.push(prepare(content, work.ecef_from_tile));
            }
            Ok(Decoded::Missing(uris)) => missing.extend(uris.into_iter().map(|uri| (index, uri))),
            Ok(Decoded::Tileset) => match tileset::read(bytes) {
                Ok((tileset, found)) => {
                    issues.push((location.to_string(), found));
                    tilesets.push((location.clone(), tileset));
                }
                Err(error) => failures.push(format!("{location}: {error}")),
            },
            Err(error) if work.files.len() == 1 => failures.push(error.to_string()),
            Err(error) => failures.push(format!("{location}: {error}")),
        }
    }
    if !missing.is_empty() {
        Outcome::Missing(missing)
    } else if failures.is_empty() || !(prepared.is_empty() && tilesets.is_empty()) {
        for failure in failures {
            let mut found = Issues::default();
            found.push(crate::format::issue::Issue::error("", failure));
            issues.push((String::new(), found));
        }
        Outcome::Content { prepared, tilesets }
    } else {
        Outcome::Failed(failures.join("; "))
    }
}
