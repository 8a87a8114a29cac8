//! The demo world: a coastal city of 16 by 16 km with a port and a factory, made from a seed on the user's machine.
//!
//! Pure: the same options give the same bytes on every machine (see [`crate::bake::det`]). [`city`] is the plan, [`sites`] are the
//! special places and the entity models, [`great`] draws the plan tile by tile, [`live`] writes what moves as traces of feed
//! messages. Files are made on request and kept by [`crate::batch::world`].
//!
//! Frames: plans are in the *plan frame* ([`crate::bake::frame`]), metres east, north and above the sea; tiles are in ECEF by their
//! transforms. The place is invented; it lies on the open coast south of Lisbon, where the geoid is about 53 m above
//! the ellipsoid, so the sea has that ellipsoidal height.

pub mod city;
pub mod great;
pub mod layout;
pub mod live;
pub mod names;
pub mod sites;

pub use crate::bake::draw::building;

/// What to make.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    pub seed: u64,
    pub lon_deg: f64,
    pub lat_deg: f64,
    /// Ellipsoidal height of the sea, metres.
    pub sea_h_m: f64,
    /// Length of the traces in seconds; they loop without a jump.
    pub trace_secs: u32,
    /// Whether tiles are compressed by EXT_meshopt_compression (a third of the size). Off for tools that lack it.
    pub packed: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 7, lon_deg: -9.15, lat_deg: 38.42, sea_h_m: 53.0, trace_secs: 300, packed: true }
    }
}

/// A file to be stored below the output folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedFile {
    /// Relative, with `/` between folders.
    pub path: String,
    pub bytes: Vec<u8>,
}
