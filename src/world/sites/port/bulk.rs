//! The terminal for dry bulk: silos with their head house, unloaders, conveyors, heaps.

use super::super::parts::{DARK, GALVANISED, GLASS, SAFETY, flight, railing};
use super::super::pen::{P, Pen, faces, placed};
use super::super::{Builder, Extent, font, numbered};
use super::{QUAY_Y, yard};
use crate::bake::det::{Rng, noise, unit_vector};
use crate::bake::feature::Feature;
use crate::bake::mesh::{Rgb, Surface, hex, scale};
use glam::{DAffine3, DVec2, DVec3};
use std::f64::consts::TAU;

fn at(x: f64, y: f64) -> DAffine3 {
    DAffine3::from_translation(DVec3::new(x, y, 0.0))
}

pub fn build(site: &mut Builder) {
    for row in 0..2 {
        for k in 0..5 {
            let number = row * 5 + k + 1;
            let (x, y) = (-1170.0 + 17.0 * k as f64, -205.0 + 17.0 * row as f64);
            let feature =
                Feature::new(numbered("silo", number), "silo", format!("Grain silo {number} (4000 t)"), "grain", 42.0)
                    .year(1979);
            let seed = Rng::of(site.seed, 0x5110, number as u64).next_u64();
            site.add(at(x, y), Extent(9.0, 42.0, 0), Some(feature), move |pen| silo(pen, seed));
        }
    }
    let head = Feature::new("silo-head", "building", "Silo head house", "grain elevator", 56.0).year(1979);
    site.add(at(-1136.0, -196.5), Extent(64.0, 57.0, 0), Some(head), head_house);
    for (k, x) in [-1090.0, -990.0].into_iter().enumerate() {
        let feature = Feature::new(
            numbered("unloader", k + 1),
            "crane",
            format!("Ship unloader {} (800 t/h)", k + 1),
            "dry bulk",
            34.0,
        )
        .year(1994);
        site.add(
            placed(DVec3::new(x, QUAY_Y + 13.0, 0.0), DVec2::NEG_Y),
            Extent(40.0, 36.0, 0),
            Some(feature),
            move |pen| unloader(pen, k),
        );
    }
    let galleries: [(P, P); 4] = [
        ([-960.0, QUAY_Y + 28.0, 9.0], [-1200.0, QUAY_Y + 28.0, 9.0]),
        ([-1196.0, QUAY_Y + 28.0, 9.0], [-1196.0, -205.0, 48.0]),
        ([-1090.0, -188.0, 46.0], [-1010.0, -100.0, 24.0]),
        ([-1090.0, QUAY_Y + 28.0, 9.0], [-1060.0, -60.0, 22.0]),
    ];
    for (k, (a, b)) in galleries.into_iter().enumerate() {
        let feature = Feature::new(
            numbered("conveyor", k + 1),
            "conveyor",
            format!("Conveyor {}", k + 1),
            "dry bulk",
            a[2].max(b[2]),
        )
        .year(1994);
        let m = DVec3::from(a).midpoint(b.into());
        let (a, b) = (DVec3::from(a) - m, DVec3::from(b) - m);
        site.add(DAffine3::from_translation(m), Extent(a.length() + 3.0, 50.0, 0), Some(feature), move |pen| {
            gallery(pen, a.to_array(), b.to_array(), m.z);
        });
    }
    for (k, (x, y, r, high, c)) in [
        (-1010.0, -96.0, 24.0, 15.0, 0x9a8c70),
        (-1060.0, -50.0, 30.0, 18.0, 0x4a4743),
        (-1120.0, -40.0, 22.0, 13.0, 0x8d6a52),
        (-1000.0, -20.0, 20.0, 12.0, 0xb3a98f),
        (-1190.0, -60.0, 26.0, 15.0, 0x6d675d),
    ]
    .into_iter()
    .enumerate()
    {
        let feature = Feature::new(numbered("heap", k + 1), "stockpile", format!("Heap {}", k + 1), "dry bulk", high);
        let seed = Rng::of(site.seed, 0x43A9, k as u64).next_u64();
        site.add(at(x, y), Extent(r * 1.12, high, 0), Some(feature), move |pen| heap(pen, r, high, hex(c), seed));
    }
    for x in [-1240.0, -1100.0, -960.0] {
        for y in [-252.0, -130.0, 30.0] {
            yard::mast(site, x, y);
        }
    }
}

fn silo(pen: &mut Pen, seed: u64) {
    pen.of(Surface::Concrete);
    let sides = [8, 12, 16, 20, 28][pen.level];
    let c = hex(0xb3aea2);
    let (r, high) = (8.2, 38.0);
    let bands = if pen.level >= 3 { 5 } else { 1 };
    for band in 0..bands {
        for k in 0..sides {
            let [a, b] = [k, k + 1].map(|k| unit_vector(TAU * (k % sides) as f64 / sides as f64));
            let [z0, z1] = [band, band + 1].map(|k| high * f64::from(k) / f64::from(bands));
            let tone = |d: DVec2, z: f64| {
                let streak = noise(seed, DVec2::new(d.x * 7.0 + d.y * 4.0, z * 0.02)) as f32;
                scale(c, (0.93 + 0.1 * streak) * if z < 0.1 { 0.7 } else { 1.0 })
            };
            let p = [[a.x * r, a.y * r, z0], [b.x * r, b.y * r, z0], [b.x * r, b.y * r, z1], [a.x * r, a.y * r, z1]];
            pen.quad_round(
                p,
                [a, b, b, a].map(|d| d.extend(0.0)),
                [tone(a, z0), tone(b, z0), tone(b, z1), tone(a, z1)],
            );
        }
    }
    pen.disc([0.0, 0.0, high], [0.0, 0.0, 1.0], r, sides, scale(c, 0.95));
}

/// The gallery over the silos and the tower with the elevators.
fn head_house(pen: &mut Pen) {
    pen.of(Surface::Concrete);
    let c = hex(0xbdb8ab);
    pen.cube([-46.0, -5.0, 38.0], [44.0, 5.0, 43.5], c);
    pen.block([-62.0, -9.0, 0.0], [-46.0, 9.0, 54.0], scale(c, 0.97));
    pen.block([-58.0, -4.0, 54.0], [-50.0, 4.0, 57.0], scale(c, 0.9));
    if pen.level < 2 {
        return;
    }
    let mut lot = Rng::new(12);
    for f in faces([-46.0, -5.0, 38.0], [44.0, 5.0, 43.5]) {
        super::super::parts::window_band(pen, &f, [1.5, 2.4, f.width - 1.5, 4.0], 4.5, scale(c, 0.7), &mut lot);
    }
    for f in faces([-62.0, -9.0, 0.0], [-46.0, 9.0, 54.0]) {
        for floor in 0..8 {
            let z = 4.0 + 6.2 * f64::from(floor);
            super::super::parts::window_band(
                pen,
                &f,
                [f.width * 0.35, z, f.width * 0.65, z + 1.8],
                1.8,
                scale(c, 0.7),
                &mut lot,
            );
        }
        pen.paint(&f, [0.4, 0.0, 0.8, 54.0], 0.03, scale(c, 0.8));
    }
    if pen.level >= 3 {
        let f = faces([-46.0, -17.2, 0.0], [44.0, 17.2, 54.0])[0];
        font::write(pen, &f, (45.0, 26.0), 5.0, "SILOS DO MIRANTE", hex(0x55738a));
        railing(pen, &[[-46.0, -5.0, 43.5], [44.0, -5.0, 43.5], [44.0, 5.0, 43.5], [-46.0, 5.0, 43.5]], GALVANISED);
    }
}

/// A travelling unloader with a screw: x to the sea.
fn unloader(pen: &mut Pen, k: usize) {
    pen.of(Surface::Metal);
    let c = hex(0x9a6a35);
    for x in [-6.0, 6.0] {
        for y in [-6.0, 6.0] {
            pen.bar([x, y, 0.8], [x * 0.6, y * 0.6, 14.0], 1.0, 1.0, c);
            pen.block([x - 0.6, y - 2.2, 0.0], [x + 0.6, y + 2.2, 1.2], DARK);
        }
        pen.bar([x, -6.0, 1.8], [x, 6.0, 1.8], 0.9, 1.2, c);
    }
    pen.cube([-5.0, -4.5, 13.5], [5.0, 4.5, 15.0], c);
    pen.cube([-6.0, -3.0, 15.0], [2.0, 3.0, 20.0], hex(0xc3c1b7));
    pen.bar([0.0, 0.0, 17.0], [30.0, 0.0, 25.0 - 2.0 * k as f64], 1.6, 2.2, c);
    pen.bar([-14.0, 0.0, 17.0], [0.0, 0.0, 17.5], 2.4, 2.4, scale(c, 0.9));
    pen.bar([30.0, 0.0, 26.5 - 2.0 * k as f64], [30.0, 0.0, 6.0], 1.2, 1.2, c);
    pen.bar([0.0, 0.0, 19.0], [-1.0, 0.0, 33.0], 0.9, 0.9, c);
    if pen.level >= 2 {
        pen.rod([-1.0, 0.0, 33.0], [26.0, 0.0, 25.0], 0.12, 4, DARK);
        pen.rod([-1.0, 0.0, 33.0], [-13.0, 0.0, 18.2], 0.12, 4, DARK);
        pen.bar([-6.0, 4.8, 15.0], [-12.0, 16.0, 9.5], 1.6, 1.6, hex(0xb3b1a6));
    }
    if pen.level >= 3 {
        for f in faces([2.0, 2.0, 15.0], [4.8, 4.6, 17.8]) {
            pen.pane(&f, [0.1, 0.9, f.width - 0.1, 2.5], 0.02, GLASS, 0);
        }
        pen.cube([2.0, 2.0, 15.0], [4.8, 4.6, 15.9], hex(0xc3c1b7));
        railing(pen, &[[-5.0, -4.5, 15.0], [5.0, -4.5, 15.0], [5.0, 4.5, 15.0], [-5.0, 4.5, 15.0]], SAFETY);
        flight(pen, [-5.0, -7.4, 0.2], [3.0, -7.4, 8.0], 0.9, GALVANISED);
        flight(pen, [3.0, -6.4, 8.0], [-4.0, -5.4, 15.0], 0.9, GALVANISED);
    }
}

/// A closed conveyor gallery between two points, on trestles; `ground` is how far its frame stands above the ground.
fn gallery(pen: &mut Pen, a: P, b: P, ground: f64) {
    pen.of(Surface::Metal);
    let c = hex(0xa9ada6);
    pen.bar(a, b, 3.2, 3.0, c);
    let (pa, pb) = (DVec3::from(a), DVec3::from(b));
    let length = (pb - pa).length();
    let count = (length / 24.0).ceil() as usize;
    for k in 0..=count {
        let p = pa.lerp(pb, k as f64 / count as f64);
        let side = (pb - pa).truncate().perp().normalize_or_zero() * 2.6;
        for s in [-1.0, 1.0] {
            let foot = [p.x + side.x * s, p.y + side.y * s, -ground];
            let top = [p.x + side.x * s * 0.4, p.y + side.y * s * 0.4, p.z - 1.4];
            if pen.level >= 1 {
                pen.bar(foot, top, 0.45, 0.45, hex(0x70766f));
            }
        }
    }
    if pen.level >= 3 {
        let along = (pb - pa) / length;
        let right = along.to_array();
        let out = DVec3::new(along.y, -along.x, 0.0).normalize_or_zero();
        let up = out.cross(along).to_array();
        let o = pa + out * 1.62 - DVec3::from(up) * 1.5;
        let f = super::super::pen::Face::new(o.to_array(), right, up, length, 3.0);
        let mut x = 3.0;
        while x < length - 4.0 {
            pen.pane(&f, [x, 1.5, x + 1.6, 2.4], 0.02, GLASS, 0);
            x += 6.0;
        }
    }
}

fn heap(pen: &mut Pen, r: f64, high: f64, c: Rgb, seed: u64) {
    pen.of(Surface::Soil);
    let (sides, rings) = [(8, 2), (12, 3), (16, 4), (24, 6), (36, 9)][pen.level];
    let point = |ring: usize, k: usize| {
        let t = ring as f64 / rings as f64;
        let d = unit_vector(TAU * (k % sides) as f64 / sides as f64);
        let bump = noise(seed, DVec2::new(d.x * 3.0 + 9.0, d.y * 3.0 + t * 4.0)) * 0.09;
        let rr = r * (1.0 - t) * (1.0 + bump * 1.2);
        [d.x * rr, d.y * rr * 0.9, high * (t + bump * t * (1.0 - t)).min(0.96 + 0.04 * t)]
    };
    for ring in 0..rings {
        for k in 0..sides {
            let tone = 0.8 + 0.25 * (ring as f32 / rings as f32) + 0.06 * ((k * 5 + ring * 3) % 4) as f32 / 4.0;
            pen.quad([point(ring, k), point(ring, k + 1), point(ring + 1, k + 1), point(ring + 1, k)], scale(c, tone));
        }
    }
}
