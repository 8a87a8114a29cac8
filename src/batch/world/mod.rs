//! The great world in a folder: made when it is asked for, and whole in the end.
//!
//! [`Making::open`] opens the folder and has what is missing there made on request
//! ([`register_maker`](crate::platform::fetch::register_maker)): whoever fetches a file of the folder gets it, at once if it lies
//! there, else as soon as it is made. [`Making::start`] makes all the rest in the background, and gives way to requests.
//!
//! What lies in the folder:
//!
//! | file | is |
//! | --- | --- |
//! | `world.json` | our mark, written first: what is made here. Later the list of all files and tiles, and in the end how many bytes they are |
//! | `tileset.json`, `subtrees/` | the tree of tiles; stands once the plan does |
//! | `tiles/LEVEL/X/Y.glb` | tiles, each written when it was made; in the cache compressed, with `.gz` at the end |
//! | the others | scenes, models and traces |
//! | `.drafts/` | files that are being written |
//!
//! A file gets its name only when it is whole, so a kill at any time loses nothing, and the next start goes on. Files
//! are not forced to the disk one by one; what a power failure cuts off is found by its length at the next start. Where the
//! folder can't be written, everything is made from the plan each time it is asked for, and [`Status::trouble`] says why.

mod background;
mod folder;
mod order;
mod recipe;
mod work;

#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use glam::{DVec2, DVec3};

use crate::bake::tiling::land::{LandTree, TileId};
use crate::geo::Geodetic;
use crate::platform::{fetch, store};
use crate::world::GeneratedFile;
use folder::Folder;
use work::Shared;

pub use background::Pace;
pub use recipe::{Great, SCENES};
pub use work::Status;

/// Counts changes of what the generator makes, so that an old cache is not taken for it.
pub const VERSION: u32 = 1;

/// Told a share from 0 to 1 and what is being made.
pub type Tell<'a> = &'a mut dyn FnMut(f32, &str);

/// What a folder is to be filled with: the great world, or a small one in tests.
pub trait Recipe: Send + Sync {
    /// Stands for all that the files depend on; a folder that was begun with another one is made anew.
    fn fingerprint(&self) -> String;

    /// Whether tiles are kept compressed (`X.glb.gz`): a third of the size, for readers that know such twins.
    fn zipped(&self) -> bool {
        false
    }

    /// The squares of the tiles.
    fn tree(&self) -> LandTree;

    /// Files that need no plan, so that a scene can be opened before there is one.
    fn early(&self) -> Vec<GeneratedFile>;

    /// What all other files are made from: seconds of work.
    fn plan(&self, tell: Tell) -> Arc<dyn Source>;
}

/// A plan that files are made from; each has the same bytes at every call.
pub trait Source: Send + Sync {
    /// All tiles that have a content.
    fn tiles(&self) -> Vec<TileId>;

    /// Everything but tiles: first of all the tree.
    ///
    /// # Errors
    /// A fault of the generator, in plain words.
    fn files(&self, sink: &mut dyn FnMut(GeneratedFile), tell: Tell) -> Result<(), String>;

    /// A tile's content, a GLB.
    fn tile(&self, id: TileId) -> Vec<u8>;

    fn buildings(&self) -> u64;
}

#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    #[error(
        "{folder} holds a {what} that is not of the generated world; name another folder, or remove what lies there",
        folder = folder.display()
    )]
    Foreign { folder: PathBuf, what: &'static str },
    #[error("another program is making a different world in {}; wait for it, or name another folder", .0.display())]
    Busy(PathBuf),
    #[error("{} can't be written: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("the world's plan can't be made: {0}")]
    Plan(String),
    #[error("{0}")]
    Trouble(String),
    #[error("{missing} of {all} tiles could not be made (the log says why)")]
    Missing { missing: usize, all: usize },
}

/// The folder of the world in the user's cache. Where there is none, one for temporary files, and why.
pub fn default_folder() -> (PathBuf, Option<String>) {
    match store::cache_dir() {
        Ok(cache) => (cache.join(format!("world-{VERSION}")), None),
        Err(error) => {
            let folder = std::env::temp_dir().join(format!("mirante-world-{VERSION}"));
            let why =
                format!("{error}; the world is kept in {} instead, as long as the system lets it", folder.display());
            (folder, Some(why))
        }
    }
}

/// A folder that is being filled. Its files are made on request as long as this lives.
pub struct Making {
    shared: Arc<Shared>,
    registered: PathBuf,
}

impl Making {
    /// Opens a folder, new or begun or whole. A folder that can't be written is served from memory; see [`Status::trouble`].
    ///
    /// # Errors
    /// When something that is not ours lies in its place, or someone else is at work there on another world.
    pub fn open(folder: &Path, recipe: Box<dyn Recipe>) -> Result<Self, WorldError> {
        // Who fetches has resolved the path, maybe against the current folder.
        let registered = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let shared = Arc::new(Shared::open(Folder::new(&registered, recipe.zipped()), recipe)?);
        fetch::register_maker(registered.clone(), Arc::new(work::Door(shared.clone())));
        Ok(Self { shared, registered })
    }

    pub fn folder(&self) -> &Path {
        &self.registered
    }

    /// Makes everything that is missing, in the background, the tiles near a place first.
    pub fn start(&self, pace: Pace, near: Option<Geodetic>) {
        let frame = self.shared.recipe.tree().frame;
        let plan =
            |at: Geodetic| frame.plan_from_geodetic(DVec3::new(at.lon_deg(), at.lat_deg(), at.height_m)).truncate();
        background::start(&self.shared, pace, near.map_or(DVec2::ZERO, plan));
    }

    pub fn status(&self) -> Status {
        self.shared.status()
    }

    /// Tells the status as long as somebody wants to know it.
    pub fn watch(&self) -> impl Fn() -> Status + Send + Sync + 'static {
        let shared = self.shared.clone();
        move || shared.status()
    }

    /// Waits until a file is there or will never be; `tell` is called now and then, if that takes any time.
    ///
    /// # Errors
    /// When there is no plan to be had.
    pub fn wait_for_file(&self, path: &str, tell: Tell) -> Result<(), WorldError> {
        self.wait_until(|shared| shared.has_file(path), tell)
    }

    /// Waits until all files but tiles are there.
    ///
    /// # Errors
    /// As [`Self::wait_for_file`].
    pub fn wait_for_files(&self, tell: Tell) -> Result<(), WorldError> {
        self.wait_until(|_| false, tell)
    }

    fn wait_until(&self, enough: impl Fn(&Shared) -> bool, tell: Tell) -> Result<(), WorldError> {
        while !enough(&self.shared) && !self.shared.want_files()? {
            let status = self.status();
            tell(status.share, &status.stage);
            self.shared.wait(Duration::from_millis(100));
        }
        Ok(())
    }

    /// Waits until everything is there; [`Self::start`] comes before it.
    ///
    /// # Errors
    /// When something hinders it: no room on the disk, a fault of the generator.
    pub fn wait_until_whole(&self, step: &mut dyn FnMut(&Status)) -> Result<Status, WorldError> {
        loop {
            let status = self.status();
            step(&status);
            if status.whole {
                return Ok(status);
            }
            self.shared.failure()?;
            self.shared.wait(Duration::from_millis(100));
        }
    }

    /// Ends what goes on in the background and waits for it.
    pub fn stop(&self) {
        self.shared.stop();
        self.shared.join();
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        fetch::unregister_maker(&self.registered);
        // Nobody waits for the threads: they end after their tile, or with the program.
        self.shared.stop();
    }
}
