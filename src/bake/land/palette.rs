//! What covers the ground looks like: sRGB colours for painted ground, classes of surfaces for the viewer's grain.

use crate::bake::mesh::Surface;
use crate::bake::model::{Cover, Srgb, WayKind};

/// Ground of which nothing is known.
pub const BARE: Srgb = [0x9e, 0x9d, 0x84];

pub const fn srgb(code: u32) -> Srgb {
    [(code >> 16) as u8, (code >> 8) as u8, code as u8]
}

pub fn cover(cover: Cover) -> (Srgb, Surface) {
    let (code, surface) = match cover {
        Cover::Water => (0x3f6472, Surface::Water),
        Cover::Grass => (0x84995c, Surface::Grass),
        Cover::Park => (0x7f9659, Surface::Grass),
        Cover::Forest => (0x51693f, Surface::Woods),
        Cover::Scrub => (0x7c8758, Surface::Grass),
        Cover::Farmland => (0xb0a878, Surface::Crop),
        Cover::Orchard => (0x8b9a5c, Surface::Crop),
        Cover::Vineyard => (0x9b9c62, Surface::Crop),
        Cover::Sand => (0xd9c9a0, Surface::Sand),
        Cover::Rock => (0x9b958a, Surface::Rock),
        Cover::Glacier => (0xe9eff2, Surface::Snow),
        Cover::Wetland => (0x7c8a66, Surface::Grass),
        Cover::Residential => (0xa9a692, Surface::Soil),
        Cover::Commercial => (0xb0aaa0, Surface::Paving),
        Cover::Industrial => (0xa5a199, Surface::Concrete),
        Cover::Railway => (0x948b80, Surface::Gravel),
        Cover::Harbour => (0xa7a39b, Surface::Concrete),
        Cover::Construction => (0xab9a80, Surface::Soil),
        Cover::Cemetery => (0x8d9b72, Surface::Grass),
        Cover::Sports => (0x7d9c5a, Surface::Grass),
        Cover::Playground => (0xb3a67f, Surface::Sand),
        Cover::Parking => (0x8a8985, Surface::Asphalt),
        Cover::Paved => (0xaea79a, Surface::Paving),
        Cover::Piste => (0xe4e9ee, Surface::Snow),
        Cover::Runway => (0x6b6d70, Surface::Asphalt),
        Cover::Quarry => (0xb5a68a, Surface::Rock),
        Cover::Unknown => (0x9e9d84, Surface::Soil),
    };
    (srgb(code), surface)
}

/// What is painted over what: higher over lower, larger areas below smaller ones of the same rank.
pub fn rank(cover: Cover) -> u8 {
    match cover {
        Cover::Unknown => 0,
        Cover::Residential | Cover::Commercial | Cover::Industrial | Cover::Farmland | Cover::Harbour => 1,
        Cover::Railway | Cover::Construction | Cover::Cemetery | Cover::Quarry | Cover::Glacier | Cover::Rock => 2,
        Cover::Forest | Cover::Scrub | Cover::Grass | Cover::Park | Cover::Orchard | Cover::Vineyard => 3,
        Cover::Sand | Cover::Wetland => 4,
        Cover::Water => 5,
        Cover::Piste | Cover::Sports | Cover::Playground => 6,
        Cover::Parking | Cover::Paved | Cover::Runway => 7,
    }
}

/// How a way is painted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WayPaint {
    pub color: Srgb,
    /// Of the band at both sides (pavement, verge, ballast), and its width, metres.
    pub casing: Option<(Srgb, f64)>,
    pub surface: Surface,
    /// Higher is painted later.
    pub rank: u8,
}

/// `None` for what does not lie on the ground as a band.
pub fn way(kind: WayKind, paved: bool) -> Option<WayPaint> {
    let asphalt = srgb(if paved { 0x75767a } else { 0xa89a80 });
    let surface = if paved { Surface::Asphalt } else { Surface::Soil };
    let pavement = srgb(0xb4afa5);
    let verge = srgb(0x93996f);
    let paint = |color, casing, surface, rank| Some(WayPaint { color, casing, surface, rank });
    match kind {
        WayKind::Motorway => paint(srgb(0x6c6e72), Some((verge, 1.5)), Surface::Asphalt, 12),
        WayKind::Trunk => paint(srgb(0x6e7073), Some((verge, 1.0)), Surface::Asphalt, 11),
        WayKind::Primary => paint(asphalt, Some((pavement, 2.2)), surface, 10),
        WayKind::Secondary => paint(asphalt, Some((pavement, 2.0)), surface, 9),
        WayKind::Tertiary => paint(asphalt, Some((pavement, 1.8)), surface, 8),
        WayKind::Residential | WayKind::Unknown => paint(asphalt, Some((pavement, 1.5)), surface, 7),
        WayKind::LivingStreet => paint(srgb(0xa49d92), None, Surface::Paving, 6),
        WayKind::Service => paint(srgb(if paved { 0x84847f } else { 0xa89a80 }), None, surface, 5),
        WayKind::Track => paint(srgb(0xa8997a), None, Surface::Soil, 4),
        WayKind::Pedestrian => paint(srgb(0xb9b1a3), None, Surface::Paving, 5),
        WayKind::Footway | WayKind::Steps => paint(srgb(0xbdb39f), None, Surface::Paving, 3),
        WayKind::Cycleway => paint(srgb(0x9c8a82), None, Surface::Asphalt, 3),
        WayKind::Rail => paint(srgb(0x857c72), None, Surface::Gravel, 13),
        WayKind::Tram => paint(srgb(0x8d8a86), None, Surface::Asphalt, 13),
        WayKind::Runway => paint(srgb(0x66686b), None, Surface::Asphalt, 8),
        WayKind::Taxiway => paint(srgb(0x6f7174), None, Surface::Asphalt, 7),
        WayKind::River | WayKind::Stream | WayKind::Canal => paint(srgb(0x4a6b76), None, Surface::Water, 1),
        WayKind::Piste => paint(srgb(0xe2e8ee), None, Surface::Snow, 2),
        WayKind::Pier | WayKind::Quay => paint(srgb(0xaaa59b), None, Surface::Concrete, 6),
        WayKind::Wall
        | WayKind::Fence
        | WayKind::Hedge
        | WayKind::PowerLine
        | WayKind::Pipeline
        | WayKind::Aerialway
        | WayKind::Coastline => None,
    }
}
