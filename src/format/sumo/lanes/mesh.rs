//! Collects triangles of many features cell by cell, each cell in its own level frame, so that f32 stays exact.

use std::collections::BTreeMap;
use std::sync::Arc;

use glam::{DAffine3, DVec2, DVec3, Vec3};

use super::super::placement::NetPlacement;
use crate::format::content::{FeatureIdSet, FeatureIds, Geometry, Part};
use crate::geo::projection::ProjectionError;

/// 2 km: small enough for culling and for a millimetre in f32, large enough for few draws.
const CELL_M: f64 = 2048.0;

/// Vertices of a whole net, 4 GB of geometry; real ones have below a million.
const MAX_VERTICES: usize = 100_000_000;

/// One ribbon or polygon reaches no farther from its own middle: larger than the Earth is nonsense, and f32 has an end.
const MAX_REACH_M: f64 = 2.0e7;

#[derive(Debug, thiserror::Error)]
pub(super) enum MeshError {
    #[error(transparent)]
    Projection(#[from] ProjectionError),
    #[error("the net needs more than {MAX_VERTICES} vertices")]
    TooLarge,
    #[error("it reaches farther than {MAX_REACH_M} m")]
    TooFar,
}

/// What is drawn over what; each has its own parts, so that the view may hide or bias them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Layer {
    Surface,
    Marking,
}

/// One feature's look and where it lies above the net's z.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ink {
    pub layer: Layer,
    pub feature: u32,
    pub color: [f32; 4],
    pub raise_m: f64,
}

pub(super) struct Mesh<'a> {
    placement: NetPlacement<'a>,
    cells: BTreeMap<(i64, i64, Layer), Cell>,
    vertices_left: usize,
}

struct Cell {
    site_from_cell: DAffine3,
    cell_from_site: DAffine3,
    geometry: Geometry,
    feature_ids: Vec<u32>,
}

impl<'a> Mesh<'a> {
    pub fn new(placement: NetPlacement<'a>) -> Self {
        Self { placement, cells: BTreeMap::new(), vertices_left: MAX_VERTICES }
    }

    /// A ribbon by its border pairs (left, right); nothing is added if a point has no place on Earth.
    pub fn ribbon(&mut self, pairs: &[[DVec3; 2]], ink: Ink) -> Result<(), MeshError> {
        let vertices: Vec<DVec3> = pairs.iter().flatten().copied().collect();
        let mut triangles = Vec::with_capacity(pairs.len() * 2);
        for i in 1..pairs.len() as u32 {
            let (left0, right0, left1, right1) = (2 * i - 2, 2 * i - 1, 2 * i, 2 * i + 1);
            triangles.push([left0, right0, right1]);
            triangles.push([left0, right1, left1]);
        }
        self.triangles(&vertices, &triangles, ink)
    }

    /// Triangles over net positions, anticlockwise seen from above.
    pub fn triangles(&mut self, vertices: &[DVec3], triangles: &[[u32; 3]], ink: Ink) -> Result<(), MeshError> {
        let Some(&middle) = vertices.get(vertices.len() / 2) else { return Ok(()) };
        let raised = |p: DVec3| p + DVec3::Z * ink.raise_m;
        let pos_site: Vec<DVec3> =
            vertices.iter().map(|&p| self.placement.site_pos(raised(p))).collect::<Result<_, _>>()?;
        let Some(&middle_site) = pos_site.get(pos_site.len() / 2) else { return Ok(()) };
        if pos_site.iter().any(|p| !p.is_finite() || p.distance(middle_site) > MAX_REACH_M) {
            return Err(MeshError::TooFar);
        }
        self.vertices_left = self.vertices_left.checked_sub(vertices.len()).ok_or(MeshError::TooLarge)?;
        let cell = self.cell_of(middle, ink.layer)?;
        // Below MAX_VERTICES.
        let base = cell.geometry.positions.len() as u32;
        for pos in pos_site {
            cell.geometry.positions.push(cell.cell_from_site.transform_point3(pos).as_vec3());
            cell.geometry.normals.push(Vec3::Z);
            cell.geometry.colors.push(ink.color);
            cell.feature_ids.push(ink.feature);
        }
        cell.geometry.indices.extend(triangles.iter().flatten().map(|i| base + i));
        Ok(())
    }

    fn cell_of(&mut self, pos_net: DVec3, layer: Layer) -> Result<&mut Cell, ProjectionError> {
        let index = (pos_net.truncate() / CELL_M).floor();
        let key = (index.x as i64, index.y as i64, layer);
        if !self.cells.contains_key(&key) {
            let centre = (index + DVec2::splat(0.5)) * CELL_M;
            // A cell at the border of the projection's area may have its centre outside: then the vertex itself serves.
            let site_from_cell = self
                .placement
                .site_from_level(centre.extend(0.0))
                .or_else(|_| self.placement.site_from_level(pos_net))?;
            let cell = Cell {
                site_from_cell,
                cell_from_site: site_from_cell.inverse(),
                geometry: Geometry::default(),
                feature_ids: Vec::new(),
            };
            self.cells.insert(key, cell);
        }
        Ok(self.cells.get_mut(&key).expect("it was there or was inserted just above"))
    }

    /// One part a cell and layer, surfaces first; materials are `Layer as usize`.
    pub fn into_parts(self, feature_count: u32) -> Vec<Part> {
        let mut cells: Vec<_> = self.cells.into_iter().collect();
        cells.sort_by_key(|((x, y, layer), _)| (*layer, *x, *y));
        cells
            .into_iter()
            .map(|((x, y, layer), cell)| Part {
                name: format!("{} {x} {y}", if layer == Layer::Surface { "lanes" } else { "markings" }),
                content_from_part: cell.site_from_cell,
                geometry: Arc::new(cell.geometry),
                material: layer as usize,
                instances: Vec::new(),
                feature_sets: vec![FeatureIdSet {
                    label: "lane".to_string(),
                    feature_count,
                    null_feature_id: None,
                    table: Some(0),
                    ids: FeatureIds::Vertex(cell.feature_ids.into()),
                }],
            })
            .collect()
    }
}
