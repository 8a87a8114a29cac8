//! Materials (glTF 2.0, section 3.9) and the extensions that change their colour: KHR_materials_unlit,
//! KHR_materials_emissive_strength, KHR_texture_transform; approximations of KHR_materials_pbrSpecularGlossiness and
//! KHR_techniques_webgl.
//!
//! A [`Draft`] is what the JSON alone says. Its textures are bound later, once their images are here.
//! What adds gloss but no colour of its own (clearcoat, sheen, transmission, …) is not read.

use super::super::{AlphaMode, Material, TextureRef};
use super::document::{self, TextureInfo, extension};
use crate::format::issue::{Issue, Issues};
use glam::Vec2;
use serde::Deserialize;
use serde_json::Value;

/// What a texture is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextureUse {
    BaseColor,
    MetallicRoughness,
    Normal,
    Occlusion,
    Emissive,
}

/// A material whose textures are still numbers of the file.
#[derive(Debug, Clone)]
pub struct Draft {
    material: Material,
    textures: Vec<(TextureUse, BoundInfo)>,
    pub uv_sets: UvSets,
}

/// textureInfo with KHR_texture_transform resolved.
#[derive(Debug, Clone, Copy)]
struct BoundInfo {
    texture: usize,
    /// n of TEXCOORD_n.
    set: usize,
    offset: Vec2,
    rotation_rad: f32,
    scale: Vec2,
}

/// Which TEXCOORD_n a geometry keeps as its first and its second set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UvSets([Option<usize>; 2]);

impl UvSets {
    /// The slot (0 or 1) of TEXCOORD_n; takes a free slot for it, the one of the same number if that is free.
    /// `None` if both slots are taken by other sets.
    pub fn slot_of(&mut self, set: usize) -> Option<usize> {
        if let Some(slot) = self.0.iter().position(|&taken| taken == Some(set)) {
            return Some(slot);
        }
        let same_number = (set < 2 && self.0.get(set) == Some(&None)).then_some(set);
        let slot = same_number.or_else(|| self.0.iter().position(Option::is_none))?;
        *self.0.get_mut(slot)? = Some(set);
        Some(slot)
    }

    /// The number n of the TEXCOORD_n in a slot; where nothing asked for one, that of the same number.
    pub fn set_in(&self, slot: usize) -> usize {
        match self.0 {
            [Some(0), None] | [None, Some(1)] | [None, None] => slot,
            sets => sets.get(slot).copied().flatten().unwrap_or(usize::MAX),
        }
    }
}

/// KHR_texture_transform of a textureInfo.
#[derive(Debug, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct TextureTransform {
    offset: [f32; 2],
    rotation: f32,
    scale: [f32; 2],
    tex_coord: Option<document::Uint>,
}

impl Default for TextureTransform {
    fn default() -> Self {
        Self { offset: [0.0; 2], rotation: 0.0, scale: [1.0; 2], tex_coord: None }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct EmissiveStrength {
    emissive_strength: Option<f32>,
}

#[derive(Debug, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct SpecularGlossiness {
    diffuse_factor: [f32; 4],
    diffuse_texture: Option<TextureInfo>,
    specular_factor: [f32; 3],
    glossiness_factor: f32,
}

impl Default for SpecularGlossiness {
    fn default() -> Self {
        Self { diffuse_factor: [1.0; 4], diffuse_texture: None, specular_factor: [1.0; 3], glossiness_factor: 1.0 }
    }
}

impl Draft {
    /// The material of primitives that name none (glTF 2.0, section 3.7.2.1).
    pub fn standard() -> Self {
        Self { material: Material::default(), textures: Vec::new(), uv_sets: UvSets::default() }
    }

    pub fn read(source: &document::Material, path: &str, issues: &mut Issues) -> Self {
        let pbr = &source.pbr_metallic_roughness;
        let mut draft = Self::standard();
        let material = &mut draft.material;
        material.name.clone_from(&source.name);
        material.base_color = pbr.base_color_factor.unwrap_or([1.0; 4]);
        material.metallic = pbr.metallic_factor.unwrap_or(1.0);
        material.roughness = pbr.roughness_factor.unwrap_or(1.0);
        material.emissive = source.emissive_factor;
        material.double_sided = source.double_sided;
        material.unlit = source.extensions.contains_key("KHR_materials_unlit");
        material.normal_scale = source.normal_texture.as_ref().and_then(|info| info.scale).unwrap_or(1.0);
        material.alpha = alpha_mode(source, path, issues);
        if let Some(EmissiveStrength { emissive_strength: Some(strength) }) =
            extension(&source.extensions, "KHR_materials_emissive_strength", path, issues)
        {
            material.emissive = material.emissive.map(|channel| channel * strength.max(0.0));
        }

        let pbr_path = format!("{path}/pbrMetallicRoughness");
        for (usage, info, base, key) in [
            (TextureUse::BaseColor, &pbr.base_color_texture, &*pbr_path, "baseColorTexture"),
            (TextureUse::MetallicRoughness, &pbr.metallic_roughness_texture, &pbr_path, "metallicRoughnessTexture"),
            (TextureUse::Normal, &source.normal_texture, path, "normalTexture"),
            (TextureUse::Occlusion, &source.occlusion_texture, path, "occlusionTexture"),
            (TextureUse::Emissive, &source.emissive_texture, path, "emissiveTexture"),
        ] {
            if let Some(info) = info {
                draft.add(usage, info, &format!("{base}/{key}"), issues);
            }
        }
        draft.specular_glossiness(source, path, issues);
        draft.technique(source, path, issues);
        draft.clamp_factors();
        draft
    }

    /// The textures of the file that the material uses.
    pub fn textures(&self) -> impl Iterator<Item = usize> {
        self.textures.iter().map(|(_, info)| info.texture)
    }

    /// The material with its textures; `content_texture` tells where a texture of the file is in the content, if it is.
    pub fn bind(&self, content_texture: impl Fn(usize) -> Option<usize>) -> Material {
        let mut material = self.material.clone();
        let mut sets = self.uv_sets;
        for (usage, info) in &self.textures {
            let (Some(texture), Some(tex_coord)) = (content_texture(info.texture), sets.slot_of(info.set)) else {
                continue;
            };
            let reference = TextureRef {
                texture,
                tex_coord,
                offset: info.offset,
                rotation_rad: info.rotation_rad,
                scale: info.scale,
            };
            *match usage {
                TextureUse::BaseColor => &mut material.base_color_texture,
                TextureUse::MetallicRoughness => &mut material.metallic_roughness_texture,
                TextureUse::Normal => &mut material.normal_texture,
                TextureUse::Occlusion => &mut material.occlusion_texture,
                TextureUse::Emissive => &mut material.emissive_texture,
            } = Some(reference);
        }
        material
    }

    fn add(&mut self, usage: TextureUse, info: &TextureInfo, path: &str, issues: &mut Issues) {
        let transform: TextureTransform =
            extension(&info.extensions, "KHR_texture_transform", path, issues).unwrap_or_default();
        let bound = BoundInfo {
            texture: info.index.0,
            set: transform.tex_coord.unwrap_or(info.tex_coord).0,
            offset: Vec2::from_array(transform.offset),
            rotation_rad: transform.rotation,
            scale: Vec2::from_array(transform.scale),
        };
        if self.uv_sets.slot_of(bound.set).is_some() {
            self.textures.push((usage, bound));
        } else {
            issues.push(Issue::warning(path, "the texture is left out: the material uses more than two TEXCOORD sets"));
        }
    }

    /// Replaces what `usage` had.
    fn replace(&mut self, usage: TextureUse, info: &TextureInfo, path: &str, issues: &mut Issues) {
        self.textures.retain(|(other, _)| *other != usage);
        self.add(usage, info, path, issues);
    }

    /// KHR_materials_pbrSpecularGlossiness as metal and roughness: the metallic value is the one for which a dielectric of
    /// 4 % reflectance mixed with a metal has the given diffuse and specular brightness.
    fn specular_glossiness(&mut self, source: &document::Material, path: &str, issues: &mut Issues) {
        const NAME: &str = "KHR_materials_pbrSpecularGlossiness";
        let Some(gloss) = extension::<SpecularGlossiness>(&source.extensions, NAME, path, issues) else { return };
        let brightness =
            |c: [f32; 3]| (0.299 * c[0] * c[0] + 0.587 * c[1] * c[1] + 0.114 * c[2] * c[2]).max(0.0).sqrt();
        let [r, g, b, alpha] = gloss.diffuse_factor;
        let strongest = gloss.specular_factor.iter().copied().fold(0.0, f32::max);
        let metallic = solve_metallic(brightness([r, g, b]), brightness(gloss.specular_factor), 1.0 - strongest);
        let mix = metallic * metallic;
        let base = |diffuse: f32, specular: f32| {
            let from_diffuse = diffuse * (1.0 - strongest) / (1.0 - DIELECTRIC) / (1.0 - metallic).max(1e-4);
            let from_specular = (specular - DIELECTRIC * (1.0 - metallic)) / metallic.max(1e-4);
            (from_diffuse + (from_specular - from_diffuse) * mix).clamp(0.0, 1.0)
        };
        let [sr, sg, sb] = gloss.specular_factor;
        // A diffuse texture times a solved base colour would darken what the texture already says.
        self.material.base_color = if gloss.diffuse_texture.is_some() {
            gloss.diffuse_factor
        } else {
            [base(r, sr), base(g, sg), base(b, sb), alpha]
        };
        self.material.metallic = if gloss.diffuse_texture.is_some() { 0.0 } else { metallic };
        self.material.roughness = 1.0 - gloss.glossiness_factor;
        self.textures.retain(|(usage, _)| *usage != TextureUse::MetallicRoughness);
        if let Some(info) = &gloss.diffuse_texture {
            self.replace(TextureUse::BaseColor, info, &format!("{path}/extensions/{NAME}/diffuseTexture"), issues);
        }
        issues
            .push(Issue::info(format!("{path}/extensions/{NAME}"), "drawn as an approximation in metal and roughness"));
    }

    /// KHR_techniques_webgl: the author's own shader is not run; its diffuse colour or texture is drawn unlit.
    fn technique(&mut self, source: &document::Material, path: &str, issues: &mut Issues) {
        const NAME: &str = "KHR_techniques_webgl";
        let Some(technique) = source.extensions.get(NAME) else { return };
        let path = format!("{path}/extensions/{NAME}");
        issues.push(Issue::warning(&*path, "the material's own shader is not run: its diffuse colour is drawn unlit"));
        self.material.unlit = true;
        let Some(diffuse) = technique.pointer("/values/u_diffuse") else { return };
        match diffuse {
            Value::Array(_) => {
                if let Ok(color) = <[f32; 4]>::deserialize(diffuse) {
                    self.material.base_color = color;
                }
            }
            _ => {
                if let Ok(info) = TextureInfo::deserialize(diffuse) {
                    self.replace(TextureUse::BaseColor, &info, &path, issues);
                }
            }
        }
    }

    /// Factors outside of their range would only break lighting.
    fn clamp_factors(&mut self) {
        let material = &mut self.material;
        material.base_color = material.base_color.map(|channel| channel.clamp(0.0, 1.0));
        material.metallic = material.metallic.clamp(0.0, 1.0);
        material.roughness = material.roughness.clamp(0.0, 1.0);
        material.emissive = material.emissive.map(|channel| channel.max(0.0));
    }
}

/// Reflectance of a dielectric at normal incidence (glTF 2.0, appendix B).
const DIELECTRIC: f32 = 0.04;

/// Solves the quadratic of "diffuse and specular brightness of a mix of dielectric and metal" for the share of metal.
fn solve_metallic(diffuse: f32, specular: f32, one_minus_strongest: f32) -> f32 {
    if specular < DIELECTRIC {
        return 0.0;
    }
    let b = diffuse * one_minus_strongest / (1.0 - DIELECTRIC) + specular - 2.0 * DIELECTRIC;
    let c = DIELECTRIC - specular;
    let discriminant = (b * b - 4.0 * DIELECTRIC * c).max(0.0);
    ((-b + discriminant.sqrt()) / (2.0 * DIELECTRIC)).clamp(0.0, 1.0)
}

fn alpha_mode(source: &document::Material, path: &str, issues: &mut Issues) -> AlphaMode {
    match source.alpha_mode.as_deref() {
        None | Some("OPAQUE") => AlphaMode::Opaque,
        Some("MASK") => AlphaMode::Mask(source.alpha_cutoff.unwrap_or(0.5)),
        Some("BLEND") => AlphaMode::Blend,
        Some(other) => {
            issues.push(
                Issue::warning(format!("{path}/alphaMode"), "unknown alpha mode, drawn opaque")
                    .expected_got("OPAQUE, MASK or BLEND", other),
            );
            AlphaMode::Opaque
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(json: &str) -> Draft {
        let source: document::Material = serde_json::from_str(json).expect("valid JSON");
        Draft::read(&source, "/materials/0", &mut Issues::default())
    }

    #[test]
    fn texture_coordinate_sets_beyond_the_second_move_into_a_free_slot() {
        let source = draft(
            r#"{"pbrMetallicRoughness":{"baseColorTexture":{"index":0,"texCoord":3}},
                "occlusionTexture":{"index":1,"texCoord":1},"emissiveTexture":{"index":2,"texCoord":2}}"#,
        );
        let material = source.bind(Some);
        assert_eq!(material.base_color_texture.map(|t| t.tex_coord), Some(0));
        assert_eq!(material.occlusion_texture.map(|t| t.tex_coord), Some(1));
        assert_eq!(material.emissive_texture, None, "no third set");
        assert_eq!((source.uv_sets.set_in(0), source.uv_sets.set_in(1)), (3, 1));
    }

    #[test]
    fn texture_transforms_are_kept_and_may_name_the_coordinates() {
        let material = draft(
            r#"{"pbrMetallicRoughness":{"baseColorTexture":{"index":4,"extensions":{"KHR_texture_transform":
                {"offset":[0.5,0.25],"rotation":1.5,"scale":[2,3],"texCoord":1}}}}}"#,
        )
        .bind(Some);
        let expected = TextureRef {
            texture: 4,
            tex_coord: 1,
            offset: Vec2::new(0.5, 0.25),
            rotation_rad: 1.5,
            scale: Vec2::new(2.0, 3.0),
        };
        assert_eq!(material.base_color_texture, Some(expected));
    }

    #[test]
    fn emissive_strength_multiplies_and_unlit_is_kept() {
        let material = draft(
            r#"{"emissiveFactor":[1,0.5,0],"extensions":{"KHR_materials_emissive_strength":{"emissiveStrength":4},
                "KHR_materials_unlit":{}}}"#,
        )
        .bind(Some);
        assert_eq!(material.emissive, [4.0, 2.0, 0.0]);
        assert!(material.unlit);
    }

    #[test]
    fn specular_glossiness_becomes_dielectric_or_metal() {
        let plastic = draft(
            r#"{"extensions":{"KHR_materials_pbrSpecularGlossiness":
                {"diffuseFactor":[0.8,0.1,0.1,0.5],"specularFactor":[0.04,0.04,0.04],"glossinessFactor":0.3}}}"#,
        )
        .bind(Some);
        assert!(plastic.metallic < 0.01 && (plastic.roughness - 0.7).abs() < 1e-6, "{plastic:?}");
        assert!((plastic.base_color[0] - 0.8).abs() < 0.02 && plastic.base_color[3] == 0.5, "{plastic:?}");
        let gold = draft(
            r#"{"extensions":{"KHR_materials_pbrSpecularGlossiness":
                {"diffuseFactor":[0,0,0,1],"specularFactor":[1,0.77,0.34],"glossinessFactor":0.9}}}"#,
        )
        .bind(Some);
        assert!(gold.metallic > 0.95 && (gold.base_color[1] - 0.77).abs() < 0.05, "{gold:?}");
    }
}
