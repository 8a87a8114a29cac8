//! One strip or tile of a TIFF, unpacked, and what its bands are.

use std::rc::Rc;
use tiff::ColorType;
use tiff::decoder::DecodingResult;

use super::{FORMAT, RasterError};

/// What the bands of an image are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bands {
    pub count: u16,
    pub bits: u8,
    pub is_float: bool,
    pub alpha: Option<u16>,
    pub is_ycbcr: bool,
    is_grey: bool,
}

impl Bands {
    pub fn new(color: ColorType, count: u16, is_float: bool) -> Result<Self, RasterError> {
        let unsupported = |what: String| Err(RasterError::Unsupported { format: FORMAT, what });
        let (is_grey, alpha) = match color {
            ColorType::Gray(_) | ColorType::Multiband { .. } => (count < 3, None),
            ColorType::GrayA(_) => (true, Some(1)),
            ColorType::RGB(_) | ColorType::YCbCr(_) => (false, None),
            ColorType::RGBA(_) => (false, Some(3)),
            other => return unsupported(format!("the colour model {other:?}")),
        };
        let bits = color.bit_depth();
        if !matches!(bits, 8 | 16 | 32 | 64) {
            return unsupported(format!("a depth of {bits} bits a value"));
        }
        if !is_grey && count < 3 {
            return unsupported(format!("a colour picture of {count} bands"));
        }
        Ok(Self { count, bits, is_float, alpha, is_ycbcr: matches!(color, ColorType::YCbCr(_)), is_grey })
    }

    /// One band of numbers; one of bytes is rather a picture.
    pub fn may_be_heights(&self) -> bool {
        self.is_grey && self.bits > 8
    }

    pub fn may_be_colors(&self) -> bool {
        self.bits <= 16 && !self.is_float
    }
}

/// Values of one chunk; shared with the cache.
#[derive(Clone)]
pub struct Chunk {
    pub width_px: u32,
    height_px: u32,
    /// `None`: never written, all void.
    values: Option<Rc<DecodingResult>>,
}

impl Chunk {
    pub fn new(width_px: u32, height_px: u32, values: Option<DecodingResult>) -> Self {
        Self { width_px, height_px, values: values.map(Rc::new) }
    }

    pub fn byte_size(&self) -> usize {
        // Eight bytes a value at most; exact enough for a cache.
        self.values.as_ref().map_or(0, |_| self.width_px as usize * self.height_px as usize * 8)
    }

    /// The value with this index, as a number.
    pub fn value(&self, i: usize) -> Option<f64> {
        match &**self.values.as_ref()? {
            DecodingResult::U8(v) => v.get(i).map(|&x| f64::from(x)),
            DecodingResult::U16(v) => v.get(i).map(|&x| f64::from(x)),
            DecodingResult::U32(v) => v.get(i).map(|&x| f64::from(x)),
            DecodingResult::U64(v) => v.get(i).map(|&x| x as f64),
            DecodingResult::I8(v) => v.get(i).map(|&x| f64::from(x)),
            DecodingResult::I16(v) => v.get(i).map(|&x| f64::from(x)),
            DecodingResult::I32(v) => v.get(i).map(|&x| f64::from(x)),
            DecodingResult::I64(v) => v.get(i).map(|&x| x as f64),
            DecodingResult::F16(v) => v.get(i).map(|&x| x.to_f64()),
            DecodingResult::F32(v) => v.get(i).map(|&x| f64::from(x)),
            DecodingResult::F64(v) => v.get(i).copied(),
        }
    }

    /// The value with this index as a channel of a picture: the high byte of 16 bits.
    pub fn sample_8bit(&self, i: usize) -> Option<u8> {
        match &**self.values.as_ref()? {
            DecodingResult::U8(v) => v.get(i).copied(),
            DecodingResult::U16(v) => v.get(i).map(|&x| (x >> 8) as u8),
            _ => None,
        }
    }
}

/// JFIF's full-range BT.601, as JPEG-compressed orthophotos are stored.
pub fn rgb_of_ycbcr([y, cb, cr]: [u8; 3]) -> [u8; 3] {
    let (y, cb, cr) = (f32::from(y), f32::from(cb) - 128.0, f32::from(cr) - 128.0);
    let channel = |value: f32| (value + 0.5).clamp(0.0, 255.0) as u8;
    [channel(y + 1.402 * cr), channel(y - 0.344_136 * cb - 0.714_136 * cr), channel(y + 1.772 * cb)]
}
