//! The state of the twin: entities, their newest values, where each is at a moment, and the clock.
//!
//! Everything that changes comes in as [`Update`]s: from the live feed, a record or a simulator, all by
//! [`Twin::apply`]. Updates may come late, twice and in any order: the newest by [`Order`] wins, so that the same set
//! of updates always ends in the same state.
//!
//! # Frames and units
//! Times are seconds since 1970-01-01T00:00:00Z on the source's clock, f64. Positions that are kept are f64 ECEF metres
//! (WGS84) or metres in a parent's body frame; the body frame is x right, y forward, z up; headings are clockwise from
//! north.
//!
//! It does not know where updates come from, keeps no long history (that is the record's), and draws nothing.

pub mod bind;
pub mod clock;
mod entity;
mod place;
mod store;
mod track;
pub mod update;
pub mod value;

#[cfg(test)]
mod tests;

pub use clock::Clock;
pub use entity::{Entity, EntityKey, Held, PropertyKey};
pub use place::Placing;
pub use store::{Twin, TwinOptions, TwinStats};
pub use track::{PoseSample, PoseState};
pub use update::{EntityUpdate, Event, Order, Update};
pub use value::{PoseValue, Property, Quality, Turn, Value};
