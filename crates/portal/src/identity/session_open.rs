//! `session.open`: signing in.

use door::store::Value;
use door::{
    Action, Limit, Per, Permitted, Place, Read, Receive, Record, Refusal, Relation, Relations, Result, Spec, Time,
    Verb, Way, Write, values,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
    agent: String,
    address: Option<String>,
    /// Whether it showed that somebody has signed in there before.
    known_device: bool,
    secret: zeroize::Zeroizing<String>,
    secret_hash: Vec<u8>,
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
        let (secret, secret_hash) = secret::fresh(false);
        let origin = read.origin();
        let agent = origin.agent.clone().unwrap_or_default();
        let address = origin.address.map(|address| address.to_canonical().to_string());
        let known_device = origin.device.is_some();
        Ok(Known { person, matched, agent, address, known_device, secret, secret_hash })
    }

    async fn receive(known: &Known, _: &Permitted<Anywhere>, write: &mut Write<'_>) -> Result<(SessionOpened, Record)> {
        // The password may have been changed while the old one was looked at: then that sign-in comes too late. The row is
        // held, so that a change comes wholly before or wholly after, and ends this sign-in with the others.
        let still = "SELECT t.password_hash AS hash FROM person t WHERE t.id = $1";
        let still = write.hold(still, values![known.person]).await?;
        if still.map(|row| row.get::<String>("hash")).transpose()?.as_ref() != Some(&known.matched) {
            return Err(Refusal::NoMatch);
        }
        let organisations = organisations_of(write, known.person).await?;
        // Somebody whom every organisation has suspended learns no more than somebody who guessed.
        if organisations.is_empty() {
            return Err(Refusal::NoMatch);
        }
        let now = write.now();
        let second_step = Ways::of(write, known.person).await?.any();
        let expires_at = if second_step { now.plus_seconds(HALF_SESSION_SECONDS) } else { session_end(now, false) };
        let opening = Opening {
            person: known.person,
            secret_hash: &known.secret_hash,
            browser: Browser { agent: &known.agent, address: known.address.as_deref() },
            proof: Proof::Password,
            expires_at,
        };
        let id = opening.insert(write).await?;
        if !known.known_device {
            tell_of_new(write, known.person, id, &opening.browser).await?;
        }
        let opened = SessionOpened {
            id,
            person: known.person,
            token: known.secret.to_string(),
            expires_at,
            second_step,
            organisations,
            organisation: None,
        };
        let record = Record::on("session", id.0)
            .and("person", known.person.0)
            .at(Place::account(known.person.0))
            .by(known.person.0);
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

/// A sign-in to somebody's whole account, before it is there.
pub(crate) struct Opening<'a> {
    /// Whose.
    pub(crate) person: PersonId,
    /// The fingerprint of its secret.
    pub(crate) secret_hash: &'a [u8],
    /// From where.
    pub(crate) browser: Browser<'a>,
    /// How its person proved to be it.
    pub(crate) proof: Proof,
    /// When it ends at the latest.
    pub(crate) expires_at: Time,
}

impl Opening<'_> {
    /// Writes it down.
    pub(crate) async fn insert(&self, write: &mut Write<'_>) -> Result<SessionId> {
        let (id, now) = (SessionId(write.id()), write.now());
        let insert = "INSERT INTO session (id, rev, salt, person, secret_hash, organisation, agent, opened_at, expires_at, \
                      proved_at, proved_by, address) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING *";
        let own = values![
            self.person,
            self.secret_hash,
            Value::Id(None),
            self.browser.agent,
            now,
            self.expires_at,
            now,
            self.proof,
            self.browser.address
        ];
        write.insert(SESSION, id.0, insert, own).await?;
        Ok(id)
    }
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
