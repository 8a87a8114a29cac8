//! Reading and running the cases.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use bevy::math::UVec2;
use mirante::batch::world::{Great, Making};
use mirante::format::scene::{self, ContentKind, Scene};
use mirante::format::uri::Location;
use mirante::geo::Geodetic;
use mirante::nav::Eye;
use mirante::view::capture::Studio;
use mirante::view::entities::Cast;
use mirante::view::roads::Roads;
use mirante::view::scene::OpenScene;
use mirante::view::stream::{IssueLog, StreamStats};

use crate::picture;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    #[serde(skip)]
    pub name: String,
    #[serde(skip)]
    folder: PathBuf,
    /// What one should see: for people who look at the picture.
    #[allow(dead_code)]
    shows: String,
    /// A scene file in the case's folder.
    scene: Option<String>,
    /// A scene of the generated world, which is made for the test in a folder of its own.
    world: Option<String>,
    /// The scene's view to look from.
    view: Option<String>,
    /// A tileset in the folder of real data.
    shared_tileset: Option<String>,
    /// Or many of them, on one sheet of small pictures.
    sheet: Option<Vec<Cell>>,
    /// Longitude, latitude, height of the eye and of what it looks at; without them the whole content is framed.
    eye: Option<[f64; 3]>,
    look: Option<[f64; 3]>,
    unix_secs: Option<f64>,
    /// Share of pixels that may differ.
    max_outliers: f64,
    /// Tiles that the selection must end with; a check that needs no picture.
    tiles: Option<usize>,
    /// Whether an error issue is expected.
    #[serde(default)]
    has_error: bool,
}

/// One small picture of a sheet.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Cell {
    /// A tileset, a tile or a model in the folder of real data.
    file: String,
    #[allow(dead_code)]
    shows: String,
    tiles: Option<usize>,
    /// Share of pixels that may differ, where it is not the sheet's.
    max_outliers: Option<f64>,
    #[serde(default)]
    has_error: bool,
}

pub enum Outcome {
    Same,
    Skipped(String),
    Different(String),
}

pub fn read_all(folder: &Path) -> Vec<Case> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder of cases")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    let only = std::env::var("MIRANTE_CASE").ok();
    folders
        .into_iter()
        .map(|folder| {
            let text = std::fs::read_to_string(folder.join("case.json")).expect("case.json");
            let mut case: Case =
                serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
            case.name = folder.file_name().expect("a name").to_string_lossy().into_owned();
            case.folder = folder;
            case
        })
        .filter(|case| only.as_ref().is_none_or(|only| case.name == *only))
        .collect()
}

/// The folder of real data, beside the checkout or above it.
fn shared_data() -> Option<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("shared/data"))
        .find(|folder| folder.is_dir())
}

/// What is drawn, and what must hold besides the picture.
struct Shot {
    scene: Scene,
    base: Location,
    bare_content: Option<Location>,
    eye: Option<Eye>,
    unix_secs: Option<f64>,
    size_px: UVec2,
    tiles: Option<usize>,
    has_error: bool,
}

/// Small pictures of a sheet: size in pixels, and how many in a row.
const CELL_PX: UVec2 = UVec2::new(192, 108);
const COLUMNS: u32 = 5;

pub fn run(case: &Case) -> Outcome {
    let shared = shared_data();
    if (case.shared_tileset.is_some() || case.sheet.is_some()) && shared.is_none() {
        return Outcome::Skipped("no shared/data folder beside the checkout".into());
    }
    let shared = shared.unwrap_or_default();
    match &case.sheet {
        Some(cells) => sheet(case, cells, &shared),
        None => match draw(single(case, &shared)) {
            Ok(picture) => compare(case, &picture, &|_, _| Some(case.max_outliers)),
            Err(why) => Outcome::Different(why),
        },
    }
}

fn single(case: &Case, shared: &Path) -> Shot {
    let (mut scene, base) = open(case, shared);
    let place = |p: [f64; 3]| Geodetic::from_degrees(p[0], p[1], p[2]);
    let eye = case.eye.zip(case.look).map(|(eye, look)| Eye::looking_at(place(eye), place(look)));
    if let Some(name) = &case.view {
        let at = scene.views.iter().position(|view| view.id == *name).expect("the view that the case names");
        scene.views[at].home = true;
        let home = scene.views.remove(at);
        scene.views = vec![home];
    }
    Shot {
        scene,
        base,
        bare_content: None,
        eye,
        unix_secs: case.unix_secs,
        size_px: UVec2::new(320, 180),
        tiles: case.tiles,
        has_error: case.has_error,
    }
}

/// All pictures of a sheet side by side; each must be as expected by itself.
fn sheet(case: &Case, cells: &[Cell], shared: &Path) -> Outcome {
    let rows = (cells.len() as u32).div_ceil(COLUMNS);
    let mut all = image::RgbaImage::new(CELL_PX.x * COLUMNS, CELL_PX.y * rows);
    let mut failures = Vec::new();
    let only = std::env::var("MIRANTE_CELL").ok();
    let chosen = |cell: &Cell| only.as_ref().is_none_or(|only| cell.file.contains(only));
    for (index, cell) in cells.iter().enumerate().filter(|(_, cell)| chosen(cell)) {
        let file = shared.join(&cell.file);
        let kind = if cell.file.ends_with(".json") { ContentKind::Tileset } else { ContentKind::Model };
        let mut scene = Scene::for_content(&file.to_string_lossy(), kind);
        let location = Location::File(file);
        // A tile without a tileset stands where its own coordinates say.
        let bare_content = (kind == ContentKind::Model).then(|| location.clone());
        if bare_content.is_some() {
            scene.models.clear();
            scene.origin = None;
        }
        let shot = Shot {
            scene,
            base: location,
            bare_content,
            eye: None,
            unix_secs: case.unix_secs,
            size_px: CELL_PX,
            tiles: cell.tiles,
            has_error: cell.has_error,
        };
        match draw(shot) {
            Ok(picture) => {
                let (column, row) = (index as u32 % COLUMNS, index as u32 / COLUMNS);
                image::imageops::replace(&mut all, &picture, (column * CELL_PX.x).into(), (row * CELL_PX.y).into());
            }
            Err(why) => failures.push(format!("{}: {why}", cell.file)),
        }
    }
    let allowed = |x: u32, y: u32| {
        let cell = cells.get((y / CELL_PX.y * COLUMNS + x / CELL_PX.x) as usize)?;
        chosen(cell).then(|| cell.max_outliers.unwrap_or(case.max_outliers))
    };
    match compare(case, &all, &allowed) {
        Outcome::Different(why) => failures.push(why),
        outcome if failures.is_empty() => return outcome,
        _ => {}
    }
    Outcome::Different(failures.join("\n  "))
}

/// Draws until everything is there.
fn draw(shot: Shot) -> Result<image::RgbaImage, String> {
    let Shot { scene, base, bare_content, eye, unix_secs, size_px, tiles, has_error } = shot;
    let open = OpenScene { scene, base, bare_content, eye, unix_secs };
    let mut studio = Studio::new(size_px, move |app| {
        app.insert_resource(open);
    })
    .map_err(|error| error.to_string())?;
    let mut settled = 0;
    // Tiles of the generated world take their time.
    for _ in 0..50_000 {
        studio.frame();
        let world = studio.world();
        let now = world.resource::<StreamStats>().settled
            && world.resource::<Roads>().is_settled()
            && world.resource::<Cast>().is_settled();
        settled = if now { settled + 1 } else { 0 };
        studio.set_drawing(now);
        if settled >= 4 {
            break;
        }
        if !now {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }
    if settled < 4 {
        return Err("it does not settle".into());
    }
    check_state(&studio, tiles, has_error)?;
    studio.picture().ok_or_else(|| "the renderer gave no picture".to_string())
}

fn check_state(studio: &Studio, tiles: Option<usize>, has_error: bool) -> Result<(), String> {
    let stats = studio.world().resource::<StreamStats>();
    if let Some(tiles) = tiles
        && stats.drawn.len() != tiles
    {
        return Err(format!("expected {tiles} tiles, got {}", stats.drawn.len()));
    }
    if stats.hole_frames > 0 {
        return Err(format!("{} frames had a hole", stats.hole_frames));
    }
    let issues = studio.world().resource::<IssueLog>();
    let error = issues.list().iter().find(|i| i.severity == mirante::format::issue::Severity::Error);
    match (error, has_error) {
        (Some(error), false) => Err(format!("an error that was not expected: {error}")),
        (None, true) => Err("an error was expected, and there is none".into()),
        _ => Ok(()),
    }
}

fn open(case: &Case, shared: &Path) -> (Scene, Location) {
    if let Some(tileset) = &case.shared_tileset {
        let path = shared.join(tileset);
        let scene = Scene::for_content(&path.to_string_lossy(), ContentKind::Tileset);
        return (scene, Location::File(path));
    }
    let path = match &case.world {
        Some(name) => world().folder().join(format!("{name}.json")),
        None => case.folder.join(case.scene.as_deref().unwrap_or("scene.json")),
    };
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (mut scene, issues) = scene::read(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(issues.is_empty(), "{}: {:?}", path.display(), issues.into_vec());
    // What moves is not compared.
    scene.feed = None;
    (scene, Location::File(path))
}

/// The generated world, begun anew in the build's folder for tests; tiles are made when they are asked for.
fn world() -> &'static Making {
    static WORLD: OnceLock<Making> = OnceLock::new();
    WORLD.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("world");
        if folder.exists() {
            std::fs::remove_dir_all(&folder).expect("the folder of the last run goes");
        }
        let making = Making::open(&folder, Box::new(Great::default())).expect("the world's folder");
        making.wait_for_files(&mut |_, _| {}).expect("the world's files");
        making
    })
}

/// Compares with the expected picture.
fn compare(case: &Case, got: &image::RgbaImage, allowed: &dyn Fn(u32, u32) -> Option<f64>) -> Outcome {
    let expected_path = case.folder.join("expected.png");
    if std::env::var_os("MIRANTE_BLESS").is_some() {
        got.save(&expected_path).expect("the picture is written");
        return Outcome::Same;
    }
    let expected = match image::open(&expected_path) {
        Ok(expected) => expected.into_rgba8(),
        Err(error) => return Outcome::Different(format!("{}: {error}", expected_path.display())),
    };
    match picture::compare(&expected, got, allowed) {
        Ok((excess, _)) if excess <= 1.0 => Outcome::Same,
        Ok((excess, difference)) => {
            let out = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/out").join(&case.name);
            std::fs::create_dir_all(&out).expect("a folder for the pictures");
            for (name, picture) in [("expected", &expected), ("got", got), ("difference", &difference)] {
                picture.save(out.join(format!("{name}.png"))).expect("the picture is written");
            }
            Outcome::Different(format!(
                "{excess:.1} times as many pixels differ as are allowed: look at {}",
                out.display()
            ))
        }
        Err(why) => Outcome::Different(why),
    }
}
