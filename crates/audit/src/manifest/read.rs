//! From the file's text to a [`Manifest`].

use std::collections::BTreeMap;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::read_identity::{read_links, read_ranks, read_second_factor, read_sessions};
use super::read_people::{read_actors, read_sign_in};
use super::read_target::read_targets;
use super::toml_reader::{Field, Source, Table};
use super::{
    ActionPattern, Fixture, FixtureMay, Limits, Manifest, Promises, Record, RecordSource, RequestLine, Routes, Secret,
    Service, Step, ThrowAway, Told, Waiver,
};
use crate::error::{Result, Trouble};
use crate::json_path::JsonPath;
use crate::verdict::{Dimension, Mark};

/// What reading a manifest needs to know of the world.
pub(super) struct World<'a> {
    /// Looks up an environment variable.
    pub(super) variable: &'a dyn Fn(&str) -> Option<String>,
    /// The manifest's file.
    pub(super) path: &'a Path,
    /// Whether the target is on this machine; then a secret may stand in the manifest itself.
    pub(super) loopback: bool,
}

impl Manifest {
    /// Reads the file, and looks whether the files that it names are there.
    pub fn load(path: &Path) -> Result<Self> {
        let manifest = Self::load_before_inputs(path)?;
        manifest.check_files()?;
        Ok(manifest)
    }

    /// The same while the files that name the actions are still being made.
    ///
    /// # Errors
    /// As [`Manifest::load`].
    pub(crate) fn load_before_inputs(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Trouble::new(path.display().to_string(), format!("the manifest cannot be read: {error}"))
                .hint("plimsoll init URL looks at your service and writes one; or name it with --manifest")
        })?;
        Self::parse(&text, path)
    }

    /// Reads the text of a file; secrets come from the environment of this process.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        Self::parse_with(text, path, &|name| std::env::var(name).ok())
    }

    /// The same with another environment.
    pub fn parse_with(text: &str, path: &Path, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        Self::read(&Source::new(path, text), text, path, variable)
    }

    /// The same from a source that remembers what it was asked for.
    pub(super) fn read(
        source: &Source<'_>,
        text: &str,
        path: &Path,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self> {
        let document = source.document()?;
        let root = source.root(&document);
        let mut notes = Vec::new();
        let mut world = World { variable, path, loopback: true };

        let service = read_service(&root, path)?;
        let (target, looked_at) = read_targets(&root, &mut world, &mut notes)?;
        let (instruments, told) = super::read_instruments::read_instruments(&root)?;
        let sign_up = root.section("sign_up", |table| {
            let hint = r#"send = 'POST /accounts {"name":"{name}","password":"{password}"}'"#;
            table.required("send", Field::request, hint).map(Some)
        })?;
        let sign_in = read_sign_in(&root)?;
        let actors = read_actors(&root, &world, &mut notes)?;
        let manifest = Self {
            path: path.to_owned(),
            digest: hex::encode(Sha256::digest(text.as_bytes())),
            service,
            target,
            looked_at,
            sign_up,
            sign_in,
            actors,
            throw_away: root.section("throw_away", |table| {
                let make = table.optional("make", Field::request)?;
                let command = table.optional("command", Field::filled_text)?;
                if make.is_some() && command.is_some() {
                    return Err(table.trouble("accounts are made in two ways").hint("keep one of make, command"));
                }
                Ok(ThrowAway { make, command, remove: table.optional("remove", Field::request)? })
            })?,
            become_state: root.section("become", requests)?,
            make: root.section("make", requests)?,
            fixtures: root.section("fixtures", read_fixtures)?,
            record: root.section("record", |table| read_record(table, &mut notes))?,
            second_factor: root.section("second_factor", read_second_factor)?,
            sessions: root.section("sessions", read_sessions)?,
            ranks: root.section("ranks", read_ranks)?,
            links: root.section("links", read_links)?,
            promises: root.section("promises", read_promises)?,
            limits: root.section("limits", |table| {
                let account = table.optional("account", Field::filled_text)?;
                Ok(Limits { tries: table.optional("tries", Field::count)?.unwrap_or(Limits::default().tries), account })
            })?,
            told: told.into_iter().chain(read_told(&root, &mut notes)?).collect(),
            instruments,
            waivers: read_waivers(&root)?,
            notes: Vec::new(),
            lines: BTreeMap::new(),
        };
        root.refuse_unknown()?;
        let manifest = Self { lines: source.lines(), ..manifest };
        let states = manifest.memberships().chain(manifest.closings());
        let used: Vec<String> = states.map(|(state, ..)| state.to_owned()).collect();
        let ends = |state: &str| super::ENDS.contains(&state) && !["archived", "locked"].contains(&state);
        for state in manifest.become_state.keys().filter(|state| !used.contains(state) && !ends(state)) {
            notes.push(manifest.unused(&format!("become.{state}")));
        }
        manifest.check_names()?;
        Ok(Self { notes, ..manifest })
    }

    fn unused(&self, key: &str) -> String {
        format!("{}: {key}: not used by this version", self.place(key))
    }

    fn trouble(&self, key: &str, wrong: impl Into<String>) -> Trouble {
        Trouble::new(format!("{}: {key}", self.place(key)), wrong)
    }

    /// Whoever is named somewhere is an actor, and everybody can sign in.
    fn check_names(&self) -> Result<()> {
        let ids: Vec<&str> = self.actors.iter().map(|actor| actor.id.as_str()).collect();
        let known = |key: &str, id: &str| match self.actor(id) {
            Some(_) => Ok(()),
            None => Err(self
                .trouble(key, format!("there is no actor `{id}`"))
                .hint(format!("the actors are {}", ids.join(", ")))),
        };
        for (key, line) in self.request_lines() {
            if let Some(actor) = &line.actor {
                known(&key, actor)?;
            }
        }
        for (noun, fixture) in &self.fixtures {
            known(&format!("fixtures.{noun}.owner"), &fixture.owner)?;
        }
        if let Some(account) = &self.limits.account {
            known("limits.account", account)?;
        }
        for actor in &self.actors {
            for name in &actor.sign_in {
                if !self.sign_in.iter().any(|way| way.name == *name) {
                    let key = format!("actors.{}.sign_in", actor.id);
                    let ways: Vec<&str> = self.sign_in.iter().map(|way| way.name.as_str()).collect();
                    return Err(self
                        .trouble(&key, format!("there is no [sign_in.{name}]"))
                        .hint(format!("the ways to sign in are {}", ways.join(", "))));
                }
            }
            if actor.second_factor && self.second_factor.set_up.is_empty() {
                let hint =
                    r#"[second_factor] set_up = ['POST /factor -> secret', 'POST /factor/confirm {"code":"{totp}"}']"#;
                let key = format!("actors.{}.second_factor", actor.id);
                return Err(self.trouble(&key, "nothing says how he sets one up").hint(hint));
            }
            if actor.values.is_empty() && actor.playwright.is_none() && self.sign_up.is_none() {
                return Err(self
                    .trouble(&format!("actors.{}", actor.id), "has nothing to sign in with, and there is no [sign_up]")
                    .hint("add password = \"env:NAME\", or a [sign_up] by which an actor makes his own account"));
            }
        }
        Ok(())
    }

    fn request_lines(&self) -> Vec<(String, &RequestLine)> {
        let mut lines: Vec<(String, &RequestLine)> = Vec::new();
        lines.extend(self.sign_in.iter().flat_map(|way| &way.then).map(|line| ("sign_in.then".to_owned(), line)));
        lines.extend(self.throw_away.make.iter().map(|line| ("throw_away.make".to_owned(), line)));
        lines.extend(self.throw_away.remove.iter().map(|line| ("throw_away.remove".to_owned(), line)));
        lines.extend(self.become_state.iter().map(|(state, line)| (format!("become.{state}"), line)));
        lines.extend(self.make.iter().map(|(noun, line)| (format!("make.{noun}"), line)));
        lines.extend(self.second_factor.set_up.iter().map(|line| ("second_factor.set_up".to_owned(), line)));
        lines.extend(self.second_factor.remove.iter().map(|line| ("second_factor.remove".to_owned(), line)));
        lines.extend(self.sessions.sign_out.iter().map(|line| ("sessions.sign_out".to_owned(), line)));
        lines.extend(self.sessions.refresh.iter().map(|line| ("sessions.refresh".to_owned(), line)));
        lines.extend(self.sessions.password.iter().map(|line| ("sessions.password".to_owned(), line)));
        lines.extend(self.ranks.give.iter().chain(&self.ranks.list).map(|line| ("ranks".to_owned(), line)));
        for (name, kind) in &self.links {
            lines.extend([&kind.ask, &kind.used].map(|line| (format!("links.{name}"), line)));
        }
        lines.extend(self.promises.export.iter().map(|line| ("promises.export".to_owned(), line)));
        lines.extend(self.promises.deletion.iter().map(|line| ("promises.deletion".to_owned(), line)));
        for (key, step) in [("errors", &self.instruments.errors), ("alerts", &self.instruments.alerts.provoke)] {
            if let Some(Step::Request(line)) = &step.provoke {
                lines.push((format!("{key}.provoke"), line));
            }
        }
        if let RecordSource::Http(readers) = &self.record.source {
            lines.extend(readers.iter().map(|line| ("record.read".to_owned(), line)));
        }
        lines
    }

    fn check_files(&self) -> Result<()> {
        let directory = self.directory();
        for document in &self.target.document {
            let is_address = document.starts_with('/') || document.contains("://");
            if !is_address && !directory.join(document).is_file() {
                let key = self.target_key("document");
                return Err(self.trouble(&key, format!("there is no file {document}")).hint(
                    "a path that begins with a slash is asked of the service; any other is a file beside the manifest",
                ));
            }
        }
        for routes in &self.target.routes {
            if let Routes::File(file) = routes
                && !directory.join(file).is_file()
            {
                let key = self.target_key("routes");
                let hint = format!("a command of one word is written as routes = {{ command = \"{file}\" }}");
                return Err(self.trouble(&key, format!("there is no file {file}")).hint(hint));
            }
        }
        Ok(())
    }

    /// A key of the target's, wherever the manifest writes it.
    pub(crate) fn target_key(&self, key: &str) -> String {
        let plain = format!("target.{key}");
        if self.lines.contains_key(&plain) { plain } else { format!("environment.{}.{key}", self.target.name) }
    }
}

impl World<'_> {
    /// `env:NAME`, `file:PATH`, or for a target on this machine the secret itself. Holes may stand anywhere.
    pub(super) fn secret(&self, field: &Field<'_>) -> Result<Secret> {
        let text = field.filled_text()?;
        if let Some(name) = text.strip_prefix("env:") {
            return match (self.variable)(name) {
                Some(value) if !value.is_empty() => Ok(Secret::fetched(value, text)),
                _ => Err(field
                    .trouble(format!("the environment variable {name} is not set"))
                    .hint(format!("export {name}=… before the walk, or name another variable"))),
            };
        }
        if let Some(file) = text.strip_prefix("file:") {
            let file = self.path.parent().unwrap_or(Path::new(".")).join(file);
            return match std::fs::read_to_string(&file) {
                Ok(value) => Ok(Secret::fetched(value.trim_end_matches(['\r', '\n']), text)),
                Err(error) => Err(field.trouble(format!("{} cannot be read: {error}", file.display()))),
            };
        }
        let has_holes = !field.template()?.is_literal();
        if !self.loopback && !has_holes {
            return Err(field
                .trouble("this looks like a secret, and the target is not on this machine")
                .hint("write env:NAME or file:PATH; a manifest is checked in and read by many"));
        }
        Ok(Secret::literal(text))
    }
}

fn read_service(root: &Table<'_>, path: &Path) -> Result<Service> {
    let mut service = root.section("service", |table| {
        let name = table.optional("name", Field::filled_text)?.unwrap_or_default();
        Ok(Service { name, require: table.optional("require", read_require)?.unwrap_or_default() })
    })?;
    if service.name.is_empty() {
        service.name = directory_of(path).unwrap_or_else(|| "service".to_owned());
    }
    Ok(service)
}

/// The name of the directory in which the manifest lies.
fn directory_of(path: &Path) -> Option<String> {
    // A file's name alone stands in the directory that one is in.
    let beside = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::path::absolute(beside).ok()?.file_name().map(|name| name.to_string_lossy().into_owned())
}

fn read_require(field: &Field<'_>) -> Result<BTreeMap<Dimension, Mark>> {
    let mark = |field: &Field<'_>| match field.text()?.as_str() {
        "demo" => Ok(Mark::Demo),
        "pilot" => Ok(Mark::Pilot),
        "client" => Ok(Mark::Client),
        "enterprise" => Ok(Mark::Enterprise),
        other => Err(field
            .trouble(format!("there is no mark `{other}`"))
            .hint("the marks are demo, pilot, client, enterprise")),
    };
    if !field.is_table() {
        let mark = mark(field)?;
        return Ok(Dimension::ALL.into_iter().map(|dimension| (dimension, mark)).collect());
    }
    let table = field.table()?;
    let named = [
        ("authorization", Dimension::Authorization),
        ("audit_trail", Dimension::AuditTrail),
        ("promises", Dimension::Promises),
        ("detection", Dimension::Detection),
        ("operations", Dimension::Operations),
    ];
    let mut require = BTreeMap::new();
    for (name, dimension) in named {
        if let Some(mark) = table.optional(name, mark)? {
            require.insert(dimension, mark);
        }
    }
    table.refuse_unknown()?;
    Ok(require)
}

/// Request lines under whatever key.
fn requests(table: &Table<'_>) -> Result<BTreeMap<String, RequestLine>> {
    table.all().into_iter().map(|(key, field)| Ok((key, field.request()?))).collect()
}

fn read_fixtures(table: &Table<'_>) -> Result<BTreeMap<String, Fixture>> {
    let mut fixtures = BTreeMap::new();
    for (noun, field) in table.all() {
        let table = field.table()?;
        let may = table.optional("may", |field| match field.text()?.as_str() {
            "read" => Ok(FixtureMay::Read),
            "change" => Ok(FixtureMay::Change),
            "destroy" => Ok(FixtureMay::Destroy),
            other => Err(field.trouble(format!("`{other}` is not known")).hint("may is read, change or destroy")),
        })?;
        let hint = r#"a fixture is { id = "…", owner = "ACTOR", may = "read" }"#;
        let fixture = Fixture {
            id: table.required("id", Field::filled_text, hint)?,
            owner: table.required("owner", Field::filled_text, hint)?,
            may: may.unwrap_or(FixtureMay::Read),
        };
        table.refuse_unknown()?;
        fixtures.insert(noun, fixture);
    }
    Ok(fixtures)
}

fn read_record(table: &Table<'_>, notes: &mut Vec<String>) -> Result<Record> {
    let mut sources = Vec::new();
    if let Some(field) = table.get("read") {
        let none = !field.is_list() && field.text()?.trim() == "none";
        sources.push(if none { RecordSource::None } else { RecordSource::Http(field.requests()?) });
    }
    if let Some(file) = table.optional("file", Field::filled_text)? {
        sources.push(RecordSource::File(file.into()));
    }
    let mut also = None;
    if let Some(command) = table.optional("command", Field::filled_text)? {
        // Beside requests it prints what none of them shows.
        match sources.last() {
            Some(RecordSource::Http(_)) => also = Some(command),
            _ => sources.push(RecordSource::Command(command)),
        }
    }
    for key in ["sql", "receiver"] {
        if let Some(field) = table.get(key) {
            field.text()?;
            notes.push(unused(&field));
            sources.push(RecordSource::Unused(key));
        }
    }
    // The database belongs to `sql` and is not opened; its secret is not fetched either.
    table.optional("database", Field::filled_text)?;
    if sources.len() > 1 {
        return Err(table
            .trouble("the record is said to be in two places")
            .hint("keep one of read, file, command, sql, receiver; a command may stand beside read"));
    }
    let fields = table.section("fields", |fields| {
        let mut known = BTreeMap::new();
        for name in ["at", "actor", "action", "object", "source", "result"] {
            let path =
                fields.optional(name, |field| JsonPath::parse(&field.text()?).map_err(|wrong| field.trouble(wrong)))?;
            known.extend(path.map(|path| (name.to_owned(), path)));
        }
        Ok(known)
    })?;
    let silent = table.section("silent", |silent| {
        let each =
            silent.all().into_iter().map(|(action, field)| Ok((pattern(&field, &action)?, field.filled_text()?)));
        each.collect::<Result<Vec<_>>>()
    })?;
    Ok(Record { source: sources.pop().unwrap_or_default(), also, fields, silent })
}

fn read_promises(table: &Table<'_>) -> Result<Promises> {
    Ok(Promises {
        policy: table.optional("policy", told)?.unwrap_or_default(),
        security_txt: table.optional("security_txt", Field::filled_text)?,
        pages: table.optional("pages", Field::texts)?.unwrap_or_default(),
        export: table.optional("export", Field::requests)?.unwrap_or_default(),
        deletion: table.optional("deletion", Field::request)?,
        deletion_now: table.optional("deletion_now", Field::filled_text)?,
    })
}

/// What is told of things that this version does not probe: a `none` is a gap, an address a note.
fn read_told(root: &Table<'_>, notes: &mut Vec<String>) -> Result<BTreeMap<String, Told>> {
    let mut all = BTreeMap::new();
    let sections: [(&str, &[&str]); 2] = [("tests", &["run"]), ("scans", &["sarif"])];
    for (section, keys) in sections {
        root.section(section, |table| {
            for key in keys {
                let Some(field) = table.get(key) else { continue };
                let told = if field.is_text() { told(&field)? } else { Told::At(field.texts()?.join(" ")) };
                if told != Told::None {
                    notes.push(unused(&field));
                }
                all.insert(format!("{section}.{key}"), told);
            }
            Ok(())
        })?;
    }
    Ok(all)
}

pub(super) fn told(field: &Field<'_>) -> Result<Told> {
    let text = field.filled_text()?;
    Ok(if text.trim().eq_ignore_ascii_case("none") { Told::None } else { Told::At(text) })
}

fn read_waivers(root: &Table<'_>) -> Result<Vec<Waiver>> {
    let Some(field) = root.get("waive") else { return Ok(Vec::new()) };
    let mut waivers = Vec::new();
    for field in field.elements("a list of tables, [[waive]],")? {
        let table = field.table()?;
        let hint = "a waiver has gap, owner, reason and until";
        waivers.push(Waiver {
            gap: table.required("gap", Field::filled_text, hint)?.trim().to_owned(),
            owner: table.required("owner", Field::filled_text, hint)?,
            reason: table.required("reason", Field::filled_text, hint)?,
            until: table.required("until", Field::date, hint)?,
            line: field.line(),
        });
        table.refuse_unknown()?;
    }
    Ok(waivers)
}

pub(super) fn pattern(field: &Field<'_>, text: &str) -> Result<ActionPattern> {
    ActionPattern::parse(text)
        .map_err(|wrong| field.trouble(wrong).hint("an action is written as `POST /path/{id}`, `* /path/**`"))
}

/// The note for a key that was read and is not used.
pub(super) fn unused(field: &Field<'_>) -> String {
    let place = field.trouble("not used by this version");
    format!("{}: {}", place.place, place.wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_called_as_its_directory() {
        assert_eq!(directory_of(Path::new("/srv/quay/plimsoll.toml")).as_deref(), Some("quay"));
        let here = std::env::current_dir().unwrap();
        assert_eq!(
            directory_of(Path::new("plimsoll.toml")).as_deref(),
            here.file_name().and_then(|name| name.to_str())
        );
    }
}
