use super::*;
use crate::bake::det::{Rng, unit_vector};
use proptest::prelude::*;

fn ring(points: &[(f64, f64)]) -> Vec<DVec2> {
    points.iter().map(|&p| DVec2::from(p)).collect()
}

fn all_slopes(rings: &[&[DVec2]]) -> Option<Skeleton> {
    skeleton(rings, &vec![1.0; rings.iter().map(|r| r.len()).sum()])
}

#[test]
fn a_rectangle_has_a_ridge() {
    let s = all_slopes(&[&ring(&[(0.0, 0.0), (10.0, 0.0), (10.0, 6.0), (0.0, 6.0)])]).unwrap();
    assert!((s.longest_time() - 3.0).abs() < 1e-9);
    assert_eq!(s.faces.iter().map(Vec::len).collect::<Vec<_>>().iter().sum::<usize>(), 14);
}

#[test]
fn a_square_comes_to_a_point() {
    let s = all_slopes(&[&ring(&[(0.0, 0.0), (8.0, 0.0), (8.0, 8.0), (0.0, 8.0)])]).unwrap();
    assert!((s.longest_time() - 4.0).abs() < 1e-9);
}

#[test]
fn a_rectangle_with_upright_ends_is_a_saddle() {
    let outline = ring(&[(0.0, 0.0), (10.0, 0.0), (10.0, 6.0), (0.0, 6.0)]);
    let s = skeleton(&[&outline], &[1.0, 0.0, 1.0, 0.0]).unwrap();
    assert!((s.longest_time() - 3.0).abs() < 1e-9);
    let apex = s.nodes[s.faces[1][2]];
    assert!((apex.at - DVec2::new(10.0, 3.0)).length() < 1e-9);
}

#[test]
fn a_terraced_house_has_its_ridge_along_the_street() {
    let outline = ring(&[(0.0, 0.0), (6.0, 0.0), (6.0, 14.0), (0.0, 14.0)]);
    let s = skeleton(&[&outline], &[1.0, 0.0, 1.0, 0.0]).unwrap();
    assert!((s.longest_time() - 7.0).abs() < 1e-9);
}

#[test]
fn wings_and_courts_are_solved() {
    let l = ring(&[(0.0, 0.0), (20.0, 0.0), (20.0, 8.0), (9.0, 8.0), (9.0, 22.0), (0.0, 22.0)]);
    let t =
        ring(&[(0.0, 0.0), (30.0, 0.0), (30.0, 8.0), (19.0, 8.0), (19.0, 20.0), (11.0, 20.0), (11.0, 8.0), (0.0, 8.0)]);
    let u =
        ring(&[(0.0, 0.0), (30.0, 0.0), (30.0, 20.0), (22.0, 20.0), (22.0, 9.0), (8.0, 9.0), (8.0, 20.0), (0.0, 20.0)]);
    for outline in [&l, &t, &u] {
        assert!(all_slopes(&[outline]).is_some());
    }
    let outer = ring(&[(0.0, 0.0), (40.0, 0.0), (40.0, 30.0), (0.0, 30.0)]);
    let court = ring(&[(12.0, 10.0), (12.0, 20.0), (28.0, 20.0), (28.0, 10.0)]);
    let s = all_slopes(&[&outer, &court]).unwrap();
    assert!((s.longest_time() - 6.0).abs() < 1e-9);
}

#[test]
fn broken_outlines_have_no_skeleton() {
    assert!(all_slopes(&[&ring(&[(0.0, 0.0), (4.0, 4.0), (4.0, 0.0), (0.0, 4.0)])]).is_none());
    assert!(all_slopes(&[&ring(&[(0.0, 0.0), (4.0, 4.0)])]).is_none());
    let many: Vec<DVec2> = (0..MAX_EDGES + 1).map(|k| unit_vector(k as f64 * 0.01) * 50.0).collect();
    assert!(all_slopes(&[&many]).is_none());
}

/// A ring around the origin whose corners lie at any distance: reflex corners, spikes, slivers.
fn star(seed: u64, corners: usize) -> Vec<DVec2> {
    let mut rng = Rng::new(seed);
    (0..corners)
        .map(|k| unit_vector(std::f64::consts::TAU * k as f64 / corners as f64) * rng.range(4.0, 20.0))
        .collect()
}

/// A comb of rectangular wings along a spine, as footprints of large houses are.
fn comb(seed: u64, wings: usize) -> Vec<DVec2> {
    let mut rng = Rng::new(seed);
    let mut points = vec![DVec2::new(0.0, 0.0)];
    let mut x = 0.0;
    let mut upper = Vec::new();
    for _ in 0..wings {
        let (gap, width, deep) = (rng.range(1.0, 9.0), rng.range(3.0, 12.0), rng.range(0.5, 18.0));
        upper.push(DVec2::new(x, 10.0));
        upper.push(DVec2::new(x, 10.0 + deep));
        upper.push(DVec2::new(x + width, 10.0 + deep));
        upper.push(DVec2::new(x + width, 10.0));
        x += width + gap;
    }
    points.push(DVec2::new(x, 0.0));
    points.push(DVec2::new(x, 10.0));
    points.extend(upper.into_iter().rev());
    poly::cleaned(&points, 0.05)
}

#[test]
fn nearly_all_footprints_are_solved() {
    let mut failed = 0;
    for seed in 0..300 {
        let outline = star(seed, 5 + seed as usize % 20);
        failed += usize::from(all_slopes(&[&outline]).is_none());
        let outline = comb(seed, 1 + seed as usize % 5);
        failed += usize::from(all_slopes(&[&outline]).is_none());
    }
    assert!(failed <= 6, "{failed} of 600 failed");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn faces_rise_from_their_edges_and_fill_the_plan(seed in 0u64..100_000, corners in 3usize..26, upright in 0usize..30) {
        let outline = star(seed, corners);
        let mut speeds = vec![1.0; corners];
        if upright < corners {
            speeds[upright] = 0.0;
        }
        if let Some(s) = skeleton(&[&outline], &speeds) {
            prop_assert!(s.nodes.iter().all(|n| n.time >= 0.0 && n.at.is_finite()));
            let sum: f64 = s.faces.iter().map(|f| {
                let plan: Vec<DVec2> = f.iter().map(|&n| s.nodes[n].at).collect();
                poly::signed_area(&plan)
            }).sum();
            let area = poly::signed_area(&outline);
            prop_assert!((sum - area).abs() < 0.003 * area + 0.02);
            // Watertight: every arc is shared by two faces.
            let mut sides = std::collections::BTreeMap::new();
            for face in &s.faces {
                for k in 1..face.len() {
                    let (a, b) = (face[k], face[(k + 1) % face.len()]);
                    *sides.entry((a.min(b), a.max(b))).or_insert(0) += 1;
                }
            }
            prop_assert!(sides.values().all(|&n| n == 2));
        }
    }
}
