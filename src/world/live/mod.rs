//! The live side of the world: entity models, and for each scene a trace of feed messages that loops without a jump.
//!
//! [`files`] makes everything from the plan: road traffic that drives on the plan's network ([`traffic`], [`routes`],
//! [`motorway`]), people on pavements and crossings ([`people`]), trains and the ski lift ([`rail`]), ships ([`ships`]), the
//! machines of the port ([`port`]) and of the factory ([`factory`]), and what sensors tell ([`sensors`]). Courses are
//! written by [`trace`]. Pure: the same plan gives the same bytes on every machine.

pub mod factory;
pub mod motorway;
pub mod people;
pub mod port;
pub mod rail;
pub mod routes;
pub mod sensors;
pub mod ships;
pub mod trace;
pub mod tracks;
pub mod traffic;
pub mod way;

use super::GeneratedFile;
use crate::bake::det::Rng;
use crate::bake::frame::PlanFrame;
use crate::format::gzip::gzip;
use crate::world::city::City;
use crate::world::city::network::Network;
use std::collections::BTreeMap;
use trace::{Course, Motion, Values, parts_of, steps_of};
use tracks::Tracks;
use traffic::{Driven, Trip};

/// The scenes over the one tileset, as they are stored beside it.
const SCENES: [(&str, &str); 3] = [
    ("city.json", include_str!("../../../scenes/city.json")),
    ("port.json", include_str!("../../../scenes/port.json")),
    ("factory.json", include_str!("../../../scenes/factory.json")),
];

/// Models, and traces of `secs` seconds (made for 300; less is too short for the rounds in the port). `progress` gets a
/// fraction 0..=1 and what is being made.
pub fn files(city: &City, frame: &PlanFrame, secs: u32, progress: &mut dyn FnMut(f32, &str)) -> Vec<GeneratedFile> {
    progress(0.0, "models");
    let mut files = crate::world::sites::models::files();
    let mut trace = |name: &str, courses: &[Course]| {
        let bytes = gzip(&trace::write(courses, frame, secs));
        files.push(GeneratedFile { path: format!("{name}.jsonl.gz"), bytes });
    };
    progress(0.1, "port and factory");
    trace("port", &port_courses(city, secs));
    trace("factory", &factory_courses(city, secs));
    trace("city", &city_courses(city, secs, 1.0, &mut |part, what| progress(0.2 + 0.7 * part, what)));
    progress(1.0, "done");
    files
}

/// The scenes, which need no plan.
pub fn scenes() -> Vec<GeneratedFile> {
    SCENES.map(|(path, text)| GeneratedFile { path: path.into(), bytes: text.into() }).to_vec()
}

/// The network as data for tools of others. It names the doors of all buildings, which takes some seconds: made apart.
pub fn network_file(city: &City) -> GeneratedFile {
    GeneratedFile { path: "network.json".into(), bytes: crate::world::city::network::json(city).into_bytes() }
}

/// The city's entities; `share` of the usual number of vehicles and people.
pub fn city_courses(city: &City, secs: u32, share: f64, progress: &mut dyn FnMut(f32, &str)) -> Vec<Course> {
    let steps = steps_of(secs);
    progress(0.0, "traffic");
    let network = Network::new(city);
    let (roads, tracks) = Roads::new(city, &network, secs, share);
    let mut courses = roads.courses(city.seed, steps);
    progress(0.7, "people, ships and sensors");
    let length = |trip: usize| roads.trips[trip].length_m;
    courses.extend(people::courses(city, &network, &roads.driven, &length, steps, share));
    courses.extend(rail::trains(city, steps));
    courses.extend(rail::chairs(city, steps, share));
    courses.extend(ships::courses(city.seed, steps));
    courses.extend(port::quay_cranes(steps));
    courses.extend(sensors::weather(city, steps));
    courses.push(sensors::tide(steps));
    courses.extend(sensors::loops(city, &network, &roads, steps));
    courses.extend(sensors::signals(city, &network, &tracks.timing, steps));
    courses.extend(sensors::city(city, &roads, steps));
    courses
}

pub fn port_courses(city: &City, secs: u32) -> Vec<Course> {
    let steps = steps_of(secs);
    let mut courses = port::courses(city.seed, steps);
    courses.extend(ships::courses(city.seed, steps));
    let drone = glam::DVec2::new(3100.0, -3000.0);
    courses.push(ships::drone("drone-1", drone, 170.0, 70.0, steps));
    courses.extend(sensors::weather(city, steps));
    courses.push(sensors::tide(steps));
    courses.extend(sensors::port(city.seed, steps));
    courses
}

pub fn factory_courses(city: &City, secs: u32) -> Vec<Course> {
    let steps = steps_of(secs);
    let mut courses = factory::courses(city.seed, steps);
    courses.extend(sensors::weather(city, steps));
    courses
}

/// A truck that comes to a site: `ages` are the steps since it set out, `run` its metres and speeds by age, and `state` what it
/// does at such a place and speed.
fn truck(
    number: usize,
    carrier: &'static str,
    (poses, ages): (Vec<Option<trace::Pose>>, &[usize]),
    run: &[(f64, f64)],
    state: impl Fn(f64, f64) -> &'static str,
) -> Course {
    let at = |age: usize| run[age.min(run.len() - 1)];
    Course {
        id: crate::world::sites::numbered("truck", number),
        class: "truck",
        motion: Motion::Moving(poses),
        values: vec![
            ("speed", Values::numbers(ages.iter().map(|&age| at(age).1 as f32).collect(), 0.8, 1)),
            ("state", Values::Words(ages.iter().map(|&age| state(at(age).0, at(age).1)).collect())),
            ("carrier", Values::text(carrier)),
        ],
    }
}

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
        let driven = traffic::record(&tracks, &mut trips, period);
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
