//! Bakes point clouds from files: reads one source after the other, divides tiles on all threads.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, PoisonError};

use glam::DVec3;

use super::spill::FileSpill;
use crate::bake::cloud::crs::{self, Resolved, ZUnit};
use crate::bake::cloud::frame::CloudFrame;
use crate::bake::cloud::ingest::{SourceSummary, Wanted, ingest};
use crate::bake::cloud::las::{LasHeader, LasReader};
use crate::bake::cloud::spill::{Spill, SpillError};
use crate::bake::cloud::tileset;
use crate::bake::cloud::tree::{Node, TileInfo};
use crate::bake::cloud::{Build, CloudError, CloudStyle};
use crate::bake::source::crs::Heights;
use crate::bake::source::region::Region;
use crate::bake::source::{Crs, CrsFactory};
use crate::format::issue::{Issue, Issues};

/// A file of the cloud.
#[derive(Debug, Clone)]
pub struct CloudSource {
    pub path: PathBuf,
    /// Instead of what the file says; needed where it says nothing.
    pub crs: Option<String>,
    /// What heights are measured from, where the reference system does not say.
    pub heights: Heights,
    pub z_unit: ZUnit,
    /// ASPRS classes that are not wanted.
    pub leave_out: BTreeSet<u8>,
}

/// Makes the reference system of a source by its name.
pub type SourceCrs<'a> = dyn Fn(&CloudSource, &str) -> Result<Box<dyn Crs>, String> + 'a;

/// What is to be baked into one tileset.
#[derive(Debug, Clone)]
pub struct CloudJob {
    pub sources: Vec<CloudSource>,
    pub style: CloudStyle,
    /// Only points in this part of the Earth.
    pub region: Option<Region>,
    /// Where points wait that do not fit into memory: a folder that is made and removed.
    pub spill: PathBuf,
    /// Each holds `style.limits.memory_points` at most.
    pub threads: usize,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CloudReport {
    /// Of the sources.
    pub points: u64,
    /// In tiles; more than of the sources where children hold what their parent shows.
    pub drawn: u64,
    pub tiles: usize,
    pub bytes: u64,
    pub levels: u32,
}

type Reader = LasReader<BufReader<File>>;

/// Bakes, giving each finished file to `write` (from several threads). Sources that can't be used become issues.
///
/// # Errors
/// When buckets or files can't be written.
pub fn bake(
    job: &CloudJob,
    crs: &SourceCrs<'_>,
    write: &(dyn Fn(&tileset::File) -> std::io::Result<()> + Sync),
    issues: &mut Issues,
) -> Result<CloudReport, CloudError> {
    let spill = FileSpill::new(&job.spill)?;
    let mut opened: Vec<Opened> = Vec::new();
    for (number, source) in (0..).zip(&job.sources) {
        let name = source.path.display().to_string();
        let mut found = Issues::default();
        match open(source, number, &|name| crs(source, name), &mut found) {
            Ok(source) => opened.push(source),
            Err(reason) => found.push(Issue::error("", reason)),
        }
        issues.extend(found.in_file(&name));
    }
    let middles: Vec<(&LasHeader, &Resolved, DVec3)> =
        opened.iter().map(|source| (source.reader.header(), &source.resolved, source.middle)).collect();
    let Some(frame) = CloudFrame::around(&middles) else { return Ok(CloudReport::default()) };
    let mut summaries: Vec<SourceSummary> = Vec::new();
    for source in &mut opened {
        let name = job.sources[source.number as usize].path.display().to_string();
        let mut found = Issues::default();
        let leave_out = &job.sources[source.number as usize].leave_out;
        let wanted = Wanted { leave_out, region: job.region.as_ref() };
        let numbered = (source.number, &wanted);
        summaries.push(ingest(&mut source.reader, &source.resolved, &frame, numbered, &spill, &mut found)?);
        issues.extend(found.in_file(&name));
    }
    let Some(build) = Build::new(frame, &summaries, job.style) else { return Ok(CloudReport::default()) };
    let (infos, mut bytes) = divide(&build, &spill, job.threads, write)?;
    for file in build.files(&infos)? {
        bytes += file.bytes.len() as u64;
        write(&file).map_err(|error| SpillError(error.to_string()))?;
    }
    Ok(CloudReport {
        points: build.root().points,
        drawn: infos.iter().map(|info| info.points).sum(),
        tiles: infos.len(),
        bytes,
        levels: infos.iter().map(|info| info.level + 1).max().unwrap_or(0),
    })
}

struct Opened {
    number: u32,
    reader: Reader,
    resolved: Resolved,
    /// A point of the source.
    middle: DVec3,
}

fn open(source: &CloudSource, number: u32, factory: &CrsFactory<'_>, issues: &mut Issues) -> Result<Opened, String> {
    let file = File::open(&source.path).map_err(|error| error.to_string())?;
    let mut reader = LasReader::open(BufReader::new(file), issues).map_err(|error| error.to_string())?;
    let middle = reader.sample(issues).ok_or_else(|| "it has no points".to_owned())?;
    let claims = crs::claims(reader.header(), reader.vlrs());
    let resolved = crs::resolve(&claims, source.crs.as_deref(), source.z_unit, middle, factory, issues)?;
    Ok(Opened { number, reader, resolved, middle })
}

/// Nodes that wait and how many are in work; a failure ends it all.
#[derive(Default)]
struct Queue {
    open: Vec<Node>,
    busy: usize,
    infos: Vec<TileInfo>,
    bytes: u64,
    failure: Option<SpillError>,
}

fn divide(
    build: &Build,
    spill: &(dyn Spill + Sync),
    threads: usize,
    write: &(dyn Fn(&tileset::File) -> std::io::Result<()> + Sync),
) -> Result<(Vec<TileInfo>, u64), SpillError> {
    let queue = Mutex::new(Queue { open: vec![build.root()], ..Queue::default() });
    let changed = Condvar::new();
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| work(build, spill, &queue, &changed, write));
        }
    });
    let queue = queue.into_inner().unwrap_or_else(PoisonError::into_inner);
    match queue.failure {
        Some(failure) => Err(failure),
        None => Ok((queue.infos, queue.bytes)),
    }
}

fn work(
    build: &Build,
    spill: &(dyn Spill + Sync),
    queue: &Mutex<Queue>,
    changed: &Condvar,
    write: &(dyn Fn(&tileset::File) -> std::io::Result<()> + Sync),
) {
    let lock = || queue.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let mut state = lock();
        let node = loop {
            if state.failure.is_some() || (state.open.is_empty() && state.busy == 0) {
                changed.notify_all();
                return;
            }
            match state.open.pop() {
                Some(node) => break node,
                None => state = changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        };
        state.busy += 1;
        drop(state);
        let (mut infos, mut bytes, mut failure) = (Vec::new(), 0, None);
        let children = build.divide(node, spill, &mut |made| {
            infos.push(made.info);
            bytes += made.file.bytes.len() as u64;
            if failure.is_none() {
                failure = write(&made.file).err().map(|error| SpillError(format!("{}: {error}", made.file.path)));
            }
        });
        let mut state = lock();
        state.busy -= 1;
        state.infos.append(&mut infos);
        state.bytes += bytes;
        match (children, failure) {
            (Ok(children), None) => state.open.extend(children),
            (Err(error), _) | (_, Some(error)) => state.failure = Some(error),
        }
        changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bake::cloud::crs::tests::factory;
    use std::collections::BTreeMap;

    /// The report, the files and what was found wrong.
    type Outcome = (CloudReport, BTreeMap<String, Vec<u8>>, Vec<String>);

    fn autzen(threads: usize, memory_points: usize) -> Option<Outcome> {
        let data = crate::test_support::shared_data()?.join("08_pc_bim_gltf/pointclouds/laspy");
        let folder = tempfile::tempdir().unwrap();
        let source = |name: &str, crs: Option<&str>| CloudSource {
            path: data.join(name),
            crs: crs.map(str::to_owned),
            heights: Heights::AsNamed,
            z_unit: ZUnit::Auto,
            leave_out: BTreeSet::new(),
        };
        let mut style = CloudStyle::default();
        style.limits.memory_points = memory_points;
        let job = CloudJob {
            sources: vec![
                source("autzen_trim.laz", Some("EPSG:2994")),
                source("simple.las", None),
                source("absent.las", None),
            ],
            style,
            region: None,
            spill: folder.path().join("spill"),
            threads,
        };
        let files = Mutex::new(BTreeMap::new());
        let mut issues = Issues::default();
        let write = |file: &tileset::File| {
            files.lock().unwrap().insert(file.path.clone(), file.bytes.clone());
            Ok(())
        };
        let report = bake(&job, &|_, name| factory(name), &write, &mut issues).unwrap();
        let told = issues.into_vec().iter().map(|issue| issue.message.clone()).collect();
        Some((report, files.into_inner().unwrap(), told))
    }

    #[test]
    fn threads_and_memory_do_not_show_in_the_files() {
        let Some((report, files, told)) = autzen(1, 1_000_000) else { return };
        assert_eq!((report.points, told.len()), (110_000, 3), "{told:?}");
        assert!(told[1].contains("the job must name it") && told[2].contains("No such file"), "{told:?}");
        println!("{report:?}");
        let (_, others, _) = autzen(3, 35_000).unwrap();
        assert!(files == others);
    }

    /// `MIRANTE_CLOUD=FILE,EPSG:2994 MIRANTE_OUT=FOLDER cargo test --lib cloud_figures -- --ignored --nocapture`
    #[test]
    #[ignore = "prints figures of a cloud of one's own and writes its tileset"]
    fn cloud_figures() {
        let (Ok(cloud), Ok(out)) = (std::env::var("MIRANTE_CLOUD"), std::env::var("MIRANTE_OUT")) else { return };
        let (path, crs) = cloud.split_once(',').unwrap_or((&cloud, ""));
        let out = PathBuf::from(out);
        let crs = (!crs.is_empty()).then(|| crs.to_owned());
        let mut style = CloudStyle::default();
        if std::env::var("MIRANTE_ADD").is_ok() {
            style.refine = crate::format::tileset::Refine::Add;
        }
        let job = CloudJob {
            sources: vec![CloudSource {
                path: path.into(),
                crs,
                heights: Heights::AsNamed,
                z_unit: ZUnit::Auto,
                leave_out: BTreeSet::new(),
            }],
            style,
            region: None,
            spill: out.join("spill"),
            threads: 2,
        };
        let write = |file: &tileset::File| {
            let path = out.join(&file.path);
            std::fs::create_dir_all(path.parent().unwrap())?;
            std::fs::write(path, &file.bytes)
        };
        let (mut issues, start) = (Issues::default(), std::time::Instant::now());
        let report = bake(&job, &|_, name| factory(name), &write, &mut issues).unwrap();
        println!("{report:?} in {:.2} s", start.elapsed().as_secs_f64());
        println!("{:.2} bytes a point", report.bytes as f64 / report.points.max(1) as f64);
        issues.into_vec().iter().for_each(|issue| println!("{issue}"));
    }
}
