//! What draws: one plugin for each concern, over Bevy.
//!
//! | plugin | is |
//! | --- | --- |
//! | [`space`] | f64 poses, floating origin, the eye |
//! | [`look`] | the surface material and what one instance may differ in |
//! | [`sky`] | sun, moon, air, exposure |
//! | [`ground`] | the plain Earth with its graticule |
//! | [`stream`] | tiles: selection, fetching, decoding, uploading, fading |
//! | [`scene`] | a scene file becomes tilesets, layers, views |
//! | [`roads`] | SUMO road networks as lanes |
//! | [`live`] | the feed, the twin's state, the clock |
//! | [`entities`] | what the feed moves: models, colours, labels |
//! | [`pick`] | what a ray meets; selection and its outline |
//! | [`navigate`] | mouse and keys |
//! | [`ui`] | panels |
//! | [`camera`] | the camera entity |
//! | [`window`], `capture` | the two ways to run it: in a window, or without one |
//!
//! Siblings share only what is declared in this file, in [`space`] and in [`look`]. Everything runs in `Update`, in the
//! order of [`ViewSet`].

pub mod camera;
#[cfg(feature = "capture")]
pub mod capture;
pub mod entities;
pub mod ground;
pub mod live;
pub mod look;
pub mod navigate;
pub mod pick;
pub mod roads;
pub mod scene;
pub mod sky;
pub mod space;
pub mod stream;
pub mod ui;
pub mod window;

use bevy::prelude::*;

use crate::tiles::ShadowLight;

/// The order of a frame.
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ViewSet {
    /// What a scene file asks for is set up.
    Scene,
    /// The clock advances; what the feed brought is taken in.
    Live,
    /// The eye moves.
    Navigate,
    /// Tiles for where the eye is now: selection, requests, uploads.
    Stream,
    /// Entities for where the clock is now.
    Entities,
    /// What was clicked on.
    Pick,
    Ground,
    /// The origin follows the eye; f32 transforms are made.
    Place,
    Light,
}

/// Height of the ground below the eye, metres above the ellipsoid.
#[derive(Resource, Debug, Clone, Copy, Default)]
pub struct GroundBelow {
    pub height_m: f64,
}

/// The light whose shadows are drawn now, so that what lies outside of the picture throws its shadow into it.
#[derive(Resource, Debug, Clone, Copy, Default)]
pub struct MainShadows(pub Option<ShadowLight>);

/// Whether the panels want the mouse or the keys, so that the world leaves them alone.
#[derive(Resource, Debug, Clone, Copy, Default)]
pub struct InputFocus {
    pub pointer: bool,
    pub keyboard: bool,
}

fn core(app: &mut App) {
    app.init_resource::<GroundBelow>().init_resource::<MainShadows>().init_resource::<InputFocus>();
    app.configure_sets(
        Update,
        (
            ViewSet::Scene,
            ViewSet::Live,
            ViewSet::Navigate,
            ViewSet::Stream,
            ViewSet::Entities,
            ViewSet::Pick,
            ViewSet::Ground,
            ViewSet::Place,
            ViewSet::Light,
        )
            .chain(),
    );
}

/// Everything that both ways of running share.
pub fn plugin(app: &mut App) {
    app.add_plugins((
        core,
        space::plugin,
        look::plugin,
        sky::plugin,
        ground::plugin,
        stream::plugin,
        scene::plugin,
        roads::plugin,
        live::plugin,
        entities::plugin,
        pick::plugin,
        navigate::plugin,
    ));
}
