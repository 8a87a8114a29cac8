//! Reference systems by name: from a source's coordinates to WGS84, and back for rasters.
//!
//! A [`NamedCrs`] joins two things that are never mixed up: a [`Plane`] (x and y to longitude and latitude) and a
//! [`VerticalAxis`] (which unit heights are in and what they are above). [`named`] makes one by `crate::geo::projection`,
//! which knows a short list of codes and proj strings and runs everywhere; with the feature `proj` the edge module
//! `batch::proj` makes them by PROJ, which knows all codes, through the same [`CrsName`] and the same rules of heights.
//!
//! Axis order: x is always east or longitude, y north or latitude, whatever the authority says. Sources that keep the
//! authority's order (CityGML) ask [`NamedCrs::north_first`].
//!
//! Heights: a vertical system above the sea (NAP, DHHN, …) becomes ellipsoidal by the geoid EGM96. National grids are not
//! at hand, so that EGM96 stands in for them, within about a metre; an issue says so. Where a name tells nothing of
//! heights and the job does not either, they count as above the sea, with a warning.

use glam::{DVec2, DVec3};

use super::Crs;
use crate::format::issue::{Issue, Issues};
use crate::geo::projection::proj_string_of_epsg;
use crate::geo::{Geodetic, Geoid, Projection};
use std::cell::RefCell;

mod name;
#[cfg(test)]
pub(crate) mod tests;
mod vertical;

pub use name::{CrsName, Horizontal};
pub use vertical::{Heights, Vertical, VerticalAxis};

/// Why there is no reference system of a name.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CrsError {
    #[error(
        "expected the name of a reference system, such as EPSG:7415, EPSG:28992+5709, a URN, a URI, WKT or a proj \
         string, got {0:?}"
    )]
    Name(String),
    #[error(
        "EPSG:{0} is not among the systems that are known without PROJ; build with the feature `proj`, or give a proj string"
    )]
    Unknown(u32),
    #[error("{name:?} can't be used: {reason}")]
    Unusable { name: String, reason: String },
}

/// The horizontal part of a system. Longitudes and latitudes are degrees on WGS84; x is east, y is north.
pub trait Plane {
    /// `None` for what is not on Earth.
    fn lon_lat_deg(&self, xy: DVec2) -> Option<DVec2>;
    /// `None` for what is not on the map.
    fn xy(&self, lon_lat_deg: DVec2) -> Option<DVec2>;
}

/// A reference system that was made by its name.
pub struct NamedCrs {
    name: String,
    plane: Box<dyn Plane>,
    vertical: VerticalAxis,
    north_first: bool,
    issues: Vec<Issue>,
}

impl NamedCrs {
    /// Joins the parts; `issues` are what their maker has to say.
    pub fn new(
        name: String,
        plane: Box<dyn Plane>,
        vertical: VerticalAxis,
        north_first: bool,
        issues: Vec<Issue>,
    ) -> Self {
        Self { name, plane, vertical, north_first, issues }
    }

    /// As PROJ would write it: `EPSG:28992+5709`.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn vertical(&self) -> VerticalAxis {
        self.vertical
    }

    /// Whether the authority puts north (or latitude) first: then a source in its order must swap before it asks.
    pub fn north_first(&self) -> bool {
        self.north_first
    }

    /// What a user should know of it: which datum stands in for which, what was guessed.
    pub fn issues(&self) -> &[Issue] {
        &self.issues
    }

    /// The map position of a longitude and latitude, degrees.
    pub fn map_from_lon_lat(&self, lon_lat_deg: DVec2) -> Option<DVec2> {
        self.plane.xy(lon_lat_deg)
    }

    /// Longitude and latitude of a map position, degrees.
    pub fn lon_lat_from_map(&self, xy: DVec2) -> Option<DVec2> {
        self.plane.lon_lat_deg(xy)
    }

    /// The ellipsoidal height in metres of a height in the system's own unit and datum.
    pub fn ellipsoidal_height_m(&self, lon_lat_deg: DVec2, z: f64) -> f64 {
        self.vertical.ellipsoidal_height_m(lon_lat_deg, z)
    }
}

impl Crs for NamedCrs {
    fn geodetic(&self, p: DVec3) -> Option<DVec3> {
        let lon_lat = self.plane.lon_lat_deg(p.truncate())?;
        let height_m = self.ellipsoidal_height_m(lon_lat, p.z);
        height_m.is_finite().then(|| lon_lat.extend(height_m))
    }
}

/// Makes systems by name; see [`named`] and `batch::proj::named`.
pub type NamedFactory<'a> = dyn Fn(&str, Heights) -> Result<NamedCrs, CrsError> + 'a;

/// A factory for readers of sources: one choice of heights for all, and what is to be told goes to `notes`.
pub fn factory<'a>(
    make: &'a NamedFactory<'a>,
    heights: Heights,
    notes: &'a RefCell<Issues>,
) -> impl Fn(&str) -> Result<Box<dyn Crs>, String> + 'a {
    move |name| {
        let crs = make(name, heights).map_err(|error| error.to_string())?;
        let mut notes = notes.borrow_mut();
        for issue in crs.issues() {
            notes.push(issue.clone());
        }
        Ok(Box::new(crs))
    }
}

/// Makes a system by its name from the short list of codes that `crate::geo::projection` knows, or from a proj string.
///
/// # Errors
/// [`CrsError`] if the name is none, or none that is known here.
pub fn named(text: &str, heights: Heights) -> Result<NamedCrs, CrsError> {
    let name = CrsName::parse(text)?;
    let (plane, north_first): (Box<dyn Plane>, bool) = match &name.horizontal {
        Horizontal::Crs84 => (Box::new(LonLat), false),
        Horizontal::Epsg(code) if is_wgs84(*code) => (Box::new(LonLat), true),
        Horizontal::Epsg(code) => {
            if proj_string_of_epsg(*code).is_none() {
                return Err(CrsError::Unknown(*code));
            }
            (Box::new(projection(Projection::from_epsg(*code), &name)?), name::is_north_first(*code))
        }
        Horizontal::ProjString(text) => (Box::new(projection(Projection::from_proj_string(text), &name)?), false),
        Horizontal::Other(text) => return Err(CrsError::Name(text.chars().take(80).collect())),
    };
    let mut issues = Vec::new();
    let vertical = vertical::axis(&name, heights, &mut issues);
    Ok(NamedCrs::new(name.to_string(), plane, vertical, north_first, issues))
}

fn projection(
    made: Result<Projection, crate::geo::projection::ProjectionError>,
    name: &CrsName,
) -> Result<Projection, CrsError> {
    made.map_err(|error| CrsError::Unusable { name: name.to_string(), reason: error.to_string() })
}

/// WGS84, and what counts as it without an epoch: nothing to compute, so that the same bits come out everywhere.
fn is_wgs84(code: u32) -> bool {
    matches!(code, 4326 | 4979 | 4258 | 4937 | 6668 | 6667)
}

/// Longitude and latitude of WGS84 themselves.
struct LonLat;

impl Plane for LonLat {
    fn lon_lat_deg(&self, xy: DVec2) -> Option<DVec2> {
        on_earth(xy)
    }

    fn xy(&self, lon_lat_deg: DVec2) -> Option<DVec2> {
        on_earth(lon_lat_deg)
    }
}

/// Longitudes may run on past the date line by half a turn.
fn on_earth(lon_lat_deg: DVec2) -> Option<DVec2> {
    (lon_lat_deg.is_finite() && lon_lat_deg.x.abs() <= 540.0 && lon_lat_deg.y.abs() <= 90.0).then_some(lon_lat_deg)
}

impl Plane for Projection {
    fn lon_lat_deg(&self, xy: DVec2) -> Option<DVec2> {
        let place = self.geodetic_from_projected(xy.x, xy.y, 0.0).ok()?;
        on_earth(DVec2::new(place.lon_deg(), place.lat_deg()))
    }

    fn xy(&self, lon_lat_deg: DVec2) -> Option<DVec2> {
        let place = Geodetic::from_degrees(lon_lat_deg.x, lon_lat_deg.y, 0.0);
        self.projected_from_geodetic(place).ok().map(|(x, y, _)| DVec2::new(x, y))
    }
}

/// How far the geoid lies above the ellipsoid, metres.
fn undulation_m(lon_lat_deg: DVec2) -> f64 {
    Geoid::egm96().undulation_m(lon_lat_deg.x.to_radians(), lon_lat_deg.y.to_radians())
}
