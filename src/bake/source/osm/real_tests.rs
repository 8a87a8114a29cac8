//! Features of real files; truth in `tests/cases/osm`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::tests::{area, polygons, read_file};
use super::*;
use crate::test_support::shared_data;

type RealFile = (&'static str, Vec<Feature>, Issues);

/// Files by name, read whole, once for all tests.
fn real_files() -> &'static [RealFile] {
    static FILES: OnceLock<Vec<RealFile>> = OnceLock::new();
    FILES.get_or_init(|| {
        let Some(data) = shared_data() else { return Vec::new() };
        ["andorra.osm.pbf", "monaco.osm.gz", "berlin-siegessaeule.osm.gz"]
            .into_iter()
            .filter_map(|name| {
                let bytes = std::fs::read(data.join("02_city/osm").join(name)).ok()?;
                let (features, issues) = read_file(&bytes, &OsmOptions::default());
                Some((name, features, issues))
            })
            .collect()
    })
}

#[test]
fn real_files_have_the_features_and_areas_that_osmium_finds() {
    for (name, features, issues) in real_files() {
        let mut by_class: BTreeMap<&str, usize> = BTreeMap::new();
        for feature in features {
            let class = match feature.class.as_str() {
                "building" | "roof" => "buildings without parts",
                "tree" if feature.id.starts_with("node") => "tree nodes",
                other => other,
            };
            *by_class.entry(class).or_default() += 1;
        }
        let rows = |text: &'static str| text.lines().skip(1).map(|l| l.split(',').collect::<Vec<_>>());
        for row in rows(include_str!("../../../../tests/cases/osm/counts.csv")).filter(|row| row[0] == *name) {
            let expected: usize = row[2].parse().expect("a number");
            // Masts as areas and antennas are not in the truth.
            if row[1] != "mast" {
                assert_eq!(by_class.get(row[1]).copied().unwrap_or(0), expected, "{name}: {}", row[1]);
            }
        }
        let of_relations = features.iter().filter(|feature| feature.id.starts_with("relation/")).count();
        let truth: BTreeMap<String, Vec<&str>> = rows(include_str!("../../../../tests/cases/osm/areas.csv"))
            .filter(|row| row[0] == *name)
            .map(|row| (format!("relation/{}", row[1]), row))
            .collect();
        let mut compared = 0;
        for (feature, row) in features.iter().filter_map(|feature| Some((feature, truth.get(&feature.id)?))) {
            let inner: usize = polygons(feature).iter().map(|polygon| polygon.holes.len()).sum();
            assert_eq!(
                (polygons(feature).len().to_string(), inner.to_string()),
                (row[2].into(), row[3].into()),
                "{}",
                row[1]
            );
            let expected: f64 = row[4].parse().expect("a number");
            let got = area(feature) * 1e4;
            assert!((got - expected).abs() < 1e-6 * expected.max(1.0), "{}: {got} instead of {expected}", row[1]);
            compared += 1;
        }
        println!("{name}: {compared} of {of_relations} relations compared, {} issues", issues.len());
        // The others are cut off by the extract, where only a part of their rings is left.
        assert!(compared + 3 >= truth.len(), "{name}: {compared} of {}", truth.len());
    }
}

#[test]
fn every_ring_of_the_real_files_is_sound() {
    for (name, features, _) in real_files() {
        for feature in features {
            let (Shape::Area(_) | Shape::Building(_)) = &feature.shape else { continue };
            for polygon in polygons(feature) {
                let made = crate::bake::source::polygons::from_roles(
                    &[&polygon.outer],
                    &polygon.holes.iter().map(Vec::as_slice).collect::<Vec<_>>(),
                );
                assert_eq!((made.crossings, made.polygons.len()), (0, 1), "{name}: {}", feature.id);
            }
        }
    }
}

#[test]
fn a_named_buildings_corner_is_exactly_where_its_node_is() {
    let Some((_, features, _)) = real_files().iter().find(|(name, ..)| name.starts_with("monaco")) else { return };
    let museum = features.iter().find(|feature| feature.id == "way/23715051").expect("the museum");
    assert_eq!(museum.name, "Musée Océanographique");
    // By pyosmium: (74253144, 437306371) in 1e-7 degrees.
    assert_eq!(polygons(museum)[0].outer[0], DVec2::new(7.4253144, 43.7306371));
}

#[test]
fn monaco_has_its_sea() {
    let Some(data) = shared_data() else { return };
    let Ok(bytes) = std::fs::read(data.join("02_city/osm/monaco.osm.gz")) else { return };
    let region = Region::new(7.4150, 43.7290, 7.4350, 43.7420);
    let (features, issues) = read_file(&bytes, &OsmOptions { region, ..OsmOptions::default() });
    for issue in issues.iter() {
        println!("{issue}");
    }
    let sea = features.iter().find(|feature| feature.id == "sea").expect("a sea");
    let polygons = polygons(sea);
    let at_sea = DVec2::new(7.4330, 43.7300);
    let ashore = DVec2::new(7.4200, 43.7400);
    let holds = |p: DVec2| {
        polygons.iter().any(|polygon| {
            let inside = |ring: &[DVec2]| crate::bake::source::region::ring_contains(ring, p);
            inside(&polygon.outer) && !polygon.holes.iter().any(|hole| inside(hole))
        })
    };
    assert!(holds(at_sea) && !holds(ashore));
}
