//! Right-triangulated irregular networks on a grid of 2ⁿ + 1 posts a side.
//!
//! W. Evans, D. Kirkpatrick, G. Townsend, *Right-triangulated irregular networks*, Algorithmica 30 (2001); bottom-up over
//! an implicit binary tree of triangles. Two right triangles fill the square; each is halved at the middle of its longest
//! side. A middle's error is the distance of its post from the middle of that side, and no less than the errors of the
//! middles below it, so that refining down to a limit leaves no cracks.

/// Posts are numbered row by row; row 0 is the northern one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    /// Steps a side, a power of two.
    pub steps: u32,
}

type Corner = (u32, u32);

impl Grid {
    pub fn side(self) -> u32 {
        self.steps + 1
    }

    pub fn posts(self) -> usize {
        (self.side() * self.side()) as usize
    }

    pub fn index(self, (col, row): Corner) -> u32 {
        row * self.side() + col
    }

    pub fn corner(self, index: u32) -> Corner {
        (index % self.side(), index / self.side())
    }

    /// The triangle with this number in the binary tree, 2 and 3 being the halves of the square: its two ends of the
    /// longest side and its right angle.
    fn triangle(self, number: u32) -> [Corner; 3] {
        let last = self.steps;
        let (mut a, mut b, mut c) =
            if number & 1 == 1 { ((0, 0), (last, last), (last, 0)) } else { ((last, last), (0, 0), (0, last)) };
        let mut path = number >> 1;
        while path > 1 {
            let middle = middle(a, b);
            (a, b) = if path & 1 == 1 { (c, a) } else { (b, c) };
            c = middle;
            path >>= 1;
        }
        [a, b, c]
    }

    /// The error of each post as a middle. `error(middle, a, b)` is that of cutting the side from a to b short;
    /// `floor` is what errors start from (0, or infinity where a post must stay).
    pub fn errors(self, mut floor: Vec<f64>, error: impl Fn(u32, u32, u32) -> f64) -> Vec<f64> {
        let halves = 2 * self.steps * self.steps;
        // Of the tree's triangles those of the last generation have no middle; the ones above have no children with one.
        let parents = halves / 2;
        for number in (2..halves).rev() {
            let [a, b, c] = self.triangle(number);
            let at = self.index(middle(a, b)) as usize;
            let mut worst = floor[at].max(error(at as u32, self.index(a), self.index(b)));
            if number < parents {
                let (left, right) = (self.index(middle(a, c)) as usize, self.index(middle(b, c)) as usize);
                worst = worst.max(floor[left]).max(floor[right]);
            }
            floor[at] = worst;
        }
        floor
    }

    /// Where one of [`Self::triangles`] is halved; `None` for the smallest ones.
    pub fn middle_of(self, &[a, b, c]: &[u32; 3]) -> Option<u32> {
        let (a, b, c) = (self.corner(a), self.corner(b), self.corner(c));
        (a.0.abs_diff(c.0) + a.1.abs_diff(c.1) > 1).then(|| self.index(middle(a, b)))
    }

    /// Triangles, counter-clockwise seen from above with rows going south; the first two corners are the longest side's.
    /// They come along Sierpinski's curve, each beside the one before it, as coders of triangles like it.
    pub fn triangles(self, errors: &[f64], limit: f64) -> Vec<[u32; 3]> {
        let last = self.steps;
        let mut triangles = Vec::new();
        // Depth-first by hand: no deeper than twice the exponent. The curve runs through a triangle from a to b if the flag
        // is set, else from b to a.
        let mut stack = vec![([(last, last), (0, 0), (0, last)], true), ([(0, 0), (last, last), (last, 0)], true)];
        while let Some(([a, b, c], from_a)) = stack.pop() {
            let middle = middle(a, b);
            let may_split = a.0.abs_diff(c.0) + a.1.abs_diff(c.1) > 1;
            if may_split && errors[self.index(middle) as usize] > limit {
                let halves = [([b, c, middle], !from_a), ([c, a, middle], !from_a)];
                // What is pushed last comes first.
                stack.extend(if from_a { halves } else { [halves[1], halves[0]] });
            } else {
                triangles.push([self.index(a), self.index(b), self.index(c)]);
            }
        }
        triangles
    }
}

fn middle(a: Corner, b: Corner) -> Corner {
    ((a.0 + b.0) / 2, (a.1 + b.1) / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRID: Grid = Grid { steps: 16 };

    fn errors_of(height: impl Fn(u32, u32) -> f64) -> Vec<f64> {
        let at = |i: u32| height(GRID.corner(i).0, GRID.corner(i).1);
        GRID.errors(vec![0.0; GRID.posts()], |m, a, b| (at(m) - (at(a) + at(b)) / 2.0).abs())
    }

    /// Twice the area, positive if counter-clockwise with rows going south.
    fn area(t: [u32; 3]) -> i64 {
        let [(ax, ay), (bx, by), (cx, cy)] = t.map(|i| (i64::from(GRID.corner(i).0), -i64::from(GRID.corner(i).1)));
        (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
    }

    #[test]
    fn a_plane_is_two_triangles() {
        let triangles = GRID.triangles(&errors_of(|x, y| f64::from(3 * x) - f64::from(y)), 0.1);
        assert_eq!(triangles.len(), 2);
        assert!(triangles.iter().all(|&t| area(t) > 0));
    }

    #[test]
    fn a_limit_of_nothing_keeps_every_post() {
        let triangles = GRID.triangles(&errors_of(|x, y| f64::from(x * x * 3 + y * y * y)), 0.0);
        assert_eq!(triangles.len(), 512);
        assert!(triangles.iter().all(|&t| area(t) == 1));
    }

    #[test]
    fn each_triangle_lies_beside_the_one_before_it() {
        let triangles = GRID.triangles(&errors_of(|x, y| f64::from(x * y % 7)), 1.5);
        assert!(triangles.len() > 100);
        for pair in triangles.windows(2) {
            let common = pair[0].iter().filter(|corner| pair[1].contains(corner)).count();
            assert_eq!(common, 2, "{pair:?}");
        }
    }

    #[test]
    fn triangles_fill_the_square_without_cracks() {
        let triangles = GRID.triangles(&errors_of(|x, y| if (x, y) == (5, 9) { 40.0 } else { 0.0 }), 1.0);
        assert_eq!(triangles.iter().map(|&t| area(t)).sum::<i64>(), 512);
        // Every inner side has its opposite.
        let sides: std::collections::BTreeSet<(u32, u32)> =
            triangles.iter().flat_map(|&[a, b, c]| [(a, b), (b, c), (c, a)]).collect();
        for &(a, b) in &sides {
            let ((ax, ay), (bx, by)) = (GRID.corner(a), GRID.corner(b));
            let on_border = ax == bx && (ax == 0 || ax == 16) || ay == by && (ay == 0 || ay == 16);
            assert!(on_border || sides.contains(&(b, a)), "{a} {b}");
        }
        assert!(triangles.iter().flatten().any(|&i| GRID.corner(i) == (5, 9)));
    }
}
