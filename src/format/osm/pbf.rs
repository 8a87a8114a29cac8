//! `.osm.pbf`: blobs of primitive blocks (the OSM wiki's *PBF Format*, `fileformat.proto` and `osmformat.proto`).
//!
//! Own code on `flate2`, because the crates for it bring threads, memory maps or a code generator, and trust the sizes
//! that a file gives. Memory: one packed and one unpacked block (32 MiB each at most) and its string table.

use std::borrow::Cow;
use std::io::{BufRead, Read as _};

use super::wire::{Broken, Fields, Numbers, Value, zigzag};
use super::{Entity, Kind, MAX_REFS, Member, OsmError, Place, Read, Tags, Want, not_on_earth};

/// The limits of the format itself.
const MAX_HEADER_BYTES: u64 = 64 << 10;
const MAX_BLOB_BYTES: u64 = 32 << 20;

pub(super) fn read(
    mut source: impl BufRead,
    want: Want,
    visit: &mut dyn FnMut(Entity<'_>),
    read: &mut Read,
) -> Result<(), OsmError> {
    let mut byte = 0_u64;
    let (mut header, mut packed, mut unpacked) = (Vec::new(), Vec::new(), Vec::new());
    let mut header_seen = false;
    while let Some(header_bytes) = read_length(&mut source, &mut byte)? {
        let at = byte;
        let damaged = |reason: Broken| OsmError::Damaged { byte: at, reason: reason.to_string() };
        if u64::from(header_bytes) > MAX_HEADER_BYTES {
            return Err(if header_seen {
                OsmError::TooLarge { byte: at, what: "a block's header in bytes", limit: MAX_HEADER_BYTES }
            } else {
                OsmError::NotOsm { got: "bytes that are neither XML nor a PBF header" }
            });
        }
        read_exactly(&mut source, u64::from(header_bytes), &mut header, &mut byte)?;
        let (kind, blob_bytes) = blob_header(&header).map_err(damaged)?;
        if blob_bytes > MAX_BLOB_BYTES {
            return Err(OsmError::TooLarge { byte: at, what: "a block in bytes", limit: MAX_BLOB_BYTES });
        }
        read_exactly(&mut source, blob_bytes, &mut packed, &mut byte)?;
        let message = unpack(&packed, &mut unpacked, at)?;
        match kind {
            "OSMHeader" => {
                header_seen = true;
                read_header(message, read)?;
            }
            "OSMData" => Block::of(message).and_then(|block| block.visit(want, visit, read)).map_err(damaged)?,
            // "Parsers should ignore and skip unknown types".
            _ => {}
        }
    }
    Ok(())
}

/// The next block header's length; `None` at the file's end.
fn read_length(source: &mut impl BufRead, byte: &mut u64) -> Result<Option<u32>, OsmError> {
    let mut length = Vec::new();
    let at = *byte;
    match read_exactly(source, 4, &mut length, byte) {
        Err(OsmError::Truncated { got: 0, .. }) => Ok(None),
        Err(error) => Err(error),
        Ok(()) => {
            let bytes =
                length.try_into().map_err(|_| OsmError::Damaged { byte: at, reason: "no length".to_string() })?;
            Ok(Some(u32::from_be_bytes(bytes)))
        }
    }
}

/// Does not believe the length before the bytes are there.
fn read_exactly(source: &mut impl BufRead, length: u64, into: &mut Vec<u8>, byte: &mut u64) -> Result<(), OsmError> {
    into.clear();
    let got = source.by_ref().take(length).read_to_end(into);
    let got = got.map_err(|e| OsmError::Source { byte: *byte, reason: e.to_string() })? as u64;
    if got < length {
        return Err(OsmError::Truncated { byte: *byte, expected: length, got });
    }
    *byte += length;
    Ok(())
}

/// The blob's type and length.
fn blob_header(message: &[u8]) -> Result<(&str, u64), Broken> {
    let (mut kind, mut size) = ("", 0);
    for field in Fields::of(message) {
        match field? {
            (1, value) => kind = std::str::from_utf8(value.bytes()?).map_err(|_| "a block's type is no text")?,
            (3, value) => size = value.varint()?,
            _ => {}
        }
    }
    Ok((kind, size))
}

fn unpack<'a>(blob: &'a [u8], unpacked: &'a mut Vec<u8>, at: u64) -> Result<&'a [u8], OsmError> {
    let damaged = |reason: String| OsmError::Damaged { byte: at, reason };
    let mut packed = None;
    for field in Fields::of(blob) {
        let (number, value) = field.map_err(|reason| damaged(reason.to_string()))?;
        let bytes = |value: Value<'a>| value.bytes().map_err(|reason| damaged(reason.to_string()));
        match number {
            1 => return bytes(value),
            3 | 7 => packed = Some((number, bytes(value)?)),
            4 => return Err(OsmError::Packing { byte: at, method: "lzma" }),
            5 => return Err(OsmError::Packing { byte: at, method: "bzip2" }),
            6 => return Err(OsmError::Packing { byte: at, method: "lz4" }),
            _ => {}
        }
    }
    unpacked.clear();
    let read = match packed {
        None => return Err(damaged("it has no data".to_string())),
        Some((3, zlib)) => flate2::read::ZlibDecoder::new(zlib).take(MAX_BLOB_BYTES + 1).read_to_end(unpacked),
        Some((_, zstd)) => ruzstd::decoding::StreamingDecoder::new(zstd)
            .map_err(|e| damaged(e.to_string()))?
            .take(MAX_BLOB_BYTES + 1)
            .read_to_end(unpacked),
    };
    read.map_err(|e| damaged(e.to_string()))?;
    if unpacked.len() as u64 > MAX_BLOB_BYTES {
        return Err(OsmError::TooLarge { byte: at, what: "an unpacked block in bytes", limit: MAX_BLOB_BYTES });
    }
    Ok(unpacked)
}

fn read_header(message: &[u8], read: &mut Read) -> Result<(), OsmError> {
    let damaged = |reason: Broken| OsmError::Damaged { byte: 0, reason: reason.to_string() };
    for field in Fields::of(message) {
        let (number, value) = field.map_err(damaged)?;
        match number {
            1 => read.bounds_deg = bounds(value.bytes().map_err(damaged)?).map_err(damaged)?,
            4 => {
                let feature = String::from_utf8_lossy(value.bytes().map_err(damaged)?);
                if !matches!(feature.as_ref(), "OsmSchema-V0.6" | "DenseNodes") {
                    return Err(OsmError::Feature { feature: feature.chars().take(60).collect() });
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// `HeaderBBox`: left, right, top, bottom in nanodegrees.
fn bounds(message: &[u8]) -> Result<Option<[f64; 4]>, Broken> {
    let mut sides = [None; 4];
    for field in Fields::of(message) {
        let (number, value) = field?;
        if let Some(side) = usize::try_from(number).ok().and_then(|n| sides.get_mut(n.checked_sub(1)?)) {
            *side = Some(zigzag(value.varint()?) as f64 / 1e9);
        }
    }
    Ok(match sides {
        [Some(west), Some(east), Some(north), Some(south)] => Some([west, south, east, north]),
        _ => None,
    })
}

/// A primitive block: strings, the grid of its coordinates, groups of entities.
struct Block<'a> {
    strings: Vec<Cow<'a, str>>,
    groups: Vec<&'a [u8]>,
    granularity_ndeg: i64,
    lon_offset_ndeg: i64,
    lat_offset_ndeg: i64,
}

impl<'a> Block<'a> {
    fn of(message: &'a [u8]) -> Result<Self, Broken> {
        let mut block = Self {
            strings: Vec::new(),
            groups: Vec::new(),
            granularity_ndeg: 100,
            lon_offset_ndeg: 0,
            lat_offset_ndeg: 0,
        };
        for field in Fields::of(message) {
            match field? {
                (1, table) => {
                    for string in Fields::of(table.bytes()?) {
                        if let (1, text) = string? {
                            block.strings.push(String::from_utf8_lossy(text.bytes()?));
                        }
                    }
                }
                (2, group) => block.groups.push(group.bytes()?),
                (17, value) => block.granularity_ndeg = value.varint()? as i64,
                (19, value) => block.lat_offset_ndeg = value.varint()? as i64,
                (20, value) => block.lon_offset_ndeg = value.varint()? as i64,
                _ => {}
            }
        }
        Ok(block)
    }

    fn visit(&self, want: Want, visit: &mut dyn FnMut(Entity<'_>), read: &mut Read) -> Result<(), Broken> {
        let mut scratch = Scratch::default();
        for group in &self.groups {
            for field in Fields::of(group) {
                let (number, value) = field?;
                match number {
                    1 if want.nodes => self.node(value.bytes()?, visit, read)?,
                    2 if want.nodes => self.dense(value.bytes()?, visit, read)?,
                    3 if want.ways => self.way(value.bytes()?, &mut scratch, visit, read)?,
                    4 if want.relations => self.relation(value.bytes()?, visit, read)?,
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn string(&self, index: u64) -> Result<&str, Broken> {
        let string = usize::try_from(index).ok().and_then(|index| self.strings.get(index));
        string.map(|s| s.as_ref()).ok_or("a string is not in the block's table")
    }

    /// `None` for what is not on Earth.
    fn place(&self, lon: i64, lat: i64) -> Option<Place> {
        let e7 = |offset: i64, value: i64| {
            let ndeg = self.granularity_ndeg.checked_mul(value)?.checked_add(offset)?;
            Some(ndeg.checked_add(50 * ndeg.signum())? / 100)
        };
        Place::from_e7(e7(self.lon_offset_ndeg, lon)?, e7(self.lat_offset_ndeg, lat)?)
    }

    fn lend_node(
        &self,
        id: i64,
        (lon, lat): (i64, i64),
        tags: &[(&str, &str)],
        visit: &mut dyn FnMut(Entity<'_>),
        read: &mut Read,
    ) {
        match self.place(lon, lat) {
            Some(place) => {
                read.entities += 1;
                visit(Entity::Node { id, place, tags: Tags(tags) });
            }
            None => {
                let degrees = |offset: i64, v: i64| (offset as f64 + self.granularity_ndeg as f64 * v as f64) / 1e9;
                let (lon, lat) = (degrees(self.lon_offset_ndeg, lon), degrees(self.lat_offset_ndeg, lat));
                read.issues.push(not_on_earth(id, lon, lat));
            }
        }
    }

    fn node(&self, message: &[u8], visit: &mut dyn FnMut(Entity<'_>), read: &mut Read) -> Result<(), Broken> {
        let (mut id, mut lon, mut lat) = (0, 0, 0);
        let mut keys = Strings::default();
        for field in Fields::of(message) {
            match field? {
                (1, value) => id = zigzag(value.varint()?),
                (2, value) => keys.keys = Some(value),
                (3, value) => keys.values = Some(value),
                (4, info) if !visible(info)? => return Ok(()),
                (8, value) => lat = zigzag(value.varint()?),
                (9, value) => lon = zigzag(value.varint()?),
                _ => {}
            }
        }
        let tags = self.tags(&keys)?;
        self.lend_node(id, (lon, lat), &tags, visit, read);
        Ok(())
    }

    /// Columns of ids, coordinates and tags, the former as differences; the tags' list has a 0 after each node.
    fn dense(&self, message: &[u8], visit: &mut dyn FnMut(Entity<'_>), read: &mut Read) -> Result<(), Broken> {
        let (mut ids, mut lons, mut lats, mut keys_values, mut seen) = (None, None, None, None, None);
        for field in Fields::of(message) {
            match field? {
                (1, value) => ids = Some(value.numbers()?),
                (5, info) => seen = visible_column(info)?,
                (8, value) => lats = Some(value.numbers()?),
                (9, value) => lons = Some(value.numbers()?),
                (10, value) => keys_values = Some(value.numbers()?),
                _ => {}
            }
        }
        let (Some(ids), Some(mut lons), Some(mut lats)) = (ids, lons, lats) else { return Ok(()) };
        let (mut id, mut lon, mut lat) = (0_i64, 0_i64, 0_i64);
        let mut tags: Vec<(&str, &str)> = Vec::new();
        for delta in ids {
            let short = "a group has fewer coordinates than nodes";
            id = id.wrapping_add(zigzag(delta?));
            lon = lon.wrapping_add(zigzag(lons.next().ok_or(short)??));
            lat = lat.wrapping_add(zigzag(lats.next().ok_or(short)??));
            tags.clear();
            while let Some(key) = keys_values.as_mut().and_then(Iterator::next).transpose()?.filter(|key| *key != 0) {
                let value = keys_values.as_mut().and_then(Iterator::next).ok_or("a key has no value")??;
                tags.push((self.string(key)?, self.string(value)?));
            }
            let visible = seen.as_mut().and_then(Iterator::next).transpose()?.is_none_or(|flag| flag != 0);
            if visible {
                self.lend_node(id, (lon, lat), &tags, visit, read);
            }
        }
        Ok(())
    }

    fn way(
        &self,
        message: &[u8],
        scratch: &mut Scratch,
        visit: &mut dyn FnMut(Entity<'_>),
        read: &mut Read,
    ) -> Result<(), Broken> {
        let mut id = 0;
        let mut keys = Strings::default();
        scratch.nodes.clear();
        let mut node = 0_i64;
        for field in Fields::of(message) {
            match field? {
                (1, value) => id = value.varint()? as i64,
                (2, value) => keys.keys = Some(value),
                (3, value) => keys.values = Some(value),
                (4, info) if !visible(info)? => return Ok(()),
                (8, value) => {
                    for delta in value.numbers()? {
                        node = node.wrapping_add(zigzag(delta?));
                        scratch.nodes.push(node);
                    }
                }
                _ => {}
            }
        }
        if scratch.nodes.len() > MAX_REFS {
            return Err("a way has more than a million nodes");
        }
        let tags = self.tags(&keys)?;
        read.entities += 1;
        visit(Entity::Way { id, nodes: &scratch.nodes, tags: Tags(&tags) });
        Ok(())
    }

    fn relation(&self, message: &[u8], visit: &mut dyn FnMut(Entity<'_>), read: &mut Read) -> Result<(), Broken> {
        let mut id = 0;
        let mut keys = Strings::default();
        let (mut roles, mut ids, mut kinds) = (None, None, None);
        for field in Fields::of(message) {
            match field? {
                (1, value) => id = value.varint()? as i64,
                (2, value) => keys.keys = Some(value),
                (3, value) => keys.values = Some(value),
                (4, info) if !visible(info)? => return Ok(()),
                (8, value) => roles = Some(value.numbers()?),
                (9, value) => ids = Some(value.numbers()?),
                (10, value) => kinds = Some(value.numbers()?),
                _ => {}
            }
        }
        let members = match (roles, ids, kinds) {
            (Some(roles), Some(ids), Some(kinds)) => self.members(roles, ids, kinds)?,
            _ => Vec::new(),
        };
        let tags = self.tags(&keys)?;
        read.entities += 1;
        visit(Entity::Relation { id, members: &members, tags: Tags(&tags) });
        Ok(())
    }

    fn members(&self, roles: Numbers<'_>, ids: Numbers<'_>, kinds: Numbers<'_>) -> Result<Vec<Member<'_>>, Broken> {
        let mut members = Vec::new();
        let mut id = 0_i64;
        for ((role, delta), kind) in roles.zip(ids).zip(kinds) {
            id = id.wrapping_add(zigzag(delta?));
            let kind = match kind? {
                0 => Kind::Node,
                1 => Kind::Way,
                2 => Kind::Relation,
                _ => return Err("a member is neither node, way nor relation"),
            };
            members.push(Member { kind, id, role: self.string(role?)? });
            if members.len() > MAX_REFS {
                return Err("a relation has more than a million members");
            }
        }
        Ok(members)
    }

    fn tags(&self, strings: &Strings<'_>) -> Result<Vec<(&str, &str)>, Broken> {
        let (Some(keys), Some(values)) = (strings.keys, strings.values) else { return Ok(Vec::new()) };
        let pairs = keys.numbers()?.zip(values.numbers()?);
        pairs.map(|(key, value)| Ok((self.string(key?)?, self.string(value?)?))).collect()
    }
}

#[derive(Default)]
struct Scratch {
    nodes: Vec<i64>,
}

/// Columns of indices into the block's string table.
#[derive(Default)]
struct Strings<'a> {
    keys: Option<Value<'a>>,
    values: Option<Value<'a>>,
}

/// Whether an `Info` does not say that the entity was deleted (in files with history).
fn visible(info: Value<'_>) -> Result<bool, Broken> {
    for field in Fields::of(info.bytes()?) {
        if let (6, value) = field? {
            return Ok(value.varint()? != 0);
        }
    }
    Ok(true)
}

fn visible_column(info: Value<'_>) -> Result<Option<Numbers<'_>>, Broken> {
    for field in Fields::of(info.bytes()?) {
        if let (6, value) = field? {
            return value.numbers().map(Some);
        }
    }
    Ok(None)
}
