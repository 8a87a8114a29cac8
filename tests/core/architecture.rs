//! The layers keep to their directions: a module imports only what `docs/architecture.md` lists for it.

use std::path::{Path, PathBuf};

/// Each module of the library with what it may import of the crate.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("geo", &[]),
    ("optics", &["geo"]),
    ("nav", &["geo"]),
    ("format", &["geo"]),
    ("pick", &["geo", "format"]),
    ("tiles", &["geo", "format"]),
    ("stage", &["geo", "format", "nav"]),
    ("twin", &["geo", "format"]),
    ("feed", &["geo", "format", "twin"]),
    ("bake", &["geo", "format"]),
    ("world", &["geo", "format", "bake"]),
    ("platform", &["format"]),
    ("batch", &["geo", "format", "tiles", "bake", "world", "platform"]),
    ("hub", &["geo", "format", "twin", "feed", "platform"]),
];

fn source_files(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> =
        std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            source_files(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}

fn is_test_file(path: &Path) -> bool {
    path.components().any(|c| c.as_os_str() == "tests")
        || path
            .file_stem()
            .and_then(|s| s.to_str())
            .is_some_and(|s| s == "tests" || s.ends_with("_tests") || s.starts_with("test_"))
}

/// The file without its `#[cfg(test)] mod tests { … }` at the end and without comments.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).expect("a source file");
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_string();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn modules_import_in_the_allowed_directions_only() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for (module, allowed) in MAY_IMPORT {
        let mut files = Vec::new();
        source_files(&source.join(module), &mut files);
        assert!(!files.is_empty(), "src/{module} has no files: is the table out of date?");
        for file in files.iter().filter(|f| !is_test_file(f)) {
            let code = code(file);
            for (at, _) in code.match_indices("crate::") {
                let rest = &code[at + "crate::".len()..];
                let target: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let known = MAY_IMPORT.iter().any(|(name, _)| *name == target) || target == "view" || target == "cli";
                if known && target != *module && !allowed.contains(&target.as_str()) {
                    wrong.push(format!("{} imports {target}", file.strip_prefix(&source).expect("inside").display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "imports against the directions:\n{}", wrong.join("\n"));
}

#[test]
fn the_table_names_every_module() {
    let library = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).expect("lib.rs");
    for line in library.lines().filter_map(|l| l.strip_prefix("pub mod ")) {
        let name = line.trim_end_matches(';');
        let known = name == "view" || name == "test_support" || MAY_IMPORT.iter().any(|(module, _)| *module == name);
        assert!(known, "src/{name} is in lib.rs but not in the table of directions");
    }
}

#[test]
fn only_the_view_knows_bevy() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (module, _) in MAY_IMPORT {
        let mut files = Vec::new();
        source_files(&source.join(module), &mut files);
        for file in files {
            assert!(!code(&file).contains("bevy::"), "{} names Bevy", file.display());
        }
    }
}

#[test]
fn only_the_platform_asks_for_the_target() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    source_files(&source, &mut files);
    for file in files {
        let inside = file.strip_prefix(&source).expect("inside");
        // lib.rs leaves the hub and the bake's runner out of the browser build.
        if inside.starts_with("platform") || inside == Path::new("lib.rs") {
            continue;
        }
        assert!(!code(&file).contains("target_arch"), "{} asks for the target", inside.display());
    }
}
