//! How high a building is, how many storeys it has, what its roof takes of that.

use super::super::building::{PARAPET_M, Roof};
use super::{Site, base};
use crate::bake::det::Rng;
use crate::bake::model::{self, Usage};
use crate::format::issue::{Issue, Issues};

/// More than the highest building there is.
const MAX_HEIGHT_M: f64 = 850.0;
const MAX_FLOORS: f64 = 170.0;

pub struct Size {
    pub foot_u: f64,
    pub floor_u: f64,
    pub floors: usize,
    pub floor_m: f64,
    pub roof: Roof,
    pub raised: bool,
}

/// `across_m` is the footprint's shorter extent.
pub fn of(site: &Site, area: f64, across_m: f64, rng: &mut Rng, issues: &mut Issues) -> Size {
    let b = site.building;
    let (low, high) = site.ground_u;
    let (begin_u, raised) = base(site);
    let usual_floor_m = storey_m(b.usage);
    let mut floors = b.floors.filter(|&f| checked(site, issues, "floors", f, 0.0, MAX_FLOORS));
    let height = b.height_m.filter(|&h| checked(site, issues, "height_m", h, 0.0, MAX_HEIGHT_M));
    if let (Some(h), Some(f)) = (height, floors)
        && (h / f.max(1.0) < 1.8 || h / f.max(1.0) > 14.0 && b.usage != Usage::Worship)
    {
        issues.push(
            Issue::info(site.id, "height and floors contradict each other, the height is taken")
                .expected_got(format!("{f} floors"), format!("{h} m")),
        );
        floors = None;
    }
    // Of the whole, from the ground to the top.
    let flat_top = |floors: f64| floors * usual_floor_m;
    let form = form(b, area, across_m, height, floors, rng);
    let walls =
        height.map_or_else(|| flat_top(floors.unwrap_or_else(|| usual_floors(b.usage, area, rng))), |h| h - 0.0);
    let begins = (begin_u - low).max(0.0);
    let room = (walls - begins).max(1.5);
    let rise = rise(b, form, across_m, room, height.is_some());
    let roof = with_rise(form, rise);
    // A height is to the roof's top; floors are below the roof.
    let eaves = match (height, roof) {
        (Some(_), Roof::Flat) if room > 4.0 => room - PARAPET_M,
        (Some(_), _) => (room - rise).max(1.2),
        (None, _) => room,
    };
    let floor_u = if raised { begin_u } else { high.min(low + 2.2).max(begin_u) + 0.15 };
    // The ground floor may lie above the lowest ground on slopes; the eaves stay where the height says.
    let tall = (low + begins + eaves - floor_u).max(1.2);
    let count = floors
        .map_or((tall / usual_floor_m).round(), |f| (f - (begins / usual_floor_m).round()).round())
        .clamp(1.0, MAX_FLOORS);
    let count = if tall / count < 1.9 { (tall / 2.4).floor().max(1.0) } else { count };
    Size {
        foot_u: if raised { begin_u } else { low.min(begin_u) - 0.6 },
        floor_u,
        floors: count as usize,
        floor_m: tall / count,
        roof,
        raised,
    }
}

/// Whether a number can be believed; else an issue.
fn checked(site: &Site, issues: &mut Issues, what: &str, value: f64, above: f64, most: f64) -> bool {
    let fine = value.is_finite() && value > above && value <= most;
    if !fine {
        let message = format!("{what} can't be true, it is chosen by rule");
        issues.push(Issue::warning(site.id, message).expected_got(format!("above {above}, at most {most}"), value));
    }
    fine
}

fn storey_m(usage: Usage) -> f64 {
    match usage {
        Usage::Industry | Usage::Warehouse => 7.0,
        Usage::Retail | Usage::Civic | Usage::Transport => 4.0,
        Usage::Offices | Usage::Education | Usage::Health => 3.6,
        Usage::Worship => 9.0,
        Usage::Farm | Usage::Canopy => 4.5,
        Usage::Garage => 2.7,
        Usage::House => 2.9,
        _ => 3.1,
    }
}

fn usual_floors(usage: Usage, area: f64, rng: &mut Rng) -> f64 {
    let between = |low: i64, high: i64, rng: &mut Rng| rng.int(low, high) as f64;
    match usage {
        Usage::House => {
            if area < 55.0 {
                1.0
            } else {
                between(1, 2, rng)
            }
        }
        Usage::Apartments => between(3, 5, rng),
        Usage::Offices => {
            if area > 600.0 {
                between(4, 7, rng)
            } else {
                between(2, 4, rng)
            }
        }
        Usage::Hotel => between(4, 6, rng),
        Usage::Civic | Usage::Education | Usage::Health => between(2, 3, rng),
        Usage::Retail => between(1, 2, rng),
        Usage::Unknown => match area {
            ..30.0 => 1.0,
            30.0..160.0 => between(1, 2, rng),
            160.0..1500.0 => between(2, 4, rng),
            _ => between(1, 3, rng),
        },
        _ => 1.0,
    }
}

/// The roof's form, its rise still open.
fn form(
    b: &model::Building,
    area: f64,
    across_m: f64,
    height: Option<f64>,
    floors: Option<f64>,
    rng: &mut Rng,
) -> model::Roof {
    if b.roof != model::Roof::Unknown {
        return b.roof;
    }
    let tall = height.unwrap_or(0.0) > 24.0 || floors.unwrap_or(0.0) > 7.0;
    let pitched = match b.usage {
        Usage::House => 0.86,
        Usage::Worship | Usage::Farm => 0.95,
        Usage::Apartments => 0.5,
        Usage::Unknown if area < 30.0 => 0.3,
        Usage::Unknown => 0.6,
        Usage::Civic | Usage::Education | Usage::Hotel => 0.35,
        Usage::Industry | Usage::Warehouse => 0.4,
        _ => 0.0,
    };
    if tall || across_m > 26.0 || !rng.chance(pitched) {
        return model::Roof::Flat;
    }
    match rng.below(10) {
        0..=5 => model::Roof::Gabled,
        6..=8 => model::Roof::Hipped,
        _ => model::Roof::HalfHipped,
    }
}

fn rise(b: &model::Building, form: model::Roof, across_m: f64, room: f64, total_known: bool) -> f64 {
    use model::Roof as F;
    if form == F::Flat {
        return 0.0;
    }
    let half = across_m * 0.5;
    let usual = match form {
        F::Skillion => across_m * 0.2,
        F::Dome => half,
        F::Onion => half * 2.4,
        F::Round => half * 0.6,
        F::Sawtooth => 2.4,
        F::Mansard | F::Gambrel => (half * 0.75).clamp(2.2, 4.5),
        F::Pyramidal => half * 0.9,
        _ if matches!(b.usage, Usage::Industry | Usage::Warehouse | Usage::Farm) => half * 0.25,
        _ if b.usage == Usage::Worship => half * 1.1,
        _ => half * 0.68,
    };
    let given = b.roof_height_m.filter(|h| h.is_finite() && *h > 0.0);
    let most = if total_known { room * if given.is_some() { 0.95 } else { 0.6 } } else { 40.0 };
    given
        .unwrap_or(usual.clamp(0.6, if form == F::Onion || b.usage == Usage::Worship { 25.0 } else { 7.0 }))
        .min(most)
        .max(0.3)
}

fn with_rise(form: model::Roof, rise: f64) -> Roof {
    match form {
        model::Roof::Unknown | model::Roof::Flat => Roof::Flat,
        model::Roof::Gabled => Roof::Gabled(rise),
        model::Roof::Hipped => Roof::Hipped(rise),
        model::Roof::Pyramidal => Roof::Pyramidal(rise),
        model::Roof::Skillion => Roof::Skillion(rise),
        model::Roof::HalfHipped => Roof::HalfHipped(rise),
        model::Roof::Gambrel => Roof::Gambrel(rise),
        model::Roof::Mansard => Roof::Mansard(rise),
        model::Roof::Dome => Roof::Dome(rise),
        model::Roof::Onion => Roof::Onion(rise),
        model::Roof::Round => Roof::Round(rise),
        model::Roof::Sawtooth => Roof::Sawtooth(rise),
    }
}
