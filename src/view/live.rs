//! The live feed on screen: the socket's messages go through the session into the twin's state, and the clock says which
//! moment is shown.

use bevy::prelude::*;

use super::ViewSet;
use super::scene::{OpenScene, SceneStage};
use super::stream::IssueLog;
use crate::feed::{SUBPROTOCOL_JSON, Session, SessionOptions, SessionState, SessionStats};
use crate::format::issue::Issue;
use crate::format::scene::HeightReference;
use crate::geo::{Geoid, wgs84};
use crate::platform::socket::{Socket, SocketEvent, SocketOptions};
use crate::platform::time::now_unix_secs;
use crate::twin::bind::fixed_updates;
use crate::twin::{Clock, Placing, Twin, TwinOptions};

/// The address of the feed to follow, inserted before the app runs: the scene's own, or that of the hub inside this
/// program.
#[derive(Resource, Debug, Clone)]
pub struct FeedAddress(pub String);

/// The state of the twin at the moment that is shown.
#[derive(Resource)]
pub struct LiveTwin {
    pub twin: Twin,
    pub clock: Clock,
    /// The moment that is shown, seconds since 1970 on the source's clock.
    pub t_secs: f64,
    /// Set once a second: values have aged, so that looks which depend on their age may have changed.
    pub quality_changed: bool,
    aged_at: f64,
}

impl Default for LiveTwin {
    fn default() -> Self {
        Self {
            twin: Twin::new(TwinOptions::default()),
            clock: Clock::default(),
            t_secs: 0.0,
            quality_changed: false,
            aged_at: 0.0,
        }
    }
}

/// The connection to the feed, for panels.
#[derive(Resource, Default)]
pub struct FeedLink {
    link: Option<Link>,
    /// Why the last connection ended, in plain words.
    pub last_failure: Option<String>,
}

struct Link {
    address: String,
    socket: Socket,
    session: Session,
}

/// How the feed does, as an operator wants to know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedHealth {
    None,
    Connecting,
    Live,
    Lost,
}

impl FeedLink {
    pub fn health(&self) -> FeedHealth {
        match &self.link {
            None => FeedHealth::None,
            Some(link) => match link.session.state() {
                SessionState::Live => FeedHealth::Live,
                SessionState::Offline if link.session.stats().connections > 0 => FeedHealth::Lost,
                _ => FeedHealth::Connecting,
            },
        }
    }

    pub fn stats(&self) -> Option<&SessionStats> {
        self.link.as_ref().map(|link| link.session.stats())
    }

    pub fn address(&self) -> Option<&str> {
        self.link.as_ref().map(|link| link.address.as_str())
    }

    pub fn feed_name(&self) -> Option<&str> {
        self.link.as_ref().map(|link| link.session.feed()).filter(|name| !name.is_empty())
    }
}

fn connect(
    open: Res<OpenScene>,
    stage: Res<SceneStage>,
    address: Option<Res<FeedAddress>>,
    mut live: ResMut<LiveTwin>,
    mut link: ResMut<FeedLink>,
) {
    let mut options = TwinOptions { placing: placing(&stage), ..TwinOptions::default() };
    let feed = open.scene.feed.as_ref();
    if let Some(feed) = feed {
        options.extrapolate_secs = feed.extrapolate_secs;
        options.stale_secs = feed.stale_secs;
    }
    live.twin = Twin::new(options);
    live.clock = Clock::live(feed.map_or(Clock::DEFAULT_DELAY_SECS, |feed| feed.delay_secs));
    for update in fixed_updates(&open.scene) {
        live.twin.apply(update);
    }
    let address = match (address, feed.and_then(|feed| feed.url.as_ref())) {
        (Some(address), _) => address.0.clone(),
        (None, Some(url)) => url.as_str().to_string(),
        (None, None) => return,
    };
    let subprotocols = vec![SUBPROTOCOL_JSON.to_string()];
    let socket = Socket::open(&address, SocketOptions { subprotocols, ..SocketOptions::default() });
    link.link = Some(Link { address, socket, session: Session::new(SessionOptions::default()) });
}

/// How the scene reads the feed's positions: the geoid's height is that at the scene's origin, since a feed's sources
/// measure within one site (over 100 km it changes by a metre or two).
fn placing(stage: &SceneStage) -> Placing {
    let origin = wgs84::geodetic_from_ecef(stage.0.site.ecef_from_site.translation);
    let height_offset_m = match stage.0.heights {
        HeightReference::Ellipsoid => 0.0,
        HeightReference::Geoid => Geoid::egm96().undulation_m(origin.lon_rad, origin.lat_rad),
    };
    Placing {
        site: stage.0.has_origin.then_some(stage.0.site),
        height_offset_m,
        height_when_missing_m: origin.height_m,
    }
}

/// Messages that are taken in one frame at most: a flood must not stop the picture.
const MAX_MESSAGES_PER_FRAME: usize = 2_000;

fn receive(mut live: ResMut<LiveTwin>, mut link: ResMut<FeedLink>, mut log: ResMut<IssueLog>) {
    let now = now_unix_secs();
    let mut failure = None;
    if let Some(Link { socket, session, address }) = link.link.as_mut() {
        for _ in 0..MAX_MESSAGES_PER_FRAME {
            if !session.can_receive() {
                break;
            }
            match socket.try_recv() {
                Some(SocketEvent::Opened) => session.opened(now),
                Some(SocketEvent::Text(text)) => {
                    if let Err(error) = session.receive(&text, now) {
                        log.push(Issue::warning("", error.to_string()).in_file(address.clone()));
                    }
                }
                Some(SocketEvent::Binary(_)) => {
                    log.push(Issue::warning("", "a binary message on a JSON feed is ignored").in_file(address.clone()));
                }
                Some(SocketEvent::Closed { reason }) => {
                    session.closed();
                    failure = Some(reason);
                }
                Some(SocketEvent::Failed { reason, .. }) => {
                    session.closed();
                    failure = Some(reason);
                }
                None => break,
            }
        }
        session.poll(now);
        while let Some(text) = session.next_outgoing() {
            if !socket.send(text) {
                break;
            }
        }
        for update in session.take_updates() {
            live.twin.apply(update);
        }
        if let Some(offset) = session.clock_offset_secs() {
            live.clock.set_offset_secs(offset);
        }
    }
    if let Some(reason) = failure {
        let address = link.address().unwrap_or_default().to_string();
        log.push(Issue::warning("", format!("{reason}; trying again")).in_file(address));
        link.last_failure = Some(reason);
    }
    // Samples that come rarely need a longer delay than the scene's to be interpolated between.
    if let Some(period) = live.twin.stats().pose_period_secs
        && live.clock.delay_secs() < period
        && period < 3.0
    {
        live.clock.set_delay_secs(period * 1.1);
    }
    let t = live.clock.advance(now);
    live.t_secs = t;
    live.twin.advance(t);
    live.quality_changed = now - live.aged_at > 1.0;
    if live.quality_changed {
        live.aged_at = now;
    }
}

pub fn plugin(app: &mut App) {
    app.init_resource::<LiveTwin>()
        .init_resource::<FeedLink>()
        .add_systems(PostStartup, connect.after(super::scene::open))
        .add_systems(Update, receive.in_set(ViewSet::Live));
}
