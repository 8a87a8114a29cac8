//! Running a bake on this machine: what it needs of the world outside of the pure modules.
//!
//! Native only: a browser opens what was baked elsewhere.

pub mod pictures;
pub mod proj;
