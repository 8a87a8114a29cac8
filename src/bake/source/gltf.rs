//! glTF and GLB models (and b3dm, i3dm of other tools) by the reader of tile contents, as a [`Solid`] where a job puts them.
//!
//! Map coordinates in a glTF are f32 about the nodes' f64 translations, as `format::content` keeps them. Features are the
//! file's own (EXT_mesh_features with a property table), else its named nodes. Instances are copied out, bounded. Points
//! and lines are left out with an issue, as are maps other than of base colour.

use glam::{DAffine3, DVec3, Vec2};
use std::collections::BTreeMap;

use super::stand::{SiteFromModel, Stand, StandError};
use crate::bake::model::{Properties, Value};
use crate::bake::solid::{PartFeatures, PictureContent, Solid, SolidFeature, SolidMaterial, SolidPart, SolidPicture};
use crate::format::content::decode::{ContentError, DecodeOptions, Decoded, Resources, decode};
use crate::format::content::{
    Content, FeatureIds, Geometry, Material, Part, PropertyTable, TextureRef, Topology, UpAxis,
};
use crate::format::issue::Issue;

/// Vertices of all copies together.
const MAX_VERTICES: usize = 50_000_000;
/// Copies of one part; more are a matter of instancing.
const MAX_COPIES: usize = 100_000;

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GltfError {
    #[error(transparent)]
    Content(#[from] ContentError),
    #[error("the file is a tileset, not a model")]
    Tileset,
    #[error(transparent)]
    Stand(#[from] StandError),
}

/// What [`read`] made of the bytes.
#[derive(Debug, Clone)]
pub enum GltfRead {
    Solid(Box<Solid>),
    /// Fetch these files (as written in the model, relative to it) and call again.
    Missing(Vec<String>),
}

/// Reads a model. The up axis of a [`Stand::Site`] is its place's; map coordinates in a glTF are taken as y up, as the
/// format has it, unless `map_up_axis` says otherwise (some tools write them z up).
///
/// # Errors
/// [`GltfError`] if nothing of it can be drawn or it can't stand where it is told to.
pub fn read(
    bytes: &[u8],
    resources: &dyn Resources,
    stand: &Stand,
    map_up_axis: UpAxis,
) -> Result<GltfRead, GltfError> {
    // The content frame is z up already, so that the place must not turn it again.
    let (up_axis, stand) = match stand {
        Stand::Map(crs) => (map_up_axis, Stand::Map(*crs)),
        Stand::Site(place) => {
            let z_up = super::stand::SitePlace { up_axis: UpAxis::Z, ..*place };
            (place.up_axis, Stand::Site(z_up))
        }
    };
    let options = DecodeOptions { up_axis, ..DecodeOptions::default() };
    match decode(bytes, &options, resources)? {
        Decoded::Content(content) => Ok(GltfRead::Solid(Box::new(solid(content, &stand)?))),
        Decoded::Missing(uris) => Ok(GltfRead::Missing(uris)),
        Decoded::Tileset => Err(GltfError::Tileset),
    }
}

fn solid(content: Content, stand: &Stand) -> Result<Solid, GltfError> {
    let bounds = content.bounds().ok_or(StandError::Empty)?;
    let site_from_model = SiteFromModel::new(stand, bounds)?;
    let mut solid = Solid::at(site_from_model.site.origin);
    solid.materials = content.materials.iter().map(solid_material).collect();
    if solid.materials.is_empty() {
        solid.materials.push(SolidMaterial::default());
    }
    solid.pictures = content
        .textures
        .iter()
        .map(|texture| SolidPicture {
            wrap_u: texture.wrap_u,
            wrap_v: texture.wrap_v,
            content: PictureContent::Pixels(texture.image.clone()),
        })
        .collect();
    let mut features = Features::default();
    let mut left = MAX_VERTICES;
    for part in &content.parts {
        add_part(&mut solid, part, &content, &site_from_model, &mut features, &mut left);
    }
    solid.features = features.list;
    solid.issues.extend(content.issues);
    Ok(solid)
}

fn solid_material(material: &Material) -> SolidMaterial {
    SolidMaterial {
        name: material.name.clone(),
        base_color: material.base_color,
        base_color_picture: material.base_color_texture.map(|texture| texture.texture),
        metallic: material.metallic,
        roughness: material.roughness,
        emissive: material.emissive,
        alpha: material.alpha,
        double_sided: material.double_sided,
        unlit: material.unlit,
    }
}

fn add_part(
    solid: &mut Solid,
    part: &Part,
    content: &Content,
    site_from_model: &SiteFromModel,
    features: &mut Features,
    left: &mut usize,
) {
    let texture = content.materials.get(part.material).and_then(|material| material.base_color_texture.as_ref());
    let path = format!("node {}", part.name);
    let geometry = &part.geometry;
    if geometry.topology != Topology::Triangles {
        solid.issues.push(Issue::warning(path, "points and lines are left out"));
        return;
    }
    let copies: Vec<DAffine3> = match part.instances.len() {
        0 => vec![part.content_from_part],
        _ => part.instances.iter().map(|copy| part.content_from_part * copy.part_from_instance).collect(),
    };
    for (number, content_from_copy) in copies.iter().enumerate() {
        if number >= MAX_COPIES || geometry.positions.len() > *left {
            let message = format!("{} copies are left out: the model is too large", copies.len() - number);
            solid.issues.push(Issue::warning(path, message));
            return;
        }
        *left -= geometry.positions.len();
        let ids = features.of(part, &content.tables, number);
        let made = copy(solid, part, *content_from_copy, site_from_model, ids, texture);
        solid.parts.extend(made);
    }
}

/// `None` if it is nowhere on the Earth.
fn copy(
    solid: &Solid,
    part: &Part,
    content_from_copy: DAffine3,
    site_from_model: &SiteFromModel,
    features: PartFeatures,
    texture: Option<&TextureRef>,
) -> Option<SolidPart> {
    let geometry = &part.geometry;
    let place = |p: DVec3| site_from_model.position(content_from_copy.transform_point3(p));
    let positions_m = geometry.positions.iter().map(|p| place(p.as_dvec3())).collect::<Option<Vec<_>>>()?;
    // Normals turn with the inverse transpose; readers have baked shear into the vertices.
    let turn = content_from_copy.matrix3.inverse().transpose();
    Some(SolidPart {
        name: part.name.clone(),
        positions_m,
        normals: geometry.normals.iter().map(|n| site_from_model.direction(turn * n.as_dvec3()).as_vec3()).collect(),
        uv: base_color_uv(geometry, texture),
        colors: geometry.colors.clone(),
        triangles: geometry.indices.as_chunks::<3>().0.to_vec(),
        material: part.material.min(solid.materials.len() - 1),
        features,
    })
}

/// The coordinates that the base colour's picture is read by, with its transform (KHR_texture_transform) applied.
fn base_color_uv(geometry: &Geometry, texture: Option<&TextureRef>) -> Vec<[f32; 2]> {
    let set = if texture.is_some_and(|t| t.tex_coord == 1) { &geometry.uv1 } else { &geometry.uv0 };
    let Some(texture) = texture else { return set.iter().map(|uv| uv.to_array()).collect() };
    // Not the platform's sine, which differs between machines.
    let (sin, cos) = crate::bake::det::sin_cos(f64::from(texture.rotation_rad));
    let (sin, cos) = (sin as f32, cos as f32);
    let transform = |uv: &Vec2| {
        let scaled = *uv * texture.scale;
        let turned = Vec2::new(cos * scaled.x + sin * scaled.y, cos * scaled.y - sin * scaled.x);
        (turned + texture.offset).to_array()
    };
    set.iter().map(transform).collect()
}

/// Features of all parts, numbered through.
#[derive(Default)]
struct Features {
    list: Vec<SolidFeature>,
    by_name: BTreeMap<String, u32>,
    /// Table and row to number.
    by_row: BTreeMap<(usize, u32), u32>,
}

impl Features {
    fn of(&mut self, part: &Part, tables: &[PropertyTable], copy: usize) -> PartFeatures {
        let set = part.feature_sets.iter().find_map(|set| Some((set, tables.get(set.table?)?, set.table?)));
        let Some((set, table, number)) = set else { return self.named(&part.name) };
        let mut row = |id: u32| {
            if Some(id) == set.null_feature_id || id >= table.count { u32::MAX } else { self.row(number, table, id) }
        };
        let one = |id: u32| if id == u32::MAX { PartFeatures::None } else { PartFeatures::One(id) };
        match &set.ids {
            FeatureIds::Vertex(ids) => PartFeatures::Each(ids.iter().map(|&id| row(id)).collect()),
            FeatureIds::Instance(ids) => one(ids.get(copy).map_or(u32::MAX, |&id| row(id))),
            FeatureIds::Constant(id) => one(row(*id)),
            FeatureIds::Implicit | FeatureIds::Texture { .. } => self.named(&part.name),
        }
    }

    fn named(&mut self, name: &str) -> PartFeatures {
        if name.is_empty() {
            return PartFeatures::None;
        }
        let next = self.list.len() as u32;
        let number = *self.by_name.entry(name.to_string()).or_insert(next);
        if number == next {
            self.list.push(SolidFeature { name: name.to_string(), ..SolidFeature::default() });
        }
        PartFeatures::One(number)
    }

    fn row(&mut self, number: usize, table: &PropertyTable, row: u32) -> u32 {
        if let Some(&feature) = self.by_row.get(&(number, row)) {
            return feature;
        }
        let properties: Properties =
            table.row(row).into_iter().filter_map(|(name, value)| Some((name.to_string(), value_of(value)?))).collect();
        let name = properties.iter().find_map(|(key, value)| match value {
            Value::Text(text) if key.eq_ignore_ascii_case("name") => Some(text.clone()),
            _ => None,
        });
        self.list.push(SolidFeature { name: name.unwrap_or_default(), properties });
        let feature = self.list.len() as u32 - 1;
        self.by_row.insert((number, row), feature);
        feature
    }
}

fn value_of(value: serde_json::Value) -> Option<Value> {
    match value {
        serde_json::Value::Null => None,
        serde_json::Value::Bool(flag) => Some(Value::Flag(flag)),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(integer) => Some(Value::Integer(integer)),
            None => number.as_f64().map(Value::Number),
        },
        serde_json::Value::String(text) => Some(Value::Text(text)),
        other => Some(Value::Text(other.to_string())),
    }
}

#[cfg(test)]
mod tests;
