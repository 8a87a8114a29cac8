//! Terrain and aerial pictures in files.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use glam::DVec2;

use crate::bake::imagery::Imagery;
use crate::bake::land;
use crate::bake::land::check::Findings;
use crate::bake::land::ground::Terrain as Ground;
use crate::bake::mosaic::{GeoRect, Lost, Opener};
use crate::bake::source::crs::{Heights, NamedCrs};
use crate::bake::terrain::{Terrain, TerrainOptions};
use crate::batch::land::{ImageryFiles, TerrainFiles};
use crate::batch::proj;
use crate::format::issue::Issue;
use crate::format::raster::geotiff::GeoTiff;
use crate::format::raster::hgt::{self, Hgt};
use crate::format::raster::{Raster, RasterError, RasterHead};

/// What each thread keeps of pictures, bytes.
const PICTURE_CACHE: usize = 64 << 20;
/// Where neither the file nor the job names a reference system.
const UNNAMED: &str = "EPSG:4326";

#[derive(Debug, Clone)]
pub struct RasterFile {
    pub path: PathBuf,
    pub crs: Option<String>,
    pub heights: Heights,
}

fn open(path: &Path) -> Result<Box<dyn Raster>, RasterError> {
    let io = |error: std::io::Error| RasterError::Malformed { format: "raster", message: error.to_string() };
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if name.to_ascii_lowercase().ends_with(".hgt") {
        let bytes: Arc<[u8]> = std::fs::read(path).map_err(io)?.into();
        return Ok(Box::new(Hgt::new(&name, bytes)?));
    }
    Ok(Box::new(GeoTiff::open(BufReader::new(File::open(path).map_err(io)?))?))
}

/// What can be told of a raster before any of it is read.
struct Opened {
    name: String,
    head: RasterHead,
    crs: NamedCrs,
}

fn opened(file: &RasterFile) -> Result<Opened, String> {
    let raster = open(&file.path).map_err(|error| error.to_string())?;
    let head = raster.head().clone();
    let name = file.crs.clone().or_else(|| head.crs.clone()).unwrap_or_else(|| UNNAMED.to_string());
    let crs = proj::named(&name, file.heights).map_err(|error| error.to_string())?;
    Ok(Opened { name: name_of(&file.path), head, crs })
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Tells what is wrong with files as they are opened. What can't be opened is left out wherever it is needed.
pub fn check(file: &RasterFile, findings: &mut Findings) {
    match opened(file) {
        Ok(opened) => {
            for issue in opened.head.issues.iter().chain(opened.crs.issues()) {
                findings.tell(issue, &opened.name, middle(&opened));
            }
        }
        Err(reason) => {
            let name = name_of(&file.path);
            let issue = Issue::error("", format!("the source can't be read: {reason}; it is left out"));
            let corner = hgt::south_west(&name).map(|(lon, lat)| DVec2::new(f64::from(lon), f64::from(lat)) + 0.5);
            findings.tell(&issue, &name, corner);
        }
    }
}

fn middle(opened: &Opened) -> Option<DVec2> {
    let post = DVec2::new(f64::from(opened.head.width_px), f64::from(opened.head.height_px)) / 2.0;
    opened.crs.lon_lat_from_map(opened.head.map_from_post.transform_point2(post))
}

/// Opens each file once for its head and hands it to `add`. What is wrong with them was told by [`check`].
fn each(files: &[RasterFile], mut add: impl FnMut(&str, &RasterHead, Opener, NamedCrs)) {
    for file in files {
        let Ok(opened) = opened(file) else { continue };
        let path = file.path.clone();
        add(&opened.name, &opened.head, Box::new(move || open(&path)), opened.crs);
    }
}

pub struct TerrainOfFiles(pub Vec<RasterFile>);

struct OwnTerrain {
    terrain: Terrain,
    elsewhere_h_m: f64,
}

impl Ground for OwnTerrain {
    fn height_m(&self, lon_deg: f64, lat_deg: f64) -> f64 {
        self.terrain.height_m(DVec2::new(lon_deg, lat_deg)).unwrap_or(self.elsewhere_h_m)
    }

    fn take_lost(&self) -> Vec<Lost> {
        self.terrain.take_lost()
    }
}

impl TerrainFiles for TerrainOfFiles {
    fn open(&self, elsewhere_h_m: f64) -> Box<dyn Ground> {
        let mut terrain = Terrain::new(TerrainOptions::default());
        each(&self.0, |name, head, open, crs| terrain.add(name, head, open, crs));
        Box::new(OwnTerrain { terrain, elsewhere_h_m })
    }
}

pub struct ImageryOfFiles(pub Vec<RasterFile>);

struct OwnImagery(Imagery);

impl land::Imagery for OwnImagery {
    fn picture(&self, [west, south, east, north]: [f64; 4], px: u32) -> Option<Vec<[u8; 4]>> {
        let rect = GeoRect::new(west, south, east, north);
        let picture = self.0.picture(rect, px, crate::bake::land::BARE).ok()?;
        if picture.missing_px == picture.pixels.len() {
            return None;
        }
        Some(picture.pixels.iter().map(|p| [p[0], p[1], p[2], 255]).collect())
    }

    fn take_lost(&self) -> Vec<Lost> {
        self.0.take_lost()
    }
}

impl ImageryFiles for ImageryOfFiles {
    fn open(&self) -> Box<dyn land::Imagery> {
        let mut imagery = Imagery::new(PICTURE_CACHE);
        each(&self.0, |name, head, open, crs| imagery.add(name, head, open, crs));
        Box::new(OwnImagery(imagery))
    }
}
