//! KHR_draco_mesh_compression: a primitive's attributes and triangles out of one Draco stream.
//!
//! The stream's own counts hold, not those of the accessors beside it: real encoders split vertices at seams and leave the
//! accessors as they were.

use super::accessor::{Component, Elements};
use super::budget::Budget;
use super::buffers::Buffers;
use super::document::{Accessor, Primitive};
use draco_gltf::{
    ComponentType, DecodeLimits, DracoPrimitiveContract, DracoPrimitiveExtension, JsonValue, PackedAttribute,
    PackedGeometry,
};

pub const NAME: &str = "KHR_draco_mesh_compression";

/// A decoded stream.
#[derive(Debug)]
pub struct DracoMesh(PackedGeometry);

impl DracoMesh {
    /// Decodes the primitive's stream; `None` if it has none.
    ///
    /// # Errors
    /// Words for a broken stream or one that decodes to more than the budget allows.
    pub fn decode(
        primitive: &Primitive,
        accessors: &[Accessor],
        buffers: &Buffers,
        budget: &mut Budget,
    ) -> Option<Result<Self, String>> {
        let extension = primitive.extensions.get(NAME)?;
        Some(Self::decode_extension(extension, primitive, accessors, buffers, budget))
    }

    fn decode_extension(
        extension: &serde_json::Value,
        primitive: &Primitive,
        accessors: &[Accessor],
        buffers: &Buffers,
        budget: &mut Budget,
    ) -> Result<Self, String> {
        let json = JsonValue::parse(extension.to_string().as_bytes()).map_err(|error| error.to_string())?;
        let extension = DracoPrimitiveExtension::from_json(&json).map_err(|error| error.to_string())?;
        let limits = DecodeLimits::default()
            .with_max_points(budget.vertices.left() as u64)
            .with_max_faces(budget.indices.left() as u64 / 3)
            .with_max_decoded_bytes(budget.decompressed_bytes.left() as u64);
        let mut contract = DracoPrimitiveContract::new().with_limits(limits);
        for (semantic, accessor) in &primitive.attributes {
            if let Some(accessor) = accessors.get(accessor.0) {
                contract = contract.with_attribute(semantic.as_str(), 0, accessor.normalized);
            }
        }
        let stream = buffers.view(extension.buffer_view())?.bytes;
        // Also charged for streams that turn out broken: many primitives may name the same one.
        budget.decompressed_bytes.take(stream.len()).map_err(|error| error.to_string())?;
        let geometry = extension.decode(stream, &contract).map_err(|error| error.to_string())?;
        let bytes = geometry.attributes().iter().map(|attribute| attribute.bytes().len()).sum::<usize>();
        budget.decompressed_bytes.take(bytes).map_err(|error| error.to_string())?;
        Ok(Self(geometry))
    }

    /// Triangle corners, 3 each.
    pub fn indices(&self) -> Vec<u32> {
        let bytes = self.0.indices().map_or(&[][..], |indices| indices.bytes());
        bytes.as_chunks::<4>().0.iter().map(|&bytes| u32::from_le_bytes(bytes)).collect()
    }

    /// The attributes that the stream holds, by semantic.
    pub fn elements(&self) -> impl Iterator<Item = (&str, Elements<'_>)> {
        self.0.attributes().iter().filter_map(|attribute| Some((attribute.semantic(), elements(attribute)?)))
    }
}

fn elements(attribute: &PackedAttribute) -> Option<Elements<'_>> {
    let component = match attribute.component_type() {
        ComponentType::I8 => Component::I8,
        ComponentType::U8 => Component::U8,
        ComponentType::I16 => Component::I16,
        ComponentType::U16 => Component::U16,
        // Ids that an encoder stored as signed: the same bits.
        ComponentType::U32 | ComponentType::I32 => Component::U32,
        ComponentType::F32 => Component::F32,
        _ => return None,
    };
    let lanes = usize::from(attribute.components());
    Elements::packed(component, lanes, attribute.normalized(), attribute.count(), attribute.bytes())
}
