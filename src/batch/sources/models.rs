//! Models of a job: read with the files that they name, kept for the tiles that show them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use glam::{DVec2, DVec3};

use super::files;
use crate::bake::job::{Placement, Source, Up};
use crate::bake::land::{Model, SIMPLIFIED_M};
use crate::bake::model::{Feature, Height, Placed, Properties, Shape, Value};
use crate::bake::placed::PlacedModel;
use crate::bake::solid::Solid;
use crate::bake::source::crs::Heights;
use crate::bake::source::gltf::{self, GltfRead};
use crate::bake::source::obj;
use crate::bake::source::stand::{SitePlace, Stand};
use crate::batch::simplify::Meshoptimizer;
use crate::format::content::UpAxis;
use crate::format::content::decode::ResourceMap;
use crate::format::issue::{Issue, Issues};
use crate::geo::{Geodetic, HeadingPitchRoll};

/// What models and their coarser versions may take each, until all are dropped and read again when they are needed.
const KEPT_BYTES: usize = 512 << 20;
/// Triangles that one tile is still drawn quickly with.
const MANY: usize = 150_000;
/// A model asks for files and, once it has them, may ask for more.
const ROUNDS: usize = 4;

/// How a file is to be read: what two sources say alike is read once.
#[derive(Debug, Clone, PartialEq)]
struct ModelFile {
    path: PathBuf,
    up: Option<Up>,
    /// Of map coordinates; `None` for a model with a placement.
    crs: Option<String>,
    heights: Heights,
}

/// A model with what reading it told.
pub struct Loaded {
    pub model: PlacedModel,
    /// Longitude and latitude (degrees), ellipsoidal height: where a model in map coordinates stands.
    origin: Option<DVec3>,
    pub issues: Issues,
}

/// The models of a job by source.
pub struct Models {
    /// `None` for sources that are no models, else the first source that reads the same file in the same way.
    same: Vec<Option<usize>>,
    files: BTreeMap<usize, ModelFile>,
    loaded: Kept<usize, Result<Loaded, String>>,
    /// By file, detail and the bits of the error that is allowed.
    lods: Kept<(usize, u32, u64), Model>,
}

impl Models {
    /// `None` for sources that are no models.
    pub fn new<'a>(sources: impl Iterator<Item = Option<(&'a Path, &'a Source)>>) -> Self {
        let (mut same, mut known) = (Vec::new(), BTreeMap::<usize, ModelFile>::new());
        for (index, source) in sources.enumerate() {
            same.push(source.map(|(path, source)| {
                let on_map = source.placements().next().is_none();
                let file = ModelFile {
                    path: path.to_owned(),
                    up: source.up,
                    crs: source.crs.clone().filter(|_| on_map),
                    heights: super::heights(source.heights),
                };
                match known.iter().find(|(_, other)| **other == file) {
                    Some((first, _)) => *first,
                    None => {
                        known.insert(index, file);
                        index
                    }
                }
            }));
        }
        Self { same, files: known, loaded: Kept::new(), lods: Kept::new() }
    }

    /// A source's model, for a detail at a scale.
    pub fn get(&self, source: u32, scale: f64, detail: u32) -> Option<Arc<Model>> {
        let file = (*self.same.get(source as usize)?)?;
        let most_error_m = SIMPLIFIED_M[detail.min(4) as usize] / scale;
        self.lods.get((file, detail, most_error_m.to_bits()), || {
            let loaded = self.loaded(file)?;
            let lod = loaded.as_ref().as_ref().ok()?.model.at_detail(detail, most_error_m, &Meshoptimizer);
            let bytes = bytes_of(&lod);
            Some((lod, bytes))
        })
    }

    fn loaded(&self, file: usize) -> Option<Arc<Result<Loaded, String>>> {
        let how = self.files.get(&file)?;
        self.loaded.get(file, || {
            let loaded = load(how);
            let bytes = loaded.as_ref().map_or(0, |loaded| loaded.model.bytes());
            Some((loaded, bytes))
        })
    }

    /// The features of a source: its model at each of its places. Gives what reading told.
    ///
    /// # Errors
    /// When the file can't be read or has nothing to draw.
    pub fn features(&self, index: usize, source: &Source, sink: &mut dyn FnMut(Feature)) -> Result<Issues, String> {
        let file = self.same.get(index).copied().flatten().ok_or("it is no model")?;
        let loaded = self.loaded(file).ok_or("it is no model")?;
        let loaded = loaded.as_ref().as_ref().map_err(Clone::clone)?;
        let path = &self.files.get(&file).ok_or("it is no model")?.path;
        let mut places: Vec<Place> = source.placements().map(|placement| Place::of(placement, source)).collect();
        if let (true, Some(origin)) = (places.is_empty(), loaded.origin) {
            let at = Placement { lon_deg: origin.x, lat_deg: origin.y, ..Placement::default() };
            places.push(Place { at, base: Height::Ellipsoidal(origin.z) });
        }
        for (k, place) in places.iter().enumerate() {
            sink(place.feature(path, k, loaded.model.reach_m));
        }
        Ok(loaded.issues.clone())
    }
}

struct Place {
    at: Placement,
    base: Height,
}

impl Place {
    fn of(at: &Placement, source: &Source) -> Self {
        let base = match (at.height_m, super::heights(source.heights)) {
            (None, _) => Height::AboveGround(0.0),
            (Some(h), Heights::Ellipsoidal) => Height::Ellipsoidal(h),
            (Some(h), _) => {
                let geoid = crate::geo::Geoid::egm96();
                Height::Ellipsoidal(h + geoid.undulation_m(at.lon_deg.to_radians(), at.lat_deg.to_radians()))
            }
        };
        Self { at: *at, base }
    }

    fn feature(&self, path: &Path, number: usize, reach_m: f64) -> Feature {
        let text = |name: Option<&std::ffi::OsStr>| name.unwrap_or_default().to_string_lossy().into_owned();
        let (name, file) = (text(path.file_stem()), text(path.file_name()));
        let id = if number == 0 { name.clone() } else { format!("{name}#{}", number + 1) };
        let at = &self.at;
        let shape = Shape::Model(Placed {
            uri: file.clone(),
            at: DVec2::new(at.lon_deg, at.lat_deg),
            base: self.base,
            heading_deg: at.heading_deg,
            pitch_deg: at.pitch_deg,
            roll_deg: at.roll_deg,
            scale: at.scale,
            reach_m: reach_m * at.scale,
        });
        let properties = Properties::from([("file".to_string(), Value::Text(file))]);
        Feature { id, class: "model".into(), name, properties, shape }
    }
}

fn load(file: &ModelFile) -> Result<Loaded, String> {
    let bytes = std::fs::read(&file.path).map_err(|error| error.to_string())?;
    let crs = match &file.crs {
        Some(name) => Some(crate::batch::proj::named(name, file.heights).map_err(|error| error.to_string())?),
        None => None,
    };
    let up_axis = match file.up {
        Some(Up::Z) => UpAxis::Z,
        Some(Up::Y) => UpAxis::Y,
        None if crs.is_some() => UpAxis::Z,
        None => UpAxis::Y,
    };
    let stand = match &crs {
        Some(crs) => Stand::Map(crs),
        None => Stand::Site(SitePlace {
            origin: Geodetic::from_degrees(0.0, 0.0, 0.0),
            orientation: HeadingPitchRoll::default(),
            scale: 1.0,
            up_axis,
        }),
    };
    let folder = file.path.parent().unwrap_or_else(|| Path::new(""));
    let is_obj = file.path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("obj"));
    let solid = if is_obj { read_obj(&bytes, folder, &stand)? } else { read_gltf(&bytes, folder, &stand, up_axis)? };
    let mut issues = solid.issues.clone();
    for issue in crs.iter().flat_map(|crs| crs.issues()) {
        issues.push(issue.clone());
    }
    let model = PlacedModel::new(&solid, &mut issues);
    if model.triangles() > MANY {
        let message =
            "the model is heavy for one tile, in which all of it goes; cut it into parts that stand by themselves";
        issues.push(Issue::warning("", message).expected_got(format!("{MANY} triangles at most"), model.triangles()));
    }
    if model.is_empty() {
        return Err("it has no triangles".to_string());
    }
    let origin = solid.site.origin;
    let origin = crs.is_some().then(|| DVec3::new(origin.lon_deg(), origin.lat_deg(), origin.height_m));
    Ok(Loaded { model, origin, issues })
}

fn read_gltf(bytes: &[u8], folder: &Path, stand: &Stand, map_up_axis: UpAxis) -> Result<Solid, String> {
    let mut resources = ResourceMap::default();
    for _ in 0..ROUNDS {
        match gltf::read(bytes, &resources, stand, map_up_axis).map_err(|error| error.to_string())? {
            GltfRead::Solid(solid) => return Ok(*solid),
            GltfRead::Missing(uris) => {
                for uri in uris {
                    let found = beside(folder, &uri);
                    resources.insert(uri, found);
                }
            }
        }
    }
    Err("it asks for more and more files".to_string())
}

fn read_obj(bytes: &[u8], folder: &Path, stand: &Stand) -> Result<Solid, String> {
    let mut found: BTreeMap<String, Arc<[u8]>> = BTreeMap::new();
    for library in obj::libraries(bytes) {
        let Some(text) = beside(folder, &library) else { continue };
        for picture in obj::pictures(&text) {
            // Beside the library, as the format has it; many tools mean beside the model.
            let own = Path::new(&library).parent().map(|parent| folder.join(parent));
            let bytes = own.and_then(|own| beside(&own, &picture)).or_else(|| beside(folder, &picture));
            found.extend(bytes.map(|bytes| (picture, bytes)));
        }
        found.insert(library, text);
    }
    obj::read(bytes, &found, stand).map_err(|error| error.to_string())
}

fn beside(folder: &Path, uri: &str) -> Option<Arc<[u8]>> {
    Some(std::fs::read(files::beside(folder, uri)?).ok()?.into())
}

fn bytes_of(model: &Model) -> usize {
    let vertices: usize =
        model.mesh.triangles.iter().chain(model.mesh.pictured.iter().map(|p| &p.triangles)).map(Vec::len).sum();
    let pictures: usize = model.mesh.pictured.iter().map(|p| p.picture.bytes.len()).sum();
    vertices * size_of::<crate::bake::mesh::Vertex>() + pictures
}

/// What one thread makes is there for the others; all is dropped when it gets too much.
struct Kept<K, V> {
    slots: Mutex<(BTreeMap<K, Slot<V>>, usize)>,
}

/// Made by the first who asks, while the others wait.
type Slot<V> = Arc<OnceLock<Option<Arc<V>>>>;

impl<K: Ord + Copy, V> Kept<K, V> {
    fn new() -> Self {
        Self { slots: Mutex::new((BTreeMap::new(), 0)) }
    }

    /// `make` gives the value and its bytes.
    fn get(&self, key: K, make: impl FnOnce() -> Option<(V, usize)>) -> Option<Arc<V>> {
        let lock = || self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = Arc::clone(lock().0.entry(key).or_default());
        let mut made = 0;
        let value = slot.get_or_init(|| {
            let (value, bytes) = make()?;
            made = bytes;
            Some(Arc::new(value))
        });
        if made > 0 {
            let mut kept = lock();
            kept.1 += made;
            if kept.1 > KEPT_BYTES {
                *kept = (BTreeMap::new(), 0);
            }
        }
        value.clone()
    }
}
