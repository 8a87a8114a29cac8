//! Listening, starting and stopping.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::play::{Play, run_play};
use super::state::State;
use super::{HubAddr, HubError, HubOptions, client};
use crate::twin::Update;

/// How long a stopping hub waits for its clients to take their goodbye.
const STOP_TIMEOUT: Duration = Duration::from_secs(1);

/// What the tasks of a hub share.
pub(super) struct Shared {
    pub feed: String,
    pub epoch: String,
    pub resume_secs: f64,
    max_clients: usize,
    state: Mutex<State>,
    /// The state's newest number.
    pub head: watch::Sender<u64>,
    /// The last update that was written for a client without a filter: from, to, text. Clients that keep up share it.
    pub last_text: Mutex<Option<(u64, u64, Utf8Bytes)>>,
    pub clients: AtomicUsize,
}

impl Shared {
    pub fn state(&self) -> MutexGuard<'_, State> {
        // A panic while it was held can have left no more than one update half applied.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn apply(&self, updates: impl IntoIterator<Item = Update>) {
        let head = {
            let mut state = self.state();
            state.apply(updates, now_secs());
            state.head()
        };
        self.head.send_replace(head);
    }
}

/// The server's clock, seconds since 1970.
pub(super) fn now_secs() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// Waits for the hub to stop.
pub(super) async fn is_stopped(stopped: &mut watch::Receiver<bool>) {
    // An error means that the hub is gone, which is the same.
    drop(stopped.wait_for(|stopped| *stopped).await);
}

/// A hub that listens and is not running yet.
pub struct Hub {
    listener: TcpListener,
    play: Option<Play>,
    addr: HubAddr,
    shared: Arc<Shared>,
}

impl Hub {
    /// Opens the trace and listens.
    ///
    /// # Errors
    /// The trace can't be read or the address is taken.
    pub async fn bind(options: &HubOptions) -> Result<Self, HubError> {
        let play = options.play.as_ref().map(Play::open).transpose()?;
        let failed = |error| HubError::Listen { listen: options.listen.clone(), error };
        let listener = TcpListener::bind(&options.listen).await.map_err(failed)?;
        let addr = HubAddr::new(listener.local_addr().map_err(failed)?);
        let feed = options.feed.clone().or_else(|| {
            let name = options.play.as_ref()?.file.file_name()?.to_string_lossy();
            Some(name.split('.').next().unwrap_or_default().to_string())
        });
        let shared = Shared {
            feed: feed.unwrap_or_else(|| "hub".into()),
            epoch: new_epoch(),
            resume_secs: options.resume_secs,
            max_clients: options.max_clients,
            state: Mutex::new(State::new(options.max_entities, options.resume_secs)),
            head: watch::Sender::new(0),
            last_text: Mutex::new(None),
            clients: AtomicUsize::new(0),
        };
        Ok(Self { listener, play, addr, shared: Arc::new(shared) })
    }

    pub fn addr(&self) -> &HubAddr {
        &self.addr
    }

    /// Serves until `stop` is done, then says goodbye to its clients.
    pub async fn serve(self, stop: impl Future<Output = ()>) {
        let Self { listener, play, shared, .. } = self;
        let (stopping, stopped) = watch::channel(false);
        let played = play.map(|play| tokio::spawn(run_play(play, shared.clone(), stopped.clone())));
        tokio::select! {
            () = accept_all(&listener, &shared, &stopped) => {}
            () = stop => {}
        }
        drop(listener);
        stopping.send_replace(true);
        let until = tokio::time::Instant::now() + STOP_TIMEOUT;
        while shared.clients.load(Ordering::Relaxed) > 0 && tokio::time::Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        if let Some(played) = played {
            played.abort();
        }
    }
}

/// Different for every start: time and process.
fn new_epoch() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{:x}-{:x}", since.as_nanos(), std::process::id())
}

/// Never returns.
async fn accept_all(listener: &TcpListener, shared: &Arc<Shared>, stopped: &watch::Receiver<bool>) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                tokio::spawn(admit(stream, peer, shared.clone(), stopped.clone()));
            }
            Err(error) => {
                // Out of file descriptors, most likely: later there may be some again.
                tracing::warn!("a client could not be accepted: {error}");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
}

async fn admit(stream: TcpStream, peer: SocketAddr, shared: Arc<Shared>, stopped: watch::Receiver<bool>) {
    let place = Place::take(shared.clone());
    match client::serve(stream, shared, stopped, place.is_some()).await {
        Ok(reason) => tracing::debug!("client {peer} left: {reason}"),
        Err(error) => tracing::debug!("client {peer}: {error}"),
    }
}

/// One client's place among [`HubOptions::max_clients`]; free again when dropped.
struct Place(Arc<Shared>);

impl Place {
    fn take(shared: Arc<Shared>) -> Option<Self> {
        let taken = shared.clients.fetch_add(1, Ordering::Relaxed);
        let place = Self(shared);
        (taken < place.0.max_clients).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.clients.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A hub on a thread of its own; it stops when this is dropped.
pub struct HubHandle {
    addr: HubAddr,
    shared: Arc<Shared>,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl HubHandle {
    pub fn addr(&self) -> SocketAddr {
        self.addr.addr
    }

    /// `ws://…`, as reached from this machine.
    pub fn url(&self) -> &str {
        &self.addr.url
    }

    /// Clients that are connected.
    pub fn clients(&self) -> usize {
        self.shared.clients.load(Ordering::Relaxed)
    }

    /// Feeds changes of this process in, beside what is played. Times are the server's clock.
    pub fn publish(&self, updates: impl IntoIterator<Item = Update>) {
        self.shared.apply(updates);
    }

    /// Stops and waits until the port is free again, a second or so.
    pub fn stop(mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // A panic on that thread was told there.
            let _ = thread.join();
        }
    }
}

/// Starts a hub on a thread of its own and waits until it listens.
///
/// # Errors
/// The trace can't be read, the address is taken, or no thread can be started.
pub fn spawn(options: HubOptions) -> Result<HubHandle, HubError> {
    let (told, listening) = std::sync::mpsc::sync_channel(1);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let thread = std::thread::Builder::new()
        .name("mirante-hub".into())
        .spawn(move || {
            let outcome = with_runtime(async {
                match Hub::bind(&options).await {
                    Ok(hub) => {
                        let _ = told.send(Ok((hub.addr.clone(), hub.shared.clone())));
                        // An error means that the handle was dropped, which is the same.
                        hub.serve(async { drop(stopped.await) }).await;
                    }
                    Err(error) => drop(told.send(Err(error))),
                }
            });
            if let Err(error) = outcome {
                let _ = told.send(Err(error));
            }
        })
        .map_err(HubError::Runtime)?;
    let stopped_early = || HubError::Runtime(std::io::Error::other("the hub's thread ended"));
    let (addr, shared) = listening.recv().map_err(|_| stopped_early())??;
    Ok(HubHandle { addr, shared, stop: Some(stop), thread: Some(thread) })
}

/// Runs a hub on this thread until Ctrl-C; `on_listening` gets its address.
///
/// # Errors
/// As [`spawn`].
pub fn run(options: &HubOptions, on_listening: impl FnOnce(&HubAddr)) -> Result<(), HubError> {
    with_runtime(async {
        let hub = Hub::bind(options).await?;
        on_listening(hub.addr());
        hub.serve(async {
            if tokio::signal::ctrl_c().await.is_err() {
                // No signals here: run until the process is ended.
                std::future::pending::<()>().await;
            }
        })
        .await;
        Ok(())
    })?
}

fn with_runtime<T>(work: impl Future<Output = T>) -> Result<T, HubError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("mirante-hub-io")
        .enable_all()
        .build()
        .map_err(HubError::Runtime)?;
    let result = runtime.block_on(work);
    // The reader of a trace may be inside a file; nobody waits for it.
    runtime.shutdown_background();
    Ok(result)
}
