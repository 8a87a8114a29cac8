//! Bounded pull parsing of XML from a byte stream, plain or gzip.
//!
//! What is bounded: the bytes of one tag or text, the bytes between two calls of [`XmlReader::renew_budget`], and the
//! depth of elements. Attributes are not checked for duplicates, because that check takes quadratic time; the last wins.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

/// An XML file that can't be read (further). Byte offsets count from the start of the unpacked file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    #[error("byte {byte}: not well-formed XML: {reason}")]
    Malformed { byte: u64, reason: String },
    #[error("byte {byte}: the file ends inside of its elements ({depth} are still open)")]
    Truncated { byte: u64, depth: u32 },
    #[error("byte {byte}: {what} is larger than the limit of {limit}")]
    TooLarge { byte: u64, what: &'static str, limit: u64 },
    #[error("byte {byte}: the source could not be read: {reason}")]
    Source { byte: u64, reason: String },
}

/// No tag, comment or text of these formats comes near it, but for shapes of very large junctions.
const MAX_EVENT_BYTES: u64 = 8 << 20;
const MAX_DEPTH: u32 = 32;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// What was met, with its end offset known to the reader.
pub(super) enum Node<'a> {
    /// `<name …>`, to be followed by its children and [`Node::End`]; or `<name …/>`, followed by [`Node::End`] as well.
    Start(Element<'a>),
    /// The end of the innermost open element.
    End,
    Comment(Cow<'a, str>),
    Eof,
}

pub(super) struct Element<'a> {
    tag: BytesStart<'a>,
    /// Offset of the tag's `<`.
    pub byte: u64,
    /// Elements around it: 0 for the root.
    pub depth: u32,
}

impl Element<'_> {
    pub fn name(&self) -> &str {
        self.tag.local_name().into_inner()
    }

    /// Calls back with every attribute's name and value, references replaced.
    pub fn for_each_attribute(&self, mut each: impl FnMut(&str, &str)) -> Result<(), XmlError> {
        let malformed = |reason: String| XmlError::Malformed { byte: self.byte, reason };
        for attribute in self.tag.attributes().with_checks(false) {
            let attribute = attribute.map_err(|e| malformed(e.to_string()))?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|e| malformed(e.to_string()))?;
            each(attribute.key.as_ref(), &value);
        }
        Ok(())
    }
}

pub(super) struct XmlReader<R: BufRead> {
    reader: quick_xml::Reader<Bounded<R>>,
    buffer: Vec<u8>,
    depth: u32,
}

impl<R: BufRead> XmlReader<R> {
    /// Looks at the first two bytes to tell gzip.
    pub fn new(mut source: R, budget_bytes: u64) -> Result<Self, XmlError> {
        let is_gzip = fill(&mut source)
            .map_err(|e| XmlError::Source { byte: 0, reason: e.to_string() })?
            .starts_with(&GZIP_MAGIC);
        let source = if is_gzip {
            Source::Gzip(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(source)))
        } else {
            Source::Plain(source)
        };
        let mut reader = quick_xml::Reader::from_reader(Bounded {
            source,
            event_left: MAX_EVENT_BYTES,
            budget: budget_bytes,
            budget_left: budget_bytes,
            exhausted: None,
        });
        // Then `<a/>` comes as a start and an end, which halves the cases of every caller.
        reader.config_mut().expand_empty_elements = true;
        Ok(Self { reader, buffer: Vec::new(), depth: 0 })
    }

    /// Allows that many bytes more from here on.
    pub fn renew_budget(&mut self, budget_bytes: u64) {
        let bounded = self.reader.get_mut();
        (bounded.budget, bounded.budget_left) = (budget_bytes, budget_bytes);
    }

    /// Offset after the last node.
    pub fn byte(&self) -> u64 {
        self.reader.buffer_position()
    }

    /// The next tag or comment; text and processing instructions are passed over.
    pub fn next_node(&mut self) -> Result<Node<'_>, XmlError> {
        loop {
            self.buffer.clear();
            let byte = self.reader.buffer_position();
            self.reader.get_mut().event_left = MAX_EVENT_BYTES;
            match self.reader.read_event_into(&mut self.buffer) {
                Err(error) => {
                    return Err(match self.reader.get_mut().exhausted.take() {
                        Some((what, limit)) => XmlError::TooLarge { byte, what, limit },
                        None => self.error_of(byte, &error),
                    });
                }
                Ok(Event::Start(tag)) => {
                    let depth = self.depth;
                    if depth >= MAX_DEPTH {
                        let limit = u64::from(MAX_DEPTH);
                        return Err(XmlError::TooLarge { byte, what: "the depth of nested elements", limit });
                    }
                    self.depth += 1;
                    // Owned, because a borrow of the buffer that leaves the loop would forbid the next turn's read.
                    return Ok(Node::Start(Element { tag: tag.into_owned(), byte, depth }));
                }
                Ok(Event::End(_)) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Node::End);
                }
                Ok(Event::Comment(text)) => return Ok(Node::Comment(Cow::Owned(text.into_inner().into_owned()))),
                Ok(Event::Eof) if self.depth > 0 => return Err(XmlError::Truncated { byte, depth: self.depth }),
                Ok(Event::Eof) => return Ok(Node::Eof),
                Ok(_) => {}
            }
        }
    }

    fn error_of(&self, byte: u64, error: &quick_xml::Error) -> XmlError {
        match error {
            quick_xml::Error::Io(io) => XmlError::Source { byte, reason: io.to_string() },
            other => XmlError::Malformed { byte: self.reader.error_position().max(byte), reason: other.to_string() },
        }
    }
}

/// `fill_buf` that goes on after an interruption.
fn fill(source: &mut impl BufRead) -> io::Result<&[u8]> {
    loop {
        match source.fill_buf() {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
            Ok(_) => break,
        }
    }
    source.fill_buf()
}

enum Source<R: BufRead> {
    Plain(R),
    Gzip(BufReader<MultiGzDecoder<R>>),
}

impl<R: BufRead> Source<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self {
            Self::Plain(source) => source.fill_buf(),
            Self::Gzip(source) => source.fill_buf(),
        }
    }

    fn consume(&mut self, amount: usize) {
        match self {
            Self::Plain(source) => source.consume(amount),
            Self::Gzip(source) => source.consume(amount),
        }
    }
}

/// Ends with an error where a stranger's file would fill memory.
struct Bounded<R: BufRead> {
    source: Source<R>,
    event_left: u64,
    budget: u64,
    budget_left: u64,
    /// Which bound ended it.
    exhausted: Option<(&'static str, u64)>,
}

impl<R: BufRead> Read for Bounded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let amount = available.len().min(out.len());
        out[..amount].copy_from_slice(&available[..amount]);
        self.consume(amount);
        Ok(amount)
    }
}

impl<R: BufRead> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let left = self.event_left.min(self.budget_left);
        let available = self.source.fill_buf()?;
        if left == 0 && !available.is_empty() {
            self.exhausted = Some(if self.event_left == 0 {
                ("one tag or text in bytes", MAX_EVENT_BYTES)
            } else {
                ("the file, or one time step of a trace, in bytes", self.budget)
            });
            return Err(io::Error::other("too large"));
        }
        let amount = usize::try_from(left).map_or(available.len(), |left| available.len().min(left));
        Ok(&available[..amount])
    }

    fn consume(&mut self, amount: usize) {
        self.event_left = self.event_left.saturating_sub(amount as u64);
        self.budget_left = self.budget_left.saturating_sub(amount as u64);
        self.source.consume(amount);
    }
}

/// A finite number.
pub(super) fn number(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|v| v.is_finite())
}
