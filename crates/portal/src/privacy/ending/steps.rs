//! What is done to erase something, in batches: each finds the next of its rows by what is there, so that whatever ends a portal
//! in between, the next batch goes on where the last one was.

use std::sync::LazyLock;

use door::inventory::{Class, Ends, Table};
use door::store::Step;
use door::{Refusal, Result, Write, values};
use uuid::Uuid;

use super::Whole;
use super::files::forget_parts;
use crate::directory::GROUP;
use crate::files::FileId;
use crate::identity::{SESSION, end_session};
use crate::inventory::INVENTORY;
use crate::organisations::{CLIENT, MEMBERSHIP, ORGANISATION};
use crate::privacy::leave;
use crate::schema::{migrations, recorded};

/// What one batch did: in which table, and to how many of its rows.
pub(super) struct Batch {
    pub(super) table: &'static str,
    pub(super) items: i64,
    /// Whether those rows are gone: only what is gone is counted in the proof.
    pub(super) gone: bool,
}

impl Batch {
    const fn emptied(table: &'static str, items: i64) -> Self {
        Self { table, items, gone: false }
    }
}

/// Does the next batch; none when nothing is left. `files` are those whose bytes are gone by now.
///
/// # Errors
/// As the store says.
pub(super) async fn next(write: &mut Write<'_>, whole: Whole, files: &[FileId]) -> Result<Option<Batch>> {
    // First nobody is in it any more: whoever is shall not see it go bit by bit.
    let people = put_out(write, whole).await?;
    if people > 0 {
        return Ok(Some(Batch::emptied("membership", people)));
    }
    let sessions = leave_rooms(write, whole).await?;
    if sessions > 0 {
        return Ok(Some(Batch::emptied("session", sessions)));
    }
    let services = erase_services(write, whole).await?;
    if services > 0 {
        return Ok(Some(Batch::emptied("person", services)));
    }
    if !files.is_empty() {
        let items = forget_parts(write, files).await?;
        return Ok(Some(Batch { table: "file_part", items, gone: true }));
    }
    let groups = free_groups(write, whole).await?;
    if groups > 0 {
        return Ok(Some(Batch::emptied("directory_group", groups)));
    }
    for going in GOING.iter() {
        let items = going.go(write, whole).await?;
        if items > 0 {
            return Ok(Some(Batch { table: going.table.name, items, gone: true }));
        }
    }
    let clients = forget_names(write, whole).await?;
    Ok((clients > 0).then(|| Batch::emptied("client", clients)))
}

/// Nobody belongs to it from now on.
async fn put_out(write: &mut Write<'_>, whole: Whole) -> Result<i64> {
    let sql = whole.of(
        "SELECT id, rev FROM membership WHERE organisation = $1 AND state <> 'left' ORDER BY id LIMIT 200",
        "SELECT id, rev FROM membership WHERE client = $1 AND state <> 'left' ORDER BY id LIMIT 200",
    );
    let rows = write.all(sql, values![whole.id()]).await?;
    for row in &rows {
        let leave = "UPDATE membership SET rev = $2, state = 'left' WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        write.update(MEMBERSHIP, row.get("id")?, row.get("rev")?, leave, vec![]).await?;
    }
    Ok(count(rows.len()))
}

/// Sign-ins leave its rooms; those by the word of its own provider end.
async fn leave_rooms(write: &mut Write<'_>, whole: Whole) -> Result<i64> {
    let sql = whole.of(
        "SELECT s.id AS id, s.rev AS rev, s.subject IS NOT NULL AS bound FROM session s WHERE s.organisation = $1 \
         OR s.viewed IN (SELECT m.id FROM membership m WHERE m.organisation = $1) \
         OR s.subject IN (SELECT u.id FROM provider_subject u JOIN provider p ON p.id = u.provider \
         WHERE p.organisation = $1) ORDER BY s.id LIMIT 200",
        "SELECT s.id AS id, s.rev AS rev, s.subject IS NOT NULL AS bound FROM session s \
         WHERE s.viewed IN (SELECT m.id FROM membership m WHERE m.client = $1) \
         OR EXISTS (SELECT 1 FROM membership m WHERE m.client = $1 AND m.person = s.person \
         AND m.organisation = s.organisation) ORDER BY s.id LIMIT 200",
    );
    let rows = write.all(sql, values![whole.id()]).await?;
    for row in &rows {
        let (id, revision): (Uuid, i64) = (row.get("id")?, row.get("rev")?);
        if row.get("bound")? {
            end_session(write, crate::ids::SessionId(id), revision).await?;
            continue;
        }
        let leave = "UPDATE session SET rev = $2, organisation = NULL, viewed = NULL, viewed_until = NULL \
                     WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        write.update(SESSION, id, revision, leave, vec![]).await?;
    }
    Ok(count(rows.len()))
}

/// An organisation's programs are nobody's when it is gone.
async fn erase_services(write: &mut Write<'_>, whole: Whole) -> Result<i64> {
    let Whole::Organisation(organisation) = whole else { return Ok(0) };
    let services = "SELECT m.person AS person FROM membership m JOIN person p ON p.id = m.person \
                    WHERE m.organisation = $1 AND p.service_since IS NOT NULL \
                    AND NOT EXISTS (SELECT 1 FROM account_deletion d WHERE d.person = p.id AND d.erased_at IS NOT NULL) \
                    AND NOT EXISTS (SELECT 1 FROM membership o WHERE o.person = p.id AND o.organisation <> $1) \
                    ORDER BY m.person LIMIT 10";
    let rows = write.all(services, values![organisation]).await?;
    for row in &rows {
        leave::erase(write, row.get("person")?).await?;
    }
    Ok(count(rows.len()))
}

/// Groups of the organisation's directory give no place in a client's projects any more.
async fn free_groups(write: &mut Write<'_>, whole: Whole) -> Result<i64> {
    let Whole::Client(_, client) = whole else { return Ok(0) };
    let groups = "SELECT g.id AS id, g.rev AS rev FROM directory_group g JOIN project p ON p.id = g.project \
                  WHERE p.client = $1 ORDER BY g.id LIMIT 200";
    let rows = write.all(groups, values![client]).await?;
    for row in &rows {
        let free = "UPDATE directory_group SET rev = $2, gives = 'nothing', project = NULL, project_role = NULL \
                    WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        write.update(GROUP, row.get("id")?, row.get("rev")?, free, vec![]).await?;
    }
    Ok(count(rows.len()))
}

/// The rows of clients and of the organisation stay, since their records are theirs, and name nobody any more.
async fn forget_names(write: &mut Write<'_>, whole: Whole) -> Result<i64> {
    let sql = whole.of(
        "SELECT id, rev, name FROM client WHERE organisation = $1 ORDER BY id",
        "SELECT id, rev, name FROM client WHERE id = $1",
    );
    let mut emptied = 0;
    for row in write.all(sql, values![whole.id()]).await? {
        let (id, name): (Uuid, String) = (row.get("id")?, row.get("name")?);
        let nameless = format!("erased {id}");
        if name != nameless && emptied < 200 {
            let empty =
                "UPDATE client SET rev = $2, name = $3, mail_domains = NULL WHERE id = $1 AND rev = $2 - 1 RETURNING *";
            write.update(CLIENT, id, row.get("rev")?, empty, values![nameless]).await?;
            emptied += 1;
        }
    }
    let Whole::Organisation(organisation) = whole else { return Ok(emptied) };
    let named = "SELECT rev FROM organisation WHERE id = $1 AND name <> ''";
    if let Some(row) = write.maybe(named, values![organisation]).await? {
        let empty = "UPDATE organisation SET rev = $2, name = '', factor_from = NULL, networks = NULL, \
                     unused_seconds_max = NULL, session_seconds_max = NULL, mail_domains = NULL, accent = NULL, \
                     sender = NULL, reply_to = NULL WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        write.update(ORGANISATION, organisation.0, row.get("rev")?, empty, vec![]).await?;
        emptied += 1;
    }
    Ok(emptied)
}

/// A table whose rows go.
struct Going {
    table: &'static Table,
    /// An organisation's, and a client's.
    of_organisation: Sql,
    of_client: Option<Sql>,
}

/// Finds the next recorded rows and deletes one of them, or deletes all of the others.
#[derive(Clone, Copy)]
struct Sql {
    all: &'static str,
    one: &'static str,
}

impl Sql {
    fn of(table: &Table, condition: &str) -> Self {
        let name = table.name;
        let (all, one) = match table.class {
            Class::Recorded => (
                format!("SELECT id, rev FROM {name} WHERE {condition} ORDER BY id LIMIT 200"),
                format!("DELETE FROM {name} WHERE id = $1 AND rev = $2"),
            ),
            _ => (format!("DELETE FROM {name} WHERE {condition}"), String::new()),
        };
        Self { all: all.leak(), one: one.leak() }
    }
}

impl Going {
    async fn go(&self, write: &mut Write<'_>, whole: Whole) -> Result<i64> {
        let Some(sql) = whole.of(Some(self.of_organisation), self.of_client) else { return Ok(0) };
        if self.table.class != Class::Recorded {
            let gone = write.keep(sql.all, values![whole.id()]).await?;
            return Ok(i64::try_from(gone).unwrap_or(i64::MAX));
        }
        let table = recorded(self.table.name).ok_or(Refusal::Broken)?;
        let rows = write.all(sql.all, values![whole.id()]).await?;
        for row in &rows {
            let id: Uuid = row.get("id")?;
            if self.table.name == "webhook" {
                write.keep("DELETE FROM push WHERE receiver = $1", values![format!("webhook/{id}")]).await?;
            }
            write.delete(table, id, row.get("rev")?, sql.one)?;
        }
        Ok(count(rows.len()))
    }
}

/// In the order in which they go: what was made later refers to what was there before. The inventory is fixed when the program
/// starts.
static GOING: LazyLock<Vec<Going>> = LazyLock::new(|| {
    let made = made();
    let mut going: Vec<Going> = INVENTORY
        .iter()
        .filter_map(|table| match table.ends {
            Ends::Goes { organisation, client } => Some(Going {
                table,
                of_organisation: Sql::of(table, organisation),
                of_client: client.map(|client| Sql::of(table, client)),
            }),
            Ends::Emptied | Ends::NotTheirs => None,
        })
        .collect();
    going.sort_by_key(|going| std::cmp::Reverse(made.iter().position(|name| *name == going.table.name)));
    going
});

/// The names of all tables, in the order in which they were made.
fn made() -> Vec<&'static str> {
    let migrations = migrations();
    let steps = migrations.iter().flat_map(|migration| migration.steps);
    steps
        .filter_map(|step| match step {
            Step::Recorded { table, .. } => Some(*table),
            Step::Sql(sql) => sql.strip_prefix("CREATE TABLE ").and_then(|rest| rest.split(' ').next()),
            _ => None,
        })
        .collect()
}

fn count(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a step says that it refers to, by table.
    fn references() -> Vec<(&'static str, Vec<&'static str>)> {
        let migrations = migrations();
        let steps = migrations.iter().flat_map(|migration| migration.steps);
        let named = |sql: &'static str| {
            sql.split("REFERENCES ").skip(1).filter_map(|rest| rest.split(' ').next()).collect::<Vec<_>>()
        };
        steps
            .filter_map(|step| match step {
                Step::Recorded { table, columns, .. } => Some((*table, named(columns))),
                Step::Sql(sql) => {
                    let rest = sql.strip_prefix("CREATE TABLE ").or_else(|| sql.strip_prefix("ALTER TABLE "))?;
                    Some((rest.split(' ').next()?, named(sql)))
                }
                _ => None,
            })
            .collect()
    }

    #[test]
    fn whatever_refers_to_something_goes_before_it() {
        let place = |name: &str| GOING.iter().position(|going| going.table.name == name);
        let mut held = 0;
        for (table, to) in references() {
            let Some(at) = place(table) else { continue };
            for other in to.into_iter().filter(|other| *other != table) {
                if let Some(later) = place(other) {
                    assert!(at < later, "{table} refers to {other}, and goes after it");
                    held += 1;
                }
            }
        }
        assert!(held > 20, "only {held} references were held against the order");
    }

    /// Whoever adds a table that belongs to an organisation says what becomes of it.
    #[test]
    fn what_is_an_organisations_goes_or_is_emptied_with_it() {
        let theirs: Vec<&str> = references()
            .into_iter()
            .filter(|(table, to)| {
                to.iter().any(|to| ["organisation", "client", "project", "request", "credential"].contains(to))
                    && !["ending", "session"].contains(table)
            })
            .map(|(table, _)| table)
            .collect();
        assert!(theirs.len() > 20, "{theirs:?}");
        for name in theirs {
            let table = INVENTORY.iter().find(|table| table.name == name);
            assert!(table.is_some_and(|table| table.ends != Ends::NotTheirs), "{name} stays, and nobody said why");
        }
        for going in GOING.iter().filter(|going| going.table.class == Class::Recorded) {
            assert!(recorded(going.table.name).is_some(), "{}", going.table.name);
        }
    }
}
