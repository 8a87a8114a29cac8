//! Folders whose files are made when they are first asked for: a generated world opens at once and is written while one
//! looks at it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Makes the files of a folder.
pub trait Maker: Send + Sync {
    /// The file at a path relative to the folder, with `/` between folders. `None`: the folder has no such file.
    ///
    /// # Errors
    /// What hinders it, in plain words.
    fn make(&self, path: &str) -> Option<Result<Vec<u8>, String>>;
}

static MAKERS: Mutex<Vec<(PathBuf, Arc<dyn Maker>)>> = Mutex::new(Vec::new());

/// From now on, files below this folder that do not exist are asked of the maker. One for each folder: the last one holds.
pub fn register(folder: PathBuf, maker: Arc<dyn Maker>) {
    let mut makers = MAKERS.lock().unwrap_or_else(PoisonError::into_inner);
    makers.retain(|(known, _)| *known != folder);
    makers.push((folder, maker));
}

/// Ends what [`register`] began.
pub fn unregister(folder: &Path) {
    MAKERS.lock().unwrap_or_else(PoisonError::into_inner).retain(|(known, _)| known != folder);
}

/// Has a missing file made. `None` if nobody makes it.
pub(super) fn make(path: &Path) -> Option<Result<Vec<u8>, String>> {
    let (relative, maker) = {
        let makers = MAKERS.lock().unwrap_or_else(PoisonError::into_inner);
        makers.iter().find_map(|(folder, maker)| {
            let parts: Vec<_> = path.strip_prefix(folder).ok()?.iter().map(|part| part.to_string_lossy()).collect();
            Some((parts.join("/"), maker.clone()))
        })?
    };
    maker.make(&relative)
}
