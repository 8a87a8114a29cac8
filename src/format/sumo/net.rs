//! A SUMO road network as its file has it: edges with lanes, junctions, connections, signals.

use std::collections::HashMap;

use glam::{DVec2, DVec3};

use crate::format::issue::Issues;
use crate::geo::projection::ProjectionError;
use crate::geo::{Geodetic, Projection};

/// SUMO's default lane width, metres.
pub const DEFAULT_LANE_WIDTH_M: f64 = 3.2;

/// A road network. Positions are net coordinates (see [`super`]), z is 0 where the file has none.
#[derive(Debug, Clone, Default)]
pub struct SumoNet {
    pub version: String,
    pub location: NetLocation,
    /// Whether traffic keeps left; lane 0 is then the leftmost one.
    pub left_hand: bool,
    pub edges: Vec<Edge>,
    pub junctions: Vec<Junction>,
    pub connections: Vec<Connection>,
    pub traffic_lights: Vec<TrafficLight>,
    pub issues: Issues,
    /// Lane id to (edge, lane).
    pub(super) lane_index: HashMap<String, (usize, usize)>,
}

/// How net coordinates relate to the Earth.
#[derive(Debug, Clone, Default)]
pub struct NetLocation {
    /// What was added to projected coordinates to get net coordinates.
    pub net_offset: DVec2,
    /// `None` for nets without one (`!`): their coordinates are plain metres.
    pub projection: Option<Projection>,
    /// The attribute as it stood in the file.
    pub proj_parameter: String,
    /// The net's least and greatest corner, net coordinates.
    pub conv_boundary: Option<(DVec2, DVec2)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum EdgeFunction {
    #[default]
    Normal,
    /// Inside of a junction, from one edge to the next.
    Internal,
    Connector,
    /// Pedestrians over the road.
    Crossing,
    /// Where pedestrians walk between crossings and paths; its lane's shape is a polygon, not a centre line.
    WalkingArea,
}

#[derive(Debug, Clone, Default)]
pub struct Edge {
    pub id: String,
    pub function: EdgeFunction,
    /// Junction ids; empty for internal edges.
    pub from: String,
    pub to: String,
    /// The street's name, often empty.
    pub name: String,
    /// `highway.residential` and the like, often empty.
    pub kind: String,
    /// Rightmost first (leftmost first if the net is [`SumoNet::left_hand`]).
    pub lanes: Vec<Lane>,
}

#[derive(Debug, Clone)]
pub struct Lane {
    pub id: String,
    pub index: u32,
    /// The speed limit.
    pub speed_mps: f64,
    pub length_m: f64,
    pub width_m: f64,
    pub kind: LaneKind,
    /// The centre line (a walking area's outline), in driving direction.
    pub shape: Vec<DVec3>,
}

/// Who a lane is mainly for, from the vehicle classes that it allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LaneKind {
    /// Nobody may enter.
    Closed,
    Waterway,
    Rail,
    Footway,
    Cycleway,
    /// Buses, taxis, delivery: motor traffic but no private cars.
    Bus,
    Road,
}

impl LaneKind {
    pub fn label(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Waterway => "waterway",
            Self::Rail => "rail",
            Self::Footway => "footway",
            Self::Cycleway => "cycleway",
            Self::Bus => "bus lane",
            Self::Road => "road",
        }
    }

    /// From the attributes `allow` and `disallow` (lists of vehicle classes separated by spaces; `all` is every class).
    /// With neither, everything may drive.
    pub fn from_permissions(allow: Option<&str>, disallow: Option<&str>) -> Self {
        let names = |list: &str, class: &str| list.split_ascii_whitespace().any(|c| c == class || c == "all");
        let may = |class: &str| match (allow, disallow) {
            (Some(allow), _) if !allow.trim().is_empty() => names(allow, class),
            (_, Some(disallow)) => !names(disallow, class),
            _ => true,
        };
        let may_any = |classes: &[&str]| classes.iter().any(|c| may(c));
        if may_any(&["passenger", "private"]) {
            Self::Road
        } else if may_any(&["bus", "coach", "taxi", "truck", "trailer", "emergency", "authority"]) {
            Self::Bus
        } else if may_any(&["rail", "rail_electric", "rail_fast", "rail_urban", "tram", "subway", "cable_car"]) {
            Self::Rail
        } else if may("pedestrian") {
            Self::Footway
        } else if may_any(&["bicycle", "moped", "motorcycle", "delivery"]) {
            Self::Cycleway
        } else if may("ship") {
            Self::Waterway
        } else {
            Self::Closed
        }
    }
}

#[derive(Debug, Clone)]
pub struct Junction {
    pub id: String,
    /// `priority`, `traffic_light`, `dead_end`, `internal`, …
    pub kind: String,
    pub pos: DVec3,
    /// Ids of the lanes that lead into it.
    pub incoming_lanes: Vec<String>,
    /// Its outline; empty or fewer than three points for many dead ends and all internal junctions.
    pub shape: Vec<DVec3>,
}

/// From one lane to a lane of a following edge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    pub from_edge: String,
    pub to_edge: String,
    pub from_lane: u32,
    pub to_lane: u32,
    /// The internal lane in between, or empty.
    pub via_lane: String,
    /// The signal that governs it and the place in its phases' states; empty and `None` without.
    pub traffic_light: String,
    pub link_index: Option<u32>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TrafficLight {
    pub id: String,
    pub program: String,
    pub offset_secs: f64,
    pub phases: Vec<Phase>,
}

/// One phase of a fixed-time programme: one letter a link (`G` green, `g` yielding green, `y` amber, `r` red, …).
#[derive(Debug, Clone, PartialEq)]
pub struct Phase {
    pub duration_secs: f64,
    pub state: String,
}

impl SumoNet {
    /// A lane and its edge by the lane's id.
    pub fn lane(&self, id: &str) -> Option<(&Edge, &Lane)> {
        let &(edge, lane) = self.lane_index.get(id)?;
        let edge = self.edges.get(edge)?;
        Some((edge, edge.lanes.get(lane)?))
    }

    /// How many lanes all edges have together.
    pub fn lane_count(&self) -> usize {
        self.edges.iter().map(|edge| edge.lanes.len()).sum()
    }

    /// Longitude and latitude of a net position, height 0; `None` for a net without a projection.
    pub fn geodetic_of(&self, x: f64, y: f64) -> Option<Result<Geodetic, ProjectionError>> {
        let projection = self.location.projection.as_ref()?;
        let projected = DVec2::new(x, y) - self.location.net_offset;
        Some(projection.geodetic_from_projected(projected.x, projected.y, 0.0))
    }

    /// The middle of the net's boundary (or of its lanes, if it has none), net coordinates; `None` for an empty net.
    pub fn centre(&self) -> Option<DVec2> {
        let (lo, hi) = self.location.conv_boundary.or_else(|| {
            let mut points = self.edges.iter().flat_map(|e| &e.lanes).flat_map(|l| &l.shape).map(|p| p.truncate());
            let first = points.next()?;
            Some(points.fold((first, first), |(lo, hi), p| (lo.min(p), hi.max(p))))
        })?;
        Some((lo + hi) / 2.0)
    }
}
