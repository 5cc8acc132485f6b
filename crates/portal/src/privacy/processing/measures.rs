//! What protects data (GDPR article 32), as it is at this moment: what does not hold is said so.

use door::{Read, Result, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::backup::schedule::{self, LAST_DONE};
use crate::world::World;

/// One measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Measure {
    /// What.
    pub name: String,
    /// Whether it holds at present.
    pub holds: bool,
    /// In words.
    pub words: String,
}

fn measure(name: &str, holds: bool, words: impl Into<String>) -> Measure {
    Measure { name: name.to_owned(), holds, words: words.into() }
}

/// All of them.
pub(super) async fn measures(read: &mut Read<'_>) -> Result<Vec<Measure>> {
    let trouble = read.sealing_trouble();
    let (backup, drill) = (last_done(read, "backup.run").await?, last_done(read, "backup.drill").await?);
    let world = read.world::<World>()?;
    let https = world.public_origin.starts_with("https://");
    let settings = &world.backups.settings;
    let fresh = |at: Option<Time>, every: i64| at.is_some_and(|at| read.now().seconds_since(at) < 2 * every);
    let when = |at: Option<Time>, never: &str| match at {
        Some(at) => format!("The last one {}.", at.timestamp().strftime("%Y-%m-%d %H:%M UTC")),
        None => never.to_owned(),
    };
    Ok(vec![
        measure("Encrypted on the way", https, if https { "HTTPS only." } else { "Plain HTTP: this portal is for a look, not for use." }),
        measure("Encrypted at rest", true, "Files and secrets, each under a key of its own; the keys do not lie in the database."),
        measure("Access is decided on each request", true, "By one table that every member of the organisation can read; what is not allowed there is refused."),
        measure(
            "A record that cannot be changed unseen",
            trouble.is_none(),
            trouble.map_or_else(|| "Every change and every refusal, sealed and signed; clients read their part and can verify it themselves.".to_owned(), |trouble| format!("At present nothing is signed: {trouble}")),
        ),
        measure("Backups, encrypted", fresh(backup, settings.backup_every.0), when(backup, "None was taken yet.")),
        measure("Backups that were tried", fresh(drill, settings.drill_every.0), when(drill, "None was tried yet.")),
        measure("Passwords", true, "Kept as Argon2id hashes; guessing is slowed down."),
    ])
}

/// When something of backups was last done, as the record says.
pub(super) async fn last_done(read: &mut Read<'_>, action: &str) -> Result<Option<Time>> {
    let installation = read.one("SELECT id FROM installation", vec![]).await?.get("id")?;
    Ok(read.one(LAST_DONE, schedule::last_done(installation, action)).await?.get("at")?)
}
