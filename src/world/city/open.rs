//! What lies on blocks besides buildings: courts, gardens, lawns, paths, ponds, pitches, car parks, squares; as polygons
//! that are laid one over another. Made on demand, the same each time. Plan frame metres, colours linear RGB.

use super::City;
use super::cover;
use super::districts::District;
use super::geom::{Bounds, area, centroid, contains, extent, inset, longest_side};
use super::graph::{Class, Ground};
use super::lots::{Parcel, holds, room};
use super::program::{Program, program_of};
use crate::bake::det::{Rng, noise, unit_vector};
use crate::bake::mesh::{Rect, Rgb, Surface, blend, hex, scale};
use crate::world::building::Building;
use glam::DVec2;

/// What a patch of ground is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatchKind {
    Court,
    Garden,
    Lawn,
    Path,
    Paving,
    Pond,
    Pool,
    Playground,
    Pitch,
    /// A car park's asphalt; bays are among the things.
    CarPark,
    Yard,
    Bed,
    Plot,
    Graves,
    Sand,
}

/// A simple polygon on the ground, counter-clockwise, not always convex. Later patches lie over earlier ones.
#[derive(Debug, Clone)]
pub struct Patch {
    pub outline: Vec<DVec2>,
    pub kind: PatchKind,
    pub surface: Surface,
    pub color: Rgb,
}

/// The ground of a block.
#[derive(Debug, Clone)]
pub struct OpenLand {
    pub program: Program,
    /// The land inside of the pavements; none where the block has none or is all pavement.
    pub parcel: Option<Parcel>,
    /// What lies everywhere inside of the pavements; none where nature does ([`cover::cover`]).
    pub base: Option<(Surface, Rgb)>,
    /// The pavement's look.
    pub pavement: (Surface, Rgb),
    pub patches: Vec<Patch>,
}

pub fn of_block(city: &City, face: usize, buildings: &[Building]) -> OpenLand {
    let parcel = Parcel::new(&city.graph, &city.surface, face);
    let program = program_of(city, face, parcel.as_ref());
    let own = &city.graph.faces[face];
    let rng = Rng::of(city.seed, 52, face as u64);
    let mut laying = Laying { city, face, rng, buildings, patches: Vec::new() };
    let base = laying.base(program);
    if let Some(parcel) = &parcel {
        laying.lay(program, parcel);
    }
    let pavement = match own.district {
        District::OldTown | District::Village => (Surface::Paving, scale(hex(0xa89a86), laying.tint())),
        District::Core => (Surface::Paving, scale(hex(0xbab3a6), laying.tint())),
        District::Industry => (Surface::Concrete, scale(hex(0x9d9a93), laying.tint())),
        _ => (Surface::Paving, scale(hex(0xb0a798), laying.tint())),
    };
    OpenLand { program, base, pavement, patches: laying.patches, parcel }
}

/// What lies everywhere inside of a face's pavements ([`OpenLand::base`]), without planning the rest.
pub fn base_of(city: &City, face: usize) -> Option<(Surface, Rgb)> {
    let parcel = Parcel::new(&city.graph, &city.surface, face);
    let program = program_of(city, face, parcel.as_ref());
    let rng = Rng::of(city.seed, 52, face as u64);
    Laying { city, face, rng, buildings: &[], patches: Vec::new() }.base(program)
}

struct Laying<'a> {
    city: &'a City,
    face: usize,
    rng: Rng,
    buildings: &'a [Building],
    patches: Vec<Patch>,
}

const GRAVEL: u32 = 0xcabd9f;
const ASPHALT: u32 = 0x6d6d6c;

impl Laying<'_> {
    fn tint(&mut self) -> f32 {
        self.rng.range(0.93, 1.05) as f32
    }

    fn district(&self) -> District {
        self.city.graph.faces[self.face].district
    }

    fn base(&mut self, program: Program) -> Option<(Surface, Rgb)> {
        let tint = self.tint();
        let own = &self.city.graph.faces[self.face];
        let lawn = cover::lawn(own.district, self.face as u64);
        let tone = |surface, code| Some((surface, scale(hex(code), tint)));
        match program {
            Program::None | Program::Farm => match own.ground {
                Ground::Motorway | Ground::Railway => Some((Surface::Grass, scale(hex(0x76844e), tint))),
                Ground::Site(_) => tone(Surface::Concrete, 0x9b9890),
                _ => None,
            },
            Program::Station => tone(Surface::Gravel, 0x8b8378),
            Program::Perimeter => match own.district {
                District::OldTown => tone(Surface::Paving, 0x9d917f),
                District::Village => Some((Surface::Grass, lawn)),
                _ => tone(Surface::Concrete, 0x9a958a),
            },
            Program::Towers | Program::Square | Program::TownHall | Program::Museum | Program::Market => {
                tone(Surface::Paving, 0xb5ac9e)
            }
            Program::Church | Program::Cathedral => tone(Surface::Paving, 0xb7a98f),
            Program::Halls => match self.face % 5 {
                0 => tone(Surface::Asphalt, 0x6d6c6a),
                1 => tone(Surface::Gravel, 0x8a8172),
                2 => tone(Surface::Asphalt, 0x787672),
                _ => tone(Surface::Concrete, 0x85827b),
            },
            Program::Retail | Program::CarPark => tone(Surface::Asphalt, 0x747472),
            Program::School => tone(Surface::Asphalt, 0x8b857c),
            Program::Hotels => tone(Surface::Paving, 0xc4b79f),
            Program::Stadium => tone(Surface::Asphalt, 0x7b7a77),
            Program::Beach => {
                let sides = &own.sides;
                let class = |c: Class| sides.iter().any(|s| self.city.graph.edges[s.0 as usize].class == c);
                if class(Class::Shore) && class(Class::Promenade) {
                    None
                } else if class(Class::Bank) {
                    tone(Surface::Paving, 0xb3a996)
                } else {
                    Some((Surface::Grass, scale(hex(0x82904f), tint)))
                }
            }
            Program::Cemetery => tone(Surface::Gravel, 0xb5a98f),
            Program::Castle => Some((Surface::Grass, scale(hex(0x7f8a55), tint))),
            _ => Some((Surface::Grass, lawn)),
        }
    }

    fn patch(&mut self, outline: Vec<DVec2>, kind: PatchKind, surface: Surface, color: Rgb) {
        if area(&outline) > 1.0 {
            self.patches.push(Patch { outline, kind, surface, color });
        }
    }

    fn path(&mut self, a: DVec2, b: DVec2, width: f64, surface: Surface, color: Rgb) {
        let side = (b - a).normalize_or_zero().perp() * width * 0.5;
        self.patch(vec![a - side, b - side, b + side, a + side], PatchKind::Path, surface, color);
    }

    fn lay(&mut self, program: Program, parcel: &Parcel) {
        match program {
            Program::Perimeter => self.court(parcel),
            Program::Houses => self.gardens(parcel),
            Program::Rows => self.row_gardens(parcel),
            Program::Slabs | Program::Hospital | Program::Campus => self.parkland(parcel),
            Program::Park | Program::Castle => self.park(parcel),
            Program::Square | Program::Towers | Program::Museum => self.square(parcel),
            Program::Sports => self.sports(parcel),
            Program::School => self.school(parcel),
            Program::Stadium => self.stadium(parcel),
            Program::Allotments => self.allotments(parcel),
            Program::Cemetery => self.graves(parcel),
            Program::Hotels => self.pools(parcel),
            Program::Halls => self.yards(parcel),
            _ => {}
        }
    }

    /// How deep the ring of houses around a court is.
    fn ring_depth(&self) -> f64 {
        let depth = |b: &Building| {
            let o = &b.volumes[0].outline;
            (o[o.len() - 1] - o[0]).length()
        };
        self.buildings.iter().filter(|b| b.merges).map(depth).fold(6.0, f64::max)
    }

    fn court(&mut self, parcel: &Parcel) {
        let depth = self.ring_depth();
        let Some(court) = inset(&parcel.line, |_| depth + 0.4) else { return };
        let green = match self.district() {
            District::OldTown => 0.35,
            District::Grid => 0.55,
            _ => 0.75,
        };
        if self.rng.chance(green) {
            let inner = inset(&court, |_| 2.2).unwrap_or(court);
            let color = scale(cover::lawn(self.district(), self.face as u64 / 3), 0.85);
            self.patch(inner, PatchKind::Court, Surface::Grass, color);
        } else if area(&court) > 500.0 && self.rng.chance(0.5) {
            self.patch(court, PatchKind::CarPark, Surface::Asphalt, hex(0x777673));
        }
    }

    /// Drives, terraces and pools around houses.
    fn gardens(&mut self, parcel: &Parcel) {
        let villas = self.district() == District::Villas;
        for b in self.buildings {
            let o = &b.volumes[0].outline;
            if o.len() != 4 {
                continue;
            }
            let along = (o[1] - o[0]).normalize_or_zero();
            let inward = along.perp();
            let length = (o[1] - o[0]).length();
            let edge = super::geom::to_rim(&parcel.line, (o[0] + o[1]) * 0.5).min(14.0);
            let tone = [0xa9a398, 0xb8a88e, 0x8f8b85, 0xb59a80][self.rng.below(4)];
            let x = if self.rng.chance(0.5) { 1.6 } else { length - 1.6 };
            let from = o[0] + along * x;
            self.path(from, from - inward * edge, 2.9, Surface::Paving, hex(tone));
            let back = (o[2] + o[3]) * 0.5;
            let terrace = Rect::new(back + inward * 1.8, along, length * 0.6, 3.6);
            self.patch(terrace.corners().to_vec(), PatchKind::Paving, Surface::Paving, hex(0xbfb09a));
            if self.rng.chance(if villas { 0.62 } else { 0.07 }) {
                let pool = Rect::new(back + inward * self.rng.range(7.0, 9.0), along, self.rng.range(7.0, 11.0), 4.2);
                let rim = Rect { half: pool.half + 1.1, ..pool };
                let clear = self.buildings.iter().all(|x| (x.centre() - pool.centre).length() > 9.0);
                if holds(&parcel.line, &rim) && clear {
                    self.patch(rim.corners().to_vec(), PatchKind::Paving, Surface::Paving, hex(0xd2c6b0));
                    self.patch(pool.corners().to_vec(), PatchKind::Pool, Surface::Plain, hex(0x4fa3b5));
                }
            }
        }
    }

    fn row_gardens(&mut self, parcel: &Parcel) {
        // Narrow gardens behind the rows, each kept in its own way.
        let mut k = 0u64;
        for b in self.buildings.iter().filter(|b| b.merges) {
            let o = &b.volumes[0].outline;
            k += 1;
            if o.len() != 4 {
                continue;
            }
            let (dx, dy) = (o[2] - o[1], o[3] - o[0]);
            let deep = self.rng.range(6.0, 11.0);
            let (p, q) = (o[2] + dx.normalize_or_zero() * deep, o[3] + dy.normalize_or_zero() * deep);
            if !contains(&parcel.line, p) || !contains(&parcel.line, q) || area(&[o[3], o[2], p, q]) < 12.0 {
                continue;
            }
            let tones = [0x7c8a4e, 0x8f9a5a, 0x6c7d45, 0xa39a72, 0x9c8f74, 0x859052];
            let color = hex(tones[((k * 7 + self.face as u64) % 6) as usize]);
            self.patch(vec![o[3], o[2], p, q], PatchKind::Garden, Surface::Grass, color);
        }
    }

    /// Paths between slabs, a car park and a playground.
    fn parkland(&mut self, parcel: &Parcel) {
        let Some(ring) = inset(&parcel.line, |_| 3.4) else { return };
        let gravel = hex(0xb8ae9a);
        for k in 0..ring.len() {
            self.path(ring[k], ring[(k + 1) % ring.len()], 2.2, Surface::Paving, gravel);
        }
        let middle = centroid(&parcel.line);
        for b in self.buildings {
            let at = b.centre();
            let foot = nearest_on(&ring, at);
            self.path(at, foot, 2.0, Surface::Paving, gravel);
        }
        let along = longest_side(&parcel.line);
        let mut free: Vec<Rect> = Vec::new();
        for _ in 0..24 {
            let (low, high) = extent(&parcel.line, along);
            let q = DVec2::new(self.rng.range(low.x, high.x), self.rng.range(low.y, high.y));
            let wanted = if free.is_empty() { (38.0, 17.0) } else { (16.0, 12.0) };
            let rect = Rect::new(along * q.x + along.perp() * q.y, along, wanted.0, wanted.1);
            if holds(&parcel.line, &rect) && self.is_clear(&rect) && free.len() < 3 {
                free.push(rect);
            }
        }
        for (k, rect) in free.into_iter().enumerate() {
            let outline = rect.corners().to_vec();
            match k {
                0 => self.patch(outline, PatchKind::CarPark, Surface::Asphalt, hex(ASPHALT)),
                1 => self.patch(outline, PatchKind::Playground, Surface::Sand, hex(0xc9a878)),
                _ => self.patch(outline, PatchKind::Bed, Surface::Foliage, hex(0x6a7a45)),
            }
        }
        self.path(middle, nearest_on(&ring, middle), 2.0, Surface::Paving, gravel);
    }

    fn is_clear(&self, rect: &Rect) -> bool {
        let own = Bounds::around(&rect.corners()).grown(2.0);
        self.buildings.iter().flat_map(|b| &b.volumes).all(|v| !Bounds::around(&v.outline).overlaps(&own))
    }

    /// Winding paths between the corners, a ring, a pond, lawns of different green.
    fn park(&mut self, parcel: &Parcel) {
        let line = &parcel.line;
        let size = parcel.area();
        let middle = super::graph::inner_point(line);
        let gravel = scale(hex(GRAVEL), self.tint());
        let large = size > 12_000.0;
        let seed = self.city.seed ^ self.face as u64;
        if large {
            for _ in 0..(size / 9000.0).min(14.0) as usize {
                let at = self.inside(line, 22.0);
                let r = self.rng.range(10.0, 26.0);
                let meadow = self.blob(at, r, 12);
                let tone = if self.rng.chance(0.5) { 0x8b9a55 } else { 0x6c7f45 };
                if meadow.iter().all(|&p| contains(line, p)) {
                    self.patch(meadow, PatchKind::Lawn, Surface::Grass, hex(tone));
                }
            }
        }
        let mut gates: Vec<DVec2> = Vec::new();
        let step = if large { 95.0 } else { 42.0 };
        for k in 0..line.len() {
            let (a, b) = (line[k], line[(k + 1) % line.len()]);
            let count = ((b - a).length() / step).round() as usize;
            gates.extend((0..count).map(|i| a.lerp(b, (i as f64 + 0.5) / count as f64)));
        }
        let hub = self.inside(line, 12.0).lerp(middle, 0.6);
        let width = if large { 3.4 } else { 2.4 };
        for (k, &gate) in gates.iter().enumerate().take(26) {
            let goal = if k % 2 == 0 || !large { hub } else { gates[(k + gates.len() / 2 + 1) % gates.len()] };
            self.winding(line, gate, goal, width, gravel, seed + k as u64);
        }
        if size > 5000.0 {
            let at = self.inside(line, 26.0);
            let r = (size.sqrt() * 0.09).clamp(7.0, 62.0);
            let rim = self.blob(at, r + 2.2, 22);
            let middle = centroid(&rim);
            let water: Vec<DVec2> = rim.iter().map(|&p| p + (middle - p).normalize_or_zero() * 2.2).collect();
            if rim.iter().all(|&p| contains(line, p))
                && self.buildings.iter().all(|b| (b.centre() - at).length() > r + 14.0)
            {
                self.patch(rim, PatchKind::Path, Surface::Gravel, gravel);
                self.patch(water, PatchKind::Pond, Surface::Plain, hex(0x3f6f72));
            }
        }
        let play = Rect::new(self.inside(line, 14.0), longest_side(line), 16.0, 11.0);
        if holds(line, &play) && self.is_clear(&play) {
            self.patch(play.corners().to_vec(), PatchKind::Playground, Surface::Sand, hex(0xcfae7c));
        }
    }

    fn inside(&mut self, line: &[DVec2], margin: f64) -> DVec2 {
        let b = Bounds::around(line);
        for _ in 0..12 {
            let p = DVec2::new(self.rng.range(b.low.x, b.high.x), self.rng.range(b.low.y, b.high.y));
            if contains(line, p) && super::geom::to_rim(line, p) > margin {
                return p;
            }
        }
        super::graph::inner_point(line)
    }

    fn blob(&mut self, at: DVec2, radius: f64, sides: usize) -> Vec<DVec2> {
        let phase = self.rng.range(0.0, 50.0);
        let stretch = self.rng.range(0.65, 1.0);
        let turn = unit_vector(self.rng.range(0.0, 3.0));
        (0..sides)
            .map(|k| {
                let d = unit_vector(std::f64::consts::TAU * k as f64 / sides as f64);
                let r = radius * (1.0 + 0.22 * noise(77, d * 1.3 + phase));
                at + turn * (d.x * r) + turn.perp() * (d.y * r * stretch)
            })
            .collect()
    }

    /// A path of short pieces that swings to and fro.
    fn winding(&mut self, line: &[DVec2], a: DVec2, b: DVec2, width: f64, color: Rgb, seed: u64) {
        let length = (b - a).length();
        let count = (length / 11.0).ceil().max(1.0) as usize;
        let normal = (b - a).normalize_or_zero().perp();
        let at = |k: usize| {
            let t = k as f64 / count as f64;
            let swing = 0.12 * length * 4.0 * t * (1.0 - t) * noise(seed, DVec2::new(t * 2.3, 0.5));
            a.lerp(b, t) + normal * swing
        };
        let direction =
            |k: usize| (at((k + 1).min(count)) - at(k.saturating_sub(1))).normalize_or_zero().perp() * (width * 0.5);
        for k in 0..count {
            let quad = vec![
                at(k) - direction(k),
                at(k + 1) - direction(k + 1),
                at(k + 1) + direction(k + 1),
                at(k) + direction(k),
            ];
            let mid = (at(k) + at(k + 1)) * 0.5;
            if contains(line, mid) {
                self.patch(quad, PatchKind::Path, Surface::Gravel, color);
            }
        }
    }

    /// Bands of darker stone, tree beds, a basin.
    fn square(&mut self, parcel: &Parcel) {
        let line = &parcel.line;
        let Some(plot) = room(line, 1.5) else { return };
        let dark = scale(hex(0x8c8172), self.tint());
        let h = plot.half;
        match self.rng.below(3) {
            0 => {
                let count = (h.x / 4.0).min(16.0) as i64;
                for k in -count..=count {
                    let x = k as f64 * h.x / (count as f64 + 0.5);
                    self.path(plot.at(x, -h.y), plot.at(x, h.y), 0.9, Surface::Paving, dark);
                }
            }
            1 => {
                for k in 1..5 {
                    let t = f64::from(k) / 5.0;
                    let r = Rect { half: h * t, ..plot }.corners();
                    for i in 0..4 {
                        self.path(r[i], r[(i + 1) % 4], 0.8, Surface::Paving, dark);
                    }
                }
            }
            _ => {
                for (x, y) in [(-1.0, -1.0), (1.0, -1.0)] {
                    self.path(plot.at(h.x * x, h.y * y), plot.at(-h.x * x, -h.y * y), 1.4, Surface::Paving, dark);
                }
            }
        }
        if h.min_element() > 13.0 && self.buildings.iter().all(|b| (b.centre() - plot.centre).length() > 22.0) {
            let rim = super::buildings::round(plot.centre, 5.4, 14);
            self.patch(rim, PatchKind::Paving, Surface::Paving, hex(0xcfc6b4));
            let basin = super::buildings::round(plot.centre, 4.4, 14);
            self.patch(basin, PatchKind::Pond, Surface::Plain, hex(0x4c7f86));
        }
        for (x, y) in [(-0.7, -0.7), (0.7, -0.7), (0.7, 0.7), (-0.7, 0.7)] {
            let bed = plot.part(h.x * x, h.y * y, h.x * 0.3, h.y * 0.22);
            if self.is_clear(&bed) {
                self.patch(bed.corners().to_vec(), PatchKind::Bed, Surface::Grass, hex(0x74854a));
            }
        }
    }

    fn sports(&mut self, parcel: &Parcel) {
        let Some(plot) = room(&parcel.line, 4.0) else { return };
        let (long, wide) = (plot.half.x * 2.0, plot.half.y * 2.0);
        if long > 78.0 && wide > 46.0 {
            let field = plot.part(0.0, 0.0, (long * 0.92).min(105.0), (wide * 0.9).min(68.0));
            self.patch(field.corners().to_vec(), PatchKind::Pitch, Surface::Grass, hex(0x5f8a3e));
            return;
        }
        let count = (long / 38.0).floor().max(1.0) as usize;
        for k in 0..count {
            let x = (k as f64 + 0.5) / count as f64 * long - plot.half.x;
            let court = plot.part(x, 0.0, (long / count as f64 - 3.0).min(34.0), (wide - 3.0).min(18.0));
            let tone = [0xb06a48, 0x4f7f6a, 0x4a6f93][self.rng.below(3)];
            self.patch(court.corners().to_vec(), PatchKind::Pitch, Surface::Plain, hex(tone));
        }
    }

    fn school(&mut self, parcel: &Parcel) {
        let Some(plot) = room(&parcel.line, 4.0) else { return };
        let pitch =
            plot.part(plot.half.x * 0.3, plot.half.y * 0.4, (plot.half.x).min(44.0), (plot.half.y * 0.8).min(26.0));
        if self.is_clear(&pitch) {
            self.patch(pitch.corners().to_vec(), PatchKind::Pitch, Surface::Plain, hex(0x5b8062));
        }
        if let Some(rim) = inset(&parcel.line, |_| 0.3)
            && let Some(inner) = inset(&rim, |_| 3.0)
        {
            let n = rim.len();
            for k in 0..n {
                let strip = vec![rim[k], rim[(k + 1) % n], inner[(k + 1) % n], inner[k]];
                self.patch(strip, PatchKind::Lawn, Surface::Grass, hex(0x7c8a50));
            }
        }
    }

    fn stadium(&mut self, parcel: &Parcel) {
        let Some(plot) = room(&parcel.line, 4.0) else { return };
        let pitch = plot.part(0.0, 0.0, 105.0, 68.0);
        for k in 0..10 {
            let part = pitch.part((f64::from(k) + 0.5) * 10.5 - 52.5, 0.0, 10.5, 68.0);
            let tone = if k % 2 == 0 { 0x4f8a3a } else { 0x5c9843 };
            self.patch(part.corners().to_vec(), PatchKind::Pitch, Surface::Grass, hex(tone));
        }
    }

    fn allotments(&mut self, parcel: &Parcel) {
        let most = self.rng.range(240.0, 420.0);
        // A lattice of plots, so that land of any shape is filled.
        let along = longest_side(&parcel.line);
        let (low, high) = extent(&parcel.line, along);
        let deep = (most / 13.0).clamp(18.0, 30.0);
        let mut y = low.y;
        while y < high.y {
            let mut x = low.x;
            while x < high.x {
                let wide = self.rng.range(10.0, 16.0);
                let plot = Rect::new(
                    along * (x + wide * 0.5) + along.perp() * (y + deep * 0.5),
                    along,
                    wide - 1.4,
                    deep - if y as i64 % 2 == 0 { 1.4 } else { 3.0 },
                );
                x += wide;
                let tones = [0x7f8c4c, 0x96935c, 0x8a6f52, 0x6f8046, 0xa39865, 0x768a55];
                let tone = tones[self.rng.below(6)];
                let surface = if tone == 0x8a6f52 { Surface::Soil } else { Surface::Crop };
                if holds(&parcel.line, &plot) && self.patches.len() < 2000 {
                    self.patch(plot.corners().to_vec(), PatchKind::Plot, surface, hex(tone));
                }
            }
            y += deep;
        }
    }

    fn graves(&mut self, parcel: &Parcel) {
        let Some(land) = inset(&parcel.line, |_| 5.0) else { return };
        for field in super::lots::shares(&mut self.rng, &land, 900.0) {
            if let Some(inner) = inset(&field, |_| 1.8) {
                let color = blend(hex(0x87906a), hex(0x9a9a86), self.rng.unit() as f32);
                self.patch(inner, PatchKind::Graves, Surface::Grass, color);
            }
        }
    }

    fn pools(&mut self, parcel: &Parcel) {
        let Some(plot) = room(&parcel.line, 6.0) else { return };
        for x in [-0.6, 0.0, 0.6] {
            let pool = plot.part(plot.half.x * x, -plot.half.y * 0.78, self.rng.range(14.0, 22.0), 7.5);
            if self.is_clear(&pool) && holds(&parcel.line, &pool) {
                let deck = Rect { half: pool.half + 2.5, ..pool };
                self.patch(deck.corners().to_vec(), PatchKind::Paving, Surface::Wood, hex(0xc9b391));
                self.patch(pool.corners().to_vec(), PatchKind::Pool, Surface::Plain, hex(0x4fa8ba));
            }
        }
    }

    fn yards(&mut self, parcel: &Parcel) {
        let Some(rim) = inset(&parcel.line, |_| 0.4) else { return };
        let Some(inner) = inset(&rim, |_| 2.8) else { return };
        let n = rim.len();
        for k in 0..n {
            if self.rng.chance(0.6) {
                let strip = vec![rim[k], rim[(k + 1) % n], inner[(k + 1) % n], inner[k]];
                self.patch(strip, PatchKind::Lawn, Surface::Grass, hex(0x828a58));
            }
        }
        for b in self.buildings {
            let o = &b.volumes[0].outline;
            let along = (o[1] - o[0]).normalize_or_zero();
            let apron = Rect::new((o[0] + o[1]) * 0.5 - along.perp() * 5.0, along, (o[1] - o[0]).length(), 10.0);
            if holds(&parcel.line, &apron) {
                self.patch(apron.corners().to_vec(), PatchKind::Yard, Surface::Asphalt, hex(0x646362));
            }
            // Those who work here park before the apron or behind the hall.
            let long = (o[1] - o[0]).length();
            let before = (o[0] + o[1]) * 0.5 - along.perp() * 19.5;
            let behind = (o[2] + o[3]) * 0.5 + along.perp() * 11.0;
            for middle in [before, behind] {
                let lot = Rect::new(middle, along, long * 0.9, 17.0);
                if long > 24.0 && self.rng.chance(0.55) && holds(&inner, &lot) && self.is_unbuilt(&lot) {
                    self.patch(lot.corners().to_vec(), PatchKind::CarPark, Surface::Asphalt, hex(0x59595a));
                }
            }
        }
    }

    /// Whether no building stands in or near a rectangle.
    fn is_unbuilt(&self, rect: &Rect) -> bool {
        let corners = rect.corners();
        let wide = Bounds::around(&corners).grown(2.0);
        self.buildings.iter().flat_map(|b| &b.volumes).all(|volume| {
            let built = Bounds::around(&volume.outline);
            !wide.overlaps(&built)
                || !volume.outline.iter().any(|&p| contains(&corners, p))
                    && !(-2..=2).any(|x| {
                        (-2..=2).any(|y| {
                            let h = rect.half;
                            contains(&volume.outline, rect.at(h.x * f64::from(x) / 2.0, h.y * f64::from(y) / 2.0))
                        })
                    })
        })
    }
}

fn nearest_on(ring: &[DVec2], p: DVec2) -> DVec2 {
    let mut best = (f64::MAX, p);
    for k in 0..ring.len() {
        let (a, b) = (ring[k], ring[(k + 1) % ring.len()]);
        let (distance, t) = super::geom::to_segment(p, a, b);
        if distance < best.0 {
            best = (distance, a.lerp(b, t));
        }
    }
    best.1
}
