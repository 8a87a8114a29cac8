//! Point clouds: LAS and LAZ in, a tileset with an implicit octree of GLB points out.
//!
//! A bake has four steps, each bounded in memory:
//! 1. [`las::LasReader::open`] and [`crs::resolve`] for each source, then [`frame::CloudFrame::around`] all of them;
//! 2. [`ingest::ingest`] puts each source's points into a bucket of a [`spill::Spill`];
//! 3. [`Build::divide`] makes tiles, beginning with [`Build::root`], until no node is left; nodes may be divided in any
//!    order, by several workers, on several machines that ingested the same sources;
//! 4. [`Build::files`] gives `tileset.json` and the subtrees from what is kept of each tile.
//!
//! The same points give the same bytes, whatever the order of points and of work and however much memory there is.
//!
//! Frames: see [`frame`].
//!
//! Refinement: with ADD a point is in one tile only; with REPLACE, the default, children hold what their parent shows as
//! well, which costs a third more (a half in small clouds). Viewers draw a point as large as the gaps between the points of
//! its own tile, so with ADD the points of coarse tiles stay on screen as large discs among the fine ones: near by, that
//! looks like a bad print, while each level of REPLACE is an even sample with even discs.
//! Pure: sources are anything that reads and seeks, buckets are whatever the caller makes of them.

pub mod color;
pub mod content;
pub mod crs;
pub mod cube;
pub mod frame;
pub mod ingest;
pub mod las;
pub mod point;
pub mod spill;
pub mod tileset;
pub mod tree;

#[cfg(test)]
mod tests;

use crate::bake::tiling::subtree::{Address, SubtreeSpecError};
use crate::format::tileset::Refine;
use color::{Coloring, Painter};
use content::Attributes;
use cube::Cube;
use frame::CloudFrame;
use ingest::SourceSummary;
use spill::{Bucket, Spill, SpillError};
use tileset::File;
use tree::{Limits, Node, Tile, TileInfo, Tree, read_points};

/// Why a cloud can't be baked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CloudError {
    #[error("points can't be kept aside: {0}")]
    Spill(#[from] SpillError),
    #[error("the tiles are incomplete: {0}")]
    Tiles(#[from] SubtreeSpecError),
}

/// How a cloud is to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CloudStyle {
    pub coloring: Coloring,
    pub refine: Refine,
    pub limits: Limits,
}

impl Default for CloudStyle {
    fn default() -> Self {
        Self { coloring: Coloring::Auto, refine: Refine::Replace, limits: Limits::default() }
    }
}

/// A cloud whose points are all in buckets, ready to be divided.
#[derive(Debug, Clone)]
pub struct Build {
    frame: CloudFrame,
    tree: Tree,
    sources: Vec<(SourceSummary, Painter)>,
    attributes: Attributes,
    points: u64,
}

/// A tile's content, finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub info: TileInfo,
    pub file: File,
}

impl Build {
    /// `None` if there are no points.
    pub fn new(frame: CloudFrame, sources: &[SourceSummary], style: CloudStyle) -> Option<Self> {
        let filled: Vec<&SourceSummary> = sources.iter().filter(|source| source.points > 0).collect();
        let first = filled.first()?;
        let (mut low, mut high) = (first.low, first.high);
        for source in &filled {
            for axis in 0..3 {
                low[axis] = low[axis].min(source.low[axis]);
                high[axis] = high[axis].max(source.high[axis]);
            }
        }
        let painted = |source: &&SourceSummary| ((*source).clone(), Painter::new(style.coloring, source, sources));
        Some(Self {
            frame,
            tree: Tree { cube: Cube::around(low, high), limits: style.limits, refine: style.refine },
            sources: filled.iter().map(painted).collect(),
            attributes: Attributes {
                classes: filled.iter().any(|source| source.class_max > 0),
                intensity: filled.iter().any(|source| source.intensity_sum > 0),
                returns: filled.iter().any(|source| source.has_returns),
            },
            points: filled.iter().map(|source| source.points).sum(),
        })
    }

    /// The node with which dividing begins.
    pub fn root(&self) -> Node {
        Node { address: Address::ROOT, points: self.points }
    }

    /// Makes the tile of a node, and those below it if they fit into memory; gives the nodes that are still to be divided.
    /// The node's bucket is emptied; those of the sources stay.
    ///
    /// # Errors
    /// When a bucket can't be read or written.
    pub fn divide(&self, node: Node, spill: &dyn Spill, sink: &mut dyn FnMut(Made)) -> Result<Vec<Node>, SpillError> {
        let is_root = node.address == Address::ROOT;
        let feed = |each: &mut dyn FnMut(point::CloudPoint)| {
            if !is_root {
                return read_points(spill, Bucket::Node(node.address), each);
            }
            for (source, painter) in &self.sources {
                read_points(spill, Bucket::Source(source.source), &mut |mut point| {
                    painter.paint(&mut point);
                    each(point);
                })?;
            }
            Ok(())
        };
        let children = self.tree.divide(node, &feed, spill, &mut |tile| sink(self.made(&tile)))?;
        if !is_root {
            spill.remove(Bucket::Node(node.address))?;
        }
        Ok(children)
    }

    fn made(&self, tile: &Tile) -> Made {
        let path = tileset::content_path(tile.info.address());
        let bytes = content::encode(&tile.points, &self.frame, self.attributes);
        Made { info: tile.info, file: File { path, bytes } }
    }

    /// Divides everything, one node after the other, and gives all files to `sink`, contents first.
    ///
    /// # Errors
    /// When a bucket can't be read or written.
    pub fn all(&self, spill: &dyn Spill, sink: &mut dyn FnMut(File)) -> Result<Vec<TileInfo>, CloudError> {
        let (mut infos, mut open) = (Vec::new(), vec![self.root()]);
        while let Some(node) = open.pop() {
            let children = self.divide(node, spill, &mut |made| {
                infos.push(made.info);
                sink(made.file);
            })?;
            open.extend(children);
        }
        self.files(&infos)?.into_iter().for_each(sink);
        Ok(infos)
    }

    /// All files but the contents.
    ///
    /// # Errors
    /// When tiles are missing.
    pub fn files(&self, infos: &[TileInfo]) -> Result<Vec<File>, SubtreeSpecError> {
        tileset::files(infos, &self.frame, &self.tree.cube, self.tree.refine)
    }
}
