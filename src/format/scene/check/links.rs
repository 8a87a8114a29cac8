//! Addresses of files.

use super::Findings;
use crate::format::scene::ReferenceKind;
use crate::format::scene::references::entry;

pub(super) fn check(findings: &mut Findings<'_>) {
    let scene = findings.scene;
    for reference in scene.references() {
        // The references' pointers are those of the file already.
        let mut warn = |message: String| {
            findings.issues.push(crate::format::issue::Issue::warning(reference.path.clone(), message));
        };
        if reference.url.leaves_folder() {
            warn("lies outside of the scene's folder, so that the folder alone is not the whole scene".to_string());
        }
        let extension = reference.url.extension();
        if let Some(wanted) = unlikely(reference.kind, &extension, reference.url.is_web()) {
            warn(format!("a file with the ending .{extension} is hardly {wanted}"));
        }
    }
    for (i, tileset) in scene.tilesets.iter().enumerate() {
        if tileset.placement.is_some() && tileset.offset_m.is_some() {
            findings.warning(&entry("tilesets", i, &["offset_m"]), "is not used, because the tileset has a placement");
        }
    }
    for (i, entity) in scene.fixed_entities.iter().enumerate() {
        if entity.pose.scale() != 1.0 {
            let pointer = entry("fixed_entities", i, &["pose", "scale"]);
            findings.warning(&pointer, "is not used: the rule that fits the entity gives its size");
        }
    }
}

/// What was wanted, if the ending is one of a known other kind of file.
fn unlikely(kind: ReferenceKind, extension: &str, is_web: bool) -> Option<&'static str> {
    let (wanted, fitting): (_, &[&str]) = match kind {
        ReferenceKind::Tileset => ("a tileset (tileset.json or .3tz)", &["json", "3tz"]),
        ReferenceKind::Model => ("a model (.glb or .gltf)", &["glb", "gltf"]),
        ReferenceKind::SumoNet => ("a SUMO network (.net.xml)", &["xml", "gz"]),
        ReferenceKind::Trace => ("a trace (.jsonl or .xml)", &["jsonl", "ndjson", "xml", "gz"]),
    };
    // An address on the web need not end in a file's name.
    let unknown = is_web && (extension.is_empty() || extension.len() > 5);
    (!unknown && !fitting.contains(&extension)).then_some(wanted)
}
