//! A client's side of a feed: what it knows across connections, sans-IO.
//!
//! The caller tells what its socket did ([`Session::opened`], [`Session::receive`], [`Session::closed`]) and, once a
//! frame, the time ([`Session::poll`]); it sends the texts of [`Session::next_outgoing`] and applies the updates of
//! [`Session::take_updates`] to its twin:
//!
//! ```
//! use mirante::feed::{Session, SessionOptions};
//! use mirante::twin::Twin;
//!
//! let (mut session, mut twin) = (Session::new(SessionOptions::default()), Twin::default());
//! let local_secs = 1_795_000_000.0;
//! session.opened(local_secs);
//! session.receive(r#"{"type":"hello","feed":"port","epoch":"a","now":1795000000.0}"#, local_secs).unwrap();
//! session.receive(r#"{"type":"update","seq":1,"entities":[{"id":"agv-7","set":{"battery":0.8}}]}"#, local_secs).unwrap();
//! for update in session.take_updates() {
//!     twin.apply(update);
//! }
//! let agv = twin.find("agv-7").unwrap();
//! assert_eq!(twin.get(agv, "battery").unwrap().value.as_number(), Some(0.8));
//! ```
//!
//! Numbers of messages (`seq`) rise within an epoch, with gaps: a server that conflates or filters leaves numbers out, so
//! a gap is no loss; what is lost is told by `missed`. Times come from the caller, seconds since 1970, local clock.

mod intake;
mod offset;
mod window;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use self::offset::OffsetEstimate;
use self::window::Window;
use super::codec::{FeedError, parse_server};
use super::message::{ClientMessage, Hello, ServerMessage, Subscribe};
use crate::format::issue::{Issue, Issues};
use crate::twin::{Order, Update};

/// Texts that wait to be sent, at most.
const MAX_OUTGOING: usize = 256;
/// Names of properties, classes and models that are shared, at most; more are each kept by their entity.
const MAX_SHARED_NAMES: usize = 65_536;

#[derive(Debug, Clone)]
pub struct SessionOptions {
    /// [`Session::can_receive`] is false from this many waiting updates on.
    pub max_pending: usize,
    /// Entities known at the same time; more are dropped and counted.
    pub max_entities: usize,
    /// Time between two pings; the first goes out with the hello.
    pub ping_secs: f64,
    /// A value whose time lies further ahead of the server's clock is dropped: it would win over all true ones.
    pub max_ahead_secs: f64,
    /// What to ask for; none: everything.
    pub subscribe: Option<Subscribe<'static>>,
}

impl Default for SessionOptions {
    fn default() -> Self {
        Self { max_pending: 200_000, max_entities: 1 << 20, ping_secs: 10.0, max_ahead_secs: 86_400.0, subscribe: None }
    }
}

/// How far a connection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionState {
    Offline,
    /// Connected; nothing came yet.
    Opened,
    /// A snapshot is coming in.
    Syncing,
    Live,
}

/// Counts since the session began.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SessionStats {
    pub connections: u64,
    pub messages: u64,
    pub bytes: u64,
    /// Texts that were no usable message.
    pub bad_messages: u64,
    /// Entities in messages and rows of columns.
    pub updates: u64,
    pub events: u64,
    /// Messages whose number was lower than one before.
    pub late: u64,
    /// Messages whose number had been seen.
    pub duplicates: u64,
    /// Updates and values not used: over a bound, unknown handle, a time far ahead.
    pub dropped: u64,
    /// Messages that the server says it no longer has for us.
    pub missed: u64,
    /// Updates per second, over about the last second.
    pub updates_per_sec: f64,
    /// Way there and back of the last ping.
    pub round_trip_secs: Option<f64>,
    /// Newest source time seen in this epoch.
    pub newest_t_secs: Option<f64>,
}

/// An entity as the session knows it.
#[derive(Debug, Clone, Copy)]
struct Known {
    /// The snapshot or the time after it in which it was last named.
    generation: u32,
    newest: Order,
}

/// See the module's page.
#[derive(Debug)]
pub struct Session {
    options: SessionOptions,
    state: SessionState,
    /// Counts epochs; 0 before the first.
    epoch_ordinal: u32,
    epoch: Box<str>,
    feed: Box<str>,
    /// True once this connection has told its epoch, or sent data without.
    epoch_begun: bool,
    /// Everything up to here is known: where to resume.
    position: u64,
    state_seqs: Window,
    event_seqs: Window,
    handles: Vec<Option<Arc<str>>>,
    known: HashMap<Arc<str>, Known>,
    generation: u32,
    names: HashSet<Arc<str>>,
    offset: OffsetEstimate,
    ping_sent_secs: Option<f64>,
    next_ping_secs: f64,
    outgoing: VecDeque<String>,
    pending: Vec<Update>,
    stats: SessionStats,
    rate_since: Option<(f64, u64)>,
    issues: Issues,
    issue_keys: HashSet<String>,
}

impl Session {
    pub fn new(options: SessionOptions) -> Self {
        Self {
            options,
            state: SessionState::Offline,
            epoch_ordinal: 0,
            epoch: "".into(),
            feed: "".into(),
            epoch_begun: false,
            position: 0,
            state_seqs: Window::default(),
            event_seqs: Window::default(),
            handles: Vec::new(),
            known: HashMap::new(),
            generation: 0,
            names: HashSet::new(),
            offset: OffsetEstimate::default(),
            ping_sent_secs: None,
            next_ping_secs: 0.0,
            outgoing: VecDeque::new(),
            pending: Vec::new(),
            stats: SessionStats::default(),
            rate_since: None,
            issues: Issues::default(),
            issue_keys: HashSet::new(),
        }
    }

    pub fn state(&self) -> SessionState {
        self.state
    }

    pub fn stats(&self) -> &SessionStats {
        &self.stats
    }

    /// The feed's name, as its last hello said.
    pub fn feed(&self) -> &str {
        &self.feed
    }

    /// What was wrong with the messages, each kind once.
    pub fn issues(&self) -> &Issues {
        &self.issues
    }

    /// Server time minus local time; none before the first hello that tells the server's time.
    pub fn clock_offset_secs(&self) -> Option<f64> {
        self.offset.offset_secs()
    }

    /// The socket has connected.
    pub fn opened(&mut self, local_secs: f64) {
        self.stats.connections += 1;
        self.state = SessionState::Opened;
        self.epoch_begun = false;
        self.handles.clear();
        self.outgoing.clear();
        self.ping_sent_secs = None;
        self.next_ping_secs = local_secs;
    }

    /// The socket has lost its connection. What is known stays, for the resume.
    pub fn closed(&mut self) {
        if self.state == SessionState::Syncing {
            // Half a snapshot is no position to resume from.
            self.position = 0;
        }
        self.state = SessionState::Offline;
        self.outgoing.clear();
    }

    /// False while so many updates wait that the caller should leave messages in its socket.
    pub fn can_receive(&self) -> bool {
        self.pending.len() < self.options.max_pending
    }

    /// The updates since the last call, in the order of their arrival.
    pub fn take_updates(&mut self) -> Vec<Update> {
        std::mem::take(&mut self.pending)
    }

    /// The next text to send.
    pub fn next_outgoing(&mut self) -> Option<String> {
        self.outgoing.pop_front()
    }

    /// Asks for something else from now on; the server answers with a new snapshot.
    pub fn subscribe(&mut self, subscribe: Option<Subscribe<'static>>) {
        self.options.subscribe = subscribe;
        if self.epoch_begun {
            self.send(ClientMessage::Subscribe(self.options.subscribe.clone().unwrap_or_default()).to_json());
        }
    }

    fn send(&mut self, text: String) {
        if self.outgoing.len() < MAX_OUTGOING {
            self.outgoing.push_back(text);
        }
    }

    /// Once a frame: pings and rates.
    pub fn poll(&mut self, local_secs: f64) {
        if self.state != SessionState::Offline && self.epoch_begun && local_secs >= self.next_ping_secs {
            self.next_ping_secs = local_secs + self.options.ping_secs;
            self.ping_sent_secs = Some(local_secs);
            self.send(ClientMessage::Ping { t_secs: Some(local_secs) }.to_json());
        }
        let (since_secs, count) = *self.rate_since.get_or_insert((local_secs, self.stats.updates));
        let span_secs = local_secs - since_secs;
        if span_secs >= 1.0 {
            self.stats.updates_per_sec = (self.stats.updates - count) as f64 / span_secs;
            self.rate_since = Some((local_secs, self.stats.updates));
        } else if span_secs < 0.0 {
            self.rate_since = None;
        }
    }

    /// Takes in one text of the server.
    ///
    /// # Errors
    /// The text is no usable message; the session goes on, and counts it.
    pub fn receive(&mut self, text: &str, local_secs: f64) -> Result<(), FeedError> {
        self.stats.messages += 1;
        self.stats.bytes += text.len() as u64;
        let (message, issues) = parse_server(text).inspect_err(|_| self.stats.bad_messages += 1)?;
        self.note_issues(issues);
        self.take(message, local_secs);
        Ok(())
    }

    /// Issues repeat with every message: each is kept once, whichever entity it was found in.
    fn note_issues(&mut self, issues: Issues) {
        for issue in issues.into_vec() {
            if self.issue_keys.len() >= Issues::MAX {
                return;
            }
            let path: String = issue.path.chars().filter(|c| !c.is_ascii_digit()).collect();
            if self.issue_keys.insert(format!("{path} {}", issue.message)) {
                self.issues.push(issue);
            }
        }
    }

    fn note_issue(&mut self, issue: Issue) {
        let mut issues = Issues::default();
        issues.push(issue);
        self.note_issues(issues);
    }

    fn take(&mut self, message: ServerMessage, local_secs: f64) {
        match message {
            ServerMessage::Hello(hello) => self.take_hello(hello, local_secs),
            ServerMessage::Pong(pong) => {
                if let (Some(sent), Some(now_secs)) = (self.ping_sent_secs, pong.now_secs)
                    && pong.t_secs.is_none_or(|t_secs| (t_secs - sent).abs() < 1e-3)
                {
                    self.ping_sent_secs = None;
                    self.offset.pong(sent, now_secs, local_secs);
                    self.stats.round_trip_secs = self.offset.round_trip_secs();
                }
            }
            ServerMessage::Missed(missed) => {
                let count = missed.to.saturating_sub(missed.from).saturating_add(1);
                self.stats.missed = self.stats.missed.saturating_add(count);
            }
            ServerMessage::Error(error) => {
                let text = format!("the server says: {} ({})", error.message, error.code);
                self.note_issue(Issue::warning("", text));
            }
            ServerMessage::Names(names) => self.take_names(names),
            data => {
                if !self.epoch_begun {
                    // A source that says no hello may have restarted since the last connection.
                    self.begin_epoch("");
                }
                self.take_data(data, local_secs);
            }
        }
    }

    fn take_hello(&mut self, hello: Hello, local_secs: f64) {
        if let Some(now_secs) = hello.now_secs {
            self.offset.hello(now_secs, local_secs);
        }
        self.feed = hello.feed.into();
        // Numbers that fell back mean a restart even where the source forgot to say so.
        let same = !hello.epoch.is_empty() && *self.epoch == *hello.epoch && hello.seq >= self.position;
        if !same {
            self.begin_epoch(&hello.epoch);
        }
        self.epoch_begun = true;
        if self.state == SessionState::Opened {
            self.state = SessionState::Live;
        }
        if let Some(subscribe) = self.options.subscribe.clone() {
            self.send(ClientMessage::Subscribe(subscribe).to_json());
        }
        let epoch = Cow::Owned(if same { hello.epoch.into() } else { String::from("none") });
        self.send(ClientMessage::Resume { epoch, seq: self.position }.to_json());
    }

    fn begin_epoch(&mut self, epoch: &str) {
        self.epoch_begun = true;
        self.epoch_ordinal = self.epoch_ordinal.saturating_add(1);
        self.epoch = epoch.into();
        self.position = 0;
        self.state_seqs = Window::default();
        self.event_seqs = Window::default();
        self.stats.newest_t_secs = None;
    }

    /// One `Arc` for each name, however often it comes.
    fn shared(&mut self, name: &str) -> Arc<str> {
        if let Some(name) = self.names.get(name) {
            return name.clone();
        }
        let name: Arc<str> = name.into();
        if self.names.len() < MAX_SHARED_NAMES {
            self.names.insert(name.clone());
        }
        name
    }
}
