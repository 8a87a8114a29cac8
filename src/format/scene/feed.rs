//! The `feed` of a scene: where live state comes from and how it is shown in time.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::items::yes;
use super::place::one;
use super::text::text_form;
use super::url::SceneUrl;

/// Where live state comes from. Give `url` for a server of your own, or `play` for a recorded trace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Feed {
    /// The WebSocket address of the feed, `ws://` or `wss://`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<FeedUrl>,
    /// A recorded trace that the program serves to itself: feed messages (.jsonl) or SUMO floating-car data (.xml),
    /// plain or gzipped; a path relative to the scene file, or an http(s) address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub play: Option<SceneUrl>,
    /// The SUMO network (.net.xml) whose projection turns the x and y of a SUMO trace into longitude and latitude.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sumo_net: Option<SceneUrl>,
    /// How many seconds of the trace go by in one second.
    #[serde(default = "one")]
    #[schemars(extend("exclusiveMinimum" = 0), range(max = 1000.0))]
    pub speed: f64,
    /// Whether the trace starts again at its end.
    #[serde(default = "yes", rename = "loop")]
    pub loop_: bool,
    /// How far behind the newest message the picture runs, so that motion is drawn between samples and not past them.
    #[serde(default = "Feed::default_delay_secs")]
    #[schemars(range(min = 0.0, max = 60.0))]
    pub delay_secs: f64,
    /// After how many seconds without any news of an entity it counts as stale.
    #[serde(default = "Feed::default_stale_secs")]
    #[schemars(extend("exclusiveMinimum" = 0), range(max = 86_400.0))]
    pub stale_secs: f64,
    /// For how long motion is carried on past the last sample.
    #[serde(default = "Feed::default_extrapolate_secs")]
    #[schemars(range(min = 0.0, max = 60.0))]
    pub extrapolate_secs: f64,
}

impl Feed {
    fn default_delay_secs() -> f64 {
        0.2
    }
    fn default_stale_secs() -> f64 {
        10.0
    }
    fn default_extrapolate_secs() -> f64 {
        1.0
    }
}

impl Default for Feed {
    fn default() -> Self {
        Self {
            url: None,
            play: None,
            sumo_net: None,
            speed: 1.0,
            loop_: true,
            delay_secs: Self::default_delay_secs(),
            stale_secs: Self::default_stale_secs(),
            extrapolate_secs: Self::default_extrapolate_secs(),
        }
    }
}

/// The WebSocket address of a feed: `ws://host:port/path` or `wss://…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedUrl(String);

text_form! {
    FeedUrl {
        format: "mirante-feed-url",
        expected: "an address such as ws://127.0.0.1:7410 or wss://example.org/feed",
        pattern: "^[wW][sS][sS]?://.+$",
        description: "The WebSocket address of a feed, `ws://` or `wss://`.",
    }
}

impl FeedUrl {
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = ::url::Url::parse(text).map_err(|error| error.to_string())?;
        if !matches!(url.scheme(), "ws" | "wss") {
            return Err(format!("the scheme is {:?}", url.scheme()));
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err("it names no host".to_string());
        }
        Ok(Self(text.to_string()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FeedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
