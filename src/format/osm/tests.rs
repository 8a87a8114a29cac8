//! Both formats on small files of our own, on broken ones and on real ones; truth from pyosmium (see the cases' README).

use std::io::Write;

use super::*;
use crate::test_support::shared_data;

/// Every entity as a line of text.
fn lines(bytes: &[u8], want: Want) -> Result<(Vec<String>, Read, Option<OsmError>), OsmError> {
    let mut lines = Vec::new();
    let (read, end) = read(bytes, want, &mut |entity| {
        lines.push(match entity {
            Entity::Node { id, place, tags } => format!("n{id} {} {} {:?}", place.lon_e7, place.lat_e7, tags.0),
            Entity::Way { id, nodes, tags } => format!("w{id} {nodes:?} {:?}", tags.0),
            Entity::Relation { id, members, tags } => {
                let members: Vec<String> =
                    members.iter().map(|m| format!("{}{}:{}", m.kind.word(), m.id, m.role)).collect();
                format!("r{id} {} {:?}", members.join(","), tags.0)
            }
        });
    })?;
    Ok((lines, read, end))
}

const SMALL: &str = r#"<?xml version="1.0"?>
<osm version="0.6">
  <bounds minlat="1" minlon="2" maxlat="3" maxlon="4"/>
  <node id="-1" lat="1.5" lon="2.5"><tag k="natural" v="tree"/></node>
  <node id="2" lat="1.6" lon="2.6" visible="false"/>
  <node id="3" lat="200" lon="2.6"/>
  <node id="4" lat="NaN" lon="2.6"/>
  <node id="five" lat="1" lon="2"/>
  <way id="7"><nd ref="-1"/><nd ref="9"/><nd ref="x"/><tag k="name" v="A &amp; B"/></way>
  <relation id="8"><member type="way" ref="7" role="outer"/><member type="planet" ref="7" role=""/></relation>
</osm>"#;

#[test]
fn xml_is_read_and_what_is_wrong_is_told_by_id() {
    let (lines, read, end) = lines(SMALL.as_bytes(), Want::ALL).expect("it is OSM");
    assert_eq!(
        lines,
        [r#"n-1 25000000 15000000 [("natural", "tree")]"#, r#"w7 [-1, 9] [("name", "A & B")]"#, "r8 way7:outer []"]
    );
    assert_eq!((read.bounds_deg, end), (Some([2.0, 1.0, 4.0, 3.0]), None));
    let paths: Vec<&str> = read.issues.iter().map(|issue| issue.path.as_str()).collect();
    assert_eq!((paths[0], paths[1], paths.len()), ("node/3", "node/4", 3));
    assert!(paths[2].starts_with("byte "), "{paths:?}");
}

#[test]
fn only_what_is_wanted_is_lent() {
    let (lines, ..) = lines(SMALL.as_bytes(), Want::WAYS).expect("it is OSM");
    assert_eq!(lines.len(), 1);
}

#[test]
fn a_file_that_is_cut_off_gives_what_came_before() {
    let cut = &SMALL.as_bytes()[..SMALL.find("<relation").expect("it has one")];
    let (lines, _, end) = lines(cut, Want::ALL).expect("it begins as OSM");
    assert_eq!(lines.len(), 2);
    assert!(matches!(end, Some(OsmError::Xml(XmlError::Truncated { .. }))), "{end:?}");
}

#[test]
fn other_files_are_refused_by_name() {
    let error = |bytes: &[u8]| lines(bytes, Want::ALL).expect_err("it is no OSM").to_string();
    assert_eq!(error(b"<gml/>"), "expected the root element <osm>, got <gml>");
    assert_eq!(error(b""), "expected OSM data (.osm.pbf, .osm or .osm.gz), got an empty file");
    assert!(error(b"GIF89a, not OSM").contains("neither XML nor a PBF header"));
}

/// A message's field with a length.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    varint(bytes.len() as u64, &mut out);
    out.extend_from_slice(bytes);
    out
}

fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn number(number: u8, value: u64) -> Vec<u8> {
    let mut out = vec![number << 3];
    varint(value, &mut out);
    out
}

fn sint(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

/// A file of one header and one data block.
fn pbf(block: &[u8]) -> Vec<u8> {
    let blob = |kind: &str, message: &[u8], out: &mut Vec<u8>| {
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        zlib.write_all(message).expect("memory");
        let blob = field(3, &zlib.finish().expect("memory"));
        let header = [field(1, kind.as_bytes()), number(3, blob.len() as u64)].concat();
        out.extend((header.len() as u32).to_be_bytes());
        out.extend(header);
        out.extend(blob);
    };
    let mut out = Vec::new();
    blob("OSMHeader", &[field(4, b"OsmSchema-V0.6"), field(4, b"DenseNodes")].concat(), &mut out);
    blob("OSMData", block, &mut out);
    out
}

/// A plain node, not a dense one, in a block with a coarser grid and an offset.
fn plain_node(granularity: u64, lon: i64) -> Vec<u8> {
    let strings = field(1, &[field(1, b""), field(1, b"power"), field(1, b"tower")].concat());
    let node = [number(1, sint(42)), field(2, &[1]), field(3, &[2]), number(8, sint(5)), number(9, sint(lon))].concat();
    let group = field(2, &field(1, &node));
    let grid = [vec![0x88, 0x01], varint_of(granularity), vec![0x98, 0x01], varint_of(70)].concat();
    [strings, group, grid].concat()
}

fn varint_of(value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    varint(value, &mut out);
    out
}

#[test]
fn plain_nodes_grids_and_offsets_are_read() {
    let (lines, ..) = lines(&pbf(&plain_node(1000, -3)), Want::ALL).expect("it is OSM");
    // 5 * 1000 + 70 ndeg rounds to 51 e-7 degrees; -3000 ndeg are -30.
    assert_eq!(lines, [r#"n42 -30 51 [("power", "tower")]"#]);
}

#[test]
fn coordinates_that_overflow_are_not_on_earth() {
    let (lines, read, _) = lines(&pbf(&plain_node(u64::MAX / 2, i64::MAX / 2)), Want::ALL).expect("it is OSM");
    assert_eq!((lines.len(), read.issues.len()), (0, 1));
}

#[test]
fn a_string_that_is_not_in_the_table_damages_the_block() {
    let mut block = plain_node(100, 1);
    let at = block.windows(3).position(|w| w == [3 << 3 | 2, 1, 2]).expect("the node's values");
    block[at + 2] = 9;
    let error = lines(&pbf(&block), Want::ALL).expect_err("nothing can be read");
    assert!(error.to_string().contains("not in the block's table"), "{error}");
}

/// A block of three dense nodes with tags, a way and a relation.
fn dense_block() -> Vec<u8> {
    let packed = |number: u8, values: &[i64]| {
        let mut bytes = Vec::new();
        values.iter().for_each(|value| varint(sint(*value), &mut bytes));
        field(number, &bytes)
    };
    let strings = field(1, &[field(1, b""), field(1, b"building"), field(1, b"yes"), field(1, b"outer")].concat());
    let nodes = [packed(1, &[1, 1, 1]), packed(8, &[10, 10, 0]), packed(9, &[10, 0, 10]), field(10, &[0, 1, 2, 0, 0])];
    let way = [number(1, 7), field(2, &[1]), field(3, &[2]), packed(8, &[1, 1, 1, -2])].concat();
    let relation = [number(1, 8), field(8, &[3]), packed(9, &[7]), field(10, &[1])].concat();
    let group = [field(2, &nodes.concat()), field(3, &way), field(4, &relation)].concat();
    [strings, field(2, &group)].concat()
}

#[test]
fn dense_nodes_ways_and_relations_are_read() {
    let (lines, ..) = lines(&pbf(&dense_block()), Want::ALL).expect("it is OSM");
    assert_eq!(
        lines,
        [
            "n1 10 10 []",
            r#"n2 10 20 [("building", "yes")]"#,
            "n3 20 20 []",
            r#"w7 [1, 2, 3, 1] [("building", "yes")]"#,
            "r8 way7:outer []"
        ]
    );
}

proptest::proptest! {
    #[test]
    fn damaged_blocks_are_answered(at in 0..120_usize, byte: u8, cut in 0..130_usize) {
        let mut block = dense_block();
        block.truncate(cut.max(1));
        if let Some(slot) = block.get_mut(at) {
            *slot = byte;
        }
        let _ = lines(&pbf(&block), Want::ALL);
    }

    #[test]
    fn any_bytes_are_answered(bytes: Vec<u8>) {
        let _ = lines(&bytes, Want::ALL);
        let _ = lines(&pbf(&bytes), Want::ALL);
    }
}

#[test]
fn sizes_that_lie_are_refused_before_memory_is_taken() {
    let header = [field(1, b"OSMData"), number(3, u64::from(u32::MAX))].concat();
    let mut bytes = (header.len() as u32).to_be_bytes().to_vec();
    bytes.extend(&header);
    assert!(matches!(lines(&bytes, Want::ALL), Err(OsmError::TooLarge { .. })));
    let header = [field(1, b"OSMData"), number(3, 1000)].concat();
    let mut bytes = (header.len() as u32).to_be_bytes().to_vec();
    bytes.extend(&header);
    assert!(matches!(lines(&bytes, Want::ALL), Err(OsmError::Truncated { expected: 1000, got: 0, .. })));
}

#[test]
fn a_bomb_is_refused() {
    let zeros = vec![0_u8; 40 << 20];
    assert!(matches!(lines(&pbf(&zeros), Want::ALL), Err(OsmError::TooLarge { .. })));
}

#[test]
fn every_cut_of_a_real_pbf_is_answered() {
    let Some(data) = shared_data() else { return };
    let Ok(bytes) = std::fs::read(data.join("02_city/osm/andorra.osm.pbf")) else { return };
    for cut in (0..bytes.len().min(100_000)).step_by(7919) {
        // Cuts between blocks are ends of files.
        let _ = lines(&bytes[..cut], Want::WAYS);
    }
    let (_, _, end) = lines(&bytes[..bytes.len() - 1], Want::ALL).expect("most can be read");
    assert!(matches!(end, Some(OsmError::Truncated { .. })), "{end:?}");
}

#[test]
fn real_files_have_as_many_entities_as_pyosmium_counts() {
    let Some(data) = shared_data() else { return };
    // Files, nodes, ways, relations: `tests/cases/osm/entities.csv`.
    for line in include_str!("../../../tests/cases/osm/entities.csv").lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let Ok(bytes) = std::fs::read(data.join("02_city/osm").join(cells[0])) else { continue };
        let (mut counts, mut refs, mut sum) = ([0_u64; 3], 0_u64, 0_i64);
        let (read, end) = read(&bytes[..], Want::ALL, &mut |entity| match entity {
            Entity::Node { place, .. } => {
                counts[0] += 1;
                sum += i64::from(place.lon_e7) + i64::from(place.lat_e7);
            }
            Entity::Way { nodes, .. } => {
                counts[1] += 1;
                refs += nodes.len() as u64;
            }
            Entity::Relation { members, .. } => {
                counts[2] += 1;
                refs += members.len() as u64;
            }
        })
        .expect("it is OSM");
        assert!(end.is_none() && read.issues.is_empty(), "{}: {end:?}", cells[0]);
        let got = format!("{},{},{},{},{refs},{sum}", cells[0], counts[0], counts[1], counts[2]);
        assert_eq!(got, line);
    }
}
