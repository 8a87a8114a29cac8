//! The places of a way's nodes.

use glam::DVec2;

use super::degrees;
use crate::bake::source::polygons::{metres_per_degree, unwrap_longitudes};
use crate::format::osm::nodes::NodeStore;

/// A way's places in degrees. Where nodes are missing, its longest piece without a gap.
pub(super) struct Line {
    pub points: Vec<DVec2>,
    pub missing: usize,
}

/// The first node is the last one, with at least two others between them.
pub(super) fn is_closed(nodes: &[i64]) -> bool {
    nodes.len() >= 4 && nodes.first() == nodes.last()
}

impl Line {
    pub fn of(nodes: &[i64], store: &NodeStore) -> Self {
        let places: Vec<Option<DVec2>> = nodes.iter().map(|node| store.get(*node).map(degrees)).collect();
        let missing = places.iter().filter(|place| place.is_none()).count();
        // The first one of equally long pieces.
        let longest = places.split(Option::is_none).rev().max_by_key(|piece| piece.len()).unwrap_or_default();
        let mut points: Vec<DVec2> = longest.iter().flatten().copied().collect();
        unwrap_longitudes(&mut points);
        Self { points, missing }
    }

    /// Its ends are two nodes less than a metre apart, as slips of editors leave them.
    pub fn is_nearly_closed(&self) -> bool {
        match self.points.as_slice() {
            [first, _, _, .., last] => ((*last - *first) * metres_per_degree(first.y)).length() < 1.0,
            _ => false,
        }
    }

    /// The middle of the box around it.
    pub fn middle(&self) -> DVec2 {
        let bounds = self.points.iter().fold(None, |bounds: Option<(DVec2, DVec2)>, p| {
            Some(bounds.map_or((*p, *p), |(lo, hi)| (lo.min(*p), hi.max(*p))))
        });
        bounds.map(|(lo, hi)| (lo + hi) / 2.0).unwrap_or_default()
    }
}
