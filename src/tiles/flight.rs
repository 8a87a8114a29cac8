//! Scripted camera flights: the same path for simulations, measurements and the running program.

use super::types::View;
use crate::geo::{Geodetic, HeadingPitchRoll, Pose};

/// A camera pose over the ellipsoid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Waypoint {
    pub lon_deg: f64,
    pub lat_deg: f64,
    /// Over the ellipsoid.
    pub height_m: f64,
    /// Clockwise from north.
    pub heading_deg: f64,
    /// Above the horizon; -90 looks straight down.
    pub pitch_deg: f64,
}

/// From the previous waypoint to this one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Leg {
    pub to: Waypoint,
    pub secs: f64,
}

/// A path through waypoints. Heights change by equal factors in equal times, so that a descent looks even.
#[derive(Debug, Clone, PartialEq)]
pub struct Flight {
    pub start: Waypoint,
    pub legs: Vec<Leg>,
    pub viewport_px: [u32; 2],
    pub fov_y_rad: f64,
}

/// Heights are measured from this far below the ellipsoid when they change by factors, so that 0 is allowed.
const HEIGHT_OFFSET_M: f64 = 1.0;

impl Flight {
    /// The flight by which streaming is judged: from 50 km down to `floor_m` + 1 m, a stop, then sideways at 200 m/s
    /// for 20 s at `floor_m` + 100 m.
    pub fn descent_and_run(lon_deg: f64, lat_deg: f64, floor_m: f64) -> Self {
        let at = |height_m, heading_deg, pitch_deg| Waypoint { lon_deg, lat_deg, height_m, heading_deg, pitch_deg };
        let down = at(floor_m + 1.0, 0.0, -20.0);
        let run_start = at(floor_m + 100.0, 0.0, -25.0);
        // 20 s at 200 m/s eastwards, looking north.
        let degrees_east = (4000.0 / (6.378e6 * lat_deg.to_radians().cos())).to_degrees();
        let run_end = Waypoint { lon_deg: lon_deg + degrees_east, ..run_start };
        Self {
            start: at(floor_m + 50_000.0, 0.0, -80.0),
            legs: vec![
                Leg { to: at(floor_m + 50_000.0, 0.0, -80.0), secs: 2.0 },
                Leg { to: down, secs: 15.0 },
                Leg { to: down, secs: 3.0 },
                Leg { to: run_start, secs: 3.0 },
                Leg { to: run_start, secs: 2.0 },
                Leg { to: run_end, secs: 20.0 },
                Leg { to: run_end, secs: 3.0 },
            ],
            viewport_px: [1280, 720],
            fov_y_rad: 1.0,
        }
    }

    pub fn duration_secs(&self) -> f64 {
        self.legs.iter().map(|leg| leg.secs).sum()
    }

    /// The view at a time since the start; stays at the last waypoint.
    pub fn view_at(&self, secs: f64) -> View {
        let waypoint = self.waypoint_at(secs);
        let place = Geodetic::from_degrees(waypoint.lon_deg, waypoint.lat_deg, waypoint.height_m);
        let turn = HeadingPitchRoll::from_degrees(waypoint.heading_deg, waypoint.pitch_deg, 0.0);
        let pose = Pose::from_geodetic(place, turn);
        View {
            pos_ecef: pose.affine_ecef_from_body().translation,
            dir: pose.forward(),
            up: pose.up(),
            viewport_px: self.viewport_px,
            fov_y_rad: self.fov_y_rad,
            near_m: 0.1,
        }
    }

    pub fn waypoint_at(&self, secs: f64) -> Waypoint {
        let (mut from, mut left) = (self.start, secs.max(0.0));
        for leg in &self.legs {
            if left < leg.secs {
                return between(from, leg.to, left / leg.secs);
            }
            left -= leg.secs;
            from = leg.to;
        }
        from
    }
}

fn between(a: Waypoint, b: Waypoint, part: f64) -> Waypoint {
    let mix = |a: f64, b: f64| a + (b - a) * part;
    let (low_a, low_b) = ((a.height_m + HEIGHT_OFFSET_M).max(1e-3), (b.height_m + HEIGHT_OFFSET_M).max(1e-3));
    Waypoint {
        lon_deg: mix(a.lon_deg, b.lon_deg),
        lat_deg: mix(a.lat_deg, b.lat_deg),
        height_m: mix(low_a.ln(), low_b.ln()).exp() - HEIGHT_OFFSET_M,
        heading_deg: mix(a.heading_deg, b.heading_deg),
        pitch_deg: mix(a.pitch_deg, b.pitch_deg),
    }
}
