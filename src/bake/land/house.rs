//! Buildings that are known by their footprint, as [`crate::bake::draw::rules`] makes them from what is known.

use glam::DVec2;

use super::{Context, Item};
use crate::bake::draw::building::Building as House;
use crate::bake::draw::poly::Region;
use crate::bake::draw::rules::{self, party};
use crate::bake::mesh::{Rgb, hex};
use crate::bake::model::{Building, Height, Polygon, Shape, Srgb, Value};
use crate::format::issue::Issues;

const FLAT_ROOFS: [u32; 4] = [0x8f8b84, 0x9a958c, 0x7f7d79, 0xa49f95];
const TILED_ROOF: u32 = 0x98604a;

/// The houses of some items, in their order; `None` for items that are none, or whose footprint is nothing.
pub fn build(context: &Context, items: &[Item], issues: &mut Issues) -> Vec<Option<House>> {
    let known: Vec<(usize, &Building, Region)> = items
        .iter()
        .enumerate()
        .filter_map(|(k, item)| match &item.feature.shape {
            Shape::Building(building) => Some((k, building, region(context, &building.footprint))),
            _ => None,
        })
        .collect();
    let regions: Vec<&Region> = known.iter().map(|(_, _, region)| region).collect();
    let shared = party::shared_edges(&regions);
    let mut houses: Vec<Option<House>> = items.iter().map(|_| None).collect();
    for ((k, building, region), party) in known.iter().zip(&shared) {
        let item = &items[*k];
        let mut own = Issues::default();
        let site = rules::Site {
            id: &item.feature.id,
            name: &item.feature.name,
            building,
            footprint: region,
            party,
            ground_u: ground_u(context, building, region),
            plan_zero_h_m: context.land.tree.frame.sea_h_m,
            year: year_of(item),
        };
        houses[*k] = rules::building(&site, &mut own);
        issues.extend(own);
    }
    houses
}

fn region(context: &Context, footprint: &Polygon) -> Region {
    let plan = |ring: &Vec<DVec2>| ring.iter().map(|&p| context.land.plan(p)).collect::<Vec<_>>();
    Region { outer: plan(&footprint.outer), holes: footprint.holes.iter().map(plan).collect() }
}

/// The lowest and the highest ground below the footprint; of a source that knows its own heights, that height.
fn ground_u(context: &Context, building: &Building, region: &Region) -> (f64, f64) {
    if !context.with_ground
        && let Height::Ellipsoidal(h) = building.base
    {
        let u = h - context.land.tree.frame.sea_h_m;
        return (u, u);
    }
    let heights = region.outer.iter().filter(|p| p.is_finite()).map(|&p| context.ground_u(p));
    let (low, high) = heights.fold((f64::MAX, f64::MIN), |(a, b), u| (a.min(u), b.max(u)));
    if low <= high { (low, high) } else { (0.0, 0.0) }
}

fn year_of(item: &Item) -> i16 {
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
            let by_lot = FLAT_ROOFS[(seed_of(item) >> 32) as usize % FLAT_ROOFS.len()];
            Some((building.footprint.clone(), building.roof_color.unwrap_or(super::palette::srgb(by_lot))))
        }
        Shape::Surfaces(surfaces) => {
            let outline = super::surfaces::hull(surfaces.lods.last()?)?;
            Some((Polygon { outer: outline, holes: Vec::new() }, super::palette::srgb(TILED_ROOF)))
        }
        _ => None,
    }
}

pub fn linear(c: Srgb) -> Rgb {
    hex(u32::from(c[0]) << 16 | u32::from(c[1]) << 8 | u32::from(c[2]))
}
