//! `mirante bench`: figures of this machine, one JSON object a benchmark.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use bevy::math::{DVec3, UVec2};
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use mirante::bake::frame::PlanFrame;
use mirante::batch::world::Pace;
use mirante::format::scene::{self, GroundStyle};
use mirante::format::uri::Location;
use mirante::geo::Geodetic;
use mirante::nav::{Eye, Flight};
use mirante::tiles::bench::Around;
use mirante::view::capture::Studio;
use mirante::view::scene::OpenScene;
use mirante::view::space::MainEye;
use mirante::view::stream::{StreamStats, Tiles};
use mirante::world::Options;
use mirante::world::city::City;
use mirante::world::city::graph::{Class, Edge};
use mirante::world::layout::CORE;

use super::Outcome;
use super::render::percentile;
use super::serve::FileServer;

#[derive(Args)]
pub struct BenchArgs {
    #[arg(value_enum)]
    name: BenchName,
    /// Also write the figures to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum BenchName {
    /// Choosing tiles: an implicit tileset of a million tiles, a flight of 600 views, one core.
    Select,
    /// Streaming: from 50 km down to 1 m and 200 m/s sideways over the demo's city, by http with 20 ms latency. Makes the whole world
    /// first, if it is not there.
    Flight,
    /// Baking: a made-up town of 20,000 buildings to tiles, all cores.
    Bake,
}

pub fn bench(args: BenchArgs) -> Outcome {
    let (name, metrics) = match args.name {
        BenchName::Select => ("select", select()),
        BenchName::Flight => ("flight", flight()?),
        BenchName::Bake => ("bake", bake()?),
    };
    let result = json!({ "bench": name, "metrics": metrics, "machine": machine() });
    super::print_json(&result);
    if let Some(path) = &args.json {
        std::fs::write(path, serde_json::to_string_pretty(&result)?)
            .map_err(|error| format!("can't write {}: {error}", path.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn bake() -> Result<Map<String, Value>, Box<dyn std::error::Error>> {
    let folder = std::env::temp_dir().join(format!("mirante-bench-bake-{}", std::process::id()));
    let result = mirante::batch::land::bench(&folder, 20_000);
    // What the bench wrote is of no further use, however it ended.
    let _ = std::fs::remove_dir_all(&folder);
    let result = result?;
    let mut metrics = Map::new();
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get()) as f64;
    metrics.insert("buildings_per_s".into(), json!(result.buildings as f64 / result.secs));
    metrics.insert("mb_per_s_per_core".into(), json!(result.bytes as f64 / 1e6 / result.secs / cores));
    metrics.insert("peak_memory_mb".into(), json!(peak_memory_mb()));
    metrics.insert("seconds".into(), json!(result.secs));
    metrics.insert("tiles".into(), json!(result.tiles));
    Ok(metrics)
}

/// The most memory that this process held, as Linux tells it.
pub fn peak_memory_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<f64>().ok()? / 1e3)
}

fn machine() -> Value {
    let processor = std::fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        text.lines().find_map(|line| Some(line.strip_prefix("model name")?.split_once(':')?.1.trim().to_string()))
    });
    json!({
        "os": std::env::consts::OS,
        "arch": std::env::consts::ARCH,
        "cores": std::thread::available_parallelism().map_or(1, |n| n.get()),
        "processor": processor,
    })
}

fn select() -> Map<String, Value> {
    let mut clock = mirante::platform::time::thread_cpu_secs;
    let (mut before, mut allocations) = (0, 0);
    let mut around = |moment: Around| match moment {
        Around::Before => before = super::allocations::count(),
        Around::After => allocations += super::allocations::count() - before,
    };
    let result = mirante::tiles::bench::bench_select(&mut clock, &mut around);
    let mut metrics = Map::new();
    metrics.insert("mean_view_ms".into(), json!(result.mean_view_ms()));
    metrics.insert("p99_view_ms".into(), json!(result.p99_view_ms()));
    metrics.insert("allocs_per_view".into(), json!(allocations as f64 / result.view_ms.len().max(1) as f64));
    metrics.insert("visited_mean".into(), json!(result.visited_mean));
    metrics.insert("tiles_max".into(), json!(result.tiles_max));
    metrics.insert("views".into(), json!(result.view_ms.len()));
    metrics
}

/// The measuring app and what is noted frame by frame. The clock is the real one: files come while it runs.
struct Run {
    studio: Studio,
    main_ms: Vec<f64>,
    draw_calls_max: u64,
    settle_secs: Vec<f64>,
    frames: u64,
}

/// Frames are thirty a second, as far as the machine can.
const FRAME: Duration = Duration::from_millis(33);
/// Only every so many frames are drawn, so that a software renderer does not take the processor from what is measured;
/// the main thread's time is noted for those that are.
const DRAWN_EVERY: u64 = 8;
/// A place that does not settle within this time ends the measurement.
const SETTLE_MAX: Duration = Duration::from_secs(60);

impl Run {
    fn frame(&mut self, eye: Option<Eye>) {
        let start = Instant::now();
        if let Some(eye) = eye {
            self.studio.world_mut().resource_mut::<MainEye>().0 = eye;
        }
        let drawn = self.frames.is_multiple_of(DRAWN_EVERY);
        self.studio.set_drawing(drawn);
        let main_ms = self.studio.frame();
        if drawn {
            self.main_ms.push(main_ms);
            self.draw_calls_max = self.draw_calls_max.max(self.studio.draw_calls());
        }
        self.frames += 1;
        std::thread::sleep(FRAME.saturating_sub(start.elapsed()));
    }

    /// Flies in real time: where the eye is depends on the clock, not on how many frames there were.
    fn fly(&mut self, at: impl Fn(f64) -> Eye, secs: f64) {
        let start = Instant::now();
        while start.elapsed().as_secs_f64() < secs {
            self.frame(Some(at(start.elapsed().as_secs_f64())));
        }
        self.frame(Some(at(secs)));
    }

    /// Holds still until everything is there, and notes how long that took.
    fn settle(&mut self) -> Result<(), String> {
        let start = Instant::now();
        while !self.studio.world().resource::<StreamStats>().settled {
            if start.elapsed() > SETTLE_MAX {
                return Err(format!("the view did not settle within {} s", SETTLE_MAX.as_secs()));
            }
            self.frame(None);
        }
        self.settle_secs.push(start.elapsed().as_secs_f64());
        Ok(())
    }
}

/// Over the demo's city: a place of its plan; a heading and a pitch in degrees.
fn over_city(p: DVec3, heading_deg: f64, pitch_deg: f64) -> Eye {
    let Options { lon_deg, lat_deg, sea_h_m, .. } = Options::default();
    let at = PlanFrame::new(lon_deg, lat_deg, sea_h_m).geodetic_from_plan(p);
    let at = Geodetic::from_degrees(at.x, at.y, at.z);
    Eye::from_angles(at, heading_deg.to_radians(), pitch_deg.to_radians(), 0.0)
}

/// The middle of a large street in the core of the demo's city, and its heading in degrees.
fn street() -> Result<(DVec3, f64), String> {
    let city = City::new(Options::default().seed);
    let large = city.graph.edges.iter().filter(|e| e.class == Class::Boulevard && !e.bridge && e.line.length() > 80.0);
    let middle = |edge: &Edge| edge.line.at(edge.line.length() * 0.5);
    let away_m = |edge: &&Edge| middle(edge).0.distance(CORE);
    let nearest = large.min_by(|a, b| away_m(a).total_cmp(&away_m(b))).ok_or("the city has no boulevard")?;
    let (at, along) = middle(nearest);
    Ok((at.extend(city.terrain.height(at)), along.x.atan2(along.y).to_degrees()))
}

fn flight() -> Result<Map<String, Value>, Box<dyn std::error::Error>> {
    let world = super::world::in_cache()?;
    super::world::whole(&world, Pace::full())?;
    let (street, heading_deg) = street()?;
    let server = FileServer::start(world.folder().to_owned(), Duration::from_millis(20))?;
    let url = server.url("tileset.json");
    // The demo's own scene, without what moves in it.
    let (mut scene, _) = scene::read(&std::fs::read(world.folder().join("city.json"))?)?;
    scene.feed = None;
    scene.ground.style = GroundStyle::None;
    let high = over_city(street.with_z(50_000.0), 17.0, -80.0);
    let open = OpenScene {
        scene,
        base: Location::parse_user(&url)?,
        bare_content: None,
        eye: Some(high),
        unix_secs: Some(1_782_032_400.0),
    };
    // A small picture: the drawing is not what is measured. The allowed error is that of 16 px in 1280 x 720.
    let studio = Studio::new(UVec2::new(160, 90), move |app| {
        app.insert_resource(open);
        app.world_mut().resource_mut::<Tiles>().forest.options_mut().max_sse_px = 2.0;
    })?;
    let mut run = Run { studio, main_ms: Vec::new(), draw_calls_max: 0, settle_secs: Vec::new(), frames: 0 };
    run.frame(None);
    run.settle()?;
    run.settle_secs.clear();
    run.main_ms.clear();
    let holes_before = run.studio.world().resource::<StreamStats>().hole_frames;

    // Down to one metre over a street in one go, as an operator flies to an alarm.
    let low = over_city(street + DVec3::Z, heading_deg, 0.0);
    let descent = Flight::new(high, low, 53.0);
    run.fly(|secs| descent.at(secs), descent.duration_secs);
    run.settle()?;
    // Up again, and sideways at 200 m/s across the core, above all but its towers.
    let (west_m, east_m) = (street.x - 1_400.0, street.x + 1_400.0);
    let aloft = |east_m: f64| over_city(DVec3::new(east_m, street.y, street.z + 100.0), 0.0, -25.0);
    let climb = Flight::new(low, aloft(west_m), 53.0);
    run.fly(|secs| climb.at(secs), climb.duration_secs);
    run.settle()?;
    let speed_m_s = 200.0;
    let along = |secs: f64| aloft((west_m + speed_m_s * secs).min(east_m));
    run.fly(along, (east_m - west_m) / speed_m_s);
    run.settle()?;

    let stats = run.studio.world().resource::<StreamStats>().clone();
    let budget = run.studio.world().resource::<Tiles>().forest.options().budget_bytes;
    let mut metrics = Map::new();
    let mut put = |key: &str, value: Value| metrics.insert(key.into(), value);
    put("hole_frames", json!(stats.hole_frames - holes_before));
    put("settle_secs_max", json!(run.settle_secs.iter().fold(0.0f64, |a, b| a.max(*b))));
    put("fetched_bytes", json!(stats.fetched_bytes));
    put("needed_bytes", json!(stats.needed_bytes));
    put("waste_share", json!((stats.fetched_bytes as f64 / stats.needed_bytes.max(1) as f64 - 1.0).max(0.0)));
    put("requests", json!(stats.requests));
    put("held_bytes_max", json!(stats.held_bytes_max));
    put("budget_bytes", json!(budget));
    put("main_ms_p50", json!(percentile(&mut run.main_ms, 0.5)));
    put("main_ms_p99", json!(percentile(&mut run.main_ms, 0.99)));
    put("draw_calls_max", json!(run.draw_calls_max));
    put("frames", json!(run.frames));
    Ok(metrics)
}
