//! From a file's points to a bucket of points in steps of the cloud's frame.

use std::collections::BTreeSet;

use std::io::{Read, Seek};

use super::crs::Resolved;
use super::frame::CloudFrame;
use super::las::{LasHeader, LasReader, RawPoint};
use super::point::CloudPoint;
use super::spill::{Bucket, Spill, SpillError};
use crate::bake::source::region::Region;
use crate::format::issue::{Issue, Issues};

/// What was found in a source. Tells how its bucket is to be read, and what the tiles will have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSummary {
    /// Which bucket its points are in.
    pub source: u32,
    pub points: u64,
    /// Marked as withheld, or of a class that the job leaves out.
    pub left_out: u64,
    /// Outside of the region that is baked.
    pub beyond: u64,
    /// Not on Earth, or far from the rest.
    pub lost: u64,
    /// The box of its points, steps; the lows are above the highs if there is none.
    pub low: [i32; 3],
    pub high: [i32; 3],
    /// The largest value of any colour channel; `None` where the format has no colours.
    pub color_max: Option<u16>,
    pub intensity_sum: u64,
    /// The highest class.
    pub class_max: u8,
    pub has_returns: bool,
}

impl SourceSummary {
    pub fn new(source: u32) -> Self {
        Self {
            source,
            points: 0,
            left_out: 0,
            beyond: 0,
            lost: 0,
            low: [i32::MAX; 3],
            high: [i32::MIN; 3],
            color_max: None,
            intensity_sum: 0,
            class_max: 0,
            has_returns: false,
        }
    }

    /// Counts a point that goes into the bucket.
    pub(super) fn count(&mut self, point: &CloudPoint) {
        self.points += 1;
        for axis in 0..3 {
            self.low[axis] = self.low[axis].min(point.at[axis]);
            self.high[axis] = self.high[axis].max(point.at[axis]);
        }
        if let Some(max) = &mut self.color_max {
            *max = point.rgb.iter().copied().fold(*max, u16::max);
        }
        self.intensity_sum += u64::from(point.intensity);
        self.class_max = self.class_max.max(point.class);
        self.has_returns |= point.return_count > 1;
    }

    /// How many bits a colour channel really uses.
    pub fn color_bits(&self) -> Option<u32> {
        self.color_max.map(|max| match max {
            0..=0xFF => 8,
            0x100..=0x3FF => 10,
            0x400..=0xFFF => 12,
            _ => 16,
        })
    }
}

/// Which points of a source are wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Classes that are not.
    pub leave_out: &'a BTreeSet<u8>,
    /// Only those in it.
    pub region: Option<&'a Region>,
}

/// Puts a file's points into the bucket [`Bucket::Source`]; those that are not wanted stay outside.
///
/// # Errors
/// When the bucket can't be written. What is wrong with points becomes issues.
pub fn ingest<R: Read + Seek + Send + Sync + 'static>(
    reader: &mut LasReader<R>,
    resolved: &Resolved,
    frame: &CloudFrame,
    (source, wanted): (u32, &Wanted),
    spill: &dyn Spill,
    issues: &mut Issues,
) -> Result<SourceSummary, SpillError> {
    let mut summary = SourceSummary::new(source);
    let header = reader.header().clone();
    summary.color_max = header.has_color().then_some(0);
    let (mut batch, mut bytes, mut outside) = (Vec::new(), Vec::new(), 0_u64);
    while reader.read_batch(&mut batch, issues) {
        for raw in &batch {
            if raw.withheld || wanted.leave_out.contains(&raw.class) {
                summary.left_out += 1;
                continue;
            }
            outside += u64::from(is_outside(raw, &header));
            let geodetic = resolved.geodetic(raw.at);
            if let (Some(region), Some(geodetic)) = (wanted.region, geodetic)
                && !region.contains(geodetic.truncate())
            {
                summary.beyond += 1;
                continue;
            }
            let Some(at) = geodetic.and_then(|geodetic| frame.steps(geodetic)) else {
                summary.lost += 1;
                continue;
            };
            let point = CloudPoint {
                at,
                rgb: raw.rgb,
                intensity: raw.intensity,
                class: raw.class,
                return_number: raw.return_number,
                return_count: raw.return_count,
            };
            summary.count(&point);
            point.write(&mut bytes);
        }
        spill.append(Bucket::Source(source), &bytes)?;
        bytes.clear();
    }
    tell(&summary, outside, issues);
    Ok(summary)
}

/// A step of tolerance: boxes are often rounded.
fn is_outside(raw: &RawPoint, header: &LasHeader) -> bool {
    let slack = header.scale.abs();
    !(raw.at.cmpge(header.low - slack).all() && raw.at.cmple(header.high + slack).all())
}

fn tell(summary: &SourceSummary, outside: u64, issues: &mut Issues) {
    let counted = |n: u64| if n == 1 { "1 point".to_owned() } else { format!("{n} points") };
    if outside > 0 {
        let message = format!("{} outside of the box that the header gives; kept", counted(outside));
        issues.push(Issue::warning("", message));
    }
    if summary.lost > 0 {
        let message = format!(
            "{} not on Earth or far from the rest; left out (another coordinate system?)",
            counted(summary.lost)
        );
        issues.push(Issue::error("", message));
    }
    if summary.left_out > 0 {
        let message =
            format!("{} withheld by the author or of classes that the job leaves out", counted(summary.left_out));
        issues.push(Issue::info("", message));
    }
    if summary.points == 0 && summary.beyond == 0 {
        issues.push(Issue::warning("", "no point can be used"));
    }
    if summary.color_bits().is_some_and(|bits| bits == 10 || bits == 12) {
        let bits = summary.color_bits().unwrap_or_default();
        issues.push(Issue::info("", format!("colours use {bits} of 16 bits and are scaled by that")));
    }
}
