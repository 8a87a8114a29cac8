//! Which tiles to draw, load and free: tile tree, screen-space error, selection, priorities, budget, cross-fade.
//!
//! [`TileForest`] holds the trees of all open tilesets and bare models. Once a frame [`TileForest::select`] takes the
//! view and gives a [`Selection`]: what to draw and how opaque, what to ask for, what to cancel, what to free. The
//! engine answers with [`TileForest::started`], [`TileForest::loaded`], [`TileForest::failed`],
//! [`TileForest::canceled`] and [`TileForest::unloaded`]. Nothing here does I/O or keeps a clock: time is the sum of
//! [`Frame::dt_secs`], so the same calls always give the same answers.
//!
//! # Frames and units
//! Everything is f64 metres in ECEF (WGS84) once a tile is in the forest; errors on screen are in pixels.
//!
//! # Source
//! OGC 3D Tiles 1.1 (OGC 22-025r4): bounding volumes (§6.7), geometric error and refinement (§6.5, §6.8), external
//! tilesets (§6.11), viewer request volume (§6.7.4), implicit tiling (§10). How the tiles are chosen is in
//! `docs/design.md`.
//!
//! # Not here
//! Reading files (`format::tileset`, `format::subtree`), fetching (`platform`), meshes and dithering (`view`).

mod answers;
mod arena;
mod bounds;
mod budget;
mod camera;
mod fade;
mod forest;
mod overrides;
mod prefetch;
mod prune;
mod query;
mod region;
mod schedule;
mod select;
mod shadows;
mod structure;
mod types;

pub mod bench;
pub mod flight;
pub mod simulate;
pub mod synthetic;

pub use bounds::{max_scale, subdivide};
pub use forest::TileForest;
pub use overrides::SubtreeOverrides;
pub use types::{
    Counters, Draw, ForestOptions, Frame, Job, JobError, JobKind, Loaded, Request, Selection, ShadowLight, TileId,
    TileInfo, TileState, TilesetId, View,
};

#[cfg(test)]
mod tests;
