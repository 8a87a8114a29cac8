//! The last few poses of one entity, and where it is between and shortly after them.
//!
//! Between two samples positions run on a straight line, which over more than [`SAG_M`] is lifted to the heights between
//! the two; orientations turn by the shortest way, so headings cross north. After the newest sample a body moves
//! on with its last velocity for a bounded time, then stands.

use std::collections::VecDeque;
use std::sync::Arc;

use glam::{DQuat, DVec3, Quat};

use super::place::{Placed, level_along};
use super::update::Order;
use crate::geo::wgs84;

/// Samples kept at most.
const MAX_SAMPLES: usize = 32;
/// A chord of this length lies 0.2 mm below its arc.
const SAG_M: f64 = 100.0;
/// The velocity of the last two samples says nothing if they are further apart than this.
const MAX_VELOCITY_SPAN_SECS: f64 = 10.0;
/// A body that moves less than this between two samples keeps its derived heading.
const MIN_MOVE_M: f64 = 0.05;

/// How much a pose is worth. Ordered: the later the worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PoseState {
    /// Between two samples, or at the newest one of a body that stands.
    Live,
    /// Guessed from the last velocity.
    Extrapolated,
    /// Before the oldest sample that is kept: held there.
    Before,
    /// Nothing was heard for longer than the twin's `stale_secs`: held at the last guess.
    Stale,
}

/// Where a body is at a moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PoseSample {
    pub pos_ecef: DVec3,
    /// Unit quaternion from the body frame (x right, y forward, z up) to ECEF.
    pub ecef_from_body: DQuat,
    pub state: PoseState,
    /// Seconds since the newest sample; 0 or more.
    pub age_secs: f64,
}

/// What bounds the guesses.
#[derive(Debug, Clone, Copy)]
pub(super) struct TrackOptions {
    pub extrapolate_secs: f64,
    pub stale_secs: f64,
    pub max_speed_m_s: f64,
    pub max_wait_secs: f64,
}

#[derive(Debug, Clone)]
struct Sample {
    order: Order,
    /// None: ECEF; else the parent's body frame.
    parent: Option<Arc<str>>,
    pos: DVec3,
    /// f32: 0.1 microradians, a tenth of a millimetre over a kilometre.
    rot: Quat,
    height_m: f64,
    /// False until an orientation was told or could be derived from movement.
    has_turn: bool,
    /// The body did not move here from the sample before: it left and came back, or its source restarted.
    jump: bool,
}

/// Samples in order of time, of one epoch except where a jump marks the change.
#[derive(Debug, Clone, Default)]
pub(super) struct Track {
    samples: VecDeque<Sample>,
    /// The next sample that is newer than all starts anew.
    break_next: bool,
    trimmed: bool,
}

/// A pose in the frame of `parent`, or in ECEF.
#[derive(Debug, Clone)]
pub(super) struct TrackPose<'a> {
    pub parent: Option<&'a Arc<str>>,
    pub pos: DVec3,
    pub rot: DQuat,
    pub state: PoseState,
    pub age_secs: f64,
    /// Of the sample that it starts from.
    pub order: Order,
}

impl Track {
    /// Marks that the body does not move from the samples before `order` to those after it.
    pub fn break_at(&mut self, order: &Order) {
        let at = self.samples.partition_point(|sample| sample.order < *order);
        match self.samples.get_mut(at) {
            Some(after) => after.jump = true,
            None => self.break_next = true,
        }
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Adds a sample in its place in time. Returns the seconds to the sample before if it is the newest and moves on
    /// from there, None otherwise.
    pub fn insert(&mut self, placed: Placed, order: Order, history_secs: f64) -> Option<f64> {
        let at = self.samples.partition_point(|sample| same_moment_or_before(&sample.order, &order));
        let before = at.checked_sub(1);
        if let Some(same) = before.and_then(|i| self.samples.get_mut(i))
            && same.order.epoch == order.epoch
            && same.order.t_secs == order.t_secs
        {
            if order >= same.order {
                let (jump, old_turn, had_turn) = (same.jump, same.rot, same.has_turn);
                *same = Sample { jump, ..Sample::new(placed, order) };
                if !same.has_turn && had_turn {
                    (same.rot, same.has_turn) = (old_turn, true);
                }
            }
            return None;
        }
        if at == 0 && self.trimmed {
            return None;
        }
        let newest = at == self.samples.len();
        let mut sample = Sample::new(placed, order);
        let mut gap_secs = None;
        if let Some(previous) = before.and_then(|i| self.samples.get_mut(i)) {
            sample.jump = (newest && self.break_next) || previous.order.epoch != order.epoch;
            if sample.jump && previous.order.t_secs >= order.t_secs {
                self.samples.clear();
                self.break_next = false;
                self.samples.push_back(sample);
                return None;
            }
            if !sample.jump {
                derive_turn(previous, &mut sample);
                gap_secs = newest.then_some(order.t_secs - previous.order.t_secs);
            }
        }
        if newest {
            self.break_next = false;
        }
        self.samples.insert(at, sample);
        self.trim(history_secs);
        gap_secs
    }

    fn trim(&mut self, history_secs: f64) {
        let Some(newest_t_secs) = self.samples.back().map(|sample| sample.order.t_secs) else { return };
        while self.samples.len() > 2
            && (self.samples.len() > MAX_SAMPLES
                || self.samples.get(1).is_some_and(|second| second.order.t_secs < newest_t_secs - history_secs))
        {
            self.samples.pop_front();
            self.trimmed = true;
        }
    }

    /// The pose at `t_secs`; None with no sample, or if the first one lies a short while ahead (the body is not there
    /// yet).
    pub fn pose_at(&self, t_secs: f64, options: &TrackOptions) -> Option<TrackPose<'_>> {
        let after = self.samples.partition_point(|sample| sample.order.t_secs <= t_secs);
        let newest = self.samples.back()?;
        let age_secs = (t_secs - newest.order.t_secs).max(0.0);
        let Some(a) = after.checked_sub(1).and_then(|i| self.samples.get(i)) else {
            let first = self.samples.front()?;
            if !self.trimmed && first.order.t_secs - t_secs <= options.max_wait_secs {
                return None;
            }
            return Some(first.pose(PoseState::Before, age_secs));
        };
        match self.samples.get(after) {
            Some(b) => Some(between(a, b, t_secs, options)),
            None => {
                let before = after.checked_sub(2).and_then(|i| self.samples.get(i));
                Some(beyond(before, a, age_secs, options))
            }
        }
    }
}

/// Epochs follow each other in time on one track (a sample that goes back clears it), so time alone would do; the epoch
/// first keeps a late sample of an old epoch from landing among newer ones.
fn same_moment_or_before(kept: &Order, new: &Order) -> bool {
    (kept.epoch, kept.t_secs) <= (new.epoch, new.t_secs)
}

impl Sample {
    fn new(placed: Placed, order: Order) -> Self {
        let Placed { parent, pos, rot, height_m, has_turn } = placed;
        Self { order, parent, pos, rot: rot.as_quat(), height_m, has_turn, jump: false }
    }

    fn pose(&self, state: PoseState, age_secs: f64) -> TrackPose<'_> {
        TrackPose {
            parent: self.parent.as_ref(),
            pos: self.pos,
            rot: self.rot.as_dquat().normalize(),
            state,
            age_secs,
            order: self.order,
        }
    }
}

/// A source that tells no orientation means "along the movement".
fn derive_turn(previous: &mut Sample, sample: &mut Sample) {
    if sample.has_turn || sample.parent.is_some() || previous.parent.is_some() {
        return;
    }
    let moved = sample.pos - previous.pos;
    if moved.length() >= MIN_MOVE_M
        && let Some(rot) = level_along(sample.pos, moved)
    {
        (sample.rot, sample.has_turn) = (rot.as_quat(), true);
        // The first sample knew no direction: it looks where it goes, and does not turn on the way.
        if !previous.has_turn {
            (previous.rot, previous.has_turn) = (sample.rot, true);
        }
    } else {
        (sample.rot, sample.has_turn) = (previous.rot, previous.has_turn);
    }
}

/// True if the body can have moved from `a` to `b`.
fn moves(a: &Sample, b: &Sample, options: &TrackOptions) -> bool {
    let span_secs = b.order.t_secs - a.order.t_secs;
    !b.jump && a.parent == b.parent && a.pos.distance(b.pos) <= options.max_speed_m_s * span_secs
}

fn between<'a>(a: &'a Sample, b: &'a Sample, t_secs: f64, options: &TrackOptions) -> TrackPose<'a> {
    if !moves(a, b, options) {
        return a.pose(PoseState::Live, 0.0);
    }
    let part = ((t_secs - a.order.t_secs) / (b.order.t_secs - a.order.t_secs)).clamp(0.0, 1.0);
    let mut pos = a.pos.lerp(b.pos, part);
    if a.parent.is_none() && a.pos.distance_squared(b.pos) > SAG_M * SAG_M {
        let height_m = a.height_m + (b.height_m - a.height_m) * part;
        pos = wgs84::ecef_from_geodetic(wgs84::geodetic_from_ecef(pos).at_height(height_m));
    }
    let rot = a.rot.as_dquat().normalize().slerp(b.rot.as_dquat().normalize(), part).normalize();
    TrackPose { parent: a.parent.as_ref(), pos, rot, state: PoseState::Live, age_secs: 0.0, order: a.order }
}

fn beyond<'a>(before: Option<&Sample>, last: &'a Sample, age_secs: f64, options: &TrackOptions) -> TrackPose<'a> {
    let velocity = before.filter(|before| moves(before, last, options)).map_or(DVec3::ZERO, |before| {
        let span_secs = last.order.t_secs - before.order.t_secs;
        if span_secs > MAX_VELOCITY_SPAN_SECS { DVec3::ZERO } else { (last.pos - before.pos) / span_secs }
    });
    let state = if age_secs > options.stale_secs {
        PoseState::Stale
    } else if age_secs == 0.0 || velocity == DVec3::ZERO {
        PoseState::Live
    } else {
        PoseState::Extrapolated
    };
    let mut pose = last.pose(state, age_secs);
    pose.pos += velocity * age_secs.min(options.extrapolate_secs);
    pose
}
