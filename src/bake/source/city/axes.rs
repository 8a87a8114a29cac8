//! Which axis of a source comes first.
//!
//! EPSG's geographic systems have latitude first, and GML follows the authority. CityJSON does not say; its tools write
//! longitude first, but files that were converted from GML often kept the order. Where the numbers can tell (beyond 90°),
//! they decide. Projected systems are read easting first, as all known city models have them.

use glam::DVec3;

use crate::format::city::Report;
use crate::format::issue::Issue;

/// The order of a source's horizontal axes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Axes {
    /// By the format, the reference system and the numbers.
    #[default]
    Auto,
    /// East (longitude) first.
    EastNorth,
    /// North (latitude) first.
    NorthEast,
}

/// What a format says about geographic systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::bake::source) enum Convention {
    /// Longitude first, as CityJSON's tools write it.
    LongitudeFirst,
    /// As the authority has it, which is latitude first: GML.
    Authority,
}

/// Whether the first axis is north or latitude. `sample`: some positions of the source.
pub(super) fn north_first(
    axes: Axes,
    crs: &str,
    convention: Convention,
    sample: &[DVec3],
    report: &mut Report,
) -> bool {
    match axes {
        Axes::EastNorth => return false,
        Axes::NorthEast => return true,
        Axes::Auto => {}
    }
    let degrees = sample.iter().all(|p| p.x.abs() <= 360.0 && p.y.abs() <= 360.0);
    if !is_geographic(crs) || !degrees {
        return false;
    }
    let first_is_longitude = sample.iter().any(|p| p.x.abs() > 90.0);
    let second_is_longitude = sample.iter().any(|p| p.y.abs() > 90.0);
    match (convention, first_is_longitude, second_is_longitude) {
        (Convention::Authority, true, false) => {
            report.push(Issue::warning(
                "",
                "coordinates are longitude first, though the reference system has latitude first; they are read so",
            ));
            false
        }
        (Convention::Authority, _, _) => true,
        (Convention::LongitudeFirst, false, true) => {
            report.push(Issue::info("", "coordinates are latitude first, as in GML; they are read so"));
            true
        }
        (Convention::LongitudeFirst, false, false) if !sample.is_empty() => {
            report.push(Issue::info(
                "",
                "coordinates are taken as longitude, latitude; say in the job if the axes are the other way round",
            ));
            false
        }
        (Convention::LongitudeFirst, _, _) => false,
    }
}

/// Whether the system's horizontal axes are latitude and longitude. EPSG gives its 4000s to such systems, but for some
/// projected ones, whose coordinates are larger than any angle.
fn is_geographic(crs: &str) -> bool {
    if !crs.to_ascii_uppercase().contains("EPSG") {
        return false;
    }
    let code = crs.rsplit([':', '/']).next().and_then(|digits| digits.parse::<u32>().ok());
    // Beside the 4000s: JGD2011 and GDA2020, WGS84 with EGM96 and EGM2008, and ETRS89 with EVRF heights.
    code.is_some_and(
        |code| matches!(code, 4000..=4999 | 6666..=6668 | 6697 | 7842..=7844 | 7423 | 9422 | 9518 | 9705 | 9707),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(crs: &str, convention: Convention, at: (f64, f64)) -> (bool, usize) {
        let mut report = Report::default();
        let sample = [DVec3::new(at.0, at.1, 0.0)];
        (north_first(Axes::Auto, crs, convention, &sample, &mut report), report.finish().len())
    }

    #[test]
    fn gml_has_latitude_first_in_geographic_systems_alone() {
        let crs = "http://www.opengis.net/def/crs/EPSG/0/6697";
        assert_eq!(decide(crs, Convention::Authority, (35.2, 139.7)), (true, 0));
        assert_eq!(decide("EPSG:25832", Convention::Authority, (690_000.0, 5_330_000.0)), (false, 0));
    }

    #[test]
    fn numbers_beyond_ninety_degrees_decide() {
        assert_eq!(decide("EPSG:6697", Convention::Authority, (139.7, 35.2)), (false, 1));
        assert_eq!(decide("EPSG:6697", Convention::LongitudeFirst, (35.2, 139.7)), (true, 1));
        assert_eq!(decide("EPSG:6697", Convention::LongitudeFirst, (139.7, 35.2)), (false, 0));
    }

    #[test]
    fn where_numbers_do_not_tell_cityjson_has_longitude_first_and_says_so() {
        assert_eq!(decide("EPSG:4979", Convention::LongitudeFirst, (4.3, 52.0)), (false, 1));
    }

    #[test]
    fn a_projected_code_among_the_geographic_ones_is_known_by_its_numbers() {
        assert_eq!(decide("EPSG:4647", Convention::Authority, (32_500_000.0, 5_900_000.0)), (false, 0));
    }

    #[test]
    fn the_job_has_the_last_word() {
        let sample = [DVec3::new(139.0, 35.0, 0.0)];
        let mut report = Report::default();
        assert!(north_first(Axes::NorthEast, "EPSG:4979", Convention::LongitudeFirst, &sample, &mut report));
        assert!(!north_first(Axes::EastNorth, "EPSG:6697", Convention::Authority, &sample, &mut report));
    }
}
