//! The GLB container (glTF 2.0, section 4.4) and plain .gltf text: where the JSON is and where the binary chunk is.
//!
//! Format of bytes: little-endian u32 throughout. What follows the declared length is ignored; a binary chunk that ends
//! early is read as far as it goes, with an issue, because what it still holds can be drawn.

use super::super::decode::ContentError;
use super::json_text;
use crate::format::issue::{Issue, Issues};

const HEADER_BYTES: usize = 12;
const CHUNK_HEADER_BYTES: usize = 8;
const CHUNK_JSON: u32 = 0x4e4f_534a;
const CHUNK_BIN: u32 = 0x004e_4942;

/// The two parts of a glTF file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Container<'a> {
    pub json: &'a [u8],
    /// The GLB's BIN chunk, which is the first buffer where that has no URI.
    pub bin: Option<&'a [u8]>,
}

/// Finds the JSON and the binary chunk of a GLB or of a .gltf text.
///
/// # Errors
/// A GLB version other than 2, a truncated header or JSON chunk, a first chunk that is not JSON.
pub fn open<'a>(bytes: &'a [u8], issues: &mut Issues) -> Result<Container<'a>, ContentError> {
    if !bytes.starts_with(b"glTF") {
        return Ok(Container { json: json_text(bytes), bin: None });
    }
    let truncated = |expected: usize| ContentError::Truncated {
        what: "the GLB",
        expected: expected as u64,
        got: bytes.len() as u64,
    };
    let version = u32_at(bytes, 4).ok_or_else(|| truncated(HEADER_BYTES))?;
    let length = u32_at(bytes, 8).ok_or_else(|| truncated(HEADER_BYTES))? as usize;
    if version != 2 {
        return Err(ContentError::Version { what: "GLB", expected: "2", got: version.to_string() });
    }
    if length > bytes.len() {
        issues
            .push(Issue::error("byte 8", "the GLB is shorter than its header says").expected_got(length, bytes.len()));
    }
    let bytes = bytes.get(..length).unwrap_or(bytes);

    let json_length = u32_at(bytes, HEADER_BYTES).ok_or_else(|| truncated(HEADER_BYTES + CHUNK_HEADER_BYTES))? as usize;
    let json_kind = u32_at(bytes, HEADER_BYTES + 4).ok_or_else(|| truncated(HEADER_BYTES + CHUNK_HEADER_BYTES))?;
    if json_kind != CHUNK_JSON {
        return Err(ContentError::Invalid {
            format: "GLB",
            message: format!("the first chunk is not JSON: expected type {CHUNK_JSON:#010x}, got {json_kind:#010x}"),
        });
    }
    let json_start = HEADER_BYTES + CHUNK_HEADER_BYTES;
    let json_end = json_start.checked_add(json_length).ok_or_else(|| truncated(usize::MAX))?;
    let json = bytes.get(json_start..json_end).ok_or_else(|| truncated(json_end))?;
    Ok(Container { json: json_text(json), bin: bin_chunk(bytes, json_end, issues) })
}

/// The first BIN chunk from `offset` on; chunks of other types are skipped, as the standard asks.
fn bin_chunk<'a>(bytes: &'a [u8], mut offset: usize, issues: &mut Issues) -> Option<&'a [u8]> {
    loop {
        let length = u32_at(bytes, offset)? as usize;
        let kind = u32_at(bytes, offset.checked_add(4)?)?;
        let start = offset.checked_add(CHUNK_HEADER_BYTES)?;
        let end = start.checked_add(length)?;
        if kind == CHUNK_BIN {
            if end > bytes.len() {
                let got = bytes.len().saturating_sub(start);
                issues.push(
                    Issue::error(format!("byte {offset}"), "the binary chunk is truncated").expected_got(length, got),
                );
            }
            return bytes.get(start..end.min(bytes.len()));
        }
        offset = end;
    }
}

fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    let four = bytes.get(offset..offset.checked_add(4)?)?;
    Some(u32::from_le_bytes(four.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glb(chunks: &[(u32, &[u8])]) -> Vec<u8> {
        let mut body = Vec::new();
        for (kind, data) in chunks {
            body.extend((data.len() as u32).to_le_bytes());
            body.extend(kind.to_le_bytes());
            body.extend(*data);
        }
        let mut file = b"glTF\x02\0\0\0".to_vec();
        file.extend((body.len() as u32 + 12).to_le_bytes());
        file.extend(body);
        file
    }

    #[test]
    fn both_chunks_of_a_glb_are_found_and_unknown_chunks_are_skipped() {
        let mut issues = Issues::default();
        let file = glb(&[(CHUNK_JSON, b"{}  "), (7, b"????"), (CHUNK_BIN, &[1, 2, 3, 4])]);
        let container = open(&file, &mut issues).expect("valid");
        assert_eq!(container, Container { json: b"{}", bin: Some(&[1, 2, 3, 4]) });
        assert!(issues.is_empty());
    }

    #[test]
    fn a_truncated_binary_chunk_is_kept_and_told() {
        let mut issues = Issues::default();
        let file = glb(&[(CHUNK_JSON, b"{}"), (CHUNK_BIN, &[1, 2, 3, 4])]);
        let container = open(&file[..file.len() - 2], &mut issues).expect("the JSON is whole");
        assert_eq!(container.bin, Some(&[1, 2][..]));
        assert!(issues.has_errors());
    }

    #[test]
    fn a_glb_of_version_1_or_without_json_is_refused() {
        let mut issues = Issues::default();
        let mut old = glb(&[(CHUNK_JSON, b"{}")]);
        old[4] = 1;
        assert!(matches!(open(&old, &mut issues), Err(ContentError::Version { .. })));
        assert!(matches!(open(&glb(&[(CHUNK_BIN, b"")]), &mut issues), Err(ContentError::Invalid { .. })));
        assert!(matches!(open(b"glTF\x02\0\0\0", &mut issues), Err(ContentError::Truncated { .. })));
        let mut lying = glb(&[(CHUNK_JSON, b"{}")]);
        lying[12..16].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(matches!(open(&lying, &mut issues), Err(ContentError::Truncated { .. })));
    }
}
