//! Reads the sections of [`Instruments`], and what is told of things that are not probed.

use std::collections::BTreeMap;

use super::instruments::{
    Acknowledge, Alerts, AtRest, Backup, Class, Database, Instruments, Jobs, Monitor, Provoke, Runbook, Step,
};
use super::toml_reader::{Field, Table};
use super::{RequestLine, Told};
use crate::error::Result;

/// All sections, and by key what is told to be none.
pub(super) fn read_instruments(root: &Table<'_>) -> Result<(Instruments, BTreeMap<String, Told>)> {
    let mut all = BTreeMap::new();
    let instruments = Instruments {
        database: root.section("database", read_database)?,
        errors: root.section("errors", |table| {
            tell(table, "errors", "to", &mut all)?;
            read_provoke(table)
        })?,
        alerts: root.section("alerts", |table| {
            tell(table, "alerts", "to", &mut all)?;
            Ok(Alerts { provoke: read_provoke(table)?, acknowledge: table.optional("acknowledge", read_acknowledge)? })
        })?,
        monitor: root.section("monitor", |table| {
            tell(table, "monitor", "at", &mut all)?;
            let every = table.optional("every", Field::duration)?;
            Ok(Monitor { every, seen: table.optional("seen", Field::filled_text)? })
        })?,
        jobs: root.section("jobs", |table| {
            let jobs = Jobs {
                stop: table.optional("stop", Field::filled_text)?,
                start: table.optional("start", Field::filled_text)?,
                every: table.optional("every", Field::duration)?,
                within: table.optional("within", Field::duration)?,
            };
            if jobs.stop.is_some() && jobs.start.is_none() {
                return Err(table.trouble("a job is stopped and never started again").hint("add start = \"COMMAND\""));
            }
            Ok(jobs)
        })?,
        dump: root.section("dump", |table| table.optional("run", Field::filled_text))?,
        at_rest: root.section("at_rest", |table| {
            let dump = table.optional("dump", Field::filled_text)?;
            let encrypted = table.optional("encrypted", Field::texts)?.unwrap_or_default();
            Ok(AtRest { paths: table.optional("paths", Field::texts)?.unwrap_or_default(), dump, encrypted })
        })?,
        backup: root.section("backup", |table| read_backup(table, &mut all))?,
        runbook: root.section("runbook", |table| {
            Ok(Runbook {
                at: table.optional("at", Field::filled_text)?,
                commands: table.optional("commands", Field::filled_text)?,
                drilled: table.optional("drilled", Field::filled_text)?,
                max_age: table.optional("max_age", Field::duration)?,
            })
        })?,
        retention: root.section("retention", read_classes)?,
        expired: root.section("expired", read_classes)?,
    };
    Ok((instruments, all))
}

fn read_database(table: &Table<'_>) -> Result<Database> {
    let database = Database {
        sqlite: table.optional("sqlite", Field::filled_text)?,
        proxy: table.optional("proxy", read_socket)?,
        take: table.optional("break", Field::filled_text)?,
        mend: table.optional("mend", Field::filled_text)?,
        within: table.optional("within", Field::duration)?,
    };
    let ways = [database.sqlite.is_some(), database.proxy.is_some(), database.take.is_some()];
    if ways.iter().filter(|told| **told).count() > 1 {
        return Err(table.trouble("the database is taken away in two ways").hint("keep one of sqlite, proxy, break"));
    }
    if database.take.is_some() != database.mend.is_some() {
        return Err(table
            .trouble("`break` and `mend` belong together")
            .hint("one command takes the database away, the other gives it back"));
    }
    Ok(database)
}

/// `HOST:PORT`.
fn read_socket(field: &Field<'_>) -> Result<String> {
    let text = field.filled_text()?;
    match text.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => Ok(text),
        _ => Err(field.trouble(format!("`{text}` is not HOST:PORT")).hint("proxy = \"127.0.0.1:5432\"")),
    }
}

fn read_provoke(table: &Table<'_>) -> Result<Provoke> {
    let provoke = table.optional("provoke", read_step)?;
    Ok(Provoke { provoke, within: table.optional("within", Field::duration)? })
}

fn read_acknowledge(field: &Field<'_>) -> Result<Acknowledge> {
    let text = field.filled_text()?;
    Ok(if text.trim() == "link" { Acknowledge::Link } else { Acknowledge::Command(text) })
}

fn read_backup(table: &Table<'_>, all: &mut BTreeMap<String, Told>) -> Result<Backup> {
    tell(table, "backup", "make", all)?;
    tell(table, "backup", "restore", all)?;
    let command = |key: &str| match all.get(&format!("backup.{key}")) {
        Some(Told::At(text)) => Some(text.clone()),
        _ => None,
    };
    Ok(Backup {
        make: command("make"),
        restore: command("restore"),
        serve: table.optional("serve", Field::filled_text)?,
        list: table.optional("list", Field::filled_text)?,
        max_age: table.optional("max_age", Field::duration)?,
        place: table.optional("place", Field::filled_text)?,
        data: table.optional("data", Field::filled_text)?,
    })
}

fn read_classes(table: &Table<'_>) -> Result<BTreeMap<String, Class>> {
    let each = table.all().into_iter().map(|(name, field)| {
        let table = field.table()?;
        let class = Class {
            make: table.optional("make", read_step)?,
            later: table.optional("later", read_step)?,
            count: table.required("count", Field::filled_text, "count = \"COMMAND\" prints how many rows there are")?,
        };
        table.refuse_unknown()?;
        Ok((name, class))
    });
    each.collect()
}

/// A request where it reads as one: a verb in capitals and a path. Anything else is a command.
pub(super) fn read_step(field: &Field<'_>) -> Result<Step> {
    let text = field.filled_text()?;
    let after_actor = text
        .split_once(": ")
        .map_or(text.as_str(), |(actor, rest)| if actor.contains(char::is_whitespace) { text.as_str() } else { rest });
    let mut words = after_actor.split_whitespace();
    let verb = words.next().is_some_and(|verb| verb.len() > 2 && verb.chars().all(|c| c.is_ascii_uppercase()));
    if verb && words.next().is_some_and(|path| path.starts_with('/')) {
        let read = |wrong: String| field.trouble(wrong).hint("[ACTOR:] VERB PATH [JSON], or a command");
        return RequestLine::parse(&text).map(Step::Request).map_err(read);
    }
    Ok(Step::Command(text))
}

/// Keeps what is told under a key.
fn tell(table: &Table<'_>, section: &str, key: &str, all: &mut BTreeMap<String, Told>) -> Result<()> {
    if let Some(field) = table.get(key) {
        let told = if field.is_text() { super::read::told(&field)? } else { Told::At(field.texts()?.join(" ")) };
        all.insert(format!("{section}.{key}"), told);
    }
    Ok(())
}
