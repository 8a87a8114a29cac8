//! The night palette: a picture of 16 x 1 texels with the light behind windows. Texel 0 is dark.

use image::ImageEncoder;

/// sRGB colours of the texels; warm rooms, cool offices, a street lamp (6), a red warning light (7),
/// a dim room (8), a screen's light (9), cold offices (10, 11).
pub const TEXELS: [[u8; 3]; 16] = [
    [0, 0, 0],
    [255, 196, 120],
    [240, 170, 92],
    [255, 222, 170],
    [196, 150, 90],
    [255, 236, 206],
    [255, 205, 140],
    [255, 50, 36],
    [150, 104, 58],
    [112, 136, 168],
    [206, 216, 224],
    [150, 158, 166],
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
];

/// The palette as a PNG.
pub fn png() -> Vec<u8> {
    let mut bytes = Vec::new();
    let pixels: Vec<u8> = TEXELS.iter().flatten().copied().collect();
    let encoder = image::codecs::png::PngEncoder::new(&mut bytes);
    // Writing to a Vec cannot fail, and the size matches; should it ever, an empty picture is left out by the writer.
    if encoder.write_image(&pixels, 16, 1, image::ExtendedColorType::Rgb8).is_err() {
        bytes.clear();
    }
    bytes
}

/// The texture coordinate (0..65535) of the middle of a texel.
pub fn u16_of(texel: u8) -> u16 {
    (((texel as u32 & 15) * 2 + 1) * 65_535 / 32) as u16
}
