//! The sea of a region from its coastlines: land lies on the left of them, sea on the right.
//!
//! Coastlines are cut at the region's border; from where one leaves the region, the sea's border follows the region's
//! clockwise to where the next one comes in. Broken coastlines (ends inside of the region, two in a row that come in) make
//! no sea, because a wrong guess drowns the land.

use glam::DVec2;

use super::degrees;
use crate::bake::model::Polygon;
use crate::bake::source::polygons::{area_m2, from_rings, unwrap_longitudes};
use crate::bake::source::region::Region;
use crate::format::osm::Place;
use crate::format::osm::rings::{Piece, join};

/// A coastline's way through the region, from border to border.
struct Passage {
    points: Vec<DVec2>,
    /// Where it comes in and leaves: 0 to 4 along the border, counter-clockwise from the south-west corner.
    from: f64,
    to: f64,
}

/// The region's sea; empty without coastlines in it. The error is where a coastline is broken.
pub(super) fn sea(coast: &[Vec<Place>], region: &Region) -> Result<Vec<Polygon>, Place> {
    let pieces: Vec<Piece<'_>> = coast.iter().map(|places| Piece { places, group: 0 }).collect();
    let joins = join(&pieces, true);
    let mut passages = Vec::new();
    let mut rings: Vec<Vec<DVec2>> = Vec::new();
    for ring in &joins.rings {
        let mut points = turned_to(region, &ring.places);
        let Some(outside) = points.iter().position(|p| !holds(region, *p)) else {
            rings.push(points);
            continue;
        };
        // Begun outside, no passage is cut in two.
        points.rotate_left(outside);
        points.push(points[0]);
        passages.extend(cut(&points, region));
    }
    for chain in &joins.chains {
        let points = turned_to(region, &chain.places);
        for (place, point) in [(chain.places.first(), points.first()), (chain.places.last(), points.last())] {
            if let (Some(place), Some(point)) = (place, point)
                && holds(region, *point)
            {
                return Err(*place);
            }
        }
        passages.extend(cut(&points, region));
    }
    let borders = if passages.is_empty() { background(&rings, region) } else { walk(&passages, region)? };
    let all: Vec<&[DVec2]> = borders.iter().chain(&rings).map(Vec::as_slice).collect();
    Ok(from_rings(&all).polygons)
}

/// In the region's longitudes.
fn turned_to(region: &Region, places: &[Place]) -> Vec<DVec2> {
    let mut points: Vec<DVec2> = places.iter().copied().map(degrees).collect();
    unwrap_longitudes(&mut points);
    let middle = (region.min().x + region.max().x) / 2.0;
    if let Some(first) = points.first().copied() {
        let turns = ((middle - first.x) / 360.0).round() * 360.0;
        points.iter_mut().for_each(|p| p.x += turns);
    }
    points
}

fn holds(region: &Region, p: DVec2) -> bool {
    p.cmpgt(region.min()).all() && p.cmplt(region.max()).all()
}

/// The passages of a line whose ends lie outside.
fn cut(points: &[DVec2], region: &Region) -> Vec<Passage> {
    let mut passages = Vec::new();
    let mut open: Option<(Vec<DVec2>, f64)> = None;
    for w in points.windows(2) {
        let Some((from, to)) = region.clip(w[0], w[1]).filter(|(from, to)| to > from) else {
            continue;
        };
        let at = |fraction: f64| w[0].lerp(w[1], fraction);
        if open.is_none() {
            open = Some((vec![at(from)], along_border(region, at(from))));
        }
        if let Some((line, _)) = &mut open {
            line.push(at(to));
        }
        let leaves = to < 1.0 || !holds(region, w[1]);
        if leaves && let Some((line, from)) = open.take() {
            let to = along_border(region, at(to));
            passages.push(Passage { points: line, from, to });
        }
    }
    passages
}

/// 0 at the south-west corner, 1 at the south-east one, and so on.
fn along_border(region: &Region, p: DVec2) -> f64 {
    let unit = ((p - region.min()) / (region.max() - region.min())).clamp(DVec2::ZERO, DVec2::ONE);
    let (to_south, to_east, to_north, to_west) = (unit.y, 1.0 - unit.x, 1.0 - unit.y, unit.x);
    let nearest = to_south.min(to_east).min(to_north).min(to_west);
    if nearest == to_south {
        unit.x
    } else if nearest == to_east {
        1.0 + unit.y
    } else if nearest == to_north {
        2.0 + (1.0 - unit.x)
    } else {
        3.0 + (1.0 - unit.y)
    }
}

fn corner(region: &Region, index: usize) -> DVec2 {
    let (lo, hi) = (region.min(), region.max());
    [lo, DVec2::new(hi.x, lo.y), hi, DVec2::new(lo.x, hi.y)][index % 4]
}

/// Without a passage the border lies in one element: in the sea if there are islands.
fn background(rings: &[Vec<DVec2>], region: &Region) -> Vec<Vec<DVec2>> {
    // The largest ring is an outermost one; land inside of it (counter-clockwise) means sea around it.
    let largest = rings.iter().map(|ring| area_m2(ring)).max_by(|a, b| a.abs().total_cmp(&b.abs()));
    if largest.is_some_and(|area| area > 0.0) { vec![(0..4).map(|i| corner(region, i)).collect()] } else { Vec::new() }
}

/// Sea borders: along each passage, then clockwise along the region's border to where the next one comes in.
fn walk(passages: &[Passage], region: &Region) -> Result<Vec<Vec<DVec2>>, Place> {
    // Comings and goings by their place along the border; they have to alternate.
    let mut events: Vec<(f64, usize, bool)> =
        passages.iter().enumerate().flat_map(|(i, p)| [(p.from, i, true), (p.to, i, false)]).collect();
    events.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let broken = |index: usize| {
        let at = passages[index].points.first().copied().unwrap_or_default();
        Place { lon_e7: (at.x * 1e7) as i32, lat_e7: (at.y * 1e7) as i32 }
    };
    for (event, next) in events.iter().zip(events.iter().cycle().skip(1)) {
        if event.2 == next.2 {
            return Err(broken(event.1));
        }
    }
    // Clockwise from a passage's end: the event before it.
    let mut following = vec![0; passages.len()];
    for (index, event) in events.iter().enumerate().filter(|(_, event)| !event.2) {
        following[event.1] = events[(index + events.len() - 1) % events.len()].1;
    }
    let mut used = vec![false; passages.len()];
    let mut borders = Vec::new();
    for first in 0..passages.len() {
        let (mut border, mut at) = (Vec::new(), first);
        while !used[at] {
            used[at] = true;
            border.extend(&passages[at].points);
            let next = following[at];
            border.extend(corners_clockwise(region, passages[at].to, passages[next].from));
            at = next;
        }
        if !border.is_empty() {
            borders.push(border);
        }
    }
    Ok(borders)
}

/// The corners that lie between two places of the border, going clockwise.
fn corners_clockwise(region: &Region, from: f64, to: f64) -> Vec<DVec2> {
    let length = if to <= from { from - to } else { from + 4.0 - to };
    let mut corners: Vec<(f64, DVec2)> = (0..4)
        .map(|i| ((from - i as f64).rem_euclid(4.0), corner(region, i)))
        .filter(|(way, _)| *way > 0.0 && *way < length)
        .collect();
    corners.sort_by(|a, b| a.0.total_cmp(&b.0));
    corners.into_iter().map(|(_, corner)| corner).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(x: i32, y: i32) -> Place {
        Place { lon_e7: x * 10_000_000, lat_e7: y * 10_000_000 }
    }

    fn line(points: &[(i32, i32)]) -> Vec<Place> {
        points.iter().map(|&(x, y)| place(x, y)).collect()
    }

    fn region() -> Region {
        Region::new(0.0, 0.0, 10.0, 10.0).expect("sound")
    }

    /// In square degrees.
    fn area(polygons: &[Polygon]) -> f64 {
        let of = |ring: &[DVec2]| {
            ring.iter().zip(ring.iter().cycle().skip(1)).map(|(a, b)| a.perp_dot(*b)).sum::<f64>() / 2.0
        };
        polygons.iter().map(|p| of(&p.outer) + p.holes.iter().map(|h| of(h)).sum::<f64>()).sum()
    }

    #[test]
    fn the_sea_lies_on_the_right_of_a_coast() {
        // Eastwards: sea in the south.
        let eastwards = sea(&[line(&[(-1, 4), (5, 4)]), line(&[(5, 4), (11, 4)])], &region()).expect("sound");
        assert!((area(&eastwards) - 40.0).abs() < 1e-6, "{eastwards:?}");
        let westwards = sea(&[line(&[(11, 4), (-1, 4)])], &region()).expect("sound");
        assert!((area(&westwards) - 60.0).abs() < 1e-6, "{westwards:?}");
    }

    #[test]
    fn islands_are_holes_and_alone_make_sea_all_around() {
        let island = line(&[(2, 1), (4, 1), (4, 3), (2, 3), (2, 1)]);
        let alone = sea(&[island.clone()], &region()).expect("sound");
        assert!((area(&alone) - 96.0).abs() < 1e-6);
        let with_coast = sea(&[island, line(&[(-1, 4), (11, 4)])], &region()).expect("sound");
        assert!((area(&with_coast) - 36.0).abs() < 1e-6);
        assert_eq!(with_coast[0].holes.len(), 1);
    }

    #[test]
    fn a_cape_and_a_bay_leave_several_pieces_of_sea() {
        // Land comes in from the south as a strip from x = 4 to 6 through to the north: sea on both sides.
        let coast = [line(&[(4, 11), (4, -1)]), line(&[(6, -1), (6, 11)])];
        let sea = sea(&coast, &region()).expect("sound");
        assert_eq!(sea.len(), 2);
        assert!((area(&sea) - 80.0).abs() < 1e-6);
    }

    #[test]
    fn an_island_over_the_border_is_cut() {
        let sea = sea(&[line(&[(8, 4), (12, 4), (12, 6), (8, 6), (8, 4)])], &region()).expect("sound");
        assert!((area(&sea) - 96.0).abs() < 1e-6, "{sea:?}");
    }

    #[test]
    fn broken_coasts_make_no_sea() {
        assert_eq!(sea(&[line(&[(-1, 4), (5, 4)])], &region()), Err(place(5, 4)));
        let same_way = [line(&[(-1, 4), (11, 4)]), line(&[(-1, 6), (11, 6)])];
        assert!(sea(&same_way, &region()).is_err());
    }

    #[test]
    fn without_a_coast_in_it_a_region_has_no_sea() {
        assert_eq!(sea(&[], &region()), Ok(Vec::new()));
        assert_eq!(sea(&[line(&[(20, 4), (30, 4)])], &region()), Ok(Vec::new()));
    }
}
