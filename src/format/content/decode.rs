//! The one entry for tile contents and models: bytes in, [`Content`] out.
//!
//! Tells the formats apart by their first bytes (3D Tiles 1.1, sections on tile formats; glTF 2.0, section 4.4), unpacks
//! gzip around any of them (RFC 1952), and hands over to the reader of the format.
//!
//! Sans-IO: a content that lives in several files names them; [`Decoded::Missing`] asks the caller to fetch those and to
//! call again with the same bytes. Nothing is kept between the calls.

use super::{Content, UpAxis, b3dm, cmpt, gltf, i3dm, pnts};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::HashMap;
use std::io::Read;
use std::sync::Arc;

/// Bytes of other files that a content names (buffers, images, nested glTF), by the URI text as written in the file.
/// `data:` URIs never come here.
pub trait Resources {
    /// The bytes, if they are here.
    fn get(&self, uri: &str) -> Option<Arc<[u8]>>;
    /// Whether it is known that the bytes will not come: the reader then goes on without, and says so in an issue.
    fn failed(&self, uri: &str) -> bool;
}

/// For contents that must stand alone: everything outside counts as failed.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoResources;

impl Resources for NoResources {
    fn get(&self, _uri: &str) -> Option<Arc<[u8]>> {
        None
    }

    fn failed(&self, _uri: &str) -> bool {
        true
    }
}

/// Files that came, or are known not to come, by the text by which a content names them.
#[derive(Debug, Clone, Default)]
pub struct ResourceMap(HashMap<String, Option<Arc<[u8]>>>);

impl ResourceMap {
    /// Notes a file; `None`: it will not come.
    pub fn insert(&mut self, uri: String, bytes: Option<Arc<[u8]>>) {
        self.0.insert(uri, bytes);
    }
}

impl Resources for ResourceMap {
    fn get(&self, uri: &str) -> Option<Arc<[u8]>> {
        self.0.get(uri).cloned().flatten()
    }

    fn failed(&self, uri: &str) -> bool {
        matches!(self.0.get(uri), Some(None))
    }
}

/// What [`decode`] made of the bytes.
#[derive(Debug, Clone)]
pub enum Decoded {
    Content(Content),
    /// Fetch these URIs (each once, as written in the file) and call again; nothing else was decoded yet.
    Missing(Vec<String>),
    /// The bytes are an external `tileset.json`, for the tileset reader.
    Tileset,
}

/// How to decode.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DecodeOptions {
    /// The up axis of the glTF inside; the content frame is z up.
    pub up_axis: UpAxis,
    pub limits: Limits,
    /// False: images are neither asked for nor decoded (geometry and metadata only).
    pub textures: bool,
    /// Join small parts of the same name, material and feature table into one, so that a tile costs fewer draws.
    pub merge: bool,
    /// The GPU takes BC7: Basis Universal images are transcoded to it rather than to RGBA8.
    pub bc7: bool,
}

impl Default for DecodeOptions {
    fn default() -> Self {
        Self { up_axis: UpAxis::default(), limits: Limits::default(), textures: true, merge: false, bc7: false }
    }
}

/// What one content may cost at most, whatever its header says. What goes past a limit is left out, with an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes after gzip.
    pub inflated_bytes: usize,
    /// Bytes of decompressed buffers (meshopt, Draco).
    pub decompressed_bytes: usize,
    /// Vertices of all geometries, shared ones once.
    pub vertices: usize,
    /// Indices of all geometries, shared ones once.
    pub indices: usize,
    pub parts: usize,
    /// Copies of all parts.
    pub instances: usize,
    pub texture_side_px: u32,
    /// Bytes of all decoded images.
    pub texture_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            inflated_bytes: 1 << 30,
            decompressed_bytes: 1 << 30,
            vertices: 50_000_000,
            indices: 150_000_000,
            parts: 100_000,
            instances: 1_000_000,
            texture_side_px: 16_384,
            texture_bytes: 512 << 20,
        }
    }
}

/// Why bytes cannot be read at all. What can be read in part gives issues instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    #[error("the content is empty (0 bytes)")]
    Empty,
    #[error(
        "unknown content format: expected glTF, b3dm, i3dm, pnts, cmpt or a tileset, got bytes that begin with {magic:?}"
    )]
    UnknownFormat { magic: String },
    #[error("{what} is truncated: expected {expected} bytes, got {got}")]
    Truncated { what: &'static str, expected: u64, got: u64 },
    #[error("{what} version {got} is not supported: expected {expected}")]
    Version { what: &'static str, expected: &'static str, got: String },
    #[error("{what} is not valid JSON: {message}")]
    Json { what: &'static str, message: String },
    #[error("{what} is too large: the limit is {limit}")]
    TooLarge { what: &'static str, limit: u64 },
    #[error("gzip: {message}")]
    Gzip { message: String },
    /// A file without which nothing can be shown.
    #[error("{uri:?}, which the content needs, could not be had")]
    Resource { uri: String },
    #[error("{format}: {message}")]
    Invalid { format: &'static str, message: String },
}

/// The formats that [`decode`] tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContentFormat {
    Gltf,
    B3dm,
    I3dm,
    Pnts,
    Cmpt,
    Tileset,
}

impl ContentFormat {
    /// The format of uncompressed bytes, by magic number, or for JSON by its top-level keys.
    ///
    /// # Errors
    /// [`ContentError::Empty`], [`ContentError::UnknownFormat`], or [`ContentError::Json`] for text that looks like JSON.
    pub fn sniff(bytes: &[u8]) -> Result<Self, ContentError> {
        let Some(magic) = bytes.get(..4) else {
            return Err(if bytes.is_empty() { ContentError::Empty } else { unknown(bytes) });
        };
        match magic {
            b"glTF" => Ok(Self::Gltf),
            b"b3dm" => Ok(Self::B3dm),
            b"i3dm" => Ok(Self::I3dm),
            b"pnts" => Ok(Self::Pnts),
            b"cmpt" => Ok(Self::Cmpt),
            _ => Self::sniff_json(bytes),
        }
    }

    fn sniff_json(bytes: &[u8]) -> Result<Self, ContentError> {
        #[derive(Deserialize)]
        struct Top {
            root: Option<IgnoredAny>,
            asset: Option<IgnoredAny>,
        }
        let text = gltf::json_text(bytes);
        if text.first() != Some(&b'{') {
            return Err(unknown(bytes));
        }
        let top: Top = serde_json::from_slice(text)
            .map_err(|error| ContentError::Json { what: "the content", message: error.to_string() })?;
        match top {
            Top { root: Some(_), .. } => Ok(Self::Tileset),
            Top { asset: Some(_), .. } => Ok(Self::Gltf),
            Top { .. } => Err(ContentError::Invalid {
                format: "content",
                message: "JSON with neither `root` (a tileset) nor `asset` (a glTF)".into(),
            }),
        }
    }
}

fn unknown(bytes: &[u8]) -> ContentError {
    let magic = bytes.iter().take(4).flat_map(|&byte| std::ascii::escape_default(byte)).map(char::from).collect();
    ContentError::UnknownFormat { magic }
}

/// Reads a tile content or a model.
///
/// # Errors
/// [`ContentError`] if nothing of it can be shown. What is wrong in parts stands in [`Content::issues`].
pub fn decode(bytes: &[u8], options: &DecodeOptions, resources: &dyn Resources) -> Result<Decoded, ContentError> {
    let inflated;
    let bytes = if is_gzip(bytes) {
        inflated = gunzip(bytes, options.limits.inflated_bytes)?;
        &inflated
    } else {
        bytes
    };
    match ContentFormat::sniff(bytes)? {
        ContentFormat::Gltf => gltf::read(bytes, &gltf::GltfFrame::new(options.up_axis), options, resources),
        ContentFormat::B3dm => b3dm::read(bytes, options, resources),
        ContentFormat::I3dm => i3dm::read(bytes, options, resources),
        ContentFormat::Pnts => pnts::read(bytes, options, resources),
        ContentFormat::Cmpt => cmpt::read(bytes, options, resources),
        ContentFormat::Tileset => Ok(Decoded::Tileset),
    }
}

/// Whether the bytes begin like a gzip member.
pub fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// Unpacks gzip, to at most `limit_bytes`.
///
/// # Errors
/// [`ContentError::Gzip`] for a broken stream, [`ContentError::TooLarge`] past the limit.
pub fn gunzip(bytes: &[u8], limit_bytes: usize) -> Result<Vec<u8>, ContentError> {
    let mut inflated = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes)
        .take((limit_bytes as u64).saturating_add(1))
        .read_to_end(&mut inflated)
        .map_err(|error| ContentError::Gzip { message: error.to_string() })?;
    if inflated.len() > limit_bytes {
        return Err(ContentError::TooLarge { what: "the unpacked gzip content", limit: limit_bytes as u64 });
    }
    Ok(inflated)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn formats_are_told_apart_by_magic_or_top_level_keys() {
        for (bytes, format) in [
            (&b"glTF\x02\0\0\0"[..], ContentFormat::Gltf),
            (b"b3dm", ContentFormat::B3dm),
            (b"i3dm", ContentFormat::I3dm),
            (b"pnts", ContentFormat::Pnts),
            (b"cmpt", ContentFormat::Cmpt),
            (b" \n{\"asset\":{\"version\":\"2.0\"}}", ContentFormat::Gltf),
            (b"\xef\xbb\xbf{\"asset\":{},\"root\":{}}", ContentFormat::Tileset),
        ] {
            assert_eq!(ContentFormat::sniff(bytes), Ok(format), "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn bytes_of_no_known_format_say_how_they_begin() {
        assert_eq!(ContentFormat::sniff(b""), Err(ContentError::Empty));
        let error = ContentFormat::sniff(b"PK\x03\x04").expect_err("a zip is no content");
        assert_eq!(error, ContentError::UnknownFormat { magic: "PK\\x03\\x04".into() });
        assert!(matches!(ContentFormat::sniff(b"{\"a\":1}"), Err(ContentError::Invalid { .. })));
        assert!(matches!(ContentFormat::sniff(b"{\"a\":"), Err(ContentError::Json { .. })));
    }

    #[test]
    fn a_gzipped_content_is_unpacked_and_its_size_is_bounded() {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(&vec![b' '; 100_000]).expect("writes to memory");
        packer.write_all(b"{\"asset\":{},\"root\":{}}").expect("writes to memory");
        let packed = packer.finish().expect("writes to memory");
        let mut options = DecodeOptions::default();
        assert!(matches!(decode(&packed, &options, &NoResources), Ok(Decoded::Tileset)));
        options.limits.inflated_bytes = 50_000;
        assert!(matches!(decode(&packed, &options, &NoResources), Err(ContentError::TooLarge { .. })));
        assert!(matches!(decode(&packed[..20], &options, &NoResources), Err(ContentError::Gzip { .. })));
    }

    #[test]
    fn the_up_axis_becomes_z() {
        use glam::DVec3;
        for (axis, up) in [(UpAxis::X, DVec3::X), (UpAxis::Y, DVec3::Y), (UpAxis::Z, DVec3::Z)] {
            let rotation = axis.z_up_from_model();
            assert_eq!(rotation * up, DVec3::Z);
            assert_eq!(rotation.determinant(), 1.0);
        }
    }
}
