//! Morton order (the Z curve): a tile's coordinates interleaved into one index, x in the lowest bit.
//!
//! OGC 22-025r4, 3D Tiles 1.1, Annex on availability indexing.

/// Interleaves two coordinates of 32 bits.
pub fn encode_2d(x: u32, y: u32) -> u64 {
    spread_2(x) | spread_2(y) << 1
}

/// The coordinates of a 2D Morton index.
pub fn decode_2d(morton: u64) -> (u32, u32) {
    (gather_2(morton), gather_2(morton >> 1))
}

/// Interleaves three coordinates of 21 bits each; higher bits are dropped.
pub fn encode_3d(x: u32, y: u32, z: u32) -> u64 {
    spread_3(x) | spread_3(y) << 1 | spread_3(z) << 2
}

/// The coordinates of a 3D Morton index, 21 bits each.
pub fn decode_3d(morton: u64) -> (u32, u32, u32) {
    (gather_3(morton), gather_3(morton >> 1), gather_3(morton >> 2))
}

/// Moves bit n to bit 2n.
fn spread_2(value: u32) -> u64 {
    let mut v = u64::from(value);
    v = (v | v << 16) & 0x0000_ffff_0000_ffff;
    v = (v | v << 8) & 0x00ff_00ff_00ff_00ff;
    v = (v | v << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    v = (v | v << 2) & 0x3333_3333_3333_3333;
    (v | v << 1) & 0x5555_5555_5555_5555
}

/// Moves bit 2n to bit n and drops the odd bits.
fn gather_2(value: u64) -> u32 {
    let mut v = value & 0x5555_5555_5555_5555;
    v = (v | v >> 1) & 0x3333_3333_3333_3333;
    v = (v | v >> 2) & 0x0f0f_0f0f_0f0f_0f0f;
    v = (v | v >> 4) & 0x00ff_00ff_00ff_00ff;
    v = (v | v >> 8) & 0x0000_ffff_0000_ffff;
    ((v | v >> 16) & 0xffff_ffff) as u32
}

/// Moves bit n to bit 3n, for the lowest 21 bits.
fn spread_3(value: u32) -> u64 {
    let mut v = u64::from(value) & 0x1f_ffff;
    v = (v | v << 32) & 0x001f_0000_0000_ffff;
    v = (v | v << 16) & 0x001f_0000_ff00_00ff;
    v = (v | v << 8) & 0x100f_00f0_0f00_f00f;
    v = (v | v << 4) & 0x10c3_0c30_c30c_30c3;
    (v | v << 2) & 0x1249_2492_4924_9249
}

/// Moves bit 3n to bit n and drops the others.
fn gather_3(value: u64) -> u32 {
    let mut v = value & 0x1249_2492_4924_9249;
    v = (v | v >> 2) & 0x10c3_0c30_c30c_30c3;
    v = (v | v >> 4) & 0x100f_00f0_0f00_f00f;
    v = (v | v >> 8) & 0x001f_0000_ff00_00ff;
    v = (v | v >> 16) & 0x001f_0000_0000_ffff;
    ((v | v >> 32) & 0x1f_ffff) as u32
}
