//! Pull parsing of XML text for descent by elements: a caller that was given a start reads to its end.
//!
//! Bounded in depth. Entities of a document type are not known, so that none can be expanded to gigabytes.

use std::borrow::Cow;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

/// Elements within elements; PLATEAU's files have about 20.
const MAX_DEPTH: u32 = 64;

/// Where and why the XML can't be read further.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XmlFault {
    pub byte: u64,
    pub reason: String,
}

pub enum Node<'a> {
    Start(Tag<'a>),
    /// Of the innermost open element.
    End,
    Text(Cow<'a, str>),
    Eof,
}

pub struct Tag<'a> {
    tag: BytesStart<'a>,
    /// Of its `<`.
    pub byte: u64,
}

impl Tag<'_> {
    /// Its name without the prefix; prefixes are any writer's choice, and no two names that matter here are alike.
    pub fn local(&self) -> &str {
        self.tag.local_name().into_inner()
    }

    /// The attribute of that local name (`gml:id` is `id`), references replaced.
    pub fn attribute(&self, local: &str) -> Option<String> {
        let mut found = None;
        self.for_each_attribute(|name, value| {
            if name.rsplit(':').next() == Some(local) {
                found = Some(value.to_string());
            }
        });
        found
    }

    /// Calls back with each attribute's full name and value; malformed ones are passed over.
    pub fn for_each_attribute(&self, mut each: impl FnMut(&str, &str)) {
        for attribute in self.tag.attributes().with_checks(false).flatten() {
            if let Ok(value) = attribute.normalized_value(XmlVersion::Implicit1_0) {
                each(attribute.key.as_ref(), &value);
            }
        }
    }
}

pub struct Xml<'a> {
    reader: quick_xml::Reader<&'a [u8]>,
    depth: u32,
}

impl<'a> Xml<'a> {
    pub fn new(text: &'a str) -> Self {
        let mut reader = quick_xml::Reader::from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
        reader.config_mut().expand_empty_elements = true;
        Self { reader, depth: 0 }
    }

    pub fn next(&mut self) -> Result<Node<'a>, XmlFault> {
        loop {
            let byte = self.reader.buffer_position();
            let event = self.reader.read_event().map_err(|e| XmlFault { byte, reason: e.to_string() })?;
            return Ok(match event {
                Event::Start(tag) => {
                    self.depth += 1;
                    if self.depth > MAX_DEPTH {
                        return Err(XmlFault { byte, reason: format!("more than {MAX_DEPTH} elements deep") });
                    }
                    Node::Start(Tag { tag, byte })
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    Node::End
                }
                Event::Text(text) => Node::Text(text.into_inner()),
                Event::CData(text) => Node::Text(text.into_inner()),
                Event::GeneralRef(reference) => Node::Text(Cow::Owned(resolved(&reference))),
                Event::Eof if self.depth > 0 => {
                    return Err(XmlFault { byte, reason: "the file ends inside of its elements".to_string() });
                }
                Event::Eof => Node::Eof,
                _ => continue,
            });
        }
    }

    /// The first element.
    pub fn root(&mut self) -> Result<Option<Tag<'a>>, XmlFault> {
        loop {
            match self.next()? {
                Node::Start(tag) => return Ok(Some(tag)),
                Node::Eof => return Ok(None),
                Node::End | Node::Text(_) => {}
            }
        }
    }

    /// The next child of the element that the caller reads; `None` once that element has ended.
    pub fn child(&mut self) -> Result<Option<Tag<'a>>, XmlFault> {
        loop {
            match self.next()? {
                Node::Start(tag) => return Ok(Some(tag)),
                Node::End | Node::Eof => return Ok(None),
                Node::Text(_) => {}
            }
        }
    }

    /// Reads to the end of the element that was opened last.
    pub fn skip(&mut self) -> Result<(), XmlFault> {
        self.text_to_end(false).map(drop)
    }

    /// The text of the element that was opened last, without that of its children; reads to its end.
    pub fn text(&mut self) -> Result<Cow<'a, str>, XmlFault> {
        self.text_to_end(true)
    }

    fn text_to_end(&mut self, keep: bool) -> Result<Cow<'a, str>, XmlFault> {
        let mut text = Cow::Borrowed("");
        let mut open = 1_u32;
        while open > 0 {
            match self.next()? {
                Node::Start(_) => open += 1,
                Node::End => open -= 1,
                Node::Text(more) if keep && open == 1 => {
                    if text.is_empty() {
                        text = more;
                    } else {
                        text.to_mut().push_str(&more);
                    }
                }
                Node::Text(_) => {}
                Node::Eof => break,
            }
        }
        Ok(text)
    }
}

/// The character that a reference such as `&amp;` or `&#233;` stands for; nothing for an unknown one.
fn resolved(reference: &quick_xml::events::BytesRef<'_>) -> String {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return character.to_string();
    }
    let name: &str = reference;
    match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => "",
    }
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_without_that_of_children_and_with_references_replaced() {
        let mut xml = Xml::new("<a>x &amp; <b>no</b>&#233;<![CDATA[<z>]]>&unknown;</a>");
        xml.root().expect("xml");
        assert_eq!(xml.text().expect("xml"), "x & é<z>");
        assert!(matches!(xml.next(), Ok(Node::Eof)));
    }

    #[test]
    fn children_are_met_one_by_one() {
        let mut xml = Xml::new("<a>\n<p:b c:id=\"1\"/><d><e/></d></a>");
        xml.root().expect("xml");
        let b = xml.child().expect("xml").expect("b");
        assert_eq!((b.local(), b.attribute("id").as_deref()), ("b", Some("1")));
        assert!(xml.child().expect("xml").is_none());
        assert_eq!(xml.child().expect("xml").expect("d").local(), "d");
        xml.skip().expect("xml");
        assert!(xml.child().expect("xml").is_none());
    }

    #[test]
    fn depth_is_bounded_and_an_early_end_is_told() {
        let deep = "<a>".repeat(1_000_000);
        let mut xml = Xml::new(&deep);
        xml.root().expect("xml");
        assert!(xml.skip().is_err());
        let mut cut = Xml::new("<a><b>");
        cut.root().expect("xml");
        assert!(cut.skip().is_err());
    }
}
