//! Files that have their name only once they are whole.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{LandError, at};
use crate::bake::land::check::Findings;

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

/// The last files of a bake: what was found wrong, then the tileset. What was unfinished is removed.
pub fn finish(out: &Path, findings: &Findings, tileset: &[u8], attribution: &[String]) -> Result<(), LandError> {
    let text = serde_json::to_vec_pretty(&findings.json()).unwrap_or_default();
    write(out, "issues.json", &text)?;
    write_durably(out, "tileset.json", &attributed(tileset.to_vec(), attribution))?;
    remove_folder(&out.join(WORK))
}

/// Who made the data goes where viewers of 3D Tiles may look for it.
fn attributed(tileset: Vec<u8>, lines: &[String]) -> Vec<u8> {
    if lines.is_empty() {
        return tileset;
    }
    match serde_json::from_slice::<serde_json::Value>(&tileset) {
        Ok(mut value) => {
            value["asset"]["extras"] = serde_json::json!({"attribution": lines});
            serde_json::to_vec(&value).unwrap_or(tileset)
        }
        Err(_) => tileset,
    }
}
