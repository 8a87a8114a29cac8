//! Waste and holes for loaders and budgets of many kinds, to be read by people: `cargo test --release --no-default-features --lib tiles -- --ignored --nocapture`.

use crate::tiles::ForestOptions;
use crate::tiles::flight::Flight;
use crate::tiles::simulate::{Scenario, fly};
use crate::tiles::synthetic::World;

#[test]
#[ignore = "prints figures"]
fn descent_and_run() {
    let (lon, lat) = (-8.85_f64, 38.71_f64);
    let world = World::quadtree(lon.to_radians(), lat.to_radians(), 0.008, 16);
    let flight = Flight::descent_and_run(lon, lat, 100.0);
    for (latency, slots, budget_mib) in
        [((1, 3), 32, 1024_u64), ((10, 30), 16, 1024), ((10, 30), 6, 1024), ((1, 3), 32, 64), ((1, 3), 32, 24)]
    {
        let options =
            ForestOptions { max_requests_in_flight: slots, budget_bytes: budget_mib << 20, ..ForestOptions::default() };
        let scenario = Scenario { options, latency_frames: latency, ..Scenario::default() };
        let report = fly(&world, &flight, scenario);
        println!(
            "latency {latency:?} slots {slots} budget {budget_mib} MiB: waste {:.3}\n  {report:?}",
            report.waste_share()
        );
    }
}
