//! Draws solved slopes: the covering, gables, eaves with gutters, verges, ridges.

use super::super::building::{Face, Look};
use super::super::facade::{Painter, Side};
use super::super::poly;
use super::slopes::{Eave, Gable, Slope, Slopes};
use crate::bake::det::Rng;
use crate::bake::mesh::{Matter, Rgb, Surface, blend, hex, scale};
use glam::{DVec2, DVec3};

/// Of the roof's edge, metres.
const THICK_M: f64 = 0.16;

impl Painter<'_> {
    /// What covers slopes, by the roof's colour: clay and slate, or sheet metal on halls.
    pub fn covering(&self) -> Surface {
        let c = self.v.roof_color;
        let is_clay = c[0] > 1.5 * c[2];
        match self.v.look {
            Look::Hall | Look::Open | Look::Curtain { .. } => Surface::Metal,
            _ if is_clay || c[0] < 0.12 => Surface::RoofTiles,
            _ if self.seed.is_multiple_of(3) => Surface::Metal,
            _ => Surface::RoofTiles,
        }
    }

    pub fn pitched(&mut self, slopes: &Slopes) {
        let covering = self.covering();
        self.on(covering, |p| {
            for slope in &slopes.slopes {
                p.slope(slope, slopes);
            }
        });
        for gable in &slopes.gables {
            self.gable(gable, &slopes.eaves[gable.edge], slopes);
        }
        if self.level >= 4 {
            for eave in slopes.eaves.iter().filter(|e| !e.is_gable && e.face != Face::Blank) {
                self.eave(eave, slopes);
            }
            self.on(covering, |p| {
                for &(a, b) in &slopes.ridges {
                    p.ridge(a, b);
                }
            });
        }
        if self.level >= 3 {
            self.fit_out(slopes);
        }
    }

    fn slope(&mut self, slope: &Slope, slopes: &Slopes) {
        let plan: Vec<DVec2> = slope.points.iter().map(|p| p.truncate()).collect();
        let mut normal = DVec3::ZERO;
        for k in 0..slope.points.len() {
            normal += slope.points[k].cross(slope.points[(k + 1) % slope.points.len()]);
        }
        let normal = normal.normalize_or_zero().as_vec3();
        let mut rng = Rng::of(self.seed, 101, slope.edge as u64);
        let own = self.v.roof_color.map(|x| x * rng.range(0.95, 1.05) as f32);
        let tone = |u: f64| {
            let t = ((u - slopes.eaves_edge_u) / (slopes.rise_m + 0.1)).clamp(0.0, 1.0) as f32;
            scale(own, 0.86 + 0.18 * t)
        };
        for t in poly::triangles(&[&plan]) {
            let v = t.map(|k| self.mesh.vertex(slope.points[k], normal, tone(slope.points[k].z)));
            self.mesh.push(Matter::Solid, v);
        }
    }

    fn gable(&mut self, gable: &Gable, eave: &Eave, slopes: &Slopes) {
        let (a, b) = eave.wall;
        let along = (b - a).normalize_or_zero();
        let side = Side {
            a,
            along,
            out: -along.perp(),
            length: (b - a).length(),
            face: eave.face,
            index: gable.edge,
            inner_corner: (false, false),
            street_corner: (false, false),
        };
        let mut ring: Vec<DVec2> = vec![DVec2::new(0.0, slopes.eaves_u), DVec2::new(side.length, slopes.eaves_u)];
        for &(s, u) in &gable.chain {
            let p = DVec2::new(s, u);
            if ring.iter().all(|&q| (p - q).length() > 1e-3) {
                ring.push(p);
            }
        }
        if ring.len() < 3 {
            return;
        }
        let wall = scale(self.v.wall, if eave.face == Face::Street { 0.98 } else { 0.92 });
        for t in poly::triangles(&[&ring]) {
            let p = t.map(|k| side.point(ring[k].x, ring[k].y, 0.0));
            self.mesh.tri(Matter::Solid, p, [wall; 3]);
        }
        let verge = (eave.edge.0 - a).dot(side.out);
        if self.level >= 4 && verge > 0.05 {
            self.verge(&side, gable, verge, slopes);
        }
        if self.level >= 4 && eave.face != Face::Blank && self.v.look != Look::Hall {
            self.gable_window(&side, gable, slopes);
        }
    }

    /// The roof's thickness and underside at a gable.
    fn verge(&mut self, side: &Side, gable: &Gable, out: f64, slopes: &Slopes) {
        let board = scale(blend(self.style.stone, hex(0x6b5a4a), 0.35), 0.8);
        let mut chain = gable.chain.clone();
        // Down to the eaves' ends.
        let drop = slopes.eaves_u - slopes.eaves_edge_u;
        if let Some(first) = chain.first_mut() {
            *first = (side.length + slopes.overhang_m, first.1 - drop);
        }
        if let Some(last) = chain.last_mut() {
            *last = (-slopes.overhang_m, last.1 - drop);
        }
        for pair in chain.windows(2) {
            let ((s0, u0), (s1, u1)) = (pair[0], pair[1]);
            let at = |s: f64, u: f64, d: f64| side.point(s, u, d);
            let low = THICK_M;
            let front = [at(s1, u1 - low, out), at(s0, u0 - low, out), at(s0, u0, out), at(s1, u1, out)];
            self.mesh.quad(Matter::Solid, front, board);
            let under = [at(s1, u1 - low, 0.0), at(s0, u0 - low, 0.0), at(s0, u0 - low, out), at(s1, u1 - low, out)];
            self.mesh.quad(Matter::Solid, under, scale(board, 0.5));
        }
    }

    fn gable_window(&mut self, side: &Side, gable: &Gable, slopes: &Slopes) {
        let top = gable.chain.iter().map(|c| c.1).fold(f64::MIN, f64::max);
        let Some(&(s, _)) = gable.chain.iter().find(|c| c.1 >= top - 1e-6) else { return };
        if top - slopes.eaves_u < 2.4 {
            return;
        }
        let u = (slopes.eaves_u + 0.5, (slopes.eaves_u + 1.7).min(top - 1.1));
        let x = (s - 0.45, s + 0.45);
        let frame = scale(self.style.stone, 0.9);
        self.solid(side, (x.0 - 0.1, x.1 + 0.1), (u.0 - 0.1, u.1 + 0.1), 0.02, frame);
        let lit = self.lit(side, 90, 0);
        let mut rng = self.lot(side, 90, 0, 64);
        let tone = self.pane_tone(&mut rng, 0.95);
        for (from, to) in [(x.0, s - 0.03), (s + 0.03, x.1)] {
            self.pane(side, (from, to), u, 0.035, lit, tone);
        }
    }

    /// Underside, board and gutter of the eaves.
    fn eave(&mut self, eave: &Eave, slopes: &Slopes) {
        let u = slopes.eaves_edge_u;
        let (a, b) = eave.edge;
        let (wa, wb) = eave.wall;
        let low = u - THICK_M;
        if slopes.overhang_m > 0.05 {
            let c = blend(scale(self.style.stone, 0.7), hex(0x6b5a4a), 0.5);
            let (near, far) = (scale(c, 0.32), scale(c, 0.55));
            let p = [wa.extend(low), wb.extend(low), b.extend(low), a.extend(low)];
            self.mesh.quad_shaded(Matter::Solid, p, [near, near, far, far]);
        }
        let out = -(b - a).normalize_or_zero().perp() * 0.11;
        let zinc = scale(if self.seed.is_multiple_of(4) { hex(0x8a5a40) } else { hex(0x8f9696) }, 0.85);
        self.on(Surface::Metal, |p| {
            let at = |q: DVec2, u: f64| q.extend(u);
            let (oa, ob) = (a + out, b + out);
            let lip = u - 0.02;
            p.mesh.quad_shaded(Matter::Solid, [at(a, low), at(b, low), at(ob, lip), at(oa, lip)], gutter(zinc));
            p.mesh.quad(
                Matter::Solid,
                [at(b, low + 0.06), at(a, low + 0.06), at(oa, lip), at(ob, lip)],
                scale(zinc, 0.4),
            );
        });
    }

    /// Ridge tiles.
    fn ridge(&mut self, a: DVec3, b: DVec3) {
        let along = (b - a).normalize_or_zero();
        let across = DVec3::Z.cross(along).normalize_or_zero() * 0.15;
        let (up, down) = (DVec3::Z * 0.09, DVec3::Z * 0.02);
        let c = scale(self.v.roof_color, 0.92);
        self.mesh.quad(Matter::Solid, [a - across - down, b - across - down, b + up, a + up], c);
        self.mesh.quad(Matter::Solid, [b + across - down, a + across - down, a + up, b + up], c);
    }
}

fn gutter(c: Rgb) -> [Rgb; 4] {
    [scale(c, 0.6), scale(c, 0.6), c, c]
}
