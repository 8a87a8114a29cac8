use super::*;
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

/// Writes tiles of the world for looking at: all down to level `MIRANTE_WORLD_LEVEL`, and finer ones near `MIRANTE_WORLD_AT`
/// (metres east and north of the middle, and how far around), into the folder `MIRANTE_WORLD_OUT`.
#[test]
#[ignore = "writes files, for looking"]
fn write_some_tiles() {
    let Ok(out) = std::env::var("MIRANTE_WORLD_OUT") else { return };
    let number = |name: &str, default: f64| std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default);
    let at = std::env::var("MIRANTE_WORLD_AT").unwrap_or_default();
    let around: Vec<f64> = at.split(',').filter_map(|v| v.parse().ok()).collect();
    let start = cpu_time::ThreadTime::now();
    let world = World::new(&Options::default(), &mut |_, _| {});
    println!("plan {:.2} s", start.elapsed().as_secs_f64());
    let made = world.made();
    println!("{} tiles, bounds {:.2} s", made.len(), start.elapsed().as_secs_f64());
    let folder = std::path::Path::new(&out);
    // Whole families, or the tree would have holes.
    let whole: BTreeMap<TileId, Made> = made
        .iter()
        .filter(|(id, _)| {
            let parent = id.parent().unwrap_or(TileId::ROOT);
            let rect = world.rect(parent);
            f64::from(id.level) <= number("MIRANTE_WORLD_LEVEL", 3.0)
                || around.chunks_exact(3).any(|a| touches(&rect, DVec2::new(a[0], a[1]), a[2]))
        })
        .map(|(id, made)| (*id, *made))
        .collect();
    let start = cpu_time::ThreadTime::now();
    let (backdrop, bytes) = far::backdrop(&world);
    println!("surroundings {:.2} s, {:.0} KB", start.elapsed().as_secs_f64(), bytes.len() as f64 / 1e3);
    std::fs::create_dir_all(folder.join("tiles")).unwrap();
    std::fs::write(folder.join(&backdrop.uri), bytes).unwrap();
    for file in world.tree.files(&whole, Some(&backdrop)).unwrap() {
        let path = folder.join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, file.bytes).unwrap();
    }
    let mut sums = [(0usize, 0.0f64, 0usize, 0usize, 0.0f64); LEVELS as usize];
    for id in whole.keys() {
        let start = cpu_time::ThreadTime::now();
        let encoded = world.tile(*id);
        let secs = start.elapsed().as_secs_f64();
        let s = &mut sums[id.level as usize];
        *s = (s.0 + 1, s.1 + secs, s.2 + encoded.bytes.len(), s.3 + encoded.triangles, s.4.max(secs));
        let path = folder.join(id.content_path());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, encoded.bytes).unwrap();
    }
    for (level, (count, secs, bytes, triangles, longest)) in sums.iter().enumerate().filter(|(_, s)| s.0 > 0) {
        let n = *count as f64;
        println!(
            "level {level}: {count} tiles, {:.1} ms (at most {:.0}), {:.0} KB, {:.0} triangles each",
            secs / n * 1e3,
            longest * 1e3,
            *bytes as f64 / n / 1e3,
            *triangles as f64 / n
        );
    }
}

/// What buildings cost, by district: number, triangles at each level, full and plain.
#[test]
#[ignore = "prints figures"]
fn what_buildings_cost() {
    use crate::bake::draw::building::Finish;
    use crate::bake::draw::facade;
    let start = cpu_time::ThreadTime::now();
    let city = City::new(7);
    println!("plan {:.2} s", start.elapsed().as_secs_f64());
    let mut by: BTreeMap<crate::world::city::districts::District, (usize, [usize; 6], usize, f64, f64)> =
        BTreeMap::new();
    for face in 0..city.graph.faces.len() {
        let start = cpu_time::ThreadTime::now();
        let buildings = city.buildings_of(face);
        let entry = by.entry(city.graph.faces[face].district).or_default();
        entry.4 += start.elapsed().as_secs_f64();
        entry.0 += buildings.len();
        for b in buildings.into_iter().step_by(23) {
            entry.2 += 1;
            let count = |b: &_, level| {
                let mut mesh = Mesh::default();
                facade::draw(&mut mesh, b, level);
                mesh.triangles.iter().map(Vec::len).sum::<usize>() / 3
            };
            let start = cpu_time::ThreadTime::now();
            entry.1[5] += count(&b, 4);
            entry.3 += start.elapsed().as_secs_f64();
            let mut plain = b.clone();
            plain.volumes.iter_mut().for_each(|v| v.finish = Finish::Plain);
            for (level, sum) in entry.1.iter_mut().take(5).enumerate() {
                *sum += count(&plain, level);
            }
        }
    }
    for (district, (n, sums, sampled, secs, planned)) in by {
        let k = sampled.max(1);
        println!(
            "{district:?}: {n}, planned {planned:.2} s, triangles 0..3 plain {:?}, full {}, {:.2} ms full",
            sums[..5].iter().map(|s| s / k).collect::<Vec<_>>(),
            sums[5] / k,
            secs / k as f64 * 1e3
        );
    }
}

/// What a tile of each level is made of: triangles by who draws them.
#[test]
#[ignore = "prints figures"]
fn what_tiles_are_made_of() {
    let world = World::new(&Options::default(), &mut |_, _| {});
    let at = DVec2::new(250.0, -1150.0);
    let sizes = |mesh: &Mesh| mesh.triangles.iter().map(Vec::len).sum::<usize>() / 3;
    for level in 0..LEVELS {
        let id = world.tree.tile_at(level, at);
        let rect = world.rect(id);
        let detail = DETAIL[level as usize];
        let (mut fixtures, mut patches, mut houses, mut ground) = Default::default();
        let mut table = Vec::new();
        world.draw_fixtures(&mut fixtures, &mut table, &rect, detail);
        for patch in world.patches[detail].iter().filter(|patch| inside(&rect, middle(patch))) {
            patch.draw(&mut patches);
        }
        let mut things = Mesh::default();
        if level >= TOWN_LEVEL {
            let town = world.town(rect);
            town.draw_buildings(&mut houses, &mut table, detail.max(1), LEAST_HEIGHT_M[level as usize]);
            town.draw_ground(&mut ground, &mut table, detail);
            let mut stock = Stock::new(detail, 1);
            town.draw_things(&mut things, &mut table, &mut stock);
            stock.finish(&mut things);
        } else {
            world.draw_high(&mut houses, &mut table, &rect, LEAST_HEIGHT_M[level as usize]);
        }
        let copies: usize = things.copies.iter().map(|c| c.places.len()).sum();
        let prototypes: usize = things.copies.iter().map(|c| c.triangles()).sum();
        println!(
            "level {level}: fixtures {}, patches {}, buildings {}, ground {}, things {} + {} prototypes ({prototypes}) in {copies} copies, {} rows",
            sizes(&fixtures),
            sizes(&patches),
            sizes(&houses),
            sizes(&ground),
            sizes(&things),
            things.copies.len(),
            table.len()
        );
    }
}

/// What the whole world weighs and costs, from every n-th tile of each level (`MIRANTE_WORLD_EVERY`, 9).
#[test]
#[ignore = "prints figures"]
fn what_the_world_weighs() {
    use std::io::Write;
    let every = std::env::var("MIRANTE_WORLD_EVERY").ok().and_then(|v| v.parse().ok()).unwrap_or(9usize);
    let start = cpu_time::ThreadTime::now();
    let world = World::new(&Options::default(), &mut |_, _| {});
    let made = world.made();
    let (mut secs, mut packed, mut stored) = (start.elapsed().as_secs_f64(), 0.0, 0.0);
    for level in 0..LEVELS {
        let all: Vec<TileId> = made.keys().copied().filter(|id| id.level == level).collect();
        // Runs of neighbours, as the blocks that they share are planned once.
        let some: Vec<TileId> = all.chunks(8).step_by(if level < 4 { 1 } else { every }).flatten().copied().collect();
        let start = cpu_time::ThreadTime::now();
        let (mut bytes, mut zipped, mut triangles, mut most) = (0, 0, 0, (0, 0));
        for &id in &some {
            let tile = world.tile(id);
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
            encoder.write_all(&tile.bytes).unwrap();
            let small = encoder.finish().unwrap().len();
            bytes += tile.bytes.len();
            zipped += small;
            triangles += tile.triangles;
            most = (most.0.max(tile.bytes.len()), most.1.max(tile.triangles));
        }
        let share = all.len() as f64 / some.len().max(1) as f64;
        let spent = start.elapsed().as_secs_f64();
        println!(
            "level {level}: {} tiles, {:.0} ms, {:.0} KB, zipped {:.0} KB, {} triangles each; at most {:.0} KB, {} triangles; in all {:.0} s, {:.0} MB, {:.0} MB",
            all.len(),
            spent * 1e3 / some.len() as f64,
            bytes as f64 / some.len() as f64 / 1e3,
            zipped as f64 / some.len() as f64 / 1e3,
            triangles / some.len(),
            most.0 as f64 / 1e3,
            most.1,
            spent * share,
            bytes as f64 * share / 1e6,
            zipped as f64 * share / 1e6
        );
        (secs, packed, stored) =
            (secs + spent * share, packed + bytes as f64 * share / 1e6, stored + zipped as f64 * share / 1e6);
    }
    println!("in all {secs:.0} s, {packed:.0} MB, zipped {stored:.0} MB");
}
