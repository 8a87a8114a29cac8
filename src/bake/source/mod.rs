//! Readers of sources: bytes of a file in, features of the neutral model ([`super::model`]) out.
//!
//! A reader gives features one by one to a sink, so that memory does not grow with the file where the format allows;
//! what is wrong becomes an issue that names the source's own id in its path, and the rest is read. Readers do no I/O
//! and know no projection library: coordinates go through a [`Crs`], which the caller makes by name.

pub mod city;
pub mod citygml;
pub mod cityjson;
pub mod geojson;
pub mod open;
pub mod osm;
pub mod polygons;
pub mod region;
pub mod sumo;
pub mod tags;

use glam::DVec3;

pub mod crs;
pub mod gltf;
pub mod obj;
pub mod stand;

/// A coordinate reference system: from a source's coordinates to WGS84.
pub trait Crs {
    /// `p` is x = east (or longitude, degrees), y = north (or latitude), z = height in the system's own vertical
    /// datum; the result is longitude, latitude (degrees) and ellipsoidal height (metres). `None` for what is not on
    /// Earth (NaN, or outside of the projection's reach).
    fn geodetic(&self, p: DVec3) -> Option<DVec3>;
}

/// Makes a [`Crs`] from its name, such as `EPSG:7415` or `https://www.opengis.net/def/crs/EPSG/0/7415`; the error says
/// why there is none.
pub type CrsFactory<'a> = dyn Fn(&str) -> Result<Box<dyn Crs>, String> + 'a;

/// Longitude and latitude in degrees with ellipsoidal heights: nothing to do.
pub struct Wgs84;

impl Crs for Wgs84 {
    fn geodetic(&self, p: DVec3) -> Option<DVec3> {
        (p.is_finite() && p.x.abs() <= 540.0 && p.y.abs() <= 90.0).then_some(p)
    }
}
