//! `session.open`: signing in.

use door::store::Value;
use door::{
    Action, Limit, Origin, Per, Permitted, Place, Read, Receive, Record, Refusal, Relation, Relations, Result, Spec,
    Time, Verb, Way, Write, values,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::factor::{Proof, Ways};
use super::{Anywhere, HALF_SESSION_SECONDS, SESSION, organisations_of, session_end};
use crate::fields::{Mail, Password};
use crate::ids::{OrganisationId, PersonId, SessionId};
use crate::mail::{News, tell};
use crate::secret;
use crate::world::World;

/// Signs somebody in.
pub struct Open;

/// Who, and with what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The mail address.
    pub mail: Mail,
    /// The password.
    pub password: Password,
}

/// The sign-in, whose secret is shown this once.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SessionOpened {
    /// The session.
    pub id: SessionId,
    /// Who it is.
    pub person: PersonId,
    /// The secret: send it as `Authorization: Bearer …`.
    pub token: String,
    /// When it ends at the latest.
    pub expires_at: Time,
    /// Whether it still wants its second step: `session.confirm` with a code. It reaches nothing else until then.
    pub second_step: bool,
    /// The organisations that can be entered. The only one is entered at once, after the second step.
    pub organisations: Vec<OrganisationId>,
    /// The organisation whose rooms it was in before.
    pub organisation: Option<OrganisationId>,
}

/// The person whose password matched.
pub struct Known {
    person: PersonId,
    /// The hash that it matched.
    matched: String,
    /// Whether it showed that somebody has signed in there before.
    known_device: bool,
    beginning: Beginning,
}

impl Action for Open {
    type Target = Anywhere;
    type Input = SignIn;
    type Output = SessionOpened;
    const SPEC: Spec = Spec::new(
        "session.open",
        "Signs in with mail address and password.",
        Way::Http(Verb::Post, "/session"),
        Relations::of(&[Relation::ANYONE]),
    )
    .limits(&[
        // From one address, whoever it is: against guessing over many accounts.
        Limit { times: 240, seconds: 60, per: Per::Address },
        // One account from one device or network: against guessing its password. Others are not affected.
        Limit { times: 10, seconds: 120, per: Per::Field("mail") },
        // One account from everywhere: against many who guess together. Devices that are known are not affected.
        Limit { times: 200, seconds: 3600, per: Per::FieldOfStrangers("mail") },
        // One account from all devices that are known: whoever once had its password may have made himself many.
        Limit { times: 200, seconds: 3600, per: Per::FieldOfKnown("mail") },
    ])
    .secret()
    .in_maintenance();
}

impl Receive for Open {
    type Ready = Known;

    async fn ready(input: SignIn, _: &Permitted<Anywhere>, read: &mut Read<'_>) -> Result<Known> {
        let row = read
            .maybe(
                "SELECT id, password_hash FROM person WHERE mail = $1 AND service_since IS NULL",
                values![&input.mail],
            )
            .await?;
        let (person, stored): (_, Option<String>) = match row {
            Some(row) => (Some(row.get::<PersonId>("id")?), Some(row.get("password_hash")?)),
            None => (None, None),
        };
        read.leave();
        let matches = read.world::<World>()?.hasher.verify(input.password, stored.clone()).await?;
        let (Some(person), Some(matched), true) = (person, stored, matches) else { return Err(Refusal::NoMatch) };
        let known_device = read.origin().device.is_some();
        let beginning = Beginning::of(read.origin(), Proof::Password);
        Ok(Known { person, matched, known_device, beginning })
    }

    async fn receive(known: &Known, _: &Permitted<Anywhere>, write: &mut Write<'_>) -> Result<(SessionOpened, Record)> {
        // The password may have been changed while the old one was looked at: then that sign-in comes too late. The row is
        // held, so that a change comes wholly before or wholly after, and ends this sign-in with the others.
        let still = "SELECT t.password_hash AS hash FROM person t WHERE t.id = $1";
        let still = write.hold(still, values![known.person]).await?;
        if still.map(|row| row.get::<String>("hash")).transpose()?.as_ref() != Some(&known.matched) {
            return Err(Refusal::NoMatch);
        }
        let (opened, record) = known.beginning.open(write, known.person).await?;
        if !known.known_device {
            tell_of_new(write, known.person, opened.id, &known.beginning.browser()).await?;
        }
        Ok((opened, record))
    }
}

/// A sign-in to somebody's whole account that is about to begin: where it comes from, how its person proves to be it, and its
/// secret.
pub(in crate::identity) struct Beginning {
    agent: String,
    address: Option<String>,
    proof: Proof,
    secret: Zeroizing<String>,
    secret_hash: Vec<u8>,
}

impl Beginning {
    /// One from there, with a fresh secret.
    pub(in crate::identity) fn of(origin: &Origin, proof: Proof) -> Self {
        let (secret, secret_hash) = secret::fresh(false);
        let agent = origin.agent.clone().unwrap_or_default();
        let address = origin.address.map(|address| address.to_canonical().to_string());
        Self { agent, address, proof, secret, secret_hash }
    }

    /// Where it comes from.
    pub(in crate::identity) fn browser(&self) -> Browser<'_> {
        Browser { agent: &self.agent, address: self.address.as_deref() }
    }

    /// Opens it, and says so on the account's own record. It is half of one where the person has a second factor that this was not.
    ///
    /// # Errors
    /// [`Refusal::NoMatch`] when the person is active nowhere.
    pub(in crate::identity) async fn open(
        &self,
        write: &mut Write<'_>,
        person: PersonId,
    ) -> Result<(SessionOpened, Record)> {
        let organisations = organisations_of(write, person).await?;
        // Somebody whom every organisation has suspended learns no more than somebody who guessed. Whoever belongs nowhere because
        // it has ended still has an account, and can delete it.
        let put_out = "SELECT id FROM membership WHERE person = $1 LIMIT 1";
        if organisations.is_empty() && write.maybe(put_out, values![person]).await?.is_some() {
            return Err(Refusal::NoMatch);
        }
        let (id, now) = (SessionId(write.id()), write.now());
        let second_step = !self.proof.is_by_factor() && Ways::of(write, person).await?.any();
        let expires_at = if second_step { now.plus_seconds(HALF_SESSION_SECONDS) } else { session_end(now, false) };
        let own = values![
            person,
            self.secret_hash.as_slice(),
            Value::Id(None),
            self.agent.as_str(),
            now,
            expires_at,
            now,
            self.proof,
            self.address.clone()
        ];
        let insert = "INSERT INTO session (id, rev, salt, person, secret_hash, organisation, agent, opened_at, expires_at, \
                      proved_at, proved_by, address) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING *";
        write.insert(SESSION, id.0, insert, own).await?;
        let token = self.secret.to_string();
        let opened = SessionOpened { id, person, token, expires_at, second_step, organisations, organisation: None };
        let record = Record::on("session", id.0)
            .and("person", person.0)
            .at(Place::account(person.0))
            .by(person.0)
            .authenticated(self.proof.word());
        Ok((opened, record))
    }
}

/// The owner of an account that is so young has just made it.
const YOUNG_SECONDS: i64 = 3600;

/// The browser or program that a sign-in comes from.
pub(crate) struct Browser<'a> {
    /// What it calls itself.
    pub(crate) agent: &'a str,
    /// Its network address.
    pub(crate) address: Option<&'a str>,
}

/// Tells somebody of a sign-in that is news: no other that is open is of this browser or program at this address, and the
/// account is not new.
pub(crate) async fn tell_of_new(
    write: &mut Write<'_>,
    person: PersonId,
    id: SessionId,
    from: &Browser<'_>,
) -> Result<()> {
    let others = "SELECT p.made_at AS made_at, EXISTS (SELECT 1 FROM session s WHERE s.person = p.id AND s.agent = $2 \
                  AND s.address IS NOT DISTINCT FROM $4 AND s.id <> $3) AS seen FROM person p WHERE p.id = $1";
    let address = from.address.map(str::to_owned);
    let row = write.one(others, values![person, from.agent, id, address]).await?;
    let made: Time = row.get("made_at")?;
    if row.get::<bool>("seen")? || write.now().seconds_since(made) <= YOUNG_SECONDS {
        return Ok(());
    }
    tell(write, person, News::SignedIn { agent: from.agent, address: from.address }).await
}
