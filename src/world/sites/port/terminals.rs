//! The car terminal and the pilots; tanks and dry bulk have their own modules.

use super::super::parts::{GLASS, lattice};
use super::super::pen::{Pen, faces, turned};
use super::super::vehicles::{self, Shape};
use super::super::{Builder, Extent, numbered};
use super::{QUAY_Y, yard};
use crate::bake::det::{Rng, unit_vector};
use crate::bake::feature::Feature;
use crate::bake::mesh::{Rgb, Surface, hex, scale};
use glam::{DAffine3, DVec3};
use std::f64::consts::{FRAC_PI_2, TAU};

fn at(x: f64, y: f64) -> DAffine3 {
    DAffine3::from_translation(DVec3::new(x, y, 0.0))
}

pub fn build(site: &mut Builder) {
    cars(site);
    super::tanks::build(site);
    super::bulk::build(site);
    pilots(site);
}

/// Double rows of new cars; x0, y0, x1, y1 of the field.
pub const CARS: [f64; 4] = [648.0, -238.0, 900.0, 186.0];
pub const CAR_ROW_M: f64 = 17.0;

fn cars(site: &mut Builder) {
    let [x0, y0, x1, y1] = CARS;
    let rows = ((y1 - y0) / CAR_ROW_M).floor() as usize;
    for row in 0..rows {
        let mut rng = Rng::of(site.seed, 0xCA75, row as u64);
        let seed = rng.next_u64();
        let (count, y) = (((x1 - x0 - 8.0) / 2.35) as usize, y0 + CAR_ROW_M * (row as f64 + 0.5));
        let full = if row % 7 == 3 { 0.35 } else { rng.range(0.8, 1.0) };
        let feature = Feature::new(
            numbered("car-row", row + 1),
            "vehicles",
            format!("Car row {} ({} places)", row + 1, count * 2),
            "new cars",
            1.7,
        );
        site.add(at((x0 + x1) * 0.5, y), Extent((x1 - x0) * 0.5, 2.3, 1), Some(feature), move |pen| {
            car_row(pen, count, full, seed)
        });
    }
    for x in [648.0, 774.0, 900.0] {
        for y in [-235.0, -95.0, 45.0, 185.0] {
            yard::mast(site, x, y);
        }
    }
}

/// A side of a row: new cars stand in batches of one model, colours mixed. The same at all levels.
fn places(count: usize, full: f64, rng: &mut Rng) -> Vec<Option<(Shape, Rgb)>> {
    let mut out = Vec::with_capacity(count);
    while out.len() < count {
        let shape = rng.pick(&[vehicles::HATCH, vehicles::SALOON, vehicles::SUV, vehicles::SUV, vehicles::VAN]);
        let here = rng.chance(full);
        for _ in 0..rng.int(6, 22).min((count - out.len()) as i64) {
            let coat = hex(rng.pick(&vehicles::COATS));
            out.push(here.then_some((shape, coat)));
        }
    }
    out
}

fn car_row(pen: &mut Pen, count: usize, full: f64, seed: u64) {
    let run = [8, 8, 3, 1, 1][pen.level];
    for side in [-1.0, 1.0] {
        let row = places(count, full, &mut Rng::new(seed ^ u64::from(side < 0.0)));
        for (group, cars) in row.chunks(run).enumerate() {
            let Some((shape, coat)) = cars.iter().flatten().next().copied() else { continue };
            let at = |k: usize| ((group * run + k) as f64 - (count as f64 - 1.0) * 0.5) * 2.35;
            if pen.level <= 2 {
                let (a, b) = (at(0) - 0.95, at(cars.len() - 1) + 0.95);
                pen.of(Surface::Paint);
                pen.block(
                    [a, side * 2.7 - shape.half, 0.0],
                    [b, side * 2.7 + shape.half, shape.roof * 0.8],
                    scale(coat, 0.8),
                );
            } else {
                let angle = if side < 0.0 { -FRAC_PI_2 } else { FRAC_PI_2 };
                vehicles::lean(&mut pen.within(turned([at(0), side * 2.7, 0.0], angle)), &shape, coat);
            }
        }
    }
}

fn pilots(site: &mut Builder) {
    let feature =
        Feature::new("pilot-station", "tower", "Pilot station and traffic tower", "vessel traffic service", 42.0)
            .year(1998);
    site.add(at(-1222.0, QUAY_Y + 40.0), Extent(20.0, 46.0, 0), Some(feature), |pen| {
        pen.of(Surface::Plaster);
        let c = hex(0xcfcbbf);
        pen.block([-16.0, -8.0, 0.0], [16.0, 8.0, 7.2], c);
        let mut lot = Rng::new(5);
        for f in faces([-16.0, -8.0, 0.0], [16.0, 8.0, 7.2]) {
            if pen.level >= 2 {
                for z in [1.0, 4.6] {
                    super::super::parts::window_band(
                        pen,
                        &f,
                        [0.8, z, f.width - 0.8, z + 1.7],
                        2.0,
                        scale(c, 0.7),
                        &mut lot,
                    );
                }
            }
        }
        let sides = if pen.level >= 3 { 16 } else { 8 };
        pen.of(Surface::Concrete);
        pen.cone([0.0, 0.0, 7.0], [0.0, 0.0, 31.0], 3.2, 2.6, sides, scale(c, 0.85), c);
        pen.cone([0.0, 0.0, 31.0], [0.0, 0.0, 33.0], 2.6, 6.4, sides, scale(c, 0.6), scale(c, 0.9));
        pen.cone([0.0, 0.0, 33.0], [0.0, 0.0, 34.0], 6.4, 6.4, sides, c, c);
        for k in 0..sides {
            let [a, b] = [k, k + 1].map(|k| unit_vector(TAU * (k % sides) as f64 / sides as f64));
            pen.glass(
                [
                    [a.x * 6.2, a.y * 6.2, 34.0],
                    [b.x * 6.2, b.y * 6.2, 34.0],
                    [b.x * 6.9, b.y * 6.9, 37.0],
                    [a.x * 6.9, a.y * 6.9, 37.0],
                ],
                GLASS,
                3,
            );
        }
        pen.cone([0.0, 0.0, 37.0], [0.0, 0.0, 38.2], 7.4, 6.0, sides, scale(c, 0.9), c);
        pen.disc([0.0, 0.0, 38.2], [0.0, 0.0, 1.0], 6.0, sides, scale(c, 0.9));
        if pen.level >= 2 {
            pen.of(Surface::Metal);
            lattice(pen, [0.0, 0.0, 38.2], [0.0, 0.0, 45.0], (1.2, 0.6), 5, 0.09, hex(0xb4472f));
            pen.cube([-2.2, -0.2, 44.0], [2.2, 0.2, 44.5], hex(0xd6d3c8));
        }
    });
    site.lamp([-1222.0, QUAY_Y + 30.0, 8.0], 22.0, 3500.0);
}
