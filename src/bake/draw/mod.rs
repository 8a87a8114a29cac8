//! Draws what stands in a place: buildings, plants, vehicles, furniture, at five levels of detail.
//!
//! Everything is described in the plan frame (metres east, north, up) and drawn into a [`crate::bake::mesh::Mesh`].
//! Levels: 0 massing merged by block, 1 massing of single buildings, 2 medium with roofs and bands of windows, 3 high with
//! facades, 4 highly realistic (seen from 2 m to 200 m).

pub mod building;
pub mod facade;
pub mod furniture;
pub mod mass;
pub mod plants;
pub mod poly;
pub mod roof;
pub mod rules;
pub mod skeleton;
pub mod style;
pub mod vehicles;

#[cfg(test)]
mod tests;
