//! Point clouds of a job: a tileset of their own below the land's, which is joined to it when all is written.
//!
//! The first part of a bake makes it as a whole (dividing points takes a small share of a bake's time, and parts would all have to
//! read all of them); what came of it is kept until the land is finished, so that a run that goes on does not make it again.

use std::cell::RefCell;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{LandError, LandJob, Progress, Run, Summary, output};
use crate::bake::land::check::Findings;
use crate::bake::source::crs::factory;
use crate::bake::tiling::join;
use crate::batch::cloud::{self, CloudJob};
use crate::format::issue::Issues;

/// Below the output folder.
pub const FOLDER: &str = "cloud";
/// What is kept of a finished cloud, below the folder of unfinished things.
const KEPT: &str = "cloud";
/// What a point takes in memory while it is sorted, roughly.
const POINT_BYTES: u64 = 200;

/// What came of a job's clouds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Baked {
    fingerprint: String,
    pub points: u64,
    pub tiles: u64,
    pub bytes: u64,
    pub findings: Findings,
}

/// Bakes the clouds, if there are any and this part has to; else gives what an earlier run made.
///
/// `findings`: what is known already.
pub fn bake(
    job: &LandJob,
    run: &Run,
    work: &Path,
    mut findings: Findings,
    progress: &mut dyn Progress,
) -> Result<Option<Baked>, LandError> {
    let Some(clouds) = job.clouds.as_ref().filter(|_| run.part.0 == 0) else { return Ok(None) };
    if let Some(known) = known(job, work) {
        return Ok(Some(known));
    }
    output::remove_folder(&run.out.join(FOLDER))?;
    progress.stage("baking point clouds");
    let threads = run.threads.max(1);
    let mut own = CloudJob { spill: work.join("points"), threads, ..clouds.clone() };
    let most = run.memory_bytes / threads as u64 / POINT_BYTES;
    own.style.limits.memory_points = usize::try_from(most).unwrap_or(usize::MAX).clamp(100_000, 3_000_000);
    let notes = RefCell::new(Issues::default());
    let crs = |source: &cloud::CloudSource, name: &str| {
        let told = RefCell::new(Issues::default());
        let made = factory(&crate::batch::proj::named, source.heights, &told)(name);
        notes.borrow_mut().extend(told.into_inner().in_file(&name_of(&source.path)));
        made
    };
    let write = |file: &crate::bake::cloud::tileset::File| {
        let path = format!("{FOLDER}/{}", file.path);
        output::write(&run.out, &path, &file.bytes).map_err(|error| std::io::Error::other(error.to_string()))
    };
    let mut issues = Issues::default();
    let report = cloud::bake(&own, &crs, &write, &mut issues)?;
    for mut issue in issues.into_vec() {
        issue.file = name_of(Path::new(&issue.file));
        findings.tell(&issue, "", None);
    }
    findings.tell_all(notes.into_inner(), "");
    let baked = Baked {
        fingerprint: job.fingerprint.clone(),
        points: report.points,
        tiles: report.tiles as u64,
        bytes: report.bytes,
        findings,
    };
    let bytes = postcard::to_stdvec(&baked).map_err(|_| LandError::Damaged(work.join(KEPT)))?;
    output::write_durably(work, KEPT, &bytes)?;
    Ok(Some(baked))
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

impl Baked {
    pub fn summary(&self) -> Summary {
        Summary {
            bytes: self.bytes,
            points: self.points,
            cloud_tiles: self.tiles,
            findings: self.findings.clone(),
            ..Summary::default()
        }
    }
}

/// The end of a bake of clouds alone.
pub fn finish(job: &LandJob, out: &Path, baked: Option<Baked>) -> Result<Summary, LandError> {
    let baked = baked.unwrap_or_default();
    if baked.points == 0 {
        let text = serde_json::to_vec_pretty(&baked.findings.json()).unwrap_or_default();
        output::write(out, "issues.json", &text)?;
        return Err(LandError::Nothing(super::ingest::worst(&baked.findings)));
    }
    let tileset = joined(None, out, Some(&baked))?;
    output::finish(out, &baked.findings, &tileset, &job.attribution)?;
    Ok(baked.summary())
}

/// What an earlier run of the same job made.
pub fn known(job: &LandJob, work: &Path) -> Option<Baked> {
    let baked: Baked = postcard::from_bytes(&std::fs::read(work.join(KEPT)).ok()?).ok()?;
    (baked.fingerprint == job.fingerprint).then_some(baked)
}

/// Takes what the first part made into the merged folder.
pub fn take(job: &LandJob, part: &Path, out: &Path) -> Result<Option<Baked>, LandError> {
    let baked = known(job, &part.join(output::WORK));
    if baked.is_some() {
        super::run::copy_files(&part.join(FOLDER), &out.join(FOLDER))?;
    }
    Ok(baked)
}

/// The tileset of the land, if there is any, with that of the clouds.
pub fn joined(land: Option<Vec<u8>>, out: &Path, baked: Option<&Baked>) -> Result<Vec<u8>, LandError> {
    if baked.is_none_or(|baked| baked.points == 0) {
        return Ok(land.unwrap_or_default());
    }
    let path = out.join(FOLDER).join("tileset.json");
    let damaged = || LandError::Damaged(path.clone());
    let bytes = std::fs::read(&path).map_err(super::at(&path))?;
    let other: serde_json::Value = serde_json::from_slice(&bytes).map_err(|_| damaged())?;
    let land: Option<serde_json::Value> = match land {
        Some(land) => Some(serde_json::from_slice(&land).map_err(|_| damaged())?),
        None => None,
    };
    let made = join::joined(land.as_ref(), &format!("{FOLDER}/tileset.json"), &other).ok_or_else(damaged)?;
    serde_json::to_vec(&made).map_err(|_| damaged())
}
