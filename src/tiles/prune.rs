//! Keeps the number of tiles bounded: what can be made again and was not visited for long is dropped.
//!
//! A cursor goes round the slots, some each frame. Dropped are the children of an implicit tile once they have no
//! children themselves, and the whole inside of an external tileset, if nothing in it is held, under way or fading.

use super::arena::{Arena, JobState, NONE, Status};

/// Slots looked at in one frame.
const SLOTS_PER_FRAME: usize = 2048;

/// Frames for which a tile must not have been visited.
const IDLE_FRAMES: u32 = 240;

/// Tiles looked at to see whether an external tileset is idle; larger ones stay.
const MAX_FILE_TILES: usize = 20_000;

/// Looks at some slots from `cursor` on. `forget` hears of each tile that is dropped.
pub(super) fn run(arena: &mut Arena, cursor: &mut usize, max_tiles: usize, frame: u32, mut forget: impl FnMut(u32)) {
    if arena.tile_count() <= max_tiles {
        return;
    }
    for _ in 0..SLOTS_PER_FRAME.min(arena.nodes.len()) {
        *cursor = (*cursor + 1) % arena.nodes.len();
        let tile = *cursor as u32;
        if !arena.contains(tile) || arena.node(tile).first_child == NONE || arena.live(tile).loaded_below > 0 {
            continue;
        }
        if is_implicit_parent(arena, tile) && children_are_idle(arena, tile, frame) {
            drop_children(arena, tile, &mut forget);
            arena.node_mut(tile).expandable = true;
        } else if is_external_parent(arena, tile) && inside_is_idle(arena, tile, frame) {
            drop_inside(arena, tile, &mut forget);
            let node = arena.node_mut(tile);
            (node.transparent, node.status) = (false, Status::Unloaded);
        }
    }
}

fn is_implicit_parent(arena: &Arena, tile: u32) -> bool {
    arena.source(tile).level != NONE && arena.source(arena.node(tile).first_child).file == arena.source(tile).file
}

/// Only contents of tiles name external tilesets; anchors stay, or their tileset would be read again and again.
fn is_external_parent(arena: &Arena, tile: u32) -> bool {
    let node = arena.node(tile);
    let names_files = node.transparent && node.parent != NONE && node.status == Status::Empty;
    let mut child = node.first_child;
    while names_files && child != NONE {
        if arena.source(child).file == arena.source(tile).file {
            return false;
        }
        child = arena.node(child).next_sibling;
    }
    names_files
}

fn is_idle(arena: &Arena, tile: u32, frame: u32) -> bool {
    let (node, live) = (arena.node(tile), arena.live(tile));
    node.job == JobState::Idle
        && live.fade == NONE
        && !matches!(node.status, Status::Loaded | Status::Unloading)
        && frame.wrapping_sub(live.visited) > IDLE_FRAMES
}

fn children_are_idle(arena: &Arena, tile: u32, frame: u32) -> bool {
    let mut child = arena.node(tile).first_child;
    while child != NONE {
        if arena.node(child).first_child != NONE || !is_idle(arena, child, frame) {
            return false;
        }
        child = arena.node(child).next_sibling;
    }
    true
}

fn inside_is_idle(arena: &Arena, tile: u32, frame: u32) -> bool {
    let mut at = arena.next_in_tree(tile, tile);
    for _ in 0..MAX_FILE_TILES {
        match at {
            None => return true,
            Some(inside) if !is_idle(arena, inside, frame) => return false,
            Some(inside) => at = arena.next_in_tree(tile, inside),
        }
    }
    false
}

fn drop_children(arena: &mut Arena, tile: u32, forget: &mut impl FnMut(u32)) {
    let mut child = arena.node(tile).first_child;
    arena.node_mut(tile).first_child = NONE;
    while child != NONE {
        let next = arena.node(child).next_sibling;
        arena.remove(child);
        forget(child);
        child = next;
    }
}

/// Drops everything below a tile, deepest first, so that no link is followed after its tile is gone.
pub(super) fn drop_inside(arena: &mut Arena, top: u32, forget: &mut impl FnMut(u32)) {
    let mut at = top;
    loop {
        let child = arena.node(at).first_child;
        if child != NONE {
            at = child;
            continue;
        }
        if at == top {
            return;
        }
        let (parent, next) = (arena.node(at).parent, arena.node(at).next_sibling);
        arena.node_mut(parent).first_child = next;
        arena.remove(at);
        forget(at);
        at = parent;
    }
}
