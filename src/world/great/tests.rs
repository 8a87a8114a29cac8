use super::*;

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
    let chosen: BTreeMap<TileId, Made> = made
        .iter()
        .filter(|(id, _)| {
            let rect = world.rect(**id);
            f64::from(id.level) <= number("MIRANTE_WORLD_LEVEL", 3.0)
                || around.chunks_exact(3).any(|a| touches(&rect, DVec2::new(a[0], a[1]), a[2]))
        })
        .map(|(id, made)| (*id, *made))
        .collect();
    // Whole families only, or the tree would have holes.
    let whole: BTreeMap<TileId, Made> = chosen
        .iter()
        .filter(|(id, _)| {
            id.parent().is_none_or(|p| p.children().iter().all(|c| !made.contains_key(c) || chosen.contains_key(c)))
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
