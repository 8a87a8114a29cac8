//! Pictures of tiles in the formats that need a C or C++ library: WebP with loss and KTX2 with Basis Universal.
//!
//! Both are features of the build (`write-webp`, `write-ktx2`), since they cost it a compiler's minute, and KTX2's bindings
//! need libclang. Without them these functions say so, and a bake falls back to JPEG (`bake::imagery::encode`).
//!
//! Measured on one texture of a real city (512 x 512, one core of the machine of the project's tests): JPEG 75: 45 KB in
//! 7 ms; WebP 75: 22 KB in 22 ms; KTX2 ETC1S 75 with mipmaps: 71 KB in 0.7 s; KTX2 UASTC 75 with mipmaps and Zstandard:
//! 237 KB in 2.2 s. So WebP is for what comes over a network, ETC1S for what must be small in the GPU (a quarter of RGBA8's
//! memory as BC7, mipmaps made beforehand); UASTC only where ETC1S' blocks show. The old crate `basis-universal` was
//! weighed too: its library is of 2021 and writes .basis only.
//!
//! All are single-threaded and give the same bytes for the same picture.

use crate::bake::imagery::TilePicture;
use crate::bake::imagery::encode::EncodeError;

/// How Basis Universal packs blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blocks {
    /// Small, for photographs.
    Etc1s,
    /// Near to the original, for drawings.
    Uastc,
}

/// WebP with loss; quality 1 to 100.
///
/// # Errors
/// [`EncodeError`] if the build has no encoder or the picture has other pixels than its side says.
#[cfg(feature = "write-webp")]
pub fn webp_lossy(picture: &TilePicture, quality: u8) -> Result<Vec<u8>, EncodeError> {
    check(picture, "WebP")?;
    let pixels = picture.pixels.as_flattened();
    let encoder = webp::Encoder::from_rgb(pixels, picture.side_px, picture.side_px);
    Ok(encoder.encode(f32::from(quality.clamp(1, 100))).to_vec())
}

/// This build has no encoder.
///
/// # Errors
/// [`EncodeError`] always.
#[cfg(not(feature = "write-webp"))]
pub fn webp_lossy(_picture: &TilePicture, _quality: u8) -> Result<Vec<u8>, EncodeError> {
    Err(EncodeError { format: "WebP", reason: "this build has no encoder: build with the feature `write-webp`".into() })
}

/// KTX2 with all mipmaps; quality 1 to 100.
///
/// # Errors
/// [`EncodeError`] if the build has no encoder, the picture has other pixels than its side says, or the encoder fails.
#[cfg(feature = "write-ktx2")]
pub fn ktx2(picture: &TilePicture, blocks: Blocks, quality: u8) -> Result<Vec<u8>, EncodeError> {
    use basisu_c_sys::extra::{BasisuEncoder, BasisuEncoderParams, SourceImage, SourceImageFormat, types};
    use basisu_c_sys::{BasisTextureFormat, common};
    check(picture, "KTX2")?;
    let failed =
        |error: basisu_c_sys::extra::BasisuEncodeError| EncodeError { format: "KTX2", reason: error.to_string() };
    basisu_c_sys::extra::basisu_encoder_init();
    let pixels: Vec<u8> = picture.pixels.iter().flat_map(|&[r, g, b]| [r, g, b, 255]).collect();
    let size = types::Extent3d { width: picture.side_px, height: picture.side_px, depth_or_array_layers: 1 };
    let mut encoder = BasisuEncoder::new();
    encoder.set_image(SourceImage { data: &pixels, format: SourceImageFormat::Rgba8, size }).map_err(failed)?;
    let format = match blocks {
        Blocks::Etc1s => BasisTextureFormat::Etc1s,
        Blocks::Uastc => BasisTextureFormat::UastcLdr4x4,
    };
    // One thread: the bake's workers share the cores.
    let params = BasisuEncoderParams {
        quality_level: i32::from(quality.clamp(1, 100)),
        ..BasisuEncoderParams::new_with_srgb_defaults(format)
            .with_removed_flags(common::BU_COMP_FLAGS_THREADED as u64)
            .with_flags(common::BU_COMP_FLAGS_GEN_MIPS_CLAMP as u64)
    };
    encoder.compress(params).map_err(failed)
}

/// This build has no encoder.
///
/// # Errors
/// [`EncodeError`] always.
#[cfg(not(feature = "write-ktx2"))]
pub fn ktx2(_picture: &TilePicture, _blocks: Blocks, _quality: u8) -> Result<Vec<u8>, EncodeError> {
    Err(EncodeError { format: "KTX2", reason: "this build has no encoder: build with the feature `write-ktx2`".into() })
}

#[cfg(any(feature = "write-webp", feature = "write-ktx2"))]
fn check(picture: &TilePicture, format: &'static str) -> Result<(), EncodeError> {
    let side = u64::from(picture.side_px);
    if side > 0 && picture.pixels.len() as u64 == side * side {
        return Ok(());
    }
    Err(EncodeError { format, reason: format!("expected {side} x {side} pixels, got {}", picture.pixels.len()) })
}

#[cfg(all(test, any(feature = "write-webp", feature = "write-ktx2")))]
mod tests {
    use super::*;
    use crate::format::content::image::{ImageLimits, decode};

    const LIMITS: ImageLimits = ImageLimits { side_px: 64, bytes: 1 << 20, bc7: false };

    fn picture() -> TilePicture {
        let pixel = |i: u32| [(i % 64 * 4) as u8, (i / 64 * 4) as u8, 90];
        TilePicture { side_px: 64, pixels: (0..64 * 64).map(pixel).collect(), missing_px: 0 }
    }

    /// The mean difference of what is read from what was written.
    fn off(bytes: &[u8]) -> f64 {
        let read = decode(bytes, &LIMITS).expect("our reader reads it");
        let written = picture();
        let pairs = read
            .data
            .as_chunks::<4>()
            .0
            .iter()
            .zip(&written.pixels)
            .flat_map(|(got, p)| [got[0].abs_diff(p[0]), got[1].abs_diff(p[1]), got[2].abs_diff(p[2])]);
        pairs.map(f64::from).sum::<f64>() / (64.0 * 64.0 * 3.0)
    }

    #[cfg(feature = "write-webp")]
    #[test]
    fn webp_is_read_again_and_the_same_twice() {
        let bytes = webp_lossy(&picture(), 80).expect("written");
        assert!(off(&bytes) < 4.0, "{}", off(&bytes));
        assert_eq!(bytes, webp_lossy(&picture(), 80).expect("written"));
    }

    #[cfg(feature = "write-ktx2")]
    #[test]
    fn ktx2_is_read_again_with_its_mipmaps_and_the_same_twice() {
        for (blocks, limit) in [(Blocks::Etc1s, 6.0), (Blocks::Uastc, 2.0)] {
            let bytes = ktx2(&picture(), blocks, 75).expect("written");
            assert_eq!(decode(&bytes, &LIMITS).expect("read").mip_count, 7, "{blocks:?}");
            assert!(off(&bytes) < limit, "{blocks:?}: {}", off(&bytes));
            assert_eq!(bytes, ktx2(&picture(), blocks, 75).expect("written"), "{blocks:?}");
        }
    }

    #[test]
    fn pictures_without_pixels_are_refused() {
        let wrong = TilePicture { side_px: 8, pixels: vec![[0; 3]; 63], missing_px: 0 };
        assert!(webp_lossy(&wrong, 80).is_err());
        assert!(ktx2(&wrong, Blocks::Etc1s, 80).is_err());
    }
}
