//! Helpers of unit tests.

/// The folder of real data beside the checkout (`../shared/data`), or `None` with a message where it is absent.
pub fn shared_data() -> Option<std::path::PathBuf> {
    let mut dir = Some(std::path::Path::new(env!("CARGO_MANIFEST_DIR")));
    while let Some(d) = dir {
        let candidate = d.join("shared/data");
        if candidate.is_dir() {
            return Some(candidate);
        }
        dir = d.parent();
    }
    if let Ok(path) = std::env::var("MIRANTE_SHARED_DATA") {
        let path = std::path::PathBuf::from(path);
        if path.is_dir() {
            return Some(path);
        }
    }
    println!("skipped: no shared/data folder beside the checkout");
    None
}
