//! What looks wrong in a tree of tiles, for its author to mend or to know.

use serde::Serialize;

use super::{Problem, TileFacts};
use crate::format::issue::Severity;

/// Contents that no viewer loads quickly.
const HUGE_BYTES: u64 = 16 << 20;
const HUGE_TRIANGLES: u64 = 1_000_000;
const HUGE_POINTS: u64 = 1_000_000;

/// What may stick out of a volume: a centimetre, or a thousandth of its size, where rounding shows.
const SLACK_M: f64 = 0.01;
const SLACK_PART: f64 = 0.001;

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    pub severity: Severity,
    /// What kind of finding it is, for grouping: `missing-content`, `error-above-parent`.
    pub kind: &'static str,
    /// What the findings of the kind have in common, in plain words.
    pub about: &'static str,
    /// The tile, or tile and content.
    pub place: String,
    pub message: String,
}

/// Checks each tile by itself and against its parent.
pub fn findings(tiles: &[TileFacts]) -> Vec<Finding> {
    let mut found = Vec::new();
    for tile in tiles {
        of_tree(tile, tile.parent.and_then(|parent| tiles.get(parent)), &mut found);
        of_contents(tile, &mut found);
    }
    found.sort_by_key(|finding| (std::cmp::Reverse(finding.severity), finding.kind));
    found
}

fn of_tree(tile: &TileFacts, parent: Option<&TileFacts>, found: &mut Vec<Finding>) {
    let mut push = |severity, kind, about, message: String| {
        found.push(Finding { severity, kind, about, place: tile.name.clone(), message });
    };
    if let Some(parent) = parent
        // The last digits are rounding.
        && tile.error_m > parent.error_m * (1.0 + 1e-9)
    {
        push(
            Severity::Warning,
            "error-above-parent",
            "tiles whose geometric error is above their parent's: they are refined too late or too early",
            format!("{} m, its parent {} m", metres(tile.error_m), metres(parent.error_m)),
        );
    }
    if tile.children > 0 && tile.error_m == 0.0 {
        push(
            Severity::Warning,
            "never-refined",
            "tiles with a geometric error of 0 that have children: the children are never shown",
            format!("{} children", tile.children),
        );
    }
    let is_external = tile.contents.iter().any(|content| content.kind == "tileset");
    if tile.children == 0 && tile.contents.is_empty() && !is_external {
        let message = "no content and no children".to_owned();
        push(Severity::Info, "empty-tile", "tiles with nothing in or below them", message);
    }
}

fn of_contents(tile: &TileFacts, found: &mut Vec<Finding>) {
    let side_m = tile.size_m.iter().copied().fold(0.0, f64::max);
    for content in &tile.contents {
        let mut push = |severity, kind, about, message: String| {
            found.push(Finding { severity, kind, about, place: format!("{} {}", tile.name, content.uri), message });
        };
        match &content.problem {
            Some(Problem::Missing(why)) => {
                push(Severity::Error, "missing-content", "contents that are not there", why.clone());
                continue;
            }
            Some(Problem::Unreadable(why)) => {
                push(Severity::Error, "unreadable-content", "contents that can't be read", why.clone());
                continue;
            }
            None if content.kind.is_empty() || content.kind == "tileset" => continue,
            None => {}
        }
        if content.vertices == 0 {
            let message = format!("{} bytes, nothing to draw", content.bytes);
            push(Severity::Warning, "empty-content", "contents that draw nothing", message);
        }
        if content.outside_m > SLACK_M.max(side_m * SLACK_PART) {
            push(
                Severity::Warning,
                "outside-of-volume",
                "contents that stick out of their volume: they may vanish at the edge of the picture",
                format!("by {} m, in a volume of {} m", metres(content.outside_m), metres(side_m)),
            );
        }
        let huge = [
            (content.bytes, HUGE_BYTES, "bytes"),
            (content.triangles, HUGE_TRIANGLES, "triangles"),
            (content.points, HUGE_POINTS, "points"),
        ];
        for (got, most, what) in huge.into_iter().filter(|(got, most, _)| got > most) {
            let message = format!("{got} {what} (more than {most})");
            push(Severity::Warning, "huge-content", "contents too large to load or draw quickly", message);
        }
        if content.issues > 0 {
            let message = format!("its reader complains {} times (`mirante check` says of what)", content.issues);
            push(Severity::Info, "content-issues", "contents with mistakes inside", message);
        }
    }
}

/// Three digits are enough to judge by.
pub fn metres(value: f64) -> String {
    let decimals = match value.abs() {
        v if v >= 100.0 => 0,
        v if v >= 10.0 => 1,
        v if v >= 1.0 => 2,
        _ => 3,
    };
    format!("{value:.decimals$}")
}
