//! The same request twice has the effect of one (the `Idempotency-Key` header, draft-ietf-httpapi-idempotency-key).
//!
//! Whoever asks again may find that the object is gone, has moved, or stands in another state: because of what the same
//! request did the first time. He is answered as he was then, if it is the same actor, action, path and input — and if he
//! may still do it at the place where he did it. What he is there now decides, not what he was: who was put out since is
//! refused like anybody else. Only what he was to the object itself, its author for instance, is taken from then.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::caller::{Actor, Caller};
use crate::place::Place;
use crate::refusal::{Refusal, Result};
use crate::relation::Relations;
use crate::request::{Input, Reply, Request};
use crate::store::Tx;
use crate::time::Time;
use crate::values;

/// How long a key is remembered.
const KEPT_SECONDS: i64 = 24 * 3600;
/// The longest key that is accepted, in bytes.
pub(crate) const KEY_BYTES_MAX: usize = 200;

/// A key under which an answer is kept, and the fingerprint of what was asked.
pub(crate) struct Keyed {
    key: Vec<u8>,
    fingerprint: Vec<u8>,
}

/// An answer that is kept, and what decides whether it may be given again.
#[derive(Serialize, Deserialize)]
pub(crate) struct Kept {
    output: serde_json::Value,
    /// Where the object was.
    pub(crate) place: Place,
    /// What the caller was to the object itself, beyond what he was at its place.
    own: u32,
}

impl Kept {
    pub(crate) fn new(reply: &Reply, place: Place, own: Relations) -> Self {
        Self { output: reply.output.clone(), place, own: own.bits() }
    }

    /// What the caller was to the object itself.
    pub(crate) const fn own(&self) -> Relations {
        Relations::from_bits(self.own)
    }

    pub(crate) fn reply(self) -> Reply {
        Reply { repeated: true, ..Reply::of(self.output) }
    }
}

impl Keyed {
    /// The request's key, where it has one: bound to the caller and the action.
    pub(crate) fn of(request: &Request, caller: &Caller, action: &str) -> Result<Option<Self>> {
        let Some(key) = &request.key else { return Ok(None) };
        if key.is_empty() || key.len() > KEY_BYTES_MAX {
            return Err(Refusal::field("Idempotency-Key", "must have 1 to 200 bytes"));
        }
        let who = match caller.actor {
            Actor::Anyone => return Ok(None),
            Actor::Person(person) => format!("person {person}"),
            Actor::Token { token, .. } => format!("token {token}"),
            Actor::Console => "console".to_owned(),
            Actor::Job(job) => format!("job {job}"),
        };
        let mut hasher = Sha256::new();
        hasher.update(format!("{who}\n{action}\n{key}"));
        let ids: Vec<String> = request.ids.0.iter().map(|(name, id)| format!("{name}={id}")).collect();
        let mut fingerprint = Sha256::new();
        fingerprint.update(ids.join("&"));
        match &request.input {
            Input::None => {}
            Input::Json(bytes) => fingerprint.update(bytes),
            Input::Fields(value) => fingerprint.update(value.to_string()),
        }
        Ok(Some(Self { key: hasher.finalize().to_vec(), fingerprint: fingerprint.finalize().to_vec() }))
    }

    /// Claims the key for the transaction, or gives the answer that was given under it before. Whoever comes second
    /// waits here on PostgreSQL until the first is through.
    pub(crate) async fn claim(&self, tx: &mut Tx, now: Time) -> Result<Option<Reply>> {
        let claimed = tx
            .run(
                "INSERT INTO idempotency (key, fingerprint, output, at) VALUES ($1, $2, NULL, $3) \
                 ON CONFLICT (key) DO UPDATE SET fingerprint = $2, output = NULL, at = $3 WHERE idempotency.at <= $4",
                values![self.key.as_slice(), self.fingerprint.as_slice(), now, now.plus_seconds(-KEPT_SECONDS)],
            )
            .await?;
        if claimed > 0 {
            return Ok(None);
        }
        let row = tx.one("SELECT fingerprint, output FROM idempotency WHERE key = $1", values![self.key.as_slice()]);
        let row = row.await?;
        if row.get::<Vec<u8>>("fingerprint")? != self.fingerprint {
            return Err(Refusal::KeyReused);
        }
        let Some(kept) = row.get::<Option<String>>("output")? else { return Err(Refusal::ShownOnce) };
        let kept: Kept = serde_json::from_str(&kept).map_err(|_| Refusal::Broken)?;
        Ok(Some(kept.reply()))
    }

    /// What was answered to the same request under this key. Nothing where another was asked, or a secret was told.
    pub(crate) async fn kept(&self, tx: &mut Tx, now: Time) -> Result<Option<Kept>> {
        let kept = "SELECT output FROM idempotency WHERE key = $1 AND fingerprint = $2 AND at > $3";
        let since = now.plus_seconds(-KEPT_SECONDS);
        let row = tx.maybe(kept, values![self.key.as_slice(), self.fingerprint.as_slice(), since]).await?;
        let kept: Option<String> = row.map(|row| row.get("output")).transpose()?.flatten();
        kept.map(|kept| serde_json::from_str(&kept).map_err(|_| Refusal::Broken)).transpose()
    }

    /// Keeps the answer. That of a secret is not kept.
    pub(crate) async fn keep(&self, tx: &mut Tx, kept: &Kept) -> Result<()> {
        let kept = serde_json::to_string(kept).map_err(|_| Refusal::Broken)?;
        let sql = "UPDATE idempotency SET output = $2 WHERE key = $1";
        tx.run(sql, values![self.key.as_slice(), kept]).await?;
        Ok(())
    }
}
