//! The container yard: blocks under rubber-tyred gantries, refrigerated blocks with racks, empties.

use super::super::boxes::{Container, Field, Stack};
use super::super::parts::{GALVANISED, high_mast, railing};
use super::super::pen::{Pen, turned};
use super::super::vehicles::{self, Load};
use super::super::{Builder, Extent, numbered};
use super::{COLUMNS, LIVE_GANTRY, ROWS, block_x, block_y, rtg};
use crate::bake::det::Rng;
use crate::bake::feature::Feature;
use crate::bake::mesh::{Surface, hex};
use glam::{DAffine3, DVec3};

/// Bays of 40 feet in a block, and their pitch.
pub const BAYS: usize = 17;
pub const BAY_M: f64 = 12.75;
pub const ROW_M: f64 = 2.85;
/// Middle of the six rows and of the truck lane, across the block.
pub const ROWS_Y: f64 = -2.1;
pub const LANE_Y: f64 = 8.9;

pub fn blocks(site: &mut Builder) {
    for column in 0..COLUMNS {
        for row in 0..ROWS {
            block(site, column, row);
        }
    }
    gantries(site);
    empties(site);
    for column in 0..=COLUMNS {
        for y in [-240.0, -140.0, -98.0, -20.0] {
            mast(site, block_x(column) - 116.0, y);
        }
    }
}

pub fn mast(site: &mut Builder, x: f64, y: f64) {
    site.lamp([x, y, 34.0], 85.0, 4000.0);
    site.add(DAffine3::from_translation(DVec3::new(x, y, 0.0)), Extent(2.0, 35.0, 1), None, |pen| high_mast(pen, 35.0));
}

fn is_reefer(column: usize, row: usize) -> bool {
    row == 7 && (column == 1 || column == 2) || row == 6 && column == 1
}

fn block(site: &mut Builder, column: usize, row: usize) {
    let name = format!("{}{}", ["A", "B", "C", "D", "E", "F", "G", "H"][row], column + 1);
    let number = (row * COLUMNS + column) as u64;
    let mut rng = Rng::of(site.seed, 0xB10C, number);
    let reefer = is_reefer(column, row);
    let field = if reefer { reefer_field(&mut rng) } else { dry_field(&mut rng) };
    let teu = field.boxes() * 2;
    let usage =
        if reefer { "reefer storage, 440 V plugs" } else { "container storage, 1224 TEU on the ground floor x 5" };
    let feature = Feature::new(
        format!("block-{}", name.to_lowercase()),
        "containers",
        format!("Yard block {name} ({teu} TEU)"),
        usage,
        field.high_m(),
    );
    let at = DAffine3::from_translation(DVec3::new(block_x(column), block_y(row), 0.0));
    let high = field.high_m();
    site.add(at, Extent(112.0, high, 0), Some(feature), move |pen| {
        field.draw(&mut pen.shifted(0.0, ROWS_Y, 0.0));
        if reefer {
            racks(pen, &field);
        }
    });
}

/// Stacks that swell and ebb along a block as vessels are laden, with gaps where a bay has just been cleared.
fn dry_field(rng: &mut Rng) -> Field {
    let usual = rng.range(1.6, 4.2);
    let (phase, wave) = (rng.range(0.0, 6.0), rng.range(0.25, 0.7));
    let mut stacks = Vec::with_capacity(BAYS * 6);
    let mut lead = Container::by_lot(rng);
    for bay in 0..BAYS {
        let here = usual + 1.3 * crate::bake::det::sin(phase + wave * bay as f64);
        let cleared = rng.chance(0.07);
        let short = rng.chance(0.28);
        if rng.chance(0.3) {
            lead = Container::by_lot(rng);
        }
        for _ in 0..6 {
            let high = (here + rng.range(-1.2, 1.1)).round() as i64;
            let tiers = if cleared { rng.int(0, 1) } else { high.clamp(0, 5) };
            stacks.push(Stack::by_lot(rng, tiers, short, Some(lead)));
        }
    }
    Field { bays: BAYS, rows: 6, bay_m: BAY_M, row_m: ROW_M, stacks, open_ends: [true; 2] }
}

fn reefer_field(rng: &mut Rng) -> Field {
    let bays = 14;
    let stacks = (0..bays * 6)
        .map(|_| {
            let boxes = (0..rng.int(1, 4)).map(|_| Container::reefer(rng)).collect();
            Stack { boxes, short: false, reefer: true }
        })
        .collect();
    Field { bays, rows: 6, bay_m: 15.4, row_m: ROW_M, stacks, open_ends: [true; 2] }
}

/// Steel galleries between the bays, from which the plugs of refrigerated containers are reached.
fn racks(pen: &mut Pen, field: &Field) {
    if pen.level < 2 {
        return;
    }
    pen.of(Surface::Metal);
    let half = 3.0 * ROW_M;
    for bay in 0..field.bays {
        let x = (bay as f64 - field.bays as f64 * 0.5 + 1.0) * field.bay_m;
        for k in 0..=6 {
            let y = ROWS_Y - half + 2.0 * half * f64::from(k) / 6.0;
            if pen.level >= 3 || k % 3 == 0 {
                pen.bar([x, y, 0.0], [x, y, 11.6], 0.22, 0.22, GALVANISED);
            }
        }
        for floor in 1..=4 {
            let z = f64::from(floor) * 2.9;
            pen.cube([x - 0.75, ROWS_Y - half, z - 0.1], [x + 0.75, ROWS_Y + half, z], GALVANISED);
            for s in [-0.75, 0.75] {
                railing(pen, &[[x + s, ROWS_Y - half, z], [x + s, ROWS_Y + half, z]], hex(0xb39a3a));
            }
        }
    }
}

/// Gantries stand where they worked last; some have a truck beside the stack.
fn gantries(site: &mut Builder) {
    let mut rng = Rng::of(site.seed, 0xA76, 0);
    let mut number = 0;
    for row in 0..ROWS {
        for column in 0..COLUMNS {
            if (row * 5 + column * 3) % 8 > 2 {
                continue;
            }
            number += 1;
            let x = block_x(column) + rng.range(-85.0, 85.0);
            let feature = Feature::new(
                numbered("rtg", number),
                "crane",
                format!("Yard gantry {number} (40 t)"),
                "one over five, six rows and a lane",
                rtg::HEIGHT_M,
            )
            .year(2011 + (number % 9) as i16);
            let trolley = if rng.chance(0.5) { LANE_Y } else { rng.range(-9.0, 5.0) };
            let drop = if rng.chance(0.4) && trolley > 8.0 { rng.range(4.6, 9.0) } else { 17.6 };
            let seed = rng.next_u64();
            if (row, column) == LIVE_GANTRY {
                continue;
            }
            let text = format!("{number:02}");
            let at = DAffine3::from_translation(DVec3::new(x, block_y(row), 0.0));
            site.add(at, Extent(15.0, rtg::HEIGHT_M, 0), Some(feature), move |pen| {
                rtg::crane(pen, &text, trolley, drop)
            });
            if trolley > 8.0 {
                let at = DAffine3::from_translation(DVec3::new(x + 1.0, block_y(row) + LANE_Y, 0.0));
                site.add(at, Extent(9.0, 4.0, 2), None, move |pen| {
                    let load = if seed.is_multiple_of(3) { Load::Empty } else { Load::Container(seed) };
                    vehicles::truck(pen, hex([0xc9ccc8, 0x8c3b2e, 0x31506b, 0xd0b04a][seed as usize % 4]), load);
                });
            }
        }
    }
}

/// Empties are stacked deep and high by side-lifters.
fn empties(site: &mut Builder) {
    for k in 0..6 {
        let mut rng = Rng::of(site.seed, 0xE3, k);
        let (bays, rows) = (3, 24);
        let mut stacks = Vec::new();
        for _ in 0..bays {
            for row in 0..rows {
                let tiers = (7 - rng.int(0, 2) - (row as i64 - 16).max(0) / 2).max(1);
                let lead = Container::by_lot(&mut rng);
                stacks.push(Stack::by_lot(&mut rng, tiers, false, Some(lead)));
            }
        }
        let field = Field { bays, rows, bay_m: 12.6, row_m: 2.5, stacks, open_ends: [k == 0, k == 5] };
        let feature = Feature::new(
            format!("empties-{}", k + 1),
            "containers",
            format!("Empties {} ({} TEU)", k + 1, field.boxes() * 2),
            "empty container storage",
            field.high_m(),
        );
        let (x, y) = (150.0 + 75.0 * k as f64, 75.0);
        let high = field.high_m();
        site.add(DAffine3::from_translation(DVec3::new(x, y, 0.0)), Extent(37.0, high, 0), Some(feature), move |pen| {
            field.draw(pen);
        });
    }
    for (k, (x, y, angle)) in [(187.0, 60.0, 3.1), (340.0, 92.0, 0.1), (412.0, 118.0, 1.6)].into_iter().enumerate() {
        let feature = Feature::new(
            numbered("stacker", k + 1),
            "vehicle",
            format!("Empty handler {}", k + 1),
            "container handling",
            9.0,
        );
        site.add(turned([x, y, 0.0], angle), Extent(9.0, 9.0, 2), Some(feature), move |pen| {
            let c = hex(0xb5862f);
            vehicles::reach_stacker_body(pen, c);
            let mut boom = pen.within(super::super::pen::raised([-2.6, 0.0, 3.6], 0.62));
            vehicles::reach_stacker_boom(&mut boom, c, 9.5);
        });
    }
}
