//! From what is missing to what the engine shall do: requests, cancellations, what to free.
//!
//! Everything here is bounded by the free slots and the budget: only as many wants are sorted as can be started.

use super::TileId;
use super::arena::{Arena, JobState, NONE, Status};
use super::budget::{REQUEST_SHARE, Sizes, size_of};
use super::types::{ForestOptions, Request, Selection};
use crate::format::tileset::Refine;

/// Classes of need, most urgent first.
pub(super) const CLASS_HOLE: u8 = 0;
pub(super) const CLASS_VIEW: u8 = 1;
pub(super) const CLASS_AHEAD: u8 = 2;
pub(super) const CLASS_SURROUND: u8 = 3;
const CLASS_NONE: u8 = u8::MAX;

/// What a job is thought to take before any is done, seconds.
const FIRST_LATENCY_SECS: f64 = 0.1;

/// A job that nobody has wanted for this many frames is given up: a moment's grace, because views tremble.
const CANCEL_AFTER_FRAMES: u32 = 6;

/// The parts of the budget that all that is in use may take, with what is loaded for a fly-to's end or around.
const AHEAD_SHARE: f64 = 0.85;
const SURROUND_SHARE: f64 = 0.7;

/// Frames without progress after which drawn tiles are freed where a coarser one can take their place.
const STUCK_FRAMES: u32 = 45;

#[derive(Debug, Clone, Copy)]
pub(super) struct Want {
    pub tile: u32,
    pub class: u8,
    /// Pixels of error that stay on screen without it, weighted by how central it is.
    pub score: f32,
}

impl Want {
    fn priority(&self) -> f32 {
        let score = self.score.max(0.0);
        let within_class = if score.is_finite() { score / (score + 64.0) } else { 1.0 };
        f32::from(CLASS_SURROUND.saturating_sub(self.class)) + within_class
    }

    fn order(&self, other: &Self) -> std::cmp::Ordering {
        self.class.cmp(&other.class).then(other.score.total_cmp(&self.score)).then(self.tile.cmp(&other.tile))
    }
}

/// Accounts of jobs and bytes.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub in_flight: Vec<u32>,
    /// Held by the engine, contents being freed included.
    pub held_bytes: u64,
    /// Of them, being freed.
    pub unloading_bytes: u64,
    /// Set aside for jobs under way.
    pub reserved_bytes: u64,
    /// How long jobs take, seconds.
    pub latency_secs: f64,
    /// Wants that no slot was free for, last time.
    pub queued: usize,
    /// For how many frames something wanted has found no room while nothing else moved.
    stuck_frames: u32,
    /// Wanted by the view, found no room.
    pub pressed: bool,
    pub starved: bool,
    candidates: Vec<Want>,
}

impl Ledger {
    pub fn new() -> Self {
        Self { latency_secs: FIRST_LATENCY_SECS, ..Self::default() }
    }
}

pub(super) struct Plan<'a> {
    pub arena: &'a mut Arena,
    pub ledger: &'a mut Ledger,
    pub sizes: &'a [Sizes],
    pub options: &'a ForestOptions,
    pub frame: u32,
    pub now_secs: f64,
    pub out: &'a mut Selection,
}

impl Plan<'_> {
    pub fn run(&mut self, wants: &[Want]) {
        self.stamp(wants);
        self.gather(wants);
        self.cancel_unwanted();
        self.cancel_for_urgent();
        let unmet_bytes = self.request();
        self.free_memory(unmet_bytes);
    }

    /// Notes on each tile how urgently it is wanted now.
    fn stamp(&mut self, wants: &[Want]) {
        for want in wants {
            let live = self.arena.live_mut(want.tile);
            if live.wanted != self.frame {
                (live.wanted, live.class) = (self.frame, want.class);
            }
            live.class = live.class.min(want.class);
        }
    }

    /// The wants that could be started, each tile once.
    fn gather(&mut self, wants: &[Want]) {
        self.ledger.candidates.clear();
        for want in wants {
            let node = self.arena.node(want.tile);
            let startable = node.job == JobState::Idle && matches!(node.status, Status::Unknown | Status::Unloaded);
            let live = self.arena.live(want.tile);
            let due = live.attempts == 0 || live.at_secs <= self.now_secs;
            if startable && due && live.class == want.class {
                self.ledger.candidates.push(*want);
            }
        }
    }

    fn cancel_unwanted(&mut self) {
        for index in 0..self.ledger.in_flight.len() {
            let tile = self.ledger.in_flight[index];
            let live = self.arena.live_mut(tile);
            if self.frame.wrapping_sub(live.wanted) > CANCEL_AFTER_FRAMES {
                live.class = CLASS_NONE;
                self.cancel(tile);
            }
        }
    }

    /// Slots taken by what is merely useful are given to what the view needs.
    fn cancel_for_urgent(&mut self) {
        let urgent = self.ledger.candidates.iter().filter(|want| want.class <= CLASS_VIEW).count();
        let free = self.options.max_requests_in_flight.saturating_sub(self.ledger.in_flight.len());
        let mut needed = urgent.saturating_sub(free);
        for index in 0..self.ledger.in_flight.len() {
            if needed == 0 {
                break;
            }
            let tile = self.ledger.in_flight[index];
            match self.arena.node(tile).job {
                // Its slot will be free soon.
                JobState::Canceling => needed -= 1,
                JobState::InFlight if self.arena.live(tile).class > CLASS_VIEW => {
                    self.cancel(tile);
                    needed -= 1;
                }
                _ => {}
            }
        }
    }

    fn cancel(&mut self, tile: u32) {
        let node = self.arena.node_mut(tile);
        if node.job == JobState::InFlight {
            node.job = JobState::Canceling;
            self.out.cancel.push(TileId(tile));
        }
    }

    /// Fills the free slots; returns the bytes that the most urgent wants lack.
    fn request(&mut self) -> u64 {
        let slots = self.options.max_requests_in_flight.saturating_sub(self.ledger.in_flight.len());
        self.ledger.queued = self.ledger.candidates.len().saturating_sub(slots);
        self.ledger.pressed = false;
        let mut candidates = std::mem::take(&mut self.ledger.candidates);
        // A tile can be wanted twice in one class (an area seen and foreseen): twice the places hold all that fit.
        let places = slots.saturating_mul(2).max(2);
        if candidates.len() > places {
            candidates.select_nth_unstable_by(places, Want::order);
            candidates.truncate(places);
        }
        candidates.sort_unstable_by(Want::order);
        let unmet_bytes = self.admit(&candidates, slots);
        candidates.clear();
        self.ledger.candidates = candidates;
        unmet_bytes
    }

    fn admit(&mut self, candidates: &[Want], slots: usize) -> u64 {
        let limit = (self.options.budget_bytes as f64 * REQUEST_SHARE) as u64;
        let mut room = limit.saturating_sub(self.ledger.held_bytes).saturating_sub(self.ledger.reserved_bytes);
        let (mut unmet_bytes, mut left) = (0_u64, slots);
        for want in candidates {
            if left == 0 {
                break;
            }
            if std::mem::replace(&mut self.arena.live_mut(want.tile).asked, self.frame) == self.frame {
                continue;
            }
            let bytes = self.room_for(want.tile, limit);
            if self.is_too_much(want.class, bytes) {
                continue;
            }
            // Once one found no room, lesser ones wait: they must not eat up what is being freed for it.
            if unmet_bytes > 0 || bytes > room {
                if want.class <= CLASS_VIEW || unmet_bytes == 0 {
                    unmet_bytes = unmet_bytes.saturating_add(bytes);
                }
                self.ledger.pressed |= want.class <= CLASS_VIEW;
                continue;
            }
            room -= bytes;
            left -= 1;
            self.out.requests.push(Request { tile: TileId(want.tile), priority: want.priority() });
        }
        unmet_bytes
    }

    /// What is merely useful may fill the budget only so far: else it would push out what is needed, be pushed out by
    /// it, and be asked for again.
    fn is_too_much(&self, class: u8, bytes: u64) -> bool {
        let share = match class {
            CLASS_AHEAD => AHEAD_SHARE,
            CLASS_SURROUND => SURROUND_SHARE,
            _ => return false,
        };
        let in_use = self.arena.in_use_bytes.saturating_add(self.ledger.reserved_bytes).saturating_add(bytes);
        in_use as f64 > self.options.budget_bytes as f64 * share
    }

    /// The bytes to set aside for a tile. A mere guess is no reason never to try, so it is at most all there is.
    fn room_for(&self, tile: u32, limit: u64) -> u64 {
        let bytes = size_of(self.arena, self.sizes, tile);
        if self.arena.live(tile).bytes == 0 { bytes.min(limit) } else { bytes }
    }

    /// Frees what has not been used for longest until what is wanted fits, and keeps some room at all times.
    fn free_memory(&mut self, unmet_bytes: u64) {
        let limit = (self.options.budget_bytes as f64 * REQUEST_SHARE) as u64;
        let comfortable = limit - limit / 16;
        let staying = self.ledger.held_bytes.saturating_sub(self.ledger.unloading_bytes) + self.ledger.reserved_bytes;
        let excess = staying.saturating_add(unmet_bytes).saturating_sub(limit);
        let unused = staying.saturating_sub(comfortable);
        let freed = self.free_unused(excess.max(unused));
        if freed < excess && self.ledger.pressed {
            let more = self.free_passed(excess - freed);
            self.watch_for_standstill(excess - freed - more.min(excess - freed), more + freed);
        } else {
            self.watch_for_standstill(0, 1);
        }
    }

    /// Contents that no pass has touched in this frame, oldest first.
    fn free_unused(&mut self, wanted_bytes: u64) -> u64 {
        let mut freed = 0;
        let mut tile = self.arena.oldest();
        while freed < wanted_bytes && tile != NONE {
            let live = *self.arena.live(tile);
            if live.used != self.frame && live.needed != self.frame {
                freed += self.unload(tile);
            }
            tile = live.newer;
        }
        freed
    }

    /// Contents that were only passed through on the way to finer ones, where a coarser one is held for safety.
    fn free_passed(&mut self, wanted_bytes: u64) -> u64 {
        let mut freed = 0;
        let mut tile = self.arena.oldest();
        while freed < wanted_bytes && tile != NONE {
            let live = *self.arena.live(tile);
            if live.needed != self.frame && self.has_cover(tile) {
                freed += self.unload(tile);
            }
            tile = live.newer;
        }
        freed
    }

    /// When nothing moves any more because all that is held is on screen, coarser tiles take over where they can.
    fn watch_for_standstill(&mut self, lacking_bytes: u64, freed: u64) {
        let moving = lacking_bytes == 0 || freed > 0 || !self.ledger.in_flight.is_empty();
        if moving || self.ledger.unloading_bytes > 0 {
            self.ledger.stuck_frames = 0;
            self.ledger.starved = false;
            return;
        }
        self.ledger.stuck_frames += 1;
        if self.ledger.stuck_frames < STUCK_FRAMES {
            return;
        }
        let (mut freed, mut tile) = (0, self.arena.oldest());
        while freed < lacking_bytes && tile != NONE {
            let newer = self.arena.live(tile).newer;
            if self.has_cover(tile) && self.arena.live(tile).fade == NONE {
                freed += self.unload(tile);
            }
            tile = newer;
        }
        self.ledger.stuck_frames = if freed > 0 { 0 } else { STUCK_FRAMES };
        self.ledger.starved = freed == 0;
    }

    /// Whether a coarser content is held that would be shown in the tile's place.
    fn has_cover(&self, tile: u32) -> bool {
        let mut at = self.arena.node(tile).parent;
        while at != NONE {
            let node = self.arena.node(at);
            if node.status == Status::Loaded {
                return node.refine == Refine::Replace;
            }
            at = node.parent;
        }
        false
    }

    fn unload(&mut self, tile: u32) -> u64 {
        let live = self.arena.live_mut(tile);
        live.shown = false;
        let bytes = live.bytes;
        self.arena.node_mut(tile).status = Status::Unloading;
        self.arena.remove_loaded(tile);
        self.ledger.unloading_bytes += bytes;
        self.out.unload.push(TileId(tile));
        bytes
    }
}
