//! Where things lie: files, http(s) URLs, entries of archives, `data:` URIs, and how references between them resolve.
//!
//! A [`Location`] names one thing without touching it. What the user types goes through [`Location::parse_user`]; what
//! a file says about another goes through [`Location::join`], which obeys a [`Scope`]: content from elsewhere must not
//! reach the user's other files or other hosts.
//!
//! # Standards
//! RFC 3986 (references), RFC 2397 (`data:`), WHATWG URL for http(s) (crate `url`).
//!
//! # What it does not do
//! No I/O: paths are compared as text. A symbolic link inside a tileset's folder is followed by whoever opens it; the
//! folder's owner put it there.

mod data;
mod path;
mod scope;

#[cfg(test)]
mod tests;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use percent_encoding::percent_decode_str;
pub use url::Url;

pub use data::DataUri;
pub use scope::Scope;

/// The entry that stands for a whole archive.
pub const ARCHIVE_ROOT: &str = "tileset.json";

/// The longest reference, in bytes, other than a `data:` URI.
const MAX_REFERENCE_BYTES: usize = 16 << 10;

/// Where one file, resource or archive entry lies.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Location {
    File(PathBuf),
    /// `http` or `https`, with a host.
    Http(Url),
    /// An entry of a `.3tz` archive; the entry has no leading slash, no `.` and no `..`.
    Archive {
        archive: Arc<Location>,
        entry: String,
    },
    Data(Arc<DataUri>),
}

/// Why a text names no location, or none that may be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UriError {
    #[error("empty reference")]
    Empty,
    #[error("reference is too long: expected at most {max} bytes, got {got}")]
    TooLong { max: usize, got: usize },
    #[error("{text:?} is not a valid reference: {reason}")]
    Invalid { text: String, reason: String },
    #[error("{scheme}: is not supported here; expected a relative reference, http, https or data")]
    Scheme { scheme: String },
    #[error("{text:?} leaves the folder or archive of the tileset, which content is not allowed to do")]
    Escapes { text: String },
    #[error("{origin} is another server than the tileset's, and not among the allowed ones")]
    OtherOrigin { origin: String },
    #[error("{text:?} is relative, but the data: URI that names it has no place to be relative to")]
    NoBase { text: String },
}

impl Location {
    /// Reads what a user typed: a path, a `file:`, `http:`, `https:` or `data:` URL, or a `.3tz` archive in one of these
    /// places, with or without `!/` and an entry (`city.3tz!/east/tileset.json`). Relative paths stay relative.
    ///
    /// # Errors
    /// When the text is empty, malformed, or of another scheme.
    pub fn parse_user(text: &str) -> Result<Location, UriError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(UriError::Empty);
        }
        let scheme = scheme_of(text).map(str::to_ascii_lowercase);
        match scheme.as_deref() {
            Some("data") => return Ok(Location::Data(Arc::new(DataUri::parse(text)?))),
            _ if text.len() > MAX_REFERENCE_BYTES => {
                return Err(UriError::TooLong { max: MAX_REFERENCE_BYTES, got: text.len() });
            }
            _ => {}
        }
        let (whole, entry) = split_entry(text);
        let location = match scheme.as_deref() {
            Some("http" | "https") => Location::Http(parse_http(whole)?),
            Some("file") => Location::File(path::of_file_url(whole)?),
            Some(other) if whole[other.len() + 1..].starts_with("//") => {
                return Err(UriError::Scheme { scheme: other.to_owned() });
            }
            _ => Location::File(PathBuf::from(whole)),
        };
        match entry {
            Some(entry) => location.entry(entry),
            None => Ok(location.or_archive_root()),
        }
    }

    /// Resolves a reference that stands in the file at this location.
    ///
    /// Relative references are percent-decoded for files and archives; queries and fragments have no meaning there and
    /// are dropped. On http the query's parameters are handed on to what has none of the same name (access keys).
    /// Content of an archive names entries of the same archive; a leading `/` means the archive's top.
    ///
    /// # Errors
    /// When the reference is malformed, or leaves what `scope` allows.
    pub fn join(&self, reference: &str, scope: &Scope) -> Result<Location, UriError> {
        let reference = reference.trim_matches(|c: char| c.is_ascii_whitespace());
        if reference.is_empty() {
            return Err(UriError::Empty);
        }
        let scheme = scheme_of(reference).map(str::to_ascii_lowercase);
        if scheme.as_deref() == Some("data") {
            return Ok(Location::Data(Arc::new(DataUri::parse(reference)?)));
        }
        if reference.len() > MAX_REFERENCE_BYTES {
            return Err(UriError::TooLong { max: MAX_REFERENCE_BYTES, got: reference.len() });
        }
        let (whole, entry) = split_entry(reference);
        let joined = match (self, scheme.as_deref()) {
            (Location::Http(base), _) => join_http(base, whole)?,
            (_, Some("http" | "https")) => Location::Http(parse_http(whole)?),
            (Location::File(_), Some("file")) => Location::File(path::of_file_url(whole)?),
            (_, Some(other)) => return Err(UriError::Scheme { scheme: other.to_owned() }),
            (Location::File(base), None) => Location::File(path::join_file(base, whole)?),
            (Location::Archive { archive, entry: base }, None) => {
                // Archives within archives are not opened, so `!/` has no meaning here.
                let entry = path::join_entry(base, reference)?;
                let location = Location::Archive { archive: archive.clone(), entry };
                return scope.check(location, reference);
            }
            (Location::Data(_), None) => return Err(UriError::NoBase { text: shorten(reference) }),
        };
        let joined = scope.check(joined, reference)?;
        match entry {
            Some(entry) => joined.entry(entry),
            None => Ok(joined.or_archive_root()),
        }
    }

    /// The last part of the path, decoded; empty for `data:` and for folders.
    pub fn file_name(&self) -> String {
        match self {
            Location::File(path) => path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned()),
            Location::Http(url) => {
                let last = url.path().rsplit('/').next().unwrap_or_default();
                percent_decode_str(last).decode_utf8_lossy().into_owned()
            }
            Location::Archive { entry, .. } => entry.rsplit('/').next().unwrap_or_default().to_owned(),
            Location::Data(_) => String::new(),
        }
    }

    /// The file name's extension in lower case, without the dot; empty if it has none.
    pub fn extension(&self) -> String {
        match self.file_name().rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() => extension.to_ascii_lowercase(),
            _ => String::new(),
        }
    }

    /// An entry of the archive that lies here.
    fn entry(self, entry: &str) -> Result<Location, UriError> {
        let entry = path::join_entry("", entry)?;
        Ok(Location::Archive { archive: Arc::new(self), entry })
    }

    /// A `.3tz` file stands for the tileset at its top.
    fn or_archive_root(self) -> Location {
        match &self {
            Location::File(_) | Location::Http(_) if self.extension() == "3tz" => {
                Location::Archive { archive: Arc::new(self), entry: ARCHIVE_ROOT.to_owned() }
            }
            _ => self,
        }
    }
}

/// Shows the location to people: without a URL's password and secret-looking parameters, `data:` shortened.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::File(path) => write!(f, "{}", path.display()),
            Location::Http(url) => {
                write!(f, "{}://{}", url.scheme(), url.host_str().unwrap_or_default())?;
                if let Some(port) = url.port() {
                    write!(f, ":{port}")?;
                }
                f.write_str(url.path())?;
                let mut separator = '?';
                for part in url.query().into_iter().flat_map(|query| query.split('&')) {
                    let name = part.split('=').next().unwrap_or_default();
                    let part = if is_secret(name) { format!("{name}=...") } else { part.to_owned() };
                    write!(f, "{separator}{part}")?;
                    separator = '&';
                }
                Ok(())
            }
            Location::Archive { archive, entry } => write!(f, "{archive}!/{entry}"),
            Location::Data(data) => write!(f, "data:{};({} bytes)", data.media_type, data.bytes.len()),
        }
    }
}

/// Whether a parameter's value had better not stand in logs.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["key", "token", "sig", "secret", "password", "credential", "session", "auth"]
        .iter()
        .any(|word| name.contains(word))
}

/// The scheme of an absolute reference. One letter before a colon is a drive, not a scheme.
fn scheme_of(text: &str) -> Option<&str> {
    let (scheme, _) = text.split_once(':')?;
    let ok = scheme.len() > 1
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    ok.then_some(scheme)
}

/// Splits `x.3tz!/entry` at the mark.
fn split_entry(text: &str) -> (&str, Option<&str>) {
    let mark = text.to_ascii_lowercase().find(".3tz!/");
    mark.map_or((text, None), |at| (&text[..at + 4], Some(&text[at + 6..])))
}

fn parse_http(text: &str) -> Result<Url, UriError> {
    let invalid = |reason: String| UriError::Invalid { text: shorten(text), reason };
    let url = Url::parse(text).map_err(|e| invalid(e.to_string()))?;
    if url.host_str().is_none_or(str::is_empty) {
        return Err(invalid("no host".to_owned()));
    }
    Ok(url)
}

fn join_http(base: &Url, reference: &str) -> Result<Location, UriError> {
    let invalid = |e: url::ParseError| UriError::Invalid { text: shorten(reference), reason: e.to_string() };
    let mut url = base.join(reference).map_err(invalid)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(UriError::Scheme { scheme: url.scheme().to_owned() });
    }
    url.set_fragment(None);
    if url.origin() == base.origin() {
        inherit_query(base, &mut url);
    }
    Ok(Location::Http(url))
}

/// Adds the base's parameters that the URL does not set itself, byte for byte (signatures must not be re-encoded).
fn inherit_query(base: &Url, url: &mut Url) {
    let Some(base_query) = base.query().filter(|query| !query.is_empty()) else { return };
    let name = |part: &str| part.split('=').next().unwrap_or_default().to_owned();
    let mut query = url.query().unwrap_or_default().to_owned();
    let own: Vec<String> = query.split('&').map(name).collect();
    for part in base_query.split('&').filter(|part| !own.contains(&name(part))) {
        if !query.is_empty() {
            query.push('&');
        }
        query.push_str(part);
    }
    url.set_query(Some(&query));
}

/// At most some 80 characters of a text, for messages.
fn shorten(text: &str) -> String {
    if text.chars().nth(80).is_none() { text.to_owned() } else { text.chars().take(80).chain("...".chars()).collect() }
}
