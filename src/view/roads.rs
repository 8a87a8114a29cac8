//! Road networks of a scene: SUMO nets, read and drawn as lanes on the ground.

use bevy::light::NotShadowCaster;
use bevy::prelude::*;
use bevy::tasks::AsyncComputeTaskPool;
use crossbeam_channel::{Receiver, Sender, bounded};
use glam::DAffine3;

use super::ViewSet;
use super::look::Look;
use super::scene::{Layers, OpenScene, SceneStage};
use super::stream::{IssueLog, Jobs, Prepared, SurfaceFactory, prepare};
use crate::format::issue::{Issue, Issues};
use crate::format::sumo::SumoNet;
use crate::format::sumo::lanes::{LaneOptions, content_of_net};
use crate::geo::{SiteFrame, wgs84};
use crate::platform::fetch::FetchHandle;
use crate::stage::resolve;

/// How far lanes lie above the scene's ground, metres.
const RAISE_M: f64 = 0.06;

/// A network on its way, by its place in the scene's `roads`.
struct Arrived {
    index: usize,
    result: Result<(Vec<Prepared>, Issues), String>,
}

#[derive(Resource)]
pub struct Roads {
    sender: Sender<Arrived>,
    receiver: Receiver<Arrived>,
    waiting: usize,
    _handles: Vec<FetchHandle>,
}

impl Default for Roads {
    fn default() -> Self {
        let (sender, receiver) = bounded(64);
        Self { sender, receiver, waiting: 0, _handles: Vec::new() }
    }
}

impl Roads {
    pub fn is_settled(&self) -> bool {
        self.waiting == 0
    }
}

/// Marks the surface of a network.
#[derive(Component)]
pub struct RoadSurface(usize);

fn open(
    open: Res<OpenScene>,
    stage: Res<SceneStage>,
    jobs: Res<Jobs>,
    mut roads: ResMut<Roads>,
    mut log: ResMut<IssueLog>,
) {
    for (index, road) in open.scene.roads.iter().enumerate() {
        let location = match resolve(&open.base, &road.sumo_net) {
            Ok(location) => location,
            Err(error) => {
                log.push(Issue::error(format!("/roads/{index}/sumo_net"), error));
                continue;
            }
        };
        let stage = stage.0.clone();
        let height_m = road.height_m;
        let sender = roads.sender.clone();
        let handle = jobs.fetcher().get(&location, 2.0, move |result| {
            let work = async move {
                let result = result.map_err(|e| e.to_string()).and_then(|file| {
                    let net = SumoNet::from_bytes(&file.bytes).map_err(|e| e.to_string())?;
                    Ok(draw(&net, &stage, height_m))
                });
                let _ = sender.try_send(Arrived { index, result });
            };
            AsyncComputeTaskPool::get().spawn(work).detach();
        });
        roads._handles.push(handle);
        roads.waiting += 1;
    }
}

/// The net's lanes in the site frame at its own middle.
fn draw(net: &SumoNet, stage: &crate::stage::Stage, height_m: f64) -> (Vec<Prepared>, Issues) {
    let middle = net.centre().and_then(|c| net.geodetic_of(c.x, c.y)).and_then(Result::ok);
    let base_height_m = |lon: f64, lat: f64| stage.ellipsoidal_height_m(lon, lat, height_m);
    let site = match middle {
        Some(at) => SiteFrame::from_geodetic(at.at_height(base_height_m(at.lon_deg(), at.lat_deg()))),
        None => stage.site,
    };
    let origin = wgs84::geodetic_from_ecef(site.ecef_from_site.translation);
    let options = LaneOptions { base_height_m: origin.height_m, raise_m: RAISE_M, ..LaneOptions::default() };
    let mut content = content_of_net(net, &site, options);
    let issues = std::mem::take(&mut content.issues);
    let ecef_from_site: DAffine3 = site.ecef_from_site;
    (vec![prepare(content, ecef_from_site)], issues)
}

fn receive(
    open: Res<OpenScene>,
    layers: Res<Layers>,
    mut roads: ResMut<Roads>,
    mut factory: SurfaceFactory,
    mut log: ResMut<IssueLog>,
    mut commands: Commands,
    mut surfaces: Query<(&RoadSurface, &mut Visibility)>,
) {
    let visible = |index: usize| {
        open.scene.roads.get(index).is_some_and(|road| road.visible && layers.is_visible(road.layer.as_deref()))
    };
    let of = |shown: bool| if shown { Visibility::Visible } else { Visibility::Hidden };
    while let Ok(Arrived { index, result }) = roads.receiver.try_recv() {
        roads.waiting = roads.waiting.saturating_sub(1);
        let file = open.scene.roads.get(index).map(|road| road.sumo_net.as_str().to_string()).unwrap_or_default();
        match result {
            Ok((prepared, issues)) => {
                log.extend(issues, &file);
                for prepared in prepared {
                    for surface in factory.surfaces(prepared.surfaces) {
                        commands.spawn((
                            RoadSurface(index),
                            Mesh3d(surface.mesh),
                            MeshMaterial3d(surface.material),
                            prepared.pose,
                            surface.aabb,
                            of(visible(index)),
                            Look::default().tag(),
                            NotShadowCaster,
                        ));
                    }
                }
            }
            Err(error) => log.push(Issue::error("", error).in_file(file)),
        }
    }
    if layers.is_changed() {
        for (surface, mut visibility) in &mut surfaces {
            visibility.set_if_neq(of(visible(surface.0)));
        }
    }
}

pub fn plugin(app: &mut App) {
    app.init_resource::<Roads>()
        .add_systems(PostStartup, open.after(super::scene::open))
        .add_systems(Update, receive.in_set(ViewSet::Stream));
}
