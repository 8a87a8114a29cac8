//! Buildings by the tags of *Simple 3D Buildings*.

use glam::DVec2;

use super::Notes;
use super::measure::{color_of_material, decimal, direction_deg, length_m, srgb};
use crate::bake::det;
use crate::bake::model::{Building, Height, Polygon, Roof, Srgb, Usage};
use crate::bake::source::polygons::metres_per_degree;
use crate::format::osm::Tags;

/// The highest building stands 828 m; what is above this is centimetres, or feet without a unit.
pub const MAX_HEIGHT_M: f64 = 1000.0;
const MAX_LEVELS: f64 = 200.0;
/// Where only levels are known.
pub const LEVEL_M: f64 = 3.0;

/// A building on its footprint, which is sound already.
pub fn building(tags: &Tags<'_>, footprint: Polygon, notes: &mut Notes<'_>) -> Building {
    let height_m = length(tags, &["height", "building:height"], false, notes);
    let floors = levels(tags, "building:levels", notes);
    let roof = roof(tags);
    let roof_height_m = length(tags, &["roof:height"], true, notes)
        .or_else(|| levels(tags, "roof:levels", notes).map(|levels| levels * LEVEL_M))
        .filter(|height| *height > 0.0);
    Building {
        base: Height::AboveGround(base_m(tags, height_m, floors, notes)),
        height_m,
        floors,
        roof,
        roof_height_m: roof_height_m.filter(|roof| height_m.is_none_or(|height| *roof <= height)),
        roof_direction_deg: roof_direction_deg(tags, roof, &footprint, notes),
        wall_color: color(
            tags,
            &["building:colour", "building:color", "building:facade:colour"],
            "building:material",
            notes,
        ),
        roof_color: color(tags, &["roof:colour", "roof:color"], "roof:material", notes),
        usage: usage(tags),
        footprint,
    }
}

/// Above 0 (or from 0) and up to [`MAX_HEIGHT_M`].
fn length(tags: &Tags<'_>, keys: &[&str], may_be_zero: bool, notes: &mut Notes<'_>) -> Option<f64> {
    let (key, text) = keys.iter().find_map(|key| tags.get(key).map(|text| (*key, text)))?;
    let least_is_met = |m: f64| m > 0.0 || (may_be_zero && m == 0.0);
    let metres = length_m(text).filter(|m| least_is_met(*m) && *m <= MAX_HEIGHT_M);
    if metres.is_none() {
        let least = if may_be_zero { "from" } else { "above" };
        notes.unusable(key, format_args!("a length {least} 0 and up to {MAX_HEIGHT_M} m"), text);
    }
    metres
}

fn levels(tags: &Tags<'_>, key: &str, notes: &mut Notes<'_>) -> Option<f64> {
    let text = tags.get(key)?;
    let levels = decimal(text).filter(|levels| (0.0..=MAX_LEVELS).contains(levels));
    if levels.is_none() {
        notes.unusable(key, format_args!("a number from 0 to {MAX_LEVELS}"), text);
    }
    levels
}

/// Where a part begins above the ground.
fn base_m(tags: &Tags<'_>, height_m: Option<f64>, floors: Option<f64>, notes: &mut Notes<'_>) -> f64 {
    let by_height = length(tags, &["min_height", "building:min_height"], true, notes);
    let (key, base) = match by_height {
        Some(base) => ("min_height", base),
        None => {
            let level_m = match (height_m, floors) {
                (Some(height), Some(floors)) if floors >= 1.0 => height / floors,
                _ => LEVEL_M,
            };
            ("building:min_level", levels(tags, "building:min_level", notes).unwrap_or(0.0) * level_m)
        }
    };
    let top = height_m.or_else(|| floors.filter(|floors| *floors > 0.0).map(|floors| floors * LEVEL_M));
    match top {
        Some(top) if base >= top => {
            let got = format!("{base} m, and the top at {top} m");
            notes.unusable(key, "a beginning below the top", &got);
            0.0
        }
        _ => base,
    }
}

fn roof(tags: &Tags<'_>) -> Roof {
    match tags.get("roof:shape").or_else(|| tags.get("building:roof:shape")).unwrap_or_default() {
        "flat" | "none" => Roof::Flat,
        "gabled" | "pitched" | "saltbox" | "double_saltbox" | "side_gabled" | "crosspitched" | "gabled_row" => {
            Roof::Gabled
        }
        "hipped" | "side_hipped" => Roof::Hipped,
        "pyramidal" | "cone" | "conical" => Roof::Pyramidal,
        "skillion" | "lean_to" => Roof::Skillion,
        "half-hipped" | "half_hipped" => Roof::HalfHipped,
        "gambrel" => Roof::Gambrel,
        "mansard" => Roof::Mansard,
        "dome" => Roof::Dome,
        "onion" => Roof::Onion,
        "round" | "barrel" => Roof::Round,
        "sawtooth" => Roof::Sawtooth,
        _ => Roof::Unknown,
    }
}

/// Down the slope of a skillion; of roofs with a ridge, along it (0 to 180): `roof:direction` is across the ridge,
/// `roof:orientation` is told by the longest side.
fn roof_direction_deg(tags: &Tags<'_>, roof: Roof, footprint: &Polygon, notes: &mut Notes<'_>) -> Option<f64> {
    let told = tags.get("roof:direction").or_else(|| tags.get("roof:slope:direction")).and_then(|text| {
        let direction = direction_deg(text);
        if direction.is_none() {
            notes.unusable("roof:direction", "degrees or a point of the compass", text);
        }
        direction
    });
    if roof == Roof::Skillion {
        return told;
    }
    if let Some(down) = told {
        return Some((down + 90.0).rem_euclid(180.0));
    }
    let along = longest_side_deg(&footprint.outer)?;
    match tags.get("roof:orientation")? {
        "along" => Some(along),
        "across" => Some((along + 90.0).rem_euclid(180.0)),
        other => {
            notes.unusable("roof:orientation", "along or across", other);
            None
        }
    }
}

/// The direction of a ring's longest side, degrees from north, 0 to 180.
fn longest_side_deg(ring: &[DVec2]) -> Option<f64> {
    let scale = metres_per_degree(ring.first()?.y);
    let sides = ring.iter().zip(ring.iter().cycle().skip(1)).map(|(a, b)| (*b - *a) * scale);
    let longest = sides.max_by(|a, b| a.length_squared().total_cmp(&b.length_squared()))?;
    Some(det::heading_deg(longest).rem_euclid(180.0))
}

fn color(tags: &Tags<'_>, keys: &[&str], material_key: &str, notes: &mut Notes<'_>) -> Option<Srgb> {
    let told = keys.iter().find_map(|key| tags.get(key).map(|text| (*key, text)));
    if let Some((key, text)) = told {
        match srgb(text) {
            Some(color) => return Some(color),
            None => notes.unusable(key, "a CSS colour name or #rrggbb", text),
        }
    }
    tags.get(material_key).and_then(color_of_material)
}

/// By the building's own value, else by what is in it.
fn usage(tags: &Tags<'_>) -> Usage {
    let value = tags.get("building").or_else(|| tags.get("building:part")).unwrap_or_default();
    let of_building = match value {
        "house" | "detached" | "semidetached_house" | "terrace" | "bungalow" | "cabin" | "villa" | "houseboat"
        | "static_caravan" | "hut" | "ger" => Usage::House,
        "apartments" | "residential" | "dormitory" | "barracks" | "flats" => Usage::Apartments,
        "office" | "commercial" => Usage::Offices,
        "retail" | "supermarket" | "kiosk" | "shop" | "mall" => Usage::Retail,
        "industrial" | "manufacture" | "factory" | "silo" | "storage_tank" | "digester" | "transformer_tower" => {
            Usage::Industry
        }
        "warehouse" | "hangar" | "shed" | "container" => Usage::Warehouse,
        "church" | "cathedral" | "chapel" | "mosque" | "synagogue" | "temple" | "shrine" | "religious"
        | "monastery" | "basilica" => Usage::Worship,
        "civic" | "public" | "government" | "townhall" | "museum" | "fire_station" | "castle" | "theatre"
        | "library" | "sports_hall" | "stadium" | "grandstand" | "pavilion" | "sports_centre" => Usage::Civic,
        "school" | "university" | "college" | "kindergarten" => Usage::Education,
        "hospital" | "clinic" => Usage::Health,
        "hotel" => Usage::Hotel,
        "train_station" | "transportation" | "station" | "terminal" | "bus_station" => Usage::Transport,
        "farm" | "barn" | "farm_auxiliary" | "cowshed" | "stable" | "sty" | "greenhouse" | "slurry_tank" => Usage::Farm,
        "garage" | "garages" | "parking" | "carports" => Usage::Garage,
        "roof" | "carport" | "canopy" => Usage::Canopy,
        _ => Usage::Unknown,
    };
    if of_building == Usage::Unknown { usage_by_use(tags) } else { of_building }
}

fn usage_by_use(tags: &Tags<'_>) -> Usage {
    let by_amenity = match tags.get("amenity").unwrap_or_default() {
        "place_of_worship" | "monastery" => Usage::Worship,
        "school" | "university" | "college" | "kindergarten" | "library" => Usage::Education,
        "hospital" | "clinic" | "doctors" | "nursing_home" => Usage::Health,
        "townhall" | "courthouse" | "police" | "fire_station" | "theatre" | "community_centre" | "embassy"
        | "cinema" | "arts_centre" | "public_building" | "prison" | "casino" => Usage::Civic,
        "parking" => Usage::Garage,
        "restaurant" | "cafe" | "bar" | "pub" | "fast_food" | "bank" | "marketplace" | "pharmacy" | "fuel" => {
            Usage::Retail
        }
        "bus_station" | "ferry_terminal" => Usage::Transport,
        _ => Usage::Unknown,
    };
    if by_amenity != Usage::Unknown {
        return by_amenity;
    }
    let is = |key: &str, values: &[&str]| tags.get(key).is_some_and(|value| values.contains(&value));
    if is("tourism", &["hotel", "motel", "hostel", "guest_house", "alpine_hut", "apartment"]) {
        Usage::Hotel
    } else if is("tourism", &["museum", "gallery"]) || is("leisure", &["stadium", "sports_centre", "sports_hall"]) {
        Usage::Civic
    } else if is("railway", &["station"]) || is("aeroway", &["terminal"]) || is("public_transport", &["station"]) {
        Usage::Transport
    } else if tags.get("shop").is_some() {
        Usage::Retail
    } else if tags.get("office").is_some() || tags.get("government").is_some() {
        Usage::Offices
    } else if tags.get("industrial").is_some() || tags.get("man_made").is_some() || tags.get("power").is_some() {
        Usage::Industry
    } else {
        Usage::Unknown
    }
}
