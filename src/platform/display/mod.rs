//! Whether there is a screen to open a window on, asked before a window library panics for lack of one.

#[cfg(target_arch = "wasm32")]
#[path = "web.rs"]
mod backend;

#[cfg(not(target_arch = "wasm32"))]
#[path = "native.rs"]
mod backend;

/// Whether a window can be opened: a display is named, and if it is one of this machine it answers.
pub fn has_display() -> bool {
    backend::has_display()
}
