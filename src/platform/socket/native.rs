//! Native sockets: one thread each with a tokio runtime of its own, TLS by rustls.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::{CapacityError, ProtocolError, SubProtocolError};
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Bytes, Error as WsError, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use super::{SocketEvent, SocketOptions, too_long};

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A write that takes longer means that the server no longer reads.
const SEND_TIMEOUT: Duration = Duration::from_secs(30);
/// Outgoing texts that wait for the network, at most.
const MAX_OUTGOING: usize = 256;
/// Bytes of one permit of the queue's budget.
const PERMIT_BYTES: usize = 1024;

/// A connection that is kept up until it is dropped.
#[derive(Debug)]
pub struct Socket {
    events: mpsc::Receiver<(SocketEvent, u32)>,
    budget: Arc<Semaphore>,
    outgoing: mpsc::Sender<String>,
    /// Dropped with the socket, which ends the thread.
    _stop: oneshot::Sender<()>,
}

impl Socket {
    /// Starts connecting to a `ws:` or `wss:` URL. Never fails at once: what is wrong comes as an event.
    pub fn open(url: &str, options: SocketOptions) -> Self {
        let (events_in, events) = mpsc::channel(options.queue_len.max(1));
        let (outgoing, outgoing_out) = mpsc::channel(MAX_OUTGOING);
        let (stop, stopped) = oneshot::channel();
        let permits = u32::try_from(options.queue_bytes / PERMIT_BYTES).unwrap_or(u32::MAX).clamp(1, 1 << 28);
        let budget = Arc::new(Semaphore::new(permits as usize));
        let queue = Queue { events: events_in.clone(), budget: budget.clone(), permits };
        let url = url.to_string();
        let started = std::thread::Builder::new()
            .name("mirante-socket".into())
            .spawn(move || run_thread(url, options, queue, outgoing_out, stopped));
        if let Err(error) = started {
            let reason = format!("no thread for the connection could be started: {error}");
            // The queue is empty: there is room.
            let _ = events_in.try_send((SocketEvent::Failed { reason, retry_in_secs: f64::INFINITY }, 0));
        }
        Self { events, budget, outgoing, _stop: stop }
    }

    /// The next event, if there is one.
    pub fn try_recv(&mut self) -> Option<SocketEvent> {
        let (event, permits) = self.events.try_recv().ok()?;
        self.budget.add_permits(permits as usize);
        Some(event)
    }

    /// Sends a text; false if the network is so far behind that it was dropped. What is sent while there is no
    /// connection is dropped at the next one.
    pub fn send(&self, text: String) -> bool {
        self.outgoing.try_send(text).is_ok()
    }
}

/// The way to the app, bounded in events and in bytes.
struct Queue {
    events: mpsc::Sender<(SocketEvent, u32)>,
    budget: Arc<Semaphore>,
    permits: u32,
}

impl Queue {
    /// Waits for room. False if the socket was dropped.
    async fn put(&self, event: SocketEvent) -> bool {
        let bytes = match &event {
            SocketEvent::Text(text) => text.len(),
            SocketEvent::Binary(bytes) => bytes.len(),
            _ => 0,
        };
        // One that is larger than the whole budget waits until all of it is free.
        let permits = u32::try_from(bytes.div_ceil(PERMIT_BYTES)).unwrap_or(u32::MAX).min(self.permits);
        let Ok(held) = self.budget.acquire_many(permits).await else { return false };
        held.forget();
        self.events.send((event, permits)).await.is_ok()
    }
}

fn run_thread(
    url: String,
    options: SocketOptions,
    queue: Queue,
    outgoing: mpsc::Receiver<String>,
    stopped: oneshot::Receiver<()>,
) {
    // Another part of the process may have chosen already: then that one serves.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let reason = format!("no network runtime could be started: {error}");
            let _ = queue.events.try_send((SocketEvent::Failed { reason, retry_in_secs: f64::INFINITY }, 0));
            return;
        }
    };
    runtime.block_on(async {
        tokio::select! {
            _ = stopped => {}
            () = keep_connected(&url, &options, &queue, outgoing) => {}
        }
    });
    // A name lookup may still be running; nobody waits for it.
    runtime.shutdown_background();
}

/// Returns when the app has dropped its end.
async fn keep_connected(url: &str, options: &SocketOptions, queue: &Queue, mut outgoing: mpsc::Receiver<String>) {
    let mut failures = 0_u32;
    loop {
        let connected = tokio::time::timeout(secs(options.connect_timeout_secs), connect(url, options)).await;
        let connected =
            connected.unwrap_or_else(|_| Err(format!("no answer within {} s", options.connect_timeout_secs)));
        match connected {
            Ok(stream) => {
                // What was meant for the last connection is not for this one.
                while outgoing.try_recv().is_ok() {}
                if !queue.put(SocketEvent::Opened).await {
                    return;
                }
                let since = Instant::now();
                let Some(reason) = pump(stream, options, queue, &mut outgoing).await else { return };
                if since.elapsed() >= secs(options.backoff.settled_secs) {
                    failures = 0;
                }
                if !queue.put(SocketEvent::Closed { reason }).await {
                    return;
                }
                tokio::time::sleep(secs(options.backoff.pause_secs(failures, chance()))).await;
            }
            Err(reason) => {
                let retry_in_secs = options.backoff.pause_secs(failures, chance());
                if !queue.put(SocketEvent::Failed { reason, retry_in_secs }).await {
                    return;
                }
                tokio::time::sleep(secs(retry_in_secs)).await;
            }
        }
        failures = failures.saturating_add(1);
    }
}

fn secs(secs: f64) -> Duration {
    Duration::try_from_secs_f64(secs.max(0.0)).unwrap_or(Duration::from_secs(u64::from(u32::MAX)))
}

/// A number in 0..=1, from the randomness that every process has for its hash maps.
fn chance() -> f64 {
    RandomState::new().build_hasher().finish() as f64 / u64::MAX as f64
}

async fn connect(url: &str, options: &SocketOptions) -> Result<Stream, String> {
    match connect_offering(url, options, &options.subprotocols).await {
        // A small server that knows nothing of subprotocols still speaks the JSON form.
        Err(WsError::Protocol(ProtocolError::SecWebSocketSubProtocolError(SubProtocolError::NoSubProtocol))) => {
            connect_offering(url, options, &[]).await
        }
        connected => connected,
    }
    .map_err(|error| told(&error, options))
}

async fn connect_offering(url: &str, options: &SocketOptions, subprotocols: &[String]) -> Result<Stream, WsError> {
    let mut request = url.into_client_request()?;
    if !subprotocols.is_empty() {
        let offered =
            HeaderValue::from_str(&subprotocols.join(", ")).map_err(|error| WsError::HttpFormat(error.into()))?;
        request.headers_mut().insert("Sec-WebSocket-Protocol", offered);
    }
    let config = WebSocketConfig::default()
        .max_message_size(Some(options.max_message_bytes))
        .max_frame_size(Some(options.max_message_bytes));
    let (stream, _) = tokio_tungstenite::connect_async_with_config(request, Some(config), true).await?;
    Ok(stream)
}

/// An error for a person.
fn told(error: &WsError, options: &SocketOptions) -> String {
    match error {
        WsError::Capacity(CapacityError::MessageTooLong { size, .. }) => too_long(*size, options.max_message_bytes),
        WsError::Http(response) => format!("the server refused the connection: {}", response.status()),
        WsError::Io(error) => error.to_string(),
        error => error.to_string(),
    }
}

/// Carries messages both ways until the connection ends; None if the app has dropped its end.
async fn pump(
    stream: Stream,
    options: &SocketOptions,
    queue: &Queue,
    outgoing: &mut mpsc::Receiver<String>,
) -> Option<String> {
    let (mut sink, mut stream) = stream.split();
    let idle_timeout = secs(options.idle_timeout_secs);
    let ping_interval = idle_timeout.div_f64(3.0).max(Duration::from_millis(10));
    let mut pings = tokio::time::interval_at(tokio::time::Instant::now() + ping_interval, ping_interval);
    pings.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut heard = Instant::now();
    loop {
        tokio::select! {
            message = stream.next() => {
                let event = match message {
                    None => return Some("the server ended the connection".into()),
                    Some(Err(error)) => return Some(told(&error, options)),
                    Some(Ok(Message::Text(text))) => SocketEvent::Text(text.as_str().to_string()),
                    Some(Ok(Message::Binary(bytes))) => SocketEvent::Binary(bytes.to_vec()),
                    Some(Ok(Message::Close(frame))) => {
                        return Some(match frame {
                            Some(frame) if !frame.reason.is_empty() => format!("the server closed: {}", frame.reason),
                            Some(frame) => format!("the server closed with code {}", frame.code),
                            None => "the server closed the connection".into(),
                        });
                    }
                    Some(Ok(_)) => {
                        heard = Instant::now();
                        continue;
                    }
                };
                // While the app is behind nothing is read from the network, so the server waits; sending goes on.
                let put = queue.put(event);
                tokio::pin!(put);
                let mut failed = None;
                let alive = loop {
                    tokio::select! {
                        alive = &mut put => break alive,
                        text = outgoing.recv(), if failed.is_none() => {
                            failed = send(&mut sink, Message::text(text?)).await.err();
                        }
                    }
                };
                if !alive {
                    return None;
                }
                if failed.is_some() {
                    return failed;
                }
                heard = Instant::now();
            }
            text = outgoing.recv() => {
                if let Err(reason) = send(&mut sink, Message::text(text?)).await {
                    return Some(reason);
                }
            }
            _ = pings.tick() => {
                if heard.elapsed() > idle_timeout {
                    return Some(format!("nothing came for {} s", options.idle_timeout_secs));
                }
                if let Err(reason) = send(&mut sink, Message::Ping(Bytes::new())).await {
                    return Some(reason);
                }
            }
        }
    }
}

async fn send(sink: &mut futures_util::stream::SplitSink<Stream, Message>, message: Message) -> Result<(), String> {
    match tokio::time::timeout(SEND_TIMEOUT, sink.send(message)).await {
        Ok(sent) => sent.map_err(|error| error.to_string()),
        Err(_) => Err("the server no longer reads".into()),
    }
}
