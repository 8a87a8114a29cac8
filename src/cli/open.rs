//! What the user means by SCENE: a scene file, a tileset, a model, a folder or an archive with one of them, here or on
//! the web, or nothing for the demo.

use std::path::{Path, PathBuf};

use mirante::batch::world::{Making, SCENES, WorldError};
use mirante::format::issue::Issues;
use mirante::format::scene::{self, ContentKind, Scene};
use mirante::format::uri::{Location, UriError};
use mirante::platform::fetch::{FetchError, FetchOptions, Fetcher};

/// A scene that can be shown.
pub struct Opened {
    pub scene: Scene,
    /// What the scene's addresses are relative to.
    pub base: Location,
    /// A tile content or model without a scene around it, shown where its own coordinates say.
    pub bare_content: Option<Location>,
    pub issues: Issues,
    /// The generated world that the scene is of: its files are made when they are asked for as long as this lives.
    pub world: Option<Making>,
}

impl Opened {
    /// Whether there is anything to read besides the scene file.
    pub fn scene_has_content(&self) -> bool {
        self.bare_content.is_some() || !self.scene.tilesets.is_empty() || !self.scene.models.is_empty()
    }
}

/// Why there is nothing to show.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{text:?} is no path and no address: {source}")]
    Address { text: String, source: UriError },
    #[error("can't read {location}: {source}")]
    Fetch { location: String, source: FetchError },
    #[error(
        "{folder} holds neither a scene (.json), nor a tileset.json, nor a .3tz archive, nor a .glb or .gltf model"
    )]
    EmptyFolder { folder: PathBuf },
    #[error("can't list {folder}: {source}")]
    Folder { folder: PathBuf, source: std::io::Error },
    #[error("{location}: {source}")]
    Scene { location: String, source: scene::SceneError },
    #[error(
        "{location} is neither a scene, nor a tileset, nor a model: expected JSON, glTF, b3dm, i3dm, pnts, cmpt or a .3tz archive"
    )]
    Unknown { location: String },
    #[error("{location} is no valid JSON: {source}")]
    Json { location: String, source: serde_json::Error },
    #[error("{location} is empty")]
    Empty { location: String },
    #[error(transparent)]
    World(#[from] WorldError),
}

/// What of the generated world is waited for before its scene is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// The scene file: a window can open, all else comes while it is open.
    Scene,
    /// All files but tiles.
    Files,
}

/// Opens what the user named; nothing and `demo` are the demo. `tell` hears how far it is if that has to be made first.
pub fn open(text: Option<&str>, wait: Wait, tell: &mut dyn FnMut(f32, &str)) -> Result<Opened, OpenError> {
    match text {
        None | Some("demo") => open_world(SCENES[0], wait, tell),
        Some(text) => match SCENES.into_iter().find(|name| *name == text && !Path::new(text).exists()) {
            Some(name) => open_world(name, wait, tell),
            None => open_place(text),
        },
    }
}

/// A scene of the generated world in the user's cache.
fn open_world(name: &str, wait: Wait, tell: &mut dyn FnMut(f32, &str)) -> Result<Opened, OpenError> {
    let world = super::world::in_cache()?;
    let file = format!("{name}.json");
    match wait {
        Wait::Scene => world.wait_for_file(&file, tell)?,
        Wait::Files => world.wait_for_files(tell)?,
    }
    let opened = open_location(&Location::File(world.folder().join(file)))?;
    Ok(Opened { world: Some(world), ..opened })
}

/// A file, a folder or an address.
fn open_place(text: &str) -> Result<Opened, OpenError> {
    let path = Path::new(text);
    if path.is_dir() {
        let file = choose_in_folder(path)?;
        eprintln!("mirante: opening {}", file.display());
        return open_location(&Location::File(file));
    }
    let location = Location::parse_user(text).map_err(|source| OpenError::Address { text: text.into(), source })?;
    open_location(&location)
}

/// A folder's scene, else its tileset, else its archive, else its model; by name where there are several.
fn choose_in_folder(folder: &Path) -> Result<PathBuf, OpenError> {
    let listing =
        std::fs::read_dir(folder).map_err(|source| OpenError::Folder { folder: folder.to_path_buf(), source })?;
    let mut files: Vec<PathBuf> =
        listing.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_file()).collect();
    files.sort();
    let named = |name: &str| files.iter().find(|f| f.file_name().is_some_and(|n| n == name)).cloned();
    let ending = |ends: &[&str]| {
        files
            .iter()
            .find(|f| f.extension().is_some_and(|e| ends.iter().any(|end| e.eq_ignore_ascii_case(end))))
            .cloned()
    };
    let a_scene = || files.iter().find(|f| is_scene_file(f)).cloned();
    named("scene.json")
        .or_else(|| named("tileset.json"))
        .or_else(a_scene)
        .or_else(|| ending(&["3tz"]))
        .or_else(|| ending(&["glb", "gltf"]))
        .ok_or_else(|| OpenError::EmptyFolder { folder: folder.to_path_buf() })
}

fn is_scene_file(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("json"))
        && std::fs::metadata(path).is_ok_and(|m| m.len() <= scene::MAX_BYTES as u64)
        && std::fs::read(path).is_ok_and(|bytes| kind_of(&bytes) == Some(Kind::Scene))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Scene,
    Tileset,
    Content,
}

/// Tells by the first bytes, or for JSON by its keys.
fn kind_of(bytes: &[u8]) -> Option<Kind> {
    match bytes {
        [b'g', b'l', b'T', b'F', ..] => return Some(Kind::Content),
        _ if [b"b3dm", b"i3dm", b"pnts", b"cmpt"].iter().any(|magic| bytes.starts_with(*magic)) => {
            return Some(Kind::Content);
        }
        [0x1f, 0x8b, ..] => {
            let inner = mirante::format::gzip::gunzip_limited(bytes, 512 << 20).ok()?;
            return kind_of(&inner).filter(|kind| *kind != Kind::Scene);
        }
        _ => {}
    }
    let value: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    let has = |key: &str| value.get(key).is_some();
    if has("mirante") {
        Some(Kind::Scene)
    } else if has("root") && has("asset") {
        Some(Kind::Tileset)
    } else if has("asset") {
        Some(Kind::Content)
    } else if value.is_object() {
        // A scene that forgot its version: reading it as one says so.
        Some(Kind::Scene)
    } else {
        None
    }
}

/// Whether somebody meant this to be JSON.
fn looks_like_json(bytes: &[u8]) -> bool {
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    matches!(first, Some(b'{' | b'[' | b'/')) && std::str::from_utf8(bytes).is_ok()
}

fn open_location(location: &Location) -> Result<Opened, OpenError> {
    let fetcher = Fetcher::new(FetchOptions::default())
        .map_err(|source| OpenError::Fetch { location: location.to_string(), source })?;
    let fetched =
        fetcher.get_blocking(location).map_err(|source| OpenError::Fetch { location: location.to_string(), source })?;
    let shown = location.to_string();
    match kind_of(&fetched.bytes) {
        Some(Kind::Scene) => {
            let (scene, issues) =
                scene::read(&fetched.bytes).map_err(|source| OpenError::Scene { location: shown.clone(), source })?;
            let mut issues = issues.in_file(&shown);
            issues.extend(scene::check(&scene).in_file(&shown));
            Ok(Opened { scene, base: location.clone(), bare_content: None, issues, world: None })
        }
        Some(Kind::Tileset) => Ok(Opened {
            scene: Scene::for_content(&absolute(location), ContentKind::Tileset),
            base: location.clone(),
            bare_content: None,
            issues: Issues::default(),
            world: None,
        }),
        Some(Kind::Content) => {
            let mut scene = Scene::for_content(&absolute(location), ContentKind::Model);
            scene.models.clear();
            scene.origin = None;
            Ok(Opened {
                scene,
                base: location.clone(),
                bare_content: Some(location.clone()),
                issues: Issues::default(),
                world: None,
            })
        }
        None if fetched.bytes.is_empty() => Err(OpenError::Empty { location: shown }),
        None => match serde_json::from_slice::<serde_json::Value>(&fetched.bytes) {
            Err(source) if looks_like_json(&fetched.bytes) => Err(OpenError::Json { location: shown, source }),
            _ => Err(OpenError::Unknown { location: shown }),
        },
    }
}

/// The location as an address that holds in a scene whose base it is itself.
fn absolute(location: &Location) -> String {
    match location {
        // Addresses inside of an archive are relative to the entry.
        Location::Archive { .. } => location.file_name(),
        Location::File(path) => {
            std::path::absolute(path).unwrap_or_else(|_| path.clone()).to_string_lossy().into_owned()
        }
        other => other.to_string(),
    }
}
