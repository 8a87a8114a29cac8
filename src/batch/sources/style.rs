//! What a job's style says of features.

use crate::bake::job::{RoofStyle, Source, Style};
use crate::bake::model::{Feature, Roof, Shape, Srgb, Value};
use crate::bake::source::geojson::Mapping;

use super::tell_layer;

/// Applies a style; whether the feature is wanted.
pub fn apply(source: &Source, feature: &mut Feature) -> bool {
    let style = &source.style;
    if style.leave_out.contains(&feature.class) {
        return false;
    }
    let text = |key: &Option<String>, feature: &Feature| -> Option<String> {
        feature.properties.get(key.as_ref()?).map(text_of).filter(|text| !text.is_empty())
    };
    if let Some(id) = text(&style.id, feature) {
        feature.id = id;
    }
    if let Some(name) = text(&style.name, feature) {
        feature.name = name;
    }
    let height = text(&style.height, feature).and_then(|text| text.parse().ok());
    let levels = text(&style.levels, feature).and_then(|text| text.parse().ok());
    if let Shape::Building(building) = &mut feature.shape {
        building.height_m = height.or(building.height_m);
        building.floors = levels.or(building.floors);
        if building.height_m.is_none()
            && let (Some(floors), Some(floor_m)) = (building.floors, style.floor_height_m)
        {
            building.height_m = Some(floors * floor_m + building.roof_height_m.unwrap_or(0.0));
        }
        if building.height_m.is_none() && building.floors.is_none() {
            building.height_m = style.default_height_m;
        }
        let srgb = |color: &Option<crate::bake::job::Color>| color.as_ref().and_then(crate::bake::job::Color::srgb);
        building.wall_color = building.wall_color.or_else(|| srgb(&style.wall_color));
        building.roof_color = building.roof_color.or_else(|| srgb(&style.roof_color));
        if building.roof == Roof::Unknown
            && let Some(roof) = style.roof
        {
            building.roof = match roof {
                RoofStyle::Flat => Roof::Flat,
                RoofStyle::Gabled => Roof::Gabled,
                RoofStyle::Hipped => Roof::Hipped,
                RoofStyle::Pyramidal => Roof::Pyramidal,
                RoofStyle::Mansard => Roof::Mansard,
            };
        }
    }
    if let Some(color) = color(style, feature)
        && let Shape::Building(building) = &mut feature.shape
    {
        building.wall_color = Some(color);
    }
    tell_layer(source, feature);
    true
}

/// The colour of a feature by value, else by class.
pub fn color(style: &Style, feature: &Feature) -> Option<Srgb> {
    let by_value = style.color_by.as_ref().and_then(|key| {
        let value = text_of(feature.properties.get(key)?);
        style.by_value.get(&value)
    });
    by_value.or_else(|| style.colors.get(&feature.class))?.srgb()
}

/// How properties of GeoJSON are to be read: what the style names comes first.
pub fn mapping(style: &Style) -> Mapping {
    let mut mapping = Mapping::default();
    for (names, own) in [
        (&mut mapping.id, &style.id),
        (&mut mapping.name, &style.name),
        (&mut mapping.height, &style.height),
        (&mut mapping.levels, &style.levels),
    ] {
        if let Some(own) = own {
            names.insert(0, own.clone());
        }
    }
    mapping.add.extend(style.add_tags.clone());
    mapping
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Number(x) => x.to_string(),
        Value::Integer(x) => x.to_string(),
        Value::Flag(flag) => flag.to_string(),
    }
}
