//! How much of the machine a thread may take.

#[cfg(target_arch = "wasm32")]
#[path = "web.rs"]
mod backend;

#[cfg(not(target_arch = "wasm32"))]
#[path = "native.rs"]
mod backend;

/// From now on the calling thread gives way to all others, where the system has priorities of single threads (Linux).
pub fn lower_priority() {
    backend::lower_priority();
}
