//! Traces of feed messages: one JSON object a line, `update`, `columns`, `names`, `event` or `snapshot`, as a server
//! would have sent them.
//!
//! `t` is seconds from any zero, or a full date; a message without one is as of the message before. What can't be read is
//! skipped and logged.

use std::io::BufRead;
use std::path::{Path, PathBuf};

use super::Step;
use crate::feed::codec::limits;
use crate::feed::{Session, SessionOptions};
use crate::hub::HubError;
use crate::twin::Update;

/// Bad lines that are logged each; more are only counted.
const MAX_LOGGED: u64 = 10;

pub struct JsonlTrace<R> {
    source: R,
    file: PathBuf,
    session: Session,
    line: u64,
    bad_lines: u64,
    t_secs: f64,
    peeked: Option<Step>,
    ended: bool,
}

impl<R: BufRead> JsonlTrace<R> {
    /// # Errors
    /// The file can't be read, or has no usable message.
    pub fn open(source: R, file: &Path) -> Result<Self, HubError> {
        let options = SessionOptions { max_ahead_secs: f64::INFINITY, ..SessionOptions::default() };
        let mut session = Session::new(options);
        session.opened(0.0);
        let file = file.to_path_buf();
        let mut trace = Self { source, file, session, line: 0, bad_lines: 0, t_secs: 0.0, peeked: None, ended: false };
        trace.peeked = trace.read_step()?;
        if trace.peeked.is_none() {
            let reason = format!("none of its {} lines is a feed message with data", trace.line);
            return Err(HubError::Trace { file: trace.file, reason });
        }
        Ok(trace)
    }

    fn read_step(&mut self) -> Result<Option<Step>, HubError> {
        let mut text = Vec::new();
        while !self.ended {
            text.clear();
            let failed = |error| HubError::File { file: self.file.clone(), error };
            let limit = limits::MESSAGE_BYTES as u64 + 1;
            let read = std::io::Read::take(&mut self.source, limit).read_until(b'\n', &mut text).map_err(failed)?;
            self.line += 1;
            if read == 0 {
                self.ended = true;
                break;
            }
            if read as u64 == limit && text.last() != Some(&b'\n') {
                let reason = format!("line {} is longer than {} bytes", self.line, limits::MESSAGE_BYTES);
                return Err(HubError::Trace { file: self.file.clone(), reason });
            }
            if let Some(step) = self.step_of(&text) {
                return Ok(Some(step));
            }
        }
        if self.bad_lines > MAX_LOGGED {
            tracing::warn!("{}: {} lines were skipped", self.file.display(), self.bad_lines);
        }
        Ok(None)
    }

    fn step_of(&mut self, line: &[u8]) -> Option<Step> {
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii();
        if line.is_empty() {
            return None;
        }
        let outcome = match std::str::from_utf8(line) {
            // The local clock of the session is the trace's: what tells no time is as of the message before.
            Ok(text) => self.session.receive(text, self.t_secs).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(reason) = outcome {
            self.bad_lines += 1;
            if self.bad_lines <= MAX_LOGGED {
                tracing::warn!("{} line {}: {reason}; skipped", self.file.display(), self.line);
            }
            return None;
        }
        while self.session.next_outgoing().is_some() {}
        let updates = self.session.take_updates();
        let newest = updates.iter().map(|update| match update {
            Update::Entity(update) => update.order.t_secs,
            Update::Gone { order, .. } => order.t_secs,
            Update::Event(event) => event.order.t_secs,
        });
        self.t_secs = newest.reduce(f64::max)?;
        Some(Step { t_secs: self.t_secs, updates })
    }
}

impl<R: BufRead> Iterator for JsonlTrace<R> {
    type Item = Result<Step, HubError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.peeked.take() {
            Some(step) => Some(Ok(step)),
            None => {
                let step = self.read_step().transpose();
                self.ended |= matches!(step, Some(Err(_)));
                step
            }
        }
    }
}
