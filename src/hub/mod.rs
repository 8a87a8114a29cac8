//! The feed server: plays a trace and fans it out to any number of clients.
//!
//! Its heart is [`state::State`]: the newest value of everything, each with the number of the message that set it. A client
//! is a cursor into those numbers; whenever it can take more, it gets what changed since its cursor. So a snapshot, the
//! usual updates, what was missed during a cut and what a slow client skips are one and the same, and a client costs no
//! memory however slow it is (`docs/design.md` has what was weighed).
//!
//! First version: one source (a played trace, or updates of this process), JSON, state in memory. It takes no updates
//! and no commands from clients.

mod client;
pub mod play;
mod serve;
pub mod state;

#[cfg(test)]
mod tests;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

pub use serve::{Hub, HubHandle, run, spawn};

/// Where the hub listens if nothing else is said.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:7410";

#[derive(Debug, Clone, PartialEq)]
pub struct HubOptions {
    /// `host:port`; port 0 takes a free one.
    pub listen: String,
    /// The feed's name; none: the trace's file name.
    pub feed: Option<String>,
    pub play: Option<PlayOptions>,
    /// More are refused with HTTP status 503.
    pub max_clients: usize,
    pub max_entities: usize,
    /// For how long what left and what happened is kept for clients that come back.
    pub resume_secs: f64,
}

impl Default for HubOptions {
    fn default() -> Self {
        Self {
            listen: DEFAULT_LISTEN.into(),
            feed: None,
            play: None,
            max_clients: 256,
            max_entities: 1 << 20,
            resume_secs: 300.0,
        }
    }
}

/// What to play, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct PlayOptions {
    /// SUMO floating-car data (XML, plain or gzip) or a JSONL trace of feed messages (plain or gzip).
    pub file: PathBuf,
    /// The SUMO network of a trace in net coordinates; none: one beside the trace.
    pub net: Option<PathBuf>,
    /// How much faster than it was recorded, [`PlayOptions::SPEEDS`].
    pub speed: f64,
    /// Start again at the end.
    pub looped: bool,
    /// How long a trace is waited for that is not there yet, because it is still being made; 0: that is an error.
    pub wait_secs: f64,
}

impl PlayOptions {
    pub const SPEEDS: std::ops::RangeInclusive<f64> = 0.01..=1000.0;

    pub fn new(file: impl Into<PathBuf>) -> Self {
        Self { file: file.into(), net: None, speed: 1.0, looped: false, wait_secs: 0.0 }
    }
}

/// Why a hub can't start.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    #[error("can't listen on {listen}: {error}")]
    Listen { listen: String, error: io::Error },
    #[error("can't start the server's threads: {0}")]
    Runtime(io::Error),
    #[error("the speed must be between 0.01 and 1000, got {0}")]
    Speed(f64),
    #[error("can't read {}: {error}", file.display())]
    File { file: PathBuf, error: io::Error },
    #[error("{}: {reason}", file.display())]
    Trace { file: PathBuf, reason: String },
    #[error(
        "{}: its positions are metres of a road network; name the network's .net.xml with --net, or put it beside the trace",
        file.display()
    )]
    NoNet { file: PathBuf },
}

/// Where a running hub is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubAddr {
    pub addr: SocketAddr,
    /// `ws://…`
    pub url: String,
}

impl HubAddr {
    fn new(addr: SocketAddr) -> Self {
        // A server that listens on all addresses is reached on this machine by the loopback one.
        let mut reached = addr;
        if addr.ip().is_unspecified() {
            reached.set_ip(match addr {
                SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
                SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
            });
        }
        Self { addr, url: format!("ws://{reached}") }
    }
}
