//! A page is its own display.

pub(super) fn has_display() -> bool {
    true
}
