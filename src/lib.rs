//! Mirante: a real-time 3D viewer for digital twins of cities, factories and ports.
//!
//! The pure core has no Bevy, no I/O, no threads and no clock; `platform` and `hub` do I/O; `view` draws.
//! `docs/architecture.md` tells the layers and what each must not know.

pub mod bake;
pub mod feed;
pub mod format;
pub mod geo;
pub mod nav;
pub mod optics;
pub mod pick;
pub mod stage;
pub mod tiles;
pub mod twin;
pub mod world;

pub mod platform;

#[cfg(not(target_arch = "wasm32"))]
pub mod batch;

#[cfg(not(target_arch = "wasm32"))]
pub mod hub;

#[cfg(feature = "view")]
pub mod view;

#[cfg(test)]
pub mod test_support;
