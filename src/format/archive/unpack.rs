//! From an entry's packed bytes to its content.

use std::io::Read;

use super::directory::{LOCAL_BYTES, u16_at, u32_at};
use super::{ArchiveError, Directory, Entry, Need};

const LOCAL_SIGNATURE: u32 = 0x0403_4b50;
const STORED: u16 = 0;
const DEFLATE: u16 = 8;
const ZSTD: u16 = 93;
/// Bit 0 of the flags.
const ENCRYPTED: u16 = 1;

/// Real tiles pack at most some ten times; deflate can't do more than 1,032 times.
const MAX_RATIO: u64 = 1032;
/// Below this size any ratio is harmless.
const RATIO_FREE_BYTES: u64 = 1 << 20;

impl Directory {
    /// Which bytes of the archive to read for an entry.
    ///
    /// # Errors
    /// When the entry can't be had: too large, encrypted, of an unknown method, or overlapping others.
    pub fn need(&self, entry: &Entry, max: u64) -> Result<Need, ArchiveError> {
        let refuse = |reason: String| Err(ArchiveError::Entry { name: self.shown_name(entry), reason });
        if entry.unpacked_bytes > max {
            return Err(ArchiveError::TooLarge { name: self.shown_name(entry), max, got: entry.unpacked_bytes });
        }
        if entry.flags & ENCRYPTED != 0 {
            return refuse("it is encrypted".to_owned());
        }
        if !matches!(entry.method, STORED | DEFLATE | ZSTD) {
            let method = entry.method;
            return refuse(format!("unknown method: expected 0 (stored), 8 (deflate) or 93 (zstd), got {method}"));
        }
        if entry.overlaps() {
            return refuse("it overlaps another entry".to_owned());
        }
        let ratio = entry.unpacked_bytes / entry.packed_bytes.max(1);
        if entry.unpacked_bytes > RATIO_FREE_BYTES && ratio > MAX_RATIO {
            return refuse(format!("it claims to unpack to {ratio} times its size, as only a zip bomb does"));
        }
        // The local header's extra field may be of another length than the directory's, so room is left for any.
        let header = LOCAL_BYTES + 2 * u64::from(u16::MAX);
        let len = header.saturating_add(entry.packed_bytes).min(entry.end - entry.offset);
        Ok(Need { offset: entry.offset, len })
    }

    /// Unpacks an entry from the bytes that [`Directory::need`] asked for.
    ///
    /// # Errors
    /// When the bytes are damaged, or unpack to something else than the directory says.
    pub fn unpack(&self, entry: &Entry, bytes: &[u8], max: u64) -> Result<Vec<u8>, ArchiveError> {
        let failed = |reason: String| ArchiveError::Entry { name: self.shown_name(entry), reason };
        if entry.unpacked_bytes > max {
            return Err(ArchiveError::TooLarge { name: self.shown_name(entry), max, got: entry.unpacked_bytes });
        }
        let packed = packed_bytes(entry, bytes).map_err(|reason| failed(reason.to_owned()))?;
        let unpacked = match entry.method {
            STORED => packed.to_vec(),
            DEFLATE => inflate(flate2::read::DeflateDecoder::new(packed), entry).map_err(failed)?,
            ZSTD => inflate(zstd(packed).map_err(failed)?, entry).map_err(failed)?,
            other => return Err(failed(format!("unknown method {other}"))),
        };
        if unpacked.len() as u64 != entry.unpacked_bytes {
            let (expected, got) = (entry.unpacked_bytes, unpacked.len());
            return Err(failed(format!("wrong size: expected {expected} bytes, got {got}")));
        }
        let mut crc = flate2::Crc::new();
        crc.update(&unpacked);
        if crc.sum() != entry.crc32 {
            return Err(failed(format!("wrong checksum: expected {:08x}, got {:08x}", entry.crc32, crc.sum())));
        }
        Ok(unpacked)
    }
}

/// The bytes after the local header.
fn packed_bytes<'b>(entry: &Entry, bytes: &'b [u8]) -> Result<&'b [u8], &'static str> {
    if u32_at(bytes, 0) != Some(LOCAL_SIGNATURE) {
        return Err("no local header where the directory says");
    }
    if u16_at(bytes, 8) != Some(entry.method) {
        return Err("local header and directory differ about the method");
    }
    let lens = u16_at(bytes, 26).zip(u16_at(bytes, 28));
    let (name_len, extra_len) = lens.ok_or("local header is cut off")?;
    let start = LOCAL_BYTES as usize + usize::from(name_len) + usize::from(extra_len);
    let len = usize::try_from(entry.packed_bytes).map_err(|_| "too large for this machine")?;
    let end = start.checked_add(len).ok_or("too large for this machine")?;
    bytes.get(start..end).ok_or("content is cut off by the next entry")
}

fn zstd(packed: &[u8]) -> Result<impl Read, String> {
    ruzstd::decoding::StreamingDecoder::new(packed).map_err(|e| format!("zstd data is damaged: {e}"))
}

/// Reads what the entry promises and one byte more, so that too much is noticed. Memory grows with what really comes.
fn inflate(decoder: impl Read, entry: &Entry) -> Result<Vec<u8>, String> {
    let limit = entry.unpacked_bytes.saturating_add(1);
    let guess = entry.packed_bytes.saturating_mul(4).min(entry.unpacked_bytes);
    let mut unpacked = Vec::with_capacity(usize::try_from(guess).unwrap_or(0));
    decoder.take(limit).read_to_end(&mut unpacked).map_err(|e| format!("packed data is damaged: {e}"))?;
    Ok(unpacked)
}
