//! gzip (RFC 1952) with a limit on what comes out, so that a small hostile file can't fill memory.
//!
//! Files with several members are read whole. Trailing bytes that are no member (padding) are ignored.

use std::io::{Read, Write};

/// Why bytes can't be unpacked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GzipError {
    #[error("gzip data unpacks to more than the allowed {max} bytes")]
    TooLarge { max: usize },
    #[error("gzip data is damaged or cut off: {0}")]
    Damaged(String),
}

/// Whether the bytes start like a gzip member: magic and the deflate method.
pub fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b, 0x08])
}

/// Unpacks a gzip file.
///
/// # Errors
/// When the output would exceed `max` bytes, and when the data is damaged or ends early.
pub fn gunzip_limited(bytes: &[u8], max: usize) -> Result<Vec<u8>, GzipError> {
    read_limited(flate2::read::MultiGzDecoder::new(bytes), max, bytes.len())
}

/// Packs bytes as one gzip member without a time in it: the same bytes give the same file.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    // Writing into memory can't fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// Reads `decoder` to its end, giving up past `max` bytes. `packed_len` guides the first allocation only.
fn read_limited(decoder: impl Read, max: usize, packed_len: usize) -> Result<Vec<u8>, GzipError> {
    let mut unpacked = Vec::with_capacity(packed_len.saturating_mul(3).min(max));
    let limit = (max as u64).saturating_add(1);
    decoder.take(limit).read_to_end(&mut unpacked).map_err(|e| GzipError::Damaged(e.to_string()))?;
    if unpacked.len() > max {
        return Err(GzipError::TooLarge { max });
    }
    Ok(unpacked)
}

#[cfg(test)]
mod tests {
    use super::gzip as packed;
    use super::*;

    #[test]
    fn members_are_joined() {
        let mut bytes = packed(b"one ");
        bytes.extend(packed(b"two"));
        assert_eq!(gunzip_limited(&bytes, 7).unwrap(), b"one two");
    }

    #[test]
    fn output_is_limited() {
        let bomb = packed(&vec![0; 10 << 20]);
        assert_eq!(gunzip_limited(&bomb, 1 << 20), Err(GzipError::TooLarge { max: 1 << 20 }));
    }

    #[test]
    fn cut_off_data_is_damaged() {
        let bytes = packed(b"something to pack");
        for len in 0..bytes.len() {
            assert!(matches!(gunzip_limited(&bytes[..len], 100), Err(GzipError::Damaged(_))) || len == 0, "{len}");
        }
    }

    #[test]
    fn changed_data_is_damaged() {
        let mut bytes = packed(b"something to pack");
        let at = bytes.len() - 6;
        bytes[at] ^= 1;
        assert!(matches!(gunzip_limited(&bytes, 100), Err(GzipError::Damaged(_))));
    }
}
