//! Cuts the town into a quadtree of five levels and writes `tileset.json` and its contents.
//!
//! The root (refine ADD) shows the far island always; below it the town is a quadtree of REPLACE tiles, level 0 the
//! whole rectangle, level 4 pieces of 250 x 188 m. Each tile has its own east-north-up frame at its centre as
//! `transform` and a box in that frame around all that it and its descendants draw.
//!
//! Geometric errors are the size of what the level leaves out, so that it is refined once that would span the viewer's
//! limit of pixels: level 3 lacks lamps' arms, shutters and kerbs; 2 windows and cars; 1 the storeys; 0 single houses.

use super::building::Building;
use super::harbour::Fixture;
use super::land::{self, Maps};
use super::plan::{PAVEMENT_M, Plan, inset};
use super::terrain::{TOWN_HALF_M, Terrain};
use super::things::{self, FOREST_GROUP, Placed, STREET_GROUP, Thing};
use super::{GeneratedFile, names};
use crate::bake::draw::facade;
use crate::bake::feature::Feature;
use crate::bake::frame::PlanFrame;
use crate::bake::glb;
use crate::bake::mesh::{MATTERS, Matter, Mesh, Rgb, Vertex, blend, hex};
use glam::{DAffine3, DMat4, DVec2, DVec3};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub const LEVELS: usize = 5;
/// Metres, by level; the finest has none.
pub const GEOMETRIC_ERROR_M: [f64; LEVELS] = [72.0, 30.0, 12.0, 4.5, 0.0];
const ROOT_ERROR_M: f64 = 4000.0;

/// Everything that tiles are cut from.
pub struct Town<'a> {
    pub frame: &'a PlanFrame,
    pub terrain: Terrain,
    pub plan: &'a Plan,
    pub maps: &'a Maps,
    pub buildings: &'a [Building],
    pub things: &'a [Placed],
    pub fixtures: &'a [Fixture],
    /// Whether contents are compressed.
    pub packed: bool,
    /// Streets and quays of each level.
    pub ground: [Mesh; LEVELS],
}

/// A tile once written: its place in the tree, for its parent to enclose.
struct Written {
    json: Value,
    ecef_from_tile: DAffine3,
    low: DVec3,
    high: DVec3,
}

/// Writes all tiles and the tileset; `progress` gets 0..1.
pub fn write(town: &Town, sink: &mut dyn FnMut(GeneratedFile), progress: &mut dyn FnMut(f32)) {
    let ecef_from_root = town.frame.ecef_from_enu_at(DVec3::ZERO);
    let backdrop = glb::tile(&land::backdrop(&town.terrain), &[], &placement(town, ecef_from_root));
    sink(GeneratedFile { path: "tiles/island.glb".into(), bytes: backdrop.bytes });
    let mut done = 0usize;
    let mut counted = |sink: &mut dyn FnMut(GeneratedFile), file: GeneratedFile| {
        done += 1;
        progress(done as f32 / 330.0);
        sink(file);
    };
    let child = tile(town, 0, (0, 0), &mut |file| counted(sink, file));
    let mut written =
        Written { json: Value::Null, ecef_from_tile: ecef_from_root, low: backdrop.low, high: backdrop.high };
    let child_json = adopt(&mut written, child);
    let root = json!({
        "transform": DMat4::from(ecef_from_root).to_cols_array(),
        "boundingVolume": {"box": volume(written.low, written.high)},
        "geometricError": ROOT_ERROR_M,
        "refine": "ADD",
        "content": {"uri": "tiles/island.glb", "boundingVolume": {"box": volume(backdrop.low, backdrop.high)}},
        "children": [child_json],
    });
    let tileset = json!({
        "asset": {"version": "1.1", "tilesetVersion": "1"},
        "geometricError": ROOT_ERROR_M * 2.0,
        "root": root,
    });
    let bytes = serde_json::to_vec(&tileset).unwrap_or_default();
    sink(GeneratedFile { path: "tileset.json".into(), bytes });
}

fn placement<'a>(town: &Town<'a>, ecef_from_tile: DAffine3) -> glb::Placement<'a> {
    glb::Placement {
        frame: town.frame,
        ecef_from_tile,
        root_from_tile: DAffine3::IDENTITY,
        packed: town.packed,
        least_step_m: 0.0,
    }
}

/// A box in 3D Tiles' form: centre and half axes.
fn volume(low: DVec3, high: DVec3) -> [f64; 12] {
    let (c, h) = ((low + high) * 0.5, (high - low) * 0.5);
    // A millimetre of air, rounded outwards, keeps the JSON short and the box enclosing.
    let up = |x: f64| (x * 1000.0).ceil() / 1000.0 + 0.002;
    let near = |x: f64| (x * 1000.0 + 0.5).floor() / 1000.0;
    [near(c.x), near(c.y), near(c.z), up(h.x), 0.0, 0.0, 0.0, up(h.y), 0.0, 0.0, 0.0, up(h.z)]
}

/// Makes a written tile a child: its JSON gets the transform to this parent, and the parent's box grows.
fn adopt(parent: &mut Written, mut child: Written) -> Value {
    let parent_from_child = parent.ecef_from_tile.inverse() * child.ecef_from_tile;
    for k in 0..8 {
        let pick = |bit: usize, a: f64, b: f64| if k & bit == 0 { a } else { b };
        let (low, high) = (child.low - 0.01, child.high + 0.01);
        let corner = DVec3::new(pick(1, low.x, high.x), pick(2, low.y, high.y), pick(4, low.z, high.z));
        let p = parent_from_child.transform_point3(corner);
        parent.low = parent.low.min(p);
        parent.high = parent.high.max(p);
    }
    child.json["transform"] = json!(DMat4::from(parent_from_child).to_cols_array());
    child.json
}

/// One tile and all below it.
fn tile(town: &Town, level: usize, place: (usize, usize), sink: &mut dyn FnMut(GeneratedFile)) -> Written {
    let count = (1 << level) as f64;
    let size = TOWN_HALF_M * 2.0 / count;
    let low = DVec2::new(place.0 as f64, place.1 as f64) * size - TOWN_HALF_M;
    let ecef_from_tile = town.frame.ecef_from_enu_at((low + size * 0.5).extend(0.0));
    let (mesh, table) = content(town, level, low, low + size);
    // Where nothing but water is, finer levels would show the same.
    let only_sea =
        mesh.triangles[Matter::Solid as usize].is_empty() && mesh.triangles[Matter::Glass as usize].is_empty();
    let encoded = glb::tile(&mesh, &table, &placement(town, ecef_from_tile));
    let uri = format!("tiles/{level}/{}-{}.glb", place.0, place.1);
    let content_box = volume(encoded.low, encoded.high);
    sink(GeneratedFile { path: uri.clone(), bytes: encoded.bytes });
    // Open country has nothing that a finer level could show.
    let open_country = level == 3 && !table.iter().any(|f| f.kind != "trees" && f.kind != "mole");
    let last = level + 1 == LEVELS || only_sea || open_country;
    let mut written = Written { json: Value::Null, ecef_from_tile, low: encoded.low, high: encoded.high };
    let mut children = Vec::new();
    if !last {
        for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let child = tile(town, level + 1, (place.0 * 2 + dx, place.1 * 2 + dy), sink);
            children.push(adopt(&mut written, child));
        }
    }
    written.json = json!({
        "boundingVolume": {"box": volume(written.low, written.high)},
        "geometricError": if last { 0.0 } else { GEOMETRIC_ERROR_M[level] },
        "content": {"uri": uri, "boundingVolume": {"box": content_box}},
    });
    if level == 0 {
        written.json["refine"] = json!("REPLACE");
    }
    if !children.is_empty() {
        written.json["children"] = Value::Array(children);
    }
    written
}

fn content(town: &Town, level: usize, low: DVec2, high: DVec2) -> (Mesh, Vec<Feature>) {
    let mut mesh = Mesh::default();
    let mut table = Vec::new();
    let inside = |p: DVec2| p.x >= low.x && p.x < high.x && p.y >= low.y && p.y < high.y;
    land::sheet(&mut mesh, &town.terrain, town.maps, low, high, level);
    clip_into(&mut mesh, &town.ground[level], low, high);
    let mut masses: BTreeMap<usize, Vec<&Building>> = BTreeMap::new();
    for building in town.buildings.iter().filter(|b| inside(b.centre())) {
        if level == 0 && building.merges {
            masses.entry(building.block.unwrap_or(0)).or_default().push(building);
            continue;
        }
        if level == 0 && matches!(building.feature.kind.as_str(), "kiosk") {
            continue;
        }
        mesh.feature = Some(table.len() as u32);
        table.push(building.feature.clone());
        facade::draw(&mut mesh, building, level);
    }
    for (block, list) in masses {
        mesh.feature = Some(table.len() as u32);
        table.push(mass(&mut mesh, town.plan, block, &list));
    }
    for fixture in town.fixtures.iter().filter(|f| f.from_level <= level && inside(f.at)) {
        mesh.feature = fixture.feature.as_ref().map(|feature| {
            table.push(feature.clone());
            table.len() as u32 - 1
        });
        (fixture.draw)(&mut mesh, level);
    }
    let mut groups: BTreeMap<u32, u32> = BTreeMap::new();
    for placed in town.things.iter().filter(|t| inside(t.at.truncate())) {
        mesh.feature = match placed.thing {
            Thing::Tree { .. } | Thing::Hedge { .. } => Some(*groups.entry(placed.group).or_insert_with(|| {
                table.push(group_feature(town.plan, placed.group));
                table.len() as u32 - 1
            })),
            _ => None,
        };
        things::draw(&mut mesh, placed, level);
    }
    mesh.feature = None;
    (mesh, table)
}

fn group_feature(plan: &Plan, group: u32) -> Feature {
    let (id, name, usage) = if group >= FOREST_GROUP {
        (format!("wood-{:04}", group - FOREST_GROUP), "Trees and scrub".to_string(), "woodland")
    } else if group + 1 >= STREET_GROUP {
        (format!("street-trees-{:04}", group + 1 - STREET_GROUP), "Street trees".to_string(), "street greenery")
    } else {
        let name = plan.blocks.get(group as usize).map_or("", |b| names::street(plan.seed, b.column, b.row));
        (format!("garden-{group:04}"), format!("Garden, {name}"), "garden")
    };
    Feature::new(id, "trees", name, usage, 7.0)
}

/// A closed block as one body: walls in its houses' mean colour at their mean height, a court cut out.
fn mass(mesh: &mut Mesh, plan: &Plan, block: usize, list: &[&Building]) -> Feature {
    let mean = |of: &dyn Fn(&Building) -> f64| list.iter().map(|b| of(b)).sum::<f64>() / list.len() as f64;
    let color = |of: &dyn Fn(&Building) -> Rgb| [0, 1, 2].map(|k| mean(&|b| f64::from(of(b)[k])) as f32);
    let wall = blend(color(&|b| b.volumes[0].wall), color(&|b| b.volumes[0].glass), 0.26);
    let roof = color(&|b| b.volumes[0].roof_color);
    let top = mean(&|b| b.volumes[0].eaves_u() + 0.5);
    let foot = list.iter().map(|b| b.volumes[0].foot_u).fold(f64::MAX, f64::min);
    let outer = inset(&plan.blocks[block].kerb, PAVEMENT_M);
    let inner = inset(&outer, 12.5);
    let ridge = inset(&outer, 6.2);
    let rise = top + 1.5;
    for k in 0..4 {
        let n = (k + 1) % 4;
        mesh.wall(outer[k], outer[n], foot, top, mesh_shade(wall, 0.72), wall);
        mesh.wall(inner[n], inner[k], foot, top, mesh_shade(wall, 0.5), mesh_shade(wall, 0.8));
        let slope = [outer[k].extend(top), outer[n].extend(top), ridge[n].extend(rise), ridge[k].extend(rise)];
        mesh.quad(Matter::Solid, slope, roof);
        let slope = [ridge[k].extend(rise), ridge[n].extend(rise), inner[n].extend(top), inner[k].extend(top)];
        mesh.quad(Matter::Solid, slope, mesh_shade(roof, 0.95));
    }
    let b = &plan.blocks[block];
    let height = top - list.iter().map(|b| b.volumes[0].floor_u).fold(f64::MAX, f64::min);
    let name = format!("{} ({} houses)", names::street(plan.seed, b.column, b.row), list.len());
    Feature::new(format!("block-{block:03}"), "block", name, "dwelling and shops", height)
}

fn mesh_shade(c: Rgb, k: f32) -> Rgb {
    blend(hex(0), c, k)
}

/// Adds the part of a mesh that lies in a rectangle, triangles cut at its edges.
fn clip_into(mesh: &mut Mesh, source: &Mesh, low: DVec2, high: DVec2) {
    for matter in 0..MATTERS {
        for t in source.triangles[matter].chunks_exact(3) {
            let a = t.iter().fold(DVec2::MAX, |m, v| m.min(v.at.truncate()));
            let b = t.iter().fold(DVec2::MIN, |m, v| m.max(v.at.truncate()));
            if a.x >= high.x || a.y >= high.y || b.x <= low.x || b.y <= low.y {
                continue;
            }
            if a.x >= low.x && a.y >= low.y && b.x <= high.x && b.y <= high.y {
                mesh.triangles[matter].extend_from_slice(t);
                continue;
            }
            let mut polygon = t.to_vec();
            for (axis, limit, sign) in [(0, low.x, 1.0), (0, high.x, -1.0), (1, low.y, 1.0), (1, high.y, -1.0)] {
                polygon = cut(&polygon, axis, limit, sign);
            }
            for k in 1..polygon.len().saturating_sub(1) {
                mesh.triangles[matter].extend([polygon[0], polygon[k], polygon[k + 1]]);
            }
        }
    }
}

/// Sutherland and Hodgman (1974): the part of a convex polygon where `sign * (axis - limit) >= 0`.
fn cut(polygon: &[Vertex], axis: usize, limit: f64, sign: f64) -> Vec<Vertex> {
    let distance = |v: &Vertex| sign * (v.at[axis] - limit);
    let mut out = Vec::with_capacity(polygon.len() + 1);
    for k in 0..polygon.len() {
        let (a, b) = (polygon[k], polygon[(k + 1) % polygon.len()]);
        let (da, db) = (distance(&a), distance(&b));
        if da >= 0.0 {
            out.push(a);
        }
        if (da > 0.0 && db < 0.0) || (da < 0.0 && db > 0.0) {
            let t = da / (da - db);
            let mut v = a;
            v.at = a.at.lerp(b.at, t);
            v.at[axis] = limit;
            v.color = blend(a.color, b.color, t as f32);
            v.normal = a.normal.lerp(b.normal, t as f32).normalize_or_zero();
            out.push(v);
        }
    }
    out
}
