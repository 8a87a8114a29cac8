//! Jobs over files of which something is wrong: what the user is told, and that the rest is baked.

use std::io::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::JobSources;
use crate::bake::job;
use crate::batch::land::{LandError, Run, Silent, Summary, bake};

fn square(id: &str, lon: f64, lat: f64) -> Value {
    let d = 0.0002;
    let ring = [[lon, lat], [lon + d, lat], [lon + d, lat + d], [lon, lat + d], [lon, lat]];
    json!({"type": "Feature", "properties": {"name": id, "building": "yes"},
        "geometry": {"type": "Polygon", "coordinates": [ring]}})
}

/// Some houses.
fn write_houses(path: &Path) {
    let features: Vec<Value> = (0..6).map(|k| square(&format!("h{k}"), 7.42 + 0.0004 * f64::from(k), 43.73)).collect();
    std::fs::write(path, json!({"type": "FeatureCollection", "features": features}).to_string()).unwrap();
}

/// A cube in the Dutch system.
fn write_house_of_delft(path: &Path) {
    let vertices = [[0, 0, 0], [9, 0, 0], [9, 9, 0], [0, 9, 0], [0, 0, 5], [9, 0, 5], [9, 9, 5], [0, 9, 5]];
    let faces = [[[0, 3, 2, 1]], [[4, 5, 6, 7]], [[0, 1, 5, 4]], [[1, 2, 6, 5]], [[2, 3, 7, 6]], [[3, 0, 4, 7]]];
    let model = json!({"type": "CityJSON", "version": "2.0",
        "metadata": {"referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/7415"},
        "transform": {"scale": [1, 1, 1], "translate": [85000, 447000, 0]}, "vertices": vertices,
        "CityObjects": {"b": {"type": "Building", "geometry": [{"type": "Solid", "lod": "2", "boundaries": [faces]}]}}});
    std::fs::write(path, model.to_string()).unwrap();
}

fn run(folder: &Path, sources: &[Value]) -> Result<Summary, LandError> {
    let job = json!({"mirante_bake": 1, "sources": sources, "tiles": {"picture_px": 64}});
    let (job, _) = job::read(job.to_string().as_bytes()).unwrap();
    let sources = JobSources::new(&job, folder, None).unwrap();
    bake(&sources.land_job(&job), &sources, &Run { threads: 1, ..Run::whole(&folder.join("out")) }, &mut Silent)
}

/// All messages of a bake with the files that they are about.
fn told(summary: &Summary) -> Vec<(String, String)> {
    let kinds = summary.findings.kinds();
    kinds.map(|(message, _, _, examples)| (examples[0].file.clone(), message.to_string())).collect()
}

#[test]
fn terrain_that_cannot_be_read_is_told_once_and_the_houses_are_baked() {
    let folder = tempfile::tempdir().unwrap();
    write_houses(&folder.path().join("houses.geojson"));
    std::fs::write(folder.path().join("N43E007.hgt"), [0; 999]).unwrap();
    let sources = [json!({"files": ["houses.geojson"]}), json!({"files": ["*.hgt"], "heights": "orthometric"})];
    let summary = run(folder.path(), &sources).unwrap();
    assert_eq!(summary.buildings, 6);
    let told: Vec<_> = told(&summary).into_iter().filter(|(file, _)| file == "N43E007.hgt").collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].1.contains("got 999"), "{told:?}");
}

#[test]
fn of_a_file_that_is_cut_off_it_is_told_how_much_was_baked() {
    let folder = tempfile::tempdir().unwrap();
    let node = |id: u32, lon: f64, lat: f64| format!("<node id=\"{id}\" lon=\"{lon:.7}\" lat=\"{lat:.7}\"/>\n");
    let mut text = String::from("<osm version=\"0.6\">\n");
    for k in 0..40_u32 {
        let (lon, lat) = (7.42 + 0.0004 * f64::from(k % 8), 43.73 + 0.0004 * f64::from(k / 8));
        let corners = [(0.0, 0.0), (0.0002, 0.0), (0.0002, 0.0002), (0.0, 0.0002)];
        corners.iter().zip(1..).for_each(|(&(x, y), n)| text += &node(k * 10 + n, lon + x, lat + y));
        text += &format!(
            "<node id=\"{}\" lon=\"{lon}\" lat=\"{lat}\"><tag k=\"natural\" v=\"tree\"/></node>\n",
            k * 10 + 9
        );
    }
    let path = folder.path().join("cut.osm.gz");
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(text.as_bytes()).unwrap();
    let packed = packer.finish().unwrap();
    std::fs::write(&path, &packed[..packed.len() - 40]).unwrap();
    write_houses(&folder.path().join("houses.geojson"));
    let sources = [json!({"files": ["houses.geojson"]}), json!({"files": ["cut.osm.gz"]})];
    let summary = run(folder.path(), &sources).unwrap();
    let told = told(&summary);
    let (_, message) = told.iter().find(|(file, _)| file == "cut.osm.gz").unwrap();
    let is_honest = if summary.features > 6 {
        message.contains(&format!("{} features before that are baked", summary.features - 6))
    } else {
        message.contains("it is left out")
    };
    assert!(is_honest && message.contains("deflate"), "{} features: {message}", summary.features);
}

#[test]
fn where_nothing_can_be_baked_the_error_says_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    write_house_of_delft(&folder.path().join("town.city.json"));
    let sources = [json!({"files": ["town.city.json"], "crs": "EPSG:999999"}), json!({"files": ["no*.osm"]})];
    let error = run(folder.path(), &sources).unwrap_err().to_string();
    for word in ["nothing to bake", "town.city.json", "EPSG:999999", "no*.osm", "no file fits"] {
        assert!(error.contains(word), "{word}: {error}");
    }
    assert!(!folder.path().join("out/tileset.json").exists());
}

#[test]
fn a_reference_system_that_the_file_does_not_name_is_told() {
    let folder = tempfile::tempdir().unwrap();
    write_house_of_delft(&folder.path().join("town.city.json"));
    let warned = |crs: &str| {
        let summary = run(folder.path(), &[json!({"files": ["town.city.json"], "crs": crs})]).unwrap();
        told(&summary).iter().any(|(_, message)| message.contains("another reference system"))
    };
    assert!(warned("EPSG:25831"));
    assert!(!warned("EPSG:7415") && !warned("EPSG:28992+5709"));
}
