use super::*;
use serde_json::json;

fn read_table(json: &str, binary: &[u8], count: Option<u32>) -> (PropertyTable, Issues) {
    let sections = Sections {
        feature_json: &[],
        feature_binary: &[],
        batch_json: json.as_bytes(),
        batch_binary: binary,
        payload: &[],
        gltf_format: 0,
        legacy_batch_length: None,
    };
    let mut issues = Issues::default();
    let table = read(&sections, count, &|_| None, &mut issues);
    (table, issues)
}

fn row(table: &PropertyTable, feature: u32) -> Value {
    Value::Object(table.row(feature).into_iter().map(|(name, value)| (name.to_string(), value)).collect())
}

#[test]
fn json_values_take_the_smallest_column() {
    let (table, issues) = read_table(
        r#"{"i":[1,-2],"u":[18446744073709551615,1],"f":[1,2.5],"b":[true,false],"s":["a","b"],"o":[{"x":1},null]}"#,
        &[],
        Some(2),
    );
    assert!(issues.is_empty());
    let kinds: Vec<&str> = table
        .properties
        .iter()
        .map(|p| match p.values {
            Column::I64(_) => "i64",
            Column::U64(_) => "u64",
            Column::F64(_) => "f64",
            Column::Bool(_) => "bool",
            Column::Text(_) => "text",
            Column::Json(_) => "json",
        })
        .collect();
    assert_eq!(kinds, ["bool", "f64", "i64", "json", "text", "u64"]);
    assert_eq!(row(&table, 0), json!({"i":1,"u":18446744073709551615u64,"f":1.0,"b":true,"s":"a","o":{"x":1}}));
    assert_eq!(row(&table, 1)["i"], -2);
    assert_eq!(row(&table, 1).get("o"), None);
}

#[test]
fn binary_values_are_read_by_component_and_type() {
    let mut binary = vec![7, 8, 0, 0];
    for x in [1.0f32, 2.0, 3.0, 4.0] {
        binary.extend(x.to_le_bytes());
    }
    let json = r#"{"code":{"byteOffset":0,"componentType":"UNSIGNED_BYTE","type":"SCALAR"},
                   "size":{"byteOffset":4,"componentType":"FLOAT","type":"VEC2"}}"#;
    let (table, issues) = read_table(json, &binary, Some(2));
    assert!(issues.is_empty());
    assert_eq!(row(&table, 1), json!({"code":8,"size":[3.0,4.0]}));
}

#[test]
fn wrong_properties_are_issues_and_the_others_stay() {
    let json = r#"{"good":[1,2],"short":[1],"none":7,
                   "far":{"byteOffset":1,"componentType":"DOUBLE","type":"SCALAR"},
                   "odd":{"byteOffset":0,"componentType":"HALF","type":"SCALAR"},
                   "mat":{"byteOffset":0,"componentType":"BYTE","type":"MAT2"}}"#;
    let (table, issues) = read_table(json, &[0; 16], Some(2));
    assert_eq!(table.properties.len(), 1);
    assert_eq!(issues.len(), 5);
}

#[test]
fn a_count_beyond_all_bytes_is_an_issue_and_allocates_nothing() {
    let json = r#"{"a":{"byteOffset":0,"componentType":"DOUBLE","type":"VEC4"}}"#;
    let (table, issues) = read_table(json, &[0; 64], Some(u32::MAX));
    assert_eq!((table.properties.len(), issues.len()), (0, 1));
}

#[test]
fn without_a_count_the_longest_property_says_it() {
    let (table, _) = read_table(r#"{"id":["x","y","z"]}"#, &[], None);
    assert_eq!(table.count, 3);
}

/// Two doors in a storey of a building, the storey listed after the doors.
const HIERARCHY: &str = r#"{
    "extensions": {"3DTILES_batch_table_hierarchy": {
        "classes": [
            {"name": "door", "length": 2, "instances": {"width": [0.8, 0.9], "name": ["D1", "D2"]}},
            {"name": "storey", "length": 1, "instances": {"level": [3]}},
            {"name": "building", "length": 1, "instances": {"name": ["Depot"], "address": ["Dock 4"]}}
        ],
        "instancesLength": 4,
        "classIds": [0, 0, 1, 2],
        "parentCounts": [1, 1, 1, 0],
        "parentIds": [2, 2, 3]
    }}}"#;

#[test]
fn a_feature_has_its_own_properties_and_those_of_its_nearest_ancestors() {
    let (table, issues) = read_table(HIERARCHY, &[], Some(2));
    assert!(issues.is_empty());
    assert_eq!(
        row(&table, 1),
        json!({"class":"door","parents":"storey, building","width":0.9,"name":"D2","level":3,"address":"Dock 4"})
    );
}

#[test]
fn a_hierarchy_with_a_cycle_ends() {
    let cycle = HIERARCHY.replace("[1, 1, 1, 0]", "[1, 1, 1, 1]").replace("[2, 2, 3]", "[2, 2, 3, 2]");
    let (table, _) = read_table(&cycle, &[], Some(2));
    assert_eq!(row(&table, 0)["parents"], "storey, building");
}

#[test]
fn a_hierarchy_may_lie_in_the_binary_part_and_have_one_parent_each() {
    let json = r#"{"HIERARCHY": {
        "classes": [{"name": "pipe", "length": 2, "instances":
            {"bore": {"byteOffset": 4, "componentType": "UNSIGNED_BYTE", "type": "SCALAR"}}}],
        "instancesLength": 2,
        "classIds": {"byteOffset": 0, "componentType": "UNSIGNED_BYTE"},
        "parentIds": {"byteOffset": 2, "componentType": "UNSIGNED_BYTE"}
    }}"#;
    let (table, issues) = read_table(json, &[0, 0, 0, 0, 40, 50], Some(2));
    assert!(issues.is_empty());
    assert_eq!(row(&table, 0), json!({"class":"pipe","parents":"","bore":40}));
    assert_eq!(row(&table, 1), json!({"class":"pipe","parents":"pipe","bore":50}));
}

#[test]
fn broken_hierarchies_are_issues() {
    for (from, to) in [
        ("\"instancesLength\": 4", "\"instancesLength\": 4000000000"),
        ("[0, 0, 1, 2]", "[0, 0, 1, 9]"),
        ("[1, 1, 1, 0]", "[1, 1, 1, 18446744073709551615]"),
        ("[2, 2, 3]", "[2, 2]"),
    ] {
        let (table, issues) = read_table(&HIERARCHY.replace(from, to), &[], Some(2));
        assert!(issues.has_errors() && table.properties.is_empty(), "{to}");
    }
}
