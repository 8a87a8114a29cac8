//! A WebSocket client that stays connected (RFC 6455): it reconnects for ever, with growing pauses, until it is dropped.
//!
//! Polled: the app asks for the next event once a frame and is never called back. All queues are bounded; an app that does
//! not read makes the server wait (native) or be left and asked again later (web).
//!
//! It knows texts and bytes, not what they say.

#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(target_arch = "wasm32")]
mod web;

#[cfg(not(target_arch = "wasm32"))]
pub use native::Socket;
#[cfg(target_arch = "wasm32")]
pub use web::Socket;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

/// What happened to a socket, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum SocketEvent {
    /// Connected; messages follow.
    Opened,
    Text(String),
    Binary(Vec<u8>),
    /// An open connection ended, in plain words; the next attempt follows by itself.
    Closed {
        reason: String,
    },
    /// An attempt to connect failed; the next one follows after the pause.
    Failed {
        reason: String,
        retry_in_secs: f64,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub struct SocketOptions {
    /// Offered to the server; one that chooses none is taken as well.
    pub subprotocols: Vec<String>,
    /// Events that wait for the app, at most.
    pub queue_len: usize,
    /// Bytes of messages that wait for the app, at most; at least one message always fits.
    pub queue_bytes: usize,
    /// A longer message ends the connection.
    pub max_message_bytes: usize,
    pub backoff: Backoff,
    pub connect_timeout_secs: f64,
    /// A connection on which nothing came for so long, in spite of pings, is given up. (Not on the web: a browser's
    /// sockets have no pings.)
    pub idle_timeout_secs: f64,
}

impl Default for SocketOptions {
    fn default() -> Self {
        Self {
            subprotocols: Vec::new(),
            queue_len: 256,
            queue_bytes: 64 << 20,
            max_message_bytes: 16 << 20,
            backoff: Backoff::default(),
            connect_timeout_secs: 10.0,
            idle_timeout_secs: 45.0,
        }
    }
}

/// Pauses between attempts: each twice as long as the one before, within bounds, and shortened by chance by up to a
/// half, so that a thousand clients of a restarted server do not come back in one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backoff {
    pub first_secs: f64,
    pub max_secs: f64,
    /// A connection that held for so long makes the next pause the first one again.
    pub settled_secs: f64,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first_secs: 0.5, max_secs: 20.0, settled_secs: 10.0 }
    }
}

impl Backoff {
    /// The pause after `failures` failures in a row (0: the first); `chance` in 0..=1.
    pub fn pause_secs(&self, failures: u32, chance: f64) -> f64 {
        let full = (self.first_secs * 2_f64.powi(failures.min(30) as i32)).min(self.max_secs);
        full * (1.0 - 0.5 * chance.clamp(0.0, 1.0))
    }
}

/// What a message over the limit says.
fn too_long(bytes: usize, limit: usize) -> String {
    format!("the server sent a message of {bytes} bytes, at most {limit} are allowed")
}
