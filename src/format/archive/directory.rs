//! The central directory of a zip file: found from the end, read in two or three steps, kept compactly.

use super::{ArchiveError, MAX_DIRECTORY_BYTES};
use crate::format::issue::{Issue, Issues};
use crate::format::uri::ARCHIVE_ROOT;

const END_SIGNATURE: u32 = 0x0605_4b50;
const END_BYTES: usize = 22;
const MAX_COMMENT_BYTES: usize = 0xffff;
const LOCATOR_SIGNATURE: u32 = 0x0706_4b50;
const LOCATOR_BYTES: usize = 20;
const END64_SIGNATURE: u32 = 0x0606_4b50;
const END64_BYTES: usize = 56;
const ENTRY_SIGNATURE: u32 = 0x0201_4b50;
const ENTRY_BYTES: usize = 46;
pub(super) const LOCAL_BYTES: u64 = 30;
/// The header id of the zip64 extra field.
const ZIP64_EXTRA: u16 = 0x0001;

/// Bytes to be read: `len` of them from `offset` on. Always within the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    pub offset: u64,
    pub len: u64,
}

/// What [`Opening::step`] says.
#[derive(Debug)]
pub enum Step {
    /// Read these bytes and call again with them.
    Need(Need),
    Done(Directory, Issues),
}

/// Finds and reads the central directory of an archive of known size.
#[derive(Debug)]
pub struct Opening {
    size: u64,
    state: State,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Start,
    Tail(Need),
    End64,
    Entries { start: u64, count: u64 },
}

/// One entry of the directory.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Place of the name in [`Directory::names`].
    name_start: usize,
    name_len: u16,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc32: u32,
    pub(super) packed_bytes: u64,
    pub(super) unpacked_bytes: u64,
    /// Where the local header stands.
    pub(super) offset: u64,
    /// Where the next entry or the directory begins; no more than this can belong to the entry.
    pub(super) end: u64,
}

impl Entry {
    /// The size that the directory promises, in bytes.
    pub fn unpacked_bytes(&self) -> u64 {
        self.unpacked_bytes
    }

    /// Whether more bytes are claimed than lie before the next entry.
    pub(super) fn overlaps(&self) -> bool {
        let claimed = LOCAL_BYTES.checked_add(u64::from(self.name_len)).and_then(|n| n.checked_add(self.packed_bytes));
        claimed.and_then(|n| n.checked_add(self.offset)).is_none_or(|claimed_end| claimed_end > self.end)
    }
}

/// All entries of an archive, by name.
#[derive(Debug)]
pub struct Directory {
    /// All names one after the other.
    names: Vec<u8>,
    /// Sorted by name, each name once.
    entries: Vec<Entry>,
}

impl Opening {
    pub fn new(size: u64) -> Self {
        Self { size, state: State::Start }
    }

    /// Takes the bytes asked for by the step before (none for the first) and says what comes next.
    ///
    /// # Errors
    /// When the bytes show that this is no zip archive, or one that is damaged or too large.
    pub fn step(&mut self, bytes: &[u8]) -> Result<Step, ArchiveError> {
        match self.state {
            State::Start => {
                let len = self.size.min((END_BYTES + MAX_COMMENT_BYTES + LOCATOR_BYTES) as u64);
                let need = Need { offset: self.size - len, len };
                self.state = State::Tail(need);
                Ok(Step::Need(need))
            }
            State::Tail(need) => self.tail(need, bytes),
            State::End64 => self.end64(bytes),
            State::Entries { start, count } => {
                let (directory, issues) = Directory::read(bytes, start, count)?;
                Ok(Step::Done(directory, issues))
            }
        }
    }

    /// Looks for the end record, which may be followed by a comment.
    fn tail(&mut self, need: Need, bytes: &[u8]) -> Result<Step, ArchiveError> {
        let fits = |at: usize| {
            let comment = u16_at(bytes, at + 20).map(usize::from);
            u32_at(bytes, at) == Some(END_SIGNATURE) && comment.is_some_and(|c| at + END_BYTES + c == bytes.len())
        };
        let last = bytes.len().checked_sub(END_BYTES).ok_or(ArchiveError::NotZip("too short"))?;
        let at = (0..=last).rev().find(|&at| fits(at)).ok_or(ArchiveError::NotZip("no end record"))?;
        let damaged = ArchiveError::Damaged { what: "end record", at: need.offset + at as u64 };
        let fields = || Some((u16_at(bytes, at + 10)?, u32_at(bytes, at + 12)?, u32_at(bytes, at + 16)?));
        let (count, len, start) = fields().ok_or(damaged)?;
        let locator = at.checked_sub(LOCATOR_BYTES).filter(|&l| u32_at(bytes, l) == Some(LOCATOR_SIGNATURE));
        match locator {
            Some(locator) if count == u16::MAX || len == u32::MAX || start == u32::MAX => {
                let damaged = ArchiveError::Damaged { what: "zip64 locator", at: need.offset + locator as u64 };
                let offset = u64_at(bytes, locator + 8).filter(|o| o.saturating_add(END64_BYTES as u64) <= self.size);
                self.state = State::End64;
                Ok(Step::Need(Need { offset: offset.ok_or(damaged)?, len: END64_BYTES as u64 }))
            }
            _ => self.entries(u64::from(start), u64::from(len), u64::from(count)),
        }
    }

    fn end64(&mut self, bytes: &[u8]) -> Result<Step, ArchiveError> {
        let fields = || {
            let signature = u32_at(bytes, 0).filter(|&s| s == END64_SIGNATURE);
            signature.and(Some((u64_at(bytes, 48)?, u64_at(bytes, 40)?, u64_at(bytes, 32)?)))
        };
        let (start, len, count) = fields().ok_or(ArchiveError::NotZip("no zip64 end record"))?;
        self.entries(start, len, count)
    }

    fn entries(&mut self, start: u64, len: u64, count: u64) -> Result<Step, ArchiveError> {
        if len > MAX_DIRECTORY_BYTES {
            return Err(ArchiveError::DirectoryTooLarge { max: MAX_DIRECTORY_BYTES, got: len });
        }
        if start.checked_add(len).is_none_or(|end| end > self.size) {
            return Err(ArchiveError::Damaged { what: "directory lies outside of the file", at: start });
        }
        self.state = State::Entries { start, count };
        Ok(Step::Need(Need { offset: start, len }))
    }
}

impl Directory {
    /// Reads the entries of a central directory that begins at `start` of the archive.
    fn read(bytes: &[u8], start: u64, count: u64) -> Result<(Self, Issues), ArchiveError> {
        let mut issues = Issues::default();
        let mut directory = Self { names: Vec::new(), entries: Vec::new() };
        let mut at = 0_usize;
        let mut read = 0_u64;
        while at < bytes.len() && u32_at(bytes, at) == Some(ENTRY_SIGNATURE) {
            let damaged = ArchiveError::Damaged { what: "directory entry", at: start + at as u64 };
            at = directory.read_entry(bytes, at, start).ok_or(damaged)?;
            read += 1;
        }
        // The count of plain zip wraps at 16 bits in files of careless writers.
        if read & 0xffff != count & 0xffff {
            let issue =
                Issue::warning(format!("byte {start}"), "number of archive entries differs from the end record");
            issues.push(issue.expected_got(count, read));
        }
        directory.set_ends(start, &mut issues);
        directory.sort(&mut issues);
        if directory.find(ARCHIVE_ROOT).is_err() {
            issues.push(Issue::error("", format!("archive has no {ARCHIVE_ROOT} at its top")));
        }
        Ok((directory, issues))
    }

    /// Reads one entry and gives the place of the next; `None` if it is cut off or lies about its place.
    fn read_entry(&mut self, bytes: &[u8], at: usize, directory_start: u64) -> Option<usize> {
        let name_len = u16_at(bytes, at + 28)?;
        let extra_len = usize::from(u16_at(bytes, at + 30)?);
        let comment_len = usize::from(u16_at(bytes, at + 32)?);
        let name_at = at + ENTRY_BYTES;
        let extra_at = name_at + usize::from(name_len);
        let name = bytes.get(name_at..extra_at)?;
        let extra = bytes.get(extra_at..extra_at + extra_len)?;
        let next = extra_at + extra_len + comment_len;
        if next > bytes.len() {
            return None;
        }
        let mut sizes = [u32_at(bytes, at + 24)?, u32_at(bytes, at + 20)?, u32_at(bytes, at + 42)?].map(u64::from);
        widen(&mut sizes, extra);
        let [unpacked_bytes, packed_bytes, offset] = sizes;
        if offset >= directory_start {
            return None;
        }
        if name.ends_with(b"/") {
            return Some(next);
        }
        let name_start = self.names.len();
        let name = name.strip_prefix(b"./").or(name.strip_prefix(b"/")).unwrap_or(name);
        self.names.extend(name.iter().map(|&b| if b == b'\\' { b'/' } else { b }));
        self.entries.push(Entry {
            name_start,
            // Only shorter than it was, so it still fits.
            name_len: name.len() as u16,
            flags: u16_at(bytes, at + 8)?,
            method: u16_at(bytes, at + 10)?,
            crc32: u32_at(bytes, at + 16)?,
            packed_bytes,
            unpacked_bytes,
            offset,
            end: directory_start,
        });
        Some(next)
    }

    /// Lets each entry end where the next one begins.
    fn set_ends(&mut self, directory_start: u64, issues: &mut Issues) {
        self.entries.sort_unstable_by_key(|entry| entry.offset);
        let mut end = directory_start;
        let mut overlapping = 0_usize;
        for entry in self.entries.iter_mut().rev() {
            entry.end = end;
            end = entry.offset;
            overlapping += usize::from(entry.overlaps());
        }
        if overlapping > 0 {
            let message = format!("{overlapping} archive entries overlap others and are not read");
            issues.push(Issue::error("", message));
        }
    }

    fn sort(&mut self, issues: &mut Issues) {
        let names = &self.names;
        let name = |entry: &Entry| &names[entry.name_start..entry.name_start + usize::from(entry.name_len)];
        self.entries.sort_by(|a, b| name(a).cmp(name(b)));
        let before = self.entries.len();
        self.entries.dedup_by(|a, b| name(a) == name(b));
        let twice = before - self.entries.len();
        if twice > 0 {
            issues
                .push(Issue::error("", format!("{twice} archive entries have the name of another; the first is used")));
        }
    }

    fn name(&self, entry: &Entry) -> &[u8] {
        self.names.get(entry.name_start..entry.name_start + usize::from(entry.name_len)).unwrap_or_default()
    }

    /// How many files the archive holds.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All entries with their names, sorted by name; names that are not UTF-8 have their odd bytes replaced.
    pub fn iter(&self) -> impl Iterator<Item = (std::borrow::Cow<'_, str>, &Entry)> {
        self.entries.iter().map(|entry| (String::from_utf8_lossy(self.name(entry)), entry))
    }

    /// The entry of this name (with `/` between folders, no leading slash).
    ///
    /// # Errors
    /// When there is none.
    pub fn find(&self, name: &str) -> Result<&Entry, ArchiveError> {
        let found = self.entries.binary_search_by(|entry| self.name(entry).cmp(name.as_bytes()));
        let not_found = || ArchiveError::NotFound { name: name.chars().take(200).collect() };
        found.ok().and_then(|index| self.entries.get(index)).ok_or_else(not_found)
    }

    /// The name for messages.
    pub(super) fn shown_name(&self, entry: &Entry) -> String {
        String::from_utf8_lossy(self.name(entry)).chars().take(200).collect()
    }

    /// How much memory the directory holds, in bytes.
    pub fn byte_size(&self) -> usize {
        self.names.capacity() + self.entries.capacity() * size_of::<Entry>()
    }
}

/// Takes sizes (unpacked, packed) and the offset that do not fit 32 bits from the zip64 extra field.
fn widen(sizes: &mut [u64; 3], extra: &[u8]) {
    let mut at = 0;
    while let (Some(id), Some(len)) = (u16_at(extra, at), u16_at(extra, at + 2)) {
        let body = at + 4;
        if id == ZIP64_EXTRA {
            let mut field = body;
            for size in sizes.iter_mut().filter(|size| **size == u64::from(u32::MAX)) {
                let Some(wide) = u64_at(extra, field).filter(|_| field + 8 <= body + usize::from(len)) else { return };
                *size = wide;
                field += 8;
            }
            return;
        }
        at = body + usize::from(len);
    }
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_le_bytes)
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at.checked_add(8)?)?.try_into().ok().map(u64::from_le_bytes)
}
