//! The feed protocol `mirante.feed.v1+json`, sans-IO: messages and their codec, and a client's side of a connection.
//!
//! The caller owns the socket and the clock: texts and times go in, updates for the twin and texts to send come out.
//! `docs/feed.md` describes the protocol for those who write sources.
//!
//! Times are seconds since 1970-01-01T00:00:00Z, f64. It knows no CBOR form and does not publish.

pub mod codec;
pub mod filter;
pub mod message;
pub mod session;

pub use codec::{FeedError, parse_client, parse_server};
pub use message::{ClientMessage, ServerMessage};
pub use session::{Session, SessionOptions, SessionState, SessionStats};

/// The WebSocket subprotocol of the JSON form.
pub const SUBPROTOCOL_JSON: &str = "mirante.feed.v1+json";
