//! Where things are: f64 poses on the Earth, and the floating origin that makes f32 transforms of them.
//!
//! # Frames
//! - ECEF: earth-centred earth-fixed metres, f64; all poses that are kept are in it.
//! - render: Bevy's world. Origin near the eye, x east, y up, z south there to within a degree, f32 metres.
//! - eye: Bevy's camera axes, x right, y up, z backwards.
//!
//! The origin follows the eye in steps ([`REBASE_DISTANCE_M`]), so that what is near the eye never has coordinates above
//! some hundred metres: an f32 step there is 0.06 mm. Within a step nothing is rewritten for things that stand still.

use bevy::prelude::*;
use glam::{DAffine3, DMat3, DQuat, DVec3};

use super::ViewSet;
use crate::geo::{self, Geodetic, wgs84};
use crate::nav::Eye;

/// How far the eye may be from the origin before the origin follows, metres.
pub const REBASE_DISTANCE_M: f64 = 600.0;

/// The origin moves on a lattice with this spacing along the render frame's own axes, so that patterns that shaders compute
/// from positions and that repeat after it (`shaders/grain.wgsl`) stay where they are. Metres.
pub const LATTICE_M: f64 = 512.0;

/// The render frame's axes are those of a place at most this far away in either angle, radians: its y is up to within a
/// degree. They turn only when the eye leaves that neighbourhood.
const AXES_REACH_RAD: f64 = 0.7 / 57.295_779_513_082_32;
/// Places whose axes are used lie this far apart, degrees.
const AXES_STEP_DEG: f64 = 0.5;

/// The nearest that the camera sees, metres. With reversed z and an infinite far plane nothing else is chosen.
pub const NEAR_M: f32 = 0.1;

/// The floating origin.
#[derive(Resource, Debug, Clone, Copy, PartialEq)]
pub struct Origin {
    pub ecef_from_render: DAffine3,
    pub render_from_ecef: DAffine3,
}

impl Origin {
    /// The render frame for an eye at a place: y up, x east, z south at a round longitude and latitude near it; origin on
    /// the lattice of those axes. The same for all runs, however the eye came there.
    pub fn at(pos_ecef: DVec3) -> Self {
        let at = wgs84::geodetic_from_ecef(pos_ecef);
        let round = |deg: f64| (deg / AXES_STEP_DEG).round() * AXES_STEP_DEG;
        let anchor = Geodetic::from_degrees(round(at.lon_deg()), round(at.lat_deg()), 0.0);
        let axes = ecef_from_level(wgs84::ecef_from_geodetic(anchor));
        Self::on_lattice(axes, pos_ecef)
    }

    /// The point of the lattice next to a place. The lattice is counted from the Earth's centre.
    fn on_lattice(ecef_from_axes: DMat3, pos_ecef: DVec3) -> Self {
        let steps = (ecef_from_axes.transpose() * pos_ecef / LATTICE_M).round();
        let ecef_from_render = DAffine3 { matrix3: ecef_from_axes, translation: ecef_from_axes * (steps * LATTICE_M) };
        Self { ecef_from_render, render_from_ecef: ecef_from_render.inverse() }
    }

    pub fn render_from_point(&self, pos_ecef: DVec3) -> Vec3 {
        self.render_from_ecef.transform_point3(pos_ecef).as_vec3()
    }

    /// Where Bevy puts something that stands at a pose.
    pub fn transform_of(&self, pose: &EcefPose) -> Transform {
        let turn = DQuat::from_mat3(&self.render_from_ecef.matrix3) * pose.ecef_from_local;
        Transform::from_translation(self.render_from_point(pose.pos_ecef)).with_rotation(turn.as_quat().normalize())
    }

    /// The origin for an eye: this one, or a new one if the eye has gone too far from it.
    pub fn following(self, eye: &Eye) -> Self {
        if (eye.pos_ecef - self.ecef_from_render.translation).length() <= REBASE_DISTANCE_M {
            return self;
        }
        let up = wgs84::surface_normal(wgs84::geodetic_from_ecef(eye.pos_ecef));
        if up.angle_between(self.ecef_from_render.matrix3.y_axis) < AXES_REACH_RAD {
            Self::on_lattice(self.ecef_from_render.matrix3, eye.pos_ecef)
        } else {
            Self::at(eye.pos_ecef)
        }
    }

    pub fn render_from_direction(&self, dir_ecef: DVec3) -> Vec3 {
        self.render_from_ecef.transform_vector3(dir_ecef).as_vec3()
    }

    pub fn point_from_render(&self, pos: Vec3) -> DVec3 {
        self.ecef_from_render.transform_point3(pos.as_dvec3())
    }

    pub fn direction_from_render(&self, dir: Vec3) -> DVec3 {
        self.ecef_from_render.transform_vector3(dir.as_dvec3())
    }
}

/// Axes x east, y up, z south at a place, as columns in ECEF.
pub fn ecef_from_level(pos_ecef: DVec3) -> DMat3 {
    let enu = geo::enu_basis(wgs84::geodetic_from_ecef(pos_ecef));
    DMat3::from_cols(enu.x_axis, enu.z_axis, -enu.y_axis)
}

/// A pose on the Earth: a rotation and a position, no scale. [`Transform`] follows it.
#[derive(Component, Debug, Clone, Copy, PartialEq)]
#[require(Transform, Visibility)]
pub struct EcefPose {
    pub pos_ecef: DVec3,
    pub ecef_from_local: DQuat,
}

impl EcefPose {
    /// Standing upright at a place: x east, y up, z south.
    pub fn level(pos_ecef: DVec3) -> Self {
        Self { pos_ecef, ecef_from_local: DQuat::from_mat3(&ecef_from_level(pos_ecef)) }
    }

    pub fn affine(&self) -> DAffine3 {
        DAffine3::from_rotation_translation(self.ecef_from_local, self.pos_ecef)
    }
}

/// The eye of the main view. The one truth about the camera; Bevy's transform follows it.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Deref, DerefMut)]
pub struct MainEye(pub Eye);

/// Marks the camera entity that shows what the [`Eye`] sees.
#[derive(Component)]
pub struct EyeCamera;

fn follow_eye(eye: Res<MainEye>, mut origin: ResMut<Origin>) {
    let wanted = origin.following(&eye);
    origin.set_if_neq(wanted);
}

fn place(
    origin: Res<Origin>,
    eye: Res<MainEye>,
    mut placed: Query<(Ref<EcefPose>, &mut Transform), Without<EyeCamera>>,
    mut cameras: Query<(&mut Transform, &mut Projection), With<EyeCamera>>,
) {
    let rebased = origin.is_changed();
    for (pose, mut transform) in &mut placed {
        if rebased || pose.is_changed() {
            *transform = origin.transform_of(&pose).with_scale(transform.scale);
        }
    }
    for (mut transform, mut projection) in &mut cameras {
        *transform = origin.transform_of(&EcefPose { pos_ecef: eye.pos_ecef, ecef_from_local: eye.ecef_from_eye });
        if let Projection::Perspective(perspective) = projection.as_mut()
            && (perspective.fov != eye.fov_y_rad as f32 || perspective.near != NEAR_M)
        {
            perspective.fov = eye.fov_y_rad as f32;
            perspective.near = NEAR_M;
        }
    }
}

pub fn plugin(app: &mut App) {
    let at = Geodetic::from_degrees(0.0, 0.0, 10_000_000.0);
    let eye = Eye::from_angles(at, 0.0, -std::f64::consts::FRAC_PI_2, 0.0);
    app.insert_resource(MainEye(eye))
        .insert_resource(Origin::at(eye.pos_ecef))
        .add_systems(Update, (follow_eye, place).chain().in_set(ViewSet::Place));
}
