//! Pictures of the ground, painted from vectors: what covers it, then ways with their casing, markings where a pixel is
//! fine enough. Row 0 lies in the north; every pixel is opaque.

use std::cmp::Reverse;

use glam::DVec2;
use image::ImageEncoder;
use tiny_skia::{Color, FillRule, LineCap, LineJoin, Paint, PathBuilder, Pixmap, Stroke, StrokeDash, Transform};

use super::drape::bounds;
use super::palette::{self, WayPaint};
use super::{Context, Item, PictureFormat, ways};
use crate::bake::det::noise;
use crate::bake::mesh::Picture;
use crate::bake::model::{Cover, Polygon, Shape, Srgb, Way, WayKind};

/// Pixels finer than this show markings, metres.
const MARKINGS_M: f64 = 0.5;

/// A painted square of ground.
#[derive(Debug, Clone)]
pub struct Painted {
    pub px: u32,
    /// Three bytes a pixel.
    pub rgb: Vec<u8>,
}

/// What is painted beside the ground itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Roofs {
    /// Buildings stand on the picture.
    None,
    /// Footprints are filled with the colour of roofs: for tiles in which single buildings are gone.
    Filled,
}

/// Paints the square from `low`.
pub fn ground(context: &Context, items: &[&Item], (low, size_m): (DVec2, f64), px: u32, roofs: Roofs) -> Painted {
    let mut canvas = Canvas::new(low, size_m, px);
    canvas.vectors(context, items, roofs);
    canvas.grain();
    let mut painted = canvas.finish();
    if let Some(imagery) = context.imagery {
        let (a, b) = (context.land.lon_lat(low), context.land.lon_lat(low + size_m));
        if let Some(picture) = imagery.picture([a.x, a.y, b.x, b.y], px) {
            painted.lay_over(&picture);
        }
    }
    painted
}

impl Painted {
    fn lay_over(&mut self, picture: &[[u8; 4]]) {
        for (own, over) in self.rgb.chunks_exact_mut(3).zip(picture) {
            for k in 0..3 {
                let (a, b, alpha) = (u32::from(own[k]), u32::from(over[k]), u32::from(over[3]));
                own[k] = ((a * (255 - alpha) + b * alpha + 127) / 255) as u8;
            }
        }
    }

    /// Each pixel the mean of four.
    pub fn halved(&self) -> Self {
        let (px, half) = (self.px as usize, self.px as usize / 2);
        let mut rgb = Vec::with_capacity(half * half * 3);
        for y in 0..half {
            for x in 0..half {
                for k in 0..3 {
                    let at = |dx: usize, dy: usize| u32::from(self.rgb[((2 * y + dy) * px + 2 * x + dx) * 3 + k]);
                    rgb.push(((at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1) + 2) / 4) as u8);
                }
            }
        }
        Self { px: half as u32, rgb }
    }

    pub fn encoded(&self, format: PictureFormat) -> Picture {
        let mut bytes = Vec::new();
        let color = image::ExtendedColorType::Rgb8;
        let (mime, result) = match format {
            PictureFormat::Jpeg(quality) => {
                let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality.clamp(1, 100));
                ("image/jpeg", encoder.write_image(&self.rgb, self.px, self.px, color))
            }
            PictureFormat::Png => {
                let encoder = image::codecs::png::PngEncoder::new(&mut bytes);
                ("image/png", encoder.write_image(&self.rgb, self.px, self.px, color))
            }
            PictureFormat::Webp => {
                let encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut bytes);
                ("image/webp", encoder.write_image(&self.rgb, self.px, self.px, color))
            }
        };
        // Writing to a Vec cannot fail, and the size matches.
        debug_assert!(result.is_ok());
        Picture { mime, bytes, repeat: false }
    }
}

struct Canvas {
    pixmap: Pixmap,
    low: DVec2,
    px_per_m: f64,
    size_m: f64,
}

impl Canvas {
    fn new(low: DVec2, size_m: f64, px: u32) -> Self {
        let px = px.clamp(1, 8192);
        // Only a size of 0 has no pixmap.
        let mut pixmap = Pixmap::new(px, px).unwrap_or_else(|| unreachable!("the size is at least 1"));
        pixmap.fill(color_of(palette::BARE));
        Self { pixmap, low, px_per_m: f64::from(px) / size_m, size_m }
    }

    fn vectors(&mut self, context: &Context, items: &[&Item], roofs: Roofs) {
        let mut areas = Vec::new();
        let mut bands: Vec<(WayPaint, i8, &Way, f64, Option<Srgb>)> = Vec::new();
        for item in items {
            let own = item.color;
            match &item.feature.shape {
                Shape::Area(area) => {
                    areas.push((palette::rank(area.cover), Reverse(item.size_m2.max(0.0).to_bits()), area, own));
                }
                // Bridges stand on their own where single things are drawn.
                Shape::Way(way) if !way.tunnel && (roofs == Roofs::Filled || !ways::is_raised(way)) => {
                    if let Some(paint) = palette::way(way.kind, way.paved) {
                        bands.push((paint, way.layer, way, ways::width_m(way), own));
                    }
                }
                _ => {}
            }
        }
        areas.sort_by_key(|(rank, size, ..)| (*rank, *size));
        for (_, _, area, own) in areas {
            let color = own.unwrap_or(palette::cover(area.cover).0);
            for polygon in &area.polygons {
                self.fill(context, polygon, color);
            }
            if area.cover == Cover::Sports {
                self.outlines(context, &area.polygons);
            }
        }
        // All casings of a layer below all ways of it, so that junctions are open.
        bands.sort_by_key(|(paint, layer, ..)| (*layer, paint.rank));
        let mut start = 0;
        while start < bands.len() {
            let layer = bands[start].1;
            let end = start + bands[start..].iter().take_while(|b| b.1 == layer).count();
            for (paint, _, way, width_m, _) in &bands[start..end] {
                if let Some((color, casing_m)) = paint.casing {
                    self.stroke(context, way, width_m + 2.0 * casing_m, color, None);
                }
            }
            for (paint, _, way, width_m, own) in &bands[start..end] {
                self.stroke(context, way, *width_m, own.unwrap_or(paint.color), None);
            }
            for (_, _, way, width_m, _) in &bands[start..end] {
                self.markings(context, way, *width_m);
            }
            start = end;
        }
        if roofs == Roofs::Filled {
            for item in items {
                if let Some((polygon, color)) = super::house::roof_seen_from_above(item) {
                    self.fill(context, &polygon, color);
                }
            }
        }
    }

    fn at(&self, p: DVec2) -> (f32, f32) {
        let q = (p - self.low) * self.px_per_m;
        (q.x as f32, (f64::from(self.pixmap.height()) - q.y) as f32)
    }

    fn misses(&self, points: &[DVec2], margin_m: f64) -> bool {
        let (low, high) = bounds(points);
        let far = self.low + self.size_m;
        low.x > far.x + margin_m
            || low.y > far.y + margin_m
            || high.x < self.low.x - margin_m
            || high.y < self.low.y - margin_m
    }

    fn fill(&mut self, context: &Context, polygon: &Polygon, color: Srgb) {
        let mut path = PathBuilder::new();
        for (k, ring) in std::iter::once(&polygon.outer).chain(&polygon.holes).enumerate() {
            let ring: Vec<DVec2> = ring.iter().map(|&p| context.land.plan(p)).collect();
            if self.misses(&ring, 0.0) {
                if k == 0 {
                    return;
                }
                continue;
            }
            self.trace(&ring, true, &mut path);
        }
        if let Some(path) = path.finish() {
            self.pixmap.fill_path(&path, &paint_of(color), FillRule::EvenOdd, Transform::identity(), None);
        }
    }

    fn trace(&self, points: &[DVec2], close: bool, path: &mut PathBuilder) {
        for (k, &p) in points.iter().enumerate() {
            let (x, y) = self.at(p);
            if k == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
        }
        if close && points.len() > 2 {
            path.close();
        }
    }

    fn stroke(&mut self, context: &Context, way: &Way, width_m: f64, color: Srgb, dash_m: Option<[f64; 2]>) {
        let line: Vec<DVec2> = way.line.iter().map(|p| context.land.plan(p.truncate())).collect();
        self.stroke_line(&line, width_m, color, dash_m);
    }

    fn stroke_line(&mut self, line: &[DVec2], width_m: f64, color: Srgb, dash_m: Option<[f64; 2]>) {
        if line.len() < 2 || self.misses(line, width_m) {
            return;
        }
        let mut path = PathBuilder::new();
        self.trace(line, false, &mut path);
        let px = (width_m * self.px_per_m) as f32;
        // What is thinner than a pixel fades instead of shrinking.
        let opacity = px.clamp(0.15, 1.0);
        let mut paint = paint_of(color);
        paint.set_color(Color::from_rgba8(color[0], color[1], color[2], (opacity * 255.0) as u8));
        let dash = dash_m.and_then(|m| StrokeDash::new(m.map(|m| (m * self.px_per_m) as f32).to_vec(), 0.0));
        let stroke = Stroke {
            width: px.max(1.0),
            line_cap: if dash.is_some() { LineCap::Butt } else { LineCap::Round },
            line_join: LineJoin::Round,
            dash,
            ..Stroke::default()
        };
        if let Some(path) = path.finish() {
            self.pixmap.stroke_path(&path, &paint, &stroke, Transform::identity(), None);
        }
    }

    fn markings(&mut self, context: &Context, way: &Way, width_m: f64) {
        if 1.0 / self.px_per_m > MARKINGS_M {
            return;
        }
        let line: Vec<DVec2> = way.line.iter().map(|p| context.land.plan(p.truncate())).collect();
        let white = palette::srgb(0xe9e8e2);
        let beside = |offset_m: f64| -> Vec<DVec2> {
            ways::sides(&line, offset_m.abs() * 2.0).iter().map(|s| if offset_m > 0.0 { s.0 } else { s.1 }).collect()
        };
        match way.kind {
            WayKind::Motorway | WayKind::Trunk | WayKind::Primary | WayKind::Secondary | WayKind::Tertiary => {
                let lanes = lane_count(way);
                let lane_m = (width_m - 0.6) / f64::from(lanes);
                for k in 1..lanes {
                    let offset_m = (f64::from(k) - f64::from(lanes) / 2.0) * lane_m;
                    let line = if offset_m == 0.0 { line.clone() } else { beside(offset_m) };
                    self.stroke_line(&line, 0.16, white, Some([3.0, 6.0]));
                }
                if matches!(way.kind, WayKind::Motorway | WayKind::Trunk) {
                    for side in [-1.0, 1.0] {
                        self.stroke_line(&beside(side * (width_m / 2.0 - 0.5)), 0.16, white, None);
                    }
                }
            }
            WayKind::Rail | WayKind::Tram => {
                if way.kind == WayKind::Rail {
                    self.stroke_line(&line, 2.4, palette::srgb(0x6e665c), Some([0.28, 0.35]));
                }
                for side in [-0.72, 0.72] {
                    self.stroke_line(&beside(side), 0.14, palette::srgb(0x4d4742), None);
                }
            }
            WayKind::Runway => self.stroke_line(&line, 0.9, white, Some([30.0, 20.0])),
            WayKind::Taxiway => self.stroke_line(&line, 0.2, palette::srgb(0xd8b441), None),
            WayKind::Steps => self.stroke_line(&line, width_m, palette::srgb(0x948b7e), Some([0.15, 0.35])),
            _ => {}
        }
    }

    fn outlines(&mut self, context: &Context, polygons: &[Polygon]) {
        if 1.0 / self.px_per_m > MARKINGS_M {
            return;
        }
        for polygon in polygons {
            let mut ring: Vec<DVec2> = polygon.outer.iter().map(|&p| context.land.plan(p)).collect();
            ring.extend(ring.first().copied());
            self.stroke_line(&ring, 0.12, palette::srgb(0xe4e6dc), None);
        }
    }

    /// Wear and growth: slow changes of brightness, so that no field is one flat colour.
    fn grain(&mut self) {
        let px = self.pixmap.width() as usize;
        let step_m = 1.0 / self.px_per_m;
        // Waves shorter than some pixels would only be noise to the codec.
        let short_m = (4.0 * step_m).max(5.0);
        let waves = [(11, short_m, 5.0), (12, short_m * 6.0, 6.0), (13, 400.0, 5.0)];
        // A coarse lattice is enough: the waves are smooth.
        let coarse = 4;
        let cells = px / coarse + 2;
        let shade: Vec<f64> = (0..cells * cells)
            .map(|k| {
                let at = DVec2::new((k % cells * coarse) as f64, (k / cells * coarse) as f64);
                let p = self.low + DVec2::new(at.x, px as f64 - at.y) * step_m;
                waves.iter().map(|&(seed, wave_m, amplitude)| noise(seed, p / wave_m) * amplitude).sum()
            })
            .collect();
        for (k, pixel) in self.pixmap.data_mut().chunks_exact_mut(4).enumerate() {
            let (x, y) = (k % px, k / px);
            let (fx, fy) = ((x % coarse) as f64 / coarse as f64, (y % coarse) as f64 / coarse as f64);
            let at = |dx: usize, dy: usize| shade[(y / coarse + dy) * cells + x / coarse + dx];
            let south = at(0, 1) + (at(1, 1) - at(0, 1)) * fx;
            let north = at(0, 0) + (at(1, 0) - at(0, 0)) * fx;
            let by = (north + (south - north) * fy).round() as i16;
            for channel in &mut pixel[..3] {
                *channel = (i16::from(*channel) + by).clamp(0, 255) as u8;
            }
        }
    }

    fn finish(self) -> Painted {
        let px = self.pixmap.width();
        let rgb = self.pixmap.data().chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect();
        Painted { px, rgb }
    }
}

fn lane_count(way: &Way) -> u32 {
    let known = way.lanes.map(|(a, b)| u32::from(a) + u32::from(b)).filter(|&lanes| lanes > 0);
    known.unwrap_or(if way.oneway && way.kind != WayKind::Motorway { 1 } else { 2 }).min(16)
}

fn color_of(c: Srgb) -> Color {
    Color::from_rgba8(c[0], c[1], c[2], 255)
}

fn paint_of(c: Srgb) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color(color_of(c));
    paint.anti_alias = true;
    paint
}
