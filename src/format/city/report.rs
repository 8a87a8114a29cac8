//! Findings that may come by the thousand: a few of each kind are told with their places, the rest is counted.
//!
//! A city's file repeats its flaws building by building; without this, the first kind would fill the list of issues
//! and the one that matters would not be told.

use std::collections::BTreeMap;

use crate::format::issue::{Issue, Issues, Severity};

/// How many findings of one kind are told with their place.
const MAX_TOLD: usize = 10;

/// Collects findings by kind.
#[derive(Debug, Default)]
pub struct Report {
    issues: Issues,
    /// By message, which is the same for all findings of a kind: how many, and how bad.
    counts: BTreeMap<&'static str, (usize, Severity)>,
}

impl Report {
    /// Tells a finding; `issue` makes its path and what was expected and got, and is only called if it is to be told.
    pub fn tell(&mut self, severity: Severity, message: &'static str, issue: impl FnOnce(IssueAt) -> Issue) {
        let (count, _) = self.counts.entry(message).or_insert((0, severity));
        *count += 1;
        if *count <= MAX_TOLD {
            self.issues.push(issue(IssueAt { severity, message }));
        }
    }

    pub fn error(&mut self, message: &'static str, path: impl FnOnce() -> String) {
        self.tell(Severity::Error, message, |at| at.path(path()));
    }

    pub fn warning(&mut self, message: &'static str, path: impl FnOnce() -> String) {
        self.tell(Severity::Warning, message, |at| at.path(path()));
    }

    pub fn info(&mut self, message: &'static str, path: impl FnOnce() -> String) {
        self.tell(Severity::Info, message, |at| at.path(path()));
    }

    /// An issue that is the only one of its kind.
    pub fn push(&mut self, issue: Issue) {
        self.issues.push(issue);
    }

    /// Counts like [`Report::tell`] what a part's own report has found.
    pub fn extend_under(&mut self, other: Report, prefix: &str) {
        let mut told: BTreeMap<&'static str, usize> = BTreeMap::new();
        for (message, (count, severity)) in other.counts {
            let entry = self.counts.entry(message).or_insert((0, severity));
            told.insert(message, MAX_TOLD.saturating_sub(entry.0));
            entry.0 += count;
        }
        for issue in other.issues.under(prefix).into_vec() {
            match told.get_mut(issue.message.as_str()) {
                Some(0) => {}
                Some(left) => {
                    *left -= 1;
                    self.issues.push(issue);
                }
                None => self.issues.push(issue),
            }
        }
    }

    pub fn has_errors(&self) -> bool {
        self.issues.has_errors() || self.counts.values().any(|(_, severity)| *severity == Severity::Error)
    }

    /// The findings; kinds that came too often end with one issue that counts the rest.
    pub fn finish(self) -> Issues {
        let mut issues = self.issues;
        for (message, (count, severity)) in self.counts {
            if count > MAX_TOLD {
                let rest = count - MAX_TOLD;
                issues.push(Issue::new(severity, "", format!("{rest} more of the same: {message}")));
            }
        }
        issues
    }
}

/// An issue in the making, which lacks its path.
pub struct IssueAt {
    severity: Severity,
    message: &'static str,
}

impl IssueAt {
    pub fn path(self, path: impl Into<String>) -> Issue {
        Issue::new(self.severity, path, self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_that_repeats_is_told_ten_times_and_then_counted() {
        let mut report = Report::default();
        for i in 0..250 {
            report.warning("bent", || format!("/{i}"));
        }
        report.error("torn", || "/x".to_string());
        assert!(report.has_errors());
        let issues = report.finish().into_vec();
        assert_eq!(issues.len(), 12);
        assert_eq!(issues[10].to_string(), "error: at /x: torn");
        assert_eq!(issues[11].to_string(), "warning: 240 more of the same: bent");
    }

    #[test]
    fn reports_of_parts_count_together() {
        let mut whole = Report::default();
        for line in 0..8 {
            let mut part = Report::default();
            part.info("odd", || "/a".to_string());
            part.info("odd", || "/b".to_string());
            whole.extend_under(part, &format!("line {line}"));
        }
        let issues = whole.finish().into_vec();
        assert_eq!(issues.len(), 11);
        assert_eq!(issues[9].path, "line 4, /b");
        assert!(issues[10].message.starts_with("6 more"));
    }
}
