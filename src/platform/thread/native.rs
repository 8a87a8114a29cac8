//! Priorities of the operating system.

/// Steps down of the 19 there are.
#[cfg(target_os = "linux")]
const NICE: i32 = 15;

#[cfg(target_os = "linux")]
pub(super) fn lower_priority() {
    // "No process" is the calling thread on Linux. A thread that may not be lowered works all the same.
    let _ = rustix::process::setpriority_process(None, NICE);
}

#[cfg(not(target_os = "linux"))]
pub(super) fn lower_priority() {}
