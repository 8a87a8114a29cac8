//! What is loaded without being drawn: where the view is going, where a fly-to ends, and what lies around.

use super::arena::{Arena, JobState, NONE, Status};
use super::camera::{ALL_PLANES, Camera, Pace};
use super::forest::TilesetEntry;
use super::schedule::{CLASS_SURROUND, CLASS_VIEW, Want};
use super::structure;
use crate::format::tileset::Refine;

/// What lies around is worth a download only if it stays near for this long, seconds.
const SURROUND_SECS: f64 = 2.0;

/// A tile to look at: its index, the planes that cut its parent, the parent's geometric error.
#[derive(Debug, Clone, Copy)]
pub(super) struct Todo {
    tile: u32,
    planes: u8,
    parent_error_m: f64,
    /// The camera passes the parent before this can be here, see [`Pace`].
    hurried: bool,
}

pub(super) struct Prefetch<'a> {
    pub arena: &'a mut Arena,
    pub wants: &'a mut Vec<Want>,
    pub stack: &'a mut Vec<Todo>,
    pub camera: Camera,
    pub max_sse: f64,
    pub class: u8,
    pub frame: u32,
    pub pace: Pace,
    pub visits_left: u32,
    pub visited: u32,
}

impl Prefetch<'_> {
    pub fn run(&mut self, tileset: &TilesetEntry) {
        self.stack.clear();
        self.stack.push(Todo {
            tile: tileset.anchor,
            planes: ALL_PLANES,
            parent_error_m: f64::INFINITY,
            hurried: false,
        });
        while let Some(todo) = self.stack.pop() {
            if self.visits_left == 0 {
                break;
            }
            self.visits_left -= 1;
            self.visited += 1;
            self.look_at(todo, tileset);
        }
    }

    fn look_at(&mut self, todo: Todo, tileset: &TilesetEntry) {
        let tile = todo.tile;
        let (bounds, node) = (self.arena.bounds[tile as usize], *self.arena.node(tile));
        let surround = self.class == CLASS_SURROUND;
        let planes = if surround { Some(ALL_PLANES) } else { self.camera.cull(&bounds, todo.planes) };
        let Some(planes) = planes else { return };
        if self.camera.is_below_horizon(&bounds) || !self.is_in_request_volume(node.view_bounds) {
            return;
        }
        self.arena.live_mut(tile).visited = self.frame;
        self.arena.mark_used(tile, self.frame);
        let distance_m = self.camera.distance_m(&bounds);
        let sse = self.camera.error_px(node.error_m, distance_m) * tileset.sse_factor;
        let see_through = node.transparent || (node.status == Status::Empty && !surround);
        let refines = node.status != Status::Unknown
            && (sse > self.max_sse || see_through)
            && structure::expand(self.arena, tile, tileset.placement());
        if !refines || (node.refine == Refine::Add && node.status != Status::Empty) {
            self.want(tile, &todo, distance_m);
        }
        if refines {
            let parent_error_m = if node.error_m > 0.0 { node.error_m } else { todo.parent_error_m };
            let planes = if bounds.radius.is_finite() { planes } else { ALL_PLANES };
            // Where a fly-to ends the camera will rest.
            let hurried = self.class == CLASS_VIEW && (todo.hurried || self.pace.passes(distance_m, &bounds));
            let mut child = self.arena.node(tile).first_child;
            while child != NONE {
                self.stack.push(Todo { tile: child, planes, parent_error_m, hurried });
                child = self.arena.node(child).next_sibling;
            }
        }
    }

    fn is_in_request_volume(&self, view_bounds: u32) -> bool {
        let room = self.arena.extra_bounds.get(view_bounds);
        room.is_none_or(|room| room.contains(self.camera.pos, self.camera.height_m))
    }

    fn want(&mut self, tile: u32, todo: &Todo, distance_m: f64) {
        let bounds = &self.arena.bounds[tile as usize];
        match self.arena.node(tile).status {
            Status::Loaded => self.arena.touch(tile),
            Status::Unknown | Status::Unloaded => {
                if self.class == CLASS_SURROUND && self.pace.speed_m * SURROUND_SECS > bounds.radius {
                    return;
                }
                if todo.hurried && self.arena.node(tile).job == JobState::Idle {
                    return;
                }
                let error_m = todo.parent_error_m.max(self.arena.node(tile).error_m);
                let error_px = self.camera.error_px(error_m, distance_m).min(1e9);
                let score = (error_px * self.camera.centrality(bounds)) as f32;
                self.wants.push(Want { tile, class: self.class, score });
            }
            Status::Empty | Status::Unloading | Status::Failed => {}
        }
    }
}
