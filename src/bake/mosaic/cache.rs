//! Blocks that were used lately.

use std::collections::BTreeMap;
use std::rc::Rc;

/// Level, column and row of a block.
pub type BlockKey = (u8, i64, i64);

/// Keeps the blocks that were used last.
pub struct Cache<V> {
    blocks: BTreeMap<BlockKey, (u64, Rc<V>)>,
    clock: u64,
    max_blocks: usize,
}

impl<V> Cache<V> {
    /// At least a handful of blocks are kept, whatever is asked for, so that neighbours are at hand.
    pub fn new(max_blocks: usize) -> Self {
        Self { blocks: BTreeMap::new(), clock: 0, max_blocks: max_blocks.max(16) }
    }

    pub fn get(&mut self, key: BlockKey) -> Option<Rc<V>> {
        self.clock += 1;
        let (used, block) = self.blocks.get_mut(&key)?;
        *used = self.clock;
        Some(Rc::clone(block))
    }

    pub fn insert(&mut self, key: BlockKey, block: V) -> Rc<V> {
        if self.blocks.len() >= self.max_blocks
            && let Some(oldest) = self.blocks.iter().min_by_key(|(_, (used, _))| *used).map(|(key, _)| *key)
        {
            self.blocks.remove(&oldest);
        }
        self.clock += 1;
        let block = Rc::new(block);
        self.blocks.insert(key, (self.clock, Rc::clone(&block)));
        block
    }
}
