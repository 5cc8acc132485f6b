//! Invitations: somebody with a mail address may become one of an organisation's people, or of a client company's, by a link
//! that works once. Whoever invites gives no more than he has, and is asked again when the link is used: who was put out since
//! or has a lower rank, has invited nobody.

mod accept;
mod create;
mod list;
pub mod pages;
mod renew;
mod show;
mod withdraw;

use door::store::{Result, Tx};
use door::{Caller, Ids, Place, Recorded, Refusal, Relation, Relations, Target, Time, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

pub use accept::{Accept, InvitationAccepted};
pub use create::Create;
pub(crate) use create::{Inviting, invite};
pub use list::{InvitationList, InvitationShown, List};
pub use renew::Renew;
pub use show::{InvitationOffered, Show};
pub use withdraw::Withdraw;

use crate::ids::{ClientId, InvitationId, OrganisationId, PersonId};
use crate::mail::{Invited, invitation};
use crate::organisations::Role;
use crate::organisations::look::Look;
use crate::organisations::mail_domains::{self, MailDomains};
use crate::organisations::membership::roles_given_by;
use crate::secret;
use crate::standing::{ADMIN, CLIENT_ADMIN, OWNER};
use crate::world::World;

/// The table of invitations that nobody has used.
pub const INVITATION: Recorded = Recorded { table: "invitation", entity: 90 };

/// How long a link works.
pub const INVITATION_SECONDS: i64 = 7 * 24 * 3600;
/// One that is over is listed for so much longer, so that somebody can send it anew.
pub const LISTED_SECONDS: i64 = 30 * 24 * 3600;

/// Who invites at all. Whom to what is said by [`may_give`].
pub(crate) const INVITERS: Relations = Relations::of(&[OWNER, ADMIN, CLIENT_ADMIN]);

/// Who may give a role: nobody gives a rank above his own, and a client's people give none of the organisation's.
#[must_use]
pub const fn givers_of(role: Role) -> &'static [Relation] {
    match role {
        Role::Owner => &[OWNER],
        Role::Admin | Role::Staff => &[OWNER, ADMIN],
        Role::ClientAdmin | Role::ClientMember => &[OWNER, ADMIN, CLIENT_ADMIN],
    }
}

/// The same of a membership: whether somebody of this role, of this client, may give that one.
#[must_use]
pub fn may_give(giver: Role, at: Option<ClientId>, given: Role, client: Option<ClientId>) -> bool {
    let own_company = giver != Role::ClientAdmin || (client.is_some() && at == client);
    own_company && roles_given_by(giver, given.of_client()).contains(&given)
}

/// An invitation named in a path: one of the organisation that the caller is in; for a client's people, one of their company.
pub struct Invitation {
    id: InvitationId,
    organisation: OrganisationId,
    client: Option<ClientId>,
    role: Role,
    mail: String,
    revision: i64,
}

impl Target for Invitation {
    async fn load(tx: &mut Tx, caller: &Caller, ids: &Ids) -> Result<Option<Self>> {
        let (Ok(id), Some(organisation)) = (ids.get("invitation"), caller.organisation) else { return Ok(None) };
        let sql = "SELECT t.id AS id, t.organisation AS organisation, t.client AS client, t.role AS role, t.mail AS mail, \
                   t.rev AS rev FROM invitation t JOIN membership m ON m.organisation = t.organisation \
                   WHERE t.id = $1 AND t.organisation = $2 AND m.person = $3 AND m.state = 'active' \
                   AND (m.client IS NULL OR m.client = t.client)";
        let row = tx.target(sql, values![id, organisation, caller.actor.person()]).await?;
        row.map(|row| {
            Ok(Self {
                id: row.get("id")?,
                organisation: row.get("organisation")?,
                client: row.get("client")?,
                role: row.get("role")?,
                mail: row.get("mail")?,
                revision: row.get("rev")?,
            })
        })
        .transpose()
    }

    fn place(&self) -> Place {
        place(self.organisation, self.client)
    }
}

fn place(organisation: OrganisationId, client: Option<ClientId>) -> Place {
    Place { organisation: Some(organisation.0), client: client.map(|client| client.0), ..Place::INSTALLATION }
}

/// Refuses what is above the caller's own rank.
fn refuse_above(standing: Relations, role: Role) -> door::Result<()> {
    let needs = Relations::of(givers_of(role));
    if needs.meet(standing) { Ok(()) } else { Err(Refusal::Forbidden { needs, has: standing }) }
}

/// An invitation that was made, or made anew.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct InvitationMade {
    /// Its id.
    pub id: InvitationId,
    /// Until when its link works.
    pub expires_at: Time,
    /// The link, where this portal sends no mail: whoever invites hands it over. Shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// A fresh link, and its fingerprint.
fn fresh() -> (Zeroizing<String>, Vec<u8>) {
    secret::fresh(false)
}

/// Sends the link to the address that is invited; where no mail leaves, gives it to whoever invites.
async fn hand_over(
    write: &mut Write<'_>,
    id: InvitationId,
    invited: Invited<'_>,
    token: &str,
) -> door::Result<InvitationMade> {
    let expires_at = write.now().plus_seconds(INVITATION_SECONDS);
    invitation(write, invited, token, expires_at).await?;
    let world = write.world::<World>()?;
    let link = (!world.post.is_wired()).then(|| format!("{}/join/{token}", world.public_origin));
    Ok(InvitationMade { id, expires_at, link })
}

/// Who invites: the name that the letter says.
async fn name_of(write: &mut Write<'_>, person: PersonId) -> door::Result<String> {
    Ok(write.one("SELECT name FROM person WHERE id = $1", values![person]).await?.get("name")?)
}

/// The organisation that invites.
struct Inviter {
    name: String,
    /// Under which mail domains those come in who are invited.
    domains: MailDomains,
    look: Look,
}

impl Inviter {
    async fn of(write: &mut Write<'_>, organisation: OrganisationId, client: Option<ClientId>) -> door::Result<Self> {
        let own = "SELECT name, accent, sender, reply_to FROM organisation WHERE id = $1";
        let row = write.one(own, values![organisation]).await?;
        let domains = mail_domains::for_whom(write, organisation, client).await?;
        Ok(Self { name: row.get("name")?, domains, look: Look::written(&row)? })
    }
}

#[cfg(test)]
mod tests {
    use door::uuid::Uuid;

    use super::*;

    #[test]
    fn nobody_gives_more_than_he_has() {
        let (ours, theirs) = (Some(ClientId(Uuid::from_u128(1))), Some(ClientId(Uuid::from_u128(2))));
        let gives = |giver, at, client| -> Vec<&str> {
            let given = Role::ALL.iter().filter(|role| may_give(giver, at, **role, client));
            given.map(|role| role.word()).collect()
        };
        assert_eq!(gives(Role::Owner, None, ours), ["owner", "admin", "staff", "client_admin", "client_member"]);
        assert_eq!(gives(Role::Admin, None, ours), ["admin", "staff", "client_admin", "client_member"]);
        assert_eq!(gives(Role::ClientAdmin, ours, ours), ["client_admin", "client_member"]);
        assert_eq!(gives(Role::ClientAdmin, ours, theirs), [""; 0]);
        assert_eq!(gives(Role::ClientAdmin, ours, None), [""; 0]);
        assert_eq!(gives(Role::Staff, None, None), [""; 0]);
        assert_eq!(gives(Role::ClientMember, ours, ours), [""; 0]);
    }

    /// The two ways of saying it are one rule.
    #[test]
    fn relations_and_roles_agree() {
        let client = Some(ClientId(Uuid::from_u128(1)));
        for (giver, relation) in [(Role::Owner, OWNER), (Role::Admin, ADMIN), (Role::ClientAdmin, CLIENT_ADMIN)] {
            for given in Role::ALL {
                let at = giver.of_client().then_some(client).flatten();
                let by_relation = Relations::of(givers_of(*given)).meet(Relations::of(&[relation]));
                assert_eq!(may_give(giver, at, *given, client), by_relation, "{giver:?} gives {given:?}");
            }
        }
    }
}
