//! Plays a recorded trace as if it happened now.
//!
//! A thread reads ahead by a few steps; a task hands each step out when its time has come. Times of the trace are moved so
//! that its first step is now, and stretched by the speed. At the end of a looped trace everything leaves and appears
//! anew, so that nothing seems to move from its last place to its first.

pub mod fcd;
pub mod jsonl;

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use flate2::bufread::MultiGzDecoder;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use self::fcd::FcdTrace;
use self::jsonl::JsonlTrace;
use super::serve::{Shared, is_stopped, now_secs};
use super::{HubError, PlayOptions};
use crate::twin::{Order, Update};

/// Steps read ahead.
const AHEAD: usize = 8;
/// A longer gap in a trace is a mistake in its times, or the night: it is shortened to a second.
const MAX_GAP_SECS: f64 = 3600.0;
/// How often it is looked for a trace that is not there yet.
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// Entities that a trace may have at the same time.
const MAX_PRESENT: usize = 1 << 20;

/// What happens at one time of a trace.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Seconds, from any zero that stays the same within the trace.
    pub t_secs: f64,
    /// Times within are of the trace.
    pub updates: Vec<Update>,
}

/// Steps of a trace, in order. Reading one may block.
type Steps = Box<dyn Iterator<Item = Result<Step, HubError>> + Send>;

/// An opened trace.
pub struct Play {
    options: PlayOptions,
    first: Steps,
}

impl Play {
    /// Opens a trace and reads enough of it to know that it can be played.
    ///
    /// # Errors
    /// The file can't be read, is no trace, or lacks its network.
    pub fn open(options: &PlayOptions) -> Result<Self, HubError> {
        if !PlayOptions::SPEEDS.contains(&options.speed) {
            return Err(HubError::Speed(options.speed));
        }
        let first = match options.wait_secs > 0.0 && !options.file.exists() {
            true => Box::new(awaited_steps(options.clone())),
            false => open_steps(options)?,
        };
        Ok(Self { first, options: options.clone() })
    }
}

/// Steps of a trace that is not there yet; it is whole as soon as it has its name.
fn awaited_steps(options: PlayOptions) -> impl Iterator<Item = Result<Step, HubError>> + Send {
    let start = std::time::Instant::now();
    let mut opened: Option<Steps> = None;
    std::iter::from_fn(move || {
        if opened.is_none() {
            while !options.file.exists() && start.elapsed().as_secs_f64() < options.wait_secs {
                std::thread::sleep(LOOK_AGAIN);
            }
            match open_steps(&options) {
                Ok(steps) => opened = Some(steps),
                Err(error) => return Some(Err(error)),
            }
        }
        opened.as_mut()?.next()
    })
}

fn open_steps(options: &PlayOptions) -> Result<Steps, HubError> {
    let file = options.file.as_path();
    let mut source = unpacked(file)?;
    let head = source.fill_buf().map_err(|error| HubError::File { file: file.into(), error })?;
    // XML begins with a tag, maybe after a byte order mark and blanks; a JSON message with a brace.
    let first = head.iter().find(|byte| !byte.is_ascii_whitespace() && !b"\xef\xbb\xbf".contains(byte));
    match first {
        Some(b'<') => Ok(Box::new(FcdTrace::open(source, options)?)),
        Some(b'{') => Ok(Box::new(JsonlTrace::open(source, file)?)),
        _ => Err(HubError::Trace {
            file: file.into(),
            reason: "neither SUMO floating-car data (XML) nor a trace of feed messages (one JSON object a line)".into(),
        }),
    }
}

/// The file's bytes, unpacked if they are gzip.
fn unpacked(file: &Path) -> Result<Box<dyn BufRead + Send>, HubError> {
    let failed = |error| HubError::File { file: file.into(), error };
    let mut packed = BufReader::with_capacity(1 << 16, File::open(file).map_err(failed)?);
    let gzip = packed.fill_buf().map_err(failed)?.starts_with(&[0x1f, 0x8b]);
    Ok(if gzip { Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(packed))) } else { Box::new(packed) })
}

/// At most `limit` bytes of a file, unpacked if they are gzip.
fn read_limited(file: &Path, limit: u64) -> Result<Vec<u8>, HubError> {
    let failed = |error| HubError::File { file: file.into(), error };
    let mut bytes = Vec::new();
    unpacked(file)?.take(limit).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

enum ReadAhead {
    Step(Step),
    /// The trace begins again.
    Again,
}

/// Plays until the end of the trace, or for ever if it is looped.
pub(super) async fn run_play(play: Play, shared: Arc<Shared>, mut stopped: watch::Receiver<bool>) {
    let (speed, file) = (play.options.speed, play.options.file.clone());
    let (steps_in, mut steps) = mpsc::channel(AHEAD);
    let reader = std::thread::Builder::new().name("mirante-trace".into()).spawn(move || read_all(play, &steps_in));
    if let Err(error) = reader {
        tracing::error!("no thread for reading {} could be started: {error}", file.display());
        return;
    }
    let mut pace = Pace::new(speed);
    let mut present = Present::default();
    loop {
        let read = tokio::select! {
            read = steps.recv() => read,
            () = is_stopped(&mut stopped) => return,
        };
        match read {
            None => break,
            Some(ReadAhead::Again) => {
                pace.again();
                present.all_leave = true;
            }
            Some(ReadAhead::Step(step)) => {
                let (at, out) = pace.place(&step);
                tokio::select! {
                    () = tokio::time::sleep_until(at) => {}
                    () = is_stopped(&mut stopped) => return,
                }
                let updates = present.follow(step.updates.into_iter().map(|update| out.of(update)), out.t_secs);
                shared.apply(updates);
            }
        }
    }
    tracing::info!("{} has been played to its end", file.display());
}

/// Reads on its own thread until the trace ends or nobody listens.
fn read_all(play: Play, out: &mpsc::Sender<ReadAhead>) {
    let Play { options, mut first } = play;
    loop {
        let mut steps = 0_u64;
        for step in &mut first {
            match step {
                Ok(step) => {
                    if out.blocking_send(ReadAhead::Step(step)).is_err() {
                        return;
                    }
                    steps += 1;
                }
                Err(error) => {
                    tracing::error!("{error}");
                    break;
                }
            }
        }
        // One that has nothing to say would be read for ever.
        if !options.looped || steps == 0 {
            return;
        }
        first = match open_steps(&options) {
            Ok(steps) => steps,
            Err(error) => return tracing::error!("{error}"),
        };
        if out.blocking_send(ReadAhead::Again).is_err() {
            return;
        }
    }
}

/// When steps are due, and what their times are then.
struct Pace {
    speed: f64,
    /// Where trace and clock meet: trace time, server time, moment.
    base: Option<(f64, f64, Instant)>,
    last_t_secs: f64,
    last_gap_secs: f64,
    again: bool,
}

/// From times of the trace to the server's clock.
#[derive(Debug, Clone, Copy)]
struct Rebase {
    from_t_secs: f64,
    to_t_secs: f64,
    speed: f64,
    /// The step's own time, on the server's clock.
    t_secs: f64,
}

impl Pace {
    fn new(speed: f64) -> Self {
        Self { speed, base: None, last_t_secs: 0.0, last_gap_secs: 1.0, again: false }
    }

    fn again(&mut self) {
        self.again = true;
    }

    fn place(&mut self, step: &Step) -> (Instant, Rebase) {
        let (mut from, to, start) = *self.base.get_or_insert((step.t_secs, now_secs(), Instant::now()));
        let gap_secs = step.t_secs - self.last_t_secs;
        let first = self.last_t_secs == 0.0 && from == step.t_secs;
        if self.again {
            // The first step of the next round follows the last one as that followed the one before.
            from += step.t_secs - self.last_t_secs - self.last_gap_secs;
        } else if !first && gap_secs > MAX_GAP_SECS {
            tracing::warn!("the trace has a gap of {gap_secs:.0} s at {}, which is shortened to 1 s", self.last_t_secs);
            from += gap_secs - 1.0;
        } else if !first && gap_secs > 0.0 {
            self.last_gap_secs = gap_secs.min(10.0);
        }
        self.again = false;
        self.last_t_secs = step.t_secs;
        self.base = Some((from, to, start));
        let rebase = Rebase { from_t_secs: from, to_t_secs: to, speed: self.speed, t_secs: 0.0 };
        let t_secs = rebase.time(step.t_secs);
        let wait = Duration::try_from_secs_f64(t_secs - to).unwrap_or_default();
        (start.checked_add(wait).unwrap_or(start), Rebase { t_secs, ..rebase })
    }
}

impl Rebase {
    fn time(&self, t_secs: f64) -> f64 {
        self.to_t_secs + (t_secs - self.from_t_secs) / self.speed
    }

    fn order(&self, order: Order) -> Order {
        Order { t_secs: self.time(order.t_secs), ..order }
    }

    fn of(&self, update: Update) -> Update {
        match update {
            Update::Entity(mut update) => {
                update.order = self.order(update.order);
                for (_, property) in &mut update.set {
                    property.t_secs = property.t_secs.map(|t_secs| self.time(t_secs));
                }
                Update::Entity(update)
            }
            Update::Gone { id, order } => Update::Gone { id, order: self.order(order) },
            Update::Event(mut event) => {
                event.order = self.order(event.order);
                Update::Event(event)
            }
        }
    }
}

/// Who is there, so that all can leave before the trace begins again.
#[derive(Default)]
struct Present {
    ids: HashSet<Arc<str>>,
    all_leave: bool,
}

impl Present {
    /// Passes a step's updates on, behind the departures of everyone if the trace has begun again.
    fn follow(&mut self, updates: impl Iterator<Item = Update>, t_secs: f64) -> Vec<Update> {
        let mut out = Vec::new();
        if std::mem::take(&mut self.all_leave) {
            let mut ids: Vec<Arc<str>> = self.ids.drain().collect();
            // Sorted, so that a trace gives the same messages every time.
            ids.sort_unstable();
            out.extend(ids.into_iter().map(|id| Update::Gone { id, order: Order::at(t_secs) }));
        }
        for update in updates {
            match &update {
                Update::Entity(update) if self.ids.len() < MAX_PRESENT => {
                    self.ids.insert(update.id.clone());
                }
                Update::Gone { id, .. } => {
                    self.ids.remove(id);
                }
                _ => {}
            }
            out.push(update);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(t_secs: f64) -> Step {
        Step { t_secs, updates: Vec::new() }
    }

    #[test]
    fn steps_keep_their_pace_and_loops_follow_on() {
        let mut pace = Pace::new(2.0);
        let (start, first) = pace.place(&step(600.0));
        let (at, second) = pace.place(&step(601.0));
        assert_eq!(at - start, Duration::from_millis(500));
        assert!((second.t_secs - first.t_secs - 0.5).abs() < 1e-6);
        pace.again();
        let (at, third) = pace.place(&step(600.0));
        assert_eq!((at - start).as_millis(), 1000);
        assert!((third.t_secs - first.t_secs - 1.0).abs() < 1e-6);
        let (at, _) = pace.place(&step(601.0));
        assert_eq!((at - start).as_millis(), 1500);
    }

    #[test]
    fn a_day_between_two_steps_is_a_second() {
        let mut pace = Pace::new(1.0);
        let (start, _) = pace.place(&step(0.5));
        let (at, _) = pace.place(&step(86_400.5));
        assert_eq!((at - start).as_millis(), 1000);
        let (at, _) = pace.place(&step(86_401.5));
        assert_eq!((at - start).as_millis(), 2000);
    }

    #[test]
    fn everyone_leaves_before_the_next_round() {
        let mut present = Present::default();
        let gone = |id: &str, t_secs| Update::Gone { id: id.into(), order: Order::at(t_secs) };
        let here = |id: &str, t_secs| {
            Update::Entity(crate::twin::EntityUpdate {
                id: id.into(),
                order: Order::at(t_secs),
                class: None,
                model: None,
                set: Vec::new(),
            })
        };
        present.follow([here("a", 1.0), here("b", 1.0), here("c", 1.0), gone("b", 2.0)].into_iter(), 2.0);
        present.all_leave = true;
        let out = present.follow([here("a", 3.0)].into_iter(), 3.0);
        assert_eq!(out, [gone("a", 3.0), gone("c", 3.0), here("a", 3.0)]);
    }
}
