//! What the feed moves: for each entity of the twin a model where it is now, in its bound colour, with its label.
//!
//! An entity of the twin becomes one Bevy entity (its pose) with a child for each surface of its model. Looks are
//! evaluated when properties change; poses every frame.

mod models;
mod shapes;

use bevy::mesh::MeshTag;
use bevy::prelude::*;
use glam::DQuat;
use std::collections::HashMap;

use self::models::{Model, Models, NO_RULE};
use super::ViewSet;
use super::live::LiveTwin;
use super::look::Look;
use super::pick::{Pickable, Selected, SolidPicker};
use super::scene::{Layers, OpenScene};
use super::space::{EcefPose, MainEye};
use super::stream::{IssueLog, Jobs, SurfaceFactory};
use crate::format::scene::EntityRule;
use crate::geo::wgs84;
use crate::stage::resolve;
use crate::twin::bind::{DISTRUSTED, EntityProperties, Properties, Rules, Trust};
use crate::twin::{Entity as TwinEntity, EntityKey, PoseState, Twin};

/// One entity of the twin on screen.
#[derive(Component, Debug, Clone)]
pub struct LiveEntity {
    pub key: EntityKey,
    /// The scene's rule that it follows, an index into its `entities`; [`NO_RULE`] for none.
    rule: usize,
    /// Linear RGB.
    tint: [f32; 3],
    shown: bool,
    has_model: bool,
    pub stale: bool,
}

/// A text over an entity.
#[derive(Component, Debug, Clone, Default)]
pub struct Label {
    pub text: String,
    /// Metres above the entity's origin.
    pub height_m: f32,
    /// Past this distance from the eye it is left out, metres.
    pub within_m: f64,
}

/// The scene's rules, and which Bevy entity shows which of the twin.
#[derive(Resource, Default)]
pub struct Cast {
    rules: Rules,
    fallback: EntityRule,
    shown: HashMap<EntityKey, Entity>,
    tick: u64,
    waiting: bool,
}

impl Cast {
    pub fn entity(&self, key: EntityKey) -> Option<Entity> {
        self.shown.get(&key).copied()
    }

    /// Whether every model that entities need is there.
    pub fn is_settled(&self) -> bool {
        !self.waiting
    }
}

fn compile_rules(open: Res<OpenScene>, mut cast: ResMut<Cast>) {
    cast.rules = Rules::compile(&open.scene);
}

/// Twin's entities appear, change their looks, and leave.
#[expect(clippy::too_many_arguments, reason = "the one place where the twin meets the engine")]
fn follow_twin(
    open: Res<OpenScene>,
    live: Res<LiveTwin>,
    layers: Res<Layers>,
    jobs: Res<Jobs>,
    mut cast: ResMut<Cast>,
    mut models: ResMut<Models>,
    mut factory: SurfaceFactory,
    mut log: ResMut<IssueLog>,
    mut commands: Commands,
    mut entities: Query<(&mut LiveEntity, &mut Label, &mut Visibility, Option<&Children>)>,
    mut tags: Query<&mut MeshTag>,
    mut selected: ResMut<Selected>,
) {
    let cast = &mut *cast;
    let models_came = models.receive(&jobs, &mut factory, &mut log);
    let twin = &live.twin;
    cast.shown.retain(|key, entity| {
        let stays = twin.entity(*key).is_some();
        if !stays {
            commands.entity(*entity).despawn();
            if selected.0.as_ref().is_some_and(|c| matches!(c.what, super::pick::ChosenWhat::Entity(k, _) if k == *key))
            {
                selected.0 = None;
            }
        }
        stays
    });
    // Looks also depend on layers and on models that came late: then all are gone over once.
    let since = if layers.is_changed() || models_came || live.quality_changed { 0 } else { cast.tick };
    let t = live.t_secs;
    for (key, twin_entity) in twin.changed_since(since) {
        let found = cast.rules.find(twin_entity.id(), twin_entity.class());
        let index = found.map_or(NO_RULE, |rule| rule.index());
        let rule = open.scene.entities.get(index).unwrap_or(&cast.fallback);
        let Some(entity) = cast.shown.get(&key).copied() else {
            let entity = commands
                .spawn((
                    LiveEntity { key, rule: index, tint: [1.0; 3], shown: false, has_model: false, stale: false },
                    Label { within_m: rule.label_distance_m, ..default() },
                    EcefPose { pos_ecef: glam::DVec3::ZERO, ecef_from_local: DQuat::IDENTITY },
                    Visibility::Hidden,
                ))
                .id();
            cast.shown.insert(key, entity);
            continue;
        };
        let Ok((mut shown, mut label, mut visibility, children)) = entities.get_mut(entity) else { continue };
        let properties = EntityProperties::new(twin, twin_entity, t, twin.options().stale_secs);
        let looks = looks_of(found, &properties);
        let tag = Look { tint: looks.tint, ..default() }.tag();
        if !shown.has_model {
            let resolve = |url: &_| resolve(&open.base, url);
            if let Some(model) = models.get(index, rule, resolve, &jobs, &mut factory, &mut log) {
                dress(&mut commands, entity, key, &model, &tag);
                shown.has_model = true;
                label.height_m = model.center.y + 0.5 * model.radius_m + 1.0;
            }
        }
        let layer_on = layers.is_visible(rule.layer.as_deref());
        let wanted = looks.visible && layer_on && twin.pose_at(key, t).is_some();
        visibility.set_if_neq(if wanted { Visibility::Visible } else { Visibility::Hidden });
        shown.shown = wanted;
        let mut text = std::mem::take(&mut label.text);
        if let Some(rule) = found {
            rule.label(twin_entity.id(), twin_entity.class(), &properties, &mut text);
        } else {
            text.clear();
        }
        label.text = text;
        shown.tint = looks.tint;
        for child in children.into_iter().flatten() {
            if let Ok(mut own) = tags.get_mut(*child) {
                own.set_if_neq(tag.clone());
            }
        }
    }
    // Entities that were spawned in this frame are looked at again in the next, when their components exist.
    let spawned = cast.shown.values().any(|entity| !entities.contains(*entity));
    cast.waiting = models.is_loading();
    if !spawned && !cast.waiting {
        cast.tick = twin.tick();
    }
}

struct Looks {
    visible: bool,
    tint: [f32; 3],
}

fn looks_of(rule: Option<&crate::twin::bind::CompiledRule>, properties: &EntityProperties) -> Looks {
    let color = match rule {
        Some(rule) => rule.color(properties),
        None => (properties.quality() >= Trust::Stale).then(|| DISTRUSTED.linear()),
    };
    let tint = color.map_or([1.0; 3], |[r, g, b, _]| [r, g, b]);
    Looks { visible: rule.is_none_or(|rule| rule.visible(properties)), tint }
}

/// Gives an entity the surfaces of its model.
fn dress(commands: &mut Commands, entity: Entity, key: EntityKey, model: &Model, tag: &MeshTag) {
    commands.entity(entity).insert(Pickable {
        key,
        corners: model.corners.clone(),
        center: model.center,
        radius_m: model.radius_m,
    });
    commands.entity(entity).with_children(|parent| {
        for surface in &model.surfaces {
            parent.spawn((
                Mesh3d(surface.mesh.clone()),
                MeshMaterial3d(surface.material.clone()),
                surface.aabb,
                tag.clone(),
            ));
        }
    });
}

/// Everything stands where it is at the moment that the clock shows.
fn move_entities(
    live: Res<LiveTwin>,
    open: Res<OpenScene>,
    cast: Res<Cast>,
    eye: Res<MainEye>,
    mut entities: Query<(&mut LiveEntity, &mut EcefPose)>,
    picker: SolidPicker,
) {
    let fixed = DQuat::from_mat3(&glam::DMat3::from_cols(glam::DVec3::X, glam::DVec3::Z, glam::DVec3::NEG_Y));
    for entity in cast.shown.values() {
        let Ok((mut shown, pose)) = entities.get_mut(*entity) else { continue };
        let Some(sample) = live.twin.pose_at(shown.key, live.t_secs) else { continue };
        let mut pos_ecef = sample.pos_ecef;
        let clamp = open.scene.entities.get(shown.rule).is_some_and(|rule| rule.ground_clamp);
        if clamp && shown.shown && pos_ecef.distance(eye.pos_ecef) < GROUND_CLAMP_M {
            pos_ecef = on_the_ground(&picker, pos_ecef);
        }
        let stale = sample.state == PoseState::Stale;
        if shown.stale != stale {
            shown.stale = stale;
        }
        set_pose(pose, EcefPose { pos_ecef, ecef_from_local: sample.ecef_from_body * fixed });
    }
}

/// Entities further away than this are not put on the ground: nobody sees the difference.
const GROUND_CLAMP_M: f64 = 3_000.0;

fn on_the_ground(picker: &SolidPicker, pos_ecef: glam::DVec3) -> glam::DVec3 {
    let up = wgs84::surface_normal(wgs84::geodetic_from_ecef(pos_ecef));
    match picker.cast(pos_ecef + up * 4.0, -up) {
        Some(hit) if hit.distance_m < 60.0 => hit.pos_ecef,
        _ => pos_ecef,
    }
}

fn set_pose(mut pose: Mut<EcefPose>, wanted: EcefPose) {
    // Below a tenth of a millimetre nothing moves: what stands still costs nothing.
    if pose.pos_ecef.distance_squared(wanted.pos_ecef) > 1e-8
        || pose.ecef_from_local.dot(wanted.ecef_from_local).abs() < 0.999_999_99
    {
        *pose = wanted;
    }
}

/// What the inspector shows of an entity.
pub fn entity_rows(twin: &Twin, entity: &TwinEntity, t_secs: f64) -> Vec<(String, String)> {
    let mut rows: Vec<(String, String)> = entity
        .properties()
        .map(|(key, held)| {
            let unit = held.unit.as_deref().map(|unit| format!(" {unit}")).unwrap_or_default();
            let age = t_secs - held.t_secs();
            let old = if age > 10.0 { format!("  ({age:.0} s ago)") } else { String::new() };
            (twin.property_name(key).to_string(), format!("{}{unit}{old}", value_text(&held.value)))
        })
        .collect();
    rows.sort();
    rows
}

fn value_text(value: &crate::twin::Value) -> String {
    if let Some(number) = value.as_number() {
        let text = format!("{number:.4}");
        return text.trim_end_matches('0').trim_end_matches('.').to_string();
    }
    if let Some(flag) = value.as_bool() {
        return if flag { "yes" } else { "no" }.to_string();
    }
    if let Some(text) = value.as_text() {
        return text.to_string();
    }
    match value.as_pose() {
        Some(crate::twin::PoseValue::Geo { lon_deg, lat_deg, height_m, .. }) => {
            let height = height_m.map(|h| format!(", {h:.1} m")).unwrap_or_default();
            format!("{lon_deg:.6}°, {lat_deg:.6}°{height}")
        }
        Some(crate::twin::PoseValue::Site { e_m, n_m, u_m, .. }) => format!("e {e_m:.1} n {n_m:.1} u {u_m:.1} m"),
        Some(crate::twin::PoseValue::On { entity, .. }) => format!("on {entity}"),
        None => format!("{value:?}"),
    }
}

pub fn plugin(app: &mut App) {
    app.init_resource::<Cast>()
        .init_resource::<Models>()
        .add_systems(PostStartup, compile_rules)
        .add_systems(Update, (follow_twin, move_entities).chain().in_set(ViewSet::Entities));
}
