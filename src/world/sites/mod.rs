//! The special sites of the demo world: the container port, the factory, the substation and its lines, what belongs to
//! the motorway, stations, masts, lifts and landmarks, at five levels of detail; and entity models with moving parts.
//!
//! Frames: each thing is drawn in its own frame (x forward, y left, z up, metres) by a [`pen::Pen`]; a site's things
//! and ground are placed in its pad's frame ([`super::layout`]) and handed out in the plan frame. Things that stand
//! on a pad come from [`fixtures`], [`ground`], [`lamps`] and [`halls`]; all others are functions of a place, a
//! polyline or a terrain.
//!
//! What a level leaves out, in metres (the geometric error of the sites' parts; taken from what is drawn):
//!
//! | level | left out | what is drawn |
//! | --- | --- | --- |
//! | 0 | 12 | cranes of a few beams, ships as hull and blocks, a block of containers as one mass, halls as boxes |
//! | 1 | 5 | legs and booms, stacks as steps, roofs in bays, tanks and masts |
//! | 2 | 1.6 | single stacks, deckhouses, bands of windows, lattices as their chords, painted lanes |
//! | 3 | 0.5 | single containers and cars, stairs, lattices, gates and windows, markings |
//! | 4 | 0.1 | railings, ropes, corrugation, doors, letters, rails, joints and stains of the ground |

pub mod boxes;
pub mod bridge;
pub mod buildings;
pub mod factory;
pub mod font;
pub mod ground;
pub mod hull;
pub mod landmarks;
pub mod models;
pub mod parts;
pub mod pen;
pub mod places;
pub mod port;
pub mod power;
pub mod roads;
pub mod vehicles;

use super::layout::Pad;
use crate::bake::draw::plants::Plant;
use crate::bake::feature::Feature;
use crate::bake::mesh::Mesh;
use glam::{DAffine3, DVec2, DVec3};
use ground::Patch;
use pen::{Pen, placed};

/// Size of what each level leaves out, metres.
pub const LEFT_OUT_M: [f64; 5] = [12.0, 5.0, 1.6, 0.5, 0.1];

/// Draws a thing in the plan frame at a level of detail.
pub type Drawing = Box<dyn Fn(&mut Mesh, usize) + Send + Sync>;

/// Something that stands at a site, with an own row in the property table.
pub struct Fixture {
    /// Its middle, plan frame.
    pub at: DVec2,
    /// All of it lies within this distance of its middle.
    pub radius_m: f64,
    /// Its height above the site's ground (or the sea).
    pub height_m: f64,
    pub feature: Option<Feature>,
    /// The coarsest level that shows it.
    pub from_level: usize,
    pub draw: Drawing,
}

/// A light, plan frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lamp {
    pub at: DVec3,
    /// How far its light reaches on the ground.
    pub reach_m: f64,
    /// Colour temperature.
    pub kelvin: f64,
}

/// Where an interior has its place: the outline of a hall and its floors.
#[derive(Debug, Clone, PartialEq)]
pub struct Hall {
    /// The id of the feature that is its outside.
    pub id: String,
    pub name: &'static str,
    /// Inner outline, counter-clockwise, plan frame.
    pub outline: Vec<DVec2>,
    /// Heights of its floors above the sea, the lowest first.
    pub floors_u: Vec<f64>,
    /// Height of the roof's underside above the sea.
    pub ceiling_u: f64,
    /// Middles of its gates (plan frame, height above the sea) and their widths.
    pub gates: Vec<(DVec3, f64)>,
}

/// A pad's own frame: its origin on the ground in the middle.
pub fn plan_from_pad(pad: &Pad) -> DAffine3 {
    placed(pad.centre.extend(pad.ground_u), pad.along)
}

/// Collects the things of a site.
pub struct Builder {
    pub seed: u64,
    pub plan_from_site: DAffine3,
    pub fixtures: Vec<Fixture>,
    pub lamps: Vec<Lamp>,
}

/// How a thing is measured: its radius about its middle, its height, and the coarsest level that shows it.
#[derive(Debug, Clone, Copy)]
pub struct Extent(pub f64, pub f64, pub usize);

impl Builder {
    pub fn new(seed: u64, plan_from_site: DAffine3) -> Self {
        Self { seed, plan_from_site, fixtures: Vec::new(), lamps: Vec::new() }
    }

    /// Adds a thing that is drawn in a frame given in the site's frame.
    pub fn add(
        &mut self,
        site_from_thing: DAffine3,
        extent: Extent,
        feature: Option<Feature>,
        draw: impl Fn(&mut Pen) + Send + Sync + 'static,
    ) {
        let frame = self.plan_from_site * site_from_thing;
        self.fixtures.push(Fixture {
            at: frame.translation.truncate(),
            radius_m: extent.0,
            height_m: extent.1,
            feature,
            from_level: extent.2,
            draw: Box::new(move |mesh, level| {
                let (surface, lit) = (mesh.surface, mesh.lit);
                draw(&mut Pen::new(mesh, frame, level));
                (mesh.surface, mesh.lit) = (surface, lit);
            }),
        });
    }

    /// Adds a light at a place of the site's frame.
    pub fn lamp(&mut self, at: [f64; 3], reach_m: f64, kelvin: f64) {
        let at = self.plan_from_site.transform_point3(at.into());
        self.lamps.push(Lamp { at, reach_m, kelvin });
    }
}

/// Everything that stands on the pads.
pub fn fixtures(seed: u64) -> Vec<Fixture> {
    sites(seed).into_iter().flat_map(|site| site.fixtures).collect()
}

/// The lights of the pads.
pub fn lamps(seed: u64) -> Vec<Lamp> {
    sites(seed).into_iter().flat_map(|site| site.lamps).collect()
}

/// What grows on the pads, plan frame.
pub fn plants(seed: u64) -> Vec<Plant> {
    factory::plants(seed)
}

fn sites(seed: u64) -> Vec<Builder> {
    vec![port::site(seed), factory::site(seed), power::site(seed), roads::service_area(seed)]
}

/// The made ground of the pads at a level of detail, from the lowest layer to the highest.
pub fn ground(seed: u64, level: usize) -> Vec<Patch> {
    let mut out = port::ground(seed, level);
    out.extend(factory::ground(seed, level));
    out.extend(power::ground(seed, level));
    out.extend(roads::service_ground(seed, level));
    out
}

/// Where interiors have their places.
pub fn halls() -> Vec<Hall> {
    factory::halls()
}

/// An id with a number of two digits: `sts-01`.
pub fn numbered(kind: &str, number: usize) -> String {
    format!("{kind}-{number:02}")
}

#[cfg(test)]
mod tests;
