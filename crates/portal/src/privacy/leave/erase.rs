//! `account.erase`: accounts whose time is over are erased, and whoever is there again from a backup.

use door::inventory::{Class, Leaves, Table};
use door::{Action, Permitted, Read, Receive, Record, Refusal, Relation, Relations, Result, Spec, Way, Write, values};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{DELETION, SOLE_OWNER};
use crate::identity::{Anywhere, PERSON};
use crate::inventory::INVENTORY;
use crate::nothing::Nothing;
use crate::organisations::MEMBERSHIP;
use crate::privacy::copy::{Whose, condition};
use crate::schema::recorded;

/// People of one run; the others wait for the next.
const AT_ONCE: usize = 20;

/// What stands wherever a name stood.
const FORMER: &str = "former member";

/// Erases.
pub struct Erase;

/// How many.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Erased {
    /// People who were erased.
    pub people: i64,
    /// People who wait: an organisation would be left without an owner.
    pub waiting: i64,
}

impl Action for Erase {
    type Target = Anywhere;
    type Input = Nothing;
    type Output = Erased;
    const SPEC: Spec = Spec::new(
        "account.erase",
        "Erases the accounts whose time is over, and those that came back with a backup.",
        Way::Job { every_seconds: 3600 },
        Relations::of(&[Relation::JOB]),
    );
}

impl Receive for Erase {
    type Ready = Vec<Uuid>;

    async fn ready(_: Nothing, _: &Permitted<Anywhere>, read: &mut Read<'_>) -> Result<Vec<Uuid>> {
        let mut people = Vec::new();
        let due = "SELECT person FROM account_deletion WHERE due_at <= $1 AND erased_at IS NULL ORDER BY due_at";
        for row in read.all(due, values![read.now()]).await? {
            people.push(row.get("person")?);
        }
        // Nobody who was erased has a password.
        for person in read.erased_before()? {
            let there = "SELECT id FROM person WHERE id = $1 AND password_hash <> ''";
            if !people.contains(&person) && read.maybe(there, values![person]).await?.is_some() {
                people.push(person);
            }
        }
        people.truncate(AT_ONCE);
        Ok(people)
    }

    async fn receive(people: &Vec<Uuid>, _: &Permitted<Anywhere>, write: &mut Write<'_>) -> Result<(Erased, Record)> {
        let mut erased = Erased::default();
        let mut record = Record::of_nothing();
        for person in people {
            if write.maybe(SOLE_OWNER, values![*person]).await?.is_some() {
                tracing::warn!(%person, "cannot be erased: an organisation would be left without an owner");
                erased.waiting += 1;
                continue;
            }
            erase(write, *person).await?;
            record = record.and("person", *person);
            erased.people += 1;
        }
        let record = record.fact("people", erased.people).fact("waiting", erased.waiting);
        Ok((erased, record))
    }
}

/// What is done to one table.
struct Going {
    table: &'static Table,
    /// Finds its recorded rows, or deletes the others.
    sql: &'static str,
    delete: &'static str,
}

/// Every table whose rows go with their person. The inventory is fixed when the program starts.
static GOING: LazyLock<Vec<Going>> = LazyLock::new(|| {
    let going = INVENTORY.iter().filter(|table| table.leaves == Leaves::Goes);
    going
        .filter_map(|table| {
            let (name, condition) = (table.name, condition(table, Whose::Person)?);
            let (sql, delete) = match table.class {
                Class::Recorded => (
                    format!("SELECT id, rev FROM {name} WHERE {condition}"),
                    format!("DELETE FROM {name} WHERE id = $1 AND rev = $2"),
                ),
                _ => (format!("DELETE FROM {name} WHERE {condition}"), String::new()),
            };
            Some(Going { table, sql: sql.leak(), delete: delete.leak() })
        })
        .collect()
});

/// Erases somebody, and writes down that it is done. The record is the business of `account.forget`.
///
/// # Errors
/// As the store says.
pub(in crate::privacy) async fn erase(write: &mut Write<'_>, person: Uuid) -> Result<()> {
    let Some(row) = write.maybe("SELECT mail, name, rev FROM person WHERE id = $1", values![person]).await? else {
        return Ok(());
    };
    let (mail, name): (String, String) = (row.get("mail")?, row.get("name")?);
    for going in GOING.iter() {
        if going.table.class != Class::Recorded {
            write.keep(going.sql, values![person]).await?;
            continue;
        }
        let table = recorded(going.table.name).ok_or(Refusal::Broken)?;
        for row in write.all(going.sql, values![person]).await? {
            write.delete(table, row.get("id")?, row.get("rev")?, going.delete)?;
        }
    }
    let memberships = "SELECT id, rev FROM membership WHERE person = $1 AND state <> 'left'";
    for row in write.all(memberships, values![person]).await? {
        let leave = "UPDATE membership SET rev = $2, state = 'left' WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        write.update(MEMBERSHIP, row.get("id")?, row.get("rev")?, leave, vec![]).await?;
    }
    let empty = "UPDATE person SET rev = $2, mail = $3, name = $4, password_hash = '' \
                 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
    write.update(PERSON, person, row.get("rev")?, empty, values![format!("erased {person}"), FORMER]).await?;
    // Answers that are kept for a day may hold them.
    for word in [mail, name].iter().filter(|word| !word.is_empty()) {
        write.keep("DELETE FROM idempotency WHERE output LIKE $1 ESCAPE '!'", values![like(word)]).await?;
    }
    write_down(write, person).await
}

/// A pattern that finds a word anywhere in a JSON text.
fn like(word: &str) -> String {
    let json = serde_json::Value::from(word).to_string();
    let mut pattern = String::from("%");
    for c in json.trim_matches('"').chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern + "%"
}

/// That it is done, and when: all that is left of the wish.
async fn write_down(write: &mut Write<'_>, person: Uuid) -> Result<()> {
    let now = write.now();
    let asked = "SELECT id, rev FROM account_deletion WHERE person = $1";
    match write.maybe(asked, values![person]).await? {
        Some(row) => {
            let done = "UPDATE account_deletion SET rev = $2, erased_at = $3 \
                        WHERE id = $1 AND rev = $2 - 1 RETURNING *";
            write.update(DELETION, row.get("id")?, row.get("rev")?, done, values![now]).await
        }
        None => {
            let id = write.id();
            let done = "INSERT INTO account_deletion (id, rev, salt, person, asked_at, due_at, erased_at) \
                        VALUES ($1, $2, $3, $4, $5, $5, $5) RETURNING *";
            write.insert(DELETION, id, done, values![person, now]).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_finds_the_word_itself_only() {
        assert_eq!(like("100% o_k!"), "%100!% o!_k!!%");
        assert_eq!(like("a\"b"), "%a\\\"b%");
    }

    #[test]
    fn every_table_whose_rows_go_says_which() {
        let told = INVENTORY.iter().filter(|table| table.leaves == Leaves::Goes).count();
        assert_eq!(GOING.len(), told);
        for going in GOING.iter().filter(|going| going.table.class == Class::Recorded) {
            assert!(recorded(going.table.name).is_some(), "{}", going.table.name);
        }
    }
}
