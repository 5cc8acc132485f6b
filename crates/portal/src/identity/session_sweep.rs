//! `session.sweep`: what has expired goes.

use door::{Action, Change, Permitted, Record, Relation, Relations, Result, Spec, Way, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Anywhere, TOKEN, end_session};
use crate::ids::TokenId;
use crate::invitations::{self, INVITATION};
use crate::mail;
use crate::nothing::Nothing;
use crate::standing::IDLE_SECONDS;

/// Ends what has expired: sessions, tokens, invitations, links, letters that are settled, keys of repeated requests.
pub struct Sweep;

/// What went.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Swept {
    /// Sessions ended.
    pub sessions: i64,
    /// Tokens ended.
    pub tokens: i64,
}

impl Action for Sweep {
    type Target = Anywhere;
    type Input = Nothing;
    type Output = Swept;
    const SPEC: Spec = Spec::new(
        "session.sweep",
        "Ends sessions and tokens that have expired, and forgets links, letters and keys that are over.",
        Way::Job { every_seconds: 600 },
        Relations::of(&[Relation::JOB]),
    );
}

impl Change for Sweep {
    async fn change(_: &Nothing, _: &Permitted<Anywhere>, write: &mut Write<'_>) -> Result<(Swept, Record)> {
        let now = write.now();
        let sessions = write
            .all(
                "SELECT s.id AS id, s.rev AS rev FROM session s LEFT JOIN session_seen v ON v.session = s.id \
                 WHERE s.expires_at <= $1 OR coalesce(v.at, s.opened_at) < $2 LIMIT 500",
                values![now, now.plus_seconds(-IDLE_SECONDS)],
            )
            .await?;
        for row in &sessions {
            end_session(write, row.get("id")?, row.get("rev")?).await?;
        }
        let tokens = write.all("SELECT id, rev FROM token WHERE expires_at <= $1 LIMIT 500", values![now]).await?;
        for row in &tokens {
            let id: TokenId = row.get("id")?;
            write.keep("DELETE FROM token_seen WHERE token = $1", values![id]).await?;
            write.delete(TOKEN, id.0, row.get("rev")?, "DELETE FROM token WHERE id = $1 AND rev = $2")?;
        }
        let unused = now.plus_seconds(-invitations::LISTED_SECONDS);
        for row in write.all("SELECT id, rev FROM invitation WHERE expires_at <= $1 LIMIT 500", values![unused]).await?
        {
            let delete = "DELETE FROM invitation WHERE id = $1 AND rev = $2";
            write.delete(INVITATION, row.get("id")?, row.get("rev")?, delete)?;
        }
        write.keep("DELETE FROM setup_link WHERE expires_at <= $1", values![now]).await?;
        write.keep("DELETE FROM link WHERE expires_at <= $1", values![now]).await?;
        write.keep("DELETE FROM provider_flow WHERE expires_at <= $1", values![now]).await?;
        write.keep("DELETE FROM passkey_challenge WHERE expires_at <= $1", values![now]).await?;
        let settled = now.plus_seconds(-mail::KEPT_SECONDS);
        write.keep("DELETE FROM mail WHERE settled_at < $1", values![settled]).await?;
        write.keep("DELETE FROM idempotency WHERE at < $1", values![now.plus_seconds(-24 * 3600)]).await?;
        write
            .keep("DELETE FROM limit_count WHERE starts_at < $1", values![now.plus_seconds(-24 * 3600).0 / 1_000_000])
            .await?;
        let count = |rows: usize| i64::try_from(rows).unwrap_or(i64::MAX);
        let swept = Swept { sessions: count(sessions.len()), tokens: count(tokens.len()) };
        let record = Record::of_nothing().fact("sessions", swept.sessions).fact("tokens", swept.tokens);
        Ok((swept, record))
    }
}
