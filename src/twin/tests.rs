use glam::DVec3;
use proptest::prelude::*;

use super::*;
use crate::geo::{Geodetic, Pose, SiteFrame, wgs84};

const T: f64 = 1_795_248_000.0;

fn set(id: &str, t_secs: f64, set: Vec<(&str, Value)>) -> Update {
    let set = set.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
    Update::Entity(EntityUpdate { id: id.into(), order: Order::at(t_secs), class: None, model: None, set })
}

fn gone(id: &str, t_secs: f64) -> Update {
    Update::Gone { id: id.into(), order: Order::at(t_secs) }
}

fn geo(lon_deg: f64, lat_deg: f64, h: f64, heading_deg: f64) -> Value {
    let turn = Some(Turn { heading_deg, ..Turn::default() });
    Value::Pose(PoseValue::Geo { lon_deg, lat_deg, height_m: Some(h), turn })
}

fn on(entity: &str, x_m: f64, y_m: f64) -> Value {
    Value::Pose(PoseValue::On { entity: entity.into(), x_m, y_m, z_m: 0.0, turn: None })
}

fn twin_of(updates: impl IntoIterator<Item = Update>) -> Twin {
    let mut twin = Twin::default();
    updates.into_iter().for_each(|update| twin.apply(update));
    twin
}

fn pose(twin: &Twin, id: &str, t_secs: f64) -> Option<PoseSample> {
    twin.pose_at(twin.find(id)?, t_secs)
}

/// Longitude, latitude, height and heading (degrees, metres).
fn told(sample: &PoseSample) -> (f64, f64, f64, f64) {
    let pose = Pose { pos_ecef: sample.pos_ecef, ecef_from_body: sample.ecef_from_body };
    let (geodetic, turn) = pose.to_geodetic();
    (geodetic.lon_deg(), geodetic.lat_deg(), geodetic.height_m, turn.heading_rad.to_degrees())
}

#[test]
fn positions_run_from_sample_to_sample() {
    let twin = twin_of([
        set("a", T, vec![("pose", geo(11.0, 44.0, 50.0, 90.0))]),
        set("a", T + 1.0, vec![("pose", geo(11.0002, 44.0, 52.0, 100.0))]),
    ]);
    let (lon, lat, height, heading) = told(&pose(&twin, "a", T + 0.25).unwrap());
    assert!((lon - 11.00005).abs() < 1e-9 && (lat - 44.0).abs() < 1e-9);
    assert!((height - 50.5).abs() < 1e-4 && (heading - 92.5).abs() < 1e-4, "{height} {heading}");
}

#[test]
fn headings_cross_north_by_the_short_way() {
    let twin = twin_of([
        set("a", T, vec![("pose", geo(11.0, 44.0, 0.0, 350.0))]),
        set("a", T + 1.0, vec![("pose", geo(11.0, 44.0, 0.0, 20.0))]),
    ]);
    let heading = told(&pose(&twin, "a", T + 0.5).unwrap()).3;
    assert!((heading - 5.0).abs() < 1e-4, "{heading}");
}

#[test]
fn a_long_way_between_samples_keeps_its_height() {
    // Half a degree of latitude, 55 km: the chord's middle lies 60 m below the ellipsoid.
    let mut twin = Twin::new(TwinOptions { max_speed_m_s: 1e6, ..TwinOptions::default() });
    twin.apply(set("a", T, vec![("pose", geo(11.0, 44.0, 100.0, 0.0))]));
    twin.apply(set("a", T + 1.0, vec![("pose", geo(11.0, 44.5, 200.0, 0.0))]));
    let height = told(&pose(&twin, "a", T + 0.5).unwrap()).2;
    assert!((height - 150.0).abs() < 1e-3, "{height}");
}

#[test]
fn a_body_moves_on_for_a_while_then_stands_then_is_stale() {
    let twin = twin_of([
        set("a", T, vec![("pose", geo(11.0, 44.0, 0.0, 90.0))]),
        set("a", T + 1.0, vec![("pose", geo(11.0001, 44.0, 0.0, 90.0))]),
    ]);
    let at = |t_secs| pose(&twin, "a", t_secs).unwrap();
    assert_eq!(at(T + 1.0).state, PoseState::Live);
    let half = at(T + 1.5);
    assert_eq!((half.state, half.age_secs), (PoseState::Extrapolated, 0.5));
    assert!((told(&half).0 - 11.00015).abs() < 1e-9);
    let held = at(T + 4.0);
    assert!((told(&held).0 - 11.0002).abs() < 1e-9);
    assert_eq!(held.state, PoseState::Extrapolated);
    assert_eq!(at(T + 7.0).state, PoseState::Stale);
    assert_eq!(at(T + 7.0).pos_ecef, held.pos_ecef);
}

#[test]
fn a_jump_no_body_can_make_is_not_run_through() {
    let twin = twin_of([
        set("a", T, vec![("pose", geo(11.0, 44.0, 0.0, 0.0))]),
        set("a", T + 1.0, vec![("pose", geo(11.0, 45.0, 0.0, 0.0))]),
    ]);
    let (_, lat, ..) = told(&pose(&twin, "a", T + 0.9).unwrap());
    assert!((lat - 44.0).abs() < 1e-9);
    let (_, lat, ..) = told(&pose(&twin, "a", T + 1.5).unwrap());
    assert!((lat - 45.0).abs() < 1e-9, "nor is it the velocity after");
}

#[test]
fn a_body_that_will_appear_is_not_there_yet() {
    let twin = twin_of([set("a", T, vec![("pose", geo(11.0, 44.0, 0.0, 0.0))])]);
    assert_eq!(pose(&twin, "a", T - 0.2), None);
    // Clocks that differ by minutes are no reason to show nothing.
    assert_eq!(pose(&twin, "a", T - 200.0).unwrap().state, PoseState::Before);
}

#[test]
fn late_samples_find_their_place() {
    let at = |k: f64| set("a", T + k, vec![("pose", geo(11.0 + 1e-4 * k * k, 44.0, 0.0, 0.0))]);
    let in_order = twin_of([at(0.0), at(1.0), at(2.0), at(3.0)]);
    let late = twin_of([at(0.0), at(3.0), at(1.0), at(1.0), at(2.0)]);
    for tenth in 0..40 {
        let t_secs = T + f64::from(tenth) / 10.0;
        assert_eq!(pose(&in_order, "a", t_secs), pose(&late, "a", t_secs), "{tenth}");
    }
}

#[test]
fn a_rider_moves_with_its_carrier() {
    let twin = twin_of([
        set("ship", T, vec![("pose", geo(9.9, 53.5, 10.0, 90.0))]),
        set("box", T, vec![("pose", on("ship", 2.0, 30.0))]),
        set("cat", T, vec![("pose", on("box", 0.0, 1.0))]),
    ]);
    let ship = pose(&twin, "ship", T).unwrap();
    let cat = pose(&twin, "cat", T).unwrap();
    // Heading east: forward is east, right is south.
    let site = SiteFrame::from_geodetic(Geodetic::from_degrees(9.9, 53.5, 10.0));
    let offset = site.site_pos_from_ecef(cat.pos_ecef);
    assert!(offset.distance(DVec3::new(31.0, -2.0, 0.0)) < 1e-4, "{offset}");
    assert!(cat.ecef_from_body.angle_between(ship.ecef_from_body) < 1e-6);
    // Told once, the rider is as fresh as its carrier.
    let mut twin = twin;
    for k in 1..10 {
        twin.apply(set("ship", T + f64::from(k), vec![("pose", geo(9.9, 53.5, 10.0, 90.0))]));
    }
    assert_eq!(pose(&twin, "cat", T + 9.0).unwrap().state, PoseState::Live);
    twin.apply(gone("ship", T + 10.0));
    twin.advance(T + 10.0);
    assert_eq!(pose(&twin, "cat", T + 10.0), None);
}

#[test]
fn bodies_that_stand_on_each_other_in_a_ring_are_nowhere() {
    let twin = twin_of([
        set("a", T, vec![("pose", on("b", 1.0, 0.0))]),
        set("b", T, vec![("pose", on("a", 1.0, 0.0))]),
        set("self", T, vec![("pose", on("self", 0.0, 0.0))]),
    ]);
    assert_eq!((pose(&twin, "a", T), pose(&twin, "self", T)), (None, None));
    let chain = (0..100).map(|k| set(&format!("c{k}"), T, vec![("pose", on(&format!("c{}", k + 1), 0.0, 1.0))]));
    assert_eq!(pose(&twin_of(chain), "c0", T), None);
}

#[test]
fn single_properties_make_a_pose_together() {
    let number = Value::Number;
    let twin = twin_of([
        set("a", T, vec![("lon", number(11.0)), ("lat", number(44.0)), ("h", number(5.0)), ("heading", number(45.0))]),
        // Only what changed.
        set("a", T + 1.0, vec![("lon", number(11.0001))]),
    ]);
    let (lon, lat, height, heading) = told(&pose(&twin, "a", T + 1.0).unwrap());
    assert!((lon - 11.0001).abs() < 1e-9 && (lat - 44.0).abs() < 1e-9);
    assert!((height - 5.0).abs() < 1e-5 && (heading - 45.0).abs() < 1e-3);
    assert_eq!(twin.get(twin.find("a").unwrap(), "heading").unwrap().value, number(45.0));
}

#[test]
fn a_site_pose_stands_upright_where_it_is() {
    let site = SiteFrame::from_geodetic(Geodetic::from_degrees(11.34, 44.49, 54.0));
    let placing = Placing { site: Some(site), ..Placing::default() };
    let mut twin = Twin::new(TwinOptions { placing, ..TwinOptions::default() });
    let turn = Some(Turn { heading_deg: 30.0, ..Turn::default() });
    twin.apply(set("a", T, vec![("pose", Value::Pose(PoseValue::Site { e_m: 3000.0, n_m: -4000.0, u_m: 0.0, turn }))]));
    let sample = pose(&twin, "a", T).unwrap();
    assert!(site.site_pos_from_ecef(sample.pos_ecef).distance(DVec3::new(3000.0, -4000.0, 0.0)) < 1e-8);
    assert!((told(&sample).3 - 30.0).abs() < 1e-3);
    let up = sample.ecef_from_body * DVec3::Z;
    let normal = wgs84::surface_normal(wgs84::geodetic_from_ecef(sample.pos_ecef));
    assert!(up.angle_between(normal) < 1e-6);
}

#[test]
fn what_cannot_be_placed_is_counted() {
    let site_pose = Value::Pose(PoseValue::Site { e_m: 0.0, n_m: 0.0, u_m: 0.0, turn: None });
    let twin = twin_of([
        set("a", T, vec![("pose", site_pose)]),
        set("b", T, vec![("pose", geo(11.0, 95.0, 0.0, 0.0))]),
        set("c", T, vec![("pose", geo(1e300, 5.0, 0.0, 0.0))]),
        set("d", T, vec![("pose", geo(1.0, 5.0, 1e300, 0.0))]),
    ]);
    assert_eq!(twin.stats().unplaced, 3);
    assert_eq!(pose(&twin, "b", T), None);
    assert!(pose(&twin, "d", T).unwrap().pos_ecef.is_finite());
}

#[test]
fn heights_follow_the_scene() {
    let placing = Placing { height_offset_m: 45.0, height_when_missing_m: 12.0, site: None };
    let mut twin = Twin::new(TwinOptions { placing, ..TwinOptions::default() });
    let ground = PoseValue::Geo { lon_deg: 11.0, lat_deg: 44.0, height_m: None, turn: None };
    twin.apply(set("a", T, vec![("pose", Value::Pose(ground))]));
    twin.apply(set("b", T, vec![("pose", geo(11.0, 44.0, 3.0, 0.0))]));
    assert!((told(&pose(&twin, "a", T).unwrap()).2 - 12.0).abs() < 1e-6);
    assert!((told(&pose(&twin, "b", T).unwrap()).2 - 48.0).abs() < 1e-6);
}

#[test]
fn a_body_without_orientation_looks_where_it_goes() {
    let at = |lon_deg, lat_deg| Value::Pose(PoseValue::Geo { lon_deg, lat_deg, height_m: None, turn: None });
    let twin = twin_of([
        set("a", T, vec![("pose", at(11.0, 44.0))]),
        set("a", T + 1.0, vec![("pose", at(11.0001, 44.0))]),
        set("a", T + 2.0, vec![("pose", at(11.0001, 44.0))]),
    ]);
    for t_secs in [T, T + 0.5, T + 1.0, T + 2.0] {
        let heading = told(&pose(&twin, "a", t_secs).unwrap()).3;
        assert!((heading - 90.0).abs() < 1e-2, "{t_secs}: {heading}");
    }
}

#[test]
fn one_that_leaves_is_there_until_the_shown_time_passes() {
    let mut twin = twin_of([set("a", T, vec![("pose", geo(11.0, 44.0, 0.0, 0.0))]), gone("a", T + 1.0)]);
    twin.advance(T + 0.9);
    let key = twin.find("a").unwrap();
    assert!(twin.pose_at(key, T + 0.9).is_some());
    assert_eq!(twin.pose_at(key, T + 1.0), None);
    twin.advance(T + 1.0);
    assert_eq!((twin.find("a"), twin.len()), (None, 0));
    // A late word does not bring it back, a new one does.
    twin.apply(set("a", T + 0.5, vec![("x", Value::Number(1.0))]));
    assert_eq!(twin.find("a"), None);
    twin.apply(set("a", T + 2.0, vec![("y", Value::Number(1.0))]));
    assert_eq!(twin.find("a"), Some(key));
    assert!(twin.get(key, "x").is_none() && twin.get(key, "y").is_some() && twin.get(key, "pose").is_none());
}

#[test]
fn one_that_comes_back_elsewhere_does_not_slide_there() {
    let mut twin = twin_of([
        set("a", T, vec![("pose", geo(11.0, 44.0, 0.0, 0.0))]),
        gone("a", T + 1.0),
        set("a", T + 1.0, vec![("pose", geo(11.001, 44.0, 0.0, 0.0))]),
    ]);
    twin.advance(T + 0.9);
    assert!((told(&pose(&twin, "a", T + 0.9).unwrap()).0 - 11.0).abs() < 1e-9);
    twin.advance(T + 1.1);
    assert!((told(&pose(&twin, "a", T + 1.1).unwrap()).0 - 11.001).abs() < 1e-9);
}

#[test]
fn keys_are_never_given_twice_and_slots_are_used_again() {
    let mut twin = Twin::new(TwinOptions { max_entities: 3, ..TwinOptions::default() });
    let mut keys = std::collections::HashSet::new();
    for k in 0..50 {
        let (id, t_secs) = (format!("car {k}"), T + f64::from(k) * 100.0);
        twin.apply(set(&id, t_secs, vec![("x", Value::Number(1.0))]));
        assert!(keys.insert(twin.find(&id).unwrap()));
        twin.apply(gone(&id, t_secs + 1.0));
        twin.advance(t_secs + 2.0);
    }
    assert!(keys.iter().all(|key| key.index < 3));
    assert_eq!(twin.len(), 0);
}

#[test]
fn bounds_are_kept_and_counted() {
    let options = TwinOptions { max_entities: 2, max_properties_per_entity: 3, ..TwinOptions::default() };
    let mut twin = Twin::new(options);
    for id in ["a", "b", "c"] {
        twin.apply(set(id, T, vec![]));
    }
    assert_eq!((twin.len(), twin.stats().over_limit), (2, 1));
    let names = ["p", "q", "r", "s", "t"];
    twin.apply(set("a", T, names.map(|name| (name, Value::Number(1.0))).into()));
    assert_eq!((twin.entity(twin.find("a").unwrap()).unwrap().properties().len(), twin.stats().over_limit), (3, 3));
    for k in 0..1000 {
        twin.apply(set("b", T + f64::from(k), vec![("pose", geo(11.0, 44.0, 0.0, 0.0))]));
        let event = Event {
            order: Order::at(T),
            id: "e".into(),
            kind: "k".into(),
            severity: None,
            entity: None,
            text: None,
            state: None,
            more: vec![],
        };
        twin.apply(Update::Event(event));
    }
    assert_eq!((twin.events().len(), twin.stats().events), (256, 1000));
}

#[test]
fn ticks_tell_who_changed() {
    let mut twin = twin_of([set("a", T, vec![("x", Value::Number(1.0))]), set("b", T, vec![])]);
    let changed = |twin: &Twin, tick| -> Vec<String> {
        twin.changed_since(tick).map(|(_, entity)| entity.id().to_string()).collect()
    };
    assert_eq!(changed(&twin, 0), ["a", "b"]);
    let tick = twin.tick();
    twin.apply(set("a", T + 1.0, vec![("x", Value::Number(1.0))]));
    assert!(changed(&twin, tick).is_empty(), "the same value is no change");
    twin.apply(set("a", T + 0.5, vec![("x", Value::Number(7.0))]));
    assert!(changed(&twin, tick).is_empty(), "nor is a late one");
    twin.apply(set("a", T + 2.0, vec![("x", Value::Number(2.0))]));
    assert_eq!(changed(&twin, tick), ["a"]);
}

#[test]
fn the_usual_time_between_poses_is_measured() {
    let twin = twin_of((0..50).map(|k| set("a", T + f64::from(k) * 0.5, vec![("pose", geo(11.0, 44.0, 0.0, 0.0))])));
    assert!((twin.stats().pose_period_secs.unwrap() - 0.5).abs() < 1e-6);
}

#[test]
fn the_clock_follows_live_with_its_delay() {
    let mut clock = Clock::live(0.2);
    assert_eq!(clock.advance(1000.0), 999.8);
    assert!((clock.advance(1000.1) - 999.9).abs() < 1e-9);
    // A small correction is run in, never backwards.
    clock.set_offset_secs(-0.5);
    let (mut last, mut now) = (clock.t_secs(), 1000.1);
    for _ in 0..300 {
        now += 1.0 / 60.0;
        let t_secs = clock.advance(now);
        assert!(t_secs > last && t_secs - last < 0.021);
        last = t_secs;
    }
    assert!((last - (now - 0.7)).abs() < 1e-6);
    // A large one is jumped.
    clock.set_offset_secs(100.0);
    assert!((clock.advance(now) - (now + 99.8)).abs() < 1e-9);
}

#[test]
fn the_clock_pauses_steps_and_runs_at_a_speed() {
    let mut clock = Clock::live(0.0);
    clock.advance(10.0);
    clock.pause();
    assert_eq!((clock.advance(11.0), clock.is_paused(), clock.is_live()), (10.0, true, false));
    clock.step(-0.5);
    assert_eq!(clock.advance(11.5), 9.5);
    clock.set_speed(2.0);
    assert_eq!(clock.advance(12.0), 10.5);
    clock.set_speed(f64::NAN);
    assert_eq!(clock.speed(), 2.0);
    clock.go_live();
    assert_eq!((clock.advance(12.5), clock.is_live()), (12.5, true));
    // A machine that slept for an hour moves a replay by a second.
    clock.set_speed(1.0);
    assert_eq!(clock.advance(3612.5), 13.5);
}

proptest! {
    #[test]
    fn poses_are_finite_whatever_came(
        samples in proptest::collection::vec((-400.0..400.0, -100.0..100.0, proptest::num::f64::NORMAL, 0.0..50.0), 1..20),
        t in -5.0..60.0,
    ) {
        let mut twin = Twin::default();
        for (lon, lat, wild, at) in samples {
            twin.apply(set("a", T + at, vec![("pose", geo(lon, lat, wild, wild))]));
        }
        if let Some(key) = twin.find("a") && let Some(sample) = twin.pose_at(key, T + t) {
            prop_assert!(sample.ecef_from_body.is_finite() && (sample.ecef_from_body.length() - 1.0).abs() < 1e-6);
            prop_assert!(!sample.pos_ecef.is_nan());
        }
    }
}
