//! An Earth that one can stand on without any tileset: the ellipsoid at the scene's ground height, plain, with a
//! graticule.
//!
//! The mesh is a disc of rings around the eye out to the horizon, its vertices exactly on the (raised) ellipsoid and
//! computed in f64; rings grow with the distance, so that a chord never sinks visibly below the surface. It is made
//! anew when the eye has moved far against its height, some 6,000 vertices in well under a millisecond.

use bevy::asset::{RenderAssetUsages, uuid_handle};
use bevy::light::NotShadowCaster;
use bevy::mesh::{Indices, Mesh, PrimitiveTopology};
use bevy::pbr::{ExtendedMaterial, MaterialExtension};
use bevy::prelude::*;
use bevy::render::render_resource::{AsBindGroup, ShaderType};
use bevy::shader::{Shader, ShaderRef};
use glam::DVec3;

use super::ViewSet;
use super::space::{EcefPose, MainEye};
use crate::geo::wgs84;

const SHADER: Handle<Shader> = uuid_handle!("b6a3f1c4-5a0c-4d4b-8f25-0c9b8e1d7f03");
const RINGS: u32 = 96;
const SECTORS: u32 = 192;

/// How the ground looks and where it lies.
#[derive(Resource, Debug, Clone, Copy, PartialEq)]
pub struct GroundSettings {
    pub visible: bool,
    pub graticule: bool,
    /// Above the ellipsoid, metres.
    pub height_m: f64,
    /// Linear RGB.
    pub color: [f32; 3],
}

impl Default for GroundSettings {
    fn default() -> Self {
        Self { visible: true, graticule: true, height_m: 0.0, color: [0.085, 0.092, 0.075] }
    }
}

#[derive(Asset, AsBindGroup, Reflect, Debug, Clone)]
struct GraticuleLook {
    #[uniform(100)]
    graticule: Graticule,
}

#[derive(ShaderType, Reflect, Debug, Clone, Copy, Default)]
struct Graticule {
    offset: [Vec4; 7],
    line: Vec4,
}

type GroundMaterial = ExtendedMaterial<StandardMaterial, GraticuleLook>;

impl MaterialExtension for GraticuleLook {
    fn fragment_shader() -> ShaderRef {
        SHADER.into()
    }

    fn enable_prepass() -> bool {
        false
    }
}

#[derive(Component)]
struct Ground;

/// What the present mesh was made for.
#[derive(Resource, Default)]
struct Made(Option<(DVec3, f64, GroundSettings)>);

fn spawn(
    eye: Res<MainEye>,
    mut commands: Commands,
    mut materials: ResMut<Assets<GroundMaterial>>,
    mut meshes: ResMut<Assets<Mesh>>,
) {
    let material = materials.add(ExtendedMaterial {
        base: StandardMaterial { perceptual_roughness: 0.95, reflectance: 0.2, ..default() },
        extension: GraticuleLook { graticule: Graticule::default() },
    });
    // Never an empty mesh: the engine has no place for one and says so.
    let disc = Disc::around(eye.pos_ecef, 0.0, eye.geodetic().height_m.max(2.0));
    commands.spawn((
        Ground,
        Mesh3d(meshes.add(disc.mesh)),
        MeshMaterial3d(material),
        disc.pose,
        NotShadowCaster,
        bevy::camera::visibility::NoFrustumCulling,
        Visibility::Hidden,
    ));
}

fn follow(
    eye: Res<MainEye>,
    settings: Res<GroundSettings>,
    mut made: ResMut<Made>,
    mut grounds: Query<(&mut EcefPose, &mut Mesh3d, &MeshMaterial3d<GroundMaterial>, &mut Visibility), With<Ground>>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<GroundMaterial>>,
) {
    let above_m = (eye.geodetic().height_m - settings.height_m).max(2.0);
    if let Some((at, height, with)) = &made.0
        && *with == *settings
        && at.distance(eye.pos_ecef) < 0.25 * above_m.min(*height)
    {
        return;
    }
    made.0 = Some((eye.pos_ecef, above_m, *settings));
    for (mut pose, mut mesh, material, mut visibility) in &mut grounds {
        if !settings.visible {
            *visibility = Visibility::Hidden;
            continue;
        }
        *visibility = Visibility::Inherited;
        let disc = Disc::around(eye.pos_ecef, settings.height_m, above_m);
        *pose = disc.pose;
        // A mesh that lives on the GPU only is replaced, not written to.
        let old = std::mem::replace(&mut mesh.0, meshes.add(disc.mesh));
        meshes.remove(&old);
        if let Some(mut material) = materials.get_mut(&material.0) {
            let [r, g, b] = settings.color;
            material.base.base_color = Color::linear_rgb(r, g, b);
            let strength = if settings.graticule { 0.75 } else { 0.0 };
            material.extension.graticule = Graticule {
                offset: disc.offsets,
                line: Vec4::new(r * 1.7 + 0.02, g * 1.7 + 0.02, b * 1.7 + 0.02, strength),
            };
        }
    }
}

struct Disc {
    pose: EcefPose,
    mesh: Mesh,
    offsets: [Vec4; 7],
}

impl Disc {
    fn around(eye_ecef: DVec3, height_m: f64, above_m: f64) -> Self {
        let under = wgs84::geodetic_from_ecef(eye_ecef);
        let normal = wgs84::surface_normal(under);
        let pose = EcefPose::level(surface_point(normal, height_m));
        let local_from_ecef = pose.affine().inverse();
        let to_local = local_from_ecef.matrix3;
        let (east, south) = (to_local.transpose().x_axis, to_local.transpose().z_axis);
        // Out to the horizon and somewhat on, for what stands up behind it; at most nearly half the globe.
        let horizon = (wgs84::A / (wgs84::A + above_m)).acos();
        let farthest = (horizon * 1.1 + 0.0005).min(1.5);
        let nearest = (0.3 * above_m / wgs84::A).min(farthest * 0.012);
        let growth = (farthest / nearest).powf(1.0 / f64::from(RINGS - 1));

        let mut positions = Vec::new();
        let mut normals = Vec::new();
        let mut degrees = Vec::new();
        let mut push = |n: DVec3| {
            let lon = n.y.atan2(n.x) - under.lon_rad;
            let lon = (lon + std::f64::consts::PI).rem_euclid(std::f64::consts::TAU) - std::f64::consts::PI;
            let lat = n.z.clamp(-1.0, 1.0).asin() - under.lat_rad;
            degrees.push([lon.to_degrees() as f32, lat.to_degrees() as f32]);
            positions.push(local_from_ecef.transform_point3(surface_point(n, height_m)).as_vec3().to_array());
            normals.push((to_local * n).as_vec3().to_array());
        };
        push(normal);
        for ring in 0..RINGS {
            let angle = nearest * growth.powi(ring as i32);
            for sector in 0..SECTORS {
                let azimuth = f64::from(sector) / f64::from(SECTORS) * std::f64::consts::TAU;
                let towards = east * azimuth.sin() - south * azimuth.cos();
                push(normal * angle.cos() + towards * angle.sin());
            }
        }
        let mut indices = Vec::new();
        for sector in 0..SECTORS {
            let next = (sector + 1) % SECTORS;
            indices.extend([0, 1 + next, 1 + sector]);
            for ring in 0..RINGS - 1 {
                let (inner, outer) = (1 + ring * SECTORS, 1 + (ring + 1) * SECTORS);
                indices.extend([inner + sector, inner + next, outer + sector]);
                indices.extend([inner + next, outer + next, outer + sector]);
            }
        }
        let mesh = Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
            .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, positions)
            .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, normals)
            .with_inserted_attribute(Mesh::ATTRIBUTE_UV_0, degrees)
            .with_inserted_indices(Indices::U32(indices));
        let offsets = std::array::from_fn(|level| {
            let spacing = 10f64.powi(level as i32 - 5);
            let place = |degrees: f64| (degrees / spacing).rem_euclid(1.0) as f32;
            Vec4::new(place(under.lon_deg()), place(under.lat_deg()), 0.0, 0.0)
        });
        Self { pose, mesh, offsets }
    }
}

/// The point of the ellipsoid whose outward normal is `n`, raised along it.
fn surface_point(n: DVec3, height_m: f64) -> DVec3 {
    let squared = DVec3::new(wgs84::A * wgs84::A, wgs84::A * wgs84::A, wgs84::B * wgs84::B);
    let scaled = squared * n;
    scaled / n.dot(scaled).sqrt() + n * height_m
}

pub fn plugin(app: &mut App) {
    let shader = Shader::from_wgsl(include_str!("../../shaders/ground.wgsl"), "shaders/ground.wgsl");
    if let Err(error) = app.world_mut().resource_mut::<Assets<Shader>>().insert(&SHADER, shader) {
        error!("the shader of the ground can't be installed: {error}");
    }
    app.add_plugins(MaterialPlugin::<GroundMaterial>::default())
        .init_resource::<GroundSettings>()
        .init_resource::<Made>()
        .add_systems(Startup, spawn)
        .add_systems(Update, follow.in_set(ViewSet::Ground));
}
