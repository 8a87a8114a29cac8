//! Cutting what a bake draws into tiles, and the files that say which tiles there are.

pub mod join;
pub mod land;
pub mod subtree;
