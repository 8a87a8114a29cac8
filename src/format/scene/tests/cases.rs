//! Case folders `tests/cases/scenes/<name>/`: `scene.json` and `expected-issues.json`.
//!
//! With `MIRANTE_BLESS=1` in the environment the expected files are written anew, to be looked at before they are kept.

use serde_json::{Value, json};

use super::*;

fn bless() -> bool {
    std::env::var_os("MIRANTE_BLESS").is_some()
}

fn findings(bytes: &[u8]) -> Value {
    match read(bytes) {
        Err(error) => json!({ "error": error.to_string() }),
        Ok((scene, issues)) => {
            json!({ "read": issues.into_vec(), "check": check(&scene).into_vec() })
        }
    }
}

#[test]
fn every_case_has_the_issues_that_it_expects() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for folder in std::fs::read_dir(cases_dir()).unwrap().map(|entry| entry.unwrap().path()).filter(|p| p.is_dir()) {
        count += 1;
        let got = findings(&std::fs::read(folder.join("scene.json")).unwrap());
        let expected_file = folder.join("expected-issues.json");
        if bless() {
            std::fs::write(&expected_file, format!("{got:#}\n")).unwrap();
            continue;
        }
        let expected: Value = serde_json::from_slice(&std::fs::read(&expected_file).unwrap()).unwrap();
        if got != expected {
            wrong.push(format!("{}:\ngot {got:#}\nexpected {expected:#}", folder.display()));
        }
    }
    assert!(count >= 20, "only {count} cases found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn the_published_schema_is_that_of_the_types() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scene.schema.json");
    let text = format!("{:#}\n", schema());
    if bless() {
        std::fs::write(&file, text).unwrap();
        return;
    }
    let published = std::fs::read_to_string(&file).unwrap();
    assert!(published == text, "docs/scene.schema.json is not the schema of the types; write it with MIRANTE_BLESS=1");
}

#[test]
fn examples_in_the_user_documentation_read_without_issues() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scene.md");
    let text = std::fs::read_to_string(file).unwrap();
    let blocks: Vec<&str> = text.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(!blocks.is_empty());
    for block in blocks {
        let (scene, issues) = read(block.as_bytes()).unwrap();
        assert!(issues.is_empty(), "{:?}", issues.into_vec());
        let found = check(&scene);
        assert!(found.is_empty(), "{:?}", found.into_vec());
    }
}

#[test]
fn the_complete_case_uses_every_key_of_the_schema() {
    let text = String::from_utf8(complete()).unwrap();
    let mut missing = Vec::new();
    let mut stack = vec![schema()];
    while let Some(node) = stack.pop() {
        match node {
            Value::Object(object) => {
                if let Some(Value::Object(properties)) = object.get("properties")
                    // A property may itself be named "properties": keys of the format lie below a schema's type.
                    && object.get("type").is_some_and(|name| name == "object")
                {
                    missing.extend(properties.keys().filter(|key| !text.contains(&format!("\"{key}\":"))).cloned());
                }
                stack.extend(object.into_iter().map(|(_, value)| value));
            }
            Value::Array(list) => stack.extend(list),
            _ => {}
        }
    }
    // `url` is used by things and not by its feed, which has `play`; every other key must stand there.
    assert!(missing.is_empty(), "not in tests/cases/scenes/complete/scene.json: {missing:?}");
}

#[test]
fn a_written_scene_reads_back_the_same() {
    let (first, issues) = read(&complete()).unwrap();
    assert!(issues.is_empty());
    let (second, issues) = read(&serde_json::to_vec(&first).unwrap()).unwrap();
    assert!(issues.is_empty(), "{:?}", issues.into_vec());
    assert_eq!(first, second);
}
