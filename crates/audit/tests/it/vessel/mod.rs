//! A small service in a process of its own that keeps everything in one directory: what has a database that can be taken
//! away, receivers that it reports to, backups and dumps. Each of its flaws has a name; without any it is sound.
//!
//! The process is this test binary itself: `start` runs the ignored test below, which serves until it is ended.

mod answers;
mod chest;
mod outward;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::extract::{Request, State};
use axum::response::Response;
use plimsoll::verdict::{Cause, Dimension, Finding, Outcome, Verdict};

use crate::run;
use chest::Chest;

/// The variable that makes the test below a service: `PORT DIRECTORY`.
const SERVES: &str = "PLIMSOLL_VESSEL";
/// The variable that makes it a tool for backups: `backup FROM TO`, `restore FROM TO`.
const DOES: &str = "PLIMSOLL_VESSEL_DOES";
/// The variable with its flaws.
const FLAWS: &str = "PLIMSOLL_VESSEL_FLAWS";

/// What the running service knows.
pub(crate) struct Vessel {
    directory: PathBuf,
    flaws: BTreeSet<String>,
    base: String,
    /// It was once told that the database is away.
    was_away: Mutex<bool>,
}

impl Vessel {
    fn has(&self, flaw: &str) -> bool {
        self.flaws.contains(flaw)
    }

    fn chest(&self) -> std::io::Result<Chest> {
        Chest::open(&self.directory, &self.flaws)
    }
}

fn flaws() -> BTreeSet<String> {
    std::env::var(FLAWS).unwrap_or_default().split_whitespace().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "is the service of other tests: it serves where they say"]
async fn serves() {
    if let Ok(does) = std::env::var(DOES) {
        let words: Vec<&str> = does.split_whitespace().collect();
        let [does, from, to] = words[..] else { panic!("{does}") };
        if let Err(wrong) = chest::copy(does, Path::new(from), Path::new(to), &flaws()) {
            panic!("{wrong}");
        }
        return;
    }
    let Ok(where_to) = std::env::var(SERVES) else { return };
    let (port, directory) = where_to.split_once(' ').unwrap();
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await.unwrap();
    let vessel = Arc::new(Vessel {
        directory: directory.into(),
        flaws: flaws(),
        base: format!("http://127.0.0.1:{port}"),
        was_away: Mutex::new(false),
    });
    Chest::begin(&vessel.directory).unwrap();
    tokio::spawn(outward::beat(Arc::clone(&vessel)));
    let app = axum::Router::new().fallback(answer).with_state(vessel);
    axum::serve(listener, app).await.unwrap();
}

async fn answer(State(vessel): State<Arc<Vessel>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap_or_default();
    let answered = tokio::task::spawn_blocking(move || answers::answer(&vessel, &parts, &body)).await;
    answered.unwrap_or_default()
}

/// What is going to be told.
pub(crate) struct Voyage {
    flaws: String,
    env: String,
    manifest: String,
    also: String,
    only: Option<Dimension>,
}

/// A vessel with these flaws, asked about one dimension.
pub(crate) fn with(flaws: &str, only: Dimension) -> Voyage {
    let (env, manifest, also) = (String::new(), MANIFEST.to_owned(), String::new());
    Voyage { flaws: flaws.to_owned(), env, manifest, also, only: Some(only) }
}

impl Voyage {
    /// Variables of its environment: `SENTRY_DSN = "{sink.sentry}"`.
    #[must_use]
    pub(crate) fn env(mut self, variables: &str) -> Self {
        self.env = variables.to_owned();
        self
    }

    /// More lines of the manifest. `{dir}` is where the service keeps things, `{do backup}` … runs its tool.
    #[must_use]
    pub(crate) fn also(mut self, lines: &str) -> Self {
        self.also.push_str(lines);
        self
    }

    /// Sessions are cookies.
    #[must_use]
    pub(crate) fn by_cookie(mut self) -> Self {
        let bearer = "token = \"token\"\nuse   = \"Authorization: Bearer {token}\"\n";
        self.manifest = self.manifest.replace(bearer, "");
        self
    }

    /// Walks and judges.
    pub(crate) async fn told(self) -> Told {
        let place = tempfile::tempdir().unwrap();
        let dir = place.path().join("kept");
        let program = std::env::current_exe().unwrap();
        let own = format!("{} --exact vessel::serves --ignored --nocapture", program.display());
        let does = |what: &str| format!("env {FLAWS}='{}' {DOES}='{what} ", self.flaws);
        let manifest = format!(
            "[target]\nurl = \"http://127.0.0.1:{{port}}\"\nmine = true\ndisposable = true\n\
             document = \"/openapi.json\"\nhealth = \"GET /health\"\n\
             start = \"{FLAWS}='{flaws}' {SERVES}='{{port}} {dir}' exec {own}\"\nenv = {{ {env} }}\n{manifest}\n{also}\n",
            flaws = self.flaws,
            dir = dir.display(),
            env = self.env,
            manifest = self.manifest,
            also = self
                .also
                .replace("{dir}", &dir.display().to_string())
                .replace("{serve}", &format!("{FLAWS}='{}' {SERVES}='{{port}} {{scratch}}' exec {own}", self.flaws))
                .replace(
                    "{serve live}",
                    &format!("{FLAWS}='{}' {SERVES}='{{port}} {}' exec {own}", self.flaws, dir.display())
                )
                .replace("{do backup ", &does("backup"))
                .replace("{do restore ", &does("restore"))
                .replace(" done}", &format!("' {own}")),
        );
        std::fs::write(place.path().join("plimsoll.toml"), manifest).unwrap();
        let outcome = run::audit(place.path(), |setup| {
            if let Some(only) = self.only {
                setup.passes = [only].into();
            }
        })
        .await;
        match outcome {
            Ok(outcome) => Told(outcome),
            Err(trouble) => {
                let log = std::fs::read_to_string(place.path().join(".plimsoll/target.log")).unwrap_or_default();
                panic!("the audit could not run: {trouble}\n{log}")
            }
        }
    }
}

/// People who sign up by themselves.
const MANIFEST: &str = r#"
[sign_up]
send  = 'POST /accounts {"name":"{name}","password":"{password}","mail":"{name}@example.com"}'
[sign_in]
send  = 'POST /session {"name":"{name}","password":"{password}"}'
token = "token"
use   = "Authorization: Bearer {token}"
proof = "GET /me"
[actors]
ann = { role = "user", tenant = "ann" }
bob = { role = "user", tenant = "bob" }
"#;

/// What became of it.
pub(crate) struct Told(pub(crate) Outcome);

impl Told {
    fn findings(&self, check: &str) -> Vec<&Finding> {
        let in_gaps = self.0.gaps.iter().flat_map(|gap| &gap.findings);
        in_gaps.chain(&self.0.findings).filter(|finding| finding.check == check).collect()
    }

    /// What a check came to.
    #[track_caller]
    pub(crate) fn is(&self, check: &str, verdict: Verdict, words: &str) {
        let result = self.0.checks.iter().find(|result| result.id == check).unwrap();
        let said = self.findings(check);
        assert!(
            result.verdict == verdict && result.words.contains(words),
            "{check}: {result:#?}\n{said:#?}\n{:#?}",
            self.0.notes
        );
    }

    /// One finding of it.
    #[track_caller]
    pub(crate) fn says(&self, check: &str, subject: &str, verdict: Verdict, words: &str) {
        let said = self.findings(check);
        let found = said.iter().find(|finding| finding.subject == subject);
        assert!(
            found.is_some_and(|found| found.verdict == verdict && found.words.contains(words)),
            "{check} {subject}: {said:#?}\n{:#?}",
            self.0.notes
        );
    }

    /// Why it is unproven.
    #[track_caller]
    pub(crate) fn is_not_told(&self, check: &str, answer: &str) {
        let result = self.0.checks.iter().find(|result| result.id == check).unwrap();
        let told = result.answer.as_deref().is_some_and(|told| told.contains(answer));
        assert!(result.cause == Some(Cause::NotTold) && told, "{check}: {result:#?}");
    }

    /// Gaps in no other check than these.
    #[track_caller]
    pub(crate) fn gaps_only_in(&self, checks: &[&str]) {
        let gaps: Vec<String> =
            self.0.gaps.iter().map(|gap| format!("{} {}: {}", gap.check, gap.subject, gap.words)).collect();
        let other = gaps.iter().find(|gap| !checks.iter().any(|check| gap.starts_with(check)));
        assert!(other.is_none(), "{gaps:#?}");
    }
}
