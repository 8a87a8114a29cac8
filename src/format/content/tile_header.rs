//! The header and the sections that b3dm, i3dm and pnts share (3D Tiles 1.0, "Tile format specifications").
//!
//! ```text
//! magic, version, byteLength, 4 section lengths [, 2 or 0 legacy forms] | feature table JSON | feature table binary |
//! batch table JSON | batch table binary | payload
//! ```
//! All numbers are little-endian u32. Before 1.0 two shorter headers of b3dm were in use and files with them are still
//! around: 20 bytes (`batchLength`, `batchTableByteLength`) and 24 bytes (`batchTableJsonByteLength`,
//! `batchTableBinaryByteLength`, `batchLength`). They are told by what stands where the current header has a length:
//! the first characters of a JSON object or of a GLB, which as a length would be more than half a gigabyte.

use super::decode::ContentError;
use super::number::u32_at;
use crate::format::issue::{Issue, Issues};

/// The format of a tile, with what its header has beyond the common part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TileFormat {
    B3dm,
    I3dm,
    Pnts,
}

impl TileFormat {
    pub fn name(self) -> &'static str {
        match self {
            Self::B3dm => "b3dm",
            Self::I3dm => "i3dm",
            Self::Pnts => "pnts",
        }
    }

    fn header_len(self) -> usize {
        match self {
            Self::B3dm | Self::Pnts => 28,
            Self::I3dm => 32,
        }
    }
}

/// A tile's bytes, cut into sections.
#[derive(Debug)]
pub(super) struct Sections<'a> {
    pub feature_json: &'a [u8],
    pub feature_binary: &'a [u8],
    pub batch_json: &'a [u8],
    pub batch_binary: &'a [u8],
    pub payload: &'a [u8],
    /// `gltfFormat` of an i3dm, else 0.
    pub gltf_format: u32,
    /// `batchLength` of the two legacy headers.
    pub legacy_batch_length: Option<u32>,
}

/// Lengths as the header gives them.
struct Header {
    len: usize,
    feature_json: u32,
    feature_binary: u32,
    batch_json: u32,
    batch_binary: u32,
    gltf_format: u32,
    legacy_batch_length: Option<u32>,
}

/// A tile that cannot be used, in one form for all formats of this folder.
pub(super) fn invalid(format: &'static str, message: impl Into<String>) -> ContentError {
    ContentError::Invalid { format, message: message.into() }
}

/// Cuts a tile into sections. Wrong alignment and a wrong total length are issues; a section that does not fit is an
/// error.
pub(super) fn split<'a>(
    format: TileFormat,
    bytes: &'a [u8],
    issues: &mut Issues,
) -> Result<Sections<'a>, ContentError> {
    let name = format.name();
    let bytes = total_length(name, bytes, issues)?;
    let header = header(format, bytes).ok_or(ContentError::Truncated {
        what: name,
        expected: format.header_len() as u64,
        got: bytes.len() as u64,
    })?;
    if header.legacy_batch_length.is_some() {
        issues.push(
            Issue::info("byte 12", "the header is of a form from before 3D Tiles 1.0")
                .expected_got("28 bytes", format!("{} bytes", header.len)),
        );
    }
    let mut at = header.len;
    let mut next = |what: &'static str, len: u32| -> Result<&'a [u8], ContentError> {
        let section = usize::try_from(len).ok().and_then(|len| bytes.get(at..at.checked_add(len)?));
        let got = bytes.len().saturating_sub(at) as u64;
        let section = section.ok_or(ContentError::Truncated { what, expected: len.into(), got })?;
        at += section.len();
        Ok(section)
    };
    let feature_json = next("the feature table JSON", header.feature_json)?;
    let feature_binary = next("the feature table binary", header.feature_binary)?;
    let batch_json = next("the batch table JSON", header.batch_json)?;
    let batch_binary = next("the batch table binary", header.batch_binary)?;
    let payload = bytes.get(at..).unwrap_or_default();
    if header.legacy_batch_length.is_none() {
        let ends = [
            ("feature table JSON", header.len + feature_json.len(), !feature_json.is_empty()),
            ("feature table binary", at - batch_binary.len() - batch_json.len(), !feature_binary.is_empty()),
            ("batch table JSON", at - batch_binary.len(), !batch_json.is_empty()),
            ("batch table binary", at, !batch_binary.is_empty()),
        ];
        check_padding(&ends, issues);
    }
    Ok(Sections {
        feature_json,
        feature_binary,
        batch_json,
        batch_binary,
        payload,
        gltf_format: header.gltf_format,
        legacy_batch_length: header.legacy_batch_length,
    })
}

/// Checks version and `byteLength` and gives the bytes that belong to the tile.
pub(super) fn total_length<'a>(
    name: &'static str,
    bytes: &'a [u8],
    issues: &mut Issues,
) -> Result<&'a [u8], ContentError> {
    let cut = || ContentError::Truncated { what: name, expected: 12, got: bytes.len() as u64 };
    if bytes.get(..4) != Some(name.as_bytes()) {
        return Err(invalid(name, format!("the first four bytes are not `{name}`")));
    }
    let version = u32_at(bytes, 4).ok_or_else(cut)?;
    if version != 1 {
        return Err(ContentError::Version { what: name, expected: "1", got: version.to_string() });
    }
    let byte_length = u32_at(bytes, 8).ok_or_else(cut)?;
    let told = usize::try_from(byte_length).unwrap_or(usize::MAX);
    if told != bytes.len() {
        issues.push(
            Issue::warning("byte 8", "the byteLength in the header is not the length of the file")
                .expected_got(bytes.len(), byte_length),
        );
    }
    Ok(bytes.get(..told).unwrap_or(bytes))
}

fn header(format: TileFormat, bytes: &[u8]) -> Option<Header> {
    let word = |index: usize| u32_at(bytes, 12 + index * 4);
    let short = |len, batch_length, batch_json, batch_binary| Header {
        len,
        feature_json: 0,
        feature_binary: 0,
        batch_json,
        batch_binary,
        gltf_format: 0,
        legacy_batch_length: Some(batch_length),
    };
    if format == TileFormat::B3dm && starts_json_or_glb(bytes, 20) {
        return Some(short(20, word(0)?, word(1)?, 0));
    }
    if format == TileFormat::B3dm && starts_json_or_glb(bytes, 24) {
        return Some(short(24, word(2)?, word(0)?, word(1)?));
    }
    Some(Header {
        len: format.header_len(),
        feature_json: word(0)?,
        feature_binary: word(1)?,
        batch_json: word(2)?,
        batch_binary: word(3)?,
        gltf_format: if format == TileFormat::I3dm { word(4)? } else { 0 },
        legacy_batch_length: None,
    })
}

/// Whether a JSON object or a GLB begins at `offset`, where the current header would have a length that no file has.
fn starts_json_or_glb(bytes: &[u8], offset: usize) -> bool {
    let too_long = u32_at(bytes, offset).is_some_and(|len| len as usize > bytes.len());
    let start = bytes.get(offset..).unwrap_or_default();
    too_long && (start.starts_with(b"{\"") || start.starts_with(b"glTF"))
}

/// Every section must end at a multiple of 8 from the tile's start (3D Tiles 1.0, "Padding"). The first that does not
/// is told; those behind it mostly follow.
fn check_padding(ends: &[(&str, usize, bool)], issues: &mut Issues) {
    if let Some(&(what, end, _)) = ends.iter().find(|&&(_, end, present)| present && end % 8 != 0) {
        let issue = Issue::info(format!("byte {end}"), format!("the {what} is not padded"));
        issues.push(issue.expected_got("its end at a multiple of 8 bytes", end));
    }
}

/// A section's JSON object. Padding is spaces; NUL bytes are taken too, with an issue. An empty section is an empty
/// object.
pub(super) fn json_object(
    what: &'static str,
    section: &[u8],
    issues: &mut Issues,
) -> Result<serde_json::Map<String, serde_json::Value>, String> {
    let end = section.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    if end < section.len() {
        issues.push(Issue::info(what, "the JSON is padded with zero bytes").expected_got("spaces", "NUL"));
    }
    let text = section[..end].trim_ascii();
    if text.is_empty() {
        return Ok(serde_json::Map::new());
    }
    serde_json::from_slice(text).map_err(|error| format!("the {what} is not a JSON object: {error}"))
}

/// The glTF in a tile's payload without the padding behind it. `Err` for glTF 1.0, which glTF 2.0 readers cannot read.
pub(super) fn glb<'a>(format: TileFormat, payload: &'a [u8], issues: &mut Issues) -> Result<&'a [u8], ContentError> {
    let name = format.name();
    if payload.is_empty() {
        return Err(invalid(name, "there is no glTF behind the tables"));
    }
    if !payload.starts_with(b"glTF") {
        return Ok(payload);
    }
    if u32_at(payload, 4) == Some(1) {
        return Err(ContentError::Version { what: "the glTF in the tile", expected: "2.0", got: "1.0".into() });
    }
    let told = u32_at(payload, 8).map_or(0, |len| len as usize);
    if told > payload.len() {
        let issue = Issue::warning("glTF header", "the glTF is longer than the room it has in the tile");
        issues.push(issue.expected_got(format!("at most {} bytes", payload.len()), told));
    }
    Ok(payload.get(..told).filter(|glb| glb.len() >= 12).unwrap_or(payload))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tile(magic: &[u8; 4], words: &[u32], body: &[u8]) -> Vec<u8> {
        let mut bytes = magic.to_vec();
        let len = 12 + words.len() * 4 + body.len();
        for word in [1, len as u32].iter().chain(words) {
            bytes.extend(word.to_le_bytes());
        }
        bytes.extend(body);
        bytes
    }

    #[test]
    fn sections_come_out_in_order() {
        let bytes = tile(b"b3dm", &[4, 2, 6, 4], b"{}  bb{\"a\":BBBBrest");
        let mut issues = Issues::default();
        let sections = split(TileFormat::B3dm, &bytes, &mut issues).unwrap();
        assert_eq!(sections.feature_json, b"{}  ");
        assert_eq!(sections.feature_binary, b"bb");
        assert_eq!(sections.batch_json, b"{\"a\":B");
        assert_eq!(sections.batch_binary, b"BBBr");
        assert_eq!(sections.payload, b"est");
    }

    #[test]
    fn unpadded_sections_are_issues() {
        let mut issues = Issues::default();
        split(TileFormat::Pnts, &tile(b"pnts", &[2, 0, 0, 0], b"{}"), &mut issues).unwrap();
        assert_eq!(issues.len(), 1);
        assert_eq!(issues.iter().next().unwrap().path, "byte 30");
    }

    #[test]
    fn both_legacy_headers_are_told_from_the_current_one() {
        let first = tile(b"b3dm", &[10, 8], b"{\"a\":1} glTF");
        let sections = split(TileFormat::B3dm, &first, &mut Issues::default()).unwrap();
        assert_eq!((sections.legacy_batch_length, sections.batch_json), (Some(10), &b"{\"a\":1} "[..]));
        assert_eq!(sections.payload, b"glTF");

        let second = tile(b"b3dm", &[8, 4, 7], b"{\"a\":1} BBBBglTF");
        let sections = split(TileFormat::B3dm, &second, &mut Issues::default()).unwrap();
        assert_eq!((sections.legacy_batch_length, sections.batch_binary), (Some(7), &b"BBBB"[..]));
        assert_eq!(sections.payload, b"glTF");
    }

    #[test]
    fn a_legacy_header_without_a_batch_table_is_told_by_the_gltf() {
        let bytes = tile(b"b3dm", &[0, 0], b"glTF....");
        let sections = split(TileFormat::B3dm, &bytes, &mut Issues::default()).unwrap();
        assert_eq!((sections.legacy_batch_length, sections.payload), (Some(0), &b"glTF...."[..]));
    }

    #[test]
    fn lengths_beyond_the_file_are_errors() {
        for word in 0..4 {
            let mut lengths = [0u32; 4];
            lengths[word] = u32::MAX;
            let bytes = tile(b"pnts", &lengths, b"0123456789");
            assert!(split(TileFormat::Pnts, &bytes, &mut Issues::default()).is_err(), "section {word}");
        }
    }

    #[test]
    fn a_wrong_total_length_is_an_issue_and_bytes_past_it_are_not_read() {
        let mut bytes = tile(b"pnts", &[0, 0, 0, 0], b"");
        bytes.extend(b"trailing");
        let mut issues = Issues::default();
        let sections = split(TileFormat::Pnts, &bytes, &mut issues).unwrap();
        assert!(sections.payload.is_empty());
        assert_eq!(issues.len(), 1);
    }
}
