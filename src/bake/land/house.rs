//! Buildings that are known by their footprint: drawn by the rules of [`crate::bake::draw`].

use glam::DVec2;

use super::{Context, Item};
use crate::bake::det::{Rng, unit_vector};
use crate::bake::draw::building::{self, Court, Face, Ground, Look, Volume};
use crate::bake::draw::{facade, poly, roof};
use crate::bake::mesh::{Mesh, hex};
use crate::bake::model::{Building, Height, Polygon, Roof, Shape, Srgb, Usage};

/// Walls begin this far below the lowest ground, so that coarser ground does not uncover them.
const SUNK_M: f64 = 1.5;
/// Courts smaller than this are closed.
const LEAST_COURT_M2: f64 = 4.0;

/// What is known of a building once its ground is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measures {
    /// Plan heights of its lowest ground, of where its walls begin to show and of its top.
    pub ground_u: f64,
    pub base_u: f64,
    pub top_u: f64,
    pub floors: usize,
}

/// Where it stands and how high it is. What is not known is guessed by usage, size and lot.
pub fn measures(context: &Context, item: &Item, building: &Building) -> Measures {
    let ring = || building.footprint.outer.iter().map(|&p| context.land.plan(p));
    let lowest_u = ring().map(|p| context.ground_u(p)).fold(f64::MAX, f64::min);
    let ground_u = match building.base {
        Height::Ellipsoidal(_) => context.land.base_u(building.base, 0.0),
        Height::AboveGround(_) => lowest_u,
    };
    let base_u = context.land.base_u(building.base, ground_u);
    let guessed = || {
        let area_m2 = poly::signed_area(&ring().collect::<Vec<_>>()).abs();
        let mut rng = Rng::of(seed_of(item), 71, 0);
        floors_by_rule(building.usage, area_m2, &mut rng) as f64
    };
    let roof_m = building.roof_height_m.unwrap_or(0.0);
    let floors = building.floors.or_else(|| building.height_m.map(|h| ((h - roof_m - (base_u - ground_u)) / 3.1).round()));
    let floors = floors.unwrap_or_else(guessed).clamp(1.0, 220.0);
    let height_m = building.height_m.unwrap_or(floors * storey_m(building.usage) + roof_m);
    let top_u = (ground_u + height_m).max(base_u + 0.3);
    Measures { ground_u, base_u, top_u, floors: floors as usize }
}

pub fn draw(mesh: &mut Mesh, context: &Context, item: &Item, building: &Building, detail: u32) -> Measures {
    let measures = measures(context, item, building);
    if let Some(volume) = volume(context, item, building, &measures) {
        facade::volume_at(mesh, &volume, seed_of(item), seed_of(item) ^ 1, detail as usize);
    }
    measures
}

fn volume(context: &Context, item: &Item, building: &Building, measures: &Measures) -> Option<Volume> {
    let plan = |ring: &[DVec2]| ring.iter().map(|&p| context.land.plan(p)).collect::<Vec<_>>();
    let mut outline = poly::cleaned(&plan(&building.footprint.outer), 0.1);
    if outline.len() < 3 || poly::signed_area(&outline).abs() < 1.0 {
        return None;
    }
    if poly::signed_area(&outline) < 0.0 {
        outline.reverse();
    }
    let courts: Vec<Court> = building
        .footprint
        .holes
        .iter()
        .map(|hole| poly::cleaned(&plan(hole), 0.1))
        .filter(|ring| ring.len() >= 3 && poly::signed_area(ring).abs() >= LEAST_COURT_M2)
        .map(|mut ring| {
            if poly::signed_area(&ring) > 0.0 {
                ring.reverse();
            }
            Court { faces: vec![Face::Court; ring.len()], outline: ring }
        })
        .collect();
    let mut rng = Rng::of(seed_of(item), 72, 0);
    let raised = measures.base_u > measures.ground_u + 2.0;
    let total_m = measures.top_u - measures.base_u;
    let span_m = poly::bounding_rect(&outline).half.y * 2.0;
    let rise_m = building.roof_height_m.unwrap_or_else(|| (span_m * 0.35).min(total_m * 0.45).min(9.0)).max(0.3);
    let lowest_m = total_m.min(2.2);
    let rise_m = rise_m.min((total_m - lowest_m).max(0.3));
    let mut v = Volume {
        faces: vec![Face::Street; outline.len()],
        outline,
        courts,
        foot_u: if raised { measures.base_u } else { measures.ground_u - SUNK_M },
        floor_u: measures.base_u,
        floors: measures.floors,
        usage: building.usage,
        year: year_of(item),
        look: look(building.usage, measures.floors),
        ground: if measures.floors >= 3 && building.usage == Usage::Retail { Ground::Shops } else { Ground::AsAbove },
        wall: building.wall_color.or(item.color).map_or_else(|| hex(rng.pick(&WALLS)), linear),
        roof_color: hex(rng.pick(&FLAT_ROOFS)),
        raised,
        ..Volume::default()
    };
    v.roof = roof_of(building, rise_m, &v, &mut rng);
    v.roof_towards = building.roof_direction_deg.map(|deg| {
        let d = unit_vector(deg.to_radians());
        DVec2::new(d.y, d.x)
    });
    if !roof::is_solvable(&v) {
        v.roof = building::Roof::Flat;
    }
    if !v.roof.is_flat() {
        v.roof_color = hex(rng.pick(&PITCHED_ROOFS));
    }
    if let Some(color) = building.roof_color {
        v.roof_color = linear(color);
    }
    let walls_m = (total_m - v.roof.rise_m()).max(0.3);
    v.floor_m = walls_m / v.floors as f64;
    while v.floor_m < 2.2 && v.floors > 1 {
        v.floors -= 1;
        v.floor_m = walls_m / v.floors as f64;
    }
    Some(v)
}

const WALLS: [u32; 9] =
    [0xe3dac6, 0xd8cbb2, 0xcfc4b4, 0xe8e2d4, 0xc9b79c, 0xd9c3a5, 0xb9a890, 0xded6cb, 0xc7a88c];
const FLAT_ROOFS: [u32; 4] = [0x8f8b84, 0x9a958c, 0x7f7d79, 0xa49f95];
const PITCHED_ROOFS: [u32; 5] = [0x9c5a41, 0x8a5140, 0xa8694d, 0x6b6663, 0x7c5a4a];

fn roof_of(building: &Building, rise_m: f64, v: &Volume, rng: &mut Rng) -> building::Roof {
    match building.roof {
        Roof::Unknown => match building.usage {
            Usage::House | Usage::Farm => building::Roof::Gabled(rise_m),
            Usage::Unknown if v.floors <= 2 && v.area_m2() < 350.0 => building::Roof::Gabled(rise_m),
            Usage::Apartments | Usage::Unknown if v.floors <= 5 && v.area_m2() < 500.0 && rng.chance(0.5) => {
                building::Roof::Hipped(rise_m)
            }
            Usage::Worship => building::Roof::Gabled(rise_m),
            _ => building::Roof::Flat,
        },
        Roof::Flat => building::Roof::Flat,
        Roof::Gabled => building::Roof::Gabled(rise_m),
        Roof::Hipped => building::Roof::Hipped(rise_m),
        Roof::Pyramidal => building::Roof::Pyramidal(rise_m),
        Roof::Skillion => building::Roof::Skillion(rise_m),
        Roof::HalfHipped => building::Roof::HalfHipped(rise_m),
        Roof::Gambrel => building::Roof::Gambrel(rise_m),
        Roof::Mansard => building::Roof::Mansard(rise_m),
        Roof::Dome => building::Roof::Dome(rise_m),
        Roof::Onion => building::Roof::Onion(rise_m),
        Roof::Round => building::Roof::Round(rise_m),
        Roof::Sawtooth => building::Roof::Sawtooth(rise_m),
    }
}

fn look(usage: Usage, floors: usize) -> Look {
    match usage {
        Usage::Industry | Usage::Warehouse if floors <= 3 => Look::Hall,
        Usage::Offices | Usage::Hotel if floors >= 14 => Look::Curtain { bay_m: 1.5, fins: false },
        Usage::Offices | Usage::Transport | Usage::Health => Look::Bands,
        Usage::Canopy => Look::Open,
        Usage::Garage => Look::Closed,
        _ => Look::Windows { bay_m: 3.1, width_m: 1.2, height_m: 1.5, shutters: false, balconies: 0 },
    }
}

fn floors_by_rule(usage: Usage, area_m2: f64, rng: &mut Rng) -> i64 {
    match usage {
        Usage::House | Usage::Farm => rng.int(1, 2),
        Usage::Garage | Usage::Canopy => 1,
        Usage::Apartments => rng.int(4, 6),
        Usage::Offices | Usage::Hotel => rng.int(4, 8),
        Usage::Industry | Usage::Warehouse | Usage::Retail => rng.int(1, 2),
        Usage::Worship => rng.int(4, 6),
        _ if area_m2 < 60.0 => 1,
        _ if area_m2 < 220.0 => rng.int(1, 3),
        _ => rng.int(2, 5),
    }
}

fn storey_m(usage: Usage) -> f64 {
    match usage {
        Usage::Industry | Usage::Warehouse => 6.5,
        Usage::Retail | Usage::Offices | Usage::Civic | Usage::Transport => 3.8,
        Usage::Garage | Usage::Canopy => 2.8,
        _ => 3.1,
    }
}

fn year_of(item: &Item) -> i16 {
    use crate::bake::model::Value;
    let value = ["year", "start_date", "yearOfConstruction"].iter().find_map(|key| item.feature.properties.get(*key));
    let year = match value {
        Some(Value::Integer(year)) => Some(*year as f64),
        Some(Value::Number(year)) => Some(*year),
        Some(Value::Text(text)) => text.get(..4).and_then(|year| year.parse().ok()),
        _ => None,
    };
    year.filter(|year| (800.0..=2100.0).contains(year)).map_or(0, |year| year as i16)
}

/// A number that goes with the id, not with the place in a file.
pub fn seed_of(item: &Item) -> u64 {
    let bytes = item.feature.id.bytes();
    // FNV-1a.
    bytes.fold(0xcbf2_9ce4_8422_2325 ^ u64::from(item.source), |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3))
}

/// The outline of what stands on a place and the colour of its roof, for pictures in which buildings are only colour.
pub fn roof_seen_from_above(item: &Item) -> Option<(Polygon, Srgb)> {
    match &item.feature.shape {
        Shape::Building(building) => {
            let mut rng = Rng::of(seed_of(item), 73, 0);
            let color = building.roof_color.unwrap_or_else(|| srgb_of(rng.pick(&FLAT_ROOFS)));
            Some((building.footprint.clone(), color))
        }
        Shape::Surfaces(surfaces) => {
            let lod = surfaces.lods.last()?;
            let outline = super::surfaces::hull(lod)?;
            Some((Polygon { outer: outline, holes: Vec::new() }, srgb_of(PITCHED_ROOFS[0])))
        }
        _ => None,
    }
}

pub fn srgb_of(code: u32) -> Srgb {
    super::palette::srgb(code)
}

pub fn linear(c: Srgb) -> crate::bake::mesh::Rgb {
    hex(u32::from(c[0]) << 16 | u32::from(c[1]) << 8 | u32::from(c[2]))
}
