//! A member of the model: a city object with the objects in it.

use super::Place;
use super::appearance::Looks;
use super::assemble::{Draft, assemble};
use super::attributes::{Typing, add, typed};
use super::geometry::{GeometryReader, Target, level_of};
use super::xml::{Node, Tag, Xml, XmlFault};
use crate::format::city::{
    Attribute, Attributes, Family, Footing, MAX_ATTRIBUTE_NAME_BYTES, MAX_FAMILY, Report, Semantic, cut,
};
use crate::format::issue::Severity;

/// Members that are read.
const MEMBERS: &[&str] = &[
    "Bridge",
    "Building",
    "CityFurniture",
    "GenericCityObject",
    "LandUse",
    "PlantCover",
    "Railway",
    "ReliefFeature",
    "Road",
    "SolitaryVegetationObject",
    "Square",
    "TINRelief",
    "Track",
    "TransportationComplex",
    "Tunnel",
    "WaterBody",
    "Waterway",
];

/// Objects within objects. Those of CityGML 2.0 that CityJSON names otherwise get CityJSON's name.
const NESTED: &[(&str, &str)] = &[
    ("BridgeConstructionElement", "BridgeConstructiveElement"),
    ("BridgeFurniture", "BridgeFurniture"),
    ("BridgeInstallation", "BridgeInstallation"),
    ("BridgePart", "BridgePart"),
    ("BridgeRoom", "BridgeRoom"),
    ("BuildingFurniture", "BuildingFurniture"),
    ("BuildingInstallation", "BuildingInstallation"),
    ("BuildingPart", "BuildingPart"),
    ("HollowSpace", "TunnelHollowSpace"),
    ("IntBridgeInstallation", "BridgeFurniture"),
    ("IntBuildingInstallation", "BuildingFurniture"),
    ("IntTunnelInstallation", "TunnelFurniture"),
    ("Room", "BuildingRoom"),
    ("TINRelief", "TINRelief"),
    ("TunnelFurniture", "TunnelFurniture"),
    ("TunnelInstallation", "TunnelInstallation"),
    ("TunnelPart", "TunnelPart"),
];

/// Objects that are the surfaces of others.
const BOUNDARIES: &[&str] = &[
    "AuxiliaryTrafficArea",
    "CeilingSurface",
    "ClosureSurface",
    "Door",
    "FloorSurface",
    "GroundSurface",
    "InteriorWallSurface",
    "OuterCeilingSurface",
    "OuterFloorSurface",
    "RoofSurface",
    "TrafficArea",
    "WallSurface",
    "WaterClosureSurface",
    "WaterGroundSurface",
    "WaterSurface",
    "Window",
];

/// Reads a `cityObjectMember` whose start was read.
pub fn read_member(
    xml: &mut Xml<'_>,
    looks: &Looks,
    place: &Place,
    report: &mut Report,
    each: &mut dyn FnMut(Family, &mut Report),
) -> Result<(), XmlFault> {
    while let Some(tag) = xml.child()? {
        if !MEMBERS.contains(&tag.local()) {
            let message = "this module of CityGML is not read; citygml-tools or PLATEAU GIS Converter convert it";
            report.tell(Severity::Warning, message, |at| {
                let got = format!("<{}>", tag.local());
                at.path(format!("byte {}", tag.byte)).expected_got("buildings, relief, roads and the like", got)
            });
            xml.skip()?;
            continue;
        }
        let mut reader = ObjectReader { xml, looks, place, report, drafts: Vec::new() };
        reader.object(&tag, None)?;
        let family = assemble(reader.drafts, looks, report);
        each(family, report);
    }
    Ok(())
}

struct ObjectReader<'a, 'r> {
    xml: &'r mut Xml<'a>,
    looks: &'r Looks,
    place: &'r Place,
    report: &'r mut Report,
    /// The member and the objects in it, parents before their children.
    drafts: Vec<Draft>,
}

/// Whose property is read: an object, or a surface of it.
#[derive(Clone, Copy)]
struct Owner {
    object: usize,
    /// Index into the object's semantics.
    semantic: Option<u32>,
    /// The material of everything below, if there is one.
    material: Option<u32>,
}

impl ObjectReader<'_, '_> {
    fn object(&mut self, tag: &Tag<'_>, parent: Option<usize>) -> Result<(), XmlFault> {
        let byte = tag.byte;
        if self.drafts.len() >= MAX_FAMILY {
            let message = "a member has more than 10000 objects; the rest is left out";
            self.report.warning(message, || format!("byte {byte}"));
            return self.xml.skip();
        }
        let mut draft = Draft::default();
        let id = tag.attribute("id");
        let material = id.as_deref().and_then(|id| self.looks.material_of(id));
        draft.object.id = id.unwrap_or_else(|| {
            self.report.warning("the object has no gml:id; it is named by its place", || format!("byte {byte}"));
            format!("byte-{byte}")
        });
        let local = tag.local();
        let kind = NESTED.iter().find(|(name, _)| *name == local).map_or(local, |(_, kind)| kind);
        draft.object.kind = kind.to_string();
        draft.object.path = format!("byte {byte}, {}", draft.object.id);
        draft.object.parent = parent;
        let owner = Owner { object: self.drafts.len(), semantic: None, material };
        self.drafts.push(draft);
        self.properties(owner)
    }

    /// A surface of an object, with surfaces of its own (a door in a wall).
    fn boundary(&mut self, tag: &Tag<'_>, owner: Owner) -> Result<(), XmlFault> {
        let own = tag.attribute("id").and_then(|id| self.looks.material_of(&id));
        let semantics = &mut self.drafts[owner.object].semantics;
        let semantic = Some(semantics.len() as u32);
        semantics.push(Semantic { kind: tag.local().to_string(), ..Semantic::default() });
        self.properties(Owner { semantic, material: own.or(owner.material), ..owner })
    }

    fn properties(&mut self, owner: Owner) -> Result<(), XmlFault> {
        while let Some(tag) = self.xml.child()? {
            self.property(&tag, owner)?;
        }
        Ok(())
    }

    fn property(&mut self, tag: &Tag<'_>, owner: Owner) -> Result<(), XmlFault> {
        let local = tag.local();
        if let Some((lod, footing)) = level_of(local) {
            return self.geometry(lod, footing, owner);
        }
        match local {
            "tin" => {
                let lod = match self.drafts[owner.object].object.attributes.get("lod") {
                    Some(Attribute::Integer(lod @ 0..=4)) => *lod as f64,
                    _ => 1.0,
                };
                self.geometry(lod, Footing::Ground, owner)
            }
            "name" if owner.semantic.is_none() => {
                let name = self.xml.text()?.trim().to_string();
                let object = &mut self.drafts[owner.object].object;
                if object.name.is_empty() {
                    object.name.clone_from(&name);
                }
                self.add("name".to_string(), Attribute::Text(name), owner, tag.byte);
                Ok(())
            }
            "appearance" | "generalizesTo" | "externalReference" => self.xml.skip(),
            _ if is_generic(local) => self.generic(tag, "", owner),
            _ => self.content(tag, &mut Vec::new(), owner),
        }
    }

    fn geometry(&mut self, lod: f64, footing: Footing, owner: Owner) -> Result<(), XmlFault> {
        let target = Target { lod, footing, semantic: owner.semantic };
        let draft = &mut self.drafts[owner.object];
        GeometryReader::new(self.xml, self.looks, self.place.dimension, draft, target, self.report)
            .property(owner.material)
    }

    /// A property that may hold an object, a boundary, or (in the end) a value. `names`: of the objects on the way.
    fn content(&mut self, tag: &Tag<'_>, names: &mut Vec<String>, owner: Owner) -> Result<(), XmlFault> {
        let mut text = String::new();
        let mut has_children = false;
        loop {
            match self.xml.next()? {
                Node::Text(more) if !has_children => text.push_str(&more),
                Node::Text(_) => {}
                Node::End | Node::Eof => break,
                Node::Start(child) => {
                    has_children = true;
                    let local = child.local();
                    if NESTED.iter().any(|(name, _)| *name == local) {
                        self.object(&child, Some(owner.object))?;
                    } else if BOUNDARIES.contains(&local) {
                        self.boundary(&child, owner)?;
                    } else if local == "Envelope" {
                        self.xml.skip()?;
                    } else {
                        let is_object = local.starts_with(|c: char| c.is_uppercase());
                        if is_object {
                            // A little more than an attribute's name may have, so that it shows as too long.
                            names.push(cut(local, MAX_ATTRIBUTE_NAME_BYTES + 1).to_string());
                        }
                        self.content(&child, names, owner)?;
                        if is_object {
                            names.pop();
                        }
                    }
                }
            }
        }
        if !has_children && !text.trim().is_empty() {
            let typing = if tag.attribute("uom").is_some() {
                Typing::Number
            } else if tag.attribute("codeSpace").is_some() {
                Typing::Text
            } else {
                Typing::Plain
            };
            let own = tag.local();
            // An object that holds a text itself (of addresses) is already the last of the names.
            let name = if names.last().is_some_and(|last| last == own) {
                names.join(".")
            } else {
                names.iter().map(String::as_str).chain([own]).collect::<Vec<_>>().join(".")
            };
            self.add(name, typed(&text, typing), owner, tag.byte);
        }
        Ok(())
    }

    /// `gen:intAttribute` and its like, and sets of them.
    fn generic(&mut self, tag: &Tag<'_>, prefix: &str, owner: Owner) -> Result<(), XmlFault> {
        let name = format!("{prefix}{}", tag.attribute("name").unwrap_or_default());
        let typing = match tag.local() {
            "intAttribute" => Typing::Integer,
            "doubleAttribute" | "measureAttribute" => Typing::Number,
            _ => Typing::Text,
        };
        while let Some(child) = self.xml.child()? {
            if is_generic(child.local()) {
                self.generic(&child, &format!("{name}."), owner)?;
            } else if child.local() == "value" {
                let value = typed(&self.xml.text()?, typing);
                self.add(name.clone(), value, owner, child.byte);
            } else {
                self.xml.skip()?;
            }
        }
        Ok(())
    }

    fn add(&mut self, name: String, value: Attribute, owner: Owner, byte: u64) {
        let draft = &mut self.drafts[owner.object];
        let attributes: &mut Attributes = match owner.semantic {
            Some(semantic) => &mut draft.semantics[semantic as usize].attributes,
            None => &mut draft.object.attributes,
        };
        add(attributes, name, value, self.report, byte);
    }
}

fn is_generic(local: &str) -> bool {
    matches!(
        local,
        "stringAttribute"
            | "intAttribute"
            | "doubleAttribute"
            | "dateAttribute"
            | "uriAttribute"
            | "measureAttribute"
            | "genericAttributeSet"
    )
}
