//! A page has one thread.

pub(super) fn lower_priority() {}
