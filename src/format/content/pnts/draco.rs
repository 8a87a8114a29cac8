//! `3DTILES_draco_point_compression`: attributes of the points in one Draco point cloud.
//!
//! The extension gives each attribute's unique id in the cloud by semantic (`POSITION`) in the feature table, and by
//! property name in the batch table. Points come in the cloud's order, which is that of all uncompressed attributes too.

use draco_core::{DataType, DecodeLimits, DecoderBuffer, PointAttribute, PointCloud, PointCloudDecoder, PointIndex};
use serde_json::{Map, Value};

use super::NAME;
use crate::format::content::batch_table::AttributeRun;
use crate::format::content::decode::{ContentError, Limits};
use crate::format::content::feature_table::FeatureTable;
use crate::format::content::number::{Component, Number};
use crate::format::content::tile_header::invalid;

pub(super) struct Cloud {
    cloud: PointCloud,
    /// Unique ids by semantic.
    semantics: Map<String, Value>,
}

impl Cloud {
    /// Decodes the cloud that the feature table's extension names; `None` without the extension.
    pub fn decode(features: &FeatureTable, count: u32, limits: &Limits) -> Result<Option<Self>, ContentError> {
        let Some(extension) = features.extension("3DTILES_draco_point_compression") else { return Ok(None) };
        let number = |key: &str| {
            let number = extension.get(key).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok());
            number.ok_or_else(|| wrong(format!("/{key} is missing or no length")))
        };
        let (offset, length) = (number("byteOffset")?, number("byteLength")?);
        let bytes = offset.checked_add(length).and_then(|end| features.binary().get(offset..end));
        let bytes = bytes.ok_or_else(|| {
            let room = features.binary().len();
            wrong(format!("expected {length} bytes at byte {offset}, got a binary part of {room} bytes"))
        })?;
        let draco_limits = DecodeLimits::default()
            .with_max_points(u64::from(count))
            .with_max_faces(0)
            .with_max_decoded_bytes(limits.decompressed_bytes as u64);
        let mut buffer = DecoderBuffer::new(bytes).with_limits(draco_limits);
        let mut cloud = PointCloud::new();
        PointCloudDecoder::new().decode(&mut buffer, &mut cloud).map_err(|error| wrong(error.to_string()))?;
        if cloud.num_points() != count as usize {
            return Err(wrong(format!("expected {count} points, got {}", cloud.num_points())));
        }
        let semantics = extension.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
        Ok(Some(Self { cloud, semantics }))
    }

    /// The attribute of a semantic; `None` if it is not compressed.
    pub fn semantic(&self, semantic: &str) -> Option<Result<AttributeRun, ContentError>> {
        let id = self.semantics.get(semantic)?;
        let run = id.as_u64().and_then(|id| self.attribute(id));
        Some(run.ok_or_else(|| wrong(format!("/properties/{semantic} names attribute {id}, which the data have not"))))
    }

    /// All values of the attribute with a unique id, in the order of the points.
    pub fn attribute(&self, unique_id: u64) -> Option<AttributeRun> {
        let attribute = self.cloud.attribute_by_unique_id(u32::try_from(unique_id).ok()?)?;
        let component = component(attribute.data_type())?;
        let components = usize::from(attribute.num_components());
        if components == 0 {
            return None;
        }
        let points = u32::try_from(self.cloud.num_points()).ok()?;
        let mut numbers = Vec::with_capacity((points as usize).checked_mul(components)?);
        for point in 0..points {
            let value = value_bytes(attribute, point)?;
            for index in 0..components {
                numbers.push(component.read(value, index)?);
            }
        }
        Some(AttributeRun { numbers, components })
    }
}

impl AttributeRun {
    /// The values with exactly `components` numbers each: missing ones are 0, except a fourth (alpha), which is the
    /// greatest byte.
    pub fn with_components<T: Clone>(&self, components: usize, convert: impl Fn(Number) -> T) -> Vec<T> {
        let filler = |index: usize| if index == 3 { Number::Uint(255) } else { Number::Uint(0) };
        let value = |chunk: &[Number]| -> Vec<T> {
            (0..components).map(|index| convert(chunk.get(index).copied().unwrap_or_else(|| filler(index)))).collect()
        };
        self.numbers.chunks_exact(self.components).flat_map(value).collect()
    }
}

fn value_bytes(attribute: &PointAttribute, point: u32) -> Option<&[u8]> {
    let value = attribute.mapped_index(PointIndex(point)).0 as usize;
    let stride = usize::try_from(attribute.byte_stride()).ok()?;
    attribute.buffer().data().get(value.checked_mul(stride)?..)
}

fn component(data_type: DataType) -> Option<Component> {
    Some(match data_type {
        DataType::Int8 => Component::I8,
        DataType::Uint8 | DataType::Bool => Component::U8,
        DataType::Int16 => Component::I16,
        DataType::Uint16 => Component::U16,
        DataType::Int32 => Component::I32,
        DataType::Uint32 => Component::U32,
        DataType::Int64 => Component::I64,
        DataType::Uint64 => Component::U64,
        DataType::Float32 => Component::F32,
        DataType::Float64 => Component::F64,
        DataType::Invalid => return None,
    })
}

fn wrong(message: impl std::fmt::Display) -> ContentError {
    invalid(NAME, format!("3DTILES_draco_point_compression: {message}"))
}
