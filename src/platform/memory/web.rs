//! A page has at most 4 GiB for everything.

pub(super) fn for_tiles_bytes() -> u64 {
    1 << 30
}
