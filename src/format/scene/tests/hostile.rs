//! Bytes that no author wrote.

use proptest::prelude::*;

use super::*;
use crate::format::issue::Issues;

/// Reads, checks, lists and writes; what was read must read back without a word.
fn survive(bytes: &[u8]) {
    match read(bytes) {
        Err(SceneError::Unusable { reason }) => panic!("the schema and the types differ: {reason}"),
        Err(error) => drop(error.to_string()),
        Ok((scene, issues)) => {
            assert!(issues.iter().all(|issue| issue.path.is_empty() || issue.path.starts_with('/')));
            drop(check(&scene));
            drop(scene.references());
            let written = serde_json::to_vec(&scene).unwrap();
            let (_, again) = read(&written).unwrap();
            assert!(again.is_empty(), "{:?}\n{}", again.into_vec(), String::from_utf8_lossy(&written));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn changed_bytes_of_a_scene_do_no_harm(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let mut bytes = complete();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        survive(&bytes);
    }

    #[test]
    fn changed_values_of_a_scene_do_no_harm(
        picks in prop::collection::vec((any::<prop::sample::Index>(), 0..VALUES.len()), 1..6),
    ) {
        let mut scene: serde_json::Value = serde_json::from_slice(&complete()).unwrap();
        for (at, value) in picks {
            let mut count = 0;
            count_nodes(&scene, &mut count);
            let mut target = at.index(count);
            replace_node(&mut scene, &mut target, &serde_json::from_str(VALUES[value]).unwrap());
        }
        if let Some(object) = scene.as_object_mut() {
            object.insert("mirante".to_string(), 1.into());
        }
        survive(scene.to_string().as_bytes());
    }

    #[test]
    fn cut_scenes_do_no_harm(length in 0..6000_usize) {
        let bytes = complete();
        survive(&bytes[..length.min(bytes.len())]);
    }

    #[test]
    fn texts_do_no_harm(text in "\\PC{0,40}") {
        drop(Color::parse(&text));
        drop(SceneTime::parse(&text));
        drop(SceneUrl::parse(&text).map(|url| (url.leaves_folder(), url.extension())));
        drop(FeedUrl::parse(&text));
        drop(PropertyPath::parse(&text));
        drop(EntityModel::parse(&text));
        drop(Scene::for_content(&text, ContentKind::Tileset));
        if let Ok(template) = Template::parse(&text) {
            prop_assert_eq!(template.to_string(), text.clone());
        }
        if let Ok(glob) = Glob::parse(&text) {
            prop_assert_eq!(glob.to_string(), text);
        }
    }
}

const VALUES: [&str; 24] = [
    "null",
    "true",
    "0",
    "-1",
    "1.5",
    "1e308",
    "-1e308",
    "18446744073709551615",
    "9007199254740993",
    "\"\"",
    "\"*\"",
    "\"#ffffff\"",
    "\"now\"",
    "\"0000-01-01T00:00:00+14:00\"",
    "\"a/b.glb\"",
    "\"/pose/x\"",
    "\"{id}\"",
    "\"{value:.9}\"",
    "[]",
    "[1,2]",
    "[[0,\"#fff\"]]",
    "{}",
    "{\"e_m\":1,\"n_m\":2,\"lon_deg\":3,\"lat_deg\":4}",
    "{\"property\":\"/a\",\"map\":{\"lookup\":{\"_\":\"#123\"}}}",
];

fn count_nodes(value: &serde_json::Value, count: &mut usize) {
    *count += 1;
    match value {
        serde_json::Value::Array(list) => list.iter().for_each(|child| count_nodes(child, count)),
        serde_json::Value::Object(object) => object.values().for_each(|child| count_nodes(child, count)),
        _ => {}
    }
}

fn replace_node(value: &mut serde_json::Value, target: &mut usize, by: &serde_json::Value) -> bool {
    if *target == 0 {
        *value = by.clone();
        return true;
    }
    *target -= 1;
    match value {
        serde_json::Value::Array(list) => list.iter_mut().any(|child| replace_node(child, target, by)),
        serde_json::Value::Object(object) => object.values_mut().any(|child| replace_node(child, target, by)),
        _ => false,
    }
}

#[test]
fn deep_nesting_is_refused() {
    for open in ["[", "{\"a\":"] {
        assert!(matches!(read(open.repeat(100_000).as_bytes()), Err(SceneError::NotJson { .. })));
    }
}

#[test]
fn a_file_past_the_limit_is_refused() {
    let bytes = vec![b' '; MAX_BYTES + 1];
    assert_eq!(read(&bytes).unwrap_err(), SceneError::TooLarge { got: MAX_BYTES + 1 });
}

#[test]
fn no_list_of_the_largest_size_takes_long_or_much() {
    let started = std::time::Instant::now();
    for (list, one) in [
        ("entities", "{}"),
        ("entities", "7"),
        ("layers", "{\"id\":\"a\"}"),
        ("views", "{\"id\":\"a\",\"eye\":{\"e_m\":0,\"n_m\":0},\"xyzzyx\":0}"),
        ("models", "{\"id\":\"a\",\"url\":\"b\",\"layer\":\"c\",\"placement\":{\"e_m\":0,\"n_m\":0}}"),
    ] {
        let mut text = format!("{{\"mirante\":1,\"{list}\":[");
        while text.len() + 2 * one.len() + 8 < MAX_BYTES {
            text.push_str(one);
            text.push(',');
        }
        text.push_str(one);
        text.push_str("]}");
        let (scene, issues) = read(text.as_bytes()).unwrap();
        let found = check(&scene);
        assert!(issues.len() <= Issues::MAX && found.len() <= Issues::MAX);
        assert!(scene.entities.len() <= 4096);
    }
    println!("read and checked in {:?}", started.elapsed());
    // A guard against quadratic work, which would take hours; the usual time is some seconds.
    assert!(started.elapsed().as_secs() < 120, "took {:?}", started.elapsed());
}

#[test]
fn patterns_that_could_blow_up_are_compared_in_bounded_time() {
    let rules: Vec<_> = (0..3000).map(|i| serde_json::json!({ "id": format!("{}b{i}", "*a?".repeat(80)) })).collect();
    let (scene, _) = scene(serde_json::json!({ "mirante": 1, "entities": rules }));
    let started = std::time::Instant::now();
    let found = check(&scene);
    assert!(found.iter().any(|issue| issue.message.contains("too many rules")));
    let id = "a".repeat(100_000);
    assert!(!scene.entities[0].id.as_ref().unwrap().matches(&id));
    assert!(started.elapsed().as_secs() < 30, "took {:?}", started.elapsed());
}
