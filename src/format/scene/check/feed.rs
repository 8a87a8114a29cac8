//! The feed.

use super::Findings;

pub(super) fn check(findings: &mut Findings<'_>) {
    let Some(feed) = &findings.scene.feed else { return };
    match (&feed.url, &feed.play) {
        (None, None) => findings.error("/feed", "has neither an address (url) nor a trace (play)"),
        (Some(_), Some(_)) => findings.warning("/feed/play", "is not used, because the feed has an address (url)"),
        _ => {}
    }
    if feed.play.is_none() && feed.sumo_net.is_some() {
        findings.warning("/feed/sumo_net", "is not used without a trace (play)");
    }
    if feed.extrapolate_secs > feed.stale_secs {
        findings.warning(
            "/feed/extrapolate_secs",
            "is longer than stale_secs: things would still move when they are stale",
        );
    }
    if let Some(address) = &feed.url
        && let Ok(url) = ::url::Url::parse(address.as_str())
    {
        if !url.username().is_empty() || url.password().is_some() {
            findings.warning("/feed/url", "holds a user name or password, which everyone with the file can read");
        }
        let local = match url.host() {
            Some(::url::Host::Domain(name)) => name == "localhost",
            Some(::url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(::url::Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        };
        if url.scheme() == "ws" && !local {
            findings.info("/feed/url", "is not encrypted; wss:// is");
        }
    }
}
