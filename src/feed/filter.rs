//! What a subscription lets through: globs on ids, classes and property names, and an area on the Earth.

use super::message::Subscribe;

/// A pattern: `*` any run of characters, `?` any one, all others themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(Vec<char>);

impl Glob {
    pub fn new(pattern: &str) -> Self {
        let mut chars: Vec<char> = pattern.chars().collect();
        // A run of stars says no more than one.
        chars.dedup_by(|next, star| *next == '*' && *star == '*');
        Self(chars)
    }

    /// Takes time of at most pattern length times text length.
    pub fn matches(&self, text: &str) -> bool {
        let pattern = self.0.as_slice();
        let (mut at, mut rest) = (0, text.chars());
        // Where to go on when a later part does not fit: after the last star, one character further into the text.
        let mut retry: Option<(usize, std::str::Chars)> = None;
        loop {
            let here = rest.clone();
            match (pattern.get(at), rest.next()) {
                (Some('*'), _) => {
                    at += 1;
                    rest = here.clone();
                    retry = Some((at, here));
                    continue;
                }
                (None, None) => return true,
                (Some(wanted), Some(got)) if *wanted == '?' || *wanted == got => {
                    at += 1;
                    continue;
                }
                _ => {}
            }
            let Some((after_star, mut from)) = retry.take() else { return false };
            if from.next().is_none() {
                return false;
            }
            (at, rest) = (after_star, from.clone());
            retry = Some((after_star, from));
        }
    }
}

/// A compiled [`Subscribe`]. The default lets everything through.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    entities: Vec<Glob>,
    classes: Vec<Glob>,
    properties: Vec<Glob>,
    area_deg: Option<[f64; 4]>,
}

impl Filter {
    pub fn new(subscribe: &Subscribe) -> Self {
        let globs = |patterns: &[std::borrow::Cow<str>]| patterns.iter().map(|pattern| Glob::new(pattern)).collect();
        Self {
            entities: globs(&subscribe.entities),
            classes: globs(&subscribe.classes),
            properties: globs(&subscribe.properties),
            area_deg: subscribe.area_deg,
        }
    }

    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }

    pub fn has_area(&self) -> bool {
        self.area_deg.is_some()
    }

    /// Whether the entity is wanted, by what never changes of it.
    pub fn wants_entity(&self, id: &str, class: Option<&str>) -> bool {
        fits(&self.entities, id) && (self.classes.is_empty() || class.is_some_and(|class| fits(&self.classes, class)))
    }

    pub fn wants_property(&self, name: &str) -> bool {
        fits(&self.properties, name)
    }

    /// Whether a place is wanted. With an area, what has no place on the Earth is not.
    pub fn wants_place(&self, lon_lat_deg: Option<(f64, f64)>) -> bool {
        let Some([west, south, east, north]) = self.area_deg else { return true };
        let Some((lon, lat)) = lon_lat_deg else { return false };
        let width = if east - west >= 360.0 { 360.0 } else { (east - west).rem_euclid(360.0) };
        (south..=north).contains(&lat) && (lon - west).rem_euclid(360.0) <= width
    }
}

fn fits(globs: &[Glob], text: &str) -> bool {
    globs.is_empty() || globs.iter().any(|glob| glob.matches(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_runs_single_characters_and_unicode() {
        for (pattern, text, fits) in [
            ("agv-*", "agv-7", true),
            ("agv-*", "agv", false),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("?", "é", true),
            ("*crane*7", "quay/crane 17", true),
            ("*crane*7", "quay/crane 18", false),
            ("a*b*c", "aXbXbXc", true),
            ("a**c", "abc", true),
            ("吊车-?", "吊车-三", true),
            ("*ab", "aab", true),
        ] {
            assert_eq!(Glob::new(pattern).matches(text), fits, "{pattern} on {text}");
        }
    }

    #[test]
    fn a_hostile_glob_ends() {
        let glob = Glob::new(&"*a".repeat(120));
        assert!(!glob.matches(&"a".repeat(119)));
        assert!(!Glob::new("*a*a*a*a*a*b").matches(&"a".repeat(256)));
    }

    #[test]
    fn an_area_may_cross_the_antimeridian() {
        let area = |area_deg| Filter { area_deg: Some(area_deg), ..Filter::default() };
        let fiji = area([176.0, -20.0, -178.0, -15.0]);
        assert!(fiji.wants_place(Some((179.5, -17.0))) && fiji.wants_place(Some((-179.5, -17.0))));
        assert!(!fiji.wants_place(Some((175.0, -17.0))) && !fiji.wants_place(Some((179.0, -14.0))));
        assert!(!fiji.wants_place(None));
        assert!(area([-180.0, -90.0, 180.0, 90.0]).wants_place(Some((77.0, 12.0))));
    }
}
