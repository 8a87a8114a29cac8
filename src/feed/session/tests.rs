use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::twin::{Twin, Value};

const NOW: f64 = 1_795_248_000.0;

fn connected() -> Session {
    let mut session = Session::new(SessionOptions::default());
    session.opened(NOW);
    session
}

fn hello(session: &mut Session, epoch: &str, seq: u64) {
    let text = format!(r#"{{"type":"hello","feed":"f","epoch":"{epoch}","now":{NOW},"seq":{seq}}}"#);
    session.receive(&text, NOW).unwrap();
}

fn say(session: &mut Session, text: &str) {
    session.receive(text, NOW).unwrap();
}

fn drain(session: &mut Session, twin: &mut Twin) {
    for update in session.take_updates() {
        twin.apply(update);
    }
}

fn outgoing(session: &mut Session) -> Vec<String> {
    std::iter::from_fn(|| session.next_outgoing()).collect()
}

/// (id, property) to number, after everything that left has left.
fn numbers(twin: &mut Twin) -> BTreeMap<(String, String), f64> {
    twin.advance(NOW + 1000.0);
    let all = twin.entities().flat_map(|(_, entity)| {
        entity.properties().filter_map(|(key, held)| {
            Some(((entity.id().to_string(), twin.property_name(key).to_string()), held.value.as_number()?))
        })
    });
    all.collect()
}

#[test]
fn the_first_connection_asks_for_everything_and_a_later_one_resumes() {
    let mut session = connected();
    hello(&mut session, "e1", 0);
    assert_eq!(outgoing(&mut session), [r#"{"type":"resume","epoch":"none","seq":0}"#]);
    say(&mut session, r#"{"type":"snapshot","seq":5,"entities":[{"id":"a"}],"last":true}"#);
    say(&mut session, r#"{"type":"update","seq":8,"entities":[{"id":"a","set":{"x":1}}]}"#);
    session.closed();
    assert_eq!(session.state(), SessionState::Offline);
    session.opened(NOW + 1.0);
    hello(&mut session, "e1", 11);
    assert_eq!(outgoing(&mut session), [r#"{"type":"resume","epoch":"e1","seq":8}"#]);
    assert_eq!(session.state(), SessionState::Live);
}

#[test]
fn half_a_snapshot_is_no_position() {
    let mut session = connected();
    hello(&mut session, "e1", 9);
    say(&mut session, r#"{"type":"snapshot","seq":9,"entities":[{"id":"a"}]}"#);
    assert_eq!(session.state(), SessionState::Syncing);
    session.closed();
    session.opened(NOW);
    outgoing(&mut session);
    hello(&mut session, "e1", 9);
    assert_eq!(outgoing(&mut session), [r#"{"type":"resume","epoch":"e1","seq":0}"#]);
}

#[test]
fn a_restarted_source_wins_even_with_earlier_times() {
    let (mut session, mut twin) = (connected(), Twin::default());
    hello(&mut session, "e1", 0);
    say(
        &mut session,
        r#"{"type":"snapshot","seq":5,"t":1000,"entities":[{"id":"a","set":{"x":1}},{"id":"b"}],"last":true}"#,
    );
    session.closed();
    session.opened(NOW);
    hello(&mut session, "e2", 0);
    say(&mut session, r#"{"type":"snapshot","seq":1,"t":10,"entities":[{"id":"a","set":{"x":2}}],"last":true}"#);
    drain(&mut session, &mut twin);
    twin.advance(2000.0);
    assert_eq!(numbers(&mut twin), BTreeMap::from([(("a".into(), "x".into()), 2.0)]));
    assert!(twin.find("b").is_none(), "what a snapshot does not name is gone");
}

#[test]
fn a_source_that_forgets_its_new_epoch_is_found_out_by_its_numbers() {
    let (mut session, mut twin) = (connected(), Twin::default());
    hello(&mut session, "same", 0);
    say(&mut session, r#"{"type":"update","seq":50,"t":1000,"entities":[{"id":"a","set":{"x":1}}]}"#);
    session.closed();
    session.opened(NOW);
    hello(&mut session, "same", 0);
    say(&mut session, r#"{"type":"update","seq":1,"t":10,"entities":[{"id":"a","set":{"x":2}}]}"#);
    drain(&mut session, &mut twin);
    assert_eq!(numbers(&mut twin).values().copied().collect::<Vec<_>>(), [2.0]);
}

#[test]
fn a_source_without_hello_and_numbers_works() {
    let (mut session, mut twin) = (connected(), Twin::default());
    for x in 0..3 {
        say(&mut session, &format!(r#"{{"type":"update","entities":[{{"id":"a","set":{{"x":{x}}}}}]}}"#));
    }
    drain(&mut session, &mut twin);
    let a = twin.find("a").unwrap();
    assert_eq!(twin.get(a, "x").unwrap().value, Value::Number(2.0));
    assert_eq!(twin.get(a, "x").unwrap().t_secs(), NOW);
}

#[test]
fn handles_stand_for_ids_until_the_connection_ends() {
    let (mut session, mut twin) = (connected(), Twin::default());
    hello(&mut session, "e", 0);
    say(&mut session, r#"{"type":"names","from":1,"ids":["a","吊车"]}"#);
    say(
        &mut session,
        r#"{"type":"columns","seq":1,"ids":[1,2,0,"c"],"set":{"x":[1,null,3,4],"s":["on",null,"off",null]}}"#,
    );
    drain(&mut session, &mut twin);
    let expected = [(("a".into(), "x".into()), 1.0), (("c".into(), "x".into()), 4.0)];
    assert_eq!(numbers(&mut twin), BTreeMap::from(expected));
    assert!(twin.find("吊车").is_some());
    assert_eq!((session.stats().dropped, session.issues().len()), (1, 1));
    session.closed();
    session.opened(NOW);
    hello(&mut session, "e", 1);
    say(&mut session, r#"{"type":"columns","seq":2,"ids":[1],"set":{"x":[9]}}"#);
    assert!(session.take_updates().is_empty());
}

#[test]
fn values_from_the_future_are_dropped() {
    let mut session = connected();
    hello(&mut session, "e", 0);
    let far = NOW + 2.0 * 86_400.0;
    say(&mut session, &format!(r#"{{"type":"update","seq":1,"t":{far},"entities":[{{"id":"a","set":{{"x":1}}}}]}}"#));
    assert!(session.take_updates().is_empty());
    assert_eq!(session.stats().dropped, 1);
    assert!(session.issues().iter().any(|issue| issue.message.contains("future")));
}

#[test]
fn pings_measure_the_clocks() {
    let mut session = Session::new(SessionOptions::default());
    session.opened(1000.0);
    session.receive(r#"{"type":"hello","feed":"f","epoch":"e","now":1010.0,"seq":0}"#, 1000.0).unwrap();
    assert_eq!(session.clock_offset_secs(), Some(10.0));
    session.poll(1001.0);
    assert_eq!(outgoing(&mut session).last().unwrap(), r#"{"type":"ping","t":1001.0}"#);
    session.poll(1002.0);
    assert!(outgoing(&mut session).is_empty(), "the next ping is not due");
    session.receive(r#"{"type":"pong","t":1001.0,"now":1011.6}"#, 1001.2).unwrap();
    assert!((session.clock_offset_secs().unwrap() - 10.5).abs() < 1e-9);
    assert!((session.stats().round_trip_secs.unwrap() - 0.2).abs() < 1e-9);
}

#[test]
fn events_come_once_and_late_ones_still_come() {
    let mut session = connected();
    hello(&mut session, "e", 0);
    for seq in [1, 2, 5, 5, 3, 2] {
        say(&mut session, &format!(r#"{{"type":"event","seq":{seq},"event":"e{seq}","kind":"alarm","zone":4}}"#));
    }
    say(&mut session, r#"{"type":"missed","from":6,"to":9,"class":"event"}"#);
    let ids: Vec<String> = session
        .take_updates()
        .into_iter()
        .map(|update| match update {
            Update::Event(event) => event.id.to_string(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(ids, ["e1", "e2", "e5", "e3"]);
    let stats = session.stats();
    assert_eq!((stats.duplicates, stats.late, stats.missed), (2, 1, 4));
}

#[test]
fn a_session_that_is_not_emptied_says_so() {
    let mut session = Session::new(SessionOptions { max_pending: 2, max_entities: 3, ..SessionOptions::default() });
    session.opened(NOW);
    say(&mut session, r#"{"type":"update","entities":[{"id":"a"},{"id":"b"},{"id":"c"},{"id":"d"}]}"#);
    assert!(!session.can_receive());
    assert_eq!((session.take_updates().len(), session.stats().dropped), (3, 1));
    assert!(session.can_receive());
}

#[test]
fn unusable_messages_are_counted_and_the_session_goes_on() {
    let mut session = connected();
    assert!(session.receive("nonsense", NOW).is_err());
    assert!(session.receive(r#"{"type":"from-the-future"}"#, NOW).is_err());
    for _ in 0..1000 {
        say(&mut session, r#"{"type":"update","entities":[{"id":"a","speling":1}]}"#);
    }
    assert_eq!((session.stats().bad_messages, session.issues().len()), (2, 1));
}

/// A change of a small world: entity, property, value, time; no value: the entity leaves.
type Change = (u8, u8, Option<u8>, u16);

fn text_of(seq: usize, changes: &[Change]) -> String {
    let entities: Vec<String> = changes
        .iter()
        .map(|(id, property, value, t)| match value {
            Some(value) => format!(r#"{{"id":"e{id}","t":{t},"set":{{"p{property}":{value}}}}}"#),
            None => format!(r#"{{"id":"e{id}","t":{t},"gone":true}}"#),
        })
        .collect();
    format!(r#"{{"type":"update","seq":{},"entities":[{}]}}"#, seq + 1, entities.join(","))
}

fn final_state(messages: impl Iterator<Item = String>) -> BTreeMap<(String, String), f64> {
    let (mut session, mut twin) = (connected(), Twin::default());
    hello(&mut session, "e", 0);
    for text in messages {
        say(&mut session, &text);
        drain(&mut session, &mut twin);
    }
    numbers(&mut twin)
}

fn worlds() -> impl Strategy<Value = Vec<Vec<Change>>> {
    let value = proptest::option::weighted(0.85, any::<u8>());
    let change = (0_u8..4, 0_u8..3, value, 0_u16..20);
    proptest::collection::vec(proptest::collection::vec(change, 1..4), 1..25)
}

proptest! {
    #[test]
    fn order_and_repetition_of_messages_do_not_matter(
        messages in worlds(),
        (seeds, again) in (proptest::collection::vec(any::<u32>(), 60), proptest::collection::vec(0_usize..25, 0..10)),
    ) {
        let texts: Vec<String> = messages.iter().enumerate().map(|(seq, changes)| text_of(seq, changes)).collect();
        let expected = final_state(texts.iter().cloned());
        let mut sent: Vec<String> = texts.clone();
        sent.extend(again.iter().map(|at| texts[at % texts.len()].clone()));
        let mut keyed: Vec<(u32, String)> = seeds.into_iter().zip(sent).collect();
        keyed.sort();
        prop_assert_eq!(final_state(keyed.into_iter().map(|(_, text)| text)), expected);
    }

    #[test]
    fn no_stream_of_mangled_messages_panics(picks in proptest::collection::vec((0_usize..64, any::<usize>(), 0_usize..40), 1..30)) {
        let lines: Vec<&str> = include_str!("../../../tests/cases/feed/server.jsonl").lines()
            .chain(include_str!("../../../tests/cases/feed/broken.tsv").lines().filter_map(|line| line.split('\t').nth(1)))
            .collect();
        let numbers = ["1e308", "-1", "0", "9007199254740991", "null", "\"a\"", "[]", "{}", "1e-320"];
        let (mut session, mut twin) = (connected(), Twin::default());
        for (line, at, with) in picks {
            let line = lines[line % lines.len()];
            // Another number or a text where one of the numbers stood.
            let mut parts: Vec<String> = line.split(':').map(str::to_string).collect();
            let at = at % parts.len();
            if let Some(end) = parts[at].find([',', '}', ']']) {
                parts[at].replace_range(..end, numbers[with % numbers.len()]);
            }
            let _ = session.receive(&parts.join(":"), NOW);
            drain(&mut session, &mut twin);
            for t_secs in [NOW - 1.0, NOW, NOW + 10.0] {
                let poses = twin.entities().filter_map(|(key, _)| twin.pose_at(key, t_secs));
                prop_assert!(poses.into_iter().all(|pose| !pose.pos_ecef.is_nan()));
            }
            twin.advance(NOW);
        }
    }

    #[test]
    fn the_newest_values_that_arrived_are_shown(messages in worlds(), lost in proptest::collection::vec(any::<bool>(), 25)) {
        let kept: Vec<(usize, &Vec<Change>)> =
            messages.iter().enumerate().zip(&lost).filter(|(_, lost)| !**lost).map(|(message, _)| message).collect();
        // The same by brute force: of each property the newest value that is newer than the newest departure.
        let mut all: Vec<((u16, usize, usize), Change)> = Vec::new();
        for (seq, changes) in &kept {
            all.extend(changes.iter().enumerate().map(|(sub, change)| ((change.3, *seq, sub), *change)));
        }
        all.sort();
        let mut expected = BTreeMap::new();
        for (_, (id, property, value, _)) in all {
            match value {
                Some(value) => { expected.insert((format!("e{id}"), format!("p{property}")), f64::from(value)); }
                None => expected.retain(|(entity, _), _| *entity != format!("e{id}")),
            }
        }
        prop_assert_eq!(final_state(kept.iter().map(|(seq, changes)| text_of(*seq, changes))), expected);
    }
}

#[test]
fn bulk_arrives_whole() {
    let (vehicles, rounds) = (10_000, 20);
    let mut texts = Vec::new();
    for round in 0..rounds {
        let entity = |k: i32| {
            let (lon, lat) = (11.0 + f64::from(k) * 1e-5, 44.0 + f64::from(round) * 1e-5);
            format!(
                r#"{{"id":"veh_{k}","set":{{"pose":{{"lon":{lon:.8},"lat":{lat:.8},"heading":90.5}},"speed":{round}}}}}"#
            )
        };
        let entities: Vec<String> = (0..vehicles).map(entity).collect();
        texts.push(format!(
            r#"{{"type":"update","seq":{},"t":{},"entities":[{}]}}"#,
            round + 1,
            NOW + f64::from(round),
            entities.join(",")
        ));
    }
    let (mut session, mut twin) = (connected(), Twin::default());
    hello(&mut session, "e", 0);
    let (start, mut parsed_secs) = (std::time::Instant::now(), 0.0);
    for text in &texts {
        let parsing = std::time::Instant::now();
        say(&mut session, text);
        parsed_secs += parsing.elapsed().as_secs_f64();
        drain(&mut session, &mut twin);
    }
    let updates = f64::from(vehicles * rounds);
    let (parsed, all) = (updates / parsed_secs, updates / start.elapsed().as_secs_f64());
    let rows: Vec<String> = (0..vehicles).map(|k| format!("\"veh_{k}\"")).collect();
    say(&mut session, &format!(r#"{{"type":"names","from":0,"ids":[{}]}}"#, rows.join(",")));
    let column = |value: &dyn Fn(i32) -> String| (0..vehicles).map(value).collect::<Vec<_>>().join(",");
    let (lon, ids) = (column(&|k| format!("{:.8}", 11.0 + f64::from(k) * 1e-5)), column(&|k| k.to_string()));
    let text = format!(
        r#"{{"type":"columns","seq":30,"t":{},"ids":[{ids}],"set":{{"lon":[{lon}],"lat":[{lon}],"heading":[{lon}]}}}}"#,
        NOW + 30.0
    );
    let start = std::time::Instant::now();
    say(&mut session, &text);
    drain(&mut session, &mut twin);
    let columns = f64::from(vehicles) / start.elapsed().as_secs_f64();
    println!(
        "entities with a pose and a number: {parsed:.0}/s parsed, {all:.0}/s with the twin; rows of three columns: {columns:.0}/s"
    );
    assert_eq!((twin.len(), twin.stats().values_late, session.stats().updates), (10_000, 0, 210_000));
    assert!(twin.entities().all(|(key, _)| twin.get(key, "speed").unwrap().value == Value::Number(19.0)));
}
