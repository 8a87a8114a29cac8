//! Where things are: f64 poses on the Earth, and the floating origin that makes f32 transforms of them.
//!
//! # Frames
//! - ECEF: earth-centred earth-fixed metres, f64; all poses that are kept are in it.
//! - render: Bevy's world. Origin near the eye, x east, y up, z south there, f32 metres.
//! - eye: Bevy's camera axes, x right, y up, z backwards.
//!
//! The origin follows the eye in steps ([`REBASE_DISTANCE_M`]), so that what is near the eye never has coordinates above
//! a few hundred metres: an f32 step there is 0.03 mm. Within a step nothing is rewritten for things that stand still.

use bevy::prelude::*;
use glam::{DAffine3, DMat3, DQuat, DVec3};

use super::ViewSet;
use crate::geo::{self, Geodetic, wgs84};
use crate::nav::Eye;

/// How far the eye may be from the origin before the origin follows, metres.
pub const REBASE_DISTANCE_M: f64 = 400.0;

/// The nearest that the camera sees, metres. With reversed z and an infinite far plane nothing else is chosen.
pub const NEAR_M: f32 = 0.1;

/// The floating origin.
#[derive(Resource, Debug, Clone, Copy, PartialEq)]
pub struct Origin {
    pub ecef_from_render: DAffine3,
    pub render_from_ecef: DAffine3,
}

impl Origin {
    /// The render frame at a place: y up, x east, z south.
    pub fn at(pos_ecef: DVec3) -> Self {
        let ecef_from_render = DAffine3 { matrix3: ecef_from_level(pos_ecef), translation: pos_ecef };
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
        if (eye.pos_ecef - self.ecef_from_render.translation).length() > REBASE_DISTANCE_M {
            Self::at(eye.pos_ecef)
        } else {
            self
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
