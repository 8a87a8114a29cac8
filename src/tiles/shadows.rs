//! What lies outside of the picture but throws its shadow into it.
//!
//! Only contents that are held already are considered: nothing is fetched for a shadow's sake. The surroundings, which
//! are loaded coarsely for fast turns, are just what is needed.

use glam::DVec3;

use super::TileId;
use super::arena::{Arena, NONE, Status};
use super::camera::{ALL_PLANES, Camera};
use super::forest::TilesetEntry;
use super::types::ShadowLight;
use crate::format::tileset::Refine;

/// A content whose error is this many times the limit is too coarse to throw a shadow that one would believe.
const COARSEST_FACTOR: f64 = 8.0;
/// A finer one is preferred to one whose error is this many times the limit.
const COARSE_FACTOR: f64 = 3.0;
/// Most tiles looked at, and most that throw shadows.
const MAX_VISITS: u32 = 2_000;
const MAX_CASTERS: usize = 256;
/// The sun at the horizon throws endless shadows; these are as long as one follows them.
const LEAST_SINE: f64 = 0.05;
const LONGEST_M: f64 = 1_500.0;

pub(super) struct ShadowPass<'a> {
    pub arena: &'a Arena,
    pub stack: &'a mut Vec<u32>,
    pub camera: Camera,
    pub light: ShadowLight,
    pub max_sse: f64,
    pub frame: u32,
    pub out: &'a mut Vec<TileId>,
}

impl ShadowPass<'_> {
    pub fn run(&mut self, tileset: &TilesetEntry) {
        self.stack.clear();
        self.stack.push(tileset.anchor);
        let mut visits = 0;
        while let Some(tile) = self.stack.pop() {
            visits += 1;
            if visits > MAX_VISITS || self.out.len() >= MAX_CASTERS {
                return;
            }
            if self.look_at(tile, tileset) {
                let mut child = self.arena.node(tile).first_child;
                while child != NONE {
                    self.stack.push(child);
                    child = self.arena.node(child).next_sibling;
                }
            }
        }
    }

    /// Notes the tile if it throws a shadow; whether its children are to be looked at.
    fn look_at(&mut self, tile: u32, tileset: &TilesetEntry) -> bool {
        let (node, live) = (*self.arena.node(tile), *self.arena.live(tile));
        let held = node.status == Status::Loaded;
        if (!held && live.loaded_below == 0) || (held && live.needed == self.frame && node.refine == Refine::Replace) {
            return false;
        }
        let bounds = &self.arena.bounds[tile as usize];
        match self.camera.cull(bounds, ALL_PLANES) {
            // All of it is in the picture: what is drawn there throws its own shadow.
            Some(0) => return false,
            Some(_) => return true,
            None => {}
        }
        let distance_m = self.camera.distance_m(bounds);
        if distance_m > self.light.reach_m || !self.reaches_picture(bounds.center, bounds.radius) {
            return false;
        }
        let sse = self.camera.error_px(node.error_m, distance_m) * tileset.sse_factor;
        let descends = live.loaded_below > 0 && (sse > self.max_sse * COARSE_FACTOR || node.refine == Refine::Add);
        if held && (!descends || node.refine == Refine::Add) && sse <= self.max_sse * COARSEST_FACTOR {
            self.out.push(TileId(tile));
        }
        descends || !held
    }

    /// Whether the shadow of a sphere can fall into the picture: it reaches down to where its foot may be.
    fn reaches_picture(&self, center: DVec3, radius_m: f64) -> bool {
        if !radius_m.is_finite() {
            return true;
        }
        let up = center.try_normalize().unwrap_or(DVec3::Z);
        let sine = self.light.to_light_ecef.dot(up);
        if sine <= 0.0 {
            return false;
        }
        let length_m = (2.0 * radius_m / sine.max(LEAST_SINE)).min(LONGEST_M);
        self.camera.sees_capsule(center, center - self.light.to_light_ecef * length_m, radius_m)
    }
}
