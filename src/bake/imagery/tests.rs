//! Pictures of tiles from made-up rasters.

use glam::{DAffine2, DMat2};

use super::*;
use crate::bake::source::crs::{Heights, named};
use crate::format::content::image::{ImageLimits, decode};
use crate::format::raster::picture::{Picture, Placement};
use crate::format::raster::web_mercator::TileAddress;
use crate::format::raster::{Raster, RasterContent, RasterError, Window};

const LIMITS: ImageLimits = ImageLimits { side_px: 4096, bytes: 1 << 26, bc7: false };

#[derive(Clone)]
struct Made {
    head: RasterHead,
    color: Rc<dyn Fn(u32, u32) -> [u8; 4]>,
}

impl Raster for Made {
    fn head(&self) -> &RasterHead {
        &self.head
    }

    fn heights(&mut self, _window: Window) -> Result<Vec<f32>, RasterError> {
        Err(RasterError::Content { expected: "heights", got: "colours" })
    }

    fn colors(&mut self, w: Window) -> Result<Vec<[u8; 4]>, RasterError> {
        w.posts_within(&self.head)?;
        let pixels = (w.row..w.row + w.height).flat_map(|row| (w.col..w.col + w.width).map(move |col| (col, row)));
        Ok(pixels.map(|(col, row)| (self.color)(col, row)).collect())
    }
}

/// `size` pixels of `step` degrees; the corner of the first pixel lies at (west, north).
fn made(west: f64, north: f64, step: f64, size: (u32, u32), color: impl Fn(u32, u32) -> [u8; 4] + 'static) -> Made {
    let head = RasterHead {
        width_px: size.0,
        height_px: size.1,
        map_from_post: DAffine2 {
            matrix2: DMat2::from_diagonal(DVec2::new(step, -step)),
            translation: DVec2::new(west + step / 2.0, north - step / 2.0),
        },
        crs: Some("EPSG:4326".to_string()),
        content: RasterContent::Colors,
        issues: Issues::default(),
    };
    Made { head, color: Rc::new(color) }
}

fn imagery_of(rasters: impl IntoIterator<Item = Made>) -> Imagery {
    let mut imagery = Imagery::new(32 << 20);
    for raster in rasters {
        let crs = named("EPSG:4326", Heights::Ellipsoidal).expect("known");
        let head = raster.head.clone();
        imagery.add("made", &head, Box::new(move || Ok(Box::new(raster.clone()))), crs);
    }
    imagery
}

const RECT: GeoRect = GeoRect { west_deg: 7.0, south_deg: 46.0, east_deg: 8.0, north_deg: 47.0 };

#[test]
fn a_picture_of_the_sources_size_is_the_source() {
    let color = |col: u32, row: u32| [(col * 3) as u8, (row * 5) as u8, (col ^ row) as u8, 255];
    let imagery = imagery_of([made(7.0, 47.0, 1.0 / 50.0, (50, 50), color)]);
    let picture = imagery.picture(RECT, 50, [0; 3]).expect("a picture");
    for (i, pixel) in picture.pixels.iter().enumerate() {
        let [r, g, b, _] = color(i as u32 % 50, i as u32 / 50);
        assert_eq!(*pixel, [r, g, b], "{i}");
    }
    assert_eq!(picture.missing_px, 0);
}

#[test]
fn shrinking_keeps_the_light_of_a_fine_pattern() {
    let imagery = imagery_of([made(7.0, 47.0, 1.0 / 1024.0, (1024, 1024), |col, row| {
        if (col + row) % 2 == 0 { [255; 4] } else { [0, 0, 0, 255] }
    })]);
    for side_px in [3, 16, 100, 300] {
        let picture = imagery.picture(RECT, side_px, [9, 9, 9]).expect("a picture");
        let off = picture.pixels.iter().flatten().map(|&c| c.abs_diff(188)).max().expect("pixels");
        // Where a pixel is not a whole number of the source's, its border falls on one colour or the other.
        assert!(off <= if side_px == 16 { 1 } else { 14 }, "{side_px}: {off}");
    }
}

#[test]
fn enlarging_goes_smoothly_from_pixel_to_pixel() {
    let imagery =
        imagery_of([made(
            7.0,
            47.0,
            0.5,
            (2, 2),
            |col, _| if col == 0 { [100, 100, 100, 255] } else { [200, 200, 200, 255] },
        )]);
    let picture = imagery.picture(GeoRect::new(7.25, 46.25, 7.75, 46.75), 32, [0; 3]).expect("a picture");
    let row: Vec<u8> = picture.pixels[..32].iter().map(|p| p[0]).collect();
    assert!(row.is_sorted() && row[0] < 106 && row[31] > 196, "{row:?}");
    assert!(row.windows(2).all(|w| w[1] - w[0] < 9), "{row:?}");
}

#[test]
fn voids_show_the_raster_below_and_then_the_background() {
    let imagery = imagery_of([
        made(7.0, 47.0, 0.01, (50, 100), |_, row| if row < 50 { [255, 0, 0, 255] } else { [0; 4] }),
        made(7.0, 47.0, 0.02, (40, 50), |_, _| [0, 255, 0, 255]),
    ]);
    let picture = imagery.picture(RECT, 10, [0, 0, 255]).expect("a picture");
    let at = |x: usize, y: usize| picture.pixels[y * 10 + x];
    assert_eq!((at(1, 1), at(1, 8), at(6, 5), at(9, 5)), ([255, 0, 0], [0, 255, 0], [0, 255, 0], [0, 0, 255]));
    assert_eq!(picture.missing_px, 20);
}

#[test]
fn web_mercator_tiles_join_without_a_seam() {
    let mut imagery = Imagery::new(32 << 20);
    // Two neighbours whose colour is the longitude, going on over their common border.
    for x in [533u32, 534] {
        let address = TileAddress::new(10, x, 362).expect("a tile");
        let pixels = image::RgbImage::from_fn(256, 256, |col, _| {
            let v = ((x - 533) * 256 + col) / 3;
            image::Rgb([v as u8, v as u8, v as u8])
        });
        let mut png = Vec::new();
        pixels.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).expect("a PNG");
        let head = Picture::new(&png, &Placement::Tile(address)).expect("a picture").head().clone();
        let crs = named("EPSG:3857", Heights::Ellipsoidal).expect("known");
        let open = move || -> Result<Box<dyn Raster>, RasterError> {
            Ok(Box::new(Picture::new(&png, &Placement::Tile(address))?))
        };
        imagery.add("tile", &head, Box::new(open), crs);
    }
    assert_eq!(imagery.layers.len(), 1);
    // Longitude of the common border: 534 / 1024 of the world.
    let border = 534.0 / 1024.0 * 360.0 - 180.0;
    let picture =
        imagery.picture(GeoRect::new(border - 0.05, 46.4, border + 0.05, 46.5), 64, [255, 0, 0]).expect("a picture");
    assert_eq!(picture.missing_px, 0);
    let row: Vec<u8> = picture.pixels[..64].iter().map(|p| p[0]).collect();
    assert!(row.is_sorted() && row.windows(2).all(|w| w[1] - w[0] <= 1), "{row:?}");
}

#[test]
fn pictures_are_written_and_read_again() {
    let imagery =
        imagery_of([made(7.0, 47.0, 1.0 / 64.0, (64, 64), |col, row| [(col * 4) as u8, (row * 4) as u8, 90, 255])]);
    let picture = imagery.picture(RECT, 64, [0; 3]).expect("a picture");
    let webp = decode(&encode::webp_lossless(&picture).expect("written"), &LIMITS).expect("read");
    let same = webp.data.as_chunks::<4>().0.iter().zip(&picture.pixels).all(|(got, p)| got[..3] == p[..]);
    assert!(same);
    let jpeg = encode::jpeg(&picture, 90).expect("written");
    let read = decode(&jpeg, &LIMITS).expect("read");
    let off = read
        .data
        .as_chunks::<4>()
        .0
        .iter()
        .zip(&picture.pixels)
        .flat_map(|(g, p)| [g[0].abs_diff(p[0]), g[1].abs_diff(p[1])])
        .max();
    assert!(off.expect("pixels") < 24, "{off:?}");
    assert_eq!(jpeg, encode::jpeg(&picture, 90).expect("written"), "the same bytes again");
}

#[test]
fn wrong_rectangles_and_sizes_are_refused() {
    let imagery = imagery_of([]);
    assert!(matches!(imagery.picture(GeoRect::new(1.0, 1.0, 1.0, 2.0), 8, [0; 3]), Err(ImageryError::Rect(_))));
    assert!(matches!(imagery.picture(RECT, 0, [0; 3]), Err(ImageryError::Side { got: 0 })));
    let nothing = imagery.picture(RECT, 4, [1, 2, 3]).expect("a picture");
    assert_eq!((nothing.missing_px, nothing.pixels[0]), (16, [1, 2, 3]));
}
