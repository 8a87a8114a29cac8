//! Encoders of EXT_meshopt_compression: vertex attributes and index sequences.
//!
//! Bitstreams as the extension's text gives them (section "Bitstream", versions 0 of ATTRIBUTES and 1 of INDICES).
//! Only what the tiles need: no filters, no TRIANGLES mode (indices here count up, so the sequence mode is as small).

/// Encodes vertices of `stride` bytes (a multiple of 4, at most 256); `data` is a whole number of them.
pub fn attributes(data: &[u8], stride: usize) -> Vec<u8> {
    let count = data.len() / stride.max(1);
    let mut out = vec![0xA0];
    let block = ((8192 / stride.max(1)) & !15).clamp(16, 256);
    let mut last: Vec<u8> = data.iter().take(stride).copied().collect();
    let mut start = 0;
    while start < count {
        let here = block.min(count - start);
        for byte in 0..stride {
            let mut deltas = vec![0u8; here.next_multiple_of(16)];
            let mut before = last[byte];
            for (k, delta) in deltas.iter_mut().take(here).enumerate() {
                let value = data[(start + k) * stride + byte];
                let d = value.wrapping_sub(before);
                *delta = (((d as i8) >> 7) as u8) ^ (d << 1);
                before = value;
            }
            last[byte] = before;
            plane(&deltas, &mut out);
        }
        start += here;
    }
    out.resize(out.len() + 32usize.saturating_sub(stride), 0);
    out.extend(data.iter().take(stride));
    out
}

/// One byte of all vertices of a block: two bits of header for each 16 values, then the groups.
fn plane(deltas: &[u8], out: &mut Vec<u8>) {
    let groups = deltas.len() / 16;
    let header = out.len();
    out.resize(header + groups.div_ceil(4), 0);
    for (k, group) in deltas.chunks_exact(16).enumerate() {
        let cost = |bits: u32| -> usize {
            match bits {
                0 => {
                    if group.iter().all(|&d| d == 0) {
                        0
                    } else {
                        usize::MAX
                    }
                }
                8 => 16,
                bits => 2 * bits as usize + group.iter().filter(|&&d| d as u32 >= (1 << bits) - 1).count(),
            }
        };
        let (code, bits) =
            [(0u8, 0), (1, 2), (2, 4), (3, 8)].into_iter().min_by_key(|&(_, b)| cost(b)).unwrap_or((3, 8));
        out[header + k / 4] |= code << ((k % 4) * 2);
        match bits {
            0 => {}
            8 => out.extend_from_slice(group),
            bits => {
                let sentinel = (1u8 << bits) - 1;
                for packed in group.chunks_exact(8 / bits as usize) {
                    out.push(packed.iter().fold(0u8, |byte, &d| (byte << bits) | d.min(sentinel)));
                }
                out.extend(group.iter().filter(|&&d| d >= sentinel));
            }
        }
    }
}

/// Encodes indices as a sequence of differences to one of two earlier indices.
pub fn indices(indices: &[u32]) -> Vec<u8> {
    let mut out = vec![0xD1];
    let mut last = [0u32; 2];
    let mut current = 0;
    for &index in indices {
        let distance = i64::from(index) - i64::from(last[current]);
        if distance.abs() >= 30 {
            current ^= 1;
        }
        let d = index.wrapping_sub(last[current]);
        let zigzag = (d << 1) ^ (((d as i32) >> 31) as u32);
        let mut value = (u64::from(zigzag) << 1) | current as u64;
        while value >= 128 {
            out.push((value & 127) as u8 | 128);
            value >>= 7;
        }
        out.push(value as u8);
        last[current] = index;
    }
    out.extend([0; 4]);
    out
}
