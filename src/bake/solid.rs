//! Models as triangles in a level frame of their own, whatever file they came from.
//!
//! Frame: the *site frame* of [`Solid::site`], metres east, north and up of the model's own place, so that positions keep
//! their digits wherever on the Earth it is. Triangles wind counter-clockwise seen from outside. Colours are linear RGBA;
//! pictures are as their use has them (base colour: sRGB), their first row at v = 0.

use glam::{DVec3, Vec3};
use std::sync::Arc;

use super::model::Properties;
use crate::format::content::{AlphaMode, TextureImage, Wrap};
use crate::format::issue::Issues;
use crate::geo::{Geodetic, SiteFrame};

/// A model where it stands.
#[derive(Debug, Clone)]
pub struct Solid {
    pub site: SiteFrame,
    pub parts: Vec<SolidPart>,
    pub materials: Vec<SolidMaterial>,
    pub pictures: Vec<SolidPicture>,
    /// What a user can pick: named parts, or the features that the file itself has.
    pub features: Vec<SolidFeature>,
    pub issues: Issues,
}

/// Triangles of one material. Vectors are empty or as long as `positions_m`.
#[derive(Debug, Clone, Default)]
pub struct SolidPart {
    pub name: String,
    /// Site frame.
    pub positions_m: Vec<DVec3>,
    pub normals: Vec<Vec3>,
    pub uv: Vec<[f32; 2]>,
    pub colors: Vec<[f32; 4]>,
    pub triangles: Vec<[u32; 3]>,
    /// Index into [`Solid::materials`].
    pub material: usize,
    pub features: PartFeatures,
}

/// Which of [`Solid::features`] a part's vertices belong to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum PartFeatures {
    #[default]
    None,
    One(u32),
    /// One for each vertex; `u32::MAX` for none.
    Each(Vec<u32>),
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct SolidFeature {
    pub name: String,
    pub properties: Properties,
}

/// Metallic-roughness, as glTF 2.0 has it.
#[derive(Debug, Clone, PartialEq)]
pub struct SolidMaterial {
    pub name: String,
    /// Linear RGBA.
    pub base_color: [f32; 4],
    /// Index into [`Solid::pictures`].
    pub base_color_picture: Option<usize>,
    pub metallic: f32,
    pub roughness: f32,
    /// Linear RGB.
    pub emissive: [f32; 3],
    pub alpha: AlphaMode,
    pub double_sided: bool,
    pub unlit: bool,
}

impl Default for SolidMaterial {
    /// What is drawn where a file names no material: light grey, rough.
    fn default() -> Self {
        Self {
            name: String::new(),
            base_color: [0.6, 0.6, 0.6, 1.0],
            base_color_picture: None,
            metallic: 0.0,
            roughness: 0.9,
            emissive: [0.0; 3],
            alpha: AlphaMode::Opaque,
            double_sided: false,
            unlit: false,
        }
    }
}

/// A texture's picture.
#[derive(Debug, Clone)]
pub struct SolidPicture {
    pub wrap_u: Wrap,
    pub wrap_v: Wrap,
    pub content: PictureContent,
}

#[derive(Debug, Clone)]
pub enum PictureContent {
    /// As it lay in its file: PNG, JPEG, WebP.
    Encoded(Arc<[u8]>),
    Pixels(Arc<TextureImage>),
}

impl Solid {
    /// An empty model at a place.
    pub fn at(place: Geodetic) -> Self {
        Self {
            site: SiteFrame::from_geodetic(place),
            parts: Vec::new(),
            materials: Vec::new(),
            pictures: Vec::new(),
            features: Vec::new(),
            issues: Issues::default(),
        }
    }

    pub fn triangle_count(&self) -> usize {
        self.parts.iter().map(|part| part.triangles.len()).sum()
    }

    /// The least and greatest corner of the box around it, site frame, metres; `None` if it is empty.
    pub fn bounds_m(&self) -> Option<(DVec3, DVec3)> {
        let mut positions = self.parts.iter().flat_map(|part| &part.positions_m);
        let first = *positions.next()?;
        Some(positions.fold((first, first), |(low, high), &p| (low.min(p), high.max(p))))
    }
}
