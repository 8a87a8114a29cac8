//! Explicit polygons (CityJSON, CityGML): which level of detail is drawn when, triangles in each polygon's own plane,
//! colours by semantics, textures packed into a few pictures a tile.

use std::collections::BTreeMap;

use glam::{DVec2, DVec3};

use super::house::{linear, seed_of};
use super::{Context, Drawn, Item, SIMPLIFIED_M, palette};
use crate::bake::det::Rng;
use crate::bake::draw::poly;
use crate::bake::lod::{self, Borders};
use crate::bake::mesh::{Matter, Mesh, Rgb, Surface as Stuff, Vertex, blend, hex, scale};
use crate::bake::model::{Surface, SurfaceKind, SurfaceLod, Surfaces};
use crate::format::issue::Issues;

mod atlas;

/// Textured triangles of a tile by source and name of the texture, until they are packed.
#[derive(Default)]
pub struct Textured {
    parts: BTreeMap<(u32, String), Part>,
}

#[derive(Default)]
struct Part {
    repeat: bool,
    triangles: Vec<Vertex>,
    /// v upwards, as sources have it.
    uv: Vec<[f32; 2]>,
}

impl Textured {
    /// Vertices so far.
    pub fn len(&self) -> usize {
        self.parts.values().map(|part| part.triangles.len()).sum()
    }

    /// Adds all as pictured triangles. Textures that can't be had leave their triangles in plain colours.
    pub fn finish(self, mesh: &mut Mesh, context: &Context, detail: u32, issues: &mut Issues) {
        atlas::pack(self.parts, mesh, context, detail, issues);
    }
}

/// A simplified building of at most this many triangles stands for itself from far; a mass has ten or more.
const MOST_FAR: usize = 28;

/// Draws what its detail asks for; the height is that above its lowest point.
pub fn draw(
    mesh: &mut Mesh,
    textured: &mut Textured,
    context: &Context,
    item: &Item,
    surfaces: &Surfaces,
    detail: u32,
) -> Drawn {
    let Some(finest) = surfaces.lods.last() else { return Drawn::default() };
    let (low_h, high_h) = heights(finest);
    let low_u = low_h - context.land.tree.frame.sea_h_m;
    let most_error_m = SIMPLIFIED_M[detail.min(4) as usize];
    let painted = |lod: &SurfaceLod, textured: &mut Textured| {
        let mut own = Mesh { feature: mesh.feature, surface: mesh.surface, ..Mesh::default() };
        let mut painter = Painter { mesh: &mut own, textured, context, item, low_u };
        for surface in &lod.surfaces {
            painter.surface(lod, surface);
        }
        lod::simplified(&own, most_error_m, borders_of(&item.feature.class), context.simplify)
    };
    let error_m = match level_for(surfaces, detail) {
        Some(lod) => {
            let made = painted(lod, textured);
            append(mesh, made.mesh);
            made.error_m
        }
        None => {
            // Its shape as far as that takes no more than a box; pictures are not seen from there.
            let plain = SurfaceLod { textures: Vec::new(), ..level_for(surfaces, 2).unwrap_or(finest).clone() };
            let made = painted(&plain, textured);
            if lod::count(&made.mesh) <= MOST_FAR {
                append(mesh, made.mesh);
            } else {
                mass(mesh, context, item, finest);
            }
            made.error_m
        }
    };
    Drawn { height_m: high_h - low_h, error_m }
}

/// What lies beside its like has to meet it at every detail.
fn borders_of(class: &str) -> Borders {
    match class {
        "road" | "rail" | "water" | "land use" | "plant cover" | "terrain" => Borders::Kept,
        _ => Borders::Free,
    }
}

fn append(mesh: &mut Mesh, own: Mesh) {
    for (list, own) in mesh.triangles.iter_mut().zip(own.triangles) {
        list.extend(own);
    }
}

/// The level of detail of the source that a detail of ours shows; `None` for a plain mass.
fn level_for(surfaces: &Surfaces, detail: u32) -> Option<&SurfaceLod> {
    let up_to = |most: f64, least: f64| surfaces.lods.iter().rev().find(|lod| lod.lod < most && lod.lod >= least);
    match detail {
        4 => surfaces.lods.last(),
        3 => up_to(3.0, 2.0).or(surfaces.lods.last()),
        2 => up_to(3.0, 1.0).or(surfaces.lods.last()),
        _ => up_to(2.0, 0.9).or_else(|| {
            // What is small as it is needs no mass: thirty polygons are no more than a box with a roof.
            surfaces.lods.first().filter(|lod| lod.surfaces.len() <= 12 && lod.textures.is_empty())
        }),
    }
}

/// Lowest and highest vertex, metres above the ellipsoid.
pub fn heights(lod: &SurfaceLod) -> (f64, f64) {
    let (low, high) = lod.vertices.iter().fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(v.z), b.max(v.z)));
    if low <= high { (low, high) } else { (0.0, 0.0) }
}

struct Painter<'a, 'c> {
    mesh: &'a mut Mesh,
    textured: &'a mut Textured,
    context: &'a Context<'c>,
    item: &'a Item,
    low_u: f64,
}

impl Painter<'_, '_> {
    fn surface(&mut self, lod: &SurfaceLod, surface: &Surface) {
        let corner = |&i: &u32| lod.vertices.get(i as usize).map(|&v| self.context.land.plan3(v));
        let Some(rings) = surface
            .rings
            .iter()
            .map(|ring| ring.iter().map(corner).collect::<Option<Vec<DVec3>>>())
            .collect::<Option<Vec<Vec<DVec3>>>>()
        else {
            return;
        };
        let Some((normal, triangles)) = triangulated(&rings) else { return };
        let points: Vec<DVec3> = rings.into_iter().flatten().collect();
        let (color, matter, stuff) = self.look(surface);
        let before = std::mem::replace(&mut self.mesh.surface, stuff);
        let normal = normal.as_vec3();
        let texture = surface.texture.as_ref().and_then(|(index, uv)| {
            let texture = lod.textures.get(*index as usize)?;
            let uv: Vec<[f32; 2]> = uv.iter().flatten().copied().collect();
            (uv.len() == points.len()).then_some((texture, uv))
        });
        for t in triangles {
            let corners = t.map(|k| {
                // Darker at the foot, where walls meet the ground.
                let shade = (0.78 + 0.22 * ((points[k].z - self.low_u) / 3.0).clamp(0.0, 1.0)) as f32;
                let shade = if matches!(surface.kind, SurfaceKind::Roof) { 1.0 } else { shade };
                self.mesh.vertex(points[k], normal, scale(color, shade))
            });
            match &texture {
                Some((texture, uv)) => {
                    let key = (self.item.source, texture.uri.clone());
                    let part = self.textured.parts.entry(key).or_default();
                    part.repeat |= texture.repeat;
                    // The picture has its own colours and shadows.
                    part.triangles.extend(corners.map(|v| Vertex { color: [1.0; 3], surface: Stuff::Plain, ..v }));
                    part.uv.extend(t.map(|k| uv[k]));
                }
                None => self.mesh.push(matter, corners),
            }
        }
        self.mesh.surface = before;
    }

    fn look(&self, surface: &Surface) -> (Rgb, Matter, Stuff) {
        let (color, matter, stuff) = look_of(surface.kind, self.item);
        match (surface.color, self.item.color) {
            (Some([r, g, b, _]), _) => (linear([r, g, b]), matter, stuff),
            (None, Some(own)) if matches!(surface.kind, SurfaceKind::Wall | SurfaceKind::Unknown) => {
                (linear(own), matter, stuff)
            }
            _ => (color, matter, stuff),
        }
    }
}

fn look_of(kind: SurfaceKind, item: &Item) -> (Rgb, Matter, Stuff) {
    let mut rng = Rng::of(seed_of(item), 74, 0);
    let wall = hex(rng.pick(&[0xdcd2c0, 0xd2c6b2, 0xc9beb0, 0xe2dacb, 0xb98f74, 0xc8b79c]));
    let roof = hex(rng.pick(&[0x98604a, 0x8a5848, 0x77706b, 0x8f8a84, 0x6d6a68]));
    let solid = |color, stuff| (color, Matter::Solid, stuff);
    match kind {
        SurfaceKind::Wall | SurfaceKind::Unknown | SurfaceKind::Closure => {
            let by_class = match item.feature.class.as_str() {
                "vegetation" | "tree" | "plant cover" => Some((hex(0x5d7242), Stuff::Foliage)),
                "road" | "transport" | "railway" => Some((hex(0x77787a), Stuff::Asphalt)),
                "terrain" | "relief" => Some((linear(palette::BARE), Stuff::Soil)),
                "water" => return (linear(palette::srgb(0x3f6472)), Matter::Water, Stuff::Water),
                "bridge" | "tunnel" => Some((hex(0xa8a49b), Stuff::Concrete)),
                _ => None,
            };
            let (color, stuff) = by_class.unwrap_or((wall, Stuff::Plaster));
            solid(color, stuff)
        }
        SurfaceKind::Roof => solid(roof, Stuff::RoofTiles),
        SurfaceKind::Ground => solid(hex(0x8c8a82), Stuff::Concrete),
        SurfaceKind::OuterFloor | SurfaceKind::Floor => solid(hex(0xa9a49a), Stuff::Concrete),
        SurfaceKind::OuterCeiling | SurfaceKind::Ceiling | SurfaceKind::InteriorWall => {
            solid(blend(wall, hex(0xf0ece4), 0.5), Stuff::Plaster)
        }
        SurfaceKind::Window => (hex(0x2b363d), Matter::Glass, Stuff::Glass),
        SurfaceKind::Door => solid(hex(0x6f5644), Stuff::Wood),
        SurfaceKind::Water => (linear(palette::srgb(0x3f6472)), Matter::Water, Stuff::Water),
        SurfaceKind::Traffic => solid(hex(0x77787a), Stuff::Asphalt),
        SurfaceKind::Vegetation => solid(hex(0x6f8450), Stuff::Grass),
    }
}

/// Unit normal and triangles of a polygon in space, as indices into its rings put one after the other; `None` for what
/// has no area.
fn triangulated(rings: &[Vec<DVec3>]) -> Option<(DVec3, Vec<[usize; 3]>)> {
    let outer = rings.first()?;
    let origin = *outer.first()?;
    let normal = (0..outer.len())
        .map(|k| (outer[k] - origin).cross(outer[(k + 1) % outer.len()] - origin))
        .sum::<DVec3>()
        .try_normalize()?;
    if let ([ring], 3) = (rings, outer.len()) {
        debug_assert_eq!(ring.len(), 3);
        return Some((normal, vec![[0, 1, 2]]));
    }
    let side = if normal.z.abs() > 0.9 { DVec3::X } else { DVec3::Z };
    let x = side.cross(normal).try_normalize()?;
    let y = normal.cross(x);
    let flat: Vec<Vec<DVec2>> = rings
        .iter()
        .map(|ring| ring.iter().map(|&p| DVec2::new((p - origin).dot(x), (p - origin).dot(y))).collect())
        .collect();
    let views: Vec<&[DVec2]> = flat.iter().map(Vec::as_slice).collect();
    let triangles = poly::triangles(&views);
    (!triangles.is_empty()).then_some((normal, triangles))
}

/// What a building without a coarse level of its own is from far: its ground surfaces, or the hull of its vertices, as high as
/// its roofs are on average.
fn mass(mesh: &mut Mesh, context: &Context, item: &Item, lod: &SurfaceLod) {
    let (low_h, high_h) = heights(lod);
    let sea_h_m = context.land.tree.frame.sea_h_m;
    let top_h = mean_roof_h(lod).unwrap_or((low_h + 2.0 * high_h) / 3.0);
    let (wall, _, stuff) = look_of(SurfaceKind::Wall, item);
    let (roof, ..) = look_of(SurfaceKind::Roof, item);
    let before = std::mem::replace(&mut mesh.surface, stuff);
    for rings in footprints(lod) {
        let rings: Vec<Vec<DVec2>> =
            rings.iter().map(|ring| ring.iter().map(|&p| context.land.plan(p)).collect()).collect();
        extrude(mesh, &rings, (low_h - sea_h_m - 1.0, top_h - sea_h_m), wall, roof);
    }
    mesh.surface = before;
}

/// Walls around rings and a lid.
pub fn extrude(mesh: &mut Mesh, rings: &[Vec<DVec2>], (u0, u1): (f64, f64), wall: Rgb, roof: Rgb) {
    for (k, ring) in rings.iter().enumerate() {
        let counter_clockwise = poly::signed_area(ring) > 0.0;
        for (a, b) in poly::edges(ring) {
            let (a, b) = if counter_clockwise == (k == 0) { (a, b) } else { (b, a) };
            mesh.wall(a, b, u0, u1, scale(wall, 0.8), wall);
        }
    }
    let views: Vec<&[DVec2]> = rings.iter().map(Vec::as_slice).collect();
    let points: Vec<DVec2> = rings.iter().flatten().copied().collect();
    for t in poly::triangles(&views) {
        mesh.tri(Matter::Solid, t.map(|k| points[k].extend(u1)), [roof; 3]);
    }
}

/// Rings (longitude, latitude) of what it covers: outer ring first.
pub fn footprints(lod: &SurfaceLod) -> Vec<Vec<Vec<DVec2>>> {
    let of = |surface: &Surface| -> Vec<Vec<DVec2>> {
        let at = |&i: &u32| lod.vertices.get(i as usize).map(|v| v.truncate());
        surface.rings.iter().map(|ring| ring.iter().filter_map(at).collect()).collect()
    };
    let ground: Vec<Vec<Vec<DVec2>>> = lod.surfaces.iter().filter(|s| s.kind == SurfaceKind::Ground).map(of).collect();
    if ground.is_empty() { hull(lod).map(|ring| vec![vec![ring]]).unwrap_or_default() } else { ground }
}

/// Of the roofs' vertices, metres above the ellipsoid.
fn mean_roof_h(lod: &SurfaceLod) -> Option<f64> {
    let roofs = lod.surfaces.iter().filter(|s| s.kind == SurfaceKind::Roof);
    let heights: Vec<f64> =
        roofs.flat_map(|s| s.rings.iter().flatten()).filter_map(|&i| Some(lod.vertices.get(i as usize)?.z)).collect();
    (!heights.is_empty()).then(|| heights.iter().sum::<f64>() / heights.len() as f64)
}

/// The convex outline of all vertices (Andrew 1979), counter-clockwise; `None` for what has no area.
pub fn hull(lod: &SurfaceLod) -> Option<Vec<DVec2>> {
    hull_of(lod.vertices.iter().map(|v| v.truncate()).collect())
}

/// The same of any points.
pub fn hull_of(mut points: Vec<DVec2>) -> Option<Vec<DVec2>> {
    points.retain(|p| p.is_finite());
    points.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    points.dedup();
    let chain = |points: &mut dyn Iterator<Item = DVec2>| {
        let mut out: Vec<DVec2> = Vec::new();
        for p in points {
            while let [.., a, b] = out[..]
                && (b - a).perp_dot(p - b) <= 0.0
            {
                out.pop();
            }
            out.push(p);
        }
        out.pop();
        out
    };
    let mut ring = chain(&mut points.iter().copied());
    ring.extend(chain(&mut points.iter().rev().copied()));
    (ring.len() >= 3).then_some(ring)
}
