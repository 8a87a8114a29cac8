//! The container port: quay and cranes, ships, yard, gates, rail and the terminals for cars, tanks and dry bulk.
//!
//! Site frame: the pad's own ([`crate::world::layout::PORT`]), x along the quay, y to the land; the quay's edge lies at
//! [`QUAY_Y`], the water beyond it.

mod bulk;
mod gate;
mod land;
pub mod quay;
pub mod rtg;
pub mod ships;
pub mod sts;
mod tanks;
mod terminals;
mod yard;

pub(crate) use gate::{cars_in_row, is_lane_shut, lane_x};
pub(crate) use yard::{LANE_Y, ROWS_Y, mast};

use super::ground::Patch;
use super::{Builder, plan_from_pad};
use crate::world::layout;

/// Height of the quay above the sea.
const GROUND_U: f64 = layout::PORT.ground_u;
/// The quay's edge.
pub const QUAY_Y: f64 = -330.0;
/// The seaward crane rail lies 4 m behind the edge.
pub const CRANE_Y: f64 = QUAY_Y + 4.0 + sts::GAUGE_M * 0.5;
/// Where the quay cranes stand, and whether their booms are up.
pub const CRANES: [(f64, bool); 9] = [
    (-868.0, true),
    (-700.0, false),
    (-628.0, false),
    (-548.0, false),
    (-456.0, false),
    (-272.0, false),
    (-168.0, true),
    (82.0, false),
    (330.0, true),
];

/// Quay cranes (their numbers less one) that a feed moves: they are no part of the site.
pub const LIVE_CRANES: [usize; 3] = [2, 3, 4];
/// The yard gantry that a feed moves, by row and column of its block.
pub const LIVE_GANTRY: (usize, usize) = (1, 1);

/// Columns and rows of yard blocks.
const COLUMNS: usize = 6;
const ROWS: usize = 8;

/// Middle of a column of blocks.
pub fn block_x(column: usize) -> f64 {
    -790.0 + 252.0 * column as f64
}

/// Middle of a row of blocks; a road lies between the fourth and the fifth.
pub fn block_y(row: usize) -> f64 {
    -229.0 + 29.0 * row as f64 + if row >= 4 { 15.0 } else { 0.0 }
}

/// The truck gate.
pub const GATE_X: f64 = -200.0;
pub const GATE_Y: f64 = 218.0;
pub const LANES: usize = 12;
const LANE_PITCH: f64 = 4.6;

/// The rail terminal.
const RAIL_Y: f64 = 165.0;
const TRACKS: usize = 6;
const TRACK_PITCH: f64 = 4.9;

/// All that stands in the port.
pub fn site(seed: u64) -> Builder {
    let mut site = Builder::new(seed, plan_from_pad(&layout::PORT));
    quay::build(&mut site);
    yard::blocks(&mut site);
    gate::build(&mut site);
    terminals::build(&mut site);
    site
}

/// The port's ground at a level of detail.
pub fn ground(seed: u64, level: usize) -> Vec<Patch> {
    land::draw(seed, level)
}
