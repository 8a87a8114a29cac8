//! Whole blocks as one body, for the farthest level: the mean height and colours of the houses on them.

use super::building::{Building, Face, Look, Roof, Volume};
use super::facade;
use super::poly::Region;
use crate::bake::mesh::{Mesh, Rgb};

/// What a block's houses are in the mean, weighted by their ground.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mean {
    pub foot_u: f64,
    pub floor_u: f64,
    pub eaves_u: f64,
    pub rise_m: f64,
    pub wall: Rgb,
    pub roof: Rgb,
    pub glass: Rgb,
}

/// The mean of houses; `None` of none.
pub fn mean(houses: &[&Building]) -> Option<Mean> {
    let mut sum = Mean {
        foot_u: f64::MAX,
        floor_u: 0.0,
        eaves_u: 0.0,
        rise_m: 0.0,
        wall: [0.0; 3],
        roof: [0.0; 3],
        glass: [0.0; 3],
    };
    let mut weights = 0.0;
    for house in houses {
        // The first volume is the house; others stand on it or behind it.
        let Some(v) = house.volumes.first() else { continue };
        let weight = v.area_m2().abs().max(1.0);
        weights += weight;
        sum.foot_u = sum.foot_u.min(v.foot_u);
        sum.floor_u += weight * v.floor_u;
        // Pitched roofs fill half of their rise.
        let (half, flat) = if v.roof.is_flat() { (v.roof.rise_m() * 0.5, 0.0) } else { (0.0, v.roof.rise_m()) };
        sum.eaves_u += weight * (v.eaves_u() + half);
        sum.rise_m += weight * flat;
        for k in 0..3 {
            sum.wall[k] += weight as f32 * v.wall[k];
            sum.roof[k] += weight as f32 * v.roof_color[k];
            sum.glass[k] += weight as f32 * v.glass[k];
        }
    }
    if weights == 0.0 {
        return None;
    }
    let part = |c: Rgb| c.map(|x| x / weights as f32);
    Some(Mean {
        foot_u: sum.foot_u,
        floor_u: sum.floor_u / weights,
        eaves_u: sum.eaves_u / weights,
        rise_m: sum.rise_m / weights,
        wall: part(sum.wall),
        roof: part(sum.roof),
        glass: part(sum.glass),
    })
}

/// Draws a block of closed houses: `region` is what they cover, courts cut out.
pub fn draw(mesh: &mut Mesh, region: &Region, mean: &Mean, seed: u64) {
    let tall = (mean.eaves_u - mean.floor_u).max(3.0);
    let floors = (tall / 3.3).round().max(1.0);
    let volume = Volume {
        faces: vec![Face::Street; region.outer.len()],
        outline: region.outer.clone(),
        courts: region
            .holes
            .iter()
            .map(|hole| super::building::Court { faces: vec![Face::Court; hole.len()], outline: hole.clone() })
            .collect(),
        foot_u: mean.foot_u,
        floor_u: mean.floor_u,
        floors: floors as usize,
        floor_m: tall / floors,
        roof: if mean.rise_m > 0.8 { Roof::Hipped(mean.rise_m) } else { Roof::Flat },
        look: Look::Windows { bay_m: 3.2, width_m: 1.2, height_m: 1.7, shutters: false, balconies: 0 },
        usage: crate::bake::model::Usage::Apartments,
        wall: mean.wall,
        roof_color: mean.roof,
        glass: mean.glass,
        ..Volume::default()
    };
    facade::volume_at(mesh, &volume, seed, seed, 0);
}
