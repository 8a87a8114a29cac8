//! How a building of its kind and year looks: frames, sills, cornices, railings, the stuff of its walls.
//!
//! Chosen from what is known (look, year, usage) and by lot from the seed, so that neighbours differ. All levels of
//! detail share one style.

use super::building::{Look, Volume};
use crate::bake::det::Rng;
use crate::bake::mesh::{Rgb, Surface, blend, hex, scale};
use crate::bake::model::Usage;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Era {
    /// Until 1918: ornament.
    Historic,
    /// 1919 to 1945.
    Interwar,
    /// 1946 to 1969: plain.
    Postwar,
    /// 1970 to 1994: concrete, panels.
    Late,
    /// Since 1995.
    Modern,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head {
    None,
    /// A lighter stone over the window.
    Lintel,
    /// A small roof on brackets.
    Hood,
    Arch,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Railing {
    Bars,
    Solid,
    Glass,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cornice {
    None,
    Plain,
    /// Two steps with brackets.
    Rich,
}

#[derive(Debug, Clone, Copy)]
pub struct Style {
    pub era: Era,
    pub material: Surface,
    /// Panes across and up.
    pub panes: (usize, usize),
    pub frame: Rgb,
    pub reveal_m: f64,
    /// Width of the band around windows; 0 for none.
    pub surround_m: f64,
    pub head: Head,
    pub sill: bool,
    pub plinth_m: f64,
    pub string_course: bool,
    pub cornice: Cornice,
    pub quoins: bool,
    pub pilasters: bool,
    /// Grooves in the ground floor's wall.
    pub rusticated: bool,
    pub railing: Railing,
    /// Balconies lie within the wall.
    pub loggia: bool,
    /// A glazed strip for the stairs, every few bays.
    pub stair_strip: bool,
    /// Louvres before the glass.
    pub sun_blades: bool,
    /// Share of windows with an outdoor unit of an air conditioner.
    pub coolers: f64,
    pub shutter: Rgb,
    /// Of sills, surrounds and cornices: the trim, unless that is far darker than the wall.
    pub stone: Rgb,
    /// Of ground-floor walls where they differ.
    pub base: Rgb,
}

impl Style {
    pub fn of(v: &Volume, seed: u64) -> Self {
        let mut rng = Rng::of(seed, 41, 0);
        let era = era(v, &mut rng);
        let historic = era <= Era::Interwar;
        let modern = era >= Era::Late;
        let material = v.material.unwrap_or_else(|| material(v, era, &mut rng));
        let noble = era == Era::Historic && v.floors >= 3;
        let (columns, rows) = match era {
            Era::Historic | Era::Interwar => (2, if rng.chance(0.65) { 2 } else { 1 }),
            Era::Postwar => (2, 1),
            Era::Late | Era::Modern => (if rng.chance(0.4) { 1 } else { 2 }, 1),
        };
        let pale = hex(rng.pick(&[0xf2efe8, 0xe8e4da, 0xd9d6ce]));
        let dark = hex(rng.pick(&[0x3a4044, 0x4a3c33, 0x2f3b38, 0x5b4636]));
        let worship = v.usage == Usage::Worship;
        Self {
            era,
            material,
            panes: (columns, rows),
            frame: if modern && rng.chance(0.6) { dark } else { pale },
            reveal_m: if historic { rng.range(0.18, 0.28) } else { rng.range(0.1, 0.2) },
            surround_m: if historic && rng.chance(0.75) { rng.range(0.1, 0.18) } else { 0.0 },
            head: match era {
                _ if worship => Head::Arch,
                Era::Historic => rng.pick(&[Head::Lintel, Head::Hood, Head::Hood, Head::Arch]),
                Era::Interwar => rng.pick(&[Head::None, Head::Lintel]),
                _ => Head::None,
            },
            sill: era <= Era::Postwar || rng.chance(0.5),
            plinth_m: if modern { 0.0 } else { rng.range(0.45, 0.9) },
            string_course: noble || (historic && rng.chance(0.5)),
            cornice: match era {
                Era::Historic if noble => Cornice::Rich,
                Era::Historic | Era::Interwar => Cornice::Plain,
                Era::Postwar if rng.chance(0.4) => Cornice::Plain,
                _ => Cornice::None,
            },
            quoins: era == Era::Historic && rng.chance(0.45),
            pilasters: noble && rng.chance(0.25),
            rusticated: historic && v.floors >= 3 && rng.chance(0.55),
            railing: match era {
                Era::Historic => Railing::Bars,
                Era::Interwar => rng.pick(&[Railing::Bars, Railing::Solid]),
                Era::Postwar => rng.pick(&[Railing::Bars, Railing::Solid, Railing::Bars]),
                Era::Late => rng.pick(&[Railing::Solid, Railing::Solid, Railing::Bars]),
                Era::Modern => rng.pick(&[Railing::Glass, Railing::Glass, Railing::Bars]),
            },
            loggia: era >= Era::Late && rng.chance(0.4),
            stair_strip: matches!(era, Era::Postwar | Era::Late) && v.floors >= 4 && rng.chance(0.6),
            sun_blades: era == Era::Modern && rng.chance(0.3),
            coolers: if v.usage == Usage::Worship || era == Era::Modern { 0.0 } else { rng.range(0.0, 0.14) },
            shutter: blend(hex(rng.pick(&[0x3f5f52, 0x4a6478, 0x7a4b3a, 0x59635a, 0x8a8478, 0x33485a])), v.trim, 0.12),
            stone: stone(v),
            base: match rng.below(4) {
                0 => scale(v.wall, 0.82),
                1 => blend(v.wall, hex(0xb8b0a2), 0.7),
                2 => blend(v.wall, hex(0x8c857a), 0.6),
                _ => v.wall,
            },
        }
    }
}

fn stone(v: &Volume) -> Rgb {
    let bright = |c: Rgb| 0.3 * c[0] + 0.6 * c[1] + 0.1 * c[2];
    if bright(v.trim) < 0.75 * bright(v.wall) { blend(v.wall, hex(0xf2ede2), 0.45) } else { v.trim }
}

fn era(v: &Volume, rng: &mut Rng) -> Era {
    let by_lot = match v.look {
        Look::Curtain { .. } => rng.int(1975, 2024),
        Look::Bands => rng.int(1958, 2010),
        _ => rng.int(1890, 2020),
    };
    match if v.year > 0 { i64::from(v.year) } else { by_lot } {
        ..1919 => Era::Historic,
        1919..1946 => Era::Interwar,
        1946..1970 => Era::Postwar,
        1970..1995 => Era::Late,
        _ => Era::Modern,
    }
}

fn material(v: &Volume, era: Era, rng: &mut Rng) -> Surface {
    match v.look {
        Look::Hall => Surface::Metal,
        Look::Curtain { .. } => Surface::Plain,
        Look::Bands | Look::Closed | Look::Open => Surface::Concrete,
        Look::Windows { .. } => match era {
            Era::Historic | Era::Interwar if is_brick(v.wall) => Surface::Brick,
            Era::Late if rng.chance(0.45) => Surface::Concrete,
            Era::Modern if is_brick(v.wall) => Surface::Brick,
            _ => Surface::Plaster,
        },
    }
}

/// Whether a wall's colour is that of bricks: clearly redder than blue and not pale.
fn is_brick(c: Rgb) -> bool {
    c[0] > 2.2 * c[2] && c[0] < 0.5
}
