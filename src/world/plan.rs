//! The town's plan: a street net bent along the bay, its blocks and what each is for. Town frame metres.
//!
//! The net is a grid of rows and columns with uneven spacing, warped so that its rows run along the shore below and
//! curve over the hills above. Streets, crossings and blocks are convex quads that share their corners exactly, so the
//! ground has neither gaps nor overlaps.

use super::terrain::Terrain;
use crate::bake::det::{Rng, sin, smoothstep};
use crate::bake::mesh::Rect;
use glam::DVec2;

/// What a block is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockUse {
    /// Closed blocks of five to seven floors around a court.
    Perimeter,
    /// A tower, alone or on a podium.
    Tower,
    /// Free-standing slabs between lawns.
    Slabs,
    /// Houses with gardens.
    Houses,
    /// Warehouses and workshops.
    Industry,
    Park,
    /// The square with the church.
    Square,
}

pub type Quad = [DVec2; 4];

#[derive(Debug, Clone)]
pub struct Block {
    pub column: usize,
    pub row: usize,
    /// The kerb line: south-west, south-east, north-east, north-west.
    pub kerb: Quad,
    pub purpose: BlockUse,
}

/// A street between two crossings.
#[derive(Debug, Clone, Copy)]
pub struct Street {
    /// Grid nodes (column, row) of its ends; the end is east or north of the start.
    pub from: (usize, usize),
    pub to: (usize, usize),
    /// Its surface: start right, end right, end left, start left (right and left of the way from start to end).
    pub surface: Quad,
    pub avenue: bool,
}

pub struct Plan {
    pub seed: u64,
    pub terrain: Terrain,
    columns: Vec<f64>,
    rows: Vec<f64>,
    pub blocks: Vec<Block>,
    pub streets: Vec<Street>,
    /// Surfaces of crossings: south-west, south-east, north-east, north-west, with their node.
    pub crossings: Vec<((usize, usize), Quad)>,
    /// The first column of the port's ground, which ends the town's blocks below [`PORT_ROW`].
    pub port_column: usize,
}

/// The row that the port lies below.
pub const PORT_ROW: usize = 3;
const ROWS: [f64; 17] = [
    -410.0, -322.0, -236.0, -146.0, -60.0, 28.0, 112.0, 204.0, 292.0, 376.0, 464.0, 556.0, 650.0, 746.0, 846.0, 950.0,
    1056.0,
];
const STREET_HALF_M: f64 = 5.5;
const AVENUE_HALF_M: f64 = 8.6;
pub const PAVEMENT_M: f64 = 3.0;

impl Plan {
    pub fn new(seed: u64) -> Self {
        let terrain = Terrain { seed };
        let mut rng = Rng::of(seed, 1, 0);
        let mut columns = vec![-1905.0];
        while columns[columns.len() - 1] < 1830.0 {
            let last = columns[columns.len() - 1];
            columns.push(last + rng.range(76.0, 116.0));
        }
        let port_column = columns.iter().position(|&s| s > 225.0).unwrap_or(columns.len() - 1);
        let mut plan = Self {
            seed,
            terrain,
            columns,
            rows: ROWS.to_vec(),
            blocks: Vec::new(),
            streets: Vec::new(),
            crossings: Vec::new(),
            port_column,
        };
        plan.lay_out();
        plan
    }

    pub fn column_count(&self) -> usize {
        self.columns.len()
    }

    pub fn row_count(&self) -> usize {
        self.rows.len()
    }

    pub fn is_avenue_row(&self, row: i64) -> bool {
        matches!(row, 0 | 3 | 7 | 11)
    }

    pub fn is_avenue_column(&self, column: i64) -> bool {
        column.rem_euclid(5) == 2 || column == self.port_column as i64
    }

    fn half_row(&self, row: i64) -> f64 {
        if self.is_avenue_row(row) { AVENUE_HALF_M } else { STREET_HALF_M }
    }

    fn half_column(&self, column: i64) -> f64 {
        if self.is_avenue_column(column) { AVENUE_HALF_M } else { STREET_HALF_M }
    }

    /// The middle of a crossing; one row or column beyond the grid is valid too.
    pub fn node(&self, column: i64, row: i64) -> DVec2 {
        let at = |list: &[f64], k: i64| match k {
            k if k < 0 => list[0] + 90.0 * k as f64,
            k if k as usize >= list.len() => list[list.len() - 1] + 90.0 * (k + 1 - list.len() as i64) as f64,
            k => list[k as usize],
        };
        let (s, t) = (at(&self.columns, column), at(&self.rows, row));
        let shore = (self.terrain.coast_n(s) + 470.0) * (1.0 - smoothstep(0.0, 1000.0, t + 410.0));
        let sway = 42.0 * smoothstep(60.0, 700.0, t);
        DVec2::new(s + sway * sin(t / 300.0 + s / 800.0), t + shore + sway * 0.8 * sin(s / 420.0))
    }

    /// The corner of the kerbs at a crossing, on its `east` (1 or -1) and `north` (1 or -1) side.
    fn corner(&self, column: i64, row: i64, east: i64, north: i64) -> DVec2 {
        let here = self.node(column, row);
        let along_row = (self.node(column + east, row) - here) * east as f64;
        let along_column = (self.node(column, row + north) - here) * north as f64;
        let row_line = here + along_row.perp().normalize() * (self.half_row(row) * north as f64);
        let column_line = here - along_column.perp().normalize() * (self.half_column(column) * east as f64);
        let cross = along_row.perp_dot(along_column);
        row_line + along_row * ((column_line - row_line).perp_dot(along_column) / cross)
    }

    fn is_town(&self, column: i64, row: i64) -> bool {
        let inside =
            (0..self.columns.len() as i64 - 1).contains(&column) && (0..self.rows.len() as i64 - 1).contains(&row);
        inside && !(column >= self.port_column as i64 && row < PORT_ROW as i64) && self.is_settled(column, row)
    }

    /// The town thins out uphill and to the sides.
    fn is_settled(&self, column: i64, row: i64) -> bool {
        let c = (self.node(column, row) + self.node(column + 1, row + 1)) * 0.5;
        let reach = 800.0 - 520.0 * smoothstep(450.0, 1650.0, (c.x - 250.0).abs())
            + 190.0 * crate::bake::det::noise(self.seed ^ 51, c / 520.0);
        let castle = (c - DVec2::new(-760.0, 880.0)).length();
        let west = -1390.0 + 90.0 * crate::bake::det::noise(self.seed ^ 53, c / 300.0);
        c.y < reach && castle > 190.0 && c.x > west
    }

    fn lay_out(&mut self) {
        let (columns, rows) = (self.columns.len() as i64, self.rows.len() as i64);
        for row in 0..rows - 1 {
            for column in 0..columns - 1 {
                if self.is_town(column, row) {
                    let kerb = [
                        self.corner(column, row, 1, 1),
                        self.corner(column + 1, row, -1, 1),
                        self.corner(column + 1, row + 1, -1, -1),
                        self.corner(column, row + 1, 1, -1),
                    ];
                    let purpose = self.purpose(column, row, (kerb[0] + kerb[2]) * 0.5);
                    self.blocks.push(Block { column: column as usize, row: row as usize, kerb, purpose });
                }
            }
        }
        for row in 0..rows {
            for column in 0..columns {
                self.lay_streets(column, row);
            }
        }
    }

    fn lay_streets(&mut self, column: i64, row: i64) {
        let town = |c: i64, r: i64| self.is_town(c, r);
        let at_port = row == PORT_ROW as i64 && column >= self.port_column as i64;
        let east = town(column, row) || town(column, row - 1);
        let north = town(column, row) || town(column - 1, row);
        let any = east || north || town(column - 1, row - 1) || town(column - 1, row) || town(column, row - 1);
        let node = (column as usize, row as usize);
        let mut streets = Vec::new();
        if east || (at_port && column + 1 < self.columns.len() as i64) {
            let surface = [
                self.corner(column, row, 1, -1),
                self.corner(column + 1, row, -1, -1),
                self.corner(column + 1, row, -1, 1),
                self.corner(column, row, 1, 1),
            ];
            let avenue = self.is_avenue_row(row);
            streets.push(Street { from: node, to: (node.0 + 1, node.1), surface, avenue });
        }
        if north {
            let surface = [
                self.corner(column, row, 1, 1),
                self.corner(column, row + 1, 1, -1),
                self.corner(column, row + 1, -1, -1),
                self.corner(column, row, -1, 1),
            ];
            let avenue = self.is_avenue_column(column);
            streets.push(Street { from: node, to: (node.0, node.1 + 1), surface, avenue });
        }
        if any || at_port {
            let quad = [
                self.corner(column, row, -1, -1),
                self.corner(column, row, 1, -1),
                self.corner(column, row, 1, 1),
                self.corner(column, row, -1, 1),
            ];
            self.crossings.push((node, quad));
        }
        self.streets.extend(streets);
    }

    fn purpose(&self, column: i64, row: i64, centre: DVec2) -> BlockUse {
        let mut rng = Rng::of(self.seed, 2, (column * 100 + row) as u64);
        let downtown = (centre - DVec2::new(150.0, 90.0)) / DVec2::new(430.0, 260.0);
        let core = (centre - DVec2::new(330.0, 70.0)) / DVec2::new(240.0, 150.0);
        if (row, column) == (4, self.port_column as i64 - 5) || (row, column) == (5, self.port_column as i64 - 5) {
            return if row == 4 { BlockUse::Square } else { BlockUse::Park };
        }
        if row == 8 && (3..6).contains(&(column - self.port_column as i64 + 4)) {
            return BlockUse::Park;
        }
        if rng.chance(0.045) {
            return BlockUse::Park;
        }
        if core.length() < 1.0 && rng.chance(0.72) {
            return BlockUse::Tower;
        }
        if centre.x > 820.0 && centre.y < 60.0 {
            return if rng.chance(0.85) { BlockUse::Industry } else { BlockUse::Slabs };
        }
        if downtown.length() < 1.0 {
            return if rng.chance(0.12) { BlockUse::Tower } else { BlockUse::Perimeter };
        }
        if row == 0 && centre.x < -500.0 {
            return if rng.chance(0.75) { BlockUse::Slabs } else { BlockUse::Perimeter };
        }
        let edge = downtown.length() + 0.3 * crate::bake::det::noise(self.seed ^ 52, centre / 300.0);
        match edge {
            e if e < 1.6 && rng.chance(0.8) => BlockUse::Perimeter,
            e if e < 2.9 && rng.chance(0.42) => BlockUse::Slabs,
            e if e < 2.3 => BlockUse::Perimeter,
            _ => BlockUse::Houses,
        }
    }

    /// The middle of a crossing of the net.
    pub fn crossing_at(&self, node: (usize, usize)) -> DVec2 {
        self.node(node.0 as i64, node.1 as i64)
    }

    /// The southern kerb of the avenue above the port, from west to east.
    pub fn port_edge(&self) -> Vec<DVec2> {
        let row = PORT_ROW as i64;
        let mut line = vec![self.corner(self.port_column as i64, row, 1, -1)];
        for column in self.port_column as i64 + 1..self.columns.len() as i64 {
            line.push(self.corner(column, row, -1, -1));
            line.push(self.corner(column, row, 1, -1));
        }
        line
    }

    /// The eastern kerb of the street beside the port, from south to north.
    pub fn port_side_e(&self) -> f64 {
        self.corner(self.port_column as i64, 0, 1, 1).x
    }

    /// The southern kerb of the shore boulevard, from west to the port.
    pub fn shore_edge(&self) -> Vec<DVec2> {
        let mut line = Vec::new();
        for column in 0..self.port_column as i64 {
            if self.is_town(column, 0) {
                line.push(self.corner(column, 0, 1, -1));
                line.push(self.corner(column + 1, 0, -1, -1));
            }
        }
        line.push(self.corner(self.port_column as i64, 0, 1, -1));
        line
    }
}

/// The quad with all sides moved inward by a distance.
pub fn inset(q: &Quad, by: f64) -> Quad {
    inset_sides(q, [by; 4])
}

/// Like [`inset`] with an own distance for each side; side k goes from corner k to k + 1.
pub fn inset_sides(q: &Quad, by: [f64; 4]) -> Quad {
    let line = |k: usize| {
        let d = (q[(k + 1) % 4] - q[k]).normalize();
        (q[k] + d.perp() * by[k], d)
    };
    [0, 1, 2, 3].map(|k| {
        let ((p, d), (r, f)) = (line((k + 3) % 4), line(k));
        p + d * ((r - p).perp_dot(f) / d.perp_dot(f))
    })
}

/// The point at `(x, y)` in 0..1 of a quad: x along its first side, y to its third.
pub fn within(q: &Quad, x: f64, y: f64) -> DVec2 {
    q[0].lerp(q[1], x).lerp(q[3].lerp(q[2], x), y)
}

/// The part of a quad between two fractions each way.
pub fn part(q: &Quad, x: (f64, f64), y: (f64, f64)) -> Quad {
    [within(q, x.0, y.0), within(q, x.1, y.0), within(q, x.1, y.1), within(q, x.0, y.1)]
}

/// The rectangle of this size in the middle of a quad, along its first side.
pub fn centred(q: &Quad, length: f64, width: f64) -> Rect {
    let along = (q[1] - q[0] + q[2] - q[3]).normalize();
    Rect::new(within(q, 0.5, 0.5), along, length, width)
}

/// Mean length of the first and third side, and of the other two.
pub fn extent(q: &Quad) -> DVec2 {
    DVec2::new(
        ((q[1] - q[0]).length() + (q[2] - q[3]).length()) * 0.5,
        ((q[3] - q[0]).length() + (q[2] - q[1]).length()) * 0.5,
    )
}

pub fn contains(q: &[DVec2], p: DVec2) -> bool {
    (0..q.len()).all(|k| (q[(k + 1) % q.len()] - q[k]).perp_dot(p - q[k]) >= 0.0)
}
