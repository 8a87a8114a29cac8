//! Multipolygons from the ways that they name, and which outlines building relations replace by parts.

use std::collections::{BTreeMap, BTreeSet};

use glam::DVec2;

use super::degrees;
use crate::bake::model::Polygon;
use crate::bake::source::polygons::{self, Made, metres_per_degree, unwrap_longitudes};
use crate::bake::source::tags::{classes, is_on};
use crate::format::issue::{Issue, Issues};
use crate::format::osm::rings::{Joined, Joins, Piece, join};
use crate::format::osm::{Kind, Member, Place, Tags};

/// Ends of rings that are nearer than this are one node that an editor put twice.
const GAP_M: f64 = 1.0;

#[derive(Debug, Default)]
pub(super) struct OwnedTags(Vec<(String, String)>);

impl OwnedTags {
    pub fn of(tags: Tags<'_>) -> Self {
        Self(tags.0.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect())
    }

    pub fn pairs(&self) -> Vec<(&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
    }
}

/// A way that a multipolygon is made of.
pub(super) struct MemberWay {
    pub places: Vec<Place>,
    /// How many of its nodes are not in the file.
    pub missing: usize,
    pub tags: OwnedTags,
}

/// Groups of [`Piece`]s.
const OUTER: u8 = 0;
const INNER: u8 = 1;
const OTHER: u8 = 2;

pub(super) struct Relation {
    pub id: i64,
    pub tags: OwnedTags,
    pub polygons: Vec<Polygon>,
    is_multipolygon: bool,
    members: Vec<(Kind, i64, u8)>,
    /// Of a building relation: outlines, if there are parts as well.
    outlines: Vec<(Kind, i64)>,
}

impl Relation {
    /// `None` for relations that make no area (routes, restrictions, boundaries).
    pub fn of(id: i64, members: &[Member<'_>], tags: Tags<'_>) -> Option<Self> {
        let is_multipolygon = tags.get("type") == Some("multipolygon");
        if !is_multipolygon && tags.get("type") != Some("building") {
            return None;
        }
        let mut relation = Self {
            id,
            tags: OwnedTags::of(tags),
            polygons: Vec::new(),
            is_multipolygon,
            members: Vec::new(),
            outlines: Vec::new(),
        };
        if is_multipolygon {
            let group = |role: &str| match role {
                "outer" => OUTER,
                "inner" => INNER,
                _ => OTHER,
            };
            let ways = members.iter().filter(|member| member.kind == Kind::Way);
            relation.members = ways.map(|member| (member.kind, member.id, group(member.role))).collect();
        } else if members.iter().any(|member| member.role == "part") {
            let outlines = members.iter().filter(|member| member.role == "outline");
            relation.outlines = outlines.map(|member| (member.kind, member.id)).collect();
        }
        Some(relation)
    }

    pub fn outlines(&self) -> impl Iterator<Item = (Kind, i64)> + '_ {
        self.outlines.iter().copied()
    }

    pub fn ways(&self) -> impl Iterator<Item = i64> + '_ {
        self.members.iter().map(|(_, id, _)| *id)
    }

    pub fn is_part(&self) -> bool {
        let pairs = self.tags.pairs();
        is_on(&Tags(&pairs), "building:part")
    }

    /// Makes the polygons of a multipolygon, and marks the ways whose area it gives.
    pub fn assemble(
        &mut self,
        ways: &BTreeMap<i64, Option<MemberWay>>,
        taken: &mut BTreeSet<i64>,
        issues: &mut Issues,
    ) {
        if !self.is_multipolygon {
            return;
        }
        self.adopt_tags(ways);
        let Some(area) = area_of(&self.tags, true) else { return };
        let id = format!("relation/{}", self.id);
        let mut pieces = Vec::new();
        let mut seen = BTreeSet::new();
        let (mut absent, mut nodes_missing, mut twice) = (0_usize, 0_usize, 0_usize);
        for (_, way_id, group) in &self.members {
            if !seen.insert(*way_id) {
                twice += 1;
                continue;
            }
            let Some(Some(way)) = ways.get(way_id) else {
                absent += 1;
                continue;
            };
            nodes_missing += way.missing;
            pieces.push(Piece { places: &way.places, group: *group });
            let same_area = *group != INNER && area_of(&way.tags, false) == Some(area);
            if same_area {
                taken.insert(*way_id);
            }
        }
        if twice > 0 {
            issues.push(Issue::info(&id, format!("{twice} ways are named more than once; each is taken once")));
        }
        if absent + nodes_missing > 0 {
            let message = format!("{absent} of its ways and {nodes_missing} of their nodes are not in the file");
            issues.push(Issue::warning(&id, message));
        }
        let joins = close_small_gaps(join(&pieces, false), &id, issues);
        let is_whole = absent + nodes_missing == 0 && joins.chains.is_empty();
        self.polygons = polygons_of(&joins, &pieces, is_whole, &id, issues);
    }

    /// Multipolygons of the years before 2017 have their tags on the outer ways.
    fn adopt_tags(&mut self, ways: &BTreeMap<i64, Option<MemberWay>>) {
        if area_of(&self.tags, true).is_some() {
            return;
        }
        let outers = self.members.iter().filter(|(_, _, group)| *group != INNER);
        let found =
            outers.filter_map(|(_, id, _)| ways.get(id)?.as_ref()).find(|way| area_of(&way.tags, true).is_some());
        if let Some(way) = found {
            let own = std::mem::take(&mut self.tags.0);
            self.tags.0 = own.into_iter().filter(|(key, _)| key != "type").collect();
            self.tags.0.extend(way.tags.0.iter().cloned());
        }
    }
}

/// What it covers, or that it is a building.
fn area_of(tags: &OwnedTags, is_relation: bool) -> Option<&'static str> {
    let pairs = tags.pairs();
    let tags = Tags(&pairs);
    classes::building(&tags).or_else(|| classes::cover(&tags, is_relation).map(|(class, _)| class))
}

/// Chains whose ends nearly meet become rings; the others are told, and stay chains.
fn close_small_gaps(mut joins: Joins, id: &str, issues: &mut Issues) -> Joins {
    for chain in std::mem::take(&mut joins.chains) {
        let (Some(&first), Some(&last)) = (chain.places.first(), chain.places.last()) else { continue };
        let gap_m = ((degrees(last) - degrees(first)) * metres_per_degree(first.lat_deg())).length();
        if gap_m < GAP_M && chain.places.len() >= 4 {
            issues.push(Issue::info(id, format!("a ring has a gap of {gap_m:.2} m at {first}; it is closed")));
            joins.rings.push(chain);
        } else {
            let ways = chain.pieces.len();
            let message = format!("a ring of {ways} ways is open between {first} and {last}; it is left out");
            issues.push(Issue::warning(id, message));
            joins.chains.push(chain);
        }
    }
    joins
}

fn polygons_of(joins: &Joins, pieces: &[Piece<'_>], is_whole: bool, id: &str, issues: &mut Issues) -> Vec<Polygon> {
    let rings: Vec<Vec<DVec2>> = joins.rings.iter().map(points_of).collect();
    if rings.is_empty() {
        return Vec::new();
    }
    let slices: Vec<&[DVec2]> = rings.iter().map(Vec::as_slice).collect();
    let roles: Vec<Option<u8>> = joins.rings.iter().map(|ring| role_of(ring, pieces)).collect();
    let made = if is_whole {
        whole(&slices, &roles, id, issues)
    } else if roles.contains(&Some(INNER)) {
        // The ring around a hole may be what is missing, and the hole must not become an area.
        by_roles(&slices, &roles)
    } else {
        polygons::from_rings(&slices)
    };
    // Of a relation of which only holes are left there is nothing to tell but what was told already.
    if is_whole || !made.polygons.is_empty() {
        made.tell(id, issues);
    }
    made.polygons
}

fn points_of(ring: &Joined) -> Vec<DVec2> {
    let mut points: Vec<DVec2> = ring.places.iter().copied().map(degrees).collect();
    unwrap_longitudes(&mut points);
    points
}

/// By geometry; where rings cross, by the roles, which then say what is meant.
fn whole(rings: &[&[DVec2]], roles: &[Option<u8>], id: &str, issues: &mut Issues) -> Made {
    let by_geometry = polygons::from_rings(rings);
    let all_known = roles.iter().all(Option::is_some);
    if all_known && by_geometry.crossings > 0 && !by_geometry.tangled {
        return by_roles(rings, roles);
    }
    tell_wrong_roles(rings, roles, &by_geometry, id, issues);
    by_geometry
}

/// The role that all ways of a ring agree on.
fn role_of(ring: &Joined, pieces: &[Piece<'_>]) -> Option<u8> {
    let mut groups = ring.pieces.iter().filter_map(|index| pieces.get(*index)).map(|piece| piece.group);
    let first = groups.next().filter(|group| *group != OTHER)?;
    groups.all(|group| group == first).then_some(first)
}

/// Rings without a role count as outer.
fn by_roles(rings: &[&[DVec2]], roles: &[Option<u8>]) -> Made {
    let pairs = || rings.iter().copied().zip(roles);
    let holes: Vec<&[DVec2]> = pairs().filter(|(_, role)| **role == Some(INNER)).map(|(ring, _)| ring).collect();
    let outers: Vec<&[DVec2]> = pairs().filter(|(_, role)| **role != Some(INNER)).map(|(ring, _)| ring).collect();
    polygons::from_roles(&outers, &holes)
}

/// Sound rings whose roles say otherwise than how they lie.
fn tell_wrong_roles(rings: &[&[DVec2]], roles: &[Option<u8>], made: &Made, id: &str, issues: &mut Issues) {
    let key = |p: &DVec2| (p.x.to_bits(), p.y.to_bits());
    let outer: BTreeSet<(u64, u64)> = made.polygons.iter().flat_map(|polygon| polygon.outer.iter().map(key)).collect();
    let hole: BTreeSet<(u64, u64)> =
        made.polygons.iter().flat_map(|polygon| polygon.holes.iter().flatten().map(key)).collect();
    let known = rings.iter().zip(roles).filter_map(|(ring, role)| Some((ring, (*role)?)));
    let wrong = known.filter(|(ring, role)| {
        let (expected, other) = if *role == INNER { (&hole, &outer) } else { (&outer, &hole) };
        ring.iter().any(|p| other.contains(&key(p))) && !ring.iter().any(|p| expected.contains(&key(p)))
    });
    if let Some((ring, role)) = wrong.clone().next() {
        let (is, should) = if role == INNER { ("inner", "outer") } else { ("outer", "inner") };
        let at = ring.first().copied().unwrap_or_default();
        let message = format!("{} rings have the wrong role; they are taken as they lie", wrong.count());
        let got = format!("{is} at longitude {:.7}, latitude {:.7}", at.x, at.y);
        issues.push(Issue::info(id, message).expected_got(should, got));
    }
}
