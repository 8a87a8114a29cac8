//! `mirante bench`: figures of this machine, one JSON object a benchmark.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use bevy::math::UVec2;
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use mirante::format::scene::{ContentKind, GroundStyle, Scene};
use mirante::format::uri::Location;
use mirante::geo::Geodetic;
use mirante::nav::{self, Eye, Flight};
use mirante::tiles::bench::Around;
use mirante::view::capture::{FRAME_SECS, Studio};
use mirante::view::scene::OpenScene;
use mirante::view::space::MainEye;
use mirante::view::stream::{StreamStats, Tiles};

use super::Outcome;
use super::open::demo_folder;
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
    /// Streaming: from 50 km down to 1 m and 200 m/s sideways over the demo town, by http with 20 ms latency.
    Flight,
}

pub fn bench(args: BenchArgs) -> Outcome {
    let (name, metrics) = match args.name {
        BenchName::Select => ("select", select()),
        BenchName::Flight => ("flight", flight()?),
    };
    let result = json!({ "bench": name, "metrics": metrics, "machine": machine() });
    super::print_json(&result);
    if let Some(path) = &args.json {
        std::fs::write(path, serde_json::to_string_pretty(&result)?)
            .map_err(|error| format!("can't write {}: {error}", path.display()))?;
    }
    Ok(ExitCode::SUCCESS)
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

/// The measuring app and what is noted frame by frame.
struct Run {
    studio: Studio,
    main_ms: Vec<f64>,
    draw_calls_max: u64,
    settle_secs: Vec<f64>,
    frames: u64,
}

impl Run {
    fn frame(&mut self, eye: Option<Eye>) {
        if let Some(eye) = eye {
            self.studio.world_mut().resource_mut::<MainEye>().0 = eye;
        }
        self.main_ms.push(self.studio.frame());
        self.frames += 1;
        if self.frames.is_multiple_of(8) {
            self.draw_calls_max = self.draw_calls_max.max(self.studio.draw_calls());
        }
    }

    /// Holds still until everything is there, and notes how long that took on the scene's clock.
    fn settle(&mut self) {
        let mut frames = 0;
        while !self.studio.world().resource::<StreamStats>().settled && frames < 3_000 {
            self.frame(None);
            frames += 1;
            // A display would wait for its next picture here; files and workers go on.
            std::thread::sleep(Duration::from_millis(4));
        }
        self.settle_secs.push(f64::from(frames) * FRAME_SECS);
    }
}

fn flight() -> Result<Map<String, Value>, Box<dyn std::error::Error>> {
    let folder = demo_folder(|_, _| {})?;
    let server = FileServer::start(folder, Duration::from_millis(20))?;
    let url = server.url("tileset.json");
    let mut scene = Scene::for_content(&url, ContentKind::Tileset);
    scene.ground.style = GroundStyle::None;
    let center = Geodetic::from_degrees(-9.15, 38.42, 53.0);
    let above = |height_m: f64| Eye::from_angles(center.at_height(53.0 + height_m), 0.3, -1.2, 0.0);
    let open = OpenScene {
        scene,
        base: Location::parse_user(&url)?,
        bare_content: None,
        eye: Some(above(50_000.0)),
        unix_secs: Some(1_782_032_400.0),
    };
    // A small picture: the drawing is not what is measured, and the error on screen is that of a real one.
    let studio = Studio::new(UVec2::new(320, 180), move |app| {
        app.insert_resource(open);
        app.world_mut().resource_mut::<Tiles>().forest.options_mut().max_sse_px = 4.0;
    })?;
    let mut run = Run { studio, main_ms: Vec::new(), draw_calls_max: 0, settle_secs: Vec::new(), frames: 0 };
    run.frame(None);
    run.settle();
    run.main_ms.clear();
    let holes_before = run.studio.world().resource::<StreamStats>().hole_frames;

    // Down to one metre over the quay in one go, as an operator flies to an alarm.
    let low = Eye::from_angles(center.at_height(53.0 + 60.0), 0.3, -0.35, 0.0);
    let descent = Flight::new(above(50_000.0), low, 53.0);
    let mut secs = 0.0;
    while secs < descent.duration_secs {
        run.frame(Some(descent.at(secs)));
        secs += FRAME_SECS;
    }
    run.settle();
    // Sideways at 200 m/s for six seconds.
    let mut eye = low;
    for _ in 0..(6.0 / FRAME_SECS) as u32 {
        eye = nav::fly(eye, 200.0 * FRAME_SECS, 0.0, 0.0);
        run.frame(Some(eye));
    }
    run.settle();

    let stats = run.studio.world().resource::<StreamStats>().clone();
    let budget = run.studio.world().resource::<Tiles>().forest.options().budget_bytes;
    let mut metrics = Map::new();
    let mut put = |key: &str, value: Value| metrics.insert(key.into(), value);
    put("hole_frames", json!(stats.hole_frames - holes_before));
    put("settle_secs_max", json!(run.settle_secs.iter().skip(1).fold(0.0f64, |a, b| a.max(*b))));
    put("fetched_bytes", json!(stats.fetched_bytes));
    put("needed_bytes", json!(stats.needed_bytes));
    put("held_bytes_max", json!(stats.held_bytes_max));
    put("budget_bytes", json!(budget));
    put("main_ms_p50", json!(percentile(&mut run.main_ms, 0.5)));
    put("main_ms_p99", json!(percentile(&mut run.main_ms, 0.99)));
    put("draw_calls_max", json!(run.draw_calls_max));
    put("frames", json!(run.frames));
    Ok(metrics)
}
