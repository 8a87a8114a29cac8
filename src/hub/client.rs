//! One client: handshake, what it asks for, and what it gets.
//!
//! Reading and writing are apart, so that a client that does not read what it is sent still has its requests seen, and one
//! that sends nothing is still served. What a client has to get is never queued: it is taken from the state when the
//! network has room.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::CapacityError;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Bytes, Error as WsError, Message, Utf8Bytes};

use super::serve::{Shared, is_stopped, now_secs};
use super::state::HeldIds;
use crate::feed::codec::limits;
use crate::feed::filter::Filter;
use crate::feed::message::{ClientMessage, ErrorMessage, Hello, Pong, ServerMessage};
use crate::feed::{SUBPROTOCOL_JSON, parse_client};

type Sink = SplitSink<WebSocketStream<TcpStream>, Message>;
type Stream = SplitStream<WebSocketStream<TcpStream>>;

const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// A client that takes nothing for so long is left.
const SEND_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a new client may take to say what it wants before it gets everything.
const OPENING: Duration = Duration::from_millis(300);
/// Changes closer together than this go out together.
const MIN_INTERVAL: Duration = Duration::from_millis(10);
const PING_INTERVAL: Duration = Duration::from_secs(20);
const MAX_SILENCE: Duration = Duration::from_secs(70);
/// A client may send so many unusable messages.
const MAX_BAD_MESSAGES: u32 = 100;

/// What the reader tells the writer.
enum Asked {
    Wants(Wants),
    Answer(String),
    /// The connection ends, for this reason.
    End(CloseCode, String),
}

enum Wants {
    Filter(Filter, Duration),
    Resume { epoch: String, seq: u64 },
}

/// Serves a client until it leaves or the hub stops; says why it ended.
#[expect(clippy::result_large_err, reason = "the handshake's interface")]
pub(super) async fn serve(
    stream: TcpStream,
    shared: Arc<Shared>,
    stopped: watch::Receiver<bool>,
    has_place: bool,
) -> Result<String, WsError> {
    // Small messages are to leave at once.
    stream.set_nodelay(true)?;
    let config = WebSocketConfig::default()
        .max_message_size(Some(limits::CLIENT_MESSAGE_BYTES))
        .max_frame_size(Some(limits::CLIENT_MESSAGE_BYTES));
    let handshake = tokio_tungstenite::accept_hdr_async_with_config(
        stream,
        |request: &Request, response| answer_handshake(request, response, has_place),
        Some(config),
    );
    let Ok(socket) = timeout(HANDSHAKE_TIMEOUT, handshake).await else {
        return Ok("no handshake came".into());
    };
    let (sink, stream) = socket?.split();
    let (requests_in, requests) = mpsc::channel(16);
    let reader = tokio::spawn(read_all(stream, requests_in));
    let reason = Writer { sink, shared, requests, stopped }.run().await;
    reader.abort();
    Ok(reason)
}

/// Refuses one client too many, and chooses the JSON form where a client offers subprotocols.
#[expect(clippy::result_large_err, reason = "the handshake's interface")]
fn answer_handshake(request: &Request, mut response: Response, has_place: bool) -> Result<Response, ErrorResponse> {
    let refuse = |status, text: &str| {
        let mut refusal = ErrorResponse::new(Some(text.to_string()));
        *refusal.status_mut() = status;
        Err(refusal)
    };
    if !has_place {
        return refuse(StatusCode::SERVICE_UNAVAILABLE, "this hub has as many clients as it may have");
    }
    let offers: Vec<&str> = request
        .headers()
        .get_all("Sec-WebSocket-Protocol")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    if offers.contains(&SUBPROTOCOL_JSON) {
        response.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_static(SUBPROTOCOL_JSON));
    } else if !offers.is_empty() {
        return refuse(StatusCode::BAD_REQUEST, "this hub speaks the subprotocol mirante.feed.v1+json");
    }
    Ok(response)
}

async fn read_all(mut stream: Stream, requests: mpsc::Sender<Asked>) {
    let mut bad_messages = 0_u32;
    loop {
        let request = match timeout(MAX_SILENCE, stream.next()).await {
            Err(_) => Asked::End(CloseCode::Policy, "nothing came for too long, not even an answer to pings".into()),
            Ok(None) => Asked::End(CloseCode::Normal, "the connection ended".into()),
            Ok(Some(Err(error))) => end_of(&error),
            Ok(Some(Ok(Message::Close(_)))) => Asked::End(CloseCode::Normal, "the client closed".into()),
            Ok(Some(Ok(Message::Text(text)))) => {
                let (request, bad) = request_of(&text);
                bad_messages += u32::from(bad);
                match request {
                    _ if bad_messages > MAX_BAD_MESSAGES => {
                        Asked::End(CloseCode::Policy, "too many unusable messages".into())
                    }
                    request => request,
                }
            }
            Ok(Some(Ok(Message::Binary(_)))) => {
                Asked::End(CloseCode::Unsupported, "binary messages are not part of the JSON form".into())
            }
            Ok(Some(Ok(_))) => continue,
        };
        let ends = matches!(request, Asked::End(..));
        if requests.send(request).await.is_err() || ends {
            return;
        }
    }
}

fn end_of(error: &WsError) -> Asked {
    match error {
        WsError::Capacity(CapacityError::MessageTooLong { size, max_size }) => Asked::End(
            CloseCode::Size,
            format!("a message of {size} bytes is too long, at most {max_size} are allowed"),
        ),
        error => Asked::End(CloseCode::Protocol, error.to_string()),
    }
}

/// What a client's text asks for, and whether it was unusable.
fn request_of(text: &str) -> (Asked, bool) {
    let refused = |code: &'static str, message: String| {
        let message = ErrorMessage { code: code.into(), message: message.into() };
        Asked::Answer(ServerMessage::Error(message).to_json())
    };
    let request = match parse_client(text) {
        Err(error) => return (refused("bad_message", error.to_string()), true),
        Ok((ClientMessage::Ping { t_secs }, _)) => {
            Asked::Answer(ServerMessage::Pong(Pong { t_secs, now_secs: Some(now_secs()) }).to_json())
        }
        Ok((ClientMessage::Subscribe(subscribe), _)) => {
            let interval = subscribe.max_hz.and_then(|hz| Duration::try_from_secs_f64(1.0 / hz).ok());
            // Slower than once an hour is as good as never.
            let interval = interval.unwrap_or(MIN_INTERVAL).clamp(MIN_INTERVAL, Duration::from_secs(3600));
            Asked::Wants(Wants::Filter(Filter::new(&subscribe), interval))
        }
        Ok((ClientMessage::Resume { epoch, seq }, _)) => Asked::Wants(Wants::Resume { epoch: epoch.into_owned(), seq }),
        Ok((ClientMessage::Publish { .. }, _)) => {
            refused("read_only", "this hub plays a trace and takes no updates from clients".into())
        }
        Ok((ClientMessage::Command { .. } | ClientMessage::Ack { .. }, _)) => {
            refused("unsupported", "this hub plays a trace: there is no one to do it".into())
        }
    };
    (request, false)
}

/// At most 123 bytes, as many as a close frame has room for (RFC 6455 section 5.5).
fn shortened(reason: &str) -> &str {
    let end = (0..=reason.len().min(123)).rev().find(|end| reason.is_char_boundary(*end));
    reason.get(..end.unwrap_or(0)).unwrap_or_default()
}

struct Writer {
    sink: Sink,
    shared: Arc<Shared>,
    requests: mpsc::Receiver<Asked>,
    stopped: watch::Receiver<bool>,
}

/// What a client has and wants.
struct Position {
    /// It has everything up to here; none: it needs a snapshot.
    cursor: Option<u64>,
    filter: Filter,
    interval: Duration,
    held: HeldIds,
}

/// Why a connection ends.
struct End {
    code: CloseCode,
    reason: String,
}

impl Writer {
    async fn run(mut self) -> String {
        let end = match self.talk().await {
            Err(end) => end,
            Ok(never) => match never {},
        };
        // A goodbye that can't be delivered is no loss.
        let frame = CloseFrame { code: end.code, reason: Utf8Bytes::from(shortened(&end.reason)) };
        let _ = timeout(Duration::from_millis(500), self.sink.send(Message::Close(Some(frame)))).await;
        end.reason
    }

    async fn talk(&mut self) -> Result<std::convert::Infallible, End> {
        let mut head = self.shared.head.subscribe();
        let mut position =
            Position { cursor: None, filter: Filter::default(), interval: MIN_INTERVAL, held: HeldIds::new() };
        self.send(self.hello()).await?;
        self.open(&mut position).await?;
        let mut pings = tokio::time::interval_at(Instant::now() + PING_INTERVAL, PING_INTERVAL);
        let mut next_send = Instant::now();
        loop {
            let newest = *head.borrow_and_update();
            let behind = position.cursor.is_none_or(|cursor| cursor < newest);
            tokio::select! {
                biased;
                () = is_stopped(&mut self.stopped) => {
                    return Err(End { code: CloseCode::Away, reason: "the hub stops".into() });
                }
                request = self.requests.recv() => self.answer(request, &mut position).await?,
                _ = pings.tick() => self.send_message(Message::Ping(Bytes::new())).await?,
                () = tokio::time::sleep_until(next_send), if behind => {
                    self.send_news(&mut position).await?;
                    next_send = Instant::now() + position.interval;
                }
                _ = head.changed(), if !behind => {}
            }
        }
    }

    fn hello(&self) -> String {
        let hello = Hello {
            feed: Cow::Borrowed(&self.shared.feed),
            epoch: Cow::Borrowed(&self.shared.epoch),
            now_secs: Some(now_secs()),
            seq: self.shared.state().head(),
            resume_secs: Some(self.shared.resume_secs),
        };
        ServerMessage::Hello(hello).to_json()
    }

    /// Waits for what the client wants first. One that comes back says `resume` as its last word, so that nothing is sent
    /// that it has; one that says nothing gets everything.
    async fn open(&mut self, position: &mut Position) -> Result<(), End> {
        let until = Instant::now() + OPENING;
        loop {
            match tokio::time::timeout_at(until, self.requests.recv()).await {
                Err(_) => return Ok(()),
                Ok(request) => {
                    let resumes = matches!(request, Some(Asked::Wants(Wants::Resume { .. })));
                    self.answer(request, position).await?;
                    if resumes {
                        return Ok(());
                    }
                }
            }
        }
    }

    async fn answer(&mut self, request: Option<Asked>, position: &mut Position) -> Result<(), End> {
        match request {
            None => Err(End { code: CloseCode::Normal, reason: "the connection ended".into() }),
            Some(Asked::End(code, reason)) => Err(End { code, reason }),
            Some(Asked::Answer(text)) => self.send(text).await,
            Some(Asked::Wants(Wants::Filter(filter, interval))) => {
                // What the client holds by its old wish is not what it would by the new one: it starts anew.
                if filter != position.filter {
                    (position.cursor, position.filter) = (None, filter);
                }
                position.interval = interval;
                Ok(())
            }
            Some(Asked::Wants(Wants::Resume { epoch, seq })) => {
                // What a client with an area holds is not known after a cut.
                let known = epoch == self.shared.epoch && seq > 0 && !position.filter.has_area();
                position.cursor = (known && self.shared.state().can_resume(seq)).then_some(seq);
                Ok(())
            }
        }
    }

    /// One message's worth of what is new, or a whole snapshot.
    async fn send_news(&mut self, position: &mut Position) -> Result<(), End> {
        let resumable = position.cursor.filter(|cursor| self.shared.state().can_resume(*cursor));
        match resumable {
            Some(cursor) => self.send_delta(cursor, position).await,
            None => self.send_snapshot(position).await,
        }
    }

    async fn send_snapshot(&mut self, position: &mut Position) -> Result<(), End> {
        position.held.clear();
        let seq = self.shared.state().head();
        let mut from = Some(0);
        while let Some(index) = from {
            let text = {
                let state = self.shared.state();
                let part = state.snapshot(index, seq, &position.filter, &mut position.held);
                from = part.next;
                part.message.to_json()
            };
            self.send(text).await?;
        }
        position.cursor = Some(seq);
        Ok(())
    }

    async fn send_delta(&mut self, cursor: u64, position: &mut Position) -> Result<(), End> {
        let shares = position.filter.is_all();
        if shares && let Some((upto, text)) = self.shared_text(cursor) {
            position.cursor = Some(upto);
            return self.send_message(Message::Text(text)).await;
        }
        let mut texts: Vec<Utf8Bytes> = Vec::new();
        let upto = {
            let state = self.shared.state();
            let delta = state.delta(cursor, &position.filter, &mut position.held);
            let upto = delta.update.seq;
            let told = delta.missed.is_some() || !delta.events.is_empty();
            texts.extend(delta.missed.map(|missed| ServerMessage::Missed(missed).to_json().into()));
            texts.extend(delta.events.into_iter().map(|event| ServerMessage::Event(event).to_json().into()));
            if told || !delta.update.entities.is_empty() {
                texts.push(ServerMessage::Update(delta.update).to_json().into());
            }
            upto
        };
        if shares && let [text] = texts.as_slice() {
            let mut last = self.shared.last_text.lock().unwrap_or_else(PoisonError::into_inner);
            *last = Some((cursor, upto, text.clone()));
        }
        for text in texts {
            self.send_message(Message::Text(text)).await?;
        }
        position.cursor = Some(upto);
        Ok(())
    }

    /// What another client got for the same step, if it is still the newest.
    fn shared_text(&self, cursor: u64) -> Option<(u64, Utf8Bytes)> {
        let last = self.shared.last_text.lock().unwrap_or_else(PoisonError::into_inner);
        let (from, upto, text) = last.as_ref()?;
        (*from == cursor).then(|| (*upto, text.clone()))
    }

    async fn send(&mut self, text: String) -> Result<(), End> {
        self.send_message(Message::text(text)).await
    }

    async fn send_message(&mut self, message: Message) -> Result<(), End> {
        tokio::select! {
            sent = timeout(SEND_TIMEOUT, self.sink.send(message)) => match sent {
                Ok(Ok(())) => Ok(()),
                Ok(Err(error)) => Err(End { code: CloseCode::Normal, reason: error.to_string() }),
                Err(_) => Err(End { code: CloseCode::Policy, reason: "the client takes nothing".into() }),
            },
            () = is_stopped(&mut self.stopped) => {
                Err(End { code: CloseCode::Away, reason: "the hub stops".into() })
            }
        }
    }
}
