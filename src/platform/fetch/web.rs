//! Fetching in a browser: its own `fetch`, by way of reqwest.
//!
//! The browser follows redirects, undoes `Content-Encoding` and hides both; it also decides by CORS what may be had from
//! other servers (a refusal looks like a failed connection). There are no files.

use std::path::Path;
use std::time::Duration;

use reqwest::Client;
use reqwest::header::{CONTENT_RANGE, RANGE, RETRY_AFTER};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::http::{Answer, Request, content_range, judge_status};
use super::{FetchError, FetchOptions};
use crate::format::archive::Need;
use crate::platform::time::now_unix_secs;

const NO_FILES: FetchError = FetchError::NotAvailable("a browser can't open files by their path");

#[wasm_bindgen]
extern "C" {
    /// Also there in workers, where there is no window.
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &js_sys::Function, delay_ms: f64) -> wasm_bindgen::JsValue;
}

/// Nothing to keep: the browser owns the executor.
pub(super) struct Owner;

pub(super) struct Backend {
    client: Client,
}

impl Backend {
    pub fn start(_: &FetchOptions) -> Result<(Owner, Self), FetchError> {
        Ok((Owner, Self { client: Client::new() }))
    }

    pub fn spawn(&self, future: impl Future<Output = ()> + 'static) {
        spawn_local(future);
    }

    /// Runs the work at once: there are no other threads.
    pub async fn compute<T>(&self, work: impl FnOnce() -> T) -> Result<T, FetchError> {
        Ok(work())
    }

    pub async fn read_file(&self, _: &Path, _: u64) -> Result<Vec<u8>, FetchError> {
        Err(NO_FILES)
    }

    pub async fn open_file(&self, _: &Path) -> Result<LocalFile, FetchError> {
        Err(NO_FILES)
    }

    pub async fn read_part(&self, _: &LocalFile, _: Need) -> Result<Vec<u8>, FetchError> {
        Err(NO_FILES)
    }

    /// One attempt. The body comes in one piece, so that only the total limit of time applies.
    pub async fn http(&self, request: &Request<'_>, options: &FetchOptions) -> Result<Answer, FetchError> {
        let total = Duration::try_from_secs_f64(options.total_timeout_secs).unwrap_or(Duration::from_secs(600));
        let mut builder = self.client.get(request.url.clone()).timeout(total);
        if let Some(range) = &request.range {
            builder = builder.header(RANGE, range);
        }
        let response = builder.send().await.map_err(|e| http_error(&e, options))?;
        let status = response.status().as_u16();
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        judge_status(status, header(RETRY_AFTER), now_unix_secs())?;
        let part = header(CONTENT_RANGE).filter(|_| status == 206).and_then(content_range);
        let max = request.max_bytes;
        if response.content_length().is_some_and(|len| len > max) {
            return Err(FetchError::TooLarge { max });
        }
        let url = response.url().clone();
        let bytes = response.bytes().await.map_err(|e| http_error(&e, options))?;
        if bytes.len() as u64 > max {
            return Err(FetchError::TooLarge { max });
        }
        let wire_bytes = bytes.len() as u64;
        Ok(Answer { url, bytes: bytes.into(), wire_bytes, encoding: None, part })
    }
}

fn http_error(error: &reqwest::Error, options: &FetchOptions) -> FetchError {
    if error.is_timeout() {
        FetchError::Timeout { secs: options.total_timeout_secs }
    } else if error.is_builder() {
        FetchError::Client(error.to_string())
    } else if error.is_body() || error.is_decode() {
        FetchError::Interrupted("connection lost".to_owned())
    } else {
        FetchError::Connect("no answer, or one that the server does not share with this page (CORS)".to_owned())
    }
}

pub(super) async fn sleep(secs: f64) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        set_timeout(&resolve, secs * 1000.0);
    });
    // A timer's promise is never rejected.
    let _ = JsFuture::from(promise).await;
}

/// A random number in 0..1.
pub(super) fn random_unit() -> f64 {
    js_sys::Math::random()
}

/// There are none here; the type has no values.
#[derive(Clone)]
pub(super) enum LocalFile {}

impl LocalFile {
    pub fn size(&self) -> u64 {
        match *self {}
    }
}
