//! A tileset beside the land's: both become children of one root without a content of its own.
//!
//! Volumes: the root's is a region (EPSG:4979, radians and metres), the other tileset's its own box in ECEF.

use glam::{DMat4, DVec3};
use serde_json::{Value, json};

use crate::geo::wgs84;

/// Metres.
const EARTH_M: f64 = 6_378_137.0;

/// The land's tileset, if there is land, with another one as an external tileset at `uri`. `None` for what is no tileset with a box
/// (or, of the land, a region).
pub fn joined(land: Option<&Value>, uri: &str, other: &Value) -> Option<Value> {
    let (ecef_box, own) = placed(other)?;
    let child = json!({
        "boundingVolume": {"box": ecef_box},
        "geometricError": other["geometricError"],
        "refine": "ADD",
        "content": {"uri": uri},
    });
    let (mut tileset, region, children) = match land {
        None => (json!({"asset": {"version": "1.1", "generator": "Mirante"}}), own, vec![child]),
        Some(land) => {
            let region = match placed(land) {
                Some((_, region)) => region,
                None => numbers::<6>(&land["root"]["boundingVolume"]["region"])?,
            };
            (land.clone(), union(region, own), vec![land["root"].clone(), child])
        }
    };
    // Without a content of its own the root is refined until all of it is smaller than some pixels.
    let told_m = |tileset: &Value| tileset["geometricError"].as_f64().unwrap_or(0.0);
    let size_m = size_m(region).max(told_m(&tileset)).max(told_m(other));
    tileset["geometricError"] = json!(size_m);
    tileset["root"] = json!({
        "boundingVolume": {"region": region},
        "geometricError": size_m,
        "refine": "ADD",
        "children": children,
    });
    Some(tileset)
}

fn numbers<const N: usize>(value: &Value) -> Option<[f64; N]> {
    let list: Vec<f64> = value.as_array()?.iter().map(Value::as_f64).collect::<Option<_>>()?;
    list.try_into().ok()
}

/// The box of a tileset's root in ECEF, and the region around it.
fn placed(tileset: &Value) -> Option<([f64; 12], [f64; 6])> {
    let own = numbers::<12>(&tileset["root"]["boundingVolume"]["box"])?;
    let ecef_from_own = match &tileset["root"]["transform"] {
        Value::Null => DMat4::IDENTITY,
        matrix => DMat4::from_cols_array(&numbers::<16>(matrix)?),
    };
    let vector = |k: usize| DVec3::new(own[k], own[k + 1], own[k + 2]);
    let middle = ecef_from_own.transform_point3(vector(0));
    let axes = [3, 6, 9].map(|k| ecef_from_own.transform_vector3(vector(k)));
    let mut ecef_box = [0.0; 12];
    for (k, v) in std::iter::once(middle).chain(axes).enumerate() {
        // The last bits of the geodesy say nothing.
        ecef_box[k * 3..k * 3 + 3].copy_from_slice(&v.to_array().map(|x| (x * 1e4).round() / 1e4));
    }
    let half_m = axes.iter().map(|axis| axis.length()).sum::<f64>();
    let centre = wgs84::geodetic_from_ecef(middle);
    let mut region = [f64::MAX, f64::MAX, f64::MIN, f64::MIN, f64::MAX, f64::MIN];
    for corner in 0..8 {
        let sign = |bit: usize| if corner & bit == 0 { 1.0 } else { -1.0 };
        let place = wgs84::geodetic_from_ecef(middle + axes[0] * sign(1) + axes[1] * sign(2) + axes[2] * sign(4));
        // Beside the middle's longitude, also over the antimeridian.
        let turns = ((place.lon_rad - centre.lon_rad) / std::f64::consts::TAU).round();
        let lon_rad = place.lon_rad - turns * std::f64::consts::TAU;
        region = union_plain(region, [lon_rad, place.lat_rad, lon_rad, place.lat_rad, place.height_m, place.height_m]);
    }
    // Faces bend away from the ellipsoid, edges from parallels.
    let sag_m = half_m * half_m / (2.0 * EARTH_M) + 0.1;
    let slack = (sag_m / EARTH_M) / centre.lat_rad.cos().max(0.01);
    let out = |x: f64, by: f64| ((x + by) * 1e9).round() / 1e9;
    let [west, south, east, north, low, high] = region;
    let heights = [((low - sag_m) * 100.0).floor() / 100.0, ((high + sag_m) * 100.0).ceil() / 100.0];
    let region = [out(west, -slack), out(south, -slack), out(east, slack), out(north, slack), heights[0], heights[1]];
    (region.iter().all(|x| x.is_finite())).then_some((ecef_box, turned(region)))
}

/// Longitudes in -π..=π; west greater than east says over the antimeridian.
fn turned([west, south, east, north, low, high]: [f64; 6]) -> [f64; 6] {
    use std::f64::consts::{PI, TAU};
    let wrap = |lon: f64| {
        if lon > PI {
            lon - TAU
        } else if lon < -PI {
            lon + TAU
        } else {
            lon
        }
    };
    [wrap(west), south.max(-PI / 2.0), wrap(east), north.min(PI / 2.0), low, high]
}

fn union_plain(a: [f64; 6], b: [f64; 6]) -> [f64; 6] {
    [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3]), a[4].min(b[4]), a[5].max(b[5])]
}

fn union(a: [f64; 6], b: [f64; 6]) -> [f64; 6] {
    use std::f64::consts::TAU;
    // East of its west, and as near to the other as turns allow.
    let unrolled = |mut r: [f64; 6], near: f64| {
        if r[2] < r[0] {
            r[2] += TAU;
        }
        let turns = ((r[0] - near) / TAU).round() * TAU;
        (r[0], r[2]) = (r[0] - turns, r[2] - turns);
        r
    };
    let a = unrolled(a, a[0]);
    turned(union_plain(a, unrolled(b, a[0])))
}

/// The diagonal of a region, roughly.
fn size_m([west, south, east, north, low, high]: [f64; 6]) -> f64 {
    let wide = (east - west).rem_euclid(std::f64::consts::TAU);
    let (x, y) = (wide * south.abs().min(north.abs()).cos(), north - south);
    (DVec3::new(x * EARTH_M, y * EARTH_M, high - low).length() * 10.0).ceil() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::{Geodetic, SiteFrame};

    fn cloud(lon_deg: f64, lat_deg: f64) -> Value {
        let site = SiteFrame::from_geodetic(Geodetic::from_degrees(lon_deg, lat_deg, 100.0));
        json!({"geometricError": 900.0, "root": {
            "transform": DMat4::from(site.ecef_from_site).to_cols_array(),
            "boundingVolume": {"box": [10.0, 20.0, 30.0, 400.0, 0, 0, 0, 500.0, 0, 0, 0, 30.0]},
        }})
    }

    fn land(west: f64, east: f64) -> Value {
        json!({"asset": {"version": "1.1"}, "geometricError": 50.0, "schema": {"id": "x"}, "root": {
            "boundingVolume": {"region": [west, 0.7, east, 0.71, -20.0, 80.0]}, "geometricError": 6.0}})
    }

    #[test]
    fn the_root_holds_both_and_is_refined_while_either_is_seen() {
        let made = joined(Some(&land(0.129, 0.13)), "cloud/tileset.json", &cloud(7.42, 43.73)).unwrap();
        let region = numbers::<6>(&made["root"]["boundingVolume"]["region"]).unwrap();
        assert!(region[0] <= 0.129 && region[2] >= 0.13 && region[4] <= -20.0 && region[5] >= 160.0, "{region:?}");
        // Every corner of the box lies in the region.
        let child = numbers::<12>(&made["root"]["children"][1]["boundingVolume"]["box"]).unwrap();
        let v = |k: usize| DVec3::new(child[k], child[k + 1], child[k + 2]);
        for (x, y, z) in [(1.0, 1.0, 1.0), (-1.0, 1.0, -1.0), (1.0, -1.0, 1.0), (-1.0, -1.0, -1.0), (0.0, 0.0, -1.0)] {
            let p = wgs84::geodetic_from_ecef(v(0) + v(3) * x + v(6) * y + v(9) * z);
            assert!(region[0] <= p.lon_rad && p.lon_rad <= region[2], "{p:?}");
            assert!(region[1] <= p.lat_rad && p.lat_rad <= region[3], "{p:?}");
            assert!(region[4] <= p.height_m && p.height_m <= region[5], "{p:?}");
        }
        assert!(made["root"]["geometricError"].as_f64().unwrap() >= 900.0);
        assert_eq!(made["schema"]["id"], "x");
        let (tileset, issues) = crate::format::tileset::read(made.to_string().as_bytes()).unwrap();
        assert!(issues.is_empty() && tileset.tiles.len() == 3, "{:?}", issues.into_vec());
    }

    #[test]
    fn a_cloud_alone_has_a_root_of_its_own() {
        let made = joined(None, "cloud/tileset.json", &cloud(-60.0, -70.0)).unwrap();
        assert_eq!(made["root"]["children"].as_array().unwrap().len(), 1);
        let (_, issues) = crate::format::tileset::read(made.to_string().as_bytes()).unwrap();
        assert!(issues.is_empty(), "{:?}", issues.into_vec());
    }

    #[test]
    fn a_region_over_the_antimeridian_stays_narrow() {
        let made = joined(Some(&land(3.1405, 3.1415)), "c.json", &cloud(-179.999, 40.3)).unwrap();
        let region = numbers::<6>(&made["root"]["boundingVolume"]["region"]).unwrap();
        assert!(region[0] > 3.14 && region[2] < -3.14, "{region:?}");
    }

    #[test]
    fn what_is_no_tileset_is_refused() {
        assert!(joined(None, "c.json", &json!({})).is_none());
        assert!(joined(Some(&json!({})), "c.json", &cloud(1.0, 2.0)).is_none());
    }
}
