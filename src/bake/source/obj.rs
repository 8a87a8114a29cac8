//! Wavefront OBJ with MTL: polygons, normals, texture coordinates, colours of vertices, materials with pictures by name.
//!
//! Read by the crate `tobj` in f64, so that map coordinates keep their millimetres; polygons are cut by `earcut`, since
//! tobj only makes fans. Sans-IO: [`libraries`] and [`pictures`] say which files to fetch, [`read`] gets them.
//! Not read: curves, surfaces, lines and points, bump and reflection maps. What tobj can't read fails as a whole, with
//! the line.

use glam::{DVec3, Vec3};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use super::stand::{SiteFromModel, Stand, StandError};
use crate::bake::solid::{PartFeatures, PictureContent, Solid, SolidFeature, SolidMaterial, SolidPart, SolidPicture};
use crate::format::content::{AlphaMode, Wrap};
use crate::format::issue::Issue;

/// Bytes of one file; a larger one is cut to tiles by its maker.
const MAX_BYTES: usize = 1 << 30;
/// Corners of one polygon.
const MAX_CORNERS: u32 = 4096;

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ObjError {
    #[error("line {line}: {reason}")]
    Line { line: usize, reason: String },
    #[error("the file is larger than 1 GiB; cut it into parts")]
    TooLarge,
    #[error(transparent)]
    Stand(#[from] StandError),
}

/// The material libraries that a file names, relative to it.
pub fn libraries(obj: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(obj);
    let mut names: Vec<String> =
        text.lines().filter_map(|line| line.trim().strip_prefix("mtllib ")).map(clean_uri).collect();
    names.dedup();
    names
}

/// The pictures that a material library names, relative to it.
pub fn pictures(mtl: &[u8]) -> Vec<String> {
    let Ok((materials, _)) = tobj::load_mtl_buf(&mut Cursor::new(&*clean_text(mtl))) else { return Vec::new() };
    let mut names: Vec<String> =
        materials.iter().filter_map(|m| m.diffuse_texture.as_deref()).map(picture_name).collect();
    names.sort();
    names.dedup();
    names
}

/// Reads a model. `files` holds libraries and pictures by the names that [`libraries`] and [`pictures`] gave; what is not
/// there is left out with an issue.
///
/// # Errors
/// [`ObjError`] if the file can't be read or can't stand where it is told to.
pub fn read(obj: &[u8], files: &BTreeMap<String, Arc<[u8]>>, stand: &Stand) -> Result<Solid, ObjError> {
    if obj.len() > MAX_BYTES {
        return Err(ObjError::TooLarge);
    }
    let text = clean_text(obj);
    let options = tobj::LoadOptions { single_index: true, ..tobj::LoadOptions::default() };
    let mut cursor = Cursor::new(&*text);
    let missing = RefCell::new(Vec::new());
    let library = |name: &Path| library_of(files, &clean_uri(&name.to_string_lossy()), &missing);
    let (models, materials) = tobj::load_obj_buf(&mut cursor, &options, library)
        .map_err(|error| ObjError::Line { line: lines_before(&cursor), reason: error.to_string() })?;
    let bounds = bounds(&models).ok_or(StandError::Empty)?;
    let site_from_model = SiteFromModel::new(stand, bounds)?;
    let mut solid = Solid::at(site_from_model.site.origin);
    for name in missing.into_inner() {
        let message = format!("the material library {name:?} could not be had; grey is drawn");
        solid.issues.push(Issue::warning("", message));
    }
    let materials = materials.unwrap_or_else(|error| {
        solid.issues.push(Issue::warning("", format!("the material library can't be read: {error}; grey is drawn")));
        Vec::new()
    });
    add_materials(&mut solid, &materials, files);
    for model in &models {
        add_part(&mut solid, model, &site_from_model);
    }
    Ok(solid)
}

/// A library that is not there is as good as empty: others may be there.
fn library_of(files: &BTreeMap<String, Arc<[u8]>>, name: &str, missing: &RefCell<Vec<String>>) -> tobj::MTLLoadResult {
    let Some(bytes) = files.get(name) else {
        missing.borrow_mut().push(name.to_string());
        return Ok(Default::default());
    };
    tobj::load_mtl_buf(&mut Cursor::new(&*clean_text(bytes)))
}

/// UTF-8, with lines that were broken by a backslash joined.
fn clean_text(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    if text.contains("\\\n") || text.contains("\\\r\n") {
        return text.replace("\\\r\n", " ").replace("\\\n", " ").into_bytes();
    }
    text.into_owned().into_bytes()
}

fn lines_before(cursor: &Cursor<&[u8]>) -> usize {
    let read = (cursor.position() as usize).min(cursor.get_ref().len());
    cursor.get_ref()[..read].iter().filter(|&&byte| byte == b'\n').count().max(1)
}

/// A name as URIs have it: tools on Windows write backslashes.
fn clean_uri(name: &str) -> String {
    let name = name.trim().replace('\\', "/");
    name.strip_prefix("./").unwrap_or(&name).to_string()
}

/// The picture of a `map_Kd`, whose options (`-s 1 1 1 -clamp on`) stand before it.
fn picture_name(statement: &str) -> String {
    let mut words = statement.split_whitespace().peekable();
    let mut rest = statement.trim();
    while let Some(word) = words.next() {
        if !word.starts_with('-') || !word[1..].starts_with(|c: char| c.is_ascii_alphabetic()) {
            break;
        }
        rest = rest[word.len()..].trim_start();
        // Values of an option are numbers, or one word for a switch.
        let is_switch = matches!(word, "-clamp" | "-blendu" | "-blendv" | "-cc" | "-imfchan" | "-type");
        let mut first = true;
        while let Some(&value) = words.peek() {
            if !(value.parse::<f64>().is_ok() || is_switch && first) {
                break;
            }
            first = false;
            rest = rest[value.len()..].trim_start();
            words.next();
        }
    }
    clean_uri(rest)
}

fn bounds(models: &[tobj::Model]) -> Option<(DVec3, DVec3)> {
    let mut points = models.iter().flat_map(|m| m.mesh.positions.as_chunks::<3>().0).map(|&p| DVec3::from(p));
    let first = points.find(|p| p.is_finite())?;
    Some(points.filter(|p| p.is_finite()).fold((first, first), |(low, high), p| (low.min(p), high.max(p))))
}

/// Material 0 is for faces without one; the file's follow.
fn add_materials(solid: &mut Solid, materials: &[tobj::Material], files: &BTreeMap<String, Arc<[u8]>>) {
    solid.materials.push(SolidMaterial::default());
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    for material in materials {
        let picture = material.diffuse_texture.as_deref().map(picture_name).and_then(|name| {
            if let Some(&number) = numbers.get(&name) {
                return Some(number);
            }
            let Some(bytes) = files.get(&name) else {
                let message = format!("the picture {name:?} could not be had; the material's colour is drawn");
                solid.issues.push(Issue::warning(format!("material {}", material.name), message));
                return None;
            };
            let content = PictureContent::Encoded(Arc::clone(bytes));
            solid.pictures.push(SolidPicture { wrap_u: Wrap::Repeat, wrap_v: Wrap::Repeat, content });
            numbers.insert(name, solid.pictures.len() - 1);
            Some(solid.pictures.len() - 1)
        });
        solid.materials.push(solid_material(material, picture));
    }
}

fn solid_material(material: &tobj::Material, picture: Option<usize>) -> SolidMaterial {
    let finite = |value: f64, or: f32| if value.is_finite() { (value as f32).clamp(0.0, 1.0) } else { or };
    let diffuse = material.diffuse.unwrap_or([0.6; 3]).map(|channel| finite(channel, 0.6));
    // Many tools write a black colour beside a picture that stands for it.
    let [r, g, b] = if picture.is_some() && diffuse == [0.0; 3] { [1.0; 3] } else { diffuse };
    let alpha = finite(material.dissolve.unwrap_or(1.0), 1.0);
    // From Phong's exponent: the roughness whose lobe is as wide.
    let roughness =
        material.shininess.filter(|ns| ns.is_finite() && *ns > 0.0).map_or(0.9, |ns| (2.0 / (ns + 2.0)).sqrt().sqrt());
    SolidMaterial {
        name: material.name.clone(),
        base_color: [r, g, b, alpha],
        base_color_picture: picture,
        roughness: finite(roughness, 0.9),
        emissive: material.emissive.unwrap_or([0.0; 3]).map(|channel| finite(channel, 0.0)),
        alpha: if alpha < 1.0 { AlphaMode::Blend } else { AlphaMode::Opaque },
        ..SolidMaterial::default()
    }
}

fn add_part(solid: &mut Solid, model: &tobj::Model, site_from_model: &SiteFromModel) {
    let mesh = &model.mesh;
    let path = format!("object {}", model.name);
    let places: Vec<Option<DVec3>> =
        mesh.positions.as_chunks::<3>().0.iter().map(|&p| site_from_model.position(DVec3::from(p))).collect();
    let lost = places.iter().filter(|place| place.is_none()).count();
    if lost > 0 {
        let message = format!("{lost} vertices are nowhere on the Earth; their faces are left out");
        solid.issues.push(Issue::warning(&*path, message));
    }
    let (triangles, broken) = triangles(mesh, &places);
    if broken > 0 {
        solid.issues.push(Issue::warning(&*path, format!("{broken} faces are no polygons and were left out")));
    }
    if triangles.is_empty() {
        return;
    }
    let count = places.len();
    let normals = mesh.normals.as_chunks::<3>().0;
    let uv = mesh.texcoords.as_chunks::<2>().0;
    let colors = mesh.vertex_color.as_chunks::<3>().0;
    // One object comes as several models where its material changes.
    let feature = solid.features.iter().position(|f| f.name == model.name).unwrap_or_else(|| {
        solid.features.push(SolidFeature { name: model.name.clone(), ..SolidFeature::default() });
        solid.features.len() - 1
    });
    let unit = |&n: &[f64; 3]| site_from_model.direction(DVec3::from(n)).as_vec3();
    solid.parts.push(SolidPart {
        name: model.name.clone(),
        positions_m: places.into_iter().map(Option::unwrap_or_default).collect(),
        normals: if normals.len() == count { normals.iter().map(unit).collect::<Vec<Vec3>>() } else { Vec::new() },
        // OBJ counts v from the picture's foot.
        uv: if uv.len() == count { uv.iter().map(|&[u, v]| [u as f32, 1.0 - v as f32]).collect() } else { Vec::new() },
        colors: if colors.len() == count { colors.iter().map(linear_color).collect() } else { Vec::new() },
        triangles,
        material: mesh.material_id.map_or(0, |id| id + 1).min(solid.materials.len() - 1),
        features: PartFeatures::One(feature as u32),
    });
}

/// Colours of vertices are written as they look, that is in sRGB.
fn linear_color(&[r, g, b]: &[f64; 3]) -> [f32; 4] {
    let linear = |channel: f64| {
        let c = if channel.is_finite() { channel.clamp(0.0, 1.0) } else { 1.0 };
        crate::bake::mesh::linear(c as f32)
    };
    [linear(r), linear(g), linear(b), 1.0]
}

/// Faces cut into triangles, and how many could not be.
fn triangles(mesh: &tobj::Mesh, places: &[Option<DVec3>]) -> (Vec<[u32; 3]>, usize) {
    let arities: &[u32] = &mesh.face_arities;
    let faces = if arities.is_empty() { mesh.indices.len() / 3 } else { arities.len() };
    let (mut triangles, mut broken, mut start) = (Vec::new(), 0, 0usize);
    let mut cutter = earcut::Earcut::new();
    for face in 0..faces {
        let corners = arities.get(face).copied().unwrap_or(3);
        let polygon = mesh.indices.get(start..start + corners as usize).unwrap_or_default();
        start += corners as usize;
        let points: Option<Vec<DVec3>> = polygon.iter().map(|&i| places.get(i as usize).copied().flatten()).collect();
        match points {
            _ if corners > MAX_CORNERS || polygon.len() < 3 => broken += 1,
            Some(points) => match cut(&mut cutter, polygon, &points) {
                Some(cut) => triangles.extend(cut),
                None => broken += 1,
            },
            // Told with the vertices.
            None => {}
        }
    }
    (triangles, broken)
}

/// A plane polygon in space; `None` if it has no area.
fn cut(cutter: &mut earcut::Earcut<f64>, polygon: &[u32], points: &[DVec3]) -> Option<Vec<[u32; 3]>> {
    let middle = points.iter().sum::<DVec3>() / points.len() as f64;
    // Newell's normal.
    let normal: DVec3 =
        points.iter().zip(points.iter().cycle().skip(1)).map(|(&a, &b)| (a - middle).cross(b - middle)).sum();
    if normal.length_squared() < 1e-20 {
        return None;
    }
    if let &[a, b, c] = polygon {
        return Some(vec![[a, b, c]]);
    }
    let right = normal.any_orthogonal_vector().normalize();
    let up = normal.normalize().cross(right);
    let flat = points.iter().map(|&p| [(p - middle).dot(right), (p - middle).dot(up)]);
    let mut corners: Vec<u32> = Vec::new();
    cutter.earcut(flat, &[], &mut corners);
    let at = |corner: u32| polygon[corner as usize];
    // earcut's triangles may turn either way.
    let turned = |[a, b, c]: [u32; 3]| {
        let p = |corner: u32| points[corner as usize];
        let faces = (p(b) - p(a)).cross(p(c) - p(a)).dot(normal) >= 0.0;
        if faces { [at(a), at(b), at(c)] } else { [at(a), at(c), at(b)] }
    };
    let cut: Vec<[u32; 3]> = corners.as_chunks::<3>().0.iter().map(|&triangle| turned(triangle)).collect();
    (!cut.is_empty()).then_some(cut)
}

#[cfg(test)]
mod tests;
