//! Just enough of well-known text: keywords with brackets inside of each other, authority codes, units.

use super::{FOOT_M, US_FOOT_M};

/// Deeper text is no coordinate system.
const MAX_DEPTH: usize = 32;
const MAX_BYTES: usize = 256 << 10;

/// `KEYWORD["text", 1.0, NODE[…]]`.
#[derive(Debug, Default)]
pub struct Node {
    /// In upper case.
    pub keyword: String,
    /// Texts and numbers, as written.
    values: Vec<String>,
    nodes: Vec<Node>,
}

impl Node {
    /// The first node with one of these keywords, this one or below it.
    pub fn find(&self, keywords: &[&str]) -> Option<&Node> {
        if keywords.contains(&self.keyword.as_str()) {
            return Some(self);
        }
        self.nodes.iter().find_map(|node| node.find(keywords))
    }

    /// Its own EPSG code.
    pub fn epsg(&self) -> Option<u32> {
        let own = self.nodes.iter().find(|node| matches!(node.keyword.as_str(), "AUTHORITY" | "ID"))?;
        let [authority, code, ..] = own.values.as_slice() else { return None };
        authority.eq_ignore_ascii_case("EPSG").then(|| code.parse().ok()).flatten()
    }

    /// Metres of its unit of length. Names of feet are believed rather than numbers, which are often 1 in vertical systems.
    pub fn unit(&self) -> Option<f64> {
        let unit = self.find(&["UNIT", "LENGTHUNIT"])?;
        let name = unit.values.first()?.to_ascii_lowercase();
        let number: f64 = unit.values.get(1)?.parse().ok()?;
        let is_foot = ["foot", "feet", "ft"].iter().any(|word| name.contains(word));
        if is_foot && ["us", "survey"].iter().any(|word| name.contains(word)) {
            return Some(US_FOOT_M);
        }
        if is_foot && (number == 1.0 || (number - FOOT_M).abs() < 1e-6) {
            return Some(FOOT_M);
        }
        (number.is_finite() && number > 0.0).then_some(number)
    }
}

/// `None` for what is no well-known text.
pub fn parse(text: &str) -> Option<Node> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let mut rest = text.trim_start();
    let root = node(&mut rest, 0)?;
    (!root.keyword.is_empty()).then_some(root)
}

fn node(rest: &mut &str, depth: usize) -> Option<Node> {
    let open = rest.find(['[', '('])?;
    let keyword = rest[..open].trim().to_ascii_uppercase();
    if depth > MAX_DEPTH || keyword.is_empty() || !keyword.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return None;
    }
    *rest = &rest[open + 1..];
    let mut found = Node { keyword, ..Node::default() };
    loop {
        *rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        match rest.chars().next()? {
            ']' | ')' => {
                *rest = &rest[1..];
                return Some(found);
            }
            '"' => {
                let end = rest[1..].find('"')? + 1;
                found.values.push(rest[1..end].to_owned());
                *rest = &rest[end + 1..];
            }
            _ => {
                let end = rest.find(['[', '(', ']', ')', ','])?;
                if rest[end..].starts_with(['[', '(']) {
                    found.nodes.push(node(rest, depth + 1)?);
                } else {
                    found.values.push(rest[..end].trim().to_owned());
                    *rest = &rest[end..];
                }
            }
        }
    }
}
