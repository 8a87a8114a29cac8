//! The vertices of one primitive: which of them are used at all, and their attributes, from accessors or from Draco.
//!
//! Exporters let many primitives share one big vertex buffer; each keeps only what its indices touch, so that a primitive
//! costs what it shows. Triangles and lines that cannot be drawn (indices out of range, positions that are not numbers)
//! are dropped here and told, so that everything behind may trust the indices.

use super::super::Topology;
use super::accessor::Elements;
use super::budget::Budget;
use super::buffers::Buffers;
use super::document::{Document, Primitive};
use super::draco::DracoMesh;
use super::topology::{self, IndexList};
use crate::format::issue::{Issue, Issues};
use std::collections::BTreeMap;

/// The used vertices of a primitive.
#[derive(Debug)]
pub struct Vertices<'a> {
    pub topology: Topology,
    /// Into the used vertices.
    pub indices: Vec<u32>,
    /// Finite, of the used vertices, in the mesh's units.
    pub positions: Vec<[f32; 3]>,
    attributes: BTreeMap<&'a str, Elements<'a>>,
    /// The file's numbers of the used vertices, rising; `None`: all of them.
    pick: Option<Vec<u32>>,
    /// How many vertices the file has for the primitive.
    file_count: usize,
    path: &'a str,
}

impl<'a> Vertices<'a> {
    /// Finds what is used. `None` if nothing can be drawn; that is then told.
    ///
    /// `path`: JSON pointer of the primitive.
    pub fn read(
        document: &'a Document,
        buffers: &'a Buffers,
        primitive: &'a Primitive,
        draco: Option<&'a DracoMesh>,
        path: &'a str,
        budget: &mut Budget,
        issues: &mut Issues,
    ) -> Option<Self> {
        let attributes = attributes(document, buffers, primitive, draco, path, issues);
        let Some(position) = attributes.get("POSITION").copied() else {
            if !primitive.attributes.contains_key("POSITION") {
                issues.push(Issue::error(format!("{path}/attributes"), "no POSITION: the primitive is left out"));
            }
            return None;
        };
        let result = list(document, buffers, primitive, draco, &position, budget);
        let mut vertices = match result {
            Ok(list) => {
                tell_dropped(&list, path, issues);
                Self {
                    topology: list.topology,
                    indices: list.indices,
                    positions: Vec::new(),
                    attributes,
                    pick: None,
                    file_count: position.count,
                    path,
                }
            }
            Err(message) => {
                issues.push(Issue::error(format!("{path}/indices"), format!("{message}: the primitive is left out")));
                return None;
            }
        };
        if let Err(message) = vertices.keep_used(&position, budget, issues) {
            issues.push(Issue::error(
                format!("{path}/attributes/POSITION"),
                format!("{message}: the primitive is left out"),
            ));
            return None;
        }
        if vertices.positions.is_empty() {
            issues.push(Issue::info(path, "the primitive has nothing to draw"));
            return None;
        }
        Some(vertices)
    }

    /// Whether the geometry has every vertex of the file, in the same order.
    pub fn all_used(&self) -> bool {
        self.pick.is_none()
    }

    pub fn has(&self, semantic: &str) -> bool {
        self.attributes.contains_key(semantic)
    }

    /// The file's numbers of the used vertices.
    pub fn file_numbers(&self) -> Vec<u32> {
        match &self.pick {
            Some(pick) => pick.clone(),
            None => (0..).take(self.positions.len()).collect(),
        }
    }

    /// An attribute of the used vertices as f32, non-finite values as 0; `None` if there is none or it does not fit.
    pub fn f32s<const N: usize>(&self, semantic: &str, lanes: &[usize], issues: &mut Issues) -> Option<Vec<[f32; N]>> {
        let mut elements = *self.attributes.get(semantic)?;
        // Colours that a writer forgot to call normalized would all be white.
        elements.normalized |= semantic.starts_with("COLOR_");
        self.checked(semantic, &elements, lanes, issues)?;
        let mut values = self.told(semantic, elements.f32s::<N>(1.0, self.pick.as_deref()), issues)?;
        values.as_flattened_mut().iter_mut().filter(|value| !value.is_finite()).for_each(|value| *value = 0.0);
        Some(values)
    }

    /// An attribute of the used vertices as whole numbers.
    pub fn u32s<const N: usize>(&self, semantic: &str, lanes: &[usize], issues: &mut Issues) -> Option<Vec<[u32; N]>> {
        let elements = self.attributes.get(semantic)?;
        self.checked(semantic, elements, lanes, issues)?;
        self.told(semantic, elements.u32s::<N>(self.pick.as_deref()), issues)
    }

    /// Deltas of a morph target, which has one for each vertex of the file.
    pub fn deltas(&self, elements: &Elements, semantic: &str, issues: &mut Issues) -> Option<Vec<[f32; 3]>> {
        self.checked(semantic, elements, &[3], issues)?;
        self.told(semantic, elements.f32s::<3>(0.0, self.pick.as_deref()), issues)
    }

    fn checked(&self, semantic: &str, elements: &Elements, lanes: &[usize], issues: &mut Issues) -> Option<()> {
        let problem = if !lanes.contains(&elements.lanes) {
            Issue::warning("", "the attribute has a wrong number of components and is left out")
                .expected_got(format!("{lanes:?}"), elements.lanes)
        } else if elements.count != self.file_count {
            Issue::warning("", "the attribute has not as many elements as POSITION and is left out")
                .expected_got(self.file_count, elements.count)
        } else {
            return Some(());
        };
        issues.push(Issue { path: format!("{}/attributes/{semantic}", self.path), ..problem });
        None
    }

    fn told<T>(&self, semantic: &str, result: Result<T, String>, issues: &mut Issues) -> Option<T> {
        result
            .map_err(|message| {
                issues.push(Issue::warning(
                    format!("{}/attributes/{semantic}", self.path),
                    format!("{message}: the attribute is left out"),
                ));
            })
            .ok()
    }

    /// Reads the positions of the used vertices and renumbers the indices to them.
    fn keep_used(&mut self, position: &Elements, budget: &mut Budget, issues: &mut Issues) -> Result<(), String> {
        if position.lanes != 3 {
            return Err(format!("expected 3 components, got {}", position.lanes));
        }
        let all_points = self.topology == Topology::Points && self.indices.is_empty();
        if !all_points {
            self.pick = renumber(&mut self.indices, self.file_count);
        }
        let used = self.pick.as_ref().map_or(self.file_count, Vec::len);
        let replaced = self.attributes.values().map(Elements::sparse_count).fold(0, usize::saturating_add);
        budget.vertices.take(used.saturating_add(replaced)).map_err(|error| error.to_string())?;
        self.positions = position.f32s::<3>(0.0, self.pick.as_deref())?;

        let finite = |position: &[f32; 3]| position.iter().all(|value| value.is_finite());
        if self.positions.iter().all(finite) {
            return Ok(());
        }
        let before = self.indices.len();
        let kept: Vec<u32> = if all_points {
            (0u32..).zip(&self.positions).filter(|(_, position)| finite(position)).map(|(index, _)| index).collect()
        } else {
            self.drop_not_finite();
            renumber(&mut self.indices, self.positions.len())
                .unwrap_or_else(|| (0..).take(self.positions.len()).collect())
        };
        let dropped = if all_points { self.positions.len() - kept.len() } else { before - self.indices.len() };
        issues.push(Issue::error(
            format!("{}/attributes/POSITION", self.path),
            format!("positions are not finite: {dropped} {} dropped", if all_points { "points" } else { "indices" }),
        ));
        self.positions = kept.iter().filter_map(|&index| self.positions.get(index as usize).copied()).collect();
        self.pick = Some(match &self.pick {
            Some(pick) => kept.iter().filter_map(|&index| pick.get(index as usize).copied()).collect(),
            None => kept,
        });
        Ok(())
    }

    /// Drops triangles, lines and indexed points at a position that is not finite.
    fn drop_not_finite(&mut self) {
        let corners = match self.topology {
            Topology::Triangles => 3,
            Topology::Lines => 2,
            Topology::Points => 1,
        };
        let finite = |index: &u32| self.positions.get(*index as usize).is_some_and(|p| p.iter().all(|v| v.is_finite()));
        self.indices =
            self.indices.chunks_exact(corners).filter(|chunk| chunk.iter().all(finite)).flatten().copied().collect();
    }
}

fn attributes<'a>(
    document: &'a Document,
    buffers: &'a Buffers,
    primitive: &'a Primitive,
    draco: Option<&'a DracoMesh>,
    path: &str,
    issues: &mut Issues,
) -> BTreeMap<&'a str, Elements<'a>> {
    let mut attributes: BTreeMap<&str, Elements> = draco.into_iter().flat_map(DracoMesh::elements).collect();
    for (semantic, accessor) in &primitive.attributes {
        if attributes.contains_key(semantic.as_str()) {
            continue;
        }
        match Elements::of_accessor(&document.accessors, buffers, accessor.0) {
            Ok(elements) => {
                attributes.insert(semantic, elements);
            }
            Err(message) => issues.push(Issue::error(format!("{path}/attributes/{semantic}"), message)),
        }
    }
    attributes
}

/// The primitive's indices as a list.
fn list(
    document: &Document,
    buffers: &Buffers,
    primitive: &Primitive,
    draco: Option<&DracoMesh>,
    position: &Elements,
    budget: &mut Budget,
) -> Result<IndexList, String> {
    let mode = if draco.is_some() { 4 } else { primitive.mode.map_or(4, |mode| mode.0) };
    let vertex_count = u32::try_from(position.count).map_err(|_| "more vertices than 32 bits can number")?;
    let elements = match (draco, primitive.indices) {
        (None, Some(accessor)) => Some(Elements::of_accessor(&document.accessors, buffers, accessor.0)?),
        _ => None,
    };
    let count = match (draco, &elements) {
        (Some(_), _) => 0,
        (None, Some(elements)) => elements.count,
        (None, None) if mode == 0 => 0,
        (None, None) => position.count,
    };
    let len = topology::list_len(mode, count).ok_or_else(|| format!("unknown mode {mode}"))?;
    budget.indices.take(len).map_err(|error| error.to_string())?;
    let indices = match (draco, elements) {
        (Some(draco), _) => {
            let indices = draco.indices();
            budget.indices.take(indices.len()).map_err(|error| error.to_string())?;
            Some(indices)
        }
        (None, Some(elements)) if elements.lanes != 1 => return Err("indices must be scalars".into()),
        (None, Some(elements)) => Some(elements.u32s::<1>(None)?.into_flattened()),
        (None, None) => None,
    };
    topology::to_list(mode, indices, vertex_count).ok_or_else(|| format!("unknown mode {mode}"))
}

fn tell_dropped(list: &IndexList, path: &str, issues: &mut Issues) {
    let what = match list.topology {
        Topology::Triangles => "triangles",
        Topology::Lines => "lines",
        Topology::Points => "points",
    };
    if list.out_of_range > 0 {
        let message = format!("{} {what} use vertices that do not exist and are dropped", list.out_of_range);
        issues.push(Issue::error(format!("{path}/indices"), message));
    }
    if list.degenerate > 0 {
        let message = format!("{} {what} use a vertex twice and are dropped", list.degenerate);
        issues.push(Issue::info(format!("{path}/indices"), message));
    }
}

/// Renumbers the indices to the vertices that they use and gives those, rising; `None` if all are used.
///
/// Every index must be below `vertex_count`.
fn renumber(indices: &mut [u32], vertex_count: usize) -> Option<Vec<u32>> {
    const UNUSED: u32 = u32::MAX;
    // A table of all vertices is fast, but its size is the file's word; sorting costs only what the indices are.
    if vertex_count <= indices.len().saturating_mul(4).saturating_add(1024) {
        let mut number = vec![UNUSED; vertex_count];
        for &index in indices.iter() {
            if let Some(slot) = number.get_mut(index as usize) {
                *slot = 0;
            }
        }
        let used: Vec<u32> =
            (0u32..).zip(&number).filter(|&(_, &slot)| slot != UNUSED).map(|(index, _)| index).collect();
        if used.len() == vertex_count {
            return None;
        }
        for (new, &old) in (0u32..).zip(&used) {
            if let Some(slot) = number.get_mut(old as usize) {
                *slot = new;
            }
        }
        for index in indices.iter_mut() {
            *index = number.get(*index as usize).copied().unwrap_or(0);
        }
        return Some(used);
    }
    let mut used = indices.to_vec();
    used.sort_unstable();
    used.dedup();
    for index in indices.iter_mut() {
        *index = used.binary_search(index).unwrap_or(0) as u32;
    }
    Some(used)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renumbering_keeps_what_each_index_means_whichever_way_it_is_done() {
        for vertex_count in [10, 1_000_000] {
            let mut indices = [7, 2, 9, 2, 7, 4];
            let used = renumber(&mut indices, vertex_count).expect("not all are used");
            assert_eq!(used, [2, 4, 7, 9]);
            assert_eq!(indices, [2, 0, 3, 0, 2, 1]);
        }
        let mut all = [2, 1, 0];
        assert_eq!(renumber(&mut all, 3), None);
        assert_eq!(all, [2, 1, 0]);
    }
}
