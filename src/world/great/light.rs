//! The light of street lamps on what they stand beside, kept at the vertices.

use glam::{DVec2, DVec3};

use crate::bake::mesh::{Mesh, Surface};
use crate::world::city::geom::Bounds;
use crate::world::sites::Lamp;

/// Lamps in cells, for asking which are near.
pub struct Lamps {
    low: DVec2,
    columns: usize,
    rows: usize,
    cells: Vec<Vec<Lamp>>,
}

const CELL_M: f64 = 16.0;
/// The illuminance that counts as full, relative to one lamp straight above at 8 m.
const FULL: f64 = 1.7;

impl Lamps {
    /// Lamps that reach into a rectangle.
    pub fn new(rect: &Bounds, lamps: impl IntoIterator<Item = Lamp>) -> Self {
        let size = ((rect.high - rect.low) / CELL_M).ceil().max(DVec2::ONE);
        let (columns, rows) = (size.x as usize, size.y as usize);
        let mut cells = vec![Vec::new(); columns * rows];
        for lamp in lamps {
            let a = ((lamp.at.truncate() - lamp.reach_m - rect.low) / CELL_M).floor().max(DVec2::ZERO);
            let b = ((lamp.at.truncate() + lamp.reach_m - rect.low) / CELL_M).floor();
            if b.x < 0.0 || b.y < 0.0 {
                continue;
            }
            for y in a.y as usize..=(b.y as usize).min(rows - 1) {
                for x in a.x as usize..=(b.x as usize).min(columns - 1) {
                    if let Some(cell) = cells.get_mut(y * columns + x) {
                        cell.push(lamp);
                    }
                }
            }
        }
        Self { low: rect.low, columns, rows, cells }
    }

    fn near(&self, p: DVec2) -> &[Lamp] {
        let q = ((p - self.low) / CELL_M).floor();
        let x = q.x.clamp(0.0, (self.columns - 1) as f64) as usize;
        let y = q.y.clamp(0.0, (self.rows - 1) as f64) as usize;
        &self.cells[y * self.columns + x]
    }

    /// Sets the light of all vertices: by distance, by the angle of incidence, and by the lamp's beam, which goes down.
    pub fn shine(&self, mesh: &mut Mesh) {
        if self.cells.iter().all(Vec::is_empty) {
            return;
        }
        // Still water shows lamps as a mirror does, not as a wall.
        for vertex in mesh.triangles.iter_mut().flatten().filter(|v| v.surface != Surface::Water) {
            let mut sum = 0.0;
            for lamp in self.near(vertex.at.truncate()) {
                sum += light(lamp, vertex.at, vertex.normal.as_dvec3());
            }
            if sum > 0.002 {
                // The shader squares it, which gives the dark end more steps.
                // Steps of a thirty-second part: what differs less packs badly, and between vertices light passes over evenly.
                vertex.light = ((sum / FULL).min(1.0).sqrt() * 31.0 + 0.5) as u8 * 8;
            }
        }
    }
}

/// Relative to the lamp's full light straight below it.
fn light(lamp: &Lamp, at: DVec3, normal: DVec3) -> f64 {
    let d = lamp.at - at;
    let distance2 = d.length_squared();
    let flat2 = d.truncate().length_squared();
    if d.z <= 0.2 || flat2 > lamp.reach_m * lamp.reach_m {
        return 0.0;
    }
    let distance = distance2.sqrt();
    let down = d.z / distance;
    // Leaves and narrow things are lit from all sides.
    let facing = (d.dot(normal) / distance).max(0.0) * 0.85 + 0.15;
    let height2 = 64.0_f64.max(d.z * d.z * 0.35);
    let edge = 1.0 - flat2 / (lamp.reach_m * lamp.reach_m);
    (height2 / (distance2 + height2 * 0.15)).min(1.2) * facing * down.min(0.9) * edge
}
