//! Joins the pieces of multipolygons and coastlines into rings and chains, by the places of their ends.
//!
//! Where more than two pieces meet, several ways to join them are right; the same area results by the even-odd rule.
//! Linear in the number of pieces (with a logarithm for looking up places).

use std::collections::BTreeMap;

use super::Place;

/// A way of a multipolygon or coastline, at least two places.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'a> {
    pub places: &'a [Place],
    /// Pieces of the same group are joined first: outer, inner and so on.
    pub group: u8,
}

/// What pieces were joined to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// Without a repetition of the first place in rings.
    pub places: Vec<Place>,
    /// Indices of the pieces in their order along it.
    pub pieces: Vec<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Joins {
    pub rings: Vec<Joined>,
    /// What has two ends that nothing goes on from.
    pub chains: Vec<Joined>,
}

/// How many groups are told apart; higher ones count as the last.
const GROUPS: u8 = 3;

/// Joins pieces; with `directed`, only an end to a beginning (as coastlines ask for), else they are turned as needed.
pub fn join(pieces: &[Piece<'_>], directed: bool) -> Joins {
    let mut joins = Joins::default();
    let mut ends = Ends::of(pieces, directed);
    for (index, piece) in pieces.iter().enumerate() {
        let (Some(&first), Some(&last)) = (piece.places.first(), piece.places.last()) else { continue };
        if piece.places.len() < 2 || ends.is_used(index) {
            continue;
        }
        ends.set_used(index);
        let mut joined = Joined { places: piece.places.to_vec(), pieces: vec![index] };
        let mut at = last;
        while at != first {
            let Some((next, turned)) = ends.take_from(at, group_of(piece)) else { break };
            at = append(&mut joined, pieces, next, turned);
        }
        if at == first {
            joined.places.pop();
            joins.rings.push(joined);
            continue;
        }
        extend_backwards(&mut joined, pieces, &mut ends, first, group_of(piece));
        joins.chains.push(joined);
    }
    joins
}

/// A chain's beginning may have pieces before it.
fn extend_backwards(joined: &mut Joined, pieces: &[Piece<'_>], ends: &mut Ends, first: Place, group: u8) {
    let mut before = Joined { places: vec![first], pieces: Vec::new() };
    let mut at = first;
    while let Some((next, turned)) = ends.take_towards(at, group) {
        at = append(&mut before, pieces, next, turned);
    }
    if before.pieces.is_empty() {
        return;
    }
    before.places.reverse();
    before.pieces.reverse();
    before.places.extend_from_slice(joined.places.get(1..).unwrap_or_default());
    before.pieces.append(&mut joined.pieces);
    *joined = before;
}

/// Adds a piece without its first place, which is there already; gives its other end.
fn append(joined: &mut Joined, pieces: &[Piece<'_>], next: usize, turned: bool) -> Place {
    let places = pieces[next].places;
    if turned {
        joined.places.extend(places.iter().rev().skip(1));
    } else {
        joined.places.extend(places.iter().skip(1));
    }
    joined.pieces.push(next);
    joined.places.last().copied().unwrap_or_default()
}

fn group_of(piece: &Piece<'_>) -> u8 {
    piece.group.min(GROUPS - 1)
}

/// Which pieces begin or end at a place; used ones are thrown out when they are met.
struct Ends {
    /// Piece, and whether it has to be turned to lead away from the place.
    away: BTreeMap<(Place, u8), Vec<(usize, bool)>>,
    /// The same for pieces that lead to the place when walked backwards: only for directed joins.
    towards: BTreeMap<(Place, u8), Vec<(usize, bool)>>,
    used: Vec<bool>,
    directed: bool,
}

impl Ends {
    fn of(pieces: &[Piece<'_>], directed: bool) -> Self {
        let mut ends =
            Self { away: BTreeMap::new(), towards: BTreeMap::new(), used: vec![false; pieces.len()], directed };
        // Backwards, so that the first pieces are taken first.
        for (index, piece) in pieces.iter().enumerate().rev() {
            let (Some(&first), Some(&last)) = (piece.places.first(), piece.places.last()) else { continue };
            if piece.places.len() < 2 || first == last {
                continue;
            }
            let group = group_of(piece);
            ends.away.entry((first, group)).or_default().push((index, false));
            let other = if directed { &mut ends.towards } else { &mut ends.away };
            other.entry((last, group)).or_default().push((index, true));
        }
        ends
    }

    fn is_used(&self, index: usize) -> bool {
        self.used.get(index).copied().unwrap_or(true)
    }

    fn set_used(&mut self, index: usize) {
        if let Some(used) = self.used.get_mut(index) {
            *used = true;
        }
    }

    fn take_from(&mut self, place: Place, group: u8) -> Option<(usize, bool)> {
        take(&mut self.away, &mut self.used, place, group)
    }

    fn take_towards(&mut self, place: Place, group: u8) -> Option<(usize, bool)> {
        let map = if self.directed { &mut self.towards } else { &mut self.away };
        take(map, &mut self.used, place, group)
    }
}

fn take(
    map: &mut BTreeMap<(Place, u8), Vec<(usize, bool)>>,
    used: &mut [bool],
    place: Place,
    group: u8,
) -> Option<(usize, bool)> {
    for group in std::iter::once(group).chain(0..GROUPS) {
        let Some(candidates) = map.get_mut(&(place, group)) else { continue };
        while let Some((index, turned)) = candidates.pop() {
            if let Some(used) = used.get_mut(index).filter(|used| !**used) {
                *used = true;
                return Some((index, turned));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn place(x: i32, y: i32) -> Place {
        Place { lon_e7: x, lat_e7: y }
    }

    fn join_all(pieces: &[&[Place]], directed: bool) -> Joins {
        let pieces: Vec<Piece<'_>> = pieces.iter().map(|places| Piece { places, group: 0 }).collect();
        join(&pieces, directed)
    }

    #[test]
    fn pieces_in_any_direction_make_a_ring() {
        let a = [place(0, 0), place(1, 0), place(1, 1)];
        let b = [place(0, 0), place(0, 1), place(1, 1)];
        let joins = join_all(&[&a, &b], false);
        assert_eq!(joins.rings.len(), 1);
        assert_eq!(joins.rings[0].places, [place(0, 0), place(1, 0), place(1, 1), place(0, 1)]);
        assert!(joins.chains.is_empty());
    }

    #[test]
    fn directed_pieces_are_not_turned() {
        let a = [place(0, 0), place(1, 0), place(1, 1)];
        let b = [place(0, 0), place(0, 1), place(1, 1)];
        let joins = join_all(&[&a, &b], true);
        assert_eq!((joins.rings.len(), joins.chains.len()), (0, 2));
    }

    #[test]
    fn a_chain_is_joined_from_its_middle() {
        let (a, b, c) = ([place(1, 0), place(2, 0)], [place(0, 0), place(1, 0)], [place(2, 0), place(3, 0)]);
        for directed in [false, true] {
            let joins = join_all(&[&a, &b, &c], directed);
            assert_eq!(joins.chains.len(), 1);
            let xs: Vec<i32> = joins.chains[0].places.iter().map(|p| p.lon_e7).collect();
            assert_eq!((xs, joins.chains[0].pieces.clone()), (vec![0, 1, 2, 3], vec![1, 0, 2]));
        }
    }

    #[test]
    fn pieces_of_one_group_stay_together_where_two_rings_touch() {
        let (a, b) = ([place(0, 0), place(1, 0), place(1, 1)], [place(1, 1), place(0, 1), place(0, 0)]);
        let (c, d) = ([place(0, 0), place(-1, 0), place(-1, -1)], [place(-1, -1), place(0, -1), place(0, 0)]);
        let piece = |places, group| Piece { places, group };
        let joins = join(&[piece(&a, 0), piece(&c, 1), piece(&d, 1), piece(&b, 0)], false);
        let pieces: Vec<Vec<usize>> = joins.rings.iter().map(|r| r.pieces.clone()).collect();
        assert_eq!(pieces, [vec![0, 3], vec![1, 2]]);
    }

    proptest! {
        #[test]
        fn every_piece_is_used_once(
            raw in prop::collection::vec((prop::collection::vec((0..4_i32, 0..4_i32), 0..5), 0..3_u8), 0..20),
            directed: bool,
        ) {
            let places: Vec<Vec<Place>> =
                raw.iter().map(|(points, _)| points.iter().map(|&(x, y)| place(x, y)).collect()).collect();
            let pieces: Vec<Piece<'_>> =
                places.iter().zip(&raw).map(|(places, (_, group))| Piece { places, group: *group }).collect();
            let joins = join(&pieces, directed);
            let mut used: Vec<usize> =
                joins.rings.iter().chain(&joins.chains).flat_map(|joined| joined.pieces.clone()).collect();
            used.sort_unstable();
            let expected: Vec<usize> = (0..pieces.len()).filter(|&i| pieces[i].places.len() >= 2).collect();
            prop_assert_eq!(used, expected);
        }
    }
}
