//! Reads `[target]` and `[environment.NAME]`: one is walked, the others are only looked at.

use super::read::{World, pattern, unused};
use super::toml_reader::{Field, Table};
use super::{Authorized, Routes, Target, Template};
use crate::error::Result;

/// The target that is walked, and those that are only looked at.
pub(super) fn read_targets(
    root: &Table<'_>,
    world: &mut World<'_>,
    notes: &mut Vec<String>,
) -> Result<(Target, Vec<Target>)> {
    let mut walked = Vec::new();
    let mut looked_at = Vec::new();
    if let Some(field) = root.get("target") {
        let table = field.table()?;
        let target = read_target(&table, "target", world, notes)?;
        table.refuse_unknown()?;
        check_walkable(&table, &target)?;
        walked.push((field, target));
    }
    let environments = root.get("environment").map(|field| field.table()).transpose()?;
    for (name, field) in environments.iter().flat_map(Table::all) {
        let table = field.table()?;
        let look = table.optional("mode", |field| match field.text()?.as_str() {
            "look" => Ok(true),
            "walk" => Ok(false),
            other => Err(field.trouble(format!("there is no mode `{other}`")).hint("mode is walk or look")),
        })?;
        let target = read_target(&table, &name, world, notes)?;
        table.refuse_unknown()?;
        if look == Some(true) {
            notes.push(unused(&field));
            looked_at.push(target);
            continue;
        }
        if !target.disposable && !target.mine {
            return Err(table
                .trouble("an environment is walked only if everything in it may be lost")
                .hint("add disposable = true, or mode = \"look\" to leave it alone"));
        }
        check_walkable(&table, &target)?;
        walked.push((field, target));
    }
    if let Some((second, _)) = walked.get(1) {
        return Err(second
            .trouble("a second target that is to be walked")
            .hint("keep one; give the others mode = \"look\", or a manifest of their own"));
    }
    let Some((_, target)) = walked.pop() else {
        return Err(root
            .trouble("there is no target")
            .hint("add [target] with url = \"http://127.0.0.1:8080\" and document = \"/openapi.json\""));
    };
    world.loopback = target.is_loopback();
    Ok((target, looked_at))
}

fn read_target(table: &Table<'_>, name: &str, world: &World<'_>, notes: &mut Vec<String>) -> Result<Target> {
    let hint = "url = \"http://127.0.0.1:8080\"";
    let url = table.required("url", Field::template, hint)?;
    let mut target = Target {
        name: name.to_owned(),
        url,
        mine: table.flag("mine")?,
        disposable: table.flag("disposable")?,
        authorized: table.optional("authorized", read_authorized)?,
        document: table.optional("document", Field::texts)?.unwrap_or_default(),
        routes: table.optional("routes", read_routes)?.unwrap_or_default(),
        discover: table.flag("discover")?,
        start: table.optional("start", Field::filled_text)?,
        stop: table.optional("stop", Field::filled_text)?,
        reset: table.optional("reset", Field::filled_text)?,
        prepare: table.optional("prepare", Field::texts)?.unwrap_or_default(),
        start_timeout: table.optional("start_timeout", Field::duration)?.unwrap_or(Target::START_TIMEOUT),
        health: table.optional("health", Field::request)?,
        rate: table.optional("rate", Field::count)?,
        safe_verbs: false,
        never: Vec::new(),
        secrets: Vec::new(),
        env: table.section("env", |env| {
            env.all().into_iter().map(|(name, field)| Ok((name, field.template()?))).collect::<Result<_>>()
        })?,
        ca: table.optional("ca", Field::filled_text)?.map(Into::into),
        settings: table.optional("settings", Field::filled_text)?,
    };
    if target.discover {
        notes.extend(table.get("discover").as_ref().map(unused));
    }
    if let Some(field) = table.get("url") {
        check_url(&field, &target)?;
    }
    if let Some(field) = table.get("never") {
        let patterns = field.texts()?;
        target.never = patterns.iter().map(|text| pattern(&field, text)).collect::<Result<_>>()?;
    }
    if let Some(field) = table.get("secrets") {
        let world = World { variable: world.variable, path: world.path, loopback: target.is_loopback() };
        target.secrets =
            field.elements("a list of texts")?.iter().map(|one| world.secret(one)).collect::<Result<_>>()?;
    }
    Ok(target)
}

fn check_url(field: &Field<'_>, target: &Target) -> Result<()> {
    if let Some(hole) = target.url.names().into_iter().find(|name| *name != "port") {
        return Err(field
            .trouble(format!("{{{hole}}} is not known here"))
            .hint("the address may hold {port}, nothing else"));
    }
    if target.url.names().contains("port") && target.start.is_none() {
        return Err(field
            .trouble("{port} needs `start`")
            .hint("add start = \"COMMAND --port {port}\", or write the port"));
    }
    let address = target.address(80);
    let url = url::Url::parse(&address)
        .map_err(|error| field.trouble(format!("`{address}` is not an address: {error}")).hint("http://HOST:PORT"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(field.trouble(format!("`{address}` is not an http address")).hint("http://HOST:PORT"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(field.trouble("the address holds a credential").hint("put it into [sign_in]"));
    }
    Ok(())
}

/// Only what one owns is walked, and what is not on this machine only with a name behind it.
fn check_walkable(table: &Table<'_>, target: &Target) -> Result<()> {
    if target.document.is_empty() && target.routes.is_empty() {
        let hint = "add document = \"/openapi.json\": a path of the service's, a file, or an address; without a document, a \
                    recording or a list of routes (docs/inputs.md)";
        return Err(table.trouble("the key `document` is missing").hint(hint));
    }
    if target.is_loopback() {
        return Ok(());
    }
    if !target.mine && !target.disposable {
        return Err(table
            .trouble("the target is not on this machine, and nobody says that it may be changed and broken")
            .hint("add mine = true if it is yours; the walk writes, deletes and signs in many times"));
    }
    let Some(authorized) = &target.authorized else {
        return Err(table
            .trouble("the target is not on this machine, and nobody authorized the walk")
            .hint(r#"add authorized = { by = "NAME", contact = "MAIL", until = 2026-12-31 }"#));
    };
    if authorized.until < jiff::Zoned::now().date() {
        return Err(table
            .trouble(format!("the authorization ended on {}", authorized.until))
            .hint("ask again, and write the new day into authorized.until"));
    }
    Ok(())
}

/// One list of routes, or several: a file, or a command that prints it.
fn read_routes(field: &Field<'_>) -> Result<Vec<Routes>> {
    if !field.is_list() {
        return Ok(vec![read_list(field)?]);
    }
    field.elements("a list of files and commands")?.iter().map(read_list).collect()
}

fn read_list(field: &Field<'_>) -> Result<Routes> {
    if field.is_text() {
        let text = field.filled_text()?;
        // A command says what it is to do; a file's name is one word.
        return Ok(match text.trim().contains(char::is_whitespace) {
            true => Routes::Command { command: text, within: Routes::WITHIN },
            false => Routes::File(text),
        });
    }
    let hint = "routes = \"routes.txt\", or routes = { command = \"bin/routes\", within = \"60s\" }";
    let table = field.table().map_err(|trouble| trouble.hint(hint))?;
    let file = table.optional("file", Field::filled_text)?;
    let command = table.optional("command", Field::filled_text)?;
    let within = table.optional("within", Field::duration)?;
    table.refuse_unknown()?;
    match (file, command) {
        (Some(file), None) => Ok(Routes::File(file)),
        (None, Some(command)) => Ok(Routes::Command { command, within: within.unwrap_or(Routes::WITHIN) }),
        _ => Err(table.trouble("one of `file` and `command` is expected").hint(hint)),
    }
}

fn read_authorized(field: &Field<'_>) -> Result<Authorized> {
    if !field.is_table() {
        return Err(field
            .trouble("who authorized the walk is missing")
            .hint(r#"authorized = { by = "NAME", contact = "MAIL", until = 2026-12-31 }"#));
    }
    let table = field.table()?;
    let hint = r#"authorized = { by = "NAME", contact = "MAIL", until = 2026-12-31 }"#;
    let authorized = Authorized {
        by: table.required("by", Field::filled_text, hint)?,
        contact: table.required("contact", Field::filled_text, hint)?,
        until: table.required("until", Field::date, hint)?,
    };
    table.refuse_unknown()?;
    Ok(authorized)
}

impl Target {
    /// The variables that `start` gets, filled with what is known; those that cannot be filled are left out.
    pub fn environment(&self, known: super::Lookup<'_>) -> Vec<(String, String)> {
        let filled = |(name, value): (&String, &Template)| Some((name.clone(), value.fill(known).ok()?));
        self.env.iter().filter_map(filled).collect()
    }
}
