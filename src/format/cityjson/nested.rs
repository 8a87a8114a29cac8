//! Arrays of arrays of indices, as CityJSON writes boundaries and the values of semantics, materials and textures.
//!
//! Kept flat, because a JSON value tree of a large terrain would need some ten times the file's size. Anything that is
//! no index where one should be becomes [`BAD`], so that a single wrong number does not cost the whole geometry.

use std::fmt;
use std::ops::Range;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A `null` among the leaves.
pub const NULL: u32 = u32::MAX;
/// A leaf that is neither an index nor `null`.
pub const BAD: u32 = u32::MAX - 1;

/// A tree of arrays whose leaves all lie at the same depth.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Nested {
    /// From the outside in: where each array ends among its children, which are the arrays of the next level or leaves.
    ends: Vec<Vec<u32>>,
    leaves: Vec<u32>,
    /// How many things that are neither an array nor `null` stood where an array should be; they count as empty arrays.
    pub misplaced: usize,
}

impl Nested {
    /// Parses arrays nested `depth` (1 or more) deep. `Err` only for text that is no JSON, or longer than 4 GiB.
    pub fn parse(json: &str, depth: usize) -> Result<Self, serde_json::Error> {
        let mut nested = Self { ends: vec![Vec::new(); depth - 1], ..Self::default() };
        let mut deserializer = serde_json::Deserializer::from_str(json);
        Array { out: &mut nested, level: 0 }.deserialize(&mut deserializer)?;
        Ok(nested)
    }

    /// How deep the arrays are nested.
    pub fn depth(&self) -> usize {
        self.ends.len() + 1
    }

    /// The children of the outermost array.
    pub fn top(&self) -> Range<usize> {
        0..self.ends.first().map_or(self.leaves.len(), Vec::len)
    }

    /// The children of array `index` of `level`, where level 0 are the children of the outermost array.
    pub fn children(&self, level: usize, index: usize) -> Range<usize> {
        let Some(end) = self.ends.get(level).and_then(|ends| ends.get(index)) else { return 0..0 };
        let start = if index == 0 { 0 } else { self.ends[level][index - 1] };
        start as usize..*end as usize
    }

    /// The leaves in `range`, which comes from [`Nested::children`] of the deepest level (or is [`Nested::top`]).
    pub fn leaves(&self, range: Range<usize>) -> &[u32] {
        self.leaves.get(range).unwrap_or_default()
    }

    /// The place among the arrays (or leaves) of its level that `path` leads to, one index for each level.
    pub fn descend(&self, path: &[u32]) -> Option<usize> {
        let mut range = self.top();
        let mut found = None;
        for (level, step) in path.iter().enumerate() {
            let index = range.start.checked_add(*step as usize).filter(|index| *index < range.end)?;
            found = Some(index);
            range = self.children(level, index);
        }
        found
    }

    /// The leaf that `path` leads to, which has one index for each level; `None` as well where `null` stands.
    pub fn leaf_at(&self, path: &[u32]) -> Option<u32> {
        let index = self.descend(path).filter(|_| path.len() == self.depth())?;
        self.leaves.get(index).copied().filter(|leaf| *leaf != NULL)
    }

    /// The innermost array that `path` leads to, which has one index less than there are levels.
    pub fn array_at(&self, path: &[u32]) -> &[u32] {
        match self.descend(path).filter(|_| path.len() + 1 == self.depth()) {
            Some(index) => self.leaves(self.children(path.len() - 1, index)),
            None => &[],
        }
    }

    fn len_at(&self, level: usize) -> usize {
        self.ends.get(level).map_or(self.leaves.len(), Vec::len)
    }
}

struct Array<'a> {
    out: &'a mut Nested,
    /// 0 for the outermost array.
    level: usize,
}

impl Array<'_> {
    /// Notes where this array ends.
    fn close<E: serde::de::Error>(self) -> Result<(), E> {
        if self.level > 0 {
            let end = u32::try_from(self.out.len_at(self.level)).map_err(|_| E::custom("more than 2^32 entries"))?;
            self.out.ends[self.level - 1].push(end);
        }
        Ok(())
    }

    fn misplaced<E: serde::de::Error>(self) -> Result<(), E> {
        self.out.misplaced += 1;
        self.close()
    }
}

impl<'de> DeserializeSeed<'de> for Array<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Array<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nested arrays of indices")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if self.level + 1 == self.out.depth() {
            while let Some(Leaf(leaf)) = list.next_element()? {
                self.out.leaves.push(leaf);
            }
            if self.out.leaves.len() >= BAD as usize {
                return Err(A::Error::custom("more than 2^32 indices"));
            }
        } else {
            while list.next_element_seed(Array { out: self.out, level: self.level + 1 })?.is_some() {}
        }
        self.close()
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.close()
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        self.misplaced()
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
        self.misplaced()
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<(), E> {
        self.misplaced()
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<(), E> {
        self.misplaced()
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<(), E> {
        self.misplaced()
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<(), E> {
        self.misplaced()
    }
}

/// An index, or what stands in its place.
struct Leaf(u32);

impl<'de> serde::Deserialize<'de> for Leaf {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LeafVisitor)
    }
}

struct LeafVisitor;

impl<'de> Visitor<'de> for LeafVisitor {
    type Value = Leaf;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an index or null")
    }

    fn visit_u64<E>(self, number: u64) -> Result<Leaf, E> {
        Ok(Leaf(u32::try_from(number).unwrap_or(BAD).min(BAD)))
    }

    fn visit_unit<E>(self) -> Result<Leaf, E> {
        Ok(Leaf(NULL))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Leaf, E> {
        Ok(Leaf(BAD))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Leaf, E> {
        // `5.0` is what some writers make of 5.
        let whole = number.fract() == 0.0 && (0.0..f64::from(BAD)).contains(&number);
        Ok(Leaf(if whole { number as u32 } else { BAD }))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Leaf, E> {
        Ok(Leaf(BAD))
    }

    fn visit_str<E>(self, _: &str) -> Result<Leaf, E> {
        Ok(Leaf(BAD))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Leaf, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Leaf(BAD))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Leaf, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Leaf(BAD))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_multi_surface_keeps_its_rings() {
        let nested = Nested::parse("[[[0,1,2],[3,4,5]],[[6,7,8,9]],[]]", 3).expect("json");
        assert_eq!(nested.top(), 0..3);
        assert_eq!(nested.children(0, 0), 0..2);
        assert_eq!(nested.children(0, 1), 2..3);
        assert_eq!(nested.children(0, 2), 3..3);
        assert_eq!(nested.leaves(nested.children(1, 2)), [6, 7, 8, 9]);
    }

    #[test]
    fn null_is_told_from_what_is_no_index() {
        let nested = Nested::parse(r#"[0, null, -1, 2.5, "x", [1], {"a":1}, 4294967296, 7.0, true]"#, 1).expect("json");
        assert_eq!(nested.leaves(nested.top()), [0, NULL, BAD, BAD, BAD, BAD, BAD, BAD, 7, BAD]);
    }

    #[test]
    fn what_is_no_array_counts_as_an_empty_one() {
        let nested = Nested::parse(r#"[[1], null, 5, "x", {"a": [2]}, [3]]"#, 2).expect("json");
        assert_eq!(nested.top(), 0..6);
        assert_eq!(nested.misplaced, 3);
        assert_eq!(nested.leaves(nested.children(0, 5)), [3]);
        assert!(nested.children(0, 2).is_empty());
    }

    #[test]
    fn paths_lead_to_leaves_and_arrays() {
        let nested = Nested::parse("[[[0,1,2],[3,4,5]],null,[[6,null,8]]]", 3).expect("json");
        assert_eq!(nested.array_at(&[0, 1]), [3, 4, 5]);
        assert_eq!(nested.leaf_at(&[2, 0, 2]), Some(8));
        assert_eq!(nested.leaf_at(&[2, 0, 1]), None);
        assert_eq!(nested.array_at(&[1, 0]), [0_u32; 0]);
        assert_eq!(nested.descend(&[0, 2]), None);
        assert_eq!(nested.leaf_at(&[0, 1]), None);
    }

    #[test]
    fn asking_beyond_the_end_gives_nothing() {
        let nested = Nested::parse("[[1]]", 2).expect("json");
        assert!(nested.children(0, 9).is_empty());
        assert!(nested.children(7, 0).is_empty());
    }

    proptest! {
        #[test]
        fn any_solid_reads_as_serde_json_reads_it(
            shells in proptest::collection::vec(
                proptest::collection::vec(
                    proptest::collection::vec(proptest::collection::vec(0_u32..1000, 0..5), 0..4), 0..4), 0..4)
        ) {
            let nested = Nested::parse(&serde_json::to_string(&shells).expect("json"), 4).expect("json");
            let back: Vec<Vec<Vec<Vec<u32>>>> = nested.top().map(|shell| {
                nested.children(0, shell).map(|surface| {
                    nested.children(1, surface).map(|ring| nested.leaves(nested.children(2, ring)).to_vec()).collect()
                }).collect()
            }).collect();
            prop_assert_eq!(back, shells);
        }
    }
}
