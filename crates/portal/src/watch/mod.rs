//! Do you know before your customers do? What is looked at, who is told, and what they are told to do: docs/watch.md.
//!
//! Each few seconds a *round* is made: `look` gathers what can be seen, `rules` say what of it is wrong, the `book`
//! says what of that is news, and `destinations` tell people. Each rule has a page of the `runbook`.

mod answered;
mod book;
mod delivery;
mod destinations;
pub mod doctor;
mod errors;
mod heartbeat;
mod http;
mod log;
mod look;
mod metrics;
mod notice;
pub mod pages;
mod panics;
mod ready;
mod receiver;
mod round;
pub mod rules;
pub mod runbook;
mod see;
mod settings;
mod shared;
mod signals;
mod tail;
pub mod wired;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use door::{Clock, Time};

pub(crate) use answered::{Answered, answered};
pub use errors::{Errors, Report};
pub use log::begin as begin_log;
pub use metrics::listen as listen_for_metrics;
pub use notice::{Kind, Notice, Severity};
pub use panics::report as report_panics;
pub use ready::readiness;
pub(crate) use receiver::Receiver;
pub use round::{round, start};
pub use see::{AlertSeen, See};
pub use settings::{LogFormat, Secret, Settings};
pub use signals::Signals;

use self::book::Book;
use self::destinations::Destination;
use self::heartbeat::Heart;
use self::look::{Jumps, Seen};
use self::tail::Tail;
use crate::mail::Post;

/// Everything that watches one running portal.
pub struct Watch {
    /// What happens, as it happens.
    pub signals: Signals,
    /// Where errors are reported.
    pub errors: Errors,
    /// Whether somebody outside hears that we live.
    pub heart: Heart,
    settings: Settings,
    /// `https://portal.example`: where the links of alerts lead.
    origin: String,
    /// The machine's name, by which several instances are told apart.
    instance: String,
    clock: Arc<dyn Clock>,
    data: PathBuf,
    destinations: Vec<Destination>,
    /// How letters to people leave.
    post: Arc<Post>,
    book: Mutex<Book>,
    tail: Mutex<Tail>,
    jumps: Mutex<Jumps>,
    /// What the last round saw.
    last: Mutex<Option<Arc<Seen>>>,
}

impl Watch {
    /// What watches, as the settings say.
    ///
    /// # Errors
    /// What is wrong with an address, without showing it.
    pub fn new(
        settings: &Settings,
        origin: &str,
        demo: bool,
        clock: &Arc<dyn Clock>,
        data: PathBuf,
        post: Arc<Post>,
    ) -> Result<Arc<Self>> {
        let environment = if demo { "demo" } else { "production" };
        Ok(Arc::new(Self {
            signals: Signals::new(clock.now()),
            errors: Errors::new(settings.sentry_dsn.as_ref(), environment)?,
            heart: Heart::new(settings.heartbeat.as_ref())?,
            destinations: destinations::of(settings)?,
            settings: settings.clone(),
            origin: origin.to_owned(),
            instance: instance(),
            clock: Arc::clone(clock),
            data,
            post,
            book: Mutex::default(),
            tail: Mutex::default(),
            jumps: Mutex::default(),
            last: Mutex::default(),
        }))
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// Everybody who is told something.
    fn receivers(&self) -> impl Iterator<Item = &Receiver> {
        let alerts = self.destinations.iter().map(|destination| &destination.receiver);
        alerts.chain(self.errors.receiver()).chain(self.heart.receiver()).chain(&self.post.receiver)
    }

    /// Somebody has used the link of an alert: the name of its rule, where this instance knows one. While it is not on the
    /// record yet, it is put there as soon as that can be.
    pub fn saw(&self, link: &str, recorded: bool) -> Option<&'static str> {
        let mut book = locked(&self.book);
        let rule = book.saw(link);
        if recorded {
            book.recorded(link);
        }
        rule
    }
}

/// Who would be told, in words that show no address.
///
/// # Errors
/// What is wrong with an address, without showing it.
pub fn check(settings: &Settings) -> Result<String> {
    let alerts = destinations::of(settings)?;
    let (errors, heart) = (Errors::new(settings.sentry_dsn.as_ref(), "")?, Heart::new(settings.heartbeat.as_ref())?);
    let receivers = alerts.iter().map(|destination| &destination.receiver);
    let names: Vec<_> =
        receivers.chain(errors.receiver()).chain(heart.receiver()).map(|receiver| receiver.name).collect();
    Ok(if names.is_empty() { "nobody is told of anything".to_owned() } else { names.join(", ") })
}

/// The name of this machine.
fn instance() -> String {
    #[cfg(unix)]
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    #[cfg(not(unix))]
    let name = std::env::var("COMPUTERNAME").unwrap_or_default();
    if name.is_empty() { "portal".to_owned() } else { name }
}

/// Nothing that is kept under a lock here is left half changed by a panic.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
