//! Sun, moon, stars, air and exposure for the scene's place, date and time.
//!
//! Photometric units throughout: lux and cd/m². The exposure follows the light on level ground as a photographer would
//! set it, only less at night, so that night still looks like night. Frames: directions in ECEF where they are kept,
//! in render space (y up) where they go to the GPU.

mod environment;
mod pass;

use bevy::camera::Exposure;
use bevy::light::{CascadeShadowConfig, CascadeShadowConfigBuilder, EnvironmentMapLight};
use bevy::prelude::*;
use bevy::tasks::{AsyncComputeTaskPool, Task, block_on, poll_once};
use glam::{DMat3, DVec3};

use self::environment::{EnvironmentMaps, SkyState};
use self::pass::{AirTables, AirView};
use super::space::{EyeCamera, MainEye, Origin};
use super::{MainShadows, ViewSet};
use crate::geo::{sun, wgs84};
use crate::optics::atmosphere::{Air, Atmosphere, GROUND_RADIUS_KM, SUN_ILLUMINANCE_LUX};
use crate::tiles::ShadowLight;

/// Illuminance of the full moon above the air, lux.
const FULL_MOON_LUX: f64 = 0.32;
/// Airglow and the light of towns in the night sky, cd/m².
const NIGHT_SKY: DVec3 = DVec3::new(0.010, 0.012, 0.0175);
const STAR_LUMINANCE: f32 = 0.6;
/// Cosine of the sun's angular radius (0.267 degrees).
const SUN_COS_RADIUS: f64 = 0.999_989_15;

/// The moment that the world shows and how its air is.
#[derive(Resource, Debug, Clone, Copy, PartialEq)]
pub struct SkySettings {
    /// Seconds since 1970 UTC.
    pub unix_secs: f64,
    pub air: Air,
    /// Added to the exposure, in stops; more is brighter.
    pub exposure_stops: f32,
    pub shadows: bool,
    pub stars: bool,
}

impl Default for SkySettings {
    fn default() -> Self {
        // The June solstice at nine in Greenwich: a fair morning in Europe.
        Self { unix_secs: 1_782_032_400.0, air: Air::default(), exposure_stops: 0.0, shadows: true, stars: true }
    }
}

/// What the light is now; other parts read it (panels, night lights).
#[derive(Resource, Debug, Clone, Copy, Default)]
pub struct Daylight {
    /// Height of the sun above the horizon, radians.
    pub sun_elevation_rad: f64,
    /// Towards the sun, ECEF.
    pub sun_ecef: DVec3,
    /// On level ground, lux.
    pub ground_lux: f64,
    pub ev100: f32,
}

/// The tables of the air and the maps of the sky's light.
#[derive(Resource)]
struct Sky {
    atmosphere: std::sync::Arc<Atmosphere>,
    shown: Option<SkyState>,
    making: Option<(SkyState, Task<EnvironmentMaps>)>,
}

/// Marks the light of the sun, or of the moon when the sun is down.
#[derive(Component)]
struct SunLight;

fn spawn_sun(mut commands: Commands) {
    commands.spawn((
        SunLight,
        DirectionalLight { shadow_maps_enabled: true, ..default() },
        cascades(2_000.0),
        Transform::default(),
    ));
}

fn make_tables(
    settings: Res<SkySettings>,
    sky: Option<ResMut<Sky>>,
    mut images: ResMut<Assets<Image>>,
    mut commands: Commands,
) {
    if sky.as_ref().is_some_and(|sky| sky.atmosphere.air == settings.air) {
        return;
    }
    let atmosphere = Atmosphere::new(settings.air);
    commands.insert_resource(AirTables {
        transmittance: images.add(environment::table_image(&atmosphere.transmittance)),
        multiple: images.add(environment::table_image(&atmosphere.multiple)),
    });
    commands.insert_resource(Sky { atmosphere: std::sync::Arc::new(atmosphere), shown: None, making: None });
}

/// Sun, moon, exposure and the uniform of the air.
#[expect(clippy::too_many_arguments, reason = "one light, and all that follows from where it stands")]
fn light(
    settings: Res<SkySettings>,
    eye: Res<MainEye>,
    origin: Res<Origin>,
    sky: Res<Sky>,
    mut daylight: ResMut<Daylight>,
    mut shadows: ResMut<MainShadows>,
    mut suns: Query<(&mut DirectionalLight, &mut Transform, &CascadeShadowConfig), With<SunLight>>,
    mut cameras: Query<(&mut Exposure, &mut AirView), With<EyeCamera>>,
) {
    let at = eye.geodetic();
    let up = wgs84::surface_normal(at);
    let sun_ecef = sun::sun_dir_ecef(settings.unix_secs);
    let moon_ecef = sun::moon_pos_ecef(settings.unix_secs).normalize();
    let moon_phase = sun::moon_phase(settings.unix_secs).lit_fraction;
    let cos_sun = up.dot(sun_ecef);
    let cos_moon = up.dot(moon_ecef);

    let sun_through = sky.atmosphere.transmittance_to_space(GROUND_RADIUS_KM, cos_sun);
    let sun_lux = sun_through * SUN_ILLUMINANCE_LUX;
    let moon_lux = sky.atmosphere.transmittance_to_space(GROUND_RADIUS_KM, cos_moon) * FULL_MOON_LUX * moon_phase;
    let sky_lux = sky.atmosphere.sky_illuminance(0.0, cos_sun) * SUN_ILLUMINANCE_LUX;
    let night_lux = NIGHT_SKY * std::f64::consts::PI;
    let ground_lux = (sun_lux * cos_sun.max(0.0) + moon_lux * cos_moon.max(0.0) + sky_lux + night_lux).y;

    // From high above, the air that the sun still reaches is in the picture, also where the ground below lies in the dark.
    let sun_at_eye =
        sky.atmosphere.transmittance_to_space(GROUND_RADIUS_KM + (at.height_m * 0.001).clamp(0.0, 99.0), cos_sun);
    let lit_air_share = 0.12 * (at.height_m / 30_000.0).clamp(0.0, 1.0);
    let ground_lux = ground_lux.max(sun_at_eye.y * SUN_ILLUMINANCE_LUX * lit_air_share);

    // From 14 stops at noon down by less than a stop for each halving of the light: a night stays darker than a day, but
    // an operator sees what is there.
    let ev100 = 13.9 + 0.84 * (ground_lux / 100_000.0).log2() as f32 - settings.exposure_stops;
    *daylight = Daylight { sun_elevation_rad: cos_sun.clamp(-1.0, 1.0).asin(), sun_ecef, ground_lux, ev100 };

    let by_day = sun_lux.y >= moon_lux.y;
    let (direction, lux) = if by_day { (sun_ecef, sun_lux) } else { (moon_ecef, moon_lux) };
    shadows.0 = None;
    for (mut light, mut transform, cascades) in &mut suns {
        let brightest = lux.max_element().max(1e-9);
        let color = lux / brightest;
        light.illuminance = brightest as f32;
        light.color = Color::linear_rgb(color.x as f32, color.y as f32, color.z as f32);
        light.shadow_maps_enabled = settings.shadows && brightest > 1e-3;
        if light.shadow_maps_enabled {
            let reach_m = cascades.bounds.last().copied().map_or(0.0, f64::from);
            shadows.0 = Some(ShadowLight { to_light_ecef: direction, reach_m });
        }
        let towards = origin.render_from_direction(direction);
        transform.rotation = Transform::default().looking_to(-towards, Vec3::X).rotation;
    }

    let stars_from_ecef: DMat3 = sun::ecef_from_eci(settings.unix_secs).transpose();
    let rows = (stars_from_ecef * origin.ecef_from_render.matrix3).transpose();
    for (mut exposure, mut air) in &mut cameras {
        exposure.ev100 = ev100;
        *air = AirView {
            up_height: origin.render_from_direction(up).extend((at.height_m * 0.001) as f32),
            sun_aerosol: origin.render_from_direction(sun_ecef).extend(sky.atmosphere.aerosol() as f32),
            sun_light: Vec3::splat(SUN_ILLUMINANCE_LUX as f32).extend(SUN_COS_RADIUS as f32),
            moon: origin.render_from_direction(moon_ecef).extend((FULL_MOON_LUX * moon_phase) as f32),
            night: NIGHT_SKY.as_vec3().extend(if settings.stars { STAR_LUMINANCE } else { 0.0 }),
            stars_from_render_0: rows.x_axis.as_vec3().extend(0.0),
            stars_from_render_1: rows.y_axis.as_vec3().extend(0.0),
            stars_from_render_2: rows.z_axis.as_vec3().extend(0.0),
        };
    }
}

/// Keeps the maps of the sky's light in step; the first ones are made at once, so that no picture lacks them.
fn environment_light(
    eye: Res<MainEye>,
    origin: Res<Origin>,
    daylight: Res<Daylight>,
    mut sky: ResMut<Sky>,
    mut images: ResMut<Assets<Image>>,
    cameras: Query<Entity, With<EyeCamera>>,
    mut commands: Commands,
) {
    let height_km = (eye.geodetic().height_m * 0.001).clamp(0.0, 90.0);
    let sun = origin.render_from_ecef.transform_vector3(daylight.sun_ecef).normalize();
    let wanted = SkyState { height_km, sun, night: NIGHT_SKY };
    let mut ready = None;
    if let Some((state, task)) = &mut sky.making {
        if let Some(maps) = block_on(poll_once(task)) {
            ready = Some((*state, maps));
        }
    } else if sky.shown.is_none() {
        ready = Some((wanted, environment::make(&sky.atmosphere, &wanted)));
    } else if sky.shown.is_some_and(|shown| !shown.looks_like(&wanted)) {
        let atmosphere = sky.atmosphere.clone();
        let task = AsyncComputeTaskPool::get().spawn(async move { environment::make(&atmosphere, &wanted) });
        sky.making = Some((wanted, task));
    }
    let Some((state, maps)) = ready else { return };
    sky.making = None;
    sky.shown = Some(state);
    let light = EnvironmentMapLight {
        diffuse_map: images.add(maps.diffuse),
        specular_map: images.add(maps.specular),
        intensity: 1.0,
        ..default()
    };
    for camera in &cameras {
        commands.entity(camera).insert(light.clone());
    }
}

/// Shadows reach as far as they can be told apart from where the eye is.
fn shadow_reach(
    eye: Res<MainEye>,
    ground: Res<super::GroundBelow>,
    mut suns: Query<&mut CascadeShadowConfig, With<SunLight>>,
    mut reach_m: Local<f32>,
) {
    let above_m = (eye.geodetic().height_m - ground.height_m).max(1.0) as f32;
    let wanted = (above_m * 5.0).clamp(600.0, 40_000.0);
    if (wanted / reach_m.max(1.0)).ln().abs() < 0.2 {
        return;
    }
    *reach_m = wanted;
    for mut config in &mut suns {
        *config = cascades(wanted);
    }
}

fn cascades(reach_m: f32) -> CascadeShadowConfig {
    CascadeShadowConfigBuilder {
        num_cascades: 4,
        minimum_distance: super::space::NEAR_M,
        maximum_distance: reach_m,
        first_cascade_far_bound: reach_m / 24.0,
        overlap_proportion: 0.2,
    }
    .build()
}

/// What a camera of the main view needs for its light.
pub fn camera_bundle() -> impl Bundle {
    (Exposure::default(), AirView::default())
}

pub fn plugin(app: &mut App) {
    app.add_plugins(pass::plugin)
        .init_resource::<SkySettings>()
        .init_resource::<Daylight>()
        .insert_resource(bevy::light::GlobalAmbientLight::NONE)
        .add_systems(Startup, spawn_sun)
        .add_systems(Update, (make_tables, light, environment_light, shadow_reach).chain().in_set(ViewSet::Light));
}
