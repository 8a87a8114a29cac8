//! Entries of `.3tz` archives, on disk or on a server that knows range requests.
//!
//! A few archives stay open, with their directories in memory. Two first requests for the same archive may both open
//! it; the second one's work is then thrown away.

use std::sync::{Arc, Mutex, PoisonError};

use super::backend::LocalFile;
use super::http::{self, Range};
use super::queue::Inner;
use super::{FetchError, add};
use crate::format::archive::{ArchiveError, Directory, Need, Opening, Step};
use crate::format::uri::{Location, Url};

/// How many archives stay open.
const MAX_OPEN: usize = 8;

/// The part of a remote archive that is fetched first: enough for the end record and many a whole directory.
const TAIL_BYTES: u64 = 128 << 10;

/// Archives that were used lately, the latest last.
#[derive(Default)]
pub(super) struct OpenArchives {
    open: Mutex<Vec<(Location, Arc<OpenArchive>)>>,
}

struct OpenArchive {
    source: Source,
    directory: Arc<Directory>,
}

enum Source {
    File(LocalFile),
    Http {
        url: Url,
        size: u64,
    },
    /// The server knows no ranges, so all of it was fetched.
    Memory(Arc<[u8]>),
}

impl OpenArchives {
    fn find(&self, location: &Location) -> Option<Arc<OpenArchive>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let index = open.iter().position(|(at, _)| at == location)?;
        let found = open.remove(index);
        let archive = found.1.clone();
        open.push(found);
        Some(archive)
    }

    fn keep(&self, location: &Location, archive: Arc<OpenArchive>) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|(at, _)| at != location);
        if open.len() >= MAX_OPEN {
            open.remove(0);
        }
        open.push((location.clone(), archive));
    }

    fn forget(&self, location: &Location) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).retain(|(at, _)| at != location);
    }
}

/// Reads an entry; gives its content and how many bytes were moved for it.
pub(super) async fn read(inner: &Inner, location: &Location, name: &str) -> Result<(Vec<u8>, u64), FetchError> {
    let mut wire_bytes = 0;
    let archive = match inner.archives.find(location) {
        Some(archive) => archive,
        None => {
            let archive = Arc::new(open(inner, location, &mut wire_bytes).await?);
            inner.archives.keep(location, archive.clone());
            archive
        }
    };
    let result = read_entry(inner, &archive, name, &mut wire_bytes).await;
    if matches!(result, Err(FetchError::Io(_) | FetchError::Unpack(_) | FetchError::Interrupted(_))) {
        // The archive may have been replaced under our feet; the next request opens it anew.
        inner.archives.forget(location);
    }
    Ok((result?, wire_bytes))
}

async fn read_entry(
    inner: &Inner,
    archive: &OpenArchive,
    name: &str,
    wire_bytes: &mut u64,
) -> Result<Vec<u8>, FetchError> {
    let max = inner.options.max_bytes;
    let entry = *archive.directory.find(name).map_err(|e| unpack_error(e, max))?;
    let need = archive.directory.need(&entry, max).map_err(|e| unpack_error(e, max))?;
    let packed = archive.source.read(inner, need, wire_bytes).await?;
    let directory = archive.directory.clone();
    let unpack = move || directory.unpack(&entry, &packed, max).map_err(|e| unpack_error(e, max));
    inner.backend.compute(unpack).await?
}

async fn open(inner: &Inner, location: &Location, wire_bytes: &mut u64) -> Result<OpenArchive, FetchError> {
    let (source, size, tail) = match location {
        Location::File(path) => {
            let file = inner.backend.open_file(path).await?;
            let size = file.size();
            (Source::File(file), size, None)
        }
        Location::Http(url) => open_remote(inner, url, wire_bytes).await?,
        _ => return Err(FetchError::NotAvailable("archives within archives or data: URIs")),
    };
    let max = inner.options.max_bytes;
    let mut opening = Opening::new(size);
    let mut bytes = Vec::new();
    loop {
        // A directory may hold millions of names to sort.
        let step = inner.backend.compute(move || {
            let step = opening.step(&bytes);
            (opening, step)
        });
        let (next, step) = step.await?;
        opening = next;
        match step.map_err(|e| unpack_error(e, max))? {
            Step::Done(directory, issues) => {
                for issue in issues.iter() {
                    tracing::warn!("{location}: {issue}");
                }
                return Ok(OpenArchive { source, directory: Arc::new(directory) });
            }
            Step::Need(need) => {
                bytes = match tail.as_ref().and_then(|tail| tail.get(need)) {
                    Some(known) => known.to_vec(),
                    None => source.read(inner, need, wire_bytes).await?,
                };
            }
        }
    }
}

/// The end of a remote archive, which the first request brought along.
struct Tail {
    offset: u64,
    bytes: Vec<u8>,
}

impl Tail {
    fn get(&self, need: Need) -> Option<&[u8]> {
        let start = usize::try_from(need.offset.checked_sub(self.offset)?).ok()?;
        self.bytes.get(start..start.checked_add(usize::try_from(need.len).ok()?)?)
    }
}

/// Asks for the archive's last bytes, which also tells its size and whether the server knows ranges.
async fn open_remote(
    inner: &Inner,
    url: &Url,
    wire_bytes: &mut u64,
) -> Result<(Source, u64, Option<Tail>), FetchError> {
    let answer = http::get_range(inner, url, Range::Last(TAIL_BYTES)).await?;
    *wire_bytes += answer.wire_bytes;
    let Some(part) = answer.part else {
        let size = answer.bytes.len() as u64;
        return Ok((Source::Memory(answer.bytes.into()), size, None));
    };
    if part.offset.checked_add(answer.bytes.len() as u64) != Some(part.total) {
        return Err(FetchError::Unpack("server sent another range of the archive than its end".to_owned()));
    }
    // Later requests go where the first one was sent to.
    let source = Source::Http { url: answer.url, size: part.total };
    Ok((source, part.total, Some(Tail { offset: part.offset, bytes: answer.bytes })))
}

impl Source {
    async fn read(&self, inner: &Inner, need: Need, wire_bytes: &mut u64) -> Result<Vec<u8>, FetchError> {
        let bytes = match self {
            Self::File(file) => {
                add(&inner.counters.requests, 1);
                let bytes = inner.backend.read_part(file, need).await?;
                add(&inner.counters.wire_bytes, need.len);
                bytes
            }
            Self::Memory(bytes) => {
                let start = usize::try_from(need.offset).ok();
                let part = start.and_then(|s| bytes.get(s..s.checked_add(usize::try_from(need.len).ok()?)?));
                return part.map(<[u8]>::to_vec).ok_or_else(|| FetchError::Unpack("archive is cut off".to_owned()));
            }
            Self::Http { url, size } => {
                let answer = http::get_range(inner, url, Range::From(need.offset, need.len)).await?;
                let right = answer.part.is_some_and(|part| part.offset == need.offset && part.total == *size);
                if !right || answer.bytes.len() as u64 != need.len {
                    return Err(FetchError::Unpack("archive changed on the server while it was read".to_owned()));
                }
                answer.bytes
            }
        };
        *wire_bytes += need.len;
        Ok(bytes)
    }
}

fn unpack_error(error: ArchiveError, max: u64) -> FetchError {
    match error {
        ArchiveError::NotFound { .. } => FetchError::NotFound,
        ArchiveError::TooLarge { .. } => FetchError::TooLarge { max },
        ArchiveError::Io(error) => FetchError::Io(error.to_string()),
        other => FetchError::Unpack(other.to_string()),
    }
}
