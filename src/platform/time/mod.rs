//! The clocks of the machine: civil time and time that only goes forward. Seconds as f64 (microseconds are exact for
//! both); pure code gets its time from whoever calls it.

#[cfg(target_arch = "wasm32")]
#[path = "web.rs"]
mod backend;

#[cfg(not(target_arch = "wasm32"))]
#[path = "native.rs"]
mod backend;

/// Seconds since 1970-01-01T00:00:00Z by the machine's clock, which may be set at any moment.
pub fn now_unix_secs() -> f64 {
    backend::now_unix_secs()
}

/// Seconds since some moment of this run; never goes back.
pub fn monotonic_secs() -> f64 {
    backend::monotonic_secs()
}

/// CPU time that the calling thread has used, seconds: what others do on the same cores is not in it. Where the system
/// does not tell (in browsers), time that only goes forward.
pub fn thread_cpu_secs() -> f64 {
    backend::thread_cpu_secs()
}

/// CPU time that all threads of the program have used, seconds; in browsers, time that only goes forward.
pub fn process_cpu_secs() -> f64 {
    backend::process_cpu_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn monotonic_time_does_not_go_back() {
        let first = monotonic_secs();
        std::thread::sleep(std::time::Duration::from_millis(2));
        assert!(monotonic_secs() - first >= 0.002);
    }

    #[test]
    fn civil_time_counts_from_1970() {
        // 2025 to 2100.
        assert!((1.7e9..4.2e9).contains(&now_unix_secs()));
    }
}
