//! A TIFF whose palette images look like grey ones, since the crate `tiff` refuses to hand out palette indices.
//!
//! The first directory's entry 262 (photometric interpretation) is answered as 1 (grey) where the file has 3 (palette);
//! the colours are looked up by us. Nothing else of the file is changed.

use std::io::{self, Read, Seek, SeekFrom};

const PHOTOMETRIC: u16 = 262;
const PALETTE: u16 = 3;
const GREY: u8 = 1;

pub struct Patched<R> {
    inner: R,
    at: u64,
    /// Where the byte lies that is answered as [`GREY`].
    patch: Option<u64>,
}

impl<R: Read + Seek> Patched<R> {
    pub fn new(mut inner: R) -> io::Result<Self> {
        // A file that breaks off in its directory is left for the decoder to complain of.
        let patch = palette_byte(&mut inner).ok().flatten();
        inner.seek(SeekFrom::Start(0))?;
        Ok(Self { inner, at: 0, patch })
    }

    pub fn is_palette(&self) -> bool {
        self.patch.is_some()
    }
}

impl<R: Read> Read for Patched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let start = self.at;
        self.at = start.saturating_add(count as u64);
        if let Some(offset) = self.patch.and_then(|patch| patch.checked_sub(start))
            && offset < count as u64
        {
            buffer[offset as usize] = GREY;
        }
        Ok(count)
    }
}

impl<R: Seek> Seek for Patched<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = self.inner.seek(to)?;
        Ok(self.at)
    }
}

/// The byte of the first directory that says "palette" (TIFF 6.0, section 2; BigTIFF has longer entries).
fn palette_byte<R: Read + Seek>(reader: &mut R) -> io::Result<Option<u64>> {
    let mut head = [0; 16];
    reader.seek(SeekFrom::Start(0))?;
    reader.read_exact(&mut head)?;
    let little = &head[..2] == b"II";
    let number = |bytes: &[u8]| {
        let add = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        if little { bytes.iter().rev().fold(0, add) } else { bytes.iter().fold(0, add) }
    };
    let big = match number(&head[2..4]) {
        42 => false,
        43 => true,
        _ => return Ok(None),
    };
    let directory = if big { number(&head[8..16]) } else { number(&head[4..8]) };
    let (count_bytes, entry_bytes, value_at) = if big { (8, 20, 12) } else { (2, 12, 8) };
    reader.seek(SeekFrom::Start(directory))?;
    let mut count = [0; 8];
    reader.read_exact(&mut count[..count_bytes])?;
    let count = number(&count[..count_bytes]).min(4096);
    for i in 0..count {
        let mut entry = [0; 20];
        reader.read_exact(&mut entry[..entry_bytes])?;
        if number(&entry[..2]) == u64::from(PHOTOMETRIC) {
            let is_palette = number(&entry[value_at..value_at + 2]) == u64::from(PALETTE);
            let low_byte = value_at as u64 + u64::from(!little);
            let place = directory.checked_add(count_bytes as u64 + i * entry_bytes as u64 + low_byte);
            return Ok(place.filter(|_| is_palette));
        }
    }
    Ok(None)
}
