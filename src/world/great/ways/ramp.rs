//! Ramps: one lane between a carriageway and a street. A ramp begins where it leaves the carriageway's asphalt, at its height;
//! the carriageway is on its left in every case.

use std::sync::Arc;

use glam::{DVec2, DVec3};

use super::road::{ASPHALT, ASPHALT_M};
use super::{Land, cut, drawing, extent, verge};
use crate::bake::feature::Feature;
use crate::bake::mesh::{Matter, Mesh, Rgb, Surface, hex};
use crate::world::city::motorway::{INTERCHANGES, Ramp, height_at};
use crate::world::sites::Fixture;
use crate::world::sites::pen::Pen;
use crate::world::sites::roads::guard_rail;

/// Half the width of the asphalt, and of the bank's crown.
const HALF_M: f64 = 3.6;
const CROWN_M: f64 = 4.7;
const STEPS: [usize; 5] = [1, 2, 6, 12, 22];
const WHITE: Rgb = hex(0xdcdad2);

/// A cross-cut: the right and the left edge of the asphalt, and whether the left one lies on the carriageway's.
#[derive(Debug, Clone, Copy)]
struct Cut {
    right: DVec3,
    left: DVec3,
    joins: bool,
    out: DVec2,
}

impl Cut {
    /// None where the whole ramp lies on the carriageway.
    fn new(land: &Land, ramp: &Ramp, m: f64) -> Option<Self> {
        let (p, _) = ramp.line.at(m);
        let ahead = (ramp.line.at(m + 6.0).0 - ramp.line.at(m - 6.0).0).normalize_or(DVec2::X);
        let u = height_at(&ramp.line, &ramp.heights, m);
        let left = ahead.perp();
        let inner = p + left * HALF_M;
        let right = (p - left * HALF_M).extend(u);
        let cut = Self { right, left: inner.extend(u), joins: false, out: -left };
        let Some(near) = land.road.nearest(inner) else { return Some(cut) };
        let over = ASPHALT_M - near.left_m.abs();
        if over <= 0.0 || ramp.interchange.is_none() && near.along_m < 1.0 {
            return Some(cut);
        }
        let shifted = inner - left * over;
        let on_road = shifted.extend(land.motorway.height(near.along_m));
        (over < 2.0 * HALF_M - 0.2).then_some(Self { left: on_road, joins: true, ..cut })
    }

    fn point(&self, t: f64, up: f64) -> DVec3 {
        self.right.lerp(self.left, t) + DVec3::Z * up
    }
}

pub fn pieces(land: &Arc<Land>) -> Vec<Fixture> {
    let mut out = Vec::new();
    for (index, ramp) in land.motorway.ramps.iter().enumerate() {
        for (k, (from_m, to_m)) in cut(0.0, ramp.line.length()).into_iter().enumerate() {
            let (at, _) = ramp.line.at((from_m + to_m) * 0.5);
            let rim = (0..=8).map(|i| {
                let m = from_m + (to_m - from_m) * f64::from(i) / 8.0;
                ramp.line.at(m).0.extend(height_at(&ramp.line, &ramp.heights, m))
            });
            let (radius_m, height_m) = extent(&land.terrain, at, rim, 1.5);
            let name = match ramp.interchange {
                Some(i) => format!("{} {}", if ramp.exit { "Saida" } else { "Entrada" }, INTERCHANGES[i].1),
                None => "Area de servico".into(),
            };
            let feature = Feature::new(format!("{}-{}", ramp.id, k + 1), "ramp", name, "one lane", 0.0).year(1996);
            let land = land.clone();
            out.push(Fixture {
                at,
                radius_m: radius_m + 16.0,
                height_m,
                feature: Some(feature),
                from_level: 2,
                draw: drawing(move |mesh, detail| {
                    draw(&land, mesh, &land.motorway.ramps[index], (from_m, to_m), detail);
                }),
            });
        }
    }
    out
}

fn draw(land: &Land, mesh: &mut Mesh, ramp: &Ramp, (from_m, to_m): (f64, f64), detail: usize) {
    let n = STEPS[detail];
    let cuts: Vec<Option<Cut>> =
        (0..=n).map(|k| Cut::new(land, ramp, from_m + (to_m - from_m) * k as f64 / n as f64)).collect();
    for pair in cuts.windows(2) {
        let [Some(a), Some(b)] = [pair[0], pair[1]] else { continue };
        mesh.surface = Surface::Asphalt;
        quad(mesh, [a.point(0.0, 0.012), b.point(0.0, 0.012), b.point(1.0, 0.012), a.point(1.0, 0.012)], ASPHALT);
        side(land, mesh, (a.right, b.right), (a.out, b.out));
        if !(a.joins && b.joins) {
            side(land, mesh, (b.left, a.left), (-b.out, -a.out));
        }
        if detail >= 3 {
            mesh.surface = Surface::Plain;
            let line = |mesh: &mut Mesh, from: f64, to: f64| {
                quad(mesh, [a.point(from, 0.035), b.point(from, 0.035), b.point(to, 0.035), a.point(to, 0.035)], WHITE);
            };
            line(mesh, 0.09, 0.115);
            if !(a.joins || b.joins) {
                line(mesh, 0.885, 0.91);
            }
        }
    }
    if detail >= 3 {
        let mut pen = Pen::new(mesh, glam::DAffine3::IDENTITY, detail);
        for pair in cuts.windows(2) {
            if let [Some(a), Some(b)] = [pair[0], pair[1]] {
                let rail = |c: &Cut| c.right + (c.out * 0.5).extend(0.0);
                guard_rail(&mut pen, &[rail(&a), rail(&b)]);
            }
        }
    }
}

fn quad(mesh: &mut Mesh, p: [DVec3; 4], c: Rgb) {
    mesh.quad(Matter::Solid, p, c);
}

/// The crown beside the asphalt and the bank down from it; `edge` has the asphalt on its left.
fn side(land: &Land, mesh: &mut Mesh, edge: (DVec3, DVec3), out: (DVec2, DVec2)) {
    let crown = CROWN_M - HALF_M;
    let at = |p: DVec3, out: DVec2, far: f64, down: f64| p + (out * far).extend(-down);
    let (a0, b0) = edge;
    let (a1, b1) = (at(a0, out.0, crown, 0.02), at(b0, out.1, crown, 0.02));
    let (a2, b2) = (at(a0, out.0, crown + 2.2, 1.3), at(b0, out.1, crown + 2.2, 1.3));
    mesh.surface = Surface::Gravel;
    quad(mesh, [a1, b1, b0, a0], hex(0x8d8678));
    mesh.surface = Surface::Grass;
    quad(mesh, [a2, b2, b1, a1], verge(land.seed, a1.truncate()));
}
