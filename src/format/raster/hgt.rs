//! SRTM height files (`N42E001.hgt`): big-endian i16 metres above the geoid EGM96, one degree a side, no header.
//!
//! NASA/USGS *SRTM Topography* (SRTM_Topo.pdf): rows from north to south, posts on the degree's borders included, so that
//! neighbours share a row or a column of posts. The place comes from the name, which gives the south-west corner; the
//! spacing from the size. -32768 is a void.

use glam::{DAffine2, DMat2, DVec2};
use std::sync::Arc;

use super::{HEIGHTS_ON_EARTH_M, Raster, RasterContent, RasterError, RasterHead, Window};
use crate::format::issue::Issues;

const FORMAT: &str = "SRTM height file";
const VOID: i16 = -32_768;

/// Columns and rows: 3" and 1", and 1" north of 50° in the first release (2" from west to east).
const SIZES: [(u32, u32); 3] = [(1201, 1201), (3601, 3601), (1801, 3601)];

/// A height file in memory (26 MB at most).
#[derive(Debug, Clone)]
pub struct Hgt {
    head: RasterHead,
    bytes: Arc<[u8]>,
}

impl Hgt {
    /// `name`: of the file, also with folders before it and with anything after the place (`N42E001.SRTMGL1.hgt`).
    ///
    /// # Errors
    /// [`RasterError`] if the name gives no place or the size is none that these files have.
    pub fn new(name: &str, bytes: Arc<[u8]>) -> Result<Self, RasterError> {
        Ok(Self { head: head(name, bytes.len() as u64)?, bytes })
    }
}

/// What a height file of this name and length holds, without its bytes.
///
/// # Errors
/// See [`Hgt::new`].
pub fn head(name: &str, length_bytes: u64) -> Result<RasterHead, RasterError> {
    let (lon_deg, lat_deg) = south_west(name).ok_or_else(|| RasterError::Malformed {
        format: FORMAT,
        message: format!("expected a name such as N42E001.hgt, got {:?}", name.chars().take(80).collect::<String>()),
    })?;
    let &(width_px, height_px) =
        SIZES.iter().find(|(w, h)| u64::from(w * h) * 2 == length_bytes).ok_or_else(|| RasterError::Malformed {
            format: FORMAT,
            message: format!("expected 2884802, 25934402 or 12970802 bytes, got {length_bytes}"),
        })?;
    let step = DVec2::new(1.0 / f64::from(width_px - 1), -1.0 / f64::from(height_px - 1));
    Ok(RasterHead {
        width_px,
        height_px,
        map_from_post: DAffine2 {
            matrix2: DMat2::from_diagonal(step),
            translation: DVec2::new(f64::from(lon_deg), f64::from(lat_deg + 1)),
        },
        // WGS84 with heights above EGM96.
        crs: Some("EPSG:4326+5773".to_string()),
        content: RasterContent::Heights,
        issues: Issues::default(),
    })
}

/// The south-west corner that a file's name says, whole degrees: longitude, latitude.
pub fn south_west(name: &str) -> Option<(i32, i32)> {
    let file = name.rsplit(['/', '\\']).next()?;
    let text = file.get(..7)?;
    let sign = |letter: u8, plus: u8, minus: u8| match letter.to_ascii_uppercase() {
        l if l == plus => Some(1),
        l if l == minus => Some(-1),
        _ => None,
    };
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit()).then(|| s.parse::<i32>().ok()).flatten();
    let bytes = text.as_bytes();
    if !text.is_ascii() {
        return None;
    }
    let lat = sign(bytes[0], b'N', b'S')? * digits(&text[1..3])?;
    let lon = sign(bytes[3], b'E', b'W')? * digits(&text[4..7])?;
    ((-180..180).contains(&lon) && (-90..90).contains(&lat)).then_some((lon, lat))
}

impl Raster for Hgt {
    fn head(&self) -> &RasterHead {
        &self.head
    }

    fn heights(&mut self, window: Window) -> Result<Vec<f32>, RasterError> {
        let mut heights = Vec::with_capacity(window.posts_within(&self.head)?);
        for row in window.row..window.row + window.height {
            let start = (row as usize * self.head.width_px as usize + window.col as usize) * 2;
            let posts = &self.bytes[start..start + window.width as usize * 2];
            heights.extend(posts.chunks_exact(2).map(|b| height_m(i16::from_be_bytes([b[0], b[1]]))));
        }
        Ok(heights)
    }

    fn colors(&mut self, _window: Window) -> Result<Vec<[u8; 4]>, RasterError> {
        Err(RasterError::Content { expected: "colours", got: "heights" })
    }
}

fn height_m(raw: i16) -> f32 {
    let height_m = f32::from(raw);
    if raw == VOID || !HEIGHTS_ON_EARTH_M.contains(&height_m) { f32::NAN } else { height_m }
}
