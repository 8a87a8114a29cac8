//! Textures of a tile packed into few pictures: of each texture the part that is used, smaller for coarser details.
//!
//! Textures that repeat keep a picture of their own.

use std::collections::BTreeMap;

use image::imageops::{self, FilterType};
use image::{ImageEncoder, ImageReader, Limits, RgbImage};

use super::Part;
use crate::bake::land::Context;
use crate::bake::mesh::{Matter, Mesh, Picture, Pictured, Vertex, hex};
use crate::format::issue::{Issue, Issues};

/// Pixels along a side of a packed picture, at most.
const SIDE_PX: u32 = 2048;
/// Copied around each part, so that filtering does not mix neighbours.
const MARGIN_PX: u32 = 2;
/// Along a side of a texture that is read.
const MAX_SOURCE_PX: u32 = 16_384;
const MAX_DECODE_BYTES: u64 = 512 << 20;
/// Of a picture that is written.
const JPEG_QUALITY: u8 = 85;

/// A used part of a texture, already as small as its detail asks for.
struct Chart {
    image: RgbImage,
    part: Part,
    /// In the texture: left, bottom, width and height of what was cut out, 0..1 with v upwards.
    used: [f32; 4],
}

pub fn pack(
    parts: BTreeMap<(u32, String), Part>,
    mesh: &mut Mesh,
    context: &Context,
    detail: u32,
    issues: &mut Issues,
) {
    let shrink = 1 << 4_u32.saturating_sub(detail).min(3);
    let mut charts = Vec::new();
    for ((source, uri), part) in parts {
        let Some(image) = context.assets.texture(source, &uri).and_then(|bytes| decode(&bytes)) else {
            // Told once, by the finest tiles.
            if detail == 4 {
                let message = "the texture is missing or can't be read; its surfaces have plain colours";
                issues.push(Issue::warning(uri, message));
            }
            plain(mesh, part);
            continue;
        };
        let (low, high) = bounds(&part.uv);
        let repeats = low.iter().any(|&x| x < -0.01) || high.iter().any(|&x| x > 1.01);
        if repeats && part.repeat {
            let image = shrunk(&image, shrink);
            let uv = part.uv.iter().map(|&[u, v]| [u, 1.0 - v]).collect();
            mesh.pictured.push(Pictured { picture: jpeg(&image, true), glow: None, triangles: part.triangles, uv });
            continue;
        }
        let (used, cut) = cut(&image, low, high);
        charts.push(Chart { image: shrunk(&cut, shrink), part, used });
    }
    // High ones first, as rows are filled; names keep the order of equals.
    charts.sort_by_key(|chart| std::cmp::Reverse(chart.image.height()));
    let mut charts = charts.into_iter().peekable();
    while charts.peek().is_some() {
        page(&mut charts, mesh);
    }
}

/// Fills one picture with rows of charts.
fn page(charts: &mut std::iter::Peekable<std::vec::IntoIter<Chart>>, mesh: &mut Mesh) {
    let (mut x, mut y, mut row) = (0, 0, 0);
    let mut placed: Vec<(Chart, u32, u32)> = Vec::new();
    let mut size = (1, 1);
    while let Some(chart) = charts.peek() {
        let (w, h) = (chart.image.width() + 2 * MARGIN_PX, chart.image.height() + 2 * MARGIN_PX);
        if x > 0 && x + w > SIDE_PX {
            (x, y, row) = (0, y + row, 0);
        }
        if y > 0 && y + h > SIDE_PX {
            break;
        }
        let Some(chart) = charts.next() else { break };
        placed.push((chart, x + MARGIN_PX, y + MARGIN_PX));
        size = (size.0.max(x + w), size.1.max(y + h));
        x += w;
        row = row.max(h);
    }
    let mut picture = RgbImage::new(size.0, size.1);
    let mut pictured = Pictured {
        glow: None,
        picture: Picture { mime: "image/jpeg", bytes: Vec::new(), repeat: false },
        triangles: Vec::new(),
        uv: Vec::new(),
    };
    for (chart, x, y) in placed {
        with_margin(&mut picture, &chart.image, x, y);
        let (w, h) = (f64::from(chart.image.width()), f64::from(chart.image.height()));
        let [left, bottom, width, height] = chart.used.map(f64::from);
        pictured.uv.extend(chart.part.uv.iter().map(|&[u, v]| {
            let (s, t) = ((f64::from(u) - left) / width, 1.0 - (f64::from(v) - bottom) / height);
            let at = |start: u32, t: f64, len: f64, all: u32| {
                ((f64::from(start) + t.clamp(0.0, 1.0) * len) / f64::from(all)) as f32
            };
            [at(x, s, w, size.0), at(y, t, h, size.1)]
        }));
        pictured.triangles.extend(chart.part.triangles);
    }
    pictured.picture = jpeg(&picture, false);
    mesh.pictured.push(pictured);
}

/// The chart and its outermost pixels once more around it.
fn with_margin(picture: &mut RgbImage, chart: &RgbImage, x: u32, y: u32) {
    let m = MARGIN_PX;
    for dy in 0..chart.height() + 2 * m {
        for dx in 0..chart.width() + 2 * m {
            let sx = dx.saturating_sub(m).min(chart.width() - 1);
            let sy = dy.saturating_sub(m).min(chart.height() - 1);
            picture.put_pixel(x + dx - m, y + dy - m, *chart.get_pixel(sx, sy));
        }
    }
}

fn decode(bytes: &[u8]) -> Option<RgbImage> {
    let mut reader = ImageReader::new(std::io::Cursor::new(bytes)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SOURCE_PX);
    limits.max_image_height = Some(MAX_SOURCE_PX);
    limits.max_alloc = Some(MAX_DECODE_BYTES);
    reader.limits(limits);
    let image = reader.decode().ok()?.to_rgb8();
    (image.width() > 0 && image.height() > 0).then_some(image)
}

fn bounds(uv: &[[f32; 2]]) -> ([f32; 2], [f32; 2]) {
    uv.iter().fold(([f32::MAX; 2], [f32::MIN; 2]), |(a, b), p| {
        ([a[0].min(p[0]), a[1].min(p[1])], [b[0].max(p[0]), b[1].max(p[1])])
    })
}

/// The pixels between two texture coordinates, and where they lie.
fn cut(image: &RgbImage, low: [f32; 2], high: [f32; 2]) -> ([f32; 4], RgbImage) {
    let (w, h) = (image.width(), image.height());
    let floor = |t: f32, n: u32| (t.clamp(0.0, 1.0) * n as f32).floor() as u32;
    let ceil = |t: f32, n: u32| (t.clamp(0.0, 1.0) * n as f32).ceil() as u32;
    let (x0, x1) = (floor(low[0], w).min(w - 1), ceil(high[0], w));
    let (y0, y1) = (floor(1.0 - high[1], h).min(h - 1), ceil(1.0 - low[1], h));
    let (cw, ch) = (x1.saturating_sub(x0).max(1), y1.saturating_sub(y0).max(1));
    let used = [x0 as f32 / w as f32, 1.0 - (y0 + ch) as f32 / h as f32, cw as f32 / w as f32, ch as f32 / h as f32];
    (used, imageops::crop_imm(image, x0, y0, cw, ch).to_image())
}

fn shrunk(image: &RgbImage, by: u32) -> RgbImage {
    let most = SIDE_PX - 2 * MARGIN_PX;
    let by = by.max(image.width().div_ceil(most)).max(image.height().div_ceil(most));
    if by <= 1 {
        return image.clone();
    }
    imageops::resize(image, (image.width() / by).max(1), (image.height() / by).max(1), FilterType::Triangle)
}

fn jpeg(image: &RgbImage, repeat: bool) -> Picture {
    let mut bytes = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
    // Writing to a Vec cannot fail, and the size matches.
    let result = encoder.write_image(image, image.width(), image.height(), image::ExtendedColorType::Rgb8);
    debug_assert!(result.is_ok());
    Picture { mime: "image/jpeg", bytes, repeat }
}

fn plain(mesh: &mut Mesh, part: Part) {
    let grey = hex(0xcfc8ba);
    for t in part.triangles.chunks_exact(3) {
        mesh.push(Matter::Solid, [0, 1, 2].map(|k| Vertex { color: grey, ..t[k] }));
    }
}
