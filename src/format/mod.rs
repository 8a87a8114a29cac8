//! Bytes in, value and issues out: tilesets, subtrees, tile contents, scene files, source formats.
//!
//! Nothing here does I/O. Bad data gives a value and [`issue::Issue`]s; what cannot be read at all gives a typed error.

pub mod archive;
pub mod authored;
pub mod city;
pub mod citygml;
pub mod cityjson;
pub mod content;
pub mod geojson;
pub mod gzip;
pub mod issue;
pub mod osm;
pub mod raster;
pub mod scene;
pub mod subtree;
pub mod sumo;
pub mod tileset;
pub mod uri;
mod xml;
