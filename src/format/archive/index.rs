//! The 3TZ index: the last entry of an archive, 24 bytes for each other entry (MD5 of its name, offset of its local
//! header, little-endian), sorted by hash.

use md5::{Digest, Md5};

use super::{Archive, ArchiveError, ReadAt};
use crate::format::issue::{Issue, Issues};

/// The index's own name.
pub const INDEX_NAME: &str = "@3dtilesIndex1@";

const RECORD_BYTES: usize = 24;
const MAX_INDEX_BYTES: u64 = 256 << 20;

/// A hash as the index sorts it: two little-endian numbers, the first one first.
type Hash = (u64, u64);

/// Compares the index with the directory.
pub(super) fn check<R: ReadAt>(archive: &Archive<R>) -> Result<Issues, ArchiveError> {
    let mut issues = Issues::default();
    let directory = archive.directory();
    let bytes = match archive.read(INDEX_NAME, MAX_INDEX_BYTES) {
        Ok(bytes) => bytes,
        Err(ArchiveError::NotFound { .. }) => {
            issues.push(Issue::warning(INDEX_NAME, "archive has no 3TZ index; some viewers need it"));
            return Ok(issues);
        }
        Err(error) => return Err(error),
    };
    let (records, rest) = bytes.as_chunks::<RECORD_BYTES>();
    if !rest.is_empty() {
        let issue = Issue::error(INDEX_NAME, "length of the 3TZ index is no multiple of its records");
        issues.push(issue.expected_got("24 bytes a record", bytes.len()));
    }
    let indexed: Vec<(Hash, u64)> = records.iter().map(record).collect();
    if !indexed.is_sorted_by_key(|&(hash, _)| hash) {
        issues.push(Issue::error(INDEX_NAME, "3TZ index is not sorted by hash"));
    }
    let mut actual: Vec<(Hash, u64)> = directory
        .iter()
        .filter(|(name, _)| name != INDEX_NAME)
        .map(|(name, entry)| (hash_of(&name), entry.offset))
        .collect();
    actual.sort_unstable();
    let missing = actual.iter().filter(|&pair| indexed.binary_search(pair).is_err()).count();
    if missing > 0 {
        let message = format!("3TZ index has no or a wrong record for {missing} of {} entries", actual.len());
        issues.push(Issue::error(INDEX_NAME, message));
    }
    let strange = indexed.iter().filter(|pair| actual.binary_search(pair).is_err()).count();
    if strange > 0 {
        issues.push(Issue::error(INDEX_NAME, format!("3TZ index has {strange} records that fit no entry")));
    }
    Ok(issues)
}

fn record(bytes: &[u8; RECORD_BYTES]) -> (Hash, u64) {
    let number = |i: usize| bytes.as_chunks::<8>().0.get(i).copied().map_or(0, u64::from_le_bytes);
    ((number(0), number(1)), number(2))
}

fn hash_of(name: &str) -> Hash {
    let digest: [u8; 16] = Md5::digest(name.as_bytes()).into();
    let number = |i: usize| digest.as_chunks::<8>().0.get(i).copied().map_or(0, u64::from_le_bytes);
    (number(0), number(1))
}
