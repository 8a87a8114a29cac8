//! Tests of the house itself, without Bevy.

mod architecture;
