//! Things that stand many times in a tile: each look is drawn once, its copies are placed.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::mesh::{Copies, Mesh, Place};

/// Copies that would save fewer triangles than this are not worth a prototype.
const WORTH: usize = 260;

/// Collects the copies of a tile; a key stands for what looks the same.
#[derive(Debug)]
pub struct Stock<Key> {
    groups: BTreeMap<Key, Copies>,
    placed: usize,
}

impl<Key> Default for Stock<Key> {
    fn default() -> Self {
        Self { groups: BTreeMap::new(), placed: 0 }
    }
}

impl<Key: Ord> Stock<Key> {
    /// Adds a copy; `draw` is asked for the prototype where the look is new.
    pub fn put(&mut self, key: Key, place: Place, draw: impl FnOnce() -> Mesh) {
        let new = || Copies { prototype: Arc::new(draw()), places: Vec::new() };
        self.groups.entry(key).or_insert_with(new).places.push(place);
        self.placed += 1;
    }

    /// How many copies there are.
    pub fn placed(&self) -> usize {
        self.placed
    }

    /// Gives everything to the tile's mesh, in the order of the keys.
    pub fn finish(self, mesh: &mut Mesh) {
        for copies in self.groups.into_values() {
            let triangles = copies.triangles();
            if triangles == 0 {
                continue;
            }
            if triangles * (copies.places.len() - 1) < WORTH {
                mesh.expand(&copies);
            } else {
                mesh.copies.push(copies);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use glam::{DVec2, DVec3, Vec3};

    use super::*;
    use crate::bake::mesh::{NO_FEATURE, Rect, hex};

    #[test]
    fn what_stands_often_is_copied_and_what_stands_once_is_drawn() {
        let post = || {
            let mut mesh = Mesh::default();
            mesh.boxed(&Rect::new(DVec2::ZERO, DVec2::X, 1.0, 1.0), 0.0, 2.0, hex(0x808080));
            mesh
        };
        let place = |k: u32| Place {
            at: DVec3::new(f64::from(k) * 3.0, 0.0, 0.0),
            along: DVec2::X,
            up: Vec3::Z,
            scale: Vec3::ONE,
            feature: NO_FEATURE,
        };
        let mut stock = Stock::default();
        (0..100).for_each(|k| stock.put("often", place(k), post));
        stock.put("once", place(0), post);
        assert_eq!(stock.placed(), 101);
        let mut mesh = Mesh::default();
        stock.finish(&mut mesh);
        assert_eq!((mesh.copies.len(), mesh.copies[0].places.len()), (1, 100));
        assert_eq!(mesh.triangles[0].len(), post().triangles[0].len());
    }
}
