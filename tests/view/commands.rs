//! The program as a user calls it: what it opens, what it says, how it ends. Nothing is drawn here.

use std::io::Write;
use std::path::Path;
use std::process::Command;

/// Exit code and all that was printed, run in a folder.
fn mirante(folder: &Path, args: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_mirante"))
        .args(args)
        .current_dir(folder)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .output()
        .expect("the program starts");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&said).into_owned())
}

fn folder_with(name: &str, bytes: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join(name), bytes).expect("a file");
    folder
}

const TILESET: &str = r#"{
  "asset": { "version": "1.1" }, "geometricError": 10,
  "root": { "boundingVolume": { "sphere": [0, 0, 0, 5] }, "geometricError": 0, "refine": "REPLACE" }
}"#;

#[test]
fn an_archive_opens_by_a_relative_path() {
    let mut bytes = Vec::new();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(&mut bytes));
    zip.start_file("tileset.json", zip::write::SimpleFileOptions::default()).expect("an entry");
    zip.write_all(TILESET.as_bytes()).expect("its bytes");
    zip.finish().expect("an archive");
    let folder = folder_with("town.3tz", &bytes);
    let (code, said) = mirante(folder.path(), &["check", "town.3tz"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("0 errors"), "{said}");
}

#[test]
fn broken_json_is_told_with_its_place() {
    let folder = folder_with("scene.json", b"{ \"mirante\": 1\n  \"name\": \"a\" }");
    let (code, said) = mirante(folder.path(), &["check", "scene.json"]);
    assert_eq!(code, 1);
    assert!(said.contains("scene.json is no valid JSON") && said.contains("line 2 column 3"), "{said}");
}

#[test]
fn an_empty_file_and_a_missing_one_are_told_apart() {
    let folder = folder_with("empty.glb", b"");
    let (code, said) = mirante(folder.path(), &["check", "empty.glb"]);
    assert!(code == 1 && said.contains("empty.glb is empty"), "{said}");
    let (code, said) = mirante(folder.path(), &["check", "nothing.glb"]);
    assert!(code == 1 && said.contains("not found"), "{said}");
}

#[test]
fn what_can_t_work_is_said_before_anything_is_drawn() {
    let folder = folder_with("tileset.json", TILESET.as_bytes());
    let said = |args: &[&str]| {
        let (code, said) = mirante(folder.path(), args);
        assert_ne!(code, 0, "{said}");
        said
    };
    assert!(said(&["render", "tileset.json", "--out", "a.jpg"]).contains("ends with .png"));
    assert!(said(&["render", "tileset.json", "--out", "no/such/a.png"]).contains("no such folder"));
    assert!(said(&["render", "tileset.json", "--out", "a.png", "--size", "9x9"]).contains("16 to 8192"));
    assert!(said(&["run", "tileset.json", "--feed", "http://x"]).contains("ws://"));
    assert!(said(&["run", "tileset.json"]).contains("no display"));
}

#[test]
fn the_schema_is_json() {
    let (code, said) = mirante(Path::new("."), &["schema", "scene"]);
    let schema: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert!(code == 0 && schema.get("$defs").or(schema.get("properties")).is_some());
}
