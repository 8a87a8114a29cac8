//! Roofs of every form over any footprint.
//!
//! [`slopes`] solves hipped, gabled, half-hipped, gambrel, mansard and barrel roofs by the straight skeleton; [`lathe`]
//! draws pyramids, domes and onions; [`shed`] skillions and sawteeth; [`flat`] flat ones, which are also what is drawn
//! where a form can't be solved for a footprint. [`fittings`] and [`terrace`] put on them what stands on roofs.

mod fittings;
mod flat;
mod lathe;
mod pitched;
mod shed;
mod slopes;
mod terrace;

use super::building::{Face, Roof, Volume};
use super::facade::Painter;
use super::poly;
use glam::DVec2;
pub use slopes::Slopes;

/// The roof's overhang at eaves and at gables, metres, at levels that show it.
const EAVES_M: f64 = 0.42;
const VERGE_M: f64 = 0.22;

pub fn draw(painter: &mut Painter) {
    let v = painter.v;
    let eaves_u = v.eaves_u();
    match v.roof {
        Roof::None => {}
        Roof::Flat => painter.flat_roof(eaves_u),
        Roof::Crown => painter.crown(eaves_u),
        Roof::Pyramidal(rise) if is_star(v) => painter.pyramid(eaves_u, rise),
        Roof::Dome(rise) if is_star(v) => painter.dome(eaves_u, rise, false),
        Roof::Onion(rise) if is_star(v) => painter.dome(eaves_u, rise, true),
        Roof::Skillion(rise) if v.courts.is_empty() => painter.skillion(eaves_u, rise),
        Roof::Sawtooth(rise) if poly::is_convex(&v.outline) && v.courts.is_empty() => painter.sawtooth(eaves_u, rise),
        _ => match solve(v, if painter.level >= 3 { EAVES_M } else { 0.0 }) {
            Some(slopes) => painter.pitched(&slopes),
            None => painter.flat_roof(eaves_u),
        },
    }
}

/// Whether a volume's roof can be drawn as asked; else a flat one takes its place.
pub fn is_solvable(v: &Volume) -> bool {
    match v.roof {
        Roof::None | Roof::Flat | Roof::Crown => true,
        Roof::Skillion(_) => v.courts.is_empty(),
        Roof::Pyramidal(_) | Roof::Dome(_) | Roof::Onion(_) if is_star(v) => true,
        Roof::Sawtooth(_) if poly::is_convex(&v.outline) && v.courts.is_empty() => true,
        _ => solve(v, 0.0).is_some(),
    }
}

/// The slopes of a pitched roof; without eaves where those would cross.
pub fn solve(v: &Volume, eaves_m: f64) -> Option<Slopes> {
    let with = |m: f64| Slopes::solve(v, m);
    if eaves_m > 0.0 { with(eaves_m).or_else(|| with(0.0)) } else { with(0.0) }
}

/// Whether all of the outline is seen from its middle, so that triangles to a point over it don't overlap.
fn is_star(v: &Volume) -> bool {
    let middle = poly::centroid(&v.outline);
    v.courts.is_empty() && poly::edges(&v.outline).all(|(a, b)| (a - middle).perp_dot(b - middle) > 0.05)
}

/// Whether an edge hangs over: not towards neighbours.
fn overhangs(face: Face) -> bool {
    face != Face::Blank
}

/// The ring moved outwards by `m` where edges hang over; the ring itself where that is unsound.
fn overhanging(ring: &[DVec2], faces: &[Face], m: f64) -> Vec<DVec2> {
    let outs: Vec<f64> = faces.iter().map(|&f| if overhangs(f) { m } else { 0.0 }).collect();
    let moved = poly::offset(ring, &outs);
    if poly::is_sound_offset(&[ring], std::slice::from_ref(&moved)) { moved } else { ring.to_vec() }
}

#[cfg(test)]
mod tests;
