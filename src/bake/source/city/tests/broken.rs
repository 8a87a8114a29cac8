//! Faulty files: what is told of them, and that the rest is read. To add a case put the file into `broken`, run the test,
//! read what it prints, and keep that as the text file if it is right.

use super::*;

fn told(folder: &str, extensions: &[&str]) {
    let mut files: Vec<PathBuf> = std::fs::read_dir(cases(folder).join("broken"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| extensions.iter().any(|x| e == *x)))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    let mut wrong = String::new();
    for path in files {
        let bytes = std::fs::read(&path).expect("a file");
        let name = path.to_string_lossy();
        let (features, result) = read(&name, &bytes, &Options::default(), &factory);
        let ids: Vec<&str> = features.iter().map(|feature| feature.id.as_str()).collect();
        let mut got = format!("features: {}\n", ids.join(", "));
        match result {
            Ok(issues) => issues.iter().for_each(|issue| got += &format!("{issue}\n")),
            Err(error) => got += &format!("failed: {error}\n"),
        }
        let expected = std::fs::read_to_string(path.with_extension("txt")).unwrap_or_default();
        if got != expected {
            wrong += &format!("== {}\n{got}", path.display());
        }
    }
    assert!(wrong.is_empty(), "other findings than expected:\n{wrong}");
}

#[test]
fn faults_of_cityjson_are_told_with_their_place_and_the_rest_is_read() {
    told("cityjson", &["json", "jsonl"]);
}

#[test]
fn faults_of_citygml_are_told_with_their_place_and_the_rest_is_read() {
    told("citygml", &["gml"]);
}

#[test]
fn no_file_that_is_cut_off_brings_a_reader_down() {
    for name in ["cityjson/broken/appearance.city.json", "cityjson/broken/lines.city.jsonl", "citygml/house.gml"] {
        let bytes = std::fs::read(cases(name)).expect("a file");
        for end in (0..bytes.len()).step_by(37) {
            let _ = read(name, &bytes[..end], &Options::default(), &factory);
        }
    }
}

#[test]
fn no_changed_byte_brings_a_reader_down() {
    for name in ["cityjson/broken/appearance.city.json", "cityjson/broken/instances.city.json", "citygml/house.gml"] {
        let bytes = std::fs::read(cases(name)).expect("a file");
        for (at, byte) in (0..bytes.len()).step_by(23).zip(b"0-9[]{}\"e.,<>/ax".iter().cycle()) {
            let mut changed = bytes.clone();
            changed[at] = *byte;
            let _ = read(name, &changed, &Options::default(), &factory);
        }
    }
}
