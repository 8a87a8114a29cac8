//! `.3tz` archives: a whole tileset in one zip file.
//!
//! [`Opening`] and [`Directory`] never read anything themselves: they say which bytes they need and take them, so the
//! same code serves a file, an http server with range requests, and the browser. [`Archive`] drives them over anything
//! that implements [`ReadAt`].
//!
//! # Standard
//! PKWARE APPNOTE 6.3 (zip, zip64) with the methods that 3TZ allows: stored (0), deflate (8), zstd (93). 3TZ 1.3 adds
//! the index `@3dtilesIndex1@`, a sorted list of MD5 hashes and offsets. The central directory is the truth here; the
//! index is only compared with it ([`Archive::check_index`]), so that one which is absent or lies does no harm.
//!
//! # Hostile archives
//! Entry names are keys to look up, never paths to write to. Sizes are checked against the archive's, entries must not
//! overlap each other (so that all of them together unpack to a bounded multiple of the file), nothing unpacks to more
//! than the caller's limit or than its directory entry says, and checksums are compared.
//!
//! # What it does not do
//! No encryption, no archives split over several files, no data in front of the archive.

mod directory;
mod index;
mod unpack;

#[cfg(test)]
mod tests;

use std::io;

pub use directory::{Directory, Entry, Need, Opening, Step};
pub use index::INDEX_NAME;

use super::issue::Issues;

/// The largest central directory that is read, in bytes (about six million entries).
pub const MAX_DIRECTORY_BYTES: u64 = 512 << 20;

/// Bytes that can be read from any place, by several readers at once.
pub trait ReadAt {
    /// How many bytes there are.
    fn size(&self) -> u64;

    /// Fills `buf` with the bytes from `offset` on.
    ///
    /// # Errors
    /// When they can't all be read.
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()>;
}

/// Bytes in memory.
impl ReadAt for [u8] {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(offset).ok();
        let bytes = start.and_then(|start| self.get(start..start.checked_add(buf.len())?));
        buf.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

impl<T: ReadAt + ?Sized> ReadAt for &T {
    fn size(&self) -> u64 {
        (**self).size()
    }
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        (**self).read_at(offset, buf)
    }
}

/// Why an archive or an entry of it can't be read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("archive can't be read: {0}")]
    Io(#[from] io::Error),
    #[error("not a zip archive: {0}")]
    NotZip(&'static str),
    #[error("archive is damaged: {what} at byte {at}")]
    Damaged { what: &'static str, at: u64 },
    #[error("archive directory is too large: expected at most {max} bytes, got {got}")]
    DirectoryTooLarge { max: u64, got: u64 },
    #[error("archive has no entry {name:?}")]
    NotFound { name: String },
    #[error("archive entry {name:?} unpacks to {got} bytes; at most {max} are allowed")]
    TooLarge { name: String, max: u64, got: u64 },
    #[error("archive entry {name:?} can't be unpacked: {reason}")]
    Entry { name: String, reason: String },
}

/// An open archive.
#[derive(Debug)]
pub struct Archive<R> {
    source: R,
    directory: Directory,
}

impl<R: ReadAt> Archive<R> {
    /// Reads the directory; entries stay where they are.
    ///
    /// # Errors
    /// When the source can't be read or holds no zip archive.
    pub fn open(source: R) -> Result<(Self, Issues), ArchiveError> {
        let mut opening = Opening::new(source.size());
        let mut buffer = Vec::new();
        loop {
            match opening.step(&buffer)? {
                Step::Need(need) => buffer = read(&source, need)?,
                Step::Done(directory, issues) => return Ok((Self { source, directory }, issues)),
            }
        }
    }

    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// Reads and unpacks an entry.
    ///
    /// # Errors
    /// When there is no such entry, when it is damaged, and when it unpacks to more than `max` bytes.
    pub fn read(&self, name: &str, max: u64) -> Result<Vec<u8>, ArchiveError> {
        let entry = self.directory.find(name)?;
        let need = self.directory.need(entry, max)?;
        self.directory.unpack(entry, &read(&self.source, need)?, max)
    }

    /// Compares the 3TZ index with the directory. Nothing here uses the index, but other viewers do.
    ///
    /// # Errors
    /// When the index is there but can't be unpacked.
    pub fn check_index(&self) -> Result<Issues, ArchiveError> {
        index::check(self)
    }
}

fn read<R: ReadAt>(source: &R, need: Need) -> Result<Vec<u8>, ArchiveError> {
    // The length is bounded by the source's size, which the directory checked it against.
    let len = usize::try_from(need.len).map_err(|_| ArchiveError::NotZip("too large for this machine"))?;
    let mut buffer = vec![0; len];
    source.read_at(need.offset, &mut buffer)?;
    Ok(buffer)
}
