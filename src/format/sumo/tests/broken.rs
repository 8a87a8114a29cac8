use std::time::Instant;

use proptest::prelude::*;

use super::{case, case_bytes};
use crate::format::sumo::lanes::{LaneOptions, content_of_net};
use crate::format::sumo::{FcdReader, SumoError, SumoNet};
use crate::geo::{Geodetic, SiteFrame};

/// Reads bytes as everything that they might be.
fn read_all(bytes: &[u8]) -> (Result<SumoNet, SumoError>, Result<usize, SumoError>) {
    let net = SumoNet::from_bytes(bytes);
    if let Ok(net) = &net {
        content_of_net(net, &SiteFrame::from_geodetic(Geodetic::from_degrees(9.0, 50.0, 0.0)), LaneOptions::default());
    }
    let steps = FcdReader::new(bytes).and_then(|reader| reader.map(|step| step.map(|s| s.vehicles.len())).sum());
    (net, steps)
}

#[test]
fn every_broken_file_is_answered_soon() {
    let mut count = 0;
    for entry in std::fs::read_dir(case("broken")).unwrap() {
        let path = entry.unwrap().path();
        let started = Instant::now();
        let (net, steps) = read_all(&std::fs::read(&path).unwrap());
        assert!(steps.is_err(), "{}: no trace", path.display());
        if let Ok(net) = net {
            println!("{}: read as a net, issues: {:?}", path.display(), net.issues);
        }
        assert!(started.elapsed().as_secs_f64() < 5.0, "{} took {:?}", path.display(), started.elapsed());
        count += 1;
    }
    assert!(count >= 10, "{count}");
}

#[test]
fn errors_say_what_is_wrong() {
    let error = |name: &str| SumoNet::from_bytes(&case_bytes(&format!("broken/{name}"))).unwrap_err().to_string();
    assert_eq!(error("cut-off.net.xml"), "byte 65: the file ends inside of its elements (2 are still open)");
    assert_eq!(error("other-root.xml"), "byte 0: expected the root element <net>, got <routes>");
    assert_eq!(error("empty.xml"), "expected a file with the root element <net>, got one without elements");
    assert!(error("deep.net.xml").contains("the depth of nested elements is larger than the limit of 32"));
    assert!(error("entities.net.xml").contains("unrecognized entity `b`"), "{}", error("entities.net.xml"));
    assert!(error("cut-off.gz").contains("could not be read"), "{}", error("cut-off.gz"));
    let bytes = case_bytes("broken/no-time.fcd.xml");
    let got = FcdReader::new(&bytes[..]).unwrap().next().unwrap().unwrap_err().to_string();
    assert!(got.starts_with("byte 12: attribute \"time\" of <timestep>: expected seconds"), "{got}");
}

#[test]
fn lanes_off_the_earth_are_left_out_and_told() {
    for name in ["broken/far-away.net.xml", "broken/far-away-flat.net.xml"] {
        let net = SumoNet::from_bytes(&case_bytes(name)).unwrap();
        let content = content_of_net(&net, &SiteFrame::from_geodetic(Geodetic::default()), LaneOptions::default());
        assert!(content.parts.iter().all(|p| p.geometry.positions.iter().all(|v| v.is_finite())), "{name}");
        assert!(!content.issues.is_empty(), "{name}");
    }
}

#[test]
fn endless_lanes_get_solid_lines() {
    let net = SumoNet::from_bytes(&case_bytes("broken/endless-lane.net.xml")).unwrap();
    let content = content_of_net(&net, &SiteFrame::from_geodetic(Geodetic::default()), LaneOptions::default());
    assert!(content.byte_size() < 10_000, "{}", content.byte_size());
    assert_eq!(content.issues.len(), 1);
}

#[test]
fn a_tag_that_never_ends_is_given_up() {
    let mut bytes = b"<net><edge id=\"".to_vec();
    bytes.resize(20 << 20, b'x');
    let error = SumoNet::from_bytes(&bytes).unwrap_err();
    assert!(matches!(error, SumoError::TooLarge { byte: 5, limit: 8_388_608, .. }), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn changed_bytes_never_panic(
        file in prop::sample::select(vec!["corner.net.xml", "small.fcd.xml", "geo.fcd.xml"]),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        end in any::<prop::sample::Index>()
    ) {
        let mut bytes = case_bytes(file);
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let _ = read_all(&bytes);
        bytes.truncate(end.index(bytes.len()));
        let _ = read_all(&bytes);
    }

    #[test]
    fn any_shape_is_drawn_or_told(
        points in proptest::collection::vec((-200.0..200.0f64, -200.0..200.0f64), 0..12), width in 0.0..50.0f64
    ) {
        let shape: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let shape = shape.join(" ");
        let text = format!(
            r#"<net><edge id="a"><lane id="a_0" width="{width}" shape="{shape}"/><lane id="a_1" shape="{shape}"/></edge>
            <junction id="j" type="priority" x="0" y="0" shape="{shape}"/></net>"#
        );
        let net = SumoNet::from_bytes(text.as_bytes()).unwrap();
        let content = content_of_net(&net, &SiteFrame::from_geodetic(Geodetic::default()), LaneOptions::default());
        for part in &content.parts {
            prop_assert!(part.geometry.positions.iter().all(|p| p.is_finite()));
            prop_assert!(part.geometry.indices.iter().all(|&i| (i as usize) < part.geometry.positions.len()));
        }
    }
}
