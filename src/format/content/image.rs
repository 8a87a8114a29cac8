//! Textures' images to pixels: PNG, JPEG and WebP by their signature (the declared media type is often wrong), and KTX2
//! with Basis Universal (KTX 2.0; KHR_texture_basisu: ETC1S or UASTC, also Zstandard) or with plain RGBA8.
//!
//! Sizes are checked before pixels are allocated. Colour space is not touched: it is the use's, see [`TextureImage`].
//! Not read: cube maps, arrays, volumes, HDR, and GPU formats other than what Basis Universal transcodes.

use super::{TextureFormat, TextureImage};
use std::io::Cursor;

mod ktx2;

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

/// Decodes an image.
///
/// # Errors
/// See [`ImageError`].
pub fn decode(bytes: &[u8], limits: &ImageLimits) -> Result<TextureImage, ImageError> {
    if ktx2::is_ktx2(bytes) {
        return ktx2::decode(bytes, limits);
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

#[cfg(test)]
mod tests;
