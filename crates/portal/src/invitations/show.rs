//! `invitation.show`: what a link offers, to whoever has it. To look is to do nothing.

use door::{
    Action, Limit, Look, Per, Permitted, Read, Refusal, Relation, Relations, Result, Spec, Time, Verb, Way, values,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::identity::Anywhere;
use crate::organisations::Role;
use crate::secret;

/// Shows an invitation.
pub struct Show;

/// The link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkShown {
    /// The secret of the link.
    pub token: String,
}

/// What it offers.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct InvitationOffered {
    /// The mail address that is invited.
    pub mail: String,
    /// The organisation.
    pub organisation: String,
    /// The client company, for its people.
    pub client: Option<String>,
    /// The role.
    pub role: Role,
    /// Who invites.
    pub invited_by: String,
    /// Until when the link works.
    pub expires_at: Time,
    /// Whether the address has an account.
    pub has_account: bool,
    /// Whether that can be signed in with: it belongs somewhere.
    pub can_sign_in: bool,
    /// Whether whoever looks is signed in with it.
    pub is_you: bool,
}

impl Action for Show {
    type Target = Anywhere;
    type Input = LinkShown;
    type Output = InvitationOffered;
    const SPEC: Spec = Spec::new(
        "invitation.show",
        "Shows what an invitation offers, to whoever has its link.",
        Way::Page(Verb::Get, "/join"),
        Relations::of(&[Relation::ANYONE]),
    )
    .limits(&[Limit { times: 120, seconds: 60, per: Per::Address }]);
}

impl Look for Show {
    async fn look(input: &LinkShown, _: &Permitted<Anywhere>, read: &mut Read<'_>) -> Result<InvitationOffered> {
        let (now, caller) = (read.now(), read.caller().actor.person());
        let sql = "SELECT i.mail AS mail, i.role AS role, o.name AS organisation, c.name AS client, p.name AS invited_by, \
                   i.expires_at AS expires_at, (SELECT a.id FROM person a WHERE a.mail = i.mail) AS account, \
                   EXISTS (SELECT 1 FROM membership m JOIN person a ON a.id = m.person WHERE a.mail = i.mail \
                           AND m.state = 'active') AS active \
                   FROM invitation i JOIN organisation o ON o.id = i.organisation JOIN person p ON p.id = i.invited_by \
                   LEFT JOIN client c ON c.id = i.client WHERE i.secret_hash = $1 AND i.expires_at > $2";
        let row = read.maybe(sql, values![secret::hash(&input.token), now]).await?.ok_or(Refusal::NoMatch)?;
        let account: Option<Uuid> = row.get("account")?;
        Ok(InvitationOffered {
            mail: row.get("mail")?,
            organisation: row.get("organisation")?,
            client: row.get("client")?,
            role: row.get("role")?,
            invited_by: row.get("invited_by")?,
            expires_at: row.get("expires_at")?,
            has_account: account.is_some(),
            can_sign_in: row.get("active")?,
            is_you: account.is_some() && account == caller,
        })
    }
}
