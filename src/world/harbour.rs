//! The harbour: quay, container yard, cranes, sheds, tanks, ships, marina, moles and the lighthouse.

use super::land::gabled;
use super::parts::{self, BOXES, Local, container};
use super::plan::Plan;
use super::quayside::{castle, lighthouse, mole, silos, tank, tanker, trawler, yacht, yard_block, yard_crane};
use super::terrain::QUAY_U;
use crate::bake::det::Rng;
use crate::bake::feature::Feature;
use crate::bake::mesh::{Matter, Mesh, Rect, Rgb, hex, scale};
use glam::DVec2;

/// The quay's edge towards the basin, northing.
pub const QUAY_N: f64 = -690.0;
/// The quay's eastern end.
const END_E: f64 = 1886.0;
/// The promenade's edge and its western end.
const PROMENADE_N: f64 = -474.0;
const PROMENADE_E: f64 = -560.0;
/// Middle of the quay cranes' rails.
pub const CRANE_N: f64 = QUAY_N + 4.0 + parts::CRANE_GAUGE_M * 0.5;
/// Where quay cranes stand; those at odd places move (entities), the others are tiles.
pub const CRANES_E: [f64; 5] = [740.0, 915.0, 1075.0, 1235.0, 1440.0];
/// Rows of the container yard (northing of their middles) and its columns (easting of their starts).
pub const YARD_N: [f64; 4] = [-604.0, -568.0, -532.0, -496.0];
pub const YARD_E: [f64; 4] = [640.0, 870.0, 1100.0, 1330.0];
pub const YARD_BAYS: usize = 15;

type Drawing = Box<dyn Fn(&mut Mesh, usize)>;

/// Something with an own place in the property table.
pub struct Fixture {
    pub at: DVec2,
    pub feature: Option<Feature>,
    /// The coarsest level that shows it.
    pub from_level: usize,
    pub draw: Drawing,
}

/// Outlines of made ground.
pub fn made_ground(plan: &Plan) -> Vec<Vec<DVec2>> {
    let west = plan.port_side_e();
    let mut out = vec![];
    for pair in plan.port_edge().windows(2) {
        let (a, b) = (pair[0], pair[1]);
        out.push(vec![DVec2::new(a.x, QUAY_N), DVec2::new(b.x, QUAY_N), b, a]);
    }
    if let Some(last) = plan.port_edge().last() {
        let e = last.x;
        out.push(vec![DVec2::new(e, QUAY_N), DVec2::new(END_E, QUAY_N), DVec2::new(END_E, last.y), *last]);
    }
    let edge: Vec<DVec2> = plan.shore_edge().into_iter().filter(|p| p.x > PROMENADE_E).collect();
    for pair in edge.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        out.push(vec![DVec2::new(a.x, PROMENADE_N), DVec2::new(b.x, PROMENADE_N), b, a]);
    }
    if let (Some(first), Some(last)) = (edge.first(), edge.last()) {
        let to = DVec2::new(west, last.y);
        out.push(vec![DVec2::new(last.x, PROMENADE_N), DVec2::new(west, PROMENADE_N), to, *last]);
        let from = first.x - 14.0;
        out.push(vec![
            DVec2::new(from, PROMENADE_N),
            DVec2::new(first.x, PROMENADE_N),
            *first,
            DVec2::new(from, first.y),
        ]);
    }
    out
}

/// Quay surfaces and walls, clipped into tiles with the streets.
pub fn ground(plan: &Plan, mesh: &mut Mesh, level: usize) {
    let concrete = hex(0x97948d);
    let grounds = made_ground(plan);
    for (k, part) in grounds.iter().enumerate() {
        let low = part[0].y;
        let tint = scale(if low == QUAY_N { concrete } else { hex(0xbdb3a2) }, 0.96 + 0.02 * (k % 5) as f32);
        // Split towards the water, so that colours and the Earth's bend have supports.
        let rows = if level >= 2 { 8 } else { 2 };
        for row in 0..rows {
            let (y0, y1) = (row as f64 / rows as f64, (row + 1) as f64 / rows as f64);
            let (a, b) = (part[0].lerp(part[3], y0), part[1].lerp(part[2], y0));
            let (c, d) = (part[1].lerp(part[2], y1), part[0].lerp(part[3], y1));
            let stain = scale(tint, 0.95 + 0.07 * ((k * 7 + row * 5) % 8) as f32 / 8.0);
            mesh.flat(Matter::Solid, &[a, b, c, d], QUAY_U, stain);
        }
        let wall = hex(0x7f7b73);
        mesh.wall(part[0], part[1], -8.0, QUAY_U, scale(wall, 0.45), wall);
        if level >= 3 {
            let cap = DVec2::new(0.0, 0.9);
            let edge = [part[0], part[1], part[1] + cap, part[0] + cap];
            mesh.flat(Matter::Solid, &edge, QUAY_U + 0.04, hex(0xc9c3b5));
        }
    }
    for e in [END_E, plan.port_side_e()] {
        let (a, b) = (DVec2::new(e, QUAY_N), DVec2::new(e, PROMENADE_N + if e == END_E { 330.0 } else { 0.0 }));
        let (a, b) = if e == END_E { (a, b) } else { (b, a) };
        mesh.wall(a, b, -8.0, QUAY_U, hex(0x4a4843), hex(0x7f7b73));
    }
    let west = grounds.last().map_or(PROMENADE_E, |p| p[0].x);
    mesh.wall(DVec2::new(west, -405.0), DVec2::new(west, PROMENADE_N), -8.0, QUAY_U, hex(0x4a4843), hex(0x8d877b));
    lawns(mesh);
    paint(mesh, level);
}

/// Lawns and stone bands on the promenade, asphalt yards and beds in the port.
fn lawns(mesh: &mut Mesh) {
    let mut field = |w: f64, s: f64, e: f64, n: f64, c: Rgb| {
        let (low, high) = (DVec2::new(w, s), DVec2::new(e, n));
        let pieces = ((high - low) / 60.0).ceil().max(DVec2::ONE);
        for y in 0..pieces.y as usize {
            for x in 0..pieces.x as usize {
                let a = low + (high - low) * DVec2::new(x as f64, y as f64) / pieces;
                let b = low + (high - low) * DVec2::new(x as f64 + 1.0, y as f64 + 1.0) / pieces;
                let tint = scale(c, 0.97 + 0.03 * ((x * 5 + y * 3) % 4) as f32);
                mesh.flat(Matter::Solid, &[a, DVec2::new(b.x, a.y), b, DVec2::new(a.x, b.y)], QUAY_U + 0.03, tint);
            }
        }
    };
    for k in 0..9 {
        let e = -553.0 + k as f64 * 87.6;
        field(e, -434.5, e + 76.0, -422.0, hex(0x7d8a54));
        field(e, -447.0, e + 76.0, -446.2, hex(0x8f8676));
        field(e, -457.0, e + 76.0, -456.2, hex(0x8f8676));
    }
    let yard = hex(0x77766f);
    field(630.0, -437.0, 1560.0, -412.0, yard);
    field(630.0, -338.0, 1560.0, -303.0, yard);
    field(630.0, -242.0, 1560.0, -176.0, scale(yard, 0.94));
    field(290.0, -520.0, 590.0, -476.0, yard);
    field(290.0, -300.0, 530.0, -176.0, scale(yard, 0.96));
    field(290.0, -440.0, 596.0, -365.0, scale(yard, 0.92));
    field(1592.0, -232.0, 1880.0, -176.0, scale(yard, 0.95));
    for k in 0..6 {
        field(640.0 + k as f64 * 155.0, -190.0, 760.0 + k as f64 * 155.0, -179.0, hex(0x7d8a54));
    }
}

/// Roadways lie this high over the quay, and lines over roadways, metres: far enough apart to be told apart from afar.
const ROADWAY_UP_M: f64 = 0.04;
const LINE_UP_M: f64 = 0.08;

/// Rails, lanes and storage fields on the quay.
fn paint(mesh: &mut Mesh, level: usize) {
    let mut line = |a: DVec2, b: DVec2, width: f64, up: f64, c: Rgb| {
        let along = (b - a).normalize();
        let pieces = ((b - a).length() / 60.0).ceil() as usize;
        for k in 0..pieces {
            let (p, q) = (a.lerp(b, k as f64 / pieces as f64), a.lerp(b, (k + 1) as f64 / pieces as f64));
            let rect = Rect::new((p + q) * 0.5, along, (q - p).length(), width);
            mesh.flat(Matter::Solid, &rect.corners(), QUAY_U + up, c);
        }
    };
    let asphalt = hex(0x6f7073);
    line(DVec2::new(600.0, -645.0), DVec2::new(1580.0, -645.0), 26.0, ROADWAY_UP_M, asphalt);
    line(DVec2::new(300.0, -462.0), DVec2::new(1860.0, -462.0), 13.0, ROADWAY_UP_M, asphalt);
    line(DVec2::new(606.0, -655.0), DVec2::new(606.0, -175.0), 13.0, ROADWAY_UP_M, asphalt);
    line(DVec2::new(1572.0, -655.0), DVec2::new(1572.0, -175.0), 13.0, ROADWAY_UP_M, asphalt);
    for n in [CRANE_N - 12.0, CRANE_N + 12.0] {
        line(DVec2::new(640.0, n), DVec2::new(1560.0, n), 0.5, LINE_UP_M, hex(0x4a4b4c));
    }
    for n in [-637.0, -645.0, -653.0, -455.6, -468.4] {
        line(DVec2::new(610.0, n), DVec2::new(1570.0, n), 0.22, LINE_UP_M, hex(0xd9c46a));
    }
    if level >= 3 {
        for n in YARD_N {
            for e in YARD_E {
                for y in [-9.0, 9.0] {
                    line(DVec2::new(e - 4.0, n + y), DVec2::new(e + 200.0, n + y), 0.2, LINE_UP_M, hex(0xe4e2da));
                }
            }
        }
        for k in 0..40 {
            let e = 640.0 + k as f64 * 4.2;
            line(DVec2::new(e, -440.0), DVec2::new(e, -424.0), 0.15, LINE_UP_M, hex(0xe4e2da));
        }
    }
}

/// All that stands in the harbour.
pub fn fixtures(plan: &Plan) -> Vec<Fixture> {
    let mut port = Port { seed: plan.seed, rng: Rng::of(plan.seed, 9, 0), out: Vec::new() };
    port.cranes();
    port.yard();
    port.sheds();
    port.tanks();
    port.ships();
    port.marina();
    port.moles();
    port.sights(plan);
    port.lots();
    port.out
}

struct Port {
    seed: u64,
    rng: Rng,
    out: Vec<Fixture>,
}

impl Port {
    fn add(&mut self, at: DVec2, feature: Feature, from_level: usize, draw: impl Fn(&mut Mesh, usize) + 'static) {
        self.out.push(Fixture { at, feature: Some(feature), from_level, draw: Box::new(draw) });
    }

    fn cranes(&mut self) {
        for (k, &e) in CRANES_E.iter().enumerate().filter(|(k, _)| k % 2 == 0 && *k != 2) {
            let at = DVec2::new(e, CRANE_N);
            let l = Local::new(at.extend(QUAY_U), DVec2::new(0.0, -1.0));
            let feature = Feature::new(
                format!("sts-{}", k + 1),
                "crane",
                format!("Quay crane {}", k + 1),
                "container handling",
                56.0,
            );
            self.add(at, feature.year(2009 + k as i16), 0, move |mesh, _| {
                let color = hex(0x3f6f86);
                parts::crane_gantry(mesh, &l, color);
                let out = Local::new(l.at(18.0, 0.0, 0.0), l.along);
                parts::crane_trolley(mesh, &out, parts::CRANE_BOOM_Z);
                parts::crane_spreader(mesh, &out, 21.0, parts::CRANE_BOOM_Z - 21.0);
            });
        }
        for (k, (e, n)) in [(705.0, 0), (985.0, 1), (1215.0, 2), (1430.0, 3), (1150.0, 0)].into_iter().enumerate() {
            let at = DVec2::new(e, YARD_N[n]);
            let id = format!("rmg-{}", k + 1);
            let feature = Feature::new(id, "crane", format!("Yard crane {}", k + 1), "container handling", 22.0);
            let trolley = self.rng.range(-6.0, 6.0);
            self.add(at, feature.year(2014), 1, move |mesh, _| yard_crane(mesh, at, trolley));
        }
    }

    fn yard(&mut self) {
        for (row, n) in YARD_N.into_iter().enumerate() {
            for (column, e) in YARD_E.into_iter().enumerate() {
                let seed = Rng::of(self.seed, 10, (row * 10 + column) as u64).next_u64();
                let id = format!("yard-{}{}", ["A", "B", "C", "D"][row], column + 1);
                let feature =
                    Feature::new(id.clone(), "containers", format!("Yard block {}", &id[5..]), "storage", 13.0);
                let at = DVec2::new(e + 100.0, n);
                self.add(at, feature, 0, move |mesh, level| yard_block(mesh, DVec2::new(e, n), seed, level));
            }
        }
    }

    fn sheds(&mut self) {
        let mut shed = |k: usize, e: f64, n: f64, length: f64, width: f64, high: f64, name: &str| {
            let at = DVec2::new(e, n);
            let wall = hex([0xc9ccc9, 0xb7bfc2, 0xd3cdbf][k % 3]);
            let roof = hex([0xa9adad, 0xbdb7aa, 0x8f9a9c, 0xa9745f][k % 4]);
            let feature =
                Feature::new(format!("shed-{k:02}"), "hall", name, "storage", high + 3.0).year(1998 + k as i16);
            self.add(at, feature, 0, move |mesh, level| {
                let rect = Rect::new(at, DVec2::X, length, width);
                gabled(mesh, &rect, QUAY_U, QUAY_U + high, width * 0.11, wall, roof);
                if level >= 3 {
                    for k in 0..(length / 9.0) as usize {
                        let x = -length * 0.5 + 5.0 + k as f64 * 9.0;
                        for y in [-1.0, 1.0] {
                            let gate = rect.part(x, y * (width * 0.5 + 0.03), 4.6, 0.06);
                            mesh.boxed(&gate, QUAY_U, QUAY_U + 4.6, hex([0x4d6a7c, 0x6b7274, 0x7c5040][k % 3]));
                        }
                    }
                    let canopy = rect.part(0.0, -width * 0.5 - 1.6, length * 0.98, 3.2);
                    mesh.slab(&canopy, QUAY_U + 5.1, QUAY_U + 5.4, scale(roof, 0.9));
                }
            });
        };
        for k in 0..5 {
            let e = 690.0 + k as f64 * 178.0;
            shed(
                k,
                e,
                -372.0,
                140.0,
                46.0,
                10.5,
                ["Warehouse 1", "Warehouse 2", "Cold store", "Warehouse 4", "Reefer hall"][k],
            );
            if k != 2 {
                shed(k + 5, e - 12.0, -272.0, 110.0, 40.0, 9.0, "Transit shed");
            }
        }
        shed(12, 400.0, -640.0, 150.0, 34.0, 8.0, "Fish market");
        shed(13, 395.0, -545.0, 170.0, 40.0, 11.0, "General cargo shed");
        shed(14, 420.0, -330.0, 190.0, 44.0, 10.0, "Shipyard hall");
        let at = DVec2::new(548.0, -560.0);
        let feature = Feature::new("silo-1", "silo", "Grain silos", "storage", 43.0).year(1971);
        self.add(at, feature, 0, move |mesh, level| silos(mesh, at, level));
    }

    fn tanks(&mut self) {
        for row in 0..4 {
            for column in 0..3 {
                let at = DVec2::new(1636.0 + column as f64 * 78.0, -600.0 + row as f64 * 88.0);
                let r = self.rng.range(19.0, 28.0);
                let high = self.rng.range(13.0, 21.0);
                let number = row * 3 + column + 1;
                let white = hex(self.rng.pick(&[0xe6e4dc, 0xdadcd8, 0xefece4, 0xcfd4d4]));
                let stored = self.rng.pick(&["diesel", "kerosene", "fuel oil", "vegetable oil"]);
                let feature = Feature::new(
                    format!("tank-{number:02}"),
                    "tank",
                    format!("Tank {number} ({stored})"),
                    "storage",
                    high,
                );
                self.add(at, feature.year(1988), 0, move |mesh, level| tank(mesh, at, (r, high), white, level));
            }
        }
        let at = DVec2::new(1714.0, -655.0);
        let feature = Feature::new("pipes-1", "pipes", "Pipe bridge", "product lines", 6.0).year(1988);
        self.add(at, feature, 2, move |mesh, _| {
            let l = Local::new(at.extend(QUAY_U), DVec2::X);
            for (y, c) in [(-1.0, 0xb9b7b0), (-0.3, 0x9aa6a4), (0.5, 0xc2a86a), (1.2, 0xb9b7b0)] {
                l.beam(mesh, [-110.0, y, 5.2], [110.0, y, 5.2], 0.5, hex(c));
                l.beam(mesh, [8.0, y, 4.4], [8.0, y - 30.0, 1.0], 0.4, hex(c));
            }
            for k in 0..19 {
                let x = -108.0 + k as f64 * 12.0;
                l.boxed(mesh, (x, 0.0), (0.4, 3.6), (4.4, 4.8), hex(0x6d7272));
                for y in [-1.6, 1.6] {
                    l.boxed(mesh, (x, y), (0.35, 0.35), (0.0, 4.5), hex(0x6d7272));
                }
            }
        });
    }

    fn ships(&mut self) {
        let seed = self.seed;
        let mut ship = |id: &str, name: &str, e: f64, n: f64, length: f64, kind: u8| {
            let at = DVec2::new(e, n);
            let heading = if kind == 1 { -1.0 } else { 1.0 };
            let l = Local::new(at.extend(0.0), DVec2::new(heading, 0.0));
            let high = if kind == 0 { 38.0 } else { 24.0 };
            let feature = Feature::new(id, "ship", name, "moored", high).year(2012);
            let number = seed ^ (length as u64);
            self.add(at, feature, 0, move |mesh, level| match kind {
                0 => parts::container_ship(mesh, &l, length, number, level),
                1 => tanker(mesh, &l, length),
                _ => trawler(mesh, &l, length),
            });
        };
        ship("ship-moored-1", "MV Serra da Arrabida", 1010.0, QUAY_N - 18.0, 228.0, 0);
        ship("ship-moored-2", "MV Ponta Ruiva", 1440.0, QUAY_N - 13.0, 146.0, 0);
        ship("ship-moored-3", "MT Cabo Espichel", 1760.0, QUAY_N - 14.0, 150.0, 1);
        for k in 0..5 {
            let e = 300.0 + k as f64 * 47.0;
            let name = ["Flor do Mar", "Maria Ines", "Santo Amaro", "Nova Esperanca", "Boa Viagem"][k];
            ship(&format!("trawler-{}", k + 1), name, e, QUAY_N - 5.2, 27.0 + (k % 3) as f64 * 4.0, 2);
        }
    }

    fn marina(&mut self) {
        for finger in 0..6 {
            let e = -470.0 + finger as f64 * 108.0;
            let at = DVec2::new(e, -545.0);
            let feature = Feature::new(
                format!("pontoon-{}", finger + 1),
                "pontoon",
                format!("Pontoon {}", finger + 1),
                "marina",
                0.6,
            );
            self.add(at, feature.year(2003), 1, move |mesh, level| {
                let wood = hex(0xa08f76);
                mesh.slab(&Rect::new(at, DVec2::Y, 142.0, 3.0), -0.2, 0.55, wood);
                for k in 0..if level >= 3 { 14 } else { 0 } {
                    for side in [-1.0, 1.0] {
                        let p = at + DVec2::new(side * 6.0, -64.0 + k as f64 * 9.6);
                        mesh.slab(&Rect::new(p, DVec2::X, 9.0, 0.9), -0.1, 0.5, scale(wood, 0.95));
                    }
                }
            });
            for berth in 0..14 {
                for side in [-1.0, 1.0] {
                    if !self.rng.chance(0.8) {
                        continue;
                    }
                    let p = at + DVec2::new(side * 8.2, -59.5 + berth as f64 * 9.6);
                    let length = self.rng.range(8.0, 14.5);
                    let sail = self.rng.chance(0.66);
                    let tone = self.rng.pick(&[0xf1efe8, 0xe9e6dc, 0xf4f2ec, 0x2d4159, 0xdcd6c8, 0x6b2b2b]);
                    let id = format!("boat-{}-{berth}{}", finger + 1, if side > 0.0 { "e" } else { "w" });
                    let feature =
                        Feature::new(id, "boat", if sail { "Sailing yacht" } else { "Motor boat" }, "berthed", length);
                    let l = Local::new(p.extend(0.0), DVec2::new(-side, 0.0));
                    self.add(p, feature, 2, move |mesh, level| yacht(mesh, &l, length, sail, hex(tone), level));
                }
            }
        }
    }

    fn moles(&mut self) {
        let west = [(-575.0, -470.0), (-610.0, -700.0), (-520.0, -930.0), (-300.0, -1070.0), (120.0, -1120.0)];
        let east = [(1886.0, -660.0), (1900.0, -900.0), (1800.0, -1110.0), (1500.0, -1200.0), (620.0, -1215.0)];
        for (name, line) in [("West mole", west), ("East mole", east)] {
            for (k, pair) in line.windows(2).enumerate() {
                let (a, b) = (DVec2::from(pair[0]), DVec2::from(pair[1]));
                let pieces = ((b - a).length() / 55.0).ceil() as usize;
                for i in 0..pieces {
                    let (p, q) = (a.lerp(b, i as f64 / pieces as f64), a.lerp(b, (i + 1) as f64 / pieces as f64));
                    let id = format!("mole-{}-{k}-{i}", &name[..4].trim().to_lowercase());
                    let seed = self.rng.next_u64();
                    let feature = Feature::new(id, "mole", name, "breakwater", 6.0).year(1964);
                    self.add((p + q) * 0.5, feature, 0, move |mesh, level| mole(mesh, p, q, seed, level));
                }
            }
        }
        // Bends get a round head, or a wedge of water would show.
        for (k, bend) in west.iter().chain(&east).enumerate().filter(|(k, _)| k % 5 != 4) {
            let at = DVec2::from(*bend);
            let feature = Feature::new(format!("mole-bend-{k}"), "mole", "Mole", "breakwater", 6.0).year(1964);
            self.add(at, feature, 0, move |mesh, _| {
                mesh.drum(at, (20.6, 6.5), (-4.0, 4.6), 18, hex(0x4a463f), hex(0x837c70));
                mesh.drum(at, (6.5, 0.1), (4.59, 4.6), 18, hex(0xa9a396), hex(0xa9a396));
            });
        }
        let at = DVec2::new(126.0, -1121.0);
        let feature = Feature::new("lighthouse", "lighthouse", "Farol da Barra", "navigation", 31.0).year(1911);
        self.add(at, feature, 0, move |mesh, level| lighthouse(mesh, at, level));
        let at = DVec2::new(614.0, -1215.0);
        let feature = Feature::new("beacon", "lighthouse", "East mole light", "navigation", 11.0).year(1964);
        self.add(at, feature, 1, move |mesh, _| {
            mesh.drum(at, (7.0, 6.0), (-4.0, 5.2), 14, hex(0x6b675f), hex(0x9a958a));
            mesh.drum(at, (1.5, 1.2), (5.0, 15.0), 10, hex(0x8c2b26), hex(0xb03a30));
            mesh.drum(at, (1.4, 0.2), (15.0, 17.0), 10, hex(0xe8e4d8), hex(0x8c2b26));
        });
    }

    /// Trailers, trucks and loose boxes on the yards, trees along the avenue.
    fn lots(&mut self) {
        let mut lots: Vec<(f64, f64, f64, f64, usize)> = Vec::new();
        for k in 0..17 {
            lots.push((648.0 + k as f64 * 52.0, -424.0, 11.0, 4.0, 4));
            lots.push((648.0 + k as f64 * 52.0, -212.0, 13.0, 4.2, 3));
        }
        for k in 0..6 {
            lots.push((310.0 + k as f64 * 46.0, -402.0, 10.0, 4.4, 4));
            lots.push((310.0 + k as f64 * 38.0, -240.0, 12.0, 4.2, 4));
        }
        for (k, (e, n, _, pitch, count)) in lots.into_iter().enumerate() {
            let seed = Rng::of(self.seed, 12, k as u64).next_u64();
            let at = DVec2::new(e, n);
            let feature = Feature::new(format!("lot-{k:02}"), "trailers", "Trailer park", "parking", 4.0);
            self.add(at, feature, 1, move |mesh, level| {
                let mut rng = Rng::new(seed);
                for i in 0..count {
                    if rng.chance(0.3) {
                        continue;
                    }
                    let l =
                        Local::new((at + DVec2::new(i as f64 * pitch, rng.range(-0.8, 0.8))).extend(QUAY_U), DVec2::Y);
                    let color = scale(hex(rng.pick(&BOXES)), rng.range(0.85, 1.15) as f32);
                    let stacked = rng.chance(0.3);
                    let bed = if stacked { 0.0 } else { 1.25 };
                    container(mesh, &l, (0.0, 0.0, bed), color, false);
                    if stacked {
                        container(mesh, &l, (0.0, 0.0, 2.6), hex(rng.pick(&BOXES)), false);
                    } else if level >= 3 {
                        l.boxed(mesh, (-3.6, 0.0), (3.6, 2.2), (0.05, 1.2), hex(0x232527));
                        l.boxed(mesh, (4.5, 0.0), (0.6, 2.0), (0.05, 1.2), hex(0x232527));
                        if rng.chance(0.35) {
                            l.boxed(
                                mesh,
                                (7.9, 0.0),
                                (2.3, 2.4),
                                (0.5, 3.4),
                                hex(rng.pick(&[0xe8e6df, 0x8c3b2e, 0x31506b])),
                            );
                            l.boxed(mesh, (6.4, 0.0), (3.4, 1.0), (0.4, 1.1), hex(0x232527));
                        }
                    }
                }
            });
        }
    }

    /// The keep on the hill, the pier of the beach, the port's office.
    fn sights(&mut self, plan: &Plan) {
        let at = DVec2::new(-760.0, 880.0);
        let u = plan.terrain.height(at);
        let feature = Feature::new("castle", "castle", "Castelo do Mirante", "museum", 27.0).year(1288);
        self.add(at, feature, 0, move |mesh, level| castle(mesh, at, u, level));
        let at = DVec2::new(584.0, -215.0);
        let feature = Feature::new("port-office", "building", "Port authority", "offices", 34.0).year(2006);
        self.add(at, feature, 0, move |mesh, level| {
            let rect = Rect::new(at, DVec2::X, 24.0, 18.0);
            let white = hex(0xe4e1d8);
            for floor in 0..8 {
                let (u0, u1) = (QUAY_U + floor as f64 * 4.0, QUAY_U + (floor + 1) as f64 * 4.0);
                let turned = rect.part(floor as f64 * 0.35, 0.0, 24.0, 18.0 - floor as f64 * 0.3);
                let c = turned.corners();
                for k in 0..4 {
                    let (a, b) = (c[k], c[(k + 1) % 4]);
                    mesh.wall(a, b, u0, u0 + 1.2, scale(white, if floor == 0 { 0.65 } else { 0.9 }), white);
                    mesh.lit = if (floor + k) % 3 == 0 { 5 } else { 0 };
                    let p = [a.extend(u0 + 1.2), b.extend(u0 + 1.2), b.extend(u1), a.extend(u1)];
                    mesh.quad_shaded(Matter::Glass, p, [hex(0x2c3a42), hex(0x2c3a42), hex(0x506570), hex(0x506570)]);
                    mesh.lit = 0;
                }
                if level >= 2 || floor == 7 {
                    mesh.slab(&turned.part(0.0, 0.0, 25.2, 19.0 - floor as f64 * 0.3), u1 - 0.3, u1 + 0.05, white);
                }
            }
            mesh.drum(at, (0.3, 0.1), (QUAY_U + 32.0, QUAY_U + 46.0), 6, white, hex(0xb03a30));
        });
    }
}
