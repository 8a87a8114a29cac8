//! Running a bake on files and threads. Native only; what is baked is `bake`'s.

pub mod cloud;
pub mod inspect;
pub mod spill;
