//! What a place holds, whatever file it came from: features with a shape, an id of their source and properties.
//!
//! Every reader of sources gives these; the world generator skips them where it knows more (it draws its own plan).
//!
//! Frames: positions are geodetic on WGS84, longitude and latitude in degrees; heights are metres above the ellipsoid
//! or above the ground, as [`Height`] says. Readers have already applied projection, axis order and geoid.
//! Rings are open (the first vertex is not repeated), outer rings counter-clockwise seen from above, holes clockwise.
//! Colours are sRGB. All of it can be stored (serde) while it waits for its tile.

use glam::{DVec2, DVec3};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The value of a property as its source gave it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Value {
    Text(String),
    Number(f64),
    Integer(i64),
    Flag(bool),
}

/// By name, sorted, so that what is written does not depend on the order of reading.
pub type Properties = BTreeMap<String, Value>;

/// sRGB, 8 bits a channel.
pub type Srgb = [u8; 3];

/// Where something stands in height, metres.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Height {
    Ellipsoidal(f64),
    AboveGround(f64),
}

/// Longitudes and latitudes, degrees.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Polygon {
    pub outer: Vec<DVec2>,
    pub holes: Vec<Vec<DVec2>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feature {
    /// The source's own id, unique within the source, such as `way/4711` or a CityJSON object's key.
    pub id: String,
    /// What it is, in lower case: building, road, rail, water, land use, tree, pylon; the source's word where it is
    /// none of ours.
    pub class: String,
    /// What people call it; empty where nothing is known.
    pub name: String,
    pub properties: Properties,
    pub shape: Shape,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Shape {
    Building(Building),
    Surfaces(Surfaces),
    Way(Way),
    Area(Area),
    Point(Point),
    Model(Placed),
}

/// A building known by its footprint and some facts, to be drawn by rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Building {
    pub footprint: Polygon,
    /// The ground floor's height; [`Height::AboveGround`] is measured from the lowest ground below the footprint, and
    /// is above 0 for parts that begin on a higher floor.
    pub base: Height,
    /// From the ground (not from `base`) to the top of the roof, metres. `None`: by `floors` or by rule.
    pub height_m: Option<f64>,
    pub floors: Option<f64>,
    pub roof: Roof,
    /// Of the roof alone, metres.
    pub roof_height_m: Option<f64>,
    /// Where the roof's slope faces (skillion), or along the ridge as its source says; degrees from north.
    pub roof_direction_deg: Option<f64>,
    pub wall_color: Option<Srgb>,
    pub roof_color: Option<Srgb>,
    pub usage: Usage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Roof {
    /// Chosen by rule.
    #[default]
    Unknown,
    Flat,
    Gabled,
    Hipped,
    Pyramidal,
    Skillion,
    HalfHipped,
    Gambrel,
    Mansard,
    Dome,
    Onion,
    Round,
    Sawtooth,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Usage {
    #[default]
    Unknown,
    House,
    Apartments,
    Offices,
    Retail,
    Industry,
    Warehouse,
    Worship,
    Civic,
    Education,
    Health,
    Hotel,
    Transport,
    Farm,
    Garage,
    /// A roof without walls.
    Canopy,
}

/// Explicit polygons in space: CityJSON solids, CityGML, meshes of other tools.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Surfaces {
    /// One geometry for each level of detail that the source has, coarsest first.
    pub lods: Vec<SurfaceLod>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SurfaceLod {
    /// As the source counts, such as 1.2 or 2.2.
    pub lod: f64,
    /// Longitude, latitude (degrees), ellipsoidal height (metres).
    pub vertices: Vec<DVec3>,
    pub surfaces: Vec<Surface>,
    pub textures: Vec<Texture>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Surface {
    pub kind: SurfaceKind,
    /// Indices of vertices; the first ring is the outer one, counter-clockwise seen from outside.
    pub rings: Vec<Vec<u32>>,
    pub color: Option<[u8; 4]>,
    /// Which texture, and its coordinates for each corner of each ring (v upwards, as CityJSON has it).
    pub texture: Option<(u32, Vec<Vec<[f32; 2]>>)>,
    /// Attributes of the surface itself (CityJSON semantics), if there are any.
    pub properties: Properties,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub enum SurfaceKind {
    #[default]
    Unknown,
    Ground,
    Wall,
    Roof,
    /// Of a balcony, an overhang, an installation.
    OuterFloor,
    OuterCeiling,
    Window,
    Door,
    InteriorWall,
    Ceiling,
    Floor,
    Closure,
    Water,
    Traffic,
    Vegetation,
}

/// A picture that a source names, relative to the source's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Texture {
    pub uri: String,
    pub repeat: bool,
}

/// Something along a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Way {
    pub kind: WayKind,
    /// Longitude, latitude (degrees); height as `heights` says.
    pub line: Vec<DVec3>,
    pub heights: LineHeights,
    /// Metres; `None`: by kind and lanes.
    pub width_m: Option<f64>,
    /// In the direction of the line, and against it. `None`: by kind.
    pub lanes: Option<(u8, u8)>,
    pub oneway: bool,
    /// Above or below other ways at crossings; 0 on the ground.
    pub layer: i8,
    pub bridge: bool,
    pub tunnel: bool,
    pub paved: bool,
    pub lit: bool,
    /// Whether there is a pavement on the right and on the left of the line; `None`: by kind.
    pub pavements: Option<(bool, bool)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LineHeights {
    /// Heights are to be taken from the terrain; those of the line are 0.
    OnGround,
    AboveGround,
    Ellipsoidal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WayKind {
    Motorway,
    Trunk,
    Primary,
    Secondary,
    Tertiary,
    Residential,
    Service,
    LivingStreet,
    Track,
    Pedestrian,
    Footway,
    Cycleway,
    Steps,
    Rail,
    Tram,
    Runway,
    Taxiway,
    River,
    Stream,
    Canal,
    PowerLine,
    Pipeline,
    Piste,
    Aerialway,
    Wall,
    Fence,
    Hedge,
    Coastline,
    Pier,
    Quay,
    Unknown,
}

/// What covers the ground.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Area {
    pub cover: Cover,
    pub polygons: Vec<Polygon>,
    /// Of a water surface where the source has it.
    pub height: Option<Height>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Cover {
    Water,
    Grass,
    Park,
    Forest,
    Scrub,
    Farmland,
    Orchard,
    Vineyard,
    Sand,
    Rock,
    Glacier,
    Wetland,
    Residential,
    Commercial,
    Industrial,
    Railway,
    Harbour,
    Construction,
    Cemetery,
    Sports,
    Playground,
    Parking,
    Paved,
    Piste,
    Runway,
    Quarry,
    Unknown,
}

/// Something that stands at a point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    pub kind: PointKind,
    /// Longitude, latitude, degrees.
    pub at: DVec2,
    pub base: Height,
    pub height_m: Option<f64>,
    /// Of a tree's crown or a tank, metres across.
    pub width_m: Option<f64>,
    /// Where it faces; degrees from north.
    pub heading_deg: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PointKind {
    BroadleavedTree,
    NeedleleavedTree,
    Palm,
    StreetLamp,
    TrafficSignal,
    PowerTower,
    PowerPole,
    Mast,
    Chimney,
    Crane,
    WindTurbine,
    AerialwayPylon,
    Bench,
    Hydrant,
    Unknown,
}

/// A model file that stands somewhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Placed {
    /// glTF, GLB or OBJ, relative to the job file.
    pub uri: String,
    /// Longitude, latitude, degrees.
    pub at: DVec2,
    pub base: Height,
    /// Degrees from north, clockwise; then nose up, then right side down.
    pub heading_deg: f64,
    pub pitch_deg: f64,
    pub roll_deg: f64,
    pub scale: f64,
    /// Nothing of it is farther from `at`, metres.
    pub reach_m: f64,
}
