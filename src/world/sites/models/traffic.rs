//! Cars, trucks, the tram, ships, the wind turbine.

use super::super::boxes;
use super::super::hull::{Hull, Station};
use super::super::parts::{GLASS, LIT_WARM};
use super::super::pen::{Face, Pen, faces};
use super::super::places;
use super::super::port::ships::{self, Liner};
use super::super::vehicles::{self, Shape};
use super::Model;
use super::machines::axle;
use crate::bake::mesh::{Surface, hex, scale};

pub fn all() -> Vec<(&'static str, Model)> {
    vec![
        ("car_hatch", car(vehicles::HATCH)),
        ("car_saloon", car(vehicles::SALOON)),
        ("car_suv", car(vehicles::SUV)),
        ("van", car(vehicles::VAN)),
        ("bus", bus()),
        ("truck", truck()),
        ("tram", tram()),
        ("container_ship", container_ship()),
        ("tug", boat(|pen| ships::tug(pen, 3), [2.0, 0.0, 16.2])),
        ("pilot_boat", boat(|pen| ships::pilot_boat(pen, 4), [-1.5, 0.0, 6.3])),
        ("ferry", boat(ferry, [14.0, 0.0, 13.2])),
        ("sailing_boat", sailing_boat()),
        ("chair", chair()),
        ("wind_turbine", wind_turbine()),
    ]
}

/// Bodies are white, so that a scene may tint them.
fn car(shape: Shape) -> Model {
    let mut m = Model::new();
    let white = hex(0xf2f2f0);
    let body = m.part("body", None, [0.0; 3], |pen| vehicles::coachwork(pen, &shape, white));
    for (name, x) in [("wheels_front", shape.half * 0.63), ("wheels_rear", -shape.half * 0.6)] {
        m.part(name, Some(body), [x, 0.0, shape.wheel], |pen| axle(pen, shape.wide - 0.09, shape.wheel, 0.22));
    }
    m
}

fn bus() -> Model {
    let mut m = Model::new();
    let body = m.part("body", None, [0.0; 3], |pen| vehicles::bus_body(pen, hex(0xe8e6de)));
    for (name, x) in [("wheels_front", 3.4), ("wheels_rear", -2.9)] {
        m.part(name, Some(body), [x, 0.0, 0.49], |pen| axle(pen, 1.135, 0.49, 0.32));
    }
    m
}

fn truck() -> Model {
    let mut m = Model::new();
    let tractor =
        m.part("tractor", None, [0.0; 3], |pen| vehicles::tractor_body(&mut pen.shifted(5.1, 0.0, 0.0), hex(0xe8e8e4)));
    for (name, x) in [("wheels_front", 7.1), ("wheels_rear", 3.5)] {
        m.part(name, Some(tractor), [x, 0.0, 0.5], |pen| axle(pen, 1.0, 0.5, 0.4));
    }
    let trailer = m.part("trailer", Some(tractor), [4.4, 0.0, 0.0], |pen| {
        vehicles::trailer(&mut pen.shifted(-5.9, 0.0, 0.0), vehicles::Load::Empty);
    });
    m.part("load", Some(trailer), [-6.2, 0.0, 1.24], |pen| boxes::alone(pen, 11, boxes::LONG_M));
    m
}

/// One module of the tram from `x0` to `x1`; `nose` is where its cab looks: 1, -1 or 0 for none.
fn tram_module(pen: &mut Pen, x0: f64, x1: f64, nose: f64) {
    let (coat, dark, w) = (hex(0xd8d6ce), hex(0x2b2e30), 1.2);
    pen.of(Surface::Paint);
    let cut = 1.1;
    let ring = |z: f64, lean: f64, w: f64| {
        let (a, b) = (x0 + if nose < 0.0 { lean } else { 0.0 }, x1 - if nose > 0.0 { lean } else { 0.0 });
        let (p, q) = (if nose < 0.0 { cut } else { 0.0 }, if nose > 0.0 { cut } else { 0.0 });
        vec![
            [a, -w * if p > 0.0 { 0.7 } else { 1.0 }, z],
            [a + p, -w, z],
            [b - q, -w, z],
            [b, -w * if q > 0.0 { 0.7 } else { 1.0 }, z],
            [b, w * if q > 0.0 { 0.7 } else { 1.0 }, z],
            [b - q, w, z],
            [a + p, w, z],
            [a, w * if p > 0.0 { 0.7 } else { 1.0 }, z],
        ]
    };
    pen.loft(&[ring(0.18, 0.2, w - 0.06), ring(0.5, 0.0, w)], |_| dark, true);
    pen.loft(&[ring(0.5, 0.0, w), ring(1.1, 0.05, w)], |_| hex(0x9c3b2e), true);
    let (low, high) = (ring(1.1, 0.05, w), ring(2.6, 0.55, w - 0.03));
    for k in 0..8 {
        let n = (k + 1) % 8;
        pen.glass([low[k], low[n], high[n], high[k]], GLASS, LIT_WARM);
    }
    pen.loft(&[ring(2.6, 0.55, w - 0.03), ring(3.1, 0.8, w - 0.08), ring(3.3, 1.1, w - 0.35)], |_| coat, true);
    pen.poly(&ring(3.3, 1.1, w - 0.35), scale(coat, 0.9));
    for s in [-1.0, 1.0] {
        let f = Face::new(
            [if s < 0.0 { x0 } else { x1 }, s * (w + 0.005), 0.0],
            [-s, 0.0, 0.0],
            [0.0, 0.0, 1.0],
            x1 - x0,
            3.0,
        );
        let count = ((x1 - x0) / 2.2) as usize;
        for k in 0..=count {
            let x = (x1 - x0) * (0.12 + 0.76 * k as f64 / count as f64);
            if k % 2 == 1 {
                pen.paint(&f, [x - 0.7, 0.35, x + 0.7, 2.6], 0.015, hex(0x24292c));
                pen.pane(&f, [x - 0.6, 0.7, x - 0.04, 2.5], 0.03, GLASS, LIT_WARM);
                pen.pane(&f, [x + 0.04, 0.7, x + 0.6, 2.5], 0.03, GLASS, LIT_WARM);
            } else {
                pen.paint(&f, [x - 0.06, 1.1, x + 0.06, 2.6], 0.02, coat);
            }
        }
        for x in [x0 + (x1 - x0) * 0.35, x0 + (x1 - x0) * 0.65] {
            pen.of(Surface::Plain).wheel([x, s * 0.75, 0.3], 0.3, 0.12, hex(0x3a332e), hex(0x5a5048));
        }
    }
    pen.of(Surface::Metal).cube([x0 + (x1 - x0) * 0.3, -0.7, 3.3], [x0 + (x1 - x0) * 0.7, 0.7, 3.55], hex(0x9da39f));
}

fn tram() -> Model {
    let mut m = Model::new();
    let bellows = |pen: &mut Pen, x: f64| {
        for k in 0..5 {
            let x = x - 0.3 + 0.15 * f64::from(k);
            pen.of(Surface::Plain).cube([x - 0.05, -1.05, 0.4], [x + 0.05, 1.05, 3.05], hex(0x2b2e30));
        }
    };
    let middle = m.part("middle", None, [0.0; 3], |pen| {
        tram_module(pen, -4.2, 4.2, 0.0);
        bellows(pen, 4.6);
        bellows(pen, -4.6);
        pen.of(Surface::Metal).rod([0.0, 0.0, 3.5], [-1.4, 0.0, 4.4], 0.04, 4, hex(0x3a3d3f));
        pen.rod([-1.4, 0.0, 4.4], [0.0, 0.0, 5.3], 0.04, 4, hex(0x3a3d3f));
        pen.rod([0.0, -0.8, 5.3], [0.0, 0.8, 5.3], 0.03, 4, hex(0x3a3d3f));
    });
    for (name, s) in [("front", 1.0), ("rear", -1.0)] {
        m.part(name, Some(middle), [s * 4.6, 0.0, 0.0], |pen| {
            let (x0, x1) = if s > 0.0 { (0.4, 11.4) } else { (-11.4, -0.4) };
            tram_module(pen, x0, x1, s);
            for y in [-0.7, 0.7] {
                let c = if s > 0.0 { hex(0xe6e2d4) } else { hex(0x8a1f1b) };
                let f = faces([-11.43, y - 0.18, 0.65], [11.43, y + 0.18, 0.85])[if s > 0.0 { 1 } else { 3 }];
                pen.paint(&f, [0.0, 0.0, 0.36, 0.2], 0.0, c);
            }
        });
    }
    m
}

fn boat(draw: impl Fn(&mut Pen), radar: [f64; 3]) -> Model {
    let mut m = Model::new();
    let hull = m.part("hull", None, [0.0; 3], draw);
    m.part("radar", Some(hull), radar, |pen| {
        pen.of(Surface::Metal).cube([-0.08, -0.9, 0.0], [0.08, 0.9, 0.18], hex(0xd9d6cc));
    });
    m
}

fn container_ship() -> Model {
    let of = Liner {
        name: "TALVIK ESTRELA",
        length: 222.0,
        beam: 32.2,
        deck: 9.5,
        house_x: -66.0,
        funnel_x: -66.0,
        tiers: 5,
        side: hex(0x2f4048),
        stripe: hex(0xb9b7ae),
        seed: 99,
    };
    boat(
        move |pen| {
            // A ship is seen from afar more than from near: level 3 keeps it light.
            let mut p = Pen::new(pen.mesh, pen.plan_from_local, 3);
            ships::container_ship(&mut p, &of);
        },
        [-66.0, 0.0, 9.5 + 8.0 * 2.9 + 7.2],
    )
}

/// A passenger ferry of 58 m.
fn ferry(pen: &mut Pen) {
    let white = hex(0xd9d8d1);
    let mut p = Pen::new(pen.mesh, pen.plan_from_local, 3);
    Hull::cargo(58.0, 13.0, 3.2, hex(0xb8792c), 12).draw(&mut p);
    for (floor, (x0, x1, w)) in [(-25.0, 20.0, 12.2), (-23.0, 18.5, 11.4), (6.0, 17.0, 9.6)].into_iter().enumerate() {
        let z = 3.2 + 2.8 * floor as f64;
        let (low, high) = ([x0, -w * 0.5, z], [x1, w * 0.5, z + 2.8]);
        p.of(Surface::Paint).cube(low, high, scale(white, 1.0 - 0.03 * floor as f32));
        for f in faces(low, high) {
            p.pane(&f, [0.6, 0.9, f.width - 0.6, 2.1], 0.03, GLASS, LIT_WARM);
        }
    }
    p.of(Surface::Paint).cube([-12.0, -1.6, 8.8], [-7.0, 1.6, 13.2], hex(0xb8792c));
    p.of(Surface::Metal).rod([12.0, 0.0, 11.6], [12.0, 0.0, 17.0], 0.12, 6, white);
}

/// A yacht of 11 m under sail, the wind from its right.
fn sailing_boat() -> Model {
    let mut m = Model::new();
    let white = hex(0xe9e7df);
    let hull = m.part("hull", None, [0.0; 3], |pen| {
        let stations = vec![
            Station(-5.4, 1.2, 0.7, 1.0),
            Station(-3.0, 1.7, 1.2, 1.0),
            Station(0.5, 1.75, 1.2, 1.05),
            Station(3.5, 1.1, 0.6, 1.2),
            Station(5.2, 0.25, 0.08, 1.35),
            Station(5.6, 0.05, 0.02, 1.4),
        ];
        let (side, boot, deck) = (white, hex(0x27405c), hex(0xa98a63));
        Hull { stations, side, boot, deck, bulwark: 0.05, seed: 5 }.draw(pen);
        pen.of(Surface::Paint).cube([-1.4, -0.8, 1.0], [1.8, 0.8, 1.5], scale(white, 0.95));
        pen.of(Surface::Metal).rod([1.2, 0.0, 1.0], [1.2, 0.0, 15.0], 0.09, 8, hex(0xb9bcbb));
        pen.rod([1.2, 0.0, 2.1], [-3.6, 0.7, 2.1], 0.07, 6, hex(0xb9bcbb));
    });
    m.part("sails", Some(hull), [0.0; 3], |pen| {
        pen.of(Surface::Plain);
        let cloth = hex(0xe4e1d6);
        for (p, c) in [
            ([[1.1, 0.0, 2.3], [1.1, 0.0, 14.6], [-3.5, 0.68, 2.3]], cloth),
            ([[5.3, 0.0, 1.5], [1.3, 0.0, 13.4], [0.9, 0.9, 1.9]], scale(cloth, 0.97)),
        ] {
            pen.tri(p, c);
            pen.tri([p[0], p[2], p[1]], c);
        }
    });
    m
}

/// A chair of the ski lift; its origin is where it hangs on the rope.
fn chair() -> Model {
    let mut m = Model::new();
    m.part("chair", None, [0.0; 3], places::chair);
    m
}

fn wind_turbine() -> Model {
    let mut m = Model::new();
    let tower = m.part("tower", None, [0.0; 3], places::turbine_tower);
    let nacelle = m.part("nacelle", Some(tower), [0.0, 0.0, places::TURBINE.0], places::turbine_nacelle);
    m.part("rotor", Some(nacelle), [3.0, 0.0, 0.0], places::turbine_rotor);
    m
}
