//! Groups, as a directory has them: a name, and who of its users is in it. What a group gives here is not the directory's to say:
//! the organisation sets it, and a group that is new gives nothing.

mod change;
mod create;
mod draft;
mod list;
mod remove;
mod resource;
mod set;
mod show;
pub mod standing;
mod standing_set;

use std::collections::{BTreeMap, BTreeSet};

use door::store::{self, Row, Tx};
use door::{Caller, Ids, Permitted, Place, Record, Refusal, Result, Target, Time, Write, values};
use uuid::Uuid;

pub use change::ChangeGroup;
pub use create::CreateGroup;
pub use draft::{Draft, SCHEMA};
pub use list::{GROUPS_PAGE_MAX, GroupsListed, ListGroups};
pub use remove::RemoveGroup;
pub use resource::{GroupOfUser, GroupShown};
pub use set::SetGroup;
pub use show::ShowGroup;
pub use standing_set::{SetStanding, StandingWanted};

use self::draft::Attributes;
use super::{Directory, GROUP, GROUP_MEMBER, place};
use crate::fields::{Identifier, words};
use crate::ids::{DirectoryGroupId, DirectoryUserId, MembershipId, OrganisationId};

words!(
    /// What a group gives to those in it.
    Gives {
        /// Nothing: it is known, and that is all.
        Nothing = "nothing",
        /// That they administer the organisation. Nothing gives that they own it.
        Admin = "admin",
        /// A place in one project.
        Project = "project",
    }
);

/// A group of the directory that asks, or of the organisation whose directory it is, as it stands in its table.
pub struct Group {
    id: DirectoryGroupId,
    revision: i64,
    organisation: OrganisationId,
    name: Identifier,
    external_id: Option<String>,
    gives: Gives,
    made_at: Time,
    changed_at: Time,
}

/// Who is in a group.
type Members = BTreeSet<DirectoryUserId>;

/// One of the organisation's own directory.
const BY_ID: &str = "SELECT t.id AS id, t.rev AS rev, t.organisation AS organisation, t.name AS name, \
                     t.external_id AS external_id, t.gives AS gives, t.made_at AS made_at, t.changed_at AS changed_at \
                     FROM directory_group t WHERE t.id = $1 AND t.organisation = $2";

/// Who is in the groups of an organisation from one id to another.
const MEMBERS: &str = "SELECT i.directory_group AS directory_group, i.directory_user AS directory_user \
                       FROM directory_group_member i JOIN directory_group g ON g.id = i.directory_group \
                       WHERE g.organisation = $1 AND i.directory_group BETWEEN $2 AND $3 ORDER BY i.directory_group, i.directory_user";

impl Group {
    fn of(row: &Row) -> store::Result<Self> {
        let unsound = |why| store::Error::Column { column: "name".to_owned(), why };
        Ok(Self {
            id: row.get("id")?,
            revision: row.get("rev")?,
            organisation: row.get("organisation")?,
            name: Identifier::try_from(row.get::<String>("name")?).map_err(unsound)?,
            external_id: row.get("external_id")?,
            gives: row.get("gives")?,
            made_at: row.get("made_at")?,
            changed_at: row.get("changed_at")?,
        })
    }

    /// Who is in it.
    async fn members(&self, write: &mut Write<'_>) -> Result<Members> {
        let rows = write.all(MEMBERS, values![self.organisation, self.id, self.id]).await?;
        Ok(members_by_group(&rows)?.remove(&self.id).unwrap_or_default())
    }
}

impl Target for Group {
    async fn load(tx: &mut Tx, caller: &Caller, ids: &Ids) -> store::Result<Option<Self>> {
        let (Ok(id), Some(organisation)) = (ids.get("group"), caller.organisation) else { return Ok(None) };
        tx.target(BY_ID, values![id, organisation]).await?.as_ref().map(Self::of).transpose()
    }

    fn place(&self) -> Place {
        place(self.organisation)
    }
}

/// What was asked with [`MEMBERS`], group by group.
fn members_by_group(rows: &[Row]) -> store::Result<BTreeMap<DirectoryGroupId, Members>> {
    let mut groups: BTreeMap<DirectoryGroupId, Members> = BTreeMap::new();
    for row in rows {
        let group = groups.entry(row.get("directory_group")?).or_default();
        group.insert(row.get("directory_user")?);
    }
    Ok(groups)
}

/// Who came into a group and who went out of it, for the record.
#[derive(Default)]
struct Moved {
    added: i64,
    removed: i64,
    /// Of how many people it changed what they are here.
    changed: i64,
}

impl Moved {
    fn on(&self, record: Record) -> Record {
        record
            .fact("members_added", self.added)
            .fact("members_removed", self.removed)
            .fact("standings_changed", self.changed)
    }
}

/// Makes those who are in a group the ones that are wanted, with what follows for what they are here.
async fn fill(write: &mut Write<'_>, group: &Group, wanted: &BTreeSet<Uuid>) -> Result<(Members, Moved)> {
    let mut members = group.members(write).await?;
    let mut moved = Moved::default();
    let (mut came, mut went) = (Vec::new(), Vec::new());
    for user in wanted {
        if members.contains(&DirectoryUserId(*user)) {
            continue;
        }
        let membership = user_of(write, group.organisation, *user).await?;
        let id = write.id();
        let insert = "INSERT INTO directory_group_member (id, rev, salt, directory_group, directory_user, made_at) \
                      VALUES ($1, $2, $3, $4, $5, $6) RETURNING *";
        write.insert(GROUP_MEMBER, id, insert, values![group.id, *user, write.now()]).await?;
        members.insert(DirectoryUserId(*user));
        came.extend(membership);
        moved.added += 1;
    }
    let all = "SELECT i.id AS id, i.rev AS rev, i.directory_user AS directory_user, u.membership AS membership \
               FROM directory_group_member i JOIN directory_user u ON u.id = i.directory_user \
               WHERE i.directory_group = $1 ORDER BY i.id";
    for row in write.all(all, values![group.id]).await? {
        let user: DirectoryUserId = row.get("directory_user")?;
        if wanted.contains(&user.0) {
            continue;
        }
        let delete = "DELETE FROM directory_group_member WHERE id = $1 AND rev = $2";
        write.delete(GROUP_MEMBER, row.get("id")?, row.get("rev")?, delete)?;
        members.remove(&user);
        went.extend(row.get::<Option<MembershipId>>("membership")?);
        moved.removed += 1;
    }
    if group.gives != Gives::Nothing {
        for membership in came {
            moved.changed += i64::from(standing::settle(write, membership, None).await?);
        }
        for membership in went {
            moved.changed += i64::from(standing::settle(write, membership, Some(group.id)).await?);
        }
    }
    Ok((members, moved))
}

/// Who one of the directory's users is here.
async fn user_of(write: &mut Write<'_>, organisation: OrganisationId, user: Uuid) -> Result<Option<MembershipId>> {
    let known = "SELECT membership FROM directory_user WHERE id = $1 AND organisation = $2";
    let row = write.maybe(known, values![user, organisation]).await?;
    let row = row.ok_or_else(|| Refusal::field("members", format!("{user} is none of the directory's users")))?;
    Ok(row.get("membership")?)
}

/// Makes a group what is wanted, and says what came of it.
async fn become_what_is_wanted(
    write: &mut Write<'_>,
    group: &Permitted<Group>,
    wanted: &Attributes,
) -> Result<(GroupShown, Record)> {
    // Held, so that whatever the directory says comes one after the other.
    Directory::hold(write, group.organisation).await?.ok_or(Refusal::NotFound)?;
    let (members, moved) = fill(write, group, &wanted.members).await?;
    let update = "UPDATE directory_group SET rev = $2, name = $3, name_key = $4, external_id = $5, changed_at = $6 \
                  WHERE id = $1 AND rev = $2 - 1 RETURNING *";
    let own = values![&wanted.name, wanted.key(), wanted.external_id.clone(), write.now()];
    write.update(GROUP, group.id.0, group.revision, update, own).await?;
    let now = Group::of(&write.one(BY_ID, values![group.id, group.organisation]).await?)?;
    let record = moved.on(Record::on("directory_group", group.id.0));
    Ok((GroupShown::of(&now, &members, write.world()?), record))
}
