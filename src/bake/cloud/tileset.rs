//! `tileset.json` and the subtrees of a baked cloud.

use std::collections::BTreeMap;

use glam::{DMat4, DVec3};
use serde_json::json;

use super::cube::Cube;
use super::frame::CloudFrame;
use super::tree::TileInfo;
use crate::bake::tiling::subtree::{self, Address, Facts, SubtreeSpecError, TILE_CLASS};
use crate::format::subtree::expand_template;
use crate::format::tileset::{Refine, Subdivision};

/// Levels of one subtree: 585 tiles at most, half a kilobyte of bits.
pub const SUBTREE_LEVELS: u32 = 4;

const CONTENT_URI: &str = "points/{level}/{x}/{y}/{z}.glb";
const SUBTREE_URI: &str = "subtrees/{level}/{x}/{y}/{z}.subtree";

/// Geometric error of one metre between points. What misses between points is a hole, and holes are seen when a moved
/// edge of that size is not yet; with viewers' usual limit of 16 pixels, points are drawn at most 4 pixels apart.
const ERROR_PER_SPACING: f64 = 4.0;

/// A file of the tileset, relative to its folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub path: String,
    pub bytes: Vec<u8>,
}

/// Where the content of a tile goes.
pub fn content_path(address: Address) -> String {
    expand(CONTENT_URI, address)
}

fn expand(template: &str, address: Address) -> String {
    let [x, y, z] = address.coordinates(Subdivision::Octree);
    expand_template(template, address.level, x, y, z)
}

/// All files but the contents; `infos` are all tiles that were made, in any order.
///
/// # Errors
/// When the tiles are no tree, as after parts of a bake were lost.
pub fn files(
    infos: &[TileInfo],
    frame: &CloudFrame,
    cube: &Cube,
    refine: Refine,
) -> Result<Vec<File>, SubtreeSpecError> {
    let tiles = tiles(infos, frame);
    let Some(root) = tiles.get(&Address::ROOT) else { return Err(SubtreeSpecError::NoRoot) };
    let mut files = Vec::new();
    for (address, spec) in subtree::split(Subdivision::Octree, SUBTREE_LEVELS, &tiles) {
        files.push(File { path: expand(SUBTREE_URI, address), bytes: subtree::write(&spec)? });
    }
    let half_m = (1_u64 << cube.log2_side) as f64 * 0.5 * frame.step_m();
    let middle = frame.metres(cube.low) + half_m;
    let levels = tiles.keys().map(|address| address.level).max().unwrap_or(0) + 1;
    let octree = json!({
        "boundingVolume": {"box": [middle.x, middle.y, middle.z, half_m, 0, 0, 0, half_m, 0, 0, 0, half_m]},
        "geometricError": root.facts.geometric_error_m,
        "refine": if refine == Refine::Add { "ADD" } else { "REPLACE" },
        "content": {"uri": CONTENT_URI},
        "implicitTiling": {
            "subdivisionScheme": "OCTREE",
            "availableLevels": levels,
            "subtreeLevels": SUBTREE_LEVELS,
            "subtrees": {"uri": SUBTREE_URI},
        },
    });
    // The octree's own volume is the cube that is halved, much larger than what is in it: a tile around it has the box
    // of the points, for viewers to frame and to cull by. It is refined until the whole cloud is smaller than a few
    // pixels.
    let tight = root.facts.bounding_box.unwrap_or_default();
    let size_m = 2.0 * DVec3::new(tight[3], tight[7], tight[11]).length();
    let tileset = json!({
        "asset": {"version": "1.1", "generator": "Mirante"},
        "geometricError": size_m,
        "schema": {"id": "mirante_cloud_tiles",
            "classes": {TILE_CLASS: subtree::class(subtree::Subject::Tile, &root.facts)}},
        "root": {
            "transform": DMat4::from(frame.site.ecef_from_site).to_cols_array(),
            "boundingVolume": {"box": tight},
            "geometricError": size_m,
            "refine": "ADD",
            "children": [octree],
        },
    });
    files.push(File { path: "tileset.json".to_owned(), bytes: tileset.to_string().into_bytes() });
    Ok(files)
}

/// Boxes around each tile and all below it, errors not below those of the children.
fn tiles(infos: &[TileInfo], frame: &CloudFrame) -> BTreeMap<Address, subtree::Tile> {
    let mut all: BTreeMap<Address, TileInfo> = infos.iter().map(|info| (info.address(), *info)).collect();
    let addresses: Vec<Address> = all.keys().copied().collect();
    // Addresses are in the order of levels: the deepest last.
    for address in addresses.iter().rev() {
        let (Some(parent), Some(info)) = (address.parent(Subdivision::Octree), all.get(address).copied()) else {
            continue;
        };
        if let Some(above) = all.get_mut(&parent) {
            for axis in 0..3 {
                above.low[axis] = above.low[axis].min(info.low[axis]);
                above.high[axis] = above.high[axis].max(info.high[axis]);
            }
            above.missing = above.missing.max(info.missing);
        }
    }
    all.into_iter().map(|(address, info)| (address, tile(&info, frame))).collect()
}

fn tile(info: &TileInfo, frame: &CloudFrame) -> subtree::Tile {
    let (low, high) = (frame.metres(info.low), frame.metres(info.high));
    // A step of air: a volume must not be flat, and readers round.
    let (middle, half) = ((low + high) * 0.5, (high - low) * 0.5 + frame.step_m());
    let error_m = (info.missing as f64).sqrt() * 0.5 * frame.step_m() * ERROR_PER_SPACING;
    let facts = Facts {
        bounding_box: Some([middle.x, middle.y, middle.z, half.x, 0.0, 0.0, 0.0, half.y, 0.0, 0.0, 0.0, half.z]),
        geometric_error_m: Some(error_m),
        ..Facts::default()
    };
    subtree::Tile { facts, content: Some(Facts::default()) }
}
