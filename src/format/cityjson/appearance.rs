//! Materials, textures and themes.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::document::{Numbers, reason, text};
use crate::format::city::{Material, Report, TextureImage};
use crate::format::issue::Issue;

/// The member `appearance` of a file or of a feature.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Appearance {
    pub materials: Vec<Material>,
    /// `None` for one that names no picture.
    pub textures: Vec<Option<TextureImage>>,
    pub uv: Vec<[f32; 2]>,
    pub default_material_theme: Option<String>,
    pub default_texture_theme: Option<String>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object of materials and textures")]
struct RawAppearance<'a> {
    #[serde(borrow, default)]
    materials: Option<Vec<&'a RawValue>>,
    #[serde(borrow, default)]
    textures: Option<Vec<&'a RawValue>>,
    #[serde(default, rename = "vertices-texture")]
    uv: Option<Vec<Numbers<2>>>,
    #[serde(borrow, default, rename = "default-theme-material")]
    material_theme: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "default-theme-texture")]
    texture_theme: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawMaterial {
    #[serde(default, rename = "diffuseColor")]
    diffuse: Option<Numbers<3>>,
    #[serde(default)]
    transparency: Option<Numbers<1>>,
}

#[derive(Deserialize)]
struct RawTexture<'a> {
    #[serde(borrow, default)]
    image: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "wrapMode")]
    wrap_mode: Option<&'a RawValue>,
}

impl Appearance {
    pub(super) fn read(raw: Option<&RawValue>, report: &mut Report) -> Self {
        let Some(raw) = raw else { return Self::default() };
        let raw: RawAppearance<'_> = match serde_json::from_str(raw.get()) {
            Ok(appearance) => appearance,
            Err(e) => {
                report.push(Issue::error("/appearance", format!("the appearance can't be read: {}", reason(&e))));
                return Self::default();
            }
        };
        let materials = raw.materials.unwrap_or_default();
        let textures = raw.textures.unwrap_or_default();
        Self {
            materials: materials.iter().enumerate().map(|(i, raw)| read_material(i, raw, report)).collect(),
            textures: textures.iter().enumerate().map(|(i, raw)| read_texture(i, raw, report)).collect(),
            uv: raw.uv.unwrap_or_default().into_iter().map(|Numbers([u, v])| [u as f32, v as f32]).collect(),
            default_material_theme: text(raw.material_theme),
            default_texture_theme: text(raw.texture_theme),
        }
    }
}

fn read_material(index: usize, raw: &RawValue, report: &mut Report) -> Material {
    let plain = Material { diffuse: None, transparency: 0.0 };
    let path = || format!("/appearance/materials/{index}");
    let Ok(material) = serde_json::from_str::<RawMaterial>(raw.get()) else {
        report.warning("the material can't be read; it is without colour", path);
        return plain;
    };
    let unit = |v: f64| if v.is_finite() { Some(v.clamp(0.0, 1.0) as f32) } else { None };
    let diffuse = material.diffuse.map(|Numbers(rgb)| rgb.map(unit));
    let transparency = material.transparency.map(|Numbers([v])| unit(v));
    if transparency == Some(None) || diffuse.is_some_and(|rgb| rgb.contains(&None)) {
        report.warning("a colour or transparency of the material is no number; it is left out", path);
    }
    Material {
        diffuse: diffuse.and_then(|[r, g, b]| Some([r?, g?, b?])),
        transparency: transparency.flatten().unwrap_or_default(),
    }
}

fn read_texture(index: usize, raw: &RawValue, report: &mut Report) -> Option<TextureImage> {
    let texture = serde_json::from_str::<RawTexture<'_>>(raw.get()).ok();
    let image = texture.and_then(|texture| {
        let uri = text(texture.image).filter(|uri| !uri.is_empty())?;
        let repeat = text(texture.wrap_mode).map(|mode| matches!(mode.as_str(), "wrap" | "mirror"));
        Some(TextureImage { uri, repeat })
    });
    if image.is_none() {
        report.warning("the texture names no picture; it is left out", || format!("/appearance/textures/{index}"));
    }
    image
}

/// The theme that is to be shown: the file's default, or the first by name where the geometry has not got that one.
pub fn shown_theme<'t, T>(themes: &'t BTreeMap<String, T>, default: Option<&str>) -> Option<(&'t str, &'t T)> {
    default
        .and_then(|name| themes.get_key_value(name))
        .or_else(|| themes.first_key_value())
        .map(|(name, theme)| (name.as_str(), theme))
}
