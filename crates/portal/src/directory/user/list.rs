//! `directory.user.list`: the users, or those that are called so.

use door::store::Row;
use door::{Action, Look, Permitted, Read, Refusal, Relations, Result, Spec, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{BY_ID, User, UserShown};
use crate::directory::Directory;
use crate::directory::filter::Filter;
use crate::standing::DIRECTORY;

/// The most users of one page.
pub const PAGE_MAX: i64 = 200;

/// Lists users.
pub struct ListUsers;

/// Which (RFC 7644 sections 3.4.2.2 and 3.4.2.4).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Listing {
    /// `userName eq "…"`, `externalId eq "…"` or `id eq "…"`.
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
        // What is less than one counts as one, and less than none as none (RFC 7644 section 3.4.2.4).
        let start_index = input.start_index.unwrap_or(1).max(1);
        let count = input.count.unwrap_or(PAGE_MAX).clamp(0, PAGE_MAX);
        let filter = input.filter.as_deref().map(Filter::parse).transpose();
        let filter = filter.map_err(|why| Refusal::field("filter", why))?;
        let (total_results, rows) = match filter {
            Some(filter) => named(read, directory, &filter).await?,
            None => page(read, directory, start_index, count).await?,
        };
        let world = read.world()?;
        let shown = |row: &Row| Ok(UserShown::of(&User::of(row)?, world));
        let resources = rows.iter().take(usize::try_from(count).unwrap_or(0)).map(shown).collect::<Result<Vec<_>>>()?;
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
