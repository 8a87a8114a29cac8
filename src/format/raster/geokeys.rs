//! GeoTIFF keys: which reference system a raster is in, and whether its pixels are areas or points.
//!
//! OGC GeoTIFF 1.1 (19-008r4) and the codes of the first specification (revision 1.0, section 6.3), which writers still
//! use. A system with an EPSG code comes out as its code, with a vertical code as `EPSG:28992+5709`; a user-defined
//! projection comes out as a proj string. A user-defined datum is not shifted: an issue says so.

use super::Issues;
use crate::format::issue::Issue;
use std::fmt::Write;

/// `KeyValueUserDefined`.
const USER_DEFINED: u16 = 32_767;
/// More keys than any writer has.
const MAX_KEYS: usize = 256;

const MODEL_TYPE: u16 = 1024;
const RASTER_TYPE: u16 = 1025;
const GEODETIC_CRS: u16 = 2048;
const GEODETIC_DATUM: u16 = 2050;
const ELLIPSOID: u16 = 2056;
const SEMI_MAJOR: u16 = 2057;
const SEMI_MINOR: u16 = 2058;
const INVERSE_FLATTENING: u16 = 2059;
const TO_WGS84: u16 = 2062;
const PROJECTED_CRS: u16 = 3072;
const PROJECTION: u16 = 3074;
const METHOD: u16 = 3075;
const LINEAR_UNITS: u16 = 3076;
const LINEAR_UNIT_M: u16 = 3077;
const STANDARD_PARALLEL_1: u16 = 3078;
const STANDARD_PARALLEL_2: u16 = 3079;
const VERTICAL_CRS: u16 = 4096;
const VERTICAL_UNITS: u16 = 4099;

/// The keys of one file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GeoKeys {
    keys: Vec<(u16, KeyValue)>,
}

#[derive(Debug, Clone, PartialEq)]
enum KeyValue {
    Code(u16),
    Numbers(Vec<f64>),
    Text(String),
}

/// What the keys say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GeoReference {
    /// See [`super::RasterHead::crs`].
    pub crs: Option<String>,
    /// A post is its pixel's centre and (0, 0) is the first post, not the corner of its pixel.
    pub pixel_is_point: bool,
}

impl GeoKeys {
    /// From the tags GeoKeyDirectory, GeoDoubleParams and GeoAsciiParams. Keys that point outside are left out.
    pub fn parse(directory: &[u16], doubles: &[f64], text: &str) -> Self {
        let entries = directory.get(4..).unwrap_or_default().as_chunks::<4>().0;
        let count = usize::from(directory.get(3).copied().unwrap_or(0)).min(entries.len()).min(MAX_KEYS);
        let value = |&[key, location, count, at]: &[u16; 4]| {
            let (start, count) = (usize::from(at), usize::from(count));
            let value = match location {
                0 => KeyValue::Code(at),
                34_736 => KeyValue::Numbers(doubles.get(start..start + count)?.to_vec()),
                34_737 => KeyValue::Text(text.get(start..start + count)?.trim_end_matches(['|', '\0']).to_string()),
                _ => return None,
            };
            Some((key, value))
        };
        Self { keys: entries[..count].iter().filter_map(value).collect() }
    }

    fn value(&self, key: u16) -> Option<&KeyValue> {
        self.keys.iter().find(|(k, _)| *k == key).map(|(_, value)| value)
    }

    fn code(&self, key: u16) -> Option<u16> {
        match self.value(key) {
            Some(&KeyValue::Code(code)) if code != 0 => Some(code),
            _ => None,
        }
    }

    fn number(&self, key: u16) -> Option<f64> {
        match self.value(key) {
            Some(KeyValue::Numbers(numbers)) => numbers.first().copied().filter(|n| n.is_finite()),
            _ => None,
        }
    }

    fn first_number(&self, keys: &[u16]) -> Option<f64> {
        keys.iter().find_map(|&key| self.number(key))
    }

    /// The reference system as far as it is known; what is not becomes an issue.
    pub fn reference(&self, issues: &mut Issues) -> GeoReference {
        let pixel_is_point = self.code(RASTER_TYPE) == Some(2);
        let horizontal = match self.code(MODEL_TYPE) {
            Some(1) => self.projected(issues),
            Some(2) => self.geographic(issues),
            None if self.code(PROJECTED_CRS).is_some() => self.projected(issues),
            None if self.code(GEODETIC_CRS).is_some() => self.geographic(issues),
            None => None,
            Some(other) => {
                let message = "only projected and geographic systems can be used";
                issues.push(Issue::warning("key 1024", message).expected_got("1 or 2", other));
                None
            }
        };
        GeoReference { crs: horizontal.map(|name| self.with_heights(name, issues)), pixel_is_point }
    }

    fn with_heights(&self, horizontal: String, issues: &mut Issues) -> String {
        let units = self.code(VERTICAL_UNITS);
        if units.is_some_and(|unit| unit != 9001) && !horizontal.contains("+proj=") {
            let message = "the unit of heights is not metres; it is used only where the vertical system has a code";
            issues.push(Issue::warning("key 4099", message).expected_got(9001, units.unwrap_or(0)));
        }
        match self.code(VERTICAL_CRS) {
            Some(code) if code != USER_DEFINED && horizontal.starts_with("EPSG:") => format!("{horizontal}+{code}"),
            _ => horizontal,
        }
    }

    fn geographic(&self, issues: &mut Issues) -> Option<String> {
        match self.code(GEODETIC_CRS) {
            Some(code) if code != USER_DEFINED => Some(format!("EPSG:{code}")),
            _ => Some(format!("+proj=longlat{} +no_defs", self.datum(issues))),
        }
    }

    fn projected(&self, issues: &mut Issues) -> Option<String> {
        if let Some(code) = self.code(PROJECTED_CRS).filter(|&code| code != USER_DEFINED) {
            return Some(format!("EPSG:{code}"));
        }
        // UTM zones as projection codes on the datum of the geographic system.
        let method = match self.code(PROJECTION) {
            Some(code @ 16_001..=16_060) => format!("+proj=utm +zone={}", code - 16_000),
            Some(code @ 16_101..=16_160) => format!("+proj=utm +zone={} +south", code - 16_100),
            _ => match self.user_projection() {
                Some(text) => text,
                None => {
                    let method = self.code(METHOD).unwrap_or(0);
                    let message = "this map projection is not known; name the reference system in the job";
                    issues.push(Issue::warning("key 3075", format!("{message} (method {method})")));
                    return None;
                }
            },
        };
        let unit = self.linear_unit(issues);
        Some(format!("{method}{}{unit} +no_defs", self.datum(issues)))
    }

    /// Section 6.3.3.3 of the first specification: the coordinate transformation's method and parameters.
    fn user_projection(&self) -> Option<String> {
        let lat_1 = self.number(STANDARD_PARALLEL_1);
        let lat_2 = self.number(STANDARD_PARALLEL_2);
        let lon_0 = self.first_number(&[3080, 3084, 3088, 3095]);
        let lat_0 = self.first_number(&[3081, 3085, 3089]);
        let x_0 = self.first_number(&[3082, 3086, 3090]);
        let y_0 = self.first_number(&[3083, 3087, 3091]);
        let scale = self.first_number(&[3092, 3093]);
        let (name, wants_parallels) = match self.code(METHOD)? {
            1 => ("tmerc", false),
            7 => ("merc", false),
            8 => ("lcc", true),
            9 => ("lcc", false),
            10 => ("laea", false),
            11 => ("aea", true),
            15 => ("stere", false),
            16 => ("sterea", false),
            _ => return None,
        };
        let mut text = format!("+proj={name}");
        let mut parameter = |name: &str, value: Option<f64>| {
            if let Some(value) = value {
                let _ = write!(text, " +{name}={value}");
            }
        };
        match name {
            "lcc" if !wants_parallels => parameter("lat_1", lat_0),
            "stere" => {
                // Polar: the pole on the side of the latitude of true scale.
                let natural = lat_0.unwrap_or(90.0);
                parameter("lat_0", Some(if natural < 0.0 { -90.0 } else { 90.0 }));
                parameter("lat_ts", Some(natural).filter(|lat| lat.abs() < 90.0));
            }
            "merc" => parameter("lat_ts", lat_1.or(lat_0)),
            _ if wants_parallels => {
                parameter("lat_1", Some(lat_1?));
                parameter("lat_2", Some(lat_2?));
            }
            _ => {}
        }
        if name != "stere" && name != "merc" {
            parameter("lat_0", lat_0);
        }
        parameter("lon_0", lon_0);
        // Projection strings are in metres here, whatever the unit of the coordinates.
        let unit_m = self.linear_unit_m().unwrap_or(1.0);
        parameter("x_0", x_0.map(|x| x * unit_m));
        parameter("y_0", y_0.map(|y| y * unit_m));
        parameter("k", scale);
        Some(text)
    }

    fn linear_unit_m(&self) -> Option<f64> {
        match self.code(LINEAR_UNITS) {
            None | Some(9001) => Some(1.0),
            Some(9002) => Some(0.3048),
            Some(9003) => Some(1200.0 / 3937.0),
            _ => self.number(LINEAR_UNIT_M).filter(|unit_m| *unit_m > 0.0),
        }
    }

    fn linear_unit(&self, issues: &mut Issues) -> String {
        match self.linear_unit_m() {
            Some(1.0) => " +units=m".to_string(),
            Some(unit_m) => format!(" +to_meter={unit_m}"),
            None => {
                let code = self.code(LINEAR_UNITS).unwrap_or(0);
                let message = "the unit of lengths is not known; metres are taken";
                issues.push(Issue::warning("key 3076", message).expected_got("9001, 9002 or 9003", code));
                " +units=m".to_string()
            }
        }
    }

    fn datum(&self, issues: &mut Issues) -> String {
        // WGS84, ETRS89, NAD83, GDA94 and JGD2011 are one datum here, within a metre (see `geo::projection`).
        const LIKE_WGS84: [u16; 10] = [4326, 4258, 4269, 4283, 6668, 6326, 6258, 6269, 6283, 4171];
        let code = [GEODETIC_CRS, GEODETIC_DATUM].into_iter().find_map(|key| self.code(key));
        if code.is_some_and(|code| LIKE_WGS84.contains(&code)) {
            return " +ellps=GRS80 +towgs84=0,0,0".to_string();
        }
        let ellipsoid = self.ellipsoid();
        let shift = match self.value(TO_WGS84) {
            Some(KeyValue::Numbers(numbers)) if matches!(numbers.len(), 3 | 7) => {
                Some(numbers.iter().map(f64::to_string).collect::<Vec<_>>().join(","))
            }
            _ => None,
        };
        if shift.is_none() {
            let message = "the datum is user-defined or not known; no shift to WGS84 is applied, which may err by some \
                           hundred metres: name the reference system in the job";
            issues.push(Issue::warning("key 2048", message));
        }
        format!("{ellipsoid} +towgs84={}", shift.unwrap_or_else(|| "0,0,0".to_string()))
    }

    fn ellipsoid(&self) -> String {
        let named = match self.code(ELLIPSOID) {
            Some(7030) => Some("WGS84"),
            Some(7001) => Some("airy"),
            Some(7004) => Some("bessel"),
            Some(7008) => Some("clrk66"),
            Some(7022) => Some("intl"),
            Some(7024) => Some("krass"),
            _ => None,
        };
        let major = self.number(SEMI_MAJOR).filter(|a| *a > 6e6 && *a < 7e6);
        match (named, major) {
            (Some(name), _) => format!(" +ellps={name}"),
            (None, Some(a)) => match (self.number(INVERSE_FLATTENING), self.number(SEMI_MINOR)) {
                (Some(rf), _) if rf > 1.0 => format!(" +a={a} +rf={rf}"),
                (_, Some(b)) if b > 6e6 && b <= a => format!(" +a={a} +b={b}"),
                _ => format!(" +a={a} +b={a}"),
            },
            (None, None) => " +ellps=GRS80".to_string(),
        }
    }
}
