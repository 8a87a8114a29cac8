//! `mirante world`: the whole demo world into a folder.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;

use mirante::batch::land::{Progress, Terminal};
use mirante::batch::world::{self, Great, Making, Pace, Status, WorldError};
use mirante::platform::time::process_cpu_secs;
use mirante::world::Options;

use super::Outcome;

#[derive(Args)]
pub struct WorldArgs {
    /// Where the world goes; if left out, the user's cache, where the demo finds it. What was stopped goes on when it is started
    /// again with the same folder.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Another number makes another city on the same land.
    #[arg(long, value_name = "N", requires = "out")]
    seed: Option<u64>,
    /// Leave tiles uncompressed, for tools without EXT_meshopt_compression: three times the size.
    #[arg(long, requires = "out")]
    unpacked: bool,
    /// How many threads work; all cores if left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

pub fn world(args: &WorldArgs) -> Outcome {
    let defaults = Options::default();
    let options = Options { seed: args.seed.unwrap_or(defaults.seed), packed: !args.unpacked, ..defaults };
    let making = match &args.out {
        Some(folder) => Making::open(folder, Box::new(Great { options, zipped: false }))?,
        None => in_cache()?,
    };
    let pace = Pace::full();
    let start = Instant::now();
    let status = whole(&making, Pace { threads: args.threads.map_or(pace.threads, usize::from), ..pace })?;
    let memory = super::bench::peak_memory_mb().map_or(String::new(), |mb| format!(", {mb:.0} MB of memory"));
    println!(
        "{} tiles, {} buildings, {:.1} MB: {}",
        status.tiles,
        status.buildings,
        status.bytes as f64 / 1e6,
        making.folder().join("tileset.json").display()
    );
    println!("{:.1} s, {:.1} s of CPU time{memory}", start.elapsed().as_secs_f64(), process_cpu_secs());
    println!("open it with:  mirante run {}", scene_to_open(making.folder(), args.out.is_some()));
    Ok(ExitCode::SUCCESS)
}

fn scene_to_open(folder: &Path, by_path: bool) -> String {
    let demo = world::SCENES[0];
    if by_path { folder.join(format!("{demo}.json")).display().to_string() } else { demo.to_string() }
}

/// The world of the demo, in the user's cache.
pub fn in_cache() -> Result<Making, WorldError> {
    let (folder, trouble) = world::default_folder();
    if let Some(trouble) = trouble {
        eprintln!("mirante: {trouble}");
    }
    Making::open(&folder, Box::new(Great { zipped: true, ..Great::default() }))
}

/// Makes all that is missing and shows on the terminal how far it is.
pub fn whole(making: &Making, pace: Pace) -> Result<Status, WorldError> {
    let mut progress = Terminal::new();
    let mut stage = String::new();
    let mut before = 0;
    making.start(pace, None);
    let status = making.wait_until_whole(&mut |status| {
        let now = if status.stage.is_empty() { "tiles" } else { &status.stage };
        if stage != now {
            stage = now.to_string();
            before = status.tiles_done;
            progress.stage(now);
        }
        if now == "tiles" && status.tiles > 0 {
            // What an earlier run has made says nothing of how fast this one is.
            let since = |count: usize| count.saturating_sub(before) as u64;
            progress.step(since(status.tiles_done), since(status.tiles));
        }
    });
    progress.end();
    status
}
