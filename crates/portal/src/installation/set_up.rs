//! `installation.set_up`: the first run, behind a link that works once.

use door::store::Store;
use door::{
    Action, Limit, Per, Permitted, Read, Receive, Record, Refusal, Relation, Relations, Result, Spec, Time, Verb, Way,
    Write, values,
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::fields::{Mail, Name, NewPassword};
use crate::identity::Anywhere;
use crate::organisations::{Founded, OrganisationCreated, found};
use crate::secret;
use crate::world::World;

/// How long the link works.
const LINK_SECONDS: i64 = 30 * 60;

/// Sets an empty installation up.
pub struct SetUp;

/// The link's secret, the organisation, and you.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstRun {
    /// The secret of the link.
    pub token: String,
    /// The organisation's name.
    pub organisation: Name,
    /// Your name.
    pub name: Name,
    /// Your mail address.
    pub mail: Mail,
    /// Your password.
    pub password: NewPassword,
}

/// A first run whose link is good and whose password is hashed.
pub struct Ready {
    link: Vec<u8>,
    founded: Founded,
}

impl Action for SetUp {
    type Target = Anywhere;
    type Input = FirstRun;
    type Output = OrganisationCreated;
    const SPEC: Spec = Spec::new(
        "installation.set_up",
        "Makes the first organisation and its owner, behind a link that works once.",
        Way::Page(Verb::Post, "/setup"),
        Relations::of(&[Relation::ANYONE]),
    )
    .limits(&[Limit { times: 30, seconds: 60, per: Per::Address }]);
}

impl Receive for SetUp {
    type Ready = Ready;

    async fn ready(input: FirstRun, _: &Permitted<Anywhere>, read: &mut Read<'_>) -> Result<Ready> {
        let link = secret::hash(&input.token);
        let good = "SELECT expires_at FROM setup_link WHERE secret_hash = $1 AND expires_at > $2 \
                    AND NOT EXISTS (SELECT 1 FROM organisation)";
        if read.maybe(good, values![link.as_slice(), read.now()]).await?.is_none() {
            return Err(Refusal::NoMatch);
        }
        read.leave();
        let known = [input.organisation.as_str(), input.name.as_str(), input.mail.as_str()];
        let password_hash = read.world::<World>()?.hash_chosen("password", input.password, &known).await?;
        let FirstRun { organisation, name, mail, .. } = input;
        Ok(Ready {
            link,
            founded: Founded { name: organisation, owner: name, mail, password_hash, clients: Vec::new() },
        })
    }

    async fn receive(
        ready: &Ready,
        _: &Permitted<Anywhere>,
        write: &mut Write<'_>,
    ) -> Result<(OrganisationCreated, Record)> {
        // Taking the link away decides between two who use it at once.
        let taken = write.keep("DELETE FROM setup_link WHERE secret_hash = $1", values![ready.link.as_slice()]).await?;
        if taken != 1 {
            return Err(Refusal::NoMatch);
        }
        found(write, &ready.founded).await
    }
}

/// Makes the one-time link's secret, when there is no organisation yet. Older links stop working.
///
/// # Errors
/// As [`door::store::Error`] says.
pub async fn make_link(store: &Store, now: Time) -> door::store::Result<Option<zeroize::Zeroizing<String>>> {
    let mut tx = store.write(true).await?;
    if tx.maybe("SELECT id FROM organisation LIMIT 1", vec![]).await?.is_some() {
        return Ok(None);
    }
    let (secret, hash) = secret::fresh(false);
    tx.run("DELETE FROM setup_link", vec![]).await?;
    tx.run(
        "INSERT INTO setup_link (secret_hash, expires_at) VALUES ($1, $2)",
        values![hash, now.plus_seconds(LINK_SECONDS)],
    )
    .await?;
    tx.commit().await?;
    Ok(Some(secret))
}
