//! One level gives way to another by dithering, without a gap and without popping.
//!
//! A *fade* belongs to one tile, its root, and is a number `shown` between 0 and 1: how much of the root shows. What
//! stands below the root shows the rest. When the root has been refined, `shown` falls; when the root has taken the
//! place of finer tiles, it rises; when the camera turns round half-way, so does the fade. One number for both sides
//! keeps their dither patterns complementary. There is at most one fade at any place: inside of it, changes are
//! immediate (they are hidden by the dithering anyway).
//!
//! A coarse tile that takes over because finer ones do *not* cover all of it must not be dithered, or one would look
//! through it: it is solid at once and the finer ones dissolve in front of it.
//!
//! Tiles that add to their parents fade in and out alone.

use super::arena::{Arena, NONE, Status};
use super::camera::{ALL_PLANES, Camera};
use super::types::Draw;
use crate::format::tileset::Refine;

/// More fades than this at once are not begun: those changes are immediate.
const MAX_FADES: usize = 4096;

/// Tiles looked at to see whether finer tiles cover a coarse one.
const MAX_COVER_VISITS: usize = 2048;

/// A tile of the present level of detail.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    pub tile: u32,
    pub sse_px: f32,
    /// The fade it takes part in, or `NONE`.
    pub fade: u32,
    /// Was in view without being drawn, and nothing makes room for it: fades in alone.
    pub appears: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The root and what is below it share the picture.
    Shared,
    /// The root alone, over what stays.
    Alone,
}

#[derive(Debug, Clone, Copy)]
struct Fade {
    /// `NONE` for a free place.
    root: u32,
    kind: Kind,
    shown: f32,
    rising: bool,
    /// The root is drawn solid: those that leave do not cover it.
    solid: bool,
    sse_px: f32,
}

#[derive(Debug, Clone, Copy)]
struct Leaving {
    tile: u32,
    fade: u32,
    sse_px: f32,
}

#[derive(Debug, Default)]
pub(super) struct Fades {
    fades: Vec<Fade>,
    free: Vec<u32>,
    /// Finer tiles that a rising root replaces.
    leaving: Vec<Leaving>,
    /// The cut of the last frame.
    last: Vec<Cut>,
    stack: Vec<u32>,
    enabled: bool,
}

impl Fades {
    pub fn is_idle(&self) -> bool {
        self.fades.len() == self.free.len()
    }

    /// Before the walk: fades are begun only where they are wanted.
    pub fn set_enabled(&mut self, enabled: bool) {
        self.enabled = enabled;
    }

    /// A tile that was drawn is replaced by finer ones.
    pub fn start_refining(&mut self, arena: &mut Arena, root: u32) -> Option<u32> {
        self.start(arena, root, Kind::Shared, 1.0, false)
    }

    fn start(&mut self, arena: &mut Arena, root: u32, kind: Kind, shown: f32, rising: bool) -> Option<u32> {
        if !self.enabled || (self.free.is_empty() && self.fades.len() >= MAX_FADES) {
            return None;
        }
        let fade = Fade { root, kind, shown, rising, solid: false, sse_px: 0.0 };
        let index = match self.free.pop() {
            Some(index) => {
                self.fades[index as usize] = fade;
                index
            }
            None => {
                self.fades.push(fade);
                (self.fades.len() - 1) as u32
            }
        };
        arena.live_mut(root).fade = index;
        Some(index)
    }

    fn end(&mut self, arena: &mut Arena, index: u32) {
        let fade = &mut self.fades[index as usize];
        if fade.root != NONE {
            arena.live_mut(fade.root).fade = NONE;
            fade.root = NONE;
            self.free.push(index);
        }
    }

    /// Forgets all that is about tiles for which `is_gone` holds.
    pub fn forget(&mut self, arena: &mut Arena, is_gone: impl Fn(&Arena, u32) -> bool) {
        self.last.retain(|cut| !is_gone(arena, cut.tile));
        self.leaving.retain(|leaving| !is_gone(arena, leaving.tile));
        for index in 0..self.fades.len() as u32 {
            let root = self.fades[index as usize].root;
            if root != NONE && is_gone(arena, root) {
                self.end(arena, index);
            }
        }
        let fades = &self.fades;
        self.leaving.retain(|leaving| fades[leaving.fade as usize].root != NONE);
    }

    /// After the walk: moves all fades on by `step` (the part of a whole fade that has passed) and writes the picture.
    pub fn update(
        &mut self,
        arena: &mut Arena,
        camera: &Camera,
        cut: &mut Vec<Cut>,
        step: f32,
        frame: u32,
        out: &mut Vec<Draw>,
    ) {
        for (at, entry) in cut.iter().enumerate() {
            arena.live_mut(entry.tile).draw_at = at as u32;
        }
        self.begin_for_leavers(arena, camera, cut, frame);
        self.begin_for_newcomers(arena, cut, frame);
        for entry in cut.iter() {
            arena.live_mut(entry.tile).drawn = frame;
        }
        self.advance(arena, camera, cut, step, frame);
        self.uncover(arena, camera, frame);
        self.write(arena, cut, frame, out);
        std::mem::swap(&mut self.last, cut);
        cut.clear();
    }

    fn in_cut(arena: &Arena, cut: &[Cut], tile: u32) -> bool {
        cut.get(arena.live(tile).draw_at as usize).is_some_and(|entry| entry.tile == tile)
    }

    /// Who was drawn and no longer is: replaced by a coarser tile, or left alone by its parent?
    fn begin_for_leavers(&mut self, arena: &mut Arena, camera: &Camera, cut: &mut [Cut], frame: u32) {
        if !self.enabled {
            return;
        }
        for index in 0..self.last.len() {
            let Cut { tile, sse_px, .. } = self.last[index];
            if Self::in_cut(arena, cut, tile) || arena.node(tile).status != Status::Loaded {
                continue;
            }
            let above = nearest_in_cut(arena, cut, tile);
            let replaced_by = above.filter(|&above| arena.node(above).refine == Refine::Replace);
            let own = arena.live(tile).fade;
            if own != NONE {
                self.fades[own as usize].sse_px = sse_px;
                let refined = arena.live(tile).refined == frame && replaced_by.is_none();
                if refined || self.fades[own as usize].kind == Kind::Alone {
                    continue;
                }
                self.end(arena, own);
            }
            match (above, replaced_by) {
                (_, Some(above)) => self.join_coarser(arena, cut, tile, above, sse_px),
                (Some(_), None) if camera.sees(&arena.bounds[tile as usize]) => {
                    if let Some(fade) = self.start(arena, tile, Kind::Alone, 1.0, false) {
                        self.fades[fade as usize].sse_px = sse_px;
                    }
                }
                _ => {}
            }
        }
    }

    fn join_coarser(&mut self, arena: &mut Arena, cut: &mut [Cut], tile: u32, above: u32, sse_px: f32) {
        let at = arena.live(above).draw_at as usize;
        let fade = match (arena.live(above).fade, cut[at].fade) {
            (NONE, NONE) => match self.start(arena, above, Kind::Shared, 0.0, true) {
                Some(fade) => fade,
                None => return,
            },
            (NONE, _) => return,
            (own, _) => own,
        };
        cut[at].fade = fade;
        if self.fades[fade as usize].kind == Kind::Shared && self.leaving.len() < MAX_FADES {
            self.leaving.push(Leaving { tile, fade, sse_px });
        }
    }

    fn begin_for_newcomers(&mut self, arena: &mut Arena, cut: &mut [Cut], frame: u32) {
        for entry in cut.iter_mut() {
            let live = arena.live(entry.tile);
            if entry.appears && entry.fade == NONE && live.drawn.wrapping_add(1) != frame {
                entry.fade = self.start(arena, entry.tile, Kind::Alone, 0.0, true).unwrap_or(NONE);
            }
        }
    }

    fn advance(&mut self, arena: &mut Arena, camera: &Camera, cut: &[Cut], step: f32, frame: u32) {
        for index in 0..self.fades.len() as u32 {
            let mut fade = self.fades[index as usize];
            if fade.root == NONE {
                continue;
            }
            let drawn = Self::in_cut(arena, cut, fade.root);
            let refined = arena.live(fade.root).refined == frame;
            let held = arena.node(fade.root).status == Status::Loaded;
            let replaced =
                nearest_in_cut(arena, cut, fade.root).is_some_and(|above| arena.node(above).refine == Refine::Replace);
            let goes_on = match fade.kind {
                _ if drawn => true,
                _ if replaced => false,
                Kind::Shared => refined,
                Kind::Alone => !refined && camera.sees(&arena.bounds[fade.root as usize]),
            };
            if !held || !goes_on {
                self.end(arena, index);
                continue;
            }
            fade.rising = drawn;
            fade.solid &= drawn;
            fade.shown += if drawn { step } else { -step };
            self.fades[index as usize] = fade;
            let done = if drawn { fade.shown >= 1.0 } else { fade.shown <= 0.0 };
            if done {
                self.end(arena, index);
            }
        }
        let fades = &self.fades;
        self.leaving.retain(|leaving| {
            let fade = &fades[leaving.fade as usize];
            fade.root != NONE
                && fade.rising
                && arena.node(leaving.tile).status == Status::Loaded
                && !Self::in_cut(arena, cut, leaving.tile)
        });
        self.drop_doubled(arena, cut);
    }

    /// Leavers whose fade was given to another root meanwhile, or below which something is drawn anew, go at once.
    fn drop_doubled(&mut self, arena: &Arena, cut: &[Cut]) {
        let fades = &self.fades;
        self.leaving.retain(|leaving| {
            let root = fades[leaving.fade as usize].root;
            let mut at = arena.node(leaving.tile).parent;
            while at != NONE && at != root {
                if Self::in_cut(arena, cut, at) && arena.node(at).refine == Refine::Replace {
                    return false;
                }
                at = arena.node(at).parent;
            }
            at == root
        });
    }

    /// Rising roots that those who leave do not cover become solid.
    fn uncover(&mut self, arena: &mut Arena, camera: &Camera, frame: u32) {
        for leaving in &self.leaving {
            let live = arena.live_mut(leaving.tile);
            // Kept by the cache, and recognised below.
            (live.needed, live.refined) = (frame, frame);
        }
        for index in 0..self.fades.len() {
            let fade = self.fades[index];
            if fade.root != NONE && fade.kind == Kind::Shared && fade.rising && !fade.solid {
                self.fades[index].solid = !self.leavers_cover(arena, camera, fade.root, frame);
            }
        }
    }

    fn leavers_cover(&mut self, arena: &Arena, camera: &Camera, root: u32, frame: u32) -> bool {
        self.stack.clear();
        let push_children = |stack: &mut Vec<u32>, tile: u32| {
            let mut child = arena.node(tile).first_child;
            while child != NONE {
                stack.push(child);
                child = arena.node(child).next_sibling;
            }
        };
        push_children(&mut self.stack, root);
        if self.stack.is_empty() {
            return false;
        }
        let mut visits = 0;
        while let Some(tile) = self.stack.pop() {
            visits += 1;
            if visits > MAX_COVER_VISITS {
                return false;
            }
            let (node, live) = (arena.node(tile), arena.live(tile));
            let leaves = live.needed == frame && live.refined == frame && node.status == Status::Loaded;
            if leaves || camera.cull(&arena.bounds[tile as usize], ALL_PLANES).is_none() {
                continue;
            }
            if node.first_child != NONE && live.loaded_below > 0 {
                push_children(&mut self.stack, tile);
            } else if node.status != Status::Empty || node.expandable || node.first_child != NONE {
                let content = arena.extra_bounds.get(node.content_bounds);
                if content.is_none_or(|bounds| camera.sees(bounds))
                    && !camera.is_below_horizon(&arena.bounds[tile as usize])
                {
                    return false;
                }
            }
        }
        true
    }

    fn write(&mut self, arena: &mut Arena, cut: &[Cut], frame: u32, out: &mut Vec<Draw>) {
        for entry in cut {
            let opacity = match self.fades.get(entry.fade as usize) {
                Some(fade) if fade.root == entry.tile => {
                    if fade.solid {
                        1.0
                    } else {
                        fade.shown
                    }
                }
                Some(fade) if fade.root != NONE && fade.kind == Kind::Shared && !fade.rising => 1.0 - fade.shown,
                _ => 1.0,
            };
            let tile = super::TileId(entry.tile);
            out.push(Draw { tile, opacity: opacity.clamp(0.0, 1.0), fading_out: false, sse_px: entry.sse_px });
        }
        for fade in &self.fades {
            if fade.root != NONE && !fade.rising {
                arena.live_mut(fade.root).needed = frame;
                let (tile, opacity) = (super::TileId(fade.root), fade.shown.clamp(0.0, 1.0));
                out.push(Draw { tile, opacity, fading_out: true, sse_px: fade.sse_px });
            }
        }
        for leaving in &self.leaving {
            let opacity = (1.0 - self.fades[leaving.fade as usize].shown).clamp(0.0, 1.0);
            out.push(Draw { tile: super::TileId(leaving.tile), opacity, fading_out: true, sse_px: leaving.sse_px });
        }
    }
}

/// The nearest tile above that is drawn now.
fn nearest_in_cut(arena: &Arena, cut: &[Cut], tile: u32) -> Option<u32> {
    let mut at = arena.node(tile).parent;
    while at != NONE {
        if Fades::in_cut(arena, cut, at) {
            return Some(at);
        }
        at = arena.node(at).parent;
    }
    None
}
