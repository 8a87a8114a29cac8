//! Files that have their name only once they are whole.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{LandError, at};

/// Where unfinished things lie, below the output folder.
pub const WORK: &str = ".bake";

/// Writes under another name, then renames.
pub fn write(folder: &Path, relative: &str, bytes: &[u8]) -> Result<(), LandError> {
    let path = folder.join(relative);
    let Some(parent) = path.parent() else { return Err(LandError::Damaged(path)) };
    fs::create_dir_all(parent).map_err(at(parent))?;
    let draft = draft_of(&path);
    let written = File::create(&draft).and_then(|mut file| file.write_all(bytes));
    if let Err(error) = written {
        // Half a file is of no use; that it can't be removed either adds nothing.
        let _ = fs::remove_file(&draft);
        return Err(at(&path)(error));
    }
    fs::rename(&draft, &path).map_err(at(&path))
}

/// The same, and it has reached the disk when this returns: for what says that other files are whole.
pub fn write_durably(folder: &Path, relative: &str, bytes: &[u8]) -> Result<(), LandError> {
    write(folder, relative, bytes)?;
    let path = folder.join(relative);
    File::open(&path).and_then(|file| file.sync_all()).map_err(at(&path))
}

fn draft_of(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".part");
    path.with_file_name(name)
}

pub fn remove_folder(path: &Path) -> Result<(), LandError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(at(path)(error)),
        _ => Ok(()),
    }
}

pub fn remove_file(path: &Path) -> Result<(), LandError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(at(path)(error)),
        _ => Ok(()),
    }
}
