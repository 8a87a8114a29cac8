//! A scene set up on the Earth: what its places, placements and views mean in ECEF.
//!
//! Frames: ECEF metres (f64); the scene's site frame (east, north, up at its origin); the placed thing's own axes x right,
//! y forward, z up. Heights are what the scene says: above the ellipsoid, or above the EGM96 geoid, which are up to 107 m
//! apart.

use glam::{DAffine3, DMat3, DVec3};

use crate::format::scene::{
    Direction, HeightReference, Orientation, Placement, Position, Scene, SceneUrl, StillModel, Tileset, View,
};
use crate::format::uri::{Location, Scope};
use crate::geo::{Geodetic, Geoid, HeadingPitchRoll, SiteFrame, enu_basis, wgs84};
use crate::nav::Eye;

/// The frames of one scene.
#[derive(Debug, Clone)]
pub struct Stage {
    /// The scene's site frame; where it names no origin, at 0° E 0° N on the ellipsoid.
    pub site: SiteFrame,
    pub has_origin: bool,
    pub heights: HeightReference,
}

impl Stage {
    pub fn new(scene: &Scene) -> Self {
        let heights = scene.heights;
        let origin = match &scene.origin {
            Some(p) => geodetic(heights, p.lon_deg, p.lat_deg, p.height_m),
            None => Geodetic::from_degrees(0.0, 0.0, 0.0),
        };
        Self { site: SiteFrame::from_geodetic(origin), has_origin: scene.origin.is_some(), heights }
    }

    /// A position with its height above the ellipsoid.
    pub fn geodetic(&self, position: &Position) -> Geodetic {
        match position {
            Position::Geo(p) => geodetic(self.heights, p.lon_deg, p.lat_deg, p.height_m),
            Position::Site(p) => self.site.geodetic_from_site_pos(DVec3::new(p.e_m, p.n_m, p.u_m)),
        }
    }

    /// A height of the scene at a place, above the ellipsoid.
    pub fn ellipsoidal_height_m(&self, lon_deg: f64, lat_deg: f64, height_m: f64) -> f64 {
        geodetic(self.heights, lon_deg, lat_deg, height_m).height_m
    }

    /// From the placed thing's axes (in units of the data) to ECEF.
    pub fn ecef_from_placed(&self, placement: &Placement) -> DAffine3 {
        let at = self.geodetic(&placement.position());
        let Orientation { heading_deg, pitch_deg, roll_deg } = placement.orientation();
        let enu_from_body = HeadingPitchRoll::from_degrees(heading_deg, pitch_deg, roll_deg).enu_from_body();
        let turned = enu_basis(at) * DMat3::from_quat(enu_from_body) * placement.scale();
        DAffine3 { matrix3: turned, translation: wgs84::ecef_from_geodetic(at) }
    }

    /// From a tileset's root frame to ECEF.
    pub fn ecef_from_tileset(&self, tileset: &Tileset) -> DAffine3 {
        if let Some(placement) = &tileset.placement {
            return self.ecef_from_placed(placement);
        }
        let [e, n, u] = tileset.offset_m.unwrap_or_default();
        DAffine3::from_translation(self.site.ecef_from_site.transform_vector3(DVec3::new(e, n, u)))
    }

    /// From a model's content frame (z up, glTF's front at -y) to ECEF: the front points along the heading.
    pub fn ecef_from_model(&self, model: &StillModel) -> DAffine3 {
        self.ecef_from_placed(&model.placement) * body_from_content()
    }

    pub fn eye(&self, view: &View) -> Eye {
        let at = self.geodetic(&view.eye);
        match view.direction() {
            Direction::At { point, roll_deg } => {
                let level = Eye::looking_at(at, self.geodetic(&point));
                let (heading, pitch, _) = level.angles();
                Eye::from_angles(at, heading, pitch, roll_deg.to_radians())
            }
            Direction::Along(o) => {
                Eye::from_angles(at, o.heading_deg.to_radians(), o.pitch_deg.to_radians(), o.roll_deg.to_radians())
            }
        }
    }
}

/// From the content frame of a glTF model to body axes. glTF's front is +Z, which the turn to z up makes -y; a body's
/// front is +y.
pub fn body_from_content() -> DAffine3 {
    DAffine3::from_mat3(DMat3::from_cols(DVec3::NEG_X, DVec3::NEG_Y, DVec3::Z))
}

fn geodetic(heights: HeightReference, lon_deg: f64, lat_deg: f64, height_m: f64) -> Geodetic {
    let given = Geodetic::from_degrees(lon_deg, lat_deg, height_m);
    match heights {
        HeightReference::Ellipsoid => given,
        HeightReference::Geoid => Geoid::egm96().ellipsoidal_from_orthometric(given),
    }
}

/// Where an address of the scene leads. What the scene's author wrote may lead anywhere (another folder, another host);
/// what tiles name may not.
pub fn resolve(base: &Location, url: &SceneUrl) -> Result<Location, String> {
    let text = url.as_str();
    let whole = match base {
        _ if url.is_web() => text.to_string(),
        // `join` of paths takes an absolute one as it is; a scene from the web can't name files at all.
        Location::File(file) => {
            let folder = file.parent().unwrap_or(std::path::Path::new("."));
            folder.join(text).to_string_lossy().into_owned()
        }
        Location::Http(address) => address.join(text).map_err(|e| e.to_string())?.to_string(),
        _ => return base.join(text, &Scope::of(base)).map_err(|e| e.to_string()),
    };
    Location::parse_user(&whole).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scene(text: &str) -> Scene {
        crate::format::scene::read(text.as_bytes()).expect("a scene").0
    }

    #[test]
    fn geoid_heights_are_lifted_to_the_ellipsoid() {
        let text = |heights: &str| {
            format!(r#"{{"mirante":1,"heights":"{heights}","origin":{{"lon_deg":-9.1,"lat_deg":38.7,"height_m":10}}}}"#)
        };
        let up = |s: &str| wgs84::geodetic_from_ecef(Stage::new(&scene(s)).site.ecef_from_site.translation).height_m;
        let difference = up(&text("geoid")) - up(&text("ellipsoid"));
        assert!((50.0..57.0).contains(&difference), "Lisbon's geoid lies 53 m above the ellipsoid, got {difference}");
    }

    #[test]
    fn a_placed_thing_faces_its_heading() {
        let stage = Stage::new(&scene(r#"{"mirante":1,"origin":{"lon_deg":10,"lat_deg":50}}"#));
        let placement: Placement =
            serde_json::from_str(r#"{"e_m":0,"n_m":0,"heading_deg":90,"scale":2}"#).expect("a placement");
        let ecef_from_placed = stage.ecef_from_placed(&placement);
        let forward =
            stage.site.ecef_from_site.inverse().transform_vector3(ecef_from_placed.transform_vector3(DVec3::Y));
        assert!(forward.distance(DVec3::new(2.0, 0.0, 0.0)) < 1e-9, "{forward}");
    }

    #[test]
    fn the_front_of_a_gltf_model_is_forward() {
        // glTF (0, 0, 1) is (0, -1, 0) in the z-up content frame.
        assert_eq!(body_from_content().transform_vector3(DVec3::NEG_Y), DVec3::Y);
    }
}
