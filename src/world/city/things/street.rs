//! Along streets: lamps, trees, parked cars, signs, signals.

use super::super::City;
use super::super::districts::District;
use super::super::graph::Class;
use super::super::surface::{Use, section};
use super::{Kind, MOST, Species, Thing, Vehicle, height, is_signalised};
use crate::bake::det::Rng;
use crate::world::layout::KERB_M;
use glam::DVec2;

/// What stands along a street.
pub fn along_edge(city: &City, edge: usize) -> Vec<Thing> {
    let own = &city.graph.edges[edge];
    if !own.class.is_street() || own.class == Class::Track {
        return Vec::new();
    }
    let mut row = Row { city, edge, rng: Rng::of(city.seed, 60, edge as u64), out: Vec::new() };
    row.lamps();
    row.trees();
    row.parked();
    row.furniture();
    row.signals();
    row.out.truncate(MOST);
    row.out
}

struct Row<'a> {
    city: &'a City,
    edge: usize,
    rng: Rng,
    out: Vec<Thing>,
}

impl Row<'_> {
    fn class(&self) -> Class {
        self.city.graph.edges[self.edge].class
    }

    /// The place so far along and to the left of the middle line, and the direction there.
    fn place(&self, along_m: f64, left_m: f64) -> (DVec2, DVec2) {
        let (p, d) = self.city.graph.edges[self.edge].line.at(along_m);
        (p + d.perp() * left_m, d)
    }

    fn span(&self) -> (f64, f64) {
        let strip = &self.city.surface.strips[self.edge];
        (strip.from_m, strip.to_m)
    }

    fn put(&mut self, kind: Kind, along_m: f64, left_m: f64, facing: f64, size_m: f64, lift_m: f64) {
        let (at, d) = self.place(along_m, left_m);
        let seed = self.rng.next_u64();
        let mut thing = Thing::new(kind, at, d.perp() * facing, size_m, seed);
        thing.lift_m = lift_m;
        self.out.push(thing);
    }

    fn lamps(&mut self) {
        let class = self.class();
        let half = class.half_m();
        let (gap, height_m, reach_m, kelvin, both) = match class {
            Class::Boulevard => (32.0, 9.5, 26.0, 3500.0, true),
            Class::Arterial => (34.0, 9.5, 27.0, 4000.0, true),
            Class::PortRoad => (40.0, 12.0, 36.0, 2200.0, true),
            Class::Collector => (30.0, 8.0, 22.0, 3800.0, true),
            Class::Local => (28.0, 6.0, 18.0, 3000.0, false),
            Class::Lane => (24.0, 4.4, 12.0, 2300.0, false),
            Class::Promenade => (24.0, 5.0, 15.0, 2900.0, false),
            Class::Pedestrian => (20.0, 4.2, 12.0, 2700.0, false),
            _ => return,
        };
        let (from, to) = self.span();
        let count = ((to - from) / gap).round().max(1.0) as usize;
        for k in 0..count {
            let m = from + (k as f64 + 0.5) / count as f64 * (to - from);
            let sides: &[f64] = if both {
                &[1.0, -1.0]
            } else if k % 2 == 0 {
                &[1.0]
            } else {
                &[-1.0]
            };
            for &side in sides {
                let off = if both { 0.25 * gap * side } else { 0.0 };
                let m = (m + off).clamp(from, to);
                self.put(Kind::Lamp { height_m, reach_m, kelvin }, m, side * (half + 0.55), -side, height_m, KERB_M);
            }
        }
    }

    fn trees(&mut self) {
        let graph = &self.city.graph;
        let own = &graph.edges[self.edge];
        let section = section(graph, own);
        let (from, to) = self.span();
        let shore = matches!(own.class, Class::Promenade) || graph.name_of(self.edge).starts_with("Avenida Marginal");
        let species = if shore {
            Species::Palm
        } else {
            let pick =
                [Species::Plane, Species::Lime, Species::Jacaranda, Species::Plane, Species::Lime, Species::Orange];
            pick[own.way as usize * 7 % 6]
        };
        let gap = if species == Species::Orange { 7.5 } else { 10.5 };
        if section.trees && to - from > 14.0 {
            let count = ((to - from - 8.0) / gap).floor() as usize;
            for k in 0..count {
                for side in [1.0, -1.0] {
                    if self.rng.chance(0.09) {
                        continue;
                    }
                    let m = from + 4.0 + (k as f64 + 0.5) / count as f64 * (to - from - 8.0);
                    let tall = self.rng.range(0.75, 1.1) * height(species);
                    self.put(Kind::Tree(species), m, side * (own.class.half_m() + 1.15), 1.0, tall, KERB_M);
                }
            }
        }
        let median = section.bands.first().filter(|b| b.kind == Use::Median && b.to_m > 1.8);
        if median.is_some() || own.class == Class::Promenade {
            let count = ((to - from) / 13.0).floor() as usize;
            for k in 0..count {
                let m = from + (k as f64 + 0.5) / count as f64 * (to - from);
                let off = if own.class == Class::Promenade { 4.3 } else { 0.0 };
                let tall = self.rng.range(0.8, 1.1) * height(species);
                self.put(Kind::Tree(species), m, off, 1.0, tall, 0.1);
            }
        }
    }

    fn parked(&mut self) {
        let graph = &self.city.graph;
        let own = &graph.edges[self.edge];
        let section = section(graph, own);
        let Some(band) = section.bands.iter().find(|b| b.kind == Use::Parking) else { return };
        let (from, to) = self.span();
        let off = (band.from_m + band.to_m) * 0.5;
        let full = match self.city.district_beside(self.edge) {
            District::Core | District::Grid | District::OldTown => 0.88,
            District::Blocks | District::Rows => 0.74,
            District::Garden | District::Villas => 0.30,
            _ => 0.5,
        };
        for (k, side) in [(0, 1.0), (1, -1.0)] {
            if !section.parking[k] {
                continue;
            }
            let mut m = from + 7.0;
            while m < to - 7.0 {
                if self.rng.chance(full) {
                    let roll = self.rng.unit();
                    let kind = if roll < 0.92 { Vehicle::Car } else { Vehicle::Van };
                    // Right-hand traffic: on the right they face along the edge.
                    let (at, d) = self.place(m, side * off);
                    let seed = self.rng.next_u64();
                    self.out.push(Thing::new(Kind::Vehicle(kind), at, d * -side, 4.4, seed));
                }
                m += self.rng.range(5.6, 6.6);
            }
        }
    }

    fn furniture(&mut self) {
        let class = self.class();
        let half = class.half_m();
        let (from, to) = self.span();
        let busy = matches!(class, Class::Boulevard | Class::Arterial | Class::Collector | Class::Promenade);
        if !busy || to - from < 30.0 {
            if matches!(class, Class::Local) && to - from > 20.0 {
                self.put(Kind::StreetName, from + 2.0, half + 0.5, 1.0, 2.6, KERB_M);
            }
            return;
        }
        let mut m = from + 12.0;
        while m < to - 12.0 {
            let side = if self.rng.chance(0.5) { 1.0 } else { -1.0 };
            let inner = if class == Class::Promenade { half - 0.9 } else { half + 2.0 };
            if self.rng.chance(0.6) {
                self.put(Kind::Bench, m, side * inner, -side, 1.8, KERB_M);
            }
            if self.rng.chance(0.5) {
                self.put(Kind::Bin, m + 2.4, side * inner, -side, 1.0, KERB_M);
            }
            m += self.rng.range(26.0, 46.0);
        }
        if to - from > 90.0 && class != Class::Promenade && self.edge.is_multiple_of(3) {
            for side in [1.0, -1.0] {
                self.put(Kind::BusStop, (from + to) * 0.5 + side * 14.0, side * (half + 1.3), -side, 4.0, KERB_M);
            }
        }
        self.put(Kind::Sign, from + 6.0, -(half + 0.5), 1.0, 2.5, KERB_M);
        self.put(Kind::StreetName, from + 1.5, half + 0.5, 1.0, 2.6, KERB_M);
    }

    /// Masts at the stop lines of both ends; an edge's traffic keeps right.
    fn signals(&mut self) {
        let own = &self.city.graph.edges[self.edge];
        if !own.class.is_driven() {
            return;
        }
        let (from, to) = self.span();
        for (node, m, side, begins) in [(own.to, to - 1.2, -1.0, false), (own.from, from + 1.2, 1.0, true)] {
            if !is_signalised(self.city, node as usize) {
                continue;
            }
            let arms = &self.city.graph.nodes[node as usize].arms;
            let arm = arms.iter().position(|a| *a == (self.edge as u32, begins)).unwrap_or(0) as u32;
            let (at, d) = self.place(m, side * (own.class.half_m() + 0.5));
            // It faces the traffic that comes towards the junction.
            let mut thing = Thing::new(Kind::Signal { node, arm }, at, if begins { d } else { -d }, 3.6, 0);
            thing.lift_m = KERB_M;
            thing.id = format!("sig-{node}-{arm}");
            self.out.push(thing);
        }
    }
}
