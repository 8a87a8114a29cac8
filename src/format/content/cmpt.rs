//! Composite tiles (3D Tiles 1.0, "Composite"): several tiles in one file, also composites again.
//!
//! The inner contents become one [`Content`]: their materials, textures and tables one after the other, their parts
//! with indices shifted. An inner tile that cannot be read is an error issue, and the others are still shown.
//! All files that inner tiles ask for are asked for at once.

use std::collections::{BTreeSet, HashSet};

use super::decode::{ContentError, DecodeOptions, Decoded, Resources};
use super::number::u32_at;
use super::tile_header::{invalid, total_length};
use super::{Content, FeatureIds, Material, b3dm, gltf, i3dm, pnts};
use crate::format::issue::{Issue, Issues};

const NAME: &str = "cmpt";
const HEADER_LEN: usize = 16;
/// Composites within composites; deeper ones are not read.
const MAX_DEPTH: usize = 8;
/// Inner tiles over all levels; the further ones are not read.
const MAX_TILES: usize = 10_000;

/// Reads a cmpt tile.
///
/// # Errors
/// The header is broken, or there are inner tiles and not one of them can be read.
pub fn read(bytes: &[u8], options: &DecodeOptions, resources: &dyn Resources) -> Result<Decoded, ContentError> {
    let mut merger = Merger {
        options,
        resources,
        content: Content::default(),
        copyrights: HashSet::new(),
        missing: BTreeSet::new(),
        tiles: 0,
        read: 0,
        first_error: None,
    };
    merger.composite(bytes, "", 0)?;
    merger.finish()
}

/// What has been read so far.
struct Merger<'a> {
    options: &'a DecodeOptions,
    resources: &'a dyn Resources,
    content: Content,
    /// Those that the content already has.
    copyrights: HashSet<String>,
    missing: BTreeSet<String>,
    /// Inner tiles found and inner tiles read.
    tiles: usize,
    read: usize,
    first_error: Option<ContentError>,
}

impl Merger<'_> {
    /// Reads the inner tiles of a composite that lies at `path` (`tile 0/tile 2`, empty for the outermost).
    fn composite(&mut self, bytes: &[u8], path: &str, depth: usize) -> Result<(), ContentError> {
        let mut issues = Issues::default();
        let bytes = total_length(NAME, bytes, &mut issues)?;
        self.content.issues.extend(issues.under(path));
        let told = u32_at(bytes, 12).ok_or(ContentError::Truncated {
            what: NAME,
            expected: HEADER_LEN as u64,
            got: bytes.len() as u64,
        })?;
        let mut at = HEADER_LEN;
        for index in 0..told {
            let path = if path.is_empty() { format!("tile {index}") } else { format!("{path}/tile {index}") };
            let rest = bytes.get(at..).unwrap_or_default();
            let length = u32_at(rest, 8).map_or(0, |length| length as usize);
            if length < 12 || self.tiles >= MAX_TILES {
                let expected = format!("{told} tiles, at most {MAX_TILES} in all");
                let issue = Issue::error(path, "the composite ends before its last tile");
                self.content.issues.push(issue.expected_got(expected, index));
                break;
            }
            self.tiles += 1;
            // A last tile that is longer than the file is still tried: its reader knows what it can do without.
            let inner = rest.get(..length).unwrap_or(rest);
            if let Err(error) = self.tile(inner, &path, depth) {
                self.content.issues.push(Issue::error(path, format!("the inner tile cannot be read: {error}")));
                self.first_error.get_or_insert(error);
            }
            at = at.saturating_add(length);
        }
        Ok(())
    }

    fn tile(&mut self, bytes: &[u8], path: &str, depth: usize) -> Result<(), ContentError> {
        let decoded = match bytes.get(..4) {
            Some(b"b3dm") => b3dm::read(bytes, self.options, self.resources)?,
            Some(b"i3dm") => i3dm::read(bytes, self.options, self.resources)?,
            Some(b"pnts") => pnts::read(bytes, self.options, self.resources)?,
            Some(b"glTF") => {
                gltf::read(bytes, &gltf::GltfFrame::new(self.options.up_axis), self.options, self.resources)?
            }
            Some(b"cmpt") if depth + 1 < MAX_DEPTH => return self.composite(bytes, path, depth + 1),
            Some(b"cmpt") => {
                return Err(ContentError::TooLarge { what: "the nesting of composites", limit: MAX_DEPTH as u64 });
            }
            _ => return Err(invalid(NAME, "an inner tile is of no known format")),
        };
        match decoded {
            Decoded::Content(content) => {
                self.append(content, path);
                self.read += 1;
            }
            Decoded::Missing(uris) => self.missing.extend(uris),
            Decoded::Tileset => return Err(invalid(NAME, "an inner tile is a tileset")),
        }
        Ok(())
    }

    /// Puts `inner` behind what the content already has.
    fn append(&mut self, inner: Content, path: &str) {
        let content = &mut self.content;
        let (materials, textures, tables) = (content.materials.len(), content.textures.len(), content.tables.len());
        for mut part in inner.parts {
            part.material += materials;
            for set in &mut part.feature_sets {
                set.table = set.table.map(|table| table + tables);
                if let FeatureIds::Texture { texture, .. } = &mut set.ids {
                    *texture += textures;
                }
            }
            content.parts.push(part);
        }
        for mut material in inner.materials {
            shift_textures(&mut material, textures);
            content.materials.push(material);
        }
        content.textures.extend(inner.textures);
        content.tables.extend(inner.tables);
        for copyright in inner.copyrights {
            if self.copyrights.insert(copyright.clone()) {
                content.copyrights.push(copyright);
            }
        }
        content.issues.extend(inner.issues.under(path));
    }

    fn finish(self) -> Result<Decoded, ContentError> {
        if !self.missing.is_empty() {
            return Ok(Decoded::Missing(self.missing.into_iter().collect()));
        }
        match self.first_error {
            Some(error) if self.read == 0 => Err(error),
            _ => Ok(Decoded::Content(self.content)),
        }
    }
}

fn shift_textures(material: &mut Material, by: usize) {
    let uses = [
        &mut material.base_color_texture,
        &mut material.metallic_roughness_texture,
        &mut material.normal_texture,
        &mut material.occlusion_texture,
        &mut material.emissive_texture,
    ];
    for texture in uses.into_iter().flatten() {
        texture.texture += by;
    }
}

#[cfg(test)]
mod tests;
