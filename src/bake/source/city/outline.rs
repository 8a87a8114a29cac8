//! Buildings of which only the outline is known (level 0).

use glam::DVec2;

use super::words;
use crate::bake::model::{Building, Height, Polygon, Shape, Surface, SurfaceKind, SurfaceLod};
use crate::format::city::{CityObject, Report};
use crate::format::issue::Severity;

/// Nothing that is built is higher, metres.
const MAX_HEIGHT_M: f64 = 1000.0;

/// One building for each polygon of the finest outline.
///
/// `is_roof_edge`: that the source calls it the outline of the roof.
pub(super) fn buildings(
    object: &CityObject,
    lods: &[SurfaceLod],
    is_roof_edge: bool,
    report: &mut Report,
) -> Vec<Shape> {
    let Some(outline) = lods.last() else { return Vec::new() };
    let height_m = height_m(object, report);
    let floors = words::number(&object.attributes, &["storeysAboveGround", "numberOfFloors", "floors"])
        .filter(|floors| (0.0..=300.0).contains(floors));
    let building = |surface: &Surface| {
        let footprint = polygon(surface, outline)?;
        let heights = surface.rings[0].iter().map(|&i| outline.vertices[i as usize].z);
        let lowest_m = heights.fold(f64::INFINITY, f64::min);
        let is_roof = is_roof_edge || surface.kind == SurfaceKind::Roof;
        let base_m = if is_roof { lowest_m - height_m.unwrap_or(0.0) } else { lowest_m };
        Some(Shape::Building(Building {
            footprint,
            base: Height::Ellipsoidal(base_m),
            height_m,
            floors,
            roof: words::roof(&object.attributes),
            roof_height_m: None,
            roof_direction_deg: None,
            wall_color: None,
            roof_color: None,
            usage: words::usage(&object.attributes),
        }))
    };
    outline.surfaces.iter().filter_map(building).collect()
}

fn height_m(object: &CityObject, report: &mut Report) -> Option<f64> {
    let height_m = words::number(&object.attributes, &["measuredHeight", "height", "buildingHeight"])?;
    if height_m > 0.0 && height_m <= MAX_HEIGHT_M {
        return Some(height_m);
    }
    report.tell(Severity::Warning, "the building's height is not believed; it is guessed", |at| {
        at.path(&object.path).expected_got(format!("above 0 and at most {MAX_HEIGHT_M} m"), format!("{height_m} m"))
    });
    None
}

/// The surface seen from above; `None` for one that stands upright.
fn polygon(surface: &Surface, lod: &SurfaceLod) -> Option<Polygon> {
    /// Square degrees, about a hundredth of a square metre.
    const MIN_AREA_DEG2: f64 = 1e-12;
    let ring =
        |indices: &Vec<u32>| -> Vec<DVec2> { indices.iter().map(|&i| lod.vertices[i as usize].truncate()).collect() };
    let wound = |indices: &Vec<u32>, counter_clockwise: bool| {
        let mut ring = ring(indices);
        if (area_deg2(&ring) > 0.0) != counter_clockwise {
            ring.reverse();
        }
        ring
    };
    let (outer, holes) = surface.rings.split_first()?;
    if area_deg2(&ring(outer)).abs() < MIN_AREA_DEG2 {
        return None;
    }
    Some(Polygon { outer: wound(outer, true), holes: holes.iter().map(|hole| wound(hole, false)).collect() })
}

fn area_deg2(ring: &[DVec2]) -> f64 {
    let Some(&origin) = ring.first() else { return 0.0 };
    ring.windows(2).map(|pair| (pair[0] - origin).perp_dot(pair[1] - origin)).sum::<f64>() * 0.5
}
