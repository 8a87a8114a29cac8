use super::*;

fn issues_of(text: &str) -> Vec<String> {
    read(text.as_bytes()).unwrap().1.iter().map(ToString::to_string).collect()
}

#[test]
fn a_short_job_has_usual_settings() {
    let (job, issues) = read(br#"{"mirante_bake": 1, "sources": [{"files": ["monaco.osm.pbf"]}]}"#).unwrap();
    assert!(issues.is_empty());
    assert_eq!((job.tiles.leaf_m, job.tiles.picture_px, job.ground), (250.0, 512, Ground::Auto));
    assert_eq!(kind_of(&job.sources[0].files[0]), Some(Kind::Osm));
}

#[test]
fn a_misspelt_key_is_told_with_its_place_and_what_was_meant() {
    let told = issues_of(r#"{"mirante_bake": 1, "sources": [{"files": ["a.osm"], "hieghts": "ellipsoidal"}]}"#);
    assert_eq!(told.len(), 1);
    assert!(told[0].contains("/sources/0/hieghts") && told[0].contains("heights"), "{told:?}");
}

#[test]
fn a_model_without_a_placement_is_told() {
    let told = issues_of(r#"{"mirante_bake": 1, "sources": [{"files": ["crane.glb"]}]}"#);
    assert!(told[0].contains("/sources/0/placement"), "{told:?}");
}

#[test]
fn other_files_say_what_they_are() {
    let error = read(br#"{"mirante": 1}"#).unwrap_err().to_string();
    assert!(error.contains("mirante run"), "{error}");
    let error = read(br#"{"type": "CityJSON"}"#).unwrap_err().to_string();
    assert!(error.contains("names this file among its sources"), "{error}");
}

/// `MIRANTE_WRITE_SCHEMA=1 cargo test --no-default-features --lib published_schema` writes it.
#[test]
fn the_published_schema_is_that_of_the_types() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/bake.schema.json");
    let text = serde_json::to_string_pretty(schema()).unwrap() + "\n";
    if std::env::var_os("MIRANTE_WRITE_SCHEMA").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let published = std::fs::read_to_string(&path).unwrap();
    assert!(published == text, "docs/bake.schema.json is out of date: `mirante schema bake` prints the new one");
}
