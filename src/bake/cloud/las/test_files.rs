//! Small LAS and LAZ files for tests.

use std::io::Cursor;

use laz::{LasZipCompressor, LazItemRecordBuilder, LazVlr, LazVlrBuilder};

use super::{LasReader, RawPoint};
use crate::format::issue::Issues;

/// What is written; `records` are raw point records of the format.
pub struct TestFile {
    pub version: u8,
    pub format: u8,
    pub scale: f64,
    pub records: Vec<Vec<u8>>,
    pub vlrs: Vec<(&'static str, u16, Vec<u8>)>,
    pub low: [f64; 3],
    pub high: [f64; 3],
}

impl TestFile {
    /// Points with these whole coordinates (scaled by a hundredth), class 2, intensity 100 plus the index.
    pub fn of(format: u8, at: &[[i32; 3]]) -> Self {
        const BYTES: [usize; 11] = [20, 28, 26, 34, 57, 63, 30, 36, 38, 59, 67];
        let record = |(index, at): (usize, &[i32; 3])| {
            let mut record = vec![0; BYTES[usize::from(format)]];
            for (axis, value) in at.iter().enumerate() {
                record[axis * 4..axis * 4 + 4].copy_from_slice(&value.to_le_bytes());
            }
            record[12..14].copy_from_slice(&((100 + index % 1000) as u16).to_le_bytes());
            let extended = format >= 6;
            record[14] = if extended { 0x21 } else { 0b0001_0001 };
            record[if extended { 16 } else { 15 }] = 2;
            record
        };
        let corner = |pick: fn(i32, i32) -> i32, start: i32| {
            [0, 1, 2].map(|k| f64::from(at.iter().map(|p| p[k]).fold(start, pick)) * 0.01)
        };
        Self {
            version: if format >= 6 { 4 } else { 2 },
            format,
            scale: 0.01,
            records: at.iter().enumerate().map(record).collect(),
            vlrs: Vec::new(),
            low: corner(i32::min, i32::MAX),
            high: corner(i32::max, i32::MIN),
        }
    }

    fn head(&self, packed: bool, vlrs: &[(&str, u16, Vec<u8>)]) -> Vec<u8> {
        let header_bytes: usize = if self.version == 4 { 375 } else { 227 };
        let records: usize = vlrs.iter().map(|(_, _, data)| 54 + data.len()).sum();
        let mut out = vec![0; header_bytes];
        let count = self.records.len() as u32;
        out[..4].copy_from_slice(b"LASF");
        out[24..26].copy_from_slice(&[1, self.version]);
        out[94..96].copy_from_slice(&(header_bytes as u16).to_le_bytes());
        out[96..100].copy_from_slice(&((header_bytes + records) as u32).to_le_bytes());
        out[100..104].copy_from_slice(&(vlrs.len() as u32).to_le_bytes());
        out[104] = self.format | if packed { 128 } else { 0 };
        out[105..107].copy_from_slice(&(self.records.first().map_or(20, Vec::len) as u16).to_le_bytes());
        out[107..111].copy_from_slice(&count.to_le_bytes());
        for axis in 0..3 {
            out[131 + axis * 8..][..8].copy_from_slice(&self.scale.to_le_bytes());
            out[179 + axis * 16..][..8].copy_from_slice(&self.high[axis].to_le_bytes());
            out[187 + axis * 16..][..8].copy_from_slice(&self.low[axis].to_le_bytes());
        }
        if self.version == 4 {
            out[247..251].copy_from_slice(&count.to_le_bytes());
        }
        for (user, id, data) in vlrs {
            let mut head = [0_u8; 54];
            head[2..2 + user.len()].copy_from_slice(user.as_bytes());
            head[18..20].copy_from_slice(&id.to_le_bytes());
            head[20..22].copy_from_slice(&(data.len() as u16).to_le_bytes());
            out.extend_from_slice(&head);
            out.extend_from_slice(data);
        }
        out
    }

    pub fn plain(&self) -> Vec<u8> {
        let mut out = self.head(false, &self.vlrs);
        out.extend(self.records.iter().flatten());
        out
    }

    /// Packed by LASzip in chunks of 100 points.
    pub fn packed(&self) -> Vec<u8> {
        let items = LazItemRecordBuilder::default_for_point_format_id(self.format, 0).unwrap();
        let vlr = LazVlrBuilder::new(items).with_fixed_chunk_size(100).build();
        let mut data = Vec::new();
        vlr.write_to(&mut data).unwrap();
        let mut vlrs = self.vlrs.clone();
        vlrs.push((LazVlr::USER_ID, LazVlr::RECORD_ID, data));
        let mut out = Cursor::new(self.head(true, &vlrs));
        out.set_position(out.get_ref().len() as u64);
        let mut compressor = LasZipCompressor::new(out, vlr).unwrap();
        for record in &self.records {
            compressor.compress_one(record).unwrap();
        }
        compressor.done().unwrap();
        compressor.into_inner().into_inner()
    }
}

/// All points of a file, and what was wrong.
pub fn read_all(bytes: Vec<u8>) -> (Vec<RawPoint>, Issues) {
    let mut issues = Issues::default();
    let mut reader = LasReader::open(Cursor::new(bytes), &mut issues).unwrap();
    let (mut all, mut batch) = (Vec::new(), Vec::new());
    while reader.read_batch(&mut batch, &mut issues) {
        all.extend_from_slice(&batch);
    }
    (all, issues)
}
