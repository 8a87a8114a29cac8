//! Simplification by meshoptimizer (Arseny Kapoulkine), for `bake::lod`.
//!
//! Its simplifier has no threads, no random numbers, no vector instructions, and of the mathematical functions the square root only,
//! which is exact; it rounds alike wherever the compiler makes no fused multiply-adds. It makes none for x86-64 and is told not to
//! for ARM (`.cargo/config.toml`), so that the same bytes come out on all of them.

use meshopt::{SimplifyOptions, SimplifyVertex, VertexDataAdapter};

use crate::bake::lod::{Borders, Simplify, Triangles};

/// The library.
#[derive(Debug, Clone, Copy)]
pub struct Meshoptimizer;

impl Simplify for Meshoptimizer {
    fn simplify(&self, triangles: &Triangles, most_error: f32) -> Vec<u32> {
        let bytes = meshopt::typed_to_bytes(triangles.positions);
        let Ok(positions) = VertexDataAdapter::new(bytes, size_of::<[f32; 3]>(), 0) else {
            return triangles.indices.to_vec();
        };
        let locks: Vec<SimplifyVertex> = triangles
            .seams
            .iter()
            .map(|&seam| if seam { SimplifyVertex::Protect } else { SimplifyVertex::None })
            .collect();
        let mut options = SimplifyOptions::ErrorAbsolute | SimplifyOptions::Prune | SimplifyOptions::Permissive;
        options.set(SimplifyOptions::LockBorder, triangles.borders == Borders::Kept);
        meshopt::simplify_with_attributes_and_locks(
            triangles.indices,
            &positions,
            triangles.attributes,
            triangles.weights,
            size_of_val(triangles.weights),
            &locks,
            0,
            most_error,
            options,
            None,
        )
    }
}
