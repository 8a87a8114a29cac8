//! LAS and LAZ files: header, coordinate system records and points, a batch at a time.
//!
//! Versions 1.0 to 1.4, point formats 0 to 10, plain or packed by LASzip; COPC files are LAZ files and are read as such.
//! Coordinates are the file's own (`integer * scale + offset`), colours and intensities the file's own 16 bits.
//! Memory is bounded by one batch and, for layered LAZ, one chunk, whatever the file says of itself.
//!
//! What is damaged costs as little as can be: a packed chunk that can't be unpacked is left out with its points named,
//! a file that is cut off gives what came before.
//!
//! Specification: ASPRS LAS 1.4 R15; LASzip (M. Isenburg, *LASzip: lossless compression of LiDAR data*, 2013), unpacked
//! by the crate `laz`. Not read: waveforms, GPS times, extra bytes, near infrared.

mod header;
mod packed;
mod record;

#[cfg(test)]
pub(crate) mod test_files;
#[cfg(test)]
mod tests;

use std::io::{Read, Seek, SeekFrom};

use glam::DVec3;

use crate::format::issue::{Issue, Issues};
pub use header::{LasHeader, Vlr};
use packed::Unpacker;

/// Points of one batch at most.
pub const BATCH_POINTS: usize = 8192;

/// Why a file can't be read as a point cloud at all.
#[derive(Debug, thiserror::Error)]
pub enum LasError {
    #[error("not a LAS file: it does not begin with LASF")]
    NotLas,
    #[error("the file is cut off: {what} needs {expected} bytes, there are {got}")]
    Truncated { what: &'static str, expected: u64, got: u64 },
    #[error("unknown LAS version: expected 1.0 to 1.4, got {0}.{1}")]
    Version(u8, u8),
    #[error("unknown point format: expected 0 to 10, got {0}")]
    Format(u8),
    #[error("point records are too short for format {format}: expected at least {expected} bytes, got {got}")]
    RecordLength { format: u8, expected: u16, got: u16 },
    #[error("scale or offset of coordinates is no usable number: scale {scale}, offset {offset}")]
    Transform { scale: DVec3, offset: DVec3 },
    #[error("packed points can't be read: {0}")]
    Laz(String),
    #[error("can't be read: {0}")]
    Io(#[from] std::io::Error),
}

/// A point as the file has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RawPoint {
    /// In the file's coordinate system.
    pub at: DVec3,
    /// All 0 in formats without colour.
    pub rgb: [u16; 3],
    pub intensity: u16,
    /// As ASPRS numbers them.
    pub class: u8,
    /// From 1; 0 where the file does not say.
    pub return_number: u8,
    pub return_count: u8,
    /// Marked by its author as not to be used.
    pub withheld: bool,
}

/// Reads the points of one file from its beginning to its end.
pub struct LasReader<R: Read + Seek + Send + Sync + 'static> {
    header: LasHeader,
    vlrs: Vec<Vlr>,
    points: Points<R>,
    /// Points that were asked for so far, damaged ones included.
    done: u64,
    bytes: Vec<u8>,
    /// Read by [`LasReader::sample`] and not given away yet.
    kept: Option<Vec<RawPoint>>,
}

enum Points<R: Read + Seek + Send + Sync + 'static> {
    Plain(R),
    Packed(Box<Unpacker<R>>),
    /// Something failed for good.
    Over,
}

impl<R: Read + Seek + Send + Sync + 'static> LasReader<R> {
    /// Reads header and records; points come by [`LasReader::read_batch`].
    ///
    /// # Errors
    /// When no point of the file could be read.
    pub fn open(mut source: R, issues: &mut Issues) -> Result<Self, LasError> {
        let (header, vlrs) = header::read(&mut source, issues)?;
        source.seek(SeekFrom::Start(header.points_offset))?;
        let points = if header.packed {
            Points::Packed(Box::new(Unpacker::new(source, &header, &vlrs, issues)?))
        } else {
            Points::Plain(source)
        };
        Ok(Self { header, vlrs, points, done: 0, bytes: Vec::new(), kept: None })
    }

    pub fn header(&self) -> &LasHeader {
        &self.header
    }

    pub fn vlrs(&self) -> &[Vlr] {
        &self.vlrs
    }

    /// A place among the points, in the file's coordinates: the middle of the header's box if the first points are in
    /// it, else the first point. To be asked before points are read. `None` if there are no points.
    pub fn sample(&mut self, issues: &mut Issues) -> Option<DVec3> {
        let mut batch = Vec::new();
        while batch.is_empty() && self.read_batch(&mut batch, issues) {}
        let first = batch.first().map(|point| point.at);
        self.kept = Some(batch);
        let (low, high) = self.header.bounds().unwrap_or((DVec3::MAX, DVec3::MIN));
        first.map(|at| if at.cmpge(low).all() && at.cmple(high).all() { (low + high) * 0.5 } else { at })
    }

    /// Replaces `batch` by the next points, at most [`BATCH_POINTS`]; `false` once there are no more. A batch may be
    /// empty before the end, where points were damaged.
    pub fn read_batch(&mut self, batch: &mut Vec<RawPoint>, issues: &mut Issues) -> bool {
        if let Some(kept) = self.kept.take() {
            *batch = kept;
            return true;
        }
        batch.clear();
        let left = self.header.point_count.saturating_sub(self.done);
        if left == 0 {
            return false;
        }
        let size = usize::from(self.header.record_bytes);
        let wanted = left.min(BATCH_POINTS as u64) as usize;
        self.bytes.resize(wanted * size, 0);
        let got = match &mut self.points {
            Points::Plain(source) => match source.read_exact(&mut self.bytes) {
                Ok(()) => wanted,
                Err(error) => {
                    let path = format!("point {}", self.done);
                    issues.push(Issue::error(path, format!("points from here on can't be read: {error}")));
                    self.points = Points::Over;
                    return false;
                }
            },
            Points::Packed(unpacker) => {
                let unpacked = unpacker.unpack(&mut self.bytes, size, self.done, issues);
                self.done += unpacked.lost;
                if unpacked.over {
                    self.points = Points::Over;
                }
                unpacked.points
            }
            Points::Over => return false,
        };
        self.done += got as u64;
        let header = &self.header;
        batch.extend(self.bytes.chunks_exact(size).take(got).map(|record| record::point(record, header)));
        true
    }
}
