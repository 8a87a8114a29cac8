//! Folders of the user's account, by the rules of each system (crate `dirs`).

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::StoreError;

/// The folder's name within the user's cache and settings folders.
const APP_FOLDER: &str = "mirante";

pub(super) fn cache_dir() -> Result<PathBuf, StoreError> {
    folder("MIRANTE_CACHE_DIR", "cache", dirs::cache_dir)
}

pub(super) fn config_dir() -> Result<PathBuf, StoreError> {
    folder("MIRANTE_CONFIG_DIR", "settings", dirs::config_dir)
}

fn folder(
    variable: &str,
    what: &'static str,
    of_system: impl FnOnce() -> Option<PathBuf>,
) -> Result<PathBuf, StoreError> {
    let path = match std::env::var_os(variable).filter(|value| !value.is_empty()) {
        Some(value) => PathBuf::from(value),
        None => of_system().ok_or(StoreError::NoFolder(what))?.join(APP_FOLDER),
    };
    create(&path)?;
    Ok(path)
}

fn create(path: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(path).map_err(|source| failed("created", path, source))
}

fn failed(action: &'static str, path: &Path, source: io::Error) -> StoreError {
    StoreError::Io { action, path: path.to_owned(), source }
}

pub(super) fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    /// Tells apart the temporary files of one process.
    static COUNT: AtomicU64 = AtomicU64::new(0);

    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    create(folder)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let temporary = folder.join(format!(".{name}.{}-{number}.tmp", std::process::id()));
    let written = write_through(&temporary, bytes).and_then(|()| fs::rename(&temporary, path));
    written.map_err(|source| {
        // The write has failed already; a temporary file that can't be removed adds nothing to say.
        let _ = fs::remove_file(&temporary);
        failed("written", path, source)
    })
}

/// On disk when it returns: the rename must not overtake the content.
fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

pub(super) fn read_limited(path: &Path, max: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed("opened", path, error)),
    };
    let mut bytes = Vec::new();
    file.take(max.saturating_add(1)).read_to_end(&mut bytes).map_err(|source| failed("read", path, source))?;
    let got = bytes.len() as u64;
    if got > max {
        return Err(StoreError::TooLarge { path: path.to_owned(), max, got });
    }
    Ok(Some(bytes))
}
