use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use super::folder::{Mark, explain, tile_of};
use super::*;
use crate::bake::frame::PlanFrame;
use crate::format::uri::Location;
use crate::platform::fetch::{FetchError, FetchOptions, Fetcher};

const LEVELS: u32 = 4;
const ONE: Pace = Pace { threads: 1, gentle: false };
const THREE: Pace = Pace { threads: 3, gentle: true };

fn all_tiles() -> Vec<TileId> {
    (0..LEVELS).flat_map(|l| (0..1 << l).flat_map(move |x| (0..1 << l).map(move |y| TileId::new(l, x, y)))).collect()
}

/// Bytes that say how long they are, as a GLB does.
fn content(id: TileId) -> Vec<u8> {
    let body = id.content_path().repeat(3);
    let mut bytes = b"glTF\x02\0\0\0".to_vec();
    bytes.extend((12 + body.len() as u32).to_le_bytes());
    bytes.extend(body.as_bytes());
    bytes
}

/// A small world, and what was made of it.
#[derive(Default)]
struct Toy {
    name: &'static str,
    plans: AtomicUsize,
    made: Mutex<Vec<TileId>>,
    /// Tiles that can't be made as long as they are in here.
    shut: Mutex<BTreeSet<TileId>>,
    opened: Condvar,
    broken: Option<TileId>,
}

impl Toy {
    fn open_gate(&self) {
        self.shut.lock().unwrap().clear();
        self.opened.notify_all();
    }

    fn made(&self) -> Vec<TileId> {
        self.made.lock().unwrap().clone()
    }

    fn wait_until(&self, mut enough: impl FnMut(&[TileId]) -> bool) {
        while !enough(&self.made()) {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

struct Ref(Arc<Toy>);

impl Recipe for Ref {
    fn fingerprint(&self) -> String {
        format!("toy {}", self.0.name)
    }

    fn tree(&self) -> LandTree {
        LandTree { frame: PlanFrame::new(-9.0, 38.0, 50.0), low: DVec2::splat(-400.0), size_m: 800.0 }
    }

    fn early(&self) -> Vec<GeneratedFile> {
        vec![GeneratedFile { path: "scene.json".into(), bytes: format!("scene {}", self.0.name).into() }]
    }

    fn plan(&self, tell: Tell) -> Arc<dyn Source> {
        tell(0.5, "streets");
        self.0.plans.fetch_add(1, Ordering::Relaxed);
        Arc::new(Ref(self.0.clone()))
    }
}

impl Source for Ref {
    fn tiles(&self) -> Vec<TileId> {
        all_tiles()
    }

    fn files(&self, sink: &mut dyn FnMut(GeneratedFile), tell: Tell) -> Result<(), String> {
        for path in ["tileset.json", "subtrees/0/0/0.subtree", "models/crane.glb"] {
            sink(GeneratedFile { path: path.into(), bytes: format!("{path} {}", self.0.name).into() });
        }
        tell(1.0, "models");
        Ok(())
    }

    fn tile(&self, id: TileId) -> Vec<u8> {
        self.0.made.lock().unwrap().push(id);
        drop(self.0.opened.wait_while(self.0.shut.lock().unwrap(), |shut| shut.contains(&id)).unwrap());
        assert!(self.0.broken != Some(id), "no clay");
        content(id)
    }

    fn buildings(&self) -> u64 {
        7
    }
}

fn toy() -> Arc<Toy> {
    Arc::new(Toy::default())
}

fn open(folder: &Path, toy: &Arc<Toy>) -> Making {
    Making::open(folder, Box::new(Ref(toy.clone()))).unwrap()
}

fn make_whole(folder: &Path, toy: &Arc<Toy>, pace: Pace) -> Result<Status, WorldError> {
    let making = open(folder, toy);
    making.start(pace, None);
    let status = making.wait_until_whole(&mut |_| {});
    making.stop();
    status
}

fn ask(folder: &Path, path: &str) -> Result<Vec<u8>, FetchError> {
    let fetcher = Fetcher::new(FetchOptions::default()).unwrap();
    fetcher.get_blocking(&Location::File(folder.join(path))).map(|fetched| fetched.bytes.to_vec())
}

/// All files of a folder but drafts and locks.
fn listing(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, folder: &Path, out: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            if name.starts_with('.') {
                continue;
            } else if path.is_dir() {
                walk(root, &path, out);
            } else {
                out.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    let mut out = BTreeMap::new();
    walk(folder, folder, &mut out);
    out
}

#[test]
fn a_whole_folder_is_opened_without_a_plan() {
    let folder = tempfile::tempdir().unwrap();
    let status = make_whole(folder.path(), &toy(), THREE).unwrap();
    let bytes: usize = all_tiles().iter().map(|id| content(*id).len()).sum();
    assert_eq!((status.tiles, status.tiles_done, status.bytes, status.buildings), (85, 85, bytes as u64, 7));
    assert_eq!(status.line(), None);
    assert_eq!(listing(folder.path()).len(), 85 + 5);

    let again = toy();
    let status = make_whole(folder.path(), &again, ONE).unwrap();
    assert_eq!((status.tiles_done, status.bytes, again.plans.load(Ordering::Relaxed)), (85, bytes as u64, 0));
}

#[test]
fn what_was_stopped_goes_on_and_ends_with_the_same_bytes() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let first = toy();
    let making = open(folder.path(), &first);
    first.shut.lock().unwrap().insert(TileId::new(2, 2, 2));
    making.start(ONE, None);
    first.wait_until(|made| made.contains(&TileId::new(2, 2, 2)));
    making.shared.stop();
    first.open_gate();
    making.stop();
    drop(making);
    // What a power failure and a kill may leave.
    let half = folder.path().join("tiles/1/0/1.glb");
    fs::write(&half, &content(TileId::new(1, 0, 1))[..20]).unwrap();
    fs::write(folder.path().join(".drafts/1-1"), "half").unwrap();

    let second = toy();
    make_whole(folder.path(), &second, THREE).unwrap();
    let before: BTreeSet<TileId> =
        first.made().into_iter().filter(|id| id.level < 2 && *id != TileId::new(1, 0, 1)).collect();
    assert!(second.made().iter().all(|id| !before.contains(id)), "made twice");
    assert!(second.made().contains(&TileId::new(1, 0, 1)));
    make_whole(other.path(), &toy(), ONE).unwrap();
    assert!(listing(folder.path()) == listing(other.path()));
}

#[test]
fn many_requests_for_a_tile_make_it_once() {
    let folder = tempfile::tempdir().unwrap();
    let toy = toy();
    let id = TileId::new(3, 5, 6);
    toy.shut.lock().unwrap().insert(id);
    let making = open(folder.path(), &toy);
    let door = work::Door(making.shared.clone());
    std::thread::scope(|scope| {
        let asked: Vec<_> = (0..6).map(|_| scope.spawn(|| fetch::Maker::make(&door, &id.content_path()))).collect();
        while making.shared.lock().requests < 6 {
            std::thread::sleep(Duration::from_millis(1));
        }
        toy.open_gate();
        for one in asked {
            assert_eq!(one.join().unwrap(), Some(Ok(content(id))));
        }
    });
    assert_eq!(toy.made(), [id]);
    assert_eq!(fs::read(folder.path().join(id.content_path())).unwrap(), content(id));
}

#[test]
fn requests_do_not_wait_for_the_background_and_it_rests_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let toy = toy();
    let (slow, wanted) = (TileId::ROOT, TileId::new(3, 7, 7));
    toy.shut.lock().unwrap().extend([slow, wanted]);
    let making = open(folder.path(), &toy);
    making.start(ONE, None);
    toy.wait_until(|made| made == [slow]);
    let path = folder.path();
    std::thread::scope(|scope| {
        let asked = scope.spawn(move || ask(path, &wanted.content_path()));
        toy.wait_until(|made| made.contains(&wanted));
        toy.shut.lock().unwrap().remove(&slow);
        toy.opened.notify_all();
        while making.status().tiles_done == 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(toy.made(), [slow, wanted], "the background went on");
        toy.open_gate();
        assert_eq!(asked.join().unwrap().unwrap(), content(wanted));
    });
    making.wait_until_whole(&mut |_| {}).unwrap();
    assert_eq!(toy.made().iter().filter(|id| **id == wanted).count(), 1);
}

#[test]
fn files_come_by_fetching_before_there_is_a_plan() {
    let folder = tempfile::tempdir().unwrap();
    let toy = toy();
    let making = open(folder.path(), &toy);
    assert_eq!(ask(folder.path(), "scene.json").unwrap(), b"scene ");
    assert_eq!(toy.plans.load(Ordering::Relaxed), 0);
    assert_eq!(ask(folder.path(), "models/crane.glb").unwrap(), b"models/crane.glb ");
    assert_eq!(ask(folder.path(), "tiles/1/1/0.glb").unwrap(), content(TileId::new(1, 1, 0)));
    assert_eq!(ask(folder.path(), "tiles/1/2/0.glb"), Err(FetchError::NotFound));
    assert_eq!(ask(folder.path(), "models/dragon.glb"), Err(FetchError::NotFound));
    assert_eq!(toy.plans.load(Ordering::Relaxed), 1);
    making.wait_for_files(&mut |_, _| {}).unwrap();
    drop(making);
    assert_eq!(ask(folder.path(), "tiles/1/1/1.glb"), Err(FetchError::NotFound));
}

#[test]
fn what_somebody_removed_or_cut_off_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    make_whole(folder.path(), &toy(), ONE).unwrap();
    let making = open(folder.path(), &toy());
    for path in ["tiles/2/1/1.glb", "subtrees/0/0/0.subtree"] {
        let before = fs::read(folder.path().join(path)).unwrap();
        fs::remove_file(folder.path().join(path)).unwrap();
        assert_eq!(ask(folder.path(), path).unwrap(), before);
    }
    drop(making);
    let cut = folder.path().join("tiles/3/0/0.glb");
    fs::write(&cut, b"glTF").unwrap();
    let toy = toy();
    assert!(!open(folder.path(), &toy).status().whole);
    make_whole(folder.path(), &toy, ONE).unwrap();
    assert_eq!(toy.made(), [TileId::new(3, 0, 0)]);
}

#[test]
fn tiles_that_can_not_be_kept_are_served_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let making = open(folder.path(), &toy());
    making.wait_for_files(&mut |_, _| {}).unwrap();
    fs::create_dir_all(folder.path().join("tiles")).unwrap();
    fs::write(folder.path().join("tiles/2"), "in the way").unwrap();
    let id = TileId::new(2, 1, 3);
    assert_eq!(ask(folder.path(), &id.content_path()).unwrap(), content(id));
    assert_eq!(ask(folder.path(), &id.content_path()).unwrap(), content(id));
    making.start(ONE, None);
    let error = making.wait_until_whole(&mut |_| {}).unwrap_err();
    assert!(matches!(&error, WorldError::Trouble(text) if text.contains("can't be kept")), "{error}");
    assert_eq!(making.status().line(), Some(error.to_string()));
    // Once the way is free again, the next start goes on.
    making.stop();
    drop(making);
    fs::remove_file(folder.path().join("tiles/2")).unwrap();
    make_whole(folder.path(), &toy(), ONE).unwrap();
}

#[test]
fn a_full_disk_is_called_so() {
    let text = |kind: io::ErrorKind| explain(Path::new("/there"), &kind.into());
    assert!(text(io::ErrorKind::StorageFull).contains("no room left on the disk for the world in /there"));
    assert!(text(io::ErrorKind::PermissionDenied).starts_with("/there can't be written"));
}

#[test]
fn a_tile_that_fails_is_told_and_the_others_are_made() {
    let folder = tempfile::tempdir().unwrap();
    let toy = Arc::new(Toy { broken: Some(TileId::new(2, 0, 0)), ..Toy::default() });
    let error = make_whole(folder.path(), &toy, ONE).unwrap_err();
    assert!(matches!(error, WorldError::Missing { missing: 1, all: 85 }), "{error}");
    let making = open(folder.path(), &toy);
    let asked = ask(folder.path(), "tiles/2/0/0.glb");
    assert!(matches!(&asked, Err(FetchError::Io(text)) if text.contains("no clay")), "{asked:?}");
    assert!(!making.status().whole);
}

#[test]
fn a_folder_of_somebody_else_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tileset.json"), "mine").unwrap();
    let opened = Making::open(folder.path(), Box::new(Ref(toy())));
    assert!(matches!(opened, Err(WorldError::Foreign { what: "tileset.json", .. })));
    assert_eq!(listing(folder.path()).len(), 1);
}

#[test]
fn another_world_replaces_what_was_made_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    make_whole(folder.path(), &toy(), THREE).unwrap();
    fs::write(folder.path().join("notes.txt"), "mine").unwrap();
    fs::write(folder.path().join("tiles/0/0/map.png"), "mine").unwrap();
    let other = Arc::new(Toy { name: "other", ..Toy::default() });
    let making = open(folder.path(), &other);
    let left: Vec<String> = listing(folder.path()).into_keys().collect();
    assert_eq!(left, ["notes.txt", "scene.json", "tiles/0/0/map.png", "world.json"]);
    assert_eq!(ask(folder.path(), "tileset.json").unwrap(), b"tileset.json other");
    drop(making);
}

#[test]
fn a_folder_where_another_world_is_being_made_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let toy = toy();
    toy.shut.lock().unwrap().insert(TileId::ROOT);
    let making = open(folder.path(), &toy);
    making.start(ONE, None);
    toy.wait_until(|made| !made.is_empty());
    let other = Arc::new(Toy { name: "other", ..Toy::default() });
    assert!(matches!(Making::open(folder.path(), Box::new(Ref(other))), Err(WorldError::Busy(_))));
    toy.open_gate();
    making.stop();
}

#[test]
fn of_two_programs_on_a_folder_one_does_the_work() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (toy(), toy());
    let (one, two) = (open(folder.path(), &first), open(folder.path(), &second));
    first.shut.lock().unwrap().insert(TileId::ROOT);
    one.start(ONE, None);
    first.wait_until(|made| !made.is_empty());
    two.start(ONE, None);
    while two.status().stage.is_empty() {
        std::thread::sleep(Duration::from_millis(1));
    }
    first.open_gate();
    assert!(two.wait_until_whole(&mut |_| {}).unwrap().whole);
    assert_eq!((second.plans.load(Ordering::Relaxed), second.made()), (0, Vec::new()));
}

#[test]
fn older_versions_are_removed_once_the_new_one_is_whole() {
    let cache = tempfile::tempdir().unwrap();
    let put = |path: &str, text: &str| {
        let path = cache.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let mark = serde_json::to_string(&Mark::new("old".into())).unwrap();
    put("world-0/world.json", &mark);
    put("world-0/tiles/2/1/1.glb", "glTF");
    put("world-99/world.json", &mark);
    put("world-tour/photo.png", "mine");
    for path in ["scene.json", "live.jsonl", "tileset.json", "tiles/0/1-1.glb", "models/car.glb"] {
        put(&format!("town-2/{path}"), "old");
        put(&format!("town-3/{path}"), "old");
    }
    put("town-3/tiles/mine.txt", "mine");
    put("town-4/scene.json", "mine");
    let folder = cache.path().join(format!("world-{VERSION}"));
    let toy = toy();
    let making = open(&folder, &toy);
    making.wait_for_files(&mut |_, _| {}).unwrap();
    assert!(cache.path().join("world-0/tiles/2/1/1.glb").exists());
    drop(making);
    make_whole(&folder, &toy, ONE).unwrap();
    let mut left: Vec<String> = listing(cache.path()).into_keys().collect();
    left.retain(|path| !path.starts_with(&format!("world-{VERSION}/")));
    assert_eq!(left, ["town-3/tiles/mine.txt", "town-4/scene.json", "world-99/world.json", "world-tour/photo.png"]);
    assert!(!cache.path().join("world-0").exists() && !cache.path().join("town-2").exists());
}

#[test]
fn coarse_tiles_come_first_then_near_ones_and_parents_before_children() {
    let tree = LandTree { frame: PlanFrame::new(-9.0, 38.0, 50.0), low: DVec2::splat(-8000.0), size_m: 16_000.0 };
    let tiles: BTreeSet<TileId> =
        (0..7).flat_map(|l| (0..1 << l).flat_map(move |x| (0..1 << l).map(move |y| TileId::new(l, x, y)))).collect();
    let near = DVec2::new(3100.0, -2600.0);
    let order = order::by_need(&tree, &tiles, near);
    let place: BTreeMap<TileId, usize> = order.iter().enumerate().map(|(k, id)| (*id, k)).collect();
    assert_eq!(place.len(), tiles.len());
    assert!(order[..85].iter().all(|id| id.level < 4));
    assert!(tiles.iter().all(|id| id.parent().is_none_or(|parent| place[&parent] < place[id])));
    let at = |level: u32, p: DVec2| place[&tree.tile_at(level, p)];
    assert!(at(6, near) < at(6, near + 700.0) && at(6, near + 700.0) < at(6, DVec2::splat(-7900.0)));
    assert!(at(6, near) < at(4, DVec2::splat(-7900.0)), "far tiles wait for near ones of finer levels");
}

#[test]
fn paths_of_tiles_are_known_from_others() {
    assert_eq!(tile_of("tiles/3/4/5.glb"), Some(TileId::new(3, 4, 5)));
    for other in ["tiles/3/4.glb", "tiles/3/4/5/6.glb", "tiles/3/04/5.glb", "tiles/-1/4/5.glb", "tiles/3/4/5.b3dm"] {
        assert_eq!(tile_of(other), None, "{other}");
    }
}

/// A plan that is there already.
struct Drawn(Arc<dyn Source>);

impl Recipe for Drawn {
    fn fingerprint(&self) -> String {
        Great::default().fingerprint()
    }

    fn tree(&self) -> LandTree {
        Great::default().tree()
    }

    fn early(&self) -> Vec<GeneratedFile> {
        Great::default().early()
    }

    fn plan(&self, _: Tell) -> Arc<dyn Source> {
        self.0.clone()
    }
}

#[test]
fn the_great_world_is_served_by_its_tiles() {
    let folder = tempfile::tempdir().unwrap();
    let source = Great::default().plan(&mut |_, _| {});
    let making = Making::open(folder.path(), Box::new(Drawn(source.clone()))).unwrap();
    for name in SCENES {
        let bytes = ask(folder.path(), &format!("{name}.json")).unwrap();
        let (scene, issues) = crate::format::scene::read(&bytes).unwrap();
        assert!(issues.is_empty() && scene.views.iter().any(|view| view.home), "{name}: {issues:?}");
    }
    for id in [TileId::new(6, 33, 26), TileId::new(5, 3, 30)] {
        let bytes = ask(folder.path(), &id.content_path()).unwrap();
        assert!(bytes == source.tile(id), "{id:?}");
    }
    let (_, issues) = crate::format::tileset::read(&ask(folder.path(), "tileset.json").unwrap()).unwrap();
    assert!(issues.is_empty(), "{issues:?}");
    assert!(making.status().tiles > 2_500 && making.status().tiles_done == 2);
}
