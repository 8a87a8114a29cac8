//! The plan of the great world: a coastal city of 16 by 16 km, made from a seed.
//!
//! Pure data, no drawing. Plan frame: metres east and north of the world's middle, up above the sea.

pub mod arterials;
pub mod districts;
pub mod divide;
pub mod geom;
pub mod graph;
pub mod motorway;
pub mod near;
pub mod net;
pub mod relief;
pub mod surface;
pub mod terrain;
pub mod words;
