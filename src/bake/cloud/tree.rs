//! Divides a cloud into tiles: which points a tile shows and which go on to its children.
//!
//! A tile lays a grid over its cube and shows of each cell the point nearest to the cell's middle; what is left goes on
//! to the children, down to tiles that can show all they get. So each level is an even subsample, and which points it
//! has depends on nothing but the set of points: not on the order of reading, not on how much fits into memory, not on
//! how work was split. (Potree and Entwine take the first point that comes into a cell, which does depend on it; a
//! Poisson-disk sample is a little more even, but needs all points of a level at once.)
//!
//! [`Tree::divide`] takes the bucket of one tile. What fits into memory is divided to the bottom; else one tile is made
//! in two passes over the bucket and the rest goes into a bucket for each child, to be divided by any worker.

use std::collections::HashMap;

use super::cube::{Cube, twice_distance_squared};
use super::point::CloudPoint;
use super::spill::{Bucket, Spill, SpillError};
use crate::bake::tiling::subtree::Address;
use crate::format::tileset::{Refine, Subdivision};

/// Cells of the grid along a tile's side, as powers of two: the finest that does not show too many points is taken.
const GRID_BITS: [u32; 3] = [7, 6, 5];

/// How large tiles are and how much is held in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// A tile with no more points than this is not divided.
    pub tile_points: usize,
    /// Fewer points than this make no tile of their own.
    pub least_tile_points: usize,
    /// Points held in memory at the same time. Changes nothing in what is baked.
    pub memory_points: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { tile_points: 25_000, least_tile_points: 500, memory_points: 3_000_000 }
    }
}

/// A tile still to be made, with how many points wait in its bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    pub address: Address,
    pub points: u64,
}

/// What is kept of a tile once its content is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TileInfo {
    pub level: u32,
    pub morton: u64,
    pub points: u64,
    /// Points at the very place of another one, of which there were too many.
    pub dropped: u64,
    /// The square of twice the largest distance, in steps, between a point that is left to the children and the one
    /// that is shown in its place. 0 if nothing is left.
    pub missing: u64,
    /// The box of its own points, steps.
    pub low: [i32; 3],
    pub high: [i32; 3],
}

impl TileInfo {
    pub fn address(&self) -> Address {
        Address { level: self.level, morton: self.morton }
    }
}

/// A tile with its points, in Morton order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    pub info: TileInfo,
    pub points: Vec<CloudPoint>,
}

/// How a cloud is divided.
#[derive(Debug, Clone, Copy)]
pub struct Tree {
    pub cube: Cube,
    pub limits: Limits,
    pub refine: Refine,
}

/// Gives all points of a bucket, as often as asked.
pub type Feed<'a> = dyn Fn(&mut dyn FnMut(CloudPoint)) -> Result<(), SpillError> + 'a;

/// A point with its place in Morton order.
type Keyed = (u128, CloudPoint);

/// What a tile shows and what it leaves.
struct Choice {
    shown: Vec<Keyed>,
    left: Vec<Keyed>,
    missing: u64,
}

impl Tree {
    /// Makes the tile of a node and, if its points fit into memory, all tiles below it. Gives the children that are
    /// still to be made; their points are in their buckets.
    ///
    /// # Errors
    /// When a bucket can't be read or written.
    pub fn divide(
        &self,
        node: Node,
        feed: &Feed<'_>,
        spill: &dyn Spill,
        sink: &mut dyn FnMut(Tile),
    ) -> Result<Vec<Node>, SpillError> {
        if node.points <= self.limits.memory_points.max(self.limits.tile_points) as u64 {
            let mut points = Vec::with_capacity(node.points as usize);
            feed(&mut |point| points.push((self.cube.morton(point.at), point)))?;
            points.sort_unstable();
            self.in_memory(node.address, points, sink);
            return Ok(Vec::new());
        }
        self.streamed(node, feed, spill, sink)
    }

    fn in_memory(&self, address: Address, points: Vec<Keyed>, sink: &mut dyn FnMut(Tile)) {
        if points.is_empty() {
            return;
        }
        if points.len() <= self.limits.tile_points {
            return sink(self.tile(address, points, 0, 0));
        }
        let Choice { mut shown, left, missing } = self.choose(&points, address.level);
        if self.cube.is_bottom(address.level) {
            return sink(self.tile(address, shown, left.len() as u64, 0));
        }
        let rest = if self.refine == Refine::Replace { points } else { left };
        let mut children: Vec<Vec<Keyed>> = vec![Vec::new(); 8];
        for point in rest {
            children[self.cube.child(address, point.0) as usize].push(point);
        }
        for child in &mut children {
            if self.is_too_small(child.len() as u64) {
                shown.append(child);
            }
        }
        let missing = if children.iter().all(Vec::is_empty) { 0 } else { missing };
        sink(self.tile(address, shown, 0, missing));
        for (place, child) in (0..).zip(children) {
            self.in_memory(address.child(Subdivision::Octree, place), child, sink);
        }
    }

    /// Whether so few points go to their parent. Where children replace their parent they must hold all there is.
    fn is_too_small(&self, points: u64) -> bool {
        self.refine == Refine::Add && points < self.limits.least_tile_points as u64
    }

    fn tile(&self, address: Address, mut shown: Vec<Keyed>, dropped: u64, missing: u64) -> Tile {
        shown.sort_unstable();
        let points: Vec<CloudPoint> = shown.into_iter().map(|(_, point)| point).collect();
        let (mut low, mut high) = ([i32::MAX; 3], [i32::MIN; 3]);
        for point in &points {
            for axis in 0..3 {
                low[axis] = low[axis].min(point.at[axis]);
                high[axis] = high[axis].max(point.at[axis]);
            }
        }
        let Address { level, morton } = address;
        let info = TileInfo { level, morton, points: points.len() as u64, dropped, missing, low, high };
        Tile { info, points }
    }

    fn cell_bits(&self, level: u32, grid_bits: u32) -> u32 {
        self.cube.bits_below(level).saturating_sub(grid_bits)
    }

    /// Chooses among points in Morton order, in which those of a cell stand together.
    fn choose(&self, points: &[Keyed], level: u32) -> Choice {
        let same = |cell_bits: u32| move |a: &Keyed, b: &Keyed| a.0 >> (3 * cell_bits) == b.0 >> (3 * cell_bits);
        let fits = |bits: &u32| points.chunk_by(same(self.cell_bits(level, *bits))).count() <= self.limits.tile_points;
        let grid_bits = GRID_BITS.into_iter().find(fits).unwrap_or(GRID_BITS[2]);
        let cell_bits = self.cell_bits(level, grid_bits);
        let mut choice = Choice { shown: Vec::new(), left: Vec::new(), missing: 0 };
        for cell in points.chunk_by(same(cell_bits)) {
            let rank = |(_, point): &Keyed| (self.cube.from_cell_middle(point.at, cell_bits), *point);
            let Some((best, winner)) = cell.iter().enumerate().min_by_key(|(_, point)| rank(point)) else { continue };
            choice.shown.push(*winner);
            for (_, loser) in cell.iter().enumerate().filter(|(index, _)| *index != best) {
                choice.missing = choice.missing.max(twice_distance_squared(&winner.1, &loser.1));
                choice.left.push(*loser);
            }
        }
        choice
    }

    /// One tile of more points than fit into memory; its children's points go into their buckets.
    fn streamed(
        &self,
        node: Node,
        feed: &Feed<'_>,
        spill: &dyn Spill,
        sink: &mut dyn FnMut(Tile),
    ) -> Result<Vec<Node>, SpillError> {
        let Node { address, .. } = node;
        let (cell_bits, mut winners) = self.winners(address.level, feed)?;
        let bottom = self.cube.is_bottom(address.level);
        let mut buckets = Buckets { tree: self, address, spill, open: Default::default(), points: [0; 8] };
        let (mut shown, mut missing, mut left, mut failed) = (Vec::new(), 0, 0_u64, None);
        feed(&mut |point| {
            let morton = self.cube.morton(point.at);
            let Some((winner, taken)) = winners.get_mut(&(morton >> (3 * cell_bits))) else { return };
            let is_shown = point == *winner && !std::mem::replace(taken, *taken || point == *winner);
            if is_shown {
                shown.push((morton, point));
            } else {
                missing = u64::max(missing, twice_distance_squared(winner, &point));
                left += 1;
            }
            if !bottom && (!is_shown || self.refine == Refine::Replace) && failed.is_none() {
                failed = buckets.push(morton, &point).err();
            }
        })?;
        if let Some(error) = failed {
            return Err(error);
        }
        if bottom {
            sink(self.tile(address, shown, left, 0));
            return Ok(Vec::new());
        }
        let mut children = Vec::new();
        for child in buckets.close()? {
            if self.is_too_small(child.points) {
                let bucket = Bucket::Node(child.address);
                read_points(spill, bucket, &mut |point| shown.push((self.cube.morton(point.at), point)))?;
                spill.remove(bucket)?;
            } else {
                children.push(child);
            }
        }
        sink(self.tile(address, shown, 0, if children.is_empty() { 0 } else { missing }));
        Ok(children)
    }

    /// The best point of each cell of the finest grid that fits, and the size of its cells.
    fn winners(&self, level: u32, feed: &Feed<'_>) -> Result<(u32, Winners), SpillError> {
        let mut tables = GRID_BITS.map(|grid_bits| (self.cell_bits(level, grid_bits), Winners::new()));
        feed(&mut |point| {
            let morton = self.cube.morton(point.at);
            for (cell_bits, table) in &mut tables {
                let rank = |point: &CloudPoint| (self.cube.from_cell_middle(point.at, *cell_bits), *point);
                let best = table.entry(morton >> (3 * *cell_bits)).or_insert((point, false));
                if rank(&point) < rank(&best.0) {
                    best.0 = point;
                }
            }
        })?;
        let [fine, middle, coarse] = tables;
        let fits = |table: &(u32, Winners)| table.1.len() <= self.limits.tile_points;
        Ok(if fits(&fine) {
            fine
        } else if fits(&middle) {
            middle
        } else {
            coarse
        })
    }
}

/// By cell: the point to be shown, and whether it came by already (there may be equal ones).
type Winners = HashMap<u128, (CloudPoint, bool)>;

/// Writes points to the buckets of a tile's children, in pieces.
struct Buckets<'a> {
    tree: &'a Tree,
    address: Address,
    spill: &'a dyn Spill,
    open: [Vec<u8>; 8],
    points: [u64; 8],
}

impl Buckets<'_> {
    const PIECE_BYTES: usize = 256 << 10;

    fn address(&self, place: u32) -> Address {
        self.address.child(Subdivision::Octree, place)
    }

    fn push(&mut self, morton: u128, point: &CloudPoint) -> Result<(), SpillError> {
        let place = self.tree.cube.child(self.address, morton);
        let bucket = Bucket::Node(self.address(place));
        let open = &mut self.open[place as usize];
        point.write(open);
        self.points[place as usize] += 1;
        if open.len() >= Self::PIECE_BYTES {
            self.spill.append(bucket, open)?;
            open.clear();
        }
        Ok(())
    }

    /// The children that have points.
    fn close(self) -> Result<Vec<Node>, SpillError> {
        let mut nodes = Vec::new();
        for place in (0..8).filter(|&place| self.points[place as usize] > 0) {
            let address = self.address(place);
            self.spill.append(Bucket::Node(address), &self.open[place as usize])?;
            nodes.push(Node { address, points: self.points[place as usize] });
        }
        Ok(nodes)
    }
}

/// Gives the points of a bucket one by one.
///
/// # Errors
/// When it can't be read or ends within a point.
pub fn read_points(spill: &dyn Spill, bucket: Bucket, each: &mut dyn FnMut(CloudPoint)) -> Result<(), SpillError> {
    let mut carry: Vec<u8> = Vec::new();
    spill.read(bucket, &mut |mut piece| {
        if !carry.is_empty() {
            let (head, rest) = piece.split_at(piece.len().min(CloudPoint::BYTES - carry.len()));
            carry.extend_from_slice(head);
            piece = rest;
            if let Ok(bytes) = carry.as_slice().try_into() {
                each(CloudPoint::read(bytes));
                carry.clear();
            }
        }
        let (records, rest) = piece.as_chunks::<{ CloudPoint::BYTES }>();
        records.iter().for_each(|record| each(CloudPoint::read(record)));
        carry.extend_from_slice(rest);
    })?;
    if carry.is_empty() { Ok(()) } else { Err(SpillError("a bucket of points ends within a point".to_owned())) }
}
