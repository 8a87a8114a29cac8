//! What a source is, by its file's name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What files are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// OpenStreetMap: .osm.pbf, .osm, .osm.gz.
    Osm,
    /// GeoJSON: .geojson, .geojson.gz.
    Geojson,
    /// CityJSON: .city.json, and .json where it says so.
    Cityjson,
    /// CityJSON text sequences: .city.jsonl, .jsonl.
    Cityjsonseq,
    /// CityGML: .gml, .citygml.
    Citygml,
    /// SUMO road networks: .net.xml, .net.xml.gz.
    Sumo,
    /// Heights: .hgt, .tif of one band.
    Terrain,
    /// Aerial pictures: .tif, .png, .jpg with a world file.
    Imagery,
    /// Point clouds: .las, .laz.
    Cloud,
    /// glTF and OBJ models with a placement: .glb, .gltf, .obj.
    Model,
}

/// The kind that a name suggests; `None` where it could be anything.
pub fn kind_of(file: &str) -> Option<Kind> {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file).to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    Some(match () {
        () if ends(&[".osm.pbf", ".pbf", ".osm", ".osm.xml"]) => Kind::Osm,
        () if ends(&[".net.xml"]) => Kind::Sumo,
        () if ends(&[".geojson"]) => Kind::Geojson,
        () if ends(&[".city.jsonl", ".jsonl"]) => Kind::Cityjsonseq,
        () if ends(&[".city.json", ".cityjson"]) => Kind::Cityjson,
        () if ends(&[".gml", ".citygml"]) => Kind::Citygml,
        () if ends(&[".hgt"]) => Kind::Terrain,
        () if ends(&[".las", ".laz"]) => Kind::Cloud,
        () if ends(&[".glb", ".gltf", ".obj"]) => Kind::Model,
        () => return None,
    })
}

/// Whether a name stands for several kinds, which the first bytes of the file tell apart.
pub fn is_told_by_content(file: &str) -> bool {
    let name = file.to_ascii_lowercase();
    [".json", ".xml", ".gz"].iter().any(|ending| name.ends_with(ending))
}
