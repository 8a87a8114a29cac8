//! What is written reads back as the same tiles; what is no tree is refused.

use std::borrow::Cow;

use proptest::prelude::*;

use super::*;
use crate::format::content::metadata::read_property_table;
use crate::format::issue::Issues;
use crate::format::subtree::{Subtree, SubtreeRead, read};
use crate::format::tileset::semantics::{self, Overrides};

fn read_back(spec: &SubtreeSpec) -> Subtree {
    let bytes = write(spec).unwrap();
    match read(&bytes, spec.scheme, spec.levels, &|_| None).unwrap() {
        SubtreeRead::Done(subtree, issues) => {
            assert!(issues.is_empty(), "{:?}", issues.into_vec());
            *subtree
        }
        SubtreeRead::Missing(uris) => panic!("missing {uris:?}"),
    }
}

fn spec(scheme: Subdivision, levels: u32, tiles: &[(u32, u64)]) -> SubtreeSpec {
    let tiles = tiles.iter().map(|&(level, morton)| {
        (Address { level, morton }, Tile { content: Some(Facts::default()), ..Tile::default() })
    });
    SubtreeSpec { scheme, levels, tiles: tiles.collect(), child_subtrees: BTreeSet::new() }
}

/// The values of the table's rows by semantics, as the viewer takes them.
fn overrides(subtree: &Subtree, schema: &Value, subject: semantics::Subject) -> Vec<Overrides> {
    let metadata = subtree.metadata();
    let table = match subject {
        semantics::Subject::Tile => metadata.tile_table,
        semantics::Subject::Content => metadata.content_tables[0],
    };
    let mut issues = Issues::default();
    let views = |index: usize| metadata.buffer_view(index).map(Cow::Borrowed);
    let table = &metadata.property_tables[table.unwrap() as usize];
    let table = read_property_table(table, schema, &views, &mut issues).unwrap();
    let row = |row: usize| {
        let values = table.properties.iter().filter_map(|p| Some((p.semantic.as_str(), p.values.get(row)?)));
        Overrides::collect(subject, values, &mut Issues::default())
    };
    let rows = (0..table.count as usize).map(row).collect();
    assert!(issues.is_empty(), "{:?}", issues.into_vec());
    rows
}

#[test]
fn bytes_follow_the_standards_layout() {
    let bytes = write(&spec(Subdivision::Quadtree, 2, &[(0, 0), (1, 3)])).unwrap();
    let json_len = u64::from_le_bytes(bytes[8..16].try_into().unwrap()) as usize;
    let json: Value = serde_json::from_slice(&bytes[24..24 + json_len]).unwrap();
    assert_eq!((&bytes[..8], json_len % 8, bytes.len() % 8), (&b"subt\x01\0\0\0"[..], 0, 0));
    // Tiles and contents are the same places, so they share their bits.
    assert_eq!(json["tileAvailability"], json["contentAvailability"][0]);
    assert_eq!(json["childSubtreeAvailability"], json!({"constant": 0, "availableCount": 0}));
    assert_eq!(&bytes[24 + json_len..], [0b10001, 0, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn a_full_subtree_is_all_constants() {
    let mut full = spec(Subdivision::Octree, 2, &[(0, 0)]);
    let root = full.tiles[&Address::ROOT];
    full.tiles.extend((0..8).map(|morton| (Address { level: 1, morton }, root)));
    let bytes = write(&full).unwrap();
    assert_eq!(u64::from_le_bytes(bytes[16..24].try_into().unwrap()), 0, "a binary chunk");
    assert_eq!(read_back(&full).tile_count(), 9);
}

#[test]
fn what_metadata_says_comes_back_for_tiles_and_contents() {
    let mut spec = spec(Subdivision::Quadtree, 2, &[(0, 0), (1, 1), (1, 2)]);
    for (n, tile) in spec.tiles.values_mut().enumerate() {
        let n = n as f64;
        tile.facts = Facts {
            bounding_region: Some([0.1, 0.2, 0.3 + n, 0.4, -1.0, 2.0]),
            min_height_m: Some(n - 10.0),
            max_height_m: Some(n + 10.0),
            geometric_error_m: Some(n * 0.1),
            ..Facts::default()
        };
        let bounding_box = [n, 2.0, 3.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0];
        tile.content = (n != 1.0).then(|| Facts { bounding_box: Some(bounding_box), ..Facts::default() });
    }
    let first = spec.tiles[&Address::ROOT];
    let schema = json!({"id": "test", "classes": {
        TILE_CLASS: class(Subject::Tile, &first.facts), CONTENT_CLASS: class(Subject::Content, &first.content.unwrap())}});
    let subtree = read_back(&spec);
    let tiles = overrides(&subtree, &schema, semantics::Subject::Tile);
    let contents = overrides(&subtree, &schema, semantics::Subject::Content);
    let got: Vec<_> = tiles.iter().map(|t| (t.min_height_m, t.max_height_m, t.geometric_error)).collect();
    let expected = [0.0, 1.0, 2.0].map(|n| (Some(n - 10.0), Some(n + 10.0), Some(n * 0.1)));
    assert_eq!(got, expected);
    assert!(tiles.iter().all(|tile| tile.volume.is_some()));
    assert_eq!(contents.len(), 2);
    assert!(contents[0].volume.is_some() && contents[0].volume != contents[1].volume);
}

#[test]
fn tiles_that_are_no_tree_are_refused() {
    let quadtree = |tiles: &[(u32, u64)]| spec(Subdivision::Quadtree, 2, tiles);
    let place = |level, morton| Address { level, morton };
    let mut rootless_below = quadtree(&[(0, 0), (1, 0)]);
    rootless_below.child_subtrees.insert(4);
    let cases = [
        (quadtree(&[]), SubtreeSpecError::NoRoot),
        (quadtree(&[(0, 0), (1, 4)]), SubtreeSpecError::Outside(place(1, 4))),
        (quadtree(&[(0, 0), (1, 0), (2, 0)]), SubtreeSpecError::Outside(place(2, 0))),
        (quadtree(&[(0, 0), (3, 0)]), SubtreeSpecError::Outside(place(3, 0))),
        (spec(Subdivision::Quadtree, 3, &[(0, 0), (2, 0)]), SubtreeSpecError::Orphan(place(2, 0))),
        (rootless_below, SubtreeSpecError::Orphan(place(2, 4))),
        (spec(Subdivision::Octree, 11, &[(0, 0)]), SubtreeSpecError::Levels { max: 10, got: 11 }),
    ];
    for (spec, expected) in cases {
        assert_eq!(write(&spec).unwrap_err(), expected);
    }
}

#[test]
fn facts_of_some_tiles_or_without_a_number_are_refused() {
    let mut mixed = spec(Subdivision::Quadtree, 2, &[(0, 0), (1, 0)]);
    let root = mixed.tiles.get_mut(&Address::ROOT).unwrap();
    root.facts.geometric_error_m = Some(1.0);
    assert_eq!(write(&mixed).unwrap_err(), SubtreeSpecError::Mixed("geometric_error"));
    let mut nan = spec(Subdivision::Quadtree, 2, &[(0, 0)]);
    nan.tiles.get_mut(&Address::ROOT).unwrap().facts.min_height_m = Some(f64::NAN);
    assert_eq!(write(&nan).unwrap_err(), SubtreeSpecError::NotFinite("min_height"));
}

#[test]
fn addresses_name_the_coordinates_of_templates() {
    let address = Address::octree(4, 5, 9, 14);
    assert_eq!(address.coordinates(Subdivision::Octree), [5, 9, 14]);
    assert_eq!(address.parent(Subdivision::Octree), Some(Address::octree(3, 2, 4, 7)));
    assert_eq!(Address::octree(3, 2, 4, 7).child(Subdivision::Octree, 0b011), address);
    assert_eq!(Address::quadtree(4, 5, 9).coordinates(Subdivision::Quadtree), [5, 9, 0]);
}

proptest! {
    /// Each tile of a tree is found at its place in its subtree, none else, and each subtree from the one above.
    #[test]
    fn a_tree_comes_back_from_its_subtrees(
        octree: bool,
        subtree_levels in 1_u32..4,
        leaves in prop::collection::vec((0_u32..7, any::<u64>(), any::<bool>()), 1..12),
    ) {
        let scheme = if octree { Subdivision::Octree } else { Subdivision::Quadtree };
        let mut tiles: BTreeMap<Address, Tile> = BTreeMap::new();
        for (level, morton, content) in leaves {
            let mut at = Some(Address { level, morton: morton % places_on_level(scheme, level) });
            while let Some(address) = at {
                let tile = tiles.entry(address).or_default();
                tile.facts.geometric_error_m = Some(address.morton as f64);
                tile.content = tile.content.or(content.then(Facts::default));
                at = address.parent(scheme);
            }
        }
        let mut found = 0;
        let mut open = vec![Address::ROOT];
        let subtrees = split(scheme, subtree_levels, &tiles);
        while let Some(root) = open.pop() {
            let subtree = read_back(&subtrees[&root]);
            let bits = |level: u32| scheme.axes() * level;
            for level in 0..subtree_levels {
                for morton in 0..places_on_level(scheme, level) {
                    let address = Address { level: root.level + level, morton: root.morton << bits(level) | morton };
                    let tile = tiles.get(&address);
                    prop_assert_eq!(subtree.tile_available(level, morton), tile.is_some());
                    let content = tile.is_some_and(|tile| tile.content.is_some());
                    prop_assert_eq!(subtree.content_available(0, level, morton), content);
                    found += usize::from(tile.is_some());
                }
            }
            let below = (0..places_on_level(scheme, subtree_levels)).filter(|&m| subtree.child_subtree_available(m));
            open.extend(below.map(|m| Address {
                level: root.level + subtree_levels,
                morton: root.morton << bits(subtree_levels) | m,
            }));
        }
        prop_assert_eq!(found, tiles.len());
    }
}
