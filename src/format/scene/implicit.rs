//! The scene that stands behind a bare tileset or model.

use super::{Placement, Scene, SceneUrl, StillModel, Tileset};

/// What an address that is opened without a scene file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContentKind {
    /// A tileset.json or a .3tz archive.
    Tileset,
    /// A .glb or .gltf model.
    Model,
}

impl Scene {
    /// The scene that shows this one thing: a tileset where it says it is, a model at 0° E 0° N standing upright, under
    /// a clear sky in the morning, the whole of it framed.
    ///
    /// `url` is taken as it is (the user named it on the command line), resolved like a scene's own addresses.
    pub fn for_content(url: &str, kind: ContentKind) -> Self {
        let name = file_title(url);
        let mut scene = Self { name: name.clone(), ..Self::default() };
        match kind {
            ContentKind::Tileset => scene.tilesets.push(Tileset {
                id: "tileset".to_string(),
                title: name,
                url: SceneUrl::trusted(url),
                layer: None,
                placement: None,
                offset_m: None,
                max_sse_px: None,
                style: None,
                visible: true,
            }),
            ContentKind::Model => scene.models.push(StillModel {
                id: "model".to_string(),
                title: name,
                url: SceneUrl::trusted(url),
                layer: None,
                placement: Placement::at_site(0.0, 0.0, 0.0),
                style: None,
                properties: Default::default(),
                visible: true,
            }),
        }
        if kind == ContentKind::Model {
            scene.origin = Some(super::GeoPoint { lon_deg: 0.0, lat_deg: 0.0, height_m: 0.0 });
        }
        scene
    }
}

/// What people would call the thing at an address: the file's name without extension; for a `tileset.json`, the name of
/// the folder that it lies in.
fn file_title(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let mut parts = path.rsplit(['/', '\\']).filter(|part| !part.is_empty() && *part != "." && *part != "..");
    let file = parts.next().unwrap_or(path);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let title = match stem {
        "tileset" => parts.next().filter(|folder| !folder.ends_with(':')).unwrap_or(stem),
        stem => stem,
    };
    percent_encoding::percent_decode_str(title).decode_utf8_lossy().into_owned()
}
