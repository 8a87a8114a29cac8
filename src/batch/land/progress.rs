//! What a bake tells while it runs.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// Told what goes on; called from one thread.
pub trait Progress {
    /// A new stage begins, such as "reading sources".
    fn stage(&mut self, name: &str);
    /// `done` of `total` pieces of the stage; a total of 0 is not known.
    fn step(&mut self, done: u64, total: u64);
    /// All is done or given up.
    fn end(&mut self);
}

/// Says nothing.
#[derive(Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn stage(&mut self, _name: &str) {}
    fn step(&mut self, _done: u64, _total: u64) {}
    fn end(&mut self) {}
}

/// A line on stderr that is written over; nothing where stderr is no terminal.
#[derive(Debug)]
pub struct Terminal {
    shown: bool,
    name: String,
    since: Instant,
    last: Option<Instant>,
}

impl Terminal {
    const EVERY: Duration = Duration::from_millis(200);

    pub fn new() -> Self {
        Self { shown: std::io::stderr().is_terminal(), name: String::new(), since: Instant::now(), last: None }
    }

    fn write(&self, text: &str) {
        // A terminal that is gone is no reason to stop.
        let _ = write!(std::io::stderr(), "\r\x1b[K{text}");
    }
}

impl Default for Terminal {
    fn default() -> Self {
        Self::new()
    }
}

impl Progress for Terminal {
    fn stage(&mut self, name: &str) {
        self.name = name.to_string();
        self.since = Instant::now();
        self.last = None;
        if self.shown {
            self.write(name);
        }
    }

    fn step(&mut self, done: u64, total: u64) {
        if !self.shown || self.last.is_some_and(|last| last.elapsed() < Self::EVERY) {
            return;
        }
        self.last = Some(Instant::now());
        self.write(&line(&self.name, done, total, self.since.elapsed().as_secs_f64()));
    }

    fn end(&mut self) {
        if self.shown {
            self.write("");
        }
    }
}

fn line(name: &str, done: u64, total: u64, secs: f64) -> String {
    let rate = done as f64 / secs.max(1e-3);
    if total == 0 {
        return format!("{name}: {done} ({rate:.0}/s)");
    }
    let share = done as f64 / total as f64;
    let bar: String = (0..30).map(|k| if f64::from(k) < share * 30.0 { '█' } else { '░' }).collect();
    let left = if done == 0 { String::new() } else { format!(", {} left", time((total - done) as f64 / rate)) };
    format!("{name} {bar} {done} of {total} ({rate:.1}/s{left})")
}

fn time(secs: f64) -> String {
    let secs = secs.round() as u64;
    match secs {
        0..100 => format!("{secs} s"),
        100..6000 => format!("{} min", secs.div_ceil(60)),
        _ => format!("{:.1} h", secs as f64 / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_what_is_done_how_fast_and_how_long_it_takes() {
        let text = line("tiles", 30, 90, 10.0);
        assert!(text.contains("30 of 90 (3.0/s, 20 s left)"), "{text}");
    }
}
