//! Small models made here: which features come of them.

use serde_json::{Value as Json, json};

use super::*;
use crate::bake::model::{Building, Height, PointKind, Roof, SurfaceKind, Usage, Value};

const CUBE: [[[u32; 4]; 1]; 6] =
    [[[0, 3, 2, 1]], [[4, 5, 6, 7]], [[0, 1, 5, 4]], [[1, 2, 6, 5]], [[2, 3, 7, 6]], [[3, 0, 4, 7]]];

fn solid(lod: &str) -> Json {
    json!({ "type": "Solid", "lod": lod, "boundaries": [CUBE] })
}

fn faces(lod: &str, indices: &[usize]) -> Json {
    let faces: Vec<_> = indices.iter().map(|&i| CUBE[i]).collect();
    json!({ "type": "MultiSurface", "lod": lod, "boundaries": faces })
}

/// Features of a file with these objects over the corners of a block of 10 by 8 by 6 m in Delft.
fn features(objects: Json) -> Vec<Feature> {
    features_of("m.json", model(objects).to_string().as_bytes())
}

fn model(objects: Json) -> Json {
    json!({
        "type": "CityJSON", "version": "2.0",
        "transform": { "scale": [0.001, 0.001, 0.001], "translate": [85000.0, 447000.0, 3.0] },
        "metadata": { "referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/7415" },
        "CityObjects": objects,
        "vertices": [
            [0, 0, 0], [10000, 0, 0], [10000, 8000, 0], [0, 8000, 0],
            [0, 0, 6000], [10000, 0, 6000], [10000, 8000, 6000], [0, 8000, 6000]
        ],
        "appearance": {
            "textures": [{ "type": "PNG", "image": "a.png", "wrapMode": "clamp" }, { "type": "PNG", "image": "b.png" }],
            "vertices-texture": [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 3.0]],
            "materials": [{ "name": "m" }, { "name": "n", "diffuseColor": [1.0, 0.5, 0.0], "transparency": 0.2 }]
        },
        "geometry-templates": {
            "templates": [{ "type": "MultiSurface", "lod": "2", "boundaries": [[[0, 1, 2]]] }],
            "vertices-templates": [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
        }
    })
}

fn sizes(feature: &Feature) -> Vec<(f64, usize)> {
    lods(feature).iter().map(|lod| (lod.lod, lod.surfaces.len())).collect()
}

fn building(feature: &Feature) -> &Building {
    match &feature.shape {
        Shape::Building(building) => building,
        other => panic!("{other:?}"),
    }
}

#[test]
fn levels_come_coarsest_first_whatever_the_file_s_order() {
    let features = features(json!({
        "a": { "type": "Building", "geometry": [faces("2.2", &[0, 1, 2]), faces("0", &[0]), solid("1.2"), faces("1.3", &[1])] }
    }));
    assert_eq!(sizes(&features[0]), [(0.0, 1), (1.2, 6), (1.3, 1), (2.2, 3)]);
}

#[test]
fn a_part_with_the_geometry_and_a_building_with_the_attributes_are_one_feature() {
    let features = features(json!({
        "b": { "type": "Building", "children": ["b-0"], "attributes": { "year": 1900 }, "geometry": [faces("0", &[0])] },
        "b-0": { "type": "BuildingPart", "parents": ["b"], "attributes": { "year": 1, "roof": "flat" }, "geometry": [solid("1.2"), faces("2.2", &[0, 1])] }
    }));
    assert_eq!(features.len(), 1);
    assert_eq!(features[0].id, "b");
    assert_eq!(sizes(&features[0]), [(0.0, 1), (1.2, 6), (2.2, 2)]);
    assert_eq!(features[0].properties["year"], Value::Integer(1900));
    assert_eq!(features[0].properties["roof"], Value::Text("flat".to_string()));
    assert!(lods(&features[0])[1].surfaces[0].properties.is_empty());
}

#[test]
fn a_part_without_the_level_stands_in_with_another_but_the_building_s_block_does_not() {
    let features = features(json!({
        "b": { "type": "Building", "children": ["p", "q"], "geometry": [solid("1")] },
        "p": { "type": "BuildingPart", "parents": ["b"], "attributes": { "n": 1, "same": true }, "geometry": [faces("2", &[0, 1])] },
        "q": { "type": "BuildingPart", "parents": ["b"], "attributes": { "n": 2, "same": true }, "geometry": [faces("1", &[3]), faces("3", &[4])] }
    }));
    // Level 1: the building's own block and the part that has level 1; level 2: p, and q's level 1; level 3: q, and p's 2.
    assert_eq!(sizes(&features[0]), [(1.0, 7), (2.0, 3), (3.0, 3)]);
    assert!(!features[0].properties.contains_key("n"));
    assert_eq!(features[0].properties["same"], Value::Flag(true));
    let parts: Vec<_> = lods(&features[0])[1].surfaces.iter().map(|s| s.properties["part"].clone()).collect();
    assert_eq!(parts, ["p", "p", "q"].map(|id| Value::Text(id.to_string())));
}

#[test]
fn rooms_stay_features_of_their_own() {
    let features = features(json!({
        "b": { "type": "Building", "children": ["r"], "geometry": [solid("2")] },
        "r": { "type": "BuildingRoom", "parents": ["b"], "geometry": [faces("3", &[0])] }
    }));
    assert_eq!(features.iter().map(|f| f.class.as_str()).collect::<Vec<_>>(), ["building", "building room"]);
    assert_eq!(features[1].properties["parent"], Value::Text("b".to_string()));
}

#[test]
fn a_building_that_is_only_an_outline_is_drawn_by_its_facts() {
    let features = features(json!({
        "a": {
            "type": "Building",
            "attributes": { "measuredHeight": 6.5, "storeysAboveGround": 2, "roofType": "gable", "usage": "411", "name": "Hut" },
            "geometry": [faces("0", &[0])]
        }
    }));
    let building = building(&features[0]);
    assert_eq!(features[0].name, "Hut");
    assert_eq!((building.height_m, building.floors), (Some(6.5), Some(2.0)));
    assert_eq!((building.roof, building.usage), (Roof::Gabled, Usage::House));
    assert_eq!(building.base, Height::Ellipsoidal(3.0));
    // Given from below, kept from above.
    let outer = &building.footprint.outer;
    assert_eq!(outer.len(), 4);
    assert!((outer[1] - outer[0]).perp_dot(outer[2] - outer[1]) > 0.0);
}

#[test]
fn the_outline_of_a_roof_lies_at_the_roof_s_height() {
    let features = features(json!({
        "a": {
            "type": "Building", "attributes": { "height": 6 },
            "geometry": [{
                "type": "MultiSurface", "lod": "0", "boundaries": [CUBE[1]],
                "semantics": { "surfaces": [{ "type": "RoofSurface" }], "values": [0] }
            }]
        }
    }));
    assert_eq!(building(&features[0]).base, Height::Ellipsoidal(3.0));
}

#[test]
fn an_outline_of_several_polygons_is_several_buildings() {
    let features = features(json!({ "a": { "type": "Building", "geometry": [faces("0", &[0, 1, 2])] } }));
    assert_eq!(features.iter().map(|f| f.id.as_str()).collect::<Vec<_>>(), ["a", "a#2"]);
    assert_eq!(building(&features[1]).base, Height::Ellipsoidal(9.0));
}

#[test]
fn solids_of_solids_count_their_surfaces() {
    let features = features(json!({
        "a": { "type": "Building", "geometry": [
            { "type": "MultiSolid", "lod": "1", "boundaries": [[CUBE], [CUBE]] },
            { "type": "CompositeSolid", "lod": "2", "boundaries": [[CUBE]] },
            { "type": "CompositeSurface", "lod": "3", "boundaries": CUBE }
        ] }
    }));
    assert_eq!(sizes(&features[0]), [(1.0, 12), (2.0, 6), (3.0, 6)]);
}

#[test]
fn semantics_follow_shells_and_carry_attributes() {
    let mut geometry = solid("2");
    geometry["semantics"] = json!({
        "surfaces": [{ "type": "RoofSurface", "slope": 33.5, "parent": 1 }, { "type": "+Deck" }],
        "values": [[null, 0, 1, 1]]
    });
    let features = features(json!({ "a": { "type": "Building", "geometry": [geometry] } }));
    let surfaces = &lods(&features[0])[0].surfaces;
    assert_eq!(surfaces[1].kind, SurfaceKind::Roof);
    assert_eq!(surfaces[1].properties, [("slope".to_string(), Value::Number(33.5))].into());
    assert!([0, 2, 3, 4, 5].iter().all(|&i| surfaces[i as usize].kind == SurfaceKind::Unknown));
}

#[test]
fn textures_and_colours_stay_with_their_corners() {
    let features = features(json!({
        "a": { "type": "Building", "geometry": [{
            "type": "MultiSurface", "lod": "2", "boundaries": [[[0, 1, 1, 2]], [[0, 1, 2, 3]], [[4, 5, 6]]],
            "texture": { "t": { "values": [[[1, 0, 1, 1, 2]], [[0, 0, 1, 2, 3]], [[null]]] } },
            "material": { "t": { "values": [0, 1, null] } }
        }] }
    }));
    let lod = &lods(&features[0])[0];
    let textures: Vec<_> = lod.textures.iter().map(|t| (t.uri.as_str(), t.repeat)).collect();
    // The second one is clamped by its word, though its coordinates go beyond.
    assert_eq!(textures, [("b.png", false), ("a.png", false)]);
    let uv = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]];
    assert_eq!(lod.surfaces[0].texture, Some((0, vec![uv.to_vec()])));
    assert_eq!(lod.surfaces[2].texture, None);
    assert_eq!([0, 1, 2].map(|i: usize| lod.surfaces[i].color), [None, Some([255, 128, 0, 204]), None]);
}

#[test]
fn a_texture_whose_coordinates_go_beyond_it_is_repeated() {
    let features = features(json!({
        "a": { "type": "Building", "geometry": [{
            "type": "MultiSurface", "lod": "2", "boundaries": [[[0, 1, 2]]],
            "texture": { "t": { "values": [[[1, 0, 1, 3]]] } }
        }] }
    }));
    assert!(lods(&features[0])[0].textures[0].repeat);
}

#[test]
fn a_template_stands_where_its_instance_says_and_a_mirrored_one_keeps_its_outside() {
    let instance = |matrix: [f64; 16]| {
        json!({ "type": "CityFurniture", "geometry": [
            { "type": "GeometryInstance", "template": 0, "boundaries": [6], "transformationMatrix": matrix }
        ] })
    };
    // Twice as large, moved 5 m east; then mirrored in x.
    let features = features(json!({
        "a": instance([2.0, 0.0, 0.0, 5.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0, 1.0]),
        "b": instance([-1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0])
    }));
    let crs = factory("EPSG:7415").expect("known");
    let at = |x, y, z| crs.geodetic(DVec3::new(x, y, z)).expect("on Earth");
    let vertices = &lods(&features[0])[0].vertices;
    assert_eq!(*vertices, [at(85015.0, 447008.0, 9.0), at(85017.0, 447008.0, 9.0), at(85015.0, 447010.0, 9.0)]);
    let mirrored = &lods(&features[1])[0];
    let corners: Vec<DVec3> = mirrored.surfaces[0].rings[0].iter().map(|&i| mirrored.vertices[i as usize]).collect();
    assert!((corners[1] - corners[0]).truncate().perp_dot((corners[2] - corners[1]).truncate()) > 0.0);
}

#[test]
fn points_and_lines_become_points_and_ways() {
    let features = features(json!({
        "t": { "type": "SolitaryVegetationObject", "attributes": { "height": 9 }, "geometry": [{ "type": "MultiPoint", "lod": "1", "boundaries": [0, 1] }] },
        "r": { "type": "Railway", "geometry": [{ "type": "MultiLineString", "lod": "0", "boundaries": [[0, 1, 2]] }] }
    }));
    assert_eq!(features.iter().map(|f| f.id.as_str()).collect::<Vec<_>>(), ["r", "t", "t#2"]);
    let Shape::Way(way) = &features[0].shape else { panic!() };
    assert_eq!(way.line.len(), 3);
    let Shape::Point(tree) = &features[1].shape else { panic!() };
    assert_eq!(
        (tree.kind, tree.height_m, tree.base),
        (PointKind::BroadleavedTree, Some(9.0), Height::Ellipsoidal(3.0))
    );
}

#[test]
fn a_road_that_faces_down_is_turned() {
    let features = features(json!({ "r": { "type": "Road", "geometry": [faces("1", &[0])] } }));
    let lod = &lods(&features[0])[0];
    assert_eq!(lod.surfaces[0].kind, SurfaceKind::Traffic);
    let corners: Vec<DVec3> = lod.surfaces[0].rings[0].iter().map(|&i| lod.vertices[i as usize]).collect();
    assert!((corners[1] - corners[0]).truncate().perp_dot((corners[2] - corners[1]).truncate()) > 0.0);
}

#[test]
fn latitude_first_is_seen_by_the_numbers() {
    let mut file = model(json!({ "a": { "type": "Building", "geometry": [faces("1", &[1])] } }));
    file["transform"] = json!({ "scale": [1e-8, 1e-8, 0.001], "translate": [35.2, 139.7, 0.0] });
    file["metadata"]["referenceSystem"] = json!("https://www.opengis.net/def/crs/EPSG/0/6697");
    let features = features_of("m.json", file.to_string().as_bytes());
    assert!((lods(&features[0])[0].vertices[0].x - 139.7).abs() < 1e-3);
}

#[test]
fn a_sequence_gives_what_the_file_gives() {
    let file = model(json!({
        "a": { "type": "Building", "geometry": [solid("1")] },
        "r": { "type": "Road", "geometry": [faces("1", &[1])] }
    }));
    let mut header = file.clone();
    header["CityObjects"] = json!({});
    header["vertices"] = json!([]);
    let mut lines = header.to_string();
    for id in ["a", "r"] {
        let objects = json!({ id: file["CityObjects"][id] });
        let feature =
            json!({ "type": "CityJSONFeature", "id": id, "CityObjects": objects, "vertices": file["vertices"] });
        lines += &format!("\n{feature}");
    }
    assert_eq!(features_of("m.jsonl", lines.as_bytes()), features_of("m.json", file.to_string().as_bytes()));
}

#[test]
fn sequences_that_were_put_one_after_another_keep_their_own_transforms() {
    let file = |x: f64| {
        let mut file = model(json!({ "a": { "type": "Building", "geometry": [solid("1")] } }));
        file["transform"]["translate"][0] = json!(x);
        file.to_string()
    };
    let lines = format!("{}\n{}\n", file(85_000.0), file(85_100.0));
    let features = features_of("m.jsonl", lines.as_bytes());
    let crs = factory("EPSG:7415").expect("known");
    for (feature, x) in features.iter().zip([85_000.0, 85_100.0]) {
        assert_eq!(lods(feature)[0].vertices[0], crs.geodetic(DVec3::new(x, 447_000.0, 3.0)).expect("on Earth"));
    }
}

#[test]
fn a_long_name_does_not_multiply_with_what_is_below_it() {
    let below: std::collections::BTreeMap<String, u32> = (0..500).map(|i| (i.to_string(), i)).collect();
    let features = features(json!({
        "a": { "type": "Building", "attributes": { "x".repeat(10_000): below, "y": 1 }, "geometry": [solid("1")] }
    }));
    assert_eq!(features[0].properties.len(), 1);
}

#[test]
fn a_house_in_citygml_has_everything() {
    let bytes = std::fs::read(cases("citygml/house.gml")).expect("a file");
    let features = features_of("house.gml", &bytes);
    let ids: Vec<&str> = features.iter().map(|f| f.id.as_str()).collect();
    assert_eq!(ids, ["house", "room", "edge", "road", "flat"]);
    let house = &features[0];
    assert_eq!((house.class.as_str(), house.name.as_str()), ("building", "Town & hall"));
    // Level 1: of the building and of its part; level 2: six faces and a door, for all of it.
    assert_eq!(sizes(house), [(1.0, 12), (2.0, 7)]);
    let surfaces = &lods(house)[1].surfaces;
    let kinds = [SurfaceKind::Ground, SurfaceKind::Wall, SurfaceKind::Door, SurfaceKind::Roof, SurfaceKind::Unknown];
    let counts = kinds.map(|kind| surfaces.iter().filter(|s| s.kind == kind).count());
    assert_eq!(counts, [1, 4, 1, 1, 0]);
    assert_eq!(building(&features[2]).base, Height::Ellipsoidal(500.0));
    assert_eq!(building(&features[4]).base, Height::Ellipsoidal(0.0));
}

#[test]
fn surfaces_of_a_house_in_citygml_have_attributes_textures_and_colours() {
    let bytes = std::fs::read(cases("citygml/house.gml")).expect("a file");
    let features = features_of("house.gml", &bytes);
    let lod = &lods(&features[0])[1];
    let find = |kind| lod.surfaces.iter().find(|s| s.kind == kind).expect("a surface");
    let door = find(SurfaceKind::Door);
    assert_eq!(door.properties, [("colour".to_string(), Value::Text("red".to_string()))].into());
    assert_eq!(door.texture, Some((0, vec![vec![[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]])));
    assert_eq!((lod.textures[0].uri.as_str(), lod.textures[0].repeat), ("a/front.jpg", true));
    let wall = find(SurfaceKind::Wall);
    assert_eq!(wall.rings.len(), 2);
    assert_eq!(wall.properties["insulation"], Value::Integer(12));
    assert_eq!(lod.surfaces.iter().filter(|s| s.color == Some([255, 128, 0, 204])).count(), 2);
}

#[test]
fn attributes_of_a_house_in_citygml_are_flat_and_typed() {
    let bytes = std::fs::read(cases("citygml/house.gml")).expect("a file");
    let features = features_of("house.gml", &bytes);
    let text = |text: &str| Value::Text(text.to_string());
    let expected = [
        ("Detail.area", Value::Number(80.0)),
        ("Detail.year", Value::Integer(1999)),
        ("Detail.year#2", Value::Integer(2001)),
        ("code", text("007")),
        ("count", Value::Integer(3)),
        ("creationDate", text("2020-05-01")),
        ("function", text("1000")),
        ("measuredHeight", Value::Number(6.0)),
        ("name", text("Town & hall")),
        ("roofType", Value::Integer(1030)),
        ("set.x", Value::Number(0.5)),
    ];
    assert_eq!(features[0].properties, expected.into_iter().map(|(name, v)| (name.to_string(), v)).collect());
}
