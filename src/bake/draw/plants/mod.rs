//! Trees, shrubs, hedges, and woods seen from far.
//!
//! A crown is a few overlapping lobes, each a ball of jagged facets whose normals are bent outwards: dark inside and below,
//! light at the tips, with sky between the lobes. No textures. Triangles: 120 to 400 at level 4, 40 to 70 at 3, about 16 at
//! 2; levels 1 and 0 draw a share of the trees, each larger, and woods as one canopy ([`canopy`]).

mod canopy;
mod lobe;
mod palm;

use crate::bake::det::{Rng, unit_vector};
use crate::bake::mesh::{Matter, Mesh, Rect, Rgb, Surface, blend, hex, scale};
pub use canopy::canopy;
use glam::{DVec2, DVec3};
use lobe::{Lobe, lobes};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Species {
    /// A street tree with a broad, open crown and a mottled trunk.
    Plane,
    /// A street tree with a dense, egg-shaped crown.
    Lime,
    Oak,
    /// An umbrella on a bare trunk.
    StonePine,
    Cypress,
    Palm,
    Olive,
    Birch,
    Spruce,
    FruitTree,
    Shrub,
}

/// A tree or shrub where it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plant {
    pub species: Species,
    /// The foot of its trunk.
    pub at: DVec3,
    pub height_m: f64,
    pub seed: u64,
}

/// Measures of a species as shares of its height, and its colours.
struct Form {
    /// Half width of the crown; its lowest and highest point.
    half: f64,
    crown: (f64, f64),
    trunk: f64,
    bark: Rgb,
    light: Rgb,
    dark: Rgb,
    lobes: usize,
    /// How jagged the facets are.
    rough: f64,
}

impl Species {
    fn form(self) -> Form {
        let form = |half, crown, trunk, bark, light, dark, lobes, rough| Form {
            half,
            crown,
            trunk,
            bark: hex(bark),
            light: hex(light),
            dark: hex(dark),
            lobes,
            rough,
        };
        match self {
            Self::Plane => form(0.36, (0.26, 1.0), 0.026, 0x9a9484, 0x8a9a58, 0x3a4a2a, 6, 0.34),
            Self::Lime => form(0.27, (0.22, 1.0), 0.022, 0x5c5246, 0x7c9150, 0x334427, 5, 0.28),
            Self::Oak => form(0.44, (0.24, 1.0), 0.032, 0x5a4d40, 0x72844a, 0x303c22, 7, 0.36),
            Self::StonePine => form(0.4, (0.66, 1.0), 0.03, 0x7a5a44, 0x66784a, 0x2c3826, 6, 0.3),
            Self::Cypress => form(0.1, (0.04, 1.0), 0.018, 0x5c4c3e, 0x4f6240, 0x222c1c, 4, 0.22),
            Self::Palm => form(0.3, (0.75, 1.0), 0.02, 0x7a6c58, 0x7f9058, 0x3e4b2c, 0, 0.0),
            Self::Olive => form(0.38, (0.28, 1.0), 0.045, 0x6c6354, 0x8f9a78, 0x4c563e, 5, 0.36),
            Self::Birch => form(0.22, (0.26, 1.0), 0.016, 0xd8d4ca, 0x93a558, 0x4a5a30, 5, 0.34),
            Self::Spruce => form(0.2, (0.06, 1.0), 0.018, 0x54463a, 0x4c6048, 0x1f2a20, 0, 0.2),
            Self::FruitTree => form(0.42, (0.3, 1.0), 0.03, 0x5c4f42, 0x809452, 0x3c4a2a, 4, 0.34),
            Self::Shrub => form(0.62, (0.0, 1.0), 0.0, 0x5c4f42, 0x7a8a52, 0x35422a, 3, 0.3),
        }
    }
}

/// Share of trees that far levels keep, and how much larger those are, so that woods stay woods.
const FAR: [(f64, f64); 5] = [(0.2, 2.0), (0.5, 1.3), (0.85, 1.08), (1.0, 1.0), (1.0, 1.0)];

pub fn draw(mesh: &mut Mesh, plant: &Plant, level: usize) {
    let level = level.min(4);
    let mut rng = Rng::new(plant.seed);
    let (keep, grow) = FAR[level];
    let small = plant.species == Species::Shrub && level < 3;
    if small || rng.unit() > keep || plant.height_m.is_nan() || plant.height_m <= 0.2 {
        return;
    }
    let tree = Tree { plant, form: plant.species.form(), grow, level, tone: 0.84 + 0.05 * rng.below(7) as f32 };
    let before = std::mem::replace(&mut mesh.surface, Surface::Foliage);
    match plant.species {
        Species::Palm => palm::draw(mesh, plant, tree.tone, &mut rng, level),
        Species::Spruce => tree.spruce(mesh, &mut rng),
        _ => tree.leafy(mesh, &mut rng),
    }
    mesh.surface = before;
}

struct Tree<'a> {
    plant: &'a Plant,
    form: Form,
    grow: f64,
    level: usize,
    tone: f32,
}

impl Tree<'_> {
    fn leafy(&self, mesh: &mut Mesh, rng: &mut Rng) {
        let (h, at, form) = (self.plant.height_m, self.plant.at, &self.form);
        let half = DVec3::new(form.half * self.grow, form.half * self.grow, (form.crown.1 - form.crown.0) * 0.5) * h;
        let middle = at + DVec3::Z * h * (form.crown.0 + form.crown.1) * 0.5;
        let placed = match self.level {
            4 => self.lobes_near(rng, middle, half),
            3 => self.lobes_middle(rng, middle, half),
            _ => vec![Lobe { at: middle, half }],
        };
        if self.level >= 3 && form.trunk > 0.0 {
            self.trunk(mesh, rng, &placed);
        }
        let detail = match self.level {
            4 => 2,
            3 => 1,
            _ => 0,
        };
        let colors = (scale(form.light, self.tone), scale(form.dark, self.tone));
        lobes(mesh, &placed, (middle, half), detail, form.rough, colors, rng);
    }

    /// Lobes around the middle: a spiral with room for the sky between them, one on top.
    fn lobes_near(&self, rng: &mut Rng, middle: DVec3, half: DVec3) -> Vec<Lobe> {
        let n = self.form.lobes;
        if self.plant.species == Species::Cypress {
            return (0..n)
                .map(|k| {
                    let z = -0.72 + 1.5 * k as f64 / (n - 1) as f64;
                    let wide = (1.0 - 0.75 * ((z + 1.0) * 0.5) * ((z + 1.0) * 0.5)) * rng.range(0.9, 1.1);
                    Lobe { at: middle + DVec3::Z * half.z * z * 0.86, half: half * DVec3::new(wide, wide, 0.42) }
                })
                .collect();
        }
        let flat = self.plant.species == Species::StonePine;
        let turn = rng.unit() * std::f64::consts::TAU;
        (0..n)
            .map(|k| {
                let size = rng.range(0.46, 0.62);
                if k == 0 && !flat {
                    return Lobe { at: middle + DVec3::Z * half.z * (1.0 - size), half: half * size };
                }
                let d = unit_vector(turn + 2.4 * k as f64) * rng.range(0.8, 1.0);
                let ring = if flat { 0.62 } else { 1.0 - size };
                let z = if flat { rng.range(-0.2, 0.3) } else { rng.range(-0.55, 0.42) };
                let off = DVec3::new(d.x * ring, d.y * ring, z);
                let deep = if flat { 0.75 } else { 1.0 };
                Lobe { at: middle + off * half, half: half * DVec3::new(size, size, size * deep) }
            })
            .collect()
    }

    fn lobes_middle(&self, rng: &mut Rng, middle: DVec3, half: DVec3) -> Vec<Lobe> {
        if matches!(self.plant.species, Species::Cypress | Species::Shrub) {
            return vec![Lobe { at: middle, half }];
        }
        let turn = rng.unit() * std::f64::consts::TAU;
        let upper = Lobe { at: middle + DVec3::Z * half.z * 0.26, half: half * DVec3::new(0.74, 0.74, 0.72) };
        let d = unit_vector(turn).extend(-0.5);
        let e = unit_vector(turn + 2.6).extend(-0.3);
        [d, e].into_iter().map(|d| Lobe { at: middle + d * half * 0.42, half: half * 0.62 }).chain([upper]).collect()
    }

    fn trunk(&self, mesh: &mut Mesh, rng: &mut Rng, crown: &[Lobe]) {
        let (h, at, form) = (self.plant.height_m, self.plant.at, &self.form);
        let r = form.trunk * h + 0.03;
        let fork = h * (form.crown.0 + (form.crown.1 - form.crown.0) * 0.28);
        let sides = if self.level >= 4 { 5 } else { 3 };
        let before = std::mem::replace(&mut mesh.surface, Surface::Wood);
        mesh.drum(
            at.truncate(),
            (r, r * 0.66),
            (at.z - 0.3, at.z + fork),
            sides,
            scale(form.bark, 0.62),
            scale(form.bark, 0.8),
        );
        if self.level >= 4 {
            let from = at + DVec3::Z * fork * 0.92;
            for lobe in crown.iter().take(4) {
                let to = lobe.at - DVec3::Z * lobe.half.z * 0.2;
                branch(mesh, from, to, r * 0.55, scale(form.bark, 0.55), rng);
            }
        }
        mesh.surface = before;
    }

    /// Tiers of drooping branches, each a star.
    fn spruce(&self, mesh: &mut Mesh, rng: &mut Rng) {
        let (h, at, form) = (self.plant.height_m, self.plant.at, &self.form);
        let (tiers, points) = [(1, 3), (1, 3), (1, 4), (3, 5), (6, 7)][self.level];
        if self.level >= 3 {
            mesh.drum(at.truncate(), (form.trunk * h, 0.03), (at.z - 0.3, at.z + h * 0.3), 3, form.bark, form.bark);
        }
        let colors = (scale(form.light, self.tone), scale(form.dark, self.tone));
        for tier in 0..tiers {
            let t = tier as f64 / tiers as f64;
            let low = h * (form.crown.0 + 0.94 * t * 0.96);
            let top = (low + h * (1.5 / tiers as f64)).min(h)
                * if tier + 1 == tiers { h / (low + h * (1.5 / tiers as f64)).min(h) } else { 1.0 };
            let r = h * form.half * self.grow * (1.0 - t * 0.86);
            let turn = rng.unit() * std::f64::consts::TAU;
            star(mesh, at, (r, low, top), (points, turn), colors, rng);
        }
    }
}

/// One tier: an upper cone with notches and the dark underside.
fn star(
    mesh: &mut Mesh,
    at: DVec3,
    (r, low, top): (f64, f64, f64),
    (points, turn): (usize, f64),
    c: (Rgb, Rgb),
    rng: &mut Rng,
) {
    let n = points * 2;
    let jitter: Vec<f64> = (0..n).map(|_| rng.range(0.86, 1.12)).collect();
    let rim: Vec<DVec3> = (0..n)
        .map(|k| {
            let tip = k % 2 == 0;
            let d = unit_vector(turn + std::f64::consts::TAU * k as f64 / n as f64)
                * r
                * jitter[k]
                * if tip { 1.0 } else { 0.68 };
            at + d.extend(low + if tip { -0.05 * r } else { 0.12 * r })
        })
        .collect();
    let apex = at + DVec3::Z * top;
    let core = at + DVec3::Z * (low + 0.25 * (top - low));
    for k in 0..n {
        let (a, b) = (rim[k], rim[(k + 1) % n]);
        let tone = |k: usize| if k.is_multiple_of(2) { c.0 } else { blend(c.1, c.0, 0.4) };
        mesh.tri(Matter::Solid, [a, b, apex], [tone(k), tone(k + 1), blend(c.1, c.0, 0.7)]);
        mesh.tri(Matter::Solid, [b, a, core], [scale(c.1, 0.8); 3]);
    }
}

/// A tapering limb of three sides.
fn branch(mesh: &mut Mesh, a: DVec3, b: DVec3, r: f64, c: Rgb, rng: &mut Rng) {
    let along = (b - a).normalize_or(DVec3::Z);
    let x = along.cross(if along.z.abs() > 0.9 { DVec3::X } else { DVec3::Z }).normalize_or_zero();
    let y = along.cross(x);
    let turn = rng.unit() * 6.0;
    let ring = |k: usize| {
        let d = unit_vector(turn + std::f64::consts::TAU * (k % 3) as f64 / 3.0);
        x * d.x + y * d.y
    };
    for k in 0..3 {
        let (p, q) = (ring(k), ring(k + 1));
        let corners = [a + p * r, a + q * r, b + q * r * 0.4, b + p * r * 0.4];
        let n = [p, q, q, p].map(|d| d.as_vec3());
        mesh.quad_normals(Matter::Solid, corners, n, [c; 4]);
    }
}

/// A clipped hedge along a line, `high_m` above its points.
pub fn hedge(mesh: &mut Mesh, line: &[DVec3], wide_m: f64, high_m: f64, seed: u64, level: usize) {
    if level < 2 {
        return;
    }
    let before = std::mem::replace(&mut mesh.surface, Surface::Foliage);
    let mut rng = Rng::new(seed);
    let tone = rng.range(0.88, 1.1) as f32;
    let (light, dark) = (scale(hex(0x6c8048), tone), scale(hex(0x2c3a20), tone));
    for pair in line.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let length = (b - a).truncate().length();
        let along = (b - a).truncate().normalize_or(DVec2::X);
        let pieces = if level >= 4 { (length / 0.9).round().clamp(1.0, 60.0) as usize } else { 1 };
        // Corners wander, so that no edge is a ruler's.
        let ragged = if level >= 4 { 0.09 } else { 0.0 };
        let section = |t: f64, rng: &mut Rng| -> [DVec3; 4] {
            let p = a.lerp(b, t);
            let side = along.perp().extend(0.0) * wide_m * 0.5;
            let mut off =
                || DVec3::new(rng.range(-ragged, ragged), rng.range(-ragged, ragged), rng.range(-ragged, ragged));
            let up = DVec3::Z * high_m;
            [
                p + side - DVec3::Z * 0.3,
                p + side * 0.94 + up + off(),
                p - side * 0.94 + up + off(),
                p - side - DVec3::Z * 0.3,
            ]
        };
        let mut from = section(0.0, &mut rng);
        let end = from;
        for k in 1..=pieces {
            let to = section(k as f64 / pieces as f64, &mut rng);
            mesh.quad_shaded(Matter::Solid, [to[0], from[0], from[1], to[1]], [dark, dark, light, light]);
            mesh.quad_shaded(Matter::Solid, [from[3], to[3], to[2], from[2]], [dark, dark, light, light]);
            mesh.quad(Matter::Solid, [from[2], to[2], to[1], from[1]], scale(light, 1.06));
            from = to;
        }
        mesh.quad(Matter::Solid, [end[0], end[3], end[2], end[1]], blend(dark, light, 0.5));
        mesh.quad(Matter::Solid, [from[3], from[0], from[1], from[2]], blend(dark, light, 0.5));
    }
    mesh.surface = before;
}

/// The soft shade that a crown keeps on the ground, for where the ground's colour is known; level 4 only.
pub fn ground_shade(mesh: &mut Mesh, at: DVec3, radius_m: f64, ground: Rgb) {
    let rect = Rect::new(at.truncate(), DVec2::X, 1.0, 1.0);
    let middle = at + DVec3::Z * 0.05;
    for k in 0..7 {
        let p = |k: usize| {
            (rect.centre + unit_vector(std::f64::consts::TAU * (k % 7) as f64 / 7.0) * radius_m).extend(at.z + 0.03)
        };
        mesh.tri(
            Matter::Solid,
            [middle, p(k), p(k + 1)],
            [scale(ground, 0.55), scale(ground, 0.95), scale(ground, 0.95)],
        );
    }
}
