//! A share of the machine's memory.

const LEAST_BYTES: u64 = 1 << 30;
const MOST_BYTES: u64 = 4 << 30;
/// Where the system does not say what it has.
const USUAL_BYTES: u64 = 2 << 30;

pub(super) fn for_tiles_bytes() -> u64 {
    match total_bytes() {
        Some(total) => (total / 6).clamp(LEAST_BYTES, MOST_BYTES),
        None => USUAL_BYTES,
    }
}

/// All of the machine's memory, as Linux tells it.
fn total_bytes() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}
