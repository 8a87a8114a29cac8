//! Small files that the program keeps for its user: settings and caches.
//!
//! Files are written whole, beside their place, and then moved there: a reader sees the old or the new content, never a
//! half. Browsers have no such folders; there every call says so ([`StoreError::NotAvailable`]).

#[cfg(target_arch = "wasm32")]
#[path = "web.rs"]
mod backend;

#[cfg(not(target_arch = "wasm32"))]
#[path = "native.rs"]
mod backend;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

use std::path::{Path, PathBuf};

/// Why something can't be kept or read back.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("this system has no {0} folder for the user")]
    NoFolder(&'static str),
    #[error("a browser keeps no files for this program")]
    NotAvailable,
    #[error("{path} can't be {action}: {source}", path = path.display())]
    Io { action: &'static str, path: PathBuf, source: std::io::Error },
    #[error("{path} is too large: expected at most {max} bytes, got {got}", path = path.display())]
    TooLarge { path: PathBuf, max: u64, got: u64 },
}

/// The folder for what can be made again; created if it is not there. `MIRANTE_CACHE_DIR` overrides it.
///
/// # Errors
/// When the system names none, or it can't be created.
pub fn cache_dir() -> Result<PathBuf, StoreError> {
    backend::cache_dir()
}

/// The folder for the user's settings; created if it is not there. `MIRANTE_CONFIG_DIR` overrides it.
///
/// # Errors
/// As [`cache_dir`].
pub fn config_dir() -> Result<PathBuf, StoreError> {
    backend::config_dir()
}

/// Writes a file whole, creating its folder: at any time the path holds the old content or the new one.
///
/// # Errors
/// When the folder or file can't be written; the old file is then untouched.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    backend::write_atomic(path, bytes)
}

/// Reads a file of at most `max` bytes; `None` if there is none.
///
/// # Errors
/// When it is there but can't be read, or is larger.
pub fn read_limited(path: &Path, max: u64) -> Result<Option<Vec<u8>>, StoreError> {
    backend::read_limited(path, max)
}
