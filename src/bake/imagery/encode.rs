//! Pictures to bytes.
//!
//! JPEG for photographs, WebP without loss for drawings, both by the crate `image`. WebP with loss and KTX2 need C and C++
//! libraries and are the edge's (`batch`).

use super::TilePicture;

/// Why a picture can't be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{format}: {reason}")]
pub struct EncodeError {
    pub format: &'static str,
    pub reason: String,
}

/// Baseline JPEG, 4:2:0 colours; quality 1 to 100.
///
/// # Errors
/// [`EncodeError`] if the picture has other pixels than its side says.
pub fn jpeg(picture: &TilePicture, quality: u8) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality.clamp(1, 100));
    write(picture, "JPEG", encoder)?;
    Ok(bytes)
}

/// WebP without loss.
///
/// # Errors
/// As [`jpeg`].
pub fn webp_lossless(picture: &TilePicture) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = Vec::new();
    write(picture, "WebP", image::codecs::webp::WebPEncoder::new_lossless(&mut bytes))?;
    Ok(bytes)
}

fn write(picture: &TilePicture, format: &'static str, encoder: impl image::ImageEncoder) -> Result<(), EncodeError> {
    let failed = |reason: String| EncodeError { format, reason };
    let side = picture.side_px;
    if picture.pixels.len() as u64 != u64::from(side) * u64::from(side) {
        return Err(failed(format!("expected {side} x {side} pixels, got {}", picture.pixels.len())));
    }
    let pixels = picture.pixels.as_flattened();
    encoder.write_image(pixels, side, side, image::ExtendedColorType::Rgb8).map_err(|error| failed(error.to_string()))
}
