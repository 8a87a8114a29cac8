//! Tests of bindings.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::format::scene;
use crate::twin::{EntityUpdate, Order, PoseValue, Property, Quality, Turn, Twin, TwinOptions, Update};

/// Properties out of a list, all good unless said otherwise.
#[derive(Default)]
struct Given {
    values: BTreeMap<&'static str, (Value, Trust)>,
    trust: Trust,
}

impl Properties for Given {
    fn property(&self, name: &str) -> Option<Sample<'_>> {
        self.values.get(name).map(|(value, trust)| Sample { value, trust: *trust })
    }

    fn quality(&self) -> Trust {
        self.trust
    }
}

fn given<const N: usize>(values: [(&'static str, Value); N]) -> Given {
    Given { values: values.map(|(name, value)| (name, (value, Trust::Good))).into(), trust: Trust::Good }
}

fn number(x: f64) -> Value {
    Value::Number(x)
}

/// A rule out of its JSON, which must be without issues.
fn rule(json: serde_json::Value) -> CompiledRule {
    let text = json!({ "mirante": 1, "entities": [json] }).to_string();
    let (scene, issues) = scene::read(text.as_bytes()).unwrap();
    assert!(issues.is_empty(), "{:?}", issues.into_vec());
    Rules::compile(&scene).get(0).unwrap().clone()
}

fn color_by(map: serde_json::Value) -> CompiledRule {
    rule(json!({ "bind": { "color": { "property": "/x", "map": map } } }))
}

fn label_of(rule: &CompiledRule, properties: &dyn Properties) -> Option<String> {
    let mut out = "old".to_string();
    let has = rule.label("agv-7", Some("agv"), properties, &mut out);
    assert!(has || out.is_empty());
    has.then_some(out)
}

fn linear(color: &str) -> Option<[f32; 4]> {
    Some(scene::Color::parse(color).unwrap().linear())
}

/// Equal but for the rounding of the way through OKLab.
fn near(a: Option<[f32; 4]>, b: Option<[f32; 4]>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5),
        (a, b) => a == b,
    }
}

#[test]
fn the_first_rule_that_fits_counts() {
    let text = json!({ "mirante": 1, "entities": [
        { "id": "agv-1?", "class": "agv" }, { "id": "agv-*" }, { "class": "crane" }, { "id": "x" },
    ] });
    let rules = Rules::compile(&scene::read(text.to_string().as_bytes()).unwrap().0);
    let index = |id, class| rules.find(id, class).map(CompiledRule::index);
    assert_eq!(index("agv-12", Some("agv")), Some(0));
    assert_eq!(index("agv-12", Some("truck")), Some(1));
    assert_eq!(index("agv-12", None), Some(1));
    assert_eq!(index("agv-1", Some("agv")), Some(1));
    assert_eq!(index("c", Some("crane")), Some(2));
    assert_eq!(index("c", None), None);
}

#[test]
fn a_ramp_gives_its_colours_at_its_values_and_holds_beyond() {
    let rule = color_by(json!({ "ramp": [[10, "#00ff00"], [0, "#ff0000"], [20, "#0000ff80"]] }));
    for (x, color) in
        [(-5.0, "#ff0000"), (0.0, "#ff0000"), (10.0, "#00ff00"), (20.0, "#0000ff80"), (1e300, "#0000ff80")]
    {
        assert!(near(rule.color(&given([("x", number(x))])), linear(color)), "{x}");
    }
    assert!(near(rule.color(&given([("x", Value::Bool(false))])), linear("#ff0000")));
    assert_eq!(rule.color(&given([("x", Value::text("5"))])), None);
    assert_eq!(rule.color(&given([])), None);
}

#[test]
fn a_ramp_with_two_colours_at_one_value_jumps_there() {
    let rule = color_by(json!({ "ramp": [[0, "#000000"], [1, "#000000"], [1, "#ffffff"], [2, "#ffffff"]] }));
    assert!(near(rule.color(&given([("x", number(0.999))])), linear("#000000")));
    assert!(near(rule.color(&given([("x", number(1.0))])), linear("#ffffff")));
}

proptest! {
    #[test]
    fn ramps_stay_in_gamut_and_do_not_jump(
        stops in prop::collection::vec((-100.0..100.0_f64, any::<[u8; 3]>()), 1..6),
        x in -120.0..120.0_f64,
    ) {
        let mut stops: Vec<_> = stops;
        stops.sort_by(|a, b| a.0.total_cmp(&b.0));
        stops.dedup_by(|a, b| (a.0 - b.0).abs() < 1.0);
        let map = stops.iter().map(|(at, [r, g, b])| (*at, scene::Color::rgb(*r, *g, *b))).collect();
        let map = ColorMapping::compile(&scene::ColorMap::Ramp(map));
        let color = |x: f64| map.eval(Leaf::Number(x)).unwrap();
        let step = 1e-4;
        for (a, b) in color(x).into_iter().zip(color(x + step)) {
            prop_assert!((0.0..=1.0).contains(&a));
            prop_assert!((a - b).abs() < 5e-3, "{} {}", a, b);
        }
    }

    #[test]
    fn any_numbers_in_maps_give_finite_results(
        a in prop::num::f64::NORMAL, b in prop::num::f64::NORMAL, c in prop::num::f64::NORMAL, d in prop::num::f64::NORMAL,
        x in prop::num::f64::ANY, clamp: bool,
    ) {
        let map = scene::NumberMap::Linear(scene::Linear { from: [a, b], to: [c, d], clamp });
        if let Some(y) = map::NumberMapping::compile(&map).eval(Leaf::Number(x)) {
            prop_assert!(y.is_finite());
        }
        let ramp = scene::ColorMap::Ramp(vec![(a, scene::Color::rgb(1, 2, 3)), (b, scene::Color::rgb(200, 100, 0))]);
        if let Some(color) = ColorMapping::compile(&ramp).eval(Leaf::Number(x)) {
            prop_assert!(color.iter().all(|c| (0.0..=1.0).contains(c)));
        }
    }
}

#[test]
fn steps_take_values_below_their_bound() {
    let rule = color_by(json!({ "steps": [
        { "below": 10, "value": "#111111" }, { "below": 20, "value": "#222222" }, { "value": "#333333" },
    ] }));
    for (x, color) in [(-1e9, "#111111"), (9.99, "#111111"), (10.0, "#222222"), (20.0, "#333333")] {
        assert_eq!(rule.color(&given([("x", number(x))])), linear(color), "{x}");
    }
    let closed = color_by(json!({ "steps": [{ "below": 0, "value": "#111111" }] }));
    assert_eq!(closed.color(&given([("x", number(0.0))])), None);
}

#[test]
fn lookups_take_texts_numbers_and_booleans() {
    let rule = rule(json!({ "bind": { "color": {
        "property": "x", "otherwise": "#999999",
        "map": { "lookup": { "open": "#111111", "2": "#222222", "true": "#333333", "_": "#444444" } },
    } } }));
    for (value, color) in [
        (Value::text("open"), "#111111"),
        (number(2.0), "#222222"),
        (Value::text("2"), "#222222"),
        (Value::Bool(true), "#333333"),
        (Value::Bool(false), "#444444"),
        (Value::text("_"), "#444444"),
        (number(1.0), "#444444"),
        (Value::Array([number(2.0)].into()), "#444444"),
        (Value::Null, "#999999"),
    ] {
        assert_eq!(rule.color(&given([("x", value.clone())])), linear(color), "{value:?}");
    }
    assert_eq!(rule.color(&given([])), linear("#999999"));
}

#[test]
fn conditions_test_what_they_name() {
    let shows = |condition: serde_json::Value, value: Option<Value>| {
        let mut condition = condition;
        condition["property"] = "x".into();
        let rule = rule(json!({ "bind": { "visible": condition } }));
        rule.visible(&value.map_or_else(Given::default, |value| given([("x", value)])))
    };
    assert!(shows(json!({ "above": 1 }), Some(number(1.5))));
    assert!(!shows(json!({ "above": 1 }), Some(number(1.0))));
    assert!(!shows(json!({ "above": 1, "below": 2 }), Some(number(2.0))));
    assert!(!shows(json!({ "above": 1 }), Some(Value::text("5"))));
    assert!(shows(json!({ "equals": "open" }), Some(Value::text("open"))));
    assert!(shows(json!({ "equals": 3 }), Some(number(3.0))));
    assert!(!shows(json!({ "equals": 1 }), Some(Value::Bool(true))));
    assert!(shows(json!({ "equals": true, "not": true }), Some(Value::Bool(false))));
    assert!(shows(json!({}), Some(number(0.1))));
    assert!(!shows(json!({}), Some(Value::text(""))));
    assert!(shows(json!({}), None), "a missing property shows unless said otherwise");
    assert!(!shows(json!({ "otherwise": false }), None));
    assert!(!shows(json!({ "otherwise": false, "not": true }), None));
}

#[test]
fn labels_write_values() {
    let label = |template: &str| rule(json!({ "bind": { "label": template } }));
    let properties = given([
        ("speed", number(12.345)),
        ("name", Value::text("Ümit")),
        ("on", Value::Bool(true)),
        ("list", Value::Array([number(1.0), Value::text("b")].into())),
        ("tiny", number(-0.001)),
        ("huge", number(1e300)),
    ]);
    for (template, text) in [
        ("{id}/{class}", "agv-7/agv"),
        ("{speed} {speed:.1} {speed:.0}", "12.345 12.3 12"),
        ("{name} {on}", "Ümit yes"),
        ("{list} {/list/0} {/list/1} {/list/2}", "1, b 1 b –"),
        ("{missing:.2}", "–"),
        ("{tiny:.1} {tiny}", "0.0 -0.001"),
        ("{huge}", "1e300"),
        ("{value}", "–"),
        ("{{}}", "{}"),
        ("", ""),
    ] {
        assert_eq!(label_of(&label(template), &properties).as_deref(), Some(text), "{template}");
    }
    assert_eq!(label_of(&rule(json!({})), &properties), None);
}

#[test]
fn mapped_labels_choose_their_text() {
    let rule = rule(json!({ "bind": { "label": {
        "property": "x", "map": { "steps": [{ "below": 1, "value": "still" }, { "below": 100, "value": "{value:.1} m/s" }] },
    } } }));
    assert_eq!(label_of(&rule, &given([("x", number(0.0))])).as_deref(), Some("still"));
    assert_eq!(label_of(&rule, &given([("x", number(2.25))])).as_deref(), Some("2.2 m/s"));
    assert_eq!(label_of(&rule, &given([("x", number(100.0))])), None);
    assert_eq!(label_of(&rule, &given([])), None);
}

#[test]
fn labels_are_bounded_at_a_character() {
    let rule = rule(json!({ "bind": { "label": "{x}{x}" } }));
    let label = label_of(&rule, &given([("x", Value::text(&"€".repeat(300)))])).unwrap();
    assert_eq!(label.len(), CompiledRule::MAX_LABEL_LEN / 3 * 3);
    assert!(label.chars().all(|c| c == '€'));
}

#[test]
fn quality_overrides_looks_by_the_worst_of_value_and_entity() {
    let rule = rule(json!({
        "bind": { "color": { "property": "x", "map": { "lookup": { "_": "#111111" } } }, "label": "{x}" },
        "quality": {
            "uncertain": { "color": "#222222" }, "stale": { "label_suffix": " ?" }, "bad": { "visible": false },
        },
    }));
    let mut properties = given([("x", number(1.0))]);
    let with = |properties: &Given| {
        (rule.color(properties), rule.visible(properties), label_of(&rule, properties).unwrap_or_default())
    };
    assert_eq!(with(&properties), (linear("#111111"), true, "1".to_string()));
    properties.values.get_mut("x").unwrap().1 = Trust::Uncertain;
    assert_eq!(with(&properties), (linear("#222222"), true, "1".to_string()));
    properties.trust = Trust::Stale;
    assert_eq!(with(&properties), (linear("#111111"), true, "1 ?".to_string()));
    properties.trust = Trust::Bad;
    assert_eq!(with(&properties), (linear("#111111"), false, "1".to_string()));
}

#[test]
fn what_is_not_known_looks_so_unless_the_scene_says_otherwise() {
    let looks = |quality: serde_json::Value| {
        let rule = rule(json!({ "bind": { "color": "#00ff00", "label": "{id}" }, "quality": quality }));
        let mut properties = given([]);
        [Trust::Good, Trust::Stale, Trust::Bad].map(|trust| {
            properties.trust = trust;
            (rule.color(&properties), label_of(&rule, &properties).unwrap_or_default())
        })
    };
    let [good, stale, bad] = looks(json!({}));
    assert_eq!(good.0, linear("#00ff00"));
    assert_eq!((stale.0, bad.0), (linear("#70757d"), linear("#70757d")));
    assert!(stale.1.ends_with(" (no news)") && bad.1.ends_with(" (bad)"), "{} {}", stale.1, bad.1);
    let [good, stale, _] = looks(json!({ "stale": {} }));
    assert_eq!(good, stale);
}

#[test]
fn poses_come_from_single_properties() {
    let rule = rule(json!({ "bind": { "pose": {
        "lon": "/longitude", "lat": "position", "heading": {
            "property": "/course", "map": { "linear": { "from": [0, 2], "to": [0, 360], "clamp": false } },
        },
    } } }));
    assert!(rule.binds_pose());
    let mut properties = given([("longitude", number(9.5)), ("position", number(53.5)), ("course", number(-0.5))]);
    let turn = Some(Turn { heading_deg: -90.0, pitch_deg: 0.0, roll_deg: 0.0 });
    let pose = PoseValue::Geo { lon_deg: 9.5, lat_deg: 53.5, height_m: None, turn };
    assert_eq!(rule.pose(&properties), Some(pose));
    properties.values.remove("position");
    assert_eq!(rule.pose(&properties), None);
}

#[test]
fn poses_come_from_one_property_or_the_site_frame() {
    let pose = PoseValue::Site { e_m: 1.0, n_m: 2.0, u_m: 0.0, turn: None };
    let named = rule(json!({ "bind": { "pose": "/where" } }));
    assert_eq!(named.pose(&given([("where", Value::Pose(pose.clone()))])), Some(pose.clone()));
    assert_eq!(named.pose(&given([("where", number(1.0))])), None);
    let single = rule(json!({ "bind": { "pose": { "e": "x", "n": 2 } } }));
    assert_eq!(single.pose(&given([("x", number(1.0))])), Some(pose));
    assert!(!rule(json!({})).binds_pose());
}

#[test]
fn paths_go_into_poses() {
    let rule = rule(json!({ "bind": { "label": "{/pose/heading:.0} {/pose/lon:.1} {/pose/e}" } }));
    let turn = Some(Turn { heading_deg: 45.0, ..Turn::default() });
    let pose = Value::Pose(PoseValue::Geo { lon_deg: 9.5, lat_deg: 50.0, height_m: Some(1.0), turn });
    assert_eq!(label_of(&rule, &given([("pose", pose)])).as_deref(), Some("45 9.5 –"));
}

#[test]
fn rules_tell_which_properties_they_read() {
    let rule = rule(json!({ "bind": {
        "pose": { "lon": "a", "lat": { "property": "/b/0", "map": { "lookup": {} } }, "h": 0 },
        "color": { "property": "c", "map": { "lookup": {} } },
        "visible": { "property": "d" },
        "label": { "property": "e", "map": { "lookup": { "x": "{f} {id}", "_": "{/g/h}" } } },
    } }));
    assert_eq!(rule.properties().into_iter().collect::<Vec<_>>(), ["a", "b", "c", "d", "e", "f", "g"]);
}

fn twin_with(updates: Vec<Update>) -> Twin {
    let mut twin = Twin::new(TwinOptions::default());
    updates.into_iter().for_each(|update| twin.apply(update));
    twin
}

#[test]
fn an_entity_without_news_gets_stale_and_a_fixed_one_does_not() {
    let text = json!({ "mirante": 1, "fixed_entities": [{
        "id": "gate", "title": "Gate", "class": "gate", "pose": { "lon_deg": 9, "lat_deg": 53, "heading_deg": 90 },
        "properties": { "open": true, "list": [1, { "a": null }] },
    }] });
    let scene = scene::read(text.to_string().as_bytes()).unwrap().0;
    let mut twin = twin_with(fixed_updates(&scene));
    let trust = |twin: &Twin, t_secs| {
        EntityProperties::new(twin, twin.entity(twin.find("gate").unwrap()).unwrap(), t_secs, 10.0).quality()
    };
    assert_eq!(trust(&twin, 1.8e9), Trust::Good);
    let entity = twin.entity(twin.find("gate").unwrap()).unwrap();
    assert_eq!(entity.class(), Some("gate"));
    let properties = EntityProperties::new(&twin, entity, 1.8e9, 10.0);
    assert_eq!(properties.property("open").unwrap().value, &Value::Bool(true));
    assert_eq!(properties.property("title").unwrap().value, &Value::text("Gate"));
    assert!(twin.pose_at(twin.find("gate").unwrap(), 1.8e9).is_some());

    twin.apply(Update::Entity(EntityUpdate {
        id: "gate".into(),
        order: Order::at(1.8e9),
        class: None,
        model: None,
        set: vec![("open".into(), Property { quality: Quality::Bad, ..Value::Bool(false).into() })],
    }));
    assert_eq!(trust(&twin, 1.8e9 + 10.0), Trust::Good);
    assert_eq!(trust(&twin, 1.8e9 + 10.5), Trust::Stale);
    let entity = twin.entity(twin.find("gate").unwrap()).unwrap();
    let sample_trust = EntityProperties::new(&twin, entity, 1.8e9, 10.0).property("open").unwrap().trust;
    assert_eq!(sample_trust, Trust::Bad);
}
