//! Runs a bake of land on files and threads: reads sources into buckets on disk, makes tiles in a fixed order on all cores,
//! and writes the tileset last.
//!
//! Everything that is not finished lies in `.bake` below the output folder: features by tile (buckets), what tiles hand
//! up, and the journal of finished work, by which a run that was killed goes on. A file gets its name only once it is
//! whole, and `tileset.json` is the last of them. What is written depends on the sources and the job only: not on the
//! number of threads, of parts or of restarts.

mod bench;
mod buckets;
mod clouds;
mod ingest;
mod journal;
mod output;
mod progress;
mod run;

#[cfg(test)]
pub(super) mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::bake::land::check::Findings;
use crate::bake::land::ground::Terrain;
use crate::bake::land::{Assets, Imagery, PictureFormat};
use crate::bake::model::{Feature, Srgb};
use crate::bake::source::region::Region;
use crate::batch::cloud::CloudJob;

pub use bench::{Measured, bench};
pub use progress::{Progress, Silent, Terminal};
pub use run::{bake, merge};

/// A feature as a source gives it.
pub struct Given {
    /// Index of the source in the job.
    pub source: u32,
    /// What a style says of its colour.
    pub color: Option<Srgb>,
    pub feature: Feature,
}

/// A terrain in files. Each thread opens its own, with its own cache.
pub trait TerrainFiles: Send + Sync {
    /// `elsewhere_h_m`: the height of places without data, metres above the ellipsoid.
    fn open(&self, elsewhere_h_m: f64) -> Box<dyn Terrain>;
}

/// Pictures of the ground in files; each thread opens its own.
pub trait ImageryFiles: Send + Sync {
    fn open(&self) -> Box<dyn Imagery>;
}

/// What lies below everything.
#[derive(Clone)]
pub enum Below {
    Terrain(Arc<dyn TerrainFiles>),
    /// Level, at the height that the features' own heights suggest, else at the sea's.
    FromFeatures,
    /// No ground is made; features stand at the same height as with [`Self::FromFeatures`].
    Nothing,
}

/// Reads all sources of a job, always in the same order.
pub trait Sources: Sync {
    /// Names of the sources, for findings.
    fn names(&self) -> &[String];

    /// # Errors
    /// When the sink fails. A source that can't be read becomes a finding.
    fn read(
        &self,
        sink: &mut dyn FnMut(Given) -> Result<(), LandError>,
        findings: &mut Findings,
    ) -> Result<(), LandError>;
}

/// What is baked, beside the sources.
#[derive(Clone)]
pub struct LandJob {
    /// Metres along a side of the finest tiles.
    pub leaf_m: f64,
    /// Along a side of a ground picture, even.
    pub picture_px: u32,
    pub picture: PictureFormat,
    pub region: Option<Region>,
    pub below: Below,
    pub imagery: Option<Arc<dyn ImageryFiles>>,
    pub assets: Arc<dyn Assets>,
    /// Baked beside the land; `spill` and `threads` of it are the run's.
    pub clouds: Option<CloudJob>,
    /// Shown by viewers, one line each.
    pub attribution: Vec<String>,
    /// Stands for everything that the output depends on; a run with another one starts anew.
    pub fingerprint: String,
}

/// How it is run.
#[derive(Debug, Clone)]
pub struct Run {
    pub out: PathBuf,
    /// Index from 0, and how many parts there are.
    pub part: (u32, u32),
    pub threads: usize,
    pub memory_bytes: u64,
}

impl Run {
    pub fn whole(out: &Path) -> Self {
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { out: out.to_owned(), part: (0, 1), threads, memory_bytes: 4 << 30 }
    }
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    pub features: u64,
    pub buildings: u64,
    pub tiles: u64,
    pub bytes: u64,
    /// Points of clouds, and the tiles that they are in.
    pub points: u64,
    pub cloud_tiles: u64,
    /// Tiles that an earlier run had finished.
    pub resumed: u64,
    pub findings: Findings,
}

#[derive(Debug, thiserror::Error)]
pub enum LandError {
    #[error("{}: {source}{}", path.display(), hint(source))]
    File { path: PathBuf, source: std::io::Error },
    /// With what is wrong with the sources.
    #[error("no source has a feature that can be used, so there is nothing to bake{0}")]
    Nothing(String),
    #[error(
        "a tree of {levels} levels would be needed for features that reach over {width_km:.0} km; name a region, or larger leaves"
    )]
    TooWide { levels: u32, width_km: f64 },
    #[error("part {part}: {reason}")]
    Part { part: PathBuf, reason: String },
    #[error("the tree of tiles can't be written: {0}")]
    Subtree(#[from] crate::bake::tiling::subtree::SubtreeSpecError),
    #[error("point clouds: {0}")]
    Cloud(#[from] crate::bake::cloud::CloudError),
    #[error("{}: is damaged; remove the folder and bake again", .0.display())]
    Damaged(PathBuf),
}

fn hint(error: &std::io::Error) -> &'static str {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            " (make room and start the same bake again; it goes on where it stopped)"
        }
        _ => "",
    }
}

/// Turns I/O errors into ours.
fn at(path: &Path) -> impl FnOnce(std::io::Error) -> LandError + '_ {
    move |source| LandError::File { path: path.to_owned(), source }
}
