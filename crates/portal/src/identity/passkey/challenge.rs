//! The question that a browser takes to an authenticator: random, good once and for five minutes, for whoever asked it. The
//! database has fingerprints of both.

use door::{Desk, Refusal, Result, Write, values};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::proof::Holder;
use super::webauthn::{CHALLENGE_BYTES, CHALLENGE_SECONDS, USER_HANDLE_BYTES};

/// A question.
pub(super) struct Challenge([u8; CHALLENGE_BYTES]);

impl Challenge {
    /// The bytes, for the browser.
    pub(super) const fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Asks one. Where a key is to be made, its owner's name for authenticators goes with it.
    pub(super) async fn ask(desk: &Desk, holder: &Holder<'_>, user_handle: Option<&[u8]>) -> Result<Self> {
        let challenge = Self(random()?);
        let insert = "INSERT INTO passkey_challenge (challenge_hash, holder_hash, user_handle, expires_at) \
                      VALUES ($1, $2, $3, $4)";
        let until = desk.now().plus_seconds(CHALLENGE_SECONDS);
        desk.keep(insert, values![hash(&challenge.0), holder.hash(), user_handle, until]).await?;
        Ok(challenge)
    }

    /// Uses up the question that was answered, and gives the owner's name that went with it.
    ///
    /// # Errors
    /// [`Refusal::NoMatch`] when it was answered before, is over, is somebody else's or never was: it is all one.
    pub(super) async fn take(write: &mut Write<'_>, shown: &[u8], holder: &Holder<'_>) -> Result<Option<Vec<u8>>> {
        let now = write.now();
        let open = "SELECT t.holder_hash AS holder_hash, t.user_handle AS user_handle FROM passkey_challenge t \
                    WHERE t.challenge_hash = $1 AND t.expires_at > $2";
        let row = write.hold(open, values![hash(shown), now]).await?.ok_or(Refusal::NoMatch)?;
        if !bool::from(row.get::<Vec<u8>>("holder_hash")?.ct_eq(&holder.hash())) {
            return Err(Refusal::NoMatch);
        }
        let used = "DELETE FROM passkey_challenge WHERE challenge_hash = $1";
        match write.keep(used, values![hash(shown)]).await? {
            1 => Ok(row.get("user_handle")?),
            _ => Err(Refusal::NoMatch),
        }
    }
}

/// A name for whoever has no key yet.
pub(super) fn fresh_user_handle() -> Result<Vec<u8>> {
    Ok(random::<USER_HANDLE_BYTES>()?.to_vec())
}

fn random<const BYTES: usize>() -> Result<[u8; BYTES]> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(|_| Refusal::Broken)?;
    Ok(bytes)
}

fn hash(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}
