//! The walk that decides what is drawn and what is missing: one pass over the tiles in view, children before parents.
//!
//! Going down, a tile is a *target* (fine enough, or without children) or is refined. Coming back up, each tile knows
//! whether the part of it that is in view is covered by what its subtree draws. A tile whose children do not cover it
//! takes back all that they drew and is drawn itself, if its content is held; else it passes the gap on to its parent.
//! So what is drawn is always one level at each place, the finest that is complete, and depends on nothing but the
//! view and the contents held.
//!
//! Tiles that add to their parents (ADD) cover nothing: their gaps end at them.

use super::arena::{Arena, JobState, NONE, Status};
use super::budget::{Sizes, size_of};
use super::camera::{ALL_PLANES, Camera, Pace};
use super::fade::{Cut, Fades};
use super::forest::TilesetEntry;
use super::schedule::{CLASS_HOLE, CLASS_VIEW, Want};
use super::structure;
use super::types::{Counters, ForestOptions};
use crate::format::tileset::Refine;

/// Errors are compared with this instead of infinity, in pixels.
const MAX_ERROR_PX: f64 = 1e9;

/// A tile that will be refined when it arrives is not asked for, once its error there is this many times the limit.
const PASSED_FACTOR: f64 = 2.0;

/// Scratch of the walk, kept from frame to frame.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    stack: Vec<Visit>,
    pub cut: Vec<Cut>,
    pub wants: Vec<Want>,
}

/// One selection's walk over the forest.
pub(super) struct Walk<'a> {
    pub arena: &'a mut Arena,
    pub scratch: &'a mut Scratch,
    pub fades: &'a mut Fades,
    pub counters: &'a mut Counters,
    pub sizes: &'a [Sizes],
    pub options: &'a ForestOptions,
    pub camera: Camera,
    /// The camera when what is asked for now will arrive, if that is another.
    pub predicted: Option<Camera>,
    pub pace: Pace,
    /// Pixels, the budget's coarseness included.
    pub max_sse: f64,
    pub frame: u32,
    pub needed_bytes: u64,
}

/// What a tile gets from above.
#[derive(Debug, Clone, Copy)]
struct Context {
    /// Planes of the view that cut the parent.
    planes: u8,
    /// Only contents that are held count: they stand in for a coarser tile that is on its way.
    standin: bool,
    /// Some tile above has a picture (held or not) that would hide a gap.
    can_cover: bool,
    /// Some tile above holds such a picture.
    covered: bool,
    /// A gap would show nothing at all.
    exposed: bool,
    /// The nearest picture above stays when this one is drawn.
    additive: bool,
    /// The fade that a tile above is the root of.
    fade: u32,
    /// It will be gone or much nearer before all its children can be here: they are not asked for.
    hurried: bool,
    /// The parent's geometric error: what stays visible as long as this tile is missing.
    parent_error_m: f64,
}

/// What a tile tells above.
#[derive(Debug, Clone, Copy, Default)]
struct Outcome {
    /// Areas in view that nothing covers, because their contents are not held yet.
    uncovered: u32,
    /// The same, because their contents can't be read.
    blocked: u32,
    /// Contents and files that are needed and not held.
    missing: u32,
}

impl Outcome {
    fn add(&mut self, other: Outcome) {
        self.uncovered += other.uncovered;
        self.blocked += other.blocked;
        self.missing += other.missing;
    }

    fn is_gap(&self) -> bool {
        self.uncovered + self.blocked > 0
    }
}

/// A tile whose children are being visited.
#[derive(Debug, Clone, Copy)]
struct Visit {
    tile: u32,
    next_child: u32,
    cut_from: usize,
    wants_from: usize,
    sse: f64,
    distance_m: f64,
    was_seen: bool,
    context: Context,
    below: Context,
    sum: Outcome,
}

enum Step {
    Done(Outcome),
    Descend(Visit),
}

/// What one look at a visible tile found.
#[derive(Clone, Copy)]
struct Sight {
    distance_m: f64,
    sse: f64,
    planes: u8,
    was_seen: bool,
}

impl Walk<'_> {
    /// Walks one tileset.
    pub fn run(&mut self, tileset: &TilesetEntry) {
        let top = Context {
            planes: ALL_PLANES,
            standin: false,
            can_cover: false,
            covered: false,
            exposed: true,
            additive: false,
            fade: NONE,
            hurried: false,
            parent_error_m: f64::INFINITY,
        };
        self.scratch.stack.clear();
        let mut missing = 0;
        match self.enter(tileset.anchor, &top, tileset) {
            Step::Done(outcome) => missing = outcome.missing,
            Step::Descend(visit) => self.scratch.stack.push(visit),
        }
        while let Some(visit) = self.scratch.stack.last_mut() {
            let child = visit.next_child;
            if child == NONE {
                let visit = *visit;
                self.scratch.stack.pop();
                let outcome = self.leave(&visit);
                match self.scratch.stack.last_mut() {
                    Some(parent) => parent.sum.add(outcome),
                    None => missing = outcome.missing,
                }
                continue;
            }
            visit.next_child = self.arena.node(child).next_sibling;
            let context = visit.below;
            match self.enter(child, &context, tileset) {
                Step::Descend(visit) => self.scratch.stack.push(visit),
                Step::Done(outcome) => {
                    if let Some(parent) = self.scratch.stack.last_mut() {
                        parent.sum.add(outcome);
                    }
                }
            }
        }
        self.counters.waiting += missing;
    }

    /// A gap that reaches a tile above which there is no other picture: it is seen as a gap.
    fn settle_gap(&mut self, tile: u32, context: &Context, outcome: Outcome) -> Outcome {
        if context.can_cover || outcome.uncovered == 0 {
            return outcome;
        }
        if !context.additive {
            let shown = self.arena.live(tile).shown;
            let count = if shown { &mut self.counters.holes } else { &mut self.counters.uncovered };
            *count += outcome.uncovered;
        }
        Outcome { uncovered: 0, ..outcome }
    }

    /// Whether the tile is in view, how far and how large its error; `None` if not.
    fn sight(&mut self, tile: u32, planes: u8, tileset: &TilesetEntry) -> Option<Sight> {
        let at = tile as usize;
        let (bounds, node) = (&self.arena.bounds[at], &self.arena.nodes[at]);
        let planes = self.camera.cull(bounds, planes)?;
        if self.camera.is_below_horizon(bounds) {
            return None;
        }
        if node.view_bounds != NONE
            && let Some(room) = self.arena.extra_bounds.get(node.view_bounds)
            && !room.contains(self.camera.pos, self.camera.height_m)
        {
            return None;
        }
        let distance_m = self.camera.distance_m(bounds);
        let sse = (self.camera.error_px(node.error_m, distance_m) * tileset.sse_factor).min(MAX_ERROR_PX);
        let live = &mut self.arena.live[at];
        let was_seen = live.seen.wrapping_add(1) == self.frame;
        live.seen = self.frame;
        self.arena.mark_used(tile, self.frame);
        Some(Sight { distance_m, sse, planes, was_seen })
    }

    fn enter(&mut self, tile: u32, context: &Context, tileset: &TilesetEntry) -> Step {
        self.counters.visited += 1;
        self.arena.live_mut(tile).visited = self.frame;
        let Some(sight) = self.sight(tile, context.planes, tileset) else {
            self.counters.culled += 1;
            let node = self.arena.node(tile);
            // What can't be read keeps its parent on screen even when out of view: else it would flicker at the edge.
            let blocks = node.status == Status::Failed && context.can_cover && node.first_child == NONE;
            return Step::Done(Outcome { blocked: u32::from(blocks), ..Outcome::default() });
        };
        if context.standin {
            return self.enter_standin(tile, context, &sight);
        }
        let node = *self.arena.node(tile);
        if node.status == Status::Unknown {
            self.want(tile, context, &sight, tileset, true);
            let gap = Outcome { uncovered: 1, missing: 1, blocked: 0 };
            return Step::Done(self.settle_gap(tile, context, gap));
        }
        let see_through = node.transparent
            || (node.status == Status::Empty && context.can_cover)
            || (node.status == Status::Failed && !context.can_cover);
        let refines = (sight.sse > self.max_sse || see_through)
            && self.counters.visited < self.options.max_visits
            && structure::expand(self.arena, tile, tileset.placement());
        if refines {
            return self.refine(tile, context, &sight, tileset);
        }
        self.enter_target(tile, context, &sight, tileset)
    }

    /// A tile that shall itself be drawn.
    fn enter_target(&mut self, tile: u32, context: &Context, sight: &Sight, tileset: &TilesetEntry) -> Step {
        let node = *self.arena.node(tile);
        if node.status == Status::Empty || !self.sees_content(tile) {
            return Step::Done(Outcome::default());
        }
        if node.status == Status::Failed {
            let blocked = u32::from(context.can_cover);
            return Step::Done(Outcome { blocked, ..Outcome::default() });
        }
        self.needed_bytes = self.needed_bytes.saturating_add(size_of(self.arena, self.sizes, tile));
        if node.status == Status::Loaded {
            self.draw(tile, context, sight.sse, sight.was_seen);
            return Step::Done(Outcome::default());
        }
        self.want(tile, context, sight, tileset, false);
        let missing = Outcome { uncovered: 1, missing: 1, blocked: 0 };
        if self.arena.live(tile).loaded_below == 0 {
            return Step::Done(self.settle_gap(tile, context, missing));
        }
        let sum = Outcome { missing: 1, ..Outcome::default() };
        Step::Descend(self.visit(tile, context, Context { standin: true, ..*context }, sight, sum))
    }

    fn enter_standin(&mut self, tile: u32, context: &Context, sight: &Sight) -> Step {
        let node = *self.arena.node(tile);
        if node.status == Status::Loaded {
            self.draw(tile, context, sight.sse, sight.was_seen);
            return Step::Done(Outcome::default());
        }
        if self.arena.live(tile).loaded_below > 0 {
            return Step::Descend(self.visit(tile, context, *context, sight, Outcome::default()));
        }
        let nothing_there = node.status == Status::Empty && node.first_child == NONE && !node.expandable;
        let uncovered = u32::from(!nothing_there && self.sees_content(tile));
        Step::Done(Outcome { uncovered, ..Outcome::default() })
    }

    fn refine(&mut self, tile: u32, context: &Context, sight: &Sight, tileset: &TilesetEntry) -> Step {
        let node = *self.arena.node(tile);
        let has_picture = matches!(node.status, Status::Unloaded | Status::Loaded | Status::Unloading);
        let mut sum = Outcome::default();
        let mut below = *context;
        if node.status == Status::Failed && node.refine == Refine::Add && context.can_cover {
            // Its children do not show what it would have shown.
            return Step::Done(Outcome { blocked: 1, ..sum });
        }
        if has_picture && node.refine == Refine::Add {
            below = Context { can_cover: false, covered: false, exposed: false, additive: true, ..below };
            if self.sees_content(tile) {
                self.needed_bytes = self.needed_bytes.saturating_add(size_of(self.arena, self.sizes, tile));
                if node.status == Status::Loaded {
                    self.draw(tile, context, sight.sse, sight.was_seen);
                } else {
                    self.want(tile, context, sight, tileset, false);
                    sum = Outcome { uncovered: 1, missing: 1, blocked: 0 };
                }
            }
        } else if has_picture {
            let held = node.status == Status::Loaded;
            below = Context {
                can_cover: true,
                covered: context.covered || held,
                exposed: context.exposed && !held,
                additive: false,
                ..below
            };
        }
        Step::Descend(self.visit(tile, context, below, sight, sum))
    }

    fn visit(&self, tile: u32, context: &Context, below: Context, sight: &Sight, sum: Outcome) -> Visit {
        let node = self.arena.node(tile);
        let own_fade = self.arena.live(tile).fade;
        // Bounds that are not known yet tell nothing of the children's.
        let planes = if self.arena.bounds[tile as usize].radius.is_finite() { sight.planes } else { ALL_PLANES };
        let parent_error_m = if node.error_m > 0.0 { node.error_m } else { context.parent_error_m };
        Visit {
            tile,
            next_child: node.first_child,
            cut_from: self.scratch.cut.len(),
            wants_from: self.scratch.wants.len(),
            sse: sight.sse,
            distance_m: sight.distance_m,
            was_seen: sight.was_seen,
            context: *context,
            below: Context {
                planes,
                parent_error_m,
                hurried: context.hurried || self.pace.passes(sight.distance_m, &self.arena.bounds[tile as usize]),
                fade: if context.fade == NONE && !below.additive { own_fade } else { context.fade },
                ..below
            },
            sum,
        }
    }

    /// All children are done: is the tile covered, and by what?
    fn leave(&mut self, visit: &Visit) -> Outcome {
        let node = *self.arena.node(visit.tile);
        if visit.below.standin {
            let uncovered = u32::from(visit.sum.is_gap());
            let outcome = Outcome { uncovered, blocked: 0, missing: visit.sum.missing };
            return if visit.context.standin { outcome } else { self.settle_gap(visit.tile, &visit.context, outcome) };
        }
        let has_picture = matches!(node.status, Status::Unloaded | Status::Loaded | Status::Unloading);
        if visit.below.additive && has_picture {
            // Children only add: their gaps are not this tile's.
            let gap = node.status != Status::Loaded && self.sees_content(visit.tile);
            let outcome = Outcome { uncovered: u32::from(gap), blocked: 0, missing: visit.sum.missing };
            return self.settle_gap(visit.tile, &visit.context, outcome);
        }
        if !visit.sum.is_gap() {
            self.replaced_by_children(visit);
            return visit.sum;
        }
        match (has_picture, node.status) {
            (true, Status::Loaded) => self.take_back(visit),
            (true, _) => {
                let outcome = self.ask_for_cover(visit);
                self.settle_gap(visit.tile, &visit.context, outcome)
            }
            (false, _) if visit.context.can_cover => visit.sum,
            // Nothing above could hide what can't be read: the others are shown without it.
            (false, _) => Outcome { blocked: 0, ..visit.sum },
        }
    }

    fn replaced_by_children(&mut self, visit: &Visit) {
        let tile = visit.tile;
        if self.arena.node(tile).status == Status::Loaded {
            self.arena.touch(tile);
            self.arena.live_mut(tile).shown = true;
        }
        if self.scratch.cut.len() == visit.cut_from {
            return;
        }
        let live = self.arena.live_mut(tile);
        live.refined = self.frame;
        let was_drawn = live.drawn.wrapping_add(1) == self.frame;
        if was_drawn && live.fade == NONE && visit.context.fade == NONE {
            let Some(fade) = self.fades.start_refining(self.arena, tile) else { return };
            for cut in &mut self.scratch.cut[visit.cut_from..] {
                if cut.fade == NONE {
                    cut.fade = fade;
                }
            }
        }
    }

    /// The children leave gaps: the tile itself is drawn instead of them.
    fn take_back(&mut self, visit: &Visit) -> Outcome {
        let bytes = self.arena.live(visit.tile).bytes;
        self.needed_bytes = self.needed_bytes.saturating_add(bytes);
        self.scratch.cut.truncate(visit.cut_from);
        if self.sees_content(visit.tile) {
            self.draw(visit.tile, &visit.context, visit.sse, visit.was_seen);
        }
        if visit.sum.blocked > 0 {
            // Its finer tiles can never be complete: nothing of them is worth asking for.
            self.scratch.wants.truncate(visit.wants_from);
            self.counters.failed_groups += 1;
            return Outcome::default();
        }
        Outcome { uncovered: 0, blocked: 0, missing: visit.sum.missing }
    }

    /// The children leave gaps and the tile's own content is not held: is it worth asking for?
    fn ask_for_cover(&mut self, visit: &Visit) -> Outcome {
        let context = visit.context;
        let mut sum = visit.sum;
        let blocked = sum.blocked > 0;
        if blocked {
            self.scratch.wants.truncate(visit.wants_from);
            sum.missing = 0;
        }
        let pays = self.intermediate_pays(visit);
        if blocked || !context.covered || pays {
            let error_m = if context.parent_error_m.is_finite() { context.parent_error_m } else { f64::MAX };
            self.push_want(visit.tile, &context, error_m, visit.distance_m);
            sum.missing += 1;
        }
        Outcome { blocked: 0, uncovered: sum.uncovered.max(1), missing: sum.missing }
    }

    /// Whether an intermediate level is worth its bytes: what is drawn now covers the same area, only coarser.
    fn intermediate_pays(&self, visit: &Visit) -> bool {
        if visit.below.hurried {
            // Nothing below it is asked for: this is the finest that can be here in time, unless it can't either.
            return !visit.context.hurried;
        }
        let sse_on_arrival = self.predicted.as_ref().map_or(visit.sse, |camera| {
            let bounds = &self.arena.bounds[visit.tile as usize];
            visit.sse * visit.distance_m.max(1e-9) / camera.distance_m(bounds).max(1e-9)
        });
        visit.sum.missing > self.options.skip_below_missing
            && visit.sse.max(sse_on_arrival) <= self.max_sse * self.options.skip_sse_factor
    }

    /// Whether the content itself is in view, where it says more about its place than its tile.
    fn sees_content(&self, tile: u32) -> bool {
        let at = self.arena.node(tile).content_bounds;
        at == NONE || self.arena.extra_bounds.get(at).is_none_or(|bounds| self.camera.sees(bounds))
    }

    fn draw(&mut self, tile: u32, context: &Context, sse: f64, was_seen: bool) {
        let live = self.arena.live_mut(tile);
        live.needed = self.frame;
        live.shown = true;
        let fade = if context.fade == NONE { live.fade } else { context.fade };
        self.arena.touch(tile);
        self.scratch.cut.push(Cut { tile, sse_px: sse as f32, fade, appears: context.additive && was_seen });
    }

    fn want(&mut self, tile: u32, context: &Context, sight: &Sight, tileset: &TilesetEntry, structure: bool) {
        let under_way = self.arena.node(tile).job != JobState::Idle;
        if !context.exposed && !under_way && (context.hurried || !self.will_be_needed(tile, structure, tileset)) {
            return;
        }
        let error_m = context.parent_error_m.max(self.arena.node(tile).error_m);
        self.push_want(tile, context, error_m, sight.distance_m);
    }

    fn push_want(&mut self, tile: u32, context: &Context, error_m: f64, distance_m: f64) {
        let bounds = &self.arena.bounds[tile as usize];
        let error_px = self.camera.error_px(error_m, distance_m).min(MAX_ERROR_PX);
        let score = (error_px * self.camera.centrality(bounds)) as f32;
        let class = if context.exposed { CLASS_HOLE } else { CLASS_VIEW };
        self.scratch.wants.push(Want { tile, class, score });
    }

    /// Whether the tile is still wanted when it arrives: in view, and not yet in need of finer ones.
    fn will_be_needed(&self, tile: u32, structure: bool, tileset: &TilesetEntry) -> bool {
        let Some(camera) = &self.predicted else { return true };
        let (bounds, node) = (&self.arena.bounds[tile as usize], self.arena.node(tile));
        if !camera.sees(bounds) {
            return false;
        }
        let has_children = node.first_child != NONE || node.expandable;
        let sse = camera.error_px(node.error_m, camera.distance_m(bounds)) * tileset.sse_factor;
        structure || !has_children || sse <= self.max_sse * PASSED_FACTOR
    }
}
