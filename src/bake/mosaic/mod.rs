//! Rasters on one lattice as one endless grid of posts, read by blocks.
//!
//! Sheets of one survey (SRTM degrees, tiles of a web map, sheets of a national model) share a reference system, a pixel
//! size and a phase. Put on one lattice their posts have whole numbers, neighbours continue each other, and what lies on a
//! shared border is one post. A block's content depends on the sources alone, not on who asks for it, which is what makes
//! a bake in parts give the bytes of a bake in one. Blocks are cached, so that memory is bounded.

use glam::{DAffine2, DVec2};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::bake::source::crs::NamedCrs;
use crate::format::issue::{Issue, Issues};
use crate::format::raster::{Raster, RasterError, RasterHead, Window};

mod cache;

pub use cache::Cache;

/// Posts a side of a block.
pub const BLOCK: i64 = 256;
/// The deepest level of a pyramid: one post for 4096 of the source.
pub const MAX_LEVEL: u8 = 12;
/// Sheets that are kept open.
const MAX_OPEN: usize = 6;

/// Longitudes and latitudes, degrees; `east_deg` is greater than `west_deg`, also across the date line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GeoRect {
    pub west_deg: f64,
    pub south_deg: f64,
    pub east_deg: f64,
    pub north_deg: f64,
}

impl GeoRect {
    pub fn new(west_deg: f64, south_deg: f64, east_deg: f64, north_deg: f64) -> Self {
        Self { west_deg, south_deg, east_deg, north_deg }
    }

    /// Whether it has a size and lies on the Earth.
    pub fn is_valid(&self) -> bool {
        self.west_deg < self.east_deg
            && self.east_deg - self.west_deg <= 360.0
            && self.south_deg < self.north_deg
            && self.west_deg >= -540.0
            && self.east_deg <= 540.0
            && self.south_deg >= -90.0
            && self.north_deg <= 90.0
    }

    /// The place at `u` from west to east and `v` from north to south. The borders come out as they are given, so that
    /// neighbours that share a border share its places to the last bit.
    pub fn at(&self, u: f64, v: f64) -> DVec2 {
        let between = |from: f64, to: f64, t: f64| match t {
            0.0 => from,
            1.0 => to,
            _ => from + (to - from) * t,
        };
        DVec2::new(between(self.west_deg, self.east_deg, u), between(self.north_deg, self.south_deg, v))
    }
}

/// What a post of a raster is: a height or a colour.
pub trait Sample: Copy + 'static {
    const VOID: Self;
    fn is_void(self) -> bool;
    /// # Errors
    /// See [`Raster`].
    fn read(raster: &mut dyn Raster, window: Window) -> Result<Vec<Self>, RasterError>;
}

impl Sample for f32 {
    const VOID: Self = f32::NAN;

    fn is_void(self) -> bool {
        self.is_nan()
    }

    fn read(raster: &mut dyn Raster, window: Window) -> Result<Vec<Self>, RasterError> {
        raster.heights(window)
    }
}

impl Sample for [u8; 4] {
    const VOID: Self = [0; 4];

    fn is_void(self) -> bool {
        self[3] == 0
    }

    fn read(raster: &mut dyn Raster, window: Window) -> Result<Vec<Self>, RasterError> {
        raster.colors(window)
    }
}

/// Opens a raster again and again; the caller's, since nothing here does I/O.
pub type Opener = Box<dyn Fn() -> Result<Box<dyn Raster>, RasterError>>;

/// One raster and where it lies on the lattice.
struct Sheet {
    name: String,
    open: Opener,
    col: i64,
    row: i64,
    width: i64,
    height: i64,
    /// Some of it could not be read; said once.
    failed: Cell<bool>,
}

/// A part of a raster that could not be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Lost {
    pub issue: Issue,
    /// Its middle: longitude and latitude, degrees.
    pub lon_lat_deg: Option<DVec2>,
}

/// Rasters on one lattice; the first one that has a post gives it.
pub struct Mosaic<T> {
    crs: NamedCrs,
    map_from_post: DAffine2,
    post_from_map: DAffine2,
    sheets: Vec<Sheet>,
    open: RefCell<Vec<(usize, Box<dyn Raster>)>>,
    issues: RefCell<Issues>,
    lost: RefCell<Vec<Lost>>,
    sample: std::marker::PhantomData<T>,
}

impl<T: Sample> Mosaic<T> {
    /// A lattice from the first raster that lies on it.
    pub fn new(name: &str, head: &RasterHead, open: Opener, crs: NamedCrs) -> Self {
        let mut issues = Issues::default();
        for issue in crs.issues().iter().chain(head.issues.iter()) {
            issues.push(issue.clone().in_file(name));
        }
        let mosaic = Self {
            crs,
            map_from_post: head.map_from_post,
            post_from_map: head.map_from_post.inverse(),
            sheets: Vec::new(),
            open: RefCell::default(),
            issues: RefCell::new(issues),
            lost: RefCell::default(),
            sample: std::marker::PhantomData,
        };
        Self { sheets: vec![sheet(name, head, open, (0, 0))], ..mosaic }
    }

    /// Puts another raster on the lattice if it fits; else gives its opener back.
    ///
    /// # Errors
    /// The opener, if the raster has another reference system, pixel size or phase.
    pub fn join(&mut self, name: &str, head: &RasterHead, open: Opener, crs: &NamedCrs) -> Result<(), Opener> {
        match self.place_of(head, crs) {
            Some(first_post) => {
                for issue in head.issues.iter() {
                    self.issues.borrow_mut().push(issue.clone().in_file(name));
                }
                self.sheets.push(sheet(name, head, open, first_post));
                Ok(())
            }
            None => Err(open),
        }
    }

    /// Column and row of a raster's first post, if its posts fall on those of the lattice within a hundredth.
    fn place_of(&self, head: &RasterHead, crs: &NamedCrs) -> Option<(i64, i64)> {
        if crs.name() != self.crs.name() || crs.vertical() != self.crs.vertical() {
            return None;
        }
        let post_from_other = self.post_from_map * head.map_from_post;
        let near_whole = |p: DVec2| (p - p.round()).abs().max_element() < 0.01 && p.abs().max_element() < 1e12;
        let first = post_from_other.translation;
        let last = DVec2::new(f64::from(head.width_px) - 1.0, f64::from(head.height_px) - 1.0);
        let spans = post_from_other.transform_point2(last) - first;
        let fits =
            near_whole(first) && spans.distance(last) < 0.01 && (post_from_other.matrix2.x_axis.x - 1.0).abs() < 0.01;
        fits.then(|| (first.x.round() as i64, first.y.round() as i64))
    }

    pub fn crs(&self) -> &NamedCrs {
        &self.crs
    }

    /// What was found wrong so far.
    pub fn issues(&self) -> Issues {
        self.issues.borrow().clone()
    }

    /// Parts that could not be read since this was asked last. What is lost is lost whoever asks for it and in whatever order.
    pub fn take_lost(&self) -> Vec<Lost> {
        self.lost.take()
    }

    /// The post coordinates of a longitude and latitude; `None` off the map.
    pub fn post_from_lon_lat(&self, lon_lat_deg: DVec2) -> Option<DVec2> {
        let post = |lon_lat| Some(self.post_from_map.transform_point2(self.crs.map_from_lon_lat(lon_lat)?));
        let direct = post(lon_lat_deg);
        // Across the date line the same place has two longitudes.
        let turn = if lon_lat_deg.x > 180.0 { -360.0 } else { 360.0 };
        if lon_lat_deg.x.abs() > 180.0 && !direct.is_some_and(|p| self.is_near(p)) {
            return post(lon_lat_deg + DVec2::new(turn, 0.0)).or(direct);
        }
        direct
    }

    /// Longitude and latitude of post coordinates, degrees.
    pub fn lon_lat_from_post(&self, post: DVec2) -> Option<DVec2> {
        self.crs.lon_lat_from_map(self.map_from_post.transform_point2(post))
    }

    fn is_near(&self, post: DVec2) -> bool {
        let floor = post.floor();
        self.covers(floor.x as i64, floor.y as i64)
    }

    /// Whether some raster has this post, be it void or not.
    fn covers(&self, col: i64, row: i64) -> bool {
        self.sheets.iter().any(|s| (s.col..s.col + s.width).contains(&col) && (s.row..s.row + s.height).contains(&row))
    }

    /// For each post of a rectangle whether some raster has it, be it void or not.
    pub fn coverage(&self, (col, row): (i64, i64), (width, height): (i64, i64)) -> Vec<bool> {
        let mut covered = vec![false; (width * height) as usize];
        for sheet in &self.sheets {
            let (from, to) = ((sheet.col - col).max(0), (sheet.col + sheet.width - col).min(width));
            for y in (sheet.row - row).max(0)..(sheet.row + sheet.height - row).min(height) {
                if from < to {
                    covered[(y * width + from) as usize..(y * width + to) as usize].fill(true);
                }
            }
        }
        covered
    }

    /// Whether some raster has a post of a rectangle.
    pub fn covers_some(&self, (col, row): (i64, i64), (width, height): (i64, i64)) -> bool {
        self.sheets
            .iter()
            .any(|s| s.col < col + width && col < s.col + s.width && s.row < row + height && row < s.row + s.height)
    }

    /// The distance of neighbouring posts, metres on the ground, as (columns, rows); measured in the middle of the first
    /// raster.
    pub fn spacing_m(&self) -> DVec2 {
        let middle = self.sheets.first().map_or(DVec2::ZERO, |s| DVec2::new(s.width as f64, s.height as f64) / 2.0);
        let ecef = |post: DVec2| {
            let p = self.lon_lat_from_post(post)?;
            Some(crate::geo::wgs84::ecef_from_geodetic(crate::geo::Geodetic::from_degrees(p.x, p.y, 0.0)))
        };
        let step = |d: DVec2| Some(ecef(middle)?.distance(ecef(middle + d)?));
        let usable = |m: Option<f64>| m.filter(|m| m.is_finite() && *m > 1e-6).unwrap_or(1.0);
        DVec2::new(usable(step(DVec2::X)), usable(step(DVec2::Y)))
    }

    /// The posts of a block as they are in the sources, row by row.
    pub fn block(&self, block_col: i64, block_row: i64) -> Vec<T> {
        let (left, top) = (block_col * BLOCK, block_row * BLOCK);
        let mut posts = vec![T::VOID; (BLOCK * BLOCK) as usize];
        for (index, sheet) in self.sheets.iter().enumerate() {
            let (from_col, to_col) = (left.max(sheet.col), (left + BLOCK).min(sheet.col + sheet.width));
            let (from_row, to_row) = (top.max(sheet.row), (top + BLOCK).min(sheet.row + sheet.height));
            if from_col >= to_col || from_row >= to_row {
                continue;
            }
            let window = Window {
                col: (from_col - sheet.col) as u32,
                row: (from_row - sheet.row) as u32,
                width: (to_col - from_col) as u32,
                height: (to_row - from_row) as u32,
            };
            let values = match self.read(index, window) {
                Ok(values) => values,
                Err(error) => {
                    let middle = DVec2::new((from_col + to_col) as f64, (from_row + to_row) as f64) / 2.0;
                    let issue = Issue::error("", format!("{error}; this part of the file is left out"));
                    let issue = issue.in_file(&*sheet.name);
                    if !sheet.failed.replace(true) {
                        self.issues.borrow_mut().push(issue.clone());
                    }
                    self.lost.borrow_mut().push(Lost { issue, lon_lat_deg: self.lon_lat_from_post(middle) });
                    continue;
                }
            };
            for (i, value) in values.into_iter().enumerate() {
                let (x, y) = (i as i64 % i64::from(window.width), i as i64 / i64::from(window.width));
                let post = &mut posts[((from_row - top + y) * BLOCK + from_col - left + x) as usize];
                if post.is_void() {
                    *post = value;
                }
            }
        }
        posts
    }

    fn read(&self, index: usize, window: Window) -> Result<Vec<T>, RasterError> {
        let mut open = self.open.borrow_mut();
        let at = match open.iter().position(|(i, _)| *i == index) {
            Some(at) => at,
            None => {
                if open.len() >= MAX_OPEN {
                    open.remove(0);
                }
                open.push((index, (self.sheets[index].open)()?));
                open.len() - 1
            }
        };
        // The last one is the one used last.
        let mut entry = open.remove(at);
        let values = T::read(&mut *entry.1, window);
        open.push(entry);
        values
    }
}

fn sheet(name: &str, head: &RasterHead, open: Opener, (col, row): (i64, i64)) -> Sheet {
    let (width, height) = (i64::from(head.width_px), i64::from(head.height_px));
    Sheet { name: name.to_string(), open, col, row, width, height, failed: Cell::new(false) }
}

/// A rectangle of posts of one level, in memory.
#[derive(Clone)]
pub struct Posts<T> {
    pub col: i64,
    pub row: i64,
    pub width: i64,
    pub height: i64,
    pub values: Vec<T>,
}

impl<T: Copy> Posts<T> {
    /// Gathers posts from blocks; `block` gives one with `stride` values a row.
    pub fn gather(
        (col, row): (i64, i64),
        (width, height): (i64, i64),
        fill: T,
        mut block: impl FnMut(i64, i64) -> (Rc<Vec<T>>, i64),
    ) -> Self {
        let mut values = vec![fill; (width * height) as usize];
        for block_row in row.div_euclid(BLOCK)..=(row + height - 1).div_euclid(BLOCK) {
            for block_col in col.div_euclid(BLOCK)..=(col + width - 1).div_euclid(BLOCK) {
                let (left, top) = (block_col * BLOCK, block_row * BLOCK);
                let (posts, stride) = block(block_col, block_row);
                let (from, to) = (col.max(left), (col + width).min(left + BLOCK));
                for y in row.max(top)..(row + height).min(top + BLOCK) {
                    let start = ((y - top) * stride + from - left) as usize;
                    let target = ((y - row) * width + from - col) as usize;
                    let count = (to - from) as usize;
                    values[target..target + count].copy_from_slice(&posts[start..start + count]);
                }
            }
        }
        Self { col, row, width, height, values }
    }

    pub fn get(&self, col: i64, row: i64) -> Option<T> {
        let (x, y) = (col - self.col, row - self.row);
        let inside = (0..self.width).contains(&x) && (0..self.height).contains(&y);
        inside.then(|| self.values[(y * self.width + x) as usize])
    }
}
