//! A glTF document under construction: buffer views, accessors, and the GLB container around them.

use serde_json::{Value, json};

use crate::bake::meshopt;

pub const FLOAT: u32 = 5126;
pub const BYTE: u32 = 5120;
pub const SHORT: u32 = 5122;
pub const UNSIGNED_BYTE: u32 = 5121;
pub const UNSIGNED_SHORT: u32 = 5123;
pub const UNSIGNED_INT: u32 = 5125;

/// The document under construction: JSON arrays and the binary chunk.
#[derive(Default)]
pub struct Document {
    /// Whether vertices and indices are stored by EXT_meshopt_compression.
    pub packed: bool,
    /// Length of the buffer that they unpack to.
    unpacked_len: usize,
    bin: Vec<u8>,
    views: Vec<Value>,
    pub accessors: Vec<Value>,
}

impl Document {
    pub fn new(packed: bool) -> Self {
        Self { packed, ..Self::default() }
    }

    /// Says in which range an attribute's values lie, as positions must.
    pub fn set_range(&mut self, accessor: usize, min: Value, max: Value) {
        self.accessors[accessor]["min"] = min;
        self.accessors[accessor]["max"] = max;
    }

    /// Says that an attribute's packed values are to be unpacked by a filter of the extension.
    pub fn set_filter(&mut self, accessor: usize, filter: &str) {
        if let Some(view) = self.accessors[accessor]["bufferView"].as_u64() {
            self.views[view as usize]["extensions"]["EXT_meshopt_compression"]["filter"] = json!(filter);
        }
    }

    /// Appends a buffer view, aligned to 8 bytes (which property tables ask for).
    pub fn view(&mut self, bytes: &[u8], stride: Option<usize>, target: Option<u32>) -> usize {
        while !self.bin.len().is_multiple_of(8) {
            self.bin.push(0);
        }
        let mut view = json!({"buffer": 0, "byteOffset": self.bin.len(), "byteLength": bytes.len()});
        if let Some(stride) = stride {
            view["byteStride"] = json!(stride);
        }
        if let Some(target) = target {
            view["target"] = json!(target);
        }
        self.bin.extend_from_slice(bytes);
        self.views.push(view);
        self.views.len() - 1
    }

    pub fn accessor(&mut self, view: usize, component: u32, kind: &str, count: usize, normalized: bool) -> usize {
        let mut accessor = json!({"bufferView": view, "componentType": component, "type": kind, "count": count});
        if normalized {
            accessor["normalized"] = json!(true);
        }
        self.accessors.push(accessor);
        self.accessors.len() - 1
    }

    /// A buffer view of vertices or indices, packed if the document is.
    fn stream(&mut self, bytes: &[u8], stride: usize, packed: impl Fn() -> Vec<u8>, mode: &str, target: u32) -> usize {
        let vertices = mode == "ATTRIBUTES";
        if !self.packed {
            return self.view(bytes, vertices.then_some(stride), Some(target));
        }
        let view = self.view(&packed(), None, None);
        let stored = self.views[view].take();
        self.unpacked_len = self.unpacked_len.next_multiple_of(8);
        let mut json = json!({"buffer": 1, "byteOffset": self.unpacked_len, "byteLength": bytes.len(), "target": target,
            "extensions": {"EXT_meshopt_compression": {"buffer": 0, "byteOffset": stored["byteOffset"],
                "byteLength": stored["byteLength"], "byteStride": stride, "mode": mode, "count": bytes.len() / stride}}});
        if vertices {
            json["byteStride"] = json!(stride);
        }
        self.unpacked_len += bytes.len();
        self.views[view] = json;
        view
    }

    pub fn attribute<const N: usize>(
        &mut self,
        data: &[[u8; N]],
        component: u32,
        kind: &str,
        normalized: bool,
    ) -> usize {
        let view = self.attribute_view(data);
        self.accessor(view, component, kind, data.len(), normalized)
    }

    /// A buffer view of an attribute, for accessors of parts of it ([`Self::part`]).
    pub fn attribute_view<const N: usize>(&mut self, data: &[[u8; N]]) -> usize {
        let bytes = data.as_flattened();
        self.stream(bytes, N, || meshopt::attributes(bytes, N), "ATTRIBUTES", 34962)
    }

    /// A buffer view of 16-bit indices, for accessors of parts of it.
    pub fn short_index_view(&mut self, indices: &[u32]) -> usize {
        let bytes: Vec<u8> = indices.iter().flat_map(|&i| (i as u16).to_le_bytes()).collect();
        self.stream(&bytes, 2, || meshopt::triangles(indices), "TRIANGLES", 34963)
    }

    /// An accessor of a part of a view: from a byte on, so many elements.
    pub fn part(
        &mut self,
        view: usize,
        component: u32,
        kind: &str,
        (offset, count): (usize, usize),
        normalized: bool,
    ) -> usize {
        let accessor = self.accessor(view, component, kind, count, normalized);
        if offset > 0 {
            self.accessors[accessor]["byteOffset"] = json!(offset);
        }
        accessor
    }

    pub fn indices(&mut self, indices: &[u32], vertices: usize) -> usize {
        let (component, stride) = if vertices < 65_535 { (UNSIGNED_SHORT, 2) } else { (UNSIGNED_INT, 4) };
        let bytes: Vec<u8> = indices.iter().flat_map(|&i| i.to_le_bytes().into_iter().take(stride)).collect();
        let view = self.stream(&bytes, stride, || meshopt::triangles(indices), "TRIANGLES", 34963);
        self.accessor(view, component, "SCALAR", indices.len(), false)
    }

    /// Joins the JSON and the binary chunk into a GLB.
    pub fn finish(mut self, mut root: Value) -> Vec<u8> {
        while !self.bin.len().is_multiple_of(4) {
            self.bin.push(0);
        }
        if root.get("asset").is_none() {
            root["asset"] = json!({"version": "2.0", "generator": "Mirante"});
        }
        root["scene"] = json!(0);
        root["buffers"] = json!([{"byteLength": self.bin.len()}]);
        if self.unpacked_len > 0 {
            let fallback = json!({"byteLength": self.unpacked_len,
                "extensions": {"EXT_meshopt_compression": {"fallback": true}}});
            root["buffers"] = json!([{"byteLength": self.bin.len()}, fallback]);
        }
        root["bufferViews"] = Value::Array(self.views);
        root["accessors"] = Value::Array(self.accessors);
        let mut text = root.to_string().into_bytes();
        while !text.len().is_multiple_of(4) {
            text.push(b' ');
        }
        let total = 12 + 8 + text.len() + 8 + self.bin.len();
        let mut out = Vec::with_capacity(total);
        out.extend_from_slice(b"glTF");
        for word in [2, total as u32, text.len() as u32, 0x4E4F_534A] {
            out.extend_from_slice(&word.to_le_bytes());
        }
        out.extend_from_slice(&text);
        for word in [self.bin.len() as u32, 0x004E_4942] {
            out.extend_from_slice(&word.to_le_bytes());
        }
        out.extend_from_slice(&self.bin);
        out
    }
}
