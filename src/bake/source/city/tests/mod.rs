//! City models through both readers to features.

mod broken;
mod real;
mod shapes;

use std::path::PathBuf;

use glam::DVec3;

use super::{CityError, Options};
use crate::bake::model::{Feature, Shape, SurfaceLod};
use crate::bake::source::{Crs, CrsFactory, citygml, cityjson};
use crate::format::issue::Issues;
use crate::geo::Projection;

/// Projections of [`crate::geo`]; heights pass through.
struct Projected(Projection);

impl Crs for Projected {
    fn geodetic(&self, p: DVec3) -> Option<DVec3> {
        let g = self.0.geodetic_from_projected(p.x, p.y, p.z).ok()?;
        Some(DVec3::new(g.lon_deg(), g.lat_deg(), g.height_m))
    }
}

fn factory(name: &str) -> Result<Box<dyn Crs>, String> {
    Ok(Box::new(Projected(Projection::parse(name).map_err(|e| e.to_string())?)))
}

type Outcome = (Vec<Feature>, Result<Issues, CityError>);

/// By the file's ending: `.json`, `.jsonl` or `.gml`.
fn read(name: &str, bytes: &[u8], options: &Options<'_>, crs: &CrsFactory<'_>) -> Outcome {
    let mut features = Vec::new();
    let sink = &mut |feature| features.push(feature);
    let result = if name.ends_with(".jsonl") {
        cityjson::read_sequence(bytes, options, crs, sink)
    } else if name.ends_with(".gml") {
        citygml::read(bytes, options, crs, sink)
    } else {
        cityjson::read(bytes, options, crs, sink)
    };
    (features, result)
}

/// Features of a file that reads without an error.
fn features_of(name: &str, bytes: &[u8]) -> Vec<Feature> {
    let (features, result) = read(name, bytes, &Options::default(), &factory);
    let issues = result.unwrap_or_else(|e| panic!("{name}: {e}"));
    assert!(!issues.has_errors(), "{name}: {issues:?}");
    features
}

fn lods(feature: &Feature) -> &[SurfaceLod] {
    match &feature.shape {
        Shape::Surfaces(surfaces) => &surfaces.lods,
        other => panic!("{}: {other:?}", feature.id),
    }
}

fn cases(folder: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(folder)
}
