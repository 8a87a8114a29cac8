//! A point on its way into a tile: integers only, so that order, equality and choice are the same on every machine.

/// A point in steps of the cloud's frame.
///
/// The order (position first, then everything else) decides between points that are equally good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct CloudPoint {
    /// East, north and up in steps ([`super::frame::CloudFrame::step_m`]).
    pub at: [i32; 3],
    /// sRGB.
    pub rgb: [u16; 3],
    pub intensity: u16,
    /// As ASPRS numbers them.
    pub class: u8,
    pub return_number: u8,
    pub return_count: u8,
}

impl CloudPoint {
    /// Bytes of a point in a bucket.
    pub const BYTES: usize = 23;

    pub fn write(&self, out: &mut Vec<u8>) {
        for value in self.at {
            out.extend_from_slice(&value.to_le_bytes());
        }
        for value in self.rgb {
            out.extend_from_slice(&value.to_le_bytes());
        }
        out.extend_from_slice(&self.intensity.to_le_bytes());
        out.extend_from_slice(&[self.class, self.return_number, self.return_count]);
    }

    pub fn read(bytes: &[u8; Self::BYTES]) -> Self {
        let int = |k: usize| i32::from_le_bytes([bytes[k], bytes[k + 1], bytes[k + 2], bytes[k + 3]]);
        let short = |k: usize| u16::from_le_bytes([bytes[k], bytes[k + 1]]);
        Self {
            at: [int(0), int(4), int(8)],
            rgb: [short(12), short(14), short(16)],
            intensity: short(18),
            class: bytes[20],
            return_number: bytes[21],
            return_count: bytes[22],
        }
    }
}
