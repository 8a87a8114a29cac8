//! Addresses in scene files: paths relative to the scene file, or http(s).
//!
//! A scene comes from someone else often enough, so it must not name files of the machine that it is opened on:
//! absolute paths, drive letters, `file:` and other schemes are refused when it is read. `..` is read, since a folder of
//! scenes beside a folder of tiles is common, and is told by [`SceneUrl::leaves_folder`]. Nothing here opens anything.

use std::fmt;

use super::text::text_form;

/// A path relative to the scene file, or an http(s) address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SceneUrl(String);

text_form! {
    SceneUrl {
        format: "mirante-url",
        expected: "a path relative to the scene file with / between folders, or an http(s) address",
        pattern: "^([^:/\\\\?#][^:\\\\?#]*([?#].*)?|[hH][tT][tT][pP][sS]?://[^/].*)$",
        description: "A path relative to the scene file with / between folders, or an http(s) address.",
    }
}

impl SceneUrl {
    /// No sane path or address is longer, in bytes.
    pub const MAX_LEN: usize = 8192;

    /// Reads an address out of a scene file.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("it is empty".to_string());
        }
        if text.len() > Self::MAX_LEN {
            return Err(format!("it is longer than {} bytes", Self::MAX_LEN));
        }
        if text.chars().any(char::is_control) {
            return Err("it has a control character".to_string());
        }
        match scheme(text) {
            Some("http" | "https") => {
                let url = ::url::Url::parse(text).map_err(|error| error.to_string())?;
                // The parser is as lenient as browsers and finds a host in `http:///x`; an author meant something else.
                let after = text.split_once("://").map(|(_, after)| after);
                let plain = after.is_some_and(|after| !after.starts_with(['/', '\\']));
                if !plain || url.host_str().is_none_or(str::is_empty) {
                    return Err("it names no host".to_string());
                }
            }
            Some(other) => return Err(format!("{other}: is not allowed in a scene")),
            None => relative_path(text)?,
        }
        Ok(Self(text.to_string()))
    }

    /// An address that the program itself or the command line gives; it may be any path.
    pub fn trusted(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is an http(s) address.
    pub fn is_web(&self) -> bool {
        matches!(scheme(&self.0), Some("http" | "https"))
    }

    /// Whether it is a path that climbs above the scene file's folder by `..` (also percent-encoded).
    pub fn leaves_folder(&self) -> bool {
        if self.is_web() {
            return false;
        }
        let path = self.0.split(['?', '#']).next().unwrap_or("");
        let decoded = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
        let mut depth = 0_i64;
        for part in decoded.split('/') {
            match part {
                "" | "." => {}
                ".." => depth -= 1,
                _ => depth += 1,
            }
            if depth < 0 {
                return true;
            }
        }
        false
    }

    /// The file name's extension in lower case, without query and fragment; "" if it has none.
    pub fn extension(&self) -> String {
        let path = self.0.split(['?', '#']).next().unwrap_or("");
        let file = path.rsplit('/').next().unwrap_or("");
        file.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default()
    }
}

impl fmt::Display for SceneUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The part before the first `:` where that is a scheme of RFC 3986 (section 3.1); a drive letter counts as one.
fn scheme(text: &str) -> Option<&str> {
    let (scheme, _) = text.split_once(':')?;
    let mut chars = scheme.chars();
    let is_scheme = chars.next().is_some_and(|c| c.is_ascii_alphabetic())
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    if !is_scheme {
        return None;
    }
    // Schemes compare without case; those that we know are short.
    Some(["http", "https"].into_iter().find(|known| known.eq_ignore_ascii_case(scheme)).unwrap_or(scheme))
}

/// Refuses what is not a plain relative path, also after percent-decoding.
fn relative_path(text: &str) -> Result<(), String> {
    let path = text.split(['?', '#']).next().unwrap_or("");
    let decoded = percent_encoding::percent_decode_str(path)
        .decode_utf8()
        .map_err(|_| "its percent-encoded bytes are not UTF-8".to_string())?;
    if decoded.is_empty() {
        return Err("it names no file".to_string());
    }
    if decoded.starts_with('/') {
        return Err("it is an absolute path".to_string());
    }
    if decoded.contains('\\') {
        return Err("it has a backslash".to_string());
    }
    if decoded.chars().any(char::is_control) {
        return Err("it has a control character".to_string());
    }
    // Refused wherever it stands, not only as a scheme or a drive: no file name that opens everywhere has one.
    if decoded.contains(':') {
        return Err("it has a colon".to_string());
    }
    Ok(())
}
