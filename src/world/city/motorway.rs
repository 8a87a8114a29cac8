//! The motorway: its line in plan and height, the strip of land it takes, its interchanges and ramps. Plan frame metres;
//! "along" is metres from its western end.

use super::geom::Line;
use super::terrain::Terrain;
use crate::bake::det::{lerp, smoothstep};
use crate::world::layout::{BRIDGE_M, BRIDGE_U, MOTORWAY, SERVICE_AREA, TOLL_M, TUNNEL_M};
use glam::DVec2;

/// Half the width of both carriageways with their shoulders.
pub const HALF_M: f64 = 17.0;
/// Half the width of the strip of land that it takes.
pub const STRIP_HALF_M: f64 = 33.0;
/// The same at an interchange, which holds the ramps.
const INTERCHANGE_HALF_M: f64 = 78.0;
const TOLL_HALF_M: f64 = 62.0;
/// Half the length and half the width of the levelled ground at the toll plaza.
const TOLL_BED_M: (f64, f64) = (175.0, 52.0);
/// The least that it lies below the land where streets with ramps cross it.
const PASSAGE_M: f64 = 6.0;
/// How deep it lies below the streets that cross it.
const SUNK_M: f64 = 7.0;
/// Length of a ramp along the motorway.
const RAMP_M: f64 = 300.0;

/// The streets that cross it with ramps: where, and the name of the exit.
pub const INTERCHANGES: [(DVec2, &str); 5] = [
    (DVec2::new(-7200.0, 610.0), "Poente"),
    (DVec2::new(-4230.0, 1440.0), "Ribeira"),
    (DVec2::new(371.0, 1370.0), "Centro"),
    (DVec2::new(2412.0, 1500.0), "Porto"),
    (DVec2::new(5101.0, 1440.0), "Industria"),
];

/// A one-way road of one lane between a carriageway and the street that crosses.
#[derive(Debug, Clone)]
pub struct Ramp {
    pub id: String,
    /// Its middle line in the direction of traffic.
    pub line: Line,
    /// Height at each point of the line.
    pub heights: Vec<f64>,
    /// Whether it leaves the motorway.
    pub exit: bool,
    /// Whether it belongs to the carriageway towards the east, on the southern side.
    pub eastbound: bool,
    /// Where it leaves or joins the motorway, along.
    pub along_m: f64,
    /// The interchange's index; none for the service area.
    pub interchange: Option<usize>,
}

#[derive(Debug, Clone)]
pub struct Motorway {
    pub line: Line,
    /// Height of the road at each point of the line.
    pub heights: Vec<f64>,
    pub ramps: Vec<Ramp>,
    /// Where the crossing streets of [`INTERCHANGES`] are, along.
    pub interchanges: Vec<f64>,
}

impl Motorway {
    /// Lays it into the land; the terrain is not graded yet.
    pub fn new(terrain: &Terrain) -> Self {
        let line = Line::smooth(&MOTORWAY, 40.0);
        let heights = profile(terrain, &line);
        let interchanges = INTERCHANGES.iter().map(|i| line.nearest(i.0).1).collect();
        let mut motorway = Self { line, heights, ramps: Vec::new(), interchanges };
        for k in 0..INTERCHANGES.len() {
            for (eastbound, exit) in [(true, true), (true, false), (false, true), (false, false)] {
                let ramp = motorway.ramp(terrain, k, eastbound, exit);
                motorway.ramps.push(ramp);
            }
        }
        for exit in [true, false] {
            let ramp = motorway.service_ramp(exit);
            motorway.ramps.push(ramp);
        }
        motorway
    }

    /// Cuts and fills the land for it.
    pub fn grade(&self, terrain: &mut Terrain) {
        terrain.grade(
            self.line.clone(),
            self.heights.clone(),
            HALF_M + 1.5,
            STRIP_HALF_M - HALF_M - 3.0,
            vec![TUNNEL_M, BRIDGE_M],
        );
        let (from, to) = (TOLL_M - TOLL_BED_M.0, TOLL_M + TOLL_BED_M.0);
        let plaza = self.line.part(from, to);
        let heights = plaza.at_m.iter().map(|m| self.height(from + m)).collect();
        terrain.grade(plaza, heights, TOLL_BED_M.1, 11.0, Vec::new());
        for ramp in &self.ramps {
            terrain.grade(ramp.line.clone(), ramp.heights.clone(), 4.6, 15.0, Vec::new());
        }
    }

    pub fn height(&self, along_m: f64) -> f64 {
        height_at(&self.line, &self.heights, along_m)
    }

    /// Half the width of its strip of land here; none in the tunnel and under the bridge.
    pub fn strip_half_m(&self, along_m: f64) -> Option<f64> {
        if (TUNNEL_M.0..TUNNEL_M.1).contains(&along_m) || (BRIDGE_M.0..BRIDGE_M.1).contains(&along_m) {
            return None;
        }
        let mut half = STRIP_HALF_M;
        for &at in &self.interchanges {
            half = half.max(lerp(INTERCHANGE_HALF_M, STRIP_HALF_M, smoothstep(40.0, 330.0, (along_m - at).abs())));
        }
        half = half.max(lerp(TOLL_HALF_M, STRIP_HALF_M, smoothstep(90.0, 260.0, (along_m - TOLL_M).abs())));
        Some(half)
    }

    /// The stretches on the ground: between the tunnel, the bridge and the world's borders.
    pub fn stretches(&self) -> [(f64, f64); 3] {
        [(-40.0, TUNNEL_M.0), (TUNNEL_M.1, BRIDGE_M.0), (BRIDGE_M.1, self.line.length() + 40.0)]
    }

    /// A point beside it, `left` metres to the left of the way east.
    pub fn beside(&self, along_m: f64, left_m: f64) -> DVec2 {
        let (p, d) = self.line.at(along_m.clamp(0.0, self.line.length()));
        p + d * (along_m - along_m.clamp(0.0, self.line.length())) + d.perp() * left_m
    }

    fn ramp(&self, terrain: &Terrain, k: usize, eastbound: bool, exit: bool) -> Ramp {
        let at = self.interchanges[k];
        // Right-hand traffic: towards the east is the southern carriageway. An exit comes before the crossing street.
        let side = if eastbound { -1.0 } else { 1.0 };
        let before = if eastbound == exit { -1.0 } else { 1.0 };
        let mut points = Vec::new();
        let mut heights = Vec::new();
        let top = terrain.relief_at(self.beside(at, side * INTERCHANGE_HALF_M));
        for i in 0..=14 {
            let t = f64::from(i) / 14.0;
            // From the carriageway's edge up to the street, which it meets nearly at a right angle.
            let off = RAMP_M * (1.0 - t) + 9.0 * t;
            let out = lerp(HALF_M - 4.0, INTERCHANGE_HALF_M - 9.0, smoothstep(0.12, 1.0, t));
            points.push(self.beside(at + before * off, side * out));
            // It rises when it has left the carriageway.
            heights.push(lerp(self.height(at + before * off), top, smoothstep(0.3, 0.98, t)));
        }
        if !exit {
            points.reverse();
            heights.reverse();
        }
        let id = format!("ramp-{}{}{}", k + 1, if eastbound { "e" } else { "w" }, if exit { "x" } else { "n" });
        Ramp {
            id,
            line: Line::new(points),
            heights,
            exit,
            eastbound,
            along_m: at + before * RAMP_M,
            interchange: Some(k),
        }
    }

    fn service_ramp(&self, exit: bool) -> Ramp {
        let side = if exit { -1.0 } else { 1.0 };
        let gate = SERVICE_AREA.centre + SERVICE_AREA.gates[usize::from(!exit)];
        let (_, gate_along) = self.line.nearest(gate);
        let begin = gate_along + side * 260.0;
        let mut points = Vec::new();
        let mut heights = Vec::new();
        for i in 0..=10 {
            let t = f64::from(i) / 10.0;
            let along = lerp(begin, gate_along, t);
            let own = self.beside(along, -(HALF_M - 4.0));
            let (foot, _) = self.line.at(gate_along);
            let gate_left = (gate - foot).length();
            let left = lerp(HALF_M - 4.0, gate_left, smoothstep(0.1, 1.0, t));
            points.push(if i == 10 { gate } else { own + (self.beside(along, -left) - own) });
            heights.push(lerp(self.height(along), SERVICE_AREA.ground_u, smoothstep(0.3, 1.0, t)));
        }
        if !exit {
            points.reverse();
            heights.reverse();
        }
        let id = if exit { "ramp-service-x" } else { "ramp-service-n" }.to_string();
        Ramp { id, line: Line::new(points), heights, exit, eastbound: true, along_m: begin, interchange: None }
    }
}

/// Height at a distance along a line with a height at each point.
pub fn height_at(line: &Line, heights: &[f64], along_m: f64) -> f64 {
    let k = line.at_m.partition_point(|&m| m <= along_m).clamp(1, line.at_m.len() - 1);
    let t = (along_m - line.at_m[k - 1]) / (line.at_m[k] - line.at_m[k - 1]).max(1e-9);
    lerp(heights[k - 1], heights[k], t.clamp(0.0, 1.0))
}

/// Below the land where streets cross, level with it at the service area, straight through the hill, high over the river.
fn profile(terrain: &Terrain, line: &Line) -> Vec<f64> {
    let service = line.nearest(SERVICE_AREA.centre).1;
    let ground = |along: f64| terrain.relief_at(line.at(along).0) - SUNK_M;
    let wanted = |along: f64| {
        let (t0, t1) = (TUNNEL_M.0 - 72.0, TUNNEL_M.1 - 40.0);
        let (b0, b1) = (BRIDGE_M.0 - 60.0, BRIDGE_M.1 + 80.0);
        let own = if (t0..t1).contains(&along) {
            lerp(ground(t0), ground(t1), (along - t0) / (t1 - t0))
        } else if (b0..b1).contains(&along) {
            lerp(BRIDGE_U.0, BRIDGE_U.1, (along - b0) / (b1 - b0))
        } else if (t1..b0).contains(&along) {
            ground(along).max(BRIDGE_U.0)
        } else {
            ground(along)
        };
        lerp(SERVICE_AREA.ground_u, own, smoothstep(300.0, 700.0, (along - service).abs()))
    };
    let mut h: Vec<f64> = line.at_m.iter().map(|&m| wanted(m)).collect();
    let crossings: Vec<f64> = INTERCHANGES.iter().map(|i| line.nearest(i.0).1).collect();
    let most = |along: f64| {
        let near = crossings.iter().find(|&&c| (along - c).abs() < 45.0);
        near.map_or(f64::MAX, |&c| terrain.relief_at(line.at(c).0) - PASSAGE_M)
    };
    let most: Vec<f64> = line.at_m.iter().map(|&m| most(m)).collect();
    let n = h.len();
    for pass in 0..60 {
        let old = h.clone();
        for k in 1..n - 1 {
            h[k] = (old[k - 1] + 2.0 * old[k] + old[k + 1]) * 0.25;
        }
        // The last passes round off what the bounds leave.
        if pass < 56 {
            h.iter_mut().zip(&most).for_each(|(h, most)| *h = h.min(*most));
        }
    }
    h
}
