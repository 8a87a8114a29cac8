//! Running a bake on this machine, on files and threads: what it needs of the world outside of the pure modules.
//!
//! Native only: a browser opens what was baked elsewhere.

pub mod cloud;
pub mod inspect;
pub mod land;
pub mod pictures;
pub mod proj;
pub mod simplify;
pub mod sources;
pub mod spill;
pub mod world;

#[cfg(test)]
mod real_tests;
