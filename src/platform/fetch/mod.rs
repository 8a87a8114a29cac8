//! Bytes from anywhere: files, http(s), entries of `.3tz` archives, `data:` URIs.
//!
//! A [`Fetcher`] takes requests at once and answers each through a callback. At most
//! [`FetchOptions::max_in_flight`] run; the others wait, the highest priority first, and may be re-ranked or cancelled.
//! What fails for a passing reason is tried again with growing pauses. gzip is undone on the way (by `Content-Encoding`
//! and by magic number), never past [`FetchOptions::max_bytes`].
//!
//! # Threads
//! Native: a tokio runtime with two workers, owned by the fetcher; callbacks run on its threads and must be short.
//! Web: the browser's executor; callbacks run on the page's thread.
//!
//! # Redirects
//! At most ten, to http(s) only, never from https to http. They are not held against a
//! [`Scope`](crate::format::uri::Scope): the server that was named is trusted with where it keeps its data. [`Fetched::from`] tells
//! where the bytes came from in the end; see [`Scope::base`](crate::format::uri::Scope::base).
//!
//! # What it does not do
//! No cache between runs, and no knowledge of what the bytes mean.

mod abort;
mod archive;
mod http;
#[cfg(not(target_arch = "wasm32"))]
mod makers;
mod queue;

#[cfg(target_arch = "wasm32")]
#[path = "web.rs"]
mod backend;

#[cfg(not(target_arch = "wasm32"))]
#[path = "native.rs"]
mod backend;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod test_server;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::format::gzip;
use crate::format::uri::Location;

#[cfg(not(target_arch = "wasm32"))]
pub use makers::{Maker, register as register_maker, unregister as unregister_maker};
pub use queue::{FetchHandle, Fetcher};

/// Limits and habits of a [`Fetcher`].
#[derive(Debug, Clone, PartialEq)]
pub struct FetchOptions {
    /// The most bytes of one answer, after unpacking.
    pub max_bytes: u64,
    /// How many requests run at the same time; at least one.
    pub max_in_flight: usize,
    /// How many more may wait; past that requests fail with [`FetchError::QueueFull`].
    pub max_waiting: usize,
    /// Seconds without any progress (connecting, waiting for an answer, between two pieces of it) until an attempt fails.
    pub timeout_secs: f64,
    /// Seconds that an attempt may take in all.
    pub total_timeout_secs: f64,
    /// How often to try again after a passing failure.
    pub retries: u32,
    /// The pause before the first new attempt; each later one is twice as long, all are shortened at random by up to half.
    pub first_pause_secs: f64,
    /// The longest pause. A server that asks for a longer one (`Retry-After`) is taken to be gone for now.
    pub max_pause_secs: f64,
    /// Sent as `User-Agent` (native only; browsers send their own).
    pub user_agent: String,
}

impl Default for FetchOptions {
    fn default() -> Self {
        Self {
            max_bytes: 512 << 20,
            max_in_flight: 20,
            max_waiting: 16_384,
            timeout_secs: 30.0,
            total_timeout_secs: 600.0,
            retries: 3,
            first_pause_secs: 0.5,
            max_pause_secs: 20.0,
            user_agent: concat!("Mirante/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub struct Fetched {
    /// Unpacked.
    pub bytes: Arc<[u8]>,
    /// Where the bytes came from, after redirects.
    pub from: Location,
    /// How many bytes had to be moved for it, as packed on the way: the body without headers, or what was read of a
    /// file or archive. In browsers, which hide this, the body's size after `Content-Encoding`.
    pub wire_bytes: u64,
}

/// Why nothing came back.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FetchError {
    #[error("not found")]
    NotFound,
    #[error("access denied: {0}")]
    Denied(String),
    #[error("larger than the allowed {max} bytes")]
    TooLarge { max: u64 },
    #[error("no answer within {secs} seconds")]
    Timeout { secs: f64 },
    #[error("server answered with status {status}")]
    Http {
        status: u16,
        /// The pause that the server asks for.
        retry_after_secs: Option<f64>,
    },
    #[error("can't connect: {0}")]
    Connect(String),
    #[error("answer was cut off: {0}")]
    Interrupted(String),
    #[error("redirect refused: {0}")]
    Redirect(String),
    #[error("can't be read: {0}")]
    Io(String),
    /// Packed or archived data that can't be unpacked.
    #[error("{0}")]
    Unpack(String),
    #[error("unsupported content encoding: expected gzip or none, got {0}")]
    Encoding(String),
    #[error("http client can't be set up: {0}")]
    Client(String),
    #[error("not available here: {0}")]
    NotAvailable(&'static str),
    #[error("too many requests are waiting already")]
    QueueFull,
    #[error("canceled")]
    Canceled,
}

impl FetchError {
    /// Whether trying again would give the same answer.
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::Timeout { .. } | Self::Connect(_) | Self::Interrupted(_) | Self::QueueFull | Self::Canceled => false,
            Self::Http { status, .. } => !matches!(status, 408 | 429 | 500..=599),
            _ => true,
        }
    }
}

/// What a fetcher did so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FetchStats {
    /// Attempts: http requests sent (each new try and each part of an archive counts) and files read.
    pub requests: u64,
    /// Attempts that were not the first for their answer.
    pub retries: u64,
    /// As in [`Fetched::wire_bytes`], also of what failed later on.
    pub wire_bytes: u64,
    /// Bytes handed out, unpacked.
    pub bytes: u64,
    /// Requests of the caller that ended with an error.
    pub failures: u64,
    /// Requests that the caller cancelled before they ended.
    pub canceled: u64,
}

/// The counters behind [`FetchStats`].
#[derive(Debug, Default)]
struct Counters {
    requests: AtomicU64,
    retries: AtomicU64,
    wire_bytes: AtomicU64,
    bytes: AtomicU64,
    failures: AtomicU64,
    canceled: AtomicU64,
}

impl Counters {
    fn snapshot(&self) -> FetchStats {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        FetchStats {
            requests: get(&self.requests),
            retries: get(&self.retries),
            wire_bytes: get(&self.wire_bytes),
            bytes: get(&self.bytes),
            failures: get(&self.failures),
            canceled: get(&self.canceled),
        }
    }
}

fn add(counter: &AtomicU64, amount: u64) {
    counter.fetch_add(amount, Ordering::Relaxed);
}

/// Gets what lies at a location. Dropping the future gives it up.
async fn fetch(inner: &queue::Inner, location: &Location) -> Result<Fetched, FetchError> {
    let max = inner.options.max_bytes;
    let (bytes, from, wire_bytes) = match location {
        Location::Data(data) => (data.bytes.clone(), location.clone(), 0),
        Location::File(path) => {
            add(&inner.counters.requests, 1);
            let bytes = inner.backend.read_file(path, max).await?;
            let len = bytes.len() as u64;
            add(&inner.counters.wire_bytes, len);
            (bytes, location.clone(), len)
        }
        Location::Http(url) => {
            let answer = http::get(inner, url).await?;
            (answer.bytes, Location::Http(answer.url), answer.wire_bytes)
        }
        Location::Archive { archive, entry } => {
            let (bytes, wire_bytes) = archive::read(inner, archive, entry).await?;
            (bytes, location.clone(), wire_bytes)
        }
    };
    let bytes = unpack_gzip(inner, bytes).await?;
    if bytes.len() as u64 > max {
        return Err(FetchError::TooLarge { max });
    }
    Ok(Fetched { bytes: bytes.into(), from, wire_bytes })
}

/// Undoes gzip where the bytes begin like it.
async fn unpack_gzip(inner: &queue::Inner, bytes: Vec<u8>) -> Result<Vec<u8>, FetchError> {
    if !gzip::is_gzip(&bytes) {
        return Ok(bytes);
    }
    let max = inner.options.max_bytes;
    inner.backend.compute(move || gunzip(&bytes, max)).await?
}

fn gunzip(bytes: &[u8], max: u64) -> Result<Vec<u8>, FetchError> {
    gzip::gunzip_limited(bytes, usize::try_from(max).unwrap_or(usize::MAX)).map_err(|error| match error {
        gzip::GzipError::TooLarge { .. } => FetchError::TooLarge { max },
        gzip::GzipError::Damaged(_) => FetchError::Unpack(error.to_string()),
    })
}
