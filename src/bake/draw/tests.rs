//! Budgets: what is drawn most often stays cheap.

use super::{furniture, plants, vehicles};
use crate::bake::det::Rng;
use crate::bake::mesh::{Matter, Mesh};
use glam::{DVec2, DVec3};

fn count(mesh: &Mesh) -> usize {
    mesh.triangles.iter().map(Vec::len).sum::<usize>() / 3
}

const SPECIES: [plants::Species; 11] = [
    plants::Species::Plane,
    plants::Species::Lime,
    plants::Species::Oak,
    plants::Species::StonePine,
    plants::Species::Cypress,
    plants::Species::Palm,
    plants::Species::Olive,
    plants::Species::Birch,
    plants::Species::Spruce,
    plants::Species::FruitTree,
    plants::Species::Shrub,
];

#[test]
fn trees_stay_within_their_budgets() {
    for species in SPECIES {
        for (level, most) in [(4, 560), (3, 110), (2, 20), (1, 13), (0, 13)] {
            let mut sum = 0;
            for seed in 0..20 {
                let mut mesh = Mesh::default();
                plants::draw(&mut mesh, &plants::Plant { species, at: DVec3::ZERO, height_m: 10.0, seed }, level);
                sum += count(&mesh);
            }
            assert!(sum / 20 <= most, "{species:?} level {level}: {} triangles", sum / 20);
        }
    }
}

#[test]
fn trees_are_as_high_as_they_are_said_to_be() {
    for species in SPECIES {
        let mut mesh = Mesh::default();
        plants::draw(&mut mesh, &plants::Plant { species, at: DVec3::ZERO, height_m: 10.0, seed: 3 }, 4);
        let top = mesh.triangles.iter().flatten().map(|v| v.at.z).fold(f64::MIN, f64::max);
        assert!((8.5..11.8).contains(&top), "{species:?}: {top} m");
    }
}

#[test]
fn vehicles_stay_within_their_budgets_and_measures() {
    use vehicles::Kind::*;
    for kind in [Hatchback, Saloon, Estate, Suv, Van, SmallTruck, Taxi, Bus] {
        for (level, most) in [(4, 400), (3, 60), (2, 24), (1, 0)] {
            let color = vehicles::paint(kind, &mut Rng::new(4));
            let mut mesh = Mesh::default();
            vehicles::draw(&mut mesh, &vehicles::Vehicle { kind, at: DVec3::ZERO, along: DVec2::Y, color }, level);
            assert!(count(&mesh) <= most, "{kind:?} level {level}: {}", count(&mesh));
            let size = kind.size_m();
            for v in mesh.triangles.iter().flatten() {
                assert!(v.at.y.abs() < size.x * 0.5 + 0.15 && v.at.x.abs() < size.y * 0.5 + 0.3 && v.at.z >= 0.0);
            }
        }
    }
}

#[test]
fn lamps_glow_at_night() {
    for kind in [furniture::Kind::RoadLamp, furniture::Kind::Lantern, furniture::Kind::PathLamp] {
        let mut mesh = Mesh::default();
        let thing = furniture::Thing { kind, at: DVec3::ZERO, along: DVec2::X, seed: 1 };
        furniture::draw(&mut mesh, &thing, 4);
        assert!(mesh.triangles[Matter::Glass as usize].iter().any(|v| v.lit == 6), "{kind:?}");
        assert!(count(&mesh) < 120);
    }
}

#[test]
fn a_wood_is_one_surface_over_its_ground() {
    let region =
        super::poly::Region::new([(0.0, 0.0), (200.0, 0.0), (200.0, 150.0), (0.0, 150.0)].map(DVec2::from).to_vec());
    let mut mesh = Mesh::default();
    plants::canopy(&mut mesh, &region, &|p| p.x * 0.1, (12.0, 10.0), 0.5, 7);
    assert!((400..900).contains(&count(&mesh)));
    assert!(mesh.triangles[0].iter().all(|v| v.at.z > v.at.x * 0.1 - 0.1 && v.at.z < v.at.x * 0.1 + 16.0));
}

#[test]
fn fences_run_along_their_line() {
    use furniture::{Barrier::*, barrier};
    for kind in [Wall, GardenWall, WoodFence, IronFence, WireFence, Railing, GuardRail] {
        let mut mesh = Mesh::default();
        barrier(&mut mesh, kind, &[DVec3::ZERO, DVec3::new(10.0, 0.0, 1.0), DVec3::new(10.0, 8.0, 1.0)], 1.2, 3, 4);
        assert!(count(&mesh) > 10, "{kind:?}");
        assert!(
            mesh.triangles[0].iter().all(|v| v.at.x > -0.3 && v.at.x < 10.3 && v.at.y > -0.3 && v.at.y < 8.3),
            "{kind:?}"
        );
    }
}
