//! Bakes of a made-up town: the same bytes however the work is cut, and what becomes of bad features.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use glam::DVec2;

use super::bench::{Town, job};
use super::*;
use crate::bake::model::{Building, Height, Polygon, Properties, Roof, Shape, Usage};

fn small() -> LandJob {
    // Small tiles and pictures, so that there are many and the test is quick.
    LandJob { leaf_m: 60.0, picture_px: 16, picture: PictureFormat::Png, ..job() }
}

fn run(out: &Path, part: (u32, u32)) -> Run {
    Run { part, threads: 2, ..Run::whole(out) }
}

/// All files below a folder with their bytes.
pub(in crate::batch) fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_owned(), std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

pub(in crate::batch) fn assert_same(a: &BTreeMap<PathBuf, Vec<u8>>, b: &BTreeMap<PathBuf, Vec<u8>>) {
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    for (path, bytes) in a {
        assert!(*bytes == b[path], "{} differs", path.display());
    }
}

/// Stops a bake in its midst, as a full disk would.
struct Tired(u64);

impl Progress for Tired {
    fn stage(&mut self, _name: &str) {}
    fn step(&mut self, _done: u64, _total: u64) {
        self.0 = self.0.saturating_sub(1);
        assert!(self.0 > 0, "tired");
    }
    fn end(&mut self) {}
}

#[test]
fn one_run_three_parts_and_a_killed_run_write_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let (job, town) = (small(), Town::new(150));
    let whole = bake(&job, &town, &run(&at("whole"), (0, 1)), &mut Silent).unwrap();
    assert!(whole.tiles > 50, "{} tiles", whole.tiles);
    let expected = files(&at("whole"));

    for k in 0..3 {
        bake(&job, &town, &run(&at(&format!("part{k}")), (k, 3)), &mut Silent).unwrap();
    }
    let parts = [0, 1, 2].map(|k| at(&format!("part{k}")));
    merge(&job, &town.names().to_vec(), &parts, &run(&at("merged"), (0, 1)), &mut Silent).unwrap();
    assert_same(&expected, &files(&at("merged")));

    let killed = at("killed");
    let stopped = std::panic::catch_unwind(|| {
        let (job, town) = (small(), Town::new(150));
        bake(&job, &town, &run(&killed, (0, 1)), &mut Tired(3)).map(|_| ())
    });
    assert!(stopped.is_err() && !killed.join("tileset.json").exists());
    let resumed = bake(&job, &town, &run(&at("killed"), (0, 1)), &mut Silent).unwrap();
    assert!(resumed.resumed > 0);
    assert_same(&expected, &files(&at("killed")));
}

#[test]
fn a_merge_without_all_parts_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (job, town) = (small(), Town::new(40));
    let part = folder.path().join("part");
    bake(&job, &town, &run(&part, (0, 2)), &mut Silent).unwrap();
    let out = folder.path().join("out");
    let error = merge(&job, &town.names().to_vec(), &[part], &run(&out, (0, 1)), &mut Silent).unwrap_err();
    assert!(error.to_string().contains("expected part 1 of 1, got [1,2]"), "{error}");
    assert!(!out.join("tileset.json").exists());
}

/// The town and some features of which something is wrong.
struct Broken {
    town: Town,
}

fn building(id: &str, ring: &[[f64; 2]], height_m: Option<f64>) -> Feature {
    let shape = Shape::Building(Building {
        footprint: Polygon { outer: ring.iter().map(|&p| DVec2::from(p)).collect(), holes: Vec::new() },
        base: Height::AboveGround(0.0),
        height_m,
        floors: None,
        roof: Roof::Flat,
        roof_height_m: None,
        roof_direction_deg: None,
        wall_color: None,
        roof_color: None,
        usage: Usage::Unknown,
    });
    Feature { id: id.into(), class: "building".into(), name: String::new(), properties: Properties::new(), shape }
}

fn square(lon: f64, lat: f64) -> [[f64; 2]; 4] {
    let d = 0.0001;
    [[lon, lat], [lon + d, lat], [lon + d, lat + d], [lon, lat + d]]
}

impl Sources for Broken {
    fn names(&self) -> &[String] {
        self.town.names()
    }

    fn read(
        &self,
        sink: &mut dyn FnMut(Given) -> Result<(), LandError>,
        findings: &mut Findings,
    ) -> Result<(), LandError> {
        self.town.read(sink, findings)?;
        let [a, b, c, d] = square(7.401, 43.7005);
        let features = [
            building("bowtie", &[a, c, b, d], Some(9.0)),
            building("zero", &square(7.4012, 43.7006), Some(0.0)),
            building("giant", &square(7.4014, 43.7006), Some(5000.0)),
            building("nan", &[[f64::NAN, f64::NAN], [7.4, f64::NAN], [f64::INFINITY, 43.7]], None),
            building("swapped", &square(43.7005, 7.401), Some(9.0)),
            building("far", &square(-100.0, 20.0), Some(9.0)),
        ];
        for feature in features {
            sink(Given { source: 0, color: None, feature })?;
        }
        Ok(())
    }
}

#[test]
fn bad_features_are_told_with_id_and_place_and_the_rest_is_baked() {
    let folder = tempfile::tempdir().unwrap();
    let broken = Broken { town: Town::new(60) };
    let summary = bake(&small(), &broken, &run(folder.path(), (0, 1)), &mut Silent).unwrap();
    assert!(folder.path().join("tileset.json").exists());
    assert_eq!(summary.buildings, 60 + 4, "a bowtie is two, the ones too far and without place are gone");
    let json: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.path().join("issues.json")).unwrap()).unwrap();
    let told = |id: &str, word: &str| {
        let kinds = json["issues"].as_array().unwrap();
        kinds.iter().any(|kind| {
            let examples = kind["examples"].as_array().unwrap();
            kind["message"].as_str().unwrap().contains(word) && examples.iter().any(|e| e["id"] == id)
        })
    };
    for (id, word) in [
        ("bowtie", "crosses itself"),
        ("zero", "not believed"),
        ("giant", "not believed"),
        ("nan", "no usable geometry"),
        ("swapped", "exchanged"),
        ("far", "nowhere near"),
    ] {
        assert!(told(id, word), "{id}: {word} is not told in {json:#}");
    }
    let giant = json["issues"].to_string();
    assert!(giant.contains("7.40145") && giant.contains("5000 m"), "{giant}");
}

struct Empty;

impl Sources for Empty {
    fn names(&self) -> &[String] {
        &[]
    }

    fn read(
        &self,
        _sink: &mut dyn FnMut(Given) -> Result<(), LandError>,
        _findings: &mut Findings,
    ) -> Result<(), LandError> {
        Ok(())
    }
}

#[test]
fn nothing_to_bake_is_an_error_that_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let error = bake(&small(), &Empty, &run(folder.path(), (0, 1)), &mut Silent).unwrap_err();
    assert!(error.to_string().contains("nothing to bake"), "{error}");
}
