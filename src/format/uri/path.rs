//! Paths as text: decoding, joining and comparing without looking at the disk.

use std::path::{Component, Path, PathBuf};

use percent_encoding::percent_decode_str;

use super::{UriError, shorten};

/// The path that a `file:` URL names.
pub(super) fn of_file_url(text: &str) -> Result<PathBuf, UriError> {
    let invalid = |reason: &str| UriError::Invalid { text: shorten(text), reason: reason.to_owned() };
    let url = url::Url::parse(text).map_err(|e| invalid(&e.to_string()))?;
    if url.host_str().is_some_and(|host| !host.is_empty() && host != "localhost") {
        return Err(invalid("a file: URL can't name another host"));
    }
    let path = decode(url.path(), text)?;
    // `file:///C:/data` has a slash before the drive that Windows does not want.
    let path = path.strip_prefix('/').filter(|rest| has_drive(rest)).unwrap_or(&path);
    Ok(normal(Path::new(path)))
}

/// Resolves a relative or absolute reference against the file that holds it. The result may lie anywhere: the scope
/// decides about it.
pub(super) fn join_file(base: &Path, reference: &str) -> Result<PathBuf, UriError> {
    let text = plain(reference)?;
    if text.starts_with("//") || has_drive(&text) {
        return Err(UriError::Escapes { text: shorten(reference) });
    }
    let mut path =
        if text.starts_with('/') { PathBuf::from("/") } else { normal(base.parent().unwrap_or(Path::new(""))) };
    for segment in text.split('/') {
        push(&mut path, segment, reference)?;
    }
    Ok(path)
}

/// Resolves a reference within an archive. `..` over the top is an error.
pub(super) fn join_entry(base: &str, reference: &str) -> Result<String, UriError> {
    let escapes = || UriError::Escapes { text: shorten(reference) };
    let text = plain(reference)?;
    if text.starts_with("//") || has_drive(&text) {
        return Err(escapes());
    }
    let folder = base.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut segments: Vec<&str> = if text.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    segments.retain(|segment| !segment.is_empty());
    for segment in text.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop().ok_or_else(escapes)?;
            }
            _ => segments.push(segment),
        }
    }
    if segments.is_empty() { Err(escapes()) } else { Ok(segments.join("/")) }
}

/// The path without `.` and, as far as names are there to take away, without `..`.
pub(super) fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => up(&mut normal),
            other => normal.push(other),
        }
    }
    normal
}

/// Whether `path` lies in `folder` or below; both as [`normal`] gives them.
pub(super) fn is_inside(folder: &Path, path: &Path) -> bool {
    let Ok(rest) = path.strip_prefix(folder) else { return false };
    rest.components().all(|component| matches!(component, Component::Normal(_)))
}

fn push(path: &mut PathBuf, segment: &str, reference: &str) -> Result<(), UriError> {
    match segment {
        "" | "." => {}
        ".." => up(path),
        // Windows drops trailing dots and spaces, which would turn such a name into `..`.
        dots if dots.chars().all(|c| c == '.' || c == ' ') => {
            return Err(UriError::Escapes { text: shorten(reference) });
        }
        name => path.push(name),
    }
    Ok(())
}

/// One folder up; keeps a `..` where there is nothing left to take away.
fn up(path: &mut PathBuf) {
    match path.components().next_back() {
        Some(Component::Normal(_)) => {
            path.pop();
        }
        Some(Component::RootDir | Component::Prefix(_)) => {}
        _ => path.push(".."),
    }
}

/// The path of a reference: no query, no fragment, decoded, slashes only.
fn plain(reference: &str) -> Result<String, UriError> {
    let end = reference.find(['?', '#']).unwrap_or(reference.len());
    let text = decode(&reference[..end], reference)?.replace('\\', "/");
    if text.is_empty() {
        return Err(UriError::Invalid { text: shorten(reference), reason: "names no file".to_owned() });
    }
    Ok(text)
}

fn decode(text: &str, reference: &str) -> Result<String, UriError> {
    let invalid = |reason: &str| UriError::Invalid { text: shorten(reference), reason: reason.to_owned() };
    let decoded =
        percent_decode_str(text).decode_utf8().map_err(|_| invalid("decodes to something that is not UTF-8"))?;
    if decoded.contains('\0') {
        return Err(invalid("has a zero byte"));
    }
    Ok(decoded.into_owned())
}

/// Whether the text begins like a Windows path with a drive.
fn has_drive(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic()) && bytes.next() == Some(b':')
}
