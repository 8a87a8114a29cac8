//! What is drawn as a building: volumes with walls, storeys, openings and a roof, and who they are.
//!
//! Described once and drawn at every level of detail by [`super::facade`] and [`super::roof`]. Plan frame, metres.

use super::poly;
use crate::bake::feature::Feature;
use crate::bake::mesh::{Rgb, Surface, hex};
use crate::bake::model::Usage;
use glam::DVec2;

/// What an edge of an outline looks onto.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    Street,
    /// A yard: windows, but no shops and little ornament.
    Court,
    /// A neighbour's wall: no windows, no eaves.
    Blank,
}

/// Rises are metres from the eaves to the highest point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Roof {
    /// Nothing: another volume stands on it.
    None,
    /// With a parapet and machines, a terrace or solar panels.
    Flat,
    /// Gables at the ends of wings and at blank edges.
    Gabled(f64),
    Hipped(f64),
    /// A gable whose upper part is hipped.
    HalfHipped(f64),
    Pyramidal(f64),
    /// One slope, down towards [`Volume::roof_towards`].
    Skillion(f64),
    /// Gables with a break in the slope.
    Gambrel(f64),
    /// A steep storey with dormers under a shallow top.
    Mansard(f64),
    Dome(f64),
    Onion(f64),
    /// A barrel.
    Round(f64),
    /// Sheds in a row, glazed on their steep side; the rise of each.
    Sawtooth(f64),
    /// A flat roof with a recessed storey of machines, for towers.
    Crown,
}

impl Roof {
    /// From the eaves to the highest point that counts as the building's height.
    pub fn rise_m(self) -> f64 {
        match self {
            Self::None => 0.0,
            Self::Flat => PARAPET_M,
            Self::Crown => CROWN_M,
            Self::Gabled(rise)
            | Self::Hipped(rise)
            | Self::HalfHipped(rise)
            | Self::Pyramidal(rise)
            | Self::Skillion(rise)
            | Self::Gambrel(rise)
            | Self::Mansard(rise)
            | Self::Dome(rise)
            | Self::Onion(rise)
            | Self::Round(rise)
            | Self::Sawtooth(rise) => rise,
        }
    }

    pub fn is_flat(self) -> bool {
        matches!(self, Self::None | Self::Flat | Self::Crown)
    }
}

pub const PARAPET_M: f64 = 0.9;
pub const CROWN_M: f64 = 4.5;

/// How walls are opened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Look {
    /// A wall with single windows; every `balconies`-th bay has a balcony (0: none).
    Windows { bay_m: f64, width_m: f64, height_m: f64, shutters: bool, balconies: u8 },
    /// Glass between floor edges, with posts or fins.
    Curtain { bay_m: f64, fins: bool },
    /// Long bands of glass between parapets.
    Bands,
    /// Metal sheet with gates, docks and a translucent band.
    Hall,
    /// No openings: plant rooms, silos, cold stores.
    Closed,
    /// Posts and a roof, no walls: filling stations, platforms.
    Open,
}

/// What the ground floor is where it looks onto a street.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ground {
    /// Like the floors above, with a door.
    #[default]
    AsAbove,
    Shops,
    /// A walk behind piers.
    Arcade,
    /// Garage doors between a door and a few windows.
    Garages,
    /// High glass, an entrance with a canopy.
    Lobby,
}

/// How much of level 4 is drawn: whole cities of it would be larger than anyone stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Finish {
    #[default]
    Full,
    /// Walls as at level 3, under the roof of level 4: a fifth of the triangles, for where nobody walks.
    Plain,
}

/// A court's ring.
#[derive(Debug, Clone, PartialEq)]
pub struct Court {
    /// Clockwise from above.
    pub outline: Vec<DVec2>,
    pub faces: Vec<Face>,
}

#[derive(Debug, Clone)]
pub struct Volume {
    /// Simple, counter-clockwise from above; the first edge is the front. Convex where the roof is a dome or an onion.
    pub outline: Vec<DVec2>,
    /// One for each edge.
    pub faces: Vec<Face>,
    pub courts: Vec<Court>,
    /// Where the walls begin (below ground on slopes) and where the first floor lies.
    pub foot_u: f64,
    pub floor_u: f64,
    /// Counted from `floor_u`, the ground floor included.
    pub floors: usize,
    pub floor_m: f64,
    /// Height of the lowest storey where it differs from the others.
    pub ground_floor_m: Option<f64>,
    pub ground: Ground,
    pub roof: Roof,
    /// Where a skillion roof falls to; along which the ridge of other roofs runs. By rule where there is none.
    pub roof_towards: Option<DVec2>,
    pub look: Look,
    pub usage: Usage,
    /// Year built; 0 where unknown, then drawn by lot.
    pub year: i16,
    /// Of walls; by year and lot where there is none.
    pub material: Option<Surface>,
    pub wall: Rgb,
    pub trim: Rgb,
    pub roof_color: Rgb,
    pub glass: Rgb,
    /// Whether it begins above the ground (a bridge, a passage): its underside shows, it has no plinth, no door.
    pub raised: bool,
    pub finish: Finish,
}

impl Default for Volume {
    fn default() -> Self {
        Self {
            outline: Vec::new(),
            faces: Vec::new(),
            courts: Vec::new(),
            foot_u: 0.0,
            floor_u: 0.0,
            floors: 1,
            floor_m: 3.0,
            ground_floor_m: None,
            ground: Ground::AsAbove,
            roof: Roof::Flat,
            roof_towards: None,
            look: Look::Closed,
            usage: Usage::Unknown,
            year: 0,
            material: None,
            wall: hex(0xe6dfd2),
            trim: hex(0xf0ece4),
            roof_color: hex(0x9a958c),
            glass: hex(0x2b363d),
            raised: false,
            finish: Finish::Full,
        }
    }
}

impl Volume {
    pub fn eaves_u(&self) -> f64 {
        self.storey(self.floors).0
    }

    pub fn top_u(&self) -> f64 {
        self.eaves_u() + self.roof.rise_m()
    }

    /// Height of a storey's floor and of the next one's.
    pub fn storey(&self, floor: usize) -> (f64, f64) {
        let ground_m = self.ground_floor_m.unwrap_or(self.floor_m);
        let level = |k: usize| self.floor_u + if k == 0 { 0.0 } else { ground_m + (k - 1) as f64 * self.floor_m };
        (level(floor), level(floor + 1))
    }

    /// The outline and the courts, each with its faces.
    pub fn rings(&self) -> impl Iterator<Item = (&[DVec2], &[Face])> {
        std::iter::once((self.outline.as_slice(), self.faces.as_slice()))
            .chain(self.courts.iter().map(|c| (c.outline.as_slice(), c.faces.as_slice())))
    }

    /// Square metres of one storey.
    pub fn area_m2(&self) -> f64 {
        self.rings().map(|(ring, _)| poly::signed_area(ring)).sum()
    }
}

#[derive(Debug, Clone)]
pub struct Building {
    pub feature: Feature,
    pub volumes: Vec<Volume>,
    pub seed: u64,
    /// Index of its block, and whether far levels draw it as a part of the block's mass.
    pub block: Option<usize>,
    pub merges: bool,
}

impl Building {
    /// The mean of the first volume's corners; the origin for a building of nothing.
    pub fn centre(&self) -> DVec2 {
        let Some(first) = self.volumes.first() else { return DVec2::ZERO };
        first.outline.iter().copied().sum::<DVec2>() / first.outline.len().max(1) as f64
    }

    pub fn top_u(&self) -> f64 {
        self.volumes.iter().map(Volume::top_u).fold(f64::MIN, f64::max)
    }
}
