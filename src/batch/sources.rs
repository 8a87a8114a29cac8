//! From a job file to what is baked: finds its files, opens each by its kind, applies its style.
//!
//! A source that can't be read is told and left out; the others are baked.

#[cfg(test)]
mod bad_input_tests;
mod files;
mod models;
mod rasters;
mod style;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::land::{Below, Given, LandError, LandJob, Sources};
use crate::bake::cloud::CloudStyle;
use crate::bake::cloud::crs::ZUnit;
use crate::bake::job::{Ground, HeightsFrom, Job, Kind, PictureFormat, Source};
use crate::bake::land::check::Findings;
use crate::bake::land::{self, Assets};
use crate::bake::model::{Feature, Placed, Value};
use crate::bake::source::city::{CityError, Options as CityOptions};
use crate::bake::source::crs::{Heights, factory};
use crate::bake::source::geojson::{GeoJsonOptions, read_geojson};
use crate::bake::source::osm::{OsmOptions, read_osm};
use crate::bake::source::region::Region;
use crate::bake::source::sumo::{SumoOptions, read_sumo};
use crate::bake::source::{citygml, cityjson};
use crate::batch::cloud::{CloudJob, CloudSource};
use crate::format::issue::{Issue, Issues};
use crate::format::sumo::SumoNet;

/// What a job can't be baked for.
#[derive(Debug, thiserror::Error)]
pub enum SourcesError {
    #[error("{}: {error}", path.display())]
    File { path: PathBuf, error: std::io::Error },
    #[error("the region has no area (expected west,south,east,north in degrees)")]
    Region,
}

/// A job with its files found.
pub struct JobSources {
    /// Of each file, for findings.
    names: Vec<String>,
    opened: Vec<Opened>,
    models: Arc<models::Models>,
    region: Option<Region>,
    found: Findings,
}

/// A file of a source.
struct Opened {
    path: PathBuf,
    kind: Kind,
    source: Source,
}

impl JobSources {
    /// Finds the files of a job that lies in `folder`.
    ///
    /// # Errors
    /// When the region is none. Files that can't be found are told.
    pub fn new(job: &Job, folder: &Path, region: Option<Region>) -> Result<Self, SourcesError> {
        let own = match job.region {
            None => None,
            Some(r) => Some(Region::new(r.west_deg, r.south_deg, r.east_deg, r.north_deg).ok_or(SourcesError::Region)?),
        };
        let mut sources = Self {
            names: Vec::new(),
            opened: Vec::new(),
            models: Arc::new(models::Models::new(std::iter::empty())),
            region: region.or(own),
            found: Findings::default(),
        };
        for source in &job.sources {
            for pattern in &source.files {
                let found = files::find(folder, pattern);
                if found.is_empty() {
                    let issue = Issue::error(pattern.clone(), "no file fits; it is left out");
                    sources.found.tell(&issue, "", None);
                }
                for path in found {
                    sources.open(path, source);
                }
            }
        }
        let models = sources.opened.iter().map(|o| (o.kind == Kind::Model).then_some((o.path.as_path(), &o.source)));
        sources.models = Arc::new(models::Models::new(models));
        Ok(sources)
    }

    fn open(&mut self, path: PathBuf, source: &Source) {
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        match source.kind.or_else(|| files::kind(&path)) {
            Some(kind) => {
                self.opened.push(Opened { path, kind, source: source.clone() });
                self.names.push(name);
            }
            None => {
                let issue = Issue::error("", "what the file is can't be told by its name; it is left out")
                    .expected_got("a known extension, or \"kind\" in the job", &name);
                self.found.tell(&issue, &name, None);
            }
        }
    }

    /// Everything that the land is made of but the features.
    pub fn land_job(&self, job: &Job) -> LandJob {
        let terrain = self.of_kind(Kind::Terrain);
        let imagery = self.of_kind(Kind::Imagery);
        let tiles = &job.tiles;
        let below = match (job.ground, terrain.is_empty()) {
            (Ground::None, _) => Below::Nothing,
            (Ground::Auto, true) => Below::FromFeatures,
            (Ground::Auto, false) => Below::Terrain(Arc::new(rasters::TerrainOfFiles(terrain))),
        };
        LandJob {
            leaf_m: tiles.leaf_m,
            picture_px: tiles.picture_px.next_power_of_two(),
            picture: match tiles.picture {
                PictureFormat::Jpeg => land::PictureFormat::Jpeg(tiles.quality),
                PictureFormat::Webp => land::PictureFormat::Webp,
                PictureFormat::Png => land::PictureFormat::Png,
            },
            region: self.region,
            below,
            imagery: (!imagery.is_empty()).then(|| {
                let files: Arc<dyn super::land::ImageryFiles> = Arc::new(rasters::ImageryOfFiles(imagery));
                files
            }),
            assets: Arc::new(self.assets()),
            clouds: self.clouds(),
            attribution: job.attribution.clone(),
            fingerprint: self.fingerprint(job),
        }
    }

    fn clouds(&self) -> Option<CloudJob> {
        let sources: Vec<CloudSource> = self
            .opened
            .iter()
            .filter(|o| o.kind == Kind::Cloud)
            .map(|o| CloudSource {
                path: o.path.clone(),
                crs: o.source.crs.clone(),
                heights: heights(o.source.heights),
                z_unit: ZUnit::Auto,
                leave_out: o.source.style.leave_out.iter().filter_map(|class| class.parse().ok()).collect(),
            })
            .collect();
        (!sources.is_empty()).then(|| CloudJob {
            sources,
            style: CloudStyle::default(),
            region: self.region,
            spill: PathBuf::new(),
            threads: 1,
        })
    }

    fn of_kind(&self, kind: Kind) -> Vec<rasters::RasterFile> {
        self.opened.iter().filter(|o| o.kind == kind).map(Self::raster).collect()
    }

    fn raster(opened: &Opened) -> rasters::RasterFile {
        rasters::RasterFile {
            path: opened.path.clone(),
            crs: opened.source.crs.clone(),
            heights: heights(opened.source.heights),
        }
    }

    fn assets(&self) -> FileAssets {
        FileAssets {
            folders: self.opened.iter().map(|o| o.path.parent().map(Path::to_owned).unwrap_or_default()).collect(),
            textures: Mutex::new(BTreeMap::new()),
            models: Arc::clone(&self.models),
        }
    }

    /// The job and, of each file, its size and time of change.
    fn fingerprint(&self, job: &Job) -> String {
        let mut text = serde_json::to_string(job).unwrap_or_default();
        text.push_str(env!("CARGO_PKG_VERSION"));
        for opened in &self.opened {
            let told = std::fs::metadata(&opened.path).ok();
            let changed = told.as_ref().and_then(|m| m.modified().ok());
            let changed = changed.and_then(|t| t.duration_since(std::time::UNIX_EPOCH).ok()).map(|d| d.as_nanos());
            text.push_str(&format!("{:?} {:?} {changed:?};", opened.path.file_name(), told.map(|m| m.len())));
        }
        text.push_str(&format!("{:?}", self.region));
        use md5::Digest;
        md5::Md5::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn read_one(&self, index: usize, sink: &mut dyn FnMut(Feature), findings: &mut Findings) -> Result<(), String> {
        let Opened { path, kind, source } = &self.opened[index];
        let name = &self.names[index];
        let notes = RefCell::new(Issues::default());
        let crs = factory(&super::proj::named, heights(source.heights), &notes);
        let open = || -> std::io::Result<Box<dyn BufRead>> { files::open(path) };
        let city = CityOptions { crs: source.crs.as_deref(), ..CityOptions::default() };
        let issues = match kind {
            Kind::Osm => {
                let options = OsmOptions { region: self.region, ..OsmOptions::default() };
                // The reader undoes gzip itself.
                let open = || -> std::io::Result<Box<dyn BufRead>> { Ok(Box::new(BufReader::new(File::open(path)?))) };
                read_osm(&open, &options, sink).map_err(|error| error.to_string())?
            }
            Kind::Geojson => {
                let own = source.crs.as_deref().map(&crs).transpose()?;
                let options = GeoJsonOptions {
                    mapping: style::mapping(&source.style),
                    crs: own.as_deref(),
                    make_crs: &crs,
                    region: self.region,
                };
                read_geojson(&open, &options, sink).map_err(|error| error.to_string())?
            }
            Kind::Cityjson => cityjson::read(&bytes(path)?, &city, &crs, sink).map_err(city_error)?,
            Kind::Cityjsonseq => {
                let reader = open().map_err(|error| error.to_string())?;
                cityjson::read_sequence(reader, &city, &crs, sink).map_err(city_error)?
            }
            Kind::Citygml => citygml::read(&bytes(path)?, &city, &crs, sink).map_err(city_error)?,
            Kind::Sumo => {
                let net = SumoNet::from_bytes(&bytes(path)?).map_err(|error| error.to_string())?;
                let options = SumoOptions { region: self.region, ellipsoid_from_net_z_m: None };
                let mut issues = net.issues.clone();
                issues.extend(read_sumo(&net, &options, sink).map_err(|error| error.to_string())?);
                issues
            }
            Kind::Model => self.models.features(index, source, sink)?,
            Kind::Terrain | Kind::Imagery => {
                rasters::check(&Self::raster(&self.opened[index]), findings);
                Issues::default()
            }
            // Read when the land is done.
            Kind::Cloud => Issues::default(),
        };
        drop(crs);
        findings.tell_all(issues, name);
        findings.tell_all(notes.into_inner(), name);
        Ok(())
    }
}

impl Sources for JobSources {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn read(
        &self,
        sink: &mut dyn FnMut(Given) -> Result<(), LandError>,
        findings: &mut Findings,
    ) -> Result<(), LandError> {
        findings.extend(self.found.clone());
        for index in 0..self.opened.len() {
            let source = &self.opened[index].source;
            let (mut result, mut given) = (Ok(()), 0_u64);
            let read = self.read_one(
                index,
                &mut |mut feature| {
                    given += 1;
                    if result.is_err() || !style::apply(source, &mut feature) {
                        return;
                    }
                    let color = style::color(&source.style, &feature);
                    result = sink(Given { source: index as u32, color, feature });
                },
                findings,
            );
            result?;
            if let Err(reason) = read {
                let issue = Issue::error("", unreadable(&reason, given));
                findings.tell(&issue, &self.names[index], None);
            }
        }
        Ok(())
    }
}

/// What is told of a source that failed after it gave so many features.
fn unreadable(reason: &str, given: u64) -> String {
    match given {
        0 => format!("the source can't be read: {reason}; it is left out"),
        1 => format!("the source can't be read to its end: {reason}; one feature before that is baked"),
        _ => format!("the source can't be read to its end: {reason}; {given} features before that are baked"),
    }
}

/// By value, to be given to `map_err`.
#[allow(clippy::needless_pass_by_value)]
fn city_error(error: CityError) -> String {
    error.to_string()
}

fn heights(from: Option<HeightsFrom>) -> Heights {
    match from {
        None => Heights::AsNamed,
        Some(HeightsFrom::Ellipsoidal) => Heights::Ellipsoidal,
        Some(HeightsFrom::Orthometric) => Heights::Orthometric,
    }
}

/// All bytes of a file, unpacked.
fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    files::open(path).and_then(|mut reader| reader.read_to_end(&mut bytes)).map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// Bytes by source and name; `None` where a file could not be read.
type Known = BTreeMap<(u32, String), Option<Arc<Vec<u8>>>>;

/// Textures and models that features name, beside the files that name them.
struct FileAssets {
    /// By source.
    folders: Vec<PathBuf>,
    textures: Mutex<Known>,
    models: Arc<models::Models>,
}

/// Textures that are kept, until all are dropped.
const KEPT_TEXTURES: usize = 256;

impl Assets for FileAssets {
    fn texture(&self, source: u32, uri: &str) -> Option<Arc<Vec<u8>>> {
        let key = (source, uri.to_string());
        if let Ok(known) = self.textures.lock()
            && let Some(known) = known.get(&key)
        {
            return known.clone();
        }
        let folder = self.folders.get(source as usize)?;
        let found = files::beside(folder, uri).and_then(|path| std::fs::read(path).ok()).map(Arc::new);
        if let Ok(mut known) = self.textures.lock() {
            if known.len() >= KEPT_TEXTURES {
                known.clear();
            }
            known.insert(key, found.clone());
        }
        found
    }

    fn model(&self, source: u32, placed: &Placed, detail: u32) -> Option<Arc<land::Model>> {
        self.models.get(source, placed.scale, detail)
    }
}

/// The property that tells a feature's layer.
fn tell_layer(source: &Source, feature: &mut Feature) {
    if !source.layer.is_empty() {
        feature.properties.insert("layer".into(), Value::Text(source.layer.clone()));
    }
}

#[cfg(test)]
mod tests;
