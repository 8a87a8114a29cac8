//! Real files, read in place.

use super::*;
use crate::format::issue::Severity;
use crate::test_support::shared_data;

/// All files below a folder with one of the endings.
fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| endings.iter().any(|wanted| ending == *wanted)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Prints a row for a file and checks what readers promise.
fn row(name: &str, content: &Content, millis: u128) {
    assert_sound(content, name);
    let count = |severity| content.issues.iter().filter(|issue| issue.severity == severity).count();
    let vertices: usize = content.parts.iter().map(|part| part.geometry.positions.len()).sum();
    let triangles: usize = content.parts.iter().map(|part| part.geometry.primitive_count()).sum();
    println!(
        "{name}: {} parts, {vertices} vertices, {triangles} primitives, {} materials, {} textures, {} sets, {} ms, {}/{}/{} issues",
        content.parts.len(),
        content.materials.len(),
        content.textures.len(),
        content.parts.iter().map(|part| part.feature_sets.len()).max().unwrap_or(0),
        millis,
        count(Severity::Error),
        count(Severity::Warning),
        count(Severity::Info),
    );
    for issue in content.issues.iter().filter(|issue| issue.severity > Severity::Info) {
        println!("    {issue}");
    }
}

#[test]
fn every_gltf_of_the_shared_data_reads_without_errors() {
    let Some(data) = shared_data() else { return };
    let mut read = 0;
    for path in files(&data, &["glb", "gltf"]) {
        let name = path.strip_prefix(&data).expect("below the folder").display().to_string();
        let start = std::time::Instant::now();
        let content = read_file(&path);
        row(&name, &content, start.elapsed().as_millis());
        assert!(!content.parts.is_empty(), "{name}: nothing to draw");
        assert!(!content.issues.has_errors(), "{name}: {:?}", content.issues);
        read += 1;
    }
    assert!(read > 100, "only {read} files were found");
}

#[test]
fn every_gltf_inside_b3dm_and_i3dm_of_the_shared_data_reads_without_errors() {
    let Some(data) = shared_data() else { return };
    let mut read = 0;
    for path in files(&data, &["b3dm", "i3dm"]) {
        let name = path.strip_prefix(&data).expect("below the folder").display().to_string();
        let bytes = std::fs::read(&path).expect("readable file");
        let Some(start) = bytes.windows(4).position(|window| window == b"glTF") else { continue };
        let begin = std::time::Instant::now();
        let folder = Folder(path.parent().expect("a folder").to_path_buf());
        let content = read_with(&bytes[start..], &DecodeOptions::default(), &folder)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        row(&name, &content, begin.elapsed().as_millis());
        // A shader that is not run, and a picture that the makers left out.
        let known = ["KHR_techniques_webgl", "ATLAS_3.png"];
        let errors = content.issues.iter().filter(|issue| issue.severity == Severity::Error);
        let unknown: Vec<_> = errors.filter(|issue| !known.iter().any(|name| issue.message.contains(name))).collect();
        assert!(unknown.is_empty(), "{name}: {unknown:?}");
        read += 1;
    }
    assert!(read > 50, "only {read} files were found");
}

#[test]
fn the_walking_man_stands_upright_on_the_ground() {
    let Some(data) = shared_data() else { return };
    let path = files(&data, &["glb", "gltf"])
        .into_iter()
        .find(|path| path.to_string_lossy().contains("CesiumMan"))
        .expect("CesiumMan is in the shared data");
    let bytes = std::fs::read(&path).expect("readable file");
    let folder = Folder(path.parent().expect("a folder").to_path_buf());
    let Ok(Decoded::Content(content)) =
        super::super::read(&bytes, &GltfFrame::new(UpAxis::Y), &DecodeOptions::default(), &folder)
    else {
        panic!("not readable")
    };
    let (lo, hi) = content.bounds().expect("not empty");
    let size = hi - lo;
    println!("{}: from {lo} to {hi}", path.display());
    assert!((1.3..1.7).contains(&size.z), "height: {size}");
    assert!(lo.z.abs() < 0.05, "feet: {lo}");
    assert!(size.x < 1.2 && size.y < 1.2, "breadth: {size}");
}
