//! The demo place: a small coastal town with a harbour, made from a seed on the user's machine.
//!
//! [`generate`] is pure: it hands finished files to a sink (OGC 3D Tiles 1.1 tileset, entity models, a trace of feed
//! messages, a scene) and reports progress; the caller writes them where it likes. The same options give the same
//! bytes on every machine (see [`crate::bake::det`]).
//!
//! Frames: plans are in the *town frame* ([`crate::bake::frame`]), metres east, north and above the sea; tiles are in ECEF by their
//! transforms. The place is invented; it lies on the open coast south of Lisbon, where the geoid is about 53 m above
//! the ellipsoid, so the sea has that ellipsoidal height.
//!
//! A plan ([`plan`], [`building`], [`harbour`], [`things`]) is made once and drawn at five levels of detail
//! ([`crate::bake::draw`], [`ground`], [`land`]); [`tileset`] cuts each level into tiles. A larger world needs more plans and a
//! deeper tree, not other code.

pub mod building;
pub mod city;
pub mod great;
pub mod ground;
pub mod harbour;
pub mod land;
pub mod layout;
pub mod live;
pub mod models;
pub mod names;
pub mod parts;
pub mod plan;
pub mod quayside;
pub mod route;
pub mod sites;
pub mod terrain;
pub mod things;
pub mod tileset;
pub mod trace;
pub mod traffic;

use crate::bake::frame::PlanFrame;

/// What to make.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    pub seed: u64,
    pub lon_deg: f64,
    pub lat_deg: f64,
    /// Ellipsoidal height of the sea, metres.
    pub sea_h_m: f64,
    /// Length of the trace in seconds, which loops without a jump; rounded up to a multiple of [`TRACE_UNIT_SECS`].
    pub trace_secs: u32,
    /// Whether tiles are compressed by EXT_meshopt_compression (a third of the size). Off for tools that lack it.
    pub packed: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 7, lon_deg: -9.15, lat_deg: 38.42, sea_h_m: 53.0, trace_secs: 360, packed: true }
    }
}

/// A file to be stored below the output folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedFile {
    /// Relative, with `/` between folders.
    pub path: String,
    pub bytes: Vec<u8>,
}

/// What signals, cranes and AGVs repeat themselves after.
pub const TRACE_UNIT_SECS: u32 = 90;

/// The scene over the generated files. Its views are for the default place.
const SCENE: &str = include_str!("../../scenes/town.json");

/// Makes the place. `sink` gets each file once, the tileset after its tiles and the scene last; `progress` gets a
/// fraction 0..=1 and what is being made.
pub fn generate(options: &Options, sink: &mut dyn FnMut(GeneratedFile), progress: &mut dyn FnMut(f32, &str)) {
    progress(0.0, "streets and houses");
    let frame = PlanFrame::new(options.lon_deg, options.lat_deg, options.sea_h_m);
    let plan = plan::Plan::new(options.seed);
    let buildings = building::on_blocks(&plan);
    let maps = land::Maps::new(&plan, &buildings, &harbour::made_ground(&plan));
    let things = things::place(&plan, &buildings, &maps);
    let fixtures = harbour::fixtures(&plan);
    progress(0.05, "ground");
    let ground = std::array::from_fn(|level| {
        let mut mesh = ground::draw(&plan, &maps, level);
        harbour::ground(&plan, &mut mesh, level);
        mesh
    });
    let town = tileset::Town {
        frame: &frame,
        terrain: plan.terrain,
        plan: &plan,
        maps: &maps,
        buildings: &buildings,
        things: &things,
        fixtures: &fixtures,
        packed: options.packed,
        ground,
    };
    tileset::write(&town, sink, &mut |part| progress(0.1 + 0.7 * part, "tiles"));
    progress(0.8, "models");
    models::files().into_iter().for_each(&mut *sink);
    progress(0.85, "traffic");
    let trace_secs = options.trace_secs.max(1).next_multiple_of(TRACE_UNIT_SECS);
    let trace = trace::write(&plan, &frame, trace_secs);
    sink(GeneratedFile { path: "live.jsonl".into(), bytes: trace });
    sink(GeneratedFile { path: "scene.json".into(), bytes: SCENE.into() });
    progress(1.0, "done");
}

#[cfg(test)]
mod tests;
