//! Clocks of the browser.

use wasm_bindgen::JsCast;

pub(super) fn now_unix_secs() -> f64 {
    js_sys::Date::now() / 1000.0
}

/// `performance.now()` of the page or worker; civil time where neither has one.
pub(super) fn monotonic_secs() -> f64 {
    let global = js_sys::global();
    let performance = match global.dyn_ref::<web_sys::Window>() {
        Some(window) => window.performance(),
        None => global.dyn_ref::<web_sys::WorkerGlobalScope>().and_then(web_sys::WorkerGlobalScope::performance),
    };
    performance.map_or_else(js_sys::Date::now, |performance| performance.now()) / 1000.0
}

pub(super) fn thread_cpu_secs() -> f64 {
    monotonic_secs()
}

pub(super) fn process_cpu_secs() -> f64 {
    monotonic_secs()
}
