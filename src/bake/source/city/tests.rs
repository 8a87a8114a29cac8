//! Real city models, converted.

use std::collections::BTreeMap;

use glam::DVec3;

use super::Options;
use crate::bake::model::{Feature, Shape};
use crate::bake::source::{Crs, citygml, cityjson};
use crate::format::issue::{Issues, Severity};
use crate::geo::Projection;
use crate::test_support::shared_data;

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

fn read(bytes: &[u8], crs: Option<&str>) -> (Vec<Feature>, Issues) {
    let mut features = Vec::new();
    let options = Options { crs, ..Options::default() };
    let issues = cityjson::read(bytes, &options, &factory, &mut |f| features.push(f)).expect("readable");
    (features, issues)
}

#[test]
fn dump() {
    let Some(data) = shared_data() else { return };
    for name in [
        "cityjson-cjio/delft.json",
        "cityjson-cjio/rotterdam/rotterdam_subset.json",
        "cityjson-cjio/rotterdam/rotterdam_one.json",
        "cityjson-cjio/dummy/dummy.json",
        "cityjson-cjio/dummy/multisurface_with_material.json",
    ] {
        let bytes = std::fs::read(data.join("02_city").join(name)).unwrap();
        let (features, issues) = read(&bytes, Some("EPSG:7415"));
        println!("== {name}: {} features", features.len());
        let mut classes = BTreeMap::new();
        for f in &features {
            *classes.entry(f.class.clone()).or_insert(0) += 1;
        }
        println!("{classes:?}");
        for i in issues.iter().take(60) {
            println!("   {i}");
        }
        if let Shape::Surfaces(s) = &features[0].shape {
            println!("{:?}", s.lods[0].surfaces[0]);
            println!("{:?}", s.lods[0].vertices[0]);
        }
        let _ = Severity::Info;
    }
}

#[test]
fn dump_gml() {
    let Some(data) = shared_data() else { return };
    for name in ["bldg/52397519_bldg_6697_op.gml", "dem/523965_dem_6697_05_op.gml"] {
        let bytes = std::fs::read(data.join("02_city/citygml-plateau/yokosuka-shi/udx").join(name)).unwrap();
        let mut features = Vec::new();
        let issues = citygml::read(&bytes, &Options::default(), &factory, &mut |f| features.push(f)).expect("readable");
        println!("== {name}: {} features", features.len());
        for i in issues.iter().take(60) {
            println!("   {i}");
        }
        for f in &features {
            println!("{} {} {:?} {}", f.id, f.class, f.name, f.properties.len());
            if let Shape::Surfaces(s) = &f.shape {
                for l in &s.lods {
                    println!(
                        "   lod {} v {} s {} t {:?} textured {}",
                        l.lod,
                        l.vertices.len(),
                        l.surfaces.len(),
                        l.textures,
                        l.surfaces.iter().filter(|s| s.texture.is_some()).count()
                    );
                    let mut kinds = BTreeMap::new();
                    for s in &l.surfaces {
                        *kinds.entry(s.kind).or_insert(0) += 1;
                    }
                    println!("   {kinds:?} {:?}", l.vertices[0]);
                }
            }
            if f.properties.len() < 20 {
                println!("{:#?}", f.properties);
            }
        }
        println!("{:#?}", features[0].properties);
    }
}
