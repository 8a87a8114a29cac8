//! Rings as sources have them to rings as others can use them: open, with three different neighbours or more.

use glam::DVec3;

/// A corner of a ring in the making.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::format) struct Corner {
    /// The vertex's number in the source.
    pub index: u32,
    pub position: DVec3,
    pub uv: [f32; 2],
}

/// What was wrong with a ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::format) enum RingFault {
    /// A corner repeats its neighbour; it was left out.
    Repeated,
    /// Fewer than three corners are left.
    TooFew,
}

/// Leaves out corners that repeat the one before them, and a last one that closes the ring. Says what it found; after
/// [`RingFault::TooFew`] the ring is of no use. `closes` says that the format repeats the first corner at the end.
pub(in crate::format) fn clean_ring(corners: &mut Vec<Corner>, closes: bool) -> Option<RingFault> {
    let same = |a: &Corner, b: &Corner| a.index == b.index || a.position == b.position;
    if closes && corners.len() > 1 && same(&corners[0], &corners[corners.len() - 1]) {
        corners.pop();
    }
    let before = corners.len();
    corners.dedup_by(|b, a| same(a, b));
    while corners.len() > 1 && same(&corners[0], &corners[corners.len() - 1]) {
        corners.pop();
    }
    match corners.len() {
        0..3 => Some(RingFault::TooFew),
        after if after < before => Some(RingFault::Repeated),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(indices: &[u32]) -> Vec<Corner> {
        let at = |&index| Corner { index, position: DVec3::splat(f64::from(index)), uv: [0.0; 2] };
        indices.iter().map(at).collect()
    }

    #[test]
    fn a_good_ring_stays() {
        let mut corners = ring(&[1, 2, 3, 4]);
        assert_eq!(clean_ring(&mut corners, false), None);
        assert_eq!(corners, ring(&[1, 2, 3, 4]));
    }

    #[test]
    fn repeated_corners_go() {
        let mut corners = ring(&[1, 1, 2, 3, 3, 1]);
        assert_eq!(clean_ring(&mut corners, false), Some(RingFault::Repeated));
        assert_eq!(corners, ring(&[1, 2, 3]));
    }

    #[test]
    fn a_closing_corner_is_no_fault_where_the_format_has_it() {
        let mut corners = ring(&[1, 2, 3, 1]);
        assert_eq!(clean_ring(&mut corners, true), None);
        assert_eq!(corners, ring(&[1, 2, 3]));
    }

    #[test]
    fn what_has_no_three_corners_is_no_ring() {
        for indices in [&[][..], &[1], &[1, 2], &[1, 1, 2, 2, 1], &[5, 5, 5, 5]] {
            assert_eq!(clean_ring(&mut ring(indices), false), Some(RingFault::TooFew), "{indices:?}");
        }
    }
}
