//! `session.open`: signing in.

use door::store::Value;
use door::{
    Action, Limit, Per, Permitted, Place, Read, Receive, Record, Refusal, Relation, Relations, Result, Spec, Time,
    Verb, Way, Write, values,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Anywhere, SESSION, session_end};
use crate::fields::{Mail, Password};
use crate::ids::{OrganisationId, PersonId, SessionId};
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
    /// The organisations that can be entered. The only one is entered at once.
    pub organisations: Vec<OrganisationId>,
}

/// The person whose password matched.
pub struct Known {
    person: PersonId,
    agent: String,
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
        // One account from one address: against guessing its password. Others are not affected.
        Limit { times: 10, seconds: 120, per: Per::Field("mail") },
    ])
    .secret();
}

impl Receive for Open {
    type Ready = Known;

    async fn ready(input: SignIn, _: &Permitted<Anywhere>, read: &mut Read<'_>) -> Result<Known> {
        let row = read.maybe("SELECT id, password_hash FROM person WHERE mail = $1", values![&input.mail]).await?;
        let (person, stored) = match row {
            Some(row) => (Some(row.get::<PersonId>("id")?), Some(row.get("password_hash")?)),
            None => (None, None),
        };
        read.leave();
        let matches = read.world::<World>()?.hasher.verify(input.password, stored).await?;
        let (Some(person), true) = (person, matches) else { return Err(Refusal::NoMatch) };
        let (secret, secret_hash) = secret::fresh(false);
        let agent = read.origin().agent.clone().unwrap_or_default();
        Ok(Known { person, agent, secret, secret_hash })
    }

    async fn receive(known: &Known, _: &Permitted<Anywhere>, write: &mut Write<'_>) -> Result<(SessionOpened, Record)> {
        let rows = write
            .all(
                "SELECT organisation FROM membership WHERE person = $1 AND state = 'active' ORDER BY organisation",
                values![known.person],
            )
            .await?;
        let organisations = rows.iter().map(|row| Ok(row.get("organisation")?)).collect::<Result<Vec<_>>>()?;
        // Somebody whom every organisation has suspended learns no more than somebody who guessed.
        if organisations.is_empty() {
            return Err(Refusal::NoMatch);
        }
        let (id, now) = (SessionId(write.id()), write.now());
        let own = values![
            known.person,
            known.secret_hash.as_slice(),
            Value::Id(None),
            known.agent.as_str(),
            now,
            session_end(now)
        ];
        write
            .insert(
                SESSION,
                id.0,
                "INSERT INTO session (id, rev, salt, person, secret_hash, organisation, agent, opened_at, expires_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING *",
                own,
            )
            .await?;
        let opened = SessionOpened {
            id,
            person: known.person,
            token: known.secret.to_string(),
            expires_at: session_end(now),
            organisations,
        };
        let record = Record::on("session", id.0)
            .and("person", known.person.0)
            .at(Place::account(known.person.0))
            .by(known.person.0);
        Ok((opened, record))
    }
}
