//! Textures of rings and materials of surfaces, gathered before objects are read.

use std::collections::{BTreeMap, HashMap};

use super::xml::{Tag, Xml, XmlFault};
use crate::format::city::{Material, Report, TextureImage};
use crate::format::issue::Issue;

/// The appearance of one theme.
#[derive(Debug, Default)]
struct Theme {
    images: Vec<TextureImage>,
    image_numbers: BTreeMap<TextureImage, u32>,
    materials: Vec<Material>,
    /// By the `gml:id` of a ring: image, and coordinates corner by corner, the closing one included.
    rings: HashMap<String, (u32, Vec<[f32; 2]>)>,
    /// By the `gml:id` of a polygon, of a geometry or of a boundary surface.
    surfaces: HashMap<String, u32>,
}

/// What objects are to look like.
#[derive(Debug, Default)]
pub struct Looks {
    themes: BTreeMap<String, Theme>,
    shown: Theme,
}

impl Looks {
    pub fn images(&self) -> &[TextureImage] {
        &self.shown.images
    }

    pub fn materials(&self) -> &[Material] {
        &self.shown.materials
    }

    pub fn texture_of_ring(&self, ring_id: &str) -> Option<(u32, &[[f32; 2]])> {
        self.shown.rings.get(ring_id).map(|(image, uv)| (*image, uv.as_slice()))
    }

    pub fn material_of(&self, id: &str) -> Option<u32> {
        self.shown.surfaces.get(id).copied()
    }

    /// Whether no ring has a texture and no surface a material, so that ids need not be looked up.
    pub fn is_plain(&self) -> bool {
        self.shown.rings.is_empty() && self.shown.surfaces.is_empty()
    }

    /// Settles on the theme that covers the most; of equal ones the first by name.
    pub fn choose_theme(&mut self, report: &mut Report) {
        let covers = |theme: &Theme| theme.rings.len() + theme.surfaces.len();
        let best = self.themes.iter().rev().max_by_key(|(_, theme)| covers(theme)).map(|(name, _)| name.clone());
        let Some(name) = best else { return };
        if self.themes.len() > 1 {
            let message = format!("{} themes of appearance; {name:?} is shown", self.themes.len());
            report.push(Issue::info("", message));
        }
        self.shown = self.themes.remove(&name).unwrap_or_default();
        self.themes.clear();
    }

    /// Reads an `Appearance` whose start was read.
    pub fn read(&mut self, xml: &mut Xml<'_>, report: &mut Report) -> Result<(), XmlFault> {
        let mut name = String::new();
        while let Some(tag) = xml.child()? {
            match tag.local() {
                "theme" => name = xml.text()?.trim().to_string(),
                "surfaceDataMember" => {
                    // Looked up here, because there are appearances in every object of some files.
                    if !self.themes.contains_key(&name) {
                        self.themes.insert(name.clone(), Theme::default());
                    }
                    let Some(theme) = self.themes.get_mut(&name) else { continue };
                    while let Some(data) = xml.child()? {
                        match data.local() {
                            "ParameterizedTexture" => theme.read_texture(xml, report)?,
                            "X3DMaterial" => theme.read_material(xml)?,
                            _ => {
                                let byte = data.byte;
                                let message = "an appearance that is neither texture nor material; it is left out";
                                report.warning(message, || format!("byte {byte}"));
                                xml.skip()?;
                            }
                        }
                    }
                }
                _ => xml.skip()?,
            }
        }
        Ok(())
    }
}

impl Theme {
    fn read_texture(&mut self, xml: &mut Xml<'_>, report: &mut Report) -> Result<(), XmlFault> {
        let mut image = TextureImage { uri: String::new(), repeat: None };
        let mut rings = Vec::new();
        while let Some(tag) = xml.child()? {
            match tag.local() {
                "imageURI" => image.uri = xml.text()?.trim().to_string(),
                "wrapMode" => image.repeat = Some(matches!(xml.text()?.trim(), "wrap" | "mirror")),
                "target" => read_target(xml, &mut rings, report)?,
                _ => xml.skip()?,
            }
        }
        if image.uri.is_empty() {
            report.warning("a texture names no picture; it is left out", String::new);
            return Ok(());
        }
        let index = *self.image_numbers.entry(image).or_insert_with_key(|image| {
            self.images.push(image.clone());
            self.images.len() as u32 - 1
        });
        self.rings.extend(rings.into_iter().map(|(ring, uv)| (ring, (index, uv))));
        Ok(())
    }

    fn read_material(&mut self, xml: &mut Xml<'_>) -> Result<(), XmlFault> {
        let mut material = Material { diffuse: None, transparency: 0.0 };
        let mut targets = Vec::new();
        while let Some(tag) = xml.child()? {
            match tag.local() {
                "diffuseColor" => {
                    let numbers = floats(&xml.text()?);
                    material.diffuse = <[f32; 3]>::try_from(numbers).ok().map(|rgb| rgb.map(|v| v.clamp(0.0, 1.0)));
                }
                "transparency" => {
                    material.transparency = floats(&xml.text()?).first().map_or(0.0, |v| v.clamp(0.0, 1.0));
                }
                "target" => targets.push(local_id(&xml.text()?)),
                _ => xml.skip()?,
            }
        }
        // Only what was read to its end counts, so that no surface refers to a material that is not there.
        let index = self.materials.len() as u32;
        self.materials.push(material);
        self.surfaces.extend(targets.into_iter().map(|target| (target, index)));
        Ok(())
    }
}

type RingUv = (String, Vec<[f32; 2]>);

fn read_target(xml: &mut Xml<'_>, rings: &mut Vec<RingUv>, report: &mut Report) -> Result<(), XmlFault> {
    while let Some(list) = xml.child()? {
        if list.local() != "TexCoordList" {
            let byte = list.byte;
            let message = "texture coordinates by a matrix are not read; what has them is without texture";
            report.warning(message, || format!("byte {byte}"));
            xml.skip()?;
            continue;
        }
        while let Some(tag) = xml.child()? {
            let ring = (tag.local() == "textureCoordinates").then(|| ring_of(&tag)).flatten();
            let byte = tag.byte;
            let Some(ring) = ring else {
                xml.skip()?;
                continue;
            };
            let numbers = floats(&xml.text()?);
            if numbers.len().is_multiple_of(2) && !numbers.is_empty() {
                rings.push((ring, numbers.chunks_exact(2).map(|uv| [uv[0], uv[1]]).collect()));
            } else {
                report.warning("texture coordinates are not pairs of numbers", || format!("byte {byte}"));
            }
        }
    }
    Ok(())
}

fn ring_of(tag: &Tag<'_>) -> Option<String> {
    tag.attribute("ring").map(|ring| local_id(&ring))
}

/// `#ID_1` to `ID_1`.
pub fn local_id(reference: &str) -> String {
    let reference = reference.trim();
    reference.strip_prefix('#').unwrap_or(reference).to_string()
}

/// Numbers up to the first thing that is none; nothing if one of them is infinite or NaN.
fn floats(text: &str) -> Vec<f32> {
    let numbers: Option<Vec<f32>> =
        text.split_ascii_whitespace().map(|n| n.parse().ok().filter(|v: &f32| v.is_finite())).collect();
    numbers.unwrap_or_default()
}
