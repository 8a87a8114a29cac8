//! The border of a tile's mesh, chosen by the heights along the border alone.
//!
//! Two neighbours of one level see the same posts along their common side, so that both keep the same of them, whatever
//! lies inside: their meshes meet vertex by vertex. Posts on the border that the inside brought in are taken out again
//! (their triangles are joined and cut anew); the error of that is measured with everything else.

use std::collections::{BTreeMap, BTreeSet};

use super::rtin::Grid;

/// Which posts of the border stay: corners, and middles whose error, or that of a middle below, is over the limit.
/// `error(middle, a, b)` as in [`Grid::errors`].
pub fn kept(grid: Grid, limit: f64, error: impl Fn(u32, u32, u32) -> f64) -> BTreeSet<u32> {
    let last = grid.steps;
    let sides: [[(u32, u32); 2]; 4] =
        [[(0, 0), (last, 0)], [(0, last), (last, last)], [(0, 0), (0, last)], [(last, 0), (last, last)]];
    let mut kept = BTreeSet::new();
    for [from, to] in sides {
        let post = |i: u32| {
            let along = |a: u32, b: u32| if a == b { a } else { i };
            grid.index((along(from.0, to.0), along(from.1, to.1)))
        };
        // From the finest step up, so that a middle knows the middles below it.
        let mut worst = vec![0.0f64; last as usize + 1];
        let mut step = 2;
        while step <= last {
            for i in (0..last).step_by(step as usize) {
                let middle = i + step / 2;
                let mut error = error(post(middle), post(i), post(i + step));
                if step > 2 {
                    error = error.max(worst[(i + step / 4) as usize]).max(worst[(i + 3 * step / 4) as usize]);
                }
                worst[middle as usize] = error;
            }
            step *= 2;
        }
        kept.extend((0..=last).filter(|&i| i == 0 || i == last || worst[i as usize] > limit).map(post));
    }
    kept
}

/// Whether a post lies on the border.
pub fn is_on_border(grid: Grid, index: u32) -> bool {
    let (col, row) = grid.corner(index);
    col == 0 || row == 0 || col == grid.steps || row == grid.steps
}

/// Takes the border's posts that are not kept out of the mesh.
pub fn reduce(grid: Grid, triangles: Vec<[u32; 3]>, kept: &BTreeSet<u32>) -> Vec<[u32; 3]> {
    let mut mesh: Vec<Option<[u32; 3]>> = triangles.into_iter().map(Some).collect();
    let mut around: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (number, triangle) in mesh.iter().enumerate() {
        for &post in triangle.iter().flatten() {
            if is_on_border(grid, post) && !kept.contains(&post) {
                around.entry(post).or_default().push(number);
            }
        }
    }
    while let Some((post, numbers)) = around.pop_first() {
        let fan: Vec<[u32; 3]> = numbers.iter().filter_map(|&number| mesh[number].take()).collect();
        let Some(cut) = rim(post, &fan).and_then(|rim| ear_clip(grid, rim)) else {
            // No fan around a border post: leave it as it was.
            for (&number, triangle) in numbers.iter().zip(fan) {
                mesh[number] = Some(triangle);
            }
            continue;
        };
        for number in numbers {
            forget(&mut around, number);
        }
        for triangle in cut {
            for corner in triangle {
                if let Some(list) = around.get_mut(&corner) {
                    list.push(mesh.len());
                }
            }
            mesh.push(Some(triangle));
        }
    }
    mesh.into_iter().flatten().collect()
}

fn forget(around: &mut BTreeMap<u32, Vec<usize>>, number: usize) {
    for list in around.values_mut() {
        list.retain(|&n| n != number);
    }
}

/// The posts around a border post, from its one neighbour on the border to the other.
fn rim(post: u32, fan: &[[u32; 3]]) -> Option<Vec<u32>> {
    let next: BTreeMap<u32, u32> = fan
        .iter()
        .filter_map(|t| {
            let at = t.iter().position(|&corner| corner == post)?;
            Some((t[(at + 1) % 3], t[(at + 2) % 3]))
        })
        .collect();
    let ends: BTreeSet<u32> = next.values().copied().collect();
    let mut at = *next.keys().find(|post| !ends.contains(post))?;
    let mut rim = vec![at];
    while let Some(&following) = next.get(&at) {
        rim.push(following);
        at = following;
        if rim.len() > fan.len() + 1 {
            return None;
        }
    }
    (rim.len() == fan.len() + 1 && rim.len() >= 3).then_some(rim)
}

/// Cuts a small polygon (counter-clockwise with rows going south) into triangles, the shortest cut first.
fn ear_clip(grid: Grid, mut polygon: Vec<u32>) -> Option<Vec<[u32; 3]>> {
    let at = |i: u32| {
        let (col, row) = grid.corner(i);
        (i64::from(col), -i64::from(row))
    };
    let area = |a: u32, b: u32, c: u32| {
        let ((ax, ay), (bx, by), (cx, cy)) = (at(a), at(b), at(c));
        (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
    };
    let mut triangles = Vec::with_capacity(polygon.len() - 2);
    while polygon.len() > 2 {
        let count = polygon.len();
        let ear = |i: usize| [polygon[(i + count - 1) % count], polygon[i], polygon[(i + 1) % count]];
        let is_ear = |i: usize| {
            let [a, b, c] = ear(i);
            let inside = |p: u32| area(a, b, p) >= 0 && area(b, c, p) >= 0 && area(c, a, p) >= 0;
            area(a, b, c) > 0 && !polygon.iter().any(|&p| p != a && p != b && p != c && inside(p))
        };
        let cut = |i: usize| {
            let [a, _, c] = ear(i);
            let ((ax, ay), (cx, cy)) = (at(a), at(c));
            (cx - ax).pow(2) + (cy - ay).pow(2)
        };
        let best = (0..count).filter(|&i| is_ear(i)).min_by_key(|&i| cut(i))?;
        triangles.push(ear(best));
        polygon.remove(best);
    }
    Some(triangles)
}
