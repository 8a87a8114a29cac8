//! Unit vectors stored as two numbers on an unfolded octahedron, as i3dm (`…_OCT32P`) and pnts (`…_OCT16P`) use them
//! (Cigolla et al. 2014, "A Survey of Efficient Representations for Independent Unit Vectors").

use glam::{DVec2, DVec3};

/// From two unsigned 16-bit numbers.
pub(super) fn from_u16(pair: [u16; 2]) -> DVec3 {
    decode(DVec2::from_array(pair.map(f64::from)) / 65535.0)
}

/// From two unsigned 8-bit numbers.
pub(super) fn from_u8(pair: [u8; 2]) -> DVec3 {
    decode(DVec2::from_array(pair.map(f64::from)) / 255.0)
}

/// From 0..=1 in both directions.
fn decode(unit: DVec2) -> DVec3 {
    let xy = unit * 2.0 - 1.0;
    let z = 1.0 - xy.x.abs() - xy.y.abs();
    let folded = if z < 0.0 {
        let sign = |x: f64| if x >= 0.0 { 1.0 } else { -1.0 };
        DVec2::new((1.0 - xy.y.abs()) * sign(xy.x), (1.0 - xy.x.abs()) * sign(xy.y))
    } else {
        xy
    };
    // Never zero: |x| + |y| + |z| is 1 on the octahedron.
    folded.extend(z).normalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_and_middle_are_the_axes() {
        assert!(from_u16([32768, 32768]).distance(DVec3::Z) < 1e-4);
        assert_eq!(from_u16([0, 0]), DVec3::NEG_Z);
        assert!(from_u16([65535, 32768]).distance(DVec3::X) < 1e-4);
        assert!(from_u8([128, 0]).distance(DVec3::NEG_Y) < 1e-2);
    }

    #[test]
    fn every_pair_gives_a_unit_vector() {
        for x in 0..=255 {
            for y in 0..=255 {
                assert!((from_u8([x, y]).length() - 1.0).abs() < 1e-12);
            }
        }
    }
}
