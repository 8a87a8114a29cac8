//! Where points wait that do not fit into memory: buckets of bytes, written at their end, read from their beginning.
//!
//! The order of what lies in a bucket never shows in what is baked, so several writers may append to one bucket.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::bake::tiling::subtree::Address;

/// What a bucket holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bucket {
    /// All points of a source, by its number in the job.
    Source(u32),
    /// The points of a tile and all below it.
    Node(Address),
}

/// A bucket can't be written or read (a full disk, a lost file).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SpillError(pub String);

/// Keeps buckets.
pub trait Spill {
    /// Adds bytes to the end of a bucket, which it makes if there is none.
    ///
    /// # Errors
    /// When they can't be kept.
    fn append(&self, bucket: Bucket, bytes: &[u8]) -> Result<(), SpillError>;

    /// Gives a bucket piece by piece; pieces may end anywhere. A bucket that is not there is empty.
    ///
    /// # Errors
    /// When it can't be read, or as `piece` says.
    fn read(&self, bucket: Bucket, piece: &mut dyn FnMut(&[u8])) -> Result<(), SpillError>;

    /// Forgets a bucket, if it is there.
    ///
    /// # Errors
    /// When its place can't be freed.
    fn remove(&self, bucket: Bucket) -> Result<(), SpillError>;
}

/// Buckets in memory: for clouds that fit.
#[derive(Debug, Default)]
pub struct MemorySpill(Mutex<BTreeMap<Bucket, Vec<u8>>>);

impl MemorySpill {
    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<Bucket, Vec<u8>>) -> T) -> T {
        // A writer that panicked left whole bytes behind or none.
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Spill for MemorySpill {
    fn append(&self, bucket: Bucket, bytes: &[u8]) -> Result<(), SpillError> {
        self.with(|buckets| buckets.entry(bucket).or_default().extend_from_slice(bytes));
        Ok(())
    }

    fn read(&self, bucket: Bucket, piece: &mut dyn FnMut(&[u8])) -> Result<(), SpillError> {
        let bytes = self.with(|buckets| buckets.get(&bucket).cloned());
        if let Some(bytes) = bytes {
            piece(&bytes);
        }
        Ok(())
    }

    fn remove(&self, bucket: Bucket) -> Result<(), SpillError> {
        self.with(|buckets| buckets.remove(&bucket));
        Ok(())
    }
}
