use super::*;
use serde_json::json;

fn table(property: Value, stored: Value, count: u32, views: &[&[u8]]) -> (Option<Column>, Issues) {
    let schema = json!({
        "classes": {"c": {"properties": {"p": property}}},
        "enums": {"kind": {"valueType": "UINT8", "values": [{"name": "oak", "value": 1}, {"name": "elm", "value": 2}]}}
    });
    let table = json!({"class": "c", "count": count, "properties": {"p": stored}});
    let mut issues = Issues::default();
    let view = |index: usize| views.get(index).map(|bytes| Cow::Borrowed(*bytes));
    let read = read_property_table(&table, &schema, &view, &mut issues).unwrap();
    (read.properties.into_iter().next().map(|property| property.values), issues)
}

/// All values of a property that must be readable.
fn values(property: Value, stored: Value, count: u32, views: &[&[u8]]) -> Value {
    let (column, issues) = table(property, stored, count, views);
    assert!(issues.is_empty(), "{issues:?}");
    let column = column.unwrap();
    (0..count as usize).map(|row| column.get(row).unwrap_or_default()).collect()
}

#[test]
fn scalars_of_every_component_type() {
    for (name, bytes, expected) in [
        ("INT8", &[0xff, 1][..], json!([-1, 1])),
        ("UINT8", &[0xff, 1], json!([255, 1])),
        ("INT16", &[0xfe, 0xff, 1, 0], json!([-2, 1])),
        ("UINT16", &[0xfe, 0xff, 1, 0], json!([65534, 1])),
        ("INT32", &[0xfe, 0xff, 0xff, 0xff, 1, 0, 0, 0], json!([-2, 1])),
        ("UINT32", &[0xfe, 0xff, 0xff, 0xff, 1, 0, 0, 0], json!([4294967294u32, 1])),
        ("INT64", &[0, 0, 0, 0, 0, 0, 0, 0x80, 1, 0, 0, 0, 0, 0, 0, 0], json!([i64::MIN, 1])),
        ("UINT64", &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0, 0, 0, 0], json!([u64::MAX, 1])),
        ("FLOAT32", &[0, 0, 0xc0, 0x3f, 0, 0, 0, 0], json!([1.5, 0.0])),
        ("FLOAT64", &[0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0], json!([1.5, 0.0])),
    ] {
        let got = values(json!({"type": "SCALAR", "componentType": name}), json!({"values": 0}), 2, &[bytes]);
        assert_eq!(got, expected, "{name}");
    }
}

#[test]
fn vectors_and_matrices_are_arrays_in_the_stored_order() {
    let vec2 = json!({"type": "VEC2", "componentType": "UINT8"});
    assert_eq!(values(vec2, json!({"values": 0}), 2, &[&[1, 2, 3, 4]]), json!([[1, 2], [3, 4]]));
    let mat2 = json!({"type": "MAT2", "componentType": "INT8"});
    assert_eq!(values(mat2, json!({"values": 0}), 1, &[&[1, 2, 3, 4]]), json!([[1, 2, 3, 4]]));
}

#[test]
fn booleans_are_bits_from_the_lowest_on() {
    let property = json!({"type": "BOOLEAN"});
    let got = values(property, json!({"values": 0}), 9, &[&[0b0000_0101, 1]]);
    assert_eq!(got, json!([true, false, true, false, false, false, false, false, true]));
}

#[test]
fn strings_lie_between_offsets_of_any_unsigned_type() {
    let stored = json!({"values": 0, "stringOffsets": 1, "stringOffsetType": "UINT8"});
    let got = values(json!({"type": "STRING"}), stored, 3, &["ceção".as_bytes(), &[0, 2, 2, 7]]);
    assert_eq!(got, json!(["ce", "", "ção"]));
}

#[test]
fn enums_are_told_by_name_and_unknown_ones_by_number() {
    let property = json!({"type": "ENUM", "enumType": "kind"});
    assert_eq!(values(property, json!({"values": 0}), 3, &[&[2, 1, 9]]), json!(["elm", "oak", "9"]));
}

#[test]
fn arrays_of_fixed_and_varying_length() {
    let fixed = json!({"type": "BOOLEAN", "array": true, "count": 3});
    let got = values(fixed, json!({"values": 0}), 2, &[&[0b10_1001]]);
    assert_eq!(got, json!([[true, false, false], [true, false, true]]));

    let numbers = json!({"type": "VEC2", "componentType": "UINT8", "array": true});
    let stored = json!({"values": 0, "arrayOffsets": 1, "arrayOffsetType": "UINT16"});
    let got = values(numbers, stored, 2, &[&[1, 2, 3, 4, 5, 6], &[0, 0, 1, 0, 3, 0]]);
    assert_eq!(got, json!([[[1, 2]], [[3, 4], [5, 6]]]));

    let strings = json!({"type": "STRING", "array": true});
    let stored = json!({"values": 0, "arrayOffsets": 1, "arrayOffsetType": "UINT8", "stringOffsets": 2, "stringOffsetType": "UINT8"});
    let got = values(strings, stored, 3, &[b"abbc", &[0, 2, 2, 3], &[0, 1, 3, 4]]);
    assert_eq!(got, json!([["a", "bb"], [], ["c"]]));

    let enums = json!({"type": "ENUM", "enumType": "kind", "array": true, "count": 2});
    assert_eq!(values(enums, json!({"values": 0}), 1, &[&[1, 2]]), json!([["oak", "elm"]]));
}

#[test]
fn normalized_scale_and_offset_apply_in_that_order() {
    let property = json!({"type": "SCALAR", "componentType": "UINT8", "normalized": true, "scale": 10, "offset": 1});
    assert_eq!(values(property.clone(), json!({"values": 0}), 2, &[&[0, 255]]), json!([1.0, 11.0]));
    let own = json!({"values": 0, "scale": 2, "offset": -1});
    assert_eq!(values(property, own, 2, &[&[0, 255]]), json!([-1.0, 1.0]));
    let vectors =
        json!({"type": "VEC2", "componentType": "INT8", "normalized": true, "scale": [1, 100], "offset": [5, 0]});
    assert_eq!(values(vectors, json!({"values": 0}), 1, &[&[127, 0x81]]), json!([[6.0, -100.0]]));
    let arrays = json!({"type": "VEC2", "componentType": "UINT8", "array": true, "count": 2, "offset": [1, 2]});
    assert_eq!(values(arrays, json!({"values": 0}), 1, &[&[0, 0, 10, 10]]), json!([[[1.0, 2.0], [11.0, 12.0]]]));
}

#[test]
fn no_data_becomes_the_default_or_nothing() {
    let scalar = json!({"type": "SCALAR", "componentType": "INT16", "noData": -1});
    assert_eq!(values(scalar, json!({"values": 0}), 2, &[&[0xff, 0xff, 7, 0]]), json!([null, 7]));
    let default = json!({"type": "SCALAR", "componentType": "UINT8", "noData": 255, "default": 42, "scale": 2});
    assert_eq!(values(default, json!({"values": 0}), 2, &[&[255, 7]]), json!([42, 14.0]));
    let single = json!({"type": "SCALAR", "componentType": "FLOAT32", "noData": -9999.9});
    assert_eq!(values(single, json!({"values": 0}), 1, &[&(-9999.9f32).to_le_bytes()]), json!([null]));
    let name = json!({"type": "ENUM", "enumType": "kind", "noData": "oak", "default": "elm"});
    assert_eq!(values(name, json!({"values": 0}), 2, &[&[1, 2]]), json!(["elm", "elm"]));
    let array = json!({"type": "SCALAR", "componentType": "UINT8", "array": true, "count": 2, "noData": [0, 0]});
    assert_eq!(values(array, json!({"values": 0}), 2, &[&[0, 0, 0, 1]]), json!([null, [0, 1]]));
}

#[test]
fn a_property_that_the_table_lacks_has_its_default_or_is_an_issue() {
    let schema = json!({"classes": {"c": {"properties": {
        "a": {"type": "STRING", "default": "none"},
        "b": {"type": "STRING"},
        "d": {"type": "STRING", "required": true},
    }}}});
    let mut issues = Issues::default();
    let table = read_property_table(&json!({"class": "c", "count": 2}), &schema, &|_| None, &mut issues).unwrap();
    assert_eq!(table.row(1), [("a", json!("none"))]);
    assert_eq!(issues.iter().map(|issue| issue.path.as_str()).collect::<Vec<_>>(), ["/propertyTables/properties/d"]);
}

#[test]
fn lying_tables_are_issues_and_allocate_nothing() {
    let number = json!({"type": "SCALAR", "componentType": "FLOAT64"});
    let string = json!({"type": "STRING"});
    let empty_arrays = json!({"type": "SCALAR", "componentType": "UINT8", "array": true, "count": 0});
    let constant = json!({"type": "STRING", "default": "x"});
    for (property, stored, count, views) in [
        (number.clone(), json!({"values": 0}), u32::MAX, vec![&[0u8; 64][..]]),
        (number.clone(), json!({"values": 7}), 1, vec![]),
        (number, json!({}), 1, vec![]),
        (string.clone(), json!({"values": 0}), 1, vec![b"abc"]),
        (
            string.clone(),
            json!({"values": 0, "stringOffsets": 1, "stringOffsetType": "UINT8"}),
            2,
            vec![b"abc", &[0, 3, 1]],
        ),
        (
            string.clone(),
            json!({"values": 0, "stringOffsets": 1, "stringOffsetType": "UINT8"}),
            1,
            vec![b"abc", &[0, 9]],
        ),
        (string, json!({"values": 0, "stringOffsets": 1, "stringOffsetType": "FLOAT32"}), 1, vec![b"abc", &[0; 8]]),
        (empty_arrays, json!({"values": 0}), u32::MAX, vec![&[0; 8]]),
        (constant, Value::Null, u32::MAX, vec![]),
    ] {
        let (column, issues) = table(property.clone(), stored, count, &views);
        assert!(column.is_none() && issues.len() == 1, "{property} {issues:?}");
    }
}

#[test]
fn one_buffer_named_by_many_properties_is_bounded() {
    let properties: serde_json::Map<_, _> =
        (0..1000).map(|i| (format!("p{i}"), json!({"type": "SCALAR", "componentType": "UINT8"}))).collect();
    let stored: serde_json::Map<_, _> = properties.keys().map(|id| (id.clone(), json!({"values": 0}))).collect();
    let schema = json!({"classes": {"c": {"properties": properties}}});
    let table = json!({"class": "c", "count": 1 << 20, "properties": stored});
    let bytes = vec![0; 1 << 20];
    let mut issues = Issues::default();
    let read = read_property_table(&table, &schema, &|_| Some(Cow::Borrowed(&bytes)), &mut issues).unwrap();
    assert!(read.properties.len() < 40);
    assert!(issues.has_errors());
}

#[test]
fn tables_keep_their_places_when_one_is_broken() {
    let ext = json!({
        "schema": {"classes": {"c": {"properties": {}}}},
        "propertyTables": [{"class": "none", "count": 3, "name": "first"}, {"class": "c", "count": 2}],
        "propertyTextures": [{"class": "c"}]
    });
    let mut issues = Issues::default();
    let tables = read_structural(&ext, None, &|_| None, &mut issues);
    assert_eq!(tables.iter().map(|table| table.count).collect::<Vec<_>>(), [3, 2]);
    assert_eq!(issues.len(), 2);
}

#[test]
fn a_schema_of_its_own_file_comes_from_the_caller() {
    let ext = json!({"schemaUri": "schema.json", "propertyTables": [{"class": "c", "count": 1}]});
    let mut issues = Issues::default();
    assert_eq!(read_structural(&ext, None, &|_| None, &mut issues).len(), 1);
    assert!(issues.has_errors());
    let schema = json!({"classes": {"c": {"properties": {"a": {"type": "BOOLEAN", "default": true}}}}});
    let mut issues = Issues::default();
    let tables = read_structural(&ext, Some(&schema), &|_| None, &mut issues);
    assert_eq!(tables[0].row(0), [("a", json!(true))]);
    assert!(issues.is_empty());
}

#[test]
fn entities_have_names_defaults_and_transforms() {
    let schema = json!({"classes": {"c": {"properties": {
        "height": {"name": "Height", "type": "SCALAR", "componentType": "UINT8", "normalized": true, "scale": 100},
        "kind": {"type": "STRING", "noData": "", "default": "unknown"},
        "level": {"type": "SCALAR", "componentType": "INT8", "default": 3},
        "gone": {"type": "STRING"},
        "must": {"type": "STRING", "required": true},
        "odd": {"type": "VEC2", "componentType": "INT8"},
    }}}});
    let entity = json!({"class": "c", "properties": {"height": 255, "kind": "", "odd": [1, 2, 3], "extra": 1}});
    let mut issues = Issues::default();
    let values = read_entity(&entity, &schema, &mut issues);
    let expected = [("Height", json!(100.0)), ("kind", json!("unknown")), ("level", json!(3))];
    assert_eq!(values, expected.map(|(name, value)| (name.to_string(), value)));
    let paths: Vec<_> = issues.iter().map(|issue| issue.path.as_str()).collect();
    assert_eq!(paths, ["/properties/extra", "/properties/must", "/properties/odd"]);
}
