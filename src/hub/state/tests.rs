use super::*;
use crate::feed::filter::Filter;
use crate::feed::message::{EntityMessage, ServerMessage, Snapshot, Subscribe};
use crate::twin::{Order, PoseValue};

fn set(id: &str, t_secs: f64, set: &[(&str, f64)]) -> Update {
    let set = set.iter().map(|(name, value)| ((*name).into(), Value::Number(*value).into())).collect();
    Update::Entity(EntityUpdate { id: id.into(), order: Order::at(t_secs), class: None, model: None, set })
}

fn at(id: &str, t_secs: f64, lon_deg: f64) -> Update {
    let pose = Value::Pose(PoseValue::Geo { lon_deg, lat_deg: 44.0, height_m: None, turn: None });
    let set = vec![("pose".into(), pose.into())];
    Update::Entity(EntityUpdate {
        id: id.into(),
        order: Order::at(t_secs),
        class: Some("car".into()),
        model: None,
        set,
    })
}

fn gone(id: &str, t_secs: f64) -> Update {
    Update::Gone { id: id.into(), order: Order::at(t_secs) }
}

fn event(id: &str, t_secs: f64) -> Update {
    let (order, id, kind) = (Order::at(t_secs), id.into(), "mark".into());
    Update::Event(Event { order, id, kind, severity: None, entity: None, text: None, state: None, more: Vec::new() })
}

fn state() -> State {
    State::new(1000, 300.0)
}

/// `id:name=value,…`, `id-` for departures, in order.
fn told(entities: &[EntityMessage]) -> Vec<String> {
    let one = |entity: &EntityMessage| {
        let values = entity.set.iter().map(|(name, property)| match &property.value {
            Value::Pose(PoseValue::Geo { lon_deg, .. }) => format!("{name}={lon_deg}"),
            value => format!("{name}={}", value.as_number().unwrap()),
        });
        let values: Vec<String> = values.collect();
        format!("{}{}{}", entity.id, if entity.gone { "-" } else { ":" }, values.join(","))
    };
    entities.iter().map(one).collect()
}

fn delta(state: &State, cursor: u64) -> Vec<String> {
    told(&state.delta(cursor, &Filter::default(), &mut HeldIds::new()).update.entities)
}

#[test]
fn a_delta_has_the_newest_of_what_changed_and_nothing_else() {
    let mut state = state();
    state.apply([set("a", 1.0, &[("x", 1.0), ("y", 1.0)]), set("b", 1.0, &[("x", 1.0)])], 0.0);
    let cursor = state.head();
    assert!(delta(&state, cursor).is_empty());
    state.apply([set("a", 2.0, &[("x", 2.0)])], 0.0);
    state.apply([set("a", 3.0, &[("x", 3.0)])], 0.0);
    assert_eq!(delta(&state, cursor), ["a:x=3"]);
    assert_eq!(delta(&state, 0), ["b:x=1", "a:x=3,y=1"]);
}

#[test]
fn an_older_value_does_not_replace_a_newer_one() {
    let mut state = state();
    state.apply([set("a", 5.0, &[("x", 5.0)]), set("a", 4.0, &[("x", 4.0), ("y", 4.0)])], 0.0);
    assert_eq!(delta(&state, 0), ["a:x=5,y=4"]);
    assert_eq!(state.stats().late, 1);
}

#[test]
fn one_that_left_and_came_back_is_told_so_in_order() {
    let mut state = state();
    state.apply([set("a", 1.0, &[("x", 1.0), ("old", 1.0)])], 0.0);
    let cursor = state.head();
    state.apply([gone("a", 2.0)], 0.0);
    assert_eq!(delta(&state, cursor), ["a-"]);
    state.apply([set("a", 2.0, &[("x", 2.0)])], 0.0);
    assert_eq!(delta(&state, cursor), ["a-", "a:x=2"]);
    assert_eq!(delta(&state, 0), ["a-", "a:x=2"]);
    assert_eq!(state.len(), 1);
}

#[test]
fn a_client_can_resume_until_departures_are_forgotten() {
    let mut state = state();
    state.apply([set("a", 1.0, &[]), set("b", 1.0, &[])], 0.0);
    let cursor = state.head();
    state.apply([gone("a", 2.0)], 10.0);
    assert!(state.can_resume(cursor));
    state.apply([set("b", 3.0, &[("x", 1.0)])], 309.0);
    assert!(state.can_resume(cursor));
    state.apply([set("b", 4.0, &[("x", 2.0)])], 311.0);
    assert!(!state.can_resume(cursor), "it would never learn that a is gone");
    assert!(state.can_resume(state.head()) && !state.can_resume(state.head() + 1));
    assert_eq!(state.by_seq.len(), 1);
}

#[test]
fn snapshots_and_deltas_come_in_parts_that_lose_nothing() {
    let mut state = State::new(20_000, 300.0);
    let all = 10_000;
    state.apply((0..all).map(|k| set(&format!("e{k}"), 1.0, &[("x", f64::from(k))])), 0.0);
    assert!(state.head() >= 3, "so many changes have more than one number");
    let (mut from, mut parts, mut seen) = (Some(0), 0, 0);
    while let Some(index) = from {
        let part = state.snapshot(index, state.head(), &Filter::default(), &mut HeldIds::new());
        let ServerMessage::Snapshot(Snapshot { entities, last, .. }) = &part.message else { panic!() };
        assert_eq!(*last, part.next.is_none());
        (from, parts, seen) = (part.next, parts + 1, seen + entities.len());
    }
    assert_eq!((parts, seen), (3, all as usize));
    let (mut cursor, mut seen) = (0, std::collections::HashSet::new());
    loop {
        let delta = state.delta(cursor, &Filter::default(), &mut HeldIds::new());
        assert!(delta.update.seq > cursor);
        cursor = delta.update.seq;
        seen.extend(delta.update.entities.iter().map(|entity| entity.id.to_string()));
        if delta.complete {
            break;
        }
    }
    assert_eq!((seen.len(), cursor), (all as usize, state.head()));
}

#[test]
fn events_come_whole_and_what_is_forgotten_is_told() {
    let mut state = state();
    state.apply([event("e1", 1.0), set("a", 1.0, &[]), event("e2", 2.0)], 0.0);
    let filter = Filter::default();
    let delta = state.delta(0, &filter, &mut HeldIds::new());
    let ids: Vec<&str> = delta.events.iter().map(|event| &*event.event).collect();
    assert_eq!((ids, delta.missed.is_none()), (vec!["e1", "e2"], true));
    assert!(delta.events.iter().all(|event| event.seq <= delta.update.seq));
    state.apply((0..MAX_EVENTS).map(|k| event(&format!("n{k}"), 3.0)), 0.0);
    let delta = state.delta(0, &filter, &mut HeldIds::new());
    assert_eq!(delta.events.len(), MAX_EVENTS);
    let missed = delta.missed.unwrap();
    assert_eq!((missed.from, missed.to + 1 < delta.events[0].seq + 2), (1, true));
}

#[test]
fn a_filter_lets_through_what_was_asked_for() {
    let mut state = state();
    state.apply([at("car-1", 1.0, 11.0), set("crane-1", 1.0, &[("x", 1.0), ("load", 2.0)])], 0.0);
    let told_by = |state: &State, subscribe: Subscribe| {
        let filter = Filter::new(&subscribe);
        told(&state.delta(0, &filter, &mut HeldIds::new()).update.entities)
    };
    let entities = Subscribe { entities: vec!["crane-*".into()], ..Subscribe::default() };
    assert_eq!(told_by(&state, entities), ["crane-1:x=1,load=2"]);
    let classes = Subscribe { classes: vec!["c?r".into()], ..Subscribe::default() };
    assert_eq!(told_by(&state, classes.clone()), ["car-1:pose=11"]);
    let properties = Subscribe { properties: vec!["load".into()], ..Subscribe::default() };
    assert_eq!(told_by(&state, properties), ["car-1:", "crane-1:load=2"]);
    let cursor = state.head();
    state.apply([gone("car-1", 2.0), gone("crane-1", 2.0)], 0.0);
    let filter = Filter::new(&classes);
    assert_eq!(told(&state.delta(cursor, &filter, &mut HeldIds::new()).update.entities), ["car-1-"]);
}

#[test]
fn an_area_is_entered_and_left() {
    let mut state = state();
    let subscribe = Subscribe { area_deg: Some([10.0, 40.0, 12.0, 50.0]), ..Subscribe::default() };
    let (filter, mut held) = (Filter::new(&subscribe), HeldIds::new());
    let mut cursor = 0;
    let mut next = |state: &State| {
        let delta = state.delta(cursor, &filter, &mut held);
        cursor = delta.update.seq;
        told(&delta.update.entities)
    };
    state.apply([at("a", 1.0, 11.0), at("b", 1.0, 20.0), set("nowhere", 1.0, &[("x", 1.0)])], 0.0);
    assert_eq!(next(&state), ["a:pose=11"]);
    state.apply([at("a", 2.0, 13.0), set("b", 2.0, &[("x", 1.0)])], 0.0);
    assert_eq!(next(&state), ["a-"]);
    state.apply([at("a", 3.0, 14.0), at("b", 3.0, 11.5)], 0.0);
    assert_eq!(next(&state), ["b:pose=11.5,x=1"]);
    state.apply([gone("b", 4.0), gone("a", 4.0)], 0.0);
    assert_eq!(next(&state), ["b-"]);
}

#[test]
fn memory_is_bounded() {
    let mut state = State::new(3, 300.0);
    state.apply((0..10).map(|k| set(&format!("e{k}"), 1.0, &[])), 0.0);
    assert_eq!((state.len(), state.stats().refused), (3, 7));
    let text = "x".repeat(60_000);
    let big = |k: u32| (format!("p{k}").as_str().into(), Value::text(&text).into());
    let update = EntityUpdate {
        id: "e0".into(),
        order: Order::at(2.0),
        class: None,
        model: None,
        set: (0..10).map(big).collect(),
    };
    state.apply([Update::Entity(update)], 0.0);
    assert_eq!(state.stats().refused, 7 + 6);
}
