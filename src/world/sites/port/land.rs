//! The port's ground: quay concrete with joints and stains, paved blocks with their rows, roads with lanes, rails, fields.

use super::super::ground::{Area, BASE, FIELD, Ground, MARK, Patch, STAIN};
use super::super::plan_from_pad;
use super::tanks::BUNDS;
use super::terminals::{CAR_ROW_M, CARS};
use super::yard::{BAY_M, BAYS, LANE_Y, ROW_M, ROWS_Y};
use super::{
    COLUMNS, CRANE_Y, GATE_X, GATE_Y, LANES, QUAY_Y, RAIL_Y, ROWS, TRACK_PITCH, TRACKS, block_x, block_y, gate, sts,
};
use crate::bake::det::Rng;
use crate::bake::mesh::{Rgb, Surface, hex, scale};
use crate::world::layout;
use glam::DVec2;

const CONCRETE: Rgb = hex(0x817e76);
const ASPHALT: Rgb = hex(0x515356);
const ROAD: Rgb = hex(0x45474a);
const PAVING: Rgb = hex(0x74716b);
const GRAVEL: Rgb = hex(0x7b756b);
const LAWN: Rgb = hex(0x5d6b3e);
const WHITE: Rgb = hex(0xb9b8b0);
const YELLOW: Rgb = hex(0xb8983c);

pub fn draw(seed: u64, level: usize) -> Vec<Patch> {
    let mut ground = Ground::new(seed, plan_from_pad(&layout::PORT), level);
    let g = &mut ground;
    base(g);
    roads(g);
    if level >= 2 {
        blocks(g);
        lanes(g);
        gate_lanes(g);
        rails(g);
        car_park(g);
    }
    if level >= 3 {
        apron(g);
        repairs(g);
        truck_park(g);
    }
    ground.patches.sort_by_key(|p| p.layer);
    ground.patches
}

/// Large surfaces, none over another.
fn base(g: &mut Ground) {
    let fields: [(Area, Surface, Rgb, f32); 16] = [
        // The quay's apron.
        ([-1250.0, QUAY_Y, 1250.0, -262.0], Surface::Concrete, CONCRETE, 0.16),
        // Bulk, containers, cars, tanks from west to east.
        ([-1250.0, -262.0, -940.0, 210.0], Surface::Concrete, hex(0x77736a), 0.22),
        ([-940.0, -262.0, 620.0, 4.0], Surface::Asphalt, hex(0x5f5f5e), 0.14),
        ([-940.0, 4.0, 620.0, 26.0], Surface::Asphalt, ROAD, 0.1),
        ([620.0, -262.0, 640.0, 210.0], Surface::Asphalt, ROAD, 0.1),
        ([640.0, -262.0, 910.0, 210.0], Surface::Asphalt, ASPHALT, 0.12),
        ([910.0, -262.0, 1250.0, 4.0], Surface::Gravel, GRAVEL, 0.16),
        ([910.0, 4.0, 1250.0, 210.0], Surface::Asphalt, hex(0x5a5b5b), 0.16),
        // Landside.
        ([-940.0, 26.0, -330.0, 130.0], Surface::Asphalt, hex(0x5c5c5b), 0.15),
        ([-940.0, 130.0, -330.0, 200.0], Surface::Gravel, hex(0x68625a), 0.14),
        ([-940.0, 200.0, -330.0, 330.0], Surface::Asphalt, hex(0x57585a), 0.13),
        ([-330.0, 26.0, -90.0, 330.0], Surface::Asphalt, hex(0x4e5053), 0.12),
        ([-90.0, 26.0, 620.0, 140.0], Surface::Concrete, hex(0x7f7c75), 0.18),
        ([-90.0, 140.0, 620.0, 330.0], Surface::Asphalt, hex(0x565759), 0.14),
        ([620.0, 210.0, 1250.0, 330.0], Surface::Asphalt, hex(0x535557), 0.13),
        ([-1250.0, 210.0, -940.0, 330.0], Surface::Asphalt, hex(0x58595a), 0.14),
    ];
    for (area, surface, c, wear) in fields {
        g.field(area, BASE, surface, c, (14.0, wear));
    }
    if g.level == 0 {
        return;
    }
    let lawns: [Area; 9] = [
        [-1250.0, 318.0, -234.0, 330.0],
        [-166.0, 318.0, 784.0, 330.0],
        [816.0, 318.0, 1250.0, 330.0],
        [-8.0, 270.0, 0.0, 312.0],
        [62.0, 270.0, 110.0, 312.0],
        [-330.0, 236.0, -300.0, 316.0],
        [1030.0, 214.0, 1140.0, 316.0],
        [-1150.0, 240.0, -960.0, 316.0],
        [-934.0, 282.0, -700.0, 316.0],
    ];
    for area in lawns {
        g.field(area, FIELD, Surface::Grass, LAWN, (16.0, 0.2));
    }
    for [x0, y0, x1, y1] in BUNDS {
        g.field([x0, y0, x1, y1], FIELD, Surface::Concrete, hex(0x6d6a63), (16.0, 0.2));
    }
}

fn roads(g: &mut Ground) {
    if g.level == 0 {
        return;
    }
    let mut road = |area: Area| g.field(area, FIELD, Surface::Asphalt, ROAD, (20.0, 0.1));
    road([-1240.0, -262.0, 1240.0, -245.0]);
    road([-940.0, -128.5, 620.0, -111.5]);
    for column in 0..=COLUMNS {
        let x = block_x(column) - 126.0;
        road([x - 7.0, -244.0, x + 7.0, -129.0]);
        road([x - 7.0, -111.0, x + 7.0, 3.5]);
    }
    road([792.0, 212.0, 808.0, 330.0]);
    road([640.0, 192.0, 1240.0, 208.0]);
    road([-212.0, 27.0, -188.0, 150.0]);
}

/// Paved stacking areas, the concrete runways of the gantries, rows, numbers.
fn blocks(g: &mut Ground) {
    let half = BAY_M * BAYS as f64 * 0.5 + 4.0;
    for row in 0..ROWS {
        for column in 0..COLUMNS {
            let (x, y) = (block_x(column), block_y(row));
            let rows = ROW_M * 3.0 + 0.3;
            g.field(
                [x - half, y + ROWS_Y - rows, x + half, y + ROWS_Y + rows],
                FIELD,
                Surface::Paving,
                PAVING,
                (22.0, 0.16),
            );
            for s in [-1.0, 1.0] {
                let w = y + s * 11.73;
                g.band([x - half, w].into(), [x + half, w].into(), 1.5, FIELD, Surface::Concrete, hex(0x97948b));
            }
            if g.level < 3 {
                continue;
            }
            let lane = y + LANE_Y;
            g.line([x - half, lane - 2.0], [x + half, lane - 2.0], 0.14, YELLOW);
            g.line([x - half, lane + 2.0], [x + half, lane + 2.0], 0.14, YELLOW);
            for k in 0..3 {
                g.arrow(
                    [x - 70.0 + 70.0 * f64::from(k), lane],
                    DVec2::X * if row % 2 == 0 { 1.0 } else { -1.0 },
                    5.0,
                    WHITE,
                );
            }
            let name = format!("{}{}", ["A", "B", "C", "D", "E", "F", "G", "H"][row], column + 1);
            for s in [-1.0, 1.0] {
                g.text([x + s * (half + 2.4), y + ROWS_Y], DVec2::X * s, 4.2, &name, YELLOW);
            }
            if g.level < 4 {
                continue;
            }
            // Where containers stand: bays with their numbers beside the lane.
            for bay in 0..=BAYS {
                let bx = x + (bay as f64 - BAYS as f64 * 0.5) * BAY_M;
                g.line([bx, y + ROWS_Y - rows], [bx, y + ROWS_Y + rows], 0.1, WHITE);
                if bay < BAYS {
                    g.text([bx + BAY_M * 0.5, lane - 3.0], DVec2::Y, 0.9, &format!("{:02}", bay * 2 + 1), WHITE);
                }
            }
            let mut rng = Rng::of(7, 0x57A2, (row * COLUMNS + column) as u64);
            let from = x + rng.range(-100.0, 20.0);
            g.stains([from, lane - 1.8, from + 70.0, lane + 1.8], 10, hex(0x5f5f5e), (row * 8 + column) as u64);
        }
    }
}

/// Lanes of the roads.
fn lanes(g: &mut Ground) {
    for (y, half) in [(-253.5, 8.0), (-120.0, 7.5), (15.0, 9.5)] {
        let (a, b) = (-936.0, 618.0);
        for s in [-1.0, 1.0] {
            g.line([a, y + s * half], [b, y + s * half], 0.18, WHITE);
        }
        g.line([a, y], [b, y], 0.18, YELLOW);
        if half > 6.0 {
            for s in [-0.5, 0.5] {
                g.dashes([a, y + s * half], [b, y + s * half], 0.15, (3.0, 6.0), WHITE);
            }
        }
    }
    for x in [-200.0, 800.0] {
        let (a, b) = if x < 0.0 { (28.0, 150.0) } else { (213.0, 328.0) };
        g.line([x, a], [x, b], 0.18, YELLOW);
        for s in [-1.0, 1.0] {
            g.dashes([x + s * 4.0, a], [x + s * 4.0, b], 0.15, (3.0, 6.0), WHITE);
        }
    }
    g.line([642.0, 200.0], [1238.0, 200.0], 0.18, YELLOW);
    // Places for cars of the staff.
    if g.level >= 3 {
        for (x, y, count) in [
            (30.0, 262.0, 28),
            (30.0, 246.0, 28),
            (-60.0, 250.0, 18),
            (-860.0, 245.0, 20),
            (1180.0, 235.0, 22),
            (900.0, 250.0, 16),
        ] {
            for k in 0..=count {
                let px = x + (f64::from(k) - f64::from(count) * 0.5) * 2.5;
                g.line([px, y - 2.5], [px, y + 2.5], 0.12, WHITE);
            }
        }
        // Truck places before the sheds' docks.
        for (x, y, count) in [(190.0, 148.0, 25), (350.0, 148.0, 25), (520.0, 142.0, 26)] {
            for k in 0..=count {
                let px = x + (f64::from(k) - f64::from(count) * 0.5) * 5.2;
                g.line([px, y - 12.0], [px, y + 4.0], 0.12, YELLOW);
            }
        }
    }
}

fn gate_lanes(g: &mut Ground) {
    let half = LANES as f64 * super::LANE_PITCH * 0.5;
    for k in 0..=LANES {
        let x = GATE_X - half + super::LANE_PITCH * k as f64;
        let c = if k == LANES / 2 { YELLOW } else { WHITE };
        for (y0, y1) in [(GATE_Y - 40.0, GATE_Y - 8.0), (GATE_Y + 8.0, GATE_Y + 62.0)] {
            g.line([x, y0], [x, y1], 0.15, c);
        }
    }
    // The lanes run together towards the road.
    for s in [-1.0, 1.0] {
        g.line([GATE_X + s * half, GATE_Y + 62.0], [GATE_X + s * 11.0, 329.0], 0.18, WHITE);
        g.line([GATE_X + s * half, GATE_Y - 40.0], [GATE_X + s * 11.0, 150.0], 0.18, WHITE);
    }
    g.line([GATE_X, GATE_Y + 62.0], [GATE_X, 329.0], 0.2, YELLOW);
    if g.level < 3 {
        return;
    }
    for lane in 0..LANES {
        let x = gate::lane_x(lane);
        let south = lane < LANES / 2;
        let way = if south { DVec2::NEG_Y } else { DVec2::Y };
        for y in [GATE_Y + 24.0, GATE_Y - 20.0] {
            g.arrow([x, y], way, 5.0, WHITE);
        }
        let stop = GATE_Y + if south { 8.4 } else { -8.4 };
        g.line([x - 1.9, stop], [x + 1.9, stop], 0.4, WHITE);
        // The weighbridge's plate.
        g.plain(
            &[
                DVec2::new(x - 1.7, GATE_Y - 7.0),
                DVec2::new(x + 1.3, GATE_Y - 7.0),
                DVec2::new(x + 1.3, GATE_Y + 7.0),
                DVec2::new(x - 1.7, GATE_Y + 7.0),
            ],
            STAIN,
            Surface::Metal,
            hex(0x5f6264),
        );
    }
}

fn rails(g: &mut Ground) {
    let steel = hex(0x63594f);
    for track in 0..TRACKS {
        let y = RAIL_Y + (track as f64 - (TRACKS as f64 - 1.0) * 0.5) * TRACK_PITCH;
        if g.level >= 4 {
            let mut x = -935.0;
            while x < -335.0 {
                g.plain(
                    &[
                        DVec2::new(x, y - 1.3),
                        DVec2::new(x + 0.26, y - 1.3),
                        DVec2::new(x + 0.26, y + 1.3),
                        DVec2::new(x, y + 1.3),
                    ],
                    STAIN,
                    Surface::Concrete,
                    hex(0x87837a),
                );
                x += 0.9;
            }
        } else {
            g.band([-935.0, y].into(), [-335.0, y].into(), 2.6, STAIN, Surface::Gravel, hex(0x5b554d));
        }
        for s in [-0.75, 0.75] {
            g.band([-938.0, y + s].into(), [-332.0, y + s].into(), 0.16, MARK, Surface::Metal, steel);
        }
    }
    for s in [-1.0, 1.0] {
        let y = RAIL_Y - 2.0 + s * 20.2;
        g.band([-938.0, y].into(), [-332.0, y].into(), 0.9, STAIN, Surface::Concrete, hex(0x8f8b82));
        g.band([-938.0, y].into(), [-332.0, y].into(), 0.16, MARK, Surface::Metal, steel);
    }
}

fn car_park(g: &mut Ground) {
    if g.level < 3 {
        return;
    }
    let [x0, y0, x1, y1] = CARS;
    let rows = ((y1 - y0) / CAR_ROW_M) as usize;
    for row in 0..rows {
        let y = y0 + CAR_ROW_M * (row as f64 + 0.5);
        g.line([x0 + 3.0, y], [x1 - 3.0, y], 0.12, WHITE);
        if g.level < 4 {
            continue;
        }
        let count = ((x1 - x0 - 8.0) / 2.35) as usize;
        for k in 0..=count {
            let x = (x0 + x1) * 0.5 + (k as f64 - count as f64 * 0.5) * 2.35;
            g.line([x, y - 5.4], [x, y + 5.4], 0.1, WHITE);
        }
        g.text([x0 - 1.0, y], DVec2::X, 2.4, &format!("R{:02}", row + 1), YELLOW);
    }
}

/// Where asphalt was cut and closed again: straight patches a little darker or lighter than what is around.
fn repairs(g: &mut Ground) {
    let mut rng = Rng::of(7, 0x4E9A, 0);
    let areas: [(Area, usize); 6] = [
        ([-330.0, 30.0, -92.0, 325.0], 70),
        ([-88.0, 142.0, 615.0, 265.0], 90),
        ([-935.0, 205.0, -335.0, 280.0], 60),
        ([-935.0, 30.0, -335.0, 128.0], 60),
        ([625.0, 212.0, 1025.0, 315.0], 40),
        ([-938.0, -258.0, 618.0, -247.0], 60),
    ];
    for ([x0, y0, x1, y1], count) in areas {
        for _ in 0..count {
            let (x, y) = (rng.range(x0, x1 - 30.0), rng.range(y0, y1 - 8.0));
            let (mut long, mut wide) = (rng.range(3.0, 28.0), rng.range(0.8, 4.5));
            if rng.chance(0.3) && y + long < y1 {
                std::mem::swap(&mut long, &mut wide);
            }
            let c = scale(ROAD, rng.pick(&[0.72, 0.8, 0.86, 1.22, 1.3]));
            let p = [[x, y], [x + long, y], [x + long, y + wide], [x, y + wide]].map(DVec2::from);
            g.plain(&p, STAIN, Surface::Asphalt, c);
        }
    }
}

fn truck_park(g: &mut Ground) {
    let (from, pitch, count) = gate::PARK_Y;
    for (x, _) in gate::TRUCK_PARK {
        for k in 0..=count {
            let y = from + pitch * (k as f64 - 0.5);
            g.line([x - 9.0, y], [x + 9.0, y], 0.13, WHITE);
        }
    }
    // Islands with grass between the places and the road.
    for x in [-286.0, -124.0] {
        g.field([x - 1.6, from - 4.0, x + 1.6, from + pitch * count as f64], FIELD, Surface::Grass, LAWN, (16.0, 0.2));
    }
}

/// Joints, lanes under the cranes, hatch cover places, stains on the quay's apron.
fn apron(g: &mut Ground) {
    let (sea, land) = (CRANE_Y - sts::GAUGE_M * 0.5, CRANE_Y + sts::GAUGE_M * 0.5);
    let (a, b) = (-930.0, 620.0);
    for y in [sea, land] {
        g.band([a, y].into(), [b, y].into(), 1.1, FIELD, Surface::Concrete, hex(0x77746c));
        g.line([a, y - 0.9], [b, y - 0.9], 0.12, YELLOW);
        g.line([a, y + 0.9], [b, y + 0.9], 0.12, YELLOW);
    }
    // Truck lanes between the rails, numbered.
    for k in 0..6 {
        let y = sea + 4.4 + 4.3 * f64::from(k);
        g.line([a, y], [b, y], 0.15, WHITE);
        if k < 5 {
            let mut x = a + 40.0;
            while x < b {
                g.text([x, y + 2.15], DVec2::X, 1.9, &format!("{}", k + 1), WHITE);
                g.arrow([x + 9.0, y + 2.15], DVec2::X, 4.0, WHITE);
                x += 125.0;
            }
        }
    }
    // Hatch covers are laid down behind the landward rail.
    let mut x = a + 30.0;
    while x < b - 20.0 {
        g.frame([x, land + 3.0, x + 14.0, land + 15.0], 0.16, YELLOW);
        x += 42.0;
    }
    if g.level < 4 {
        return;
    }
    let joint = scale(CONCRETE, 0.62);
    for k in 1..9 {
        let y = QUAY_Y + 7.5 * f64::from(k);
        g.band([-1249.0, y].into(), [1249.0, y].into(), 0.05, STAIN, Surface::Concrete, joint);
    }
    let mut x = -1242.5;
    while x < 1250.0 {
        g.band([x, QUAY_Y + 1.2].into(), [x, -262.0].into(), 0.05, STAIN, Surface::Concrete, joint);
        x += 7.5;
    }
    for k in 0..20 {
        let from = -1240.0 + 124.0 * f64::from(k);
        g.stains([from, QUAY_Y + 2.0, from + 120.0, -264.0], 36, scale(CONCRETE, 0.93), 100 + k as u64);
    }
    // Tyre marks where trucks turn and brake.
    let mut rng = Rng::of(7, 0x771E, 0);
    for _ in 0..160 {
        let (x, y) = (rng.range(a, b - 30.0), sea + 4.4 + 4.3 * (rng.below(5) as f64 + 0.5));
        let long = rng.range(5.0, 24.0);
        for s in [-1.0, 1.0] {
            g.band(
                [x, y + s].into(),
                [x + long, y + s + rng.range(-0.3, 0.3)].into(),
                0.4,
                STAIN,
                Surface::Concrete,
                scale(CONCRETE, 0.72),
            );
        }
    }
}
