//! Displays as X11 and Wayland name them.

pub(super) fn has_display() -> bool {
    let named = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if named("WAYLAND_DISPLAY").is_some() || named("WAYLAND_SOCKET").is_some() {
        return true;
    }
    named("DISPLAY").is_some_and(|display| x11_answers(&display))
}

/// `:N` and `:N.S` are sockets of this machine; others are left to the window library.
#[cfg(target_os = "linux")]
fn x11_answers(display: &str) -> bool {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::{SocketAddr, UnixStream};

    let Some(number) = display.strip_prefix(':').and_then(|rest| rest.split('.').next()) else { return true };
    let path = format!("/tmp/.X11-unix/X{number}");
    let hidden = SocketAddr::from_abstract_name(&path).and_then(|address| UnixStream::connect_addr(&address));
    hidden.is_ok() || UnixStream::connect(path).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn x11_answers(_: &str) -> bool {
    true
}
