//! Counts what a decoded content holds and how far it sticks out of its volume.

use std::collections::{BTreeMap, BTreeSet};

use glam::{DAffine3, DMat3, DVec3};

use super::{ContentFacts, Place};
use crate::format::content::{Content, FeatureIds, Part, Topology};
use crate::format::tileset::BoundingVolume;
use crate::geo::wgs84;

/// What a content holds; `volume` is its own or its tile's, in the frame `ecef_from_tile`.
pub fn measure(content: &Content, volume: &BoundingVolume, ecef_from_tile: &DAffine3) -> ContentFacts {
    let mut facts = ContentFacts {
        draws: content.parts.len(),
        materials: content.materials.len(),
        textures: content.textures.len(),
        texture_bytes: content.textures.iter().map(|texture| texture.image.data.len() as u64).sum(),
        issues: content.issues.iter().filter(|i| i.severity > crate::format::issue::Severity::Info).count(),
        features: features(content),
        ..ContentFacts::default()
    };
    let volume = Outside::new(volume, ecef_from_tile);
    for part in &content.parts {
        let copies = part.instances.len().max(1) as u64;
        let primitives = part.geometry.primitive_count() as u64 * copies;
        facts.vertices += part.geometry.positions.len() as u64;
        facts.instances += part.instances.len() as u64;
        match part.geometry.topology {
            Topology::Triangles => facts.triangles += primitives,
            Topology::Lines => facts.lines += primitives,
            Topology::Points => facts.points += primitives,
        }
        facts.outside_m = facts.outside_m.max(part_outside_m(part, &volume));
    }
    facts
}

fn part_outside_m(part: &Part, volume: &Outside) -> f64 {
    let farthest = |points: &mut dyn Iterator<Item = DVec3>| points.map(|p| volume.outside_m(p)).fold(0.0, f64::max);
    if part.instances.is_empty() {
        let at = |p: &glam::Vec3| part.content_from_part.transform_point3(p.as_dvec3());
        return farthest(&mut part.geometry.positions.iter().map(at));
    }
    // Every vertex of every copy would be too many: the corners of each copy's box, which may be a little outside of
    // what is in it.
    let Some((low, high)) = part.geometry.aabb() else { return 0.0 };
    let corners: Vec<DVec3> = (0..8)
        .map(|k| {
            let pick = |bit: usize, axis: usize| if k & bit == 0 { low[axis] } else { high[axis] };
            DVec3::new(pick(1, 0).into(), pick(2, 1).into(), pick(4, 2).into())
        })
        .collect();
    farthest(&mut part.instances.iter().flat_map(|instance| {
        let content_from_copy = part.content_from_part * instance.part_from_instance;
        corners.iter().map(move |corner| content_from_copy.transform_point3(*corner))
    }))
}

/// Features that something in the content refers to, each once.
fn features(content: &Content) -> u64 {
    let mut by_table: BTreeMap<Option<usize>, BTreeSet<u32>> = BTreeMap::new();
    let mut others = 0;
    for part in &content.parts {
        for set in &part.feature_sets {
            let ids = by_table.entry(set.table).or_default();
            match &set.ids {
                FeatureIds::Vertex(list) | FeatureIds::Instance(list) => ids.extend(list.iter()),
                FeatureIds::Constant(id) => {
                    ids.insert(*id);
                }
                FeatureIds::Implicit | FeatureIds::Texture { .. } => others += u64::from(set.feature_count),
            }
            if let Some(null) = set.null_feature_id {
                ids.remove(&null);
            }
        }
    }
    by_table.values().map(|ids| ids.len() as u64).sum::<u64>() + others
}

/// A volume, ready to be asked of many points.
enum Outside {
    Box { center: DVec3, to_unit: DMat3, axes_m: DVec3, scale: f64 },
    Sphere { center: DVec3, radius: f64, scale: f64 },
    Region { volume: BoundingVolume, ecef_from_tile: DAffine3 },
}

impl Outside {
    fn new(volume: &BoundingVolume, ecef_from_tile: &DAffine3) -> Self {
        // Transforms of tiles are rigid but for a scale.
        let scale = ecef_from_tile.matrix3.determinant().abs().cbrt();
        match *volume {
            BoundingVolume::Box { center, half_axes } => {
                let (half_axes, axes_m) = thick(half_axes);
                Self::Box { center, to_unit: half_axes.inverse(), axes_m, scale }
            }
            BoundingVolume::Sphere { center, radius } => Self::Sphere { center, radius, scale },
            BoundingVolume::Region { .. } => Self::Region { volume: *volume, ecef_from_tile: *ecef_from_tile },
        }
    }

    /// Metres from the volume to a point of the tile's frame; 0 inside.
    fn outside_m(&self, p: DVec3) -> f64 {
        match self {
            Self::Box { center, to_unit, axes_m, scale } => {
                let over = ((*to_unit * (p - *center)).abs() - 1.0).max(DVec3::ZERO);
                (over * *axes_m).length() * scale
            }
            Self::Sphere { center, radius, scale } => (p.distance(*center) - radius).max(0.0) * scale,
            Self::Region { volume, ecef_from_tile } => region_outside_m(volume, ecef_from_tile.transform_point3(p)),
        }
    }
}

/// Half axes that can be inverted: flat ones get a hair of thickness. And their lengths.
fn thick(half_axes: DMat3) -> (DMat3, DVec3) {
    let mut axes = [half_axes.x_axis, half_axes.y_axis, half_axes.z_axis];
    for k in 0..3 {
        if axes[k].length() < 1e-9 {
            let (a, b) = (axes[(k + 1) % 3], axes[(k + 2) % 3]);
            let normal = a.cross(b).try_normalize().or_else(|| a.any_orthogonal_vector().try_normalize());
            axes[k] = normal.unwrap_or([DVec3::X, DVec3::Y, DVec3::Z][k]) * 1e-6;
        }
    }
    (DMat3::from_cols(axes[0], axes[1], axes[2]), DVec3::new(axes[0].length(), axes[1].length(), axes[2].length()))
}

fn region_outside_m(volume: &BoundingVolume, p_ecef: DVec3) -> f64 {
    let BoundingVolume::Region { west_rad, south_rad, east_rad, north_rad, min_height_m, max_height_m } = *volume
    else {
        return 0.0;
    };
    let at = wgs84::geodetic_from_ecef(p_ecef);
    let north_m = (south_rad - at.lat_rad).max(at.lat_rad - north_rad).max(0.0) * wgs84::meridian_radius_m(at.lat_rad);
    let width = (east_rad - west_rad).rem_euclid(std::f64::consts::TAU);
    let from_west = (at.lon_rad - west_rad).rem_euclid(std::f64::consts::TAU);
    let whole = east_rad - west_rad >= std::f64::consts::TAU - 1e-9;
    let over =
        if whole || from_west <= width { 0.0 } else { (from_west - width).min(std::f64::consts::TAU - from_west) };
    let east_m = over * wgs84::prime_vertical_radius_m(at.lat_rad) * at.lat_rad.cos();
    let up_m = (min_height_m - at.height_m).max(at.height_m - max_height_m).max(0.0);
    DVec3::new(east_m, north_m, up_m).length()
}

/// The kind of a volume and its size along its own axes.
pub fn size_m(volume: &BoundingVolume, ecef_from_tile: &DAffine3) -> (&'static str, [f64; 3]) {
    match *volume {
        BoundingVolume::Box { half_axes, .. } => {
            let axes = ecef_from_tile.matrix3 * half_axes;
            ("box", [axes.x_axis, axes.y_axis, axes.z_axis].map(|axis| axis.length() * 2.0))
        }
        BoundingVolume::Sphere { radius, .. } => {
            ("sphere", [radius * 2.0 * ecef_from_tile.matrix3.determinant().abs().cbrt(); 3])
        }
        BoundingVolume::Region { west_rad, south_rad, east_rad, north_rad, min_height_m, max_height_m } => {
            let lat = (south_rad + north_rad) * 0.5;
            let width =
                if east_rad >= west_rad { east_rad - west_rad } else { east_rad - west_rad + std::f64::consts::TAU };
            let east_m = width * wgs84::prime_vertical_radius_m(lat) * lat.cos();
            ("region", [east_m, (north_rad - south_rad) * wgs84::meridian_radius_m(lat), max_height_m - min_height_m])
        }
    }
}

/// The middle of a volume, if that is within 100 km of the Earth's surface.
pub fn place(volume: &BoundingVolume, ecef_from_tile: &DAffine3) -> Option<Place> {
    if let BoundingVolume::Region { west_rad, south_rad, east_rad, north_rad, min_height_m, max_height_m } = *volume {
        let east_rad = if east_rad >= west_rad { east_rad } else { east_rad + std::f64::consts::TAU };
        return Some(Place {
            lon_deg: ((west_rad + east_rad) * 0.5).to_degrees(),
            lat_deg: ((south_rad + north_rad) * 0.5).to_degrees(),
            height_m: (min_height_m + max_height_m) * 0.5,
        });
    }
    let (BoundingVolume::Box { center, .. } | BoundingVolume::Sphere { center, .. }) = *volume else { return None };
    let at = wgs84::geodetic_from_ecef(ecef_from_tile.transform_point3(center));
    (at.height_m.abs() < 100_000.0).then(|| Place {
        lon_deg: at.lon_deg(),
        lat_deg: at.lat_deg(),
        height_m: at.height_m,
    })
}
