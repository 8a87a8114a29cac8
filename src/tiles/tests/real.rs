//! Real tilesets: their structure is read, their contents only have sizes; from every distance they settle.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use glam::{DAffine3, DVec3};

use crate::format::subtree::{self, SubtreeRead};
use crate::format::tileset;
use crate::format::uri::Location;
use crate::test_support::shared_data;
use crate::tiles::simulate::{Answers, Scenario, Simulation};
use crate::tiles::types::{Job, JobKind, Loaded, View};

struct Disk;

fn path_of(location: &Location) -> Option<&Path> {
    match location {
        Location::File(path) => Some(path),
        _ => None,
    }
}

impl Answers for Disk {
    fn fetch_bytes(&self, job: &Job) -> u64 {
        let sizes = job.locations.iter().filter_map(path_of).filter_map(|path| std::fs::metadata(path).ok());
        sizes.map(|metadata| metadata.len()).sum()
    }

    fn answer(&self, job: &Job) -> Result<Loaded, String> {
        let path = path_of(&job.locations[0]).ok_or("not a file")?;
        let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
        match job.kind {
            JobKind::Tileset => {
                let (file, _) = tileset::read(&bytes).map_err(|error| error.to_string())?;
                Ok(Loaded::Tileset(Box::new(file)))
            }
            JobKind::Subtree { scheme, levels } => {
                let beside = |name: &str| Some(Arc::from(std::fs::read(path.with_file_name(name)).ok()?));
                match subtree::read(&bytes, scheme, levels, &beside) {
                    Ok(SubtreeRead::Done(subtree, _)) => Ok(Loaded::Subtree(subtree)),
                    Ok(SubtreeRead::Missing(names)) => Err(format!("missing {names:?}")),
                    Err(error) => Err(error.to_string()),
                }
            }
            JobKind::Content => {
                let named = path.extension().is_some_and(|extension| extension == "json");
                let file = if named { tileset::read(&bytes).ok() } else { None };
                let tilesets: Vec<_> = file.into_iter().map(|(file, _)| (job.locations[0].clone(), file)).collect();
                let drawable = tilesets.is_empty();
                let bytes = if drawable { self.fetch_bytes(job) } else { 0 };
                Ok(Loaded::Content { bytes, tilesets, drawable, bounds: None })
            }
        }
    }
}

fn tilesets_below(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            tilesets_below(&path, found);
        } else if path.file_name().is_some_and(|name| name == "tileset.json") {
            found.push(path);
        }
    }
}

fn looking_at(center: DVec3, radius_m: f64, distances: f64) -> View {
    let out = (center.normalize_or(DVec3::X) + center.normalize_or(DVec3::X).any_orthonormal_vector()).normalize();
    View {
        pos_ecef: center + out * (radius_m.max(0.1) * distances),
        dir: -out,
        up: out.any_orthonormal_vector(),
        viewport_px: [1280, 720],
        fov_y_rad: 1.0,
        near_m: 0.01,
    }
}

/// Opens one tileset and looks at it from afar and from near; what went wrong, if anything did.
fn look_at(path: &Path) -> Result<u32, String> {
    let mut simulation = Simulation::new(&Disk, Scenario { settle_frames: 600, ..Scenario::default() });
    let location = Location::File(path.to_owned());
    let id = simulation.forest.add_tileset(location, DAffine3::IDENTITY, 1.0);
    for _ in 0..5 {
        simulation.step(&looking_at(DVec3::X * 6.4e6, 1000.0, 2.0), None);
    }
    let Some((center, radius_m)) = simulation.forest.tileset_bounds(id) else {
        return Err(format!("no bounds: {:?}", simulation.forest.failures().next()));
    };
    let mut drawn = 0;
    for distances in [3.0, 1.0, 0.2, 1.5] {
        let view = looking_at(center, radius_m, distances);
        if simulation.settle(&view).is_none() {
            return Err(format!("does not settle at {distances}: {:?}", simulation.forest.counters()));
        }
        drawn = drawn.max(simulation.forest.counters().drawn);
    }
    simulation.close(&looking_at(center, radius_m, 3.0), &[id]);
    match simulation.report().broken.first() {
        Some(broken) => Err(broken.clone()),
        None => Ok(drawn),
    }
}

#[test]
fn every_real_tileset_settles_from_every_distance_and_leaves_nothing_behind() {
    let Some(data) = shared_data() else { return };
    let mut found = Vec::new();
    tilesets_below(&data.join("01_3dtiles"), &mut found);
    let mut wrong = Vec::new();
    for path in &found {
        match look_at(path) {
            Ok(drawn) => println!("{}: {drawn} tiles drawn", path.display()),
            Err(message) => wrong.push(format!("{}: {message}", path.display())),
        }
    }
    assert!(!found.is_empty() && wrong.is_empty(), "{} of {}:\n{}", wrong.len(), found.len(), wrong.join("\n"));
}
