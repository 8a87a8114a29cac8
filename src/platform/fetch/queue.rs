//! The queue of requests: who runs, who waits, who is told.
//!
//! A request is in one of two lists, waiting or running; whoever takes it out of there owns its callback. So a callback
//! runs at most once, and never after its request was cancelled.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::abort::Abort;
use super::archive::OpenArchives;
use super::backend::{Backend, Owner};
use super::{Counters, FetchError, FetchOptions, FetchStats, Fetched, add, fetch};
use crate::format::uri::Location;

type OnDone = Box<dyn FnOnce(Result<Fetched, FetchError>) + Send>;

/// Gets bytes in the background. See the module's page.
///
/// Dropping it gives up everything; callbacks that did not run by then are dropped uncalled.
pub struct Fetcher {
    inner: Arc<Inner>,
    _owner: Owner,
}

pub(super) struct Inner {
    pub options: FetchOptions,
    pub counters: Counters,
    pub backend: Backend,
    pub archives: OpenArchives,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    waiting: Vec<Job>,
    running: HashMap<u64, (Abort, OnDone)>,
    next_id: u64,
    closed: bool,
}

struct Job {
    id: u64,
    location: Location,
    priority: f32,
    on_done: OnDone,
}

/// A request under way. Dropping it cancels the request; [`FetchHandle::detach`] lets it run on.
#[must_use = "dropping the handle cancels the request"]
pub struct FetchHandle {
    inner: Option<Arc<Inner>>,
    id: u64,
}

impl Fetcher {
    /// Starts what the fetcher needs (native: its threads).
    ///
    /// # Errors
    /// When the system gives no threads. A broken TLS set-up shows at the first https request only.
    pub fn new(options: FetchOptions) -> Result<Self, FetchError> {
        let (owner, backend) = Backend::start(&options)?;
        let inner = Inner {
            options,
            counters: Counters::default(),
            backend,
            archives: OpenArchives::default(),
            queue: Mutex::default(),
        };
        Ok(Self { inner: Arc::new(inner), _owner: owner })
    }

    /// Asks for what lies at a location. Requests of higher priority start first; equal ones in order.
    ///
    /// `on_done` runs at most once, on a thread of the fetcher (web: on the page's thread, never inside of this call),
    /// and never after the handle was cancelled or dropped.
    pub fn get(
        &self,
        location: &Location,
        priority: f32,
        on_done: impl FnOnce(Result<Fetched, FetchError>) + Send + 'static,
    ) -> FetchHandle {
        let mut queue = self.inner.lock();
        let id = queue.next_id;
        queue.next_id += 1;
        if queue.waiting.len() >= self.inner.options.max_waiting {
            drop(queue);
            add(&self.inner.counters.failures, 1);
            self.inner.backend.spawn(async move { on_done(Err(FetchError::QueueFull)) });
        } else {
            queue.waiting.push(Job { id, location: location.clone(), priority, on_done: Box::new(on_done) });
            drop(queue);
            self.inner.pump();
        }
        FetchHandle { inner: Some(self.inner.clone()), id }
    }

    pub fn stats(&self) -> FetchStats {
        self.inner.counters.snapshot()
    }

    /// How many requests wait and how many run.
    pub fn pending(&self) -> (usize, usize) {
        let queue = self.inner.lock();
        (queue.waiting.len(), queue.running.len())
    }
}

impl Drop for Fetcher {
    fn drop(&mut self) {
        let (waiting, running) = {
            let mut queue = self.inner.lock();
            queue.closed = true;
            (std::mem::take(&mut queue.waiting), std::mem::take(&mut queue.running))
        };
        for (abort, _) in running.values() {
            abort.abort();
        }
        // Callbacks may own anything, so they are dropped outside of the lock.
        drop((waiting, running));
    }
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetcher").field("pending", &self.pending()).field("stats", &self.stats()).finish()
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        // No foreign code runs under the lock, so a poisoned queue is still whole.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts as many waiting requests as there is room for.
    fn pump(self: &Arc<Self>) {
        while let Some((id, location, abort)) = self.start_next() {
            let inner = self.clone();
            self.backend.spawn(async move {
                let Some(result) = abort.run(fetch(&inner, &location)).await else { return };
                inner.finish(id, result);
            });
        }
    }

    /// Moves the best waiting request over to the running ones, if there is room.
    fn start_next(&self) -> Option<(u64, Location, Abort)> {
        let mut queue = self.lock();
        if queue.closed || queue.running.len() >= self.options.max_in_flight.max(1) {
            return None;
        }
        let rank = |job: &Job| if job.priority.is_nan() { f32::NEG_INFINITY } else { job.priority };
        let best =
            queue.waiting.iter().enumerate().max_by(|(_, a), (_, b)| rank(a).total_cmp(&rank(b)).then(b.id.cmp(&a.id)));
        let best = best.map(|(index, _)| index)?;
        let job = queue.waiting.swap_remove(best);
        let abort = Abort::default();
        queue.running.insert(job.id, (abort.clone(), job.on_done));
        Some((job.id, job.location, abort))
    }

    fn finish(self: &Arc<Self>, id: u64, result: Result<Fetched, FetchError>) {
        let running = self.lock().running.remove(&id);
        // The place is given on before the callback, which may take its time.
        self.pump();
        let Some((_, on_done)) = running else { return };
        match &result {
            Ok(fetched) => add(&self.counters.bytes, fetched.bytes.len() as u64),
            Err(_) => add(&self.counters.failures, 1),
        }
        on_done(result);
    }

    /// Takes a request out; gives whether it was still there.
    fn cancel(self: &Arc<Self>, id: u64) -> bool {
        let mut queue = self.lock();
        if let Some(index) = queue.waiting.iter().position(|job| job.id == id) {
            let job = queue.waiting.swap_remove(index);
            drop(queue);
            add(&self.counters.canceled, 1);
            drop(job);
            return true;
        }
        let running = queue.running.remove(&id);
        drop(queue);
        let Some((abort, on_done)) = running else { return false };
        abort.abort();
        add(&self.counters.canceled, 1);
        drop(on_done);
        self.pump();
        true
    }
}

impl FetchHandle {
    /// Gives the request up. `true` if that came in time: then its callback has not run and never will.
    pub fn cancel(mut self) -> bool {
        self.inner.take().is_some_and(|inner| inner.cancel(self.id))
    }

    /// Lets the request run without being watched.
    pub fn detach(mut self) {
        self.inner = None;
    }

    /// Re-ranks the request; has no effect once it runs.
    pub fn set_priority(&self, priority: f32) {
        let Some(inner) = &self.inner else { return };
        let mut queue = inner.lock();
        if let Some(job) = queue.waiting.iter_mut().find(|job| job.id == self.id) {
            job.priority = priority;
        }
    }
}

impl Drop for FetchHandle {
    fn drop(&mut self) {
        if let Some(inner) = self.inner.take() {
            inner.cancel(self.id);
        }
    }
}

impl fmt::Debug for FetchHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FetchHandle").field("id", &self.id).finish_non_exhaustive()
    }
}
