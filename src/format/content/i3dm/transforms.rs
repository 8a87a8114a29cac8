//! The instances' transforms from the feature table: `content_from_instance`, f64 metres.
//!
//! Place, rotation and scale in that order (3D Tiles 1.0, "Instance position", "Instance orientation", "Instance
//! scaling"). Orientation comes from an up and a right vector; else, with `EAST_NORTH_UP`, from the ellipsoid at the
//! instance's place, taken as an ECEF position; else there is none. What is read here acts on the z-up scene, so the
//! *up* vector is where the scene's y goes and the *right* vector where its x goes, as the standard has it.

use glam::{DAffine3, DMat3, DVec3};

use crate::format::content::decode::ContentError;
use crate::format::content::feature_table::FeatureTable;
use crate::format::content::oct;
use crate::format::content::tile_header::invalid;
use crate::format::issue::{Issue, Issues};
use crate::geo::{enu_basis, wgs84};

/// Nearer to the earth's centre than this there is no meaningful east: the place is no ECEF position.
const NEAREST_TO_CENTRE_M: f64 = 100_000.0;

/// The transform of each instance with the instance's place in the file; instances that have no finite transform are
/// left out with an issue.
pub(super) fn read(
    features: &FeatureTable,
    count: usize,
    issues: &mut Issues,
) -> Result<Vec<(usize, DAffine3)>, ContentError> {
    let places = places(features, count)?;
    let axes = axes(features, count)?;
    let east_north_up = features.flag("EAST_NORTH_UP");
    let scale = features.floats("SCALE", 1, count)?;
    let scale_3 = features.floats("SCALE_NON_UNIFORM", 3, count)?;

    let mut transforms = Vec::with_capacity(count);
    let (mut no_axes, mut no_east) = (0usize, 0usize);
    for (index, &place) in places.iter().enumerate() {
        let rotation = match axes.as_ref().map(|axes| axes[index]) {
            Some((up, right)) => orthonormal(up, right).unwrap_or_else(|| {
                no_axes += 1;
                DMat3::IDENTITY
            }),
            None if east_north_up => ecef_from_east_north_up(place).unwrap_or_else(|| {
                no_east += 1;
                DMat3::IDENTITY
            }),
            None => DMat3::IDENTITY,
        };
        let mut size = DVec3::splat(scale.as_ref().map_or(1.0, |scale| f64::from(scale[index])));
        if let Some(scale) = &scale_3 {
            size *= triple(scale, index);
        }
        let transform = DAffine3 { matrix3: rotation * DMat3::from_diagonal(size), translation: place };
        if transform.is_finite() {
            transforms.push((index, transform));
        }
    }
    super::dropped(places.len() - transforms.len(), issues);
    warn(no_axes, "up and right vectors that give no rotation are not used", issues);
    warn(no_east, "places near the earth's centre have no east, north and up", issues);
    Ok(transforms)
}

fn warn(count: usize, message: &str, issues: &mut Issues) {
    if count > 0 {
        issues.push(Issue::warning("feature table", message).expected_got(0, format!("{count} instances")));
    }
}

/// Where the instances are, `RTC_CENTER` included.
fn places(features: &FeatureTable, count: usize) -> Result<Vec<DVec3>, ContentError> {
    let rtc_center = features.triple("RTC_CENTER")?.map_or(DVec3::ZERO, DVec3::from_array);
    if let Some(positions) = features.floats("POSITION", 3, count)? {
        return Ok((0..count).map(|index| rtc_center + triple(&positions, index)).collect());
    }
    let quantized = features.shorts("POSITION_QUANTIZED", 3, count)?;
    let quantized =
        quantized.ok_or_else(|| invalid("i3dm", "the feature table has neither POSITION nor POSITION_QUANTIZED"))?;
    let (offset, scale) = features.quantized_volume()?;
    let place = |chunk: &[u16; 3]| {
        let unit = DVec3::from_array(chunk.map(f64::from)) / 65535.0;
        rtc_center + offset + scale * unit
    };
    Ok(quantized.as_chunks().0.iter().map(place).collect())
}

/// Up and right vector of each instance.
fn axes(features: &FeatureTable, count: usize) -> Result<Option<Vec<(DVec3, DVec3)>>, ContentError> {
    let up = features.floats("NORMAL_UP", 3, count)?;
    let right = features.floats("NORMAL_RIGHT", 3, count)?;
    if let (Some(up), Some(right)) = (&up, &right) {
        return Ok(Some((0..count).map(|index| (triple(up, index), triple(right, index))).collect()));
    }
    let up = features.shorts("NORMAL_UP_OCT32P", 2, count)?;
    let right = features.shorts("NORMAL_RIGHT_OCT32P", 2, count)?;
    if let (Some(up), Some(right)) = (&up, &right) {
        let (up, right) = (up.as_chunks().0, right.as_chunks().0);
        let pair = |(up, right): (&[u16; 2], &[u16; 2])| (oct::from_u16(*up), oct::from_u16(*right));
        return Ok(Some(up.iter().zip(right).map(pair).collect()));
    }
    Ok(None)
}

fn triple(numbers: &[f32], index: usize) -> DVec3 {
    let at = index * 3;
    DVec3::new(f64::from(numbers[at]), f64::from(numbers[at + 1]), f64::from(numbers[at + 2]))
}

/// The rotation whose y goes to `up` and whose x goes as near to `right` as that allows; `None` if they are parallel,
/// zero or not finite.
fn orthonormal(up: DVec3, right: DVec3) -> Option<DMat3> {
    let up = up.try_normalize()?;
    let right = right.try_normalize()?;
    let right = right.reject_from_normalized(up);
    let right = (right.length() > 1e-6).then(|| right.normalize())?;
    Some(DMat3::from_cols(right, up, right.cross(up)))
}

/// The axes of east, north and up at an ECEF position; `None` near the earth's centre. At a pole east is y.
fn ecef_from_east_north_up(place_ecef_m: DVec3) -> Option<DMat3> {
    let placed = place_ecef_m.is_finite() && place_ecef_m.length() > NEAREST_TO_CENTRE_M;
    placed.then(|| enu_basis(wgs84::geodetic_from_ecef(place_ecef_m)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_poles_have_axes_and_the_centre_has_none() {
        let north = ecef_from_east_north_up(DVec3::new(0.0, 0.0, 6_356_752.0)).unwrap();
        assert_eq!(north.z_axis.round(), DVec3::Z);
        assert_eq!(north.x_axis.round(), DVec3::Y);
        assert!(ecef_from_east_north_up(DVec3::new(10.0, 0.0, 3.0)).is_none());
        assert!(ecef_from_east_north_up(DVec3::NAN).is_none());
    }

    #[test]
    fn a_right_vector_that_is_not_square_to_up_is_made_so() {
        let rotation = orthonormal(DVec3::Z * 2.0, DVec3::new(1.0, 0.0, 0.3)).unwrap();
        assert_eq!(rotation, DMat3::from_cols(DVec3::X, DVec3::Z, DVec3::NEG_Y));
        assert!(orthonormal(DVec3::Z, DVec3::Z).is_none());
        assert!(orthonormal(DVec3::ZERO, DVec3::X).is_none());
    }
}
