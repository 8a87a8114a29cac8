//! What each value of a scene alone does not show: names that lead nowhere, values that contradict each other, rules
//! that nothing can reach.
//!
//! Errors are things that can't work as they stand, warnings things that hardly are what the author meant, infos things
//! worth knowing. Files that the scene names are not opened here: the caller does that with [`Scene::references`].

mod feed;
mod links;
mod maps;
mod places;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use super::references::entry;
use super::suggest::nearest;
use super::{EntityRule, Layer, Scene};
use crate::format::issue::{Issue, Issues, Severity};

/// Checks a scene that [`super::read`] gave; issues have JSON pointers into the file that it was read from.
pub fn check(scene: &Scene) -> Issues {
    let mut findings = Findings { scene, issues: Issues::default() };
    ids(&mut findings);
    layers(&mut findings);
    places::check(&mut findings);
    links::check(&mut findings);
    rules::check(&mut findings);
    feed::check(&mut findings);
    emptiness(&mut findings);
    findings.issues
}

/// The scene under check and what was found.
struct Findings<'a> {
    scene: &'a Scene,
    issues: Issues,
}

impl Findings<'_> {
    fn add(&mut self, severity: Severity, pointer: &str, message: impl Into<String>) {
        self.issues.push(Issue::new(severity, self.scene.source.in_file(pointer), message));
    }

    fn error(&mut self, pointer: &str, message: impl Into<String>) {
        self.add(Severity::Error, pointer, message);
    }

    fn warning(&mut self, pointer: &str, message: impl Into<String>) {
        self.add(Severity::Warning, pointer, message);
    }

    fn info(&mut self, pointer: &str, message: impl Into<String>) {
        self.add(Severity::Info, pointer, message);
    }

    /// A pointer into the scene as the author sees it, to be named inside a message.
    fn shown(&self, pointer: &str) -> String {
        self.scene.source.in_file(pointer)
    }
}

fn ids(findings: &mut Findings<'_>) {
    let scene = findings.scene;
    let mut things = BTreeMap::new();
    unique(findings, "tilesets", scene.tilesets.iter().map(|tileset| tileset.id.as_str()), &mut things);
    unique(findings, "models", scene.models.iter().map(|model| model.id.as_str()), &mut things);
    unique(findings, "roads", scene.roads.iter().map(|roads| roads.id.as_str()), &mut things);
    unique(findings, "layers", scene.layers.iter().map(|layer| layer.id.as_str()), &mut BTreeMap::new());
    unique(findings, "views", scene.views.iter().map(|view| view.id.as_str()), &mut BTreeMap::new());
    let fixed = scene.fixed_entities.iter().map(|entity| entity.id.as_str());
    unique(findings, "fixed_entities", fixed, &mut BTreeMap::new());
}

/// `seen`: the pointer of each id's first use, shared by lists whose ids must differ from one another.
fn unique<'a>(
    findings: &mut Findings<'_>,
    list: &str,
    ids: impl Iterator<Item = &'a str>,
    seen: &mut BTreeMap<&'a str, String>,
) {
    for (i, id) in ids.enumerate() {
        let pointer = entry(list, i, &["id"]);
        match seen.get(id) {
            Some(first) => {
                let first = findings.shown(first);
                findings.error(&pointer, format!("the id {id:?} is taken already, by {first}"));
            }
            None => {
                seen.insert(id, pointer);
            }
        }
    }
}

fn layers(findings: &mut Findings<'_>) {
    let scene = findings.scene;
    let known: BTreeSet<&str> = scene.layers.iter().map(|layer| layer.id.as_str()).collect();
    let mut used = BTreeSet::new();
    let uses = (scene.tilesets.iter().map(|t| &t.layer).enumerate().map(|(i, layer)| ("tilesets", i, layer)))
        .chain(scene.models.iter().map(|m| &m.layer).enumerate().map(|(i, layer)| ("models", i, layer)))
        .chain(scene.roads.iter().map(|r| &r.layer).enumerate().map(|(i, layer)| ("roads", i, layer)))
        .chain(
            scene.entities.iter().map(|e: &EntityRule| &e.layer).enumerate().map(|(i, layer)| ("entities", i, layer)),
        );
    for (list, i, layer) in uses {
        let Some(layer) = layer.as_deref() else { continue };
        if known.contains(layer) {
            used.insert(layer);
        } else if findings.issues.len() < Issues::MAX {
            let hint = nearest(layer, known.iter().copied()).map(|near| format!(", did you mean {near:?}"));
            let message = format!("there is no layer {layer:?}{}", hint.unwrap_or_default());
            findings.error(&entry(list, i, &["layer"]), message);
        }
    }
    for (i, Layer { id, .. }) in scene.layers.iter().enumerate() {
        if !used.contains(id.as_str()) {
            findings.info(&entry("layers", i, &[]), format!("nothing is in the layer {id:?}"));
        }
    }
}

fn emptiness(findings: &mut Findings<'_>) {
    let scene = findings.scene;
    let nothing_stands = scene.tilesets.is_empty() && scene.models.is_empty() && scene.roads.is_empty();
    let nothing_moves = scene.feed.is_none() && scene.fixed_entities.is_empty();
    if nothing_stands && nothing_moves {
        findings.info("", "the scene shows nothing but the sky and the ground");
    } else if nothing_moves && !scene.entities.is_empty() {
        findings.info("/entities", "there are rules for entities but neither a feed nor fixed entities");
    }
}
