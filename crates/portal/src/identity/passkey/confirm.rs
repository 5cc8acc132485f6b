//! `passkey.confirm`: the key is there, and proves whose account it is from now on.

use door::{
    Action, Limit, Per, Permitted, Read, Receive, Record, Refusal, Relation, Relations, Result, Spec, Verb, Way, Write,
    values,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::webauthn::{Expected, NewCredential, text_or_object, verify_registration};
use super::{Challenge, Holder, PASSKEY, PASSKEYS_MAX, party};
use crate::fields::Name;
use crate::identity::factor::{Proof, first_recovery_codes};
use crate::identity::{Own, note_proof};
use crate::ids::PasskeyId;
use crate::mail::{News, tell};
use crate::texts::Texts;
use crate::world::World;

/// Adds a passkey.
pub struct ConfirmPasskey;

/// The new key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyMade {
    /// What the browser gave: `toJSON()` of it.
    #[serde(deserialize_with = "text_or_object")]
    pub credential: NewCredential,
    /// What to call it; the browser's name where nothing is said.
    pub name: Option<Name>,
}

/// It is there.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PasskeyAdded {
    /// The passkey.
    pub id: PasskeyId,
    /// Recovery codes, for the day when it is lost: none where there are some already. Shown this once.
    pub codes: Vec<String>,
}

/// The new key, and what it will be called.
pub struct Ready {
    credential: NewCredential,
    name: String,
}

impl Action for ConfirmPasskey {
    type Target = Own;
    type Input = KeyMade;
    type Output = PasskeyAdded;
    const SPEC: Spec = Spec::new(
        "passkey.confirm",
        "Adds the passkey that was begun; with the first second factor it gives out recovery codes. Every other sign-in of the \
         account wants a second step from then on. Shown once.",
        Way::Http(Verb::Post, "/account/passkeys/confirm"),
        Relations::of(&[Relation::SELF]),
    )
    .limits(&[
        Limit { times: 3_000, seconds: 60, per: Per::Address },
        Limit { times: 60, seconds: 3600, per: Per::CallerShared },
    ])
    .fresh()
    .secret();
}

impl Receive for ConfirmPasskey {
    type Ready = Ready;

    async fn ready(input: KeyMade, _: &Permitted<Own>, read: &mut Read<'_>) -> Result<Ready> {
        let agent = read.origin().agent.as_deref().unwrap_or_default();
        let name = input.name.map_or_else(|| Texts::default().browser(agent), |name| name.as_str().to_owned());
        Ok(Ready { credential: input.credential, name })
    }

    async fn receive(ready: &Ready, own: &Permitted<Own>, write: &mut Write<'_>) -> Result<(PasskeyAdded, Record)> {
        let session = write.caller().session.ok_or(Refusal::Conflict("no_session"))?;
        let party = party(write.world::<World>()?)?;
        let wrong = |why: String| Refusal::field("credential", why);
        let challenge = ready.credential.challenge().map_err(|trouble| wrong(trouble.to_string()))?;
        let user_handle = match Challenge::take(write, &challenge, &Holder::Adds(session)).await {
            Err(Refusal::NoMatch) => Err(wrong("came too late, or answers a question that was answered before".into())),
            taken => taken,
        }?;
        let user_handle = user_handle.ok_or(Refusal::Broken)?;
        let expected = Expected { party: &party, challenge: &challenge };
        let new = verify_registration(&ready.credential, &expected).map_err(|trouble| wrong(trouble.to_string()))?;
        if PASSKEYS_MAX <= write.all("SELECT id FROM passkey WHERE person = $1", values![own.0]).await?.len() {
            return Err(Refusal::Conflict("full"));
        }
        // Before it counts itself.
        let codes = first_recovery_codes(write, own.0).await?;
        let (id, now) = (PasskeyId(write.id()), write.now());
        let insert = "INSERT INTO passkey (id, rev, salt, person, credential_id, user_handle, public_key, counter, \
                      backup_eligible, backed_up, transports, name, made_at) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING *";
        let columns = values![
            own.0,
            new.credential_id,
            user_handle,
            new.public_key,
            i64::from(new.counter),
            new.backup_eligible,
            new.backed_up,
            new.transports,
            ready.name.as_str(),
            now
        ];
        write.insert(PASSKEY, id.0, insert, columns).await?;
        note_proof(write, session, Proof::Passkey).await?;
        tell(write, own.0, News::PasskeyAdded { name: &ready.name }).await?;
        Ok((PasskeyAdded { id, codes: codes.codes }, Record::on("passkey", id.0).and("person", own.0.0)))
    }
}
