//! Tests of the whole forest; small parts are tested beside their code.

mod figures;
mod flights;
mod overrides;
mod real;
mod shadows;
mod trees;
mod volumes;
