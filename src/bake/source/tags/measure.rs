//! Lengths, directions and colours as people write them into tags.

use crate::bake::model::Srgb;
use color::{ColorSpaceTag, parse_color};

const FOOT_M: f64 = 0.3048;
const INCH_M: f64 = 0.0254;

/// A plain decimal number: `12`, `12.5`, also `6,5` as much of Europe writes it. No exponents, no `NaN`.
pub fn decimal(text: &str) -> Option<f64> {
    let text = text.trim();
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let sound = unsigned.starts_with(|c: char| c.is_ascii_digit())
        && unsigned.len() <= 20
        && unsigned.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ',');
    if !sound {
        return None;
    }
    match unsigned.split_once(',') {
        // `1,200` may be either; a guess would be wrong by a factor of thousand.
        Some((_, decimals)) if decimals.len() == 3 => None,
        Some(_) => text.replacen(',', ".", 1).parse().ok(),
        None => text.parse().ok(),
    }
}

/// Metres from `12`, `12 m`, `12m`, `40'`, `5'6"`, `40 ft`, `1.2 km`, `6,5`.
pub fn length_m(text: &str) -> Option<f64> {
    let text = text.trim().to_ascii_lowercase();
    if let Some((feet, inches)) = text.split_once('\'') {
        let inches = inches.trim().trim_end_matches('"').trim_end_matches("''");
        let inches = if inches.is_empty() { 0.0 } else { decimal(inches)? };
        return Some(decimal(feet)? * FOOT_M + inches * INCH_M);
    }
    let end = text.find(|c: char| c.is_ascii_alphabetic() || c == '"').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let metres = match unit {
        "" | "m" | "metre" | "metres" | "meter" | "meters" | "mt" | "mts" => 1.0,
        "ft" | "feet" | "foot" => FOOT_M,
        "\"" | "in" | "inch" | "inches" => INCH_M,
        "cm" => 0.01,
        "km" => 1000.0,
        "mi" => 1609.344,
        _ => return None,
    };
    Some(decimal(number)? * metres)
}

/// Degrees from north: `90`, `90°`, `E`, `NNW`, `south`.
pub fn direction_deg(text: &str) -> Option<f64> {
    const POINTS: [&str; 16] =
        ["n", "nne", "ne", "ene", "e", "ese", "se", "sse", "s", "ssw", "sw", "wsw", "w", "wnw", "nw", "nnw"];
    let text = text.trim().trim_end_matches('°').to_ascii_lowercase();
    let point = match text.as_str() {
        "north" => "n",
        "east" => "e",
        "south" => "s",
        "west" => "w",
        other => other,
    };
    match POINTS.iter().position(|p| *p == point) {
        Some(index) => Some(index as f64 * 22.5),
        None => decimal(&text).map(|degrees| degrees.rem_euclid(360.0)),
    }
}

/// CSS names and hexadecimal colours, with the slips that are usual: spaces, underscores, no `#`, several values.
pub fn srgb(text: &str) -> Option<Srgb> {
    let first = text.split(';').next().unwrap_or_default();
    let plain: String = first.chars().filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-')).take(40).collect();
    let is_bare_hex = plain.len() == 6 && plain.chars().all(|c| c.is_ascii_hexdigit());
    let css = if is_bare_hex { format!("#{plain}") } else { plain.to_ascii_lowercase().replace("grey", "gray") };
    let parsed = parse_color(&css).ok()?;
    // Other colour spaces would need powers, whose last digit differs between machines; nobody maps in them.
    if parsed.cs != ColorSpaceTag::Srgb {
        return None;
    }
    let [r, g, b, _] = parsed.components.map(|c| (c.clamp(0.0, 1.0) * 255.0).round() as u8);
    Some([r, g, b])
}

/// What `building:material` and `roof:material` look like where no colour is given.
pub fn color_of_material(material: &str) -> Option<Srgb> {
    Some(match material.trim() {
        "brick" | "bricks" | "clinker" => [150, 82, 66],
        "concrete" | "cement_block" | "cement" => [176, 172, 165],
        "glass" | "mirror" => [122, 148, 163],
        "plaster" | "stucco" | "render" => [224, 216, 200],
        "wood" | "timber_framing" | "log" => [139, 104, 71],
        "stone" | "limestone" | "masonry" => [188, 178, 158],
        "sandstone" => [205, 178, 136],
        "granite" => [142, 137, 135],
        "marble" => [228, 226, 222],
        "metal" | "steel" | "metal_plates" | "aluminium" | "tin" | "zinc" => [152, 158, 163],
        "copper" => [110, 158, 138],
        "roof_tiles" | "tile" | "tiles" | "clay" => [161, 84, 62],
        "slate" | "shale" => [88, 92, 98],
        "tar_paper" | "asphalt" | "bitumen" | "asphalt_shingle" => [84, 82, 80],
        "gravel" => [150, 145, 137],
        "grass" | "plants" => [98, 122, 70],
        "thatch" | "reed" => [146, 124, 84],
        "adobe" | "mud" => [181, 142, 104],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_in_usual_units_are_read() {
        let cases = [
            ("12", 12.0),
            (" 12 m", 12.0),
            ("12.5m", 12.5),
            ("6,5", 6.5),
            ("40'", 12.192),
            ("5'6\"", 1.6764),
            ("40 ft", 12.192),
            ("8 feet", 2.4384),
            ("1.2 km", 1200.0),
            ("-3", -3.0),
            ("0", 0.0),
        ];
        for (text, metres) in cases {
            assert!(length_m(text).is_some_and(|m| (m - metres).abs() < 1e-9), "{text:?}: {:?}", length_m(text));
        }
    }

    #[test]
    fn other_texts_are_no_lengths() {
        for text in
            ["", "NaN", "inf", "1e5", "12;15", "10-12", "ca. 5", "high", "1,200", "'", "12 stories", "1.2.3", "m"]
        {
            assert_eq!(length_m(text), None, "{text:?}");
        }
    }

    #[test]
    fn directions_are_degrees_or_points_of_the_compass() {
        let cases = [("90", 90.0), ("-90°", 270.0), ("NW", 315.0), ("sse", 157.5), ("South", 180.0)];
        for (text, degrees) in cases {
            assert_eq!(direction_deg(text), Some(degrees), "{text:?}");
        }
        assert_eq!(direction_deg("both"), None);
    }

    #[test]
    fn colours_are_names_or_hexadecimal() {
        let cases = [
            ("#FFD700", [255, 215, 0]),
            ("#fd0", [255, 221, 0]),
            ("bfbab8", [191, 186, 184]),
            ("lightgrey", [211, 211, 211]),
            ("Light_Grey; red", [211, 211, 211]),
        ];
        for (text, expected) in cases {
            assert_eq!(srgb(text), Some(expected), "{text:?}");
        }
        for text in ["", "#12", "colourful", "oklch(0.5 0.1 20)"] {
            assert_eq!(srgb(text), None, "{text:?}");
        }
    }
}
