//! Numbers in the binary parts of tile contents: the ten component types that 3D Metadata knows, little endian.
//!
//! The 1.0 formats (batch tables, feature tables) name eight of them otherwise (`UNSIGNED_BYTE` for `UINT8`); both
//! vocabularies end here. Reading never goes past the given bytes.

use serde_json::Value;

/// How one number lies in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Component {
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F32,
    F64,
}

impl Component {
    /// By the name that 3D Metadata uses (3D Tiles 1.1, "Component type").
    pub fn from_metadata(name: &str) -> Option<Self> {
        Some(match name {
            "INT8" => Self::I8,
            "UINT8" => Self::U8,
            "INT16" => Self::I16,
            "UINT16" => Self::U16,
            "INT32" => Self::I32,
            "UINT32" => Self::U32,
            "INT64" => Self::I64,
            "UINT64" => Self::U64,
            "FLOAT32" => Self::F32,
            "FLOAT64" => Self::F64,
            _ => return None,
        })
    }

    /// By the name that the tile formats of 3D Tiles 1.0 use (batch table, `componentType`).
    pub fn from_tiles_1_0(name: &str) -> Option<Self> {
        Some(match name {
            "BYTE" => Self::I8,
            "UNSIGNED_BYTE" => Self::U8,
            "SHORT" => Self::I16,
            "UNSIGNED_SHORT" => Self::U16,
            "INT" => Self::I32,
            "UNSIGNED_INT" => Self::U32,
            "FLOAT" => Self::F32,
            "DOUBLE" => Self::F64,
            _ => return None,
        })
    }

    /// Bytes of one number.
    pub fn size(self) -> usize {
        match self {
            Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
        }
    }

    pub fn is_integer(self) -> bool {
        !matches!(self, Self::F32 | Self::F64)
    }

    pub fn is_signed_integer(self) -> bool {
        matches!(self, Self::I8 | Self::I16 | Self::I32 | Self::I64)
    }

    /// The number at `index` of a tightly packed run; `None` past its end.
    pub fn read(self, bytes: &[u8], index: usize) -> Option<Number> {
        let at = index.checked_mul(self.size())?;
        let rest = bytes.get(at..)?;
        Some(match self {
            Self::I8 => Number::Int(i8::from_le_bytes(*rest.first_chunk()?).into()),
            Self::U8 => Number::Uint((*rest.first()?).into()),
            Self::I16 => Number::Int(i16::from_le_bytes(*rest.first_chunk()?).into()),
            Self::U16 => Number::Uint(u16::from_le_bytes(*rest.first_chunk()?).into()),
            Self::I32 => Number::Int(i32::from_le_bytes(*rest.first_chunk()?).into()),
            Self::U32 => Number::Uint(u32::from_le_bytes(*rest.first_chunk()?).into()),
            Self::I64 => Number::Int(i64::from_le_bytes(*rest.first_chunk()?)),
            Self::U64 => Number::Uint(u64::from_le_bytes(*rest.first_chunk()?)),
            Self::F32 => Number::Float(f32::from_le_bytes(*rest.first_chunk()?).into()),
            Self::F64 => Number::Float(f64::from_le_bytes(*rest.first_chunk()?)),
        })
    }

    /// What a normalized integer of this type is worth: unsigned onto 0..=1, signed onto -1..=1, both ends reached
    /// (3D Metadata, "Normalized values"). Floats stay as they are.
    pub fn normalize(self, raw: f64) -> f64 {
        let greatest = match self {
            Self::I8 => i8::MAX as f64,
            Self::U8 => u8::MAX as f64,
            Self::I16 => i16::MAX as f64,
            Self::U16 => u16::MAX as f64,
            Self::I32 => i32::MAX as f64,
            Self::U32 => u32::MAX as f64,
            Self::I64 => i64::MAX as f64,
            Self::U64 => u64::MAX as f64,
            Self::F32 | Self::F64 => return raw,
        };
        (raw / greatest).max(-1.0)
    }
}

/// A number as it was stored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    Int(i64),
    Uint(u64),
    Float(f64),
}

impl Number {
    /// Exact below 2^53.
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Int(x) => x as f64,
            Self::Uint(x) => x as f64,
            Self::Float(x) => x,
        }
    }

    /// Exact for integers; floats are cut to whole numbers.
    pub fn as_integer(self) -> i128 {
        match self {
            Self::Int(x) => x.into(),
            Self::Uint(x) => x.into(),
            Self::Float(x) => x as i128,
        }
    }

    /// JSON has no NaN and no infinity: they become `null`.
    pub fn to_json(self) -> Value {
        match self {
            Self::Int(x) => Value::from(x),
            Self::Uint(x) => Value::from(x),
            Self::Float(x) => Value::from(x),
        }
    }
}

/// A little-endian u32 at a byte offset.
pub(super) fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(offset..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_little_end_first_and_never_past_the_end() {
        assert_eq!(Component::I16.read(&[0, 0, 0xfe, 0xff], 1), Some(Number::Int(-2)));
        assert_eq!(Component::U32.read(&[1, 2, 0, 0], 0), Some(Number::Uint(513)));
        assert_eq!(Component::F64.read(&1.5f64.to_le_bytes(), 0), Some(Number::Float(1.5)));
        assert_eq!(Component::F64.read(&[0; 15], 1), None);
        assert_eq!(Component::U64.read(&[0; 8], usize::MAX), None);
    }

    #[test]
    fn normalized_values_reach_both_ends_and_stay_within_them() {
        assert_eq!(Component::U8.normalize(255.0), 1.0);
        assert_eq!(Component::I8.normalize(127.0), 1.0);
        assert_eq!(Component::I8.normalize(-128.0), -1.0);
        assert_eq!(Component::F32.normalize(7.0), 7.0);
    }
}
