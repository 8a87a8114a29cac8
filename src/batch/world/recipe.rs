//! The great world as what a folder is filled with.

use std::collections::BTreeMap;
use std::sync::Arc;

use glam::DVec2;
use serde_json::json;

use super::{Recipe, Source, Tell, VERSION};
use crate::bake::frame::PlanFrame;
use crate::bake::tiling::land::{LandTree, Made, TileId};
use crate::world::great::World;
use crate::world::layout::WORLD_HALF_M;
use crate::world::sites::models;
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
        scenes(&self.options)
    }

    fn plan(&self, tell: Tell) -> Arc<dyn Source> {
        let world = World::new(&self.options, &mut |share, what| tell(share * 0.85, what));
        tell(0.85, "tree of tiles");
        let made = world.made();
        Arc::new(Planned { world, made })
    }
}

struct Planned {
    world: World,
    made: BTreeMap<TileId, Made>,
}

impl Source for Planned {
    fn tiles(&self) -> Vec<TileId> {
        self.made.iter().filter(|(_, made)| made.content_box.is_some()).map(|(id, _)| *id).collect()
    }

    fn files(&self, sink: &mut dyn FnMut(GeneratedFile), tell: Tell) -> Result<(), String> {
        let tree = self.world.tree.files(&self.made, None).map_err(|error| error.to_string())?;
        tree.into_iter().for_each(|file| sink(GeneratedFile { path: file.path, bytes: file.bytes }));
        tell(0.2, "models");
        models::files().into_iter().for_each(sink);
        Ok(())
    }

    fn tile(&self, id: TileId) -> Vec<u8> {
        self.world.tile(id).bytes
    }

    fn buildings(&self) -> u64 {
        self.world.buildings() as u64
    }
}

/// Scenes with nothing but the tiles and a few views.
fn scenes(options: &Options) -> Vec<GeneratedFile> {
    let looks = [
        ("city", "City", [-1500.0, -5200.0, 1100.0], [250.0, -1150.0, 60.0]),
        ("port", "Container port", [2300.0, -4600.0, 420.0], [3650.0, -3050.0, 10.0]),
        ("factory", "Factory", [3700.0, -300.0, 260.0], [4300.0, 550.0, 60.0]),
    ];
    let place = |p: [f64; 3]| json!({"e_m": p[0], "n_m": p[1], "u_m": p[2]});
    let view = |id: &str, title: &str, home: bool, eye, look| json!({"id": id, "title": title, "home": home, "eye": place(eye), "look": place(look)});
    let scene = |name: &str| {
        let views: Vec<_> =
            looks.iter().map(|&(id, title, eye, look)| view(id, title, id == name, eye, look)).collect();
        json!({
            "mirante": 1,
            "name": "Porto do Mirante",
            "description": "An invented city on the Atlantic coast, generated on this machine.",
            "origin": {"lon_deg": options.lon_deg, "lat_deg": options.lat_deg, "height_m": options.sea_h_m},
            "time": "2026-09-28T09:40:00+01:00",
            "tilesets": [{"id": "world", "title": "World", "url": "tileset.json"}],
            "views": views,
        })
    };
    SCENES
        .iter()
        .map(|name| GeneratedFile { path: format!("{name}.json"), bytes: scene(name).to_string().into_bytes() })
        .collect()
}
