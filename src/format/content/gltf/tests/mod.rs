//! Tests of the glTF reader as a whole.

mod hostile;
mod real;
mod synthetic;
mod variants;

use super::super::decode::{ContentError, DecodeOptions, Decoded, NoResources, Resources};
use super::super::{Content, Part, Topology};
use super::{GltfFrame, UpAxis};
use glam::DVec3;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The folder of this reader's cases.
fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/gltf")
}

/// Files of one folder.
struct Folder(PathBuf);

impl Resources for Folder {
    fn get(&self, uri: &str) -> Option<Arc<[u8]>> {
        let path = percent_encoding::percent_decode_str(uri).decode_utf8().ok()?;
        std::fs::read(self.0.join(&*path)).ok().map(Arc::from)
    }

    fn failed(&self, uri: &str) -> bool {
        self.get(uri).is_none()
    }
}

/// Reads with z up in the glTF, so that content and glTF axes are the same.
fn read_with(bytes: &[u8], options: &DecodeOptions, resources: &dyn Resources) -> Result<Content, ContentError> {
    match super::read(bytes, &GltfFrame::new(UpAxis::Z), options, resources)? {
        Decoded::Content(content) => Ok(content),
        other => panic!("not a content: {other:?}"),
    }
}

fn read(bytes: &[u8]) -> Content {
    read_with(bytes, &DecodeOptions::default(), &NoResources).expect("readable")
}

fn read_file(path: &Path) -> Content {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let folder = Folder(path.parent().expect("a folder").to_path_buf());
    read_with(&bytes, &DecodeOptions::default(), &folder).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every position of a part where it is in the content, copy by copy.
fn positions(part: &Part) -> Vec<DVec3> {
    let copies: Vec<_> = match &part.instances[..] {
        [] => vec![part.content_from_part],
        copies => copies.iter().map(|copy| part.content_from_part * copy.part_from_instance).collect(),
    };
    let points = &part.geometry.positions;
    copies.iter().flat_map(|copy| points.iter().map(|p| copy.transform_point3(p.as_dvec3()))).collect()
}

/// What readers promise of every content.
fn assert_sound(content: &Content, name: &str) {
    for part in &content.parts {
        let geometry = &*part.geometry;
        let count = geometry.positions.len();
        assert!(count > 0, "{name}: a part without vertices");
        assert!(geometry.positions.iter().all(|p| p.is_finite()), "{name}: a position is not finite");
        assert!(part.content_from_part.is_finite(), "{name}: a transform is not finite");
        assert!(geometry.indices.iter().all(|&index| (index as usize) < count), "{name}: an index is out of range");
        for len in [geometry.normals.len(), geometry.uv0.len(), geometry.uv1.len(), geometry.colors.len()] {
            assert!(len == 0 || len == count, "{name}: an attribute has {len} of {count} elements");
        }
        assert!(
            geometry.normals.iter().all(|n| (n.length() - 1.0).abs() < 1e-3),
            "{name}: a normal is not of unit length"
        );
        let corners = match geometry.topology {
            Topology::Triangles => 3,
            Topology::Lines => 2,
            Topology::Points => 1,
        };
        assert_eq!(geometry.indices.len() % corners, 0, "{name}: indices left over");
        assert!(part.material < content.materials.len(), "{name}: a material does not exist");
        for set in &part.feature_sets {
            use super::super::FeatureIds;
            match &set.ids {
                FeatureIds::Vertex(ids) => assert_eq!(ids.len(), count, "{name}: ids of vertices"),
                FeatureIds::Instance(ids) => assert_eq!(ids.len(), part.instances.len(), "{name}: ids of instances"),
                FeatureIds::Texture { texture, .. } => assert!(*texture < content.textures.len(), "{name}"),
                FeatureIds::Implicit | FeatureIds::Constant(_) => {}
            }
        }
    }
    for texture in &content.textures {
        assert!(!texture.image.data.is_empty(), "{name}: an image without pixels");
    }
}
