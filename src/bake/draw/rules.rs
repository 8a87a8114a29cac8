//! Buildings of real data by rule: from a footprint and what is known of it to volumes that can be drawn.
//!
//! Footprints are in the plan frame already (metres; outer rings counter-clockwise, holes clockwise). Which edges look
//! onto a street is not known, so all have windows but those shorter than 1.5 m and those shared with a neighbour
//! ([`party`]). What is missing is chosen by usage, size and a lot seeded by the source's id; what is absurd is clamped and
//! told as an issue whose path is that id.

pub mod party;
mod size;

use super::building::{Building, Court, Face, Ground, Look, PARAPET_M, Roof, Volume};
use super::poly::{self, Region};
use super::roof;
use crate::bake::det::{Rng, unit_vector};
use crate::bake::feature::Feature;
use crate::bake::mesh::{Rgb, blend, hex, scale};
use crate::bake::model::{self, Height, Srgb, Usage};
use crate::format::issue::{Issue, Issues};
use glam::DVec2;
use size::Size;

/// A footprint with its place and neighbours.
pub struct Site<'a> {
    /// The source's id, which issues name and which the lot is drawn by.
    pub id: &'a str,
    pub name: &'a str,
    pub building: &'a model::Building,
    pub footprint: &'a Region,
    /// For each ring and edge whether a neighbour shares it; may be empty where there are none.
    pub party: &'a [Vec<bool>],
    /// The lowest and the highest ground below the footprint, plan heights.
    pub ground_u: (f64, f64),
    /// Ellipsoidal height of the plan's 0.
    pub plan_zero_h_m: f64,
    /// 0 where unknown.
    pub year: i16,
}

/// Most corners of a footprint that are drawn; more are thinned out.
const MAX_CORNERS: usize = 220;
const LEAST_AREA_M2: f64 = 0.1;

const PLASTER: [u32; 16] = [
    0xf1ece1, 0xe9dfcb, 0xe6d3b1, 0xdcc9a3, 0xefe6d6, 0xd9d2c5, 0xcfd3d0, 0xe3cfc0, 0xd8b99a, 0xe8e6e0, 0xcdbfae,
    0xf3efe6, 0xdcd8cc, 0xc9d0cf, 0x9a5f48, 0xa8755c,
];
const TILES: [u32; 8] = [0xa96f58, 0x9c6450, 0xb38068, 0x8f5f4e, 0xae7c62, 0xa5775f, 0x55585a, 0x64605c];
const FLAT_ROOF: [u32; 5] = [0x9a958c, 0xb1aba0, 0x85837f, 0xc0b9ac, 0x8f8a80];
const SHEET: [u32; 6] = [0xc9ccc9, 0xaeb6b8, 0xd6d1c4, 0x9fa8a6, 0x8d9aa0, 0xbfae93];

/// The building as volumes; `None`, with an issue, where its footprint is nothing.
pub fn building(site: &Site, issues: &mut Issues) -> Option<Building> {
    let region = sound(site, issues)?;
    let mut rng = Rng::new(seed_of(site.id));
    let usage = site.building.usage;
    let area = region.area();
    let rect = poly::bounding_rect(&region.outer);
    let size = size::of(site, area, rect.half.y * 2.0, &mut rng, issues);
    let look = look(usage, area, &size, &mut rng);
    let roof_color = roof_color(site, &size, look, &mut rng);
    let wall = site.building.wall_color.map_or_else(|| wall_color(usage, look, &mut rng), color);
    let ground_m = (size.floors >= 2 && !matches!(usage, Usage::House | Usage::Unknown)).then_some(size.floor_m + 0.6);
    let mut volume = Volume {
        faces: faces(&region.outer, &site.footprint.outer, site.party.first()),
        courts: courts(&region, site),
        outline: region.outer.clone(),
        foot_u: size.foot_u,
        floor_u: size.floor_u,
        floors: size.floors,
        floor_m: size.floor_m,
        // The ground floor takes from the others, so that the eaves stay where they are.
        ground_floor_m: None,
        ground: ground(usage, area, &size, &mut rng),
        roof: size.roof,
        roof_towards: site
            .building
            .roof_direction_deg
            .filter(|d| d.is_finite())
            .map(|d| unit_vector((90.0 - d % 360.0).to_radians())),
        look,
        usage: if usage == Usage::Unknown && area < 260.0 { Usage::House } else { usage },
        year: site.year,
        material: None,
        wall,
        trim: hex(rng.pick(&[0xf4f1ea, 0xe8e4da, 0x6a6f6b, 0xd9cfbd, 0xefe9dd])),
        roof_color,
        glass: hex(rng.pick(&[0x2b363d, 0x303b40, 0x263138, 0x38434a])),
        raised: size.raised,
        finish: super::building::Finish::Full,
    };
    if let (Some(ground_m), true) = (ground_m, size.floors >= 2) {
        let tall = size.floors as f64 * size.floor_m;
        let upper = (tall - ground_m) / (size.floors - 1) as f64;
        if upper > 2.4 {
            (volume.ground_floor_m, volume.floor_m) = (Some(ground_m), upper);
        }
    }
    if !roof::is_solvable(&volume) {
        let message = "the roof can't be built over this footprint, a flat one is drawn";
        issues.push(Issue::info(site.id, message).expected_got(format!("{:?}", site.building.roof), "flat"));
        let rise = volume.roof.rise_m();
        volume.roof = Roof::Flat;
        volume.roof_color = hex(rng.pick(&FLAT_ROOF));
        // Half of the rise goes to the walls, so that the mass stays.
        volume.floor_m += (rise * 0.5 - PARAPET_M * 0.5).max(0.0) / volume.floors.max(1) as f64;
    }
    let height_m = volume.top_u() - volume.floor_u;
    let mut feature = Feature::new(site.id, class(usage), site.name, usage_text(usage), height_m).year(site.year);
    feature.floors = volume.floors as u16;
    Some(Building { feature, volumes: vec![volume], seed: rng.next_u64(), block: None, merges: false })
}

/// A footprint without repeated, straight or too many corners, rightly turned; a hull where it crosses itself.
fn sound(site: &Site, issues: &mut Issues) -> Option<Region> {
    let finite = site.footprint.rings().flatten().all(|p| p.is_finite());
    if !finite {
        issues.push(Issue::error(site.id, "the footprint has a corner that is no number"));
        return None;
    }
    let thinned = |ring: &[DVec2], sign: f64| -> Vec<DVec2> {
        let mut least = 0.05;
        let mut out = poly::cleaned(ring, least);
        while out.len() > MAX_CORNERS && least < 50.0 {
            least *= 2.0;
            out = poly::cleaned(ring, least);
        }
        if poly::signed_area(&out) * sign < 0.0 {
            out.reverse();
        }
        out
    };
    let mut region = Region::new(thinned(&site.footprint.outer, 1.0));
    if region.outer.len() < 3 || poly::signed_area(&region.outer) < LEAST_AREA_M2 {
        let got = format!("{:.2} m2", poly::signed_area(&site.footprint.outer).abs());
        issues.push(
            Issue::warning(site.id, "the footprint has hardly any area")
                .expected_got(format!("{LEAST_AREA_M2} m2 at least"), got),
        );
        return None;
    }
    if !poly::is_simple(&[&region.outer]) {
        issues.push(Issue::warning(site.id, "the footprint crosses itself, its hull is drawn"));
        region.outer = hull(&region.outer);
        return (region.outer.len() >= 3).then_some(region);
    }
    for hole in site.footprint.holes.iter().take(16) {
        let hole = thinned(hole, -1.0);
        if hole.len() < 3 || poly::signed_area(&hole) > -2.0 {
            continue;
        }
        region.holes.push(hole);
        let rings: Vec<&[DVec2]> = region.rings().map(Vec::as_slice).collect();
        let inside = region.holes.last().is_some_and(|h| h.iter().all(|&p| poly::contains(&region.outer, p)));
        let corners: usize = rings.iter().map(|r| r.len()).sum();
        if !inside || corners > 2 * MAX_CORNERS || !poly::is_simple(&rings) {
            issues.push(Issue::warning(site.id, "a court does not lie within the footprint, it is left out"));
            region.holes.pop();
        }
    }
    Some(region)
}

/// Andrew's monotone chain (1979).
fn hull(points: &[DVec2]) -> Vec<DVec2> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    let half = |points: &mut dyn Iterator<Item = DVec2>| {
        let mut chain: Vec<DVec2> = Vec::new();
        for p in points {
            while chain.len() >= 2
                && (chain[chain.len() - 1] - chain[chain.len() - 2]).perp_dot(p - chain[chain.len() - 1]) <= 0.0
            {
                chain.pop();
            }
            chain.push(p);
        }
        chain.pop();
        chain
    };
    let mut lower = half(&mut sorted.iter().copied());
    lower.extend(half(&mut sorted.iter().rev().copied()));
    lower
}

/// FNV-1a of the id, so that a building looks the same whatever else is read.
fn seed_of(id: &str) -> u64 {
    id.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

/// Faces of a cleaned ring from the flags of the ring as it was: by the edge that each middle lies on.
fn faces(ring: &[DVec2], original: &[DVec2], shared: Option<&Vec<bool>>) -> Vec<Face> {
    poly::edges(ring)
        .map(|(a, b)| {
            let middle = (a + b) * 0.5;
            let is_shared = shared.is_some_and(|flags| {
                poly::edges(original)
                    .zip(flags)
                    .any(|((p, q), &flag)| flag && poly::distance_to_segment(middle, p, q) < 0.1)
            });
            if is_shared { Face::Blank } else { Face::Street }
        })
        .collect()
}

fn courts(region: &Region, site: &Site) -> Vec<Court> {
    region
        .holes
        .iter()
        .map(|hole| {
            let shared = |p: DVec2| {
                site.footprint.holes.iter().zip(site.party.iter().skip(1)).any(|(ring, flags)| {
                    poly::edges(ring).zip(flags).any(|((a, b), &f)| f && poly::distance_to_segment(p, a, b) < 0.1)
                })
            };
            let faces =
                poly::edges(hole).map(|(a, b)| if shared((a + b) * 0.5) { Face::Blank } else { Face::Court }).collect();
            Court { outline: hole.clone(), faces }
        })
        .collect()
}

fn look(usage: Usage, area: f64, size: &Size, rng: &mut Rng) -> Look {
    let windows = |rng: &mut Rng, wide: (f64, f64), balconies: u8| {
        let width_m = rng.range(wide.0, wide.1);
        Look::Windows {
            bay_m: width_m + rng.range(1.5, 2.2),
            width_m,
            height_m: rng.range(1.35, 1.9).min(size.floor_m - 0.8),
            shutters: rng.chance(0.2),
            balconies,
        }
    };
    match usage {
        Usage::Canopy => Look::Open,
        Usage::Industry | Usage::Warehouse => {
            if size.floors <= 2 {
                Look::Hall
            } else {
                Look::Bands
            }
        }
        Usage::Farm | Usage::Transport => {
            if area > 120.0 {
                Look::Hall
            } else {
                windows(rng, (0.8, 1.1), 0)
            }
        }
        Usage::Retail if area > 1200.0 && size.floors <= 2 => Look::Hall,
        Usage::Garage => {
            if area > 90.0 {
                Look::Bands
            } else {
                Look::Closed
            }
        }
        Usage::Worship => {
            let height_m = (size.floor_m * 0.5).clamp(1.5, 7.0);
            Look::Windows { bay_m: 4.6, width_m: 1.4, height_m, shutters: false, balconies: 0 }
        }
        Usage::Offices => match rng.below(if size.floors >= 6 { 5 } else { 4 }) {
            0 => Look::Bands,
            1 => windows(rng, (1.6, 2.4), 0),
            2 => windows(rng, (1.2, 1.6), 0),
            _ => Look::Curtain { bay_m: rng.range(1.35, 2.2), fins: rng.chance(0.4) },
        },
        Usage::House => windows(rng, (0.95, 1.35), 0),
        Usage::Apartments | Usage::Hotel => {
            let balconies = if rng.chance(0.6) { rng.int(1, 3) as u8 } else { 0 };
            windows(rng, (1.0, 1.5), balconies)
        }
        Usage::Civic | Usage::Education | Usage::Health | Usage::Retail => windows(rng, (1.3, 2.0), 0),
        Usage::Unknown if area < 18.0 => Look::Closed,
        Usage::Unknown => {
            let balconies = if size.floors >= 4 && rng.chance(0.45) { rng.int(2, 3) as u8 } else { 0 };
            windows(rng, (0.95, 1.4), balconies)
        }
    }
}

fn ground(usage: Usage, area: f64, size: &Size, rng: &mut Rng) -> Ground {
    match usage {
        _ if size.raised => Ground::AsAbove,
        Usage::Retail => Ground::Shops,
        Usage::Offices | Usage::Hotel if size.floors >= 5 => Ground::Lobby,
        Usage::Apartments | Usage::Unknown if size.floors >= 3 && area > 120.0 => {
            if rng.chance(0.3) {
                Ground::Shops
            } else {
                Ground::AsAbove
            }
        }
        Usage::Garage if area > 20.0 => Ground::Garages,
        _ => Ground::AsAbove,
    }
}

fn color(c: Srgb) -> Rgb {
    hex(u32::from(c[0]) << 16 | u32::from(c[1]) << 8 | u32::from(c[2]))
}

fn wall_color(usage: Usage, look: Look, rng: &mut Rng) -> Rgb {
    let base = match look {
        Look::Hall => hex(rng.pick(&SHEET)),
        Look::Curtain { .. } | Look::Bands => {
            hex(rng.pick(&[0xdfdcd5, 0xb9bab6, 0xe9e6df, 0x8d918f, 0xcbb79c, 0xa8b0b2]))
        }
        _ if usage == Usage::Worship => hex(rng.pick(&[0xe8e0cf, 0xb8ab96, 0x9a5f48, 0xcfc4b0])),
        _ => hex(rng.pick(&PLASTER)),
    };
    scale(base, rng.range(0.9, 1.04) as f32)
}

fn roof_color(site: &Site, size: &Size, look: Look, rng: &mut Rng) -> Rgb {
    if let Some(c) = site.building.roof_color {
        return color(c);
    }
    let base = match size.roof {
        Roof::Flat | Roof::None | Roof::Crown => hex(rng.pick(&FLAT_ROOF)),
        Roof::Dome(_) | Roof::Onion(_) => hex(rng.pick(&[0x6f8f7f, 0x5c6266, 0x9a8a5c])),
        Roof::Mansard(_) => hex(rng.pick(&[0x5c6266, 0x6a6f72, 0x4f5458])),
        _ if matches!(look, Look::Hall | Look::Open) => hex(rng.pick(&SHEET)),
        _ => hex(rng.pick(&TILES)),
    };
    blend(scale(base, rng.range(0.9, 1.06) as f32), hex(0x8a857c), 0.06)
}

fn class(usage: Usage) -> &'static str {
    match usage {
        Usage::House => "house",
        Usage::Industry | Usage::Warehouse | Usage::Farm => "hall",
        Usage::Worship => "church",
        Usage::Canopy => "canopy",
        _ => "building",
    }
}

fn usage_text(usage: Usage) -> &'static str {
    match usage {
        Usage::Unknown => "",
        Usage::House | Usage::Apartments => "dwelling",
        Usage::Offices => "offices",
        Usage::Retail => "retail",
        Usage::Industry => "industry",
        Usage::Warehouse => "warehouse",
        Usage::Worship => "worship",
        Usage::Civic => "civic",
        Usage::Education => "education",
        Usage::Health => "health",
        Usage::Hotel => "hotel",
        Usage::Transport => "transport",
        Usage::Farm => "farm",
        Usage::Garage => "garage",
        Usage::Canopy => "canopy",
    }
}

/// Where the first volume begins: above the ground for parts on higher floors.
pub(super) fn base(site: &Site) -> (f64, bool) {
    let (low, _) = site.ground_u;
    match site.building.base {
        Height::AboveGround(h) if h.is_finite() && h > 0.5 => (low + h.min(800.0), true),
        Height::AboveGround(_) => (low, false),
        Height::Ellipsoidal(h) if h.is_finite() => {
            let u = h - site.plan_zero_h_m;
            (u, u > low + 2.0)
        }
        Height::Ellipsoidal(_) => (low, false),
    }
}

#[cfg(test)]
mod tests;
