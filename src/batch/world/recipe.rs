//! The great world as what a folder is filled with.

use std::collections::BTreeMap;
use std::sync::Arc;

use glam::DVec2;

use super::{Recipe, Source, Tell, VERSION};
use crate::bake::frame::PlanFrame;
use crate::bake::tiling::land::{LandTree, Made, TileId};
use crate::format::gzip::gzip;
use crate::world::great::{World, far};
use crate::world::layout::WORLD_HALF_M;
use crate::world::live;
use crate::world::{GeneratedFile, Options};

/// Names of the scenes over the world, the demo's first; each has a file `NAME.json`.
pub const SCENES: [&str; 3] = ["city", "port", "factory"];

/// The great world.
#[derive(Debug, Clone, Copy, Default)]
pub struct Great {
    pub options: Options,
    /// Whether tiles are kept compressed.
    pub zipped: bool,
}

impl Recipe for Great {
    fn fingerprint(&self) -> String {
        format!("world {VERSION} {self:?}")
    }

    fn zipped(&self) -> bool {
        self.zipped
    }

    fn tree(&self) -> LandTree {
        let frame = PlanFrame::new(self.options.lon_deg, self.options.lat_deg, self.options.sea_h_m);
        LandTree { frame, low: DVec2::splat(-WORLD_HALF_M), size_m: WORLD_HALF_M * 2.0 }
    }

    fn early(&self) -> Vec<GeneratedFile> {
        live::scenes()
    }

    fn plan(&self, tell: Tell) -> Arc<dyn Source> {
        let world = World::new(&self.options, &mut |share, what| tell(share * 0.85, what));
        tell(0.85, "tree of tiles");
        let made = world.made();
        Arc::new(Planned { world, made, zipped: self.zipped })
    }
}

struct Planned {
    world: World,
    made: BTreeMap<TileId, Made>,
    zipped: bool,
}

impl Source for Planned {
    fn tiles(&self) -> Vec<TileId> {
        self.made.iter().filter(|(_, made)| made.content_box.is_some()).map(|(id, _)| *id).collect()
    }

    fn files(&self, sink: &mut dyn FnMut(GeneratedFile), tell: Tell) -> Result<(), String> {
        let (backdrop, bytes) = far::backdrop(&self.world);
        let tree = self.world.tree.files(&self.made, Some(&backdrop)).map_err(|error| error.to_string())?;
        sink(GeneratedFile { path: backdrop.uri, bytes });
        tree.into_iter().for_each(|file| sink(GeneratedFile { path: file.path, bytes: file.bytes }));
        let options = &self.world.options;
        self.world
            .live(options.trace_secs, &mut |share, what| tell(0.2 + 0.7 * share, what))
            .into_iter()
            .for_each(&mut *sink);
        let network = self.world.network();
        // Its compressed twin is known to the fetcher.
        sink(match self.zipped {
            true => GeneratedFile { path: format!("{}.gz", network.path), bytes: gzip(&network.bytes) },
            false => network,
        });
        Ok(())
    }

    fn tile(&self, id: TileId) -> Vec<u8> {
        self.world.tile(id).bytes
    }

    fn buildings(&self) -> u64 {
        self.world.buildings() as u64
    }
}
