//! Worlds made of numbers: tilesets without files, for simulations, measurements and tests.
//!
//! A [`World`] answers the forest's jobs as an engine with files would: with tilesets, subtrees and contents that have a
//! size but nothing inside. All of it follows from a seed.

use std::collections::HashMap;
use std::path::PathBuf;

use glam::{DMat3, DMat4, DVec3};

use super::simulate::Answers;
use super::types::{Job, JobKind, Loaded};
use crate::format::subtree::{self, SubtreeRead};
use crate::format::tileset::{
    BoundingVolume, ContentDef, ImplicitTiling, Refine, Subdivision, TileDef, Tileset, UpAxis,
};
use crate::format::uri::Location;

/// Bytes that a structure file is taken to have.
pub const STRUCTURE_BYTES: u64 = 4096;

/// A small generator of pseudo-random numbers (SplitMix64, S. Vigna): the same numbers on every machine.
#[derive(Debug, Clone)]
pub struct Random(pub u64);

impl Random {
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// In [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// In `0..n`; 0 for `n` = 0.
    pub fn below(&mut self, n: u64) -> u64 {
        self.bits() % n.max(1)
    }
}

/// FNV-1a over a text: a seed for each file.
pub fn seed_of(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Answers jobs.
#[derive(Debug, Clone)]
pub struct World {
    /// Tileset files by name.
    pub files: HashMap<String, Tileset>,
    /// Contents are this large on average, bytes; each between half and one and a half times of it.
    pub content_bytes: u64,
    /// The part of contents that can never be read, 0 to 1.
    pub broken_share: f64,
    pub seed: u64,
}

/// The place where all worlds' files pretend to lie.
pub fn location_of(name: &str) -> Location {
    Location::File(PathBuf::from("/world").join(name))
}

impl World {
    pub fn root_location(&self) -> Location {
        location_of("tileset.json")
    }

    fn bytes_of(&self, location: &Location) -> u64 {
        let name = location.file_name();
        if self.files.contains_key(&name) {
            return STRUCTURE_BYTES;
        }
        let mut random = Random(self.seed ^ seed_of(&name));
        (self.content_bytes as f64 * (0.5 + random.unit())) as u64
    }

    fn content(&self, job: &Job) -> Result<Loaded, String> {
        let (mut tilesets, mut drawable) = (Vec::new(), false);
        for location in &job.locations {
            let name = location.file_name();
            if self.is_broken(&name) {
                return Err(format!("{name} is broken"));
            }
            match self.files.get(&name) {
                Some(file) => tilesets.push((location.clone(), file.clone())),
                None => drawable = true,
            }
        }
        let bytes = if drawable { self.fetch_bytes(job) } else { 0 };
        Ok(Loaded::Content { bytes, tilesets, drawable, bounds: None })
    }

    /// A quadtree over a part of the Earth, every tile of every level with content: `levels` 11 has 1,398,101 tiles.
    ///
    /// The root spans `size_rad` of longitude and latitude around a place (radians); a tile's error is a sixteenth of
    /// its height.
    pub fn quadtree(lon_rad: f64, lat_rad: f64, size_rad: f64, levels: u32) -> Self {
        let half = size_rad * 0.5;
        let volume = BoundingVolume::Region {
            west_rad: lon_rad - half,
            south_rad: lat_rad - half,
            east_rad: lon_rad + half,
            north_rad: lat_rad + half,
            min_height_m: 0.0,
            max_height_m: 100.0,
        };
        let root = TileDef {
            geometric_error: size_rad * 6.37e6 / 16.0,
            contents: vec![content("{level}-{x}-{y}.glb")],
            implicit: Some(ImplicitTiling {
                scheme: Subdivision::Quadtree,
                subtree_levels: 4,
                available_levels: levels,
                subtrees_uri: "{level}-{x}-{y}.subtree".to_owned(),
            }),
            ..tile(volume)
        };
        Self::of(vec![root])
    }

    /// Whether a content can never be read.
    pub fn is_broken(&self, name: &str) -> bool {
        Random(self.seed.rotate_left(17) ^ seed_of(name)).unit() < self.broken_share
    }

    /// A world of one tileset file.
    pub fn of(tiles: Vec<TileDef>) -> Self {
        let files = HashMap::from([("tileset.json".to_owned(), tileset(tiles))]);
        Self { files, content_bytes: 200_000, broken_share: 0.0, seed: 1 }
    }

    /// A random tree of boxes around a place: both refinements, tiles without content, external tilesets, uneven depth.
    pub fn random(seed: u64, center_ecef: DVec3, size_m: f64) -> Self {
        let mut random = Random(seed);
        let mut names = vec!["tileset.json".to_owned()];
        let mut world = Self::of(Vec::new());
        world.seed = seed;
        let mut next = 0;
        let mut cube = (center_ecef, size_m * 0.5);
        while next < names.len() {
            let name = names[next].clone();
            let (tiles, externals) = random_tree(&mut random, &format!("f{next}"), cube, names.len() < 6);
            for (name, place) in externals {
                cube = place;
                names.push(name);
            }
            world.files.insert(name, tileset(tiles));
            next += 1;
        }
        world
    }
}

impl Answers for World {
    fn fetch_bytes(&self, job: &Job) -> u64 {
        match job.kind {
            JobKind::Content => job.locations.iter().map(|location| self.bytes_of(location)).sum(),
            JobKind::Tileset | JobKind::Subtree { .. } => STRUCTURE_BYTES,
        }
    }

    fn answer(&self, job: &Job) -> Result<Loaded, String> {
        let first = job.locations.first().ok_or("no file is named")?;
        match job.kind {
            JobKind::Tileset => {
                let file = self.files.get(&first.file_name()).ok_or("no such tileset")?;
                Ok(Loaded::Tileset(Box::new(file.clone())))
            }
            JobKind::Subtree { scheme, levels } => full_subtree(scheme, levels),
            JobKind::Content => self.content(job),
        }
    }
}

/// The name of an external tileset and the cube (centre, half size) that it fills.
type External = (String, (DVec3, f64));

fn random_tree(random: &mut Random, prefix: &str, cube: (DVec3, f64), may_nest: bool) -> (Vec<TileDef>, Vec<External>) {
    let mut tiles: Vec<TileDef> = Vec::new();
    let mut externals = Vec::new();
    // Depth-first: (parent, centre, half size, depth).
    let mut todo = vec![(None, cube.0, cube.1, 0_u32)];
    while let Some((parent, center, half, depth)) = todo.pop() {
        let index = tiles.len() as u32;
        let leaf = depth >= 5 || (depth > 1 && random.unit() < 0.25) || tiles.len() > 1500;
        let mut def = tile(cube_volume(center, half));
        def.depth = depth;
        def.geometric_error = if leaf { 0.0 } else { half / 4.0 };
        def.refine = if random.unit() < 0.75 { Refine::Replace } else { Refine::Add };
        let has_content = depth == 0 || random.unit() < 0.85;
        if leaf && may_nest && externals.is_empty() && depth > 1 {
            let name = format!("{prefix}-inner.json");
            def.contents.push(content(&name));
            externals.push((name, (center, half)));
        } else if has_content {
            def.contents.push(content(&format!("{prefix}-{index}.glb")));
        }
        tiles.push(def);
        if let Some(parent) = parent {
            let parent: &mut TileDef = &mut tiles[parent as usize];
            parent.children.push(index);
        }
        if !leaf {
            for corner in (0..8_u32).filter(|corner| corner & 4 == 0 || random.0 & 32 == 0) {
                let offset = DVec3::new(sign(corner & 1), sign(corner & 2), sign(corner & 4)) * (half * 0.5);
                todo.push((Some(index), center + offset, half * 0.5, depth + 1));
            }
        }
    }
    (tiles, externals)
}

fn sign(bit: u32) -> f64 {
    if bit == 0 { -1.0 } else { 1.0 }
}

pub(super) fn cube_volume(center: DVec3, half: f64) -> BoundingVolume {
    BoundingVolume::Box { center, half_axes: DMat3::from_diagonal(DVec3::splat(half)) }
}

pub(super) fn content(uri: &str) -> ContentDef {
    ContentDef { uri: uri.to_owned(), volume: None, group: None, metadata: None }
}

/// A tile with nothing but a volume.
pub(super) fn tile(volume: BoundingVolume) -> TileDef {
    TileDef {
        volume,
        viewer_request_volume: None,
        geometric_error: 0.0,
        refine: Refine::Replace,
        parent_from_tile: DMat4::IDENTITY,
        contents: Vec::new(),
        children: Vec::new(),
        implicit: None,
        metadata: None,
        depth: 0,
    }
}

pub(super) fn tileset(tiles: Vec<TileDef>) -> Tileset {
    Tileset {
        version: "1.1".to_owned(),
        tileset_version: String::new(),
        geometric_error: tiles.first().map_or(0.0, |root| root.geometric_error * 2.0),
        tiles,
        up_axis: UpAxis::Y,
        schema: None,
        schema_uri: None,
        groups: Vec::new(),
        metadata: None,
        properties: None,
        statistics: None,
        extensions_used: Vec::new(),
        extensions_required: Vec::new(),
        copyrights: Vec::new(),
    }
}

/// A subtree in which everything exists.
fn full_subtree(scheme: Subdivision, levels: u32) -> Result<Loaded, String> {
    let json = br#"{"tileAvailability":{"constant":1},"contentAvailability":[{"constant":1}],"childSubtreeAvailability":{"constant":1}}"#;
    match subtree::read(json, scheme, levels, &|_| None) {
        Ok(SubtreeRead::Done(subtree, _)) => Ok(Loaded::Subtree(subtree)),
        Ok(SubtreeRead::Missing(_)) => Err("the subtree names buffers".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
