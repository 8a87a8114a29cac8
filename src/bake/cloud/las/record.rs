//! One point record (LAS 1.4 R15, tables 7 to 17).

use glam::DVec3;

use super::RawPoint;
use super::header::{LasHeader, i32_at, u16_at};

/// Decodes a record of the header's format and length.
pub(super) fn point(record: &[u8], header: &LasHeader) -> RawPoint {
    let steps = DVec3::new(i32_at(record, 0).into(), i32_at(record, 4).into(), i32_at(record, 8).into());
    let returns = record[14];
    let extended = header.format >= 6;
    let (return_number, return_count, class, withheld) = if extended {
        (returns & 15, returns >> 4, record[16], record[15] & 4 != 0)
    } else {
        (returns & 7, returns >> 3 & 7, record[15] & 31, record[15] & 128 != 0)
    };
    let rgb_at = match header.format {
        2 => Some(20),
        3 | 5 => Some(28),
        7 | 8 | 10 => Some(30),
        _ => None,
    };
    let rgb = rgb_at.map_or([0; 3], |at| [0, 2, 4].map(|k| u16_at(record, at + k)));
    RawPoint {
        at: steps * header.scale + header.offset,
        rgb,
        intensity: u16_at(record, 12),
        class,
        return_number,
        return_count,
        withheld,
    }
}
