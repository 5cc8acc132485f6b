//! `provider.subject.show`: who somebody is by the provider's word, before they say that it is them.

use door::{Action, Limit, Look, Per, Permitted, Read, Relation, Relations, Result, Spec, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Flow;
use crate::identity::Anywhere;

/// Shows what is offered to be connected.
pub struct ShowSubject;

/// Which.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretShown {
    /// What this browser alone knows.
    pub secret: String,
}

/// Who it is by the provider's word.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SubjectOffered {
    /// The organisation.
    pub organisation: String,
    /// The provider.
    pub issuer: String,
    /// The mail address that the provider has made sure of.
    pub mail: Option<String>,
}

impl Action for ShowSubject {
    type Target = Anywhere;
    type Input = SecretShown;
    type Output = SubjectOffered;
    const SPEC: Spec = Spec::new(
        "provider.subject.show",
        "Shows who somebody is by the word of an organisation's provider, to the browser that came back from it.",
        Way::Page(Verb::Get, "/sign-in/connect"),
        Relations::of(&[Relation::ANYONE]),
    )
    .limits(&[Limit { times: 120, seconds: 60, per: Per::Address }]);
}

impl Look for ShowSubject {
    async fn look(input: &SecretShown, _: &Permitted<Anywhere>, read: &mut Read<'_>) -> Result<SubjectOffered> {
        let said = Flow::shown(&input.secret).said(read).await?;
        let name = "SELECT name FROM organisation WHERE id = $1";
        let organisation = read.one(name, values![said.provider.organisation]).await?.get("name")?;
        Ok(SubjectOffered { organisation, issuer: said.provider.issuer, mail: said.mail })
    }
}
