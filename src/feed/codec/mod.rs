//! JSON texts to messages and back (RFC 8259).
//!
//! Strict on bounds (a text, a list or a nesting past its limit is refused), lenient on content: an unknown key is
//! skipped, a value that can't be used is left out, and both are told as issues. The forms that come in bulk (entities
//! of `update` and `snapshot`, `columns`) are read in one pass without a tree between.

mod bulk;
mod client;
mod node;
mod server;
mod value;
mod write;

#[cfg(test)]
mod tests;

pub use client::parse_client;
pub use server::parse_server;
pub use value::parse_value;

/// Bounds of one message.
pub mod limits {
    /// Of a server's message.
    pub const MESSAGE_BYTES: usize = 16 << 20;
    /// Of a client's message.
    pub const CLIENT_MESSAGE_BYTES: usize = 256 << 10;
    /// Entities of one message, rows of columns, ids of `names`.
    pub const ENTITIES: usize = 262_144;
    /// Of an entity's, an event's, a feed's or an epoch's id, a class or a model.
    pub const ID_BYTES: usize = 256;
    pub const PROPERTY_NAME_BYTES: usize = 128;
    /// Properties of one entity in one message, columns of one message.
    pub const PROPERTIES: usize = 256;
    /// Of a text value.
    pub const TEXT_BYTES: usize = 64 << 10;
    /// Items of an array or keys of an object that is a value.
    pub const ITEMS: usize = 4096;
    /// Arrays and objects within each other in a value.
    pub const DEPTH: usize = 8;
    /// Patterns of a subscription, each list.
    pub const PATTERNS: usize = 256;
    /// Handles that `names` may give.
    pub const HANDLES: usize = 1 << 20;
}

/// Why a message can't be used at all.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FeedError {
    #[error("the message is {bytes} bytes long, at most {limit} are allowed")]
    TooLarge { bytes: usize, limit: usize },
    #[error("not valid JSON at line {line}, column {column}: {message}")]
    Json { line: usize, column: usize, message: String },
    #[error("the message is no JSON object")]
    NotAnObject,
    #[error("the message has no \"type\"")]
    NoType,
    #[error("unknown message type \"{0}\"")]
    UnknownType(String),
    #[error("{path}: expected {expected}, got {got}")]
    Shape { path: &'static str, expected: &'static str, got: String },
    #[error("{path}: more than {limit} items")]
    TooMany { path: &'static str, limit: usize },
    #[error("column \"{name}\" has {got} values for {expected} ids")]
    ColumnLength { name: String, expected: usize, got: usize },
}

/// Shortens a text from outside for a message.
fn shown(text: &str) -> String {
    const MAX: usize = 60;
    match text.char_indices().nth(MAX) {
        None => text.to_string(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}
