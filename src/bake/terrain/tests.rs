//! The ground from made-up rasters whose truth is a formula, and from real ones.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::rc::Rc;
use std::sync::Arc;

use glam::{DAffine2, DMat2, DVec2, DVec3};

use super::*;
use crate::bake::source::crs::{Heights, named};
use crate::format::raster::geotiff::GeoTiff;
use crate::format::raster::hgt::{self, Hgt};
use crate::format::raster::{Raster, RasterContent, RasterError, Window};
use crate::geo::{Geodetic, Geoid, wgs84};
use crate::test_support::shared_data;

/// A raster whose heights are a formula of longitude and latitude.
#[derive(Clone)]
struct Made {
    head: RasterHead,
    height: Rc<dyn Fn(DVec2) -> f32>,
}

impl Raster for Made {
    fn head(&self) -> &RasterHead {
        &self.head
    }

    fn heights(&mut self, window: Window) -> Result<Vec<f32>, RasterError> {
        window.posts_within(&self.head)?;
        let rows = window.row..window.row + window.height;
        let cols = window.col..window.col + window.width;
        let at = |col: u32, row: u32| self.head.map_from_post.transform_point2(DVec2::new(col.into(), row.into()));
        Ok(rows
            .flat_map(|row| cols.clone().map(move |col| (col, row)))
            .map(|(col, row)| (self.height)(at(col, row)))
            .collect())
    }

    fn colors(&mut self, _window: Window) -> Result<Vec<[u8; 4]>, RasterError> {
        Err(RasterError::Content { expected: "colours", got: "heights" })
    }
}

fn made(west: f64, north: f64, step: f64, size: (u32, u32), height: impl Fn(DVec2) -> f32 + 'static) -> Made {
    let head = RasterHead {
        width_px: size.0,
        height_px: size.1,
        map_from_post: DAffine2 {
            matrix2: DMat2::from_diagonal(DVec2::new(step, -step)),
            translation: DVec2::new(west, north),
        },
        crs: Some("EPSG:4326".to_string()),
        content: RasterContent::Heights,
        issues: Issues::default(),
    };
    Made { head, height: Rc::new(height) }
}

fn add(terrain: &mut Terrain, name: &str, raster: Made) {
    let crs = named("EPSG:4326", Heights::Ellipsoidal).expect("known");
    let head = raster.head.clone();
    terrain.add(name, &head, Box::new(move || Ok(Box::new(raster.clone()))), crs);
}

fn terrain_of(rasters: impl IntoIterator<Item = Made>) -> Terrain {
    let mut terrain = Terrain::new(TerrainOptions::default());
    for (i, raster) in rasters.into_iter().enumerate() {
        add(&mut terrain, &format!("raster {i}"), raster);
    }
    terrain
}

/// Hills of some hundred metres.
fn hills(p: DVec2) -> f32 {
    (500.0 + 200.0 * (p.x * 90.0).sin() * (p.y * 70.0).cos() + 60.0 * (p.x * 400.0 + p.y * 300.0).sin()) as f32
}

fn real_hgt() -> Option<Arc<[u8]>> {
    let file = std::fs::File::open(shared_data()?.join("03_dem/srtm-hgt/N42E001.hgt.zip")).ok()?;
    let mut archive = zip::ZipArchive::new(file).expect("a zip");
    let mut bytes = Vec::new();
    archive.by_index(0).expect("one file").read_to_end(&mut bytes).expect("it unpacks");
    Some(Arc::from(bytes))
}

fn add_hgt(terrain: &mut Terrain, name: &'static str, bytes: Arc<[u8]>, heights: Heights) {
    let head = hgt::head(name, bytes.len() as u64).expect("a height file");
    let crs = named(head.crs.as_deref().expect("named"), heights).expect("known");
    let open = move || -> Result<Box<dyn Raster>, RasterError> { Ok(Box::new(Hgt::new(name, Arc::clone(&bytes))?)) };
    terrain.add(name, &head, Box::new(open), crs);
}

fn ecef(p: DVec3) -> DVec3 {
    wgs84::ecef_from_geodetic(Geodetic::from_degrees(p.x, p.y, p.z))
}

#[test]
fn heights_between_posts_are_bilinear() {
    let terrain = terrain_of([made(7.0, 47.0, 0.5, (3, 3), |p| (100.0 * p.x + 10.0 * p.y) as f32)]);
    let got = terrain.height_m(DVec2::new(7.3, 46.2)).expect("inside");
    assert!((got - (730.0 + 462.0)).abs() < 1e-3, "{got}");
    // The last post of the data is part of it; what lies beyond is not.
    assert!(terrain.height_m(DVec2::new(8.0, 46.0)).is_some());
    assert_eq!(terrain.height_m(DVec2::new(8.001, 46.0)), None);
}

#[test]
fn heights_above_the_sea_become_ellipsoidal_by_the_geoid() {
    let Some(bytes) = real_hgt() else { return };
    let mut terrain = Terrain::new(TerrainOptions::default());
    add_hgt(&mut terrain, "N42E001.hgt", Arc::clone(&bytes), Heights::AsNamed);
    let mut raw = Terrain::new(TerrainOptions::default());
    add_hgt(&mut raw, "N42E001.hgt", bytes, Heights::Ellipsoidal);
    let place = DVec2::new(1.5218, 42.5063);
    let (ellipsoidal, sea) = (terrain.height_m(place).expect("Andorra la Vella"), raw.height_m(place).expect("there"));
    let undulation_m = Geoid::egm96().undulation_m(place.x.to_radians(), place.y.to_radians());
    assert!((ellipsoidal - sea - undulation_m).abs() < 1e-9 && (50.0..53.0).contains(&undulation_m), "{undulation_m}");
    assert!((950.0..1150.0).contains(&sea), "{sea}");
}

#[test]
fn all_voids_of_the_real_height_file_are_filled_and_counted() {
    let Some(bytes) = real_hgt() else { return };
    let mut terrain = Terrain::new(TerrainOptions::default());
    add_hgt(&mut terrain, "N42E001.hgt", Arc::clone(&bytes), Heights::Ellipsoidal);
    let whole = GeoRect::new(1.0, 42.0, 2.0, 43.0);
    let range = terrain.range_m(whole, 0.0).expect("a rectangle").expect("data");
    assert_eq!(terrain.void_count(), VoidCount { voids: 7652, filled: 7652 });
    // Nothing below the lowest valley of the sheet.
    assert!(range.0 > 300.0 && range.1 < 3150.0, "{range:?}");
    assert!(terrain.issues().iter().any(|issue| issue.message.contains("7652 of 7652")), "{:?}", terrain.issues());
}

#[test]
fn filled_voids_are_near_to_the_ground_that_was_cut_out() {
    let Some(bytes) = real_hgt() else { return };
    // A copy with the real voids' shapes cut out 150 posts further east and south, where the ground is known.
    let value = |col: usize, row: usize| {
        let at = (row * 1201 + col) * 2;
        i16::from_be_bytes([bytes[at], bytes[at + 1]])
    };
    let mut holed = bytes.to_vec();
    let mut cut = Vec::new();
    for row in 150..1201 {
        for col in 150..1201 {
            if value(col - 150, row - 150) == -32_768 && value(col, row) != -32_768 {
                let at = (row * 1201 + col) * 2;
                holed[at..at + 2].copy_from_slice(&(-32_768i16).to_be_bytes());
                cut.push((col, row));
            }
        }
    }
    let mut terrain = Terrain::new(TerrainOptions::default());
    add_hgt(&mut terrain, "N42E001.hgt", Arc::from(holed), Heights::Ellipsoidal);
    let patch = terrain.patch(GeoRect::new(1.0, 42.0, 2.0, 43.0), 0.0).expect("a rectangle");
    let error = |&(col, row): &(usize, usize)| {
        let place = DVec2::new(1.0 + col as f64 / 1200.0, 43.0 - row as f64 / 1200.0);
        patch.height_m(place).expect("filled") - f64::from(value(col, row))
    };
    let rms = (cut.iter().map(|at| error(at).powi(2)).sum::<f64>() / cut.len() as f64).sqrt();
    println!("{} posts cut out, refilled with an RMS error of {rms:.1} m", cut.len());
    // Voids lie in the steepest places, where the ground varies by hundreds of metres within them.
    assert!(cut.len() > 5000 && rms < 40.0, "{} {rms}", cut.len());
}

#[test]
fn cubic_heights_are_those_of_another_tool() {
    let Some(bytes) = real_hgt() else { return };
    let options = TerrainOptions { interpolation: Interpolation::Cubic, ..TerrainOptions::default() };
    let mut terrain = Terrain::new(options);
    add_hgt(&mut terrain, "N42E001.hgt", bytes, Heights::Ellipsoidal);
    let path = shared_data().expect("seen above").join("03_dem/derived-andorra/andorra_dem_utm31n_75m.tif");
    let tiff = GeoTiff::open(std::fs::File::open(path).expect("the file")).expect("a GeoTIFF");
    let utm = named("EPSG:32631", Heights::Ellipsoidal).expect("known");
    // By numpy with positions by pyproj.
    for (row, col, expected) in
        [(100, 100, 2393.558881), (120, 150, 1985.453539), (159, 199, 1864.732938), (130, 110, 1745.845077)]
    {
        let post = DVec2::new(f64::from(col), f64::from(row));
        let place = utm.lon_lat_from_map(tiff.head().map_from_post.transform_point2(post)).expect("on Earth");
        let got = terrain.height_m(place).expect("inside");
        assert!((got - expected).abs() < 1e-3, "{row} {col}: {got} {expected}");
    }
}

#[test]
fn cubic_heights_of_a_parabola_are_exact() {
    let height = |p: DVec2| ((p.x - 7.3) * (p.x - 7.3) * 4000.0 + (p.x - 7.0) * (p.y - 46.0) * 900.0) as f32;
    let mut terrain = Terrain::new(TerrainOptions { interpolation: Interpolation::Cubic, ..TerrainOptions::default() });
    add(&mut terrain, "parabola", made(7.0, 47.0, 0.1, (11, 11), height));
    for place in [DVec2::new(7.333, 46.5), DVec2::new(7.85, 46.12), DVec2::new(7.41, 46.77)] {
        let got = terrain.height_m(place).expect("inside");
        assert!((got - f64::from(height(place))).abs() < 1e-2, "{place}: {got} {}", height(place));
    }
}

#[test]
fn sheets_of_one_lattice_continue_each_other() {
    let step = 1.0 / 128.0;
    let sheet = |west: f64| made(west, 47.0, step, (128, 129), hills);
    // Pixels that do not share a border: between the last of one and the first of the next lies a whole step.
    let terrain = terrain_of([sheet(7.0), sheet(8.0)]);
    assert_eq!(terrain.layers.len(), 1);
    let whole = terrain_of([made(7.0, 47.0, step, (256, 129), hills)]);
    for i in 0..40 {
        let place = DVec2::new(7.98 + f64::from(i) * 0.001, 46.51);
        assert_eq!(terrain.height_m(place), whole.height_m(place), "{place}");
    }
}

#[test]
fn another_pixel_size_makes_a_layer_of_lower_priority() {
    let terrain = terrain_of([made(7.4, 46.8, 0.01, (21, 21), |_| 1000.0), made(7.0, 47.0, 0.1, (11, 11), |_| 10.0)]);
    assert_eq!(terrain.layers.len(), 2);
    assert_eq!(terrain.height_m(DVec2::new(7.5, 46.7)), Some(1000.0));
    assert_eq!(terrain.height_m(DVec2::new(7.1, 46.9)), Some(10.0));
}

#[test]
fn a_void_shows_the_relief_of_lower_priority_without_a_step() {
    let void = |p: DVec2| (p - DVec2::new(7.5, 46.5)).length() < 0.08;
    let terrain = terrain_of([
        made(7.0, 47.0, 0.005, (201, 201), move |p| if void(p) { f32::NAN } else { hills(p) + 40.0 }),
        made(7.0, 47.0, 0.0025, (401, 401), hills),
    ]);
    for i in 0..20 {
        let place = DVec2::new(7.4 + f64::from(i) * 0.01, 46.5);
        let got = terrain.height_m(place).expect("filled");
        assert!((got - f64::from(hills(place)) - 40.0).abs() < 6.0, "{place}: {got} {}", hills(place) + 40.0);
    }
}

#[test]
fn the_end_of_the_data_is_not_filled() {
    // A turned sheet: a triangle of the raster is void.
    let terrain =
        terrain_of([made(7.0, 47.0, 0.01, (101, 101), |p| if p.x - 7.0 + 47.0 - p.y < 0.6 { f32::NAN } else { 5.0 })]);
    assert_eq!(terrain.height_m(DVec2::new(7.1, 46.9)), None);
    assert_eq!(terrain.height_m(DVec2::new(7.9, 46.1)), Some(5.0));
    assert_eq!(terrain.void_count().filled, 0);
}

#[test]
fn a_raster_that_breaks_is_told_once_and_the_next_one_shows() {
    let mut terrain = Terrain::new(TerrainOptions::default());
    let broken = made(7.0, 47.0, 0.01, (101, 101), |_| 1.0);
    let crs = named("EPSG:4326", Heights::Ellipsoidal).expect("known");
    let open = || Err(RasterError::Io("the disk is gone".to_string()));
    terrain.add("a.tif", &broken.head, Box::new(open), crs);
    add(&mut terrain, "b.tif", made(7.0, 47.0, 0.1, (11, 11), |_| 7.0));
    for _ in 0..3 {
        assert_eq!(terrain.height_m(DVec2::new(7.5, 46.5)), Some(7.0));
    }
    let issues = terrain.issues();
    assert_eq!(issues.iter().filter(|issue| issue.file == "a.tif" && issue.message.contains("disk")).count(), 1);
}

#[test]
fn coarse_levels_stay_within_their_residual() {
    let terrain = terrain_of([made(7.0, 47.0, 0.0005, (1001, 1001), hills)]);
    let rect = GeoRect::new(7.1, 46.6, 7.4, 46.9);
    let fine_m = terrain.finest_spacing_m().expect("one");
    let (fine, coarse) =
        (terrain.patch(rect, fine_m).expect("fine"), terrain.patch(rect, fine_m * 8.0).expect("coarse"));
    assert_eq!(fine.residual_m(), 0.0);
    assert!(coarse.residual_m() > 1.0 && coarse.residual_m() < 200.0, "{}", coarse.residual_m());
    for i in 0..2000u32 {
        let place = rect.at(f64::from(i % 50) / 50.0, f64::from(i / 50) / 40.0);
        let difference = fine.height_m(place).expect("in") - coarse.height_m(place).expect("in");
        assert!(difference.abs() <= coarse.residual_m(), "{place}: {difference}");
    }
}

#[test]
fn a_height_is_the_same_whoever_asks() {
    let terrain = terrain_of([made(7.0, 47.0, 0.002, (501, 501), hills)]);
    let spacing_m = terrain.finest_spacing_m().expect("one") * 4.0;
    let one = terrain.patch(GeoRect::new(7.2, 46.2, 7.5, 46.5), spacing_m).expect("a rectangle");
    let other = terrain_of([made(7.0, 47.0, 0.002, (501, 501), hills)]);
    let other = other.patch(GeoRect::new(7.5, 46.2, 7.8, 46.5), spacing_m).expect("a rectangle");
    for i in 0..=100 {
        let place = DVec2::new(7.5, 46.2 + 0.3 * f64::from(i) / 100.0);
        assert_eq!(one.height_m(place), other.height_m(place));
    }
}

/// The vertices of a mesh's ground along a meridian or parallel, sorted.
fn border_of(mesh: &TerrainMesh, on_it: impl Fn(&DVec3) -> bool) -> Vec<[u64; 3]> {
    let mut border: Vec<[u64; 3]> = mesh.vertices[..mesh.ground_vertices]
        .iter()
        .filter(|v| on_it(v))
        .map(|v| [v.x.to_bits(), v.y.to_bits(), v.z.to_bits()])
        .collect();
    border.sort_unstable();
    border
}

#[test]
fn neighbours_of_one_level_have_the_same_border_and_normals() {
    let terrain = terrain_of([made(7.0, 47.0, 0.001, (1001, 1001), hills)]);
    let options = MeshOptions::for_tiles(0.1, 6, 8.0);
    let west = terrain.mesh(GeoRect::new(7.2, 46.4, 7.3, 46.5), &options).expect("ground");
    let east = terrain.mesh(GeoRect::new(7.3, 46.4, 7.4, 46.5), &options).expect("ground");
    let north = terrain.mesh(GeoRect::new(7.2, 46.5, 7.3, 46.6), &options).expect("ground");
    let side = border_of(&west, |v| v.x == 7.3);
    assert!(side.len() > 5 && side.len() < 65, "{}", side.len());
    assert_eq!(side, border_of(&east, |v| v.x == 7.3));
    assert_eq!(border_of(&west, |v| v.y == 46.5), border_of(&north, |v| v.y == 46.5));
    let normals = |mesh: &TerrainMesh| -> BTreeMap<u64, [u32; 3]> {
        let on_it = |i: &usize| mesh.vertices[*i].x == 7.3;
        let bits = |i: usize| (mesh.vertices[i].y.to_bits(), mesh.normals[i].to_array().map(f32::to_bits));
        (0..mesh.ground_vertices).filter(on_it).map(bits).collect()
    };
    assert_eq!(normals(&west), normals(&east));
}

#[test]
fn a_mesh_covers_its_rectangle_once_and_has_no_cracks() {
    let terrain = terrain_of([made(7.0, 47.0, 0.001, (1001, 1001), hills)]);
    for max_error_m in [2.0, 8.0, 30.0, 200.0] {
        let mesh = terrain
            .mesh(GeoRect::new(7.2, 46.4, 7.3, 46.5), &MeshOptions::for_tiles(0.1, 6, max_error_m))
            .expect("ground");
        let ground = &mesh.triangles[..mesh.ground_triangles];
        let uv = |i: u32| DVec2::from(mesh.uv[i as usize].map(f64::from));
        let area = |t: &[u32; 3]| -(uv(t[1]) - uv(t[0])).perp_dot(uv(t[2]) - uv(t[0])) / 2.0;
        assert!(ground.iter().all(|t| area(t) > 0.0), "all face up");
        assert!((ground.iter().map(area).sum::<f64>() - 1.0).abs() < 1e-9);
        let sides: BTreeSet<(u32, u32)> = ground.iter().flat_map(|&[a, b, c]| [(a, b), (b, c), (c, a)]).collect();
        for &(a, b) in &sides {
            let (p, q) = (uv(a), uv(b));
            let on_border = (0..2).any(|k| p[k] == q[k] && (p[k] == 0.0 || p[k] == 1.0));
            assert!(on_border || sides.contains(&(b, a)));
        }
    }
}

/// The distance of a point from a triangle (C. Ericson, *Real-Time Collision Detection*, section 5.1.5).
fn distance_m(p: DVec3, [a, b, c]: [DVec3; 3]) -> f64 {
    let normal = (b - a).cross(c - a).normalize();
    let foot = p - normal * normal.dot(p - a);
    let is_inside = [(a, b), (b, c), (c, a)].iter().all(|&(s, e)| (e - s).cross(foot - s).dot(normal) >= 0.0);
    let to_side =
        |s: DVec3, e: DVec3| p.distance(s + (e - s) * ((p - s).dot(e - s) / (e - s).length_squared()).clamp(0.0, 1.0));
    if is_inside { p.distance(foot) } else { to_side(a, b).min(to_side(b, c)).min(to_side(c, a)) }
}

#[test]
fn the_ground_is_nowhere_further_from_its_mesh_than_said() {
    let terrain = terrain_of([made(7.0, 47.0, 0.001, (1001, 1001), hills)]);
    let rect = GeoRect::new(7.2, 46.45, 7.25, 46.5);
    for max_error_m in [3.0, 20.0] {
        let mesh = terrain.mesh(rect, &MeshOptions::for_tiles(0.05, 6, max_error_m)).expect("ground");
        // The grid is finer than the data, so that little is between its posts, and the border is thinned.
        assert!(mesh.error_m > 0.2 * max_error_m && mesh.error_m < 1.6 * max_error_m, "{}", mesh.error_m);
        let corners: Vec<DVec3> = mesh.vertices.iter().map(|&v| ecef(v)).collect();
        let ground: Vec<[DVec3; 3]> =
            mesh.triangles[..mesh.ground_triangles].iter().map(|t| t.map(|i| corners[i as usize])).collect();
        for i in 0..100u32 {
            let place = rect.at(f64::from(i * 37 % 100) / 100.0 + 1e-4, f64::from(i) / 100.0 + 1e-4);
            let point = ecef(place.extend(terrain.height_m(place).expect("inside")));
            let nearest_m = ground.iter().map(|&t| distance_m(point, t)).fold(f64::MAX, f64::min);
            assert!(nearest_m <= mesh.error_m + 0.01, "{place}: {nearest_m} {}", mesh.error_m);
        }
    }
}

#[test]
fn a_plain_is_as_many_triangles_as_the_round_earth_needs() {
    let terrain = terrain_of([made(0.0, 50.0, 0.01, (201, 201), |_| 10.0)]);
    let rect = GeoRect::new(0.5, 48.5, 1.5, 49.5);
    let flat = terrain.mesh(rect, &MeshOptions::for_tiles(1.0, 6, 1000.0)).expect("ground");
    assert_eq!(flat.ground_triangles, 2);
    // 133 km of diagonal: 350 m below the ground in its middle.
    assert!((250.0..450.0).contains(&flat.error_m), "{}", flat.error_m);
    let round = terrain.mesh(rect, &MeshOptions::for_tiles(1.0, 6, 5.0)).expect("ground");
    assert!(round.error_m <= 6.0 && round.ground_triangles > 60, "{} {}", round.error_m, round.ground_triangles);
}

#[test]
fn skirts_hang_from_the_border_and_face_outwards() {
    let terrain = terrain_of([made(7.0, 47.0, 0.001, (1001, 1001), hills)]);
    let rect = GeoRect::new(7.2, 46.4, 7.3, 46.5);
    let options = MeshOptions { skirt_m: Some(50.0), ..MeshOptions::for_tiles(0.1, 5, 10.0) };
    let mesh = terrain.mesh(rect, &options).expect("ground");
    let middle = DVec2::new(7.25, 46.45);
    let skirts = &mesh.triangles[mesh.ground_triangles..];
    assert!(!skirts.is_empty());
    for &[a, b, c] in skirts {
        let [a, b, c] = [a, b, c].map(|i| mesh.vertices[i as usize]);
        // A plate carree will do for a direction; heights in degrees.
        let flat = |p: DVec3| DVec3::new(p.x, p.y, p.z / 111_000.0);
        let normal = (flat(b) - flat(a)).cross(flat(c) - flat(a)).truncate();
        assert!(normal.dot(a.truncate() - middle) > 0.0);
    }
    let low = mesh.vertices.iter().map(|v| v.z).fold(f64::MAX, f64::min);
    assert!(mesh.low_m <= low && low <= mesh.low_m + 2.0 * mesh.error_m + 40.0, "{low} {}", mesh.low_m);
    let high = mesh.vertices.iter().map(|v| v.z).fold(f64::MIN, f64::max);
    assert!(mesh.high_m >= high);
}

#[test]
fn a_tile_without_data_is_an_error_and_half_a_tile_is_half() {
    let terrain = terrain_of([made(7.0, 47.0, 0.001, (101, 1001), hills)]);
    let options = MeshOptions::for_tiles(0.1, 5, 10.0);
    let nowhere = terrain.mesh(GeoRect::new(9.0, 46.4, 9.1, 46.5), &options);
    assert!(matches!(nowhere, Err(TerrainError::NoData(_))));
    let half = terrain.mesh(GeoRect::new(7.05, 46.4, 7.15, 46.5), &options).expect("ground");
    assert!(half.missing_posts > 400, "{}", half.missing_posts);
    assert!(half.vertices.iter().all(|v| v.x <= 7.1 + 1e-9));
}

#[test]
fn wrong_rectangles_and_grids_are_refused() {
    let terrain = terrain_of([made(7.0, 47.0, 0.001, (101, 101), hills)]);
    let options = MeshOptions::for_tiles(0.1, 5, 10.0);
    for rect in
        [GeoRect::new(8.0, 46.0, 7.0, 47.0), GeoRect::new(7.0, f64::NAN, 8.0, 47.0), GeoRect::new(7.0, 46.0, 8.0, 91.0)]
    {
        assert!(matches!(terrain.mesh(rect, &options), Err(TerrainError::Rect(_))), "{rect:?}");
    }
    let grid = MeshOptions { grid_exponent: 11, ..options };
    assert!(matches!(terrain.mesh(GeoRect::new(7.0, 46.0, 8.0, 47.0), &grid), Err(TerrainError::Grid(11))));
}

#[test]
fn real_mountains_become_a_mesh_with_true_error() {
    let Some(bytes) = real_hgt() else { return };
    let mut terrain = Terrain::new(TerrainOptions::default());
    add_hgt(&mut terrain, "N42E001.hgt", bytes, Heights::AsNamed);
    let span = 0.0625;
    for max_error_m in [5.0, 20.0] {
        let rect = GeoRect::new(1.5, 42.5, 1.5 + span, 42.5 + span);
        let mesh = terrain.mesh(rect, &MeshOptions::for_tiles(span, 7, max_error_m)).expect("ground");
        println!(
            "{max_error_m} m: {} triangles, measured {:.1} m, {:.0} to {:.0} m",
            mesh.ground_triangles, mesh.error_m, mesh.low_m, mesh.high_m
        );
        assert!(mesh.error_m <= 1.2 * max_error_m, "{}", mesh.error_m);
        assert!(mesh.ground_triangles < 2 * 128 * 128);
        assert_eq!(mesh.missing_posts, 0);
    }
}

#[test]
fn a_coarse_tile_of_much_data_has_a_true_error_as_well() {
    let terrain = terrain_of([made(7.0, 47.0, 0.0005, (2001, 2001), hills)]);
    let rect = GeoRect::new(7.0, 46.0, 8.0, 47.0);
    let mesh = terrain.mesh(rect, &MeshOptions::for_tiles(1.0, 4, 100.0)).expect("ground");
    let corners: BTreeMap<[u32; 2], DVec3> =
        (0..mesh.ground_vertices).map(|i| (mesh.uv[i].map(f32::to_bits), ecef(mesh.vertices[i]))).collect();
    assert!(corners.len() > 20);
    // In the middle of grid cells, which the mesh has not seen.
    let worst = (0..1000u32).map(|i| {
        let place = rect.at(f64::from(i * 37 % 1000) / 1000.0, f64::from(i) / 1000.0);
        f64::from(hills(place))
    });
    let spread = worst.clone().fold(f64::MIN, f64::max) - worst.fold(f64::MAX, f64::min);
    assert!(mesh.error_m > 100.0 && mesh.error_m < 3.0 * spread, "{} {spread}", mesh.error_m);
}
