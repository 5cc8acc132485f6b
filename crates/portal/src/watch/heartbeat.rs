//! A sign of life to somebody outside, each minute: when it does not come, they know before we do. It says that the jobs run
//! and the database takes writes, and not merely that a process is there.

use std::sync::Mutex;

use anyhow::Result;
use door::Time;
use url::Url;

use super::receiver::Receiver;
use super::{Secret, http, locked};

/// How often, in seconds.
const EVERY_SECONDS: i64 = 60;

/// Whoever expects it.
#[derive(Debug)]
pub struct Heart {
    wired: Option<(Url, Receiver)>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    tried: Option<Time>,
    well: Option<bool>,
}

impl Heart {
    pub(super) fn new(secret: Option<&Secret>) -> Result<Self> {
        let url = secret.map(|secret| http::address(secret, "--heartbeat")).transpose()?;
        let wired = url.map(|url| {
            let receiver = Receiver::new("heartbeat", &http::without_password(&url));
            (url, receiver)
        });
        Ok(Self { wired, state: Mutex::default() })
    }

    /// Whoever expects it, if anybody does.
    pub(super) fn receiver(&self) -> Option<&Receiver> {
        self.wired.as_ref().map(|(_, receiver)| receiver)
    }

    /// Beats when it is time, and at once when what is to be said has changed: `…/fail` says that something is wrong, as
    /// healthchecks.io, Uptime Kuma's and Cronitor's own addresses understand it.
    pub(super) async fn beat(&self, well: bool, now: Time) {
        if self.wired.is_none() || !self.is_time(well, now) {
            return;
        }
        if let Err(problem) = self.say(well, now).await {
            tracing::warn!(problem, "the heartbeat was not received");
        }
    }

    fn is_time(&self, well: bool, now: Time) -> bool {
        let mut state = locked(&self.state);
        let same = state.well == Some(well);
        let early = state.tried.is_some_and(|tried| (0..EVERY_SECONDS).contains(&now.seconds_since(tried)));
        if same && early {
            return false;
        }
        (state.tried, state.well) = (Some(now), Some(well));
        true
    }

    /// Says it now.
    ///
    /// # Errors
    /// Why it was not received, in words without the address.
    pub async fn say(&self, well: bool, now: Time) -> Result<(), String> {
        let Some((url, receiver)) = &self.wired else { return Err("no heartbeat is configured".to_owned()) };
        let mut url = url.clone();
        if !well {
            let path = format!("{}/fail", url.path().trim_end_matches('/'));
            url.set_path(&path);
        }
        let said = http::send(http::client()?.get(url)).await;
        receiver.tried(&said, now);
        said
    }
}
