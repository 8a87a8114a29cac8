//! Names that real files claim; heights in the right unit.

use super::*;
use crate::bake::cloud::las::LasReader;
use crate::geo::projection::Projection;

/// Knows what `geo` projects, and Oregon's Lambert grid in feet.
pub fn factory(name: &str) -> Result<Box<dyn Crs>, String> {
    struct Projected(Projection);
    impl Crs for Projected {
        fn geodetic(&self, p: DVec3) -> Option<DVec3> {
            let place = self.0.geodetic_from_projected(p.x, p.y, p.z).ok()?;
            Some(DVec3::new(place.lon_deg(), place.lat_deg(), place.height_m))
        }
    }
    let text = match name {
        "EPSG:2994" => {
            "+proj=lcc +lat_0=41.75 +lon_0=-120.5 +lat_1=43 +lat_2=45.5 +x_0=399999.9999984 +y_0=0 +ellps=GRS80 +units=ft"
        }
        _ if name.contains('+') => return Err("compound systems are not known here".to_owned()),
        _ => name,
    };
    Projection::parse(text).map(|p| Box::new(Projected(p)) as Box<dyn Crs>).map_err(|error| error.to_string())
}

fn names_of(file: &str) -> Option<Vec<String>> {
    let data = crate::test_support::shared_data()?;
    let path = data.join("08_pc_bim_gltf/pointclouds/laspy").join(file);
    let reader = LasReader::open(std::fs::File::open(path).unwrap(), &mut Issues::default()).unwrap();
    let short = |claim: Claim| format!("{} {:?}", short(&claim.name), claim.z_unit_m);
    Some(claims(reader.header(), reader.vlrs()).into_iter().map(short).collect())
}

#[test]
fn real_files_claim_their_systems() {
    let cases = [
        ("autzen.las", "EPSG:2994 None"),
        ("simple.copc.laz", "EPSG:2991+6360 None"),
        ("1_4_w_evlr.laz", "EPSG:2903+6360 None"),
        ("append-bug.laz", "EPSG:2154 None"),
    ];
    for (file, first) in cases {
        let Some(names) = names_of(file) else { return };
        assert_eq!(names[0], first, "{file}: {names:?}");
    }
    assert!(names_of("simple.las").unwrap().is_empty());
    // Its GeoTIFF keys name a grid in metres, the text that its header announces one in feet.
    let both = names_of("file_with_both_wkt_and_geotiff_vlrs.las").unwrap();
    assert!(both.len() == 1 && both[0].starts_with("PROJCS[\"NAD83_2011_Nebraska_ft\""), "{both:?}");
}

#[test]
fn text_gives_codes_of_both_parts_and_the_unit_of_heights() {
    let text = r#"COMPD_CS["a",PROJCS["b",GEOGCS["c",AUTHORITY["EPSG","4269"]],UNIT["metre",1],AUTHORITY["EPSG","2991"]],
        VERT_CS["d",VERT_DATUM["e",2005,AUTHORITY["EPSG","5103"]],UNIT["foot",0.3048],AUTHORITY["EPSG","8228"]]]"#;
    let claims = claims_of_wkt(text);
    let got: Vec<_> = claims.iter().map(|claim| (claim.name.as_str(), claim.z_unit_m)).collect();
    assert_eq!(got, [("EPSG:2991+8228", None), ("EPSG:2991", Some(0.3048)), (text, None)]);
    let new = r#"PROJCRS["x",BASEGEOGCRS["y",ID["EPSG",4258]],ID["EPSG",25832]]"#;
    assert_eq!(claims_of_wkt(new)[0].name, "EPSG:25832");
    for broken in ["", "PROJCS[", "PROJCS[\"a\"", "no text", "[]"] {
        assert!(claims_of_wkt(broken).is_empty(), "{broken}");
    }
    assert!(wkt::parse(&"A[".repeat(100_000)).is_none());
}

fn height_m(name: &str, z_unit_m: Option<f64>, z_unit: ZUnit) -> (f64, usize) {
    let mut issues = Issues::default();
    let at = DVec3::new(637_000.0, 849_000.0, 400.0);
    let claims = [Claim { name: name.to_owned(), z_unit_m }];
    let resolved = resolve(&claims, None, z_unit, at, &factory, &mut issues).unwrap();
    (resolved.geodetic(at).unwrap().z, issues.len())
}

#[test]
fn heights_of_surveys_in_feet_are_feet_unless_somebody_says_otherwise() {
    assert_eq!(height_m("EPSG:2994", None, ZUnit::Auto), (400.0 * 0.3048, 1));
    assert_eq!(height_m("EPSG:2994", Some(1.0), ZUnit::Auto), (400.0, 0));
    assert_eq!(height_m("EPSG:2994", None, ZUnit::Metre), (400.0, 0));
    assert_eq!(height_m("EPSG:32610", None, ZUnit::Auto), (400.0, 0));
}

#[test]
fn the_job_must_name_what_the_file_does_not() {
    let resolve = |claims: &[Claim], of_job: Option<&str>| {
        let at = DVec3::new(637_000.0, 849_000.0, 400.0);
        resolve(claims, of_job, ZUnit::Auto, at, &factory, &mut Issues::default()).map(|r| r.name)
    };
    assert!(resolve(&[], None).unwrap_err().contains("the job must name it"));
    assert_eq!(resolve(&[], Some("EPSG:2994")).unwrap(), "EPSG:2994");
    let unknown = Claim { name: "EPSG:1".into(), z_unit_m: None };
    assert!(resolve(std::slice::from_ref(&unknown), None).unwrap_err().starts_with("no coordinate system of the file"));
    assert!(resolve(&[unknown], Some("EPSG:4326")).unwrap_err().contains("is it another system?"));
}
