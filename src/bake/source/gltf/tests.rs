//! glTF models put where a job says.

use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::bake::source::crs::{Heights, named};
use crate::bake::source::stand::SitePlace;
use crate::format::content::decode::NoResources;
use crate::geo::{Geodetic, HeadingPitchRoll};
use crate::test_support::shared_data;

fn stand(heading_deg: f64) -> Stand<'static> {
    let origin = Geodetic::from_degrees(9.99, 53.55, 40.0);
    let orientation = HeadingPitchRoll::from_degrees(heading_deg, 0.0, 0.0);
    Stand::Site(SitePlace { origin, orientation, scale: 1.0, up_axis: UpAxis::Y })
}

fn read_solid(bytes: &[u8], stand: &Stand) -> Solid {
    match read(bytes, &NoResources, stand, UpAxis::Y).expect("readable") {
        GltfRead::Solid(solid) => *solid,
        GltfRead::Missing(uris) => panic!("{uris:?} are missing"),
    }
}

fn case(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/gltf").join(name)).expect("the case")
}

/// A triangle whose corners are x, y and z of the glTF, as a .gltf with everything inside.
fn axes() -> Vec<u8> {
    use base64::Engine;
    let numbers: [f32; 9] = [1.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 3.0];
    let bytes: Vec<u8> = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
    let data = base64::engine::general_purpose::STANDARD.encode(&bytes);
    serde_json::json!({
        "asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": "axes"}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3",
            "min": [0.0, 0.0, 0.0], "max": [1.0, 2.0, 3.0]}],
        "bufferViews": [{"buffer": 0, "byteLength": 36}],
        "buffers": [{"byteLength": 36, "uri": format!("data:application/octet-stream;base64,{data}")}],
    })
    .to_string()
    .into_bytes()
}

#[test]
fn a_model_stands_upright_and_turned() {
    let sorted = |solid: &Solid| {
        let mut points: Vec<[i64; 3]> =
            solid.parts[0].positions_m.iter().map(|p| [p.x, p.y, p.z].map(|v| (v * 1000.0).round() as i64)).collect();
        points.sort_unstable();
        points
    };
    // Heading 0: x is east, y up, -z north.
    let north = read_solid(&axes(), &stand(0.0));
    assert_eq!(sorted(&north), [[0, -3000, 0], [0, 0, 2000], [1000, 0, 0]]);
    let east = read_solid(&axes(), &stand(90.0));
    assert_eq!(sorted(&east), [[-3000, 0, 0], [0, -1000, 0], [0, 0, 2000]]);
    assert_eq!(north.features[0].name, "axes");
}

#[test]
fn copies_are_copied_out() {
    let solid = read_solid(&case("instanced.glb"), &stand(0.0));
    assert!(solid.parts.len() > 1);
    for part in &solid.parts {
        assert!(part.triangles.iter().flatten().all(|&i| (i as usize) < part.positions_m.len()));
        assert!(part.normals.iter().all(|n| (n.length() - 1.0).abs() < 1e-3));
    }
}

#[test]
fn lines_are_left_out_with_an_issue() {
    let solid = read_solid(&case("lines.glb"), &stand(0.0));
    assert!(solid.issues.iter().any(|issue| issue.message.contains("lines")), "{:?}", solid.issues);
}

#[test]
fn a_model_in_map_coordinates_keeps_its_millimetres() {
    // A node translated to UTM, y up: x east, y height, -z north.
    let mut json: serde_json::Value = serde_json::from_slice(&axes()).expect("JSON");
    json["nodes"][0]["translation"] = serde_json::json!([565_000.25, 12.5, -5_934_000.75]);
    let crs = named("EPSG:25832", Heights::Ellipsoidal).expect("known");
    let solid = read_solid(json.to_string().as_bytes(), &Stand::Map(&crs));
    use crate::bake::source::Crs;
    for (map, model) in [
        (DVec3::new(565_001.25, 5_934_000.75, 12.5), 0),
        (DVec3::new(565_000.25, 5_934_000.75, 14.5), 1),
        (DVec3::new(565_000.25, 5_933_997.75, 12.5), 2),
    ] {
        let place = crs.geodetic(map).expect("on Earth");
        let expected = solid.site.site_pos_from_geodetic(Geodetic::from_degrees(place.x, place.y, place.z));
        let nearest = solid.parts[0].positions_m.iter().map(|p| p.distance(expected)).fold(f64::MAX, f64::min);
        assert!(nearest < 1e-3, "{model}: {nearest}");
    }
}

#[test]
fn a_real_model_has_its_pictures_and_names() {
    let Some(data) = shared_data() else { return };
    let folder = data.join("08_pc_bim_gltf/gltf-khronos");
    let truck = walk(&folder).into_iter().find(|path| path.ends_with("CesiumMilkTruck.glb"));
    let Some(truck) = truck else { return println!("skipped: no CesiumMilkTruck.glb") };
    let bytes: Arc<[u8]> = Arc::from(std::fs::read(truck).expect("the model"));
    let solid = read_solid(&bytes, &stand(0.0));
    assert!(
        solid.pictures.iter().any(|picture| matches!(&picture.content, PictureContent::Pixels(p) if p.width_px > 1))
    );
    assert!(solid.materials.iter().any(|material| material.base_color_picture.is_some()));
    assert!(!solid.features.is_empty() && solid.triangle_count() > 1000, "{}", solid.triangle_count());
    let (low, high) = solid.bounds_m().expect("there");
    // A truck of about 4.9 x 2.4 x 2.6 m, on the ground.
    assert!((high.z - low.z) < 3.5 && low.z > -0.2 && (high - low).max_element() < 6.0, "{low} {high}");
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries
        .filter_map(Result::ok)
        .flat_map(|e| if e.path().is_dir() { walk(&e.path()) } else { vec![e.path()] })
        .collect()
}

#[test]
fn what_is_no_model_is_an_error() {
    assert!(matches!(read(b"", &NoResources, &stand(0.0), UpAxis::Y), Err(GltfError::Content(_))));
    let tileset = br#"{"asset":{"version":"1.1"},"root":{},"geometricError":1}"#;
    assert!(matches!(read(tileset, &NoResources, &stand(0.0), UpAxis::Y), Err(GltfError::Tileset)));
}
