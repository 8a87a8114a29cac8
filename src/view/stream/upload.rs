//! Ready tiles become entities, within a budget a frame; entities are shown, hidden and freed.

use bevy::camera::primitives::Aabb;
use bevy::light::{NotShadowCaster, NotShadowReceiver};
use bevy::mesh::MeshTag;
use bevy::prelude::*;
use glam::{DAffine3, DVec3};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use super::prepare::{Prepared, PreparedMaterial, Surfaces};
use crate::format::content::{Content, Topology};
use crate::format::tileset::Tileset;
use crate::format::uri::Location;
use crate::tiles::{Draw, Loaded, TileForest, TileId};
use crate::view::look::{Look, SurfaceMaterial, plain};
use crate::view::space::EcefPose;

/// Bytes that may go to the GPU in one frame; one tile may be larger, then it goes alone.
const UPLOAD_BYTES_PER_FRAME: u64 = 8 << 20;
/// Time that taking in tiles may use in one frame, milliseconds.
const UPLOAD_MS_PER_FRAME: f64 = 3.0;

/// Marks an entity that draws part of a tile.
#[derive(Component, Debug, Clone, Copy)]
pub struct TileContent(pub TileId);

/// Materials without textures are shared by all tiles, so that they batch.
#[derive(Resource, Default)]
pub struct MaterialCache(HashMap<String, Handle<SurfaceMaterial>>);

/// One draw that the engine has.
#[derive(Clone)]
pub struct Surface {
    pub mesh: Handle<Mesh>,
    pub material: Handle<SurfaceMaterial>,
    pub aabb: Aabb,
    pub topology: Topology,
}

/// The engine's stores of what has a surface.
#[derive(bevy::ecs::system::SystemParam)]
pub struct SurfaceFactory<'w> {
    meshes: ResMut<'w, Assets<Mesh>>,
    images: ResMut<'w, Assets<Image>>,
    materials: ResMut<'w, Assets<SurfaceMaterial>>,
    cache: ResMut<'w, MaterialCache>,
}

impl SurfaceFactory<'_> {
    /// Gives surfaces to the engine; what was shared stays shared.
    pub fn surfaces(&mut self, surfaces: Surfaces) -> Vec<Surface> {
        let images: Vec<_> = surfaces.images.into_iter().map(|image| self.images.add(image)).collect();
        let materials: Vec<_> = surfaces.materials.iter().map(|m| self.material(m, &images)).collect();
        surfaces
            .meshes
            .into_iter()
            .map(|m| Surface {
                mesh: self.meshes.add(m.mesh),
                material: materials[m.material].clone(),
                aabb: m.aabb,
                topology: m.topology,
            })
            .collect()
    }

    /// One surface with a material of its own.
    pub fn surface(&mut self, mesh: Mesh, material: SurfaceMaterial, aabb: Aabb) -> Surface {
        Surface {
            mesh: self.meshes.add(mesh),
            material: self.materials.add(material),
            aabb,
            topology: Topology::Triangles,
        }
    }

    fn material(&mut self, prepared: &PreparedMaterial, images: &[Handle<Image>]) -> Handle<SurfaceMaterial> {
        if !prepared.is_textured() {
            let key = format!("{:?}", prepared.base);
            if let Some(known) = self.cache.0.get(&key) {
                return known.clone();
            }
            let handle = self.materials.add(plain(prepared.base.clone()));
            self.cache.0.insert(key, handle.clone());
            return handle;
        }
        let image = |index: Option<usize>| index.and_then(|i| images.get(i).cloned());
        let mut base = prepared.base.clone();
        base.base_color_texture = image(prepared.base_color);
        base.metallic_roughness_texture = image(prepared.metallic_roughness);
        base.emissive_texture = image(prepared.emissive);
        base.occlusion_texture = image(prepared.occlusion);
        base.normal_map_texture = image(prepared.normal);
        self.materials.add(plain(base))
    }
}

/// A tile whose entities exist.
struct Resident {
    entities: Vec<Entity>,
    contents: Vec<(Arc<Content>, DAffine3)>,
    triangles: u64,
    draws: u64,
    lowest_m: f64,
    wire_bytes: u64,
    visible: bool,
    tag: MeshTag,
}

/// A tile that is ready and waits for its turn.
struct Ready {
    tile: TileId,
    prepared: Vec<Prepared>,
    tilesets: Vec<(Location, Tileset)>,
    ecef_from_tile: DAffine3,
    wire_bytes: u64,
}

/// Tiles between the workers and the GPU, and those that are there.
#[derive(Resource, Default)]
pub struct Uploads {
    ready: VecDeque<Ready>,
    resident: HashMap<TileId, Resident>,
    /// What the selection wants on screen.
    pub draw: Vec<Draw>,
    /// What throws shadows from outside of the picture.
    pub casters: Vec<TileId>,
    pub unload: Vec<TileId>,
    was_drawn: HashSet<TileId>,
    drawn_before: u64,
    draw_changed: bool,
    needed_wire_bytes: u64,
}

impl Uploads {
    pub(super) fn push(
        &mut self,
        tile: TileId,
        prepared: Vec<Prepared>,
        tilesets: Vec<(Location, Tileset)>,
        ecef_from_tile: DAffine3,
        wire_bytes: u64,
    ) {
        self.ready.push_back(Ready { tile, prepared, tilesets, ecef_from_tile, wire_bytes });
    }

    /// True if the tile was waiting and is now dropped.
    pub fn forget(&mut self, tile: TileId) -> bool {
        let before = self.ready.len();
        self.ready.retain(|ready| ready.tile != tile);
        self.ready.len() < before
    }

    /// Makes entities of ready tiles until the frame's budget is used; returns how many.
    pub(super) fn upload(
        &mut self,
        start: Instant,
        forest: &mut TileForest,
        factory: &mut SurfaceFactory,
        commands: &mut Commands,
    ) -> usize {
        let (mut bytes, mut count) = (0, 0);
        while let Some(ready) = self.ready.front() {
            let size: u64 = ready.prepared.iter().map(|p| p.bytes).sum();
            let late = start.elapsed().as_secs_f64() * 1e3 > UPLOAD_MS_PER_FRAME;
            if count > 0 && (late || bytes + size > UPLOAD_BYTES_PER_FRAME) {
                break;
            }
            let Some(ready) = self.ready.pop_front() else { break };
            bytes += size;
            count += 1;
            self.make_resident(ready, size, forest, factory, commands);
        }
        count
    }

    fn make_resident(
        &mut self,
        ready: Ready,
        bytes: u64,
        forest: &mut TileForest,
        factory: &mut SurfaceFactory,
        commands: &mut Commands,
    ) {
        let bounds = bounds_in_tile(&ready);
        let drawable = ready.prepared.iter().any(|p| !p.surfaces.meshes.is_empty());
        let content = Loaded::Content { bytes, tilesets: ready.tilesets, drawable, bounds };
        if !forest.loaded(ready.tile, content) {
            return;
        }
        let mut resident = Resident {
            entities: Vec::new(),
            contents: Vec::new(),
            triangles: 0,
            draws: 0,
            lowest_m: f64::INFINITY,
            wire_bytes: ready.wire_bytes,
            visible: false,
            tag: Look::default().tag(),
        };
        for prepared in ready.prepared {
            resident.triangles += prepared.triangles;
            resident.lowest_m = resident.lowest_m.min(prepared.lowest_m);
            resident.draws += prepared.surfaces.meshes.len() as u64;
            for surface in factory.surfaces(prepared.surfaces) {
                resident.entities.push(spawn(commands, ready.tile, prepared.pose, surface));
            }
            resident.contents.push((prepared.content, prepared.ecef_from_content));
        }
        self.resident.insert(ready.tile, resident);
    }

    /// Shows the draw list: visibility, fade, and which tiles were ever of use.
    pub fn show(&mut self, shown: &mut Query<(&mut Visibility, &mut MeshTag), With<TileContent>>) {
        let mut hash = 0u64;
        let mut now = HashMap::with_capacity(self.draw.len());
        for draw in &self.draw {
            let look = Look { opacity: draw.opacity, going: draw.fading_out, ..Look::default() };
            now.insert(draw.tile, look.tag());
            if let Some(resident) = self.resident.get(&draw.tile)
                && self.was_drawn.insert(draw.tile)
            {
                self.needed_wire_bytes += resident.wire_bytes;
            }
            hash = hash.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(u64::from(draw.tile.0) + 1);
        }
        for tile in &self.casters {
            now.entry(*tile).or_insert_with(|| Look::default().tag());
        }
        self.draw_changed = hash != self.drawn_before;
        self.drawn_before = hash;
        for (tile, resident) in &mut self.resident {
            let tag = now.get(tile);
            let visible = tag.is_some();
            let tag = tag.cloned().unwrap_or_else(|| resident.tag.clone());
            if visible == resident.visible && tag == resident.tag {
                continue;
            }
            resident.visible = visible;
            resident.tag = tag.clone();
            for entity in &resident.entities {
                if let Ok((mut visibility, mut mesh_tag)) = shown.get_mut(*entity) {
                    *visibility = if visible { Visibility::Visible } else { Visibility::Hidden };
                    mesh_tag.set_if_neq(tag.clone());
                }
            }
        }
    }

    /// Frees what the selection no longer keeps; returns how many tiles.
    pub fn free(&mut self, forest: &mut TileForest, commands: &mut Commands) -> usize {
        let count = self.unload.len();
        for tile in std::mem::take(&mut self.unload) {
            if let Some(resident) = self.resident.remove(&tile) {
                for entity in resident.entities {
                    // Meshes, images and materials go with their last handle.
                    commands.entity(entity).despawn();
                }
            }
            self.was_drawn.remove(&tile);
            forest.unloaded(tile);
        }
        count
    }

    pub fn draw_changed(&self) -> bool {
        self.draw_changed
    }

    pub fn waiting(&self) -> usize {
        self.ready.len()
    }

    pub fn needed_wire_bytes(&self) -> u64 {
        self.needed_wire_bytes
    }

    pub fn drawn_triangles(&self) -> u64 {
        self.drawn().map(|(_, resident)| resident.triangles).sum()
    }

    /// The lowest point of what is drawn, metres above the ellipsoid.
    pub fn lowest_m(&self) -> Option<f64> {
        self.drawn().map(|(_, resident)| resident.lowest_m).filter(|m| m.is_finite()).reduce(f64::min)
    }

    pub fn drawn_meshes(&self) -> u64 {
        self.drawn().map(|(_, resident)| resident.draws).sum()
    }

    fn drawn(&self) -> impl Iterator<Item = (TileId, &Resident)> {
        self.draw.iter().filter(|d| !d.fading_out).filter_map(|d| Some((d.tile, self.resident.get(&d.tile)?)))
    }

    /// All contents that are held, on screen or not.
    pub fn held_contents(&self) -> impl Iterator<Item = (TileId, &[(Arc<Content>, DAffine3)])> {
        self.resident.iter().map(|(tile, resident)| (*tile, resident.contents.as_slice()))
    }

    /// The contents on screen, for ray casts.
    pub fn drawn_contents(&self) -> impl Iterator<Item = (TileId, &Arc<Content>, DAffine3)> {
        self.drawn().flat_map(|(tile, resident)| {
            resident.contents.iter().map(move |(content, ecef_from_content)| (tile, content, *ecef_from_content))
        })
    }
}

fn bounds_in_tile(ready: &Ready) -> Option<(DVec3, DVec3)> {
    let tile_from_ecef = ready.ecef_from_tile.inverse();
    let mut bounds: Option<(DVec3, DVec3)> = None;
    for prepared in &ready.prepared {
        let Some((lo, hi)) = prepared.content.bounds() else { continue };
        let tile_from_content = tile_from_ecef * prepared.ecef_from_content;
        for corner in 0..8 {
            let pick = |bit: u32, a: f64, b: f64| if corner & bit == 0 { a } else { b };
            let p = DVec3::new(pick(1, lo.x, hi.x), pick(2, lo.y, hi.y), pick(4, lo.z, hi.z));
            let p = tile_from_content.transform_point3(p);
            bounds = Some(bounds.map_or((p, p), |(lo, hi)| (lo.min(p), hi.max(p))));
        }
    }
    bounds
}

fn spawn(commands: &mut Commands, tile: TileId, pose: EcefPose, surface: Surface) -> Entity {
    let mut entity = commands.spawn((
        TileContent(tile),
        Mesh3d(surface.mesh),
        MeshMaterial3d(surface.material),
        pose,
        Visibility::Hidden,
        surface.aabb,
        Look::default().tag(),
    ));
    if surface.topology != Topology::Triangles {
        entity.insert((NotShadowCaster, NotShadowReceiver));
    }
    entity.id()
}
