//! The heights of one mosaic as a pyramid: voids filled, and every level twice as coarse as the one before.
//!
//! Post `(i, j)` of level `k` lies on post `(2i, 2j)` of level `k - 1`; its height is the mean of the nine posts around,
//! weighted 1-2-1 each way, so that coarse levels have no noise of single posts. Each block knows how far its surface
//! strays from the finest one (`residual_m`), measured at all finer posts: errors of meshes stay true on coarse levels.

use glam::DVec2;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use super::fill::{self, Post};
use crate::bake::mosaic::{BLOCK, Cache, MAX_LEVEL, Mosaic, Posts};

/// How far from known posts a void is filled, posts. Blocks are filled with a margin of a whole block around, so that
/// within this reach neighbours agree.
const REACH: i64 = 128;
/// Posts a side of a block of a coarser level: its neighbours' first ones are in it as well.
const STRIDE: i64 = BLOCK + 1;

/// Heights of one block, in the layer's own unit and datum.
pub struct HeightBlock {
    posts: Rc<Vec<f32>>,
    /// The largest distance of the finest posts from this block's surface, same unit.
    residual: f32,
}

/// How many posts were void and what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VoidCount {
    pub voids: u64,
    pub filled: u64,
}

/// The heights of one mosaic.
pub struct Layer {
    pub mosaic: Mosaic<f32>,
    /// Between rows and columns of the finest level, metres; the smaller one.
    pub spacing_m: f64,
    aspect: f64,
    cache: RefCell<Cache<HeightBlock>>,
    raw: RefCell<Cache<Rc<Vec<f32>>>>,
    /// What lies off all rasters; large enough for any level.
    empty: Rc<HeightBlock>,
    counted: RefCell<BTreeSet<(i64, i64)>>,
    count: Cell<VoidCount>,
}

/// What rasters of lower priority say of a place: an ellipsoidal height.
pub type Guide<'a> = dyn Fn(DVec2) -> Option<f64> + 'a;

impl Layer {
    pub fn new(mosaic: Mosaic<f32>, max_blocks: usize) -> Self {
        let spacing = mosaic.spacing_m();
        Self {
            mosaic,
            spacing_m: spacing.min_element(),
            aspect: (spacing.y / spacing.x).clamp(0.05, 20.0),
            cache: RefCell::new(Cache::new(max_blocks)),
            raw: RefCell::new(Cache::new(max_blocks / 2)),
            empty: Rc::new(HeightBlock { posts: Rc::new(vec![f32::NAN; (STRIDE * STRIDE) as usize]), residual: 0.0 }),
            counted: RefCell::default(),
            count: Cell::default(),
        }
    }

    pub fn void_count(&self) -> VoidCount {
        self.count.get()
    }

    /// The level whose posts are as near to each other as asked for, or nearer. A spacing within a ten-thousandth of the
    /// next level's counts as that, so that rounding does not tell neighbours apart.
    pub fn level_of_spacing(&self, spacing_m: f64) -> u8 {
        let mut level = 0;
        let mut next_m = self.spacing_m * 2.0;
        while level < MAX_LEVEL && next_m <= spacing_m * 1.0001 {
            level += 1;
            next_m *= 2.0;
        }
        level
    }

    /// Gathers a rectangle of posts of a level.
    pub fn posts(&self, level: u8, at: (i64, i64), size: (i64, i64), guide: &Guide) -> Posts<f32> {
        let stride = if level == 0 { BLOCK } else { STRIDE };
        Posts::gather(at, size, f32::NAN, |col, row| (Rc::clone(&self.block(level, col, row, guide).posts), stride))
    }

    /// The largest residual of the blocks under a rectangle of posts.
    pub fn residual(&self, level: u8, (col, row): (i64, i64), (width, height): (i64, i64), guide: &Guide) -> f32 {
        let mut residual: f32 = 0.0;
        for block_row in row.div_euclid(BLOCK)..=(row + height - 1).div_euclid(BLOCK) {
            for block_col in col.div_euclid(BLOCK)..=(col + width - 1).div_euclid(BLOCK) {
                residual = residual.max(self.block(level, block_col, block_row, guide).residual);
            }
        }
        residual
    }

    fn block(&self, level: u8, col: i64, row: i64, guide: &Guide) -> Rc<HeightBlock> {
        let key = (level, col, row);
        if let Some(block) = self.cache.borrow_mut().get(key) {
            return block;
        }
        // A coarse block spans a country; most of what it is made of may be empty.
        let (span, margin) = (BLOCK << level, 1i64 << level);
        let at = (col * span - margin, row * span - margin);
        if !self.mosaic.covers_some(at, (span + 3 * margin, span + 3 * margin)) {
            return Rc::clone(&self.empty);
        }
        let block = if level == 0 { self.finest(col, row, guide) } else { self.coarser(level, col, row, guide) };
        self.cache.borrow_mut().insert(key, block)
    }

    fn raw(&self, col: i64, row: i64) -> Rc<Vec<f32>> {
        let key = (0, col, row);
        if let Some(posts) = self.raw.borrow_mut().get(key) {
            return Rc::clone(&posts);
        }
        let posts = Rc::new(self.mosaic.block(col, row));
        Rc::clone(&self.raw.borrow_mut().insert(key, posts))
    }

    /// A block of the source with its voids filled.
    fn finest(&self, col: i64, row: i64, guide: &Guide) -> HeightBlock {
        let raw = self.raw(col, row);
        let covered = self.mosaic.coverage((col * BLOCK, row * BLOCK), (BLOCK, BLOCK));
        let is_void = |(height, covered): (&f32, &bool)| height.is_nan() && *covered;
        let voids = raw.iter().zip(&covered).filter(|&pair| is_void(pair)).count();
        if voids == 0 {
            return HeightBlock { posts: raw, residual: 0.0 };
        }
        let at = ((col - 1) * BLOCK, (row - 1) * BLOCK);
        let size = (3 * BLOCK, 3 * BLOCK);
        let around = Posts::gather(at, size, f32::NAN, |col, row| (self.raw(col, row), BLOCK));
        let filled = self.fill(&around, guide);
        let mut posts = (*raw).clone();
        let mut count = 0;
        for (i, post) in posts.iter_mut().enumerate().filter(|(_, post)| post.is_nan()) {
            let (x, y) = (i as i64 % BLOCK + BLOCK, i as i64 / BLOCK + BLOCK);
            *post = filled[(y * around.width + x) as usize];
            count += u64::from(!post.is_nan());
        }
        if self.counted.borrow_mut().insert((col, row)) {
            let old = self.count.get();
            self.count.set(VoidCount { voids: old.voids + voids as u64, filled: old.filled + count });
        }
        HeightBlock { posts: Rc::new(posts), residual: 0.0 }
    }

    /// All posts of the window, voids filled where they are hemmed in.
    fn fill(&self, window: &Posts<f32>, guide: &Guide) -> Vec<f32> {
        let covered = self.mosaic.coverage((window.col, window.row), (window.width, window.height));
        let wanted = hemmed_in(window, &covered);
        let rim = rim(window, &wanted);
        // The guide is asked only where it matters: it may be dear.
        let of_guide: Vec<Option<f64>> = (0..wanted.len())
            .map(|i| {
                let post = DVec2::new(
                    (window.col + i as i64 % window.width) as f64,
                    (window.row + i as i64 / window.width) as f64,
                );
                if wanted[i] || rim[i] { guide(self.mosaic.lon_lat_from_post(post)?) } else { None }
            })
            .collect();
        let guided = (0..wanted.len()).all(|i| !wanted[i] && !rim[i] || of_guide[i].is_some());
        let unit_m = self.mosaic.crs().vertical().metres_per_unit;
        let base = |i: usize| if guided { of_guide[i].unwrap_or(0.0) / unit_m } else { 0.0 };
        let mut posts: Vec<Post> = (0..wanted.len())
            .map(|i| match (wanted[i], rim[i]) {
                (true, _) => Post::Void,
                (false, true) => Post::Known(f64::from(window.values[i]) - base(i)),
                (false, false) => Post::None,
            })
            .collect();
        fill::fill(&mut posts, window.width as usize, window.height as usize, self.aspect);
        let height = |(i, post): (usize, &Post)| match post {
            Post::Known(value) if wanted[i] => (value + base(i)) as f32,
            _ => window.values[i],
        };
        posts.iter().enumerate().map(height).collect()
    }

    fn coarser(&self, level: u8, col: i64, row: i64, guide: &Guide) -> HeightBlock {
        let (left, top) = (col * BLOCK * 2, row * BLOCK * 2);
        let side = 2 * BLOCK + 3;
        let fine = self.posts(level - 1, (left - 1, top - 1), (side, side), guide);
        let mut posts = Vec::with_capacity((STRIDE * STRIDE) as usize);
        for y in 0..STRIDE {
            for x in 0..STRIDE {
                posts.push(smoothed(&fine, 2 * x + 1, 2 * y + 1));
            }
        }
        let mut stray: f32 = 0.0;
        for y in 0..=2 * BLOCK {
            for x in 0..=2 * BLOCK {
                let height = fine.values[((y + 1) * side + x + 1) as usize];
                let corner = |dx: i64, dy: i64| posts[(((y + dy) / 2) * STRIDE + (x + dx) / 2) as usize];
                let (right, down) = (x % 2, y % 2);
                let mean = (corner(0, 0) + corner(right, 0) + corner(0, down) + corner(right, down)) / 4.0;
                // What is void on one of the levels is no surface to stray from.
                stray = stray.max((height - mean).abs());
            }
        }
        let children = (0..2).flat_map(|y| (0..2).map(move |x| (col * 2 + x, row * 2 + y)));
        let below = children.map(|(col, row)| self.block(level - 1, col, row, guide).residual).fold(0.0, f32::max);
        HeightBlock { posts: Rc::new(posts), residual: below + stray }
    }
}

/// The weighted mean of the nine posts around; void where the middle one is.
fn smoothed(fine: &Posts<f32>, x: i64, y: i64) -> f32 {
    let at = |x: i64, y: i64| fine.values[(y * fine.width + x) as usize];
    if at(x, y).is_nan() {
        return f32::NAN;
    }
    let (mut sum, mut weights) = (0.0, 0.0);
    for (dy, row_weight) in [(-1, 1.0), (0, 2.0), (1, 1.0)] {
        for (dx, weight) in [(-1, row_weight), (0, 2.0 * row_weight), (1, row_weight)] {
            let height = at(x + dx, y + dy);
            if !height.is_nan() {
                sum += height * weight;
                weights += weight;
            }
        }
    }
    sum / weights
}

/// Which voids have known posts on at least three of their four sides within reach: gaps in the data. What is open to two
/// sides is its end (the sea of a national model, the corner of a turned sheet) and is left alone.
fn hemmed_in(window: &Posts<f32>, covered: &[bool]) -> Vec<bool> {
    let (width, height) = (window.width as usize, window.height as usize);
    let mut sides = vec![0u8; width * height];
    let mut run = |posts: &mut dyn Iterator<Item = usize>| {
        let mut since = i64::MAX;
        for i in posts {
            if window.values[i].is_nan() {
                since = since.saturating_add(1);
                sides[i] += u8::from(since <= REACH);
            } else {
                since = 0;
            }
        }
    };
    for y in 0..height {
        run(&mut (0..width).map(|x| y * width + x));
        run(&mut (0..width).rev().map(|x| y * width + x));
    }
    for x in 0..width {
        run(&mut (0..height).map(|y| y * width + x));
        run(&mut (0..height).rev().map(|y| y * width + x));
    }
    (0..width * height).map(|i| sides[i] >= 3 && covered[i]).collect()
}

/// Known posts beside one that is wanted.
fn rim(window: &Posts<f32>, wanted: &[bool]) -> Vec<bool> {
    let width = window.width as usize;
    let beside = |i: usize, there: bool, at: usize| there && wanted[at] && !window.values[i].is_nan();
    (0..wanted.len())
        .map(|i| {
            let x = i % width;
            beside(i, x > 0, i.wrapping_sub(1))
                || beside(i, x + 1 < width, i + 1)
                || beside(i, i >= width, i.wrapping_sub(width))
                || beside(i, i + width < wanted.len(), i + width)
        })
        .collect()
}
