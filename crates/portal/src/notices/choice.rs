//! Which letters somebody gets, and how soon. Only what is other than usual is kept.

use std::collections::BTreeMap;

use door::{Read, Result, Write, values};
use uuid::Uuid;

use super::CHOICE;
use crate::fields::words;
use crate::ids::PersonId;

words!(
    /// What letters are about that can be switched off.
    Topic {
        /// Something waits for the reader: it was asked of their side, or handed in for it to decide on.
        Waiting = "waiting",
        /// Somebody wrote in a project, or commented on a request.
        Messages = "messages",
        /// Where a project stands, and what was decided in it.
        Progress = "progress",
    }
);

words!(
    /// How soon somebody is told.
    Pace {
        /// Within a minute or so.
        AtOnce = "at_once",
        /// In one letter a day.
        Daily = "daily",
        /// Not at all.
        Never = "never",
    }
);

impl Topic {
    /// What is usual.
    #[must_use]
    pub const fn usual(self) -> Pace {
        match self {
            Self::Waiting => Pace::AtOnce,
            Self::Messages | Self::Progress => Pace::Daily,
        }
    }
}

/// What somebody wants of each.
#[derive(Debug, Clone, Default)]
pub(super) struct Choices(BTreeMap<Topic, Pace>);

impl Choices {
    /// Somebody's.
    ///
    /// # Errors
    /// As the store says.
    pub(super) async fn of(read: &mut Read<'_>, person: PersonId) -> Result<Self> {
        let rows = read.all("SELECT topic, pace FROM notice_choice WHERE person = $1", values![person]).await?;
        let choices: Result<_> = rows.iter().map(|row| Ok((row.get("topic")?, row.get("pace")?))).collect();
        Ok(Self(choices?))
    }

    /// How soon this one is told.
    pub(super) fn pace(&self, topic: Topic) -> Pace {
        self.0.get(&topic).copied().unwrap_or_else(|| topic.usual())
    }
}

/// Somebody whose account is there, held until the end: two who choose at once come one after the other. `false` where it
/// is not there any more.
///
/// # Errors
/// As the store says.
pub(super) async fn hold(write: &mut Write<'_>, person: PersonId) -> Result<bool> {
    let there = "SELECT t.id AS id FROM person t WHERE t.id = $1 AND t.service_since IS NULL AND NOT EXISTS \
                 (SELECT 1 FROM account_deletion d WHERE d.person = t.id AND d.erased_at IS NOT NULL)";
    Ok(write.hold(there, values![person]).await?.is_some())
}

/// Writes down what somebody wants of one. Says whether it was something else before.
///
/// # Errors
/// As the store says.
pub(super) async fn choose(write: &mut Write<'_>, person: PersonId, topic: Topic, pace: Pace) -> Result<bool> {
    let before = "SELECT id, rev, pace FROM notice_choice WHERE person = $1 AND topic = $2";
    let before = write.maybe(before, values![person, topic]).await?;
    let now = write.now();
    match before {
        Some(row) if row.get::<Pace>("pace")? == pace => Ok(false),
        Some(row) if pace == topic.usual() => {
            let usual = "DELETE FROM notice_choice WHERE id = $1 AND rev = $2";
            write.delete(CHOICE, row.get("id")?, row.get("rev")?, usual)?;
            Ok(true)
        }
        Some(row) => {
            let change = "UPDATE notice_choice SET rev = $2, pace = $3, set_at = $4 \
                          WHERE id = $1 AND rev = $2 - 1 RETURNING *";
            write.update(CHOICE, row.get("id")?, row.get("rev")?, change, values![pace, now]).await?;
            Ok(true)
        }
        None if pace == topic.usual() => Ok(false),
        None => {
            let id: Uuid = write.id();
            let insert = "INSERT INTO notice_choice (id, rev, salt, person, topic, pace, set_at) \
                          VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING *";
            write.insert(CHOICE, id, insert, values![person, topic, pace, now]).await?;
            Ok(true)
        }
    }
}
