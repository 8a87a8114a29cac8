//! A bake of a made-up town, for measuring: blocks of houses along a grid of streets, from a seed.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use glam::DVec2;

use super::{Below, Given, LandError, LandJob, Run, Silent, Sources, bake};
use crate::bake::det::Rng;
use crate::bake::land::check::Findings;
use crate::bake::land::{NoAssets, PictureFormat};
use crate::bake::model::{
    Building, Feature, Height, LineHeights, Polygon, Properties, Roof, Shape, Usage, Way, WayKind,
};

/// What was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    pub buildings: u64,
    pub tiles: u64,
    pub bytes: u64,
    /// Wall-clock time.
    pub secs: f64,
}

/// Bakes a town of so many buildings into a folder.
///
/// # Errors
/// When files can't be written.
pub fn bench(folder: &Path, buildings: u32) -> Result<Measured, LandError> {
    let start = Instant::now();
    let summary = bake(&job(), &Town::new(buildings), &Run::whole(folder), &mut Silent)?;
    let secs = start.elapsed().as_secs_f64();
    Ok(Measured { buildings: summary.buildings, tiles: summary.tiles, bytes: summary.bytes, secs })
}

/// Usual settings over level ground.
pub fn job() -> LandJob {
    LandJob {
        leaf_m: 250.0,
        picture_px: 512,
        picture: PictureFormat::Jpeg(82),
        region: None,
        below: Below::FromFeatures,
        imagery: None,
        assets: Arc::new(NoAssets),
        clouds: None,
        attribution: Vec::new(),
        fingerprint: "town".to_string(),
    }
}

/// A town on a grid of blocks.
pub struct Town {
    names: Vec<String>,
    pub buildings: u32,
}

const BLOCK_M: f64 = 80.0;
const PER_BLOCK: u32 = 12;

impl Town {
    pub fn new(buildings: u32) -> Self {
        Self { names: vec!["town".to_string()], buildings }
    }

    /// Degrees of metres from the town's corner.
    fn place(p: DVec2) -> DVec2 {
        DVec2::new(7.4 + p.x / 80_500.0, 43.7 + p.y / 111_000.0)
    }

    fn house(number: u32, blocks: u32) -> Feature {
        let (block, lot) = (number / PER_BLOCK, number % PER_BLOCK);
        let mut rng = Rng::of(7, 1, u64::from(number));
        let corner = DVec2::new(f64::from(block % blocks), f64::from(block / blocks)) * BLOCK_M;
        let at = corner + DVec2::new(8.0 + f64::from(lot % 4) * 17.0, 8.0 + f64::from(lot / 4) * 22.0);
        let size = DVec2::new(rng.range(9.0, 15.0), rng.range(10.0, 18.0));
        let ring = [DVec2::ZERO, DVec2::new(size.x, 0.0), size, DVec2::new(0.0, size.y)];
        let footprint = Polygon { outer: ring.iter().map(|&d| Self::place(at + d)).collect(), holes: Vec::new() };
        let shape = Shape::Building(Building {
            footprint,
            base: Height::AboveGround(0.0),
            height_m: Some(rng.range(5.0, 24.0)),
            floors: None,
            roof: Roof::Unknown,
            roof_height_m: None,
            roof_direction_deg: None,
            wall_color: None,
            roof_color: None,
            usage: Usage::Unknown,
        });
        let id = format!("house/{number}");
        Feature { id, class: "building".into(), name: String::new(), properties: Properties::new(), shape }
    }

    fn street(id: String, from: DVec2, to: DVec2) -> Feature {
        let shape = Shape::Way(Way {
            kind: WayKind::Residential,
            line: (0..=20).map(|k| Self::place(from.lerp(to, f64::from(k) / 20.0)).extend(0.0)).collect(),
            heights: LineHeights::OnGround,
            width_m: None,
            lanes: None,
            oneway: false,
            layer: 0,
            bridge: false,
            tunnel: false,
            paved: true,
            lit: true,
            pavements: None,
        });
        Feature { id, class: "road".into(), name: String::new(), properties: Properties::new(), shape }
    }
}

impl Sources for Town {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn read(
        &self,
        sink: &mut dyn FnMut(Given) -> Result<(), LandError>,
        _findings: &mut Findings,
    ) -> Result<(), LandError> {
        let blocks = (f64::from(self.buildings.div_ceil(PER_BLOCK))).sqrt().ceil() as u32;
        let mut give = |feature| sink(Given { source: 0, color: None, feature });
        for number in 0..self.buildings {
            give(Self::house(number, blocks))?;
        }
        let reach = f64::from(blocks) * BLOCK_M;
        for k in 0..=blocks {
            let at = f64::from(k) * BLOCK_M;
            give(Self::street(format!("east/{k}"), DVec2::new(0.0, at), DVec2::new(reach, at)))?;
            give(Self::street(format!("north/{k}"), DVec2::new(at, 0.0), DVec2::new(at, reach)))?;
        }
        Ok(())
    }
}
