use super::*;

#[test]
fn writes_the_place_where_the_environment_says() {
    let Ok(out) = std::env::var("MIRANTE_WORLD_OUT") else { return };
    let started = std::time::Instant::now();
    let mut total = 0;
    let mut files = 0;
    generate(
        &Options::default(),
        &mut |file| {
            let path = std::path::Path::new(&out).join(&file.path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            total += file.bytes.len();
            files += 1;
            std::fs::write(path, file.bytes).unwrap();
        },
        &mut |_, _| {},
    );
    println!("{files} files, {total} bytes, {:?}", started.elapsed());
}
