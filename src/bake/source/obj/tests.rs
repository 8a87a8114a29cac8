//! OBJ models: made up ones, broken ones, and Lyon's.

use super::*;
use crate::bake::source::Crs;
use crate::bake::source::crs::{Heights, named};
use crate::bake::source::stand::SitePlace;
use crate::format::content::UpAxis;
use crate::geo::{Geodetic, HeadingPitchRoll};
use crate::test_support::shared_data;

fn site(heading_deg: f64, scale: f64, up_axis: UpAxis) -> Stand<'static> {
    let origin = Geodetic::from_degrees(4.85, 45.76, 200.0);
    let orientation = HeadingPitchRoll::from_degrees(heading_deg, 0.0, 0.0);
    Stand::Site(SitePlace { origin, orientation, scale, up_axis })
}

fn read_text(text: &str, stand: &Stand) -> Result<Solid, ObjError> {
    read(text.as_bytes(), &BTreeMap::new(), stand)
}

fn area_m2(solid: &Solid) -> f64 {
    let area = |part: &SolidPart, t: &[u32; 3]| {
        let [a, b, c] = t.map(|i| part.positions_m[i as usize]);
        (b - a).cross(c - a).length() / 2.0
    };
    solid.parts.iter().flat_map(|part| part.triangles.iter().map(move |t| area(part, t))).sum()
}

const SQUARE: &str = "o roof\nv 0 0 5\nv 10 0 5\nv 10 10 5\nv 0 10 5\nf 1 2 3 4\n";

#[test]
fn a_model_stands_turned_and_scaled_at_its_place() {
    let solid = read_text(SQUARE, &site(90.0, 2.0, UpAxis::Z)).expect("readable");
    assert_eq!(solid.triangle_count(), 2);
    assert!((area_m2(&solid) - 400.0).abs() < 1e-9);
    let (low, high) = solid.bounds_m().expect("there");
    // Heading east: the model's y points east, its x south.
    assert!(low.distance(DVec3::new(0.0, -20.0, 10.0)) < 1e-9, "{low}");
    assert!(high.distance(DVec3::new(20.0, 0.0, 10.0)) < 1e-9, "{high}");
    assert_eq!(solid.features[0].name, "roof");
    assert_eq!(solid.parts[0].features, PartFeatures::One(0));
}

#[test]
fn a_y_up_model_stands_upright() {
    let solid = read_text("v 0 0 0\nv 1 0 0\nv 0 7 0\nf 1 2 3\n", &site(0.0, 1.0, UpAxis::Y)).expect("readable");
    let (_, high) = solid.bounds_m().expect("there");
    assert!((high.z - 7.0).abs() < 1e-12, "{high}");
}

#[test]
fn concave_polygons_keep_their_notch() {
    let arrow = "v 0 0 0\nv 4 0 0\nv 4 4 0\nv 2 1 0\nv 0 4 0\nf 1 2 3 4 5\n";
    let solid = read_text(arrow, &site(0.0, 1.0, UpAxis::Z)).expect("readable");
    assert!((area_m2(&solid) - 10.0).abs() < 1e-9, "{}", area_m2(&solid));
    let up = solid.parts[0].triangles.iter().all(|t| {
        let [a, b, c] = t.map(|i| solid.parts[0].positions_m[i as usize]);
        (b - a).cross(c - a).z > 0.0
    });
    assert!(up, "triangles turn as the polygon does");
}

#[test]
fn materials_pictures_and_missing_files_are_told_apart() {
    let obj = "mtllib .\\a.mtl\nmtllib gone.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 0 1\nusemtl brick\nf 1/1 2/2 3/3\nusemtl glass\nf 3/3 2/2 1/1\n";
    let mtl = "newmtl brick\nKd 0 0 0\nmap_Kd -s 1 1 1 -clamp on .\\pictures\\wall one.png\nnewmtl glass\nKd 0.1 0.2 0.3\nd 0.5\nNs 100\nmap_Kd gone.png\n";
    assert_eq!(libraries(obj.as_bytes()), ["a.mtl", "gone.mtl"]);
    assert_eq!(pictures(mtl.as_bytes()), ["gone.png", "pictures/wall one.png"]);
    let file = |bytes: &[u8]| Arc::<[u8]>::from(bytes);
    let files = BTreeMap::from([
        ("a.mtl".to_string(), file(mtl.as_bytes())),
        ("pictures/wall one.png".to_string(), file(b"png")),
    ]);
    let solid = read(obj.as_bytes(), &files, &site(0.0, 1.0, UpAxis::Z)).expect("readable");
    assert_eq!(solid.parts.len(), 2);
    let brick = &solid.materials[solid.parts[0].material];
    assert_eq!((brick.name.as_str(), brick.base_color, brick.base_color_picture), ("brick", [1.0; 4], Some(0)));
    let glass = &solid.materials[solid.parts[1].material];
    assert_eq!((glass.base_color, glass.alpha), ([0.1, 0.2, 0.3, 0.5], AlphaMode::Blend));
    assert!(glass.roughness < 0.5, "{}", glass.roughness);
    assert!(matches!(&solid.pictures[0].content, PictureContent::Encoded(bytes) if &**bytes == b"png"));
    // v is counted from the picture's top.
    assert_eq!(solid.parts[0].uv, [[0.0, 1.0], [1.0, 1.0], [0.0, 0.0]]);
    let text: String = solid.issues.iter().map(|issue| issue.to_string() + "\n").collect();
    assert!(text.contains("gone.mtl") && text.contains("gone.png"), "{text}");
}

#[test]
fn normals_and_colours_come_along() {
    let obj = "v 0 0 0 1 0.5 0\nv 1 0 0 1 0.5 0\nv 0 1 0 1 0.5 0\nvn 0 0 2\nf 1//1 2//1 3//1\n";
    let solid = read_text(obj, &site(30.0, 1.0, UpAxis::Z)).expect("readable");
    assert!(solid.parts[0].normals.iter().all(|n| n.distance(Vec3::Z) < 1e-6));
    let [r, g, b, _] = solid.parts[0].colors[0];
    assert!(r == 1.0 && (g - 0.214).abs() < 1e-3 && b == 0.0, "{g}");
}

#[test]
fn broken_files_say_the_line() {
    let error = |text: &str| read_text(text, &site(0.0, 1.0, UpAxis::Z)).expect_err("broken");
    assert!(matches!(error("v 0 0 0\nv 1 x 0\n"), ObjError::Line { line: 2, .. }));
    assert!(matches!(error("v 0 0 0\nf 1 2 3\n"), ObjError::Line { .. }));
    assert!(matches!(error(""), ObjError::Stand(StandError::Empty)));
    assert!(matches!(error("v nan nan nan\nv inf 0 0\nv 0 nan 0\nf 1 2 3\n"), ObjError::Stand(StandError::Empty)));
}

#[test]
fn faces_without_area_are_counted_and_left_out() {
    let solid = read_text(&format!("{SQUARE}f 1 2 1\nf 1 1 1 1\n"), &site(0.0, 1.0, UpAxis::Z)).expect("readable");
    assert_eq!(solid.triangle_count(), 2);
    assert!(solid.issues.iter().any(|issue| issue.message.contains("2 faces are no polygons")), "{:?}", solid.issues);
}

#[test]
fn map_coordinates_go_to_where_the_map_says_within_a_millimetre() {
    let Some(data) = shared_data() else { return };
    let folder = data.join("02_city/lyon-py3dtilers/obj_tiler_data/Cube");
    let crs = named("EPSG:3946+5720", Heights::AsNamed).expect("known");
    for file in ["cube_1.obj", "cube_2.obj"] {
        let bytes = std::fs::read(folder.join(file)).expect("the model");
        let solid = read(&bytes, &BTreeMap::new(), &Stand::Map(&crs)).expect("readable");
        assert_eq!(solid.triangle_count(), 12, "{file}");
        // 200 x 300 x 300 m, but for the map's scale and the geoid's slope.
        let (low, high) = solid.bounds_m().expect("there");
        assert!((high - low - DVec3::new(200.0, 300.0, 300.0)).abs().max_element() < 12.0, "{low} {high}");
        let origin = solid.site.origin;
        assert!((4.8..4.95).contains(&origin.lon_deg()) && (45.6..45.8).contains(&origin.lat_deg()), "{origin}");
        // tobj numbers vertices in the order of their use, so that only the set is the same.
        let truth: Vec<DVec3> = String::from_utf8_lossy(&bytes)
            .lines()
            .filter_map(|line| line.strip_prefix("v "))
            .map(|line| {
                let numbers: Vec<f64> = line.split_whitespace().map(|n| n.parse().expect("a number")).collect();
                let place = crs.geodetic(DVec3::new(numbers[0], numbers[1], numbers[2])).expect("on Earth");
                solid.site.site_pos_from_geodetic(Geodetic::from_degrees(place.x, place.y, place.z))
            })
            .collect();
        for corner in &solid.parts[0].positions_m {
            assert!(truth.iter().any(|t| t.distance(*corner) < 1e-6), "{corner}");
        }
    }
}

#[test]
fn real_models_are_read_with_their_materials() {
    let Some(data) = shared_data() else { return };
    let folder = data.join("02_city/lyon-py3dtilers/obj_tiler_data");
    let cube = folder.join("TexturedCube");
    let obj = std::fs::read(cube.join("cube.obj")).expect("the model");
    let mut files = BTreeMap::new();
    for library in libraries(&obj) {
        let mtl = std::fs::read(cube.join(&library)).expect("the library");
        for picture in pictures(&mtl) {
            files.insert(picture.clone(), Arc::from(std::fs::read(cube.join(&picture)).expect("the picture")));
        }
        files.insert(library, Arc::from(mtl));
    }
    let solid = read(&obj, &files, &site(0.0, 1.0, UpAxis::Y)).expect("readable");
    assert_eq!((solid.triangle_count(), solid.pictures.len(), solid.features.len()), (12, 1, 1));
    assert!(solid.issues.is_empty(), "{:?}", solid.issues);
    for level in 0..3 {
        let bytes = std::fs::read(folder.join(format!("MultiLODModel/tour_part_dieu_{level}.obj"))).expect("the model");
        let solid = read(&bytes, &BTreeMap::new(), &site(0.0, 1.0, UpAxis::Z)).expect("readable");
        let (low, high) = solid.bounds_m().expect("there");
        // The tower of La Part-Dieu is 165 m high.
        assert!((140.0..190.0).contains(&(high.z - low.z)), "{level}: {low} {high}");
    }
}
