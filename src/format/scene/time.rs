//! The `time` of a scene.

use std::fmt;

use super::text::text_form;

/// The moment a scene shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SceneTime {
    /// The present.
    Now,
    /// A fixed moment to start from.
    At(jiff::Timestamp),
}

text_form! {
    SceneTime {
        format: "mirante-time",
        expected: "\"now\" or a time such as \"2026-06-21T10:30:00+02:00\"",
        pattern: "^(now|[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2}))$",
        description: "\"now\", or a moment as RFC 3339 writes it, with its offset from UTC: `2026-06-21T10:30:00+02:00`.",
    }
}

impl SceneTime {
    /// Reads "now" or RFC 3339.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "now" {
            return Ok(Self::Now);
        }
        // jiff also reads forms that RFC 3339 does not have (week dates, `[Zone]` and the like): ask for its shape first.
        if !has_rfc3339_shape(text) {
            return Err("it is not written as RFC 3339 asks, with date, time and offset from UTC".to_string());
        }
        let timestamp = text.parse::<jiff::Timestamp>().map_err(|error| error.to_string())?;
        // In UTC it may lie before the year 0, which RFC 3339 cannot write.
        if !has_rfc3339_shape(&timestamp.to_string()) {
            return Err("it lies before the year 0".to_string());
        }
        Ok(Self::At(timestamp))
    }

    /// Ten in the morning by the sun, in the middle of summer 2026, at a place: shadows that show form, no noon glare.
    ///
    /// `lon_deg`: -180..=180; `lat_deg` tells the hemisphere.
    pub fn sunny_morning(lon_deg: f64, lat_deg: f64) -> Self {
        /// 2026-06-21T00:00:00Z and 2026-12-21T00:00:00Z.
        const SOLSTICES_UNIX_SECS: [i64; 2] = [1_782_000_000, 1_797_811_200];
        let midnight = SOLSTICES_UNIX_SECS[usize::from(lat_deg < 0.0)];
        let lon_deg = if lon_deg.is_finite() { lon_deg.clamp(-180.0, 180.0) } else { 0.0 };
        // The sun moves 15 degrees an hour; the clamp keeps the sum far from any bound of the calendar.
        let secs = midnight + ((10.0 - lon_deg / 15.0) * 3600.0).round() as i64;
        jiff::Timestamp::from_second(secs).map_or(Self::Now, Self::At)
    }

    /// Seconds since 1970 UTC, or `None` for now.
    pub fn unix_secs(self) -> Option<f64> {
        match self {
            Self::Now => None,
            Self::At(timestamp) => Some(timestamp.as_duration().as_secs_f64()),
        }
    }
}

impl fmt::Display for SceneTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Now => f.write_str("now"),
            Self::At(timestamp) => timestamp.fmt(f),
        }
    }
}

/// `dddd-dd-dd[Tt ]dd:dd:dd[.d+](Z|z|±dd:dd)`.
fn has_rfc3339_shape(text: &str) -> bool {
    let shape = |text: &[u8], form: &[u8]| {
        text.len() == form.len()
            && text.iter().zip(form).all(|(c, f)| match f {
                b'd' => c.is_ascii_digit(),
                b'T' => matches!(c, b'T' | b't' | b' '),
                b'+' => matches!(c, b'+' | b'-'),
                _ => c == f,
            })
    };
    let Some((head, rest)) = text.as_bytes().split_at_checked(19) else { return false };
    if !shape(head, b"dddd-dd-ddTdd:dd:dd") {
        return false;
    }
    let offset = match rest.strip_prefix(b".") {
        Some(fraction) => {
            let digits = fraction.iter().take_while(|c| c.is_ascii_digit()).count();
            if digits == 0 {
                return false;
            }
            &fraction[digits..]
        }
        None => rest,
    };
    matches!(offset, b"Z" | b"z") || shape(offset, b"+dd:dd")
}
