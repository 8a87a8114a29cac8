//! Where ways go into hills: the portals, the face of the hill above them, and the land around, which the terrain's grid can't
//! show, as its height has a step there.
//!
//! A portal's own frame: x into the hill, y to the left, both on the plan.

use std::sync::Arc;

use glam::{DVec2, DVec3, Vec3};

use super::road::BED_M;
use super::{Land, drawing, hidden_reach_m};
use crate::bake::feature::Feature;
use crate::bake::mesh::{Matter, Mesh, Rgb, Surface, hex, scale};
use crate::world::city::arterials::RAIL_HALF_M;
use crate::world::city::motorway::STRIP_HALF_M;
use crate::world::layout::TUNNEL_M;
use crate::world::sites::pen::{Pen, placed};
use crate::world::sites::{Builder, Fixture, roads};

/// A tunnel's end.
#[derive(Debug, Clone, Copy)]
pub struct Portal {
    pub at: DVec3,
    pub into: DVec2,
    /// Half the strip of land that leads to it.
    pub strip_m: f64,
    /// Half the width of its wall, and the wall's height.
    pub wall_m: (f64, f64),
    pub rail: bool,
}

const ROCK: Rgb = hex(0x857c6c);
/// Half the width and the height of the railway's tube.
const TUBE_M: (f64, f64) = (4.9, 7.2);

impl Portal {
    fn local(&self, p: DVec2) -> DVec2 {
        let d = p - self.at.truncate();
        DVec2::new(d.dot(self.into), d.dot(self.into.perp()))
    }

    fn plan(&self, x: f64, y: f64) -> DVec2 {
        self.at.truncate() + self.into * x + self.into.perp() * y
    }
}

pub fn portals(land: &Land) -> Vec<Portal> {
    let mut out = Vec::new();
    let motorway = &land.motorway;
    for (m, way) in [(TUNNEL_M.0, 1.0), (TUNNEL_M.1, -1.0)] {
        let at = motorway.beside(m, 0.0).extend(motorway.height(m));
        let into = (motorway.beside(m + 14.0, 0.0) - motorway.beside(m - 14.0, 0.0)).normalize_or(DVec2::X) * way;
        out.push(Portal { at, into, strip_m: STRIP_HALF_M, wall_m: (24.0, 11.0), rail: false });
    }
    let railway = &land.railway;
    for tunnel in &railway.tunnels {
        for (m, way) in [(tunnel.0, 1.0), (tunnel.1, -1.0)] {
            if (1.0..railway.line.length() - 1.0).contains(&m) {
                let (p, _) = railway.line.at(m);
                let into = (railway.line.at(m + 14.0).0 - railway.line.at(m - 14.0).0).normalize_or(DVec2::X) * way;
                let at = p.extend(railway.height(m) - crate::world::city::railway::RAILS_UP_M);
                out.push(Portal { at, into, strip_m: RAIL_HALF_M, wall_m: (9.5, 9.0), rail: true });
            }
        }
    }
    out
}

/// Whether a cell of the land's grid reaches over a portal.
pub fn hides(land: &Land, middle: DVec2, reach_m: f64) -> bool {
    portals(land).iter().any(|portal| {
        let q = portal.local(middle);
        q.x.abs() < reach_m && q.y.abs() < portal.strip_m + reach_m
    })
}

pub fn all(land: &Arc<Land>) -> Builder {
    let mut site = Builder::new(land.seed, glam::DAffine3::IDENTITY);
    for (k, portal) in portals(land).into_iter().enumerate() {
        let id = format!("portal-{}", k + 1);
        if portal.rail {
            let feature =
                Feature::new(&*id, "tunnel", "Tunel do Oriente, portal", "railway", portal.wall_m.1).year(1891);
            site.fixtures.push(Fixture {
                at: portal.at.truncate(),
                radius_m: 36.0,
                height_m: 12.0,
                feature: Some(feature),
                from_level: 1,
                draw: drawing(move |mesh, detail| {
                    rail_portal(&mut Pen::new(mesh, placed(portal.at, portal.into), detail))
                }),
            });
        } else {
            let built = roads::tunnel_portal(&id, portal.at, portal.into, "Tunel da Serra");
            site.fixtures.extend(built.fixtures);
            site.lamps.extend(built.lamps);
        }
        let rise = (-40..=40).map(|y| land.terrain.height(portal.plan(45.0, f64::from(y)))).fold(0.0, f64::max);
        let land = land.clone();
        site.fixtures.push(Fixture {
            at: portal.at.truncate(),
            radius_m: (portal.strip_m + 40.0) * 1.3,
            height_m: rise - land.terrain.height(portal.at.truncate()).max(0.0) + 8.0,
            feature: None,
            from_level: 2,
            draw: drawing(move |mesh, detail| {
                face(&land, mesh, &portal);
                surroundings(&land, mesh, &portal, detail);
            }),
        });
    }
    site
}

/// The upright face of the hill, from the cutting's profile and the portal's top to the land above.
fn face(land: &Land, mesh: &mut Mesh, portal: &Portal) {
    mesh.surface = Surface::Rock;
    let (wall_half, wall_top) = portal.wall_m;
    let edge = |y: f64| {
        let before = land.terrain.height(portal.plan(-0.5, y)) - 0.4;
        let top = land.terrain.height(portal.plan(0.5, y)) + 0.1;
        let low = if y.abs() < wall_half { before.max(portal.at.z + wall_top - 0.5) } else { before };
        let p = portal.plan(0.4, y);
        (p.extend(low), p.extend(top.max(low)))
    };
    let count = (portal.strip_m * 2.0 / 1.5) as usize;
    let y = |k: usize| -portal.strip_m + 2.0 * portal.strip_m * k as f64 / count as f64;
    let normal = (-portal.into).extend(0.0).as_vec3();
    for k in 0..count {
        // From the right to the left, seen from outside the left is on the right hand.
        let ((a0, a1), (b0, b1)) = (edge(y(k + 1)), edge(y(k)));
        if a1.z - a0.z > 0.05 || b1.z - b0.z > 0.05 {
            let c = scale(ROCK, 0.9 + 0.1 * (k % 3) as f32);
            mesh.quad_normals(Matter::Solid, [a0, b0, b1, a1], [normal; 4], [scale(c, 0.8), scale(c, 0.8), c, c]);
        }
    }
}

/// The land around the portal where the grid's cells are left out.
fn surroundings(land: &Land, mesh: &mut Mesh, portal: &Portal, detail: usize) {
    let reach = hidden_reach_m(detail);
    let wide = portal.strip_m + reach;
    let step = [20.0, 20.0, 12.0, 6.0, 4.0][detail];
    let sheet = |mesh: &mut Mesh, x: (f64, f64), y: (f64, f64)| {
        let (nx, ny) = (((x.1 - x.0) / step).ceil() as usize, ((y.1 - y.0) / step).ceil() as usize);
        let corner = |mesh: &mut Mesh, i: usize, j: usize| {
            let p = portal.plan(x.0 + (x.1 - x.0) * i as f64 / nx as f64, y.0 + (y.1 - y.0) * j as f64 / ny as f64);
            let ground = super::super::cover::ground(&land.terrain, p);
            mesh.surface = ground.surface;
            let normal = normal_within(land, portal, p);
            mesh.vertex(p.extend(land.terrain.height(p) + 0.08), normal, ground.color)
        };
        for j in 0..ny {
            for i in 0..nx {
                let [a, b, c, d] = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)].map(|(i, j)| corner(mesh, i, j));
                for t in [[a, b, c], [a, c, d]] {
                    let common = t[1].surface;
                    mesh.push(Matter::Solid, t.map(|v| crate::bake::mesh::Vertex { surface: common, ..v }));
                }
            }
        }
    };
    sheet(mesh, (0.4, reach), (-wide, wide));
    sheet(mesh, (-reach, -0.02), (portal.strip_m + 0.5, wide));
    sheet(mesh, (-reach, -0.02), (-wide, -portal.strip_m - 0.5));
}

/// The land's normal, from heights on one side of the step only.
fn normal_within(land: &Land, portal: &Portal, p: DVec2) -> Vec3 {
    let away = if portal.local(p).x > 0.0 { portal.into * 2.0 } else { portal.into * -2.0 };
    super::road::ground_normal(land, p + away * 1.1)
}

/// A single tube for two tracks in a wall of masonry.
fn rail_portal(pen: &mut Pen) {
    let (half, top) = (9.5, 9.0);
    let stone = hex(0x9a8d78);
    let sides = [4, 6, 8, 14, 20][pen.level];
    let arch = |k: usize| {
        let (s, c) = crate::bake::det::sin_cos(std::f64::consts::PI * k as f64 / sides as f64);
        [TUBE_M.0 * c, 2.6 + (TUBE_M.1 - 2.6) * s]
    };
    pen.of(Surface::Brick);
    for k in 0..sides {
        let ([a, za], [b, zb]) = (arch(k), arch(k + 1));
        pen.quad_shaded(
            [[0.0, a, za], [0.0, b, zb], [0.0, b, top], [0.0, a, top]],
            [scale(stone, 0.85), scale(stone, 0.85), stone, stone],
        );
        let (near, far) = (hex(0x4f4a42), hex(0x0c0c0c));
        pen.quad_shaded([[0.0, a, za], [26.0, a, za], [26.0, b, zb], [0.0, b, zb]], [near, far, far, near]);
    }
    for s in [-1.0, 1.0] {
        let w = s * TUBE_M.0;
        let p = [[0.0, w, -0.5], [26.0, w, -0.5], [26.0, w, 2.6], [0.0, w, 2.6]];
        let (near, far) = (hex(0x5a544a), hex(0x0c0c0c));
        if s < 0.0 {
            pen.quad_shaded([p[1], p[0], p[3], p[2]], [far, near, near, far]);
        } else {
            pen.quad_shaded(p, [near, far, far, near]);
        }
        let (a, b) = if s < 0.0 { (-half, -TUBE_M.0) } else { (TUBE_M.0, half) };
        pen.quad_shaded(
            [[0.0, b, -0.6], [0.0, a, -0.6], [0.0, a, top], [0.0, b, top]],
            [scale(stone, 0.7), scale(stone, 0.7), stone, stone],
        );
        // Wings along the cutting.
        let wing = [
            [-14.0, s * (half + 3.0), -0.6],
            [0.0, s * half, -0.6],
            [0.0, s * half, top],
            [-14.0, s * (half + 3.0), 2.0],
        ];
        let wing = if s > 0.0 { wing } else { [wing[1], wing[0], wing[3], wing[2]] };
        pen.sheet(wing, scale(stone, 0.9));
    }
    pen.of(Surface::Gravel).quad_shaded(
        [[0.0, -TUBE_M.0, 0.0], [26.0, -TUBE_M.0, 0.0], [26.0, TUBE_M.0, 0.0], [0.0, TUBE_M.0, 0.0]],
        [hex(0x6f665c), hex(0x0c0c0c), hex(0x0c0c0c), hex(0x6f665c)],
    );
    pen.of(Surface::Plain).quad(
        [[26.0, TUBE_M.0, -0.5], [26.0, -TUBE_M.0, -0.5], [26.0, -TUBE_M.0, TUBE_M.1], [26.0, TUBE_M.0, TUBE_M.1]],
        hex(0x080808),
    );
    pen.of(Surface::Rock).cube([-0.6, -half - 0.4, top], [1.2, half + 0.4, top + 0.9], scale(stone, 1.06));
}

/// Half the level bed in front of a portal; for tests.
pub fn bed_m(portal: &Portal) -> f64 {
    if portal.rail { crate::world::city::railway::BED_HALF_M } else { BED_M }
}
