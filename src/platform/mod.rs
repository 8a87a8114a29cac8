//! (in work)
pub mod socket;
