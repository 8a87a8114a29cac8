//! The quadtree that a piece of land is cut into: squares of the plan, halved at each level, and the files that say which
//! of them exist (implicit tiling of 3D Tiles 1.1).
//!
//! Frames: plan metres ([`PlanFrame`]); the *root frame* is east-north-up at the middle of the root square, the `transform`
//! of the implicit root; a *tile's frame* is east-north-up at the middle of its square, at the height of the plan's zero.
//! Squares of the plan are rectangles of longitude and latitude, so the root's volume is a region and its halves are
//! exactly the tiles; how much of them is filled is told by metadata (TILE_BOUNDING_BOX, TILE_GEOMETRIC_ERROR).

use std::collections::BTreeMap;

use glam::{DAffine3, DMat4, DVec2, DVec3};
use serde_json::{Value, json};

use super::subtree::{self, Address, Facts, Subject, SubtreeSpecError, Tile};
use crate::bake::GeneratedFile;
use crate::bake::frame::PlanFrame;
use crate::format::tileset::Subdivision;

/// How many levels a subtree file tells of.
const SUBTREE_LEVELS: u32 = 4;

/// The place of a tile: level 0 is the root, x counts eastward, y northward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    pub level: u32,
    pub x: u32,
    pub y: u32,
}

impl TileId {
    pub const ROOT: Self = Self { level: 0, x: 0, y: 0 };

    pub fn new(level: u32, x: u32, y: u32) -> Self {
        Self { level, x, y }
    }

    pub fn children(self) -> [Self; 4] {
        let (level, x, y) = (self.level + 1, self.x * 2, self.y * 2);
        [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(dx, dy)| Self { level, x: x + dx, y: y + dy })
    }

    pub fn parent(self) -> Option<Self> {
        Some(Self { level: self.level.checked_sub(1)?, x: self.x / 2, y: self.y / 2 })
    }

    /// The ancestor (or the tile itself) at a level that is not finer.
    pub fn ancestor(self, level: u32) -> Self {
        let up = self.level.saturating_sub(level).min(31);
        Self { level: self.level - up, x: self.x >> up, y: self.y >> up }
    }

    /// Where its content is stored, relative to the tileset.
    pub fn content_path(self) -> String {
        format!("tiles/{}/{}/{}.glb", self.level, self.x, self.y)
    }

    fn address(self) -> Address {
        Address::quadtree(self.level, self.x, self.y)
    }
}

/// A square of the plan and its quadtree.
#[derive(Debug, Clone, Copy)]
pub struct LandTree {
    pub frame: PlanFrame,
    /// The root's south-western corner.
    pub low: DVec2,
    /// The root's side, metres.
    pub size_m: f64,
}

/// What was made of a tile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Made {
    /// The box around its own content, tile frame; `None` if it has none.
    pub content_box: Option<(DVec3, DVec3)>,
    /// How far its content is from what it stands for, metres.
    pub error_m: f64,
}

/// A content that is always shown, whatever the view: the far surroundings.
#[derive(Debug, Clone, PartialEq)]
pub struct Backdrop {
    pub uri: String,
    /// Root frame.
    pub low: DVec3,
    pub high: DVec3,
}

impl LandTree {
    pub fn tile_size_m(&self, level: u32) -> f64 {
        self.size_m / (1u64 << level.min(40)) as f64
    }

    /// South-western and north-eastern corner, plan metres.
    pub fn rect(&self, id: TileId) -> (DVec2, DVec2) {
        let size = self.tile_size_m(id.level);
        let low = self.low + DVec2::new(f64::from(id.x), f64::from(id.y)) * size;
        (low, low + size)
    }

    /// The tile of a level that a place lies in; places outside of the root are drawn to its border.
    pub fn tile_at(&self, level: u32, p: DVec2) -> TileId {
        let last = ((1u64 << level.min(31)) - 1) as f64;
        let at = ((p - self.low) / self.tile_size_m(level)).floor().clamp(DVec2::ZERO, DVec2::splat(last));
        TileId { level, x: at.x as u32, y: at.y as u32 }
    }

    pub fn ecef_from_tile(&self, id: TileId) -> DAffine3 {
        let (low, high) = self.rect(id);
        self.frame.ecef_from_enu_at(((low + high) * 0.5).extend(0.0))
    }

    pub fn ecef_from_root(&self) -> DAffine3 {
        self.ecef_from_tile(TileId::ROOT)
    }

    pub fn root_from_tile(&self, id: TileId) -> DAffine3 {
        if id == TileId::ROOT {
            return DAffine3::IDENTITY;
        }
        self.ecef_from_root().inverse() * self.ecef_from_tile(id)
    }

    /// The tileset and its subtrees over the tiles that were made. Ancestors of tiles count as made, without content,
    /// where they are missing.
    ///
    /// # Errors
    /// Never for finite boxes and errors.
    pub fn files(
        &self,
        made: &BTreeMap<TileId, Made>,
        backdrop: Option<&Backdrop>,
    ) -> Result<Vec<GeneratedFile>, SubtreeSpecError> {
        let volumes = self.enclose(made);
        let levels = volumes.keys().map(|id| id.level + 1).max().unwrap_or(1);
        let facts = |enclosed: &Enclosed| Facts {
            bounding_box: Some(enclosed.root_box()),
            geometric_error_m: Some(enclosed.error_m),
            ..Facts::default()
        };
        let tiles: BTreeMap<Address, Tile> = volumes
            .iter()
            .map(|(id, enclosed)| {
                let content = made.get(id).and_then(|made| made.content_box).map(|_| Facts::default());
                (id.address(), Tile { facts: facts(enclosed), content })
            })
            .collect();
        let mut files = Vec::new();
        for (root, spec) in subtree::split(Subdivision::Quadtree, SUBTREE_LEVELS, &tiles) {
            let [x, y, _] = root.coordinates(Subdivision::Quadtree);
            let path = format!("subtrees/{}/{x}/{y}.subtree", root.level);
            files.push(GeneratedFile { path, bytes: subtree::write(&spec)? });
        }
        let root = volumes.get(&TileId::ROOT).copied().unwrap_or_else(|| Enclosed::empty(self, TileId::ROOT));
        let class = subtree::class(Subject::Tile, &facts(&root));
        let tileset = self.tileset(&root, levels, class, backdrop);
        files.push(GeneratedFile {
            path: "tileset.json".into(),
            bytes: serde_json::to_vec(&tileset).unwrap_or_default(),
        });
        Ok(files)
    }

    fn tileset(&self, root: &Enclosed, levels: u32, class: Option<Value>, backdrop: Option<&Backdrop>) -> Value {
        let (low, high) = self.rect(TileId::ROOT);
        let (a, b) = (self.frame.geodetic_from_plan(low.extend(0.0)), self.frame.geodetic_from_plan(high.extend(0.0)));
        // Heights of a level box bulge by the Earth's curvature below its corners.
        let sag_m = self.size_m * self.size_m / 12.0e6 + 1.0;
        let heights = [root.low.z - 1.0, root.high.z + sag_m].map(|u| self.frame.sea_h_m + u);
        let region = [a.x.to_radians(), a.y.to_radians(), b.x.to_radians(), b.y.to_radians(), heights[0], heights[1]];
        let implicit = json!({
            "boundingVolume": {"region": region},
            "geometricError": root.error_m,
            "refine": "REPLACE",
            "content": {"uri": "tiles/{level}/{x}/{y}.glb"},
            "implicitTiling": {
                "subdivisionScheme": "QUADTREE",
                "subtreeLevels": SUBTREE_LEVELS,
                "availableLevels": levels,
                "subtrees": {"uri": "subtrees/{level}/{x}/{y}.subtree"},
            },
        });
        let transform = DMat4::from(self.ecef_from_root()).to_cols_array();
        let top = match backdrop {
            // The square is for cutting; whoever frames the whole wants what is in it.
            None => json!({
                "transform": transform,
                "boundingVolume": {"box": root.root_box()},
                "geometricError": root.reach_m(),
                "refine": "REPLACE",
                "children": [implicit],
            }),
            Some(backdrop) => {
                let own = box_of(backdrop.low, backdrop.high, &DAffine3::IDENTITY);
                let all = box_of(backdrop.low.min(root.low), backdrop.high.max(root.high), &DAffine3::IDENTITY);
                // What the backdrop leaves out is the whole square: it has to be refined as long as that can be seen.
                let hole_m = (self.size_m * 0.5).max(root.error_m * 4.0);
                json!({
                    "transform": transform,
                    "boundingVolume": {"box": all},
                    "geometricError": hole_m,
                    "refine": "ADD",
                    "content": {"uri": backdrop.uri, "boundingVolume": {"box": own}},
                    "children": [implicit],
                })
            }
        };
        let mut tileset = json!({
            "asset": {"version": "1.1", "generator": "Mirante"},
            "geometricError": if backdrop.is_some() { self.size_m } else { root.reach_m() },
            "root": top,
        });
        if let Some(class) = class {
            tileset["schema"] = json!({"id": "mirante_tiles", "classes": {subtree::TILE_CLASS: class}});
        }
        tileset
    }

    /// Boxes and errors that hold for each tile with all below it, and all ancestors.
    fn enclose(&self, made: &BTreeMap<TileId, Made>) -> BTreeMap<TileId, Enclosed> {
        let mut enclosed: BTreeMap<TileId, Enclosed> = BTreeMap::new();
        for (&id, made) in made {
            let tile = enclosed.entry(id).or_insert_with(|| Enclosed::empty(self, id));
            tile.error_m = made.error_m;
            if let Some((low, high)) = made.content_box {
                (tile.low, tile.high) = (low, high);
            }
        }
        // From the finest level up: what is finished is handed to its parent.
        let deepest = made.keys().map(|id| id.level).max().unwrap_or(0);
        for level in (1..=deepest).rev() {
            let first = TileId::new(level, 0, 0);
            let of_level: Vec<(TileId, Enclosed)> =
                enclosed.range(first..).take_while(|(id, _)| id.level == level).map(|(id, e)| (*id, *e)).collect();
            for (id, child) in of_level {
                let Some(parent_id) = id.parent() else { continue };
                let parent = enclosed.entry(parent_id).or_insert_with(|| Enclosed::empty(self, parent_id));
                parent.adopt(&child);
            }
        }
        enclosed
    }
}

/// Of tiles that have others below them.
const LEAST_ERROR_M: f64 = 0.001;

/// A box in a tile's frame around its content and all below it.
#[derive(Debug, Clone, Copy)]
struct Enclosed {
    root_from_tile: DAffine3,
    low: DVec3,
    high: DVec3,
    error_m: f64,
}

impl Enclosed {
    fn empty(tree: &LandTree, id: TileId) -> Self {
        let root_from_tile = tree.root_from_tile(id);
        Self { root_from_tile, low: DVec3::MAX, high: DVec3::MIN, error_m: 0.0 }
    }

    fn adopt(&mut self, child: &Self) {
        // A tile with an error of 0 is never refined: what differs by nothing measurable still has its place.
        self.error_m = self.error_m.max(child.error_m).max(LEAST_ERROR_M);
        if child.low.x > child.high.x {
            return;
        }
        let own_from_child = self.root_from_tile.inverse() * child.root_from_tile;
        for k in 0..8 {
            let pick = |bit: usize, a: f64, b: f64| if k & bit == 0 { a } else { b };
            let corner = DVec3::new(
                pick(1, child.low.x, child.high.x),
                pick(2, child.low.y, child.high.y),
                pick(4, child.low.z, child.high.z),
            );
            let p = own_from_child.transform_point3(corner);
            self.low = self.low.min(p);
            self.high = self.high.max(p);
        }
    }

    /// The longest side, metres, as the error of showing nothing at all.
    fn reach_m(&self) -> f64 {
        let side_m = if self.low.x > self.high.x { 0.0 } else { (self.high - self.low).max_element() };
        side_m.max(self.error_m * 2.0).ceil()
    }

    fn root_box(&self) -> [f64; 12] {
        if self.low.x > self.high.x {
            return box_of(DVec3::ZERO, DVec3::ZERO, &self.root_from_tile);
        }
        box_of(self.low, self.high, &self.root_from_tile)
    }
}

/// Centre and half axes of a box given in a frame, in the frame's parent; rounded outwards to a millimetre, so that the last
/// bits of the geodesy do not reach the file.
pub fn box_of(low: DVec3, high: DVec3, parent_from_frame: &DAffine3) -> [f64; 12] {
    let round = |x: f64| (x * 1e3 + 0.5).floor() / 1e3;
    let centre = parent_from_frame.transform_point3((low + high) * 0.5);
    let half = (high - low) * 0.5 + 0.002;
    let mut out = [0.0; 12];
    out[..3].copy_from_slice(&centre.to_array().map(round));
    for (k, axis) in [DVec3::X, DVec3::Y, DVec3::Z].into_iter().enumerate() {
        let v = parent_from_frame.transform_vector3(axis) * ((half[k] * 1e3).ceil() / 1e3);
        out[3 + k * 3..6 + k * 3].copy_from_slice(&v.to_array().map(|x| (x * 1e6 + 0.5).floor() / 1e6));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> LandTree {
        LandTree { frame: PlanFrame::new(-9.15, 38.42, 53.0), low: DVec2::splat(-8000.0), size_m: 16_000.0 }
    }

    #[test]
    fn a_place_lies_in_the_rectangle_of_its_tile() {
        let tree = tree();
        for p in [DVec2::ZERO, DVec2::new(-8000.0, 7999.0), DVec2::new(123.0, -4567.0)] {
            let id = tree.tile_at(6, p);
            let (low, high) = tree.rect(id);
            assert!(p.cmpge(low).all() && p.cmplt(high).all(), "{p} {id:?}");
            assert_eq!(tree.tile_at(3, p), id.ancestor(3));
        }
    }

    #[test]
    fn a_parents_box_holds_its_childrens() {
        let tree = tree();
        let made: BTreeMap<TileId, Made> = [(6, 1, 2, 90.0), (6, 60, 61, 20.0), (5, 30, 30, 300.0)]
            .into_iter()
            .map(|(level, x, y, top)| {
                let half = tree.tile_size_m(level) * 0.5;
                let content_box = Some((DVec3::new(-half, -half, -1.0), DVec3::new(half, half, top)));
                (TileId::new(level, x, y), Made { content_box, error_m: f64::from(6 - level) })
            })
            .collect();
        let enclosed = tree.enclose(&made);
        for (id, child) in &enclosed {
            let Some(parent) = id.parent() else { continue };
            let parent = &enclosed[&parent];
            assert!(parent.error_m >= child.error_m);
            let middle = child.root_from_tile.transform_point3((child.low + child.high) * 0.5);
            let p = parent.root_from_tile.inverse().transform_point3(middle);
            assert!(p.cmpge(parent.low).all() && p.cmple(parent.high).all(), "{id:?}");
        }
        assert_eq!(enclosed[&TileId::ROOT].error_m, 1.0);
    }

    #[test]
    fn the_outermost_volume_is_around_the_content_not_around_the_square() {
        let tree = tree();
        let made = BTreeMap::from([(
            TileId::new(5, 16, 16),
            Made { content_box: Some((DVec3::splat(-9.0), DVec3::splat(9.0))), error_m: 2.0 },
        )]);
        let json = tree.files(&made, None).unwrap().pop().unwrap();
        let value: Value = serde_json::from_slice(&json.bytes).unwrap();
        let half: Vec<f64> = [3, 7, 11].map(|k| value["root"]["boundingVolume"]["box"][k].as_f64().unwrap()).to_vec();
        assert!(half.iter().all(|h| (9.0..9.5).contains(h)), "{half:?}");
        assert_eq!(value["root"]["geometricError"], 19.0);
    }

    #[test]
    fn the_tileset_is_read_back_without_issues() {
        let tree = tree();
        let made = BTreeMap::from([(
            TileId::new(5, 3, 4),
            Made { content_box: Some((DVec3::splat(-9.0), DVec3::splat(9.0))), error_m: 2.0 },
        )]);
        let files = tree.files(&made, None).unwrap();
        assert_eq!(files.len(), 3);
        let json = files.iter().find(|f| f.path == "tileset.json").unwrap();
        let (tileset, issues) = crate::format::tileset::read(&json.bytes).unwrap();
        assert!(issues.is_empty(), "{:?}", issues.into_vec());
        assert_eq!(tileset.tiles.len(), 2);
    }
}
