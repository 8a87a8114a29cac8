//! Bounding volumes of tiles and contents.

use std::f64::consts::{FRAC_PI_2, PI, TAU};
use std::fmt;

use glam::{DMat3, DVec3};
use serde_json::Value;

use super::BoundingVolume;
use super::json::{Log, Object, describe, extension};
use super::s2;

/// How far past its range an angle may lie and still count as rounding, in radians (about 6 m on the ground).
const ANGLE_SLACK_RAD: f64 = 1e-6;

/// Reads a `boundingVolume` or `viewerRequestVolume`; `None` and an issue if nothing of it can be used.
pub(super) fn read_volume(value: &Value, at: fmt::Arguments<'_>, log: &mut Log<'_>) -> Option<BoundingVolume> {
    let object = log.object(value, at)?;
    if let Some(cell) = extension(object, "3DTILES_bounding_volume_S2") {
        return s2_volume(cell, at, log);
    }
    let kinds = ["box", "region", "sphere"];
    let given = kinds.iter().filter(|&&kind| object.contains_key(kind)).count();
    if given > 1 {
        log.error(at, "more than one of box, region and sphere; the first of these is used");
    }
    if let Some(value) = object.get("box") {
        return box_volume(value, at, log);
    }
    if let Some(value) = object.get("region") {
        return region_volume(value, at, log);
    }
    if let Some(value) = object.get("sphere") {
        return sphere_volume(value, at, log);
    }
    log.mismatch(at, "bounding volume of no known kind", "box, region or sphere", describe(value));
    None
}

pub(super) fn box_volume(value: &Value, at: fmt::Arguments<'_>, log: &mut Log<'_>) -> Option<BoundingVolume> {
    let n: [f64; 12] = log.numbers(value, format_args!("{at}/box"))?;
    let axis = |i: usize| DVec3::new(n[i], n[i + 1], n[i + 2]);
    Some(BoundingVolume::Box { center: axis(0), half_axes: DMat3::from_cols(axis(3), axis(6), axis(9)) })
}

pub(super) fn sphere_volume(value: &Value, at: fmt::Arguments<'_>, log: &mut Log<'_>) -> Option<BoundingVolume> {
    let [x, y, z, radius] = log.numbers(value, format_args!("{at}/sphere"))?;
    if radius < 0.0 {
        log.mismatch(format_args!("{at}/sphere/3"), "negative radius", "0 or more metres", radius);
        return None;
    }
    Some(BoundingVolume::Sphere { center: DVec3::new(x, y, z), radius })
}

pub(super) fn region_volume(value: &Value, at: fmt::Arguments<'_>, log: &mut Log<'_>) -> Option<BoundingVolume> {
    let [west, south, east, north, low, high] = log.numbers(value, format_args!("{at}/region"))?;
    let west_rad = longitude(west, format_args!("{at}/region/0"), log)?;
    let east_rad = longitude(east, format_args!("{at}/region/2"), log)?;
    let south = latitude(south, format_args!("{at}/region/1"), log)?;
    let north = latitude(north, format_args!("{at}/region/3"), log)?;
    let (south_rad, north_rad) = ordered(south, north, "south edge lies north of the north edge", at, log);
    let (min_height_m, max_height_m) = ordered(low, high, "least height is over the greatest", at, log);
    Some(BoundingVolume::Region { west_rad, south_rad, east_rad, north_rad, min_height_m, max_height_m })
}

/// The two in rising order; an error if they were not, since nobody can mean an inside-out region.
fn ordered(a: f64, b: f64, message: &str, at: fmt::Arguments<'_>, log: &mut Log<'_>) -> (f64, f64) {
    if a <= b {
        return (a, b);
    }
    log.mismatch(format_args!("{at}/region"), message, format_args!("at most {b}"), a);
    (b, a)
}

fn longitude(angle: f64, at: fmt::Arguments<'_>, log: &mut Log<'_>) -> Option<f64> {
    if angle.abs() <= PI {
        return Some(angle);
    }
    if angle.abs() <= PI + ANGLE_SLACK_RAD {
        return Some(angle.clamp(-PI, PI));
    }
    if angle.abs() <= TAU {
        log.mismatch(at, "longitude out of range, brought into it", "-pi to pi radians", angle);
        return Some((angle + PI).rem_euclid(TAU) - PI);
    }
    log.mismatch(at, "longitude out of range (degrees in place of radians?)", "-pi to pi radians", angle);
    None
}

fn latitude(angle: f64, at: fmt::Arguments<'_>, log: &mut Log<'_>) -> Option<f64> {
    if angle.abs() <= FRAC_PI_2 + ANGLE_SLACK_RAD {
        return Some(angle.clamp(-FRAC_PI_2, FRAC_PI_2));
    }
    log.mismatch(at, "latitude out of range (degrees in place of radians?)", "-pi/2 to pi/2 radians", angle);
    None
}

/// The region around an S2 cell (`token`, `minimumHeight`, `maximumHeight`).
fn s2_volume(cell: &Object, at: fmt::Arguments<'_>, log: &mut Log<'_>) -> Option<BoundingVolume> {
    let at = format_args!("{at}/extensions/3DTILES_bounding_volume_S2");
    let token = log.string(cell, "token", at).unwrap_or_default();
    let Some(bounds) = s2::bounds_of_token(&token) else {
        log.mismatch(
            format_args!("{at}/token"),
            "not an S2 cell",
            "a token of 1 to 16 hexadecimal digits",
            format_args!("{:?}", token.chars().take(20).collect::<String>()),
        );
        return None;
    };
    let height = |key: &str, log: &mut Log<'_>| {
        let height = cell.get(key).and_then(Value::as_f64).filter(|h| h.is_finite());
        if height.is_none() {
            log.error(format_args!("{at}/{key}"), "missing or invalid height in metres; 0 is used");
        }
        height.unwrap_or(0.0)
    };
    let low = height("minimumHeight", log);
    let high = height("maximumHeight", log);
    Some(BoundingVolume::Region {
        west_rad: bounds.west_rad,
        south_rad: bounds.south_rad,
        east_rad: bounds.east_rad,
        north_rad: bounds.north_rad,
        min_height_m: low.min(high),
        max_height_m: low.max(high),
    })
}
