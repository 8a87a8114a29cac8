//! Names of reference systems as files write them: EPSG codes, URNs, URIs, WKT with codes, proj strings.
//!
//! OGC 09-048r5 (URNs and http URIs of definitions), OGC 07-092r3 (compound URNs), WKT 1 and 2 (OGC 01-009, 18-010r7) as
//! far as their own authority code.

use std::fmt;

use super::CrsError;

/// The parts of a name.
#[derive(Debug, Clone, PartialEq)]
pub struct CrsName {
    pub horizontal: Horizontal,
    /// EPSG code of the vertical system.
    pub vertical: Option<u32>,
    /// The name is of a three-dimensional system, whose heights are ellipsoidal.
    pub ellipsoidal_heights: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Horizontal {
    Epsg(u32),
    /// OGC's WGS84 with longitude first.
    Crs84,
    ProjString(String),
    /// Something that only PROJ may know: another authority's code, a name, WKT without a code.
    Other(String),
}

impl CrsName {
    /// No name is longer; some WKT has 20 KB.
    const MAX_BYTES: usize = 1 << 16;

    /// Takes a name apart; compound codes that are well known come out as their parts.
    ///
    /// # Errors
    /// [`CrsError::Name`] for what is empty, too long or of control characters.
    pub fn parse(text: &str) -> Result<Self, CrsError> {
        let text = text.trim();
        let refuse = || CrsError::Name(text.chars().take(80).collect());
        if text.is_empty() || text.len() > Self::MAX_BYTES || text.chars().any(|c| c == '\0') {
            return Err(refuse());
        }
        if text.contains("+proj=") {
            return Ok(Self::of(Horizontal::ProjString(text.to_string())));
        }
        let parts = wkt_codes(text).or_else(|| parts(text));
        match parts.as_deref() {
            Some(&[single]) => Ok(Self::single(single)),
            Some(&[horizontal, Code::Epsg(vertical)]) => {
                let name = Self::single(horizontal);
                // A compound system has no heights of its own.
                Ok(Self { vertical: Some(vertical), ellipsoidal_heights: false, ..name })
            }
            _ => Ok(Self::of(Horizontal::Other(text.to_string()))),
        }
    }

    fn of(horizontal: Horizontal) -> Self {
        Self { horizontal, vertical: None, ellipsoidal_heights: false }
    }

    fn single(code: Code) -> Self {
        match code {
            Code::Crs84 => Self::of(Horizontal::Crs84),
            Code::Crs84h => Self { ellipsoidal_heights: true, ..Self::of(Horizontal::Crs84) },
            Code::Epsg(code) => match compound(code) {
                Some((horizontal, vertical)) => {
                    Self { vertical: Some(vertical), ..Self::of(Horizontal::Epsg(horizontal)) }
                }
                None => {
                    let ellipsoidal_heights = matches!(code, 4979 | 4937 | 6667);
                    Self { ellipsoidal_heights, ..Self::of(Horizontal::Epsg(code)) }
                }
            },
        }
    }
}

/// As PROJ reads it.
impl fmt::Display for CrsName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.horizontal {
            Horizontal::Epsg(code) => write!(f, "EPSG:{code}")?,
            Horizontal::Crs84 if self.ellipsoidal_heights => write!(f, "OGC:CRS84h")?,
            Horizontal::Crs84 => write!(f, "OGC:CRS84")?,
            Horizontal::ProjString(text) | Horizontal::Other(text) => write!(f, "{text}")?,
        }
        self.vertical.map_or(Ok(()), |code| write!(f, "+{code}"))
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Code {
    Epsg(u32),
    Crs84,
    Crs84h,
}

/// The codes of a short name: one, or a horizontal and a vertical one.
fn parts(text: &str) -> Option<Vec<Code>> {
    let lower = text.to_ascii_lowercase();
    if let Some(query) = lower.split_once("crs-compound?").map(|(_, query)| query) {
        return query.split('&').map(|part| code(part.split_once('=')?.1)).collect();
    }
    if let Some(list) = lower.strip_prefix("urn:ogc:def:crs,") {
        return list.split(',').map(code).collect();
    }
    text.split('+').map(code).collect()
}

/// One system: `EPSG:1`, `1`, `urn:ogc:def:crs:EPSG:9.8:1`, `…/def/crs/EPSG/0/1`, `…epsg.xml#1`, and OGC's CRS84.
fn code(text: &str) -> Option<Code> {
    let text = text.trim().trim_end_matches('/').to_ascii_uppercase();
    let mut parts = text.rsplit([':', '/', '#']);
    let last = parts.next()?;
    let epsg = |digits: &str| digits.parse().ok().filter(|&code: &u32| code > 0).map(Code::Epsg);
    match last {
        "CRS84" | "CRS 84" => return Some(Code::Crs84),
        "CRS84H" => return Some(Code::Crs84h),
        "WGS84" | "WGS 84" if text == last => return Some(Code::Epsg(4326)),
        _ => {}
    }
    if text == last {
        return epsg(last);
    }
    parts.any(|part| part == "EPSG" || part == "EPSG.XML").then(|| epsg(last)).flatten()
}

/// The code that WKT gives for itself, or those of its two parts; `None` if it is no WKT or has none.
fn wkt_codes(text: &str) -> Option<Vec<Code>> {
    const KEYWORDS: [&str; 12] = [
        "PROJCS",
        "GEOGCS",
        "COMPD_CS",
        "PROJCRS",
        "PROJECTEDCRS",
        "GEOGCRS",
        "GEOGRAPHICCRS",
        "GEODCRS",
        "GEODETICCRS",
        "COMPOUNDCRS",
        "VERT_CS",
        "VERTCRS",
    ];
    let keyword = |name: &str| KEYWORDS.contains(&name.trim().to_ascii_uppercase().as_str());
    let open = text.find(['[', '('])?;
    if !keyword(&text[..open]) {
        return None;
    }
    // Keywords of the nodes that are open, and the codes by how deep they lie.
    let (mut nodes, mut own, mut of_parts): (Vec<&str>, Option<Code>, Vec<Code>) = (Vec::new(), None, Vec::new());
    let (mut start, mut quoted) = (0, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '[' | '(' => {
                let name = text[start..at].trim();
                if name.eq_ignore_ascii_case("AUTHORITY") || name.eq_ignore_ascii_case("ID") {
                    let code = authority_code(&text[at + 1..]);
                    match nodes.len() {
                        1 => own = own.or(code),
                        2 if keyword(nodes[1]) => of_parts.extend(code),
                        _ => {}
                    }
                }
                nodes.push(name);
                start = at + 1;
            }
            ']' | ')' => {
                nodes.pop()?;
                start = at + 1;
            }
            ',' => start = at + 1,
            _ => {}
        }
    }
    let is_compound = text[..open].trim().to_ascii_uppercase().starts_with("COMP");
    match own {
        Some(code) => Some(vec![code]),
        None if is_compound && of_parts.len() == 2 => Some(of_parts),
        None => None,
    }
}

/// `"EPSG","7415"]` or `"EPSG",7415]`.
fn authority_code(arguments: &str) -> Option<Code> {
    let (authority, rest) = arguments.split_once(',')?;
    if !authority.trim().trim_matches('"').eq_ignore_ascii_case("EPSG") {
        return None;
    }
    let end = rest.find([']', ')', ','])?;
    rest[..end].trim().trim_matches('"').parse().ok().map(Code::Epsg)
}

/// Horizontal and vertical part of compound codes that open city models use.
fn compound(code: u32) -> Option<(u32, u32)> {
    Some(match code {
        7415 => (28992, 5709),
        5554..=5556 => (code - 5554 + 25831, 5783),
        5698 => (2154, 5720),
        7405 => (27700, 5701),
        6697 => (6668, 6695),
        9518 => (4326, 3855),
        9707 => (4326, 5773),
        5972 => (25832, 5941),
        5973 => (25833, 5941),
        5845 => (3006, 5613),
        _ => return None,
    })
}

/// Whether the register's order is north (latitude) before east, for the codes that `geo::projection` knows.
pub(super) fn is_north_first(code: u32) -> bool {
    matches!(code, 4000..=4999 | 6668 | 6667 | 6669..=6687 | 2443..=2461 | 31466..=31469 | 2180 | 3035 | 3006)
}
