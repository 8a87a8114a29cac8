//! What one glTF may still cost. Charged before anything is allocated, so that a small file cannot ask for much memory.

use super::super::decode::Limits;

/// The rest of each [`Limits`] entry.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    pub vertices: Allowance,
    pub indices: Allowance,
    pub parts: Allowance,
    pub instances: Allowance,
    pub decompressed_bytes: Allowance,
    pub texture_bytes: Allowance,
    pub texture_side_px: u32,
}

impl Budget {
    pub fn new(limits: &Limits) -> Self {
        Self {
            vertices: Allowance { what: "vertices", left: limits.vertices },
            indices: Allowance { what: "indices", left: limits.indices },
            parts: Allowance { what: "parts", left: limits.parts },
            instances: Allowance { what: "instances", left: limits.instances },
            decompressed_bytes: Allowance { what: "decompressed bytes", left: limits.decompressed_bytes },
            texture_bytes: Allowance { what: "texture bytes", left: limits.texture_bytes },
            texture_side_px: limits.texture_side_px,
        }
    }
}

/// How much is left of one thing.
#[derive(Debug, Clone, Copy)]
pub struct Allowance {
    what: &'static str,
    left: usize,
}

impl Allowance {
    /// Takes `wanted`, or tells why not and takes nothing.
    pub fn take(&mut self, wanted: usize) -> Result<(), OverLimit> {
        match self.left.checked_sub(wanted) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(OverLimit { what: self.what, wanted, left: self.left }),
        }
    }

    pub fn left(&self) -> usize {
        self.left
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many {what} for one content: {left} of the limit are left, {wanted} more are asked for")]
pub struct OverLimit {
    what: &'static str,
    wanted: usize,
    left: usize,
}
