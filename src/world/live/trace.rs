//! Writing courses as a trace: feed messages, one JSON object a line, that loop without a jump.
//!
//! Times are seconds from 0, in steps of [`STEP_SECS`]. A course is periodic: after its last step it goes on with its first
//! one. The viewer moves on straight lines between samples, so a step is told only where such a line would be off by more
//! than [`OFF_M`], [`LATE_M`] or [`OFF_DEG`], or nothing was told for [`LONGEST_STEPS`]; what stands still is told rarely.
//! The first message of each entity carries its class and all its values, later ones the pose and what has changed.

use crate::bake::det::heading_deg;
use crate::bake::frame::PlanFrame;
use glam::DVec3;
use std::fmt::Write;

pub const STEP_SECS: f64 = 0.5;
/// How far a straight line between two samples may be beside the course, and before or behind on it.
const OFF_M: f64 = 0.1;
const LATE_M: f64 = 0.3;
const OFF_DEG: f64 = 2.0;
/// Longest silence of what moves, and of what stands, in steps.
const LONGEST_STEPS: usize = 6;
const STILL_STEPS: usize = 16;
/// Entities in a line, so that messages stay small.
const PER_LINE: usize = 100;

/// Where a thing is, plan frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pose {
    pub at: DVec3,
    /// Clockwise from north.
    pub heading_deg: f64,
    /// Nose up is positive.
    pub pitch_deg: f64,
}

impl Pose {
    /// Looking along a direction.
    pub fn along(at: DVec3, direction: DVec3) -> Self {
        let run = direction.truncate().length().max(1e-9);
        // Slopes of roads are small: the arc is the tangent.
        Self { at, heading_deg: heading_deg(direction.truncate()), pitch_deg: (direction.z / run).to_degrees() }
    }

    pub fn level(at: DVec3, direction: glam::DVec2) -> Self {
        Self { at, heading_deg: heading_deg(direction), pitch_deg: 0.0 }
    }
}

/// How an entity moves.
#[derive(Debug, Clone)]
pub enum Motion {
    Still(Pose),
    /// Carried by another entity, in its body frame: x right, y forward, z up; and turned about its own upright axis.
    On {
        entity: String,
        at: DVec3,
        heading_deg: f64,
    },
    /// A pose for each step; `None` while it is not there.
    Moving(Vec<Option<Pose>>),
}

/// The values of a property.
#[derive(Debug, Clone)]
pub enum Values {
    /// JSON text that stays.
    Fixed(String),
    /// One for each step, told when it has changed by this much, with so many decimals.
    Numbers {
        values: Vec<f32>,
        least: f32,
        decimals: usize,
    },
    Words(Vec<&'static str>),
    Flags(Vec<bool>),
}

impl Values {
    pub fn text(text: &str) -> Self {
        Self::Fixed(format!("\"{text}\""))
    }

    pub fn number(value: f64, decimals: usize) -> Self {
        Self::Fixed(format!("{value:.decimals$}"))
    }

    pub fn numbers(values: Vec<f32>, least: f32, decimals: usize) -> Self {
        Self::Numbers { values, least, decimals }
    }

    fn json(&self, step: usize) -> String {
        match self {
            Self::Fixed(text) => text.clone(),
            Self::Numbers { values, decimals, .. } => {
                let value = values[step];
                // No minus before a zero.
                let value = if value.abs() < 0.5 * 0.1_f32.powi(*decimals as i32) { 0.0 } else { value };
                format!("{value:.decimals$}")
            }
            Self::Words(words) => format!("\"{}\"", words[step]),
            Self::Flags(flags) => flags[step].to_string(),
        }
    }

    /// Whether it is to be told anew at `step` when `told` was told last.
    fn differs(&self, told: usize, step: usize) -> bool {
        match self {
            Self::Fixed(_) => false,
            Self::Numbers { values, least, .. } => (values[step] - values[told]).abs() >= *least,
            Self::Words(words) => words[step] != words[told],
            Self::Flags(flags) => flags[step] != flags[told],
        }
    }

    /// Whether a change must be told at once, not only with the next pose.
    fn is_urgent(&self) -> bool {
        matches!(self, Self::Words(_) | Self::Flags(_))
    }
}

/// An entity's course through the period.
#[derive(Debug, Clone)]
pub struct Course {
    pub id: String,
    pub class: &'static str,
    pub motion: Motion,
    pub values: Vec<(&'static str, Values)>,
}

impl Course {
    pub fn still(id: impl Into<String>, class: &'static str, pose: Pose, values: Vec<(&'static str, Values)>) -> Self {
        Self { id: id.into(), class, motion: Motion::Still(pose), values }
    }

    /// Carried by another entity.
    pub fn on(id: impl Into<String>, class: &'static str, entity: &str, at: DVec3, heading_deg: f64) -> Self {
        let motion = Motion::On { entity: entity.into(), at, heading_deg };
        Self { id: id.into(), class, motion, values: Vec::new() }
    }
}

/// Courses as JSON lines.
pub fn write(courses: &[Course], frame: &PlanFrame, secs: u32) -> Vec<u8> {
    let steps = steps_of(secs);
    let mut lines = Lines { by_step: vec![Vec::new(); steps] };
    for course in courses {
        course.tell(frame, steps, &mut lines);
    }
    lines.finish()
}

pub fn steps_of(secs: u32) -> usize {
    (f64::from(secs) / STEP_SECS) as usize
}

/// What is told at each step.
struct Lines {
    by_step: Vec<Vec<String>>,
}

impl Lines {
    fn finish(self) -> Vec<u8> {
        let mut out = String::new();
        for (step, entities) in self.by_step.iter().enumerate() {
            let t = step as f64 * STEP_SECS;
            for part in entities.chunks(PER_LINE) {
                let _ = writeln!(out, "{{\"type\":\"update\",\"t\":{t},\"entities\":[{}]}}", part.join(","));
            }
        }
        out.into_bytes()
    }
}

impl Course {
    fn tell(&self, frame: &PlanFrame, steps: usize, lines: &mut Lines) {
        match &self.motion {
            Motion::Moving(poses) => {
                for (first, last) in runs(poses) {
                    self.tell_run(frame, poses, (first, last), lines);
                    if last + 1 < steps {
                        lines.by_step[last + 1].push(format!("{{\"id\":\"{}\",\"gone\":true}}", self.id));
                    }
                }
            }
            Motion::Still(pose) => self.tell_values(&pose_json(pose, frame), steps, lines),
            Motion::On { entity, at, heading_deg } => {
                let turn = if *heading_deg == 0.0 { String::new() } else { format!(",\"heading\":{heading_deg:.1}") };
                let (x, y, z) = (at.x, at.y, at.z);
                let pose = format!("{{\"on\":\"{entity}\",\"x\":{x:.2},\"y\":{y:.2},\"z\":{z:.2}{turn}}}");
                self.tell_values(&pose, steps, lines);
            }
        }
    }

    /// What does not move by itself: its values when they change, and all again once in a while.
    fn tell_values(&self, pose: &str, steps: usize, lines: &mut Lines) {
        let mut told: Option<(usize, Vec<usize>)> = None;
        for step in 0..steps {
            let Some((last, of)) = &mut told else {
                lines.by_step[step].push(self.first_json(pose, step));
                told = Some((step, vec![step; self.values.len()]));
                continue;
            };
            let changed: Vec<usize> =
                (0..self.values.len()).filter(|&k| self.values[k].1.differs(of[k], step)).collect();
            if changed.is_empty() && step - *last < STILL_STEPS {
                continue;
            }
            let mut set: Vec<String> = changed.iter().map(|&k| self.value_json(k, step)).collect();
            if set.is_empty() {
                set.push(format!("\"pose\":{pose}"));
            }
            changed.iter().for_each(|&k| of[k] = step);
            *last = step;
            lines.by_step[step].push(format!("{{\"id\":\"{}\",\"set\":{{{}}}}}", self.id, set.join(",")));
        }
    }

    fn tell_run(&self, frame: &PlanFrame, poses: &[Option<Pose>], (first, last): (usize, usize), lines: &mut Lines) {
        let pose = |step: usize| poses[step].map(|p| pose_json(&p, frame)).unwrap_or_default();
        lines.by_step[first].push(self.first_json(&pose(first), first));
        let mut of = vec![first; self.values.len()];
        let mut told = first;
        while told < last {
            let next = self.next_told(poses, told, last);
            let mut set = format!("\"pose\":{}", pose(next));
            for (k, of) in of.iter_mut().enumerate() {
                if self.values[k].1.differs(*of, next) {
                    let _ = write!(set, ",{}", self.value_json(k, next));
                    *of = next;
                }
            }
            lines.by_step[next].push(format!("{{\"id\":\"{}\",\"set\":{{{set}}}}}", self.id));
            told = next;
        }
    }

    /// The last step after `told` up to which a straight line is good enough.
    fn next_told(&self, poses: &[Option<Pose>], told: usize, last: usize) -> usize {
        let mut next = told + 1;
        let urgent = |step: usize| self.values.iter().any(|(_, v)| v.is_urgent() && v.differs(step - 1, step));
        while next < last && !urgent(next) {
            let longer = next + 1;
            let (Some(a), Some(b)) = (poses[told], poses[longer]) else { break };
            let still = a.at.distance_squared(b.at) < 1e-6;
            if longer - told > if still { STILL_STEPS } else { LONGEST_STEPS } {
                break;
            }
            let good = (told + 1..longer).all(|k| {
                let t = (k - told) as f64 / (longer - told) as f64;
                poses[k].is_some_and(|p| is_between(&a, &b, t, &p))
            });
            if !good {
                break;
            }
            next = longer;
        }
        next
    }

    fn value_json(&self, k: usize, step: usize) -> String {
        format!("\"{}\":{}", self.values[k].0, self.values[k].1.json(step))
    }

    fn first_json(&self, pose: &str, step: usize) -> String {
        let mut set = format!("\"pose\":{pose}");
        for k in 0..self.values.len() {
            let _ = write!(set, ",{}", self.value_json(k, step));
        }
        format!("{{\"id\":\"{}\",\"class\":\"{}\",\"set\":{{{set}}}}}", self.id, self.class)
    }
}

/// Degrees between two headings, 0 to 180.
fn apart_deg(a: f64, b: f64) -> f64 {
    let d = (a - b).abs() % 360.0;
    d.min(360.0 - d)
}

/// Whether `p` lies where a straight way from `a` to `b` is after the fraction `t`.
fn is_between(a: &Pose, b: &Pose, t: f64, p: &Pose) -> bool {
    let turn = (b.heading_deg - a.heading_deg + 540.0).rem_euclid(360.0) - 180.0;
    let off = a.at.lerp(b.at, t) - p.at;
    let late = off.dot((b.at - a.at).normalize_or_zero());
    let beside = off.length_squared() - late * late;
    late.abs() < LATE_M
        && beside < OFF_M * OFF_M
        && apart_deg(a.heading_deg + turn * t, p.heading_deg) < OFF_DEG
        && (a.pitch_deg + (b.pitch_deg - a.pitch_deg) * t - p.pitch_deg).abs() < 1.0
}

/// First and last steps of the stretches during which something is there.
fn runs(poses: &[Option<Pose>]) -> Vec<(usize, usize)> {
    let mut out: Vec<(usize, usize)> = Vec::new();
    for step in (0..poses.len()).filter(|&step| poses[step].is_some()) {
        match out.last_mut() {
            Some((_, last)) if *last + 1 == step => *last = step,
            _ => out.push((step, step)),
        }
    }
    out
}

fn pose_json(pose: &Pose, frame: &PlanFrame) -> String {
    let g = frame.geodetic_from_plan(pose.at);
    // A heading of 359.97 is one of 0.
    let heading = (pose.heading_deg * 10.0).round().rem_euclid(3600.0) / 10.0;
    let mut text = format!("{{\"lon\":{:.7},\"lat\":{:.7},\"h\":{:.2},\"heading\":{heading}", g.x, g.y, g.z);
    if pose.pitch_deg.abs() >= 0.2 {
        let _ = write!(text, ",\"pitch\":{:.1}", pose.pitch_deg);
    }
    text.push('}');
    text
}

/// A course that was recorded once by age, in parts that are never there twice in a period: each part is an entity of its
/// own, the next one takes over where it stops. `start` is the step at which it begins; gives for each part the poses of
/// the period, and for each step of the period the age.
pub fn parts_of(samples: &[Pose], start: usize, period: usize) -> Vec<(Vec<Option<Pose>>, Vec<usize>)> {
    // Long enough a pause for the viewer to forget it before it comes anew.
    let longest = period - (period / 12).max(4);
    let count = samples.len().div_ceil(longest).max(1);
    (0..count)
        .map(|part| {
            let (from, to) = (samples.len() * part / count, samples.len() * (part + 1) / count);
            let mut poses = vec![None; period];
            let mut ages = vec![from; period];
            for (age, sample) in samples.iter().enumerate().take(to).skip(from) {
                let step = (start + age) % period;
                (poses[step], ages[step]) = (Some(*sample), age);
            }
            (poses, ages)
        })
        .collect()
}
