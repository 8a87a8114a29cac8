//! Buffers and buffer views (glTF 2.0, section 3.6.1), wherever their bytes are: in the GLB, in a `data:` URI, in another
//! file, or compressed by EXT_meshopt_compression / KHR_meshopt_compression (unpacked once, on first use).

use super::super::data_uri::{decode_data_uri, is_data_uri};
use super::super::decode::Resources;
use super::budget::Budget;
use super::document::{BufferView, Document, Uint, extension};
use crate::format::issue::{Issue, Issues};
use draco_gltf::meshopt::{MeshoptFilter, MeshoptMode, decode_buffer_view};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;

const MESHOPT_NAMES: [&str; 2] = ["EXT_meshopt_compression", "KHR_meshopt_compression"];

/// The bytes of one buffer.
#[derive(Debug, Clone)]
enum Bytes<'a> {
    Borrowed(&'a [u8]),
    Shared(Arc<[u8]>),
    Owned(Vec<u8>),
    /// Not to be had; told in an issue where that is not by design (a fallback buffer of a compressed view).
    Absent,
}

impl Bytes<'_> {
    fn get(&self) -> Option<&[u8]> {
        match self {
            Bytes::Borrowed(bytes) => Some(bytes),
            Bytes::Shared(bytes) => Some(bytes),
            Bytes::Owned(bytes) => Some(bytes),
            Bytes::Absent => None,
        }
    }
}

/// All buffers of a document, and its views into them.
#[derive(Debug)]
pub struct Buffers<'a> {
    views: &'a [BufferView],
    buffers: Vec<Bytes<'a>>,
    /// What compressed views unpack to; `None` for views that are not compressed, and `Some(Err)` for broken ones.
    unpacked: Vec<Option<Result<Vec<u8>, String>>>,
}

/// The bytes of a view and how far apart its elements are (0: tightly packed).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View<'a> {
    pub bytes: &'a [u8],
    pub stride: usize,
}

impl<'a> Buffers<'a> {
    /// Gathers all buffers; URIs whose bytes are not here yet go to `missing`.
    pub fn gather(
        document: &'a Document,
        bin: Option<&'a [u8]>,
        resources: &dyn Resources,
        missing: &mut BTreeSet<String>,
        issues: &mut Issues,
    ) -> Self {
        let mut buffers = Vec::with_capacity(document.buffers.len());
        for (index, buffer) in document.buffers.iter().enumerate() {
            let path = format!("/buffers/{index}");
            let bytes = match (&buffer.uri, bin) {
                (Some(uri), _) => from_uri(uri, &path, resources, missing, issues),
                (None, Some(bin)) if index == 0 => Bytes::Borrowed(bin),
                (None, _) => {
                    if !MESHOPT_NAMES.iter().any(|name| buffer.extensions.contains_key(*name)) {
                        issues.push(Issue::error(&*path, "the buffer has no URI and the file no binary chunk for it"));
                    }
                    Bytes::Absent
                }
            };
            if let Some(got) = bytes.get().map(<[u8]>::len)
                && got < buffer.byte_length.0
            {
                issues.push(
                    Issue::error(path, "the buffer is shorter than declared").expected_got(buffer.byte_length.0, got),
                );
            }
            buffers.push(bytes);
        }
        Self { views: &document.buffer_views, buffers, unpacked: Vec::new() }
    }

    /// Unpacks all compressed views. Before this, [`Buffers::view`] knows uncompressed views only.
    pub fn unpack(&mut self, budget: &mut Budget, issues: &mut Issues) {
        let mut unpacked = Vec::with_capacity(self.views.len());
        for (index, view) in self.views.iter().enumerate() {
            let path = format!("/bufferViews/{index}");
            let Some(packed) =
                MESHOPT_NAMES.iter().find_map(|name| extension::<MeshoptView>(&view.extensions, name, &path, issues))
            else {
                unpacked.push(None);
                continue;
            };
            let result = self.unpack_meshopt(&packed, budget);
            if let Err(message) = &result {
                issues.push(Issue::error(path, format!("meshopt: {message}")));
            }
            unpacked.push(Some(result));
        }
        self.unpacked = unpacked;
    }

    /// The bytes of a view.
    ///
    /// # Errors
    /// Says in words what is wrong: no such view, no such bytes.
    pub fn view(&self, index: usize) -> Result<View<'_>, String> {
        let view = self.views.get(index).ok_or_else(|| no_such("bufferView", index, self.views.len()))?;
        let stride = view.byte_stride.unwrap_or_default().0;
        match self.unpacked.get(index) {
            Some(Some(Ok(bytes))) => Ok(View { bytes, stride }),
            Some(Some(Err(message))) => Err(format!("bufferView {index}: {message}")),
            _ => Ok(View {
                bytes: self
                    .range(view.buffer.0, view.byte_offset.0, view.byte_length.0)
                    .map_err(|message| format!("bufferView {index}: {message}"))?,
                stride,
            }),
        }
    }

    fn range(&self, buffer: usize, offset: usize, length: usize) -> Result<&[u8], String> {
        let bytes = self.buffers.get(buffer).ok_or_else(|| no_such("buffer", buffer, self.buffers.len()))?;
        let bytes = bytes.get().ok_or_else(|| format!("the bytes of buffer {buffer} are not there"))?;
        offset.checked_add(length).and_then(|end| bytes.get(offset..end)).ok_or_else(|| {
            format!("bytes {offset} to {offset} + {length} are outside of buffer {buffer}, which has {}", bytes.len())
        })
    }

    fn unpack_meshopt(&self, packed: &MeshoptView, budget: &mut Budget) -> Result<Vec<u8>, String> {
        let source = self.range(packed.buffer.0, packed.byte_offset.0, packed.byte_length.0)?;
        let (count, stride) = (packed.count.0, packed.byte_stride.0);
        let size = count.checked_mul(stride).ok_or("the decoded size overflows")?;
        let mode = MeshoptMode::from_name(&packed.mode).map_err(|error| error.to_string())?;
        let filter =
            MeshoptFilter::from_name(packed.filter.as_deref().unwrap_or("NONE")).map_err(|error| error.to_string())?;
        if size > source.len().saturating_mul(MESHOPT_RATIO_MAX) {
            return Err(format!("{} bytes cannot decode to {size}", source.len()));
        }
        budget.decompressed_bytes.take(size).map_err(|error| error.to_string())?;
        let mut bytes = vec![0; size];
        decode_buffer_view(&mut bytes, source, mode, filter, count, stride).map_err(|error| error.to_string())?;
        Ok(bytes)
    }
}

/// The densest stream: version 1 of the vertex codec spends 2 bits on each byte column of a block of 256 vertices.
const MESHOPT_RATIO_MAX: usize = 1024;

/// EXT_meshopt_compression (and its KHR twin) of a buffer view.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct MeshoptView {
    buffer: Uint,
    #[serde(default)]
    byte_offset: Uint,
    byte_length: Uint,
    byte_stride: Uint,
    count: Uint,
    mode: String,
    filter: Option<String>,
}

fn from_uri<'a>(
    uri: &str,
    path: &str,
    resources: &dyn Resources,
    missing: &mut BTreeSet<String>,
    issues: &mut Issues,
) -> Bytes<'a> {
    if is_data_uri(uri) {
        return decode_data_uri(uri).map_or_else(
            || {
                issues.push(Issue::error(format!("{path}/uri"), "malformed data URI"));
                Bytes::Absent
            },
            Bytes::Owned,
        );
    }
    fetch(uri, &format!("{path}/uri"), resources, missing, issues).map_or(Bytes::Absent, Bytes::Shared)
}

/// The bytes of another file; `None` if they are not here: then either asked for in `missing` or told in an issue.
pub fn fetch(
    uri: &str,
    path: &str,
    resources: &dyn Resources,
    missing: &mut BTreeSet<String>,
    issues: &mut Issues,
) -> Option<Arc<[u8]>> {
    let bytes = resources.get(uri);
    if bytes.is_none() {
        if resources.failed(uri) {
            issues.push(Issue::error(path, format!("{uri:?} could not be had")));
        } else {
            missing.insert(uri.to_string());
        }
    }
    bytes
}

/// Words for an index that points nowhere.
pub fn no_such(what: &str, index: usize, count: usize) -> String {
    format!("there is no {what} {index} (the file has {count})")
}
