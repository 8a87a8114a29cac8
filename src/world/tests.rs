use super::*;
use crate::bake::{det, frame, glb, mesh};
use crate::format::content::decode::{DecodeOptions, Decoded, NoResources, decode};
use crate::format::content::{Content, FeatureIds};
use crate::format::issue::Severity;
use crate::format::tileset::{self, BoundingVolume, Tileset};
use glam::{DVec2, DVec3, Vec3};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The default place, made once for all tests.
fn place() -> &'static BTreeMap<String, Vec<u8>> {
    static PLACE: OnceLock<BTreeMap<String, Vec<u8>>> = OnceLock::new();
    PLACE.get_or_init(|| made(&Options::default()))
}

fn made(options: &Options) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut keep = |file: GeneratedFile| {
        assert!(files.insert(file.path.clone(), file.bytes).is_none(), "{} came twice", file.path);
    };
    generate(options, &mut keep, &mut |_, _| {});
    files
}

fn read_tileset() -> Tileset {
    let (tileset, issues) = tileset::read(&place()["tileset.json"]).unwrap();
    assert!(issues.is_empty(), "{:?}", issues.into_vec());
    tileset
}

fn decoded(bytes: &[u8]) -> Content {
    match decode(bytes, &DecodeOptions::default(), &NoResources).unwrap() {
        Decoded::Content(content) => content,
        other => panic!("expected content, got {other:?}"),
    }
}

/// Lowest and highest corner of a box along the axes.
fn corners(volume: &BoundingVolume) -> (DVec3, DVec3) {
    let BoundingVolume::Box { center, half_axes } = volume else { panic!("not a box: {volume:?}") };
    let half = half_axes.x_axis.abs() + half_axes.y_axis.abs() + half_axes.z_axis.abs();
    (*center - half, *center + half)
}

#[test]
fn writes_the_place_where_the_environment_says() {
    let Ok(out) = std::env::var("MIRANTE_WORLD_OUT") else { return };
    let packed = std::env::var_os("MIRANTE_WORLD_PLAIN").is_none();
    for (path, bytes) in made(&Options { packed, ..Options::default() }) {
        let path = std::path::Path::new(&out).join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

/// FNV-1a over all paths and bytes.
fn hash(files: &BTreeMap<String, Vec<u8>>) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for byte in files.iter().flat_map(|(path, bytes)| path.bytes().chain(bytes.iter().copied())) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}

#[test]
fn the_same_bytes_come_out_on_every_machine() {
    // Whoever changes what the place looks like writes the new value here; a change by itself is a bug.
    assert_eq!(format!("{:016x}", hash(place())), GOLDEN);
}

const GOLDEN: &str = "3d8b9419b2587d46";

#[test]
fn another_seed_makes_another_town() {
    let terrain = |seed| plan::Plan::new(seed).blocks.iter().map(|b| b.kerb[0]).collect::<Vec<_>>();
    assert_ne!(terrain(7), terrain(8));
}

#[test]
fn the_place_stays_below_a_hundred_and_fifty_megabytes() {
    let total: usize = place().values().map(Vec::len).sum();
    assert!(total < 150_000_000, "{total} bytes");
}

#[test]
fn children_lie_within_their_parents() {
    let tileset = read_tileset();
    for tile in &tileset.tiles {
        let (low, high) = corners(&tile.volume);
        for &child in &tile.children {
            let child = &tileset.tiles[child as usize];
            let (a, b) = corners(&child.volume);
            for k in 0..8 {
                let pick = |bit: usize, x: f64, y: f64| if k & bit == 0 { x } else { y };
                let corner = DVec3::new(pick(1, a.x, b.x), pick(2, a.y, b.y), pick(4, a.z, b.z));
                let p = child.parent_from_tile.transform_point3(corner);
                assert!(p.cmpge(low - 1e-3).all() && p.cmple(high + 1e-3).all(), "{p} not in {low}..{high}");
            }
        }
    }
}

#[test]
fn geometric_errors_fall_towards_the_leaves() {
    let tileset = read_tileset();
    let mut deepest = 0;
    for tile in &tileset.tiles {
        deepest = deepest.max(tile.depth);
        for &child in &tile.children {
            assert!(tileset.tiles[child as usize].geometric_error < tile.geometric_error);
        }
        assert_eq!(tile.children.is_empty(), tile.geometric_error == 0.0);
    }
    assert_eq!(deepest as usize, super::tileset::LEVELS);
}

#[test]
fn vertices_lie_within_the_volumes_of_their_tiles() {
    let tileset = read_tileset();
    for tile in &tileset.tiles {
        for entry in &tile.contents {
            let content = decoded(&place()[&entry.uri]);
            for volume in [Some(&tile.volume), entry.volume.as_ref()].into_iter().flatten() {
                let (low, high) = corners(volume);
                for part in &content.parts {
                    for &p in &part.geometry.positions {
                        let p = part.content_from_part.transform_point3(p.as_dvec3());
                        assert!(p.cmpge(low).all() && p.cmple(high).all(), "{}: {p} not in {low}..{high}", entry.uri);
                    }
                }
            }
        }
    }
}

#[test]
fn every_feature_id_has_a_row_and_ids_are_unique_in_a_level() {
    let mut seen: BTreeMap<String, std::collections::BTreeSet<String>> = BTreeMap::new();
    for (path, bytes) in place().iter().filter(|(path, _)| path.starts_with("tiles/")) {
        let content = decoded(bytes);
        let bad: Vec<_> = content.issues.iter().filter(|i| i.severity != Severity::Info).collect();
        assert!(bad.is_empty(), "{path}: {bad:?}");
        for part in &content.parts {
            for set in &part.feature_sets {
                let rows = content.tables[set.table.unwrap()].count;
                let FeatureIds::Vertex(ids) = &set.ids else { panic!("{path}: ids not by vertex") };
                assert!(ids.iter().all(|&id| id < rows || Some(id) == set.null_feature_id), "{path}");
            }
        }
        let level = path.split('/').nth(1).unwrap().to_string();
        for id in json_ids(bytes) {
            // Woods and street trees go on over the edges of tiles.
            if !id.starts_with("wood-") && !id.starts_with("street-") && !id.starts_with("garden-") {
                assert!(seen.entry(level.clone()).or_default().insert(id.clone()), "{path}: {id} twice");
            }
        }
    }
    assert!(seen["4"].len() > 2000, "{} features", seen["4"].len());
}

/// The `id` column of a tile, read by hand.
fn json_ids(glb: &[u8]) -> Vec<String> {
    let length = u32::from_le_bytes(glb[12..16].try_into().unwrap()) as usize;
    let json: Value = serde_json::from_slice(&glb[20..20 + length]).unwrap();
    let Some(table) = json["extensions"]["EXT_structural_metadata"]["propertyTables"].get(0) else { return vec![] };
    let view = |index: &Value| {
        let view = &json["bufferViews"][index.as_u64().unwrap() as usize];
        let at = 28 + length + view["byteOffset"].as_u64().unwrap() as usize;
        &glb[at..at + view["byteLength"].as_u64().unwrap() as usize]
    };
    let property = &table["properties"]["id"];
    let offsets: Vec<usize> = view(&property["stringOffsets"])
        .chunks_exact(4)
        .map(|c| u32::from_le_bytes(c.try_into().unwrap()) as usize)
        .collect();
    let values = view(&property["values"]);
    offsets.windows(2).map(|w| String::from_utf8(values[w[0]..w[1]].to_vec()).unwrap()).collect()
}

#[test]
fn models_stand_on_the_ground_and_look_along_z() {
    for (path, length) in [("car", 4.4), ("truck", 15.5), ("bus", 12.0), ("agv", 14.8), ("vessel", 200.0)] {
        let content = decoded(&place()[&format!("models/{path}.glb")]);
        // The content frame is z up; glTF's +Z is -y there.
        let points = content.parts.iter().flat_map(|part| {
            part.geometry.positions.iter().map(|p| part.content_from_part.transform_point3(p.as_dvec3()))
        });
        let (low, high) = points.fold((DVec3::MAX, DVec3::MIN), |(a, b), p| (a.min(p), b.max(p)));
        assert!(((high.y - low.y) - length).abs() < 0.08 * length, "{path}: {low} {high}");
        assert!(low.z > -1.3 && low.z < 0.03, "{path}: {low}");
    }
}

#[test]
fn models_have_some_hundreds_to_some_thousands_of_triangles() {
    for (path, bytes) in place().iter().filter(|(path, _)| path.starts_with("models/")) {
        let count: usize = decoded(bytes).parts.iter().map(|p| p.geometry.indices.len() / 3).sum();
        let small = ["container", "crane_trolley", "crane_spreader"].iter().any(|s| path.contains(s));
        assert!((if small { 20 } else { 250 }..6000).contains(&count), "{path}: {count} triangles");
    }
}

#[test]
fn the_whole_crane_has_its_moving_nodes() {
    let content = decoded(&place()["models/crane.glb"]);
    for name in ["Gantry", "Trolley", "Spreader"] {
        assert!(content.parts.iter().any(|part| part.name == name), "{name}");
    }
}

fn trace() -> Vec<Value> {
    let text = std::str::from_utf8(&place()["live.jsonl"]).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_trace_ends_where_it_begins() {
    let lines = trace();
    let mut now: BTreeMap<String, Value> = BTreeMap::new();
    let mut first = BTreeMap::new();
    for line in &lines {
        if line["t"].as_f64().unwrap() > 0.0 && first.is_empty() {
            first = now.clone();
        }
        if line["t"].as_f64().unwrap() < f64::from(Options::default().trace_secs) {
            for entity in line["entities"].as_array().unwrap() {
                let id = entity["id"].as_str().unwrap().to_string();
                if entity["gone"] == true {
                    now.remove(&id);
                } else {
                    now.insert(id, entity["set"]["pose"].clone());
                }
            }
        }
    }
    let off = |a: &Value, b: &Value, key: &str| (a[key].as_f64().unwrap() - b[key].as_f64().unwrap()).abs();
    for (id, pose) in &first {
        // Half a second before the end they are half a second short of the start: at most 8 m for the fastest.
        let last = now.get(id).unwrap_or_else(|| panic!("{id} is not there at the end"));
        assert!(off(pose, last, "lat") * 111_000.0 < 8.0, "{id}: {pose} {last}");
        assert!(off(pose, last, "lon") * 87_000.0 < 8.0, "{id}: {pose} {last}");
    }
    assert!(first.keys().filter(|id| id.starts_with("car-")).count() > 80);
}

#[test]
fn the_trace_is_understood_by_the_feed() {
    let text = std::str::from_utf8(&place()["live.jsonl"]).unwrap();
    for line in text.lines().take(40) {
        let (_, issues) = crate::feed::parse_server(line).unwrap();
        assert!(issues.is_empty(), "{issues:?}");
    }
}

#[test]
fn vehicles_never_stand_in_each_other() {
    let plan = plan::Plan::new(Options::default().seed);
    let tracks = traffic::record(&route::Net::new(&plan), plan.seed, Options::default().trace_secs);
    assert!(tracks.len() >= 150, "{} trips", tracks.len());
    for step in 0..tracks[0].1.len() {
        let here: Vec<DVec3> = tracks.iter().filter_map(|(_, track)| track[step].map(|s| s.at)).collect();
        for (k, a) in here.iter().enumerate() {
            for b in &here[k + 1..] {
                assert!((*a - *b).length() > 2.4, "at {a} and {b}, step {step}");
            }
        }
    }
}

#[test]
fn the_scene_has_no_issues() {
    let (scene, issues) = crate::format::scene::read(&place()["scene.json"]).unwrap();
    assert!(issues.is_empty(), "{:?}", issues.into_vec());
    let issues = crate::format::scene::check(&scene);
    assert!(issues.is_empty(), "{:?}", issues.into_vec());
}

#[test]
fn files_that_the_scene_names_are_made() {
    let (scene, _) = crate::format::scene::read(&place()["scene.json"]).unwrap();
    for reference in scene.references() {
        assert!(place().contains_key(reference.url.as_str()), "{}", reference.url.as_str());
    }
}

#[test]
fn packed_tiles_read_like_plain_ones() {
    let frame = frame::PlanFrame::new(-9.15, 38.42, 53.0);
    let mut mesh = mesh::Mesh::default();
    let terrain = terrain::Terrain { seed: 7 };
    for k in 0..90 {
        let p = DVec2::new(f64::from(k % 10) * 17.0, f64::from(k / 10) * 23.0);
        let u = terrain.height(p);
        mesh.boxed(&mesh::Rect::new(p, det::unit_vector(f64::from(k)), 9.0, 5.0), u, u + 7.0, mesh::hex(0xb5694a));
    }
    let at = frame.ecef_from_enu_at(DVec3::ZERO);
    let [packed, plain] = [true, false].map(|packed| {
        let root_from_tile = glam::DAffine3::IDENTITY;
        let placement = glb::Placement { frame: &frame, ecef_from_tile: at, root_from_tile, packed, least_step_m: 0.0 };
        decoded(&glb::tile(&mesh, &[], &placement).bytes)
    });
    let triangles = |content: &Content| {
        let mut all: Vec<[[u32; 3]; 3]> = Vec::new();
        for part in &content.parts {
            for t in part.geometry.indices.chunks_exact(3) {
                let corner = |k: usize| part.geometry.positions[t[k] as usize].to_array().map(f32::to_bits);
                let (a, b, c) = (corner(0), corner(1), corner(2));
                // The codec may turn a triangle.
                all.push([[a, b, c], [b, c, a], [c, a, b]].into_iter().min().unwrap());
            }
        }
        all
    };
    assert_eq!(triangles(&packed), triangles(&plain));
    assert_eq!(packed.parts[0].geometry.colors, plain.parts[0].geometry.colors);
}

#[test]
fn the_town_frame_is_the_ellipsoids() {
    let frame = frame::PlanFrame::new(-9.15, 38.42, 53.0);
    for p in [DVec3::ZERO, DVec3::new(1800.0, -1400.0, 30.0), DVec3::new(-20_000.0, 16_000.0, 400.0)] {
        let g = frame.geodetic_from_plan(p);
        let geodetic = crate::geo::Geodetic { lon_rad: g.x.to_radians(), lat_rad: g.y.to_radians(), height_m: g.z };
        let expected = crate::geo::wgs84::ecef_from_geodetic(geodetic);
        assert!((frame.ecef_from_plan(p) - expected).length() < 1e-8);
    }
}

#[test]
fn metres_of_the_town_frame_are_metres() {
    let frame = frame::PlanFrame::new(-9.15, 38.42, 0.0);
    for d in [DVec3::X, DVec3::Y, DVec3::Z] {
        let from = DVec3::new(1500.0, 1000.0, 20.0);
        let step = (frame.ecef_from_plan(from + d) - frame.ecef_from_plan(from)).length();
        assert!((step - 1.0).abs() < 3e-4, "{d}: {step}");
    }
}

#[test]
fn own_sine_and_arc_tangent_agree_with_the_platforms() {
    for k in -4000..4000 {
        let angle = f64::from(k) * 0.0071;
        let (s, c) = det::sin_cos(angle);
        assert!((s - angle.sin()).abs() < 2e-15 && (c - angle.cos()).abs() < 2e-15, "{angle}");
        let back = det::atan2(s, c) - angle.sin().atan2(angle.cos());
        assert!(back.abs() < 1e-14 || (back.abs() - std::f64::consts::TAU).abs() < 1e-14, "{angle}");
    }
}

#[test]
fn inset_of_a_square_is_a_smaller_square() {
    let square = [DVec2::ZERO, DVec2::new(10.0, 0.0), DVec2::new(10.0, 10.0), DVec2::new(0.0, 10.0)];
    let inner = plan::inset(&square, 2.0);
    assert_eq!(inner, [(2.0, 2.0), (8.0, 2.0), (8.0, 8.0), (2.0, 8.0)].map(DVec2::from));
}

#[test]
fn normals_face_out_of_a_box() {
    let mut mesh = mesh::Mesh::default();
    mesh.slab(&mesh::Rect::new(DVec2::ZERO, DVec2::X, 4.0, 2.0), 0.0, 3.0, [0.5; 3]);
    let middle = Vec3::new(0.0, 0.0, 1.5);
    for t in mesh.triangles[0].chunks_exact(3) {
        let centre = t.iter().map(|v| v.at.as_vec3()).sum::<Vec3>() / 3.0;
        assert!(t[0].normal.dot(centre - middle) > 0.0);
    }
}
