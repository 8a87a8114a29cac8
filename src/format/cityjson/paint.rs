//! What the surfaces of a geometry mean and how they look: semantics, materials and textures by surface.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

use super::appearance::{Appearance, shown_theme};
use super::attributes::flatten;
use super::document::{pointer, reason};
use super::geometry::{RawGeometry, RawTheme, Themes};
use super::nested::{NULL, Nested};
use crate::format::city::{Corner, Geometry, Report, Semantic};
use crate::format::issue::{Issue, Severity};

/// The semantic surfaces of CityJSON 2.0 and of the versions before.
const SEMANTICS: &[&str] = &[
    "RoofSurface",
    "GroundSurface",
    "WallSurface",
    "ClosureSurface",
    "OuterCeilingSurface",
    "OuterFloorSurface",
    "Window",
    "Door",
    "InteriorWallSurface",
    "CeilingSurface",
    "FloorSurface",
    "WaterSurface",
    "WaterGroundSurface",
    "WaterClosureSurface",
    "TrafficArea",
    "AuxiliaryTrafficArea",
    "TransportationMarking",
    "TransportationHole",
];

pub struct Paint<'c> {
    appearance: &'c Appearance,
    semantics: Vec<Semantic>,
    semantic_values: Option<Nested>,
    materials: Materials,
    textures: Option<Nested>,
    /// The appearance's materials and textures that are in use, numbered in the order of use.
    used_materials: BTreeMap<u32, u32>,
    used_textures: BTreeMap<u32, u32>,
}

enum Materials {
    None,
    Same(u32),
    BySurface(Nested),
}

impl<'c> Paint<'c> {
    /// `depth`: of the boundaries.
    pub fn read(
        raw: &RawGeometry<'_>,
        depth: usize,
        path: &str,
        appearance: &'c Appearance,
        report: &mut Report,
    ) -> Self {
        let (semantics, semantic_values) = raw
            .semantics
            .map(|raw| read_semantics(raw, depth - 2, &format!("{path}/semantics"), report))
            .unwrap_or_default();
        let materials = raw.material.map_or(Materials::None, |raw| {
            let default = appearance.default_material_theme.as_deref();
            let Some((path, theme)) = read_theme(raw, default, format!("{path}/material"), report) else {
                return Materials::None;
            };
            match theme.value {
                Some(value) => serde_json::from_str(value.get()).map_or(Materials::None, |v: Option<u32>| match v {
                    Some(value) => Materials::Same(value),
                    None => Materials::None,
                }),
                None => values(theme.values, depth - 2, &path, report).map_or(Materials::None, Materials::BySurface),
            }
        });
        let textures = raw.texture.and_then(|raw| {
            let default = appearance.default_texture_theme.as_deref();
            let (path, theme) = read_theme(raw, default, format!("{path}/texture"), report)?;
            values(theme.values, depth, &path, report)
        });
        Self {
            appearance,
            semantics,
            semantic_values,
            materials,
            textures,
            used_materials: BTreeMap::new(),
            used_textures: BTreeMap::new(),
        }
    }

    /// What the surface at `steps` means: an index into the geometry's semantics.
    pub fn semantic_of(&self, steps: &[u32], path: impl FnOnce() -> String, report: &mut Report) -> Option<u32> {
        let value = self.semantic_values.as_ref()?.leaf_at(steps)?;
        if (value as usize) < self.semantics.len() {
            return Some(value);
        }
        report.warning("the surface refers to a semantic that is not there", path);
        None
    }

    /// Index into the materials that [`Paint::give`] gives.
    pub fn material_of(&mut self, steps: &[u32], path: impl FnOnce() -> String, report: &mut Report) -> Option<u32> {
        let value = match &self.materials {
            Materials::None => return None,
            Materials::Same(value) => *value,
            Materials::BySurface(values) => values.leaf_at(steps)?,
        };
        if (value as usize) < self.appearance.materials.len() {
            return Some(number(&mut self.used_materials, value));
        }
        report.warning("the surface refers to a material that is not there", path);
        None
    }

    /// Gives the corners of ring number `ring` of the surface at `steps` their texture coordinates, and says which of
    /// the textures of [`Paint::give`] it is.
    pub fn texture_of_ring(
        &mut self,
        steps: &[u32],
        ring: usize,
        corners: &mut [Corner],
        path: impl FnOnce() -> String,
        report: &mut Report,
    ) -> Option<u32> {
        let values = self.textures.as_ref()?;
        let mut ring_path = [0; 4];
        ring_path[..steps.len()].copy_from_slice(steps);
        ring_path[steps.len()] = ring as u32;
        let (&image, uv) = values.array_at(&ring_path[..=steps.len()]).split_first()?;
        if image == NULL {
            return None;
        }
        if uv.len() != corners.len() {
            report.tell(Severity::Warning, "the ring has not one texture coordinate for each corner", |at| {
                at.path(path()).expected_got(corners.len(), uv.len())
            });
            return None;
        }
        let Some(Some(_)) = self.appearance.textures.get(image as usize) else {
            report.warning("the ring refers to a texture that is not there", path);
            return None;
        };
        for (corner, &index) in corners.iter_mut().zip(uv) {
            let Some(uv) = self.appearance.uv.get(index as usize).filter(|uv| uv[0].is_finite() && uv[1].is_finite())
            else {
                report.warning("the ring refers to a texture coordinate that is not there", path);
                return None;
            };
            corner.uv = *uv;
        }
        Some(number(&mut self.used_textures, image))
    }

    /// Hands semantics, materials and textures to the geometry whose surfaces refer to them.
    pub fn give(self, geometry: &mut Geometry) {
        let in_order = |used: BTreeMap<u32, u32>| {
            let mut pairs: Vec<(u32, u32)> = used.into_iter().collect();
            pairs.sort_by_key(|(_, own)| *own);
            pairs.into_iter().map(|(global, _)| global as usize)
        };
        geometry.semantics = self.semantics;
        geometry.materials = in_order(self.used_materials).map(|i| self.appearance.materials[i]).collect();
        geometry.textures = in_order(self.used_textures).filter_map(|i| self.appearance.textures[i].clone()).collect();
    }
}

/// The number of `global` among those in use.
fn number(used: &mut BTreeMap<u32, u32>, global: u32) -> u32 {
    let next = used.len() as u32;
    *used.entry(global).or_insert(next)
}

/// The theme to be shown and its path.
fn read_theme<'a>(
    raw: &'a RawValue,
    default: Option<&str>,
    path: String,
    report: &mut Report,
) -> Option<(String, RawTheme<'a>)> {
    match serde_json::from_str::<Themes<'a>>(raw.get()) {
        Ok(mut themes) => {
            let name = shown_theme(&themes, default)?.0.to_string();
            let theme = themes.remove(&name)?;
            Some((format!("{path}{}", pointer(&[&name])), theme))
        }
        Err(e) => {
            report.push(Issue::warning(path, format!("the themes can't be read: {}", reason(&e))));
            None
        }
    }
}

fn values(raw: Option<&RawValue>, depth: usize, path: &str, report: &mut Report) -> Option<Nested> {
    match Nested::parse(raw?.get(), depth) {
        Ok(values) => {
            if values.misplaced > 0 {
                report.warning("values are not nested like the boundaries", || format!("{path}/values"));
            }
            Some(values)
        }
        Err(e) => {
            report.push(Issue::warning(format!("{path}/values"), format!("the values can't be read: {}", reason(&e))));
            None
        }
    }
}

#[derive(serde::Deserialize)]
#[serde(expecting = "an object of semantic surfaces")]
struct RawSemantics<'a> {
    #[serde(borrow, default)]
    surfaces: Option<Vec<&'a RawValue>>,
    #[serde(borrow, default)]
    values: Option<&'a RawValue>,
}

fn read_semantics(raw: &RawValue, depth: usize, path: &str, report: &mut Report) -> (Vec<Semantic>, Option<Nested>) {
    let raw: RawSemantics<'_> = match serde_json::from_str(raw.get()) {
        Ok(semantics) => semantics,
        Err(e) => {
            report.push(Issue::warning(path, format!("the semantics can't be read: {}", reason(&e))));
            return (Vec::new(), None);
        }
    };
    let surfaces = raw.surfaces.unwrap_or_default();
    let semantics =
        surfaces.iter().enumerate().map(|(i, raw)| read_semantic(raw, &format!("{path}/surfaces/{i}"), report));
    (semantics.collect(), values(raw.values, depth, path, report))
}

fn read_semantic(raw: &RawValue, path: &str, report: &mut Report) -> Semantic {
    let Ok(Value::Object(mut members)) = serde_json::from_str(raw.get()) else {
        report.warning("the semantic is no object", || path.to_string());
        return Semantic::default();
    };
    let kind = match members.remove("type") {
        Some(Value::String(kind)) => kind,
        _ => {
            report.warning("the semantic has no type", || path.to_string());
            String::new()
        }
    };
    if !kind.is_empty() && !kind.starts_with('+') && !SEMANTICS.contains(&kind.as_str()) {
        report.tell(Severity::Info, "the semantic's type is not one of CityJSON; it is kept", |at| {
            at.path(format!("{path}/type")).expected_got("a type of CityJSON 2.0, or one that begins with +", &kind)
        });
    }
    members.remove("parent");
    members.remove("children");
    let mut semantic = Semantic { kind, ..Semantic::default() };
    flatten("", Value::Object(members), &mut semantic.attributes, report, &|| path.to_string());
    semantic
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::cityjson::document::text;

    #[test]
    fn the_default_theme_is_shown_else_the_first_by_name() {
        let themes: BTreeMap<String, u8> =
            [("winter", 1), ("summer", 2)].into_iter().map(|(name, v)| (name.to_string(), v)).collect();
        assert_eq!(shown_theme(&themes, Some("winter")), Some(("winter", &1)));
        assert_eq!(shown_theme(&themes, Some("autumn")), Some(("summer", &2)));
        assert_eq!(shown_theme(&BTreeMap::<String, u8>::new(), None), None);
    }

    #[test]
    fn a_theme_can_be_read_without_a_default() {
        let raw: Box<RawValue> = serde_json::from_str(r#"{"a/b": {"value": 3}}"#).expect("json");
        let (path, theme) = read_theme(&raw, None, "/m".to_string(), &mut Report::default()).expect("a theme");
        assert_eq!(path, "/m/a~1b");
        assert_eq!(text(theme.value), None);
        assert_eq!(theme.value.map(RawValue::get), Some("3"));
    }
}
