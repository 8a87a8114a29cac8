//! Stand-in until the reader of i3dm tiles is merged.

use super::decode::{ContentError, DecodeOptions, Decoded, Resources};

pub fn read(_bytes: &[u8], _options: &DecodeOptions, _resources: &dyn Resources) -> Result<Decoded, ContentError> {
    Err(ContentError::UnknownFormat { magic: "i3dm".into() })
}
