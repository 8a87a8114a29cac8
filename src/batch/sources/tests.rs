//! Jobs of small files of our own through the whole bake.

use std::path::{Path, PathBuf};

use glam::{DMat4, DVec3};

use super::*;
use crate::bake::job;
use crate::batch::land::tests::{assert_same, files};
use crate::batch::land::{Run, Silent, Summary, bake, merge};
use crate::format::content::Content;
use crate::format::content::decode::{DecodeOptions, Decoded, NoResources, decode};

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/bake").join(name)
}

fn run(out: &Path, part: (u32, u32)) -> Run {
    Run { part, threads: 2, ..Run::whole(out) }
}

/// Bakes a job that lies in a folder, or a part of it.
fn baked(folder: &Path, out: &Path, part: (u32, u32)) -> Summary {
    let (job, issues) = job::read(&std::fs::read(folder.join("job.json")).unwrap()).unwrap();
    assert!(issues.is_empty(), "{:?}", issues.into_vec());
    let sources = JobSources::new(&job, folder, None).unwrap();
    bake(&sources.land_job(&job), &sources, &run(out, part), &mut Silent).unwrap()
}

fn merged(folder: &Path, parts: &[PathBuf], out: &Path) -> Summary {
    let (job, _) = job::read(&std::fs::read(folder.join("job.json")).unwrap()).unwrap();
    let sources = JobSources::new(&job, folder, None).unwrap();
    merge(&sources.land_job(&job), sources.names(), parts, &run(out, (0, 1)), &mut Silent).unwrap()
}

/// The contents of the finest tiles, and the frame that they are in.
fn finest(out: &Path) -> (DMat4, Vec<Content>) {
    let tileset: serde_json::Value = serde_json::from_slice(&std::fs::read(out.join("tileset.json")).unwrap()).unwrap();
    let matrix: Vec<f64> =
        tileset["root"]["transform"].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect();
    let all = files(&out.join("tiles"));
    let level = |path: &Path| path.iter().next().unwrap().to_str().unwrap().parse::<u32>().unwrap();
    let deepest = all.keys().map(|path| level(path)).max().unwrap();
    let contents = all.iter().filter(|(path, _)| level(path) == deepest).map(|(_, bytes)| content(bytes)).collect();
    (DMat4::from_cols_slice(&matrix), contents)
}

fn content(bytes: &[u8]) -> Content {
    match decode(bytes, &DecodeOptions::default(), &NoResources).unwrap() {
        Decoded::Content(content) => content,
        other => panic!("{other:?}"),
    }
}

fn issues(out: &Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(out.join("issues.json")).unwrap()).unwrap()
}

#[test]
fn a_model_stands_at_each_of_its_places_to_the_millimetre() {
    let folder = tempfile::tempdir().unwrap();
    let summary = baked(&case("model"), folder.path(), (0, 1));
    assert_eq!(summary.features, 2);
    let (ecef_from_root, contents) = finest(folder.path());
    let vertices: Vec<DVec3> = contents
        .iter()
        .flat_map(|content| &content.parts)
        .flat_map(|part| part.geometry.positions.iter().map(|p| part.content_from_part.transform_point3(p.as_dvec3())))
        .map(|p| ecef_from_root.transform_point3(p))
        .collect();
    let truth: serde_json::Value =
        serde_json::from_slice(&std::fs::read(case("model").join("corners.json")).unwrap()).unwrap();
    for (k, corners) in truth["ecef_m"].as_array().unwrap().iter().enumerate() {
        for corner in corners.as_array().unwrap() {
            let at = DVec3::from_array([0, 1, 2].map(|axis| corner[axis].as_f64().unwrap()));
            let off_m = vertices.iter().map(|v| v.distance(at)).fold(f64::MAX, f64::min);
            assert!(off_m < 0.004, "placement {k}: {off_m} m from {at}");
        }
    }
}

#[test]
fn a_model_is_a_feature_with_its_layer_and_its_file() {
    let folder = tempfile::tempdir().unwrap();
    baked(&case("model"), folder.path(), (0, 1));
    let (_, contents) = finest(folder.path());
    let rows: Vec<String> = contents
        .iter()
        .flat_map(|content| &content.tables)
        .flat_map(|table| (0..table.count).map(|row| format!("{:?}", table.row(row))))
        .collect();
    for id in ["house", "house#2"] {
        let told = |row: &&String| {
            row.contains(&format!("{id:?}")) && row.contains("\"houses\"") && row.contains("\"house.obj\"")
        };
        assert!(rows.iter().any(|row| told(&row)), "{id} is not among {rows:#?}");
    }
}

#[test]
fn models_that_are_missing_or_broken_are_told_and_the_rest_is_baked() {
    let folder = tempfile::tempdir().unwrap();
    baked(&case("model"), folder.path(), (0, 1));
    let text = issues(folder.path()).to_string();
    assert!(text.contains("no file fits") && text.contains("gone.glb"), "{text}");
    assert!(text.contains("the source can't be read") && text.contains("broken.glb"), "{text}");
}

#[test]
fn models_in_parts_give_the_bytes_of_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    baked(&case("model"), &at("whole"), (0, 1));
    let parts = [at("one"), at("two")];
    for (k, part) in (0..).zip(&parts) {
        baked(&case("model"), part, (k, 2));
    }
    merged(&case("model"), &parts, &at("merged"));
    assert_same(&files(&at("whole")), &files(&at("merged")));
}

/// `MIRANTE_JOB=FILE MIRANTE_OUT=FOLDER cargo test --no-default-features --lib job_figures -- --ignored --nocapture`
#[test]
#[ignore = "bakes a job of one's own"]
fn job_figures() {
    let (Ok(file), Ok(out)) = (std::env::var("MIRANTE_JOB"), std::env::var("MIRANTE_OUT")) else { return };
    let (file, start) = (PathBuf::from(file), std::time::Instant::now());
    let (job, told) = job::read(&std::fs::read(&file).unwrap()).unwrap();
    told.iter().for_each(|issue| println!("{issue}"));
    let sources = JobSources::new(&job, file.parent().unwrap(), None).unwrap();
    let summary = bake(&sources.land_job(&job), &sources, &run(Path::new(&out), (0, 1)), &mut Silent).unwrap();
    println!("{} features, {} tiles, {} bytes", summary.features, summary.tiles, summary.bytes);
    println!("{:.2} s, issues {:#}", start.elapsed().as_secs_f64(), summary.findings.json());
}
