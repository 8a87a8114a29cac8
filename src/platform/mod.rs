//! The edge to the machine: fetching bytes, sockets, keeping small files, telling the time,
//! whether there is a display, and how much of the machine a thread and the tiles may take.
//!
//! The only place where desktop and browser differ. Each concern has twin files `native.rs` and `web.rs` with the same
//! API behind one `cfg` in its `mod.rs`; nothing outside of this folder asks for the target.

pub mod display;
pub mod fetch;
pub mod memory;
pub mod socket;
pub mod store;
pub mod thread;
pub mod time;
