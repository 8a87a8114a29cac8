//! Terrain and aerial pictures in files.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use glam::DVec2;

use crate::bake::imagery::Imagery;
use crate::bake::land;
use crate::bake::land::ground::Terrain as Ground;
use crate::bake::mosaic::{GeoRect, Opener};
use crate::bake::source::crs::Heights;
use crate::bake::terrain::{Terrain, TerrainOptions};
use crate::batch::land::{ImageryFiles, TerrainFiles};
use crate::batch::proj;
use crate::format::raster::geotiff::GeoTiff;
use crate::format::raster::hgt::Hgt;
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

/// Why a file can't be used, if it can't.
pub fn fault(file: &RasterFile) -> Option<String> {
    match open(&file.path) {
        Ok(raster) => proj::named(&crs_of(file, raster.head()), file.heights).err().map(|error| error.to_string()),
        Err(error) => Some(error.to_string()),
    }
}

fn crs_of(file: &RasterFile, head: &RasterHead) -> String {
    file.crs.clone().or_else(|| head.crs.clone()).unwrap_or_else(|| UNNAMED.to_string())
}

/// Opens each file once for its head and hands it to `add`. Files that can't be used are left out: [`fault`] tells why.
fn each(files: &[RasterFile], mut add: impl FnMut(&str, &RasterHead, Opener, crate::bake::source::crs::NamedCrs)) {
    for file in files {
        let name = file.path.display().to_string();
        let raster = match open(&file.path) {
            Ok(raster) => raster,
            Err(error) => {
                tracing::debug!("{name}: {error}");
                continue;
            }
        };
        let head = raster.head().clone();
        match proj::named(&crs_of(file, &head), file.heights) {
            Ok(crs) => {
                let path = file.path.clone();
                add(&name, &head, Box::new(move || open(&path)), crs);
            }
            Err(error) => tracing::debug!("{name}: {error}"),
        }
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

    fn spacing_m(&self) -> f64 {
        self.terrain.finest_spacing_m().unwrap_or(0.0)
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
}

impl ImageryFiles for ImageryOfFiles {
    fn open(&self) -> Box<dyn land::Imagery> {
        let mut imagery = Imagery::new(PICTURE_CACHE);
        each(&self.0, |name, head, open, crs| imagery.add(name, head, open, crs));
        Box::new(OwnImagery(imagery))
    }
}
