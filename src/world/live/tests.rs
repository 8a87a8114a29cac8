use super::*;
use crate::world::city::geom::Line;
use glam::{DVec2, DVec3};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::OnceLock;
use trace::{Pose, STEP_SECS};
use tracks::Kind;

const SECS: u32 = 300;
/// A part of the vehicles, so that it is quick.
const SHARE: f64 = 0.2;

fn city() -> &'static City {
    static CITY: OnceLock<City> = OnceLock::new();
    CITY.get_or_init(|| City::new(7))
}

fn network() -> &'static Network {
    static NETWORK: OnceLock<Network> = OnceLock::new();
    NETWORK.get_or_init(|| Network::new(city()))
}

fn frame() -> PlanFrame {
    PlanFrame::new(-9.15, 38.42, 53.0)
}

fn roads() -> &'static (Roads, Tracks<'static>) {
    static ROADS: OnceLock<(Roads, Tracks<'static>)> = OnceLock::new();
    ROADS.get_or_init(|| Roads::new(city(), network(), SECS, SHARE))
}

/// The courses of each scene by its name.
fn courses() -> &'static [(&'static str, Vec<Course>); 3] {
    static COURSES: OnceLock<[(&str, Vec<Course>); 3]> = OnceLock::new();
    COURSES.get_or_init(|| {
        [
            ("city", city_courses(city(), SECS, SHARE, &mut |_, _| {})),
            ("port", port_courses(city(), SECS)),
            ("factory", factory_courses(city(), SECS)),
        ]
    })
}

fn scene(name: &str) -> crate::format::scene::Scene {
    let (_, text) = SCENES.iter().find(|s| s.0 == format!("{name}.json")).unwrap();
    let (scene, issues) = crate::format::scene::read(text.as_bytes()).unwrap();
    assert!(issues.is_empty(), "{name}: {:?}", issues.into_vec());
    scene
}

fn lines(bytes: &[u8]) -> Vec<Value> {
    std::str::from_utf8(bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Poses of each entity with their times, in plan metres; those carried by others are left out.
fn told(bytes: &[u8]) -> BTreeMap<String, Vec<(f64, Option<DVec3>)>> {
    let mut out: BTreeMap<String, Vec<(f64, Option<DVec3>)>> = BTreeMap::new();
    for line in lines(bytes) {
        let t = line["t"].as_f64().unwrap();
        for entity in line["entities"].as_array().unwrap() {
            let id = entity["id"].as_str().unwrap().to_string();
            let pose = &entity["set"]["pose"];
            if entity["gone"] == true {
                out.entry(id).or_default().push((t, None));
            } else if let Some(lon) = pose["lon"].as_f64() {
                let g = DVec3::new(lon, pose["lat"].as_f64().unwrap(), pose["h"].as_f64().unwrap());
                out.entry(id).or_default().push((t, Some(frame().plan_from_geodetic(g))));
            }
        }
    }
    out
}

#[test]
fn most_trips_repeat_themselves() {
    let (roads, _) = roads();
    assert!(roads.driven.len() > 150, "{}", roads.driven.len());
    assert_eq!(roads.driven.len(), roads.trips.len());
    let classes: BTreeSet<&str> = roads.driven.iter().map(|d| roads.trips[d.trip].class).collect();
    for class in ["car_hatch", "car_saloon", "car_suv", "van", "truck", "bus"] {
        assert!(classes.contains(class), "no {class}");
    }
}

#[test]
fn vehicles_keep_to_their_lanes() {
    let (roads, tracks) = roads();
    for driven in roads.driven.iter().step_by(5) {
        let trip = &roads.trips[driven.trip];
        let points: Vec<DVec2> =
            trip.route.iter().flat_map(|&t| &tracks.list[t as usize].points).map(|p| p.truncate()).collect();
        let line = Line::new(points);
        for pose in driven.poses.iter().step_by(3) {
            // Long vehicles cut corners a little.
            let off = line.nearest(pose.at.truncate()).0;
            assert!(off < 0.2 + trip.length_m * 0.12, "{} is {off:.2} m off", trip.class);
        }
    }
}

#[test]
fn lanes_of_a_route_are_the_networks() {
    let (roads, tracks) = roads();
    for trip in &roads.trips {
        for pair in trip.route.windows(2) {
            let (a, b) = (&tracks.list[pair[0] as usize], &tracks.list[pair[1] as usize]);
            let gap = a.points[a.points.len() - 1].distance(b.points[0]);
            assert!(gap < 0.05, "{:?} to {:?}: {gap}", a.kind, b.kind);
            if let (Kind::Way(way), Kind::Lane(lane)) = (a.kind, b.kind) {
                assert_eq!(network().connections[way].to, lane);
            }
        }
    }
}

#[test]
fn vehicles_never_stand_in_each_other() {
    let (roads, _) = roads();
    let period = steps_of(SECS);
    let mut by_step: Vec<Vec<(Pose, f64)>> = vec![Vec::new(); period];
    for driven in &roads.driven {
        for (age, pose) in driven.poses.iter().enumerate() {
            by_step[(driven.start + age) % period].push((*pose, roads.trips[driven.trip].length_m));
        }
    }
    // A vehicle as three discs of a car's width.
    let discs = |(pose, length): &(Pose, f64)| {
        let (s, c) = crate::bake::det::sin_cos(pose.heading_deg.to_radians());
        [-0.5, 0.0, 0.5].map(|k| pose.at.truncate() + DVec2::new(s, c) * (k * (length - 1.9)))
    };
    let mut near = 0;
    let mut pairs = 0;
    for here in by_step.iter_mut().step_by(4) {
        here.sort_by(|a, b| a.0.at.x.total_cmp(&b.0.at.x));
        for (k, a) in here.iter().enumerate() {
            for b in here[k + 1..].iter().take_while(|b| b.0.at.x - a.0.at.x < 18.0) {
                if (b.0.at - a.0.at).length() < 18.0 {
                    pairs += 1;
                    let close = discs(a).iter().any(|p| discs(b).iter().any(|q| p.distance(*q) < 1.5));
                    near += usize::from(close);
                }
            }
        }
    }
    // The few that overlap waited for each other in a ring, and one of them drove on.
    assert!(near * 500 <= pairs, "{near} of {pairs} pairs");
}

#[test]
fn red_is_not_driven_over() {
    let (roads, tracks) = roads();
    let period = steps_of(SECS);
    let (mut over, mut all) = (0, 0);
    for driven in &roads.driven {
        let trip = &roads.trips[driven.trip];
        for &track in &trip.route {
            let way = &tracks.list[track as usize];
            let Some((signal, phases)) = way.signal else { continue };
            // When its front comes to the beginning of the way over the junction.
            let line = way.points[0];
            let front = |pose: &Pose| {
                let (s, c) = crate::bake::det::sin_cos(pose.heading_deg.to_radians());
                pose.at + DVec3::new(s, c, 0.0) * (trip.length_m * 0.5)
            };
            let nearest = (0..driven.poses.len()).min_by(|&a, &b| {
                front(&driven.poses[a]).distance(line).total_cmp(&front(&driven.poses[b]).distance(line))
            });
            let Some(age) = nearest else { continue };
            let step = (driven.start + age) % period;
            // Green now, or within the last four seconds: who can't stop drives on at amber.
            let green = (0..9).any(|k| {
                let secs = ((step + period - k) % period) as f64 * STEP_SECS;
                tracks.timing.green(signal, secs) & phases != 0
            });
            all += 1;
            over += usize::from(!green);
        }
    }
    assert!(all > 200, "{all}");
    assert!(over * 50 <= all, "{over} of {all}");
}

#[test]
fn nothing_jumps_not_even_where_the_trace_begins_again() {
    for (name, courses) in courses() {
        let bytes = trace::write(courses, &frame(), SECS);
        for (id, told) in told(&bytes) {
            for pair in told.windows(2) {
                let (Some(a), Some(b)) = (pair[0].1, pair[1].1) else { continue };
                let speed = a.distance(b) / (pair[1].0 - pair[0].0);
                assert!(speed < 45.0, "{name}: {id} at {} s: {speed:.1} m/s", pair[0].0);
            }
            let (first, last) = (told[0], told[told.len() - 1]);
            if let (Some(a), Some(b)) = (first.1, last.1)
                && first.0 == 0.0
            {
                let secs = f64::from(SECS) - last.0;
                assert!(a.distance(b) < 45.0 * secs + 0.1, "{name}: {id} jumps {:.1} m", a.distance(b));
            }
        }
    }
}

#[test]
fn every_entity_is_known_to_its_scene_and_has_what_it_binds() {
    for (name, courses) in courses() {
        let scene = scene(name);
        for course in courses {
            let rule = scene.entities.iter().find(|r| r.class.as_deref() == Some(course.class));
            assert!(rule.is_some(), "{name}: nothing is said of class {}", course.class);
        }
        for rule in &scene.entities {
            let class = rule.class.clone().unwrap_or_default();
            let of: Vec<&Course> = courses.iter().filter(|c| c.class == class).collect();
            assert!(!of.is_empty(), "{name}: no entity of class {class}");
            let compiled = crate::twin::bind::CompiledRule::compile(0, rule);
            for property in compiled.properties() {
                let has = |c: &&Course| property == "pose" || c.values.iter().any(|v| v.0 == property);
                assert!(of.iter().any(has), "{name}: {class} has no {property}");
            }
        }
    }
}

#[test]
fn ids_are_unique_and_carriers_exist() {
    for (name, courses) in courses() {
        let mut ids = BTreeSet::new();
        for course in courses {
            assert!(ids.insert(course.id.as_str()), "{name}: {} is there twice", course.id);
        }
        for course in courses {
            if let Motion::On { entity, .. } = &course.motion {
                assert!(ids.contains(entity.as_str()), "{name}: {} is on {entity}", course.id);
            }
        }
    }
}

#[test]
fn scenes_have_no_issues_and_their_models_are_made() {
    let models: BTreeSet<String> = crate::world::sites::models::files().into_iter().map(|f| f.path).collect();
    for (name, _) in courses() {
        let scene = scene(name);
        let issues = crate::format::scene::check(&scene);
        assert!(issues.is_empty(), "{name}: {:?}", issues.into_vec());
        for reference in scene.references() {
            let url = reference.url.as_str();
            let made = models.contains(url) || url == "tileset.json" || url == format!("{name}.jsonl.gz");
            assert!(made, "{name}: {url} is not made");
        }
    }
}

#[test]
fn the_feed_understands_the_traces() {
    for (name, courses) in courses() {
        let bytes = trace::write(courses, &frame(), SECS);
        for line in std::str::from_utf8(&bytes).unwrap().lines().step_by(7) {
            let (_, issues) = crate::feed::parse_server(line).unwrap();
            assert!(issues.is_empty(), "{name}: {issues:?}");
        }
    }
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    for (name, courses) in courses() {
        let again = match *name {
            "city" => city_courses(city(), SECS, SHARE, &mut |_, _| {}),
            "port" => port_courses(city(), SECS),
            _ => factory_courses(city(), SECS),
        };
        assert!(trace::write(courses, &frame(), SECS) == trace::write(&again, &frame(), SECS), "{name}");
    }
}
