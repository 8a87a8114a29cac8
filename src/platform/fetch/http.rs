//! What http needs on both platforms: repeating, pausing, reading headers.

use url::Url;

use super::queue::Inner;
use super::{FetchError, FetchOptions, add, backend, gunzip};

/// Part of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Range {
    /// This many bytes from this offset on.
    From(u64, u64),
    /// The last bytes.
    Last(u64),
}

impl Range {
    fn header(self) -> String {
        match self {
            Self::From(offset, len) => format!("bytes={offset}-{}", offset.saturating_add(len).saturating_sub(1)),
            Self::Last(len) => format!("bytes=-{len}"),
        }
    }
}

/// One request to be sent.
pub(super) struct Request<'u> {
    pub url: &'u Url,
    /// The `Range` header's value.
    pub range: Option<String>,
    /// The most bytes of the body, as they come over the wire.
    pub max_bytes: u64,
}

/// One answer with a status that means success.
pub(super) struct Answer {
    /// After redirects.
    pub url: Url,
    pub bytes: Vec<u8>,
    pub wire_bytes: u64,
    /// `Content-Encoding` if the bytes are still so encoded.
    pub encoding: Option<String>,
    /// Where in the resource the bytes lie, of how many (`Content-Range`); `None` if they are all of it.
    pub part: Option<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    pub offset: u64,
    pub total: u64,
}

/// Gets a whole resource, with `Content-Encoding` undone.
pub(super) async fn get(inner: &Inner, url: &Url) -> Result<Answer, FetchError> {
    let max_bytes = inner.options.max_bytes;
    let mut answer = send(inner, &Request { url, range: None, max_bytes }).await?;
    match answer.encoding.take().as_deref() {
        None => Ok(answer),
        Some("gzip" | "x-gzip") => {
            let bytes = std::mem::take(&mut answer.bytes);
            answer.bytes = inner.backend.compute(move || gunzip(&bytes, max_bytes)).await??;
            Ok(answer)
        }
        Some(other) => Err(FetchError::Encoding(other.chars().take(40).collect())),
    }
}

/// Gets a part of a resource. The answer has no `part` where the server knows no ranges and sent everything.
pub(super) async fn get_range(inner: &Inner, url: &Url, range: Range) -> Result<Answer, FetchError> {
    let range = Some(range.header());
    let answer = send(inner, &Request { url, range, max_bytes: inner.options.max_bytes }).await?;
    match &answer.encoding {
        None => Ok(answer),
        Some(other) => Err(FetchError::Encoding(other.chars().take(40).collect())),
    }
}

/// Sends a request until it succeeds, fails for good, or has been tried often enough.
async fn send(inner: &Inner, request: &Request<'_>) -> Result<Answer, FetchError> {
    let mut tried = 0;
    loop {
        add(&inner.counters.requests, 1);
        let error = match inner.backend.http(request, &inner.options).await {
            Ok(answer) => {
                add(&inner.counters.wire_bytes, answer.wire_bytes);
                return Ok(answer);
            }
            Err(error) => error,
        };
        let Some(pause_secs) = pause_secs(&inner.options, &error, tried, backend::random_unit()) else {
            return Err(error);
        };
        backend::sleep(pause_secs).await;
        tried += 1;
        add(&inner.counters.retries, 1);
    }
}

/// How long to wait before the next attempt; `None` to give up. `random` is in 0..=1.
pub(super) fn pause_secs(options: &FetchOptions, error: &FetchError, tried: u32, random: f64) -> Option<f64> {
    if error.is_permanent() || tried >= options.retries {
        return None;
    }
    let growing = options.first_pause_secs * 2_f64.powi(tried.min(30) as i32);
    let own = growing.min(options.max_pause_secs) * (1.0 - 0.5 * random);
    match error {
        FetchError::Http { retry_after_secs: Some(asked), .. } if *asked > options.max_pause_secs => None,
        FetchError::Http { retry_after_secs: Some(asked), .. } => Some(own.max(*asked)),
        _ => Some(own),
    }
}

/// What a status means; `Ok` if there is a body to read.
pub(super) fn judge_status(status: u16, retry_after: Option<&str>, now_unix_secs: f64) -> Result<(), FetchError> {
    match status {
        200..=299 => Ok(()),
        404 | 410 => Err(FetchError::NotFound),
        401 | 403 | 407 => Err(FetchError::Denied(format!("status {status}"))),
        _ => {
            let retry_after_secs = retry_after.and_then(|text| retry_after_secs(text, now_unix_secs));
            Err(FetchError::Http { status, retry_after_secs })
        }
    }
}

/// `Retry-After`: seconds, or a date (RFC 9110, 10.2.3).
fn retry_after_secs(text: &str, now_unix_secs: f64) -> Option<f64> {
    let text = text.trim();
    if let Ok(secs) = text.parse::<u32>() {
        return Some(f64::from(secs));
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?;
    Some((date.timestamp().as_second() as f64 - now_unix_secs).max(0.0))
}

/// `Content-Range: bytes 0-99/1234`.
pub(super) fn content_range(text: &str) -> Option<Part> {
    let (range, total) = text.trim().strip_prefix("bytes")?.trim_start().split_once('/')?;
    let (first, _) = range.split_once('-')?;
    Some(Part { offset: first.trim().parse().ok()?, total: total.trim().parse().ok()? })
}
