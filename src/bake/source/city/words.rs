//! Words of CityGML and CityJSON to those of the neutral model.

use crate::bake::model::{Roof, SurfaceKind, Usage, WayKind};
use crate::format::city::{Attribute, Attributes};

/// The class of a feature: ours where there is one, else the source's word in lower case, `city furniture`.
pub(super) fn class(kind: &str) -> String {
    let own = match kind {
        "Building" | "BuildingPart" => "building",
        "Bridge" | "BridgePart" => "bridge",
        "Tunnel" | "TunnelPart" => "tunnel",
        "Road" | "Track" | "Square" | "TransportSquare" | "TransportationSquare" | "TransportationComplex" => "road",
        "Railway" => "rail",
        "WaterBody" | "Waterway" => "water",
        "LandUse" => "land use",
        "SolitaryVegetationObject" => "tree",
        "TINRelief" | "ReliefFeature" => "terrain",
        "GenericCityObject" | "" => "object",
        _ => return spaced(kind.trim_start_matches('+')),
    };
    own.to_string()
}

/// `CityFurniture` to `city furniture`.
fn spaced(camel: &str) -> String {
    let mut out = String::with_capacity(camel.len() + 4);
    let mut before_is_lower = false;
    for c in camel.chars() {
        if c.is_uppercase() && before_is_lower {
            out.push(' ');
        }
        before_is_lower = c.is_lowercase() || c.is_ascii_digit();
        out.extend(c.to_lowercase());
    }
    out
}

/// What a surface is: by its semantics, else by the object that it belongs to.
pub(super) fn surface_kind(semantic: Option<&str>, object_kind: &str) -> SurfaceKind {
    let by_semantic = semantic.and_then(|word| {
        Some(match word {
            "GroundSurface" => SurfaceKind::Ground,
            "WallSurface" => SurfaceKind::Wall,
            "RoofSurface" => SurfaceKind::Roof,
            "OuterFloorSurface" => SurfaceKind::OuterFloor,
            "OuterCeilingSurface" => SurfaceKind::OuterCeiling,
            "Window" => SurfaceKind::Window,
            "Door" => SurfaceKind::Door,
            "InteriorWallSurface" => SurfaceKind::InteriorWall,
            "CeilingSurface" => SurfaceKind::Ceiling,
            "FloorSurface" => SurfaceKind::Floor,
            "ClosureSurface" | "WaterClosureSurface" | "TransportationHole" => SurfaceKind::Closure,
            "WaterSurface" => SurfaceKind::Water,
            "WaterGroundSurface" => SurfaceKind::Ground,
            "TrafficArea" | "AuxiliaryTrafficArea" | "TransportationMarking" => SurfaceKind::Traffic,
            _ => return None,
        })
    });
    by_semantic.unwrap_or_else(|| match class(object_kind).as_str() {
        "road" | "rail" => SurfaceKind::Traffic,
        "water" => SurfaceKind::Water,
        "plant cover" | "tree" => SurfaceKind::Vegetation,
        "land use" | "terrain" => SurfaceKind::Ground,
        _ => SurfaceKind::Unknown,
    })
}

/// Whether the object lies on the ground like a carpet, so that all of its loose surfaces face up.
pub(super) fn is_carpet(object_kind: &str) -> bool {
    matches!(class(object_kind).as_str(), "road" | "rail" | "water" | "land use" | "terrain")
}

pub(super) fn way_kind(object_kind: &str) -> WayKind {
    match object_kind {
        "Railway" => WayKind::Rail,
        "Waterway" | "WaterBody" => WayKind::Stream,
        _ => WayKind::Unknown,
    }
}

/// The first of these attributes that is a finite number, or a text that is one.
pub(super) fn number(attributes: &Attributes, names: &[&str]) -> Option<f64> {
    let value = |name: &&str| match attributes.get(*name)? {
        Attribute::Number(number) => Some(*number),
        Attribute::Integer(integer) => Some(*integer as f64),
        Attribute::Text(text) => text.trim().parse().ok(),
        Attribute::Flag(_) => None,
    };
    names.iter().find_map(value).filter(|number| number.is_finite())
}

/// The text (or number as text) of the first of these attributes that is there.
fn word(attributes: &Attributes, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| match attributes.get(*name)? {
        Attribute::Text(text) => Some(text.trim().to_lowercase()),
        Attribute::Integer(code) => Some(code.to_string()),
        _ => None,
    })
}

/// By the words that files have, and the codes of the CityGML 2.0 code list `_AbstractBuilding_roofType`.
pub(super) fn roof(attributes: &Attributes) -> Roof {
    match word(attributes, &["roofType", "roof_type"]).as_deref() {
        Some("1000" | "flat" | "flat roof" | "horizontal") => Roof::Flat,
        Some("1010" | "monopitch" | "monopitch roof" | "skillion" | "shed") => Roof::Skillion,
        Some("1030" | "gable" | "gabled" | "gabled roof") => Roof::Gabled,
        Some("1040" | "hip" | "hipped" | "hipped roof") => Roof::Hipped,
        Some("1050" | "half-hipped" | "half-hipped roof") => Roof::HalfHipped,
        Some("1060" | "mansard" | "mansard roof") => Roof::Mansard,
        Some("1070" | "1080" | "pavilion" | "pavilion roof" | "cone" | "pyramidal") => Roof::Pyramidal,
        Some("1090" | "copula roof" | "dome") => Roof::Dome,
        Some("1100" | "sawtooth" | "shed roof") => Roof::Sawtooth,
        Some("1110" | "arch roof" | "round") => Roof::Round,
        _ => Roof::Unknown,
    }
}

/// By plain words, and the codes of PLATEAU's list `Building_usage`.
pub(super) fn usage(attributes: &Attributes) -> Usage {
    match word(attributes, &["usage", "function", "class"]).as_deref() {
        Some("411" | "house" | "residential" | "residential building") => Usage::House,
        Some("412" | "413" | "414" | "415" | "apartments" | "apartment") => Usage::Apartments,
        Some("401" | "office" | "offices") => Usage::Offices,
        Some("402" | "404" | "retail" | "commercial") => Usage::Retail,
        Some("403" | "hotel") => Usage::Hotel,
        Some("421" | "public" | "civic") => Usage::Civic,
        Some("422" | "school" | "education") => Usage::Education,
        Some("431" | "warehouse") => Usage::Warehouse,
        Some("441" | "452" | "industrial" | "industry" | "factory") => Usage::Industry,
        Some("451" | "farm" | "agricultural") => Usage::Farm,
        Some("church" | "worship" | "religious") => Usage::Worship,
        Some("hospital" | "health" | "healthcare") => Usage::Health,
        Some("garage") => Usage::Garage,
        _ => Usage::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_none_of_ours_are_kept_in_lower_case() {
        assert_eq!(class("CityFurniture"), "city furniture");
        assert_eq!(class("+NoiseBuilding"), "noise building");
        assert_eq!(class("Building"), "building");
        assert_eq!(class("BuildingRoom"), "building room");
    }

    #[test]
    fn numbers_are_read_from_texts_too() {
        let attributes = [("height".to_string(), Attribute::Text(" 7.5 ".to_string()))].into();
        assert_eq!(number(&attributes, &["measuredHeight", "height"]), Some(7.5));
        assert_eq!(number(&attributes, &["storeys"]), None);
    }
}
