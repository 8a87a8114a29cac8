//! `mirante render`: a picture and its statistics without a window.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use bevy::math::UVec2;
use clap::Args;
use serde_json::json;

use mirante::format::issue::{Issues, Severity};
use mirante::platform::time::process_cpu_secs;
use mirante::view::capture::Studio;
use mirante::view::entities::Cast;
use mirante::view::live::{FeedHealth, FeedLink};
use mirante::view::roads::Roads;
use mirante::view::stream::{IssueLog, StreamStats, Tiles};

use super::open::Wait;
use super::run::{Start, open_and_tell, prepare};
use super::{Outcome, ViewArgs};

#[derive(Args)]
pub struct RenderArgs {
    /// Scene file, tileset.json, model, folder, .3tz archive, or the http(s) address of one; or `city`, `port` or `factory`, the
    /// scenes of the demo world.
    scene: String,
    /// The PNG file to write.
    #[arg(long, value_name = "FILE.png")]
    out: PathBuf,
    /// Width and height in pixels.
    #[arg(long, default_value = "1280x720", value_name = "WxH", value_parser = size)]
    size: UVec2,
    #[command(flatten)]
    view: ViewArgs,
    /// Draw exactly this many frames instead of waiting until everything is loaded.
    #[arg(long, value_name = "N")]
    frames: Option<u32>,
    /// Also write statistics as JSON.
    #[arg(long, value_name = "FILE.json")]
    stats: Option<PathBuf>,
    /// Give up waiting after this many seconds, and write what is there.
    #[arg(long, default_value_t = 300.0, value_name = "SECS")]
    timeout: f64,
    /// Exit with 1 also if a part of the scene could not be read, not only if nothing could.
    #[arg(long)]
    strict: bool,
    /// Follow this feed instead of the scene's own.
    #[arg(long, value_name = "URL", value_parser = super::feed_url)]
    feed: Option<String>,
}

pub fn size(text: &str) -> Result<UVec2, String> {
    let wrong = || format!("expected WIDTHxHEIGHT such as 1280x720, 16 to 8192 each, got {text:?}");
    let (width, height) = text.split_once(['x', 'X']).ok_or_else(wrong)?;
    let parse = |part: &str| part.trim().parse::<u32>().ok().filter(|n| (16..=8192).contains(n)).ok_or_else(wrong);
    Ok(UVec2::new(parse(width)?, parse(height)?))
}

/// Frames in a row that must be settled before the picture is taken: what was just uploaded has then been drawn.
const SETTLED_FRAMES: u32 = 3;

pub fn render(args: RenderArgs) -> Outcome {
    can_be_written(&args.out)?;
    let opened = open_and_tell(Some(&args.scene), Wait::Files)?;
    let Start { scene, feed, hub: _hub } = prepare(&opened, &args.view, args.feed.as_deref())?;
    let has_feed = feed.is_some() || scene.scene.feed.as_ref().is_some_and(|f| f.url.is_some());
    let mut studio = Studio::new(args.size, move |app| {
        app.insert_resource(scene);
        if let Some(address) = feed {
            app.insert_resource(address);
        }
    })?;

    let start = Instant::now();
    let (mut frames, mut settled_frames, mut settled_secs, mut main_ms) = (0u32, 0u32, None, Vec::new());
    let mut first_content_cpu_secs = None;
    let mut complete = true;
    studio.set_drawing(args.frames.is_some());
    loop {
        main_ms.push(studio.frame());
        frames += 1;
        if !studio.world().resource::<StreamStats>().drawn.is_empty() {
            first_content_cpu_secs.get_or_insert_with(process_cpu_secs);
        }
        let settled = studio.world().resource::<StreamStats>().settled
            && studio.world().resource::<Cast>().is_settled()
            && studio.world().resource::<Roads>().is_settled()
            && (!has_feed || feed_is_shown(&studio, start));
        settled_frames = if settled { settled_frames + 1 } else { 0 };
        studio.set_drawing(settled || args.frames.is_some());
        if settled_frames == SETTLED_FRAMES {
            settled_secs.get_or_insert(start.elapsed().as_secs_f64());
        }
        let enough = match args.frames {
            Some(wanted) => frames >= wanted,
            None => settled_frames >= SETTLED_FRAMES,
        };
        if enough {
            break;
        }
        if start.elapsed().as_secs_f64() > args.timeout {
            eprintln!("mirante: not everything was loaded within {} s; the picture shows what was", args.timeout);
            complete = false;
            break;
        }
        if !settled {
            // Files and workers need the processor more than another half-empty picture does.
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
    }
    let picture = studio.picture().ok_or("the renderer gave no picture")?;
    picture.save(&args.out).map_err(|error| format!("can't write {}: {error}", args.out.display()))?;

    let mut stats = statistics(&mut studio, opened.issues.clone(), settled_secs, &mut main_ms);
    stats["first_content_cpu_secs"] = json!(first_content_cpu_secs);
    if let Some(path) = &args.stats {
        let text = serde_json::to_string_pretty(&stats)?;
        std::fs::write(path, text).map_err(|error| format!("can't write {}: {error}", path.display()))?;
    }
    let nothing_came = opened.scene_has_content() && {
        let stats = studio.world().resource::<StreamStats>();
        stats.drawn.is_empty() && stats.counters.failed > 0
    };
    if nothing_came {
        eprintln!("mirante: nothing of it could be read; the picture is empty");
    }
    if has_feed && studio.world().resource::<FeedLink>().health() != FeedHealth::Live {
        eprintln!("mirante: the feed could not be reached; the picture shows the scene without it");
    }
    let errors = studio.world().resource::<IssueLog>().list().iter().any(|issue| issue.severity == Severity::Error);
    let lacking = nothing_came || !complete || (args.strict && errors);
    Ok(if lacking { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Says at once what would else be found after the drawing.
fn can_be_written(out: &Path) -> Result<(), String> {
    if !out.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("png")) {
        return Err(format!("--out writes PNG: expected a name that ends with .png, got {}", out.display()));
    }
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if folder.is_dir() { Ok(()) } else { Err(format!("can't write {}: there is no such folder", out.display())) }
}

/// Whether the feed's first state is on screen; one that does not come within five seconds is not waited for.
fn feed_is_shown(studio: &Studio, start: Instant) -> bool {
    let link = studio.world().resource::<FeedLink>();
    link.health() == FeedHealth::Live || start.elapsed().as_secs_f64() > 5.0
}

fn statistics(
    studio: &mut Studio,
    issues: Issues,
    settled_secs: Option<f64>,
    main_ms: &mut [f64],
) -> serde_json::Value {
    let draw_calls = studio.draw_calls();
    let stats = studio.world().resource::<StreamStats>();
    let tiles = studio.world().resource::<Tiles>();
    let log = studio.world().resource::<IssueLog>();
    let mut issues = issues.into_vec();
    issues.extend_from_slice(log.list());
    let mut tile_ids: Vec<String> = stats
        .drawn
        .iter()
        .filter_map(|tile| tiles.forest.tile_info(*tile))
        .flat_map(|info| info.locations.iter().map(ToString::to_string).collect::<Vec<_>>())
        .collect();
    tile_ids.sort();
    json!({
        "tiles_selected": stats.drawn.len(),
        "tiles_loaded": stats.counters.loaded,
        "tiles_failed": stats.counters.failed,
        "requests": stats.requests,
        "fetched_bytes": stats.fetched_bytes,
        "held_bytes_max": stats.held_bytes_max,
        "triangles": stats.triangles,
        "draw_calls": draw_calls,
        "main_ms_p50": percentile(main_ms, 0.5),
        "main_ms_p99": percentile(main_ms, 0.99),
        "settled_secs": settled_secs,
        "hole_frames": stats.hole_frames,
        "issues": issues,
        "tile_ids": tile_ids,
    })
}

/// The value below which this share of all values lies; sorts them.
pub fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    values.get((last as f64 * share).round() as usize).copied().unwrap_or(0.0)
}
