//! Map projections: from the eastings and northings of surveys and networks to geodetic WGS84 and back.
//!
//! The mathematics is the crate `proj4rs`. Coordinates are always in the order x = east (or longitude), y = north (or
//! latitude), whatever order the authority declares; geographic systems are in **degrees**, projected ones in their own
//! unit (metres unless the string says otherwise).
//!
//! Heights pass through unchanged but for their unit (`+vunits`): whether they are ellipsoidal or above the sea is for
//! the caller to know (see [`super::geoid`]). Datums shift by three or seven parameters, good to about a metre (RD New:
//! 0.3 m); grid shifts are refused, because they are files. ETRS89, JGD2011 and GDA-like frames count as WGS84, as is
//! usual without an epoch: they differ by less than a metre.

use proj4rs::Proj;

use super::Geodetic;

/// A map projection could not be set up or applied.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ProjectionError {
    #[error("EPSG:{0} is not among the known codes; give a proj string instead")]
    UnknownEpsg(u32),
    #[error("expected \"EPSG:<number>\" or a proj string with \"+proj=\", got {0:?}")]
    NotAProjection(String),
    #[error("proj string {text:?} is not usable: {reason}")]
    ProjString { text: String, reason: String },
    #[error("({x}, {y}) is outside of what the projection can turn into longitude and latitude: {reason}")]
    NotOnEarth { x: f64, y: f64, reason: String },
    #[error("longitude {lon_deg}°, latitude {lat_deg}° is outside of the projection's area: {reason}")]
    NotOnMap { lon_deg: f64, lat_deg: f64, reason: String },
}

/// A projected (or geographic) coordinate system, tied to WGS84.
#[derive(Debug, Clone)]
pub struct Projection {
    definition: String,
    native: Proj,
    wgs84: Proj,
}

impl Projection {
    /// A proj string is cut off here; the longest known ones have a third of it.
    const MAX_STRING: usize = 1024;

    /// From `EPSG:28992`, `epsg:28992`, `urn:ogc:def:crs:EPSG::28992`, `http://www.opengis.net/def/crs/EPSG/0/28992`, or
    /// a proj string.
    pub fn parse(text: &str) -> Result<Self, ProjectionError> {
        let trimmed = text.trim();
        if trimmed.contains("+proj=") {
            return Self::from_proj_string(trimmed);
        }
        let not_a_projection = || ProjectionError::NotAProjection(trimmed.chars().take(80).collect());
        if !trimmed.to_ascii_uppercase().contains("EPSG") {
            return Err(not_a_projection());
        }
        let digits = trimmed.rsplit([':', '/']).next().unwrap_or_default();
        Self::from_epsg(digits.parse().map_err(|_| not_a_projection())?)
    }

    /// From an EPSG code; see [`proj_string_of_epsg`] for the known ones.
    pub fn from_epsg(code: u32) -> Result<Self, ProjectionError> {
        Self::from_proj_string(&proj_string_of_epsg(code).ok_or(ProjectionError::UnknownEpsg(code))?)
    }

    /// From a proj string (PROJ 4 syntax, `+proj=utm +zone=32 +datum=WGS84`).
    pub fn from_proj_string(text: &str) -> Result<Self, ProjectionError> {
        let refuse = |reason: &str| ProjectionError::ProjString {
            text: text.chars().take(200).collect(),
            reason: reason.to_string(),
        };
        if text.len() > Self::MAX_STRING {
            return Err(refuse("it is longer than 1024 bytes"));
        }
        // Grid files would be looked for on this machine's disk, by a name that a stranger's file gives.
        let lower = text.to_ascii_lowercase();
        if lower.contains("nadgrids") && !lower.contains("nadgrids=@null") || lower.contains("datum=nad27") {
            return Err(refuse("grid shift files are not supported"));
        }
        if lower.contains("+init=") {
            return Err(refuse("+init is not supported"));
        }
        let native = Proj::from_proj_string(text).map_err(|e| refuse(&e.to_string()))?;
        if native.is_geocent() {
            return Err(refuse("geocentric coordinates are not a map projection"));
        }
        if !(native.has_inverse() && native.has_forward()) {
            return Err(refuse("the projection has no inverse"));
        }
        let wgs84 = Proj::from_proj_string("+proj=longlat +datum=WGS84").map_err(|e| refuse(&e.to_string()))?;
        Ok(Self { definition: text.to_string(), native, wgs84 })
    }

    /// The proj string behind it.
    pub fn definition(&self) -> &str {
        &self.definition
    }

    /// Whether x and y are longitude and latitude in degrees.
    pub fn is_geographic(&self) -> bool {
        self.native.is_latlong()
    }

    /// Longitude, latitude and height of a map position; the height is `z` in metres (see the module's head).
    pub fn geodetic_from_projected(&self, x: f64, y: f64, z: f64) -> Result<Geodetic, ProjectionError> {
        let not_on_earth = |reason: String| ProjectionError::NotOnEarth { x, y, reason };
        if !(x.is_finite() && y.is_finite()) {
            return Err(not_on_earth("it is not finite".to_string()));
        }
        let scale = if self.is_geographic() { f64::to_radians(1.0) } else { 1.0 };
        let mut point = (x * scale, y * scale, 0.0);
        proj4rs::transform::transform(&self.native, &self.wgs84, &mut point)
            .map_err(|e| not_on_earth(e.to_string()))?;
        let geodetic = Geodetic::new(point.0, point.1, z * self.native.vto_meter());
        if !(geodetic.lon_rad.is_finite() && geodetic.lat_rad.is_finite()) {
            return Err(not_on_earth("the result is not finite".to_string()));
        }
        Ok(geodetic)
    }

    /// The map position of a place: `(x, y, z)`.
    pub fn projected_from_geodetic(&self, geodetic: Geodetic) -> Result<(f64, f64, f64), ProjectionError> {
        let not_on_map = |reason: String| ProjectionError::NotOnMap {
            lon_deg: geodetic.lon_deg(),
            lat_deg: geodetic.lat_deg(),
            reason,
        };
        if !(geodetic.lon_rad.is_finite() && geodetic.lat_rad.is_finite()) {
            return Err(not_on_map("it is not finite".to_string()));
        }
        let mut point = (geodetic.lon_rad, geodetic.lat_rad, 0.0);
        proj4rs::transform::transform(&self.wgs84, &self.native, &mut point).map_err(|e| not_on_map(e.to_string()))?;
        let scale = if self.is_geographic() { f64::to_degrees(1.0) } else { 1.0 };
        if !(point.0.is_finite() && point.1.is_finite()) {
            return Err(not_on_map("the result is not finite".to_string()));
        }
        Ok((point.0 * scale, point.1 * scale, geodetic.height_m / self.native.vto_meter()))
    }
}

/// The proj string of a known EPSG code: geographic WGS84 and its like, Web Mercator, UTM on WGS84 and ETRS89, and the
/// national grids for which open city models exist. Compound codes give their horizontal part.
pub fn proj_string_of_epsg(code: u32) -> Option<String> {
    const GRS80: &str = "+ellps=GRS80 +towgs84=0,0,0 +units=m +no_defs";
    // EPSG:15934, Amersfoort to WGS84 (4), in the position vector convention.
    const RD: &str = "+proj=sterea +lat_0=52.1561605555556 +lon_0=5.38763888888889 +k=0.9999079 +x_0=155000 \
                      +y_0=463000 +ellps=bessel \
                      +towgs84=565.4171,50.3319,465.5524,-0.398957,0.343988,-1.87740,4.0725 +units=m +no_defs";
    const SWISS: &str = "+proj=somerc +lat_0=46.9524055555556 +lon_0=7.43958333333333 +ellps=bessel \
                         +towgs84=674.374,15.056,405.346,0,0,0,0 +units=m +no_defs";
    Some(match code {
        // WGS84, ETRS89, JGD2011, each 2D and 3D, as longitude and latitude.
        4326 | 4979 | 4258 | 4937 | 6668 | 6697 => "+proj=longlat +datum=WGS84 +no_defs".to_string(),
        3857 => {
            "+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +nadgrids=@null +no_defs"
                .to_string()
        }
        32601..=32660 => format!("+proj=utm +zone={} +datum=WGS84 +units=m +no_defs", code - 32600),
        32701..=32760 => format!("+proj=utm +zone={} +south +datum=WGS84 +units=m +no_defs", code - 32700),
        // ETRS89 / UTM, and with the German heights DHHN92 (5554-5556).
        25828..=25838 => format!("+proj=utm +zone={} {GRS80}", code - 25800),
        5554..=5556 => format!("+proj=utm +zone={} {GRS80}", code - 5554 + 31),
        // Netherlands: RD New, and with NAP heights.
        28992 | 7415 => RD.to_string(),
        // Belgium: Lambert 2008.
        3812 => format!(
            "+proj=lcc +lat_0=50.797815 +lon_0=4.35921583333333 +lat_1=49.8333333333333 +lat_2=51.1666666666667 \
             +x_0=649328 +y_0=665262 {GRS80}"
        ),
        // France: Lambert 93.
        2154 => format!("+proj=lcc +lat_0=46.5 +lon_0=3 +lat_1=49 +lat_2=44 +x_0=700000 +y_0=6600000 {GRS80}"),
        // France: the nine conformal conics CC42 to CC50.
        3942..=3950 => {
            let lat_0 = code - 3900;
            format!(
                "+proj=lcc +lat_0={lat_0} +lon_0=3 +lat_1={}.25 +lat_2={}.75 +x_0=1700000 +y_0={}200000 {GRS80}",
                lat_0 - 1,
                lat_0,
                lat_0 - 41
            )
        }
        // Germany: 3-degree Gauss-Krueger, zones 2 to 5 (EPSG:1777).
        31466..=31469 => {
            let zone = code - 31464;
            format!(
                "+proj=tmerc +lat_0=0 +lon_0={} +k=1 +x_0={zone}500000 +y_0=0 +ellps=bessel \
                 +towgs84=598.1,73.7,418.2,0.202,0.045,-2.455,6.7 +units=m +no_defs",
                zone * 3
            )
        }
        // Europe: equal area.
        3035 => format!("+proj=laea +lat_0=52 +lon_0=10 +x_0=4321000 +y_0=3210000 {GRS80}"),
        // Switzerland: LV03, LV95.
        21781 => format!("{SWISS} +x_0=600000 +y_0=200000"),
        2056 => format!("{SWISS} +x_0=2600000 +y_0=1200000"),
        // Great Britain (EPSG:1314).
        27700 => "+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy \
                  +towgs84=446.448,-125.157,542.06,0.15,0.247,0.842,-20.489 +units=m +no_defs"
            .to_string(),
        // Sweden, Finland, Poland.
        3006 => format!("+proj=utm +zone=33 {GRS80}"),
        3067 => format!("+proj=utm +zone=35 {GRS80}"),
        2180 => format!("+proj=tmerc +lat_0=0 +lon_0=19 +k=0.9993 +x_0=500000 +y_0=-5300000 {GRS80}"),
        // Japan: plane rectangular systems I to XIX on JGD2011 and JGD2000 (x is east here, y is north).
        6669..=6687 => japan_plane(code - 6669),
        2443..=2461 => japan_plane(code - 2443),
        _ => return None,
    })
}

/// Origins of the plane rectangular systems of Japan, (latitude, longitude) in degrees and minutes, system I first
/// (notification 9 of the Ministry of Land, Infrastructure, Transport and Tourism, 2002).
const JAPAN_ORIGINS: [(u32, u32, u32, u32); 19] = [
    (33, 0, 129, 30),
    (33, 0, 131, 0),
    (36, 0, 132, 10),
    (33, 0, 133, 30),
    (36, 0, 134, 20),
    (36, 0, 136, 0),
    (36, 0, 137, 10),
    (36, 0, 138, 30),
    (36, 0, 139, 50),
    (40, 0, 140, 50),
    (44, 0, 140, 15),
    (44, 0, 142, 15),
    (44, 0, 144, 15),
    (26, 0, 142, 0),
    (26, 0, 127, 30),
    (26, 0, 124, 0),
    (26, 0, 131, 0),
    (20, 0, 136, 0),
    (26, 0, 154, 0),
];

fn japan_plane(index: u32) -> String {
    let (lat_deg, lat_min, lon_deg, lon_min) = JAPAN_ORIGINS[index as usize];
    let degrees = |deg: u32, min: u32| f64::from(deg) + f64::from(min) / 60.0;
    format!(
        "+proj=tmerc +lat_0={} +lon_0={} +k=0.9999 +x_0=0 +y_0=0 +ellps=GRS80 +towgs84=0,0,0 +units=m +no_defs",
        degrees(lat_deg, lat_min),
        degrees(lon_deg, lon_min)
    )
}
