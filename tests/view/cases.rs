//! Reading and running the cases.

use std::path::{Path, PathBuf};

use bevy::math::UVec2;
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
    /// A tileset in the folder of real data.
    shared_tileset: Option<String>,
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

pub fn run(case: &Case) -> Outcome {
    let (scene, base) = match open(case) {
        Ok(opened) => opened,
        Err(why) => return Outcome::Skipped(why),
    };
    let place = |p: [f64; 3]| Geodetic::from_degrees(p[0], p[1], p[2]);
    let eye = case.eye.zip(case.look).map(|(eye, look)| Eye::looking_at(place(eye), place(look)));
    let open = OpenScene { scene, base, bare_content: None, eye, unix_secs: case.unix_secs };
    let mut studio = match Studio::new(UVec2::new(320, 180), move |app| {
        app.insert_resource(open);
    }) {
        Ok(studio) => studio,
        Err(error) => return Outcome::Different(error.to_string()),
    };
    let mut settled = 0;
    for _ in 0..2_000 {
        studio.frame();
        let world = studio.world();
        let now = world.resource::<StreamStats>().settled
            && world.resource::<Roads>().is_settled()
            && world.resource::<Cast>().is_settled();
        settled = if now { settled + 1 } else { 0 };
        if settled >= 4 {
            break;
        }
        if !now {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }
    if settled < 4 {
        return Outcome::Different("it does not settle".into());
    }
    check_state(case, &studio).unwrap_or_else(|| compare(case, &mut studio))
}

fn check_state(case: &Case, studio: &Studio) -> Option<Outcome> {
    let stats = studio.world().resource::<StreamStats>();
    if let Some(tiles) = case.tiles
        && stats.drawn.len() != tiles
    {
        return Some(Outcome::Different(format!("expected {tiles} tiles, got {}", stats.drawn.len())));
    }
    if stats.hole_frames > 0 {
        return Some(Outcome::Different(format!("{} frames had a hole", stats.hole_frames)));
    }
    let issues = studio.world().resource::<IssueLog>();
    let error = issues.list().iter().find(|i| i.severity == mirante::format::issue::Severity::Error);
    match (error, case.has_error) {
        (Some(error), false) => Some(Outcome::Different(format!("an error that was not expected: {error}"))),
        (None, true) => Some(Outcome::Different("an error was expected, and there is none".into())),
        _ => None,
    }
}

fn open(case: &Case) -> Result<(Scene, Location), String> {
    if let Some(tileset) = &case.shared_tileset {
        let path = shared_data().ok_or("no shared/data folder beside the checkout")?.join(tileset);
        let scene = Scene::for_content(&path.to_string_lossy(), ContentKind::Tileset);
        return Ok((scene, Location::File(path)));
    }
    let path = case.folder.join(case.scene.as_deref().unwrap_or("scene.json"));
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (scene, issues) = scene::read(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(issues.is_empty(), "{}: {:?}", path.display(), issues.into_vec());
    Ok((scene, Location::File(path)))
}

fn compare(case: &Case, studio: &mut Studio) -> Outcome {
    let Some(got) = studio.picture() else { return Outcome::Different("the renderer gave no picture".into()) };
    let expected_path = case.folder.join("expected.png");
    if std::env::var_os("MIRANTE_BLESS").is_some() {
        got.save(&expected_path).expect("the picture is written");
        return Outcome::Same;
    }
    let expected = match image::open(&expected_path) {
        Ok(expected) => expected.into_rgba8(),
        Err(error) => return Outcome::Different(format!("{}: {error}", expected_path.display())),
    };
    match picture::compare(&expected, &got) {
        Ok((share, _)) if share <= case.max_outliers => Outcome::Same,
        Ok((share, difference)) => {
            let out = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/out").join(&case.name);
            std::fs::create_dir_all(&out).expect("a folder for the pictures");
            for (name, picture) in [("expected", &expected), ("got", &got), ("difference", &difference)] {
                picture.save(out.join(format!("{name}.png"))).expect("the picture is written");
            }
            let (percent, allowed) = (share * 100.0, case.max_outliers * 100.0);
            Outcome::Different(format!(
                "{percent:.2} % of the pixels differ (allowed {allowed:.2} %): look at {}",
                out.display()
            ))
        }
        Err(why) => Outcome::Different(why),
    }
}
