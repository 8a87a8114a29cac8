//! Which numbers of messages were seen lately.

use std::collections::BTreeSet;

/// What a number says about its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// Higher than all before.
    Next,
    /// Lower than the highest, for the first time.
    Late,
    /// Seen before, or so old that nobody knows any more.
    Duplicate,
}

/// The last [`Window::LEN`] numbers.
#[derive(Debug, Clone, Default)]
pub(super) struct Window(BTreeSet<u64>);

impl Window {
    const LEN: usize = 4096;

    pub fn note(&mut self, seq: u64) -> Seen {
        let full = self.0.len() >= Self::LEN;
        let seen = match (self.0.first(), self.0.last()) {
            (_, Some(highest)) if seq > *highest => Seen::Next,
            (None, _) => Seen::Next,
            (Some(lowest), _) if full && seq < *lowest => return Seen::Duplicate,
            _ => Seen::Late,
        };
        if !self.0.insert(seq) {
            return Seen::Duplicate;
        }
        if full {
            self.0.pop_first();
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_next_late_or_duplicate() {
        let mut window = Window::default();
        let seen: Vec<Seen> = [1, 2, 5, 3, 3, 5, 6].into_iter().map(|seq| window.note(seq)).collect();
        use Seen::*;
        assert_eq!(seen, [Next, Next, Next, Late, Duplicate, Duplicate, Next]);
    }

    #[test]
    fn what_is_older_than_the_window_is_taken_for_a_duplicate() {
        let mut window = Window::default();
        for seq in 0..2 * Window::LEN as u64 {
            assert_eq!(window.note(seq + 10), Seen::Next);
        }
        assert_eq!(window.note(1), Seen::Duplicate);
        assert_eq!(window.0.len(), Window::LEN);
    }
}
