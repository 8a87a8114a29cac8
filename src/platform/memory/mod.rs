//! How much memory the machine lends to tiles.

#[cfg(target_arch = "wasm32")]
#[path = "web.rs"]
mod backend;

#[cfg(not(target_arch = "wasm32"))]
#[path = "native.rs"]
mod backend;

/// What tiles may take, on the CPU and the GPU together, bytes: at least 1 GiB.
pub fn for_tiles_bytes() -> u64 {
    backend::for_tiles_bytes()
}
