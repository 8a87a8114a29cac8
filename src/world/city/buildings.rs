//! What stands on a block, as buildings that every level of detail draws. Made on demand, the same each time. Plan frame
//! metres.

mod high;
mod work;

use super::City;
use super::districts::District;
use super::geom::{area, centroid, contains_convex, extent, inset, longest_side};
use super::graph::Class;
use super::landmarks;
use super::lots::{Lot, Parcel, holds, room};
use super::program::{Program, below_bridge, program_of};
use super::styles::{self, Style};
use crate::bake::det::{Rng, noise, smoothstep};
use crate::bake::feature::Feature;
use crate::bake::mesh::{Rect, Rgb, hex, scale};
use crate::bake::model::Usage;
use crate::world::building::{Building, Face, Ground as GroundFloor, Look, Roof, Volume};
use crate::world::layout::{BRIDGE_M, CORE};
use glam::DVec2;

pub use high::skyline;
pub(super) use high::{chamfered, round};

/// The summit of the second cluster of towers, west of the river.
pub const SECOND_CORE: DVec2 = DVec2::new(-3330.0, -1480.0);

/// What differs between volumes; the rest comes from the style.
pub(super) struct Shape {
    pub outline: Vec<DVec2>,
    pub faces: Vec<Face>,
    pub floors: usize,
    pub floor_m: f64,
    pub roof: Roof,
    pub look: Look,
}

/// What a building is called and for.
pub(super) struct Identity {
    pub kind: &'static str,
    pub usage: &'static str,
    pub years: (i64, i64),
    pub name: Option<String>,
    /// Whether far levels draw it as a part of the block's mass.
    pub merges: bool,
}

pub(super) struct Site<'a> {
    pub city: &'a City,
    pub face: usize,
    pub rng: Rng,
    pub style: Style,
    pub out: Vec<Building>,
    /// House numbers used so far by street, counted in order.
    numbers: Vec<(u32, u32)>,
    last_wall: Rgb,
}

/// All buildings of a block.
pub fn on_block(city: &City, face: usize) -> Vec<Building> {
    let parcel = Parcel::new(&city.graph, &city.surface, face);
    let program = program_of(city, face, parcel.as_ref());
    if program == Program::None {
        return Vec::new();
    }
    let own = &city.graph.faces[face];
    let style = styles::of(own.district, own.quarter as usize);
    let rng = Rng::of(city.seed, 51, face as u64);
    let mut site = Site { city, face, rng, style, out: Vec::new(), numbers: Vec::new(), last_wall: [0.0; 3] };
    if program == Program::Station {
        landmarks::station(&mut site);
        return site.out;
    }
    let Some(parcel) = parcel else { return Vec::new() };
    match program {
        Program::Perimeter => site.perimeter(&parcel),
        Program::Towers => site.towers(&parcel),
        Program::Slabs => site.slabs(&parcel),
        Program::Rows => site.rows(&parcel),
        Program::Houses => site.houses(&parcel),
        Program::Hotels => site.hotels(&parcel),
        Program::Halls => site.halls(&parcel),
        Program::Retail => site.retail(&parcel),
        Program::Farm => site.farm(&parcel),
        other => landmarks::build(&mut site, &parcel, other),
    }
    if below_bridge(city, &own.bounds) {
        let line = city.motorway.line.part(BRIDGE_M.0, BRIDGE_M.1);
        site.out.retain(|b| line.nearest(b.centre()).0 > 42.0);
    }
    site.out
}

impl Site<'_> {
    pub fn district(&self) -> District {
        self.city.graph.faces[self.face].district
    }

    pub fn volume(&mut self, shape: Shape) -> Volume {
        let (low, high) = ground(self.city, &shape.outline);
        let mut wall = self.style.wall(&mut self.rng);
        // No two neighbours alike.
        for _ in 0..4 {
            let differs = (0..3).map(|k| (wall[k] - self.last_wall[k]).abs()).sum::<f32>() > 0.06;
            if differs {
                break;
            }
            wall = self.style.wall(&mut self.rng);
        }
        self.last_wall = wall;
        let pitched = matches!(shape.roof, Roof::Gabled(_) | Roof::Hipped(_));
        Volume {
            outline: shape.outline,
            faces: shape.faces,
            foot_u: low - 0.6,
            floor_u: high.min(low + 2.4) + 0.15,
            floors: shape.floors,
            floor_m: shape.floor_m,
            roof: shape.roof,
            look: shape.look,
            wall,
            trim: self.style.trim(&mut self.rng),
            roof_color: self.style.roof_tone(&mut self.rng, pitched),
            glass: hex(self.rng.pick(&styles::GLASS)),
            ..Volume::default()
        }
    }

    pub fn build(&mut self, volumes: Vec<Volume>, edge: Option<u32>, identity: Identity) {
        let number = self.out.len() + 1;
        let id = format!("bld-{:05}-{number:03}", self.face);
        let name = identity.name.unwrap_or_else(|| self.address(edge));
        let floors = volumes.iter().map(|v| v.floors).max().unwrap_or(0) as u16;
        let feature = Feature {
            id,
            kind: identity.kind.into(),
            name,
            usage: identity.usage.into(),
            height_m: 0.0,
            floors,
            year: self.rng.int(identity.years.0, identity.years.1) as i16,
            ..Feature::default()
        };
        let mut volumes = volumes;
        for v in &mut volumes {
            v.year = feature.year;
            v.usage = usage_of(identity.usage);
            if identity.usage.ends_with("shops") && v.foot_u < v.floor_u {
                v.ground = GroundFloor::Shops;
            } else if identity.kind == "tower" && v.foot_u < v.floor_u {
                v.ground = GroundFloor::Lobby;
            }
        }
        let seed = self.rng.next_u64();
        let mut building = Building { feature, volumes, seed, block: Some(self.face), merges: identity.merges };
        let floor_u = building.volumes[0].floor_u;
        building.feature.height_m = ((building.top_u() - floor_u) * 10.0).round() as f32 / 10.0;
        self.out.push(building);
    }

    fn address(&mut self, edge: Option<u32>) -> String {
        let sides = &self.city.graph.faces[self.face].sides;
        let fallback = sides.iter().find(|s| self.city.graph.edges[s.0 as usize].class.is_street()).map(|s| s.0);
        let Some(edge) = edge.filter(|&e| self.city.graph.edges[e as usize].class.is_street()).or(fallback) else {
            return self.city.quarter_name(self.face).to_string();
        };
        let place = self.numbers.iter().position(|n| n.0 == edge).unwrap_or_else(|| {
            // Even numbers on the left of the street, odd ones on the right; the edge's number keeps blocks apart.
            let forward = sides.iter().any(|s| s.0 == edge && s.1);
            self.numbers.push((edge, (edge % 40) * 6 + u32::from(!forward)));
            self.numbers.len() - 1
        });
        self.numbers[place].1 += 2;
        format!("{} {}", self.city.graph.name_of(edge as usize), self.numbers[place].1)
    }

    /// House beside house along the streets, a court in the middle.
    fn perimeter(&mut self, parcel: &Parcel) {
        let district = self.district();
        let (depths, widths): (&[f64], (f64, f64)) = match district {
            District::OldTown => (&[10.0, 8.5, 7.0, 5.5], (5.6, 9.5)),
            District::Village => (&[9.0, 7.5, 6.0], (7.5, 13.0)),
            District::Grid => (&[13.5, 12.0, 10.5, 9.0, 7.5], (11.5, 17.0)),
            _ => (&[13.0, 11.5, 10.0, 8.5], (13.0, 20.0)),
        };
        let scatter = self.rng.range(0.95, 1.05);
        let lots = depths.iter().find_map(|d| parcel.ring(&mut self.rng, 0.05, d * scatter, widths));
        let Some(lots) = lots else { return self.single(parcel) };
        let (low, high) = self.style.floors;
        let usual = self.rng.int(low, high) + self.towards_core(parcel);
        let gaps = match district {
            District::Village => 0.30,
            District::OldTown => 0.03,
            District::Grid => 0.025,
            _ => 0.07,
        };
        let open_side =
            if district == District::Blocks && self.rng.chance(0.3) { self.rng.below(4) } else { usize::MAX };
        for lot in &lots {
            let skipped = !lot.corner && (self.rng.chance(gaps) || lot.side == open_side && self.rng.chance(0.7));
            if skipped || !self.is_buildable(&lot.outline) {
                continue;
            }
            self.town_house(lot, usual);
        }
        self.courts(parcel, &lots, district);
    }

    /// Buildings stand higher along great streets and near the core.
    fn towards_core(&self, parcel: &Parcel) -> i64 {
        let middle = centroid(&parcel.line);
        let near = (middle - CORE).length().min((middle - SECOND_CORE).length() * 1.5);
        if matches!(self.district(), District::OldTown | District::Village) {
            return 0;
        }
        (2.4 * smoothstep(2300.0, 700.0, near) + 1.2 * noise(self.city.seed ^ 511, middle / 420.0)) as i64
    }

    fn town_house(&mut self, lot: &Lot, usual: i64) {
        let district = self.district();
        let class = self.city.graph.edges[lot.edge as usize].class;
        let great = matches!(class, Class::Boulevard | Class::Arterial) && district != District::OldTown;
        let floors =
            (usual + self.rng.int(-1, 1) + i64::from(great) + i64::from(lot.corner && district == District::Grid))
                .clamp(if district == District::Village { 1 } else { 2 }, 13) as usize;
        let shop = matches!(class, Class::Boulevard | Class::Arterial | Class::Collector | Class::Pedestrian)
            || self.rng.chance(match district {
                District::OldTown => 0.45,
                District::Grid => 0.5,
                District::Village => 0.1,
                _ => 0.25,
            });
        let look = self.style.look(&mut self.rng);
        let floor_m = self.rng.range(self.style.floor_m.0, self.style.floor_m.1);
        let (outline, faces, roof) = if lot.corner {
            let cut = if district == District::Grid || self.rng.chance(0.25) { self.rng.range(2.6, 4.6) } else { 0.0 };
            let o = &lot.outline;
            let roof = if self.rng.chance(self.style.pitched * 0.8) {
                Roof::Hipped(self.rng.range(2.2, 3.4))
            } else {
                Roof::Flat
            };
            if cut > 0.0 && (o[0] - o[1]).length() > cut * 1.6 && (o[2] - o[1]).length() > cut * 1.6 {
                let (a, b) = ((o[0] - o[1]).normalize() * cut + o[1], (o[2] - o[1]).normalize() * cut + o[1]);
                let faces = vec![Face::Street, Face::Street, Face::Street, Face::Blank, Face::Blank];
                (vec![o[0], a, b, o[2], o[3]], faces, roof)
            } else {
                (o.clone(), vec![Face::Street, Face::Street, Face::Blank, Face::Blank], roof)
            }
        } else {
            let span = (lot.outline[3] - lot.outline[0]).length();
            let mut outline = lot.outline.clone();
            // Backs of houses do not line up.
            let back = self.rng.range(0.0, 0.18);
            outline[2] = outline[2].lerp(outline[1], back);
            outline[3] = outline[3].lerp(outline[0], back);
            let roof = self.style.roof(&mut self.rng, span, true);
            (outline, vec![Face::Street, Face::Blank, Face::Court, Face::Blank], roof)
        };
        let volume = self.volume(Shape { outline, faces, floors, floor_m, roof, look });
        let usage = match (look, shop) {
            (Look::Bands, _) => "offices",
            (_, true) => "dwelling and shops",
            _ => "dwelling",
        };
        let kind = if district == District::Village { "house" } else { "building" };
        let years = self.style.years;
        self.build(vec![volume], Some(lot.edge), Identity { kind, usage, years, name: None, merges: true });
    }

    /// Low workshops in courts of old blocks, a slab in courts that are too large.
    fn courts(&mut self, parcel: &Parcel, lots: &[Lot], district: District) {
        let reach = lots.iter().map(|l| l.outline[0].distance(l.outline[l.outline.len() - 1])).fold(0.0, f64::max);
        let Some(court) = inset(&parcel.line, |_| reach + 3.5) else { return };
        let wide = area(&court);
        if district == District::Grid && wide > 500.0 && self.rng.chance(0.4) {
            if let Some(rect) = room(&court, 2.5).filter(|r| r.half.min_element() > 4.0) {
                let part = Rect { half: rect.half * DVec2::new(self.rng.range(0.35, 0.6), 0.55), ..rect };
                self.plain(&part, 1, 4.2, "workshop", "workshops");
            }
        } else if wide > 3600.0
            && matches!(district, District::Blocks | District::Grid)
            && let Some(rect) = room(&court, 7.0).filter(|r| r.half.x > 14.0 && r.half.y > 6.5)
        {
            let half = DVec2::new(rect.half.x, rect.half.y.min(6.5));
            let floors = self.rng.int(4, 6) as usize;
            self.slab(&Rect { half, ..rect }, floors, "dwelling");
        }
    }

    /// One building on land that is too small for a ring.
    fn single(&mut self, parcel: &Parcel) {
        let Some(rect) = room(&parcel.line, 0.4) else { return };
        let (low, high) = self.style.floors;
        let floors = self.rng.int(low, high).max(1) as usize;
        let wide = rect.half.x * 2.0;
        let count = (wide / 14.0).round().max(1.0) as usize;
        let length = wide / count as f64;
        for k in 0..count {
            let part = rect.part((k as f64 + 0.5) * length - rect.half.x, 0.0, length, rect.half.y * 2.0);
            let look = self.style.look(&mut self.rng);
            let roof = self.style.roof(&mut self.rng, rect.half.y * 2.0, true);
            let ends = (k == 0, k + 1 == count);
            let faces = vec![
                Face::Street,
                if ends.1 { Face::Street } else { Face::Blank },
                Face::Street,
                if ends.0 { Face::Street } else { Face::Blank },
            ];
            let floor_m = self.style.floor_m.0;
            let v = self.volume(Shape { outline: part.corners().to_vec(), faces, floors, floor_m, roof, look });
            let years = self.style.years;
            let identity = Identity { kind: "building", usage: "dwelling and shops", years, name: None, merges: true };
            self.build(vec![v], None, identity);
        }
    }

    /// A box with a flat roof.
    pub fn plain(&mut self, rect: &Rect, floors: usize, floor_m: f64, kind: &'static str, usage: &'static str) {
        let look = self.style.look(&mut self.rng);
        let shape = Shape {
            outline: rect.corners().to_vec(),
            faces: vec![Face::Street; 4],
            floors,
            floor_m,
            roof: Roof::Flat,
            look,
        };
        let v = self.volume(shape);
        let years = self.style.years;
        self.build(vec![v], None, Identity { kind, usage, years, name: None, merges: false });
    }

    pub fn is_buildable(&self, outline: &[DVec2]) -> bool {
        let (low, high) = ground(self.city, outline);
        low > 1.2 && high - low < 7.0 && area(outline) > 18.0
    }

    fn slab(&mut self, rect: &Rect, floors: usize, usage: &'static str) {
        let look = Look::Windows {
            bay_m: self.rng.range(3.2, 4.2),
            width_m: self.rng.range(1.8, 2.5),
            height_m: self.rng.range(1.4, 2.1),
            shutters: false,
            balconies: if self.rng.chance(0.75) { 1 + self.rng.below(2) as u8 } else { 0 },
        };
        let look = if usage == "offices" { Look::Bands } else { look };
        let faces = vec![Face::Street, Face::Blank, Face::Street, Face::Blank];
        let floor_m = if usage == "dwelling" { 2.9 } else { 3.5 };
        let shape = Shape { outline: rect.corners().to_vec(), faces, floors, floor_m, roof: Roof::Flat, look };
        let v = self.volume(shape);
        let years = self.style.years;
        self.build(vec![v], None, Identity { kind: "building", usage, years, name: None, merges: false });
    }

    /// Free-standing slabs in lines or turned to each other, and a point house here and there.
    fn slabs(&mut self, parcel: &Parcel) {
        let Some(land) = inset(&parcel.line, |_| 7.0) else { return self.single(parcel) };
        let along = longest_side(&land);
        let turned = self.rng.chance(0.35);
        let axis = if turned { along.perp() } else { along };
        let (low, high) = extent(&land, axis);
        let usual = self.rng.int(self.style.floors.0, self.style.floors.1);
        let (length, gap) = (self.rng.range(42.0, 66.0), self.rng.range(30.0, 40.0));
        let width = self.rng.range(11.5, 13.5);
        let mut y = low.y + width * 0.5 + 1.0;
        let mut row = 0;
        while y < high.y - width * 0.5 {
            let mut x = low.x + 3.0 + if row % 2 == 1 { self.rng.range(0.0, 14.0) } else { 0.0 };
            while x < high.x - 16.0 {
                let long = (length * self.rng.range(0.75, 1.1)).min(high.x - x);
                let point = self.rng.chance(0.12);
                let (long, wide) = if point { (20.0, 20.0) } else { (long, width) };
                let centre = axis * (x + long * 0.5) + axis.perp() * y;
                let mut rect = Rect::new(centre, axis, long, wide);
                if !point && self.rng.chance(0.16) {
                    rect = Rect::new(centre, axis.perp(), long.min(gap + width), width);
                }
                let free = self.out.iter().all(|b| (b.centre() - rect.centre).length() > 24.0);
                if holds(&land, &rect) && self.is_buildable(&rect.corners()) && free {
                    let floors = if point { usual + self.rng.int(4, 8) } else { usual + self.rng.int(-1, 1) };
                    self.slab(&rect, floors.max(3) as usize, "dwelling");
                }
                x += long + self.rng.range(12.0, 22.0);
            }
            y += width + gap;
            row += 1;
        }
        if self.out.is_empty() {
            self.single(parcel);
        }
    }

    /// Rows of narrow houses with small front gardens; each group has one builder.
    fn rows(&mut self, parcel: &Parcel) {
        let setback = self.rng.range(2.0, 3.4);
        let depth = self.rng.range(8.6, 10.4);
        let lots = [depth, 8.0, 6.8].iter().find_map(|d| parcel.ring(&mut self.rng, setback, *d, (4.8, 6.1)));
        let Some(lots) = lots else { return self.single(parcel) };
        let mut left = 0;
        let mut builder: Option<(Volume, f64)> = None;
        let mut side = usize::MAX;
        for lot in lots.iter().filter(|l| !l.corner) {
            if left == 0 || lot.side != side {
                left = self.rng.int(5, 12);
                builder = None;
                side = lot.side;
                // A gap between two groups, for a path to the gardens.
                if lot.index > 1 {
                    continue;
                }
            }
            left -= 1;
            if !self.is_buildable(&lot.outline) {
                left = 0;
                continue;
            }
            let (floors, floor_m, roof, look) = match &builder {
                Some((v, _)) => (v.floors, v.floor_m, v.roof, v.look),
                None => {
                    let floors = self.rng.int(self.style.floors.0, self.style.floors.1) as usize;
                    let span = (lot.outline[3] - lot.outline[0]).length();
                    (
                        floors,
                        self.rng.range(2.7, 2.95),
                        self.style.roof(&mut self.rng, span, true),
                        self.style.look(&mut self.rng),
                    )
                }
            };
            let roof = if let Roof::Hipped(rise) = roof { Roof::Gabled(rise) } else { roof };
            let end = left == 0 || lot.at_end;
            let faces = vec![Face::Street, if end { Face::Court } else { Face::Blank }, Face::Court, Face::Blank];
            let mut v = self.volume(Shape { outline: lot.outline.clone(), faces, floors, floor_m, roof, look });
            if let Some((first, tint)) = &mut builder {
                // One builder, but doors and plaster were changed since.
                *tint = self.rng.range(0.92, 1.06);
                v.roof_color = scale(first.roof_color, self.rng.range(0.94, 1.06) as f32);
                if self.rng.chance(0.6) {
                    v.wall = scale(first.wall, *tint as f32);
                }
            } else {
                builder = Some((v.clone(), 1.0));
            }
            let years = self.style.years;
            let identity = Identity { kind: "house", usage: "dwelling", years, name: None, merges: true };
            self.build(vec![v], Some(lot.edge), identity);
        }
    }

    /// Free-standing houses, each in its garden.
    fn houses(&mut self, parcel: &Parcel) {
        let villas = self.district() == District::Villas;
        let narrow = parcel.size().min_element();
        let depth = if villas { narrow * 0.44 } else { narrow * 0.46 }.clamp(13.0, if villas { 38.0 } else { 28.0 });
        let widths = if villas { (21.0, 30.0) } else { (12.2, 16.8) };
        let lots = [1.0, 0.85, 0.7, 0.55, 0.42].iter().find_map(|k| parcel.ring(&mut self.rng, 0.1, depth * k, widths));
        let Some(lots) = lots else { return self.single(parcel) };
        for lot in &lots {
            if self.rng.chance(if villas { 0.08 } else { 0.04 }) || area(&lot.outline) < 110.0 {
                continue;
            }
            self.house(lot, villas);
        }
    }

    fn house(&mut self, lot: &Lot, villa: bool) {
        let o = &lot.outline;
        let (front, back) = if lot.corner {
            ((o[0] + o[1]) * 0.5, o[3].lerp(o[2], 0.5))
        } else {
            ((o[0] + o[1]) * 0.5, (o[2] + o[3]) * 0.5)
        };
        let along = (o[1] - o[0]).normalize_or(DVec2::X);
        let inward = along.perp();
        let deep = (back - front).dot(inward).abs().max(8.0);
        let wide =
            if lot.corner { (o[1] - o[0]).length() } else { ((o[1] - o[0]).length() + (o[2] - o[3]).length()) * 0.5 };
        let length = (wide - self.rng.range(3.6, 6.0)).clamp(6.5, if villa { 17.0 } else { 12.5 });
        let width = self.rng.range(7.6, if villa { 12.5 } else { 10.0 }).min(deep * 0.55).max(6.0);
        let set = self.rng.range(3.0, if villa { 9.0 } else { 6.0 }).min((deep - width) * 0.5).max(1.5);
        let centre = front + inward * (set + width * 0.5) + along * self.rng.range(-0.06, 0.06) * wide;
        let mut rect = Rect::new(centre, along, length, width);
        for shrink in [1.0, 0.85, 0.7] {
            rect = Rect::new(centre, along, length * shrink, width * shrink);
            if rect.corners().iter().all(|&p| contains_convex(o, p)) {
                break;
            }
        }
        let corners = rect.corners();
        if !corners.iter().all(|&p| contains_convex(o, p)) || !self.is_buildable(&corners) {
            return;
        }
        let floors = self.rng.int(self.style.floors.0, self.style.floors.1) as usize;
        let roof = self.style.roof(&mut self.rng, rect.half.y * 2.0, false);
        let mut look = self.style.look(&mut self.rng);
        if let Look::Windows { bay_m, balconies, .. } = &mut look {
            *bay_m = bay_m.max(2.9);
            *balconies = 0;
        }
        let floor_m = self.rng.range(self.style.floor_m.0, self.style.floor_m.1);
        let faces = vec![Face::Street; 4];
        let v = self.volume(Shape { outline: corners.to_vec(), faces: faces.clone(), floors, floor_m, roof, look });
        let mut volumes = vec![v];
        if self.rng.chance(if villa { 0.7 } else { 0.4 }) {
            // A lower wing, behind or beside.
            let side = if self.rng.chance(0.5) { 0.26 } else { -0.26 };
            let (l, w) = (rect.half.x * 2.0, rect.half.y * 2.0);
            let wing = rect.part(l * side, w * 0.5 + 1.9, l * 0.46, 3.9);
            if wing.corners().iter().all(|&p| contains_convex(o, p)) {
                let flat = self.rng.chance(0.5);
                let roof = if flat { Roof::Flat } else { Roof::Gabled(1.2) };
                let outline = wing.corners().to_vec();
                let mut part = self.volume(Shape { outline, faces, floors: 1, floor_m: 2.8, roof, look });
                (part.wall, part.trim) = (volumes[0].wall, volumes[0].trim);
                if !flat {
                    part.roof_color = volumes[0].roof_color;
                }
                volumes.push(part);
            }
        }
        let years = self.style.years;
        let kind = if villa { "villa" } else { "house" };
        self.build(volumes, Some(lot.edge), Identity { kind, usage: "dwelling", years, name: None, merges: false });
    }
}

/// The lowest and highest ground below an outline.
pub fn ground(city: &City, outline: &[DVec2]) -> (f64, f64) {
    outline.iter().map(|&p| city.terrain.height(p)).fold((f64::MAX, f64::MIN), |(lo, hi), h| (lo.min(h), hi.max(h)))
}

/// What the drawing makes of a use in words.
fn usage_of(words: &str) -> Usage {
    match words {
        "dwelling" | "dwelling and shops" => Usage::Apartments,
        "offices" => Usage::Offices,
        "hotel" => Usage::Hotel,
        "industry" | "workshops" => Usage::Industry,
        "shop" => Usage::Retail,
        "worship" => Usage::Worship,
        "education" | "school" => Usage::Education,
        "health" => Usage::Health,
        "culture" => Usage::Civic,
        _ => Usage::Unknown,
    }
}
