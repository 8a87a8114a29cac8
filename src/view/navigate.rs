//! Mouse and keys move the eye, as control rooms expect it.
//!
//! Left drag pans (what was grabbed stays under the cursor), right drag or ctrl and left drag orbits around what was
//! under the cursor, the wheel zooms to the cursor, WASD and QE fly (shift: five times as fast) with a speed that grows
//! with the height, H goes home, N turns north up, digits fly to the scene's views, double click nears what is clicked.
//! After every move the eye is kept above the ground.

use bevy::input::mouse::{AccumulatedMouseScroll, MouseScrollUnit};
use bevy::prelude::*;
use bevy::window::PrimaryWindow;
use glam::{DVec2, DVec3};

use super::pick::{Picker, SolidPicker};
use super::space::MainEye;
use super::{GroundBelow, InputFocus, ViewSet};
use crate::geo::{self, wgs84};
use crate::nav::{self, Eye, Flight};

/// The eye is never nearer to the ground than this, metres.
pub const CLEARANCE_M: f64 = 0.6;
/// Radians a pixel when orbiting.
const ORBIT_RAD_PER_PX: f64 = 0.005;
/// Two clicks within this time are a double click, seconds.
const DOUBLE_CLICK_SECS: f64 = 0.35;

/// Asks the eye to go somewhere on an arc.
#[derive(Message, Debug, Clone, Copy)]
pub struct FlyTo(pub Eye);

/// Where the eye starts and what "home" brings back.
#[derive(Resource, Debug, Clone, Copy, Default)]
pub struct Home(pub Option<Eye>);

/// The scene's views by key, 1 to 9.
#[derive(Resource, Debug, Clone, Default)]
pub struct ViewKeys(pub [Option<Eye>; 9]);

/// What the hand is doing.
#[derive(Resource, Default)]
pub struct Navigator {
    flight: Option<(Flight, f64)>,
    drag: Option<Drag>,
    /// Zoom still to be done, as the logarithm of the distance's factor, and what it aims at.
    zoom_left: f64,
    zoom_target: DVec3,
    /// Metres a second: right, ahead, up.
    velocity: DVec3,
    last_click: Option<(f64, Vec2)>,
    /// The cursor in the last frame. Its positions are used, not the device's raw motion: remote desktops send none.
    cursor: Option<Vec2>,
}

#[derive(Clone, Copy)]
enum Drag {
    Pan(DVec3),
    Orbit(DVec3),
    /// Nothing lay under the cursor: turn the head.
    Turn,
}

impl Navigator {
    /// Where a flight in progress will end: tiles are fetched for it ahead.
    pub fn destination(&self) -> Option<Eye> {
        self.flight.as_ref().map(|(flight, _)| flight.destination())
    }

    pub fn is_moving(&self) -> bool {
        self.flight.is_some() || self.drag.is_some() || self.zoom_left != 0.0 || self.velocity != DVec3::ZERO
    }

    fn stop(&mut self) {
        self.flight = None;
        self.zoom_left = 0.0;
        self.velocity = DVec3::ZERO;
    }
}

/// The cursor in the picture: normalised device coordinates and the picture's aspect.
fn cursor(window: &Window) -> Option<(DVec2, f64)> {
    let size = window.size();
    let at = window.cursor_position()?;
    let ndc = DVec2::new(f64::from(at.x / size.x) * 2.0 - 1.0, 1.0 - f64::from(at.y / size.y) * 2.0);
    Some((ndc, f64::from(size.x / size.y)))
}

#[derive(bevy::ecs::system::SystemParam)]
struct Devices<'w> {
    buttons: Res<'w, ButtonInput<MouseButton>>,
    keys: Res<'w, ButtonInput<KeyCode>>,
    scroll: Res<'w, AccumulatedMouseScroll>,
    focus: Res<'w, InputFocus>,
    time: Res<'w, Time>,
}

fn drag_and_zoom(
    devices: Devices,
    windows: Query<&Window, With<PrimaryWindow>>,
    mut eye: ResMut<MainEye>,
    mut navigator: ResMut<Navigator>,
    mut fly_to: MessageWriter<FlyTo>,
    picker: Picker,
) {
    let Ok(window) = windows.single() else { return };
    let at = window.cursor_position();
    let moved = at.zip(navigator.cursor).map_or(DVec2::ZERO, |(now, before)| (now - before).as_dvec2());
    navigator.cursor = at;
    // A drag that leaves the window goes on when it comes back.
    let Some((ndc, aspect)) = cursor(window) else { return };
    let ray = eye.ray(ndc, aspect);
    let free = !devices.focus.pointer;
    let control = devices.keys.any_pressed([KeyCode::ControlLeft, KeyCode::ControlRight]);
    let left_now = free && devices.buttons.just_pressed(MouseButton::Left);
    let right_now =
        free && (devices.buttons.just_pressed(MouseButton::Right) || devices.buttons.just_pressed(MouseButton::Middle));

    if left_now || right_now {
        navigator.stop();
        let hit = picker.cast(eye.pos_ecef, ray).map(|hit| hit.pos_ecef);
        navigator.drag = Some(match (hit, left_now && !control) {
            (Some(point), true) => Drag::Pan(point),
            (Some(point), false) => Drag::Orbit(point),
            (None, _) => Drag::Turn,
        });
        if left_now {
            let now = devices.time.elapsed_secs_f64();
            let at = window.cursor_position().unwrap_or_default();
            let double = navigator
                .last_click
                .is_some_and(|(then, there)| now - then < DOUBLE_CLICK_SECS && there.distance(at) < 6.0);
            navigator.last_click = if double { None } else { Some((now, at)) };
            if let (true, Some(point)) = (double, hit) {
                navigator.drag = None;
                fly_to.write(FlyTo(nav::zoom(**eye, point, 0.35)));
            }
        }
    }
    if !devices.buttons.any_pressed([MouseButton::Left, MouseButton::Right, MouseButton::Middle]) {
        navigator.drag = None;
    }
    if let Some(drag) = navigator.drag
        && moved != DVec2::ZERO
    {
        **eye = match drag {
            Drag::Pan(grabbed) => nav::pan(**eye, grabbed, ray),
            Drag::Orbit(pivot) => nav::orbit(**eye, pivot, -moved.x * ORBIT_RAD_PER_PX, moved.y * ORBIT_RAD_PER_PX),
            Drag::Turn => {
                let per_px = eye.fov_y_rad / f64::from(window.height().max(1.0));
                nav::turn(**eye, -moved.x * per_px, moved.y * per_px)
            }
        };
    }
    if free && devices.scroll.delta.y != 0.0 {
        let notches = match devices.scroll.unit {
            MouseScrollUnit::Line => f64::from(devices.scroll.delta.y),
            MouseScrollUnit::Pixel => f64::from(devices.scroll.delta.y) / 50.0,
        };
        navigator.flight = None;
        if navigator.zoom_left.abs() < 0.02 {
            navigator.zoom_target = picker
                .cast(eye.pos_ecef, ray)
                .map_or_else(|| eye.pos_ecef + ray * (eye.geodetic().height_m.max(50.0)), |hit| hit.pos_ecef);
        }
        navigator.zoom_left = (navigator.zoom_left - notches * 0.22).clamp(-2.5, 2.5);
    }
}

/// What goes on by itself: the rest of a zoom, keys held down, a flight.
fn advance(
    devices: Devices,
    ground: Res<GroundBelow>,
    mut eye: ResMut<MainEye>,
    mut navigator: ResMut<Navigator>,
    mut fly_to: MessageReader<FlyTo>,
) {
    let dt = devices.time.delta_secs_f64().min(0.1);
    if let Some(FlyTo(to)) = fly_to.read().last() {
        navigator.stop();
        if !Flight::is_same(&eye, to) {
            navigator.flight = Some((Flight::new(**eye, *to, ground.height_m.max(0.0)), 0.0));
        }
    }
    if let Some((flight, mut secs)) = navigator.flight.take() {
        secs += dt;
        **eye = flight.at(secs);
        if secs < flight.duration_secs {
            navigator.flight = Some((flight, secs));
        }
    }
    if navigator.zoom_left != 0.0 {
        // Half of what is left every 50 ms: quick, but the eye can follow.
        let step = navigator.zoom_left * (1.0 - 0.5f64.powf(dt / 0.05));
        **eye = nav::zoom(**eye, navigator.zoom_target, step.exp());
        navigator.zoom_left -= step;
        if navigator.zoom_left.abs() < 0.002 {
            navigator.zoom_left = 0.0;
        }
    }
    let wish = if devices.focus.keyboard { DVec3::ZERO } else { wished_direction(&devices.keys) };
    let above_m = (eye.geodetic().height_m - ground.height_m).max(1.5);
    let boost = if devices.keys.any_pressed([KeyCode::ShiftLeft, KeyCode::ShiftRight]) { 5.0 } else { 1.0 };
    let wanted = wish * (above_m * 0.9).clamp(3.0, 200_000.0) * boost;
    let blend = 1.0 - 0.5f64.powf(dt / 0.06);
    let velocity = navigator.velocity;
    navigator.velocity = velocity + (wanted - velocity) * blend;
    if wish != DVec3::ZERO {
        navigator.flight = None;
    } else if navigator.velocity.length() < 0.02 * above_m {
        navigator.velocity = DVec3::ZERO;
    }
    if navigator.velocity != DVec3::ZERO {
        let v = navigator.velocity * dt;
        **eye = nav::fly(**eye, v.x, v.y, v.z);
    }
}

fn wished_direction(keys: &ButtonInput<KeyCode>) -> DVec3 {
    if keys.any_pressed([KeyCode::ControlLeft, KeyCode::ControlRight, KeyCode::AltLeft, KeyCode::SuperLeft]) {
        return DVec3::ZERO;
    }
    let axis = |plus: [KeyCode; 2], minus: [KeyCode; 2]| {
        f64::from(u8::from(keys.any_pressed(plus))) - f64::from(u8::from(keys.any_pressed(minus)))
    };
    DVec3::new(
        axis([KeyCode::KeyD, KeyCode::ArrowRight], [KeyCode::KeyA, KeyCode::ArrowLeft]),
        axis([KeyCode::KeyW, KeyCode::ArrowUp], [KeyCode::KeyS, KeyCode::ArrowDown]),
        axis([KeyCode::KeyE, KeyCode::PageUp], [KeyCode::KeyQ, KeyCode::PageDown]),
    )
}

fn shortcuts(
    devices: Devices,
    eye: Res<MainEye>,
    home: Res<Home>,
    views: Res<ViewKeys>,
    mut fly_to: MessageWriter<FlyTo>,
) {
    if devices.focus.keyboard || devices.keys.any_pressed([KeyCode::ControlLeft, KeyCode::ControlRight]) {
        return;
    }
    if let (true, Some(home)) = (devices.keys.just_pressed(KeyCode::KeyH), home.0) {
        fly_to.write(FlyTo(home));
    }
    if devices.keys.just_pressed(KeyCode::KeyN) {
        fly_to.write(FlyTo(north_up(&eye)));
    }
    const DIGITS: [KeyCode; 9] = [
        KeyCode::Digit1,
        KeyCode::Digit2,
        KeyCode::Digit3,
        KeyCode::Digit4,
        KeyCode::Digit5,
        KeyCode::Digit6,
        KeyCode::Digit7,
        KeyCode::Digit8,
        KeyCode::Digit9,
    ];
    for (key, view) in DIGITS.iter().zip(&views.0) {
        if let (true, Some(view)) = (devices.keys.just_pressed(*key), view) {
            fly_to.write(FlyTo(*view));
        }
    }
}

/// The same place with north at the top: turned around what lies in the middle of the picture where that is near.
pub fn north_up(eye: &Eye) -> Eye {
    let (heading, pitch, _) = eye.angles();
    let at = eye.geodetic();
    let Some(distance) = wgs84::ray_ellipsoid(eye.pos_ecef, eye.forward(), 0.0).filter(|d| *d < 200_000.0) else {
        return Eye { fov_y_rad: eye.fov_y_rad, ..Eye::from_angles(at, 0.0, pitch, 0.0) };
    };
    let pivot = eye.pos_ecef + eye.forward() * distance;
    let up = wgs84::surface_normal(wgs84::geodetic_from_ecef(pivot));
    let turn = glam::DQuat::from_axis_angle(up, heading);
    let pos_ecef = pivot + turn * (eye.pos_ecef - pivot);
    let turned = Eye { pos_ecef, ecef_from_eye: turn * eye.ecef_from_eye, ..*eye };
    nav::relevel(turned)
}

/// Measures the ground under the eye and lifts the eye off it.
fn stay_above_ground(
    mut eye: ResMut<MainEye>,
    mut ground: ResMut<GroundBelow>,
    picker: SolidPicker,
    mut measured_at: Local<DVec3>,
    mut measured_tiles: Local<u64>,
) {
    let tiles = picker.tiles_version();
    let at = eye.geodetic();
    let above = (at.height_m - ground.height_m).abs();
    // Far above it the ground under the eye changes little while the eye moves little.
    if eye.pos_ecef.distance(*measured_at) > (above * 0.02).min(50.0) || *measured_tiles != tiles {
        *measured_at = eye.pos_ecef;
        *measured_tiles = tiles;
        let up = geo::enu_basis(at).z_axis;
        ground.height_m = picker.ground_below_m(eye.pos_ecef, up);
    }
    let least = ground.height_m.max(picker.plain_ground_height_m()) + CLEARANCE_M;
    if at.height_m < least {
        **eye = nav::keep_above(**eye, least);
    }
}

pub fn plugin(app: &mut App) {
    app.init_resource::<Navigator>().init_resource::<Home>().init_resource::<ViewKeys>().add_message::<FlyTo>();
    app.add_systems(Update, (shortcuts, drag_and_zoom, advance, stay_above_ground).chain().in_set(ViewSet::Navigate));
}
