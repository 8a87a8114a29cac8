//! Which property of a GeoJSON feature means what.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// What the third coordinate of buildings and points is. Lines take it as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Z {
    /// Where the thing stands: the lowest z of a building is its ground.
    #[default]
    Base,
    Ignored,
}

/// Names of properties, the first that is there counts. The defaults hold for what common tools and surveys write.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    pub id: Vec<String>,
    pub name: Vec<String>,
    /// The feature's class word; without one, it is found by the tags.
    pub class: Vec<String>,
    /// Metres from the ground to the top.
    pub height: Vec<String>,
    pub levels: Vec<String>,
    /// The ground's height in the file's own vertical system; positions with a z come first.
    pub ground: Vec<String>,
    /// A property to an OSM key: `LARGEUR` to `width`.
    pub tags: BTreeMap<String, String>,
    /// OSM tags of every feature that has no such property itself: `highway` = `residential`.
    pub add: BTreeMap<String, String>,
    pub z: Z,
}

impl Default for Mapping {
    fn default() -> Self {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        let tags = [("LARGEUR", "width"), ("NB_VOIES", "lanes"), ("WIDTH", "width"), ("LANES", "lanes")];
        Self {
            id: names(&["id", "ID", "Id", "@id", "gml_id", "gmlId", "fid", "OBJECTID", "objectid", "cleabs"]),
            name: names(&["name", "NAME", "Name", "nom", "NOM", "toponyme"]),
            class: Vec::new(),
            height: names(&[
                "height",
                "HEIGHT",
                "Height",
                "measuredHeight",
                "measured_height",
                "building_height",
                "hauteur",
                "HAUTEUR",
            ]),
            levels: names(&[
                "building:levels",
                "levels",
                "LEVELS",
                "num_floors",
                "floors",
                "storeysAboveGround",
                "stories",
                "nb_etages",
                "NB_ETAGES",
                "nombre_d_etages",
            ]),
            ground: names(&["ground_height", "z_ground", "Z_MIN", "Z_SOL", "altitude_minimale_sol"]),
            tags: tags.into_iter().map(|(from, to)| (from.to_string(), to.to_string())).collect(),
            add: BTreeMap::new(),
            z: Z::Base,
        }
    }
}

type Fields = Map<String, Value>;

impl Mapping {
    pub(super) fn id_of(&self, properties: &Fields) -> Option<String> {
        text_of_first(&self.id, properties)
    }

    pub(super) fn name_of(&self, properties: &Fields) -> Option<String> {
        text_of_first(&self.name, properties)
    }

    pub(super) fn class_of(&self, properties: &Fields) -> Option<String> {
        text_of_first(&self.class, properties).map(|class| class.to_lowercase())
    }

    pub(super) fn ground_of(&self, properties: &Fields) -> Option<f64> {
        text_of_first(&self.ground, properties)?.parse().ok().filter(|z: &f64| z.is_finite() && z.abs() < 20_000.0)
    }

    /// The properties as OSM's tags.
    pub(super) fn tags_of(&self, properties: &Fields) -> BTreeMap<String, String> {
        let mut tags = self.add.clone();
        for (key, value) in properties {
            let key = self.tags.get(key).unwrap_or(key);
            if let Some(text) = text_of(value) {
                tags.insert(key.clone(), text);
            }
        }
        let known = [(&self.height, "height"), (&self.levels, "building:levels"), (&self.name, "name")];
        for (names, key) in known {
            if let Some(text) = text_of_first(names, properties) {
                tags.insert(key.to_string(), text);
            }
        }
        tags
    }
}

fn text_of_first(names: &[String], properties: &Fields) -> Option<String> {
    names.iter().find_map(|name| text_of(properties.get(name)?))
}

/// `None` for nothing, and for what is no single value.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(if *flag { "yes" } else { "no" }.to_string()),
        _ => None,
    }
}
