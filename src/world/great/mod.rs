//! The great world, tile by tile: drawn from its plan when a tile is asked for.

pub mod sheet;
