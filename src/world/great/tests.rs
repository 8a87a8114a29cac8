use super::*;
use crate::bake::land::measure;
use crate::format::content::Content;
use crate::format::content::FeatureIds;
use crate::format::content::decode::{DecodeOptions, Decoded, NoResources, decode};
use crate::format::issue::Severity;
use std::sync::OnceLock;

/// The default world, planned once for all tests.
fn world() -> &'static (World, BTreeMap<TileId, Made>) {
    static WORLD: OnceLock<(World, BTreeMap<TileId, Made>)> = OnceLock::new();
    WORLD.get_or_init(|| {
        let world = World::new(&Options::default(), &mut |_, _| {});
        let made = world.made();
        (world, made)
    })
}

/// Tiles of all levels in the core, over the port, on the mountain, in a suburb, and at the world's corner.
fn some_tiles() -> Vec<TileId> {
    let (world, made) = world();
    let places = [(250.0, -1150.0), (3650.0, -3250.0), (-900.0, 6350.0), (5300.0, -1500.0), (-7990.0, 7990.0)];
    let mut some: Vec<TileId> = places
        .iter()
        .flat_map(|&(e, n)| (0..LEVELS).map(move |level| world.tree.tile_at(level, DVec2::new(e, n))))
        .filter(|id| made.contains_key(id))
        .collect();
    some.sort();
    some.dedup();
    some
}

fn drawn() -> &'static Vec<(TileId, glb::Encoded)> {
    static DRAWN: OnceLock<Vec<(TileId, glb::Encoded)>> = OnceLock::new();
    DRAWN.get_or_init(|| some_tiles().into_iter().map(|id| (id, world().0.tile(id))).collect())
}

fn decoded(bytes: &[u8]) -> Content {
    match decode(bytes, &DecodeOptions::default(), &NoResources).unwrap() {
        Decoded::Content(content) => content,
        other => panic!("expected content, got {other:?}"),
    }
}

#[test]
fn the_same_bytes_come_out_on_every_machine() {
    // FNV-1a. Whoever changes what the world looks like writes the new value there; a change by itself is a bug.
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/world/golden.txt");
    let golden = std::fs::read_to_string(golden).unwrap();
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    let tree = world().0.tree.files(&world().1, None).unwrap();
    let all = drawn().iter().map(|(_, tile)| &tile.bytes).chain(tree.iter().map(|file| &file.bytes));
    for byte in all.flatten() {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    assert_eq!(format!("{hash:016x}"), golden.trim());
}

#[test]
fn tiles_lie_within_the_boxes_that_were_told_before_they_were_drawn() {
    for (id, tile) in drawn() {
        let (low, high) = world().1[id].content_box.unwrap();
        // Crowns reach over the border.
        let slack = 6.0;
        assert!(
            tile.low.cmpge(low - slack).all() && tile.high.cmple(high + slack).all(),
            "{id:?}: {} {} not in {low} {high}",
            tile.low,
            tile.high
        );
    }
}

#[test]
fn a_tile_is_the_same_whatever_was_drawn_before() {
    let id = some_tiles()[some_tiles().len() / 2];
    let fresh = World::new(&Options::default(), &mut |_, _| {});
    assert!(fresh.tile(id).bytes == drawn().iter().find(|(k, _)| *k == id).unwrap().1.bytes);
}

#[test]
fn tiles_decode_without_a_warning_and_every_feature_id_has_a_row() {
    for (id, tile) in drawn() {
        let content = decoded(&tile.bytes);
        let bad: Vec<_> = content.issues.iter().filter(|i| i.severity != Severity::Info).collect();
        assert!(bad.is_empty(), "{id:?}: {bad:?}");
        for part in &content.parts {
            for set in &part.feature_sets {
                let rows = content.tables[set.table.unwrap()].count;
                let (FeatureIds::Vertex(ids) | FeatureIds::Instance(ids)) = &set.ids else { panic!("{id:?}") };
                assert!(ids.iter().all(|&id| id < rows || Some(id) == set.null_feature_id), "{id:?}");
            }
        }
    }
}

#[test]
fn ids_are_unique_in_a_tile() {
    for (id, tile) in drawn() {
        let content = decoded(&tile.bytes);
        let Some(table) = content.tables.first() else { continue };
        let column = table.properties.iter().find(|p| p.id == "id").unwrap();
        let mut seen = std::collections::BTreeSet::new();
        for row in 0..table.count as usize {
            let value = column.values.get(row).unwrap();
            assert!(seen.insert(value.to_string()), "{id:?}: {value} twice");
        }
    }
}

#[test]
fn tiles_keep_to_what_a_viewer_can_stand() {
    for (id, tile) in drawn() {
        assert!(tile.bytes.len() < 4_000_000, "{id:?}: {} bytes", tile.bytes.len());
        assert!(tile.triangles < 600_000, "{id:?}: {} triangles", tile.triangles);
    }
}

#[test]
fn there_are_at_least_a_hundred_thousand_buildings() {
    assert!(world().0.buildings() >= 100_000, "{}", world().0.buildings());
}

/// Points spread evenly over the surface: ropes and railings have many triangles and little of it.
fn spread(mesh: &Mesh) -> Vec<[f32; 3]> {
    let lists = mesh.triangles.iter().chain(mesh.pictured.iter().map(|p| &p.triangles));
    let triangles: Vec<[DVec3; 3]> =
        lists.flat_map(|list| list.chunks_exact(3).map(|t| [t[0].at, t[1].at, t[2].at])).collect();
    let area = |t: &[DVec3; 3]| (t[1] - t[0]).cross(t[2] - t[0]).length() * 0.5;
    let step = triangles.iter().map(area).sum::<f64>() / 500.0;
    let (mut points, mut left) = (Vec::new(), 0.0);
    for t in &triangles {
        left += area(t);
        while left > step {
            left -= step;
            points.push(((t[0] + t[1] + t[2]) / 3.0).as_vec3().to_array());
        }
    }
    points
}

/// The errors that tiles tell are those of their geometry: not less, and not many times more, which would load finer tiles
/// than the eye needs.
#[test]
fn what_a_tile_tells_of_its_error_is_what_is_measured_against_its_children() {
    let (world, made) = world();
    let mut worst = [0.0f64; LEVELS as usize];
    for &id in some_tiles().iter().filter(|id| made[id].error_m > 0.0) {
        let (mesh, _) = world.draw(id);
        let rect = world.rect(id);
        for child in some_tiles().into_iter().filter(|c| c.level == id.level + 1 && c.ancestor(id.level) == id) {
            let points = spread(&world.draw(child).0);
            let level = id.level as usize;
            let measured = measure::distance_m(&points, &mesh, (rect.low, rect.size().x), 4.0 * ERROR_M[level]);
            worst[level] = worst[level].max(measured);
            assert!(measured <= ERROR_M[level], "{child:?}: {measured:.1} m, told {}", ERROR_M[level]);
        }
    }
    println!("measured {worst:.1?} m, told {ERROR_M:?} m");
    for level in 0..WILD_LEVELS as usize {
        let texel_m = 2.0 * WORLD_HALF_M / f64::from(1 << level) / f64::from(PICTURE_PX);
        let texels = if (level as u32) < PICTURED_LEVELS { 4.0 * texel_m } else { 0.0 };
        let is = worst[level].max(LEFT_OUT_M[level]).max(texels);
        assert!((is..=is * 1.5).contains(&ERROR_M[level]), "level {level}: {is} m, measured {worst:?}");
    }
}
