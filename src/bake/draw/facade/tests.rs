//! Levels of one building agree, so that none pops: in silhouette and in mean colour, seen as a camera sees them.

use super::*;
use crate::bake::draw::building::{Court, Ground, Roof};
use crate::bake::feature::Feature;
use crate::bake::mesh::{Rgb, hex};
use crate::bake::model::Usage;
use glam::DVec3;

const LOOKS: [Look; 5] = [
    Look::Windows { bay_m: 3.1, width_m: 1.2, height_m: 1.7, shutters: false, balconies: 0 },
    Look::Windows { bay_m: 3.4, width_m: 1.8, height_m: 1.6, shutters: false, balconies: 2 },
    Look::Bands,
    Look::Curtain { bay_m: 1.6, fins: false },
    Look::Hall,
];

fn house(look: Look, roof: Roof, floors: usize, seed: u64) -> Building {
    let outline = [(0.0, 0.0), (18.0, 0.0), (18.0, 12.0), (0.0, 12.0)].map(DVec2::from).to_vec();
    let volume = Volume {
        outline,
        faces: vec![Face::Street, Face::Blank, Face::Court, Face::Blank],
        foot_u: -0.6,
        floor_u: 0.15,
        floors,
        floor_m: 3.2,
        roof,
        look,
        usage: Usage::Apartments,
        year: 1905 + (seed % 110) as i16,
        wall: hex(0xe3cfc0),
        roof_color: hex(0xa96f58),
        ..Volume::default()
    };
    Building { feature: Feature::default(), volumes: vec![volume], seed, block: None, merges: false }
}

/// A picture by parallel rays from the front, from above right: covered share of the picture, mean linear colour.
fn seen(building: &Building, level: usize) -> (f64, Rgb) {
    const SIZE: usize = 160;
    let mut mesh = Mesh::default();
    draw(&mut mesh, building, level);
    let towards = DVec3::new(-0.35, 0.8, -0.5).normalize();
    let right = towards.cross(DVec3::Z).normalize();
    let up = right.cross(towards);
    let scale_px = SIZE as f64 / 46.0;
    let mut pixels = vec![(f64::MAX, [0.0f32; 3]); SIZE * SIZE];
    let middle = DVec3::new(9.0, 6.0, 8.0);
    for t in mesh.triangles.iter().flat_map(|list| list.chunks_exact(3)) {
        let p = [0, 1, 2].map(|k| {
            let d = t[k].at - middle;
            DVec3::new(d.dot(right) * scale_px, d.dot(up) * scale_px, d.dot(towards)) + DVec3::new(80.0, 80.0, 0.0)
        });
        let area = (p[1] - p[0]).truncate().perp_dot((p[2] - p[0]).truncate());
        if area <= 1e-9 {
            continue;
        }
        let low = p[0].min(p[1]).min(p[2]).floor().max(DVec3::ZERO);
        let high = p[0].max(p[1]).max(p[2]).ceil().min(DVec3::splat(SIZE as f64 - 1.0));
        for y in low.y as usize..=high.y.max(0.0) as usize {
            for x in low.x as usize..=high.x.max(0.0) as usize {
                let q = DVec2::new(x as f64 + 0.5, y as f64 + 0.5);
                let side = |a: DVec3, b: DVec3| (b - a).truncate().perp_dot(q - a.truncate()) / area;
                let w = [side(p[1], p[2]), side(p[2], p[0]), side(p[0], p[1])];
                let depth: f64 = (0..3).map(|k| w[k] * p[k].z).sum();
                let pixel = &mut pixels[y * SIZE + x];
                if w.iter().all(|&w| w >= 0.0) && depth < pixel.0 {
                    let c = [0, 1, 2].map(|j| (0..3).map(|k| w[k] as f32 * t[k].color[j]).sum());
                    *pixel = (depth, c);
                }
            }
        }
    }
    let covered: Vec<Rgb> = pixels.iter().filter(|p| p.0 < f64::MAX).map(|p| p.1).collect();
    let mean = [0, 1, 2].map(|j| covered.iter().map(|c| c[j]).sum::<f32>() / covered.len().max(1) as f32);
    (covered.len() as f64 / (SIZE * SIZE) as f64, mean)
}

#[test]
fn levels_agree_in_silhouette_and_mean_colour() {
    for (index, look) in LOOKS.into_iter().enumerate() {
        for (floors, roof) in [(4, Roof::Gabled(3.6)), (5, Roof::Flat), (4, Roof::Mansard(3.6))] {
            let seeds: Vec<u64> = (0..6).map(|k| 11 + k * 37 + index as u64).collect();
            let mean = |level: usize| {
                let all: Vec<(f64, Rgb)> =
                    seeds.iter().map(|&seed| seen(&house(look, roof, floors, seed), level)).collect();
                let n = all.len() as f64;
                let cover = all.iter().map(|a| a.0).sum::<f64>() / n;
                (cover, [0, 1, 2].map(|j| all.iter().map(|a| a.1[j]).sum::<f32>() / n as f32))
            };
            let (cover, color) = mean(4);
            for level in 0..4 {
                let (c, rgb) = mean(level);
                assert!(
                    (c / cover - 1.0).abs() < 0.06,
                    "{look:?} {roof:?} level {level}: covers {c:.4} instead of {cover:.4}"
                );
                for j in 0..3 {
                    let ratio = rgb[j] / color[j];
                    assert!(
                        (0.89..1.12).contains(&ratio),
                        "{look:?} {roof:?} level {level}: {rgb:?} instead of {color:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn heights_agree_within_the_parapet() {
    for roof in [Roof::Flat, Roof::Gabled(3.0), Roof::Hipped(3.0), Roof::Dome(5.0), Roof::Skillion(2.0)] {
        let b = house(LOOKS[0], roof, 4, 3);
        for level in 0..4 {
            let mut mesh = Mesh::default();
            draw(&mut mesh, &b, level);
            // Without what stands on roofs.
            let top = mesh.triangles.iter().flatten().map(|v| v.at.z).fold(f64::MIN, f64::max);
            assert!(top > b.top_u() - 0.6 && top < b.top_u() + 5.0, "{roof:?} level {level}: {top}");
        }
    }
}

#[test]
fn the_same_house_is_drawn_twice() {
    let b = house(LOOKS[1], Roof::Mansard(3.5), 5, 42);
    let points = || {
        let mut mesh = Mesh::default();
        draw(&mut mesh, &b, 4);
        mesh.triangles.iter().flatten().map(|v| v.at.to_array().map(f64::to_bits)).collect::<Vec<_>>()
    };
    assert_eq!(points(), points());
}

#[test]
fn courts_have_walls_and_windows() {
    let mut b = house(LOOKS[0], Roof::Flat, 4, 5);
    let solid = |b: &Building| {
        let mut mesh = Mesh::default();
        draw(&mut mesh, b, 3);
        mesh.triangles[Matter::Glass as usize].len()
    };
    let without = solid(&b);
    let outline = [(5.0, 3.5), (5.0, 8.5), (13.0, 8.5), (13.0, 3.5)].map(DVec2::from).to_vec();
    b.volumes[0].courts = vec![Court { faces: vec![Face::Court; 4], outline }];
    assert!(solid(&b) > without);
}

#[test]
fn volumes_that_are_nothing_draw_nothing() {
    let mut b = house(LOOKS[0], Roof::Flat, 4, 5);
    b.volumes[0].outline.truncate(2);
    let mut mesh = Mesh::default();
    draw(&mut mesh, &b, 4);
    assert!(mesh.is_empty());
}

/// Prints triangles and milliseconds a building; run with `--ignored --nocapture` in the release profile.
#[test]
#[ignore = "prints figures"]
fn figures() {
    let dense = |seed: u64| {
        let mut b = house(
            LOOKS[seed as usize % 2],
            [Roof::Gabled(3.4), Roof::Flat, Roof::Mansard(3.6)][seed as usize % 3],
            5,
            seed,
        );
        b.volumes[0].ground =
            [Ground::Shops, Ground::AsAbove, Ground::Shops, Ground::Arcade, Ground::Garages][seed as usize % 5];
        b
    };
    let cottage = |seed: u64| {
        let mut b =
            house(LOOKS[0], [Roof::Gabled(3.0), Roof::Hipped(2.6), Roof::HalfHipped(2.8)][seed as usize % 3], 2, seed);
        b.volumes[0].outline = [(0.0, 0.0), (11.0, 0.0), (11.0, 8.0), (0.0, 8.0)].map(DVec2::from).to_vec();
        b.volumes[0].faces = vec![Face::Street; 4];
        b
    };
    let tower = |seed: u64| {
        let mut b = house(LOOKS[[3, 2, 0][seed as usize % 3]], Roof::Crown, 28, seed);
        b.volumes[0].faces = vec![Face::Street; 4];
        b.volumes[0].outline = [(0.0, 0.0), (28.0, 0.0), (28.0, 24.0), (0.0, 24.0)].map(DVec2::from).to_vec();
        b
    };
    let hall = |seed: u64| {
        let mut b = house(LOOKS[4], [Roof::Flat, Roof::Gabled(3.0), Roof::Sawtooth(2.5)][seed as usize % 3], 1, seed);
        b.volumes[0].faces = vec![Face::Street; 4];
        b.volumes[0].floor_m = 9.0;
        b.volumes[0].outline = [(0.0, 0.0), (60.0, 0.0), (60.0, 30.0), (0.0, 30.0)].map(DVec2::from).to_vec();
        b
    };
    let kinds: [(&str, &dyn Fn(u64) -> Building); 4] =
        [("dense quarter", &dense), ("house", &cottage), ("tower", &tower), ("hall", &hall)];
    for (name, make) in kinds {
        for level in 0..=4 {
            let all: Vec<Building> = (0..200).map(|k| make(k * 7 + 1)).collect();
            let start = std::time::Instant::now();
            let mut triangles = 0;
            for b in &all {
                let mut mesh = Mesh::default();
                draw(&mut mesh, b, level);
                triangles += mesh.triangles.iter().map(Vec::len).sum::<usize>() / 3;
            }
            let ms = start.elapsed().as_secs_f64() * 1000.0 / all.len() as f64;
            println!("{name:14} level {level}: {:5} triangles, {ms:.3} ms", triangles / all.len());
        }
    }
}
