//! Accessors (glTF 2.0, section 3.6.2): typed elements in buffer views, strided, normalized, sparse.
//!
//! All lengths are checked against the view before anything is allocated. An accessor without a view is all zeros; its
//! count is then held down by the caller's budget alone, which is why callers charge before they read.

use super::buffers::{Buffers, View, no_such};
use super::document::{Accessor, Sparse};

/// Component types (glTF 2.0, section 3.6.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Component {
    I8,
    U8,
    I16,
    U16,
    U32,
    F32,
}

impl Component {
    pub fn from_gltf(code: usize) -> Option<Self> {
        Some(match code {
            5120 => Self::I8,
            5121 => Self::U8,
            5122 => Self::I16,
            5123 => Self::U16,
            5125 => Self::U32,
            5126 => Self::F32,
            _ => return None,
        })
    }

    pub fn size(self) -> usize {
        match self {
            Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 => 2,
            Self::U32 | Self::F32 => 4,
        }
    }
}

/// Elements as they lie in memory: of an accessor, or of a decoded Draco attribute.
#[derive(Debug, Clone, Copy)]
pub struct Elements<'a> {
    pub component: Component,
    /// Components of an element (16 for MAT4).
    pub lanes: usize,
    pub normalized: bool,
    pub count: usize,
    /// Bytes from one element to the next.
    stride: usize,
    /// From the first element on; `None`: all zeros.
    bytes: Option<&'a [u8]>,
    sparse: Option<SparseElements<'a>>,
}

#[derive(Debug, Clone, Copy)]
struct SparseElements<'a> {
    count: usize,
    index_component: Component,
    indices: &'a [u8],
    values: &'a [u8],
}

impl<'a> Elements<'a> {
    /// The elements of an accessor.
    ///
    /// # Errors
    /// Words for an accessor that does not exist, has an unknown type, or reaches out of its view.
    pub fn of_accessor(accessors: &'a [Accessor], buffers: &'a Buffers, index: usize) -> Result<Self, String> {
        let accessor = accessors.get(index).ok_or_else(|| no_such("accessor", index, accessors.len()))?;
        Self::of(accessor, buffers).map_err(|message| format!("accessor {index}: {message}"))
    }

    fn of(accessor: &'a Accessor, buffers: &'a Buffers) -> Result<Self, String> {
        let component = component(accessor.component_type.0)?;
        let lanes = lanes(&accessor.kind)?;
        let size = component.size() * lanes;
        let count = accessor.count.0;
        let (bytes, stride) = match accessor.buffer_view {
            Some(view) => {
                let view = buffers.view(view.0)?;
                let stride = if view.stride == 0 { size } else { view.stride };
                if stride < size {
                    return Err(format!("elements of {size} bytes lie {stride} bytes apart"));
                }
                (Some(elements(view, accessor.byte_offset.0, count, size, stride)?), stride)
            }
            None => (None, size),
        };
        let sparse = accessor.sparse.as_ref().map(|sparse| SparseElements::of(sparse, buffers, count, size));
        Ok(Self {
            component,
            lanes,
            normalized: accessor.normalized,
            count,
            stride,
            bytes,
            sparse: sparse.transpose().map_err(|message| format!("sparse: {message}"))?,
        })
    }

    /// Tightly packed elements; `None` if the bytes are too few for `count` of them.
    pub fn packed(component: Component, lanes: usize, normalized: bool, count: usize, bytes: &'a [u8]) -> Option<Self> {
        let stride = component.size().checked_mul(lanes)?;
        if stride == 0 || bytes.len() < count.checked_mul(stride)? {
            return None;
        }
        Some(Self { component, lanes, normalized, count, stride, bytes: Some(bytes), sparse: None })
    }

    /// How many elements are replaced by sparse values.
    pub fn sparse_count(&self) -> usize {
        self.sparse.map_or(0, |sparse| sparse.count)
    }

    /// Elements as f32: floats as they are, integers by value or, if normalized, from 0 or -1 to 1 (glTF 2.0, section 3.11).
    /// An element with fewer than `N` lanes is filled up with `fill`; lanes past `N` are left out.
    ///
    /// `pick` names the wanted elements in rising order; `None` wants all of them in order.
    ///
    /// # Errors
    /// Words for a pick or a sparse index beyond the count.
    pub fn f32s<const N: usize>(&self, fill: f32, pick: Option<&[u32]>) -> Result<Vec<[f32; N]>, String> {
        match (self.component, self.normalized) {
            (Component::F32, _) => self.gather(fill, 0.0, pick, le_f32),
            (Component::I8, false) => self.gather(fill, 0.0, pick, |b| f32::from(le_i8(b))),
            (Component::I8, true) => self.gather(fill, 0.0, pick, |b| (f32::from(le_i8(b)) / 127.0).max(-1.0)),
            (Component::U8, false) => self.gather(fill, 0.0, pick, |b| f32::from(le_u8(b))),
            (Component::U8, true) => self.gather(fill, 0.0, pick, |b| f32::from(le_u8(b)) / 255.0),
            (Component::I16, false) => self.gather(fill, 0.0, pick, |b| f32::from(le_i16(b))),
            (Component::I16, true) => self.gather(fill, 0.0, pick, |b| (f32::from(le_i16(b)) / 32767.0).max(-1.0)),
            (Component::U16, false) => self.gather(fill, 0.0, pick, |b| f32::from(le_u16(b))),
            (Component::U16, true) => self.gather(fill, 0.0, pick, |b| f32::from(le_u16(b)) / 65535.0),
            (Component::U32, false) => self.gather(fill, 0.0, pick, |b| le_u32(b) as f32),
            (Component::U32, true) => {
                self.gather(fill, 0.0, pick, |b| (f64::from(le_u32(b)) / f64::from(u32::MAX)) as f32)
            }
        }
    }

    /// Elements as whole numbers; floats are rounded, negative and non-finite ones become `u32::MAX` (no feature and no
    /// vertex has that number).
    ///
    /// # Errors
    /// As [`Elements::f32s`].
    pub fn u32s<const N: usize>(&self, pick: Option<&[u32]>) -> Result<Vec<[u32; N]>, String> {
        match self.component {
            Component::F32 => self.gather(0, 0, pick, |b| {
                let value = le_f32(b).round();
                if (0.0..u32::MAX as f32).contains(&value) { value as u32 } else { u32::MAX }
            }),
            Component::I8 => self.gather(0, 0, pick, |b| u32::try_from(le_i8(b)).unwrap_or(u32::MAX)),
            Component::U8 => self.gather(0, 0, pick, |b| u32::from(le_u8(b))),
            Component::I16 => self.gather(0, 0, pick, |b| u32::try_from(le_i16(b)).unwrap_or(u32::MAX)),
            Component::U16 => self.gather(0, 0, pick, |b| u32::from(le_u16(b))),
            Component::U32 => self.gather(0, 0, pick, le_u32),
        }
    }

    fn gather<T: Copy, const N: usize>(
        &self,
        fill: T,
        zero: T,
        pick: Option<&[u32]>,
        lane: impl Fn(&[u8]) -> T,
    ) -> Result<Vec<[T; N]>, String> {
        let size = self.component.size();
        let element = |bytes: &[u8]| -> [T; N] {
            let mut lanes = [fill; N];
            for (slot, bytes) in lanes.iter_mut().zip(bytes.chunks_exact(size).take(self.lanes)) {
                *slot = lane(bytes);
            }
            lanes
        };
        let at = |bytes: &[u8], index: usize| -> Option<[T; N]> {
            let start = index.checked_mul(self.stride)?;
            Some(element(bytes.get(start..start.checked_add(size * self.lanes)?)?))
        };
        let mut zeros = [fill; N];
        zeros.iter_mut().take(self.lanes).for_each(|slot| *slot = zero);

        let mut values = match (self.bytes, pick) {
            (None, pick) => vec![zeros; pick.map_or(self.count, <[u32]>::len)],
            (Some(bytes), None) => {
                (0..self.count).map(|index| at(bytes, index)).collect::<Option<_>>().ok_or("too short")?
            }
            (Some(bytes), Some(pick)) => pick
                .iter()
                .map(|&index| at(bytes, index as usize).filter(|_| (index as usize) < self.count))
                .collect::<Option<_>>()
                .ok_or_else(|| format!("it has {} elements, but a vertex beyond them is used", self.count))?,
        };
        if let Some(sparse) = &self.sparse {
            for (index, bytes) in sparse.iter(size * self.lanes) {
                let index = index as usize;
                if index >= self.count {
                    return Err(format!("sparse index {index} is beyond the count of {}", self.count));
                }
                let slot = match pick {
                    None => Some(index),
                    Some(pick) => pick.binary_search(&(index as u32)).ok(),
                };
                if let Some(slot) = slot.and_then(|slot| values.get_mut(slot)) {
                    *slot = element(bytes);
                }
            }
        }
        Ok(values)
    }
}

impl<'a> SparseElements<'a> {
    fn of(sparse: &Sparse, buffers: &'a Buffers, count: usize, size: usize) -> Result<Self, String> {
        if sparse.count.0 > count {
            return Err(format!("{} elements are replaced, but there are {count}", sparse.count.0));
        }
        let index_component = component(sparse.indices.component_type.0)?;
        if !matches!(index_component, Component::U8 | Component::U16 | Component::U32) {
            return Err("indices must be unsigned integers".into());
        }
        let packed =
            |view: usize, offset: usize, size: usize| elements(buffers.view(view)?, offset, sparse.count.0, size, size);
        Ok(Self {
            count: sparse.count.0,
            index_component,
            indices: packed(sparse.indices.buffer_view.0, sparse.indices.byte_offset.0, index_component.size())?,
            values: packed(sparse.values.buffer_view.0, sparse.values.byte_offset.0, size)?,
        })
    }

    /// Which element is replaced, and by which bytes.
    fn iter(&self, size: usize) -> impl Iterator<Item = (u32, &'a [u8])> {
        let component = self.index_component;
        let indices = self.indices.chunks_exact(component.size()).map(move |bytes| match component {
            Component::U8 => u32::from(le_u8(bytes)),
            Component::U16 => u32::from(le_u16(bytes)),
            _ => le_u32(bytes),
        });
        indices.zip(self.values.chunks_exact(size)).take(self.count)
    }
}

fn component(code: usize) -> Result<Component, String> {
    Component::from_gltf(code).ok_or_else(|| format!("unknown component type {code}"))
}

fn lanes(kind: &str) -> Result<usize, String> {
    match kind {
        "SCALAR" => Ok(1),
        "VEC2" => Ok(2),
        "VEC3" => Ok(3),
        "VEC4" => Ok(4),
        "MAT4" => Ok(16),
        other => Err(format!("type {other:?} is not one that is used here")),
    }
}

/// The bytes from the first element to the end of the view, checked to hold `count` elements.
fn elements<'a>(view: View<'a>, offset: usize, count: usize, size: usize, stride: usize) -> Result<&'a [u8], String> {
    let needed = match count.checked_sub(1) {
        Some(gaps) => gaps.checked_mul(stride).and_then(|bytes| bytes.checked_add(size)),
        None => Some(0),
    };
    let end = needed.and_then(|needed| offset.checked_add(needed));
    if end.is_none_or(|end| end > view.bytes.len()) {
        return Err(format!(
            "{count} elements of {size} bytes, {stride} apart, from byte {offset} on do not fit into {} bytes",
            view.bytes.len()
        ));
    }
    Ok(view.bytes.get(offset..).unwrap_or_default())
}

/// The first bytes as an array; zeros where there are too few, which the callers' chunking rules out.
fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.first_chunk().copied().unwrap_or([0; N])
}

fn le_i8(bytes: &[u8]) -> i8 {
    i8::from_le_bytes(array(bytes))
}

fn le_u8(bytes: &[u8]) -> u8 {
    u8::from_le_bytes(array(bytes))
}

fn le_i16(bytes: &[u8]) -> i16 {
    i16::from_le_bytes(array(bytes))
}

fn le_u16(bytes: &[u8]) -> u16 {
    u16::from_le_bytes(array(bytes))
}

fn le_u32(bytes: &[u8]) -> u32 {
    u32::from_le_bytes(array(bytes))
}

fn le_f32(bytes: &[u8]) -> f32 {
    f32::from_le_bytes(array(bytes))
}
