//! The files that a scene names.

use super::pointer::{push_index, push_key};
use super::{EntityModel, Scene, SceneUrl};

/// What a [`Reference`] leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReferenceKind {
    /// A tileset.json or a .3tz archive.
    Tileset,
    /// A .glb or .gltf model.
    Model,
    /// A SUMO network.
    SumoNet,
    /// A recorded trace.
    Trace,
}

/// A file that a scene names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference<'a> {
    /// JSON pointer into the scene file.
    pub path: String,
    pub url: &'a SceneUrl,
    pub kind: ReferenceKind,
}

impl Scene {
    /// Every file that the scene names, in the order of the format; the same file as often as it is named.
    pub fn references(&self) -> Vec<Reference<'_>> {
        let mut all = Vec::new();
        let mut add = |pointer: String, url, kind| {
            all.push(Reference { path: self.source.in_file(&pointer), url, kind });
        };
        for (i, tileset) in self.tilesets.iter().enumerate() {
            add(entry("tilesets", i, &["url"]), &tileset.url, ReferenceKind::Tileset);
        }
        for (i, model) in self.models.iter().enumerate() {
            add(entry("models", i, &["url"]), &model.url, ReferenceKind::Model);
        }
        for (i, roads) in self.roads.iter().enumerate() {
            add(entry("roads", i, &["sumo_net"]), &roads.sumo_net, ReferenceKind::SumoNet);
        }
        for (i, rule) in self.entities.iter().enumerate() {
            if let EntityModel::File(url) = &rule.model {
                add(entry("entities", i, &["model"]), url, ReferenceKind::Model);
            }
        }
        if let Some(feed) = &self.feed {
            if let Some(url) = &feed.play {
                add("/feed/play".to_string(), url, ReferenceKind::Trace);
            }
            if let Some(url) = &feed.sumo_net {
                add("/feed/sumo_net".to_string(), url, ReferenceKind::SumoNet);
            }
        }
        all
    }
}

/// The pointer of a key inside an entry of one of the scene's lists.
pub(super) fn entry(list: &str, index: usize, keys: &[&str]) -> String {
    let mut pointer = String::new();
    push_key(&mut pointer, list);
    push_index(&mut pointer, index);
    for key in keys {
        push_key(&mut pointer, key);
    }
    pointer
}
