//! Features by tile, on disk: records of a length and that many bytes, appended in the order of reading.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};

use super::{LandError, at};
use crate::bake::land::Item;
use crate::bake::tiling::land::TileId;

/// A feature of more bytes than this is damage.
const MAX_RECORD: u32 = 1 << 30;

/// Collects in memory and appends to files when there is too much.
pub struct Buckets {
    folder: PathBuf,
    pending: BTreeMap<TileId, Vec<u8>>,
    pending_bytes: usize,
    memory_bytes: usize,
}

impl Buckets {
    /// Starts with an empty folder.
    pub fn new(folder: &Path, memory_bytes: usize) -> Result<Self, LandError> {
        super::output::remove_folder(folder)?;
        fs::create_dir_all(folder).map_err(at(folder))?;
        Ok(Self { folder: folder.to_owned(), pending: BTreeMap::new(), pending_bytes: 0, memory_bytes })
    }

    pub fn add(&mut self, tile: TileId, item: &Item) -> Result<(), LandError> {
        let bytes = encoded(item, &self.folder)?;
        let bucket = self.pending.entry(tile).or_default();
        bucket.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        bucket.extend_from_slice(&bytes);
        self.pending_bytes += bytes.len() + 4;
        if self.pending_bytes > self.memory_bytes { self.flush() } else { Ok(()) }
    }

    pub fn flush(&mut self) -> Result<(), LandError> {
        for (tile, bytes) in std::mem::take(&mut self.pending) {
            let path = path_of(&self.folder, tile);
            let file = OpenOptions::new().create(true).append(true).open(&path);
            file.and_then(|mut file| file.write_all(&bytes)).map_err(at(&path))?;
        }
        self.pending_bytes = 0;
        Ok(())
    }
}

/// All features of a tile, in the order of reading; none where there is no file.
pub fn read(folder: &Path, tile: TileId) -> Result<Vec<Item>, LandError> {
    let path = path_of(folder, tile);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(at(&path)(error)),
    };
    let mut reader = BufReader::new(file);
    let mut items = Vec::new();
    while let Some(bytes) = record(&mut reader, &path)? {
        items.push(decoded(&bytes, &path)?);
    }
    Ok(items)
}

/// The next record; `None` at the end.
pub fn record(reader: &mut impl Read, path: &Path) -> Result<Option<Vec<u8>>, LandError> {
    let mut length = [0; 4];
    match reader.read(&mut length).map_err(at(path))? {
        0 => return Ok(None),
        4 => {}
        some => reader.read_exact(&mut length[some..]).map_err(at(path))?,
    }
    let length = u32::from_le_bytes(length);
    if length > MAX_RECORD {
        return Err(LandError::Damaged(path.to_owned()));
    }
    let mut bytes = vec![0; length as usize];
    reader.read_exact(&mut bytes).map_err(at(path))?;
    Ok(Some(bytes))
}

pub fn encoded(item: &Item, path: &Path) -> Result<Vec<u8>, LandError> {
    postcard::to_stdvec(item).map_err(|_| LandError::Damaged(path.to_owned()))
}

pub fn decoded(bytes: &[u8], path: &Path) -> Result<Item, LandError> {
    postcard::from_bytes(bytes).map_err(|_| LandError::Damaged(path.to_owned()))
}

fn path_of(folder: &Path, tile: TileId) -> PathBuf {
    folder.join(format!("{}_{}_{}.features", tile.level, tile.x, tile.y))
}
