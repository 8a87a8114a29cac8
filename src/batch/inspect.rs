//! Reads a tileset with all that it names and gives what `bake::inspect` sums up and tells.
//!
//! One file after the other; external tilesets and subtrees are followed. Nothing is kept of a content but its figures.

mod implicit;
mod open;

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use glam::{DAffine3, DMat4};

use crate::bake::inspect::detail::{self, ContentDetail};
use crate::bake::inspect::measure::{measure, place, size_m};
use crate::bake::inspect::{ContentFacts, Problem, Report, Sums, TileFacts};
use crate::format::content::decode::{DecodeOptions, Decoded, ResourceMap, decode};
use crate::format::content::{Content, UpAxis};
use crate::format::tileset::{self, BoundingVolume, ContentDef, Refine, TileDef, Tileset};
use crate::format::uri::{Location, Scope};
use crate::platform::fetch::{FetchError, FetchOptions, Fetcher};
use crate::tiles::max_scale;
pub use open::{InspectError, Root, root_of};

/// External tilesets inside of each other.
const MAX_NESTED: usize = 64;
/// Tiles that are listed at most.
const MAX_TILES: usize = 2_000_000;
/// A content names other files in few steps: cmpt, i3dm, glTF, buffer.
const MAX_ROUNDS: usize = 6;

/// How thoroughly to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InspectOptions {
    /// Files read at most.
    pub max_files: usize,
    /// Whether contents are read; tilesets and subtrees always are.
    pub contents: bool,
}

impl Default for InspectOptions {
    fn default() -> Self {
        Self { max_files: 20_000, contents: true }
    }
}

/// A tileset that was walked.
pub struct Inspected {
    pub report: Report,
    pub tiles: Vec<TileFacts>,
    /// For each tile, where its contents are.
    places: Vec<Vec<Option<Found>>>,
    fetcher: Fetcher,
}

/// Where a content is and how it is to be read.
#[derive(Debug, Clone)]
struct Found {
    location: Location,
    scope: Arc<Scope>,
    up_axis: UpAxis,
}

impl Inspected {
    /// Tiles of this name: as they are listed, or `LEVEL/X/Y[/Z]` of an implicit tree.
    pub fn tiles_named(&self, name: &str) -> Vec<usize> {
        let ending = format!(":{name}");
        let matches = |(_, tile): &(usize, &TileFacts)| tile.name == name || tile.name.ends_with(&ending);
        self.tiles.iter().enumerate().filter(matches).map(|(index, _)| index).collect()
    }

    /// Tile and number of the contents whose reference is this or ends in it.
    pub fn contents_named(&self, uri: &str) -> Vec<(usize, usize)> {
        let fits = |content: &ContentFacts| {
            content.uri == uri || content.uri.strip_suffix(uri).is_some_and(|rest| rest.ends_with('/'))
        };
        let all = self.tiles.iter().enumerate();
        all.flat_map(|(tile, facts)| (0..facts.contents.len()).map(move |content| (tile, content)))
            .filter(|&(tile, content)| fits(&self.tiles[tile].contents[content]))
            .collect()
    }

    /// Takes a content apart; the error says in words why it can't be read.
    pub fn detail(&self, tile: usize, content: usize) -> Result<ContentDetail, String> {
        let found = self.places.get(tile).and_then(|contents| contents.get(content)?.as_ref());
        let found = found.ok_or_else(|| "its reference leads nowhere".to_owned())?;
        let uri = &self.tiles[tile].contents[content].uri;
        let read = read_content(&self.fetcher, found);
        match read.outcome {
            Outcome::Content(content, bytes) => Ok(detail::detail(uri, &bytes, &content)),
            Outcome::Tileset(_) => Err("it is another tileset".to_owned()),
            Outcome::Problem(Problem::Missing(why) | Problem::Unreadable(why)) => Err(why),
        }
    }
}

/// Walks the tileset at a location; see [`root_of`] for what users name.
///
/// # Errors
/// When there is no tileset.
pub fn inspect(location: &Location, options: InspectOptions) -> Result<Inspected, InspectError> {
    let mut walk = Walk {
        fetcher: Fetcher::new(FetchOptions::default())?,
        options,
        files: 1,
        tiles: Vec::new(),
        places: Vec::new(),
        extensions: BTreeSet::new(),
        tileset_files: 0,
        subtree_files: 0,
        left_out: 0,
        queue: VecDeque::new(),
    };
    let refuse = |reason: String| InspectError::NoTileset { location: location.to_string(), reason };
    let bytes = walk.fetcher.get_blocking(location).map_err(|error| refuse(error.to_string()))?.bytes;
    let (tileset, issues) = tileset::read(&bytes).map_err(|error| refuse(error.to_string()))?;
    let root = tileset.root();
    let ecef_from_root = DAffine3::from_mat4(root.parent_from_tile);
    let mut report = Report {
        location: location.to_string(),
        version: tileset.version.clone(),
        tileset_files: 0,
        subtree_files: 0,
        extensions: Vec::new(),
        place: place(&root.volume, &ecef_from_root),
        size_m: size_m(&root.volume, &ecef_from_root).1,
        levels: Vec::new(),
        total: Sums::default(),
        findings: open::findings_of(&issues),
        cut_short: None,
    };
    walk.queue.push_back(External {
        tileset,
        location: location.clone(),
        scope: Arc::new(Scope::of(location)),
        parent: None,
        ecef_from_parent: DAffine3::IDENTITY,
        above: Vec::new(),
    });
    while let Some(external) = walk.queue.pop_front() {
        walk.tileset(&external);
    }
    walk.count_children();
    report.tileset_files = walk.tileset_files;
    report.subtree_files = walk.subtree_files;
    report.extensions = walk.extensions.into_iter().collect();
    report.cut_short = (walk.left_out > 0).then(|| {
        let most = walk.options.max_files;
        format!("{} files or tiles were not looked at (the limit is {most} files; --max-files N)", walk.left_out)
    });
    report.sum_up(&walk.tiles);
    Ok(Inspected { report, tiles: walk.tiles, places: walk.places, fetcher: walk.fetcher })
}

/// A tileset file still to be walked.
struct External {
    tileset: Tileset,
    location: Location,
    scope: Arc<Scope>,
    /// The tile that names it.
    parent: Option<usize>,
    ecef_from_parent: DAffine3,
    /// The files around it, for cycles.
    above: Vec<Location>,
}

struct Walk {
    fetcher: Fetcher,
    options: InspectOptions,
    files: usize,
    tiles: Vec<TileFacts>,
    places: Vec<Vec<Option<Found>>>,
    extensions: BTreeSet<String>,
    tileset_files: usize,
    subtree_files: usize,
    left_out: usize,
    queue: VecDeque<External>,
}

/// A tile as the walk adds it.
struct NewTile<'a> {
    name: String,
    parent: Option<usize>,
    volume: &'a BoundingVolume,
    ecef_from_tile: &'a DAffine3,
    /// In the tile's frame.
    geometric_error: f64,
    refine: Refine,
    /// References and volumes of the contents.
    contents: Vec<(String, Option<BoundingVolume>)>,
}

impl Walk {
    fn tileset(&mut self, external: &External) {
        self.tileset_files += 1;
        let tileset = &external.tileset;
        self.extensions.extend(tileset.extensions_used.iter().cloned());
        // The index, frame and name of each tile of the file, as parents come first.
        let mut known: Vec<Option<(usize, DAffine3)>> = vec![None; tileset.tiles.len()];
        let mut above: Vec<Option<(usize, usize)>> = vec![None; tileset.tiles.len()];
        for (index, def) in tileset.tiles.iter().enumerate() {
            for (place, &child) in def.children.iter().enumerate() {
                if let Some(slot) = above.get_mut(child as usize) {
                    *slot = Some((index, place));
                }
            }
        }
        for (index, def) in tileset.tiles.iter().enumerate() {
            let (parent, ecef_from_parent, name) = match above[index] {
                Some((parent, place)) => {
                    let Some((tile, frame)) = known[parent] else { continue };
                    (Some(tile), frame, format!("{}/{place}", self.tiles[tile].name))
                }
                None => {
                    let name = external.parent.map(|parent| format!("{}+", self.tiles[parent].name));
                    (external.parent, external.ecef_from_parent, name.unwrap_or_else(|| "root".to_owned()))
                }
            };
            let ecef_from_tile = if def.parent_from_tile == DMat4::IDENTITY {
                ecef_from_parent
            } else {
                ecef_from_parent * DAffine3::from_mat4(def.parent_from_tile)
            };
            known[index] = if def.implicit.is_some() {
                self.implicit(external, def, &ecef_from_tile, parent, name);
                None
            } else {
                let tile = explicit(def, &ecef_from_tile, parent, name);
                self.tile(external, tile).map(|tile| (tile, ecef_from_tile))
            };
        }
    }

    /// Adds a tile and reads its contents; `None` if there are too many tiles.
    fn tile(&mut self, external: &External, new: NewTile<'_>) -> Option<usize> {
        if self.tiles.len() >= MAX_TILES {
            self.left_out += 1;
            return None;
        }
        let index = self.tiles.len();
        let (volume, size_m) = size_m(new.volume, new.ecef_from_tile);
        self.tiles.push(TileFacts {
            name: new.name,
            depth: new.parent.map_or(0, |parent| self.tiles[parent].depth + 1),
            parent: new.parent,
            children: 0,
            error_m: new.geometric_error * max_scale(&new.ecef_from_tile.matrix3),
            refine: new.refine,
            volume,
            size_m,
            contents: Vec::new(),
        });
        self.places.push(Vec::new());
        for (uri, volume) in new.contents {
            let volume = volume.as_ref().unwrap_or(new.volume);
            let (facts, found) = self.content(external, &uri, index, volume, new.ecef_from_tile);
            self.tiles[index].contents.push(ContentFacts { uri: shown(&uri), ..facts });
            self.places[index].push(found);
        }
        Some(index)
    }

    fn content(
        &mut self,
        external: &External,
        uri: &str,
        tile: usize,
        volume: &BoundingVolume,
        ecef_from_tile: &DAffine3,
    ) -> (ContentFacts, Option<Found>) {
        let missing = |why: String| ContentFacts { problem: Some(Problem::Missing(why)), ..ContentFacts::default() };
        let location = match external.location.join(uri, &external.scope) {
            Ok(location) => location,
            Err(error) => return (missing(error.to_string()), None),
        };
        let found = Found { location, scope: external.scope.clone(), up_axis: external.tileset.up_axis };
        let may_be_tileset = found.location.extension().eq_ignore_ascii_case("json");
        if !self.options.contents && !may_be_tileset {
            return (ContentFacts::default(), Some(found));
        }
        if self.files >= self.options.max_files {
            self.left_out += 1;
            return (ContentFacts::default(), Some(found));
        }
        let read = read_content(&self.fetcher, &found);
        self.files += read.files;
        let facts = match read.outcome {
            Outcome::Content(content, bytes) => {
                self.extensions.extend(detail::extensions(&bytes));
                ContentFacts {
                    kind: detail::kind(&bytes),
                    bytes: read.bytes,
                    ..measure(&content, volume, ecef_from_tile)
                }
            }
            Outcome::Tileset(tileset) => {
                let facts = ContentFacts { kind: "tileset", bytes: read.bytes, ..ContentFacts::default() };
                match self.nest(external, *tileset, &found.location, tile, ecef_from_tile) {
                    Ok(()) => facts,
                    Err(why) => ContentFacts { problem: Some(Problem::Unreadable(why)), ..facts },
                }
            }
            Outcome::Problem(problem) => {
                ContentFacts { problem: Some(problem), bytes: read.bytes, ..ContentFacts::default() }
            }
        };
        (facts, Some(found))
    }

    fn nest(
        &mut self,
        external: &External,
        tileset: Tileset,
        location: &Location,
        tile: usize,
        ecef_from_tile: &DAffine3,
    ) -> Result<(), String> {
        let mut above = external.above.clone();
        above.push(external.location.clone());
        if above.contains(location) {
            return Err("the tileset is inside of itself".to_owned());
        }
        if above.len() > MAX_NESTED {
            return Err(format!("more than {MAX_NESTED} tilesets inside of each other"));
        }
        self.queue.push_back(External {
            tileset,
            location: location.clone(),
            scope: external.scope.clone(),
            parent: Some(tile),
            ecef_from_parent: *ecef_from_tile,
            above,
        });
        Ok(())
    }

    fn count_children(&mut self) {
        for index in 0..self.tiles.len() {
            if let Some(parent) = self.tiles[index].parent {
                self.tiles[parent].children += 1;
            }
        }
    }
}

fn explicit<'a>(def: &'a TileDef, ecef_from_tile: &'a DAffine3, parent: Option<usize>, name: String) -> NewTile<'a> {
    let content = |content: &ContentDef| (content.uri.clone(), content.volume);
    NewTile {
        name,
        parent,
        volume: &def.volume,
        ecef_from_tile,
        geometric_error: def.geometric_error,
        refine: def.refine,
        contents: def.contents.iter().map(content).collect(),
    }
}

/// A reference for people: `data:` URIs are as long as what is in them.
fn shown(uri: &str) -> String {
    if uri.starts_with("data:") { "data:…".to_owned() } else { uri.to_owned() }
}

/// What came of reading a content.
struct Read {
    outcome: Outcome,
    bytes: u64,
    files: usize,
}

enum Outcome {
    Content(Box<Content>, Arc<[u8]>),
    Tileset(Box<Tileset>),
    Problem(Problem),
}

fn read_content(fetcher: &Fetcher, found: &Found) -> Read {
    let (mut moved, mut files) = (0, 1);
    let outcome = match fetcher.get_blocking(&found.location) {
        Ok(fetched) => {
            moved += fetched.wire_bytes;
            decode_all(fetcher, found, fetched.bytes, &mut moved, &mut files)
        }
        Err(error) => Outcome::Problem(problem(&error)),
    };
    Read { outcome, bytes: moved, files }
}

fn problem(error: &FetchError) -> Problem {
    match error {
        FetchError::Unpack(_) | FetchError::TooLarge { .. } => Problem::Unreadable(error.to_string()),
        _ => Problem::Missing(error.to_string()),
    }
}

/// Decodes, fetching what the content names until it has all.
fn decode_all(fetcher: &Fetcher, found: &Found, bytes: Arc<[u8]>, moved: &mut u64, files: &mut usize) -> Outcome {
    let options = DecodeOptions { up_axis: found.up_axis, ..DecodeOptions::default() };
    let mut resources = ResourceMap::default();
    for _ in 0..MAX_ROUNDS {
        match decode(&bytes, &options, &resources) {
            Ok(Decoded::Content(content)) => return Outcome::Content(Box::new(content), bytes),
            Ok(Decoded::Tileset) => {
                return match tileset::read(&bytes) {
                    Ok((tileset, _)) => Outcome::Tileset(Box::new(tileset)),
                    Err(error) => Outcome::Problem(Problem::Unreadable(error.to_string())),
                };
            }
            Ok(Decoded::Missing(uris)) => {
                for uri in uris {
                    let location = found.location.join(&uri, &found.scope).ok();
                    let fetched = location.and_then(|location| fetcher.get_blocking(&location).ok());
                    *files += 1;
                    *moved += fetched.as_ref().map_or(0, |fetched| fetched.wire_bytes);
                    resources.insert(uri, fetched.map(|fetched| fetched.bytes));
                }
            }
            Err(error) => return Outcome::Problem(Problem::Unreadable(error.to_string())),
        }
    }
    Outcome::Problem(Problem::Unreadable("it names too many other files".to_owned()))
}

/// A content that stands alone, without a tileset around it.
///
/// # Errors
/// When it can't be read.
pub fn inspect_content(location: &Location) -> Result<ContentDetail, InspectError> {
    let fetcher = Fetcher::new(FetchOptions::default())?;
    let found = Found { location: location.clone(), scope: Arc::new(Scope::of(location)), up_axis: UpAxis::default() };
    let refuse = |reason: String| Err(InspectError::Content { location: location.to_string(), reason });
    match read_content(&fetcher, &found).outcome {
        Outcome::Content(content, bytes) => Ok(detail::detail(&location.to_string(), &bytes, &content)),
        Outcome::Tileset(_) => refuse("it is a tileset".to_owned()),
        Outcome::Problem(Problem::Missing(why) | Problem::Unreadable(why)) => refuse(why),
    }
}
