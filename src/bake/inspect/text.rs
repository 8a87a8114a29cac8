//! Reports for people: aligned tables and plain words.

use std::fmt::Write;

use serde_json::{Map, Value};

use super::detail::ContentDetail;
use super::findings::{Finding, metres};
use super::{ContentFacts, Problem, Report, Sums, TileFacts};
use crate::format::issue::Severity;
use crate::format::tileset::Refine;

/// Findings of one kind that are told one by one.
const SHOWN: usize = 5;
/// Characters of a value in a table of rows.
const VALUE_CHARS: usize = 28;

/// The overview of a tileset.
pub fn report(report: &Report) -> String {
    let mut out = String::new();
    let version = if report.version.is_empty() { "no version".to_owned() } else { report.version.clone() };
    let files = counted(report.tileset_files as u64, "tileset file");
    let subtrees = match report.subtree_files {
        0 => String::new(),
        n => format!(", {}", counted(n as u64, "subtree")),
    };
    // Writing to a string can't fail.
    let _ = writeln!(out, "{}\n3D Tiles {version}, {files}{subtrees}", report.location);
    let [x, y, z] = report.size_m.map(metres);
    let place = match report.place {
        Some(place) => {
            let (ns, ew) = (if place.lat_deg < 0.0 { 'S' } else { 'N' }, if place.lon_deg < 0.0 { 'W' } else { 'E' });
            let (lat, lon) = (place.lat_deg.abs(), place.lon_deg.abs());
            format!("at {lat:.6}° {ns}, {lon:.6}° {ew}, {} m above the ellipsoid", metres(place.height_m))
        }
        None => "not on the globe".to_owned(),
    };
    let _ = writeln!(out, "{x} x {y} x {z} m, {place}");
    if !report.extensions.is_empty() {
        let _ = writeln!(out, "extensions: {}", report.extensions.join(", "));
    }
    out.push('\n');
    levels(report, &mut out);
    if let Some(cut) = &report.cut_short {
        let _ = writeln!(out, "\n{cut}");
    }
    findings(&report.findings, &mut out);
    out
}

/// A heading and where to find the figure.
type Count = (&'static str, fn(&Sums) -> u64);

/// What is counted of tiles. Columns that are 0 everywhere are left out.
const COUNTS: [Count; 7] = [
    ("triangles", |s| s.triangles),
    ("lines", |s| s.lines),
    ("points", |s| s.points),
    ("copies", |s| s.instances),
    ("features", |s| s.features),
    ("draws", |s| s.draws as u64),
    ("vertices", |s| s.vertices),
];

fn levels(report: &Report, out: &mut String) {
    let shown: Vec<_> = COUNTS.iter().filter(|(_, of)| of(&report.total) > 0).collect();
    let has_textures = report.total.texture_bytes > 0;
    let sums = |sums: &Sums| {
        let mut cells = vec![number(sums.tiles as u64), number(sums.contents as u64), bytes(sums.bytes)];
        cells.extend(shown.iter().map(|(_, of)| number(of(sums))));
        if has_textures {
            cells.push(bytes(sums.texture_bytes));
        }
        cells
    };
    let mut head: Vec<String> = ["level", "tiles", "contents", "size"].map(str::to_owned).into();
    head.extend(shown.iter().map(|(name, _)| (*name).to_owned()));
    if has_textures {
        head.push("textures".to_owned());
    }
    head.extend(["error (m)", "extent (m)"].map(str::to_owned));
    let mut rows = vec![head];
    for level in &report.levels {
        let mut row = vec![level.depth.to_string()];
        row.extend(sums(&level.sums));
        row.push(range(level.error_min_m, level.error_max_m));
        row.push(range(level.size_min_m, level.size_max_m));
        rows.push(row);
    }
    let mut row = vec!["all".to_owned()];
    row.extend(sums(&report.total));
    rows.push(row);
    table(&rows, out);
}

fn range(low: f64, high: f64) -> String {
    let (low, high) = (metres(low), metres(high));
    if low == high { low } else { format!("{low} to {high}") }
}

fn findings(all: &[Finding], out: &mut String) {
    if all.is_empty() {
        out.push_str("\nnothing looks wrong\n");
        return;
    }
    for group in all.chunk_by(|a, b| a.kind == b.kind) {
        let Some(first) = group.first() else { continue };
        let severity = match first.severity {
            Severity::Info => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        let _ = writeln!(out, "\n{severity}, {}: {}", counted(group.len() as u64, "time"), first.about);
        for finding in group.iter().take(SHOWN) {
            let _ = writeln!(out, "  {}: {}", finding.place, finding.message);
        }
        if group.len() > SHOWN {
            let _ = writeln!(out, "  … and {} more", number((group.len() - SHOWN) as u64));
        }
    }
}

/// One tile with its contents, without what is inside of them.
pub fn tile(tile: &TileFacts) -> String {
    let mut out = String::new();
    let refine = if tile.refine == Refine::Add { "children are added" } else { "children replace it" };
    let [x, y, z] = tile.size_m.map(metres);
    let _ = writeln!(out, "tile {}", tile.name);
    let _ = writeln!(out, "  geometric error {} m, {} {x} x {y} x {z} m", metres(tile.error_m), tile.volume);
    let children = if tile.children == 1 { "1 child".to_owned() } else { format!("{} children", tile.children) };
    let _ = writeln!(out, "  {children}, {refine}");
    for content in &tile.contents {
        let _ = writeln!(out, "  content {}{}", content.uri, summary(content));
    }
    out
}

fn summary(content: &ContentFacts) -> String {
    match &content.problem {
        Some(Problem::Missing(why)) => format!(": not there ({why})"),
        Some(Problem::Unreadable(why)) => format!(": can't be read ({why})"),
        None if content.kind.is_empty() => String::new(),
        None if content.kind == "tileset" => ": another tileset".to_owned(),
        None => {
            let outside = match content.outside_m {
                0.0 => String::new(),
                outside => format!(", sticks out of its volume by {} m", metres(outside)),
            };
            format!(": {}, {}{outside}", content.kind, bytes(content.bytes))
        }
    }
}

/// One content, taken apart.
pub fn content(content: &ContentDetail) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "content {} ({}, {})", content.uri, content.kind, bytes(content.bytes));
    if !content.extensions.is_empty() {
        let _ = writeln!(out, "extensions: {}", content.extensions.join(", "));
    }
    for notice in &content.copyrights {
        let _ = writeln!(out, "copyright: {notice}");
    }
    if !content.parts.is_empty() {
        let head = ["part", "name", "draws", "vertices", "copies", "material", "size (m)", "has"];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        for (index, part) in content.parts.iter().enumerate() {
            let mut has: Vec<String> = part.attributes.iter().map(|name| (*name).to_owned()).collect();
            has.extend(part.features.iter().cloned());
            rows.push(vec![
                index.to_string(),
                cut(&part.name),
                format!("{} {}", number(part.count as u64), part.what),
                number(part.vertices as u64),
                number(part.instances as u64),
                part.material.to_string(),
                part.size_m.map(|side| metres(side.into())).join(" x "),
                has.join(", "),
            ]);
        }
        section("parts", &rows, &mut out);
    }
    materials(content, &mut out);
    tables(content, &mut out);
    for issue in &content.issues {
        let _ = writeln!(out, "{issue}");
    }
    out
}

fn materials(content: &ContentDetail, out: &mut String) {
    if !content.materials.is_empty() {
        let head = ["material", "name", "colour", "metal", "rough", "alpha", "textures", ""];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        for (index, material) in content.materials.iter().enumerate() {
            let mut notes = Vec::new();
            if material.unlit {
                notes.push("unlit");
            }
            if material.double_sided {
                notes.push("both sides");
            }
            rows.push(vec![
                index.to_string(),
                cut(&material.name),
                material.base_color.map(|c| format!("{c:.2}")).join(" "),
                format!("{:.2}", material.metallic),
                format!("{:.2}", material.roughness),
                material.alpha.to_owned(),
                material.textures.join(", "),
                notes.join(", "),
            ]);
        }
        section("materials", &rows, out);
    }
    if !content.textures.is_empty() {
        let head = ["texture", "pixels", "mipmaps", "format", "in memory"];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        for (index, texture) in content.textures.iter().enumerate() {
            rows.push(vec![
                index.to_string(),
                format!("{} x {}", texture.width_px, texture.height_px),
                texture.mip_count.to_string(),
                texture.format.to_owned(),
                bytes(texture.bytes as u64),
            ]);
        }
        section("textures", &rows, out);
    }
}

fn tables(content: &ContentDetail, out: &mut String) {
    for (index, of) in content.tables.iter().enumerate() {
        let name = if of.name.is_empty() { format!("table {index}") } else { format!("table {index} {:?}", of.name) };
        let class = if of.class.is_empty() { String::new() } else { format!(" of class {}", of.class) };
        let _ = writeln!(out, "\n{name}{class}: {}", counted(of.count.into(), "row"));
        let mut head = vec!["row".to_owned()];
        head.extend(of.columns.iter().map(|column| cut(column)));
        let mut rows = vec![head];
        for (row, values) in of.first_rows.iter().enumerate() {
            let mut cells = vec![row.to_string()];
            cells.extend(of.columns.iter().map(|column| cell(values, column)));
            rows.push(cells);
        }
        table(&rows, out);
        if u64::from(of.count) > of.first_rows.len() as u64 {
            let _ = writeln!(out, "… and {} more rows", number(u64::from(of.count) - of.first_rows.len() as u64));
        }
    }
}

fn cell(row: &Map<String, Value>, column: &str) -> String {
    match row.get(column) {
        None | Some(Value::Null) => "–".to_owned(),
        Some(Value::String(text)) => cut(text),
        Some(other) => cut(&other.to_string()),
    }
}

fn cut(text: &str) -> String {
    // Line ends and the like would break the table.
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if clean.chars().count() <= VALUE_CHARS {
        return clean;
    }
    clean.chars().take(VALUE_CHARS - 1).chain(['…']).collect()
}

fn section(title: &str, rows: &[Vec<String>], out: &mut String) {
    let _ = writeln!(out, "\n{title}");
    table(rows, out);
}

/// Lists that are longer are cut.
const LINES: usize = 40;

/// Columns as wide as their widest cell; numbers to the right, words to the left, as the column's first row has them.
fn table(rows: &[Vec<String>], out: &mut String) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let cell = |row: &Vec<String>, column: usize| row.get(column).cloned().unwrap_or_default();
    let width = |column: usize| rows.iter().map(|row| cell(row, column).chars().count()).max().unwrap_or(0);
    let is_number = |column: usize| {
        let first = rows.get(1).map(|row| cell(row, column)).unwrap_or_default();
        first.starts_with(|c: char| c.is_ascii_digit() || c == '-')
    };
    for row in rows.iter().take(LINES + 1) {
        let mut line = String::new();
        for column in 0..columns {
            let (text, width) = (cell(row, column), width(column));
            if is_number(column) {
                let _ = write!(line, "{text:>width$}  ");
            } else {
                let _ = write!(line, "{text:<width$}  ");
            }
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
    if rows.len() > LINES + 1 {
        let _ = writeln!(out, "… and {} more", number((rows.len() - LINES - 1) as u64));
    }
}

/// With commas between thousands.
fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn counted(n: u64, what: &str) -> String {
    format!("{} {what}{}", number(n), if n == 1 { "" } else { "s" })
}

fn bytes(n: u64) -> String {
    match n {
        0..1000 => format!("{n} B"),
        1000..1_000_000 => format!("{:.1} kB", n as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", n as f64 / 1e6),
        _ => format!("{:.2} GB", n as f64 / 1e9),
    }
}
