pub mod building;
pub mod poly;
pub mod skeleton;
