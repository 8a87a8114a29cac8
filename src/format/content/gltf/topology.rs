//! Primitive modes (glTF 2.0, section 3.7.2.1) to plain lists of triangles, lines or points, with every index checked.

use super::super::Topology;

/// A list of indices, and what had to be left out of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IndexList {
    pub topology: Topology,
    /// 3 a triangle, 2 a line; of points: 1 each, or none at all if every vertex is a point.
    pub indices: Vec<u32>,
    /// Triangles and lines that used a vertex beyond the count.
    pub out_of_range: usize,
    /// Triangles and lines of an indexed list that use a vertex twice (in strips that is how they turn).
    pub degenerate: usize,
}

/// How many indices a mode makes of `count` of them.
pub fn list_len(mode: usize, count: usize) -> Option<usize> {
    let strip = |less: usize, each: usize| count.saturating_sub(less).saturating_mul(each);
    Some(match mode {
        0 | 1 | 4 => count,
        2 => count.saturating_mul(2),
        3 => strip(1, 2),
        5 | 6 => strip(2, 3),
        _ => return None,
    })
}

/// Makes a list of `mode` (0 points, 1 lines, 2 line loop, 3 line strip, 4 triangles, 5 strip, 6 fan) over `vertex_count`
/// vertices; without indices the vertices stand in order. `None` for an unknown mode.
pub fn to_list(mode: usize, indices: Option<Vec<u32>>, vertex_count: u32) -> Option<IndexList> {
    let indexed = indices.is_some();
    if mode == 0 {
        return Some(points(indices.unwrap_or_default(), vertex_count));
    }
    let order = indices.unwrap_or_else(|| (0..vertex_count).collect());
    let mut list =
        IndexList { topology: if mode < 4 { Topology::Lines } else { Topology::Triangles }, ..IndexList::default() };
    list.indices.reserve(list_len(mode, order.len())?);
    match mode {
        1 => order.as_chunks::<2>().0.iter().for_each(|pair| list.push(pair, vertex_count, indexed)),
        2 | 3 => {
            order.array_windows::<2>().for_each(|pair| list.push(pair, vertex_count, false));
            if mode == 2
                && let [first, .., last] = order[..]
            {
                list.push(&[last, first], vertex_count, false);
            }
        }
        4 => order.as_chunks::<3>().0.iter().for_each(|triangle| list.push(triangle, vertex_count, indexed)),
        5 => {
            for (turn, &[a, b, c]) in order.array_windows::<3>().enumerate() {
                let triangle = if turn % 2 == 0 { [a, b, c] } else { [b, a, c] };
                list.push(&triangle, vertex_count, false);
            }
        }
        6 => {
            if let Some((&hub, rim)) = order.split_first() {
                rim.array_windows::<2>().for_each(|&[b, c]| list.push(&[hub, b, c], vertex_count, false));
            }
        }
        _ => return None,
    }
    Some(list)
}

fn points(mut indices: Vec<u32>, vertex_count: u32) -> IndexList {
    let before = indices.len();
    indices.retain(|&index| index < vertex_count);
    IndexList { topology: Topology::Points, out_of_range: before - indices.len(), indices, degenerate: 0 }
}

impl IndexList {
    fn push<const N: usize>(&mut self, corners: &[u32; N], vertex_count: u32, count_degenerate: bool) {
        if corners.iter().any(|&corner| corner >= vertex_count) {
            self.out_of_range += 1;
        } else if (1..N).any(|i| corners[..i].contains(&corners[i])) {
            self.degenerate += usize::from(count_degenerate);
        } else {
            self.indices.extend(corners);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(mode: usize, indices: &[u32], vertex_count: u32) -> IndexList {
        to_list(mode, Some(indices.to_vec()), vertex_count).expect("known mode")
    }

    #[test]
    fn strips_fans_and_loops_become_lists_with_the_same_winding() {
        assert_eq!(list(5, &[0, 1, 2, 3, 4], 5).indices, [0, 1, 2, 2, 1, 3, 2, 3, 4]);
        assert_eq!(list(6, &[0, 1, 2, 3], 4).indices, [0, 1, 2, 0, 2, 3]);
        assert_eq!(list(2, &[0, 1, 2], 3).indices, [0, 1, 1, 2, 2, 0]);
        assert_eq!(list(3, &[0, 1, 2], 3).indices, [0, 1, 1, 2]);
        assert_eq!(to_list(4, None, 7).expect("known mode").indices, [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn turns_of_strips_vanish_silently_but_degenerate_triangles_of_lists_are_counted() {
        let strip = list(5, &[0, 1, 2, 2, 3, 3, 4, 5], 6);
        assert_eq!((strip.indices.len(), strip.degenerate), (6, 0));
        let triangles = list(4, &[0, 1, 1, 0, 1, 2], 3);
        assert_eq!((triangles.indices.len(), triangles.degenerate), (3, 1));
    }

    #[test]
    fn indices_beyond_the_vertices_are_dropped_and_counted() {
        let triangles = list(4, &[0, 1, 2, 0, 1, 65535], 3);
        assert_eq!((triangles.indices, triangles.out_of_range), (vec![0, 1, 2], 1));
        let points = list(0, &[0, 9, 1], 3);
        assert_eq!((points.indices, points.out_of_range), (vec![0, 1], 1));
    }

    #[test]
    fn no_indices_and_unknown_modes_do_no_harm() {
        for mode in 0..7 {
            assert!(list(mode, &[], 0).indices.is_empty());
            assert!(list(mode, &[0], 1).indices.len() <= 1);
        }
        assert_eq!(to_list(7, None, 3), None);
    }
}
