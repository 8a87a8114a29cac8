//! Fetching and decoding under way: which tile waits for which files.

use bevy::prelude::*;
use bevy::tasks::AsyncComputeTaskPool;
use crossbeam_channel::{Receiver, Sender, bounded};
use std::collections::HashMap;
use std::sync::Arc;

use super::decode::{Outcome, Work, run};
use super::issues::IssueLog;
use super::upload::Uploads;
use crate::format::content::decode::{DecodeOptions, ResourceMap};
use crate::format::issue::{Issue, Issues};
use crate::format::uri::{Location, Scope};
use crate::platform::fetch::{FetchError, FetchHandle, FetchOptions, Fetched, Fetcher};
use crate::tiles::{Job, JobKind, Loaded, TileForest, TileId, TilesetId};

/// What comes back from fetcher threads and workers.
enum Message {
    Fetched { tile: TileId, attempt: u64, file: Need, result: Result<Fetched, FetchError> },
    Decoded { tile: TileId, attempt: u64, outcome: Box<Outcome>, issues: Vec<(String, Issues)> },
}

/// Which of a job's files.
#[derive(Debug, Clone, PartialEq)]
enum Need {
    File(usize),
    /// A file that the content `of` names by this text.
    Resource {
        of: usize,
        uri: String,
    },
}

/// One tile's job.
struct Pending {
    attempt: u64,
    job: Job,
    files: Vec<Option<Arc<[u8]>>>,
    resources: Vec<Arc<ResourceMap>>,
    waiting: usize,
    handles: Vec<FetchHandle>,
    wire_bytes: u64,
    failure: Option<(String, bool)>,
    /// How often more files were asked for; bounded, since each answer could name further ones for ever.
    rounds: u32,
}

/// A file that names further files does so in few steps (cmpt, i3dm, glTF, buffer); more is a trap.
const MAX_ROUNDS: u32 = 6;
/// The forest asks for the most urgent tiles first and for few at a time: the fetcher need not sort again.
const PRIORITY: f32 = 1.0;
/// Most files that one content may name.
const MAX_RESOURCES: usize = 512;

/// All jobs under way.
#[derive(Resource)]
pub struct Jobs {
    fetcher: Fetcher,
    scopes: HashMap<TilesetId, Scope>,
    pending: HashMap<TileId, Pending>,
    sender: Sender<Message>,
    receiver: Receiver<Message>,
    attempts: u64,
    structure_bytes: u64,
    /// Whether the GPU takes BC7 textures.
    pub bc7: bool,
}

impl Jobs {
    /// # Errors
    /// When the machine gives no threads or no TLS: then nothing can be read at all.
    pub fn new() -> Result<Self, FetchError> {
        // More messages than jobs can be under way: senders never wait.
        let (sender, receiver) = bounded(65_536);
        Ok(Self {
            fetcher: Fetcher::new(FetchOptions::default())?,
            scopes: HashMap::new(),
            pending: HashMap::new(),
            sender,
            receiver,
            attempts: 0,
            structure_bytes: 0,
            bc7: false,
        })
    }

    /// Content of a tileset may be read from here only.
    pub fn set_scope(&mut self, tileset: TilesetId, scope: Scope) {
        self.scopes.insert(tileset, scope);
    }

    pub fn start(&mut self, tile: TileId, job: Job) {
        self.attempts += 1;
        let attempt = self.attempts;
        let count = job.locations.len();
        let handles = job
            .locations
            .iter()
            .enumerate()
            .map(|(index, location)| self.fetch(tile, attempt, location, Need::File(index)))
            .collect();
        let pending = Pending {
            attempt,
            files: vec![None; count],
            resources: vec![Arc::default(); count],
            waiting: count,
            handles,
            wire_bytes: 0,
            failure: None,
            rounds: 0,
            job,
        };
        self.pending.insert(tile, pending);
        if count == 0 {
            self.decode(tile);
        }
    }

    fn fetch(&self, tile: TileId, attempt: u64, location: &Location, file: Need) -> FetchHandle {
        let sender = self.sender.clone();
        self.fetcher.get(location, PRIORITY, move |result| {
            // The receiver is gone only when the program ends.
            let _ = sender.try_send(Message::Fetched { tile, attempt, file, result });
        })
    }

    /// True if there was a job; nothing of it comes back any more.
    pub fn cancel(&mut self, tile: TileId) -> bool {
        self.pending.remove(&tile).is_some()
    }

    /// Everything that has come in since the last frame.
    pub fn receive(&mut self, forest: &mut TileForest, uploads: &mut Uploads, log: &mut IssueLog) {
        while let Ok(message) = self.receiver.try_recv() {
            match message {
                Message::Fetched { tile, attempt, file, result } => {
                    self.fetched(tile, attempt, file, result);
                    if self.pending.get(&tile).is_some_and(|p| p.waiting == 0) {
                        self.finish_fetching(tile, forest, log);
                    }
                }
                Message::Decoded { tile, attempt, outcome, issues } => {
                    for (file, issues) in issues {
                        log.extend(issues, &file);
                    }
                    if self.pending.get(&tile).is_some_and(|p| p.attempt == attempt) {
                        self.decoded(tile, *outcome, forest, uploads, log);
                    }
                }
            }
        }
    }

    fn fetched(&mut self, tile: TileId, attempt: u64, file: Need, result: Result<Fetched, FetchError>) {
        let Some(pending) = self.pending.get_mut(&tile).filter(|p| p.attempt == attempt) else { return };
        pending.waiting = pending.waiting.saturating_sub(1);
        match (file, result) {
            (Need::File(index), Ok(fetched)) => {
                pending.wire_bytes += fetched.wire_bytes;
                pending.files[index] = Some(fetched.bytes);
            }
            (Need::Resource { of, uri }, Ok(fetched)) => {
                pending.wire_bytes += fetched.wire_bytes;
                Arc::make_mut(&mut pending.resources[of]).insert(uri, Some(fetched.bytes));
            }
            (Need::Resource { of, uri }, Err(_)) => {
                Arc::make_mut(&mut pending.resources[of]).insert(uri, None);
            }
            (Need::File(index), Err(error)) => {
                let location = &pending.job.locations[index];
                pending.failure = Some((format!("{location}: {error}"), error.is_permanent()));
            }
        }
    }

    fn finish_fetching(&mut self, tile: TileId, forest: &mut TileForest, log: &mut IssueLog) {
        let Some(pending) = self.pending.get(&tile) else { return };
        let any = pending.files.iter().any(Option::is_some);
        if let Some((reason, permanent)) = pending.failure.clone() {
            log.push(Issue::error("", reason.clone()));
            // One of several contents may be missing; the others are shown.
            if !any || pending.job.kind != JobKind::Content {
                self.pending.remove(&tile);
                forest.failed(tile, reason, permanent);
                return;
            }
        }
        self.decode(tile);
    }

    fn decode(&mut self, tile: TileId) {
        let Some(pending) = self.pending.get(&tile) else { return };
        let (locations, resources): (Vec<_>, Vec<_>) = pending
            .job
            .locations
            .iter()
            .zip(&pending.files)
            .zip(&pending.resources)
            .filter_map(|((location, bytes), resources)| Some(((location.clone(), bytes.clone()?), resources.clone())))
            .unzip();
        let work = Work {
            kind: pending.job.kind,
            files: locations,
            resources,
            ecef_from_tile: pending.job.ecef_from_tile,
            options: DecodeOptions { up_axis: pending.job.up_axis, merge: true, bc7: self.bc7, ..default() },
        };
        let (attempt, sender) = (pending.attempt, self.sender.clone());
        AsyncComputeTaskPool::get()
            .spawn(async move {
                let (outcome, issues) = run(work);
                let _ = sender.try_send(Message::Decoded { tile, attempt, outcome: Box::new(outcome), issues });
            })
            .detach();
    }

    fn decoded(
        &mut self,
        tile: TileId,
        outcome: Outcome,
        forest: &mut TileForest,
        uploads: &mut Uploads,
        log: &mut IssueLog,
    ) {
        if let Outcome::Missing(files) = outcome {
            self.fetch_more(tile, files, forest, log);
            return;
        }
        let Some(pending) = self.pending.remove(&tile) else { return };
        match outcome {
            Outcome::Missing(_) => {}
            Outcome::Tileset(tileset) => {
                self.structure_bytes += pending.wire_bytes;
                // Structure is the forest's own: there is nothing to free if it is no longer wanted.
                let _ = forest.loaded(tile, Loaded::Tileset(tileset));
            }
            Outcome::Subtree(subtree) => {
                self.structure_bytes += pending.wire_bytes;
                let _ = forest.loaded(tile, Loaded::Subtree(subtree));
            }
            Outcome::Content { prepared, tilesets } => {
                if prepared.is_empty() {
                    self.structure_bytes += pending.wire_bytes;
                }
                uploads.push(tile, prepared, tilesets, pending.job.ecef_from_tile, pending.wire_bytes);
            }
            Outcome::Failed(reason) => {
                let file = pending.job.locations.first().map(ToString::to_string).unwrap_or_default();
                log.push(Issue::error("", reason.clone()).in_file(file));
                forest.failed(tile, reason, true);
            }
        }
    }

    fn fetch_more(&mut self, tile: TileId, files: Vec<(usize, String)>, forest: &mut TileForest, log: &mut IssueLog) {
        let Some(pending) = self.pending.get_mut(&tile) else { return };
        pending.rounds += 1;
        if pending.rounds > MAX_ROUNDS || files.len() > MAX_RESOURCES {
            let reason = format!("it names too many other files ({} in step {})", files.len(), pending.rounds);
            self.pending.remove(&tile);
            log.push(Issue::error("", reason.clone()));
            forest.failed(tile, reason, true);
            return;
        }
        let (attempt, tileset) = (pending.attempt, pending.job.tileset);
        // Only files that came are decoded, so an index counts those.
        let present: Vec<usize> =
            pending.files.iter().enumerate().filter(|(_, f)| f.is_some()).map(|(index, _)| index).collect();
        let mut wanted = Vec::new();
        for (index, uri) in files {
            let Some(&of) = present.get(index) else { continue };
            let joined = match self.scopes.get(&tileset) {
                Some(scope) => pending.job.locations[of].join(&uri, scope).map_err(|error| error.to_string()),
                None => Err("its tileset is gone".to_string()),
            };
            match joined {
                Ok(location) => wanted.push((location, Need::Resource { of, uri })),
                Err(error) => {
                    log.push(
                        Issue::error("", format!("{uri:?}: {error}")).in_file(pending.job.locations[of].to_string()),
                    );
                    Arc::make_mut(&mut pending.resources[of]).insert(uri, None);
                }
            }
        }
        pending.waiting = wanted.len();
        if wanted.is_empty() {
            self.decode(tile);
            return;
        }
        let handles: Vec<_> =
            wanted.into_iter().map(|(location, need)| self.fetch(tile, attempt, &location, need)).collect();
        if let Some(pending) = self.pending.get_mut(&tile) {
            pending.handles = handles;
        }
    }

    pub fn is_idle(&self) -> bool {
        self.pending.is_empty()
    }

    pub fn fetcher(&self) -> &Fetcher {
        &self.fetcher
    }

    pub fn structure_bytes(&self) -> u64 {
        self.structure_bytes
    }

    pub fn fetched_bytes(&self) -> u64 {
        self.fetcher.stats().wire_bytes
    }

    pub fn requests(&self) -> u64 {
        self.fetcher.stats().requests
    }
}
