//! Light on its way to the eye: the air (sky, haze, sunlight). Camera models and projectors join here.

pub mod atmosphere;
