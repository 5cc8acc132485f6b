//! Whoever watches the door hears how each passage ended: which action, how long, and why not. Never who, and never what.

use std::time::Duration;

use uuid::Uuid;

use super::Door;
use crate::refusal::{Refusal, Result};

/// How a passage ended.
#[derive(Debug)]
pub struct Passed<'a> {
    /// The action's name.
    pub action: &'static str,
    /// The request's number.
    pub request: Uuid,
    /// How long it took.
    pub took: Duration,
    /// Why it was refused; nothing when it was done.
    pub refused: Option<&'a Refusal>,
}

/// Whoever is told. It is waited for, so it does no more than count.
pub(super) type Hear = Box<dyn Fn(&Passed<'_>) + Send + Sync>;

impl Door {
    /// Tells `hear` of each passage from now on. The first who asks is told; whoever asks later is not.
    pub fn tell(&self, hear: impl Fn(&Passed<'_>) + Send + Sync + 'static) {
        let _ = self.hear.set(Box::new(hear));
    }

    /// What the portal gave its verbs besides the database: keys and the like.
    ///
    /// # Errors
    /// [`Refusal::Broken`] when the door was made with another kind.
    pub fn world<T: 'static>(&self) -> Result<&T> {
        self.parts.world.downcast_ref().ok_or(Refusal::Broken)
    }

    /// Why the log is not signed at present; nothing when all is well.
    #[must_use]
    pub fn sealing_trouble(&self) -> Option<String> {
        self.parts.sealer.as_ref().and_then(|sealer| sealer.trouble())
    }
}
