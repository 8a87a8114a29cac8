//! Buildings of a kind of their own: churches, schools, hospital, station, stadium, castle, pavilions. Plan frame metres.

use super::arterials::{RAILWAY, STATION_LENGTH_M};
use super::buildings::{Identity, Shape, Site, chamfered, round};
use super::geom::inset;
use super::lots::{Parcel, holds, room};
use super::program::Program;
use super::terrain::SKI_PLACE;
use crate::bake::det::unit_vector;
use crate::bake::mesh::{Rect, hex, scale};
use crate::world::building::{Face, Look, Roof, Volume};
use glam::DVec2;

const ARCHED: Look = Look::Windows { bay_m: 5.2, width_m: 1.6, height_m: 4.4, shutters: false, balconies: 0 };
const TALL: Look = Look::Windows { bay_m: 3.6, width_m: 1.7, height_m: 2.6, shutters: false, balconies: 0 };

pub(super) fn build(site: &mut Site, parcel: &Parcel, program: Program) {
    match program {
        Program::Church => church(site, parcel, 1.0),
        Program::Cathedral => church(site, parcel, 1.5),
        Program::School => school(site, parcel),
        Program::Hospital => wings(site, parcel, "hospital", (6, 9)),
        Program::Campus => wings(site, parcel, "education", (3, 6)),
        Program::Stadium => stadium(site, parcel),
        Program::Castle => castle(site, parcel),
        Program::TownHall => palace(site, parcel, "town hall", "Camara Municipal", 3, true),
        Program::Museum => palace(site, parcel, "museum", "Museu da Cidade", 2, false),
        Program::Market => market(site, parcel),
        Program::Cemetery => chapel(site, parcel),
        Program::Park | Program::Square => pavilion(site, parcel),
        Program::Beach => beach(site, parcel),
        _ => {}
    }
}

fn volume(site: &mut Site, rect: &Rect, floors: usize, floor_m: f64, roof: Roof, look: Look) -> Volume {
    let faces = vec![Face::Street; 4];
    site.volume(Shape { outline: rect.corners().to_vec(), faces, floors, floor_m, roof, look })
}

fn named(kind: &'static str, usage: &'static str, years: (i64, i64), name: &str) -> Identity {
    Identity { kind, usage, years, name: Some(name.to_string()), merges: false }
}

fn church(site: &mut Site, parcel: &Parcel, size: f64) {
    let Some(plot) = room(&parcel.line, 3.0) else { return };
    let length = (36.0 * size).min(plot.half.x * 1.7);
    let width = (14.0 * size).min(plot.half.y * 1.1);
    if length < 14.0 || width < 7.0 {
        return;
    }
    let rect = Rect::new(plot.centre, plot.along, length, width);
    let high = 11.0 * size.min(1.25);
    let mut volumes = vec![
        volume(site, &rect, 1, high, Roof::Gabled(width * 0.4), ARCHED),
        volume(
            site,
            &rect.part(length * 0.16, 0.0, width * 0.62, width * 1.7),
            1,
            high * 0.9,
            Roof::Gabled(2.4),
            ARCHED,
        ),
    ];
    let tower = width * 0.42;
    let sides: &[f64] = if size > 1.2 { &[-1.0, 1.0] } else { &[0.0] };
    for side in sides {
        let part = rect.part(-length * 0.5 - tower * 0.2, side * (width - tower) * 0.5, tower, tower);
        let floors = if size > 1.2 { 7 } else { 5 };
        volumes.push(volume(site, &part, floors, 4.6, Roof::Hipped(tower * 1.3), TALL));
    }
    let roof = hex(0xa4573c);
    for v in &mut volumes {
        (v.wall, v.trim, v.roof_color) = (hex(0xefe7d6), hex(0xd3c3a5), roof);
    }
    let saint = site.rng.pick(&[
        "Santa Clara",
        "Sao Pedro",
        "Sao Roque",
        "Santo Amaro",
        "Santa Marta",
        "Sao Joao",
        "Sao Bento",
    ]);
    let name = if size > 1.2 { "Se Catedral".to_string() } else { format!("Igreja de {saint}") };
    site.build(volumes, None, named("church", "worship", (1560, 1890), &name));
}

fn school(site: &mut Site, parcel: &Parcel) {
    let Some(plot) = room(&parcel.line, 5.0) else { return };
    let h = plot.half;
    let main = plot.part(0.0, -h.y + 7.0, h.x * 1.7, 12.0);
    let wing = plot.part(-h.x * 0.85 + 6.0, -h.y + 13.0 + h.y * 0.55, 12.0, h.y * 1.1);
    let hall = plot.part(h.x * 0.62, h.y * 0.45, (h.x * 0.55).min(32.0), (h.y * 0.6).min(20.0));
    let floors = site.rng.int(2, 4) as usize;
    let pitched = site.rng.chance(0.4);
    let roof = if pitched { Roof::Hipped(3.0) } else { Roof::Flat };
    let mut volumes =
        vec![volume(site, &main, floors, 3.6, roof, TALL), volume(site, &wing, floors - 1, 3.6, roof, TALL)];
    volumes[1].wall = volumes[0].wall;
    volumes[1].roof_color = volumes[0].roof_color;
    if hall.half.y > 6.0 {
        volumes.push(volume(site, &hall, 1, 8.0, Roof::Flat, Look::Bands));
    }
    let quarter = site.city.quarter_name(site.face);
    site.build(volumes, None, named("school", "education", (1930, 2015), &format!("Escola de {quarter}")));
}

/// Long wings on both sides of a spine: hospitals and institutes.
fn wings(site: &mut Site, parcel: &Parcel, usage: &'static str, floors: (i64, i64)) {
    let Some(plot) = room(&parcel.line, 8.0) else { return };
    let h = plot.half;
    let name = match site.city.graph.faces[site.face].name {
        "" => format!("Instituto {}", site.face % 90 + 1),
        name => name.to_string(),
    };
    let mut volumes = Vec::new();
    let spine = plot.part(0.0, 0.0, h.x * 1.8, 15.0);
    volumes.push(volume(site, &spine, 3, 4.0, Roof::Flat, Look::Bands));
    let count = ((h.x * 1.8) / 42.0).floor().max(1.0) as usize;
    for k in 0..count {
        let x = ((k as f64 + 0.5) / count as f64 - 0.5) * h.x * 1.7;
        for side in [-1.0, 1.0] {
            let length = (h.y - 9.0) * site.rng.range(0.6, 0.95);
            if length < 14.0 || site.rng.chance(0.18) {
                continue;
            }
            let part = plot.part(x, side * (8.5 + length * 0.5), 15.0, length);
            let part = Rect::new(part.centre, plot.along.perp(), length, 15.0);
            let high = site.rng.int(floors.0, floors.1) as usize;
            let look = site.style.look(&mut site.rng);
            volumes.push(volume(site, &part, high, 3.7, Roof::Flat, look));
        }
    }
    let kind = if usage == "hospital" { "hospital" } else { "institute" };
    let (wall, trim) = (volumes[0].wall, volumes[0].trim);
    for v in &mut volumes {
        (v.wall, v.trim) = (wall, trim);
    }
    site.build(volumes, None, named(kind, usage, (1962, 2016), &name));
}

fn stadium(site: &mut Site, parcel: &Parcel) {
    let Some(plot) = room(&parcel.line, 4.0) else { return };
    // A ring of stands around the pitch, each a convex piece.
    let (a, b) = (118.0_f64.min(plot.half.x - 2.0), 96.0_f64.min(plot.half.y - 2.0));
    if a < 70.0 || b < 55.0 {
        return;
    }
    let ring = |k: usize, x: f64, y: f64| {
        let d = unit_vector(std::f64::consts::TAU * (k % 28) as f64 / 28.0);
        plot.at(d.x * x, d.y * y)
    };
    let mut volumes = Vec::new();
    for k in 0..28 {
        let outline =
            vec![ring(k, a, b), ring(k + 1, a, b), ring(k + 1, a - 38.0, b - 38.0), ring(k, a - 38.0, b - 38.0)];
        let faces = vec![Face::Street, Face::Blank, Face::Court, Face::Blank];
        let mut v = site.volume(Shape {
            outline,
            faces,
            floors: 4,
            floor_m: 6.0,
            roof: Roof::Flat,
            look: Look::Curtain { bay_m: 3.0, fins: true },
        });
        (v.wall, v.trim, v.roof_color) = (hex(0xdfe2e2), hex(0xb8bdbf), hex(0xe6e8e6));
        volumes.push(v);
    }
    let low = volumes.iter().map(|v| v.floor_u).fold(f64::MIN, f64::max);
    for v in &mut volumes {
        v.floor_u = low;
    }
    let name = site.city.graph.faces[site.face].name;
    site.build(volumes, None, named("stadium", "sport", (1956, 2003), name));
}

fn castle(site: &mut Site, parcel: &Parcel) {
    let Some(plot) = room(&parcel.line, 2.0) else { return };
    let h = plot.half * 0.8;
    let stone = hex(0xb9a88a);
    let mut volumes = Vec::new();
    for (x, y) in [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)] {
        let part = plot.part(h.x * x, h.y * y, 11.0, 11.0);
        volumes.push(volume(site, &part, 4, 4.6, Roof::Flat, TALL));
    }
    for (x, y, length, width) in [
        (0.0, -h.y, h.x * 2.0 - 11.0, 4.0),
        (0.0, h.y, h.x * 2.0 - 11.0, 4.0),
        (-h.x, 0.0, 4.0, h.y * 2.0 - 11.0),
        (h.x, 0.0, 4.0, h.y * 2.0 - 11.0),
    ] {
        let mut v = volume(site, &plot.part(x, y, length, width), 1, 9.0, Roof::Flat, TALL);
        v.faces = vec![Face::Blank; 4];
        volumes.push(v);
    }
    let keep = plot.part(0.0, 0.0, 19.0, 15.0);
    volumes.push(volume(site, &keep, 5, 5.2, Roof::Flat, TALL));
    for v in &mut volumes {
        (v.wall, v.trim, v.roof_color) = (stone, scale(stone, 0.85), scale(stone, 0.9));
    }
    site.build(volumes, None, named("castle", "culture", (1180, 1240), "Castelo de Sao Miguel"));
}

fn palace(site: &mut Site, parcel: &Parcel, kind: &'static str, name: &str, floors: usize, tower: bool) {
    let Some(land) = inset(&parcel.line, |_| 4.0) else { return };
    let Some(plot) = room(&land, 1.0) else { return };
    let rect = Rect { half: plot.half.min(DVec2::new(44.0, 19.0)), ..plot };
    let mut volumes = vec![volume(site, &rect, floors, 5.0, Roof::Hipped(4.2), TALL)];
    volumes.push(volume(
        site,
        &rect.part(0.0, 0.0, rect.half.x * 0.5, rect.half.y * 2.16),
        floors,
        5.9,
        Roof::Hipped(3.4),
        TALL,
    ));
    if tower {
        let part = rect.part(0.0, -rect.half.y + 5.0, 8.0, 8.0);
        volumes.push(volume(site, &part, 8, 5.0, Roof::Hipped(9.0), TALL));
    }
    for v in &mut volumes {
        (v.wall, v.trim, v.roof_color) = (hex(0xe9ddc4), hex(0xcbb68f), hex(0x8e5440));
    }
    site.build(volumes, None, named(kind, "public", (1840, 1905), name));
}

fn market(site: &mut Site, parcel: &Parcel) {
    let Some(land) = inset(&parcel.line, |_| 5.0) else { return };
    let Some(plot) = room(&land, 1.0) else { return };
    let half = plot.half.min(DVec2::new(48.0, 24.0));
    let mut volumes = Vec::new();
    for k in 0..3 {
        let width = half.y * 2.0 / 3.0;
        let part = plot.part(0.0, (f64::from(k) - 1.0) * width, half.x * 2.0, width);
        let mut v = volume(site, &part, 1, 8.5, Roof::Gabled(width * 0.24), Look::Bands);
        (v.wall, v.roof_color) = (hex(0xd8c6a2), hex(0x7c8a86));
        volumes.push(v);
    }
    let quarter = site.city.quarter_name(site.face);
    site.build(volumes, None, named("market", "shop", (1872, 1912), &format!("Mercado de {quarter}")));
}

fn chapel(site: &mut Site, parcel: &Parcel) {
    let Some(plot) = room(&parcel.line, 8.0) else { return };
    let rect = Rect::new(plot.centre, plot.along, 17.0, 9.0);
    let mut v = volume(site, &rect, 1, 6.5, Roof::Gabled(4.0), ARCHED);
    (v.wall, v.roof_color) = (hex(0xf2ecdf), hex(0x9a5640));
    let name = site.city.graph.faces[site.face].name;
    site.build(vec![v], None, named("chapel", "worship", (1835, 1890), &format!("Capela do {name}")));
}

fn pavilion(site: &mut Site, parcel: &Parcel) {
    let Some(plot) = room(&parcel.line, 5.0) else { return };
    let large = parcel.area() > 40_000.0;
    let at = plot.at(plot.half.x * site.rng.range(-0.45, 0.45), plot.half.y * site.rng.range(0.25, 0.6));
    if large {
        let rect = Rect::new(at, plot.along, 22.0, 11.0);
        if holds(&parcel.line, &rect) {
            let mut v = volume(site, &rect, 1, 4.6, Roof::Hipped(2.4), Look::Bands);
            v.roof_color = hex(0x5f7268);
            site.build(vec![v], None, named("pavilion", "leisure", (1890, 2015), "Pavilhao do Parque"));
        }
        return;
    }
    let outline = round(at, 4.2, 8);
    let mut v = site.volume(Shape {
        outline,
        faces: vec![Face::Street; 8],
        floors: 1,
        floor_m: 3.2,
        roof: Roof::Hipped(1.8),
        look: Look::Windows { bay_m: 3.0, width_m: 2.0, height_m: 2.0, shutters: false, balconies: 0 },
    });
    v.roof_color = hex(0x5f7268);
    site.build(vec![v], None, named("kiosk", "leisure", (1908, 2010), "Quiosque"));
}

/// Cafés and bathing huts behind the beach.
fn beach(site: &mut Site, parcel: &Parcel) {
    let line = &parcel.line;
    for k in 0..line.len() {
        let (a, b) = (line[k], line[(k + 1) % line.len()]);
        let length = (b - a).length();
        if length < 50.0 || !site.rng.chance(0.35) {
            continue;
        }
        let along = (b - a).normalize();
        let rect = Rect::new(a.lerp(b, 0.5) + along.perp() * 8.5, along, 15.0, 9.0);
        if holds(line, &rect) && site.is_buildable(&rect.corners()) && site.out.len() < 14 {
            let mut v = volume(site, &rect, 1, 3.8, Roof::Flat, Look::Bands);
            (v.wall, v.roof_color) = (hex(0xe9e4d8), hex(0xc9b48f));
            site.build(vec![v], None, named("pavilion", "cafe", (1975, 2020), "Esplanada"));
        }
    }
}

/// The railway's terminus: a hall over the platforms and the house in front of it.
pub(super) fn station(site: &mut Site) {
    let end = DVec2::new(RAILWAY[6].0, RAILWAY[6].1);
    let along = (DVec2::new(RAILWAY[5].0, RAILWAY[5].1) - end).normalize();
    let hall = Rect::new(end + along * (26.0 + STATION_LENGTH_M * 0.22), along, STATION_LENGTH_M * 0.44, 62.0);
    let front = Rect::new(end + along * 15.0, along, 21.0, 78.0);
    let mut volumes = vec![
        volume(site, &front, 3, 5.4, Roof::Hipped(4.5), TALL),
        volume(site, &hall, 1, 10.0, Roof::Gabled(9.0), Look::Curtain { bay_m: 4.0, fins: true }),
    ];
    (volumes[0].wall, volumes[0].roof_color) = (hex(0xe6d8bb), hex(0x8b5442));
    (volumes[1].wall, volumes[1].roof_color) = (hex(0x9aa3a3), hex(0x8fa0a4));
    for x in [-1.0, 1.0] {
        let part = Rect::new(end + along * 15.0 + along.perp() * (33.0 * x), along, 11.0, 11.0);
        let outline = chamfered(&part, 1.2);
        let faces = vec![Face::Street; 8];
        let mut v = site.volume(Shape { outline, faces, floors: 5, floor_m: 5.0, roof: Roof::Hipped(5.0), look: TALL });
        (v.wall, v.roof_color) = (hex(0xe6d8bb), hex(0x8b5442));
        volumes.push(v);
    }
    site.build(volumes, None, named("station", "transport", (1891, 1891), "Estacao do Oriente"));
}

/// The stations of the ski lift: foot and head.
pub fn lift_stations() -> [DVec2; 2] {
    [SKI_PLACE.0 + DVec2::new(-70.0, 90.0), crate::world::layout::PISTE[0] + DVec2::new(40.0, -20.0)]
}
