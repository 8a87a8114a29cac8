//! The order of work: subtrees of detail 2 to 4 from features, tiles of detail 1 above them, then level by level what their
//! children hand up; the tree of tiles last.
//!
//! A part of a bake takes a run of the tiles of detail 1 in Morton order with all below them, and the coarser tiles that lie
//! wholly in its run. Merging makes the others.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::clouds::{self, Baked as Clouds};
use super::ingest::{self, Plan};
use super::journal::{self, Done, Finished, Journal, Record};
use super::{Below, LandError, LandJob, Progress, Run, Sources, Summary, at, buckets, output};
use crate::bake::land::check::{self, Finding, Findings};
use crate::bake::land::ground::{Flat, Terrain};
use crate::bake::land::up::{self, Up};
use crate::bake::land::{Context, Imagery, Item, Land, Tile, coarse, fine};
use crate::bake::tiling::land::{Made, TileId};
use crate::batch::simplify::Meshoptimizer;
use crate::format::issue::Issues;
use crate::format::subtree::morton;

/// What a thread needs at work, roughly.
const THREAD_BYTES: u64 = 320 << 20;

/// The work of a bake: which tiles there are, and which this part makes.
struct Work {
    /// Tiles of detail 2 whose subtrees are drawn from features.
    subtrees: Vec<TileId>,
    /// Tiles of detail 1.
    units: Vec<TileId>,
    /// Above, from fine to coarse.
    above: Vec<Vec<TileId>>,
}

fn by_morton(ids: &mut [TileId]) {
    ids.sort_by_key(|id| morton::encode_2d(id.x, id.y));
}

/// All tiles of detail 1 that exist: those with features, and siblings wherever a tile is refined, so that nothing is left bare.
fn units(land: &Land, touched: &BTreeSet<(u32, u32)>) -> BTreeSet<TileId> {
    let level = land.level_of(1);
    touched.iter().map(|&(x, y)| TileId::new(level, x / 2, y / 2)).collect()
}

impl Work {
    fn new(land: &Land, touched: &BTreeSet<(u32, u32)>, part: (u32, u32)) -> Self {
        let level = land.level_of(1);
        // Closed upwards: of the four children of whatever has one all that have ground.
        let mut levels: Vec<BTreeSet<TileId>> = vec![BTreeSet::new(); level as usize + 1];
        levels[level as usize] = units(land, touched);
        for level in (1..=level as usize).rev() {
            let parents: BTreeSet<TileId> = levels[level].iter().filter_map(|id| id.parent()).collect();
            for parent in parents {
                levels[level].extend(parent.children().into_iter().filter(|&id| land.has_ground(id)));
                levels[level - 1].insert(parent);
            }
        }
        let mut all: Vec<TileId> = levels[level as usize].iter().copied().collect();
        by_morton(&mut all);
        let (index, count) = (u64::from(part.0), u64::from(part.1.max(1)));
        let bound = |k: u64| (all.len() as u64 * k / count) as usize;
        let own: Vec<TileId> = all[bound(index)..bound(index + 1)].to_vec();
        let others: Vec<TileId> = [&all[..bound(index)], &all[bound(index + 1)..]].concat();
        let above = (0..level)
            .rev()
            .map(|level| {
                let below = |ids: &mut dyn Iterator<Item = &TileId>| {
                    ids.map(|id| id.ancestor(level)).collect::<BTreeSet<TileId>>()
                };
                let (mine, shared) = (below(&mut own.iter()), below(&mut others.iter()));
                let mut ids: Vec<TileId> = levels[level as usize]
                    .iter()
                    .filter(|id| !shared.contains(id) && (mine.contains(id) || count == 1))
                    .copied()
                    .collect();
                by_morton(&mut ids);
                ids
            })
            .collect();
        let has_any = |id: &TileId| land.has_ground(*id) || touched.contains(&(id.x, id.y));
        let mut subtrees: Vec<TileId> = own.iter().flat_map(|id| id.children()).filter(has_any).collect();
        by_morton(&mut subtrees);
        Self { subtrees, units: own, above }
    }

    fn count(&self) -> u64 {
        (self.subtrees.len() + self.units.len() + self.above.iter().map(Vec::len).sum::<usize>()) as u64
    }
}

/// Bakes, or goes on where an earlier run of the same job stopped.
///
/// # Errors
/// When files can't be read or written, or there is nothing to bake.
pub fn bake(
    job: &LandJob,
    sources: &dyn Sources,
    run: &Run,
    progress: &mut dyn Progress,
) -> Result<Summary, LandError> {
    let work_folder = run.out.join(output::WORK);
    // Whoever opens the folder now must not take an older tree for this one.
    output::remove_file(&run.out.join("tileset.json"))?;
    let plan = match ingest::known(job, &work_folder) {
        Some(plan) => plan,
        None => {
            output::remove_folder(&work_folder)?;
            output::remove_folder(&run.out.join("tiles"))?;
            output::remove_folder(&run.out.join("subtrees"))?;
            output::remove_folder(&run.out.join(clouds::FOLDER))?;
            let keep = |plan: &Plan| {
                let work = Work::new(&plan.land(job), &plan.touched, run.part);
                work.subtrees.into_iter().collect::<BTreeSet<TileId>>()
            };
            match ingest::ingest(job, sources, &work_folder, run.memory_bytes, &keep, progress) {
                Err(LandError::Nothing(_)) if job.clouds.is_some() => return clouds_alone(job, sources, run, progress),
                plan => plan?,
            }
        }
    };
    let land = plan.land(job);
    let work = Work::new(&land, &plan.touched, run.part);
    let (mut journal, finished) = Journal::open(&work_folder.join("journal"))?;
    let resumed = finished.len() as u64;
    let mut bench = Bench::new(job, &plan, land, run, sources.names(), finished);
    bench.all(&work, &mut journal, progress)?;
    let cloud = clouds::bake(job, run, &work_folder, Findings::default(), progress)?;
    if run.part.1 > 1 {
        write_part(job, run)?;
        progress.end();
        return Ok(bench.summary(&plan, resumed, cloud.as_ref()));
    }
    let summary = bench.finish(job, &plan, resumed, cloud.as_ref())?;
    progress.end();
    Ok(summary)
}

/// Says that a part is finished.
fn write_part(job: &LandJob, run: &Run) -> Result<(), LandError> {
    let text = serde_json::json!({"mirante_bake_part": [run.part.0 + 1, run.part.1], "job": job.fingerprint});
    output::write_durably(&run.out, "part.json", &serde_json::to_vec_pretty(&text).unwrap_or_default())
}

/// A job in which nothing but point clouds can be baked.
fn clouds_alone(
    job: &LandJob,
    sources: &dyn Sources,
    run: &Run,
    progress: &mut dyn Progress,
) -> Result<Summary, LandError> {
    let work_folder = run.out.join(output::WORK);
    let mut findings = Findings::default();
    sources.read(&mut |_| Ok(()), &mut findings)?;
    let cloud = clouds::bake(job, run, &work_folder, findings, progress)?;
    if run.part.1 > 1 {
        write_part(job, run)?;
        progress.end();
        return Ok(cloud.map_or_else(Summary::default, |cloud| cloud.summary()));
    }
    let summary = clouds::finish(job, &run.out, cloud)?;
    progress.end();
    Ok(summary)
}

/// Joins the parts of a bake to what one run would have written.
///
/// # Errors
/// When parts are missing, unfinished or of different jobs, or files can't be read or written.
pub fn merge(
    job: &LandJob,
    names: &[String],
    parts: &[PathBuf],
    run: &Run,
    progress: &mut dyn Progress,
) -> Result<Summary, LandError> {
    let wrong = |part: &Path, reason: String| LandError::Part { part: part.to_owned(), reason };
    let work_folder = run.out.join(output::WORK);
    output::remove_file(&run.out.join("tileset.json"))?;
    let mut plan: Option<Plan> = None;
    let mut finished = Finished::new();
    progress.stage("joining parts");
    for (k, part) in parts.iter().enumerate() {
        let text = fs::read(part.join("part.json"))
            .map_err(|_| wrong(part, "is no finished part of a bake (it has no part.json)".into()))?;
        let told: serde_json::Value =
            serde_json::from_slice(&text).map_err(|error| wrong(part, format!("part.json: {error}")))?;
        let place = [told["mirante_bake_part"][0].as_u64(), told["mirante_bake_part"][1].as_u64()];
        if place != [Some(k as u64 + 1), Some(parts.len() as u64)] {
            let got = told["mirante_bake_part"].to_string();
            return Err(wrong(
                part,
                format!("expected part {} of {}, got {got}; name all parts in order", k + 1, parts.len()),
            ));
        }
        if told["job"].as_str() != Some(&job.fingerprint) {
            return Err(wrong(part, "is of another job, or its sources have changed".into()));
        }
        // Clouds alone have no plan.
        let Some(own) = ingest::known(job, &part.join(output::WORK)) else { continue };
        finished.extend(journal::read(&part.join(output::WORK).join("journal"))?);
        copy_files(&part.join("tiles"), &run.out.join("tiles"))?;
        copy_files(&part.join(output::WORK).join("up"), &work_folder.join("up"))?;
        plan.get_or_insert(own);
        progress.step(k as u64 + 1, parts.len() as u64);
    }
    let Some(first) = parts.first() else { return Err(wrong(&run.out, "no parts were named".into())) };
    let cloud = clouds::take(job, first, &run.out)?;
    let Some(plan) = plan else {
        let summary = clouds::finish(job, &run.out, cloud)?;
        progress.end();
        return Ok(summary);
    };
    let land = plan.land(job);
    let work = Work::new(&land, &plan.touched, (0, 1));
    let missing = work.units.iter().find(|id| !finished.contains_key(id));
    if let Some(id) = missing {
        return Err(wrong(&run.out, format!("no part has tile {}/{}/{}", id.level, id.x, id.y)));
    }
    let journal_path = work_folder.join("journal");
    output::remove_file(&journal_path)?;
    let (mut journal, _) = Journal::open(&journal_path)?;
    let mut bench = Bench::new(job, &plan, land, run, names, finished);
    bench.all(&work, &mut journal, progress)?;
    let summary = bench.finish(job, &plan, 0, cloud.as_ref())?;
    progress.end();
    Ok(summary)
}

/// Links files, or copies them where a link can't be made.
pub(super) fn copy_files(from: &Path, to: &Path) -> Result<(), LandError> {
    let entries = match fs::read_dir(from) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(at(from)(error)),
    };
    fs::create_dir_all(to).map_err(at(to))?;
    for entry in entries {
        let entry = entry.map_err(at(from))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type().map_err(at(&source))?.is_dir() {
            copy_files(&source, &target)?;
            continue;
        }
        output::remove_file(&target)?;
        if fs::hard_link(&source, &target).is_err() {
            fs::copy(&source, &target).map_err(at(&target))?;
        }
    }
    Ok(())
}

/// All that threads share while tiles are made.
struct Bench<'a> {
    land: Land,
    level_h_m: f64,
    job: &'a LandJob,
    names: &'a [String],
    out: &'a Path,
    work: PathBuf,
    threads: usize,
    finished: Finished,
    bytes: AtomicU64,
}

impl<'a> Bench<'a> {
    fn new(job: &'a LandJob, plan: &Plan, land: Land, run: &'a Run, names: &'a [String], finished: Finished) -> Self {
        let most = (run.memory_bytes / THREAD_BYTES).max(1) as usize;
        Self {
            land,
            level_h_m: plan.level_h_m,
            job,
            names,
            out: &run.out,
            work: run.out.join(output::WORK),
            threads: run.threads.clamp(1, most),
            finished,
            bytes: AtomicU64::new(0),
        }
    }

    fn rasters(&self) -> Rasters {
        let terrain: Box<dyn Terrain> = match &self.job.below {
            Below::Terrain(files) => files.open(self.level_h_m),
            Below::FromFeatures | Below::Nothing => Box::new(Flat(self.level_h_m)),
        };
        Rasters { terrain, imagery: self.job.imagery.as_ref().map(|files| files.open()) }
    }

    fn context<'c>(&'c self, rasters: &'c Rasters) -> Context<'c> {
        Context {
            land: &self.land,
            terrain: rasters.terrain.as_ref(),
            imagery: rasters.imagery.as_deref(),
            assets: self.job.assets.as_ref(),
            simplify: &Meshoptimizer,
            with_ground: !matches!(self.job.below, Below::Nothing),
        }
    }

    fn all(&mut self, work: &Work, journal: &mut Journal, progress: &mut dyn Progress) -> Result<(), LandError> {
        progress.stage("making tiles");
        let total = work.count();
        let mut done = 0;
        let mut stages: Vec<(&[TileId], Make<'a>)> =
            vec![(&work.subtrees, Self::subtree as Make<'a>), (&work.units, Self::unit as Make<'a>)];
        stages.extend(work.above.iter().map(|ids| (ids.as_slice(), Self::coarse as Make<'a>)));
        for (ids, make) in stages {
            let open: Vec<TileId> = ids.iter().filter(|id| !self.finished.contains_key(id)).copied().collect();
            done += (ids.len() - open.len()) as u64;
            for (id, one) in self.stage(&open, make, journal, &mut |k| progress.step(done + k, total))? {
                self.finished.insert(id, one);
            }
            done += open.len() as u64;
        }
        Ok(())
    }

    /// Makes tiles on all threads; each is in the journal once its files are there.
    fn stage(
        &self,
        ids: &[TileId],
        make: Make<'a>,
        journal: &mut Journal,
        step: &mut dyn FnMut(u64),
    ) -> Result<BTreeMap<TileId, Done>, LandError> {
        let (ask, asked) = crossbeam_channel::bounded::<TileId>(self.threads);
        let (answer, answers) = crossbeam_channel::bounded::<(TileId, Result<Done, LandError>)>(self.threads);
        let stop = AtomicBool::new(false);
        let mut finished = BTreeMap::new();
        let mut failure = None;
        std::thread::scope(|scope| {
            let stop = &stop;
            for _ in 0..self.threads.min(ids.len()) {
                let (asked, answer) = (asked.clone(), answer.clone());
                scope.spawn(move || {
                    let rasters = self.rasters();
                    for id in asked {
                        let made = make(self, &rasters, id).map(|done| Done { lost: rasters.lost(), ..done });
                        if answer.send((id, made)).is_err() {
                            return;
                        }
                    }
                });
            }
            drop((asked, answer));
            scope.spawn(move || {
                for &id in ids {
                    if stop.load(Ordering::Relaxed) || ask.send(id).is_err() {
                        return;
                    }
                }
            });
            for (id, result) in answers {
                let kept = result.and_then(|done| journal.append(id, &done).map(|()| done));
                match kept {
                    Ok(done) => {
                        finished.insert(id, done);
                        step(finished.len() as u64);
                    }
                    Err(error) => {
                        stop.store(true, Ordering::Relaxed);
                        failure.get_or_insert(error);
                    }
                }
            }
        });
        match failure {
            Some(error) => Err(error),
            None => Ok(finished),
        }
    }

    fn items(&self, tiles: &[TileId]) -> Result<Vec<Item>, LandError> {
        let mut items = Vec::new();
        for &tile in tiles {
            items.extend(buckets::read(&self.work.join("buckets"), tile)?);
        }
        Ok(items)
    }

    /// A tile of detail 2 and the tiles below it.
    fn subtree(&self, rasters: &Rasters, top: TileId) -> Result<Done, LandError> {
        let context = self.context(rasters);
        let mut issues = Issues::default();
        let items = self.items(&[top])?;
        // Areas alone are shown well enough by coarser pictures.
        let entries = fine::prepare(&context, items, &mut issues);
        let mut records = Vec::new();
        let mut sample_of_children = Vec::new();
        if fine::refines(&entries) {
            for child in top.children() {
                let mut below = Vec::new();
                if entries.iter().any(|entry| entry.refines_in(&context, child)) {
                    for leaf in child.children() {
                        let tile = fine::make(&context, leaf, &entries, &[], &mut issues);
                        below.push(self.keep(&tile, &mut records)?);
                    }
                }
                let views: Vec<&[[f32; 3]]> = below.iter().map(Vec::as_slice).collect();
                let tile = fine::make(&context, child, &entries, &views, &mut issues);
                sample_of_children.push(self.keep(&tile, &mut records)?);
            }
        }
        let views: Vec<&[[f32; 3]]> = sample_of_children.iter().map(Vec::as_slice).collect();
        let tile = fine::make(&context, top, &entries, &views, &mut issues);
        let sample = self.keep(&tile, &mut records)?;
        Ok(Done { records, sample, findings: self.told(&entries, issues), ..Done::default() })
    }

    /// A tile of detail 1, and what it hands up.
    fn unit(&self, rasters: &Rasters, id: TileId) -> Result<Done, LandError> {
        let context = self.context(rasters);
        let children = id.children();
        // What is wrong was told when the tiles below were made.
        let mut silent = Issues::default();
        let entries = fine::prepare(&context, self.items(&children)?, &mut silent);
        let below: Vec<&[[f32; 3]]> =
            children.iter().filter_map(|child| Some(self.finished.get(child)?.sample.as_slice())).collect();
        let tile = fine::make(&context, id, &entries, &below, &mut silent);
        let mut records = Vec::new();
        let sample = self.keep(&tile, &mut records)?;
        let up = up::from_entries(&context, id, &entries, sample);
        self.hand_up(id, &up)?;
        Ok(Done { records, ..Done::default() })
    }

    fn coarse(&self, rasters: &Rasters, id: TileId) -> Result<Done, LandError> {
        let mut children = [None, None, None, None];
        for (slot, child) in children.iter_mut().zip(id.children()) {
            *slot = self.handed_up(child)?;
        }
        let (tile, up) = coarse::make(&self.context(rasters), id, &children);
        let mut records = Vec::new();
        self.keep(&tile, &mut records)?;
        self.hand_up(id, &up)?;
        Ok(Done { records, ..Done::default() })
    }

    /// Writes a tile; gives its sample.
    fn keep(&self, tile: &Tile, records: &mut Vec<Record>) -> Result<Vec<[f32; 3]>, LandError> {
        let mut bytes = 0;
        if let Some(content) = &tile.content {
            bytes = content.bytes.len() as u64;
            output::write(self.out, &tile.id.content_path(), &content.bytes)?;
        }
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        records.push(Record::new(tile.id, &tile.made, bytes));
        Ok(tile.sample.clone())
    }

    fn hand_up(&self, id: TileId, up: &Up) -> Result<(), LandError> {
        use std::io::Write;
        let path = up_path(id);
        let plain = postcard::to_stdvec(up).map_err(|_| LandError::Damaged(self.work.join(&path)))?;
        let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        let packed = packer.write_all(&plain).and_then(|()| packer.finish()).map_err(at(&self.work))?;
        output::write(&self.work, &path, &packed)
    }

    fn handed_up(&self, id: TileId) -> Result<Option<Up>, LandError> {
        use std::io::Read;
        let path = self.work.join(up_path(id));
        let packed = match fs::read(&path) {
            Ok(packed) => packed,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(at(&path)(error)),
        };
        let mut plain = Vec::new();
        flate2::read::ZlibDecoder::new(packed.as_slice()).read_to_end(&mut plain).map_err(at(&path))?;
        postcard::from_bytes(&plain).map(Some).map_err(|_| LandError::Damaged(path))
    }

    /// Findings of a subtree with the places of the features that they name.
    fn told(&self, entries: &[fine::Entry], issues: Issues) -> Findings {
        let mut findings = Findings::default();
        let by_id: BTreeMap<&str, &Item> = if issues.is_empty() {
            BTreeMap::new()
        } else {
            entries.iter().map(|entry| (entry.item.feature.id.as_str(), &entry.item)).collect()
        };
        for issue in issues.iter() {
            let item = by_id.get(issue.path.as_str());
            let file = item.and_then(|item| self.names.get(item.source as usize)).map_or("", String::as_str);
            findings.tell(issue, file, item.and_then(|item| check::place_of(&item.feature.shape)));
        }
        findings
    }

    fn summary(&self, plan: &Plan, resumed: u64, cloud: Option<&Clouds>) -> Summary {
        let mut findings = plan.findings.clone();
        let clouds = cloud.map(Clouds::summary).unwrap_or_default();
        findings.extend(clouds.findings);
        for done in self.finished.values() {
            findings.extend(done.findings.clone());
        }
        let lost: BTreeSet<&Finding> = self.finished.values().flat_map(|done| &done.lost).collect();
        lost.into_iter().for_each(|finding| findings.count(finding.clone()));
        let records = || self.finished.values().flat_map(|done| &done.records);
        Summary {
            features: plan.features,
            buildings: plan.buildings,
            tiles: records().filter(|record| record.bytes > 0).count() as u64,
            bytes: records().map(|record| record.bytes).sum::<u64>() + clouds.bytes,
            points: clouds.points,
            cloud_tiles: clouds.cloud_tiles,
            resumed,
            findings,
        }
    }

    /// The tree of tiles, issues, and the tileset as the last of all.
    fn finish(&self, job: &LandJob, plan: &Plan, resumed: u64, cloud: Option<&Clouds>) -> Result<Summary, LandError> {
        let summary = self.summary(plan, resumed, cloud);
        // Tiles beyond the land's end are empty.
        let records = self.finished.values().flat_map(|done| &done.records).filter(|record| record.bytes > 0);
        let made: BTreeMap<TileId, Made> = records.map(|record| (record.id(), record.made())).collect();
        let mut tileset = None;
        for file in self.land.tree.files(&made, None)? {
            if file.path == "tileset.json" {
                tileset = Some(file.bytes);
            } else {
                output::write(self.out, &file.path, &file.bytes)?;
            }
        }
        let tileset = clouds::joined(tileset, self.out, cloud)?;
        output::finish(self.out, &summary.findings, &tileset, &job.attribution)?;
        Ok(summary)
    }
}

/// Makes what belongs to a tile.
type Make<'a> = fn(&Bench<'a>, &Rasters, TileId) -> Result<Done, LandError>;

/// A thread's own terrain and pictures.
struct Rasters {
    terrain: Box<dyn Terrain>,
    imagery: Option<Box<dyn Imagery>>,
}

impl Rasters {
    /// What could not be read since this was asked last.
    fn lost(&self) -> BTreeSet<Finding> {
        let pictures = self.imagery.iter().flat_map(|imagery| imagery.take_lost());
        let lost = self.terrain.take_lost().into_iter().chain(pictures);
        lost.map(|lost| Finding::new(&lost.issue, "", lost.lon_lat_deg)).collect()
    }
}

fn up_path(id: TileId) -> String {
    format!("up/{}_{}_{}", id.level, id.x, id.y)
}
