//! The models that entity rules name: built-in shapes, and glTF files that are fetched and decoded once each.

use bevy::camera::primitives::Aabb;
use bevy::prelude::*;
use bevy::tasks::AsyncComputeTaskPool;
use crossbeam_channel::{Receiver, Sender, bounded};
use glam::{DAffine3, DMat3, DVec3};
use std::collections::HashMap;
use std::sync::Arc;

use super::shapes;
use crate::format::content::decode::{DecodeOptions, Decoded, ResourceMap, decode};
use crate::format::content::{Instance, Topology};
use crate::format::issue::{Issue, Issues};
use crate::format::scene::{EntityModel, EntityRule, Shape};
use crate::format::uri::{Location, Scope};
use crate::platform::fetch::{FetchHandle, Fetched};
use crate::stage::body_from_content;
use crate::view::look::plain;
use crate::view::stream::{IssueLog, Jobs, Surface, SurfaceFactory, Surfaces, surfaces};

/// A model that the engine has.
#[derive(Clone)]
pub struct Model {
    pub surfaces: Vec<Surface>,
    /// Corners of its triangles in the local frame (x right, y up, front at -z), three each.
    pub corners: Arc<[Vec3]>,
    pub center: Vec3,
    pub radius_m: f32,
}

enum State {
    Loading(Box<Loading>),
    Ready(Model),
    Failed,
}

/// A file on its way.
struct Loading {
    location: Location,
    rule: EntityRule,
    bytes: Option<Arc<[u8]>>,
    resources: ResourceMap,
    waiting: usize,
    rounds: u32,
    _handles: Vec<FetchHandle>,
}

enum Message {
    File(usize, Result<Fetched, String>),
    Resource(usize, String, Result<Fetched, String>),
    Decoded(usize, Box<Finished>),
}

enum Finished {
    Ready { surfaces: Surfaces, corners: Vec<Vec3>, issues: Issues },
    Missing(Vec<String>),
    Failed(String),
}

/// One model a rule.
#[derive(Resource)]
pub struct Models {
    states: HashMap<usize, State>,
    sender: Sender<Message>,
    receiver: Receiver<Message>,
}

impl Default for Models {
    fn default() -> Self {
        let (sender, receiver) = bounded(4_096);
        Self { states: HashMap::new(), sender, receiver }
    }
}

/// Models are few and wanted at once.
const PRIORITY: f32 = 2.0;

/// The rule of entities that no rule of the scene fits: a plain box.
pub const NO_RULE: usize = usize::MAX;

impl Models {
    /// The model of a rule once it is there; the first call starts loading it.
    pub fn get(
        &mut self,
        index: usize,
        rule: &EntityRule,
        resolve: impl FnOnce(&crate::format::scene::SceneUrl) -> Result<Location, String>,
        jobs: &Jobs,
        factory: &mut SurfaceFactory,
        log: &mut IssueLog,
    ) -> Option<Model> {
        if !self.states.contains_key(&index) {
            let state = match &rule.model {
                EntityModel::Shape(shape) => State::Ready(shape_model(*shape, rule, factory)),
                EntityModel::File(url) => match resolve(url) {
                    Ok(location) => self.start(index, location, rule, jobs),
                    Err(error) => {
                        log.push(Issue::error(format!("/entities/{index}/model"), error));
                        State::Failed
                    }
                },
            };
            self.states.insert(index, state);
        }
        match self.states.get(&index) {
            Some(State::Ready(model)) => Some(model.clone()),
            _ => None,
        }
    }

    fn start(&self, index: usize, location: Location, rule: &EntityRule, jobs: &Jobs) -> State {
        let sender = self.sender.clone();
        let handle = jobs.fetcher().get(&location, PRIORITY, move |result| {
            let _ = sender.try_send(Message::File(index, result.map_err(|e| e.to_string())));
        });
        State::Loading(Box::new(Loading {
            location,
            rule: rule.clone(),
            bytes: None,
            resources: ResourceMap::default(),
            waiting: 1,
            rounds: 0,
            _handles: vec![handle],
        }))
    }

    /// Takes in what has come; true if a model became ready.
    pub fn receive(&mut self, jobs: &Jobs, factory: &mut SurfaceFactory, log: &mut IssueLog) -> bool {
        let mut any = false;
        while let Ok(message) = self.receiver.try_recv() {
            let index = match &message {
                Message::File(index, _) | Message::Resource(index, _, _) | Message::Decoded(index, _) => *index,
            };
            let Some(State::Loading(loading)) = self.states.get_mut(&index) else { continue };
            let next = match message {
                Message::File(_, Ok(file)) => {
                    loading.bytes = Some(file.bytes);
                    loading.waiting = 0;
                    None
                }
                Message::File(_, Err(error)) => Some(Err(error)),
                Message::Resource(_, uri, result) => {
                    loading.resources.insert(uri, result.ok().map(|f| f.bytes));
                    loading.waiting = loading.waiting.saturating_sub(1);
                    None
                }
                Message::Decoded(_, finished) => match *finished {
                    Finished::Ready { surfaces, corners, issues } => {
                        log.extend(issues, &loading.location.to_string());
                        Some(Ok(model(factory.surfaces(surfaces), corners)))
                    }
                    Finished::Failed(error) => Some(Err(error)),
                    Finished::Missing(uris) => match fetch_more(index, loading, uris, jobs, &self.sender) {
                        Ok(()) => None,
                        Err(error) => Some(Err(error)),
                    },
                },
            };
            match next {
                Some(Ok(model)) => {
                    self.states.insert(index, State::Ready(model));
                    any = true;
                }
                Some(Err(error)) => {
                    log.push(Issue::error("", error).in_file(loading.location.to_string()));
                    // What can't be had is shown as a plain body: an entity is never invisible for a lost file.
                    let model = shape_model(Shape::Box, &loading.rule, factory);
                    self.states.insert(index, State::Ready(model));
                    any = true;
                }
                None if loading.waiting == 0 => decode_later(index, loading, self.sender.clone()),
                None => {}
            }
        }
        any
    }

    /// Whether any model is still on its way.
    pub fn is_loading(&self) -> bool {
        self.states.values().any(|state| matches!(state, State::Loading(_)))
    }
}

fn fetch_more(
    index: usize,
    loading: &mut Loading,
    uris: Vec<String>,
    jobs: &Jobs,
    sender: &Sender<Message>,
) -> Result<(), String> {
    loading.rounds += 1;
    if loading.rounds > 4 || uris.len() > 256 {
        return Err("it names too many other files".to_string());
    }
    let scope = Scope::of(&loading.location);
    let mut handles = Vec::new();
    for uri in uris {
        match loading.location.join(&uri, &scope) {
            Ok(location) => {
                let sender = sender.clone();
                handles.push(jobs.fetcher().get(&location, PRIORITY, move |result| {
                    let _ = sender.try_send(Message::Resource(index, uri, result.map_err(|e| e.to_string())));
                }));
            }
            Err(_) => {
                loading.resources.insert(uri, None);
            }
        }
    }
    loading.waiting = handles.len();
    loading._handles = handles;
    Ok(())
}

fn decode_later(index: usize, loading: &Loading, sender: Sender<Message>) {
    let Some(bytes) = loading.bytes.clone() else { return };
    let files = loading.resources.clone();
    let rule = loading.rule.clone();
    AsyncComputeTaskPool::get()
        .spawn(async move {
            let work = std::panic::AssertUnwindSafe(|| finish(&bytes, &files, &rule));
            let finished = std::panic::catch_unwind(work)
                .unwrap_or_else(|_| Finished::Failed("reading it met an error of the program".into()));
            let _ = sender.try_send(Message::Decoded(index, Box::new(finished)));
        })
        .detach();
}

fn finish(bytes: &[u8], files: &ResourceMap, rule: &EntityRule) -> Finished {
    let options = DecodeOptions { merge: true, ..default() };
    let mut content = match decode(bytes, &options, files) {
        Ok(Decoded::Content(content)) => content,
        Ok(Decoded::Missing(uris)) => return Finished::Missing(uris),
        Ok(Decoded::Tileset) => return Finished::Failed("expected a model, got a tileset".into()),
        Err(error) => return Finished::Failed(error.to_string()),
    };
    let body_from_model = stretch(rule, content.bounds());
    let local_from_content = local_from_body() * body_from_model;
    let mut corners = Vec::new();
    let one = [Instance { part_from_instance: DAffine3::IDENTITY }];
    for part in content.parts.iter().filter(|part| part.geometry.topology == Topology::Triangles) {
        let copies = if part.instances.is_empty() { &one[..] } else { &part.instances[..] };
        for copy in copies {
            let local = local_from_content * part.content_from_part * copy.part_from_instance;
            let at = |i: &u32| local.transform_point3(part.geometry.positions[*i as usize].as_dvec3()).as_vec3();
            corners.extend(part.geometry.indices.iter().map(at));
        }
    }
    let issues = std::mem::take(&mut content.issues);
    Finished::Ready { surfaces: surfaces(&content, local_from_content), corners, issues }
}

/// From body axes (x right, y forward, z up) to Bevy's (x right, y up, front at -z).
fn local_from_body() -> DAffine3 {
    DAffine3::from_mat3(DMat3::from_cols(DVec3::X, DVec3::NEG_Z, DVec3::Y))
}

/// From the model's content frame to body axes: turned as the rule says, scaled or stretched to the rule's size.
fn stretch(rule: &EntityRule, bounds: Option<(DVec3, DVec3)>) -> DAffine3 {
    let turn = DAffine3::from_rotation_z(-rule.model_heading_offset_deg.to_radians()) * body_from_content();
    let scale = match (rule.size_m, bounds) {
        (Some([length, width, height]), Some((lo, hi))) => {
            let own = (turn.transform_vector3(hi) - turn.transform_vector3(lo)).abs().max(DVec3::splat(1e-6));
            DVec3::new(width, length, height) / own
        }
        _ => DVec3::splat(rule.scale),
    };
    DAffine3::from_scale(scale) * turn
}

fn shape_model(shape: Shape, rule: &EntityRule, factory: &mut SurfaceFactory) -> Model {
    let size = rule.size_m.unwrap_or_else(|| shape.usual_size_m()).map(|m| m * rule.scale);
    let Some((mesh, corners)) = shapes::mesh(shape, size) else { return model(Vec::new(), Vec::new()) };
    let material = plain(StandardMaterial { perceptual_roughness: 0.45, metallic: 0.0, ..default() });
    let surface = factory.surface(mesh, material, aabb(&corners));
    model(vec![surface], corners)
}

fn aabb(corners: &[Vec3]) -> Aabb {
    let (lo, hi) = corners.iter().fold((Vec3::INFINITY, Vec3::NEG_INFINITY), |(lo, hi), c| (lo.min(*c), hi.max(*c)));
    if corners.is_empty() { Aabb::default() } else { Aabb::from_min_max(lo, hi) }
}

fn model(surfaces: Vec<Surface>, corners: Vec<Vec3>) -> Model {
    let bounds = aabb(&corners);
    let center = Vec3::from(bounds.center);
    Model { surfaces, center, radius_m: Vec3::from(bounds.half_extents).length(), corners: corners.into() }
}
