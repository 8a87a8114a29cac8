//! Trees and shrubs of the campus: avenues along its roads, groves on its lawns. Plan frame.

use super::super::plan_from_pad;
use crate::bake::det::Rng;
use crate::bake::draw::plants::{Plant, Species};
use crate::world::layout;
use glam::DVec2;

/// Rectangles of the lawns' roads, car parks and houses (site frame: x0, y0, x1, y1).
const TAKEN: [[f64; 4]; 10] = [
    [140.0, -280.0, 400.0, -108.0],
    [-390.0, -282.0, -205.0, -214.0],
    [-132.0, -300.0, -108.0, -100.0],
    [-100.0, -210.0, 40.0, -185.0],
    [40.0, -205.0, 46.0, -100.0],
    [-90.0, -250.0, 110.0, -235.0],
    [-65.0, -182.0, 25.0, -158.0],
    [40.0, -230.0, 100.0, -200.0],
    [-45.0, -236.0, 5.0, -208.0],
    [-262.0, -160.0, -218.0, -140.0],
];

/// Everything that grows on the factory's pad.
pub fn plants(seed: u64) -> Vec<Plant> {
    let mut garden = Garden { rng: Rng::of(seed, 90, 0), out: Vec::new() };
    // Avenues: the road from the gate, the road along the halls, the southern fence, the test track's straights.
    for x in [-137.5, -102.5] {
        garden.row([x, -272.0], [x, -112.0], 13.0, Species::Lime);
    }
    garden.row([-408.0, -106.0], [-140.0, -106.0], 12.0, Species::Plane);
    garden.row([-98.0, -106.0], [130.0, -106.0], 12.0, Species::Plane);
    garden.row([-410.0, -291.0], [-150.0, -291.0], 10.5, Species::Oak);
    garden.row([-94.0, -291.0], [410.0, -291.0], 10.5, Species::Oak);
    garden.row([-165.0, 292.0], [405.0, 292.0], 11.0, Species::Birch);
    garden.row([-98.0, -256.0], [112.0, -256.0], 9.0, Species::FruitTree);
    // Groves where the lawn is wide.
    for (at, radius_m, count) in [
        ([-330.0, -160.0], 62.0, 34),
        ([-180.0, -190.0], 34.0, 16),
        ([-300.0, -195.0], 24.0, 9),
        ([90.0, -150.0], 34.0, 16),
        ([-75.0, -135.0], 20.0, 7),
        ([90.0, -265.0], 28.0, 9),
    ] {
        garden.grove(at.into(), radius_m, count);
    }
    // Inside of the test track the view stays open: single trees in its middle.
    for k in 0..14 {
        let x = -100.0 + 33.0 * f64::from(k);
        if garden.rng.chance(0.6) {
            let y = garden.rng.range(226.0, 260.0);
            garden.put(Species::StonePine, DVec2::new(x, y), (6.0, 10.0));
        }
    }
    garden.out
}

struct Garden {
    rng: Rng,
    out: Vec<Plant>,
}

impl Garden {
    fn put(&mut self, species: Species, at: DVec2, height_m: (f64, f64)) {
        let pad = &layout::FACTORY;
        let at = plan_from_pad(pad).transform_point3(at.extend(0.0));
        let height_m = self.rng.range(height_m.0, height_m.1);
        self.out.push(Plant { species, at, height_m, seed: self.rng.next_u64() });
    }

    fn row(&mut self, from: [f64; 2], to: [f64; 2], gap_m: f64, species: Species) {
        let (from, to) = (DVec2::from(from), DVec2::from(to));
        let height_m = if species == Species::FruitTree { (3.2, 4.6) } else { (7.0, 11.0) };
        let count = ((to - from).length() / gap_m) as usize;
        for k in 0..=count {
            let off = DVec2::new(self.rng.range(-0.4, 0.4), self.rng.range(-0.4, 0.4));
            let at = from.lerp(to, k as f64 / count.max(1) as f64) + off;
            // One in twenty did not grow.
            if !is_taken(at, 1.5) && self.rng.chance(0.95) {
                self.put(species, at, height_m);
            }
        }
    }

    fn grove(&mut self, middle: DVec2, radius_m: f64, count: usize) {
        for _ in 0..count {
            // Denser in the middle.
            let r = DVec2::new(self.rng.range(-1.0, 1.0), self.rng.range(-1.0, 1.0));
            let at = middle + r * r.length().min(1.0) * radius_m;
            if is_taken(at, 4.0) {
                continue;
            }
            match self.rng.below(8) {
                0..=2 => self.put(Species::Lime, at, (7.0, 12.0)),
                3 | 4 => self.put(Species::StonePine, at, (7.0, 12.0)),
                5 => self.put(Species::Birch, at, (7.0, 11.0)),
                6 => self.put(Species::Oak, at, (7.0, 12.0)),
                _ => self.put(Species::Shrub, at, (1.0, 2.0)),
            }
        }
    }
}

fn is_taken(at: DVec2, margin_m: f64) -> bool {
    TAKEN.iter().any(|[x0, y0, x1, y1]| {
        at.x > x0 - margin_m && at.x < x1 + margin_m && at.y > y0 - margin_m && at.y < y1 + margin_m
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plants_stand_on_the_pad_and_on_nothing_that_was_built() {
        let plants = plants(7);
        assert!(plants.len() > 200, "{}", plants.len());
        let pad = &layout::FACTORY;
        for plant in &plants {
            let at = plant.at.truncate() - pad.centre;
            let own = DVec2::new(at.dot(pad.along), at.dot(pad.along.perp()));
            assert!(own.abs().cmplt(pad.half).all(), "{own}");
            assert!(!is_taken(own, 1.0), "{own}");
        }
    }
}
