//! What the engine tells the forest: jobs begun, done, failed and given up, contents freed.

use super::arena::{JobState, NONE, Status};
use super::budget::size_of;
use super::forest::TileForest;
use super::structure;
use super::types::{Loaded, TileId};
use crate::format::tileset::{Refine, Tileset};
use crate::format::uri::Location;

/// After this many failures that may pass, a tile is given up.
const MAX_ATTEMPTS: u8 = 5;

/// Seconds until a failed job is tried again; doubles each time.
const RETRY_SECS: f64 = 0.5;

/// Reasons kept for panels; further failures are only marked on their tiles.
const MAX_REASONS: usize = 100_000;

impl TileForest {
    /// The engine has begun the tile's job.
    pub fn started(&mut self, tile: TileId) {
        let TileId(tile) = tile;
        if !self.arena.contains(tile) || self.arena.node(tile).job != JobState::Idle {
            return;
        }
        let reserved = size_of(&self.arena, &self.sizes, tile);
        self.arena.node_mut(tile).job = JobState::InFlight;
        let now_secs = self.now_secs;
        let live = self.arena.live_mut(tile);
        (live.reserved, live.at_secs) = (reserved, now_secs);
        self.ledger.reserved_bytes += reserved;
        self.ledger.in_flight.push(tile);
    }

    /// The engine has given the tile's job up, as it was asked to.
    pub fn canceled(&mut self, tile: TileId) {
        if self.end_job(tile.0).is_some() {
            self.drop_if_free(self.arena.node(tile.0).tileset);
        }
    }

    /// The engine has done the tile's job.
    ///
    /// Returns whether the content is kept. If not (nobody knows the tile any more, or it is larger than was thought
    /// and would exceed the budget), the engine frees it at once and does not call [`Self::unloaded`].
    #[must_use = "a content that is not kept must be freed by the engine"]
    pub fn loaded(&mut self, tile: TileId, loaded: Loaded) -> bool {
        let TileId(tile) = tile;
        let Some(was_canceled) = self.end_job(tile) else { return false };
        if !was_canceled {
            let took_secs = self.now_secs - self.arena.live(tile).at_secs;
            self.ledger.latency_secs += (took_secs.clamp(0.0, 10.0) - self.ledger.latency_secs) * 0.1;
        }
        let tileset = self.arena.node(tile).tileset;
        if self.tilesets[tileset as usize].removed {
            self.drop_if_free(tileset);
            return false;
        }
        let live = self.arena.live_mut(tile);
        (live.attempts, live.at_secs) = (0, 0.0);
        let status = self.arena.node(tile).status;
        match (status, loaded) {
            (Status::Unknown, Loaded::Tileset(file)) if self.arena.source(tile).level == NONE => {
                let location = self.tilesets[tileset as usize].location.clone();
                self.add_file(tile, location, file);
                false
            }
            (Status::Unknown, Loaded::Subtree(subtree)) => {
                let placement = self.tilesets[tileset as usize].placement().copied();
                if let Err(error) = structure::insert_subtree(&mut self.arena, tile, subtree, placement.as_ref()) {
                    self.give_up(tile, error.to_string());
                }
                false
            }
            (Status::Unloaded, Loaded::Content { bytes, tilesets, drawable, bounds }) => {
                if let Some(corners) = bounds.filter(|_| self.tilesets[tileset as usize].is_bare) {
                    let entry = &mut self.tilesets[tileset as usize];
                    entry.bare_corners = Some(corners);
                    self.arena.bounds[tile as usize] = structure::corners_bounds(&entry.ecef_from_tileset, corners);
                }
                self.keep_content(tile, bytes, tilesets, drawable)
            }
            (status, _) => {
                if matches!(status, Status::Unknown | Status::Unloaded) {
                    self.give_up(tile, "the answer does not fit the job".to_owned());
                }
                false
            }
        }
    }

    fn add_file(&mut self, tile: u32, location: Location, file: Box<Tileset>) {
        let tileset = self.arena.node(tile).tileset as usize;
        let placement = self.tilesets[tileset].placement().copied();
        match structure::insert_file(&mut self.arena, tile, location, file, placement.as_ref()) {
            Ok(()) => {
                let node = self.arena.node_mut(tile);
                (node.status, node.transparent) = (Status::Empty, true);
            }
            Err(error) => self.give_up(tile, error.to_string()),
        }
    }

    fn keep_content(&mut self, tile: u32, bytes: u64, tilesets: Vec<(Location, Tileset)>, drawable: bool) -> bool {
        let kept = drawable && self.account_content(tile, bytes);
        if drawable && !kept {
            return false;
        }
        let names_files = !tilesets.is_empty();
        for (location, file) in tilesets {
            if self.has_file_below(tile, &location) {
                continue;
            }
            let placement = self.tilesets[self.arena.node(tile).tileset as usize].placement().copied();
            let added = structure::insert_file(&mut self.arena, tile, location, Box::new(file), placement.as_ref());
            if let Err(error) = added {
                self.note_failure(tile, error.to_string());
                if !kept {
                    self.arena.node_mut(tile).status = Status::Failed;
                }
            }
        }
        let node = self.arena.node_mut(tile);
        if kept {
            node.status = Status::Loaded;
            if names_files {
                // Its own picture and the external root belong together.
                node.refine = Refine::Add;
            }
            self.arena.add_loaded(tile);
        } else if node.status != Status::Failed {
            node.status = Status::Empty;
            node.transparent = names_files;
        }
        kept
    }

    /// A content that was dropped and loaded again brings its external tilesets again.
    fn has_file_below(&self, tile: u32, location: &Location) -> bool {
        let mut child = self.arena.node(tile).first_child;
        while child != NONE {
            let file = self.arena.files.get(self.arena.source(child).file);
            if file.is_some_and(|file| file.root == child && file.location == *location) {
                return true;
            }
            child = self.arena.node(child).next_sibling;
        }
        false
    }

    /// Whether the bytes fit; if so they are counted as held.
    fn account_content(&mut self, tile: u32, bytes: u64) -> bool {
        let budget = self.options.budget_bytes;
        if bytes > budget {
            self.give_up(tile, format!("the content needs {bytes} bytes, more than the memory budget of {budget}"));
            return false;
        }
        let (node, depth) = (self.arena.node(tile).tileset, self.arena.node(tile).depth);
        self.sizes[node as usize].learn(depth, bytes);
        // Known from now on: if it does not fit now, room is made before it is asked for again.
        self.arena.live_mut(tile).bytes = bytes;
        let taken = self.ledger.held_bytes.saturating_add(self.ledger.reserved_bytes);
        if taken.saturating_add(bytes) > budget {
            return false;
        }
        self.ledger.held_bytes += bytes;
        true
    }

    /// The tile's job failed. `permanent`: trying again is of no use (not found, can't be read). Else it is tried again
    /// after a while, some times.
    pub fn failed(&mut self, tile: TileId, reason: String, permanent: bool) {
        let TileId(tile) = tile;
        let Some(_) = self.end_job(tile) else { return };
        let tileset = self.arena.node(tile).tileset;
        if self.tilesets[tileset as usize].removed {
            self.drop_if_free(tileset);
            return;
        }
        let now_secs = self.now_secs;
        let live = self.arena.live_mut(tile);
        live.attempts = live.attempts.saturating_add(1);
        live.at_secs = now_secs + RETRY_SECS * f64::from(1_u32 << live.attempts.min(8));
        if permanent || live.attempts >= MAX_ATTEMPTS {
            self.give_up(tile, reason);
        }
    }

    fn give_up(&mut self, tile: u32, reason: String) {
        self.arena.node_mut(tile).status = Status::Failed;
        self.note_failure(tile, reason);
    }

    fn note_failure(&mut self, tile: u32, reason: String) {
        if self.failures.len() < MAX_REASONS {
            self.failures.insert(tile, reason);
        }
    }

    /// The engine has freed the tile's content, as it was asked to.
    pub fn unloaded(&mut self, tile: TileId) {
        let TileId(tile) = tile;
        if !self.arena.contains(tile) || self.arena.node(tile).status != Status::Unloading {
            return;
        }
        self.arena.node_mut(tile).status = Status::Unloaded;
        let bytes = self.arena.live(tile).bytes;
        self.ledger.held_bytes = self.ledger.held_bytes.saturating_sub(bytes);
        self.ledger.unloading_bytes = self.ledger.unloading_bytes.saturating_sub(bytes);
        self.drop_if_free(self.arena.node(tile).tileset);
    }

    /// Takes the tile's job off the books; `None` if it has none, else whether it was being cancelled.
    fn end_job(&mut self, tile: u32) -> Option<bool> {
        if !self.arena.contains(tile) || self.arena.node(tile).job == JobState::Idle {
            return None;
        }
        let was_canceled = self.arena.node(tile).job == JobState::Canceling;
        self.arena.node_mut(tile).job = JobState::Idle;
        let reserved = std::mem::take(&mut self.arena.live_mut(tile).reserved);
        self.ledger.reserved_bytes = self.ledger.reserved_bytes.saturating_sub(reserved);
        self.ledger.in_flight.retain(|other| *other != tile);
        Some(was_canceled)
    }
}
