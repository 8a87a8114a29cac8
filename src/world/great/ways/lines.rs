//! Lines of masts and what stands alone: power lines, the ski lift with its slope, cell sites, the wind farm, the water tower,
//! entrances of the underground.

use std::sync::Arc;

use glam::{DAffine3, DVec2, DVec3};

use super::{Land, PISTE_HALF_M, cut, drawing, extent};
use crate::bake::feature::Feature;
use crate::bake::mesh::{Matter, Mesh, Surface, hex};
use crate::world::city::City;
use crate::world::city::geom::{Bounds, Line, to_rim};
use crate::world::city::landmarks::lift_stations;
use crate::world::city::lines as plan;
use crate::world::city::terrain::SKI_PLACE;
use crate::world::layout::{KERB_M, WORLD_HALF_M};
use crate::world::sites::pen::{Pen, placed};
use crate::world::sites::power::{self, Kind};
use crate::world::sites::{Builder, Fixture, numbered, places};

/// A pylon that the line bends at by more than this sine takes the pull.
const BEND: f64 = 0.06;
/// From the first turbine to the last, on the ridge in the west.
const WIND_FARM: (DVec2, DVec2, usize) = (DVec2::new(-7040.0, 4990.0), DVec2::new(-6080.0, 3210.0), 7);
/// Where the water tower may stand; the first free place is taken.
const WATER_TOWER: DVec2 = DVec2::new(1500.0, 2500.0);
const SNOW_GUNS_M: f64 = 115.0;

pub fn all(land: &Arc<Land>, city: &City) -> Builder {
    let mut site = Builder::new(land.seed, DAffine3::IDENTITY);
    let height = |p: DVec2| city.terrain.height(p);
    for line in plan::power_lines(city) {
        let at = |k: usize| line.pylons[k].at;
        let last = line.pylons.len().saturating_sub(1);
        let kind = |k: usize| {
            let straight = k > 0 && k < last && {
                let (a, b) = ((at(k) - at(k - 1)).normalize_or_zero(), (at(k + 1) - at(k)).normalize_or_zero());
                a.perp_dot(b).abs() < BEND
            };
            if straight { Kind::Suspension } else { Kind::Angle }
        };
        let places: Vec<power::Place> =
            line.pylons.iter().enumerate().map(|(k, p)| (p.id.clone(), within(p.at), kind(k))).collect();
        site.fixtures.extend(at_least(2, power::strung(line.id, &places, &height, land.seed)));
    }
    let [foot, head] = lift_stations();
    site.fixtures.extend(at_least(2, places::chair_lift("lift-1", foot, head, &height)));
    let lodge = SKI_PLACE.0 + DVec2::new(-62.0, -52.0);
    site.fixtures.push(places::ski_station("ski-station", lodge.extend(height(lodge)), DVec2::X, land.seed));
    site.fixtures.extend(slope(land));
    for cell in plan::cell_sites(city) {
        let at = cell.at.extend(height(cell.at) + cell.lift_m);
        let mut fixture = if cell.lift_m > 0.0 {
            places::roof_cell(&cell.id, at)
        } else {
            places::cell_mast(&cell.id, at, cell.size_m)
        };
        // A roof's height is above the ground, as everything's.
        fixture.height_m += cell.lift_m;
        fixture.from_level = fixture.from_level.max(2);
        site.fixtures.push(fixture);
    }
    let (from, to, count) = WIND_FARM;
    site.fixtures.extend(at_least(1, places::wind_farm("turbine", from, to, count, &height)));
    if let Some(at) = free_place(city, WATER_TOWER) {
        site.fixtures.extend(at_least(1, vec![places::water_tower("water-tower", at.extend(height(at)))]));
    }
    for (id, at, along) in plan::underground_entrances(city) {
        let built = places::station_entrance(&id, at.extend(height(at) + KERB_M), along, "Centro");
        site.fixtures.push(stairwell(at.extend(height(at) + KERB_M), along));
        site.fixtures.extend(built.fixtures);
        site.lamps.extend(built.lamps);
    }
    site
}

/// The dark of the stairs below an entrance, on the pavement between its parapets: pavements have no holes.
fn stairwell(at: DVec3, along: DVec2) -> Fixture {
    let hole = places::entrance_hole(at.truncate(), along);
    Fixture {
        at: at.truncate(),
        radius_m: 7.0,
        height_m: 2.0,
        feature: None,
        from_level: 2,
        draw: drawing(move |mesh, _| {
            mesh.surface = Surface::Plain;
            let (near, far) = (hex(0x4a4740), hex(0x0a0a0a));
            let p = hole.map(|p| p.extend(at.z + 0.03));
            mesh.quad_shaded(Matter::Solid, p, [near, far, far, near]);
        }),
    }
}

/// A line that leaves the world ends just inside of its border, as everything belongs to a tile.
fn within(p: DVec2) -> DVec2 {
    p.clamp(DVec2::splat(12.0 - WORLD_HALF_M), DVec2::splat(WORLD_HALF_M - 12.0))
}

fn at_least(level: usize, mut fixtures: Vec<Fixture>) -> Vec<Fixture> {
    fixtures.iter_mut().for_each(|f| f.from_level = f.from_level.max(level));
    fixtures
}

/// A place near a wanted one that is clear of streets, houses and water.
fn free_place(city: &City, wanted: DVec2) -> Option<DVec2> {
    (0..160)
        .map(|k| wanted + crate::bake::det::unit_vector(f64::from(k) * 2.4) * (f64::from(k).sqrt() * 22.0))
        .find(|&p| is_free(city, p, 22.0))
}

fn is_free(city: &City, p: DVec2, radius_m: f64) -> bool {
    let around = Bounds::new(p, p).grown(radius_m);
    let street = city.graph.edges_in(&around).into_iter().any(|e| {
        let edge = &city.graph.edges[e];
        edge.class.is_street() && edge.line.nearest(p).0 < edge.class.half_m() + radius_m
    });
    !street
        && !city.terrain.is_water(p)
        && city
            .blocks_in(&around)
            .into_iter()
            .flat_map(|f| city.buildings_of(f))
            .flat_map(|b| b.volumes)
            .all(|v| !crate::world::city::geom::contains(&v.outline, p) && to_rim(&v.outline, p) > radius_m * 0.7)
}

/// The ski slope: groomed snow, poles along both sides, snow guns.
fn slope(land: &Arc<Land>) -> Vec<Fixture> {
    let line = land.piste.line.clone();
    let mut out = Vec::new();
    for (k, (from_m, to_m)) in cut(0.0, line.length()).into_iter().enumerate() {
        let (at, _) = line.at((from_m + to_m) * 0.5);
        let rim = [from_m, to_m].into_iter().flat_map(|m| {
            let (p, d) = line.at(m);
            [-1.0, 1.0].map(|s| p + d.perp() * (s * (PISTE_HALF_M + 2.0))).map(|p| p.extend(land.terrain.height(p)))
        });
        let (radius_m, height_m) = extent(&land.terrain, at, rim, 4.0);
        let feature = Feature::new(format!("piste-1-{:02}", k + 1), "piste", "Pista do Mirante", "ski slope, red", 0.0);
        let (land, line) = (land.clone(), line.clone());
        out.push(Fixture {
            at,
            radius_m: radius_m + 8.0,
            height_m,
            feature: Some(feature.year(2014)),
            from_level: 2,
            draw: drawing(move |mesh, detail| groomed(&land, mesh, &line, (from_m, to_m), detail)),
        });
    }
    let guns = (line.length() / SNOW_GUNS_M) as usize;
    for k in 0..guns {
        let (p, d) = line.at((k as f64 + 0.5) * SNOW_GUNS_M);
        let side = if k % 2 == 0 { 1.0 } else { -1.0 };
        let at = p + d.perp() * (side * (PISTE_HALF_M + 1.5));
        out.push(places::snow_gun(&numbered("snow-gun", k + 1), at.extend(land.terrain.height(at)), d.perp() * -side));
    }
    out
}

fn groomed(land: &Land, mesh: &mut Mesh, line: &Line, (from_m, to_m): (f64, f64), detail: usize) {
    let (n, across) = ([1, 2, 6, 12, 24][detail], [2, 2, 4, 6, 10][detail]);
    let up = [0.8, 0.8, 0.7, 0.4, 0.22][detail];
    let point = |k: usize, j: usize| {
        let (p, _) = line.at(from_m + (to_m - from_m) * k as f64 / n as f64);
        let m = from_m + (to_m - from_m) * k as f64 / n as f64;
        let ahead = (line.at(m + 12.0).0 - line.at(m - 12.0).0).normalize_or(DVec2::X);
        let y = PISTE_HALF_M * (2.0 * j as f64 / across as f64 - 1.0);
        let q = p + ahead.perp() * y;
        // The edges go into the ground.
        q.extend(land.terrain.height(q) + if j == 0 || j == across { -0.6 } else { up })
    };
    mesh.surface = Surface::Snow;
    for k in 0..n {
        for j in 0..across {
            let p = [point(k, j), point(k + 1, j), point(k + 1, j + 1), point(k, j + 1)];
            let normals = p.map(|p| super::road::ground_normal(land, p.truncate()));
            let tone = if j % 2 == 0 { hex(0xf3f5f8) } else { hex(0xe9edf2) };
            mesh.quad_normals(Matter::Solid, p, normals, [tone; 4]);
        }
    }
    if detail >= 3 {
        for s in [-1.0, 1.0] {
            for k in 0..4 {
                let (p, d) = line.at(from_m + (to_m - from_m) * (f64::from(k) + 0.5) / 4.0);
                let q = p + d.perp() * (s * (PISTE_HALF_M - 1.0));
                let mut pen = Pen::new(mesh, placed(q.extend(land.terrain.height(q)), d), detail);
                pen.of(Surface::Paint).rod([0.0; 3], [0.0, 0.0, 2.2], 0.03, 4, hex(0xb8452f));
                let (a, b): ([f64; 3], [f64; 3]) = ([-0.02, 0.0, 2.0], [0.02, 0.0, 2.0]);
                pen.rod(a, b, 0.22, 8, hex(0xb8452f));
                let axis = DVec3::NEG_X.to_array();
                pen.disc([-0.02, 0.0, 2.0], axis, 0.22, 8, hex(0xb8452f));
            }
        }
    }
}
