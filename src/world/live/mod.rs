//! The live side of the world: entity models, and for each scene a trace of feed messages that loops without a jump.
//!
//! [`files`] makes everything from the plan: road traffic that drives on the plan's network ([`traffic`], [`routes`],
//! [`motorway`]), people on pavements and crossings ([`people`]), trains and the ski lift ([`rail`]), ships ([`ships`]), the
//! machines of the port ([`port`]) and of the factory ([`factory`]), and what sensors tell ([`sensors`]). Courses are
//! written by [`trace`]. Pure: the same plan gives the same bytes on every machine.

pub mod motorway;
pub mod routes;
pub mod trace;
pub mod tracks;
pub mod traffic;

use crate::bake::det::Rng;
use crate::world::city::City;
use crate::world::city::network::Network;
use std::collections::BTreeMap;
use trace::{Course, Motion, Values, parts_of, steps_of};
use traffic::{Driven, Trip};
use tracks::Tracks;

/// The road traffic of a period.
pub struct Roads {
    pub trips: Vec<Trip>,
    pub driven: Vec<Driven>,
}

impl Roads {
    /// Records it; `share` of the usual number of vehicles.
    pub fn new<'a>(city: &'a City, network: &'a Network, secs: u32, share: f64) -> (Self, Tracks<'a>) {
        let period = steps_of(secs);
        let mut tracks = Tracks::new(city, network, f64::from(secs));
        let mut trips = routes::trips(&mut tracks, city.seed, period, share);
        trips.extend(motorway::trips(&mut tracks, city.seed, period, share));
        let driven = traffic::record(&tracks, &trips, period);
        (Self { trips, driven }, tracks)
    }

    /// Its vehicles as entities.
    pub fn courses(&self, seed: u64, period: usize) -> Vec<Course> {
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        let mut out = Vec::new();
        for driven in &self.driven {
            let trip = &self.trips[driven.trip];
            let mut rng = Rng::of(seed, 37, driven.trip as u64);
            let paint = rng.pick(&PAINTS);
            for (poses, ages) in parts_of(&driven.poses, driven.start, period) {
                let number = numbers.entry(trip.class).or_default();
                *number += 1;
                let speeds = ages.iter().map(|&age| driven.speeds[age.min(driven.speeds.len() - 1)]).collect();
                let mut values = vec![("speed", Values::numbers(speeds, 0.8, 1))];
                match &trip.line {
                    Some(line) => values.push(("line", Values::text(line))),
                    None if trip.class == "truck" => values.push(("carrier", Values::text(rng.pick(&CARRIERS)))),
                    None => values.push(("paint", Values::text(paint))),
                }
                out.push(Course {
                    id: format!("{}-{number}", trip.class),
                    class: trip.class,
                    motion: Motion::Moving(poses),
                    values,
                });
            }
        }
        out
    }
}

/// Colours of cars, white and grey being the most common ones.
const PAINTS: [&str; 12] =
    ["white", "white", "silver", "silver", "grey", "grey", "black", "black", "red", "blue", "green", "sand"];
const CARRIERS: [&str; 5] = ["Transportes Arrabida", "Luso Cargo", "TMS Sado", "Rota Atlantica", "Frota Norte"];

#[cfg(test)]
mod tests;
