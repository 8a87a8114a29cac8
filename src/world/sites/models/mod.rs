//! Models of entities as GLB with named moving nodes.
//!
//! Drawn x forward, y left, z up, metres, origin on the ground in the middle (ships: on the waterline); the file is glTF:
//! +Z forward, +X left, +Y up. A node's own axes are parallel to the model's, so a binding moves a node along or turns it
//! about +X (left), +Y (up), +Z (forward).
//!
//! | model | nodes: what moves them, and the range |
//! | --- | --- |
//! | `sts` | `gantry` (root) slides along X on the quay; `boom` turns about X, 0 to -79 degrees up; `stays`: hide while the boom is up; `trolley` slides along Z, -35 to +58 m from the middle of the rails; `spreader` in it slides along Y, -43 to -3 m below the rails |
//! | `rtg` | `gantry` (root) slides along Z in the block; `trolley` slides along X, +-9.5 m; `spreader` in it slides along Y, -20.5 to -1.5 m |
//! | `straddle` | `frame` (root); `spreader` slides along Y, 0 to 12.5 m; `wheels_1` to `wheels_4` (axles, turn about X) |
//! | `yard_tractor` | `tractor` (root); `trailer` turns about Y at the fifth wheel; `wheels_front`, `wheels_rear` turn about X; `load` in the trailer: hide when empty |
//! | `reach_stacker` | `body` (root); `boom` turns about X, 0 to -60 degrees; `telescope` in it slides along Z, 0 to 6 m; `spreader` in that turns about X to stay level |
//! | `agv` | `body` (root); `lift` slides along Y, 0 to 0.12 m; `load` on it: hide when empty |
//! | `forklift` | `body` (root); `mast` turns about X, +-8 degrees; `carriage` in it slides along Y, 0 to 4 m |
//! | `stacker_crane` | `mast` (root) slides along Z in the aisle; `carriage` slides along Y, 0 to 32 m; `fork` in it slides along X, +-1.35 m |
//! | `shuttle` | `body` (root) slides along Z; `table` slides along Y, 0 to 0.06 m |
//! | `robot` | `base` (root); `a1` turns about Y, `a2` and `a3` about X, `a4` about Z, `a5` about X, `a6` about Z; all 0 in the drawn pose |
//! | `conveyor` | `frame` (root); `rollers` (no motion but a look), `pallet` slides along Z, +-1.5 m |
//! | `car_hatch`, `car_saloon`, `car_suv`, `van`, `bus` | `body` (root); `wheels_front`, `wheels_rear` turn about X |
//! | `truck` | `tractor` (root); `trailer` turns about Y at the fifth wheel; `load` in it; `wheels_front`, `wheels_rear` turn about X |
//! | `tram` | `middle` (root); `front` and `rear` turn about Y at their joints, +-25 degrees |
//! | `container_ship`, `tug`, `pilot_boat` | `hull` (root); `radar` turns about Y |
//! | `person` | `body` (root); `leg_left`, `leg_right`, `arm_left`, `arm_right` turn about X |
//! | `wind_turbine` | `tower` (root); `nacelle` turns about Y; `rotor` in it turns about Z |
//! | `barrier` | `post` (root); `arm` turns about Z, 0 (shut) to 85 degrees (open) |
//! | `container` | `container` (root) |
//! | `ferry` | `hull` (root); `radar` turns about Y |
//! | `sailing_boat` | `hull` (root); `sails` |
//! | `chair` | `chair` (root), hangs on the rope at its origin |
//! | `sts_frame`, `sts_trolley`, `sts_spreader` | the quay crane's `gantry` with its boom down, `trolley`, `spreader`, each alone |
//! | `rtg_frame`, `rtg_trolley`, `rtg_spreader` | the same of the yard gantry: `gantry`, `trolley`, `spreader` |
//! | `ropes` | `ropes`: a piece of [`ROPE_M`] that goes up from a spreader; trolleys have one below them |
//! | `yard_tractor_empty` | as `yard_tractor` without its load: `tractor`, `trailer`, `wheels_front`, `wheels_rear` |
//!
//! Cranes' parts are models of their own for viewers that place entities and do not move nodes.

mod machines;
mod people;
mod traffic;

pub use machines::ROPE_M;

use super::pen::{Pen, placed};
use crate::bake::glb::{self, Node};
use crate::bake::mesh::Mesh;
use crate::world::GeneratedFile;
use glam::{DVec2, DVec3};

/// A model while it is put together.
pub struct Model {
    nodes: Vec<Node>,
}

impl Model {
    pub fn new() -> Self {
        Self { nodes: Vec::new() }
    }

    /// Adds a part at a place of its parent (both in the drawing frame), and gives its number.
    pub fn part(&mut self, name: &str, parent: Option<usize>, at: [f64; 3], draw: impl FnOnce(&mut Pen)) -> usize {
        let mut mesh = Mesh::default();
        draw(&mut Pen::new(&mut mesh, placed(DVec3::ZERO, DVec2::NEG_Y), 4));
        // The writer turns z up into y up, and forward is its -y.
        let at = DVec3::new(at[1], -at[0], at[2]);
        self.nodes.push(Node { name: name.into(), parent, at, mesh });
        self.nodes.len() - 1
    }

    /// The names of its nodes, the root first.
    pub fn names(&self) -> Vec<&str> {
        self.nodes.iter().map(|n| n.name.as_str()).collect()
    }

    pub fn triangles(&self) -> usize {
        self.nodes.iter().flat_map(|n| &n.mesh.triangles).map(|t| t.len() / 3).sum()
    }

    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }
}

impl Default for Model {
    fn default() -> Self {
        Self::new()
    }
}

/// All models by name.
pub fn all() -> Vec<(&'static str, Model)> {
    let mut out = machines::all();
    out.extend(traffic::all());
    out.extend(people::all());
    out
}

/// All models as files `models/NAME.glb`.
pub fn files() -> Vec<GeneratedFile> {
    let file = |(name, model): (&str, Model)| GeneratedFile {
        path: format!("models/{name}.glb"),
        bytes: glb::model(&model.nodes),
    };
    all().into_iter().map(file).collect()
}
