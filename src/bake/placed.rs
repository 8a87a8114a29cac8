//! Models of files as meshes that go into tiles: matters by material, pictures, coarser versions for coarser details.
//!
//! What a tile's mesh can't hold is turned into what is nearest: metal and gloss into a class of surface, what one sees through into
//! glass, blended edges into cut-out ones, pictures into colours of triangles where a model is small on screen. Maps of normals,
//! roughness and glow are left out.
//!
//! Frame: that of the [`Solid`], metres, z up.

use std::collections::BTreeMap;
use std::sync::Arc;

use glam::{DVec3, Vec3};
use image::imageops::{self, FilterType};
use image::{ImageEncoder, RgbImage, RgbaImage};

use super::land::Model;
use super::lod::{self, Borders, Simplify};
use super::mesh::{Matter, Mesh, NO_FEATURE, Picture, Pictured, Rgb, Surface, Vertex, linear, scale};
use super::solid::{PictureContent, Solid, SolidMaterial, SolidPart, SolidPicture};
use crate::format::content::image::{ImageLimits, decode};
use crate::format::content::{AlphaMode, TextureFormat, TextureImage, Wrap};
use crate::format::issue::{Issue, Issues};

/// Along a side of a picture that is written, for the finest detail; half of it for each coarser one.
const SIDE_PX: u32 = 2048;
/// Pictures that are read.
const LIMITS: ImageLimits = ImageLimits { side_px: 16_384, bytes: 512 << 20, bc7: false };
const JPEG_QUALITY: u8 = 85;
/// From this detail on models have pictures; below, their triangles have the pictures' colours.
const PICTURES_FROM: u32 = 2;
/// Along a side of the picture that colours are taken from.
const COLORS_PX: u32 = 64;
/// What is fainter is not there, what is less solid than this is glass.
const FAINT: f32 = 0.02;
const SOLID: f32 = 0.75;

/// A model ready to be drawn at any detail.
pub struct PlacedModel {
    /// Without a picture.
    plain: Mesh,
    textured: Vec<Textured>,
    /// Nothing of it is farther from its origin, metres.
    pub reach_m: f64,
}

struct Textured {
    image: Arc<RgbaImage>,
    repeat: bool,
    cut_out: bool,
    triangles: Vec<Vertex>,
    uv: Vec<[f32; 2]>,
}

impl PlacedModel {
    /// What can't be used is told.
    pub fn new(solid: &Solid, issues: &mut Issues) -> Self {
        let mut pictures = Pictures { list: &solid.pictures, known: BTreeMap::new() };
        let mut model = Self { plain: Mesh::default(), textured: Vec::new(), reach_m: 0.0 };
        let mut slots: BTreeMap<(usize, bool, Option<u8>), usize> = BTreeMap::new();
        for part in &solid.parts {
            let usual = SolidMaterial::default();
            let material = solid.materials.get(part.material).unwrap_or(&usual);
            if material.alpha == AlphaMode::Blend && material.base_color[3] < FAINT {
                continue;
            }
            let picture = material.base_color_picture.filter(|_| part.uv.len() == part.positions_m.len());
            let image = picture.and_then(|k| Some((k, pictures.get(k, issues)?)));
            let corners = corners(part, material);
            let Some((k, image)) = image else {
                let matter = matter_of(material);
                corners.for_each(|(t, _)| model.plain.push(matter, t));
                continue;
            };
            let repeat = pictures.list[k].repeats() && part.uv.iter().flatten().any(|x| !(-0.001..=1.001).contains(x));
            let cutoff = cutoff(material, &image);
            let slot = *slots.entry((k, repeat, cutoff)).or_insert_with(|| {
                let image = cutoff.map_or_else(|| Arc::clone(&image), |cutoff| Arc::new(cut_at(&image, cutoff)));
                let cut_out = cutoff.is_some();
                model.textured.push(Textured { image, repeat, cut_out, triangles: Vec::new(), uv: Vec::new() });
                model.textured.len() - 1
            });
            for (t, uv) in corners {
                model.textured[slot].triangles.extend(t);
                model.textured[slot].uv.extend(uv);
            }
        }
        model.reach_m = model.vertices().map(|v| v.at.length()).fold(0.0, f64::max);
        model
    }

    pub fn is_empty(&self) -> bool {
        self.vertices().next().is_none()
    }

    pub fn triangles(&self) -> usize {
        self.vertices().count() / 3
    }

    /// What it takes in memory, roughly.
    pub fn bytes(&self) -> usize {
        let pictures: usize = self.textured.iter().map(|part| part.image.as_raw().len()).sum();
        self.vertices().count() * size_of::<Vertex>() + pictures
    }

    fn vertices(&self) -> impl Iterator<Item = &Vertex> {
        self.plain.triangles.iter().flatten().chain(self.textured.iter().flat_map(|t| &t.triangles))
    }

    /// The model for a detail, 0 to 4, at most `most_error_m` away from what it is. The finest is as it came.
    pub fn at_detail(&self, detail: u32, most_error_m: f64, library: &dyn Simplify) -> Model {
        let mut mesh = self.plain.clone();
        for part in &self.textured {
            if detail < PICTURES_FROM {
                part.color(&mut mesh);
                continue;
            }
            // Encoded once what is left of the model is known.
            let picture = Picture { mime: "", bytes: Vec::new(), repeat: part.repeat };
            let (triangles, uv) = (part.triangles.clone(), part.uv.clone());
            mesh.pictured.push(Pictured { picture, glow: None, triangles, uv });
        }
        for (k, pictured) in mesh.pictured.iter_mut().enumerate() {
            // Told apart until then by their number.
            pictured.picture.bytes = k.to_le_bytes().to_vec();
        }
        let simple = if detail >= 4 {
            lod::Simplified { mesh, error_m: 0.0 }
        } else {
            lod::simplified(&mesh, most_error_m, Borders::Free, library)
        };
        let mut mesh = simple.mesh;
        for pictured in &mut mesh.pictured {
            let number = pictured.picture.bytes.as_slice().try_into().map_or(0, usize::from_le_bytes);
            if let Some(part) = self.textured.get(number) {
                pictured.picture = part.encoded(detail);
            }
        }
        Model { mesh, error_m: simple.error_m }
    }
}

impl Textured {
    fn encoded(&self, detail: u32) -> Picture {
        let most = SIDE_PX >> 4_u32.saturating_sub(detail).min(4);
        let (w, h) = self.image.dimensions();
        let by = w.max(h).div_ceil(most).max(1);
        let size = ((w / by).max(1), (h / by).max(1));
        let small;
        let image = if by == 1 {
            &*self.image
        } else {
            small = imageops::resize(&*self.image, size.0, size.1, FilterType::Triangle);
            &small
        };
        let mut bytes = Vec::new();
        // Writing to a Vec cannot fail, and the sizes match.
        let (mime, result) = if self.cut_out {
            let encoder = image::codecs::png::PngEncoder::new(&mut bytes);
            ("image/png", encoder.write_image(image, size.0, size.1, image::ExtendedColorType::Rgba8))
        } else {
            let rgb = RgbImage::from_fn(size.0, size.1, |x, y| {
                let [r, g, b, _] = image.get_pixel(x, y).0;
                image::Rgb([r, g, b])
            });
            let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
            ("image/jpeg", encoder.write_image(&rgb, size.0, size.1, image::ExtendedColorType::Rgb8))
        };
        debug_assert!(result.is_ok());
        Picture { mime, bytes, repeat: self.repeat }
    }

    /// The triangles in the colours of their picture.
    fn color(&self, mesh: &mut Mesh) {
        let (w, h) = self.image.dimensions();
        let (w, h) = (w.min(COLORS_PX), h.min(COLORS_PX));
        let small = imageops::resize(&*self.image, w, h, FilterType::Triangle);
        for (t, uv) in self.triangles.as_chunks::<3>().0.iter().zip(self.uv.as_chunks::<3>().0) {
            let at = |k: usize, side: u32| {
                let t = (uv[0][k] + uv[1][k] + uv[2][k]) / 3.0;
                let t = if self.repeat { t - t.floor() } else { t.clamp(0.0, 1.0) };
                ((t * side as f32) as u32).min(side - 1)
            };
            let [r, g, b, a] = small.get_pixel(at(0, w), at(1, h)).0;
            if self.cut_out && a < 64 {
                continue;
            }
            let texel = [r, g, b].map(|c| linear(f32::from(c) / 255.0));
            mesh.push(Matter::Solid, t.map(|v| Vertex { color: [0, 1, 2].map(|k| v.color[k] * texel[k]), ..v }));
        }
    }
}

/// Triangles of a part with their coordinates in its picture; those of a double-sided material from both sides.
fn corners<'a>(
    part: &'a SolidPart,
    material: &'a SolidMaterial,
) -> impl Iterator<Item = ([Vertex; 3], [[f32; 2]; 3])> + 'a {
    let surface = surface_of(material);
    let both = material.double_sided;
    part.triangles.iter().flat_map(move |t| {
        let p = t.map(|i| part.positions_m[i as usize]);
        let face = (p[1] - p[0]).cross(p[2] - p[0]).try_normalize().map(DVec3::as_vec3);
        let front = face.map(|face| {
            let corner = |k: usize| {
                let i = t[k] as usize;
                let own = part.normals.get(i).copied().unwrap_or(Vec3::ZERO);
                Vertex {
                    at: p[k],
                    normal: own.try_normalize().unwrap_or(face),
                    color: color(part, material, i),
                    feature: NO_FEATURE,
                    lit: 0,
                    surface,
                    light: 0,
                }
            };
            let uv = t.map(|i| part.uv.get(i as usize).copied().unwrap_or_default());
            ([0, 1, 2].map(corner), uv)
        });
        let back = front.filter(|_| both).map(|([a, b, c], [s, t, u])| {
            let turned = |v: Vertex| Vertex { normal: -v.normal, ..v };
            ([turned(a), turned(c), turned(b)], [s, u, t])
        });
        front.into_iter().chain(back)
    })
}

fn color(part: &SolidPart, material: &SolidMaterial, index: usize) -> Rgb {
    let own = part.colors.get(index).copied().unwrap_or([1.0; 4]);
    let mixed = [0, 1, 2].map(|k| material.base_color[k] * own[k] + material.emissive[k]);
    // Metal shows what it mirrors, and a tile's paint has no mirror: the sky's part makes it lighter than its own colour.
    if material.metallic > 0.5 { mixed.map(|c| (c * 0.8 + 0.08).clamp(0.0, 1.0)) } else { scale(mixed, 1.0) }
}

fn surface_of(material: &SolidMaterial) -> Surface {
    match (material.metallic > 0.5, material.roughness < 0.35) {
        (_, true) => Surface::Paint,
        (true, false) => Surface::Metal,
        _ => Surface::Plain,
    }
}

fn matter_of(material: &SolidMaterial) -> Matter {
    if material.alpha == AlphaMode::Blend && material.base_color[3] < SOLID { Matter::Glass } else { Matter::Solid }
}

/// From which alpha on a picture shows; `None` where all of it does.
fn cutoff(material: &SolidMaterial, image: &RgbaImage) -> Option<u8> {
    let cutoff = match material.alpha {
        AlphaMode::Opaque => return None,
        AlphaMode::Mask(cutoff) => (cutoff.clamp(0.004, 1.0) * 255.0) as u8,
        AlphaMode::Blend => 128,
    };
    image.pixels().any(|p| p.0[3] < cutoff).then_some(cutoff)
}

/// The picture with its alpha scaled so that the cutoff is one half.
fn cut_at(image: &RgbaImage, cutoff: u8) -> RgbaImage {
    let mut out = image.clone();
    for p in out.pixels_mut() {
        p.0[3] = (u32::from(p.0[3]) * 128 / u32::from(cutoff.max(1))).min(255) as u8;
    }
    out
}

impl SolidPicture {
    fn repeats(&self) -> bool {
        self.wrap_u != Wrap::ClampToEdge || self.wrap_v != Wrap::ClampToEdge
    }
}

/// Pictures as pixels; what can't be read is told once.
struct Pictures<'a> {
    list: &'a [SolidPicture],
    known: BTreeMap<usize, Option<Arc<RgbaImage>>>,
}

impl Pictures<'_> {
    fn get(&mut self, index: usize, issues: &mut Issues) -> Option<Arc<RgbaImage>> {
        if let Some(known) = self.known.get(&index) {
            return known.clone();
        }
        let picture = self.list.get(index)?;
        let made = match &picture.content {
            PictureContent::Pixels(image) => pixels(image).ok_or_else(|| "its pixels are of another kind".to_string()),
            PictureContent::Encoded(bytes) => decode(bytes, &LIMITS)
                .map_err(|error| error.to_string())
                .and_then(|image| pixels(&image).ok_or_else(|| "its pixels are of another kind".to_string())),
        };
        let made = made.map(Arc::new).map_err(|reason| {
            let message = format!("a picture of the model can't be read: {reason}; its surfaces have plain colours");
            issues.push(Issue::warning(format!("picture {index}"), message));
        });
        self.known.insert(index, made.clone().ok());
        made.ok()
    }
}

/// The largest level.
fn pixels(image: &TextureImage) -> Option<RgbaImage> {
    if image.format != TextureFormat::Rgba8 || image.width_px == 0 || image.height_px == 0 {
        return None;
    }
    let length = image.width_px as usize * image.height_px as usize * 4;
    RgbaImage::from_raw(image.width_px, image.height_px, image.data.get(..length)?.to_vec())
}

#[cfg(test)]
mod tests;
