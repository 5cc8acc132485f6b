//! `directory.group.list`: the groups, or those that are called so, or that somebody is in.

use door::store::Row;
use door::{Action, Look, Permitted, Read, Refusal, Relations, Result, Spec, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Group, GroupShown, MEMBERS, members_by_group};
use crate::directory::Directory;
use crate::directory::filter::Filter;
use crate::directory::user::Listing;
use crate::standing::DIRECTORY;

/// The most groups of one page: each comes with all who are in it.
pub const GROUPS_PAGE_MAX: i64 = 50;

/// Lists groups.
pub struct ListGroups;

/// A page of groups (RFC 7644 section 3.4.2).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupsListed {
    /// Of which schema it is.
    pub schemas: Vec<String>,
    /// How many there are.
    pub total_results: i64,
    /// From which on they are here.
    pub start_index: i64,
    /// How many are here.
    pub items_per_page: usize,
    /// These.
    #[serde(rename = "Resources")]
    pub resources: Vec<GroupShown>,
}

impl Action for ListGroups {
    type Target = Directory;
    type Input = Listing;
    type Output = GroupsListed;
    const SPEC: Spec = Spec::new(
        "directory.group.list",
        "Lists the directory its groups, or those that are called so, or that somebody is in.",
        Way::Scim(Verb::Get, "/Groups"),
        Relations::of(&[DIRECTORY]),
    );
}

impl Look for ListGroups {
    async fn look(input: &Listing, directory: &Permitted<Directory>, read: &mut Read<'_>) -> Result<GroupsListed> {
        let (start_index, count) = input.window(GROUPS_PAGE_MAX);
        let (total_results, rows) = match input.filter()? {
            Some(filter) => of_filter(read, directory, &filter, start_index, count).await?,
            None => of_all(read, directory, start_index, count).await?,
        };
        let groups = rows.iter().map(Group::of).collect::<door::store::Result<Vec<_>>>()?;
        let (first, last) = (groups.first().map(|group| group.id), groups.last().map(|group| group.id));
        let mut members = members_by_group(&read.all(MEMBERS, values![directory.organisation, first, last]).await?)?;
        let world = read.world()?;
        let shown = |group: &Group| GroupShown::of(group, &members.remove(&group.id).unwrap_or_default(), world);
        let resources: Vec<_> = groups.iter().map(shown).collect();
        Ok(GroupsListed {
            schemas: vec!["urn:ietf:params:scim:api:messages:2.0:ListResponse".to_owned()],
            total_results,
            start_index,
            items_per_page: resources.len(),
            resources,
        })
    }
}

async fn of_all(read: &mut Read<'_>, directory: &Directory, start: i64, count: i64) -> Result<(i64, Vec<Row>)> {
    let all = "SELECT count(*) AS n FROM directory_group WHERE organisation = $1";
    let page = "SELECT t.id AS id, t.rev AS rev, t.organisation AS organisation, t.name AS name, \
                t.external_id AS external_id, t.gives AS gives, t.made_at AS made_at, t.changed_at AS changed_at \
                FROM directory_group t WHERE t.organisation = $1 ORDER BY t.id LIMIT $2 OFFSET $3";
    let total = read.one(all, values![directory.organisation]).await?.get("n")?;
    Ok((total, read.all(page, values![directory.organisation, count, start - 1]).await?))
}

/// By name in any case, by number there, by id, or by who is in it.
async fn of_filter(
    read: &mut Read<'_>,
    directory: &Directory,
    filter: &Filter,
    start: i64,
    count: i64,
) -> Result<(i64, Vec<Row>)> {
    let (mut name, mut number, mut id, mut user) = (None, None, None, None);
    // An id that is none is nobody's.
    let as_id = || Some(filter.value.parse().unwrap_or(Uuid::nil()));
    match filter.attribute.as_str() {
        "displayname" => name = Some(filter.value.to_lowercase()),
        "externalid" => number = Some(filter.value.clone()),
        "id" => id = as_id(),
        "members" | "members.value" => user = as_id(),
        _ => return Err(Refusal::field("filter", "knows displayName, externalId, id and members.value")),
    }
    let all = "SELECT count(*) AS n FROM directory_group t WHERE t.organisation = $1 \
               AND (t.name_key = $2 OR t.external_id = $3 OR t.id = $4 OR t.id IN \
                    (SELECT i.directory_group FROM directory_group_member i WHERE i.directory_user = $5))";
    let page = "SELECT t.id AS id, t.rev AS rev, t.organisation AS organisation, t.name AS name, \
                t.external_id AS external_id, t.gives AS gives, t.made_at AS made_at, t.changed_at AS changed_at FROM directory_group t WHERE t.organisation = $1 \
                AND (t.name_key = $2 OR t.external_id = $3 OR t.id = $4 OR t.id IN \
                     (SELECT i.directory_group FROM directory_group_member i WHERE i.directory_user = $5)) \
                ORDER BY t.id LIMIT $6 OFFSET $7";
    let mut asked = values![directory.organisation, name, number, id, user];
    let total = read.one(all, asked.clone()).await?.get("n")?;
    asked.extend(values![count, start - 1]);
    Ok((total, read.all(page, asked).await?))
}
