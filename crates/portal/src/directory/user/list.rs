//! `directory.user.list`: the users, or those that are called so.

use door::store::Row;
use door::{Action, Look, Permitted, Read, Refusal, Relations, Result, Spec, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{BY_ID, GROUPS, User, UserShown, groups_by_user};
use crate::directory::Directory;
use crate::directory::filter::Filter;
use crate::standing::DIRECTORY;

/// The most users of one page.
pub const PAGE_MAX: i64 = 200;

/// Lists users.
pub struct ListUsers;

/// Which users, or which groups (RFC 7644 sections 3.4.2.2 and 3.4.2.4).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Listing {
    /// What is looked up: `userName eq "…"`, `displayName eq "…"`.
    pub filter: Option<String>,
    /// From which on, counted from one.
    pub start_index: Option<i64>,
    /// How many at the most.
    pub count: Option<i64>,
}

/// A page of users (RFC 7644 section 3.4.2).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
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
    pub resources: Vec<UserShown>,
}

impl Listing {
    /// From which on, and how many. What is less than one counts as one, and less than none as none (RFC 7644 section 3.4.2.4).
    pub(in crate::directory) fn window(&self, page_max: i64) -> (i64, i64) {
        (self.start_index.unwrap_or(1).max(1), self.count.unwrap_or(page_max).clamp(0, page_max))
    }

    /// What is looked up, if anything.
    pub(in crate::directory) fn filter(&self) -> Result<Option<Filter>> {
        let filter = self.filter.as_deref().map(Filter::parse).transpose();
        filter.map_err(|why| Refusal::field("filter", why))
    }
}

impl Action for ListUsers {
    type Target = Directory;
    type Input = Listing;
    type Output = Listed;
    const SPEC: Spec = Spec::new(
        "directory.user.list",
        "Lists the directory its users, or those that are called so.",
        Way::Scim(Verb::Get, "/Users"),
        Relations::of(&[DIRECTORY]),
    );
}

impl Look for ListUsers {
    async fn look(input: &Listing, directory: &Permitted<Directory>, read: &mut Read<'_>) -> Result<Listed> {
        let (start_index, count) = input.window(PAGE_MAX);
        let (total_results, rows) = match input.filter()? {
            Some(filter) => named(read, directory, &filter).await?,
            None => page(read, directory, start_index, count).await?,
        };
        let users = rows.iter().take(usize::try_from(count).unwrap_or(0)).map(User::of);
        let users = users.collect::<door::store::Result<Vec<_>>>()?;
        let (first, last) = (users.iter().map(|user| user.id).min(), users.iter().map(|user| user.id).max());
        let mut groups = groups_by_user(&read.all(GROUPS, values![directory.organisation, first, last]).await?)?;
        let world = read.world()?;
        let shown = |user: &User| UserShown::of(user, groups.remove(&user.id).unwrap_or_default(), world);
        let resources: Vec<_> = users.iter().map(shown).collect();
        Ok(Listed {
            schemas: vec!["urn:ietf:params:scim:api:messages:2.0:ListResponse".to_owned()],
            total_results,
            start_index,
            items_per_page: resources.len(),
            resources,
        })
    }
}

/// A page of all of them.
async fn page(read: &mut Read<'_>, directory: &Directory, start: i64, count: i64) -> Result<(i64, Vec<Row>)> {
    let all = "SELECT count(*) AS n FROM directory_user WHERE organisation = $1";
    let total = read.one(all, values![directory.organisation]).await?.get("n")?;
    let page = "SELECT t.id AS id, t.rev AS rev, t.organisation AS organisation, t.user_name AS user_name, \
                t.external_id AS external_id, t.mail AS mail, t.name AS name, t.given_name AS given_name, \
                t.family_name AS family_name, t.active AS active, t.membership AS membership, t.made_at AS made_at, \
                t.changed_at AS changed_at, (SELECT m.state FROM membership m WHERE m.id = t.membership) AS state \
                FROM directory_user t WHERE t.organisation = $1 ORDER BY t.id LIMIT $2 OFFSET $3";
    Ok((total, read.all(page, values![directory.organisation, count, start - 1]).await?))
}

/// Those that are called so: one, or none.
async fn named(read: &mut Read<'_>, directory: &Directory, filter: &Filter) -> Result<(i64, Vec<Row>)> {
    let by_key = "SELECT id FROM directory_user WHERE organisation = $1 AND user_key = $2";
    let by_number = "SELECT id FROM directory_user WHERE organisation = $1 AND external_id = $2 ORDER BY id LIMIT 200";
    let organisation = directory.organisation;
    let ids = match filter.attribute.as_str() {
        "username" => read.all(by_key, values![organisation, filter.value.to_lowercase()]).await?,
        "externalid" => read.all(by_number, values![organisation, filter.value.as_str()]).await?,
        "id" => Vec::new(),
        _ => return Err(Refusal::field("filter", "knows userName, externalId and id")),
    };
    let mut ids = ids.iter().map(|row| row.get("id")).collect::<door::store::Result<Vec<Uuid>>>()?;
    // An id that is none is nobody's.
    ids.extend(filter.value.parse::<Uuid>().ok().filter(|_| filter.attribute == "id"));
    let mut rows = Vec::new();
    for id in ids {
        rows.extend(read.maybe(BY_ID, values![id, organisation]).await?);
    }
    Ok((i64::try_from(rows.len()).unwrap_or(i64::MAX), rows))
}
