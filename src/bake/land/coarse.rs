//! Tiles above those that are drawn from features: ground under the picture that the children hand up, a mass for each cell
//! that is built on, and the tallest things.

use glam::DVec2;

use super::fine;
use super::ground::Ground;
use super::paint::Painted;
use super::up::{CELLS, Mass, Tall, Up, keep_tallest};
use super::{Context, Tile, surfaces};
use crate::bake::feature::Feature;
use crate::bake::mesh::{Matter, Mesh, NO_FEATURE, Pictured, Rgb, Surface, Vertex, blend, scale};
use crate::bake::tiling::land::TileId;

/// Cells with less built ground have no mass.
const LEAST_SHARE: f32 = 0.03;
/// Masses lower than this share of the ground's tolerance are not seen.
const LEAST_OF_TOLERANCE: f64 = 0.5;
/// The side of a tile through its ground's tolerance.
const TOLERANCES_OF_SIDE: f64 = 1500.0;

/// Makes a tile and what it hands up itself. `children` in the order of [`TileId::children`].
pub fn make(context: &Context, id: TileId, children: &[Option<Up>; 4]) -> (Tile, Up) {
    let (low, _) = context.land.tree.rect(id);
    let size_m = context.land.tree.tile_size_m(id.level);
    let tolerance_m = size_m / TOLERANCES_OF_SIDE;
    let ground = Ground::new(context, (low, size_m), tolerance_m);
    let mut mesh = Mesh::default();
    let mut tall: Vec<Tall> = children.iter().flatten().flat_map(|up| up.tall.iter().cloned()).collect();
    keep_tallest(&mut tall);
    tall.retain(|thing| thing.height_m() > tolerance_m * 2.0);

    let masses = side_by_side(children);
    let cell_m = size_m / (2 * CELLS) as f64;
    for (k, mass) in masses.iter().enumerate() {
        let corner = low + DVec2::new((k % (2 * CELLS)) as f64, (k / (2 * CELLS)) as f64) * cell_m;
        block(&mut mesh, context, mass, corner, cell_m, tolerance_m);
    }
    let mut table = Vec::new();
    for thing in &tall {
        mesh.feature = Some(table.len() as u32);
        let outline: Vec<DVec2> = thing.outline.iter().map(|&p| DVec2::from(p)).collect();
        mesh.surface = Surface::Plaster;
        surfaces::extrude(&mut mesh, &[outline], (thing.ground_u - 2.0, thing.top_u), thing.wall, thing.roof);
        table.push(Feature {
            height_m: (thing.height_m() * 10.0).round() as f32 / 10.0,
            ..Feature::new(thing.id.clone(), &thing.class, thing.name.clone(), "", 0.0)
        });
    }
    mesh.feature = None;
    mesh.surface = Surface::Plain;

    let picture = four(children, context.land.picture_px);
    if let Some(ground) = ground.filter(|_| context.with_ground) {
        lay(&mut mesh, &ground, &picture, context, tolerance_m * 4.0 + size_m * 0.01);
    }
    let below: Vec<&[[f32; 3]]> = children.iter().flatten().map(|up| up.sample.as_slice()).collect();
    let tile = fine::finish(context, id, (&mesh, 0.0), &table, &below);
    let half = picture.halved();
    let up = Up { px: half.px, rgb: half.rgb, masses: merged(&masses), tall, sample: tile.sample.clone() };
    (tile, up)
}

fn lay(mesh: &mut Mesh, ground: &Ground, picture: &Painted, context: &Context, skirt_m: f64) {
    let mut triangles = Vec::new();
    let bare = |at, normal, _| Vertex {
        at,
        normal,
        color: [1.0; 3],
        feature: NO_FEATURE,
        lit: 0,
        surface: Surface::Plain,
        light: 0,
    };
    ground.draw(skirt_m, bare, &mut triangles);
    let uv = triangles.iter().map(|v| ground.uv(v.at.truncate())).collect();
    mesh.pictured.insert(0, Pictured { picture: picture.encoded(context.land.picture), glow: None, triangles, uv });
}

/// The mass of a cell: a box in its middle that covers as much ground as is built on.
fn block(mesh: &mut Mesh, context: &Context, mass: &Mass, low: DVec2, cell_m: f64, tolerance_m: f64) {
    let share = mass.built_m2 / (cell_m * cell_m) as f32;
    if share < LEAST_SHARE {
        return;
    }
    let height_m = f64::from(mass.volume_m3 / mass.built_m2);
    if height_m < tolerance_m * LEAST_OF_TOLERANCE {
        return;
    }
    let side_m = cell_m * f64::from(share.min(1.0)).sqrt();
    let a = low + (cell_m - side_m) * 0.5;
    let outline = [a, a + DVec2::new(side_m, 0.0), a + side_m, a + DVec2::new(0.0, side_m)];
    let mean = |sum: [f32; 3]| -> Rgb { sum.map(|c| c / mass.built_m2) };
    let ground_u = if context.with_ground {
        outline.iter().map(|&p| context.ground_u(p)).fold(f64::MAX, f64::min)
    } else {
        f64::from(mass.ground_m3 / mass.built_m2)
    };
    let (wall, roof) = (mean(mass.wall), mean(mass.roof));
    mesh.surface = Surface::Plaster;
    for k in 0..4 {
        mesh.wall(outline[k], outline[(k + 1) % 4], ground_u - 1.0, ground_u + height_m, scale(wall, 0.72), wall);
    }
    // Between roofs one sees streets and yards.
    let seen = blend(roof, scale(wall, 0.6), 0.15);
    mesh.flat(Matter::Solid, &outline, ground_u + height_m, seen);
}

/// The grids of four tiles as one, twice as fine as the parent's own.
fn side_by_side(children: &[Option<Up>; 4]) -> Vec<Mass> {
    let side = 2 * CELLS;
    let mut out = vec![Mass::default(); side * side];
    for (k, up) in children.iter().enumerate() {
        let Some(up) = up else { continue };
        let (x0, y0) = (k % 2 * CELLS, k / 2 * CELLS);
        for (i, mass) in up.masses.iter().enumerate().take(CELLS * CELLS) {
            out[(y0 + i / CELLS) * side + x0 + i % CELLS] = *mass;
        }
    }
    out
}

fn merged(masses: &[Mass]) -> Vec<Mass> {
    let side = 2 * CELLS;
    let mut out = vec![Mass::default(); CELLS * CELLS];
    for (i, mass) in masses.iter().enumerate() {
        out[i / side / 2 * CELLS + i % side / 2].add(mass);
    }
    out
}

/// The pictures of four tiles as one; bare ground where there is none.
fn four(children: &[Option<Up>; 4], px: u32) -> Painted {
    let (side, half) = (px as usize, px as usize / 2);
    let mut rgb: Vec<u8> = super::palette::BARE.iter().copied().cycle().take(side * side * 3).collect();
    for (k, up) in children.iter().enumerate() {
        let Some(up) = up.as_ref().filter(|up| up.px as usize == half && up.rgb.len() == half * half * 3) else {
            continue;
        };
        // Child 2 and 3 lie in the north, where row 0 is.
        let (x0, y0) = (k % 2 * half, (1 - k / 2) * half);
        for y in 0..half {
            let to = ((y0 + y) * side + x0) * 3;
            rgb[to..to + half * 3].copy_from_slice(&up.rgb[y * half * 3..(y + 1) * half * 3]);
        }
    }
    Painted { px, rgb }
}
