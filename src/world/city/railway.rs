//! The railway in height: as low as the land allows at a gentle grade, below the streets that cross it, through the hills in
//! tunnels, level at the terminus. Plan frame metres; "along" is metres from the eastern border.

use super::arterials::{self, RAIL_HALF_M, STATION_HALF_M, STATION_LENGTH_M};
use super::geom::Line;
use super::graph::{Graph, Ground};
use super::motorway::height_at;
use super::terrain::Terrain;
use crate::bake::det::{lerp, smoothstep};

/// The steepest grade.
const GRADE: f64 = 0.021;
/// From the street's surface down to the rails.
const PASSAGE_M: f64 = 7.6;
/// Deeper than this it goes underground.
const TUNNEL_DEEP_M: f64 = 11.0;
const STEP_M: f64 = 20.0;
/// Half the width of the level bed on open line and at the terminus.
pub const BED_HALF_M: f64 = 6.6;
const STATION_BED_M: f64 = 36.0;

/// How far the rails lie above the bed.
pub const RAILS_UP_M: f64 = 0.75;

#[derive(Debug, Clone)]
pub struct Railway {
    pub line: Line,
    /// Height of the rails at each point of the line.
    pub heights: Vec<f64>,
    /// Tunnels by metres along, in order.
    pub tunnels: Vec<(f64, f64)>,
}

impl Railway {
    /// Lays it below the streets of the graph; the land is not graded for it yet.
    pub fn new(terrain: &Terrain, graph: &Graph) -> Self {
        let course = arterials::railway();
        let count = (course.length() / STEP_M).round() as usize;
        let points = (0..=count).map(|k| course.at(course.length() * k as f64 / count as f64).0);
        let line = Line::new(points.collect());
        let mut most: Vec<f64> = line.points.iter().map(|&p| terrain.height(p)).collect();
        let natural = most.clone();
        for edge in &graph.edges {
            let ground = |f: u32| graph.faces[f as usize].ground;
            if edge.bridge && ground(edge.left) == Ground::Railway && ground(edge.right) == Ground::Railway {
                let ends = [edge.line.points[0], edge.line.points[edge.line.points.len() - 1]];
                let deck = ends.iter().map(|&p| terrain.height(p)).fold(f64::MAX, f64::min);
                let (_, along) = line.nearest(edge.line.at(edge.line.length() * 0.5).0);
                for (k, most) in most.iter_mut().enumerate() {
                    if (line.at_m[k] - along).abs() < 35.0 {
                        *most = most.min(deck - PASSAGE_M);
                    }
                }
            }
        }
        let station = line.length() - STATION_LENGTH_M - 60.0;
        let low = line.at_m.iter().zip(&most).filter(|(m, _)| **m > station).map(|(_, u)| *u).fold(f64::MAX, f64::min);
        line.at_m.iter().zip(most.iter_mut()).filter(|(m, _)| **m > station).for_each(|(_, u)| *u = low);
        let mut heights = most;
        let step = line.length() / count as f64;
        for k in 1..heights.len() {
            heights[k] = heights[k].min(heights[k - 1] + GRADE * step);
        }
        for k in (0..heights.len() - 1).rev() {
            heights[k] = heights[k].min(heights[k + 1] + GRADE * step);
        }
        for _ in 0..12 {
            let old = heights.clone();
            for k in 1..old.len() - 1 {
                heights[k] = (old[k - 1] + old[k] * 2.0 + old[k + 1]) * 0.25;
            }
        }
        let mut tunnels: Vec<(f64, f64)> = Vec::new();
        for (k, &m) in line.at_m.iter().enumerate() {
            if natural[k] - heights[k] > TUNNEL_DEEP_M {
                match tunnels.last_mut() {
                    Some(last) if m - last.1 < STEP_M * 4.0 => last.1 = m,
                    _ => tunnels.push((m, m)),
                }
            }
        }
        tunnels.retain(|t| t.1 - t.0 > 80.0);
        if let Some(first) = tunnels.first_mut()
            && first.0 < 300.0
        {
            first.0 = -100.0;
        }
        Self { line, heights, tunnels }
    }

    pub fn grade(&self, terrain: &mut Terrain) {
        let slope = RAIL_HALF_M - BED_HALF_M;
        let beds = self.heights.iter().map(|u| u - RAILS_UP_M).collect();
        terrain.grade(self.line.clone(), beds, BED_HALF_M, slope, self.tunnels.clone());
        let station = self.line.length() - STATION_LENGTH_M;
        let part = self.line.part(station, self.line.length());
        let heights = part.at_m.iter().map(|m| self.height(station + m) - RAILS_UP_M).collect();
        terrain.grade(part, heights, STATION_BED_M, STATION_HALF_M - STATION_BED_M, Vec::new());
    }

    pub fn height(&self, along_m: f64) -> f64 {
        height_at(&self.line, &self.heights, along_m)
    }

    pub fn in_tunnel(&self, along_m: f64) -> bool {
        self.tunnels.iter().any(|t| (t.0..t.1).contains(&along_m))
    }

    /// Half the width of its strip of land.
    pub fn half_m(&self, along_m: f64) -> f64 {
        let begin = self.line.length() - STATION_LENGTH_M;
        lerp(RAIL_HALF_M, STATION_HALF_M, smoothstep(begin - 320.0, begin, along_m))
    }
}
