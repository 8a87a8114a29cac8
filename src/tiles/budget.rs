//! Bytes: how large contents probably are, and how coarse the picture must be to fit.

use super::arena::{Arena, NONE, Status};

/// What is taken for a content before anything is known, bytes.
const FIRST_GUESS: f64 = 512.0 * 1024.0;

/// Requests leave this part of the budget free, for contents that turn out larger than thought.
pub(super) const REQUEST_SHARE: f64 = 0.95;

/// The view may need this part of the budget; more makes it coarser. The rest is for levels that change place.
const NEED_HIGH: f64 = 0.85;

/// It becomes finer again while it needs less than this part.
const NEED_LOW: f64 = 0.6;

const MAX_SCALE: f64 = 4096.0;

/// Mean sizes of one tileset's contents by depth, learned from what arrived.
#[derive(Debug, Clone)]
pub(super) struct Sizes {
    by_depth: [f64; 32],
    all: f64,
}

impl Sizes {
    pub fn new() -> Self {
        Self { by_depth: [0.0; 32], all: 0.0 }
    }

    pub fn learn(&mut self, depth: u16, bytes: u64) {
        let bytes = bytes as f64;
        let slot = &mut self.by_depth[usize::from(depth).min(31)];
        for mean in [slot, &mut self.all] {
            *mean = if *mean == 0.0 { bytes } else { *mean + (bytes - *mean) * 0.2 };
        }
    }

    fn guess(&self, depth: u16) -> u64 {
        let known = self.by_depth[usize::from(depth).min(31)];
        let mean = if known > 0.0 { known } else { self.all };
        // A quarter more: too small a guess costs a second download, too large a one only a moment's wait.
        (if mean > 0.0 { mean * 1.25 } else { FIRST_GUESS }) as u64
    }
}

/// What a tile's content takes: what it took when last loaded, or a guess. Structure files count nothing.
pub(super) fn size_of(arena: &Arena, sizes: &[Sizes], tile: u32) -> u64 {
    let (node, live) = (arena.node(tile), arena.live(tile));
    if live.bytes > 0 {
        return live.bytes;
    }
    if node.status == Status::Unknown || node.tileset == NONE {
        return 0;
    }
    sizes.get(node.tileset as usize).map_or(FIRST_GUESS as u64, |sizes| sizes.guess(node.depth))
}

/// How much coarser than asked for the view is shown, so that what it needs fits the budget.
///
/// Grows at once in proportion to the excess, shrinks slowly, and not back to where it had to grow from unless the
/// camera has moved: so it comes to rest at any fixed view.
#[derive(Debug, Clone)]
pub(super) struct Coarseness {
    pub scale: f64,
    /// The scale that was too fine for the present view.
    refused: f64,
    changed: bool,
}

impl Coarseness {
    pub fn new() -> Self {
        Self { scale: 1.0, refused: 0.0, changed: false }
    }

    /// Whether the last update changed the scale: what the view needs is not yet known.
    pub fn is_changing(&self) -> bool {
        self.changed
    }

    /// The budget is another: finer may be possible again.
    pub fn forget_refusal(&mut self) {
        self.refused = 0.0;
    }

    pub fn is_at_end(&self) -> bool {
        self.scale >= MAX_SCALE
    }

    /// `need` and `budget` in bytes; `pressed`: something wanted found no room, or too many tiles were visited.
    pub fn update(&mut self, need: u64, budget: u64, pressed: bool, camera_still: bool, dt_secs: f64) {
        let before = self.scale;
        if !camera_still {
            self.refused = 0.0;
        }
        let share = need as f64 / (budget as f64).max(1.0);
        let secs = dt_secs.clamp(1.0 / 240.0, 0.1);
        if share > NEED_HIGH || pressed {
            self.refused = self.refused.max(self.scale);
            let excess = (share / NEED_HIGH).clamp(1.05, 4.0);
            self.scale = (self.scale * excess.powf(6.0 * secs)).min(MAX_SCALE);
        } else if share < NEED_LOW && self.scale > 1.0 {
            let finer = (self.scale * (-0.5 * secs).exp()).max(1.0);
            if finer > self.refused * 1.02 {
                self.scale = finer;
            }
        }
        self.changed = self.scale != before;
    }
}
