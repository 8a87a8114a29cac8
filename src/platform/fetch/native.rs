//! Fetching on a desktop: tokio, reqwest with rustls and ring, files.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_RANGE, HeaderMap, HeaderName, RANGE, RETRY_AFTER};
use reqwest::{Client, redirect};
use tokio::runtime::{Handle, Runtime};

use super::http::{Answer, Request, content_range, judge_status};
use super::{FetchError, FetchOptions, Fetched, Fetcher, makers};
use crate::format::archive::Need;
use crate::format::gzip::gunzip_limited;
use crate::format::uri::{Location, Url};
use crate::platform::time::now_unix_secs;

const WORKER_THREADS: usize = 2;
/// Threads for reading files and unpacking: as many as requests run by default, so that a file which is there does not
/// wait behind files that are being made. They are started when they are needed.
const BLOCKING_THREADS: usize = 20;
const MAX_REDIRECTS: usize = 10;

/// Keeps the runtime; stops it without waiting for what still runs.
pub(super) struct Owner(Option<Runtime>);

impl Drop for Owner {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

pub(super) struct Backend {
    handle: Handle,
    options: FetchOptions,
    /// Made at first use: loading the system's certificates takes time and may fail.
    client: OnceLock<Result<Client, String>>,
    /// For this machine's own servers, past any proxy.
    loopback_client: OnceLock<Result<Client, String>>,
}

impl Backend {
    pub fn start(options: &FetchOptions) -> Result<(Owner, Self), FetchError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(WORKER_THREADS)
            .max_blocking_threads(BLOCKING_THREADS)
            .thread_name("fetch")
            .enable_all()
            .build()
            .map_err(|e| FetchError::Io(format!("no threads for fetching: {e}")))?;
        let backend = Self {
            handle: runtime.handle().clone(),
            options: options.clone(),
            client: OnceLock::new(),
            loopback_client: OnceLock::new(),
        };
        Ok((Owner(Some(runtime)), backend))
    }

    pub fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        self.handle.spawn(future);
    }

    /// Runs what takes a while beside the workers.
    pub async fn compute<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, FetchError> {
        let task = AbortOnDrop(self.handle.spawn_blocking(work));
        task.join().await
    }

    pub async fn read_file(&self, path: &Path, max: u64) -> Result<Vec<u8>, FetchError> {
        let path = path.to_owned();
        self.compute(move || read_file(&path, max)).await?
    }

    pub async fn open_file(&self, path: &Path) -> Result<LocalFile, FetchError> {
        let path = path.to_owned();
        self.compute(move || LocalFile::open(&path)).await?
    }

    pub async fn read_part(&self, file: &LocalFile, need: Need) -> Result<Vec<u8>, FetchError> {
        let file = file.clone();
        self.compute(move || file.read_part(need)).await?
    }

    /// One attempt.
    pub async fn http(&self, request: &Request<'_>, options: &FetchOptions) -> Result<Answer, FetchError> {
        let total = tokio::time::timeout(duration(options.total_timeout_secs), self.attempt(request, options));
        total.await.unwrap_or(Err(FetchError::Timeout { secs: options.total_timeout_secs }))
    }

    async fn attempt(&self, request: &Request<'_>, options: &FetchOptions) -> Result<Answer, FetchError> {
        let idle = duration(options.timeout_secs);
        let timed_out = |_| FetchError::Timeout { secs: options.timeout_secs };
        let mut builder = self.client(request.url)?.get(request.url.clone());
        builder = match &request.range {
            Some(range) => builder.header(RANGE, range).header(ACCEPT_ENCODING, "identity"),
            None => builder.header(ACCEPT_ENCODING, "gzip"),
        };
        let send = tokio::time::timeout(idle, builder.send());
        let mut response = send.await.map_err(timed_out)?.map_err(|e| http_error(&e, options))?;
        let status = response.status().as_u16();
        judge_status(status, header(response.headers(), &RETRY_AFTER), now_unix_secs())?;
        let encoding = content_encoding(header(response.headers(), &CONTENT_ENCODING));
        let part = header(response.headers(), &CONTENT_RANGE).filter(|_| status == 206).and_then(content_range);
        let max = request.max_bytes;
        let expected = response.content_length();
        if expected.is_some_and(|len| len > max) {
            return Err(FetchError::TooLarge { max });
        }
        // The promise is believed up to a few megabytes; past that memory grows with what comes.
        let mut bytes = Vec::with_capacity(expected.unwrap_or(0).min(4 << 20) as usize);
        loop {
            let chunk = tokio::time::timeout(idle, response.chunk());
            let Some(chunk) = chunk.await.map_err(timed_out)?.map_err(|e| http_error(&e, options))? else { break };
            if bytes.len() as u64 + chunk.len() as u64 > max {
                return Err(FetchError::TooLarge { max });
            }
            bytes.extend_from_slice(&chunk);
        }
        let wire_bytes = bytes.len() as u64;
        Ok(Answer { url: response.url().clone(), bytes, wire_bytes, encoding, part })
    }

    fn client(&self, url: &Url) -> Result<&Client, FetchError> {
        let loopback = is_loopback(url);
        let slot = if loopback { &self.loopback_client } else { &self.client };
        let client = slot.get_or_init(|| build_client(&self.options, loopback));
        client.as_ref().map_err(|reason| FetchError::Client(reason.clone()))
    }
}

/// A blocking task that does not start any more once nobody waits for it.
struct AbortOnDrop<T>(tokio::task::JoinHandle<T>);

impl<T> AbortOnDrop<T> {
    async fn join(mut self) -> Result<T, FetchError> {
        // A task fails only by panicking or with the runtime's end.
        (&mut self.0).await.map_err(|e| if e.is_panic() { FetchError::Io(e.to_string()) } else { FetchError::Canceled })
    }
}

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn build_client(options: &FetchOptions, loopback: bool) -> Result<Client, String> {
    // Fails if some other part of the program chose a provider before, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .user_agent(options.user_agent.clone())
        .connect_timeout(duration(options.timeout_secs))
        .redirect(redirect::Policy::custom(follow))
        // Undone by hand, to count what really came and to limit what comes out.
        .no_gzip();
    if loopback {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|e| chain(&e))
}

fn follow(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let from_https = attempt.previous().last().is_some_and(|url| url.scheme() == "https");
    match attempt.url().scheme() {
        "https" => {}
        "http" if !from_https => {}
        "http" => return attempt.error("from https to http"),
        _ => return attempt.error("neither http nor https"),
    }
    if attempt.previous().len() > MAX_REDIRECTS {
        return attempt.error("more than 10 redirects");
    }
    attempt.follow()
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn header<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// `Content-Encoding` if it is one.
fn content_encoding(text: Option<&str>) -> Option<String> {
    let text = text?.trim().to_ascii_lowercase();
    (!text.is_empty() && text != "identity").then_some(text)
}

fn http_error(error: &reqwest::Error, options: &FetchOptions) -> FetchError {
    if error.is_redirect() {
        FetchError::Redirect(chain(error))
    } else if error.is_timeout() {
        FetchError::Timeout { secs: options.timeout_secs }
    } else if error.is_connect() {
        FetchError::Connect(chain(error))
    } else if error.is_builder() {
        FetchError::Client(chain(error))
    } else {
        FetchError::Interrupted(chain(error))
    }
}

/// The innermost reason, which is the one that says something. URLs (they may hold keys) stay out of it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// A pause or limit; absurd numbers become a year.
fn duration(secs: f64) -> Duration {
    Duration::try_from_secs_f64(secs.clamp(0.0, 3.2e7)).unwrap_or(Duration::from_secs(32_000_000))
}

pub(super) async fn sleep(secs: f64) {
    tokio::time::sleep(duration(secs)).await;
}

/// A random number in 0..=1, good enough to spread retries.
pub(super) fn random_unit() -> f64 {
    use std::hash::{BuildHasher, Hasher};
    let bits = std::hash::RandomState::new().build_hasher().finish();
    bits as f64 / u64::MAX as f64
}

/// A file to be read in parts.
#[derive(Clone)]
pub(super) struct LocalFile {
    file: Arc<File>,
    size: u64,
}

impl LocalFile {
    fn open(path: &Path) -> Result<Self, FetchError> {
        let (file, size) = open(path)?;
        Ok(Self { file: Arc::new(file), size })
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    fn read_part(&self, need: Need) -> Result<Vec<u8>, FetchError> {
        let len = usize::try_from(need.len).map_err(|_| FetchError::TooLarge { max: usize::MAX as u64 })?;
        let mut bytes = vec![0; len];
        read_exact_at(&self.file, need.offset, &mut bytes).map_err(|e| FetchError::Io(e.to_string()))?;
        Ok(bytes)
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut offset: u64, mut bytes: &mut [u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, bytes, offset)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        offset += read as u64;
        bytes = &mut bytes[read..];
    }
    Ok(())
}

/// Opens a regular file. Others (pipes, devices) could block for ever or never end.
fn open(path: &Path) -> Result<(File, u64), FetchError> {
    let metadata = std::fs::metadata(path).map_err(|e| file_error(&e))?;
    if !metadata.is_file() {
        let kind = if metadata.is_dir() { "it is a folder" } else { "it is no regular file" };
        return Err(FetchError::Io(kind.to_owned()));
    }
    let file = File::open(path).map_err(|e| file_error(&e))?;
    Ok((file, metadata.len()))
}

/// A file, or its compressed twin (`X.gz` for `X`, as web servers keep them), or what is made in its place.
fn read_file(path: &Path, max: u64) -> Result<Vec<u8>, FetchError> {
    let opened = match open(path) {
        Err(FetchError::NotFound) => match open(&zipped(path)) {
            Ok(twin) => return unzip(&read_opened(twin, max)?, max),
            Err(_) => return made(path, max),
        },
        opened => opened?,
    };
    read_opened(opened, max)
}

/// The path of a file's compressed twin.
pub fn zipped(path: &Path) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".gz");
    name.into()
}

fn unzip(bytes: &[u8], max: u64) -> Result<Vec<u8>, FetchError> {
    gunzip_limited(bytes, usize::try_from(max).unwrap_or(usize::MAX)).map_err(|error| FetchError::Io(error.to_string()))
}

fn read_opened((file, size): (File, u64), max: u64) -> Result<Vec<u8>, FetchError> {
    if size > max {
        return Err(FetchError::TooLarge { max });
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    // The file may grow while it is read.
    file.take(max.saturating_add(1)).read_to_end(&mut bytes).map_err(|e| file_error(&e))?;
    if bytes.len() as u64 > max {
        return Err(FetchError::TooLarge { max });
    }
    Ok(bytes)
}

/// A file that does not exist yet, from whoever makes it.
fn made(path: &Path, max: u64) -> Result<Vec<u8>, FetchError> {
    match makers::make(path) {
        None => Err(FetchError::NotFound),
        Some(Err(reason)) => Err(FetchError::Io(reason)),
        Some(Ok(bytes)) if bytes.len() as u64 > max => Err(FetchError::TooLarge { max }),
        Some(Ok(bytes)) => Ok(bytes),
    }
}

fn file_error(error: &io::Error) -> FetchError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => FetchError::NotFound,
        io::ErrorKind::PermissionDenied => FetchError::Denied(error.to_string()),
        _ => FetchError::Io(error.to_string()),
    }
}

impl Fetcher {
    /// Gets what lies at a location and waits for it: for commands and tests, never on a thread that draws, and never
    /// inside of a callback of the same fetcher.
    ///
    /// # Errors
    /// As the callback of [`Fetcher::get`] would get them.
    pub fn get_blocking(&self, location: &Location) -> Result<Fetched, FetchError> {
        let (sender, receiver) = std::sync::mpsc::sync_channel(1);
        let handle = self.get(location, f32::INFINITY, move |result| {
            // Fails only if the waiting thread is gone.
            let _ = sender.send(result);
        });
        let result = receiver.recv().unwrap_or(Err(FetchError::Canceled));
        handle.detach();
        result
    }
}
