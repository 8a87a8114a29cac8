//! Draws one vehicle from its side view: at level 4 whole, at 3 as prisms, at 2 as two boxes.

use super::{Body, Kind, Vehicle};
use crate::bake::det::unit_vector;
use crate::bake::mesh::{Matter, Mesh, Rgb, Surface, blend, hex, scale};
use glam::{DVec3, Vec3};

pub(super) struct Car<'a> {
    pub mesh: &'a mut Mesh,
    pub v: &'a Vehicle,
    pub b: Body,
}

/// Lowest body edge above the road.
const SILL_M: f64 = 0.24;
const DARK: u32 = 0x17191a;
const GLASS: u32 = 0x1d2326;

impl Car<'_> {
    fn at(&self, x: f64, y: f64, z: f64) -> DVec3 {
        let p = self.v.along * x + self.v.along.perp() * y;
        self.v.at + p.extend(z)
    }

    fn dir(&self, x: f64, y: f64, z: f64) -> Vec3 {
        (self.v.along * x + self.v.along.perp() * y).extend(z).normalize_or_zero().as_vec3()
    }

    /// A quad given by x, y, z of its corners, counter-clockwise from outside on the left; mirrored to the right too.
    fn both(&mut self, matter: Matter, p: [[f64; 3]; 4], c: [Rgb; 4], normals: [[f64; 3]; 4]) {
        for side in [1.0, -1.0] {
            let mut q = p.map(|p| self.at(p[0], p[1] * side, p[2]));
            let mut n = normals.map(|n| self.dir(n[0], n[1] * side, n[2]));
            let mut c = c;
            if side < 0.0 {
                q.reverse();
                n.reverse();
                c.reverse();
            }
            self.mesh.quad_normals(matter, q, n, c);
        }
    }

    fn quad(&mut self, matter: Matter, p: [[f64; 3]; 4], c: Rgb) {
        let q = p.map(|p| self.at(p[0], p[1], p[2]));
        self.mesh.quad(matter, q, c);
    }

    /// Across the car from its right to its left, between two places of the side view; looks up or forward.
    fn across(&mut self, matter: Matter, (x0, z0, w0): (f64, f64, f64), (x1, z1, w1): (f64, f64, f64), c: [Rgb; 2]) {
        let p = [self.at(x0, -w0, z0), self.at(x0, w0, z0), self.at(x1, w1, z1), self.at(x1, -w1, z1)];
        self.mesh.quad_shaded(matter, p, [c[0], c[0], c[1], c[1]]);
    }

    pub fn full(&mut self) {
        let c = self.v.color;
        self.sides(c);
        self.ends(c);
        self.upper(c);
        self.wheels();
        self.lights();
        // The shadow under it, which also hides that it is hollow.
        let (h, w) = (self.b.length * 0.48, self.b.width * 0.44);
        self.quad(Matter::Solid, [[h, -w, 0.19], [h, w, 0.19], [-h, w, 0.19], [-h, -w, 0.19]], hex(DARK));
        for side in [1.0, -1.0] {
            let y = w * 0.98 * side;
            let p = [[-h, y, 0.19], [h, y, 0.19], [h, y, 0.72], [-h, y, 0.72]];
            let p = if side > 0.0 { [p[1], p[0], p[3], p[2]] } else { p };
            self.quad(Matter::Solid, p, hex(0x0c0d0e));
        }
        self.on_ground();
    }

    /// Darker ground between the wheels.
    fn on_ground(&mut self) {
        let before = std::mem::replace(&mut self.mesh.surface, Surface::Plain);
        let (h, w) = (self.b.length * 0.5, self.b.width * 0.5);
        self.quad(Matter::Solid, [[-h, -w, 0.012], [h, -w, 0.012], [h, w, 0.012], [-h, w, 0.012]], hex(0x1b1c1d));
        self.mesh.surface = before;
    }

    /// Places along the side, from the front to the back, with the lower edge at each: arches over the wheels.
    fn stations(&self) -> Vec<(f64, f64)> {
        let b = self.b;
        let half = b.length * 0.5;
        let r = b.wheel + 0.07;
        let mut out = vec![(half, SILL_M + 0.08)];
        for axle in [b.axles.0, b.axles.1] {
            out.push((axle + r, SILL_M));
            for k in 1..5 {
                let d = unit_vector(std::f64::consts::PI * k as f64 / 5.0);
                out.push((axle + r * d.x, (b.wheel + r * d.y).max(SILL_M)));
            }
            out.push((axle - r, SILL_M));
        }
        out.push((-half, SILL_M + 0.1));
        out
    }

    fn sides(&mut self, c: Rgb) {
        let b = self.b;
        let stations = self.stations();
        let rear = if b.cab_only { b.back - 0.05 } else { -b.length * 0.5 };
        let (low, high) = (scale(c, 0.5), scale(c, 1.0));
        for pair in stations.windows(2) {
            let ((x0, z0), (x1, z1)) = (pair[0], pair[1]);
            if x1 < rear - 1e-6 {
                continue;
            }
            let (y0, y1) = (self.b.half_width(x0), self.b.half_width(x1));
            let (t0, t1) = (self.b.deck(x0), self.b.deck(x1));
            // The widest line lies below the windows; above it the side leans in.
            let (m0, m1) = (t0 - 0.16, t1 - 0.16);
            let inwards = 0.04;
            let n = |z: f64| [0.0, 1.0, z];
            self.both(
                Matter::Solid,
                [[x0, y0 - 0.03, z0], [x1, y1 - 0.03, z1], [x1, y1, m1], [x0, y0, m0]],
                [low, low, blend(low, high, 0.75), blend(low, high, 0.75)],
                [n(-0.3), n(-0.3), n(0.15), n(0.15)],
            );
            self.both(
                Matter::Solid,
                [[x0, y0, m0], [x1, y1, m1], [x1, y1 - inwards, t1], [x0, y0 - inwards, t0]],
                [blend(low, high, 0.75), blend(low, high, 0.75), high, high],
                [n(0.15), n(0.15), n(0.7), n(0.7)],
            );
        }
    }

    fn ends(&mut self, c: Rgb) {
        let b = self.b;
        let half = b.length * 0.5;
        let trim = hex(0x2c2f31);
        let w = self.b.half_width(half);
        let (low, top) = (SILL_M + 0.08, self.b.deck(half));
        let bumper = low + (top - low) * 0.45;
        let f = |x: f64, z: f64| [[x, -w, z], [x, w, z]];
        let [a, d] = f(half, low);
        let [e, g] = f(half + 0.05, bumper);
        let [h, i] = f(half, top);
        self.quad(Matter::Solid, [a, d, g, e], blend(scale(c, 0.7), trim, 0.4));
        self.quad(Matter::Solid, [e, g, i, h], c);
        // Grille and plates.
        self.quad(
            Matter::Solid,
            [
                [half + 0.055, -w * 0.6, bumper - 0.16],
                [half + 0.055, w * 0.6, bumper - 0.16],
                [half + 0.06, w * 0.6, bumper - 0.02],
                [half + 0.06, -w * 0.6, bumper - 0.02],
            ],
            hex(DARK),
        );
        self.quad(
            Matter::Solid,
            [
                [half + 0.07, -0.26, bumper - 0.15],
                [half + 0.07, 0.26, bumper - 0.15],
                [half + 0.07, 0.26, bumper - 0.04],
                [half + 0.07, -0.26, bumper - 0.04],
            ],
            hex(0xd9d8d2),
        );
        if b.cab_only {
            return self.cargo_box();
        }
        let top = self.b.deck(-half);
        let mid = low + (top - low) * 0.42;
        let [a, d] = f(-half, low + 0.02);
        let [e, g] = f(-half - 0.05, mid);
        let [h, i] = f(-half, top);
        self.quad(Matter::Solid, [d, a, e, g], blend(scale(c, 0.65), trim, 0.5));
        self.quad(Matter::Solid, [g, e, h, i], scale(c, 0.96));
        self.quad(
            Matter::Solid,
            [
                [-half - 0.055, 0.26, mid + 0.06],
                [-half - 0.055, -0.26, mid + 0.06],
                [-half - 0.04, -0.26, mid + 0.17],
                [-half - 0.04, 0.26, mid + 0.17],
            ],
            hex(0xd9d8d2),
        );
    }

    fn cargo_box(&mut self) {
        let b = self.b;
        let (x0, x1, w) = (b.back - 0.15, -b.length * 0.5, b.width * 0.5 + 0.04);
        let (low, high) = (0.75, 2.75);
        let c = hex(0xd6d5cf);
        let tone = |k: f32| scale(c, k);
        self.both(
            Matter::Solid,
            [[x0, w, low], [x1, w, low], [x1, w, high], [x0, w, high]],
            [tone(0.8), tone(0.8), c, c],
            [[0.0, 1.0, 0.0]; 4],
        );
        self.quad(Matter::Solid, [[x0, -w, high], [x0, w, high], [x1, w, high], [x1, -w, high]], tone(1.03));
        self.quad(Matter::Solid, [[x0, -w, low], [x0, w, low], [x0, w, high], [x0, -w, high]], tone(0.9));
        self.quad(Matter::Solid, [[x1, w, low], [x1, -w, low], [x1, -w, high], [x1, w, high]], tone(0.85));
        self.both(
            Matter::Solid,
            [[x0, w * 0.7, 0.5], [x1, w * 0.7, 0.5], [x1, w * 0.7, low], [x0, w * 0.7, low]],
            [hex(DARK); 4],
            [[0.0, 1.0, 0.0]; 4],
        );
    }

    /// Bonnet, boot, windows and roof.
    fn upper(&mut self, c: Rgb) {
        let b = self.b;
        let half = b.length * 0.5;
        let foot = half - b.nose;
        let lean = 0.04;
        let w = |x: f64| b.half_width(x) - lean;
        let (belt, tail) = (self.b.deck(foot), self.b.deck(-half));
        let pale = scale(c, 1.04);
        let (wf, wm, wh) = (w(foot), w(half - 0.3), w(half));
        let (deck_mid, deck_front) = (self.b.deck(half - 0.3), self.b.deck(half));
        if b.nose > 0.2 {
            self.across(Matter::Solid, (half, deck_front, wh), (half - 0.3, deck_mid + 0.02, wm), [c, pale]);
            self.across(Matter::Solid, (half - 0.3, deck_mid + 0.02, wm), (foot, belt, wf), [pale, c]);
        }
        // The roof's corners; side windows lean in.
        let roof_w = b.width * 0.5 - if b.roof > 2.0 { 0.1 } else { 0.24 };
        let (rf, rb) = (foot - b.screen, b.back);
        let rear_foot = (b.back - b.rear_rake).max(-half + 0.02);
        let rear_z = if b.cab_only { b.belt } else { self.b.deck(rear_foot) };
        let (r, crown) = (b.roof - 0.05, b.roof);
        self.mesh.lit = 0;
        self.across(Matter::Glass, (foot, belt, wf), (rf, r, roof_w), [hex(GLASS), scale(hex(GLASS), 1.5)]);
        let wr = w(rear_foot);
        let p = [[rear_foot, wr, rear_z], [rear_foot, -wr, rear_z], [rb, -roof_w, r], [rb, roof_w, r]];
        let is_panel = b.roof > 2.0 && b.length < 11.0;
        self.quad(if is_panel { Matter::Solid } else { Matter::Glass }, p, if is_panel { c } else { hex(GLASS) });
        let middle = (rf + rb) * 0.5;
        self.across(Matter::Solid, (rf, r, roof_w), (middle, crown, roof_w), [scale(c, 0.98), pale]);
        self.across(Matter::Solid, (middle, crown, roof_w), (rb, r, roof_w), [pale, scale(c, 0.98)]);
        self.both(
            Matter::Solid,
            [[rf, roof_w, r], [rb, roof_w, r], [middle, roof_w, crown], [middle, roof_w, crown]],
            [c; 4],
            [[0.0, 1.0, 0.6]; 4],
        );
        if rear_foot > -half + 0.1 && !b.cab_only {
            self.across(Matter::Solid, (rear_foot, rear_z, wr), (-half, tail, w(-half)), [c, c]);
        }
        self.side_windows(c, (foot, belt, wf), (rf, r, roof_w), (rb, r, roof_w), (rear_foot, rear_z, wr));
        if self.v.kind == Kind::Taxi {
            let p = self.at(rf - 0.45, 0.0, crown);
            let rect = crate::bake::mesh::Rect::new(p.truncate(), self.v.along, 0.18, 0.5);
            self.mesh.boxed(&rect, p.z - 0.02, p.z + 0.13, hex(0xe8d27a));
        }
        self.mirrors(foot, belt, wf, c);
    }

    fn side_windows(
        &mut self,
        c: Rgb,
        a: (f64, f64, f64),
        rf: (f64, f64, f64),
        rb: (f64, f64, f64),
        e: (f64, f64, f64),
    ) {
        let n = [[0.0, 1.0, 0.35]; 4];
        let body = |t: f64, low: bool| -> [f64; 3] {
            // Along the belt and along the roof's edge.
            let (p, q) = if low { (a, e) } else { (rf, rb) };
            [p.0 + (q.0 - p.0) * t, p.2 + (q.2 - p.2) * t, p.1 + (q.1 - p.1) * t]
        };
        // A little into the body, so that no gap shows.
        let sunk = |p: [f64; 3]| [p[0], p[1] + 0.004, p[2] - 0.04];
        let whole = [sunk(body(0.0, true)), sunk(body(1.0, true)), body(1.0, false), body(0.0, false)];
        self.both(Matter::Solid, whole, [c; 4], n);
        let panes: &[(f64, f64)] = match self.v.kind {
            Kind::Van => &[(0.05, 0.3)],
            Kind::SmallTruck => &[(0.12, 0.9)],
            Kind::Bus => &[(0.02, 0.16), (0.17, 0.32), (0.33, 0.49), (0.5, 0.66), (0.67, 0.82), (0.83, 0.98)],
            Kind::Estate | Kind::Suv => &[(0.06, 0.4), (0.43, 0.72), (0.75, 0.93)],
            _ => &[(0.07, 0.49), (0.53, 0.9)],
        };
        for &(t0, t1) in panes {
            let inset = |t: f64, up: f64| {
                let (p, q) = (body(t, true), body(t, false));
                let k = |j: usize| p[j] + (q[j] - p[j]) * up;
                [k(0), k(1) + 0.012, k(2)]
            };
            let p = [inset(t0, 0.06), inset(t1, 0.06), inset(t1, 0.88), inset(t0, 0.88)];
            self.both(Matter::Glass, p, [hex(GLASS); 4], n);
        }
    }

    fn mirrors(&mut self, foot: f64, belt: f64, w: f64, c: Rgb) {
        if self.v.kind == Kind::Bus {
            return;
        }
        let (x, z) = (foot - 0.25, belt + 0.08);
        let c = scale(c, 0.8);
        self.both(
            Matter::Solid,
            [[x + 0.07, w, z], [x - 0.07, w + 0.18, z], [x - 0.07, w + 0.18, z + 0.13], [x + 0.07, w, z + 0.13]],
            [c; 4],
            [[0.8, 0.6, 0.0]; 4],
        );
        self.both(
            Matter::Solid,
            [[x - 0.07, w + 0.18, z], [x - 0.09, w, z], [x - 0.09, w, z + 0.13], [x - 0.07, w + 0.18, z + 0.13]],
            [hex(DARK); 4],
            [[-1.0, 0.2, 0.0]; 4],
        );
    }

    fn wheels(&mut self) {
        let b = self.b;
        let before = std::mem::replace(&mut self.mesh.surface, Surface::Plain);
        const SIDES: usize = 8;
        for axle in [b.axles.0, b.axles.1] {
            for side in [1.0, -1.0] {
                let y = side * (b.width * 0.5 - 0.02);
                let rim = |k: usize, r: f64, y: f64| {
                    let d = unit_vector(std::f64::consts::TAU * (k % SIDES) as f64 / SIDES as f64);
                    self.at(axle - side * d.x * r, y, b.wheel + d.y * r)
                };
                let out = self.dir(0.0, side, 0.0);
                let mut parts = Vec::new();
                for k in 0..SIDES {
                    parts.push((
                        [
                            rim(k, b.wheel, y),
                            rim(k + 1, b.wheel, y),
                            rim(k + 1, b.wheel * 0.64, y),
                            rim(k, b.wheel * 0.64, y),
                        ],
                        hex(DARK),
                    ));
                    let inner = y - side * 0.2;
                    if k >= SIDES / 2 - 1 {
                        parts.push((
                            [
                                rim(k + 1, b.wheel, y),
                                rim(k, b.wheel, y),
                                rim(k, b.wheel, inner),
                                rim(k + 1, b.wheel, inner),
                            ],
                            hex(0x111213),
                        ));
                    }
                }
                let hub = self.at(axle, y - side * 0.03, b.wheel);
                let spokes: Vec<[DVec3; 3]> =
                    (0..SIDES).map(|k| [hub, rim(k, b.wheel * 0.64, y), rim(k + 1, b.wheel * 0.64, y)]).collect();
                for (p, c) in parts {
                    self.mesh.quad(Matter::Solid, p, c);
                }
                for (k, p) in spokes.into_iter().enumerate() {
                    let c = if k % 2 == 0 { hex(0x9a9d9e) } else { hex(0x55585a) };
                    let v = p.map(|p| self.mesh.vertex(p, out, c));
                    self.mesh.push(Matter::Solid, v);
                }
            }
        }
        self.mesh.surface = before;
    }

    fn lights(&mut self) {
        let b = self.b;
        let half = b.length * 0.5;
        let w = b.half_width(half);
        let z = b.deck(half) - 0.2;
        let lamp = hex(0xc9ccca);
        let front = [
            [half + 0.062, w * 0.62, z],
            [half - 0.02, w + 0.012, z],
            [half - 0.02, w + 0.012, z + 0.15],
            [half + 0.04, w * 0.62, z + 0.13],
        ];
        self.both(Matter::Glass, front, [lamp; 4], [[0.9, 0.3, 0.2]; 4]);
        if b.cab_only {
            return;
        }
        let z = b.deck(-half) - 0.27;
        let rear = [
            [-half - 0.01, w + 0.012, z],
            [-half - 0.062, w * 0.64, z],
            [-half - 0.03, w * 0.64, z + 0.2],
            [-half + 0.03, w + 0.012, z + 0.2],
        ];
        self.both(Matter::Glass, rear, [hex(0x7a1d1a); 4], [[-0.9, 0.3, 0.1]; 4]);
    }

    /// Level 3: body, bonnet and cabin as prisms, dark wheels.
    pub fn plain(&mut self) {
        let b = self.b;
        let c = self.v.color;
        let half = b.length * 0.5;
        let w = b.width * 0.5;
        let foot = half - b.nose;
        let n = [[0.0, 1.0, 0.0]; 4];
        self.both(
            Matter::Solid,
            [[half, w, 0.26], [-half, w, 0.26], [-half, w, b.tail], [half, w, b.bonnet]],
            [scale(c, 0.6), scale(c, 0.6), c, c],
            n,
        );
        self.quad(
            Matter::Solid,
            [[half, -w, 0.26], [half, w, 0.26], [half, w, b.bonnet], [half, -w, b.bonnet]],
            scale(c, 0.85),
        );
        self.quad(
            Matter::Solid,
            [[-half, w, 0.26], [-half, -w, 0.26], [-half, -w, b.tail], [-half, w, b.tail]],
            scale(c, 0.75),
        );
        self.across(Matter::Solid, (half, b.bonnet, w), (-half, b.tail, w), [c, c]);
        if b.cab_only {
            self.cargo_box();
        }
        let r = w - if b.roof > 2.0 { 0.1 } else { 0.24 };
        let (rf, rb, rear) = (foot - b.screen, b.back, (b.back - b.rear_rake).max(-half));
        let z = b.belt;
        self.across(Matter::Glass, (foot, z, w - 0.04), (rf, b.roof, r), [hex(GLASS); 2]);
        let is_panel = matches!(self.v.kind, Kind::Van);
        let (matter, tone) = if is_panel { (Matter::Solid, c) } else { (Matter::Glass, hex(GLASS)) };
        self.both(matter, [[foot, w - 0.04, z], [rear, w - 0.04, z], [rb, r, b.roof], [rf, r, b.roof]], [tone; 4], n);
        self.quad(matter, [[rear, w - 0.04, z], [rear, 0.04 - w, z], [rb, -r, b.roof], [rb, r, b.roof]], tone);
        self.across(Matter::Solid, (rf, b.roof + 0.01, r), (rb, b.roof + 0.01, r), [c, c]);
        for axle in [b.axles.0, b.axles.1] {
            let k = b.wheel;
            self.both(
                Matter::Solid,
                [
                    [axle + k, w + 0.01, 0.12],
                    [axle - k, w + 0.01, 0.12],
                    [axle - k * 0.8, w + 0.01, k * 1.9],
                    [axle + k * 0.8, w + 0.01, k * 1.9],
                ],
                [hex(DARK); 4],
                n,
            );
        }
        self.on_ground();
    }

    /// Level 2: two boxes.
    pub fn block(&mut self) {
        let b = self.b;
        let c = self.v.color;
        let at = self.v.at;
        let rect = crate::bake::mesh::Rect::new(at.truncate(), self.v.along, b.length, b.width);
        let corners = rect.corners();
        for k in 0..4 {
            self.mesh.wall(corners[k], corners[(k + 1) % 4], at.z + 0.2, at.z + b.belt, scale(c, 0.5), c);
        }
        let (front, rear) =
            (b.length * 0.5 - b.nose - b.screen * 0.5, if b.cab_only { -b.length * 0.5 } else { b.back });
        let roof = rect.part((front + rear) * 0.5, 0.0, front - rear, b.width * 0.82).corners();
        let top = at.z + b.roof;
        self.mesh.flat(Matter::Solid, &roof, top, c);
        self.mesh.flat(Matter::Solid, &corners, at.z + b.belt, c);
        for k in [1usize, 3] {
            self.mesh.wall(roof[k], roof[(k + 1) % 4], at.z + b.belt, top, hex(GLASS), hex(GLASS));
        }
    }
}
