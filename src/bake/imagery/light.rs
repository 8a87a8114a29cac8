//! Means of light: sRGB codes go to linear light by a table, and back by searching it (IEC 61966-2-1).

use glam::DVec2;
use std::sync::OnceLock;

use crate::bake::model::Srgb;
use crate::bake::mosaic::Posts;

/// Light that reached a pixel, and how much of the pixel it is for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Light {
    /// Linear, times the coverage.
    rgb: [f32; 3],
    coverage: f32,
}

impl Light {
    pub fn coverage(&self) -> f32 {
        self.coverage
    }

    /// Nothing below can be seen.
    pub fn is_full(&self) -> bool {
        self.coverage > 0.999
    }

    /// Puts another light below this one.
    pub fn add(&mut self, below: &Light) {
        let room = 1.0 - self.coverage;
        for (channel, more) in self.rgb.iter_mut().zip(below.rgb) {
            *channel += more * room;
        }
        self.coverage += below.coverage * room;
    }

    /// The colour over a background.
    pub fn over(&self, background: Srgb) -> Srgb {
        let room = (1.0 - self.coverage).max(0.0);
        let mut color = [0; 3];
        for (k, channel) in color.iter_mut().enumerate() {
            *channel = code_of(self.rgb[k] + linear()[usize::from(background[k])] * room);
        }
        color
    }
}

/// The mean of pixels under a box of this size about a place, weighted by how much of each lies in it.
pub fn mean(posts: &Posts<[u8; 4]>, centre: DVec2, size: DVec2) -> Light {
    let (low, high) = (centre - size / 2.0, centre + size / 2.0);
    let mut light = Light::default();
    let mut area = 0.0;
    // Pixel i reaches from i - 1/2 to i + 1/2.
    for row in (low.y + 0.5).floor() as i64..=(high.y + 0.5).floor() as i64 {
        let tall = overlap(row, low.y, high.y);
        for col in (low.x + 0.5).floor() as i64..=(high.x + 0.5).floor() as i64 {
            let weight = (tall * overlap(col, low.x, high.x)) as f32;
            area += weight;
            if let Some([r, g, b, a]) = posts.get(col, row) {
                let weight = weight * f32::from(a) / 255.0;
                light.coverage += weight;
                for (channel, code) in light.rgb.iter_mut().zip([r, g, b]) {
                    *channel += linear()[usize::from(code)] * weight;
                }
            }
        }
    }
    if area > 0.0 {
        light.coverage /= area;
        light.rgb = light.rgb.map(|channel| channel / area);
    }
    light
}

fn overlap(pixel: i64, low: f64, high: f64) -> f64 {
    let middle = pixel as f64;
    ((middle + 0.5).min(high) - (middle - 0.5).max(low)).max(0.0)
}

/// The mean of four pixels, by their alpha.
pub fn mean_of_four(pixels: [[u8; 4]; 4]) -> [u8; 4] {
    let alpha: u32 = pixels.iter().map(|p| u32::from(p[3])).sum();
    if alpha == 0 {
        return [0; 4];
    }
    let mut mean = [0, 0, 0, ((alpha + 2) / 4) as u8];
    for k in 0..3 {
        let sum: f32 = pixels.iter().map(|p| linear()[usize::from(p[k])] * f32::from(p[3])).sum();
        mean[k] = code_of(sum / alpha as f32);
    }
    mean
}

/// Linear light of each code. The power is std's; a code's last bits may differ between machines, the codes that come out
/// only where a mean lies on the edge between two.
fn linear() -> &'static [f32; 256] {
    static TABLE: OnceLock<[f32; 256]> = OnceLock::new();
    TABLE.get_or_init(|| {
        std::array::from_fn(|code| {
            let c = code as f64 / 255.0;
            (if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }) as f32
        })
    })
}

/// The nearest code of a linear light.
fn code_of(light: f32) -> u8 {
    let table = linear();
    let above = table.partition_point(|&l| l < light).min(255);
    let below = above.saturating_sub(1);
    if light - table[below] < table[above] - light { below as u8 } else { above as u8 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_comes_back() {
        for code in 0..=255 {
            assert_eq!(code_of(linear()[usize::from(code as u8)]), code as u8);
        }
        assert_eq!((code_of(-1.0), code_of(2.0), code_of(f32::NAN)), (0, 255, 0));
    }

    #[test]
    fn black_and_white_make_the_grey_of_half_the_light() {
        let mean = mean_of_four([[0, 0, 0, 255], [255; 4], [0, 0, 0, 255], [255; 4]]);
        assert_eq!(mean, [188, 188, 188, 255]);
        // What is not there has no colour.
        assert_eq!(mean_of_four([[10, 20, 30, 255], [0; 4], [0; 4], [0; 4]]), [10, 20, 30, 64]);
    }
}
