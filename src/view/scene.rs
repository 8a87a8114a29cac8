//! A scene file becomes tilesets, models, layers, views, sky and ground.

use bevy::camera::primitives::Aabb;
use bevy::prelude::*;
use glam::{DAffine3, DVec3};
use std::collections::BTreeMap;

use super::ViewSet;
use super::ground::GroundSettings;
use super::navigate::{Home, ViewKeys};
use super::sky::SkySettings;
use super::space::{EcefPose, EyeCamera, MainEye};
use super::stream::{IssueLog, StreamStats, Tiles, TilesetEntry, Uploads};
use crate::format::issue::Issue;
use crate::format::scene::{GroundHeight, GroundStyle, Scene, SceneTime};
use crate::format::uri::{Location, Scope};
use crate::geo::{Geodetic, SiteFrame, wgs84};
use crate::nav::Eye;
use crate::optics::atmosphere::Air;
use crate::platform::time::now_unix_secs;
use crate::stage::{Stage, resolve};
use crate::tiles::TilesetId;

/// The scene to show; inserted before the app runs.
#[derive(Resource, Clone)]
pub struct OpenScene {
    pub scene: Scene,
    /// The scene file (or what stands in for it): its addresses are relative to this.
    pub base: Location,
    /// A tile content or model without a scene around it.
    pub bare_content: Option<Location>,
    /// The pose to start with instead of the scene's home view.
    pub eye: Option<Eye>,
    /// The moment to show instead of the scene's, seconds since 1970 UTC.
    pub unix_secs: Option<f64>,
}

/// The scene's frames.
#[derive(Resource, Clone)]
pub struct SceneStage(pub Stage);

/// Layers by id, in the scene's order, with whether they show.
#[derive(Resource, Debug, Clone, Default)]
pub struct Layers(pub Vec<LayerState>);

#[derive(Debug, Clone)]
pub struct LayerState {
    pub id: String,
    pub title: String,
    pub visible: bool,
}

impl Layers {
    /// Whether things on a layer show; things on none always do.
    pub fn is_visible(&self, layer: Option<&str>) -> bool {
        layer.is_none_or(|id| self.0.iter().find(|l| l.id == id).is_none_or(|l| l.visible))
    }
}

/// The scene's views, resolved.
#[derive(Resource, Debug, Clone, Default)]
pub struct Views(pub Vec<NamedView>);

#[derive(Debug, Clone)]
pub struct NamedView {
    pub id: String,
    pub title: String,
    pub key: Option<u8>,
    pub eye: Eye,
}

/// Who made the data.
#[derive(Resource, Debug, Clone, Default)]
pub struct Attribution(pub Vec<String>);

/// How fast the scene's own time runs, and since when.
#[derive(Resource, Debug, Clone, Copy)]
pub struct SceneClock {
    pub speed: f64,
    pub follows_now: bool,
}

/// What still waits for the first bounds: framing, data without a place.
#[derive(Resource, Default)]
pub(super) struct Framing {
    wanted: bool,
    /// Tilesets whose place on Earth is not known yet.
    unplaced: Vec<TilesetId>,
    /// Tilesets that the scene puts somewhere: whether they had a place already is known once they are read.
    placed: Vec<TilesetId>,
    at_origin: bool,
    auto_ground: bool,
}

/// Which tileset each layer or single switch shows.
#[derive(Resource, Default)]
pub(super) struct Switches(BTreeMap<u32, (TilesetId, Option<String>, bool)>);

#[expect(clippy::too_many_arguments, reason = "a scene sets up everything once")]
pub(super) fn open(
    open: Res<OpenScene>,
    mut commands: Commands,
    mut tiles: ResMut<Tiles>,
    mut jobs: ResMut<super::stream::Jobs>,
    mut log: ResMut<IssueLog>,
    mut sky: ResMut<SkySettings>,
    mut ground: ResMut<GroundSettings>,
    mut eye: ResMut<MainEye>,
    mut home: ResMut<Home>,
    mut keys: ResMut<ViewKeys>,
    mut framing: ResMut<Framing>,
    mut switches: ResMut<Switches>,
) {
    let scene = &open.scene;
    let stage = Stage::new(scene);

    for tileset in &scene.tilesets {
        match resolve(&open.base, &tileset.url) {
            Ok(location) => {
                let factor = tileset.max_sse_px.map_or(1.0, |px| 16.0 / px.max(0.1));
                let id = tiles.forest.add_tileset(location.clone(), stage.ecef_from_tileset(tileset), factor);
                jobs.set_scope(id, Scope::of(&location));
                if tileset.placement.is_none() {
                    framing.unplaced.push(id);
                } else {
                    framing.placed.push(id);
                }
                switches.0.insert(id.0, (id, tileset.layer.clone(), tileset.visible));
                tiles.add(TilesetEntry {
                    id,
                    name: tileset.id.clone(),
                    title: if tileset.title.is_empty() { tileset.id.clone() } else { tileset.title.clone() },
                    location,
                    layer: tileset.layer.clone(),
                });
            }
            Err(error) => log.push(Issue::error(format!("/tilesets/{}", tileset.id), error)),
        }
    }
    for model in &scene.models {
        match resolve(&open.base, &model.url) {
            Ok(location) => {
                let id = tiles.forest.add_content(location.clone(), stage.ecef_from_model(model));
                jobs.set_scope(id, Scope::of(&location));
                switches.0.insert(id.0, (id, model.layer.clone(), model.visible));
                tiles.add(TilesetEntry {
                    id,
                    name: model.id.clone(),
                    title: if model.title.is_empty() { model.id.clone() } else { model.title.clone() },
                    location,
                    layer: model.layer.clone(),
                });
            }
            Err(error) => log.push(Issue::error(format!("/models/{}", model.id), error)),
        }
    }

    if let Some(location) = &open.bare_content {
        let id = tiles.forest.add_content(location.clone(), DAffine3::IDENTITY);
        jobs.set_scope(id, Scope::of(location));
        framing.unplaced.push(id);
        switches.0.insert(id.0, (id, None, true));
        let title = location.file_name();
        tiles.add(TilesetEntry { id, name: title.clone(), title, location: location.clone(), layer: None });
    }

    let views: Vec<NamedView> = scene
        .views
        .iter()
        .map(|v| NamedView { id: v.id.clone(), title: v.name().to_string(), key: v.key, eye: stage.eye(v) })
        .collect();
    for view in &views {
        if let Some(slot) = view.key.and_then(|k| keys.0.get_mut(usize::from(k).wrapping_sub(1))) {
            *slot = Some(view.eye);
        }
    }
    let start = scene.home().and_then(|v| views.iter().find(|n| n.id == v.id)).map(|v| v.eye);
    home.0 = start;
    match open.eye.or(start) {
        Some(pose) => **eye = pose,
        None => framing.wanted = true,
    }

    sky.air = Air { visibility_km: scene.sky.visibility_km / scene.sky.haze.max(0.01) };
    sky.exposure_stops = scene.sky.exposure_ev as f32;
    sky.shadows = scene.sky.sun_shadows;
    sky.stars = scene.sky.stars;
    // With a feed that speaks of the present, the sky is the present's too.
    let is_live = scene.feed.as_ref().is_some_and(|feed| feed.url.is_some());
    let says_now = matches!(scene.time, Some(SceneTime::Now)) || (scene.time.is_none() && is_live);
    let follows_now = open.unix_secs.is_none() && says_now;
    sky.unix_secs = open
        .unix_secs
        .or_else(|| scene.time.and_then(SceneTime::unix_secs))
        .unwrap_or_else(|| if follows_now { now_unix_secs() } else { morning_at(&stage, home.0) });
    commands.insert_resource(SceneClock { speed: scene.time_speed, follows_now });

    let [r, g, b, _] = scene.ground.color.linear();
    ground.color = [r, g, b];
    ground.visible = scene.ground.style != GroundStyle::None;
    ground.graticule = scene.ground.style == GroundStyle::Graticule;
    let origin = wgs84::geodetic_from_ecef(stage.site.ecef_from_site.translation);
    match scene.ground.height_m {
        GroundHeight::Metres(height) => {
            ground.height_m = stage.ellipsoidal_height_m(origin.lon_deg(), origin.lat_deg(), height);
        }
        GroundHeight::Auto(_) => {
            framing.auto_ground = true;
            ground.height_m = origin.height_m;
        }
    }

    commands.insert_resource(Layers(
        scene
            .layers
            .iter()
            .map(|l| LayerState {
                id: l.id.clone(),
                title: if l.title.is_empty() { l.id.clone() } else { l.title.clone() },
                visible: l.visible,
            })
            .collect(),
    ));
    commands.insert_resource(Views(views));
    commands.insert_resource(Attribution(scene.attribution.clone()));
    commands.insert_resource(SceneStage(stage));
}

/// A sunny morning at the scene's place: ten by the sun, on the June solstice of 2026 in the north, in December in the
/// south.
fn morning_at(stage: &Stage, home: Option<Eye>) -> f64 {
    let at = home.map_or_else(|| wgs84::geodetic_from_ecef(stage.site.ecef_from_site.translation), |e| e.geodetic());
    // 2026-06-21 and 2026-12-21, 10:00 UTC.
    let at_greenwich = if at.lat_rad >= 0.0 { 1_782_036_000.0 } else { 1_797_847_200.0 };
    at_greenwich - at.lon_deg() / 15.0 * 3600.0
}

/// Data whose middle lies nowhere near the Earth's surface stands in a frame of its own.
fn is_off_earth(center_ecef: DVec3, radius_m: f64) -> bool {
    let height = wgs84::geodetic_from_ecef(center_ecef).height_m;
    !(-20_000.0..2_000_000.0).contains(&height) && radius_m < 5.0e6
}

/// Puts data without a place on the site, frames the whole content once its bounds are known, finds the auto ground.
#[expect(clippy::too_many_arguments, reason = "framing looks at all that a scene may have brought")]
fn frame_content(
    mut framing: ResMut<Framing>,
    mut switches: ResMut<Switches>,
    mut tiles: ResMut<Tiles>,
    mut jobs: ResMut<super::stream::Jobs>,
    stage: Res<SceneStage>,
    stats: Res<StreamStats>,
    uploads: Res<Uploads>,
    cameras: Query<&Camera, With<EyeCamera>>,
    mut eye: ResMut<MainEye>,
    mut home: ResMut<Home>,
    mut ground: ResMut<GroundSettings>,
    mut sky: ResMut<SkySettings>,
    open: Res<OpenScene>,
    mut log: ResMut<IssueLog>,
    lively: Query<(&EcefPose, Option<&Aabb>), Lively>,
) {
    let unplaced = std::mem::take(&mut framing.unplaced);
    for id in unplaced {
        let Some((center, radius)) = tiles.forest.tileset_bounds(id) else {
            framing.unplaced.push(id);
            continue;
        };
        if is_off_earth(center, radius) {
            let (text, placed) = place_local(&stage.0, center, radius);
            if tiles.forest.is_bare(id) {
                // Its place is known only now that it is loaded, and was part of what was made for the GPU.
                let now = tiles.reopen_content(id, placed);
                if let Some(location) = tiles.entry(now).map(|entry| entry.location.clone()) {
                    jobs.set_scope(now, Scope::of(&location));
                }
                if let Some((_, layer, visible)) = switches.0.remove(&id.0) {
                    switches.0.insert(now.0, (now, layer, visible));
                }
            } else {
                tiles.forest.set_placement(id, placed);
            }
            let file = tiles.entry(id).map(|e| e.location.to_string()).unwrap_or_default();
            log.push(Issue::info("/root", text).in_file(file));
        }
    }
    let site = stage.0.site.ecef_from_site.translation;
    framing.placed.retain(|id| {
        let Some((center, radius)) = tiles.forest.tileset_bounds(*id) else { return true };
        let away_m = center.distance(site) - radius;
        if away_m > FAR_FROM_SITE_M {
            let file = tiles.entry(*id).map(|e| e.location.to_string()).unwrap_or_default();
            let text = format!(
                "its placement puts it {:.0} km from the scene's origin: it has a place on Earth of its own, and the placement comes on top; use offset_m to move it by some metres",
                away_m / 1e3
            );
            log.push(Issue::warning("", text).in_file(file));
        }
        false
    });
    if framing.auto_ground
        && let Some(lowest) = uploads.lowest_m()
        && (lowest - BELOW_CONTENT_M - ground.height_m).abs() > 0.01
    {
        ground.height_m = lowest - BELOW_CONTENT_M;
    }
    // What can't be read never gets a place: nobody waits for it.
    if framing.wanted && (framing.unplaced.is_empty() || stats.settled) {
        let balls: Vec<_> = tiles.entries().iter().filter_map(|entry| tiles.forest.tileset_bounds(entry.id)).collect();
        if balls.len() < tiles.entries().len() || balls.is_empty() {
            let all_failed = stats.settled && !tiles.entries().is_empty();
            if balls.is_empty() && !(all_failed || tiles.entries().is_empty()) {
                return;
            }
        }
        let waits = open.scene.feed.is_some() || !open.scene.roads.is_empty();
        let lives = waits.then(|| extent_of(lively.iter())).flatten();
        if balls.is_empty() && waits && lives.is_none() {
            // Until they come, where they are to be expected.
            if stage.0.has_origin && !framing.at_origin {
                framing.at_origin = true;
                **eye = above_origin(&stage.0);
            }
            return;
        }
        let Some((center, radius)) = balls.into_iter().chain(lives).reduce(join_balls) else {
            framing.wanted = false;
            **eye = above_origin(&stage.0);
            home.0 = Some(**eye);
            return;
        };
        framing.wanted = false;
        let aspect = cameras
            .iter()
            .find_map(Camera::logical_viewport_size)
            .map_or(1.6, |size| f64::from(size.x / size.y.max(1.0)));
        let framed = Eye::framing(center, radius.min(6.0e6), aspect);
        **eye = framed;
        home.0 = Some(framed);
        if open.unix_secs.is_none() && open.scene.time.is_none() {
            sky.unix_secs = morning_at(&stage.0, home.0);
        }
    }
}

/// Half a kilometre above the site, looking north.
fn above_origin(stage: &Stage) -> Eye {
    let origin = wgs84::geodetic_from_ecef(stage.site.ecef_from_site.translation);
    Eye::from_angles(Geodetic { height_m: origin.height_m + 500.0, ..origin }, 0.0, -0.3, 0.0)
}

/// Placements farther away than this are a mistake.
const FAR_FROM_SITE_M: f64 = 200_000.0;

/// What stands on the Earth without being a tile: roads and entities.
type Lively = Or<(With<super::roads::RoadSurface>, With<super::entities::LiveEntity>)>;

/// A sphere around them.
fn extent_of<'a>(poses: impl Iterator<Item = (&'a EcefPose, Option<&'a Aabb>)>) -> Option<(DVec3, f64)> {
    // What has no pose yet stands in the Earth's middle.
    let on_earth = |pose: &EcefPose| (-1_000.0..50_000.0).contains(&wgs84::geodetic_from_ecef(pose.pos_ecef).height_m);
    let places: Vec<(DVec3, f64)> = poses
        .filter(|(pose, _)| on_earth(pose))
        .map(|(pose, aabb)| (pose.pos_ecef, aabb.map_or(0.0, |aabb| f64::from(aabb.half_extents.length()))))
        .collect();
    let center = places.iter().map(|(place, _)| *place).sum::<DVec3>() / places.len().max(1) as f64;
    let radius = places.iter().map(|(place, reach)| place.distance(center) + reach).fold(0.0, f64::max);
    (!places.is_empty()).then_some((center, radius.max(100.0)))
}

/// A local tileset stands on the site with its middle over the origin and its lowest point on the ground.
fn place_local(stage: &Stage, center: DVec3, radius_m: f64) -> (String, DAffine3) {
    let site: &SiteFrame = &stage.site;
    let at = site.ecef_from_site * DAffine3::from_translation(DVec3::new(-center.x, -center.y, -center.z));
    let place = wgs84::geodetic_from_ecef(site.ecef_from_site.translation);
    let text = format!(
        "the tileset has no place on Earth (its middle lies {:.0} m from the Earth's middle, radius {radius_m:.0} m): shown at {:.4}° E {:.4}° N",
        center.length(),
        place.lon_deg(),
        place.lat_deg()
    );
    (text, at)
}

/// How far the automatic ground lies below the lowest content, metres: enough not to flicker through floors.
const BELOW_CONTENT_M: f64 = 0.05;

fn join_balls(a: (DVec3, f64), b: (DVec3, f64)) -> (DVec3, f64) {
    let distance = a.0.distance(b.0);
    if distance + b.1 <= a.1 {
        return a;
    }
    if distance + a.1 <= b.1 {
        return b;
    }
    let radius = 0.5 * (distance + a.1 + b.1);
    let towards = (b.0 - a.0) / distance.max(1e-9);
    (a.0 + towards * (radius - a.1), radius)
}

/// Layers switch their tilesets.
fn switch_layers(layers: Res<Layers>, switches: Res<Switches>, mut tiles: ResMut<Tiles>) {
    if !layers.is_changed() {
        return;
    }
    for (id, layer, visible) in switches.0.values() {
        tiles.forest.set_visible(*id, *visible && layers.is_visible(layer.as_deref()));
    }
}

/// The scene's own time runs on.
fn run_clock(clock: Res<SceneClock>, time: Res<Time>, mut sky: ResMut<SkySettings>) {
    if clock.follows_now {
        let now = now_unix_secs();
        // The sun moves a quarter of a degree in a minute: once a second is smooth.
        if (now - sky.unix_secs).abs() > 1.0 {
            sky.unix_secs = now;
        }
    } else if clock.speed != 0.0 {
        sky.unix_secs += time.delta_secs_f64() * clock.speed;
    }
}

pub fn plugin(app: &mut App) {
    app.init_resource::<Framing>()
        .init_resource::<Switches>()
        .add_systems(PostStartup, open)
        .add_systems(Update, (frame_content, switch_layers, run_clock).chain().in_set(ViewSet::Scene));
}
