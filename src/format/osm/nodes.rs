//! Where nodes are, by id: 16 bytes a node in blocks of 16 MB, sorted, looked up by two binary searches.
//!
//! A city has some millions of nodes (Berlin: 10 million, 160 MB), a large country 400 million (6.4 GB). Ids in
//! ascending order, which is how all published files come, are appended; others cost one sort at the end.

use super::Place;

#[derive(Debug, Clone, Copy)]
struct Entry {
    id: i64,
    place: Place,
}

const _: () = assert!(size_of::<Entry>() == 16);

#[derive(Debug, Default)]
pub struct NodeStore {
    /// Each of [`BLOCK`] entries but the last one.
    blocks: Vec<Vec<Entry>>,
    unsorted: bool,
    last_id: Option<i64>,
    dropped: u64,
    max: u64,
}

/// Blocks instead of one vector, which would need three times its size for a moment whenever it grows.
const BLOCK: usize = 1 << 20;

impl NodeStore {
    /// Keeps `max_nodes` at most and counts the others.
    pub fn new(max_nodes: u64) -> Self {
        Self { max: max_nodes, ..Self::default() }
    }

    pub fn push(&mut self, id: i64, place: Place) {
        if self.len() >= self.max {
            self.dropped += 1;
            return;
        }
        self.unsorted |= self.last_id.is_some_and(|last| last >= id);
        self.last_id = Some(id);
        if self.blocks.last().is_none_or(|block| block.len() >= BLOCK) {
            // The first block grows by need, so that a small file stays small.
            self.blocks.push(if self.blocks.is_empty() { Vec::new() } else { Vec::with_capacity(BLOCK) });
        }
        if let Some(block) = self.blocks.last_mut() {
            block.push(Entry { id, place });
        }
    }

    /// To be called after the last [`NodeStore::push`]. Of nodes with the same id the last one stays.
    pub fn finish(&mut self) {
        if !self.unsorted {
            return;
        }
        let mut all: Vec<Entry> = std::mem::take(&mut self.blocks).into_iter().flatten().collect();
        // Stable, then later ones overwrite earlier ones.
        all.sort_by_key(|entry| entry.id);
        let mut kept: Vec<Entry> = Vec::with_capacity(all.len());
        for entry in all {
            match kept.last_mut() {
                Some(last) if last.id == entry.id => *last = entry,
                _ => kept.push(entry),
            }
        }
        self.blocks = kept.chunks(BLOCK).map(<[Entry]>::to_vec).collect();
        self.unsorted = false;
    }

    pub fn get(&self, id: i64) -> Option<Place> {
        let block =
            self.blocks.partition_point(|block| block.first().is_some_and(|first| first.id <= id)).checked_sub(1)?;
        let block = self.blocks.get(block)?;
        let at = block.binary_search_by_key(&id, |entry| entry.id).ok()?;
        Some(block.get(at)?.place)
    }

    pub fn len(&self) -> u64 {
        let full = self.blocks.len().saturating_sub(1) * BLOCK;
        (full + self.blocks.last().map_or(0, Vec::len)) as u64
    }

    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// How many did not fit.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(i: i64) -> Place {
        Place { lon_e7: i as i32, lat_e7: -(i as i32) }
    }

    #[test]
    fn nodes_are_found_in_any_order_of_pushing() {
        let mut store = NodeStore::new(100);
        for id in [5, -3, 9, 0, 7] {
            store.push(id, place(id));
        }
        store.finish();
        for id in [5, -3, 9, 0, 7] {
            assert_eq!(store.get(id), Some(place(id)));
        }
        assert_eq!(store.get(6), None);
        assert_eq!(store.get(i64::MIN), None);
    }

    #[test]
    fn many_nodes_lie_in_several_blocks() {
        let mut store = NodeStore::new(u64::MAX);
        let count = BLOCK as i64 * 2 + 10;
        for id in 0..count {
            store.push(id * 3, place(id));
        }
        store.finish();
        assert_eq!(store.len(), count as u64);
        for id in [0, 1, BLOCK as i64 - 1, BLOCK as i64, count - 1] {
            assert_eq!(store.get(id * 3), Some(place(id)));
            assert_eq!(store.get(id * 3 + 1), None);
        }
    }

    #[test]
    fn the_last_of_two_nodes_with_one_id_stays() {
        let mut store = NodeStore::new(10);
        store.push(4, place(1));
        store.push(4, place(2));
        store.finish();
        assert_eq!((store.get(4), store.len()), (Some(place(2)), 1));
    }

    #[test]
    fn nodes_past_the_limit_are_counted() {
        let mut store = NodeStore::new(1);
        store.push(1, place(1));
        store.push(2, place(2));
        assert_eq!((store.len(), store.dropped()), (1, 1));
    }
}
