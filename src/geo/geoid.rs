//! Heights above the sea: the undulation of the geoid EGM96 over the WGS84 ellipsoid.
//!
//! `ellipsoidal = orthometric + undulation`. What maps, SRTM and tide gauges call a height is orthometric (near mean
//! sea level); what GNSS, ECEF and 3D Tiles have is ellipsoidal; they differ by -107 m (south of India) to +85 m (New
//! Guinea).
//!
//! The grid is NGA's WW15MGH, 15 minutes of arc, public domain (`assets/geoid/README.md` tells where from and how it was
//! packed). Between its posts: cubic convolution (R. G. Keys, *Cubic convolution interpolation for digital image
//! processing*, IEEE TASSP 29, 1981). Against the full model (spherical harmonics to degree 360) it errs by 6 mm RMS and
//! by 33 mm at worst over the 306 places of the test; EGM96 itself errs by about half a metre.

use std::io::Read;
use std::sync::OnceLock;

use super::Geodetic;

/// Fails to read a geoid grid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GeoidError {
    #[error("not a geoid grid: expected the signature \"MGD1\" and 8 bytes of header, got {0} bytes")]
    Signature(usize),
    #[error("geoid grid of {rows} rows by {cols} columns: expected 3 to 2161 rows and an even 4 to 4320 columns")]
    Size { rows: u16, cols: u16 },
    #[error("geoid grid is not a zlib stream: {0}")]
    Compression(String),
    #[error("geoid grid has {got} bytes when unpacked, expected {expected}")]
    Length { expected: usize, got: usize },
}

/// A global grid of undulations.
#[derive(Clone)]
pub struct Geoid {
    /// From the north pole to the south pole, both included.
    rows: usize,
    /// From longitude 0 eastward, the last one step before 360°.
    cols: usize,
    /// Row by row, centimetres.
    undulation_cm: Vec<i16>,
}

impl Geoid {
    const MAGIC: &[u8] = b"MGD1";

    /// EGM96; unpacked at the first call (about ten milliseconds, 2 MB), then shared.
    pub fn egm96() -> &'static Geoid {
        static EGM96: OnceLock<Geoid> = OnceLock::new();
        EGM96.get_or_init(|| {
            Geoid::from_bytes(include_bytes!("../../assets/geoid/egm96-15.mgd"))
                .expect("the embedded grid is whole: a unit test reads it")
        })
    }

    /// Reads a packed grid: `MGD1`, rows and columns (u16, little end first), then a zlib stream of the low bytes of all
    /// posts and after them the high bytes. A post is a centimetre value minus (west + north - northwest), modulo 2¹⁶,
    /// with the sign in the lowest bit; posts outside count as 0.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, GeoidError> {
        let header = bytes.get(..8).filter(|h| h.starts_with(Self::MAGIC)).ok_or(GeoidError::Signature(bytes.len()))?;
        let rows_u16 = u16::from_le_bytes([header[4], header[5]]);
        let cols_u16 = u16::from_le_bytes([header[6], header[7]]);
        if !(3..=2161).contains(&rows_u16) || !(4..=4320).contains(&cols_u16) || !cols_u16.is_multiple_of(2) {
            return Err(GeoidError::Size { rows: rows_u16, cols: cols_u16 });
        }
        let (rows, cols) = (usize::from(rows_u16), usize::from(cols_u16));
        // At most 2161 * 4320 * 2 bytes; one more is asked for, so that a longer stream shows.
        let expected = rows * cols * 2;
        let mut planes = Vec::with_capacity(expected);
        flate2::read::ZlibDecoder::new(&bytes[8..])
            .take(expected as u64 + 1)
            .read_to_end(&mut planes)
            .map_err(|e| GeoidError::Compression(e.to_string()))?;
        if planes.len() != expected {
            return Err(GeoidError::Length { expected, got: planes.len() });
        }
        let (low, high) = planes.split_at(rows * cols);
        Ok(Self { rows, cols, undulation_cm: undo_prediction(low, high, cols) })
    }

    /// How far the geoid lies above the ellipsoid, metres (negative: below). Any longitude; latitudes beyond the poles
    /// count as the pole. NaN for a place that is not finite.
    pub fn undulation_m(&self, lon_rad: f64, lat_rad: f64) -> f64 {
        if !(lon_rad.is_finite() && lat_rad.is_finite()) {
            return f64::NAN;
        }
        use std::f64::consts::{FRAC_PI_2, PI, TAU};
        let lat_rad = lat_rad.clamp(-FRAC_PI_2, FRAC_PI_2);
        let row = (FRAC_PI_2 - lat_rad) / PI * (self.rows - 1) as f64;
        let col = lon_rad.rem_euclid(TAU) / TAU * self.cols as f64;
        let (row0, col0) = (row.floor(), col.floor());
        let row_weights = cubic_weights(row - row0);
        let col_weights = cubic_weights(col - col0);
        let mut sum_cm = 0.0;
        for (i, row_weight) in row_weights.iter().enumerate() {
            for (j, col_weight) in col_weights.iter().enumerate() {
                let post = self.post_cm(row0 as i64 + i as i64 - 1, col0 as i64 + j as i64 - 1);
                sum_cm += row_weight * col_weight * post;
            }
        }
        sum_cm / 100.0
    }

    /// `height_m` of `orthometric` is read as height above the geoid; gives the height above the ellipsoid.
    pub fn ellipsoidal_from_orthometric(&self, orthometric: Geodetic) -> Geodetic {
        let undulation_m = self.undulation_m(orthometric.lon_rad, orthometric.lat_rad);
        orthometric.at_height(orthometric.height_m + undulation_m)
    }

    /// The height above the geoid of a place, metres.
    pub fn orthometric_height_m(&self, ellipsoidal: Geodetic) -> f64 {
        ellipsoidal.height_m - self.undulation_m(ellipsoidal.lon_rad, ellipsoidal.lat_rad)
    }

    /// One post; past a pole the grid goes on down the opposite meridian.
    fn post_cm(&self, row: i64, col: i64) -> f64 {
        let last = self.rows as i64 - 1;
        let (row, col) = if row < 0 {
            (-row, col + self.cols as i64 / 2)
        } else if row > last {
            (2 * last - row, col + self.cols as i64 / 2)
        } else {
            (row, col)
        };
        let col = col.rem_euclid(self.cols as i64);
        f64::from(self.undulation_cm[row as usize * self.cols + col as usize])
    }
}

impl std::fmt::Debug for Geoid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Geoid {{ {} x {} }}", self.rows, self.cols)
    }
}

fn undo_prediction(low: &[u8], high: &[u8], cols: usize) -> Vec<i16> {
    let mut posts: Vec<i16> = Vec::with_capacity(low.len());
    for (i, (&lo, &hi)) in low.iter().zip(high).enumerate() {
        let folded = u16::from_le_bytes([lo, hi]);
        let residual = (folded >> 1) as i16 ^ -((folded & 1) as i16);
        let (has_west, has_north) = (i % cols > 0, i >= cols);
        let west = if has_west { posts[i - 1] } else { 0 };
        let north = if has_north { posts[i - cols] } else { 0 };
        let northwest = if has_west && has_north { posts[i - cols - 1] } else { 0 };
        posts.push(residual.wrapping_add(west).wrapping_add(north).wrapping_sub(northwest));
    }
    posts
}

/// Keys' kernel with a = -1/2 at the four posts around `t` in `0..1`.
fn cubic_weights(t: f64) -> [f64; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [(-t3 + 2.0 * t2 - t) / 2.0, (3.0 * t3 - 5.0 * t2 + 2.0) / 2.0, (-3.0 * t3 + 4.0 * t2 + t) / 2.0, (t3 - t2) / 2.0]
}
