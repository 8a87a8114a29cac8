//! The plan of the great world: a coastal city of 16 by 16 km, made from a seed.
//!
//! Pure data, no drawing. Plan frame: metres east and north of the world's middle, up above the sea at 0.
//!
//! [`City::new`] makes what everything hangs on, in about a second: the land ([`terrain`]), the street graph and its
//! faces ([`graph`]), the surfaces between kerbs ([`surface`]), the motorway ([`motorway`]). Buildings of a block are
//! made when they are asked for, always the same ([`City::buildings_of`]), so that a hundred thousand of them need no
//! memory.
//!
//! Numbers: edges, nodes and faces are those of the graph; strips, junctions and blocks of land have the same ones.

pub mod arterials;
pub mod buildings;
pub mod cover;
pub mod districts;
pub mod divide;
pub mod geom;
pub mod graph;
pub mod landmarks;
pub mod lines;
pub mod lots;
pub mod motorway;
pub mod near;
pub mod net;
pub mod network;
pub mod open;
pub mod program;
pub mod railway;
pub mod relief;
pub mod styles;
pub mod surface;
pub mod terrain;
pub mod things;
pub mod words;

use super::building::Building;
use districts::QUARTERS;
use geom::Bounds;
use graph::{Graph, Ground};
use lots::Parcel;
use motorway::Motorway;
use program::Program;
use surface::Surface;
use terrain::Terrain;

/// The whole plan.
pub struct City {
    pub seed: u64,
    pub terrain: Terrain,
    pub motorway: Motorway,
    pub railway: railway::Railway,
    pub graph: Graph,
    pub surface: Surface,
}

impl City {
    pub fn new(seed: u64) -> Self {
        let mut terrain = Terrain::new(seed);
        let motorway = Motorway::new(&terrain);
        let mut graph = Graph::new(seed, &terrain, &motorway);
        let railway = railway::Railway::new(&terrain, &graph);
        motorway.grade(&mut terrain);
        railway.grade(&mut terrain);
        graph.grade_mountain_roads(&mut terrain);
        let surface = Surface::fitted(&mut graph);
        Self { seed, terrain, motorway, railway, graph, surface }
    }

    /// Faces that touch a rectangle and are land between streets.
    pub fn blocks_in(&self, rect: &Bounds) -> Vec<usize> {
        let mut found = self.graph.faces_in(rect);
        found.retain(|&f| self.graph.faces[f].ground == Ground::Block);
        found
    }

    pub fn program_of(&self, face: usize) -> Program {
        let parcel = Parcel::new(&self.graph, &self.surface, face);
        program::program_of(self, face, parcel.as_ref())
    }

    /// What stands on a face; the same at every call.
    pub fn buildings_of(&self, face: usize) -> Vec<Building> {
        buildings::on_block(self, face)
    }

    /// The ground of a face around its buildings, which are those of [`Self::buildings_of`].
    pub fn open_land_of(&self, face: usize, buildings: &[Building]) -> open::OpenLand {
        open::of_block(self, face, buildings)
    }

    /// Everything small that stands in a rectangle.
    pub fn things_in(&self, rect: &Bounds) -> Vec<things::Thing> {
        let mut found = things::within(self, rect);
        found.extend(lines::masts(self).into_iter().filter(|t| rect.contains(t.at)));
        found
    }

    /// The denser character of the blocks on both sides of an edge.
    pub fn district_beside(&self, edge: usize) -> districts::District {
        let own = &self.graph.edges[edge];
        let (left, right) = (&self.graph.faces[own.left as usize], &self.graph.faces[own.right as usize]);
        if left.ground == Ground::Block { left.district.min(right.district) } else { right.district }
    }

    /// The railway's middle line, from the eastern border to the terminus.
    pub fn railway(&self) -> geom::Line {
        self.railway.line.clone()
    }

    /// The name of the quarter that a face lies in.
    pub fn quarter_name(&self, face: usize) -> &'static str {
        QUARTERS[self.graph.faces[face].quarter as usize].name
    }
}
