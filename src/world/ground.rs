//! Streets, crossings, pavements and the ground of blocks, at every level of detail.
//!
//! Each is a quad of the plan laid on the terrain in strips; neighbours share corners and subdivisions, so they meet.
//! Below all of it lies the sunken terrain (see [`super::land`]), which shows its similar colour through the hair
//! cracks that different levels leave side by side.

use super::land::Maps;
use super::plan::{Block, BlockUse, PAVEMENT_M, Plan, Quad, Street, inset, within};
use crate::bake::det::{Rng, fractal};
use crate::bake::mesh::{Matter, Mesh, Rgb, blend, hex, scale};
use glam::{DVec2, DVec3};

pub const KERB_M: f64 = 0.13;
pub const ASPHALT: Rgb = hex(0x66655f);
pub const PAVING: Rgb = hex(0xb5aea2);
const PAINT: Rgb = hex(0xe4e2da);

/// Metres between supports on the terrain, by level.
const STEP_M: [f64; 5] = [200.0, 60.0, 30.0, 15.0, 15.0];

/// A quad laid on the terrain in strips along its first side.
pub struct Ribbon {
    quad: Quad,
    /// Terrain under the right and the left edge at each support.
    heights: Vec<(f64, f64)>,
}

impl Ribbon {
    pub fn new(plan: &Plan, quad: Quad, step_m: f64) -> Self {
        let count = strips((quad[1] - quad[0]).length().max((quad[2] - quad[3]).length()), step_m);
        let heights = (0..=count)
            .map(|k| {
                let x = k as f64 / count as f64;
                (plan.terrain.height(within(&quad, x, 0.0)), plan.terrain.height(within(&quad, x, 1.0)))
            })
            .collect();
        Self { quad, heights }
    }

    /// The point at fractions along and across, `lift` metres above the surface.
    pub fn point(&self, x: f64, y: f64, lift: f64) -> DVec3 {
        let count = self.heights.len() - 1;
        let k = ((x * count as f64).floor().max(0.0) as usize).min(count - 1);
        let f = x * count as f64 - k as f64;
        let ((r0, l0), (r1, l1)) = (self.heights[k], self.heights[k + 1]);
        let (right, left) = (r0 + (r1 - r0) * f, l0 + (l1 - l0) * f);
        within(&self.quad, x, y).extend(right + (left - right) * y + lift)
    }

    pub fn length(&self) -> f64 {
        ((self.quad[1] + self.quad[2] - self.quad[0] - self.quad[3]) * 0.5).length()
    }

    pub fn width(&self) -> f64 {
        (self.quad[3] - self.quad[0]).length()
    }

    /// A band from `y0` to `y1` across, all along from `x0` to `x1`.
    pub fn band(&self, mesh: &mut Mesh, x: (f64, f64), y: (f64, f64), lift: f64, color: Rgb) {
        let count = self.heights.len() - 1;
        let mut cuts = vec![x.0];
        cuts.extend((0..=count).map(|k| k as f64 / count as f64).filter(|&c| c > x.0 + 1e-6 && c < x.1 - 1e-6));
        cuts.push(x.1);
        for pair in cuts.windows(2) {
            let p = [
                self.point(pair[0], y.0, lift),
                self.point(pair[1], y.0, lift),
                self.point(pair[1], y.1, lift),
                self.point(pair[0], y.1, lift),
            ];
            mesh.quad(Matter::Solid, p, color);
        }
    }
}

fn strips(length: f64, step_m: f64) -> usize {
    (length / step_m).ceil().max(1.0) as usize
}

/// The whole town's ground at one level, without features; tiles clip their part out of it.
pub fn draw(plan: &Plan, maps: &Maps, level: usize) -> Mesh {
    let mut mesh = Mesh::default();
    for street in &plan.streets {
        draw_street(&mut mesh, plan, street, level);
    }
    for (node, quad) in &plan.crossings {
        let patched = ASPHALT.map(|c| c * (0.94 + 0.08 * ((node.0 * 7 + node.1 * 3) % 5) as f32 * 0.25));
        let ribbon = Ribbon::new(plan, *quad, STEP_M[level]);
        ribbon.band(&mut mesh, (0.0, 1.0), (0.0, 1.0), 0.0, patched);
    }
    for block in &plan.blocks {
        draw_block(&mut mesh, plan, maps, block, level);
    }
    mesh
}

fn draw_street(mesh: &mut Mesh, plan: &Plan, street: &Street, level: usize) {
    let ribbon = Ribbon::new(plan, street.surface, STEP_M[level]);
    let mut rng = Rng::of(plan.seed, 4, (street.from.0 * 1000 + street.from.1 * 10 + street.to.1) as u64);
    let asphalt = scale(ASPHALT, rng.range(0.86, 1.06) as f32);
    let gutter = scale(asphalt, 0.86);
    if level < 2 {
        ribbon.band(mesh, (0.0, 1.0), (0.0, 1.0), 0.0, asphalt);
        if street.avenue {
            let y = 1.2 / ribbon.width();
            ribbon.band(mesh, (0.1, 0.9), (0.5 - y, 0.5 + y), 0.12, hex(0x7f8a5a));
        }
        return;
    }
    // Parking lanes are a little lighter than the carriageway.
    let lane = if street.avenue { 6.2 } else { 3.4 } / ribbon.width();
    ribbon.band(mesh, (0.0, 1.0), (0.0, 0.5 - lane), 0.0, scale(gutter, 1.12));
    ribbon.band(mesh, (0.0, 1.0), (0.5 - lane, 0.5 + lane), 0.0, asphalt);
    ribbon.band(mesh, (0.0, 1.0), (0.5 + lane, 1.0), 0.0, scale(gutter, 1.12));
    if street.avenue {
        avenue(mesh, &ribbon, level);
    }
    if level >= 3 {
        markings(mesh, &ribbon, street, level);
    }
    for (x, y) in [((0.0, 1.0), 0.0), ((1.0, 0.0), 1.0)] {
        if level >= 3 && borders_land(plan, street, y == 0.0) {
            skirt(mesh, &ribbon, x, y, gutter);
        }
    }
}

/// Whether no block lies at the right (or left) of this street, so that its edge is the town's edge.
fn borders_land(plan: &Plan, street: &Street, right: bool) -> bool {
    let (c, r) = street.from;
    let horizontal = street.from.1 == street.to.1;
    let wanted = match (horizontal, right) {
        (true, true) => (Some(c), r.checked_sub(1)),
        (true, false) => (Some(c), Some(r)),
        (false, true) => (Some(c), Some(r)),
        (false, false) => (c.checked_sub(1), Some(r)),
    };
    let port = wanted.1.is_some_and(|r| r < super::plan::PORT_ROW) && wanted.0.is_some_and(|c| c >= plan.port_column);
    !port && !plan.blocks.iter().any(|b| (Some(b.column), Some(b.row)) == wanted)
}

fn skirt(mesh: &mut Mesh, ribbon: &Ribbon, x: (f64, f64), y: f64, color: Rgb) {
    let count = ribbon.heights.len() - 1;
    for k in 0..count {
        let at = |k: usize| x.0 + (x.1 - x.0) * k as f64 / count as f64;
        let (p, q) = (ribbon.point(at(k), y, 0.0), ribbon.point(at(k + 1), y, 0.0));
        let down = DVec3::Z * 1.6;
        mesh.quad(Matter::Solid, [p - down, q - down, q, p], scale(color, 0.8));
    }
}

/// The planted strip in the middle and the cycle lanes.
fn avenue(mesh: &mut Mesh, ribbon: &Ribbon, level: usize) {
    let w = ribbon.width();
    let (m, end) = (1.2 / w, 7.5 / ribbon.length());
    for side in [-1.0, 1.0] {
        let (a, b) = (0.5 + side * 4.75 / w, 0.5 + side * 6.15 / w);
        ribbon.band(mesh, (end, 1.0 - end), (a.min(b), a.max(b)), 0.02, hex(0x7f5c50));
    }
    ribbon.band(mesh, (end, 1.0 - end), (0.5 - m, 0.5 + m), 0.16, PAVING);
    ribbon.band(mesh, (end * 1.1, 1.0 - end * 1.1), (0.5 - m * 0.75, 0.5 + m * 0.75), 0.2, hex(0x7d8a52));
    if level >= 4 {
        for (x, y) in [((end, 1.0 - end), 0.5 - m), ((1.0 - end, end), 0.5 + m)] {
            let (p, q) = (ribbon.point(x.0, y, 0.0), ribbon.point(x.1, y, 0.0));
            let up = DVec3::Z * 0.16;
            mesh.quad(Matter::Solid, [p, q, q + up, p + up], hex(0xa8a49b));
        }
    }
}

fn markings(mesh: &mut Mesh, ribbon: &Ribbon, street: &Street, level: usize) {
    let (length, width) = (ribbon.length(), ribbon.width());
    let line = |mesh: &mut Mesh, x0: f64, x1: f64, y: f64, half: f64| {
        let (a, b) = ((x0 / length).max(0.0), (x1 / length).min(1.0));
        ribbon.band(mesh, (a, b), (0.5 + (y - half) / width, 0.5 + (y + half) / width), 0.035, PAINT);
    };
    let clear = 8.0;
    if !street.avenue && level >= 4 {
        let mut x = clear;
        while x + 3.0 < length - clear {
            line(mesh, x, x + 3.0, 0.0, 0.07);
            x += 7.0;
        }
    } else if !street.avenue {
        line(mesh, clear, length - clear, 0.0, 0.05);
    }
    if level >= 4 {
        let (lane, inner) = if street.avenue { (4.7, 1.35) } else { (3.4, 0.15) };
        for side in [-1.0, 1.0] {
            line(mesh, clear, length - clear, side * lane, 0.06);
        }
        // Right-hand traffic: the lane on the right of the way from start to end stops at its end.
        for (x, side) in [(length - 5.0, -1.0), (5.0, 1.0)] {
            let (a, b): (f64, f64) = (side * inner, side * lane);
            let y = (a.min(b), a.max(b));
            ribbon.band(
                mesh,
                ((x - 0.25) / length, (x + 0.25) / length),
                (0.5 + y.0 / width, 0.5 + y.1 / width),
                0.035,
                PAINT,
            );
        }
    }
    let reach = width * 0.5 - 0.7;
    for x in [1.0, length - 4.0] {
        let pitch = if level >= 4 { 1.1 } else { 2.2 };
        let mut y = -reach;
        while y < reach - 0.5 {
            line(mesh, x, x + 3.0, y + pitch * 0.25, pitch * 0.24);
            y += pitch;
        }
    }
}

/// The colour of a block's inner ground.
fn inner_color(plan: &Plan, block: &Block, p: DVec2) -> Rgb {
    let grain = (1.0 + 0.12 * fractal(plan.seed ^ 61, p / 9.0, 2)) as f32;
    let tone = ((block.column * 5 + block.row * 3) % 7) as f32 / 7.0;
    let base = match block.purpose {
        BlockUse::Perimeter => blend(hex(0x9f9a8d), hex(0x76805a), if tone > 0.45 { 0.75 } else { 0.1 }),
        BlockUse::Tower => blend(hex(0xbab3a7), hex(0xa7a49e), tone),
        BlockUse::Slabs => blend(hex(0x7f8b55), hex(0x8f9460), tone),
        BlockUse::Houses => blend(hex(0x86905a), hex(0x9c9a66), tone),
        BlockUse::Industry => blend(hex(0x8d8b86), hex(0x7b7a77), tone),
        BlockUse::Park => blend(hex(0x71834a), hex(0x7f8e55), tone),
        BlockUse::Square => hex(0xc5bba8),
    };
    scale(base, grain)
}

fn draw_block(mesh: &mut Mesh, plan: &Plan, maps: &Maps, block: &Block, level: usize) {
    let lift = if level >= 2 { KERB_M } else { 0.05 };
    let line = inset(&block.kerb, PAVEMENT_M);
    let at = |p: DVec2| p.extend(plan.terrain.height(p) + lift);
    let closed = block.purpose == BlockUse::Perimeter;
    let paving = scale(PAVING, 0.92 + 0.12 * ((block.column * 3 + block.row) % 5) as f32 / 5.0);
    for side in 0..4 {
        let next = (side + 1) % 4;
        let (a, b, c, d) = (block.kerb[side], block.kerb[next], line[next], line[side]);
        let count = strips((b - a).length(), STEP_M[level]);
        for k in 0..count {
            let (x0, x1) = (k as f64 / count as f64, (k + 1) as f64 / count as f64);
            let (p, q, r, s) = (at(a.lerp(b, x0)), at(a.lerp(b, x1)), at(d.lerp(c, x1)), at(d.lerp(c, x0)));
            let inner = scale(paving, if closed { 0.76 } else { 0.95 });
            mesh.quad_shaded(Matter::Solid, [p, q, r, s], [paving, paving, inner, inner]);
            if level >= 3 {
                let down = DVec3::Z * (KERB_M + 0.5);
                mesh.quad(Matter::Solid, [p - down, q - down, q, p], hex(0x9c988f));
            }
            if level >= 4 {
                // The kerb stone's top.
                let inward = ((s - p).truncate()).normalize().extend(0.0) * 0.16;
                let up = DVec3::Z * 0.012;
                mesh.quad(Matter::Solid, [p + up, q + up, q + inward + up, p + inward + up], hex(0xccc7bc));
            }
        }
    }
    let cell = [400.0, 60.0, 30.0, 15.0, if block.purpose == BlockUse::Park { 9.0 } else { 13.0 }][level];
    let (nx, ny) = (strips((line[1] - line[0]).length(), cell), strips((line[3] - line[0]).length(), cell));
    for y in 0..ny {
        for x in 0..nx {
            let corner = |dx: usize, dy: usize| {
                let (u, v) = ((x + dx) as f64 / nx as f64, (y + dy) as f64 / ny as f64);
                let p = within(&line, u, v);
                let edge = u.min(1.0 - u).min(v).min(1.0 - v);
                let shade = if closed { 0.5 + 0.36 * (edge * 2.4).min(1.0) as f32 } else { 0.97 };
                (at(p), scale(inner_color(plan, block, p), shade * maps.light(p)))
            };
            let c = [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)];
            mesh.quad_shaded(Matter::Solid, c.map(|c| c.0), c.map(|c| c.1));
        }
    }
    match block.purpose {
        BlockUse::Park if level >= 2 => park_paths(mesh, plan, &line, level),
        BlockUse::Square if level >= 2 => paving_pattern(mesh, plan, &line),
        _ => {}
    }
}

fn park_paths(mesh: &mut Mesh, plan: &Plan, line: &Quad, level: usize) {
    let gravel = hex(0xc9bb9c);
    let mut path = |a: DVec2, b: DVec2, width: f64| {
        let side = (b - a).normalize().perp() * width * 0.5;
        let ribbon = Ribbon::new(plan, [a - side, b - side, b + side, a + side], if level >= 3 { 6.0 } else { 20.0 });
        ribbon.band(mesh, (0.0, 1.0), (0.0, 1.0), KERB_M + 0.05, gravel);
    };
    let middle = within(line, 0.5, 0.5);
    for corner in [(0.02, 0.02), (0.98, 0.02), (0.98, 0.98), (0.02, 0.98)] {
        path(within(line, corner.0, corner.1), middle, 3.2);
    }
    let ring: Vec<DVec2> =
        [(0.2, 0.22), (0.8, 0.22), (0.8, 0.78), (0.2, 0.78)].iter().map(|c| within(line, c.0, c.1)).collect();
    for k in 0..4 {
        path(ring[k], ring[(k + 1) % 4], 2.4);
    }
    let round: Vec<_> =
        (0..14).map(|k| middle + crate::bake::det::unit_vector(k as f64 * std::f64::consts::TAU / 14.0)).collect();
    let u = plan.terrain.height(middle) + KERB_M;
    let outline = |r: f64| round.iter().map(|&p| middle + (p - middle) * r).collect::<Vec<_>>();
    mesh.flat(Matter::Solid, &outline(9.0), u + 0.1, gravel);
    // A basin with water.
    mesh.prism(&outline(4.6), u - 0.3, u + 0.5, scale(PAVING, 0.7), PAVING, scale(PAVING, 1.05));
    mesh.flat(Matter::Water, &outline(4.1), u + 0.53, hex(0x4c7f86));
}

/// Bands of darker stone.
fn paving_pattern(mesh: &mut Mesh, plan: &Plan, line: &Quad) {
    for k in 1..8 {
        let x = k as f64 / 8.0;
        let (a, b) = (within(line, x, 0.03), within(line, x, 0.97));
        let side = (b - a).normalize().perp() * 0.5;
        let ribbon = Ribbon::new(plan, [a - side, b - side, b + side, a + side], 12.0);
        ribbon.band(mesh, (0.0, 1.0), (0.0, 1.0), KERB_M + 0.04, hex(0x8d8577));
    }
}
