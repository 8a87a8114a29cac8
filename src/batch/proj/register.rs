//! What PROJ's register tells of a system, read from its PROJJSON (schema 0.7).

use serde_json::Value;

use crate::bake::source::crs::{Vertical, VerticalAxis};

/// The parts of a system as far as they matter here.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// For people, such as `Amersfoort / RD New + NAP height`.
    pub name: String,
    /// The horizontal part as PROJ reads it: a code, or PROJJSON where it has none.
    pub horizontal: String,
    pub north_first: bool,
    /// The third axis; `None` for a two-dimensional system.
    pub vertical: Option<VerticalAxis>,
    pub vertical_name: Option<String>,
}

impl Facts {
    /// `None` for what is no horizontal or compound system: a vertical, geocentric or engineering one.
    pub fn of(system: &Value) -> Option<Self> {
        match text(system, "type") {
            "CompoundCRS" => {
                let [horizontal, vertical] = system["components"].as_array()?.as_slice() else { return None };
                let facts = Self::of(horizontal)?;
                if text(vertical, "type") != "VerticalCRS" {
                    return None;
                }
                let axis = &vertical["coordinate_system"]["axis"][0];
                Some(Self {
                    name: text(system, "name").to_string(),
                    vertical: Some(VerticalAxis { datum: Vertical::Orthometric, metres_per_unit: unit_m(axis)? }),
                    vertical_name: Some(text(vertical, "name").to_string()),
                    ..facts
                })
            }
            "BoundCRS" => Some(Self { horizontal: system.to_string(), ..Self::of(&system["source_crs"])? }),
            "ProjectedCRS" | "GeographicCRS" | "DerivedGeographicCRS" | "DerivedProjectedCRS" | "GeodeticCRS" => {
                let axes = system["coordinate_system"]["axis"].as_array()?;
                let first = text(axes.first()?, "direction");
                if first == "geocentricX" {
                    return None;
                }
                let vertical = match axes.get(2) {
                    Some(axis) => Some(VerticalAxis { datum: Vertical::Ellipsoidal, metres_per_unit: unit_m(axis)? }),
                    None => None,
                };
                Some(Self {
                    name: text(system, "name").to_string(),
                    horizontal: code(system).unwrap_or_else(|| system.to_string()),
                    north_first: first == "north",
                    vertical,
                    vertical_name: None,
                })
            }
            _ => None,
        }
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// `EPSG:28992`.
fn code(system: &Value) -> Option<String> {
    let id = &system["id"];
    let authority = id["authority"].as_str()?;
    match &id["code"] {
        Value::Number(number) => Some(format!("{authority}:{number}")),
        Value::String(code) => Some(format!("{authority}:{code}")),
        _ => None,
    }
}

/// Metres upwards of one unit of a vertical axis.
fn unit_m(axis: &Value) -> Option<f64> {
    let unit_m = match &axis["unit"] {
        Value::String(name) if name == "metre" => 1.0,
        unit => unit["conversion_factor"].as_f64().filter(|factor| factor.is_finite() && *factor > 0.0)?,
    };
    match text(axis, "direction") {
        "up" => Some(unit_m),
        "down" => Some(-unit_m),
        _ => None,
    }
}
