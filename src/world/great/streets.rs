//! Streets, junctions and pavements of a tile.
//!
//! Strips, junctions and blocks share their corners (`city::surface`); every kerb segment is divided by one rule ([`along`]) and
//! takes its height from the terrain, so that both sides of a kerb meet. A piece belongs to the tile that its middle lies
//! in. Plan frame metres.

use glam::{DVec2, DVec3, Vec3};

use crate::bake::det::Rng;
use crate::bake::mesh::{Matter, Mesh, Rgb, Surface as Class, blend, hex, scale};
use crate::world::city::geom::{Bounds, inset};
use crate::world::city::graph::{Class as Rank, Graph, Ground};
use crate::world::city::surface::{Band, Surface, Use, section};
use crate::world::city::terrain::Terrain;
use crate::world::layout::KERB_M;

/// How far apart heights are taken along kerbs, by level of detail.
const STEP_M: [f64; 5] = [80.0, 60.0, 40.0, 20.0, 8.0];
const ASPHALT: Rgb = hex(0x4d4d4e);
const MARKING: Rgb = hex(0xe2e0d8);
/// How far paint lies above the road.
const PAINT_UP_M: f64 = 0.025;

/// What streets are drawn from.
pub struct Streets<'a> {
    pub graph: &'a Graph,
    pub surface: &'a Surface,
    pub terrain: &'a Terrain,
    pub seed: u64,
}

/// A cross-cut of a street: its right and left kerb on the road's height, and metres along.
#[derive(Debug, Clone, Copy)]
struct Cut {
    right: DVec3,
    left: DVec3,
    at_m: f64,
    /// Of the road here; the same for both pieces that meet in the cut, so that they share vertices.
    normal: Vec3,
}

impl Cut {
    /// The point this far left of the middle, metres (negative: right), a little above the road.
    fn point(&self, half_m: f64, y_m: f64, up_m: f64) -> DVec3 {
        self.right.lerp(self.left, 0.5 + 0.5 * y_m / half_m.max(0.1)) + DVec3::Z * up_m
    }
}

/// How many parts a kerb segment is divided into.
fn parts(a: DVec2, b: DVec2, detail: usize) -> usize {
    ((b - a).length() / STEP_M[detail]).ceil().max(1.0) as usize
}

/// Points from `a` (included) to `b` (left out) on the ground.
fn along(terrain: &Terrain, a: DVec2, b: DVec2, detail: usize, out: &mut Vec<DVec3>) {
    let n = parts(a, b, detail);
    for k in 0..n {
        let p = a.lerp(b, k as f64 / n as f64);
        out.push(p.extend(terrain.height(p)));
    }
}

fn inside(rect: &Bounds, p: DVec3) -> bool {
    let p = p.truncate();
    p.cmpge(rect.low).all() && p.cmplt(rect.high).all()
}

/// From where to where a crossing lies, by distance from the street's end.
const CROSSING_M: (f64, f64) = (1.2, 4.6);

/// An end of a street where people cross it.
struct Crossing {
    at_m: f64,
    /// 1 where the street goes on with growing metres, else -1.
    inward: f64,
}

/// Puts a cut where there is none yet.
fn divide(cuts: &mut Vec<Cut>, at_m: f64) {
    let k = cuts.partition_point(|cut| cut.at_m < at_m);
    if k == 0 || k == cuts.len() {
        return;
    }
    let (a, b) = (cuts[k - 1], cuts[k]);
    let t = (at_m - a.at_m) / (b.at_m - a.at_m).max(1e-6);
    if t > 0.01 && t < 0.99 {
        let normal = a.normal.lerp(b.normal, t as f32).normalize_or(Vec3::Z);
        cuts.insert(k, Cut { right: a.right.lerp(b.right, t), left: a.left.lerp(b.left, t), at_m, normal });
    }
}

impl Streets<'_> {
    /// Junctions whose middle lies in a rectangle.
    pub fn junctions(&self, mesh: &mut Mesh, rect: &Bounds, detail: usize) {
        let near = Bounds::new(rect.low - 60.0, rect.high + 60.0);
        for (node, junction) in self.junctions_in(&near) {
            let at = self.graph.nodes[node].at;
            if !junction.is_empty() && inside(rect, at.extend(0.0)) {
                self.junction(mesh, node, detail);
            }
        }
        mesh.surface = Class::Plain;
    }

    fn junctions_in(&self, rect: &Bounds) -> Vec<(usize, &[DVec2])> {
        let mut nodes: Vec<usize> = self
            .graph
            .edges_in(rect)
            .into_iter()
            .flat_map(|e| [self.graph.edges[e].from as usize, self.graph.edges[e].to as usize])
            .collect();
        nodes.sort_unstable();
        nodes.dedup();
        nodes.into_iter().map(|n| (n, &self.surface.junctions[n].rim[..])).collect()
    }

    /// Cross-cuts of an edge from end to end.
    fn cuts(&self, edge: usize, detail: usize) -> Vec<Cut> {
        let strip = &self.surface.strips[edge];
        let bridge = self.graph.edges[edge].bridge;
        let quads: Vec<[DVec2; 4]> = strip.quads().collect();
        let lengths: Vec<f64> = quads.iter().map(|q| ((q[1] + q[2] - q[0] - q[3]) * 0.5).length()).collect();
        let total: f64 = lengths.iter().sum();
        let scale_m = (strip.to_m - strip.from_m).max(0.1) / total.max(0.1);
        let mut cuts = Vec::new();
        let mut at_m = strip.from_m;
        let height = |p: DVec2, at_m: f64| {
            if bridge { self.surface.street_u(self.graph, self.terrain, edge, at_m) } else { self.terrain.height(p) }
        };
        for (k, (quad, length)) in quads.iter().zip(&lengths).enumerate() {
            // Both kerbs are divided alike, by the longer one.
            let n = parts(quad[0], quad[1], detail).max(parts(quad[3], quad[2], detail));
            let last = k + 1 == quads.len();
            for i in 0..n + usize::from(last) {
                let t = i as f64 / n as f64;
                let m = at_m + length * scale_m * t;
                let (right, left) = (quad[0].lerp(quad[1], t), quad[3].lerp(quad[2], t));
                let (right, left) = (right.extend(height(right, m)), left.extend(height(left, m)));
                cuts.push(Cut { right, left, at_m: m, normal: Vec3::Z });
            }
            at_m += length * scale_m;
        }
        for k in 0..cuts.len() {
            let (before, after) = (cuts[k.saturating_sub(1)], cuts[(k + 1).min(cuts.len() - 1)]);
            let along = after.right + after.left - before.right - before.left;
            cuts[k].normal = along.cross(cuts[k].left - cuts[k].right).normalize_or(DVec3::Z).as_vec3();
        }
        cuts
    }

    /// The pieces of a street whose middle lies in a rectangle.
    pub fn street(&self, mesh: &mut Mesh, rect: &Bounds, edge: usize, detail: usize) {
        let e = &self.graph.edges[edge];
        let section = section(self.graph, e);
        let mut cuts = self.cuts(edge, detail);
        let crossings = self.crossings(edge, &cuts);
        for crossing in &crossings {
            divide(&mut cuts, crossing.at_m + crossing.inward * CROSSING_M.1);
        }
        let mut rng = Rng::of(self.seed, 4, u64::from(e.way) << 20 | edge as u64);
        let tone = rng.range(0.88, 1.10) as f32;
        for pair in cuts.windows(2) {
            let middle = (pair[0].right + pair[0].left + pair[1].right + pair[1].left) * 0.25;
            if !inside(rect, middle) {
                continue;
            }
            if detail < 3 {
                let (class, color) = plain(e.class);
                mesh.surface = class;
                self.band(mesh, pair, section.half_m, (-section.half_m, section.half_m), 0.0, scale(color, tone));
                if detail == 2 && e.class == Rank::Boulevard {
                    mesh.surface = Class::Grass;
                    self.band(mesh, pair, section.half_m, (-2.0, 2.0), 0.12, hex(0x74854e));
                }
            } else {
                let at_m = (pair[0].at_m + pair[1].at_m) * 0.5;
                let walked = crossings.iter().any(|c| (at_m - c.at_m) * c.inward < CROSSING_M.1);
                for side in [-1.0, 1.0] {
                    for band in section.bands {
                        // Who crosses walks on the level: planted strips end before.
                        let planted = matches!(band.kind, Use::Median | Use::Tram);
                        let band = if walked && planted { &Band { kind: Use::Drive, ..*band } } else { band };
                        self.strip_band(mesh, pair, (section.half_m, side), band, (e.class, tone), detail);
                    }
                }
            }
            if e.bridge {
                deck_sides(mesh, pair, detail);
            }
        }
        if detail >= 3 {
            self.markings(mesh, rect, edge, &cuts, detail);
        }
        mesh.surface = Class::Plain;
    }

    fn strip_band(
        &self,
        mesh: &mut Mesh,
        pair: &[Cut],
        (half_m, side): (f64, f64),
        band: &Band,
        (class, tone): (Rank, f32),
        detail: usize,
    ) {
        let (surface, color, up) = look(band.kind, class);
        let y = (side * band.from_m, side * band.to_m);
        let y = (y.0.min(y.1), y.0.max(y.1));
        mesh.surface = surface;
        let color = if surface == Class::Asphalt { scale(color, tone) } else { color };
        self.band(mesh, pair, half_m, y, up, color);
        if band.kind == Use::Median && detail >= 4 && up > 0.0 && band.to_m > 1.5 {
            // The kerb of the planted strip.
            mesh.surface = Class::Concrete;
            let edge_y = side * band.to_m;
            let (a, b) = if side > 0.0 { (1, 0) } else { (0, 1) };
            let foot = [pair[a].point(half_m, edge_y, 0.0), pair[b].point(half_m, edge_y, 0.0)];
            let top = [pair[b].point(half_m, edge_y, up), pair[a].point(half_m, edge_y, up)];
            mesh.quad(Matter::Solid, [foot[0], foot[1], top[0], top[1]], hex(0x9a968e));
        }
    }

    fn band(&self, mesh: &mut Mesh, pair: &[Cut], half_m: f64, y: (f64, f64), up: f64, color: Rgb) {
        let (a, b) = (&pair[0], &pair[1]);
        let p =
            [a.point(half_m, y.0, up), b.point(half_m, y.0, up), b.point(half_m, y.1, up), a.point(half_m, y.1, up)];
        mesh.quad_normals(Matter::Solid, p, [a.normal, b.normal, b.normal, a.normal], [color; 4]);
    }

    fn junction(&self, mesh: &mut Mesh, node: usize, detail: usize) {
        let junction = &self.surface.junctions[node];
        let at = self.graph.nodes[node].at;
        let on_ground = |p: DVec2| p.extend(self.terrain.height(p));
        let class = junction.arms.iter().map(|a| self.graph.edges[a.edge as usize].class).min().unwrap_or(Rank::Local);
        let (surface, color) = plain(class);
        mesh.surface = surface;
        let centre = on_ground(at);
        let n = junction.rim.len();
        let mut rim = Vec::new();
        for k in 0..n {
            along(self.terrain, junction.rim[k], junction.rim[(k + 1) % n], detail, &mut rim);
        }
        let tone = 0.94 + 0.1 * (node % 7) as f32 / 7.0;
        // One normal for all of it: the rim's plane in the mean.
        let spokes = (0..rim.len()).map(|k| (rim[k] - centre).cross(rim[(k + 1) % rim.len()] - centre));
        let normal = spokes.sum::<DVec3>().normalize_or(DVec3::Z).as_vec3();
        for k in 0..rim.len() {
            let v = [centre, rim[k], rim[(k + 1) % rim.len()]].map(|p| mesh.vertex(p, normal, scale(color, tone)));
            mesh.push(Matter::Solid, v);
        }
        mesh.surface = Class::Plain;
    }

    /// Lane lines, edge lines, stop lines and zebra crossings.
    fn markings(&self, mesh: &mut Mesh, rect: &Bounds, edge: usize, cuts: &[Cut], detail: usize) {
        let e = &self.graph.edges[edge];
        let section = section(self.graph, e);
        let (first, last) = match (cuts.first(), cuts.last()) {
            (Some(a), Some(b)) => (a.at_m, b.at_m),
            _ => return,
        };
        mesh.surface = Class::Plain;
        let clear_m = if e.class <= Rank::Collector { 7.0 } else { 4.5 };
        let mut line = |y_m: f64, half_m: f64, dash: Option<(f64, f64)>| {
            let (on, off) = dash.unwrap_or((last - first, 0.0));
            let mut at = first + clear_m;
            while at < last - clear_m {
                let end = (at + on).min(last - clear_m);
                self.stripe(mesh, rect, cuts, section.half_m, (at, end), (y_m - half_m, y_m + half_m));
                at = end + off.max(0.01);
            }
        };
        let drives: Vec<&Band> = section.bands.iter().filter(|b| matches!(b.kind, Use::Drive | Use::Bus)).collect();
        if drives.is_empty() {
            return;
        }
        let dashed = if detail >= 4 { Some((3.0, 6.0)) } else { None };
        let half = if detail >= 4 { 0.06 } else { 0.045 };
        let wide = matches!(e.class, Rank::Boulevard | Rank::Arterial);
        if !section.bands.iter().any(|b| matches!(b.kind, Use::Median | Use::Tram)) && e.class != Rank::Local {
            line(0.0, half, dashed);
        }
        for side in [-1.0, 1.0] {
            for pair in drives.windows(2) {
                let solid = pair[1].kind == Use::Bus;
                line(side * pair[1].from_m, half, if solid { None } else { dashed });
            }
            if wide || matches!(e.class, Rank::PortRoad | Rank::Mountain) {
                let outer = drives[drives.len() - 1].to_m;
                line(side * (outer - 0.12), half, None);
            }
        }
        if detail >= 4 {
            self.ends(mesh, rect, edge, cuts);
        }
    }

    /// The ends of a street where people cross it: where it meets a junction of three or more.
    fn crossings(&self, edge: usize, cuts: &[Cut]) -> Vec<Crossing> {
        let e = &self.graph.edges[edge];
        let (Some(first), Some(last)) = (cuts.first(), cuts.last()) else { return Vec::new() };
        if e.bridge || section(self.graph, e).pavement_m < 1.5 || last.at_m - first.at_m < 16.0 {
            return Vec::new();
        }
        [(e.from, first.at_m, 1.0), (e.to, last.at_m, -1.0)]
            .into_iter()
            .filter(|(node, ..)| self.graph.nodes[*node as usize].arms.len() >= 3)
            .map(|(_, at_m, inward)| Crossing { at_m, inward })
            .collect()
    }

    /// Zebra crossings and stop lines.
    fn ends(&self, mesh: &mut Mesh, rect: &Bounds, edge: usize, cuts: &[Cut]) {
        let section = section(self.graph, &self.graph.edges[edge]);
        let reach =
            section.bands.iter().filter(|b| matches!(b.kind, Use::Drive | Use::Bus | Use::Cycle | Use::Parking));
        let outer = reach.map(|b| b.to_m).fold(0.0, f64::max);
        let inner = section.bands.iter().find(|b| b.kind == Use::Drive).map_or(0.0, |b| b.from_m);
        for Crossing { at_m: at, inward } in self.crossings(edge, cuts) {
            let (a, b) = (at + inward * CROSSING_M.0, at + inward * (CROSSING_M.1 - 0.4));
            let range = (a.min(b), a.max(b));
            let mut y = -outer + 0.3;
            while y < outer - 0.5 {
                self.stripe(mesh, rect, cuts, section.half_m, range, (y, y + 0.5));
                y += 1.0;
            }
            // Traffic keeps right: who comes to this end drives right of the edge's direction if it is the end.
            let side = -inward * -1.0;
            let (a, b) = (at + inward * 5.2, at + inward * 5.6);
            let y = (side * inner, side * drive_outer(section.bands));
            self.stripe(mesh, rect, cuts, section.half_m, (a.min(b), a.max(b)), (y.0.min(y.1), y.0.max(y.1)));
        }
    }

    /// Paint on the road between two distances along it.
    fn stripe(&self, mesh: &mut Mesh, rect: &Bounds, cuts: &[Cut], half_m: f64, m: (f64, f64), y: (f64, f64)) {
        let start = cuts.partition_point(|c| c.at_m <= m.0).max(1) - 1;
        for pair in cuts[start..].windows(2) {
            if pair[0].at_m >= m.1 {
                break;
            }
            let span = (pair[1].at_m - pair[0].at_m).max(1e-6);
            let cut = |at_m: f64| {
                let t = ((at_m - pair[0].at_m) / span).clamp(0.0, 1.0);
                Cut {
                    right: pair[0].right.lerp(pair[1].right, t),
                    left: pair[0].left.lerp(pair[1].left, t),
                    at_m,
                    normal: pair[0].normal,
                }
            };
            let piece = [cut(m.0.max(pair[0].at_m)), cut(m.1.min(pair[1].at_m))];
            if piece[1].at_m - piece[0].at_m < 0.05 || !inside(rect, (piece[0].right + piece[1].left) * 0.5) {
                continue;
            }
            self.band(mesh, &piece, half_m, y, PAINT_UP_M, MARKING);
        }
    }

    /// The line inside of a block's pavements, a point for each of its kerb's; `None` where the block is all pavement.
    pub fn inner_line(&self, face: usize) -> Option<Vec<DVec2>> {
        let kerb = &self.surface.blocks[face].kerb;
        let widths = self.pavement_widths(face)?;
        if widths.iter().all(|&w| w < 0.2) {
            return Some(kerb.clone());
        }
        inset(kerb, |k| widths[k].max(0.05)).filter(|inner| inner.len() == kerb.len())
    }

    /// How wide the pavement is at each side of the kerb.
    fn pavement_widths(&self, face: usize) -> Option<Vec<f64>> {
        let block = &self.surface.blocks[face];
        let n = block.kerb.len();
        if n < 3 || self.graph.faces[face].ground != Ground::Block {
            return None;
        }
        let mut widths = vec![0.0; n];
        for side in &block.sides {
            let width = section(self.graph, &self.graph.edges[side.edge as usize]).pavement_m;
            let mut k = side.first;
            while k != side.last {
                widths[k] = width;
                k = (k + 1) % n;
            }
        }
        // Around corners the kerb's arcs have the width of the side before.
        let sides: Vec<bool> = (0..n).map(|k| block.sides.iter().any(|s| in_side(s.first, s.last, n, k))).collect();
        for k in 0..n {
            if !sides[k] {
                let (before, after) = (widths[(k + n - 1) % n], next_width(&widths, &sides, k));
                widths[k] = before.max(after);
            }
        }
        Some(widths)
    }

    /// The pavement of a block in a rectangle: a kerb, and a band of paving inside of it.
    pub fn pavement(&self, mesh: &mut Mesh, rect: &Bounds, face: usize, look: (Class, Rgb), detail: usize) {
        let block = &self.surface.blocks[face];
        let (Some(widths), Some(inner)) = (self.pavement_widths(face), self.inner_line(face)) else { return };
        let n = block.kerb.len();
        let normal = self.lie(face);
        for k in 0..n {
            let next = (k + 1) % n;
            let (a, b, c, d) = (block.kerb[k], block.kerb[next], inner[next], inner[k]);
            let middle = ((a + b) * 0.5).extend(0.0);
            if widths[k] < 0.2 || !inside(rect, middle) {
                continue;
            }
            self.pavement_piece(mesh, [a, b, c, d], normal, look, detail);
        }
        mesh.surface = Class::Plain;
    }

    /// Slopes from the kerbs of a face without a made ground down to below it, where streets or made ground end.
    pub fn verges(
        &self,
        mesh: &mut Mesh,
        rect: &Bounds,
        face: usize,
        is_made: impl Fn(usize) -> bool,
        detail: usize,
        look: impl Fn(DVec2) -> (Class, Rgb),
    ) {
        let block = &self.surface.blocks[face];
        let n = block.kerb.len();
        let along_street = |k: usize| {
            block.sides.iter().find(|s| in_side(s.first, s.last, n, k)).is_none_or(|side| {
                let edge = &self.graph.edges[side.edge as usize];
                let other = if side.forward { edge.right } else { edge.left } as usize;
                edge.class.is_street() && !edge.bridge || !edge.class.is_street() && is_made(other)
            })
        };
        for k in 0..n {
            let (a, b) = (block.kerb[k], block.kerb[(k + 1) % n]);
            if !inside(rect, ((a + b) * 0.5).extend(0.0)) || !along_street(k) {
                continue;
            }
            let (before, after) = (block.kerb[(k + n - 1) % n], block.kerb[(k + 2) % n]);
            let out = |p: DVec2, d0: DVec2, d1: DVec2| {
                p + (d0.normalize_or_zero() + d1.normalize_or_zero()).perp().normalize_or_zero() * 3.2
            };
            let (c, d) = (out(b, b - a, after - b), out(a, a - before, b - a));
            let count = parts(a, b, detail);
            for i in 0..count {
                let [t0, t1] = [i, i + 1].map(|i| i as f64 / count as f64);
                let (p, q, r, s) = (a.lerp(b, t0), a.lerp(b, t1), d.lerp(c, t1), d.lerp(c, t0));
                let on = |p: DVec2, lift: f64| p.extend(self.terrain.height(p) + lift);
                let (surface, color) = look((p + r) * 0.5);
                mesh.surface = surface;
                let normal = Vec3::Z;
                mesh.quad_normals(
                    Matter::Solid,
                    [on(p, 0.01), on(q, 0.01), on(r, -0.75), on(s, -0.75)],
                    [normal; 4],
                    [scale(color, 0.9), scale(color, 0.9), color, color],
                );
            }
        }
        mesh.surface = Class::Plain;
    }

    /// The normal of a block's ground as a whole, so that its pieces share vertices.
    pub fn lie(&self, face: usize) -> Vec3 {
        let slope = self.terrain.hillside(self.graph.faces[face].bounds.centre());
        DVec3::new(-slope.x, -slope.y, 1.0).normalize().as_vec3()
    }

    fn pavement_piece(
        &self,
        mesh: &mut Mesh,
        [a, b, c, d]: [DVec2; 4],
        normal: Vec3,
        (surface, color): (Class, Rgb),
        detail: usize,
    ) {
        let up = if detail >= 3 { KERB_M } else { 0.05 };
        let n = parts(a, b, detail);
        let on = |p: DVec2, lift: f64| p.extend(self.terrain.height(p) + lift);
        for k in 0..n {
            let [t0, t1] = [k, k + 1].map(|k| k as f64 / n as f64);
            let (p, q) = (a.lerp(b, t0), a.lerp(b, t1));
            let (r, s) = (d.lerp(c, t1), d.lerp(c, t0));
            mesh.surface = surface;
            mesh.quad_normals(
                Matter::Solid,
                [on(p, up), on(q, up), on(r, up), on(s, up)],
                [normal; 4],
                [color, color, scale(color, 0.86), scale(color, 0.86)],
            );
            if detail >= 4 {
                mesh.surface = Class::Concrete;
                let stone = hex(0xb9b5ac);
                mesh.quad_shaded(
                    Matter::Solid,
                    [on(p, -0.02), on(q, -0.02), on(q, up), on(p, up)],
                    [scale(stone, 0.6), scale(stone, 0.6), stone, stone],
                );
            }
        }
    }
}

fn in_side(first: usize, last: usize, n: usize, k: usize) -> bool {
    (k + n - first) % n < (last + n - first) % n
}

fn next_width(widths: &[f64], sides: &[bool], from: usize) -> f64 {
    let n = widths.len();
    (1..n).map(|d| (from + d) % n).find(|&k| sides[k]).map_or(0.0, |k| widths[k])
}

fn drive_outer(bands: &[Band]) -> f64 {
    bands.iter().filter(|b| matches!(b.kind, Use::Drive | Use::Bus)).map(|b| b.to_m).fold(0.0, f64::max)
}

/// The surface of a whole street where its parts can't be told apart.
pub fn plain(class: Rank) -> (Class, Rgb) {
    match class {
        Rank::Pedestrian => (Class::Paving, hex(0xb7ac9a)),
        Rank::Promenade => (Class::Paving, hex(0xc9bfab)),
        Rank::Lane => (Class::Paving, hex(0x8f887d)),
        Rank::Track => (Class::Soil, hex(0xa08c6a)),
        _ => (Class::Asphalt, ASPHALT),
    }
}

/// Surface, colour and height of a part of a street.
pub fn look(kind: Use, class: Rank) -> (Class, Rgb, f64) {
    match kind {
        Use::Median if class == Rank::Boulevard => (Class::Grass, hex(0x74854e), 0.15),
        Use::Median => (Class::Concrete, hex(0x9d9991), 0.10),
        Use::Drive => (Class::Asphalt, ASPHALT, 0.0),
        Use::Bus => (Class::Asphalt, blend(ASPHALT, hex(0x7d4a3e), 0.35), 0.0),
        Use::Tram => (Class::Grass, hex(0x70804e), 0.02),
        Use::Cycle => (Class::Asphalt, hex(0x84584a), 0.01),
        Use::Parking => (Class::Paving, hex(0x77736d), 0.0),
        Use::Shoulder => (Class::Gravel, hex(0x8d8678), 0.0),
        Use::Shared | Use::Walk => {
            let (surface, color) = plain(class);
            (surface, color, 0.0)
        }
    }
}

/// Sides and parapets of a bridge's deck.
fn deck_sides(mesh: &mut Mesh, pair: &[Cut], detail: usize) {
    mesh.surface = Class::Concrete;
    let color = hex(0xb5b0a6);
    let deep = 1.4;
    let rail = if detail >= 3 { 1.05 } else { 0.8 };
    let (a, b) = (&pair[0], &pair[1]);
    for (p, q) in [(a.right, b.right), (b.left, a.left)] {
        let low = [p - DVec3::Z * deep, q - DVec3::Z * deep];
        let top = [q + DVec3::Z * rail, p + DVec3::Z * rail];
        mesh.quad_shaded(
            Matter::Solid,
            [low[0], low[1], top[0], top[1]],
            [scale(color, 0.7), scale(color, 0.7), color, color],
        );
        // The parapet's inner side.
        mesh.quad(Matter::Solid, [q, p, top[1], top[0]], scale(color, 0.85));
    }
    let under = [b.right, a.right, a.left, b.left].map(|p| p - DVec3::Z * deep);
    mesh.quad(Matter::Solid, [under[0], under[1], under[2], under[3]], scale(color, 0.5));
}
