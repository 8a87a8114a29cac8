//! City objects and their geometries.

use std::collections::BTreeMap;
use std::fmt;

use glam::DVec3;

/// The value of an attribute, as its source typed it.
#[derive(Debug, Clone, PartialEq)]
pub enum Attribute {
    Text(String),
    Number(f64),
    Integer(i64),
    Flag(bool),
}

/// By name; nested values have names with dots, `address.0.city`.
pub type Attributes = BTreeMap<String, Attribute>;

/// An object of the first level with its parts, in the source's order; the object itself comes first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Family {
    pub objects: Vec<CityObject>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct CityObject {
    /// The object's key (CityJSON) or `gml:id`.
    pub id: String,
    /// The standard's word, `Building`, `BuildingPart`, `Road`; a type of an extension keeps its `+`.
    pub kind: String,
    /// What people call it; empty where the source says nothing.
    pub name: String,
    /// The object in this family that it is a part of; `None` for the family's first.
    pub parent: Option<usize>,
    pub attributes: Attributes,
    pub geometries: Vec<Geometry>,
    /// Where it stands in the file: a JSON pointer, or a byte offset.
    pub path: String,
}

/// What the points of a level 0 outline mean in height.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Footing {
    /// Any geometry that is not known to be a roof's edge.
    #[default]
    Ground,
    /// The outline of the roof, at the roof's height (`lod0RoofEdge`).
    RoofEdge,
}

/// One geometry of an object, with its own vertices.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Geometry {
    /// 0, 1, 1.2, 2.2 and so on.
    pub lod: f64,
    pub footing: Footing,
    /// Coordinates of the source's reference system.
    pub vertices: Vec<DVec3>,
    /// Of a MultiPoint: indices of vertices.
    pub points: Vec<u32>,
    /// Of a MultiLineString, each with two vertices or more.
    pub lines: Vec<Vec<u32>>,
    pub surfaces: Vec<Surface>,
    pub semantics: Vec<Semantic>,
    pub materials: Vec<Material>,
    pub textures: Vec<TextureImage>,
    /// Where it stands in the file.
    pub path: String,
}

/// [`Surface::solid`] of a surface that bounds no solid.
pub const NO_SOLID: u32 = u32::MAX;

#[derive(Debug, Clone, PartialEq)]
pub struct Surface {
    /// Open rings of three vertices or more without repeated neighbours; the first is the outer one.
    pub rings: Vec<Vec<u32>>,
    /// Which of the geometry's solids it bounds, or [`NO_SOLID`].
    pub solid: u32,
    /// Index into [`Geometry::semantics`].
    pub semantic: Option<u32>,
    /// Index into [`Geometry::materials`].
    pub material: Option<u32>,
    pub texture: Option<SurfaceTexture>,
    pub place: Place,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SurfaceTexture {
    /// Index into [`Geometry::textures`].
    pub image: u32,
    /// For each vertex of each ring; u to the right, v upwards.
    pub uv: Vec<Vec<[f32; 2]>>,
}

/// The meaning of surfaces, with attributes of their own.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Semantic {
    /// `RoofSurface`, `WallSurface` and so on.
    pub kind: String,
    pub attributes: Attributes,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Material {
    /// sRGB, 0 to 1.
    pub diffuse: Option<[f32; 3]>,
    /// 0 is opaque.
    pub transparency: f32,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TextureImage {
    /// As the source has it: relative to the source's file, or absolute.
    pub uri: String,
    /// Whether it is repeated outside of 0 to 1; `None` where the source does not say.
    pub repeat: Option<bool>,
}

/// Where a surface stands in its source, kept small because there are many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Indices in `boundaries`: of the solid, the shell and the surface, as far as the geometry's type has them.
    Boundary {
        indices: [u32; 3],
        len: u8,
    },
    Byte(u64),
}

impl Place {
    /// The path of the surface in the geometry at `geometry_path`.
    pub fn under(self, geometry_path: &str) -> String {
        match self {
            Self::Byte(byte) => format!("byte {byte}"),
            Self::Boundary { .. } => format!("{geometry_path}{self}"),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Byte(byte) => write!(f, "byte {byte}"),
            Self::Boundary { indices, len } => {
                write!(f, "/boundaries")?;
                indices.iter().take(usize::from(*len)).try_for_each(|index| write!(f, "/{index}"))
            }
        }
    }
}
