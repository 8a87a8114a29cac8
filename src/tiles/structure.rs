//! How tiles come into the forest: files become explicit tiles at once, implicit tiles are made when first visited.

use std::collections::HashMap;

use glam::{DAffine3, DMat4, DVec3};
use serde_json::Value;

use super::arena::{Arena, File, JobState, NONE, Node, Source, Status, SubtreeEntry};
use super::bounds::{Bounds, max_scale, subdivide};
use super::overrides::SubtreeOverrides;
use crate::format::subtree::{Subtree, morton};
use crate::format::tileset::{BoundingVolume, ContentDef, ImplicitTiling, Refine, Subdivision, TileDef, Tileset};
use crate::format::uri::Location;

/// External tilesets inside of each other.
const MAX_NESTED_FILES: usize = 64;

/// Steps from an anchor to the deepest tile, over all nested files.
pub(super) const MAX_DEPTH: u16 = 1024;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum StructureError {
    #[error("external tilesets form a cycle: {0} is inside of itself")]
    Cycle(String),
    #[error("external tilesets are nested too deeply: expected at most {MAX_NESTED_FILES} files inside of each other")]
    TooNested,
    #[error("tiles are nested too deeply: expected at most {MAX_DEPTH} levels")]
    TooDeep,
    #[error("too many tiles")]
    TooMany,
    #[error("the subtree does not fit the tile that names it")]
    NoImplicitRoot,
}

/// A tile that only names a file (`Status::Unknown`), or a bare content (`Status::Unloaded`).
pub(super) fn insert_anchor(
    arena: &mut Arena,
    tileset: u32,
    status: Status,
    ecef_from_tileset: DAffine3,
) -> Option<u32> {
    let frame = arena.frames.insert(ecef_from_tileset);
    let node = Node {
        parent: NONE,
        first_child: NONE,
        next_sibling: NONE,
        tileset,
        error_m: 0.0,
        refine: Refine::Replace,
        status,
        job: JobState::Idle,
        depth: 0,
        expandable: false,
        transparent: status == Status::Unknown,
        content_bounds: NONE,
        view_bounds: NONE,
    };
    let source = Source { file: NONE, def: 0, frame, owns_frame: true, level: NONE, cell: [0; 3], subtree: NONE };
    arena.insert(node, Bounds::UNKNOWN, source)
}

/// Adds all tiles of a file below the tile that names it.
pub(super) fn insert_file(
    arena: &mut Arena,
    parent: u32,
    location: Location,
    tileset: Box<Tileset>,
    placement: Option<&DAffine3>,
) -> Result<(), StructureError> {
    check_nesting(arena, parent, &location)?;
    let deepest = tileset.tiles.iter().map(|def| def.depth).max().unwrap_or(0);
    if u32::from(arena.node(parent).depth).saturating_add(deepest).saturating_add(1) > u32::from(MAX_DEPTH) {
        return Err(StructureError::TooDeep);
    }
    let room = (NONE as usize).saturating_sub(arena.nodes.len());
    if tileset.tiles.len() > room {
        return Err(StructureError::TooMany);
    }
    let parents = parents_of(&tileset);
    let file = arena.files.insert(File { location, tileset, root: NONE });
    // The tileset is taken out of its place while the arena grows, so that its tiles can be read.
    let Some(tileset) = arena.files.get_mut(file).map(|file| std::mem::take(&mut file.tileset.tiles)) else {
        return Err(StructureError::TooMany);
    };
    let mut ids = vec![NONE; tileset.len()];
    let mut last_child: HashMap<u32, u32> = HashMap::new();
    for (index, def) in tileset.iter().enumerate() {
        let above = match parents[index] {
            NONE if index == 0 => parent,
            NONE => continue,
            at => ids[at as usize],
        };
        if above == NONE {
            continue;
        }
        let Some(tile) = insert_explicit(arena, above, file, index as u32, def, placement) else { break };
        ids[index] = tile;
        append_child(arena, above, tile, &mut last_child);
    }
    let root = ids.first().copied().unwrap_or(NONE);
    if let Some(entry) = arena.files.get_mut(file) {
        entry.tileset.tiles = tileset;
        entry.root = root;
    }
    Ok(())
}

fn append_child(arena: &mut Arena, parent: u32, child: u32, last_child: &mut HashMap<u32, u32>) {
    let before = last_child.insert(parent, child).or_else(|| last_sibling(arena, parent));
    match before {
        Some(before) => arena.node_mut(before).next_sibling = child,
        None => arena.node_mut(parent).first_child = child,
    }
}

fn last_sibling(arena: &Arena, parent: u32) -> Option<u32> {
    let mut at = arena.node(parent).first_child;
    if at == NONE {
        return None;
    }
    while arena.node(at).next_sibling != NONE {
        at = arena.node(at).next_sibling;
    }
    Some(at)
}

/// For each tile of a file the index of its parent, `NONE` for the root and for what hangs nowhere.
fn parents_of(tileset: &Tileset) -> Vec<u32> {
    let mut parents = vec![NONE; tileset.tiles.len()];
    for (index, def) in tileset.tiles.iter().enumerate() {
        for &child in &def.children {
            // Parents come first in a file's list; anything else would be a cycle.
            if child as usize > index
                && let Some(slot) = parents.get_mut(child as usize)
            {
                *slot = index as u32;
            }
        }
    }
    parents
}

/// A file may not be inside of itself, nor nested without end.
fn check_nesting(arena: &Arena, parent: u32, location: &Location) -> Result<(), StructureError> {
    let (mut at, mut last_file, mut files) = (parent, NONE, 0);
    while at != NONE {
        let file = arena.source(at).file;
        if file != last_file {
            last_file = file;
            files += 1;
            if arena.files.get(file).is_some_and(|file| file.location == *location) {
                return Err(StructureError::Cycle(location.to_string()));
            }
        }
        at = arena.node(at).parent;
    }
    if files > MAX_NESTED_FILES { Err(StructureError::TooNested) } else { Ok(()) }
}

fn insert_explicit(
    arena: &mut Arena,
    parent: u32,
    file: u32,
    index: u32,
    def: &TileDef,
    placement: Option<&DAffine3>,
) -> Option<u32> {
    let (above, above_source) = (*arena.node(parent), *arena.source(parent));
    let owns_frame = def.parent_from_tile != DMat4::IDENTITY;
    let ecef_from_tile = if owns_frame {
        arena.ecef_from_tile(parent) * DAffine3::from_mat4(def.parent_from_tile)
    } else {
        arena.ecef_from_tile(parent)
    };
    let frame = if owns_frame { arena.frames.insert(ecef_from_tile) } else { above_source.frame };
    let implicit = def.implicit.is_some();
    let content = content_bounds(def, &ecef_from_tile, placement);
    let view = def.viewer_request_volume.map(|volume| Bounds::from_volume(&volume, &ecef_from_tile, placement));
    let node = Node {
        parent,
        first_child: NONE,
        next_sibling: NONE,
        tileset: above.tileset,
        error_m: scaled_error(def, &ecef_from_tile, 0),
        refine: def.refine,
        status: match (implicit, def.contents.is_empty()) {
            (true, _) => Status::Unknown,
            (false, true) => Status::Empty,
            (false, false) => Status::Unloaded,
        },
        job: JobState::Idle,
        depth: above.depth.saturating_add(1),
        expandable: false,
        transparent: false,
        content_bounds: content.map_or(NONE, |bounds| arena.extra_bounds.insert(bounds)),
        view_bounds: view.map_or(NONE, |bounds| arena.extra_bounds.insert(bounds)),
    };
    let level = if implicit { 0 } else { NONE };
    let source = Source { file, def: index, frame, owns_frame, level, cell: [0; 3], subtree: NONE };
    arena.insert(node, Bounds::from_volume(&def.volume, &ecef_from_tile, placement), source)
}

fn scaled_error(def: &TileDef, ecef_from_tile: &DAffine3, level: u32) -> f64 {
    let error = def.geometric_error * max_scale(&ecef_from_tile.matrix3) * 0.5_f64.powi(level.min(64) as i32);
    if error.is_finite() { error.max(0.0) } else { 0.0 }
}

/// Around all contents, if each of them says where it is. Implicit tiles' templates say nothing of single tiles.
fn content_bounds(def: &TileDef, ecef_from_tile: &DAffine3, placement: Option<&DAffine3>) -> Option<Bounds> {
    if def.implicit.is_some() {
        return None;
    }
    let bounds_of = |content: &ContentDef| Some(Bounds::from_volume(&content.volume?, ecef_from_tile, placement));
    let first = bounds_of(def.contents.first()?)?;
    def.contents[1..].iter().try_fold(first, |all, content| {
        let next = bounds_of(content)?;
        let radius = all.radius.max(all.center.distance(next.center) + next.radius);
        Some(Bounds::sphere(all.center, radius))
    })
}

/// Sets the tile's frame, volumes and error anew; its parent's frame is right already.
pub(super) fn replace_tile(arena: &mut Arena, tile: u32, placement: Option<&DAffine3>) {
    let (node, source) = (*arena.node(tile), *arena.source(tile));
    let Some(def) = arena.files.get(source.file).and_then(|file| file.tileset.tiles.get(source.def as usize)) else {
        return;
    };
    let level = if source.level == NONE { 0 } else { source.level };
    let mut ecef_from_tile = arena.ecef_from_tile(tile);
    if source.owns_frame {
        ecef_from_tile = arena.ecef_from_tile(node.parent) * DAffine3::from_mat4(def.parent_from_tile);
    }
    let (error_m, volume, content) = match &def.implicit {
        Some(tiling) => {
            let shape = implicit_shape(arena, def, tiling, source, &ecef_from_tile, placement);
            (shape.error_m, shape.volume, shape.content)
        }
        None => {
            (scaled_error(def, &ecef_from_tile, level), def.volume, content_bounds(def, &ecef_from_tile, placement))
        }
    };
    let bounds = Bounds::from_volume(&volume, &ecef_from_tile, placement);
    let view = def.viewer_request_volume.map(|volume| Bounds::from_volume(&volume, &ecef_from_tile, placement));
    if source.owns_frame
        && let Some(frame) = arena.frames.get_mut(source.frame)
    {
        *frame = ecef_from_tile;
    }
    arena.node_mut(tile).error_m = error_m;
    arena.bounds[tile as usize] = bounds;
    if node.content_bounds == NONE
        && let Some(content) = content
    {
        arena.node_mut(tile).content_bounds = arena.extra_bounds.insert(content);
    }
    for (at, new) in [(node.content_bounds, content), (node.view_bounds, view)] {
        if let (Some(slot), Some(new)) = (arena.extra_bounds.get_mut(at), new) {
            *slot = new;
        }
    }
}

// -- implicit tiles --------------------------------------------------------------------------------------------------

/// The implicit tiling that a tile belongs to, with the definition that holds its templates.
pub(super) fn tiling_of(arena: &Arena, tile: u32) -> Option<(&TileDef, &ImplicitTiling)> {
    let source = arena.source(tile);
    if source.level == NONE {
        return None;
    }
    let def = arena.files.get(source.file)?.tileset.tiles.get(source.def as usize)?;
    Some((def, def.implicit.as_ref()?))
}

/// The metadata schema of the file that a tile is in.
fn schema_of(arena: &Arena, tile: u32) -> Option<&Value> {
    arena.files.get(arena.source(tile).file)?.tileset.schema.as_ref()
}

/// What an implicit tile is like: by its place in the tree, and by what its subtree's metadata says better.
struct ImplicitShape {
    error_m: f64,
    volume: BoundingVolume,
    content: Option<Bounds>,
}

fn implicit_shape(
    arena: &Arena,
    def: &TileDef,
    tiling: &ImplicitTiling,
    source: Source,
    ecef_from_tile: &DAffine3,
    placement: Option<&DAffine3>,
) -> ImplicitShape {
    let volume = subdivide(&def.volume, tiling.scheme, source.level, source.cell);
    let by_place = ImplicitShape { error_m: scaled_error(def, ecef_from_tile, source.level), volume, content: None };
    let Some(entry) = arena.subtrees.get(source.subtree).filter(|entry| !entry.overrides.is_empty()) else {
        return by_place;
    };
    let Some(level) = source.level.checked_sub(entry.root_level) else { return by_place };
    let morton = local_morton(tiling.scheme, level, source.cell);
    let tile = entry.overrides.tile(&entry.subtree, level, morton);
    let volume = tile.volume_or(volume);
    let content = entry.overrides.content(&entry.subtree, level, morton);
    ImplicitShape {
        error_m: match tile.geometric_error {
            Some(error) => error * max_scale(&ecef_from_tile.matrix3),
            None => by_place.error_m,
        },
        content: (!content.is_empty())
            .then(|| Bounds::from_volume(&content.volume_or(volume), ecef_from_tile, placement)),
        volume,
    }
}

/// A subtree for the tile that asked for it.
pub(super) fn insert_subtree(
    arena: &mut Arena,
    tile: u32,
    subtree: Box<Subtree>,
    placement: Option<&DAffine3>,
) -> Result<(), StructureError> {
    if tiling_of(arena, tile).is_none() {
        return Err(StructureError::NoImplicitRoot);
    }
    let root_level = arena.source(tile).level;
    let available = subtree.tile_available(0, 0);
    let has_content = available && has_content(&subtree, 0, 0);
    let overrides = SubtreeOverrides::read(&subtree, schema_of(arena, tile));
    let entry = arena.subtrees.insert(SubtreeEntry { subtree, root: tile, root_level, overrides });
    arena.sources[tile as usize].subtree = entry;
    if arena.subtrees.get(entry).is_some_and(|entry| !entry.overrides.is_empty()) {
        replace_tile(arena, tile, placement);
    }
    let node = arena.node_mut(tile);
    node.status = if has_content { Status::Unloaded } else { Status::Empty };
    node.expandable = available;
    Ok(())
}

fn has_content(subtree: &Subtree, level: u32, morton: u64) -> bool {
    (0..subtree.content_count()).any(|content| subtree.content_available(content, level, morton))
}

/// Makes the children of an implicit tile, once. Returns whether it has any.
pub(super) fn expand(arena: &mut Arena, tile: u32, placement: Option<&DAffine3>) -> bool {
    let node = *arena.node(tile);
    if node.first_child != NONE || !node.expandable {
        return node.first_child != NONE;
    }
    arena.node_mut(tile).expandable = false;
    if node.depth >= MAX_DEPTH {
        return false;
    }
    let mut previous = NONE;
    let count = tiling_of(arena, tile).map_or(0, |(_, tiling)| tiling.scheme.children_per_tile());
    for octant in 0..count {
        let Some(child) = insert_implicit_child(arena, tile, octant, placement) else { continue };
        if previous == NONE {
            arena.node_mut(tile).first_child = child;
        } else {
            arena.node_mut(previous).next_sibling = child;
        }
        previous = child;
    }
    previous != NONE
}

fn insert_implicit_child(arena: &mut Arena, tile: u32, octant: u32, placement: Option<&DAffine3>) -> Option<u32> {
    let (above, above_source) = (*arena.node(tile), *arena.source(tile));
    let (def, tiling) = tiling_of(arena, tile)?;
    let level = above_source.level + 1;
    if level >= tiling.available_levels {
        return None;
    }
    let mut cell = above_source.cell;
    for (axis, at) in cell.iter_mut().enumerate().take(tiling.scheme.axes() as usize) {
        *at = at.checked_mul(2)?.checked_add(octant >> axis & 1)?;
    }
    let entry = arena.subtrees.get(above_source.subtree)?;
    let local_level = level.checked_sub(entry.root_level)?;
    let morton = local_morton(tiling.scheme, local_level, cell);
    let in_subtree = local_level < tiling.subtree_levels;
    let available = if in_subtree {
        entry.subtree.tile_available(local_level, morton)
    } else {
        entry.subtree.child_subtree_available(morton)
    };
    if !available {
        return None;
    }
    let status = match in_subtree {
        false => Status::Unknown,
        true if has_content(&entry.subtree, local_level, morton) => Status::Unloaded,
        true => Status::Empty,
    };
    let ecef_from_tile = arena.ecef_from_tile(tile);
    let subtree = if in_subtree { above_source.subtree } else { NONE };
    let source = Source { owns_frame: false, level, cell, subtree, ..above_source };
    let shape = implicit_shape(arena, def, tiling, source, &ecef_from_tile, placement);
    let bounds = Bounds::from_volume(&shape.volume, &ecef_from_tile, placement);
    let node = Node {
        parent: tile,
        first_child: NONE,
        next_sibling: NONE,
        error_m: shape.error_m,
        status,
        job: JobState::Idle,
        depth: above.depth + 1,
        expandable: in_subtree,
        transparent: false,
        content_bounds: shape.content.map_or(NONE, |bounds| arena.extra_bounds.insert(bounds)),
        view_bounds: NONE,
        ..above
    };
    arena.insert(node, bounds, source)
}

/// Which contents of an implicit tile exist, as indices into its template's contents.
pub(super) fn available_contents(arena: &Arena, tile: u32) -> impl Iterator<Item = usize> + '_ {
    let source = arena.source(tile);
    let known = tiling_of(arena, tile).and_then(|(_, tiling)| {
        let entry = arena.subtrees.get(source.subtree)?;
        let level = source.level.checked_sub(entry.root_level)?;
        Some((&entry.subtree, level, local_morton(tiling.scheme, level, source.cell)))
    });
    known.into_iter().flat_map(|(subtree, level, morton)| {
        (0..subtree.content_count()).filter(move |&content| subtree.content_available(content, level, morton))
    })
}

/// The Morton index of a cell among those of its level inside its subtree: the low `levels` bits of each coordinate.
fn local_morton(scheme: Subdivision, levels: u32, cell: [u32; 3]) -> u64 {
    let low = |at: u32| at & ((1 << levels.min(31)) - 1);
    match scheme {
        Subdivision::Quadtree => morton::encode_2d(low(cell[0]), low(cell[1])),
        Subdivision::Octree => morton::encode_3d(low(cell[0]), low(cell[1]), low(cell[2])),
    }
}

/// A box's corners, for bare contents that tell where they are once they are read.
pub(super) fn corners_bounds(ecef_from_content: &DAffine3, corners: (DVec3, DVec3)) -> Bounds {
    Bounds::from_corners(ecef_from_content, corners.0, corners.1)
}
