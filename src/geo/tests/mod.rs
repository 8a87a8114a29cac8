//! Tests of the geodesy against truth from other tools (`tests/cases/geo`), and of properties that must hold anywhere.

mod earth;
mod geoid;
mod horizon;
mod pose;
mod projection;
mod sun;

/// The rows of a truth file, header left out; fields that are no numbers come as NaN.
fn truth(name: &str) -> Vec<Vec<f64>> {
    truth_text(name).iter().map(|row| row.iter().map(|f| f.parse().unwrap_or(f64::NAN)).collect()).collect()
}

fn truth_text(name: &str) -> Vec<Vec<String>> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/geo").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let rows: Vec<Vec<String>> =
        text.lines().skip(1).map(|line| line.split(',').map(str::to_string).collect()).collect();
    assert!(!rows.is_empty(), "{name} has rows");
    rows
}

/// The smallest difference of two angles, degrees.
fn angle_apart_deg(a: f64, b: f64) -> f64 {
    let d = (a - b).rem_euclid(360.0);
    d.min(360.0 - d)
}

/// The straight distance of two places, metres.
fn wgs84_distance_m(a: super::Geodetic, b: super::Geodetic) -> f64 {
    super::wgs84::ecef_from_geodetic(a).distance(super::wgs84::ecef_from_geodetic(b))
}
