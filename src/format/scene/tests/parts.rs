//! Single parts: colours, times, addresses, paths, patterns, templates, suggestions, the implicit scene.

use proptest::prelude::*;

use super::*;

#[test]
fn colours_have_three_written_forms() {
    assert_eq!(Color::parse("#abc").unwrap(), Color::parse("#AABBCC").unwrap());
    assert_eq!(Color::parse("#01020304").unwrap().srgba, [1, 2, 3, 4]);
    for bad in ["", "#", "abc", "#ab", "#abcd", "#abcde", "#abcdefg", "#abcdef0", "#ggg", "#äöü"] {
        assert!(Color::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn linear_colour_follows_the_srgb_curve() {
    // IEC 61966-2-1 for 188: ((188/255 + 0.055) / 1.055)^2.4 = 0.502886.
    let [r, g, b, a] = Color::rgb(188, 10, 255).linear();
    assert!((r - 0.502_886).abs() < 1e-5, "{r}");
    assert!((g - 10.0 / 255.0 / 12.92).abs() < 1e-7, "{g}");
    assert_eq!((b, a), (1.0, 1.0));
}

proptest! {
    #[test]
    fn a_written_colour_reads_back(srgba: [u8; 4]) {
        let color = Color { srgba };
        prop_assert_eq!(Color::parse(&color.to_string()).unwrap(), color);
    }

    #[test]
    fn a_colour_goes_through_oklab_and_back(srgba: [u8; 4]) {
        let linear = Color { srgba }.linear();
        for (a, b) in OkLab::from_linear(linear).linear().into_iter().zip(linear) {
            prop_assert!((a - b).abs() < 2e-5, "{} {}", a, b);
        }
    }
}

/// Truth from coloraide (see the note in the file).
#[test]
fn blends_in_oklab_agree_with_coloraide() {
    let file = cases_dir().join("oklab.json");
    let rows: serde_json::Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let rows = rows["rows"].as_array().unwrap();
    assert!(rows.len() >= 10);
    for row in rows {
        let color = |key: &str| OkLab::from_linear(Color::parse(row[key].as_str().unwrap()).unwrap().linear());
        let got = color("from").mix(color("to"), row["share"].as_f64().unwrap() as f32).linear();
        for (got, truth) in got.iter().zip(row["linear"].as_array().unwrap()) {
            let truth = truth.as_f64().unwrap().clamp(0.0, 1.0);
            assert!((f64::from(*got) - truth).abs() < 2e-5, "{row}: {got} {truth}");
        }
    }
}

#[test]
fn times_are_rfc_3339_or_now() {
    let secs = |text| SceneTime::parse(text).unwrap().unix_secs();
    assert_eq!(secs("now"), None);
    // From Python: datetime.fromisoformat(...).timestamp().
    assert_eq!(secs("2026-06-21T10:30:00+02:00"), Some(1_782_030_600.0));
    assert_eq!(secs("2026-06-21t08:30:00.25z"), Some(1_782_030_600.25));
    assert_eq!(secs("1969-12-31 23:59:59Z"), Some(-1.0));
    for bad in [
        "",
        "Now",
        "2026-06-21",
        "2026-06-21T10:30:00",
        "2026-06-21T10:30Z",
        "2026-02-30T00:00:00Z",
        "2026-06-21T25:00:00Z",
        "2026-06-21T10:30:00+02",
        "2026-06-21T10:30:00.Z",
        "2026-06-21T10:30:00Z[UTC]",
        "0000-01-01T00:00:00+14:00",
    ] {
        assert!(SceneTime::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_sunny_morning_has_the_sun_up_in_the_east_all_over_the_inhabited_earth() {
    for (lon_deg, lat_deg) in [(0.0, 0.0), (11.3, 44.5), (-43.2, -22.9), (139.7, 35.6), (-179.9, 51.0), (179.9, -45.0)]
    {
        let secs = SceneTime::sunny_morning(lon_deg, lat_deg).unix_secs().unwrap();
        let place = crate::geo::Geodetic::from_degrees(lon_deg, lat_deg, 0.0);
        let (azimuth_rad, elevation_rad) =
            crate::geo::sun::azimuth_elevation(place, crate::geo::sun::sun_dir_ecef(secs));
        let (azimuth_deg, elevation_deg) = (azimuth_rad.to_degrees().rem_euclid(360.0), elevation_rad.to_degrees());
        assert!((40.0..70.0).contains(&elevation_deg), "{lon_deg} {lat_deg}: {elevation_deg}");
        assert!((20.0..160.0).contains(&azimuth_deg), "{lon_deg} {lat_deg}: {azimuth_deg}");
    }
}

#[test]
fn paths_that_climb_out_of_the_folder_are_told_apart() {
    let leaves = |text| SceneUrl::parse(text).unwrap().leaves_folder();
    for inside in ["a.json", "a/../b.json", "./a/b/../../c.json", "a/..b/c", "...", "https://h/../../x", "a?b=../.."] {
        assert!(!leaves(inside), "{inside}");
    }
    for outside in ["..", "../a", "a/../../b", "%2e%2e/a", "a/%2E./../../b", "a/..%2f../b"] {
        assert!(leaves(outside), "{outside}");
    }
}

#[test]
fn addresses_that_name_files_of_the_machine_are_refused() {
    for bad in [
        "/etc/passwd",
        "//host/share",
        "\\\\host\\share",
        "C:/x",
        "c:x",
        "file:///x",
        "FILE:/x",
        "%2Fetc/passwd",
        "%5C%5Chost",
        "a%3Ab",
        "",
        "?x",
        "#x",
        "a\0b",
        "a%00b",
        "javascript:alert(1)",
        "http://",
        "https:///x",
        "%ff",
    ] {
        assert!(SceneUrl::parse(bad).is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn a_path_that_does_not_leave_stays_below_the_folder(text in "[a./%2eE5cfF]{1,24}") {
        if let Ok(url) = SceneUrl::parse(&text)
            && !url.leaves_folder()
        {
            let base = ::url::Url::parse("file:///scenes/here/scene.json").unwrap();
            let joined = base.join(&text).unwrap();
            prop_assert!(joined.path().starts_with("/scenes/here/"), "{} -> {}", text, joined);
        }
    }
}

#[test]
fn property_paths_are_pointers_or_names() {
    let path = |text| PropertyPath::parse(text).unwrap();
    assert_eq!(path("speed").name(), path("/speed").name());
    assert_eq!(path("/a~1b/c~0d/0").name(), "a/b");
    assert_eq!(path("/a~1b/c~0d/0").rest(), ["c~d", "0"]);
    assert_eq!(path("a b").name(), "a b");
    for bad in ["", "/", "//a", "/a~", "/a~2", &"/a".repeat(17)] {
        assert!(PropertyPath::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn patterns_match_whole_ids() {
    let fits = |glob, id| Glob::parse(glob).unwrap().matches(id);
    for (glob, id) in [
        ("agv-*", "agv-7"),
        ("agv-*", "agv-"),
        ("*", ""),
        ("*", "x"),
        ("a?c", "aüc"),
        ("*-7", "agv-7"),
        ("\\*", "*"),
        ("a*b*c", "a--b-b--c"),
        ("**a**", "bab"),
        ("日本*", "日本橋"),
        ("?", "🚢"),
        ("a\\?", "a?"),
    ] {
        assert!(fits(glob, id), "{glob} {id}");
    }
    for (glob, id) in [
        ("agv-*", "Agv-7"),
        ("agv", "agv-7"),
        ("a?c", "ac"),
        ("\\*", "x"),
        ("a*b", "ab-"),
        ("?", ""),
        ("?", "ab"),
        ("a*b*c", "a-c-b"),
    ] {
        assert!(!fits(glob, id), "{glob} {id}");
    }
}

/// The plain recursive meaning of a pattern, for short texts.
fn matches_plainly(glob: &[char], id: &[char]) -> bool {
    match (glob.split_first(), id.split_first()) {
        (None, rest) => rest.is_none(),
        (Some(('*', after)), _) => (0..=id.len()).any(|skip| matches_plainly(after, &id[skip..])),
        (Some(('?', after)), Some((_, rest))) => matches_plainly(after, rest),
        (Some((c, after)), Some((d, rest))) => c == d && matches_plainly(after, rest),
        (Some(_), None) => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn patterns_match_as_their_plain_meaning(glob in "[abü*?]{1,8}", id in "[abü]{0,8}") {
        let plain = |text: &str| text.chars().collect::<Vec<_>>();
        prop_assert_eq!(Glob::parse(&glob).unwrap().matches(&id), matches_plainly(&plain(&glob), &plain(&id)));
    }

    #[test]
    fn a_pattern_that_covers_another_matches_all_its_ids(a in "[ab*?]{1,6}", b in "[ab*?]{1,6}", id in "[ab]{0,7}") {
        let (a, b) = (Glob::parse(&a).unwrap(), Glob::parse(&b).unwrap());
        if a.covers(&b) && b.matches(&id) {
            prop_assert!(a.matches(&id), "{} {} {}", a, b, id);
        }
    }
}

#[test]
fn patterns_cover_what_they_obviously_cover() {
    let covers = |a, b| Glob::parse(a).unwrap().covers(&Glob::parse(b).unwrap());
    for (a, b) in [("*", "*"), ("*", "a"), ("a*", "a*b"), ("a*", "ab?"), ("a?", "ab"), ("*b*", "a*b?c"), ("a", "a")] {
        assert!(covers(a, b), "{a} {b}");
    }
    for (a, b) in [("a", "*"), ("a*", "*a"), ("a?", "a*"), ("a", "b"), ("?", "*"), ("a*b", "a*")] {
        assert!(!covers(a, b), "{a} {b}");
    }
}

#[test]
fn templates_fall_into_pieces() {
    let template = Template::parse("{{{id}}} {speed:.1} m/s {/a~1b/0} {value}{class}").unwrap();
    let field = |field, decimals| Piece::Field { field, decimals };
    let property = |text| Field::Property(PropertyPath::parse(text).unwrap());
    assert_eq!(
        template.pieces(),
        [
            Piece::Text("{".into()),
            field(Field::Id, None),
            Piece::Text("} ".into()),
            field(property("speed"), Some(1)),
            Piece::Text(" m/s ".into()),
            field(property("/a~1b/0"), None),
            Piece::Text(" ".into()),
            field(Field::Value, None),
            field(Field::Class, None),
        ]
    );
    for bad in ["{", "}", "{}", "{a", "a}", "{a:1}", "{a:.10}", "{a:.}", "{ }", "{a{b}", "{:.1}", "{/}"] {
        assert!(Template::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn slips_of_the_keyboard_find_the_word_that_was_meant() {
    let words = ["heading_deg", "height_m", "pitch_deg", "key", "title", "tilesets"];
    let near = |word| suggest::nearest(word, words.into_iter());
    assert_eq!(near("heading"), Some("heading_deg"));
    assert_eq!(near("height"), Some("height_m"));
    assert_eq!(near("heading-deg"), Some("heading_deg"));
    assert_eq!(near("Key"), Some("key"));
    assert_eq!(near("tilte"), Some("title"));
    assert_eq!(near("colour"), None);
    assert_eq!(near(&"x".repeat(100_000)), None);
}

#[test]
fn a_bare_tileset_is_called_after_its_folder() {
    let name = |url, kind| Scene::for_content(url, kind).name;
    assert_eq!(name("data/Old%20Town/tileset.json", ContentKind::Tileset), "Old Town");
    assert_eq!(name("tileset.json", ContentKind::Tileset), "tileset");
    assert_eq!(name("https://example.org/tileset.json?v=1", ContentKind::Tileset), "example.org");
    assert_eq!(name("/a/b/Milk Truck.glb", ContentKind::Model), "Milk Truck");
    assert_eq!(name("C:\\models\\crane.gltf", ContentKind::Model), "crane");
}

#[test]
fn a_bare_model_stands_at_an_origin_that_is_there() {
    let scene = Scene::for_content("x.glb", ContentKind::Model);
    assert!(scene.origin.is_some() && scene.models.len() == 1);
    assert!(check(&scene).is_empty());
}

#[test]
fn views_are_found_by_id_before_title() {
    let (scene, _) = scene(serde_json::json!({
        "mirante": 1,
        "views": [
            { "id": "a", "title": "B", "eye": { "lon_deg": 1, "lat_deg": 2 } },
            { "id": "b", "title": "Überblick", "eye": { "lon_deg": 3, "lat_deg": 4 }, "home": true },
        ],
    }));
    assert_eq!(scene.view("B").unwrap().id, "b");
    assert_eq!(scene.view("überblick").unwrap().id, "b");
    assert_eq!(scene.home().unwrap().id, "b");
    assert!(scene.view("c").is_none());
}

#[test]
fn references_name_their_place_in_the_file() {
    let (scene, _) = scene(serde_json::json!({
        "mirante": 1,
        "tilesets": [{ "id": "broken" }, { "id": "a", "url": "a/tileset.json" }],
        "entities": [{ "model": "car" }, { "model": "x.glb" }],
        "feed": { "play": "t.jsonl", "sumo_net": "n.net.xml" },
    }));
    let all: Vec<_> = scene.references().into_iter().map(|r| (r.path, r.url.to_string(), r.kind)).collect();
    let row = |path: &str, url: &str, kind| (path.to_string(), url.to_string(), kind);
    assert_eq!(
        all,
        [
            row("/tilesets/1/url", "a/tileset.json", ReferenceKind::Tileset),
            row("/entities/1/model", "x.glb", ReferenceKind::Model),
            row("/feed/play", "t.jsonl", ReferenceKind::Trace),
            row("/feed/sumo_net", "n.net.xml", ReferenceKind::SumoNet),
        ]
    );
}
