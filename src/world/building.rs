//! What stands on a block: which houses, how high, in which look. They are drawn by [`crate::bake::draw::facade`].

use super::names;
use super::plan::{Block, BlockUse, PAVEMENT_M, Plan, Quad, centred, extent, inset, part, within};
use super::terrain::Terrain;
use crate::bake::det::{Rng, unit_vector};
pub use crate::bake::draw::building::{Building, Face, Finish, Ground, Look, Roof, Volume};
use crate::bake::feature::Feature;
use crate::bake::mesh::{Rect, blend, hex, scale};
use crate::bake::model::Usage;
use glam::DVec2;

const PLASTER: [u32; 14] = [
    0xf1ece1, 0xe9dfcb, 0xe6d3b1, 0xdcc9a3, 0xefe6d6, 0xd9d2c5, 0xcfd3d0, 0xe3cfc0, 0xd8b99a, 0xe8e6e0, 0xcdbfae,
    0xf3efe6, 0xdcd8cc, 0xc9d0cf,
];
const TILES: [u32; 6] = [0xa96f58, 0x9c6450, 0xb38068, 0x8f5f4e, 0xae7c62, 0xa5775f];
const FLAT_ROOF: [u32; 5] = [0x9a958c, 0xb1aba0, 0x85837f, 0xc0b9ac, 0x8f8a80];
const TRIM: [u32; 6] = [0xf4f1ea, 0xe8e4da, 0x6a6f6b, 0x8b5a44, 0x47565a, 0xd9cfbd];
pub const GLASS: [u32; 4] = [0x2b363d, 0x303b40, 0x263138, 0x38434a];

pub fn on_blocks(plan: &Plan) -> Vec<Building> {
    let mut all = Vec::new();
    for (k, block) in plan.blocks.iter().enumerate() {
        let mut site = Site { plan, block, rng: Rng::of(plan.seed, 3, k as u64), index: k, out: &mut all, number: 0 };
        match block.purpose {
            BlockUse::Perimeter => site.perimeter(),
            BlockUse::Tower => site.tower(),
            BlockUse::Slabs => site.slabs(),
            BlockUse::Houses => site.houses(),
            BlockUse::Industry => site.halls(),
            BlockUse::Square => site.church(),
            BlockUse::Park => site.kiosk(),
        }
    }
    all
}

/// The lowest and highest ground below an outline.
pub fn ground(terrain: &Terrain, outline: &[DVec2]) -> (f64, f64) {
    outline.iter().map(|&p| terrain.height(p)).fold((f64::MAX, f64::MIN), |(lo, hi), h| (lo.min(h), hi.max(h)))
}

struct Site<'a> {
    plan: &'a Plan,
    block: &'a Block,
    rng: Rng,
    index: usize,
    out: &'a mut Vec<Building>,
    number: usize,
}

/// What differs between volumes of one kind; the rest is drawn by lot.
struct Shape {
    outline: Vec<DVec2>,
    faces: Vec<Face>,
    floors: usize,
    floor_m: f64,
    roof: Roof,
    look: Look,
}

impl Site<'_> {
    fn volume(&mut self, shape: Shape) -> Volume {
        let (low, high) = ground(&self.plan.terrain, &shape.outline);
        let tint = self.rng.range(0.92, 1.04) as f32;
        let roof_color = match shape.roof {
            Roof::Gabled(_) | Roof::Hipped(_) => hex(self.rng.pick(&TILES)),
            _ => hex(self.rng.pick(&FLAT_ROOF)),
        };
        let front = shape.outline[1] - shape.outline[0];
        Volume {
            outline: shape.outline,
            faces: shape.faces,
            foot_u: low - 0.6,
            floor_u: high.min(low + 2.2) + 0.15,
            floors: shape.floors,
            floor_m: shape.floor_m,
            roof: shape.roof,
            // Ridges run along the front.
            roof_towards: Some(front.normalize_or(DVec2::X)),
            look: shape.look,
            wall: scale(hex(self.rng.pick(&PLASTER)), tint),
            trim: hex(self.rng.pick(&TRIM)),
            roof_color: scale(roof_color, self.rng.range(0.88, 1.08) as f32),
            glass: hex(self.rng.pick(&GLASS)),
            ..Volume::default()
        }
    }

    fn build(
        &mut self,
        volumes: Vec<Volume>,
        kind: (&str, &str),
        years: (i64, i64),
        name: Option<String>,
        merges: bool,
    ) {
        self.number += 1;
        let id = format!("bld-{:03}-{:02}", self.index, self.number);
        let street = names::street(self.plan.seed, self.block.column, self.block.row);
        let name = name.unwrap_or_else(|| format!("{street} {}", self.number));
        let floors = volumes.iter().map(|v| v.floors).sum::<usize>();
        let feature = Feature {
            id,
            kind: kind.0.into(),
            name,
            usage: kind.1.into(),
            height_m: 0.0,
            floors: floors as u16,
            year: self.rng.int(years.0, years.1) as i16,
            ..Feature::default()
        };
        let seed = self.rng.next_u64();
        let mut volumes = volumes;
        for v in &mut volumes {
            v.year = feature.year;
            v.usage = usage(kind.1);
            if v.usage == Usage::Apartments && kind.1 == "dwelling and shops" {
                v.ground = Ground::Shops;
            } else if kind.0 == "tower" && v.foot_u < v.floor_u {
                v.ground = Ground::Lobby;
            }
            // Full facades where one walks past shop windows; elsewhere they are seen from some way off.
            if v.ground == Ground::AsAbove {
                v.finish = Finish::Plain;
            }
        }
        let mut building = Building { feature, volumes, seed, block: Some(self.index), merges };
        let floor_u = building.volumes[0].floor_u;
        building.feature.height_m = ((building.top_u() - floor_u) * 10.0).round() as f32 / 10.0;
        self.out.push(building);
    }

    fn windows(&mut self) -> Look {
        let width_m = self.rng.range(0.95, 1.5);
        Look::Windows {
            bay_m: width_m + self.rng.range(1.6, 2.4),
            width_m,
            height_m: self.rng.range(1.35, 2.0),
            shutters: self.rng.chance(0.22),
            balconies: if self.rng.chance(0.4) { self.rng.int(2, 4) as u8 } else { 0 },
        }
    }

    /// Lots around the block's edge, a court in the middle.
    fn perimeter(&mut self) {
        let line = inset(&self.block.kerb, PAVEMENT_M);
        let depth = self.rng.range(11.5, 13.5);
        let court = inset(&line, depth);
        let usual = self.rng.int(4, 6);
        for side in 0..4 {
            let next = (side + 1) % 4;
            // Two opposite sides own the corners; the lots of the others end at them.
            let owns = side % 2 == 0;
            let (front, back) = if owns {
                let reach = |a: DVec2, b: DVec2, c: DVec2| a + (b - a).normalize() * (c - a).dot((b - a).normalize());
                let back0 = reach(line[side], line[(side + 3) % 4], court[side]);
                let back1 = reach(line[next], line[(next + 1) % 4], court[next]);
                ([line[side], line[next]], [back0, back1])
            } else {
                let cut = |a: DVec2, b: DVec2, c: DVec2| a + (b - a).normalize() * (c - a).dot((b - a).normalize());
                let f0 = cut(line[side], line[next], court[side]);
                let f1 = cut(line[next], line[side], court[next]);
                ([f0, f1], [court[side], court[next]])
            };
            self.lots(front, back, usual, owns);
        }
    }

    fn lots(&mut self, front: [DVec2; 2], back: [DVec2; 2], usual: i64, corners: bool) {
        let length = (front[1] - front[0]).length();
        let count = (length / self.rng.range(15.0, 22.0)).round().max(1.0) as usize;
        let mut cuts = vec![0.0];
        for k in 1..count {
            cuts.push((k as f64 + self.rng.range(-0.22, 0.22)) / count as f64);
        }
        cuts.push(1.0);
        for k in 0..count {
            if !corners && count > 2 && self.rng.chance(0.05) {
                continue;
            }
            let (x0, x1) = (cuts[k], cuts[k + 1]);
            let outline = vec![
                front[0].lerp(front[1], x0),
                front[0].lerp(front[1], x1),
                back[0].lerp(back[1], x1),
                back[0].lerp(back[1], x0),
            ];
            let right = if corners && k + 1 == count { Face::Street } else { Face::Blank };
            let left = if corners && k == 0 { Face::Street } else { Face::Blank };
            let floors = (usual + self.rng.int(-1, 1)).max(3) as usize;
            let tiled = self.rng.chance(0.62);
            let roof = if tiled { Roof::Gabled(self.rng.range(2.6, 3.6)) } else { Roof::Flat };
            let look = if !tiled && self.rng.chance(0.22) { Look::Bands } else { self.windows() };
            let floor_m = self.rng.range(3.05, 3.5);
            let faces = vec![Face::Street, right, Face::Court, left];
            let volume = self.volume(Shape { outline, faces, floors, floor_m, roof, look });
            let usage = if matches!(look, Look::Bands) { "offices" } else { "dwelling and shops" };
            let years = if tiled { (1886, 1958) } else { (1962, 2019) };
            self.build(vec![volume], ("building", usage), years, None, true);
        }
    }

    fn tower(&mut self) {
        let line = inset(&self.block.kerb, PAVEMENT_M + self.rng.range(3.0, 6.0));
        let size = extent(&line);
        // The skyline has one summit, and falls off to all sides.
        let away = (within(&line, 0.5, 0.5) - DVec2::new(360.0, 70.0)) / DVec2::new(270.0, 190.0);
        let summit = (1.0 - 0.75 * away.length_squared()).max(0.12);
        let floors = (12.0 + 27.0 * summit * self.rng.range(0.72, 1.0)) as usize;
        let floor_m = 3.6;
        let base = size.min_element();
        let width = self.rng.range(0.40, 0.52) * base;
        let length = width * self.rng.range(1.0, 1.5).min(size.x * 0.8 / width);
        let mut rect = centred(&line, length, width);
        rect.centre = within(&line, self.rng.range(0.38, 0.62), self.rng.range(0.4, 0.6));
        let mut volumes = Vec::new();
        let podium = self.rng.chance(0.6);
        if podium {
            let look = Look::Windows { bay_m: 4.4, width_m: 3.4, height_m: 2.6, shutters: false, balconies: 0 };
            let outline = line.to_vec();
            volumes.push(self.volume(Shape {
                outline,
                faces: vec![Face::Street; 4],
                floors: 2,
                floor_m: 4.4,
                roof: Roof::Flat,
                look,
            }));
        }
        let look = match self.rng.below(5) {
            0 => Look::Bands,
            1 => Look::Windows { bay_m: 3.0, width_m: 1.9, height_m: 2.1, shutters: false, balconies: 2 },
            2 => Look::Curtain { bay_m: 1.6, fins: true },
            _ => Look::Curtain { bay_m: 2.4, fins: false },
        };
        let glass = hex(self.rng.pick(&[0x3c4d57, 0x47606b, 0x34434c, 0x50666c, 0x3a5560]));
        let tone = hex(self.rng.pick(&[0xdfdcd5, 0xb9bab6, 0xe9e6df, 0x7d817f, 0xcbb79c, 0xa8b0b2]));
        let mut outline = match self.rng.below(4) {
            0 => chamfered(&rect, width * 0.2),
            1 => round(rect.centre, width * 0.56, 20),
            _ => rect.corners().to_vec(),
        };
        let mut left = floors;
        let steps = if floors > 24 { 3 } else { 1 + self.rng.below(2) };
        let mut floor_u = None;
        for step in 0..steps {
            let here = if step + 1 == steps { left } else { (left as f64 * self.rng.range(0.5, 0.66)) as usize };
            left -= here;
            let roof = if left == 0 { Roof::Crown } else { Roof::Flat };
            let faces = vec![Face::Street; outline.len()];
            let mut v = self.volume(Shape { outline: outline.clone(), faces, floors: here, floor_m, roof, look });
            (v.wall, v.trim, v.glass) = (tone, scale(tone, 0.9), glass);
            if let Some(u) = floor_u {
                (v.foot_u, v.floor_u) = (u, u);
            } else if podium {
                let u = volumes[0].eaves_u();
                (v.foot_u, v.floor_u) = (u, u);
            }
            floor_u = Some(v.eaves_u());
            volumes.push(v);
            let middle = outline.iter().copied().sum::<DVec2>() / outline.len() as f64;
            outline = outline.iter().map(|&p| middle + (p - middle) * 0.8).collect();
            if left == 0 {
                break;
            }
        }
        let usage = if matches!(look, Look::Windows { .. }) { "dwelling" } else { "offices" };
        let name = names::tower(&mut self.rng);
        self.build(volumes, ("tower", usage), (1974, 2024), Some(name), false);
        let (look_a, look_b) = (self.windows(), self.windows());
        if !podium {
            let pavilion = part(&line, (0.04, 0.3), (0.06, 0.34));
            let floors = self.rng.int(2, 4) as usize;
            let v = self.volume(Shape {
                outline: pavilion.to_vec(),
                faces: vec![Face::Street; 4],
                floors,
                floor_m: 3.6,
                roof: Roof::Flat,
                look: if self.number.is_multiple_of(2) { look_a } else { look_b },
            });
            if (within(&pavilion, 0.5, 0.5) - rect.centre).length() > length * 0.5 + size.length() * 0.14 {
                self.build(vec![v], ("building", "culture"), (1980, 2020), None, false);
            }
        }
    }

    fn slabs(&mut self) {
        let line = inset(&self.block.kerb, PAVEMENT_M + 6.0);
        let size = extent(&line);
        let across = size.x > size.y;
        let count = if size.max_element() > 80.0 { 3 } else { 2 };
        let front = self.block.row == 0;
        for k in 0..count {
            let (c0, c1) = ((k as f64 + 0.1) / count as f64, (k as f64 + 0.9) / count as f64);
            let plot = if across { part(&line, (c0, c1), (0.04, 0.96)) } else { part(&line, (0.04, 0.96), (c0, c1)) };
            let span = extent(&plot);
            let mut rect = centred(
                &plot,
                span.x.min(if across { 14.0 } else { span.x * 0.9 }),
                span.y.min(if across { span.y * 0.9 } else { 14.0 }),
            );
            rect.centre += rect.along * self.rng.range(-2.0, 2.0);
            if rect.half.x < rect.half.y {
                rect =
                    Rect { centre: rect.centre, along: rect.along.perp(), half: DVec2::new(rect.half.y, rect.half.x) };
            }
            let floors = if front { self.rng.int(6, 11) } else { self.rng.int(5, 9) } as usize;
            let look = Look::Windows {
                bay_m: self.rng.range(3.3, 4.2),
                width_m: self.rng.range(1.8, 2.5),
                height_m: self.rng.range(1.5, 2.2),
                shutters: false,
                balconies: if self.rng.chance(0.7) { 1 + self.rng.below(2) as u8 } else { 0 },
            };
            let faces = vec![Face::Street, Face::Blank, Face::Street, Face::Blank];
            let outline = rect.corners().to_vec();
            let v = self.volume(Shape { outline, faces, floors, floor_m: 3.05, roof: Roof::Flat, look });
            let hotel = front && self.rng.chance(0.5);
            let name = hotel.then(|| names::hotel(&mut self.rng));
            self.build(vec![v], ("building", if hotel { "hotel" } else { "dwelling" }), (1958, 2016), name, false);
        }
    }

    fn houses(&mut self) {
        let line = inset(&self.block.kerb, PAVEMENT_M);
        let size = extent(&line);
        let across = size.x >= size.y;
        let long = size.max_element();
        let count = (long / self.rng.range(16.5, 20.5)).floor().max(2.0) as usize;
        for row in 0..2 {
            for k in 0..count {
                if self.rng.chance(0.07) {
                    continue;
                }
                let x = (k as f64 / count as f64, (k + 1) as f64 / count as f64);
                let y = if row == 0 { (0.0, 0.5) } else { (0.5, 1.0) };
                let plot = if across { part(&line, x, y) } else { part(&line, y, x) };
                self.house(&plot, across, row == 0);
            }
        }
    }

    fn house(&mut self, plot: &Quad, across: bool, low: bool) {
        // The front is the side towards the street.
        let side = match (across, low) {
            (true, true) => 0,
            (true, false) => 2,
            (false, true) => 3,
            (false, false) => 1,
        };
        let q: Quad = [0, 1, 2, 3].map(|k| plot[(k + side) % 4]);
        let size = extent(&q);
        let length = (size.x - self.rng.range(4.5, 6.5)).clamp(7.0, 13.0);
        let width = self.rng.range(8.0, 10.5).min(size.y - 8.0);
        let mut rect = centred(&q, length, width);
        let back = self.rng.range(4.0, 6.5);
        let front_middle = within(&q, 0.5, 0.0);
        let inward = (within(&q, 0.5, 1.0) - front_middle).normalize();
        rect.centre = front_middle + inward * (back + width * 0.5);
        rect.along = (q[1] - q[0]).normalize();
        let floors = if self.rng.chance(0.6) { 2 } else { 1 + self.rng.below(3) };
        let roof = match self.rng.below(10) {
            0 | 1 => Roof::Flat,
            2..=5 => Roof::Gabled(width * self.rng.range(0.22, 0.3)),
            _ => Roof::Hipped(width * self.rng.range(0.22, 0.3)),
        };
        let mut look = self.windows();
        if let Look::Windows { bay_m, balconies, shutters, .. } = &mut look {
            *bay_m = bay_m.max(2.9);
            *balconies = 0;
            *shutters = self.rng.chance(0.5);
        }
        let faces = vec![Face::Street; 4];
        let outline = rect.corners().to_vec();
        let v = self.volume(Shape { outline, faces: faces.clone(), floors, floor_m: 2.95, roof, look });
        let mut volumes = vec![v];
        if self.rng.chance(0.45) {
            // A lower wing behind.
            let side = if self.rng.chance(0.5) { 0.24 } else { -0.24 };
            let wing = rect.part(length * side, width * 0.5 + 1.9, length * 0.48, 3.9);
            let roof = if self.rng.chance(0.5) { Roof::Flat } else { Roof::Gabled(1.1) };
            let mut w =
                self.volume(Shape { outline: wing.corners().to_vec(), faces, floors: 1, floor_m: 2.8, roof, look });
            (w.wall, w.trim, w.roof_color) = (volumes[0].wall, volumes[0].trim, volumes[0].roof_color);
            if roof == Roof::Flat {
                w.roof_color = hex(0xb1aba0);
            }
            volumes.push(w);
        }
        let floors_sum = floors as u16;
        self.build(volumes, ("house", "dwelling"), (1925, 2021), None, false);
        if let Some(b) = self.out.last_mut() {
            b.feature.floors = floors_sum;
        }
    }

    fn halls(&mut self) {
        let line = inset(&self.block.kerb, PAVEMENT_M + 4.0);
        let size = extent(&line);
        let across = size.y > size.x;
        for k in 0..2 {
            if self.rng.chance(0.1) {
                continue;
            }
            let c = (k as f64 * 0.5 + 0.03, k as f64 * 0.5 + 0.47);
            let plot = if across { part(&line, (0.05, 0.95), c) } else { part(&line, c, (0.05, 0.95)) };
            let span = extent(&plot);
            let mut rect = centred(&plot, span.x * self.rng.range(0.8, 1.0), span.y * self.rng.range(0.8, 1.0));
            if rect.half.x < rect.half.y {
                rect =
                    Rect { centre: rect.centre, along: rect.along.perp(), half: DVec2::new(rect.half.y, rect.half.x) };
            }
            let roof = if self.rng.chance(0.65) { Roof::Gabled(rect.half.y * 0.26) } else { Roof::Flat };
            let outline = rect.corners().to_vec();
            let faces = vec![Face::Street; 4];
            let floor_m = self.rng.range(7.0, 10.5);
            let mut v = self.volume(Shape { outline, faces, floors: 1, floor_m, roof, look: Look::Hall });
            v.wall = hex(self.rng.pick(&[0xc9ccc9, 0xaeb6b8, 0xd6d1c4, 0x9fa8a6, 0x8d9aa0, 0xbfae93]));
            v.roof_color = hex(self.rng.pick(&[0xb9bcba, 0x9ea4a5, 0xcac7bf, 0x8c9494, 0xa9745f]));
            let name = names::firm(&mut self.rng);
            self.build(vec![v], ("hall", "industry"), (1968, 2022), Some(name), false);
        }
    }

    fn church(&mut self) {
        let line = inset(&self.block.kerb, PAVEMENT_M + 12.0);
        let rect = centred(&line, 40.0, 17.0);
        let look = Look::Windows { bay_m: 5.2, width_m: 1.5, height_m: 5.2, shutters: false, balconies: 0 };
        let faces = vec![Face::Street; 4];
        let mut volumes = Vec::new();
        let nave = rect.corners().to_vec();
        let aisle = rect.part(6.0, 0.0, 9.0, 31.0).corners().to_vec();
        for (outline, roof) in [(nave, Roof::Gabled(6.5)), (aisle, Roof::Gabled(2.2))] {
            volumes.push(self.volume(Shape { outline, faces: faces.clone(), floors: 1, floor_m: 13.0, roof, look }));
        }
        for y in [-6.4, 6.4] {
            let bell = Look::Windows { bay_m: 4.0, width_m: 1.3, height_m: 2.6, shutters: false, balconies: 0 };
            let outline = rect.part(-21.0, y, 7.0, 7.0).corners().to_vec();
            let roof = Roof::Hipped(9.0);
            volumes.push(self.volume(Shape {
                outline,
                faces: faces.clone(),
                floors: 5,
                floor_m: 5.4,
                roof,
                look: bell,
            }));
        }
        for v in &mut volumes {
            (v.wall, v.trim, v.roof_color) = (hex(0xefe7d6), hex(0xd3c3a5), hex(0xa85d43));
        }
        let name = Some("Igreja Matriz".to_string());
        self.build(volumes, ("church", "worship"), (1742, 1742), name, false);
        if let Some(b) = self.out.last_mut() {
            b.feature.floors = 1;
        }
    }

    fn kiosk(&mut self) {
        let line = inset(&self.block.kerb, PAVEMENT_M + 8.0);
        let at = within(&line, self.rng.range(0.25, 0.75), self.rng.range(0.3, 0.7));
        let outline: Vec<_> = (0..8).map(|k| at + unit_vector(std::f64::consts::TAU * k as f64 / 8.0) * 4.2).collect();
        let look = Look::Windows { bay_m: 3.0, width_m: 2.0, height_m: 2.0, shutters: false, balconies: 0 };
        let faces = vec![Face::Street; 8];
        let mut v = self.volume(Shape { outline, faces, floors: 1, floor_m: 3.2, roof: Roof::Hipped(1.8), look });
        v.roof_color = blend(v.roof_color, hex(0x5b6f66), 0.7);
        self.build(vec![v], ("kiosk", "leisure"), (1908, 2010), Some("Quiosque do Jardim".into()), false);
    }
}

fn usage(words: &str) -> Usage {
    match words {
        "dwelling" | "dwelling and shops" => Usage::Apartments,
        "offices" => Usage::Offices,
        "hotel" => Usage::Hotel,
        "industry" => Usage::Industry,
        "worship" => Usage::Worship,
        "culture" => Usage::Civic,
        _ => Usage::Unknown,
    }
}

fn chamfered(rect: &Rect, cut: f64) -> Vec<DVec2> {
    let c = rect.corners();
    let mut out = Vec::new();
    for k in 0..4 {
        let to_last = (c[(k + 3) % 4] - c[k]).normalize();
        let to_next = (c[(k + 1) % 4] - c[k]).normalize();
        out.push(c[k] + to_last * cut);
        out.push(c[k] + to_next * cut);
    }
    out
}

fn round(centre: DVec2, radius: f64, sides: usize) -> Vec<DVec2> {
    (0..sides).map(|k| centre + unit_vector(std::f64::consts::TAU * k as f64 / sides as f64) * radius).collect()
}
