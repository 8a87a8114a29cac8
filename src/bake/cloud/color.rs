//! Colours of points: what the file has, scaled right; a palette by class where it has none.

use super::ingest::SourceSummary;
use super::point::CloudPoint;

/// What points are coloured by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Coloring {
    /// The file's colours, else by class and intensity.
    #[default]
    Auto,
    /// By class, shaded by intensity.
    Class,
    /// Grey by intensity.
    Intensity,
}

/// Gives the points of one source their final sRGB colour, 8 significant bits in each 16.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Painter {
    coloring: Coloring,
    /// `None` where the source has no colours.
    color_bits: Option<u32>,
    /// Intensity that is drawn white; 0 where there is none.
    white: u64,
}

impl Painter {
    /// `all`: every source of the cloud, since intensities must look alike in all of them.
    pub fn new(coloring: Coloring, source: &SourceSummary, all: &[SourceSummary]) -> Self {
        let (sum, points) = all.iter().fold((0, 0), |(sum, points), s| (sum + s.intensity_sum, points + s.points));
        // A colour format whose values are all black was never filled in.
        let color_bits = source.color_bits().filter(|_| source.color_max != Some(0));
        Self { coloring, color_bits, white: 2 * sum / u64::max(points, 1) }
    }

    pub fn paint(&self, point: &mut CloudPoint) {
        let colored = self.color_bits.filter(|_| self.coloring == Coloring::Auto);
        point.rgb = match colored {
            Some(bits) => point.rgb.map(|value| eight_bits(value, bits)),
            None => {
                let base = if self.coloring == Coloring::Intensity { [255; 3] } else { class_color(point.class) };
                base.map(|channel| widened(self.shaded(channel, point.intensity)))
            }
        };
    }

    /// A third of the brightness at least, so that black asphalt still has its class.
    fn shaded(&self, channel: u8, intensity: u16) -> u8 {
        if self.white == 0 {
            return channel;
        }
        let intensity = u64::from(intensity).min(self.white);
        let thirds = self.white + 2 * intensity;
        // At most 255, as `thirds` is at most three times `white`.
        (u64::from(channel) * thirds / (3 * self.white)) as u8
    }
}

fn eight_bits(value: u16, bits: u32) -> u16 {
    widened(if bits > 8 { (value >> (bits - 8)).min(255) as u8 } else { value.min(255) as u8 })
}

fn widened(channel: u8) -> u16 {
    u16::from(channel) * 257
}

/// sRGB by ASPRS class.
fn class_color(class: u8) -> [u8; 3] {
    match class {
        2 => [168, 146, 118],
        3 => [157, 191, 104],
        4 => [104, 164, 76],
        5 => [60, 126, 58],
        6 => [206, 110, 84],
        7 | 18 => [224, 64, 200],
        9 => [72, 134, 196],
        10 => [126, 110, 142],
        11 => [120, 122, 128],
        13 | 14 => [240, 206, 70],
        15 | 16 => [222, 160, 60],
        17 => [172, 172, 180],
        19 => [150, 120, 170],
        20 => [140, 128, 110],
        21 => [240, 244, 250],
        _ => [186, 188, 190],
    }
}

/// Linear light of an sRGB byte, 0 to 65535; IEC 61966-2-1 by arithmetic that gives the same bits everywhere.
pub fn linear_16(byte: u8) -> u16 {
    let c = f64::from(byte) / 255.0;
    let linear = if c <= 0.04045 {
        c / 12.92
    } else {
        let x = (c + 0.055) / 1.055;
        // x to the power 2.4 = the fifth root of x to the power 12, by Newton from above.
        let x4 = (x * x) * (x * x);
        let x12 = x4 * x4 * x4;
        let mut root = 1.0;
        for _ in 0..60 {
            let r2: f64 = root * root;
            root -= (root - x12 / (r2 * r2)) / 5.0;
        }
        root
    };
    (linear * 65_535.0 + 0.5).floor() as u16
}

/// Names of the classes in LAS 1.4 R15, table 17; 8 and 12 as older formats use them.
pub fn class_name(class: u8) -> &'static str {
    const NAMES: [&str; 23] = [
        "Created, never classified",
        "Unclassified",
        "Ground",
        "Low Vegetation",
        "Medium Vegetation",
        "High Vegetation",
        "Building",
        "Low Point (Noise)",
        "Model Key-point",
        "Water",
        "Rail",
        "Road Surface",
        "Overlap",
        "Wire - Guard (Shield)",
        "Wire - Conductor (Phase)",
        "Transmission Tower",
        "Wire-structure Connector",
        "Bridge Deck",
        "High Noise",
        "Overhead Structure",
        "Ignored Ground",
        "Snow",
        "Temporal Exclusion",
    ];
    match NAMES.get(usize::from(class)) {
        Some(name) => name,
        None if class < 64 => "Reserved",
        None => "User definable",
    }
}
