//! Colours as scene files write them (sRGB, `#rrggbb`) and as the renderer and ramps need them (linear, OKLab).
//!
//! sRGB transfer function: IEC 61966-2-1. OKLab: Björn Ottosson, "A perceptual color space for image processing", 2020.

use std::fmt;

use super::text::text_form;

/// A colour: sRGB with straight alpha, 8 bits a channel.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Color {
    pub srgba: [u8; 4],
}

text_form! {
    Color {
        format: "mirante-color",
        expected: "a colour such as \"#2f80ed\", or with opacity \"#2f80ed80\"",
        pattern: "^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$",
        description: "A colour as `#rrggbb`, `#rrggbbaa` (aa is the opacity) or `#rgb`, in hexadecimal digits, sRGB.",
    }
}

impl Color {
    /// An opaque colour of sRGB channels.
    pub const fn rgb(r: u8, g: u8, b: u8) -> Self {
        Self { srgba: [r, g, b, 255] }
    }

    /// Reads `#rgb`, `#rrggbb` or `#rrggbbaa`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let digits = text.strip_prefix('#').ok_or("it does not start with #")?;
        let nibbles = digits
            .chars()
            .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()))
            .collect::<Option<Vec<u8>>>()
            .ok_or("it has a character that is no hexadecimal digit")?;
        let byte = |hi: u8, lo: u8| (hi << 4) | lo;
        let srgba = match *nibbles.as_slice() {
            [r, g, b] => [byte(r, r), byte(g, g), byte(b, b), 255],
            [r1, r0, g1, g0, b1, b0] => [byte(r1, r0), byte(g1, g0), byte(b1, b0), 255],
            [r1, r0, g1, g0, b1, b0, a1, a0] => [byte(r1, r0), byte(g1, g0), byte(b1, b0), byte(a1, a0)],
            _ => return Err(format!("it has {} digits, not 3, 6 or 8", nibbles.len())),
        };
        Ok(Self { srgba })
    }

    /// Linear RGBA, 0..=1, straight alpha.
    pub fn linear(self) -> [f32; 4] {
        let [r, g, b, a] = self.srgba;
        [linear_from_srgb(r), linear_from_srgb(g), linear_from_srgb(b), f32::from(a) / 255.0]
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b, a] = self.srgba;
        write!(f, "#{r:02x}{g:02x}{b:02x}")?;
        if a != 255 {
            write!(f, "{a:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Color({self})")
    }
}

fn linear_from_srgb(channel: u8) -> f32 {
    let c = f32::from(channel) / 255.0;
    if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
}

/// A colour in OKLab with straight alpha: lightness, green–red, blue–yellow, alpha.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OkLab(pub [f32; 4]);

impl OkLab {
    pub fn from_linear([r, g, b, a]: [f32; 4]) -> Self {
        let l = (0.412_221_46 * r + 0.536_332_55 * g + 0.051_445_995 * b).cbrt();
        let m = (0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b).cbrt();
        let s = (0.088_302_46 * r + 0.281_718_85 * g + 0.629_978_7 * b).cbrt();
        Self([
            0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
            1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
            0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
            a,
        ])
    }

    /// Linear RGBA, each channel cut to 0..=1 (a straight line in OKLab can leave the sRGB gamut a little).
    pub fn linear(self) -> [f32; 4] {
        let [lightness, a, b, alpha] = self.0;
        let l = (lightness + 0.396_337_78 * a + 0.215_803_76 * b).powi(3);
        let m = (lightness - 0.105_561_346 * a - 0.063_854_17 * b).powi(3);
        let s = (lightness - 0.089_484_18 * a - 1.291_485_5 * b).powi(3);
        [
            4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s,
            -1.268_438 * l + 2.609_757_4 * m - 0.341_319_38 * s,
            -0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s,
            alpha,
        ]
        .map(|c| c.clamp(0.0, 1.0))
    }

    /// On the straight line from `self` (0) to `other` (1).
    pub fn mix(self, other: Self, share: f32) -> Self {
        let mut out = self.0;
        for (from, to) in out.iter_mut().zip(other.0) {
            *from += (to - *from) * share;
        }
        Self(out)
    }
}
