//! S2 cells, as far as `3DTILES_bounding_volume_S2` needs them: from a token to longitudes and latitudes around the cell.
//!
//! The sphere's angles are taken as geodetic ones, as the viewers do that write this extension. The cell's own shape
//! (edges are great circles) is tighter than the rectangle given here; that only costs some culling.
//!
//! Source: S2 Geometry's cell hierarchy (s2geometry.io, "S2 Cells") with the quadratic projection.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI, TAU};

use glam::DVec3;

/// Levels below the six faces.
const MAX_LEVEL: u32 = 30;

/// Radians; `west_rad > east_rad` where the cell crosses the antimeridian.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bounds {
    pub west_rad: f64,
    pub south_rad: f64,
    pub east_rad: f64,
    pub north_rad: f64,
}

/// The rectangle around the cell with this token; `None` if the token names none.
pub(super) fn bounds_of_token(token: &str) -> Option<Bounds> {
    let cell = Cell::from_token(token)?;
    Some(if cell.level == 0 { face_bounds(cell.face) } else { cell.bounds() })
}

/// A cell by its face and its integer coordinates there: `i`, `j` below `2^level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cell {
    face: u32,
    level: u32,
    i: u32,
    j: u32,
}

impl Cell {
    /// A token is the 64-bit id in hexadecimal without its trailing zeros.
    fn from_token(token: &str) -> Option<Cell> {
        if token.is_empty() || token.len() > 16 || !token.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let digits = u64::from_str_radix(token, 16).ok()?;
        let id = digits << (4 * (16 - token.len()));
        Cell::from_id(id)
    }

    /// An id is three bits of face, two bits for each level along a Hilbert curve, a one, and zeros.
    fn from_id(id: u64) -> Option<Cell> {
        let face = (id >> 61) as u32;
        if id == 0 || face > 5 || id.trailing_zeros() > 60 || !id.trailing_zeros().is_multiple_of(2) {
            return None;
        }
        let level = MAX_LEVEL - id.trailing_zeros() / 2;
        // Which corner comes when along the curve: swap i and j, and run from the other end.
        let mut swap = face & 1 == 1;
        let mut invert = false;
        let (mut i, mut j) = (0, 0);
        for step in 1..=level {
            let position = (id >> (61 - 2 * step)) & 3;
            // Along the plain curve the corners (i, j) are 00, 01, 11, 10.
            let (mut a, mut b) = [(0, 0), (0, 1), (1, 1), (1, 0)][position as usize];
            if swap {
                (a, b) = (b, a);
            }
            if invert {
                (a, b) = (1 - a, 1 - b);
            }
            (i, j) = (i << 1 | a, j << 1 | b);
            match position {
                0 => swap = !swap,
                3 => {
                    swap = !swap;
                    invert = !invert;
                }
                _ => {}
            }
        }
        Some(Cell { face, level, i, j })
    }

    /// The four corners as longitude and latitude; the longitude is `None` at a pole.
    fn corners(&self) -> [(Option<f64>, f64); 4] {
        let size = f64::from(1_u32 << self.level);
        [(0, 0), (1, 0), (1, 1), (0, 1)].map(|(di, dj)| {
            let u = st_to_uv((f64::from(self.i) + f64::from(di)) / size);
            let v = st_to_uv((f64::from(self.j) + f64::from(dj)) / size);
            lon_lat(face_uv_to_xyz(self.face, u, v))
        })
    }

    /// Below the faces the extremes of both angles lie at corners, since no cell spans a face's middle.
    fn bounds(&self) -> Bounds {
        let corners = self.corners();
        let (south_rad, north_rad) =
            corners.iter().fold((FRAC_PI_2, -FRAC_PI_2), |(lo, hi), &(_, lat)| (lo.min(lat), hi.max(lat)));
        let longitudes: Vec<f64> = corners.iter().filter_map(|&(lon, _)| lon).collect();
        // A cell spans at most a quarter turn here, so angles are compared by their difference to one corner's.
        let reference = longitudes.first().copied().unwrap_or(0.0);
        let (lo, hi) = longitudes
            .iter()
            .map(|lon| wrap(lon - reference))
            .fold((0.0_f64, 0.0_f64), |(lo, hi), delta| (lo.min(delta), hi.max(delta)));
        Bounds { west_rad: wrap(reference + lo), south_rad, east_rad: wrap(reference + hi), north_rad }
    }
}

/// A whole face of the cube: its edges bulge past its corners.
fn face_bounds(face: u32) -> Bounds {
    let cap = (1.0_f64 / 3.0).sqrt().asin();
    let around = |center: f64| Bounds {
        west_rad: wrap(center - FRAC_PI_4),
        south_rad: -FRAC_PI_4,
        east_rad: wrap(center + FRAC_PI_4),
        north_rad: FRAC_PI_4,
    };
    match face {
        0 => around(0.0),
        1 => around(FRAC_PI_2),
        2 => Bounds { west_rad: -PI, south_rad: cap, east_rad: PI, north_rad: FRAC_PI_2 },
        3 => around(PI),
        4 => around(-FRAC_PI_2),
        _ => Bounds { west_rad: -PI, south_rad: -FRAC_PI_2, east_rad: PI, north_rad: -cap },
    }
}

/// The angle in -pi to pi.
fn wrap(angle: f64) -> f64 {
    if angle.abs() <= PI { angle } else { (angle + PI).rem_euclid(TAU) - PI }
}

/// S2's quadratic projection from 0..1 to -1..1.
fn st_to_uv(s: f64) -> f64 {
    if s >= 0.5 { (4.0 * s * s - 1.0) / 3.0 } else { (1.0 - 4.0 * (1.0 - s) * (1.0 - s)) / 3.0 }
}

fn face_uv_to_xyz(face: u32, u: f64, v: f64) -> DVec3 {
    match face {
        0 => DVec3::new(1.0, u, v),
        1 => DVec3::new(-u, 1.0, v),
        2 => DVec3::new(-u, -v, 1.0),
        3 => DVec3::new(-1.0, -v, -u),
        4 => DVec3::new(v, -1.0, -u),
        _ => DVec3::new(v, u, -1.0),
    }
}

fn lon_lat(p: DVec3) -> (Option<f64>, f64) {
    let horizontal = p.x.hypot(p.y);
    let longitude = (horizontal > 0.0).then(|| p.y.atan2(p.x));
    (longitude, p.z.atan2(horizontal))
}
