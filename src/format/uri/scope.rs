//! What the content of a tileset may reach.

use std::path::PathBuf;
use std::sync::Arc;

use url::{Origin, Url};

use super::{Location, UriError, path, shorten};

/// The bounds for all references below one root.
///
/// - A root on disk: files in the root's folder or below it.
/// - A root in an archive: entries of that archive, nothing beside it.
/// - A root on http(s): the same scheme, host and port.
/// - Servers added by [`Scope::allow_origin`], for all of them.
///
/// `data:` is always inside. Nothing from http can name a file, since a scope of an http root has no folder.
///
/// A server that redirects is trusted with where it redirects to (http or https only): make the scope from the root's
/// location *after* redirects, and see [`Scope::base`] for the others.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    folder: Option<PathBuf>,
    archive: Option<Arc<Location>>,
    origins: Vec<Origin>,
}

impl Scope {
    /// The bounds that come with a root (a tileset, a scene or a model).
    pub fn of(root: &Location) -> Scope {
        let mut scope = Scope::default();
        match root {
            Location::File(file) => {
                let mut folder = path::normal(file);
                folder.pop();
                scope.folder = Some(folder);
            }
            Location::Http(url) => scope.allow_origin(url),
            Location::Archive { archive, .. } => scope.archive = Some(archive.clone()),
            Location::Data(_) => {}
        }
        scope
    }

    /// Also allows the server of this URL (scheme, host and port).
    pub fn allow_origin(&mut self, url: &Url) {
        self.origins.push(url.origin());
    }

    /// Whether the location lies within the bounds.
    pub fn permits(&self, location: &Location) -> bool {
        match location {
            Location::File(file) => self.folder.as_ref().is_some_and(|f| path::is_inside(f, &path::normal(file))),
            Location::Http(url) => self.origins.contains(&url.origin()),
            Location::Archive { archive, .. } => self.archive.as_ref() == Some(archive) || self.permits(archive),
            Location::Data(_) => true,
        }
    }

    /// What references in a file resolve against: where it came from after redirects if that is within the bounds, else
    /// where it was asked for.
    pub fn base<'l>(&self, requested: &'l Location, after_redirects: &'l Location) -> &'l Location {
        if self.permits(after_redirects) { after_redirects } else { requested }
    }

    /// Gives the location back if it lies within the bounds.
    pub(super) fn check(&self, location: Location, reference: &str) -> Result<Location, UriError> {
        if self.permits(&location) {
            return Ok(location);
        }
        Err(match &location {
            Location::Http(url) => UriError::OtherOrigin { origin: url.origin().ascii_serialization() },
            _ => UriError::Escapes { text: shorten(reference) },
        })
    }
}
