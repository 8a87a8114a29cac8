//! What was found wrong in outside data, told so that its author can mend it: where, expected, got.

use std::fmt;

/// How bad an [`Issue`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing is missing on screen (an extension that only adds data, say).
    Info,
    /// Something is drawn or interpreted otherwise than its author meant.
    Warning,
    /// Something can't be used.
    Error,
}

/// One finding in outside data.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Issue {
    pub severity: Severity,
    /// The file or URL in which it was found; empty until the reader's caller fills it in (readers know bytes, not names).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// The path into the file: a JSON pointer (RFC 6901, `/root/children/3/boundingVolume`) or a byte offset
    /// (`byte 1234`); empty for the file as a whole.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// What is wrong, in plain words, lower case, no final stop.
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub got: Option<String>,
}

impl Issue {
    pub fn new(severity: Severity, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { severity, file: String::new(), path: path.into(), message: message.into(), expected: None, got: None }
    }

    pub fn error(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, path, message)
    }

    pub fn warning(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, path, message)
    }

    pub fn info(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Severity::Info, path, message)
    }

    /// Adds what the format asks for and what stood there instead.
    pub fn expected_got(mut self, expected: impl fmt::Display, got: impl fmt::Display) -> Self {
        self.expected = Some(expected.to_string());
        self.got = Some(got.to_string());
        self
    }

    /// Names the file, unless a reader nearer to the bytes already did.
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        if self.file.is_empty() {
            self.file = file.into();
        }
        self
    }
}

impl Issue {
    /// Its words without the severity, for logs that tell it themselves.
    pub fn text(&self) -> IssueText<'_> {
        IssueText(self)
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        write!(f, "{severity}: {}", self.text())
    }
}

/// See [`Issue::text`].
pub struct IssueText<'a>(&'a Issue);

impl fmt::Display for IssueText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.file.is_empty() {
            write!(f, "{}", self.0.file)?;
            if !self.0.path.is_empty() {
                write!(f, " at {}", self.0.path)?;
            }
            write!(f, ": ")?;
        } else if !self.0.path.is_empty() {
            write!(f, "at {}: ", self.0.path)?;
        }
        write!(f, "{}", self.0.message)?;
        if let (Some(expected), Some(got)) = (&self.0.expected, &self.0.got) {
            write!(f, " (expected {expected}, got {got})")?;
        }
        Ok(())
    }
}

/// The findings of one read, bounded: a hostile file must not fill memory with complaints.
#[derive(Debug, Clone, Default)]
pub struct Issues {
    list: Vec<Issue>,
    dropped: usize,
}

impl Issues {
    /// Past this many, issues are only counted.
    pub const MAX: usize = 200;

    pub fn push(&mut self, issue: Issue) {
        if self.list.len() < Self::MAX {
            self.list.push(issue);
        } else {
            self.dropped += 1;
        }
    }

    pub fn extend(&mut self, other: Issues) {
        self.dropped += other.dropped;
        for issue in other.list {
            self.push(issue);
        }
    }

    /// Names the file of every issue that has none yet.
    pub fn in_file(mut self, file: &str) -> Self {
        for issue in &mut self.list {
            if issue.file.is_empty() {
                issue.file = file.to_string();
            }
        }
        self
    }

    /// Says of every issue that its path lies under `prefix`; an empty prefix changes nothing.
    pub fn under(mut self, prefix: &str) -> Self {
        if !prefix.is_empty() {
            for issue in &mut self.list {
                let separator = if issue.path.is_empty() { "" } else { ", " };
                issue.path = format!("{prefix}{separator}{}", issue.path);
            }
        }
        self
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Issue> {
        self.list.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// How many were counted but not kept, because there were more than [`Issues::MAX`].
    pub fn dropped(&self) -> usize {
        self.dropped
    }

    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|issue| issue.severity == Severity::Error)
    }

    pub fn into_vec(self) -> Vec<Issue> {
        self.list
    }
}
