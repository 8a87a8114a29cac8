//! The octree's places: which cube of which level a point lies in, in whole steps.

use super::point::CloudPoint;
use crate::bake::tiling::subtree::Address;

/// Levels of the tree at most: addresses have 21 bits for an axis.
pub const MAX_LEVEL: u32 = 20;

/// The cube around all points; its side is a power of two of steps, so that halving is exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cube {
    pub low: [i32; 3],
    /// The side is 2 to this power, steps; at most 31.
    pub log2_side: u32,
}

impl Cube {
    /// The smallest cube at `low` that holds `high` as well.
    pub fn around(low: [i32; 3], high: [i32; 3]) -> Self {
        // Within 2^31, as positions are within 2^30 of the middle.
        let extent = (0..3).map(|axis| (i64::from(high[axis]) - i64::from(low[axis])).max(0)).max().unwrap_or(0);
        Self { low, log2_side: 64 - (extent as u64).leading_zeros() }
    }

    /// Steps from the low corner.
    fn local(&self, at: [i32; 3]) -> [u64; 3] {
        // A point outside of the cube would be a broken invariant of the caller; it is put on the border.
        let last = (1_i64 << self.log2_side) - 1;
        [0, 1, 2].map(|axis| (i64::from(at[axis]) - i64::from(self.low[axis])).clamp(0, last) as u64)
    }

    /// The place in Morton order, x in the lowest bit: `3 * log2_side` bits.
    pub fn morton(&self, at: [i32; 3]) -> u128 {
        let [x, y, z] = self.local(at);
        spread(x) | spread(y) << 1 | spread(z) << 2
    }

    /// How many bits of an axis are left below a level.
    pub fn bits_below(&self, level: u32) -> u32 {
        self.log2_side.saturating_sub(level)
    }

    /// Whether the tile can't be divided further.
    pub fn is_bottom(&self, level: u32) -> bool {
        level >= MAX_LEVEL || self.bits_below(level) <= 5
    }

    /// The child of a tile in which a point with this Morton place lies.
    pub fn child(&self, address: Address, morton: u128) -> u32 {
        let below = self.bits_below(address.level + 1);
        (morton >> (3 * below) & 7) as u32
    }

    /// The square of twice the distance to the middle of a cell whose side has `cell_bits` bits: whole numbers, so that
    /// nothing is rounded.
    pub fn from_cell_middle(&self, at: [i32; 3], cell_bits: u32) -> u64 {
        let mask = (1_u64 << cell_bits) - 1;
        self.local(at).iter().map(|&x| (2 * (x & mask)).abs_diff(mask).pow(2)).sum()
    }
}

/// The square of twice the distance between two points, in steps; saturates.
pub fn twice_distance_squared(a: &CloudPoint, b: &CloudPoint) -> u64 {
    (0..3).fold(0_u64, |sum, axis| {
        let d = 2 * u64::from(a.at[axis].abs_diff(b.at[axis]));
        sum.saturating_add(d.saturating_mul(d))
    })
}

/// Moves bit n to bit 3n, for 32 bits.
fn spread(value: u64) -> u128 {
    use crate::format::subtree::morton::encode_3d;
    let half = |bits: u64| u128::from(encode_3d((bits & 0xffff) as u32, 0, 0));
    half(value) | half(value >> 16) << 48
}
