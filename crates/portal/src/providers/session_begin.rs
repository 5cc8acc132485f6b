//! `session.provider.begin`: the way to an organisation's provider.

use door::{
    Action, Change, Limit, Per, Permitted, Record, Refusal, Relation, Relations, Result, Spec, Time, Verb, Way, Write,
    values,
};
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use super::flow::FLOW_SECONDS;
use super::{Flow, Provider, redirect_uri};
use crate::identity::Anywhere;
use crate::world::World;

/// Begins a sign-in through a provider.
pub struct BeginProvided;

/// Whose.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// What the organisation calls itself where one signs in.
    pub handle: String,
}

/// The way there.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ProviderBegun {
    /// Where the browser goes.
    pub address: String,
    /// What this browser alone knows, and shows when it is back.
    pub secret: String,
    /// Until when it must be back.
    pub expires_at: Time,
}

impl Action for BeginProvided {
    type Target = Anywhere;
    type Input = Wanted;
    type Output = ProviderBegun;
    const SPEC: Spec = Spec::new(
        "session.provider.begin",
        "Begins a sign-in through an organisation's provider. A name that is no organisation's and one of an organisation \
         without a provider are answered alike.",
        Way::Http(Verb::Post, "/session/provider/begin"),
        Relations::of(&[Relation::ANYONE]),
    )
    .limits(&[Limit { times: 60, seconds: 60, per: Per::Address }])
    .secret()
    .in_maintenance();
}

impl Change for BeginProvided {
    async fn change(input: &Wanted, _: &Permitted<Anywhere>, write: &mut Write<'_>) -> Result<(ProviderBegun, Record)> {
        let sql = "SELECT organisation FROM provider WHERE handle = $1";
        let row = write.maybe(sql, values![input.handle.trim().to_lowercase()]).await?.ok_or(Refusal::NoMatch)?;
        let provider = Provider::hold(write, row.get("organisation")?).await?.ok_or(Refusal::NoMatch)?;
        let flow = Flow::fresh();
        flow.begin(write, &provider).await?;
        let back = redirect_uri(&write.world::<World>()?.public_origin, provider.organisation);
        let begun = ProviderBegun {
            address: address(&provider, &flow, &back)?,
            secret: flow.secret().to_owned(),
            expires_at: write.now().plus_seconds(FLOW_SECONDS),
        };
        // On the installation's record: whoever only sets off could fill the organisation's.
        Ok((begun, Record::on("provider", provider.id.0)))
    }
}

/// OpenID Connect Core 1.0, section 3.1.2.1, with PKCE (RFC 7636 section 4.3).
fn address(provider: &Provider, flow: &Flow, back: &str) -> Result<String> {
    let mut url: Url = provider.authorization_url.parse().map_err(|_| Refusal::Broken)?;
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("scope", "openid email")
        .append_pair("client_id", &provider.client_id)
        .append_pair("redirect_uri", back)
        .append_pair("state", &flow.state())
        .append_pair("nonce", &flow.nonce())
        .append_pair("code_challenge", &flow.challenge())
        .append_pair("code_challenge_method", "S256");
    Ok(url.to_string())
}
