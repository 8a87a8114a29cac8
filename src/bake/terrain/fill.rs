//! Voids are filled by the membrane that hangs from their rims: Laplace's equation with the posts around as boundary.
//!
//! The solution has no hills or pits of its own and meets the rim exactly. Where rasters of lower priority know the
//! ground in the void, what is interpolated is the difference to them, so that their relief shows in the void without a
//! step at its rim (delta surface fill: G. Grohman, G. Kroenung, J. Strebeck, *Filling SRTM voids: the delta surface fill
//! method*, PE&RS 72, 2006). It is solved by cascadic multigrid (F. A. Bornemann, P. Deuflhard, *The cascadic multigrid
//! method for elliptic problems*, Numerische Mathematik 75, 1996): coarse grids first, each one the start of the next,
//! smoothed by over-relaxation.
//!
//! Inverse-distance weighting was weighed too: it pulls flat discs around posts, has a crease where the nearest rim
//! changes, and costs more; kriging needs a model of the ground's variogram.

/// What is known of a post.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Post {
    /// Not to be filled, and no help: outside of the data.
    None,
    Known(f64),
    Void,
}

/// A coarsest grid has at most this many posts a side.
const COARSEST: usize = 4;
const SWEEPS: usize = 24;
/// On the finest grid, until nothing moves by more than a centimetre.
const MAX_SWEEPS: usize = 240;
const SETTLED_M: f64 = 0.01;
/// Over-relaxation: near its best for domains of some ten posts, and it converges for all.
const OVER: f64 = 1.6;

/// Gives every void post of a grid a value; those without any known post in reach of the grid stay as they are.
/// `aspect`: the distance of rows over that of columns.
pub fn fill(posts: &mut [Post], width: usize, height: usize, aspect: f64) {
    let grid = Grid { width, height, posts: posts.to_vec() };
    if !grid.posts.contains(&Post::Void) {
        return;
    }
    for (post, value) in posts.iter_mut().zip(solve(&grid, aspect * aspect, true)) {
        if *post == Post::Void && value.is_finite() {
            *post = Post::Known(value);
        }
    }
}

struct Grid {
    width: usize,
    height: usize,
    posts: Vec<Post>,
}

impl Grid {
    /// Half as many posts each way; known where one of the four is.
    fn coarser(&self) -> Grid {
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let mut posts = vec![Post::None; width * height];
        for (i, post) in posts.iter_mut().enumerate() {
            let (mut sum, mut known, mut void) = (0.0, 0.0, false);
            for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                let (x, y) = (i % width * 2 + dx, i / width * 2 + dy);
                if x < self.width && y < self.height {
                    match self.posts[y * self.width + x] {
                        Post::Known(value) => {
                            sum += value;
                            known += 1.0;
                        }
                        Post::Void => void = true,
                        Post::None => {}
                    }
                }
            }
            *post = match (known > 0.0, void) {
                (true, _) => Post::Known(sum / known),
                (false, true) => Post::Void,
                (false, false) => Post::None,
            };
        }
        Grid { width, height, posts }
    }
}

/// Values of all posts; NaN where there is none.
fn solve(grid: &Grid, row_weight: f64, is_finest: bool) -> Vec<f64> {
    let start = if grid.width.max(grid.height) > COARSEST && grid.posts.contains(&Post::Void) {
        let coarse = grid.coarser();
        let values = solve(&coarse, row_weight, false);
        let of = |i: usize| values[i / grid.width / 2 * coarse.width + i % grid.width / 2];
        (0..grid.posts.len()).map(of).collect()
    } else {
        vec![mean(&grid.posts); grid.posts.len()]
    };
    let mut values = start;
    for (value, post) in values.iter_mut().zip(&grid.posts) {
        match post {
            Post::Known(known) => *value = *known,
            Post::None => *value = f64::NAN,
            Post::Void => {}
        }
    }
    let links = links(grid, row_weight);
    let most = if is_finest { MAX_SWEEPS } else { SWEEPS };
    for sweep in 0..most {
        let moved_m = relax(&mut values, &links);
        if sweep + 1 >= SWEEPS && moved_m < SETTLED_M {
            break;
        }
    }
    values
}

fn mean(posts: &[Post]) -> f64 {
    let (sum, count) = posts.iter().fold((0.0, 0.0), |(sum, count), post| match post {
        Post::Known(value) => (sum + value, count + 1.0),
        _ => (sum, count),
    });
    if count > 0.0 { sum / count } else { f64::NAN }
}

/// A void post with its neighbours; a weight of 0 for those that are none.
struct Link {
    post: usize,
    neighbours: [(usize, f64); 4],
}

fn links(grid: &Grid, row_weight: f64) -> Vec<Link> {
    // Columns are nearer to each other the greater the aspect is.
    let (across, along) = (row_weight, 1.0);
    let voids = (0..grid.posts.len()).filter(|&i| grid.posts[i] == Post::Void);
    let link = |post: usize| {
        let (x, y) = (post % grid.width, post / grid.width);
        let there = |inside: bool, at: usize, weight: f64| {
            if inside && grid.posts[at] != Post::None { (at, weight) } else { (post, 0.0) }
        };
        let neighbours = [
            there(x > 0, post.wrapping_sub(1), across),
            there(x + 1 < grid.width, post + 1, across),
            there(y > 0, post.wrapping_sub(grid.width), along),
            there(y + 1 < grid.height, post + grid.width, along),
        ];
        Link { post, neighbours }
    };
    voids.map(link).collect()
}

/// One sweep; gives the largest change, metres.
fn relax(values: &mut [f64], links: &[Link]) -> f64 {
    let mut moved_m: f64 = 0.0;
    for link in links {
        let (mut sum, mut weights) = (0.0, 0.0);
        for &(at, weight) in &link.neighbours {
            if weight > 0.0 && values[at].is_finite() {
                sum += values[at] * weight;
                weights += weight;
            }
        }
        if weights > 0.0 {
            let old = values[link.post];
            let new = if old.is_finite() { old + OVER * (sum / weights - old) } else { sum / weights };
            moved_m = moved_m.max(if old.is_finite() { (new - old).abs() } else { f64::INFINITY });
            values[link.post] = new;
        }
    }
    moved_m
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A grid of heights with a void where `hole` says so, filled.
    fn filled(side: usize, height: impl Fn(usize, usize) -> f64, hole: impl Fn(usize, usize) -> bool) -> Vec<Post> {
        let mut posts: Vec<Post> = (0..side * side)
            .map(|i| if hole(i % side, i / side) { Post::Void } else { Post::Known(height(i % side, i / side)) })
            .collect();
        fill(&mut posts, side, side, 1.0);
        posts
    }

    fn worst(side: usize, posts: &[Post], height: impl Fn(usize, usize) -> f64) -> f64 {
        let error = |(i, post): (usize, &Post)| match post {
            Post::Known(value) => (value - height(i % side, i / side)).abs(),
            _ => f64::INFINITY,
        };
        posts.iter().enumerate().map(error).fold(0.0, f64::max)
    }

    #[test]
    fn a_void_in_a_slope_becomes_the_slope() {
        let height = |x: usize, y: usize| 100.0 + 3.0 * x as f64 - 2.0 * y as f64;
        let posts = filled(40, height, |x, y| (10..31).contains(&x) && (8..29).contains(&y));
        assert!(worst(40, &posts, height) < 0.1, "{}", worst(40, &posts, height));
    }

    #[test]
    fn a_void_in_a_harmonic_saddle_becomes_the_saddle() {
        let height = |x: usize, y: usize| (x as f64 - 20.0).powi(2) / 4.0 - (y as f64 - 20.0).powi(2) / 4.0;
        let posts = filled(41, height, |x, y| (x as f64 - 20.0).hypot(y as f64 - 20.0) < 14.0);
        assert!(worst(41, &posts, height) < 0.2, "{}", worst(41, &posts, height));
    }

    #[test]
    fn a_void_has_no_height_beyond_those_of_its_rim() {
        let height = |x: usize, y: usize| ((x * 7 + y * 13) % 50) as f64;
        let posts = filled(64, height, |x, y| (20..50).contains(&x) && (5..60).contains(&y));
        assert!(posts.iter().all(|post| matches!(post, Post::Known(h) if (-0.5..=49.5).contains(h))));
    }

    #[test]
    fn nothing_is_filled_where_nothing_is_known() {
        let mut posts = vec![Post::Void; 100];
        fill(&mut posts, 10, 10, 1.0);
        assert!(posts.iter().all(|post| *post == Post::Void));
    }
}
