//! What goes into the forest and what comes out of it.

use glam::{DAffine3, DVec3};

use crate::format::subtree::Subtree;
use crate::format::tileset::{Refine, Subdivision, Tileset, UpAxis};
use crate::format::uri::{Location, UriError};

/// A tile in the forest: its slot. Stable as long as the tile is in the forest; a tile whose content is asked for,
/// held or being freed never leaves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId(pub u32);

/// A tileset or bare model in the forest; never used again after its removal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TilesetId(pub u32);

/// What the forest may use and how fine it shows things. May be changed at any time ([`super::TileForest::options_mut`]).
#[derive(Debug, Clone, PartialEq)]
pub struct ForestOptions {
    /// Bytes of content (CPU and GPU together, as [`Loaded::Content`] tells them) that may be held or on their way.
    pub budget_bytes: u64,
    /// A tile is refined while its error on screen is above this, in pixels.
    pub max_sse_px: f64,
    /// How many jobs the engine may have under way at once.
    pub max_requests_in_flight: usize,
    /// How long one level takes to give way to another, seconds; 0 turns cross-fading off.
    pub fade_secs: f32,
    /// A tile that will be refined further is itself asked for only up to this many times `max_sse_px`: coarser levels
    /// between what is drawn and what is wanted are skipped. 1 skips all of them.
    pub skip_sse_factor: f64,
    /// …and only if more than this many tiles under it are still missing: with fewer it would hardly be seen.
    pub skip_below_missing: u32,
    /// When the view has all it needs, the surroundings in every direction are loaded up to this many times
    /// `max_sse_px`, so that a fast turn shows something. 0 turns it off.
    pub surround_sse_factor: f64,
    /// Past this many tiles in the forest, tiles that can be made again (implicit and external ones) and that no
    /// recent view visited are dropped.
    pub max_tiles: usize,
    /// A view that has to visit more tiles than this is shown coarser until it does not.
    pub max_visits: u32,
}

impl Default for ForestOptions {
    fn default() -> Self {
        Self {
            budget_bytes: 1 << 30,
            max_sse_px: 16.0,
            max_requests_in_flight: 32,
            fade_secs: 0.3,
            skip_sse_factor: 4.0,
            skip_below_missing: 8,
            surround_sse_factor: 8.0,
            max_tiles: 400_000,
            max_visits: 50_000,
        }
    }
}

/// A perspective camera.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// Metres.
    pub pos_ecef: DVec3,
    /// Unit, where the camera looks.
    pub dir: DVec3,
    /// Unit; need not be perpendicular to `dir`, only not parallel to it.
    pub up: DVec3,
    /// Width and height, each at least 1.
    pub viewport_px: [u32; 2],
    /// Vertical opening angle, radians, in (0, π).
    pub fov_y_rad: f64,
    /// Nothing nearer than this is drawn, metres.
    pub near_m: f64,
}

/// The input of one selection.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    pub view: &'a View,
    /// Where a fly-to will end: loaded after all that `view` needs, not drawn.
    pub ahead: Option<&'a View>,
    /// The light whose shadows are drawn, if there is one.
    pub shadows: Option<ShadowLight>,
    /// Time since the last selection, seconds.
    pub dt_secs: f32,
}

/// A distant light that throws shadows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShadowLight {
    /// Unit, towards the light.
    pub to_light_ecef: DVec3,
    /// How far from the camera shadows are drawn, metres.
    pub reach_m: f64,
}

/// What one selection decided.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// The whole picture: every tile to be shown, those fading out included.
    pub draw: Vec<Draw>,
    /// Contents outside of the picture whose shadows fall into it: not to be seen, but to throw them.
    pub casters: Vec<TileId>,
    /// What to start now, most urgent first; fits the free slots and the budget. What the engine does not start is
    /// asked for again by the next selection, if it is still wanted.
    pub requests: Vec<Request>,
    /// Jobs to give up: nobody wants them any more. Each is named once; the engine answers with `canceled`, or with
    /// `loaded`/`failed` when it was too late.
    pub cancel: Vec<TileId>,
    /// Contents to free; each is named once and never drawn again. The engine answers with `unloaded`.
    pub unload: Vec<TileId>,
    pub counters: Counters,
}

/// One tile to be shown.
///
/// While one level gives way to another, `opacity` is below 1 and both are in the list. The dither patterns must
/// complete each other: with a threshold `d` in (0, 1) for each pixel, an incoming tile shows where `d < opacity`, one
/// that is `fading_out` where `d >= 1 - opacity`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Draw {
    pub tile: TileId,
    /// 1 is solid.
    pub opacity: f32,
    pub fading_out: bool,
    /// The tile's error on screen.
    pub sse_px: f32,
}

/// One job to start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Request {
    pub tile: TileId,
    /// Greater is more urgent: above 3 to mend a hole, 2 to 3 for the view, 1 to 2 for where the camera is going,
    /// below 1 for the surroundings.
    pub priority: f32,
}

/// Figures of one selection and of the forest's state after it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Counters {
    /// Tiles looked at.
    pub visited: u32,
    /// Of them, outside the view or behind the horizon.
    pub culled: u32,
    /// Tiles of the present level of detail (without those fading out).
    pub drawn: u32,
    /// Tiles drawn for the last moments while others take their place.
    pub fading_out: u32,
    /// Contents and structure files that the view needs and has not.
    pub waiting: u32,
    /// Areas in view where nothing is drawn though content exists, in tilesets that had been covered once.
    pub holes: u32,
    /// The same in tilesets that are still loading for the first time.
    pub uncovered: u32,
    /// Tiles drawn in place of finer ones that can't be read.
    pub failed_groups: u32,
    /// Tiles whose content or structure can't be read.
    pub failed: u32,
    /// Tiles in the forest.
    pub tiles: u32,
    /// Tiles with content held.
    pub loaded: u32,
    /// Bytes of content held by the engine, those about to be freed included.
    pub held_bytes: u64,
    /// Bytes set aside for contents on their way.
    pub reserved_bytes: u64,
    /// What the view needs altogether, loaded or not (the part that is not loaded is an estimate).
    pub needed_bytes: u64,
    pub in_flight: u32,
    /// 1, or more when the view is shown coarser because its contents exceed the budget.
    pub sse_scale: f32,
    /// The budget is too small even for the coarsest picture; what fits is shown.
    pub starved: bool,
    /// Nothing that the view needs is missing or on its way, and no level is fading.
    pub settled: bool,
}

/// What the engine shall do for a tile.
#[derive(Debug, Clone)]
pub struct Job {
    pub kind: JobKind,
    pub tileset: TilesetId,
    /// The files to read: one, or all contents of a tile with many.
    pub locations: Vec<Location>,
    /// The `group` of each location's content (3D Tiles 1.1), an index into the tileset's groups.
    pub groups: Vec<Option<u32>>,
    /// From the tile's frame (z up) to ECEF. Content frames are tile frames.
    pub ecef_from_tile: DAffine3,
    /// The up axis of glTF in this tileset (1.0 tilesets may say `gltfUpAxis`).
    pub up_axis: UpAxis,
}

/// Why there is nothing to read for a tile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    #[error("the tile is not in the forest any more")]
    Gone,
    #[error(transparent)]
    Uri(#[from] UriError),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobKind {
    /// Read a tileset.json; answer with [`Loaded::Tileset`].
    Tileset,
    /// Read a subtree file; answer with [`Loaded::Subtree`].
    Subtree { scheme: Subdivision, levels: u32 },
    /// Read contents; answer with [`Loaded::Content`].
    Content,
}

/// The answer to a [`Job`].
#[derive(Debug, Clone)]
pub enum Loaded {
    Tileset(Box<Tileset>),
    Subtree(Box<Subtree>),
    Content {
        /// What it holds in memory, CPU and GPU together.
        bytes: u64,
        /// Contents that turned out to be tilesets, with where each was read from.
        tilesets: Vec<(Location, Tileset)>,
        /// Whether anything can be drawn (false for a mere external tileset or an empty content).
        drawable: bool,
        /// Least and greatest corner in the tile's frame, metres. Gives bare models their volume; else unused.
        bounds: Option<(DVec3, DVec3)>,
    },
}

/// Where a tile's content stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TileState {
    /// Known only after a tileset or subtree file is read.
    Unknown,
    /// Has nothing to draw.
    Empty,
    Unloaded,
    InFlight,
    Loaded,
    /// Named in [`Selection::unload`], not yet freed by the engine.
    Unloading,
    Failed,
}

/// What is known of a tile, for picking, panels and statistics.
#[derive(Debug, Clone)]
pub struct TileInfo<'a> {
    pub tileset: TilesetId,
    pub parent: Option<TileId>,
    /// The content files.
    pub locations: Vec<Location>,
    /// Steps from the root of its tileset.
    pub depth: u32,
    /// Metres, transforms included.
    pub geometric_error_m: f64,
    pub refine: Refine,
    /// `metadata` of the tile in the tileset file.
    pub metadata: Option<&'a serde_json::Value>,
    pub state: TileState,
    /// Bytes held.
    pub bytes: u64,
    /// Why it can't be shown.
    pub failure: Option<&'a str>,
    pub center_ecef: DVec3,
    pub radius_m: f64,
}
