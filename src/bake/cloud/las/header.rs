//! The public header block and the variable length records.

use std::io::{Read, Seek, SeekFrom};

use glam::DVec3;

use super::LasError;
use crate::format::issue::{Issue, Issues};

/// Records of coordinate systems are some kilobytes; longer ones are not loaded.
const MAX_RECORD_BYTES: u64 = 1 << 20;
/// Real files have fewer than a hundred.
const MAX_RECORDS: u32 = 10_000;

/// Bytes of the header that all versions have, and those of 1.4.
const HEADER_BYTES: usize = 227;
const HEADER_BYTES_1_4: usize = 375;

/// Bytes of a point by its format.
const RECORD_BYTES: [u16; 11] = [20, 28, 26, 34, 57, 63, 30, 36, 38, 59, 67];

/// What the file says of all its points.
#[derive(Debug, Clone, PartialEq)]
pub struct LasHeader {
    pub version: (u8, u8),
    /// 0 to 10.
    pub format: u8,
    /// By LASzip.
    pub packed: bool,
    /// Whether the coordinate system is told by well-known text (the header's flag) rather than by GeoTIFF keys.
    pub wkt: bool,
    pub record_bytes: u16,
    /// Not more than the file can hold.
    pub point_count: u64,
    pub scale: DVec3,
    pub offset: DVec3,
    /// As written, in the file's coordinates; not checked against the points.
    pub low: DVec3,
    pub high: DVec3,
    pub points_offset: u64,
    pub file_bytes: u64,
}

impl LasHeader {
    /// Whether points have colours.
    pub fn has_color(&self) -> bool {
        matches!(self.format, 2 | 3 | 5 | 7 | 8 | 10)
    }

    /// The box that the header gives, if it is one.
    pub fn bounds(&self) -> Option<(DVec3, DVec3)> {
        (self.low.is_finite() && self.high.is_finite() && self.low.cmple(self.high).all())
            .then_some((self.low, self.high))
    }
}

/// A variable length record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vlr {
    pub user: String,
    pub id: u16,
    pub data: Vec<u8>,
}

/// Reads the header and the records that say something about coordinates or packing.
pub(super) fn read<R: Read + Seek>(source: &mut R, issues: &mut Issues) -> Result<(LasHeader, Vec<Vlr>), LasError> {
    let file_bytes = source.seek(SeekFrom::End(0))?;
    source.seek(SeekFrom::Start(0))?;
    let mut bytes = Vec::with_capacity(HEADER_BYTES_1_4);
    source.by_ref().take(HEADER_BYTES_1_4 as u64).read_to_end(&mut bytes)?;
    if !bytes.starts_with(b"LASF") {
        return Err(LasError::NotLas);
    }
    if bytes.len() < HEADER_BYTES {
        return Err(LasError::Truncated { what: "the header", expected: HEADER_BYTES as u64, got: file_bytes });
    }
    let header_bytes = u64::from(u16_at(&bytes, 94));
    // Fields of 1.4 lie where a shorter header has its first record.
    let long = header_bytes >= HEADER_BYTES_1_4 as u64 && bytes.len() == HEADER_BYTES_1_4;
    let mut header = fixed_part(&bytes, long, file_bytes)?;
    bound_count(&mut header, u64_at_if(&bytes, 235, long), issues);
    let mut vlrs = Vec::new();
    let count = u32_at(&bytes, 100);
    let end = read_records(source, Place { at: header_bytes, count, extended: false }, &header, &mut vlrs, issues)?;
    if end > header.points_offset {
        issues.push(Issue::warning(format!("byte {}", header.points_offset), "records reach into the points"));
    }
    if long && header.version >= (1, 4) {
        let place = Place { at: u64_at_if(&bytes, 235, true), count: u32_at(&bytes, 243), extended: true };
        if place.count > 0 && place.at > 0 {
            read_records(source, place, &header, &mut vlrs, issues)?;
        }
    }
    Ok((header, vlrs))
}

fn fixed_part(bytes: &[u8], long: bool, file_bytes: u64) -> Result<LasHeader, LasError> {
    let version = (bytes[24], bytes[25]);
    if version.0 != 1 || version.1 > 4 {
        return Err(LasError::Version(version.0, version.1));
    }
    // LASzip sets the highest bits of the format.
    let (packed, format) = (bytes[104] & 0xC0 != 0, bytes[104] & 0x3F);
    let record_bytes = u16_at(bytes, 105);
    let expected = *RECORD_BYTES.get(usize::from(format)).ok_or(LasError::Format(format))?;
    if record_bytes < expected {
        return Err(LasError::RecordLength { format, expected, got: record_bytes });
    }
    let points_offset = u64::from(u32_at(bytes, 96));
    if points_offset > file_bytes {
        return Err(LasError::Truncated {
            what: "what comes before the points",
            expected: points_offset,
            got: file_bytes,
        });
    }
    let vector = |at: usize| DVec3::new(f64_at(bytes, at), f64_at(bytes, at + 8), f64_at(bytes, at + 16));
    let (scale, offset) = (vector(131), vector(155));
    if !(scale.is_finite() && offset.is_finite() && scale.cmpne(DVec3::ZERO).all()) {
        return Err(LasError::Transform { scale, offset });
    }
    let legacy_count = u64::from(u32_at(bytes, 107));
    let count = u64_at_if(bytes, 247, long && version >= (1, 4));
    Ok(LasHeader {
        version,
        format,
        packed,
        wkt: u16_at(bytes, 6) & 16 != 0,
        record_bytes,
        point_count: if count > 0 { count } else { legacy_count },
        scale,
        offset,
        low: DVec3::new(f64_at(bytes, 187), f64_at(bytes, 203), f64_at(bytes, 219)),
        high: DVec3::new(f64_at(bytes, 179), f64_at(bytes, 195), f64_at(bytes, 211)),
        points_offset,
        file_bytes,
    })
}

/// A count that the file can't hold is brought down to what it holds; fewer than it holds is told. Packed files say
/// more once they are unpacked.
fn bound_count(header: &mut LasHeader, extended_records_at: u64, issues: &mut Issues) {
    if header.packed {
        return;
    }
    let after = extended_records_at > header.points_offset && extended_records_at < header.file_bytes;
    let end = if after { extended_records_at } else { header.file_bytes };
    let held = (end - header.points_offset) / u64::from(header.record_bytes);
    if header.point_count > held {
        let issue = Issue::error("", "the file is cut off: it has fewer points than its header says");
        issues.push(issue.expected_got(header.point_count, held));
        header.point_count = held;
    } else if header.point_count < held && !after {
        let issue = Issue::warning("", "there are bytes of more points than the header says; they are not read");
        issues.push(issue.expected_got(header.point_count, held));
    }
}

/// Where records lie.
struct Place {
    at: u64,
    count: u32,
    extended: bool,
}

/// Keeps records of projections and of LASzip; gives the place after the last one.
fn read_records<R: Read + Seek>(
    source: &mut R,
    place: Place,
    header: &LasHeader,
    vlrs: &mut Vec<Vlr>,
    issues: &mut Issues,
) -> Result<u64, LasError> {
    let head_bytes: u64 = if place.extended { 60 } else { 54 };
    let mut at = place.at;
    for index in 0..place.count.min(MAX_RECORDS) {
        if at.saturating_add(head_bytes) > header.file_bytes {
            let issue = Issue::warning(format!("byte {at}"), "the file ends before its last record");
            issues.push(issue.expected_got(format!("{} records", place.count), index));
            return Ok(at);
        }
        source.seek(SeekFrom::Start(at))?;
        let mut head = [0_u8; 60];
        source.read_exact(&mut head[..head_bytes as usize])?;
        let len = if place.extended { u64_at_if(&head, 20, true) } else { u64::from(u16_at(&head, 20)) };
        let user = text(&head[2..18]);
        let id = u16_at(&head, 18);
        let data_at = at + head_bytes;
        if data_at.saturating_add(len) > header.file_bytes {
            issues.push(Issue::warning(format!("byte {at}"), format!("the record {user} {id} leaves the file")));
            return Ok(header.file_bytes);
        }
        at = data_at + len;
        let wanted = user == "LASF_Projection" || user == "laszip encoded";
        if !wanted {
            continue;
        }
        if len > MAX_RECORD_BYTES {
            let issue = Issue::warning(format!("byte {data_at}"), format!("the record {user} {id} is too long"));
            issues.push(issue.expected_got(format!("at most {MAX_RECORD_BYTES} bytes"), len));
            continue;
        }
        let mut data = vec![0; len as usize];
        source.read_exact(&mut data)?;
        vlrs.push(Vlr { user, id, data });
    }
    Ok(at)
}

/// Text that ends at the first zero.
fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|&b| b == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).trim().to_owned()
}

/// `N` bytes; zeros past the end, which no caller reaches (lengths are checked first).
fn array_at<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes.get(at..at + N).and_then(|b| b.try_into().ok()).unwrap_or([0; N])
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(array_at(bytes, at))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(array_at(bytes, at))
}

pub(super) fn i32_at(bytes: &[u8], at: usize) -> i32 {
    i32::from_le_bytes(array_at(bytes, at))
}

/// 0 if the field is not there.
fn u64_at_if(bytes: &[u8], at: usize, there: bool) -> u64 {
    if there { u64::from_le_bytes(array_at(bytes, at)) } else { 0 }
}

fn f64_at(bytes: &[u8], at: usize) -> f64 {
    f64::from_le_bytes(array_at(bytes, at))
}
