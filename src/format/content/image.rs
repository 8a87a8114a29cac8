//! Textures' images to pixels: PNG, JPEG and WebP by their signature (the declared media type is often wrong), and KTX2
//! with Basis Universal (KTX 2.0; KHR_texture_basisu: ETC1S or UASTC, also Zstandard) or with plain RGBA8.
//!
//! Sizes are checked before pixels are allocated. Colour space is not touched: it is the use's, see [`TextureImage`].
//! Not read: cube maps, arrays, volumes, HDR, and GPU formats other than what Basis Universal transcodes.

use super::{TextureFormat, TextureImage};
use basisu::{DecodeFlags, SourceFormat, TargetFormat, Transcoder};
use std::borrow::Cow;
use std::io::{Cursor, Read};

/// Bounds of one image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageLimits {
    pub side_px: u32,
    /// Decoded bytes of all mip levels.
    pub bytes: usize,
    /// Transcode Basis Universal to BC7 where its rules allow (sides divisible by 4).
    pub bc7: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    #[error("unknown image format: expected PNG, JPEG, WebP or KTX2, got bytes that begin with {0:02x?}")]
    UnknownFormat(Vec<u8>),
    #[error("an image of {width_px} x {height_px} pixels is over the limits ({limits:?})")]
    TooLarge { width_px: u32, height_px: u32, limits: ImageLimits },
    #[error("{format} image: {message}")]
    Malformed { format: &'static str, message: String },
    #[error("KTX2 image: {0} is not supported")]
    Unsupported(String),
}

const KTX2_MAGIC: &[u8] = b"\xabKTX 20\xbb\r\n\x1a\n";

/// Decodes an image.
///
/// # Errors
/// See [`ImageError`].
pub fn decode(bytes: &[u8], limits: &ImageLimits) -> Result<TextureImage, ImageError> {
    if bytes.starts_with(KTX2_MAGIC) {
        return ktx2(bytes, limits);
    }
    let format =
        image::guess_format(bytes).map_err(|_| ImageError::UnknownFormat(bytes.iter().copied().take(8).collect()))?;
    let name = match format {
        image::ImageFormat::Png => "PNG",
        image::ImageFormat::Jpeg => "JPEG",
        image::ImageFormat::WebP => "WebP",
        _ => return Err(ImageError::UnknownFormat(bytes.iter().copied().take(8).collect())),
    };
    let malformed = |error: image::ImageError| ImageError::Malformed { format: name, message: error.to_string() };
    let (width_px, height_px) =
        image::ImageReader::with_format(Cursor::new(bytes), format).into_dimensions().map_err(malformed)?;
    level_bytes(width_px, height_px, limits)?;

    let mut reader = image::ImageReader::with_format(Cursor::new(bytes), format);
    let mut decoder_limits = image::Limits::default();
    decoder_limits.max_image_width = Some(limits.side_px);
    decoder_limits.max_image_height = Some(limits.side_px);
    // Room for 16-bit channels and the decoder's own rows, on top of the RGBA8 result.
    decoder_limits.max_alloc = Some((limits.bytes as u64).saturating_mul(3));
    reader.limits(decoder_limits);
    let pixels = reader.decode().map_err(malformed)?.into_rgba8();
    Ok(TextureImage {
        width_px: pixels.width(),
        height_px: pixels.height(),
        mip_count: 1,
        format: TextureFormat::Rgba8,
        data: pixels.into_raw(),
    })
}

/// RGBA8 bytes of one level, if within the limits.
fn level_bytes(width_px: u32, height_px: u32, limits: &ImageLimits) -> Result<usize, ImageError> {
    let bytes = (width_px as usize).checked_mul(height_px as usize).and_then(|pixels| pixels.checked_mul(4));
    match bytes {
        Some(bytes)
            if width_px > 0 && height_px > 0 && width_px.max(height_px) <= limits.side_px && bytes <= limits.bytes =>
        {
            Ok(bytes)
        }
        _ => Err(ImageError::TooLarge { width_px, height_px, limits: *limits }),
    }
}

fn ktx2(bytes: &[u8], limits: &ImageLimits) -> Result<TextureImage, ImageError> {
    let reader = ktx2::Reader::new(bytes).map_err(|error| ktx2_malformed(error.to_string()))?;
    let header = reader.header();
    let (width_px, height_px) = (header.pixel_width, header.pixel_height);
    level_bytes(width_px, height_px, limits)?;
    if header.pixel_depth > 1 || header.layer_count > 1 || header.face_count > 1 {
        return Err(ImageError::Unsupported("a cube map, array or volume".into()));
    }
    // A full chain halves down to one pixel; the reader has checked that each level's bytes are there.
    let full_chain = 32 - width_px.max(height_px).leading_zeros();
    let mip_count = header.level_count.clamp(1, full_chain);
    if mip_count < header.level_count {
        return Err(ktx2_malformed(format!("{} mip levels, more than {full_chain}", header.level_count)));
    }
    match header.format {
        None => basis(bytes, &reader, mip_count, limits),
        Some(ktx2::Format::R8G8B8A8_UNORM | ktx2::Format::R8G8B8A8_SRGB) => plain(&reader, mip_count, limits),
        Some(other) => Err(ImageError::Unsupported(format!("format {other:?}"))),
    }
}

fn ktx2_malformed(message: String) -> ImageError {
    ImageError::Malformed { format: "KTX2", message }
}

/// Width and height of a mip level.
fn level_size(header: &ktx2::Header, level: u32) -> (u32, u32) {
    ((header.pixel_width >> level).max(1), (header.pixel_height >> level).max(1))
}

/// Basis Universal: ETC1S or UASTC to RGBA8 or BC7.
fn basis(
    bytes: &[u8],
    reader: &ktx2::Reader<&[u8]>,
    mip_count: u32,
    limits: &ImageLimits,
) -> Result<TextureImage, ImageError> {
    let header = reader.header();
    let bytes = if header.supercompression_scheme == Some(ktx2::SupercompressionScheme::Zstandard) {
        Cow::Owned(without_zstd(bytes, reader, mip_count)?)
    } else {
        Cow::Borrowed(bytes)
    };
    let source = Transcoder::new(&bytes).map_err(|error| ktx2_malformed(format!("Basis Universal: {error:?}")))?;
    if !matches!(source.source_format(), SourceFormat::Etc1s | SourceFormat::UastcLdr) || source.is_video() {
        return Err(ImageError::Unsupported(format!("{:?}", source.source_format())));
    }
    let blocks_fit = header.pixel_width.is_multiple_of(4) && header.pixel_height.is_multiple_of(4);
    let (format, target) = if limits.bc7 && blocks_fit {
        (TextureFormat::Bc7, TargetFormat::Bc7Rgba)
    } else {
        (TextureFormat::Rgba8, TargetFormat::Rgba32)
    };
    let mut data = Vec::new();
    for level in 0..mip_count {
        let (width_px, height_px) = level_size(&header, level);
        let left = ImageLimits { bytes: limits.bytes.saturating_sub(data.len()), ..*limits };
        level_bytes(width_px, height_px, &left)?;
        let pixels = source
            .transcode(level, target, DecodeFlags::NONE)
            .map_err(|error| ktx2_malformed(format!("Basis Universal, mip level {level}: {error:?}")))?;
        data.extend(pixels);
    }
    Ok(TextureImage { width_px: header.pixel_width, height_px: header.pixel_height, mip_count, format, data })
}

/// Level 0 first, each as it stands or unpacked.
fn plain(reader: &ktx2::Reader<&[u8]>, mip_count: u32, limits: &ImageLimits) -> Result<TextureImage, ImageError> {
    let header = reader.header();
    let mut data = Vec::new();
    for (number, level) in (0..mip_count).zip(reader.levels()) {
        let (width_px, height_px) = level_size(&header, number);
        let left = ImageLimits { bytes: limits.bytes.saturating_sub(data.len()), ..*limits };
        let size = level_bytes(width_px, height_px, &left)?;
        let pixels = match header.supercompression_scheme {
            None => Cow::Borrowed(level.data),
            Some(ktx2::SupercompressionScheme::Zstandard) => Cow::Owned(unzstd(level.data, size)?),
            Some(other) => return Err(ImageError::Unsupported(format!("{other:?}"))),
        };
        let pixels = pixels.get(..size).ok_or_else(|| {
            ktx2_malformed(format!("mip level {number}: expected {size} bytes, got {}", pixels.len()))
        })?;
        data.extend_from_slice(pixels);
    }
    Ok(TextureImage {
        width_px: header.pixel_width,
        height_px: header.pixel_height,
        mip_count,
        format: TextureFormat::Rgba8,
        data,
    })
}

const KTX2_SCHEME_OFFSET: usize = 44;
const KTX2_LEVELS_OFFSET: usize = 80;
const KTX2_LEVEL_BYTES: usize = 24;
/// UASTC: 16 bytes for each block of 4 x 4 pixels.
const UASTC_BLOCK_BYTES: usize = 16;

/// The same file with its levels unpacked and their places and lengths written anew (KTX 2.0, sections 3.8 and 3.9.7), so
/// that how much is unpacked is bounded here: Zstandard is allowed for UASTC only, whose levels have a known size.
fn without_zstd(bytes: &[u8], reader: &ktx2::Reader<&[u8]>, mip_count: u32) -> Result<Vec<u8>, ImageError> {
    let header = reader.header();
    let mut file = bytes.to_vec();
    for (number, level) in (0..mip_count).zip(reader.levels()) {
        let (width_px, height_px) = level_size(&header, number);
        let blocks = (width_px.div_ceil(4) as usize).checked_mul(height_px.div_ceil(4) as usize);
        let size = blocks
            .and_then(|blocks| blocks.checked_mul(UASTC_BLOCK_BYTES))
            .ok_or_else(|| ktx2_malformed("the level's size overflows".into()))?;
        let unpacked = unzstd(level.data, size)?;
        let mut entry = Vec::with_capacity(KTX2_LEVEL_BYTES);
        for number in [file.len(), unpacked.len(), unpacked.len()] {
            entry.extend((number as u64).to_le_bytes());
        }
        let start = KTX2_LEVELS_OFFSET + number as usize * KTX2_LEVEL_BYTES;
        file.get_mut(start..start + KTX2_LEVEL_BYTES)
            .ok_or_else(|| ktx2_malformed("the level index is truncated".into()))?
            .copy_from_slice(&entry);
        file.extend(unpacked);
    }
    file.get_mut(KTX2_SCHEME_OFFSET..KTX2_SCHEME_OFFSET + 4)
        .ok_or_else(|| ktx2_malformed("the header is truncated".into()))?
        .fill(0);
    Ok(file)
}

/// Unpacks Zstandard to at most `limit_bytes`.
fn unzstd(packed: &[u8], limit_bytes: usize) -> Result<Vec<u8>, ImageError> {
    let malformed = |message: String| ktx2_malformed(format!("Zstandard: {message}"));
    let decoder = ruzstd::decoding::StreamingDecoder::new(packed).map_err(|error| malformed(error.to_string()))?;
    let mut unpacked = Vec::new();
    decoder
        .take((limit_bytes as u64).saturating_add(1))
        .read_to_end(&mut unpacked)
        .map_err(|error| malformed(error.to_string()))?;
    if unpacked.len() > limit_bytes {
        return Err(malformed(format!("unpacks to more than {limit_bytes} bytes")));
    }
    Ok(unpacked)
}

#[cfg(test)]
mod tests;
