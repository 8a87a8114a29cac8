//! The tiles as columns: slots, links, the list of held contents, and small tables that few tiles need.
//!
//! Slots are reused; links are sibling lists, so that children need not lie side by side. `NONE` means no tile.

use glam::DAffine3;

use super::bounds::Bounds;
use super::overrides::SubtreeOverrides;
use crate::format::subtree::Subtree;
use crate::format::tileset::{Refine, Tileset};
use crate::format::uri::Location;

pub(super) const NONE: u32 = u32::MAX;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// A tileset or subtree file tells.
    Unknown,
    Empty,
    Unloaded,
    Loaded,
    /// The engine is asked to free it.
    Unloading,
    Failed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum JobState {
    Idle,
    InFlight,
    Canceling,
}

/// What every visit reads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub parent: u32,
    pub first_child: u32,
    pub next_sibling: u32,
    /// Index of the tileset.
    pub tileset: u32,
    /// Metres, scaled by the transforms.
    pub error_m: f64,
    pub refine: Refine,
    pub status: Status,
    pub job: JobState,
    pub depth: u16,
    /// Children exist or may, but are not in the forest yet.
    pub expandable: bool,
    /// Has no picture of its own, whatever its error says: names an external tileset, or is a tileset's anchor.
    pub transparent: bool,
    /// Index into [`Arena::extra_bounds`]: the contents' volume; `NONE` if it is the tile's.
    pub content_bounds: u32,
    /// The same for the viewer request volume.
    pub view_bounds: u32,
}

/// What changes from frame to frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Live {
    /// Frames in which the tile was last in view, drawn, replaced by its children, needed, and asked for.
    pub seen: u32,
    pub drawn: u32,
    pub refined: u32,
    pub needed: u32,
    pub wanted: u32,
    /// Frame in which it was last named as a request.
    pub asked: u32,
    /// Frame in which any pass last looked at the tile; tells what may be pruned.
    pub visited: u32,
    /// Frame in which any pass last found it near enough to matter; tells what may be freed.
    pub used: u32,
    /// Index into the draw list, valid if `drawn` is this frame.
    pub draw_at: u32,
    /// Index of the fade that this tile is the root of, or `NONE`.
    pub fade: u32,
    /// Held contents in order of use, see [`Arena::touch`].
    pub older: u32,
    pub newer: u32,
    /// How many tiles below hold content.
    pub loaded_below: u32,
    /// Which class of need last asked for it, see `schedule`.
    pub class: u8,
    /// Something was drawn over the whole of its part in view, and its content was not freed since.
    pub shown: bool,
    pub attempts: u8,
    /// Held, or known from an earlier load; 0 if never loaded.
    pub bytes: u64,
    pub reserved: u64,
    /// When its job started, or (idle after a failure) when it may be tried again; seconds of forest time.
    pub at_secs: f64,
}

/// Where a tile comes from: what jobs and panels read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source {
    /// Index into [`Arena::files`], and the tile in that file; `NONE` for anchors and bare contents.
    pub file: u32,
    pub def: u32,
    /// Index into [`Arena::frames`].
    pub frame: u32,
    pub owns_frame: bool,
    /// Implicit tiles: level and cell. Explicit tiles have level `NONE`.
    pub level: u32,
    pub cell: [u32; 3],
    /// Index into [`Arena::subtrees`] of the subtree that the tile is in.
    pub subtree: u32,
}

/// A tileset file that tiles refer to.
#[derive(Debug)]
pub(super) struct File {
    pub location: Location,
    pub tileset: Box<Tileset>,
    /// The tile that is this file's root, freed last.
    pub root: u32,
}

#[derive(Debug)]
pub(super) struct SubtreeEntry {
    pub subtree: Box<Subtree>,
    /// The tile that is its root, and that tile's level.
    pub root: u32,
    pub root_level: u32,
    pub overrides: SubtreeOverrides,
}

#[derive(Debug, Default)]
pub(super) struct Arena {
    pub nodes: Vec<Node>,
    pub bounds: Vec<Bounds>,
    pub live: Vec<Live>,
    pub sources: Vec<Source>,
    free: Vec<u32>,
    pub files: Slab<File>,
    pub subtrees: Slab<SubtreeEntry>,
    pub frames: Slab<DAffine3>,
    pub extra_bounds: Slab<Bounds>,
    oldest: u32,
    newest: u32,
    loaded: u32,
    /// Bytes of held contents that matter in this frame.
    pub in_use_bytes: u64,
}

impl Arena {
    pub fn new() -> Self {
        Self { oldest: NONE, newest: NONE, ..Self::default() }
    }

    pub fn tile_count(&self) -> usize {
        self.nodes.len() - self.free.len()
    }

    pub fn loaded_count(&self) -> u32 {
        self.loaded
    }

    pub fn contains(&self, tile: u32) -> bool {
        self.nodes.get(tile as usize).is_some_and(|node| node.tileset != NONE)
    }

    pub fn node(&self, tile: u32) -> &Node {
        &self.nodes[tile as usize]
    }

    pub fn node_mut(&mut self, tile: u32) -> &mut Node {
        &mut self.nodes[tile as usize]
    }

    pub fn live(&self, tile: u32) -> &Live {
        &self.live[tile as usize]
    }

    pub fn live_mut(&mut self, tile: u32) -> &mut Live {
        &mut self.live[tile as usize]
    }

    pub fn source(&self, tile: u32) -> &Source {
        &self.sources[tile as usize]
    }

    pub fn ecef_from_tile(&self, tile: u32) -> DAffine3 {
        self.frames.get(self.source(tile).frame).copied().unwrap_or(DAffine3::IDENTITY)
    }

    /// A new tile without children, last among its parent's. `None` once all 2³² slots are taken.
    pub fn insert(&mut self, node: Node, bounds: Bounds, source: Source) -> Option<u32> {
        let live = Live {
            seen: 0,
            drawn: 0,
            refined: 0,
            needed: 0,
            wanted: 0,
            asked: 0,
            visited: 0,
            used: 0,
            draw_at: 0,
            fade: NONE,
            older: NONE,
            newer: NONE,
            loaded_below: 0,
            class: u8::MAX,
            shown: false,
            attempts: 0,
            bytes: 0,
            reserved: 0,
            at_secs: 0.0,
        };
        if let Some(tile) = self.free.pop() {
            let at = tile as usize;
            self.nodes[at] = node;
            self.bounds[at] = bounds;
            self.live[at] = live;
            self.sources[at] = source;
            return Some(tile);
        }
        let tile = u32::try_from(self.nodes.len()).ok().filter(|tile| *tile != NONE)?;
        self.nodes.push(node);
        self.bounds.push(bounds);
        self.live.push(live);
        self.sources.push(source);
        Some(tile)
    }

    /// Frees one slot and what it alone owns. The caller has unlinked it and knows that nothing refers to it.
    pub fn remove(&mut self, tile: u32) {
        let (node, source) = (*self.node(tile), *self.source(tile));
        debug_assert!(node.job == JobState::Idle && !matches!(node.status, Status::Loaded | Status::Unloading));
        if source.owns_frame {
            self.frames.remove(source.frame);
        }
        self.extra_bounds.remove(node.content_bounds);
        self.extra_bounds.remove(node.view_bounds);
        if self.subtrees.get(source.subtree).is_some_and(|subtree| subtree.root == tile) {
            self.subtrees.remove(source.subtree);
        }
        if self.files.get(source.file).is_some_and(|file| file.root == tile) {
            self.files.remove(source.file);
        }
        self.node_mut(tile).tileset = NONE;
        self.free.push(tile);
    }

    // -- held contents, least recently used first --------------------------------------------------------------------

    pub fn oldest(&self) -> u32 {
        self.oldest
    }

    /// The tile's content is now held (status must be set by the caller).
    pub fn add_loaded(&mut self, tile: u32) {
        self.append(tile);
        self.loaded += 1;
        self.count_below(tile, 1);
    }

    /// The tile's content is no longer usable.
    pub fn remove_loaded(&mut self, tile: u32) {
        self.unlink(tile);
        self.loaded -= 1;
        self.count_below(tile, -1);
    }

    /// A pass found that the tile matters in this frame.
    pub fn mark_used(&mut self, tile: u32, frame: u32) {
        let held = self.node(tile).status == Status::Loaded;
        let live = self.live_mut(tile);
        if live.used != frame {
            live.used = frame;
            let bytes = if held { live.bytes } else { 0 };
            self.in_use_bytes = self.in_use_bytes.saturating_add(bytes);
        }
    }

    /// Marks a held content as used just now.
    pub fn touch(&mut self, tile: u32) {
        if self.newest != tile {
            self.unlink(tile);
            self.append(tile);
        }
    }

    fn count_below(&mut self, tile: u32, change: i32) {
        let mut at = self.node(tile).parent;
        while at != NONE {
            let live = self.live_mut(at);
            live.loaded_below = live.loaded_below.saturating_add_signed(change);
            at = self.node(at).parent;
        }
    }

    fn append(&mut self, tile: u32) {
        let newest = self.newest;
        let live = self.live_mut(tile);
        (live.older, live.newer) = (newest, NONE);
        if newest == NONE {
            self.oldest = tile;
        } else {
            self.live_mut(newest).newer = tile;
        }
        self.newest = tile;
    }

    fn unlink(&mut self, tile: u32) {
        let Live { older, newer, .. } = *self.live(tile);
        if older == NONE {
            self.oldest = newer;
        } else {
            self.live_mut(older).newer = newer;
        }
        if newer == NONE {
            self.newest = older;
        } else {
            self.live_mut(newer).older = older;
        }
    }

    /// The next tile of a walk over `top` and all below it, parents first; `None` after the last.
    pub fn next_in_tree(&self, top: u32, tile: u32) -> Option<u32> {
        if self.node(tile).first_child != NONE {
            return Some(self.node(tile).first_child);
        }
        self.next_after_subtree(top, tile)
    }

    /// The same, leaving out what is below `tile`.
    pub fn next_after_subtree(&self, top: u32, tile: u32) -> Option<u32> {
        let mut at = tile;
        while at != top {
            let node = self.node(at);
            if node.next_sibling != NONE {
                return Some(node.next_sibling);
            }
            at = node.parent;
        }
        None
    }
}

/// Values at stable indices.
#[derive(Debug)]
pub(super) struct Slab<T> {
    values: Vec<Option<T>>,
    free: Vec<u32>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self { values: Vec::new(), free: Vec::new() }
    }
}

impl<T> Slab<T> {
    /// The index of the new value. There are never more values than tiles, so 32 bits suffice.
    pub fn insert(&mut self, value: T) -> u32 {
        if let Some(at) = self.free.pop() {
            self.values[at as usize] = Some(value);
            return at;
        }
        self.values.push(Some(value));
        (self.values.len() - 1) as u32
    }

    pub fn get(&self, at: u32) -> Option<&T> {
        self.values.get(at as usize)?.as_ref()
    }

    pub fn get_mut(&mut self, at: u32) -> Option<&mut T> {
        self.values.get_mut(at as usize)?.as_mut()
    }

    /// Does nothing for an index that holds nothing.
    pub fn remove(&mut self, at: u32) {
        if let Some(value) = self.values.get_mut(at as usize)
            && value.take().is_some()
        {
            self.free.push(at);
        }
    }
}
