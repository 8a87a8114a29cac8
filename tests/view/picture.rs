//! Comparison of pictures with a tolerance: drivers round differently, and edges fall on other pixels.

use image::RgbaImage;

/// A pixel differs if any channel is off by more than this.
const CHANNEL_TOLERANCE: u8 = 24;
/// Pictures are judged block by block: the size of one picture on a sheet.
const BLOCK_PX: [u32; 2] = [192, 108];

/// By how much the share of pixels that differ exceeds what is allowed (1: just so), and a picture of where they are.
///
/// Pictures are judged block by block, and the worst decides: one that is wrong on a sheet of thirty must not drown.
/// `allowed` gives the share for the block that a pixel is in, `None` where it does not count.
pub fn compare(
    expected: &RgbaImage,
    got: &RgbaImage,
    allowed: &dyn Fn(u32, u32) -> Option<f64>,
) -> Result<(f64, RgbaImage), String> {
    if expected.dimensions() != got.dimensions() {
        return Err(format!("expected {:?} pixels, got {:?}", expected.dimensions(), got.dimensions()));
    }
    let (width, height) = expected.dimensions();
    let mut difference = RgbaImage::new(width, height);
    let mut blocks = std::collections::BTreeMap::<(u32, u32), (u64, u64)>::new();
    for (x, y, wanted) in expected.enumerate_pixels() {
        let off = wanted.0.iter().zip(got.get_pixel(x, y).0).map(|(a, b)| a.abs_diff(b)).max().unwrap_or(0);
        if allowed(x, y).is_some() {
            let (pixels, outliers) = blocks.entry((x / BLOCK_PX[0], y / BLOCK_PX[1])).or_default();
            *pixels += 1;
            *outliers += u64::from(off > CHANNEL_TOLERANCE);
        }
        let red = if off > CHANNEL_TOLERANCE { 255 } else { 0 };
        difference.put_pixel(x, y, image::Rgba([red, off, off, 255]));
    }
    let excess = |((x, y), (pixels, outliers)): (&(u32, u32), &(u64, u64))| {
        let most = allowed(x * BLOCK_PX[0], y * BLOCK_PX[1]).unwrap_or(1.0);
        *outliers as f64 / *pixels as f64 / most.max(1e-6)
    };
    Ok((blocks.iter().map(excess).fold(0.0, f64::max), difference))
}
