//! Bakes of real sources from a job to files, held against truth that PROJ made (`tests/cases/bake/README.md`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use glam::{DAffine3, DMat4, DVec3};
use serde_json::json;

use super::land::{Run, Silent, Summary, bake};
use super::sources::JobSources;
use crate::bake::job;
use crate::format::content::decode::{DecodeOptions, Decoded, NoResources, decode};
use crate::format::content::{Content, FeatureIds, Part};
use crate::geo::{Geoid, wgs84};
use crate::test_support::shared_data;

/// What a corner may be off, metres.
const CENTIMETRE: f64 = 0.01;

fn run_job(job: &serde_json::Value, folder: &Path) -> Summary {
    let (job, issues) = job::read(job.to_string().as_bytes()).unwrap();
    assert!(issues.is_empty(), "{issues:?}");
    let sources = JobSources::new(&job, folder, None).unwrap();
    let run = Run { threads: 2, ..Run::whole(&folder.join("out")) };
    bake(&sources.land_job(&job), &sources, &run, &mut Silent).unwrap()
}

/// A corner of a building: a point on the ellipsoid, the unit vector upwards there, and how high the source says it is.
struct Corner {
    id: String,
    foot_ecef: DVec3,
    up: DVec3,
    height_m: Option<f64>,
}

fn corners_of(source: &str) -> Vec<Corner> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/bake/corners.csv");
    let text = std::fs::read_to_string(path).unwrap();
    let rows = text.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    rows.filter(|row| row[0] == source)
        .map(|row| {
            let point = |k: usize| DVec3::from_slice(&[k, k + 1, k + 2].map(|k| row[k].parse().unwrap()));
            let (foot_ecef, above) = (point(2), point(5));
            let up = (above - foot_ecef).normalize();
            Corner { id: row[1].to_string(), foot_ecef, up, height_m: row[8].parse().ok() }
        })
        .collect()
}

/// Where the vertices of each feature are, ECEF, in the finest tiles of a tileset, read as a viewer reads them.
fn vertices_by_id(out: &Path) -> BTreeMap<String, Vec<DVec3>> {
    let text = std::fs::read(out.join("tileset.json")).unwrap();
    let tileset: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let transform: [f64; 16] = serde_json::from_value(tileset["root"]["transform"].clone()).unwrap();
    let ecef_from_content = DAffine3::from_mat4(DMat4::from_cols_array(&transform));
    let levels = std::fs::read_dir(out.join("tiles")).unwrap().count();
    let mut found: BTreeMap<String, Vec<DVec3>> = BTreeMap::new();
    for path in files(&out.join("tiles").join((levels - 1).to_string())) {
        let bytes = std::fs::read(&path).unwrap();
        let content = match decode(&bytes, &DecodeOptions::default(), &NoResources).unwrap() {
            Decoded::Content(content) => content,
            other => panic!("{}: {other:?}", path.display()),
        };
        for part in &content.parts {
            let Some(names) = names(&content, part) else { continue };
            let ecef_from_part = ecef_from_content * part.content_from_part;
            for (position, name) in part.geometry.positions.iter().zip(names) {
                found.entry(name).or_default().push(ecef_from_part.transform_point3(position.as_dvec3()));
            }
        }
    }
    found
}

/// The source's id of each vertex.
fn names(content: &Content, part: &Part) -> Option<Vec<String>> {
    let set = part.feature_sets.first()?;
    let FeatureIds::Vertex(ids) = &set.ids else { return None };
    let table = &content.tables[set.table?];
    let id_of = |row: u32| {
        let values = table.row(row);
        values.iter().find(|(name, _)| *name == "id").map_or(String::new(), |(_, id)| id.as_str().unwrap().to_string())
    };
    let known: Vec<String> = (0..table.count).map(id_of).collect();
    Some(ids.iter().map(|&id| known.get(id as usize).cloned().unwrap_or_default()).collect())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut open = vec![folder.to_owned()];
    let mut found = Vec::new();
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found
}

/// Heights above the sea become ellipsoidal by EGM96, which has a truth of its own (`tests/cases/geo`).
fn assert_corners(source: &str, out: &Path) {
    let vertices = vertices_by_id(out);
    let corners = corners_of(source);
    let mut worst_m = 0.0_f64;
    for corner in &corners {
        let place = wgs84::geodetic_from_ecef(corner.foot_ecef);
        let undulation_m = Geoid::egm96().undulation_m(place.lon_rad, place.lat_rad);
        let expected = corner.height_m.map(|h| corner.foot_ecef + corner.up * (h + undulation_m));
        let off_m = |v: &DVec3| match expected {
            Some(expected) => v.distance(expected),
            // The source does not say how high it is: how far from the upright line.
            None => (*v - corner.foot_ecef).reject_from_normalized(corner.up).length(),
        };
        let own = vertices.get(&corner.id).unwrap_or_else(|| panic!("{} is not there", corner.id));
        let nearest_m = own.iter().map(off_m).fold(f64::INFINITY, f64::min);
        assert!(nearest_m < CENTIMETRE, "a corner of {} is off by {nearest_m:.4} m", corner.id);
        worst_m = worst_m.max(nearest_m);
    }
    assert!(!corners.is_empty());
    println!("{source}: {} corners, the worst is off by {:.1} mm", corners.len(), worst_m * 1000.0);
}

#[test]
fn baked_corners_in_delft_are_within_a_centimetre_of_proj() {
    let Some(data) = shared_data() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = data.join("02_city/cityjson-cjio/delft.json");
    let tiles = json!({"picture_px": 64});
    let job = json!({"mirante_bake": 1, "sources": [{"files": [file]}], "tiles": tiles});
    assert_eq!(run_job(&job, folder.path()).buildings, 160);
    assert_corners("delft", &folder.path().join("out"));
}

#[test]
fn baked_corners_in_rotterdam_are_within_a_centimetre_of_proj() {
    let Some(data) = shared_data() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = data.join("02_city/cityjson-cjio/rotterdam/rotterdam_subset.json");
    let tiles = json!({"picture_px": 64});
    let job = json!({"mirante_bake": 1, "sources": [{"files": [file], "crs": "EPSG:7415"}], "tiles": tiles});
    assert_eq!(run_job(&job, folder.path()).buildings, 16);
    assert_corners("rotterdam", &folder.path().join("out"));
}

#[test]
fn baked_corners_in_monaco_are_within_a_centimetre_of_proj() {
    let Some(data) = shared_data() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = data.join("02_city/osm/monaco.osm.gz");
    // Around the Villa Sauber and the casino.
    let region = json!({"west_deg": 7.425, "south_deg": 43.738, "east_deg": 7.434, "north_deg": 43.747});
    let tiles = json!({"picture_px": 64});
    let job = json!({"mirante_bake": 1, "sources": [{"files": [file]}], "tiles": tiles, "region": region});
    assert!(run_job(&job, folder.path()).buildings > 50);
    assert_corners("monaco", &folder.path().join("out"));
}
