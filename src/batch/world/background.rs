//! Making what nobody has asked for yet.
//!
//! One thread leads: it takes the folder's lock, so that of several programs one does the work, has the plan made, lines
//! the tiles up, and in the end writes the stamp. It and its helpers make one tile after the other and rest while
//! requests are open.

use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use glam::DVec2;

use super::folder::explain;
use super::order::by_need;
use super::work::Shared;
use crate::platform::thread;

/// How often a program looks whether another one has ended its work on the folder.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// How much of the machine the background may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    pub threads: usize,
    /// Everything else on the machine goes first.
    pub gentle: bool,
}

impl Pace {
    /// Beside a viewer: one core stays free.
    pub fn beside_a_viewer() -> Self {
        Self { threads: Self::full().threads.saturating_sub(1).max(1), gentle: true }
    }

    pub fn full() -> Self {
        Self { threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get), gentle: false }
    }
}

/// Begins; `near` in plan metres.
pub fn start(shared: &Arc<Shared>, pace: Pace, near: DVec2) {
    let mut state = shared.lock();
    let started = shared.spawn(&mut state, "world-background", move |shared| {
        lead(shared, pace, near);
        shared.lock().ended = true;
        shared.wake();
    });
    if let Err(reason) = started {
        tracing::warn!("the rest of the world is made only when it is asked for: {reason}");
        state.ended = true;
    }
}

fn lead(shared: &Arc<Shared>, pace: Pace, near: DVec2) {
    if shared.lock().whole {
        shared.folder.remove_older();
        return;
    }
    // Held until all is done.
    let Some(_lock) = lock(shared) else { return };
    shared.folder.sweep_drafts();
    // The thread that plans has the priority of the one that starts it, and requests wait for it: so that comes first.
    if shared.lock().whole || !plan(shared, near) || source(shared).is_none() {
        return;
    }
    std::thread::scope(|scope| {
        for k in 1..pace.threads {
            let helper = std::thread::Builder::new().name(format!("world-{k}"));
            let spawned = helper.spawn_scoped(scope, || work(shared, pace));
            if spawned.is_err() {
                // Fewer hands, the same work.
                break;
            }
        }
        work(shared, pace);
    });
    finish(shared);
}

/// The folder's lock, once no other program has it; `None` if it can't be had.
fn lock(shared: &Arc<Shared>) -> Option<File> {
    let mut waited = false;
    while !shared.is_stopping() {
        match shared.folder.lock() {
            Ok(Some(lock)) => {
                if waited {
                    shared.look_again();
                }
                return Some(lock);
            }
            Ok(None) => {
                waited = true;
                shared.lock().stage = "another program is at it".into();
                shared.wait(LOOK_AGAIN);
            }
            Err(error) => {
                let text = explain(shared.folder.path(), &error);
                shared.lock().trouble.get_or_insert(text);
                return None;
            }
        }
    }
    None
}

/// Waits until the tiles and all other files are there and lines up the tiles; whether there is anything to go on with.
fn plan(shared: &Arc<Shared>, near: DVec2) -> bool {
    // Another program may have worked here since the folder was opened.
    let sound = shared.folder.sound_tiles();
    let mut state = shared.lock();
    loop {
        if shared.is_stopping() || state.trouble.is_some() {
            return false;
        }
        if let Some(tiles) = state.tiles.clone().filter(|_| state.files_done) {
            state.have.extend(sound.iter().filter(|(id, _)| tiles.contains(id)));
            let open = tiles.iter().filter(|id| !state.have.contains_key(id)).copied().collect();
            state.todo = by_need(&shared.recipe.tree(), &open, near).into();
            return true;
        }
        if shared.need_plan(&mut state).is_err() {
            return false;
        }
        state = shared.wait_for(state);
    }
}

/// Makes tiles until there are no more, or they can't be kept.
fn work(shared: &Arc<Shared>, pace: Pace) {
    if pace.gentle {
        thread::lower_priority();
    }
    loop {
        let mut state = shared.lock();
        let id = loop {
            if shared.is_stopping() || state.trouble.is_some() {
                return;
            }
            if state.requests > 0 {
                state = shared.wait_for(state);
                continue;
            }
            let Some(id) = state.todo.pop_front() else { return };
            if !state.have.contains_key(&id) && state.making.insert(id) {
                break id;
            }
        };
        drop(state);
        let Some(source) = source(shared) else {
            shared.lock().making.remove(&id);
            shared.wake();
            return;
        };
        // A failure is told where it happens.
        let _ = shared.make(source.as_ref(), id);
    }
}

/// The plan, which a folder that was begun earlier needs only now.
fn source(shared: &Arc<Shared>) -> Option<Arc<dyn super::Source>> {
    let mut state = shared.lock();
    loop {
        if let Some(source) = state.source() {
            return Some(source);
        }
        if shared.is_stopping() || shared.need_plan(&mut state).is_err() {
            return None;
        }
        state = shared.wait_for(state);
    }
}

/// Says so if everything is there, and removes what older versions made.
fn finish(shared: &Arc<Shared>) {
    let mut state = shared.lock();
    while !state.making.is_empty() && !shared.is_stopping() {
        state = shared.wait_for(state);
    }
    let all = state.tiles.clone().is_some_and(|tiles| tiles.iter().all(|id| state.have.contains_key(id)));
    let sound = all && state.files_done && state.trouble.is_none();
    drop(state);
    if sound && !shared.is_stopping() {
        shared.write_stamp();
        shared.wake();
        if shared.lock().whole {
            shared.forget_plan();
            shared.folder.remove_older();
        }
    }
}
