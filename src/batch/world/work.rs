//! What threads share: who makes which file, what is there, who waits.
//!
//! Everything changes under one lock, and whoever waits is woken at every change. Files are made and written outside of it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::folder::{Contents, Folder, Mark, explain, tile_of};
use super::{Recipe, Source, WorldError};
use crate::bake::tiling::land::TileId;
use crate::platform::fetch::Maker;
use crate::world::GeneratedFile;

/// Tiles that could not be kept on the disk are remembered up to this size, for requests that waited for them.
const REMEMBERED_BYTES: usize = 64 << 20;
/// What parts of the plan's time its steps take, for the progress that is told.
const PLAN_SHARE: f32 = 0.4;

/// How far everything is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Status {
    /// What is being made before tiles are; empty when nothing is.
    pub stage: String,
    /// How much of that is done, 0 to 1.
    pub share: f32,
    pub tiles_done: usize,
    /// 0 as long as it is not known.
    pub tiles: usize,
    /// Of the tiles that are there.
    pub bytes: u64,
    pub buildings: u64,
    /// Everything is there.
    pub whole: bool,
    /// Why not everything can be kept.
    pub trouble: Option<String>,
}

impl Status {
    /// A line for people who wait; `None` when there is nothing to wait for.
    pub fn line(&self) -> Option<String> {
        if let Some(trouble) = &self.trouble {
            return Some(trouble.clone());
        }
        match (self.stage.as_str(), self.whole) {
            (_, true) => None,
            ("", _) if self.tiles == 0 => None,
            ("", _) => Some(format!("making the world: {} of {} tiles", self.tiles_done, self.tiles)),
            (stage, _) if self.share > 0.0 => Some(format!("making the world: {stage} {:.0} %", self.share * 100.0)),
            (stage, _) => Some(format!("making the world: {stage}")),
        }
    }
}

/// A file other than a tile.
enum Kept {
    OnDisk,
    InMemory(Arc<[u8]>),
}

#[derive(Default)]
pub(super) struct State {
    planning: Planning,
    source: Option<Arc<dyn Source>>,
    /// All tiles, once they are known.
    pub tiles: Option<Arc<BTreeSet<TileId>>>,
    buildings: u64,
    files: BTreeMap<String, Kept>,
    /// Whether `files` is all of them.
    pub files_done: bool,
    /// Tiles on the disk, with their sizes.
    pub have: BTreeMap<TileId, u64>,
    remembered: VecDeque<(TileId, Arc<[u8]>)>,
    pub making: BTreeSet<TileId>,
    /// Requests for tiles that are not answered yet.
    pub requests: usize,
    /// Of them, those whose tile is being made now.
    busy: usize,
    /// Tiles that the background makes next, the first at the front.
    pub todo: VecDeque<TileId>,
    pub stage: String,
    share: f32,
    pub trouble: Option<String>,
    pub whole: bool,
    /// Tiles that the generator failed at.
    pub failed: BTreeSet<TileId>,
    /// The background has done what it could.
    pub ended: bool,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Default)]
enum Planning {
    #[default]
    Idle,
    Running,
    Failed(String),
}

pub struct Shared {
    pub recipe: Box<dyn Recipe>,
    pub folder: Folder,
    state: Mutex<State>,
    changed: Condvar,
    /// How many requests may have their tile made at the same time.
    slots: usize,
    stopping: AtomicBool,
}

impl Shared {
    pub fn open(folder: Folder, recipe: Box<dyn Recipe>) -> Result<Self, WorldError> {
        let fingerprint = recipe.fingerprint();
        let mut state = State::default();
        let known = match folder.mark() {
            Some(mark) if mark.fingerprint == fingerprint => Some(mark),
            Some(mark) => {
                folder.clear(&mark)?;
                None
            }
            None => match folder.foreign() {
                Some(what) => return Err(WorldError::Foreign { folder: folder.path().to_owned(), what }),
                None => None,
            },
        };
        match known {
            Some(mark) => state.take_in(&folder, &mark),
            None => {
                if let Err(error) = folder.write_mark(&Mark::new(fingerprint)) {
                    state.note_trouble(explain(folder.path(), &error));
                }
            }
        }
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let slots = cores.saturating_sub(1).max(2);
        let shared =
            Self { recipe, folder, state: Mutex::new(state), changed: Condvar::new(), slots, stopping: false.into() };
        if !shared.lock().files_done {
            shared.recipe.early().into_iter().for_each(|file| shared.keep_file(file));
        }
        Ok(shared)
    }

    pub fn lock(&self) -> MutexGuard<'_, State> {
        // No foreign code runs under the lock, so a poisoned state is still whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn wait_for<'s>(&self, state: MutexGuard<'s, State>) -> MutexGuard<'s, State> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a change, but not for ever.
    pub fn wait(&self, most: Duration) {
        drop(self.changed.wait_timeout(self.lock(), most));
    }

    pub fn wake(&self) {
        self.changed.notify_all();
    }

    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        // Who looks at the flag before waiting does so under the lock.
        drop(self.lock());
        self.wake();
    }

    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Waits for all threads that were started.
    pub fn join(&self) {
        loop {
            let Some(thread) = self.lock().threads.pop() else { return };
            // A panic on that thread was told there.
            let _ = thread.join();
        }
    }

    /// Starts a thread that [`Self::join`] waits for.
    pub fn spawn(
        self: &Arc<Self>,
        state: &mut State,
        name: &str,
        work: impl FnOnce(&Arc<Self>) + Send + 'static,
    ) -> Result<(), String> {
        let shared = self.clone();
        let spawned = std::thread::Builder::new().name(name.into()).spawn(move || work(&shared));
        let thread = spawned.map_err(|error| format!("the system gives no thread: {error}"))?;
        state.threads.push(thread);
        Ok(())
    }

    pub fn status(&self) -> Status {
        let state = self.lock();
        Status {
            stage: state.stage.clone(),
            share: state.share,
            tiles_done: state.have.len(),
            tiles: state.tiles.as_ref().map_or(0, |tiles| tiles.len()),
            bytes: state.have.values().sum(),
            buildings: state.buildings,
            whole: state.whole,
            trouble: state.trouble.clone(),
        }
    }

    /// Why there will never be everything, if that is so.
    pub fn failure(&self) -> Result<(), WorldError> {
        let state = self.lock();
        if let Planning::Failed(reason) = &state.planning {
            return Err(WorldError::Plan(reason.clone()));
        }
        match &state.trouble {
            Some(trouble) => Err(WorldError::Trouble(trouble.clone())),
            None if state.ended && !state.whole => {
                let all = state.tiles.as_ref().map_or(0, |tiles| tiles.len());
                Err(WorldError::Missing { missing: all - state.have.len().min(all), all })
            }
            None => Ok(()),
        }
    }

    pub fn has_file(&self, path: &str) -> bool {
        self.lock().files.contains_key(path)
    }

    /// Has files other than tiles made; whether they are there.
    pub fn want_files(self: &Arc<Self>) -> Result<bool, WorldError> {
        let mut state = self.lock();
        if state.files_done {
            return Ok(true);
        }
        self.need_plan(&mut state).map_err(WorldError::Plan)?;
        Ok(false)
    }

    /// Has the plan made, and with it all files that are not there.
    pub fn need_plan(self: &Arc<Self>, state: &mut State) -> Result<(), String> {
        match &state.planning {
            Planning::Failed(reason) => return Err(reason.clone()),
            Planning::Running => return Ok(()),
            Planning::Idle if state.source.is_some() && state.files_done => return Ok(()),
            Planning::Idle => {}
        }
        state.planning = Planning::Running;
        self.spawn(state, "world-plan", |shared| {
            let made = catch_unwind(AssertUnwindSafe(|| shared.plan()));
            let mut state = shared.lock();
            state.stage.clear();
            state.planning = match made.unwrap_or_else(|panic| Err(said(panic.as_ref()))) {
                Ok(()) => Planning::Idle,
                Err(reason) => Planning::Failed(reason),
            };
            drop(state);
            shared.wake();
        })
    }

    fn tell(&self, share: f32, what: &str) {
        let mut state = self.lock();
        state.share = share;
        if state.stage != what {
            state.stage = what.to_string();
        }
        drop(state);
        self.wake();
    }

    fn plan(&self) -> Result<(), String> {
        let known = self.lock().source.clone();
        let source = match known {
            Some(source) => source,
            None => {
                let source = self.recipe.plan(&mut |share, what| self.tell(share * PLAN_SHARE, what));
                self.lock().source = Some(source.clone());
                source
            }
        };
        if self.lock().tiles.is_none() {
            let tiles: BTreeSet<TileId> = source.tiles().into_iter().collect();
            let mut state = self.lock();
            state.set_tiles(tiles);
        }
        self.wake();
        if !self.lock().files_done {
            let mut tell = |share: f32, what: &str| self.tell(PLAN_SHARE + share * (1.0 - PLAN_SHARE), what);
            source.files(&mut |file| self.keep_file(file), &mut tell)?;
            self.write_contents(source.buildings());
        }
        Ok(())
    }

    /// All files are there: says so on the disk, unless one of them is in memory only.
    fn write_contents(&self, buildings: u64) {
        let mut state = self.lock();
        state.files_done = true;
        state.buildings = buildings;
        if let Some(mark) = state.mark(&self.folder, self.recipe.fingerprint())
            && let Err(error) = self.folder.write_mark(&mark)
        {
            state.note_trouble(explain(self.folder.path(), &error));
        }
        drop(state);
        self.wake();
    }

    /// Writes that everything is there.
    pub fn write_stamp(&self) {
        let mut state = self.lock();
        let bytes = state.have.values().sum();
        let mark = state.mark(&self.folder, self.recipe.fingerprint());
        let Some(mark) = mark.map(|mark| Mark { whole_bytes: Some(bytes), ..mark }) else { return };
        match self.folder.write_mark(&mark) {
            Ok(()) => state.whole = true,
            Err(error) => state.note_trouble(explain(self.folder.path(), &error)),
        }
    }

    /// Takes in what another program has made in the meantime.
    pub fn look_again(&self) {
        let mut state = self.lock();
        state.stage.clear();
        let ours = |mark: &Mark| mark.fingerprint == self.recipe.fingerprint() && mark.contents.is_some();
        if let Some(mark) = self.folder.mark().filter(ours) {
            state.take_in(&self.folder, &mark);
        }
    }

    /// Gives its memory back; who removes files from now on has it made again.
    pub fn forget_plan(&self) {
        let source = self.lock().source.take();
        drop(source);
    }

    fn keep_file(&self, file: GeneratedFile) {
        // What an earlier run has written is the same.
        if matches!(self.lock().files.get(&file.path), Some(Kept::OnDisk)) {
            return;
        }
        let written = self.folder.write(&file.path, &file.bytes);
        let mut state = self.lock();
        let kept = match written {
            Ok(()) => Kept::OnDisk,
            Err(error) => {
                state.note_trouble(explain(self.folder.path(), &error));
                Kept::InMemory(file.bytes.into())
            }
        };
        state.files.insert(file.path, kept);
        drop(state);
        self.wake();
    }

    /// A file other than a tile that is not where it should be.
    fn file(self: &Arc<Self>, path: &str) -> Option<Result<Vec<u8>, String>> {
        let mut state = self.lock();
        loop {
            match state.files.get(path) {
                Some(Kept::InMemory(bytes)) => return Some(Ok(bytes.to_vec())),
                Some(Kept::OnDisk) => {
                    // It may have come between two looks; else somebody has removed it.
                    drop(state);
                    if let Some(bytes) = self.folder.read(path) {
                        return Some(Ok(bytes));
                    }
                    state = self.lock();
                    state.files.remove(path);
                    state.files_done = false;
                }
                None if state.files_done => return None,
                None => {}
            }
            if let Err(reason) = self.need_plan(&mut state) {
                return Some(Err(reason));
            }
            state = self.wait_for(state);
        }
    }

    /// A tile that is not where it should be.
    fn tile(self: &Arc<Self>, id: TileId) -> Option<Result<Vec<u8>, String>> {
        self.lock().requests += 1;
        let answer = self.answer(id);
        self.lock().requests -= 1;
        self.wake();
        answer
    }

    fn answer(self: &Arc<Self>, id: TileId) -> Option<Result<Vec<u8>, String>> {
        let mut state = self.lock();
        let source = loop {
            if state.tiles.as_ref().is_some_and(|tiles| !tiles.contains(&id)) {
                return None;
            }
            if let Some((_, bytes)) = state.remembered.iter().find(|(known, _)| *known == id) {
                return Some(Ok(bytes.to_vec()));
            }
            if state.have.contains_key(&id) {
                // Made between two looks; else somebody has removed it.
                drop(state);
                if let Some(bytes) = self.folder.read_tile(id) {
                    return Some(Ok(bytes));
                }
                state = self.lock();
                state.have.remove(&id);
            }
            let source = state.source.clone().filter(|_| state.tiles.is_some());
            match source {
                None => {
                    if let Err(reason) = self.need_plan(&mut state) {
                        return Some(Err(reason));
                    }
                }
                Some(source) if state.busy < self.slots && state.making.insert(id) => {
                    state.busy += 1;
                    break source;
                }
                Some(_) => {}
            }
            state = self.wait_for(state);
        };
        drop(state);
        let made = self.make(source.as_ref(), id);
        self.lock().busy -= 1;
        Some(made.map(|bytes| bytes.to_vec()))
    }

    /// Makes a tile that nobody else makes, and keeps it.
    pub fn make(&self, source: &dyn Source, id: TileId) -> Result<Arc<[u8]>, String> {
        let made = catch_unwind(AssertUnwindSafe(|| source.tile(id)));
        let written = made.as_ref().ok().map(|bytes| self.folder.write_tile(id, bytes));
        let mut state = self.lock();
        state.making.remove(&id);
        let result = match made {
            Err(panic) => {
                let reason = format!("tile {} can't be made: {}", id.content_path(), said(panic.as_ref()));
                if state.failed.insert(id) {
                    tracing::error!("{reason}");
                }
                Err(reason)
            }
            Ok(bytes) => {
                let bytes: Arc<[u8]> = bytes.into();
                match written {
                    Some(Err(error)) => {
                        state.remember(id, bytes.clone());
                        state.note_trouble(explain(self.folder.path(), &error));
                    }
                    Some(Ok(stored)) => {
                        state.have.insert(id, stored);
                    }
                    None => {}
                }
                Ok(bytes)
            }
        };
        drop(state);
        self.wake();
        result
    }
}

impl State {
    pub fn source(&self) -> Option<Arc<dyn Source>> {
        self.source.clone()
    }

    /// What an earlier run has left.
    fn take_in(&mut self, folder: &Folder, mark: &Mark) {
        let whole_tiles = folder.whole_tiles(mark);
        self.whole = whole_tiles.is_some();
        self.have = whole_tiles.unwrap_or_else(|| folder.sound_tiles());
        let Some(contents) = &mark.contents else { return };
        let sound = |(path, bytes): &(&String, &u64)| folder.has(path, **bytes);
        self.files = contents.files.iter().filter(sound).map(|(path, _)| (path.clone(), Kept::OnDisk)).collect();
        self.files_done = self.files.len() == contents.files.len();
        self.whole &= self.files_done;
        self.buildings = contents.buildings;
        self.set_tiles(contents.tiles());
    }

    fn set_tiles(&mut self, tiles: BTreeSet<TileId>) {
        // What else lies there is not ours.
        self.have.retain(|id, _| tiles.contains(id));
        self.tiles = Some(Arc::new(tiles));
    }

    /// The mark of what there is; `None` while not all files are on the disk.
    fn mark(&self, folder: &Folder, fingerprint: String) -> Option<Mark> {
        let size = |path: &String| std::fs::metadata(folder.path().join(path)).map(|m| m.len()).ok();
        let mut files = BTreeMap::new();
        for (path, kept) in &self.files {
            match kept {
                Kept::OnDisk => files.insert(path.clone(), size(path)?),
                Kept::InMemory(_) => return None,
            };
        }
        let contents = Contents::new(self.tiles.as_ref()?, files, self.buildings);
        Some(Mark { contents: Some(contents), ..Mark::new(fingerprint) })
    }

    fn remember(&mut self, id: TileId, bytes: Arc<[u8]>) {
        self.remembered.push_back((id, bytes));
        let mut sum: usize = self.remembered.iter().map(|(_, bytes)| bytes.len()).sum();
        while sum > REMEMBERED_BYTES && self.remembered.len() > 1 {
            sum -= self.remembered.pop_front().map_or(0, |(_, bytes)| bytes.len());
        }
    }

    /// Told once: what follows has the same cause.
    fn note_trouble(&mut self, text: String) {
        if self.trouble.is_none() {
            tracing::warn!("{text}");
            self.trouble = Some(text);
        }
    }
}

/// What a panic said.
fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("the generator failed").to_string()
}

/// Where fetchers knock.
pub struct Door(pub Arc<Shared>);

impl Maker for Door {
    fn make(&self, path: &str) -> Option<Result<Vec<u8>, String>> {
        match tile_of(path) {
            Some(id) => self.0.tile(id),
            None => self.0.file(path),
        }
    }
}
