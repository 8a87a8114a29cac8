//! The main streets, laid by hand: rings and radials from the core, the boulevard along the coast, bridges, valley roads,
//! the serpentine up to the ski slope; and the lines that divide the land without being streets: coast, river banks,
//! the strips of motorway and railway, fences of the great sites. Plan frame metres.

use super::geom::Line;
use super::graph::{Class, Way};
use super::motorway::Motorway;
use super::terrain::{SKI_PLACE, Shore, Terrain};
use crate::bake::det::unit_vector;
use crate::world::layout::{CORE, PADS, PORT, Pad, SERVICE_AREA, WORLD_HALF_M};
use glam::DVec2;

/// The railway from the eastern border to its terminus, and half the width of its strip.
pub const RAILWAY: [(f64, f64); 7] = [
    (8200.0, 60.0),
    (6800.0, 10.0),
    (5600.0, -230.0),
    (4300.0, -420.0),
    (3200.0, -500.0),
    (2250.0, -560.0),
    (1420.0, -610.0),
];
pub const RAIL_HALF_M: f64 = 15.0;
/// The strip widens to hold the station's platforms.
pub const STATION_HALF_M: f64 = 42.0;
pub const STATION_LENGTH_M: f64 = 360.0;

/// Villages: middle, radius, name. Each is a ring road on a valley or coast road.
pub const VILLAGES: [(f64, f64, f64, &str); 7] = [
    (-3350.0, 3250.0, 300.0, "Ribeira de Cima"),
    (-4480.0, 4480.0, 240.0, "Vale de Azenha"),
    (-7080.0, 2750.0, 330.0, "Monte Novo"),
    (3850.0, 3300.0, 330.0, "Fonte Boa"),
    (6750.0, 3650.0, 320.0, "Santa Luzia"),
    (1180.0, 3230.0, 260.0, "Aldeia da Serra"),
    (SKI_PLACE.0.x, SKI_PLACE.0.y, 128.0, "Vila da Neve"),
];

/// Main streets: class, name, control points.
type Laid = (Class, &'static str, &'static [(f64, f64)]);

const STREETS: [Laid; 34] = [
    // Rings.
    (
        Class::Arterial,
        "Segunda Circular",
        &[
            (1780.0, -2660.0),
            (1960.0, -2150.0),
            (2080.0, -1500.0),
            (2000.0, -700.0),
            (1560.0, -60.0),
            (800.0, 200.0),
            (0.0, 60.0),
            (-620.0, -200.0),
            (-1250.0, -330.0),
            (-1750.0, -560.0),
            (-2260.0, -690.0),
            (-2900.0, -620.0),
            (-3700.0, -560.0),
            (-4500.0, -500.0),
            (-5300.0, -760.0),
        ],
    ),
    (
        Class::Arterial,
        "Circular Norte",
        &[
            (-4330.0, 2040.0),
            (-3700.0, 1990.0),
            (-2500.0, 1930.0),
            (-1700.0, 1850.0),
            (-700.0, 2080.0),
            (560.0, 2260.0),
            (1600.0, 2080.0),
            (2200.0, 2080.0),
            (3200.0, 2280.0),
            (4200.0, 2180.0),
            (5080.0, 2260.0),
            (6500.0, 2560.0),
            (8300.0, 2850.0),
        ],
    ),
    (
        Class::Arterial,
        "Avenida do Planalto",
        &[
            (-2800.0, 700.0),
            (-1800.0, 640.0),
            (-1350.0, 800.0),
            (-650.0, 960.0),
            (330.0, 800.0),
            (1200.0, 760.0),
            (2120.0, 640.0),
            (3000.0, 330.0),
            (3760.0, 60.0),
            (4900.0, 40.0),
            (5900.0, 330.0),
            (6900.0, 520.0),
            (8300.0, 760.0),
        ],
    ),
    // Radials.
    (
        Class::Arterial,
        "Avenida da Republica",
        &[
            (270.0, -560.0),
            (300.0, 200.0),
            (330.0, 900.0),
            (370.0, 1360.0),
            (480.0, 1800.0),
            (560.0, 2260.0),
            (880.0, 2430.0),
            (1130.0, 2700.0),
            (1185.0, 2960.0),
            (1180.0, 3260.0),
        ],
    ),
    (
        Class::Arterial,
        "Avenida das Descobertas",
        &[
            (760.0, -720.0),
            (1180.0, -360.0),
            (1560.0, -60.0),
            (2000.0, 420.0),
            (2280.0, 900.0),
            (2420.0, 1520.0),
            (2500.0, 2130.0),
            (2830.0, 2420.0),
            (3200.0, 2900.0),
            (3850.0, 3300.0),
            (4500.0, 3900.0),
            (5150.0, 4150.0),
            (6050.0, 3980.0),
            (6750.0, 3650.0),
            (7300.0, 3050.0),
            (7450.0, 2640.0),
        ],
    ),
    (
        Class::Boulevard,
        "Avenida do Oriente",
        &[
            (900.0, -1180.0),
            (1500.0, -1200.0),
            (2060.0, -1150.0),
            (3000.0, -1080.0),
            (4300.0, -930.0),
            (5000.0, -830.0),
            (5900.0, -760.0),
            (6700.0, -520.0),
            (8300.0, -560.0),
        ],
    ),
    (
        Class::Boulevard,
        "Avenida do Porto",
        &[
            (700.0, -1640.0),
            (1300.0, -1880.0),
            (1960.0, -2060.0),
            (2700.0, -2160.0),
            (3450.0, -2140.0),
            (4480.0, -2060.0),
            (5250.0, -1950.0),
            (5950.0, -1760.0),
            (6600.0, -1700.0),
            (7250.0, -1500.0),
            (8300.0, -1450.0),
        ],
    ),
    (Class::Boulevard, "Avenida da Liberdade", &[(230.0, -1700.0), (200.0, -2000.0), (190.0, -2260.0)]),
    (
        Class::Arterial,
        "Avenida da Ponte",
        &[
            (-370.0, -1080.0),
            (-900.0, -960.0),
            (-1500.0, -1000.0),
            (-2150.0, -1180.0),
            (-2800.0, -1260.0),
            (-3500.0, -1230.0),
            (-4400.0, -1200.0),
            (-5100.0, -1120.0),
            (-5700.0, -1330.0),
            (-6350.0, -1180.0),
            (-7200.0, -1050.0),
            (-8300.0, -950.0),
        ],
    ),
    (
        Class::Arterial,
        "Calcada da Ajuda",
        &[
            (-230.0, -760.0),
            (-600.0, -230.0),
            (-1000.0, -20.0),
            (-1560.0, 250.0),
            (-1760.0, 640.0),
            (-1800.0, 1180.0),
            (-1700.0, 1850.0),
            (-1500.0, 2300.0),
            (-1620.0, 2750.0),
        ],
    ),
    (
        Class::Collector,
        "Rua de Santa Maria",
        &[(-1700.0, -2620.0), (-1560.0, -2000.0), (-1450.0, -1010.0), (-1230.0, -310.0)],
    ),
    (Class::Collector, "Rua do Castelo", &[(-700.0, -2300.0), (-780.0, -1900.0), (-700.0, -1400.0), (-650.0, -940.0)]),
    // The inner ring around the core.
    (
        Class::Boulevard,
        "Avenida dos Aliados",
        &[
            (250.0, -560.0),
            (620.0, -650.0),
            (860.0, -900.0),
            (900.0, -1180.0),
            (820.0, -1480.0),
            (560.0, -1700.0),
            (230.0, -1770.0),
            (-110.0, -1690.0),
            (-350.0, -1430.0),
            (-400.0, -1110.0),
            (-290.0, -790.0),
            (-40.0, -610.0),
            (250.0, -560.0),
            (460.0, -580.0),
        ],
    ),
    (Class::Boulevard, "Eixo Central", &[(230.0, -1830.0), (250.0, -1150.0), (270.0, -500.0)]),
    (Class::Collector, "Rua da Moeda", &[(-470.0, -1140.0), (60.0, -1150.0), (250.0, -1150.0), (980.0, -1180.0)]),
    // West of the river.
    (
        Class::Arterial,
        "Avenida de Africa",
        &[
            (-3380.0, -2420.0),
            (-3420.0, -1900.0),
            (-3500.0, -1230.0),
            (-3640.0, -560.0),
            (-3900.0, 250.0),
            (-4180.0, 900.0),
            (-4230.0, 1440.0),
            (-4290.0, 2000.0),
            (-4260.0, 2380.0),
            (-4080.0, 2600.0),
            (-3790.0, 2640.0),
            (-3640.0, 2860.0),
            (-3590.0, 3100.0),
            (-3350.0, 3250.0),
            (-3480.0, 3700.0),
            (-4100.0, 4150.0),
            (-4480.0, 4480.0),
            (-4560.0, 4640.0),
        ],
    ),
    (
        Class::Arterial,
        "Avenida do Atlantico",
        &[
            (-4680.0, -2420.0),
            (-4560.0, -1850.0),
            (-4420.0, -1200.0),
            (-4480.0, -500.0),
            (-4700.0, 200.0),
            (-4640.0, 800.0),
            (-4200.0, 960.0),
        ],
    ),
    (
        Class::Collector,
        "Rua do Areal",
        &[
            (-2380.0, -1900.0),
            (-2900.0, -1880.0),
            (-3420.0, -1860.0),
            (-4560.0, -1850.0),
            (-5300.0, -1950.0),
            (-5420.0, -2300.0),
            (-5360.0, -2640.0),
        ],
    ),
    (
        Class::Collector,
        "Estrada da Encosta",
        &[(-5100.0, -1120.0), (-5150.0, -600.0), (-5060.0, 100.0), (-4660.0, 480.0)],
    ),
    (
        Class::Collector,
        "Avenida da Azinhaga",
        &[(-2760.0, 190.0), (-3200.0, 110.0), (-3880.0, 200.0), (-4720.0, 210.0)],
    ),
    // The western town behind the hill.
    (
        Class::Arterial,
        "Avenida do Poente",
        &[
            (-7420.0, -2300.0),
            (-7380.0, -1700.0),
            (-7230.0, -1050.0),
            (-7150.0, -300.0),
            (-7200.0, 610.0),
            (-7260.0, 1300.0),
            (-7160.0, 2100.0),
            (-7080.0, 2750.0),
            (-7060.0, 3150.0),
        ],
    ),
    (
        Class::Collector,
        "Rua da Atalaia",
        &[
            (-8300.0, -1650.0),
            (-7380.0, -1700.0),
            (-6850.0, -1720.0),
            (-6750.0, -1150.0),
            (-6620.0, -400.0),
            (-6640.0, 300.0),
            (-7200.0, 380.0),
        ],
    ),
    (
        Class::Collector,
        "Estrada de Monte Novo",
        &[
            (-8300.0, 1500.0),
            (-7250.0, 1460.0),
            (-6700.0, 1500.0),
            (-6560.0, 2000.0),
            (-6900.0, 2450.0),
            (-7100.0, 2500.0),
        ],
    ),
    (Class::Collector, "Rua dos Salgados", &[(-8300.0, -300.0), (-7150.0, -320.0), (-6560.0, -330.0)]),
    // East.
    (
        Class::Arterial,
        "Avenida da Industria",
        &[
            (4450.0, -2724.0),
            (4480.0, -2060.0),
            (4620.0, -1450.0),
            (4900.0, -830.0),
            (4980.0, -200.0),
            (5080.0, 700.0),
            (5100.0, 1430.0),
            (5080.0, 2260.0),
            (5300.0, 3000.0),
            (5350.0, 4120.0),
        ],
    ),
    (
        Class::Arterial,
        "Avenida de Ceuta",
        &[
            (3450.0, -2724.0),
            (3440.0, -2140.0),
            (3300.0, -1500.0),
            (3160.0, -1060.0),
            (3080.0, -300.0),
            (3040.0, 330.0),
            (3180.0, 900.0),
            (3260.0, 1440.0),
            (3220.0, 2280.0),
        ],
    ),
    (Class::Collector, "Rua da Fabrica", &[(4180.0, -10.0), (4180.0, 130.0), (4180.0, 300.0)]),
    (Class::Collector, "Rua das Maquinas", &[(4680.0, 610.0), (5080.0, 610.0), (5600.0, 640.0), (6080.0, 650.0)]),
    (
        Class::Arterial,
        "Avenida dos Bandeirantes",
        &[
            (6050.0, -2300.0),
            (5970.0, -1760.0),
            (5880.0, -760.0),
            (5960.0, -200.0),
            (5920.0, 330.0),
            (6050.0, 900.0),
            (5560.0, 1180.0),
            (5060.0, 1120.0),
        ],
    ),
    (
        Class::Collector,
        "Estrada do Farol",
        &[
            (6450.0, -2380.0),
            (6700.0, -2250.0),
            (6950.0, -2480.0),
            (7330.0, -2900.0),
            (7520.0, -2500.0),
            (7600.0, -2050.0),
            (7700.0, -1400.0),
        ],
    ),
    (Class::Collector, "Rua da Subestacao", &[(2600.0, 2460.0), (2600.0, 2110.0)]),
    (Class::Collector, "Estrada da Serra", &[(5300.0, 3000.0), (4500.0, 2900.0), (3850.0, 3010.0)]),
    (Class::Collector, "Rua do Lago", &[(6900.0, 560.0), (6960.0, -500.0), (7000.0, -1650.0)]),
    (Class::Collector, "Rua da Quinta", &[(1620.0, 2040.0), (1560.0, 1420.0), (1500.0, 720.0), (1240.0, 60.0)]),
];

/// The railway's middle line.
pub fn railway() -> Line {
    Line::smooth(&RAILWAY.map(|p| DVec2::new(p.0, p.1)), 45.0)
}

/// All lines with their ways; way 0 is the nameless border.
pub fn lay(terrain: &Terrain, motorway: &Motorway) -> (Vec<(Vec<DVec2>, u32)>, Vec<Way>) {
    let mut laid = Laying { lines: Vec::new(), ways: vec![Way::border()] };
    let half = WORLD_HALF_M;
    let corners = [(-half, -half), (half, -half), (half, half), (-half, half), (-half, -half)];
    let at = |p: (f64, f64)| DVec2::new(p.0, p.1);
    // The frame, in pieces so that nothing is too long, and a little over so that its corner closes.
    for k in 0..4 {
        let (a, b) = (at(corners[k]), at(corners[k + 1]));
        let over = (b - a).normalize() * 30.0;
        laid.border(vec![a - over, a.lerp(b, 0.25), a.lerp(b, 0.5), a.lerp(b, 0.75), b + over]);
    }
    laid.coast(terrain);
    laid.river(terrain);
    laid.motorway(motorway);
    laid.railway();
    for pad in PADS.iter().filter(|pad| pad.name != PORT.name) {
        laid.fence(pad);
    }
    for (class, name, controls) in STREETS {
        let controls: Vec<DVec2> = controls.iter().map(|&p| at(p)).collect();
        laid.street(class, name, Line::smooth(&controls, 45.0).points);
    }
    for (x, y, radius, name) in VILLAGES {
        let ring: Vec<DVec2> = (0..=18)
            .map(|k| {
                let angle = std::f64::consts::TAU * f64::from(k % 18) / 18.0;
                let wave = 1.0 + 0.24 * unit_vector(angle * 2.0 + x).x + 0.13 * unit_vector(angle * 3.0 + y).y;
                DVec2::new(x, y) + unit_vector(angle) * (radius * wave)
            })
            .collect();
        laid.street(Class::Collector, name, ring);
    }
    let serpentine = serpentine(terrain);
    laid.street(Class::Mountain, "Estrada da Neve", serpentine.points);
    (laid.lines, laid.ways)
}

struct Laying {
    lines: Vec<(Vec<DVec2>, u32)>,
    ways: Vec<Way>,
}

impl Laying {
    fn border(&mut self, line: Vec<DVec2>) {
        self.lines.push((line, 0));
    }

    fn street(&mut self, class: Class, name: &str, line: Vec<DVec2>) {
        self.ways.push(Way { class, name: name.into() });
        self.lines.push((line, self.ways.len() as u32 - 1));
    }

    /// The shore, the promenade beside it and the boulevard behind.
    fn coast(&mut self, terrain: &Terrain) {
        let line = terrain.coast_line();
        let inside: Vec<DVec2> = line.points.iter().copied().filter(|p| p.x.abs() < WORLD_HALF_M + 120.0).collect();
        self.ways.push(Way { class: Class::Shore, name: String::new() });
        self.lines.push((inside.clone(), self.ways.len() as u32 - 1));
        let offset = |low: f64, high: f64, beach: f64, quay: f64, step: f64| {
            let part = Line::new(inside.iter().copied().filter(|p| p.x > low && p.x < high).collect());
            let wide = part.beside(|m| {
                let x = part.at(m).0.x;
                let soft = |x: f64| if terrain.shore(DVec2::new(x, 0.0)).0 == Shore::Quay { quay } else { beach };
                (-5..=5).map(|k| soft(x + 40.0 * f64::from(k))).sum::<f64>() / 11.0
            });
            let wide = Line::new(wide);
            let count = (wide.length() / step).ceil() as usize;
            let controls: Vec<DVec2> =
                (0..=count).map(|k| wide.at(k as f64 / count as f64 * wide.length()).0).collect();
            Line::smooth(&controls, 45.0).points
        };
        let mut marginal = offset(-5480.0, 1760.0, 152.0, 86.0, 260.0);
        marginal.extend(
            [(2060.0, -2600.0), (2330.0, -2592.0), (2900.0, -2600.0), (3464.0, -2600.0)].map(|p| DVec2::new(p.0, p.1)),
        );
        self.street(Class::Boulevard, "Avenida Marginal", Line::smooth(&marginal, 45.0).points);
        self.street(Class::Promenade, "Passeio Maritimo", offset(-5520.0, 1800.0, 92.0, 26.0, 160.0));
        let port = [
            (3436.0, -2600.0),
            (3950.0, -2604.0),
            (4450.0, -2610.0),
            (4950.0, -2560.0),
            (5260.0, -2330.0),
            (5700.0, -2230.0),
            (6050.0, -2230.0),
            (6420.0, -2300.0),
            (6560.0, -2000.0),
            (6620.0, -1660.0),
        ];
        let port: Vec<DVec2> = port.iter().map(|&p| DVec2::new(p.0, p.1)).collect();
        self.street(Class::PortRoad, "Estrada do Porto", Line::smooth(&port, 60.0).points);
        // The two ends of the promenade come up to the boulevard.
        for x in [-2720.0, -1950.0, -420.0, 1540.0] {
            let (_, along) = Line::new(inside.clone()).nearest(DVec2::new(x, -2500.0));
            let (p, d) = Line::new(inside.clone()).at(along);
            self.street(Class::Pedestrian, "Passagem da Praia", vec![p + d.perp() * 8.0, p + d.perp() * 185.0]);
        }
        self.street(Class::Boulevard, "Avenida das Dunas", offset(-8200.0, -7080.0, 150.0, 90.0, 260.0));
        self.street(Class::Promenade, "Passeio das Dunas", offset(-8200.0, -7150.0, 88.0, 60.0, 160.0));
        self.street(Class::Pedestrian, "Passagem das Dunas", {
            let line = Line::new(inside.clone());
            let (p, d) = line.at(line.nearest(DVec2::new(-7230.0, -2450.0)).1);
            vec![p + d.perp() * 60.0, p + d.perp() * 185.0]
        });
        let eastern = [(-7100.0, -2330.0), (-6980.0, -2080.0), (-6860.0, -1700.0)].map(|p| DVec2::new(p.0, p.1));
        self.street(Class::Collector, "Rua da Falesia", Line::smooth(&eastern, 45.0).points);
        // The port's land: its long northern fence. Two avenues begin at its gates.
        let north = PORT.centre.y + PORT.half.y;
        let (west, east) = (PORT.centre.x - PORT.half.x, PORT.centre.x + PORT.half.x);
        self.border((-6..=26).map(|k| DVec2::new(west + (east - west) * f64::from(k) / 25.0, north)).collect());
    }

    /// Quay streets on both banks in the city, bare banks above it.
    fn river(&mut self, terrain: &Terrain) {
        let river = terrain.river_line();
        let length = river.length();
        for side in [1.0, -1.0] {
            // The water's edge down to the sea.
            let edge: Vec<DVec2> = river.beside(|m| side * (terrain.river_half_m(m) + 3.0));
            let inside = |p: &&DVec2| p.y < WORLD_HALF_M + 60.0 && p.x > -WORLD_HALF_M - 60.0;
            self.ways.push(Way { class: Class::Bank, name: String::new() });
            self.lines.push((edge.iter().filter(inside).copied().collect(), self.ways.len() as u32 - 1));
            let part = river.part(length - 4550.0, length - 60.0);
            let quay = part.beside(|m| side * (terrain.river_half_m(m + length - 4550.0) + 34.0));
            let name = if side > 0.0 { "Cais da Ribeira" } else { "Cais de Gaia" };
            let controls: Vec<DVec2> = quay.iter().step_by(4).copied().collect();
            self.street(Class::Collector, name, Line::smooth(&controls, 45.0).points);
        }
    }

    fn motorway(&mut self, motorway: &Motorway) {
        for (from, to) in motorway.stretches() {
            let count = ((to - from) / 45.0).ceil() as usize;
            for side in [1.0, -1.0] {
                let line = (0..=count)
                    .map(|k| {
                        let m = from + (to - from) * k as f64 / count as f64;
                        let half = motorway.strip_half_m(m.clamp(from + 1.0, to - 1.0)).unwrap_or(33.0);
                        motorway.beside(m, side * half)
                    })
                    .collect();
                self.border(line);
            }
            let world = 0.0..motorway.line.length();
            for m in [from, to].into_iter().filter(|m| world.contains(m)) {
                let half = motorway.strip_half_m(m.clamp(from + 1.0, to - 1.0)).unwrap_or(33.0) + 20.0;
                let inner = m.clamp(from + 2.0, to - 2.0);
                self.border(vec![motorway.beside(inner, half), motorway.beside(inner, -half)]);
            }
        }
    }

    fn railway(&mut self) {
        let line = railway();
        let end = line.length();
        let half = |m: f64| {
            let t = crate::bake::det::smoothstep(end - STATION_LENGTH_M - 320.0, end - STATION_LENGTH_M, m);
            RAIL_HALF_M + (STATION_HALF_M - RAIL_HALF_M) * t
        };
        self.border(line.beside(half));
        self.border(line.beside(|m| -half(m)));
        let (p, d) = line.at(end);
        let across = d.perp() * (STATION_HALF_M + 30.0);
        self.border(vec![p - d * 2.0 + across, p - d * 2.0 - across]);
    }

    fn fence(&mut self, pad: &Pad) {
        let corner = |x: f64, y: f64| pad.centre + pad.along * (pad.half.x * x) + pad.along.perp() * (pad.half.y * y);
        for (a, b) in [
            ((-1.0, -1.0), (1.0, -1.0)),
            ((1.0, -1.0), (1.0, 1.0)),
            ((1.0, 1.0), (-1.0, 1.0)),
            ((-1.0, 1.0), (-1.0, -1.0)),
        ] {
            let (a, b) = (corner(a.0, a.1), corner(b.0, b.1));
            let over = (b - a).normalize() * 8.0;
            self.border(vec![a - over, b + over]);
        }
        if pad.name == SERVICE_AREA.name {
            // Only ramps lead to it; a fence ties it to the motorway's strip.
            self.border(vec![corner(0.0, 0.9), corner(0.0, 1.0) + DVec2::Y * 70.0]);
        }
    }
}

/// The road up to the ski slope: legs at a steady gradient that turn back at both sides of the flank.
pub fn serpentine(terrain: &Terrain) -> Line {
    const GRADE: f64 = 0.078;
    let mut p = DVec2::new(1150.0, 3620.0);
    let mut points = vec![DVec2::new(1180.0, 3260.0), DVec2::new(1190.0, 3480.0), DVec2::new(1190.0, 3560.0), p];
    let mut turn = -1.0;
    let mut since = 0.0;
    for _ in 0..400 {
        let uphill = terrain.hillside(p);
        let steep = uphill.length().max(0.02);
        let up = uphill / steep;
        let share = (GRADE / steep).min(1.0);
        let along = up.perp() * turn * (1.0 - share * share).max(0.0).sqrt() + up * share;
        p += along * 30.0;
        points.push(p);
        since += 30.0;
        let goal = SKI_PLACE.0 + DVec2::new(90.0, -120.0);
        if p.y > goal.y - 20.0 || (p - goal).length() < 90.0 {
            points.push(goal);
            points.push(SKI_PLACE.0);
            break;
        }
        let (low, high) = (60.0, 1150.0);
        if since > 240.0 && (p.x < low && along.x < 0.0 || p.x > high && along.x > 0.0) {
            // A hairpin: round by the uphill side until the new leg's direction.
            let side = if along.perp_dot(up) > 0.0 { 1.0 } else { -1.0 };
            let mut d = along;
            for _ in 0..8 {
                let (s, c) = (0.342 * side, 0.94);
                d = DVec2::new(d.x * c - d.y * s, d.x * s + d.y * c).normalize();
                p += d * 8.5;
                points.push(p);
            }
            turn = -turn;
            since = 0.0;
        }
    }
    // Corners are cut.
    let mut cut = vec![points[0]];
    for pair in points.windows(2) {
        cut.extend([pair[0].lerp(pair[1], 0.25), pair[0].lerp(pair[1], 0.75)]);
    }
    cut.extend(points.last());
    points = cut;
    let fine = Line::new(points);
    // Sparse on straights.
    let mut sparse = vec![fine.points[0]];
    for k in 1..fine.points.len() - 1 {
        let last = sparse[sparse.len() - 1];
        let (d0, d1) =
            ((fine.points[k] - last).normalize_or_zero(), (fine.points[k + 1] - fine.points[k]).normalize_or_zero());
        if d0.perp_dot(d1).abs() > 0.1 && (fine.points[k] - last).length() > 8.0
            || (fine.points[k] - last).length() > 40.0
        {
            sparse.push(fine.points[k]);
        }
    }
    sparse.extend(fine.points.last());
    Line::new(sparse)
}

/// How far a point is from the middle of the core.
pub fn from_core_m(p: DVec2) -> f64 {
    (p - CORE).length()
}
