//! Pictures of the ground, painted from the plan: areas and lines in plan metres onto a square of pixels.
//!
//! Colours are linear RGB as everywhere in `bake`; the picture is sRGB. Pixel rows run from north to south. Everything is
//! antialiased (tiny-skia), so that a street narrower than a pixel still shows as what it covers.

use glam::DVec2;
use image::codecs::jpeg::JpegEncoder;
use tiny_skia::{BlendMode, Color, FillRule, LineCap, LineJoin, Paint, PathBuilder, Pixmap, Stroke, Transform};

use super::det::{noise, unit_vector};
use super::mesh::{Picture, Rgb, hex};

/// A square picture of a square of the plan.
pub struct Canvas {
    pixmap: Pixmap,
    low: DVec2,
    size_m: f64,
    codes: SrgbCodes,
}

impl Canvas {
    /// `size_px` is 1 to 8192.
    pub fn new(low: DVec2, size_m: f64, size_px: u32) -> Option<Self> {
        let size_px = size_px.min(8192);
        Some(Self { pixmap: Pixmap::new(size_px, size_px)?, low, size_m, codes: SrgbCodes::new() })
    }

    pub fn size_px(&self) -> u32 {
        self.pixmap.width()
    }

    /// Metres that a pixel is wide.
    pub fn pixel_m(&self) -> f64 {
        self.size_m / f64::from(self.size_px())
    }

    fn to_px(&self, p: DVec2) -> (f32, f32) {
        let q = (p - self.low) / self.pixel_m();
        (q.x as f32, (f64::from(self.size_px()) - q.y) as f32)
    }

    /// Fills the whole picture with a colour that varies slowly: it is asked for every `step_px` pixels and interpolated,
    /// with grain of `grain` (a share of the brightness) on top.
    pub fn wash(&mut self, step_px: u32, grain: f32, color: impl Fn(DVec2) -> Rgb) {
        let size = self.size_px();
        let step = step_px.clamp(1, size);
        let cells = size.div_ceil(step);
        let pixel_m = self.pixel_m();
        let top = self.low.y + self.size_m;
        let corner = |i: u32, j: u32| {
            let (x, y) = (f64::from(i * step) * pixel_m, f64::from(j * step) * pixel_m);
            color(DVec2::new(self.low.x + x, top - y))
        };
        let grid: Vec<Rgb> =
            (0..=cells).flat_map(|j| (0..=cells).map(move |i| (i, j))).map(|(i, j)| corner(i, j)).collect();
        let at = |i: u32, j: u32| grid[(j * (cells + 1) + i) as usize];
        let (low, codes) = (self.low, &self.codes);
        let data = self.pixmap.data_mut();
        for y in 0..size {
            let (j, v) = (y / step, (y % step) as f32 / step as f32);
            for x in 0..size {
                let (i, u) = (x / step, (x % step) as f32 / step as f32);
                let (a, b, c, d) = (at(i, j), at(i + 1, j), at(i, j + 1), at(i + 1, j + 1));
                let place = low / pixel_m + DVec2::new(f64::from(x), f64::from(size - y));
                let speckle = 1.0 + grain * noise(0x51, place * 0.61) as f32;
                let pixel = ((y * size + x) * 4) as usize;
                for k in 0..3 {
                    let value = (a[k] * (1.0 - u) + b[k] * u) * (1.0 - v) + (c[k] * (1.0 - u) + d[k] * u) * v;
                    data[pixel + k] = codes.of(value * speckle);
                }
                data[pixel + 3] = 255;
            }
        }
    }

    /// Fills a polygon; further rings are holes.
    pub fn fill<'r>(&mut self, rings: impl IntoIterator<Item = &'r [DVec2]>, color: Rgb) {
        let mut path = PathBuilder::new();
        for ring in rings {
            self.trace(&mut path, ring);
            path.close();
        }
        if let Some(path) = path.finish() {
            let paint = self.paint(color);
            self.pixmap.fill_path(&path, &paint, FillRule::EvenOdd, Transform::identity(), None);
        }
    }

    /// Draws a line of a width in metres; thinner ones than a third of a pixel are left out.
    pub fn stroke(&mut self, line: &[DVec2], width_m: f64, color: Rgb) {
        let width = (width_m / self.pixel_m()) as f32;
        if width < 0.33 || line.len() < 2 {
            return;
        }
        let mut path = PathBuilder::new();
        self.trace(&mut path, line);
        if let Some(path) = path.finish() {
            let stroke = Stroke { width, line_cap: LineCap::Butt, line_join: LineJoin::Round, ..Stroke::default() };
            let paint = self.paint(color);
            self.pixmap.stroke_path(&path, &paint, &stroke, Transform::identity(), None);
        }
    }

    /// Lays a colour over a polygon, letting `1 - alpha` of what is there through.
    pub fn veil(&mut self, ring: &[DVec2], color: Rgb, alpha: f32) {
        self.fill_with(ring, color, alpha, BlendMode::SourceOver);
    }

    /// Adds light to a disc, `share` of the colour's code.
    pub fn shine(&mut self, at: DVec2, radius_m: f64, color: Rgb, share: f32) {
        let sides = if radius_m > self.pixel_m() * 3.0 { 10 } else { 6 };
        let ring: Vec<DVec2> =
            (0..sides).map(|k| at + unit_vector(std::f64::consts::TAU * k as f64 / sides as f64) * radius_m).collect();
        self.fill_with(&ring, color, share, BlendMode::Plus);
    }

    fn fill_with(&mut self, ring: &[DVec2], color: Rgb, alpha: f32, blend_mode: BlendMode) {
        let mut path = PathBuilder::new();
        self.trace(&mut path, ring);
        path.close();
        if let Some(path) = path.finish() {
            let mut paint = self.paint(color);
            let [r, g, b] = color.map(|c| self.codes.of(c));
            paint.set_color(Color::from_rgba8(r, g, b, (alpha.clamp(0.0, 1.0) * 255.0 + 0.5) as u8));
            paint.blend_mode = blend_mode;
            self.pixmap.fill_path(&path, &paint, FillRule::Winding, Transform::identity(), None);
        }
    }

    fn trace(&self, path: &mut PathBuilder, line: &[DVec2]) {
        for (k, &p) in line.iter().enumerate() {
            let (x, y) = self.to_px(p);
            if k == 0 {
                path.move_to(x, y);
            } else {
                path.line_to(x, y);
            }
        }
    }

    fn paint(&self, color: Rgb) -> Paint<'static> {
        let [r, g, b] = color.map(|c| self.codes.of(c));
        let mut paint = Paint { anti_alias: true, ..Paint::default() };
        paint.set_color(Color::from_rgba8(r, g, b, 255));
        paint
    }

    /// How bright the picture is at a place, 0 to 255; 0 outside of it.
    pub fn brightness(&self, p: DVec2) -> u8 {
        let (x, y) = self.to_px(p);
        if x < 0.0 || y < 0.0 {
            return 0;
        }
        self.pixmap.pixel(x as u32, y as u32).map_or(0, |pixel| pixel.green())
    }

    /// The picture as JPEG; `quality` is 1 to 100.
    pub fn jpeg(&self, quality: u8) -> Option<Picture> {
        let rgb: Vec<u8> = self.pixmap.data().chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect();
        let mut bytes = Vec::new();
        let size = self.size_px();
        JpegEncoder::new_with_quality(&mut bytes, quality)
            .encode(&rgb, size, size, image::ExtendedColorType::Rgb8)
            .ok()?;
        Some(Picture { mime: "image/jpeg", bytes, repeat: false })
    }
}

/// sRGB codes of linear values by the same curve as [`hex`], so that colours come back as they were written.
struct SrgbCodes([u8; 4096]);

impl SrgbCodes {
    fn new() -> Self {
        let mut table = [0; 4096];
        let mut code = 0u32;
        for (k, entry) in table.iter_mut().enumerate() {
            let value = k as f32 / 4095.0;
            // The nearest code: the curve rises, so it is enough to go on from the last one.
            while code < 255 && (hex(code + 1)[2] + hex(code)[2]) * 0.5 <= value {
                code += 1;
            }
            *entry = code as u8;
        }
        Self(table)
    }

    fn of(&self, linear: f32) -> u8 {
        self.0[(linear.clamp(0.0, 1.0) * 4095.0 + 0.5) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixel(canvas: &Canvas, x: u32, y: u32) -> [u8; 3] {
        let p = canvas.pixmap.pixel(x, y).expect("inside");
        [p.red(), p.green(), p.blue()]
    }

    #[test]
    fn colours_come_back_as_their_codes() {
        let mut canvas = Canvas::new(DVec2::ZERO, 10.0, 8).expect("a size");
        for code in [0x000000, 0xffffff, 0x7f8a5a, 0x0a1420] {
            canvas.wash(4, 0.0, |_| hex(code));
            let [r, g, b] = pixel(&canvas, 3, 3).map(i64::from);
            let wanted = [(code >> 16) & 255, (code >> 8) & 255, code & 255].map(i64::from);
            assert!(
                (r - wanted[0]).abs() + (g - wanted[1]).abs() + (b - wanted[2]).abs() <= 3,
                "{code:x}: {r} {g} {b}"
            );
        }
    }

    #[test]
    fn north_is_up_and_a_thin_line_shows_as_its_share() {
        let mut canvas = Canvas::new(DVec2::new(100.0, 200.0), 16.0, 16).expect("a size");
        canvas.wash(16, 0.0, |_| [0.0; 3]);
        let north_west = [[100.0, 212.0], [104.0, 212.0], [104.0, 216.0], [100.0, 216.0]].map(DVec2::from);
        canvas.fill([&north_west[..]], hex(0xff0000));
        assert_eq!(pixel(&canvas, 1, 1), [255, 0, 0]);
        assert_eq!(pixel(&canvas, 1, 14), [0, 0, 0]);
        canvas.stroke(&[DVec2::new(100.0, 204.5), DVec2::new(116.0, 204.5)], 0.5, hex(0xffffff));
        let [grey, ..] = pixel(&canvas, 8, 11);
        assert!((100..160).contains(&grey), "{grey}");
    }
}
