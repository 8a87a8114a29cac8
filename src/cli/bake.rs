//! `mirante bake`: a job file to a tileset.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use mirante::bake::job;
use mirante::bake::land::check::Findings;
use mirante::bake::source::region::Region;
use mirante::batch::land::{self, Run, Sources, Summary, Terminal};
use mirante::batch::sources::JobSources;
use mirante::format::issue::Severity;

use super::Outcome;

#[derive(Args)]
pub struct BakeArgs {
    /// The job file; `mirante schema bake` prints what it looks like.
    job: PathBuf,
    /// Where the tileset goes. A bake that was stopped goes on when it is started again with the same folder.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Bake only what touches this part of the Earth, in degrees.
    #[arg(long, value_name = "W,S,E,N", value_parser = region, allow_hyphen_values = true)]
    region: Option<Region>,
    /// Bake only a part of the job, on one of several machines; --merge joins the parts.
    #[arg(long, value_name = "I/N", value_parser = part, conflicts_with = "merge")]
    part: Option<(u32, u32)>,
    /// Join the parts in these folders, in their order.
    #[arg(long, value_name = "DIR", num_args = 1..)]
    merge: Vec<PathBuf>,
    /// Memory to keep to, roughly: bounds the threads (320 MB each) and what waits to be sorted. A file of CityJSON, CityGML or SUMO and a
    /// model are held whole beside it.
    #[arg(long, value_name = "SIZE", default_value = "4GB", value_parser = bytes)]
    memory: u64,
    /// How many threads work; all cores if left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
}

pub fn bake(args: &BakeArgs) -> Outcome {
    let text = std::fs::read(&args.job).map_err(|error| format!("can't read {}: {error}", args.job.display()))?;
    let (job, issues) = job::read(&text).map_err(|error| format!("{}: {error}", args.job.display()))?;
    for issue in issues.iter() {
        eprintln!("{}: {issue}", args.job.display());
    }
    let folder = args.job.parent().unwrap_or_else(|| std::path::Path::new("."));
    let sources = JobSources::new(&job, folder, args.region)?;
    let land_job = sources.land_job(&job);
    let mut run = Run { part: args.part.unwrap_or((0, 1)), memory_bytes: args.memory, ..Run::whole(&args.out) };
    if let Some(threads) = args.jobs {
        run.threads = usize::from(threads);
    }
    let mut progress = Terminal::new();
    let summary = if args.merge.is_empty() {
        land::bake(&land_job, &sources, &run, &mut progress)?
    } else {
        land::merge(&land_job, sources.names(), &args.merge, &run, &mut progress)?
    };
    tell(&summary, &args.out);
    Ok(ExitCode::SUCCESS)
}

fn tell(summary: &Summary, out: &std::path::Path) {
    tell_findings(&summary.findings);
    let clouds = match summary.points {
        0 => String::new(),
        points => format!("{points} points in {} tiles, ", summary.cloud_tiles),
    };
    println!(
        "{} features ({} buildings) in {} tiles, {clouds}{:.1} MB: {}",
        summary.features,
        summary.buildings,
        summary.tiles,
        summary.bytes as f64 / 1e6,
        out.join("tileset.json").display()
    );
}

/// One line a kind; all of them with their places are in issues.json.
fn tell_findings(findings: &Findings) {
    for (message, severity, count, examples) in findings.kinds() {
        let severity = match severity {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        let example = examples.iter().find(|e| !e.path.is_empty()).map(|e| format!(", such as {}", e.path));
        eprintln!("{severity}: {message} ({count}{})", example.unwrap_or_default());
    }
    if !findings.is_empty() {
        eprintln!("(with places in issues.json)");
    }
}

fn region(text: &str) -> Result<Region, String> {
    let numbers: Vec<f64> = text
        .split(',')
        .map(|part| part.trim().parse::<f64>())
        .collect::<Result<_, _>>()
        .map_err(|error| format!("expected W,S,E,N such as 7.40,43.72,7.44,43.76: {error}"))?;
    let [west, south, east, north] = numbers[..] else {
        return Err(format!("expected four numbers W,S,E,N, got {}", numbers.len()));
    };
    Region::new(west, south, east, north)
        .ok_or_else(|| "expected degrees with south below north, such as 7.40,43.72,7.44,43.76".to_string())
}

/// Counted from 0.
fn part(text: &str) -> Result<(u32, u32), String> {
    let expected = || format!("expected I/N with I from 1 to N, such as 2/8, got {text:?}");
    let (index, count) = text.split_once('/').ok_or_else(expected)?;
    let (index, count): (u32, u32) = (index.parse().map_err(|_| expected())?, count.parse().map_err(|_| expected())?);
    if (1..=count).contains(&index) && count <= 4096 { Ok((index - 1, count)) } else { Err(expected()) }
}

fn bytes(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit: u64 = match text[digits.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "M" | "MB" => 1_000_000,
        "MIB" => 1 << 20,
        "G" | "GB" => 1_000_000_000,
        "GIB" => 1 << 30,
        other => return Err(format!("expected a size such as 4GB or 512MB, got the unit {other:?}")),
    };
    let number: f64 = digits.parse().map_err(|_| format!("expected a size such as 4GB or 512MB, got {text:?}"))?;
    let size = number * unit as f64;
    if (512e6..1e15).contains(&size) { Ok(size as u64) } else { Err("expected at least 512MB".into()) }
}
