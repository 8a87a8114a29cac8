//! Rasters against what GDAL reads from the same files (`tests/cases/raster`), real data, and broken bytes.

use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::geotiff::GeoTiff;
use super::hgt::Hgt;
use super::picture::{Picture, Placement};
use super::terrain_tile::{HeightColors, TerrainTile};
use super::web_mercator::{HALF_WORLD_M, TileAddress};
use super::{Raster, RasterContent, RasterError, Window, world_file};
use crate::geo::Projection;
use crate::test_support::shared_data;
use glam::DVec2;

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/raster").join(name)
}

fn open(name: &str) -> GeoTiff<Cursor<Vec<u8>>> {
    let bytes = std::fs::read(case(name)).expect("the case is there");
    GeoTiff::open(Cursor::new(bytes)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn truth() -> serde_json::Map<String, serde_json::Value> {
    let text = std::fs::read_to_string(case("truth.json")).expect("the truth is there");
    serde_json::from_str(&text).expect("JSON")
}

fn post(col: u64, row: u64) -> Window {
    Window { col: col as u32, row: row as u32, width: 1, height: 1 }
}

#[test]
fn geotiffs_hold_the_values_that_gdal_reads() {
    for (name, file) in truth() {
        let mut tiff = open(&name);
        let lossy = file["lossy"].as_f64().expect("a number");
        for entry in file["posts"].as_array().expect("posts") {
            let window = post(entry["col"].as_u64().expect("col"), entry["row"].as_u64().expect("row"));
            let values: Option<Vec<f64>> =
                entry["values"].as_array().map(|v| v.iter().filter_map(serde_json::Value::as_f64).collect());
            if tiff.head().content == RasterContent::Heights {
                let got = f64::from(tiff.heights(window).expect("inside")[0]);
                match values {
                    Some(values) => assert!((got - values[0]).abs() < 1e-3, "{name} {window:?}: {got} {values:?}"),
                    None => assert!(got.is_nan(), "{name} {window:?}: {got} is a void"),
                }
            } else {
                let got = tiff.colors(window).expect("inside")[0];
                let expected = expected_color(&file, values.as_deref());
                for (g, e) in got.iter().zip(expected) {
                    // Where alpha is 0 the colour does not matter.
                    assert!(
                        (f64::from(*g) - e).abs() <= lossy || got[3] == 0 && expected[3] == 0.0,
                        "{name} {window:?}: {got:?} {expected:?}"
                    );
                }
            }
        }
    }
}

fn expected_color(file: &serde_json::Value, values: Option<&[f64]>) -> [f64; 4] {
    let Some(values) = values else { return [0.0; 4] };
    if let Some(palette) = file["palette"].as_array() {
        let rgb = palette[values[0] as usize].as_array().expect("rgb");
        let channel = |i: usize| rgb[i].as_f64().expect("a number");
        return [channel(0), channel(1), channel(2), 255.0];
    }
    let deep = values.iter().any(|&v| v > 255.0);
    let value = |i: usize| if deep { (values[i] / 257.0).floor() } else { values[i] };
    if values.len() < 3 { [value(0), value(0), value(0), 255.0] } else { [value(0), value(1), value(2), 255.0] }
}

#[test]
fn geotiffs_lie_where_gdal_puts_them() {
    for (name, file) in truth() {
        let tiff = open(&name);
        let head = tiff.head();
        assert_eq!(file["size"], serde_json::json!([head.width_px, head.height_px]), "{name}");
        for entry in file["posts"].as_array().expect("posts") {
            let number = |key: &str| entry[key].as_f64().expect("a number");
            let got = head.map_from_post.transform_point2(DVec2::new(number("col"), number("row")));
            let error = got.distance(DVec2::new(number("x"), number("y")));
            assert!(error < 1e-6, "{name}: {got} {entry}");
        }
    }
}

#[test]
fn geotiffs_name_their_reference_system() {
    for (name, file) in truth() {
        let tiff = open(&name);
        let crs = tiff.head().crs.clone().unwrap_or_else(|| panic!("{name} names a system"));
        match file["epsg"].as_u64() {
            // GDAL writes the parts of a compound system.
            Some(7415) => assert_eq!(crs, "EPSG:28992+5709"),
            Some(code) => assert_eq!(crs, format!("EPSG:{code}"), "{name}"),
            None => {
                let projection = Projection::parse(&crs).unwrap_or_else(|e| panic!("{name}: {crs}: {e}"));
                let at = tiff.head().map_from_post.translation;
                let got = projection.geodetic_from_projected(at.x, at.y, 0.0).expect("on Earth");
                let number = |i: usize| file["lon_lat_of_first_post"][i].as_f64().expect("a number");
                assert!((got.lon_deg() - number(0)).abs() < 1e-9 && (got.lat_deg() - number(1)).abs() < 1e-9, "{got}");
            }
        }
    }
}

#[test]
fn a_window_is_a_part_of_the_whole() {
    for name in ["tiles_deflate_f32_predictor3.tif", "strips_lzw_i16_predictor2.tif", "tiles_f64_bigendian.tif"] {
        let mut tiff = open(name);
        let whole = tiff.heights(tiff.head().window()).expect("the whole");
        let window = Window { col: 11, row: 9, width: 20, height: 13 };
        let part = tiff.heights(window).expect("a part");
        for (i, height) in part.iter().enumerate() {
            let (col, row) = (11 + i % 20, 9 + i / 20);
            assert_eq!(*height, whole[row * 37 + col], "{name} at {col} {row}");
        }
    }
}

#[test]
fn a_window_outside_of_the_raster_is_refused() {
    let mut tiff = open("strips_none_f32.tif");
    let window = Window { col: 30, row: 0, width: 8, height: 1 };
    assert!(matches!(tiff.heights(window), Err(RasterError::Window { .. })));
}

#[test]
fn truncated_and_damaged_geotiffs_are_refused_or_read_without_a_panic() {
    let names: Vec<String> = truth().into_iter().map(|(name, _)| name).collect();
    for name in names {
        let whole = std::fs::read(case(&name)).expect("the case is there");
        let try_read = |bytes: Vec<u8>| {
            if let Ok(mut tiff) = GeoTiff::open(Cursor::new(bytes)) {
                let window = tiff.head().window();
                if window.width <= 64 && window.height <= 64 {
                    let _ = tiff.heights(window);
                    let _ = tiff.colors(window);
                }
            }
        };
        for length in (0..whole.len()).step_by(whole.len() / 24 + 1) {
            try_read(whole[..length].to_vec());
        }
        for at in (0..whole.len()).step_by(whole.len() / 40 + 1) {
            let mut bytes = whole.clone();
            bytes[at] = bytes[at].wrapping_add(129);
            try_read(bytes);
        }
    }
}

#[test]
fn a_height_file_lies_where_its_name_says_and_shares_its_borders() {
    let mut bytes = vec![0; 1201 * 1201 * 2];
    bytes[..2].copy_from_slice(&1234i16.to_be_bytes());
    bytes[2..4].copy_from_slice(&(-32_768i16).to_be_bytes());
    let last = bytes.len() - 2;
    bytes[last..].copy_from_slice(&(-5i16).to_be_bytes());
    let mut hgt = Hgt::new("dem/s34W059.SRTMGL3.hgt", Arc::from(bytes)).expect("a height file");
    let corner = hgt.head().map_from_post.transform_point2(DVec2::ZERO);
    assert!(corner.distance(DVec2::new(-59.0, -33.0)) < 1e-12, "{corner}");
    let far = hgt.head().map_from_post.transform_point2(DVec2::splat(1200.0));
    assert!(far.distance(DVec2::new(-58.0, -34.0)) < 1e-9, "{far}");
    let row = hgt.heights(Window { col: 0, row: 0, width: 2, height: 1 }).expect("inside");
    assert!(row[0] == 1234.0 && row[1].is_nan(), "{row:?}");
    assert_eq!(hgt.heights(post(1200, 1200)).expect("inside"), [-5.0]);
}

#[test]
fn height_files_of_wrong_name_or_size_are_refused() {
    for (name, length) in [
        ("N42E001.hgt", 1000),
        ("X42E001.hgt", 2_884_802),
        ("N42E1.hgt", 2_884_802),
        ("N4", 0),
        ("N9ÄE001.hgt", 2_884_802),
        ("N90E001.hgt", 2_884_802),
    ] {
        assert!(super::hgt::head(name, length).is_err(), "{name} {length}");
    }
}

#[test]
fn the_real_height_file_has_its_voids() {
    let Some(bytes) = real_hgt() else { return };
    let mut hgt = Hgt::new("N42E001.hgt", bytes).expect("a height file");
    let heights = hgt.heights(hgt.head().window()).expect("the whole");
    assert_eq!(heights.iter().filter(|h| h.is_nan()).count(), 7652);
    let highest = heights.iter().copied().fold(f32::MIN, f32::max);
    // Pic de Médécourbe to Pica d'Estats lie on this sheet: 3,143 m.
    assert!((3000.0..3200.0).contains(&highest), "{highest}");
}

fn real_hgt() -> Option<Arc<[u8]>> {
    let file = std::fs::File::open(shared_data()?.join("03_dem/srtm-hgt/N42E001.hgt.zip")).ok()?;
    let mut archive = zip::ZipArchive::new(file).expect("a zip");
    let mut bytes = Vec::new();
    archive.by_index(0).expect("one file").read_to_end(&mut bytes).expect("it unpacks");
    Some(Arc::from(bytes))
}

#[test]
fn the_derived_geotiff_agrees_with_the_height_file_within_its_own_sampling() {
    let Some(bytes) = real_hgt() else { return };
    let path = shared_data().expect("seen above").join("03_dem/derived-andorra/andorra_dem_utm31n_75m.tif");
    let mut hgt = Hgt::new("N42E001.hgt", bytes).expect("a height file");
    let mut tiff = GeoTiff::open(std::fs::File::open(path).expect("the file")).expect("a GeoTIFF");
    let (hgt_head, head) = (hgt.head().clone(), tiff.head().clone());
    assert_eq!(head.crs.as_deref(), Some("EPSG:32631"));
    let (fine, coarse) = (hgt.heights(hgt_head.window()).expect("all"), tiff.heights(head.window()).expect("all"));
    let utm = Projection::from_epsg(32631).expect("known");
    let (mut count, mut sum, mut squares) = (0u32, 0.0, 0.0);
    for (i, &height) in coarse.iter().enumerate().filter(|(_, h)| !h.is_nan()) {
        let post = DVec2::new((i % head.width_px as usize) as f64, (i / head.width_px as usize) as f64);
        let at = head.map_from_post.transform_point2(post);
        let place = utm.geodetic_from_projected(at.x, at.y, 0.0).expect("on Earth");
        let at = hgt_head.map_from_post.inverse().transform_point2(DVec2::new(place.lon_deg(), place.lat_deg()));
        let (col, row) = (at.x.floor(), at.y.floor());
        if !(0.0..1200.0).contains(&col) || !(0.0..1200.0).contains(&row) {
            continue;
        }
        let (at, first) = (at - DVec2::new(col, row), row as usize * 1201 + col as usize);
        let [a, b, c, d] = [0, 1, 1201, 1202].map(|step| f64::from(fine[first + step]));
        let bilinear = (a * (1.0 - at.x) + b * at.x) * (1.0 - at.y) + (c * (1.0 - at.x) + d * at.x) * at.y;
        if bilinear.is_nan() {
            continue;
        }
        let difference = f64::from(height) - bilinear;
        squares += difference * difference;
        sum += difference;
        count += 1;
    }
    assert!(count > 100_000, "{count}");
    // It was made by cubic interpolation, which differs from bilinear by 2.4 m RMS here; half a post of shift would differ by
    // 12 m.
    let (mean, rms) = (sum / f64::from(count), (squares / f64::from(count)).sqrt());
    assert!(mean.abs() < 0.1 && rms < 2.5, "{mean} {rms}");
}

#[test]
fn real_terrain_tiles_give_heights_of_their_mountains() {
    let Some(data) = shared_data() else { return };
    // Least and greatest height as numpy computes them from the pixels.
    for (file, colors, low_m, high_m) in [
        ("mapbox.png", HeightColors::TerrainRgb, 704.6, 3497.3),
        ("terrarium.png", HeightColors::Terrarium, 852.1172, 2475.0664),
    ] {
        let bytes = std::fs::read(data.join("03_dem/terrain-tiles").join(file)).expect("the tile");
        let address = TileAddress::new(10, 534, 362).expect("a tile");
        let mut tile = TerrainTile::new(&bytes, colors, address).expect("a tile");
        let heights = tile.heights(tile.head().window()).expect("the whole");
        let (low, high) = heights.iter().fold((f32::MAX, f32::MIN), |(l, h), &x| (l.min(x), h.max(x)));
        assert!((low - low_m).abs() < 1e-3 && (high - high_m).abs() < 1e-3, "{file}: {low} {high}");
    }
}

#[test]
fn the_world_tile_reaches_from_corner_to_corner() {
    let place = TileAddress::new(0, 0, 0).expect("the world").map_from_post(256);
    let corner = place.transform_point2(DVec2::splat(-0.5));
    assert!(corner.distance(DVec2::new(-HALF_WORLD_M, HALF_WORLD_M)) < 1e-6, "{corner}");
    let east = TileAddress::new(1, 1, 0).expect("a quarter").map_from_post(256).transform_point2(DVec2::splat(-0.5));
    assert!(east.distance(DVec2::new(0.0, HALF_WORLD_M)) < 1e-6, "{east}");
}

#[test]
fn tile_addresses_come_from_the_end_of_a_path() {
    let address = |path: &str| TileAddress::from_path(path).map(|a| (a.zoom, a.x, a.y));
    assert_eq!(address("tiles/10/534/362.png"), Some((10, 534, 362)));
    assert_eq!(address("12-2200-1500@2x.webp"), Some((12, 2200, 1500)));
    assert_eq!(address("2/4/0.png"), None, "there are four columns at zoom 2");
    assert_eq!(address("photo.png"), None);
}

#[test]
fn a_world_file_places_the_centre_of_the_first_pixel() {
    let place = world_file::parse("0.5\n0\n0\n-0.25\n100.25\n199.875\n").expect("six numbers");
    assert_eq!(place.transform_point2(DVec2::ZERO), DVec2::new(100.25, 199.875));
    assert_eq!(place.transform_point2(DVec2::new(2.0, 4.0)), DVec2::new(101.25, 198.875));
    for broken in ["", "1 2 3", "1 0 0 x 0 0", "0 0 0 0 5 5", "1 0 0 nan 0 0", "1 2 3 4 5 6 7"] {
        assert!(world_file::parse(broken).is_err(), "{broken:?}");
    }
}

#[test]
fn a_picture_with_a_world_file_gives_its_pixels() {
    let mut png = Vec::new();
    let pixels = image::RgbaImage::from_fn(3, 2, |x, y| image::Rgba([x as u8 * 100, y as u8 * 200, 7, 255]));
    pixels.write_to(&mut Cursor::new(&mut png), image::ImageFormat::Png).expect("a PNG");
    let map_from_post = world_file::parse("1 0 0 -1 0 0").expect("a place");
    let placement = Placement::Map { map_from_post, crs: Some("EPSG:28992".to_string()) };
    let mut picture = Picture::new(&png, &placement).expect("a picture");
    let window = Window { col: 1, row: 1, width: 2, height: 1 };
    assert_eq!(picture.colors(window).expect("inside"), [[100, 200, 7, 255], [200, 200, 7, 255]]);
    assert!(matches!(picture.heights(window), Err(RasterError::Content { .. })));
}

#[test]
fn a_jpeg_is_no_terrain_tile() {
    let address = TileAddress::new(0, 0, 0).expect("the world");
    let got = TerrainTile::new(&[0xff, 0xd8, 0xff, 0xe0], HeightColors::TerrainRgb, address);
    assert!(matches!(got, Err(RasterError::Unsupported { .. })));
}
