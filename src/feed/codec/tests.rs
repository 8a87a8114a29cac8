use std::borrow::Cow;

use proptest::prelude::*;

use super::*;
use crate::feed::message::*;

fn server(text: &str) -> ServerMessage<'_> {
    let (message, issues) = parse_server(text).unwrap();
    assert!(issues.is_empty(), "{:?}", issues.into_vec());
    message
}

fn update(text: &str) -> (Vec<EntityMessage<'_>>, Vec<String>) {
    match parse_server(text).unwrap() {
        (ServerMessage::Update(update), issues) => (update.entities, issues.iter().map(ToString::to_string).collect()),
        (other, _) => panic!("{other:?}"),
    }
}

#[test]
fn the_messages_of_the_protocols_page_are_read() {
    // One message a line, as the page that describes the protocol has them.
    for line in include_str!("../../../tests/cases/feed/server.jsonl").lines() {
        let message = server(line);
        assert_eq!(server(&message.to_json()), message, "{line}");
    }
    for line in include_str!("../../../tests/cases/feed/client.jsonl").lines() {
        let (message, issues) = parse_client(line).unwrap();
        assert!(issues.is_empty(), "{line}");
        assert_eq!(parse_client(&message.to_json()).unwrap().0, message, "{line}");
    }
}

#[test]
fn each_broken_message_is_refused_for_its_reason() {
    // Lines of "expected reason <tab> message".
    for line in include_str!("../../../tests/cases/feed/broken.tsv").lines() {
        let (reason, text) = line.split_once('\t').unwrap();
        let error = parse_server(text).map(|(message, _)| message).unwrap_err().to_string();
        assert!(error.contains(reason), "{text}\nexpected: {reason}\ngot: {error}");
    }
}

#[test]
fn the_type_may_come_last() {
    let message = server(r#"{"entities":[{"set":{"a":1},"id":"x"}],"seq":3,"type":"update"}"#);
    let ServerMessage::Update(update) = message else { panic!() };
    assert_eq!((update.seq, &*update.entities[0].id), (3, "x"));
}

#[test]
fn values_keep_their_quality_unit_and_time() {
    let (entities, issues) = update(
        r#"{"type":"update","entities":[{"id":"x","set":{
            "p":{"v":12.5,"q":"uncertain","unit":"bar","t":"2026-11-21T08:00:00.5Z"},
            "odd":{"v":true,"q":"so-so"}}}]}"#,
    );
    assert!(issues.is_empty());
    let [(_, p), (_, odd)] = entities[0].set.as_slice() else { panic!() };
    assert_eq!((&p.value, p.quality, p.unit.as_deref()), (&Value::Number(12.5), Quality::Uncertain, Some("bar")));
    // date -u -d 2026-11-21T08:00:00Z +%s
    assert_eq!(p.t_secs, Some(1_795_248_000.5));
    assert_eq!((&odd.value, odd.quality), (&Value::Bool(true), Quality::Bad));
}

#[test]
fn objects_are_poses_or_stay_objects() {
    let turn = Some(Turn { heading_deg: 90.0, pitch_deg: 0.0, roll_deg: 0.0 });
    let on = |entity: &str| PoseValue::On { entity: entity.into(), x_m: 1.0, y_m: 0.0, z_m: 0.0, turn: None };
    for (text, value) in [
        (
            r#"{"lon":11,"lat":44,"heading":90}"#,
            Value::Pose(PoseValue::Geo { lon_deg: 11.0, lat_deg: 44.0, height_m: None, turn }),
        ),
        (r#"{"e":1,"n":2,"u":3}"#, Value::Pose(PoseValue::Site { e_m: 1.0, n_m: 2.0, u_m: 3.0, turn: None })),
        (r#"{"on":"ship-1","x":1}"#, Value::Pose(on("ship-1"))),
        (r#"{"v":{"on":"ship-1","x":1},"q":"good"}"#, Value::Pose(on("ship-1"))),
        (
            r#"{"z":1,"a":"b","a":"c"}"#,
            Value::Object([("a".into(), Value::text("c")), ("z".into(), Value::Number(1.0))].into()),
        ),
        (r#"{"lon":"11","lat":44}"#, {
            let entries = [("lat".into(), Value::Number(44.0)), ("lon".into(), Value::text("11"))];
            Value::Object(entries.into())
        }),
    ] {
        assert_eq!(parse_value(text).unwrap(), value, "{text}");
    }
}

#[test]
fn one_bad_value_leaves_the_others() {
    let deep = format!("{}1{}", "[".repeat(20), "]".repeat(20));
    let text = format!(
        r#"{{"type":"update","extra":1,"entities":[
            {{"id":"a","set":{{"deep":{deep},"ok":1}}}},
            7, {{"set":{{"ok":1}}}}, {{"id":""}}, {{"id":5}},
            {{"id":"b","t":1795248000000,"set":[1],"colour":"red"}}]}}"#
    );
    let (entities, issues) = update(&text);
    let ids: Vec<&str> = entities.iter().map(|entity| &*entity.id).collect();
    assert_eq!(ids, ["a", "b"]);
    assert_eq!(entities[0].set, [(Cow::Borrowed("ok"), Property::from(Value::Number(1.0)))]);
    assert_eq!(entities[1].t_secs, None);
    for path in [
        "/entities/0/set/deep",
        "/entities/1:",
        "/entities/2:",
        "/entities/3/id",
        "/entities/4/id",
        "not milliseconds, got 1795248000000",
        "/entities/5/set:",
        "/entities/5/colour",
        "/extra",
    ] {
        assert!(issues.iter().any(|issue| issue.contains(path)), "{path} in {issues:#?}");
    }
}

#[test]
fn columns_have_holes_and_mixed_values() {
    let message = server(r#"{"type":"columns","ids":[0,"b"],"set":{"lon":[1,null],"state":[null,"on"],"n":[7,"x"]}}"#);
    let ServerMessage::Columns(columns) = message else { panic!() };
    assert_eq!(columns.ids, [ColumnId::Handle(0), ColumnId::Id("b".into())]);
    let Column::Numbers(lon) = &columns.set[0].1 else { panic!() };
    assert!(lon[0] == 1.0 && lon[1].is_nan());
    assert_eq!(columns.set[1].1, Column::Values(vec![Value::Null, Value::text("on")]));
    assert_eq!(columns.set[2].1, Column::Values(vec![Value::Number(7.0), Value::text("x")]));
}

#[test]
fn limits_are_kept() {
    let many = |n: usize| format!(r#"{{"type":"update","entities":[{}{{"id":"a"}}]}}"#, r#"{"id":"a"},"#.repeat(n - 1));
    assert!(parse_server(&many(limits::ENTITIES)).is_ok());
    let too_many = FeedError::TooMany { path: "/entities", limit: limits::ENTITIES };
    assert_eq!(parse_server(&many(limits::ENTITIES + 1)).unwrap_err(), too_many);
    let long = format!(r#"{{"type":"update","x":"{}"}}"#, "y".repeat(limits::MESSAGE_BYTES));
    assert!(matches!(parse_server(&long), Err(FeedError::TooLarge { .. })));
    // The JSON reader itself refuses endless nesting.
    assert!(matches!(parse_server(&"[".repeat(1 << 20)), Err(FeedError::NotAnObject)));
    let nested = format!(r#"{{"type":"update","entities":[],"x":{}"#, "[".repeat(1 << 20));
    assert!(matches!(parse_server(&nested), Err(FeedError::Json { .. })));
    let id = format!(r#"{{"type":"update","entities":[{{"id":"{}"}}]}}"#, "é".repeat(129));
    assert_eq!(update(&id).0, []);
}

/// Numbers that JSON texts carry exactly; others come back with an error in their last bit.
fn eighths(range: i64) -> impl Strategy<Value = f64> + Clone {
    (-8 * range..8 * range).prop_map(|eighths| eighths as f64 / 8.0)
}

fn a_value() -> impl Strategy<Value = Value> {
    let turn = (eighths(360), eighths(90), eighths(180));
    let turn = turn.prop_map(|(heading_deg, pitch_deg, roll_deg)| Turn { heading_deg, pitch_deg, roll_deg });
    let turn = proptest::option::of(turn);
    let geo = (eighths(180), eighths(90), proptest::option::of(eighths(9000)), turn.clone()).prop_map(
        |(lon_deg, lat_deg, height_m, turn)| Value::Pose(PoseValue::Geo { lon_deg, lat_deg, height_m, turn }),
    );
    let on = ("\\PC{1,20}", eighths(9), turn).prop_map(|(id, x_m, turn)| PoseValue::On {
        entity: id.into(),
        x_m,
        y_m: 2.0,
        z_m: 0.0,
        turn,
    });
    let leaf = prop_oneof![
        Just(Value::Null),
        eighths(1 << 40).prop_map(Value::Number),
        any::<bool>().prop_map(Value::Bool),
        "\\PC{0,20}".prop_map(|text| Value::text(&text)),
        geo,
        on.prop_map(Value::Pose),
    ];
    leaf.prop_recursive(3, 20, 5, |inner| {
        let object = proptest::collection::btree_map("k[a-z]{0,5}", inner.clone(), 0..5);
        prop_oneof![
            proptest::collection::vec(inner, 0..5).prop_map(|items| Value::Array(items.into())),
            object.prop_map(|map| Value::Object(map.into_iter().map(|(key, value)| (key.into(), value)).collect())),
        ]
    })
}

fn an_entity() -> impl Strategy<Value = EntityMessage<'static>> {
    let quality = prop_oneof![Just(Quality::Good), Just(Quality::Uncertain), Just(Quality::Bad)];
    let unit = proptest::option::of("[a-z/]{1,4}".prop_map(|unit| unit.into()));
    let time = proptest::option::of(eighths(4_000_000_000));
    let property = (a_value(), quality, unit, time.clone()).prop_map(|(value, quality, unit, t_secs)| Property {
        value,
        quality,
        unit,
        t_secs,
    });
    let set = proptest::collection::vec(("\\PC{1,12}".prop_map(Cow::Owned), property), 0..4);
    let name = proptest::option::of("\\PC{1,8}".prop_map(Cow::Owned));
    ("\\PC{1,20}".prop_map(Cow::Owned), name.clone(), name, time, set, any::<bool>())
        .prop_map(|(id, class, model, t_secs, set, gone)| EntityMessage { id, class, model, t_secs, set, gone })
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(seq in 0_u64..1 << 53, entities in proptest::collection::vec(an_entity(), 0..5)) {
        let message = ServerMessage::Update(UpdateMessage { seq, t_secs: Some(1.5), entities });
        let text = message.to_json();
        let (read, issues) = parse_server(&text).unwrap();
        prop_assert!(issues.is_empty(), "{:?}", issues.into_vec());
        prop_assert_eq!(read, message);
    }

    #[test]
    fn mutated_messages_never_panic(line in 0_usize..64, edits in proptest::collection::vec((any::<usize>(), any::<u8>(), 0_u8..4), 1..12)) {
        let lines: Vec<&str> = include_str!("../../../tests/cases/feed/server.jsonl").lines()
            .chain(include_str!("../../../tests/cases/feed/client.jsonl").lines()).collect();
        let mut bytes = lines[line % lines.len()].as_bytes().to_vec();
        for (at, byte, kind) in edits {
            let at = at % bytes.len().max(1);
            match kind {
                0 if at < bytes.len() => bytes[at] = byte,
                1 if at < bytes.len() => { bytes.remove(at); }
                2 => bytes.insert(at, b"{}[],:\"0-9eE.nullt"[usize::from(byte) % 18]),
                _ => bytes.truncate(at),
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        let _ = parse_server(&text);
        let _ = parse_client(&text);
    }
}
