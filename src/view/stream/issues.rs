//! What was found wrong in streamed data: each thing once, counted, bounded.

use bevy::prelude::*;
use std::collections::HashSet;

use crate::format::issue::{Issue, Issues, Severity};

/// The issues of everything that was read so far.
#[derive(Resource, Default)]
pub struct IssueLog {
    seen: HashSet<String>,
    list: Vec<Issue>,
    dropped: usize,
}

impl IssueLog {
    const MAX: usize = 1_000;

    pub fn push(&mut self, issue: Issue) {
        if self.list.len() >= Self::MAX {
            self.dropped += 1;
            return;
        }
        if self.seen.insert(issue.to_string()) {
            match issue.severity {
                Severity::Info => info!("{}", issue.text()),
                Severity::Warning => warn!("{}", issue.text()),
                Severity::Error => error!("{}", issue.text()),
            }
            self.list.push(issue);
        }
    }

    /// Takes an issue in that was told already.
    pub fn note(&mut self, issue: Issue) {
        if self.list.len() < Self::MAX && self.seen.insert(issue.to_string()) {
            self.list.push(issue);
        }
    }

    pub fn extend(&mut self, issues: Issues, file: &str) {
        self.dropped += issues.dropped();
        for issue in issues.in_file(file).into_vec() {
            self.push(issue);
        }
    }

    pub fn list(&self) -> &[Issue] {
        &self.list
    }

    pub fn dropped(&self) -> usize {
        self.dropped
    }
}
