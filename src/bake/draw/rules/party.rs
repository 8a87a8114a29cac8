//! Which edges of footprints neighbours share: party walls, which have no windows and no eaves.

use super::super::poly::{Region, distance_to_segment, edges};
use glam::DVec2;
use std::collections::BTreeMap;

/// Walls nearer than this are one wall, metres.
const NEAR_M: f64 = 0.3;
/// Cells of the grid in which neighbours are sought.
const CELL_M: f64 = 24.0;
/// Longer edges are only looked up by this many cells along them.
const MAX_CELLS: usize = 64;

struct Edge {
    region: usize,
    a: DVec2,
    b: DVec2,
}

/// For each footprint, ring and edge whether most of it lies on an edge of another footprint that runs the other way.
pub fn shared_edges(regions: &[&Region]) -> Vec<Vec<Vec<bool>>> {
    let mut all = Vec::new();
    for (region, shape) in regions.iter().enumerate() {
        all.extend(shape.rings().flat_map(|ring| edges(ring).map(move |(a, b)| Edge { region, a, b })));
    }
    let mut grid: BTreeMap<(i64, i64), Vec<usize>> = BTreeMap::new();
    for (k, edge) in all.iter().enumerate() {
        for cell in cells(edge) {
            let list = grid.entry(cell).or_default();
            if list.last() != Some(&k) {
                list.push(k);
            }
        }
    }
    let mut flags = all.iter().map(|edge| {
        let length = (edge.b - edge.a).length();
        if length.is_nan() || length <= 0.05 {
            return false;
        }
        let probes = [0.2, 0.5, 0.8].map(|t| edge.a.lerp(edge.b, t));
        let hits = probes.iter().filter(|&&p| {
            let near = grid.get(&cell_of(p)).map_or(&[][..], Vec::as_slice);
            near.iter().any(|&j| {
                all[j].region != edge.region
                    && runs_back(edge, &all[j])
                    && distance_to_segment(p, all[j].a, all[j].b) < NEAR_M
            })
        });
        hits.count() >= 2
    });
    regions
        .iter()
        .map(|r| r.rings().map(|ring| (0..ring.len()).map(|_| flags.next().unwrap_or(false)).collect()).collect())
        .collect()
}

fn cell_of(p: DVec2) -> (i64, i64) {
    ((p.x / CELL_M).floor() as i64, (p.y / CELL_M).floor() as i64)
}

/// The cells that an edge passes, with those that its neighbourhood touches.
fn cells(edge: &Edge) -> Vec<(i64, i64)> {
    let length = (edge.b - edge.a).length();
    let steps = ((length / (CELL_M * 0.5)).ceil() as usize).clamp(1, MAX_CELLS);
    let mut out = Vec::new();
    for k in 0..=steps {
        let p = edge.a.lerp(edge.b, k as f64 / steps as f64);
        for d in [DVec2::ZERO, DVec2::X, DVec2::NEG_X, DVec2::Y, DVec2::NEG_Y] {
            out.push(cell_of(p + d * CELL_M * 0.5));
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// Whether two edges run against each other, within about eight degrees.
fn runs_back(a: &Edge, b: &Edge) -> bool {
    let (d, e) = ((a.b - a.a).normalize_or_zero(), (b.b - b.a).normalize_or_zero());
    d.dot(e) < -0.99
}

#[cfg(test)]
mod tests {
    use super::*;

    fn house(x: f64, width: f64) -> Region {
        Region::new([(x, 0.0), (x + width, 0.0), (x + width, 10.0), (x, 10.0)].map(DVec2::from).to_vec())
    }

    #[test]
    fn only_walls_between_neighbours_are_shared() {
        let (a, b, far) = (house(0.0, 8.0), house(8.1, 7.0), house(40.0, 9.0));
        let flags = shared_edges(&[&a, &b, &far]);
        assert_eq!(flags[0][0], [false, true, false, false]);
        assert_eq!(flags[1][0], [false, false, false, true]);
        assert_eq!(flags[2][0], [false; 4]);
    }

    #[test]
    fn a_wall_that_is_mostly_free_is_not_shared() {
        let a = house(0.0, 8.0);
        let shed = Region::new([(8.0, 0.0), (10.0, 0.0), (10.0, 2.5), (8.0, 2.5)].map(DVec2::from).to_vec());
        let flags = shared_edges(&[&a, &shed]);
        assert_eq!(flags[0][0], [false; 4]);
        assert!(flags[1][0][3]);
    }
}
