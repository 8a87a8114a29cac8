//! Jobs of small files of our own through the whole bake.

use std::path::{Path, PathBuf};

use glam::{DMat4, DVec2, DVec3};

use super::*;
use crate::bake::cloud::las::test_files::TestFile;
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

/// A cloud of points over the houses, heights of 55 to 75 m: 1e-7 degrees and metres.
fn write_cloud(path: &Path, count: i32) {
    let at: Vec<[i32; 3]> = (0..count)
        .map(|k| [74_200_000 + k % 100 * 150, 437_350_000 + k / 100 * 100, 550_000_000 + k * 37 % 200 * 1_000_000])
        .collect();
    let mut file = TestFile::of(2, &at);
    file.scale = 1e-7;
    (file.low, file.high) = (file.low.map(|x| x * 1e-5), file.high.map(|x| x * 1e-5));
    std::fs::write(path, file.plain()).unwrap();
}

/// A folder with the houses (if wanted), a cloud and a job of them.
fn job_with_cloud(folder: &Path, houses: bool) {
    std::fs::create_dir_all(folder).unwrap();
    write_cloud(&folder.join("points.las"), 9000);
    std::fs::write(folder.join("broken.las"), b"LASF and no more").unwrap();
    let text = std::fs::read_to_string(case("model").join("job.json")).unwrap();
    let mut job: serde_json::Value = serde_json::from_str(&text).unwrap();
    let sources = job["sources"].as_array_mut().unwrap();
    if !houses {
        sources.clear();
    }
    let cloud = serde_json::json!({"files": ["*.las"], "crs": "EPSG:4326", "heights": "ellipsoidal"});
    sources.push(cloud);
    for name in ["house.obj", "house.mtl"] {
        std::fs::copy(case("model").join(name), folder.join(name)).unwrap();
    }
    std::fs::write(folder.join("job.json"), job.to_string()).unwrap();
}

#[test]
fn a_cloud_becomes_a_child_of_the_tileset_and_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let (job, out) = (folder.path().join("job"), folder.path().join("out"));
    job_with_cloud(&job, true);
    let summary = baked(&job, &out, (0, 1));
    assert_eq!((summary.features, summary.points), (2, 9000));
    let text = issues(&out).to_string();
    assert!(text.contains("broken.las"), "{text}");
    // What other tools would see: a reader that walks both trees finds the houses and the points.
    let location = crate::format::uri::Location::File(out.join("tileset.json"));
    let inspected =
        crate::batch::inspect::inspect(&location, crate::batch::inspect::InspectOptions::default()).unwrap();
    let told = crate::bake::inspect::text::report(&inspected.report);
    assert!(told.contains("nothing looks wrong") && told.contains("2 tileset files"), "{told}");
    let (tileset, found) = crate::format::tileset::read(&std::fs::read(out.join("tileset.json")).unwrap()).unwrap();
    assert!(found.is_empty(), "{:?}", found.into_vec());
    assert_eq!(tileset.tiles.len(), 4);
}

#[test]
fn a_cloud_in_parts_and_after_a_kill_gives_the_bytes_of_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    job_with_cloud(&at("job"), true);
    baked(&at("job"), &at("whole"), (0, 1));
    let parts = [at("one"), at("two"), at("three")];
    for (k, part) in (0..).zip(&parts) {
        let summary = baked(&at("job"), part, (k, 3));
        assert_eq!(summary.points, if k == 0 { 9000 } else { 0 });
    }
    let summary = merged(&at("job"), &parts, &at("merged"));
    assert_eq!(summary.points, 9000);
    assert_same(&files(&at("whole")), &files(&at("merged")));
    // Killed after everything but the tileset: a part has all that such a run has left behind.
    baked(&at("job"), &at("killed"), (0, 1));
    for name in [".bake", "cloud"] {
        std::fs::remove_dir_all(at("killed").join(name)).ok();
    }
    std::fs::remove_file(at("killed").join("tileset.json")).unwrap();
    std::fs::create_dir_all(at("killed").join("cloud/points")).unwrap();
    std::fs::write(at("killed").join("cloud/points/stale.glb"), b"half").unwrap();
    baked(&at("job"), &at("killed"), (0, 1));
    assert_same(&files(&at("whole")), &files(&at("killed")));
}

#[test]
fn a_job_of_clouds_alone_is_baked_also_in_parts() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    job_with_cloud(&at("job"), false);
    let summary = baked(&at("job"), &at("whole"), (0, 1));
    assert_eq!((summary.features, summary.points), (0, 9000));
    let parts = [at("one"), at("two")];
    for (k, part) in (0..).zip(&parts) {
        baked(&at("job"), part, (k, 2));
    }
    merged(&at("job"), &parts, &at("merged"));
    assert_same(&files(&at("whole")), &files(&at("merged")));
    assert!(issues(&at("whole")).to_string().contains("broken.las"));
}

#[test]
fn only_the_points_of_the_region_are_baked() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    job_with_cloud(&at("job"), false);
    let (job, _) = job::read(&std::fs::read(at("job").join("job.json")).unwrap()).unwrap();
    let region = Region::new(7.42, 43.735, 7.420_75, 43.75);
    let sources = JobSources::new(&job, &at("job"), region).unwrap();
    let summary = bake(&sources.land_job(&job), &sources, &run(&at("out"), (0, 1)), &mut Silent).unwrap();
    assert!((4500..=4600).contains(&summary.points), "{}", summary.points);
}

/// A GeoTIFF of which the second half of the bytes of its posts is nonsense.
fn damaged_tiff() -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/raster/tiles_deflate_f32_predictor3.tif");
    let mut bytes = std::fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 200].fill(0xA5);
    bytes
}

#[test]
fn broken_terrain_is_told_with_its_file_and_place_and_the_rest_is_baked() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir_all(at("job")).unwrap();
    std::fs::write(at("job").join("N43E007.hgt"), vec![0; 1000]).unwrap();
    std::fs::write(at("job").join("damaged.tif"), damaged_tiff()).unwrap();
    std::fs::write(at("job").join("no.tif"), b"II*\0 no tiff").unwrap();
    let head = crate::format::raster::geotiff::GeoTiff::open(std::io::Cursor::new(damaged_tiff())).unwrap();
    let head = crate::format::raster::Raster::head(&head).clone();
    let crs = crate::batch::proj::named(head.crs.as_ref().unwrap(), Heights::Ellipsoidal).unwrap();
    let middle = DVec2::new(f64::from(head.width_px), f64::from(head.height_px)) / 2.0;
    let place = crs.lon_lat_from_map(head.map_from_post.transform_point2(middle)).unwrap();
    let job = serde_json::json!({"mirante_bake": 1, "tiles": {"leaf_m": 100.0, "picture_px": 64}, "sources": [
        {"kind": "terrain", "heights": "ellipsoidal", "files": ["*.hgt", "*.tif"]},
        {"files": ["house.obj"], "up": "z", "placement": {"lon_deg": place.x, "lat_deg": place.y}}]});
    std::fs::write(at("job").join("job.json"), job.to_string()).unwrap();
    std::fs::copy(case("model").join("house.obj"), at("job").join("house.obj")).unwrap();
    let summary = baked(&at("job"), &at("out"), (0, 1));
    assert_eq!(summary.features, 1);
    let told = issues(&at("out"));
    let of = |file: &str| -> Vec<serde_json::Value> {
        let kinds = told["issues"].as_array().unwrap();
        let examples = kinds.iter().flat_map(|kind| kind["examples"].as_array().unwrap());
        examples.filter(|example| example["file"] == file).cloned().collect()
    };
    assert_eq!(
        (of("N43E007.hgt")[0]["lon_deg"].as_f64(), of("N43E007.hgt")[0]["lat_deg"].as_f64()),
        (Some(7.5), Some(43.5))
    );
    assert_eq!(of("no.tif").len(), 1);
    let damaged = of("damaged.tif");
    let lon = damaged.iter().find_map(|one| one["lon_deg"].as_f64()).unwrap_or_else(|| panic!("{told:#}"));
    assert!((lon - place.x).abs() < 0.1, "{lon} is not near {place}");
    // Whoever asks for what and in which order: the same is told.
    let parts = [at("one"), at("two")];
    for (k, part) in (0..).zip(&parts) {
        baked(&at("job"), part, (k, 2));
    }
    merged(&at("job"), &parts, &at("merged"));
    assert_same(&files(&at("out")), &files(&at("merged")));
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
