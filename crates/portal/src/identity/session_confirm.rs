//! `session.confirm`: it is you, still or at last.

use door::{Action, Limit, Per, Permitted, Read, Receive, Record, Refusal, Result, Spec, Verb, Way, Write, values};
use serde::Deserialize;
use utoipa::ToSchema;

use super::factor::{Code, Factor, Proof, prove};
use super::{Own, SESSION, SessionOpened, organisations_of, session_end};
use crate::fields::Password;
use crate::ids::SessionId;
use crate::secret;
use crate::standing::ONESELF;
use crate::world::World;

/// Proves that the session's person is there.
pub struct Confirm;

/// With what: who has a second factor with a code, who has none with the password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProofShown {
    /// A code of the authenticator app, or a recovery code.
    pub code: Option<Code>,
    /// The password, where there is no second factor.
    pub password: Option<Password>,
}

/// What has been looked at so far: a password takes long, a code is looked at where it is used up.
pub struct Ready {
    code: Option<Code>,
    secret: zeroize::Zeroizing<String>,
    secret_hash: Vec<u8>,
}

impl Action for Confirm {
    type Target = Own;
    type Input = ProofShown;
    type Output = SessionOpened;
    const SPEC: Spec = Spec::new(
        "session.confirm",
        "Proves that it is you: the second step of a sign-in, or once more before something sensitive. With a code where there \
         is a second factor, else with the password. The session gets a new secret, and the one before is good for nothing.",
        Way::Http(Verb::Post, "/session/confirm"),
        ONESELF,
    )
    .limits(&[
        Limit { times: 240, seconds: 60, per: Per::Address },
        // Three of a million codes are good at a time: at a hundred tries a day one is found after nine years.
        Limit { times: 10, seconds: 300, per: Per::CallerShared },
        Limit { times: 100, seconds: 86_400, per: Per::CallerShared },
    ])
    .half()
    .in_maintenance()
    .secret();
}

impl Receive for Confirm {
    type Ready = Ready;

    async fn ready(input: ProofShown, own: &Permitted<Own>, read: &mut Read<'_>) -> Result<Ready> {
        read.caller().session.ok_or(Refusal::Conflict("no_session"))?;
        let code = match (Factor::is_wanted(read, own.0).await?, input) {
            (true, ProofShown { code: Some(code), password: None }) => Some(code),
            (true, _) => {
                return Err(Refusal::field("code", "is asked for, and nothing else: the account has a second factor"));
            }
            (false, ProofShown { code: None, password: Some(password) }) => {
                let row = read.one("SELECT password_hash FROM person WHERE id = $1", values![own.0]).await?;
                let stored = row.get("password_hash")?;
                read.leave();
                if !read.world::<World>()?.hasher.verify(password, Some(stored)).await? {
                    return Err(Refusal::NoMatch);
                }
                None
            }
            (false, _) => {
                return Err(Refusal::field("password", "is asked for, and nothing else: there is no second factor"));
            }
        };
        let (secret, secret_hash) = secret::fresh(false);
        Ok(Ready { code, secret, secret_hash })
    }

    async fn receive(ready: &Ready, own: &Permitted<Own>, write: &mut Write<'_>) -> Result<(SessionOpened, Record)> {
        let (half, now) = (write.caller().half, write.now());
        let id = SessionId(write.caller().session.ok_or(Refusal::Conflict("no_session"))?);
        let factor = Factor::load(write, own.0).await?.filter(Factor::is_in_use);
        let proof = match (&factor, &ready.code) {
            (Some(factor), Some(code)) => prove(write, factor, code).await?,
            (None, None) => Proof::Password,
            // The factor came or went in between.
            (Some(_), None) | (None, Some(_)) => return Err(Refusal::NoMatch),
        };
        let row = write.one("SELECT rev, expires_at FROM session WHERE id = $1", values![id]).await?;
        // Half a sign-in ends soon; from here on it is a whole one.
        let expires_at = if half { session_end(now, write.caller().bound) } else { row.get("expires_at")? };
        let renew = "UPDATE session SET rev = $2, secret_hash = $3, proved_at = $4, proved_by = $5, expires_at = $6 \
                     WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        let own_columns = values![ready.secret_hash.as_slice(), now, proof, expires_at];
        write.update(SESSION, id.0, row.get("rev")?, renew, own_columns).await?;
        let opened = SessionOpened {
            id,
            person: own.0,
            token: ready.secret.to_string(),
            expires_at,
            organisations: organisations_of(write, own.0).await?,
            organisation: write.caller().organisation.map(crate::ids::OrganisationId),
            second_step: false,
        };
        let record = Record::on("session", id.0).and("person", own.0.0).fact("proof", proof).fact("second_step", half);
        Ok((opened, record))
    }
}
