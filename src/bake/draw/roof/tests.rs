use super::*;
use crate::bake::det::{Rng, unit_vector};
use proptest::prelude::*;

fn over(outline: Vec<DVec2>, roof: Roof) -> Volume {
    Volume {
        faces: vec![Face::Street; outline.len()],
        outline,
        floor_u: 0.0,
        floors: 2,
        floor_m: 3.0,
        roof,
        ..Volume::default()
    }
}

fn ring(points: &[(f64, f64)]) -> Vec<DVec2> {
    points.iter().map(|&p| DVec2::from(p)).collect()
}

fn l_shape() -> Vec<DVec2> {
    ring(&[(0.0, 0.0), (16.0, 0.0), (16.0, 8.0), (9.0, 8.0), (9.0, 20.0), (0.0, 20.0)])
}

const PITCHED: [Roof; 6] = [
    Roof::Gabled(3.0),
    Roof::Hipped(3.0),
    Roof::HalfHipped(3.0),
    Roof::Gambrel(3.4),
    Roof::Mansard(3.4),
    Roof::Round(3.0),
];

/// Slopes are planar, lie between the eaves' edge and the top, and cover the plan.
fn check(v: &Volume, eaves_m: f64) -> Result<(), String> {
    let Some(s) = solve(v, eaves_m) else { return Ok(()) };
    let mut covered = 0.0;
    for slope in &s.slopes {
        let plan: Vec<DVec2> = slope.points.iter().map(|p| p.truncate()).collect();
        covered += poly::signed_area(&plan);
        let normal = (1..slope.points.len() - 1)
            .map(|k| (slope.points[k] - slope.points[0]).cross(slope.points[k + 1] - slope.points[0]))
            .fold(glam::DVec3::ZERO, |a, b| a + b)
            .normalize_or_zero();
        for p in &slope.points {
            let off = (*p - slope.points[0]).dot(normal).abs();
            if off > 0.02 {
                return Err(format!("{:?}: a point lies {off} m off its slope", v.roof));
            }
            if p.z < s.eaves_edge_u - 0.01 || p.z > v.top_u() + 0.01 {
                return Err(format!("{:?}: a point at {} m", v.roof, p.z));
            }
        }
    }
    let eaves: Vec<DVec2> = s.eaves.iter().map(|e| e.edge.0).collect();
    let area = poly::signed_area(&eaves);
    if (covered - area).abs() > 0.004 * area + 0.05 {
        return Err(format!("{:?}: slopes cover {covered} of {area} m2", v.roof));
    }
    Ok(())
}

#[test]
fn slopes_are_sound_over_common_footprints() {
    let quad = ring(&[(0.0, 0.0), (14.0, 0.0), (14.0, 9.0), (0.0, 9.0)]);
    for outline in [quad, l_shape()] {
        for roof in PITCHED {
            for eaves_m in [0.0, EAVES_M] {
                let v = over(outline.clone(), roof);
                assert!(solve(&v, eaves_m).is_some(), "{roof:?}");
                check(&v, eaves_m).unwrap();
            }
        }
    }
}

#[test]
fn a_gabled_roof_over_two_wings_has_two_gables() {
    assert_eq!(solve(&over(l_shape(), Roof::Gabled(3.0)), 0.0).unwrap().gables.len(), 2);
}

#[test]
fn half_hips_cut_both_gables() {
    let v = over(ring(&[(0.0, 0.0), (14.0, 0.0), (14.0, 8.0), (0.0, 8.0)]), Roof::HalfHipped(3.0));
    let s = solve(&v, 0.0).unwrap();
    assert_eq!(s.slopes.len(), 4);
    assert!(s.gables.iter().all(|g| g.chain.len() == 4));
}

#[test]
fn a_terraced_house_has_its_gables_at_the_neighbours() {
    let mut v = over(ring(&[(0.0, 0.0), (6.0, 0.0), (6.0, 13.0), (0.0, 13.0)]), Roof::Hipped(4.0));
    v.faces = vec![Face::Street, Face::Blank, Face::Court, Face::Blank];
    let s = solve(&v, EAVES_M).unwrap();
    assert_eq!(s.gables.iter().map(|g| g.edge).collect::<Vec<_>>(), [1, 3]);
}

#[test]
fn a_ridge_follows_the_direction_that_the_source_gives() {
    let mut v = over(ring(&[(0.0, 0.0), (14.0, 0.0), (14.0, 9.0), (0.0, 9.0)]), Roof::Gabled(3.0));
    v.roof_towards = Some(DVec2::Y);
    let s = solve(&v, 0.0).unwrap();
    assert_eq!(s.gables.iter().map(|g| g.edge).collect::<Vec<_>>(), [0, 2]);
}

#[test]
fn what_cannot_be_solved_is_flat() {
    let many: Vec<DVec2> = (0..400).map(|k| unit_vector(std::f64::consts::TAU * k as f64 / 400.0) * 40.0).collect();
    assert!(!is_solvable(&over(many, Roof::Hipped(3.0))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn slopes_are_sound_over_any_footprint(seed in 0u64..50_000, corners in 3usize..16, form in 0usize..6) {
        let mut rng = Rng::new(seed);
        let outline: Vec<DVec2> = (0..corners)
            .map(|k| unit_vector(std::f64::consts::TAU * k as f64 / corners as f64) * rng.range(6.0, 18.0))
            .collect();
        let mut v = over(outline, PITCHED[form]);
        if corners > 4 {
            v.faces[seed as usize % corners] = Face::Blank;
        }
        for eaves_m in [0.0, EAVES_M] {
            prop_assert_eq!(check(&v, eaves_m), Ok(()));
        }
    }
}
