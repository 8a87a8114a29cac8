//! The folder on disk: files that are whole or absent, the mark that says whose they are, and what is left of older ones.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{VERSION, WorldError};
use crate::bake::tiling::land::TileId;
use crate::format::gzip::gunzip_limited;
use crate::platform::store;

const MARK: &str = "world.json";
const DRAFTS: &str = ".drafts";
const LOCK: &str = ".lock";
/// The mark of a world of six thousand tiles has some 100 KB.
const MOST_MARK_BYTES: u64 = 64 << 20;
/// No tile is larger.
const MOST_TILE_BYTES: usize = 512 << 20;
/// A draft that nobody has touched for so long was left by a program that is no more.
const DRAFT_LIVES: Duration = Duration::from_secs(600);

/// Says that a folder is ours and what is in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// The version of the generator.
    pub mirante_world: u32,
    pub fingerprint: String,
    /// Known once the plan is made and all files but tiles are written.
    pub contents: Option<Contents>,
    /// Bytes of all tiles, once all are there.
    pub whole_bytes: Option<u64>,
}

impl Mark {
    pub fn new(fingerprint: String) -> Self {
        Self { mirante_world: VERSION, fingerprint, contents: None, whole_bytes: None }
    }
}

/// What is to be in a folder.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Contents {
    pub buildings: u64,
    /// Sizes of all files but tiles.
    pub files: BTreeMap<String, u64>,
    /// Level, x and y.
    tiles: Vec<(u32, u32, u32)>,
}

impl Contents {
    pub fn new(tiles: &BTreeSet<TileId>, files: BTreeMap<String, u64>, buildings: u64) -> Self {
        Self { buildings, files, tiles: tiles.iter().map(|id| (id.level, id.x, id.y)).collect() }
    }

    pub fn tiles(&self) -> BTreeSet<TileId> {
        self.tiles.iter().map(|&(level, x, y)| TileId::new(level, x, y)).collect()
    }
}

/// The tile whose content lies at a path.
pub fn tile_of(path: &str) -> Option<TileId> {
    let mut parts = path.strip_prefix("tiles/")?.strip_suffix(".glb")?.split('/');
    let mut next = || parts.next()?.parse::<u32>().ok();
    let id = TileId::new(next()?, next()?, next()?);
    // Not a path that only looks like one, such as with a leading zero.
    (id.content_path() == path).then_some(id)
}

/// Whether a tile's file is as long as it says: a GLB in its header, a compressed one in a field that [`zip`] adds.
fn is_whole(path: &Path, len: u64) -> bool {
    let mut head = [0; ZIP_HEAD];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut head));
    if read.is_err() {
        return false;
    }
    let (told, known) = if head.starts_with(&[0x1f, 0x8b]) {
        ([head[16], head[17], head[18], head[19]], head[12..16] == ZIP_FIELD)
    } else {
        ([head[8], head[9], head[10], head[11]], head.starts_with(b"glTF"))
    };
    known && u64::from(u32::from_le_bytes(told)) == len
}

/// The extra field (RFC 1952, 2.3.1.1) with the length of the whole file: its id and its size, little-endian.
const ZIP_FIELD: [u8; 4] = [b'M', b'L', 4, 0];
/// Bytes up to the end of that field.
const ZIP_HEAD: usize = 20;

/// Compresses a tile's content. Meshopt's streams are made to be packed once more: a third to a half is left.
fn zip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut field = ZIP_FIELD.to_vec();
    field.extend([0; 4]);
    let mut encoder = flate2::GzBuilder::new().extra(field).write(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    let mut zipped = encoder.finish()?;
    let len = u32::try_from(zipped.len()).map_err(io::Error::other)?.to_le_bytes();
    zipped[16..20].copy_from_slice(&len);
    Ok(zipped)
}

pub struct Folder {
    path: PathBuf,
    /// Whether tiles are kept compressed, as `X.glb.gz`.
    zipped: bool,
    /// Tells apart the drafts of this process.
    drafts: AtomicU64,
}

impl Folder {
    pub fn new(path: &Path, zipped: bool) -> Self {
        Self { path: path.to_owned(), zipped, drafts: AtomicU64::new(0) }
    }

    fn tile_path(&self, id: TileId) -> String {
        let path = id.content_path();
        if self.zipped { path + ".gz" } else { path }
    }

    /// Writes a tile; gives the size of its file.
    pub fn write_tile(&self, id: TileId, bytes: &[u8]) -> io::Result<u64> {
        let zipped;
        let stored = if self.zipped {
            zipped = zip(bytes)?;
            &zipped
        } else {
            bytes
        };
        self.write(&self.tile_path(id), stored)?;
        Ok(stored.len() as u64)
    }

    pub fn read_tile(&self, id: TileId) -> Option<Vec<u8>> {
        let bytes = self.read(&self.tile_path(id))?;
        if self.zipped { gunzip_limited(&bytes, MOST_TILE_BYTES).ok() } else { Some(bytes) }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn read(&self, relative: &str) -> Option<Vec<u8>> {
        fs::read(self.path.join(relative)).ok()
    }

    /// Writes a file whole: elsewhere first, then to its place.
    pub fn write(&self, relative: &str, bytes: &[u8]) -> io::Result<()> {
        let target = self.path.join(relative);
        let drafts = self.path.join(DRAFTS);
        let number = self.drafts.fetch_add(1, Ordering::Relaxed);
        let draft = drafts.join(format!("{}-{number}", std::process::id()));
        fs::create_dir_all(&drafts)?;
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        let written = fs::write(&draft, bytes).and_then(|()| fs::rename(&draft, &target));
        if written.is_err() {
            // Half a file is of no use; that it can't be removed either adds nothing.
            let _ = fs::remove_file(&draft);
        }
        written
    }

    /// The mark; one that can't be read counts as one of an unknown world.
    pub fn mark(&self) -> Option<Mark> {
        let bytes = store::read_limited(&self.path.join(MARK), MOST_MARK_BYTES).ok()??;
        Some(serde_json::from_slice(&bytes).unwrap_or_else(|_| Mark::new(String::new())))
    }

    /// It has reached the disk when this returns.
    pub fn write_mark(&self, mark: &Mark) -> io::Result<()> {
        let bytes = serde_json::to_vec(mark).map_err(io::Error::other)?;
        store::write_atomic(&self.path.join(MARK), &bytes).map_err(|error| match error {
            store::StoreError::Io { source, .. } => source,
            other => io::Error::other(other),
        })
    }

    /// What lies where our files go, in a folder without our mark.
    pub fn foreign(&self) -> Option<&'static str> {
        ["tileset.json", "tiles", "subtrees", "models"].into_iter().find(|name| self.path.join(name).exists())
    }

    /// Whether a file has this size.
    pub fn has(&self, relative: &str, bytes: u64) -> bool {
        fs::metadata(self.path.join(relative)).is_ok_and(|m| m.is_file() && m.len() == bytes)
    }

    /// Tiles that lie here, with their sizes.
    fn tiles(&self) -> BTreeMap<TileId, u64> {
        let mut found = BTreeMap::new();
        let names = |folder: &Path| {
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect::<Vec<_>>()
        };
        let top = self.path.join("tiles");
        for level in names(&top) {
            for x in names(&top.join(&level)) {
                for y in names(&top.join(&level).join(&x)) {
                    let path = format!("tiles/{level}/{x}/{y}");
                    let plain = if self.zipped { path.strip_suffix(".gz") } else { Some(&*path) };
                    let Some(id) = plain.and_then(tile_of) else { continue };
                    if let Ok(metadata) = fs::metadata(self.path.join(&path)) {
                        found.insert(id, metadata.len());
                    }
                }
            }
        }
        found
    }

    /// Tiles that are whole; others are removed, so that nobody reads them.
    pub fn sound_tiles(&self) -> BTreeMap<TileId, u64> {
        let mut tiles = self.tiles();
        tiles.retain(|id, len| {
            let path = self.path.join(self.tile_path(*id));
            let whole = is_whole(&path, *len);
            if !whole {
                tracing::warn!("{} is cut off; it is made again", path.display());
                try_remove(&path);
            }
            whole
        });
        tiles
    }

    /// All tiles, if exactly those that were made lie here, as far as their sizes tell.
    pub fn whole_tiles(&self, mark: &Mark) -> Option<BTreeMap<TileId, u64>> {
        let (contents, bytes) = (mark.contents.as_ref()?, mark.whole_bytes?);
        let tiles = self.tiles();
        let same = tiles.keys().copied().collect::<BTreeSet<_>>() == contents.tiles();
        (same && tiles.values().sum::<u64>() == bytes).then_some(tiles)
    }

    /// Removes all that was made here, and nothing else.
    ///
    /// # Errors
    /// When someone else is at work here, or something can't be removed: it must not be taken for what comes next.
    pub fn clear(&self, mark: &Mark) -> Result<(), WorldError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| WorldError::File { path, source }
        };
        let lock = self.lock().map_err(failed(&self.path))?;
        let Some(_lock) = lock else { return Err(WorldError::Busy(self.path.clone())) };
        let tiles = self.tiles().into_keys().map(|id| self.tile_path(id));
        let listed = mark.contents.iter().flat_map(|contents| contents.files.keys().cloned());
        for file in listed.chain(tiles) {
            let path = self.path.join(file);
            remove(&path).map_err(failed(&path))?;
        }
        self.sweep(Duration::ZERO);
        Ok(())
    }

    /// Held by whoever works here in the background; `None` if someone else does.
    pub fn lock(&self) -> io::Result<Option<File>> {
        fs::create_dir_all(&self.path)?;
        let file = File::options().create(true).truncate(false).write(true).open(self.path.join(LOCK))?;
        match file.try_lock() {
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            // On a disk without locks two programs may do the same work, to the same end.
            Ok(()) | Err(fs::TryLockError::Error(_)) => Ok(Some(file)),
        }
    }

    /// Removes drafts that programs left which were killed.
    pub fn sweep_drafts(&self) {
        self.sweep(DRAFT_LIVES);
    }

    fn sweep(&self, older_than: Duration) {
        for entry in fs::read_dir(self.path.join(DRAFTS)).into_iter().flatten().flatten() {
            let age = entry.metadata().and_then(|m| m.modified()).ok().and_then(|then| then.elapsed().ok());
            if age.is_some_and(|age| age >= older_than) {
                try_remove(&entry.path());
            }
        }
    }

    /// Removes worlds and towns that older versions of the program made beside this folder. What else lies in their folders
    /// stays.
    pub fn remove_older(&self) {
        let Some(parent) = self.path.parent() else { return };
        for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let number = |prefix: &str| name.strip_prefix(prefix).and_then(|rest| rest.parse::<u32>().ok());
            let older = Self::new(&entry.path(), self.zipped);
            if number("world-").is_some_and(|version| version < VERSION) {
                older.remove_world();
            } else if number("town-").is_some() {
                older.remove_town();
            }
        }
    }

    fn remove_world(&self) {
        let Some(mark) = self.mark() else { return };
        if self.clear(&mark).is_ok() {
            try_remove(&self.path.join(MARK));
            try_remove(&self.path.join(LOCK));
            remove_empty(&self.path, 4);
        }
    }

    /// The demo of earlier versions: its tiles and models, and three files.
    fn remove_town(&self) {
        let ours = ["scene.json", "live.jsonl", "tileset.json"];
        if !ours.iter().all(|name| self.path.join(name).is_file()) {
            return;
        }
        for (folder, depth) in [("tiles", 2), ("models", 1)] {
            remove_glbs(&self.path.join(folder), depth);
        }
        // The last one says that it is ours.
        for name in ours.iter().rev() {
            try_remove(&self.path.join(name));
        }
        remove_empty(&self.path, 3);
    }
}

/// Afterwards there is no such file.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// For files that do no harm where they are.
fn try_remove(path: &Path) {
    if let Err(error) = remove(path) {
        tracing::warn!("{} can't be removed: {error}", path.display());
    }
}

fn remove_glbs(folder: &Path, depth: u32) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && depth > 1 => remove_glbs(&path, depth - 1),
            Ok(kind) if kind.is_file() && path.extension().is_some_and(|e| e == "glb") => try_remove(&path),
            _ => {}
        }
    }
}

/// Removes empty folders in a folder, and the folder itself if it is empty then.
fn remove_empty(folder: &Path, depth: u32) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if depth > 0 && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_empty(&entry.path(), depth - 1);
        }
    }
    // Fails where something is left, as it should.
    let _ = fs::remove_dir(folder);
}

/// What a failed write means for the user.
pub fn explain(folder: &Path, error: &io::Error) -> String {
    let place = folder.display();
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => format!(
            "there is no room left on the disk for the world in {place}: what is not kept is made anew each time; make room and start again"
        ),
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
            format!("{place} can't be written ({error}): what is not kept there is made anew each time")
        }
        _ => format!("the world can't be kept in {place} ({error}): what is not kept is made anew each time"),
    }
}

#[cfg(test)]
mod zip_tests {
    use super::*;

    #[test]
    fn a_compressed_tile_comes_back_and_tells_when_it_is_cut_off() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::new(place.path(), true);
        let (id, other) = (TileId::new(3, 1, 2), TileId::new(3, 1, 3));
        let content = b"glTF and the rest of a tile".repeat(40);
        let stored = folder.write_tile(id, &content).unwrap();
        folder.write_tile(other, &content).unwrap();
        assert!(stored < content.len() as u64 / 4);
        assert_eq!(folder.read_tile(id).unwrap(), content);
        let path = place.path().join("tiles/3/1/2.glb.gz");
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() - 5]).unwrap();
        let sound = folder.sound_tiles();
        assert_eq!(sound.keys().copied().collect::<Vec<_>>(), [other]);
        assert!(!path.exists());
    }
}
