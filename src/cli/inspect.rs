//! `mirante inspect`: what is in a tileset, and what looks wrong.

use std::process::ExitCode;

use clap::Args;
use mirante::bake::inspect::text;
use mirante::batch::inspect::{InspectOptions, Inspected, Root, inspect as walk, inspect_content, root_of};

use super::Outcome;

#[derive(Args)]
pub struct InspectArgs {
    /// A tileset.json, a folder with one, a .3tz archive, a single .glb, .b3dm, .i3dm, .pnts or .cmpt, or the http(s)
    /// address of one.
    tileset: String,
    /// Tell what is in this tile: LEVEL/X/Y or LEVEL/X/Y/Z of an implicit tree, or a name from the findings such as
    /// root/0/3.
    #[arg(long, value_name = "TILE")]
    tile: Option<String>,
    /// Tell what is in the content with this reference, or one that ends in it.
    #[arg(long, value_name = "URI", conflicts_with = "tile")]
    content: Option<String>,
    /// Print JSON for programs.
    #[arg(long)]
    json: bool,
    /// Read tilesets and subtrees only, no contents: quick, but without counts and sizes.
    #[arg(long)]
    structure: bool,
    /// Read no more than this many files.
    #[arg(long, default_value_t = 20_000, value_name = "N")]
    max_files: usize,
}

pub fn inspect(args: &InspectArgs) -> Outcome {
    let location = match root_of(&args.tileset)? {
        Root::Tileset(location) => location,
        Root::Content(location) => {
            let detail = inspect_content(&location)?;
            print(args.json, &detail, || text::content(&detail));
            return Ok(ExitCode::SUCCESS);
        }
    };
    let single = args.tile.is_some() || args.content.is_some();
    let contents = !args.structure && !single;
    let inspected = walk(&location, InspectOptions { max_files: args.max_files, contents })?;
    if single {
        return tell_some(args, &inspected);
    }
    let whole = serde_json::json!({"report": inspected.report, "tiles": inspected.tiles});
    print(args.json, &whole, || text::report(&inspected.report));
    Ok(ExitCode::SUCCESS)
}

/// The tiles and contents that were asked for by name.
fn tell_some(args: &InspectArgs, inspected: &Inspected) -> Outcome {
    let wanted: Vec<(usize, Vec<usize>)> = match (&args.tile, &args.content) {
        (Some(name), _) => {
            let tiles = inspected.tiles_named(name).into_iter();
            tiles.map(|tile| (tile, (0..inspected.tiles[tile].contents.len()).collect())).collect()
        }
        (None, Some(uri)) => {
            inspected.contents_named(uri).into_iter().map(|(tile, content)| (tile, vec![content])).collect()
        }
        (None, None) => Vec::new(),
    };
    if wanted.is_empty() {
        let name = args.tile.as_ref().or(args.content.as_ref()).map_or("", String::as_str);
        return Err(format!("there is no {name:?} in {}", inspected.report.location).into());
    }
    for (tile, contents) in wanted {
        let facts = &inspected.tiles[tile];
        let details: Vec<_> = contents.iter().map(|&content| inspected.detail(tile, content)).collect();
        let json = serde_json::json!({"tile": facts, "contents": details.iter().map(|detail| match detail {
            Ok(detail) => serde_json::json!(detail),
            Err(why) => serde_json::json!({"problem": why}),
        }).collect::<Vec<_>>()});
        print(args.json, &json, || {
            let mut out = text::tile(facts);
            for detail in &details {
                out.push('\n');
                match detail {
                    Ok(detail) => out.push_str(&text::content(detail)),
                    Err(why) => out.push_str(&format!("the content can't be read: {why}\n")),
                }
            }
            out
        });
    }
    Ok(ExitCode::SUCCESS)
}

fn print(as_json: bool, json: &impl serde::Serialize, text: impl FnOnce() -> String) {
    if as_json {
        // What is told always serialises.
        super::print_text(&format!("{}\n", serde_json::to_string_pretty(json).unwrap_or_default()));
    } else {
        super::print_text(&text());
    }
}
