//! `provider.set`: whom the organisation believes from now on about who signs in.

use door::{Action, Limit, Per, Permitted, Read, Receive, Record, Refusal, Result, Spec, Verb, Way, Write, values};
use serde::Deserialize;
use utoipa::ToSchema;

use super::openid::{Discovered, discover};
use super::{Domains, Handle, Issuer, KEEPERS, PROVIDER, Provider};
use crate::fields::{Identifier, Password};
use crate::ids::{OrganisationId, ProviderId};
use crate::nothing::Nothing;
use crate::organisations::{Role, Room};
use crate::world::World;

/// Says whom the organisation believes.
pub struct SetProvider;

/// Whom, and what its word opens.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProviderWanted {
    /// What people type where they sign in. No two organisations have the same.
    #[schema(example = "halden-rook")]
    pub handle: Handle,
    /// The provider's issuer, letter by letter. Its address must be `https` and of the public internet.
    #[schema(example = "https://login.example")]
    pub issuer: Issuer,
    /// What the provider calls this portal.
    pub client_id: Identifier,
    /// What only the two know. It is never shown again; left out, the one that is there stays.
    pub client_secret: Option<Password>,
    /// Mail domains, with spaces between. Where there are some, only people come in of whom the provider says that it has made
    /// sure of a mail address there.
    pub domains: Option<Domains>,
    /// As what people with an account come in who do not belong to the organisation: `staff` or `admin`. Left out, nobody
    /// does.
    pub newcomers: Option<Role>,
}

/// What the provider has said of itself.
pub struct Ready {
    wanted: ProviderWanted,
    found: Discovered,
}

impl Action for SetProvider {
    type Target = Room;
    type Input = ProviderWanted;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "provider.set",
        "Says whose word opens the organisation's rooms beside passwords: a provider of OpenID Connect. It is asked at once what \
         it says of itself. Another issuer or client ends every sign-in that came through the one before.",
        Way::Http(Verb::Put, "/provider"),
        KEEPERS,
    )
    .limits(&[
        Limit { times: 3_000, seconds: 60, per: Per::Address },
        // The portal goes where it is told.
        Limit { times: 30, seconds: 3600, per: Per::CallerShared },
    ])
    .fresh();
}

impl Receive for SetProvider {
    type Ready = Ready;

    async fn ready(wanted: ProviderWanted, _: &Permitted<Room>, read: &mut Read<'_>) -> Result<Ready> {
        if wanted.newcomers.is_some_and(|role| !matches!(role, Role::Staff | Role::Admin)) {
            return Err(Refusal::field("newcomers", "must be staff or admin: nobody becomes more by coming in"));
        }
        read.leave();
        let outside = &read.world::<World>()?.outside;
        let found = discover(outside, wanted.issuer.as_str()).await;
        let found = found.map_err(|trouble| Refusal::field("issuer", trouble.to_string()))?;
        Ok(Ready { wanted, found })
    }

    async fn receive(ready: &Ready, room: &Permitted<Room>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        let (wanted, organisation) = (&ready.wanted, room.organisation);
        // Held, so that two who set it at once come one after the other.
        write.hold("SELECT t.id AS id FROM organisation t WHERE t.id = $1", values![organisation]).await?;
        let taken = "SELECT id FROM provider WHERE handle = $1 AND organisation <> $2";
        if write.maybe(taken, values![&wanted.handle, organisation]).await?.is_some() {
            return Err(Refusal::field("handle", "is another organisation's"));
        }
        let before = Provider::hold(write, organisation).await?;
        let same = before
            .as_ref()
            .filter(|before| before.issuer == wanted.issuer.as_str() && before.client_id == wanted.client_id.as_str());
        let id = before.as_ref().map_or_else(|| ProviderId(write.id()), |before| before.id);
        let sealed = match (&wanted.client_secret, same) {
            (Some(secret), _) => write.world::<World>()?.safe.seal_provider(organisation, id.0, secret.bytes())?,
            (None, Some(same)) => same.sealed.clone(),
            // A secret goes to nobody but whom it was given for.
            (None, None) => return Err(Refusal::field("client_secret", "is asked for: the provider is another one")),
        };
        let renewed = before.is_some() && same.is_none();
        let mut ended = 0;
        if let (Some(before), true) = (&before, renewed) {
            ended = before.forget(write).await?;
        }
        put(write, organisation, id, before.as_ref(), ready, sealed).await?;
        let record = Record::on("provider", id.0)
            .fact("new", before.is_none())
            .fact("another", renewed)
            .fact("newcomers", wanted.newcomers)
            .fact("domains", wanted.domains.is_some())
            .fact("sessions", ended);
        Ok((Nothing {}, record))
    }
}

async fn put(
    write: &mut Write<'_>,
    organisation: OrganisationId,
    id: ProviderId,
    before: Option<&Provider>,
    ready: &Ready,
    sealed: Vec<u8>,
) -> Result<()> {
    let (wanted, found, now) = (&ready.wanted, &ready.found, write.now());
    let own = values![
        organisation,
        &wanted.handle,
        &wanted.issuer,
        &wanted.client_id,
        sealed,
        wanted.domains.as_ref().map(Domains::as_str),
        wanted.newcomers,
        found.authorization_url.as_str(),
        found.token_url.as_str(),
        found.keys_url.as_str(),
        found.secret_in,
        found.names_issuer,
        now
    ];
    let Some(before) = before else {
        let insert = "INSERT INTO provider (id, rev, salt, organisation, handle, issuer, client_id, sealed, domains, \
                      newcomers, authorization_url, token_url, keys_url, secret_in, names_issuer, set_at) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) RETURNING *";
        return write.insert(PROVIDER, id.0, insert, own).await;
    };
    // Another one has let nobody in yet: it is asked for when somebody has come through it.
    let same = before.issuer == wanted.issuer.as_str() && before.client_id == wanted.client_id.as_str();
    let mut own = own;
    own.extend(values![before.required_since.filter(|_| same)]);
    let update = "UPDATE provider SET rev = $2, organisation = $3, handle = $4, issuer = $5, client_id = $6, sealed = $7, \
                  domains = $8, newcomers = $9, authorization_url = $10, token_url = $11, keys_url = $12, secret_in = $13, \
                  names_issuer = $14, set_at = $15, required_since = $16 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
    write.update(PROVIDER, id.0, before.revision, update, own).await
}
