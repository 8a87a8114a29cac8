//! Buckets of points as files in a folder of their own.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use crate::bake::cloud::spill::{Bucket, Spill, SpillError};

const PIECE_BYTES: usize = 1 << 20;

/// A folder of buckets; the folder and what is in it are removed with it.
#[derive(Debug)]
pub struct FileSpill {
    folder: PathBuf,
}

impl FileSpill {
    /// Makes the folder; buckets that an earlier run left behind are removed.
    ///
    /// # Errors
    /// When it can't be made or is not a folder of buckets.
    pub fn new(folder: &Path) -> Result<Self, SpillError> {
        let failed = |error: std::io::Error| SpillError(format!("{}: {error}", folder.display()));
        fs::create_dir_all(folder).map_err(failed)?;
        for entry in fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_none_or(|extension| extension != "points") {
                return Err(SpillError(format!(
                    "{} is not a folder of buckets: it has {}",
                    folder.display(),
                    path.display()
                )));
            }
            fs::remove_file(&path).map_err(failed)?;
        }
        Ok(Self { folder: folder.to_owned() })
    }

    fn path(&self, bucket: Bucket) -> PathBuf {
        self.folder.join(match bucket {
            Bucket::Source(source) => format!("source-{source}.points"),
            Bucket::Node(address) => format!("node-{}-{}.points", address.level, address.morton),
        })
    }
}

impl Spill for FileSpill {
    fn append(&self, bucket: Bucket, bytes: &[u8]) -> Result<(), SpillError> {
        let path = self.path(bucket);
        let file = OpenOptions::new().create(true).append(true).open(&path);
        file.and_then(|mut file| file.write_all(bytes)).map_err(|error| named(&path, &error))
    }

    fn read(&self, bucket: Bucket, piece: &mut dyn FnMut(&[u8])) -> Result<(), SpillError> {
        let path = self.path(bucket);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(named(&path, &error)),
        };
        let mut buffer = vec![0; PIECE_BYTES];
        loop {
            match file.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(len) => piece(&buffer[..len]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(named(&path, &error)),
            }
        }
    }

    fn remove(&self, bucket: Bucket) -> Result<(), SpillError> {
        let path = self.path(bucket);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(named(&path, &error)),
            _ => Ok(()),
        }
    }
}

impl Drop for FileSpill {
    fn drop(&mut self) {
        // Only what is ours goes; that something stays behind harms nobody.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn named(path: &Path, error: &std::io::Error) -> SpillError {
    SpillError(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bake::tiling::subtree::Address;

    #[test]
    fn buckets_keep_what_is_appended_until_they_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let spill = FileSpill::new(&folder.path().join("buckets")).unwrap();
        let (a, b) = (Bucket::Source(0), Bucket::Node(Address::octree(3, 1, 2, 3)));
        spill.append(a, b"one").unwrap();
        spill.append(b, b"x").unwrap();
        spill.append(a, b" two").unwrap();
        let read = |bucket| {
            let mut all = Vec::new();
            spill.read(bucket, &mut |piece| all.extend_from_slice(piece)).unwrap();
            all
        };
        assert_eq!((read(a), read(b), read(Bucket::Source(9))), (b"one two".to_vec(), b"x".to_vec(), Vec::new()));
        spill.remove(a).unwrap();
        spill.remove(a).unwrap();
        assert_eq!(read(a), b"");
        drop(spill);
        assert!(!folder.path().join("buckets").exists());
    }

    #[test]
    fn a_folder_of_other_things_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("letter.txt"), "dear").unwrap();
        assert!(FileSpill::new(folder.path()).is_err());
        assert!(folder.path().join("letter.txt").exists());
    }
}
