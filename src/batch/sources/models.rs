//! Models of a job, read once for each detail that asks for them.

use std::path::PathBuf;
use std::sync::Arc;

use crate::bake::mesh::Mesh;

/// By source; `None` for sources that are no models.
pub struct Models {
    files: Vec<Option<PathBuf>>,
}

impl Models {
    pub fn new(files: Vec<Option<PathBuf>>) -> Self {
        Self { files }
    }

    pub fn get(&self, source: u32, _detail: u32) -> Option<Arc<Mesh>> {
        let _path = self.files.get(source as usize)?.as_ref()?;
        None
    }
}
