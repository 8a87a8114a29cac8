use super::*;
use crate::bake::model::{Polygon, Roof as Form};
use proptest::prelude::*;

fn known(height_m: Option<f64>, floors: Option<f64>, roof: Form, usage: Usage) -> model::Building {
    model::Building {
        footprint: Polygon::default(),
        base: Height::AboveGround(0.0),
        height_m,
        floors,
        roof,
        roof_height_m: None,
        roof_direction_deg: None,
        wall_color: None,
        roof_color: None,
        usage,
    }
}

fn rectangle(length: f64, width: f64) -> Region {
    Region::new([(0.0, 0.0), (length, 0.0), (length, width), (0.0, width)].map(DVec2::from).to_vec())
}

fn made(building: &model::Building, footprint: &Region, ground_u: (f64, f64)) -> (Option<Building>, Issues) {
    let mut issues = Issues::default();
    let site =
        Site { id: "way/4711", name: "", building, footprint, party: &[], ground_u, plan_zero_h_m: 0.0, year: 0 };
    (super::building(&site, &mut issues), issues)
}

#[test]
fn a_known_height_is_the_roofs_top_above_the_lowest_ground() {
    for roof in [Form::Flat, Form::Gabled, Form::Hipped, Form::Pyramidal, Form::Skillion, Form::Mansard, Form::Dome] {
        let (b, issues) =
            made(&known(Some(14.0), Some(4.0), roof, Usage::Apartments), &rectangle(16.0, 11.0), (3.0, 3.8));
        assert!((b.unwrap().top_u() - 17.0).abs() < 1e-6, "{roof:?}");
        assert!(issues.is_empty());
    }
}

#[test]
fn without_a_height_floors_and_usage_decide() {
    let (b, _) = made(&known(None, Some(5.0), Form::Flat, Usage::Apartments), &rectangle(16.0, 11.0), (0.0, 0.0));
    assert_eq!(b.unwrap().volumes[0].floors, 5);
    let (b, _) = made(&known(None, None, Form::Unknown, Usage::House), &rectangle(10.0, 8.0), (0.0, 0.0));
    assert!((1..=2).contains(&b.unwrap().volumes[0].floors));
}

#[test]
fn absurd_values_are_told_and_not_drawn() {
    for height in [0.0, -3.0, 5000.0, f64::NAN, f64::INFINITY] {
        let (b, issues) = made(&known(Some(height), None, Form::Flat, Usage::House), &rectangle(10.0, 8.0), (0.0, 0.0));
        assert!(b.unwrap().top_u() < 20.0, "{height}");
        assert_eq!(issues.len(), 1);
        assert_eq!(issues.iter().next().unwrap().path, "way/4711");
    }
}

#[test]
fn a_part_above_the_ground_hangs_there() {
    let mut b = known(Some(20.0), None, Form::Flat, Usage::Offices);
    b.base = Height::AboveGround(12.0);
    let (made, _) = made(&b, &rectangle(20.0, 8.0), (5.0, 5.0));
    let v = &made.unwrap().volumes[0];
    assert!(v.raised && (v.foot_u - 17.0).abs() < 1e-9 && (v.top_u() - 25.0).abs() < 1e-6);
}

#[test]
fn footprints_that_are_nothing_give_an_issue() {
    let line = Region::new([(0.0, 0.0), (10.0, 0.0), (20.0, 0.0)].map(DVec2::from).to_vec());
    let (b, issues) = made(&known(None, None, Form::Unknown, Usage::House), &line, (0.0, 0.0));
    assert!(b.is_none() && issues.len() == 1);
    let bow = Region::new([(0.0, 0.0), (8.0, 9.0), (8.0, 0.0), (0.0, 8.0)].map(DVec2::from).to_vec());
    let (b, issues) = made(&known(None, None, Form::Gabled, Usage::House), &bow, (0.0, 0.0));
    assert!(b.is_none() || !issues.is_empty());
    let bad = Region::new([(0.0, 0.0), (f64::NAN, 9.0), (8.0, 0.0)].map(DVec2::from).to_vec());
    assert!(made(&known(None, None, Form::Gabled, Usage::House), &bad, (0.0, 0.0)).0.is_none());
}

#[test]
fn clockwise_footprints_are_turned() {
    let mut turned = rectangle(10.0, 8.0);
    turned.outer.reverse();
    let (b, _) = made(&known(None, None, Form::Hipped, Usage::House), &turned, (0.0, 0.0));
    assert!(poly::signed_area(&b.unwrap().volumes[0].outline) > 0.0);
}

#[test]
fn shared_edges_stay_blank_after_cleaning() {
    let mut footprint = rectangle(10.0, 8.0);
    footprint.outer.insert(2, DVec2::new(10.0, 4.0));
    let b = known(None, None, Form::Gabled, Usage::House);
    let party = vec![vec![false, true, true, false, false]];
    let mut issues = Issues::default();
    let site = Site {
        id: "a",
        name: "",
        building: &b,
        footprint: &footprint,
        party: &party,
        ground_u: (0.0, 0.0),
        plan_zero_h_m: 0.0,
        year: 1900,
    };
    let made = super::building(&site, &mut issues).unwrap();
    assert_eq!(made.volumes[0].faces, [Face::Street, Face::Blank, Face::Street, Face::Street]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn whatever_comes_is_drawn_or_told(
        points in proptest::collection::vec((-60.0f64..60.0, -60.0f64..60.0), 0..14),
        height in proptest::option::of(-10.0f64..200.0),
        floors in proptest::option::of(-2.0f64..60.0),
        roof in 0usize..13,
        level in 0usize..5,
    ) {
        const ROOFS: [Form; 13] = [Form::Unknown, Form::Flat, Form::Gabled, Form::Hipped, Form::Pyramidal, Form::Skillion,
            Form::HalfHipped, Form::Gambrel, Form::Mansard, Form::Dome, Form::Onion, Form::Round, Form::Sawtooth];
        let footprint = Region::new(points.into_iter().map(DVec2::from).collect());
        let (b, issues) = made(&known(height, floors, ROOFS[roof], Usage::Apartments), &footprint, (0.0, 1.0));
        match b {
            None => prop_assert!(!issues.is_empty()),
            Some(b) => {
                let mut mesh = crate::bake::mesh::Mesh::default();
                super::super::facade::draw(&mut mesh, &b, level);
                prop_assert!(!mesh.is_empty());
                let finite = mesh.triangles.iter().flatten().all(|v| v.at.is_finite() && v.normal.is_finite());
                prop_assert!(finite);
            }
        }
    }
}
