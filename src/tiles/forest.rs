//! The forest: all open tilesets, and the one call a frame that selects from them.

use glam::{DAffine3, DVec3};
use std::collections::HashMap;

use super::arena::{Arena, JobState, NONE, Status};
use super::budget::{Coarseness, Sizes};
use super::camera::{Camera, Motion, Pace};
use super::fade::Fades;
use super::prefetch::{Prefetch, Todo};
use super::schedule::{CLASS_AHEAD, CLASS_SURROUND, CLASS_VIEW, Ledger, Plan};
use super::select::{Scratch, Walk};
use super::shadows::ShadowPass;
use super::types::{Counters, ForestOptions, Frame, Selection, ShadowLight, TileId, TilesetId, View};
use super::{prune, structure};
use crate::format::uri::{Location, Scope};

/// One open tileset or bare content.
#[derive(Debug)]
pub(super) struct TilesetEntry {
    pub location: Location,
    pub scope: Scope,
    pub ecef_from_tileset: DAffine3,
    /// Errors on screen are multiplied by it: 2 shows this tileset twice as fine.
    pub sse_factor: f64,
    pub visible: bool,
    pub removed: bool,
    /// A content without a tileset file, with its corners once they are known.
    pub is_bare: bool,
    pub bare_corners: Option<(DVec3, DVec3)>,
    /// The tile above everything; `NONE` after removal.
    pub anchor: u32,
}

impl TilesetEntry {
    /// What moves regions, which tiles' transforms do not: `None` where the tileset lies as its author put it.
    pub fn placement(&self) -> Option<&DAffine3> {
        (self.ecef_from_tileset != DAffine3::IDENTITY).then_some(&self.ecef_from_tileset)
    }

    fn is_walked(&self) -> bool {
        self.visible && !self.removed && self.anchor != NONE
    }
}

/// All open tilesets, what is held of them, and what is on its way.
#[derive(Debug)]
pub struct TileForest {
    pub(super) options: ForestOptions,
    pub(super) arena: Arena,
    pub(super) tilesets: Vec<TilesetEntry>,
    pub(super) sizes: Vec<Sizes>,
    pub(super) ledger: Ledger,
    pub(super) failures: HashMap<u32, String>,
    pub(super) now_secs: f64,
    /// Contents of removed tilesets, to be named in the next selection.
    pub(super) pending_unload: Vec<TileId>,
    pub(super) pending_cancel: Vec<TileId>,
    frame: u32,
    last_budget: u64,
    fades: Fades,
    coarseness: Coarseness,
    motion: Motion,
    scratch: Scratch,
    prefetch_stack: Vec<Todo>,
    shadow_stack: Vec<u32>,
    prune_cursor: usize,
    /// Metres from the camera to the nearest drawn tile, last time; the scale on which its motion counts.
    near_scale_m: f64,
    selection: Selection,
}

impl TileForest {
    pub fn new(options: ForestOptions) -> Self {
        Self {
            last_budget: options.budget_bytes,
            options,
            arena: Arena::new(),
            tilesets: Vec::new(),
            sizes: Vec::new(),
            ledger: Ledger::new(),
            failures: HashMap::new(),
            now_secs: 0.0,
            pending_unload: Vec::new(),
            pending_cancel: Vec::new(),
            frame: 16,
            fades: Fades::default(),
            coarseness: Coarseness::new(),
            motion: Motion::default(),
            scratch: Scratch::default(),
            prefetch_stack: Vec::new(),
            shadow_stack: Vec::new(),
            prune_cursor: 0,
            near_scale_m: 1.0,
            selection: Selection::default(),
        }
    }

    pub fn options(&self) -> &ForestOptions {
        &self.options
    }

    pub fn options_mut(&mut self) -> &mut ForestOptions {
        &mut self.options
    }

    // -- tilesets ----------------------------------------------------------------------------------------------------

    /// Opens a tileset of which nothing is known yet: the first selection asks for its file as a job.
    ///
    /// `sse_factor` multiplies errors on screen: 2 shows this tileset twice as fine, 0.5 half as fine.
    pub fn add_tileset(&mut self, location: Location, ecef_from_tileset: DAffine3, sse_factor: f64) -> TilesetId {
        self.add(location, ecef_from_tileset, sse_factor, false)
    }

    /// Opens a content without a tileset (a `.glb`, say): one tile, whose volume is known once it is loaded.
    pub fn add_content(&mut self, location: Location, ecef_from_content: DAffine3) -> TilesetId {
        self.add(location, ecef_from_content, 1.0, true)
    }

    fn add(&mut self, location: Location, ecef_from_tileset: DAffine3, sse_factor: f64, is_bare: bool) -> TilesetId {
        let id = self.tilesets.len() as u32;
        let status = if is_bare { Status::Unloaded } else { Status::Unknown };
        let anchor = structure::insert_anchor(&mut self.arena, id, status, ecef_from_tileset).unwrap_or(NONE);
        self.tilesets.push(TilesetEntry {
            scope: Scope::of(&location),
            location,
            ecef_from_tileset,
            sse_factor: if sse_factor.is_finite() { sse_factor.max(0.0) } else { 1.0 },
            visible: true,
            removed: false,
            is_bare,
            bare_corners: None,
            anchor,
        });
        self.sizes.push(Sizes::new());
        TilesetId(id)
    }

    /// Where a tileset's files may lie; by default in its own folder, archive or server.
    pub fn scope_mut(&mut self, tileset: TilesetId) -> Option<&mut Scope> {
        self.tilesets.get_mut(tileset.0 as usize).map(|entry| &mut entry.scope)
    }

    /// Closes a tileset. Its contents and jobs are named in the next selection's `unload` and `cancel`; its tiles stay
    /// valid until the engine has answered for all of them.
    pub fn remove_tileset(&mut self, tileset: TilesetId) {
        let Some(entry) = self.tilesets.get_mut(tileset.0 as usize).filter(|entry| !entry.removed) else { return };
        entry.removed = true;
        let anchor = entry.anchor;
        let mut at = Some(anchor).filter(|anchor| *anchor != NONE);
        while let Some(tile) = at {
            at = self.arena.next_in_tree(anchor, tile);
            let node = self.arena.node_mut(tile);
            if node.job == JobState::InFlight {
                node.job = JobState::Canceling;
                self.pending_cancel.push(TileId(tile));
            }
            if node.status == Status::Loaded {
                node.status = Status::Unloading;
                self.arena.remove_loaded(tile);
                self.ledger.unloading_bytes += self.arena.live(tile).bytes;
                self.pending_unload.push(TileId(tile));
            }
        }
        self.fades.forget(&mut self.arena, |arena, tile| arena.node(tile).tileset == tileset.0);
        self.drop_if_free(tileset.0);
    }

    /// Frees the tiles of a removed tileset once the engine holds nothing of it.
    pub(super) fn drop_if_free(&mut self, tileset: u32) {
        let Some(entry) = self.tilesets.get_mut(tileset as usize).filter(|entry| entry.removed) else { return };
        let anchor = entry.anchor;
        let mut at = Some(anchor).filter(|anchor| *anchor != NONE);
        while let Some(tile) = at {
            let node = self.arena.node(tile);
            if node.job != JobState::Idle || node.status == Status::Unloading {
                return;
            }
            at = self.arena.next_in_tree(anchor, tile);
        }
        entry.anchor = NONE;
        if anchor != NONE {
            let failures = &mut self.failures;
            let mut forget = |tile: u32| {
                failures.remove(&tile);
            };
            prune::drop_inside(&mut self.arena, anchor, &mut forget);
            self.arena.remove(anchor);
            forget(anchor);
        }
    }

    /// A hidden tileset is neither drawn nor loaded; what is held of it goes when room is needed.
    pub fn set_visible(&mut self, tileset: TilesetId, visible: bool) {
        if let Some(entry) = self.tilesets.get_mut(tileset.0 as usize) {
            entry.visible = visible;
        }
    }

    /// Moves a tileset. Contents that are held stay valid: they are in their tiles' frames, see
    /// [`super::Job::ecef_from_tile`] and [`Self::ecef_from_tile`].
    pub fn set_placement(&mut self, tileset: TilesetId, ecef_from_tileset: DAffine3) {
        let Some(entry) = self.tilesets.get_mut(tileset.0 as usize).filter(|entry| entry.anchor != NONE) else {
            return;
        };
        entry.ecef_from_tileset = ecef_from_tileset;
        let anchor = entry.anchor;
        if let Some(frame) = self.arena.frames.get_mut(self.arena.sources[anchor as usize].frame) {
            *frame = ecef_from_tileset;
        }
        if let Some(corners) = entry.bare_corners {
            self.arena.bounds[anchor as usize] = structure::corners_bounds(&ecef_from_tileset, corners);
        }
        let placement = entry.placement().copied();
        let mut at = self.arena.next_in_tree(anchor, anchor);
        while let Some(tile) = at {
            structure::replace_tile(&mut self.arena, tile, placement.as_ref());
            at = self.arena.next_in_tree(anchor, tile);
        }
    }

    // -- selection ---------------------------------------------------------------------------------------------------

    /// Decides what to draw, load, cancel and free for one frame.
    pub fn select(&mut self, frame: &Frame) -> &Selection {
        let dt_secs = if frame.dt_secs.is_finite() { f64::from(frame.dt_secs.max(0.0)) } else { 0.0 };
        self.frame = self.frame.wrapping_add(1);
        self.now_secs += dt_secs;
        self.motion.update(frame.view, dt_secs);
        if self.last_budget != self.options.budget_bytes {
            self.last_budget = self.options.budget_bytes;
            self.coarseness.forget_refusal();
        }
        let mut selection = std::mem::take(&mut self.selection);
        selection.draw.clear();
        selection.casters.clear();
        selection.requests.clear();
        selection.cancel.clear();
        selection.unload.clear();
        selection.cancel.append(&mut self.pending_cancel);
        selection.unload.append(&mut self.pending_unload);
        selection.counters = Counters::default();

        let camera = Camera::new(frame.view);
        let predicted = self.predicted_view(frame.view);
        let needed_bytes = self.walk(camera, predicted.as_ref().map(Camera::new), &mut selection.counters);
        self.prefetch(frame, predicted.as_ref(), camera, &mut selection.counters);
        if let Some(light) = frame.shadows {
            self.throw_shadows(camera, light, &mut selection.casters);
        }
        self.fade(&camera, dt_secs, &mut selection);
        self.near_scale_m = self.nearest_drawn_m(&camera, &selection);
        Plan {
            arena: &mut self.arena,
            ledger: &mut self.ledger,
            sizes: &self.sizes,
            options: &self.options,
            frame: self.frame,
            now_secs: self.now_secs,
            out: &mut selection,
        }
        .run(&self.scratch.wants);
        self.adapt(needed_bytes, dt_secs, &mut selection.counters);
        self.prune();
        self.selection = selection;
        self.count(needed_bytes);
        &self.selection
    }

    /// The last selection.
    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    pub fn counters(&self) -> &Counters {
        &self.selection.counters
    }

    fn max_sse(&self) -> f64 {
        self.options.max_sse_px.max(0.01) * self.coarseness.scale
    }

    /// The view at the time when what is asked for now arrives.
    fn predicted_view(&self, view: &View) -> Option<View> {
        self.motion.predict(view, self.pace().wait_secs.min(1.0), self.near_scale_m)
    }

    fn pace(&self) -> Pace {
        let slots = self.options.max_requests_in_flight.max(1) as f64;
        let waits = 1.0 + 0.5 * self.ledger.queued as f64 / slots;
        Pace { speed_m: self.motion.speed_m(), wait_secs: self.ledger.latency_secs * waits }
    }

    /// Returns the bytes that the view needs altogether.
    fn walk(&mut self, camera: Camera, predicted: Option<Camera>, counters: &mut Counters) -> u64 {
        self.scratch.cut.clear();
        self.scratch.wants.clear();
        self.fades.set_enabled(self.options.fade_secs > 0.0);
        self.arena.in_use_bytes = 0;
        let (max_sse, pace) = (self.max_sse(), self.pace());
        let mut walk = Walk {
            arena: &mut self.arena,
            scratch: &mut self.scratch,
            fades: &mut self.fades,
            counters,
            sizes: &self.sizes,
            options: &self.options,
            camera,
            predicted,
            pace,
            max_sse,
            frame: self.frame,
            needed_bytes: 0,
        };
        for tileset in self.tilesets.iter().filter(|tileset| tileset.is_walked()) {
            walk.run(tileset);
        }
        walk.needed_bytes
    }

    fn throw_shadows(&mut self, camera: Camera, light: ShadowLight, out: &mut Vec<TileId>) {
        let max_sse = self.max_sse();
        let mut pass = ShadowPass {
            arena: &self.arena,
            stack: &mut self.shadow_stack,
            camera,
            light,
            max_sse,
            frame: self.frame,
            out,
        };
        for tileset in self.tilesets.iter().filter(|tileset| tileset.is_walked()) {
            pass.run(tileset);
        }
    }

    /// Adds wants of what is not drawn now: where the view is going, where a fly-to ends, the surroundings.
    fn prefetch(&mut self, frame: &Frame, predicted: Option<&View>, camera: Camera, counters: &mut Counters) {
        if let Some(view) = predicted {
            self.prefetch_view(Camera::new(view), CLASS_VIEW, self.max_sse(), counters);
        }
        if let Some(view) = frame.ahead {
            self.prefetch_view(Camera::new(view), CLASS_AHEAD, self.max_sse(), counters);
        }
        let factor = self.options.surround_sse_factor;
        if factor > 0.0 && counters.waiting == 0 {
            self.prefetch_view(camera, CLASS_SURROUND, self.max_sse() * factor.max(1.0), counters);
        }
    }

    fn prefetch_view(&mut self, camera: Camera, class: u8, max_sse: f64, counters: &mut Counters) {
        let pace = self.pace();
        let mut prefetch = Prefetch {
            arena: &mut self.arena,
            wants: &mut self.scratch.wants,
            stack: &mut self.prefetch_stack,
            camera,
            max_sse,
            class,
            frame: self.frame,
            pace,
            visits_left: self.options.max_visits,
            visited: 0,
        };
        for tileset in self.tilesets.iter().filter(|tileset| tileset.is_walked()) {
            prefetch.run(tileset);
        }
        counters.visited += prefetch.visited;
    }

    fn fade(&mut self, camera: &Camera, dt_secs: f64, selection: &mut Selection) {
        selection.counters.drawn = self.scratch.cut.len() as u32;
        let fade_secs = f64::from(self.options.fade_secs);
        let step = if fade_secs > 0.0 { (dt_secs / fade_secs).max(1.0 / 256.0) } else { 2.0 } as f32;
        self.fades.update(&mut self.arena, camera, &mut self.scratch.cut, step, self.frame, &mut selection.draw);
        selection.counters.fading_out = selection.draw.len() as u32 - selection.counters.drawn;
    }

    fn nearest_drawn_m(&self, camera: &Camera, selection: &Selection) -> f64 {
        let distances = selection.draw.iter().map(|draw| camera.distance_m(&self.arena.bounds[draw.tile.0 as usize]));
        distances.fold(f64::INFINITY, f64::min).clamp(1.0, 1e7)
    }

    fn adapt(&mut self, needed_bytes: u64, dt_secs: f64, counters: &mut Counters) {
        let too_many = counters.visited >= self.options.max_visits;
        let pressed = (self.ledger.pressed && needed_bytes > self.options.budget_bytes / 2) || too_many;
        let budget = self.options.budget_bytes;
        self.coarseness.update(needed_bytes, budget, pressed, self.motion.is_still(), dt_secs);
    }

    fn prune(&mut self) {
        let failures = &mut self.failures;
        prune::run(&mut self.arena, &mut self.prune_cursor, self.options.max_tiles, self.frame, |tile| {
            failures.remove(&tile);
        });
    }

    fn count(&mut self, needed_bytes: u64) {
        let urgent = |&&tile: &&u32| self.arena.live(tile).class <= CLASS_VIEW;
        let urgent_in_flight = self.ledger.in_flight.iter().filter(urgent).count();
        let counters = &mut self.selection.counters;
        counters.failed = self.failures.len() as u32;
        counters.tiles = self.arena.tile_count() as u32;
        counters.loaded = self.arena.loaded_count();
        counters.held_bytes = self.ledger.held_bytes;
        counters.reserved_bytes = self.ledger.reserved_bytes;
        counters.needed_bytes = needed_bytes;
        counters.in_flight = self.ledger.in_flight.len() as u32;
        counters.sse_scale = self.coarseness.scale as f32;
        counters.starved = self.ledger.starved;
        let still_coarsening = self.coarseness.is_changing() && !self.coarseness.is_at_end();
        let satisfied = counters.waiting == 0 || (counters.starved && counters.in_flight == 0);
        counters.settled = satisfied && urgent_in_flight == 0 && self.fades.is_idle() && !still_coarsening;
    }
}
