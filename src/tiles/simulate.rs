//! A flight over a world of numbers with a loader that takes its time: what would be drawn, fetched and held, and
//! whether the forest keeps its promises.
//!
//! The promises, checked in every frame: no hole once all was covered, never two solid levels at one place, only held
//! contents are drawn, held and reserved bytes within the budget; and at the end: it settles, and nothing leaks.

use std::collections::{HashMap, HashSet};

use super::flight::Flight;
use super::forest::TileForest;
use super::synthetic::{Random, World};
use super::types::{ForestOptions, Frame, Job, Loaded, TileId, View};
use crate::format::tileset::Refine;

/// What to simulate.
#[derive(Debug, Clone)]
pub struct Scenario {
    pub options: ForestOptions,
    /// Frames that a job takes: at least, at most.
    pub latency_frames: (u32, u32),
    /// The part of jobs that fail once in a while but may be tried again.
    pub flaky_share: f64,
    pub frames_per_sec: f64,
    pub seed: u64,
    /// Frames allowed for settling after the flight.
    pub settle_frames: u32,
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            options: ForestOptions::default(),
            latency_frames: (1, 3),
            flaky_share: 0.0,
            frames_per_sec: 60.0,
            seed: 1,
            settle_frames: 3000,
        }
    }
}

/// What came out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    pub frames: u32,
    /// Frames in which something in view that had been covered was not.
    pub hole_frames: u32,
    pub fetched_bytes: u64,
    /// Bytes of the contents that were drawn at least once, and of all structure files.
    pub needed_bytes: u64,
    /// Contents fetched more than once, bytes.
    pub refetched_bytes: u64,
    pub held_bytes_max: u64,
    pub drawn_max: u32,
    pub visited_max: u32,
    pub tiles_max: u32,
    pub requests: u32,
    pub cancels: u32,
    /// Contents that arrived and were dropped because they were larger than thought.
    pub rejected: u32,
    /// Frames from the end of the flight until settled; `None` if it never settled.
    pub settle_frames: Option<u32>,
    pub sse_scale_max: f32,
    /// What was promised and not kept, the first of each frame; at most [`Report::MAX_BROKEN`].
    pub broken: Vec<String>,
    /// Over all decisions of all frames: the same on every run.
    pub digest: u64,
}

impl Report {
    pub const MAX_BROKEN: usize = 20;

    /// Bytes fetched for nothing, as a part of the bytes needed.
    pub fn waste_share(&self) -> f64 {
        self.fetched_bytes.saturating_sub(self.needed_bytes) as f64 / (self.needed_bytes as f64).max(1.0)
    }
}

/// Where the answers to jobs come from.
pub trait Answers {
    /// Bytes that come over the wire for a job.
    fn fetch_bytes(&self, job: &Job) -> u64;

    /// What a job gives.
    ///
    /// # Errors
    /// Why it fails, for good.
    fn answer(&self, job: &Job) -> Result<Loaded, String>;
}

/// A job on its way.
struct Underway {
    tile: TileId,
    job: Job,
    started: u32,
    due: u32,
}

/// The engine's side: a loader with latency, and books of its own against which the forest's are checked.
pub struct Simulation<'a> {
    pub forest: TileForest,
    world: &'a dyn Answers,
    scenario: Scenario,
    random: Random,
    underway: Vec<Underway>,
    held: HashMap<TileId, u64>,
    /// First file and fetched bytes of each held content.
    names: HashMap<TileId, (String, u64)>,
    /// Files drawn, and fetched, at least once.
    drawn: HashSet<String>,
    fetched: HashSet<String>,
    report: Report,
}

impl<'a> Simulation<'a> {
    pub fn new(world: &'a dyn Answers, scenario: Scenario) -> Self {
        Self {
            forest: TileForest::new(scenario.options.clone()),
            world,
            random: Random(scenario.seed),
            scenario,
            underway: Vec::new(),
            held: HashMap::new(),
            drawn: HashSet::new(),
            names: HashMap::new(),
            fetched: HashSet::new(),
            report: Report::default(),
        }
    }

    pub fn report(&self) -> &Report {
        &self.report
    }

    /// One frame: selection, checks, and what the engine does.
    pub fn step(&mut self, view: &View, ahead: Option<&View>) {
        let dt_secs = (1.0 / self.scenario.frames_per_sec) as f32;
        self.forest.select(&Frame { view, ahead, shadows: None, dt_secs });
        self.report.frames += 1;
        self.note_drawn();
        self.check();
        self.obey();
        self.deliver();
    }

    fn note_drawn(&mut self) {
        for draw in &self.forest.selection().draw {
            if let Some((name, bytes)) = self.names.get(&draw.tile)
                && self.drawn.insert(name.clone())
            {
                self.report.needed_bytes += bytes;
            }
        }
        let (selection, report) = (self.forest.selection(), &mut self.report);
        let counters = selection.counters;
        report.hole_frames += u32::from(counters.holes > 0);
        report.drawn_max = report.drawn_max.max(counters.drawn);
        report.visited_max = report.visited_max.max(counters.visited);
        report.tiles_max = report.tiles_max.max(counters.tiles);
        report.sse_scale_max = report.sse_scale_max.max(counters.sse_scale);
        let mut hash = |value: u64| report.digest = (report.digest ^ value).wrapping_mul(0x0100_0000_01b3);
        for draw in &selection.draw {
            hash(u64::from(draw.tile.0) << 32 | u64::from(draw.opacity.to_bits()));
        }
        for request in &selection.requests {
            hash(u64::from(request.tile.0) << 32 | u64::from(request.priority.to_bits()));
        }
        selection.unload.iter().chain(&selection.cancel).for_each(|tile| hash(u64::from(tile.0)));
    }

    fn promise(&mut self, kept: bool, what: impl FnOnce() -> String) {
        if !kept && self.report.broken.len() < Report::MAX_BROKEN {
            let frame = self.report.frames;
            self.report.broken.push(format!("frame {frame}: {}", what()));
        }
    }

    fn check(&mut self) {
        let held: u64 = self.held.values().sum();
        self.report.held_bytes_max = self.report.held_bytes_max.max(held);
        let counters = *self.forest.counters();
        let (budget, reserved) = (self.scenario.options.budget_bytes, counters.reserved_bytes);
        self.promise(held == counters.held_bytes, || format!("held {held}, counted {}", counters.held_bytes));
        self.promise(held + reserved <= budget, || format!("{held} held and {reserved} reserved of {budget}"));
        self.promise(counters.holes == 0, || format!("{} holes", counters.holes));
        let doubled = self.first_doubled();
        self.promise(doubled.is_none(), || format!("two solid levels: {doubled:?}"));
        let foreign = self.forest.selection().draw.iter().find(|draw| !self.held.contains_key(&draw.tile)).copied();
        self.promise(foreign.is_none(), || format!("drawn but not held: {foreign:?}"));
        let pairs = self.unmatched_pair();
        self.promise(pairs.is_none(), || format!("drawn twice: {pairs:?}"));
    }

    /// A solid tile with a solid tile above that it should have replaced.
    fn first_doubled(&self) -> Option<(TileId, TileId)> {
        let draws = &self.forest.selection().draw;
        let solid = draws.iter().filter(|draw| draw.opacity >= 1.0 && !draw.fading_out).map(|draw| draw.tile);
        let solid: HashSet<TileId> = solid.collect();
        let above = |tile: TileId| self.forest.tile_info(tile).and_then(|info| info.parent);
        for &tile in &solid {
            let mut at = above(tile);
            while let Some(parent) = at {
                let replaces = self.forest.tile_info(parent).is_some_and(|info| info.refine == Refine::Replace);
                if replaces && solid.contains(&parent) {
                    return Some((parent, tile));
                }
                at = above(parent);
            }
        }
        None
    }

    fn unmatched_pair(&self) -> Option<TileId> {
        let mut seen = HashSet::new();
        self.forest.selection().draw.iter().map(|draw| draw.tile).find(|tile| !seen.insert(*tile))
    }

    fn obey(&mut self) {
        let selection = self.forest.selection().clone();
        for tile in selection.unload {
            let was_held = self.held.remove(&tile).is_some();
            self.promise(was_held, || format!("{tile:?} is to be freed but is not held"));
            self.forest.unloaded(tile);
        }
        for tile in selection.cancel {
            self.report.cancels += 1;
            let Some(at) = self.underway.iter().position(|job| job.tile == tile) else { continue };
            let job = self.underway.swap_remove(at);
            // What had come already is lost.
            let part = f64::from(self.report.frames - job.started) / f64::from((job.due - job.started).max(1));
            self.report.fetched_bytes += (self.world.fetch_bytes(&job.job) as f64 * part.min(1.0)) as u64;
            self.forest.canceled(tile);
        }
        let limit = self.scenario.options.max_requests_in_flight;
        let asked = self.underway.len() + selection.requests.len();
        self.promise(asked <= limit, || format!("{asked} jobs, at most {limit} allowed"));
        for request in selection.requests {
            self.start(request.tile);
        }
    }

    fn start(&mut self, tile: TileId) {
        self.report.requests += 1;
        match self.forest.job(tile) {
            Ok(job) => {
                self.forest.started(tile);
                let (least, most) = self.scenario.latency_frames;
                let frames = least + self.random.below(u64::from(most.saturating_sub(least)) + 1) as u32;
                let started = self.report.frames;
                self.underway.push(Underway { tile, job, started, due: started + frames });
            }
            Err(error) => {
                self.forest.started(tile);
                self.forest.failed(tile, error.to_string(), true);
            }
        }
    }

    fn deliver(&mut self) {
        let now = self.report.frames;
        while let Some(at) = self.underway.iter().position(|job| job.due <= now) {
            let Underway { tile, job, .. } = self.underway.remove(at);
            let bytes = self.world.fetch_bytes(&job);
            if self.random.unit() < self.scenario.flaky_share {
                self.forest.failed(tile, "connection lost".to_owned(), false);
                continue;
            }
            self.report.fetched_bytes += bytes;
            match self.world.answer(&job) {
                Ok(loaded) => self.hand_over(tile, &job, loaded, bytes),
                Err(reason) => self.forest.failed(tile, reason, true),
            }
        }
    }

    fn hand_over(&mut self, tile: TileId, job: &Job, loaded: Loaded, fetched: u64) {
        let held = match &loaded {
            Loaded::Content { bytes, drawable: true, .. } => Some(*bytes),
            _ => None,
        };
        let name = job.locations.first().map(|location| location.to_string()).unwrap_or_default();
        match held {
            None => self.report.needed_bytes += fetched,
            Some(_) if !self.fetched.insert(name.clone()) => self.report.refetched_bytes += fetched,
            Some(_) => {}
        }
        let kept = self.forest.loaded(tile, loaded);
        self.promise(!kept || held.is_some(), || format!("{tile:?} holds nothing but is kept"));
        match held.filter(|_| kept) {
            Some(bytes) => {
                self.held.insert(tile, bytes);
                self.names.insert(tile, (name, fetched));
            }
            None => self.report.rejected += u32::from(held.is_some()),
        }
    }

    /// Stays at a view until it is settled or the scenario's patience ends.
    pub fn settle(&mut self, view: &View) -> Option<u32> {
        for frames in 0..self.scenario.settle_frames {
            self.step(view, None);
            if self.forest.counters().settled {
                return Some(frames);
            }
        }
        None
    }

    /// Closes all tilesets and checks that nothing stays behind.
    pub fn close(&mut self, view: &View, tilesets: &[super::TilesetId]) {
        for tileset in tilesets {
            self.forest.remove_tileset(*tileset);
        }
        let (least, most) = self.scenario.latency_frames;
        for _ in 0..least.max(most) + 3 {
            self.step(view, None);
        }
        let counters = *self.forest.counters();
        let left = (self.held.len(), self.underway.len(), counters.tiles, counters.held_bytes, counters.reserved_bytes);
        self.promise(left == (0, 0, 0, 0, 0), || format!("left after closing: {left:?}"));
    }
}

/// Flies over a world and reports.
pub fn fly(world: &World, flight: &Flight, scenario: Scenario) -> Report {
    let frames_per_sec = scenario.frames_per_sec;
    let mut simulation = Simulation::new(world, scenario);
    let tileset = simulation.forest.add_tileset(world.root_location(), glam::DAffine3::IDENTITY, 1.0);
    let frames = (flight.duration_secs() * frames_per_sec) as u32;
    for frame in 0..frames {
        simulation.step(&flight.view_at(f64::from(frame) / frames_per_sec), None);
    }
    let end = flight.view_at(flight.duration_secs());
    let settled = simulation.settle(&end);
    simulation.report.settle_frames = settled;
    simulation.promise(settled.is_some(), || "never settled".to_owned());
    simulation.close(&end, &[tileset]);
    simulation.report
}
