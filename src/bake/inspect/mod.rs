//! What is in a tileset: the tree by level, what single tiles and contents hold, and what looks wrong.
//!
//! Pure: whoever reads the files (`batch::inspect`) gives a [`TileFacts`] for each tile, with its contents measured by
//! [`measure`]; here they are summed up ([`Report`]), checked ([`findings`]) and told ([`text`]).
//!
//! Units: metres, bytes, degrees. Geometric errors are scaled by the tile's transforms.

pub mod detail;
pub mod findings;
pub mod measure;
pub mod text;

#[cfg(test)]
mod tests;

use glam::DVec3;
use serde::Serialize;

use crate::format::tileset::Refine;
use findings::{Finding, findings};

/// A tile, as far as the overview needs it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TileFacts {
    /// `root/0/3` in an explicit tree, `root:2/1/3` (level, x, y, perhaps z) in an implicit one; `+` is the root of an
    /// external tileset.
    pub name: String,
    /// Steps from the root, over all files.
    pub depth: u32,
    /// Index among all tiles, which stands before this one's.
    pub parent: Option<usize>,
    pub children: u32,
    pub error_m: f64,
    #[serde(serialize_with = "refine_text")]
    pub refine: Refine,
    /// box, region or sphere.
    pub volume: &'static str,
    /// Of the volume, along its own axes.
    pub size_m: [f64; 3],
    pub contents: Vec<ContentFacts>,
}

fn refine_text<S: serde::Serializer>(refine: &Refine, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(if *refine == Refine::Add { "ADD" } else { "REPLACE" })
}

/// A content of a tile.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ContentFacts {
    /// As the tileset writes it.
    pub uri: String,
    /// glb, gltf, b3dm, i3dm, pnts, cmpt or tileset; empty if it was not read.
    pub kind: &'static str,
    /// Of all its files, as they are moved.
    pub bytes: u64,
    pub draws: usize,
    pub vertices: u64,
    /// Of all copies of what is instanced, as are lines and points.
    pub triangles: u64,
    pub lines: u64,
    pub points: u64,
    pub instances: u64,
    pub features: u64,
    pub materials: usize,
    pub textures: usize,
    /// Decoded, with the mipmaps that the files have.
    pub texture_bytes: u64,
    /// How far it sticks out of its volume; 0 if it does not.
    pub outside_m: f64,
    /// Why it can't be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
    /// What its reader found wrong.
    pub issues: usize,
}

/// Why there is no content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    Missing(String),
    Unreadable(String),
}

/// Sums over some tiles.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Sums {
    pub tiles: usize,
    pub contents: usize,
    pub bytes: u64,
    pub draws: usize,
    pub vertices: u64,
    pub triangles: u64,
    pub lines: u64,
    pub points: u64,
    pub instances: u64,
    pub features: u64,
    pub texture_bytes: u64,
}

impl Sums {
    fn add(&mut self, tile: &TileFacts) {
        self.tiles += 1;
        for content in tile.contents.iter().filter(|content| content.kind != "tileset") {
            self.contents += 1;
            self.bytes += content.bytes;
            self.draws += content.draws;
            self.vertices += content.vertices;
            self.triangles += content.triangles;
            self.lines += content.lines;
            self.points += content.points;
            self.instances += content.instances;
            self.features += content.features;
            self.texture_bytes += content.texture_bytes;
        }
    }
}

/// All tiles of one depth.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Level {
    pub depth: u32,
    #[serde(flatten)]
    pub sums: Sums,
    pub error_min_m: f64,
    pub error_max_m: f64,
    /// The longest sides of the volumes.
    pub size_min_m: f64,
    pub size_max_m: f64,
}

/// Where a tileset stands.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Place {
    pub lon_deg: f64,
    pub lat_deg: f64,
    /// Ellipsoidal.
    pub height_m: f64,
}

/// A tileset as a whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    pub location: String,
    pub version: String,
    /// `tileset.json` files, this one included.
    pub tileset_files: usize,
    pub subtree_files: usize,
    /// Names of all extensions that tilesets and contents use.
    pub extensions: Vec<String>,
    /// The middle of the root's volume; `None` if it is not near the Earth's surface.
    pub place: Option<Place>,
    pub size_m: [f64; 3],
    pub levels: Vec<Level>,
    pub total: Sums,
    pub findings: Vec<Finding>,
    /// What was not looked at, if the limit of files or tiles was reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut_short: Option<String>,
}

impl Report {
    /// Fills in what follows from the tiles; they stand before their children.
    pub fn sum_up(&mut self, tiles: &[TileFacts]) {
        for tile in tiles {
            let depth = tile.depth as usize;
            while self.levels.len() <= depth {
                self.levels.push(Level {
                    depth: self.levels.len() as u32,
                    sums: Sums::default(),
                    error_min_m: f64::INFINITY,
                    error_max_m: 0.0,
                    size_min_m: f64::INFINITY,
                    size_max_m: 0.0,
                });
            }
            let level = &mut self.levels[depth];
            let side_m = DVec3::from(tile.size_m).max_element();
            level.sums.add(tile);
            self.total.add(tile);
            level.error_min_m = level.error_min_m.min(tile.error_m);
            level.error_max_m = level.error_max_m.max(tile.error_m);
            level.size_min_m = level.size_min_m.min(side_m);
            level.size_max_m = level.size_max_m.max(side_m);
        }
        // External tilesets are mounted on tiles that may be deeper than any of their own.
        self.levels.retain(|level| level.sums.tiles > 0);
        self.findings.extend(findings(tiles));
    }
}
