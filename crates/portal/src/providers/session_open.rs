//! `session.provider.open`: back from the provider, with its word about who it is.

use door::store::Value;
use door::{
    Action, Limit, Per, Permitted, Place, Read, Receive, Record, Refusal, Relation, Relations, Result, Spec, Time,
    Verb, Way, Write, values,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::openid::{Claims, Expected, Keys, Redeemed, Trouble, redeem, verify};
use super::{Domains, Flow, Provider, redirect_uri};
use crate::identity::factor::{Proof, Ways};
use crate::identity::session_open::{Browser, tell_of_new};
use crate::identity::{Anywhere, HALF_SESSION_SECONDS, SESSION, SessionOpened, session_end};
use crate::ids::{OrganisationId, PersonId, ProviderSubjectId, SessionId};
use crate::secret;
use crate::world::World;

/// Signs somebody in by a provider's word.
pub struct OpenProvided;

/// What the browser brings back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BroughtBack {
    /// What this browser alone knows.
    pub secret: String,
    /// To which organisation's address it came back.
    pub organisation: OrganisationId,
    /// What the provider was given, unchanged.
    pub state: String,
    /// What the provider gives out for its word.
    pub code: String,
    /// Who the provider says that it is (RFC 9207).
    pub iss: Option<String>,
}

/// What came of it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Provided {
    /// The sign-in. It reaches this organisation and nothing else.
    pub session: Option<SessionOpened>,
    /// Whether the provider's word is believed, and nobody here is known by it yet: whoever it is signs in with the account
    /// itself, and says with `provider.subject.connect` that both are one.
    pub connect: bool,
}

/// Whom the provider has named, and the sign-in that may come of it.
pub struct Ready {
    flow: Flow,
    claims: Claims,
    agent: String,
    address: Option<String>,
    secret: Zeroizing<String>,
    secret_hash: Vec<u8>,
}

impl Action for OpenProvided {
    type Target = Anywhere;
    type Input = BroughtBack;
    type Output = Provided;
    const SPEC: Spec = Spec::new(
        "session.provider.open",
        "Signs in by the word of an organisation's provider, into that organisation and nowhere else. Whoever is not known by it \
         yet is not signed in.",
        Way::Http(Verb::Post, "/session/provider"),
        Relations::of(&[Relation::ANYONE]),
    )
    .limits(&[
        Limit { times: 240, seconds: 60, per: Per::Address },
        // Each asks the provider.
        Limit { times: 10, seconds: 600, per: Per::FieldOfStrangers("secret") },
    ])
    .secret()
    .in_maintenance();
}

impl Receive for OpenProvided {
    type Ready = Ready;

    async fn ready(input: BroughtBack, _: &Permitted<Anywhere>, read: &mut Read<'_>) -> Result<Ready> {
        let flow = Flow::shown(&input.secret);
        let provider = flow.waits(read).await?;
        let named = match &input.iss {
            Some(iss) => *iss == provider.issuer,
            None => !provider.names_issuer,
        };
        if !flow.has_state(&input.state) || input.organisation != provider.organisation || !named {
            return Err(Refusal::NoMatch);
        }
        let (world, now) = (read.world::<World>()?, read.now());
        read.leave();
        let claims =
            ask(world, now, &provider, &flow, &input.code).await.map_err(|trouble| refused(&provider, &trouble))?;
        if let Some(domains) = &provider.domains
            && !claims.mail.as_ref().is_some_and(|mail| Domains::have(domains, mail))
        {
            return Err(refused(&provider, &Trouble::Wrong("names no mail address of a domain that is allowed")));
        }
        let (secret, secret_hash) = secret::fresh(false);
        let origin = read.origin();
        let agent = origin.agent.clone().unwrap_or_default();
        let address = origin.address.map(|address| address.to_canonical().to_string());
        Ok(Ready { flow, claims, agent, address, secret, secret_hash })
    }

    async fn receive(ready: &Ready, _: &Permitted<Anywhere>, write: &mut Write<'_>) -> Result<(Provided, Record)> {
        // Whatever became of the provider meanwhile: a sign-in under way is good for it as it was.
        let provider = ready.flow.take(write).await?;
        let place = Place::organisation(provider.organisation.0);
        let known =
            "SELECT t.id AS id, t.person AS person FROM provider_subject t WHERE t.provider = $1 AND t.subject = $2";
        let subject = ready.claims.subject.as_str();
        let Some(row) = write.hold(known, values![provider.id, subject]).await? else {
            ready.flow.note(write, subject, ready.claims.mail.as_deref()).await?;
            let record = Record::on("provider", provider.id.0).fact("known", false).at(place);
            return Ok((Provided { session: None, connect: true }, record));
        };
        let (subject, person): (ProviderSubjectId, PersonId) = (row.get("id")?, row.get("person")?);
        let member = "SELECT t.id AS id FROM membership t WHERE t.organisation = $1 AND t.person = $2 \
                      AND t.state = 'active'";
        if write.hold(member, values![provider.organisation, person]).await?.is_none() {
            return Err(Refusal::NoMatch);
        }
        ready.flow.end(write).await?;
        let opened = ready.open(write, &provider, subject, person).await?;
        let record = Record::on("session", opened.id.0)
            .and("person", person.0)
            .and("provider", provider.id.0)
            .fact("known", true)
            .at(place)
            .by(person.0)
            .authenticated(Proof::Provider.word());
        Ok((Provided { session: Some(opened), connect: false }, record))
    }
}

impl Ready {
    /// Opens a session that is bound to the organisation whose provider it was. Whoever has a second factor is asked for it:
    /// whose provider it is has no say in that.
    async fn open(
        &self,
        write: &mut Write<'_>,
        provider: &Provider,
        subject: ProviderSubjectId,
        person: PersonId,
    ) -> Result<SessionOpened> {
        let (id, now) = (SessionId(write.id()), write.now());
        let second_step = Ways::of(write, person).await?.any();
        let expires_at = if second_step { now.plus_seconds(HALF_SESSION_SECONDS) } else { session_end(now, true) };
        let own = values![
            person,
            self.secret_hash.as_slice(),
            Value::Id(Some(provider.organisation.0)),
            self.agent.as_str(),
            now,
            expires_at,
            now,
            Proof::Provider,
            self.address.clone(),
            subject
        ];
        let insert = "INSERT INTO session (id, rev, salt, person, secret_hash, organisation, agent, opened_at, expires_at, \
                      proved_at, proved_by, address, subject) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING *";
        write.insert(SESSION, id.0, insert, own).await?;
        let browser = Browser { agent: &self.agent, address: self.address.as_deref() };
        tell_of_new(write, person, id, &browser).await?;
        Ok(SessionOpened {
            id,
            person,
            token: self.secret.to_string(),
            expires_at,
            second_step,
            organisations: vec![provider.organisation],
            organisation: Some(provider.organisation),
        })
    }
}

/// Asks the provider whom the code is for.
async fn ask(world: &World, now: Time, provider: &Provider, flow: &Flow, code: &str) -> Result<Claims, Trouble> {
    let secret = world.safe.open_provider(provider.organisation, provider.id.0, &provider.sealed);
    let secret = secret.map_err(|_| Trouble::Silent("cannot be asked: its secret does not open".to_owned()))?;
    let (redirect_uri, verifier) = (redirect_uri(&world.public_origin, provider.organisation), flow.verifier());
    let shown = Redeemed {
        token_url: &provider.token_url,
        client_id: &provider.client_id,
        secret: &secret,
        secret_in: provider.secret_in,
        code,
        redirect_uri: &redirect_uri,
        verifier: &verifier,
    };
    let token = redeem(&world.outside, &shown).await?;
    let keys = Keys::fetch(&world.outside, &provider.keys_url).await?;
    let nonce = flow.nonce();
    let expected = Expected { issuer: &provider.issuer, client_id: &provider.client_id, nonce: &nonce, now };
    verify(&token, &keys, &expected)
}

/// Why stands in the log, for whoever runs the portal; whoever signs in learns whether it is worth to try again.
fn refused(provider: &Provider, trouble: &Trouble) -> Refusal {
    tracing::warn!(provider = %provider.id, organisation = %provider.organisation, %trouble, "a provider is not believed");
    match trouble {
        Trouble::Silent(_) => Refusal::Unavailable,
        Trouble::Wrong(_) => Refusal::NoMatch,
    }
}
