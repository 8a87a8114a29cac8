//! A browser has no folders for us; callers are told so and do without.

use std::path::{Path, PathBuf};

use super::StoreError;

pub(super) fn cache_dir() -> Result<PathBuf, StoreError> {
    Err(StoreError::NotAvailable)
}

pub(super) fn config_dir() -> Result<PathBuf, StoreError> {
    Err(StoreError::NotAvailable)
}

pub(super) fn write_atomic(_: &Path, _: &[u8]) -> Result<(), StoreError> {
    Err(StoreError::NotAvailable)
}

pub(super) fn read_limited(_: &Path, _: u64) -> Result<Option<Vec<u8>>, StoreError> {
    Err(StoreError::NotAvailable)
}
