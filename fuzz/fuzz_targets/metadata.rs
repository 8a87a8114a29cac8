//! 3D Metadata: the first line is an EXT_structural_metadata object, the rest is every buffer view.
#![no_main]

use std::borrow::Cow;

use libfuzzer_sys::fuzz_target;
use mirante::format::content::metadata;
use mirante::format::issue::Issues;

fuzz_target!(|bytes: &[u8]| {
    let end = bytes.iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len());
    let Ok(ext) = serde_json::from_slice::<serde_json::Value>(&bytes[..end]) else { return };
    let binary = &bytes[(end + 1).min(bytes.len())..];
    let mut issues = Issues::default();
    metadata::read_structural(&ext, None, &|index| (index < 16).then_some(Cow::Borrowed(binary)), &mut issues);
    if let (Some(schema), Some(entity)) = (ext.get("schema"), ext.get("entity")) {
        metadata::read_entity(entity, schema, &mut issues);
    }
});
