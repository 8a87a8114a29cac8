//! Textures, samplers and images (glTF 2.0, sections 3.8.2 to 3.8.4) with KHR_texture_basisu and EXT_texture_webp.

use super::super::data_uri::{decode_data_uri, is_data_uri};
use super::super::decode::Resources;
use super::super::image::{self, ImageLimits};
use super::super::{Texture, TextureImage, Wrap};
use super::budget::Budget;
use super::buffers::{Buffers, fetch, no_such};
use super::document::{Document, Sampler, Uint, extension};
use crate::format::issue::{Issue, Issues};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Which image each used texture shows, and the bytes of those that are files.
#[derive(Debug, Default)]
pub struct TexturePlan {
    /// Texture of the file to image of the file.
    image_of: BTreeMap<usize, usize>,
    external: BTreeMap<usize, Arc<[u8]>>,
}

/// What an image that cannot be decoded takes from the budget.
const BROKEN_IMAGE_COST_BYTES: usize = 1 << 20;

#[derive(Debug, Deserialize)]
struct TextureSource {
    source: Option<Uint>,
}

impl TexturePlan {
    /// Chooses an image for every texture in `used`: KTX2 before WebP before the plain one, skipping those whose file is
    /// known not to come. Files that are not here yet go to `missing`.
    pub fn new(
        document: &Document,
        used: &BTreeSet<usize>,
        resources: &dyn Resources,
        missing: &mut BTreeSet<String>,
        issues: &mut Issues,
    ) -> Self {
        let mut plan = Self::default();
        for &texture in used {
            let path = format!("/textures/{texture}");
            let Some(source) = document.textures.get(texture) else {
                issues.push(Issue::error(path, no_such("texture", texture, document.textures.len())));
                continue;
            };
            let by_extension = ["KHR_texture_basisu", "EXT_texture_webp"]
                .iter()
                .filter_map(|name| extension::<TextureSource>(&source.extensions, name, &path, issues)?.source)
                .collect::<Vec<_>>();
            let mut candidates = by_extension.into_iter().chain(source.source).peekable();
            if candidates.peek().is_none() {
                issues.push(Issue::warning(
                    path,
                    "the texture has no image of a known kind; the material's colour is drawn",
                ));
                continue;
            }
            for image in candidates {
                if plan.take(document, texture, image.0, resources, missing, issues) {
                    break;
                }
            }
        }
        plan
    }

    /// Whether this image will do (or may, once its file is here).
    fn take(
        &mut self,
        document: &Document,
        texture: usize,
        index: usize,
        resources: &dyn Resources,
        missing: &mut BTreeSet<String>,
        issues: &mut Issues,
    ) -> bool {
        let path = format!("/images/{index}");
        let Some(image) = document.images.get(index) else {
            issues.push(Issue::error(path, no_such("image", index, document.images.len())));
            return false;
        };
        if let Some(uri) = image.uri.as_deref().filter(|uri| !is_data_uri(uri))
            && !self.external.contains_key(&index)
        {
            match fetch(uri, &format!("{path}/uri"), resources, missing, issues) {
                Some(bytes) => self.external.insert(index, bytes),
                None => return missing.contains(uri),
            };
        }
        self.image_of.insert(texture, index);
        true
    }

    /// Decodes all images; gives the content's textures, and where in them each texture of the file is.
    ///
    /// `exact` textures hold numbers rather than colours (feature ids) and are never kept GPU-compressed.
    pub fn decode(
        &self,
        document: &Document,
        buffers: &Buffers,
        exact: &BTreeSet<usize>,
        bc7: bool,
        budget: &mut Budget,
        issues: &mut Issues,
    ) -> (Vec<Texture>, BTreeMap<usize, usize>) {
        let mut images: BTreeMap<usize, Option<Arc<TextureImage>>> = BTreeMap::new();
        let mut textures = Vec::new();
        let mut content_texture = BTreeMap::new();
        let exact_images: BTreeSet<usize> =
            exact.iter().filter_map(|texture| self.image_of.get(texture).copied()).collect();
        for (&texture, &index) in &self.image_of {
            let image = images.entry(index).or_insert_with(|| {
                let limits = ImageLimits {
                    side_px: budget.texture_side_px,
                    bytes: budget.texture_bytes.left(),
                    bc7: bc7 && !exact_images.contains(&index),
                };
                let decoded = self.image(document, buffers, index, &limits).and_then(|image| {
                    budget.texture_bytes.take(image.data.len()).map_err(|error| error.to_string())?;
                    Ok(Arc::new(image))
                });
                decoded
                    .map_err(|message| {
                        // Broken images cost time as well, and many may share the same bytes.
                        let _ = budget.texture_bytes.take(BROKEN_IMAGE_COST_BYTES.min(budget.texture_bytes.left()));
                        issues.push(Issue::error(
                            format!("/images/{index}"),
                            format!("{message}; the material's colour is drawn instead"),
                        ));
                    })
                    .ok()
            });
            if let Some(image) = image {
                content_texture.insert(texture, textures.len());
                let sampler = document.textures.get(texture).and_then(|texture| texture.sampler);
                let sampler = sampler.and_then(|sampler| document.samplers.get(sampler.0));
                textures.push(sampled(image.clone(), sampler.unwrap_or(&Sampler::default())));
            }
        }
        (textures, content_texture)
    }

    fn image(
        &self,
        document: &Document,
        buffers: &Buffers,
        index: usize,
        limits: &ImageLimits,
    ) -> Result<TextureImage, String> {
        let image = document.images.get(index).ok_or_else(|| no_such("image", index, document.images.len()))?;
        let decoded = if let Some(bytes) = self.external.get(&index) {
            image::decode(bytes, limits)
        } else if let Some(uri) = &image.uri {
            let bytes = decode_data_uri(uri).ok_or("malformed data URI")?;
            image::decode(&bytes, limits)
        } else {
            let view = image.buffer_view.ok_or("the image has neither a URI nor a bufferView")?;
            image::decode(buffers.view(view.0)?.bytes, limits)
        };
        decoded.map_err(|error| error.to_string())
    }
}

/// glTF's sampler numbers are OpenGL's.
fn sampled(image: Arc<TextureImage>, sampler: &Sampler) -> Texture {
    let wrap = |code: Option<Uint>| match code {
        Some(Uint(33071)) => Wrap::ClampToEdge,
        Some(Uint(33648)) => Wrap::MirroredRepeat,
        _ => Wrap::Repeat,
    };
    const NEAREST: usize = 9728;
    const LINEAR: usize = 9729;
    const NEAREST_MIPMAP_NEAREST: usize = 9984;
    const NEAREST_MIPMAP_LINEAR: usize = 9986;
    let min = sampler.min_filter.map(|filter| filter.0);
    Texture {
        image,
        wrap_u: wrap(sampler.wrap_s),
        wrap_v: wrap(sampler.wrap_t),
        mag_linear: sampler.mag_filter != Some(Uint(NEAREST)),
        min_linear: !matches!(min, Some(NEAREST | NEAREST_MIPMAP_NEAREST | NEAREST_MIPMAP_LINEAR)),
        mipmaps: !matches!(min, Some(NEAREST | LINEAR)),
    }
}
