//! Measures selection alone: a quadtree of more than a million tiles, a flight of 600 views. The clock is the caller's.

use glam::DAffine3;

use super::flight::Flight;
use super::forest::TileForest;
use super::simulate::Answers;
use super::synthetic::World;
use super::types::{ForestOptions, Frame};

/// Views of the measured flight.
pub const VIEWS: u32 = 600;

/// Levels of the quadtree: 11 make 1,398,101 tiles.
pub const LEVELS: u32 = 11;

/// What one selection after the other took.
#[derive(Debug, Clone, Default)]
pub struct SelectBench {
    pub view_ms: Vec<f64>,
    /// Tiles looked at, drawn and in the forest, at most.
    pub visited_max: u32,
    pub visited_mean: f64,
    pub drawn_max: u32,
    pub tiles_max: u32,
}

impl SelectBench {
    pub fn mean_view_ms(&self) -> f64 {
        self.view_ms.iter().sum::<f64>() / self.view_ms.len().max(1) as f64
    }

    /// The time that 99 of 100 views stay below.
    pub fn p99_view_ms(&self) -> f64 {
        let mut sorted = self.view_ms.clone();
        sorted.sort_by(f64::total_cmp);
        let at = (sorted.len() * 99 / 100).min(sorted.len().saturating_sub(1));
        sorted.get(at).copied().unwrap_or(0.0)
    }
}

/// Flies three times over the tileset, a loader answering each request within the frame; measures the last flight's
/// selections. `clock` gives seconds. `around` is called just before and after each measured selection (to count
/// allocations, say).
pub fn bench_select(clock: &mut dyn FnMut() -> f64, around: &mut dyn FnMut(Around)) -> SelectBench {
    let world = World::quadtree(-0.1544, 0.6757, 0.008, LEVELS);
    let mut flight = Flight::descent_and_run((-0.1544_f64).to_degrees(), 0.6757_f64.to_degrees(), 100.0);
    flight.viewport_px = [1920, 1080];
    let mut forest = TileForest::new(ForestOptions { max_requests_in_flight: 64, ..ForestOptions::default() });
    forest.add_tileset(world.root_location(), DAffine3::IDENTITY, 1.0);
    for _ in 0..2 {
        fly(&mut forest, &world, &flight, &mut |_| {}, &mut |_| {});
    }
    let (mut bench, mut started) = (SelectBench::default(), 0.0);
    let mut samples = Vec::with_capacity(VIEWS as usize);
    fly(
        &mut forest,
        &world,
        &flight,
        &mut |moment| {
            if moment == Around::Before {
                started = clock();
            }
            around(moment);
            if moment == Around::After {
                samples.push((clock() - started) * 1e3);
            }
        },
        &mut |forest| {
            let counters = forest.counters();
            bench.visited_max = bench.visited_max.max(counters.visited);
            bench.visited_mean += f64::from(counters.visited) / f64::from(VIEWS);
            bench.drawn_max = bench.drawn_max.max(counters.drawn);
            bench.tiles_max = bench.tiles_max.max(counters.tiles);
        },
    );
    bench.view_ms = samples;
    bench
}

/// When `bench_select` calls back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Around {
    Before,
    After,
}

fn fly(
    forest: &mut TileForest,
    world: &World,
    flight: &Flight,
    around: &mut dyn FnMut(Around),
    after: &mut dyn FnMut(&TileForest),
) {
    for index in 0..VIEWS {
        let secs = flight.duration_secs() * f64::from(index) / f64::from(VIEWS);
        let view = flight.view_at(secs);
        let dt_secs = (flight.duration_secs() / f64::from(VIEWS)) as f32;
        around(Around::Before);
        forest.select(&Frame { view: &view, ahead: None, shadows: None, dt_secs });
        around(Around::After);
        after(forest);
        let selection = forest.selection().clone();
        for tile in selection.unload {
            forest.unloaded(tile);
        }
        for tile in selection.cancel {
            forest.canceled(tile);
        }
        for request in selection.requests {
            forest.started(request.tile);
            match forest.job(request.tile).map_err(|error| error.to_string()).and_then(|job| world.answer(&job)) {
                // A content that does not fit holds nothing here: there is nothing to free.
                Ok(loaded) => {
                    let _kept = forest.loaded(request.tile, loaded);
                }
                Err(reason) => forest.failed(request.tile, reason, true),
            }
        }
    }
}
