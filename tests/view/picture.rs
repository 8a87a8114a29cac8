//! Comparison of pictures with a tolerance: drivers round differently, and edges fall on other pixels.

use image::RgbaImage;

/// A pixel differs if any channel is off by more than this.
const CHANNEL_TOLERANCE: u8 = 24;
/// Pictures are judged block by block: the size of one picture on a sheet.
const BLOCK_PX: [u32; 2] = [192, 108];

/// Share of pixels that differ among those that count, and a picture of where. Of pictures that are sheets of small ones
/// it is the share in the worst block of pixels that decides: one that is wrong among thirty must not drown.
pub fn compare(
    expected: &RgbaImage,
    got: &RgbaImage,
    counts: &dyn Fn(u32, u32) -> bool,
) -> Result<(f64, RgbaImage), String> {
    if expected.dimensions() != got.dimensions() {
        return Err(format!("expected {:?} pixels, got {:?}", expected.dimensions(), got.dimensions()));
    }
    let (width, height) = expected.dimensions();
    let mut difference = RgbaImage::new(width, height);
    let mut blocks = std::collections::BTreeMap::<(u32, u32), (u64, u64)>::new();
    for (x, y, wanted) in expected.enumerate_pixels() {
        let off = wanted.0.iter().zip(got.get_pixel(x, y).0).map(|(a, b)| a.abs_diff(b)).max().unwrap_or(0);
        if counts(x, y) {
            let (pixels, outliers) = blocks.entry((x / BLOCK_PX[0], y / BLOCK_PX[1])).or_default();
            *pixels += 1;
            *outliers += u64::from(off > CHANNEL_TOLERANCE);
        }
        let red = if off > CHANNEL_TOLERANCE { 255 } else { 0 };
        difference.put_pixel(x, y, image::Rgba([red, off, off, 255]));
    }
    let share = |(pixels, outliers): &(u64, u64)| *outliers as f64 / *pixels as f64;
    Ok((blocks.values().map(share).fold(0.0, f64::max), difference))
}
