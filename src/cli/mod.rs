//! The command line: parse, call the library, print errors once.

pub mod allocations;
mod bake;
mod bench;
mod check;
mod inspect;
mod open;
mod render;
mod run;
mod serve;
mod world;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use mirante::geo::Geodetic;

/// Real-time 3D viewer for digital twins of cities, factories and ports.
///
/// Without arguments it opens the demo, a city that is made on this machine while one looks at it, with live traffic.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Print more about what is done (twice: much more).
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

#[derive(Subcommand)]
enum Command {
    /// Open a scene in a window.
    Run(RunArgs),
    /// Draw a picture of a scene without a window.
    ///
    /// Waits until everything that the view needs is loaded, then writes the picture. Without a view the scene's home
    /// view is taken, or the whole content is framed.
    Render(render::RenderArgs),
    /// Look for mistakes in a scene and everything that it names.
    ///
    /// Prints each finding with file, path into the file, what was expected and what was there. Exits with 1 if any of
    /// them is an error.
    Check {
        /// Scene file, tileset.json, model, folder, .3tz archive, or the http(s) address of one.
        scene: String,
        /// Look at no more than this many files.
        #[arg(long, default_value_t = 2_000, value_name = "N")]
        max_files: usize,
    },
    /// Tell what is in a tileset: tiles, sizes and errors by level, and what looks wrong.
    ///
    /// With --tile or --content: what is in one of them, with its materials, textures and tables.
    Inspect(inspect::InspectArgs),
    /// Turn raw sources (OSM, CityJSON, GeoJSON, terrain, pictures, models) into a 3D Tiles tileset.
    ///
    /// A job file names sources and looks. Shows progress on a terminal, goes on where it was stopped, and writes what was
    /// wrong with the sources to issues.json in the folder.
    Bake(bake::BakeArgs),
    /// Make the whole world of the demo at once, instead of while one looks at it.
    ///
    /// Without --out it goes into the cache, where `mirante run city`, `port` and `factory` find it. Shows progress on a terminal,
    /// and goes on where it was stopped.
    World(world::WorldArgs),
    /// Print the JSON Schema of a file format.
    Schema {
        #[arg(value_enum)]
        what: SchemaKind,
    },
    /// Serve a recorded trace as a live feed.
    ///
    /// Plays SUMO floating-car data (XML, plain or .gz) and JSON Lines of feed messages over a WebSocket.
    Hub(HubArgs),
    /// Measure on this machine and print figures.
    Bench(bench::BenchArgs),
}

#[derive(Args)]
struct RunArgs {
    /// Scene file, tileset.json, .glb or .gltf model, .3tz archive, a folder with one of them, or the http(s) address of
    /// one; or `city`, `port` or `factory`, the scenes of the demo world. Without it: `city`.
    scene: Option<String>,
    #[command(flatten)]
    view: ViewArgs,
    /// Follow this feed instead of the scene's own, for example ws://127.0.0.1:7410.
    #[arg(long, value_name = "URL", value_parser = feed_url)]
    feed: Option<String>,
    /// Size of texts and panels, 0.5 to 4: 1 at a desk, 2 to read from three metres.
    #[arg(long, default_value_t = 1.0, value_name = "FACTOR", value_parser = ui_scale)]
    ui_scale: f32,
    /// Width and height of the window in pixels.
    #[arg(long, default_value = "1600x900", value_name = "WxH", value_parser = render::size)]
    size: bevy::math::UVec2,
    /// Fill the screen, without a frame.
    #[arg(long)]
    fullscreen: bool,
}

/// Where to look from, and when.
#[derive(Args, Clone)]
struct ViewArgs {
    /// One of the scene's views, by id or title.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["eye", "look"])]
    view: Option<String>,
    /// Where the eye is: degrees, degrees, metres above the ellipsoid.
    #[arg(long, value_name = "LON,LAT,HEIGHT", value_parser = place, requires = "look", allow_hyphen_values = true)]
    eye: Option<Geodetic>,
    /// What the eye looks at.
    #[arg(long, value_name = "LON,LAT,HEIGHT", value_parser = place, requires = "eye", allow_hyphen_values = true)]
    look: Option<Geodetic>,
    /// The moment that sky and light show, such as 2026-06-21T07:30:00Z.
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    time: Option<f64>,
}

#[derive(Args)]
struct HubArgs {
    /// The trace to play.
    #[arg(long, value_name = "FILE")]
    play: PathBuf,
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, default_value = mirante::hub::DEFAULT_LISTEN, value_name = "HOST:PORT")]
    listen: String,
    /// How many seconds of the trace go by in one second.
    #[arg(long, default_value_t = 1.0, value_name = "X")]
    speed: f64,
    /// Play it once instead of again and again.
    #[arg(long)]
    once: bool,
    /// The SUMO network that an FCD trace's x and y belong to; looked for beside the trace if left out.
    #[arg(long, value_name = "NET.xml")]
    net: Option<PathBuf>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum SchemaKind {
    /// Scene files.
    Scene,
    /// Bake jobs.
    Bake,
}

fn place(text: &str) -> Result<Geodetic, String> {
    let numbers: Vec<f64> = text
        .split(',')
        .map(|part| part.trim().parse::<f64>())
        .collect::<Result<_, _>>()
        .map_err(|error| format!("expected LON,LAT,HEIGHT such as 2.35,48.85,300: {error}"))?;
    match numbers[..] {
        [lon, lat, height] if lon.abs() <= 180.0 && lat.abs() <= 90.0 && height.is_finite() => {
            Ok(Geodetic::from_degrees(lon, lat, height))
        }
        [_, _, _] => Err("longitude must be within -180 to 180 and latitude within -90 to 90".into()),
        _ => Err(format!("expected three numbers LON,LAT,HEIGHT, got {}", numbers.len())),
    }
}

fn feed_url(text: &str) -> Result<String, String> {
    if text.starts_with("ws://") || text.starts_with("wss://") {
        Ok(text.to_string())
    } else {
        Err(format!("expected an address such as ws://127.0.0.1:7410, got {text:?}"))
    }
}

fn ui_scale(text: &str) -> Result<f32, String> {
    let scale = text.parse::<f32>().ok().filter(|scale| (0.5..=4.0).contains(scale));
    scale.ok_or_else(|| format!("expected a number from 0.5 to 4, got {text:?}"))
}

fn moment(text: &str) -> Result<f64, String> {
    text.parse::<jiff::Timestamp>()
        .map(|t| t.as_millisecond() as f64 / 1e3)
        .map_err(|_| format!("expected a time with its zone, such as 2026-06-21T07:30:00Z or +01:00, got {text:?}"))
}

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    log_to_stderr(cli.verbose);
    // Bevy's own plugins look for this on Linux; a machine without a desktop has none.
    let result = match cli.command {
        None => run::run(RunArgs::demo()),
        Some(Command::Run(args)) => run::run(args),
        Some(Command::Render(args)) => render::render(args),
        Some(Command::Check { scene, max_files }) => check::check(&scene, max_files),
        Some(Command::Inspect(args)) => inspect::inspect(&args),
        Some(Command::Schema { what: SchemaKind::Scene }) => {
            print_json(&mirante::format::scene::schema());
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Schema { what: SchemaKind::Bake }) => {
            print_json(mirante::bake::job::schema());
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Bake(args)) => bake::bake(&args),
        Some(Command::World(args)) => world::world(&args),
        Some(Command::Hub(args)) => run::hub(args),
        Some(Command::Bench(args)) => bench::bench(args),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("mirante: {error}");
            let mut source = error.source();
            while let Some(inner) = source {
                // Most messages name their cause already.
                if !error.to_string().contains(&inner.to_string()) {
                    eprintln!("  because: {inner}");
                }
                source = inner.source();
            }
            ExitCode::FAILURE
        }
    }
}

type Outcome = Result<ExitCode, Box<dyn std::error::Error>>;

impl RunArgs {
    fn demo() -> Self {
        let view = ViewArgs { view: None, eye: None, look: None, time: None };
        Self {
            scene: None,
            view,
            feed: None,
            ui_scale: 1.0,
            size: bevy::math::UVec2::new(1600, 900),
            fullscreen: false,
        }
    }
}

fn print_json(value: &serde_json::Value) {
    // A value always serialises.
    print_text(&format!("{}\n", serde_json::to_string_pretty(value).unwrap_or_default()));
}

/// Long texts: who reads them may stop early (`| head`).
fn print_text(text: &str) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush())
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        eprintln!("mirante: the text can't be written: {error}");
    }
}

fn log_to_stderr(verbose: u8) {
    let own = match verbose {
        0 => "warn",
        1 => "info",
        _ => "debug",
    };
    // Two warnings of libraries that a user can do nothing about: a software renderer and its missing extensions.
    let quiet = "wgpu_hal=error,wgpu_core=error,naga=error,bevy_render=error,bevy_pbr=error,bevy_winit=error,winit=error,bevy_egui=error,offset_allocator=error";
    let filter = tracing_subscriber::EnvFilter::try_from_env("MIRANTE_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(format!("warn,{quiet},mirante={own}")));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .with_target(false)
        .without_time();
    if subscriber.try_init().is_err() {
        eprintln!("mirante: the log is already set up");
    }
}
