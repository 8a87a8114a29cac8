//! Encoders of EXT_meshopt_compression: vertex attributes and triangles.
//!
//! Bitstreams as the extension's text gives them (section "Bitstream", versions 0 of ATTRIBUTES and 1 of TRIANGLES).
//! Only what the tiles need: no filters, no index sequences.

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

/// The usual values of two vertex references, which take half a byte each with this table.
const PAIRS: [u8; 16] = [0x00, 0x76, 0x87, 0x56, 0x67, 0x78, 0xA9, 0x86, 0x65, 0x89, 0x68, 0x98, 0x01, 0x69, 0, 0];

/// The recent edges and vertices that triangles may refer to, newest first.
struct Recent {
    edges: [(u32, u32); 16],
    vertices: [u32; 16],
    edge: usize,
    vertex: usize,
}

impl Recent {
    /// How long ago one of the triangle's edges was pushed, and the corner that it starts from.
    fn find_edge(&self, t: [u32; 3]) -> Option<(usize, usize)> {
        (0..16).find_map(|age| {
            let edge = self.edges[(self.edge + 31 - age) % 16];
            (0..3).find(|&k| edge == (t[k], t[(k + 1) % 3])).map(|k| (age, k))
        })
    }

    fn find_vertex(&self, v: u32) -> Option<usize> {
        (0..16).find(|&age| self.vertices[(self.vertex + 31 - age) % 16] == v)
    }

    fn push_edge(&mut self, a: u32, b: u32) {
        self.edges[self.edge] = (a, b);
        self.edge = (self.edge + 1) % 16;
    }

    fn push_vertex(&mut self, v: u32) {
        self.vertices[self.vertex] = v;
        self.vertex = (self.vertex + 1) % 16;
    }
}

/// Encodes triangles. The corners of a triangle may come out turned; its winding stays.
pub fn triangles(indices: &[u32]) -> Vec<u8> {
    let mut recent = Recent { edges: [(u32::MAX, u32::MAX); 16], vertices: [u32::MAX; 16], edge: 0, vertex: 0 };
    let mut codes = vec![0xE1];
    let mut data = Vec::new();
    let (mut next, mut last) = (0u32, 0u32);
    for t in indices.chunks_exact(3) {
        let t = [t[0], t[1], t[2]];
        match recent.find_edge(t).filter(|&(age, _)| age < 15) {
            Some((age, k)) => {
                let (a, b, c) = (t[k], t[(k + 1) % 3], t[(k + 2) % 3]);
                let known = recent.find_vertex(c).filter(|age| (1..13).contains(age));
                let code = match known {
                    Some(age) => age as u8,
                    None if c == next => {
                        next += 1;
                        0
                    }
                    None if c.wrapping_add(1) == last => 13,
                    None if c == last.wrapping_add(1) => 14,
                    None => 15,
                };
                codes.push((age as u8) << 4 | code);
                if code == 15 {
                    free_index(&mut data, c, last);
                }
                if code >= 13 {
                    last = c;
                }
                if code == 0 || code >= 13 {
                    recent.push_vertex(c);
                }
                recent.push_edge(c, b);
                recent.push_edge(a, c);
            }
            None => {
                let k = if t[1] == next {
                    1
                } else if t[2] == next {
                    2
                } else {
                    0
                };
                let t = [t[k], t[(k + 1) % 3], t[(k + 2) % 3]];
                fresh_triangle(t, &mut recent, (&mut next, &mut last), &mut codes, &mut data);
            }
        }
    }
    codes.extend(data);
    codes.extend(PAIRS);
    codes
}

/// A triangle that shares no recent edge.
fn fresh_triangle(
    t: [u32; 3],
    recent: &mut Recent,
    (next, last): (&mut u32, &mut u32),
    codes: &mut Vec<u8>,
    data: &mut Vec<u8>,
) {
    let reset = t == [0, 1, 2] && *next > 0;
    if reset {
        *next = 0;
        recent.vertices = [u32::MAX; 16];
    }
    let ages = [None, recent.find_vertex(t[1]), recent.find_vertex(t[2])];
    let mut refs = [15u8; 3];
    for k in 0..3 {
        if let Some(age) = ages[k].filter(|&age| age < 14) {
            refs[k] = age as u8 + 1;
        } else if t[k] == *next {
            *next += 1;
            refs[k] = 0;
        }
    }
    let pair = refs[1] << 4 | refs[2];
    match PAIRS.iter().take(14).position(|&p| p == pair) {
        Some(index) if refs[0] == 0 && !reset => codes.push(0xF0 | index as u8),
        _ => {
            codes.push(0xF0 | 14 | refs[0]);
            data.push(pair);
        }
    }
    for k in 0..3 {
        if refs[k] == 15 {
            free_index(data, t[k], *last);
            *last = t[k];
        }
    }
    for k in 0..3 {
        if refs[k] == 0 || refs[k] == 15 {
            recent.push_vertex(t[k]);
        }
    }
    recent.push_edge(t[1], t[0]);
    recent.push_edge(t[2], t[1]);
    recent.push_edge(t[0], t[2]);
}

/// A difference in sevens of bits, sign in the lowest.
fn free_index(data: &mut Vec<u8>, index: u32, last: u32) {
    let d = index.wrapping_sub(last);
    let mut value = (d << 1) ^ (((d as i32) >> 31) as u32);
    while value >= 128 {
        data.push((value & 127) as u8 | 128);
        value >>= 7;
    }
    data.push(value as u8);
}
