//! `mirante check`: all issues of a scene and of everything that it names.

use std::collections::{HashSet, VecDeque};
use std::process::ExitCode;
use std::sync::Arc;

use mirante::format::content::decode::{DecodeOptions, Decoded, ResourceMap, decode};
use mirante::format::issue::{Issue, Issues, Severity};
use mirante::format::scene::ReferenceKind;
use mirante::format::tileset::{self, Tileset};
use mirante::format::uri::{Location, Scope};
use mirante::platform::fetch::{FetchOptions, Fetcher};
use mirante::stage::resolve;

use super::Outcome;
use super::open::{Opened, Wait, open};

pub fn check(scene: &str, max_files: usize) -> Outcome {
    let opened = match open(Some(scene), Wait::Files, &mut |_, _| {}) {
        Ok(opened) => opened,
        Err(error) => {
            println!("error: {error}");
            return Ok(ExitCode::FAILURE);
        }
    };
    let mut checker = Checker {
        fetcher: Fetcher::new(FetchOptions::default())?,
        issues: opened.issues.clone().into_vec(),
        queue: VecDeque::new(),
        seen: HashSet::new(),
        // The scene itself.
        files: 1,
        max_files,
    };
    checker.scene(&opened);
    checker.drain();
    let count = |severity: Severity| checker.issues.iter().filter(|issue| issue.severity == severity).count();
    for issue in &checker.issues {
        println!("{issue}");
    }
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let counted = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let (files, errors_text) = (counted(checker.files, "file"), counted(errors, "error"));
    println!("{files} read, {errors_text}, {}", counted(warnings, "warning"));
    Ok(if errors > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// One file still to be looked at.
struct Item {
    location: Location,
    scope: Scope,
    /// Who names it: file and path, for the message when it can't be read.
    named_by: (String, String),
}

struct Checker {
    fetcher: Fetcher,
    issues: Vec<Issue>,
    queue: VecDeque<Item>,
    seen: HashSet<Location>,
    files: usize,
    max_files: usize,
}

impl Checker {
    fn scene(&mut self, opened: &Opened) {
        let file = opened.base.to_string();
        if let Some(location) = &opened.bare_content {
            self.push(location.clone(), Scope::of(location), (file.clone(), String::new()));
        }
        for reference in opened.scene.references() {
            match resolve(&opened.base, reference.url) {
                Ok(location) => match reference.kind {
                    ReferenceKind::Tileset | ReferenceKind::Model => {
                        let scope = Scope::of(&location);
                        self.push(location, scope, (file.clone(), reference.path));
                    }
                    _ => {
                        self.can_be_read(&location, &file, &reference.path);
                    }
                },
                Err(error) => self.issues.push(Issue::error(reference.path, error).in_file(file.clone())),
            }
        }
    }

    fn push(&mut self, location: Location, scope: Scope, named_by: (String, String)) {
        if self.seen.insert(location.clone()) {
            self.queue.push_back(Item { location, scope, named_by });
        }
    }

    fn can_be_read(&mut self, location: &Location, file: &str, path: &str) -> Option<Arc<[u8]>> {
        self.files += 1;
        match self.fetcher.get_blocking(location) {
            Ok(fetched) => Some(fetched.bytes),
            Err(error) => {
                self.issues.push(Issue::error(path, format!("{location} can't be read: {error}")).in_file(file));
                None
            }
        }
    }

    fn drain(&mut self) {
        while let Some(item) = self.queue.pop_front() {
            if self.files >= self.max_files {
                let left = self.queue.len() + 1;
                let text =
                    format!("{left} or more files were not looked at (the limit is --max-files {})", self.max_files);
                self.issues.push(Issue::info("", text));
                return;
            }
            let (file, path) = &item.named_by;
            if let Some(bytes) = self.can_be_read(&item.location, file, path) {
                self.content(&item, &bytes);
            }
        }
    }

    fn add(&mut self, location: &Location, issues: Issues) {
        self.issues.extend(issues.in_file(&location.to_string()).into_vec());
    }

    fn content(&mut self, item: &Item, bytes: &[u8]) {
        let options = DecodeOptions { merge: false, ..DecodeOptions::default() };
        let mut files = ResourceMap::default();
        // A content names other files in few steps: cmpt, i3dm, glTF, buffer.
        for _ in 0..6 {
            match decode(bytes, &options, &files) {
                Ok(Decoded::Content(content)) => return self.add(&item.location, content.issues),
                Ok(Decoded::Tileset) => {
                    return match tileset::read(bytes) {
                        Ok((tileset, issues)) => {
                            self.add(&item.location, issues);
                            self.tileset(item, &tileset);
                        }
                        Err(error) => self.fail(&item.location, error.to_string()),
                    };
                }
                Ok(Decoded::Missing(uris)) => {
                    for uri in uris {
                        let bytes = match item.location.join(&uri, &item.scope) {
                            Ok(location) => self.can_be_read(&location, &item.location.to_string(), &uri),
                            Err(error) => {
                                self.fail(&item.location, error.to_string());
                                None
                            }
                        };
                        files.insert(uri, bytes);
                    }
                }
                Err(error) => return self.fail(&item.location, error.to_string()),
            }
        }
        self.fail(&item.location, "it names too many other files".to_string());
    }

    fn fail(&mut self, location: &Location, message: String) {
        self.issues.push(Issue::error("", message).in_file(location.to_string()));
    }

    fn tileset(&mut self, item: &Item, tileset: &Tileset) {
        let file = item.location.to_string();
        for (index, tile) in tileset.tiles.iter().enumerate() {
            // Contents of implicit tiles are templates; which exist, the subtrees say.
            if tile.implicit.is_some() {
                continue;
            }
            for content in &tile.contents {
                match item.location.join(&content.uri, &item.scope) {
                    Ok(location) => self.push(location, item.scope.clone(), (file.clone(), content.uri.clone())),
                    Err(error) => {
                        let path = format!("tile {index} {:?}", content.uri);
                        self.issues.push(Issue::error(path, error.to_string()).in_file(file.clone()));
                    }
                }
            }
        }
    }
}
