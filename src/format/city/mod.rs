//! What CityJSON and CityGML have in common: city objects with their geometries, semantics and appearance.
//!
//! The readers of both formats ([`super::cityjson`], [`super::citygml`]) give these values. Nothing is interpreted yet:
//! positions are coordinates of the source's own reference system in the source's own axis order, types and semantics
//! are the standard's words, and attributes have the source's names.
//!
//! Standards: OGC CityGML 2.0 (12-019) and CityJSON 2.0 (OGC 20-072r5), whose words are used here.

mod object;
mod report;
mod ring;

pub use object::{
    Attribute, Attributes, CityObject, Family, Footing, Geometry, Material, NO_SOLID, Place, Semantic, Surface,
    SurfaceTexture, TextureImage,
};
pub use report::{IssueAt, Report};
pub(super) use ring::{Corner, RingFault, clean_ring};

/// An object may have this many attributes after flattening; more are left out with an issue.
pub const MAX_ATTRIBUTES: usize = 2_000;
/// A text of an attribute is cut off here, bytes.
pub const MAX_ATTRIBUTE_BYTES: usize = 64 << 10;
/// An attribute whose name is longer, with the names of what it is nested in, is left out, bytes.
pub const MAX_ATTRIBUTE_NAME_BYTES: usize = 512;
/// Objects of one family (an object with all its parts); more become families of their own.
pub const MAX_FAMILY: usize = 10_000;

/// `text`, cut off at a character's border so that it has at most `max_bytes`.
pub fn cut(text: &str, max_bytes: usize) -> &str {
    let mut end = text.len().min(max_bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
