//! Where openings lie along a wall: the same bays at every level of detail.

use super::super::building::{Face, Look};
use super::painter::{Painter, Side, Span};
use crate::bake::model::Usage;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BayKind {
    Window,
    /// A door to a balcony before the wall.
    Balcony,
    /// A door to a balcony within the wall.
    Loggia,
    /// Glass over all floors, before the stairs.
    Stair,
    /// No opening.
    Blind,
}

#[derive(Debug, Clone, Copy)]
pub struct Bay {
    /// The middle.
    pub x: f64,
    pub width_m: f64,
    pub kind: BayKind,
}

pub struct Bays {
    pub pitch_m: f64,
    pub all: Vec<Bay>,
    pub sill_m: f64,
    pub head_m: f64,
}

/// Walls shorter than this have no windows.
pub const SHORTEST_M: f64 = 1.5;
/// Wall at each end before the first bay.
const MARGIN_M: f64 = 0.4;

impl Painter<'_> {
    /// The bays of a side with windows; none for blank or short sides.
    pub fn bays(&self, side: &Side) -> Bays {
        let v = self.v;
        let Look::Windows { bay_m, width_m, height_m, balconies, .. } = v.look else {
            return Bays { pitch_m: 1.0, all: Vec::new(), sill_m: 0.0, head_m: 0.0 };
        };
        let usable = side.length - 2.0 * MARGIN_M;
        let fits = (usable / bay_m.max(0.5)).floor() as usize;
        // A short wall still has one window where it fits.
        let count = if fits == 0 && usable > width_m + 0.2 { 1 } else { fits.min(400) };
        let count = if side.face == Face::Blank || side.length < SHORTEST_M { 0 } else { count };
        let pitch_m = usable / count.max(1) as f64;
        let lot = self.lot(side, 0, 0, 51).next_u64();
        let all = (0..count)
            .map(|k| {
                let x = MARGIN_M + (k as f64 + 0.5) * pitch_m;
                Bay { x, width_m: width_m.min(pitch_m - 0.3), kind: self.bay_kind(side, k, count, balconies, lot) }
            })
            .collect();
        let sill_m = if v.usage == Usage::Worship { 2.2 } else { ((v.floor_m - height_m) * 0.42).max(0.12) };
        Bays { pitch_m, all, sill_m, head_m: (sill_m + height_m).min(v.floor_m - 0.25) }
    }

    fn bay_kind(&self, side: &Side, k: usize, count: usize, balconies: u8, lot: u64) -> BayKind {
        let every = usize::from(balconies);
        if self.style.stair_strip && side.face == Face::Court && count >= 4 && k % 5 == 2 {
            return BayKind::Stair;
        }
        let symmetric = k.min(count - 1 - k);
        if every == 0 || !(symmetric + 1 + lot as usize % 2).is_multiple_of(every) {
            let blind = count >= 5 && lot.is_multiple_of(13) && symmetric == 1;
            return if blind { BayKind::Blind } else { BayKind::Window };
        }
        if self.style.loggia { BayKind::Loggia } else { BayKind::Balcony }
    }

    /// Share of a side's wall that is glass, for levels that show no single windows.
    pub fn glass_share(&self, side: &Side) -> f32 {
        let v = self.v;
        if side.face == Face::Blank || side.length < SHORTEST_M {
            return 0.0;
        }
        match v.look {
            Look::Windows { .. } => {
                let bays = self.bays(side);
                let wide: f64 = bays.all.iter().filter(|b| b.kind != BayKind::Blind).map(|b| b.width_m - 0.2).sum();
                let high = bays.head_m - bays.sill_m - 0.15;
                ((wide * high / (side.length * v.floor_m)) as f32).clamp(0.0, 0.9)
            }
            Look::Curtain { .. } => 0.72,
            Look::Bands => 0.5,
            Look::Hall => 0.06,
            Look::Closed | Look::Open => 0.0,
        }
    }

    /// Where a storey's windows lie in height.
    pub fn window_span(&self, bays: &Bays, floor: usize) -> Span {
        let (low, high) = self.v.storey(floor);
        let extra = (high - low - self.v.floor_m).max(0.0);
        (low + bays.sill_m, (low + bays.head_m + extra * 0.7).min(high - 0.25))
    }
}
