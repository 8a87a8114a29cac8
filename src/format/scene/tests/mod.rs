//! Tests of scene files: cases in folders, agreement with an independent validator, hostile bytes, single parts.

mod cases;
mod hostile;
mod parts;
mod schema_truth;

use super::*;

fn cases_dir() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/scenes")
}

/// The case that uses every key of the format.
fn complete() -> Vec<u8> {
    std::fs::read(cases_dir().join("complete/scene.json")).unwrap()
}

fn scene(json: serde_json::Value) -> (Scene, crate::format::issue::Issues) {
    read(json.to_string().as_bytes()).unwrap()
}
