//! Reads Eclipse SUMO: road networks ([`net`]), floating-car traces ([`fcd`]), and draws a network ([`lanes`]).
//!
//! Formats: the SUMO documentation's pages *SUMO Road Networks* and *FCDOutput*, versions 1.0 to 1.28, plain or gzip.
//!
//! # Frames and units
//! *Net coordinates*: metres, x east and y north of the net's own map projection, shifted by the net's `netOffset`.
//! `angle` is in degrees clockwise from the net's y axis, which is grid north, not true north: [`NetPlacement`] turns
//! both into a site frame.
//!
//! It reads no routes, detectors or configurations, and simulates nothing.

pub mod fcd;
pub mod lanes;
pub mod net;
mod net_reader;
mod placement;

#[cfg(test)]
mod tests;

pub use fcd::{Coordinates, FcdReader, FcdStep, FcdVehicle};
pub use net::SumoNet;
pub use placement::NetPlacement;

use crate::format::xml::XmlError;

/// A SUMO file that can't be read (further). Byte offsets count from the start of the unpacked file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SumoError {
    #[error("byte {byte}: not well-formed XML: {reason}")]
    Xml { byte: u64, reason: String },
    #[error("byte {byte}: the file ends inside of its elements ({depth} are still open)")]
    Truncated { byte: u64, depth: u32 },
    #[error("byte {byte}: expected the root element <{expected}>, got <{got}>")]
    Root { byte: u64, expected: &'static str, got: String },
    #[error("expected a file with the root element <{expected}>, got one without elements")]
    Empty { expected: &'static str },
    #[error("byte {byte}: {what} is larger than the limit of {limit}")]
    TooLarge { byte: u64, what: &'static str, limit: u64 },
    #[error("byte {byte}: <{element}> has no attribute {attribute:?}")]
    MissingAttribute { byte: u64, element: &'static str, attribute: &'static str },
    #[error("byte {byte}: attribute {attribute:?} of <{element}>: expected {expected}, got {got:?}")]
    Attribute { byte: u64, element: &'static str, attribute: &'static str, expected: &'static str, got: String },
    #[error("byte {byte}: the source could not be read: {reason}")]
    Source { byte: u64, reason: String },
}

impl From<XmlError> for SumoError {
    fn from(error: XmlError) -> Self {
        match error {
            XmlError::Malformed { byte, reason } => Self::Xml { byte, reason },
            XmlError::Truncated { byte, depth } => Self::Truncated { byte, depth },
            XmlError::TooLarge { byte, what, limit } => Self::TooLarge { byte, what, limit },
            XmlError::Source { byte, reason } => Self::Source { byte, reason },
        }
    }
}
