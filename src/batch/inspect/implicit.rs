//! Walks implicit trees, subtree by subtree.

use std::collections::VecDeque;
use std::sync::Arc;

use glam::DAffine3;

use super::{External, NewTile, Walk};
use crate::bake::inspect::{ContentFacts, Problem};
use crate::bake::tiling::subtree::Address;
use crate::format::subtree::{self, Subtree, SubtreeRead, expand_template};
use crate::format::tileset::{ImplicitTiling, Subdivision, TileDef};
use crate::tiles::{SubtreeOverrides, subdivide};

/// Where a subtree begins and below which tile.
struct Start {
    root: Address,
    parent: Option<usize>,
}

/// What is the same for all tiles of a tree.
struct Tree<'a> {
    external: &'a External,
    def: &'a TileDef,
    tiling: &'a ImplicitTiling,
    ecef_from_tile: &'a DAffine3,
    name: String,
}

impl Walk {
    /// Adds all tiles of an implicit tree.
    pub(super) fn implicit(
        &mut self,
        external: &External,
        def: &TileDef,
        ecef_from_tile: &DAffine3,
        parent: Option<usize>,
        name: String,
    ) {
        let Some(tiling) = &def.implicit else { return };
        let tree = Tree { external, def, tiling, ecef_from_tile, name };
        let mut open = VecDeque::from([Start { root: Address::ROOT, parent }]);
        while let Some(start) = open.pop_front() {
            if self.files >= self.options.max_files {
                self.left_out += 1;
                continue;
            }
            let [x, y, z] = start.root.coordinates(tiling.scheme);
            let uri = expand_template(&tiling.subtrees_uri, start.root.level, x, y, z);
            match self.subtree(external, &uri, tiling) {
                Ok(subtree) => self.tiles_of(&tree, &subtree, &start, &mut open),
                Err(problem) => {
                    // A tile without anything else, so that the finding has a place.
                    let shape = NewTile {
                        name: tile_name(&tree, start.root),
                        parent: start.parent,
                        volume: &def.volume,
                        ecef_from_tile,
                        geometric_error: def.geometric_error * 0.5_f64.powi(start.root.level.min(64) as i32),
                        refine: def.refine,
                        contents: Vec::new(),
                    };
                    if let Some(tile) = self.tile(external, shape) {
                        let facts = ContentFacts { uri, problem: Some(problem), ..ContentFacts::default() };
                        self.tiles[tile].contents.push(facts);
                        self.places[tile].push(None);
                    }
                }
            }
        }
    }

    fn subtree(&mut self, external: &External, uri: &str, tiling: &ImplicitTiling) -> Result<Subtree, Problem> {
        let mut get = |uri: &str| -> Result<Arc<[u8]>, Problem> {
            self.files += 1;
            let location = external.location.join(uri, &external.scope);
            let location = location.map_err(|error| Problem::Missing(error.to_string()))?;
            let fetched = self.fetcher.get_blocking(&location);
            Ok(fetched.map_err(|error| super::problem(&error))?.bytes)
        };
        let bytes = get(uri)?;
        let mut buffers: Vec<(String, Arc<[u8]>)> = Vec::new();
        // Once without and once with the buffers that it names.
        for _ in 0..2 {
            let here = |uri: &str| buffers.iter().find(|(name, _)| name == uri).map(|(_, bytes)| bytes.clone());
            let read = subtree::read(&bytes, tiling.scheme, tiling.subtree_levels, &here);
            match read.map_err(|error| Problem::Unreadable(error.to_string()))? {
                SubtreeRead::Done(subtree, _) => {
                    self.subtree_files += 1;
                    return Ok(*subtree);
                }
                SubtreeRead::Missing(uris) => {
                    let base = external.location.join(uri, &external.scope);
                    for name in uris {
                        // Buffers lie beside the subtree, not beside the tileset.
                        let place = base.as_ref().ok().and_then(|base| base.join(&name, &external.scope).ok());
                        let fetched = place.and_then(|place| self.fetcher.get_blocking(&place).ok());
                        if let Some(fetched) = fetched {
                            buffers.push((name, fetched.bytes));
                        }
                    }
                }
            }
        }
        Err(Problem::Missing("a buffer of the subtree is not there".to_owned()))
    }

    fn tiles_of(&mut self, tree: &Tree<'_>, subtree: &Subtree, start: &Start, open: &mut VecDeque<Start>) {
        let scheme = tree.tiling.scheme;
        let overrides = SubtreeOverrides::read(subtree, tree.external.tileset.schema.as_ref());
        // Only below tiles that are there, so that a hostile subtree costs no more than it has bits.
        let mut here: Vec<(Address, Option<usize>)> =
            if subtree.tile_available(0, 0) { vec![(Address::ROOT, start.parent)] } else { Vec::new() };
        for level in 0..subtree.levels() {
            let mut below = Vec::new();
            for (within, parent) in here {
                let address = Address {
                    level: start.root.level + level,
                    morton: start.root.morton << (scheme.axes() * level) | within.morton,
                };
                if address.level >= tree.tiling.available_levels {
                    continue;
                }
                let Some(tile) = self.implicit_tile(tree, subtree, &overrides, within, address, parent) else {
                    continue;
                };
                for place in 0..scheme.children_per_tile() {
                    let child = within.child(scheme, place);
                    if child.level < subtree.levels() {
                        if subtree.tile_available(child.level, child.morton) {
                            below.push((child, Some(tile)));
                        }
                    } else if subtree.child_subtree_available(child.morton)
                        && address.level + 1 < tree.tiling.available_levels
                    {
                        open.push_back(Start { root: address.child(scheme, place), parent: Some(tile) });
                    }
                }
            }
            here = below;
        }
    }

    fn implicit_tile(
        &mut self,
        tree: &Tree<'_>,
        subtree: &Subtree,
        overrides: &SubtreeOverrides,
        within: Address,
        address: Address,
        parent: Option<usize>,
    ) -> Option<usize> {
        let cell = address.coordinates(tree.tiling.scheme);
        let of_tile = overrides.tile(subtree, within.level, within.morton);
        let of_content = overrides.content(subtree, within.level, within.morton);
        // Cells of more than 32 bits would be deeper than any tree may be.
        let place = cell.map(|c| u32::try_from(c).unwrap_or(u32::MAX));
        let volume = of_tile.volume_or(subdivide(&tree.def.volume, tree.tiling.scheme, address.level, place));
        let halved = tree.def.geometric_error * 0.5_f64.powi(address.level.min(64) as i32);
        let [x, y, z] = cell;
        let there = |number: &usize| subtree.content_available(*number, within.level, within.morton);
        let contents = tree.def.contents.iter().enumerate().filter(|(number, _)| there(number)).map(|(_, content)| {
            let own = (!of_content.is_empty()).then(|| of_content.volume_or(volume));
            (expand_template(&content.uri, address.level, x, y, z), own)
        });
        let new = NewTile {
            name: tile_name(tree, address),
            parent,
            volume: &volume,
            ecef_from_tile: tree.ecef_from_tile,
            geometric_error: of_tile.geometric_error.unwrap_or(halved),
            refine: tree.def.refine,
            contents: contents.collect(),
        };
        self.tile(tree.external, new)
    }
}

fn tile_name(tree: &Tree<'_>, address: Address) -> String {
    let [x, y, z] = address.coordinates(tree.tiling.scheme);
    match tree.tiling.scheme {
        Subdivision::Quadtree => format!("{}:{}/{x}/{y}", tree.name, address.level),
        Subdivision::Octree => format!("{}:{}/{x}/{y}/{z}", tree.name, address.level),
    }
}
