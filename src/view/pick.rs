//! What lies under the cursor: tiles, the plain ground, live entities; what is chosen, and its outline.

use bevy::asset::RenderAssetUsages;
use bevy::light::{NotShadowCaster, NotShadowReceiver};
use bevy::mesh::{Indices, Mesh, PrimitiveTopology};
use bevy::prelude::*;
use bevy::render::render_resource::Face;
use bevy::window::PrimaryWindow;
use glam::{DVec2, DVec3};
use std::collections::HashMap;
use std::sync::Arc;

use super::ground::GroundSettings;
use super::space::{EcefPose, MainEye};
use super::stream::{Tiles, Uploads};
use super::{InputFocus, ViewSet};
use crate::geo::wgs84;
use crate::pick::{self, ContentHit, FeatureHit};
use crate::tiles::TileId;
use crate::twin::EntityKey;

/// What a ray met.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    pub pos_ecef: DVec3,
    pub distance_m: f64,
    pub what: HitWhat,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum HitWhat {
    Ground,
    Tile { tile: TileId, content: usize, hit: ContentHit },
    Entity(Entity),
}

/// The ground is looked for from this far above the eye, so that standing exactly on it counts.
const EYE_SKIN_M: f64 = 0.3;
/// How deep in the ground an eye may be to be lifted out of it.
const BURIED_MOST_M: f64 = 1_000.0;

/// Makes an entity something that can be clicked on: its triangles' corners in its local frame, three a triangle.
#[derive(Component, Clone)]
pub struct Pickable {
    pub key: EntityKey,
    pub corners: Arc<[Vec3]>,
    pub center: Vec3,
    pub radius_m: f32,
}

/// Casts rays into what stands still: tiles and the plain ground.
#[derive(bevy::ecs::system::SystemParam)]
pub struct SolidPicker<'w> {
    ground: Res<'w, GroundSettings>,
    tiles: Res<'w, Tiles>,
    uploads: Res<'w, Uploads>,
}

/// Casts rays into all that is drawn.
#[derive(bevy::ecs::system::SystemParam)]
pub struct Picker<'w, 's> {
    solid: SolidPicker<'w>,
    entities: Query<'w, 's, (Entity, &'static EcefPose, &'static Pickable, &'static InheritedVisibility)>,
}

impl Picker<'_, '_> {
    /// The nearest thing along a ray, `dir` of unit length.
    pub fn cast(&self, origin_ecef: DVec3, dir: DVec3) -> Option<Hit> {
        let solid = self.solid.cast(origin_ecef, dir);
        let limit = solid.map_or(f64::INFINITY, |hit| hit.distance_m);
        self.cast_entities(origin_ecef, dir, limit).or(solid)
    }

    fn cast_entities(&self, origin_ecef: DVec3, dir: DVec3, limit: f64) -> Option<Hit> {
        let mut best: Option<(f64, Entity)> = None;
        for (entity, pose, pickable, visible) in &self.entities {
            if !visible.get() {
                continue;
            }
            let center = pose.pos_ecef + pose.ecef_from_local * pickable.center.as_dvec3();
            let along = (center - origin_ecef).dot(dir);
            // Small and far things get a few pixels of grace, so that a hand can hit them.
            let grace = along.max(0.0) * 0.004;
            let aside = (center - origin_ecef - dir * along).length();
            let radius = f64::from(pickable.radius_m);
            if along < -radius || aside > radius + grace {
                continue;
            }
            let local_from_ecef = pose.ecef_from_local.inverse();
            let o = (local_from_ecef * (origin_ecef - pose.pos_ecef)).as_vec3();
            let d = (local_from_ecef * dir).as_vec3();
            let t = nearest_triangle(o, d, &pickable.corners).or((radius < grace * 2.0).then_some(along));
            if let Some(t) = t.filter(|t| *t > 0.0 && *t < best.map_or(limit, |(t, _)| t)) {
                best = Some((t, entity));
            }
        }
        best.map(|(t, entity)| Hit { pos_ecef: origin_ecef + dir * t, distance_m: t, what: HitWhat::Entity(entity) })
    }
}

impl SolidPicker<'_> {
    /// The nearest tile or ground.
    pub fn cast(&self, origin_ecef: DVec3, dir: DVec3) -> Option<Hit> {
        let ground = wgs84::ray_ellipsoid(origin_ecef, dir, self.ground.height_m);
        let mut best = ground.map(|t| (t, HitWhat::Ground));
        let mut index_in_tile: HashMap<TileId, usize> = HashMap::new();
        for (tile, content, ecef_from_content) in self.uploads.drawn_contents() {
            let index = index_in_tile.entry(tile).or_default();
            let this = *index;
            *index += 1;
            let limit = best.map_or(f64::INFINITY, |(t, _)| t);
            if let Some(hit) = pick::cast(content, ecef_from_content, origin_ecef, dir, limit) {
                best = Some((hit.t, HitWhat::Tile { tile, content: this, hit }));
            }
        }
        best.map(|(t, what)| Hit { pos_ecef: origin_ecef + dir * t, distance_m: t, what })
    }

    /// Height of the ground under the eye, metres above the ellipsoid: of the finest tiles that are held there, on screen
    /// or not; the plain ground where there are none.
    pub fn ground_below_m(&self, eye_ecef: DVec3, up: DVec3) -> f64 {
        let start = eye_ecef + up * EYE_SKIN_M;
        let found = self.cast_held(start, -up, f64::INFINITY).map(|t| start - up * t).or_else(|| {
            // Nothing below: the eye may have come to be inside of the ground; then what is above it is the ground.
            self.cast_held(eye_ecef, up, BURIED_MOST_M).map(|t| eye_ecef + up * t)
        });
        found.map_or_else(|| self.plain_ground_height_m(), |at| wgs84::geodetic_from_ecef(at).height_m)
    }

    /// Distance to the nearest hit among the deepest tiles that are hit at all.
    fn cast_held(&self, origin_ecef: DVec3, dir: DVec3, max_t: f64) -> Option<f64> {
        let forest = &self.tiles.forest;
        let mut best: Option<(u32, f64)> = None;
        for (tile, contents) in self.uploads.held_contents() {
            let Some(depth) = forest.shown_depth_on_line(tile, origin_ecef, dir) else { continue };
            if best.is_some_and(|(deepest, _)| depth < deepest) {
                continue;
            }
            let limit = best.filter(|(deepest, _)| *deepest == depth).map_or(max_t, |(_, t)| t);
            for (content, ecef_from_content) in contents {
                if let Some(hit) = pick::cast(content, *ecef_from_content, origin_ecef, dir, limit)
                    && best.is_none_or(|(deepest, t)| depth > deepest || hit.t < t)
                {
                    best = Some((depth, hit.t));
                }
            }
        }
        best.map(|(_, t)| t)
    }

    pub fn plain_ground_height_m(&self) -> f64 {
        if self.ground.visible { self.ground.height_m } else { -12_000.0 }
    }

    pub fn tiles_version(&self) -> u64 {
        self.tiles.version()
    }
}

fn nearest_triangle(o: Vec3, d: Vec3, corners: &[Vec3]) -> Option<f64> {
    let mut best: Option<f32> = None;
    for [a, b, c] in corners.as_chunks::<3>().0 {
        let (ab, ac) = (*b - *a, *c - *a);
        let p = d.cross(ac);
        let determinant = ab.dot(p);
        if determinant.abs() < 1e-9 {
            continue;
        }
        let s = (o - *a) / determinant;
        let u = s.dot(p);
        let q = s.cross(ab);
        let v = d.dot(q);
        let t = ac.dot(q);
        if u >= 0.0 && v >= 0.0 && u + v <= 1.0 && t > 0.0 && best.is_none_or(|best| t < best) {
            best = Some(t);
        }
    }
    best.map(f64::from)
}

/// What is chosen now.
#[derive(Resource, Default, Debug, Clone)]
pub struct Selected(pub Option<Chosen>);

/// One chosen thing, told for the inspector.
#[derive(Debug, Clone)]
pub struct Chosen {
    pub title: String,
    /// What kind of thing it is, in a word or two.
    pub kind: String,
    pub what: ChosenWhat,
    /// Whether it is a feature of a tile.
    pub is_feature: bool,
    /// Names and values that do not change while it is chosen.
    pub rows: Vec<(String, String)>,
    pub center_ecef: DVec3,
    pub radius_m: f64,
    /// Corners of its triangles, three each: for an entity in its local frame, for a feature in the level frame at
    /// `center_ecef`, metres.
    pub corners: Arc<[Vec3]>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ChosenWhat {
    Entity(EntityKey, Entity),
    Tile(TileId),
    /// A point on the ground or on a tile without features.
    Place,
}

/// Asks for another choice than a click's; `None` chooses nothing.
#[derive(Message, Debug, Clone)]
pub struct Choose(pub Option<EntityKey>);

/// How far the mouse may move between press and release for it to be a click, pixels.
const CLICK_PX: f32 = 4.0;

#[expect(clippy::too_many_arguments, reason = "a click can meet anything")]
fn click(
    windows: Query<&Window, With<PrimaryWindow>>,
    buttons: Res<ButtonInput<MouseButton>>,
    keys: Res<ButtonInput<KeyCode>>,
    focus: Res<InputFocus>,
    eye: Res<MainEye>,
    picker: Picker,
    pickables: Query<(&Pickable, &EcefPose)>,
    mut pressed: Local<Option<Vec2>>,
    mut selected: ResMut<Selected>,
    mut choose: MessageReader<Choose>,
) {
    for Choose(wanted) in choose.read() {
        selected.0 = wanted.and_then(|key| {
            let (entity, pose, pickable, _) = picker.entities.iter().find(|(_, _, p, _)| p.key == key)?;
            Some(chosen_entity(entity, pickable, pose))
        });
    }
    if keys.just_pressed(KeyCode::Escape) && !focus.keyboard {
        selected.0 = None;
    }
    let Ok(window) = windows.single() else { return };
    let Some(at) = window.cursor_position() else { return };
    if buttons.just_pressed(MouseButton::Left) && !focus.pointer {
        *pressed = Some(at);
    }
    if !buttons.just_released(MouseButton::Left) {
        return;
    }
    if pressed.take().is_none_or(|from| from.distance(at) > CLICK_PX) || focus.pointer {
        return;
    }
    let ndc = DVec2::new(f64::from(at.x / window.width()) * 2.0 - 1.0, 1.0 - f64::from(at.y / window.height()) * 2.0);
    let ray = eye.ray(ndc, f64::from(window.width() / window.height()));
    selected.0 = choose_at(&picker, &pickables, eye.pos_ecef, ray);
}

/// What a ray chooses: an entity, a feature, a model, or else the place that it meets.
pub fn choose_at(
    picker: &Picker,
    pickables: &Query<(&Pickable, &EcefPose)>,
    origin_ecef: DVec3,
    ray: DVec3,
) -> Option<Chosen> {
    let hit = picker.cast(origin_ecef, ray)?;
    match hit.what {
        HitWhat::Ground => Some(chosen_place(&hit, Vec::new())),
        HitWhat::Entity(entity) => {
            let (pickable, pose) = pickables.get(entity).ok()?;
            Some(chosen_entity(entity, pickable, pose))
        }
        HitWhat::Tile { tile, content, hit: in_tile } => {
            let chosen = chosen_tile(picker, tile, content, &in_tile)?;
            let is_whole = picker
                .solid
                .tiles
                .forest
                .tile_info(tile)
                .is_some_and(|info| picker.solid.tiles.forest.is_bare(info.tileset));
            // A tile is a piece of the streaming, not of the world: without features one chooses a place on it.
            Some(if chosen.is_feature || is_whole { chosen } else { chosen_place(&hit, chosen.rows) })
        }
    }
}

/// A place: its coordinates, what is known of the tile there, and a ring around it.
fn chosen_place(hit: &Hit, known: Vec<(String, String)>) -> Chosen {
    let at = wgs84::geodetic_from_ecef(hit.pos_ecef);
    let mut rows = vec![
        ("Longitude".to_string(), format!("{:.6}°", at.lon_deg())),
        ("Latitude".to_string(), format!("{:.6}°", at.lat_deg())),
        ("Height".to_string(), format!("{:.2} m", at.height_m)),
    ];
    rows.extend(known);
    Chosen {
        title: "Place".into(),
        kind: "heights above the WGS84 ellipsoid".into(),
        what: ChosenWhat::Place,
        is_feature: false,
        rows,
        center_ecef: hit.pos_ecef,
        radius_m: 0.2 * hit.distance_m,
        corners: ring((0.012 * hit.distance_m) as f32).into(),
    }
}

/// Triangles of a ring around the origin, lying level, with a thin post in its middle.
fn ring(radius_m: f32) -> Vec<Vec3> {
    const AROUND: u32 = 40;
    const TUBE: u32 = 6;
    let tube_m = 0.07 * radius_m;
    let turn = |index: u32, count: u32| (index as f32 / count as f32 * std::f32::consts::TAU).sin_cos();
    let mut corners = Vec::new();
    let mut quad = |a: Vec3, b: Vec3, c: Vec3, d: Vec3| corners.extend([a, b, c, a, c, d]);
    let on_ring = |i: u32, k: u32| {
        let ((sin, cos), (rise, reach)) = (turn(i % AROUND, AROUND), turn(k % TUBE, TUBE));
        let r = radius_m + tube_m * reach;
        Vec3::new(cos * r, tube_m * rise, -sin * r)
    };
    let on_post = |k: u32, height_m: f32| {
        let (sin, cos) = turn(k % TUBE, TUBE);
        Vec3::new(cos * 0.5 * tube_m, height_m, -sin * 0.5 * tube_m)
    };
    for k in 0..TUBE {
        for i in 0..AROUND {
            quad(on_ring(i, k), on_ring(i + 1, k), on_ring(i + 1, k + 1), on_ring(i, k + 1));
        }
        quad(on_post(k, 0.0), on_post(k + 1, 0.0), on_post(k + 1, 4.0 * radius_m), on_post(k, 4.0 * radius_m));
    }
    corners
}

fn chosen_entity(entity: Entity, pickable: &Pickable, pose: &EcefPose) -> Chosen {
    Chosen {
        title: String::new(),
        kind: "entity".into(),
        what: ChosenWhat::Entity(pickable.key, entity),
        is_feature: false,
        rows: Vec::new(),
        center_ecef: pose.pos_ecef + pose.ecef_from_local * pickable.center.as_dvec3(),
        radius_m: f64::from(pickable.radius_m),
        corners: pickable.corners.clone(),
    }
}

fn chosen_tile(picker: &Picker, tile: TileId, content_index: usize, hit: &ContentHit) -> Option<Chosen> {
    let (_, content, ecef_from_content) =
        picker.solid.uploads.drawn_contents().filter(|(id, _, _)| *id == tile).nth(content_index)?;
    let part = content.parts.get(hit.part)?;
    let feature = pick::feature_at(part, hit);
    let corners = pick::feature_triangles(content, hit, feature);
    let (lo, hi) = corners.iter().fold((DVec3::INFINITY, DVec3::NEG_INFINITY), |(lo, hi), c| (lo.min(*c), hi.max(*c)));
    let (lo, hi) = if corners.is_empty() { content.bounds()? } else { (lo, hi) };
    let info = picker.solid.tiles.forest.tile_info(tile)?;
    let mut rows: Vec<(String, String)> = Vec::new();
    if let Some(FeatureHit { feature, table: Some(table), .. }) = feature
        && let Some(table) = content.tables.get(table)
    {
        rows.extend(table.row(feature).into_iter().map(|(name, value)| (name.to_string(), text_of(&value))));
    }
    let entry = picker.solid.tiles.entry(info.tileset);
    let named = rows
        .iter()
        .find(|(name, value)| !value.is_empty() && ["name", "title", "label"].contains(&name.to_lowercase().as_str()));
    let by_id = rows.iter().find(|(name, value)| {
        !value.is_empty() && ["id", "gml_id", "gml:id", "gmlid"].contains(&name.to_lowercase().as_str())
    });
    let title = named
        .or(by_id)
        .map(|(_, value)| value.clone())
        .or_else(|| (!part.name.is_empty()).then(|| part.name.clone()))
        .or_else(|| entry.map(|entry| entry.title.clone()))
        .unwrap_or_else(|| "Tile".into());
    if let Some(serde_json::Value::Object(metadata)) = info.metadata {
        rows.extend(metadata.iter().map(|(name, value)| (format!("tile {name}"), text_of(value))));
    }
    if let Some(FeatureHit { feature, .. }) = feature {
        rows.push(("Feature".into(), feature.to_string()));
    }
    rows.push(("Level".into(), info.depth.to_string()));
    if let Some(location) = info.locations.get(content_index).or(info.locations.first()) {
        rows.push(("File".into(), location.file_name()));
    }
    if let Some(entry) = entry {
        rows.push(("Tileset".into(), entry.title.clone()));
    }
    let center_ecef = ecef_from_content.transform_point3(0.5 * (lo + hi));
    let level_from_content = EcefPose::level(center_ecef).affine().inverse() * ecef_from_content;
    Some(Chosen {
        title,
        kind: if feature.is_some() { "feature".into() } else { "model".into() },
        what: ChosenWhat::Tile(tile),
        is_feature: feature.is_some(),
        rows,
        center_ecef,
        radius_m: 0.5 * (hi - lo).length(),
        corners: corners.iter().map(|c| level_from_content.transform_point3(*c).as_vec3()).collect(),
    })
}

/// A value as the inspector shows it.
pub fn text_of(value: &serde_json::Value) -> String {
    match value {
        // Tables often hold single precision: 21.7 shall not read 21.700001.
        serde_json::Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(x) if f64::from(x as f32) == x => (x as f32).to_string(),
            Some(x) => format!("{x:.6}").trim_end_matches('0').trim_end_matches('.').to_string(),
            None => number.to_string(),
        },
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// The shell around what is chosen.
#[derive(Component)]
struct Outline {
    /// At what distance from the eye it was made: its width is set for that.
    distance_m: f64,
}

/// Width of the outline on screen, as an angle.
const OUTLINE_RAD: f64 = 0.0028;
/// More triangles than this get no outline; choosing them still works.
const MAX_OUTLINE_TRIANGLES: usize = 400_000;

#[derive(Resource)]
struct OutlineMaterials {
    shell: Handle<StandardMaterial>,
    veil: Handle<StandardMaterial>,
}

fn make_outline_materials(mut commands: Commands, mut materials: ResMut<Assets<StandardMaterial>>) {
    let accent = Color::srgb_u8(0x5a, 0xc8, 0xe8);
    // The front of the shell is left out, so that only its rim shows behind the thing.
    let shell =
        materials.add(StandardMaterial { base_color: accent, unlit: true, cull_mode: Some(Face::Front), ..default() });
    let veil = materials.add(StandardMaterial {
        base_color: accent.with_alpha(0.22),
        unlit: true,
        alpha_mode: AlphaMode::Blend,
        depth_bias: 40.0,
        cull_mode: None,
        ..default()
    });
    commands.insert_resource(OutlineMaterials { shell, veil });
}

type ModelPoses<'w, 's> = Query<'w, 's, &'static EcefPose, With<Pickable>>;
type OutlinePoses<'w, 's> = Query<'w, 's, &'static mut EcefPose, With<Outline>>;

/// Keeps the outline around the chosen thing, as wide on screen from wherever one looks.
fn outline(
    selected: Res<Selected>,
    eye: Res<MainEye>,
    materials: Res<OutlineMaterials>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut commands: Commands,
    outlines: Query<(Entity, &Outline)>,
    mut poses: ParamSet<(ModelPoses, OutlinePoses)>,
) {
    let pose = selected.0.as_ref().and_then(|chosen| match chosen.what {
        ChosenWhat::Tile(_) | ChosenWhat::Place => Some(EcefPose::level(chosen.center_ecef)),
        ChosenWhat::Entity(_, entity) => poses.p0().get(entity).ok().copied(),
    });
    let distance = pose.map(|pose| pose.pos_ecef.distance(eye.pos_ecef).max(0.5));
    let stale = selected.is_changed()
        || outlines.iter().any(|(_, o)| distance.is_none_or(|d| (d / o.distance_m).ln().abs() > 0.2));
    if let Some(pose) = pose {
        for mut placed in &mut poses.p1() {
            placed.set_if_neq(pose);
        }
    }
    if !stale {
        return;
    }
    for (entity, _) in &outlines {
        commands.entity(entity).despawn();
    }
    let (Some(chosen), Some(pose), Some(distance_m)) = (&selected.0, pose, distance) else { return };
    if chosen.corners.is_empty() || chosen.corners.len() / 3 > MAX_OUTLINE_TRIANGLES {
        return;
    }
    let width_m = (distance_m * OUTLINE_RAD) as f32;
    for (offset_m, material) in [(width_m, &materials.shell), (width_m * 0.05, &materials.veil)] {
        commands.spawn((
            Outline { distance_m },
            Mesh3d(meshes.add(shell(&chosen.corners, offset_m))),
            MeshMaterial3d(material.clone()),
            pose,
            NotShadowCaster,
            NotShadowReceiver,
        ));
    }
}

/// The triangles pushed outwards along normals that are averaged over all corners at the same place, so that the shell
/// has no gaps at edges.
fn shell(corners: &[Vec3], offset_m: f32) -> Mesh {
    let place = |c: &Vec3| (c * 1000.0).round().as_ivec3();
    let mut normals: HashMap<IVec3, Vec3> = HashMap::new();
    for [a, b, c] in corners.as_chunks::<3>().0 {
        let normal = (b - a).cross(c - a).normalize_or_zero();
        for corner in [a, b, c] {
            let sum = normals.entry(place(corner)).or_default();
            // Two triangles of one wall count once.
            if sum.normalize_or_zero().dot(normal) < 0.999 {
                *sum += normal;
            }
        }
    }
    let positions: Vec<[f32; 3]> = corners
        .iter()
        .map(|c| {
            let sum = normals.get(&place(c)).copied().unwrap_or_default();
            // At a right-angled edge the sum of two normals is longer than one: keep it, up to a cube's corner.
            (c + sum.clamp_length_max(1.8) * offset_m).to_array()
        })
        .collect();
    let count = positions.len() as u32;
    Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
        .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, vec![[0.0, 1.0, 0.0]; positions.len()])
        .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, positions)
        .with_inserted_indices(Indices::U32((0..count).collect()))
}

pub fn plugin(app: &mut App) {
    app.init_resource::<Selected>()
        .add_message::<Choose>()
        .add_systems(Startup, make_outline_materials)
        .add_systems(Update, (click, outline).chain().in_set(ViewSet::Pick));
}
