//! Which tile is made before which, where nobody asks for one.

use std::collections::BTreeSet;

use glam::DVec2;

use crate::bake::tiling::land::{LandTree, TileId};

/// Levels that are made first wherever they are: with them every view has something to show.
const FIRST_LEVELS: u32 = 4;

/// Coarse levels first; then by how large a tile appears from a place (plan metres): a tile twice as far off waits as long as
/// one half its size. So parents come before their children, and what is near before what is far.
pub fn by_need(tree: &LandTree, tiles: &BTreeSet<TileId>, near: DVec2) -> Vec<TileId> {
    let rank = |id: &TileId| {
        let (low, high) = tree.rect(*id);
        let away_m = (low - near).max(near - high).max(DVec2::ZERO).length();
        (id.level.min(FIRST_LEVELS), if id.level < FIRST_LEVELS { 0.0 } else { away_m / tree.tile_size_m(id.level) })
    };
    let mut ranked: Vec<((u32, f64), TileId)> = tiles.iter().map(|id| (rank(id), *id)).collect();
    ranked.sort_by(|(a, a_id), (b, b_id)| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a_id.cmp(b_id)));
    ranked.into_iter().map(|(_, id)| id).collect()
}
