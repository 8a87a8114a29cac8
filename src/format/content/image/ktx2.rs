//! KTX2 containers (KTX 2.0): Basis Universal to RGBA8 or BC7, and plain RGBA8; levels as they stand or in Zstandard.
//!
//! The header and the level index are read here rather than by the `ktx2` crate, which panics on damaged data format
//! descriptors; those are left to the transcoder. All numbers are little-endian.

use super::{ImageError, ImageLimits, level_bytes};
use crate::format::content::{TextureFormat, TextureImage};
use basisu::{DecodeFlags, SourceFormat, TargetFormat, Transcoder};
use std::borrow::Cow;
use std::io::Read;

const MAGIC: &[u8] = b"\xabKTX 20\xbb\r\n\x1a\n";
const SCHEME_OFFSET: usize = 44;
const LEVELS_OFFSET: usize = 80;
const LEVEL_BYTES: usize = 24;

const SCHEME_NONE: u32 = 0;
const SCHEME_BASIS_LZ: u32 = 1;
const SCHEME_ZSTANDARD: u32 = 2;

const FORMAT_UNDEFINED: u32 = 0;
const FORMAT_R8G8B8A8_UNORM: u32 = 37;
const FORMAT_R8G8B8A8_SRGB: u32 = 43;

/// UASTC: 16 bytes for each block of 4 x 4 pixels.
const UASTC_BLOCK_BYTES: usize = 16;

/// Whether the bytes begin like a KTX2 file.
pub fn is_ktx2(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Decodes a two-dimensional KTX2 image with all its mip levels.
///
/// # Errors
/// See [`ImageError`].
pub fn decode(bytes: &[u8], limits: &ImageLimits) -> Result<TextureImage, ImageError> {
    let file = File::open(bytes, limits)?;
    match file.format {
        FORMAT_UNDEFINED => file.basis(limits),
        FORMAT_R8G8B8A8_UNORM | FORMAT_R8G8B8A8_SRGB => file.plain(limits),
        other => Err(ImageError::Unsupported(format!("Vulkan format {other}"))),
    }
}

/// The header (KTX 2.0, section 3) and the bytes of each level, level 0 first.
struct File<'a> {
    bytes: &'a [u8],
    format: u32,
    scheme: u32,
    width_px: u32,
    height_px: u32,
    levels: Vec<&'a [u8]>,
}

impl<'a> File<'a> {
    fn open(bytes: &'a [u8], limits: &ImageLimits) -> Result<Self, ImageError> {
        let field = |offset: usize| u32_at(bytes, offset).ok_or_else(truncated);
        let (width_px, height_px) = (field(20)?, field(24)?);
        level_bytes(width_px, height_px, limits)?;
        let (depth, layers, faces) = (field(28)?, field(32)?, field(36)?);
        if depth > 1 || layers > 1 || faces > 1 {
            return Err(ImageError::Unsupported("a cube map, array or volume".into()));
        }
        let level_count = field(40)?.max(1);
        // A full chain halves down to one pixel.
        let full_chain = 32 - width_px.max(height_px).leading_zeros();
        if level_count > full_chain {
            return Err(malformed(format!("{level_count} mip levels, more than {full_chain}")));
        }
        let levels = (0..level_count as usize)
            .map(|level| {
                let entry = LEVELS_OFFSET + level * LEVEL_BYTES;
                let (start, length) = (u64_at(bytes, entry)?, u64_at(bytes, entry + 8)?);
                let end = usize::try_from(start.checked_add(length)?).ok()?;
                bytes.get(usize::try_from(start).ok()?..end)
            })
            .collect::<Option<Vec<_>>>()
            .ok_or_else(truncated)?;
        Ok(Self { bytes, format: field(12)?, scheme: field(SCHEME_OFFSET)?, width_px, height_px, levels })
    }

    /// Width and height of a mip level.
    fn level_size(&self, level: usize) -> (u32, u32) {
        let halved = |side: u32| side.checked_shr(level as u32).unwrap_or(0).max(1);
        (halved(self.width_px), halved(self.height_px))
    }

    /// Basis Universal: ETC1S or UASTC to RGBA8 or BC7.
    fn basis(&self, limits: &ImageLimits) -> Result<TextureImage, ImageError> {
        let bytes = match self.scheme {
            SCHEME_NONE | SCHEME_BASIS_LZ => Cow::Borrowed(self.bytes),
            SCHEME_ZSTANDARD => Cow::Owned(self.without_zstd()?),
            other => return Err(ImageError::Unsupported(format!("supercompression scheme {other}"))),
        };
        let source = Transcoder::new(&bytes).map_err(|error| malformed(format!("Basis Universal: {error:?}")))?;
        if !matches!(source.source_format(), SourceFormat::Etc1s | SourceFormat::UastcLdr) || source.is_video() {
            return Err(ImageError::Unsupported(format!("{:?}", source.source_format())));
        }
        let blocks_fit = self.width_px.is_multiple_of(4) && self.height_px.is_multiple_of(4);
        let (format, target) = if limits.bc7 && blocks_fit {
            (TextureFormat::Bc7, TargetFormat::Bc7Rgba)
        } else {
            (TextureFormat::Rgba8, TargetFormat::Rgba32)
        };
        self.image(format, limits, |level, _| {
            source
                .transcode(level as u32, target, DecodeFlags::NONE)
                .map_err(|error| malformed(format!("Basis Universal, mip level {level}: {error:?}")))
        })
    }

    fn plain(&self, limits: &ImageLimits) -> Result<TextureImage, ImageError> {
        self.image(TextureFormat::Rgba8, limits, |level, size| {
            let stored = self.levels.get(level).copied().unwrap_or_default();
            let mut pixels = match self.scheme {
                SCHEME_NONE => stored.to_vec(),
                SCHEME_ZSTANDARD => unzstd(stored, size)?,
                other => return Err(ImageError::Unsupported(format!("supercompression scheme {other}"))),
            };
            if pixels.len() < size {
                return Err(malformed(format!("mip level {level}: expected {size} bytes, got {}", pixels.len())));
            }
            pixels.truncate(size);
            Ok(pixels)
        })
    }

    /// All levels, one behind the other; `level_pixels` gets a level's number and its size as RGBA8.
    fn image(
        &self,
        format: TextureFormat,
        limits: &ImageLimits,
        level_pixels: impl Fn(usize, usize) -> Result<Vec<u8>, ImageError>,
    ) -> Result<TextureImage, ImageError> {
        let mut data = Vec::new();
        for level in 0..self.levels.len() {
            let (width_px, height_px) = self.level_size(level);
            let left = ImageLimits { bytes: limits.bytes.saturating_sub(data.len()), ..*limits };
            data.extend(level_pixels(level, level_bytes(width_px, height_px, &left)?)?);
        }
        let mip_count = self.levels.len() as u32;
        Ok(TextureImage { width_px: self.width_px, height_px: self.height_px, mip_count, format, data })
    }

    /// The same file with its levels unpacked and their places and lengths written anew (KTX 2.0, sections 3.8 and 3.9.7), so
    /// that how much is unpacked is bounded here: of Basis Universal only UASTC may use Zstandard, whose levels have a
    /// known size.
    fn without_zstd(&self) -> Result<Vec<u8>, ImageError> {
        let mut file = self.bytes.to_vec();
        for (level, packed) in self.levels.iter().enumerate() {
            let (width_px, height_px) = self.level_size(level);
            let blocks = (width_px.div_ceil(4) as usize).saturating_mul(height_px.div_ceil(4) as usize);
            let unpacked = unzstd(packed, blocks.saturating_mul(UASTC_BLOCK_BYTES))?;
            let entry: Vec<u8> = [file.len(), unpacked.len(), unpacked.len()]
                .iter()
                .flat_map(|&number| (number as u64).to_le_bytes())
                .collect();
            let start = LEVELS_OFFSET + level * LEVEL_BYTES;
            file.get_mut(start..start + LEVEL_BYTES).ok_or_else(truncated)?.copy_from_slice(&entry);
            file.extend(unpacked);
        }
        file.get_mut(SCHEME_OFFSET..SCHEME_OFFSET + 4).ok_or_else(truncated)?.fill(0);
        Ok(file)
    }
}

/// Unpacks Zstandard to at most `limit_bytes`.
fn unzstd(packed: &[u8], limit_bytes: usize) -> Result<Vec<u8>, ImageError> {
    let broken = |message: String| malformed(format!("Zstandard: {message}"));
    let decoder = ruzstd::decoding::StreamingDecoder::new(packed).map_err(|error| broken(error.to_string()))?;
    let mut unpacked = Vec::new();
    decoder
        .take((limit_bytes as u64).saturating_add(1))
        .read_to_end(&mut unpacked)
        .map_err(|error| broken(error.to_string()))?;
    if unpacked.len() > limit_bytes {
        return Err(broken(format!("unpacks to more than {limit_bytes} bytes")));
    }
    Ok(unpacked)
}

fn malformed(message: String) -> ImageError {
    ImageError::Malformed { format: "KTX2", message }
}

fn truncated() -> ImageError {
    malformed("the file is truncated".into())
}

fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    bytes.get(offset..)?.first_chunk().copied().map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], offset: usize) -> Option<u64> {
    bytes.get(offset..)?.first_chunk().copied().map(u64::from_le_bytes)
}
