//! `token.create`: something that acts in one's name.

use std::collections::BTreeSet;

use door::{
    Action, Limit, Per, Permitted, Place, Read, Receive, Record, Refusal, Relation, Relations, Result, Spec, Time,
    Verb, Way, Write, scope_of, values,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Own, TOKEN};
use crate::fields::{Name, TokenDays};
use crate::ids::TokenId;
use crate::secret;

/// Makes an API token.
pub struct CreateToken;

/// What it is for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenWanted {
    /// What its owner calls it.
    pub name: Name,
    /// What it may do: `project:look`, `message:change` …
    #[schema(min_items = 1, example = json!(["project:look"]))]
    pub scopes: Vec<String>,
    /// How long it lives, in days.
    pub days: TokenDays,
}

/// The token, shown this once.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TokenCreated {
    /// The token's id.
    pub id: TokenId,
    /// The secret: send it as `Authorization: Bearer …`.
    pub token: String,
    /// When it ends.
    pub expires_at: Time,
}

/// A sound wish, and the secret for it.
pub struct Made {
    name: Name,
    scopes: String,
    days: TokenDays,
    secret: zeroize::Zeroizing<String>,
    secret_hash: Vec<u8>,
}

impl Action for CreateToken {
    type Target = Own;
    type Input = TokenWanted;
    type Output = TokenCreated;
    const SPEC: Spec = Spec::new(
        "token.create",
        "Makes an API token that acts in one's name, within the scopes named. Shown once.",
        Way::Http(Verb::Post, "/account/tokens"),
        Relations::of(&[Relation::SELF]),
    )
    .limits(&[
        Limit { times: 3_000, seconds: 60, per: Per::Address },
        Limit { times: 60, seconds: 3600, per: Per::CallerShared },
    ])
    .fresh()
    .secret();
}

impl Receive for CreateToken {
    type Ready = Made;

    async fn ready(input: TokenWanted, _: &Permitted<Own>, read: &mut Read<'_>) -> Result<Made> {
        let known: BTreeSet<String> =
            read.catalogue().entries().map(|entry| scope_of(&entry.spec, entry.effect)).collect();
        let wanted: BTreeSet<&str> = input.scopes.iter().map(String::as_str).collect();
        if wanted.is_empty() {
            return Err(Refusal::field("scopes", "must name at least one"));
        }
        if let Some(unknown) = wanted.iter().find(|scope| !known.contains(**scope)) {
            let shown: String = unknown.chars().take(40).collect();
            return Err(Refusal::field("scopes", format!("knows no `{shown}`")));
        }
        let scopes = wanted.into_iter().collect::<Vec<_>>().join(" ");
        let (secret, secret_hash) = secret::fresh(true);
        Ok(Made { name: input.name, scopes, days: input.days, secret, secret_hash })
    }

    async fn receive(made: &Made, own: &Permitted<Own>, write: &mut Write<'_>) -> Result<(TokenCreated, Record)> {
        // A token belongs to the rooms that it was made in.
        let organisation = write.caller().organisation.ok_or(Refusal::Conflict("no_organisation"))?;
        let (id, now) = (TokenId(write.id()), write.now());
        let expires_at = now.plus_seconds(made.days.seconds());
        write
            .insert(
                TOKEN,
                id.0,
                "INSERT INTO token (id, rev, salt, person, organisation, name, secret_hash, scopes, made_at, expires_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING *",
                values![
                    own.0,
                    organisation,
                    &made.name,
                    made.secret_hash.as_slice(),
                    made.scopes.as_str(),
                    now,
                    expires_at
                ],
            )
            .await?;
        let record = Record::on("token", id.0).and("person", own.0.0).at(Place::organisation(organisation));
        Ok((TokenCreated { id, token: made.secret.to_string(), expires_at }, record))
    }
}
