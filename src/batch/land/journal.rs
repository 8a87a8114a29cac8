//! What is finished: records appended to one file, each with its length and a checksum, so that a torn end is noticed and
//! left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::hash::Hasher;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use glam::DVec3;
use serde::{Deserialize, Serialize};

use super::{LandError, at};
use crate::bake::land::check::{Finding, Findings};
use crate::bake::tiling::land::{Made, TileId};

/// What the tree of tiles has to know of a finished tile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    level: u32,
    x: u32,
    y: u32,
    content_box: Option<([f64; 3], [f64; 3])>,
    error_m: f64,
    pub bytes: u64,
}

impl Record {
    pub fn new(id: TileId, made: &Made, bytes: u64) -> Self {
        let content_box = made.content_box.map(|(low, high)| (low.to_array(), high.to_array()));
        Self { level: id.level, x: id.x, y: id.y, content_box, error_m: made.error_m, bytes }
    }

    pub fn id(&self) -> TileId {
        TileId::new(self.level, self.x, self.y)
    }

    pub fn made(&self) -> Made {
        let content_box = self.content_box.map(|(low, high)| (DVec3::from(low), DVec3::from(high)));
        Made { content_box, error_m: self.error_m }
    }
}

/// A finished piece of work.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Done {
    pub records: Vec<Record>,
    /// Points of the top tile's surface, for its parent.
    pub sample: Vec<[f32; 3]>,
    pub findings: Findings,
    /// What could not be read of rasters; several tiles may tell the same.
    pub lost: BTreeSet<Finding>,
}

/// Finished pieces by their top tile.
pub type Finished = BTreeMap<TileId, Done>;

pub struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// Opens or makes it; gives what it holds. A torn end is cut off.
    pub fn open(path: &Path) -> Result<(Self, Finished), LandError> {
        let mut file =
            OpenOptions::new().create(true).read(true).write(true).truncate(false).open(path).map_err(at(path))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(at(path))?;
        let (finished, sound) = parse(&bytes);
        file.set_len(sound as u64).map_err(at(path))?;
        file.seek(SeekFrom::End(0)).map_err(at(path))?;
        Ok((Self { path: path.to_owned(), file }, finished))
    }

    pub fn append(&mut self, top: TileId, done: &Done) -> Result<(), LandError> {
        let body = postcard::to_stdvec(&((top.level, top.x, top.y), done))
            .map_err(|_| LandError::Damaged(self.path.clone()))?;
        let mut bytes = (body.len() as u32).to_le_bytes().to_vec();
        bytes.extend(checksum(&body).to_le_bytes());
        bytes.extend(body);
        self.file.write_all(&bytes).map_err(at(&self.path))
    }
}

/// What a journal holds, for those who only read it.
pub fn read(path: &Path) -> Result<Finished, LandError> {
    let bytes = std::fs::read(path).map_err(at(path))?;
    Ok(parse(&bytes).0)
}

/// The sound records and their length in bytes.
fn parse(bytes: &[u8]) -> (Finished, usize) {
    let mut finished = Finished::new();
    let mut sound = 0;
    while let Some(header) = bytes.get(sound..sound + 12) {
        let length = u32::from_le_bytes([header[0], header[1], header[2], header[3]]) as usize;
        let Some(body) = bytes.get(sound + 12..sound.saturating_add(12).saturating_add(length)) else { break };
        if checksum(body).to_le_bytes() != header[4..12] {
            break;
        }
        let Ok(((level, x, y), done)) = postcard::from_bytes::<((u32, u32, u32), Done)>(body) else { break };
        finished.insert(TileId::new(level, x, y), done);
        sound += 12 + length;
    }
    (finished, sound)
}

fn checksum(bytes: &[u8]) -> u64 {
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write(bytes);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_end_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let (mut journal, finished) = Journal::open(&path).unwrap();
        assert!(finished.is_empty());
        let made = Made { content_box: None, error_m: 2.5 };
        for x in 0..3 {
            let id = TileId::new(4, x, 7);
            let done = Done { records: vec![Record::new(id, &made, 100)], ..Done::default() };
            journal.append(id, &done).unwrap();
        }
        drop(journal);
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() - 3]).unwrap();
        let (mut journal, finished) = Journal::open(&path).unwrap();
        assert_eq!(finished.keys().map(|id| id.x).collect::<Vec<_>>(), [0, 1]);
        journal.append(TileId::new(4, 9, 7), &Done::default()).unwrap();
        assert_eq!(read(&path).unwrap().len(), 3);
    }
}
