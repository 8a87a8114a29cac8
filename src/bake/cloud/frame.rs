//! The frame of a cloud: east-north-up metres at its middle, counted in steps.
//!
//! Positions are whole numbers of a step that is a power of two and at most half of what the sources can tell apart, so
//! that they are exact in every later use, whatever the order of computing. The root tile's `transform` is this frame.

use glam::DVec3;

use super::crs::Resolved;
use super::las::LasHeader;
use crate::geo::site::SiteFrame;
use crate::geo::{Geodetic, wgs84};

/// Steps from 0.24 mm to 16 mm.
const FINEST: i32 = -12;
const COARSEST: i32 = -6;

/// Farther from the middle no point is kept: differences must fit into 31 bits.
const MOST_STEPS: f64 = (1 << 30) as f64 - 1.0;

/// Where the steps of a cloud lie on the Earth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CloudFrame {
    pub site: SiteFrame,
    /// A step is 2 to this power, metres.
    pub log2_step: i32,
}

impl CloudFrame {
    pub fn new(middle: Geodetic, log2_step: i32) -> Self {
        // Rounded, so that the numbers in the files are short.
        let round = |value: f64, digits: f64| (value * digits).round() / digits;
        let origin = Geodetic::from_degrees(
            round(middle.lon_deg(), 1e6),
            round(middle.lat_deg(), 1e6),
            round(middle.height_m, 1.0),
        );
        Self { site: SiteFrame::from_geodetic(origin), log2_step }
    }

    /// In the middle of all sources, with the step of the finest of them. Each source gives a point of it (the middle of
    /// its box, say). `None` without sources.
    pub fn around(sources: &[(&LasHeader, &Resolved, DVec3)]) -> Option<Self> {
        let ecef = |resolved: &Resolved, at: DVec3| {
            let geodetic = resolved.geodetic(at)?;
            Some(wgs84::ecef_from_geodetic(Geodetic::from_degrees(geodetic.x, geodetic.y, geodetic.z)))
        };
        let (mut sum, mut count, mut resolution_m) = (DVec3::ZERO, 0.0, f64::MAX);
        for (header, resolved, at) in sources {
            let Some(here) = ecef(resolved, *at) else { continue };
            sum += here;
            count += 1.0;
            for axis in [DVec3::X, DVec3::Y, DVec3::Z] {
                // A thousand steps of the file, so that the difference has digits.
                let there = ecef(resolved, *at + axis * header.scale * 1000.0);
                resolution_m = resolution_m.min(there.map_or(f64::MAX, |there| here.distance(there) / 1000.0));
            }
        }
        let middle = wgs84::geodetic_from_ecef(sum / count);
        // The largest power of two that is not above half of the resolution.
        let fits = |log2: &i32| step_m(*log2) <= resolution_m * 0.5;
        let log2_step = (FINEST..=COARSEST).rev().find(fits).unwrap_or(FINEST);
        (count > 0.0).then(|| Self::new(middle, log2_step))
    }

    pub fn step_m(&self) -> f64 {
        step_m(self.log2_step)
    }

    /// The nearest step to a place (longitude and latitude in degrees, ellipsoidal height in metres); `None` if it is too
    /// far away.
    pub fn steps(&self, geodetic: DVec3) -> Option<[i32; 3]> {
        let at = self.site.site_pos_from_geodetic(Geodetic::from_degrees(geodetic.x, geodetic.y, geodetic.z));
        let steps = (at / self.step_m() + 0.5).floor();
        // Comparisons with NaN are false.
        (steps.abs().max_element() <= MOST_STEPS).then(|| steps.to_array().map(|x| x as i32))
    }

    /// Metres east, north and up.
    pub fn metres(&self, steps: [i32; 3]) -> DVec3 {
        DVec3::from(steps.map(f64::from)) * self.step_m()
    }
}

fn step_m(log2: i32) -> f64 {
    // Exact: powers of two.
    1.0 / f64::from(1_u32 << (-log2).clamp(0, 31))
}
