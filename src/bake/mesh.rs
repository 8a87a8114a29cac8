//! Coloured triangles while they are being made: plan frame, f64 metres, counter-clockwise seen from outside.
//!
//! Vertices are not shared here; the writer welds equal ones. Colours are linear RGB, ambient occlusion multiplied in.

use std::sync::Arc;

use super::det::unit_vector;
use glam::{DVec2, DVec3, Vec3};

pub type Rgb = [f32; 3];

/// What a surface is made of; one glTF material and one draw a tile for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matter {
    /// Rough: plaster, concrete, asphalt, leaves, paint.
    Solid = 0,
    /// Smooth and dark; `lit` picks the light behind it at night.
    Glass = 1,
    /// The sea and pools.
    Water = 2,
}

pub const MATTERS: usize = 3;

/// What [`Matter::Solid`] looks like from near, beyond its colour: the viewer adds grain, gloss and relief by this class.
/// Written as the first number of the vertex attribute `_SURFACE`, which other viewers pass over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Surface {
    /// Smooth paint, plastic, no grain.
    #[default]
    Plain = 0,
    Asphalt = 1,
    /// Pavement of slabs or setts.
    Paving = 2,
    Concrete = 3,
    Grass = 4,
    /// Tilled or bare earth.
    Soil = 5,
    Sand = 6,
    Rock = 7,
    /// Leaves and needles of trees, hedges, scrub.
    Foliage = 8,
    Plaster = 9,
    Brick = 10,
    /// Clay tiles and slates of roofs.
    RoofTiles = 11,
    /// Sheet metal and painted steel: halls, cranes, containers.
    Metal = 12,
    /// Glossy coat: cars, ships' sides.
    Paint = 13,
    Wood = 14,
    Snow = 15,
    /// Gravel of flat roofs and of railway beds.
    Gravel = 16,
    /// Crops in rows.
    Crop = 17,
    /// Woods seen from far.
    Woods = 18,
    /// Of [`Matter::Water`] and [`Matter::Glass`], whatever is set.
    Water = 19,
    Glass = 20,
    /// Walls of houses seen from far: rows of windows, some of them lit at night, over the mean colour of wall and glass.
    Windows = 21,
}

/// The feature id of what is no feature (ground).
pub const NO_FEATURE: u32 = u32::MAX;

#[derive(Debug, Clone, Copy)]
pub struct Vertex {
    pub at: DVec3,
    pub normal: Vec3,
    pub color: Rgb,
    pub feature: u32,
    /// Texel of the night palette; only glass has it. 0 is dark.
    pub lit: u8,
    pub surface: Surface,
    /// Light of street lamps that falls on it, 0..=255; filled in when a tile is made.
    pub light: u8,
}

/// A picture as it is stored: encoded bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// image/jpeg, image/png, image/webp or image/ktx2.
    pub mime: &'static str,
    pub bytes: Vec<u8>,
    /// Whether it repeats beyond its border.
    pub repeat: bool,
}

impl Picture {
    /// Whether it has an alpha channel, by which its triangles are cut out (at one half): a PNG with grey or colour and alpha.
    pub fn is_cut_out(&self) -> bool {
        self.mime == "image/png" && self.bytes.get(25).is_some_and(|kind| matches!(kind, 4 | 6))
    }
}

/// Triangles that a picture lies on.
#[derive(Debug, Clone)]
pub struct Pictured {
    pub picture: Picture,
    /// What shines by itself at night, over the same rectangle; black where nothing does.
    pub glow: Option<Picture>,
    pub triangles: Vec<Vertex>,
    /// For each vertex; u to the right, v downwards.
    pub uv: Vec<[f32; 2]>,
}

/// Something that stands many times: drawn once in its own frame (x forward, y left, z up, metres), and where it stands.
#[derive(Debug, Clone)]
pub struct Copies {
    pub prototype: Arc<Mesh>,
    pub places: Vec<Place>,
}

/// Where one copy stands.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub at: DVec3,
    /// Its forward direction on the plan.
    pub along: DVec2,
    /// Its own up: that of the slope for vehicles.
    pub up: Vec3,
    /// Along its own axes.
    pub scale: Vec3,
    pub feature: u32,
}

impl Copies {
    /// The least and the greatest corner of the prototype.
    pub fn bounds(&self) -> (DVec3, DVec3) {
        let all = || self.prototype.triangles.iter().flatten().map(|v| v.at);
        (all().fold(DVec3::splat(f64::MAX), DVec3::min), all().fold(DVec3::splat(f64::MIN), DVec3::max))
    }

    /// Triangles of one copy.
    pub fn triangles(&self) -> usize {
        self.prototype.triangles.iter().map(Vec::len).sum::<usize>() / 3
    }
}

/// Triangles by matter, three vertices each.
#[derive(Debug, Clone, Default)]
pub struct Mesh {
    pub triangles: [Vec<Vertex>; MATTERS],
    pub pictured: Vec<Pictured>,
    pub copies: Vec<Copies>,
    /// What new triangles belong to.
    pub feature: Option<u32>,
    pub lit: u8,
    pub surface: Surface,
}

impl Mesh {
    pub fn is_empty(&self) -> bool {
        self.triangles.iter().all(Vec::is_empty)
            && self.pictured.iter().all(|p| p.triangles.is_empty())
            && self.copies.iter().all(|c| c.places.is_empty())
    }

    pub fn vertex(&self, at: DVec3, normal: Vec3, color: Rgb) -> Vertex {
        Vertex {
            at,
            normal,
            color,
            feature: self.feature.unwrap_or(NO_FEATURE),
            lit: self.lit,
            surface: self.surface,
            light: 0,
        }
    }

    pub fn push(&mut self, matter: Matter, mut corners: [Vertex; 3]) {
        match matter {
            Matter::Solid => {}
            Matter::Glass => corners.iter_mut().for_each(|v| v.surface = Surface::Glass),
            Matter::Water => corners.iter_mut().for_each(|v| v.surface = Surface::Water),
        }
        self.triangles[matter as usize].extend(corners);
    }

    /// Draws each copy as triangles of this mesh.
    pub fn expand(&mut self, copies: &Copies) {
        for place in &copies.places {
            let up = place.up.as_dvec3().normalize_or(DVec3::Z);
            let left = up.cross(place.along.extend(0.0)).normalize_or(DVec3::Y);
            let forward = left.cross(up);
            let (scale, turn) = (place.scale.as_dvec3(), glam::DMat3::from_cols(forward, left, up));
            for (matter, list) in copies.prototype.triangles.iter().enumerate() {
                self.triangles[matter].extend(list.iter().map(|v| Vertex {
                    at: place.at + turn * (v.at * scale),
                    normal: (turn * (v.normal.as_dvec3() / scale)).normalize_or(up).as_vec3(),
                    feature: place.feature,
                    ..*v
                }));
            }
        }
    }

    /// A triangle with its own normal.
    pub fn tri(&mut self, matter: Matter, p: [DVec3; 3], c: [Rgb; 3]) {
        let normal = (p[1] - p[0]).cross(p[2] - p[0]).normalize_or_zero().as_vec3();
        let v = [0, 1, 2].map(|k| self.vertex(p[k], normal, c[k]));
        self.push(matter, v);
    }

    /// A quad (two triangles) with one normal and a colour for each corner.
    pub fn quad_shaded(&mut self, matter: Matter, p: [DVec3; 4], c: [Rgb; 4]) {
        let normal = (p[2] - p[0]).cross(p[3] - p[1]).normalize_or_zero().as_vec3();
        self.quad_normals(matter, p, [normal; 4], c);
    }

    pub fn quad_normals(&mut self, matter: Matter, p: [DVec3; 4], n: [Vec3; 4], c: [Rgb; 4]) {
        let v = [0, 1, 2, 3].map(|k| self.vertex(p[k], n[k], c[k]));
        self.push(matter, [v[0], v[1], v[2]]);
        self.push(matter, [v[0], v[2], v[3]]);
    }

    pub fn quad(&mut self, matter: Matter, p: [DVec3; 4], c: Rgb) {
        self.quad_shaded(matter, p, [c; 4]);
    }

    /// A wall from `a` to `b` (outside is on the right hand), `u0` to `u1`, with a colour at its foot and its top.
    pub fn wall(&mut self, a: DVec2, b: DVec2, u0: f64, u1: f64, foot: Rgb, top: Rgb) {
        let p = [a.extend(u0), b.extend(u0), b.extend(u1), a.extend(u1)];
        self.quad_shaded(Matter::Solid, p, [foot, foot, top, top]);
    }

    /// A horizontal convex polygon, counter-clockwise seen from above.
    pub fn flat(&mut self, matter: Matter, outline: &[DVec2], u: f64, c: Rgb) {
        for k in 1..outline.len().saturating_sub(1) {
            self.tri(matter, [outline[0].extend(u), outline[k].extend(u), outline[k + 1].extend(u)], [c; 3]);
        }
    }

    /// Walls around a convex outline and a lid on it.
    pub fn prism(&mut self, outline: &[DVec2], u0: f64, u1: f64, foot: Rgb, wall: Rgb, lid: Rgb) {
        for k in 0..outline.len() {
            self.wall(outline[k], outline[(k + 1) % outline.len()], u0, u1, foot, wall);
        }
        self.flat(Matter::Solid, outline, u1, lid);
    }

    /// An upright box: centre, unit direction of its length, half length and half width.
    pub fn boxed(&mut self, b: &Rect, u0: f64, u1: f64, c: Rgb) {
        self.prism(&b.corners(), u0, u1, scale(c, 0.8), c, scale(c, 1.06));
    }

    /// A box with a lower lid too, for what hangs in the air.
    pub fn slab(&mut self, b: &Rect, u0: f64, u1: f64, c: Rgb) {
        self.prism(&b.corners(), u0, u1, c, c, scale(c, 1.06));
        let mut under = b.corners();
        under.reverse();
        self.flat(Matter::Solid, &under, u0, scale(c, 0.55));
    }

    /// An upright cylinder or cone frustum with smooth sides; `r1` is the radius at the top.
    pub fn drum(&mut self, centre: DVec2, r: (f64, f64), u: (f64, f64), sides: usize, foot: Rgb, top: Rgb) {
        let lean = (r.0 - r.1) / (u.1 - u.0).max(1e-6);
        for k in 0..sides {
            let [d0, d1] = [k, k + 1].map(|k| unit_vector(std::f64::consts::TAU * (k % sides) as f64 / sides as f64));
            let p = [
                (centre + d0 * r.0).extend(u.0),
                (centre + d1 * r.0).extend(u.0),
                (centre + d1 * r.1).extend(u.1),
                (centre + d0 * r.1).extend(u.1),
            ];
            let [n0, n1] = [d0, d1].map(|d| d.extend(lean).normalize().as_vec3());
            self.quad_normals(Matter::Solid, p, [n0, n1, n1, n0], [foot, foot, top, top]);
        }
    }

    /// A beam of square section between two points, four sides (its ends are open).
    pub fn beam(&mut self, a: DVec3, b: DVec3, thick: f64, c: Rgb) {
        let along = (b - a).normalize_or_zero();
        let side = if along.z.abs() > 0.9 { DVec3::X } else { DVec3::Z };
        let x = along.cross(side).normalize_or_zero() * (thick * 0.5);
        let y = along.cross(x).normalize_or_zero() * (thick * 0.5);
        let ring = [x + y, y - x, -x - y, x - y];
        for k in 0..4 {
            let (r0, r1) = (ring[k], ring[(k + 1) % 4]);
            let shade = if (r0 + r1).z < -1e-9 { 0.65 } else { 1.0 };
            self.quad(Matter::Solid, [a + r0, a + r1, b + r1, b + r0], scale(c, shade));
        }
    }

    /// A rounded body: rings of a superellipse profile; used for leaves and domes. `half` are its half axes.
    /// `tone(z)` gives the colour by height, z in -1..1; `wobble(k, ring)` scales the radius.
    pub fn blob(
        &mut self,
        centre: DVec3,
        half: DVec3,
        (sides, rings): (usize, usize),
        tone: impl Fn(f64) -> Rgb,
        wobble: impl Fn(usize, usize) -> f64,
    ) {
        let corner = |mesh: &Self, ring: usize, k: usize| {
            let lat = -std::f64::consts::FRAC_PI_2 + std::f64::consts::PI * ring as f64 / rings as f64;
            let (sine, cosine) = super::det::sin_cos(lat);
            let pole = ring == 0 || ring == rings;
            let around = std::f64::consts::TAU * (k % sides) as f64 / sides as f64;
            let flat = if pole { DVec2::ZERO } else { unit_vector(around) * cosine };
            let unit = flat.extend(sine);
            let w = if pole { 1.0 } else { wobble(k % sides, ring) };
            mesh.vertex(centre + unit * half * w, (unit / half).normalize().as_vec3(), tone(sine))
        };
        for ring in 0..rings {
            for k in 0..sides {
                let (a, b) = (corner(self, ring, k), corner(self, ring, k + 1));
                let (c, d) = (corner(self, ring + 1, k + 1), corner(self, ring + 1, k));
                if ring > 0 {
                    self.push(Matter::Solid, [a, b, c]);
                }
                if ring + 1 < rings {
                    self.push(Matter::Solid, [a, c, d]);
                }
            }
        }
    }
}

/// An oriented rectangle on the ground.
#[derive(Debug, Clone, Copy)]
pub struct Rect {
    pub centre: DVec2,
    /// Unit vector along its length.
    pub along: DVec2,
    /// Half length and half width.
    pub half: DVec2,
}

impl Rect {
    pub fn new(centre: DVec2, along: DVec2, length: f64, width: f64) -> Self {
        Self { centre, along, half: DVec2::new(length, width) * 0.5 }
    }

    /// The point at `x` along and `y` to the left of the centre.
    pub fn at(&self, x: f64, y: f64) -> DVec2 {
        self.centre + self.along * x + self.along.perp() * y
    }

    /// Counter-clockwise seen from above.
    pub fn corners(&self) -> [DVec2; 4] {
        let h = self.half;
        [self.at(-h.x, -h.y), self.at(h.x, -h.y), self.at(h.x, h.y), self.at(-h.x, h.y)]
    }

    /// A smaller or larger rectangle around a point of this one.
    pub fn part(&self, x: f64, y: f64, length: f64, width: f64) -> Self {
        Self::new(self.at(x, y), self.along, length, width)
    }
}

pub fn scale(c: Rgb, k: f32) -> Rgb {
    c.map(|x| (x * k).clamp(0.0, 1.0))
}

pub fn blend(a: Rgb, b: Rgb, t: f32) -> Rgb {
    [0, 1, 2].map(|k| a[k] + (b[k] - a[k]) * t)
}

/// Linear colour of an sRGB hex code; a cubic fit of the transfer curve (error below 0.002), as powers are not exact
/// on all machines.
pub const fn hex(code: u32) -> Rgb {
    const fn of_byte(byte: u32) -> f32 {
        linear(byte as f32 / 255.0)
    }
    [of_byte((code >> 16) & 255), of_byte((code >> 8) & 255), of_byte(code & 255)]
}

/// The same of one channel, 0..=1.
pub const fn linear(c: f32) -> f32 {
    c * (c * (c * 0.305_306_01 + 0.682_171_1) + 0.012_522_878)
}
