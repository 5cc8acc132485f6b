//! Users, as a directory has them. Each is a wish: that somebody with this mail address belongs to the organisation, or does not
//! any more. What comes of it are invitations and memberships.
//!
//! - Whoever does not belong to it is invited, with an account here or without: nobody is put into an organisation unasked.
//! - Whoever belongs to it already stays what they are, and can be put out from then on.
//! - Who is put out is suspended at once, and the tokens for these rooms end. What they were in projects waits for them.
//! - Owners, and a client's people, are not the directory's.

mod change;
mod create;
mod draft;
mod list;
mod remove;
mod resource;
mod set;
mod show;

use std::collections::BTreeMap;

use door::store::{self, Row, Tx};
use door::{Caller, Ids, Permitted, Place, Record, Refusal, Relations, Result, Target, Time, Write, values};

pub use change::ChangeUser;
pub use create::CreateUser;
pub use draft::{Attributes, Draft, SCHEMA};
pub use list::{ListUsers, Listed, Listing, PAGE_MAX};
pub use remove::RemoveUser;
pub use resource::{Meta, UserShown};
pub use set::SetUser;
pub use show::ShowUser;

use super::group::standing::{Given, give};
use super::{Directory, USER, place};
use crate::fields::{Identifier, Mail};
use crate::ids::{DirectoryGroupId, DirectoryUserId, MembershipId, OrganisationId};
use crate::invitations::{self, INVITATION, Inviting};
use crate::organisations::Role;
use crate::organisations::membership::{Membership, MembershipState, end_tokens, set_state_with};
use crate::standing::{DIRECTORY, OWNER};

/// A user of the directory that asks, as it stands in its table.
pub struct User {
    id: DirectoryUserId,
    revision: i64,
    organisation: OrganisationId,
    attributes: Attributes,
    /// Who it is here, once they have come.
    membership: Option<MembershipId>,
    /// Whether that counts at the moment.
    counts: Option<bool>,
    made_at: Time,
    changed_at: Time,
}

/// One of the directory's own organisation.
const BY_ID: &str = "SELECT t.id AS id, t.rev AS rev, t.organisation AS organisation, t.user_name AS user_name, \
                     t.external_id AS external_id, t.mail AS mail, t.name AS name, t.given_name AS given_name, \
                     t.family_name AS family_name, t.active AS active, t.membership AS membership, \
                     t.made_at AS made_at, t.changed_at AS changed_at, \
                     (SELECT m.state FROM membership m WHERE m.id = t.membership) AS state \
                     FROM directory_user t WHERE t.id = $1 AND t.organisation = $2";

/// The groups of an organisation's users from one id to another.
const GROUPS: &str = "SELECT i.directory_user AS directory_user, g.id AS id, g.name AS name FROM directory_group_member i \
                      JOIN directory_group g ON g.id = i.directory_group WHERE g.organisation = $1 \
                      AND i.directory_user BETWEEN $2 AND $3 ORDER BY i.directory_user, g.id";

/// The groups that somebody is in, by id and name.
type Groups = Vec<(DirectoryGroupId, String)>;

/// What was asked with [`GROUPS`], user by user.
fn groups_by_user(rows: &[Row]) -> store::Result<BTreeMap<DirectoryUserId, Groups>> {
    let mut users: BTreeMap<DirectoryUserId, Groups> = BTreeMap::new();
    for row in rows {
        users.entry(row.get("directory_user")?).or_default().push((row.get("id")?, row.get("name")?));
    }
    Ok(users)
}

impl User {
    fn of(row: &Row) -> store::Result<Self> {
        let text = |name| row.get::<Option<String>>(name);
        let unsound = |column: &str, why| store::Error::Column { column: column.to_owned(), why };
        let state: Option<MembershipState> = row.get("state")?;
        Ok(Self {
            id: row.get("id")?,
            revision: row.get("rev")?,
            organisation: row.get("organisation")?,
            attributes: Attributes {
                user_name: Identifier::try_from(row.get::<String>("user_name")?)
                    .map_err(|why| unsound("user_name", why))?,
                external_id: text("external_id")?,
                mail: Mail::try_from(row.get::<String>("mail")?).map_err(|why| unsound("mail", why))?,
                name: text("name")?,
                given_name: text("given_name")?,
                family_name: text("family_name")?,
                active: row.get("active")?,
            },
            membership: row.get("membership")?,
            counts: state.map(|state| state == MembershipState::Active),
            made_at: row.get("made_at")?,
            changed_at: row.get("changed_at")?,
        })
    }

    /// Whether they may be here, by the directory and by the organisation's own people.
    fn is_active(&self) -> bool {
        self.attributes.active && self.counts != Some(false)
    }
}

impl Target for User {
    async fn load(tx: &mut Tx, caller: &Caller, ids: &Ids) -> store::Result<Option<Self>> {
        let (Ok(id), Some(organisation)) = (ids.get("user"), caller.organisation) else { return Ok(None) };
        tx.target(BY_ID, values![id, organisation]).await?.as_ref().map(Self::of).transpose()
    }

    fn place(&self) -> Place {
        place(self.organisation)
    }
}

/// What came of a wish, for the record.
#[derive(Default)]
struct Settled {
    membership: Option<MembershipId>,
    invited: bool,
    withdrawn: i64,
    tokens: i64,
    sessions: i64,
}

impl Settled {
    /// Writes it down beside what it was done to.
    fn on(&self, record: Record, active: bool) -> Record {
        let record = match self.membership {
            Some(membership) => record.and("membership", membership.0),
            None => record,
        };
        record
            .fact("active", active)
            .fact("invited", self.invited)
            .fact("invitations_withdrawn", self.withdrawn)
            .fact("tokens_revoked", self.tokens)
            .fact("sessions_ended", self.sessions)
    }
}

/// Does what follows from a user that is new.
async fn bring_in(write: &mut Write<'_>, directory: &Directory, user: &Attributes) -> Result<Settled> {
    let mut settled =
        Settled { membership: member(write, directory.organisation, user.mail.as_str()).await?, ..Settled::default() };
    let held = held(write, directory.organisation, settled.membership).await?;
    match (held, user.active) {
        (Some(held), false) => put_out(write, &held, MembershipState::Suspended, &mut settled).await?,
        (None, true) => settled.invited = invite(write, directory, &user.mail).await?,
        _ => {}
    }
    Ok(settled)
}

/// Does what follows from a change. `user` is what it was until now.
async fn follow(write: &mut Write<'_>, directory: &Directory, user: &User, wanted: &Attributes) -> Result<Settled> {
    let mut settled = Settled { membership: user.membership, ..Settled::default() };
    let (before, organisation) = (&user.attributes, directory.organisation);
    if let Some(held) = held(write, organisation, user.membership).await? {
        match (before.active, wanted.active) {
            (true, false) => put_out(write, &held, MembershipState::Suspended, &mut settled).await?,
            (false, true) => {
                let given = Given::to_user(write, user.id).await?;
                if held.standing_state() == MembershipState::Suspended {
                    set_state_with(write, &held, MembershipState::Active, given).await?;
                } else {
                    give(write, held.id(), given).await?;
                }
            }
            _ => {}
        }
        return Ok(settled);
    }
    // They have not come yet, or have left.
    let moved = before.mail != wanted.mail;
    if moved || !wanted.active {
        settled.withdrawn = withdraw(write, organisation, before.mail.as_str()).await?;
    }
    if wanted.active && (!before.active || (moved && user.membership.is_none())) {
        settled.membership = member(write, organisation, wanted.mail.as_str()).await?;
        match settled.membership {
            Some(membership) => {
                let given = Given::to_user(write, user.id).await?;
                give(write, membership, given).await?;
            }
            None => settled.invited = invite(write, directory, &wanted.mail).await?,
        }
    }
    Ok(settled)
}

/// The membership that hangs on a user: one of the organisation's own people, who have not left.
async fn held(
    write: &mut Write<'_>,
    organisation: OrganisationId,
    membership: Option<MembershipId>,
) -> Result<Option<Membership>> {
    let Some(membership) = membership else { return Ok(None) };
    let held = Membership::of_id(write, organisation, membership).await?;
    Ok(held.filter(|held| !held.role().of_client()))
}

/// Ends standing at once: for now, or for good. Tokens end in both cases.
async fn put_out(
    write: &mut Write<'_>,
    held: &Membership,
    state: MembershipState,
    settled: &mut Settled,
) -> Result<()> {
    if held.role() == Role::Owner {
        return Err(Refusal::Forbidden { needs: Relations::of(&[OWNER]), has: Relations::of(&[DIRECTORY]) });
    }
    if held.standing_state() == state {
        give(write, held.id(), Given::default()).await?;
    } else {
        let ended = set_state_with(write, held, state, Given::default()).await?;
        (settled.tokens, settled.sessions) = (ended.tokens, ended.sessions);
    }
    // Who has left has none any more.
    if state != MembershipState::Left {
        settled.tokens = end_tokens(write, held.organisation(), held.person()).await?;
    }
    Ok(())
}

/// Who belongs to the organisation already, by the mail address that the account itself has confirmed.
///
/// # Errors
/// [`Refusal::Conflict`] when they are a client's.
async fn member(write: &mut Write<'_>, organisation: OrganisationId, mail: &str) -> Result<Option<MembershipId>> {
    let member = "SELECT m.id AS id, m.role AS role FROM membership m JOIN person p ON p.id = m.person \
                  WHERE m.organisation = $1 AND p.mail = $2 AND m.state <> 'left' AND p.service_since IS NULL";
    let Some(row) = write.maybe(member, values![organisation, mail]).await? else { return Ok(None) };
    if row.get::<Role>("role")?.of_client() {
        return Err(Refusal::Conflict("one_of_a_client"));
    }
    Ok(Some(row.get("id")?))
}

/// Invites an address, unless it is invited. Says whether it was.
///
/// # Errors
/// [`Refusal::Conflict`] when a client's people have invited it.
async fn invite(write: &mut Write<'_>, directory: &Directory, mail: &Mail) -> Result<bool> {
    let open = "SELECT client FROM invitation WHERE organisation = $1 AND mail = $2 AND expires_at > $3 \
                ORDER BY client IS NULL LIMIT 1";
    let (organisation, now) = (directory.organisation, write.now());
    if let Some(row) = write.maybe(open, values![organisation, mail, now]).await? {
        let client: Option<uuid::Uuid> = row.get("client")?;
        return if client.is_some() { Err(Refusal::Conflict("one_of_a_client")) } else { Ok(false) };
    }
    // One that is over would be listed beside it.
    withdraw(write, organisation, mail.as_str()).await?;
    let inviting = Inviting { organisation, client: None, mail, role: directory.role.into(), by: directory.service };
    invitations::invite(write, &inviting).await?;
    Ok(true)
}

/// Takes back what invites an address among the organisation's own people, whoever invited it; owners' apart. Says how many.
async fn withdraw(write: &mut Write<'_>, organisation: OrganisationId, mail: &str) -> Result<i64> {
    let open = "SELECT id, rev FROM invitation WHERE organisation = $1 AND mail = $2 AND client IS NULL \
                AND role <> 'owner' ORDER BY id";
    let mut withdrawn = 0;
    for row in write.all(open, values![organisation, mail]).await? {
        let delete = "DELETE FROM invitation WHERE id = $1 AND rev = $2";
        write.delete(INVITATION, row.get("id")?, row.get("rev")?, delete)?;
        withdrawn += 1;
    }
    Ok(withdrawn)
}

/// Somebody has come by an invitation: if it is somebody whom the directory has, it is known from now on who it is.
///
/// # Errors
/// As the store says.
pub async fn joined(
    write: &mut Write<'_>,
    organisation: OrganisationId,
    mail: &str,
    membership: MembershipId,
) -> Result<()> {
    let wished = "SELECT u.id AS id, u.rev AS rev FROM directory_user u WHERE u.organisation = $1 AND u.mail = $2 \
                  AND NOT EXISTS (SELECT 1 FROM directory_user o WHERE o.membership = $3)";
    let Some(row) = write.maybe(wished, values![organisation, mail, membership]).await? else { return Ok(()) };
    let known = "UPDATE directory_user SET rev = $2, membership = $3 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
    write.update(USER, row.get("id")?, row.get("rev")?, known, values![membership]).await
}

/// What their groups give to somebody who comes by an invitation, if it is somebody whom the directory has: it has waited for them.
///
/// # Errors
/// As the store says.
pub async fn waiting(write: &mut Write<'_>, organisation: OrganisationId, mail: &str) -> Result<Given> {
    let wished = "SELECT id FROM directory_user WHERE organisation = $1 AND mail = $2 AND active";
    match write.maybe(wished, values![organisation, mail]).await? {
        Some(row) => Given::to_user(write, row.get("id")?).await,
        None => Ok(Given::default()),
    }
}

/// Writes down what a user is from now on.
async fn put(write: &mut Write<'_>, user: &User, wanted: &Attributes, settled: &Settled) -> Result<User> {
    let now = write.now();
    let update = "UPDATE directory_user SET rev = $2, user_name = $3, user_key = $4, external_id = $5, mail = $6, name = $7, \
                  given_name = $8, family_name = $9, active = $10, membership = $11, changed_at = $12 \
                  WHERE id = $1 AND rev = $2 - 1 RETURNING *";
    let own = values![
        &wanted.user_name,
        wanted.key(),
        wanted.external_id.clone(),
        &wanted.mail,
        wanted.name.clone(),
        wanted.given_name.clone(),
        wanted.family_name.clone(),
        wanted.active,
        settled.membership,
        now
    ];
    write.update(USER, user.id.0, user.revision, update, own).await?;
    let row = write.one(BY_ID, values![user.id, user.organisation]).await?;
    Ok(User::of(&row)?)
}

/// Makes a user what is wanted, and says what came of it.
async fn become_what_is_wanted(
    write: &mut Write<'_>,
    user: &Permitted<User>,
    wanted: &Attributes,
) -> Result<(UserShown, Record)> {
    // Held as it is where a user is made, so that each comes after the other.
    let directory = Directory::hold(write, user.organisation).await?.ok_or(Refusal::NotFound)?;
    let settled = follow(write, &directory, user, wanted).await?;
    let now = put(write, user, wanted, &settled).await?;
    let groups = write.all(GROUPS, values![user.organisation, user.id, user.id]).await?;
    let groups = groups_by_user(&groups)?.remove(&user.id).unwrap_or_default();
    let record = settled.on(Record::on("directory_user", user.id.0), wanted.active);
    Ok((UserShown::of(&now, groups, write.world()?), record))
}
