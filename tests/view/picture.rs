//! Comparison of pictures with a tolerance: drivers round differently, and edges fall on other pixels.

use image::RgbaImage;

/// A pixel differs if any channel is off by more than this.
const CHANNEL_TOLERANCE: u8 = 24;

/// Share of pixels that differ, and a picture of where.
pub fn compare(expected: &RgbaImage, got: &RgbaImage) -> Result<(f64, RgbaImage), String> {
    if expected.dimensions() != got.dimensions() {
        return Err(format!("expected {:?} pixels, got {:?}", expected.dimensions(), got.dimensions()));
    }
    let (width, height) = expected.dimensions();
    let mut difference = RgbaImage::new(width, height);
    let mut outliers = 0u64;
    for (x, y, wanted) in expected.enumerate_pixels() {
        let off = wanted.0.iter().zip(got.get_pixel(x, y).0).map(|(a, b)| a.abs_diff(b)).max().unwrap_or(0);
        outliers += u64::from(off > CHANNEL_TOLERANCE);
        let red = if off > CHANNEL_TOLERANCE { 255 } else { 0 };
        difference.put_pixel(x, y, image::Rgba([red, off, off, 255]));
    }
    Ok((outliers as f64 / f64::from(width * height), difference))
}
