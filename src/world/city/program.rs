//! What each block is for. Decided from its place, its size and its number, so that it never depends on the others.

use super::City;
use super::buildings::skyline;
use super::districts::District;
use super::geom::{Bounds, contains};
use super::graph::Ground;
use super::lots::Parcel;
use crate::bake::det::Rng;
use glam::DVec2;

/// What stands on a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// Nothing: water, roads, wild land, a site of its own.
    None,
    /// Houses wall to wall around a court.
    Perimeter,
    Towers,
    Slabs,
    Rows,
    Houses,
    Hotels,
    Halls,
    /// Shops or offices with a car park.
    Retail,
    School,
    Church,
    Hospital,
    Campus,
    Stadium,
    Cemetery,
    Park,
    /// A paved square.
    Square,
    Sports,
    CarPark,
    Castle,
    Cathedral,
    TownHall,
    Museum,
    Market,
    /// The railway's terminus, on the railway's own land.
    Station,
    Allotments,
    /// A farm among its fields.
    Farm,
    /// Cafés and huts along the beach.
    Beach,
    /// Grass and trees on what is too small or too steep.
    Green,
}

/// Single buildings, each on the block that holds its place.
const LANDMARKS: [(f64, f64, Program); 9] = [
    (-1330.0, -1420.0, Program::Castle),
    (-1560.0, -1905.0, Program::Cathedral),
    (-190.0, -1330.0, Program::TownHall),
    (600.0, -2010.0, Program::Museum),
    (-480.0, -1880.0, Program::Market),
    (1330.0, -900.0, Program::Market),
    (-2780.0, -1560.0, Program::Church),
    (-450.0, -480.0, Program::Museum),
    (1020.0, 90.0, Program::Church),
];

pub fn program_of(city: &City, face: usize, parcel: Option<&Parcel>) -> Program {
    let own = &city.graph.faces[face];
    if own.ground == Ground::Railway && own.bounds.low.x < 1500.0 {
        return Program::Station;
    }
    if own.ground != Ground::Block {
        return Program::None;
    }
    let Some(parcel) = parcel else { return Program::Green };
    let size = parcel.size();
    let area = parcel.area();
    let landmark = LANDMARKS.iter().find(|l| {
        let p = DVec2::new(l.0, l.1);
        own.bounds.contains(p) && contains(&city.graph.outline(face), p)
    });
    if let Some(landmark) = landmark {
        return landmark.2;
    }
    match own.district {
        District::Park if own.name.starts_with("Praca") || own.name.starts_with("Largo") => return Program::Square,
        District::Park => return Program::Park,
        District::Stadium if area > 20_000.0 => return Program::Stadium,
        District::Cemetery => return Program::Cemetery,
        District::Hospital => return Program::Hospital,
        District::Allotments => return Program::Allotments,
        District::Waterfront => return Program::Beach,
        District::Wild => return Program::None,
        District::Fields => return Program::Farm,
        _ => {}
    }
    let steep = city.terrain.hillside(own.bounds.centre()).length();
    if area < 330.0 || size.min_element() < 12.5 || steep > 0.30 {
        return Program::Green;
    }
    let mut rng = Rng::of(city.seed, 50, face as u64);
    let roll = rng.unit();
    let public = match own.district {
        District::OldTown | District::Village => [0.022, 0.03, 0.0, 0.01],
        District::Core | District::Hotels => [0.05, 0.0, 0.0, 0.0],
        District::Industry | District::Commerce => [0.0, 0.0, 0.0, 0.05],
        District::Campus => [0.12, 0.0, 0.08, 0.05],
        _ => [0.022, 0.010, 0.020, 0.008],
    };
    let mut sum = 0.0;
    for (share, program) in public.iter().zip([Program::Park, Program::Church, Program::School, Program::CarPark]) {
        sum += share;
        if roll < sum {
            let least = if program == Program::School { 3200.0 } else { 700.0 };
            if area > least && area < 30_000.0 {
                return program;
            }
            break;
        }
    }
    if roll > 0.992 && area > 7000.0 && size.min_element() > 66.0 && own.district != District::Core {
        return Program::Sports;
    }
    if roll > 0.985 && roll < 0.992 && matches!(own.district, District::OldTown | District::Grid | District::Village) {
        return Program::Square;
    }
    match own.district {
        // Towers gather at the summit; around it stand blocks.
        District::Core if size.min_element() > 34.0 && roll < 0.25 + 1.3 * skyline(city.seed, own.bounds.centre()) => {
            Program::Towers
        }
        District::Slabs => Program::Slabs,
        District::Rows => Program::Rows,
        District::Garden | District::Villas => Program::Houses,
        District::Hotels if size.min_element() > 38.0 => Program::Hotels,
        District::Industry => Program::Halls,
        District::Commerce => {
            if roll < 0.35 {
                Program::Halls
            } else {
                Program::Retail
            }
        }
        District::Campus => Program::Campus,
        District::Blocks if roll > 0.93 && area > 5000.0 => Program::Slabs,
        District::Blocks if (0.90..0.93).contains(&roll) && area > 3000.0 => Program::Towers,
        _ => Program::Perimeter,
    }
}

/// Land that the motorway's bridge passes over, with a margin.
pub fn below_bridge(city: &City, bounds: &Bounds) -> bool {
    let (from, to) = crate::world::layout::BRIDGE_M;
    let line = city.motorway.line.part(from, to);
    Bounds::around(&line.points).grown(60.0).overlaps(bounds)
}
