//! SUMO networks to features: ways with lanes, junction areas, crossings, walking areas, signals.
//!
//! Positions go through the net's own projection. An edge is one way; where kinds of traffic lie side by side on it
//! (carriageway, cycle lane, pavement), each is a way of its own. Ids: `edge/E`, `edge/E/LANE` for the second kind of an
//! edge, `junction/J`, `crossing/C`, `walkingarea/W`, `signal/T/E`. Lanes inside of junctions are not given: the junction's
//! area covers them.
//!
//! Classes: road, path, rail, tram, fairway (ships), junction, crossing, walking area, signal.

mod edges;
mod line;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use glam::{DVec2, DVec3};

use super::polygons::from_ring;
use super::region::Region;
use crate::bake::det;
use crate::bake::model::{
    Area, Cover, Feature, Height, LineHeights, Point, PointKind, Properties, Shape, Value, Way, WayKind,
};
use crate::format::issue::{Issue, Issues};
use crate::format::sumo::SumoNet;
use crate::format::sumo::net::{Edge, EdgeFunction, Junction, Lane, LaneKind};

/// A net that has no place on Earth.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SumoSourceError {
    #[error("the net has no projection (projParameter is {got:?}), so nobody knows where it lies")]
    NoProjection { got: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SumoOptions {
    /// Whole features that touch it; `None`: all.
    pub region: Option<Region>,
    /// What has to be added to the net's z to get ellipsoidal heights (the geoid's height, if z is above the sea); `None`:
    /// everything lies on the terrain.
    pub ellipsoid_from_net_z_m: Option<f64>,
}

/// Gives a net's features to `sink`: edges, junctions, signals, each in the file's order. Issues of reading the net are
/// its own ([`SumoNet::issues`]).
pub fn read_sumo(
    net: &SumoNet,
    options: &SumoOptions,
    sink: &mut dyn FnMut(Feature),
) -> Result<Issues, SumoSourceError> {
    if net.location.projection.is_none() {
        return Err(SumoSourceError::NoProjection { got: net.location.proj_parameter.chars().take(80).collect() });
    }
    let mut reader = Reader { net, options, issues: Issues::default(), mended: (0, String::new()), sink };
    let traits = edges::Traits::of(net);
    for edge in &net.edges {
        match edge.function {
            EdgeFunction::Normal | EdgeFunction::Connector => reader.edge(edge, &traits),
            EdgeFunction::Crossing => reader.crossing(edge),
            EdgeFunction::WalkingArea => reader.walking_area(edge),
            EdgeFunction::Internal => {}
        }
    }
    net.junctions.iter().for_each(|junction| reader.junction(junction));
    reader.signals();
    reader.tell_mended();
    Ok(reader.issues)
}

struct Reader<'a> {
    net: &'a SumoNet,
    options: &'a SumoOptions,
    issues: Issues,
    /// How many outlines crossed themselves, and the first of them.
    mended: (usize, String),
    sink: &'a mut dyn FnMut(Feature),
}

impl Reader<'_> {
    /// Longitude, latitude, height of net positions; `None` with an issue if one is nowhere.
    fn on_earth(&mut self, id: &str, line: &[DVec3]) -> Option<Vec<DVec3>> {
        let height = |p: &DVec3| self.options.ellipsoid_from_net_z_m.map_or(0.0, |offset| offset + p.z);
        let place = |p: &DVec3| {
            let at = self.net.geodetic_of(p.x, p.y)?.map_err(|error| error.to_string());
            Some(at.map(|at| DVec3::new(at.lon_deg(), at.lat_deg(), height(p))))
        };
        match line.iter().filter_map(place).collect::<Result<Vec<_>, _>>() {
            Ok(places) => Some(places),
            Err(error) => {
                self.issues.push(Issue::warning(id, format!("it is not on Earth and left out: {error}")));
                None
            }
        }
    }

    fn heights(&self) -> LineHeights {
        if self.options.ellipsoid_from_net_z_m.is_some() { LineHeights::Ellipsoidal } else { LineHeights::OnGround }
    }

    fn give(&mut self, feature: Feature) {
        if self.options.region.is_none_or(|region| region.touches(&feature.shape)) {
            (self.sink)(feature);
        }
    }

    fn edge(&mut self, edge: &Edge, traits: &edges::Traits) {
        for (index, group) in edges::groups(&edge.lanes).into_iter().enumerate() {
            let Some(class) = edges::class_of(edge, group, traits) else { continue };
            let first = group.first().map_or(0, |lane| lane.index);
            let id = if index == 0 { format!("edge/{}", edge.id) } else { format!("edge/{}/{first}", edge.id) };
            let Some(line) = self.on_earth(&id, &line::middle(group)) else { continue };
            let shape = Shape::Way(Way {
                kind: class.kind,
                line,
                heights: self.heights(),
                width_m: Some(group.iter().map(|lane| lane.width_m).sum()),
                lanes: Some((u8::try_from(group.len()).unwrap_or(u8::MAX), 0)),
                oneway: true,
                layer: 0,
                bridge: false,
                tunnel: false,
                paved: class.kind != WayKind::Track,
                lit: false,
                pavements: Some(class.pavements),
            });
            let properties = edges::properties(edge, group);
            self.give(Feature { id, class: class.word.to_string(), name: edge.name.clone(), properties, shape });
        }
    }

    fn crossing(&mut self, edge: &Edge) {
        let id = format!("crossing/{}", edge.id.trim_start_matches(':'));
        let Some(lane) = edge.lanes.first() else { return };
        let Some(line) = self.on_earth(&id, &lane.shape) else { return };
        let shape = Shape::Way(Way {
            kind: WayKind::Footway,
            line,
            heights: self.heights(),
            width_m: Some(lane.width_m),
            lanes: None,
            oneway: false,
            layer: 0,
            bridge: false,
            tunnel: false,
            paved: true,
            lit: false,
            pavements: Some((false, false)),
        });
        self.give(Feature {
            id,
            class: "crossing".to_string(),
            name: String::new(),
            properties: Properties::new(),
            shape,
        });
    }

    fn walking_area(&mut self, edge: &Edge) {
        let id = format!("walkingarea/{}", edge.id.trim_start_matches(':'));
        let Some(lane) = edge.lanes.first() else { return };
        self.area(id, "walking area", Cover::Paved, &lane.shape, Properties::new());
    }

    fn junction(&mut self, junction: &Junction) {
        if junction.kind == "internal" || junction.shape.len() < 3 {
            return;
        }
        let Some(cover) = self.cover_of(junction) else { return };
        let properties = Properties::from([("type".to_string(), Value::Text(junction.kind.clone()))]);
        self.area(format!("junction/{}", junction.id), "junction", cover, &junction.shape, properties);
    }

    /// What meets in a junction; ships leave no trace.
    fn cover_of(&self, junction: &Junction) -> Option<Cover> {
        let lanes = junction.incoming_lanes.iter().filter_map(|id| self.net.lane(id)).map(|(_, lane)| lane.kind);
        let kinds: BTreeSet<LaneKind> = lanes.collect();
        let on_land = [LaneKind::Road, LaneKind::Bus, LaneKind::Cycleway, LaneKind::Footway];
        if on_land.iter().any(|kind| kinds.contains(kind)) {
            Some(Cover::Paved)
        } else {
            kinds.contains(&LaneKind::Rail).then_some(Cover::Railway)
        }
    }

    fn area(&mut self, id: String, class: &str, cover: Cover, ring: &[DVec3], properties: Properties) {
        let Some(places) = self.on_earth(&id, ring) else { return };
        let made = from_ring(&places.iter().map(|p| p.truncate()).collect::<Vec<DVec2>>());
        // SUMO itself writes junctions that cross themselves or have no area; nothing is lost with the latter.
        if made.polygons.is_empty() && !made.tangled {
            return;
        }
        if made.tangled {
            return made.tell(&id, &mut self.issues);
        }
        if made.crossings > 0 {
            if self.mended.0 == 0 {
                self.mended.1.clone_from(&id);
            }
            self.mended.0 += 1;
        }
        let shape = Shape::Area(Area { cover, polygons: made.polygons, height: None });
        self.give(Feature { id, class: class.to_string(), name: String::new(), properties, shape });
    }

    /// In one issue: netconvert writes such outlines by itself, dozens in a net of a city.
    fn tell_mended(&mut self) {
        let (count, first) = &self.mended;
        if *count > 0 {
            let message = format!(
                "the outlines of {count} junctions or walking areas cross themselves and were mended, this one first"
            );
            self.issues.push(Issue::info(first, message));
        }
    }

    /// One for each approach that a traffic light governs, beside the end of its outermost lane, facing its traffic.
    fn signals(&mut self) {
        let mut approaches: BTreeMap<(&str, &str), u32> = BTreeMap::new();
        for connection in &self.net.connections {
            let governed = !connection.traffic_light.is_empty() && !connection.from_edge.starts_with(':');
            if governed {
                let key = (connection.traffic_light.as_str(), connection.from_edge.as_str());
                let lane = approaches.entry(key).or_insert(connection.from_lane);
                *lane = connection.from_lane.min(*lane);
            }
        }
        let edges: BTreeMap<&str, &Edge> = self.net.edges.iter().map(|edge| (edge.id.as_str(), edge)).collect();
        for ((light, edge), lane) in approaches {
            let lane = edges.get(edge).and_then(|edge| edge.lanes.iter().find(|l| l.index == lane));
            if let Some(lane) = lane {
                self.signal(light, edge, lane);
            }
        }
    }

    fn signal(&mut self, light: &str, edge: &str, lane: &Lane) {
        /// From the lane's edge to the mast.
        const BESIDE_M: f64 = 0.6;
        let id = format!("signal/{light}/{edge}");
        let Some((end, direction)) = line::end_of(&lane.shape) else { return };
        // Lane 0 is the outermost one: on the right, or on the left where traffic keeps left.
        let outwards = if self.net.left_hand { direction.perp() } else { -direction.perp() };
        let at = end.truncate() + outwards * (lane.width_m / 2.0 + BESIDE_M);
        let ahead = at + direction;
        let Some(places) = self.on_earth(&id, &[at.extend(end.z), ahead.extend(end.z)]) else { return };
        let &[place, ahead] = places.as_slice() else { return };
        let step_m = (ahead - place).truncate() * super::polygons::metres_per_degree(place.y);
        let base = match self.heights() {
            LineHeights::Ellipsoidal => Height::Ellipsoidal(place.z),
            _ => Height::AboveGround(0.0),
        };
        let shape = Shape::Point(Point {
            kind: PointKind::TrafficSignal,
            at: place.truncate(),
            base,
            height_m: None,
            width_m: None,
            heading_deg: Some((det::heading_deg(step_m) + 180.0).rem_euclid(360.0)),
        });
        let text = |text: &str| Value::Text(text.to_string());
        let properties =
            Properties::from([("traffic_light".to_string(), text(light)), ("edge".to_string(), text(edge))]);
        self.give(Feature { id, class: "signal".to_string(), name: String::new(), properties, shape });
    }
}
