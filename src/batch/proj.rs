//! Reference systems by name, with all that this build knows: PROJ with the feature `proj`, else the short list of
//! `bake::source::crs`.
//!
//! PROJ is linked statically with its database inside (PROJ 9.6 embeds `proj.db` in static builds; 9 MB), so that a
//! program from a fresh clone finds it on any machine without files or network. It is built without TIFF and without
//! network, hence without grids: datums shift by parameters, as everywhere here, and heights never go through PROJ. They
//! follow the rules of `bake::source::crs` with what PROJ's register tells of the vertical axis (its unit, its direction,
//! whether it is ellipsoidal). Where the environment variable `PROJ_DATA` names another database, PROJ prefers that one.
//!
//! `named` has the signature of `bake::source::crs::named`, so that either goes where a `NamedFactory` is asked for.

#[cfg(feature = "proj")]
mod library;
#[cfg(feature = "proj")]
mod register;
#[cfg(all(test, feature = "proj"))]
mod tests;

#[cfg(feature = "proj")]
pub use library::named;

#[cfg(not(feature = "proj"))]
pub use crate::bake::source::crs::named;
