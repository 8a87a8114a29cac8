//! A net as geometry: lanes as ribbons, junctions and walking areas as polygons, lane markings and zebra crossings.
//!
//! The content frame is the site frame; the Earth's curvature is in it (every vertex goes through the net's projection
//! and ECEF). Every lane and junction is one feature with a row in the property table; features are numbered in the
//! net's order, lanes first. Internal lanes are not drawn where their junction has an outline, which covers them.

mod mesh;
mod ribbon;

use std::collections::BTreeSet;
use std::sync::Arc;

use glam::DVec3;
use serde_json::Value;

use self::mesh::{Ink, Layer, Mesh};
use self::ribbon::Polyline;
use super::net::{Edge, EdgeFunction, Junction, Lane, LaneKind, SumoNet};
use super::placement::NetPlacement;
use crate::format::content::{AlphaMode, Column, Content, Material, Property, PropertyTable};
use crate::format::issue::Issue;
use crate::geo::SiteFrame;

/// How a net is laid on the ground.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LaneOptions {
    /// Ellipsoidal height of the net's z = 0, metres (for a net without a projection: z in the site frame).
    pub base_height_m: f64,
    /// How far above that everything is drawn, metres, so that the ground does not shine through.
    pub raise_m: f64,
    /// Whether lane markings and zebra stripes are drawn.
    pub markings: bool,
}

impl Default for LaneOptions {
    fn default() -> Self {
        Self { base_height_m: 0.0, raise_m: 0.05, markings: true }
    }
}

// Heights of one surface over another, metres; what overlaps must differ by more than depth precision from far away.
const RAISE_JUNCTION_M: f64 = 0.0;
const RAISE_PATH_M: f64 = 0.01;
const RAISE_LANE_M: f64 = 0.02;
const RAISE_MARKING_M: f64 = 0.05;

const LINE_WIDTH_M: f64 = 0.12;
const DASH_M: f64 = 3.0;
const DASH_GAP_M: f64 = 4.5;
const STRIPE_M: f64 = 0.5;

/// Dashes and stripes of a whole net; a net past it (or a hostile one with endless lanes) gets solid lines.
const MAX_DASHES: usize = 1_000_000;
/// Triangulating takes quadratic time at worst; real junctions have tens of points.
const MAX_POLYGON_POINTS: usize = 4096;
/// Lanes wider than a square's side are errors; SUMO has no such limit.
const MAX_WIDTH_M: f64 = 500.0;

/// Draws the net's lanes in the site frame. Lanes without a place on Earth, and polygons that are none, are left out and
/// told in the content's issues (the net's own issues are not repeated).
pub fn content_of_net(net: &SumoNet, site: &SiteFrame, options: LaneOptions) -> Content {
    let mut draw = Draw {
        mesh: Mesh::new(NetPlacement::new(net, *site, options.base_height_m + options.raise_m)),
        options,
        dashes_left: MAX_DASHES,
        content: Content::default(),
    };
    let covered = covered_junctions(net);
    let mut rows = Rows::default();
    for edge in &net.edges {
        let first_feature = rows.count();
        for lane in &edge.lanes {
            rows.push_lane(edge, lane);
        }
        if edge.function == EdgeFunction::Internal && covered.contains(junction_of_internal(&edge.id)) {
            continue;
        }
        draw.edge(edge, first_feature, net.left_hand);
    }
    for junction in net.junctions.iter().filter(|j| j.kind != "internal") {
        let feature = rows.count();
        let kind = junction_kind(net, junction);
        rows.push_junction(junction);
        draw.polygon(&junction.shape, junction_color(kind), RAISE_JUNCTION_M, feature, &junction.id);
    }
    let mut content = draw.content;
    content.parts = draw.mesh.into_parts(rows.count());
    content.materials = vec![paint("road surface", 0.9), paint("road marking", 0.7)];
    content.tables = vec![rows.into_table()];
    content
}

/// Ids of junctions whose outline covers their internal lanes.
fn covered_junctions(net: &SumoNet) -> BTreeSet<&str> {
    net.junctions.iter().filter(|j| j.kind != "internal" && j.shape.len() >= 3).map(|j| j.id.as_str()).collect()
}

/// Internal edges are called `:<junction>_<number>`.
fn junction_of_internal(edge_id: &str) -> &str {
    let name = edge_id.strip_prefix(':').unwrap_or(edge_id);
    name.rsplit_once('_').map_or(name, |(junction, _)| junction)
}

/// The most important kind of the lanes that lead into it.
fn junction_kind(net: &SumoNet, junction: &Junction) -> LaneKind {
    let incoming = junction.incoming_lanes.iter().filter_map(|id| net.lane(id));
    // Paths of walking areas and crossings lead in as well; they must not make a railway crossing a footway.
    incoming.map(|(_, lane)| lane.kind).max().unwrap_or(LaneKind::Road)
}

struct Draw<'a> {
    mesh: Mesh<'a>,
    options: LaneOptions,
    dashes_left: usize,
    content: Content,
}

impl Draw<'_> {
    fn edge(&mut self, edge: &Edge, first_feature: u32, left_hand: bool) {
        for (lane, feature) in edge.lanes.iter().zip(first_feature..) {
            match edge.function {
                EdgeFunction::WalkingArea => {
                    self.polygon(&lane.shape, FOOTWAY, RAISE_PATH_M, feature, &lane.id);
                }
                EdgeFunction::Crossing if self.options.markings => self.zebra(lane, feature),
                EdgeFunction::Crossing => {}
                EdgeFunction::Internal | EdgeFunction::Connector | EdgeFunction::Normal => {
                    self.surface(lane, feature);
                }
            }
        }
        if self.options.markings && edge.function == EdgeFunction::Normal {
            self.markings_of(edge, first_feature, left_hand);
        }
    }

    fn surface(&mut self, lane: &Lane, feature: u32) {
        let Some(line) = Polyline::new(&lane.shape) else { return };
        let raise_m = if lane.kind >= LaneKind::Bus { RAISE_LANE_M } else { RAISE_PATH_M };
        let ink = Ink { layer: Layer::Surface, feature, color: lane_color(lane.kind), raise_m };
        self.ribbon(&line, half_width_m(lane), ink, &lane.id);
    }

    /// Lines along both sides of a road and between its lanes.
    fn markings_of(&mut self, edge: &Edge, first_feature: u32, left_hand: bool) {
        // Towards the next lane: left where traffic keeps right.
        let inward = if left_hand { -1.0 } else { 1.0 };
        for (i, (lane, feature)) in edge.lanes.iter().zip(first_feature..).enumerate() {
            if lane.kind < LaneKind::Bus {
                continue;
            }
            let Some(line) = Polyline::new(&lane.shape) else { continue };
            let to_border_m = half_width_m(lane) - LINE_WIDTH_M;
            let outer_neighbour = i.checked_sub(1).and_then(|k| edge.lanes.get(k));
            if outer_neighbour.is_none_or(|n| n.kind < LaneKind::Bus) {
                self.line(line.offset(-inward * to_border_m), false, feature, &lane.id);
            }
            match edge.lanes.get(i + 1) {
                Some(next) if next.kind >= LaneKind::Bus => {
                    let dashed = next.kind == lane.kind;
                    self.line(line.offset(inward * half_width_m(lane)), dashed, feature, &lane.id);
                }
                _ => self.line(line.offset(inward * to_border_m), false, feature, &lane.id),
            }
        }
    }

    fn line(&mut self, line: Option<Polyline>, dashed: bool, feature: u32, id: &str) {
        let Some(line) = line else { return };
        let color = if dashed { DASHED_LINE } else { SOLID_LINE };
        let ink = Ink { layer: Layer::Marking, feature, color, raise_m: RAISE_MARKING_M };
        if !dashed || !self.spend_dashes(line.length_m(), DASH_M + DASH_GAP_M) {
            self.ribbon(&line, LINE_WIDTH_M / 2.0, ink, id);
            return;
        }
        // Half a gap first, so that lines of following edges do not grow together.
        let mut from_m = DASH_GAP_M / 2.0;
        while from_m < line.length_m() {
            if let Some(dash) = line.piece(from_m, (from_m + DASH_M).min(line.length_m())) {
                self.ribbon(&dash, LINE_WIDTH_M / 2.0, ink, id);
            }
            from_m += DASH_M + DASH_GAP_M;
        }
    }

    /// Stripes across the way of those who walk.
    fn zebra(&mut self, lane: &Lane, feature: u32) {
        let Some(line) = Polyline::new(&lane.shape) else { return };
        if !self.spend_dashes(line.length_m(), 2.0 * STRIPE_M) {
            return;
        }
        let ink = Ink { layer: Layer::Marking, feature, color: SOLID_LINE, raise_m: RAISE_MARKING_M };
        let mut from_m = STRIPE_M / 2.0;
        while from_m + STRIPE_M < line.length_m() {
            if let Some(stripe) = line.piece(from_m, from_m + STRIPE_M) {
                self.ribbon(&stripe, half_width_m(lane), ink, &lane.id);
            }
            from_m += 2.0 * STRIPE_M;
        }
    }

    /// Whether there are dashes left for a line of this length; takes them.
    fn spend_dashes(&mut self, length_m: f64, period_m: f64) -> bool {
        let wanted = (length_m / period_m).ceil().max(1.0);
        if wanted > self.dashes_left as f64 {
            if self.dashes_left > 0 {
                self.dashes_left = 0;
                self.content.issues.push(
                    Issue::warning("", "the net has too many lane markings; further ones are solid or left out")
                        .expected_got(format!("at most {MAX_DASHES} dashes and stripes"), "more"),
                );
            }
            return false;
        }
        self.dashes_left -= wanted as usize;
        true
    }

    fn ribbon(&mut self, line: &Polyline, half_width_m: f64, ink: Ink, id: &str) {
        if let Err(error) = self.mesh.ribbon(&line.ribbon(half_width_m), ink) {
            self.content.issues.push(Issue::warning("", format!("lane {id:?} is not drawn: {error}")));
        }
    }

    fn polygon(&mut self, outline: &[DVec3], color: [f32; 4], raise_m: f64, feature: u32, id: &str) {
        if outline.len() < 3 {
            return;
        }
        if outline.len() > MAX_POLYGON_POINTS {
            let issue = Issue::warning("", format!("the outline of {id:?} is not drawn"));
            let expected = format!("at most {MAX_POLYGON_POINTS} points");
            self.content.issues.push(issue.expected_got(expected, outline.len()));
            return;
        }
        let ink = Ink { layer: Layer::Surface, feature, color, raise_m };
        if let Err(error) = self.mesh.triangles(outline, &triangulate(outline), ink) {
            self.content.issues.push(Issue::warning("", format!("the outline of {id:?} is not drawn: {error}")));
        }
    }
}

/// Triangles of a simple polygon of either direction, each anticlockwise seen from above; slivers are dropped.
fn triangulate(outline: &[DVec3]) -> Vec<[u32; 3]> {
    // Relative to the first point: cross products of large coordinates would lose digits.
    let first = outline.first().copied().unwrap_or_default();
    let flat: Vec<[f64; 2]> = outline.iter().map(|p| (*p - first).truncate().to_array()).collect();
    let mut indices: Vec<u32> = Vec::new();
    earcut::Earcut::new().earcut_slice(&flat, &[], &mut indices);
    let corner = |i: u32| flat.get(i as usize).copied().unwrap_or_default();
    indices
        .chunks_exact(3)
        .filter_map(|t| {
            let ([ax, ay], [bx, by], [cx, cy]) = (corner(t[0]), corner(t[1]), corner(t[2]));
            let twice_area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
            match twice_area {
                a if a > 1e-9 => Some([t[0], t[1], t[2]]),
                a if a < -1e-9 => Some([t[0], t[2], t[1]]),
                _ => None,
            }
        })
        .collect()
}

fn half_width_m(lane: &Lane) -> f64 {
    lane.width_m.clamp(0.1, MAX_WIDTH_M) / 2.0
}

// Linear RGBA. Measured albedos: worn asphalt 0.05 to 0.10, concrete 0.25, road paint 0.7 and less when worn.
const FOOTWAY: [f32; 4] = [0.22, 0.21, 0.19, 1.0];
const SOLID_LINE: [f32; 4] = [0.62, 0.62, 0.60, 1.0];
const DASHED_LINE: [f32; 4] = [0.55, 0.55, 0.53, 1.0];

fn lane_color(kind: LaneKind) -> [f32; 4] {
    match kind {
        LaneKind::Road => [0.055, 0.057, 0.062, 1.0],
        LaneKind::Bus => [0.16, 0.055, 0.035, 1.0],
        LaneKind::Cycleway => [0.17, 0.075, 0.055, 1.0],
        LaneKind::Footway => FOOTWAY,
        LaneKind::Rail => [0.075, 0.062, 0.052, 1.0],
        LaneKind::Waterway => [0.02, 0.055, 0.085, 1.0],
        LaneKind::Closed => [0.09, 0.09, 0.09, 1.0],
    }
}

/// A little lighter than the lanes that meet there; bus lanes meet in plain asphalt.
fn junction_color(kind: LaneKind) -> [f32; 4] {
    match kind {
        LaneKind::Road | LaneKind::Bus => [0.070, 0.072, 0.077, 1.0],
        other => lane_color(other).map(|c| (c * 1.1).min(1.0)),
    }
}

/// White, for vertex colours.
fn paint(name: &str, roughness: f32) -> Material {
    Material { name: name.to_string(), metallic: 0.0, roughness, alpha: AlphaMode::Opaque, ..Material::default() }
}

/// The property table, column by column.
#[derive(Default)]
struct Rows {
    id: Vec<Arc<str>>,
    kind: Vec<Arc<str>>,
    edge: Vec<Arc<str>>,
    name: Vec<Arc<str>>,
    speed_mps: Vec<Value>,
    length_m: Vec<Value>,
    width_m: Vec<Value>,
}

impl Rows {
    /// A net has fewer rows than bytes, and those are bounded below 2³².
    fn count(&self) -> u32 {
        self.id.len() as u32
    }

    fn push_lane(&mut self, edge: &Edge, lane: &Lane) {
        let kind = match edge.function {
            EdgeFunction::Crossing => "crossing",
            EdgeFunction::WalkingArea => "walking area",
            _ => lane.kind.label(),
        };
        self.push([&lane.id, kind, &edge.id, &edge.name]);
        self.speed_mps.push(Value::from(lane.speed_mps));
        self.length_m.push(Value::from(lane.length_m));
        self.width_m.push(Value::from(lane.width_m));
    }

    fn push_junction(&mut self, junction: &Junction) {
        self.push([&junction.id, &format!("junction, {}", junction.kind.replace('_', " ")), "", ""]);
        for column in [&mut self.speed_mps, &mut self.length_m, &mut self.width_m] {
            column.push(Value::Null);
        }
    }

    fn push(&mut self, texts: [&str; 4]) {
        let columns = [&mut self.id, &mut self.kind, &mut self.edge, &mut self.name];
        for (column, text) in columns.into_iter().zip(texts) {
            column.push(text.into());
        }
    }

    fn into_table(self) -> PropertyTable {
        let count = self.count();
        let property = |id: &str, semantic: &str, values: Column| Property {
            name: id.to_string(),
            id: id.to_string(),
            semantic: semantic.to_string(),
            values,
        };
        PropertyTable {
            name: "lanes and junctions".to_string(),
            class: String::new(),
            count,
            properties: vec![
                property("id", "ID", Column::Text(self.id)),
                property("kind", "", Column::Text(self.kind)),
                property("edge", "", Column::Text(self.edge)),
                property("name", "NAME", Column::Text(self.name)),
                property("speed_mps", "", Column::Json(self.speed_mps)),
                property("length_m", "", Column::Json(self.length_m)),
                property("width_m", "", Column::Json(self.width_m)),
            ],
        }
    }
}
