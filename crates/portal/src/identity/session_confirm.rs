//! `session.confirm`: it is you, still or at last.

use door::{Action, Limit, Per, Permitted, Read, Receive, Record, Refusal, Result, Spec, Verb, Way, Write, values};
use serde::Deserialize;
use utoipa::ToSchema;

use super::factor::{Code, Proof, Ways, prove};
use super::passkey::webauthn::{Assertion, maybe_text_or_object};
use super::passkey::{self, Holder};
use super::{Own, SESSION, SessionOpened, organisations_of, session_end};
use crate::fields::Password;
use crate::ids::SessionId;
use crate::secret;
use crate::standing::ONESELF;
use crate::world::World;

/// Proves that the session's person is there.
pub struct Confirm;

/// With what: who has a second factor with a code or a passkey, who has none with the password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProofShown {
    /// A code of the authenticator app, or a recovery code.
    pub code: Option<Code>,
    /// What the browser gave in answer to `session.confirm.begin`: `toJSON()` of it.
    #[serde(default, deserialize_with = "maybe_text_or_object")]
    pub passkey: Option<Assertion>,
    /// The password, where there is no second factor.
    pub password: Option<Password>,
}

/// With what it is proved.
enum Shown {
    /// A code, which is looked at where it is used up.
    Code(Code),
    /// A passkey, likewise.
    Passkey(Box<Assertion>),
    /// The password, which takes long and has matched.
    Password,
}

/// What has been looked at so far.
pub struct Ready {
    shown: Shown,
    secret: zeroize::Zeroizing<String>,
    secret_hash: Vec<u8>,
}

impl Action for Confirm {
    type Target = Own;
    type Input = ProofShown;
    type Output = SessionOpened;
    const SPEC: Spec = Spec::new(
        "session.confirm",
        "Proves that it is you: the second step of a sign-in, or once more before something sensitive. With a code or a \
         passkey where there is a second factor, else with the password. The session gets a new secret, and the one before is good for nothing.",
        Way::Http(Verb::Post, "/session/confirm"),
        ONESELF,
    )
    .limits(&[
        Limit { times: 240, seconds: 60, per: Per::Address },
        // Three of a million codes are good at a time: at a hundred tries a day one is found after nine years.
        Limit { times: 10, seconds: 300, per: Per::CallerShared },
        Limit { times: 100, seconds: 86_400, per: Per::CallerShared },
    ])
    .not_when(&["perhaps_copied"])
    .half()
    .in_maintenance()
    .secret();
}

impl Receive for Confirm {
    type Ready = Ready;

    async fn ready(input: ProofShown, own: &Permitted<Own>, read: &mut Read<'_>) -> Result<Ready> {
        read.caller().session.ok_or(Refusal::Conflict("no_session"))?;
        let shown = match (Ways::look(read, own.0).await?.any(), input) {
            (true, ProofShown { code: Some(code), passkey: None, password: None }) => Shown::Code(code),
            (true, ProofShown { code: None, passkey: Some(passkey), password: None }) => {
                Shown::Passkey(Box::new(passkey))
            }
            (true, _) => {
                let why = "is asked for, or a passkey, and nothing else: the account has a second factor";
                return Err(Refusal::field("code", why));
            }
            (false, ProofShown { code: None, passkey: None, password: Some(password) }) => {
                let row = read.one("SELECT password_hash FROM person WHERE id = $1", values![own.0]).await?;
                let stored = row.get("password_hash")?;
                read.leave();
                if !read.world::<World>()?.hasher.verify(password, Some(stored)).await? {
                    return Err(Refusal::NoMatch);
                }
                Shown::Password
            }
            (false, _) => {
                return Err(Refusal::field("password", "is asked for, and nothing else: there is no second factor"));
            }
        };
        let (secret, secret_hash) = secret::fresh(false);
        Ok(Ready { shown, secret, secret_hash })
    }

    async fn receive(ready: &Ready, own: &Permitted<Own>, write: &mut Write<'_>) -> Result<(SessionOpened, Record)> {
        let (half, now) = (write.caller().half, write.now());
        let id = SessionId(write.caller().session.ok_or(Refusal::Conflict("no_session"))?);
        let proof = match (Ways::of(write, own.0).await?.any(), &ready.shown) {
            (true, Shown::Code(code)) => prove(write, own.0, code).await?,
            (true, Shown::Passkey(assertion)) => {
                passkey::prove(write, assertion, &Holder::Proves(id.0), Some(own.0)).await?;
                Proof::Passkey
            }
            (false, Shown::Password) => Proof::Password,
            // The factor came or went in between.
            _ => return Err(Refusal::NoMatch),
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
