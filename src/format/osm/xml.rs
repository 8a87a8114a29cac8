//! `.osm` XML 0.6, plain or gzip, as the API, osmium, JOSM and Overpass write it.

use std::io::BufRead;

use super::{Entity, Kind, MAX_REFS, Member, OsmError, Place, Read, Tags, Want, not_on_earth};
use crate::format::issue::Issue;
use crate::format::xml::{Element, Node, XmlReader, number};

/// Past this many unpacked bytes an XML file is refused: such data comes as PBF.
pub const MAX_XML_BYTES: u64 = 16 << 30;
/// OSM's own limit is 255 characters a key or value, and a few hundred tags happen.
const MAX_TAGS: usize = 10_000;

pub(super) fn read(
    source: impl BufRead,
    want: Want,
    visit: &mut dyn FnMut(Entity<'_>),
    read: &mut Read,
) -> Result<(), OsmError> {
    let mut xml = XmlReader::new(source, MAX_XML_BYTES)?;
    let mut open = Open::default();
    let (mut depth, mut root_seen) = (0_u32, false);
    loop {
        match xml.next_node()? {
            Node::Start(element) => {
                match element.depth {
                    0 => {
                        check_root(&element)?;
                        root_seen = true;
                    }
                    1 => open.begin(&element, read)?,
                    2 => open.add(&element)?,
                    _ => {}
                }
                depth = element.depth + 1;
            }
            Node::End => {
                depth = depth.saturating_sub(1);
                if depth == 1 {
                    open.lend(want, visit, read);
                }
            }
            Node::Comment(_) => {}
            Node::Eof if root_seen => return Ok(()),
            Node::Eof => return Err(OsmError::NotOsm { got: "a file without elements" }),
        }
    }
}

fn check_root(element: &Element<'_>) -> Result<(), OsmError> {
    match element.name() {
        "osm" => Ok(()),
        other => Err(OsmError::Root { got: other.chars().take(40).collect() }),
    }
}

/// The entity whose element is open; its buffers are used again for the next one.
#[derive(Default)]
struct Open {
    kind: Option<Kind>,
    id: i64,
    place: Option<Place>,
    tags: Vec<(String, String)>,
    nodes: Vec<i64>,
    members: Vec<(Kind, i64, String)>,
}

impl Open {
    fn begin(&mut self, element: &Element<'_>, read: &mut Read) -> Result<(), OsmError> {
        self.kind = match element.name() {
            "node" => Some(Kind::Node),
            "way" => Some(Kind::Way),
            "relation" => Some(Kind::Relation),
            "bounds" => {
                read.bounds_deg = read_bounds(element)?;
                None
            }
            _ => None,
        };
        self.tags.clear();
        self.nodes.clear();
        self.members.clear();
        let Some(kind) = self.kind else { return Ok(()) };
        let (mut id, mut lon, mut lat, mut deleted) = (None, String::new(), String::new(), false);
        element.for_each_attribute(|name, value| match name {
            "id" => id = value.trim().parse().ok(),
            "lon" => lon = value.to_string(),
            "lat" => lat = value.to_string(),
            "visible" => deleted |= value == "false",
            "action" => deleted |= value == "delete",
            _ => {}
        })?;
        let Some(id) = id else {
            let message = format!("a <{}> has no usable id; it is left out", kind.word());
            read.issues.push(Issue::warning(format!("byte {}", element.byte), message));
            self.kind = None;
            return Ok(());
        };
        self.id = id;
        if deleted {
            self.kind = None;
        } else if kind == Kind::Node {
            self.place = number(&lon).zip(number(&lat)).and_then(|(lon, lat)| Place::from_degrees(lon, lat));
            if self.place.is_none() {
                let short = |text: &str| text.chars().take(30).collect::<String>();
                read.issues.push(not_on_earth(id, short(&lon), short(&lat)));
                self.kind = None;
            }
        }
        Ok(())
    }

    fn add(&mut self, element: &Element<'_>) -> Result<(), OsmError> {
        let Some(kind) = self.kind else { return Ok(()) };
        let too_large = |what| OsmError::TooLarge { byte: element.byte, what, limit: MAX_REFS as u64 };
        match (element.name(), kind) {
            ("tag", _) if self.tags.len() < MAX_TAGS => {
                let (mut key, mut tag_value) = (String::new(), String::new());
                element.for_each_attribute(|name, value| match name {
                    "k" => key = value.to_string(),
                    "v" => tag_value = value.to_string(),
                    _ => {}
                })?;
                self.tags.push((key, tag_value));
            }
            ("nd", Kind::Way) => {
                let mut node: Option<i64> = None;
                element.for_each_attribute(|name, value| {
                    if name == "ref" {
                        node = value.trim().parse().ok();
                    }
                })?;
                self.nodes.extend(node);
                if self.nodes.len() > MAX_REFS {
                    return Err(too_large("a way's number of nodes"));
                }
            }
            ("member", Kind::Relation) => {
                self.members.extend(read_member(element)?);
                if self.members.len() > MAX_REFS {
                    return Err(too_large("a relation's number of members"));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn lend(&mut self, want: Want, visit: &mut dyn FnMut(Entity<'_>), read: &mut Read) {
        let Some(kind) = self.kind.take() else { return };
        let wanted = match kind {
            Kind::Node => want.nodes,
            Kind::Way => want.ways,
            Kind::Relation => want.relations,
        };
        if !wanted {
            return;
        }
        read.entities += 1;
        let tags: Vec<(&str, &str)> = self.tags.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let (id, tags) = (self.id, Tags(&tags));
        match kind {
            Kind::Node => {
                if let Some(place) = self.place {
                    visit(Entity::Node { id, place, tags });
                }
            }
            Kind::Way => visit(Entity::Way { id, nodes: &self.nodes, tags }),
            Kind::Relation => {
                let members: Vec<Member<'_>> =
                    self.members.iter().map(|(kind, id, role)| Member { kind: *kind, id: *id, role }).collect();
                visit(Entity::Relation { id, members: &members, tags });
            }
        }
    }
}

fn read_member(element: &Element<'_>) -> Result<Option<(Kind, i64, String)>, OsmError> {
    let (mut kind, mut id, mut role) = (None, None, String::new());
    element.for_each_attribute(|name, value| match name {
        "type" => kind = [Kind::Node, Kind::Way, Kind::Relation].into_iter().find(|kind| kind.word() == value),
        "ref" => id = value.trim().parse().ok(),
        "role" => role = value.to_string(),
        _ => {}
    })?;
    Ok(kind.zip(id).map(|(kind, id)| (kind, id, role)))
}

fn read_bounds(element: &Element<'_>) -> Result<Option<[f64; 4]>, OsmError> {
    let mut sides = [None; 4];
    element.for_each_attribute(|name, value| {
        let side = ["minlon", "minlat", "maxlon", "maxlat"].iter().position(|side| *side == name);
        if let Some(side) = side.and_then(|side| sides.get_mut(side)) {
            *side = number(value);
        }
    })?;
    Ok(match sides {
        [Some(west), Some(south), Some(east), Some(north)] => Some([west, south, east, north]),
        _ => None,
    })
}
