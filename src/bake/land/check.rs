//! What is wrong with features, told with the source's own id and place, and mended where it can be.

use std::collections::BTreeMap;

use glam::{DVec2, DVec3};
use serde::{Deserialize, Serialize};

use crate::bake::draw::poly;
use crate::bake::model::{Building, Feature, Polygon, Shape, SurfaceLod};
use crate::bake::source::polygons;
use crate::format::issue::{Issue, Issues, Severity};

/// Nothing that is built is higher, metres.
const MAX_HEIGHT_M: f64 = 1000.0;
const MAX_FLOORS: f64 = 220.0;
/// Nor reaches farther from its origin as one model, metres.
const MAX_REACH_M: f64 = 50_000.0;
/// Heights of the Earth's surface and what stands on it, metres above the ellipsoid.
const HEIGHTS_H_M: std::ops::RangeInclusive<f64> = -12_000.0..=12_000.0;
/// Examples that are kept of each kind of finding.
const EXAMPLES: usize = 40;
/// Kinds of findings.
const MAX_KINDS: usize = 200;

/// Something wrong at a place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    pub severity: u8,
    pub file: String,
    /// The source's own id, or a path into its file.
    pub path: String,
    pub message: String,
    pub expected: Option<String>,
    pub got: Option<String>,
    /// Longitude and latitude in units of 1e-7 degree.
    pub at_e7: Option<[i64; 2]>,
}

impl Finding {
    /// `file`: for issues that name none.
    pub fn new(issue: &Issue, file: &str, at: Option<DVec2>) -> Self {
        let e7 = |x: f64| (x * 1e7).round() as i64;
        Self {
            severity: issue.severity as u8,
            file: if issue.file.is_empty() { file.to_string() } else { issue.file.clone() },
            path: issue.path.clone(),
            message: issue.message.clone(),
            expected: issue.expected.clone(),
            got: issue.got.clone(),
            at_e7: at.filter(|p| p.is_finite() && p.abs().max_element() < 1000.0).map(|p| [e7(p.x), e7(p.y)]),
        }
    }
}

/// All findings of a bake: counted by message, with the first examples of each. Bounded.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Findings {
    kinds: BTreeMap<String, (u64, Vec<Finding>)>,
    dropped: u64,
}

impl Findings {
    pub fn tell(&mut self, issue: &Issue, file: &str, at: Option<DVec2>) {
        self.add(Finding::new(issue, file, at), 1);
    }

    /// Counts one that was kept.
    pub fn count(&mut self, finding: Finding) {
        self.add(finding, 1);
    }

    pub fn tell_all(&mut self, issues: Issues, file: &str) {
        self.dropped += issues.dropped() as u64;
        for issue in issues.iter() {
            self.tell(issue, file, None);
        }
    }

    fn add(&mut self, finding: Finding, count: u64) {
        if !self.kinds.contains_key(&finding.message) && self.kinds.len() >= MAX_KINDS {
            self.dropped += count;
            return;
        }
        let (known, examples) = self.kinds.entry(finding.message.clone()).or_default();
        *known += count;
        if examples.len() < EXAMPLES {
            examples.push(finding);
        }
    }

    /// Joins what parts of a bake found, in their order.
    pub fn extend(&mut self, other: Self) {
        self.dropped += other.dropped;
        for (_, (count, examples)) in other.kinds {
            let mut left = count;
            let shown = examples.len() as u64;
            for (k, finding) in examples.into_iter().enumerate() {
                // The first carries those that are counted only.
                let one = if k == 0 { 1 + (count - shown) } else { 1 };
                left = left.saturating_sub(one);
                self.add(finding, one);
            }
        }
    }

    /// Message, worst severity, how often, and examples.
    pub fn kinds(&self) -> impl Iterator<Item = (&str, Severity, u64, &[Finding])> {
        self.kinds.iter().map(|(message, (count, examples))| {
            let worst = examples.iter().map(|f| f.severity).max().unwrap_or(0);
            let severity = match worst {
                0 => Severity::Info,
                1 => Severity::Warning,
                _ => Severity::Error,
            };
            (message.as_str(), severity, *count, examples.as_slice())
        })
    }

    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty() && self.dropped == 0
    }

    /// Counted, but of too many kinds to be kept.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// `issues.json`: what was found, sorted by message.
    pub fn json(&self) -> serde_json::Value {
        let finding = |f: &Finding| {
            let mut one = serde_json::json!({"id": f.path});
            let mut set = |key: &str, value: serde_json::Value| one[key] = value;
            if !f.file.is_empty() {
                set("file", f.file.clone().into());
            }
            if let Some([lon, lat]) = f.at_e7 {
                set("lon_deg", (lon as f64 / 1e7).into());
                set("lat_deg", (lat as f64 / 1e7).into());
            }
            if let Some(expected) = &f.expected {
                set("expected", expected.clone().into());
            }
            if let Some(got) = &f.got {
                set("got", got.clone().into());
            }
            one
        };
        let kinds: Vec<serde_json::Value> = self
            .kinds()
            .map(|(message, severity, count, examples)| {
                serde_json::json!({"severity": severity, "message": message, "count": count,
                    "examples": examples.iter().map(finding).collect::<Vec<_>>()})
            })
            .collect();
        serde_json::json!({"issues": kinds, "not_listed": self.dropped})
    }
}

/// The middle of a shape's finite places, degrees.
pub fn place_of(shape: &Shape) -> Option<DVec2> {
    let mut bounds = (DVec2::MAX, DVec2::MIN);
    super::cells::for_each_place(shape, &mut |p| {
        if p.is_finite() {
            bounds = (bounds.0.min(p), bounds.1.max(p));
        }
    });
    (bounds.0.x <= bounds.1.x).then(|| (bounds.0 + bounds.1) * 0.5)
}

/// What of a feature can be used: several where a footprint falls into parts.
pub fn check(mut feature: Feature, file: &str, findings: &mut Findings) -> Vec<Feature> {
    let at = place_of(&feature.shape);
    let id = feature.id.clone();
    let mut tell = |issue: Issue| findings.tell(&issue, file, at);
    let usable = match &mut feature.shape {
        Shape::Building(building) => check_building(building, &id, &mut tell),
        Shape::Surfaces(surfaces) => {
            let before = surfaces.lods.len();
            surfaces.lods.retain(sound_lod);
            if surfaces.lods.len() < before {
                tell(Issue::error(&id, "a level of detail has positions that are not on Earth; it is left out"));
            }
            !surfaces.lods.is_empty()
        }
        Shape::Way(way) => {
            let before = way.line.len();
            way.line.retain(|p| p.is_finite() && on_earth(p.truncate()) && HEIGHTS_H_M.contains(&p.z));
            if way.line.len() < before {
                tell(
                    Issue::warning(&id, "points of a line are not on Earth; they are left out")
                        .expected_got("finite degrees and metres", format!("{} points", before - way.line.len())),
                );
            }
            way.width_m = way.width_m.filter(|w| *w > 0.0 && *w < 1000.0);
            way.line.len() >= 2
        }
        Shape::Area(area) => {
            let before: usize = area.polygons.iter().map(|p| p.outer.len()).sum();
            for polygon in &mut area.polygons {
                polygon.outer.retain(|&p| on_earth(p));
                polygon.holes.iter_mut().for_each(|hole| hole.retain(|&p| on_earth(p)));
                polygon.holes.retain(|hole| hole.len() >= 3);
            }
            area.polygons.retain(|p| p.outer.len() >= 3);
            let after: usize = area.polygons.iter().map(|p| p.outer.len()).sum();
            if after < before {
                tell(Issue::warning(&id, "corners of an area are not on Earth; they are left out"));
            }
            !area.polygons.is_empty()
        }
        Shape::Point(point) => {
            point.height_m = point.height_m.filter(|h| *h > 0.0 && *h <= MAX_HEIGHT_M);
            on_earth(point.at)
        }
        Shape::Model(placed) => {
            let numbers = [placed.heading_deg, placed.pitch_deg, placed.roll_deg, placed.reach_m];
            let sound = numbers.iter().all(|x| x.is_finite()) && placed.scale > 0.0 && placed.scale.is_finite();
            if sound && placed.reach_m > MAX_REACH_M {
                let message = "the model is not believed to be this large; it is left out (is its unit the metre?)";
                let expected = format!("at most {:.0} km from its origin", MAX_REACH_M / 1e3);
                tell(Issue::error(&id, message).expected_got(expected, format!("{:.0} km", placed.reach_m / 1e3)));
                return Vec::new();
            }
            on_earth(placed.at) && sound
        }
    };
    if !usable {
        tell(Issue::error(&id, "has no usable geometry; it is left out"));
        return Vec::new();
    }
    parts(feature, file, findings)
}

fn on_earth(p: DVec2) -> bool {
    p.is_finite() && p.x.abs() <= 540.0 && p.y.abs() <= 90.0
}

fn sound_lod(lod: &SurfaceLod) -> bool {
    let sound = |v: &DVec3| on_earth(v.truncate()) && HEIGHTS_H_M.contains(&v.z);
    !lod.surfaces.is_empty() && lod.vertices.iter().all(sound)
}

fn check_building(building: &mut Building, id: &str, tell: &mut dyn FnMut(Issue)) -> bool {
    let footprint = &mut building.footprint;
    let before = footprint.outer.len();
    footprint.outer.retain(|&p| on_earth(p));
    if footprint.outer.len() < before {
        tell(
            Issue::error(id, "corners of a footprint are no numbers or not on Earth; they are left out")
                .expected_got(format!("{before} corners"), footprint.outer.len()),
        );
    }
    footprint.holes.iter_mut().for_each(|hole| hole.retain(|&p| on_earth(p)));
    footprint.holes.retain(|hole| hole.len() >= 3);
    if let Some(height_m) = building.height_m
        && !(height_m > 0.0 && height_m <= MAX_HEIGHT_M)
    {
        let message = "the building's height is not believed; it is guessed";
        let expected = format!("above 0 and at most {MAX_HEIGHT_M} m");
        tell(Issue::warning(id, message).expected_got(expected, format!("{height_m} m")));
        building.height_m = None;
    }
    if let Some(floors) = building.floors
        && !(floors > 0.0 && floors <= MAX_FLOORS)
    {
        let message = "the number of storeys is not believed; it is guessed";
        tell(Issue::warning(id, message).expected_got(format!("above 0 and at most {MAX_FLOORS}"), floors));
        building.floors = None;
    }
    let finite = |x: &f64| x.is_finite();
    building.roof_height_m = building.roof_height_m.filter(|h| finite(h) && *h >= 0.0 && *h <= MAX_HEIGHT_M);
    building.roof_direction_deg = building.roof_direction_deg.filter(finite);
    footprint.outer.len() >= 3
}

/// A building whose outline crosses itself falls into sound parts.
fn parts(mut feature: Feature, file: &str, findings: &mut Findings) -> Vec<Feature> {
    /// Testing whether all sides miss each other takes time by the square of their number.
    const FEW: usize = 64;
    let Shape::Building(building) = &mut feature.shape else { return vec![feature] };
    let outer = &building.footprint.outer;
    let scale = polygons::metres_per_degree(outer[0].y);
    let local: Vec<DVec2> = outer.iter().map(|&p| (p - outer[0]) * scale).collect();
    if local.len() <= FEW && poly::is_simple(&[&local]) {
        return vec![feature];
    }
    let rings: Vec<&[DVec2]> = building.footprint.holes.iter().map(Vec::as_slice).collect();
    let made = polygons::from_roles(&[outer], &rings);
    if made.crossings == 0 && made.polygons.len() == 1 {
        return vec![feature];
    }
    let at = made.crossing_at.or_else(|| outer.first().copied());
    let mut tell = |severity, message: &str, got: String| {
        let issue = Issue::new(severity, feature.id.clone(), message).expected_got("sides that do not cross", got);
        findings.tell(&issue, file, at);
    };
    if made.polygons.is_empty() {
        // A tangle or a line: the hull is the best that can be said of it.
        tell(Severity::Warning, "the footprint can't be made sound; its hull is drawn", String::from("no area"));
        let lod = SurfaceLod { vertices: outer.iter().map(|p| p.extend(0.0)).collect(), ..SurfaceLod::default() };
        let Some(hull) = super::surfaces::hull(&lod) else { return Vec::new() };
        building.footprint = Polygon { outer: hull, holes: Vec::new() };
        return vec![feature];
    }
    if made.crossings > 0 {
        let got = format!("{} crossings", made.crossings);
        tell(Severity::Warning, "the footprint crosses itself; it is drawn as sound parts", got);
    }
    let count = made.polygons.len();
    let mut out = Vec::with_capacity(count);
    for (k, footprint) in made.polygons.into_iter().enumerate() {
        let mut part = feature.clone();
        if k > 0 {
            part.id = format!("{}#{}", feature.id, k + 1);
        }
        if let Shape::Building(building) = &mut part.shape {
            building.footprint = footprint;
        }
        out.push(part);
    }
    out
}
