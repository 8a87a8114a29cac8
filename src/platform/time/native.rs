//! Clocks of the operating system.

use std::sync::LazyLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

pub(super) fn now_unix_secs() -> f64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_secs_f64(),
        // The clock is set to before 1970.
        Err(before) => -before.duration().as_secs_f64(),
    }
}

pub(super) fn monotonic_secs() -> f64 {
    START.elapsed().as_secs_f64()
}

pub(super) fn thread_cpu_secs() -> f64 {
    cpu_time::ThreadTime::try_now().map_or_else(|_| monotonic_secs(), |time| time.as_duration().as_secs_f64())
}

pub(super) fn process_cpu_secs() -> f64 {
    cpu_time::ProcessTime::try_now().map_or_else(|_| monotonic_secs(), |time| time.as_duration().as_secs_f64())
}
