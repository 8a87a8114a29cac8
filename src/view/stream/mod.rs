//! Tiles on their way from files to the GPU.
//!
//! The forest (`crate::tiles`) decides; this plugin does: it starts fetches, hands bytes to workers, uploads what is
//! ready within a budget of bytes and time a frame, shows and hides, frees. The main thread waits for nothing.
//!
//! ```text
//! forest.select ─▶ fetch ─▶ decode (worker) ─▶ ready queue ─▶ upload (budget) ─▶ forest.loaded ─▶ draw list ─▶ tags
//! ```

mod decode;
mod issues;
mod jobs;
mod prepare;
mod upload;

use bevy::prelude::*;
use bevy::window::PrimaryWindow;
use glam::DAffine3;
use std::time::Instant;

pub use issues::IssueLog;
pub use jobs::Jobs;
pub use prepare::{Prepared, Surfaces, prepare, surfaces};
pub use upload::{MaterialCache, Surface, SurfaceFactory, TileContent, Uploads};

use super::navigate::Navigator;
use super::space::{EyeCamera, MainEye, NEAR_M};
use super::{MainShadows, ViewSet};
use crate::format::issue::Issue;
use crate::format::uri::Location;
use crate::nav::Eye;
use crate::platform::memory;
use crate::tiles::{Counters, ForestOptions, Frame, TileForest, TileId, TilesetId, View};

/// The forest of all tilesets of the scene, and what is known of each.
#[derive(Resource)]
pub struct Tiles {
    pub forest: TileForest,
    entries: Vec<TilesetEntry>,
    /// Grows whenever what is drawn changes; caches of ray casts look at it.
    version: u64,
}

/// One tileset or bare model of the scene.
#[derive(Debug, Clone)]
pub struct TilesetEntry {
    pub id: TilesetId,
    /// The scene's id of it.
    pub name: String,
    pub title: String,
    pub location: Location,
    pub layer: Option<String>,
}

impl Default for Tiles {
    fn default() -> Self {
        let options = ForestOptions { budget_bytes: memory::for_tiles_bytes(), ..ForestOptions::default() };
        Self { forest: TileForest::new(options), entries: Vec::new(), version: 0 }
    }
}

impl Tiles {
    pub fn add(&mut self, entry: TilesetEntry) {
        self.entries.push(entry);
    }

    pub fn entries(&self) -> &[TilesetEntry] {
        &self.entries
    }

    pub fn entry(&self, id: TilesetId) -> Option<&TilesetEntry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    /// Reads a content without a tileset anew for another place.
    pub fn reopen_content(&mut self, id: TilesetId, ecef_from_content: DAffine3) -> TilesetId {
        let Some(entry) = self.entries.iter_mut().find(|entry| entry.id == id) else { return id };
        self.forest.remove_tileset(id);
        entry.id = self.forest.add_content(entry.location.clone(), ecef_from_content);
        entry.id
    }

    pub fn version(&self) -> u64 {
        self.version
    }
}

/// What streaming did, for panels, `render --stats` and `bench`.
#[derive(Resource, Debug, Clone, Default)]
pub struct StreamStats {
    pub counters: Counters,
    /// Tiles of the present level, without those that fade out.
    pub drawn: Vec<TileId>,
    pub triangles: u64,
    pub held_bytes_max: u64,
    pub hole_frames: u64,
    /// Bytes of all contents that were drawn at least once, and of the structure files, as they came over the wire.
    pub needed_bytes: u64,
    pub fetched_bytes: u64,
    pub requests: u64,
    pub uploads_waiting: usize,
    /// Nothing is missing, on its way, waiting for upload or fading.
    pub settled: bool,
}

fn selection_view(eye: &Eye, viewport_px: [u32; 2]) -> View {
    View {
        pos_ecef: eye.pos_ecef,
        dir: eye.forward(),
        up: eye.up(),
        viewport_px,
        fov_y_rad: eye.fov_y_rad,
        near_m: f64::from(NEAR_M),
    }
}

/// Decides which tiles the view needs and passes the decisions on.
#[expect(clippy::too_many_arguments, reason = "selection reads the view and feeds every store of streaming")]
fn select(
    eye: Res<MainEye>,
    time: Res<Time>,
    navigator: Res<Navigator>,
    shadows: Res<MainShadows>,
    cameras: Query<&Camera, With<EyeCamera>>,
    windows: Query<&Window, With<PrimaryWindow>>,
    mut tiles: ResMut<Tiles>,
    mut jobs: ResMut<Jobs>,
    mut uploads: ResMut<Uploads>,
    mut stats: ResMut<StreamStats>,
    mut log: ResMut<IssueLog>,
) {
    let size = cameras
        .iter()
        .find_map(Camera::physical_viewport_size)
        .or_else(|| windows.iter().next().map(Window::physical_size))
        .unwrap_or(UVec2::new(1280, 720));
    let viewport_px = [size.x.max(1), size.y.max(1)];
    let view = selection_view(&eye, viewport_px);
    let ahead = navigator.destination().map(|eye| selection_view(&eye, viewport_px));
    let tiles = &mut *tiles;
    let selection = tiles.forest.select(&Frame {
        view: &view,
        ahead: ahead.as_ref(),
        shadows: shadows.0,
        dt_secs: time.delta_secs(),
    });
    let requests: Vec<TileId> = selection.requests.iter().map(|r| r.tile).collect();
    let cancel = selection.cancel.clone();
    let unload = selection.unload.clone();
    uploads.draw.clear();
    uploads.draw.extend_from_slice(&selection.draw);
    uploads.casters.clear();
    uploads.casters.extend_from_slice(&selection.casters);
    let counters = selection.counters;

    for tile in cancel {
        if jobs.cancel(tile) || uploads.forget(tile) {
            tiles.forest.canceled(tile);
        }
    }
    uploads.unload.extend(unload);
    for tile in requests {
        match tiles.forest.job(tile) {
            Ok(job) => {
                tiles.forest.started(tile);
                jobs.start(tile, job);
            }
            Err(error) => {
                log.push(Issue::error("", error.to_string()));
                tiles.forest.failed(tile, error.to_string(), true);
            }
        }
    }

    stats.counters = counters;
    stats.held_bytes_max = stats.held_bytes_max.max(counters.held_bytes);
    stats.hole_frames += u64::from(counters.holes > 0);
    stats.drawn.clear();
    stats.drawn.extend(uploads.draw.iter().filter(|d| !d.fading_out).map(|d| d.tile));
}

/// Takes in what workers and files brought, uploads within the budget, shows the draw list, frees.
#[expect(clippy::too_many_arguments, reason = "the one place where tiles meet the engine's stores")]
fn take_in(
    mut tiles: ResMut<Tiles>,
    mut jobs: ResMut<Jobs>,
    mut uploads: ResMut<Uploads>,
    mut stats: ResMut<StreamStats>,
    mut log: ResMut<IssueLog>,
    mut factory: SurfaceFactory,
    mut commands: Commands,
    mut shown: Query<(&mut Visibility, &mut bevy::mesh::MeshTag), With<TileContent>>,
) {
    let tiles = &mut *tiles;
    let start = Instant::now();
    jobs.receive(&mut tiles.forest, &mut uploads, &mut log);
    let uploaded = uploads.upload(start, &mut tiles.forest, &mut factory, &mut commands);
    uploads.show(&mut shown);
    let freed = uploads.free(&mut tiles.forest, &mut commands);
    if uploaded + freed > 0 || uploads.draw_changed() {
        tiles.version += 1;
    }
    stats.triangles = uploads.drawn_triangles();
    stats.needed_bytes = jobs.structure_bytes() + uploads.needed_wire_bytes();
    stats.fetched_bytes = jobs.fetched_bytes();
    stats.requests = jobs.requests();
    stats.uploads_waiting = uploads.waiting();
    stats.settled = stats.counters.settled && uploads.waiting() == 0 && jobs.is_idle();
}

pub fn plugin(app: &mut App) {
    match Jobs::new() {
        Ok(jobs) => app.insert_resource(jobs),
        Err(error) => panic!("files and addresses can't be read on this machine: {error}"),
    };
    app.init_resource::<Tiles>()
        .init_resource::<Uploads>()
        .init_resource::<StreamStats>()
        .init_resource::<IssueLog>()
        .init_resource::<MaterialCache>()
        .add_systems(Update, (select, take_in).chain().in_set(ViewSet::Stream));
}
