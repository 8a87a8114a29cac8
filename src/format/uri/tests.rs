//! Tests of locations, references and scopes.

use super::*;

fn user(text: &str) -> Location {
    Location::parse_user(text).unwrap()
}

/// Joins within the scope of `base` itself and shows the outcome.
fn join(base: &str, reference: &str) -> String {
    let base = user(base);
    match base.join(reference, &Scope::of(&base)) {
        Ok(location) => location.to_string(),
        Err(error) => format!("error: {error}"),
    }
}

#[test]
fn user_texts_name_locations() {
    let cases = [
        ("a/tileset.json", "a/tileset.json"),
        (" /data/my city/tileset.json ", "/data/my city/tileset.json"),
        ("100%.json", "100%.json"),
        ("file:///data/my%20city/t.json", "/data/my city/t.json"),
        ("file:///C:/data/t.json", "C:/data/t.json"),
        (r"C:\data\t.json", r"C:\data\t.json"),
        ("HTTP://Example.com:80/a/../t.json?v=1", "http://example.com/t.json?v=1"),
        ("city.3tz", "city.3tz!/tileset.json"),
        ("/d/City.3TZ!/east/tileset.json", "/d/City.3TZ!/east/tileset.json"),
        ("https://e.com/city.3tz?v=1", "https://e.com/city.3tz?v=1!/tileset.json"),
        ("https://e.com/city.3tz!/a.json", "https://e.com/city.3tz!/a.json"),
        ("data:text/plain,a%20b", "data:text/plain;(3 bytes)"),
        ("time:12.json", "time:12.json"),
    ];
    for (text, expected) in cases {
        assert_eq!(user(text).to_string(), expected, "{text}");
    }
}

#[test]
fn other_user_texts_are_refused() {
    for text in ["", "  ", "ftp://e.com/a", "https://", "http://:80/a", "file://host/a", "data:nocomma", "a.3tz!/../b"]
    {
        assert!(Location::parse_user(text).is_err(), "{text}");
    }
}

#[test]
fn references_in_files_resolve() {
    let cases = [
        ("a.b3dm", "/d/t/a.b3dm"),
        ("./x/../a.b3dm?v=1#f", "/d/t/a.b3dm"),
        ("sub/my%20tile%3F.glb", "/d/t/sub/my tile?.glb"),
        (r"sub\a.glb", "/d/t/sub/a.glb"),
        ("x//y///a.glb", "/d/t/x/y/a.glb"),
        ("/d/t/a.glb", "/d/t/a.glb"),
        ("file:///d/t/a.glb", "/d/t/a.glb"),
        ("100%.glb", "/d/t/100%.glb"),
        (" a.glb\n", "/d/t/a.glb"),
        ("more.3tz", "/d/t/more.3tz!/tileset.json"),
        ("more.3tz!/b/c.json", "/d/t/more.3tz!/b/c.json"),
        ("0:1:2.glb", "/d/t/0:1:2.glb"),
        ("...hidden", "/d/t/...hidden"),
    ];
    for (reference, expected) in cases {
        assert_eq!(join("/d/t/tileset.json", reference), expected, "{reference}");
    }
}

#[test]
fn references_can_not_leave_the_folder() {
    let hostile = [
        "../a.glb",
        "x/../../a.glb",
        "%2e%2e/a.glb",
        "..%2fa.glb",
        r"..\a.glb",
        "%2e%2e%5ca.glb",
        "/etc/passwd",
        "//host/share/a.glb",
        r"\\host\share\a.glb",
        "file:///etc/passwd",
        "file://host/a",
        r"C:\a.glb",
        "C:/a.glb",
        "c:a.glb",
        "%43:/a.glb",
        ".. /a.glb",
        "x/.../../../../a",
        "http://e.com/a.glb",
        "ftp://e.com/a",
        "javascript:1",
        "/d/tt/a.glb",
        "a%00.glb",
        "a%ff.glb",
        "",
        "?x",
        "#y",
        "more.3tz!/../../a",
    ];
    for reference in hostile {
        let joined = join("/d/t/tileset.json", reference);
        assert!(joined.starts_with("error: "), "{reference}: {joined}");
    }
}

#[test]
fn scope_is_the_roots_folder_not_the_files() {
    let root = user("/d/t/tileset.json");
    let scope = Scope::of(&root);
    let below = root.join("sub/deep/inner.json", &scope).unwrap();
    assert_eq!(below.join("../../tile.glb", &scope).unwrap(), user("/d/t/tile.glb"));
    assert!(below.join("../../../tile.glb", &scope).is_err());
}

#[test]
fn relative_roots_have_a_scope_too() {
    assert_eq!(join("tileset.json", "a/../b.glb"), "b.glb");
    assert_eq!(join("../t/tileset.json", "b.glb"), "../t/b.glb");
    assert!(join("tileset.json", "../b.glb").starts_with("error"));
    assert!(join("tileset.json", "/b.glb").starts_with("error"));
    assert!(join("../t/tileset.json", "../b.glb").starts_with("error"));
    assert!(join("../tileset.json", "../b.glb").starts_with("error"));
}

#[test]
fn references_on_http_resolve_and_hand_on_the_query() {
    let base = "https://e.com/d/tileset.json?key=k%2F1&v=2#f";
    let url = |reference: &str| match user(base).join(reference, &Scope::of(&user(base))) {
        Ok(Location::Http(url)) => url.to_string(),
        other => format!("{other:?}"),
    };
    assert_eq!(url("a.glb"), "https://e.com/d/a.glb?key=k%2F1&v=2");
    assert_eq!(url("../a b.glb?v=3&session=s"), "https://e.com/a%20b.glb?v=3&session=s&key=k%2F1");
    assert_eq!(url("//e.com/a.glb#x"), "https://e.com/a.glb?key=k%2F1&v=2");
    assert_eq!(url(r"\x\a.glb"), "https://e.com/x/a.glb?key=k%2F1&v=2");
}

#[test]
fn references_on_http_stay_on_the_server() {
    for reference in [
        "http://e.com/a",
        "https://e.com:444/a",
        "https://f.com/a",
        "//f.com/a",
        "file:///etc/passwd",
        r"\\f.com\a",
        "ftp://e.com/a",
    ] {
        let joined = join("https://e.com/d/tileset.json?key=k", reference);
        assert!(joined.starts_with("error: "), "{reference}: {joined}");
    }
}

#[test]
fn allowed_servers_get_no_keys_of_others() {
    let root = user("https://e.com/tileset.json?key=k");
    let mut scope = Scope::of(&root);
    scope.allow_origin(&Url::parse("https://cdn.com").unwrap());
    assert_eq!(root.join("https://cdn.com/a.glb", &scope).unwrap(), user("https://cdn.com/a.glb"));
    assert!(user("/d/tileset.json").join("https://cdn.com/a.glb", &scope).is_ok());
}

#[test]
fn archives_keep_to_themselves() {
    let cases = [
        ("a.glb", "/d/c.3tz!/x/a.glb"),
        ("../a%20b.glb?v", "/d/c.3tz!/a b.glb"),
        ("/top.glb", "/d/c.3tz!/top.glb"),
        ("inner.3tz", "/d/c.3tz!/x/inner.3tz"),
    ];
    for (reference, expected) in cases {
        assert_eq!(join("/d/c.3tz!/x/tileset.json", reference), expected, "{reference}");
    }
    for reference in ["../../a.glb", "file:///d/c.json", "https://e.com/a", "//h/a", "C:/a", "..", "x/../.."] {
        let joined = join("/d/c.3tz!/x/tileset.json", reference);
        assert!(joined.starts_with("error: "), "{reference}: {joined}");
    }
}

#[test]
fn data_uris_join_from_anywhere_and_name_nothing_else() {
    assert_eq!(join("/d/t.json", "data:;base64,AAECAw"), "data:;(4 bytes)");
    assert_eq!(join("https://e.com/t", "DATA:image/PNG;x=1;base64,AA EC\n"), "data:image/png;(3 bytes)");
    assert!(join("data:,x", "a.glb").starts_with("error"));
    assert!(join("/d/t.json", "data:;base64,????").starts_with("error"));
}

#[test]
fn display_hides_secrets() {
    let shown = user("https://me:pw@e.com/t.json?key=1&access_token=2&v=3").to_string();
    assert_eq!(shown, "https://e.com/t.json?key=...&access_token=...&v=3");
}

#[test]
fn names_and_extensions() {
    let cases = [
        ("/d/My Tile.B3DM", "My Tile.B3DM", "b3dm"),
        ("https://e.com/a%20b.glb?x=1.json", "a b.glb", "glb"),
        ("c.3tz!/x/y.json", "y.json", "json"),
        ("/d/.hidden", ".hidden", ""),
        ("https://e.com/", "", ""),
        ("data:,x", "", ""),
    ];
    for (text, name, extension) in cases {
        let location = user(text);
        assert_eq!((location.file_name().as_str(), location.extension().as_str()), (name, extension), "{text}");
    }
}

#[test]
fn base_follows_redirects_within_the_scope_only() {
    let root = user("https://e.com/t.json");
    let scope = Scope::of(&root);
    let (inside, outside) = (user("https://e.com/v2/t.json"), user("https://cdn.com/t.json"));
    assert_eq!(scope.base(&root, &inside), &inside);
    assert_eq!(scope.base(&root, &outside), &root);
}

#[test]
fn long_references_are_refused() {
    let long = "a/".repeat(20_000);
    assert!(matches!(user("/d/t.json").join(&long, &Scope::of(&user("/d/t.json"))), Err(UriError::TooLong { .. })));
}

proptest::proptest! {
    #[test]
    fn whatever_joins_on_disk_stays_inside(reference in "[./\\\\%2eEfFcC5:a?#! ]{0,24}") {
        let root = user("/d/t/tileset.json");
        let scope = Scope::of(&root);
        if let Ok(location) = root.join(&reference, &scope) {
            let file = match &location {
                Location::Archive { archive, .. } => &**archive,
                other => other,
            };
            if let Location::File(path) = file {
                let parts: Vec<_> = path.components().collect();
                proptest::prop_assert!(path.starts_with("/d/t"), "{path:?}");
                proptest::prop_assert!(!parts.contains(&std::path::Component::ParentDir), "{path:?}");
            }
        }
    }
}
