//! From sources to 3D Tiles 1.1: the neutral model of what a place holds, its geometry at each level, and the files.
//!
//! Pure: bytes and values in, bytes and issues out. Running a bake on threads with files is `batch`'s.
//!
//! Frames: sources and the model ([`model`]) are geodetic (longitude, latitude in degrees, ellipsoidal height in
//! metres); drawing is in the *plan frame* ([`frame`]) of the tile or world, metres east, north and up; contents are in
//! the tile's own east-north-up frame.

pub mod cloud;
pub mod det;
pub mod draw;
pub mod feature;
pub mod frame;
pub mod glb;
pub mod imagery;
pub mod inspect;
pub mod job;
pub mod land;
pub mod lod;
pub mod mesh;
pub mod meshopt;
pub mod model;
pub mod mosaic;
pub mod night;
pub mod paint;
pub mod placed;
pub mod solid;
pub mod source;
pub mod stock;
pub mod terrain;
pub mod tiling;

/// A file to be stored below the output folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedFile {
    /// Relative, with `/` between folders.
    pub path: String,
    pub bytes: Vec<u8>,
}

#[cfg(test)]
mod tests;
