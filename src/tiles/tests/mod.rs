//! Tests of the whole forest; small parts are tested beside their code.

mod figures;
mod flights;
mod real;
mod trees;
mod volumes;
