//! glTF 2.0 and GLB to [`Content`].

use super::UpAxis;
use super::decode::{ContentError, DecodeOptions, Decoded, Resources};
use glam::{DAffine3, DVec3};

/// Where a glTF stands in its content, and how to read it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GltfFrame {
    /// From the glTF's scene frame (metres, its own up axis) to the content frame (metres, z up): the up-axis rotation and,
    /// for b3dm and i3dm, RTC_CENTER.
    pub content_from_gltf_scene: DAffine3,
}

impl GltfFrame {
    /// The frame of a glTF that is a content by itself.
    pub fn new(up_axis: UpAxis) -> Self {
        Self { content_from_gltf_scene: DAffine3::from_mat3(up_axis.z_up_from_model()) }
    }

    /// The same, moved by RTC_CENTER (metres, content frame).
    pub fn with_center(mut self, center_content_m: DVec3) -> Self {
        self.content_from_gltf_scene.translation += center_content_m;
        self
    }
}

pub fn read(
    bytes: &[u8],
    _frame: &GltfFrame,
    _options: &DecodeOptions,
    _resources: &dyn Resources,
) -> Result<Decoded, ContentError> {
    let _ = json_text(bytes);
    Err(ContentError::Empty)
}

/// JSON text without a byte order mark, leading white space and the padding that writers put behind it.
pub(crate) fn json_text(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let start = bytes.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(bytes.len());
    let end = bytes.iter().rposition(|&byte| byte != 0 && !byte.is_ascii_whitespace()).map_or(start, |last| last + 1);
    bytes.get(start..end).unwrap_or_default()
}
