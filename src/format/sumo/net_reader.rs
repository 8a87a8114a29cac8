//! `.net.xml` (plain or gzip) to [`SumoNet`].

use glam::{DVec2, DVec3};

use super::SumoError;
use super::net::{
    Connection, DEFAULT_LANE_WIDTH_M, Edge, EdgeFunction, Junction, Lane, LaneKind, NetLocation, Phase, SumoNet,
    TrafficLight,
};
use crate::format::issue::Issue;
use crate::format::xml::{Element, Node, XmlReader, number};
use crate::geo::Projection;

/// The unpacked size past which a net is refused; the largest public ones (whole states) have about 500 MB.
pub const MAX_NET_BYTES: u64 = 1 << 30;

impl SumoNet {
    /// Reads a net from the bytes of a `.net.xml` or `.net.xml.gz`. Lanes and junctions that make no sense are left out
    /// and told in [`SumoNet::issues`]; a file that is no net, or is cut off, is an error.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SumoError> {
        let mut xml = XmlReader::new(bytes, MAX_NET_BYTES)?;
        let mut net = SumoNet::default();
        let mut root_seen = false;
        // Which of the elements that own others is open: its index is the last one in its list.
        let mut owner = Owner::None;
        let mut depth = 0_u32;
        loop {
            match xml.next_node()? {
                Node::Start(element) => {
                    if !root_seen {
                        if element.name() != "net" {
                            let (byte, got) = (element.byte, element.name().chars().take(40).collect());
                            return Err(SumoError::Root { byte, expected: "net", got });
                        }
                        root_seen = true;
                        read_root(&element, &mut net)?;
                    } else if element.depth == 1 {
                        owner = read_top_level(&element, &mut net)?;
                    } else if element.depth == 2 {
                        read_owned(&element, &mut net, owner)?;
                    }
                    depth = element.depth + 1;
                }
                Node::End => {
                    depth = depth.saturating_sub(1);
                    if depth <= 1 {
                        owner = Owner::None;
                    }
                }
                Node::Comment(_) => {}
                Node::Eof => break,
            }
        }
        if !root_seen {
            return Err(SumoError::Empty { expected: "net" });
        }
        net.index_lanes();
        Ok(net)
    }

    fn index_lanes(&mut self) {
        for (edge_index, edge) in self.edges.iter().enumerate() {
            for (lane_index, lane) in edge.lanes.iter().enumerate() {
                self.lane_index.insert(lane.id.clone(), (edge_index, lane_index));
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    None,
    Edge,
    TrafficLight,
}

fn read_root(element: &Element<'_>, net: &mut SumoNet) -> Result<(), SumoError> {
    element.for_each_attribute(|name, value| match name {
        "version" => net.version = value.to_string(),
        "lefthand" => net.left_hand = matches!(value, "true" | "1" | "yes" | "on"),
        _ => {}
    })?;
    Ok(())
}

fn read_top_level(element: &Element<'_>, net: &mut SumoNet) -> Result<Owner, SumoError> {
    match element.name() {
        "location" => net.location = read_location(element, net)?,
        "edge" => {
            let edge = read_edge(element)?;
            net.edges.push(edge);
            return Ok(Owner::Edge);
        }
        "junction" => {
            if let Some(junction) = read_junction(element, net)? {
                net.junctions.push(junction);
            }
        }
        "connection" => {
            if let Some(connection) = read_connection(element)? {
                net.connections.push(connection);
            }
        }
        "tlLogic" => {
            let traffic_light = read_traffic_light(element)?;
            net.traffic_lights.push(traffic_light);
            return Ok(Owner::TrafficLight);
        }
        _ => {}
    }
    Ok(Owner::None)
}

fn read_owned(element: &Element<'_>, net: &mut SumoNet, owner: Owner) -> Result<(), SumoError> {
    match (owner, element.name()) {
        (Owner::Edge, "lane") => {
            let function = net.edges.last().map(|edge| edge.function).unwrap_or_default();
            let lane = read_lane(element, net, function)?;
            if let (Some(lane), Some(edge)) = (lane, net.edges.last_mut()) {
                edge.lanes.push(lane);
            }
        }
        (Owner::TrafficLight, "phase") => {
            let phase = read_phase(element)?;
            if let (Some(phase), Some(light)) = (phase, net.traffic_lights.last_mut()) {
                light.phases.push(phase);
            }
        }
        _ => {}
    }
    Ok(())
}

fn read_location(element: &Element<'_>, net: &mut SumoNet) -> Result<NetLocation, SumoError> {
    let mut location = NetLocation::default();
    let mut bad = Vec::new();
    element.for_each_attribute(|name, value| match name {
        "netOffset" => match numbers::<2>(value) {
            Some([x, y]) => location.net_offset = DVec2::new(x, y),
            None => bad.push(("netOffset", "two numbers \"x,y\"", value.to_string())),
        },
        "convBoundary" => match numbers::<4>(value) {
            Some([x0, y0, x1, y1]) => location.conv_boundary = Some((DVec2::new(x0, y0), DVec2::new(x1, y1))),
            None => bad.push(("convBoundary", "four numbers", value.to_string())),
        },
        "projParameter" => location.proj_parameter = value.to_string(),
        _ => {}
    })?;
    for (attribute, expected, got) in bad {
        let message = format!("attribute {attribute:?} of <location> is not usable; it is left out");
        net.issues.push(Issue::warning(at(element.byte), message).expected_got(expected, shortened(&got)));
    }
    // `!` means "no projection", `-` is its older form.
    if !matches!(location.proj_parameter.as_str(), "" | "!" | "-") {
        match Projection::parse(&location.proj_parameter) {
            Ok(projection) => location.projection = Some(projection),
            Err(error) => net.issues.push(Issue::error(
                at(element.byte),
                format!("the net's place on Earth is lost, its coordinates are taken as plain metres: {error}"),
            )),
        }
    }
    Ok(location)
}

fn read_edge(element: &Element<'_>) -> Result<Edge, SumoError> {
    let mut edge = Edge::default();
    element.for_each_attribute(|name, value| match name {
        "id" => edge.id = value.to_string(),
        "from" => edge.from = value.to_string(),
        "to" => edge.to = value.to_string(),
        "name" => edge.name = value.to_string(),
        "type" => edge.kind = value.to_string(),
        "function" => {
            edge.function = match value {
                "internal" => EdgeFunction::Internal,
                "connector" => EdgeFunction::Connector,
                "crossing" => EdgeFunction::Crossing,
                "walkingarea" => EdgeFunction::WalkingArea,
                _ => EdgeFunction::Normal,
            }
        }
        _ => {}
    })?;
    Ok(edge)
}

fn read_lane(element: &Element<'_>, net: &mut SumoNet, function: EdgeFunction) -> Result<Option<Lane>, SumoError> {
    let mut lane = Lane {
        id: String::new(),
        index: 0,
        speed_mps: 0.0,
        length_m: 0.0,
        width_m: DEFAULT_LANE_WIDTH_M,
        kind: LaneKind::Road,
        shape: Vec::new(),
    };
    let (mut allow, mut disallow, mut shape) = (None, None, None);
    let mut bad = Vec::new();
    let mut measure = |name: &'static str, value: &str, target: &mut f64| match number(value).filter(|v| *v >= 0.0) {
        Some(v) => *target = v,
        None => bad.push((name, value.to_string())),
    };
    element.for_each_attribute(|name, value| match name {
        "id" => lane.id = value.to_string(),
        "index" => lane.index = value.trim().parse().unwrap_or(0),
        "speed" => measure("speed", value, &mut lane.speed_mps),
        "length" => measure("length", value, &mut lane.length_m),
        "width" => measure("width", value, &mut lane.width_m),
        "allow" => allow = Some(value.to_string()),
        "disallow" => disallow = Some(value.to_string()),
        "shape" => shape = Some(read_shape(value)),
        _ => {}
    })?;
    for (attribute, got) in bad {
        let message =
            format!("attribute {attribute:?} of lane {:?} is not usable; it is left out", shortened(&lane.id));
        net.issues.push(Issue::warning(at(element.byte), message).expected_got("a number from 0 up", shortened(&got)));
    }
    let least_points = if function == EdgeFunction::WalkingArea { 3 } else { 2 };
    lane.kind = LaneKind::from_permissions(allow.as_deref(), disallow.as_deref());
    let reason = match shape {
        Some(Ok(points)) if points.len() >= least_points => {
            lane.shape = points;
            return Ok(Some(lane));
        }
        Some(Ok(points)) => format!("{} points", points.len()),
        Some(Err(got)) => got,
        None => "no shape".to_string(),
    };
    // SUMO itself writes walking areas of one or two points where a path just ends; nothing is lost with them.
    if function != EdgeFunction::WalkingArea {
        let message = format!("lane {:?} has no usable shape; it is left out", shortened(&lane.id));
        let expected = format!("at least {least_points} points \"x,y\" or \"x,y,z\"");
        net.issues.push(Issue::warning(at(element.byte), message).expected_got(expected, reason));
    }
    Ok(None)
}

fn read_junction(element: &Element<'_>, net: &mut SumoNet) -> Result<Option<Junction>, SumoError> {
    let mut junction = Junction {
        id: String::new(),
        kind: String::new(),
        pos: DVec3::ZERO,
        incoming_lanes: Vec::new(),
        shape: Vec::new(),
    };
    let (mut x, mut y, mut z) = (None, None, Some(0.0));
    let mut bad_shape = None;
    element.for_each_attribute(|name, value| match name {
        "id" => junction.id = value.to_string(),
        "type" => junction.kind = value.to_string(),
        "x" => x = number(value),
        "y" => y = number(value),
        "z" => z = number(value),
        "incLanes" => junction.incoming_lanes = value.split_ascii_whitespace().map(str::to_string).collect(),
        "shape" => match read_shape(value) {
            Ok(points) => junction.shape = points,
            Err(got) => bad_shape = Some(got),
        },
        _ => {}
    })?;
    if let Some(got) = bad_shape {
        let message = format!("junction {:?} has no usable shape; it is not drawn", shortened(&junction.id));
        net.issues.push(Issue::warning(at(element.byte), message).expected_got("points \"x,y\" or \"x,y,z\"", got));
    }
    let (Some(x), Some(y), Some(z)) = (x, y, z) else {
        let message = format!("junction {:?} has no position; it is left out", shortened(&junction.id));
        net.issues.push(Issue::warning(at(element.byte), message));
        return Ok(None);
    };
    junction.pos = DVec3::new(x, y, z);
    Ok(Some(junction))
}

fn read_connection(element: &Element<'_>) -> Result<Option<Connection>, SumoError> {
    let mut connection = Connection {
        from_edge: String::new(),
        to_edge: String::new(),
        from_lane: 0,
        to_lane: 0,
        via_lane: String::new(),
        traffic_light: String::new(),
        link_index: None,
    };
    let (mut from_lane, mut to_lane) = (None, None);
    element.for_each_attribute(|name, value| match name {
        "from" => connection.from_edge = value.to_string(),
        "to" => connection.to_edge = value.to_string(),
        "fromLane" => from_lane = value.trim().parse().ok(),
        "toLane" => to_lane = value.trim().parse().ok(),
        "via" => connection.via_lane = value.to_string(),
        "tl" => connection.traffic_light = value.to_string(),
        "linkIndex" => connection.link_index = value.trim().parse().ok(),
        _ => {}
    })?;
    let (Some(from_lane), Some(to_lane)) = (from_lane, to_lane) else { return Ok(None) };
    Ok(Some(Connection { from_lane, to_lane, ..connection }))
}

fn read_traffic_light(element: &Element<'_>) -> Result<TrafficLight, SumoError> {
    let mut light = TrafficLight { id: String::new(), program: String::new(), offset_secs: 0.0, phases: Vec::new() };
    element.for_each_attribute(|name, value| match name {
        "id" => light.id = value.to_string(),
        "programID" => light.program = value.to_string(),
        "offset" => light.offset_secs = number(value).unwrap_or(0.0),
        _ => {}
    })?;
    Ok(light)
}

fn read_phase(element: &Element<'_>) -> Result<Option<Phase>, SumoError> {
    let (mut duration_secs, mut state) = (None, String::new());
    element.for_each_attribute(|name, value| match name {
        "duration" => duration_secs = number(value),
        "state" => state = value.to_string(),
        _ => {}
    })?;
    Ok(duration_secs.map(|duration_secs| Phase { duration_secs, state }))
}

/// `x,y x,y,z …`; the error is what stood there instead.
fn read_shape(text: &str) -> Result<Vec<DVec3>, String> {
    text.split_ascii_whitespace()
        .map(|point| {
            let mut parts = point.split(',').map(number);
            match (parts.next(), parts.next(), parts.next(), parts.next()) {
                (Some(Some(x)), Some(Some(y)), None, None) => Ok(DVec3::new(x, y, 0.0)),
                (Some(Some(x)), Some(Some(y)), Some(Some(z)), None) => Ok(DVec3::new(x, y, z)),
                _ => Err(format!("{:?}", shortened(point))),
            }
        })
        .collect()
}

/// Exactly `N` finite numbers separated by commas.
fn numbers<const N: usize>(text: &str) -> Option<[f64; N]> {
    let mut out = [0.0; N];
    let mut parts = text.split(',');
    for slot in &mut out {
        *slot = number(parts.next()?)?;
    }
    parts.next().is_none().then_some(out)
}

fn at(byte: u64) -> String {
    format!("byte {byte}")
}

/// So that a stranger's text does not fill a message.
fn shortened(text: &str) -> String {
    if text.chars().nth(60).is_none() { text.to_string() } else { text.chars().take(59).chain(['…']).collect() }
}
