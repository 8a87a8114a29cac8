//! What a ray meets in decoded contents, and which feature that is.
//!
//! Frames: rays are given in ECEF (metres, f64) and taken into each part's own frame, where the triangles are f32.
//! Möller and Trumbore, "Fast, minimum storage ray/triangle intersection", 1997. Both sides of a triangle are met.
//! Points and lines are met as small spheres and not at all, respectively.

use glam::{DAffine3, DVec3};

use crate::format::content::{Content, FeatureIds, Instance, Part, Topology};

/// The nearest meeting of a ray with a content.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ContentHit {
    /// Along the ray, in units of its direction's length.
    pub t: f64,
    /// Index into the content's parts.
    pub part: usize,
    /// Index into the part's instances, 0 where it has none.
    pub instance: usize,
    /// The vertices that were met (a point's thrice).
    pub vertices: [u32; 3],
}

/// The feature that was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeatureHit {
    /// Index into the part's feature sets.
    pub set: usize,
    pub feature: u32,
    /// Index into the content's property tables.
    pub table: Option<usize>,
}

/// Nearest hit with `0 < t < max_t`; `dir` need not have unit length.
pub fn cast(
    content: &Content,
    ecef_from_content: DAffine3,
    origin: DVec3,
    dir: DVec3,
    max_t: f64,
) -> Option<ContentHit> {
    let one = [Instance { part_from_instance: DAffine3::IDENTITY }];
    let mut best: Option<ContentHit> = None;
    for (index, part) in content.parts.iter().enumerate() {
        let Some((lo, hi)) = part.geometry.aabb() else { continue };
        let copies = if part.instances.is_empty() { &one[..] } else { &part.instances[..] };
        for (instance, copy) in copies.iter().enumerate() {
            let ecef_from_copy = ecef_from_content * part.content_from_part * copy.part_from_instance;
            if ecef_from_copy.matrix3.determinant() == 0.0 {
                continue;
            }
            let copy_from_ecef = ecef_from_copy.inverse();
            let o = copy_from_ecef.transform_point3(origin);
            let d = copy_from_ecef.transform_vector3(dir);
            let limit = best.map_or(max_t, |b| b.t);
            if !meets_box(o, d, lo.as_dvec3(), hi.as_dvec3(), limit) {
                continue;
            }
            if let Some((t, vertices)) = cast_part(part, o, d, limit) {
                best = Some(ContentHit { t, part: index, instance, vertices });
            }
        }
    }
    best
}

/// Slab test; a ray along an axis plane divides by zero on purpose (IEEE infinities give the right answer).
fn meets_box(o: DVec3, d: DVec3, lo: DVec3, hi: DVec3, max_t: f64) -> bool {
    // A box without thickness (a flat roof) must still be met.
    let margin = 1e-3 + 1e-6 * (hi - lo).max_element();
    let inverse = d.recip();
    let (a, b) = ((lo - margin - o) * inverse, (hi + margin - o) * inverse);
    let enter = a.min(b).max_element().max(0.0);
    let leave = a.max(b).min_element().min(max_t);
    enter <= leave
}

fn cast_part(part: &Part, o: DVec3, d: DVec3, max_t: f64) -> Option<(f64, [u32; 3])> {
    let geometry = &*part.geometry;
    let at = |i: u32| geometry.positions[i as usize].as_dvec3();
    match geometry.topology {
        Topology::Triangles => {
            let mut best: Option<(f64, [u32; 3])> = None;
            for &triangle in geometry.indices.as_chunks::<3>().0 {
                let [a, b, c] = triangle;
                let limit = best.map_or(max_t, |(t, _)| t);
                if let Some(t) = meet_triangle(o, d, at(a), at(b), at(c), limit) {
                    best = Some((t, triangle));
                }
            }
            best
        }
        Topology::Points => {
            let mut best: Option<(f64, [u32; 3])> = None;
            let length = d.length();
            for (i, p) in geometry.positions.iter().enumerate() {
                let to = p.as_dvec3() - o;
                let t = to.dot(d) / (length * length);
                // About four pixels wide at a usual opening angle.
                let radius = t * length * 0.003;
                if t > 0.0 && t < best.map_or(max_t, |(t, _)| t) && (to - d * t).length_squared() < radius * radius {
                    best = Some((t, [i as u32; 3]));
                }
            }
            best
        }
        Topology::Lines => None,
    }
}

fn meet_triangle(o: DVec3, d: DVec3, a: DVec3, b: DVec3, c: DVec3, max_t: f64) -> Option<f64> {
    let (ab, ac) = (b - a, c - a);
    let p = d.cross(ac);
    let determinant = ab.dot(p);
    if determinant.abs() < 1e-18 {
        return None;
    }
    let inverse = 1.0 / determinant;
    let s = o - a;
    let u = s.dot(p) * inverse;
    if !(-1e-9..=1.0 + 1e-9).contains(&u) {
        return None;
    }
    let q = s.cross(ab);
    let v = d.dot(q) * inverse;
    if v < -1e-9 || u + v > 1.0 + 1e-9 {
        return None;
    }
    let t = ac.dot(q) * inverse;
    (t > 0.0 && t < max_t).then_some(t)
}

/// The feature at a hit, of the first set that knows one there. Feature ids in textures are not read.
pub fn feature_at(part: &Part, hit: &ContentHit) -> Option<FeatureHit> {
    part.feature_sets.iter().enumerate().find_map(|(set, ids)| {
        let feature = feature_of_vertex(&ids.ids, hit.vertices[0], hit.instance)?;
        let known = ids.null_feature_id != Some(feature);
        known.then_some(FeatureHit { set, feature, table: ids.table })
    })
}

/// The id that a set gives to a vertex of a copy.
pub fn feature_of_vertex(ids: &FeatureIds, vertex: u32, instance: usize) -> Option<u32> {
    match ids {
        FeatureIds::Vertex(ids) => ids.get(vertex as usize).copied(),
        FeatureIds::Instance(ids) => ids.get(instance).copied(),
        FeatureIds::Implicit => Some(vertex),
        FeatureIds::Constant(id) => Some(*id),
        FeatureIds::Texture { .. } => None,
    }
}

/// The triangles of a content that belong to one feature of one table (or, without a table, one set of one part):
/// corner positions in the content frame, three a triangle.
pub fn feature_triangles(content: &Content, hit: &ContentHit, feature: Option<FeatureHit>) -> Vec<DVec3> {
    let mut corners = Vec::new();
    let one = [Instance { part_from_instance: DAffine3::IDENTITY }];
    for (index, part) in content.parts.iter().enumerate() {
        if part.geometry.topology != Topology::Triangles {
            continue;
        }
        let set = match feature {
            None if index == hit.part => None,
            None => continue,
            Some(f) if f.table.is_none() && index != hit.part => continue,
            Some(f) => {
                let same = |s: &&crate::format::content::FeatureIdSet| s.table == f.table;
                let found =
                    if index == hit.part { part.feature_sets.get(f.set) } else { part.feature_sets.iter().find(same) };
                match found {
                    Some(set) => Some((set, f.feature)),
                    None => continue,
                }
            }
        };
        let copies = if part.instances.is_empty() { &one[..] } else { &part.instances[..] };
        for (instance, copy) in copies.iter().enumerate() {
            if set.is_none() && instance != hit.instance {
                continue;
            }
            let content_from_copy = part.content_from_part * copy.part_from_instance;
            for triangle in part.geometry.indices.as_chunks::<3>().0 {
                let wanted = set
                    .is_none_or(|(set, feature)| feature_of_vertex(&set.ids, triangle[0], instance) == Some(feature));
                if wanted {
                    corners.extend(
                        triangle.iter().map(|&i| {
                            content_from_copy.transform_point3(part.geometry.positions[i as usize].as_dvec3())
                        }),
                    );
                }
            }
        }
    }
    corners
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::content::{FeatureIdSet, Geometry};
    use glam::Vec3;
    use std::sync::Arc;

    /// Two unit squares in the plane z = 0, side by side; the left one is feature 7, the right one 9.
    fn two_squares() -> Content {
        let positions = [0.0, 1.0, 1.0, 2.0]
            .iter()
            .zip([0, 0, 1, 1])
            .flat_map(|(&x, _)| [Vec3::new(x, 0.0, 0.0), Vec3::new(x, 1.0, 0.0)])
            .collect();
        let geometry = Geometry { positions, indices: vec![0, 2, 1, 1, 2, 3, 4, 6, 5, 5, 6, 7], ..Geometry::default() };
        let ids: Vec<u32> = vec![7, 7, 7, 7, 9, 9, 9, 9];
        Content {
            parts: vec![Part {
                name: String::new(),
                content_from_part: DAffine3::from_translation(DVec3::new(4.0e6, 3.0e6, 2.0e6)),
                geometry: Arc::new(geometry),
                material: 0,
                instances: Vec::new(),
                feature_sets: vec![FeatureIdSet {
                    label: String::new(),
                    feature_count: 2,
                    null_feature_id: None,
                    table: None,
                    ids: FeatureIds::Vertex(ids.into()),
                }],
            }],
            ..Content::default()
        }
    }

    fn down_at(x: f64, y: f64) -> (DVec3, DVec3) {
        (DVec3::new(4.0e6 + x, 3.0e6 + y, 2.0e6 + 10.0), DVec3::NEG_Z)
    }

    #[test]
    fn a_ray_meets_the_triangle_under_it_at_the_right_distance() {
        let content = two_squares();
        let (o, d) = down_at(0.25, 0.5);
        let hit = cast(&content, DAffine3::IDENTITY, o, d, f64::INFINITY).expect("hit");
        assert!((hit.t - 10.0).abs() < 1e-9);
        assert_eq!(feature_at(&content.parts[0], &hit).map(|f| f.feature), Some(7));
        let (o, d) = down_at(1.75, 0.5);
        let hit = cast(&content, DAffine3::IDENTITY, o, d, f64::INFINITY).expect("hit");
        assert_eq!(feature_at(&content.parts[0], &hit).map(|f| f.feature), Some(9));
    }

    #[test]
    fn a_ray_beside_or_beyond_meets_nothing() {
        let content = two_squares();
        let (o, d) = down_at(2.5, 0.5);
        assert_eq!(cast(&content, DAffine3::IDENTITY, o, d, f64::INFINITY), None);
        let (o, d) = down_at(0.5, 0.5);
        assert_eq!(cast(&content, DAffine3::IDENTITY, o, d, 9.0), None);
    }

    #[test]
    fn a_feature_is_its_own_triangles_only() {
        let content = two_squares();
        let (o, d) = down_at(0.25, 0.5);
        let hit = cast(&content, DAffine3::IDENTITY, o, d, f64::INFINITY).expect("hit");
        let corners = feature_triangles(&content, &hit, feature_at(&content.parts[0], &hit));
        assert_eq!(corners.len(), 6);
        assert!(corners.iter().all(|c| c.x <= 4.0e6 + 1.0));
    }
}
