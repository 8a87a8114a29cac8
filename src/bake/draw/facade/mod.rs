//! Draws buildings at a level of detail.
//!
//! Level 4 is for eyes from 2 to 200 m: walls with holes, windows in reveals with frames, sills and heads, balconies,
//! shops, doors, mouldings, fitted roofs; geometry is spent on the lowest four storeys of street sides. 3 has walls in one
//! piece with flush windows; 2 a glass band for each floor; 1 masses in mean colours under the true roof; 0 the same
//! (blocks are merged by the caller, see [`super::mass`]). Levels agree in silhouette and mean colour. Colours carry the
//! ambient occlusion. Plan frame, metres.

mod balcony;
mod bays;
mod curtain;
mod far;
mod glass;
mod ground;
mod hall;
mod ornament;
mod painter;
mod windows;

use super::building::{Building, Face, Finish, Look, Volume};
use super::roof;
use super::style::Style;
use crate::bake::det::Rng;
use crate::bake::mesh::{Matter, Mesh, scale};
use glam::DVec2;
pub use painter::{Painter, Side};

/// Storeys from the ground that are drawn for an eye on the street.
const NEAR_FLOORS: usize = 4;
/// From this many storeys on a wall with windows is drawn as a grid.
const GRID_FLOORS: usize = 10;

pub fn draw(mesh: &mut Mesh, building: &Building, level: usize) {
    let mut rng = Rng::new(building.seed);
    // One style for all parts of a house, so that wings match.
    let style_seed = rng.next_u64();
    for volume in &building.volumes {
        volume_at(mesh, volume, style_seed, rng.next_u64(), level);
    }
}

/// Draws one volume; parts of one building share `style_seed`.
pub fn volume_at(mesh: &mut Mesh, v: &Volume, style_seed: u64, seed: u64, level: usize) {
    if v.outline.len() < 3 || v.rings().any(|(ring, faces)| ring.len() != faces.len()) {
        return;
    }
    let style = Style::of(v, style_seed);
    let before = (mesh.surface, mesh.lit);
    mesh.surface = style.material;
    let walls_level = if v.finish == Finish::Plain { level.min(3) } else { level };
    let mut painter = Painter { mesh, v, style: &style, level: walls_level, seed, near_floors: NEAR_FLOORS };
    if v.look == Look::Open {
        painter.posts_of_canopy();
    } else {
        painter.walls();
    }
    painter.level = level;
    roof::draw(&mut painter);
    (mesh.surface, mesh.lit) = before;
}

impl Painter<'_> {
    /// All sides of the volume.
    pub fn sides(&self) -> Vec<Side> {
        let mut sides = Vec::new();
        for (ring, faces) in self.v.rings() {
            let n = ring.len();
            for k in 0..n {
                let (before, a, b, after) = (ring[(k + n - 1) % n], ring[k], ring[(k + 1) % n], ring[(k + 2) % n]);
                let length = (b - a).length();
                if length < 1e-3 {
                    continue;
                }
                let along = (b - a) / length;
                let turns_in = |p: DVec2, q: DVec2, r: DVec2| (q - p).perp_dot(r - q) < -1e-6;
                let street = |j: usize| faces[j % n] == Face::Street;
                sides.push(Side {
                    a,
                    along,
                    out: -along.perp(),
                    length,
                    face: faces[k],
                    index: sides.len(),
                    inner_corner: (turns_in(before, a, b), turns_in(a, b, after)),
                    street_corner: (
                        street(k + n - 1) && street(k) && !turns_in(before, a, b),
                        street(k) && street(k + 1) && !turns_in(a, b, after),
                    ),
                });
            }
        }
        sides
    }

    fn walls(&mut self) {
        for side in self.sides() {
            match self.level {
                0 | 1 => self.massed(&side),
                2 => self.banded(&side),
                _ => self.side(&side),
            }
        }
        if self.level >= 4 && !matches!(self.v.look, Look::Hall | Look::Curtain { .. } | Look::Closed) {
            self.girdles();
        }
        if self.v.raised && self.level >= 2 {
            self.underside();
        }
    }

    fn side(&mut self, side: &Side) {
        let near = self.level >= 4;
        match self.v.look {
            _ if side.face == Face::Blank || side.length < bays::SHORTEST_M => self.plain_wall(side, self.v.wall),
            Look::Windows { .. } if self.v.floors >= GRID_FLOORS => self.grid(side),
            Look::Windows { .. } if near => {
                self.foundation(side);
                self.windows_near(side);
                self.downpipes(side);
            }
            Look::Windows { .. } => self.windows_middle(side),
            Look::Curtain { bay_m, fins } => self.curtain(side, bay_m, fins),
            Look::Bands => {
                if near {
                    self.foundation(side);
                }
                self.bands(side);
            }
            Look::Hall => self.hall(side),
            Look::Closed | Look::Open => self.plain_wall(side, self.v.wall),
        }
    }

    /// What is seen from below of a part that begins above the ground.
    fn underside(&mut self) {
        let c = scale(self.v.wall, 0.4);
        let rings: Vec<&[DVec2]> = self.v.rings().map(|(ring, _)| ring).collect();
        let points: Vec<DVec2> = rings.iter().flat_map(|r| r.iter().copied()).collect();
        for t in super::poly::triangles(&rings) {
            let p = [t[0], t[2], t[1]].map(|k| points[k].extend(self.v.foot_u));
            self.mesh.tri(Matter::Solid, p, [c; 3]);
        }
    }

    /// Posts under the corners and along the edges of a roof without walls.
    fn posts_of_canopy(&mut self) {
        if self.level < 2 {
            return;
        }
        let c = scale(self.v.trim, 0.7);
        let (foot, top) = (self.v.foot_u, self.v.eaves_u());
        for side in self.sides() {
            let count = (side.length / 6.0).ceil().clamp(1.0, 30.0) as usize;
            for k in 0..count {
                let at = side.at(side.length * (k as f64 + 0.06) / count as f64, -0.4);
                let sides = if self.level >= 4 { 6 } else { 3 };
                self.mesh.drum(at, (0.12, 0.12), (foot, top), sides, scale(c, 0.7), c);
            }
        }
    }
}

#[cfg(test)]
mod tests;
