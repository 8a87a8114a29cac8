//! Floating-car data: who was where at every step, streamed, so that a trace of gigabytes needs memory for one step.
//!
//! A vehicle's position is the middle of its **front bumper**, a person's the middle of the body. `x`, `y` are net
//! coordinates, or longitude and latitude in degrees if SUMO ran with `--fcd-output.geo`; `angle` is clockwise from the
//! net's north in both cases.

use std::io::BufRead;

use super::SumoError;
use crate::format::issue::{Issue, Issues};
use crate::format::xml::{Element, Node, XmlReader, number};

/// One step may have this many bytes of XML: about two million vehicles.
const MAX_STEP_BYTES: u64 = 512 << 20;

/// What `x` and `y` of a trace are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coordinates {
    /// Metres of the net that the trace was made with.
    Net,
    /// Longitude and latitude, degrees.
    LonLat,
}

/// Everyone at one time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FcdStep {
    /// Simulation time.
    pub time_secs: f64,
    pub vehicles: Vec<FcdVehicle>,
}

/// A vehicle, person or container at one time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FcdVehicle {
    pub id: String,
    /// See [`Coordinates`].
    pub x: f64,
    pub y: f64,
    /// Metres, where the net has heights.
    pub z: Option<f64>,
    /// Degrees clockwise from the net's north; 0 where the trace has none.
    pub angle_deg: f64,
    pub speed_mps: f64,
    /// The vehicle type's id.
    pub kind: String,
    /// The lane's id (a person's edge).
    pub lane: String,
    /// Degrees, uphill positive.
    pub slope_deg: f64,
    pub person: bool,
}

/// Reads a trace step by step. The first error ends it.
pub struct FcdReader<R: BufRead> {
    xml: XmlReader<R>,
    given: Option<Coordinates>,
    told: Option<Coordinates>,
    guessed: Option<Coordinates>,
    root_seen: bool,
    ended: bool,
    issues: Issues,
}

impl<R: BufRead> FcdReader<R> {
    /// From plain or gzip XML.
    pub fn new(source: R) -> Result<Self, SumoError> {
        Ok(Self {
            xml: XmlReader::new(source, MAX_STEP_BYTES)?,
            given: None,
            told: None,
            guessed: None,
            root_seen: false,
            ended: false,
            issues: Issues::default(),
        })
    }

    /// Says what x and y are, where the caller knows better than the trace.
    pub fn with_coordinates(mut self, coordinates: Coordinates) -> Self {
        self.given = Some(coordinates);
        self
    }

    /// What x and y are: as the caller said; else as the configuration in the trace's head says; else as the first step
    /// with anyone in it looks (all within ±180 and ±90: degrees). `None` before that step was read.
    pub fn coordinates(&self) -> Option<Coordinates> {
        self.given.or(self.told).or(self.guessed)
    }

    /// Vehicles that were left out, and why.
    pub fn issues(&self) -> &Issues {
        &self.issues
    }

    /// How many unpacked bytes were read so far.
    pub fn byte(&self) -> u64 {
        self.xml.byte()
    }

    fn next_step(&mut self) -> Result<Option<FcdStep>, SumoError> {
        self.xml.renew_budget(MAX_STEP_BYTES);
        let mut step: Option<FcdStep> = None;
        let mut depth = 0_u32;
        loop {
            match self.xml.next_node()? {
                Node::Comment(text) if !self.root_seen => self.told = self.told.or(coordinates_in_comment(&text)),
                Node::Comment(_) => {}
                Node::Start(element) if element.depth == 0 => {
                    if element.name() != "fcd-export" {
                        let (byte, got) = (element.byte, element.name().chars().take(40).collect());
                        return Err(SumoError::Root { byte, expected: "fcd-export", got });
                    }
                    self.root_seen = true;
                }
                Node::Start(element) => {
                    depth = element.depth;
                    match (depth, element.name()) {
                        (1, "timestep") => {
                            step = Some(FcdStep { time_secs: read_time(&element)?, vehicles: Vec::new() });
                        }
                        (2, name @ ("vehicle" | "person" | "container")) => {
                            let person = name == "person";
                            if let Some(step) = &mut step {
                                match read_vehicle(&element, person)? {
                                    Ok(vehicle) => step.vehicles.push(vehicle),
                                    Err(issue) => self.issues.push(issue),
                                }
                            }
                        }
                        _ => {}
                    }
                }
                Node::End => {
                    // Closing an element at depth n leaves its parent's children at depth n.
                    if depth == 1
                        && let Some(step) = step.take()
                    {
                        self.guess(&step);
                        return Ok(Some(step));
                    }
                    depth = depth.saturating_sub(1);
                }
                Node::Eof if self.root_seen => return Ok(None),
                Node::Eof => return Err(SumoError::Empty { expected: "fcd-export" }),
            }
        }
    }

    fn guess(&mut self, step: &FcdStep) {
        if self.guessed.is_none() && !step.vehicles.is_empty() {
            let degrees = step.vehicles.iter().all(|v| v.x.abs() <= 180.0 && v.y.abs() <= 90.0);
            self.guessed = Some(if degrees { Coordinates::LonLat } else { Coordinates::Net });
        }
    }
}

impl<R: BufRead> Iterator for FcdReader<R> {
    type Item = Result<FcdStep, SumoError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.next_step().transpose();
        self.ended = !matches!(next, Some(Ok(_)));
        next
    }
}

/// SUMO writes its configuration as a comment before the root; options at their default are not in it.
fn coordinates_in_comment(text: &str) -> Option<Coordinates> {
    let (_, after) = text.split_once("<fcd-output.geo value=\"")?;
    match after.split('"').next()? {
        "true" | "1" | "yes" | "on" | "x" => Some(Coordinates::LonLat),
        "false" | "0" | "no" | "off" => Some(Coordinates::Net),
        _ => None,
    }
}

fn read_time(element: &Element<'_>) -> Result<f64, SumoError> {
    let mut time = None;
    element.for_each_attribute(|name, value| {
        if name == "time" {
            time = Some(time_secs(value).ok_or_else(|| value.chars().take(60).collect::<String>()));
        }
    })?;
    let byte = element.byte;
    match time {
        Some(Ok(time_secs)) => Ok(time_secs),
        Some(Err(got)) => Err(SumoError::Attribute {
            byte,
            element: "timestep",
            attribute: "time",
            expected: "seconds, or [days:]hours:minutes:seconds",
            got,
        }),
        None => Err(SumoError::MissingAttribute { byte, element: "timestep", attribute: "time" }),
    }
}

/// `600.00`, or `0:10:00` and `1:00:10:00.5` as `--human-readable-time` writes them.
fn time_secs(text: &str) -> Option<f64> {
    let (sign, text) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    let mut parts = text.rsplit(':').map(number);
    let mut secs = parts.next()??;
    for unit_secs in [60.0, 3600.0, 86_400.0] {
        let Some(part) = parts.next() else { return Some(sign * secs) };
        secs += part? * unit_secs;
    }
    parts.next().is_none().then_some(sign * secs)
}

/// The inner error is a vehicle to leave out, the outer one a broken file.
fn read_vehicle(element: &Element<'_>, person: bool) -> Result<Result<FcdVehicle, Issue>, SumoError> {
    let mut vehicle = FcdVehicle { person, ..FcdVehicle::default() };
    let (mut x, mut y) = (None, None);
    let mut bad: Option<(&'static str, String)> = None;
    element.for_each_attribute(|name, value| {
        let mut measure = |attribute: &'static str, target: &mut f64| match number(value) {
            Some(v) => *target = v,
            None => bad = Some((attribute, value.chars().take(60).collect())),
        };
        match name {
            "id" => vehicle.id = value.to_string(),
            "x" => x = number(value),
            "y" => y = number(value),
            "z" => vehicle.z = number(value),
            "angle" => measure("angle", &mut vehicle.angle_deg),
            "speed" => measure("speed", &mut vehicle.speed_mps),
            "slope" => measure("slope", &mut vehicle.slope_deg),
            "type" => vehicle.kind = value.to_string(),
            "lane" => vehicle.lane = value.to_string(),
            "edge" if vehicle.lane.is_empty() => vehicle.lane = value.to_string(),
            _ => {}
        }
    })?;
    let left_out = |message: &str| {
        let id: String = vehicle.id.chars().take(60).collect();
        Issue::warning(format!("byte {}", element.byte), format!("{} {id:?} {message}; it is left out", element.name()))
    };
    if vehicle.id.is_empty() {
        return Ok(Err(left_out("has no id")));
    }
    if let Some((attribute, got)) = bad {
        let issue = left_out(&format!("has an attribute {attribute:?} that is no number"));
        return Ok(Err(issue.expected_got("a number", format!("{got:?}"))));
    }
    let (Some(x), Some(y)) = (x, y) else { return Ok(Err(left_out("has no position x, y"))) };
    Ok(Ok(FcdVehicle { x, y, ..vehicle }))
}
