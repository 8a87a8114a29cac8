//! Small things and where they stand: street trees, lamps, signals, signs, benches, parked cars, hedges, and what belongs
//! to lines of masts. Made on demand by edge and by block, the same each time. Plan frame metres.

mod block;
mod street;

use super::City;
use super::graph::{Class, Ground};
use glam::DVec2;

pub use block::on_block;
pub use street::along_edge;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Species {
    Plane,
    Lime,
    Jacaranda,
    Orange,
    Palm,
    Pine,
    Cypress,
    Olive,
    Oak,
    Poplar,
    Birch,
    Fruit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vehicle {
    Car,
    Van,
    Truck,
    Bus,
}

/// What stands at a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// `size_m` is its height.
    Tree(Species),
    Shrub,
    /// A light on a mast, an arm or a wall.
    Lamp {
        height_m: f64,
        reach_m: f64,
        kelvin: f64,
    },
    /// A signal mast; the junction, and the arm of it that it shows to.
    Signal {
        node: u32,
        arm: u32,
    },
    /// A traffic sign.
    Sign,
    StreetName,
    Bench,
    Bin,
    BusStop,
    Vehicle(Vehicle),
    /// From the place `size_m` along the direction.
    Hedge,
    Fence,
    Wall,
    Parasol,
    Swing,
    Slide,
    Goal,
    /// A cell site; on a roof or on a mast of `size_m` metres.
    CellSite {
        roof: bool,
    },
    /// A lattice mast for power lines, `size_m` high, its arms across the direction.
    Pylon,
    LiftPylon,
    Bollard,
    Kiosk,
    Gravestone,
    Boat,
}

/// Something placed.
#[derive(Debug, Clone, PartialEq)]
pub struct Thing {
    pub kind: Kind,
    pub at: DVec2,
    /// Unit vector: where it faces, or along what it lies.
    pub along: DVec2,
    /// Height or length in metres, by kind.
    pub size_m: f64,
    /// Height of its foot above the ground: kerbs, roofs, decks.
    pub lift_m: f64,
    /// What differs between equals.
    pub seed: u64,
    /// An id of its own for what is a feature: signals, cell sites, pylons. Empty for most.
    pub id: String,
}

impl Thing {
    pub(super) fn new(kind: Kind, at: DVec2, along: DVec2, size_m: f64, seed: u64) -> Self {
        Self { kind, at, along, size_m, lift_m: 0.0, seed, id: String::new() }
    }
}

/// How many kilometres of tidy lists one edge may give.
const MOST: usize = 4000;

/// Which signals a junction has: those where great streets meet.
pub fn is_signalised(city: &City, node: usize) -> bool {
    let arms = &city.graph.nodes[node].arms;
    let class = |a: &(u32, bool)| city.graph.edges[a.0 as usize].class;
    let driven = arms.iter().filter(|a| class(a).is_driven()).count();
    let great =
        arms.iter().filter(|a| matches!(class(a), Class::Boulevard | Class::Arterial | Class::PortRoad)).count();
    let middle = arms.iter().filter(|a| class(a) <= Class::Collector).count();
    driven >= 3 && (great >= 1 && middle >= 3 || middle >= 4)
}

fn height(species: Species) -> f64 {
    match species {
        Species::Plane => 12.0,
        Species::Lime => 10.0,
        Species::Jacaranda => 8.5,
        Species::Orange => 4.2,
        Species::Palm => 9.0,
        Species::Pine => 12.5,
        Species::Cypress => 10.0,
        Species::Olive => 5.0,
        Species::Oak => 11.0,
        Species::Poplar => 15.0,
        Species::Birch => 9.5,
        Species::Fruit => 4.0,
    }
}

/// Everything small in a rectangle: along its streets and on its blocks. What belongs to an edge or a block that lies
/// across the border is given for the rectangle that holds the thing itself.
pub fn within(city: &City, rect: &super::geom::Bounds) -> Vec<Thing> {
    let mut out: Vec<Thing> = Vec::new();
    for edge in city.graph.edges_in(rect) {
        out.extend(along_edge(city, edge).into_iter().filter(|t| rect.contains(t.at)));
    }
    for face in city.graph.faces_in(rect) {
        if city.graph.faces[face].ground == Ground::Block {
            let buildings = city.buildings_of(face);
            let land = city.open_land_of(face, &buildings);
            out.extend(on_block(city, face, &buildings, &land).into_iter().filter(|t| rect.contains(t.at)));
        }
    }
    out
}
