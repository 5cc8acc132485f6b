//! A proof with a passkey, for whatever it is wanted.

use door::{Refusal, Result, Write, values};
use uuid::Uuid;

use super::webauthn::{Assertion, Expected, Known, Trouble, verify_assertion};
use super::{Challenge, PASSKEY, party};
use crate::ids::{PasskeyId, PersonId};
use crate::secret;
use crate::world::World;

/// Whose question it is, and for what: an answer to one is good for no other.
pub enum Holder<'a> {
    /// The sign-in that adds a key.
    Adds(Uuid),
    /// The sign-in that proves whose it is.
    Proves(Uuid),
    /// The browser that signs in, by what it alone knows.
    Opens(&'a str),
}

impl Holder<'_> {
    /// The fingerprint that stands beside the question.
    pub(super) fn hash(&self) -> Vec<u8> {
        secret::hash(&match self {
            Self::Adds(session) => format!("adds {session}"),
            Self::Proves(session) => format!("proves {session}"),
            Self::Opens(secret) => format!("opens {secret}"),
        })
    }
}

/// The key that an assertion names, held until the end: two proofs with it come one after the other, so its count is looked at
/// each time.
const BY_NAME: &str = "SELECT t.id AS id, t.rev AS rev, t.person AS person, t.public_key AS public_key, \
                       t.user_handle AS user_handle, t.counter AS counter, t.backup_eligible AS backup_eligible \
                       FROM passkey t WHERE t.credential_id = $1";

/// Proves with a passkey, uses up the question, and says whose key it is. `whose` is who must prove, where that is known.
///
/// # Errors
/// [`Refusal::NoMatch`] when it proves nothing; [`Refusal::NotNow`] when the key has counted backwards, so that it is on the
/// record: somebody may have a copy of it (Web Authentication Level 2, section 7.2, step 21).
pub async fn prove(
    write: &mut Write<'_>,
    assertion: &Assertion,
    holder: &Holder<'_>,
    whose: Option<PersonId>,
) -> Result<PersonId> {
    let party = party(write.world::<World>()?)?;
    let challenge = assertion.challenge().map_err(|_| Refusal::NoMatch)?;
    Challenge::take(write, &challenge, holder).await?;
    let row = write.hold(BY_NAME, values![assertion.credential_id()]).await?.ok_or(Refusal::NoMatch)?;
    let (id, person): (PasskeyId, PersonId) = (row.get("id")?, row.get("person")?);
    if whose.is_some_and(|whose| whose != person) {
        return Err(Refusal::NoMatch);
    }
    let known = Known {
        user_handle: row.get("user_handle")?,
        public_key: row.get("public_key")?,
        counter: u32::try_from(row.get::<i64>("counter")?).map_err(|_| Refusal::Broken)?,
        backup_eligible: row.get("backup_eligible")?,
    };
    let expected = Expected { party: &party, challenge: &challenge };
    let asserted = verify_assertion(assertion, &known, &expected, whose.is_none()).map_err(|trouble| {
        // Why stands in the log, for whoever runs the portal.
        tracing::warn!(passkey = %id, %person, %trouble, "a passkey is not believed");
        match trouble {
            Trouble::Wrong(_) => Refusal::NoMatch,
            Trouble::CounterBack => Refusal::NotNow("perhaps_copied"),
        }
    })?;
    let used = "UPDATE passkey SET rev = $2, counter = $3, backed_up = $4, used_at = $5 \
                WHERE id = $1 AND rev = $2 - 1 RETURNING *";
    let now = write.now();
    let columns = values![i64::from(asserted.counter), asserted.backed_up, now];
    write.update(PASSKEY, id.0, row.get("rev")?, used, columns).await?;
    Ok(person)
}
