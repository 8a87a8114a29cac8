//! The node hierarchy (glTF 2.0, sections 3.5 and 3.6.3): which nodes are shown, and where they are, in f64.
//!
//! No recursion: depth costs no stack, and a node that is reached twice (a cycle, or two parents) is told and taken once.

use super::document::{Document, Node};
use crate::format::issue::{Issue, Issues};
use glam::{DAffine3, DMat3, DQuat, DVec3};

/// A node that shows a mesh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw {
    pub node: usize,
    pub mesh: usize,
}

/// Transforms of all nodes, and those that the default scene shows.
#[derive(Debug, Default)]
pub struct FlatScene {
    /// From a node's frame to the scene's; for every node of the file, since joints may lie outside of the scene.
    pub scene_from_node: Vec<DAffine3>,
    /// In the order of the hierarchy.
    pub draws: Vec<Draw>,
}

/// Walks the whole hierarchy, then the default scene (or the first one, or all roots where there is none).
pub fn flatten(document: &Document, issues: &mut Issues) -> FlatScene {
    let nodes = &document.nodes;
    let mut has_parent = vec![false; nodes.len()];
    for (index, node) in nodes.iter().enumerate() {
        for child in &node.children {
            match has_parent.get_mut(child.0) {
                Some(flag) => *flag = true,
                None => issues.push(
                    Issue::error(format!("/nodes/{index}/children"), "child does not exist")
                        .expected_got(format!("below {}", nodes.len()), child.0),
                ),
            }
        }
    }
    let roots: Vec<usize> =
        (0..nodes.len()).filter(|&index| !has_parent.get(index).copied().unwrap_or(false)).collect();

    let mut scene_from_node = vec![DAffine3::IDENTITY; nodes.len()];
    walk(nodes, &roots, issues, |index, parent, issues| {
        let local = local_transform(nodes.get(index)?, index, issues);
        let global = match parent {
            Some(parent) => *scene_from_node.get(parent)? * local,
            None => local,
        };
        *scene_from_node.get_mut(index)? = global;
        Some(())
    });

    let shown = match document.scene.map(|scene| scene.0).or((!document.scenes.is_empty()).then_some(0)) {
        Some(scene) => match document.scenes.get(scene) {
            Some(scene) => scene.nodes.iter().map(|node| node.0).collect(),
            None => {
                issues.push(
                    Issue::error("/scene", "the default scene does not exist; all root nodes are shown")
                        .expected_got(format!("below {}", document.scenes.len()), scene),
                );
                roots
            }
        },
        None => roots,
    };
    let mut draws = Vec::new();
    let mut quiet = Issues::default();
    walk(nodes, &shown, &mut quiet, |index, _, _| {
        if let Some(mesh) = nodes.get(index)?.mesh {
            draws.push(Draw { node: index, mesh: mesh.0 });
        }
        Some(())
    });
    FlatScene { scene_from_node, draws }
}

/// Visits every node below `roots` once, parents before children, siblings in order.
fn walk(
    nodes: &[Node],
    roots: &[usize],
    issues: &mut Issues,
    mut visit: impl FnMut(usize, Option<usize>, &mut Issues) -> Option<()>,
) {
    let mut seen = vec![false; nodes.len()];
    let mut stack: Vec<(usize, Option<usize>)> = roots.iter().rev().map(|&root| (root, None)).collect();
    while let Some((index, parent)) = stack.pop() {
        let Some(seen) = seen.get_mut(index) else { continue };
        if std::mem::replace(seen, true) {
            issues.push(Issue::error(
                format!("/nodes/{index}"),
                "the node has more than one parent, or is its own ancestor",
            ));
            continue;
        }
        if visit(index, parent, issues).is_none() {
            continue;
        }
        let children = nodes.get(index).map_or(&[][..], |node| &node.children);
        stack.extend(children.iter().rev().map(|child| (child.0, Some(index))));
    }
}

/// `parent_from_node`: the matrix if there is one, else translation * rotation * scale.
fn local_transform(node: &Node, index: usize, issues: &mut Issues) -> DAffine3 {
    if let Some(matrix) = &node.matrix {
        return affine_from_columns(matrix).unwrap_or_else(|| {
            issues.push(Issue::warning(
                format!("/nodes/{index}/matrix"),
                "the last row is not 0, 0, 0, 1: perspective is left out",
            ));
            linear_and_translation(matrix)
        });
    }
    let rotation = node.rotation.map_or(DQuat::IDENTITY, |xyzw| {
        let rotation = DQuat::from_array(xyzw);
        if rotation.length_squared() > 1e-12 && rotation.is_finite() {
            rotation.normalize()
        } else {
            issues.push(Issue::warning(
                format!("/nodes/{index}/rotation"),
                "the quaternion has no length; taken as none",
            ));
            DQuat::IDENTITY
        }
    });
    let translation = node.translation.map_or(DVec3::ZERO, DVec3::from_array);
    let scale = node.scale.map_or(DVec3::ONE, DVec3::from_array);
    DAffine3::from_scale_rotation_translation(scale, rotation, translation)
}

/// A column-major 4x4 matrix as an affine transform; `None` if its last row is not 0, 0, 0, 1.
fn affine_from_columns(m: &[f64; 16]) -> Option<DAffine3> {
    (m[3] == 0.0 && m[7] == 0.0 && m[11] == 0.0 && m[15] == 1.0).then(|| linear_and_translation(m))
}

/// The upper three rows of a column-major 4x4 matrix.
pub fn linear_and_translation(m: &[f64; 16]) -> DAffine3 {
    DAffine3::from_mat3_translation(
        DMat3::from_cols(DVec3::new(m[0], m[1], m[2]), DVec3::new(m[4], m[5], m[6]), DVec3::new(m[8], m[9], m[10])),
        DVec3::new(m[12], m[13], m[14]),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(json: &str) -> (FlatScene, Issues) {
        let document: Document = serde_json::from_str(json).expect("valid JSON");
        let mut issues = Issues::default();
        (flatten(&document, &mut issues), issues)
    }

    #[test]
    fn earth_sized_translations_keep_their_millimetres() {
        let (scene, issues) = flat(
            r#"{"scenes":[{"nodes":[0]}],"nodes":[
                {"matrix":[1,0,0,0, 0,1,0,0, 0,0,1,0, 4433094.1234,362834.5678,-4556211.0001,1],"children":[1]},
                {"translation":[0.0004,0,0],"mesh":0}]}"#,
        );
        let p = scene.scene_from_node[1].translation;
        assert!((p - DVec3::new(4_433_094.123_8, 362_834.567_8, -4_556_211.000_1)).length() < 1e-8, "{p}");
        assert_eq!(scene.draws, [Draw { node: 1, mesh: 0 }]);
        assert!(issues.is_empty());
    }

    #[test]
    fn cycles_and_second_parents_end_and_are_told() {
        let (scene, issues) = flat(
            r#"{"scenes":[{"nodes":[0]}],"nodes":[
                {"children":[1,1,2]},{"children":[0,2],"mesh":0},{"children":[9],"mesh":0}]}"#,
        );
        assert_eq!(scene.draws.len(), 2);
        assert!(issues.has_errors());
    }

    #[test]
    fn a_hundred_thousand_levels_need_no_stack() {
        let nodes: Vec<String> =
            (0..100_000).map(|i| format!(r#"{{"children":[{}],"translation":[1,0,0]}}"#, i + 1)).collect();
        let (scene, _) = flat(&format!(r#"{{"nodes":[{},{{"mesh":0}}]}}"#, nodes.join(",")));
        assert_eq!(scene.scene_from_node[100_000].translation.x, 100_000.0);
    }

    #[test]
    fn only_the_default_scene_is_shown_and_without_scenes_all_roots() {
        let nodes = r#""nodes":[{"mesh":0},{"mesh":1}]"#;
        let (second, _) = flat(&format!(r#"{{"scene":1,"scenes":[{{"nodes":[0]}},{{"nodes":[1]}}],{nodes}}}"#));
        assert_eq!(second.draws, [Draw { node: 1, mesh: 1 }]);
        let (all, _) = flat(&format!("{{{nodes}}}"));
        assert_eq!(all.draws.len(), 2);
    }
}
