//! One city object.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::appearance::Appearance;
use super::attributes::flatten;
use super::document::{pointer, reason, text};
use super::geometry::{RawGeometry, Vertices, read_geometry};
use super::templates::Templates;
use crate::format::city::{Attribute, CityObject, Geometry, Report};
use crate::format::issue::{Issue, Severity};

/// City objects of CityJSON 2.0, and of the versions before under their own names.
const KINDS: &[&str] = &[
    "Bridge",
    "BridgeConstructiveElement",
    "BridgeConstructionElement",
    "BridgeFurniture",
    "BridgeInstallation",
    "BridgePart",
    "BridgeRoom",
    "Building",
    "BuildingConstructiveElement",
    "BuildingFurniture",
    "BuildingInstallation",
    "BuildingPart",
    "BuildingRoom",
    "BuildingStorey",
    "BuildingUnit",
    "CityFurniture",
    "CityObjectGroup",
    "GenericCityObject",
    "LandUse",
    "OtherConstruction",
    "PlantCover",
    "Railway",
    "Road",
    "SolitaryVegetationObject",
    "TINRelief",
    "TransportSquare",
    "TransportationSquare",
    "Tunnel",
    "TunnelConstructiveElement",
    "TunnelFurniture",
    "TunnelHollowSpace",
    "TunnelInstallation",
    "TunnelPart",
    "WaterBody",
    "Waterway",
];

#[derive(Deserialize)]
#[serde(expecting = "a city object")]
struct RawObject<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow, default)]
    attributes: Option<&'a RawValue>,
    #[serde(borrow, default)]
    geometry: Option<&'a RawValue>,
    #[serde(borrow, default)]
    address: Option<&'a RawValue>,
}

/// What objects of one document share.
pub struct Shared<'c> {
    pub vertices: Vertices<'c>,
    pub appearance: &'c Appearance,
    pub templates: &'c mut Templates,
}

pub fn read_object(id: &str, raw: &RawValue, shared: &mut Shared<'_>, report: &mut Report) -> Option<CityObject> {
    let path = pointer(&["CityObjects", id]);
    let raw: RawObject<'_> = match serde_json::from_str(raw.get()) {
        Ok(object) => object,
        Err(e) => {
            report.push(Issue::error(path, format!("the object can't be read: {}", reason(&e))));
            return None;
        }
    };
    let mut object = CityObject { id: id.to_string(), kind: read_kind(raw.kind, &path, report), ..Default::default() };
    if let Some(attributes) = raw.attributes {
        match serde_json::from_str(attributes.get()) {
            Ok(Value::Object(members)) => {
                let path = || format!("{path}/attributes");
                flatten("", Value::Object(members), &mut object.attributes, report, &path);
            }
            _ => report.warning("the attributes are no object", || format!("{path}/attributes")),
        }
    }
    if let Some(address) = raw.address {
        let mut value = serde_json::from_str(address.get()).unwrap_or_default();
        without_locations(&mut value);
        flatten("address", value, &mut object.attributes, report, &|| format!("{path}/address"));
    }
    object.name = read_name(&object);
    object.geometries = read_geometries(raw.geometry, &path, shared, report);
    object.path = path;
    Some(object)
}

fn read_kind(raw: Option<&RawValue>, path: &str, report: &mut Report) -> String {
    let Some(kind) = text(raw) else {
        report.error("the object has no type", || format!("{path}/type"));
        return String::new();
    };
    if !kind.starts_with('+') && !KINDS.contains(&kind.as_str()) {
        report.tell(Severity::Warning, "the object's type is not one of CityJSON; it is kept", |at| {
            at.path(format!("{path}/type")).expected_got("a type of CityJSON 2.0, or one that begins with +", &kind)
        });
    }
    kind
}

/// The place of an address is a geometry, which says nothing as a property.
fn without_locations(address: &mut Value) {
    match address {
        Value::Array(list) => list.iter_mut().for_each(without_locations),
        Value::Object(members) => {
            members.remove("location");
        }
        _ => {}
    }
}

fn read_name(object: &CityObject) -> String {
    let name = ["name", "gml:name", "gml_name", "Name"].iter().find_map(|key| object.attributes.get(*key));
    match name {
        Some(Attribute::Text(name)) => name.clone(),
        _ => String::new(),
    }
}

fn read_geometries(raw: Option<&RawValue>, path: &str, shared: &mut Shared<'_>, report: &mut Report) -> Vec<Geometry> {
    let Some(raw) = raw else { return Vec::new() };
    let list: Vec<&RawValue> = match serde_json::from_str(raw.get()) {
        Ok(list) => list,
        Err(_) => {
            report.error("the geometries are no list; they are left out", || format!("{path}/geometry"));
            return Vec::new();
        }
    };
    let mut geometries = Vec::new();
    for (i, raw) in list.into_iter().enumerate() {
        let path = format!("{path}/geometry/{i}");
        let Some((raw, kind)) = RawGeometry::parse(raw, &path, report) else { continue };
        geometries.extend(match kind.as_str() {
            "GeometryInstance" => shared.templates.instance(&raw, &path, shared.vertices, report),
            _ => read_geometry(&raw, &kind, &path, shared.vertices, shared.appearance, report),
        });
    }
    geometries
}
