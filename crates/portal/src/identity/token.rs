//! API tokens: a wish that is sound, and the row that comes of it.

use std::collections::BTreeSet;

use door::{Read, Refusal, Result, Time, Write, scope_of, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::TOKEN;
use crate::fields::{Name, TokenDays};
use crate::ids::{OrganisationId, PersonId, TokenId};
use crate::secret;

/// What a token is for.
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
pub struct TokenToMake {
    name: Name,
    scopes: String,
    days: TokenDays,
    secret: zeroize::Zeroizing<String>,
    secret_hash: Vec<u8>,
}

impl TokenToMake {
    /// # Errors
    /// [`Refusal::Invalid`] when it names no scope, or one that there is not.
    pub fn of(wanted: TokenWanted, read: &Read<'_>) -> Result<Self> {
        let known: BTreeSet<String> =
            read.catalogue().entries().map(|entry| scope_of(&entry.spec, entry.effect)).collect();
        let scopes: BTreeSet<&str> = wanted.scopes.iter().map(String::as_str).collect();
        if scopes.is_empty() {
            return Err(Refusal::field("scopes", "must name at least one"));
        }
        if let Some(unknown) = scopes.iter().find(|scope| !known.contains(**scope)) {
            let shown: String = unknown.chars().take(40).collect();
            return Err(Refusal::field("scopes", format!("knows no `{shown}`")));
        }
        let scopes = scopes.into_iter().collect::<Vec<_>>().join(" ");
        let (secret, secret_hash) = secret::fresh(true);
        Ok(Self { name: wanted.name, scopes, days: wanted.days, secret, secret_hash })
    }

    /// Makes it. A token belongs to the rooms that it was made in.
    ///
    /// # Errors
    /// As the store says.
    pub async fn make(
        &self,
        write: &mut Write<'_>,
        person: PersonId,
        organisation: OrganisationId,
    ) -> Result<TokenCreated> {
        let (id, now) = (TokenId(write.id()), write.now());
        let expires_at = now.plus_seconds(self.days.seconds());
        let insert = "INSERT INTO token (id, rev, salt, person, organisation, name, secret_hash, scopes, made_at, expires_at) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING *";
        let (hash, scopes) = (self.secret_hash.as_slice(), self.scopes.as_str());
        let own = values![person, organisation, &self.name, hash, scopes, now, expires_at];
        write.insert(TOKEN, id.0, insert, own).await?;
        Ok(TokenCreated { id, token: self.secret.to_string(), expires_at })
    }
}
