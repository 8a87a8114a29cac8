//! OpenStreetMap files to features.
//!
//! Three passes over the file: nodes and relations; the ways that relations and building parts need; all ways. Memory is
//! 16 bytes a node ([`crate::format::osm::nodes`]) and the members of multipolygons, not the features.
//!
//! Ids are `node/1`, `way/2`, `relation/3` (see [`super::tags::feature`] for things that are several features), `sea` for
//! what lies beyond the coastlines of the region. An outline that has parts (*Simple 3D Buildings*) is not given, its
//! parts are. Heights are above the ground: OSM has no others.

mod coast;
mod line;
mod parts;
mod relations;

#[cfg(test)]
mod real_tests;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use glam::DVec2;

use self::line::{Line, is_closed};
use self::parts::Parts;
use self::relations::{MemberWay, OwnedTags, Relation};
use super::open::Open;
use super::polygons::{self, Made};
use super::region::Region;
use super::tags::classes;
use super::tags::feature::Thing;
use crate::bake::model::{Area, Cover, Feature, Polygon, Properties, Shape};
use crate::format::issue::{Issue, Issues};
use crate::format::osm::nodes::NodeStore;
use crate::format::osm::{Entity, Kind, OsmError, Place, Read, Tags, Want, read};

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OsmOptions {
    /// Whole features that touch it; `None`: all. Sea is made only with a region.
    pub region: Option<Region>,
    /// Nodes past this many are left out, with an issue; each takes 16 bytes.
    pub max_nodes: u64,
}

impl Default for OsmOptions {
    fn default() -> Self {
        Self { region: None, max_nodes: 1 << 28 }
    }
}

/// Reads an `.osm.pbf` or `.osm` file and gives its features to `sink`: points first, then ways, then relations, each in
/// the file's order, then the sea.
///
/// A file that ends too early or is damaged somewhere is read up to there, and an issue says so.
pub fn read_osm(open: &Open<'_>, options: &OsmOptions, sink: &mut dyn FnMut(Feature)) -> Result<Issues, OsmError> {
    let mut reader = Reader::new(options, sink);
    let mut read = reader.points_and_relations(open)?;
    reader.members_and_parts(open)?;
    reader.assemble();
    reader.ways(open)?;
    reader.relations();
    reader.sea();
    read.issues.extend(reader.issues);
    Ok(read.issues)
}

struct Reader<'a> {
    region: Option<Region>,
    sink: &'a mut dyn FnMut(Feature),
    issues: Issues,
    nodes: NodeStore,
    relations: Vec<Relation>,
    /// Ways that multipolygons are made of.
    members: BTreeMap<i64, Option<MemberWay>>,
    parts: Parts,
    /// Outlines that a building relation names, which has parts.
    outlines: BTreeSet<(Kind, i64)>,
    /// Ways whose area a relation gives.
    taken: BTreeSet<i64>,
    coast: Vec<Vec<Place>>,
}

impl<'a> Reader<'a> {
    fn new(options: &OsmOptions, sink: &'a mut dyn FnMut(Feature)) -> Self {
        Self {
            region: options.region,
            sink,
            issues: Issues::default(),
            nodes: NodeStore::new(options.max_nodes),
            relations: Vec::new(),
            members: BTreeMap::new(),
            parts: Parts::default(),
            outlines: BTreeSet::new(),
            taken: BTreeSet::new(),
            coast: Vec::new(),
        }
    }

    fn points_and_relations(&mut self, open: &Open<'_>) -> Result<Read, OsmError> {
        let want = Want { nodes: true, ways: false, relations: true };
        let (mut read, end) = pass(open, want, &mut |entity| match entity {
            Entity::Node { id, place, tags } => {
                self.nodes.push(id, place);
                if !tags.is_empty() {
                    self.node(id, place, tags);
                }
            }
            Entity::Relation { id, members, tags } => self.relations.extend(Relation::of(id, members, tags)),
            Entity::Way { .. } => {}
        })?;
        self.nodes.finish();
        if let Some(error) = end {
            read.issues.push(Issue::error("", format!("the file can be read only in part: {error}")));
        }
        if self.nodes.dropped() > 0 {
            let message = format!("{} nodes are too many and are left out", self.nodes.dropped());
            read.issues.push(
                Issue::error("", message).expected_got(format_args!("at most {} nodes", self.nodes.len()), "more"),
            );
        }
        self.tell_bounds(&mut read);
        for relation in &self.relations {
            self.outlines.extend(relation.outlines());
            self.members.extend(relation.ways().map(|way| (way, None)));
        }
        Ok(read)
    }

    /// A region beside of the file is a slip that would end in an empty world.
    fn tell_bounds(&self, read: &mut Read) {
        let (Some(region), Some([west, south, east, north])) = (self.region, read.bounds_deg) else { return };
        let corners = |[w, s, e, n]: [f64; 4]| Polygon {
            outer: vec![DVec2::new(w, s), DVec2::new(e, s), DVec2::new(e, n), DVec2::new(w, n)],
            holes: Vec::new(),
        };
        if region.touches_polygon(&corners([west, south, east, north])) {
            return;
        }
        let swapped = region.touches_polygon(&corners([south, west, north, east]));
        let hint = if swapped { "; with longitude and latitude swapped it would" } else { "" };
        let message = format!("the region does not touch what the file holds{hint}");
        let bounds = format!("west {west}, south {south}, east {east}, north {north}");
        read.issues.push(
            Issue::warning("", message)
                .expected_got(format_args!("a region within {bounds}"), format_args!("{region:?}")),
        );
    }

    fn node(&mut self, id: i64, place: Place, tags: Tags<'_>) {
        let id = format!("node/{id}");
        let feature = Thing::new(&id, tags, &mut self.issues).point(degrees(place));
        if let Some(feature) = feature {
            self.give(feature);
        }
    }

    fn members_and_parts(&mut self, open: &Open<'_>) -> Result<(), OsmError> {
        pass(open, Want::WAYS, &mut |entity| {
            let Entity::Way { id, nodes, tags } = entity else { return };
            if let Some(member) = self.members.get_mut(&id) {
                let places = nodes.iter().filter_map(|node| self.nodes.get(*node)).collect::<Vec<_>>();
                let missing = nodes.len() - places.len();
                *member = Some(MemberWay { places, missing, tags: OwnedTags::of(tags) });
            }
            if super::tags::is_on(&tags, "building:part") && is_closed(nodes) {
                let line = Line::of(nodes, &self.nodes);
                if line.missing == 0 {
                    self.parts.add((Kind::Way, id), &polygons::from_ring(&line.points).polygons);
                }
            }
        })?;
        Ok(())
    }

    /// Makes polygons of the relations' members.
    fn assemble(&mut self) {
        for relation in &mut self.relations {
            relation.assemble(&self.members, &mut self.taken, &mut self.issues);
            if relation.is_part() {
                self.parts.add((Kind::Relation, relation.id), &relation.polygons);
            }
        }
        // Their places are not needed any more.
        self.members.clear();
        self.parts.finish();
    }

    fn ways(&mut self, open: &Open<'_>) -> Result<(), OsmError> {
        pass(open, Want::WAYS, &mut |entity| {
            if let Entity::Way { id, nodes, tags } = entity
                && !tags.is_empty()
            {
                self.way(id, nodes, tags);
            }
        })?;
        Ok(())
    }

    fn way(&mut self, number: i64, nodes: &[i64], tags: Tags<'_>) {
        let closed = is_closed(nodes);
        let building = classes::building(&tags);
        let cover = classes::cover(&tags, false);
        let is_way = classes::ways(&tags).next().is_some() || classes::is_tree_row(&tags);
        let point = classes::point(&tags);
        if building.is_none() && cover.is_none() && !is_way && point.is_none() {
            return;
        }
        let id = format!("way/{number}");
        let line = Line::of(nodes, &self.nodes);
        if tags.get("natural") == Some("coastline") && self.region.is_some() {
            self.coast.push(nodes.iter().filter_map(|node| self.nodes.get(*node)).collect());
        }
        // An area that is not closed by a slip, or a line that is no area at all (a wall of a building, a shore).
        let is_area = building.is_some() || (cover.is_some() && !is_way);
        let closed = closed || (is_area && line.is_nearly_closed());
        if line.missing > 0 {
            let effect = if is_area { "it is left out" } else { "its longest piece is kept" };
            let message = format!("{} of its {} nodes are not in the file; {effect}", line.missing, nodes.len());
            self.issues.push(Issue::warning(&id, message));
            if is_area {
                return;
            }
        }
        if closed && line.missing == 0 && !self.taken.contains(&number) {
            if let Some(class) = building {
                return self.building((Kind::Way, number), &id, class, tags, None, &line.points);
            }
            if let Some((class, cover)) = cover
                && let Some(polygons) = self.sound(&id, polygons::from_ring(&line.points))
            {
                let mut thing = Thing::new(&id, tags, &mut self.issues);
                let mut features = vec![thing.area(class, cover, polygons)];
                thing.ways(&line.points, &mut |feature| features.extend(unless_same(class, feature)));
                return features.into_iter().for_each(|feature| self.give(feature));
            }
        } else if is_area && !closed {
            let end = |at: Option<&DVec2>| {
                at.map_or(String::new(), |at| format!("longitude {:.7}, latitude {:.7}", at.x, at.y))
            };
            let (first, last) = (end(line.points.first()), end(line.points.last()));
            let message = format!("the area is not closed between {first} and {last}; it is left out");
            self.issues.push(Issue::warning(&id, message));
        }
        self.line(&id, tags, &line);
    }

    fn line(&mut self, id: &str, tags: Tags<'_>, line: &Line) {
        let mut features = Vec::new();
        let mut thing = Thing::new(id, tags, &mut self.issues);
        let any = line.points.len() >= 2 && thing.ways(&line.points, &mut |feature| features.push(feature));
        if !any && !line.points.is_empty() {
            features.extend(thing.point(line.middle()));
        }
        features.into_iter().for_each(|feature| self.give(feature));
    }

    /// A building of a way (`ring`) or relation (`polygons`), unless its parts stand for it.
    fn building(
        &mut self,
        key: (Kind, i64),
        id: &str,
        class: &'static str,
        tags: Tags<'_>,
        polygons: Option<Vec<Polygon>>,
        ring: &[DVec2],
    ) {
        let polygons = match polygons {
            Some(polygons) => polygons,
            None => match self.sound(id, polygons::from_ring(ring)) {
                Some(polygons) => polygons,
                None => return,
            },
        };
        // A part does not make room for smaller ones in it.
        let is_part = super::tags::is_on(&tags, "building:part");
        if !is_part && (self.outlines.contains(&key) || self.has_parts(key, id, &polygons)) {
            return;
        }
        let mut features = Vec::new();
        Thing::new(id, tags, &mut self.issues).buildings(class, polygons, &mut |feature| features.push(feature));
        features.into_iter().for_each(|feature| self.give(feature));
    }

    fn has_parts(&mut self, key: (Kind, i64), id: &str, polygons: &[Polygon]) -> bool {
        let Some(covered) = self.parts.share_of(key, polygons) else { return false };
        if covered < 0.5 {
            let message = format!(
                "the building's parts cover {:.0} % of its outline; the rest of it is not drawn, because Simple 3D Buildings asks for parts that fill the outline",
                covered * 100.0
            );
            self.issues.push(Issue::info(id, message));
        }
        true
    }

    /// Tells what had to be mended; `None` with an issue where nothing is left.
    fn sound(&mut self, id: &str, made: Made) -> Option<Vec<Polygon>> {
        made.tell(id, &mut self.issues);
        (!made.polygons.is_empty()).then_some(made.polygons)
    }

    fn relations(&mut self) {
        for mut relation in std::mem::take(&mut self.relations) {
            let polygons = std::mem::take(&mut relation.polygons);
            if polygons.is_empty() {
                continue;
            }
            let id = format!("relation/{}", relation.id);
            let pairs = relation.tags.pairs();
            let tags = Tags(&pairs);
            if let Some(class) = classes::building(&tags) {
                self.building((Kind::Relation, relation.id), &id, class, tags, Some(polygons), &[]);
            } else if let Some((class, cover)) = classes::cover(&tags, true) {
                let feature = Thing::new(&id, tags, &mut self.issues).area(class, cover, polygons);
                self.give(feature);
            }
        }
    }

    fn sea(&mut self) {
        let Some(region) = self.region else { return };
        match coast::sea(&self.coast, &region) {
            Ok(polygons) if polygons.is_empty() => {}
            Ok(polygons) => (self.sink)(Feature {
                id: "sea".to_string(),
                class: "sea".to_string(),
                name: String::new(),
                properties: Properties::new(),
                shape: Shape::Area(Area { cover: Cover::Water, polygons, height: None }),
            }),
            Err(at) => {
                let message = format!(
                    "no sea is made, because the coastlines are not whole inside of the region: they end at {at}"
                );
                self.issues.push(Issue::warning("", message));
            }
        }
    }

    fn give(&mut self, feature: Feature) {
        if self.region.is_none_or(|region| region.touches(&feature.shape)) {
            (self.sink)(feature);
        }
    }
}

/// One pass; an error of a file that was read before in part is told there.
fn pass(open: &Open<'_>, want: Want, visit: &mut dyn FnMut(Entity<'_>)) -> Result<(Read, Option<OsmError>), OsmError> {
    let source = open().map_err(|e| OsmError::Source { byte: 0, reason: e.to_string() })?;
    read(source, want, visit)
}

/// A pier or a square that is an area is not a line as well; a fence around a park is.
fn unless_same(class: &str, feature: Feature) -> Option<Feature> {
    let is_square = class == "square" && matches!(feature.class.as_str(), "road" | "path");
    (feature.class != class && !is_square).then_some(feature)
}

fn degrees(place: Place) -> DVec2 {
    DVec2::new(place.lon_deg(), place.lat_deg())
}
