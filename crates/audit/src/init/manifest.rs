//! The manifest's text: short, each line with its reason, and what has to be done first.

use super::fields::MAIL;
use super::lines::{Lines, quoted, quoted_list};
use super::people::{Person, naming};
use super::{Answers, Found, Way};
use crate::load_line::count;
use crate::manifest::RequestLine;

/// The list of routes that is written where nothing names the actions.
pub const ROUTES_FILE: &str = "routes.txt";

/// What is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// `plimsoll.toml`.
    pub text: String,
    /// `routes.txt`, where the manifest names it.
    pub routes: Option<String>,
    /// What has to be done before the first walk, a sentence each. Nothing: it can begin.
    pub todo: Vec<String>,
}

/// The manifest for what was found and told.
#[must_use]
pub fn write(found: &Found, answers: &Answers) -> Written {
    let mut writer = Writer { found, answers, lines: Lines::default(), todo: Vec::new(), routes: None };
    writer.lines.note(
        "What plimsoll walks, and as whom. Written by `plimsoll init` from what the service shows: change any line.",
    );
    writer
        .lines
        .note("`plimsoll auth check` tries it, `plimsoll plan` says what would be sent, `plimsoll audit` walks.");
    writer.service();
    writer.target();
    let (mail, people) = writer.people();
    writer.sign_up(&mail);
    writer.sign_in(&mail);
    writer.actors(&people);
    writer.told();
    Written { text: writer.lines.finish(), routes: writer.routes, todo: writer.todo }
}

struct Writer<'a> {
    found: &'a Found,
    answers: &'a Answers,
    lines: Lines,
    todo: Vec<String>,
    routes: Option<String>,
}

/// A line of `[actors]`: the key, and what stands behind it.
struct Row {
    line: String,
    comment: String,
}

impl Writer<'_> {
    fn service(&mut self) {
        if let Some(mark) = self.answers.require {
            self.lines.section("service", "");
            self.lines.row(
                &format!("require = {}", quoted(mark.word())),
                "the load that it is to carry: what stands before it ends the audit with exit 1",
            );
        }
    }

    fn target(&mut self) {
        let found = self.found;
        self.lines.section("target", "");
        self.lines.row(&format!("url      = {}", quoted(&found.address.origin)), "where it answers");
        let why = if found.address.is_loopback {
            "it is on this machine: the walk may change and break it"
        } else {
            "you said so: the walk may change and break it"
        };
        self.lines.row("mine     = true", why);
        self.authorized();
        self.map();
        if let Some(path) = &found.health {
            self.lines.row(&format!("health   = {}", quoted(&format!("GET {path}"))), "answers 2xx when it is well");
        }
        if self.answers.disposable {
            self.lines.row("disposable = true", "everything in it may be lost");
        } else {
            self.lines.row(
                "# disposable = true",
                "if everything in it may be lost: more is tried then (faults, backups, the last owner)",
            );
        }
        if let Some(start) = &found.project.start {
            self.lines.row(
                &format!("# start  = {}", quoted(&start.command)),
                &format!("from {}: with it the audit starts the service by itself", start.file),
            );
        }
        if !found.payments.is_empty() {
            self.lines.row(
                &format!("never    = {}", list(&found.payments)),
                "money may move by these: never sent; take out what may be tried here",
            );
        }
    }

    fn authorized(&mut self) {
        if self.found.address.is_loopback {
            return;
        }
        match &self.answers.authorized {
            Some(one) => {
                let line = format!(
                    "authorized = {{ by = {}, contact = {}, until = {} }}",
                    quoted(&one.by),
                    quoted(&one.contact),
                    one.until
                );
                self.lines.row(&line, "it is not on this machine: who allows the walk, and until when");
            }
            None => {
                self.lines.row(
                    "# authorized = { by = \"NAME\", contact = \"MAIL\", until = 2026-12-31 }",
                    "TODO it is not on this machine: who allows the walk?",
                );
                self.todo.push("say who allows the walk: `authorized` under [target]".to_owned());
            }
        }
    }

    /// What names the actions.
    fn map(&mut self) {
        let found = self.found;
        if !found.inputs.is_empty() {
            let words = format!("what names its {}", count(found.actions, "action"));
            self.lines.row(&format!("document = {}", quoted_list(&found.inputs)), &words);
            return;
        }
        if let Some((place, status)) = &found.guarded {
            self.lines.note(&format!("{place} answers {status}: save it as a file, and name it as `document`"));
        }
        if let Some(routes) = &found.project.routes {
            let line = format!("routes   = {}", quoted(&routes.command));
            self.lines
                .row(&line, &format!("from {}: a list of routes draws the map; a document says more", routes.file));
            return;
        }
        self.lines.row(
            &format!("routes   = {}", quoted(ROUTES_FILE)),
            "TODO the actions, one METHOD /path a line; a document or a recording says more",
        );
        let mut routes = String::from(
            "# The actions of the service, one METHOD /path a line. These are what its first pages show.\n",
        );
        routes.extend(found.routes.iter().map(|line| format!("{line}\n")));
        self.routes = Some(routes);
        self.todo.push(format!("draw the map: {ROUTES_FILE} holds what the first pages show; a document, a recording (HAR) or a list of routes says more: docs/inputs.md"));
    }

    /// The hole for a mail address, and who walks.
    fn people(&mut self) -> (String, Vec<Row>) {
        let knows = self.found.sign_in.knows;
        let told = &self.answers.people;
        if told.is_empty() && self.makes_people() {
            let row = |name: &str, comment: &str| Row {
                line: format!("{name} = {{ role = \"user\", tenant = \"{name}\" }}"),
                comment: comment.to_owned(),
            };
            return (
                MAIL.to_owned(),
                vec![
                    row("ann", "each makes an account when the walk begins, a new one each time"),
                    row("bob", "the other tenant: he must never see what is ann's"),
                ],
            );
        }
        if told.is_empty() {
            let by_mail = self.signs_in_by_mail();
            let rows = ["ann", "bob"].map(|key| {
                let name = match (by_mail, knows) {
                    (true, _) => format!("name = \"{key}@example.com\", "),
                    (false, "password") => format!("name = \"{key}\", "),
                    (false, _) => String::new(),
                };
                let variable = Person::variable(key, knows);
                Row {
                    line: format!(
                        "{key} = {{ role = \"user\", tenant = \"{key}\", {name}{knows} = \"env:{variable}\" }}"
                    ),
                    comment: "TODO who he is, and whose".to_owned(),
                }
            });
            self.todo.push(format!(
                "name two people under [actors] who must not see each other's things, and export ANN_{0} and BOB_{0}",
                knows.to_uppercase()
            ));
            return ("{name}".to_owned(), rows.into());
        }
        let (mail, names) = naming(told);
        let mut rows: Vec<Row> = Vec::new();
        let (mut keys, mut variables) = (Vec::new(), Vec::new());
        for (person, name) in told.iter().zip(names) {
            let key = free(&keys, &person.key());
            let variable = Person::variable(&key, knows);
            let name = if name == key { String::new() } else { format!("name = {}, ", quoted(&name)) };
            let line = format!(
                "{key} = {{ role = {}, tenant = {}, {name}{knows} = \"env:{variable}\" }}",
                quoted(&person.role),
                quoted(&person.tenant)
            );
            rows.push(Row { line, comment: String::new() });
            keys.push(key);
            variables.push(variable);
        }
        self.todo.push(format!("export {}", variables.join(" ")));
        (mail, rows)
    }

    fn makes_people(&self) -> bool {
        self.found.sign_up.as_ref().is_some_and(|sign_up| sign_up.send.is_some())
    }

    fn signs_in_by_mail(&self) -> bool {
        match &self.found.sign_in.way {
            Way::Send(line) => line.contains(MAIL),
            Way::Form(_, fill) => fill.iter().any(|(_, hole)| hole == MAIL),
            Way::Carried => false,
        }
    }

    fn sign_up(&mut self, mail: &str) {
        let Some(sign_up) = &self.found.sign_up else { return };
        let line = sign_up.send.as_ref().filter(|line| !line.contains(MAIL) || mail.starts_with("{name}@"));
        match line {
            Some(line) => {
                self.lines.section("sign_up", "how an account is made: people without a password make their own");
                self.lines.row(&format!("send  = {}", quoted(&line.replace(MAIL, mail))), "");
            }
            None => {
                self.lines.section_note(&format!(
                    "{} makes an account, and no line of the manifest does the same yet:",
                    sign_up.what
                ));
                self.lines.note("[throw_away] make = '…', or a command, gives the walk accounts that it may harm.");
            }
        }
    }

    fn sign_in(&mut self, mail: &str) {
        let sign_in = &self.found.sign_in;
        let head = match sign_in.is_seen {
            true => format!("as {}", sign_in.what),
            false => "TODO how people sign in: no form and no action of it was seen; this is what most services do"
                .to_owned(),
        };
        self.lines.section("sign_in", &head);
        if !sign_in.is_seen {
            self.todo.push("say how people sign in: [sign_in]".to_owned());
        }
        match &sign_in.way {
            Way::Send(line) => self.lines.row(&format!("send  = {}", quoted(&line.replace(MAIL, mail))), ""),
            Way::Form(page, fill) => {
                self.lines.row(
                    &format!("form  = {}", quoted(&format!("GET {page}"))),
                    "fetched anew each time; hidden fields and cookies are kept",
                );
                let fill =
                    fill.iter().map(|(name, hole)| format!("{} = {}", key(name), quoted(&hole.replace(MAIL, mail))));
                self.lines.row(&format!("fill  = {{ {} }}", fill.collect::<Vec<_>>().join(", ")), "");
            }
            Way::Carried => {}
        }
        if let Some(token) = &sign_in.token {
            self.lines.row(&format!("token = {}", quoted(token)), "where the token stands in the answer");
        }
        if let Some(carried) = &sign_in.carried {
            self.lines.row(&format!("use   = {}", quoted(carried)), "how each request carries it");
        }
        match &self.found.proof {
            Some(proof) if proof.is_likely => {
                self.lines.row(
                    &format!("proof = {}", quoted(&format!("GET {}", proof.path))),
                    "answers each with himself: so it is seen who is signed in",
                );
            }
            Some(proof) => self.lines.row(
                &format!("proof = {}", quoted(&format!("GET {}", proof.path))),
                "asks for a sign-in; one that answers each with himself shows more",
            ),
            None => {
                self.lines.row("proof = \"GET /\"", "TODO a request that answers each with himself, such as GET /me");
                self.todo
                    .push("name a request that answers the signed-in with himself: `proof` under [sign_in]".to_owned());
            }
        }
    }

    fn actors(&mut self, people: &[Row]) {
        self.lines.section("actors", "who walks; whoever has another tenant must not see these things");
        for row in people {
            self.lines.row(&row.line, &row.comment);
        }
        let roles: std::collections::BTreeSet<&str> =
            self.answers.people.iter().map(|person| person.role.as_str()).collect();
        if roles.len() < 2 {
            self.lines.note("adam = { role = \"admin\", tenant = \"ann\", password = \"env:ADAM_PASSWORD\" }   and whoever else may more, or less");
        }
    }

    /// What was told, and what could be.
    fn told(&mut self) {
        let answers = self.answers;
        let mut open: Vec<String> = Vec::new();
        match &answers.record {
            Some(record) => {
                self.lines.section("record", "where who did what is written down");
                let line = record_line(record, self.found, answers);
                self.lines.row(&line, "");
            }
            None => open.push(match &self.found.record {
                Some(path) => format!(
                    "[record]   read = 'ACTOR: GET {path}'   where who did what is written down; who may read it?"
                ),
                None => {
                    "[record]   read = 'ACTOR: GET /events', file = \"events.jsonl\" or command = \"…\"   who did what"
                        .to_owned()
                }
            }),
        }
        for (section, key, told, why) in [
            ("errors", "to", &answers.errors, "where errors go"),
            ("alerts", "to", &answers.alerts, "who is told when something breaks"),
            ("monitor", "at", &answers.monitor, "who watches from outside"),
        ] {
            match told {
                Some(told) => {
                    self.lines.section(section, why);
                    self.lines.row(&format!("{key} = {}", quoted(told)), "");
                }
                None => {
                    let head = format!("[{section}]");
                    open.push(format!("{head:<10} {key} = \"…\"   {why}"));
                }
            }
        }
        if answers.backup.is_some() || answers.restore.is_some() {
            self.lines
                .section("backup", "{backup} is the path that it is made at, {scratch} the one that it is restored to");
            for (key, told) in [("make   ", &answers.backup), ("restore", &answers.restore)] {
                told.iter().for_each(|told| self.lines.row(&format!("{key} = {}", quoted(told)), ""));
            }
        } else {
            open.push(
                "[backup]   make = \"… {backup}\", restore = \"… {backup} {scratch}\"   how it is made and restored"
                    .to_owned(),
            );
        }
        if let Some(policy) = self.found.policy.as_ref() {
            self.lines.section(
                "promises",
                &format!("{} found in it: what one can do by oneself", count(policy.promises.len(), "promise")),
            );
            self.lines.row(&format!("policy = {}", quoted(&policy.path)), "");
        }
        if !open.is_empty() {
            self.lines.section_note("Not told yet, so what follows from it stays unproven. \"none\" is an answer, and an honest one: it counts as a gap.");
            open.iter().for_each(|line| self.lines.note(line));
        }
    }
}

/// A record is read by a request, from a file of one word, or by a command.
fn record_line(record: &str, found: &Found, answers: &Answers) -> String {
    if record.eq_ignore_ascii_case("none") {
        return "read = \"none\"".to_owned();
    }
    match RequestLine::parse(record) {
        Ok(line) => {
            let first = answers.people.first().map_or_else(|| "ann".to_owned(), Person::key);
            let who = if line.actor.is_none() && found.sign_in.is_seen { format!("{first}: ") } else { String::new() };
            format!("read = {}", quoted(&format!("{who}{record}")))
        }
        Err(_) if record.contains(char::is_whitespace) => format!("command = {}", quoted(record)),
        Err(_) => format!("file = {}", quoted(record)),
    }
}

/// A key of a table: bare where it may be.
fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if bare { name.to_owned() } else { quoted(name) }
}

fn list(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "))
}

/// The key, or the next one that nobody has.
fn free(taken: &[String], key: &str) -> String {
    let next = |number: usize| format!("{key}-{number}");
    std::iter::once(key.to_owned()).chain((2..).map(next)).find(|key| !taken.contains(key)).unwrap_or_default()
}
