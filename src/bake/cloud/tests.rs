//! A cloud comes out whole, in place, and the same however it was baked.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use glam::DVec3;
use proptest::prelude::*;

use super::crs::tests::factory;
use super::crs::{Resolved, ZUnit, claims, resolve};
use super::las::LasReader;
use super::las::test_files::TestFile;
use super::point::CloudPoint;
use super::spill::MemorySpill;
use super::*;
use crate::bake::source::Wgs84;
use crate::format::content::decode::{DecodeOptions, Decoded, ResourceMap, decode};
use crate::format::content::{Content, FeatureIds};
use crate::format::issue::Issues;
use crate::geo::Geodetic;

fn frame() -> CloudFrame {
    CloudFrame::new(Geodetic::from_degrees(8.0, 50.0, 100.0), -10)
}

/// Points on a bumpy surface, some above it.
fn surface(n: i32) -> Vec<CloudPoint> {
    let point = |i: i32| {
        let (x, y) = (i % 300 * 700 + i % 7 * 31, i / 300 * 650 + i % 11 * 17);
        let z = (x / 900 % 13) * 200 + if i % 10 == 0 { i % 9 * 900 } else { 0 };
        CloudPoint {
            at: [x, y, z],
            rgb: [(i % 256 * 257) as u16, 20_000, 60_000],
            intensity: (i % 300) as u16,
            class: (2 + i % 5) as u8,
            return_number: 1,
            return_count: (1 + i % 3) as u8,
        }
    };
    (0..n).map(point).collect()
}

fn spilled(points: &[CloudPoint], spill: &MemorySpill) -> SourceSummary {
    let mut summary = SourceSummary::new(0);
    summary.color_max = Some(65_535);
    let mut bytes = Vec::new();
    for point in points {
        summary.count(point);
        point.write(&mut bytes);
    }
    spill.append(Bucket::Source(0), &bytes).unwrap();
    summary
}

fn style(tile_points: usize, memory_points: usize) -> CloudStyle {
    let limits = Limits { tile_points, least_tile_points: 50, memory_points };
    CloudStyle { limits, refine: Refine::Add, ..CloudStyle::default() }
}

fn baked(points: &[CloudPoint], style: CloudStyle) -> (BTreeMap<String, Vec<u8>>, Vec<TileInfo>) {
    let spill = MemorySpill::default();
    let summary = spilled(points, &spill);
    let build = Build::new(frame(), &[summary], style).unwrap();
    let mut files = BTreeMap::new();
    let infos = build.all(&spill, &mut |file| assert!(files.insert(file.path, file.bytes).is_none())).unwrap();
    (files, infos)
}

fn content(bytes: &[u8]) -> Content {
    match decode(bytes, &DecodeOptions { merge: false, ..DecodeOptions::default() }, &ResourceMap::default()).unwrap() {
        Decoded::Content(content) => content,
        _ => panic!("no content"),
    }
}

/// Positions in the tile frame, metres.
fn positions(content: &Content) -> Vec<DVec3> {
    let part = &content.parts[0];
    part.geometry.positions.iter().map(|p| part.content_from_part.transform_point3(p.as_dvec3())).collect()
}

fn contents(files: &BTreeMap<String, Vec<u8>>) -> impl Iterator<Item = Content> {
    files.iter().filter(|(path, _)| path.ends_with(".glb")).map(|(_, bytes)| content(bytes))
}

#[test]
fn every_point_is_in_one_tile_at_its_exact_place() {
    let points = surface(20_000);
    let (files, infos) = baked(&points, style(2000, 1_000_000));
    assert!(infos.len() > 10 && infos.iter().any(|info| info.level > 1));
    let exact = |p: DVec3| (p * 1024.0).to_array().map(|x| (x.round() as i64, (x - x.round()).abs() < 1e-3));
    let mut got: Vec<[i64; 3]> = contents(&files)
        .flat_map(|content| positions(&content))
        .map(|p| exact(p).map(|(steps, is_exact)| if is_exact { steps } else { panic!("{p} is not on a step") }))
        .collect();
    let mut expected: Vec<[i64; 3]> = points.iter().map(|p| p.at.map(i64::from)).collect();
    got.sort_unstable();
    expected.sort_unstable();
    assert_eq!(got, expected);
}

#[test]
fn memory_and_order_do_not_show_in_the_bytes() {
    let mut points = surface(6_000);
    // Some at the very same place, some of them equal in all.
    points.extend_from_within(..300);
    for point in points.iter_mut().rev().take(100) {
        point.intensity += 1;
    }
    let (expected, _) = baked(&points, style(500, 1_000_000));
    let (streamed, _) = baked(&points, style(500, 1000));
    points.reverse();
    let (reversed, _) = baked(&points, style(500, 4000));
    assert!(expected == streamed && expected == reversed);
}

#[test]
fn nodes_may_be_divided_in_any_order() {
    let points = surface(6_000);
    let (expected, _) = baked(&points, style(900, 1000));
    let spill = MemorySpill::default();
    let summary = spilled(&points, &spill);
    let build = Build::new(frame(), &[summary], style(900, 1000)).unwrap();
    let (mut files, mut infos, mut open) = (BTreeMap::new(), Vec::new(), vec![build.root()]);
    while !open.is_empty() {
        // The oldest first, where `all` takes the newest.
        let node = open.remove(0);
        let children = build.divide(node, &spill, &mut |made| {
            infos.push(made.info);
            files.insert(made.file.path, made.file.bytes);
        });
        open.extend(children.unwrap());
    }
    infos.reverse();
    files.extend(build.files(&infos).unwrap().into_iter().map(|file| (file.path, file.bytes)));
    assert_eq!(files, expected);
}

#[test]
fn children_that_replace_their_parent_hold_all_of_it() {
    let points = surface(8000);
    let (files, _) = baked(&points, CloudStyle { refine: Refine::Replace, ..style(900, 1_000_000) });
    let streamed = baked(&points, CloudStyle { refine: Refine::Replace, ..style(900, 1000) }).0;
    assert!(files == streamed);
    let infos = baked(&points, CloudStyle { refine: Refine::Replace, ..style(900, 1_000_000) }).1;
    let parents: BTreeSet<(u32, u64)> =
        infos.iter().filter(|i| i.level > 0).map(|i| (i.level - 1, i.morton >> 3)).collect();
    let leaves = infos.iter().filter(|info| !parents.contains(&(info.level, info.morton)));
    assert_eq!(leaves.map(|info| info.points).sum::<u64>(), 8000);
}

#[test]
fn piles_of_points_at_one_place_end() {
    let mut points = vec![CloudPoint { at: [5, 5, 5], ..CloudPoint::default() }; 3000];
    points.push(CloudPoint { at: [5000, 0, 0], ..CloudPoint::default() });
    let (_, infos) = baked(&points, style(100, 1_000_000));
    let kept: u64 = infos.iter().map(|info| info.points + info.dropped).sum();
    assert_eq!((kept, infos.iter().all(|info| info.level <= 20)), (3001, true));
    assert!(baked(&points, style(100, 100)).1.iter().map(|i| i.dropped).sum::<u64>() > 2000);
}

#[test]
fn coarse_levels_are_even_and_errors_fall() {
    let points = surface(30_000);
    let (files, infos) = baked(&points, style(3000, 1_000_000));
    let (tileset, issues) = crate::format::tileset::read(&files["tileset.json"]).unwrap();
    assert!(issues.is_empty(), "{:?}", issues.into_vec());
    let root = &tileset.tiles[1];
    let info = infos.iter().find(|info| info.level == 0).unwrap();
    let spacing_m = (info.missing as f64).sqrt() * 0.5 / 1024.0;
    assert!((root.geometric_error - 4.0 * spacing_m).abs() < 1e-9);
    // What is left out lies in the same cell as what is shown: a 32nd to a 128th of the side.
    let side_m = (1_u64 << Cube::around([0; 3], [300 * 700 + 400, 100 * 650 + 400, 20_000]).log2_side) as f64 / 1024.0;
    assert!(spacing_m > side_m / 256.0 && spacing_m < side_m / 32.0 * 1.74, "{spacing_m} of {side_m}");
}

#[test]
fn classes_are_features_with_the_names_of_asprs() {
    let (files, _) = baked(&surface(500), style(2000, 1_000_000));
    let content = content(&files["points/0/0/0/0.glb"]);
    let set = &content.parts[0].feature_sets[0];
    let FeatureIds::Vertex(ids) = &set.ids else { panic!("no ids of vertices") };
    assert_eq!((ids.len(), set.feature_count), (500, 5));
    let name = |class| content.tables[0].row(class).into_iter().find(|(name, _)| *name == "Class").unwrap().1;
    let names: Vec<_> = (2..7).map(name).collect();
    let expected = ["Ground", "Low Vegetation", "Medium Vegetation", "High Vegetation", "Building"];
    assert_eq!(names, expected);
    assert!(content.issues.iter().all(|issue| issue.severity == crate::format::issue::Severity::Info));
}

#[test]
fn large_tiles_keep_their_steps() {
    // 3 km: more than 16 bits, so floats with whole steps.
    let points: Vec<CloudPoint> =
        (0..900).map(|i| CloudPoint { at: [i * 3411, i * 1177, i % 50], ..CloudPoint::default() }).collect();
    let (files, _) = baked(&points, style(2000, 1_000_000));
    let mut got = positions(&content(&files["points/0/0/0/0.glb"]));
    got.sort_by(|a, b| a.x.total_cmp(&b.x));
    for (got, point) in got.iter().zip(&points) {
        assert!(got.abs_diff_eq(frame().metres(point.at), 1e-6), "{got} {:?}", point.at);
    }
}

fn wgs84() -> Resolved {
    Resolved { crs: Box::new(Wgs84), name: "WGS84".into(), z_scale: 1.0 }
}

fn ingested(mut file: TestFile, change: impl FnOnce(&mut TestFile)) -> (SourceSummary, Vec<String>) {
    // Whole coordinates are millionths of a degree.
    file.scale = 1e-6;
    (file.low, file.high) = ([7.0, 49.0, 0.0], [9.0, 51.0, 1.0]);
    change(&mut file);
    let mut issues = Issues::default();
    let mut reader = LasReader::open(Cursor::new(file.plain()), &mut issues).unwrap();
    let (spill, none) = (MemorySpill::default(), BTreeSet::new());
    let wanted = ingest::Wanted { leave_out: &none, region: None };
    let summary = ingest::ingest(&mut reader, &wgs84(), &frame(), (0, &wanted), &spill, &mut issues).unwrap();
    (summary, issues.into_vec().iter().map(ToString::to_string).collect())
}

#[test]
fn points_outside_of_the_box_are_kept_and_those_far_away_are_not() {
    let at = [[8_000_000, 50_000_000, 5], [9_500_000, 50_000_000, 5], [-170_000_000, 10_000_000, 5]];
    let (summary, issues) = ingested(TestFile::of(6, &at), |_| ());
    assert_eq!((summary.points, summary.lost), (2, 1));
    let expected = [
        "warning: 2 points outside of the box that the header gives; kept",
        "error: 1 point not on Earth or far from the rest; left out (another coordinate system?)",
    ];
    assert_eq!(issues, expected);
}

#[test]
fn withheld_points_are_left_out() {
    let at = [[8_000_000, 50_000_000, 5]; 3];
    let (summary, issues) = ingested(TestFile::of(6, &at), |file| file.records[1][15] |= 4);
    assert_eq!((summary.points, summary.left_out, issues.len()), (2, 1, 1));
}

#[test]
fn colours_of_eight_and_of_sixteen_bits_come_out_alike() {
    let at = [[8_000_000, 50_000_000, 5]; 2];
    let linear = |max: u16| {
        let color = |file: &mut TestFile| {
            for (k, value) in [max, max / 2, 0].into_iter().enumerate() {
                file.records[0][30 + 2 * k..32 + 2 * k].copy_from_slice(&value.to_le_bytes());
            }
        };
        let (summary, _) = ingested(TestFile::of(7, &at), color);
        let mut point = CloudPoint { rgb: [max, max / 2, 0], ..CloudPoint::default() };
        color::Painter::new(Coloring::Auto, &summary, &[]).paint(&mut point);
        point.rgb.map(|c| c >> 8)
    };
    assert_eq!([linear(255), linear(4095), linear(65_280)], [[255, 127, 0]; 3]);
}

#[test]
fn linear_light_follows_the_srgb_curve() {
    for byte in 0..=255_u8 {
        let c = f64::from(byte) / 255.0;
        let expected = if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
        assert!((f64::from(color::linear_16(byte)) - expected * 65_535.0).abs() < 0.51, "{byte}");
    }
}

#[test]
fn autzen_stands_where_pyproj_says() {
    let Some(data) = crate::test_support::shared_data() else { return };
    let path = data.join("08_pc_bim_gltf/pointclouds/laspy/autzen_trim.laz");
    let mut issues = Issues::default();
    let reader = LasReader::open(std::fs::File::open(path).unwrap(), &mut issues).unwrap();
    let (low, high) = reader.header().bounds().unwrap();
    let middle = (low + high) * 0.5;
    let claims = claims(reader.header(), reader.vlrs());
    let resolved = resolve(&claims, Some("EPSG:2994"), ZUnit::Auto, middle, &factory, &mut issues).unwrap();
    let frame = CloudFrame::around(&[(reader.header(), &resolved, middle)]).unwrap();
    assert_eq!(frame.log2_step, -10);
    for row in include_str!("../../../tests/cases/cloud/places.csv").lines().skip(1) {
        let n: Vec<f64> = row.split(',').map(|field| field.parse().unwrap()).collect();
        let steps = frame.steps(resolved.geodetic(DVec3::new(n[0], n[1], n[2])).unwrap()).unwrap();
        let expected = frame.site.site_pos_from_geodetic(Geodetic::from_degrees(n[3], n[4], n[5]));
        assert!(frame.metres(steps).distance(expected) < 0.001, "{row}: {} m", frame.metres(steps).distance(expected));
    }
}

proptest! {
    #[test]
    fn morton_order_puts_the_points_of_a_child_together(
        points in prop::collection::vec(prop::array::uniform3(-9000_i32..9000), 1..60),
    ) {
        let low = [0, 1, 2].map(|k| points.iter().map(|p| p[k]).min().unwrap());
        let high = [0, 1, 2].map(|k| points.iter().map(|p| p[k]).max().unwrap());
        let cube = Cube::around(low, high);
        for at in points {
            let child = cube.child(Address::ROOT, cube.morton(at));
            let half = 1_i64 << (cube.log2_side.max(1) - 1);
            for axis in 0..3 {
                let upper = i64::from(at[axis]) - i64::from(low[axis]) >= half;
                prop_assert_eq!(child >> axis & 1 == 1, upper && cube.log2_side > 0);
            }
        }
    }
}
