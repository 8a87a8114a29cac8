//! Unpacks LASzip chunk by chunk.
//!
//! The crate `laz` unpacks; where chunks begin and end is decided here, so that a chunk can't be made to read into
//! another one or to ask for more memory than the file has bytes, and so that a damaged one does not cost the rest. The
//! decoder may panic on damaged data (indices out of range): that is caught and becomes an issue like any other damage.

use std::io::{self, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};

use laz::laszip::ChunkTable;
use laz::record::{LayeredPointRecordDecompressor, RecordDecompressor, SequentialPointRecordDecompressor};
use laz::{DecompressionSelection, LazItemType, LazVlr};

use super::LasError;
use super::header::{LasHeader, Vlr, u32_at};
use crate::format::issue::{Issue, Issues};

/// Bytes of the smallest packed chunk: one point as it is.
const LEAST_CHUNK_BYTES: u64 = 20;

/// Reads not past its end.
struct Window<R> {
    inner: R,
    at: u64,
    end: u64,
}

impl<R: Read> Read for Window<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let len = left.min(buffer.len());
        let got = self.inner.read(&mut buffer[..len])?;
        self.at += got as u64;
        Ok(got)
    }
}

impl<R: Seek> Seek for Window<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = self.inner.seek(to)?;
        Ok(self.at)
    }
}

type Decoder<R> = Box<dyn RecordDecompressor<Window<R>> + Send + Sync>;

/// A chunk: where its bytes are and how many points it holds at most.
#[derive(Debug, Clone, Copy)]
struct Chunk {
    at: u64,
    end: u64,
    points: u64,
}

/// How the next chunk is found.
enum Chunks {
    Table {
        entries: Vec<Chunk>,
        next: usize,
    },
    /// Without a table (files that were cut off, streams): one after the other.
    InSequence {
        next_at: u64,
    },
}

pub(super) struct Unpacker<R: Read + Seek + Send + Sync + 'static> {
    vlr: LazVlr,
    chunked: bool,
    layers: Option<u64>,
    decoder: Decoder<R>,
    chunks: Chunks,
    /// Points left in the current chunk; they are counted down even if it can't be unpacked.
    left: u64,
    chunk_points: u64,
    point_count: u64,
}

/// What [`Unpacker::unpack`] did.
pub(super) struct Unpacked {
    pub points: usize,
    /// Points that are damaged.
    pub lost: u64,
    /// Whether nothing more can be had.
    pub over: bool,
}

impl<R: Read + Seek + Send + Sync + 'static> Unpacker<R> {
    /// `source` stands at the first byte of the points.
    pub fn new(source: R, header: &LasHeader, vlrs: &[Vlr], issues: &mut Issues) -> Result<Self, LasError> {
        let (vlr, chunked) = laz_vlr(header, vlrs)?;
        let layered = layer_count(&vlr);
        let start = header.points_offset;
        let mut source = Window { inner: source, at: start, end: header.file_bytes };
        let chunks = if chunked {
            match chunk_table(&mut source, &vlr, header) {
                Ok(entries) => Chunks::Table { entries, next: 0 },
                Err(reason) if vlr.uses_variable_size_chunks() && layered.is_none() => {
                    return Err(LasError::Laz(format!("there is no usable table of chunks ({reason})")));
                }
                Err(reason) => {
                    let message = format!("the table of chunks can't be used ({reason}); read without it");
                    issues.push(Issue::warning(format!("byte {start}"), message));
                    Chunks::InSequence { next_at: start + 8 }
                }
            }
        } else {
            Chunks::InSequence { next_at: start }
        };
        let decoder: Decoder<R> = if layered.is_some() {
            Box::new(LayeredPointRecordDecompressor::new(source))
        } else {
            Box::new(SequentialPointRecordDecompressor::new(source))
        };
        let point_count = header.point_count;
        Ok(Self { vlr, chunked, layers: layered, decoder, chunks, left: 0, chunk_points: 0, point_count })
    }

    /// Fills `out` with points of `size` bytes, not past the end of a chunk. `done`: how many points came before.
    pub fn unpack(&mut self, out: &mut [u8], size: usize, done: u64, issues: &mut Issues) -> Unpacked {
        let wanted = (out.len() / size) as u64;
        if self.left == 0 {
            match self.begin_chunk() {
                Ok(true) => {}
                Ok(false) => {
                    issues.push(Issue::error(
                        format!("point {done}"),
                        "the file is cut off: it has fewer points than its header says",
                    ));
                    return Unpacked { points: 0, lost: 0, over: true };
                }
                Err(reason) => return self.damaged(done, &reason, issues),
            }
        }
        let wanted = wanted.min(self.left) as usize;
        let decoder = &mut self.decoder;
        let mut got = 0;
        let result = catch_unwind(AssertUnwindSafe(|| {
            for record in out.chunks_exact_mut(size).take(wanted) {
                decoder.decompress_next(record)?;
                got += 1;
            }
            Ok::<(), io::Error>(())
        }));
        self.left -= got as u64;
        match result {
            Ok(Ok(())) => Unpacked { points: got, lost: 0, over: false },
            Ok(Err(error)) => {
                let damage = self.damaged(done + got as u64, &error.to_string(), issues);
                Unpacked { points: got, ..damage }
            }
            Err(_) => {
                let damage = self.damaged(done + got as u64, "its bytes make no sense", issues);
                Unpacked { points: got, ..damage }
            }
        }
    }

    /// The rest of the current chunk is lost.
    fn damaged(&mut self, from: u64, reason: &str, issues: &mut Issues) -> Unpacked {
        let over = matches!(self.chunks, Chunks::InSequence { .. });
        let lost = std::mem::take(&mut self.left).min(self.point_count.saturating_sub(from));
        let what = if over {
            format!("points from here on can't be unpacked: {reason}")
        } else {
            format!("{lost} points from here on can't be unpacked: {reason}")
        };
        issues.push(Issue::error(format!("point {from}"), what));
        Unpacked { points: 0, lost, over }
    }

    /// Sets the decoder to the next chunk; `false` if there is none.
    fn begin_chunk(&mut self) -> Result<bool, String> {
        let first_points = self.points_without_table();
        let chunk = match &mut self.chunks {
            Chunks::Table { entries, next } => {
                let Some(chunk) = entries.get(*next).copied() else { return Ok(false) };
                *next += 1;
                chunk
            }
            Chunks::InSequence { next_at } => {
                let points = if self.chunk_points == 0 { first_points } else { self.chunk_points };
                // Point-wise packed chunks end where the decoder stands.
                let stands = self.decoder.get().at;
                let at = if self.layers.is_none() && self.chunk_points > 0 { stands } else { *next_at };
                Chunk { at, end: self.decoder.get().end, points }
            }
        };
        self.left = chunk.points;
        self.chunk_points = chunk.points;
        let source = self.decoder.get_mut();
        if chunk.at >= source.end && matches!(self.chunks, Chunks::InSequence { .. }) {
            self.left = 0;
            return Ok(false);
        }
        if matches!(self.chunks, Chunks::Table { .. }) {
            source.end = chunk.end;
        }
        source.seek(SeekFrom::Start(chunk.at)).map_err(|error| error.to_string())?;
        if let Some(layers) = self.layers {
            let (points, end) = layered_chunk(self.decoder.get_mut(), chunk, self.vlr.items_size(), layers)?;
            self.left = self.left.min(points);
            if let Chunks::InSequence { next_at } = &mut self.chunks {
                self.left = points;
                *next_at = end;
            }
        }
        self.decoder.reset();
        self.decoder.set_fields_from(self.vlr.items()).map_err(|error| error.to_string())?;
        self.decoder.set_selection(wanted_fields());
        Ok(true)
    }

    fn points_without_table(&self) -> u64 {
        let fixed = self.layers.is_none() && self.chunked;
        if fixed { u64::from(self.vlr.chunk_size()) } else { u64::MAX }
    }
}

/// The layers that hold what is read.
fn wanted_fields() -> DecompressionSelection {
    DecompressionSelection::xy_returns_channel()
        .decompress_z()
        .decompress_classification()
        .decompress_flags()
        .decompress_intensity()
        .decompress_rgb()
}

/// The record that says how points are packed, if it makes sense, and whether they are in chunks.
fn laz_vlr(header: &LasHeader, vlrs: &[Vlr]) -> Result<(LazVlr, bool), LasError> {
    let record = vlrs.iter().find(|vlr| vlr.user == LazVlr::USER_ID && vlr.id == LazVlr::RECORD_ID);
    let record = record.ok_or_else(|| LasError::Laz("the record that says how they are packed is missing".into()))?;
    let refuse = |reason: String| Err(LasError::Laz(reason));
    let vlr = match LazVlr::from_buffer(&record.data) {
        Ok(vlr) => vlr,
        Err(error) => return refuse(error.to_string()),
    };
    if vlr.items_size() != u64::from(header.record_bytes) {
        return refuse(format!(
            "packed points have {} bytes, the header says {}",
            vlr.items_size(),
            header.record_bytes
        ));
    }
    let first = vlr.items().first().map(|item| item.version());
    if !matches!(first, Some(1..=4)) || vlr.chunk_size() == 0 {
        return refuse("the record that says how they are packed makes no sense".into());
    }
    // The record begins with the way of packing: 1 is one run of points, 2 and 3 are chunks.
    Ok((vlr, record.data.first() != Some(&1)))
}

/// How many layers the chunks have; `None` where points are packed one after the other.
fn layer_count(vlr: &LazVlr) -> Option<u64> {
    let layered = vlr.items().first().is_some_and(|item| item.version() >= 3);
    layered.then(|| {
        let layers = vlr.items().iter().map(|item| match item.item_type() {
            LazItemType::Point14 => 9,
            LazItemType::RGBNIR14 => 2,
            LazItemType::Byte14(count) => u64::from(count),
            _ => 1,
        });
        layers.sum()
    })
}

/// How many points a layered chunk has and where it ends. A chunk is its first point, a count, the sizes of its layers,
/// the layers.
///
/// Leaves the source where it stood.
fn layered_chunk<R: Read + Seek>(
    source: &mut Window<R>,
    chunk: Chunk,
    point_bytes: u64,
    layers: u64,
) -> Result<(u64, u64), String> {
    let head_bytes = point_bytes + 4 + 4 * layers;
    let mut head = vec![0; head_bytes as usize];
    source.read_exact(&mut head).map_err(|error| error.to_string())?;
    source.seek(SeekFrom::Start(chunk.at)).map_err(|error| error.to_string())?;
    let sizes = &head[point_bytes as usize + 4..];
    let sum: u64 = sizes.chunks_exact(4).map(|size| u64::from(u32_at(size, 0))).sum();
    let end = chunk.at + head_bytes + sum;
    if end > source.end {
        return Err(format!("its layers end at byte {end}, past its own end at {}", source.end));
    }
    let points = u64::from(u32_at(&head, point_bytes as usize)).max(1);
    Ok((points, end))
}

/// Reads the table of chunks, of which nothing is believed that the file has no bytes for.
fn chunk_table<R: Read + Seek>(source: &mut Window<R>, vlr: &LazVlr, header: &LasHeader) -> Result<Vec<Chunk>, String> {
    let data_at = header.points_offset + 8;
    let io = |error: io::Error| error.to_string();
    let mut word = [0; 8];
    source.read_exact(&mut word).map_err(io)?;
    let mut table_at = i64::from_le_bytes(word);
    if table_at <= header.points_offset as i64 {
        // Writers that can't seek put the place at the end of the file.
        source.seek(SeekFrom::End(-8)).map_err(io)?;
        source.read_exact(&mut word).map_err(io)?;
        table_at = i64::from_le_bytes(word);
    }
    let table_at = u64::try_from(table_at).map_err(|_| "its place is negative".to_owned())?;
    if table_at < data_at || table_at.saturating_add(8) > header.file_bytes {
        return Err(format!("it should be at byte {table_at} of {}", header.file_bytes));
    }
    source.seek(SeekFrom::Start(table_at)).map_err(io)?;
    source.read_exact(&mut word).map_err(io)?;
    let count = u64::from(u32_at(&word, 4));
    if count > (table_at - data_at) / LEAST_CHUNK_BYTES + 1 {
        return Err(format!("it names {count} chunks, more than there can be"));
    }
    source.seek(SeekFrom::Start(table_at)).map_err(io)?;
    let variable = vlr.uses_variable_size_chunks();
    let table = catch_unwind(AssertUnwindSafe(|| ChunkTable::read(source, variable)));
    let table = table.map_err(|_| "its bytes make no sense".to_owned())?.map_err(io)?;
    let mut at = data_at;
    let mut chunks = Vec::with_capacity(table.len());
    for entry in table.as_ref() {
        let end = at.checked_add(entry.byte_count).filter(|&end| end <= table_at);
        let end = end.ok_or_else(|| format!("chunk {} leaves the points", chunks.len()))?;
        let points = if variable { entry.point_count } else { u64::from(vlr.chunk_size()) };
        if points > 0 {
            chunks.push(Chunk { at, end, points });
        }
        at = end;
    }
    Ok(chunks)
}
